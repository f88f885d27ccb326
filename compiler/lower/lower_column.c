/*
 * Column reductions: clusters whose reductions keep the last dim of the domain (bias gradients, statistics).
 *
 * Takes: a COLUMN cluster.
 * Gives: a kernel whose tasks are blocks of columns.
 * Keeps: every column is summed in the order of the reduced index, one element after the other.
 *
 *   for each block of columns j (task)
 *       for each reduced index i: acc[j] += f(x[i, j])
 *       y[j] = g(acc[j], …)
 *
 * Kept dims along which a large input is the same (the places of a kernel, in the weight gradient of a depthwise
 * convolution) are not tasks of their own: all their sums are taken in one pass, with an accumulator each.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "lower.h"

enum {
    MAX_VECTORS = 4,
    MAX_REDUCES = 16,
    MAX_ROOTS = 64,
    MAX_SLOTS = 32,
    FEW_TASKS = 4 /* fewer leave threads without work */
};

typedef struct column {
    kcc_emit e;
    const kcc_cluster *c;
    kcc_lowering *l;
    int n_reduces;
    const kcc_node *reduce[MAX_REDUCES];
    kcc_kval acc[MAX_REDUCES][MAX_SLOTS];
    kcc_kval at[MAX_REDUCES][MAX_SLOTS]; /* of an ARGMAX: index of acc */
    int vectors;                         /* of columns in a block */
    kcc_kval base;                       /* first column of the block */
    bool masked;                         /* the last block is not full */
    int n_reduced, reduced[KCC_MAX_RANK];
    int n_outer, outer[KCC_MAX_RANK]; /* groups that are tasks */
    int n_open, open[KCC_MAX_RANK];   /* groups that have accumulators */
    int places;                       /* of the open groups */
} column;

static bool maximum(kcc_op op) {
    return op == KCC_OP_REDUCE_MAX || op == KCC_OP_REDUCE_FIRST || op == KCC_OP_ARGMAX;
}

static double identity_of(kcc_op op) {
    return maximum(op) ? -INFINITY : op == KCC_OP_REDUCE_MIN ? INFINITY : op == KCC_OP_REDUCE_PROD;
}

static kcc_prim prim_of(kcc_op op) {
    if (maximum(op)) return KCC_P_MAX;
    return op == KCC_OP_REDUCE_MIN ? KCC_P_MIN : op == KCC_OP_REDUCE_PROD ? KCC_P_MUL : KCC_P_ADD;
}

/* Moves the columns to vector u of the block. */
static void at_vector(column *p, int u) {
    kcc_emit *e = &p->e;
    kcc_group *g = &e->group[e->vector];
    g->var = p->base;
    g->add = (int64_t)u * e->lanes;
    e->count = KCC_KNONE;
    if (!p->masked) return;
    int old = kcc_emit_at(e, kcc_emit_groups(e, p->base));
    kcc_kval left = kcc_k_prim2(e->k, KCC_P_SUB, kcc_emit_extent(e, g->extent), p->base);
    e->count = kcc_k_prim2(e->k, KCC_P_SUB, left, kcc_emit_int(e, g->add));
    e->k->cursor = old;
    kcc_emit_mark(e, e->count, kcc_emit_groups(e, p->base));
}

/* Calls body for every vector at every place of the open groups. */
typedef void slot_fn(column *p, int slot);
static void each_slot(column *p, slot_fn *body) {
    kcc_emit *e = &p->e;
    unsigned open = 0;
    for (int i = 0; i < p->n_open; i++) open |= 1u << p->open[i];
    if (open) kcc_emit_open(e, KCC_KNONE, open);
    for (int u = 0; u < p->vectors; u++) {
        at_vector(p, u);
        for (int place = 0; place < p->places; place++) {
            for (int i = p->n_open - 1, rest = place; i >= 0; i--) {
                kcc_group *g = &e->group[p->open[i]];
                g->var = KCC_KNONE;
                g->add = rest % g->extent.size;
                rest /= (int)g->extent.size;
            }
            body(p, u * p->places + place);
            if (open) kcc_emit_forget(e, open);
        }
        kcc_emit_forget(e, 1u << e->vector);
    }
    if (open) kcc_emit_close(e);
}

