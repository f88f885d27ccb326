/*
 * layers_core.c: Dense, Dropout, Flatten, Reshape, Permute, RepeatVector, Masking.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

static void dense(void **state) {
    (void)state;
    double kernel[] = {1, 2, 3, 4}, bias[] = {10, 20}, *w[] = {kernel, bias};
    const char *layer = RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2,\"activation\":\"relu\"");
    rig_layer(layer, "[null,2]", 2, (double[]){1, 1, -5, -5}, w, 4, (double[]){14, 26, 0, 0});
    rig_layer(layer, "[null,2,2]", 1, (double[]){1, 1, 0, 1}, w, 4, (double[]){14, 26, 13, 24});
    rig_layer(RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2.0,\"use_bias\":false"), "[null,2]", 1,
              (double[]){1, 1}, w, 2, (double[]){4, 6});
}

static void dense_sizes(void **state) {
    (void)state;
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL("[null,4]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":0"))),
        "m.json: $.config.layers[1].config.units: 0 is too small (at least 1)");
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL("[null,1000000]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":1000000"))),
        "m.json: $.config.layers[1].config.units: weight \"kernel\" of layer \"d\" would be too large "
        "(check the sizes of this layer and of its input)");
    assert_string_equal(rig_message(RIG_SEQUENTIAL("[null,4]", RIG_LAYER("Dense", "\"name\":\"d\""))),
                        "m.json: $.config.layers[1].config.units: this is missing (such as \"units\": 10)");
}

static double half_dropped(void *user, int64_t stream, int64_t element) {
    (void)user, (void)stream;
    return element % 2 ? 0.1 : 0.9;
}

static void dropout(void **state) {
    (void)state;
    double out[8], *x[] = {(double[]){1, 2, 3, 4, 5, 6, 7, 8}};
    rig_data d = {.batch = 2, .x = x, .uniform = half_dropped};
    kcc_model *m =
        rig_load(RIG_SEQUENTIAL("[null,2,2]", RIG_LAYER("Dropout", "\"name\":\"d\",\"rate\":0.2")));
    rig_predict(m, &d, out, 8);
    rig_near(out[1], 2, 0);
    rig_train_forward(m, &d, out, 8);
    rig_near(out[0], 1.25, 1e-12);
    rig_near(out[1], 0, 0);
    kcc_model_free(m);
    m = rig_load(RIG_SEQUENTIAL(
        "[null,2,2]", RIG_LAYER("Dropout", "\"name\":\"d\",\"rate\":0.2,\"noise_shape\":[null,1,2]")));
    rig_train_forward(m, &d, out, 8);
    rig_near(out[1], 0, 0);
    rig_near(out[3], 0, 0);
    rig_near(out[2], 3.75, 1e-12);
    kcc_model_free(m);
    m = rig_load(RIG_SEQUENTIAL("[null,2,2]", RIG_LAYER("SpatialDropout1D", "\"name\":\"d\",\"rate\":0.2")));
    rig_train_forward(m, &d, out, 8);
    rig_near(out[0] + out[2], 1.25 + 3.75, 1e-12);
    rig_near(out[1] + out[3] + out[5] + out[7], 0, 0);
    kcc_model_free(m);
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL("[null,2]", RIG_LAYER("Dropout", "\"name\":\"d\",\"rate\":2"))),
        "m.json: $.config.layers[1].config.rate: rate must be in [0, 1], not 2");
}

static void shapes(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5, 6};
    rig_layer(RIG_LAYER("Flatten", "\"name\":\"l\""), "[null,2,3]", 1, x, NULL, 6, x);
    rig_layer(RIG_LAYER("Flatten", "\"name\":\"l\",\"data_format\":\"channels_first\""), "[null,2,3]", 1, x,
              NULL, 6, (double[]){1, 4, 2, 5, 3, 6});
    rig_layer(RIG_LAYER("Reshape", "\"name\":\"l\",\"target_shape\":[-1,2]"), "[null,2,3]", 1, x, NULL, 6, x);
    rig_layer(RIG_LAYER("Permute", "\"name\":\"l\",\"dims\":[2,1]"), "[null,2,3]", 1, x, NULL, 6,
              (double[]){1, 4, 2, 5, 3, 6});
    rig_layer(RIG_LAYER("RepeatVector", "\"name\":\"l\",\"n\":2"), "[null,3]", 2, x, NULL, 12,
              (double[]){1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
    rig_layer(RIG_LAYER("Masking", "\"name\":\"l\",\"mask_value\":4"), "[null,3,1]", 2, x, NULL, 6,
              (double[]){1, 2, 3, 0, 5, 6});
    /* nothing equals a NaN, so nothing is masked */
    rig_layer(RIG_LAYER("Masking", "\"name\":\"l\",\"mask_value\":NaN"), "[null,3,1]", 2, x, NULL, 6, x);
    assert_string_equal(rig_message(RIG_SEQUENTIAL(
                            "[null,6]", RIG_LAYER("Reshape", "\"name\":\"l\",\"target_shape\":[4,-1]"))),
                        "m.json: $.config.layers[1].config.target_shape: 6 numbers of an input [N, 6] do not "
                        "fit target_shape [4,-1]");
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL("[null,2,3]", RIG_LAYER("Permute", "\"name\":\"l\",\"dims\":[1,1]"))),
        "m.json: $.config.layers[1].config.dims: dims [1,1] do not permute the 2 axes of a sample "
        "(dims count from 1; the batch is not among them)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense),
        cmocka_unit_test(dense_sizes),
        cmocka_unit_test(dropout),
        cmocka_unit_test(shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
