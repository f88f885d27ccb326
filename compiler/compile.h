/*
 * The compiler: from what a frontend traces to a module a backend can emit.
 *
 * Takes: kcc_source, filled by a frontend; it says which tensors there are and traces graphs on demand.
 * Gives: kcc_module.
 * Keeps: nothing here knows where the model came from.
 */
#ifndef KCC_COMPILE_H
#define KCC_COMPILE_H

#include "module.h"
#include "passes.h"

/** What one tracing of the model leaves behind, besides the results it added to the graph. */
typedef struct kcc_trace {
    /* set before the call */
    int first_metric;  /* variable index of the first metric accumulator */
    kcc_node **weight; /* [n_weights] set to NULL; the frontend stores the VARIABLE node of each it used */
    kcc_node **input;  /* [n_inputs] likewise */
    /* set by the frontend */
    kcc_node *loss; /* total loss, scalar; NULL for PREDICT and RESULTS */
} kcc_trace;

/** A model as the compiler sees it.  All pointers stay the frontend's and must outlive the compile. */
typedef struct kcc_source {
    const char *name; /* of the model */
    void *user;
    int n_inputs, n_outputs, n_weights, n_accumulators, n_metrics;
    const kcc_tensor *inputs, *outputs;
    const kcc_tensor *targets, *sample_weights; /* [n_outputs] each, rank -1 where the output has no loss */
    const kcc_tensor *weights;                  /* in Keras's order */
    const kcc_tensor *accumulators;             /* of metrics; role METRIC */
    const kcc_metric *metrics;
    int n_ranges;
    const kcc_range *ranges;           /* of targets; those of inputs follow from the graphs */
    const kcc_constraint *constraints; /* [n_weights] */
    bool trains;                       /* has a loss and an optimizer */
    kcc_optimizer optimizer;
    const char *model_json, *compile_json;
    const void *initial_weights; /* as in kcc_program, or NULL */
    uint64_t initial_size;
    /**
     * Builds the forward computation of an entry point into g:
     *   PREDICT    inference; OUTPUT results
     *   TRAIN      training mode; loss; ASSIGN results of statistics and metric accumulators
     *   EVALUATE   inference; loss; ASSIGN results of metric accumulators
     *   GRADIENTS, GRADIENTS_TRAINING   inference or training mode; loss; no results
     *   RESULTS    VALUE result i for metric i, from the accumulators
     * Failures are recorded in g.
     */
    void (*trace)(void *user, kcc_graph *g, kcc_entry entry, kcc_trace *trace);
} kcc_source;

typedef struct kcc_compile_options {
    unsigned entries; /* bit mask of 1u << kcc_entry; 0: all the source can have */
    const kcc_target *target;
    const char *debug; /* KCC_DEBUG: comma separated "dump", "dump:PASS", "verify", "time"; may be NULL */
    const char *stop_after; /* name of a pass: stops there, writes its graph to log; may be NULL */
    const char *emit;       /* "graph", "kernels", "plan" (comma separated): written to log; may be NULL */
    void (*log)(void *user, const char *text); /* may be NULL */
    void *log_user;
    kcc_text
        *dot; /* if not NULL: receives the train step's graph, or predict's where the source does not train,
                      as Graphviz text; nothing is lowered */
} kcc_compile_options;

/** Compiles into `arena`.  Errors: what the frontend recorded, KCC_ENOMEM, KCC_EINTERNAL with the verifier's
 *  text.  With stop_after set, *module is NULL and the status KCC_OK. */
kcc_status kcc_compile(kcc_arena *arena, const kcc_source *source, const kcc_compile_options *options,
                       kcc_module **module, kcc_error *error);

#endif
