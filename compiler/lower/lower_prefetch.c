/*
 * What a tile will read from arrays too large for the second cache is asked for ahead.
 *
 * Takes: a tile about to be summed, or within its sums.
 * Gives: prefetches: of what its epilogue reads, before the sums; of what the tile at the next outer place
 *        reads and this one does not (the next row of an image), a few lines in each turn of the outer sums; of
 *        the next tile's rows, where they follow in memory (pixels in a convolution of 1 x 1), a line a product.
 * Keeps: no value changes.
 *
 * A processor looks some 300 instructions ahead, a tile's sums are many thousands: without this the epilogue
 * of a weight's update waits for the weight and the optimizer's slots, and the next tile's sums wait for it.
 * The lines of a row at once would fill the first cache's queue of misses, where the weights' loads wait, too.
 */
#include "contract.h"

enum { MOST_READS = 8, MOST_VALUES = 128, LEAST_DEPTH = 64, LEAST_BYTES = 1 << 20 };
enum { MOST_AHEAD = 2048, MOST_LINES = 24 };

/* The values of an epilogue, each once: one that several read is looked into once. */
typedef struct reads {
    int n_values, n;
    const kcc_node *value[MOST_VALUES];
    kcc_map map[MOST_VALUES]; /* where it is read */
    int read[MOST_READS];     /* values worth asking for */
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
    if (n == p->node || all->n == MOST_READS || all->n_values == MOST_VALUES) return;
    for (int i = 0; i < all->n_values; i++)
        if (all->value[i] == n && kcc_map_equal(&all->map[i], m)) return;
    all->value[all->n_values] = n;
    all->map[all->n_values++] = *m;
    bool leaf = kcc_op_table[n->op].class == KCC_CLASS_LEAF;
    bool moved = n->op == KCC_OP_RESHAPE && !kcc_reshape_trivial(n);
    if (leaf || moved || (!kcc_node_free(n) && !member(p, n))) {
        if (worth_it(p, n, m)) all->read[all->n++] = all->n_values - 1;
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
                kcc_emit_address(e, all.value[all.read[i]], &all.map[all.read[i]], &mem, &groups);
                kcc_k_prefetch(e->k, all.value[all.read[i]]->dtype, &mem);
            }
}

/* The elements of operand a that the tile at the next outer place reads and this one does not, from its first
 * element there: of a window that steps along the outer loop, the last tap's.  False: not worth it. */
static bool next_reads(const kcc_product *p, int rows, int64_t *from, int64_t *to) {
    const kcc_emit *e = &p->e;
    kcc_dim coef[KCC_MAX_DIMS] = {{0, false}}, count = {0, false};
    kcc_shape_count(&p->operand[0]->shape, &count);
    if (p->n_outer == 0 || p->row < 0 || p->blocked || 4 * kcc_usual(count) < LEAST_BYTES) return false;
    kcc_coefficients(p->operand[0], &p->map[0], coef);
    kcc_dim step = coef[e->group[p->outer[p->n_outer - 1]].last], row = coef[e->group[p->row].last];
    if (step.size <= 0 || step.batch || row.batch) return false;
    *from = step.size;
    *to = step.size + row.size * (rows - 1) + 1;
    for (int s = 0; s < p->n_sums; s++) {
        kcc_dim c = coef[p->sum[s].dim], size = e->group[p->sum[s].group].extent;
        if (c.batch || size.batch || size.size < 1) return false;
        int64_t last = c.size * (size.size - 1);
        bool along = c.size == step.size || c.size == -step.size;
        if (last > 0 || !along) *(last < 0 ? from : to) += last;
        if (last > 0 && along) *from += last;
    }
    return *to - *from <= MOST_AHEAD;
}

void kcc_prefetch_operand(kcc_product *p, int rows) {
    kcc_emit *e = &p->e;
    int64_t from, to, turns = 1, line = KCC_ALIGN / 4;
    if (!next_reads(p, rows, &from, &to)) return;
    for (int s = 0; s + 1 < p->n_sums; s++) turns *= e->group[p->sum[s].group].extent.size;
    int64_t lines = (to - from + line - 1) / line, each = (lines + turns - 1) / turns;
    if (each > MOST_LINES) return;
    kcc_kmem mem;
    unsigned groups;
    kcc_tile_stand(p, 0, 0, false);
    for (int s = 0; s < p->n_sums; s++) e->group[p->sum[s].group].var = KCC_KNONE;
    kcc_emit_address(e, p->operand[0], &p->map[0], &mem, &groups);
    if (mem.n_terms + p->n_sums > KCC_KTERMS) return;
    mem.offset.size += from;
    int64_t stride = each * line; /* turn t takes lines each t … each (t + 1) - 1 */
    for (int s = p->n_sums - 2; s >= 0; s--) {
        int g = p->sum[s].group;
        kcc_emit_term(&mem, p->loop[g], kcc_fixed(stride));
        stride *= e->group[g].extent.size;
    }
    for (int64_t i = 0; i < each; i++, mem.offset.size += line) kcc_k_prefetch(e->k, KCC_F32, &mem);
}

/* Whether the tile's rows of operand a lie one behind the other in a large array, and are read for this tile
 * alone. */
static bool rows_follow(const kcc_product *p) {
    const kcc_emit *e = &p->e;
    kcc_dim coef[KCC_MAX_DIMS] = {{0, false}}, count = {0, false};
    kcc_dim columns = e->group[e->vector].extent;
    if (p->n_outer || p->n_sums != 1 || p->row < 0 || p->blocked) return false;
    kcc_dim depth = e->group[p->sum[0].group].extent;
    kcc_shape_count(&p->operand[0]->shape, &count);
    kcc_coefficients(p->operand[0], &p->map[0], coef);
    return 4 * kcc_usual(count) >= LEAST_BYTES && !depth.batch && depth.size >= LEAST_DEPTH &&
           !columns.batch && columns.size <= (int64_t)p->vectors * e->lanes &&
           kcc_dim_equal(coef[e->group[p->row].last], depth) &&
           kcc_dim_equal(coef[p->sum[0].dim], kcc_fixed(1));
}

void kcc_prefetch_rows(kcc_product *p, int rows) {
    kcc_emit *e = &p->e;
    int64_t line = KCC_ALIGN / 4;
    if (!rows_follow(p) || rows > line) return;
    int g = p->sum[0].group;
    kcc_kval here = p->loop[g];
    kcc_kmem mem;
    unsigned groups;
    p->loop[g] = kcc_emit_int(e, 0);
    kcc_tile_stand(p, 0, 0, false);
    kcc_emit_address(e, p->operand[0], &p->map[0], &mem, &groups);
    p->loop[g] = here;
    mem.offset.size += rows * e->group[g].extent.size;
    kcc_emit_term(&mem, here, kcc_fixed(line)); /* line k while product k is taken: rows <= line suffice */
    kcc_k_prefetch(e->k, KCC_F32, &mem);
}
