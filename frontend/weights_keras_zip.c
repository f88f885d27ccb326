/*
 * Weights in .keras archives, and whole models written as one.
 *
 * Gives: reading of the member model.weights.h5; archives with config.json, metadata.json and weights.
 * Keeps: the model's JSON goes into the archive byte for byte, but for its compile_config and, where it has
 *        none, its module.
 * Source: weights-formats.md section 3; Keras 3 saving_lib.
 */
#include "container.h"
#include "keras_compile.h"
#include "weights_io.h"
#include "zip_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

kcc_status kcc_weights_read_archive(kcc_weights_io *io) {
    kcc_zip *zip;
    kcc_status status = kcc_zip_open(io->path, &zip, io->error);
    if (status != KCC_OK) return status;
    int i = kcc_zip_find(zip, KCC_KERAS_WEIGHTS);
    void *bytes = NULL;
    size_t size = 0;
    if (i >= 0)
        status = kcc_zip_read(zip, i, &bytes, &size, io->error);
    else if (kcc_zip_find(zip, "model.weights.npz") >= 0)
        status =
            kcc_fail(io->error, KCC_EUNSUPPORTED, io->path, "save the model again with weights_format=\"h5\"",
                     "its model.weights.npz holds pickled Python objects, which are not read");
    else
        status = kcc_fail(io->error, KCC_EPARSE, io->path, NULL, "has no " KCC_KERAS_WEIGHTS);
    kcc_zip_close(zip);
    kcc_h5 *file = NULL;
    if (status == KCC_OK) {
        char name[300];
        snprintf(name, sizeof name, "%.150s: " KCC_KERAS_WEIGHTS, io->path);
        status = kcc_h5_open_memory(bytes, size, name, &file, io->error);
    }
    if (status == KCC_OK) status = kcc_weights_read_h5(io, file);
    kcc_h5_close(file);
    free(bytes);
    return status;
}

/* ------------------------------------------------------------ config.json */

static const char *skip_space(const char *p) {
    while (isspace((unsigned char)*p)) p++;
    return p;
}

/* Past the string that begins at p; NULL if it does not end. */
static const char *skip_string(const char *p) {
    for (p++; *p; p++) {
        if (*p == '"') return p + 1;
        if (*p == '\\' && !*++p) return NULL;
    }
    return NULL;
}

/* Past the value that begins at p; NULL if the text ends before. */
static const char *skip_value(const char *p) {
    int depth = 0;
    for (; *p; p++) {
        if (*p == '"') {
            p = skip_string(p);
            if (!p) return NULL;
            p--;
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            if (depth-- == 0) return p;
        } else if (*p == ',' && depth == 0) {
            return p;
        }
    }
    return NULL;
}

void kcc_weights_set_compile_config(kcc_text *text, const char *model_json, const char *compile_json) {
    static const char key[] = "\"compile_config\"";
    const char *value = compile_json && *compile_json ? compile_json : "null";
    const char *p = skip_space(model_json);
    bool empty = true;
    if (*p == '{')
        p = skip_space(p + 1);
    else
        p = NULL;
    while (p && *p == '"') {
        const char *name = p, *end = skip_string(p);
        empty = false;
        p = end ? skip_space(end) : NULL;
        if (!p || *p != ':') break;
        const char *from = skip_space(p + 1), *to = skip_value(from);
        if (!to) break;
        if ((size_t)(end - name) == sizeof key - 1 && memcmp(name, key, sizeof key - 1) == 0) {
            kcc_text_put(text, model_json, (size_t)(from - model_json));
            kcc_text_add(text, "%s%s", value, to);
            return;
        }
        p = *to == ',' ? skip_space(to + 1) : to;
    }
    if (!p || *p != '}') {
        text->failed = true;
        return;
    }
    kcc_text_put(text, model_json, (size_t)(p - model_json));
    kcc_text_add(text, "%s%s: %s%s", empty ? "" : ", ", key, value, p);
}

const char *kcc_weights_optimizer_class(const char *name) {
    static const char *const classes[] = {"SGD",    "RMSprop", "Adam", "AdamW", "Adadelta",  "Adagrad",
                                          "Adamax", "Nadam",   "Ftrl", "Lion",  "Adafactor", "Lamb"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcasecmp(name, classes[i]) == 0) return classes[i];
    return name;
}

/* What Keras needs to find the class, where a command line or an older Keras did not say it. */
static void complete_optimizer(cJSON *optimizer) {
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(optimizer, "class_name"));
    if (!name || cJSON_GetObjectItemCaseSensitive(optimizer, "module")) return;
    cJSON_ReplaceItemInObjectCaseSensitive(optimizer, "class_name",
                                           cJSON_CreateString(kcc_weights_optimizer_class(name)));
    cJSON_AddStringToObject(optimizer, "module", "keras.optimizers");
    cJSON_AddNullToObject(optimizer, "registered_name");
    if (!cJSON_GetObjectItemCaseSensitive(optimizer, "config")) cJSON_AddObjectToObject(optimizer, "config");
}

