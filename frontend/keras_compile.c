/*
 * Reads compile information: see keras_compile.h.
 *
 * Takes: one JSON object: {optimizer or optimizer_config, loss, loss_weights, metrics, weighted_metrics}.
 * Gives: model->compiled.
 * Keeps: names are resolved here, at compile time: "accuracy" by shapes (Keras 3) or by the loss (Keras 2).
 * Source: model-json.md, section 10; activations-losses-metrics.md; fit.md, sections 7 and 12.
 */
#include "keras_compile.h"
#include "plain_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_METRICS 200

/* One loss_weights, loss or metrics value laid out by output. */
struct by_output {
    kcc_cursor at; /* nothing: none for this output */
};

static bool is_object_form(kcc_cursor c) {
    return kcc_json_is_object(c) && kcc_json_get(c, "class_name").json;
}

/* Finds output i's part of a value given as dict by output name. */
static kcc_cursor named_part(const kcc_model *model, kcc_cursor c, int i) {
    return kcc_json_get(c, model->outputs[i].name);
}

static bool check_names(const kcc_model *model, kcc_cursor c) {
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) {
        bool known = false;
        const char **names = kcc_alloc_array(model->arena, (size_t)model->n_outputs, sizeof *names);
        for (int i = 0; i < model->n_outputs; i++) {
            names[i] = model->outputs[i].name;
            known = known || strcmp(e.key, names[i]) == 0;
        }
        if (!known)
            return kcc_json_fail(e, KCC_EINVAL,
                                 kcc_did_you_mean(model->arena, e.key, model->n_outputs, names),
                                 "the model has no output \"%s\"", e.key);
    }
    return true;
}

/* Splits loss or loss_weights by output: one for all, a list, or a dict. */
static bool split(const kcc_model *model, kcc_cursor c, struct by_output *parts) {
    int n = model->n_outputs;
    if (kcc_json_is_object(c) && !is_object_form(c)) {
        if (!check_names(model, c)) return false;
        for (int i = 0; i < n; i++) parts[i].at = named_part(model, c, i);
        return true;
    }
    if (kcc_json_is_array(c)) {
        int count = kcc_json_count(c);
        if (count != n)
            return kcc_json_fail(c, KCC_EINVAL, NULL, "there are %d entries for %d output%s", count, n,
                                 n == 1 ? "" : "s");
        for (int i = 0; i < n; i++) parts[i].at = kcc_json_at(c, i);
        return true;
    }
    for (int i = 0; i < n; i++) parts[i].at = c;
    return true;
}

/* A name of a class wrapped around a function: {"class_name": "MeanMetricWrapper", "config": {"fn": …}}.
 * *is_function (NULL: not asked): whether Keras 3 wrote a function, of keras.losses, not a name. */
static kcc_object unwrapped(kcc_cursor c, bool *is_function) {
    kcc_object o = kcc_object_read(c);
    if (o.name &&
        kcc_name_in(o.name, "MeanMetricWrapper LossFunctionWrapper SumOverBatchSizeMetricWrapper")) {
        kcc_cursor fn = kcc_json_get(o.config, "fn");
        kcc_object inner = kcc_object_read(fn);
        if (inner.name) o.name = inner.name;
        if (is_function && kcc_json_is_string(inner.config)) *is_function = true;
    } else if (is_function && o.name && kcc_json_is_object(c)) {
        *is_function = kcc_json_is_string(o.config);
    }
    return o;
}

static void read_loss(kcc_cursor c, kcc_generation generation, kcc_loss *loss) {
    loss->weight = 1;
    if (kcc_json_is_null(c)) return;
    kcc_object o = unwrapped(c, NULL);
    if (!o.name) return;
    loss->row = kcc_loss_find(o.name);
    if (!loss->row) {
        kcc_json_fail(c, KCC_EUNSUPPORTED, kcc_loss_hint(c.doc->arena, o.name), "unknown loss \"%s\"",
                      o.name);
        return;
    }
    loss->args = kcc_loss_defaults(loss->row, generation);
    if (kcc_json_is_object(o.config)) kcc_loss_options(o.config, &loss->args, &loss->reduction);
}

