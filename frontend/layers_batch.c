/*
 * Normalisation by statistics of the data: BatchNormalization, LayerNormalization, GroupNormalization,
 * UnitNormalization; and the scaling layers of keras.applications.
 *
 * Takes: calls (keras_layer.h).  Gives: their nodes.
 * Keeps: variances are biased; gradients flow through statistics; moving statistics change once a training
 *        call.
 * Source: layers.md, section 6.
 */
#include <math.h>
#include <string.h>

#include "keras_layer.h"
#include "keras_trace.h"

/* How many elements are reduced, as a scalar node. */
static kcc_node *count_over(kcc_graph *g, const kcc_node *x, unsigned axes) {
    double n = 1;
    for (int i = 0; i < x->shape.rank; i++)
        if (axes >> i & 1) n *= (double)x->shape.dim[i].size;
    return axes & 1u ? kcc_muls(g, kcc_batch_size(g), n) : kcc_scalar(g, n);
}

/* Mean and biased variance over axes, extents 1 kept; weights (or NULL) multiply elements, total divides. */
static void moments(kcc_graph *g, kcc_node *x, unsigned axes, kcc_node *weights, kcc_node *total,
                    kcc_node **mean, kcc_node **variance) {
    kcc_node *w = weights ? kcc_mul(g, x, weights) : x;
    *mean = kcc_div(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, w, axes, true), total);
    kcc_node *square = kcc_square(g, kcc_sub(g, x, *mean));
    if (weights) square = kcc_mul(g, square, weights);
    *variance = kcc_div(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, square, axes, true), total);
}

/* Axes as a mask, and in the order of the config: weights have that order. */
typedef struct axes {
    unsigned mask;
    int n, axis[KCC_MAX_RANK];
} axes;

/* The config's axis or axes; none after a failure. */
static axes read_axes(kcc_layer_call *c, const kcc_node *x) {
    kcc_cursor at = kcc_key(c, "axis");
    axes read = {0};
    if (kcc_json_get(at, "items").json) at = kcc_json_get(at, "items");
    bool several = kcc_json_is_array(at);
    if (several && kcc_json_count(at) == 0)
        kcc_json_fail(at, KCC_EINVAL, "-1 is the last axis", "an axis must be given");
    for (kcc_cursor e = several ? kcc_json_first(at) : at; e.json || !several; e = kcc_json_next(e)) {
        int axis = kcc_axis(c, e, -1, x->shape.rank);
        if (axis < 0) return (axes){0};
        if (read.mask >> axis & 1) {
            kcc_json_fail(e, KCC_EINVAL, "each axis once", "axis %d is given twice", axis);
            return (axes){0};
        }
        read.mask |= 1u << axis;
        read.axis[read.n++] = axis;
        if (!several) break;
    }
    return read;
}

/* Extents of x on the axes, without and with the others as 1. */
static bool kept_shapes(kcc_layer_call *c, const kcc_node *x, const axes *over, kcc_shape *kept,
                        kcc_shape *full) {
    *kept = (kcc_shape){.rank = over->n};
    *full = x->shape;
    for (int i = 0; i < x->shape.rank; i++)
        if (!(over->mask >> i & 1)) full->dim[i] = kcc_fixed(1);
    for (int i = 0; i < over->n; i++) {
        kept->dim[i] = x->shape.dim[over->axis[i]];
        if (kept->dim[i].batch)
            return kcc_call_fail(c, "axis", KCC_EINVAL, NULL, "the batch axis has no weights");
    }
    return kcc_call_ok(c);
}

/* gamma or beta, laid on x's axes; NULL where `flag` (if there is one) turns it off. */
static kcc_node *scale_weight(kcc_layer_call *c, const char *flag, const char *name, const char *otherwise,
                              const kcc_shape *kept, const kcc_shape *full) {
    if (flag && !kcc_json_bool(kcc_key(c, flag), true)) return NULL;
    kcc_arena *a = c->tracer->arena;
    kcc_node *w = kcc_weight(c, &(kcc_weight_spec){.name = name,
                                                   .shape = *kept,
                                                   .initializer = kcc_format(a, "%s_initializer", name),
                                                   .otherwise = otherwise,
                                                   .regularizer = kcc_format(a, "%s_regularizer", name),
                                                   .constraint = kcc_format(a, "%s_constraint", name)});
    return kcc_reshape(c->g, w, full);
}

/* gamma (x - mean) / sqrt(variance + epsilon) + beta (without a mean, no beta); what depends on the channel alone is
 * computed first. */
