/*
 * Lowering of an entry point: storage for the roots, a kernel for each cluster, a call for each kernel.
 *
 * Takes: a fused graph.  Gives: calls and buffers in the module.
 * Keeps: equal kernels are one kernel, whichever entry points they come from.
 */
#include <stdio.h>
#include <string.h>

#include "lower.h"

int kcc_buffer_create(kcc_lowering *l, const kcc_buffer *b) {
    kcc_module *m = l->module;
    for (int i = 0; i < m->n_buffers && b->store != KCC_STORE_ARENA && b->store != KCC_STORE_CONSTANT; i++) {
        const kcc_buffer *o = &m->buffer[i];
        if (o->store == b->store && o->index == b->index && o->dtype == b->dtype) return i;
    }
    m->buffer = kcc_grow(l->arena, m->buffer, &m->cap_buffers, m->n_buffers + 1, sizeof *m->buffer);
    m->buffer[m->n_buffers] = *b;
    return m->n_buffers++;
}

/* ---------------------------------------------------------------- storage of nodes */

static const char *tensor_name(kcc_lowering *l, const kcc_tensor *t) {
    const char *name = *t->layer && (t->role == KCC_ROLE_WEIGHT || t->role == KCC_ROLE_FOLDED)
                           ? kcc_format(l->arena, "%s_%s", t->layer, t->name)
                           : t->name;
    return kcc_identifier(l->arena, t->role == KCC_ROLE_OPTIMIZER && *t->path ? t->path : name);
}

static const kcc_tensor *variable(const kcc_program *p, int i) {
    return i < p->n_variables ? &p->variables[i] : &p->folded[i - p->n_variables];
}

static kcc_buffer parameter_buffer(kcc_lowering *l, const kcc_node *n) {
    const kcc_program *p = &l->module->program;
    int i = (int)n->attr.i[0];
    kcc_buffer b = {.index = i, .dtype = n->dtype};
    switch (n->op) {
    case KCC_OP_VARIABLE:
        b.store = KCC_STORE_VARIABLE;
        b.name = tensor_name(l, variable(p, i));
        break;
    case KCC_OP_INPUT:
        b.store = KCC_STORE_INPUT;
        b.name = tensor_name(l, &p->inputs[i]);
        break;
    case KCC_OP_TARGET:
        b.store = KCC_STORE_TARGET;
        b.name = kcc_format(l->arena, "target%d", i);
        break;
    case KCC_OP_SAMPLE_WEIGHT:
        b.store = KCC_STORE_SAMPLE_WEIGHT;
        b.name = kcc_format(l->arena, "sample_weight%d", i);
        break;
    default:
        b.store = KCC_STORE_CONSTANT;
        b.index = 0;
        b.data = n->attr.data;
        b.name = kcc_format(l->arena, "constant%d", n->id);
        break;
    }
    return b;
}

static kcc_buffer root_buffer(kcc_lowering *l, const kcc_node *n) {
    kcc_buffer b = {.store = KCC_STORE_ARENA, .dtype = n->dtype};
    int r = l->fusion->result_of[n->id];
    /* A layer stores several values: what was done last tells them apart. */
    const kcc_node *last = n->op == KCC_OP_STOP_GRADIENT ? n->input[0] : n;
    const char *op = kcc_op_table[last->op].name;
    b.name = kcc_identifier(l->arena, n->name ? kcc_format(l->arena, "%s_%s", n->name, op) : op);
    if (r < 0) return b;
    const kcc_result *result = &l->fusion->graph->result[r];
    b.index = result->index;
    switch (result->kind) {
    case KCC_RESULT_OUTPUT:
        b.store = KCC_STORE_OUTPUT;
        b.name = kcc_format(l->arena, "output%d", b.index);
        break;
    case KCC_RESULT_ASSIGN:
        b.store = KCC_STORE_VARIABLE;
        b.name = tensor_name(l, variable(&l->module->program, b.index));
        break;
    case KCC_RESULT_GRADIENT:
        b.store = KCC_STORE_GRADIENT;
        b.name = kcc_format(l->arena, "gradient%d", b.index);
        break;
    case KCC_RESULT_VALUE:
        b.store = KCC_STORE_RESULT;
        b.name = kcc_format(l->arena, "result%d", b.index);
        break;
    }
    return b;
}

