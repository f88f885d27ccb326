/*
 * Sessions: the state of one model, and how its entry points are called.
 *
 * Takes: a constant kcc_program.  Gives: variables with their first values, an arena that grows with the
 *        batch, runs ready to be called, faults turned into errors.
 * Keeps: variables lie in one block, each at a multiple of KCC_ALIGN, in the program's order (the layout of
 *        initial_weights, too).  Nothing outside the session changes.
 */
#include "rng.h"
#include "runtime_internal.h"

#include <stdlib.h>
#include <string.h>

/* Shape rules every tensor of a program must keep; batched: axis 0 counts samples and no other does. */
static bool tensor_valid(const kcc_tensor *tensor, bool batched) {
    if (tensor->rank < (batched ? 1 : 0) || tensor->rank > KCC_MAX_RANK) return false;
    if (kcc_dtype_size(tensor->dtype) == 0) return false;
    for (int i = 0; i < tensor->rank; i++)
        if (tensor->dim[i].size < 0 || tensor->dim[i].batch != (batched && i == 0)) return false;
    return kcc_tensor_count(tensor, 1) >= 0;
}

static kcc_status check_program(const kcc_program *program, kcc_error *error) {
    if (program->abi != KCC_ABI_VERSION || program->size != sizeof(kcc_program))
        return kcc_fail(error, KCC_EINVAL, "", "compile the model again with this version of kcc",
                        "the compiled model has ABI %u, this runtime has ABI %u", program->abi,
                        KCC_ABI_VERSION);
    kcc_status status = kcc_cpu_check(program->features, error);
    if (status != KCC_OK) return status;
    bool valid = program->n_inputs >= 0 && program->n_outputs >= 0 && program->n_weights >= 0 &&
                 program->n_variables >= program->n_weights && program->n_metrics >= 0;
    for (int i = 0; valid && i < program->n_inputs; i++) valid = tensor_valid(&program->inputs[i], true);
    for (int i = 0; valid && i < program->n_outputs; i++) {
        valid = tensor_valid(&program->outputs[i], true);
        if (valid && program->targets && program->targets[i].rank >= 0)
            valid = tensor_valid(&program->targets[i], true) && program->sample_weights &&
                    tensor_valid(&program->sample_weights[i], true);
    }
    for (int i = 0; valid && i < program->n_variables; i++)
        valid = tensor_valid(&program->variables[i], false);
    valid =
        valid && program->n_folded >= 0 && (program->n_folded == 0 || program->entry[KCC_ENTRY_FOLD].call);
    for (int i = 0; valid && i < program->n_folded; i++) valid = tensor_valid(&program->folded[i], false);
    if (!valid) return kcc_fail(error, KCC_EINVAL, "", "", "the compiled model is damaged");
    return KCC_OK;
}

/* Bytes of variable i with padding, -1 on overflow. */
static int64_t variable_bytes(const kcc_tensor *tensor) {
    int64_t bytes;
    if (!kcc_multiply(kcc_tensor_count(tensor, 1), (int64_t)kcc_dtype_size(tensor->dtype), &bytes)) return -1;
    return bytes > INT64_MAX / 4 ? -1 : kcc_align_up(bytes > 0 ? bytes : 1);
}

/* Memory for n tensors, one behind the other, and their addresses. */
static kcc_status allocate(kcc_buffer *storage, const kcc_tensor *tensor, int n, void **address,
                           kcc_error *error) {
    int64_t total = 0;
    for (int i = 0; i < n; i++) {
        int64_t bytes = variable_bytes(&tensor[i]);
        if (bytes < 0 || __builtin_add_overflow(total, bytes, &total))
            return kcc_fail(error, KCC_ENOMEM, "", "", "the sizes of the model's variables overflow");
    }
    if (!kcc_buffer_reserve(storage, total))
        return kcc_fail(error, KCC_ENOMEM, "", "", "no memory for %lld bytes of variables", (long long)total);
    char *place = storage->data;
    for (int i = 0; i < n; i++) {
        address[i] = place;
        place += variable_bytes(&tensor[i]);
    }
    return KCC_OK;
}

