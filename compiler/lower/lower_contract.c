/*
 * Contractions: which loops a sum of products becomes.
 *
 * Takes: a CONTRACT cluster: one contraction and the elementwise nodes that follow it.
 * Gives: a kernel (for a strided adjoint window, one a phase) whose tasks are tiles of the output.
 * Keeps: what an element is does not depend on tiles, tails, threads or the number of rows: see lower_tile.c.
 *
 * Rows that do not fill a tile are done by narrower tiles; columns that do not fill a vector are masked.
 * Where a window reaches over the border, the summed loop is shortened: by the place of an outer loop, or of
 * rows, for which see lower_border.c.  No product with a padding or inserted zero is computed.
 */
#include <assert.h>
#include <string.h>

#include "contract.h"

/* ---------------------------------------------------------------- letters and maps */

/* Reads an operand down to memory. */
static void read_operand(kcc_product *p, int which, const char *letters, const char *out, const char *sums) {
    const kcc_node *n = p->node->input[which];
    kcc_map m = {.rank = n->shape.rank};
    for (int i = 0; letters[i]; i++) {
        const char *o = strchr(out, letters[i]);
        int d = o ? (int)(o - out) : p->c->domain.rank + (int)(strchr(sums, letters[i]) - sums);
        m.axis[i] = (kcc_axis){.dom = d, .coef = 1};
        p->e.extent[d] = n->shape.dim[i];
    }
    while (kcc_contract_reads(n)) {
        kcc_map below;
        bool known = kcc_map_input(n, &m, 0, &below);
        assert(known);
        (void)known;
        m = below;
        n = n->input[0];
    }
    p->operand[which] = n;
    p->map[which] = m;
}

static void read_letters(kcc_product *p) {
    char a[KCC_MAX_RANK + 1] = "", b[KCC_MAX_RANK + 1] = "", sums[KCC_MAX_RANK + 1] = "";
    const char *s = p->node->attr.s, *comma = strchr(s, ','), *out = strstr(s, "->") + 2;
    memcpy(a, s, (size_t)(comma - s));
    memcpy(b, comma + 1, (size_t)(out - 2 - comma - 1));
    int n = 0;
    for (int i = 0; a[i]; i++)
        if (!strchr(out, a[i])) sums[n++] = a[i];
    p->n_letters = p->e.n_dims = p->c->domain.rank + n;
    for (int d = 0; d < KCC_MAX_DIMS; d++) {
        p->scale[d] = 1;
        p->phase[d] = 0;
    }
    read_operand(p, 0, a, out, sums);
    read_operand(p, 1, b, out, sums);
}

/* ---------------------------------------------------------------- phases of strided windows */

