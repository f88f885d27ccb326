/*
 * Loading a model: from file or text to struct kcc_model.
 *
 * Takes: .json, .keras or whole-model .h5 files; JSON text.
 * Gives: layers, weights with shapes and first values, inputs, outputs, compile information if the file has
 *        any.
 * Keeps: weights are declared by tracing the model once on a scratch graph, so their shapes follow from the
 *        same functions that build the code; everything else is checked by then.
 */
#include "keras_model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "keras_compile.h"

#define MAX_JSON (INT64_C(256) << 20)

/* ----------------------------------------------------------------- inputs */

/* Sizes of one input in --input-shape: "28,28,1"; returns how many, -1 if it is not such a list. */
static int parse_sizes(const char *text, size_t length, int64_t *sizes, int cap) {
    int n = 0;
    const char *end = text + length;
    while (text < end && *text == ' ') text++;
    while (text < end) {
        char *stop = NULL;
        long long v = strtoll(text, &stop, 10);
        if (stop == text || stop > end || v < 1 || v > (INT64_C(1) << 40) || n == cap) return -1;
        sizes[n++] = v;
        text = stop;
        while (text < end && *text == ' ') text++;
        if (text < end && *text++ != ',') return -1;
    }
    return n;
}

/* "(batch, None, None, 1)" or, with sizes given, their "(3, 9, 3)" */
static const char *shape_text(kcc_arena *arena, const kcc_shape *s, const int64_t *sizes, int n) {
    const char *text = sizes ? "(" : "(batch";
    for (int i = 0; i < (sizes ? n : s->rank - 1); i++) {
        int64_t size = sizes ? sizes[i] : s->dim[i + 1].size;
        const char *comma = sizes && i == 0 ? "" : ", ";
        text = size < 0 ? kcc_format(arena, "%s%sNone", text, comma)
                        : kcc_format(arena, "%s%s%lld", text, comma, (long long)size);
    }
    return kcc_format(arena, "%s)", text);
}

/* Fills the unknown extents of an input from its part of --input-shape, or from the data called so. */
static bool apply_sizes(kcc_layer *input, kcc_document *doc, const int64_t *sizes, int n, const char *data) {
    kcc_shape *s = &input->input_shape;
    if (s->rank < 0) {
        s->rank = 1;
        s->dim[0] = (kcc_dim){1, true};
        for (int i = 0; i < n; i++) s->dim[s->rank++] = kcc_fixed(sizes[i]);
        return true;
    }
    bool same = s->rank == n + 1;
    for (int i = 0; same && i < n; i++) same = s->dim[i + 1].size < 0 || s->dim[i + 1].size == sizes[i];
    if (!same && data)
        return kcc_document_fail(doc, KCC_ESHAPE, kcc_format(doc->arena, "%s (%s)", data, input->name), "",
                                 "the model expects shape %s, the samples have shape %s",
                                 shape_text(doc->arena, s, NULL, 0), shape_text(doc->arena, s, sizes, n));
    if (!same)
        return kcc_document_fail(doc, KCC_ESHAPE, "--input-shape",
                                 "sizes without the batch, as the file has them",
                                 "the shape given for input \"%s\" does not fit the file's", input->name);
    for (int i = 0; i < n; i++) s->dim[i + 1] = kcc_fixed(sizes[i]);
    return true;
}

static bool is_open(const kcc_layer *input) {
    bool open = input->input_shape.rank < 0;
    for (int i = 1; i < input->input_shape.rank; i++) open = open || input->input_shape.dim[i].size < 0;
    return open;
}

static kcc_layer *root_input(const kcc_model *model, int i) {
    const struct kcc_parsed_model *m = model->root->model;
    return m->call[m->input[i]].layer;
}

/* --input-shape: an entry for each input, or for each input whose shape is open. */
static bool apply_input_shape(kcc_model *model, const char *text) {
    int n = model->root->model->n_inputs, entries = 1, open = 0, next = 0;
    for (const char *p = text; *p; p++) entries += *p == ';';
    for (int i = 0; i < n; i++) open += is_open(root_input(model, i));
    if (entries != n && entries != open)
        return kcc_document_fail(model->document, KCC_EINVAL, "--input-shape",
                                 "sizes without the batch: \"28,28,1;10\"",
                                 "there are %d shapes for %d input%s", entries, n, n == 1 ? "" : "s");
    const char *at = text;
    for (int i = 0; i < n && next < entries; i++) {
        int64_t sizes[KCC_MAX_RANK];
        kcc_layer *input = root_input(model, i);
        if (entries != n && !is_open(input)) continue;
        size_t length = strcspn(at, ";");
        int count = parse_sizes(at, length, sizes, KCC_MAX_RANK - 1);
        if (count < 0)
            return kcc_document_fail(model->document, KCC_EINVAL, "--input-shape", "such as 28,28,1",
                                     "\"%.*s\" is no shape", (int)length, at);
        if (length && !apply_sizes(input, model->document, sizes, count, NULL)) return false;
        at += length + (at[length] == ';');
        next++;
    }
    return true;
}

