/*
 * Reads a Functional model: layers, the nodes they are called at, and an order in which to compute them.
 *
 * Takes: the config of a Functional model in nested-list form (Keras 1, 2, tf.keras) or in Keras 3's.
 * Gives: layer->model with its calls in topological order.
 * Keeps: the form is decided node by node (an object is Keras 3's); the nodes of one layer stay in order. A
 *        reference to a missing layer or a cycle is one failure at its place.
 * Source: model-json.md, sections 5 to 7.
 */
#include <stdlib.h>
#include <string.h>

#include "parse_internal.h"

/* An operand before calls have numbers: output `tensor` of node `node` of layer number `layer`. */
struct target {
    int layer, node, tensor; /* layer -1: a literal */
    kcc_cursor json;
};

struct node {
    const char *place;
    int n, cap, n_positional, n_args, cap_args;
    struct target *target;
    kcc_arg *arg;
    int training, call; /* call: index once ordered, else -1 */
};

struct entry {
    kcc_layer *layer;
    const char *name;
    int n_nodes, next;
    struct node *node;
    bool list_form; /* nodes in nested-list form */
};

struct reader {
    kcc_model *model;
    kcc_layer *owner;
    int n;
    struct entry *entry;
    const struct entry **sorted; /* by name */
};

static int by_name(const void *a, const void *b) {
    return strcmp((*(const struct entry *const *)a)->name, (*(const struct entry *const *)b)->name);
}

static int find_entry(const struct reader *r, const char *name) {
    struct entry key = {.name = name};
    const struct entry *k = &key;
    const struct entry **found = bsearch(&k, r->sorted, (size_t)r->n, sizeof *r->sorted, by_name);
    return found ? (int)(*found - r->entry) : -1;
}

static void missing(const struct reader *r, kcc_cursor c, const char *name) {
    const char **names = kcc_alloc_array(r->model->arena, (size_t)r->n + 1, sizeof *names);
    for (int i = 0; i < r->n; i++) names[i] = r->entry[i].name;
    kcc_json_fail(c, KCC_EPARSE, kcc_did_you_mean(r->model->arena, name, r->n, names),
                  "there is no layer \"%s\" to take an input from", name);
}

/*
 * A nested model that owns an internal node counts its calls from 1 in nested-list form; Keras 3 does so for
 * nested Functionals in input_layers and output_layers only.
 */
static int plain_node(const struct entry *e, int64_t node, bool list_form, bool boundary) {
    if (!e->layer->is_model) return (int)node;
    if (e->n_nodes == 1) return 0;
    bool counts_own = list_form || (boundary && !e->layer->is_sequential);
    return (int)(counts_own && node > 0 ? node - 1 : node);
}

/* Reads [name, node, tensor]; boundary: in input_layers or output_layers.  False after a failure. */
static bool read_history(struct reader *r, kcc_cursor c, bool list_form, bool boundary, struct target *t) {
    kcc_cursor name = kcc_json_at(c, 0);
    if (!kcc_json_is_string(name))
        return kcc_json_fail(c, KCC_EPARSE, NULL, "expected [layer name, node, tensor]");
    int i = find_entry(r, name.json->valuestring);
    if (i < 0) {
        missing(r, c, name.json->valuestring);
        return false;
    }
    const struct entry *e = &r->entry[i];
    int64_t node = kcc_json_int(kcc_json_at(c, 1), 0, 0, 1 << 24);
    int64_t tensor = kcc_json_int(kcc_json_at(c, 2), 0, 0, 1 << 16);
    *t = (struct target){
        .layer = i, .node = plain_node(e, node, list_form, boundary), .tensor = (int)tensor, .json = c};
    if (e->layer->is_input) t->node = 0;
    int n = e->layer->is_input ? 1 : e->n_nodes;
    if (t->node >= n)
        return kcc_json_fail(c, KCC_EPARSE, NULL, "layer \"%s\" is called %d times, so there is no node %lld",
                             e->name, n, (long long)node);
    return kcc_json_ok(c) || r->model->document->reasons;
}

/* ------------------------------------------------------------ arguments */

static void add_target(struct reader *r, struct node *n, struct target t) {
    n->target = kcc_grow(r->model->arena, n->target, &n->cap, n->n + 1, sizeof *n->target);
    n->target[n->n++] = t;
}

static kcc_arg *add_arg(struct reader *r, struct node *n, const char *name, kcc_cursor json) {
    n->arg = kcc_grow(r->model->arena, n->arg, &n->cap_args, n->n_args + 1, sizeof *n->arg);
    n->arg[n->n_args] = (kcc_arg){.name = name, .json = json, .first = n->n};
    return &n->arg[n->n_args++];
}

