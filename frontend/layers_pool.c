/*
 * Pooling, padding, cropping and resizing.
 *
 * Takes: calls (keras_layer.h).  Gives: their nodes.
 * Keeps: padding cells never win a maximum and are not counted in an average; the gradient of a maximum goes
 *        to the first in row-major window order.
 * Source: layers.md, section 5.
 */
#include <math.h>
#include <string.h>

#include "layers_space.h"

/* Axes 2, 4, 6 … of a windowed tensor: the taps. */
static unsigned tap_axes(int rank) {
    unsigned mask = 0;
    for (int i = 0; i < rank; i++) mask |= 1u << (2 + 2 * i);
    return mask;
}

typedef struct pool {
    kcc_space s;
    int64_t size[3], stride[3], out[3], before[3];
    bool padded;
} pool;

static bool read_pool(kcc_layer_call *c, pool *p) {
    kcc_padding padding;
    if (!kcc_space_read(c, &p->s) || !kcc_space_sizes(c, "pool_size", p->s.rank, 1, 2, p->size)) return false;
    memcpy(p->stride, p->size, sizeof p->size);
    if (!kcc_json_is_null(kcc_key(c, "strides")) &&
        !kcc_space_sizes(c, "strides", p->s.rank, 1, 1, p->stride))
        return false;
    if (!kcc_space_padding(c, false, &padding)) return false;
    for (int i = 0; i < p->s.rank; i++) {
        if (padding == KCC_PADDING_VALID && p->size[i] > p->s.size[i])
            return kcc_call_fail(c, "pool_size", KCC_ESHAPE, "use padding \"same\" or a larger input",
                                 "a pool of %lld does not fit into %lld places", (long long)p->size[i],
                                 (long long)p->s.size[i]);
        if (!kcc_space_window(c, padding, p->s.size[i], p->size[i], p->stride[i], 1, &p->out[i],
                              &p->before[i]))
            return false;
        p->padded = p->padded || p->before[i] || (p->out[i] - 1) * p->stride[i] + p->size[i] > p->s.size[i];
    }
    return true;
}

/* Whether the windows lie side by side and cover all of x, which is in memory as it is: then they are another
 * shape of it, and so is their gradient. */
static bool tiles(const pool *p, const kcc_node *x) {
    bool moved =
        x->op == KCC_OP_PAD || x->op == KCC_OP_TRANSPOSE || x->op == KCC_OP_SLICE || x->op == KCC_OP_CONSTANT;
    for (int i = 0; i < p->s.rank; i++)
        if (p->stride[i] != p->size[i] || p->out[i] * p->size[i] != p->s.size[i]) return false;
    return !moved;
}

static kcc_node *windows(kcc_graph *g, const pool *p, kcc_node *x) {
    if (tiles(p, x)) {
        kcc_shape s = {.rank = 2 + 2 * p->s.rank};
        s.dim[0] = x->shape.dim[0];
        for (int i = 0; i < p->s.rank; i++) {
            s.dim[1 + 2 * i] = kcc_fixed(p->out[i]);
            s.dim[2 + 2 * i] = kcc_fixed(p->size[i]);
        }
        s.dim[s.rank - 1] = x->shape.dim[p->s.rank + 1];
        return kcc_reshape(g, x, &s);
    }
    for (int i = 0; i < p->s.rank; i++)
        x = kcc_taps(g, x, 1 + 2 * i, p->size[i], p->stride[i], 1, -p->before[i], 1, p->out[i]);
    return x;
}

void kcc_layer_max_pooling(kcc_layer_call *c) {
    pool p = {0};
    kcc_graph *g = c->g;
    if (!read_pool(c, &p)) return;
    kcc_node *x = windows(g, &p, p.s.x);
    if (p.padded) {
        kcc_node *inside = windows(g, &p, kcc_full(g, &p.s.x->shape, 1));
        kcc_node *zero = kcc_full(g, &x->shape, 0);
        kcc_node *real = kcc_compare(g, KCC_OP_LT, zero, inside);
        x = kcc_select(g, real, x, kcc_full(g, &x->shape, -INFINITY));
    }
    kcc_node *y = kcc_reduce(g, KCC_OP_REDUCE_FIRST, x, tap_axes(p.s.rank), false);
    kcc_out(c, kcc_channels_back(g, y, p.s.first));
}

/* Real cells in window o along axis i. */
static int64_t cells(const pool *p, int i, int64_t o) {
    int64_t from = o * p->stride[i] - p->before[i], to = from + p->size[i];
    if (from < 0) from = 0;
    if (to > p->s.size[i]) to = p->s.size[i];
    return to - from;
}