/* As Keras warns: softmax of one number is 1, and so is its target. */
static void warn_of_width(const kcc_model *model, kcc_cursor c, const kcc_loss *loss, int output) {
    const kcc_tensor *p = &model->outputs[output];
    if (!loss->row || loss->row->build != kcc_loss_categorical_crossentropy) return;
    if (p->rank < 2 || p->dim[p->rank - 1].size != 1) return;
    kcc_json_warn(c,
                  "categorical_crossentropy expects an output of several classes, but \"%s\" is 1 wide; "
                  "binary_crossentropy is for two classes",
                  p->name);
}

static bool read_losses(kcc_model *model, kcc_compiled *k, kcc_cursor root) {
    int n = model->n_outputs;
    struct by_output *parts = kcc_alloc_array(model->arena, (size_t)n + 1, sizeof *parts);
    kcc_cursor loss = kcc_json_get(root, "loss"), weights = kcc_json_get(root, "loss_weights");
    k->loss = kcc_alloc_array(model->arena, (size_t)n + 1, sizeof *k->loss);
    if (kcc_json_is_array(loss) && kcc_json_count(loss) == 1 && n == 1) loss = kcc_json_first(loss);
    if (!split(model, loss, parts)) return false;
    for (int i = 0; i < n; i++) {
        read_loss(parts[i].at, k->generation, &k->loss[i]);
        warn_of_width(model, parts[i].at, &k->loss[i], i);
        k->has_loss = k->has_loss || k->loss[i].row;
    }
    if (kcc_json_is_null(weights)) return kcc_json_ok(root);
    if (kcc_json_is_number(weights)) {
        for (int i = 0; i < n; i++) k->loss[i].weight = kcc_json_number(weights, 1);
        return true;
    }
    if (!split(model, weights, parts)) return false;
    for (int i = 0; i < n; i++) k->loss[i].weight = kcc_json_number(parts[i].at, 1);
    return kcc_json_ok(root);
}

/* ------------------------------------------------------------------ metrics */

/* What "accuracy" and "crossentropy" mean for an output. */
static const char *resolved(const kcc_model *model, const kcc_compiled *k, int output, const char *name) {
    const kcc_loss_row *loss = k->loss[output].row;
    const kcc_tensor *p = &model->outputs[output];
    bool accuracy = strcmp(name, "accuracy") == 0 || strcmp(name, "acc") == 0;
    bool entropy = strcmp(name, "crossentropy") == 0 || strcmp(name, "ce") == 0;
    if (!accuracy && !entropy) return name;
    bool one = p->rank > 0 && p->dim[p->rank - 1].size == 1 && !p->dim[p->rank - 1].batch;
    bool binary = one || p->rank < 2, sparse = loss && loss->sparse;
    if (k->generation <= KCC_KERAS_2B) binary = one || (loss && loss->build == kcc_loss_binary_crossentropy);
    if (sparse && !one) binary = false;
    if (accuracy)
        return binary && !sparse ? "binary_accuracy"
               : sparse          ? "sparse_categorical_accuracy"
                                 : "categorical_accuracy";
    return binary && !sparse ? "binary_crossentropy"
           : sparse          ? "sparse_categorical_crossentropy"
                             : "categorical_crossentropy";
}

static bool is_taken(const kcc_compiled *k, const char *name) {
    for (int i = 0; i < k->n_metrics; i++)
        if (strcmp(k->metric[i].name, name) == 0) return true;
    return false;
}

/* output_name, output_weighted_name if that is taken by a metric without weights, then …_1, …_2. */
static const char *unique_name(const kcc_model *model, const kcc_compiled *k, int output, const char *name,
                               bool weighted) {
    bool several = model->n_outputs > 1;
    const char *of = several ? model->outputs[output].name : "", *bar = several ? "_" : "";
    const char *first = kcc_format(model->arena, "%s%s%s", of, bar, name);
    if (weighted && is_taken(k, first)) first = kcc_format(model->arena, "%s%sweighted_%s", of, bar, name);
    const char *candidate = first;
    for (int i = 1; is_taken(k, candidate); i++) candidate = kcc_format(model->arena, "%s_%d", first, i);
    return candidate;
}

