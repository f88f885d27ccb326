/*
 * Executes layers on graph nodes: see keras_trace.h and keras_layer.h.
 *
 * Takes: a parsed model.  Gives: nodes, declared weights, activity losses.
 * Keeps: a failure, in JSON or in the graph, ends up in the document with the place of the layer; where
 *        reasons are collected the trace goes on without the outputs of the layer that failed.
 */
#include "keras_trace.h"

#include <stdio.h>
#include <string.h>

#include "keras1.h"

/* Largest number of elements of a weight: 2^36, 256 GiB of floats. */
#define MAX_ELEMENTS (INT64_C(1) << 36)

/* ---------------------------------------------------------------- failures */

bool kcc_call_ok(const kcc_layer_call *c) {
    return kcc_graph_ok(c->g) && c->layer->config.doc->error.status == KCC_OK;
}

bool kcc_call_fail(kcc_layer_call *c, const char *key, kcc_status status, const char *hint,
                   const char *format, ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const char *at = key ? kcc_json_place(kcc_key(c, key)) : c->g->where;
    const char *where = c->g->where;
    c->g->where = at;
    kcc_graph_fail(c->g, status, hint, "%s", message);
    c->g->where = where;
    return false;
}

/* ------------------------------------------------------------- reading */

int kcc_key_places(const kcc_layer_call *c, const char *key, kcc_cursor place[3]) {
    kcc_cursor value = kcc_json_get(c->config, key);
    int n = value.json || c->generation != KCC_KERAS_1 ? 0 : kcc_keras1_find(c->config, key, place);
    if (n) return n;
    place[0] = value;
    return 1;
}

kcc_cursor kcc_key(const kcc_layer_call *c, const char *key) {
    kcc_cursor place[3];
    kcc_key_places(c, key, place);
    return place[0];
}

kcc_node *kcc_in_raw(kcc_layer_call *c, int i) {
    if (i < c->n_in && c->in[i].node) return c->in[i].node;
    kcc_graph_fail(c->g, KCC_EPARSE, NULL, "layer \"%s\" lacks input %d", c->layer->name, i);
    return kcc_scalar(c->g, 0);
}

kcc_node *kcc_in(kcc_layer_call *c, int i) {
    kcc_node *node = kcc_in_raw(c, i);
    return node->dtype == KCC_F32 ? node : kcc_cast(c->g, node, KCC_F32);
}

int kcc_axis(kcc_layer_call *c, kcc_cursor at, int64_t otherwise, int rank) {
    /* tf.keras writes the axis of some layers as a list of one */
    if (kcc_json_is_array(at) && kcc_json_count(at) == 1) at = kcc_json_first(at);
    int64_t axis = kcc_json_int(at, otherwise, INT32_MIN, INT32_MAX);
    if (axis >= -rank && axis < rank) return (int)(axis < 0 ? axis + rank : axis);
    const char *where = c->g->where;
    if (at.json) c->g->where = kcc_json_place(at);
    kcc_graph_fail(c->g, KCC_ESHAPE, NULL, "axis %lld is out of range for an input of rank %d",
                   (long long)axis, rank);
    c->g->where = where;
    return -1;
}

/* ------------------------------------------------------------- building */

void kcc_out_masked(kcc_layer_call *c, kcc_node *node, kcc_node *mask) {
    c->out = kcc_grow(c->tracer->arena, c->out, &c->cap_out, c->n_out + 1, sizeof *c->out);
    c->out[c->n_out++] = (kcc_value){.node = node, .mask = mask};
}

void kcc_out(kcc_layer_call *c, kcc_node *node) { kcc_out_masked(c, node, NULL); }

kcc_node *kcc_random(kcc_layer_call *c, const kcc_shape *shape) {
    return kcc_uniform(c->g, shape, c->tracer->next_stream++);
}

kcc_node *kcc_random_normal(kcc_layer_call *c, const kcc_shape *shape) {
    kcc_node *node = kcc_normal(c->g, shape, c->tracer->next_stream);
    c->tracer->next_stream += 2;
    return node;
}

