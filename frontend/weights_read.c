/*
 * Weight files into a session, by suffix and content; declared in kcc.h.
 *
 * Takes: what kcc_weights_read of kcc.h says.
 * Gives: the session's variables.
 * Keeps: nothing changes unless the whole file was read well.
 */
#include "container.h"
#include "weights_io.h"

#include <string.h>

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Staged copies of n tensors. */
static void **stage(kcc_arena *arena, const kcc_tensor *tensor, int n) {
    void **data = kcc_alloc_array(arena, (size_t)n, sizeof *data);
    for (int i = 0; i < n; i++) data[i] = kcc_alloc(arena, kcc_weights_bytes(&tensor[i]) + KCC_ALIGN);
    return data;
}

static kcc_status read_file(kcc_weights_io *io) {
    kcc_weights_prepare(io);
    if (ends_with(io->path, ".npz")) return kcc_weights_read_npz(io);
    if (ends_with(io->path, ".keras") && !kcc_is_hdf5(io->path)) return kcc_weights_read_archive(io);
    if (ends_with(io->path, ".h5") || ends_with(io->path, ".hdf5") || ends_with(io->path, ".keras")) {
        kcc_h5 *file;
        kcc_status status = kcc_h5_open(io->path, &file, io->error);
        if (status == KCC_OK) status = kcc_weights_read_h5(io, file);
        kcc_h5_close(file);
        return status;
    }
    return kcc_fail(io->error, KCC_EINVAL, io->path,
                    "weights are read from .weights.h5, .h5, .keras, .npz and .safetensors",
                    "the suffix says no format of weights");
}

/* What of the program the formats see; false if the model is not the program's. */
static bool describe(kcc_weights_io *io, const kcc_program *program) {
    io->n_weights = program->n_weights;
    io->weight = program->variables;
    io->schedule = program->has_schedule != 0;
    io->slot = program->variables + program->n_weights;
    while (program->n_weights + io->n_slots < program->n_variables &&
           io->slot[io->n_slots].role == KCC_ROLE_OPTIMIZER)
        io->n_slots++;
    if (!io->model) return true;
    bool same = io->model->n_weights == program->n_weights;
    for (int i = 0; same && i < program->n_weights; i++) {
        int64_t shape[KCC_MAX_RANK];
        kcc_weights_shape(&program->variables[i], shape);
        same = kcc_weights_fits(&io->model->weights[i], program->variables[i].rank, shape);
    }
    return same;
}

static void commit(const kcc_weights_io *io, kcc_session *session) {
    for (int i = 0; i < io->n_weights; i++) kcc_session_set_value(session, i, io->data[i]);
    if (!io->optimizer) return;
    if (!io->state_found) return;
    for (int i = 0; io->slots_found && i < io->n_slots; i++)
        kcc_session_set_value(session, io->n_weights + i, io->slot_data[i]);
    kcc_session_set_iterations(session, io->iterations);
    if (io->rate_found && !io->schedule) kcc_session_set_learning_rate(session, io->learning_rate, NULL);
}

static kcc_status read_session(kcc_arena *arena, kcc_session *session, const kcc_model *model,
                               const char *path, const kcc_weights_options *options, kcc_error *error) {
    const kcc_program *program = kcc_session_program(session);
    kcc_weights_io *io = kcc_alloc(arena, sizeof *io);
    *io = (kcc_weights_io){.arena = arena,
                           .model = model,
                           .path = path,
                           .error = error,
                           .log = options->log,
                           .log_user = options->log_user,
                           .optimizer_name = "",
                           .compile_json = ""};
    if (!describe(io, program))
        return kcc_fail(error, KCC_EINVAL, path, NULL,
                        "the model given is not the one the program was made of");
    io->optimizer = options->optimizer && program->entry[KCC_ENTRY_TRAIN].call;
    io->data = stage(arena, io->weight, io->n_weights);
    io->slot_data = stage(arena, io->slot, io->optimizer ? io->n_slots : 0);
    kcc_status status = read_file(io);
    if (status == KCC_OK) commit(io, session);
    return status;
}

kcc_status kcc_weights_read(kcc_session *session, const kcc_model *model, const char *path,
                            const kcc_weights_options *options, kcc_error *error) {
    static const kcc_weights_options none = {0};
    if (!session || !path) return kcc_fail(error, KCC_EINVAL, "", NULL, "no session or no file is given");
    if (ends_with(path, ".safetensors"))
        return kcc_weights_load(session, path, !options || !options->optimizer, error);
    kcc_arena *arena = kcc_arena_create();
    if (!arena) return kcc_fail(error, KCC_ENOMEM, path, NULL, "no memory");
    jmp_buf point;
    if (setjmp(point)) {
        kcc_arena_free(arena);
        return kcc_fail(error, KCC_ENOMEM, path, NULL, "no memory");
    }
    kcc_arena_recover(arena, &point);
    kcc_status status = read_session(arena, session, model, path, options ? options : &none, error);
    kcc_arena_free(arena);
    return status;
}
