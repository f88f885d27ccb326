/*
 * layers_conv.c: every convolution against a loop written from its definition (layers.md, sections 1 and 4).
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 2, MOST = 20000 };

/* One layer; rank 1: only the first entries count. */
typedef struct geometry {
    const char *class_name, *padding; /* "valid", "same" or "causal" */
    int rank;
    int size[3], kernel[3], stride[3], dilation[3];
    int channels, filters, groups, multiplier;
    bool first, bias;
    int extra; /* output_padding; -1: null */
} geometry;

typedef struct extents {
    int out[3], before[3];
} extents;

static int most(int a, int b) { return a > b ? a : b; }

static extents forward_extents(const geometry *q) {
    extents e = {0};
    for (int i = 0; i < 3; i++) {
        int reach = (q->kernel[i] - 1) * q->dilation[i] + 1, in = q->size[i], s = q->stride[i];
        bool valid = !strcmp(q->padding, "valid");
        e.out[i] = valid ? (in - reach) / s + 1 : (in + s - 1) / s;
        e.before[i] = valid ? 0 : most((e.out[i] - 1) * s + reach - in, 0) / 2;
        if (!strcmp(q->padding, "causal")) e.before[i] = reach - 1;
    }
    return e;
}

static extents transposed_extents(const geometry *q) {
    extents e = {0};
    for (int i = 0; i < 3; i++) {
        int reach = (q->kernel[i] - 1) * q->dilation[i] + 1, in = q->size[i], s = q->stride[i];
        bool valid = !strcmp(q->padding, "valid"), given = q->extra >= 0 && i < q->rank;
        e.out[i] = valid ? (given ? (in - 1) * s + reach + q->extra : in * s + most(reach - s, 0))
                         : (given ? (in - 1) * s + reach - reach / 2 * 2 + q->extra : in * s);
        e.before[i] = valid ? 0 : most((in - 1) * s + reach - e.out[i], 0) / 2;
    }
    return e;
}

/* Place of a cell in an array of these sizes, channels last or first. */
static int at(const int *size, int channels, bool first, int n, int a, int b, int c, int channel) {
    int cells = size[0] * size[1] * size[2], cell = (a * size[1] + b) * size[2] + c;
    return first ? (n * channels + channel) * cells + cell : (n * cells + cell) * channels + channel;
}

/* Calls see for every (output cell, input cell, kernel cell) that belong together. */
typedef void visit_fn(const geometry *q, const extents *e, const int *o, const int *i, int k, void *user);
static void visit(const geometry *q, const extents *e, bool transposed, visit_fn *see, void *user) {
    const int *from = transposed ? q->size : e->out, *to = transposed ? e->out : q->size;
    for (int a = 0; a < from[0] * from[1] * from[2]; a++) {
        int p[3] = {a / from[2] / from[1], a / from[2] % from[1], a % from[2]};
        for (int k = 0; k < q->kernel[0] * q->kernel[1] * q->kernel[2]; k++) {
            int t[3] = {k / q->kernel[2] / q->kernel[1], k / q->kernel[2] % q->kernel[1], k % q->kernel[2]},
                r[3];
            bool inside = true;
            for (int d = 0; d < 3; d++) {
                r[d] = p[d] * q->stride[d] + t[d] * q->dilation[d] - e->before[d];
                inside = inside && r[d] >= 0 && r[d] < to[d];
            }
            if (inside) see(q, e, transposed ? r : p, transposed ? p : r, k, user);
        }
    }
}

typedef struct arrays {
    double x[MOST], w[2][MOST], bias[64], y[MOST], middle[MOST];
} arrays;

static void add_convolution(const geometry *q, const extents *e, const int *o, const int *i, int k,
                            void *user) {
    arrays *v = user;
    int in = q->channels / q->groups, out = q->filters / q->groups;
    for (int n = 0; n < BATCH; n++)
        for (int f = 0; f < q->filters; f++)
            for (int c = 0; c < in; c++)
                v->y[at(e->out, q->filters, q->first, n, o[0], o[1], o[2], f)] +=
                    v->x[at(q->size, q->channels, q->first, n, i[0], i[1], i[2], f / out * in + c)] *
                    v->w[0][(k * in + c) * q->filters + f];
}

