/*
 * Metrics as graph nodes: accumulators, their update by a batch, their result.
 *
 * Takes: targets, predictions, weights of a batch.
 * Gives: new values of accumulators; results.
 * Keeps: metrics divide by the sum of weights, unlike losses; a result with nothing counted is 0.
 * Source: activations-losses-metrics.md, section 6; Keras metrics.
 */
#include <math.h>
#include <string.h>

#include "keras_compile.h"

#define EPSILON 1e-7

/* ---------------------------------------------------------------- helpers */

static kcc_node *as_f32(kcc_graph *g, kcc_node *x) {
    return x->dtype == KCC_F32 ? x : kcc_cast(g, x, KCC_F32);
}
static unsigned all_axes(const kcc_node *x) { return (1u << x->shape.rank) - 1; }
static kcc_node *total(kcc_graph *g, kcc_node *x) {
    return x->shape.rank ? kcc_reduce(g, KCC_OP_REDUCE_SUM, x, all_axes(x), false) : x;
}
static kcc_node *one_minus(kcc_graph *g, kcc_node *x) { return kcc_sub(g, kcc_scalar(g, 1), x); }
static kcc_node *equal(kcc_graph *g, kcc_node *a, kcc_node *b) {
    return as_f32(g, kcc_compare(g, KCC_OP_EQ, a, b));
}
/* 1 where p > t */
static kcc_node *above(kcc_graph *g, kcc_node *p, double t) {
    return as_f32(g, kcc_compare(g, KCC_OP_LT, kcc_scalar(g, t), p));
}
/* a / b, 0 where b is 0 */
static kcc_node *ratio(kcc_graph *g, kcc_node *a, kcc_node *b) {
    kcc_node *zero = kcc_scalar(g, 0), *none = kcc_compare(g, KCC_OP_EQ, b, zero);
    kcc_node *safe = kcc_select(g, none, kcc_scalar(g, 1), b);
    return kcc_select(g, none, zero, kcc_div(g, a, safe));
}
static void accumulate(kcc_metric_call *c, int i, kcc_node *x) {
    c->state[i] = kcc_add(c->g, c->state[i], x);
}

/* Weights with axes of extent 1 on the right until they have x's rank; NULL stays NULL. */
static kcc_node *weights_for(kcc_metric_call *c, const kcc_node *x) {
    kcc_node *w = c->weight;
    if (!w) return NULL;
    while (w->shape.rank > x->shape.rank && kcc_graph_ok(c->g) && w->shape.dim[w->shape.rank - 1].size == 1 &&
           !w->shape.dim[w->shape.rank - 1].batch)
        w = kcc_squeeze(c->g, w, w->shape.rank - 1);
    if (w->shape.rank > x->shape.rank) /* a weight a position, a value a sample */
        w = kcc_mean(c->g, w, all_axes(w) & ~((1u << x->shape.rank) - 1), false);
    while (w->shape.rank < x->shape.rank && kcc_graph_ok(c->g)) w = kcc_expand_dims(c->g, w, w->shape.rank);
    return w;
}

void kcc_mean_update(kcc_metric_call *c, kcc_node *values) {
    kcc_graph *g = c->g;
    kcc_node *w = weights_for(c, values), *count;
    if (values->shape.rank == 0) { /* one number for the whole batch */
        accumulate(c, 0, kcc_mul(g, values, kcc_batch_size(g)));
        accumulate(c, 1, kcc_batch_size(g));
        return;
    }
    unsigned rest = all_axes(values) & ~1u;
    if (w) {
        values = kcc_mul(g, values, w);
        count = kcc_broadcast(g, w, &values->shape);
        count = total(g, rest ? kcc_mean(g, count, rest, false) : count);
    } else {
        count = kcc_batch_size(g);
    }
    accumulate(c, 0, total(g, rest ? kcc_mean(g, values, rest, false) : values));
    accumulate(c, 1, count);
}

