/*
 * The C file around the kernels: opening comment, run structure, constants, entry points, memory, initial
 * values, and the functions that the header declares.
 *
 * Takes: a module with expanded, verified kernels; a target, for the words of the opening comment.
 * Gives: model.c and model.h as text.
 * Keeps: the text needs no memory but the caller's; every name outside begins with the module's name, so that
 *        two models are linked into one program; the same seed gives the same initial weights and the same
 *        random numbers as the runtime (runtime/rng.c, runtime/initializers.c).
 */
#include "emit_c.h"

#include <string.h>

enum { MOST_CONSTANT_BYTES = 1 << 20 };

static int64_t element_size(kcc_dtype kind) {
    switch (kind) {
    case KCC_F64:
    case KCC_I64:
    case KCC_U64: return 8;
    case KCC_BOOL:
    case KCC_I8:
    case KCC_U8: return 1;
    case KCC_F16:
    case KCC_I16:
    case KCC_U16: return 2;
    default: return 4;
    }
}

/* ------------------------------------------------------------ opening comment */

static void shape_text(kcc_text *out, const kcc_tensor *t) {
    kcc_text_add(out, "[");
    for (int i = 0; i < t->rank; i++) {
        const kcc_dim *d = &t->dim[i];
        if (i) kcc_text_add(out, ", ");
        if (d->batch && d->size == 1)
            kcc_text_add(out, "N");
        else
            kcc_text_add(out, "%lld%s", (long long)d->size, d->batch ? " N" : "");
    }
    kcc_text_add(out, "]");
}

/* number: of an input or target as kcc_range counts them; -1: another tensor */
static void tensor_row(const kcc_program *p, int32_t number, kcc_text *out, const char *role,
                       const kcc_tensor *t, const char *name) {
    kcc_text_add(out, " *   %-8s %-7s %-32s ", role, kcc_c_element(t->dtype), name);
    shape_text(out, t);
    if (number >= 0) kcc_put_ranges(p, number, out);
    kcc_text_add(out, "\n");
}

/* Text of a comment must neither end it nor join lines. */
static const char *harmless(kcc_arena *arena, const char *text) {
    char *copy = kcc_strdup(arena, text ? text : "");
    for (char *p = copy; *p; p++)
        if (strchr("*?\\", *p) || (unsigned char)*p < ' ') *p = '.';
    return copy;
}

void kcc_c_shapes(const kcc_c_file *f, kcc_text *out) {
    const kcc_program *p = &f->module->program;
    for (int i = 0; i < p->n_inputs; i++)
        tensor_row(p, i, out, "input", &p->inputs[i], harmless(f->arena, p->inputs[i].name));
    for (int i = 0; i < p->n_outputs; i++)
        tensor_row(p, -1, out, "output", &p->outputs[i], harmless(f->arena, p->outputs[i].name));
    for (int i = 0; i < p->n_outputs && p->targets; i++)
        if (p->targets[i].rank >= 0)
            tensor_row(p, p->n_inputs + i, out, "target", &p->targets[i],
                       harmless(f->arena, p->targets[i].name));
    for (int i = 0; i < p->n_weights; i++)
        tensor_row(
            p, -1, out, "weight", &p->variables[i],
            harmless(f->arena, kcc_format(f->arena, "%s/%d", p->variables[i].layer, p->variables[i].index)));
}

static void opening(const kcc_c_file *f, const char *basename, kcc_text *out) {
    const kcc_module *m = f->module;
    const char *cpu = f->target->cpu && *f->target->cpu ? f->target->cpu : "native";
    kcc_text_add(out, "/*\n * %s: %s a Keras model, compiled by kcc %s.\n *\n", m->name,
                 m->entry[KCC_ENTRY_TRAIN].present ? "predicts with and trains" : "predicts with",
                 harmless(f->arena, m->program.version));
    kcc_text_add(
        out,
        " * One C11 file for gcc or clang; it needs nothing but %s.h, libc and libm.  Build it with\n *\n",
        basename);
    kcc_text_add(out, " *     cc -O3 -march=%s -ffp-contract=off -fopenmp -c %s\n *\n",
                 harmless(f->arena, cpu), kcc_c_file_name(f->arena, basename));
    kcc_text_add(out,
                 " * and link with -lm.  Any subset of these flags is correct: -march picks the width of the "
                 "registers\n"
                 " * (%d floats are planned for), -fopenmp the threads.  With fused multiply-add in the CPU "
                 "the results\n"
                 " * have the same bits everywhere; without it, a * b + c is rounded twice.  Not for "
                 "-ffast-math.\n *\n",
                 f->target->lanes);
    kcc_text_add(out, " * Shapes (N samples in a batch):\n *\n");
    kcc_c_shapes(f, out);
    kcc_text_add(out, " *\n * What it offers: see %s.h.\n */\n", basename);
}