static void add_transposed(const geometry *q, const extents *e, const int *o, const int *i, int k,
                           void *user) {
    arrays *v = user;
    for (int n = 0; n < BATCH; n++)
        for (int f = 0; f < q->filters; f++)
            for (int c = 0; c < q->channels; c++)
                v->y[at(e->out, q->filters, q->first, n, o[0], o[1], o[2], f)] +=
                    v->x[at(q->size, q->channels, q->first, n, i[0], i[1], i[2], c)] *
                    v->w[0][(k * q->filters + f) * q->channels + c];
}

static void add_depthwise(const geometry *q, const extents *e, const int *o, const int *i, int k,
                          void *user) {
    arrays *v = user;
    int m = q->multiplier;
    for (int n = 0; n < BATCH; n++)
        for (int c = 0; c < q->channels; c++)
            for (int j = 0; j < m; j++)
                v->y[at(e->out, q->channels * m, q->first, n, o[0], o[1], o[2], c * m + j)] +=
                    v->x[at(q->size, q->channels, q->first, n, i[0], i[1], i[2], c)] *
                    v->w[0][(k * q->channels + c) * m + j];
}

/* ---------------------------------------------------------------- one layer through kcc */

static void list(char *text, const char *key, const int *v, int n) {
    sprintf(text + strlen(text), ",\"%s\":[", key);
    for (int i = 0; i < n; i++) sprintf(text + strlen(text), "%s%d", i ? "," : "", v[i]);
    strcat(text, "]");
}

static kcc_model *load(const geometry *q, bool transposed, bool depthwise) {
    static char config[1000], json[3000];
    char shape[100] = "[null";
    if (q->first) sprintf(shape + strlen(shape), ",%d", q->channels);
    for (int i = 0; i < q->rank; i++) sprintf(shape + strlen(shape), ",%d", q->size[i]);
    if (!q->first) sprintf(shape + strlen(shape), ",%d", q->channels);
    strcat(shape, "]");
    sprintf(config, "\"name\":\"l\",\"padding\":\"%s\",\"use_bias\":%s,\"data_format\":\"%s\"", q->padding,
            q->bias ? "true" : "false", q->first ? "channels_first" : "channels_last");
    list(config, "kernel_size", q->kernel, q->rank);
    list(config, "strides", q->stride, q->rank);
    list(config, "dilation_rate", q->dilation, q->rank);
    if (!depthwise || !strncmp(q->class_name, "Separable", 9))
        sprintf(config + strlen(config), ",\"filters\":%d", q->filters);
    if (depthwise) sprintf(config + strlen(config), ",\"depth_multiplier\":%d", q->multiplier);
    if (q->groups > 1) sprintf(config + strlen(config), ",\"groups\":%d", q->groups);
    if (transposed && q->extra >= 0) sprintf(config + strlen(config), ",\"output_padding\":%d", q->extra);
    snprintf(json, sizeof json, RIG_SEQUENTIAL("%s", RIG_LAYER("%s", "%s")), shape, q->class_name, config);
    return rig_load(json);
}

static void fill(double *v, int n, int seed) {
    for (int i = 0; i < n; i++) v[i] = (double)((i * 7 + seed * 5 + i / 3) % 11 - 5) / 4;
}

static void check(const geometry *given, visit_fn *see, bool transposed, bool depthwise) {
    geometry q = *given;
    for (int i = q.rank; i < 3; i++) q.size[i] = q.kernel[i] = q.stride[i] = q.dilation[i] = 1;
    extents e = transposed ? transposed_extents(&q) : forward_extents(&q);
    for (int i = q.rank; i < 3; i++) {
        e.out[i] = 1;
        e.before[i] = 0;
    }
    arrays *v = calloc(1, sizeof *v);
    assert_non_null(v);
    int channels = depthwise ? q.channels * q.multiplier : q.filters;
    int count = BATCH * e.out[0] * e.out[1] * e.out[2] * channels;
    assert_true(count <= MOST);
    fill(v->x, MOST, 1);
    fill(v->w[0], MOST, 2);
    fill(v->bias, 64, 3);
    for (int i = 0; i < count && q.bias; i++)
        v->y[i] = v->bias[q.first ? i / (e.out[0] * e.out[1] * e.out[2]) % channels : i % channels];
    visit(&q, &e, transposed, see, v);
    kcc_model *m = load(&q, transposed, depthwise);
    int n = rig_predict(
        m, &(rig_data){.batch = BATCH, .x = (double *[]){v->x}, .weights = (double *[]){v->w[0], v->bias}},
        v->middle, MOST);
    assert_int_equal(n, count);
    for (int i = 0; i < n; i++)
        if (fabs(v->middle[i] - v->y[i]) > 1e-9)
            fail_msg("%s %s: element %d is %g, not %g", q.class_name, q.padding, i, v->middle[i], v->y[i]);
    kcc_model_free(m);
    free(v);
}

