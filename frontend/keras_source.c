/*
 * The model as the compiler sees it: tensors, and a trace for every entry point.
 *
 * Takes: a loaded model and its compile information.
 * Gives: kcc_source.
 * Keeps: the loss is Keras 3's: sum w m l / M (with a mask: / sum m) of every output, times loss_weights,
 *        plus regularization, undivided; metrics see predictions before the update.
 * Source: activations-losses-metrics.md, sections 2, 3, 5 and 6; fit.md, section 6.
 */
#include <math.h>
#include <string.h>

#include "keras_compile.h"

/* One output while an entry that needs targets is traced. */
struct scored {
    kcc_node *y, *p, *mask; /* f32; mask bool or NULL */
    const kcc_logits *logits;
    kcc_node *weight;    /* sample weights, the loss's shape */
    kcc_node *weighted;  /* weight times mask; NULL: neither matters */
    kcc_node *mask_only; /* mask as f32, or NULL */
    kcc_node *loss;      /* scalar, before loss_weights */
};

static unsigned all_axes(const kcc_node *x) { return (1u << x->shape.rank) - 1; }
static kcc_node *sum_all(kcc_graph *g, kcc_node *x) {
    return x->shape.rank ? kcc_reduce(g, KCC_OP_REDUCE_SUM, x, all_axes(x), false) : x;
}

/* Elements of a shape as a scalar node. */
static kcc_node *count_of(kcc_graph *g, const kcc_shape *shape) {
    kcc_dim count;
    if (!kcc_shape_count(shape, &count)) return kcc_scalar(g, 1);
    if (!count.batch) return kcc_scalar(g, (double)count.size);
    return count.size == 1 ? kcc_batch_size(g) : kcc_muls(g, kcc_batch_size(g), (double)count.size);
}

/* Targets, weights, mask and logits of output i. */
static void prepare(kcc_tracer *t, const kcc_source *s, int i, kcc_value out, struct scored *o) {
    kcc_graph *g = t->g;
    kcc_shape target = kcc_shape_of(s->targets[i].rank, s->targets[i].dim);
    kcc_shape weight = kcc_shape_of(s->sample_weights[i].rank, s->sample_weights[i].dim);
    o->p = out.node->dtype == KCC_F32 ? out.node : kcc_cast(g, out.node, KCC_F32);
    o->logits = kcc_find_logits(t, out.node);
    o->y = kcc_target_input(g, i, &target);
    o->weight = kcc_sample_weight(g, i, &weight);
    if (o->p->shape.rank == 1) { /* (N,) counts as (N, 1) */
        o->p = kcc_expand_dims(g, o->p, 1);
        o->y = kcc_expand_dims(g, o->y, 1);
        o->logits = NULL;
    }
    o->weighted = o->weight;
    if (!out.mask) return;
    o->mask = out.mask;
    o->mask_only = kcc_cast(g, o->mask, KCC_F32);
    while (o->mask_only->shape.rank < weight.rank && kcc_graph_ok(g))
        o->mask_only = kcc_expand_dims(g, o->mask_only, o->mask_only->shape.rank);
    if (o->mask_only->shape.rank > weight.rank) {
        kcc_graph_fail(g, KCC_ESHAPE, NULL, "the mask of an output has more axes than its loss");
        return;
    }
    o->mask_only = kcc_broadcast(g, o->mask_only, &weight);
    o->weighted = kcc_mul(g, o->weight, o->mask_only);
}

