/*
 * layers_batch.c: normalisation by statistics of the data, scaling layers (layers.md, section 6).
 */
#include "model_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double x[] = {1, 10, 3, 10, 5, 40, 7, 20};

static void batch_normalization_of_inference(void **state) {
    (void)state;
    double gamma[] = {2, 1}, beta[] = {1, 0}, mean[] = {3, 10}, variance[] = {4, 25},
           *w[] = {gamma, beta, mean, variance};
    rig_layer(RIG_LAYER("BatchNormalization", "\"name\":\"l\",\"epsilon\":0"), "[null,2]", 4, x, w, 8,
              (double[]){-1, 0, 1, 0, 3, 6, 5, 2});
    double *moments[] = {mean, variance};
    rig_layer(RIG_LAYER("BatchNormalization",
                        "\"name\":\"l\",\"epsilon\":0,\"center\":false,\"scale\":false,\"axis\":1"),
              "[null,2,4]", 1, x, moments, 8, (double[]){-1, 3.5, 0, 3.5, -1, 6, -0.6, 2});
}

static void batch_normalization_of_training(void **state) {
    (void)state;
    double gamma[] = {1, 2}, beta[] = {0, 1}, mean[] = {9, 9}, variance[] = {9, 9},
           *w[] = {gamma, beta, mean, variance}, got[8];
    const rig_data d = {.batch = 4, .x = (double *[]){(double *)(uintptr_t)x}, .weights = w};
    kcc_model *m = rig_load(
        RIG_SEQUENTIAL("[null,2]", RIG_LAYER("BatchNormalization", "\"name\":\"l\",\"epsilon\":0.5")));
    assert_int_equal(m->n_weights, 4);
    assert_string_equal(m->weights[2].name, "moving_mean");
    assert_false(m->weights[2].trainable);
    assert_false(m->weights[3].trainable);
    assert_int_equal(rig_train_forward(m, &d, got, 8), 8);
    /* batch: means 4, 20; variances 5, 150 */
    for (int i = 0; i < 4; i++) {
        rig_near(got[2 * i], (x[2 * i] - 4) / sqrt(5.5), 1e-12);
        rig_near(got[2 * i + 1], 2 * (x[2 * i + 1] - 20) / sqrt(150.5) + 1, 1e-12);
    }
    kcc_model_free(m);
}

/* Not trainable: statistics of inference, even in training. */
static void frozen(void **state) {
    (void)state;
    double ones[] = {1, 1}, zeros[] = {0, 0}, *w[] = {ones, zeros, zeros, ones}, got[8];
    const rig_data d = {.batch = 4, .x = (double *[]){(double *)(uintptr_t)x}, .weights = w};
    kcc_model *m = rig_load(RIG_SEQUENTIAL(
        "[null,2]", RIG_LAYER("BatchNormalization", "\"name\":\"l\",\"epsilon\":0,\"trainable\":false")));
    assert_int_equal(rig_train_forward(m, &d, got, 8), 8);
    for (int i = 0; i < 8; i++) rig_near(got[i], x[i], 1e-12);
    kcc_model_free(m);
}

