/*
 * check.c: all reasons at once.
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char many[] =
    "{\"class_name\":\"Model\",\"keras_version\":\"2.8.0\",\"backend\":\"tensorflow\",\"config\":"
    "{\"name\":\"f\",\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\""
    ":[null,4],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"i\"},\"name\":\"i\",\"inbound_no"
    "des\":[]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"a\",\"units\":3,\"activation\":\""
    "rellu\",\"kernel_initializer\":\"he_norml\"},\"name\":\"a\",\"inbound_nodes\":[[[\"i\",0,0,{"
    "}]]]},{\"class_name\":\"Frobnicate\",\"config\":{\"name\":\"c\"},\"name\":\"c\",\"inbound_no"
    "des\":[[[\"a\",0,0,{}]]]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"e\",\"units\":5,"
    "\"dtype\":\"float16\"},\"name\":\"e\",\"inbound_nodes\":[[[\"i\",0,0,{}]]]},{\"class_name\":"
    "\"Dense\",\"config\":{\"name\":\"z\",\"units\":-5},\"name\":\"z\",\"inbound_nodes\":[[[\"i\""
    ",0,0,{}]]]}],\"input_layers\":[[\"i\",0,0]],\"output_layers\":[[\"c\",0,0],[\"e\",0,0],[\"z"
    "\",0,0]]}}";

static void check(const char *json, int n, const char *expected) {
    char path[] = "/tmp/kcc-check-XXXXXX", *text = NULL, line[2000];
    kcc_text wanted = {0};
    kcc_error error = {0};
    int reasons = -1, file = mkstemp(path);
    assert_true(file >= 0 && write(file, json, strlen(json)) == (ssize_t)strlen(json));
    close(file);
    assert_int_equal(kcc_model_check(path, NULL, &text, &reasons, &error), KCC_OK);
    assert_int_equal(reasons, n);
    for (const char *p = expected; *p; p++)
        kcc_text_add(&wanted, *p == '@' ? "%s" : "%.1s", *p == '@' ? path : p);
    snprintf(line, sizeof line, "%s", wanted.data ? wanted.data : "");
    kcc_text_free(&wanted);
    assert_string_equal(text, line);
    free(text);
    unlink(path);
}

static void reasons(void **state) {
    (void)state;
    check(many, 5,
          "@: $.config.layers[1].config.activation: unknown activation \"rellu\" (did you mean \"relu\"?)\n"
          "@: $.config.layers[1].config.kernel_initializer: unknown initializer \"he_norml\" (did you mean "
          "\"HeNormal\"?)\n"
          "@: $.config.layers[2].class_name: layer class \"Frobnicate\" of layer \"c\" is not supported (no "
          "layer of Keras; the code of your own classes is Python)\n"
          "@: $.config.layers[3].config.dtype: dtype policy \"float16\" is not supported: kcc computes in "
          "float32 (save the model with "
          "dtype policy float32)\n"
          "@: $.config.layers[4].config.units: -5 is too small (at least 1)\n");
}

/* Fine to predict with, but not to train: Dropout makes numbers of ids. */
static void training(void **state) {
    (void)state;
#define WORDS \
    RIG_LAYER("Dropout", "\"name\":\"d\",\"rate\":0.5") \
    "," RIG_LAYER("Embedding", "\"name\":\"e\",\"input_dim\":5,\"output_dim\":2")
    static const char computed[] =
        "@: $.config.layers[2]: in training: Embedding \"e\" is applied to computed values (feed the ids as "
        "an input; Reshape, Flatten and Permute may come between)\n";
    check(RIG_SEQUENTIAL("[null,3]", WORDS), 1, computed);
    static const char model[] = RIG_SEQUENTIAL("[null,3]", WORDS);
    char compiled[2000];
    snprintf(compiled, sizeof compiled, "%.*s,\"compile_config\":{\"optimizer\":\"sgd\",\"loss\":\"mse\"}}",
             (int)strlen(model) - 1, model);
    check(compiled, 1, computed);
    static const char dense[] = RIG_SEQUENTIAL("[null,3]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2"));
    snprintf(compiled, sizeof compiled, "%.*s,\"compile_config\":{\"optimizer\":\"sgd\",\"loss\":\"mse\"}}",
             (int)strlen(dense) - 1, dense);
    check(compiled, 0, "");
}

static void fine(void **state) {
    (void)state;
    check(RIG_SEQUENTIAL("[null,2]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2")), 0, "");
}

static void not_json(void **state) {
    (void)state;
    check("hello", 1, "@:1:1: not JSON (expected the text of model.to_json())\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons),
        cmocka_unit_test(training),
        cmocka_unit_test(fine),
        cmocka_unit_test(not_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