/* Inputs with open sizes get those of the data, an entry an input; others are compared when they are fed. */
static bool apply_data_shape(kcc_model *model, const char *text, const char *name) {
    int n = model->root->model->n_inputs, entries = 1;
    for (const char *p = text; *p; p++) entries += *p == ';';
    for (int i = 0; i < n && entries == n; i++) {
        int64_t sizes[KCC_MAX_RANK];
        kcc_layer *input = root_input(model, i);
        size_t length = strcspn(text, ";");
        int count = parse_sizes(text, length, sizes, KCC_MAX_RANK - 1);
        if (length && count >= 0 && is_open(input) &&
            !apply_sizes(input, model->document, sizes, count, name ? name : "the data"))
            return false;
        text += length + (text[length] == ';');
    }
    return true;
}

static bool read_inputs(kcc_model *model, const kcc_load_options *o) {
    int n = model->root->model->n_inputs;
    if (o && o->input_shape && *o->input_shape && !apply_input_shape(model, o->input_shape)) return false;
    if (o && !o->input_shape && o->data_shape && !apply_data_shape(model, o->data_shape, o->data_name))
        return false;
    model->n_inputs = n;
    model->inputs = kcc_alloc_array(model->arena, (size_t)n + 1, sizeof *model->inputs);
    for (int i = 0; i < n; i++) {
        kcc_layer *input = root_input(model, i);
        kcc_tensor *t = &model->inputs[i];
        if (is_open(input))
            return kcc_document_fail(model->document, KCC_ESHAPE,
                                     kcc_format(model->arena, "%s: %s", model->file, input->json_path),
                                     "give it with --input-shape, without the batch: 28,28,1",
                                     "the shape of input \"%s\" is not known", input->name);
        *t = (kcc_tensor){
            .name = input->name, .layer = input->name, .path = input->name, .index = i, .of = -1};
        t->role = KCC_ROLE_INPUT;
        t->dtype = input->input_dtype;
        t->rank = input->input_shape.rank;
        memcpy(t->dim, input->input_shape.dim, sizeof t->dim);
    }
    return true;
}

/* -------------------------------------------------------------- declaring */

static kcc_value *trace_inputs(kcc_model *model, kcc_graph *g) {
    kcc_value *in = kcc_alloc_array(g->arena, (size_t)model->n_inputs + 1, sizeof *in);
    for (int i = 0; i < model->n_inputs; i++) {
        kcc_shape shape = kcc_shape_of(model->inputs[i].rank, model->inputs[i].dim);
        in[i].node = kcc_input(g, i, model->inputs[i].dtype, &shape);
    }
    return in;
}

static void name_outputs(kcc_model *model, const kcc_value *out) {
    const struct kcc_parsed_model *m = model->root->model;
    model->n_outputs = m->n_outputs;
    model->outputs = kcc_alloc_array(model->arena, (size_t)m->n_outputs + 1, sizeof *model->outputs);
    for (int i = 0; i < m->n_outputs; i++) {
        const kcc_layer *layer = m->call[m->output[i].call].layer;
        kcc_tensor *t = &model->outputs[i];
        *t = (kcc_tensor){.name = layer->name,
                          .layer = layer->name,
                          .path = layer->name,
                          .role = KCC_ROLE_OUTPUT,
                          .index = i,
                          .of = -1};
        for (int k = 0; k < i; k++) /* an output layer named twice */
            if (strcmp(model->outputs[k].name, t->name) == 0)
                t->name = kcc_format(model->arena, "%s_%d", layer->name, i);
        if (!out[i].node) continue;
        t->rank = out[i].node->shape.rank;
        memcpy(t->dim, out[i].node->shape.dim, sizeof t->dim);
        if (t->rank == 0 || !t->dim[0].batch)
            kcc_document_fail(model->document, KCC_EUNSUPPORTED,
                              kcc_format(model->arena, "%s: %s", model->file, layer->json_path),
                              "an output needs one row a sample",
                              "output \"%s\" does not count samples along its first axis", layer->name);
    }
}

static int count_weights(const kcc_layer *layer) {
    int n = layer->n_declared;
    for (int i = 0; i < layer->n_sublayers; i++) n += count_weights(layer->sublayer[i]);
    return n;
}

