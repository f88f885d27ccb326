/*
 * The compiler, as the list of its stages.
 *
 * Takes: kcc_source (a frontend), options.
 * Gives: kcc_module: kernels, calls and a descriptor, ready for a backend.
 * Keeps: after every pass the graph verifies; dumps, timing and --stop-after are done here and nowhere else.
 *
 *   trace -> autodiff -> optimizer -> the passes of passes/pipeline.c
 *         -> fuse -> lower -> plan -> expand
 *
 * Entries that infer have scale, fold in the place of autodiff; what they fold is an entry of its own, the last.
 */
#include "compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lower.h"

typedef struct compiler {
    kcc_arena *arena;
    const kcc_source *source;
    const kcc_compile_options *options;
    kcc_error *error;
    kcc_module *module;
    int n_slots;
    kcc_slot *slot;
    kcc_range_list ranges; /* of all entries traced */
    kcc_folded folded;     /* likewise of those that infer */
    bool stopped;          /* --stop-after was reached */
} compiler;

static void say(const compiler *c, const kcc_text *t) {
    if (c->options->log && t->data) c->options->log(c->options->log_user, t->data);
}

/* Whether a comma-separated list holds the word. */
static bool listed(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
        if (!strncmp(p, word, n) && (p[n] == 0 || p[n] == ',')) return true;
    return false;
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---------------------------------------------------------------- driver of passes */

/* Dumps, verifies and times what a pass made; false when the compile is to end. */
static bool after_pass(compiler *c, const kcc_graph *g, kcc_entry entry, const char *pass, double start) {
    const char *debug = c->options->debug;
    kcc_text t = {0};
    bool stop = c->options->stop_after && !strcmp(c->options->stop_after, pass);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "dump:%s", pass);
    if (listed(debug, "time"))
        kcc_text_add(&t, "%s: %-9s %8.3f ms, %d nodes, %.1f MB\n", kcc_entry_names[entry], pass,
                     1e3 * (seconds() - start), g->n_nodes, 1e-6 * (double)kcc_arena_size(c->arena));
    if (stop || listed(debug, "dump") || listed(debug, wanted)) {
        kcc_text_add(&t, "# %s after %s\n", kcc_entry_names[entry], pass);
        kcc_graph_print(g, &t);
    }
    say(c, &t);
    kcc_text_free(&t);
    if (!kcc_graph_ok(g)) {
        if (c->error && !c->error->status) *c->error = g->error;
        return false;
    }
    kcc_text bad = {0};
    if (kcc_graph_verify(g, &bad)) {
        kcc_fail(c->error, KCC_EINTERNAL, kcc_entry_names[entry], "this is a bug in kcc", "after %s: %.300s",
                 pass, bad.data ? bad.data : "");
        say(c, &bad);
        kcc_text_free(&bad);
        return false;
    }
    kcc_text_free(&bad);
    c->stopped = c->stopped || stop;
    return true;
}

/* ---------------------------------------------------------------- differentiation */

static kcc_shape tensor_shape(const kcc_tensor *t) { return kcc_shape_of(t->rank, t->dim); }

static void add_update(compiler *c, kcc_graph *g, const kcc_trace *trace) {
    const kcc_source *s = c->source;
    kcc_trained *vars = kcc_alloc_array(c->arena, (size_t)s->n_weights + 1, sizeof *vars);
    kcc_node **wrt = kcc_alloc_array(c->arena, (size_t)s->n_weights + 1, sizeof *wrt);
    kcc_node **gradient = kcc_alloc_array(c->arena, (size_t)s->n_weights + 1, sizeof *gradient);
    int n = 0;
    for (int i = 0; i < s->n_weights; i++) {
        if (!s->weights[i].trainable) continue;
        kcc_shape shape = tensor_shape(&s->weights[i]);
        wrt[n] = trace->weight[i] ? trace->weight[i] : kcc_variable(g, i, s->weights[i].dtype, &shape);
        vars[n] = (kcc_trained){.variable = i, .node = wrt[n], .constraint = s->constraints[i]};
        n++;
    }
    kcc_autodiff(g, trace->loss, n, wrt, gradient);
    for (int i = 0; i < n; i++) vars[i].gradient = gradient[i];
    g->scope = "update";
    kcc_optimizer_update(g, &s->optimizer, n, vars, s->n_weights);
    g->scope = NULL;
}

