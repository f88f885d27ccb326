/* predict.c: outputs whose number is known or not, batches to a sink, steps, failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generators.h"
#include "linear_rig.h"

typedef struct fixture {
    LINEAR_RIG;
    float wanted[SAMPLES];
    maker maker;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.seed = 0});
    f->maker = (maker){.x = f->x, .y = f->y, .n = SAMPLES, .batch = 5, .items = INT64_MAX, .fail = -1};
    *state = f;
    linear_set_kernel(&f->rig);
    for (int i = 0; i < SAMPLES; i++) f->wanted[i] = f->x[i * 3] - f->x[i * 3 + 1] + 0.5f * f->x[i * 3 + 2];
    return status;
}

static void expect(const fixture *f, kcc_array *out, int64_t n) {
    assert_int_equal(out->rank, 2);
    assert_int_equal(out->shape[0], n);
    for (int64_t i = 0; i < n; i++) assert_close(((float *)out->data)[i], f->wanted[i % SAMPLES], 1e-6);
    kcc_array_free(out);
}

static void arrays(void **state) {
    fixture *f = *state;
    kcc_array out;
    for (int64_t size = 0; size < 30; size += 7) {
        kcc_predict_options o = {.x = &f->ax, .n_x = 1, .batch_size = size};
        assert_int_equal(kcc_predict(f->session, &o, &out, NULL), KCC_OK);
        expect(f, &out, SAMPLES);
    }
    kcc_predict_generator_options steps = {.predict = {.x = &f->ax, .n_x = 1, .batch_size = 4}, .steps = 3};
    assert_int_equal(kcc_predict_generator(f->session, &steps, &out, NULL), KCC_OK);
    expect(f, &out, 12);
    steps.steps = 100;
    assert_int_equal(kcc_predict_generator(f->session, &steps, &out, NULL), KCC_OK);
    expect(f, &out, SAMPLES);
}

/* Streams of more and more items: outputs grow; no targets are needed. */
static void streams(void **state) {
    fixture *f = *state;
    kcc_array out;
    kcc_generator stream = {.user = &f->maker, .next = make_next};
    f->maker.no_y = true;
    for (int64_t steps = 5; steps <= 80; steps *= 4) {
        kcc_predict_generator_options o = {.generator = &stream, .steps = steps, .queue.workers = 2};
        assert_int_equal(kcc_predict_generator(f->session, &o, &out, NULL), KCC_OK);
        expect(f, &out, steps / 5 * SAMPLES);
    }
    f->maker.fail = 3;
    kcc_error error = {0};
    kcc_predict_generator_options o = {.generator = &stream, .steps = 5};
    assert_int_equal(kcc_predict_generator(f->session, &o, &out, &error), KCC_EIO);
    assert_string_equal(error.location, "item 3: camera");
}

typedef struct kept {
    float value[SAMPLES];
    int64_t n, fail;
} kept;

static kcc_status keep(void *user, const kcc_array *outputs, kcc_error *error) {
    kept *k = user;
    if (k->n == k->fail) return kcc_fail(error, KCC_EIO, "out", "", "full");
    memcpy(k->value + k->n, outputs[0].data, (size_t)outputs[0].shape[0] * sizeof(float));
    k->n += outputs[0].shape[0];
    return KCC_OK;
}

static void sinks(void **state) {
    fixture *f = *state;
    kept k = {.fail = -1};
    kcc_generator rows = {.user = &f->maker, .read = make_read, .samples = SAMPLES};
    kcc_predict_generator_options o = {
        .generator = &rows, .predict.batch_size = 6, .sink = keep, .sink_user = &k};
    assert_int_equal(kcc_predict_generator(f->session, &o, NULL, NULL), KCC_OK);
    assert_int_equal(k.n, SAMPLES);
    for (int i = 0; i < SAMPLES; i++) assert_close(k.value[i], f->wanted[i], 1e-6);
    k = (kept){.fail = 12};
    kcc_error error = {0};
    assert_int_equal(kcc_predict_generator(f->session, &o, NULL, &error), KCC_EIO);
    assert_string_equal(error.location, "out");
}

static void refuses(void **state) {
    fixture *f = *state;
    kcc_array out;
    kcc_predict_generator_options o = {.predict = {.x = &f->ax, .n_x = 1, .batch_size = -1}};
    assert_int_equal(kcc_predict_generator(f->session, &o, &out, NULL), KCC_EINVAL);
    o.predict.batch_size = 0, o.steps = -1;
    assert_int_equal(kcc_predict_generator(f->session, &o, &out, NULL), KCC_EINVAL);
    o.steps = 0, o.n_callbacks = 1;
    assert_int_equal(kcc_predict_generator(f->session, &o, &out, NULL), KCC_EINVAL);
    assert_int_equal(kcc_predict_generator(f->session, &o, NULL, NULL), KCC_EINVAL);
    assert_int_equal(kcc_predict(f->session, NULL, &out, NULL), KCC_EINVAL);
    f->stop = 1;
    kcc_error error = {0};
    assert_int_equal(kcc_predict(f->session, &(kcc_predict_options){.x = &f->ax, .n_x = 1}, &out, &error),
                     KCC_EINTERRUPTED);
    assert_string_equal(error.message, "stopped before all samples were seen");
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, linear_tear_down)
    const struct CMUnitTest tests[] = {CASE(arrays), CASE(streams), CASE(sinks), CASE(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