/* Reduction r of a slot takes what its input is here. */
static void accumulate(column *p, int r, int slot) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    kcc_kval v = kcc_k_splat(k, kcc_emit_member(e, p->reduce[r]->input[0]), e->lanes), acc = p->acc[r][slot];
    if (p->reduce[r]->op != KCC_OP_ARGMAX) {
        kcc_k_set(k, acc, kcc_k_prim2(k, prim_of(p->reduce[r]->op), acc, v));
        return;
    }
    assert(p->n_reduced == 1); /* it has one axis, and all reductions have its axes */
    kcc_kval index = kcc_k_splat(k, kcc_k_convert(k, e->group[p->reduced[0]].var, KCC_F32), e->lanes);
    kcc_kval better = kcc_k_prim2(k, KCC_P_LT, acc, v);
    kcc_k_set(k, p->at[r][slot], kcc_k_prim3(k, KCC_P_SELECT, better, index, p->at[r][slot]));
    kcc_k_set(k, acc, kcc_k_prim3(k, KCC_P_SELECT, better, v, acc));
}

static void accumulate_all(column *p, int slot) {
    for (int r = 0; r < p->n_reduces; r++) accumulate(p, r, slot);
}

static void reduce_loops(column *p, int i) {
    kcc_emit *e = &p->e;
    if (i == p->n_reduced) {
        each_slot(p, accumulate_all);
        return;
    }
    int g = p->reduced[i];
    kcc_kval v = kcc_emit_loop(e, e->group[g].extent, "i");
    e->group[g].var = v;
    e->group[g].add = 0;
    kcc_emit_open(e, v, 1u << g);
    reduce_loops(p, i + 1);
    kcc_emit_close(e);
    kcc_emit_forget(e, 1u << g);
}

static void store_slot(column *p, int slot) {
    kcc_node *roots[MAX_ROOTS];
    int n = 0;
    for (int i = 0; i < p->c->n_members; i++) {
        if (!p->l->fusion->root[p->c->member[i]->id]) continue;
        assert(n < MAX_ROOTS);
        roots[n++] = p->c->member[i];
    }
    for (int r = 0; r < p->n_reduces; r++) {
        kcc_kval v = p->reduce[r]->op == KCC_OP_ARGMAX ? p->at[r][slot] : p->acc[r][slot];
        kcc_emit_define(&p->e, p->reduce[r], v, p->e.level[p->e.n_levels - 1].groups);
    }
    kcc_emit_store_roots(&p->e, n, roots);
}

static bool reads_dim(const kcc_map *m, int d) {
    for (int i = 0; i < m->rank; i++)
        if (m->axis[i].dom == d || (m->axis[i].coef2 && m->axis[i].dom2 == d)) return true;
    return false;
}

/* Whether n at m reads something stored that is the same along dim d, and as large as what is reduced. */
static bool same_along(const column *p, const kcc_node *n, const kcc_map *m, int d) {
    const kcc_fusion *f = p->l->fusion;
    bool inside = kcc_node_free(n) ? n->n_inputs > 0 : &f->cluster[0] + f->cluster_of[n->id] == p->c;
    for (int i = 0; i < n->n_inputs && inside; i++) {
        kcc_map at;
        if (kcc_map_input(n, m, i, &at) && same_along(p, n->input[i], &at, d)) return true;
    }
    bool large = !inside;
    for (int i = 0; i < p->n_reduced && large; i++) large = reads_dim(m, p->e.group[p->reduced[i]].last);
    return large && !reads_dim(m, d);
}

/* Takes the last outer groups as open ones, as long as that saves passes, leaves accumulators in registers, and
 * tasks enough. */
static void open_groups(column *p, int64_t blocks) {
    kcc_emit *e = &p->e;
    int room = (p->l->target->registers - 6) / (p->n_reduces ? p->n_reduces : 1);
    while (p->n_outer) {
        const kcc_group *g = &e->group[p->outer[p->n_outer - 1]];
        kcc_dim left = kcc_fixed(blocks);
        for (int i = 0; i + 1 < p->n_outer; i++) left = kcc_dim_mul(left, e->group[p->outer[i]].extent);
        bool saves = false;
        for (int r = 0; r < p->n_reduces && !saves; r++) {
            kcc_map m;
            const kcc_node *in = p->reduce[r]->input[0];
            saves = kcc_map_member(p->c, in, &m) && same_along(p, in, &m, g->last);
        }
        if (!saves || g->extent.batch || p->places * g->extent.size > room ||
            kcc_extent_guess(left) < FEW_TASKS)
            return;
        p->places *= (int)g->extent.size;
        memmove(p->open + 1, p->open, (size_t)p->n_open++ * sizeof *p->open);
        p->open[0] = p->outer[--p->n_outer];
    }
}