/* Gradients of the loss for trainable weights and floating point inputs, as results. */
static void add_gradients(compiler *c, kcc_graph *g, const kcc_trace *trace) {
    const kcc_source *s = c->source;
    size_t most = (size_t)s->n_weights + (size_t)s->n_inputs + 1;
    kcc_node **wrt = kcc_alloc_array(c->arena, most, sizeof *wrt),
             **gradient = kcc_alloc_array(c->arena, most, sizeof *wrt);
    int *index = kcc_alloc_array(c->arena, most, sizeof *index), n = 0;
    for (int i = 0; i < s->n_weights + s->n_inputs; i++) {
        bool weight = i < s->n_weights;
        const kcc_tensor *t = weight ? &s->weights[i] : &s->inputs[i - s->n_weights];
        kcc_node *node = weight ? trace->weight[i] : trace->input[i - s->n_weights];
        if (weight ? !t->trainable : t->dtype != KCC_F32) continue;
        kcc_shape shape = tensor_shape(t);
        if (!node)
            node = weight ? kcc_variable(g, i, t->dtype, &shape)
                          : kcc_input(g, i - s->n_weights, t->dtype, &shape);
        wrt[n] = node;
        index[n++] = i;
    }
    kcc_autodiff(g, trace->loss, n, wrt, gradient);
    for (int i = 0; i < n; i++)
        kcc_graph_result(g, KCC_RESULT_GRADIENT, index[i],
                         gradient[i] ? gradient[i] : kcc_full(g, &wrt[i]->shape, 0));
    kcc_graph_result(g, KCC_RESULT_VALUE, 0, trace->loss);
}

/* ---------------------------------------------------------------- folding */

/* Describes the folded values after the first `known`, which the entry at hand added. */
static void describe_folded(compiler *c, int known) {
    kcc_program *p = &c->module->program;
    kcc_tensor *t = kcc_alloc_array(c->arena, (size_t)c->folded.n + 1, sizeof *t);
    if (known) memcpy(t, p->folded, (size_t)known * sizeof *t);
    for (int i = known; i < c->folded.n; i++) {
        const kcc_node *n = c->folded.graph->result[i].node;
        t[i] =
            (kcc_tensor){.name = "folded", .layer = n->name ? n->name : "", .path = "", .index = i, .of = -1};
        t[i].role = KCC_ROLE_FOLDED;
        t[i].dtype = n->dtype;
        t[i].rank = n->shape.rank;
        memcpy(t[i].dim, n->shape.dim, sizeof t[i].dim);
        t[i].init = (kcc_init){.kind = KCC_INIT_CONSTANT, .seed = -1};
    }
    p->folded = t;
    p->n_folded = c->folded.n;
}

/* Takes what depends on the weights alone out of an entry that infers. */
static kcc_graph *fold(compiler *c, const kcc_graph *traced, kcc_entry entry) {
    double start = seconds();
    kcc_graph *g = kcc_scale_weights(kcc_simplify(traced));
    if (!after_pass(c, g, entry, "scale", start)) return NULL;
    start = seconds();
    int known = c->folded.n;
    g = kcc_fold_weights(g, &c->folded);
    describe_folded(c, known);
    return after_pass(c, g, entry, "fold", start) ? g : NULL;
}

/* ---------------------------------------------------------------- one entry point */

