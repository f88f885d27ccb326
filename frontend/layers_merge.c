/*
 * Merging layers: Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate, Dot, and Keras 1's Merge.
 *
 * Takes: calls with a list of inputs.  Gives: their nodes.
 * Keeps: element-wise inputs broadcast on all axes but the batch; those of lower rank get axes of extent 1
 *        right after the batch axis.
 * Source: layers.md, sections 8 and 11.
 */
#include <string.h>

#include "keras_layer.h"

static bool mismatch(kcc_layer_call *c, const kcc_node *a, const kcc_node *b) {
    char s[120], t[120];
    return kcc_call_fail(c, NULL, KCC_ESHAPE, "extents must be equal, or 1",
                         "%s \"%s\": shapes %s and %s do not fit", c->layer->class_name, c->layer->name,
                         kcc_shape_text(&a->shape, s, sizeof s), kcc_shape_text(&b->shape, t, sizeof t));
}

/* Extents 1 after the batch axis until the rank is reached. */
static kcc_node *raise_rank(kcc_layer_call *c, kcc_node *x, int rank) {
    while (x->shape.rank < rank && kcc_graph_ok(c->g)) x = kcc_expand_dims(c->g, x, x->shape.rank ? 1 : 0);
    return x;
}

static bool fits(const kcc_node *a, const kcc_node *b) {
    for (int i = 0; i < a->shape.rank; i++) {
        kcc_dim p = a->shape.dim[i], q = b->shape.dim[i];
        bool one = (p.size == 1 && !p.batch) || (q.size == 1 && !q.batch);
        if (!one && !kcc_dim_equal(p, q)) return false;
    }
    return true;
}

static kcc_node *fold(kcc_layer_call *c, kcc_op op) {
    int rank = 0;
    for (int i = 0; i < c->n_in; i++) {
        kcc_node *x = kcc_in(c, i);
        if (x->shape.rank > rank) rank = x->shape.rank;
    }
    kcc_node *y = raise_rank(c, kcc_in(c, 0), rank);
    for (int i = 1; i < c->n_in && kcc_graph_ok(c->g); i++) {
        kcc_node *x = raise_rank(c, kcc_in(c, i), rank);
        if (!kcc_graph_ok(c->g)) break;
        if (!fits(y, x)) {
            mismatch(c, y, x);
            break;
        }
        y = kcc_op2(c->g, op, y, x);
    }
    return y;
}

void kcc_layer_add(kcc_layer_call *c) { kcc_out(c, fold(c, KCC_OP_ADD)); }
void kcc_layer_subtract(kcc_layer_call *c) { kcc_out(c, fold(c, KCC_OP_SUB)); }
/* Keras 3: a masked input counts as 1 where it is masked, and the product of masked ones as 0 where all are. */
void kcc_layer_multiply(kcc_layer_call *c) {
    const kcc_value *own = c->in;
    kcc_value *in = kcc_alloc_array(c->g->arena, (size_t)c->n_in + 1, sizeof *in);
    kcc_node *any = NULL;
    int masked = 0;
    for (int i = 0; i < c->n_in; i++) {
        in[i] = own[i];
        kcc_node *x = kcc_in(c, i), *mask = own[i].mask;
        if (c->generation != KCC_KERAS_3 || !mask || mask->shape.rank + 1 != x->shape.rank) continue;
        mask = kcc_expand_dims(c->g, mask, mask->shape.rank);
        in[i].node = kcc_select(c->g, mask, x, kcc_scalar(c->g, 1));
        any = any ? kcc_op2(c->g, KCC_OP_OR, any, mask) : mask;
        masked++;
    }
    c->in = in;
    kcc_node *y = fold(c, KCC_OP_MUL);
    c->in = own;
    kcc_out(c, masked && masked == c->n_in ? kcc_select(c->g, any, y, kcc_scalar(c->g, 0)) : y);
}

void kcc_layer_maximum(kcc_layer_call *c) { kcc_out(c, fold(c, KCC_OP_MAX)); }
void kcc_layer_minimum(kcc_layer_call *c) { kcc_out(c, fold(c, KCC_OP_MIN)); }
void kcc_layer_average(kcc_layer_call *c) { kcc_out(c, kcc_muls(c->g, fold(c, KCC_OP_ADD), 1.0 / c->n_in)); }

/* Masks laid over their inputs, concatenated, then any (Keras 3) or all (before) of the last axes: [N, T]. */
static kcc_node *concatenated_mask(kcc_layer_call *c, int axis) {
    kcc_graph *g = c->g;
    kcc_node **parts = kcc_alloc_array(g->arena, (size_t)c->n_in, sizeof(kcc_node *));
    bool any = false;
    int rank = c->in[0].node->shape.rank;
    for (int i = 0; i < c->n_in; i++) any = any || c->in[i].mask;
    if (!any || rank < 3) return NULL;
    for (int i = 0; i < c->n_in; i++) {
        kcc_node *mask = c->in[i].mask;
        const kcc_shape *shape = &c->in[i].node->shape;
        parts[i] = mask ? kcc_cast(g, mask, KCC_F32) : kcc_full(g, shape, 1);
        while (parts[i]->shape.rank < rank && kcc_graph_ok(g))
            parts[i] = kcc_expand_dims(g, parts[i], parts[i]->shape.rank);
        parts[i] = kcc_broadcast(g, parts[i], shape);
    }
    kcc_node *all = kcc_concat(g, c->n_in, parts, axis);
    kcc_op op = c->generation == KCC_KERAS_3 ? KCC_OP_REDUCE_MAX : KCC_OP_REDUCE_MIN;
    return kcc_cast(g, kcc_reduce(g, op, all, ((1u << rank) - 1) & ~3u, false), KCC_BOOL);
}