static kcc_node *mean_result(kcc_metric_call *c) { return ratio(c->g, c->state[0], c->state[1]); }
static kcc_node *root_result(kcc_metric_call *c) { return kcc_sqrt(c->g, mean_result(c)); }

/* ------------------------------------------------------------- accuracies */

static int last_axis(const kcc_node *x) { return x->shape.rank - 1; }

static kcc_node *values_accuracy(kcc_metric_call *c) { return equal(c->g, c->y, c->p); }

static kcc_node *values_binary_accuracy(kcc_metric_call *c) {
    kcc_node *hit = equal(c->g, c->y, above(c->g, c->p, c->spec->args.threshold));
    return kcc_mean(c->g, hit, 1u << last_axis(hit), false);
}

static kcc_node *values_categorical_accuracy(kcc_metric_call *c) {
    kcc_node *y = kcc_argmax(c->g, c->y, last_axis(c->y));
    return equal(c->g, y, kcc_argmax(c->g, c->p, last_axis(c->p)));
}

static kcc_node *values_sparse_categorical_accuracy(kcc_metric_call *c) {
    return equal(c->g, c->y, kcc_argmax(c->g, c->p, last_axis(c->p)));
}

/* The target is in the top k if fewer than k predictions are larger than its own. */
static kcc_node *in_top_k(kcc_metric_call *c, kcc_node *ids) {
    kcc_graph *g = c->g;
    int last = last_axis(c->p);
    kcc_node *class = kcc_iota(g, &c->p->shape, last);
    kcc_node *hit = equal(g, class, kcc_expand_dims(g, ids, ids->shape.rank));
    kcc_node *own = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, hit, c->p), 1u << last, true);
    kcc_node *larger = as_f32(g, kcc_compare(g, KCC_OP_LT, own, c->p));
    kcc_node *rank = kcc_reduce(g, KCC_OP_REDUCE_SUM, larger, 1u << last, false);
    return as_f32(g, kcc_compare(g, KCC_OP_LT, rank, kcc_scalar(g, (double)c->spec->args.k)));
}

static kcc_node *values_top_k_categorical_accuracy(kcc_metric_call *c) {
    return in_top_k(c, kcc_argmax(c->g, c->y, last_axis(c->y)));
}
static kcc_node *values_sparse_top_k_categorical_accuracy(kcc_metric_call *c) { return in_top_k(c, c->y); }

static kcc_node *values_root_mean_squared_error(kcc_metric_call *c) {
    return kcc_square(c->g, kcc_sub(c->g, c->y, c->p));
}

static kcc_node *values_cosine_similarity(kcc_metric_call *c) {
    kcc_loss_call loss = {.g = c->g, .y = c->y, .p = c->p, .args = &c->spec->args.loss};
    return kcc_neg(c->g, kcc_loss_cosine_similarity(&loss));
}

/* ----------------------------------------------------- positives, negatives */

/* y, p and weights of the class looked at. */
static void one_class(kcc_metric_call *c, kcc_node **y, kcc_node **p) {
    *y = c->y;
    *p = c->p;
    if (!c->spec->args.has_class_id) return;
    *y = kcc_slice(c->g, c->y, last_axis(c->y), c->spec->args.class_id, 1, 1);
    *p = kcc_slice(c->g, c->p, last_axis(c->p), c->spec->args.class_id, 1, 1);
}

/* Weighted number of elements whose target is want_y and whose prediction is want_p. */
static kcc_node *count_of(kcc_metric_call *c, bool want_y, bool want_p) {
    kcc_graph *g = c->g;
    kcc_node *y, *p, *w;
    one_class(c, &y, &p);
    kcc_node *hit = above(g, p, c->spec->args.threshold);
    if (!want_y) y = one_minus(g, y);
    if (!want_p) hit = one_minus(g, hit);
    kcc_node *both = kcc_mul(g, y, hit);
    w = weights_for(c, both);
    return total(g, w ? kcc_mul(g, both, w) : both);
}