static kcc_graph *trace_entry(compiler *c, kcc_entry entry) {
    const kcc_source *s = c->source;
    if (entry == KCC_ENTRY_FOLD) return c->folded.graph;
    kcc_graph *g = kcc_graph_create(c->arena);
    kcc_trace trace = {.first_metric = s->n_weights + c->n_slots};
    trace.weight = kcc_alloc_array(c->arena, (size_t)s->n_weights + 1, sizeof *trace.weight);
    trace.input = kcc_alloc_array(c->arena, (size_t)s->n_inputs + 1, sizeof *trace.input);
    double start = seconds();
    s->trace(s->user, g, entry, &trace);
    if (!after_pass(c, g, entry, "trace", start)) return NULL;
    if (c->stopped) return g;
    kcc_find_ranges(g, &c->ranges);
    if (entry == KCC_ENTRY_PREDICT || entry == KCC_ENTRY_EVALUATE) return fold(c, g, entry);
    start = seconds();
    if (entry == KCC_ENTRY_TRAIN)
        add_update(c, g, &trace);
    else if (entry == KCC_ENTRY_GRADIENTS || entry == KCC_ENTRY_GRADIENTS_TRAINING)
        add_gradients(c, g, &trace);
    else
        return g;
    return after_pass(c, g, entry, "autodiff", start) ? g : NULL;
}

/* The passes, each on memory of its own that is freed with the next; NULL after a failure. */
static kcc_graph *run_passes(compiler *c, kcc_graph *traced, kcc_entry entry) {
    kcc_arena *arena = kcc_arena_nested(c->arena);
    kcc_graph *g = kcc_graph_copy(arena, traced);
    for (const kcc_pass *p = kcc_passes; !c->stopped && p->name; p++) {
        double start = seconds();
        g = p->run(g);
        if (!after_pass(c, g, entry, p->name, start)) return NULL;
        kcc_arena *next = p[1].name ? kcc_arena_nested(c->arena) : c->arena;
        g = kcc_graph_copy(next, g);
        kcc_arena_free(arena);
        arena = next;
    }
    return g;
}

static bool compile_entry(compiler *c, kcc_entry entry) {
    kcc_graph *g = trace_entry(c, entry);
    if (g && !c->stopped) g = run_passes(c, g, entry);
    if (!g || c->stopped) return g != NULL;
    if (c->options->dot) {
        kcc_graph_dot(g, c->options->dot);
        c->stopped = true;
        return true;
    }
    double start = seconds();
    kcc_fusion *fusion = kcc_fuse(g);
    if (!after_pass(c, g, entry, "fuse", start)) return false;
    kcc_text t = {0};
    if (listed(c->options->emit, "graph")) {
        kcc_text_add(&t, "# %s\n", kcc_entry_names[entry]);
        kcc_graph_print(g, &t);
        kcc_fusion_print(fusion, &t);
    }
    if (c->options->stop_after && !strcmp(c->options->stop_after, "fuse")) kcc_fusion_print(fusion, &t);
    say(c, &t);
    kcc_text_free(&t);
    if (c->stopped) return true;
    kcc_lowering l = {.arena = c->arena,
                      .module = c->module,
                      .entry = entry,
                      .fusion = fusion,
                      .target = c->options->target};
    start = seconds();
    kcc_lower(&l);
    if (!after_pass(c, g, entry, "lower", start)) return false;
    start = seconds();
    kcc_plan_memory(c->module, entry);
    return after_pass(c, g, entry, "plan", start);
}

/* ---------------------------------------------------------------- descriptor */

