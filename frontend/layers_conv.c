/*
 * Convolutions: Conv1D/2D/3D, their transposes, depthwise and separable ones.
 *
 * Takes: calls (keras_layer.h).  Gives: their nodes.
 * Keeps: every one of them is a contraction of windows of the input with the kernel, so that forward, both
 *        gradients and transposed forms are instances of one template; channels_first inputs are transposed
 *        around it.
 * Source: layers.md, sections 1 and 4.
 */
#include <string.h>

#include "layers_space.h"

#define MAX_FILTERS (INT64_C(1) << 32)
/* Phases of a transposed convolution, the product of its strides: from MANY on they are filters where they can be, a
 * kernel each costs some 5 ms to compile. */
#define MANY_PHASES 64
#define MOST_PHASES 1024

bool kcc_data_format(kcc_layer_call *c, bool *first) {
    kcc_cursor format = kcc_key(c, "data_format");
    const char *text = kcc_json_is_null(format) ? "channels_last" : kcc_json_text(format, "channels_last");
    *first = !strcmp(text, "channels_first") || !strcmp(text, "th");
    if (!*first && !kcc_name_in(text, "channels_last default tf"))
        return kcc_json_fail(format, KCC_EINVAL, "channels_last or channels_first",
                             "unknown data_format \"%s\"", text);
    return kcc_call_ok(c);
}

bool kcc_space_read(kcc_layer_call *c, kcc_space *s) {
    const kcc_node *x = kcc_in(c, 0);
    s->rank = x->shape.rank - 2;
    const char *digits = strpbrk(c->layer->class_name, "123");
    int want = digits ? *digits - '0' : s->rank;
    if (!kcc_call_ok(c)) return false;
    if (s->rank != want)
        return kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "%s \"%s\" needs an input of rank %d, not %d",
                             c->layer->class_name, c->layer->name, want + 2, x->shape.rank);
    if (!kcc_data_format(c, &s->first)) return false;
    for (int i = 1; i < x->shape.rank; i++)
        if (x->shape.dim[i].batch)
            return kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "%s \"%s\": only the first axis may be the batch",
                                 c->layer->class_name, c->layer->name);
    s->x = kcc_channels_last(c->g, kcc_in(c, 0), s->first);
    s->channels = s->x->shape.dim[s->rank + 1].size;
    for (int i = 0; i < s->rank; i++) s->size[i] = s->x->shape.dim[i + 1].size;
    return kcc_call_ok(c);
}

kcc_node *kcc_channels_last(kcc_graph *g, kcc_node *x, bool first) {
    if (!first) return x;
    int perm[KCC_MAX_RANK], n = x->shape.rank;
    perm[0] = 0;
    for (int i = 1; i + 1 < n; i++) perm[i] = i + 1;
    perm[n - 1] = 1;
    return kcc_transpose(g, x, perm);
}

kcc_node *kcc_channels_back(kcc_graph *g, kcc_node *x, bool first) {
    if (!first) return x;
    int perm[KCC_MAX_RANK], n = x->shape.rank;
    perm[0] = 0;
    perm[1] = n - 1;
    for (int i = 2; i < n; i++) perm[i] = i - 1;
    return kcc_transpose(g, x, perm);
}

bool kcc_space_sizes(kcc_layer_call *c, const char *key, int rank, int64_t least, int64_t otherwise,
                     int64_t *out) {
    kcc_cursor place[3], at;
    int places = kcc_key_places(c, key, place);
    for (int i = 0; i < rank; i++) out[i] = otherwise;
    if (places > 1 && places == rank) {
        for (int i = 0; i < rank; i++)
            if (kcc_json_require(place[i], "3")) out[i] = kcc_json_int(place[i], otherwise, least, INT32_MAX);
        return kcc_call_ok(c);
    }
    at = place[0];
    if (kcc_json_is_null(at)) return true;
    if (!kcc_json_is_array(at)) {
        int64_t size = kcc_json_int(at, otherwise, least, INT32_MAX);
        for (int i = 0; i < rank; i++) out[i] = size;
        return kcc_call_ok(c);
    }
    int i = 0;
    for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e), i++)
        if (i < rank) out[i] = kcc_json_int(e, otherwise, least, INT32_MAX);
    if (i == 1) /* [3] stands for all */
        for (int k = 1; k < rank; k++) out[k] = out[0];
    else if (i != rank)
        return kcc_json_fail(at, KCC_ESHAPE, NULL, "%s has %d entries for %d axes", key, i, rank);
    return kcc_call_ok(c);
}