static void reduce_loss(kcc_graph *g, const kcc_loss *loss, kcc_node *values, kcc_node *valid,
                        struct scored *o) {
    kcc_node *mask = o->mask_only, *w = o->weighted;
    if (values->shape.rank == 0) { /* dice and its kind: one number for the batch, times the mean weight */
        kcc_node *count = mask ? kcc_adds(g, sum_all(g, mask), 1e-7) : count_of(g, &w->shape);
        bool mean = loss->reduction != KCC_REDUCE_TOTAL && loss->reduction != KCC_REDUCE_WEIGHTED;
        o->loss = mean ? kcc_mul(g, values, kcc_div(g, sum_all(g, w), count)) : values;
        return;
    }
    while (w->shape.rank < values->shape.rank && kcc_graph_ok(g)) w = kcc_expand_dims(g, w, w->shape.rank);
    if (valid) {
        kcc_node *v = kcc_cast(g, valid, KCC_F32);
        mask = mask ? kcc_mul(g, mask, v) : v;
        w = kcc_mul(g, w, v);
    }
    if (values->shape.rank < w->shape.rank) { /* dice along an axis */
        o->loss = kcc_mean(g, values, all_axes(values), false);
        return;
    }
    kcc_node *sum = sum_all(g, kcc_mul(g, values, w));
    switch (loss->reduction) {
    case KCC_REDUCE_TOTAL: o->loss = sum; break;
    case KCC_REDUCE_WEIGHTED:
        o->loss = kcc_div(g, sum, kcc_adds(g, sum_all(g, kcc_broadcast(g, w, &values->shape)), 1e-7));
        break;
    default:
        o->loss = kcc_div(g, sum, mask ? kcc_adds(g, sum_all(g, mask), 1e-7) : count_of(g, &values->shape));
    }
}

static void score(kcc_tracer *t, const kcc_compiled *k, int i, struct scored *o) {
    const kcc_loss *loss = &k->loss[i];
    kcc_loss_call call = {.g = t->g, .y = o->y, .p = o->p, .args = &loss->args};
    if (o->logits) {
        call.logits = o->logits->logits;
        call.softmax = o->logits->softmax;
    }
    t->g->scope = loss->row->name;
    kcc_node *values = kcc_loss_values(&call, loss->row);
    reduce_loss(t->g, loss, values, call.valid, o);
}

/* Penalties of weights (once each, whatever calls there were) and of activities. */
static kcc_node *add_penalties(kcc_tracer *t, kcc_node *total) {
    kcc_model *model = t->model;
    for (int w = 0; w < model->n_weights; w++) {
        const kcc_regularizer *r = &model->regularizers[w];
        kcc_layer *layer = model->weight_layer[w];
        if (r->kind == KCC_REGULARIZER_NONE) continue;
        if (model->generation == KCC_KERAS_3 && !model->weights[w].trainable) continue;
        for (int i = 0; i < layer->n_declared; i++) {
            struct kcc_declared *d = &layer->declared[i];
            if (d->index != w || d->trace != t->number) continue;
            t->g->scope = layer->name;
            total = kcc_add(t->g, total, kcc_regularization(t->g, r, d->node));
        }
    }
    for (int i = 0; i < t->n_losses; i++) total = kcc_add(t->g, total, t->loss[i]);
    return total;
}

/* ------------------------------------------------------------------ metrics */

static kcc_node *read_state(kcc_graph *g, const kcc_compiled *k, int first, int i) {
    const kcc_tensor *a = &k->accumulator[i];
    kcc_shape shape = kcc_shape_of(a->rank, a->dim);
    return kcc_variable(g, first + i, KCC_F32, &shape);
}

static void assign(kcc_graph *g, int variable, kcc_node *value) {
    if (kcc_graph_ok(g)) kcc_graph_result(g, KCC_RESULT_ASSIGN, variable, value);
}

/* total += value N, count += N: state 2 i, 2 i + 1. */
static void update_loss(kcc_graph *g, const kcc_compiled *k, int first, int i, kcc_node *value) {
    kcc_node *n = kcc_batch_size(g);
    kcc_node *total = read_state(g, k, first, 2 * i);
    assign(g, first + 2 * i, kcc_add(g, total, kcc_mul(g, value, n)));
    kcc_node *count = read_state(g, k, first, 2 * i + 1);
    assign(g, first + 2 * i + 1, kcc_add(g, count, n));
}

