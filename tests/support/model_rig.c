/*
 * Models in unit tests: see model_rig.h.
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph_eval.h"

kcc_model *rig_load(const char *json) {
    kcc_model *model = NULL;
    kcc_error error = {0};
    char text[1100];
    if (kcc_model_parse(json, "m.json", NULL, &model, &error))
        fail_msg("%s", kcc_error_text(&error, text, sizeof text));
    return model;
}

const char *rig_message(const char *json) {
    static char text[1100];
    kcc_model *model = NULL;
    kcc_error error = {0};
    if (!kcc_model_parse(json, "m.json", NULL, &model, &error)) {
        kcc_model_free(model);
        fail_msg("this model should not load: %.200s", json);
    }
    return kcc_error_text(&error, text, sizeof text);
}

static void compile(kcc_model *model, const kcc_training *training) {
    kcc_error error = {0};
    char text[1100];
    if (kcc_model_compile_config(model, training, &error))
        fail_msg("%s", kcc_error_text(&error, text, sizeof text));
}

void rig_compile(kcc_model *model, const char *loss, const char *metrics) {
    compile(model, &(kcc_training){.loss = loss, .metrics = metrics, .optimizer = "sgd"});
}

void rig_compile_json(kcc_model *model, const char *json) {
    compile(model, &(kcc_training){.compile_json = json});
}

void rig_near(double a, double b, double tolerance) {
    if (!(fabs(a - b) <= tolerance) && !(isnan(a) && isnan(b))) fail_msg("%.17g is not %.17g", a, b);
}

/* One traced and evaluated entry. */
struct run {
    kcc_arena *arena;
    kcc_graph *g;
    kcc_trace trace;
    double **value;
};

static double **ones(const kcc_source *s, int64_t batch) {
    double **w = calloc((size_t)s->n_outputs, sizeof *w);
    for (int i = 0; i < s->n_outputs; i++) {
        int64_t n = s->sample_weights[i].rank < 0 ? 0 : kcc_tensor_count(&s->sample_weights[i], batch);
        w[i] = malloc(((size_t)n + 1) * sizeof **w);
        for (int64_t k = 0; k < n; k++) w[i][k] = 1;
    }
    return w;
}

static void start(struct run *r, const kcc_source *s, kcc_entry entry, const rig_data *d,
                  double *const *variables) {
    jmp_buf point;
    char text[1100];
    r->arena = kcc_arena_create();
    assert_non_null(r->arena);
    if (setjmp(point)) fail_msg("out of memory");
    kcc_arena_recover(r->arena, &point);
    r->g = kcc_graph_create(r->arena);
    r->trace = (kcc_trace){.first_metric = s->n_weights};
    r->trace.weight = kcc_alloc_array(r->arena, (size_t)s->n_weights + 1, sizeof(kcc_node *));
    r->trace.input = kcc_alloc_array(r->arena, (size_t)s->n_inputs + 1, sizeof(kcc_node *));
    s->trace(s->user, r->g, entry, &r->trace);
    if (!kcc_graph_ok(r->g)) fail_msg("%s", kcc_error_text(&r->g->error, text, sizeof text));
    double **w = ones(s, d->batch);
    kcc_eval_inputs in = {
        .batch = d->batch, .variables = variables, .inputs = d->x, .targets = d->y, .uniform = d->uniform};
    in.sample_weights = d->sample_weight ? d->sample_weight : w;
    r->value = kcc_graph_eval(r->g, &in);
    assert_non_null(r->value);
    for (int i = 0; i < s->n_outputs; i++) free(w[i]);
    free(w);
}

static void stop(struct run *r) {
    kcc_graph_eval_free(r->g, r->value);
    kcc_arena_free(r->arena);
}

static const kcc_source *source_of(kcc_model *model) {
    kcc_error error = {0};
    const kcc_source *s = kcc_model_source(model, 0, &error);
    assert_non_null(s);
    return s;
}

int rig_predict(kcc_model *model, const rig_data *d, double *out, int cap) {
    struct run r;
    start(&r, source_of(model), KCC_ENTRY_PREDICT, d, d->weights);
    const kcc_node *y = r.g->result[0].node;
    int n = (int)kcc_node_elements(y, d->batch);
    assert_true(n <= cap);
    memcpy(out, r.value[y->id], (size_t)n * sizeof *out);
    stop(&r);
    return n;
}

