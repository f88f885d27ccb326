/*
 * layers_wrapper.c: TimeDistributed is its layer called on every time step: values, training, masks, losses,
 * weights, messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "kcc.h"
#include "model_rig.h"

#define TIMED(layer) RIG_LAYER("TimeDistributed", "\"name\":\"td\",\"layer\":" layer)
#define MODEL(version, shape, layers) \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[{\"class_name\":\"InputLayer\"," \
    "\"config\":{\"batch_input_shape\":" shape ",\"dtype\":\"float32\",\"name\":\"in\"}}," layers \
    "]},\"keras_version\":\"" version "\"}"

/* --------------------------------------------------- against explicit steps */

enum { STEPS = 3, SAMPLES = 5, SIZE = STEPS * 4 * 4 };

/* A model for a frame, with statistics of images and of numbers. */
static const char frame[] =
    "{\"module\":\"keras\",\"class_name\":\"Sequential\",\"name\":\"cnn\",\"config\":{\"name\":\"cnn\","
    "\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":[null,4,4,1],\"name\":\"i\"}},"
    "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"c\",\"filters\":2,\"kernel_size\":[3,3],"
    "\"activation\":\"tanh\",\"activity_regularizer\":{\"class_name\":\"L2\",\"config\":{\"l2\":0.1}}}},"
    "{\"class_name\":\"BatchNormalization\",\"config\":{\"name\":\"b\",\"momentum\":0.8}},"
    "{\"class_name\":\"MaxPooling2D\",\"config\":{\"name\":\"p\",\"pool_size\":[2,2]}},"
    "{\"class_name\":\"Flatten\",\"config\":{\"name\":\"f\"}},"
    "{\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":3}},"
    "{\"class_name\":\"BatchNormalization\",\"config\":{\"name\":\"e\",\"momentum\":0.5}}]}}";
static const char head[] = "{\"class_name\":\"Functional\",\"keras_version\":\"3.15.0\",\"config\":{"
                           "\"name\":\"m\",\"layers\":[{\"class_name\":\"InputLayer\",\"name\":\"in\","
                           "\"config\":{\"batch_shape\":[null,3,4,4,1],\"name\":\"in\"},"
                           "\"inbound_nodes\":[]}";
static const char tail[] = ",{\"class_name\":\"Flatten\",\"name\":\"out\",\"config\":{\"name\":\"out\"},"
                           "\"inbound_nodes\":[{\"args\":[%s],\"kwargs\":{}}]}],"
                           "\"input_layers\":[\"in\",0,0],\"output_layers\":[\"out\",0,0]}}";

static const char *tensor(char *text, size_t size, const char *name, int node) {
    snprintf(text, size, "{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"%s\",%d,0]}}",
             name, node);
    return text;
}

static void timed_model(char *json, size_t size) {
    char from[200], to[200];
    tensor(from, sizeof from, "in", 0);
    tensor(to, sizeof to, "td", 0);
    int n = snprintf(json, size,
                     "%s,{\"class_name\":\"TimeDistributed\",\"name\":\"td\",\"config\":{\"name\":\"td\","
                     "\"layer\":%s},\"inbound_nodes\":[{\"args\":[%s],\"kwargs\":{}}]}",
                     head, frame, from);
    snprintf(json + n, size - (size_t)n, tail, to);
}

