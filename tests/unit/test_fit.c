/* fit.c: histories against a plain loop in double; order, stops, callbacks, output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linear_rig.h"
#include "rng.h"

#include <stdlib.h>

typedef struct fixture {
    LINEAR_RIG;
    kcc_fit_options options;
    plain_model plain;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.seed = 11});
    f->options = (kcc_fit_options){.x = &f->ax,
                                   .n_x = 1,
                                   .y = &f->ay,
                                   .n_y = 1,
                                   .batch_size = 5,
                                   .epochs = 3,
                                   .shuffle = KCC_SHUFFLE_FALSE};
    *state = f;
    return status;
}

/* Checks value `epoch` of the key at this place. */
static void expect(const kcc_history *h, int place, const char *key, int epoch, double value) {
    int n;
    assert_string_equal(kcc_history_key(h, place), key);
    const double *values = kcc_history_values(h, place, &n);
    assert_true(epoch < n);
    assert_close(values[epoch], value, 2e-5);
}

static int length(const kcc_history *h, int place) {
    int n;
    kcc_history_values(h, place, &n);
    return n;
}

static void expect_weights(fixture *f, const double *wanted) {
    float *w = kcc_session_variable(f->session, V_KERNEL), *b = kcc_session_variable(f->session, V_BIAS);
    for (int k = 0; k < 4; k++) assert_close(k < 3 ? w[k] : b[0], wanted[k], 2e-5);
}

static void partial_last_batch_and_weights(void **state) {
    fixture *f = *state;
    kcc_history *h;
    f->options.sample_weight = &f->aw;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    assert_int_equal(kcc_history_keys(h), 2);
    for (int e = 0; e < 3; e++) {
        plain_sums s = plain_epoch(&f->plain, f->x, f->y, f->weight, NULL, 0, SAMPLES, 5, true);
        expect(h, 0, "loss", e, s.loss);
        expect(h, 1, "mae", e, s.mae);
    }
    expect_weights(f, f->plain.w);
    assert_int_equal(kcc_session_iterations(f->session), 15);
    kcc_history_free(h);
    /* A second fit goes on from there; initial_epoch counts. */
    f->options.initial_epoch = 2;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    assert_int_equal(length(h, 0), 1);
    expect(h, 0, "loss", 0, plain_epoch(&f->plain, f->x, f->y, f->weight, NULL, 0, SAMPLES, 5, true).loss);
    kcc_history_free(h);
    f->options.initial_epoch = 3;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    assert_int_equal(kcc_history_keys(h), 0);
    kcc_history_free(h);
    assert_int_equal(kcc_session_iterations(f->session), 20);
}

static void validation_split(void **state) {
    fixture *f = *state;
    kcc_history *h;
    f->options.validation_split = 0.3; /* int(23 * 0.7) = 16 are trained */
    f->options.epochs = 4;
    f->options.validation_freq = 2;
    f->options.sample_weight = &f->aw;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    for (int e = 0; e < 4; e++) {
        expect(h, 0, "loss", e, plain_epoch(&f->plain, f->x, f->y, f->weight, NULL, 0, 16, 5, true).loss);
        if (e % 2 == 0) continue;
        plain_sums v = plain_epoch(&f->plain, f->x, f->y, f->weight, NULL, 16, SAMPLES, 5, false);
        expect(h, 2, "val_loss", e / 2, v.loss);
        expect(h, 3, "val_mae", e / 2, v.mae);
    }
    assert_int_equal(length(h, 2), 2);
    kcc_history_free(h);
    kcc_error error = {0};
    f->options.validation_split = 0.99;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, &error), KCC_EINVAL);
    assert_null(h);
    assert_string_equal(error.location, "validation_split");
    f->options.validation_split = NAN;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_EINVAL);
}