bool kcc_space_padding(kcc_layer_call *c, bool causal_allowed, kcc_padding *padding) {
    kcc_cursor at = kcc_key(c, "padding");
    const char *text = kcc_json_is_null(at) ? "valid" : kcc_json_text(at, "valid");
    if (!strcasecmp(text, "valid"))
        *padding = KCC_PADDING_VALID;
    else if (!strcasecmp(text, "same"))
        *padding = KCC_PADDING_SAME;
    else if (!strcasecmp(text, "causal") && causal_allowed)
        *padding = KCC_PADDING_CAUSAL;
    else
        return kcc_json_fail(at, KCC_EUNSUPPORTED, causal_allowed ? "valid, same or causal" : "valid or same",
                             "\"%s\" is not supported by %s", text, c->layer->class_name);
    return kcc_call_ok(c);
}

bool kcc_space_window(kcc_layer_call *c, kcc_padding padding, int64_t in, int64_t k, int64_t stride,
                      int64_t dilation, int64_t *out, int64_t *before) {
    int64_t reach = (k - 1) * dilation + 1;
    *before = 0;
    if (padding == KCC_PADDING_VALID) {
        if (reach > in)
            return kcc_call_fail(c, "kernel_size", KCC_ESHAPE, "use padding \"same\" or a larger input",
                                 "a window of %lld does not fit into %lld places", (long long)reach,
                                 (long long)in);
        *out = (in - reach) / stride + 1;
        return true;
    }
    *out = (in + stride - 1) / stride;
    int64_t total = (*out - 1) * stride + reach - in;
    *before = padding == KCC_PADDING_CAUSAL ? (k - 1) * dilation : total > 0 ? total / 2 : 0;
    return true;
}

kcc_node *kcc_taps(kcc_graph *g, kcc_node *x, int axis, int64_t taps, int64_t alpha, int64_t beta,
                   int64_t gamma, int64_t delta, int64_t extent) {
    x = kcc_expand_dims(g, x, axis + 1);
    kcc_shape s = x->shape;
    s.dim[axis + 1] = kcc_fixed(taps);
    return kcc_window(g, kcc_broadcast(g, x, &s), axis, alpha, beta, gamma, delta, extent);
}

/* ---------------------------------------------------------------- what all convolutions read */

typedef struct conv {
    kcc_space s;
    int64_t kernel[3], stride[3], dilation[3], filters, groups;
    kcc_padding padding;
} conv;

static bool read_conv(kcc_layer_call *c, conv *k, bool causal) {
    if (!kcc_space_read(c, &k->s)) return false;
    int rank = k->s.rank;
    kcc_cursor size[3];
    int sizes = kcc_key_places(c, "kernel_size", size);
    if ((sizes == 1 && !kcc_json_require(size[0], "3")) ||
        !kcc_space_sizes(c, "kernel_size", rank, 1, 1, k->kernel) ||
        !kcc_space_sizes(c, "strides", rank, 1, 1, k->stride) ||
        !kcc_space_sizes(c, "dilation_rate", rank, 1, 1, k->dilation) ||
        !kcc_space_padding(c, causal, &k->padding))
        return false;
    k->groups = kcc_json_int(kcc_key(c, "groups"), 1, 1, MAX_FILTERS);
    return kcc_call_ok(c);
}

static bool read_filters(kcc_layer_call *c, conv *k) {
    kcc_cursor at = kcc_key(c, "filters");
    if (!kcc_json_require(at, "32")) return false;
    k->filters = kcc_json_int(at, 1, 1, MAX_FILTERS);
    if (!kcc_call_ok(c)) return false;
    if (k->s.channels % k->groups || k->filters % k->groups)
        return kcc_call_fail(c, "groups", KCC_ESHAPE, NULL,
                             "%lld groups do not divide %lld channels and %lld filters", (long long)k->groups,
                             (long long)k->s.channels, (long long)k->filters);
    return true;
}