static void update_metric(kcc_graph *g, const kcc_compiled *k, const kcc_metric_spec *spec, int first,
                          const struct scored *o) {
    kcc_node **state = kcc_alloc_array(g->arena, (size_t)spec->n_state, sizeof(kcc_node *));
    kcc_metric_call call = {.g = g, .spec = spec, .state = state, .y = o->y, .p = o->p};
    if (o->logits) {
        call.logits = o->logits->logits;
        call.softmax = o->logits->softmax;
    }
    call.weight = spec->weighted ? o->weighted : o->mask_only;
    g->scope = spec->name;
    for (int i = 0; i < spec->n_state; i++) state[i] = read_state(g, k, first, spec->first_state + i);
    kcc_metric_update(&call);
    for (int i = 0; i < spec->n_state; i++) assign(g, first + spec->first_state + i, state[i]);
}

static void update_metrics(kcc_tracer *t, const kcc_compiled *k, int first, const struct scored *o,
                           kcc_node *total) {
    int n = 1;
    t->g->scope = "loss";
    update_loss(t->g, k, first, 0, total);
    for (int i = 0; t->model->n_outputs > 1 && i < t->model->n_outputs; i++)
        if (k->loss[i].row) update_loss(t->g, k, first, n++, o[i].loss);
    for (int i = 0; i < k->n_metrics; i++)
        update_metric(t->g, k, &k->metric[i], first, &o[k->metric[i].output]);
}

static void trace_results(kcc_graph *g, const kcc_compiled *k, int first) {
    int losses = k->n_reported - k->n_metrics;
    for (int i = 0; i < losses; i++) {
        kcc_node *total = read_state(g, k, first, 2 * i), *count = read_state(g, k, first, 2 * i + 1);
        count = kcc_max(g, count, kcc_scalar(g, 1));
        kcc_graph_result(g, KCC_RESULT_VALUE, i, kcc_div(g, total, count));
    }
    for (int i = 0; i < k->n_metrics; i++) {
        const kcc_metric_spec *spec = &k->metric[i];
        kcc_node **state = kcc_alloc_array(g->arena, (size_t)spec->n_state, sizeof(kcc_node *));
        kcc_metric_call call = {.g = g, .spec = spec, .state = state};
        for (int s = 0; s < spec->n_state; s++) state[s] = read_state(g, k, first, spec->first_state + s);
        g->scope = spec->name;
        kcc_node *value = kcc_metric_result(&call);
        if (kcc_graph_ok(g)) kcc_graph_result(g, KCC_RESULT_VALUE, losses + i, value);
    }
}

/* -------------------------------------------------------------------- trace */

static kcc_value *forward(kcc_tracer *t, kcc_trace *trace) {
    kcc_model *model = t->model;
    kcc_value *in = kcc_alloc_array(t->arena, (size_t)model->n_inputs + 1, sizeof *in);
    for (int i = 0; i < model->n_inputs; i++) {
        kcc_shape shape = kcc_shape_of(model->inputs[i].rank, model->inputs[i].dim);
        in[i].node = kcc_input(t->g, i, model->inputs[i].dtype, &shape);
        if (trace->input) trace->input[i] = in[i].node;
    }
    return kcc_trace_model(t, model->root, in);
}

/* New values of statistics, in training. */
static void assign_statistics(kcc_tracer *t) {
    for (int w = 0; w < t->model->n_weights; w++) {
        kcc_layer *layer = t->model->weight_layer[w];
        for (int i = 0; i < layer->n_declared; i++) {
            struct kcc_declared *d = &layer->declared[i];
            if (d->index == w && d->trace == t->number && d->current != d->node) assign(t->g, w, d->current);
        }
    }
}

