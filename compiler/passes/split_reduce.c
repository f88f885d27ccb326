/*
 * Long sums in two stages.
 *
 * Takes: a graph.
 * Gives: one in which a sum of more than LONG elements of a fixed shape to a scalar is a sum of sums; and one over
 *        samples and WITHIN or more elements of each (a gradient of a bias, statistics of a batch) is the sum over
 *        samples of their sums: each sample is a task, and stays in a cache while its columns are summed.
 * Keeps: the cut depends on the shape only, so the order of additions is the same on any number of threads; a
 *        count without a suitable divisor is left alone.
 */
#include "rewrite.h"

#include <stdlib.h>

enum { LONG = 16384, PIECE = 2048, SHORTEST = 512, LONGEST = 8192, WITHIN = 16 };

/* Divisor of count closest to PIECE, the smaller of two equally close; 0 if none is in range. */
static int64_t piece_of(int64_t count) {
    int64_t best = 0;
    for (int64_t d = SHORTEST; d <= LONGEST; d++)
        if (count % d == 0 && (!best || llabs(d - PIECE) < llabs(best - PIECE))) best = d;
    return best;
}

/* The sum over samples of the sums within each; NULL if n is no such sum. */
static kcc_node *by_samples(kcc_graph *to, const kcc_node *n, kcc_node *a) {
    unsigned within = 0;
    int samples = -1;
    int64_t count = 1;
    for (int i = 0; i < n->attr.n_i; i++) {
        int axis = (int)n->attr.i[i];
        kcc_dim d = a->shape.dim[axis];
        if (d.batch) samples = axis;
        if (d.batch) continue;
        within |= 1u << axis;
        count *= d.size;
    }
    if (samples < 0 || count < WITHIN) return NULL;
    kcc_node *sums = kcc_reduce(to, KCC_OP_REDUCE_SUM, a, within, false);
    return kcc_reduce(to, KCC_OP_REDUCE_SUM, sums,
                      1u << (samples - __builtin_popcount(within & ((1u << samples) - 1))), false);
}

static kcc_node *split(kcc_graph *to, const kcc_node *n, kcc_node *const *in) {
    kcc_dim count;
    if (n->op != KCC_OP_REDUCE_SUM) return NULL;
    if (n->shape.rank != 0) return by_samples(to, n, in[0]);
    if (!kcc_shape_count(&in[0]->shape, &count) || count.batch || count.size <= LONG) return NULL;
    int64_t piece = piece_of(count.size);
    if (!piece) return NULL;
    kcc_shape pieces = kcc_shape_of(2, (kcc_dim[]){kcc_fixed(count.size / piece), kcc_fixed(piece)});
    kcc_node *sums = kcc_reduce(to, KCC_OP_REDUCE_SUM, kcc_reshape(to, in[0], &pieces), 1u << 1, false);
    return kcc_reduce(to, KCC_OP_REDUCE_SUM, sums, 1u << 0, false);
}

kcc_graph *kcc_split_reductions(const kcc_graph *g) {
    bool changed = true;
    kcc_graph *to = kcc_rewrite(g, split, &changed);
    while (changed) to = kcc_rewrite(to, split, &changed); /* the sum of the pieces may be long itself */
    return to;
}
