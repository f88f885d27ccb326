/*
 * activations.c: values of every row of activations.def.
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph_check.h"
#include "graph_eval.h"
#include "passes.h"

static void check(const char *activation, double x0, double x1, double y0, double y1) {
    char layer[200];
    snprintf(layer, sizeof layer, RIG_LAYER("Activation", "\"name\":\"a\",\"activation\":\"%s\""),
             activation);
    rig_layer(layer, "[null,2]", 1, (double[]){x0, x1}, NULL, 2, (double[]){y0, y1});
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void simple(void **state) {
    (void)state;
    check("linear", -1, 2, -1, 2);
    check("relu", -1, 2, 0, 2);
    check("relu6", -1, 7, 0, 6);
    check("leaky_relu", -1, 2, -0.2, 2);
    check("hard_sigmoid", -1.5, 4, 0.25, 1);
    check("exponential", 0, 1, 1, exp(1));
    check("hard_tanh", -3, 0.5, -1, 0.5);
    check("hard_silu", -1.5, 6, -0.375, 6);
    check("hard_swish", -1.5, 6, -0.375, 6);
    check("soft_shrink", -2, 0.25, -1.5, 0);
    check("hard_shrink", -2, 0.25, -2, 0);
    check("sparse_plus", 0, 3, 0.25, 3);
    check("sparse_sigmoid", 0, 3, 0.5, 1);
    check("threshold", -1, 3, 0, 3);
}

static void smooth(void **state) {
    (void)state;
    check("sigmoid", -1, 2, sigmoid(-1), sigmoid(2));
    check("tanh", -1, 2, tanh(-1), tanh(2));
    check("softplus", -1, 2, log1p(exp(-1)), log1p(exp(2)));
    check("softsign", -1, 3, -0.5, 0.75);
    check("elu", -1, 2, expm1(-1), 2);
    check("selu", -1, 2, 1.0507009873554805 * 1.6732632423543772 * expm1(-1), 2 * 1.0507009873554805);
    check("celu", -1, 2, expm1(-1), 2);
    check("silu", -1, 2, -sigmoid(-1), 2 * sigmoid(2));
    check("swish", -1, 2, -sigmoid(-1), 2 * sigmoid(2));
    check("gelu", -1, 2, -0.5 * (1 + erf(-sqrt(0.5))), 1 + erf(sqrt(2)));
    check("mish", -1, 2, -tanh(log1p(exp(-1))), 2 * tanh(log1p(exp(2))));
    check("tanh_shrink", -1, 2, -1 - tanh(-1), 2 - tanh(2));
    check("log_sigmoid", -1, 2, log(sigmoid(-1)), log(sigmoid(2)));
    check("squareplus", -1, 0, (-1 + sqrt(5)) / 2, 1);
}

static void over_an_axis(void **state) {
    (void)state;
    double a = exp(-1), b = exp(2);
    check("softmax", -1, 2, a / (a + b), b / (a + b));
    check("log_softmax", -1, 2, log(a / (a + b)), log(b / (a + b)));
    check("softmax", -1000, 1000, 0, 1);
    check("sparsemax", 0.1, 0.3, 0.25, 0.45); /* threshold (0.3 + 0.4 - 1) / 2 */
    check("sparsemax", 0.3, 0.3, 0.35, 0.35); /* equal ones have two places: (0.3 + 0.6 - 1) / 2 */
    check("sparsemax", 0, 5, 0, 1);
    rig_layer(RIG_LAYER("Activation", "\"name\":\"a\",\"activation\":\"glu\""), "[null,4]", 1,
              (double[]){1, 2, 0, 3}, NULL, 2, (double[]){0.5, 2 * sigmoid(3)});
}

static void layer_objects(void **state) {
    (void)state;
    rig_layer(RIG_LAYER("Activation", "\"name\":\"a\",\"activation\":{\"class_name\":\"LeakyReLU\","
                                      "\"config\":{\"negative_slope\":0.1}}"),
              "[null,2]", 1, (double[]){-1, 2}, NULL, 2, (double[]){-0.1, 2});
    rig_layer(
        RIG_LAYER("Activation", "\"name\":\"a\",\"activation\":{\"class_name\":\"LeakyReLU\",\"config\":{}}"),
        "[null,2]", 1, (double[]){-1, 2}, NULL, 2, (double[]){-0.3, 2});
    rig_layer(RIG_LAYER("Activation", "\"name\":\"a\",\"activation\":{\"module\":\"builtins\",\"class_name\":"
                                      "\"function\",\"config\":\"relu\"}"),
              "[null,2]", 1, (double[]){-1, 2}, NULL, 2, (double[]){0, 2});
}

/* x as far as it is above the threshold. */
static void relu_at_the_threshold(void **state) {
    (void)state;
    rig_layer(RIG_LAYER("ReLU", "\"name\":\"a\",\"threshold\":1.0"), "[null,2]", 1, (double[]){1, 1.5}, NULL,
              2, (double[]){0, 1.5});
}

/* The slope of a sum of activations of a variable of three elements at -1, 0 and 1. */
static void slopes(kcc_node *activation(kcc_graph *, kcc_node *, const kcc_activation_args *), double alpha,
                   double below, double zero, double above) {
    kcc_graph *g = check_parse("%0 = variable f32[3] index=0\n");
    kcc_node *x = g->node[0], *slope;
    kcc_node *y = activation(g, x, &(kcc_activation_args){.alpha = alpha});
    kcc_autodiff(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, y, 1, false), 1, &x, &slope);
    assert_true(kcc_graph_ok(g));
    double *variables[] = {(double[]){-1, 0, 1}};
    double **value = kcc_graph_eval(g, &(kcc_eval_inputs){.batch = 1, .variables = variables});
    assert_non_null(value);
    rig_near(value[slope->id][0], below, 1e-7);
    rig_near(value[slope->id][1], zero, 1e-7);
    rig_near(value[slope->id][2], above, 1e-7);
    kcc_graph_eval_free(g, value);
    check_free(g);
}

/* At 0, where a unit without bias stands whose inputs are all 0. */
static void slopes_at_zero(void **state) {
    (void)state;
    double scale = 1.0507009873554805, alpha = 1.6732632423543772;
    slopes(kcc_act_elu, 1, exp(-1), 1, 1);
    slopes(kcc_act_elu, 0.5, 0.5 * exp(-1), 0.5, 1);
    slopes(kcc_act_celu, 2, exp(-0.5), 1, 1);
    slopes(kcc_act_selu, 0, scale * alpha * exp(-1), scale * alpha, scale);
}

/* hard_sigmoid before Keras 3 is clip(0.2 x + 0.5). */
static void old_hard_sigmoid(void **state) {
    (void)state;
    double out[2], *x[1] = {(double[]){-1.5, 4}};
    kcc_model *m = rig_load(
        "{\"class_name\":\"Sequential\",\"keras_version\":\"2.8.0\",\"config\":{\"name\":\"s\",\"layers\":["
        "{\"class_name\":\"Activation\",\"config\":{\"name\":\"a\",\"batch_input_shape\":[null,2],"
        "\"activation\":\"hard_sigmoid\"}}]}}");
    rig_predict(m, &(rig_data){.batch = 1, .x = x}, out, 2);
    rig_near(out[0], 0.2, 1e-7);
    rig_near(out[1], 1, 1e-7);
    kcc_model_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple),           cmocka_unit_test(smooth),
        cmocka_unit_test(over_an_axis),     cmocka_unit_test(layer_objects),
        cmocka_unit_test(old_hard_sigmoid), cmocka_unit_test(relu_at_the_threshold),
        cmocka_unit_test(slopes_at_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
