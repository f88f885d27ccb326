/*
 * keras_objects.c: initializers, regularizers, constraints in all encodings.
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kcc_model *dense(const char *config) {
    char json[2000];
    snprintf(json, sizeof json,
             RIG_SEQUENTIAL("[null,4]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2,%s")), config);
    return rig_load(json);
}

static kcc_init first_init(const char *value) {
    char config[600];
    snprintf(config, sizeof config, "\"kernel_initializer\":%s", value);
    kcc_model *m = dense(config);
    kcc_init init = m->weights[0].init;
    kcc_model_free(m);
    return init;
}

static void initializers(void **state) {
    (void)state;
    kcc_init i = first_init("null");
    assert_int_equal(i.kind, KCC_INIT_UNIFORM); /* glorot: sqrt(6 / (4 + 2)) */
    rig_near(i.b, 1, 1e-12);
    rig_near(first_init("\"glorot_uniform\"").b, 1, 1e-12);
    rig_near(first_init("{\"class_name\":\"VarianceScaling\",\"config\":{\"scale\":1.0,\"mode\":\"fan_avg\","
                        "\"distribution\":\"uniform\",\"seed\":null}}")
                 .b,
             1, 1e-12);
    i = first_init("{\"module\":\"keras.initializers\",\"class_name\":\"HeNormal\",\"config\":{\"seed\":7}}");
    assert_int_equal(i.kind, KCC_INIT_TRUNCATED_NORMAL);
    rig_near(i.b, sqrt(2.0 / 4) / 0.87962566103423978, 1e-12);
    assert_int_equal(i.seed, 7);
    i = first_init("{\"class_name\":\"Constant\",\"config\":{\"value\":0.25}}");
    assert_int_equal(i.kind, KCC_INIT_CONSTANT);
    rig_near(i.a, 0.25, 0);
    assert_int_equal(first_init("\"zero\"").kind, KCC_INIT_CONSTANT);
    rig_near(first_init("\"one\"").a, 1, 0);
    assert_int_equal(first_init("\"orthogonal\"").kind, KCC_INIT_ORTHOGONAL);
    rig_near(first_init("\"uniform\"").b, 0.05, 0);
}

static void unknown_names(void **state) {
    (void)state;
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL(
            "[null,4]",
            RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2,\"kernel_initializer\":\"he_norml\""))),
        "m.json: $.config.layers[1].config.kernel_initializer: unknown initializer \"he_norml\" (did you "
        "mean \"HeNormal\"?)");
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL(
            "[null,4]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2,\"activation\":\"rellu\""))),
        "m.json: $.config.layers[1].config.activation: unknown activation \"rellu\" (did you mean "
        "\"relu\"?)");
    assert_string_equal(
        rig_message(RIG_SEQUENTIAL(
            "[null,4]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2,\"bias_constraint\":\"MaxNrm\""))),
        "m.json: $.config.layers[1].config.bias_constraint: unknown constraint \"MaxNrm\" (did you mean "
        "\"MaxNorm\"?)");
    assert_string_equal(/* nothing is near: all of them */
                        rig_message(RIG_SEQUENTIAL(
                            "[null,4]",
                            RIG_LAYER("Dense",
                                      "\"name\":\"d\",\"units\":2,\"bias_regularizer\":\"qqqqqq\""))),
                        "m.json: $.config.layers[1].config.bias_regularizer: unknown regularizer \"qqqqqq\" "
                        "(one of L1, L2, "
                        "L1L2, l1_l2, OrthogonalRegularizer)");
    const char *message = rig_message(RIG_SEQUENTIAL(
        "[null,4]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2,\"kernel_initializer\":\"qqqqqq\"")));
    assert_non_null(strstr(message, "unknown initializer \"qqqqqq\" (one of "));
    assert_non_null(strstr(message, "GlorotUniform, "));
}

static void regularizers(void **state) {
    (void)state;
    static const struct {
        const char *config;
        double l1, l2;
    } cases[] = {
        {"\"kernel_regularizer\":{\"class_name\":\"L1L2\",\"config\":{\"l1\":0.5,\"l2\":0.25}}", 0.5, 0.25},
        {"\"kernel_regularizer\":{\"class_name\":\"L2\",\"config\":{\"l2\":0.125}}", 0, 0.125},
        {"\"kernel_regularizer\":\"l2\"", 0, 0.01},
        {"\"kernel_regularizer\":\"l1_l2\"", 0.01, 0.01},
        {"\"kernel_regularizer\":{\"name\":\"WeightRegularizer\",\"l1\":0.0,\"l2\":0.5}", 0, 0.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kcc_model *m = dense(cases[i].config);
        assert_int_equal(m->regularizers[0].kind, KCC_REGULARIZER_L1L2);
        rig_near(m->regularizers[0].l1, cases[i].l1, 0);
        rig_near(m->regularizers[0].l2, cases[i].l2, 0);
        assert_int_equal(m->regularizers[1].kind, KCC_REGULARIZER_NONE);
        kcc_model_free(m);
    }
}

static void constraints(void **state) {
    (void)state;
    kcc_model *m = dense(
        "\"kernel_constraint\":{\"class_name\":\"MaxNorm\",\"config\":{\"max_value\":3,\"axis\":[0,1]}},"
        "\"bias_constraint\":{\"class_name\":\"NonNeg\",\"config\":{}}");
    assert_int_equal(m->constraints[0].kind, KCC_CONSTRAINT_MAX_NORM);
    rig_near(m->constraints[0].max, 3, 0);
    assert_int_equal(m->constraints[0].axes, 3);
    assert_int_equal(m->constraints[1].kind, KCC_CONSTRAINT_NON_NEG);
    kcc_model_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(initializers),
        cmocka_unit_test(unknown_names),
        cmocka_unit_test(regularizers),
        cmocka_unit_test(constraints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