static void update_precision(kcc_metric_call *c) {
    accumulate(c, 0, count_of(c, true, true));
    accumulate(c, 1, count_of(c, false, true));
}
static void update_recall(kcc_metric_call *c) {
    accumulate(c, 0, count_of(c, true, true));
    accumulate(c, 1, count_of(c, true, false));
}
static kcc_node *share(kcc_metric_call *c) {
    return ratio(c->g, c->state[0], kcc_add(c->g, c->state[0], c->state[1]));
}
static kcc_node *result_precision(kcc_metric_call *c) { return share(c); }
static kcc_node *result_recall(kcc_metric_call *c) { return share(c); }
static void update_true_positives(kcc_metric_call *c) { accumulate(c, 0, count_of(c, true, true)); }
static void update_false_positives(kcc_metric_call *c) { accumulate(c, 0, count_of(c, false, true)); }
static void update_true_negatives(kcc_metric_call *c) { accumulate(c, 0, count_of(c, false, false)); }
static void update_false_negatives(kcc_metric_call *c) { accumulate(c, 0, count_of(c, true, false)); }
static kcc_node *first_state(kcc_metric_call *c) { return c->state[0]; }
#define result_true_positives  first_state
#define result_false_positives first_state
#define result_true_negatives  first_state
#define result_false_negatives first_state
#define shape_precision        NULL
#define shape_recall           NULL
#define shape_true_positives   NULL
#define shape_false_positives  NULL
#define shape_true_negatives   NULL
#define shape_false_negatives  NULL

/* -------------------------------------------------------------------- AUC */

static int n_thresholds(const kcc_metric_spec *spec) {
    int given = kcc_json_count(spec->args.list);
    return given ? given + 2 : (int)spec->args.thresholds;
}

static kcc_shape shape_auc(const kcc_metric_spec *spec, const kcc_shape *prediction) {
    (void)prediction;
    return KCC_FIXED_SHAPE(n_thresholds(spec));
}

/* -e, the inner ones, 1 + e */
static kcc_node *threshold_column(kcc_metric_call *c) {
    const kcc_metric_spec *spec = c->spec;
    int n = n_thresholds(spec);
    float *t = kcc_alloc_array(c->g->arena, (size_t)n, sizeof *t);
    kcc_cursor e = kcc_json_first(spec->args.list);
    for (int i = 1; i + 1 < n; i++) {
        t[i] = e.json ? (float)kcc_json_number(e, 0) : (float)(i * 1.0 / (n - 1));
        if (e.json) e = kcc_json_next(e);
    }
    t[0] = (float)-EPSILON;
    t[n - 1] = (float)(1 + EPSILON);
    kcc_shape column = KCC_FIXED_SHAPE(n, 1);
    return kcc_tensor_constant(c->g, &column, t);
}

static kcc_node *flat(kcc_metric_call *c, kcc_node *x) {
    kcc_dim count;
    if (!kcc_shape_count(&x->shape, &count)) {
        kcc_graph_fail(c->g, KCC_ESHAPE, NULL, "this output has too many elements");
        return x;
    }
    return kcc_reshape(c->g, x, &(kcc_shape){.rank = 1, .dim = {count}});
}

/* State: TP, FP, TN, FN of each threshold. */
static void update_auc(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    kcc_node *p = c->spec->args.from_logits ? kcc_op1(g, KCC_OP_SIGMOID, c->p) : c->p,
             *w = weights_for(c, c->p);
    kcc_node *positive = c->y, *negative = one_minus(g, c->y);
    if (w) {
        positive = kcc_mul(g, positive, w);
        negative = kcc_mul(g, negative, w);
    }
    positive = flat(c, positive);
    negative = flat(c, negative);
    p = kcc_expand_dims(g, flat(c, p), 0);
    kcc_node *hit = as_f32(g, kcc_compare(g, KCC_OP_LT, threshold_column(c), p)); /* [thresholds, elements] */
    kcc_node *tp = kcc_contract(g, hit, positive, "tm,m->t"), *fp = kcc_contract(g, hit, negative, "tm,m->t");
    accumulate(c, 0, tp);
    accumulate(c, 1, fp);
    accumulate(c, 2, kcc_sub(g, total(g, negative), fp));
    accumulate(c, 3, kcc_sub(g, total(g, positive), tp));
}

