/*
 * Losses as graph nodes: a function for each row of losses.def.
 *
 * Takes: targets and predictions of one shape (class ids for sparse losses), options.
 * Gives: per-sample values: the last axis is reduced.
 * Keeps: where the prediction is directly a softmax or sigmoid, crossentropies take its logits: no clipping,
 *        a well-conditioned gradient; elsewhere probabilities are clipped to [1e-7, 1 - 1e-7].
 * Source: activations-losses-metrics.md, section 2.
 */
#include <math.h>
#include <string.h>

#include "keras_compile.h"

#define EPSILON 1e-7

static const kcc_loss_row rows[] = {
#define KCC_LOSS(class, name, aliases, sparse, whole, keys, formula) \
    {#class, #name, aliases, kcc_loss_##name, sparse, whole, keys},
#include "losses.def"
#undef KCC_LOSS
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static bool listed(const char *name, const char *names) {
    while (*names) {
        size_t n = strcspn(names, " ");
        char one[64];
        if (n < sizeof one) {
            memcpy(one, names, n);
            one[n] = '\0';
            if (kcc_same_name(name, one)) return true;
        }
        names += n + strspn(names + n, " ");
    }
    return false;
}

const kcc_loss_row *kcc_loss_find(const char *name) {
    for (int i = 0; i < N_ROWS; i++)
        if (kcc_same_name(name, rows[i].class_name) || kcc_same_name(name, rows[i].name) ||
            listed(name, rows[i].aliases))
            return &rows[i];
    return NULL;
}

bool kcc_loss_spell(cJSON *losses, bool all) {
    const char *name = cJSON_GetStringValue(losses);
    const kcc_loss_row *row = name ? kcc_loss_find(name) : NULL;
    bool changed =
        row && (all || (strcmp(name, row->class_name) != 0 &&
                        !kcc_name_in(name, "mse MSE mae MAE mape MAPE msle MSLE bce BCE kld KLD")));
    changed = changed && strcmp(name, row->name) != 0;
    if (changed) cJSON_SetValuestring(losses, row->name);
    if (cJSON_HasObjectItem(losses, "class_name")) return false;
    for (cJSON *item = losses ? losses->child : NULL; item; item = item->next)
        changed = kcc_loss_spell(item, all) || changed;
    return changed;
}

/* What a row is called for short: its first alias, if any, else its name. */
static const char *short_name(kcc_arena *arena, const kcc_loss_row *row) {
    size_t n = strcspn(row->aliases, " ");
    return n ? kcc_format(arena, "%.*s", (int)n, row->aliases) : row->name;
}

const char *kcc_loss_near(kcc_arena *arena, const char *name) {
    const char *names[2 * N_ROWS];
    for (int i = 0; i < N_ROWS; i++) {
        names[2 * i] = rows[i].name;
        names[2 * i + 1] = short_name(arena, &rows[i]);
    }
    return kcc_did_you_mean(arena, name, 2 * N_ROWS, names);
}

const char *kcc_loss_hint(kcc_arena *arena, const char *name) {
    const char *names[N_ROWS], *near = kcc_loss_near(arena, name);
    for (int i = 0; i < N_ROWS; i++) names[i] = short_name(arena, &rows[i]);
    return *near ? near : kcc_near_or_all(arena, name, N_ROWS, names);
}

kcc_loss_args kcc_loss_defaults(const kcc_loss_row *row, kcc_generation generation) {
    kcc_loss_args args = {
        .delta = 1, .gamma = 2, .alpha = 0.25, .beta = 0.5, .axis = -1, .generation = generation};
    if (row->build == kcc_loss_tversky) args.alpha = 0.5;
    return args;
}

void kcc_loss_options(kcc_cursor config, kcc_loss_args *args, kcc_reduction *reduction) {
    kcc_cursor ignore = kcc_json_get(config, "ignore_class"), axis = kcc_json_get(config, "axis");
    args->from_logits = kcc_json_bool(kcc_json_get(config, "from_logits"), args->from_logits);
    args->class_balancing = kcc_json_bool(kcc_json_get(config, "apply_class_balancing"), false);
    args->label_smoothing = kcc_json_number(kcc_json_get(config, "label_smoothing"), 0);
    args->delta = kcc_json_number(kcc_json_get(config, "delta"), args->delta);
    args->gamma = kcc_json_number(kcc_json_get(config, "gamma"), args->gamma);
    kcc_cursor alpha = kcc_json_get(config, "alpha");
    args->alpha = kcc_json_is_array(alpha) ? args->alpha : kcc_json_number(alpha, args->alpha);
    if (kcc_json_is_array(alpha))
        kcc_json_fail(alpha, KCC_EUNSUPPORTED, "give one number", "a list is not supported here");
    args->beta = kcc_json_number(kcc_json_get(config, "beta"), args->beta);
    args->has_ignore_class = !kcc_json_is_null(ignore);
    args->ignore_class = kcc_json_number(ignore, 0);
    if (kcc_json_is_array(axis)) {
        kcc_json_fail(axis, KCC_EUNSUPPORTED, "give one axis", "a list of axes is not supported here");
    } else {
        args->has_axis = !kcc_json_is_null(axis);
        args->axis = (int)kcc_json_int(axis, -1, -KCC_MAX_RANK, KCC_MAX_RANK - 1);
    }
    kcc_cursor at = kcc_json_get(config, "reduction");
    const char *name = kcc_json_text(at, kcc_json_is_null(at) && at.json ? "none" : "sum_over_batch_size");
    if (!reduction) return;
    if (kcc_name_in(name, "sum_over_batch_size auto mean"))
        *reduction = KCC_REDUCE_MEAN;
    else if (strcmp(name, "sum") == 0)
        *reduction = KCC_REDUCE_TOTAL;
    else if (strcmp(name, "none") == 0)
        *reduction = KCC_REDUCE_NONE;
    else if (strcmp(name, "mean_with_sample_weight") == 0)
        *reduction = KCC_REDUCE_WEIGHTED;
    else
        kcc_json_fail(at, KCC_EINVAL, "sum_over_batch_size, sum, none, mean or mean_with_sample_weight",
                      "unknown reduction \"%s\"", name);
}

/* ---------------------------------------------------------------- helpers */

static unsigned last(const kcc_node *x) { return x->shape.rank ? 1u << (x->shape.rank - 1) : 0; }
static kcc_node *mean_last(kcc_graph *g, kcc_node *x) { return last(x) ? kcc_mean(g, x, last(x), false) : x; }
static kcc_node *sum_last(kcc_graph *g, kcc_node *x, bool keep) {
    return last(x) ? kcc_reduce(g, KCC_OP_REDUCE_SUM, x, last(x), keep) : x;
}
static kcc_node *one_minus(kcc_graph *g, kcc_node *x) { return kcc_sub(g, kcc_scalar(g, 1), x); }
static kcc_node *at_least(kcc_graph *g, kcc_node *x, double lo) { return kcc_max(g, x, kcc_scalar(g, lo)); }

/* x - log sum exp x over the last axis. */
static kcc_node *log_softmax(kcc_graph *g, kcc_node *x) {
    kcc_activation_args args = {.axis = -1};
    return kcc_act_log_softmax(g, x, &args);
}

/* Probability of one class: {value, logits or NULL}. */
static kcc_node *binary_logits(const kcc_loss_call *c) {
    if (c->args->from_logits) return c->p;
    return c->logits && !c->softmax ? c->logits : NULL;
}
static kcc_node *categorical_logits(const kcc_loss_call *c) {
    if (c->args->from_logits) return c->p;
    return c->logits && c->softmax ? c->logits : NULL;
}

/* p / sum p, clipped. */
static kcc_node *distribution(kcc_graph *g, kcc_node *p) {
    return kcc_clip(g, kcc_div(g, p, sum_last(g, p, true)), EPSILON, 1 - EPSILON);
}

static bool axis_is_last(kcc_loss_call *c) {
    if (c->args->axis == -1 || c->args->axis == c->p->shape.rank - 1) return true;
    return kcc_graph_fail(c->g, KCC_EUNSUPPORTED, "use the last axis",
                          "a crossentropy over axis %d is not supported", c->args->axis);
}

kcc_node *kcc_loss_values(kcc_loss_call *c, const kcc_loss_row *row) { return row->build(c); }

/* ------------------------------------------------------------- regression */

kcc_node *kcc_loss_mean_squared_error(kcc_loss_call *c) {
    return mean_last(c->g, kcc_square(c->g, kcc_sub(c->g, c->p, c->y)));
}

kcc_node *kcc_loss_mean_absolute_error(kcc_loss_call *c) {
    return mean_last(c->g, kcc_op1(c->g, KCC_OP_ABS, kcc_sub(c->g, c->y, c->p)));
}

kcc_node *kcc_loss_mean_absolute_percentage_error(kcc_loss_call *c) {
    kcc_node *size = at_least(c->g, kcc_op1(c->g, KCC_OP_ABS, c->y), EPSILON);
    kcc_node *relative = kcc_op1(c->g, KCC_OP_ABS, kcc_div(c->g, kcc_sub(c->g, c->y, c->p), size));
    return kcc_muls(c->g, mean_last(c->g, relative), 100);
}

kcc_node *kcc_loss_mean_squared_logarithmic_error(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    kcc_node *p = kcc_log(g, kcc_adds(g, at_least(g, c->p, EPSILON), 1));
    kcc_node *y = kcc_log(g, kcc_adds(g, at_least(g, c->y, EPSILON), 1));
    return mean_last(g, kcc_square(g, kcc_sub(g, p, y)));
}

kcc_node *kcc_loss_huber(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    double d = c->args->delta;
    kcc_node *size = kcc_op1(g, KCC_OP_ABS, kcc_sub(g, c->p, c->y));
    kcc_node *near = kcc_muls(g, kcc_square(g, size), 0.5);
    kcc_node *far = kcc_adds(g, kcc_muls(g, size, d), -d * d / 2);
    return mean_last(g, kcc_select(g, kcc_compare(g, KCC_OP_LE, size, kcc_scalar(g, d)), near, far));
}

kcc_node *kcc_loss_log_cosh(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    kcc_node *e = kcc_sub(g, c->p, c->y);
    kcc_node *tail = kcc_op1(g, KCC_OP_SOFTPLUS, kcc_muls(g, e, -2));
    return mean_last(g, kcc_adds(g, kcc_add(g, e, tail), -0.69314718055994531));
}

kcc_node *kcc_loss_poisson(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    return mean_last(g, kcc_sub(g, c->p, kcc_mul(g, c->y, kcc_log(g, kcc_adds(g, c->p, EPSILON)))));
}

/* x / sqrt(max(sum x^2, floor)) */
static kcc_node *unit(kcc_graph *g, kcc_node *x, int axis) {
    unsigned axes = axis < 0 ? 1u << (x->shape.rank + axis) : 1u << axis;
    kcc_node *sum = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_square(g, x), axes, true);
    return kcc_div(g, x, kcc_sqrt(g, at_least(g, sum, 1e-12)));
}

kcc_node *kcc_loss_cosine_similarity(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    int axis = c->args->axis, rank = c->p->shape.rank;
    if (axis < -rank || axis >= rank || axis == 0 || axis == -rank) {
        kcc_graph_fail(g, KCC_EUNSUPPORTED, NULL, "cosine similarity over axis %d is not supported", axis);
        return c->p;
    }
    kcc_node *unit_y = unit(g, c->y, axis), *unit_p = unit(g, c->p, axis);
    kcc_node *product = kcc_mul(g, unit_y, unit_p);
    unsigned axes = axis < 0 ? 1u << (rank + axis) : 1u << axis;
    if (c->args->generation <= KCC_KERAS_2A) return kcc_neg(g, kcc_mean(g, product, axes, false));
    return kcc_neg(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, product, axes, false));
}