/* The same with slices of the input, one model called on each, and the results stacked. */
static void explicit_model(char *json, size_t size) {
    static const char all[] = "{\"class_name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null}}";
    char t[200];
    tensor(t, sizeof t, "in", 0);
    int n = snprintf(json, size, "%s", head);
    for (int i = 0; i < STEPS; i++)
        n += snprintf(json + n, size - (size_t)n,
                      ",{\"class_name\":\"GetItem\",\"module\":\"keras.src.ops.numpy\",\"name\":\"t%d\","
                      "\"config\":{\"name\":\"t%d\"},\"inbound_nodes\":[{\"args\":[%s,[%s,%d]],"
                      "\"kwargs\":{}}]}",
                      i, i, t, all, i);
    n += snprintf(json + n, size - (size_t)n, ",%.*s,\"inbound_nodes\":[", (int)strlen(frame) - 1, frame);
    for (int i = 0; i < STEPS; i++) {
        char name[8];
        snprintf(name, sizeof name, "t%d", i);
        n += snprintf(json + n, size - (size_t)n, "%s{\"args\":[%s],\"kwargs\":{}}", i ? "," : "",
                      tensor(t, sizeof t, name, 0));
    }
    n += snprintf(json + n, size - (size_t)n,
                  "]},{\"class_name\":\"Stack\",\"module\":\"keras.src.ops.numpy\",\"name\":\"all\","
                  "\"config\":{\"name\":\"all\",\"axis\":1},\"inbound_nodes\":[{\"args\":[[");
    for (int i = 0; i < STEPS; i++)
        n += snprintf(json + n, size - (size_t)n, "%s%s", i ? "," : "", tensor(t, sizeof t, "cnn", i));
    n += snprintf(json + n, size - (size_t)n, "]],\"kwargs\":{}}]}");
    snprintf(json + n, size - (size_t)n, tail, tensor(t, sizeof t, "all", 0));
}

/* Predictions before and after two epochs of SGD from weights 0.1, 0.2 …, then the weights; returns how many. */
static int train(const char *json, float *got) {
    kcc_model *model;
    kcc_jit_program *jit;
    const kcc_program *program;
    kcc_session *session;
    kcc_error e = {0};
    float x[SAMPLES * SIZE], y[SAMPLES * STEPS * 3];
    for (int i = 0; i < SAMPLES * SIZE; i++) x[i] = (float)((i * 37 + i / SIZE) % 23) / 11 - 1;
    for (int i = 0; i < SAMPLES * STEPS * 3; i++) y[i] = (float)(i % 7) / 7;
    kcc_array in = {.data = x, .rank = 5, .shape = {SAMPLES, STEPS, 4, 4, 1}}, out = {0};
    kcc_array target = {.data = y, .rank = 2, .shape = {SAMPLES, STEPS * 3}};
    if (kcc_model_parse(json, "m", NULL, &model, &e)) fail_msg("%s: %s", e.location, e.message);
    const kcc_training how = {.optimizer = "sgd:learning_rate=0.1", .loss = "mse"};
    if (kcc_model_compile_config(model, &how, &e)) fail_msg("%s: %s", e.location, e.message);
    if (kcc_model_jit(model, NULL, &jit, &program, &e)) fail_msg("%s: %s", e.location, e.message);
    assert_int_equal(kcc_session_create(program, &(kcc_session_options){.threads = 1}, &session, &e), KCC_OK);
    int n = 0, k = 0;
    assert_int_equal(model->n_weights, 12);
    for (int w = 0; w < model->n_weights; w++)
        for (int64_t i = 0; i < kcc_tensor_count(&model->weights[w], 1); i++)
            ((float *)kcc_session_variable(session, w))[i] = 0.1f * (float)(1 + k++ % 5);
    kcc_fit_options fit = {.x = &in, .n_x = 1, .y = &target, .n_y = 1, .batch_size = 3, .epochs = 2};
    fit.shuffle = KCC_SHUFFLE_FALSE;
    for (int turn = 0; turn < 2; turn++) {
        kcc_predict_options predict = {.x = &in, .n_x = 1};
        if (turn) assert_int_equal(kcc_fit(session, &fit, NULL, &e), KCC_OK);
        assert_int_equal(kcc_predict(session, &predict, &out, &e), KCC_OK);
        memcpy(got + n, out.data, sizeof y);
        n += SAMPLES * STEPS * 3;
        kcc_array_free(&out);
    }
    for (int w = 0; w < model->n_weights; w++)
        for (int64_t i = 0; i < kcc_tensor_count(&model->weights[w], 1); i++)
            got[n++] = ((float *)kcc_session_variable(session, w))[i];
    kcc_session_free(session);
    kcc_jit_program_free(jit);
    kcc_model_free(model);
    return n;
}

