/*
 * Weight files from a session, by suffix; declared in kcc.h.
 *
 * Keeps: a file is made in memory and written at once under a temporary name, synced and renamed, so an
 *        interrupted or failed save leaves the old file whole; the same weights give the same bytes.
 */
#include "weights_io.h"

#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Keras's name of the optimizer: the first part of a slot's path, else from the compile information. */
static const char *optimizer_name(kcc_arena *arena, const kcc_weights_io *io) {
    for (int i = 0; i < io->n_slots; i++) {
        const char *path = io->slot[i].path, *slash = path ? strchr(path, '/') : NULL;
        if (slash) return kcc_format(arena, "%.*s", (int)(slash - path), path);
    }
    const char *name = "";
    cJSON *json = kcc_json_tree(io->compile_json, NULL);
    const cJSON *optimizer = cJSON_GetObjectItemCaseSensitive(json, "optimizer");
    if (!optimizer) optimizer = cJSON_GetObjectItemCaseSensitive(json, "optimizer_config"); /* of an .h5 */
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(optimizer, "config");
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(config, "name"));
    if (!found) found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(optimizer, "class_name"));
    if (!found) found = cJSON_GetStringValue(optimizer);
    if (found) name = kcc_snake_case(arena, found);
    cJSON_Delete(json);
    return name;
}

/* The three forms of HDF5 file. */
typedef enum h5_form { KERAS_3, LEGACY, WHOLE } h5_form;

static kcc_status write_h5(const kcc_weights_io *io, h5_form form) {
    kcc_h5_writer *file;
    void *image = NULL;
    size_t size;
    kcc_status status = kcc_h5_create(&file, io->error);
    if (status != KCC_OK) return status;
    if (form == WHOLE)
        status = kcc_weights_write_whole(io, file);
    else if (form == LEGACY)
        kcc_weights_write_legacy(io, file, "");
    else
        kcc_weights_write_keras3(io, file);
    if (status == KCC_OK) status = kcc_h5_image(file, &image, &size, io->error);
    kcc_h5_discard(file);
    if (status == KCC_OK) status = kcc_file_write(io->path, image, size, io->error);
    free(image);
    return status;
}

kcc_status kcc_model_check_whole(const kcc_model *model, const char *path, kcc_error *error) {
    if (model->generation == KCC_KERAS_3) return KCC_OK;
    return kcc_fail(error, KCC_EUNSUPPORTED, path,
                    "save the weights as .weights.h5 or .h5 and load them into the model",
                    "the model's JSON is not Keras 3's, and whole models are written as Keras 3 does");
}

/* An operator that Keras will not find: .h5 files have no modules (whole), an archive those of its model. */
static const kcc_layer *lost_operator(const kcc_layer *layer, bool whole) {
    if (layer->is_op && (whole || layer->is_bare_op)) return layer;
    for (int i = 0; i < layer->n_sublayers; i++) {
        const kcc_layer *found = lost_operator(layer->sublayer[i], whole);
        if (found) return found;
    }
    return NULL;
}

/* Keras writes such .h5 files, too, and cannot read them. */
static void warn_operators(const kcc_weights_io *io, bool archive) {
    const kcc_layer *op = lost_operator(io->model->root, !archive);
    if (op)
        kcc_weights_log(io, "kcc can load this file, Keras cannot: operator \"%.80s\" is not found in %s",
                        op->name,
                        archive ? "a model that came from .h5; build the model in Keras and load the weights"
                                : ".h5; save .keras instead");
}

