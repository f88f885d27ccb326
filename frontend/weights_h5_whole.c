/*
 * Whole models in HDF5, as Keras 3's model.save("model.h5") writes them.
 *
 * Takes: kcc_weights_io, the model's JSON and compile information.
 * Gives: attributes model_config and training_config, groups model_weights and optimizer_weights.
 * Keeps: what is written can be read back here and by Keras 3; optimizer_weights is there for a compiled
 *        model whose optimizer's state was asked for.
 * Source: weights-formats.md sections 1, 5; Keras 3.15 legacy_h5_format, saving_utils.model_metadata.
 */
#include "keras_compile.h"
#include "weights_io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON prints 15 digits where they are nearly the number; here they are the number, in as few as it needs.
 */
static bool keep_digits(cJSON *json) {
    for (cJSON *item = json ? json->child : NULL; item; item = item->next) {
        if (!keep_digits(item)) return false;
        if (!cJSON_IsNumber(item)) continue;
        const char *word = kcc_json_word(item->valuedouble);
        char *digits = cJSON_malloc(40);
        if (!digits) return false;
        if (word) strcpy(digits, word);
        for (int n = 15; !word && n <= 17; n++) {
            snprintf(digits, 40, "%.*g", n, item->valuedouble);
            if (strtod(digits, NULL) == item->valuedouble) break;
        }
        item->type = (item->type & ~0xff) | cJSON_Raw;
        item->valuestring = digits;
    }
    return true;
}

static void print(kcc_text *text, cJSON *json) {
    char *printed = keep_digits(json) ? cJSON_PrintUnformatted(json) : NULL;
    if (printed)
        kcc_text_add(text, "%s", printed);
    else
        text->failed = true;
    cJSON_free(printed);
}

/* What Keras 3's own form of a serialized object has beyond class_name and config. */
static void reduce(cJSON *object) {
    static const char *const keys[] = {"module", "registered_name", "build_config", "compile_config"};
    for (int i = 0; i < 4; i++) cJSON_DeleteItemFromObjectCaseSensitive(object, keys[i]);
}

/* Layers of a model are reduced; what is inside of their configs (initializers, a wrapper's layer) is not. */
static void reduce_layers(cJSON *config) {
    cJSON *layers = cJSON_GetObjectItemCaseSensitive(config, "layers");
    for (cJSON *layer = cJSON_IsArray(layers) ? layers->child : NULL; layer; layer = layer->next) {
        reduce(layer);
        reduce_layers(cJSON_GetObjectItemCaseSensitive(layer, "config"));
    }
}

/* Addresses in the Python process that wrote the file. */
static void drop_ids(cJSON *json) {
    if (cJSON_IsObject(json)) cJSON_DeleteItemFromObjectCaseSensitive(json, "shared_object_id");
    for (cJSON *item = json ? json->child : NULL; item; item = item->next) drop_ids(item);
}

/* Losses and metrics, in lists and objects by output. */
static void reduce_objects(cJSON *json) {
    if (cJSON_HasObjectItem(json, "class_name") && cJSON_HasObjectItem(json, "config")) {
        reduce(json);
        return;
    }
    for (cJSON *item = json ? json->child : NULL; item; item = item->next) reduce_objects(item);
}

void kcc_weights_model_config(kcc_text *text, const char *model_json) {
    cJSON *json = kcc_json_tree(model_json, NULL), *whole = cJSON_CreateObject();
    cJSON *name = cJSON_DetachItemFromObjectCaseSensitive(json, "class_name");
    cJSON *config = cJSON_DetachItemFromObjectCaseSensitive(json, "config");
    reduce_layers(config);
    drop_ids(config);
    bool good = whole && name && config;
    if (!good || !cJSON_AddItemToObject(whole, "class_name", name) ||
        !cJSON_AddItemToObject(whole, "config", config))
        text->failed = true;
    else
        print(text, whole);
    if (!good) {
        cJSON_Delete(name);
        cJSON_Delete(config);
    }
    cJSON_Delete(whole);
    cJSON_Delete(json);
}

