/*
 * keras.ops that move elements: reshape, transpose, concatenate, slices, padding, repetition.
 *
 * Takes: calls (keras_layer.h) of rows of keras_ops.def.  Gives: their nodes.
 * Keeps: nothing mixes samples: an axis that counts the batch is neither cut, padded nor concatenated.
 * Source: layers.md, section 13.
 */
#include <string.h>

#include "keras_layer.h"

#define MAX_SIZE (INT64_C(1) << 40)

static bool no_batch(kcc_layer_call *c, const kcc_node *x, int axis) {
    return !x->shape.dim[axis].batch ||
           kcc_call_fail(c, NULL, KCC_EUNSUPPORTED, "samples must stay independent",
                         "%s \"%s\" along the batch axis is not supported", c->layer->class_name,
                         c->layer->name);
}

/* ------------------------------------------------------------ joining, cutting */

static void concat(kcc_layer_call *c, int axis) {
    kcc_node **parts = kcc_alloc_array(c->g->arena, (size_t)c->n_in, sizeof(kcc_node *));
    for (int i = 0; i < c->n_in; i++) parts[i] = kcc_in(c, i);
    if (no_batch(c, parts[0], axis)) kcc_out(c, kcc_concat(c->g, c->n_in, parts, axis));
}

void kcc_kop_concatenate(kcc_layer_call *c) {
    int axis = kcc_axis(c, kcc_key(c, "axis"), 0, kcc_in(c, 0)->shape.rank);
    if (axis >= 0) concat(c, axis);
}

void kcc_kop_hstack(kcc_layer_call *c) { concat(c, kcc_in(c, 0)->shape.rank > 1 ? 1 : 0); }
void kcc_kop_vstack(kcc_layer_call *c) { concat(c, 0); }

void kcc_kop_stack(kcc_layer_call *c) {
    int rank = kcc_in(c, 0)->shape.rank, axis = kcc_axis(c, kcc_key(c, "axis"), 0, rank + 1);
    kcc_node **parts = kcc_alloc_array(c->g->arena, (size_t)c->n_in, sizeof(kcc_node *));
    if (axis < 0) return;
    for (int i = 0; i < c->n_in; i++) parts[i] = kcc_expand_dims(c->g, kcc_in(c, i), axis);
    kcc_out(c, c->n_in == 1 ? parts[0] : kcc_concat(c->g, c->n_in, parts, axis));
}

void kcc_kop_split(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "indices_or_sections");
    int axis = kcc_axis(c, kcc_key(c, "axis"), 0, x->shape.rank);
    if (axis < 0 || !no_batch(c, x, axis) || !kcc_json_require(at, "2")) return;
    int64_t size = x->shape.dim[axis].size, begin = 0;
    if (!kcc_json_is_array(at)) {
        int64_t n = kcc_json_int(at, 1, 1, MAX_SIZE);
        if (size % n) {
            kcc_json_fail(at, KCC_ESHAPE, NULL, "%lld elements cannot be split in %lld equal parts",
                          (long long)size, (long long)n);
            return;
        }
        for (int64_t i = 0; i < n && kcc_graph_ok(c->g); i++)
            kcc_out(c, kcc_slice(c->g, x, axis, i * (size / n), size / n, 1));
        return;
    }
    for (kcc_cursor e = kcc_json_first(at);; e = kcc_json_next(e)) {
        int64_t end = e.json ? kcc_json_int(e, size, -size, size) : size;
        if (end < 0) end += size;
        if (end <= begin) {
            kcc_json_fail(at, KCC_ESHAPE, "positions must grow", "an empty part is not supported");
            return;
        }
        kcc_out(c, kcc_slice(c->g, x, axis, begin, end - begin, 1));
        begin = end;
        if (!e.json) return;
    }
}

void kcc_kop_unstack(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    int axis = kcc_axis(c, kcc_key(c, "axis"), 0, x->shape.rank);
    if (axis < 0 || !no_batch(c, x, axis)) return;
    for (int64_t i = 0; i < x->shape.dim[axis].size && kcc_graph_ok(c->g); i++)
        kcc_out(c, kcc_squeeze(c->g, kcc_slice(c->g, x, axis, i, 1, 1), axis));
}

