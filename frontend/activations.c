/*
 * Activations as graph nodes: a function for each row of activations.def.
 *
 * Takes: x of any shape; options in kcc_activation_args.
 * Gives: the node.  Kinks: relu'(0) = 0, |x|'(0) = 0, clip has slope 1 in the closed interval; elu, selu and celu
 *        have at 0 the slope they have below.
 * Source: activations-losses-metrics.md, section 1.
 */
#include <math.h>

#include "keras_objects.h"

#define ACTIVATION(id) \
    kcc_node *kcc_act_##id(kcc_graph *g, kcc_node *x, const kcc_activation_args *args __attribute__((unused)))

static kcc_node *greater(kcc_graph *g, kcc_node *x, double bound) {
    return kcc_compare(g, KCC_OP_LT, kcc_scalar(g, bound), x);
}

ACTIVATION(linear) {
    (void)g;
    return x;
}

/* Full form: x >= max: max; x > threshold: x; else slope (x - threshold). */
ACTIVATION(relu) {
    double slope = args->alpha, threshold = args->threshold;
    kcc_node *y;
    if (slope == 0 && threshold == 0) {
        y = kcc_op1(g, KCC_OP_RELU, x);
    } else if (threshold == 0) {
        y = kcc_act_leaky_relu(g, x, args);
    } else {
        kcc_node *above = greater(g, x, threshold);
        /* without a slope nothing is computed from the threshold, which may be infinite */
        kcc_node *below = slope == 0 ? kcc_scalar(g, 0) : kcc_muls(g, kcc_adds(g, x, -threshold), slope);
        y = kcc_select(g, above, x, below);
    }
    if (!args->has_max) return y;
    kcc_node *most = kcc_scalar(g, args->max_value);
    return kcc_select(g, kcc_compare(g, KCC_OP_LE, most, x), most, y);
}

/* Slope 0 at both ends, as TensorFlow and PyTorch have it. */
ACTIVATION(relu6) {
    kcc_node *six = kcc_scalar(g, 6), *low = kcc_compare(g, KCC_OP_LT, x, six);
    return kcc_select(g, low, kcc_op1(g, KCC_OP_RELU, x), six);
}

ACTIVATION(leaky_relu) {
    kcc_node *positive = greater(g, x, 0);
    return kcc_select(g, positive, x, kcc_muls(g, x, args->alpha));
}

ACTIVATION(sigmoid) { return kcc_op1(g, KCC_OP_SIGMOID, x); }

ACTIVATION(hard_sigmoid) {
    double slope = args->generation == KCC_KERAS_3 ? 1.0 / 6.0 : 0.2;
    return kcc_clip(g, kcc_adds(g, kcc_muls(g, x, slope), 0.5), 0, 1);
}

ACTIVATION(tanh) { return kcc_op1(g, KCC_OP_TANH, x); }

static unsigned axis_mask(kcc_graph *g, const kcc_node *x, int axis) {
    int rank = x->shape.rank;
    if (rank == 0 || axis < -rank || axis >= rank) {
        kcc_graph_fail(g, KCC_ESHAPE, NULL, "axis %d is out of range for rank %d", axis, rank);
        return 0;
    }
    return 1u << (axis < 0 ? axis + rank : axis);
}

/* x - max, without gradient through the maximum: it cancels. */
static kcc_node *shifted(kcc_graph *g, kcc_node *x, unsigned axes) {
    return kcc_sub(g, x, kcc_stop_gradient(g, kcc_reduce(g, KCC_OP_REDUCE_MAX, x, axes, true)));
}

ACTIVATION(softmax) {
    unsigned axes = axis_mask(g, x, args->axis);
    if (!axes) return x;
    kcc_node *e = kcc_exp(g, shifted(g, x, axes));
    return kcc_div(g, e, kcc_reduce(g, KCC_OP_REDUCE_SUM, e, axes, true));
}

