/*
 * Reads the layer tree of a model file: see keras_parse.h.
 *
 * Takes: the document of a kcc_model.
 * Gives: model->root with layers; parse_functional.c orders the calls of functional models.
 * Keeps: a layer's name, order and JSON path are the file's.  Unknown classes fail by class, name and path.
 */
#include "keras_parse.h"

#include <string.h>

#include "keras1.h"
#include "parse_internal.h"

static bool starts(const char *text, const char *head) { return strncmp(text, head, strlen(head)) == 0; }

/* ----------------------------------------------------------- which Keras */

/* How the layers are spelt: 1 as only Keras 3 does, -1 as Keras 2, -2 as only Keras 1 did, 0 any way. */
static int spelling(kcc_cursor layers) {
    for (kcc_cursor e = kcc_json_first(layers); e.json; e = kcc_json_next(e)) {
        kcc_cursor config = kcc_json_get(e, "config");
        kcc_cursor dtype = kcc_json_get(config, "dtype");
        const char *policy = kcc_json_is_object(dtype) ? kcc_object_read(dtype).name : NULL;
        if (kcc_json_get(config, "batch_shape").json || (policy && strcmp(policy, "DTypePolicy") == 0))
            return 1;
        if (kcc_keras1_spelt(config)) return -2;
        if (kcc_json_get(config, "batch_input_shape").json) return -1;
        if (kcc_json_is_object(kcc_json_at(kcc_json_get(e, "inbound_nodes"), 0))) return 1;
        int inner = spelling(kcc_json_is_array(config) ? config : kcc_json_get(config, "layers"));
        if (inner) return inner;
    }
    return 0;
}

kcc_generation kcc_read_generation(kcc_cursor root) {
    kcc_cursor version = kcc_json_get(root, "keras_version"), config = kcc_json_get(root, "config");
    kcc_cursor layers = kcc_json_is_array(config) ? config : kcc_json_get(config, "layers");
    const char *v = kcc_json_is_string(version) ? version.json->valuestring : "";
    if (starts(v, "1.")) return KCC_KERAS_1;
    if (starts(v, "3.")) return KCC_KERAS_3;
    if (starts(v, "2.")) {
        int minor = v[2] >= '0' && v[2] <= '9' ? v[2] - '0' : 0;
        if (v[2] && v[3] >= '0' && v[3] <= '9') minor = 10 * minor + v[3] - '0';
        if (strstr(v, "tf") || minor >= 4) return KCC_KERAS_TF;
        return minor == 3 ? KCC_KERAS_2B : KCC_KERAS_2A;
    }
    if (starts(v, "tfjs")) return KCC_KERAS_TF;
    /* No version: part of an .h5 or archive, told by its spelling; tf.keras writes "module", too. */
    int spelt = spelling(layers);
    if (spelt < -1) return KCC_KERAS_1;
    if (spelt > 0 || (!spelt && kcc_json_get(root, "module").json)) return KCC_KERAS_3;
    return kcc_json_is_array(config) && !*v ? KCC_KERAS_2A : KCC_KERAS_TF;
}

/* ----------------------------------------------------------------- shapes */

kcc_shape kcc_read_batch_shape(kcc_cursor c) {
    kcc_shape s = {.rank = -1};
    if (kcc_json_is_object(c)) c = kcc_json_get(c, "items"); /* {"class_name": "__tuple__", "items": […]} */
    if (kcc_json_is_null(c)) return s;
    if (!kcc_json_is_array(c)) {
        kcc_json_fail(c, KCC_EPARSE, NULL, "expected a shape such as [null, 28, 28]");
        return s;
    }
    if (kcc_json_is_array(kcc_json_first(c))) c = kcc_json_first(c); /* a list of one shape */
    int rank = kcc_json_count(c);
    if (rank < 1 || rank > KCC_MAX_RANK) {
        kcc_json_fail(c, KCC_EUNSUPPORTED, NULL, "a shape of rank %d is not supported (1 to %d)", rank,
                      KCC_MAX_RANK);
        return s;
    }
    s.rank = 0;
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) {
        /* A fixed batch size is a hint only: programs take any. */
        bool first = s.rank == 0;
        int64_t size = kcc_json_int(e, -1, 1, INT64_C(1) << 40);
        s.dim[s.rank++] = first ? (kcc_dim){1, true} : kcc_fixed(size);
    }
    return s;
}

