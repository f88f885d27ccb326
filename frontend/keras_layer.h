/*
 * What a layer's function is given, and what it builds with.
 *
 * Takes: one call of a layer: its config, its inputs as graph nodes.
 * Gives: kcc_layer_call and the helpers every layers_*.c and keras_ops*.c uses; the row type of layers.def.
 * Keeps: the same function declares weights (when the model is loaded, on a scratch graph) and builds nodes
 *        (in every trace); a failure is recorded and the function goes on or returns, never crashes.
 */
#ifndef KCC_KERAS_LAYER_H
#define KCC_KERAS_LAYER_H

#include "keras_model.h"
#include "keras_objects.h"

/** A tensor between layers. */
typedef struct kcc_value {
    kcc_node *node; /* NULL: could not be built (only while reasons are collected) */
    kcc_node *mask; /* bool [N, T], true = keep; NULL: none */
    bool constant;  /* a literal of the file, not a tensor */
    bool whole;     /* … written as a whole number */
    double number;  /* its value if it is a scalar */
} kcc_value;

/** One argument of a call: value[first … first+n-1]; or a literal that is no tensor (a key, a shape). */
typedef struct kcc_arg {
    const char *name; /* of a keyword argument, else NULL */
    kcc_cursor json;
    int first, n;
    bool list; /* one list argument, even of one tensor */
} kcc_arg;

typedef struct kcc_tracer kcc_tracer;

typedef struct kcc_layer_call {
    kcc_tracer *tracer;
    kcc_graph *g;
    kcc_layer *layer;
    kcc_cursor config;
    kcc_generation generation;
    bool training;
    bool wrapped; /* by a layer such as TimeDistributed */
    int n_in;
    const kcc_value *in; /* all tensors and numbers of the arguments, in order */
    int n_args;
    const kcc_arg *arg;
    int n_out, cap_out;
    kcc_value *out;
    int next_weight;
} kcc_layer_call;

typedef void kcc_layer_fn(kcc_layer_call *c);

/** What becomes of the mask of the input: see layers.md, section 11. */
typedef enum kcc_mask_rule {
    KCC_MASK_PASS,  /* every output gets the first input's */
    KCC_MASK_STOP,  /* outputs have none */
    KCC_MASK_MERGE, /* element-wise merging: OR (Keras 3), AND (before) */
    KCC_MASK_OWN    /* the function sets out[i].mask */
} kcc_mask_rule;

typedef struct kcc_layer_row {
    const char *name; /* canonical class name */
    kcc_layer_fn *build;
    kcc_mask_rule mask;
    int least, most;     /* number of inputs; most -1: any */
    const char *keys;    /* accepted config keys besides the common ones, space separated */
    const char *aliases; /* other class names, space separated */
    bool op;             /* a keras.ops operator */
} kcc_layer_row;

/** Row of a class of layers.def (op false) or keras_ops.def (op true); NULL if unknown. */
const kcc_layer_row *kcc_layer_find(const char *class_name, bool op);
/** For an unknown class: "did you mean …", or that Keras has it and kcc has not. */
const char *kcc_layer_hint(kcc_arena *arena, const char *class_name, bool op);

/* -------------------------------------------------------- reading the call */

/** Input i as f32 (integers and booleans are converted); a dummy after a failure. */
kcc_node *kcc_in(kcc_layer_call *c, int i);
/** Input i as it is. */
kcc_node *kcc_in_raw(kcc_layer_call *c, int i);
/** Config value of a key in the Keras 2 and 3 spelling; finds Keras 1 spellings, too. */
kcc_cursor kcc_key(const kcc_layer_call *c, const char *key);
/** The same where Keras 1 has a key for each entry of a list: all of them, in order; returns how many, else 1. */
int kcc_key_places(const kcc_layer_call *c, const char *key, kcc_cursor place[3]);
/** Records a failure of this layer at the place of a config key (NULL: the layer); returns false. */
bool kcc_call_fail(kcc_layer_call *c, const char *key, kcc_status status, const char *hint,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));
/** Axis of an input of this rank, non-negative; -1 after a failure. */
int kcc_axis(kcc_layer_call *c, kcc_cursor at, int64_t otherwise, int rank);
bool kcc_call_ok(const kcc_layer_call *c);

/* ---------------------------------------------------------------- building */

void kcc_out(kcc_layer_call *c, kcc_node *node);
void kcc_out_masked(kcc_layer_call *c, kcc_node *node, kcc_node *mask);

typedef struct kcc_weight_spec {
    const char *name;                     /* "kernel" */
    kcc_shape shape;                      /* fixed extents */
    const char *initializer, *otherwise;  /* config key (NULL: none) and default, "zeros" */
    const char *regularizer, *constraint; /* config keys or NULL */
    bool frozen;                          /* never trained: statistics */
    bool bare_path;                       /* built apart from its model: no model prefix in the path */
    const char *size_key;                 /* config key to name if the shape overflows */
    const double *constant;               /* initial value, instead of an initializer; NULL: none */
} kcc_weight_spec;
/** The next weight of this layer, in Keras's order: declared in the first call, used in all. */
kcc_node *kcc_weight(kcc_layer_call *c, const kcc_weight_spec *spec);
/** A new value for weight number i of this layer (statistics), when training. */
void kcc_weight_assign(kcc_layer_call *c, int i, kcc_node *value);

/** The activation a config value names, applied; remembers what logits softmax and sigmoid came from. */
kcc_node *kcc_activate(kcc_layer_call *c, kcc_cursor activation, kcc_node *x);
/** Applies a row; notes logits. */
kcc_node *kcc_activate_row(kcc_layer_call *c, const kcc_activation_row *row, const kcc_activation_args *args,
                           kcc_node *x);
/** U[0,1) of a shape: a new stream for every use. */
kcc_node *kcc_random(kcc_layer_call *c, const kcc_shape *shape);
kcc_node *kcc_random_normal(kcc_layer_call *c, const kcc_shape *shape);
/** A literal of the file as a node: a number, lists of numbers, {"class_name": "__numpy__", …}. */
kcc_node *kcc_constant_of(kcc_layer_call *c, kcc_cursor at);
/** Calls a layer or model that this one wraps (a sublayer); its outputs, *n_out of them; NULL after a failure. */
kcc_value *kcc_call_wrapped(kcc_layer_call *c, kcc_layer *layer, int n_in, const kcc_value *in, int *n_out);
/** Adds a scalar to the loss. */
void kcc_add_loss(kcc_layer_call *c, kcc_node *loss);
/** Adds the value of an activity regularizer of x: divided by N from tf.keras on. */
void kcc_add_activity(kcc_layer_call *c, const kcc_regularizer *r, kcc_node *x);

/** Shape of fixed extents. */
#define KCC_FIXED_SHAPE(...) \
    kcc_fixed_shape((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__})
static inline kcc_shape kcc_fixed_shape(int rank, const int64_t *sizes) {
    kcc_shape s = {.rank = rank};
    for (int i = 0; i < rank; i++) s.dim[i] = kcc_fixed(sizes[i]);
    return s;
}

#define KCC_LAYER(name, build, mask, least, most, keys, aliases) kcc_layer_fn kcc_layer_##build;
#include "layers.def"
#undef KCC_LAYER
#define KCC_KERAS_OP(name, build, least, most, keys) kcc_layer_fn kcc_kop_##build;
#include "keras_ops.def"
#undef KCC_KERAS_OP

#endif