/* The name History shows, without the output's: what was written; Keras 2.0 - 2.2 resolved it. */
static const char *shown_name(kcc_model *model, const kcc_compiled *k, kcc_cursor c, const kcc_object *o,
                              const kcc_metric_spec *spec) {
    kcc_cursor given = kcc_json_get(o->config, "name");
    if (kcc_json_is_object(c) && kcc_json_is_string(given)) return given.json->valuestring;
    if (k->generation <= KCC_KERAS_2A)
        return kcc_name_in(o->name, "accuracy acc") ? "acc" : spec->row ? spec->row->name : spec->loss->name;
    return kcc_json_is_object(c) ? kcc_snake_case(model->arena, o->name) : o->name;
}

static bool read_metric(kcc_model *model, kcc_compiled *k, kcc_cursor c, int output, bool weighted) {
    if (kcc_json_is_null(c)) return true;
    bool is_function = false;
    kcc_object o = unwrapped(c, &is_function);
    if (!o.name) return false;
    if (k->n_metrics == MAX_METRICS)
        return kcc_json_fail(c, KCC_EUNSUPPORTED, NULL, "more than %d metrics", MAX_METRICS);
    kcc_metric_spec *spec = &k->metric[k->n_metrics];
    const char *name =
        kcc_json_is_string(c) || kcc_json_is_string(o.config) ? resolved(model, k, output, o.name) : o.name;
    *spec = (kcc_metric_spec){.output = output, .weighted = weighted, .direction = -1};
    if (!k->loss[output].row)
        return kcc_json_fail(c, KCC_EUNSUPPORTED, "give the output a loss",
                             "output \"%s\" has metrics but no loss", model->outputs[output].name);
    /* cosine_similarity is both, of opposite signs */
    spec->row = is_function && kcc_loss_find(name) ? NULL : kcc_metric_find(name);
    if (spec->row) {
        spec->direction = spec->row->direction;
        spec->args = kcc_metric_defaults(spec->row, k->generation);
        if (kcc_json_is_object(o.config)) kcc_metric_options(o.config, spec->row, &spec->args);
    } else {
        spec->loss = kcc_loss_find(name);
        if (!spec->loss)
            return kcc_json_fail(c, KCC_EUNSUPPORTED, kcc_metric_hint(c.doc->arena, o.name),
                                 "unknown metric \"%s\"", o.name);
        spec->args.loss = kcc_loss_defaults(spec->loss, k->generation);
        if (kcc_json_is_object(o.config)) kcc_loss_options(o.config, &spec->args.loss, NULL);
    }
    const kcc_tensor *p = &model->outputs[output];
    kcc_shape shape = kcc_shape_of(p->rank, p->dim);
    if (!kcc_json_ok(c) || !kcc_metric_check(c, spec, &shape, k->loss[output].row->sparse)) return false;
    spec->name = unique_name(model, k, output, shown_name(model, k, c, &o, spec), weighted);
    k->n_metrics++;
    return true;
}

/* A metric, or a list of them, of one output. */
static bool read_output_metrics(kcc_model *model, kcc_compiled *k, kcc_cursor c, int output, bool weighted) {
    if (!kcc_json_is_array(c)) return read_metric(model, k, c, output, weighted);
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) {
        if (kcc_json_is_array(e) ? !read_output_metrics(model, k, e, output, weighted)
                                 : !read_metric(model, k, e, output, weighted))
            return false;
    }
    return true;
}

static bool read_metrics(kcc_model *model, kcc_compiled *k, kcc_cursor c, int output, bool weighted) {
    int n = model->n_outputs;
    if (kcc_json_is_null(c)) return true;
    if (kcc_json_is_object(c) && !is_object_form(c)) {
        if (!check_names(model, c)) return false;
        return read_output_metrics(model, k, named_part(model, c, output), output, weighted);
    }
    /* Several outputs: an entry an output if the counts agree, else all of it for every output. */
    if (n > 1 && kcc_json_is_array(c) && kcc_json_count(c) == n)
        return read_output_metrics(model, k, kcc_json_at(c, output), output, weighted);
    return read_output_metrics(model, k, c, output, weighted);
}

/* ------------------------------------------------------------ what is reported */