static bool no_strided_dilation(kcc_layer_call *c, const conv *k) {
    for (int i = 0; i < k->s.rank; i++)
        for (int j = 0; j < k->s.rank; j++)
            if (k->stride[i] > 1 && k->dilation[j] > 1)
                return kcc_call_fail(c, "dilation_rate", KCC_EUNSUPPORTED, "Keras does not allow it either",
                                     "strides and dilation_rate cannot both be larger than 1");
    return true;
}

/* x with the space axes from `from` on windowed: [N, o1, k1, o2, k2, …, C] from 0 on. */
static kcc_node *windows_from(kcc_layer_call *c, const conv *k, kcc_node *x, int from) {
    for (int i = from; i < k->s.rank; i++) {
        int64_t out, before;
        if (!kcc_space_window(c, k->padding, k->s.size[i], k->kernel[i], k->stride[i], k->dilation[i], &out,
                              &before))
            return x;
        x = kcc_taps(c->g, x, 1 + from + 2 * (i - from), k->kernel[i], k->stride[i], k->dilation[i], -before,
                     1, out);
    }
    return x;
}

static kcc_node *windows(kcc_layer_call *c, const conv *k) { return windows_from(c, k, k->s.x, 0); }

/* "n" + "pi" "qj" "rk" … : letters of windowed axes; outs "pqr", taps "ijk". */
static const char outs[] = "pqr", taps[] = "ijk";

static kcc_node *bias_and_activation(kcc_layer_call *c, const conv *k, kcc_node *y, int64_t filters) {
    if (kcc_json_bool(kcc_key(c, "use_bias"), true))
        y = kcc_add(c->g, y,
                    kcc_weight(c, &(kcc_weight_spec){.name = "bias",
                                                     .shape = KCC_FIXED_SHAPE(filters),
                                                     .initializer = "bias_initializer",
                                                     .otherwise = "zeros",
                                                     .regularizer = "bias_regularizer",
                                                     .constraint = "bias_constraint",
                                                     .size_key = "filters"}));
    y = kcc_channels_back(c->g, y,
                          k->s.first); /* first: Keras's softmax is over the last axis as it is then */
    return kcc_activate(c, kcc_key(c, "activation"), y);
}

static kcc_node *kernel_weight(kcc_layer_call *c, const conv *k, const char *name, const char *prefix,
                               int64_t in, int64_t out) {
    kcc_shape s = {.rank = k->s.rank + 2};
    for (int i = 0; i < k->s.rank; i++) s.dim[i] = kcc_fixed(k->kernel[i]);
    s.dim[k->s.rank] = kcc_fixed(in);
    s.dim[k->s.rank + 1] = kcc_fixed(out);
    kcc_arena *a = c->tracer->arena;
    return kcc_weight(c, &(kcc_weight_spec){.name = name,
                                            .shape = s,
                                            .initializer = kcc_format(a, "%s_initializer", prefix),
                                            .otherwise = "glorot_uniform",
                                            .regularizer = kcc_format(a, "%s_regularizer", prefix),
                                            .constraint = kcc_format(a, "%s_constraint", prefix),
                                            .size_key = "filters"});
}

/* Splits the axis of n into parts * rest. */
static kcc_node *split(kcc_graph *g, kcc_node *x, int axis, int64_t parts) {
    kcc_shape s = x->shape;
    for (int i = s.rank++; i > axis; i--) s.dim[i] = s.dim[i - 1];
    s.dim[axis] = kcc_fixed(parts);
    s.dim[axis + 1] = kcc_fixed(x->shape.dim[axis].size / parts);
    return kcc_reshape(g, x, &s);
}

/* Joins axis and axis + 1. */
static kcc_node *join(kcc_graph *g, kcc_node *x, int axis) {
    kcc_shape s = x->shape;
    s.dim[axis].size *= s.dim[axis + 1].size;
    s.rank--;
    for (int i = axis + 1; i < s.rank; i++) s.dim[i] = s.dim[i + 1];
    return kcc_reshape(g, x, &s);
}

/* Letters: x "n p i q j c", kernel "i j c f", result "n p q f"; `x_last`, `w_last`, `y_last` name the
 * channels. */