static int64_t gcd(int64_t a, int64_t b) {
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b) {
        int64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

static void substitute(kcc_axis *x, int dim, int64_t times, int64_t plus) {
    if (x->coef && x->dom == dim) {
        x->add += x->coef * plus;
        x->coef *= times;
    }
    if (x->coef2 && x->dom2 == dim) {
        x->add += x->coef2 * plus;
        x->coef2 *= times;
    }
}

/* Replaces letter dim by times * dim + plus everywhere; its extent becomes `extent`. */
static void restrict_letter(kcc_product *p, int dim, int64_t times, int64_t plus, int64_t extent) {
    for (int w = 0; w < 2; w++) {
        for (int i = 0; i < p->map[w].rank; i++) substitute(&p->map[w].axis[i], dim, times, plus);
        for (int i = 0; i < p->map[w].n_guards; i++) substitute(&p->map[w].guard[i].at, dim, times, plus);
    }
    p->e.extent[dim] = kcc_fixed(extent);
    if (dim >= p->c->domain.rank) return;
    p->scale[dim] = times;
    p->phase[dim] = plus;
}

static void divide(kcc_axis *x) {
    int64_t div = x->div;
    assert(x->coef % div == 0 && x->coef2 % div == 0 && x->add % div == 0);
    x->coef /= div;
    x->coef2 /= div;
    x->add /= div;
    x->div = 1;
}

/* A place of a that is divided (an adjoint of a strided window), NULL: none.  Its guard says so even where a is
 * repeated along that axis, and what is read does not depend on it. */
static const kcc_axis *divided(const kcc_product *p) {
    for (int i = 0; i < p->map[0].n_guards; i++)
        if (p->map[0].guard[i].at.div > 1) return &p->map[0].guard[i].at;
    return NULL;
}

/* Divides x wherever axes and guards have it, or puts them at 0 if it is never whole. */
static void settle(kcc_map *m, const kcc_axis *x, bool whole) {
    for (int i = 0; i < m->rank + m->n_guards; i++) {
        kcc_axis *at = i < m->rank ? &m->axis[i] : &m->guard[i - m->rank].at;
        if (at->div != x->div || at->dom != x->dom) continue;
        if (whole)
            divide(at);
        else
            *at = (kcc_axis){.dom = -1};
    }
}

/*
 * x = (alpha o + beta k + gamma) / delta with o = delta o' + phase: only k = k0 + step k' make it whole.  If no
 * k does, nothing is summed.
 */
static void take_phase(kcc_product *p, kcc_axis x, int64_t phase) {
    bool first_out = x.dom < p->c->domain.rank;
    int o = first_out ? x.dom : x.dom2, k = x.coef2 ? (first_out ? x.dom2 : x.dom) : -1;
    int64_t alpha = first_out ? x.coef : x.coef2, beta = first_out ? x.coef2 : x.coef, div = x.div;
    int64_t extent = p->e.extent[o].size;
    restrict_letter(p, o, div, phase, (extent - phase + div - 1) / div);
    int64_t step = k >= 0 ? div / gcd(beta, div) : 1, k0 = 0;
    while (k0 < step && (alpha * phase + beta * k0 + x.add) % div) k0++;
    int sum = k >= 0 ? k : p->c->domain.rank; /* a letter that is summed: there is one */
    if (k0 == step) { /* no whole quotient: make the map valid, nothing is read through it */
        restrict_letter(p, sum, 1, 0, 0);
        settle(&p->map[0], &x, false);
        return;
    }
    if (k >= 0) {
        int64_t size = p->e.extent[k].size;
        restrict_letter(p, k, step, k0, k0 < size ? (size - k0 + step - 1) / step : 0);
    }
    settle(&p->map[0], &x, true);
}

/* ---------------------------------------------------------------- loops */

/* inner * extent == outer, so that the two are one loop; both 0 where the operand lacks them. */
static bool follows(kcc_dim outer, kcc_dim inner, kcc_dim extent) {
    if (!inner.size || !outer.size) return inner.size == outer.size;
    if (inner.batch && extent.batch) return false;
    return kcc_dim_equal(outer, kcc_dim_mul(inner, extent));
}

/* Whether dim is in a guard that may fail, or is taken in phases: then it stays a loop of its own. */
static bool apart(const kcc_product *p, int dim) {
    for (int i = 0; i < p->map[0].n_guards; i++)
        if (kcc_axis_touches(&p->map[0].guard[i].at, dim) &&
            !kcc_guard_holds(&p->map[0].guard[i], p->e.extent))
            return true;
    return p->scale[dim] != 1;
}

/* Dims that the operands do not step through alike stay apart: bit d between d and d+1. */
static unsigned operand_cuts(const kcc_product *p) {
    unsigned cut = 0;
    kcc_dim coef[2][KCC_MAX_DIMS];
    for (int w = 0; w < 2; w++) kcc_coefficients(p->operand[w], &p->map[w], coef[w]);
    for (int d = 0; d + 1 < p->n_letters; d++) {
        kcc_dim inner = p->e.extent[d + 1];
        bool one = follows(coef[0][d], coef[0][d + 1], inner) && follows(coef[1][d], coef[1][d + 1], inner);
        if (!one || apart(p, d) || apart(p, d + 1) || (p->e.extent[d].batch && inner.batch)) cut |= 1u << d;
    }
    return cut;
}

/* Groups of the output's dims, then of the summed ones behind them. */
static void find_loops(kcc_product *p) {
    kcc_emit *e = &p->e;
    unsigned cut = operand_cuts(p);
    int rank = p->c->domain.rank;
    memcpy(p->extent, e->extent, sizeof p->extent);
    memcpy(e->extent, p->c->domain.dim, (size_t)rank * sizeof *e->extent); /* of the epilogue */
    kcc_emit_group(e, cut);
    memcpy(e->extent, p->extent, sizeof p->extent);
    for (int g = 0; g < e->n_groups; g++)
        if (p->scale[e->group[g].last] != 1) e->group[g].extent = e->extent[e->group[g].last];
    kcc_dim extent = kcc_fixed(1);
    int n = e->n_groups;
    for (int d = rank; d < p->n_letters; d++) {
        extent = kcc_dim_mul(extent, e->extent[d]);
        e->group_of[d] = -1;
        if (d + 1 < p->n_letters && !(cut >> d & 1)) continue;
        e->group_of[d] = n;
        e->group[n] = (kcc_group){d, extent, KCC_KNONE, 0};
        p->sum[p->n_sums++] = (kcc_sum){d, n++};
        extent = kcc_fixed(1);
    }
    e->vector = e->n_groups - 1;
    p->row = -1;
    kcc_dim coef[2][KCC_MAX_DIMS];
    for (int w = 0; w < 2; w++) kcc_coefficients(p->operand[w], &p->map[w], coef[w]);
    for (int g = e->n_groups - 2; g >= 0; g--) { /* the innermost that is long enough, else the longest */
        int d = e->group[g].last;
        if (!coef[0][d].size || coef[1][d].size) continue;
        double size = kcc_extent_guess(e->group[g].extent);
        if (p->row < 0 || (kcc_extent_guess(e->group[p->row].extent) < 6 &&
                           size > kcc_extent_guess(e->group[p->row].extent)))
            p->row = g;
    }
    for (int g = 0; g < e->n_groups; g++)
        if (g != e->vector && g != p->row) p->outer[p->n_outer++] = g;
    e->n_groups = n; /* the summed ones are loops, too */
}

/* Cycles that the epilogue takes for one vector: operations, and the memory they wait for. */
static double epilogue_cycles(const kcc_product *p) {
    double cycles = 0;
    for (int i = 0; i < p->c->n_members; i++) {
        const kcc_node *n = p->c->member[i];
        bool slow = n->op == KCC_OP_DIV || n->op == KCC_OP_SQRT;
        if (n != p->node) cycles += slow ? 11 : 1;
        if (p->l->fusion->root[n->id]) cycles += 5;
        for (int k = 0; n != p->node && k < n->n_inputs; k++)
            cycles += n->input[k]->op == KCC_OP_VARIABLE ? 4 : 0;
    }
    return cycles;
}

/* Cycles of one summed index in a tile of r rows and v vectors: its multiply-adds (at least as many as hide
 * their latency), or its loads where those take longer. */
static double step_cycles(int r, int v) {
    double work = r * v > 10 ? r * v : 10, loads = 0.5 * (r + v);
    return (work > loads ? work : loads) + 0.1 * (r + v) + 0.25;
}

/* Rows of the first of the tiles that do what is left of a batch: see narrow_tiles. */
static int narrow_rows(int rows) {
    int n = 1;
    while (6 * n <= rows) n *= 2;
    return n;
}

/* Cycles a vector of all rows of m in tiles of r rows and v vectors, for `depth` summed indices. */
static double tile_cycles(const kcc_product *p, kcc_dim m, int r, int v, double depth, double epilogue) {
    const kcc_target *t = p->l->target;
    /* a processor looks some 300 instructions ahead: so far the epilogue hides behind the next tile's sums */
    double instructions = r * v + v + (v == 1 && t->registers >= 32 ? 0 : r);
    double ahead = 300 / instructions * step_cycles(r, v), exposed = r * v * epilogue - ahead;
    double whole = depth * step_cycles(r, v) + (exposed > 0 ? exposed : 0);
    if (!m.batch) {
        bool rest = m.size % r;
        return (double)((m.size + r - 1) / r) * whole * (rest ? 1.02 : 1) /
               ((double)m.size * v); /* rest: more code */
    }
    double sum = 0;
    for (int64_t batch = 32; batch <= 128; batch *= 4) {
        int64_t rows = batch * m.size, left = rows % r;
        double cycles = (double)(rows / r) * whole;
        for (int n = narrow_rows(r); n; left %= n, n /= 2)
            cycles += (double)(left / n) * depth * step_cycles(n, v);
        sum += cycles / ((double)rows * v);
    }
    return sum / 2;
}

/*
 * Tile by a model of the processor: cycles a vector of the output, the wasted ones included.
 */
static void choose_tile(kcc_product *p) {
    const kcc_target *t = p->l->target;
    const kcc_emit *e = &p->e;
    kcc_dim m = p->row >= 0 ? e->group[p->row].extent : kcc_fixed(1), n = e->group[e->vector].extent;
    if (p->segmented && p->border < 0) m = kcc_fixed(p->to > p->from ? p->to - p->from : 1);
    kcc_dim coef[KCC_MAX_DIMS] = {{0, false}};
    kcc_coefficients(p->operand[0], &p->map[0], coef);
    /* rows that are whole pages apart meet in one set of the first cache, which has 8 ways or more */
    bool meet = p->row >= 0 && coef[e->group[p->row].last].size * 4 % 4096 == 0;
    int64_t vectors = n.batch ? n.size * 8 : (n.size + t->lanes - 1) / t->lanes;
    int most = t->registers >= 32 ? 28 : 12, limit = t->registers >= 32 ? KCC_TILE_ROWS : 6;
    if (meet && limit > 6) limit = 6;
    double best = 0, depth = 1, epilogue = epilogue_cycles(p);
    for (int s = 0; s < p->n_sums; s++) depth *= kcc_usual(e->group[p->sum[s].group].extent);
    for (int v = 1; v <= KCC_TILE_VECTORS; v++) {
        for (int r = 1; r <= limit; r++) {
            if (r * v > most || r * v + v + 1 > t->registers || r > kcc_usual(m)) continue;
            double waste = (double)((vectors + v - 1) / v * v) / (double)vectors;
            double cycles = waste * tile_cycles(p, m, r, v, depth, epilogue);
            if (best == 0 || cycles < best) {
                best = cycles;
                p->rows = r;
                p->vectors = v;
            }
        }
    }
}

/* ---------------------------------------------------------------- tiles of a task */

/* An if around tiles: a level that binds none of the domain's loops. */
static void open_if(kcc_product *p, kcc_kval condition) {
    kcc_emit_open(&p->e, kcc_k_if(p->e.k, condition), 1u << (16 + p->e.n_levels));
}

/* `left` rows (i64, fewer than a tile's) from row_base in narrower tiles: as many of the first size as there
 * are, then by halves. */
static void narrow_tiles(kcc_product *p, kcc_kval left, int vectors, bool masked) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    kcc_kval first = p->row_base, from = first;
    for (int n = narrow_rows(p->rows); n; n /= 2) {
        kcc_kval rows = n > 1 ? kcc_k_prim2(k, KCC_P_AND, left, kcc_emit_int(e, -n)) : left;
        kcc_kval to = kcc_k_prim2(k, KCC_P_ADD, first, rows);
        p->row_base = kcc_k_loop(k, from, to, n, "row");
        kcc_emit_open(e, p->row_base, 1u << (16 + e->n_levels));
        kcc_tile(p, n, vectors, masked);
        kcc_emit_close(e);
        from = to;
    }
    p->row_base = first;
}