/* Keras 3 calls the layer step by step: BatchNormalization has statistics of each, and moves in turn. */
static void a_model_over_frames_is_one_called_on_each(void **state) {
    (void)state;
    static char timed[8000], steps[8000];
    float a[400], b[400];
    timed_model(timed, sizeof timed);
    explicit_model(steps, sizeof steps);
    int n = train(timed, a);
    assert_int_equal(n, train(steps, b));
    for (int i = 0; i < n; i++) rig_near(a[i], b[i], 2e-5);
}

/* ------------------------------------------------------------ values by hand */

/* [2 samples, 2 steps, 1]: 1 3 | 5 9.  Keras 3 normalises 1, 5 and 3, 9; before, all four together. */
static void batch_normalization_by_generation(void **state) {
    (void)state;
    static const char *const json[] = {
        MODEL("3.15.0", "[null,2,1]", TIMED(RIG_LAYER("BatchNormalization", "\"name\":\"b\",\"epsilon\":0"))),
        MODEL("2.8.0", "[null,2,1]", TIMED(RIG_LAYER("BatchNormalization", "\"name\":\"b\",\"epsilon\":0")))};
    double x[] = {1, 3, 5, 9}, one[] = {1}, zero[] = {0}, *w[] = {one, zero, zero, one}, got[4];
    const double want[2][4] = {{-1, -1, 1, 1},
                               {-3.5 / sqrt(8.75), -1.5 / sqrt(8.75), 0.5 / sqrt(8.75), 4.5 / sqrt(8.75)}};
    for (int i = 0; i < 2; i++) {
        kcc_model *m = rig_load(json[i]);
        const rig_data d = {.batch = 2, .x = (double *[]){x}, .weights = w};
        assert_string_equal(m->weights[0].path, "s/td/b/gamma");
        assert_string_equal(m->weights[0].layer, "td");
        assert_int_equal(rig_train_forward(m, &d, got, 4), 4);
        for (int k = 0; k < 4; k++) rig_near(got[k], want[i][k], 1e-12);
        kcc_model_free(m);
    }
}

/* Words that are 0 do not count in the mean of a sentence: the mask of words reaches the inner layer. */
static void masks_reach_the_inner_layer(void **state) {
    (void)state;
    static const char json[] =
        MODEL("3.15.0", "[null,2,3]",
              RIG_LAYER("Embedding", "\"name\":\"e\",\"input_dim\":4,\"output_dim\":1,"
                                     "\"mask_zero\":true") "," TIMED(RIG_LAYER("GlobalAveragePooling1D",
                                                                               "\"name\":\"g\"")));
    double x[] = {1, 2, 0, 3, 0, 0}, table[] = {100, 1, 5, 7}, *w[] = {table}, got[2];
    kcc_model *m = rig_load(json);
    assert_int_equal(rig_predict(m, &(rig_data){.batch = 1, .x = (double *[]){x}, .weights = w}, got, 2), 2);
    rig_near(got[0], 3, 1e-12);
    rig_near(got[1], 7, 1e-12);
    kcc_model_free(m);
}

