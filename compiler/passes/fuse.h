/*
 * Fusion: which nodes are computed by one kernel, and which values get storage.
 *
 * Takes: a graph after kcc_prepare.
 * Gives: clusters in an order of execution; every cluster becomes one kernel.
 * Keeps: every owned node is in exactly one cluster; a value read by another cluster, by a contraction, by a
 *        concatenation or through a reshape that moves elements is a root, which means it is stored; free
 *        nodes are computed again wherever they are read.
 *
 *   free   leaves, broadcasts, slices, pads, transposes, reshapes, comparisons and what is made of them and
 *          of counters and random numbers only, and what repeat.c marks: cheaper to repeat than to store
 *   owned  all else
 */
#ifndef KCC_FUSE_H
#define KCC_FUSE_H

#include "graph.h"

/**
 * One axis of a node as a function of dims of the domain: (coef * i_dom + coef2 * i_dom2 + add) / div.  dom
 * is -1 when coef is 0; dom2 counts only when coef2 is not 0 (windows); div 0 means 1.
 */
typedef struct kcc_axis {
    int dom;
    int64_t coef, add;
    int dom2;
    int64_t coef2, div;
} kcc_axis;

/** at must be a whole number in 0 … limit-1, else the value is 0 (padding, strides). */
typedef struct kcc_guard {
    kcc_axis at;
    int64_t limit;
} kcc_guard;

/* Dims a map may speak of: those of the domain and, in a contraction, the summed ones. */
#define KCC_MAX_DIMS   16
#define KCC_MAX_GUARDS 6
/** Where a node is read: every axis as a function of the domain's indices. */
typedef struct kcc_map {
    int rank;
    kcc_axis axis[KCC_MAX_RANK];
    int n_guards;
    kcc_guard guard[KCC_MAX_GUARDS];
} kcc_map;

typedef enum kcc_cluster_kind {
    KCC_CLUSTER_LOOP,     /* maps, and reductions that include the last dim of the domain */
    KCC_CLUSTER_COLUMN,   /* reductions that keep the last dim */
    KCC_CLUSTER_CONTRACT, /* a contraction and its epilogue */
    KCC_CLUSTER_CONCAT,   /* copies side by side */
    KCC_CLUSTER_SCATTER   /* additions at places given by data */
} kcc_cluster_kind;

#define KCC_MAX_MEMBERS    64 /* of a cluster: lowering's tables have this size */
#define KCC_MAX_REDUCTIONS 16
typedef struct kcc_cluster {
    kcc_cluster_kind kind;
    kcc_shape domain; /* without extents 1; of a CONTRACT, of its output */
    unsigned inner;   /* dims of the domain that its reductions run over; 0: none */
    int n_members, cap_members;
    kcc_node **member; /* by id */
    int n_after, cap_after;
    int *after; /* clusters that must run before this one though no value flows (they read what it writes) */
} kcc_cluster;

typedef struct kcc_fusion {
    kcc_graph *graph;
    int n_clusters, cap_clusters;
    kcc_cluster *cluster;
    int *cluster_of; /* by node id: cluster of an owned node, else -1 */
    bool *root;      /* by node id */
    int *result_of;  /* by node id: the result whose storage a root is, or -1 */
    int n_order;
    int *order; /* clusters that have members, as they run */
} kcc_fusion;

/**
 * Rewrites what fusion cannot take as it is: contractions without a reduction or with a vector operand become
 * products and sums, operands are put in storage order.
 */
kcc_graph *kcc_prepare(const kcc_graph *g);
/** Builds clusters.  Appends copy nodes to g where a result shares its value and where an assignment cannot
 * be done in place. */
kcc_fusion *kcc_fuse(kcc_graph *g);
/** Text of the clusters, for --emit=plan and dumps. */
void kcc_fusion_print(const kcc_fusion *f, kcc_text *out);

/** Marks the values that are cheaper to compute again than to store (repeat.c); kcc_fuse calls it first. */
void kcc_mark_repeated(kcc_graph *g);

/* Shared with lowering. */
bool kcc_node_free(const kcc_node *n);
/** Reads or writes rows at places given by data: a cluster of its own, with its inputs in memory. */
bool kcc_op_scatters(kcc_op op);
/** The storage a node's elements are in, in the same order: itself, or what it is a view of. */
kcc_node *kcc_storage_node(kcc_node *n);
/** A reshape that only adds or removes extents 1. */
bool kcc_reshape_trivial(const kcc_node *n);
kcc_shape kcc_squeeze_shape(const kcc_shape *s);
/** Map of input i of n, when n is read at *m; only for elementwise nodes and free injective ones. */
bool kcc_map_input(const kcc_node *n, const kcc_map *m, int i, kcc_map *out);
/** Map of member n of cluster c at its own index. */
bool kcc_map_member(const kcc_cluster *c, const kcc_node *n, kcc_map *out);
/** Whether a guard holds everywhere, extent[dom] being the size of each dim (only if those are fixed). */
bool kcc_guard_holds(const kcc_guard *g, const kcc_dim *extent);
/** Whether a contraction's operand may be read through n, to where n's input is: n moves elements to affine
 * places. */
bool kcc_contract_reads(const kcc_node *n);
bool kcc_map_equal(const kcc_map *a, const kcc_map *b);

#endif
