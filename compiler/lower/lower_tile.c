/*
 * The outer-product micro-kernel: a tile of R rows x V vectors kept in registers over the whole sum.
 *
 * Takes: a planned contraction and the place of a tile.
 * Gives: code for it.
 * Keeps: every element is one chain of fused multiply-adds over the summed index, in order, from 0.
 *
 *   acc[r][v] = 0
 *   for each summed index k (inside the guards' bounds): acc[r][v] += a[i + r, k] * b[k, j + v]
 *   y[i + r, j + v] = epilogue(acc[r][v])
 *
 * A long epilogue is not repeated for every accumulator: the tile's sums go to memory they would be written
 * to anyway (or to a scratch buffer), and one loop over the tile, still in cache, applies it.  Sums over
 * samples wait there, too, from one sample to the next: see blocks_samples in lower_contract.c.
 */
#include <assert.h>
#include <string.h>

#include "contract.h"

enum { LONG_EPILOGUE = 400 };

void kcc_tile_stand(kcc_product *p, int r, int v, bool epilogue) {
    kcc_emit *e = &p->e;
    const kcc_shape *domain = &p->c->domain;
    memcpy(e->extent, epilogue ? domain->dim : p->extent, (size_t)domain->rank * sizeof *e->extent);
    for (int g = 0; g < e->n_groups; g++) {
        int d = e->group[g].last;
        kcc_kval var = g == e->vector ? p->column_base : g == p->row ? p->row_base : p->loop[g];
        int64_t add = g == e->vector ? (int64_t)v * e->lanes : g == p->row ? r : 0, at;
        if (epilogue && p->scale[d] != 1) {
            unsigned groups = kcc_emit_groups(e, var);
            var = kcc_emit_prim(e, KCC_P_MUL, var, kcc_emit_int(e, p->scale[d]), KCC_KNONE);
            kcc_emit_mark(e, var, groups);
            add = add * p->scale[d] + p->phase[d];
        }
        if (kcc_emit_const(e, var, &at)) {
            var = KCC_KNONE;
            add += at;
        }
        e->group[g].var = var;
        e->group[g].add = add;
    }
}

static kcc_kval load_operand(kcc_product *p, int which, int r, int v, kcc_kval count) {
    kcc_emit *e = &p->e;
    kcc_kmem mem;
    unsigned groups;
    kcc_tile_stand(p, r, v, false);
    kcc_emit_address(e, p->operand[which], &p->map[which], &mem, &groups);
    mem.count = which ? count : KCC_KNONE;
    return kcc_k_load(e->k, (kcc_ktype){KCC_F32, which ? e->lanes : 1}, &mem);
}

static void multiply_add(kcc_product *p, int rows, int vectors, const kcc_kval *count) {
    kcc_emit *e = &p->e;
    kcc_kval b[KCC_TILE_VECTORS];
    for (int v = 0; v < vectors; v++) b[v] = load_operand(p, 1, 0, v, count[v]);
    for (int r = 0; r < rows; r++) {
        if (!(p->inside >> r & 1)) continue;
        kcc_kval a = kcc_k_splat(e->k, load_operand(p, 0, r, 0, KCC_KNONE), e->lanes);
        for (int v = 0; v < vectors; v++)
            kcc_k_set(e->k, p->acc[r][v], kcc_k_prim3(e->k, KCC_P_FMA, a, b[v], p->acc[r][v]));
    }
}

/* ---------------------------------------------------------------- bounds of summed loops */

