/*
 * What is the same for all summands is taken out of sums.
 *
 * Takes: a simplified graph.
 * Gives: a new graph with less work in sums, and with sums that no longer wait for a factor: in the gradient of a
 *        normalisation they then are one pass over the data with others.
 * Keeps: values up to rounding.
 *
 *   sum a s  =  (sum a) s     where s is the same along the axes that are summed
 *   sum -a   =  - sum a
 *   sum a+b  =  sum a + sum b      where both have such a factor
 */
#include "rewrite.h"

enum { DEEPEST = 4 /* summands of a sum of sums: 2^4 at most */ };

/* What is repeated along all summed axes (at least) to give n, in the shape of the sum; else NULL. */
static kcc_node *factor(kcc_graph *to, const kcc_node *sum, kcc_node *n) {
    if (n->op == KCC_OP_CONSTANT) return kcc_constant(to, n->dtype, &sum->shape, n->attr.f[0]);
    if (n->op != KCC_OP_BROADCAST) return NULL;
    kcc_node *s = n->input[0];
    kcc_shape kept = {0};
    for (int i = 0, k = 0; i < s->shape.rank; i++) {
        bool summed = k < sum->attr.n_i && sum->attr.i[k] == i;
        k += summed;
        if (!summed)
            kept.dim[kept.rank++] = s->shape.dim[i];
        else if (s->shape.dim[i].size != 1 || s->shape.dim[i].batch)
            return NULL;
    }
    return kcc_broadcast(to, kcc_reshape(to, s, &kept), &sum->shape);
}

/* n is a sum of products with a factor; depth keeps the search short. */
static bool has_factor(kcc_graph *to, const kcc_node *sum, const kcc_node *n, int depth) {
    if (n->op == KCC_OP_ADD && depth > 0)
        return has_factor(to, sum, n->input[0], depth - 1) && has_factor(to, sum, n->input[1], depth - 1);
    return n->op == KCC_OP_MUL && (factor(to, sum, n->input[0]) || factor(to, sum, n->input[1]));
}

static kcc_node *summed(kcc_graph *to, const kcc_node *sum, kcc_node *a) {
    return kcc_node_create(to, KCC_OP_REDUCE_SUM, 1, &a, &sum->attr);
}

static kcc_node *rule(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs) {
    if (n->op != KCC_OP_REDUCE_SUM) return NULL;
    kcc_node *a = inputs[0];
    if (a->op == KCC_OP_NEG) return kcc_neg(to, summed(to, n, a->input[0]));
    if (a->op == KCC_OP_ADD && has_factor(to, n, a, DEEPEST)) {
        kcc_node *first = summed(to, n, a->input[0]);
        return kcc_add(to, first, summed(to, n, a->input[1]));
    }
    for (int k = 0; k < 2 && a->op == KCC_OP_MUL; k++) {
        kcc_node *s = factor(to, n, a->input[k]);
        if (s) return kcc_mul(to, summed(to, n, a->input[1 - k]), s);
    }
    return NULL;
}

kcc_graph *kcc_factor_sums(const kcc_graph *g) { return kcc_rewrite_all(g, rule); }
