/*
 * Core and stochastic layers: Dense, Activation, Dropout and its relatives, Flatten, Reshape, …
 *
 * Takes: calls (keras_layer.h).  Gives: their nodes.
 * Keeps: axis 0 is the batch; stochastic layers are the identity outside training and at rate 0.
 * Source: layers.md, sections 2 and 3.
 */
#include <math.h>
#include <string.h>

#include "layers_space.h"

#define MAX_UNITS (INT64_C(1) << 40)

/* x [..., D], W [D, units] -> [..., units]: letters for the leading axes, 'y' and 'z' for D and units. */
static kcc_node *last_axis_product(kcc_graph *g, kcc_node *x, kcc_node *w) {
    char spec[3 * KCC_MAX_RANK + 8];
    int n = x->shape.rank - 1, k = 0;
    for (int i = 0; i < n; i++) spec[k++] = (char)('a' + i);
    memcpy(spec + k, "y,yz->", 6);
    k += 6;
    for (int i = 0; i < n; i++) spec[k++] = (char)('a' + i);
    spec[k++] = 'z';
    spec[k] = '\0';
    return kcc_contract(g, x, w, spec);
}

void kcc_layer_dense(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    kcc_cursor units_at = kcc_key(c, "units");
    if (!kcc_json_require(units_at, "10")) return;
    int64_t units = kcc_json_int(units_at, 1, 1, MAX_UNITS);
    if (x->shape.rank < 2 || x->shape.dim[x->shape.rank - 1].batch) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, "a Flatten or Reshape before it may help",
                      "Dense \"%s\" needs an input of rank 2 or more", c->layer->name);
        return;
    }
    int64_t width = x->shape.dim[x->shape.rank - 1].size;
    kcc_node *kernel = kcc_weight(c, &(kcc_weight_spec){.name = "kernel",
                                                        .shape = KCC_FIXED_SHAPE(width, units),
                                                        .initializer = "kernel_initializer",
                                                        .otherwise = "glorot_uniform",
                                                        .regularizer = "kernel_regularizer",
                                                        .constraint = "kernel_constraint",
                                                        .size_key = "units"});
    if (!kcc_call_ok(c)) return;
    kcc_node *y = last_axis_product(c->g, x, kernel);
    if (kcc_json_bool(kcc_key(c, "use_bias"), true))
        y = kcc_add(c->g, y,
                    kcc_weight(c, &(kcc_weight_spec){.name = "bias",
                                                     .shape = KCC_FIXED_SHAPE(units),
                                                     .initializer = "bias_initializer",
                                                     .otherwise = "zeros",
                                                     .regularizer = "bias_regularizer",
                                                     .constraint = "bias_constraint",
                                                     .size_key = "units"}));
    kcc_out(c, kcc_activate(c, kcc_key(c, "activation"), y));
}

void kcc_layer_activation(kcc_layer_call *c) {
    kcc_out(c, kcc_activate(c, kcc_key(c, "activation"), kcc_in(c, 0)));
}

void kcc_layer_identity(kcc_layer_call *c) { kcc_out(c, kcc_in_raw(c, 0)); }

void kcc_layer_activity_regularization(kcc_layer_call *c) {
    double l1 = kcc_json_number(kcc_key(c, "l1"), 0), l2 = kcc_json_number(kcc_key(c, "l2"), 0);
    kcc_regularizer r = {KCC_REGULARIZER_L1L2, l1, l2};
    kcc_node *x = kcc_in(c, 0);
    kcc_add_activity(c, &r, x);
    kcc_out(c, x);
}

/* ------------------------------------------------------------- stochastic */

static double read_rate(kcc_layer_call *c, const char *key, double most) {
    kcc_cursor at = kcc_key(c, key);
    double rate = kcc_json_number(at, 0);
    if (!kcc_json_require(at, "0.5")) return 0;
    if (!(rate >= 0 && rate <= most)) {
        kcc_json_fail(at, KCC_EINVAL, NULL, "%s must be in [0, %g], not %g", key, most, rate);
        return 0;
    }
    return rate;
}