/* -------------------------------------------------------------- crossentropy */

static kcc_node *smoothed_binary(kcc_loss_call *c) {
    double s = c->args->label_smoothing;
    return s == 0 ? c->y : kcc_adds(c->g, kcc_muls(c->g, c->y, 1 - s), s / 2);
}

/* Elementwise -(y log p + (1 - y) log(1 - p)). */
static kcc_node *binary_values(kcc_loss_call *c, kcc_node *y) {
    kcc_graph *g = c->g;
    kcc_node *z = binary_logits(c);
    if (z) { /* max(z, 0) - z y + log(1 + e^-|z|) */
        kcc_node *softplus = kcc_op1(g, KCC_OP_SOFTPLUS, z);
        return kcc_sub(g, softplus, kcc_mul(g, z, y));
    }
    kcc_node *p = kcc_clip(g, c->p, EPSILON, 1 - EPSILON);
    kcc_node *hit = kcc_mul(g, y, kcc_log(g, p));
    kcc_node *not_y = one_minus(g, y), *not_p = one_minus(g, p);
    kcc_node *miss = kcc_mul(g, not_y, kcc_log(g, not_p));
    return kcc_neg(g, kcc_add(g, hit, miss));
}

kcc_node *kcc_loss_binary_crossentropy(kcc_loss_call *c) {
    if (!axis_is_last(c)) return c->p;
    return mean_last(c->g, binary_values(c, smoothed_binary(c)));
}