static kcc_tensor *new_state(kcc_model *model, kcc_compiled *k, const char *metric, const char *name,
                             kcc_shape shape, int *cap) {
    k->accumulator =
        kcc_grow(model->arena, k->accumulator, cap, k->n_accumulators + 1, sizeof *k->accumulator);
    kcc_tensor *t = &k->accumulator[k->n_accumulators];
    *t = (kcc_tensor){.name = name,
                      .layer = metric,
                      .role = KCC_ROLE_METRIC,
                      .dtype = KCC_F32,
                      .of = -1,
                      .rank = shape.rank};
    t->path = kcc_format(model->arena, "%s/%s", metric, name);
    t->index = k->n_accumulators++;
    t->init = (kcc_init){KCC_INIT_CONSTANT, 0, 0, -1};
    memcpy(t->dim, shape.dim, sizeof t->dim);
    return t;
}

static void report(kcc_model *model, kcc_compiled *k, const char *name, int output, int direction, int *cap) {
    k->reported = kcc_grow(model->arena, k->reported, cap, k->n_reported + 1, sizeof *k->reported);
    k->reported[k->n_reported++] = (kcc_metric){name, output, direction};
}

/* Order: loss, the losses of several outputs, metrics; accumulators likewise. */
static void list_reported(kcc_model *model, kcc_compiled *k) {
    int cap_reported = 0, cap_state = 0;
    kcc_shape scalar = {.rank = 0};
    report(model, k, "loss", -1, -1, &cap_reported);
    new_state(model, k, "loss", "total", scalar, &cap_state);
    new_state(model, k, "loss", "count", scalar, &cap_state);
    for (int i = 0; model->n_outputs > 1 && i < model->n_outputs; i++) {
        if (!k->loss[i].row) continue;
        const char *name = kcc_format(model->arena, "%s_loss", model->outputs[i].name);
        report(model, k, name, i, -1, &cap_reported);
        new_state(model, k, name, "total", scalar, &cap_state);
        new_state(model, k, name, "count", scalar, &cap_state);
    }
    k->first_metric_state = k->n_accumulators;
    for (int i = 0; i < k->n_metrics; i++) {
        kcc_metric_spec *spec = &k->metric[i];
        const kcc_tensor *p = &model->outputs[spec->output];
        kcc_shape output = kcc_shape_of(p->rank, p->dim), shape = kcc_metric_state_shape(spec, &output);
        report(model, k, spec->name, spec->output, spec->direction, &cap_reported);
        spec->first_state = k->n_accumulators;
        spec->n_state = kcc_metric_states(spec);
        for (int s = 0; s < spec->n_state; s++)
            new_state(model, k, spec->name, kcc_format(model->arena, "%d", s), shape, &cap_state);
    }
}

kcc_compiled *kcc_read_compiled(kcc_model *model, kcc_cursor root, kcc_generation generation) {
    kcc_compiled *k = kcc_alloc(model->arena, sizeof *k);
    kcc_cursor optimizer = kcc_json_get(root, "optimizer");
    if (!kcc_json_is_object(root)) {
        kcc_json_fail(root, KCC_EPARSE, "expected the text of get_compile_config()",
                      "this is no compile information");
        return NULL;
    }
    k->generation = optimizer.json ? KCC_KERAS_3 : generation;
    if (!optimizer.json) optimizer = kcc_json_get(root, "optimizer_config");
    if (!kcc_json_is_null(optimizer))
        k->has_optimizer = kcc_read_optimizer(optimizer, k->generation, &k->optimizer);
    if (!read_losses(model, k, root) || !kcc_json_ok(root)) return NULL;
    k->metric = kcc_alloc_array(model->arena, MAX_METRICS, sizeof *k->metric);
    for (int i = 0; i < model->n_outputs; i++)
        if (!read_metrics(model, k, kcc_json_get(root, "metrics"), i, false) ||
            !read_metrics(model, k, kcc_json_get(root, "weighted_metrics"), i, true))
            return NULL;
    if (!kcc_json_ok(root)) return NULL;
    list_reported(model, k);
    return k;
}

/* -------------------------------------------------- strings of the command line */