static void convolutions(void **state) {
    (void)state;
    static const geometry g[] = {
        {"Conv1D", "valid", 1, {9}, {3}, {1}, {1}, 2, 3, 1, 0, false, true, -1},
        {"Conv1D", "same", 1, {9}, {4}, {2}, {1}, 2, 3, 1, 0, false, true, -1},
        {"Conv1D", "causal", 1, {9}, {3}, {1}, {2}, 2, 3, 1, 0, false, true, -1},
        {"Conv1D", "causal", 1, {9}, {3}, {2}, {1}, 2, 3, 1, 0, false, false, -1},
        {"Conv1D", "same", 1, {7}, {2}, {1}, {3}, 4, 6, 2, 0, true, true, -1},
        {"Conv2D", "valid", 2, {6, 5}, {3, 2}, {1, 1}, {1, 1}, 2, 4, 1, 0, false, true, -1},
        {"Conv2D", "same", 2, {6, 5}, {2, 4}, {1, 1}, {1, 1}, 2, 4, 1, 0, false, true, -1},
        {"Conv2D", "same", 2, {7, 8}, {3, 3}, {2, 3}, {1, 1}, 3, 2, 1, 0, false, false, -1},
        {"Conv2D", "valid", 2, {8, 8}, {1, 1}, {3, 2}, {1, 1}, 3, 2, 1, 0, false, true, -1},
        {"Conv2D", "same", 2, {6, 7}, {3, 2}, {1, 1}, {2, 3}, 2, 3, 1, 0, true, true, -1},
        {"Conv2D", "same", 2, {5, 5}, {3, 3}, {1, 1}, {1, 1}, 4, 6, 2, 0, false, true, -1},
        {"Conv2D", "valid", 2, {5, 5}, {3, 3}, {2, 2}, {1, 1}, 6, 6, 6, 0, false, true, -1},
        {"Conv2D", "same", 2, {3, 3}, {5, 5}, {1, 1}, {1, 1}, 1, 2, 1, 0, false, true, -1},
        {"Conv3D", "same", 3, {4, 5, 3}, {2, 3, 2}, {1, 1, 1}, {1, 1, 1}, 2, 3, 1, 0, false, true, -1},
        {"Conv3D", "valid", 3, {4, 5, 6}, {2, 3, 2}, {2, 1, 3}, {1, 1, 1}, 2, 3, 1, 0, true, true, -1},
        {"Conv3D", "same", 3, {4, 5, 3}, {3, 2, 2}, {2, 1, 2}, {1, 1, 1}, 4, 6, 2, 0, false, true, -1},
        {"Conv3D", "valid", 3, {5, 4, 3}, {3, 1, 2}, {1, 1, 1}, {2, 1, 1}, 3, 3, 3, 0, true, true, -1},
    };
    for (size_t i = 0; i < sizeof g / sizeof *g; i++) check(&g[i], add_convolution, false, false);
}

