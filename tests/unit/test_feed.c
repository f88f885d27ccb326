/* feed.c: streams, items by index and rows give fit, evaluate and predict the numbers that arrays give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed.h"
#include "generators.h"
#include "linear_rig.h"
#include "rng.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct fixture {
    LINEAR_RIG;
    maker maker, other;
    kcc_generator stream, indexed, rows;
    kcc_fit_generator_options options;
    plain_model plain;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.seed = 11});
    f->maker = (maker){.x = f->x, .y = f->y, .n = SAMPLES, .batch = 5, .items = INT64_MAX, .fail = -1};
    f->other = f->maker;
    f->stream = (kcc_generator){.user = &f->maker, .next = make_next};
    f->indexed = (kcc_generator){.user = &f->maker, .get = make_get, .length = 5, .on_epoch_end = count_end};
    f->rows = (kcc_generator){.user = &f->maker, .read = make_read, .samples = SAMPLES};
    f->options = (kcc_fit_generator_options){
        .fit = {.epochs = 3, .shuffle = KCC_SHUFFLE_FALSE}, .log = linear_log, .log_user = f->log};
    *state = f;
    return status;
}

static void again(fixture *f) {
    linear_again(&f->rig);
    f->plain = (plain_model){.steps = 0};
    f->maker.calls = f->maker.epoch_ends = f->maker.releases = 0;
}

static double value(const kcc_history *h, const char *key, int epoch) {
    for (int i = 0; i < kcc_history_keys(h); i++)
        if (strcmp(kcc_history_key(h, i), key) == 0) {
            int n;
            const double *values = kcc_history_values(h, i, &n);
            assert_true(epoch < n);
            return values[epoch];
        }
    fail_msg("there is no key %s", key);
    return 0;
}

static int epochs(const kcc_history *h) {
    int n;
    kcc_history_epochs(h, &n);
    return n;
}

static void expect_weights(fixture *f) {
    float *w = kcc_session_variable(f->session, V_KERNEL), *b = kcc_session_variable(f->session, V_BIAS);
    for (int k = 0; k < 4; k++) assert_close(k < 3 ? w[k] : b[0], f->plain.w[k], 2e-5);
}

static double plain_part(fixture *f, const float *weight, int first, int last, bool train) {
    return plain_epoch(&f->plain, f->x, f->y, weight, NULL, first, last, 5, train).loss;
}

static kcc_history *fit(fixture *f) {
    kcc_history *h = NULL;
    kcc_error error = {0};
    kcc_status status = kcc_fit_generator(f->session, &f->options, &h, &error);
    if (status != KCC_OK) fail_msg("%s: %s", error.location, error.message);
    return h;
}

static void expect_failure(fixture *f, kcc_status wanted, const char *place, const char *text) {
    kcc_error error = {0};
    kcc_history *h;
    assert_int_equal(kcc_fit_generator(f->session, &f->options, &h, &error), wanted);
    assert_string_equal(error.location, place);
    if (!strstr(error.message, text)) fail_msg("\"%s\" is not in \"%s\"", text, error.message);
}

/* Items of an endless stream, whatever workers and queue are, with memory of the runtime and of its own. */
static void a_stream_trains(void **state) {
    fixture *f = *state;
    for (int i = 0; i < 12; i++) {
        again(f);
        f->maker.weight = i % 2 ? f->weight : NULL;
        f->maker.own_memory = i % 3 == 1;
        f->stream.release = i % 3 == 1 ? free_own : NULL;
        f->stream.thread_safe = i >= 6;
        f->options.generator = &f->stream;
        f->options.queue = (kcc_queue_options){.max_queue_size = i % 4, .workers = i % 5 - 1};
        f->options.fit.steps_per_epoch = 4;
        f->options.fit.epochs = 4;
        kcc_history *h = fit(f);
        /* 5 items a round, 4 an epoch: the stream is not restarted. */
        int next = 0;
        for (int e = 0; e < 4; e++) {
            double loss = 0, count = 0;
            for (int s = 0; s < 4; s++, next++) {
                int first = next % 5 * 5, last = first + 5 < SAMPLES ? first + 5 : SAMPLES;
                loss += plain_part(f, f->maker.weight, first, last, true) * (last - first);
                count += last - first;
            }
            assert_close(value(h, "loss", e), loss / count, 2e-5);
        }
        expect_weights(f);
        assert_int_equal(f->maker.calls, 16); /* not one more than the steps need */
        assert_int_equal(f->maker.releases, i % 3 == 1 ? 16 : 0);
        assert_string_equal(f->log, "");
        kcc_history_free(h);
        f->maker.own_memory = false;
    }
}

