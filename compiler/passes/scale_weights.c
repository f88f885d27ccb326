/*
 * At inference, factors behind a convolution go into its weights, and summands behind its bias into the bias.
 *
 * Takes: a simplified graph of an entry that does not change weights while it runs.
 * Gives: a new graph in which BatchNormalization behind Conv, Dense, DepthwiseConv … is gone: what it multiplies
 *        by stands at the weights, what it adds at the bias.  Both are values of weights alone, which
 *        fold_weights.c takes out of the entry.
 * Keeps: values up to rounding: (x W) s and x (W s) are rounded at other places.
 *
 *   contract(x, W) s  =  contract(x, W s')     where the axes of s are letters of W; s' is s in W's order
 *   (a + b) s         =  a s + b s             b of weights alone; likewise a - b, (a b) s = a (b s)
 *   reduce_sum(a) s   =  reduce_sum(a s')      likewise reshape and transpose
 *   (a + b) + c       =  a + (b + c)           b, c of weights alone
 */
#include "ops.h"
#include "rewrite.h"

#include <string.h>

bool kcc_of_weights(const kcc_node *n) {
    for (int i = 0; i < n->shape.rank; i++)
        if (n->shape.dim[i].batch) return false;
    if (n->op == KCC_OP_VARIABLE || n->op == KCC_OP_CONSTANT || n->op == KCC_OP_TENSOR) return true;
    for (int i = 0; i < n->n_inputs; i++)
        if (!kcc_of_weights(n->input[i])) return false;
    return n->n_inputs > 0;
}

/* What is repeated along the other axes to give n, if that is a value of weights; else NULL. */
static kcc_node *factor(kcc_node *n) {
    if (n->op == KCC_OP_BROADCAST) n = n->input[0];
    return kcc_of_weights(n) ? n : NULL;
}

static kcc_node *scaled(kcc_graph *to, const kcc_node *n, kcc_node *m, kcc_node *s);

/* m = f(.., b, ..) with b of weights alone: b s at its place and the other operand scaled or, in a product,
 * as it is. */
static kcc_node *scaled_pair(kcc_graph *to, const kcc_node *n, kcc_node *m, kcc_node *s) {
    for (int k = 0; k < 2; k++) {
        kcc_node *b = factor(m->input[k]), *in[2];
        if (!b) continue;
        in[k] = kcc_broadcast(to, kcc_mul(to, b, s), &m->shape);
        in[1 - k] = n->op == KCC_OP_MUL ? m->input[1 - k] : scaled(to, n->input[1 - k], m->input[1 - k], s);
        return in[1 - k] ? kcc_op2(to, n->op, in[0], in[1]) : NULL;
    }
    return NULL;
}

/* s in the order of the letters of one operand, extents 1 where the operand's letter is summed over; NULL if
 * it has an axis that is none of the operand's. */
static kcc_node *in_order_of(kcc_graph *to, const char *letters, const char *result, kcc_node *s) {
    int perm[KCC_MAX_RANK], n = 0, used = 0;
    kcc_shape shape = {.rank = (int)strlen(letters)};
    for (int i = 0; i < shape.rank; i++) {
        const char *at = strchr(result, letters[i]);
        shape.dim[i] = at ? s->shape.dim[at - result] : (kcc_dim){1, false};
        if (at) perm[n++] = (int)(at - result);
    }
    used = n;
    for (int i = 0; i < s->shape.rank; i++) {
        if (strchr(letters, result[i])) continue;
        if (s->shape.dim[i].size != 1) return NULL;
        perm[n++] = i;
    }
    return used ? kcc_reshape(to, kcc_transpose(to, s, perm), &shape) : NULL;
}

static kcc_node *scaled_contraction(kcc_graph *to, kcc_node *m, kcc_node *s) {
    char letters[2][KCC_MAX_RANK + 1], y[KCC_MAX_RANK + 1];
    if (!kcc_spec_split(m->attr.s, letters[0], letters[1], y)) return NULL;
    for (int k = 1; k >= 0; k--) {
        kcc_node *w = m->input[k], *in[2] = {m->input[0], m->input[1]};
        kcc_node *factors = kcc_of_weights(w) ? in_order_of(to, letters[k], y, s) : NULL;
        if (!factors) continue;
        in[k] = kcc_mul(to, w, factors);
        return kcc_contract(to, in[0], in[1], m->attr.s);
    }
    return NULL;
}

/* s, whose extents are those of a reshape's result or 1, as it lies in the reshape's input; NULL unless the axes
 * where it is not 1 are neighbours, and those of a run of the input's axes. */