static bool is_class(kcc_cursor c, const char *name) {
    kcc_cursor class_name = kcc_json_get(c, "class_name");
    return kcc_json_is_string(class_name) && strcmp(class_name.json->valuestring, name) == 0;
}

static bool is_array_value(kcc_cursor c) { return is_class(c, "__numpy__") || is_class(c, "__tensor__"); }

/* Whether a Keras 3 argument holds a tensor somewhere. */
static bool holds_tensor(kcc_cursor c) {
    if (is_class(c, "__keras_tensor__")) return true;
    if (!kcc_json_is_array(c)) return false;
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e))
        if (holds_tensor(e)) return true;
    return false;
}

static void flatten_argument(struct reader *r, struct node *n, kcc_cursor c) {
    if (is_class(c, "__keras_tensor__")) {
        struct target t;
        if (read_history(r, kcc_json_get(kcc_json_get(c, "config"), "keras_history"), false, false, &t))
            add_target(r, n, t);
    } else if (kcc_json_is_array(c)) {
        for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) flatten_argument(r, n, e);
    } else {
        add_target(r, n, (struct target){.layer = -1, .json = c});
    }
}

/* A Keras 3 argument: tensors, numbers and arrays become operands; keys, slices, null stay literal. */
static void read_argument(struct reader *r, struct node *n, const char *name, kcc_cursor c) {
    int before = n->n;
    kcc_arg *arg = add_arg(r, n, name, c);
    if (holds_tensor(c) || is_array_value(c) || kcc_json_is_number(c) || kcc_json_is_bool(c))
        flatten_argument(r, n, c);
    arg->list = kcc_json_is_array(c);
    arg->n = n->n - before;
}

static void read_object_node(struct reader *r, struct node *n, kcc_cursor c) {
    kcc_cursor args = kcc_json_get(c, "args"), kwargs = kcc_json_get(c, "kwargs");
    for (kcc_cursor e = kcc_json_first(args); e.json; e = kcc_json_next(e)) read_argument(r, n, NULL, e);
    n->n_positional = n->n;
    /* Keras 3 writes training=false beside every Dropout, and whatever is written, runs the calls of a functional
     * model in the mode of the model. */
    for (kcc_cursor e = kcc_json_first(kwargs); e.json; e = kcc_json_next(e))
        if (!kcc_json_is_null(e) && strcmp(e.key, "training") != 0) read_argument(r, n, e.key, e);
}

/* [name, node, tensor] or with kwargs; the first item of a reference is a text. */
static bool is_reference(kcc_cursor c) {
    int n = kcc_json_count(c);
    return kcc_json_is_array(c) && (n == 3 || n == 4) && kcc_json_is_string(kcc_json_at(c, 0)) &&
           kcc_json_is_number(kcc_json_at(c, 1));
}

static void read_reference(struct reader *r, struct node *n, kcc_cursor c) {
    struct target t = {.layer = -1, .json = kcc_json_at(c, 2)};
    if (strcmp(kcc_json_text(kcc_json_at(c, 0), ""), "_CONSTANT_VALUE") == 0 ||
        read_history(r, c, true, false, &t))
        add_target(r, n, t);
}

static void read_list_kwarg(struct reader *r, struct node *n, kcc_cursor e) {
    int before = n->n;
    kcc_arg *arg = add_arg(r, n, e.key, e);
    if (is_reference(e)) {
        read_reference(r, n, e);
    } else if (kcc_json_is_array(e) && is_reference(kcc_json_first(e))) {
        for (kcc_cursor k = kcc_json_first(e); k.json; k = kcc_json_next(k)) read_reference(r, n, k);
        arg->list = true;
    } else if (kcc_json_is_number(e)) {
        add_target(r, n, (struct target){.layer = -1, .json = e});
    }
    arg->n = n->n - before;
}

static void read_list_node(struct reader *r, struct node *n, kcc_cursor c) {
    kcc_cursor kwargs = {.doc = c.doc};
    if (is_reference(c)) { /* operators of tf.keras: the node is itself a reference */
        kcc_arg *arg = add_arg(r, n, NULL, c);
        read_reference(r, n, c);
        arg->n = n->n;
        kwargs = kcc_json_at(c, 3);
    } else {
        kcc_arg *arg = add_arg(r, n, NULL, c);
        for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) {
            if (!kcc_json_is_array(e) || !kcc_json_is_string(kcc_json_at(e, 0))) {
                kcc_json_fail(e, KCC_EPARSE, NULL, "expected [layer name, node, tensor]");
                return;
            }
            if (!kwargs.json) kwargs = kcc_json_at(e, 3);
            read_reference(r, n, e);
        }
        arg->n = n->n;
        arg->list = n->n > 1;
    }
    n->n_positional = n->n;
    for (kcc_cursor e = kcc_json_first(kwargs); e.json; e = kcc_json_next(e)) {
        if (kcc_json_is_null(e) || !e.key || strcmp(e.key, "name") == 0) continue;
        if (strcmp(e.key, "training") == 0)
            n->training = kcc_json_is_bool(e) ? kcc_json_bool(e, false) : -1;
        else
            read_list_kwarg(r, n, e);
    }
}