static void fill_variables(compiler *c) {
    const kcc_source *s = c->source;
    int n_slots = c->n_slots, n = s->n_weights + n_slots + s->n_accumulators;
    kcc_tensor *t = kcc_alloc_array(c->arena, (size_t)n + 1, sizeof *t);
    int *trained = kcc_alloc_array(c->arena, (size_t)s->n_weights + 1, sizeof *trained), n_trained = 0;
    for (int i = 0; i < s->n_weights; i++) {
        t[i] = s->weights[i];
        if (t[i].trainable) trained[n_trained++] = i;
    }
    for (int i = 0; i < n_slots; i++) {
        const kcc_slot *slot = &c->slot[i];
        kcc_tensor *v = &t[s->n_weights + i];
        *v = (kcc_tensor){.name = slot->name,
                          .layer = "",
                          .index = i,
                          .of = -1,
                          .role = KCC_ROLE_OPTIMIZER,
                          .dtype = KCC_F32};
        v->rank = slot->shape.rank;
        memcpy(v->dim, slot->shape.dim, sizeof v->dim);
        v->init = (kcc_init){.kind = KCC_INIT_CONSTANT, .a = slot->initial, .seed = -1};
        const char *optimizer = s->optimizer.name ? s->optimizer.name : "optimizer";
        if (slot->of >= 0) {
            v->of = trained[slot->of];
            char *path = kcc_strdup(c->arena, s->weights[v->of].path);
            for (char *p = path; *p; p++)
                if (*p == '/') *p = '_';
            v->path = kcc_format(c->arena, "%s/%s_%s", optimizer, path, slot->name);
        } else {
            v->path = kcc_format(c->arena, "%s/%s", optimizer, slot->name);
        }
    }
    for (int i = 0; i < s->n_accumulators; i++) t[s->n_weights + n_slots + i] = s->accumulators[i];
    kcc_program *p = &c->module->program;
    p->variables = t;
    p->n_weights = s->n_weights;
    p->n_variables = n;
    p->ema_first = -1;
    for (int i = 0; i < n_slots && p->ema_first < 0; i++)
        if (!strcmp(c->slot[i].name, "average")) p->ema_first = s->n_weights + i;
}

static void fill_descriptor(compiler *c) {
    const kcc_source *s = c->source;
    kcc_program *p = &c->module->program;
    *p = (kcc_program){.abi = KCC_ABI_VERSION, .size = sizeof *p, .name = s->name, .version = KCC_VERSION};
    p->cpu = c->options->target->cpu ? c->options->target->cpu : "";
    p->features = c->options->target->checked;
    p->model_json = s->model_json ? s->model_json : "";
    p->compile_json = s->trains && s->compile_json ? s->compile_json : "";
    p->n_inputs = s->n_inputs;
    p->n_outputs = s->n_outputs;
    p->n_metrics = s->n_metrics;
    p->inputs = s->inputs;
    p->outputs = s->outputs;
    p->targets = s->targets;
    p->sample_weights = s->sample_weights;
    p->metrics = s->metrics;
    p->has_schedule = s->optimizer.schedule.kind != KCC_SCHEDULE_NONE;
    p->learning_rate = (float)(p->has_schedule ? s->optimizer.schedule.initial : s->optimizer.learning_rate);
    p->initial_weights = s->initial_weights;
    p->initial_size = s->initial_size;
    fill_variables(c);
}

static void fill_ranges(compiler *c) {
    const kcc_source *s = c->source;
    kcc_program *p = &c->module->program;
    int n;
    kcc_range *range = kcc_make_ranges(&c->ranges, s->n_ranges, &n);
    for (int i = 0; i < s->n_ranges; i++) range[n++] = s->ranges[i];
    p->ranges = range;
    p->n_ranges = n;
}

static void find_slots(compiler *c) {
    const kcc_source *s = c->source;
    if (!s->trains) return;
    kcc_shape *shapes = kcc_alloc_array(c->arena, (size_t)s->n_weights + 1, sizeof *shapes);
    int n = 0;
    for (int i = 0; i < s->n_weights; i++)
        if (s->weights[i].trainable) shapes[n++] = tensor_shape(&s->weights[i]);
    c->n_slots = kcc_optimizer_slots(c->arena, &s->optimizer, n, shapes, &c->slot);
}