static kcc_node *before_reshape(kcc_graph *to, const kcc_node *m, kcc_node *s) {
    const kcc_shape *from = &m->input[0]->shape, *at = &s->shape;
    int first = 0, last = at->rank - 1;
    int64_t behind = 1, count = 1, have = 1;
    for (; last > 0 && at->dim[last].size == 1; last--) {
        if (m->shape.dim[last].batch) return NULL;
        behind *= m->shape.dim[last].size;
    }
    while (first < last && at->dim[first].size == 1) first++;
    for (int i = first; i <= last; i++) {
        count *= at->dim[i].size;
        if (m->shape.dim[i].batch || at->dim[i].size != m->shape.dim[i].size) return NULL;
    }
    kcc_shape shape = {.rank = from->rank};
    for (int i = 0; i < from->rank; i++) shape.dim[i] = (kcc_dim){1, false};
    int i = from->rank - 1;
    for (; i >= 0 && !from->dim[i].batch && have * from->dim[i].size <= behind; i--)
        have *= from->dim[i].size;
    if (have != behind) return NULL;
    for (have = 1; i >= 0 && !from->dim[i].batch && have < count; i--)
        have *= (shape.dim[i] = from->dim[i]).size;
    return have == count ? kcc_reshape(to, s, &shape) : NULL;
}

static kcc_node *scaled_move(kcc_graph *to, const kcc_node *n, kcc_node *m, kcc_node *s) {
    int rank = m->input[0]->shape.rank, perm[KCC_MAX_RANK];
    kcc_shape shape = {.rank = rank};
    kcc_node *before = NULL;
    if (m->op == KCC_OP_RESHAPE) {
        before = before_reshape(to, m, s);
    } else if (m->op == KCC_OP_TRANSPOSE) {
        for (int i = 0; i < rank; i++) perm[m->attr.i[i]] = i;
        before = kcc_transpose(to, s, perm);
    } else { /* a sum: its axes are missing in s */
        unsigned axes = 0;
        for (int k = 0; k < m->attr.n_i; k++) axes |= 1u << m->attr.i[k];
        for (int i = 0, k = 0; i < rank; i++)
            shape.dim[i] = axes >> i & 1 ? (kcc_dim){1, false} : s->shape.dim[k++];
        before = kcc_reshape(to, s, &shape);
    }
    kcc_node *in = before ? scaled(to, n->input[0], m->input[0], before) : NULL;
    return in ? kcc_node_shaped(to, m->op, m->dtype, &m->shape, 1, &in, &m->attr) : NULL;
}

/* m s, where m stands for n of the old graph and nothing else needs it; NULL if no weights can take s. */
static kcc_node *scaled(kcc_graph *to, const kcc_node *n, kcc_node *m, kcc_node *s) {
    if (n->op != m->op || !kcc_used_once(n)) return NULL;
    switch (m->op) {
    case KCC_OP_ADD:
    case KCC_OP_SUB:
    case KCC_OP_MUL: return scaled_pair(to, n, m, s);
    case KCC_OP_CONTRACT: return scaled_contraction(to, m, s);
    case KCC_OP_RESHAPE:
    case KCC_OP_TRANSPOSE:
    case KCC_OP_REDUCE_SUM: return scaled_move(to, n, m, s);
    default: return NULL;
    }
}

/* The operand of n that is a value of weights: its place, and the value in *value; -1 if there is none.  A plain
 * number does as well behind: no weights are copied for it. */
static int operand_of_weights(const kcc_node *n, kcc_node *const *inputs, kcc_node **value) {
    for (int k = 0; k < 2 && !kcc_of_weights(n); k++)
        if ((*value = factor(inputs[k])) && (*value)->op != KCC_OP_CONSTANT) return k;
    return -1;
}

static kcc_node *scale(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs) {
    kcc_node *s;
    int k = n->op == KCC_OP_MUL ? operand_of_weights(n, inputs, &s) : -1;
    return k >= 0 ? scaled(to, n->input[1 - k], inputs[1 - k], s) : NULL;
}

/* (a + b) + c with b and c of weights alone. */
static kcc_node *gather(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs) {
    kcc_node *c;
    int k = n->op == KCC_OP_ADD ? operand_of_weights(n, inputs, &c) : -1;
    if (k < 0 || inputs[1 - k]->op != KCC_OP_ADD || !kcc_used_once(n->input[1 - k])) return NULL;
    const kcc_node *a = inputs[1 - k];
    for (int i = 0; i < 2; i++) {
        kcc_node *b = factor(a->input[i]);
        if (b) return kcc_add(to, a->input[1 - i], kcc_broadcast(to, kcc_add(to, b, c), &n->shape));
    }
    return NULL;
}

kcc_graph *kcc_scale_weights(const kcc_graph *g) {
    return kcc_rewrite_all(kcc_rewrite_all(g, scale), gather);
}