static kcc_shape input_shape_of(kcc_cursor config) {
    static const char *const whole[] = {"batch_shape", "batch_input_shape"};
    static const char *const bare[] = {"shape", "input_shape"};
    for (int i = 0; i < 2; i++) {
        kcc_cursor c = kcc_json_get(config, whole[i]);
        if (!kcc_json_is_null(c)) return kcc_read_batch_shape(c);
    }
    for (int i = 0; i < 2; i++) {
        kcc_cursor c = kcc_json_get(config, bare[i]);
        if (kcc_json_is_null(c)) continue;
        kcc_shape s = {.rank = 1, .dim = {{1, true}}};
        int64_t sizes[KCC_MAX_RANK - 1];
        if (!kcc_json_is_array(c)) {
            kcc_json_fail(c, KCC_EPARSE, NULL, "expected a shape such as [28, 28]");
            return s;
        }
        int n = kcc_json_count(c);
        if (n > KCC_MAX_RANK - 1) {
            kcc_json_fail(c, KCC_EUNSUPPORTED, NULL, "a shape of rank %d is not supported", n + 1);
            return s;
        }
        for (int k = 0; k < n; k++) {
            sizes[k] = kcc_json_int(kcc_json_at(c, k), -1, 1, INT64_C(1) << 40);
            s.dim[s.rank++] = kcc_fixed(sizes[k]);
        }
        return s;
    }
    kcc_cursor width = kcc_json_get(config, "input_dim"), length = kcc_json_get(config, "input_length");
    kcc_shape s = {.rank = -1};
    if (kcc_json_get(config, "mask_zero").json) { /* Embedding: its input_dim counts rows of the table */
        if (!kcc_json_is_number(length)) return s;
        s.rank = 2;
        s.dim[0] = (kcc_dim){1, true};
        s.dim[1] = kcc_fixed(kcc_json_int(length, 1, 1, 1 << 30));
        return s;
    }
    if (kcc_json_is_number(width)) {
        s.rank = 1;
        s.dim[0] = (kcc_dim){1, true};
        if (kcc_json_is_number(length)) s.dim[s.rank++] = kcc_fixed(kcc_json_int(length, 1, 1, 1 << 30));
        s.dim[s.rank++] = kcc_fixed(kcc_json_int(width, 1, 1, INT64_C(1) << 40));
    }
    return s;
}

/* ------------------------------------------------------------------ dtype */

/* Name of a dtype or policy: "float32"; NULL if none is given. */
static const char *dtype_name(kcc_cursor c) {
    if (kcc_json_is_null(c)) return NULL;
    if (kcc_json_is_string(c)) return c.json->valuestring;
    kcc_cursor name = kcc_json_get(kcc_json_get(c, "config"), "name");
    if (kcc_json_is_string(name)) return name.json->valuestring;
    kcc_cursor class_name = kcc_json_get(c, "class_name");
    return kcc_json_is_string(class_name) ? class_name.json->valuestring : "?";
}

static void check_dtype(kcc_cursor config) {
    kcc_cursor c = kcc_json_get(config, "dtype");
    const char *name = dtype_name(c);
    if (name && strcmp(name, "float32") != 0)
        kcc_json_fail(c, KCC_EUNSUPPORTED, "save the model with dtype policy float32",
                      "dtype policy \"%s\" is not supported: kcc computes in float32", name);
}

static kcc_dtype input_dtype_of(kcc_cursor config) {
    kcc_cursor c = kcc_json_get(config, "dtype");
    if (!c.json) c = kcc_json_get(config, "input_dtype");
    const char *name = dtype_name(c);
    if (!name || kcc_name_in(name, "float32 float64 float16 bfloat16 float")) return KCC_F32;
    if (kcc_name_in(name, "int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool")) return KCC_I32;
    kcc_json_fail(c, KCC_EUNSUPPORTED, NULL, "input dtype \"%s\" is not supported", name);
    return KCC_F32;
}

