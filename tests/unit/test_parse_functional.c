/*
 * parse_functional.c: node forms, nesting, order, cycles, missing layers.
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char nested_2[] =
    "{\"class_name\":\"Model\",\"keras_version\":\"2.8.0\",\"backend\":\"tensorflow\",\"config\":"
    "{\"name\":\"f\",\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\""
    ":[null,2],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"i\"},\"name\":\"i\",\"inbound_no"
    "des\":[]},{\"class_name\":\"Sequential\",\"name\":\"block\",\"config\":{\"name\":\"block\","
    "\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\":[null,2],\"name"
    "\":\"j\"}},{\"class_name\":\"Dense\",\"config\":{\"name\":\"dense\",\"units\":1,\"use_bias\""
    ":false}}]},\"inbound_nodes\":[[[\"i\",0,0,{}]],[[\"i\",0,0,{}]]]},{\"class_name\":\"Add\",\""
    "config\":{\"name\":\"sum\"},\"name\":\"sum\",\"inbound_nodes\":[[[\"block\",1,0,{}],[\"block"
    "\",2,0,{}]]]}],\"input_layers\":[[\"i\",0,0]],\"output_layers\":[[\"sum\",0,0]]}}";
static const char nested_3[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,2],\"dtype\":\"float32\",\"name\":\"i\"},\"name\":\"i\",\"inbound_node"
    "s\":[]},{\"module\":\"keras\",\"class_name\":\"Sequential\",\"name\":\"block\",\"config\":{"
    "\"name\":\"block\",\"trainable\":false,\"layers\":[{\"module\":\"keras.layers\",\"class_name"
    "\":\"InputLayer\",\"config\":{\"batch_shape\":[null,2],\"name\":\"j\"}},{\"module\":\"keras."
    "layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"dense\",\"units\":1,\"use_bias\":fa"
    "lse}}]},\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_tensor__\",\"config\":{\"ker"
    "as_history\":[\"i\",0,0]}}],\"kwargs\":{}},{\"args\":[{\"class_name\":\"__keras_tensor__\","
    "\"config\":{\"keras_history\":[\"i\",0,0]}}],\"kwargs\":{}}]},{\"module\":\"keras.layers\","
    "\"class_name\":\"Add\",\"config\":{\"name\":\"sum\"},\"name\":\"sum\",\"inbound_nodes\":[{\""
    "args\":[[{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"block\",0,0]}"
    "},{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"block\",1,0]}}]],\"k"
    "wargs\":{}}]}],\"input_layers\":[\"i\",0,0],\"output_layers\":[\"sum\",0,0]}}";
static const char backwards[] =
    "{\"class_name\":\"Model\",\"keras_version\":\"2.8.0\",\"backend\":\"tensorflow\",\"config\":"
    "{\"name\":\"f\",\"layers\":[{\"class_name\":\"Dense\",\"config\":{\"name\":\"last\",\"units"
    "\":1,\"use_bias\":false},\"name\":\"last\",\"inbound_nodes\":[[[\"mid\",0,0,{}]]]},{\"class_"
    "name\":\"Dense\",\"config\":{\"name\":\"mid\",\"units\":2,\"use_bias\":false},\"name\":\"mid"
    "\",\"inbound_nodes\":[[[\"i\",0,0]]]},{\"class_name\":\"InputLayer\",\"config\":{\"batch_inp"
    "ut_shape\":[null,2],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"i\"},\"name\":\"i\",\""
    "inbound_nodes\":[]}],\"input_layers\":[[\"i\",0,0]],\"output_layers\":[[\"last\",0,0]]}}";
static const char cycle[] =
    "{\"class_name\":\"Model\",\"keras_version\":\"2.8.0\",\"backend\":\"tensorflow\",\"config\":"
    "{\"name\":\"f\",\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\""
    ":[null,2],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"i\"},\"name\":\"i\",\"inbound_no"
    "des\":[]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"a\",\"units\":2},\"name\":\"a\","
    "\"inbound_nodes\":[[[\"b\",0,0,{}]]]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"b\","
    "\"units\":2},\"name\":\"b\",\"inbound_nodes\":[[[\"a\",0,0,{}]]]}],\"input_layers\":[[\"i\","
    "0,0]],\"output_layers\":[[\"b\",0,0]]}}";
static const char missing[] =
    "{\"class_name\":\"Model\",\"keras_version\":\"2.8.0\",\"backend\":\"tensorflow\",\"config\":"
    "{\"name\":\"f\",\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\""
    ":[null,2],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"i\"},\"name\":\"i\",\"inbound_no"
    "des\":[]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"alpha\",\"units\":2},\"name\":\"a"
    "lpha\",\"inbound_nodes\":[[[\"i\",0,0,{}]]]},{\"class_name\":\"Dense\",\"config\":{\"name\":"
    "\"b\",\"units\":2},\"name\":\"b\",\"inbound_nodes\":[[[\"alphb\",0,0,{}]]]}],\"input_layers"
    "\":[[\"i\",0,0]],\"output_layers\":[[\"b\",0,0]]}}";
static const char twice[] =
    "{\"class_name\":\"Model\",\"keras_version\":\"2.8.0\",\"backend\":\"tensorflow\",\"config\":"
    "{\"name\":\"f\",\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\""
    ":[null,2],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"i\"},\"name\":\"i\",\"inbound_no"
    "des\":[]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"a\",\"units\":2},\"name\":\"a\","
    "\"inbound_nodes\":[[[\"i\",0,0,{}]]]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"a\","
    "\"units\":2},\"name\":\"a\",\"inbound_nodes\":[[[\"i\",0,0,{}]]]}],\"input_layers\":[[\"i\","
    "0,0]],\"output_layers\":[[\"a\",0,0]]}}";
static const char no_such_node[] =
    "{\"class_name\":\"Model\",\"keras_version\":\"2.8.0\",\"backend\":\"tensorflow\",\"config\":"
    "{\"name\":\"f\",\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\""
    ":[null,2],\"dtype\":\"float32\",\"sparse\":false,\"name\":\"i\"},\"name\":\"i\",\"inbound_no"
    "des\":[]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"a\",\"units\":2},\"name\":\"a\","
    "\"inbound_nodes\":[[[\"i\",0,0,{}]]]},{\"class_name\":\"Dense\",\"config\":{\"name\":\"b\","
    "\"units\":2},\"name\":\"b\",\"inbound_nodes\":[[[\"a\",9,0,{}]]]}],\"input_layers\":[[\"i\","
    "0,0]],\"output_layers\":[[\"b\",0,0]]}}";
static const char by_key[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,2],\"dtype\":\"float32\",\"name\":\"a\"},\"name\":\"a\",\"inbound_node"
    "s\":[]},{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape"
    "\":[null,2],\"dtype\":\"float32\",\"name\":\"b\"},\"name\":\"b\",\"inbound_nodes\":[]},{\"mo"
    "dule\":\"keras.layers\",\"class_name\":\"Subtract\",\"config\":{\"name\":\"m\"},\"name\":\"m"
    "\",\"inbound_nodes\":[{\"args\":[[{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_h"
    "istory\":[\"a\",0,0]}},{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":["
    "\"b\",0,0]}}]],\"kwargs\":{}}]}],\"input_layers\":{\"z\":[\"a\",0,0],\"y\":[\"b\",0,0]},\"ou"
    "tput_layers\":{\"o\":[\"m\",0,0]}}}";

/* Calls of a nested model count from 1 in Keras 2, from 0 in Keras 3. */
static void nested(void **state) {
    (void)state;
    const char *const forms[] = {nested_2, nested_3};
    for (int i = 0; i < 2; i++) {
        double k[] = {2, 3}, x[] = {1, 1}, *w[] = {k}, *xs[] = {x}, out[1];
        kcc_model *m = rig_load(forms[i]);
        assert_int_equal(m->n_weights, 1);
        assert_string_equal(m->weights[0].path, "block/dense/kernel");
        assert_string_equal(m->weights[0].layer, "block");
        assert_int_equal(m->weights[0].trainable, i == 0); /* freezing a model freezes what is in it */
        rig_predict(m, &(rig_data){.batch = 1, .weights = w, .x = xs}, out, 1);
        rig_near(out[0], 10, 1e-12);
        kcc_model_free(m);
    }
}