static void validation_data_steps_and_epochs(void **state) {
    fixture *f = *state;
    kcc_history *h;
    float vx[8 * 3], vy[8];
    linear_data(vx, vy, 8);
    for (int i = 0; i < 8; i++) vy[i] += 1;
    kcc_array ax = array_f32(vx, 2, 8, 3), ay = array_f32(vy, 2, 8, 1);
    const int64_t when[] = {1, 3};
    f->options.val_x = &ax, f->options.n_val_x = 1, f->options.val_y = &ay, f->options.n_val_y = 1;
    f->options.validation_split = 0.5; /* overridden */
    f->options.validation_batch_size = 3, f->options.validation_steps = 2;
    f->options.validation_epochs = when, f->options.n_validation_epochs = 2;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    for (int e = 0; e < 3; e++) {
        expect(h, 0, "loss", e, plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, SAMPLES, 5, true).loss);
        if (e != 1)
            expect(h, 2, "val_loss", e / 2, plain_epoch(&f->plain, vx, vy, NULL, NULL, 0, 6, 3, false).loss);
    }
    kcc_history_free(h);
    kcc_error error = {0};
    ax.shape[1] = 2;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, &error), KCC_ESHAPE);
    assert_string_equal(error.location, "val_x[0] (features)");
}

/* 5 batches a pass, 2 steps an epoch: 0 1 | 2 3 | 4 (ran out) | 0 1. */
static void steps_continue_across_epochs(void **state) {
    fixture *f = *state;
    kcc_history *h;
    f->options.steps_per_epoch = 2, f->options.epochs = 4;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    const int first[] = {0, 10, 20, 0}, last[] = {10, 20, SAMPLES, 10};
    for (int e = 0; e < 4; e++)
        expect(h, 0, "loss", e,
               plain_epoch(&f->plain, f->x, f->y, NULL, NULL, first[e], last[e], 5, true).loss);
    assert_int_equal(kcc_session_iterations(f->session), 7);
    kcc_history_free(h);
}

/* Without a batch size the steps cover the data: ceil(23 / 4) = 6. */
static void steps_choose_the_batch(void **state) {
    fixture *f = *state;
    kcc_history *h;
    f->options.steps_per_epoch = 4, f->options.batch_size = 0, f->options.epochs = 1;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    expect(h, 0, "loss", 0, plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, SAMPLES, 6, true).loss);
    kcc_history_free(h);
}

static void class_weights_are_of_training_only(void **state) {
    fixture *f = *state;
    kcc_history *h;
    const int64_t label[] = {4, 3};
    const double factor[] = {3, 0.25};
    const kcc_class_weight classes = {2, label, factor};
    float w[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        float r = nearbyintf(f->y[i]);
        w[i] = r == 4 ? 3 : r == 3 ? 0.25f : 1;
    }
    f->options.class_weight = &classes;
    f->options.validation_split = 0.3;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    for (int e = 0; e < 3; e++) {
        expect(h, 0, "loss", e, plain_epoch(&f->plain, f->x, f->y, w, NULL, 0, 16, 5, true).loss);
        expect(h, 2, "val_loss", e,
               plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 16, SAMPLES, 5, false).loss);
    }
    kcc_history_free(h);
}

/* The permutation of a pass depends on (seed, iterations) as rng.h says. */
static void shuffle_follows_the_seed(void **state) {
    fixture *f = *state;
    kcc_history *h;
    f->options.shuffle = KCC_SHUFFLE_TRUE;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    int64_t order[SAMPLES], earlier[SAMPLES] = {0};
    for (int e = 0; e < 3; e++) {
        bool moved = false;
        for (int i = 0; i < SAMPLES; i++) order[i] = i;
        kcc_rng rng = kcc_rng_start(11, KCC_STREAM_SHUFFLE, (uint64_t)e * 5);
        kcc_rng_shuffle(&rng, order, SAMPLES);
        for (int i = 0; i < SAMPLES; i++) moved |= order[i] != earlier[i];
        assert_true(moved);
        memcpy(earlier, order, sizeof order);
        expect(h, 0, "loss", e, plain_epoch(&f->plain, f->x, f->y, NULL, order, 0, SAMPLES, 5, true).loss);
    }
    kcc_history *again;
    kcc_session *same, *other;
    assert_int_equal(
        kcc_session_create(&f->program, &(kcc_session_options){.seed = 11, .threads = 2}, &same, NULL),
        KCC_OK);
    assert_int_equal(kcc_session_create(&f->program, &(kcc_session_options){.seed = 12}, &other, NULL),
                     KCC_OK);
    assert_int_equal(kcc_fit(same, &f->options, &again, NULL), KCC_OK);
    assert_memory_equal(same->storage.data, f->session->storage.data, V_COUNT * KCC_ALIGN);
    kcc_history_free(again);
    assert_int_equal(kcc_fit(other, &f->options, NULL, NULL), KCC_OK);
    assert_memory_not_equal(other->storage.data, f->session->storage.data, 2 * KCC_ALIGN);
    kcc_session_free(same);
    kcc_session_free(other);
    kcc_history_free(h);
}