void kcc_add_loss(kcc_layer_call *c, kcc_node *loss) {
    kcc_tracer *t = c->tracer;
    t->loss = kcc_grow(t->arena, t->loss, &t->cap_losses, t->n_losses + 1, sizeof *t->loss);
    t->loss[t->n_losses++] = loss;
}

void kcc_add_activity(kcc_layer_call *c, const kcc_regularizer *r, kcc_node *x) {
    kcc_node *loss = kcc_regularization(c->g, r, x);
    if (!loss) return;
    if (c->generation >= KCC_KERAS_TF) {
        int64_t rows = x->shape.rank ? x->shape.dim[0].size / c->tracer->steps : 1;
        loss = kcc_div(c->g, loss, kcc_muls(c->g, kcc_batch_size(c->g), (double)rows));
    }
    kcc_add_loss(c, loss);
}

/* --------------------------------------------------------------- weights */

/* "sequential/dense/kernel" as Keras 3 names variables: a Sequential puts its name first, a Functional not.
 */
static const char *weight_path(kcc_layer_call *c, const kcc_weight_spec *spec) {
    kcc_arena *arena = c->tracer->model->arena;
    const char *path = kcc_format(arena, "%s/%s", c->layer->name, spec->name);
    if (spec->bare_path) return path;
    for (const kcc_layer *p = c->layer->parent; p; p = p->parent) {
        if (p->is_model && !p->is_sequential) break;
        path = kcc_format(arena, "%s/%s", p->name, path);
        /* A Sequential with an input shape is built before it is put into another model. */
        if (p->is_sequential && p->n_sublayers && p->sublayer[0]->is_input) break;
    }
    return path;
}

static bool check_size(kcc_layer_call *c, const kcc_weight_spec *spec) {
    int64_t count = 1;
    for (int i = 0; i < spec->shape.rank; i++) {
        kcc_dim d = spec->shape.dim[i];
        if (d.batch || d.size < 1)
            return kcc_call_fail(c, spec->size_key, KCC_ESHAPE, "give the size with --input-shape",
                                 "the shape of weight \"%s\" of layer \"%s\" is not known", spec->name,
                                 c->layer->name);
        if (d.size > MAX_ELEMENTS / count)
            return kcc_call_fail(
                c, spec->size_key, KCC_ESHAPE, "check the sizes of this layer and of its input",
                "weight \"%s\" of layer \"%s\" would be too large", spec->name, c->layer->name);
        count *= d.size;
    }
    return true;
}

static void declare(kcc_layer_call *c, const kcc_weight_spec *spec) {
    kcc_layer *layer = c->layer;
    kcc_arena *arena = c->tracer->model->arena;
    kcc_cursor none = {.doc = layer->config.doc};
    layer->declared = kcc_grow(arena, layer->declared, &layer->cap_declared, layer->n_declared + 1,
                               sizeof *layer->declared);
    struct kcc_declared *d = &layer->declared[layer->n_declared++];
    *d = (struct kcc_declared){.index = -1};
    d->tensor =
        (kcc_tensor){.name = spec->name, .path = weight_path(c, spec), .role = KCC_ROLE_WEIGHT, .of = -1};
    d->tensor.rank = spec->shape.rank;
    memcpy(d->tensor.dim, spec->shape.dim, sizeof d->tensor.dim);
    d->tensor.trainable = layer->all_trainable && !spec->frozen;
    d->tensor.init = kcc_read_initializer(spec->initializer ? kcc_key(c, spec->initializer) : none,
                                          spec->otherwise, &spec->shape, c->generation);
    if (spec->constant)
        d->tensor.init = (kcc_init){.kind = KCC_INIT_CONSTANT, .a = *spec->constant, .seed = -1};
    if (spec->regularizer) d->regularizer = kcc_read_regularizer(kcc_key(c, spec->regularizer));
    if (spec->constraint) d->constraint = kcc_read_constraint(kcc_key(c, spec->constraint), &spec->shape);
}