static void transposed(void **state) {
    (void)state;
    static const geometry g[] = {
        {"Conv1DTranspose", "valid", 1, {4}, {3}, {2}, {1}, 2, 3, 1, 0, false, true, -1},
        {"Conv1DTranspose", "same", 1, {4}, {4}, {2}, {1}, 2, 3, 1, 0, false, true, -1},
        {"Conv1DTranspose", "valid", 1, {4}, {2}, {3}, {1}, 2, 3, 1, 0, false, true, -1},
        {"Conv1DTranspose", "same", 1, {4}, {3}, {3}, {1}, 2, 3, 1, 0, true, true, 1},
        {"Conv1DTranspose", "same", 1, {5}, {3}, {1}, {2}, 2, 3, 1, 0, false, true, -1},
        {"Conv2DTranspose", "same", 2, {4, 3}, {3, 3}, {2, 2}, {1, 1}, 3, 2, 1, 0, false, true, -1},
        {"Conv2DTranspose", "valid", 2, {4, 3}, {3, 2}, {2, 3}, {1, 1}, 3, 2, 1, 0, true, true, -1},
        {"Conv2DTranspose", "valid", 2, {4, 3}, {3, 4}, {2, 3}, {1, 1}, 3, 2, 1, 0, false, true, 1},
        {"Conv2DTranspose", "same", 2, {4, 3}, {1, 5}, {2, 4}, {1, 1}, 2, 2, 1, 0, false, false, -1},
        /* many phases: as filters */
        {"Conv1DTranspose", "same", 1, {3}, {128}, {64}, {1}, 2, 3, 1, 0, false, true, -1},
        {"Conv1DTranspose", "valid", 1, {3}, {64}, {64}, {1}, 2, 3, 1, 0, false, true, 5},
        {"Conv2DTranspose", "same", 2, {3, 2}, {16, 8}, {8, 8}, {1, 1}, 2, 3, 1, 0, true, true, -1},
        {"Conv2DTranspose", "valid", 2, {3, 2}, {24, 16}, {8, 16}, {1, 1}, 2, 3, 1, 0, false, false, 3},
        {"Conv2DTranspose", "same", 2, {2, 3}, {5, 118}, {1, 64}, {1, 1}, 2, 2, 1, 0, false, true, -1},
        {"Conv3DTranspose",
         "same",
         3,
         {2, 2, 3},
         {8, 4, 8},
         {4, 4, 4},
         {1, 1, 1},
         2,
         2,
         1,
         0,
         false,
         true,
         -1},
        {"Conv3DTranspose",
         "same",
         3,
         {2, 3, 2},
         {3, 2, 3},
         {2, 2, 1},
         {1, 1, 1},
         2,
         2,
         1,
         0,
         false,
         true,
         -1},
    };
    for (size_t i = 0; i < sizeof g / sizeof *g; i++) check(&g[i], add_transposed, true, false);
}

static void depthwise(void **state) {
    (void)state;
    static const geometry g[] = {
        {"DepthwiseConv1D", "same", 1, {7}, {3}, {2}, {1}, 3, 0, 1, 2, false, true, -1},
        {"DepthwiseConv2D", "same", 2, {5, 6}, {3, 3}, {1, 1}, {1, 1}, 3, 0, 1, 1, false, true, -1},
        {"DepthwiseConv2D", "valid", 2, {6, 6}, {3, 2}, {2, 2}, {1, 1}, 3, 0, 1, 2, true, true, -1},
        {"DepthwiseConv2D", "same", 2, {6, 6}, {3, 2}, {1, 1}, {2, 2}, 2, 0, 1, 2, false, false, -1},
    };
    for (size_t i = 0; i < sizeof g / sizeof *g; i++) check(&g[i], add_depthwise, false, true);
}

/* Depthwise without a bias, then 1 x 1 with it. */
static void separable(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5, 6, 7, 8}, depth[] = {1, 2, 10, 20}, point[] = {1, -1, 0, 1, 2, 0},
           bias[] = {100, 200, 300};
    double *w[] = {depth, point, bias};
    /* depthwise, kernel 2 of channels 2: [1 + 30, 2*2 + 20*4], …; then [a, b] -> [a + b, 2 b - a, 0 a] … */
    double want[9];
    for (int t = 0; t < 3; t++) {
        double a = x[2 * t] + 10 * x[2 * t + 2], b = 2 * x[2 * t + 1] + 20 * x[2 * t + 3];
        for (int f = 0; f < 3; f++) want[3 * t + f] = a * point[f] + b * point[3 + f] + bias[f];
    }
    rig_layer(RIG_LAYER("SeparableConv1D",
                        "\"name\":\"l\",\"filters\":3,\"kernel_size\":[2],\"padding\":\"valid\""),
              "[null,4,2]", 1, x, w, 9, want);
    kcc_model *m = rig_load(RIG_SEQUENTIAL(
        "[null,8,8,4]",
        RIG_LAYER(
            "SeparableConv2D",
            "\"name\":\"l\",\"filters\":6,\"kernel_size\":[3,3],\"depth_multiplier\":2,\"strides\":[2,2]")));
    assert_int_equal(m->n_weights, 3);
    assert_string_equal(m->weights[0].name, "depthwise_kernel");
    assert_int_equal(m->weights[0].dim[3].size, 2);
    assert_string_equal(m->weights[1].name, "pointwise_kernel");
    assert_int_equal(m->weights[1].dim[2].size, 8);
    assert_int_equal(m->weights[2].dim[0].size, 6);
    kcc_model_free(m);
}

