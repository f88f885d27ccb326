/*
 * keras_ops.c: operators and keras.ops that compute.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

static const double x[] = {1, -2, 3, 0.5};

static void op(const char *name, const char *config, const char *args, int count, const double *expected) {
    rig_op(name, config, args, "[null,2]", 2, x, count, expected);
}

static void arithmetic(void **state) {
    (void)state;
    op("Add", "", "[$,1.5]", 4, (double[]){2.5, -0.5, 4.5, 2});
    op("Subtract", "", "[1.0,$]", 4, (double[]){0, 3, -2, 0.5});
    op("Multiply", "", "[$,$]", 4, (double[]){1, 4, 9, 0.25});
    op("TrueDivide", "", "[$,2]", 4, (double[]){0.5, -1, 1.5, 0.25});
    op("FloorDivide", "", "[$,2]", 4, (double[]){0, -1, 1, 0});
    op("Mod", "", "[$,1.5]", 4, (double[]){1, 1, 0, 0.5});
    op("Power", "", "[$,2]", 4, (double[]){1, 4, 9, 0.25});
    op("Power", "", "[$,3]", 4, (double[]){1, -8, 27, 0.125});
    op("Power", "", "[2.0,$]", 4, (double[]){2, 0.25, 8, sqrt(2)});
    op("Maximum", "", "[$,0.75]", 4, (double[]){1, 0.75, 3, 0.75});
    op("Add", "", "[$,{\"class_name\":\"__numpy__\",\"config\":{\"value\":[10,20],\"dtype\":\"float32\"}}]",
       4, (double[]){11, 18, 13, 20.5});
}

static void elementwise(void **state) {
    (void)state;
    op("Negative", "", "[$]", 4, (double[]){-1, 2, -3, -0.5});
    op("Absolute", "", "[$]", 4, (double[]){1, 2, 3, 0.5});
    op("Square", "", "[$]", 4, (double[]){1, 4, 9, 0.25});
    op("Sign", "", "[$]", 4, (double[]){1, -1, 1, 1});
    op("Floor", "", "[$]", 4, (double[]){1, -2, 3, 0});
    op("Round", "\"decimals\":0", "[$]", 4, (double[]){1, -2, 3, 0});
    op("Exp", "", "[$]", 4, (double[]){exp(1), exp(-2), exp(3), exp(0.5)});
    op("Sin", "", "[$]", 4, (double[]){sin(1), sin(-2), sin(3), sin(0.5)});
    op("Clip", "\"x_min\":-1,\"x_max\":2", "[$]", 4, (double[]){1, -1, 2, 0.5});
    op("Cast", "\"dtype\":\"int32\"", "[$]", 4, (double[]){1, -2, 3, 0});
    op("Greater", "", "[$,0.75]", 4, (double[]){1, 0, 1, 0});
    op("LessEqual", "", "[$,1]", 4, (double[]){1, 1, 0, 1});
    op("LogicalNot", "", "[$]", 4, (double[]){0, 0, 0, 0});
    op("Where", "", "[$,$,7]", 4, (double[]){1, -2, 3, 0.5});
}

static void reductions(void **state) {
    (void)state;
    op("Sum", "\"axis\":-1,\"keepdims\":false", "[$]", 2, (double[]){-1, 3.5});
    op("Mean", "\"axis\":[1],\"keepdims\":true", "[$]", 2, (double[]){-0.5, 1.75});
    op("Max", "\"axis\":1", "[$]", 2, (double[]){1, 3});
    op("Max", "\"axis\":1,\"initial\":2", "[$]", 2, (double[]){2, 3});
    op("Min", "\"axis\":1", "[$]", 2, (double[]){-2, 0.5});
    op("Prod", "\"axis\":1", "[$]", 2, (double[]){-2, 1.5});
    op("Amax", "\"axis\":1", "[$]", 2, (double[]){1, 3});
    op("Amin", "\"axis\":1,\"keepdims\":true", "[$]", 2, (double[]){-2, 0.5});
    op("Any", "\"axis\":-1,\"keepdims\":false", "[$]", 2, (double[]){1, 1});
    op("All", "\"axis\":1", "[$]", 2, (double[]){1, 1});
    static const double some[] = {0, -2, 0, 0, 3, 0.5};
    rig_op("Any", "\"axis\":-1", "[$]", "[null,2]", 3, some, 3, (double[]){1, 0, 1});
    rig_op("All", "\"axis\":-1", "[$]", "[null,2]", 3, some, 3, (double[]){0, 0, 1});
    op("Var", "\"axis\":1", "[$]", 2, (double[]){2.25, 1.5625});
    op("Std", "\"axis\":1", "[$]", 2, (double[]){1.5, 1.25});
    op("Argmax", "\"axis\":1", "[$]", 2, (double[]){0, 0});
    op("Argmin", "\"axis\":1,\"keepdims\":true", "[$]", 2, (double[]){1, 1});
    op("Logsumexp", "\"axis\":-1", "[$]", 2, (double[]){log(exp(1) + exp(-2)), log(exp(3) + exp(0.5))});
    op("Norm", "\"axis\":1", "[$]", 2, (double[]){sqrt(5), sqrt(9.25)});
    op("Norm", "\"axis\":1,\"ord\":1", "[$]", 2, (double[]){3, 3.5});
    op("Normalize", "\"axis\":-1,\"order\":2", "[$]", 4,
       (double[]){1 / sqrt(5), -2 / sqrt(5), 3 / sqrt(9.25), 0.5 / sqrt(9.25)});
    op("Cumsum", "\"axis\":1", "[$]", 4, (double[]){1, -1, 3, 3.5});
}

static void products(void **state) {
    (void)state;
    const char *m = "[$,{\"class_name\":\"__numpy__\",\"config\":{\"value\":[[1,2,3],[4,5,6]]}}]";
    const double expected[] = {-7, -8, -9, 5, 8.5, 12};
    op("Matmul", "", m, 6, expected);
    op("Dot", "", m, 6, expected);
    op("Tensordot", "\"axes\":1", m, 6, expected);
    op("Einsum", "\"subscripts\":\"nk,km->nm\"", m, 6, expected);
    op("Einsum", "\"subscripts\":\"nk,km->n\"", m, 2, (double[]){-24, 25.5});
    op("Einsum", "\"subscripts\":\"ab->a\"", "[$]", 2, (double[]){-1, 3.5});
    op("Einsum", "\"subscripts\":\"nk,nk->n\"", "[$,$]", 2, (double[]){5, 9.25});
}

static void activations(void **state) {
    (void)state;
    op("Relu", "", "[$]", 4, (double[]){1, 0, 3, 0.5});
    op("LeakyRelu", "", "[$]", 4, (double[]){1, -0.4, 3, 0.5});
    op("Elu", "\"alpha\":2", "[$]", 4, (double[]){1, 2 * expm1(-2), 3, 0.5});
    op("Softmax", "\"axis\":-1", "[$]", 4,
       (double[]){1 / (1 + exp(-3)), 1 / (1 + exp(3)), 1 / (1 + exp(-2.5)), 1 / (1 + exp(2.5))});
    /* ops.gelu is the tanh form unless told */
    double t = tanh(sqrt(2 / 3.14159265358979323846) * (1 + 0.044715));
    op("Gelu", "", "[$]", 4,
       (double[]){0.5 * (1 + t),
                  -2 * 0.5 * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (-2 - 0.044715 * 8))),
                  3 * 0.5 * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (3 + 0.044715 * 27))),
                  0.25 * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (0.5 + 0.044715 * 0.125)))});
    op("Gelu", "\"approximate\":false", "[$]", 4,
       (double[]){0.5 * (1 + erf(sqrt(0.5))), -(1 + erf(-sqrt(2))), 1.5 * (1 + erf(3 * sqrt(0.5))),
                  0.25 * (1 + erf(0.5 * sqrt(0.5)))});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic), cmocka_unit_test(elementwise), cmocka_unit_test(reductions),
        cmocka_unit_test(products),   cmocka_unit_test(activations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