/* ----------------------------------------------------------------- layers */

const char *kcc_snake_case(kcc_arena *arena, const char *name) {
    size_t n = strlen(name), size = 0;
    char *text = kcc_alloc(arena, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        char ch = name[i];
        bool upper = ch >= 'A' && ch <= 'Z', next_lower = name[i + 1] >= 'a' && name[i + 1] <= 'z';
        bool before_lower = i > 0 && ((name[i - 1] >= 'a' && name[i - 1] <= 'z'));
        if (i > 0 && upper && (next_lower || before_lower) && text[size - 1] != '_') text[size++] = '_';
        text[size++] = upper ? (char)(ch - 'A' + 'a') : ch;
    }
    return text;
}

static const char *class_of(kcc_cursor entry) {
    kcc_cursor c = kcc_json_get(entry, "class_name");
    if (!kcc_json_is_string(c)) {
        kcc_json_fail(c, KCC_EPARSE, NULL, c.json ? "expected a text" : "a layer needs a class_name");
        return NULL;
    }
    const char *name = c.json->valuestring, *tail = strrchr(name, '>');
    if (tail) name = tail + 1;
    tail = strrchr(name, '.');
    return tail ? tail + 1 : name;
}

static bool module_is_ops(kcc_cursor entry) {
    kcc_cursor module = kcc_json_get(entry, "module");
    return kcc_json_is_string(module) && strstr(module.json->valuestring, ".ops.") != NULL;
}

/* An operator in an .h5 of Keras 3, where no module is written: called with Keras 3's nodes, its config has nothing
 * but its name and arguments, while a layer's has at least "trainable", as the model's around it. */
static bool is_bare_op(kcc_cursor entry, const kcc_layer *parent, const char *class_name) {
    const kcc_layer_row *op = kcc_layer_find(class_name, true);
    kcc_cursor node = kcc_json_at(kcc_json_get(entry, "inbound_nodes"), 0), args = kcc_json_get(node, "args");
    if (!op || kcc_json_get(entry, "module").json || !kcc_json_is_array(args)) return false;
    kcc_cursor config = kcc_json_get(entry, "config");
    for (kcc_cursor e = kcc_json_first(config); e.json; e = kcc_json_next(e))
        if (strcmp(e.key, "name") != 0 && !kcc_name_in(e.key, op->keys)) return false;
    return !kcc_layer_find(class_name, false) || !kcc_json_is_array(kcc_json_at(args, 0)) ||
           (*op->keys && parent && kcc_json_get(parent->config, "trainable").json);
}

/* Keys of any layer: read elsewhere or without effect. */
static const char common_keys[] =
    "name trainable dtype batch_input_shape batch_shape input_shape input_dtype input_dim input_length "
    "activity_regularizer sparse ragged autocast weights stateful registered_name implementation "
    "build_config "
    "function";

static bool is_known_key(const kcc_layer *layer, const char *key) {
    if (kcc_name_in(key, common_keys) || kcc_name_in(key, layer->row->keys)) return true;
    return layer->generation == KCC_KERAS_1 && kcc_keras1_knows(key, layer->row->keys);
}

static void warn_unknown_keys(const kcc_layer *layer) {
    if (!layer->config.doc->log) return;
    for (kcc_cursor e = kcc_json_first(layer->config); e.json; e = kcc_json_next(e))
        if (e.key && !kcc_json_is_null(e) && !is_known_key(layer, e.key))
            kcc_json_warn(e, "%s has no option \"%s\"; it is ignored", layer->class_name, e.key);
}

kcc_layer *kcc_layer_create(kcc_model *model, kcc_layer *parent, const char *class_name, const char *name,
                            const char *path) {
    kcc_layer *layer = kcc_alloc(model->arena, sizeof *layer);
    layer->class_name = class_name;
    layer->name = name;
    layer->parent = parent;
    layer->json_path = path;
    layer->generation = model->generation;
    layer->trainable = layer->all_trainable = true;
    layer->input_shape.rank = -1;
    layer->id = model->n_layers++;
    layer->config.doc = model->document;
    return layer;
}