static void activation_and_numbers(void **state) {
    (void)state;
    double x[] = {1, -2, 3, 4}, kernel[] = {1, 1}, bias[] = {-1}, *w[] = {kernel, bias};
    rig_layer(
        RIG_LAYER("Conv1D",
                  "\"name\":\"l\",\"filters\":1,\"kernel_size\":2,\"strides\":1,\"activation\":\"relu\""),
        "[null,4,1]", 1, x, w, 3, (double[]){0, 0, 6});
    double one[] = {1, 10, 100}, *t[] = {one};
    rig_layer(RIG_LAYER("Conv1DTranspose",
                        "\"name\":\"l\",\"filters\":1,\"kernel_size\":3,\"strides\":2,\"use_bias\":false"),
              "[null,3,1]", 1, (double[]){1, 2, 3}, t, 7, (double[]){1, 10, 102, 20, 203, 30, 300});
    double *k2[] = {(double[]){1, 2}, (double[]){0, 0}}, e = exp(1), e2 = exp(2);
    rig_layer(/* softmax: over the last axis of the output as it is, and that is no channel here */
              RIG_LAYER("Conv1D",
                        "\"name\":\"l\",\"filters\":2,\"kernel_size\":1,\"data_format\":\"channels_first\","
                        "\"activation\":\"softmax\""),
              "[null,1,2]", 1, (double[]){0, 1}, k2, 4,
              (double[]){1 / (1 + e), e / (1 + e), 1 / (1 + e2), e2 / (1 + e2)});
}

#define CONV(config) \
    RIG_SEQUENTIAL("[null,8,8,3]", RIG_LAYER("Conv2D", "\"name\":\"c\",\"filters\":4," config))

static void bad_geometry(void **state) {
    (void)state;
    static const struct {
        const char *json, *message;
    } c[] = {
        {CONV("\"kernel_size\":[9,3]"),
         "$.config.layers[1].config.kernel_size: a window of 9 does not fit into 8 places"},
        {CONV("\"kernel_size\":[3,3],\"strides\":[0,1]"),
         "$.config.layers[1].config.strides[0]: 0 is too small"},
        {CONV("\"kernel_size\":[3,3],\"strides\":-1"), "$.config.layers[1].config.strides: -1 is too small"},
        {CONV("\"kernel_size\":[3,3],\"dilation_rate\":0"),
         "$.config.layers[1].config.dilation_rate: 0 is too small"},
        {CONV("\"kernel_size\":[3,3],\"strides\":2,\"dilation_rate\":2"),
         "strides and dilation_rate cannot both be larger than 1"},
        {CONV("\"kernel_size\":[3,3],\"groups\":2"),
         "$.config.layers[1].config.groups: 2 groups do not divide 3 channels and 4 filters"},
        {CONV("\"kernel_size\":[3,3],\"padding\":\"causal\""),
         "$.config.layers[1].config.padding: \"causal\" is not supported by Conv2D"},
        {CONV("\"kernel_size\":[3]  ,\"padding\":7"), "$.config.layers[1].config.padding"},
        {CONV("\"kernel_size\":[3,3,3]"), "kernel_size has 3 entries for 2 axes"},
        {CONV("\"kernel_size\":4294967295"), "$.config.layers[1].config.kernel_size"},
        {RIG_SEQUENTIAL("[null,8,8]", RIG_LAYER("Conv2D", "\"name\":\"c\",\"filters\":4,\"kernel_size\":3")),
         "$.config.layers[1]: Conv2D \"c\" needs an input of rank 4, not 3"},
        {RIG_SEQUENTIAL("[null,8,3]",
                        RIG_LAYER("Conv1DTranspose",
                                  "\"name\":\"c\",\"filters\":4,\"kernel_size\":3,\"output_padding\":1")),
         "output_padding 1 must be smaller than the stride 1"},
        {RIG_SEQUENTIAL("[null,1,3]",
                        RIG_LAYER("Conv1DTranspose", "\"name\":\"c\",\"filters\":4,\"kernel_size\":4,"
                                                     "\"padding\":\"same\",\"output_padding\":0")),
         "$.config.layers[1].config.output_padding: nothing is left of 1 places under a window of 4"},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        const char *message = rig_message(c[i].json);
        if (!strstr(message, c[i].message)) fail_msg("case %d: \"%s\"", (int)i, message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions),
        cmocka_unit_test(transposed),
        cmocka_unit_test(depthwise),
        cmocka_unit_test(separable),
        cmocka_unit_test(activation_and_numbers),
        cmocka_unit_test(bad_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