/* ------------------------------------------------------------ run structure */

static void run_struct(const kcc_c_file *f, kcc_text *out) {
    const char *name = f->module->name;
    kcc_text_add(out,
                 "/* One call of an entry point: the batch, and where everything lies. */\n"
                 "struct %s_run {\n"
                 "    int64_t batch, step; /* samples; optimizer steps done before */\n"
                 "    uint64_t seed;       /* of the random numbers inside kernels */\n"
                 "    float learning_rate;\n"
                 "    void *const *variables, *const *inputs, *const *targets, *const *sample_weights;\n"
                 "    void *const *outputs, *const *gradients;\n"
                 "    float *results;\n"
                 "    char *arena;\n"
                 "    struct %s_fault *fault;\n"
                 "};\n\n",
                 name, name);
    if (f->faults)
        kcc_text_add(out,
                     "/* Keeps the first fault of a call, whichever thread finds it. */\n"
                     "static void report_fault(const struct %s_run *run, int32_t input, int64_t sample, "
                     "int64_t position,\n"
                     "                         int64_t value, int64_t limit) {\n"
                     "    struct %s_fault *fault = run->fault;\n"
                     "    if (__atomic_exchange_n(&fault->set, 1, __ATOMIC_RELAXED)) return;\n"
                     "    fault->input = input;\n"
                     "    fault->sample = sample;\n"
                     "    fault->position = position;\n"
                     "    fault->value = value;\n"
                     "    fault->limit = limit;\n"
                     "}\n\n",
                     name, name);
    kcc_text_add(
        out,
        "typedef void kernel_function(void *const *buffer, const struct %s_run *run, int64_t begin, int64_t "
        "end);\n\n"
        "/* Tasks 0 ... count-1 of a kernel; work of fewer than two grains stays on this thread. */\n"
        "static void run_tasks(kernel_function *kernel, void *const *buffer, const struct %s_run *run, "
        "int64_t count,\n"
        "                      int64_t grain) {\n"
        "#if defined(_OPENMP)\n"
        "    const int64_t grains = (count + grain - 1) / grain, threads = omp_get_max_threads();\n"
        "    if (count >= 2 * grain && threads > 1) {\n"
        "        const int64_t pieces = grains < threads ? grains : threads;\n"
        "#pragma omp parallel for schedule(static, 1) num_threads((int)pieces)\n"
        "        for (int64_t piece = 0; piece < pieces; piece++) {\n"
        "            const int64_t begin = piece * grains / pieces * grain;\n"
        "            const int64_t end = (piece + 1) * grains / pieces * grain;\n"
        "            kernel(buffer, run, begin, end < count ? end : count);\n"
        "        }\n"
        "        return;\n"
        "    }\n"
        "#else\n"
        "    (void)grain;\n"
        "#endif\n"
        "    if (count > 0) kernel(buffer, run, 0, count);\n"
        "}\n\n",
        name, name);
}

/* ------------------------------------------------------------ constants */

static kcc_c_number constant_item(const kcc_buffer *b, int64_t i) {
    switch (b->dtype) {
    case KCC_F32: return kcc_c_literal(KCC_F32, 0, ((const float *)b->data)[i]);
    case KCC_F64: return kcc_c_literal(KCC_F64, 0, ((const double *)b->data)[i]);
    case KCC_I32: return kcc_c_literal(KCC_I32, ((const int32_t *)b->data)[i], 0);
    case KCC_U32: return kcc_c_literal(KCC_U32, ((const uint32_t *)b->data)[i], 0);
    case KCC_I64: return kcc_c_literal(KCC_I64, ((const int64_t *)b->data)[i], 0);
    case KCC_U64: return kcc_c_literal(KCC_U64, (int64_t)((const uint64_t *)b->data)[i], 0);
    default: return kcc_c_literal(KCC_I32, ((const uint8_t *)b->data)[i], 0);
    }
}

static void constant_array(const kcc_buffer *b, const char *name, kcc_text *out) {
    int64_t count = b->count.size;
    if (b->shape) kcc_text_add(out, "/* %s */\n", b->shape);
    kcc_text_add(out, "static const %s %s[%lld] __attribute__((aligned(%d))) = {\n", kcc_c_element(b->dtype),
                 name, (long long)(count > 0 ? count : 1), KCC_ALIGN);
    int column = 0;
    for (int64_t i = 0; i < count; i++) {
        kcc_c_number n = constant_item(b, i);
        int length = (int)strlen(n.text) + 2;
        if (column == 0 || column + length > KCC_C_COLUMNS) {
            kcc_text_add(out, "%s   ", column ? "\n" : "");
            column = 3;
        }
        kcc_text_add(out, " %s,", n.text);
        column += length;
    }
    kcc_text_add(out, "%s};\n\n", count > 0 ? "\n" : "    0\n");
}