/* noise_shape: an entry an axis, null = that of x, 1 = shared along it; of the batch, too. */
static bool noise_shape(kcc_layer_call *c, const kcc_node *x, kcc_shape *shape) {
    kcc_cursor at = kcc_key(c, "noise_shape");
    *shape = x->shape;
    if (kcc_json_is_object(at)) at = kcc_json_get(at, "items");
    if (kcc_json_is_null(at)) return true;
    if (kcc_json_count(at) != x->shape.rank)
        return kcc_call_fail(
            c, "noise_shape", KCC_ESHAPE, "one entry an axis, the batch included; null: as the input",
            "noise_shape has %d entries for an input of rank %d", kcc_json_count(at), x->shape.rank);
    int i = 0;
    for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e), i++) {
        if (kcc_json_is_null(e)) continue;
        int64_t size = kcc_json_int(e, 1, 1, MAX_UNITS);
        if (size == 1 && i == 0 && c->tracer->steps > 1)
            return kcc_json_fail(e, KCC_EUNSUPPORTED, "null: noise of its own for each sample",
                                 "noise shared by the samples is not supported inside TimeDistributed");
        if (size == 1)
            shape->dim[i] = kcc_fixed(1);
        else if (!x->shape.dim[i].batch && size != x->shape.dim[i].size)
            return kcc_json_fail(e, KCC_ESHAPE, "1, null or the input's size",
                                 "noise_shape %lld does not fit size %lld", (long long)size,
                                 (long long)x->shape.dim[i].size);
    }
    return true;
}

/* x M / (1 - rate), M ~ Bernoulli(1 - rate) of the given shape. */
static void drop(kcc_layer_call *c, kcc_node *x, double rate, const kcc_shape *shape) {
    kcc_graph *g = c->g;
    if (!c->training || rate == 0) {
        kcc_out(c, x);
        return;
    }
    if (rate == 1) {
        kcc_out(c, kcc_muls(g, x, 0));
        return;
    }
    kcc_node *bound = kcc_scalar(g, rate), *keep = kcc_compare(g, KCC_OP_LE, bound, kcc_random(c, shape));
    kcc_node *scale = kcc_scalar(g, 1 / (1 - rate)), *zero = kcc_scalar(g, 0);
    kcc_out(c, kcc_mul(g, x, kcc_select(g, keep, scale, zero)));
}

void kcc_layer_dropout(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    double rate = read_rate(c, "rate", 1);
    kcc_shape shape;
    if (noise_shape(c, x, &shape)) drop(c, x, rate, &shape);
}

void kcc_layer_spatial_dropout(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    double rate = read_rate(c, "rate", 1);
    kcc_shape shape = x->shape;
    bool first;
    int rank = c->layer->class_name[strlen("SpatialDropout")] - '0' + 2;
    if (!kcc_call_ok(c) || !kcc_data_format(c, &first)) return;
    if (shape.rank != rank) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "%s \"%s\" needs an input of rank %d, not %d",
                      c->layer->class_name, c->layer->name, rank, shape.rank);
        return;
    }
    int channel = first ? 1 : rank - 1;
    for (int i = 1; i < shape.rank; i++)
        if (i != channel) shape.dim[i] = kcc_fixed(1);
    drop(c, x, rate, &shape);
}

void kcc_layer_gaussian_noise(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    double stddev = read_rate(c, "stddev", 1e30);
    if (c->training && stddev > 0)
        x = kcc_add(c->g, x, kcc_muls(c->g, kcc_random_normal(c, &x->shape), stddev));
    kcc_out(c, x);
}

void kcc_layer_gaussian_dropout(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    double rate = read_rate(c, "rate", 1);
    if (c->training && rate > 0 && rate < 1) {
        kcc_node *noise = kcc_muls(c->g, kcc_random_normal(c, &x->shape), sqrt(rate / (1 - rate)));
        x = kcc_mul(c->g, x, kcc_adds(c->g, noise, 1));
    }
    kcc_out(c, x);
}

void kcc_layer_alpha_dropout(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    kcc_graph *g = c->g;
    double rate = read_rate(c, "rate", 1), alpha = -1.6732632423543772 * 1.0507009873554805;
    kcc_shape shape;
    if (!noise_shape(c, x, &shape)) return;
    if (c->training && rate > 0 && rate < 1) {
        double a = 1 / sqrt((1 - rate) * (1 + rate * alpha * alpha)), b = -a * alpha * rate;
        kcc_node *bound = kcc_scalar(g, rate),
                 *keep = kcc_compare(g, KCC_OP_LE, bound, kcc_random(c, &shape));
        x = kcc_adds(g, kcc_muls(g, kcc_select(g, keep, x, kcc_scalar(g, alpha)), a), b);
    }
    kcc_out(c, x);
}

/* ------------------------------------------------------------------ shapes */

/* Elements of one sample; 0 after a failure. */
static int64_t per_sample(kcc_layer_call *c, const kcc_node *x) {
    kcc_dim count;
    if (x->shape.rank && x->shape.dim[0].batch && kcc_shape_count(&x->shape, &count))
        return count.size / x->shape.dim[0].size;
    kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "%s \"%s\" needs a batch of samples", c->layer->class_name,
                  c->layer->name);
    return 0;
}