static void concatenate(kcc_layer_call *c, kcc_cursor at) {
    int rank = kcc_in_raw(c, 0)->shape.rank, axis = kcc_axis(c, at, -1, rank);
    kcc_node **parts = kcc_alloc_array(c->g->arena, (size_t)c->n_in, sizeof(kcc_node *));
    if (axis < 0) return;
    if (axis == 0) {
        kcc_json_fail(at, KCC_EUNSUPPORTED, NULL, "concatenating along the batch axis is not supported");
        return;
    }
    for (int i = 0; i < c->n_in; i++) {
        parts[i] = kcc_in(c, i);
        bool same = parts[i]->shape.rank == rank;
        for (int k = 0; same && k < rank; k++)
            same = k == axis || kcc_dim_equal(parts[i]->shape.dim[k], parts[0]->shape.dim[k]);
        if (!same) {
            char s[120], t[120];
            kcc_call_fail(c, NULL, KCC_ESHAPE, "all other extents must be equal",
                          "Concatenate \"%s\": shapes %s and %s do not fit along axis %d", c->layer->name,
                          kcc_shape_text(&parts[0]->shape, s, sizeof s),
                          kcc_shape_text(&parts[i]->shape, t, sizeof t), axis);
            return;
        }
    }
    kcc_node *y = c->n_in == 1 ? parts[0] : kcc_concat(c->g, c->n_in, parts, axis);
    kcc_out_masked(c, y, concatenated_mask(c, axis));
}

void kcc_layer_concatenate(kcc_layer_call *c) { concatenate(c, kcc_key(c, "axis")); }

static kcc_node *normalized(kcc_graph *g, kcc_node *x, int axis) {
    kcc_node *sum = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_square(g, x), 1u << axis, true);
    return kcc_div(g, x, kcc_sqrt(g, kcc_max(g, sum, kcc_scalar(g, 1e-12))));
}

/* Batch dot: axes p of a and q of b are summed over; the others of a, then those of b, remain. */
static void batch_dot(kcc_layer_call *c, kcc_cursor at, bool normalize) {
    kcc_graph *g = c->g;
    kcc_node *a = kcc_in(c, 0), *b = kcc_in(c, 1);
    bool pair = kcc_json_is_array(at) && kcc_json_count(at) == 2;
    int p = kcc_axis(c, pair ? kcc_json_at(at, 0) : at, -1, a->shape.rank);
    int q = kcc_axis(c, pair ? kcc_json_at(at, 1) : at, -1, b->shape.rank);
    char spec[4 * KCC_MAX_RANK + 8], out[2 * KCC_MAX_RANK + 1];
    int k = 0, n = 0;
    if (p < 0 || q < 0) return;
    if (p == 0 || q == 0) {
        kcc_json_fail(at, KCC_EINVAL, NULL, "the batch axis cannot be summed over");
        return;
    }
    if (!kcc_dim_equal(a->shape.dim[p], b->shape.dim[q]) ||
        a->shape.rank + b->shape.rank - 3 > KCC_MAX_RANK) {
        mismatch(c, a, b);
        return;
    }
    if (normalize) {
        a = normalized(g, a, p);
        b = normalized(g, b, q);
    }
    out[n++] = 'n';
    for (int i = 0; i < a->shape.rank; i++) {
        spec[k++] = i == 0 ? 'n' : i == p ? 'z' : (char)('a' + i);
        if (i && i != p) out[n++] = spec[k - 1];
    }
    spec[k++] = ',';
    for (int i = 0; i < b->shape.rank; i++) {
        spec[k++] = i == 0 ? 'n' : i == q ? 'z' : (char)('A' + i);
        if (i && i != q) out[n++] = spec[k - 1];
    }
    memcpy(spec + k, "->", 2);
    memcpy(spec + k + 2, out, (size_t)n);
    spec[k + 2 + n] = '\0';
    kcc_node *y = kcc_contract(g, a, b, spec);
    kcc_out(c, y->shape.rank == 1 ? kcc_expand_dims(g, y, 1) : y);
}

void kcc_layer_dot(kcc_layer_call *c) {
    kcc_cursor axes = kcc_key(c, "axes");
    if (kcc_json_require(axes, "-1")) batch_dot(c, axes, kcc_json_bool(kcc_key(c, "normalize"), false));
}

/* Keras 1: the mode names one of the layers above. */
void kcc_layer_merge(kcc_layer_call *c) {
    kcc_cursor at = kcc_key(c, "mode");
    const char *mode = kcc_json_text(at, "sum");
    kcc_cursor axes = kcc_key(c, "dot_axes");
    if (kcc_json_is_array(axes) && kcc_json_is_array(kcc_json_at(axes, 0))) { /* [[1], [2]] */
        if (kcc_json_count(kcc_json_at(axes, 0)) == 1 && kcc_json_count(axes) == 1)
            axes = kcc_json_at(axes, 0);
    }
    if (strcmp(mode, "sum") == 0)
        kcc_layer_add(c);
    else if (strcmp(mode, "mul") == 0)
        kcc_layer_multiply(c);
    else if (strcmp(mode, "ave") == 0)
        kcc_layer_average(c);
    else if (strcmp(mode, "max") == 0)
        kcc_layer_maximum(c);
    else if (strcmp(mode, "concat") == 0)
        concatenate(c, kcc_key(c, "concat_axis"));
    else if ((strcmp(mode, "dot") == 0 || strcmp(mode, "cos") == 0) && c->n_in == 2)
        batch_dot(c, axes, mode[0] == 'c');
    else
        kcc_json_fail(at, KCC_EUNSUPPORTED, "sum, mul, ave, max, concat, dot or cos",
                      "merge mode \"%s\" is not supported", mode);
}
