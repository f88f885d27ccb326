/*
 * Values that are computed again wherever they are read, rather than stored.
 *
 * Takes: a graph after kcc_prepare.
 * Gives: kcc_node.repeated, which makes a node free (fuse.h): x - mean, the normalised x and relu of it, in the
 *        backward pass of BatchNormalization, are read as x.
 * Keeps: a repeated value is made of one large value that is stored in any case, and of small ones, by a few
 *        cheap operations: whoever reads it reads no more memory than if it had been stored.
 */
#include "fuse.h"

enum {
    MOST_OPERATIONS = 8,
    SMALL = 8 /* times smaller: read beside a large value it costs nothing */
};

/* By node id. */
typedef struct repeats {
    const kcc_graph *g;
    bool *stored;        /* a reader needs it in memory, or a result is */
    bool *reduced;       /* a reduction reads it */
    int *readers;        /* elementwise operations and reductions */
    const kcc_node **of; /* the large value it can be made of again; NULL: it cannot */
    int *operations;     /* and by how many */
} repeats;

static bool elementwise(const kcc_node *n) { return kcc_op_table[n->op].class == KCC_CLASS_ELEMWISE; }

static bool cheap(kcc_op op) {
    switch (op) {
    case KCC_OP_ADD:
    case KCC_OP_SUB:
    case KCC_OP_MUL:
    case KCC_OP_NEG:
    case KCC_OP_ABS:
    case KCC_OP_MIN:
    case KCC_OP_MAX:
    case KCC_OP_RELU:
    case KCC_OP_LT:
    case KCC_OP_LE:
    case KCC_OP_SELECT: return true;
    default: return false;
    }
}

static const kcc_node *behind_units(const kcc_node *n) {
    while (kcc_reshape_trivial(n)) n = n->input[0];
    return n;
}

/* A sample's elements; 0 where the batch is no axis. */
static int64_t per_sample(const kcc_node *n) {
    kcc_dim count;
    return kcc_shape_count(&n->shape, &count) && count.batch ? count.size : 0;
}

static void note_readers(repeats *r) {
    for (int i = 0; i < r->g->n_results; i++)
        r->stored[behind_units(kcc_storage_node(r->g->result[i].node))->id] = true;
    for (int i = 0; i < r->g->n_nodes; i++) {
        const kcc_node *n = r->g->node[i];
        if (kcc_reshape_trivial(n)) continue;
        bool reduce = kcc_op_table[n->op].class == KCC_CLASS_REDUCE;
        for (int k = 0; k < n->n_inputs; k++) {
            int in = behind_units(n->input[k])->id;
            r->readers[in]++;
            if (reduce) r->reduced[in] = true;
            if (!reduce && !elementwise(n)) r->stored[in] = true;
        }
    }
}

/* Stored whether or not n is: a leaf's storage, what must be in memory, sums that a reduction reads. */
static bool has_storage(const repeats *r, const kcc_node *n) {
    return n->op == KCC_OP_INPUT || r->stored[n->id] || (n->op == KCC_OP_CONTRACT && r->reduced[n->id]) ||
           (kcc_op_table[n->op].class == KCC_CLASS_REDUCE && r->reduced[n->id]);
}

/* Adds what operand `in` of n is made of; false if n cannot be repeated because of it. */
static bool add_operand(repeats *r, const kcc_node *n, const kcc_node *in) {
    in = behind_units(in);
    if (in->op == KCC_OP_CONSTANT) return true;
    if (in->op == KCC_OP_BROADCAST && behind_units(in->input[0])->op != KCC_OP_UNIFORM &&
        per_sample(in->input[0]) <= per_sample(n) / SMALL)
        return true;
    const kcc_node *of = has_storage(r, in) ? in : r->of[in->id];
    if (!of || (r->of[n->id] && r->of[n->id] != of)) return false;
    r->of[n->id] = of;
    if (of != in) r->operations[n->id] += r->operations[in->id];
    return true;
}

static void find_origin(repeats *r, const kcc_node *n) {
    bool can = elementwise(n) && cheap(n->op) && per_sample(n) > 1;
    r->operations[n->id] = 1;
    for (int i = 0; i < n->n_inputs && can; i++) can = add_operand(r, n, n->input[i]);
    if (!can || r->operations[n->id] > MOST_OPERATIONS) r->of[n->id] = NULL;
}

void kcc_mark_repeated(kcc_graph *g) {
    size_t n = (size_t)g->n_nodes;
    repeats r = {.g = g};
    r.stored = kcc_alloc_array(g->arena, n, sizeof *r.stored);
    r.reduced = kcc_alloc_array(g->arena, n, sizeof *r.reduced);
    r.readers = kcc_alloc_array(g->arena, n, sizeof *r.readers);
    r.of = kcc_alloc_array(g->arena, n, sizeof *r.of);
    r.operations = kcc_alloc_array(g->arena, n, sizeof *r.operations);
    bool *below = kcc_alloc_array(g->arena, n, sizeof *below); /* a repeated node is made of it */
    note_readers(&r);
    for (int i = 0; i < g->n_nodes; i++) find_origin(&r, g->node[i]);
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        kcc_node *x = g->node[i];
        if (!r.of[i] || r.stored[i] || (r.readers[i] < 2 && !below[i])) continue;
        x->repeated = true;
        for (int k = 0; k < x->n_inputs; k++) below[behind_units(x->input[k])->id] = true;
    }
}