static void trace_scored(kcc_tracer *t, const kcc_source *s, kcc_entry entry, kcc_trace *trace,
                         kcc_value *out) {
    kcc_model *model = t->model;
    const kcc_compiled *k = model->compiled;
    kcc_node *total = NULL;
    struct scored *o = kcc_alloc_array(t->arena, (size_t)model->n_outputs + 1, sizeof *o);
    for (int i = 0; i < model->n_outputs && kcc_graph_ok(t->g); i++) {
        if (!k->loss[i].row) continue;
        t->g->where = model->outputs[i].name;
        prepare(t, s, i, out[i], &o[i]);
        score(t, k, i, &o[i]);
        kcc_node *part = k->loss[i].weight == 1 ? o[i].loss : kcc_muls(t->g, o[i].loss, k->loss[i].weight);
        total = total ? kcc_add(t->g, total, part) : part;
    }
    if (!kcc_graph_ok(t->g) || !total) return;
    t->g->where = model->file;
    trace->loss = total = add_penalties(t, total);
    if (entry != KCC_ENTRY_TRAIN && entry != KCC_ENTRY_EVALUATE) return;
    if (entry == KCC_ENTRY_TRAIN) assign_statistics(t);
    update_metrics(t, k, trace->first_metric, o, total);
}

static void trace_entry(kcc_model *model, kcc_graph *g, kcc_entry entry, kcc_trace *trace) {
    kcc_tracer t = {.model = model,
                    .g = g,
                    .arena = g->arena,
                    .number = ++model->traces,
                    .steps = 1,
                    .weight = trace->weight};
    memset(&model->document->error, 0, sizeof model->document->error);
    t.training = entry == KCC_ENTRY_TRAIN || entry == KCC_ENTRY_GRADIENTS_TRAINING;
    trace->loss = NULL;
    g->where = model->file;
    if (entry == KCC_ENTRY_RESULTS) {
        if (model->compiled) trace_results(g, model->compiled, trace->first_metric);
    } else {
        kcc_value *out = forward(&t, trace);
        if (out && kcc_graph_ok(g) && entry == KCC_ENTRY_PREDICT) {
            for (int i = 0; i < model->n_outputs; i++) {
                kcc_node *y = out[i].node->dtype == KCC_F32 ? out[i].node : kcc_cast(g, out[i].node, KCC_F32);
                kcc_graph_result(g, KCC_RESULT_OUTPUT, i, y);
            }
        } else if (out && kcc_graph_ok(g) && model->compiled) {
            trace_scored(&t, model->source, entry, trace, out);
        }
    }
    g->scope = g->where = NULL;
}

/* The model's own arena is guarded here: the compiler guards the graph's. */
static void guarded_trace(void *user, kcc_graph *g, kcc_entry entry, kcc_trace *trace) {
    kcc_model *model = user;
    jmp_buf point;
    if (setjmp(point) == 0) {
        kcc_arena_recover(model->arena, &point);
        trace_entry(model, g, entry, trace);
    } else {
        kcc_graph_fail(g, KCC_ENOMEM, NULL, "out of memory");
    }
    kcc_arena_recover(model->arena, NULL);
}

/* ------------------------------------------------------------------- source */

static void list_targets(kcc_model *model, const kcc_compiled *k, kcc_source *s) {
    size_t n = (size_t)model->n_outputs + 1;
    kcc_tensor *targets = kcc_alloc_array(model->arena, n, sizeof *targets);
    kcc_tensor *weights = kcc_alloc_array(model->arena, n, sizeof *weights);
    for (int i = 0; i < model->n_outputs; i++) {
        const kcc_tensor *p = &model->outputs[i];
        targets[i] = (kcc_tensor){.name = p->name,
                                  .layer = p->name,
                                  .path = p->name,
                                  .role = KCC_ROLE_TARGET,
                                  .dtype = KCC_F32,
                                  .index = i,
                                  .of = i,
                                  .rank = -1};
        weights[i] = targets[i];
        weights[i].role = KCC_ROLE_SAMPLE_WEIGHT;
        if (!k || !k->loss[i].row) continue;
        targets[i].sparse_target = k->loss[i].row->sparse;
        targets[i].rank = targets[i].sparse_target && p->rank > 1 ? p->rank - 1 : p->rank;
        weights[i].rank = p->rank > 1 ? p->rank - 1 : p->rank;
        memcpy(targets[i].dim, p->dim, (size_t)targets[i].rank * sizeof *p->dim);
        memcpy(weights[i].dim, p->dim, (size_t)weights[i].rank * sizeof *p->dim);
    }
    s->targets = targets;
    s->sample_weights = weights;
}