static kcc_status write_file(const kcc_weights_io *io, bool whole) {
    if (whole && (ends_with(io->path, ".npz") || ends_with(io->path, ".weights.h5")))
        return kcc_fail(io->error, KCC_EINVAL, io->path, "save as .keras or .h5",
                        "a whole model was asked for, and this format holds weights only");
    if (ends_with(io->path, ".npz")) return kcc_weights_write_npz(io);
    bool keras = ends_with(io->path, ".keras"), keras3 = ends_with(io->path, ".weights.h5");
    bool legacy = !keras3 && (ends_with(io->path, ".h5") || ends_with(io->path, ".hdf5"));
    if (!keras && !keras3 && !legacy)
        return kcc_fail(io->error, KCC_EINVAL, io->path,
                        "weights are written as .weights.h5, .h5, .keras, .npz and .safetensors",
                        "the suffix says no format of weights");
    if (!io->model)
        return kcc_fail(io->error, KCC_EINVAL, io->path, "or save as .npz or .safetensors",
                        "this format needs the model's layers");
    if (keras || whole) {
        kcc_status status = kcc_model_check_whole(io->model, io->path, io->error);
        if (status != KCC_OK) return status;
        warn_operators(io, keras);
    }
    if (legacy && io->optimizer && !whole)
        kcc_weights_log(
            io, "this layout holds weights only; save .weights.h5 or .keras to keep the optimizer's state");
    if (keras) return kcc_weights_write_archive(io);
    return write_h5(io, !legacy ? KERAS_3 : whole ? WHOLE : LEGACY);
}

static void describe(kcc_weights_io *io, kcc_session *session, bool optimizer) {
    const kcc_program *program = kcc_session_program(session);
    io->n_weights = program->n_weights;
    io->weight = program->variables;
    io->slot = program->variables + program->n_weights;
    while (program->n_weights + io->n_slots < program->n_variables &&
           io->slot[io->n_slots].role == KCC_ROLE_OPTIMIZER)
        io->n_slots++;
    io->data = kcc_alloc_array(io->arena, (size_t)io->n_weights, sizeof *io->data);
    io->slot_data = kcc_alloc_array(io->arena, (size_t)io->n_slots, sizeof *io->slot_data);
    for (int i = 0; i < io->n_weights; i++)
        io->data[i] = (void *)kcc_session_value(session, i); /* only read */
    for (int i = 0; i < io->n_slots; i++)
        io->slot_data[i] = (void *)kcc_session_value(session, io->n_weights + i);
    io->optimizer = optimizer && program->entry[KCC_ENTRY_TRAIN].call;
    io->schedule = program->has_schedule != 0;
    io->iterations = kcc_session_iterations(session);
    io->learning_rate = kcc_session_learning_rate(session);
    io->compile_json = program->compile_json ? program->compile_json : "";
    io->optimizer_name = optimizer_name(io->arena, io);
    kcc_weights_prepare(io);
}

static kcc_status write_session(kcc_arena *arena, kcc_session *session, const kcc_model *model,
                                const char *path, const kcc_weights_options *options, kcc_error *error) {
    kcc_weights_io *io = kcc_alloc(arena, sizeof *io);
    *io = (kcc_weights_io){.arena = arena,
                           .model = model,
                           .path = path,
                           .error = error,
                           .log = options->log,
                           .log_user = options->log_user};
    if (model && model->n_weights != kcc_session_program(session)->n_weights)
        return kcc_fail(error, KCC_EINVAL, path, NULL,
                        "the model given is not the one the program was made of");
    describe(io, session, options->optimizer);
    return write_file(io, options->whole_model);
}

kcc_status kcc_weights_write(kcc_session *session, const kcc_model *model, const char *path,
                             const kcc_weights_options *options, kcc_error *error) {
    static const kcc_weights_options none = {0};
    if (!session || !path) return kcc_fail(error, KCC_EINVAL, "", NULL, "no session or no file is given");
    bool safetensors = ends_with(path, ".safetensors");
    if (safetensors && options && options->whole_model)
        return kcc_fail(error, KCC_EINVAL, path, "save as .keras or .h5",
                        "a whole model was asked for, and this format holds weights only");
    if (safetensors) return kcc_weights_save(session, path, error);
    kcc_arena *arena = kcc_arena_create();
    if (!arena) return kcc_fail(error, KCC_ENOMEM, path, NULL, "no memory");
    jmp_buf point;
    if (setjmp(point)) {
        kcc_arena_free(arena);
        return kcc_fail(error, KCC_ENOMEM, path, NULL, "no memory");
    }
    kcc_arena_recover(arena, &point);
    kcc_status status = write_session(arena, session, model, path, options ? options : &none, error);
    kcc_arena_free(arena);
    return status;
}