/* A full tile at row_base, or what is left of the rows up to `end` (fixed: of `size` rows). */
static void row_tile(kcc_product *p, kcc_dim size, kcc_kval end, int vectors, bool masked) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    if (!size.batch && size.size % p->rows == 0) {
        kcc_tile(p, p->rows, vectors, masked);
        if (p->stash >= 0) kcc_tile_epilogue(p, kcc_emit_int(e, p->rows), vectors, masked);
        return;
    }
    kcc_kval rows = kcc_emit_int(e, p->rows), left = kcc_k_prim2(k, KCC_P_SUB, end, p->row_base);
    if (p->part != KCC_PART_EPILOGUE) {
        open_if(p, kcc_k_prim2(k, KCC_P_LE, rows, left));
        kcc_tile(p, p->rows, vectors, masked);
        kcc_emit_close(e);
        open_if(p, kcc_k_prim2(k, KCC_P_LT, left, rows));
        if (size.batch)
            narrow_tiles(p, left, vectors, masked);
        else
            kcc_tile(p, (int)(size.size % p->rows), vectors, masked);
        kcc_emit_close(e);
    }
    if (p->stash >= 0) kcc_tile_epilogue(p, kcc_k_prim2(k, KCC_P_MIN, left, rows), vectors, masked);
}