static void a_stream_that_ends(void **state) {
    fixture *f = *state;
    f->options.generator = &f->stream;
    f->options.fit.steps_per_epoch = 4, f->options.fit.epochs = 5;
    f->options.fit.val_x = &f->ax, f->options.fit.n_val_x = 1;
    f->options.fit.val_y = &f->ay, f->options.fit.n_val_y = 1;
    f->maker.items = 6; /* inside the second epoch, which is closed and validated */
    kcc_history *h = fit(f);
    assert_int_equal(epochs(h), 2);
    plain_part(f, NULL, 0, 20, true);
    double last = plain_part(f, NULL, 20, SAMPLES, true) * 3;
    assert_close(value(h, "loss", 1), (last + plain_part(f, NULL, 0, 5, true) * 5) / 8, 2e-5);
    assert_close(value(h, "val_loss", 1),
                 plain_epoch(&f->plain, f->x, f->y, NULL, NULL, 0, SAMPLES, 32, false).loss, 2e-5);
    assert_string_equal(f->log, "the generator ended after 2 of 4 steps of epoch 2; training ends here\n");
    kcc_history_free(h);
    again(f);
    f->maker.items = 8; /* between two epochs: no third one is begun */
    h = fit(f);
    assert_int_equal(epochs(h), 2);
    assert_string_equal(f->log, "the generator ended with epoch 2 of 5; training ends here\n");
    kcc_history_free(h);
    again(f);
    f->maker.items = 0;
    expect_failure(f, KCC_EINVAL, "generator", "it gave no item");
    /* Without a number of steps the first epoch goes to the end. */
    again(f);
    f->stream.finite = true;
    f->maker.items = 7, f->options.fit.steps_per_epoch = 0, f->options.fit.epochs = 1;
    h = fit(f);
    assert_int_equal(kcc_session_iterations(f->session), 7);
    assert_string_equal(f->log, "");
    kcc_history_free(h);
    again(f);
    f->options.fit.epochs = 2;
    h = fit(f);
    assert_int_equal(epochs(h), 1);
    assert_string_equal(f->log, "the generator ended with epoch 1 of 2; training ends here\n");
    kcc_history_free(h);
}

static void errors_name_the_item(void **state) {
    fixture *f = *state;
    f->options.generator = &f->stream, f->options.fit.steps_per_epoch = 5;
    for (int workers = -1; workers < 5; workers += 2) {
        again(f);
        f->options.queue = (kcc_queue_options){.workers = workers, .max_queue_size = 2};
        f->stream.thread_safe = workers > 1;
        f->maker.fail = 7;
        expect_failure(f, KCC_EIO, "item 7: camera", "number 7 is gone");
        assert_int_equal(kcc_session_iterations(f->session), 7);
    }
    again(f);
    f->maker.silent = true;
    expect_failure(f, KCC_EINVAL, "item 7", "the generator failed");
    f->maker.fail = -1, f->maker.wrong_shape = true;
    again(f);
    expect_failure(f, KCC_ESHAPE, "item 0: x[0] (features)", "the array has shape (5, 2)");
    f->maker.wrong_shape = false, f->maker.no_y = true;
    again(f);
    expect_failure(f, KCC_EINVAL, "item 0: y[0] (dense)", "no array was given");
    f->maker.no_y = false;
    f->x[11 * 3] = LINEAR_BAD;
    again(f);
    expect_failure(f, KCC_ERANGE, "item 2: x[0] (features)", "in sample 1,");
    f->options.generator = &f->rows, f->options.fit.steps_per_epoch = 0;
    again(f);
    expect_failure(f, KCC_ERANGE, "x[0] (features)", "in sample 11,"); /* rows are known by their number */
    f->x[11 * 3] = 0;
    f->options.generator = &f->indexed;
    f->maker.items = 3;
    again(f);
    expect_failure(f, KCC_EINVAL, "item 3", "ended before it gave all");
    /* In validation: the message says so. */
    f->maker.items = INT64_MAX, f->other.fail = 1;
    kcc_generator validation = {.user = &f->other, .next = make_next};
    f->options.validation = &validation, f->options.fit.validation_steps = 3;
    again(f);
    expect_failure(f, KCC_EIO, "validation item 1: camera", "number 1 is gone");
}

