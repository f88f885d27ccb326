/*
 * Activation layers: ReLU, LeakyReLU, PReLU, ELU, ThresholdedReLU, Softmax.
 *
 * Takes: calls (keras_layer.h).  Gives: their nodes.
 * Keeps: formulas are those of activations.c; only defaults and weights are here.
 * Source: layers.md, section 7.
 */
#include "keras_layer.h"

static void apply(kcc_layer_call *c, const char *name, kcc_activation_args args) {
    args.generation = c->generation;
    kcc_out(c, kcc_activate_row(c, kcc_activation_find(name), &args, kcc_in(c, 0)));
}

/* A number of ReLU that Keras wants to be 0 or more. */
static double not_negative(kcc_layer_call *c, const char *key) {
    kcc_cursor at = kcc_key(c, key);
    double value = kcc_json_number(at, 0);
    if (value < 0) kcc_json_fail(at, KCC_EINVAL, "0 or more", "%s must not be negative", key);
    return value;
}

void kcc_layer_relu(kcc_layer_call *c) {
    kcc_cursor hi = kcc_key(c, "max_value");
    kcc_activation_args args = {.has_max = !kcc_json_is_null(hi)};
    args.alpha = not_negative(c, "negative_slope");
    args.threshold = not_negative(c, "threshold");
    args.max_value = not_negative(c, "max_value");
    if (kcc_call_ok(c)) apply(c, "relu", args);
}

void kcc_layer_leaky_relu(kcc_layer_call *c) {
    kcc_cursor slope = kcc_key(c, "negative_slope");
    if (!slope.json) slope = kcc_key(c, "alpha");
    apply(c, "leaky_relu", (kcc_activation_args){.alpha = kcc_json_number(slope, 0.3)});
}

void kcc_layer_elu(kcc_layer_call *c) {
    apply(c, "elu", (kcc_activation_args){.alpha = kcc_json_number(kcc_key(c, "alpha"), 1)});
}

void kcc_layer_thresholded_relu(kcc_layer_call *c) {
    apply(c, "threshold", (kcc_activation_args){.threshold = kcc_json_number(kcc_key(c, "theta"), 1)});
}

/* alpha has the input's shape without the batch; shared axes (counted from 1) have extent 1. */
void kcc_layer_prelu(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    int64_t axes[KCC_MAX_RANK];
    int rank = x->shape.rank;
    if (rank < 2) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "PReLU \"%s\" needs an input of rank 2 or more",
                      c->layer->name);
        return;
    }
    kcc_shape shape = {.rank = rank - 1};
    for (int i = 1; i < rank; i++) shape.dim[i - 1] = x->shape.dim[i];
    int n = kcc_json_ints(kcc_key(c, "shared_axes"), axes, KCC_MAX_RANK, 1, rank - 1);
    for (int i = 0; i < n; i++) shape.dim[axes[i] - 1] = kcc_fixed(1);
    kcc_node *alpha = kcc_weight(c, &(kcc_weight_spec){.name = "alpha",
                                                       .shape = shape,
                                                       .initializer = "alpha_initializer",
                                                       .otherwise = "zeros",
                                                       .regularizer = "alpha_regularizer",
                                                       .constraint = "alpha_constraint"});
    kcc_node *below = kcc_op1(c->g, KCC_OP_RELU, kcc_neg(c->g, x)), *above = kcc_op1(c->g, KCC_OP_RELU, x);
    kcc_out(c, kcc_sub(c->g, above, kcc_mul(c->g, alpha, below)));
}

/* Masked ones are 0 in Keras 3, even where a whole distribution is masked. */
static void masked_out(kcc_layer_call *c, const kcc_node *x, kcc_node *y) {
    kcc_node *mask = c->in[0].mask;
    bool zero = mask && mask->shape.rank == x->shape.rank && c->generation == KCC_KERAS_3;
    kcc_out(c, zero ? kcc_select(c->g, mask, y, kcc_scalar(c->g, 0)) : y);
}

/* Several axes are one distribution; masked scores become about -1e9. */
void kcc_layer_softmax(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0), *mask = c->in[0].mask;
    kcc_graph *g = c->g;
    kcc_cursor at = kcc_key(c, "axis");
    if (mask && mask->shape.rank == x->shape.rank) {
        kcc_node *drop = kcc_cast(g, kcc_op1(g, KCC_OP_NOT, mask), KCC_F32);
        x = kcc_add(g, x, kcc_muls(g, drop, -1e9));
    }
    if (kcc_json_is_array(at) && kcc_json_count(at) > 1) {
        unsigned axes = 0;
        for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e)) {
            int axis = kcc_axis(c, e, -1, x->shape.rank);
            if (axis < 0) return;
            axes |= 1u << axis;
        }
        kcc_node *top = kcc_stop_gradient(g, kcc_reduce(g, KCC_OP_REDUCE_MAX, x, axes, true));
        kcc_node *e = kcc_exp(g, kcc_sub(g, x, top));
        masked_out(c, x, kcc_div(g, e, kcc_reduce(g, KCC_OP_REDUCE_SUM, e, axes, true)));
        return;
    }
    int axis = kcc_axis(c, at, -1, x->shape.rank);
    if (axis < 0) return;
    kcc_activation_args args = {.axis = axis, .generation = c->generation};
    masked_out(c, x, kcc_activate_row(c, kcc_activation_find("softmax"), &args, x));
}
