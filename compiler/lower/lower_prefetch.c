/*
 * What an epilogue reads is asked for before the sums.
 *
 * Takes: a tile about to be summed.
 * Gives: prefetches of the elements that its epilogue reads from arrays too large for the second cache.
 * Keeps: no value changes; every element named is read later by the same tile.
 *
 * A processor looks some 300 instructions ahead, a tile's sums are many thousands: without this the epilogue
 * of a weight's update waits for the weight and the optimizer's slots, and the next tile's sums wait for it.
 */
#include "contract.h"

enum { MOST_READS = 8, LEAST_DEPTH = 64, LEAST_BYTES = 1 << 20 };

typedef struct reads {
    int n;
    const kcc_node *node[MOST_READS];
    kcc_map map[MOST_READS];
} reads;

static bool member(const kcc_product *p, const kcc_node *n) {
    int c = p->l->fusion->cluster_of[n->id];
    return c >= 0 && &p->l->fusion->cluster[0] + c == p->c;
}

/* Whether n's elements at m are a large array's, and lie along the tile's rows and vectors. */
static bool worth_it(const kcc_product *p, const kcc_node *n, const kcc_map *m) {
    const kcc_emit *e = &p->e;
    kcc_dim count = {0, false}, coef[KCC_MAX_DIMS] = {{0, false}};
    if (p->l->buffer_of[kcc_storage_node((kcc_node *)n)->id] < 0 || m->n_guards) return false;
    for (int i = 0; i < m->rank; i++)
        if (m->axis[i].div > 1) return false;
    kcc_shape_count(&n->shape, &count);
    kcc_coefficients(n, m, coef);
    kcc_dim along = coef[e->group[e->vector].last];
    return 4 * kcc_usual(count) >= LEAST_BYTES && coef[e->group[p->row].last].size && along.size == 1 &&
           !along.batch;
}

/* Collects what of memory the value of n at m is made of. */
static void collect(const kcc_product *p, const kcc_node *n, const kcc_map *m, reads *all) {
    if (n == p->node || all->n == MOST_READS) return;
    for (int i = 0; i < all->n; i++)
        if (all->node[i] == n && kcc_map_equal(&all->map[i], m)) return;
    bool leaf = kcc_op_table[n->op].class == KCC_CLASS_LEAF;
    bool moved = n->op == KCC_OP_RESHAPE && !kcc_reshape_trivial(n);
    if (leaf || moved || (!kcc_node_free(n) && !member(p, n))) {
        if (!worth_it(p, n, m)) return;
        all->node[all->n] = n;
        all->map[all->n++] = *m;
        return;
    }
    for (int i = 0; i < n->n_inputs; i++) {
        kcc_map at;
        if (kcc_map_input(n, m, i, &at)) collect(p, n->input[i], &at, all);
    }
}

void kcc_prefetch_epilogue(kcc_product *p, int rows, int vectors) {
    kcc_emit *e = &p->e;
    reads all = {0};
    double depth = 1;
    for (int s = 0; s < p->n_sums; s++) depth *= kcc_usual(e->group[p->sum[s].group].extent);
    if (p->row < 0 || depth < LEAST_DEPTH || e->group[e->vector].extent.batch) return;
    for (int i = 0; i < p->n_roots; i++) {
        kcc_map m;
        if (kcc_map_member(p->c, p->root[i], &m)) collect(p, p->root[i], &m, &all);
    }
    for (int i = 0; i < all.n; i++)
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++) {
                kcc_kmem mem;
                unsigned groups;
                kcc_tile_stand(p, r, v, true);
                kcc_emit_address(e, all.node[i], &all.map[i], &mem, &groups);
                kcc_k_prefetch(e->k, all.node[i]->dtype, &mem);
            }
}