/* Depth first; trained weights of a layer before its statistics; top names the key. */
static void number_weights(kcc_model *model, kcc_layer *layer, const kcc_layer *top, int *place) {
    layer->weight = kcc_alloc_array(model->arena, (size_t)layer->n_declared + 1, sizeof *layer->weight);
    for (int i = 0; i < layer->n_declared; i++) {
        struct kcc_declared *d = &layer->declared[i];
        int w = model->n_weights++;
        d->index = w;
        d->tensor.layer = top->name;
        d->tensor.index = (*place)++;
        model->weights[w] = d->tensor;
        model->regularizers[w] = d->regularizer;
        model->constraints[w] = d->constraint;
        model->weight_layer[w] = layer;
        layer->weight[layer->n_weights++] = w;
    }
    for (int i = 0; i < layer->n_sublayers; i++) number_weights(model, layer->sublayer[i], top, place);
}

static void list_weights(kcc_model *model) {
    size_t n = (size_t)count_weights(model->root) + 1;
    model->weights = kcc_alloc_array(model->arena, n, sizeof *model->weights);
    model->regularizers = kcc_alloc_array(model->arena, n, sizeof *model->regularizers);
    model->constraints = kcc_alloc_array(model->arena, n, sizeof *model->constraints);
    model->weight_layer = kcc_alloc_array(model->arena, n, sizeof *model->weight_layer);
    for (int i = 0; i < model->root->n_sublayers; i++) {
        int place = 0;
        number_weights(model, model->root->sublayer[i], model->root->sublayer[i], &place);
    }
}

/* Traces the model once on a scratch graph: shapes, weights, every error a layer can find. */
static void declare_weights(kcc_model *model, kcc_arena *scratch) {
    kcc_graph *g = kcc_graph_create(scratch);
    kcc_tracer t = {.model = model, .g = g, .arena = scratch, .number = ++model->traces, .steps = 1};
    kcc_value *out = kcc_trace_model(&t, model->root, trace_inputs(model, g));
    if (!kcc_graph_ok(g) && model->document->error.status == KCC_OK)
        kcc_document_take(model->document, &g->error);
    if (!out || model->document->error.status != KCC_OK) return;
    name_outputs(model, out);
    list_weights(model);
}

/* ---------------------------------------------------------------- loading */

/* Compile information in the file; what kcc cannot do only means that the model is not compiled. */
static void read_own_compile(kcc_model *model, const char *compile_json) {
    kcc_cursor root = kcc_json_get(kcc_json_root(model->document), "compile_config");
    kcc_document *doc = model->document;
    kcc_error error = {0};
    if (compile_json && *compile_json) {
        doc = kcc_json_parse(model->arena, compile_json,
                             kcc_format(model->arena, "%s (compile)", model->file), &error);
        if (doc) {
            doc->log = model->log;
            doc->log_user = model->log_user;
            root = kcc_json_root(doc);
        }
    }
    if (!doc || !kcc_json_is_object(root) || kcc_json_is_null(kcc_json_get(root, "loss"))) return;
    kcc_compiled *k = kcc_read_compiled(model, root, model->generation);
    if (k && k->has_loss && doc->error.status == KCC_OK) {
        model->compiled = k;
        model->compile_json = kcc_json_print(root);
    } else if (doc->error.status != KCC_OK && model->log) {
        char text[1100];
        const char *line = kcc_error_text(&doc->error, text, sizeof text);
        model->log(model->log_user,
                   kcc_format(model->arena, "%s; the file's compile information is not used", line));
    }
    memset(&doc->error, 0, sizeof doc->error);
}

static bool has_suffix(const char *path, const char *suffix) {
    size_t n = strlen(path), m = strlen(suffix);
    return n > m && strcmp(path + n - m, suffix) == 0;
}

static void load_text(kcc_model *model, kcc_arena *scratch, const char *json, const char *compile_json,
                      const kcc_load_options *options, kcc_text *reasons, int *n_reasons,
                      kcc_error *failure) {
    model->compile_json = "";
    model->json = kcc_strdup(model->arena, json);
    /* that the text is no JSON has a line and a column: of what, where the file is not that text */
    const char *part = has_suffix(model->file, ".keras") ? " (config.json)"
                       : has_suffix(model->file, ".h5")  ? " (model_config)"
                                                         : "";
    const char *place = kcc_format(model->arena, "%s%s", model->file, part);
    kcc_document *doc = model->document = kcc_json_parse(model->arena, json, place, failure);
    if (!doc) return;
    doc->file = model->file;
    doc->log = model->log;
    doc->log_user = model->log_user;
    doc->reasons = reasons;
    kcc_parse_tree(model);
    if (model->root) model->name = model->root->name;
    bool parsed = model->root && model->root->model && model->root->model->n_outputs;
    if (parsed && (reasons || doc->error.status == KCC_OK) && read_inputs(model, options))
        if (reasons || doc->error.status == KCC_OK) {
            memset(&doc->error, 0, sizeof doc->error);
            declare_weights(model, scratch);
        }
    if (n_reasons) *n_reasons = doc->n_reasons;
    doc->reasons = NULL;
    *failure = doc->error;
    if (failure->status == KCC_OK && !(n_reasons && *n_reasons)) read_own_compile(model, compile_json);
}