/* Tile i of rows, where the tiles at the border are done in pieces: these are code of their own. */
static void border_tiles(kcc_product *p, kcc_kval i, int vectors, bool masked) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    int64_t rows = e->group[p->row].extent.size, tiles = (rows + p->rows - 1) / p->rows, front = 0,
            back = tiles;
    while (front < tiles && kcc_border_at(p, front)) front++;
    while (back > front && kcc_border_at(p, back - 1)) back--;
    if (front < back) {
        open_if(p, kcc_k_prim2(k, KCC_P_LE, kcc_emit_int(e, front), i));
        open_if(p, kcc_k_prim2(k, KCC_P_LT, i, kcc_emit_int(e, back)));
        p->row_base = kcc_k_prim2(k, KCC_P_MUL, i, kcc_emit_int(e, p->rows));
        kcc_dim end = kcc_fixed(back < tiles ? back * p->rows : rows);
        row_tile(p, end, kcc_emit_extent(e, end), vectors, masked);
        kcc_emit_close(e);
        kcc_emit_close(e);
    }
    p->interior = false;
    for (int64_t tile = 0; tile < tiles; tile++) {
        if (tile >= front && tile < back) continue;
        open_if(p, kcc_k_prim2(k, KCC_P_EQ, i, kcc_emit_int(e, tile)));
        p->edge = tile * p->rows;
        p->row_base = kcc_emit_int(e, p->edge);
        int here = (int)(rows - p->edge < p->rows ? rows - p->edge : p->rows);
        kcc_tile(p, here, vectors, masked);
        if (p->stash >= 0) kcc_tile_epilogue(p, kcc_emit_int(e, here), vectors, masked);
        p->edge = -1;
        kcc_emit_close(e);
    }
}

