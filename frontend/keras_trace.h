/*
 * Tracing: the layers of a model executed on graph nodes.
 *
 * Takes: a parsed model, a graph, inputs.
 * Gives: kcc_tracer, kcc_trace_model; used to declare weights (keras_model.c) and by the compiler
 *        (keras_source.c).
 * Keeps: values of one trace live in the graph's arena; what layers declare lives in the model's.
 */
#ifndef KCC_KERAS_TRACE_H
#define KCC_KERAS_TRACE_H

#include "keras_parse.h"

/** Where a prediction came from, so that crossentropies can take its logits. */
typedef struct kcc_logits {
    const kcc_node *output;
    kcc_node *logits;
    bool softmax; /* over the last axis; else sigmoid */
} kcc_logits;

struct kcc_tracer {
    kcc_model *model;
    kcc_graph *g;
    kcc_arena *arena; /* the graph's */
    unsigned number;  /* ++model->traces */
    bool training;
    int64_t steps;     /* time steps folded into samples of which Keras sees one at a time; 1: none */
    kcc_node **weight; /* [n_weights] or NULL: receives the VARIABLE nodes used */
    int64_t next_stream;
    int n_logits, cap_logits;
    kcc_logits *logits;
    int n_losses, cap_losses;
    kcc_node **loss; /* activity losses and the like, scalars */
};

/** Runs the model: inputs[i] for its input i; outputs are arena memory, n_outputs of the model. */
kcc_value *kcc_trace_model(kcc_tracer *t, const kcc_layer *model, const kcc_value *inputs);
/** Logits noted for a node, NULL if none. */
const kcc_logits *kcc_find_logits(const kcc_tracer *t, const kcc_node *output);

#endif