kcc_node *kcc_weight(kcc_layer_call *c, const kcc_weight_spec *spec) {
    kcc_layer *layer = c->layer;
    int i = c->next_weight++;
    if (!kcc_call_ok(c)) return kcc_full(c->g, &(kcc_shape){.rank = 0}, 0);
    if (i == layer->n_declared) {
        if (!check_size(c, spec)) return kcc_scalar(c->g, 0);
        declare(c, spec);
    }
    struct kcc_declared *d = &layer->declared[i];
    kcc_shape shape = kcc_shape_of(d->tensor.rank, d->tensor.dim);
    if (!kcc_shape_equal(&shape, &spec->shape)) {
        char a[100], b[100];
        kcc_call_fail(c, NULL, KCC_ESHAPE, "a shared layer needs inputs of one shape",
                      "weight \"%s\" of layer \"%s\" has shape %s, but here it would be %s", spec->name,
                      layer->name, kcc_shape_text(&shape, a, sizeof a),
                      kcc_shape_text(&spec->shape, b, sizeof b));
        return kcc_scalar(c->g, 0);
    }
    if (d->trace != c->tracer->number) {
        d->trace = c->tracer->number;
        d->node = d->current = kcc_variable(c->g, d->index < 0 ? 0 : d->index, KCC_F32, &shape);
        if (c->tracer->weight && d->index >= 0) c->tracer->weight[d->index] = d->node;
    }
    return d->current;
}

void kcc_weight_assign(kcc_layer_call *c, int i, kcc_node *value) {
    if (i < c->layer->n_declared && kcc_call_ok(c)) c->layer->declared[i].current = value;
}

/* ------------------------------------------------------------ activations */

kcc_node *kcc_activate_row(kcc_layer_call *c, const kcc_activation_row *row, const kcc_activation_args *args,
                           kcc_node *x) {
    kcc_tracer *t = c->tracer;
    kcc_node *y = row->build(c->g, x, args);
    bool softmax = row->build == kcc_act_softmax && (args->axis == -1 || args->axis == x->shape.rank - 1);
    if (softmax || row->build == kcc_act_sigmoid) {
        t->logits = kcc_grow(t->arena, t->logits, &t->cap_logits, t->n_logits + 1, sizeof *t->logits);
        t->logits[t->n_logits++] = (kcc_logits){y, x, softmax};
    }
    return y;
}

kcc_node *kcc_activate(kcc_layer_call *c, kcc_cursor activation, kcc_node *x) {
    kcc_activation_args args;
    const kcc_activation_row *row = kcc_read_activation(activation, c->generation, &args);
    return row ? kcc_activate_row(c, row, &args, x) : x;
}

const kcc_logits *kcc_find_logits(const kcc_tracer *t, const kcc_node *output) {
    for (int i = t->n_logits; i-- > 0;)
        if (t->logits[i].output == output) return &t->logits[i];
    return NULL;
}

/* ------------------------------------------------------------------ calls */

/* Collects the numbers below c in C order; false if it is no regular nesting of lists. */
static bool read_numbers(kcc_cursor c, kcc_shape *shape, int depth, float *data, int64_t *n) {
    if (kcc_json_is_number(c) || kcc_json_is_bool(c)) {
        if (depth != shape->rank) return false;
        if (data)
            data[*n] = kcc_json_is_bool(c) ? (float)kcc_json_bool(c, false) : (float)c.json->valuedouble;
        (*n)++;
        return true;
    }
    if (!kcc_json_is_array(c) || depth >= shape->rank || kcc_json_count(c) != shape->dim[depth].size)
        return false;
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e))
        if (!read_numbers(e, shape, depth + 1, data, n)) return false;
    return true;
}

kcc_node *kcc_constant_of(kcc_layer_call *c, kcc_cursor at) {
    kcc_cursor value = kcc_json_is_object(at) ? kcc_json_get(kcc_json_get(at, "config"), "value") : at;
    kcc_shape shape = {.rank = 0};
    int64_t n = 0, count = 0;
    for (kcc_cursor e = value; kcc_json_is_array(e) && shape.rank < KCC_MAX_RANK; e = kcc_json_first(e))
        shape.dim[shape.rank++] = kcc_fixed(kcc_json_count(e));
    if (kcc_json_is_number(value)) return kcc_scalar(c->g, value.json->valuedouble);
    if (!value.json || !read_numbers(value, &shape, 0, NULL, &count) || count == 0) {
        kcc_json_fail(at, KCC_EPARSE, NULL, "expected a number or an array of numbers");
        return kcc_scalar(c->g, 0);
    }
    float *data = kcc_alloc_array(c->tracer->arena, (size_t)count, sizeof *data);
    read_numbers(value, &shape, 0, data, &n);
    return kcc_tensor_constant(c->g, &shape, data);
}

