/*
 * Compile information: optimizer, losses, metrics.
 *
 * Takes: the JSON of get_compile_config() (Keras 3), training_config (Keras 2), or strings of the command
 *        line.
 * Gives: kcc_compiled, which keras_source.c traces.
 * Keeps: optimizer rules follow the compile information's own generation; names from the command line mean
 *        Keras 3.
 */
#ifndef KCC_KERAS_COMPILE_H
#define KCC_KERAS_COMPILE_H

#include "keras_trace.h"

/* ------------------------------------------------------------------ losses */

/** Options of a loss; those it has no use for keep their defaults. */
typedef struct kcc_loss_args {
    bool from_logits, class_balancing, log;
    double label_smoothing, delta, gamma, alpha, beta;
    int axis;
    bool has_ignore_class, has_axis;
    double ignore_class;
    kcc_generation generation;
} kcc_loss_args;

/** What a loss function is given. */
typedef struct kcc_loss_call {
    kcc_graph *g;
    kcc_node *y, *p;  /* target and prediction, f32 */
    kcc_node *logits; /* what p is the softmax (last axis) or sigmoid of, or NULL */
    bool softmax;     /* which of the two */
    const kcc_loss_args *args;
    kcc_node *valid; /* set by the loss: bool, entries that count (ignore_class); or NULL */
} kcc_loss_call;

/** Value of each sample (and position): the prediction's shape without its last axis. */
typedef kcc_node *kcc_loss_fn(kcc_loss_call *c);

typedef struct kcc_loss_row {
    const char *class_name, *name, *aliases;
    kcc_loss_fn *build;
    bool sparse; /* targets are class ids */
    bool whole;  /* the value is a scalar of the whole batch (dice, tversky without axis) */
    const char *keys;
} kcc_loss_row;

typedef enum kcc_reduction {
    KCC_REDUCE_MEAN,  /* sum_over_batch_size, auto, mean */
    KCC_REDUCE_TOTAL, /* sum */
    KCC_REDUCE_NONE,
    KCC_REDUCE_WEIGHTED /* mean_with_sample_weight */
} kcc_reduction;

typedef struct kcc_loss {
    const kcc_loss_row *row; /* NULL: no loss for this output */
    kcc_loss_args args;
    kcc_reduction reduction;
    double weight; /* loss_weights */
} kcc_loss;

const kcc_loss_row *kcc_loss_find(const char *name);
/** Spells losses as Keras 3 reads them from any file ("mse" is "mean_squared_error"): a string, or strings in a list
 *  or by output; all: else names alone that Keras 3 does not know.  Returns whether any changed; what is no loss
 *  stays. */
bool kcc_loss_spell(cJSON *losses, bool all);
/** "did you mean …" for an unknown loss, or ""; the hint says what losses there are instead of "". */
const char *kcc_loss_near(kcc_arena *arena, const char *name);
const char *kcc_loss_hint(kcc_arena *arena, const char *name);
kcc_loss_args kcc_loss_defaults(const kcc_loss_row *row, kcc_generation generation);
/** Reads options a config gives. */
void kcc_loss_options(kcc_cursor config, kcc_loss_args *args, kcc_reduction *reduction);
/** Per-sample values; y as targets are given, p the prediction. */
kcc_node *kcc_loss_values(kcc_loss_call *c, const kcc_loss_row *row);
#define KCC_LOSS(class, name, aliases, sparse, whole, keys, formula) kcc_loss_fn kcc_loss_##name;
#include "losses.def"
#undef KCC_LOSS

/* ----------------------------------------------------------------- metrics */

typedef struct kcc_metric_args {
    double threshold, beta, normalizer;
    bool has_threshold, has_class_id;
    int64_t k, classes, class_id, thresholds;
    int average;                        /* 0 none, 1 micro, 2 macro, 3 weighted */
    int curve, summation;               /* AUC: 0 ROC 1 PR; 0 interpolation 1 minoring 2 majoring */
    bool from_logits, dense_y, dense_p; /* dense: MeanIoU takes the argmax first */
    bool has_ignore;
    int64_t ignore_class;
    kcc_cursor list; /* thresholds of AUC, if given */
    kcc_loss_args loss;
} kcc_metric_args;