static kcc_status initialize_variables(kcc_session *session, kcc_error *error) {
    const kcc_program *program = session->program;
    int first = 0;
    memset(session->storage.data, 0, (size_t)kcc_align_up(session->storage.size));
    if (program->initial_weights) {
        int64_t bytes = 0;
        for (int i = 0; i < program->n_weights; i++) bytes += variable_bytes(&program->variables[i]);
        if (program->initial_size != (uint64_t)bytes)
            return kcc_fail(error, KCC_EINVAL, "", "",
                            "the compiled model's initial weights have %llu bytes, not %lld",
                            (unsigned long long)program->initial_size, (long long)bytes);
        if (bytes > 0) memcpy(session->storage.data, program->initial_weights, (size_t)bytes);
        first = program->n_weights;
    }
    for (int i = first; i < program->n_variables; i++) {
        kcc_status status = kcc_initialize(&program->variables[i], i, session->seed, session->variables[i]);
        if (status != KCC_OK)
            return kcc_fail(error, status, program->variables[i].path, "",
                            "the variable cannot be initialized");
    }
    return KCC_OK;
}

/* calloc of n pointers or structs, never of nothing. */
static void *zeroed(int64_t n, size_t size) { return calloc((size_t)(n > 0 ? n : 1), size); }

static bool allocate_tables(kcc_session *s) {
    const kcc_program *p = s->program;
    s->variables = zeroed(p->n_variables + p->n_folded, sizeof *s->variables);
    s->results = zeroed(p->n_metrics, sizeof *s->results);
    s->inputs = zeroed(p->n_inputs, sizeof *s->inputs);
    s->input_stage = zeroed(p->n_inputs, sizeof *s->input_stage);
    s->targets = zeroed(p->n_outputs, sizeof *s->targets);
    s->target_stage = zeroed(p->n_outputs, sizeof *s->target_stage);
    s->sample_weights = zeroed(p->n_outputs, sizeof *s->sample_weights);
    s->weight_stage = zeroed(p->n_outputs, sizeof *s->weight_stage);
    s->outputs = zeroed(p->n_outputs, sizeof *s->outputs);
    s->output_stage = zeroed(p->n_outputs, sizeof *s->output_stage);
    s->ones = zeroed(p->n_outputs, sizeof *s->ones);
    s->ones_count = zeroed(p->n_outputs, sizeof *s->ones_count);
    return s->variables && s->results && s->inputs && s->input_stage && s->targets && s->target_stage &&
           s->sample_weights && s->weight_stage && s->outputs && s->output_stage && s->ones && s->ones_count;
}

kcc_status kcc_session_create(const kcc_program *program, const kcc_session_options *options,
                              kcc_session **session, kcc_error *error) {
    if (!program || !session)
        return kcc_fail(error, KCC_EINVAL, "", "", "no program or no place for the session");
    *session = NULL;
    kcc_status status = check_program(program, error);
    if (status != KCC_OK) return status;
    if (options && options->threads < 0)
        return kcc_fail(error, KCC_EINVAL, "threads", "", "must not be negative, got %d", options->threads);
    kcc_session *s = calloc(1, sizeof *s);
    if (!s) return kcc_fail(error, KCC_ENOMEM, "", "", "no memory for a session");
    s->program = program;
    s->seed = options ? options->seed : 0;
    kcc_rng rng = kcc_rng_start(s->seed, KCC_STREAM_KERNELS, 0);
    s->kernel_seed = kcc_rng_next(&rng);
    s->kernel_seed |= (uint64_t)kcc_rng_next(&rng) << 32;
    kcc_team_start(&s->team, kcc_thread_count(options ? options->threads : 0));
    s->stop = options ? options->stop : NULL;
    s->learning_rate = program->learning_rate;
    if (!allocate_tables(s)) status = kcc_fail(error, KCC_ENOMEM, "", "", "no memory for a session");
    if (status == KCC_OK)
        status = allocate(&s->storage, program->variables, program->n_variables, s->variables, error);
    if (status == KCC_OK) status = initialize_variables(s, error);
    if (status != KCC_OK) {
        kcc_session_free(s);
        return status;
    }
    *session = s;
    return KCC_OK;
}