static kcc_node *contract_windows(kcc_graph *g, kcc_node *x, kcc_node *w, int rank, const char *x_last,
                                  const char *w_last, const char *y_last) {
    char spec[64] = "n";
    for (int i = 0; i < rank; i++) strncat(strncat(spec, &outs[i], 1), &taps[i], 1);
    strcat(strcat(spec, x_last), ",");
    strncat(spec, taps, (size_t)rank);
    strcat(strcat(spec, w_last), "->n");
    strncat(spec, outs, (size_t)rank);
    strcat(spec, y_last);
    return kcc_contract(g, x, w, spec);
}

/* x [N, D, H, W, g, c], w [i, j, k, c, g, f]: windows of all three axes would have rank 9, one more than there
 * is, so the taps of the first axis are products of their own, [N, p, q, j, r, k, g, c] each, and added. */
static kcc_node *grouped_3d(kcc_layer_call *c, const conv *k, kcc_node *w) {
    int64_t out, before;
    kcc_node *sum = NULL;
    if (!kcc_space_window(c, k->padding, k->s.size[0], k->kernel[0], k->stride[0], k->dilation[0], &out,
                          &before))
        return k->s.x;
    for (int64_t tap = 0; tap < k->kernel[0] && kcc_call_ok(c); tap++) {
        kcc_node *x = kcc_taps(c->g, k->s.x, 1, 1, k->stride[0], 1, tap * k->dilation[0] - before, 1, out);
        x = windows_from(c, k, kcc_squeeze(c->g, x, 2), 1);
        if (!kcc_call_ok(c)) break;
        kcc_node *plane = kcc_squeeze(c->g, kcc_slice(c->g, w, 0, tap, 1, 1), 0);
        kcc_node *y = kcc_contract(c->g, x, plane, "npqjrkgc,jkcgf->npqrgf");
        sum = sum ? kcc_add(c->g, sum, y) : y;
    }
    return sum;
}

/* ---------------------------------------------------------------- layers */

void kcc_layer_conv(kcc_layer_call *c) {
    conv k = {0};
    bool one = strstr(c->layer->class_name, "1D") != NULL;
    if (!read_conv(c, &k, one) || !read_filters(c, &k) || !no_strided_dilation(c, &k)) return;
    int rank = k.s.rank;
    kcc_node *w = kernel_weight(c, &k, "kernel", "kernel", k.s.channels / k.groups, k.filters);
    kcc_node *y;
    if (k.groups > 1) { /* a group is a batch axis of the product */
        k.s.x = split(c->g, k.s.x, rank + 1, k.groups);
        w = split(c->g, w, rank + 1, k.groups);
        if (rank == 3) {
            y = grouped_3d(c, &k, w);
        } else {
            kcc_node *x = windows(c, &k);
            if (!kcc_call_ok(c)) return;
            y = contract_windows(c->g, x, w, rank, "gc", "cgf", "gf");
        }
        if (!kcc_call_ok(c)) return;
        y = join(c->g, y, rank + 1);
    } else {
        kcc_node *x = windows(c, &k);
        if (!kcc_call_ok(c)) return;
        y = contract_windows(c->g, x, w, rank, "c", "cf", "f");
    }
    kcc_out(c, bias_and_activation(c, &k, y, k.filters));
}

/* Keras 1's Deconvolution2D was given its output's shape, batch included: of those that a convolution brings to
 * the input's size, any. */
static bool given_shape(kcc_layer_call *c, const conv *k, int axis, int64_t *out) {
    kcc_cursor at = c->generation == KCC_KERAS_1 ? kcc_key(c, "output_shape") : (kcc_cursor){0};
    int64_t back, before;
    if (kcc_json_is_null(at)) return true;
    kcc_cursor size = kcc_json_at(at, axis + (k->s.first ? 2 : 1));
    if (!kcc_json_is_array(at) || kcc_json_count(at) != k->s.rank + 2)
        return kcc_json_fail(at, KCC_ESHAPE, "batch included, such as [null, 28, 28, 3]",
                             "expected a shape of rank %d", k->s.rank + 2);
    if (kcc_json_is_null(size)) return true;
    int64_t want = kcc_json_int(size, *out, 1, INT32_MAX);
    if (!kcc_call_ok(c) || !kcc_space_window(c, k->padding, want, k->kernel[axis], k->stride[axis],
                                             k->dilation[axis], &back, &before))
        return false;
    if (back != k->s.size[axis])
        return kcc_json_fail(size, KCC_ESHAPE, kcc_format(c->tracer->arena, "%lld fits", (long long)*out),
                             "strides and kernel make no %lld places of %lld", (long long)want,
                             (long long)k->s.size[axis]);
    *out = want;
    return true;
}