/* 1 / number of real cells of each window, [1, out…, 1]. */
static kcc_node *shares(kcc_layer_call *c, const pool *p) {
    kcc_shape s = {.rank = p->s.rank + 2};
    int64_t count = 1;
    s.dim[0] = s.dim[p->s.rank + 1] = kcc_fixed(1);
    for (int i = 0; i < p->s.rank; i++) {
        s.dim[i + 1] = kcc_fixed(p->out[i]);
        count *= p->out[i];
    }
    float *share = kcc_alloc_array(c->tracer->arena, (size_t)count, sizeof *share);
    for (int64_t k = 0; k < count; k++) {
        int64_t rest = k, n = 1;
        for (int i = p->s.rank - 1; i >= 0; i--) {
            n *= cells(p, i, rest % p->out[i]);
            rest /= p->out[i];
        }
        share[k] = 1.0f / (float)n;
    }
    return kcc_tensor_constant(c->g, &s, share);
}

void kcc_layer_average_pooling(kcc_layer_call *c) {
    pool p = {0};
    if (!read_pool(c, &p)) return;
    kcc_node *y = kcc_reduce(c->g, KCC_OP_REDUCE_SUM, windows(c->g, &p, p.s.x), tap_axes(p.s.rank), false);
    if (p.padded) {
        y = kcc_mul(c->g, y, shares(c, &p));
    } else {
        int64_t n = 1;
        for (int i = 0; i < p.s.rank; i++) n *= p.size[i];
        y = kcc_div(c->g, y, kcc_scalar(c->g, (double)n));
    }
    kcc_out(c, kcc_channels_back(c->g, y, p.s.first));
}

void kcc_layer_global_pooling(kcc_layer_call *c) {
    kcc_space s;
    kcc_graph *g = c->g;
    if (!kcc_space_read(c, &s)) return;
    bool keep = kcc_json_bool(kcc_key(c, "keepdims"), false),
         mean = strstr(c->layer->class_name, "Average") != NULL;
    unsigned axes = ((1u << s.rank) - 1) << 1;
    kcc_node *y;
    if (mean && c->in[0].mask && s.rank == 1) { /* sum of what is kept / how many */
        kcc_node *m = kcc_expand_dims(g, kcc_cast(g, c->in[0].mask, KCC_F32), 2);
        kcc_node *sum = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_mul(g, s.x, m), axes, keep);
        y = kcc_div(g, sum, kcc_reduce(g, KCC_OP_REDUCE_SUM, m, axes, keep));
    } else {
        y = mean ? kcc_mean(g, s.x, axes, keep) : kcc_reduce(g, KCC_OP_REDUCE_MAX, s.x, axes, keep);
    }
    kcc_out(c, keep ? kcc_channels_back(g, y, s.first) : y);
}

/* ---------------------------------------------------------------- padding and cropping */

/* Keras 1's padding as an object: {"top_pad": 1, "left_pad": 2}; what is not there is 0. */
static bool read_named_sides(kcc_layer_call *c, kcc_cursor at, int rank, int64_t side[3][2]) {
    static const char *const names[3][2] = {
        {"top_pad", "bottom_pad"}, {"left_pad", "right_pad"}, {"left_pad", "right_pad"}};
    for (int i = 0; i < rank; i++)
        for (int k = 0; k < 2; k++)
            side[i][k] = kcc_json_int(kcc_json_get(at, names[rank == 1 ? 2 : i][k]), 0, 0, INT32_MAX);
    return kcc_call_ok(c);
}

/* n: n on both sides of every axis; [a, b]: a and b (1D: before, after; else symmetric by axis); [[b, a], …];
 * Keras 1 in 2D also [top, bottom, left, right]. */
static bool read_sides(kcc_layer_call *c, const char *key, int rank, int64_t side[3][2]) {
    kcc_cursor at = kcc_key(c, key);
    bool old = c->generation == KCC_KERAS_1 && rank < 3;
    if (old && kcc_json_is_object(at)) return read_named_sides(c, at, rank, side);
    if (kcc_json_is_object(at)) at = kcc_json_get(at, "items"); /* a tuple of later formats */
    if (!kcc_json_is_array(at)) {
        int64_t n = kcc_json_int(at, 1, 0, INT32_MAX);
        for (int i = 0; i < rank; i++) side[i][0] = side[i][1] = n;
        return kcc_call_ok(c);
    }
    int n = kcc_json_count(at), i = 0;
    bool pair = rank == 1 && n == 2;
    if (old && rank == 2 && n == 4) {
        for (int k = 0; k < 4; k++) side[k / 2][k % 2] = kcc_json_int(kcc_json_at(at, k), 0, 0, INT32_MAX);
        return kcc_call_ok(c);
    }
    if (!pair && n != rank)
        return kcc_json_fail(at, KCC_ESHAPE, NULL, "%s has %d entries for %d axes", key, n, rank);
    for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e), i++) {
        if (pair) {
            side[0][i] = kcc_json_int(e, 0, 0, INT32_MAX);
        } else if (kcc_json_is_array(e)) {
            if (kcc_json_count(e) != 2)
                return kcc_json_fail(e, KCC_ESHAPE, NULL, "%s needs two numbers an axis", key);
            for (int k = 0; k < 2; k++) side[i][k] = kcc_json_int(kcc_json_at(e, k), 0, 0, INT32_MAX);
        } else {
            side[i][0] = side[i][1] = kcc_json_int(e, 0, 0, INT32_MAX);
        }
    }
    return kcc_call_ok(c);
}

