/*
 * Lowering: clusters of graph nodes become kernels.
 *
 * Takes: a fused graph and a target.
 * Gives: kernels, calls and buffers in a module.
 * Keeps: the order in which every element is reduced depends on shapes only, never on tiles, threads or the
 *        number of samples (except where samples themselves are reduced).
 */
#ifndef KCC_LOWER_H
#define KCC_LOWER_H

#include "fuse.h"
#include "module.h"

/** One entry point being lowered. */
typedef struct kcc_lowering {
    kcc_arena *arena;
    kcc_module *module;
    kcc_entry entry;
    kcc_fusion *fusion;
    const kcc_target *target;
    kcc_arena *scratch; /* of the cluster being lowered */
    int *buffer_of;     /* by node id, for nodes that have storage: index into module->buffer, else -1 */
    /* Calls in order; liveness for the memory plan follows from their buffers. */
} kcc_lowering;

/** Lowers every cluster, in order, into calls of module->entry[l->entry]. */
void kcc_lower(kcc_lowering *l);
/** Gives the ARENA buffers of an entry their places: liveness over its calls (plan_memory.c). */
void kcc_plan_memory(kcc_module *m, kcc_entry entry);
void kcc_plan_print(const kcc_module *m, kcc_entry entry, kcc_text *out);

/* ---------------------------------------------------------- inside lowering */

#define KCC_MAX_LEVELS 16
/* Bound by the loop over tasks besides its dims: what depends on it cannot move to the kernel's top. */
#define KCC_TASK_BOUND (1u << 15)

/** Adjacent dims of the domain that every access steps through alike are one loop. */
typedef struct kcc_group {
    int last; /* the dim whose coefficients are the loop's */
    kcc_dim extent;
    kcc_kval var; /* where the loop stands: var + add, var KCC_KNONE: add alone */
    int64_t add;
} kcc_group;

typedef struct kcc_memo {
    const kcc_node *node;
    kcc_map map;
    kcc_kval value;
    unsigned groups; /* loops its value depends on */
    int level;
} kcc_memo;

/** The state of building one kernel. */
typedef struct kcc_emit {
    kcc_lowering *l;
    kcc_kernel *k;
    const kcc_cluster *c;
    int n_groups;
    kcc_group group[KCC_MAX_DIMS];
    int n_dims; /* of the domain, and a contraction's summed ones behind them */
    kcc_dim extent[KCC_MAX_DIMS];
    int group_of[KCC_MAX_DIMS]; /* by dim; -1 for dims inside a group but not last */
    unsigned guarded;           /* dims that are guarded or divided: lanes cannot lie along them */
    int contiguous; /* dim along which some input is contiguous while it is strided along the last, -1 */
    int vector;     /* group along which lanes lie, -1: none */
    int lanes;
    kcc_kval count; /* active lanes of the innermost vectors, KCC_KNONE: all */
    struct {
        int block;
        unsigned groups; /* loops bound here */
        kcc_kval owner;  /* the loop or if whose body this is */
    } level[KCC_MAX_LEVELS];
    int n_levels;
    int n_memo, cap_memo;
    kcc_memo *memo;
    int cap_groups_of; /* by kcc_kval: loops it depends on */
    unsigned *groups_of;
    int n_params, cap_params;
    int *param_buffer; /* by kernel parameter: module buffer */
    double cost;       /* operations emitted so far, for the grain */
} kcc_emit;

/* lower_value.c */
void kcc_emit_begin(kcc_emit *e, kcc_lowering *l, const kcc_cluster *c);
/** Groups dims into loops; bit d of cut keeps dims d and d+1 apart. */
void kcc_emit_group(kcc_emit *e, unsigned cut);
/** Opens a level whose body binds `groups`; owner is a loop or an if made at the cursor, or KCC_KNONE when
 * the body is straight code in the same block. */
