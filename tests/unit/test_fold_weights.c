/*
 * fold_weights.c and who calls what it makes: which values are taken out of an entry, that two entries share
 * them, and that a session never predicts with those of other weights.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "graph_check.h"
#include "kcc.h"
#include "passes.h"

enum { WEIGHTS = 3 };

/* y = x (w s), where s = 1 / sqrt(v + shift). */
static kcc_graph *scaled(double shift) {
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(3)));
    kcc_node *w = kcc_variable(g, 0, KCC_F32, &SHAPE(F(3), F(4)));
    kcc_node *v = kcc_variable(g, 1, KCC_F32, &SHAPE(F(4)));
    kcc_node *s = kcc_op1(g, KCC_OP_RSQRT, kcc_adds(g, v, shift));
    kcc_node *ws = kcc_mul(g, w, kcc_reshape(g, s, &SHAPE(F(1), F(4))));
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, kcc_contract(g, x, ws, "nc,cf->nf"));
    return g;
}

static int count(const kcc_graph *g, kcc_op op) {
    int n = 0;
    for (int i = 0; i < g->n_nodes; i++) n += g->node[i]->op == op;
    return n;
}

static void takes_out_what_is_computed(void **state) {
    (void)state;
    kcc_graph *g = scaled(1);
    kcc_folded folded = {.arena = g->arena, .n_weights = WEIGHTS, .first = 7};
    kcc_graph *to = kcc_fold_weights(g, &folded);
    assert_int_equal(to->n_nodes, 3); /* x, the folded w s, the product */
    assert_int_equal(folded.n, 1);    /* not s: only w s is read here */
    assert_int_equal(folded.graph->result[0].kind, KCC_RESULT_ASSIGN);
    assert_int_equal(folded.graph->result[0].index, 7);
    assert_int_equal(to->result[0].node->input[1]->op, KCC_OP_VARIABLE);
    assert_int_equal(to->result[0].node->input[1]->attr.i[0], 7);
    /* The same in another entry is the same value, another is another. */
    int nodes = folded.graph->n_nodes;
    kcc_graph *same = scaled(1), *other = scaled(2), *again = kcc_fold_weights(same, &folded);
    assert_int_equal(folded.n, 1);
    assert_int_equal(folded.graph->n_nodes, nodes);
    assert_int_equal(again->result[0].node->input[1]->attr.i[0], 7);
    again = kcc_fold_weights(other, &folded);
    assert_int_equal(folded.n, 2);
    assert_int_equal(again->result[0].node->input[1]->attr.i[0], 8);
    check_free(same);
    check_free(other);
    check_free(g);
}

static void leaves_the_rest(void **state) {
    (void)state;
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(4)));
    kcc_node *w = kcc_variable(g, 0, KCC_F32, &SHAPE(F(2), F(2)));
    kcc_node *b = kcc_variable(g, 1, KCC_F32, &SHAPE(F(4)));
    kcc_node *total = kcc_variable(g, 3, KCC_F32, &SHAPE(F(4)));
    /* Views of weights, values of variables that steps change, and outer products, which are larger. */
    kcc_node *view = kcc_transpose(g, kcc_reshape(g, w, &SHAPE(F(4), F(1))), (int[]){1, 0});
    kcc_node *product = kcc_mul(g, x, view);
    kcc_node *sum = kcc_add(g, product, kcc_adds(g, total, 1));
    kcc_node *column = kcc_reshape(g, b, &SHAPE(F(4), F(1)));
    kcc_node *outer = kcc_mul(g, column, kcc_reshape(g, b, &SHAPE(F(1), F(4))));
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, kcc_contract(g, sum, outer, "nc,cf->nf"));
    kcc_graph_result(g, KCC_RESULT_ASSIGN, 3, kcc_adds(g, total, 2));
    kcc_folded folded = {.arena = g->arena, .n_weights = WEIGHTS, .first = 7};
    kcc_graph *to = kcc_fold_weights(g, &folded);
    assert_int_equal(folded.n, 0);
    assert_null(folded.graph);
    assert_int_equal(to->n_nodes, g->n_nodes);
    assert_int_equal(count(to, KCC_OP_VARIABLE), 3);
    check_free(g);
}

/* ---------------------------------------------------------------- sessions */

#define NORMALIZED \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[" \
    "{\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":[null,2],\"name\":\"x\"}}," \
    "{\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":1,\"kernel_initializer\":\"ones\"}}," \
    "{\"class_name\":\"BatchNormalization\",\"config\":{\"name\":\"b\",\"epsilon\":0.0,\"momentum\":0.5}}" \
    "]},\"keras_version\":\"3.5.0\"}"
enum { KERNEL, BIAS, GAMMA, BETA, MEAN, VARIANCE };

typedef struct running {
    kcc_model *model;
    kcc_jit_program *jit;
    kcc_session *session;
} running;