/* Number of the item at c, or otherwise for null and absent. */
static int64_t bound(kcc_cursor c, int64_t otherwise, int64_t size, bool backward) {
    if (kcc_json_is_null(c)) return otherwise;
    int64_t v = kcc_json_int(c, 0, -MAX_SIZE, MAX_SIZE), lo = backward ? -1 : 0,
            hi = backward ? size - 1 : size;
    if (v < 0) v += size;
    return v < lo ? lo : v > hi ? hi : v;
}

static const char *class_of(kcc_cursor c) { return kcc_json_text(kcc_json_get(c, "class_name"), ""); }

/* x[start:stop:step] along axis. */
static kcc_node *cut(kcc_layer_call *c, kcc_node *x, int axis, kcc_cursor item) {
    kcc_cursor config = kcc_json_get(item, "config");
    int64_t size = x->shape.dim[axis].size,
            step = kcc_json_int(kcc_json_get(config, "step"), 1, -MAX_SIZE, MAX_SIZE);
    kcc_cursor start = kcc_json_get(config, "start"), stop = kcc_json_get(config, "stop");
    if (x->shape.dim[axis].batch) {
        if (step != 1 || !kcc_json_is_null(start) || !kcc_json_is_null(stop)) no_batch(c, x, axis);
        return x;
    }
    if (step == 0) {
        kcc_json_fail(item, KCC_EINVAL, NULL, "the step of a slice cannot be 0");
        return x;
    }
    int64_t from = bound(start, step > 0 ? 0 : size - 1, size, step < 0);
    int64_t to = bound(stop, step > 0 ? size : -1, size, step < 0);
    int64_t count = step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step;
    if (count < 1) {
        kcc_json_fail(item, KCC_ESHAPE, NULL, "this slice is empty");
        return x;
    }
    return kcc_slice(c->g, x, axis, from, count, step);
}

/* One item of a key at axis; returns the axis the next item belongs to. */
static int take_item(kcc_layer_call *c, kcc_node **x, int axis, kcc_cursor item, int items_left) {
    if (kcc_json_is_null(item)) {
        *x = kcc_expand_dims(c->g, *x, axis);
        return axis + 1;
    }
    if (strcmp(class_of(item), "__ellipsis__") == 0) return (*x)->shape.rank - items_left;
    if (axis >= (*x)->shape.rank) {
        kcc_json_fail(item, KCC_ESHAPE, NULL, "the key has more items than the tensor has axes");
        return axis;
    }
    if (kcc_json_is_number(item)) {
        int64_t size = (*x)->shape.dim[axis].size, i = kcc_json_int(item, 0, -MAX_SIZE, MAX_SIZE);
        if (!no_batch(c, *x, axis)) return axis;
        if (i < -size || i >= size) {
            kcc_json_fail(item, KCC_ESHAPE, NULL, "index %lld is out of range for size %lld", (long long)i,
                          (long long)size);
            return axis;
        }
        *x = kcc_squeeze(c->g, kcc_slice(c->g, *x, axis, i < 0 ? i + size : i, 1, 1), axis);
        return axis;
    }
    if (strcmp(class_of(item), "__slice__") != 0) {
        kcc_json_fail(item, KCC_EUNSUPPORTED, "a number, a slice, null or an ellipsis",
                      "this index is not supported");
        return axis;
    }
    *x = cut(c, *x, axis, item);
    return axis + 1;
}

void kcc_kop_get_item(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    if (c->n_args < 2) {
        kcc_call_fail(c, NULL, KCC_EPARSE, NULL, "GetItem needs a key");
        return;
    }
    kcc_cursor key = c->arg[1].json;
    int axis = 0, left = 0;
    if (kcc_json_is_object(key) && kcc_json_get(key, "items").json) key = kcc_json_get(key, "items");
    if (!kcc_json_is_array(key)) {
        take_item(c, &x, 0, key, 0);
        kcc_out(c, x);
        return;
    }
    for (kcc_cursor e = kcc_json_first(key); e.json; e = kcc_json_next(e)) left += !kcc_json_is_null(e);
    for (kcc_cursor e = kcc_json_first(key); e.json && kcc_call_ok(c); e = kcc_json_next(e)) {
        left -= !kcc_json_is_null(e);
        axis = take_item(c, &x, axis, e, left);
        if (axis < 0) {
            kcc_json_fail(key, KCC_ESHAPE, NULL, "the key has more items than the tensor has axes");
            return;
        }
    }
    kcc_out(c, x);
}

/* --------------------------------------------------------------- shapes */