/* "a,b" -> ["a","b"]; one item stays a text. */
static cJSON *list_of(const char *text, char separator, bool always, cJSON *(*item)(const char *)) {
    cJSON *list = cJSON_CreateArray();
    for (;;) {
        const char *end = strchr(text, separator);
        size_t n = end ? (size_t)(end - text) : strlen(text);
        char word[200];
        while (n && *text == ' ') text++, n--;
        while (n && text[n - 1] == ' ') n--;
        if (n >= sizeof word) n = sizeof word - 1;
        memcpy(word, text, n);
        word[n] = '\0';
        cJSON_AddItemToArray(list, item(word));
        if (!end) break;
        text = end + 1;
    }
    if (!always && cJSON_GetArraySize(list) == 1) {
        cJSON *only = cJSON_DetachItemFromArray(list, 0);
        cJSON_Delete(list);
        return only;
    }
    return list;
}

/* true, false, null and numbers as such; else a text, as nan and inf are, which JSON has no number for; an
 * empty word is null. */
static cJSON *value_item(const char *word) {
    char *end = NULL;
    double number = strtod(word, &end);
    if (!*word || strcmp(word, "null") == 0 || strcmp(word, "None") == 0) return cJSON_CreateNull();
    if (strcmp(word, "true") == 0 || strcmp(word, "True") == 0) return cJSON_CreateTrue();
    if (strcmp(word, "false") == 0 || strcmp(word, "False") == 0) return cJSON_CreateFalse();
    return *end || !isfinite(number) ? cJSON_CreateString(word) : cJSON_CreateNumber(number);
}

static cJSON *metric_list(const char *word) { return list_of(word, ',', true, value_item); }

static kcc_status bad_optimizer(const char *text, const char *message, const char *what, kcc_error *error) {
    return kcc_fail(error, KCC_EINVAL, "--optimizer", "write it as adam:learning_rate=0.01,beta_1=0.8",
                    "\"%s\": %s%s", text, message, what);
}

/* "adam:learning_rate=0.01,beta_1=0.8" -> {"class_name": …, "config": {…}} */
static kcc_status optimizer_item(const char *text, cJSON **result, kcc_error *error) {
    char name[100], key[100], value[100];
    const char *p = strchr(text, ':');
    size_t n = p ? (size_t)(p - text) : strlen(text);
    if (n == 0 || n >= sizeof name) return bad_optimizer(text, "no optimizer is named", "", error);
    memcpy(name, text, n);
    name[n] = '\0';
    cJSON *object = cJSON_CreateObject(), *config = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "class_name", name);
    cJSON_AddItemToObject(object, "config", config);
    while (p && *p) {
        const char *equals = strchr(++p, '='), *end = strchr(p, ',');
        size_t k = equals ? (size_t)(equals - p) : 0, v = 0;
        if (equals) v = end ? (end > equals ? (size_t)(end - equals - 1) : 0) : strlen(equals + 1);
        if (!k || !v || k >= sizeof key || v >= sizeof value) {
            cJSON_Delete(object);
            return bad_optimizer(text, "expected option=value", "", error);
        }
        memcpy(key, p, k);
        key[k] = '\0';
        memcpy(value, equals + 1, v);
        value[v] = '\0';
        if (!kcc_optimizer_has_option(name, key)) {
            cJSON_Delete(object);
            return bad_optimizer(text, "the optimizer has no option ", key, error);
        }
        cJSON_AddItemToObject(config, key, value_item(value));
        p = end;
    }
    *result = object;
    return KCC_OK;
}

static void replace(cJSON *object, const char *key, cJSON *value) {
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON_AddItemToObject(object, key, value);
}

static bool has_optimizer(const cJSON *object) {
    return cJSON_GetObjectItemCaseSensitive(object, "optimizer") ||
           cJSON_GetObjectItemCaseSensitive(object, "optimizer_config");
}

/* Where no optimizer is named: the one of the model's own compile information, else compile()'s default. */
static void default_optimizer(const kcc_model *model, cJSON *object) {
    static const char *const keys[] = {"optimizer", "optimizer_config"};
    cJSON *own =
        model->compile_json && *model->compile_json ? kcc_json_tree(model->compile_json, NULL) : NULL;
    for (int i = 0; i < 2; i++) {
        cJSON *found = cJSON_DetachItemFromObjectCaseSensitive(own, keys[i]);
        if (found && !has_optimizer(object))
            cJSON_AddItemToObject(object, keys[i], found);
        else
            cJSON_Delete(found);
    }
    cJSON_Delete(own);
    if (!has_optimizer(object) && cJSON_GetObjectItemCaseSensitive(object, "loss"))
        cJSON_AddStringToObject(object, "optimizer", "rmsprop");
}