void kcc_lower_column(kcc_lowering *l, const kcc_cluster *c) {
    column p = {.l = l, .c = c, .vectors = 1, .places = 1};
    kcc_emit *e = &p.e;
    kcc_emit_begin(e, l, c);
    kcc_emit_group(e, 0);
    e->vector = e->n_groups - 1;
    e->lanes = e->guarded >> e->group[e->vector].last & 1 ? 1 : l->target->lanes;
    unsigned bound = 1u << e->vector;
    kcc_dim times = kcc_fixed(1);
    double depth = 1;
    for (int g = 0; g < e->n_groups; g++) {
        if (c->inner >> e->group[g].last & 1) {
            p.reduced[p.n_reduced++] = g;
            depth *= kcc_extent_guess(e->group[g].extent);
        } else if (g != e->vector) {
            p.outer[p.n_outer++] = g;
        }
    }
    for (int i = 0; i < c->n_members; i++) {
        if (kcc_op_table[c->member[i]->op].class != KCC_CLASS_REDUCE) continue;
        assert(p.n_reduces < MAX_REDUCES);
        p.reduce[p.n_reduces++] = c->member[i];
    }
    kcc_dim width = e->group[e->vector].extent;
    if (!width.batch) open_groups(&p, (width.size + e->lanes - 1) / e->lanes);
    for (int i = 0; i < p.n_outer; i++) {
        bound |= 1u << p.outer[i];
        times = kcc_dim_mul(times, e->group[p.outer[i]].extent);
    }
    int slots = p.places > 1 ? l->target->registers - 6 : 8;
    for (int v = MAX_VECTORS; v > 1 && p.vectors == 1; v /= 2) {
        bool few = p.places > 1 && width.size / (v * e->lanes) * kcc_extent_guess(times) < FEW_TASKS;
        if (!width.batch && width.size % (v * e->lanes) == 0 && p.n_reduces * p.places * v <= slots && !few)
            p.vectors = v;
    }
    int64_t block = (int64_t)p.vectors * e->lanes;
    p.masked = width.batch || width.size % block;

    kcc_kval task = kcc_emit_tasks(e);
    e->k->cursor = kcc_k_body(e->k, task);
    kcc_dim blocks = {(width.size + block - 1) / block, false};
    kcc_kval across;
    if (width.batch) {
        kcc_kval columns = kcc_emit_extent(e, width), less = kcc_emit_int(e, block - 1);
        kcc_kval up = kcc_k_prim2(e->k, KCC_P_ADD, columns, less);
        across = kcc_k_prim2(e->k, KCC_P_DIV, up, kcc_emit_int(e, block));
    } else {
        across = kcc_emit_int(e, blocks.size);
    }
    kcc_kval j = p.n_outer ? kcc_k_prim2(e->k, KCC_P_MOD, task, across) : task;
    kcc_kval rest = p.n_outer ? kcc_k_prim2(e->k, KCC_P_DIV, task, across) : task;
    if (!width.batch && blocks.size == 1) j = kcc_emit_int(e, 0);
    p.base = kcc_k_prim2(e->k, KCC_P_MUL, j, kcc_emit_int(e, block));
    kcc_emit_decode(e, rest, p.n_outer, p.outer);
    kcc_emit_open(e, task, bound | KCC_TASK_BOUND);
    kcc_emit_mark(e, p.base, bound);
    for (int r = 0; r < p.n_reduces; r++)
        for (int u = 0; u < p.vectors * p.places; u++) {
            const kcc_ktype type = {KCC_F32, e->lanes};
            p.acc[r][u] = kcc_k_reg(e->k, kcc_k_const(e->k, type, identity_of(p.reduce[r]->op)), "acc");
            if (p.reduce[r]->op == KCC_OP_ARGMAX)
                p.at[r][u] = kcc_k_reg(e->k, kcc_k_const(e->k, type, 0), "at");
        }
    reduce_loops(&p, 0);
    each_slot(&p, store_slot);
    kcc_emit_close(e);
    kcc_tasks tasks =
        width.batch ? (kcc_tasks){width, block, times.size} : (kcc_tasks){times, 1, blocks.size};
    kcc_emit_end(e, tasks, depth * e->cost);
}