/* p_t = y p + (1 - y)(1 - p); the weight's p is not clipped. */
kcc_node *kcc_loss_binary_focal_crossentropy(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    if (!axis_is_last(c)) return c->p;
    kcc_node *y = smoothed_binary(c), *p = c->args->from_logits ? kcc_op1(g, KCC_OP_SIGMOID, c->p) : c->p;
    kcc_node *both = kcc_mul(g, y, p), *not_y = one_minus(g, y), *not_p = one_minus(g, p);
    kcc_node *pt = kcc_add(g, both, kcc_mul(g, not_y, not_p));
    kcc_node *miss = one_minus(g, pt);
    kcc_node *factor = c->args->gamma == 2   ? kcc_square(g, miss)
                       : c->args->gamma == 1 ? miss
                                             : kcc_pow(g, miss, kcc_scalar(g, c->args->gamma));
    kcc_node *v = kcc_mul(g, factor, binary_values(c, y));
    if (c->args->class_balancing) {
        double a = c->args->alpha;
        v = kcc_mul(g, v, kcc_adds(g, kcc_muls(g, y, 2 * a - 1), 1 - a));
    }
    return mean_last(g, v);
}

static kcc_node *smoothed_categorical(kcc_loss_call *c) {
    double s = c->args->label_smoothing;
    double classes = (double)c->p->shape.dim[c->p->shape.rank - 1].size;
    return s == 0 ? c->y : kcc_adds(c->g, kcc_muls(c->g, c->y, 1 - s), s / classes);
}

