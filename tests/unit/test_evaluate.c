/* evaluate.c: batches of evaluate and predict, steps, the stop flag, progress. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linear_rig.h"

#include <stdlib.h>

typedef struct fixture {
    LINEAR_RIG;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.seed = 0});
    f->ay = array_f32(f->y, 2, SAMPLES, 1);
    *state = f;
    linear_set_kernel(&f->rig);
    return status;
}

static kcc_evaluate_options options(fixture *f) {
    return (kcc_evaluate_options){.data = {.x = &f->ax, .n_x = 1, .y = &f->ay, .n_y = 1}};
}

static void evaluates(void **state) {
    fixture *f = *state;
    plain_model plain = {.w = {1, -1, 0.5, 0}};
    const int sizes[] = {0, 1, 5, 23, 100};
    float results[2];
    for (int i = 0; i < 5; i++) {
        kcc_evaluate_options o = options(f);
        o.batch_size = sizes[i];
        o.data.sample_weight = &f->aw;
        assert_int_equal(kcc_evaluate(f->session, &o, results, NULL), KCC_OK);
        plain_sums sums =
            plain_epoch(&plain, f->x, f->y, f->weight, NULL, 0, SAMPLES, sizes[i] ? sizes[i] : 32, false);
        assert_close(results[0], sums.loss, 1e-5);
        assert_close(results[1], sums.mae, 1e-5);
    }
    kcc_evaluate_options o = options(f);
    o.batch_size = 4, o.steps = 2;
    assert_int_equal(kcc_evaluate(f->session, &o, results, NULL), KCC_OK);
    assert_close(results[0], plain_epoch(&plain, f->x, f->y, NULL, NULL, 0, 8, 4, false).loss, 1e-5);
    o.steps = 100;
    assert_int_equal(kcc_evaluate(f->session, &o, results, NULL), KCC_OK);
    assert_close(results[0], plain_epoch(&plain, f->x, f->y, NULL, NULL, 0, SAMPLES, 4, false).loss, 1e-5);
    o.steps = -1;
    assert_int_equal(kcc_evaluate(f->session, &o, results, NULL), KCC_EINVAL);
}

static void predicts_the_same_in_any_batch(void **state) {
    fixture *f = *state;
    kcc_array whole, parts;
    kcc_predict_options o = {.x = &f->ax, .n_x = 1, .batch_size = 100};
    assert_int_equal(kcc_predict(f->session, &o, &whole, NULL), KCC_OK);
    for (int size = 1; size < 24; size++) {
        o.batch_size = size;
        assert_int_equal(kcc_predict(f->session, &o, &parts, NULL), KCC_OK);
        assert_memory_equal(whole.data, parts.data, SAMPLES * sizeof(float));
        kcc_array_free(&parts);
    }
    for (int i = 0; i < SAMPLES; i++)
        assert_close(((float *)whole.data)[i], f->x[3 * i] - f->x[3 * i + 1] + 0.5 * f->x[3 * i + 2], 1e-6);
    kcc_array_free(&whole);
    o.batch_size = -3;
    assert_int_equal(kcc_predict(f->session, &o, &whole, NULL), KCC_EINVAL);
}

static void fault_names_the_sample_of_the_set(void **state) {
    fixture *f = *state;
    kcc_error error = {0};
    kcc_array out = {0};
    f->x[17 * 3] = LINEAR_BAD;
    kcc_predict_options o = {.x = &f->ax, .n_x = 1, .batch_size = 5};
    assert_int_equal(kcc_predict(f->session, &o, &out, &error), KCC_ERANGE);
    assert_null(out.data);
    assert_non_null(strstr(error.message, "in sample 17,"));
}

static void stop_flag(void **state) {
    fixture *f = *state;
    kcc_array out = {0};
    float results[2];
    f->stop = 1;
    kcc_evaluate_options o = options(f);
    assert_int_equal(kcc_evaluate(f->session, &o, results, NULL), KCC_EINTERRUPTED);
    kcc_predict_options p = {.x = &f->ax, .n_x = 1};
    assert_int_equal(kcc_predict(f->session, &p, &out, NULL), KCC_EINTERRUPTED);
    assert_null(out.data);
}

static void prints_plain_lines(void **state) {
    fixture *f = *state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    kcc_evaluate_options o = options(f);
    o.batch_size = 10, o.verbose = 1, o.out = out;
    assert_int_equal(kcc_evaluate(f->session, &o, NULL, NULL), KCC_OK);
    fflush(out);
    assert_memory_equal(text, "3/3 \xe2\x94\x81", 7);
    assert_non_null(strstr(text, " - loss: "));
    assert_null(strchr(text, '\x1b'));
    assert_int_equal(text[size - 1], '\n');
    fclose(out);
    free(text);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, linear_tear_down)
    const struct CMUnitTest tests[] = {CASE(evaluates), CASE(predicts_the_same_in_any_batch),
                                       CASE(fault_names_the_sample_of_the_set), CASE(stop_flag),
                                       CASE(prints_plain_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