void kcc_weights_training_config(kcc_text *text, const char *compile_json) {
    cJSON *json = kcc_json_tree(compile_json, NULL);
    cJSON *optimizer = cJSON_DetachItemFromObjectCaseSensitive(json, "optimizer_config");
    cJSON *newer = cJSON_DetachItemFromObjectCaseSensitive(json, "optimizer");
    if (!optimizer) {
        optimizer = newer;
        newer = NULL;
    }
    kcc_metrics_spell(json);
    reduce_objects(json);
    drop_ids(json);
    drop_ids(optimizer);
    /* Keras looks for this key, and finds no "mse" here. */
    if (json && !cJSON_HasObjectItem(json, "loss_weights")) cJSON_AddNullToObject(json, "loss_weights");
    kcc_loss_spell(cJSON_GetObjectItemCaseSensitive(json, "loss"), true);
    const char *class_name = cJSON_GetStringValue(optimizer);
    if (!class_name)
        class_name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(optimizer, "class_name"));
    if (class_name) {
        cJSON *put = cJSON_AddObjectToObject(json, "optimizer_config");
        cJSON *config = cJSON_DetachItemFromObjectCaseSensitive(optimizer, "config");
        bool good = cJSON_AddStringToObject(put, "class_name", kcc_weights_optimizer_class(class_name));
        if (config && !(good && cJSON_AddItemToObject(put, "config", config))) {
            cJSON_Delete(config);
            good = false;
        }
        if (good && !config) good = cJSON_AddObjectToObject(put, "config");
        kcc_text printed = {0};
        if (good) print(&printed, json);
        if (good && printed.data && !printed.failed)
            kcc_weights_put_floats(text, printed.data);
        else
            text->failed = true;
        kcc_text_free(&printed);
    }
    cJSON_Delete(optimizer);
    cJSON_Delete(newer);
    cJSON_Delete(json);
}

/* Array i of the optimizer's state as Keras names it: "adam/iteration", a slot's own path; Nadam's product
 * belongs to no weight and has no name in Keras. */
static char *state_name(const kcc_weights_io *io, int i) {
    int fixed = 2 - io->schedule;
    char text[200];
    if (i >= fixed) return strdup(io->slot[i - fixed].of < 0 ? "variable" : io->slot[i - fixed].path);
    snprintf(text, sizeof text, "%.150s/%s", io->optimizer_name, i == 0 ? "iteration" : "learning_rate");
    return strdup(text);
}

static void put_optimizer(const kcc_weights_io *io, kcc_h5_writer *file) {
    static const char group[] = "optimizer_weights/";
    int n = kcc_weights_state_count(io);
    char **names = calloc((size_t)n + 1, sizeof *names);
    bool good = names != NULL;
    for (int i = 0; good && i < n; i++) good = (names[i] = state_name(io, i)) != NULL;
    kcc_h5_put_group(file, "optimizer_weights");
    if (good) kcc_h5_put_texts(file, "optimizer_weights", "weight_names", (const char *const *)names, n);
    for (int i = 0; good && i < n; i++) {
        size_t size = sizeof group + strlen(names[i]);
        char *path = malloc(size);
        good = path != NULL;
        if (good) snprintf(path, size, "%s%s", group, names[i]);
        if (good) kcc_weights_put_state(io, file, path, i);
        free(path);
    }
    if (!good) kcc_h5_put_failed(file, KCC_ENOMEM);
    for (int i = 0; names && i < n; i++) free(names[i]);
    free(names);
}

kcc_status kcc_weights_write_whole(const kcc_weights_io *io, kcc_h5_writer *file) {
    kcc_text model = {0}, training = {0};
    kcc_weights_model_config(&model, io->model->json);
    if (*io->compile_json) kcc_weights_training_config(&training, io->compile_json);
    bool failed = model.failed || training.failed;
    if (!failed) {
        kcc_h5_put_text(file, "", "keras_version", true, KCC_KERAS_VERSION);
        kcc_h5_put_text(file, "", "backend", true, KCC_KERAS_BACKEND);
        kcc_h5_put_text(file, "", "model_config", false, model.data);
        if (training.size > 0) kcc_h5_put_text(file, "", "training_config", false, training.data);
        kcc_weights_write_legacy(io, file, "model_weights");
        if (io->optimizer && training.size > 0) put_optimizer(io, file);
    }
    kcc_text_free(&model);
    kcc_text_free(&training);
    return failed
               ? kcc_fail(io->error, KCC_ENOMEM, io->path, NULL, "the model's configuration cannot be made")
               : KCC_OK;
}
