/*
 * layers_activation.c: ReLU, LeakyReLU, PReLU, ELU, ThresholdedReLU, Softmax.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

static void values(void **state) {
    (void)state;
    double x[] = {-2, 1, 3, 8};
    rig_layer(RIG_LAYER("ReLU", "\"name\":\"l\""), "[null,4]", 1, x, NULL, 4, (double[]){0, 1, 3, 8});
    rig_layer(RIG_LAYER("ReLU", "\"name\":\"l\",\"max_value\":6,\"negative_slope\":0.1,\"threshold\":2"),
              "[null,4]", 1, x, NULL, 4, (double[]){-0.4, -0.1, 3, 6});
    rig_layer(RIG_LAYER("ReLU", "\"name\":\"l\",\"max_value\":Infinity"), "[null,4]", 1, x, NULL, 4,
              (double[]){0, 1, 3, 8});
    rig_layer(RIG_LAYER("ReLU", "\"name\":\"l\",\"threshold\":Infinity"), "[null,4]", 1, x, NULL, 4,
              (double[]){0, 0, 0, 0});
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL("[null,4]", RIG_LAYER("ReLU", "\"name\":\"l\",\"max_value\":NaN"))),
        "m.json: $.config.layers[1].config.max_value: NaN is no value for this");
    rig_layer(RIG_LAYER("LeakyReLU", "\"name\":\"l\""), "[null,4]", 1, x, NULL, 4, (double[]){-0.6, 1, 3, 8});
    rig_layer(RIG_LAYER("LeakyReLU", "\"name\":\"l\",\"alpha\":0.5"), "[null,4]", 1, x, NULL, 4,
              (double[]){-1, 1, 3, 8});
    rig_layer(RIG_LAYER("ELU", "\"name\":\"l\",\"alpha\":2"), "[null,4]", 1, x, NULL, 4,
              (double[]){2 * expm1(-2), 1, 3, 8});
    rig_layer(RIG_LAYER("ThresholdedReLU", "\"name\":\"l\",\"theta\":2"), "[null,4]", 1, x, NULL, 4,
              (double[]){0, 0, 3, 8});
}

static void prelu(void **state) {
    (void)state;
    double alpha[] = {0.5, 0.25}, *w[] = {alpha};
    rig_layer(RIG_LAYER("PReLU", "\"name\":\"l\""), "[null,2]", 2, (double[]){-2, -4, 1, -8}, w, 4,
              (double[]){-1, -1, 1, -2});
    rig_layer(RIG_LAYER("PReLU", "\"name\":\"l\",\"shared_axes\":[1]"), "[null,2,2]", 1,
              (double[]){-2, -4, 1, -8}, w, 4, (double[]){-1, -1, 1, -2});
}

static void softmax(void **state) {
    (void)state;
    double x[] = {0, 1, 0, 1}, a = 1 / (1 + exp(1)), half = 0.5;
    rig_layer(RIG_LAYER("Softmax", "\"name\":\"l\""), "[null,2,2]", 1, x, NULL, 4,
              (double[]){a, 1 - a, a, 1 - a});
    rig_layer(RIG_LAYER("Softmax", "\"name\":\"l\",\"axis\":1"), "[null,2,2]", 1, x, NULL, 4,
              (double[]){half, half, half, half});
    rig_layer(RIG_LAYER("Softmax", "\"name\":\"l\",\"axis\":[1,2]"), "[null,2,2]", 1, x, NULL, 4,
              (double[]){a / 2, half - a / 2, a / 2, half - a / 2});
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL("[null,2]", RIG_LAYER("Softmax", "\"name\":\"l\",\"axis\":5"))),
        "m.json: $.config.layers[1].config.axis: axis 5 is out of range for an input of rank 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(prelu),
        cmocka_unit_test(softmax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
