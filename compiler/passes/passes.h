/*
 * Graph to graph: differentiation, optimizer updates, simplification.
 *
 * Takes: graphs (graph.h).  Gives: the passes compile.c runs, in its order.
 * Keeps: a pass neither prints, times nor verifies: the driver does.  Passes that rewrite return a new graph
 *        in the same arena; the old one is not changed.
 */
#ifndef KCC_PASSES_H
#define KCC_PASSES_H

#include "graph.h"

/**
 * Reverse-mode differentiation: appends to g the gradient of the scalar `loss` for each of n nodes.
 * gradient[i] receives a node of wrt[i]'s shape, or NULL where loss does not depend on it.
 * Errors: KCC_EUNSUPPORTED in g->error naming an op without a gradient on a path that needs one.  (Ops with
 * `none` pass no gradient on: their derivative is zero or they are declared non-differentiable.)
 * Source: every rule is beside its op in ops/.
 */
void kcc_autodiff(kcc_graph *g, kcc_node *loss, int n, kcc_node *const *wrt, kcc_node **gradient);

/* ------------------------------------------------------------ optimizer.c */

typedef enum kcc_optimizer_kind {
    KCC_OPT_SGD,
    KCC_OPT_RMSPROP,
    KCC_OPT_ADAM,
    KCC_OPT_ADAMAX,
    KCC_OPT_NADAM,
    KCC_OPT_ADAGRAD,
    KCC_OPT_ADADELTA,
    KCC_OPT_FTRL,
    KCC_OPT_LION,
    KCC_OPT_LAMB
} kcc_optimizer_kind;

/* Where generations differ; Keras 3 (and tf.keras >= 2.11) is the default. */
typedef enum kcc_optimizer_rules {
    KCC_RULES_K3,  /* Keras 3, new tf.keras optimizers */
    KCC_RULES_TFL, /* tf.keras OptimizerV2 ("legacy") */
    KCC_RULES_K2   /* standalone Keras 1 and 2 */
} kcc_optimizer_rules;

typedef enum kcc_schedule_kind {
    KCC_SCHEDULE_NONE, /* run->learning_rate */
    KCC_SCHEDULE_EXPONENTIAL,
    KCC_SCHEDULE_INVERSE_TIME,
    KCC_SCHEDULE_PIECEWISE,
    KCC_SCHEDULE_POLYNOMIAL,
    KCC_SCHEDULE_COSINE,
    KCC_SCHEDULE_COSINE_RESTARTS
} kcc_schedule_kind;

/** Learning rate as a function of the step.  Source: initializers-optimizers, section 6; field names as
 * Keras. */
typedef struct kcc_schedule {
    kcc_schedule_kind kind;
    double initial, decay_steps, decay_rate, end, power, alpha, warmup_target, warmup_steps, t_mul, m_mul;
    bool staircase, cycle, has_warmup;
    int n_boundaries;
    const double *boundary, *value; /* [n], [n + 1] */
} kcc_schedule;

typedef struct kcc_optimizer {
    kcc_optimizer_kind kind;
    kcc_optimizer_rules rules;
    const char *name;     /* Keras's: prefix of slot paths, "adam" */
    double learning_rate; /* initial */
    kcc_schedule schedule;
    double momentum, rho, beta_1, beta_2, epsilon, initial_accumulator, learning_rate_power, l1, l2,
        l2_shrinkage, beta /* ftrl */, schedule_decay /* K2 nadam */, decay /* K2 time decay */;
    bool nesterov, centered, amsgrad;
    bool has_weight_decay;
    double weight_decay;
    double clipnorm, global_clipnorm, clipvalue; /* 0: none */
    bool use_ema;
    double ema_momentum;
    int64_t ema_overwrite_frequency;     /* 0: never */
    int64_t gradient_accumulation_steps; /* 0 or 1: none */
} kcc_optimizer;

typedef enum kcc_constraint_kind {
    KCC_CONSTRAINT_NONE,
    KCC_CONSTRAINT_MAX_NORM,
    KCC_CONSTRAINT_NON_NEG,
    KCC_CONSTRAINT_UNIT_NORM,
    KCC_CONSTRAINT_MIN_MAX_NORM
} kcc_constraint_kind;
typedef struct kcc_constraint {
    kcc_constraint_kind kind;
    double min, max, rate;
    unsigned axes; /* bit mask */
} kcc_constraint;

/** One variable as the optimizer sees it. */
typedef struct kcc_trained {
    int variable;       /* its index in program.variables */
    kcc_node *node;     /* its VARIABLE node */
    kcc_node *gradient; /* NULL: skipped, as Keras does */
    kcc_constraint constraint;
} kcc_trained;

/** A slot variable the optimizer wants: called for each, in Keras's saving order (weights-formats §5). */
typedef struct kcc_slot {
    const char *name; /* "momentum", "velocity", … */
    int of;           /* index of the trained variable in the list given, -1: belongs to none (u_product) */
    kcc_shape shape;
    double initial;
} kcc_slot;