static running start(void) {
    running r = {0};
    kcc_error e = {0};
    const kcc_program *program;
    assert_int_equal(kcc_model_parse(NORMALIZED, "m", NULL, &r.model, &e), KCC_OK);
    kcc_training training = {.compile_json = "{\"optimizer\":\"sgd\",\"loss\":\"mse\"}"};
    assert_int_equal(kcc_model_compile_config(r.model, &training, &e), KCC_OK);
    if (kcc_model_jit(r.model, NULL, &r.jit, &program, &e)) fail_msg("%s", e.message);
    assert_int_equal(program->n_folded, 2);
    assert_int_equal(kcc_session_create(program, &(kcc_session_options){.threads = 1}, &r.session, &e),
                     KCC_OK);
    return r;
}

static void finish(running *r) {
    kcc_session_free(r->session);
    kcc_jit_program_free(r->jit);
    kcc_model_free(r->model);
}

static float data[] = {1, 2};
static const kcc_array one_row = {.data = data, .rank = 2, .shape = {1, 2}};

static float predicted(const running *r) {
    kcc_array y = {0};
    kcc_error e = {0};
    if (kcc_predict(r->session, &(kcc_predict_options){.x = &one_row, .n_x = 1}, &y, &e))
        fail_msg("%s", e.message);
    float value = *(float *)y.data;
    kcc_array_free(&y);
    return value;
}

static float loss(const running *r) {
    float zero = 0, result;
    kcc_error e = {0};
    kcc_array y = {.data = &zero, .rank = 2, .shape = {1, 1}};
    kcc_evaluate_options o = {.data = {.x = &one_row, .n_x = 1, .y = &y, .n_y = 1}};
    if (kcc_evaluate(r->session, &o, &result, &e)) fail_msg("%s", e.message);
    return result;
}

static void weights_that_change_are_folded_again(void **state) {
    (void)state;
    running r = start();
    assert_float_equal(predicted(&r), 3, 1e-6); /* (1 + 2 - mean) gamma / sqrt(variance) + beta */
    kcc_session_set_value(r.session, GAMMA, &(float){2});
    assert_float_equal(predicted(&r), 6, 1e-6);
    assert_float_equal(loss(&r), 36, 1e-5);
    kcc_session_set_value(r.session, MEAN, &(float){1});
    assert_float_equal(loss(&r), 16, 1e-5);
    assert_float_equal(predicted(&r), 4, 1e-6);
    assert_float_equal(*(const float *)kcc_session_value(r.session, MEAN), 1, 0);
    assert_null(kcc_session_value(r.session, 1000));
    finish(&r);
}

static void written_through_an_address(void **state) {
    (void)state;
    running r = start();
    float *gamma = kcc_session_variable(r.session, GAMMA);
    for (int i = 1; i < 4; i++) {
        *gamma = (float)i;
        assert_float_equal(predicted(&r), 3 * i, 1e-5);
        assert_float_equal(loss(&r), 9 * i * i, 1e-4);
    }
    finish(&r);
}

static void training_and_files_change_weights(void **state) {
    (void)state;
    running r = start();
    kcc_error e = {0};
    float target[] = {5, 7}, x[] = {1, 2, 3, 4};
    kcc_array xs = {.data = x, .rank = 2, .shape = {2, 2}}, ys = {.data = target, .rank = 2, .shape = {2, 1}};
    float before = predicted(&r);
    assert_int_equal(kcc_weights_save(r.session, "fold_weights.safetensors", &e), KCC_OK);
    kcc_fit_options o = {.x = &xs, .n_x = 1, .y = &ys, .n_y = 1, .val_x = &xs, .n_val_x = 1, .val_y = &ys};
    o.n_val_y = 1;
    if (kcc_fit(r.session, &o, NULL, &e)) fail_msg("%s", e.message);
    const float *mean = kcc_session_value(r.session, MEAN);
    const float *variance = kcc_session_value(r.session, VARIANCE),
                *beta = kcc_session_value(r.session, BETA);
    const float *gamma = kcc_session_value(r.session, GAMMA), *kernel = kcc_session_value(r.session, KERNEL);
    const float *bias = kcc_session_value(r.session, BIAS);
    double y = (kernel[0] + 2 * kernel[1] + *bias - *mean) * *gamma / sqrt(*variance) + *beta;
    assert_true(fabs(y - before) > 0.1);
    assert_float_equal(predicted(&r), y, 1e-5);
    assert_int_equal(kcc_weights_load(r.session, "fold_weights.safetensors", true, &e), KCC_OK);
    assert_true(predicted(&r) == before);
    remove("fold_weights.safetensors");
    finish(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_out_what_is_computed),           cmocka_unit_test(leaves_the_rest),
        cmocka_unit_test(weights_that_change_are_folded_again), cmocka_unit_test(written_through_an_address),
        cmocka_unit_test(training_and_files_change_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