/* shuffle="batch": blocks keep their place, so each batch has the same samples. */
static void shuffle_in_batches(void **state) {
    fixture *f = *state;
    kcc_history *h;
    f->options.shuffle = KCC_SHUFFLE_BATCH;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    for (int e = 0; e < 3; e++)
        expect(h, 0, "loss", e, plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, SAMPLES, 5, true).loss);
    kcc_history_free(h);
}

/* Each hook adds a letter; one sets a log that the next must see. */
typedef struct trace {
    char text[256];
    bool sets;
    int stop_batch, stop_epoch;
    kcc_session *stop_from_begin;
} trace;

static void put(trace *t, const char *what, int64_t n) {
    size_t used = strlen(t->text);
    snprintf(t->text + used, sizeof t->text - used, "%s%lld ", what, (long long)n);
}

static void train_begin(void *user, kcc_session *s) { (void)s, put(user, "B", 0); }
static void train_end(void *user, kcc_session *s, kcc_logs *logs) {
    (void)s, put(user, "E", kcc_logs_count(logs));
}
static void epoch_begin(void *user, kcc_session *s, int64_t e) { (void)s, put(user, "e", e); }
static void batch_begin(void *user, kcc_session *s, int64_t b) { (void)s, put(user, "b", b); }

static void batch_end(void *user, kcc_session *s, int64_t b, kcc_logs *logs) {
    trace *t = user;
    put(t, "/b", kcc_logs_count(logs));
    if (b == t->stop_batch) kcc_session_stop_training(s);
}

static void epoch_end(void *user, kcc_session *s, int64_t e, kcc_logs *logs) {
    trace *t = user;
    put(t, "/e", kcc_logs_count(logs));
    if (t->sets) kcc_logs_set(logs, "extra", (double)e);
    if (e == t->stop_epoch) kcc_session_stop_training(s);
}

static kcc_callback hooks(trace *t) {
    return (kcc_callback){.user = t,
                          .on_train_begin = train_begin,
                          .on_train_end = train_end,
                          .on_epoch_begin = epoch_begin,
                          .on_epoch_end = epoch_end,
                          .on_batch_begin = batch_begin,
                          .on_batch_end = batch_end};
}

static void callbacks_in_order(void **state) {
    fixture *f = *state;
    kcc_history *h;
    trace a = {.sets = true, .stop_batch = -1, .stop_epoch = 1}, b = {.stop_batch = -1, .stop_epoch = -1};
    const kcc_callback list[] = {hooks(&a), {0}, hooks(&b)};
    f->options.callbacks = list, f->options.n_callbacks = 3, f->options.batch_size = 12;
    f->options.validation_split = 0.0;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    assert_string_equal(a.text, "B0 e0 b0 /b2 b1 /b2 /e2 e1 b0 /b2 b1 /b2 /e2 E3 ");
    assert_string_equal(b.text, "B0 e0 b0 /b2 b1 /b2 /e3 e1 b0 /b2 b1 /b2 /e3 E3 ");
    expect(h, 2, "extra", 1, 1);
    assert_int_equal(length(h, 0), 2);
    kcc_history_free(h);
}