/* ------------------------------------------------------------ entry points */

static const char *dim_text(kcc_arena *arena, int64_t fixed, int64_t per_sample) {
    if (per_sample == 0) return kcc_format(arena, "%lld", (long long)fixed);
    if (fixed == 0) return kcc_format(arena, "N * %lld", (long long)per_sample);
    return kcc_format(arena, "%lld + N * %lld", (long long)fixed, (long long)per_sample);
}

static const char *place(const kcc_c_file *f, int buffer) {
    const kcc_buffer *b = &f->module->buffer[buffer];
    switch (b->store) {
    case KCC_STORE_VARIABLE: return kcc_format(f->arena, "run->variables[%d]", b->index);
    case KCC_STORE_INPUT: return kcc_format(f->arena, "run->inputs[%d]", b->index);
    case KCC_STORE_TARGET: return kcc_format(f->arena, "run->targets[%d]", b->index);
    case KCC_STORE_SAMPLE_WEIGHT: return kcc_format(f->arena, "run->sample_weights[%d]", b->index);
    case KCC_STORE_OUTPUT: return kcc_format(f->arena, "run->outputs[%d]", b->index);
    case KCC_STORE_GRADIENT: return kcc_format(f->arena, "run->gradients[%d]", b->index);
    case KCC_STORE_RESULT:
        return b->index ? kcc_format(f->arena, "run->results + %d", b->index) : "run->results";
    case KCC_STORE_ARENA:
        if (!b->arena_fixed && !b->arena_per_sample) return "run->arena";
        return kcc_format(f->arena, "run->arena + %s",
                          dim_text(f->arena, b->arena_fixed, b->arena_per_sample));
    case KCC_STORE_CONSTANT: return kcc_format(f->arena, "(void *)%s", f->constant[buffer]);
    }
    return "NULL";
}

/* ceil(extent(N) / per_task) * times */
static const char *tasks_text(kcc_arena *arena, const kcc_tasks *t, bool *uses_batch) {
    int64_t per = t->per_task < 1 ? 1 : t->per_task;
    if (!t->extent.batch)
        return kcc_format(arena, "%lld", (long long)((t->extent.size + per - 1) / per * t->times));
    *uses_batch = true;
    const char *n = t->extent.size == 1 ? "N" : kcc_format(arena, "%lld * N", (long long)t->extent.size);
    if (per > 1) n = kcc_format(arena, "(%s + %lld) / %lld", n, (long long)(per - 1), (long long)per);
    return t->times == 1 ? n : kcc_format(arena, "%s * %lld", n, (long long)t->times);
}

static bool kernel_faults(const kcc_kernel *k) {
    for (int i = 0; i < k->n_instr; i++)
        if (k->instr[i].op == KCC_K_FAULT) return true;
    return false;
}

/* The buffers of an entry as named pointers; name[i] stays NULL where buffer i is not used. */
static void entry_buffers(const kcc_c_file *f, const kcc_module_entry *e, const char **name, bool *uses_batch,
                          kcc_text *out) {
    const kcc_module *m = f->module;
    kcc_c_names names = {.arena = f->arena};
    kcc_c_name(&names, "run");
    kcc_c_name(&names, "N");
    for (int i = 0; i < m->n_kernels; i++)
        if (f->kernel[i]) kcc_c_name(&names, f->kernel[i]);
    for (int i = 0; i < m->n_buffers; i++)
        if (f->constant[i]) kcc_c_name(&names, f->constant[i]);
    for (int c = 0; c < e->n_calls; c++) {
        for (int p = 0; p < m->kernel[e->call[c].kernel]->n_params; p++) {
            int b = e->call[c].buffer[p];
            const kcc_buffer *buffer = &m->buffer[b];
            if (name[b]) continue;
            if (buffer->store == KCC_STORE_CONSTANT) {
                name[b] = kcc_format(f->arena, "(void *)%s", f->constant[b]);
                continue;
            }
            name[b] = kcc_c_name(&names, buffer->name);
            if (buffer->store == KCC_STORE_ARENA && buffer->arena_per_sample) *uses_batch = true;
            kcc_text_add(out, "    void *const %s = %s; /* %s %s */\n", name[b], place(f, b),
                         kcc_c_element(buffer->dtype),
                         buffer->shape ? harmless(f->arena, buffer->shape) : "");
        }
    }
}

