/*
 * A model's calls: which layer is called on what, in an order in which they can be computed.
 *
 * Takes: the JSON of a Sequential or Functional model.
 * Gives: kcc_parsed_model of every model in the tree.
 * Keeps: an operand refers to an earlier call of the same model; every model has at least one output.
 */
#ifndef KCC_KERAS_PARSE_H
#define KCC_KERAS_PARSE_H

#include "keras_layer.h"

/** Output number `tensor` of call number `call`. */
typedef struct kcc_ref {
    int call, tensor;
} kcc_ref;

/** What a call is given: a tensor of the model (call >= 0) or a literal of the file. */
typedef struct kcc_operand {
    kcc_ref ref;
    kcc_cursor json;
} kcc_operand;

typedef struct kcc_model_call {
    kcc_layer *layer;
    const char *place; /* "file: $.path" of the node, for messages */
    int n_positional;  /* operands of positional arguments come first */
    int n_operands, n_args;
    kcc_operand *operand;
    kcc_arg *arg; /* first, n count operands */
    int training; /* the call's own training argument: 0, 1; -1: not given */
} kcc_model_call;

struct kcc_parsed_model {
    int n_calls, cap_calls;
    kcc_model_call *call;
    int n_inputs, n_outputs;
    int *input;      /* [n_inputs] calls of input layers, in the model's order */
    kcc_ref *output; /* [n_outputs] */
    int *order;      /* [n_calls] in which they run; NULL: as they stand */
};

/** A weight as its layer declared it. */
struct kcc_declared {
    kcc_tensor tensor;
    kcc_regularizer regularizer;
    kcc_constraint constraint;
    int index;         /* among the model's weights; -1: not counted yet */
    unsigned trace;    /* the tracing node and current belong to */
    kcc_node *node;    /* its VARIABLE */
    kcc_node *current; /* its newest value: differs from node after kcc_weight_assign */
};

/** Reads the whole tree into model->root; failures in model->document. */
void kcc_parse_tree(kcc_model *model);
/** Fills m->order for a functional model whose outputs are known. */
void kcc_order_calls(kcc_arena *arena, struct kcc_parsed_model *m);
/** Which Keras wrote this file. */
kcc_generation kcc_read_generation(kcc_cursor root);
/** Shape with the batch axis, from a JSON list such as [null, 28, 28]; rank -1 if there is none. */
kcc_shape kcc_read_batch_shape(kcc_cursor c);

#endif