static kcc_node *normalize(kcc_layer_call *c, kcc_node *x, kcc_node *mean, kcc_node *variance, double epsilon,
                           kcc_node *gamma, kcc_node *beta) {
    kcc_graph *g = c->g;
    kcc_node *factor = kcc_op1(g, KCC_OP_RSQRT, kcc_adds(g, variance, epsilon));
    if (gamma) factor = kcc_mul(g, factor, gamma);
    if (!mean) return kcc_mul(g, x, factor);
    kcc_node *shift = kcc_neg(g, kcc_mul(g, mean, factor));
    if (beta) shift = kcc_add(g, shift, beta);
    return kcc_add(g, kcc_mul(g, x, factor), shift);
}

/* What the moving variance takes of a batch variance over n elements: see layers.md for who corrects it. */
static kcc_node *moving_share(kcc_layer_call *c, const kcc_node *x, kcc_node *variance, kcc_node *n,
                              double epsilon) {
    kcc_graph *g = c->g;
    kcc_node *less;
    switch (c->generation) {
    case KCC_KERAS_2A:
    case KCC_KERAS_2B: return kcc_mul(g, variance, kcc_div(g, n, kcc_adds(g, n, -1 - epsilon)));
    case KCC_KERAS_TF:
        if (x->shape.rank < 4) return variance;
        less = kcc_adds(g, n, -1);
        return kcc_mul(g, variance, kcc_div(g, n, kcc_max(g, less, kcc_scalar(g, 1))));
    default: return variance;
    }
}

/* x [N S, ...] as [N, S, ...], so that each of S steps has its own statistics: see kcc_tracer.steps. */
static kcc_node *split_steps(kcc_layer_call *c, kcc_node *x, unsigned *over) {
    int64_t steps = c->tracer->steps;
    if (steps == 1) return x;
    kcc_shape split = {.rank = x->shape.rank + 1, .dim = {x->shape.dim[0], kcc_fixed(steps)}};
    if (split.rank > KCC_MAX_RANK) {
        kcc_call_fail(c, NULL, KCC_EUNSUPPORTED, NULL,
                      "BatchNormalization \"%s\" has too many axes inside TimeDistributed", c->layer->name);
        return x;
    }
    split.dim[0].size /= steps;
    for (int i = 1; i < x->shape.rank; i++) split.dim[i + 1] = x->shape.dim[i];
    if (over) *over = (*over & 1u) | (*over & ~1u) << 1;
    return kcc_reshape(c->g, x, &split);
}

/* momentum old + (1 - momentum) seen; with steps, that once for each of them in turn. */
static kcc_node *moved(kcc_layer_call *c, kcc_node *old, kcc_node *seen, const kcc_shape *kept,
                       double momentum) {
    kcc_graph *g = c->g;
    int64_t steps = c->tracer->steps;
    kcc_shape each = {.rank = 1, .dim = {kcc_fixed(steps)}},
              row = {.rank = kept->rank + 1, .dim = {each.dim[0]}};
    if (steps == 1) {
        kcc_node *share = kcc_muls(g, kcc_stop_gradient(g, kcc_reshape(g, seen, kept)), 1 - momentum);
        return kcc_add(g, kcc_muls(g, old, momentum), share);
    }
    float *weight = kcc_alloc_array(g->arena, (size_t)steps, sizeof *weight);
    for (int64_t i = 0; i < steps; i++)
        weight[i] = (float)((1 - momentum) * pow(momentum, (double)(steps - 1 - i)));
    for (int i = 0; i < kept->rank; i++) {
        each.dim[each.rank++] = kcc_fixed(1);
        row.dim[i + 1] = kept->dim[i];
    }
    kcc_node *shares = kcc_stop_gradient(g, kcc_reshape(g, seen, &row));
    shares = kcc_mul(g, shares, kcc_tensor_constant(g, &each, weight));
    kcc_node *share = kcc_reduce(g, KCC_OP_REDUCE_SUM, shares, 1u, false);
    return kcc_add(g, kcc_muls(g, old, pow(momentum, (double)steps)), share);
}