static bool is_model_class(const char *class_name, kcc_cursor config) {
    if (kcc_name_in(class_name, "Sequential Functional Model")) return true;
    return kcc_json_get(config, "layers").json && kcc_json_get(config, "input_layers").json &&
           kcc_json_get(config, "output_layers").json;
}

/* Makes a name as Keras does for a layer without one: dense, dense_1, … */
static const char *made_name(kcc_model *model, const kcc_layer *parent, const char *class_name) {
    const char *base = kcc_snake_case(model->arena, class_name);
    int repeat = 0;
    for (int i = 0; parent && i < parent->n_sublayers; i++)
        if (strcmp(parent->sublayer[i]->class_name, class_name) == 0) repeat++;
    return repeat ? kcc_format(model->arena, "%s_%d", base, repeat) : base;
}

static void resolve_class(kcc_layer *layer, kcc_cursor entry) {
    kcc_document *doc = layer->config.doc;
    const char *class_name = layer->class_name;
    layer->is_bare_op = is_bare_op(entry, layer->parent, class_name);
    layer->is_op = layer->is_bare_op || module_is_ops(entry);
    layer->row = kcc_layer_find(class_name, layer->is_op);
    if (layer->row) {
        layer->class_name = layer->row->name;
        return;
    }
    const char *hint = layer->is_op ? NULL : kcc_keras1_class_hint(class_name);
    if (strcmp(class_name, "Lambda") == 0)
        hint = "a Lambda holds Python code: write it with keras.ops or layers";
    if (!hint) hint = kcc_layer_hint(doc->arena, class_name, layer->is_op);
    kcc_json_fail(kcc_json_get(entry, "class_name"), KCC_EUNSUPPORTED, hint,
                  "%s \"%s\" of layer \"%s\" is not supported", layer->is_op ? "operator" : "layer class",
                  class_name, layer->name);
}

/* The layer that a wrapper holds: its one sublayer. */
static void parse_wrapped(kcc_model *model, kcc_layer *wrapper, const char *path, int depth) {
    kcc_cursor entry = kcc_json_get(wrapper->config, "layer");
    int cap = 0;
    if (!kcc_json_require(entry, "{\"class_name\": \"Dense\", \"config\": {\"units\": 10}}")) return;
    kcc_layer *layer =
        kcc_parse_layer(model, wrapper, entry, kcc_format(model->arena, "%s.config.layer", path), depth + 1);
    if (!layer) return;
    if (layer->is_input) {
        kcc_json_fail(entry, KCC_EPARSE, NULL, "%s cannot hold an InputLayer", wrapper->class_name);
        return;
    }
    kcc_add_sublayer(model, wrapper, layer, &cap);
}

kcc_layer *kcc_parse_layer(kcc_model *model, kcc_layer *parent, kcc_cursor entry, const char *path,
                           int depth) {
    if (!kcc_json_is_object(entry)) {
        kcc_json_fail(entry, KCC_EPARSE, NULL, "expected a layer: an object with class_name and config");
        return NULL;
    }
    const char *class_name = class_of(entry);
    kcc_cursor config = kcc_json_get(entry, "config");
    if (!class_name) return NULL;
    if (!config.json || !(kcc_json_is_object(config) || kcc_json_is_array(config))) {
        kcc_json_fail(config, KCC_EPARSE, NULL,
                      config.json ? "expected an object" : "a layer needs a config");
        return NULL;
    }
    kcc_cursor named = kcc_json_get(entry, "name");
    if (kcc_json_is_null(named)) named = kcc_json_get(config, "name");
    const char *name = kcc_json_text(named, NULL);
    if (!name || !*name) name = made_name(model, parent, class_name);
    kcc_layer *layer = kcc_layer_create(model, parent, class_name, name, path);
    layer->config = config;
    layer->trainable = kcc_json_bool(kcc_json_get(config, "trainable"), true);
    layer->all_trainable = layer->trainable && (!parent || parent->all_trainable);
    if (is_model_class(class_name, config)) {
        layer->is_model = true;
        layer->is_sequential = strcmp(class_name, "Sequential") == 0;
        layer->class_name = layer->is_sequential ? "Sequential" : "Functional";
        check_dtype(config);
        if (layer->is_sequential)
            kcc_parse_sequential(model, layer, path, depth + 1);
        else
            kcc_parse_functional(model, layer, path, depth + 1);
    } else if (strcmp(class_name, "InputLayer") == 0) {
        layer->is_input = true;
        layer->input_shape = input_shape_of(config);
        layer->input_dtype = input_dtype_of(config);
    } else {
        resolve_class(layer, entry);
        if (!layer->is_op) check_dtype(config); /* of an operator, dtype is an argument */
        if (layer->row) warn_unknown_keys(layer);
        if (layer->row && kcc_name_in("layer", layer->row->keys)) parse_wrapped(model, layer, path, depth);
        if (model->document->reasons) kcc_check_objects(config);
    }
    return layer;
}