static void any_order(void **state) {
    (void)state;
    kcc_model *m = rig_load(backwards);
    assert_string_equal(m->weights[0].path, "last/kernel"); /* weights follow the file's order of layers */
    assert_string_equal(m->weights[1].path, "mid/kernel");
    kcc_model_free(m);
}

/* Inputs given as an object come in the order of their keys. */
static void keys_are_sorted(void **state) {
    (void)state;
    kcc_model *m = rig_load(by_key);
    assert_string_equal(m->inputs[0].name, "b");
    assert_string_equal(m->inputs[1].name, "a");
    kcc_model_free(m);
}

static void messages(void **state) {
    (void)state;
    assert_string_equal(
        rig_message(cycle),
        "m.json: $.config.layers[1].inbound_nodes[0]: layer \"a\" is part of a cycle, or takes its input "
        "from one (the inputs of a layer cannot depend on it)");
    assert_string_equal(
        rig_message(missing),
        "m.json: $.config.layers[2].inbound_nodes[0][0]: there is no layer \"alphb\" to take an input "
        "from (did you mean \"alpha\"?)");
    assert_string_equal(rig_message(twice),
                        "m.json: $.config.layers: two layers are named \"a\" (names are unique in a model)");
    assert_string_equal(
        rig_message(no_such_node),
        "m.json: $.config.layers[2].inbound_nodes[0][0]: layer \"a\" is called 1 times, so there is "
        "no node 9");
}