/* All but the last, all but the first. */
static kcc_node *head(kcc_graph *g, kcc_node *x) {
    return kcc_slice(g, x, 0, 0, x->shape.dim[0].size - 1, 1);
}
static kcc_node *tail(kcc_graph *g, kcc_node *x) {
    return kcc_slice(g, x, 0, 1, x->shape.dim[0].size - 1, 1);
}

/* Of neighbours along the first axis: first - second. */
static kcc_node *steps(kcc_graph *g, kcc_node *x) {
    kcc_node *first = head(g, x);
    return kcc_sub(g, first, tail(g, x));
}

/* Davis and Goadrich 2006: precision interpolated in TP, not in recall. */
static kcc_node *interpolated_pr(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    kcc_node *tp = c->state[0], *p = kcc_add(g, tp, c->state[1]), *zero = kcc_scalar(g, 0);
    kcc_node *dtp = steps(g, tp), *dp = steps(g, p), *slope = ratio(g, dtp, kcc_max(g, dp, zero));
    kcc_node *head_p = head(g, p), *tail_p = tail(g, p), *tail_tp = tail(g, tp);
    kcc_node *intercept = kcc_sub(g, tail_tp, kcc_mul(g, slope, tail_p));
    kcc_node *some_head = kcc_compare(g, KCC_OP_LT, zero, head_p);
    kcc_node *some_tail = kcc_compare(g, KCC_OP_LT, zero, tail_p);
    kcc_node *both = kcc_op2(g, KCC_OP_AND, some_head, some_tail);
    kcc_node *change = ratio(g, head_p, kcc_max(g, tail_p, zero));
    change = kcc_select(g, both, change, kcc_scalar(g, 1));
    kcc_node *gain = kcc_mul(g, slope, kcc_add(g, dtp, kcc_mul(g, intercept, kcc_log(g, change))));
    kcc_node *positives = kcc_max(g, kcc_add(g, tail_tp, tail(g, c->state[3])), zero);
    return total(g, ratio(g, gain, positives));
}

static kcc_node *result_auc(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    const kcc_metric_args *a = &c->spec->args;
    kcc_node *tp = c->state[0], *fp = c->state[1], *x, *y, *height;
    kcc_node *recall = ratio(g, tp, kcc_add(g, tp, c->state[3]));
    if (a->curve == 1 && a->summation == 0) return interpolated_pr(c);
    if (a->curve == 0) {
        x = ratio(g, fp, kcc_add(g, fp, c->state[2]));
        y = recall;
    } else {
        x = recall;
        y = ratio(g, tp, kcc_add(g, tp, fp));
    }
    kcc_node *width = steps(g, x), *first = head(g, y), *second = tail(g, y);
    if (a->summation == 0)
        height = kcc_muls(g, kcc_add(g, first, second), 0.5);
    else
        height = kcc_op2(g, a->summation == 1 ? KCC_OP_MIN : KCC_OP_MAX, first, second);
    return total(g, kcc_mul(g, width, height));
}

/* ------------------------------------------------------------------ F-beta */

static kcc_shape shape_fbeta_score(const kcc_metric_spec *spec, const kcc_shape *prediction) {
    if (spec->args.average == 1) return (kcc_shape){.rank = 0};
    return (kcc_shape){.rank = 1, .dim = {prediction->dim[prediction->rank - 1]}};
}
#define shape_f1_score shape_fbeta_score