/* ------------------------------------------------------------------ nodes */

static void count_nodes(struct entry *e, kcc_cursor nodes) {
    e->n_nodes = kcc_json_count(nodes);
    e->list_form = kcc_json_is_array(kcc_json_first(nodes));
}

static void read_nodes(struct reader *r, struct entry *e, kcc_cursor nodes) {
    int i = 0;
    e->node = kcc_alloc_array(r->model->arena, (size_t)e->n_nodes + 1, sizeof *e->node);
    for (kcc_cursor c = kcc_json_first(nodes); c.json; c = kcc_json_next(c), i++) {
        struct node *n = &e->node[i];
        n->training = n->call = -1;
        n->place =
            kcc_format(r->model->arena, "%s: %s.inbound_nodes[%d]", r->model->file, e->layer->json_path, i);
        if (kcc_json_is_object(c))
            read_object_node(r, n, c);
        else if (kcc_json_is_array(c))
            read_list_node(r, n, c);
        else
            kcc_json_fail(c, KCC_EPARSE, NULL, "expected a node: a list of references, or args and kwargs");
    }
}

/* Turns a node whose inputs are known into a call. */
static bool try_call(struct reader *r, struct entry *e, struct node *n) {
    struct kcc_parsed_model *m = r->owner->model;
    for (int i = 0; i < n->n; i++) {
        const struct target *t = &n->target[i];
        if (t->layer >= 0 && r->entry[t->layer].node[t->node].call < 0) return false;
    }
    n->call = m->n_calls;
    kcc_model_call *call = kcc_add_call(r->model, m, e->layer);
    call->place = n->place;
    call->training = n->training;
    call->n_operands = n->n;
    call->n_positional = n->n_positional;
    call->operand = kcc_alloc_array(r->model->arena, (size_t)n->n + 1, sizeof *call->operand);
    for (int i = 0; i < n->n; i++) {
        const struct target *t = &n->target[i];
        int from = t->layer < 0 ? -1 : r->entry[t->layer].node[t->node].call;
        call->operand[i] = (kcc_operand){.ref = {from, t->tensor}, .json = t->json};
    }
    call->n_args = n->n_args;
    call->arg = n->arg;
    return true;
}

static void make_calls(struct reader *r) {
    bool progress = true;
    int left = 0;
    struct kcc_parsed_model *m = r->owner->model;
    for (int i = 0; i < r->n; i++) {
        struct entry *e = &r->entry[i];
        if (e->layer->is_input) {
            e->node = kcc_alloc(r->model->arena, sizeof *e->node);
            e->node->call = m->n_calls;
            kcc_add_call(r->model, m, e->layer);
            e->n_nodes = e->next = 1;
        }
        left += e->n_nodes - e->next;
    }
    while (left && progress) {
        progress = false;
        for (int i = 0; i < r->n; i++) {
            struct entry *e = &r->entry[i];
            while (e->next < e->n_nodes && try_call(r, e, &e->node[e->next])) {
                e->next++;
                left--;
                progress = true;
            }
        }
    }
    for (int i = 0; left && i < r->n; i++) {
        struct entry *e = &r->entry[i];
        if (e->next == e->n_nodes) continue;
        kcc_document_fail(r->model->document, KCC_EPARSE, e->node[e->next].place,
                          "the inputs of a layer cannot depend on it",
                          "layer \"%s\" is part of a cycle, or takes its input from one", e->name);
        return;
    }
}

/* ------------------------------------------------------- inputs and outputs */

static int compare_keys(const void *a, const void *b) {
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

/* Flattens a bare triple, a list of them or an object of them (sorted by key) into targets. */
static int read_boundary(struct reader *r, kcc_cursor c, struct target *targets, int cap, int n) {
    bool list_form = r->model->generation != KCC_KERAS_3;
    if (kcc_json_is_array(c) && kcc_json_is_string(kcc_json_at(c, 0))) {
        if (n < cap && read_history(r, c, list_form, true, &targets[n])) n++;
    } else if (kcc_json_is_array(c)) {
        for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e))
            n = read_boundary(r, e, targets, cap, n);
    } else if (kcc_json_is_object(c)) {
        int count = kcc_json_count(c), i = 0;
        const cJSON **items = kcc_alloc_array(r->model->arena, (size_t)count + 1, sizeof *items);
        for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) items[i++] = e.json;
        qsort(items, (size_t)count, sizeof *items, compare_keys);
        for (i = 0; i < count; i++)
            n = read_boundary(r, (kcc_cursor){.doc = c.doc, .json = items[i], .parent = c.json}, targets, cap,
                              n);
    } else {
        kcc_json_fail(c, KCC_EPARSE, NULL, "expected [layer name, node, tensor] or a list of them");
    }
    return n;
}