static void give_storage(kcc_lowering *l) {
    const kcc_graph *g = l->fusion->graph;
    l->buffer_of = kcc_alloc_array(l->arena, (size_t)g->n_nodes + 1, sizeof *l->buffer_of);
    for (int i = 0; i < g->n_nodes; i++) {
        const kcc_node *n = g->node[i];
        l->buffer_of[i] = -1;
        kcc_buffer b;
        if (l->fusion->root[i])
            b = root_buffer(l, n);
        else if (n->op == KCC_OP_VARIABLE || n->op == KCC_OP_INPUT || n->op == KCC_OP_TARGET ||
                 n->op == KCC_OP_SAMPLE_WEIGHT || n->op == KCC_OP_TENSOR)
            b = parameter_buffer(l, n);
        else
            continue;
        char shape[200];
        kcc_shape_count(&n->shape, &b.count);
        b.shape = kcc_strdup(l->arena, kcc_shape_text(&n->shape, shape, sizeof shape));
        l->buffer_of[i] = kcc_buffer_create(l, &b);
    }
}

/* ---------------------------------------------------------------- finishing a kernel */

/* "dense_1: contract mk,kn->mn, add, relu" */
static const char *describe(kcc_emit *e) {
    kcc_text t = {0};
    const char *scope = NULL;
    for (int i = 0; i < e->c->n_members; i++) {
        const kcc_node *n = e->c->member[i];
        bool root = e->l->fusion->root[n->id];
        if (n->name && (!scope || strcmp(scope, n->name) != 0)) {
            kcc_text_add(&t, "%s%s:", t.size ? "\n" : "", n->name);
            scope = n->name;
        }
        kcc_text_add(&t, " %s", kcc_op_table[n->op].name);
        if (n->attr.s) kcc_text_add(&t, " %s", n->attr.s);
        if (root) kcc_text_add(&t, " -> %s", e->l->module->buffer[e->l->buffer_of[n->id]].name);
    }
    const char *doc = kcc_strdup(e->l->arena, t.data ? t.data : "");
    kcc_text_free(&t);
    return doc;
}

static const char *kernel_name(kcc_emit *e) {
    static const char *const suffix[] = {"loop", "column", "contract", "concat", "scatter"};
    const kcc_node *n = e->c->member[0];
    for (int i = 0; i < e->c->n_members && !n->name; i++) n = e->c->member[i];
    const char *what = e->c->kind == KCC_CLUSTER_LOOP && !e->c->inner ? "map"
                       : e->c->kind == KCC_CLUSTER_LOOP               ? "rows"
                                                                      : suffix[e->c->kind];
    const char *base = n->name ? kcc_identifier(e->l->arena, n->name) : kcc_op_table[n->op].name;
    return kcc_format(e->l->arena, "k%d_%s_%s", e->l->module->n_kernels, base, what);
}