void kcc_emit_open(kcc_emit *e, kcc_kval owner, unsigned groups);
void kcc_emit_close(kcc_emit *e);
/** The loops in `groups` have moved: forget what depends on them. */
void kcc_emit_forget(kcc_emit *e, unsigned groups);
/** Value of node n read at map m. */
kcc_kval kcc_emit_value(kcc_emit *e, const kcc_node *n, const kcc_map *m);
/** Value of a member at its own index. */
kcc_kval kcc_emit_member(kcc_emit *e, const kcc_node *n);
/** Declares that member n has this value wherever the loops in `groups` stand now. */
void kcc_emit_define(kcc_emit *e, const kcc_node *n, kcc_kval value, unsigned groups);
/** Stores value to root n's storage at its own index. */
void kcc_emit_store(kcc_emit *e, const kcc_node *n, kcc_kval value);
/** Evaluates all these roots, then stores them. */
void kcc_emit_store_roots(kcc_emit *e, int n, kcc_node *const *roots);
kcc_kval kcc_emit_prim(kcc_emit *e, kcc_prim p, kcc_kval a, kcc_kval b, kcc_kval c);
/** Runs builder calls at the level that binds `groups`; returns the old cursor for kcc_emit_leave. */
int kcc_emit_at(kcc_emit *e, unsigned groups);
kcc_kval kcc_emit_mark(kcc_emit *e, kcc_kval v, unsigned groups);
unsigned kcc_emit_groups(const kcc_emit *e, kcc_kval v);
int kcc_emit_param(kcc_emit *e, int buffer);
/** Address of node n's storage at map m, as terms over the groups (no count, no pred). */
void kcc_emit_address(kcc_emit *e, const kcc_node *n, const kcc_map *m, kcc_kmem *mem, unsigned *groups);
/** The same for the element's index in n's own shape: no storage is involved. */
void kcc_emit_index(kcc_emit *e, const kcc_node *n, const kcc_map *m, kcc_kmem *mem, unsigned *groups);
kcc_kval kcc_emit_extent(kcc_emit *e, kcc_dim d); /* i64 */
/** Constants at the kernel's top, where every level can use them. */
kcc_kval kcc_emit_int(kcc_emit *e, int64_t value);
kcc_kval kcc_emit_number(kcc_emit *e, kcc_dtype kind, double value);
/** Splits a task index over groups (the last varies fastest) and binds them. */
void kcc_emit_decode(kcc_emit *e, kcc_kval task, int n, const int *groups);
/** coef * i_dom + coef2 * i_dom2 + add as i64 scalar, where the loops stand. */
kcc_kval kcc_emit_numerator(kcc_emit *e, const kcc_axis *x, unsigned *groups);
/** All guards of a map that may fail as one bool scalar, or KCC_KNONE. */
kcc_kval kcc_emit_guards(kcc_emit *e, const kcc_map *m, unsigned *groups);
/** Coefficients of a read of n's elements at m, by dim, in elements. */
void kcc_coefficients(const kcc_node *n, const kcc_map *m, kcc_dim *coef);
/** Adds a term to an address. */
void kcc_emit_term(kcc_kmem *mem, kcc_kval var, kcc_dim coef);
/** Element strides of a shape in C order. */
void kcc_strides(const kcc_shape *s, kcc_dim *stride);
kcc_dim kcc_dim_mul(kcc_dim a, kcc_dim b);
/** Loops over lo … hi along group g, lanes at a time, with the rest in masked lanes; body runs once a
 * variant. */
typedef void kcc_body_fn(kcc_emit *e, void *user);
void kcc_emit_vectors(kcc_emit *e, int g, kcc_kval lo, kcc_kval hi, kcc_body_fn *body, void *user);
/** The same over 0 … extent. */
void kcc_emit_all_vectors(kcc_emit *e, int g, kcc_dim extent, kcc_body_fn *body, void *user);
/** True and *value if v is an integer constant. */
bool kcc_emit_const(const kcc_emit *e, kcc_kval v, int64_t *value);
/** Opens the loop over tasks; returns its variable. */
kcc_kval kcc_emit_tasks(kcc_emit *e);
/** A loop 0 … extent - 1 at the cursor; name is for readers.  Returns its variable. */
kcc_kval kcc_emit_loop(kcc_emit *e, kcc_dim extent, const char *name);
/** Finishes the kernel: name, doc, sharing with an equal one, and the call.  work: vector operations a task.
 */
void kcc_emit_end(kcc_emit *e, kcc_tasks tasks, double work);
/** Extent for estimates: the batch is taken as 32. */
static inline double kcc_extent_guess(kcc_dim d) { return (double)d.size * (d.batch ? 32 : 1); }
int kcc_buffer_create(kcc_lowering *l, const kcc_buffer *b);

/* lower_ops.c: value of an elementwise node or a leaf from the values of its inputs. */
kcc_kval kcc_lower_op(kcc_emit *e, const kcc_node *n, const kcc_map *m, const kcc_kval *in);

/* One function a kind of cluster. */
void kcc_lower_loop(kcc_lowering *l, const kcc_cluster *c);
void kcc_lower_column(kcc_lowering *l, const kcc_cluster *c);
void kcc_lower_contract(kcc_lowering *l, const kcc_cluster *c);
void kcc_lower_scatter(kcc_lowering *l, const kcc_cluster *c);
void kcc_lower_concat(kcc_lowering *l, const kcc_cluster *c);

#endif
