/*
 * The contraction template, shared by its files: lower_contract.c plans it, lower_border.c says what of a tile
 * lies inside a window's border, lower_tile.c emits the micro-kernel, lower_prefetch.c what it asks for ahead.
 *
 * A contraction has letters: those of the output are dims 0 … D-1 of the cluster's domain, the summed ones
 * are dims D, D+1, …  Both operands are read at an affine map of the letters, so a matrix product, a
 * convolution (an operand is a window), its gradients and transposed convolutions are the same thing.
 *
 *   batch letters are in both operands, row letters in a, column letters in b; the last letter of the output
 * is a column and contiguous in b: the vector axis
 */
#ifndef KCC_CONTRACT_H
#define KCC_CONTRACT_H

#include "lower.h"

enum { KCC_TILE_ROWS = 14, KCC_TILE_VECTORS = 4, KCC_TILE_ROOTS = 64 };

/** One summed loop. */
typedef struct kcc_sum {
    int dim;   /* of the letters */
    int group; /* its loop in kcc_emit */
} kcc_sum;

typedef enum kcc_part { KCC_PART_ALL, KCC_PART_SUMS, KCC_PART_EPILOGUE } kcc_part;

typedef struct kcc_product {
    kcc_emit e;
    kcc_lowering *l;
    const kcc_cluster *c;
    const kcc_node *node;       /* the contraction */
    const kcc_node *operand[2]; /* what is in memory: its elements are read at map */
    kcc_map map[2];
    int n_letters; /* dims */
    /* A strided window is done one phase at a time: the output index along dim d is scale * loop + phase. */
    int64_t scale[KCC_MAX_DIMS], phase[KCC_MAX_DIMS];
    kcc_dim extent[KCC_MAX_DIMS]; /* of the letters in this phase; the epilogue's are those of the domain */
    int row;                      /* group of the tile's rows, -1: none */
    int64_t from, to; /* rows that no guard touches, when some are touched; else 0 and the extent */
    bool segmented;   /* some rows are touched: those at the border */
    int border;       /* the sum whose place says which of them are inside; -1: they are tiles of one row */
    int64_t edge;     /* first row of the tile, where it is at the border and border >= 0; else -1 */
    unsigned inside;  /* bit r: row r of the tile is inside where the border's sum stands */
    int n_outer, outer[KCC_MAX_DIMS];
    int n_sums;
    kcc_sum sum[KCC_MAX_DIMS];
    int rows, vectors;           /* of a full tile */
    kcc_kval loop[KCC_MAX_DIMS]; /* by group: where its loop stands, in operands */
    kcc_kval row_base, column_base;
    bool interior; /* the tile's rows are touched by no guard */
    int stash;     /* buffer for the sums of a tile with a long epilogue, -1: none */
    /* Blocked: a task goes through the samples once for all of its tiles, whose sums wait in the stash
     * meanwhile. */
    bool blocked;
    kcc_kval block, started; /* the sample; whether it is not the first: KCC_KNONE outside of that loop */
    kcc_part part;           /* what tiles are asked for now */
    int n_roots;
    kcc_node *root[KCC_TILE_ROOTS];
    kcc_kval acc[KCC_TILE_ROWS][KCC_TILE_VECTORS];
} kcc_product;

/** Extent with the batch taken as a usual one of training. */
static inline double kcc_usual(kcc_dim d) { return (double)d.size * (d.batch ? 128 : 1); }

static inline bool kcc_axis_touches(const kcc_axis *x, int dim) {
    return (x->coef && x->dom == dim) || (x->coef2 && x->dom2 == dim);
}

/** Finds the rows that no guard cuts short, whatever the summed index, and the border's sum. */
void kcc_border_find(kcc_product *p);
/** Whether some rows of this tile (an index among tiles of p->rows) are at the border. */
bool kcc_border_at(const kcc_product *p, int64_t tile);
/** Whether tiles at the border are few pieces. */
bool kcc_border_few(const kcc_product *p);
/** Rows (bit r) of a tile at row `base` that are inside where the border's sum stands at s. */
unsigned kcc_border_inside(const kcc_product *p, int64_t base, int rows, int64_t s);
/** End of the piece that begins at s: up to there the same rows are inside. */
int64_t kcc_border_piece(const kcc_product *p, int64_t base, int rows, int64_t s);
/** Asks for what the epilogue of the tile of `rows` and `vectors` will read from large arrays. */
void kcc_prefetch_epilogue(kcc_product *p, int rows, int vectors);
/** Asks for a part of what operand a has for the next tile; to stand in all sums but the innermost. */
void kcc_prefetch_operand(kcc_product *p, int rows);
/** Asks for a line of the next tile's rows of operand a; to stand in all sums. */
void kcc_prefetch_rows(kcc_product *p, int rows);
/** Puts the loops at row r and vector v of the tile, where operands see them or (epilogue) where the output
 * is. */
void kcc_tile_stand(kcc_product *p, int r, int v, bool epilogue);
/** Roots, and whether the epilogue is a loop of its own. */
void kcc_tile_plan(kcc_product *p);
/** A tile of `rows` at row_base and `vectors` at column_base, with its epilogue or into the stash. */
void kcc_tile(kcc_product *p, int rows, int vectors, bool masked);
/** The epilogue of `rows` (i64) rows from row_base that were stashed. */
void kcc_tile_epilogue(kcc_product *p, kcc_kval rows, int vectors, bool masked);

#endif