static kcc_node *merged_mask(kcc_layer_call *c) {
    kcc_node *mask = NULL;
    bool missing = false;
    for (int i = 0; i < c->n_in; i++) {
        kcc_node *m = c->in[i].mask;
        if (!m)
            missing = true;
        else
            mask = !mask ? m : kcc_op2(c->g, c->generation == KCC_KERAS_3 ? KCC_OP_OR : KCC_OP_AND, mask, m);
    }
    return missing && c->generation == KCC_KERAS_3 ? NULL : mask;
}

/* Sets masks by the row's rule and adds the activity regularizer. */
static void finish_call(kcc_layer_call *c) {
    const kcc_layer_row *row = c->layer->row;
    kcc_node *mask = NULL;
    if (row->mask == KCC_MASK_PASS && c->n_in) mask = c->in[0].mask;
    if (row->mask == KCC_MASK_MERGE) mask = merged_mask(c);
    kcc_cursor activity = kcc_json_get(c->config, "activity_regularizer");
    kcc_regularizer r = {KCC_REGULARIZER_NONE, 0, 0};
    if (!kcc_json_is_null(activity) && !row->op) r = kcc_read_regularizer(activity);
    /* Keras 3's wrappers run call(), which has no part in it */
    if (c->wrapped && c->generation == KCC_KERAS_3) r.kind = KCC_REGULARIZER_NONE;
    for (int i = 0; i < c->n_out; i++) {
        if (row->mask != KCC_MASK_OWN) c->out[i].mask = mask;
        kcc_add_activity(c, &r, c->out[i].node);
    }
}

static bool right_count(kcc_layer_call *c) {
    const kcc_layer_row *row = c->layer->row;
    if (c->n_in >= row->least && (row->most < 0 || c->n_in <= row->most)) return true;
    return kcc_call_fail(c, NULL, KCC_EPARSE, NULL, "%s \"%s\" takes %s%d input%s, but is given %d",
                         row->name, c->layer->name, row->most == row->least ? "" : "at least ", row->least,
                         row->least == 1 ? "" : "s", c->n_in);
}

/* One failure, wherever it happened, to where the caller looks. */
static bool settle(kcc_tracer *t, kcc_document *doc, int reasons_before) {
    bool ok = kcc_graph_ok(t->g) && (doc->reasons ? doc->n_reasons + doc->n_repeated == reasons_before
                                                  : doc->error.status == KCC_OK);
    if (doc->reasons) {
        if (!kcc_graph_ok(t->g) && doc->n_reasons + doc->n_repeated == reasons_before)
            kcc_document_take(doc, &t->g->error);
        memset(&t->g->error, 0, sizeof t->g->error);
        memset(&doc->error, 0, sizeof doc->error);
    } else if (kcc_graph_ok(t->g) && doc->error.status != KCC_OK) {
        t->g->error = doc->error;
    }
    return ok;
}

/* Shapes for summary and drawing. */
static void note_outputs(kcc_tracer *t, kcc_layer *layer, const kcc_value *out, int n) {
    if (layer->n_outputs < n)
        layer->output = kcc_alloc_array(t->model->arena, (size_t)n, sizeof *layer->output);
    layer->n_outputs = n;
    for (int i = 0; i < n; i++) layer->output[i] = out[i].node ? out[i].node->shape : (kcc_shape){.rank = 0};
}

/* The tensor of the call's argument "mask", as bool; NULL if there is none. */
static kcc_node *given_mask(kcc_layer_call *c) {
    for (int i = 0, at = 0; i < c->n_args; at += c->arg[i++].n)
        if (c->arg[i].name && strcmp(c->arg[i].name, "mask") == 0 && c->arg[i].n == 1 && !c->arg[i].list)
            return c->in[at].node->dtype == KCC_BOOL ? c->in[at].node
                                                     : kcc_cast(c->g, c->in[at].node, KCC_BOOL);
    return NULL;
}