static void layer_normalization(void **state) {
    (void)state;
    double gamma[] = {1, 2}, beta[] = {0, 1}, *w[] = {gamma, beta};
    /* two numbers a, b: mean (a + b) / 2, deviation |a - b| / 2 */
    rig_layer(RIG_LAYER("LayerNormalization", "\"name\":\"l\",\"epsilon\":0"), "[null,2]", 4, x, w, 8,
              (double[]){-1, 3, -1, 3, -1, 3, -1, 3});
    double four[] = {1, 1, 1, 1}, *none[] = {four};
    rig_layer(RIG_LAYER("LayerNormalization", "\"name\":\"l\",\"epsilon\":0,\"axis\":[1,2],\"center\":false"),
              "[null,2,2]", 1, (double[]){1, 1, 3, 3}, none, 4, (double[]){-1, -1, 1, 1});
    /* gamma is of shape [3, 1], in the order given, and laid on its axes element by element as Keras's reshape does */
    double three[] = {1, 2, 3}, *turned[] = {three};
    rig_layer(
        RIG_LAYER("LayerNormalization", "\"name\":\"l\",\"epsilon\":0,\"axis\":[-1,-2],\"center\":false"),
        "[null,1,3]", 1, (double[]){1, 1, 4}, turned, 3, (double[]){-sqrt(0.5), -2 * sqrt(0.5), 3 * sqrt(2)});
    kcc_model *model = rig_load(
        RIG_SEQUENTIAL("[null,1,3]", RIG_LAYER("LayerNormalization", "\"name\":\"l\",\"axis\":[-1,-2]")));
    assert_int_equal(model->weights[0].rank, 2);
    assert_int_equal(model->weights[0].dim[0].size, 3);
    assert_int_equal(model->weights[0].dim[1].size, 1);
    kcc_model_free(model);
    /* by the deviation, 1, without the mean; gamma whatever "scale" says, no beta */
    double two[] = {2, 3}, *only[] = {two};
    rig_layer(
        RIG_LAYER("LayerNormalization", "\"name\":\"l\",\"epsilon\":0,\"rms_scaling\":true,\"scale\":false"),
        "[null,2]", 2, (double[]){1, 3, 7, 5}, only, 4, (double[]){2, 9, 14, 15});
}

static void group_normalization(void **state) {
    (void)state;
    double ones[] = {1, 1, 1, 1}, zeros[] = {0, 0, 0, 10}, *w[] = {ones, zeros};
    rig_layer(RIG_LAYER("GroupNormalization", "\"name\":\"l\",\"groups\":2,\"epsilon\":0"), "[null,1,4]", 1,
              (double[]){1, 3, 10, 30}, w, 4, (double[]){-1, 1, -1, 11});
    double two[] = {2, 2}, one[] = {1, 1}, *v[] = {two, one};
    /* groups -1: every channel of its own, over places */
    rig_layer(RIG_LAYER("GroupNormalization", "\"name\":\"l\",\"groups\":-1,\"epsilon\":0"), "[null,2,2]", 1,
              (double[]){1, 5, 3, 9}, v, 4, (double[]){-1, -1, 3, 3});
}

static void norms(void **state) {
    (void)state;
    rig_layer(RIG_LAYER("UnitNormalization", "\"name\":\"l\",\"axis\":-1"), "[null,2]", 2,
              (double[]){3, 4, 0, 0}, NULL, 4, (double[]){0.6, 0.8, 0, 0});
    double scale[] = {1, 10}, *w[] = {scale};
    rig_layer(RIG_LAYER("RMSNormalization", "\"name\":\"l\",\"epsilon\":0"), "[null,2]", 1, (double[]){3, 4},
              w, 2, (double[]){3 / sqrt(12.5), 40 / sqrt(12.5)});
}

static double third(void *user, int64_t stream, int64_t element) {
    (void)user;
    (void)stream;
    return element == 1 ? 0.9 : 0.1;
}

static void scaling(void **state) {
    (void)state;
    double gamma[] = {0.5, 2}, *w[] = {gamma}, got[6], in[] = {1, 2, 3, 4, 5, 6};
    rig_layer(RIG_LAYER("LayerScale", "\"name\":\"l\",\"init_values\":1e-6,\"projection_dim\":2"), "[null,2]",
              1, in, w, 2, (double[]){0.5, 4});
    kcc_model *m = rig_load(RIG_SEQUENTIAL(
        "[null,2]", RIG_LAYER("LayerScale", "\"name\":\"l\",\"init_values\":1e-6,\"projection_dim\":2")));
    rig_near(m->weights[0].init.a, 1e-6, 1e-20);
    kcc_model_free(m);
    m = rig_load(
        RIG_SEQUENTIAL("[null,2]", RIG_LAYER("StochasticDepth", "\"name\":\"l\",\"drop_path_rate\":0.5")));
    const rig_data d = {.batch = 3, .x = (double *[]){in}, .uniform = third};
    assert_int_equal(rig_predict(m, &d, got, 6), 6);
    for (int i = 0; i < 6; i++) rig_near(got[i], in[i], 0);
    assert_int_equal(rig_train_forward(m, &d, got, 6), 6); /* one draw a sample: only the second is kept */
    for (int i = 0; i < 6; i++) rig_near(got[i], i / 2 == 1 ? 2 * in[i] : 0, 1e-12);
    kcc_model_free(m);
}