/* The compile information as text after the overrides; free with cJSON_free. */
static kcc_status merged_text(const kcc_model *model, const kcc_training *t, char **text, kcc_error *error) {
    const char *base = t->compile_json ? t->compile_json : model->compile_json;
    cJSON *object = base && *base ? kcc_json_tree(base, NULL) : cJSON_CreateObject();
    kcc_status status = KCC_OK;
    cJSON *optimizer = NULL;
    if (!cJSON_IsObject(object)) {
        cJSON_Delete(object);
        return kcc_fail(error, KCC_EPARSE, t->compile_name ? t->compile_name : "compile information",
                        "expected the text of get_compile_config()", "this is not a JSON object");
    }
    if (t->optimizer && !(status = optimizer_item(t->optimizer, &optimizer, error))) {
        cJSON_DeleteItemFromObjectCaseSensitive(object, "optimizer_config");
        replace(object, "optimizer", optimizer);
    }
    if (!status) {
        bool several = model->n_outputs > 1;
        cJSON *(*metrics)(const char *) = several ? metric_list : value_item;
        char separator = several ? ';' : ',';
        if (t->loss) {
            replace(object, "loss", list_of(t->loss, ',', false, value_item));
            kcc_loss_spell(cJSON_GetObjectItemCaseSensitive(object, "loss"), true);
        }
        if (t->loss_weights) replace(object, "loss_weights", list_of(t->loss_weights, ',', true, value_item));
        if (t->metrics) replace(object, "metrics", list_of(t->metrics, separator, true, metrics));
        if (t->weighted_metrics)
            replace(object, "weighted_metrics", list_of(t->weighted_metrics, separator, true, metrics));
        if (!has_optimizer(object)) default_optimizer(model, object);
        *text = kcc_json_tree_text(object);
        if (!*text) status = kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    }
    cJSON_Delete(object);
    return status;
}

/* Reads the merged text; failures in *failure. */
static void compile_text(kcc_model *model, const kcc_training *training, const char *text,
                         kcc_error *failure) {
    const char *file = training->compile_name   ? training->compile_name
                       : training->compile_json ? "compile"
                                                : "command line";
    kcc_document *doc = kcc_json_parse(model->arena, text, file, failure);
    if (!doc) return;
    doc->log = model->log;
    doc->log_user = model->log_user;
    kcc_cursor root = kcc_json_root(doc);
    kcc_compiled *k = kcc_read_compiled(model, root, model->generation);
    if (k && !k->has_loss) kcc_json_fail(root, KCC_EINVAL, "give a loss", "no output has a loss");
    *failure = doc->error;
    if (failure->status) return;
    model->compiled = k;
    model->compile_json = kcc_strdup(model->arena, text);
    model->source = NULL;
}

/* compile_text, with lack of memory as a failure. */
static void guarded_compile(kcc_model *model, const kcc_training *training, const char *text,
                            kcc_error *failure) {
    jmp_buf point;
    if (setjmp(point) == 0) {
        kcc_arena_recover(model->arena, &point);
        compile_text(model, training, text, failure);
    } else {
        kcc_fail(failure, KCC_ENOMEM, "", "", "out of memory");
    }
    kcc_arena_recover(model->arena, NULL);
}

kcc_status kcc_model_compile_config(kcc_model *model, const kcc_training *training, kcc_error *error) {
    kcc_error failure = {0};
    char *text = NULL;
    if (!model || !training)
        return kcc_fail(error, KCC_EINVAL, "", "", "no model or no training information given");
    kcc_plain_numbers numbers = kcc_plain_numbers_begin();
    if (!merged_text(model, training, &text, &failure)) guarded_compile(model, training, text, &failure);
    kcc_plain_numbers_end(numbers);
    cJSON_free(text);
    if (failure.status)
        kcc_fail(error, failure.status, failure.location, failure.hint, "%s", failure.message);
    return failure.status;
}

bool kcc_model_trains(const kcc_model *model) {
    return model && model->compiled && model->compiled->has_loss && model->compiled->has_optimizer;
}
