/*
 * At inference, what depends on the weights alone is computed when they change, not in every call.
 *
 * Takes: the graph of an entry that infers.
 * Gives: a graph that reads such values as variables of their own, "folded" ones, and a graph that makes them
 *        from the weights: entry point fold, which the runtime calls before the others if weights changed.
 * Keeps: every value; a folded value is no larger than the largest weight it is made of; values that two
 *        entries need are made once.
 */
#include "passes.h"

/* One entry's graph; arrays by node id. */
typedef struct folding {
    const kcc_graph *g;
    kcc_folded *folded;
    int64_t *largest; /* elements of the largest weight below, 0: none; -1: not of weights alone */
    kcc_node **copy;  /* in folded->graph, NULL: not yet */
} folding;

static int64_t elements(const kcc_node *n) {
    kcc_dim count;
    return kcc_shape_count(&n->shape, &count) && !count.batch ? count.size : INT64_MAX;
}

/* Metric accumulators and slots of the optimizer are variables, too, but change from call to call. */
static int64_t largest_weight(const folding *f, const kcc_node *n) {
    int64_t largest = 0;
    if (n->op == KCC_OP_VARIABLE) return n->attr.i[0] < f->folded->n_weights ? elements(n) : -1;
    if (n->op == KCC_OP_CONSTANT || n->op == KCC_OP_TENSOR) return 0;
    for (int i = 0; i < n->n_inputs; i++) {
        int64_t below = f->largest[n->input[i]->id];
        if (below < 0) return -1;
        if (below > largest) largest = below;
    }
    return n->n_inputs > 0 ? largest : -1;
}

/* Worth a variable: computed, since views are read in place, and from at least one weight. */
static bool folds(const folding *f, const kcc_node *n) {
    kcc_class class = kcc_op_table[n->op].class;
    return class != KCC_CLASS_LEAF && class != KCC_CLASS_VIEW && class != KCC_CLASS_INJECTIVE &&
           n->dtype == KCC_F32 && elements(n) <= f->largest[n->id];
}

/* n in the graph of the folded values, where another entry may have put the same. */
static kcc_node *copied(folding *f, const kcc_node *n) {
    kcc_graph *to = f->folded->graph;
    kcc_node *in[KCC_MAX_INPUTS] = {0}, **copy = &f->copy[n->id];
    if (*copy) return *copy;
    for (int i = 0; i < n->n_inputs; i++) in[i] = copied(f, n->input[i]);
    for (int i = 0; i < to->n_nodes && !*copy; i++)
        if (kcc_node_same(n, in, to->node[i])) *copy = to->node[i];
    return *copy ? *copy : (*copy = kcc_node_copy(to, n, in));
}

/* The variable that holds n. */
static int variable_of(folding *f, const kcc_node *n) {
    kcc_folded *folded = f->folded;
    if (!folded->graph) folded->graph = kcc_graph_create(folded->arena);
    kcc_node *value = copied(f, n);
    for (int i = 0; i < folded->n; i++)
        if (folded->graph->result[i].node == value) return folded->first + i;
    kcc_graph_result(folded->graph, KCC_RESULT_ASSIGN, folded->first + folded->n, value);
    return folded->first + folded->n++;
}

kcc_graph *kcc_fold_weights(const kcc_graph *g, kcc_folded *folded) {
    kcc_graph *to = kcc_graph_create(g->arena);
    to->error = g->error;
    to->where = g->where;
    if (!kcc_graph_ok(g)) return to;
    size_t n_nodes = (size_t)g->n_nodes;
    folding f = {.g = g, .folded = folded};
    f.largest = kcc_alloc_array(g->arena, n_nodes, sizeof *f.largest);
    f.copy = kcc_alloc_array(g->arena, n_nodes, sizeof *f.copy);
    /* What the entry still evaluates or reads: all from the results down to the values that fold. */
    bool *here = kcc_alloc_array(g->arena, n_nodes, sizeof *here);
    kcc_node **map = kcc_alloc_array(g->arena, n_nodes, sizeof *map);
    for (int id = 0; id < g->n_nodes; id++) f.largest[id] = largest_weight(&f, g->node[id]);
    for (int i = 0; i < g->n_results; i++) here[g->result[i].node->id] = true;
    for (int id = g->n_nodes - 1; id >= 0; id--)
        for (int i = 0; here[id] && !folds(&f, g->node[id]) && i < g->node[id]->n_inputs; i++)
            here[g->node[id]->input[i]->id] = true;
    for (int id = 0; id < g->n_nodes; id++) {
        const kcc_node *n = g->node[id];
        if (!here[id]) continue;
        kcc_node *inputs[KCC_MAX_INPUTS] = {0};
        for (int i = 0; i < n->n_inputs; i++) inputs[i] = map[n->input[i]->id];
        to->scope = n->name;
        map[id] = folds(&f, n) ? kcc_variable(to, variable_of(&f, n), n->dtype, &n->shape)
                               : kcc_node_copy(to, n, inputs);
    }
    to->scope = g->scope;
    for (int i = 0; i < g->n_results; i++)
        kcc_graph_result(to, g->result[i].kind, g->result[i].index, map[g->result[i].node->id]);
    return to;
}