/* Narrows lo … hi of the sum's loop to where 0 <= coef * s + rest < limit. */
static void narrow(kcc_product *p, const kcc_guard *g, int dim, kcc_kval *lo, kcc_kval *hi) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    kcc_axis other = g->at;
    bool second = other.coef2 && other.dom2 == dim;
    int64_t coef = second ? other.coef2 : other.coef, size = coef < 0 ? -coef : coef;
    if (second) {
        other.coef2 = 0;
    } else {
        other.dom = other.coef2 ? other.dom2 : -1;
        other.coef = other.coef2;
        other.coef2 = 0;
    }
    unsigned groups = 0;
    kcc_kval rest = kcc_emit_numerator(e, &other, &groups);
    kcc_kval limit = kcc_emit_int(e, g->limit), by = kcc_emit_int(e, size), round = kcc_emit_int(e, size - 1);
    kcc_kval first,
        end; /* divisions round towards 0: where that is wrong the quotient is below 0 and loses to lo or 0 */
    if (coef > 0) { /* s >= -rest / coef, s < (limit - rest) / coef, rounded up */
        first = kcc_k_prim2(k, KCC_P_SUB, round, rest);
        end = kcc_k_prim2(k, KCC_P_ADD, kcc_k_prim2(k, KCC_P_SUB, limit, rest), round);
    } else { /* s > (rest - limit) / size, s <= rest / size */
        first = kcc_k_prim2(k, KCC_P_ADD, kcc_k_prim2(k, KCC_P_SUB, rest, limit), by);
        end = kcc_k_prim2(k, KCC_P_ADD, rest, by);
    }
    *lo = kcc_k_prim2(k, KCC_P_MAX, *lo, kcc_k_prim2(k, KCC_P_DIV, first, by));
    *hi = kcc_k_prim2(k, KCC_P_MIN, *hi, kcc_k_prim2(k, KCC_P_DIV, end, by));
}

/* The innermost sum that a guard speaks of, where its other letters stand: it is that loop which is
 * shortened.  A guard of no sum shortens the first. */
static int narrowed_sum(const kcc_product *p, const kcc_axis *x) {
    int i = p->n_sums - 1;
    while (i > 0 && !kcc_axis_touches(x, p->sum[i].dim)) i--;
    return i;
}

static bool row_touched(const kcc_product *p, const kcc_axis *x) {
    return p->row >= 0 && kcc_axis_touches(x, p->e.group[p->row].last);
}

static void sum_loops(kcc_product *p, int i, int rows, int vectors, const kcc_kval *count);

/* The i-th sum over lo … hi, and those inside it. */
static void sum_loop(kcc_product *p, int i, kcc_kval lo, kcc_kval hi, int rows, int vectors,
                     const kcc_kval *count) {
    kcc_emit *e = &p->e;
    int g = p->sum[i].group;
    kcc_kval v = kcc_k_loop(e->k, lo, hi, 1, "k");
    p->loop[g] = kcc_emit_mark(e, v, 1u << g);
    kcc_emit_open(e, v, 1u << g);
    sum_loops(p, i + 1, rows, vectors, count);
    kcc_emit_close(e);
    p->loop[g] = kcc_emit_int(e, 0);
}

/* The same where i is the border's sum, for a tile at the border: piece by piece. */
static void border_loops(kcc_product *p, int i, kcc_kval lo, kcc_kval hi, int rows, int vectors,
                         const kcc_kval *count) {
    kcc_emit *e = &p->e;
    int64_t size = e->extent[p->sum[i].dim].size, end;
    unsigned all = p->inside;
    for (int64_t s = 0; s < size; s = end) {
        end = kcc_border_piece(p, p->edge, rows, s);
        p->inside = kcc_border_inside(p, p->edge, rows, s);
        if (!p->inside) continue;
        kcc_kval from = kcc_k_prim2(e->k, KCC_P_MAX, lo, kcc_emit_int(e, s));
        kcc_kval to = kcc_k_prim2(e->k, KCC_P_MIN, hi, kcc_emit_int(e, end));
        sum_loop(p, i, from, to, rows, vectors, count);
    }
    p->inside = all;
}