int rig_train_forward(kcc_model *model, const rig_data *d, double *out, int cap) {
    jmp_buf point;
    kcc_arena *arena = kcc_arena_create();
    assert_non_null(arena);
    if (setjmp(point)) fail_msg("out of memory");
    kcc_arena_recover(arena, &point);
    kcc_arena_recover(model->arena, &point);
    kcc_graph *g = kcc_graph_create(arena);
    kcc_tracer t = {
        .model = model, .g = g, .arena = arena, .number = ++model->traces, .training = true, .steps = 1};
    kcc_shape shape = kcc_shape_of(model->inputs[0].rank, model->inputs[0].dim);
    kcc_value x = {.node = kcc_input(g, 0, model->inputs[0].dtype, &shape)};
    kcc_value *y = kcc_trace_model(&t, model->root, &x);
    assert_true(kcc_graph_ok(g) && y);
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, y[0].node);
    kcc_eval_inputs in = {.batch = d->batch, .variables = d->weights, .inputs = d->x, .uniform = d->uniform};
    double **value = kcc_graph_eval(g, &in);
    assert_non_null(value);
    int n = (int)kcc_node_elements(y[0].node, d->batch);
    assert_true(n <= cap);
    memcpy(out, value[y[0].node->id], (size_t)n * sizeof *out);
    kcc_graph_eval_free(g, value);
    kcc_arena_recover(model->arena, NULL);
    kcc_arena_free(arena);
    return n;
}

double rig_loss(kcc_model *model, const rig_data *d) {
    struct run r;
    start(&r, source_of(model), KCC_ENTRY_GRADIENTS, d, d->weights);
    assert_non_null(r.trace.loss);
    double loss = r.value[r.trace.loss->id][0];
    stop(&r);
    return loss;
}

int rig_evaluate(kcc_model *model, const rig_data *d, double *results) {
    const kcc_source *s = source_of(model);
    int n = s->n_weights + s->n_accumulators;
    double **variables = calloc((size_t)n + 1, sizeof *variables);
    struct run r;
    for (int i = 0; i < s->n_weights; i++) variables[i] = d->weights[i];
    for (int i = 0; i < s->n_accumulators; i++)
        variables[s->n_weights + i] =
            calloc((size_t)kcc_tensor_count(&s->accumulators[i], 1), sizeof(double));
    start(&r, s, KCC_ENTRY_EVALUATE, d, variables);
    for (int i = 0; i < r.g->n_results; i++) {
        const kcc_result *a = &r.g->result[i];
        memcpy(variables[a->index], r.value[a->node->id],
               (size_t)kcc_node_elements(a->node, d->batch) * sizeof(double));
    }
    stop(&r);
    start(&r, s, KCC_ENTRY_RESULTS, d, variables);
    for (int i = 0; i < r.g->n_results; i++)
        results[r.g->result[i].index] = r.value[r.g->result[i].node->id][0];
    stop(&r);
    for (int i = s->n_weights; i < n; i++) free(variables[i]);
    free(variables);
    return s->n_metrics;
}

static void check_output(kcc_model *model, const rig_data *d, int count, const double *expected) {
    double out[512];
    int n = rig_predict(model, d, out, 512);
    if (n != count) fail_msg("%d numbers instead of %d", n, count);
    for (int i = 0; i < n; i++)
        if (!(fabs(out[i] - expected[i]) <= 1e-6 * (1 + fabs(expected[i]))) && out[i] != expected[i])
            fail_msg("element %d is %.9g, not %.9g", i, out[i], expected[i]);
    kcc_model_free(model);
}

void rig_layer(const char *layer, const char *batch_shape, int64_t n, const double *x, double *const *w,
               int count, const double *expected) {
    char json[4000];
    double *inputs[1] = {(double *)(uintptr_t)x};
    snprintf(json, sizeof json, RIG_SEQUENTIAL("%s", "%s"), batch_shape, layer);
    check_output(rig_load(json), &(rig_data){.batch = n, .weights = w, .x = inputs}, count, expected);
}

void rig_op(const char *class_name, const char *config, const char *args, const char *batch_shape, int64_t n,
            const double *x, int count, const double *expected) {
    static const char tensor[] =
        "{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"in\",0,0]}}";
    char json[6000], list[3000];
    size_t k = 0;
    double *inputs[1] = {(double *)(uintptr_t)x};
    for (const char *p = args; *p; p++) {
        k += (size_t)snprintf(list + k, sizeof list - k, "%.*s", *p == '$' ? 200 : 1, *p == '$' ? tensor : p);
        assert_true(k < sizeof list);
    }
    snprintf(json, sizeof json,
             "{\"module\":\"keras\",\"class_name\":\"Functional\",\"config\":{\"name\":\"f\",\"layers\":["
             "{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":%s,"
             "\"name\":\"in\"},"
             "\"name\":\"in\",\"inbound_nodes\":[]},"
             "{\"module\":\"keras.src.ops.numpy\",\"class_name\":\"%s\",\"config\":{%s},\"name\":\"op\","
             "\"inbound_nodes\":[{\"args\":%s,\"kwargs\":{}}]}],"
             "\"input_layers\":[\"in\",0,0],\"output_layers\":[\"op\",0,0]}}",
             batch_shape, class_name, config, list);
    check_output(rig_load(json), &(rig_data){.batch = n, .x = inputs}, count, expected);
}
