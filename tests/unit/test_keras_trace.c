/*
 * keras_trace.c: shared layers, masks into losses and metrics, training flags.
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char shared[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,2],\"dtype\":\"float32\",\"name\":\"a\"},\"name\":\"a\",\"inbound_node"
    "s\":[]},{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape"
    "\":[null,2],\"dtype\":\"float32\",\"name\":\"b\"},\"name\":\"b\",\"inbound_nodes\":[]},{\"mo"
    "dule\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":1,\"us"
    "e_bias\":false},\"name\":\"d\",\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_tenso"
    "r__\",\"config\":{\"keras_history\":[\"a\",0,0]}}],\"kwargs\":{}},{\"args\":[{\"class_name\""
    ":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"b\",0,0]}}],\"kwargs\":{}}]},{\"modul"
    "e\":\"keras.layers\",\"class_name\":\"Subtract\",\"config\":{\"name\":\"m\"},\"name\":\"m\","
    "\"inbound_nodes\":[{\"args\":[[{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_hist"
    "ory\":[\"d\",0,0]}},{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"d"
    "\",1,0]}}]],\"kwargs\":{}}]}],\"input_layers\":[[\"a\",0,0],[\"b\",0,0]],\"output_layers\":["
    "\"m\",0,0]}}";
static const char shared_badly[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,2],\"dtype\":\"float32\",\"name\":\"a\"},\"name\":\"a\",\"inbound_node"
    "s\":[]},{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape"
    "\":[null,3],\"dtype\":\"float32\",\"name\":\"b\"},\"name\":\"b\",\"inbound_nodes\":[]},{\"mo"
    "dule\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":1,\"us"
    "e_bias\":false},\"name\":\"d\",\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_tenso"
    "r__\",\"config\":{\"keras_history\":[\"a\",0,0]}}],\"kwargs\":{}},{\"args\":[{\"class_name\""
    ":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"b\",0,0]}}],\"kwargs\":{}}]},{\"modul"
    "e\":\"keras.layers\",\"class_name\":\"Subtract\",\"config\":{\"name\":\"m\"},\"name\":\"m\","
    "\"inbound_nodes\":[{\"args\":[[{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_hist"
    "ory\":[\"d\",0,0]}},{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"d"
    "\",1,0]}}]],\"kwargs\":{}}]}],\"input_layers\":[[\"a\",0,0],[\"b\",0,0]],\"output_layers\":["
    "\"m\",0,0]}}";
static const char masked[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,3,1],\"dtype\":\"float32\",\"name\":\"a\"},\"name\":\"a\",\"inbound_no"
    "des\":[]},{\"module\":\"keras.layers\",\"class_name\":\"Masking\",\"config\":{\"name\":\"k\""
    ",\"mask_value\":0.0},\"name\":\"k\",\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_"
    "tensor__\",\"config\":{\"keras_history\":[\"a\",0,0]}}],\"kwargs\":{}}]},{\"module\":\"keras"
    ".layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":1,\"use_bias\":false"
    "},\"name\":\"d\",\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_tensor__\",\"config"
    "\":{\"keras_history\":[\"k\",0,0]}}],\"kwargs\":{}}]}],\"input_layers\":[\"a\",0,0],\"output"
    "_layers\":[\"d\",0,0]}}";
static void shared_layer(void **state) {
    (void)state;
    double k[] = {2, 3}, a[] = {1, 1}, b[] = {0, 1}, *w[] = {k}, *x[] = {a, b}, out[1];
    kcc_model *m = rig_load(shared);
    assert_int_equal(m->n_weights, 1);
    rig_predict(m, &(rig_data){.batch = 1, .weights = w, .x = x}, out, 1);
    rig_near(out[0], 2, 1e-12);
    kcc_model_free(m);
    assert_string_equal(rig_message(shared_badly),
                        "m.json: $.config.layers[2].inbound_nodes[1]: weight \"kernel\" of layer \"d\" has "
                        "shape [2, 1], but here it would "
                        "be [3, 1] (a shared layer needs inputs of one shape)");
}

/* Position 2 is masked: (1 + 4) / 2, not / 3; and so for the metric. */
static void mask(void **state) {
    (void)state;
    double k[] = {1}, x[] = {1, 2, 0}, y[] = {0, 0, 9}, *w[] = {k}, *xs[] = {x}, *ys[] = {y}, results[3];
    rig_data d = {.batch = 1, .weights = w, .x = xs, .y = ys};
    kcc_model *m = rig_load(masked);
    rig_compile(m, "mse", "mae");
    rig_near(rig_loss(m, &d), 2.5, 1e-6);
    rig_evaluate(m, &d, results);
    rig_near(results[1], 1.5, 1e-6);
    kcc_model_free(m);
}

/* Two models and two traces of one model share nothing. */
#define TENSOR(name) "{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"" name "\",0,0]}}"
#define LAYER(class, config, name, nodes) \
    "{\"module\":\"keras.layers\",\"class_name\":\"" class "\",\"config\":{\"name\":\"" name "\"" config \
                                                           "},\"name\":\"" name \
                                                           "\",\"inbound_nodes\":[" nodes "]}"
