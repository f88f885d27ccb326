/*
 * Puts a graph into the form fusion takes: see kcc_prepare in fuse.h.
 *
 * Takes: a simplified graph.
 * Gives: a new graph in which - every contraction has a reduced axis and a free axis in both operands; the
 *        last axis of the result is the last axis of operand b and not in a, so that it can be a vector; -
 *        operands of contractions, concatenations, dilations and reshapes are stored values.
 * Keeps: the value of every result; the order of reductions is fixed here, by shapes alone.
 */
#include <string.h>

#include "fuse.h"

typedef struct prepare {
    kcc_graph *g;     /* the new graph */
    kcc_node **fresh; /* by old id */
} prepare;

static bool unit(kcc_dim d) { return d.size == 1 && !d.batch; }

static bool parameter(const kcc_node *n) {
    switch (n->op) {
    case KCC_OP_VARIABLE:
    case KCC_OP_INPUT:
    case KCC_OP_TARGET:
    case KCC_OP_SAMPLE_WEIGHT:
    case KCC_OP_TENSOR: return true;
    default: return false;
    }
}

static kcc_node *copy(kcc_graph *g, kcc_node *n) {
    return kcc_node_create(g, KCC_OP_STOP_GRADIENT, 1, &n, NULL);
}

/* n itself if its elements are (or will be) in memory, else a copy of it. */
static kcc_node *stored(kcc_graph *g, kcc_node *n) {
    const kcc_node *base = kcc_storage_node(n);
    return parameter(base) || !kcc_node_free(base) ? n : copy(g, n);
}

static bool windowed(const kcc_node *n) {
    while (n->op != KCC_OP_WINDOW && kcc_contract_reads(n)) n = n->input[0];
    return n->op == KCC_OP_WINDOW;
}

/* ------------------------------------------------------------ contractions */

typedef struct operand {
    kcc_node *node;
    char letter[KCC_MAX_RANK + 1];
    int rank;
} operand;

static const char *find(const operand *o, char c) { return c ? strchr(o->letter, c) : NULL; }

/* Whether operand a of a contraction to `out` is read at affine places of stored elements, so that it needs
 * no copy. */
static bool readable(const operand *a, const char *out) {
    const kcc_node *n = a->node;
    kcc_map m = {.rank = a->rank};
    for (int i = 0; i < a->rank; i++) m.axis[i] = (kcc_axis){.dom = i, .coef = 1};
    while (kcc_contract_reads(n)) {
        kcc_map below;
        if (!kcc_map_input(n, &m, 0, &below)) return false;
        m = below;
        n = n->input[0];
    }
    for (int i = 0; i < m.n_guards; i++) { /* strides are taken in phases of an output's letter */
        const kcc_axis *x = &m.guard[i].at;
        if (x->div <= 1) continue;
        int outputs = 0, sums = 0;
        if (x->coef) *(strchr(out, a->letter[x->dom]) ? &outputs : &sums) += 1;
        if (x->coef2) *(strchr(out, a->letter[x->dom2]) ? &outputs : &sums) += 1;
        if (outputs != 1 || sums > 1) return false;
    }
    const kcc_node *base = kcc_storage_node((kcc_node *)n);
    return parameter(base) || !kcc_node_free(base);
}

/* Extents 1 carry no loop: take their letters out. */
static void drop_units(kcc_graph *g, operand *o) {
    kcc_shape s = {0};
    char kept[KCC_MAX_RANK + 1] = "";
    for (int i = 0; i < o->rank; i++) {
        if (unit(o->node->shape.dim[i])) continue;
        kept[s.rank] = o->letter[i];
        s.dim[s.rank++] = o->node->shape.dim[i];
    }
    if (s.rank == o->rank) return;
    o->node = kcc_reshape(g, o->node, &s);
    memcpy(o->letter, kept, sizeof kept);
    o->rank = s.rank;
}

static void reorder(kcc_graph *g, operand *o, const char *order) {
    int perm[KCC_MAX_RANK];
    bool same = true;
    for (int i = 0; i < o->rank; i++) {
        perm[i] = (int)(find(o, order[i]) - o->letter);
        same = same && perm[i] == i;
    }
    if (same) return;
    o->node = kcc_transpose(g, o->node, perm);
    memcpy(o->letter, order, (size_t)o->rank + 1);
}