/* A mask that is given counts instead of the input's own, which is what passes to the output. */
static void build_layer(kcc_layer_call *c) {
    const kcc_value *own = c->in;
    kcc_node *given = c->n_in ? given_mask(c) : NULL;
    if (given) {
        kcc_value *in = kcc_alloc_array(c->tracer->arena, (size_t)c->n_in + 1, sizeof *in);
        memcpy(in, own, (size_t)c->n_in * sizeof *in);
        in[0].mask = given;
        c->in = in;
    }
    c->layer->row->build(c);
    c->in = own;
}

/* Where steps are folded into samples, an operator must not mix samples: Keras 3 calls it for each step. */
static void check_steps(kcc_layer_call *c, int first) {
    if (c->tracer->steps == 1 || !c->layer->row->op) return;
    for (int i = first; i < c->g->n_nodes; i++) {
        const kcc_node *n = c->g->node[i];
        if (n->op < KCC_OP_REDUCE_SUM || n->op > KCC_OP_REDUCE_PROD) continue;
        for (int k = 0; k < n->attr.n_i; k++)
            if (n->input[0]->shape.dim[n->attr.i[k]].batch)
                kcc_call_fail(c, NULL, KCC_EUNSUPPORTED, "leave the batch axis out",
                              "%s \"%s\" over the samples is not supported inside TimeDistributed",
                              c->layer->class_name, c->layer->name);
    }
}

static kcc_value *call_layer(kcc_tracer *t, kcc_layer *layer, kcc_layer_call *c, bool known) {
    kcc_document *doc = t->model->document;
    int before = doc->n_reasons + doc->n_repeated;
    if (!known || !layer->row) return NULL;
    int first = t->g->n_nodes;
    if (right_count(c)) build_layer(c);
    if (kcc_call_ok(c) && !c->n_out && doc->n_reasons + doc->n_repeated == before)
        kcc_call_fail(c, NULL, KCC_EINTERNAL, "this is a bug in kcc", "%s \"%s\" computes nothing",
                      layer->class_name, layer->name);
    if (kcc_call_ok(c)) check_steps(c, first);
    if (kcc_call_ok(c)) finish_call(c);
    if (!settle(t, doc, before)) return NULL;
    note_outputs(t, layer, c->out, c->n_out);
    return c->out;
}

static kcc_value literal(kcc_layer_call *c, kcc_cursor at) {
    kcc_value v = {.node = kcc_constant_of(c, at), .constant = true};
    if (kcc_json_is_number(at)) {
        v.number = at.json->valuedouble;
        v.whole = v.number == (double)(int64_t)(v.number > -1e15 && v.number < 1e15 ? v.number : 0);
    }
    return v;
}

/* Calls a layer, or a model as a layer, at the place the graph is at. */
static kcc_value *call_any(kcc_layer_call *c, bool known, int *n_out) {
    kcc_tracer *t = c->tracer;
    kcc_layer *layer = c->layer;
    kcc_value *out = NULL;
    if (!layer->is_model) {
        out = call_layer(t, layer, c, known);
        *n_out = c->n_out;
        return out;
    }
    bool training = t->training;
    int n = layer->model ? layer->model->n_inputs : 0;
    if (known && c->n_in != n) {
        known = kcc_graph_fail(t->g, KCC_EPARSE, NULL, "model \"%s\" takes %d inputs, but is given %d",
                               layer->name, n, c->n_in);
        settle(t, t->model->document, t->model->document->n_reasons + t->model->document->n_repeated);
    }
    t->training = c->training;
    if (known) out = kcc_trace_model(t, layer, c->in);
    t->training = training;
    *n_out = layer->model ? layer->model->n_outputs : 0;
    if (out) note_outputs(t, layer, out, *n_out);
    return out;
}

kcc_value *kcc_call_wrapped(kcc_layer_call *outer, kcc_layer *layer, int n_in, const kcc_value *in,
                            int *n_out) {
    kcc_tracer *t = outer->tracer;
    const char *where = t->g->where, *scope = t->g->scope;
    kcc_arg arg = {.n = n_in, .list = n_in > 1};
    kcc_layer_call c = {.tracer = t,
                        .g = t->g,
                        .layer = layer,
                        .config = layer->config,
                        .generation = layer->generation,
                        .training = outer->training,
                        .wrapped = true,
                        .n_in = n_in,
                        .in = in,
                        .n_args = 1,
                        .arg = &arg};
    *n_out = 0;
    t->g->where = kcc_format(t->arena, "%s: %s", t->model->file, layer->json_path);
    t->g->scope = layer->name;
    kcc_value *out = call_any(&c, true, n_out);
    t->g->where = where;
    t->g->scope = scope;
    return out;
}