void kcc_layer_batch_normalization(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *x = kcc_in(c, 0);
    axes keep = read_axes(c, x);
    unsigned over;
    kcc_shape kept, full, shape = x->shape;
    if (!kcc_call_ok(c) || !kept_shapes(c, x, &keep, &kept, &full)) return;
    if (kcc_json_int(kcc_key(c, "mode"), 0, 0, 2) != 0) { /* Keras 1 */
        kcc_json_fail(kcc_key(c, "mode"), KCC_EUNSUPPORTED, "Keras 2 and later have mode 0 only",
                      "a BatchNormalization of mode 1 or 2 is not supported");
        return;
    }
    over = ((1u << x->shape.rank) - 1) & ~keep.mask;
    double epsilon = kcc_json_number(kcc_key(c, "epsilon"), 1e-3);
    double momentum = kcc_json_number(kcc_key(c, "momentum"), 0.99);
    kcc_node *gamma = scale_weight(c, "scale", "gamma", "ones", &kept, &full);
    kcc_node *beta = scale_weight(c, "center", "beta", "zeros", &kept, &full);
    int first = c->next_weight;
    kcc_weight_spec spec = {.name = "moving_mean", .shape = kept, .initializer = "moving_mean_initializer"};
    spec.otherwise = "zeros";
    spec.frozen = true;
    kcc_node *moving_mean = kcc_weight(c, &spec);
    spec.name = "moving_variance";
    spec.initializer = "moving_variance_initializer";
    spec.otherwise = "ones";
    kcc_node *moving_variance = kcc_weight(c, &spec);
    if (!kcc_call_ok(c)) return;
    kcc_node *mean = kcc_reshape(g, moving_mean, &full), *variance = kcc_reshape(g, moving_variance, &full);
    /* a frozen layer uses the moving statistics, except in standalone Keras */
    bool standalone = c->generation < KCC_KERAS_TF;
    if (c->training && (c->layer->all_trainable || standalone)) {
        const kcc_node *mask = c->in[0].mask;
        kcc_node *weights = NULL;
        int last = x->shape.rank - 1;
        x = split_steps(c, x, &over);
        kcc_node *n = count_over(g, x, over), *total = n;
        if (mask && c->generation == KCC_KERAS_3 && mask->shape.rank == last) {
            weights = kcc_expand_dims(g, kcc_cast(g, c->in[0].mask, KCC_F32), last);
            weights = split_steps(c, weights, NULL);
            total = kcc_adds(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, weights, over, true), 1e-7);
        }
        if (!kcc_call_ok(c)) return;
        moments(g, x, over, weights, total, &mean, &variance);
        if (c->layer->all_trainable) {
            kcc_node *seen = moving_share(c, x, variance, n, epsilon);
            kcc_node *m = moved(c, moving_mean, mean, &kept, momentum);
            kcc_node *v = moved(c, moving_variance, seen, &kept, momentum);
            kcc_weight_assign(c, first, m);
            kcc_weight_assign(c, first + 1, v);
        }
    }
    kcc_out(c, kcc_reshape(g, normalize(c, x, mean, variance, epsilon, gamma, beta), &shape));
}

void kcc_layer_layer_normalization(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0), *mean, *variance;
    axes over = read_axes(c, x);
    kcc_shape kept, full;
    if (!kcc_call_ok(c) || !kept_shapes(c, x, &over, &kept, &full)) return;
    /* rms_scaling: by the standard deviation, but nothing is subtracted; always gamma, never beta */
    bool rms = kcc_json_bool(kcc_key(c, "rms_scaling"), false);
    kcc_node *gamma = scale_weight(c, rms ? NULL : "scale", "gamma", "ones", &kept, &full);
    kcc_node *beta = rms ? NULL : scale_weight(c, "center", "beta", "zeros", &kept, &full);
    if (!kcc_call_ok(c)) return;
    moments(c->g, x, over.mask, NULL, count_over(c->g, x, over.mask), &mean, &variance);
    double epsilon = kcc_json_number(kcc_key(c, "epsilon"), 1e-3);
    kcc_out(c, normalize(c, x, rms ? NULL : mean, variance, epsilon, gamma, beta));
}

void kcc_layer_group_normalization(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *x = kcc_in(c, 0), *mean, *variance;
    int axis = kcc_axis(c, kcc_key(c, "axis"), -1, x->shape.rank), rank = x->shape.rank;
    if (axis == 0)
        kcc_call_fail(c, "axis", KCC_EINVAL, "-1 is the last axis", "the batch axis has no channels");
    if (axis < 1 || !kcc_call_ok(c)) return;
    int64_t channels = x->shape.dim[axis].size,
            groups = kcc_json_int(kcc_key(c, "groups"), 32, -1, INT32_MAX);
    if (groups == -1) groups = channels;
    if (groups < 1 || channels % groups || rank == KCC_MAX_RANK) {
        kcc_call_fail(c, "groups", KCC_ESHAPE, NULL, "%lld groups do not divide %lld channels",
                      (long long)groups, (long long)channels);
        return;
    }
    kcc_shape kept = KCC_FIXED_SHAPE(channels), full = x->shape, split = x->shape, ones;
    for (int i = 0; i < rank; i++)
        if (i != axis) full.dim[i] = kcc_fixed(1);
    kcc_node *gamma = scale_weight(c, "scale", "gamma", "ones", &kept, &full);
    kcc_node *beta = scale_weight(c, "center", "beta", "zeros", &kept, &full);
    for (int i = split.rank++; i > axis; i--) split.dim[i] = split.dim[i - 1];
    split.dim[axis] = kcc_fixed(groups);
    split.dim[axis + 1] = kcc_fixed(channels / groups);
    ones = split;
    unsigned over = 0;
    for (int i = 1; i < split.rank; i++)
        if (i != axis) over |= 1u << i;
    kcc_node *y = kcc_reshape(g, x, &split);
    moments(g, y, over, NULL, count_over(g, y, over), &mean, &variance);
    /* statistics of each sample and channel, so that scaling is one more step of the same loop */
    for (int i = 1; i < ones.rank; i++)
        if (i != axis && i != axis + 1) ones.dim[i] = kcc_fixed(1);
    kcc_shape flat = full;
    flat.dim[0] = x->shape.dim[0];
    mean = kcc_reshape(g, kcc_broadcast(g, mean, &ones), &flat);
    variance = kcc_reshape(g, kcc_broadcast(g, variance, &ones), &flat);
    kcc_out(c, normalize(c, x, mean, variance, kcc_json_number(kcc_key(c, "epsilon"), 1e-3), gamma, beta));
}