static void items_by_index(void **state) {
    fixture *f = *state;
    f->options.generator = &f->indexed;
    kcc_history *h = fit(f);
    for (int e = 0; e < 3; e++)
        assert_close(value(h, "loss", e), plain_part(f, NULL, 0, SAMPLES, true), 2e-5);
    assert_int_equal(f->maker.epoch_ends, 3);
    kcc_history_free(h);
    /* Shuffled: the items, as rng.h says; the same for any number of workers. */
    for (int workers = -1; workers < 4; workers++) {
        again(f);
        f->options.fit.shuffle = KCC_SHUFFLE_TRUE;
        f->options.queue = (kcc_queue_options){.workers = workers};
        f->indexed.thread_safe = workers == 3;
        h = fit(f);
        for (int e = 0; e < 3; e++) {
            int64_t order[5] = {0, 1, 2, 3, 4};
            kcc_rng rng = kcc_rng_start(11, KCC_STREAM_SHUFFLE, (uint64_t)e * 5);
            kcc_rng_shuffle(&rng, order, 5);
            double loss = 0;
            for (int i = 0; i < 5; i++) {
                int first = (int)order[i] * 5, last = first + 5 < SAMPLES ? first + 5 : SAMPLES;
                loss += plain_part(f, NULL, first, last, true) * (last - first);
                if (workers < 3) assert_int_equal(f->maker.seen[e * 5 + i], order[i]);
            }
            assert_close(value(h, "loss", e), loss / SAMPLES, 2e-5);
        }
        expect_weights(f);
        kcc_history_free(h);
    }
    f->indexed.thread_safe = false;
    /* Fewer steps than items: the pass goes on in the next epoch, and one that runs out begins anew. */
    again(f);
    f->options.fit.shuffle = KCC_SHUFFLE_FALSE, f->options.fit.steps_per_epoch = 3;
    h = fit(f);
    const int64_t wanted[] = {0, 1, 2, 3, 4, 0, 1, 2};
    for (int i = 0; i < 8; i++) assert_int_equal(f->maker.seen[i], wanted[i]);
    assert_int_equal(kcc_session_iterations(f->session), 8);
    assert_string_equal(f->log, "the data ran out before steps_per_epoch=3; the epoch ends here\n");
    kcc_history_free(h);
}

/* A `read` generator is as good as arrays: the same bits for each way of shuffling, split and batch size. */
static void rows_are_arrays(void **state) {
    fixture *f = *state;
    for (int i = 0; i < 12; i++) {
        char bits[2][V_COUNT * KCC_ALIGN];
        kcc_history *h[2];
        for (int k = 0; k < 2; k++) {
            again(f);
            kcc_fit_options *o = &f->options.fit;
            *o = (kcc_fit_options){.epochs = 3,
                                   .shuffle = (kcc_shuffle)(i % 3),
                                   .batch_size = i % 2 ? 4 : 0,
                                   .validation_split = i % 4 == 3 ? 0.3 : 0,
                                   .steps_per_epoch = i == 5 ? 2 : 0};
            f->maker.weight = i % 4 >= 2 ? f->weight : NULL;
            f->rows.thread_safe = i > 6;
            f->options.queue = (kcc_queue_options){.workers = i % 3};
            f->options.generator = k ? &f->rows : NULL;
            if (!k) {
                o->x = &f->ax, o->y = &f->ay, o->n_x = o->n_y = 1;
                o->sample_weight = f->maker.weight ? &f->aw : NULL;
            }
            h[k] = fit(f);
            memcpy(bits[k], f->session->storage.data, sizeof bits[k]);
        }
        assert_memory_equal(bits[0], bits[1], sizeof bits[0]);
        int keys = kcc_history_keys(h[0]);
        assert_int_equal(kcc_history_keys(h[1]), keys);
        for (int e = 0; e < 3; e++)
            for (int key = 0; key < keys; key++) {
                const char *name = kcc_history_key(h[0], key);
                assert_true(value(h[0], name, e) == value(h[1], name, e));
            }
        kcc_history_free(h[0]);
        kcc_history_free(h[1]);
    }
    f->maker.wrong_shape = true;
    again(f);
    expect_failure(f, KCC_ESHAPE, "batch 0: x[0] (features)", "");
}