ACTIVATION(log_softmax) {
    unsigned axes = axis_mask(g, x, args->axis);
    if (!axes) return x;
    kcc_node *z = shifted(g, x, axes);
    return kcc_sub(g, z, kcc_log(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_exp(g, z), axes, true)));
}

ACTIVATION(softplus) { return kcc_op1(g, KCC_OP_SOFTPLUS, x); }

ACTIVATION(softsign) { return kcc_div(g, x, kcc_adds(g, kcc_op1(g, KCC_OP_ABS, x), 1)); }

/* x > 0: x; else alpha (exp(x / width) - 1).  The branch not taken must stay finite: its gradient is multiplied by 0.
 * Its x is chosen by the same comparison: the gradient of a minimum would be halved at 0. */
static kcc_node *exponential_below(kcc_graph *g, kcc_node *x, double alpha, double width) {
    kcc_node *positive = greater(g, x, 0);
    kcc_node *below = kcc_muls(g, kcc_select(g, positive, kcc_scalar(g, 0), x), 1 / width);
    return kcc_select(g, positive, x, kcc_muls(g, kcc_op1(g, KCC_OP_EXPM1, below), alpha));
}

ACTIVATION(elu) { return exponential_below(g, x, args->alpha, 1); }

ACTIVATION(selu) {
    kcc_activation_args one = {.alpha = 1.6732632423543772};
    return kcc_muls(g, kcc_act_elu(g, x, &one), 1.0507009873554805);
}

ACTIVATION(celu) { return exponential_below(g, x, args->alpha, args->alpha); }

ACTIVATION(exponential) { return kcc_exp(g, x); }

ACTIVATION(silu) { return kcc_mul(g, x, kcc_op1(g, KCC_OP_SIGMOID, x)); }

ACTIVATION(hard_silu) {
    return kcc_mul(g, x, kcc_clip(g, kcc_adds(g, kcc_muls(g, x, 1.0 / 6.0), 0.5), 0, 1));
}

ACTIVATION(gelu) {
    kcc_node *gate;
    if (args->approximate) {
        kcc_node *cube = kcc_mul(g, kcc_square(g, x), x);
        kcc_node *inner =
            kcc_muls(g, kcc_add(g, x, kcc_muls(g, cube, 0.044715)), sqrt(2 / 3.14159265358979323846));
        gate = kcc_op1(g, KCC_OP_TANH, inner);
    } else {
        gate = kcc_op1(g, KCC_OP_ERF, kcc_muls(g, x, sqrt(0.5)));
    }
    kcc_node *half = kcc_muls(g, x, 0.5);
    return kcc_mul(g, half, kcc_adds(g, gate, 1));
}

ACTIVATION(mish) { return kcc_mul(g, x, kcc_op1(g, KCC_OP_TANH, kcc_op1(g, KCC_OP_SOFTPLUS, x))); }

ACTIVATION(hard_tanh) { return kcc_clip(g, x, -1, 1); }

ACTIVATION(tanh_shrink) { return kcc_sub(g, x, kcc_op1(g, KCC_OP_TANH, x)); }

ACTIVATION(soft_shrink) {
    kcc_node *rest = kcc_op1(g, KCC_OP_RELU, kcc_adds(g, kcc_op1(g, KCC_OP_ABS, x), -args->alpha));
    return kcc_mul(g, kcc_op1(g, KCC_OP_SIGN, x), rest);
}

ACTIVATION(hard_shrink) {
    kcc_node *large = greater(g, kcc_op1(g, KCC_OP_ABS, x), args->alpha);
    return kcc_select(g, large, x, kcc_scalar(g, 0));
}

ACTIVATION(threshold) {
    kcc_node *above = greater(g, x, args->threshold);
    return kcc_select(g, above, x, kcc_scalar(g, args->value));
}

ACTIVATION(log_sigmoid) { return kcc_neg(g, kcc_op1(g, KCC_OP_SOFTPLUS, kcc_neg(g, x))); }