static bool same_name(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

static bool same_mem(const kcc_kmem *a, const kcc_kmem *b) {
    if (a->buffer != b->buffer || !kcc_dim_equal(a->offset, b->offset) || a->n_terms != b->n_terms ||
        !kcc_dim_equal(a->lane_stride, b->lane_stride) || a->count != b->count || a->pred != b->pred)
        return false;
    for (int i = 0; i < a->n_terms; i++)
        if (a->term[i].var != b->term[i].var || !kcc_dim_equal(a->term[i].coef, b->term[i].coef))
            return false;
    return true;
}

static bool same_instr(const kcc_kinstr *a, const kcc_kinstr *b) {
    return a->op == b->op && a->type.kind == b->type.kind && a->type.lanes == b->type.lanes &&
           a->prim == b->prim && !memcmp(a->arg, b->arg, sizeof a->arg) && a->imm_i == b->imm_i &&
           !memcmp(&a->imm_f, &b->imm_f, sizeof a->imm_f) && a->field == b->field && a->mem == b->mem &&
           a->body == b->body && same_name(a->note, b->note);
}

/* Equal but for names: the same instructions on parameters of the same types. */
static bool same_kernel(const kcc_kernel *a, const kcc_kernel *b) {
    if (a->n_params != b->n_params || a->n_instr != b->n_instr || a->n_mem != b->n_mem ||
        a->n_blocks != b->n_blocks)
        return false;
    for (int i = 0; i < a->n_params; i++)
        if (a->param[i].kind != b->param[i].kind) return false;
    for (int i = 0; i < a->n_mem; i++)
        if (!same_mem(&a->mem[i], &b->mem[i])) return false;
    for (int i = 0; i < a->n_instr; i++)
        if (!same_instr(&a->instr[i], &b->instr[i])) return false;
    for (int i = 0; i < a->n_blocks; i++)
        if (a->block[i].n != b->block[i].n ||
            (a->block[i].n &&
             memcmp(a->block[i].instr, b->block[i].instr, (size_t)a->block[i].n * sizeof(kcc_kval)) != 0))
            return false;
    return true;
}

static bool has_param(const kcc_kernel *k, const char *name) {
    for (int i = 0; i < k->n_params; i++)
        if (!strcmp(k->param[i].name, name)) return true;
    return false;
}

/* What two names have in common at their end, from the start of a word: "kernel" of conv_1_kernel and
 * conv_2_kernel; NULL if that is nothing. */
static const char *common_end(const char *a, const char *b) {
    size_t n = 0, m = strlen(a), l = strlen(b);
    while (n < m && n < l && a[m - 1 - n] == b[l - 1 - n]) n++;
    const char *end = a + m - n;
    if (n < m || n < l) end = strchr(end, '_') ? strchr(end, '_') + 1 : a + m;
    while (*end && !((*end | 32) >= 'a' && (*end | 32) <= 'z'))
        end = strchr(end, '_') ? strchr(end, '_') + 1 : a + m;
    return *end ? end : NULL;
}

/* Kernel k is called for another layer, too: parameters lose what is of one layer in their names. */
static void common_names(kcc_kernel *k, const kcc_kernel *other) {
    for (int i = 0; i < k->n_params; i++) {
        if (!strcmp(k->param[i].name, other->param[i].name)) continue;
        const char *name = common_end(k->param[i].name, other->param[i].name);
        if (!name) name = k->param[i].written ? "y" : "x";
        if (!strcmp(name, k->param[i].name)) continue;
        const char *free_name = name;
        for (int n = 2; has_param(k, free_name); n++) free_name = kcc_format(k->arena, "%s_%d", name, n);
        k->param[i].name = free_name;
    }
}

/* Index of an equal kernel, or of this one, added. */
static int share(kcc_emit *e) {
    kcc_module *m = e->l->module;
    for (int i = 0; i < m->n_kernels; i++) {
        if (!same_kernel(m->kernel[i], e->k)) continue;
        common_names(m->kernel[i], e->k);
        return i;
    }
    e->k->name = kernel_name(e);
    e->k->doc = describe(e);
    m->kernel = kcc_grow(e->l->arena, m->kernel, &m->cap_kernels, m->n_kernels + 1, sizeof *m->kernel);
    m->kernel[m->n_kernels] = e->k;
    return m->n_kernels++;
}

void kcc_emit_end(kcc_emit *e, kcc_tasks tasks, double work) {
    kcc_module_entry *entry = &e->l->module->entry[e->l->entry];
    enum { WORTH = 60000 }; /* vector operations that pay for waking a thread: some 20 microseconds */
    kcc_call call = {.tasks = tasks, .grain = (int64_t)(WORTH / (work + 1)) + 1};
    call.note = describe(e);
    call.kernel = share(e);
    call.buffer = e->param_buffer;
    entry->call =
        kcc_grow(e->l->arena, entry->call, &entry->cap_calls, entry->n_calls + 1, sizeof *entry->call);
    entry->call[entry->n_calls++] = call;
}

void kcc_lower(kcc_lowering *l) {
    give_storage(l);
    l->module->entry[l->entry].present = true;
    for (int i = 0; i < l->fusion->n_order; i++) {
        const kcc_cluster *c = &l->fusion->cluster[l->fusion->order[i]];
        l->scratch = kcc_arena_nested(l->arena);
        switch (c->kind) {
        case KCC_CLUSTER_LOOP: kcc_lower_loop(l, c); break;
        case KCC_CLUSTER_COLUMN: kcc_lower_column(l, c); break;
        case KCC_CLUSTER_CONTRACT: kcc_lower_contract(l, c); break;
        case KCC_CLUSTER_CONCAT: kcc_lower_concat(l, c); break;
        case KCC_CLUSTER_SCATTER: kcc_lower_scatter(l, c); break;
        }
        kcc_arena_free(l->scratch);
    }
}