void kcc_layer_flatten(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    int64_t size = per_sample(c, x);
    bool first;
    if (!size || !kcc_data_format(c, &first)) return;
    if (first && x->shape.rank > 2) {
        int perm[KCC_MAX_RANK] = {0}, n = x->shape.rank;
        for (int i = 1; i + 1 < n; i++) perm[i] = i + 1;
        perm[n - 1] = 1;
        x = kcc_transpose(c->g, x, perm);
    }
    kcc_out(c, kcc_reshape(c->g, x, &(kcc_shape){.rank = 2, .dim = {x->shape.dim[0], kcc_fixed(size)}}));
}

void kcc_layer_reshape(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "target_shape");
    int64_t sizes[KCC_MAX_RANK], known = 1, total = per_sample(c, x);
    if (kcc_json_is_object(at)) at = kcc_json_get(at, "items");
    if (!total || !kcc_json_require(at, "[-1, 4]")) return;
    int n = kcc_json_ints(at, sizes, KCC_MAX_RANK - 1, -1, MAX_UNITS), open = -1;
    if (!kcc_call_ok(c)) return;
    for (int i = 0; i < n; i++) {
        if (sizes[i] < 0 && open >= 0) {
            kcc_json_fail(at, KCC_EINVAL, NULL, "only one size may be -1");
            return;
        }
        if (sizes[i] < 0)
            open = i;
        else if (sizes[i] == 0 || known > total / sizes[i])
            known = 0;
        else
            known *= sizes[i];
    }
    if (open >= 0 && known && total % known == 0) sizes[open] = total / known;
    if (!known || (open < 0 ? known != total : total % known != 0)) {
        char text[120];
        kcc_call_fail(c, "target_shape", KCC_ESHAPE, NULL,
                      "%lld numbers of an input %s do not fit target_shape %s", (long long)total,
                      kcc_shape_text(&x->shape, text, sizeof text), kcc_json_print(at));
        return;
    }
    kcc_shape shape = {.rank = n + 1, .dim = {x->shape.dim[0]}};
    for (int i = 0; i < n; i++) shape.dim[i + 1] = kcc_fixed(sizes[i]);
    kcc_out(c, kcc_reshape(c->g, x, &shape));
}

void kcc_layer_permute(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "dims");
    int64_t dims[KCC_MAX_RANK];
    int perm[KCC_MAX_RANK] = {0};
    unsigned seen = 0;
    if (kcc_json_is_object(at)) at = kcc_json_get(at, "items");
    if (!kcc_json_require(at, "[2, 1]")) return;
    int n = kcc_json_ints(at, dims, KCC_MAX_RANK - 1, 1, KCC_MAX_RANK - 1);
    for (int i = 0; i < n; i++) {
        seen |= 1u << dims[i];
        perm[i + 1] = (int)dims[i];
    }
    if (n != x->shape.rank - 1 || seen != (1u << x->shape.rank) - 2) {
        kcc_call_fail(c, "dims", KCC_EINVAL, "dims count from 1; the batch is not among them",
                      "dims %s do not permute the %d axes of a sample", kcc_json_print(at),
                      x->shape.rank - 1);
        return;
    }
    kcc_out(c, kcc_transpose(c->g, x, perm));
}

void kcc_layer_repeat_vector(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "n");
    if (!kcc_json_require(at, "3")) return;
    int64_t n = kcc_json_int(at, 1, 1, MAX_UNITS);
    if (x->shape.rank != 2) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "RepeatVector \"%s\" needs an input of rank 2, not %d",
                      c->layer->name, x->shape.rank);
        return;
    }
    kcc_shape shape = {.rank = 3, .dim = {x->shape.dim[0], kcc_fixed(n), x->shape.dim[1]}};
    kcc_out(c, kcc_broadcast(c->g, kcc_expand_dims(c->g, x, 1), &shape));
}

/* mask[n, t] = any_f(x[n, t, f] != mask_value); y = x mask */
void kcc_layer_masking(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    double value = kcc_json_number_or_nan(kcc_key(c, "mask_value"), 0);
    int last = x->shape.rank - 1;
    if (last < 1) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "Masking \"%s\" needs an input of rank 3", c->layer->name);
        return;
    }
    kcc_node *differs = kcc_cast(c->g, kcc_compare(c->g, KCC_OP_NE, x, kcc_scalar(c->g, value)), KCC_F32);
    kcc_node *keep = kcc_reduce(c->g, KCC_OP_REDUCE_MAX, differs, 1u << last, true);
    kcc_node *mask = kcc_cast(c->g, kcc_squeeze(c->g, keep, last), KCC_BOOL);
    kcc_out_masked(c, kcc_mul(c->g, x, keep), mask);
}