/* Where outputs of a transposed convolution lie along one axis: o in [0, out) reads taps k with o + pad - k d = i s. */
typedef struct reversed {
    int64_t out[3], pad[3];
} reversed;

/* Every phase of an output, o + pad = q s + p, is a kernel of its own: too many for large strides.  Where each phase
 * about as many taps, k = u s + p, the phases are filters instead, those with a tap less having a zero there:
 * y[q s + p - pad] = sum over u of x[q - u] W[u s + p]. */
static bool phases_are_filters(const conv *k) {
    double phases = 1, taps = 1, with_zeros = 1;
    for (int i = 0; i < k->s.rank; i++) {
        int64_t s = k->stride[i], steps = (k->kernel[i] + s - 1) / s;
        if (k->dilation[i] > 1) return false;
        phases *= (double)s;
        taps *= (double)k->kernel[i];
        with_zeros *= (double)(steps * s);
    }
    return phases >= MANY_PHASES && with_zeros <= 1.25 * taps;
}

static kcc_node *with_phases_as_filters(kcc_layer_call *c, const conv *k, const reversed *to, kcc_node *w) {
    static const char *const spec[] = {"", "nquc,upfc->nqpf", "nqurvc,upvsfc->nqprsf",
                                       "nqurvtwc,upvswofc->nqprstof"};
    kcc_graph *g = c->g;
    int rank = k->s.rank;
    kcc_node *x = k->s.x;
    kcc_shape parts = {.rank = 0}, joined;
    for (int i = 0; i < rank; i++) {
        int64_t s = k->stride[i], steps = (k->kernel[i] + s - 1) / s;
        x = kcc_taps(g, x, 1 + 2 * i, steps, 1, -1, 0, 1, (to->pad[i] + to->out[i] - 1) / s + 1);
        w = kcc_pad(g, w, i, 0, steps * s - k->kernel[i]);
        parts.dim[parts.rank++] = kcc_fixed(steps);
        parts.dim[parts.rank++] = kcc_fixed(s);
    }
    for (int i = rank; i < w->shape.rank; i++) parts.dim[parts.rank++] = w->shape.dim[i];
    kcc_node *y = kcc_contract(g, x, kcc_reshape(g, w, &parts), spec[rank]);
    if (!kcc_call_ok(c)) return y;
    joined = (kcc_shape){.rank = rank + 2, .dim[0] = y->shape.dim[0]};
    for (int i = 0; i < rank; i++) joined.dim[1 + i] = kcc_fixed(y->shape.dim[1 + 2 * i].size * k->stride[i]);
    joined.dim[rank + 1] = kcc_fixed(k->filters);
    y = kcc_reshape(g, y, &joined);
    for (int i = 0; i < rank; i++) y = kcc_slice(g, y, 1 + i, to->pad[i], to->out[i], 1);
    return y;
}

/* The other large strides: a kernel a phase has its price. */
static bool phases_fit(kcc_layer_call *c, const conv *k) {
    double phases = 1;
    for (int i = 0; i < k->s.rank; i++) phases *= (double)k->stride[i];
    return phases <= MOST_PHASES ||
           kcc_call_fail(c, "strides", KCC_EUNSUPPORTED,
                         "strides that divide the kernel_size have no such limit",
                         "outputs have %.0f phases, and more than %d are not supported", phases, MOST_PHASES);
}