/* Classes are 0 … extent of the output's last axis - 1. */
static void list_ranges(kcc_model *model, const kcc_compiled *k, kcc_source *s) {
    kcc_range *range = kcc_alloc_array(model->arena, (size_t)model->n_outputs + 1, sizeof *range);
    s->ranges = range;
    for (int i = 0; i < model->n_outputs; i++) {
        const kcc_tensor *p = &model->outputs[i], *y = &s->targets[i];
        if (y->rank < 0 || !y->sparse_target || p->rank < 2) continue;
        kcc_range r = {.tensor = model->n_inputs + i, .whole = 1, .count = 1, .step = 1};
        for (int d = 0; d < y->rank; d++) r.count *= y->dim[d].size;
        r.limit = p->dim[p->rank - 1].size;
        double ignored = k->loss[i].args.has_ignore_class ? k->loss[i].args.ignore_class : 0;
        if (fabs(ignored) < 0x1p53) r.ignored = (int64_t)ignored;
        range[s->n_ranges++] = r;
    }
}

static kcc_source *make_source(kcc_model *model, unsigned entries) {
    const unsigned scoring = 1u << KCC_ENTRY_TRAIN | 1u << KCC_ENTRY_EVALUATE | 1u << KCC_ENTRY_GRADIENTS |
                             1u << KCC_ENTRY_GRADIENTS_TRAINING | 1u << KCC_ENTRY_RESULTS;
    kcc_source *s = kcc_alloc(model->arena, sizeof *s);
    kcc_compiled *k = !entries || entries & scoring ? model->compiled : NULL;
    s->name = model->name;
    s->user = model;
    s->n_inputs = model->n_inputs;
    s->n_outputs = model->n_outputs;
    s->n_weights = model->n_weights;
    s->inputs = model->inputs;
    s->outputs = model->outputs;
    s->weights = model->weights;
    s->constraints = model->constraints;
    s->model_json = model->json;
    s->compile_json = k ? model->compile_json : "";
    s->initial_weights = model->initial_weights;
    s->initial_size = model->initial_size;
    s->trace = guarded_trace;
    list_targets(model, k, s);
    if (k) list_ranges(model, k, s);
    if (k) {
        s->n_accumulators = k->n_accumulators;
        s->accumulators = k->accumulator;
        s->n_metrics = k->n_reported;
        s->metrics = k->reported;
        s->trains = k->has_optimizer && k->has_loss;
        s->optimizer = k->optimizer;
    }
    return s;
}

static kcc_source *guarded_source(kcc_model *model, unsigned entries) {
    jmp_buf point;
    kcc_source *source = NULL;
    if (setjmp(point) == 0) {
        kcc_arena_recover(model->arena, &point);
        model->source = make_source(model, entries);
        source = model->source;
        kcc_arena_recover(model->arena, NULL);
        return source;
    }
    kcc_arena_recover(model->arena, NULL);
    return NULL;
}

kcc_source *kcc_model_source(kcc_model *model, unsigned entries, kcc_error *error) {
    if (!model) {
        kcc_fail(error, KCC_EINVAL, "", "", "no model given");
        return NULL;
    }
    kcc_source *source = guarded_source(model, entries);
    if (!source) kcc_fail(error, KCC_ENOMEM, model->file, "", "out of memory");
    return source;
}