kcc_node *kcc_loss_categorical_crossentropy(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    if (!axis_is_last(c)) return c->p;
    kcc_node *z = categorical_logits(c);
    kcc_node *log_p = z ? log_softmax(g, z) : kcc_log(g, distribution(g, c->p));
    return kcc_neg(g, sum_last(g, kcc_mul(g, smoothed_categorical(c), log_p), false));
}

kcc_node *kcc_loss_categorical_focal_crossentropy(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    if (!axis_is_last(c)) return c->p;
    kcc_activation_args softmax = {.axis = -1};
    kcc_node *p = distribution(g, c->args->from_logits ? kcc_act_softmax(g, c->p, &softmax) : c->p);
    kcc_node *miss = one_minus(g, p);
    kcc_node *factor =
        c->args->gamma == 2 ? kcc_square(g, miss) : kcc_pow(g, miss, kcc_scalar(g, c->args->gamma));
    kcc_node *weight = kcc_muls(g, factor, -c->args->alpha), *y = smoothed_categorical(c);
    kcc_node *v = kcc_mul(g, weight, kcc_mul(g, y, kcc_log(g, p)));
    return sum_last(g, v, false);
}

/* -log p[y]: the element of the target picked by comparing with an index; data are checked, so y is a class. */
kcc_node *kcc_loss_sparse_categorical_crossentropy(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    if (!axis_is_last(c)) return c->p;
    kcc_node *z = categorical_logits(c);
    kcc_node *log_p = z ? log_softmax(g, z) : kcc_log(g, distribution(g, c->p));
    kcc_node *ids = kcc_expand_dims(g, c->y, c->y->shape.rank);
    kcc_node *hit = kcc_compare(g, KCC_OP_EQ, kcc_iota(g, &log_p->shape, log_p->shape.rank - 1), ids);
    kcc_node *v = kcc_neg(g, sum_last(g, kcc_select(g, hit, log_p, kcc_scalar(g, 0)), false));
    if (!c->args->has_ignore_class) return v;
    c->valid = kcc_compare(g, KCC_OP_NE, c->y, kcc_scalar(g, c->args->ignore_class));
    return kcc_select(g, c->valid, v, kcc_scalar(g, 0));
}