/* newshape counts the batch axis: -1 or null stands for what is left, the batch included. */
void kcc_kop_reshape(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "newshape");
    kcc_shape shape = {.rank = 0};
    kcc_dim total;
    int64_t known = 1;
    int open = -1, batch = -1;
    if (!kcc_json_require(at, "[-1, 4]")) return;
    if (!kcc_shape_count(&x->shape, &total)) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "this tensor cannot be reshaped");
        return;
    }
    if (kcc_json_is_object(at)) at = kcc_json_get(at, "items");
    for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e)) {
        if (shape.rank == KCC_MAX_RANK) {
            kcc_json_fail(at, KCC_ESHAPE, NULL, "more than %d axes", KCC_MAX_RANK);
            return;
        }
        int i = shape.rank++;
        int64_t size = kcc_json_is_null(e) ? -1 : kcc_json_int(e, 1, -1, MAX_SIZE);
        if (size < 0 && total.batch && batch < 0 && (i == 0 || kcc_json_is_null(e))) {
            batch = i;
        } else if (size < 0) {
            if (open >= 0) {
                kcc_json_fail(at, KCC_EINVAL, NULL, "only one size may be -1");
                return;
            }
            open = i;
        } else {
            known = size && known <= MAX_SIZE / size ? known * size : 0;
        }
        shape.dim[i] = kcc_fixed(size);
    }
    if (!known || total.size % known) {
        char text[120];
        kcc_json_fail(at, KCC_ESHAPE, NULL, "a tensor %s cannot have this shape",
                      kcc_shape_text(&x->shape, text, sizeof text));
        return;
    }
    int64_t rest = total.size / known;
    if (batch < 0 && total.batch && open >= 0) batch = open, open = -1;
    if (batch >= 0) shape.dim[batch] = (kcc_dim){open >= 0 ? 1 : rest, true};
    if (open >= 0) shape.dim[open] = kcc_fixed(rest);
    kcc_out(c, kcc_reshape(c->g, x, &shape));
}

static void transposed(kcc_layer_call *c, const int *perm) {
    kcc_out(c, kcc_transpose(c->g, kcc_in_raw(c, 0), perm));
}

void kcc_kop_transpose(kcc_layer_call *c) {
    int rank = kcc_in_raw(c, 0)->shape.rank, perm[KCC_MAX_RANK];
    kcc_cursor at = kcc_key(c, "axes");
    unsigned seen = 0;
    for (int i = 0; i < rank; i++) perm[i] = rank - 1 - i;
    if (!kcc_json_is_null(at)) {
        int64_t axes[KCC_MAX_RANK];
        int n = kcc_json_ints(at, axes, KCC_MAX_RANK, -rank, rank - 1);
        for (int i = 0; i < n; i++) {
            perm[i] = (int)(axes[i] < 0 ? axes[i] + rank : axes[i]);
            seen |= 1u << perm[i];
        }
        if (n != rank || seen != (1u << rank) - 1) {
            kcc_json_fail(at, KCC_EINVAL, NULL, "these axes do not permute %d axes", rank);
            return;
        }
    }
    transposed(c, perm);
}

void kcc_kop_swapaxes(kcc_layer_call *c) {
    int rank = kcc_in_raw(c, 0)->shape.rank, perm[KCC_MAX_RANK];
    int a = kcc_axis(c, kcc_key(c, "axis1"), 0, rank), b = kcc_axis(c, kcc_key(c, "axis2"), 1, rank);
    if (a < 0 || b < 0) return;
    for (int i = 0; i < rank; i++) perm[i] = i == a ? b : i == b ? a : i;
    transposed(c, perm);
}

void kcc_kop_moveaxis(kcc_layer_call *c) {
    int rank = kcc_in_raw(c, 0)->shape.rank, perm[KCC_MAX_RANK], next = 0;
    int64_t from[KCC_MAX_RANK], to[KCC_MAX_RANK];
    if (rank == 0) return;
    int n = kcc_json_ints(kcc_key(c, "source"), from, KCC_MAX_RANK, -rank, rank - 1);
    int m = kcc_json_ints(kcc_key(c, "destination"), to, KCC_MAX_RANK, -rank, rank - 1);
    unsigned moved = 0;
    if (n != m) {
        kcc_call_fail(c, "source", KCC_EINVAL, NULL, "source and destination need equally many axes");
        return;
    }
    for (int i = 0; i < rank; i++) perm[i] = -1;
    for (int i = 0; i < n; i++) {
        int s = (int)(from[i] < 0 ? from[i] + rank : from[i]);
        perm[to[i] < 0 ? to[i] + rank : to[i]] = s;
        moved |= 1u << s;
    }
    for (int i = 0; i < rank; i++) {
        if (perm[i] >= 0) continue;
        while (next < rank && moved >> next & 1) next++;
        if (next == rank) {
            kcc_call_fail(c, "source", KCC_EINVAL, NULL, "an axis is named twice");
            return;
        }
        perm[i] = next++;
    }
    transposed(c, perm);
}