/* y[o] = sum over i s + k d - P = o of x[i] W[k]: windows at (o + P - k d) / s. */
void kcc_layer_conv_transpose(kcc_layer_call *c) {
    conv k = {0};
    if (!read_conv(c, &k, false) || !read_filters(c, &k) || !no_strided_dilation(c, &k)) return;
    int rank = k.s.rank;
    int64_t extra[3];
    bool given = !kcc_json_is_null(kcc_key(c, "output_padding"));
    if (!kcc_space_sizes(c, "output_padding", rank, 0, 0, extra)) return;
    reversed to = {.pad = {0}};
    for (int i = 0; i < rank; i++) {
        int64_t in = k.s.size[i], s = k.stride[i], d = k.dilation[i], reach = (k.kernel[i] - 1) * d + 1, out,
                pad = 0;
        if (given && extra[i] >= s) {
            kcc_call_fail(c, "output_padding", KCC_EINVAL, NULL,
                          "output_padding %lld must be smaller than the stride %lld", (long long)extra[i],
                          (long long)s);
            return;
        }
        if (k.padding == KCC_PADDING_VALID)
            out = given ? (in - 1) * s + reach + extra[i] : in * s + (reach > s ? reach - s : 0);
        else
            out = given ? (in - 1) * s + reach - reach / 2 * 2 + extra[i] : in * s;
        if (!given_shape(c, &k, i, &out)) return;
        if (out < 1) {
            kcc_call_fail(c, "output_padding", KCC_ESHAPE, "leave it null or use padding \"valid\"",
                          "nothing is left of %lld places under a window of %lld", (long long)in,
                          (long long)reach);
            return;
        }
        if (k.padding == KCC_PADDING_SAME)
            pad = (in - 1) * s + reach > out ? ((in - 1) * s + reach - out) / 2 : 0;
        to.out[i] = out;
        to.pad[i] = pad;
    }
    kcc_node *w = kernel_weight(c, &k, "kernel", "kernel", k.filters, k.s.channels), *x = k.s.x, *y;
    bool filters = phases_are_filters(&k);
    if (!kcc_call_ok(c) || (!filters && !phases_fit(c, &k))) return;
    if (filters) {
        y = with_phases_as_filters(c, &k, &to, w);
        if (!kcc_call_ok(c)) return;
    } else {
        for (int i = 0; i < rank; i++)
            x = kcc_taps(c->g, x, 1 + 2 * i, k.kernel[i], 1, -k.dilation[i], to.pad[i], k.stride[i],
                         to.out[i]);
        y = contract_windows(c->g, x, w, rank, "c", "fc", "f");
    }
    kcc_out(c, bias_and_activation(c, &k, y, k.filters));
}

/* Each channel with depth_multiplier kernels of its own: result [N, …, C m]. */
static kcc_node *depthwise(kcc_layer_call *c, conv *k, const char *name, const char *prefix,
                           int64_t *channels) {
    int64_t m = kcc_json_int(kcc_key(c, "depth_multiplier"), 1, 1, MAX_FILTERS);
    kcc_node *w = kernel_weight(c, k, name, prefix, k->s.channels, m);
    kcc_node *x = windows(c, k);
    *channels = k->s.channels * m;
    if (!kcc_call_ok(c)) return x;
    return join(c->g, contract_windows(c->g, x, w, k->s.rank, "c", "cm", "cm"), k->s.rank + 1);
}

void kcc_layer_depthwise_conv(kcc_layer_call *c) {
    conv k = {0};
    int64_t channels;
    if (!read_conv(c, &k, false) || !no_strided_dilation(c, &k)) return;
    kcc_node *y = depthwise(c, &k, "kernel", "depthwise", &channels);
    if (kcc_call_ok(c)) kcc_out(c, bias_and_activation(c, &k, y, channels));
}

void kcc_layer_separable_conv(kcc_layer_call *c) {
    conv k = {0};
    int64_t channels;
    bool one = strstr(c->layer->class_name, "1D") != NULL;
    if (!read_conv(c, &k, one) || !read_filters(c, &k) || !no_strided_dilation(c, &k)) return;
    kcc_node *y = depthwise(c, &k, "depthwise_kernel", "depthwise", &channels);
    for (int i = 0; i < k.s.rank; i++) k.kernel[i] = 1;
    kcc_node *w = kernel_weight(c, &k, "pointwise_kernel", "pointwise", channels, k.filters);
    if (!kcc_call_ok(c)) return;
    kcc_shape matrix = KCC_FIXED_SHAPE(channels, k.filters);
    static const char *const spec[] = {"", "npc,cf->npf", "npqc,cf->npqf", "npqrc,cf->npqrf"};
    y = kcc_contract(c->g, y, kcc_reshape(c->g, w, &matrix), spec[k.s.rank]);
    kcc_out(c, bias_and_activation(c, &k, y, k.filters));
}
