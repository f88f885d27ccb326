/*
 * call_order.c: calls run in Keras's order, which two calls of one layer that keeps statistics can tell apart.
 */
#include "model_rig.h"

#include "keras_model.h"
#include "keras_parse.h"

#include <string.h>

#define NODE(name, node) "[\"" name "\"," #node ",0,{}]"
#define LAYER(class, name, nodes) \
    "{\"class_name\":\"" class "\",\"name\":\"" name "\",\"config\":{\"name\":\"" name \
                               "\"},\"inbound_nodes\":[" nodes "]}"
#define INPUT(name) \
    "{\"class_name\":\"InputLayer\",\"name\":\"" name "\",\"config\":{\"name\":\"" name \
    "\",\"batch_input_shape\":[null,2]},\"inbound_nodes\":[]}"
#define MODEL(layers, outputs) \
    "{\"class_name\":\"Functional\",\"keras_version\":\"2.15.0\",\"config\":{\"name\":\"m\",\"layers\":" \
    "[" INPUT("a") "," INPUT("b") "," layers \
                                  "],\"input_layers\":[[\"a\",0,0],[\"b\",0,0]],\"output_layers\":[" outputs \
                                  "]}}"

/* The calls but inputs, as "layer node layer node …", in the order they run in. */
static void check(const char *json, const char *expected) {
    kcc_model *model = rig_load(json);
    const struct kcc_parsed_model *m = model->root->model;
    char said[300] = "";
    assert_non_null(m->order);
    for (int k = 0; k < m->n_calls; k++) {
        const kcc_layer *layer = m->call[m->order[k]].layer;
        int node = 0;
        for (int i = 0; i < m->order[k]; i++) node += m->call[i].layer == layer;
        size_t n = strlen(said);
        if (!layer->is_input)
            snprintf(said + n, sizeof said - n, "%s%s %d", *said ? ", " : "", layer->name, node);
    }
    assert_string_equal(said, expected);
    kcc_model_free(model);
}

static void by_who_reads_first(void **state) {
    (void)state;
#define SHARED LAYER("BatchNormalization", "n", "[" NODE("a", 0) "],[" NODE("b", 0) "]")
    check(MODEL(SHARED "," LAYER("Concatenate", "c", "[" NODE("n", 0) "," NODE("n", 1) "]"), "[\"c\",0,0]"),
          "n 0, n 1, c 0");
    check(MODEL(SHARED "," LAYER("Concatenate", "c", "[" NODE("n", 1) "," NODE("n", 0) "]"), "[\"c\",0,0]"),
          "n 1, n 0, c 0");
    /* the last output is looked at first */
    check(MODEL(SHARED, "[\"n\",0,0],[\"n\",1,0]"), "n 1, n 0");
}

/* What is further from the outputs runs first; all calls of a layer looked at later are as far as its furthest. */
static void by_depth(void **state) {
    (void)state;
#define CHAIN \
    LAYER("BatchNormalization", "n", "[" NODE("a", 0) "],[" NODE("b", 0) "]") \
    "," LAYER("ReLU", "r", "[" NODE("n", 1) "]") "," LAYER("Concatenate", "c", \
                                                           "[" NODE("n", 0) "," NODE("r", 0) "]")
    check(MODEL(CHAIN, "[\"c\",0,0]"), "n 0, n 1, r 0, c 0");
}

/* Calls that no output needs are still there, behind the others. */
static void dead_calls(void **state) {
    (void)state;
    check(MODEL(LAYER("ReLU", "r", "[" NODE("a", 0) "]") "," LAYER("ReLU", "s", "[" NODE("b", 0) "]"),
                "[\"s\",0,0]"),
          "s 0, r 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_who_reads_first), cmocka_unit_test(by_depth),
                                       cmocka_unit_test(dead_calls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