/* A validation stream goes on from epoch to epoch; one by index begins anew. */
static void validation_generators(void **state) {
    fixture *f = *state;
    f->options.fit.x = &f->ax, f->options.fit.y = &f->ay, f->options.fit.n_x = f->options.fit.n_y = 1;
    f->options.fit.batch_size = 5, f->options.fit.validation_steps = 2;
    kcc_generator validation = {.user = &f->other, .next = make_next};
    f->options.validation = &validation;
    kcc_history *h = fit(f);
    const int first[] = {0, 10, 20}, n[] = {10, 10, 3};
    for (int e = 0; e < 3; e++) {
        plain_part(f, NULL, 0, SAMPLES, true);
        double loss = plain_part(f, NULL, first[e], first[e] + n[e], false) * n[e];
        if (e == 2) loss += plain_part(f, NULL, 0, 5, false) * 5;
        assert_close(value(h, "val_loss", e), loss / (e == 2 ? 8 : 10), 2e-5);
    }
    assert_int_equal(f->other.calls, 6);
    kcc_history_free(h);
    /* It ends in the second epoch; the third has none. */
    again(f);
    f->other.items = 3, f->other.calls = 0;
    h = fit(f);
    for (int i = 0; i < kcc_history_keys(h); i++) {
        int count;
        kcc_history_values(h, i, &count);
        assert_int_equal(count, strncmp(kcc_history_key(h, i), "val_", 4) == 0 ? 2 : 3);
    }
    assert_string_equal(f->log, "the validation generator ended after 1 of 2 steps\n"
                                "the validation generator ended after 0 of 2 steps\n");
    kcc_history_free(h);
    again(f);
    f->other.items = INT64_MAX, f->other.calls = 0;
    validation = (kcc_generator){.user = &f->other, .get = make_get, .length = 5, .on_epoch_end = count_end};
    h = fit(f);
    for (int e = 0; e < 3; e++) {
        plain_part(f, NULL, 0, SAMPLES, true);
        assert_close(value(h, "val_loss", e), plain_part(f, NULL, 0, 10, false), 2e-5);
    }
    assert_int_equal(f->other.calls, 6);
    kcc_history_free(h);
    again(f);
    f->options.fit.validation_steps = 0, f->options.fit.validation_freq = 2;
    f->other.calls = f->other.epoch_ends = 0;
    kcc_history_free(fit(f));
    assert_int_equal(f->other.calls, 5);
    assert_int_equal(f->other.epoch_ends, 1);
}

/* A generator that trains with class weights, and with dtypes of its own. */
static kcc_next make_doubles(void *user, int64_t ticket, kcc_item *item, kcc_error *error) {
    fixture *f = user;
    (void)error;
    int64_t first = ticket % 5 * 5, n = SAMPLES - first < 5 ? SAMPLES - first : 5;
    double *x = kcc_item_x(item, 0, KCC_F64, 2, (int64_t[]){n, 3});
    double *y = kcc_item_y(item, 0, KCC_F64, 2, (int64_t[]){n, 1});
    assert_null(kcc_item_x(item, 1, KCC_F64, 1, (int64_t[]){n}));
    assert_null(kcc_item_y(item, -1, KCC_F64, 1, (int64_t[]){n}));
    assert_null(kcc_item_x(item, 0, KCC_F64, 2, (int64_t[]){INT64_MAX, 3}));
    for (int64_t i = 0; i < n * 3; i++) x[i] = (double)f->x[first * 3 + i];
    for (int64_t i = 0; i < n; i++) y[i] = (double)f->y[first + i];
    return KCC_NEXT_ITEM;
}

static void class_weights_and_dtypes(void **state) {
    fixture *f = *state;
    const int64_t label[] = {4, 3};
    const double factor[] = {3, 0.25};
    const kcc_class_weight classes = {2, label, factor};
    kcc_generator doubles = {.user = f, .next = make_doubles};
    f->options.generator = &doubles;
    f->options.fit.class_weight = &classes;
    f->options.fit.steps_per_epoch = 5;
    f->options.queue.workers = -1; /* cmocka's asserts want its own thread */
    float w[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        float r = nearbyintf(f->y[i]);
        w[i] = r == 4 ? 3 : r == 3 ? 0.25f : 1;
    }
    kcc_history *h = fit(f);
    for (int e = 0; e < 3; e++) assert_close(value(h, "loss", e), plain_part(f, w, 0, SAMPLES, true), 2e-5);
    kcc_history_free(h);
}