/* The rows of task i of its column: in tiles, but for bordering rows that are not done in pieces. */
static void row_tiles(kcc_product *p, kcc_kval i, int vectors, bool masked) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    kcc_kval one = kcc_emit_int(e, 1);
    if (p->row < 0) {
        p->row_base = kcc_emit_int(e, 0);
        kcc_tile(p, 1, vectors, masked);
        if (p->stash >= 0) kcc_tile_epilogue(p, one, vectors, masked);
        return;
    }
    kcc_dim m = e->group[p->row].extent;
    p->interior = true;
    if (!p->segmented) {
        p->row_base = kcc_k_prim2(k, KCC_P_MUL, i, kcc_emit_int(e, p->rows));
        row_tile(p, m, kcc_emit_extent(e, m), vectors, masked);
        return;
    }
    if (p->border >= 0) {
        border_tiles(p, i, vectors, masked);
        return;
    }
    int64_t inside = p->to - p->from;
    kcc_kval from = kcc_emit_int(e, p->from), border = kcc_emit_int(e, m.size - inside);
    if (inside) { /* tasks: the bordering rows first, then the tiles */
        open_if(p, kcc_k_prim2(k, KCC_P_LE, border, i));
        kcc_kval t = kcc_k_prim2(k, KCC_P_SUB, i, border);
        p->row_base = kcc_k_prim2(k, KCC_P_ADD, from, kcc_k_prim2(k, KCC_P_MUL, t, kcc_emit_int(e, p->rows)));
        row_tile(p, kcc_fixed(inside), kcc_emit_int(e, p->to), vectors, masked);
        kcc_emit_close(e);
    }
    p->interior = false;
    open_if(p, kcc_k_prim2(k, KCC_P_LT, i, border));
    kcc_kval behind = kcc_k_prim2(k, KCC_P_LE, from, i), skip = kcc_emit_int(e, inside),
             none = kcc_emit_int(e, 0);
    p->row_base = kcc_k_prim2(k, KCC_P_ADD, i, kcc_k_prim3(k, KCC_P_SELECT, behind, skip, none));
    kcc_tile(p, 1, vectors, masked);
    if (p->stash >= 0) kcc_tile_epilogue(p, one, vectors, masked);
    kcc_emit_close(e);
}