ACTIVATION(squareplus) {
    return kcc_muls(g, kcc_add(g, x, kcc_sqrt(g, kcc_adds(g, kcc_square(g, x), args->alpha))), 0.5);
}

ACTIVATION(sparse_plus) {
    kcc_node *middle = kcc_muls(g, kcc_square(g, kcc_adds(g, x, 1)), 0.25);
    kcc_node *above = kcc_select(g, kcc_compare(g, KCC_OP_LT, x, kcc_scalar(g, 1)), middle, x);
    kcc_node *some = greater(g, x, -1);
    return kcc_select(g, some, above, kcc_scalar(g, 0));
}

ACTIVATION(sparse_sigmoid) { return kcc_clip(g, kcc_muls(g, kcc_adds(g, x, 1), 0.5), 0, 1); }

/*
 * Without sorting: upto[i, j] says that z_j is not after z_i in descending order, so k_i is the place of z_i there,
 * S_i the sum up to it, and i is in the support when 1 + k_i z_i > S_i.  Needs D^2 comparisons a row.  The threshold
 * is Keras's, (sum of the S_i over the support - 1) / its size: where Martins and Astudillo 2016, who project on the
 * simplex, have the last S_i, every backend of Keras 3 sums them, and the outputs do not sum to 1.
 */
ACTIVATION(sparsemax) {
    int rank = x->shape.rank, axis = args->axis < 0 ? args->axis + rank : args->axis;
    unsigned axes = axis_mask(g, x, args->axis);
    if (!axes || rank + 1 > KCC_MAX_RANK) return x;
    kcc_node *zi = kcc_expand_dims(g, x, axis + 1), *zj = kcc_expand_dims(g, x, axis);
    kcc_node *ni = kcc_iota(g, &zi->shape, axis), *nj = kcc_iota(g, &zj->shape, axis + 1);
    kcc_node *greater = kcc_compare(g, KCC_OP_LT, zi, zj), *equal = kcc_compare(g, KCC_OP_EQ, zi, zj);
    kcc_node *earlier = kcc_op2(g, KCC_OP_AND, equal, kcc_compare(g, KCC_OP_LE, nj, ni));
    kcc_node *upto = kcc_cast(g, kcc_op2(g, KCC_OP_OR, greater, earlier), KCC_F32);
    kcc_node *k = kcc_reduce(g, KCC_OP_REDUCE_SUM, upto, 1u << (axis + 1), false);
    kcc_node *s = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, upto, zj), 1u << (axis + 1), false);
    kcc_node *in = kcc_compare(g, KCC_OP_LT, s, kcc_adds(g, kcc_mul(g, k, x), 1));
    kcc_node *support = kcc_stop_gradient(g, kcc_cast(g, in, KCC_F32));
    kcc_node *total = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, support, s), axes, true);
    kcc_node *size = kcc_reduce(g, KCC_OP_REDUCE_SUM, support, axes, true);
    kcc_node *threshold = kcc_div(g, kcc_adds(g, total, -1), size);
    return kcc_op1(g, KCC_OP_RELU, kcc_sub(g, x, threshold));
}

ACTIVATION(glu) {
    int rank = x->shape.rank, axis = args->axis < 0 ? args->axis + rank : args->axis;
    if (!axis_mask(g, x, args->axis)) return x;
    kcc_dim extent = x->shape.dim[axis];
    if (extent.batch || extent.size % 2) {
        kcc_graph_fail(g, KCC_ESHAPE, NULL, "glu needs an even extent, not %lld", (long long)extent.size);
        return x;
    }
    kcc_node *a = kcc_slice(g, x, axis, 0, extent.size / 2, 1);
    kcc_node *b = kcc_slice(g, x, axis, extent.size / 2, extent.size / 2, 1);
    return kcc_mul(g, a, kcc_op1(g, KCC_OP_SIGMOID, b));
}
