/*
 * Scaling layers: Rescaling, Normalization.
 *
 * Takes: calls (keras_layer.h).  Gives: their nodes.
 * Keeps: inputs of any dtype are float32 first; gradients flow to x; masks pass.
 * Source: layers.md, section 6.
 */
#include "keras_layer.h"

/* A number, a list or an array of the config as a node; lists lie on the last axes. */
static kcc_node *number_or_list(kcc_layer_call *c, const char *key, double otherwise) {
    kcc_cursor at = kcc_key(c, key);
    return kcc_json_is_null(at) ? kcc_scalar(c->g, otherwise) : kcc_constant_of(c, at);
}

void kcc_layer_rescaling(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    if (!kcc_json_require(kcc_key(c, "scale"), "0.00392")) return;
    kcc_node *y = kcc_mul(c->g, x, number_or_list(c, "scale", 1));
    kcc_cursor offset = kcc_key(c, "offset");
    bool zero = kcc_json_is_null(offset) || (kcc_json_is_number(offset) && offset.json->valuedouble == 0);
    kcc_out(c, zero ? y : kcc_add(c->g, y, number_or_list(c, "offset", 0)));
}

/* Statistics over the kept axes as [1, …, size of a kept axis, …]: given values are laid on from the right.
 */
static kcc_node *laid_on(kcc_layer_call *c, kcc_node *value, const kcc_shape *kept, const kcc_shape *full) {
    if (value->shape.rank == 0) return value;
    /* [1, 1, D] of Keras's own saving, too: drop leading extents 1 */
    while (value->shape.rank > kept->rank && value->shape.dim[0].size == 1 && kcc_graph_ok(c->g))
        value = kcc_squeeze(c->g, value, 0);
    if (value->shape.rank > kept->rank) {
        kcc_call_fail(c, "mean", KCC_ESHAPE, NULL, "mean and variance have more axes than \"axis\" keeps");
        return value;
    }
    return kcc_reshape(c->g, kcc_broadcast(c->g, value, kept), full);
}

void kcc_layer_normalization(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *x = kcc_in(c, 0), *mean, *variance;
    kcc_cursor at = kcc_key(c, "axis");
    kcc_shape kept = {.rank = 0}, full = {.rank = x->shape.rank};
    unsigned axes = 0;
    if (!at.json && x->shape.rank) axes = 1u << (x->shape.rank - 1);
    if (kcc_json_is_number(at)) {
        int axis = kcc_axis(c, at, -1, x->shape.rank);
        if (axis < 0) return;
        axes = 1u << axis;
    }
    for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e)) {
        int axis = kcc_axis(c, e, -1, x->shape.rank);
        if (axis < 0) return;
        axes |= 1u << axis;
    }
    if (axes & 1u) {
        kcc_call_fail(c, "axis", KCC_EINVAL, NULL, "the batch axis cannot be kept");
        return;
    }
    for (int i = 0; i < x->shape.rank; i++) {
        full.dim[i] = axes >> i & 1 ? x->shape.dim[i] : kcc_fixed(1);
        if (axes >> i & 1) kept.dim[kept.rank++] = x->shape.dim[i];
    }
    bool given = !kcc_json_is_null(kcc_key(c, "mean")),
         variance_given = !kcc_json_is_null(kcc_key(c, "variance"));
    if (given != variance_given) {
        kcc_call_fail(c, "mean", KCC_EINVAL, NULL, "mean and variance must be given together");
        return;
    }
    if (given) {
        mean = laid_on(c, number_or_list(c, "mean", 0), &kept, &full);
        variance = laid_on(c, number_or_list(c, "variance", 1), &kept, &full);
    } else {
        /* adapt builds it before a model has it: its path has no model in front */
        mean = kcc_weight(
            c, &(kcc_weight_spec){
                   .name = "mean", .shape = kept, .otherwise = "zeros", .frozen = true, .bare_path = true});
        variance = kcc_weight(
            c,
            &(kcc_weight_spec){
                .name = "variance", .shape = kept, .otherwise = "ones", .frozen = true, .bare_path = true});
        kcc_weight(c, &(kcc_weight_spec){.name = "count",
                                         .shape = {.rank = 0},
                                         .otherwise = "zeros",
                                         .frozen = true,
                                         .bare_path = true});
        mean = kcc_reshape(g, mean, &full);
        variance = kcc_reshape(g, variance, &full);
    }
    kcc_node *deviation = kcc_sqrt(g, variance);
    deviation = kcc_max(g, deviation, kcc_scalar(g, 1e-7));
    bool invert = kcc_json_bool(kcc_key(c, "invert"), false);
    kcc_out(c,
            invert ? kcc_add(g, mean, kcc_mul(g, x, deviation)) : kcc_div(g, kcc_sub(g, x, mean), deviation));
}
