/*
 * Common subexpressions: nodes that compute the same value become one.
 *
 * Takes: a graph.  Gives: a graph without duplicates and without what no result needs.
 * Keeps: every op is a function of its inputs and attributes (UNIFORM of its stream and the step), so equal
 *        nodes have equal values; the first of them stays, with its name.
 */
#include "passes.h"

#include <string.h>

static bool commutes(kcc_op op) {
    switch (op) {
    case KCC_OP_ADD:
    case KCC_OP_MUL:
    case KCC_OP_EQ:
    case KCC_OP_NE:
    case KCC_OP_AND:
    case KCC_OP_OR: return true;
    default: return false;
    }
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t bits(double value) {
    uint64_t b;
    memcpy(&b, &value, sizeof b);
    return b;
}

static uint64_t hash_node(const kcc_node *n, kcc_node *const *inputs) {
    uint64_t h = mix(n->op, (uint64_t)n->dtype), of_inputs = 0;
    for (int i = 0; i < n->shape.rank; i++)
        h = mix(h, (uint64_t)n->shape.dim[i].size * 2 + n->shape.dim[i].batch);
    for (int i = 0; i < n->n_inputs; i++) {
        uint64_t id = mix(1, (uint64_t)inputs[i]->id);
        of_inputs = commutes(n->op) ? of_inputs + id : mix(of_inputs, id);
    }
    h = mix(h, of_inputs);
    for (int i = 0; i < n->attr.n_i; i++) h = mix(h, (uint64_t)n->attr.i[i]);
    for (int i = 0; i < n->attr.n_f; i++) h = mix(h, bits(n->attr.f[i]));
    for (const char *s = n->attr.s; s && *s; s++) h = mix(h, (unsigned char)*s);
    return h;
}

static bool same_attrs(const kcc_node *a, const kcc_node *b) {
    if (a->attr.n_i != b->attr.n_i || a->attr.n_f != b->attr.n_f) return false;
    for (int i = 0; i < a->attr.n_i; i++)
        if (a->attr.i[i] != b->attr.i[i]) return false;
    for (int i = 0; i < a->attr.n_f; i++) /* by bits: 0 and -0 differ */
        if (bits(a->attr.f[i]) != bits(b->attr.f[i])) return false;
    if ((a->attr.s != NULL) != (b->attr.s != NULL) || (a->attr.s && strcmp(a->attr.s, b->attr.s) != 0))
        return false;
    if (!a->attr.data || a->attr.data == b->attr.data) return a->attr.data == b->attr.data;
    kcc_dim count;
    return b->attr.data && kcc_shape_count(&a->shape, &count) &&
           memcmp(a->attr.data, b->attr.data, (size_t)count.size * sizeof(float)) == 0;
}

bool kcc_node_same(const kcc_node *n, kcc_node *const *in, const kcc_node *made) {
    if (n->op != made->op || n->dtype != made->dtype || !kcc_shape_equal(&n->shape, &made->shape))
        return false;
    bool straight = true;
    for (int i = 0; i < n->n_inputs; i++) straight &= in[i] == made->input[i];
    bool crossed = commutes(n->op) && in[0] == made->input[1] && in[1] == made->input[0];
    return (straight || crossed) && same_attrs(n, made);
}

kcc_graph *kcc_cse(const kcc_graph *g) {
    kcc_graph *to = kcc_graph_create(g->arena);
    to->error = g->error;
    to->where = g->where;
    if (!kcc_graph_ok(g)) return to;
    bool *needed = kcc_graph_needed(g);
    kcc_node **map = kcc_alloc_array(g->arena, (size_t)g->n_nodes, sizeof *map);
    size_t slots = 64;
    while (slots < 2 * (size_t)g->n_nodes) slots *= 2;
    kcc_node **table = kcc_alloc_array(g->arena, slots, sizeof *table);
    for (int id = 0; id < g->n_nodes; id++) {
        if (!needed[id]) continue;
        const kcc_node *n = g->node[id];
        kcc_node *inputs[KCC_MAX_INPUTS] = {0};
        for (int i = 0; i < n->n_inputs; i++) inputs[i] = map[n->input[i]->id];
        size_t at = hash_node(n, inputs) & (slots - 1);
        while (table[at] && !kcc_node_same(n, inputs, table[at])) at = (at + 1) & (slots - 1);
        if (!table[at]) table[at] = kcc_node_copy(to, n, inputs);
        map[id] = table[at];
    }
    for (int i = 0; i < g->n_results; i++)
        kcc_graph_result(to, g->result[i].kind, g->result[i].index, map[g->result[i].node->id]);
    return to;
}