struct kcc_metric_spec;

/** What a metric's functions are given. */
typedef struct kcc_metric_call {
    kcc_graph *g;
    const struct kcc_metric_spec *spec;
    kcc_node **state; /* accumulators; update replaces them by their new values */
    kcc_node *y, *p;  /* targets, predictions */
    kcc_node *logits;
    bool softmax;
    kcc_node *weight; /* per sample (and position), or NULL: ones */
} kcc_metric_call;

typedef struct kcc_metric_row {
    const char *name; /* snake case: "binary_accuracy" */
    const char *aliases;
    int n_state;   /* accumulators */
    int direction; /* -1 smaller is better, 1 larger */
    int target;    /* 0 as the prediction, 1 class ids, 2 either */
    /* Shape of its accumulators for a prediction of this shape; NULL: scalars. */
    kcc_shape (*shape)(const struct kcc_metric_spec *spec, const kcc_shape *prediction);
    kcc_node *(*values)(kcc_metric_call *c); /* mean-type: per-sample values; NULL: update and result */
    void (*update)(kcc_metric_call *c);
    kcc_node *(*result)(kcc_metric_call *c);
} kcc_metric_row;

typedef struct kcc_metric_spec {
    const kcc_metric_row *row; /* NULL: the loss function below */
    const kcc_loss_row *loss;
    kcc_metric_args args;
    const char *name; /* as History has it, with the output's name in front if there are several */
    int output;
    bool weighted;
    int direction;
    int first_state, n_state;
} kcc_metric_spec;

const kcc_metric_row *kcc_metric_find(const char *name);
/** Spells the metrics of a compile information as Keras 3 reads them from any file, under the names they have;
 *  returns whether anything changed.  What is no metric stays. */
bool kcc_metrics_spell(cJSON *compile);
/** For an unknown metric: the one it is near, of the losses, too, or what metrics there are. */
const char *kcc_metric_hint(kcc_arena *arena, const char *name);
void kcc_metric_options(kcc_cursor config, const kcc_metric_row *row, kcc_metric_args *args);
kcc_metric_args kcc_metric_defaults(const kcc_metric_row *row, kcc_generation generation);
/** Checks options against the prediction's shape; false after a failure recorded at c. */
bool kcc_metric_check(kcc_cursor c, const kcc_metric_spec *spec, const kcc_shape *prediction, bool sparse);
/** Number of accumulators, and their shape for a prediction of a shape. */
int kcc_metric_states(const kcc_metric_spec *spec);
kcc_shape kcc_metric_state_shape(const kcc_metric_spec *spec, const kcc_shape *prediction);
/** Adds one batch to c->state. */
void kcc_metric_update(kcc_metric_call *c);
/** Scalar result of c->state. */
kcc_node *kcc_metric_result(kcc_metric_call *c);
/** Mean over all axes but the first of values times weights, summed over samples; and the same of weights. */
void kcc_mean_update(kcc_metric_call *c, kcc_node *values);

/* ---------------------------------------------------------------- compiled */

typedef struct kcc_compiled {
    kcc_generation generation;
    bool has_optimizer;
    kcc_optimizer optimizer;
    kcc_loss *loss; /* [n_outputs] */
    bool has_loss;
    int n_metrics;
    kcc_metric_spec *metric; /* in Keras's order: by output, metrics then weighted_metrics */
    /* Everything that is reported: loss, "<output>_loss" of several outputs, then the metrics. */
    int n_reported, n_accumulators;
    kcc_metric *reported;
    kcc_tensor *accumulator;
    int first_metric_state; /* accumulators of metric[0]; before it 2 of each loss */
} kcc_compiled;

/** Reads an optimizer, by name or object (keras_optimizer.c); false after a failure. */
bool kcc_read_optimizer(kcc_cursor c, kcc_generation generation, kcc_optimizer *o);
/** Whether an optimizer knows an option; true for unknown optimizers. */
bool kcc_optimizer_has_option(const char *class_name, const char *key);
/**
 * Reads compile information for a model into model->compiled and model->compile_json; NULL on failure.
 * generation: of the information where it does not show its own.
 */
kcc_compiled *kcc_read_compiled(kcc_model *model, kcc_cursor root, kcc_generation generation);

#endif
