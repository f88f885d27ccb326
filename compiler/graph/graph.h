/*
 * The graph: tensors as values, one operation a node, in the order they were made (SSA).
 *
 * Takes: core.h.
 * Gives: nodes, shapes whose batch dimension is symbolic, constructors, printer, parser, verifier.
 * Keeps: a node's inputs have smaller ids than the node; shapes and dtypes are those its row of ops.def
 *        infers; the first failure is kept in the graph's diagnostic and every constructor after it returns a
 *        dummy node, so a builder checks once, at the end.
 */
#ifndef KCC_GRAPH_H
#define KCC_GRAPH_H

#include "core.h"

/** Extents in C order.  {s, true} means s times the number of samples in the batch. */
typedef struct kcc_shape {
    int rank;
    kcc_dim dim[KCC_MAX_RANK];
} kcc_shape;

/** Fusion classes: how the output element at an index depends on the inputs. */
typedef enum kcc_class {
    KCC_CLASS_LEAF,      /* no inputs: parameters, constants, counters, random numbers */
    KCC_CLASS_ELEMWISE,  /* inputs at the same index */
    KCC_CLASS_INJECTIVE, /* one input at another, affine index (broadcast, transpose, slice, pad) */
    KCC_CLASS_VIEW,      /* the same elements in the same order under another shape */
    KCC_CLASS_REDUCE,    /* one input over some axes */
    KCC_CLASS_CONTRACT,  /* sum of products of two inputs */
    KCC_CLASS_OPAQUE     /* none of these: lowered on its own */
} kcc_class;

typedef enum kcc_op {
#define KCC_OP(id, name, args, class, attrs, infer, grad, lower, formula) KCC_OP_##id,
#include "ops.def"
#undef KCC_OP
    KCC_OP_COUNT
} kcc_op;

typedef struct kcc_graph kcc_graph;
typedef struct kcc_node kcc_node;

#define KCC_MAX_INPUTS 3 /* concat chains pairs */
#define KCC_MAX_INTS   26

/** Attributes: what they mean is in the row of the op ("axes:i*" …). */
typedef struct kcc_attrs {
    int n_i, n_f;
    int64_t i[KCC_MAX_INTS];
    double f[4];
    const char *s;     /* contract: spec */
    const float *data; /* constant tensors: elements in C order, owned by the arena */
} kcc_attrs;

struct kcc_node {
    kcc_graph *graph;
    int id; /* position in graph->node */
    kcc_op op;
    kcc_dtype dtype; /* F32, I32 or BOOL */
    kcc_shape shape;
    int n_inputs;
    kcc_node *input[KCC_MAX_INPUTS];
    kcc_attrs attr;
    const char *name; /* for readers: where it comes from ("dense_1"), or NULL */
    bool repeated;    /* fusion: computed again wherever it is read (passes/repeat.c) */
};

/** What a graph is for: its results, in order. */
typedef enum kcc_result_kind {
    KCC_RESULT_OUTPUT,   /* the model's output number index */
    KCC_RESULT_ASSIGN,   /* the new value of variable number index, visible after the entry point returns */
    KCC_RESULT_GRADIENT, /* gradient number index (weights, then inputs) */
    KCC_RESULT_VALUE     /* scalar, run->results[index] */
} kcc_result_kind;

typedef struct kcc_result {
    kcc_result_kind kind;
    int index;
    kcc_node *node;
} kcc_result;

struct kcc_graph {
    kcc_arena *arena;
    kcc_error error;   /* the first failure; status KCC_OK if none */
    const char *where; /* location for errors: JSON path of the layer being built, or NULL */
    const char *scope; /* name given to nodes made now, or NULL */
    int n_nodes, cap_nodes;
    kcc_node **node;
    int n_results, cap_results;
    kcc_result *result;
    kcc_node *dummy; /* what constructors return after a failure: a scalar that is not among node[] */
};

typedef struct kcc_op_info {
    const char *name; /* lower case */
    int args;
    kcc_class class;
    const char *attrs; /* names for the printer: see ops.def */
    /* Sets n->dtype and n->shape from inputs and attributes; false after kcc_graph_fail. */
    bool (*infer)(kcc_graph *g, kcc_node *n);
    /* dx[i] = gradient for input i as new nodes of g, or NULL for none.  y is the node, dy its gradient.
     * On entry dx[i] is NULL where the gradient is not wanted (a rule may skip it) and y->input[i] elsewhere.
     */
    void (*grad)(kcc_graph *g, kcc_node *y, kcc_node *dy, kcc_node **dx);
    int prim; /* kcc_prim for ops lowered by `map` to a single primitive, else -1 */
    const char *formula;
} kcc_op_info;
extern const kcc_op_info kcc_op_table[KCC_OP_COUNT]; /* ops/op_table.c */

/* -------------------------------------------------------------------- graph.c */