void kcc_layer_unit_normalization(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *x = kcc_in(c, 0);
    axes over = read_axes(c, x);
    if (!kcc_call_ok(c)) return;
    kcc_node *sum = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_square(g, x), over.mask, true);
    kcc_out(c, kcc_mul(g, x, kcc_op1(g, KCC_OP_RSQRT, kcc_max(g, sum, kcc_scalar(g, 1e-24)))));
}

void kcc_layer_rms_normalization(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *x = kcc_in(c, 0);
    axes over = read_axes(c, x);
    kcc_shape kept, full;
    if (!kcc_call_ok(c) || !kept_shapes(c, x, &over, &kept, &full)) return;
    kcc_node *scale = kcc_weight(c, &(kcc_weight_spec){.name = "scale", .shape = kept, .otherwise = "ones"});
    if (!kcc_call_ok(c)) return;
    kcc_node *mean = kcc_mean(g, kcc_square(g, x), over.mask, true);
    double epsilon = kcc_json_number(kcc_key(c, "epsilon"), 1e-6);
    kcc_node *factor = kcc_op1(g, KCC_OP_RSQRT, kcc_adds(g, mean, epsilon));
    kcc_node *normal = kcc_mul(g, x, factor);
    kcc_out(c, kcc_mul(g, normal, kcc_reshape(g, scale, &full)));
}

/* ---------------------------------------------------------------- of keras.applications */

/* InceptionResNetV2: x + scale y. */
void kcc_layer_custom_scale(kcc_layer_call *c) {
    double scale = kcc_json_number(kcc_key(c, "scale"), 1);
    if (!kcc_json_require(kcc_key(c, "scale"), "0.2")) return;
    kcc_node *x = kcc_in(c, 0), *y = kcc_in(c, 1);
    kcc_out(c, kcc_add(c->g, x, kcc_muls(c->g, y, scale)));
}

void kcc_layer_layer_scale(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    kcc_cursor size = kcc_key(c, "projection_dim");
    if (!kcc_json_require(size, "64")) return;
    int64_t n = kcc_json_int(size, 1, 1, INT32_MAX);
    double first = kcc_json_number(kcc_key(c, "init_values"), 1);
    kcc_weight_spec spec = {.name = "variable", .shape = KCC_FIXED_SHAPE(n), .otherwise = "ones"};
    spec.constant = &first;
    kcc_node *gamma = kcc_weight(c, &spec);
    if (kcc_call_ok(c)) kcc_out(c, kcc_mul(c->g, x, gamma));
}

void kcc_layer_stochastic_depth(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *x = kcc_in(c, 0);
    double rate = kcc_json_number(kcc_key(c, "drop_path_rate"), 0);
    if (!(rate >= 0 && rate < 1)) {
        kcc_call_fail(c, "drop_path_rate", KCC_EINVAL, NULL, "drop_path_rate must be in [0, 1), not %g",
                      rate);
        return;
    }
    if (!c->training || rate == 0) {
        kcc_out(c, x);
        return;
    }
    kcc_shape s = x->shape; /* one draw a sample */
    for (int i = 1; i < s.rank; i++) s.dim[i] = kcc_fixed(1);
    kcc_node *keep = kcc_op1(g, KCC_OP_FLOOR, kcc_adds(g, kcc_random(c, &s), 1 - rate));
    kcc_out(c, kcc_mul(g, x, kcc_muls(g, keep, 1 / (1 - rate))));
}