void kcc_kop_expand_dims(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "axis");
    int64_t axes[KCC_MAX_RANK];
    int n = kcc_json_ints(at, axes, KCC_MAX_RANK, -KCC_MAX_RANK, KCC_MAX_RANK - 1), rank = x->shape.rank + n;
    unsigned new_axes = 0;
    if (rank > KCC_MAX_RANK) {
        kcc_json_fail(at, KCC_ESHAPE, NULL, "more than %d axes", KCC_MAX_RANK);
        return;
    }
    for (int i = 0; i < n; i++) {
        if (axes[i] < -rank || axes[i] >= rank) {
            kcc_json_fail(at, KCC_ESHAPE, NULL, "axis %lld is out of range", (long long)axes[i]);
            return;
        }
        new_axes |= 1u << (axes[i] < 0 ? axes[i] + rank : axes[i]);
    }
    for (int i = 0; i < rank; i++)
        if (new_axes >> i & 1) x = kcc_expand_dims(c->g, x, i);
    kcc_out(c, x);
}

void kcc_kop_squeeze(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "axis");
    int rank = x->shape.rank;
    unsigned axes = 0;
    if (kcc_json_is_null(at)) {
        for (int i = 0; i < rank; i++)
            if (x->shape.dim[i].size == 1 && !x->shape.dim[i].batch) axes |= 1u << i;
    } else if (kcc_json_is_array(at)) {
        for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e)) {
            int axis = kcc_axis(c, e, 0, rank);
            if (axis < 0) return;
            axes |= 1u << axis;
        }
    } else {
        int axis = kcc_axis(c, at, 0, rank);
        if (axis < 0) return;
        axes = 1u << axis;
    }
    for (int i = rank; i-- > 0;)
        if (axes >> i & 1) x = kcc_squeeze(c->g, x, i);
    kcc_out(c, x);
}

void kcc_kop_zeros_like(kcc_layer_call *c) { kcc_out(c, kcc_full(c->g, &kcc_in_raw(c, 0)->shape, 0)); }
void kcc_kop_ones_like(kcc_layer_call *c) { kcc_out(c, kcc_full(c->g, &kcc_in_raw(c, 0)->shape, 1)); }

void kcc_kop_broadcast_to(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "shape");
    kcc_shape shape = {.rank = 0};
    for (kcc_cursor e = kcc_json_first(at); e.json && shape.rank < KCC_MAX_RANK; e = kcc_json_next(e)) {
        int64_t size = kcc_json_is_null(e) ? -1 : kcc_json_int(e, 1, -1, MAX_SIZE);
        shape.dim[shape.rank++] = size < 0 ? (kcc_dim){1, true} : kcc_fixed(size);
    }
    kcc_out(c, kcc_broadcast(c->g, x, &shape));
}

/* ------------------------------------------------------------- repetition */

/* Each element (each: true) or the whole axis, n times along axis. */
static kcc_node *repeated(kcc_layer_call *c, kcc_node *x, int axis, int64_t n, bool each) {
    kcc_shape shape = x->shape, result = x->shape;
    if (n == 1 || !no_batch(c, x, axis)) return x;
    if (shape.rank == KCC_MAX_RANK || shape.dim[axis].size > MAX_SIZE / n) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "the result would be too large");
        return x;
    }
    int at = each ? axis + 1 : axis;
    memmove(shape.dim + at + 1, shape.dim + at, (size_t)(shape.rank - at) * sizeof *shape.dim);
    shape.dim[at] = kcc_fixed(n);
    shape.rank++;
    result.dim[axis].size *= n;
    return kcc_reshape(c->g, kcc_broadcast(c->g, kcc_expand_dims(c->g, x, at), &shape), &result);
}