static void stop_from_a_batch_closes_the_epoch(void **state) {
    fixture *f = *state;
    kcc_history *h;
    trace t = {.stop_batch = 1, .stop_epoch = -1};
    const kcc_callback list[] = {hooks(&t)};
    f->options.callbacks = list, f->options.n_callbacks = 1, f->options.validation_split = 0.3;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_OK);
    assert_string_equal(t.text, "B0 e0 b0 /b2 b1 /b2 /e4 E4 "); /* validated, as Keras 3 does */
    expect(h, 0, "loss", 0, plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, 10, 5, true).loss);
    kcc_history_free(h);
}

/* The running values that a batch sees are those of the epoch so far. */
static void batch_loss(void *user, kcc_session *s, int64_t b, kcc_logs *logs) {
    (void)s;
    ((double *)user)[b] = kcc_logs_value(logs, 0);
}

static void batch_logs_are_running_values(void **state) {
    fixture *f = *state;
    double seen[5], sum = 0;
    const kcc_callback list[] = {{.user = seen, .on_batch_end = batch_loss}};
    f->options.callbacks = list, f->options.n_callbacks = 1, f->options.epochs = 1;
    assert_int_equal(kcc_fit(f->session, &f->options, NULL, NULL), KCC_OK);
    for (int b = 0; b < 5; b++) {
        int last = 5 * b + 5 < SAMPLES ? 5 * b + 5 : SAMPLES;
        sum += plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 5 * b, last, 5, true).loss * (last - 5 * b);
        assert_close(seen[b], sum / last, 2e-5);
    }
}

static void set_stop(void *user, kcc_session *s, int64_t b) {
    (void)s;
    if (b == 2) *(volatile int *)user = 1;
}

static void stop_flag_interrupts(void **state) {
    fixture *f = *state;
    kcc_history *h = NULL;
    kcc_error error = {0};
    const kcc_callback list[] = {{.user = (void *)(uintptr_t)&f->stop, .on_batch_begin = set_stop}};
    f->options.callbacks = list, f->options.n_callbacks = 1, f->options.validation_split = 0.3;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, &error), KCC_EINTERRUPTED);
    assert_non_null(h);
    assert_int_equal(kcc_history_keys(h), 2); /* not validated */
    expect(h, 0, "loss", 0, plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, 15, 5, true).loss);
    expect_weights(f, f->plain.w);
    kcc_history_free(h);
    assert_int_equal(kcc_fit(f->session, &f->options, &h, NULL), KCC_EINTERRUPTED);
    assert_int_equal(kcc_history_keys(h), 0);
    kcc_history_free(h);
    assert_int_equal(kcc_session_iterations(f->session), 3);
}

static void averages_become_weights(void **state) {
    fixture *f = *state;
    f->program.ema_first = V_KERNEL_AVG;
    assert_int_equal(kcc_fit(f->session, &f->options, NULL, NULL), KCC_OK);
    for (int e = 0; e < 3; e++) plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, SAMPLES, 5, true);
    expect_weights(f, f->plain.average);
}

/* Zero from the second batch on. */
static void change_rate(void *user, kcc_session *s, int64_t batch) {
    (void)user;
    kcc_session_set_learning_rate(s, batch > 0 ? 0 : 0.05f, NULL);
}

static void learning_rate_of_callbacks_is_used(void **state) {
    fixture *f = *state;
    const kcc_callback list[] = {{.on_batch_begin = change_rate}};
    f->options.callbacks = list, f->options.n_callbacks = 1, f->options.epochs = 1;
    assert_int_equal(kcc_fit(f->session, &f->options, NULL, NULL), KCC_OK);
    plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, 5, 5, true);
    float *m = kcc_session_variable(f->session, V_BIAS_M), *b = kcc_session_variable(f->session, V_BIAS);
    assert_close(m[0], f->plain.m[3] / 16, 1e-5); /* four steps of momentum alone */
    assert_close(b[0], f->plain.w[3] + f->plain.m[3] * (1 - 1.0 / 16), 1e-5);
}