/* Prints kernels as planned, verifies them, and expands functions for the backends. */
static bool finish_kernels(compiler *c) {
    kcc_text t = {0}, bad = {0};
    int wrong = 0;
    double start = seconds();
    for (int i = 0; i < c->module->n_kernels; i++) {
        if (listed(c->options->emit, "kernels")) kcc_kernel_print(c->module->kernel[i], &t);
        wrong += kcc_kernel_verify(c->module->kernel[i], &bad);
    }
    for (int i = 0; i < KCC_ENTRY_COUNT; i++)
        if (c->module->entry[i].present && listed(c->options->emit, "plan"))
            kcc_plan_print(c->module, (kcc_entry)i, &t);
    say(c, &t);
    say(c, &bad);
    if (wrong)
        kcc_fail(c->error, KCC_EINTERNAL, "", "this is a bug in kcc", "a kernel is malformed: %.300s",
                 bad.data ? bad.data : "");
    for (int i = 0; !wrong && i < c->module->n_kernels; i++) kcc_kernel_expand(c->module->kernel[i]);
    kcc_text_free(&t);
    kcc_text_free(&bad);
    if (listed(c->options->debug, "time")) {
        kcc_text_add(&t, "expand %8.3f ms, %d kernels\n", 1e3 * (seconds() - start), c->module->n_kernels);
        say(c, &t);
        kcc_text_free(&t);
    }
    return !wrong;
}

/* The passes that --stop-after can name, in order. */
static const char *pass_names(kcc_arena *arena) {
    const char *names = "trace,autodiff,scale,fold";
    for (const kcc_pass *p = kcc_passes; p->name; p++)
        if (!listed(names, p->name)) names = kcc_format(arena, "%s,%s", names, p->name);
    return kcc_format(arena, "%s,fuse,lower,plan", names);
}

kcc_status kcc_compile(kcc_arena *arena, const kcc_source *source, const kcc_compile_options *options,
                       kcc_module **module, kcc_error *error) {
    kcc_error local = {0};
    compiler c = {.arena = arena, .source = source, .options = options, .error = error ? error : &local};
    c.ranges.arena = arena;
    unsigned can = 1u << KCC_ENTRY_PREDICT;
    if (source->trains)
        can |= 1u << KCC_ENTRY_TRAIN | 1u << KCC_ENTRY_EVALUATE | 1u << KCC_ENTRY_GRADIENTS |
               1u << KCC_ENTRY_GRADIENTS_TRAINING | 1u << KCC_ENTRY_RESULTS;
    unsigned entries = options->entries ? options->entries & can : can;
    if (options->dot) entries &= 1u << (entries >> KCC_ENTRY_TRAIN & 1 ? KCC_ENTRY_TRAIN : KCC_ENTRY_PREDICT);
    *module = NULL;
    const char *names = pass_names(arena), *named = options->stop_after;
    if (named && !listed(names, named))
        return kcc_fail(c.error, KCC_EINVAL, "--stop-after", names, "no pass is called \"%.100s\"", named);
    c.module = kcc_alloc(arena, sizeof *c.module);
    c.module->arena = arena;
    c.module->name = kcc_identifier(arena, source->name);
    find_slots(&c);
    fill_descriptor(&c);
    c.folded =
        (kcc_folded){.arena = arena, .n_weights = source->n_weights, .first = c.module->program.n_variables};
    for (int e = 0; e < KCC_ENTRY_COUNT; e++) {
        bool wanted = e == KCC_ENTRY_FOLD ? c.folded.n > 0 && !options->dot : entries >> e & 1;
        if (!wanted) continue;
        c.stopped = false; /* --stop-after shows every entry */
        if (!compile_entry(&c, (kcc_entry)e)) return c.error->status;
    }
    if (named || options->dot) return KCC_OK; /* what was not stopped, having no such pass, is no whole */
    fill_ranges(&c);
    if (!finish_kernels(&c)) return c.error->status;
    *module = c.module;
    return KCC_OK;
}
