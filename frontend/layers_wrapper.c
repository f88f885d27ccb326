/*
 * Layers that hold a layer: TimeDistributed.
 *
 * Takes: calls (keras_layer.h) whose layer has one sublayer, which may be a model.  Gives: their nodes.
 * Keeps: time steps are folded into the samples, [N, T, ...] to [N T, ...], and out again, so the inner layer
 *        runs once.  Keras 3 calls it for each step instead: layers that tell samples from steps look at
 *        kcc_tracer.steps, which older Keras, folding too, leaves at 1.
 * Source: layers.md, sections 9 and 11; weights-formats.md, section 2.
 */
#include "keras_trace.h"

/* x [N S, T, ...] as [N S T, ...]; NULL stays NULL. */
static kcc_node *fold(kcc_graph *g, kcc_node *x) {
    if (!x) return NULL;
    kcc_shape s = {.rank = x->shape.rank - 1, .dim = {x->shape.dim[0]}};
    s.dim[0].size *= x->shape.dim[1].size;
    for (int i = 1; i < s.rank; i++) s.dim[i] = x->shape.dim[i + 1];
    return kcc_reshape(g, x, &s);
}

/* The way back. */
static kcc_node *unfold(kcc_graph *g, kcc_node *x, int64_t steps) {
    kcc_shape s = {.rank = x->shape.rank + 1, .dim = {x->shape.dim[0], kcc_fixed(steps)}};
    s.dim[0].size /= steps;
    for (int i = 1; i < x->shape.rank; i++) s.dim[i + 1] = x->shape.dim[i];
    return kcc_reshape(g, x, &s);
}

/* The mask of an output.  Keras 3: the input's; before: the inner layer's, else of each step whether any of it
 * is kept. */
static kcc_node *output_mask(kcc_layer_call *c, kcc_node *inner, int64_t steps) {
    kcc_node *mask = c->in[0].mask;
    if (c->generation == KCC_KERAS_3) return mask;
    if (inner) return unfold(c->g, inner, steps);
    if (!mask || mask->shape.rank <= 2) return mask;
    unsigned axes = ((1u << mask->shape.rank) - 1) & ~3u;
    kcc_node *kept = kcc_reduce(c->g, KCC_OP_REDUCE_MAX, kcc_cast(c->g, mask, KCC_F32), axes, false);
    return kcc_cast(c->g, kept, KCC_BOOL);
}

void kcc_layer_time_distributed(kcc_layer_call *c) {
    kcc_tracer *t = c->tracer;
    kcc_node *x = kcc_in_raw(c, 0), *mask = c->in[0].mask;
    if (!c->layer->n_sublayers || !kcc_call_ok(c)) return; /* told where the file was read */
    const kcc_dim *dim = x->shape.dim;
    if (x->shape.rank < 3 || !dim[0].batch || dim[1].batch) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, "samples, time steps, features",
                      "TimeDistributed \"%s\" needs an input of rank 3 or more, not %d", c->layer->name,
                      x->shape.rank);
        return;
    }
    int64_t steps = dim[1].size, before = t->steps;
    kcc_value in = {.node = fold(c->g, x)};
    if (mask && mask->shape.rank >= 2) in.mask = fold(c->g, mask);
    int n = 0;
    if (c->generation == KCC_KERAS_3) t->steps *= steps;
    const kcc_value *out = kcc_call_wrapped(c, c->layer->sublayer[0], 1, &in, &n);
    t->steps = before;
    for (int i = 0; out && i < n; i++) {
        if (!out[i].node) return; /* told by the layer that failed */
        const kcc_shape *s = &out[i].node->shape;
        if (s->rank == 0 || s->rank == KCC_MAX_RANK || !s->dim[0].batch || s->dim[0].size % steps) {
            kcc_call_fail(c, "layer", KCC_EUNSUPPORTED, NULL,
                          "the layer in TimeDistributed \"%s\" does not return one row a sample",
                          c->layer->name);
            return;
        }
        kcc_node *y = unfold(c->g, out[i].node, steps);
        kcc_out_masked(c, y, output_mask(c, out[i].mask, steps));
    }
}