/* The mask of the steps comes out again: a step that is masked has no part in the loss. */
static void masks_pass(void **state) {
    (void)state;
    static const char *const json[] = {
        MODEL("3.15.0", "[null,2,1]",
              RIG_LAYER("Masking", "\"name\":\"m\"") "," TIMED(
                  RIG_LAYER("Activation", "\"name\":\"a\",\"activation\":\"linear\""))),
        MODEL("2.8.0", "[null,2,1]", TIMED(RIG_LAYER("Masking", "\"name\":\"m\""))),
        MODEL("3.15.0", "[null,2,1]", TIMED(RIG_LAYER("Masking", "\"name\":\"m\"")))};
    static const double loss[] = {4, 4, 2.5}; /* of targets 1 where x is 3, 0: mean of 4, of 4 and 1 */
    double x[] = {3, 0}, y[] = {1, 1};
    for (int i = 0; i < 3; i++) {
        kcc_model *m = rig_load(json[i]);
        rig_compile(m, "mse", NULL);
        const rig_data d = {.batch = 1, .x = (double *[]){x}, .y = (double *[]){y}};
        rig_near(rig_loss(m, &d), loss[i], 1e-6);
        kcc_model_free(m);
    }
}

/* 0.5 sum |x| of 1 2 3 4, two samples of two steps. */
static void activity_by_generation(void **state) {
    (void)state;
#define ACTIVE \
    RIG_LAYER("Activation", "\"name\":\"a\",\"activation\":\"linear\",\"activity_regularizer\":" \
                            "{\"class_name\":\"L1\",\"config\":{\"l1\":0.5}}")
    static const struct {
        const char *json;
        double loss;
    } c[] = {
        {MODEL("3.15.0", "[null,2,1]", TIMED(ACTIVE)), 0},
        {MODEL("3.15.0", "[null,2,1]", TIMED(RIG_SEQUENTIAL("[null,1]", ACTIVE))), 2.5},
        {MODEL("2.8.0", "[null,2,1]", TIMED(ACTIVE)), 1.25},
        {MODEL("2.2.4", "[null,2,1]", TIMED(ACTIVE)), 5},
    };
    double x[] = {1, 2, 3, 4};
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        kcc_model *m = rig_load(c[i].json);
        rig_compile(m, "mse", NULL);
        const rig_data d = {.batch = 2, .x = (double *[]){x}, .y = (double *[]){x}};
        rig_near(rig_loss(m, &d), c[i].loss, 1e-6);
        kcc_model_free(m);
    }
}

static double by_element(void *user, int64_t stream, int64_t element) {
    (void)user;
    (void)stream;
    return element % 2 ? 0.9 : 0.1;
}

/* Every step of every sample has noise of its own; a shape says what is shared within a step. */
static void noise(void **state) {
    (void)state;
    kcc_model *m =
        rig_load(MODEL("3.15.0", "[null,2,2]",
                       TIMED(RIG_LAYER("Dropout", "\"name\":\"d\",\"rate\":0.5,\"noise_shape\":[null,1]"))));
    double x[] = {1, 2, 3, 4, 5, 6, 7, 8}, got[8];
    const rig_data d = {.batch = 2, .x = (double *[]){x}, .uniform = by_element};
    assert_int_equal(rig_train_forward(m, &d, got, 8), 8);
    for (int i = 0; i < 8; i++) rig_near(got[i], i / 2 % 2 ? 2 * x[i] : 0, 1e-12);
    assert_int_equal(rig_predict(m, &d, got, 8), 8);
    for (int i = 0; i < 8; i++) rig_near(got[i], x[i], 0);
    kcc_model_free(m);
}

/* A wrapper in a wrapper; ids through both; weights counted and frozen with the wrapper. */
static void nested(void **state) {
    (void)state;
    kcc_model *m = rig_load(MODEL(
        "3.15.0", "[null,2,2,1]",
        "{\"class_name\":\"TimeDistributed\",\"config\":{\"name\":\"o\",\"trainable\":false,\"layer\":" TIMED(
            RIG_LAYER("Embedding", "\"name\":\"e\",\"input_dim\":5,\"output_dim\":2")) "}}"));
    double x[] = {1, 2, 3, 4}, table[10], *w[] = {table}, got[8];
    for (int i = 0; i < 10; i++) table[i] = i;
    assert_int_equal(m->n_weights, 1);
    assert_false(m->weights[0].trainable);
    assert_string_equal(m->weights[0].path, "s/o/td/e/embeddings");
    assert_int_equal(m->outputs[0].rank, 5);
    assert_int_equal(rig_predict(m, &(rig_data){.batch = 1, .x = (double *[]){x}, .weights = w}, got, 8), 8);
    for (int i = 0; i < 8; i++) rig_near(got[i], i + 2, 0);
    kcc_model_free(m);
}