void kcc_layer_zero_padding(kcc_layer_call *c) {
    kcc_space s;
    int64_t side[3][2];
    if (!kcc_space_read(c, &s) || !read_sides(c, "padding", s.rank, side)) return;
    kcc_node *y = s.x;
    for (int i = 0; i < s.rank; i++)
        if (side[i][0] || side[i][1]) y = kcc_pad(c->g, y, i + 1, side[i][0], side[i][1]);
    kcc_out(c, kcc_channels_back(c->g, y, s.first));
}

void kcc_layer_cropping(kcc_layer_call *c) {
    kcc_space s;
    int64_t side[3][2];
    if (!kcc_space_read(c, &s) || !read_sides(c, "cropping", s.rank, side)) return;
    kcc_node *y = s.x;
    for (int i = 0; i < s.rank; i++) {
        int64_t left = s.size[i] - side[i][0] - side[i][1];
        if (left < 1) {
            kcc_call_fail(c, "cropping", KCC_ESHAPE, NULL, "nothing is left of %lld places",
                          (long long)s.size[i]);
            return;
        }
        y = kcc_slice(c->g, y, i + 1, side[i][0], left, 1);
    }
    kcc_out(c, kcc_channels_back(c->g, y, s.first));
}

/* ---------------------------------------------------------------- resizing */

/* [N, a, s, b, s, C] joined to [N, a s, b s, C]. */
static kcc_node *repeat_places(kcc_graph *g, const kcc_space *s, const int64_t *times) {
    kcc_node *y = s->x;
    kcc_shape out = y->shape;
    for (int i = 0; i < s->rank; i++) {
        y = kcc_expand_dims(g, y, 2 + 2 * i);
        kcc_shape wide = y->shape;
        wide.dim[2 + 2 * i] = kcc_fixed(times[i]);
        y = kcc_broadcast(g, y, &wide);
        out.dim[i + 1].size *= times[i];
    }
    return kcc_reshape(g, y, &out);
}

/* Weights of linear interpolation along an axis, [in, in times]: half-pixel centres, clamped at the ends. */
static kcc_node *blend(kcc_layer_call *c, int64_t in, int64_t times) {
    int64_t out = in * times;
    float *w = kcc_alloc_array(c->tracer->arena, (size_t)(in * out), sizeof *w);
    for (int64_t o = 0; o < out; o++) {
        double at = ((double)o + 0.5) / (double)times - 0.5;
        at = at < 0 ? 0 : at > (double)(in - 1) ? (double)(in - 1) : at;
        int64_t low = (int64_t)at, high = low + 1 < in ? low + 1 : low;
        w[low * out + o] += (float)(1 - (at - (double)low));
        w[high * out + o] += (float)(at - (double)low);
    }
    kcc_shape shape = KCC_FIXED_SHAPE(in, out);
    return kcc_tensor_constant(c->g, &shape, w);
}

void kcc_layer_up_sampling(kcc_layer_call *c) {
    kcc_space s;
    int64_t times[3];
    if (!kcc_space_read(c, &s) || !kcc_space_sizes(c, "size", s.rank, 1, 2, times)) return;
    kcc_cursor at = kcc_key(c, "interpolation");
    const char *how = kcc_json_is_null(at) ? "nearest" : kcc_json_text(at, "nearest");
    kcc_node *y;
    if (!strcmp(how, "nearest")) {
        y = repeat_places(c->g, &s, times);
    } else if (!strcmp(how, "bilinear") && s.rank == 2) {
        y = kcc_contract(c->g, s.x, blend(c, s.size[0], times[0]), "nhwc,hp->npwc");
        y = kcc_contract(c->g, y, blend(c, s.size[1], times[1]), "npwc,wq->npqc");
    } else {
        kcc_json_fail(at, KCC_EUNSUPPORTED, s.rank == 2 ? "nearest or bilinear" : "nearest",
                      "interpolation \"%s\" is not supported", how);
        return;
    }
    kcc_out(c, kcc_channels_back(c->g, y, s.first));
}
