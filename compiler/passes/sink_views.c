/*
 * Reshapes between elementwise operations move behind them.
 *
 * Takes: a graph.
 * Gives: one in which elementwise operations with a reshape between them have one shape, so that they are one
 *        loop: the gradient of max-pooling, computed on windows [N, p, 2, q, 2, c], and that of the relu below
 *        it, on cells [N, y, x, c], of which the first is then never stored; dropout between Dense and Reshape.
 * Keeps: every value; nothing is moved that would have to be stored for it.
 *
 *   f(reshape(e), x)  =  reshape(f(e, x'))   with e elementwise or a contraction, used once; x' the view of x in
 *                                              e's shape
 */
#include "ops.h"
#include "rewrite.h"

/* How many elementwise operations above an operand may be computed in the other shape with it. */
enum { DEEPEST = 2 };

static bool elementwise(const kcc_node *n) { return kcc_op_table[n->op].class == KCC_CLASS_ELEMWISE; }
/* What elementwise operations behind it become one kernel with. */
static bool leads(const kcc_node *n) { return elementwise(n) || n->op == KCC_OP_CONTRACT; }

/* x in another shape where that costs nothing: constants, views that exist, operations on such; else NULL. */
static kcc_node *view(kcc_graph *to, kcc_node *x, const kcc_shape *shape, int depth) {
    if (x->op == KCC_OP_CONSTANT) return kcc_reshape(to, x, shape);
    if (x->op == KCC_OP_UNIFORM) /* a number for each element, counted through */
        return kcc_node_shaped(to, x->op, x->dtype, shape, 0, NULL, &x->attr);
    if (x->op == KCC_OP_RESHAPE && kcc_shape_equal(&x->input[0]->shape, shape)) return x->input[0];
    for (int i = x->id + 1; i < to->n_nodes; i++)
        if (to->node[i]->op == KCC_OP_RESHAPE && to->node[i]->input[0] == x &&
            kcc_shape_equal(&to->node[i]->shape, shape))
            return to->node[i];
    if (!elementwise(x) || depth == 0) return NULL;
    kcc_node *in[KCC_MAX_INPUTS] = {0};
    for (int i = 0; i < x->n_inputs; i++)
        if (!(in[i] = view(to, x->input[i], shape, depth - 1))) return NULL;
    return kcc_node_shaped(to, x->op, x->dtype, shape, x->n_inputs, in, &x->attr);
}

static kcc_node *sink(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs) {
    if (!elementwise(n)) return NULL;
    for (int k = 0; k < n->n_inputs; k++) {
        const kcc_node *before = n->input[k]; /* a reshape, or an operation behind which one was moved */
        if (inputs[k]->op != KCC_OP_RESHAPE || !leads(inputs[k]->input[0]) || !kcc_used_once(before) ||
            (before->op == KCC_OP_RESHAPE && !kcc_used_once(before->input[0])))
            continue;
        const kcc_shape *shape = &inputs[k]->input[0]->shape;
        kcc_node *in[KCC_MAX_INPUTS] = {0};
        int found = 0;
        while (found < n->n_inputs && (in[found] = view(to, inputs[found], shape, DEEPEST))) found++;
        if (found < n->n_inputs) continue;
        kcc_node *moved = kcc_node_shaped(to, n->op, n->dtype, shape, n->n_inputs, in, &n->attr);
        return kcc_reshape(to, moved, &n->shape);
    }
    return NULL;
}

kcc_graph *kcc_sink_views(const kcc_graph *g) { return kcc_rewrite(g, sink, NULL); }