void kcc_kop_repeat(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    int64_t n = kcc_json_int(kcc_key(c, "repeats"), 1, 1, MAX_SIZE);
    kcc_cursor at = kcc_key(c, "axis");
    if (kcc_json_is_null(at) && x->shape.rank != 1) {
        kcc_call_fail(c, "axis", KCC_EUNSUPPORTED, "give an axis",
                      "repeating the flattened batch is not supported");
        return;
    }
    int axis = kcc_axis(c, at, 0, x->shape.rank);
    if (axis >= 0) kcc_out(c, repeated(c, x, axis, n, true));
}

void kcc_kop_tile(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    int64_t n[KCC_MAX_RANK];
    int count = kcc_json_ints(kcc_key(c, "repeats"), n, KCC_MAX_RANK, 1, MAX_SIZE);
    while (x->shape.rank < count && kcc_graph_ok(c->g)) x = kcc_expand_dims(c->g, x, 0);
    for (int i = 0; i < count && kcc_call_ok(c); i++)
        x = repeated(c, x, x->shape.rank - count + i, n[i], false);
    kcc_out(c, x);
}

void kcc_kop_flip(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "axis");
    bool list = kcc_json_is_array(at);
    kcc_cursor e = list ? kcc_json_first(at) : at;
    if (!list && kcc_json_is_null(at)) {
        kcc_call_fail(c, "axis", KCC_EUNSUPPORTED, "give an axis", "flipping the batch is not supported");
        return;
    }
    for (; e.json; e = kcc_json_next(e)) {
        int axis = kcc_axis(c, e, 0, x->shape.rank);
        if (axis < 0 || !no_batch(c, x, axis)) return;
        x = kcc_slice(c->g, x, axis, x->shape.dim[axis].size - 1, x->shape.dim[axis].size, -1);
        if (!list) break;
    }
    kcc_out(c, x);
}

void kcc_kop_roll(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    int64_t shift[KCC_MAX_RANK], axes[KCC_MAX_RANK];
    int rank = x->shape.rank,
        n = kcc_json_ints(kcc_key(c, "shift"), shift, KCC_MAX_RANK, -MAX_SIZE, MAX_SIZE);
    kcc_cursor at = kcc_key(c, "axis");
    if (kcc_json_is_null(at) || rank == 0 || kcc_json_ints(at, axes, KCC_MAX_RANK, -rank, rank - 1) != n) {
        kcc_call_fail(c, "axis", KCC_EUNSUPPORTED, "one axis for each shift", "this roll is not supported");
        return;
    }
    for (int i = 0; i < n; i++) {
        int axis = (int)(axes[i] < 0 ? axes[i] + rank : axes[i]);
        if (!no_batch(c, x, axis)) return;
        int64_t size = x->shape.dim[axis].size, s = ((shift[i] % size) + size) % size;
        if (!s) continue;
        kcc_node *end = kcc_slice(c->g, x, axis, size - s, s, 1);
        kcc_node *start = kcc_slice(c->g, x, axis, 0, size - s, 1);
        x = kcc_concat(c->g, 2, (kcc_node *[]){end, start}, axis);
    }
    kcc_out(c, x);
}

/* Mirrored borders: skip = 1 leaves the edge out (reflect), 0 repeats it (symmetric). */
static kcc_node *mirrored(kcc_layer_call *c, kcc_node *x, int axis, int64_t before, int64_t after, int skip) {
    int64_t size = x->shape.dim[axis].size;
    kcc_node *parts[3];
    int n = 0;
    if (before + skip > size || after + skip > size) {
        kcc_call_fail(c, "pad_width", KCC_ESHAPE, NULL, "the padding is wider than the axis");
        return x;
    }
    if (before) parts[n++] = kcc_slice(c->g, x, axis, before - 1 + skip, before, -1);
    parts[n++] = x;
    if (after) parts[n++] = kcc_slice(c->g, x, axis, size - 1 - skip, after, -1);
    return n == 1 ? x : kcc_concat(c->g, n, parts, axis);
}

/* Borders of a value, which may be infinite or NaN. */
static kcc_node *framed(kcc_graph *g, kcc_node *x, int axis, int64_t before, int64_t after, double value) {
    kcc_shape shape = x->shape;
    kcc_node *parts[3];
    int n = 0;
    for (int end = 0; end < 2; end++) {
        int64_t width = end ? after : before;
        if (end) parts[n++] = x;
        shape.dim[axis] = kcc_fixed(width);
        if (width) parts[n++] = kcc_broadcast(g, kcc_scalar(g, value), &shape);
    }
    return kcc_concat(g, n, parts, axis);
}