static void entry_point(const kcc_c_file *f, kcc_entry which, kcc_text *out) {
    static const char *const doc[KCC_ENTRY_COUNT] = {
        "inference: inputs -> outputs",
        "forward in training mode, backward, update, metrics",
        "inference, loss and metrics into the accumulators",
        "loss and its gradients, forward as in inference",
        "loss and its gradients, forward as in training",
        "metric accumulators -> results",
        "weights -> what predict and evaluate_step read instead of them",
    };
    const kcc_module *m = f->module;
    const kcc_module_entry *e = &m->entry[which];
    kcc_text *buffers = kcc_c_scratch(f->arena), *calls = kcc_c_scratch(f->arena);
    const char **name = kcc_alloc_array(f->arena, (size_t)m->n_buffers + 1, sizeof *name);
    bool uses_batch = false;
    entry_buffers(f, e, name, &uses_batch, buffers);
    for (int c = 0; c < e->n_calls; c++) {
        const kcc_call *call = &e->call[c];
        const char *list = "";
        for (int p = 0; p < m->kernel[call->kernel]->n_params; p++)
            list = kcc_format(f->arena, "%s%s%s", list, p ? ", " : "", name[call->buffer[p]]);
        if (call->note && *call->note) kcc_c_comment(calls, 4, call->note);
        const char *tasks = tasks_text(f->arena, &call->tasks, &uses_batch);
        kcc_c_line(calls, 4,
                   kcc_format(f->arena, "run_tasks(%s, (void *[]){%s}, run, %s, %lld);",
                              f->kernel[call->kernel], *list ? list : "NULL", tasks,
                              (long long)(call->grain < 1 ? 1 : call->grain)));
        if (kernel_faults(m->kernel[call->kernel]))
            kcc_text_add(calls, "    if (run->fault->set) return 1;\n");
    }
    kcc_text_add(out, "/* %s */\nstatic int run_%s(const struct %s_run *run) {\n", doc[which],
                 kcc_entry_names[which], m->name);
    if (uses_batch) kcc_text_add(out, "    const int64_t N = run->batch;\n");
    if (!e->n_calls) kcc_text_add(out, "    (void)run;\n");
    kcc_text_put(out, buffers->data ? buffers->data : "", buffers->size);
    if (buffers->size) kcc_text_add(out, "\n");
    kcc_text_put(out, calls->data ? calls->data : "", calls->size);
    kcc_text_add(out, "    return 0;\n}\n\n");
    if (calls->failed || buffers->failed) out->failed = true;
    kcc_text_free(buffers);
    kcc_text_free(calls);
}

static void entries(const kcc_c_file *f, kcc_text *out) {
    for (int e = 0; e < KCC_ENTRY_COUNT; e++)
        if (f->module->entry[e].present) entry_point(f, (kcc_entry)e, out);
}

/* ------------------------------------------------------------ the whole file */

