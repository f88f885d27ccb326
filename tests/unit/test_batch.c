/* batch.c: one batch trained, tested, predicted, differentiated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linear_rig.h"

#include <stdlib.h>

typedef struct fixture {
    LINEAR_RIG;
    kcc_batch batch;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.threads = 2});
    f->batch = (kcc_batch){.x = &f->ax, .n_x = 1, .y = &f->ay, .n_y = 1};
    *state = f;
    return status;
}

static void train_and_test(void **state) {
    fixture *f = *state;
    plain_model plain = {0};
    float results[2];
    for (int step = 0; step < 3; step++) {
        plain_sums sums = plain_epoch(&plain, f->x, f->y, NULL, NULL, 0, SAMPLES, SAMPLES, true);
        assert_int_equal(kcc_train_on_batch(f->session, &f->batch, results, NULL), KCC_OK);
        assert_close(results[0], sums.loss, 1e-5);
        assert_close(results[1], sums.mae, 1e-5);
    }
    assert_int_equal(kcc_session_iterations(f->session), 3);
    assert_int_equal(kcc_train_on_batch(f->session, &f->batch, NULL, NULL), KCC_OK);
    plain_epoch(&plain, f->x, f->y, NULL, NULL, 0, SAMPLES, SAMPLES, true);
    plain_sums sums = plain_epoch(&plain, f->x, f->y, NULL, NULL, 0, SAMPLES, SAMPLES, false);
    assert_int_equal(kcc_test_on_batch(f->session, &f->batch, results, NULL), KCC_OK);
    assert_close(results[0], sums.loss, 1e-5);
    assert_int_equal(kcc_session_iterations(f->session), 4);
}

static void faults_change_nothing(void **state) {
    fixture *f = *state;
    kcc_error error = {0};
    assert_int_equal(kcc_train_on_batch(f->session, &f->batch, NULL, NULL), KCC_OK);
    float before = ((float *)kcc_session_variable(f->session, V_BIAS))[0];
    f->x[5 * 3] = LINEAR_BAD;
    assert_int_equal(kcc_train_on_batch(f->session, &f->batch, NULL, &error), KCC_ERANGE);
    assert_string_equal(error.message, "input \"features\": 12345 in sample 5, position 0 is out of range: "
                                       "it must be in 0 ... 99");
    assert_int_equal(kcc_session_iterations(f->session), 1);
    assert_true(((float *)kcc_session_variable(f->session, V_BIAS))[0] == before);
    f->x[5 * 3] = 0;
    f->x[7 * 3] = LINEAR_BAD;
    error = (kcc_error){0};
    assert_int_equal(kcc_train_on_batch(f->session, &f->batch, NULL, &error), KCC_ERANGE);
    assert_non_null(strstr(error.message, "in sample 7,")); /* not the fault of the call before */
    f->x[7 * 3] = 0;
    assert_int_equal(kcc_train_on_batch(f->session, &f->batch, NULL, NULL), KCC_OK);
}

static void gradients(void **state) {
    fixture *f = *state;
    kcc_array g[3];
    float loss;
    assert_int_equal(kcc_gradients(f->session, &f->batch, false, &loss, g, NULL), KCC_OK);
    plain_model plain = {0};
    plain_sums sums = plain_epoch(&plain, f->x, f->y, NULL, NULL, 0, SAMPLES, SAMPLES, true);
    assert_close(loss, sums.loss, 1e-5);
    for (int k = 0; k < 4; k++)
        assert_close(k < 3 ? ((float *)g[0].data)[k] : ((float *)g[1].data)[0], -plain.m[k] / 0.05f, 1e-5);
    assert_true(g[2].rank == 2 && g[2].shape[0] == SAMPLES && g[2].shape[1] == 3);
    for (int i = 0; i < 3; i++) kcc_array_free(&g[i]);
    assert_int_equal(kcc_session_iterations(f->session), 0);
    assert_int_equal(kcc_gradients(f->session, &f->batch, true, &loss, g, NULL), KCC_EUNSUPPORTED);
    /* A weight that is not trainable has no gradient. */
    kcc_tensor variables[V_COUNT];
    memcpy(variables, linear_variables, sizeof variables);
    kcc_program p = f->program;
    p.n_weights = 1;
    variables[0].trainable = false;
    p.variables = variables;
    p.entry[KCC_ENTRY_GRADIENTS].call = linear_evaluate;
    kcc_session *s;
    assert_int_equal(kcc_session_create(&p, NULL, &s, NULL), KCC_OK);
    assert_int_equal(kcc_gradients(s, &f->batch, false, NULL, g, NULL), KCC_OK);
    assert_null(g[0].data);
    assert_non_null(g[1].data);
    kcc_array_free(&g[1]);
    kcc_session_free(s);
}

static void predict(void **state) {
    fixture *f = *state;
    kcc_array out = {0};
    ((float *)kcc_session_variable(f->session, V_BIAS))[0] = 2;
    assert_int_equal(kcc_predict_on_batch(f->session, &f->ax, 1, &out, NULL), KCC_OK);
    assert_true(out.rank == 2 && out.shape[0] == SAMPLES && out.shape[1] == 1);
    for (int i = 0; i < SAMPLES; i++) assert_true(((float *)out.data)[i] == 2);
    kcc_array_free(&out);
    assert_int_equal(kcc_predict_on_batch(f->session, &f->ax, 0, &out, NULL), KCC_EINVAL);
    assert_null(out.data);
}

static void missing_arguments(void **state) {
    fixture *f = *state;
    kcc_batch batch = f->batch;
    batch.n_y = 0;
    batch.y = NULL;
    assert_int_equal(kcc_train_on_batch(f->session, &batch, NULL, NULL), KCC_EINVAL);
    assert_int_equal(kcc_train_on_batch(NULL, &batch, NULL, NULL), KCC_EINVAL);
    f->program.entry[KCC_ENTRY_TRAIN].call = NULL;
    assert_int_equal(kcc_train_on_batch(f->session, &f->batch, NULL, NULL), KCC_EUNSUPPORTED);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, linear_tear_down)
    const struct CMUnitTest tests[] = {CASE(train_and_test), CASE(faults_change_nothing), CASE(gradients),
                                       CASE(predict), CASE(missing_arguments)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