/* The columns of this task: a full block, or the last one with what is left. */
static void column_tiles(kcc_product *p, kcc_kval i, kcc_kval block, int64_t blocks) {
    kcc_emit *e = &p->e;
    kcc_dim n = e->group[e->vector].extent;
    int64_t width = (int64_t)p->vectors * e->lanes, whole = n.batch ? 0 : n.size / width;
    if (n.batch || whole == blocks) {
        row_tiles(p, i, p->vectors, n.batch);
        return;
    }
    int last = (int)((n.size - whole * width + e->lanes - 1) / e->lanes);
    kcc_kval limit = kcc_emit_int(e, whole);
    if (whole) {
        open_if(p, kcc_k_prim2(e->k, KCC_P_LT, block, limit));
        row_tiles(p, i, p->vectors, false);
        kcc_emit_close(e);
        open_if(p, kcc_k_prim2(e->k, KCC_P_LE, limit, block));
    }
    p->column_base = kcc_emit_int(e, whole * width);
    row_tiles(p, i, last, true);
    if (whole) kcc_emit_close(e);
}

/* ceil(extent / step) as i64. */
static kcc_kval blocks_of(kcc_emit *e, kcc_dim extent, int64_t step) {
    if (!extent.batch) return kcc_emit_int(e, (extent.size + step - 1) / step);
    int old = kcc_emit_at(e, 0);
    kcc_kval size = kcc_emit_extent(e, extent), less = kcc_emit_int(e, step - 1);
    kcc_kval up = kcc_k_prim2(e->k, KCC_P_ADD, size, less);
    kcc_kval n = kcc_k_prim2(e->k, KCC_P_DIV, up, kcc_emit_int(e, step));
    e->k->cursor = old;
    return kcc_emit_mark(e, n, 0);
}

/* How the tiles of a kernel are counted: index = (outer, slow, fast), where fast and slow are rows and
 * columns. */
typedef struct places {
    kcc_kval fast, slow; /* how many */
    bool across;         /* columns are the fast ones */
    int64_t columns;     /* blocks of columns */
    int64_t width;
} places;