/* Names the kernels and constants that present entries use; finds what the rest of the file depends on. */
static kcc_status collect(kcc_c_file *f, kcc_error *error) {
    const kcc_module *m = f->module;
    int64_t bytes = 0;
    static const char *const api[] = {
        "_memory_size",  "_init",         "_weight",        "_find_weight",   "_weights",
        "_load_weights", "_use_averages", "_tensors",       "_reset_metrics", "_metrics",
        "_predict",      "_train_step",   "_evaluate_step", "_gradients",     "_gradients_training",
        "_results"};
    static const char *const own[] = {"start_run",       "fill_variable",  "draw_word",    "draw_value",
                                      "draw_normal",     "make_generator", "first_values", "arena_size",
                                      "kernel_function", "check_ids",      "id_ranges",    "id_range"};
    for (size_t i = 0; i < sizeof api / sizeof *api; i++)
        kcc_c_name(&f->names, kcc_format(f->arena, "%s%s", m->name, api[i]));
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) kcc_c_name(&f->names, own[i]);
    for (int i = 0; i < KCC_ENTRY_COUNT; i++)
        if (m->entry[i].present) kcc_c_name(&f->names, kcc_format(f->arena, "run_%s", kcc_entry_names[i]));
    for (int entry = 0; entry < KCC_ENTRY_COUNT; entry++) {
        const kcc_module_entry *e = &m->entry[entry];
        for (int c = 0; e->present && c < e->n_calls; c++) {
            int kernel = e->call[c].kernel;
            const kcc_kernel *k = m->kernel[kernel];
            /* A name without '_' could be one of the C library's. */
            if (!f->kernel[kernel])
                f->kernel[kernel] = kcc_c_name(
                    &f->names, strchr(k->name, '_') ? k->name : kcc_format(f->arena, "%s_kernel", k->name));
            f->faults = f->faults || kernel_faults(k);
            for (int i = 0; i < k->n_instr; i++)
                if (k->instr[i].op == KCC_K_RUN && k->instr[i].field == KCC_RUN_SEED) f->seeds = true;
            for (int p = 0; p < k->n_params; p++) {
                const kcc_buffer *b = &m->buffer[e->call[c].buffer[p]];
                if (b->store != KCC_STORE_CONSTANT || f->constant[e->call[c].buffer[p]]) continue;
                f->constant[e->call[c].buffer[p]] = kcc_c_name(
                    &f->names, strchr(b->name, '_') ? b->name : kcc_format(f->arena, "%s_data", b->name));
                if (b->count.size > MOST_CONSTANT_BYTES)
                    bytes = INT64_MAX;
                else
                    bytes += b->count.size * element_size(b->dtype);
                if (bytes > MOST_CONSTANT_BYTES)
                    return kcc_fail(error, KCC_EUNSUPPORTED, m->name,
                                    "compile to an object or a library (.o, .so)",
                                    "the model holds more than 1 MB of constants, too much for C text");
            }
        }
    }
    for (int i = 0; i < m->program.n_variables && m->program.variables; i++) {
        kcc_init_kind kind = m->program.variables[i].init.kind;
        bool drawn = kind == KCC_INIT_UNIFORM || kind == KCC_INIT_NORMAL || kind == KCC_INIT_TRUNCATED_NORMAL;
        if (drawn && !m->program.initial_weights) f->random = true;
        if (kind == KCC_INIT_ORTHOGONAL && !m->program.initial_weights)
            return kcc_fail(error, KCC_EUNSUPPORTED, m->program.variables[i].path,
                            "give the weights, or compile to .so",
                            "C source cannot make orthogonal initial weights");
    }
    return KCC_OK;
}

static kcc_status emit(kcc_c_file *f, const char *basename, kcc_text *c, kcc_text *h, kcc_error *error) {
    const kcc_module *m = f->module;
    f->kernel = kcc_alloc_array(f->arena, (size_t)m->n_kernels + 1, sizeof *f->kernel);
    f->constant = kcc_alloc_array(f->arena, (size_t)m->n_buffers + 1, sizeof *f->constant);
    f->names.arena = f->arena;
    kcc_status status = collect(f, error);
    if (status) return status;
    kcc_c_uses *uses = kcc_alloc(f->arena, sizeof *uses);
    kcc_text *kernels = kcc_c_scratch(f->arena);
    const char *run = kcc_format(f->arena, "%s_run", m->name);
    for (int i = 0; i < m->n_buffers; i++)
        if (f->constant[i]) constant_array(&m->buffer[i], f->constant[i], kernels);
    for (int i = 0; i < m->n_kernels && !status; i++)
        if (f->kernel[i])
            status = kcc_c_kernel(m->kernel[i], f->arena, f->kernel[i], run, uses, kernels, error);
    if (status) return status;

    opening(f, basename, c);
    kcc_text_add(c, "#include \"%s.h\"\n\n", basename);
    kcc_c_prelude(uses, c);
    run_struct(f, c);
    kcc_text_add(c, "/* ------------------------------------------------------------ kernels */\n\n");
    kcc_text_put(c, kernels->data ? kernels->data : "", kernels->size);
    kcc_text_add(c, "/* ------------------------------------------------------------ entry points */\n\n");
    entries(f, c);
    kcc_text_add(c, "/* ------------------------------------------------------------ interface */\n\n");
    kcc_c_interface(f, c);
    kcc_c_header(f, basename, h);
    if (kernels->failed) c->failed = true;
    return c->failed || h->failed ? KCC_ENOMEM : KCC_OK;
}

kcc_status kcc_emit_c(const kcc_module *module, const kcc_target *target, const char *basename, kcc_text *c,
                      kcc_text *h, kcc_error *error) {
    jmp_buf point;
    kcc_arena *arena = kcc_arena_create();
    if (!arena) return kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    if (setjmp(point)) {
        kcc_arena_free(arena);
        return kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    }
    kcc_arena_recover(arena, &point);
    kcc_c_file *f = kcc_alloc(arena, sizeof *f);
    f->module = module;
    f->target = target;
    f->arena = arena;
    kcc_status status = emit(f, basename, c, h, error);
    kcc_arena_free(arena);
    if (status == KCC_ENOMEM) kcc_fail(error, status, "", "", "out of memory");
    return status;
}