static void *raise_flag(void *user) {
    nanosleep(&(struct timespec){0, 30000000}, NULL);
    __atomic_store_n((volatile int *)user, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static kcc_next never(void *user, int64_t ticket, kcc_item *item, kcc_error *error) {
    maker *m = user;
    if (ticket < 3) return make_next(user, ticket, item, error);
    while (!kcc_item_cancelled(item)) nanosleep(&(struct timespec){0, 100000}, NULL);
    m->epoch_ends++;
    return KCC_NEXT_END;
}

/* After the third batch the flag will be raised, while the consumer waits for the fourth. */
static pthread_t raiser;
static void raise_soon(void *user, kcc_session *session, int64_t batch) {
    (void)session;
    if (batch == 2) pthread_create(&raiser, NULL, raise_flag, user);
}

/* Ctrl-C while the consumer waits for a slow generator: no deadlock, the steps done are kept. */
static void stop_flag_while_waiting(void **state) {
    fixture *f = *state;
    kcc_generator slow = {.user = &f->maker, .next = never};
    const kcc_callback list[] = {{.user = (void *)(uintptr_t)&f->stop, .on_batch_closed = raise_soon}};
    f->options.fit.callbacks = list, f->options.fit.n_callbacks = 1;
    f->options.generator = &slow, f->options.fit.steps_per_epoch = 5;
    for (int workers = -1; workers < 3; workers += 2) {
        again(f);
        kcc_history *h;
        kcc_error error = {0};
        f->options.queue.workers = workers;
        assert_int_equal(kcc_fit_generator(f->session, &f->options, &h, &error), KCC_EINTERRUPTED);
        pthread_join(raiser, NULL);
        assert_int_equal(kcc_session_iterations(f->session), 3);
        assert_string_equal(error.message, "training was stopped");
        assert_int_equal(epochs(h), 1); /* cut short, as with arrays */
        assert_int_equal(f->maker.epoch_ends, 1);
        kcc_history_free(h);
    }
}

static void end_after_two(void *user, kcc_session *session, int64_t batch, kcc_logs *logs) {
    (void)user, (void)logs;
    if (batch == 1) kcc_session_stop_training(session);
}

/* stop_training with a full queue behind: threads are joined, every item released. */
static void stop_with_a_full_queue(void **state) {
    fixture *f = *state;
    const kcc_callback list[] = {{.on_batch_end = end_after_two}};
    f->options.fit.callbacks = list, f->options.fit.n_callbacks = 1;
    f->options.generator = &f->stream, f->options.fit.steps_per_epoch = 50;
    f->stream.release = free_own, f->stream.thread_safe = true;
    f->maker.own_memory = true;
    for (int i = 0; i < 50; i++) {
        again(f);
        f->options.queue = (kcc_queue_options){.workers = 4, .max_queue_size = 3};
        kcc_history *h = fit(f);
        assert_int_equal(epochs(h), 1);
        assert_int_equal(kcc_session_iterations(f->session), 2);
        assert_int_equal(f->maker.releases, f->maker.calls);
        assert_true(f->maker.calls <= 2 + 3 + 1);
        kcc_history_free(h);
    }
}

/* Waits inside a batch for the call that makes a later item: it comes only if producing goes on meanwhile. */
typedef struct watcher {
    const maker *maker;
    int seen; /* batches during which it came */
    bool patient;
} watcher;

static void watch(void *user, kcc_session *session, int64_t batch) {
    watcher *w = user;
    (void)session;
    for (int i = 0; i < 100000; i++) {
        if (__atomic_load_n(&w->maker->calls, __ATOMIC_SEQ_CST) > batch + 1) {
            w->seen++;
            return;
        }
        if (!w->patient || batch == 19) return; /* nothing is made after the last */
        nanosleep(&(struct timespec){0, 100000}, NULL);
    }
}

static void producing_overlaps_training(void **state) {
    fixture *f = *state;
    f->options.generator = &f->stream, f->options.fit.steps_per_epoch = 20, f->options.fit.epochs = 1;
    f->maker.nap = 1000;
    for (int workers = -1; workers < 3; workers += 2) {
        again(f);
        watcher w = {.maker = &f->maker, .patient = workers > 0};
        const kcc_callback list[] = {{.user = &w, .on_batch_begin = watch}};
        f->options.fit.callbacks = list, f->options.fit.n_callbacks = 1;
        f->options.queue.workers = workers;
        kcc_history_free(fit(f));
        assert_int_equal(w.seen, workers > 0 ? 19 : 0);
    }
}

static void says_once_what_changes_nothing(void **state) {
    fixture *f = *state;
    f->options.generator = &f->stream, f->options.fit.steps_per_epoch = 2;
    f->options.queue.use_multiprocessing = true;
    kcc_history_free(fit(f));
    assert_string_equal(f->log, "pickle_safe (use_multiprocessing) changes nothing: workers are threads\n");
    f->options.log = NULL;
    f->options.fit.verbose = 1;
    char *text = NULL;
    size_t size;
    f->options.fit.out = open_memstream(&text, &size);
    kcc_history_free(fit(f));
    fclose(f->options.fit.out);
    assert_memory_equal(text, "warning: pickle_safe", 20);
    assert_null(strstr(text + 20, "pickle_safe"));
    assert_non_null(strstr(text, "\n2/2 ")); /* steps are counted */
    free(text);
}

static void evaluates_and_predicts(void **state) {
    fixture *f = *state;
    kcc_history_free((f->options.generator = &f->indexed, fit(f)));
    float from_arrays[2], results[2];
    kcc_evaluate_options arrays = {.data = {&f->ax, 1, &f->ay, 1, NULL, NULL}, .batch_size = 5};
    assert_int_equal(kcc_evaluate(f->session, &arrays, from_arrays, NULL), KCC_OK);
    kcc_evaluate_generator_options o = {.generator = &f->stream, .evaluate.steps = 5};
    assert_int_equal(kcc_evaluate_generator(f->session, &o, results, NULL), KCC_OK);
    assert_memory_equal(results, from_arrays, sizeof results);
    o = (kcc_evaluate_generator_options){.generator = &f->indexed, .queue.workers = 3};
    assert_int_equal(kcc_evaluate_generator(f->session, &o, results, NULL), KCC_OK);
    assert_memory_equal(results, from_arrays, sizeof results);
    o = (kcc_evaluate_generator_options){.generator = &f->stream};
    kcc_error error = {0};
    assert_int_equal(kcc_evaluate_generator(f->session, &o, results, &error), KCC_EINVAL);
    assert_string_equal(error.location, "steps");
    o.generator = &f->rows, o.evaluate.data = arrays.data;
    assert_int_equal(kcc_evaluate_generator(f->session, &o, results, NULL), KCC_EINVAL);
    /* predict: one array for all, whether the number of samples is known or not */
    kcc_array all, out;
    assert_int_equal(kcc_predict(f->session, &(kcc_predict_options){.x = &f->ax, .n_x = 1}, &all, NULL),
                     KCC_OK);
    f->stream.finite = true, f->maker.items = 5;
    const kcc_generator *sources[] = {&f->stream, &f->indexed, &f->rows};
    for (int i = 0; i < 3; i++) {
        kcc_predict_generator_options p = {.generator = sources[i], .queue.workers = i};
        f->maker.items = i == 0 ? 5 : INT64_MAX;
        assert_int_equal(kcc_predict_generator(f->session, &p, &out, NULL), KCC_OK);
        assert_int_equal(out.shape[0], SAMPLES);
        assert_memory_equal(out.data, all.data, SAMPLES * sizeof(float));
        kcc_array_free(&out);
        p.steps = 2, p.predict.batch_size = 5;
        assert_int_equal(kcc_predict_generator(f->session, &p, &out, NULL), KCC_OK);
        assert_int_equal(out.shape[0], 10);
        assert_memory_equal(out.data, all.data, 10 * sizeof(float));
        kcc_array_free(&out);
    }
    kcc_array_free(&all);
    f->maker.items = 0;
    kcc_predict_generator_options p = {.generator = &f->stream};
    assert_int_equal(kcc_predict_generator(f->session, &p, &out, NULL), KCC_EINVAL);
    f->stream.finite = false, f->maker.items = INT64_MAX;
    assert_int_equal(kcc_predict_generator(f->session, &p, &out, NULL), KCC_EINVAL);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, linear_tear_down)
    const struct CMUnitTest tests[] = {CASE(a_stream_trains),
                                       CASE(a_stream_that_ends),
                                       CASE(errors_name_the_item),
                                       CASE(items_by_index),
                                       CASE(rows_are_arrays),
                                       CASE(validation_generators),
                                       CASE(class_weights_and_dtypes),
                                       CASE(stop_flag_while_waiting),
                                       CASE(stop_with_a_full_queue),
                                       CASE(producing_overlaps_training),
                                       CASE(says_once_what_changes_nothing),
                                       CASE(evaluates_and_predicts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