static void sum_loops(kcc_product *p, int i, int rows, int vectors, const kcc_kval *count) {
    kcc_emit *e = &p->e;
    if (i == p->n_sums) {
        kcc_prefetch_rows(p, rows);
        multiply_add(p, rows, vectors, count);
        return;
    }
    if (i == p->n_sums - 1) kcc_prefetch_operand(p, rows);
    int g = p->sum[i].group;
    kcc_kval lo = kcc_emit_int(e, 0), hi = kcc_emit_extent(e, e->group[g].extent);
    kcc_tile_stand(p, 0, 0, false);
    for (int n = 0; n < p->map[0].n_guards; n++) {
        const kcc_guard *guard = &p->map[0].guard[n];
        if (narrowed_sum(p, &guard->at) != i || kcc_guard_holds(guard, e->extent)) continue;
        if ((p->interior || p->edge >= 0) && row_touched(p, &guard->at)) continue;
        if (kcc_axis_touches(&guard->at, p->sum[i].dim)) {
            narrow(p, guard, p->sum[i].dim, &lo, &hi);
            continue;
        }
        unsigned groups = 0;
        kcc_map one = {.n_guards = 1, .guard = {*guard}};
        kcc_kval inside = kcc_emit_guards(e, &one, &groups);
        hi = kcc_k_prim3(e->k, KCC_P_SELECT, inside, hi, kcc_emit_int(e, 0));
    }
    if (i == 0 && p->blocked) { /* those of one sample */
        kcc_kval size = kcc_emit_int(e, e->group[g].extent.size);
        lo = kcc_k_prim2(e->k, KCC_P_MUL, p->block, size);
        hi = kcc_k_prim2(e->k, KCC_P_MIN, hi, kcc_k_prim2(e->k, KCC_P_ADD, lo, size));
    }
    if (p->edge >= 0 && i == p->border)
        border_loops(p, i, lo, hi, rows, vectors, count);
    else
        sum_loop(p, i, lo, hi, rows, vectors, count);
}

/* ---------------------------------------------------------------- tile and epilogue */

/* Active lanes of vector v of the block at column_base, NONE: all. */
static kcc_kval columns_left(kcc_product *p, int v, bool masked) {
    if (!masked) return KCC_KNONE;
    kcc_emit *e = &p->e;
    int64_t base;
    kcc_dim n = e->group[e->vector].extent;
    if (!n.batch && kcc_emit_const(e, p->column_base, &base)) {
        int64_t left = n.size - base - (int64_t)v * e->lanes;
        return left >= e->lanes ? KCC_KNONE : kcc_emit_int(e, left);
    }
    kcc_kval left = kcc_k_prim2(e->k, KCC_P_SUB, kcc_emit_extent(e, n), p->column_base);
    return kcc_k_prim2(e->k, KCC_P_SUB, left, kcc_emit_int(e, (int64_t)v * e->lanes));
}

static kcc_kmem stash_address(kcc_product *p) {
    kcc_emit *e = &p->e;
    kcc_map m;
    kcc_kmem mem;
    unsigned groups;
    kcc_map_member(p->c, p->node, &m);
    kcc_emit_index(e, p->node, &m, &mem, &groups);
    mem.buffer = kcc_emit_param(e, p->stash);
    mem.count = e->count;
    return mem;
}

/* What the sums begin with: 0, or what they were after the last sample. */
static kcc_kval first_value(kcc_product *p, int r, int v, kcc_kval count) {
    kcc_emit *e = &p->e;
    kcc_ktype type = {KCC_F32, e->lanes};
    if (!p->blocked) return kcc_k_const(e->k, type, 0);
    kcc_tile_stand(p, r, v, true);
    e->count = count;
    kcc_kmem mem = stash_address(p);
    mem.pred = p->started;
    e->count = KCC_KNONE;
    return kcc_k_load(e->k, type, &mem);
}