/* A layer or operator of an .h5 of Keras 3: no module; called with args, whose tensors are $name. */
static const char *h5_model(const char *layers) {
    static char json[4000];
    static const char head[] =
        "{\"class_name\":\"Functional\",\"config\":{\"name\":\"f\",\"layers\":["
        "{\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":[null,2],\"name\":\"i\"},"
        "\"name\":\"i\",\"inbound_nodes\":[]}",
                      tail[] = "],\"input_layers\":[\"i\",0,0],\"output_layers\":[\"o\",0,0]}}";
    size_t n = (size_t)snprintf(json, sizeof json, "%s", head);
    while (*layers) { /* "Class o {config} [args]" and a line break each */
        char class_name[40], name[2], config[200], args[40];
        int used = 0;
        assert_int_equal(
            sscanf(layers, "%39s %1s {%199[^}]} [%39[^\n]%n", class_name, name, config, args, &used), 4);
        layers += used + 1;
        n += (size_t)snprintf(json + n, sizeof json - n,
                              ",{\"class_name\":\"%s\",\"name\":\"%s\",\"config\":{\"name\":\"%s\"%s},"
                              "\"inbound_nodes\":[{\"kwargs\":{},\"args\":[",
                              class_name, name, name, *config == ' ' ? "" : config);
        for (const char *a = args; *a; a++) {
            n += *a == '$' ? (size_t)snprintf(json + n, sizeof json - n,
                                              "{\"class_name\":\"__keras_tensor__\",\"config\":{"
                                              "\"keras_history\":[\"%c\",0,0]}}",
                                              *++a)
                           : (size_t)snprintf(json + n, sizeof json - n, "%c", *a);
        }
        n += (size_t)snprintf(json + n, sizeof json - n, "}]}");
    }
    snprintf(json + n, sizeof json - n, "%s", tail);
    return json;
}

static void operators_without_module(void **state) {
    (void)state;
    static const struct {
        const char *layers;
        double out[2];
        bool op; /* the last */
    } c[] = {
        {"Relu o { } [$i]\n", {1, 0}, true},
        {"Subtract o { } [1.0,$i]\n", {0, 3}, true},
        {"Add o { } [$i,$i]\n", {2, -4}, true},
        {"Add o { } [[$i,$i]]\n", {2, -4}, false},
        {"Multiply o {,\"trainable\":true} [[$i,$i]]\n", {1, 4}, false},
        {"Concatenate o {,\"axis\":-1} [[$i]]\n", {1, -2}, false},
        {"Relu b { } [$i]\nExpandDims c {,\"axis\":1} [$b]\nSqueeze o {,\"axis\":1} [$c]\n", {1, 0}, true},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        double x[] = {1, -2}, *in[] = {x}, out[4];
        kcc_model *m = rig_load(h5_model(c[i].layers));
        assert_int_equal(rig_predict(m, &(rig_data){.batch = 1, .x = in}, out, 4), 2);
        for (int k = 0; k < 2; k++) rig_near(out[k], c[i].out[k], 1e-9);
        assert_int_equal(m->root->sublayer[m->root->n_sublayers - 1]->is_op, c[i].op);
        kcc_model_free(m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nested),
        cmocka_unit_test(any_order),
        cmocka_unit_test(keys_are_sorted),
        cmocka_unit_test(messages),
        cmocka_unit_test(operators_without_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