static void free_buffers(kcc_buffer *buffer, int n) {
    for (int i = 0; buffer && i < n; i++) kcc_buffer_free(&buffer[i]);
    free(buffer);
}

void kcc_session_free(kcc_session *s) {
    if (!s) return;
    free_buffers(s->input_stage, s->program->n_inputs);
    free_buffers(s->target_stage, s->program->n_outputs);
    free_buffers(s->weight_stage, s->program->n_outputs);
    free_buffers(s->output_stage, s->program->n_outputs);
    free_buffers(s->ones, s->program->n_outputs);
    free(s->ones_count);
    free(s->inputs);
    free(s->targets);
    free(s->sample_weights);
    free(s->outputs);
    free(s->results);
    free(s->variables);
    kcc_buffer_free(&s->storage);
    kcc_buffer_free(&s->folding);
    kcc_buffer_free(&s->arena);
    kcc_team_end(&s->team);
    free(s);
}

const kcc_program *kcc_session_program(const kcc_session *session) { return session->program; }

void *kcc_session_variable(kcc_session *session, int32_t i) {
    if (i < 0 || i >= session->program->n_variables) return NULL;
    session->lent = true;
    kcc_session_changed(session);
    return session->variables[i];
}

const void *kcc_session_value(const kcc_session *session, int32_t i) {
    return i >= 0 && i < session->program->n_variables ? session->variables[i] : NULL;
}

void kcc_session_set_value(kcc_session *session, int32_t i, const void *value) {
    const kcc_tensor *t = &session->program->variables[i];
    memcpy(session->variables[i], value, (size_t)kcc_tensor_count(t, 1) * kcc_dtype_size(t->dtype));
    kcc_session_changed(session);
}

int32_t kcc_program_find_weight(const kcc_program *program, const char *key) {
    const char *slash = key ? strrchr(key, '/') : NULL;
    if (!slash || !slash[1] || strlen(slash + 1) > 9 || strspn(slash + 1, "0123456789") != strlen(slash + 1))
        return -1;
    int32_t index = (int32_t)strtol(slash + 1, NULL, 10);
    size_t length = (size_t)(slash - key);
    for (int32_t i = 0; i < program->n_weights; i++) {
        const kcc_tensor *w = &program->variables[i];
        if (w->index == index && strlen(w->layer) == length && memcmp(w->layer, key, length) == 0) return i;
    }
    return -1;
}

int64_t kcc_session_iterations(const kcc_session *session) { return session->iterations; }

void kcc_session_set_iterations(kcc_session *session, int64_t iterations) {
    session->iterations = iterations > 0 ? iterations : 0;
}

float kcc_session_learning_rate(const kcc_session *session) { return session->learning_rate; }

kcc_status kcc_session_set_learning_rate(kcc_session *session, float rate, kcc_error *error) {
    if (session->program->has_schedule)
        return kcc_fail(error, KCC_EINVAL, "learning_rate", "compile the model with a constant learning rate",
                        "the model computes its learning rate by a schedule");
    if (!(rate >= 0)) /* NaN, too */
        return kcc_fail(error, KCC_EINVAL, "learning_rate", "", "the learning rate must not be negative");
    session->learning_rate = rate;
    return KCC_OK;
}

void kcc_session_stop_training(kcc_session *session) { session->stop_training = true; }

void kcc_session_reset_metrics(kcc_session *session) {
    const kcc_program *program = session->program;
    for (int i = program->n_weights; i < program->n_variables; i++)
        if (program->variables[i].role == KCC_ROLE_METRIC)
            /* Constant kinds need no memory: this cannot fail after the session was created. */
            (void)kcc_initialize(&program->variables[i], i, session->seed, session->variables[i]);
}

static const char *const purposes[KCC_ENTRY_COUNT] = {
    "predict",           "train",           "evaluate",    "compute gradients",
    "compute gradients", "compute metrics", "fold weights"};