/* Leaves below c, an upper bound of the triples in it. */
static int count_items(kcc_cursor c) {
    int n = 1;
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) n += count_items(e);
    return n;
}

static void read_boundaries(struct reader *r) {
    struct kcc_parsed_model *m = r->owner->model;
    kcc_cursor inputs = kcc_json_get(r->owner->config, "input_layers");
    kcc_cursor outputs = kcc_json_get(r->owner->config, "output_layers");
    int cap = count_items(inputs);
    cap += count_items(outputs);
    struct target *t = kcc_alloc_array(r->model->arena, (size_t)cap, sizeof *t);
    if (!kcc_json_require(inputs, "[[\"x\", 0, 0]]") || !kcc_json_require(outputs, "[[\"y\", 0, 0]]")) return;
    int n = read_boundary(r, inputs, t, cap, 0);
    m->input = kcc_alloc_array(r->model->arena, (size_t)n + 1, sizeof *m->input);
    for (int i = 0; i < n; i++) {
        const struct entry *e = &r->entry[t[i].layer];
        if (!e->layer->is_input) {
            kcc_json_fail(t[i].json, KCC_EPARSE, NULL, "layer \"%s\" is no InputLayer", e->name);
            return;
        }
        m->input[m->n_inputs++] = e->node->call;
    }
    n = read_boundary(r, outputs, t, cap, 0);
    m->output = kcc_alloc_array(r->model->arena, (size_t)n + 1, sizeof *m->output);
    for (int i = 0; i < n; i++) {
        int call = r->entry[t[i].layer].node[t[i].node].call;
        if (call < 0) return; /* part of a cycle, already reported */
        m->output[m->n_outputs++] = (kcc_ref){call, t[i].tensor};
    }
}

void kcc_parse_functional(kcc_model *model, kcc_layer *layer, const char *path, int depth) {
    kcc_cursor list = kcc_json_get(layer->config, "layers");
    struct reader r = {.model = model, .owner = layer};
    int cap = 0, count = kcc_json_count(list), i = 0;
    layer->model = kcc_alloc(model->arena, sizeof *layer->model);
    if (!kcc_json_is_array(list)) {
        kcc_json_fail(list, KCC_EPARSE, NULL,
                      list.json ? "expected a list of layers" : "a Functional model needs layers");
        return;
    }
    r.entry = kcc_alloc_array(model->arena, (size_t)count + 1, sizeof *r.entry);
    r.sorted = kcc_alloc_array(model->arena, (size_t)count + 1, sizeof *r.sorted);
    kcc_cursor *nodes = kcc_alloc_array(model->arena, (size_t)count + 1, sizeof *nodes);
    for (kcc_cursor e = kcc_json_first(list); e.json; e = kcc_json_next(e), i++) {
        const char *at = kcc_format(model->arena, "%s.config.layers[%d]", path, i);
        kcc_layer *child = kcc_parse_layer(model, layer, e, at, depth);
        if (!child) return;
        kcc_add_sublayer(model, layer, child, &cap);
        nodes[r.n] = kcc_json_get(e, "inbound_nodes");
        r.entry[r.n] = (struct entry){.layer = child, .name = child->name};
        if (!child->is_input) count_nodes(&r.entry[r.n], nodes[r.n]);
        r.sorted[r.n] = &r.entry[r.n];
        r.n++;
    }
    qsort(r.sorted, (size_t)r.n, sizeof *r.sorted, by_name);
    for (i = 0; i + 1 < r.n; i++)
        if (strcmp(r.sorted[i]->name, r.sorted[i + 1]->name) == 0) {
            kcc_json_fail(list, KCC_EPARSE, "names are unique in a model", "two layers are named \"%s\"",
                          r.sorted[i]->name);
            return;
        }
    for (i = 0; i < r.n; i++)
        if (!r.entry[i].layer->is_input) read_nodes(&r, &r.entry[i], nodes[i]);
    if (!kcc_json_ok(list) && !model->document->reasons) return;
    make_calls(&r);
    read_boundaries(&r);
    kcc_order_calls(model->arena, layer->model);
}