/* o over all letters of `order`: transposed, then broadcast along those it lacks. */
static kcc_node *spread(kcc_graph *g, operand o, const char *order, const kcc_shape *shape) {
    char mine[KCC_MAX_RANK + 1] = "";
    kcc_shape s = *shape;
    int n = 0;
    for (int i = 0; i < shape->rank; i++) {
        if (find(&o, order[i]))
            mine[n++] = order[i];
        else
            s.dim[i] = kcc_fixed(1);
    }
    reorder(g, &o, mine);
    return kcc_broadcast(g, kcc_reshape(g, o.node, &s), shape);
}

static kcc_dim extent(const operand *a, const operand *b, char c) {
    const char *p = find(a, c);
    return p ? a->node->shape.dim[p - a->letter] : b->node->shape.dim[find(b, c) - b->letter];
}

/* sum over the letters in `sum` of a b, as a product and a reduction; out: letters of the result.  The
 * reduced axes go last if the larger operand ends in one (then they are read as vectors), else first. */
static kcc_node *product_sum(kcc_graph *g, operand *a, operand *b, const char *out, const char *sum) {
    const operand *large = a->rank >= b->rank ? a : b;
    bool last = large->rank && *sum && strchr(sum, large->letter[large->rank - 1]);
    char order[2 * KCC_MAX_RANK + 1];
    strcpy(order, last ? out : sum);
    strcat(order, last ? sum : out);
    kcc_shape s = {0};
    s.rank = (int)strlen(order);
    if (s.rank > KCC_MAX_RANK) {
        kcc_graph_fail(g, KCC_EUNSUPPORTED, NULL, "a product over more than %d axes", KCC_MAX_RANK);
        return kcc_scalar(g, 0);
    }
    unsigned axes = 0;
    for (int i = 0; i < s.rank; i++) {
        s.dim[i] = extent(a, b, order[i]);
        if (strchr(sum, order[i])) axes |= 1u << i;
    }
    kcc_node *left = spread(g, *a, order, &s), *right = spread(g, *b, order, &s);
    kcc_node *y = kcc_mul(g, left, right);
    return axes ? kcc_reduce(g, KCC_OP_REDUCE_SUM, y, axes, false) : y;
}

/* Both operands have letters of their own and share reduced ones.  The result's last letter must be in one of
 * them. */
static kcc_node *matrix_product(kcc_graph *g, operand *a, operand *b, const char *out) {
    char last = out[strlen(out) - 1];
    if (!find(b, last)) {
        operand t = *a;
        *a = *b;
        *b = t;
    }
    if (b->letter[b->rank - 1] != last) {
        char order[KCC_MAX_RANK + 1] = "";
        int n = 0;
        for (int i = 0; i < b->rank; i++)
            if (b->letter[i] != last) order[n++] = b->letter[i];
        order[n] = last;
        reorder(g, b, order);
    }
    char spec[4 * KCC_MAX_RANK];
    strcpy(spec, a->letter);
    strcat(strcat(spec, ","), b->letter);
    strcat(strcat(spec, "->"), out);
    kcc_node *left = readable(a, out) ? a->node : stored(g, a->node);
    return kcc_contract(g, left, stored(g, b->node), spec);
}

static kcc_node *prepare_contract(kcc_graph *g, const kcc_node *n, kcc_node *x, kcc_node *y) {
    operand a = {.node = x, .rank = x->shape.rank}, b = {.node = y, .rank = y->shape.rank};
    const char *comma = strchr(n->attr.s, ','), *arrow = strstr(n->attr.s, "->");
    memcpy(a.letter, n->attr.s, (size_t)(comma - n->attr.s));
    memcpy(b.letter, comma + 1, (size_t)(arrow - comma - 1));
    drop_units(g, &a);
    drop_units(g, &b);
    char out[2 * KCC_MAX_RANK + 1] = "", sum[KCC_MAX_RANK + 1] = "";
    size_t n_out = 0, n_sum = 0;
    bool own_a = false, own_b = false;
    for (const char *p = arrow + 2; *p; p++) {
        if (!find(&a, *p) && !find(&b, *p)) continue;
        out[n_out++] = *p;
        own_a = own_a || !find(&b, *p);
        own_b = own_b || !find(&a, *p);
    }
    for (int i = 0; i < a.rank; i++)
        if (!strchr(out, a.letter[i])) sum[n_sum++] = a.letter[i];
    kcc_node *r;
    bool a_last = n_out && find(&a, out[n_out - 1]), b_last = n_out && find(&b, out[n_out - 1]);
    /* a window may be the operand that is broadcast, not the one that is read as vectors */
    bool window = (a_last && windowed(x)) || (b_last && windowed(y));
    if (!n_sum || !own_a || !own_b || window) {
        r = product_sum(g, &a, &b, out, sum);
    } else if (find(&a, out[n_out - 1]) &&
               find(&b, out[n_out - 1])) { /* a batch axis last: move it forward */
        char order[KCC_MAX_RANK + 1] = "";
        int perm[KCC_MAX_RANK], k = 0;
        for (int pass = 0; pass < 2; pass++)
            for (size_t i = 0; i < n_out; i++)
                if ((find(&a, out[i]) && find(&b, out[i])) == !pass) order[k++] = out[i];
        for (size_t i = 0; i < n_out; i++) perm[i] = (int)(strchr(order, out[i]) - order);
        r = kcc_transpose(g, matrix_product(g, &a, &b, order), perm);
    } else {
        r = matrix_product(g, &a, &b, out);
    }
    return kcc_shape_equal(&r->shape, &n->shape) ? r : kcc_reshape(g, r, &n->shape);
}