static void faults_stop_training(void **state) {
    fixture *f = *state;
    kcc_history *h;
    kcc_error error = {0};
    f->options.shuffle = KCC_SHUFFLE_TRUE;
    f->x[9 * 3] = LINEAR_BAD;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, &error), KCC_ERANGE);
    assert_null(h);
    assert_non_null(strstr(error.message, "in sample 9,"));
    f->options.validation_split = 0.3;
    error = (kcc_error){0};
    f->x[9 * 3] = 0;
    f->x[20 * 3] = LINEAR_BAD;
    assert_int_equal(kcc_fit(f->session, &f->options, &h, &error), KCC_ERANGE);
    assert_non_null(strstr(error.message, "in sample 20,"));
}

static char *output(fixture *f) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    f->options.out = out;
    assert_int_equal(kcc_fit(f->session, &f->options, NULL, NULL), KCC_OK);
    fclose(out);
    return text;
}

static int count(const char *text, const char *what) {
    int n = 0;
    for (const char *p = text; (p = strstr(p, what)); p++) n++;
    return n;
}

static void says_what_keras_says(void **state) {
    fixture *f = *state;
    f->options.verbose = 1, f->options.validation_split = 0.3;
    char *text = output(f);
    assert_memory_equal(text, "Epoch 1/3\n4/4 ", 14);
    assert_int_equal(count(text, "\n"), 6);
    assert_int_equal(count(text, " - val_mae: "), 3);
    free(text);
    f->options.verbose = 2, f->options.epochs = 1;
    text = output(f);
    assert_memory_equal(text, "4/4 - 0s - ", 11); /* one epoch: no "Epoch" line */
    free(text);
    f->options.verbose = 0;
    text = output(f);
    assert_string_equal(text, "");
    free(text);
    f->options.verbose = 1, f->options.steps_per_epoch = 9;
    text = output(f);
    assert_int_equal(count(text, "warning: the data ran out"), 1);
    free(text);
    f->options.steps_per_epoch = 0, f->options.epochs = 3;
    f->y[3] = NAN;
    text = output(f);
    assert_int_equal(count(text, "warning: the loss is not a number (NaN) in epoch 1;"), 1);
    assert_int_equal(count(text, "warning"), 1);
    assert_int_equal(count(text, " - loss: nan"), 3);
    free(text);
}

static void refuses_bad_options(void **state) {
    fixture *f = *state;
    kcc_fit_options bad[8];
    for (int i = 0; i < 8; i++) bad[i] = f->options;
    bad[0].batch_size = -1, bad[1].epochs = -1, bad[2].steps_per_epoch = -1, bad[3].verbose = 3;
    bad[4].shuffle = (kcc_shuffle)7, bad[5].n_callbacks = 1, bad[6].n_x = 2, bad[7].validation_split = 1;
    for (int i = 0; i < 8; i++) assert_int_equal(kcc_fit(f->session, &bad[i], NULL, NULL), KCC_EINVAL);
    f->program.entry[KCC_ENTRY_TRAIN].call = NULL;
    assert_int_equal(kcc_fit(f->session, &f->options, NULL, NULL), KCC_EUNSUPPORTED);
    assert_int_equal(kcc_fit(NULL, &f->options, NULL, NULL), KCC_EINVAL);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, linear_tear_down)
    const struct CMUnitTest tests[] = {CASE(partial_last_batch_and_weights),
                                       CASE(validation_split),
                                       CASE(validation_data_steps_and_epochs),
                                       CASE(steps_continue_across_epochs),
                                       CASE(steps_choose_the_batch),
                                       CASE(class_weights_are_of_training_only),
                                       CASE(shuffle_follows_the_seed),
                                       CASE(shuffle_in_batches),
                                       CASE(callbacks_in_order),
                                       CASE(stop_from_a_batch_closes_the_epoch),
                                       CASE(batch_logs_are_running_values),
                                       CASE(stop_flag_interrupts),
                                       CASE(averages_become_weights),
                                       CASE(learning_rate_of_callbacks_is_used),
                                       CASE(faults_stop_training),
                                       CASE(says_what_keras_says),
                                       CASE(refuses_bad_options)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