#define TWO_INPUTS(a, b, layers) \
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name\":\"f\"," \
    "\"layers\":[" LAYER("InputLayer", ",\"batch_shape\":" a, "a", "") "," LAYER( \
        "InputLayer", ",\"batch_shape\":" b, "b", \
        "") "," layers "],\"input_layers\":[[\"a\",0,0],[\"b\",0,0]],\"output_layers\":[\"y\",0,0]}}"

/* A mask that a call is given, and what masks do to Softmax and Multiply of Keras 3. */
static void masks_of_keras3(void **state) {
    (void)state;
    static const char given[] = "{\"args\":[" TENSOR("a") "],\"kwargs\":{\"mask\":" TENSOR("b") "}}";
    char json[1500];
    double out[4], *x[2] = {(double[]){1, 2, 6}, (double[]){1, 1, 0}};
    rig_data data = {.batch = 1, .x = x};
    snprintf(json, sizeof json,
             TWO_INPUTS("[null,3,1]", "[null,3]", LAYER("GlobalAveragePooling1D", "", "y", "%s")), given);
    kcc_model *m = rig_load(json);
    rig_predict(m, &data, out, 4);
    rig_near(out[0], 1.5, 1e-6);
    kcc_model_free(m);
    snprintf(json, sizeof json, TWO_INPUTS("[null,2,2]", "[null,2,2]", LAYER("Softmax", "", "y", "%s")),
             given);
    m = rig_load(json);
    x[0] = (double[]){1, 1, 3, 4}, x[1] = (double[]){0, 0, 1, 0};
    rig_predict(m, &data, out, 4);
    for (int i = 0; i < 4; i++) rig_near(out[i], i == 2, 1e-6);
    kcc_model_free(m);
    m = rig_load(
        TWO_INPUTS("[null,2,1]", "[null,2,1]",
                   LAYER("Masking", "", "k", "{\"args\":[" TENSOR("a") "],\"kwargs\":{}}") "," LAYER(
                       "Multiply", "", "y", "{\"args\":[[" TENSOR("k") "," TENSOR("b") "]],\"kwargs\":{}}")));
    x[0] = (double[]){0, 2}, x[1] = (double[]){5, 7};
    rig_predict(m, &data, out, 4);
    rig_near(out[0], 5, 1e-6);
    rig_near(out[1], 14, 1e-6);
    kcc_model_free(m);
}

/* What a call's training argument does to Dropout: Keras 3 takes the mode of the model, Keras 2 the argument. */
static void training_of_a_call(void **state) {
    (void)state;
    static const char keras3[] =
        "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name\":"
        "\"f\","
        "\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":"
        "[null,2],\"name\":\"a\"},\"name\":\"a\",\"inbound_nodes\":[]},{\"module\":\"keras.layers\","
        "\"class_name\":\"Dropout\",\"config\":{\"name\":\"d\",\"rate\":0.25},\"name\":\"d\","
        "\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":"
        "[\"a\",0,0]}}],\"kwargs\":{\"training\":%s}}]}],\"input_layers\":[\"a\",0,0],\"output_layers\":"
        "[\"d\",0,0]}}";
    static const char keras2[] =
        "{\"class_name\":\"Functional\",\"keras_version\":\"2.8.0\",\"config\":{\"name\":\"f\",\"layers\":["
        "{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\":[null,2],\"name\":\"a\"},\"name\":"
        "\"a\",\"inbound_nodes\":[]},{\"class_name\":\"Dropout\",\"config\":{\"name\":\"d\",\"rate\":0.25},"
        "\"name\":\"d\",\"inbound_nodes\":[[[\"a\",0,0,{\"training\":%s}]]]}],\"input_layers\":[[\"a\",0,0]],"
        "\"output_layers\":[[\"d\",0,0]]}}";
    for (int i = 0; i < 4; i++) {
        char json[1000];
        double out[2], *x[1] = {(double[]){3, -6}};
        bool given = i % 2;
        snprintf(json, sizeof json, i < 2 ? keras3 : keras2, given ? "true" : "false");
        kcc_model *m = rig_load(json);
        rig_data data = {.batch = 1, .x = x};
        rig_train_forward(m, &data, out, 2);
        rig_near(out[1], i < 2 || given ? -8 : -6, 1e-6);
        rig_predict(m, &data, out, 2);
        rig_near(out[1], i >= 2 && given ? -8 : -6, 1e-6);
        kcc_model_free(m);
    }
}

static void traces_are_apart(void **state) {
    (void)state;
    double k[] = {2, 3}, a[] = {1, 1}, b[] = {0, 1}, *w[] = {k}, *x[] = {a, b}, out[1];
    kcc_model *m = rig_load(shared), *other = rig_load(shared);
    rig_data d = {.batch = 1, .weights = w, .x = x};
    rig_predict(m, &d, out, 1);
    rig_predict(other, &d, out, 1);
    kcc_model_free(other);
    for (int i = 0; i < 3; i++) {
        rig_predict(m, &d, out, 1);
        rig_near(out[0], 2, 1e-12);
    }
    kcc_model_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_layer),       cmocka_unit_test(mask),
        cmocka_unit_test(training_of_a_call), cmocka_unit_test(masks_of_keras3),
        cmocka_unit_test(traces_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