/* ----------------------------------------------------------------- messages */

static void bad_configs(void **state) {
    (void)state;
    static const char mean[] = MODEL(
        "3.15.0", "[null,2,2]",
        TIMED("{\"class_name\":\"Functional\",\"config\":{\"name\":\"f\",\"layers\":[{\"class_name\":"
              "\"InputLayer\",\"config\":{\"batch_shape\":[null,2],\"name\":\"i\"},\"name\":\"i\"},"
              "{\"module\":\"keras.src.ops.numpy\",\"class_name\":\"Mean\",\"name\":\"mean\",\"config\":"
              "{\"name\":\"mean\",\"axis\":0,\"keepdims\":true},\"inbound_nodes\":[{\"args\":["
              "{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"i\",0,0]}}],"
              "\"kwargs\":{}}]}],\"input_layers\":[\"i\",0,0],\"output_layers\":[\"mean\",0,0]}}"));
    static const struct {
        const char *json, *message;
    } c[] = {
        {MODEL("3.15.0", "[null,2]", TIMED(RIG_LAYER("Dense", "\"name\":\"d\",\"units\":4"))),
         "m.json: $.config.layers[1]: TimeDistributed \"td\" needs an input of rank 3 or more, not"},
        {MODEL("3.15.0", "[null,2,2]", RIG_LAYER("TimeDistributed", "\"name\":\"td\"")),
         "$.config.layers[1].config.layer: "},
        {MODEL("3.15.0", "[null,2,2]", TIMED("3")),
         "$.config.layers[1].config.layer: expected a layer: an object with class_name and config"},
        {MODEL("3.15.0", "[null,2,2]", TIMED(RIG_LAYER("Lambda", "\"name\":\"x\""))),
         "$.config.layers[1].config.layer.class_name: layer class \"Lambda\" of layer \"x\" is not "
         "supported"},
        {MODEL("3.15.0", "[null,2,2]", TIMED(RIG_LAYER("InputLayer", "\"batch_shape\":[null,2]"))),
         "$.config.layers[1].config.layer: TimeDistributed cannot hold an InputLayer"},
        {MODEL("3.15.0", "[null,2,2]", TIMED(RIG_LAYER("Dense", "\"name\":\"d\",\"units\":-4"))),
         "$.config.layers[1].config.layer.config.units: "},
        {MODEL("3.15.0", "[null,2,2]",
               TIMED(RIG_LAYER("Conv2D", "\"name\":\"d\",\"filters\":1,\"kernel_size\":[1,1]"))),
         "$.config.layers[1].config.layer: "},
        {MODEL("3.15.0", "[null,2,2]",
               TIMED(RIG_LAYER("Dropout", "\"name\":\"d\",\"rate\":0.5,\"noise_shape\":[1,null]"))),
         "config.layer.config.noise_shape[0]: noise shared by the samples is not supported inside"},
        {mean, "Mean \"mean\" over the samples is not supported inside TimeDistributed"},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        const char *message = rig_message(c[i].json);
        if (!strstr(message, c[i].message)) fail_msg("case %d: \"%s\"", (int)i, message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_over_frames_is_one_called_on_each),
        cmocka_unit_test(batch_normalization_by_generation),
        cmocka_unit_test(masks_reach_the_inner_layer),
        cmocka_unit_test(masks_pass),
        cmocka_unit_test(activity_by_generation),
        cmocka_unit_test(noise),
        cmocka_unit_test(nested),
        cmocka_unit_test(bad_configs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
