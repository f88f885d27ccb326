/*
 * Rows of a contraction that a window's border cuts short.
 *
 * Takes: a product whose row group is known.
 * Gives: which rows no guard touches, and for a tile at the border which of its rows are inside where.
 * Keeps: the order of every row's sum: what lies outside is left out, the rest stays where it is.
 *
 * A row's guards speak of its place and of one summed index s, the tap: (coef row + coef2 s + add) must be in
 * 0 … limit-1.  So a tile at a place that is known here has a fixed set of rows inside for each s, and few sets
 * for all s, in pieces of neighbours.  3 taps over 5 rows that begin one place outside:
 *
 *   s = 0: rows 1 2 3 4     s = 1, 2: rows 0 1 2 3 4
 *
 * The sum over s is done piece by piece with the rows inside; what is read for all rows is read once.  Windows
 * with many pieces (wide kernels), or whose guards are of another kind, have the rows at the border as tiles of
 * one row, whose sums are shortened.
 */
#include <string.h>

#include "contract.h"

/* Code of so many tiles is worth what the border saves. */
enum { MOST_PIECES = 16 };

/* The axis with dim at a place. */
static kcc_axis at_place(kcc_axis x, int dim, int64_t place) {
    if (x.coef && x.dom == dim) {
        x.add += x.coef * place;
        x.coef = 0;
    }
    if (x.coef2 && x.dom2 == dim) {
        x.add += x.coef2 * place;
        x.coef2 = 0;
    }
    return x;
}

static int row_dim(const kcc_product *p) { return p->e.group[p->row].last; }

/* Whether guard g speaks of the row and may fail. */
static bool cuts(const kcc_product *p, const kcc_guard *g) {
    return kcc_axis_touches(&g->at, row_dim(p)) && !kcc_guard_holds(g, p->e.extent);
}

/* The sum that all guards of rows speak of, -1: none, or they speak of something else. */
static int border_sum(const kcc_product *p) {
    int border = -1;
    for (int i = 0; i < p->map[0].n_guards; i++) {
        const kcc_guard *g = &p->map[0].guard[i];
        if (!cuts(p, g)) continue;
        int s = p->n_sums - 1;
        while (s >= 0 && !kcc_axis_touches(&g->at, p->sum[s].dim)) s--;
        if (s < 0 || g->at.div > 1 || p->e.extent[p->sum[s].dim].batch || (border >= 0 && s != border))
            return -1;
        border = s;
    }
    return border;
}

unsigned kcc_border_inside(const kcc_product *p, int64_t base, int rows, int64_t s) {
    unsigned inside = 0;
    for (int r = 0; r < rows; r++) {
        bool holds = true;
        for (int i = 0; i < p->map[0].n_guards; i++) {
            kcc_guard g = p->map[0].guard[i];
            if (!cuts(p, &g)) continue;
            g.at = at_place(at_place(g.at, row_dim(p), base + r), p->sum[p->border].dim, s);
            holds = holds && kcc_guard_holds(&g, p->e.extent);
        }
        inside |= (unsigned)holds << r;
    }
    return inside;
}

/* The next place after s where 0 <= add + coef s < limit begins or ends to hold, if that is before `most`. */
static int64_t next_flip(int64_t add, int64_t coef, int64_t limit, int64_t s, int64_t most) {
    int64_t bound[2] = {-add, limit - add}; /* coef s reaches them */
    if (coef < 0) {                         /* mirrored: -coef s passes 1 - them */
        coef = -coef;
        bound[0] = add + 1;
        bound[1] = add - limit + 1;
    }
    for (int i = 0; i < 2 && coef; i++) {
        int64_t at = bound[i] > 0 ? (bound[i] + coef - 1) / coef : 0;
        if (at > s && at < most) most = at;
    }
    return most;
}

int64_t kcc_border_piece(const kcc_product *p, int64_t base, int rows, int64_t s) {
    int dim = p->sum[p->border].dim;
    int64_t size = p->e.extent[dim].size;
    unsigned inside = kcc_border_inside(p, base, rows, s);
    do {
        int64_t next = size;
        for (int i = 0; i < p->map[0].n_guards * rows; i++) {
            const kcc_guard *g = &p->map[0].guard[i / rows];
            if (!cuts(p, g)) continue;
            kcc_axis x = at_place(g->at, row_dim(p), base + i % rows);
            int64_t coef = (x.dom == dim ? x.coef : 0) + (x.dom2 == dim ? x.coef2 : 0);
            next = next_flip(x.add, coef, g->limit, s, next);
        }
        s = next;
    } while (s < size && kcc_border_inside(p, base, rows, s) == inside);
    return s;
}

void kcc_border_find(kcc_product *p) {
    kcc_emit *e = &p->e;
    p->from = 0;
    p->to = p->row >= 0 ? e->group[p->row].extent.size : 1;
    p->border = p->edge = -1;
    if (p->row < 0) return;
    int dim = row_dim(p);
    for (int i = 0; i < p->map[0].n_guards; i++) {
        const kcc_guard *g = &p->map[0].guard[i];
        if (!cuts(p, g)) continue;
        p->segmented = true;
        int64_t rows = e->extent[dim].size, first = -1, end = 0;
        for (int64_t r = 0; r < rows; r++) {
            kcc_guard at = {at_place(g->at, dim, r), g->limit};
            if (!kcc_guard_holds(&at, e->extent)) continue;
            if (first < 0) first = r;
            end = r + 1;
        }
        if (first < 0) first = end = 0;
        if (first > p->from) p->from = first;
        if (end < p->to) p->to = end;
        if (p->to < p->from) p->to = p->from;
    }
    if (p->segmented) p->border = border_sum(p);
}

bool kcc_border_at(const kcc_product *p, int64_t tile) {
    int64_t rows = p->e.group[p->row].extent.size, base = tile * p->rows, end = base + p->rows;
    return base < p->from || (end < rows ? end : rows) > p->to;
}

bool kcc_border_few(const kcc_product *p) {
    int64_t rows = p->e.group[p->row].extent.size, pieces = 0;
    for (int64_t tile = 0; tile * p->rows < rows && pieces <= MOST_PIECES; tile++) {
        if (!kcc_border_at(p, tile)) continue;
        int64_t base = tile * p->rows, size = p->e.extent[p->sum[p->border].dim].size;
        int in_tile = (int)(rows - base < p->rows ? rows - base : p->rows);
        for (int64_t s = 0; s < size && pieces <= MOST_PIECES; pieces++)
            s = kcc_border_piece(p, base, in_tile, s);
    }
    return pieces <= MOST_PIECES;
}