/** Slots for n variables of these shapes, in Keras 3's order; *slots is arena memory.  Does not need a graph.
 */
int kcc_optimizer_slots(kcc_arena *arena, const kcc_optimizer *o, int n, const kcc_shape *shapes,
                        kcc_slot **slots);
/**
 * Appends the update of all variables: clipping, weight decay, rule, EMA, constraints, as ASSIGN results for
 * the variables and their slots.  first_slot is the variable index of slot 0 (in kcc_optimizer_slots' order).
 * Source: Keras optimizers; initializers-optimizers.md sections 3 and 4.
 */
void kcc_optimizer_update(kcc_graph *g, const kcc_optimizer *o, int n, const kcc_trained *vars,
                          int first_slot);
/** run->learning_rate or the schedule at this step, as a scalar node. */
kcc_node *kcc_schedule_node(kcc_graph *g, const kcc_optimizer *o);

/* --------------------------------------------------------------- ranges.c */

/** An element of an input that looks up a table: its place in the sample, the table's rows. */
typedef struct kcc_id_place {
    int input;
    int64_t place, limit;
} kcc_id_place;
typedef struct kcc_range_list {
    kcc_arena *arena;
    int n, cap;
    kcc_id_place *id;
} kcc_range_list;

/**
 * Where the ids of one sample come from: *input, and for each of the *count elements of a sample of `ids` its
 * place in that input's sample (arena memory).  NULL if they are computed, or moved between samples.
 */
int64_t *kcc_ids_places(kcc_arena *arena, const kcc_node *ids, int *input, int64_t *count);
/** Adds the ids of all GATHER nodes of g to the list (whose arena is set). */
void kcc_find_ranges(const kcc_graph *g, kcc_range_list *list);
/** The list as *n ranges, of the inputs in order, with room for `more` behind them; reorders the list. */
kcc_range *kcc_make_ranges(const kcc_range_list *list, int more, int *n);

/* ------------------------------------------------ rewriting: each returns a new graph */

/** Folds constants, removes identities (x+0, x*1, cast to same, reshape of reshape, double transposes,
 *  select with equal branches …), never changing a result's bits except by dropping exact identities. */
kcc_graph *kcc_simplify(const kcc_graph *g);
/** Moves windows of convolution gradients to the operand where they cost nothing (push_windows.c). */
kcc_graph *kcc_push_windows(const kcc_graph *g);
/** Takes what is the same for all summands out of sums (factor_sums.c). */
kcc_graph *kcc_factor_sums(const kcc_graph *g);
/** Moves reshapes behind the elementwise operations they separate (sink_views.c). */
kcc_graph *kcc_sink_views(const kcc_graph *g);
/** Equal nodes become one; UNIFORM counts as a function of its stream. */
kcc_graph *kcc_cse(const kcc_graph *g);
/** Whether n on these inputs is what `made`, a node with them as inputs, computes. */
bool kcc_node_same(const kcc_node *n, kcc_node *const *inputs, const kcc_node *made);
/** Keeps what the results need. */
kcc_graph *kcc_dce(const kcc_graph *g);
/** Sums over all axes of a long tensor of fixed shape become sums of equal pieces and the sum of those: two
 *  shorter reductions, the first of which can be shared by threads.  The cut depends on the shape only. */
kcc_graph *kcc_split_reductions(const kcc_graph *g);

/* ------------------------------- values of weights alone, at inference */

/** Whether n is made of variables and constants only, and has no batch axis. */
bool kcc_of_weights(const kcc_node *n);
/** Moves factors and summands that are values of weights to weights and biases (scale_weights.c).  For entries
 *  that infer: in training such a value would have to be made, and differentiated, in every step. */
kcc_graph *kcc_scale_weights(const kcc_graph *g);

/** What entries that infer read instead of weights; zero but for arena, n_weights and first. */
typedef struct kcc_folded {
    kcc_arena *arena;
    int n_weights;    /* variables of smaller index are weights */
    int first;        /* variable index of the first folded value */
    int n;            /* values, the results of graph: ASSIGN first + i */
    kcc_graph *graph; /* weights -> values; NULL while there are none */
} kcc_folded;

/**
 * A graph that reads the values of weights alone from folded variables; their formulas are appended to *folded,
 * where those of other entries are found again.  A weight read as it is, or through views, stays.
 */
kcc_graph *kcc_fold_weights(const kcc_graph *g, kcc_folded *folded);

/* ------------------------------------------------------------- pipeline.c */

/** A pass by the name that --stop-after and KCC_DEBUG know it by. */
typedef struct kcc_pass {
    const char *name;
    kcc_graph *(*run)(const kcc_graph *g);
} kcc_pass;
/** Those between differentiation and fusion, in order; ends with name NULL. */
extern const kcc_pass kcc_passes[];

#endif