/* State: TP, FP, FN, sum of y; by class, or of all (micro). */
static void update_fbeta_score(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    const kcc_metric_args *a = &c->spec->args;
    int last = last_axis(c->p);
    kcc_node *p;
    if (a->has_threshold) {
        p = above(g, c->p, a->threshold);
    } else {
        kcc_node *top = kcc_reduce(g, KCC_OP_REDUCE_MAX, c->p, 1u << last, true);
        kcc_node *least = kcc_scalar(g, 1e-9);
        kcc_node *some = kcc_compare(g, KCC_OP_LT, least, kcc_op1(g, KCC_OP_ABS, c->p));
        p = as_f32(g, kcc_op2(g, KCC_OP_AND, kcc_compare(g, KCC_OP_LE, top, c->p), some));
    }
    kcc_node *tp = kcc_mul(g, p, c->y), *fp = kcc_mul(g, p, one_minus(g, c->y)),
             *fn = kcc_mul(g, one_minus(g, p), c->y), *parts[4] = {tp, fp, fn, c->y};
    unsigned axes = a->average == 1 ? all_axes(c->p) : all_axes(c->p) & ~(1u << last);
    for (int i = 0; i < 4; i++) {
        kcc_node *w = weights_for(c, parts[i]);
        if (w) parts[i] = kcc_mul(g, parts[i], w);
        accumulate(c, i, kcc_reduce(g, KCC_OP_REDUCE_SUM, parts[i], axes, false));
    }
}
#define update_f1_score update_fbeta_score

static kcc_node *result_fbeta_score(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    const kcc_metric_args *a = &c->spec->args;
    double b2 = a->beta * a->beta;
    kcc_node *tp = c->state[0];
    kcc_node *precision = kcc_div(g, tp, kcc_adds(g, kcc_add(g, tp, c->state[1]), EPSILON));
    kcc_node *recall = kcc_div(g, tp, kcc_adds(g, kcc_add(g, tp, c->state[2]), EPSILON));
    kcc_node *sum = kcc_adds(g, kcc_add(g, kcc_muls(g, precision, b2), recall), EPSILON);
    kcc_node *f = kcc_div(g, kcc_muls(g, kcc_mul(g, precision, recall), 1 + b2), sum);
    if (a->average == 1) return f;
    if (a->average == 3) {
        kcc_node *share_of = kcc_div(g, c->state[3], kcc_adds(g, total(g, c->state[3]), EPSILON));
        return total(g, kcc_mul(g, f, share_of));
    }
    return kcc_mean(g, f, 1u, false);
}
#define result_f1_score result_fbeta_score

/* --------------------------------------------------------------------- IoU */

static kcc_shape shape_mean_io_u(const kcc_metric_spec *spec, const kcc_shape *prediction) {
    (void)prediction;
    return KCC_FIXED_SHAPE(spec->args.classes, spec->args.classes);
}
#define shape_one_hot_mean_io_u shape_mean_io_u

static kcc_node *one_hot(kcc_metric_call *c, kcc_node *ids) {
    kcc_shape shape = {.rank = 2, .dim = {ids->shape.dim[0], kcc_fixed(c->spec->args.classes)}};
    kcc_node *class = kcc_iota(c->g, &shape, 1);
    return equal(c->g, class, kcc_expand_dims(c->g, ids, 1));
}