/* InceptionResNetV2's own: first + scale second. */
static void custom_scale(void **state) {
    (void)state;
    static const char tensor[] =
        "{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"in\",0,0]}}";
    char json[2000];
    double in[] = {1, 2}, got[2];
    snprintf(
        json, sizeof json,
        "{\"module\":\"keras\",\"class_name\":\"Functional\",\"config\":{\"name\":\"f\",\"layers\":["
        "{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":[null,2],"
        "\"name\":\"in\"},"
        "\"name\":\"in\",\"inbound_nodes\":[]},"
        "{\"module\":\"keras.src.applications.inception_resnet_v2\",\"class_name\":\"CustomScaleLayer\","
        "\"registered_name\":\"CustomScaleLayer\",\"config\":{\"name\":\"s\",\"scale\":0.25},\"name\":\"s\","
        "\"inbound_nodes\":[{\"args\":[[%s,%s]],\"kwargs\":{}}]}],"
        "\"input_layers\":[\"in\",0,0],\"output_layers\":[\"s\",0,0]}}",
        tensor, tensor);
    kcc_model *m = rig_load(json);
    assert_int_equal(rig_predict(m, &(rig_data){.batch = 1, .x = (double *[]){in}}, got, 2), 2);
    rig_near(got[0], 1.25, 1e-12);
    rig_near(got[1], 2.5, 1e-12);
    kcc_model_free(m);
}

static void bad_configs(void **state) {
    (void)state;
    static const struct {
        const char *json, *message;
    } c[] = {
        {RIG_SEQUENTIAL("[null,6]", RIG_LAYER("GroupNormalization", "\"name\":\"l\",\"groups\":4")),
         "$.config.layers[1].config.groups: 4 groups do not divide 6 channels"},
        {RIG_SEQUENTIAL("[null,6]", RIG_LAYER("BatchNormalization", "\"name\":\"l\",\"axis\":2")),
         "$.config.layers[1].config.axis: axis 2 is out of range for an input of rank 2"},
        {RIG_SEQUENTIAL("[null,6]", RIG_LAYER("BatchNormalization", "\"name\":\"l\",\"axis\":0")),
         "$.config.layers[1].config.axis: the batch axis has no weights"},
        {RIG_SEQUENTIAL("[null,6,6]", RIG_LAYER("LayerNormalization", "\"name\":\"l\",\"axis\":[2,-1]")),
         "$.config.layers[1].config.axis[1]: axis 2 is given twice"},
        {RIG_SEQUENTIAL("[null,6]", RIG_LAYER("StochasticDepth", "\"name\":\"l\",\"drop_path_rate\":1")),
         "drop_path_rate must be in [0, 1), not 1"},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        const char *message = rig_message(c[i].json);
        if (!strstr(message, c[i].message)) fail_msg("case %d: \"%s\"", (int)i, message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_normalization_of_inference),
        cmocka_unit_test(batch_normalization_of_training),
        cmocka_unit_test(frozen),
        cmocka_unit_test(layer_normalization),
        cmocka_unit_test(group_normalization),
        cmocka_unit_test(norms),
        cmocka_unit_test(scaling),
        cmocka_unit_test(custom_scale),
        cmocka_unit_test(bad_configs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