void kcc_kop_pad(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    kcc_cursor at = kcc_key(c, "pad_width");
    const char *mode = kcc_json_text(kcc_key(c, "mode"), "constant");
    double value = kcc_json_number_or_nan(kcc_key(c, "constant_values"), 0);
    int rank = x->shape.rank;
    for (int i = 0; i < c->n_args; i++)
        if (c->arg[i].name && strcmp(c->arg[i].name, "constant_values") == 0)
            value = kcc_json_number_or_nan(c->arg[i].json, 0);
    if (!kcc_name_in(mode, "constant reflect symmetric")) {
        kcc_call_fail(c, "mode", KCC_EUNSUPPORTED, "constant, reflect or symmetric",
                      "mode \"%s\" is not supported", mode);
        return;
    }
    if (!kcc_json_require(at, "[[0, 0], [1, 1]]")) return;
    for (int i = 0; i < rank && kcc_call_ok(c); i++) {
        int64_t width[2] = {0, 0};
        kcc_cursor e = kcc_json_is_array(at) ? kcc_json_at(at, kcc_json_count(at) == 1 ? 0 : i) : at;
        int n = kcc_json_ints(e, width, 2, 0, MAX_SIZE);
        if (n == 1) width[1] = width[0];
        if ((!width[0] && !width[1]) || !no_batch(c, x, i)) continue;
        if (mode[0] == 'c' && value == 0)
            x = kcc_pad(c->g, x, i, width[0], width[1]);
        else if (mode[0] == 'c')
            x = framed(c->g, x, i, width[0], width[1], value);
        else
            x = mirrored(c, x, i, width[0], width[1], mode[0] == 'r');
    }
    kcc_out(c, x);
}

/* ---------------------------------------------------------------- indices */

void kcc_kop_one_hot(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    int64_t classes = kcc_json_int(kcc_key(c, "num_classes"), 1, 1, MAX_SIZE);
    int rank = x->shape.rank, axis = kcc_axis(c, kcc_key(c, "axis"), -1, rank + 1);
    if (axis < 0 || rank == KCC_MAX_RANK) return;
    kcc_node *wide = kcc_expand_dims(c->g, x, axis);
    kcc_shape shape = wide->shape;
    shape.dim[axis] = kcc_fixed(classes);
    kcc_node *hit = kcc_compare(c->g, KCC_OP_EQ, kcc_iota(c->g, &shape, axis), wide);
    kcc_out(c, kcc_cast(c->g, hit, KCC_F32));
}

/* Constant indices: slices joined. */
void kcc_kop_take(kcc_layer_call *c) {
    kcc_node *x = kcc_in_raw(c, 0);
    kcc_cursor at = kcc_key(c, "axis");
    kcc_cursor list = c->n_args > 1 ? c->arg[1].json : (kcc_cursor){.doc = c->config.doc};
    int axis = kcc_axis(c, at, 0, x->shape.rank), n = 0;
    if (kcc_json_is_object(list)) list = kcc_json_get(kcc_json_get(list, "config"), "value");
    bool scalar = kcc_json_is_number(list);
    kcc_node **parts = kcc_alloc_array(c->g->arena, (size_t)kcc_json_count(list) + 1, sizeof(kcc_node *));
    if (kcc_json_is_null(at) || axis < 0 || !(scalar || kcc_json_count(list))) {
        kcc_call_fail(c, NULL, KCC_EUNSUPPORTED, "constant indices and an axis",
                      "this take is not supported");
        return;
    }
    if (!no_batch(c, x, axis)) return;
    int64_t size = x->shape.dim[axis].size;
    for (kcc_cursor e = scalar ? list : kcc_json_first(list); e.json; e = kcc_json_next(e)) {
        int64_t i = kcc_json_int(e, 0, -size, size - 1);
        parts[n++] = kcc_slice(c->g, x, axis, i < 0 ? i + size : i, 1, 1);
        if (scalar) break;
    }
    if (!kcc_call_ok(c)) return;
    kcc_out(c, scalar   ? kcc_squeeze(c->g, parts[0], axis)
               : n == 1 ? parts[0]
                        : kcc_concat(c->g, n, parts, axis));
}