kcc_status kcc_session_reserve(kcc_session *session, kcc_entry entry, int64_t batch, kcc_error *error) {
    const kcc_entry_point *point = &session->program->entry[entry];
    if (!point->call)
        return kcc_fail(error, KCC_EUNSUPPORTED, "", "compile it with a loss and an optimizer",
                        "the model was compiled without what it needs to %s", purposes[entry]);
    int64_t size;
    if (!kcc_multiply(point->arena_per_sample, batch, &size) ||
        __builtin_add_overflow(size, point->arena_fixed, &size) || !kcc_buffer_reserve(&session->arena, size))
        return kcc_fail(error, KCC_ENOMEM, "", "use a smaller batch",
                        "no memory for the intermediate results of %lld samples", (long long)batch);
    return KCC_OK;
}

kcc_run kcc_session_run(kcc_session *session) {
    return (kcc_run){.batch = 1,
                     .step = session->iterations,
                     .seed = session->kernel_seed,
                     .learning_rate = session->learning_rate,
                     .variables = session->variables,
                     .inputs = session->inputs,
                     .targets = session->targets,
                     .sample_weights = session->sample_weights,
                     .outputs = session->outputs,
                     .results = session->results,
                     .arena = session->arena.data,
                     .parallel_for = kcc_parallel_for,
                     .parallel_user = &session->team,
                     .fault = &session->fault};
}

static kcc_status report_fault(const kcc_session *session, const int64_t *order, int64_t start,
                               kcc_error *error) {
    const kcc_program *program = session->program;
    const kcc_fault *fault = &session->fault;
    int32_t target = fault->tensor - program->n_inputs; /* targets are counted after the inputs */
    const char *kind = "input", *name = "";
    char place[160] = "";
    if (fault->tensor >= 0 && fault->tensor < program->n_inputs) {
        name = program->inputs[fault->tensor].name;
        snprintf(place, sizeof place, "x[%d] (%.120s)", (int)fault->tensor, name);
    } else if (target >= 0 && target < program->n_outputs) {
        kind = "target of";
        name = program->outputs[target].name;
        snprintf(place, sizeof place, "y[%d] (%.120s)", (int)target, name);
    }
    int64_t sample = order ? order[start + fault->sample] : start + fault->sample;
    return kcc_fail(error, KCC_ERANGE, place, "",
                    "%s \"%s\": %lld in sample %lld, position %lld is out of range: it must be in 0 ... %lld",
                    kind, name, (long long)fault->value, (long long)sample, (long long)fault->position,
                    (long long)fault->limit - 1);
}

/* Makes the folded values, where weights changed since or may have. */
static kcc_status fold_weights(kcc_session *session, kcc_error *error) {
    const kcc_program *program = session->program;
    kcc_status status = kcc_session_reserve(session, KCC_ENTRY_FOLD, 1, error);
    if (status == KCC_OK && !session->folding.data)
        status = allocate(&session->folding, program->folded, program->n_folded,
                          session->variables + program->n_variables, error);
    if (status != KCC_OK) return status;
    kcc_run run = kcc_session_run(session);
    kcc_team_call(&session->team, program->entry[KCC_ENTRY_FOLD].call, &run);
    session->folded = !session->lent;
    return KCC_OK;
}

kcc_status kcc_session_call(kcc_session *session, kcc_entry entry, kcc_run *run, const int64_t *order,
                            int64_t start, kcc_error *error) {
    bool infers = entry == KCC_ENTRY_PREDICT || entry == KCC_ENTRY_EVALUATE;
    if (infers && session->program->n_folded > 0 && !session->folded) {
        kcc_status status = fold_weights(session, error);
        if (status != KCC_OK) return status;
    }
    if (entry == KCC_ENTRY_TRAIN) kcc_session_changed(session);
    session->fault = (kcc_fault){0};
    run->arena = session->arena.data;
    if (kcc_team_call(&session->team, session->program->entry[entry].call, run) == 0) return KCC_OK;
    return report_fault(session, order, start, error);
}

kcc_status kcc_session_results(kcc_session *session, kcc_error *error) {
    kcc_status status = kcc_session_reserve(session, KCC_ENTRY_RESULTS, 1, error);
    if (status != KCC_OK) return status;
    kcc_run run = kcc_session_run(session);
    return kcc_session_call(session, KCC_ENTRY_RESULTS, &run, NULL, 0, error);
}