void kcc_add_sublayer(kcc_model *model, kcc_layer *parent, kcc_layer *layer, int *cap) {
    parent->sublayer =
        kcc_grow(model->arena, parent->sublayer, cap, parent->n_sublayers + 1, sizeof *parent->sublayer);
    parent->sublayer[parent->n_sublayers++] = layer;
}

kcc_model_call *kcc_add_call(kcc_model *model, struct kcc_parsed_model *m, kcc_layer *layer) {
    m->call = kcc_grow(model->arena, m->call, &m->cap_calls, m->n_calls + 1, sizeof *m->call);
    kcc_model_call *call = &m->call[m->n_calls++];
    *call = (kcc_model_call){.layer = layer, .training = -1};
    call->place = kcc_format(model->arena, "%s: %s", model->file, layer->json_path);
    return call;
}

/* ------------------------------------------------------------- sequential */

/* Adds an input layer and its call; returns the call's index. */
static int add_input(kcc_model *model, struct kcc_parsed_model *m, kcc_layer *layer) {
    kcc_add_call(model, m, layer);
    int *input = kcc_alloc_array(model->arena, (size_t)m->n_inputs + 1, sizeof *input);
    if (m->n_inputs) memcpy(input, m->input, (size_t)m->n_inputs * sizeof *input);
    m->input = input;
    m->input[m->n_inputs++] = m->n_calls - 1;
    return m->n_calls - 1;
}

/* An input layer the file does not list. */
static int implied_input(kcc_model *model, kcc_layer *owner, kcc_layer *first, kcc_shape shape,
                         kcc_dtype dtype) {
    const char *base = first ? first->name : owner->name;
    kcc_layer *input =
        kcc_layer_create(model, owner, "InputLayer", kcc_format(model->arena, "%s_input", base),
                         first ? first->json_path : owner->json_path);
    input->is_input = true;
    input->input_shape = shape;
    input->input_dtype = dtype;
    return add_input(model, owner->model, input);
}

/* Input shape of the first real layer: its own, else that of the first layer of a nested model. */
static kcc_shape first_shape(const kcc_layer *layer) {
    kcc_shape none = {.rank = -1};
    if (layer->is_model)
        return layer->model && layer->model->n_inputs == 1
                   ? layer->model->call[layer->model->input[0]].layer->input_shape
                   : none;
    return input_shape_of(layer->config);
}

static void call_on(kcc_model *model, struct kcc_parsed_model *m, kcc_layer *layer, int n, const int *calls) {
    kcc_model_call *call = kcc_add_call(model, m, layer);
    call->operand = kcc_alloc_array(model->arena, (size_t)n, sizeof *call->operand);
    call->arg = kcc_alloc(model->arena, sizeof *call->arg);
    call->n_operands = call->n_positional = n;
    call->n_args = 1;
    call->arg[0] = (kcc_arg){.n = n, .list = n > 1};
    for (int i = 0; i < n; i++) call->operand[i].ref = (kcc_ref){calls[i], 0};
}

/* Keras 1: a Merge of branches begins the chain; the branches are models (or layers) with inputs of their
 * own. */
