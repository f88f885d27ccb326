/*
 * A Keras model as read from its file: layers as a tree, weights in Keras's order.
 *
 * Takes: JSON text (kcc_model_parse) or a file (kcc_model_load).
 * Gives: struct kcc_model and kcc_layer for the rest of the frontend (weights files, summary, SVG, tracing);
 *        kcc_model_source for the compiler.
 * Keeps: everything lives in model->arena and does not change after the load, except what
 *        kcc_model_compile_config sets.  No Keras class name leaves frontend/.
 */
#ifndef KCC_KERAS_MODEL_H
#define KCC_KERAS_MODEL_H

#include "compile.h"
#include "json_cursor.h"
#include "kcc.h"

typedef struct kcc_layer kcc_layer;

/** Whose rules a model file or a compile information follows where generations differ (frontend/README.md).
 */
typedef enum kcc_generation {
    KCC_KERAS_1,  /* Keras 1.x */
    KCC_KERAS_2A, /* standalone Keras 2.0 - 2.2 */
    KCC_KERAS_2B, /* standalone Keras 2.3 */
    KCC_KERAS_TF, /* tf.keras 2.x, tf-keras, TensorFlow.js */
    KCC_KERAS_3   /* Keras 3 */
} kcc_generation;

/** A weight regularizer or an activity regularizer. */
typedef enum kcc_regularizer_kind {
    KCC_REGULARIZER_NONE,
    KCC_REGULARIZER_L1L2,      /* l1 sum|w| + l2 sum w^2 */
    KCC_REGULARIZER_ORTHOGONAL /* factor: l1; mode rows: l2 = 0, columns: l2 = 1 */
} kcc_regularizer_kind;
typedef struct kcc_regularizer {
    kcc_regularizer_kind kind;
    double l1, l2;
} kcc_regularizer;

/**
 * A layer, a model used as a layer, or an operator (is_op: in no weight file and in no summary).
 * For weight files: own weights are weight[0 … n_weights-1], indices into model->weights, in Keras's order of
 * creation; the weights of a model or wrapper are those of sublayer[0 … n_sublayers-1], depth first.
 */
struct kcc_layer {
    const char *class_name; /* canonical: "Dense", "Functional", "Sequential", "InputLayer" */
    const char *name;       /* as in the file, or made as Keras makes it */
    kcc_layer *parent;      /* model or wrapper that holds it; NULL for the root */
    int n_weights;
    int *weight;
    int n_sublayers;
    kcc_layer **sublayer; /* of a model: in the order of the file's config.layers, inputs and operators too */
    const char *attribute; /* of a sublayer of a wrapper: its Python attribute ("forward_layer"), else NULL */
    bool is_model, is_sequential, is_input, is_op, is_bare_op; /* bare: the file does not give its module */
    bool trainable;                                            /* the flag in its own config */
    bool all_trainable; /* and in those of all its parents: its weights are trained */
    /* --- below: for the frontend's own files --- */
    kcc_cursor config;               /* its config object */
    const char *json_path;           /* "$.config.layers[3]" */
    const struct kcc_layer_row *row; /* of layers.def or keras_ops.def; NULL for models and inputs */
    kcc_generation generation;       /* of its object's spelling */
    const char *scope;               /* prefix of its weights' paths: "sequential/dense" */
    int id;                          /* position in the tree, depth first; names random streams */
    struct kcc_parsed_model *model;  /* of a model: inputs, calls and outputs */
    int n_declared;
    struct kcc_declared *declared; /* weights as declared, before they had an index */
    int cap_declared;
    int n_outputs; /* of its last call; 0: not called */
    kcc_shape *output;
    kcc_shape input_shape; /* of an input layer: extents -1 are not known; rank -1: nothing known */
    kcc_dtype input_dtype; /* F32 or I32 */
};

struct kcc_model {
    kcc_arena *arena;
    const char *name;         /* of the model */
    const char *file;         /* as given to the load, for messages */
    const char *json;         /* the model's JSON text */
    const char *compile_json; /* the compile information's, normalised; "" if there is none */
    kcc_generation generation;
    kcc_layer *root;
    int n_layers; /* in the tree */
    /* Weights in Keras's order (layers in config order, depth first; in a layer trainable ones first).
     * tensor.layer is the name of the top-level layer, tensor.index counts its weights: key "layer/index";
     * tensor.path is Keras 3's ("sequential/dense/kernel"); tensor.trainable is what training changes. */
    int n_weights;
    kcc_tensor *weights;
    kcc_regularizer *regularizers; /* [n_weights] */
    kcc_constraint *constraints;   /* [n_weights] */
    kcc_layer **weight_layer;      /* [n_weights]: the layer that declared it */
    int n_inputs, n_outputs;
    kcc_tensor *inputs, *outputs; /* in the file's order; name: of the input or output layer */
    /* Weights the file held, for kcc_source: each padded to KCC_ALIGN bytes, in order; NULL: none.  Set by
     * who reads weight files; must live as long as the model (kcc_defer frees them). */
    const void *initial_weights;
    uint64_t initial_size;
    struct kcc_compiled *compiled; /* loss, metrics, optimizer (keras_compile.h); NULL: not compiled */
    void (*log)(void *user, const char *line); /* may be NULL */
    void *log_user;
    kcc_document *document;
    kcc_source *source; /* made by the last kcc_model_source */
    unsigned traces;    /* tracings so far: tells the nodes of one from those of the next */
};

/**
 * What the compiler compiles: valid until the model is freed or compiled anew.  entries is a mask of
 * 1u << kcc_entry; without TRAIN, EVALUATE and GRADIENTS bits the source has no targets, losses or metrics.
 * 0: everything the model can.  Returns NULL after filling *error.
 */
kcc_source *kcc_model_source(kcc_model *model, unsigned entries, kcc_error *error);

/** The model's JSON and, from an .h5, its compile information (else NULL); both freed with free(). */
kcc_status kcc_model_file_read(const char *path, char **json, char **compile_json, kcc_error *error);
/** Loads and drops a model, collecting all failures as lines; *n counts them.  Returns the first one's
 * status. */
kcc_status kcc_model_collect(const char *json, const char *name, const kcc_load_options *options,
                             kcc_text *reasons, int *n, kcc_error *error);

/** Keras's snake case of a class name: "BatchNormalization" -> "batch_normalization"; arena memory. */
const char *kcc_snake_case(kcc_arena *arena, const char *class_name);

#endif