/* The whole load, guarded against lack of memory.  reasons: collect instead of stopping at the first. */
static kcc_status load(const char *json, const char *compile_json, const char *file,
                       const kcc_load_options *options, kcc_text *reasons, int *n_reasons, kcc_model **result,
                       kcc_error *error) {
    kcc_error failure = {0};
    jmp_buf point;
    kcc_arena *arena = kcc_arena_create(), *scratch = kcc_arena_create();
    if (!arena || !scratch) {
        kcc_arena_free(arena);
        kcc_arena_free(scratch);
        return kcc_fail(error, KCC_ENOMEM, file, "", "out of memory");
    }
    if (setjmp(point)) {
        kcc_arena_free(arena);
        kcc_arena_free(scratch);
        return kcc_fail(error, KCC_ENOMEM, file, "", "out of memory");
    }
    kcc_arena_recover(arena, &point);
    kcc_arena_recover(scratch, &point);
    kcc_model *model = kcc_alloc(arena, sizeof *model);
    model->arena = arena;
    model->name = "model";
    model->file = kcc_strdup(arena, file);
    if (options) {
        model->log = options->log;
        model->log_user = options->log_user;
    }
    load_text(model, scratch, json, compile_json, options, reasons, n_reasons, &failure);
    kcc_arena_free(scratch);
    kcc_arena_recover(arena, NULL);
    if (failure.status || !result) {
        kcc_arena_free(arena);
        if (failure.status)
            kcc_fail(error, failure.status, failure.location, failure.hint, "%s", failure.message);
        return failure.status;
    }
    *result = model;
    return KCC_OK;
}

kcc_status kcc_model_parse(const char *json, const char *name, const kcc_load_options *options,
                           kcc_model **model, kcc_error *error) {
    if (!json || !model)
        return kcc_fail(error, KCC_EINVAL, "", "", "no text or no place for the model given");
    return load(json, NULL, name ? name : "model", options, NULL, NULL, model, error);
}

/* ------------------------------------------------------------------- files */

static kcc_status read_text(const char *path, char **text, kcc_error *error) {
    FILE *file = fopen(path, "rb");
    if (!file) return kcc_fail(error, KCC_EIO, path, "", "cannot open: %s", strerror(errno));
    size_t size = 0, cap = 1 << 16;
    char *data = malloc(cap);
    while (data) {
        size_t got = fread(data + size, 1, cap - size - 1, file);
        size += got;
        if (size + 1 < cap) break;
        if (cap > MAX_JSON) {
            free(data);
            fclose(file);
            return kcc_fail(error, KCC_EPARSE, path, "is this a model's JSON?", "the file is too large");
        }
        char *more = realloc(data, cap *= 2);
        if (!more) free(data);
        data = more;
    }
    bool failed = ferror(file);
    fclose(file);
    if (!data) return kcc_fail(error, KCC_ENOMEM, path, "", "out of memory");
    data[size] = '\0';
    if (!failed && memchr(data, 0, size) == NULL) {
        *text = data;
        return KCC_OK;
    }
    free(data);
    if (failed) return kcc_fail(error, KCC_EIO, path, "", "cannot read: %s", strerror(errno));
    return kcc_fail(error, KCC_EPARSE, path, "name a .keras or .h5 file by its suffix", "this is no text");
}

/* The model's JSON and compile information of any file. */
kcc_status kcc_model_file_read(const char *path, char **json, char **compile_json, kcc_error *error) {
    bool container =
        kcc_is_zip(path) || kcc_is_hdf5(path) || has_suffix(path, ".keras") || has_suffix(path, ".h5");
    return container ? kcc_container_read(path, json, compile_json, error) : read_text(path, json, error);
}

kcc_status kcc_model_load(const char *path, const kcc_load_options *options, kcc_model **model,
                          kcc_error *error) {
    char *json = NULL, *compile_json = NULL;
    if (!path || !model)
        return kcc_fail(error, KCC_EINVAL, "", "", "no path or no place for the model given");
    kcc_status status = kcc_model_file_read(path, &json, &compile_json, error);
    if (!status) status = load(json, compile_json, path, options, NULL, NULL, model, error);
    free(json);
    free(compile_json);
    return status;
}

kcc_status kcc_model_collect(const char *json, const char *name, const kcc_load_options *options,
                             kcc_text *reasons, int *n_reasons, kcc_error *error) {
    return load(json, NULL, name, options, reasons, n_reasons, NULL, error);
}

void kcc_model_free(kcc_model *model) {
    if (model) kcc_arena_free(model->arena);
}