static void iou(kcc_metric_call *c, bool dense_y, bool dense_p) {
    kcc_graph *g = c->g;
    kcc_node *y = dense_y ? kcc_argmax(g, c->y, last_axis(c->y)) : c->y;
    kcc_node *p = dense_p ? kcc_argmax(g, c->p, last_axis(c->p)) : kcc_op1(g, KCC_OP_TRUNC, c->p);
    kcc_node *w = weights_for(c, y);
    kcc_dim ny, np;
    if (w) w = flat(c, kcc_broadcast(g, w, &y->shape));
    y = flat(c, y);
    p = flat(c, p);
    ny = y->shape.dim[0], np = p->shape.dim[0];
    if (!kcc_dim_equal(ny, np)) {
        kcc_graph_fail(g, KCC_ESHAPE, "predictions must be class ids; OneHotMeanIoU takes probabilities",
                       "MeanIoU compares targets and predictions of different sizes");
        return;
    }
    kcc_node *rows = one_hot(c, y);
    if (c->spec->args.has_ignore) {
        kcc_node *valid =
            as_f32(g, kcc_compare(g, KCC_OP_NE, y, kcc_scalar(g, (double)c->spec->args.ignore_class)));
        w = w ? kcc_mul(g, w, valid) : valid;
    }
    if (w) rows = kcc_mul(g, rows, kcc_expand_dims(g, w, 1));
    accumulate(c, 0, kcc_contract(g, rows, one_hot(c, p), "mk,ml->kl"));
}

static void update_mean_io_u(kcc_metric_call *c) { iou(c, c->spec->args.dense_y, c->spec->args.dense_p); }
static void update_one_hot_mean_io_u(kcc_metric_call *c) { iou(c, true, true); }

/* Mean over the classes that occur of TP / (row + column - TP). */
static kcc_node *result_mean_io_u(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    kcc_node *m = c->state[0], *row = kcc_iota(g, &m->shape, 0), *column = kcc_iota(g, &m->shape, 1);
    kcc_node *same = equal(g, row, column);
    kcc_node *tp = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, m, same), 2u, false);
    kcc_node *of_columns = kcc_reduce(g, KCC_OP_REDUCE_SUM, m, 1u, false);
    kcc_node *of_rows = kcc_reduce(g, KCC_OP_REDUCE_SUM, m, 2u, false);
    kcc_node *size = kcc_sub(g, kcc_add(g, of_columns, of_rows), tp);
    kcc_node *occurs = as_f32(g, kcc_compare(g, KCC_OP_LT, kcc_scalar(g, 0), size));
    kcc_node *sum = total(g, ratio(g, tp, size));
    return ratio(g, sum, total(g, occurs));
}
#define result_one_hot_mean_io_u result_mean_io_u

/* ---------------------------------------------------------------------- R2 */

#define shape_r2_score shape_by_column
static kcc_shape shape_by_column(const kcc_metric_spec *spec, const kcc_shape *prediction) {
    (void)spec;
    return (kcc_shape){.rank = 1, .dim = {prediction->dim[prediction->rank - 1]}};
}

/* State: sum w y^2, sum w y, sum w (y - p)^2, sum w; by column. */
static void update_r2_score(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    kcc_node *one = kcc_full(g, &c->y->shape, 1), *w = weights_for(c, c->y);
    kcc_node *squares = kcc_square(g, c->y), *errors = kcc_square(g, kcc_sub(g, c->y, c->p));
    kcc_node *parts[4] = {squares, c->y, errors, one};
    unsigned axes = all_axes(c->y) & ~(1u << last_axis(c->y));
    for (int i = 0; i < 4; i++)
        accumulate(c, i,
                   kcc_reduce(g, KCC_OP_REDUCE_SUM, w ? kcc_mul(g, parts[i], w) : parts[i], axes, false));
}

static kcc_node *result_r2_score(kcc_metric_call *c) {
    kcc_graph *g = c->g;
    kcc_node *mean = ratio(g, c->state[1], c->state[3]);
    kcc_node *spread = kcc_sub(g, c->state[0], kcc_mul(g, c->state[1], mean));
    return kcc_mean(g, one_minus(g, ratio(g, c->state[2], spread)), 1u, false);
}

/* ------------------------------------------------------------------ table */

enum { SAME, IDS, ANY };
#define KIND_MEAN(name)  NULL, values_##name, NULL, mean_result
#define KIND_ROOT(name)  NULL, values_##name, NULL, root_result
#define KIND_STATE(name) shape_##name, NULL, update_##name, result_##name