kcc_graph *kcc_graph_create(kcc_arena *arena);
/** Records a failure (the first is kept) at g->where; returns false. */
bool kcc_graph_fail(kcc_graph *g, kcc_status status, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool kcc_graph_ok(const kcc_graph *g);
/** Any node; infers dtype and shape.  On failure records it and returns a dummy scalar. */
kcc_node *kcc_node_create(kcc_graph *g, kcc_op op, int n_inputs, kcc_node *const *inputs,
                          const kcc_attrs *attrs);
/** For leaves and reshape/broadcast, whose shape is given. */
kcc_node *kcc_node_shaped(kcc_graph *g, kcc_op op, kcc_dtype dtype, const kcc_shape *shape, int n_inputs,
                          kcc_node *const *inputs, const kcc_attrs *attrs);
void kcc_graph_result(kcc_graph *g, kcc_result_kind kind, int index, kcc_node *node);
/** The same operation in another graph of the same arena, on these inputs; keeps the name. */
kcc_node *kcc_node_copy(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs);
/** The whole graph in another arena; nothing of it is shared. */
kcc_graph *kcc_graph_copy(kcc_arena *arena, const kcc_graph *g);
/** needed[id] = a result depends on node id; arena memory. */
bool *kcc_graph_needed(const kcc_graph *g);

bool kcc_shape_equal(const kcc_shape *a, const kcc_shape *b);
/** Product of the extents as {size, batch}; false if it overflows or N occurs more than once. */
bool kcc_shape_count(const kcc_shape *s, kcc_dim *count);
kcc_shape kcc_shape_of(int rank, const kcc_dim *dims);
/** "[N, 28, 28N]" into text; returns text. */
const char *kcc_shape_text(const kcc_shape *s, char *text, size_t size);
/** "f32", "i32", "bool" …, as the graph text spells it. */
const char *kcc_dtype_text(kcc_dtype dtype);

/* Text form (graph_print.c, graph_parse.c), one node a line:
 *   %4 = add f32[N,512] %2 %3                       # dense_1
 *   %7 = reduce_sum f32[N] %6 axes=[1]
 *   %9 = contract f32[784,512] %1 %8 spec=mk,mn->kn
 *   assign 3 %12      output 0 %5      gradient 2 %11      value 0 %10                                */
void kcc_graph_print(const kcc_graph *g, kcc_text *out);
/** Errors in *error with line number. Constant tensors print their data (short) and are read back. */
kcc_graph *kcc_graph_parse(kcc_arena *arena, const char *text, const char *name, kcc_error *error);
/** Graphviz. */
void kcc_graph_dot(const kcc_graph *g, kcc_text *out);
/** Re-infers everything; collects every violation; returns how many. */
int kcc_graph_verify(const kcc_graph *g, kcc_text *out);

/* --------------------------------------------------- constructors (build.c)
 * Elementwise constructors broadcast as NumPy does (aligned right) by inserting broadcast nodes. */

kcc_node *kcc_variable(kcc_graph *g, int index, kcc_dtype dtype, const kcc_shape *shape);
kcc_node *kcc_input(kcc_graph *g, int index, kcc_dtype dtype, const kcc_shape *shape);
kcc_node *kcc_target_input(kcc_graph *g, int index, const kcc_shape *shape);
kcc_node *kcc_sample_weight(kcc_graph *g, int index, const kcc_shape *shape);
kcc_node *kcc_scalar(kcc_graph *g, double value); /* f32 [] */
kcc_node *kcc_full(kcc_graph *g, const kcc_shape *s, double value);
kcc_node *kcc_tensor_constant(kcc_graph *g, const kcc_shape *shape, const float *data); /* copies */
kcc_node *kcc_iota(kcc_graph *g, const kcc_shape *shape, int axis); /* f32: index along axis */
kcc_node *kcc_batch_size(kcc_graph *g);                             /* f32 []: N */
kcc_node *kcc_step_count(kcc_graph *g);    /* f32 []: iterations done before this step */
kcc_node *kcc_learning_rate(kcc_graph *g); /* f32 []: run->learning_rate */
/** U[0,1) in f32: stream names the drawing layer (distinct in a model); new numbers every step. */
kcc_node *kcc_uniform(kcc_graph *g, const kcc_shape *shape, int64_t stream);
kcc_node *kcc_normal(kcc_graph *g, const kcc_shape *shape, int64_t stream); /* N(0,1), of two uniforms */

kcc_node *kcc_op1(kcc_graph *g, kcc_op op, kcc_node *a);                           /* elementwise */
kcc_node *kcc_op2(kcc_graph *g, kcc_op op, kcc_node *a, kcc_node *b);              /* broadcasts */
kcc_node *kcc_op3(kcc_graph *g, kcc_op op, kcc_node *a, kcc_node *b, kcc_node *c); /* select; broadcasts */
kcc_node *kcc_neg(kcc_graph *g, kcc_node *a);
kcc_node *kcc_add(kcc_graph *g, kcc_node *a, kcc_node *b);
kcc_node *kcc_sub(kcc_graph *g, kcc_node *a, kcc_node *b);
kcc_node *kcc_mul(kcc_graph *g, kcc_node *a, kcc_node *b);
kcc_node *kcc_div(kcc_graph *g, kcc_node *a, kcc_node *b);
kcc_node *kcc_min(kcc_graph *g, kcc_node *a, kcc_node *b);
kcc_node *kcc_max(kcc_graph *g, kcc_node *a, kcc_node *b);
kcc_node *kcc_pow(kcc_graph *g, kcc_node *a, kcc_node *b);
kcc_node *kcc_adds(kcc_graph *g, kcc_node *a, double s); /* with a scalar constant */
kcc_node *kcc_muls(kcc_graph *g, kcc_node *a, double s);
kcc_node *kcc_exp(kcc_graph *g, kcc_node *a);
kcc_node *kcc_log(kcc_graph *g, kcc_node *a);
kcc_node *kcc_sqrt(kcc_graph *g, kcc_node *a);
kcc_node *kcc_square(kcc_graph *g, kcc_node *a);                     /* a * a */
kcc_node *kcc_clip(kcc_graph *g, kcc_node *a, double lo, double hi); /* gradient 1 in the closed interval */
kcc_node *kcc_compare(kcc_graph *g, kcc_op op, kcc_node *a, kcc_node *b); /* bool */
kcc_node *kcc_select(kcc_graph *g, kcc_node *c, kcc_node *a, kcc_node *b);
kcc_node *kcc_cast(kcc_graph *g, kcc_node *a, kcc_dtype dtype);
kcc_node *kcc_stop_gradient(kcc_graph *g, kcc_node *a);

kcc_node *kcc_reshape(kcc_graph *g, kcc_node *a, const kcc_shape *shape); /* same count */
/** Same rank: extents 1 become those of shape.  Lower rank: leading axes are added first (NumPy). */
kcc_node *kcc_broadcast(kcc_graph *g, kcc_node *a, const kcc_shape *shape);
kcc_node *kcc_transpose(kcc_graph *g, kcc_node *a, const int *perm);
/** Element i of the result along axis is start + i * step; count elements.  step may be negative. */
kcc_node *kcc_slice(kcc_graph *g, kcc_node *a, int axis, int64_t start, int64_t count, int64_t step);
kcc_node *kcc_pad(kcc_graph *g, kcc_node *a, int axis, int64_t before, int64_t after); /* zeros */
/** Puts step - 1 zeros between neighbours along axis. */
kcc_node *kcc_dilate(kcc_graph *g, kcc_node *a, int axis, int64_t step);
/** y[.., o, k, ..] = a[.., (alpha o + beta k + gamma) / delta, k, ..]: o along axis (extent places), k along
 * axis + 1; 0 where the quotient is not whole or not an index.  delta >= 1. */
kcc_node *kcc_window(kcc_graph *g, kcc_node *a, int axis, int64_t alpha, int64_t beta, int64_t gamma,
                     int64_t delta, int64_t extent);
/** Rows of table [V, D…] at ids [I…] (i32, or f32 truncated): [I…, D…].  input: the model input ids come
 * from. */
kcc_node *kcc_gather(kcc_graph *g, kcc_node *table, kcc_node *ids, int input);
/** The adjoint: values [I…, D…] added into [rows, D…] at ids [I…], in the order of ids. */
kcc_node *kcc_scatter(kcc_graph *g, kcc_node *ids, kcc_node *values, int64_t rows);
/** Values [I…, D…] of equal ids [I…] added up, in their order, at the first of them; 0 at the others. */
kcc_node *kcc_combine(kcc_graph *g, kcc_node *ids, kcc_node *values, int64_t rows);
/** table [V, D…] with values [I…, D…] taken from its rows ids [I…], in the order of ids. */
kcc_node *kcc_scatter_sub(kcc_graph *g, kcc_node *table, kcc_node *ids, kcc_node *values);
kcc_node *kcc_concat(kcc_graph *g, int n, kcc_node *const *parts, int axis);
kcc_node *kcc_expand_dims(kcc_graph *g, kcc_node *a, int axis);
kcc_node *kcc_squeeze(kcc_graph *g, kcc_node *a, int axis);

/** op is REDUCE_SUM, REDUCE_MAX, REDUCE_MIN or REDUCE_PROD; axes as a bit mask; keepdims leaves extents 1. */
kcc_node *kcc_reduce(kcc_graph *g, kcc_op op, kcc_node *a, unsigned axes, bool keepdims);
kcc_node *kcc_mean(kcc_graph *g, kcc_node *a, unsigned axes, bool keepdims);
kcc_node *kcc_argmax(kcc_graph *g, kcc_node *a, int axis); /* f32 index of the first maximum; axis removed */

/**
 * Sum of products: spec as einsum of two operands, one letter an axis: "mk,kn->mn".  A letter of an operand
 * is in the other operand or in the output; letters of the output are in an operand; none repeats.
 * Letters in both operands and the output are batch axes.
 */
kcc_node *kcc_contract(kcc_graph *g, kcc_node *a, kcc_node *b, const char *spec);
/** Last two axes, leading ones broadcast; rank 1 as NumPy's matmul. */
kcc_node *kcc_matmul(kcc_graph *g, kcc_node *a, kcc_node *b);

#endif