static kcc_value *trace_call(kcc_tracer *t, const kcc_model_call *call, kcc_value *const *values,
                             const int *n_values, int *n_out) {
    kcc_layer *layer = call->layer;
    const char *where = t->g->where, *scope = t->g->scope;
    kcc_value *in = kcc_alloc_array(t->arena, (size_t)call->n_operands + 1, sizeof *in), *out = NULL;
    kcc_layer_call c = {.tracer = t,
                        .g = t->g,
                        .layer = layer,
                        .config = layer->config,
                        .generation = layer->generation,
                        .training = call->training < 0 ? t->training : call->training,
                        .n_in = call->n_positional,
                        .in = in,
                        .n_args = call->n_args,
                        .arg = call->arg};
    bool known = true;
    t->g->where = call->place;
    t->g->scope = layer->name;
    for (int i = 0; i < call->n_operands; i++) {
        kcc_ref ref = call->operand[i].ref;
        if (ref.call < 0) {
            in[i] = literal(&c, call->operand[i].json);
        } else if (!values[ref.call]) {
            known = false; /* its layer failed */
        } else if (ref.tensor >= n_values[ref.call]) {
            kcc_json_fail(call->operand[i].json, KCC_EPARSE, NULL,
                          "there is no tensor %d: the layer returns %d", ref.tensor, n_values[ref.call]);
            known = false;
        } else {
            in[i] = values[ref.call][ref.tensor];
        }
    }
    out = call_any(&c, known, n_out);
    t->g->where = where;
    t->g->scope = scope;
    return out;
}

kcc_value *kcc_trace_model(kcc_tracer *t, const kcc_layer *model, const kcc_value *inputs) {
    const struct kcc_parsed_model *m = model->model;
    kcc_value **values = kcc_alloc_array(t->arena, (size_t)m->n_calls + 1, sizeof *values);
    int *n_values = kcc_alloc_array(t->arena, (size_t)m->n_calls + 1, sizeof *n_values);
    for (int i = 0; i < m->n_inputs; i++) {
        values[m->input[i]] = kcc_alloc(t->arena, sizeof(kcc_value));
        *values[m->input[i]] = inputs[i];
        n_values[m->input[i]] = 1;
        note_outputs(t, m->call[m->input[i]].layer, &inputs[i], 1);
    }
    for (int k = 0; k < m->n_calls; k++) {
        int i = m->order ? m->order[k] : k;
        const kcc_model_call *call = &m->call[i];
        if (call->layer->is_input) {
            if (!values[i] && kcc_graph_ok(t->g)) {
                kcc_document_fail(t->model->document, KCC_EPARSE, call->place, NULL,
                                  "input layer \"%s\" is not among the model's input_layers",
                                  call->layer->name);
                t->g->error = t->model->document->error;
            }
            continue;
        }
        values[i] = trace_call(t, call, values, n_values, &n_values[i]);
        if (!kcc_graph_ok(t->g)) return NULL;
    }
    kcc_value *out = kcc_alloc_array(t->arena, (size_t)m->n_outputs + 1, sizeof *out);
    for (int i = 0; i < m->n_outputs; i++) {
        kcc_ref ref = m->output[i];
        if (!values[ref.call]) continue;
        if (ref.tensor < n_values[ref.call]) {
            out[i] = values[ref.call][ref.tensor];
            continue;
        }
        const char *where = t->g->where;
        t->g->where = kcc_format(t->arena, "%s: %s.config.output_layers", t->model->file, model->json_path);
        kcc_graph_fail(t->g, KCC_EPARSE, NULL, "there is no tensor %d of layer \"%s\"", ref.tensor,
                       m->call[ref.call].layer->name);
        t->g->where = where;
        return NULL;
    }
    return out;
}