/* ------------------------------------------------------------ everything */

/* Whether what n reads through free nodes, when n is read at m, has maps that the lowering knows. */
static bool mappable(const kcc_node *n, const kcc_map *m) {
    for (int i = 0; i < n->n_inputs; i++) {
        kcc_map at;
        if (!kcc_node_free(n->input[i])) {
            if (!kcc_map_input(n, m, i, &at) && n->op != KCC_OP_RESHAPE) return false;
            continue;
        }
        if (n->op == KCC_OP_RESHAPE && !kcc_reshape_trivial(n)) continue; /* through memory */
        if (!kcc_map_input(n, m, i, &at) || !mappable(n->input[i], &at)) return false;
    }
    return true;
}

/* A window of a window, say, is none of the maps: what it reads must be in memory. */
static kcc_node *with_known_maps(kcc_graph *g, kcc_node *n) {
    if (!kcc_graph_ok(g) || n->n_inputs != 1 || !kcc_node_free(n) || !kcc_node_free(n->input[0])) return n;
    if (kcc_op_table[n->op].class != KCC_CLASS_INJECTIVE) return n;
    kcc_map m = {.rank = n->shape.rank};
    for (int i = 0; i < m.rank; i++) m.axis[i] = (kcc_axis){.dom = i, .coef = 1};
    if (mappable(n, &m)) return n;
    kcc_node *in = copy(g, n->input[0]);
    return kcc_node_shaped(g, n->op, n->dtype, &n->shape, 1, &in, &n->attr);
}

static kcc_node *prepare_node(prepare *p, const kcc_node *n) {
    kcc_node *in[KCC_MAX_INPUTS] = {0};
    for (int i = 0; i < n->n_inputs; i++) in[i] = p->fresh[n->input[i]->id];
    p->g->scope = n->name;
    switch (n->op) {
    case KCC_OP_CONTRACT: return prepare_contract(p->g, n, in[0], in[1]);
    case KCC_OP_CONCAT:
    case KCC_OP_GATHER:
    case KCC_OP_SCATTER:
    case KCC_OP_COMBINE:
    case KCC_OP_SCATTER_SUB:
    case KCC_OP_DILATE:
        for (int i = 0; i < n->n_inputs; i++) in[i] = stored(p->g, in[i]);
        break;
    case KCC_OP_RESHAPE: {
        kcc_node probe = *n; /* n with its new input, to ask whether it moves elements */
        probe.input[0] = in[0];
        if (!kcc_reshape_trivial(&probe)) in[0] = stored(p->g, in[0]);
        break;
    }
    default: break;
    }
    kcc_node *fresh = kcc_node_shaped(p->g, n->op, n->dtype, &n->shape, n->n_inputs, in, &n->attr);
    return with_known_maps(p->g, fresh);
}

kcc_graph *kcc_prepare(const kcc_graph *g) {
    prepare p = {.g = kcc_graph_create(g->arena)};
    p.fresh = kcc_alloc_array(g->arena, (size_t)g->n_nodes + 1, sizeof *p.fresh);
    for (int i = 0; i < g->n_nodes; i++) p.fresh[i] = prepare_node(&p, g->node[i]);
    for (int i = 0; i < g->n_results; i++)
        kcc_graph_result(p.g, g->result[i].kind, g->result[i].index, p.fresh[g->result[i].node->id]);
    p.g->scope = NULL;
    return p.g;
}
