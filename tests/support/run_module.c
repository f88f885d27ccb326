/* See run_module.h. */
#include "run_module.h"

#include <stdlib.h>
#include <string.h>

#include "passes.h"

kcc_target kcc_test_target(int lanes) {
    return (kcc_target){
        .cpu = "test", .lanes = lanes, .registers = lanes == 16 ? 32 : 16, .fma = true, .threads = 1};
}

bool kcc_module_says(const kcc_module *m, const char *words) {
    kcc_text t = {0};
    for (int i = 0; i < m->n_kernels; i++) kcc_kernel_print(m->kernel[i], &t);
    bool found = t.data && strstr(t.data, words);
    kcc_text_free(&t);
    return found;
}

float *kcc_test_numbers(size_t n, unsigned seed) {
    float *v = aligned_alloc(64, (n * sizeof *v + 63) / 64 * 64);
    if (!v) abort();
    for (size_t i = 0; i < n; i++) v[i] = (float)((i * 2654435761u + seed * 40503u) % 2001) / 1000 - 1;
    return v;
}

static void note(kcc_arena *a, kcc_shape **list, int *n, int index, const kcc_shape *s) {
    if (index >= *n) {
        kcc_shape *grown = kcc_alloc_array(a, (size_t)index + 1, sizeof *grown);
        if (*n) memcpy(grown, *list, (size_t)*n * sizeof *grown);
        *list = grown;
        *n = index + 1;
    }
    (*list)[index] = *s;
}

void kcc_leaves_of(kcc_arena *arena, const kcc_graph *g, kcc_leaves *l) {
    *l = (kcc_leaves){0};
    for (int i = 0; i < g->n_nodes; i++) {
        const kcc_node *n = g->node[i];
        int index = (int)n->attr.i[0];
        if (n->op == KCC_OP_VARIABLE) note(arena, &l->variable, &l->n_variables, index, &n->shape);
        if (n->op == KCC_OP_INPUT) note(arena, &l->input, &l->n_inputs, index, &n->shape);
        if (n->op == KCC_OP_TARGET) note(arena, &l->target, &l->n_targets, index, &n->shape);
        if (n->op == KCC_OP_SAMPLE_WEIGHT) note(arena, &l->weight, &l->n_weights, index, &n->shape);
    }
    for (int i = 0; i < g->n_results; i++) {
        const kcc_result *r = &g->result[i];
        if (r->kind == KCC_RESULT_OUTPUT) note(arena, &l->output, &l->n_outputs, r->index, &r->node->shape);
        if (r->kind == KCC_RESULT_GRADIENT)
            note(arena, &l->gradient, &l->n_gradients, r->index, &r->node->shape);
        if (r->kind == KCC_RESULT_ASSIGN)
            note(arena, &l->variable, &l->n_variables, r->index, &r->node->shape);
        if (r->kind == KCC_RESULT_VALUE && r->index >= l->n_values) l->n_values = r->index + 1;
    }
}

static kcc_tensor *tensors(kcc_arena *a, const char *name, int n, const kcc_shape *shape, kcc_role role) {
    kcc_tensor *t = kcc_alloc_array(a, (size_t)n + 1, sizeof *t);
    for (int i = 0; i < n; i++) {
        t[i] =
            (kcc_tensor){.layer = "", .path = "", .index = i, .of = -1, .role = role, .rank = shape[i].rank};
        t[i].name = kcc_format(a, "%s%d", name, i);
        memcpy(t[i].dim, shape[i].dim, sizeof t[i].dim);
    }
    return t;
}

kcc_graph *kcc_run_passes(const kcc_graph *g) {
    for (const kcc_pass *p = kcc_passes; p->name; p++) g = p->run(g);
    return (kcc_graph *)g;
}