/* The tiles at an index, in the body of `owner`, which binds it. */
static void tiles_at(kcc_product *p, const places *at, kcc_kval owner, kcc_kval index, unsigned bound) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    kcc_dim n = e->group[e->vector].extent;
    int old = k->cursor;
    k->cursor = kcc_k_body(k, owner);
    kcc_kval in_fast = kcc_k_prim2(k, KCC_P_MOD, index, at->fast),
             rest = kcc_k_prim2(k, KCC_P_DIV, index, at->fast);
    kcc_kval in_slow = p->n_outer ? kcc_k_prim2(k, KCC_P_MOD, rest, at->slow) : rest;
    if (p->n_outer) kcc_emit_decode(e, kcc_k_prim2(k, KCC_P_DIV, rest, at->slow), p->n_outer, p->outer);
    kcc_kval i = at->across ? in_slow : in_fast, j = at->across ? in_fast : in_slow;
    if (!n.batch && at->columns == 1) j = kcc_emit_int(e, 0);
    for (int o = 0; o < p->n_outer; o++) {
        bound |= 1u << p->outer[o];
        p->loop[p->outer[o]] = kcc_emit_mark(e, e->group[p->outer[o]].var, 1u << p->outer[o]);
    }
    p->row_base = kcc_emit_int(e, 0);
    p->column_base = kcc_k_prim2(k, KCC_P_MUL, j, kcc_emit_int(e, at->width));
    k->cursor = old;
    kcc_emit_open(e, owner, bound);
    column_tiles(p, i, j, n.batch ? 0 : at->columns);
    kcc_emit_close(e);
}

enum { STREAM = 1 << 20, WAITING = 256 << 10 };

/*
 * Whether the samples are the outermost loop of a call, with all its tiles inside: a sum over more data than
 * the caches hold (the weight gradient of a convolution) would else be streamed once for every tile.
 */
static bool blocks_samples(const kcc_product *p, double tiles) {
    const kcc_emit *e = &p->e;
    double inside = 1, bytes = 0;
    if (!p->n_sums || !e->group[p->sum[0].group].extent.batch) return false;
    for (int s = 0; s < p->n_sums; s++) inside *= (double)e->group[p->sum[s].group].extent.size;
    for (int w = 0; w < 2; w++) {
        kcc_dim count = {0, false};
        kcc_shape_count(&p->operand[w]->shape, &count);
        bytes += 4 * kcc_usual(count);
    }
    return tiles >= 2 && inside >= 64 && bytes >= STREAM;
}

/*
 * Tasks are tiles, and a call's tiles go through the samples together, so that a thread streams them once,
 * however many tasks there are: as many tiles as have their sums in the second cache beside a sample.
 */
static void blocked_tasks(kcc_product *p, const places *at) {
    kcc_emit *e = &p->e;
    kcc_kernel *k = e->k;
    int64_t together = WAITING / (4 * p->rows * p->vectors * e->lanes);
    int g = p->sum[0].group;
    kcc_kval begin = kcc_k_run(k, KCC_RUN_BEGIN), end = kcc_k_run(k, KCC_RUN_END);
    kcc_kval from = kcc_k_loop(k, begin, end, together, "tiles");
    kcc_emit_open(e, from, KCC_TASK_BOUND);
    kcc_kval to = kcc_k_prim2(k, KCC_P_MIN, end, kcc_k_prim2(k, KCC_P_ADD, from, kcc_emit_int(e, together)));
    p->block = kcc_emit_loop(e, (kcc_dim){1, true}, "sample");
    kcc_emit_open(e, p->block, 1u << g);
    kcc_emit_mark(e, p->block, 1u << g);
    p->started = kcc_emit_mark(e, kcc_k_prim2(k, KCC_P_LT, kcc_emit_int(e, 0), p->block), 1u << g);
    p->part = KCC_PART_SUMS;
    kcc_kval tile = kcc_k_loop(k, from, to, 1, "tile");
    tiles_at(p, at, tile, tile, 1u << (16 + e->n_levels));
    kcc_emit_close(e);
    bool plain = p->n_roots == 1 && p->root[0] == p->node && p->l->buffer_of[p->node->id] == p->stash;
    if (!plain) {
        p->part = KCC_PART_EPILOGUE;
        tile = kcc_k_loop(k, from, to, 1, "tile");
        tiles_at(p, at, tile, tile, 1u << (16 + e->n_levels));
    }
    kcc_emit_close(e);
}