static const kcc_metric_row rows[] = {
#define KCC_METRIC(name, aliases, states, direction, target, kind, formula) \
    {#name, aliases, states, direction, target, KIND_##kind(name)},
#include "metrics.def"
#undef KCC_METRIC
};
enum { N_ROWS = sizeof rows / sizeof *rows };

const kcc_metric_row *kcc_metric_find(const char *name) {
    for (int i = 0; i < N_ROWS; i++)
        if (kcc_same_name(name, rows[i].name) || kcc_name_in(name, rows[i].aliases)) return &rows[i];
    return NULL;
}

const char *kcc_metric_hint(kcc_arena *arena, const char *name) {
    const char *names[N_ROWS];
    for (int i = 0; i < N_ROWS; i++) names[i] = rows[i].name;
    const char *hint = kcc_did_you_mean(arena, name, N_ROWS, names);
    if (!*hint) hint = kcc_loss_near(arena, name);
    return *hint ? hint : kcc_near_or_all(arena, name, N_ROWS, names);
}

kcc_metric_args kcc_metric_defaults(const kcc_metric_row *row, kcc_generation generation) {
    kcc_metric_args a = {.threshold = 0.5, .beta = 1, .k = 5, .thresholds = 200};
    a.loss = (kcc_loss_args){
        .delta = 1, .gamma = 2, .alpha = 0.25, .beta = 0.5, .axis = -1, .generation = generation};
    (void)row;
    return a;
}

static int choice(kcc_cursor at, const char *const *names, int n) {
    const char *text = kcc_json_text(at, names[0]);
    for (int i = 0; i < n; i++)
        if (kcc_same_name(text, names[i])) return i;
    kcc_json_fail(at, KCC_EUNSUPPORTED, NULL, "\"%s\" is not supported here", text);
    return 0;
}

void kcc_metric_options(kcc_cursor config, const kcc_metric_row *row, kcc_metric_args *a) {
    static const char *const averages[] = {"none", "micro", "macro", "weighted"};
    static const char *const curves[] = {"ROC", "PR"};
    static const char *const sums[] = {"interpolation", "minoring", "majoring"};
    kcc_cursor threshold = kcc_json_get(config, "threshold"), list = kcc_json_get(config, "thresholds");
    a->has_threshold = !kcc_json_is_null(threshold);
    a->threshold = kcc_json_number(threshold, a->threshold);
    a->list.doc = config.doc;
    if (row->n_state == 4 && row->shape == shape_auc) {
        if (kcc_json_is_array(list)) a->list = list;
        a->thresholds = kcc_json_int(kcc_json_get(config, "num_thresholds"), 200, 2, 100000);
        if (kcc_json_bool(kcc_json_get(config, "multi_label"), false))
            kcc_json_fail(kcc_json_get(config, "multi_label"), KCC_EUNSUPPORTED, NULL,
                          "multi_label AUC is not supported");
    } else if (!kcc_json_is_null(list)) {
        kcc_cursor e = kcc_json_is_array(list) && kcc_json_count(list) == 1 ? kcc_json_first(list) : list;
        if (kcc_json_is_array(e))
            kcc_json_fail(e, KCC_EUNSUPPORTED, "give one threshold", "several thresholds are not supported");
        else
            a->threshold = kcc_json_number(e, 0.5);
    }
    kcc_cursor class_id = kcc_json_get(config, "class_id"), top_k = kcc_json_get(config, "top_k");
    a->has_class_id = !kcc_json_is_null(class_id);
    a->class_id = kcc_json_int(class_id, 0, 0, 1 << 30);
    if (!kcc_json_is_null(top_k)) kcc_json_fail(top_k, KCC_EUNSUPPORTED, NULL, "top_k is not supported here");
    a->k = kcc_json_int(kcc_json_get(config, "k"), 5, 1, 1 << 30);
    a->beta = kcc_json_number(kcc_json_get(config, "beta"), 1);
    a->average = choice(kcc_json_get(config, "average"), averages, 4);
    a->curve = choice(kcc_json_get(config, "curve"), curves, 2);
    a->summation = choice(kcc_json_get(config, "summation_method"), sums, 3);
    a->from_logits = kcc_json_bool(kcc_json_get(config, "from_logits"), false);
    a->classes = kcc_json_int(kcc_json_get(config, "num_classes"), 0, 1, 1 << 20);
    a->dense_y = !kcc_json_bool(kcc_json_get(config, "sparse_y_true"), true);
    a->dense_p = !kcc_json_bool(kcc_json_get(config, "sparse_y_pred"), true);
    kcc_cursor ignore = kcc_json_get(config, "ignore_class");
    a->has_ignore = !kcc_json_is_null(ignore);
    a->ignore_class = kcc_json_int(ignore, 0, -(INT64_C(1) << 31), INT64_C(1) << 31);
}

bool kcc_metric_check(kcc_cursor c, const kcc_metric_spec *spec, const kcc_shape *prediction, bool sparse) {
    const kcc_metric_row *row = spec->row;
    int64_t width = prediction->dim[prediction->rank - 1].size;
    if (!row) {
        if (spec->loss->sparse != sparse)
            return kcc_json_fail(c, KCC_EINVAL, NULL, "metric \"%s\" needs targets of %s, the loss has %s",
                                 spec->loss->name, spec->loss->sparse ? "class ids" : "the output's shape",
                                 sparse ? "class ids" : "the output's shape");
        return true;
    }
    if ((row->target == SAME && sparse) || (row->target == IDS && !sparse))
        return kcc_json_fail(
            c, KCC_EINVAL, sparse ? "use the sparse form of the metric" : "the loss must be a sparse one",
            "metric \"%s\" needs targets of %s, the loss has %s", row->name,
            sparse ? "the output's shape" : "class ids", sparse ? "class ids" : "the output's shape");
    if (row->shape == shape_fbeta_score && spec->args.average == 0 && width != 1)
        return kcc_json_fail(c, KCC_EUNSUPPORTED, "give average: micro, macro or weighted",
                             "metric \"%s\" without average is one number a class", row->name);
    if (row->shape == shape_mean_io_u && spec->args.classes < 1)
        return kcc_json_fail(c, KCC_EINVAL, "give num_classes", "metric \"%s\" needs the number of classes",
                             row->name);
    if (spec->args.has_class_id && spec->args.class_id >= width)
        return kcc_json_fail(c, KCC_EINVAL, NULL, "class_id %lld is out of range for %lld classes",
                             (long long)spec->args.class_id, (long long)width);
    return true;
}

int kcc_metric_states(const kcc_metric_spec *spec) { return spec->row ? spec->row->n_state : 2; }

kcc_shape kcc_metric_state_shape(const kcc_metric_spec *spec, const kcc_shape *prediction) {
    return spec->row && spec->row->shape ? spec->row->shape(spec, prediction) : (kcc_shape){.rank = 0};
}

void kcc_metric_update(kcc_metric_call *c) {
    const kcc_metric_spec *spec = c->spec;
    if (!spec->row) {
        kcc_loss_call loss = {.g = c->g,
                              .y = c->y,
                              .p = c->p,
                              .logits = c->logits,
                              .softmax = c->softmax,
                              .args = &spec->args.loss};
        kcc_mean_update(c, kcc_loss_values(&loss, spec->loss));
    } else if (spec->row->values) {
        kcc_mean_update(c, spec->row->values(c));
    } else {
        spec->row->update(c);
    }
}

kcc_node *kcc_metric_result(kcc_metric_call *c) {
    return c->spec->row ? c->spec->row->result(c) : mean_result(c);
}