static void parse_merge(kcc_model *model, kcc_layer *owner, kcc_layer *merge, const char *path, int depth) {
    kcc_cursor branches = kcc_json_get(merge->config, "layers");
    int n = 0, cap = 0, count = kcc_json_count(branches);
    int *calls = kcc_alloc_array(model->arena, (size_t)count + 1, sizeof *calls);
    for (kcc_cursor e = kcc_json_first(branches); e.json; e = kcc_json_next(e), n++) {
        const char *at = kcc_format(model->arena, "%s.config.layers[%d]", path, n);
        kcc_layer *branch = kcc_parse_layer(model, merge, e, at, depth + 1);
        if (!branch) return;
        kcc_add_sublayer(model, merge, branch, &cap);
        int input = implied_input(model, owner, branch, first_shape(branch), KCC_F32);
        call_on(model, owner->model, branch, 1, &input);
        calls[n] = owner->model->n_calls - 1;
    }
    call_on(model, owner->model, merge, n, calls);
}

void kcc_parse_sequential(kcc_model *model, kcc_layer *layer, const char *path, int depth) {
    kcc_cursor list =
        kcc_json_is_array(layer->config) ? layer->config : kcc_json_get(layer->config, "layers");
    const char *prefix = kcc_json_is_array(layer->config) ? "config" : "config.layers";
    struct kcc_parsed_model *m = layer->model = kcc_alloc(model->arena, sizeof *m);
    int last = -1, i = 0, cap = 0;
    if (!kcc_json_is_array(list)) {
        kcc_json_fail(list, KCC_EPARSE, NULL,
                      list.json ? "expected a list of layers" : "a Sequential needs layers");
        return;
    }
    for (kcc_cursor e = kcc_json_first(list); e.json; e = kcc_json_next(e), i++) {
        const char *at = kcc_format(model->arena, "%s.%s[%d]", path, prefix, i);
        kcc_layer *child = kcc_parse_layer(model, layer, e, at, depth);
        if (!child) {
            if (model->document->reasons) continue;
            return;
        }
        kcc_add_sublayer(model, layer, child, &cap);
        if (child->is_input) {
            if (last >= 0) {
                kcc_json_fail(e, KCC_EPARSE, NULL, "an InputLayer can only come first");
                return;
            }
            last = add_input(model, m, child);
            continue;
        }
        if (last < 0 && strcmp(child->class_name, "Merge") == 0 &&
            kcc_json_count(kcc_json_get(child->config, "layers"))) {
            parse_merge(model, layer, child, at, depth);
        } else {
            if (last < 0) {
                kcc_shape shape = first_shape(child);
                if (shape.rank < 0)
                    shape = kcc_read_batch_shape(kcc_json_get(layer->config, "build_input_shape"));
                kcc_dtype dtype =
                    child->is_model ? KCC_F32 : input_dtype_of((kcc_cursor){.doc = model->document});
                last = implied_input(model, layer, child, shape, dtype);
            }
            call_on(model, m, child, 1, &last);
        }
        last = m->n_calls - 1;
    }
    if (last < 0) {
        kcc_json_fail(list, KCC_EPARSE, NULL, "a Sequential without layers computes nothing");
        return;
    }
    m->n_outputs = 1;
    m->output = kcc_alloc(model->arena, sizeof *m->output);
    m->output[0] = (kcc_ref){last, 0};
}

void kcc_parse_tree(kcc_model *model) {
    kcc_cursor root = kcc_json_root(model->document);
    if (!kcc_json_is_object(root) || !kcc_json_get(root, "class_name").json) {
        kcc_json_fail(root, KCC_EPARSE, "expected the text of model.to_json()", "this is not a Keras model");
        return;
    }
    model->generation = kcc_read_generation(root);
    const char *class_name = class_of(root);
    if (class_name && !is_model_class(class_name, kcc_json_get(root, "config"))) {
        kcc_json_fail(kcc_json_get(root, "class_name"), KCC_EUNSUPPORTED,
                      "only Sequential and Functional models hold their structure in JSON",
                      "\"%s\" is not a Sequential or Functional model", class_name);
        return;
    }
    model->root = class_name ? kcc_parse_layer(model, NULL, root, "$", 0) : NULL;
    if (model->root && kcc_json_ok(root) && (!model->root->model || model->root->model->n_outputs == 0))
        kcc_json_fail(root, KCC_EPARSE, NULL, "the model has no output");
}