void kcc_weights_put_floats(kcc_text *text, const char *json) {
    static const char *const keys[] = {"\"learning_rate\"", "\"momentum\"", "\"beta\"", "\"threshold\""};
    const char *from = json;
    for (const char *p = strchr(json, '"'); p; p = strchr(p, '"')) {
        const char *key = p, *end = skip_string(p);
        if (!end) break;
        p = skip_space(end);
        if (*p != ':') continue;
        p = skip_space(p + 1);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            size_t n = strspn(p, "-0123456789");
            if ((size_t)(end - key) != strlen(keys[i]) || memcmp(key, keys[i], strlen(keys[i])) != 0 || !n)
                continue;
            p += n;
            if (strchr(".eE", *p)) continue;
            kcc_text_put(text, from, (size_t)(p - from));
            kcc_text_add(text, ".0");
            from = p;
        }
    }
    kcc_text_add(text, "%s", from);
}

void kcc_weights_complete_compile(kcc_text *text, const char *compile_json) {
    cJSON *json = kcc_json_tree(compile_json, NULL);
    cJSON *optimizer = cJSON_GetObjectItemCaseSensitive(json, "optimizer");
    cJSON *loss = cJSON_GetObjectItemCaseSensitive(json, "loss");
    bool changed = kcc_metrics_spell(json);
    changed = kcc_loss_spell(loss, false) || changed;
    if (!changed && (cJSON_IsString(optimizer) || cJSON_GetObjectItemCaseSensitive(optimizer, "module"))) {
        kcc_weights_put_floats(text, compile_json); /* Keras 3's own: byte for byte, but for these */
        cJSON_Delete(json);
        return;
    }
    if (!optimizer && (optimizer = cJSON_DetachItemFromObjectCaseSensitive(json, "optimizer_config")))
        cJSON_AddItemToObject(json, "optimizer", optimizer);
    cJSON_DeleteItemFromObjectCaseSensitive(json, "sample_weight_mode");
    if (cJSON_IsObject(optimizer)) complete_optimizer(optimizer);
    kcc_loss_spell(loss, true);
    char *print = kcc_json_tree_text(json);
    if (print)
        kcc_weights_put_floats(text, print);
    else
        text->failed = true;
    cJSON_free(print);
    cJSON_Delete(json);
}

/* ----------------------------------------------------------------- writing */

/* What Keras finds the class of a model by; the JSON in an .h5 file leaves it out. */
static const char *missing_module(const char *model_json) {
    cJSON *json = kcc_json_tree(model_json, NULL);
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "class_name"));
    const char *module = "";
    if (!cJSON_HasObjectItem(json, "module"))
        module = name && strcmp(name, "Sequential") == 0
                     ? "\"module\": \"keras\", "
                     : "\"module\": \"keras.src.models.functional\", \"registered_name\": \"Functional\", ";
    cJSON_Delete(json);
    return module;
}

/* Spells the model as Keras 3 reads it from config.json. */
static kcc_status config_text(const kcc_weights_io *io, kcc_text *config) {
    const char *json = skip_space(io->model->json), *module = missing_module(json);
    kcc_text named = {0};
    if (*module && *json == '{') {
        kcc_text_add(&named, "{%s%s", module, skip_space(json + 1));
        json = named.data ? named.data : "";
    }
    /* Without a compile information of the program the file's own stays. */
    if (*io->compile_json) {
        kcc_text compiled = {0};
        kcc_weights_complete_compile(&compiled, io->compile_json);
        kcc_weights_set_compile_config(config, json, compiled.data);
        config->failed |= compiled.failed;
        kcc_text_free(&compiled);
    } else {
        kcc_text_add(config, "%s", json);
    }
    config->failed |= named.failed;
    kcc_text_free(&named);
    return config->failed ? kcc_fail(io->error, KCC_ENOMEM, io->path, NULL, "config.json cannot be made")
                          : KCC_OK;
}

kcc_status kcc_weights_write_archive(const kcc_weights_io *io) {
    /* The date is fixed, so that the same model gives the same bytes. */
    static const char metadata[] =
        "{\"keras_version\": \"" KCC_KERAS_VERSION "\", \"date_saved\": \"1980-01-01@00:00:00\"}";
    kcc_text config = {0};
    kcc_h5_writer *file = NULL;
    void *image = NULL;
    size_t size = 0;
    kcc_status status = config_text(io, &config);
    if (status == KCC_OK) status = kcc_h5_create(&file, io->error);
    if (status == KCC_OK) {
        kcc_weights_write_keras3(io, file);
        status = kcc_h5_image(file, &image, &size, io->error);
    }
    kcc_h5_discard(file);
    if (status == KCC_OK) {
        kcc_zip_member member[] = {{KCC_KERAS_METADATA, metadata, sizeof metadata - 1},
                                   {KCC_KERAS_CONFIG, config.data, config.size},
                                   {KCC_KERAS_WEIGHTS, image, size}};
        status = kcc_zip_write(io->path, member, 3, io->error);
    }
    free(image);
    kcc_text_free(&config);
    return status;
}