void kcc_tile(kcc_product *p, int rows, int vectors, bool masked) {
    kcc_emit *e = &p->e;
    if (p->part == KCC_PART_EPILOGUE) return;
    kcc_kval count[KCC_TILE_VECTORS];
    unsigned moving = (p->row >= 0 ? 1u << p->row : 0) | 1u << e->vector;
    kcc_emit_open(e, KCC_KNONE, moving);
    unsigned here = e->level[e->n_levels - 1].groups;
    if (!kcc_emit_const(e, p->column_base, &(int64_t){0})) kcc_emit_mark(e, p->column_base, here);
    if (!kcc_emit_const(e, p->row_base, &(int64_t){0})) kcc_emit_mark(e, p->row_base, here);
    for (int v = 0; v < vectors; v++) {
        count[v] = columns_left(p, v, masked);
        if (count[v] != KCC_KNONE) kcc_emit_mark(e, count[v], here);
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            p->acc[r][v] = kcc_k_reg(e->k, first_value(p, r, v, count[v]), "acc");
    if (p->stash < 0) kcc_prefetch_epilogue(p, rows, vectors);
    p->inside = (1u << rows) - 1;
    sum_loops(p, 0, rows, vectors, count);
    for (int v = 0; v < vectors; v++) {
        for (int r = 0; r < rows; r++) {
            kcc_tile_stand(p, r, v, true);
            e->count = count[v];
            if (p->stash >= 0) {
                kcc_kmem mem = stash_address(p);
                kcc_k_store(e->k, p->acc[r][v], &mem);
                continue;
            }
            kcc_emit_define(e, p->node, p->acc[r][v], here);
            kcc_emit_store_roots(e, p->n_roots, p->root);
            if (p->row >= 0) kcc_emit_forget(e, 1u << p->row);
        }
        kcc_emit_forget(e, 1u << e->vector);
    }
    e->count = KCC_KNONE;
    kcc_emit_close(e);
}

void kcc_tile_epilogue(kcc_product *p, kcc_kval rows, int vectors, bool masked) {
    kcc_emit *e = &p->e;
    if (p->part == KCC_PART_SUMS) return;
    kcc_kernel *k = e->k;
    kcc_kval row_base = p->row_base, column_base = p->column_base;
    if (p->row >= 0) {
        kcc_kval i = kcc_k_loop(k, row_base, kcc_k_prim2(k, KCC_P_ADD, row_base, rows), 1, "row");
        p->row_base = kcc_emit_mark(e, i, 1u << p->row);
        kcc_emit_open(e, i, 1u << p->row);
    }
    kcc_kval width = kcc_emit_int(e, (int64_t)vectors * e->lanes);
    kcc_kval j =
        kcc_k_loop(k, column_base, kcc_k_prim2(k, KCC_P_ADD, column_base, width), e->lanes, "column");
    p->column_base = kcc_emit_mark(e, j, 1u << e->vector);
    kcc_emit_open(e, j, 1u << e->vector);
    unsigned here = e->level[e->n_levels - 1].groups;
    kcc_tile_stand(p, 0, 0, true);
    e->count = KCC_KNONE;
    if (masked) {
        e->count = kcc_k_prim2(k, KCC_P_SUB, kcc_emit_extent(e, e->group[e->vector].extent), j);
        kcc_emit_mark(e, e->count, here);
    }
    kcc_kmem mem = stash_address(p);
    kcc_emit_define(e, p->node, kcc_k_load(k, (kcc_ktype){KCC_F32, e->lanes}, &mem), here);
    kcc_emit_store_roots(e, p->n_roots, p->root);
    e->count = KCC_KNONE;
    kcc_emit_close(e);
    kcc_emit_forget(e, 1u << e->vector);
    if (p->row >= 0) {
        kcc_emit_close(e);
        kcc_emit_forget(e, 1u << p->row);
    }
    p->row_base = row_base;
    p->column_base = column_base;
}

/* Rough count of instructions that node n and the free nodes it reads take. */
static int instructions(const kcc_node *n, int depth) {
    if (n->op == KCC_OP_UNIFORM) return 60;
    int prim = kcc_op_table[n->op].prim, sum = prim >= 0 && kcc_prim_table[prim].expanded ? 20 : 1;
    for (int i = 0; i < n->n_inputs && depth < 8; i++)
        if (kcc_node_free(n->input[i])) sum += instructions(n->input[i], depth + 1);
    return sum;
}

void kcc_tile_plan(kcc_product *p) {
    int length = 0;
    p->stash = -1;
    for (int i = 0; i < p->c->n_members; i++) {
        kcc_node *n = p->c->member[i];
        if (n != p->node) length += instructions(n, 0);
        if (!p->l->fusion->root[n->id]) continue;
        assert(p->n_roots < KCC_TILE_ROOTS);
        p->root[p->n_roots++] = n;
    }
    if (length * p->rows * p->vectors < LONG_EPILOGUE && !p->blocked) return;
    for (int i = 0; i < p->n_roots && p->stash < 0; i++) {
        int b = p->l->buffer_of[p->root[i]->id];
        const kcc_buffer *buffer = &p->l->module->buffer[b];
        bool own = buffer->store == KCC_STORE_ARENA || buffer->store == KCC_STORE_OUTPUT ||
                   buffer->store == KCC_STORE_GRADIENT;
        if (own && buffer->dtype == KCC_F32) p->stash = b;
    }
    if (p->stash >= 0) return;
    kcc_buffer b = {.name = "sums", .store = KCC_STORE_ARENA, .dtype = KCC_F32, .shape = ""};
    kcc_shape_count(&p->node->shape, &b.count);
    p->stash = kcc_buffer_create(p->l, &b);
}