kcc_node *kcc_loss_kl_divergence(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    kcc_node *y = kcc_clip(g, c->y, EPSILON, 1), *p = kcc_clip(g, c->p, EPSILON, 1);
    return sum_last(g, kcc_mul(g, y, kcc_log(g, kcc_div(g, y, p))), false);
}

/* -------------------------------------------------------------------- hinge */

/* Labels 0 and 1 become -1 and 1 where the batch holds nothing else. */
static kcc_node *signed_labels(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    unsigned all = (1u << c->y->shape.rank) - 1;
    if (c->args->generation <= KCC_KERAS_2A) return c->y;
    kcc_node *zero = kcc_compare(g, KCC_OP_EQ, c->y, kcc_scalar(g, 0));
    kcc_node *one = kcc_compare(g, KCC_OP_EQ, c->y, kcc_scalar(g, 1));
    kcc_node *binary = kcc_cast(g, kcc_op2(g, KCC_OP_OR, zero, one), KCC_F32);
    kcc_node *least = kcc_reduce(g, KCC_OP_REDUCE_MIN, binary, all, true);
    kcc_node *always = kcc_compare(g, KCC_OP_NE, least, kcc_scalar(g, 0));
    return kcc_select(g, always, kcc_adds(g, kcc_muls(g, c->y, 2), -1), c->y);
}

static kcc_node *margin(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    return at_least(g, one_minus(g, kcc_mul(g, signed_labels(c), c->p)), 0);
}

kcc_node *kcc_loss_hinge(kcc_loss_call *c) { return mean_last(c->g, margin(c)); }
kcc_node *kcc_loss_squared_hinge(kcc_loss_call *c) { return mean_last(c->g, kcc_square(c->g, margin(c))); }

kcc_node *kcc_loss_categorical_hinge(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    kcc_node *right = sum_last(g, kcc_mul(g, c->y, c->p), false);
    kcc_node *wrong =
        kcc_reduce(g, KCC_OP_REDUCE_MAX, kcc_mul(g, one_minus(g, c->y), c->p), last(c->p), false);
    return at_least(g, kcc_adds(g, kcc_sub(g, wrong, right), 1), 0);
}

/* ------------------------------------------------------------------ overlap */

/* Axes to sum over: the one given, else all: then the value is a scalar of the batch. */
static unsigned overlap_axes(kcc_loss_call *c) {
    int rank = c->p->shape.rank, axis = c->args->axis;
    if (!c->args->has_axis) return (1u << rank) - 1;
    return 1u << (axis < 0 ? axis + rank : axis);
}

kcc_node *kcc_loss_dice(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    unsigned axes = overlap_axes(c);
    kcc_node *both = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, c->y, c->p), axes, false);
    kcc_node *sum = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_add(g, c->y, c->p), axes, false);
    kcc_node *twice = kcc_muls(g, both, 2);
    return one_minus(g, kcc_div(g, twice, kcc_adds(g, sum, EPSILON)));
}

/* alpha weighs what is missed and beta what is wrongly claimed: Keras's documentation has them the other way round. */
kcc_node *kcc_loss_tversky(kcc_loss_call *c) {
    kcc_graph *g = c->g;
    unsigned axes = overlap_axes(c);
    kcc_node *both = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, c->y, c->p), axes, false);
    kcc_node *fn = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, c->y, one_minus(g, c->p)), axes, false);
    kcc_node *fp = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, one_minus(g, c->y), c->p), axes, false);
    fn = kcc_muls(g, fn, c->args->alpha);
    fp = kcc_muls(g, fp, c->args->beta);
    kcc_node *wrong = kcc_add(g, fn, fp);
    return one_minus(g, kcc_div(g, both, kcc_adds(g, kcc_add(g, both, wrong), EPSILON)));
}