kcc_module *kcc_module_of_graph(kcc_arena *arena, const kcc_graph *g, const kcc_target *target,
                                kcc_text *log) {
    kcc_leaves l;
    kcc_leaves_of(arena, g, &l);
    kcc_module *m = kcc_alloc(arena, sizeof *m);
    m->arena = arena;
    m->name = "test";
    kcc_program *p = &m->program;
    *p = (kcc_program){.abi = KCC_ABI_VERSION,
                       .size = sizeof *p,
                       .name = "test",
                       .version = "test",
                       .cpu = "",
                       .features = "",
                       .model_json = "",
                       .compile_json = "",
                       .ema_first = -1};
    p->n_inputs = l.n_inputs;
    p->n_outputs = l.n_outputs > l.n_targets ? l.n_outputs : l.n_targets;
    if (l.n_weights > p->n_outputs) p->n_outputs = l.n_weights;
    p->n_weights = p->n_variables = l.n_variables;
    p->n_metrics = 0;
    p->inputs = tensors(arena, "x", l.n_inputs, l.input, KCC_ROLE_INPUT);
    kcc_shape *any = kcc_alloc_array(arena, (size_t)p->n_outputs + 1, sizeof *any);
    p->outputs = tensors(arena, "output", p->n_outputs, any, KCC_ROLE_OUTPUT);
    p->targets = tensors(arena, "target", p->n_outputs, any, KCC_ROLE_TARGET);
    p->sample_weights = tensors(arena, "weight", p->n_outputs, any, KCC_ROLE_SAMPLE_WEIGHT);
    p->variables = tensors(arena, "v", l.n_variables, l.variable, KCC_ROLE_WEIGHT);
    kcc_graph *r = kcc_run_passes(g);
    kcc_fusion *f = kcc_fuse(r);
    if (log) {
        kcc_graph_print(r, log);
        kcc_fusion_print(f, log);
    }
    kcc_lowering low = {.arena = arena, .module = m, .entry = KCC_ENTRY_TRAIN, .fusion = f, .target = target};
    kcc_lower(&low);
    kcc_plan_memory(m, KCC_ENTRY_TRAIN);
    return m;
}

static void *storage(const kcc_buffer *b, const kcc_run *run, kcc_eval_mode mode) {
    bool wide = mode == KCC_EVAL_DOUBLE && b->dtype == KCC_F32;
    switch (b->store) {
    case KCC_STORE_VARIABLE: return run->variables[b->index];
    case KCC_STORE_INPUT: return run->inputs[b->index];
    case KCC_STORE_TARGET: return run->targets[b->index];
    case KCC_STORE_SAMPLE_WEIGHT: return run->sample_weights[b->index];
    case KCC_STORE_OUTPUT: return run->outputs[b->index];
    case KCC_STORE_GRADIENT: return run->gradients[b->index];
    case KCC_STORE_RESULT:
        return wide ? (void *)((double *)(void *)run->results + b->index) : run->results + b->index;
    case KCC_STORE_ARENA: /* places double where elements do */
        return (char *)run->arena + (wide || mode == KCC_EVAL_DOUBLE ? 2 : 1) *
                                        (b->arena_fixed + run->batch * b->arena_per_sample);
    case KCC_STORE_CONSTANT: return (void *)b->data;
    }
    return NULL;
}

kcc_status kcc_module_eval(const kcc_module *m, kcc_entry entry, kcc_eval_mode mode, const kcc_run *run,
                           int64_t task_split, kcc_text *log) {
    const kcc_module_entry *e = &m->entry[entry];
    for (int c = 0; c < e->n_calls; c++) {
        const kcc_call *call = &e->call[c];
        const kcc_kernel *k = m->kernel[call->kernel];
        void *buffer[64] = {0}, *owned[64] = {0};
        int64_t elements[64];
        for (int p = 0; p < k->n_params && p < 64; p++) {
            const kcc_buffer *b = &m->buffer[call->buffer[p]];
            elements[p] = kcc_dim_at(b->count, run->batch);
            buffer[p] = storage(b, run, mode);
            if (b->store == KCC_STORE_CONSTANT && mode == KCC_EVAL_DOUBLE) {
                double *wide = owned[p] = malloc(sizeof *wide * (size_t)elements[p]);
                for (int64_t i = 0; i < elements[p]; i++) wide[i] = ((const float *)b->data)[i];
                buffer[p] = wide;
            }
        }
        int64_t extent = kcc_dim_at(call->tasks.extent, run->batch);
        int64_t tasks = (extent + call->tasks.per_task - 1) / call->tasks.per_task * call->tasks.times;
        int64_t step = task_split > 0 ? task_split : tasks;
        kcc_status status = KCC_OK;
        for (int64_t end = tasks; end > 0 && !status; end -= step) {
            int64_t begin = end > step ? end - step : 0;
            status = kcc_kernel_eval(k, mode, buffer, elements, run, begin, end, log);
        }
        for (int p = 0; p < 64; p++) free(owned[p]);
        if (status) return status;
    }
    return KCC_OK;
}