/* One kernel: everything, or one phase of it. */
static void emit_kernel(kcc_product *p) {
    kcc_emit *e = &p->e;
    e->lanes = p->l->target->lanes;
    find_loops(p);
    kcc_border_find(p);
    choose_tile(p);
    if (p->border >= 0 && !kcc_border_few(p)) {
        p->border = -1;
        choose_tile(p);
    }
    kcc_dim m = p->row >= 0 ? e->group[p->row].extent : kcc_fixed(1), n = e->group[e->vector].extent;
    int64_t width = (int64_t)p->vectors * e->lanes, columns = (n.size + width - 1) / width;
    int64_t inside = p->to - p->from, row_tasks = (m.size - inside) + (inside + p->rows - 1) / p->rows;
    bool apart = p->segmented && p->border < 0;
    if (!apart) row_tasks = (m.size + p->rows - 1) / p->rows;
    kcc_dim outer = kcc_fixed(1);
    for (int i = 0; i < p->n_outer; i++) outer = kcc_dim_mul(outer, e->group[p->outer[i]].extent);
    int64_t tiles = m.batch || n.batch || outer.batch ? 0 : columns * row_tasks * outer.size;
    p->blocked = blocks_samples(p, (double)tiles);
    kcc_tile_plan(p);
    kcc_kval row_blocks = apart ? kcc_emit_int(e, row_tasks) : blocks_of(e, m, p->rows);
    kcc_kval column_blocks = blocks_of(e, n, width);
    double depth = 1;
    for (int s = 0; s < p->n_sums; s++) depth *= kcc_usual(e->group[p->sum[s].group].extent);
    /* task = (outer, column block, row block), the last fastest: neighbours share b's columns.  Where all of
     * b stays in the second cache, columns are the fastest: the epilogue then goes through its arrays from
     * front to back. */
    bool across = !m.batch && !n.batch && depth * (double)n.size * 4 <= 512 << 10;
    places at = {across ? column_blocks : row_blocks, across ? row_blocks : column_blocks, across, columns,
                 width};
    for (int g = 0; g < e->n_groups; g++) p->loop[g] = kcc_emit_int(e, 0);
    double work = (depth + 8) * p->rows * p->vectors;
    if (p->blocked) {
        blocked_tasks(p, &at);
        kcc_emit_end(e, (kcc_tasks){kcc_fixed(tiles), 1, 1}, work);
        return;
    }
    kcc_kval task = kcc_emit_tasks(e);
    tiles_at(p, &at, task, task, KCC_TASK_BOUND); /* rows and columns are bound by the tiles */
    kcc_tasks tasks = {outer, 1, columns * row_tasks};
    if (m.batch)
        tasks = (kcc_tasks){m, p->rows, columns * outer.size};
    else if (n.batch)
        tasks = (kcc_tasks){n, width, tasks.times / columns * outer.size};
    kcc_emit_end(e, tasks, work);
}

/* Kernels for every phase of every divided place. */
static void emit_phases(const kcc_product *from) {
    const kcc_axis *x = divided(from);
    int64_t phases = x ? x->div : 1;
    for (int64_t phase = 0; phase < phases; phase++) {
        kcc_product p = *from;
        if (!x) {
            kcc_emit_begin(&p.e, from->l, from->c);
            memcpy(p.e.extent, from->e.extent, sizeof p.e.extent);
            p.e.n_dims = from->e.n_dims;
            emit_kernel(&p);
            return;
        }
        int o = x->dom < from->c->domain.rank ? x->dom : x->dom2;
        if (phase >= from->e.extent[o].size) return; /* fewer places than phases */
        take_phase(&p, *x, phase);
        emit_phases(&p);
    }
}

/* Members that the epilogue reads may come before it. */
static const kcc_node *contraction_of(const kcc_cluster *c) {
    int i = 0;
    while (c->member[i]->op != KCC_OP_CONTRACT) i++;
    return c->member[i];
}

void kcc_lower_contract(kcc_lowering *l, const kcc_cluster *c) {
    kcc_product p = {.l = l, .c = c, .node = contraction_of(c)};
    kcc_emit_begin(&p.e, l, c);
    read_letters(&p);
    emit_phases(&p);
}
