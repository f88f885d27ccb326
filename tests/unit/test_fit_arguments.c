/*
 * Arguments of fit and fit_generator, one case each, where no other test has them; against a plain loop in
 * double.
 *
 *   x, y, sample_weight     counts, shapes, dtypes: test_dataset, test_fit_setup; aligned or not:
 * test_dataset batch_size              default and larger than the data: here; partial last batch: test_fit
 *   epochs, initial_epoch   here, test_fit
 *   verbose                 test_fit, test_progress
 *   callbacks               test_fit, test_callbacks
 *   validation_split        rounding, order, with shuffling: here; weights, empty parts: test_fit,
 * test_fit_setup validation_data         with weights: here; overrides the split, batch size, steps: test_fit
 *   shuffle                 true, false, batch: test_fit; of generators: test_feed
 *   class_weight            of training only: test_fit; a class that is not there: here, test_dataset
 *   steps_per_epoch         over epochs, running out, choosing the batch: test_fit; shuffled, warning: here
 *   validation_steps        more than there are, default batch size: here; test_fit
 *   validation_freq         with initial_epoch, lists: here; test_fit, test_fit_setup
 *   generator               streams, items, rows, ends, errors: test_feed; what cannot go together:
 * test_fit_setup max_queue_size, workers, pickle_safe, initial_epoch of fit_generator: here; test_feed,
 * test_prefetch
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generators.h"
#include "linear_rig.h"
#include "rng.h"

typedef struct fixture {
    LINEAR_RIG;
    maker maker;
    kcc_fit_generator_options all;
    kcc_fit_options *o; /* of all */
    plain_model plain;
    kcc_history *h;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.seed = 11});
    f->maker = (maker){.x = f->x, .y = f->y, .n = SAMPLES, .batch = 5, .items = INT64_MAX, .fail = -1};
    f->o = &f->all.fit;
    *f->o = (kcc_fit_options){.x = &f->ax,
                              .n_x = 1,
                              .y = &f->ay,
                              .n_y = 1,
                              .batch_size = 5,
                              .epochs = 3,
                              .shuffle = KCC_SHUFFLE_FALSE};
    f->all.log = linear_log;
    f->all.log_user = f->log;
    *state = f;
    return status;
}

static int tear_down(void **state) {
    fixture *f = *state;
    kcc_history_free(f->h);
    return linear_tear_down(state);
}

static void fit(fixture *f) {
    kcc_error error = {0};
    kcc_history_free(f->h);
    kcc_status status = kcc_fit_generator(f->session, &f->all, &f->h, &error);
    if (status != KCC_OK) fail_msg("%s: %s", error.location, error.message);
}

/* Begins with a new session. */
static void again(fixture *f) {
    linear_again(&f->rig);
    f->plain = (plain_model){.steps = 0};
    f->maker.calls = 0;
}

/* How many values the key has; *values receives them. */
static int values_of(const fixture *f, const char *key, const double **values) {
    int n = 0;
    for (int i = 0; i < kcc_history_keys(f->h); i++)
        if (strcmp(kcc_history_key(f->h, i), key) == 0) *values = kcc_history_values(f->h, i, &n);
    return n;
}

static void expect(const fixture *f, const char *key, int epoch, double wanted) {
    const double *values = NULL;
    assert_true(epoch < values_of(f, key, &values));
    assert_close(values[epoch], wanted, 2e-5);
}

static double part(fixture *f, const float *weight, const int64_t *order, int first, int last, int batch,
                   bool train) {
    return plain_epoch(&f->plain, f->x, f->y, weight, order, first, last, batch, train).loss;
}

static void batch_size(void **state) {
    fixture *f = *state;
    f->o->batch_size = 0, f->o->epochs = 2; /* 32, more than there are */
    fit(f);
    for (int e = 0; e < 2; e++) expect(f, "loss", e, part(f, NULL, NULL, 0, SAMPLES, 32, true));
    assert_int_equal(kcc_session_iterations(f->session), 2);
    again(f);
    f->o->batch_size = 1000000000;
    fit(f);
    for (int e = 0; e < 2; e++) expect(f, "loss", e, part(f, NULL, NULL, 0, SAMPLES, SAMPLES, true));
    again(f);
    f->o->batch_size = 1;
    fit(f);
    for (int e = 0; e < 2; e++) expect(f, "loss", e, part(f, NULL, NULL, 0, SAMPLES, 1, true));
}

static void epochs(void **state) {
    fixture *f = *state;
    const int64_t *number;
    int n;
    f->o->epochs = 0; /* Keras's default, 1 */
    fit(f);
    assert_int_equal(kcc_session_iterations(f->session), 5);
    /* an end, not a count: 2 and 3 of 0 … 3 are run, the momenta go on */
    part(f, NULL, NULL, 0, SAMPLES, 5, true);
    f->o->epochs = 4, f->o->initial_epoch = 2;
    fit(f);
    number = kcc_history_epochs(f->h, &n);
    assert_true(n == 2 && number[0] == 2 && number[1] == 3);
    for (int e = 0; e < 2; e++) expect(f, "loss", e, part(f, NULL, NULL, 0, SAMPLES, 5, true));
    f->o->initial_epoch = 9;
    fit(f);
    assert_int_equal(kcc_history_keys(f->h), 0);
    assert_int_equal(kcc_session_iterations(f->session), 15);
}

/* int(n (1 - s)) in double, the last ones in their order, whatever is shuffled before them. */
static void validation_split(void **state) {
    fixture *f = *state;
    const struct {
        int64_t n;
        double split;
        int trained;
    } cases[] = {{20, 0.9, 1}, {10, 0.7, 3}, {10, 0.3, 7}, {23, 0.25, 17}, {2, 0.5, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        again(f);
        int n = (int)cases[i].n, m = cases[i].trained;
        f->ax.shape[0] = f->ay.shape[0] = n;
        f->o->epochs = 1, f->o->validation_split = cases[i].split;
        fit(f);
        expect(f, "loss", 0, part(f, NULL, NULL, 0, m, 5, true));
        expect(f, "val_loss", 0, part(f, NULL, NULL, m, n, 5, false));
    }
    again(f);
    f->ax.shape[0] = f->ay.shape[0] = SAMPLES;
    f->o->epochs = 3, f->o->validation_split = 0.3, f->o->shuffle = KCC_SHUFFLE_TRUE;
    fit(f);
    for (int e = 0; e < 3; e++) {
        int64_t order[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) order[i] = i;
        kcc_rng rng = kcc_rng_start(11, KCC_STREAM_SHUFFLE, (uint64_t)e * 4);
        kcc_rng_shuffle(&rng, order, 16);
        expect(f, "loss", e, part(f, NULL, order, 0, 16, 5, true));
        expect(f, "val_loss", e, part(f, NULL, NULL, 16, SAMPLES, 5, false));
    }
}

/* With weights of its own; those of training, and the class weights, are not its. */
static void validation_data(void **state) {
    fixture *f = *state;
    float w[7] = {1, 0, 2, 0.5f, 1, 3, 0};
    kcc_array vx = array_f32(f->x, 2, 7, 3), vy = array_f32(f->y, 1, 7, 0), vw = array_f32(w, 1, 7, 0);
    f->o->val_x = &vx, f->o->n_val_x = 1, f->o->val_y = &vy, f->o->n_val_y = 1;
    f->o->sample_weight = &f->aw;
    for (int i = 0; i < 2; i++) {
        again(f);
        f->o->val_sample_weight = i ? &vw : NULL;
        fit(f);
        for (int e = 0; e < 3; e++) {
            expect(f, "loss", e, part(f, f->weight, NULL, 0, SAMPLES, 5, true));
            expect(f, "val_loss", e, part(f, i ? w : NULL, NULL, 0, 7, 5, false));
        }
    }
    kcc_error error = {0};
    vw.shape[0] = 6;
    assert_int_equal(kcc_fit_generator(f->session, &f->all, NULL, &error), KCC_ESHAPE);
    assert_string_equal(error.location, "val_sample_weight[0] (weights)");
}

static void validation_steps(void **state) {
    fixture *f = *state;
    f->o->validation_split = 0.5; /* 11 are trained */
    f->o->validation_steps = 1;   /* of batch_size samples; each validation begins anew */
    fit(f);
    for (int e = 0; e < 3; e++) {
        part(f, NULL, NULL, 0, 11, 5, true);
        expect(f, "val_loss", e, part(f, NULL, NULL, 11, 16, 5, false));
    }
    again(f);
    f->o->validation_steps = 99; /* what there is */
    fit(f);
    for (int e = 0; e < 3; e++) {
        part(f, NULL, NULL, 0, 11, 5, true);
        expect(f, "val_loss", e, part(f, NULL, NULL, 11, SAMPLES, 5, false));
    }
}

/* Epochs are counted from the first one there ever was. */
static void validation_freq(void **state) {
    fixture *f = *state;
    const double *values;
    const int64_t list[] = {2, 5, 100};
    f->o->validation_split = 0.3, f->o->epochs = 6, f->o->initial_epoch = 1, f->o->validation_freq = 2;
    fit(f); /* 1 … 5 are run: 2, 4 and 6 counted from 1 are validated */
    assert_int_equal(values_of(f, "loss", &values), 5);
    assert_int_equal(values_of(f, "val_loss", &values), 3);
    for (int e = 1; e < 6; e++) {
        part(f, NULL, NULL, 0, 16, 5, true);
        if (e % 2) expect(f, "val_loss", e / 2, part(f, NULL, NULL, 16, SAMPLES, 5, false));
    }
    again(f);
    f->o->validation_freq = 0, f->o->validation_epochs = list, f->o->n_validation_epochs = 3;
    fit(f);
    assert_int_equal(values_of(f, "val_loss", &values), 2);
    for (int e = 1; e < 6; e++) {
        part(f, NULL, NULL, 0, 16, 5, true);
        if (e == 1 || e == 4) expect(f, "val_loss", e / 4, part(f, NULL, NULL, 16, SAMPLES, 5, false));
    }
    again(f);
    f->o->initial_epoch = 5; /* no epoch of the list */
    fit(f);
    assert_int_equal(values_of(f, "val_loss", &values), 0);
}

/* Each pass is shuffled anew, also where epochs end inside it; data that run out are said once. */
static void steps_per_epoch(void **state) {
    fixture *f = *state;
    f->o->steps_per_epoch = 3, f->o->epochs = 4, f->o->shuffle = KCC_SHUFFLE_TRUE;
    fit(f); /* of 5 batches a pass: 0 1 2 | 3 4 | 0 1 2 | 3 4 */
    for (int pass = 0; pass < 2; pass++) {
        int64_t order[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) order[i] = i;
        kcc_rng rng = kcc_rng_start(11, KCC_STREAM_SHUFFLE, (uint64_t)pass * 5);
        kcc_rng_shuffle(&rng, order, SAMPLES);
        expect(f, "loss", 2 * pass, part(f, NULL, order, 0, 15, 5, true));
        expect(f, "loss", 2 * pass + 1, part(f, NULL, order, 15, SAMPLES, 5, true));
    }
    assert_string_equal(f->log, "the data ran out before steps_per_epoch=3; the epoch ends here\n");
    again(f);
    f->o->steps_per_epoch = 5; /* just what there is: nothing to say */
    fit(f);
    assert_int_equal(kcc_session_iterations(f->session), 20);
    assert_string_equal(f->log, "");
}

/* Two weights for one class are refused before anything is trained; a class that does not occur changes
 * nothing. */
static void class_weight(void **state) {
    fixture *f = *state;
    const int64_t labels[] = {3, 3, 77};
    const double weights[] = {2, 3, 4};
    kcc_class_weight classes = {2, labels, weights};
    kcc_error error = {0};
    f->o->class_weight = &classes;
    assert_int_equal(kcc_fit_generator(f->session, &f->all, NULL, &error), KCC_EINVAL);
    assert_string_equal(error.location, "class_weight");
    assert_string_equal(error.message, "class 3 has two weights");
    assert_int_equal(kcc_session_iterations(f->session), 0);
    classes = (kcc_class_weight){1, &labels[2], &weights[2]};
    fit(f);
    for (int e = 0; e < 3; e++) expect(f, "loss", e, part(f, NULL, NULL, 0, SAMPLES, 5, true));
}

/* fit_generator: epochs from initial_epoch on, and the same numbers for any queue. */
static void generator_arguments(void **state) {
    fixture *f = *state;
    kcc_generator stream = {.user = &f->maker, .next = make_next, .thread_safe = true};
    *f->o = (kcc_fit_options){.steps_per_epoch = 2, .epochs = 5, .initial_epoch = 2};
    f->all.generator = &stream;
    for (int workers = -1; workers < 5; workers++)
        for (int size = 0; size < 4; size++) {
            again(f);
            f->all.queue = (kcc_queue_options){
                .workers = workers, .max_queue_size = size, .use_multiprocessing = size == 3};
            fit(f);
            const int first[] = {0, 10, 20};
            for (int e = 0; e < 2; e++)
                expect(f, "loss", e, part(f, NULL, NULL, first[e], first[e] + 10, 5, true));
            assert_int_equal(f->maker.calls, 6);
            if (size == 3)
                assert_non_null(strstr(f->log, "pickle_safe (use_multiprocessing) changes nothing"));
            else
                assert_string_equal(f->log, "");
        }
    f->o->initial_epoch = 5; /* nothing is trained, nothing is asked for */
    again(f);
    fit(f);
    assert_int_equal(f->maker.calls, 0);
    assert_int_equal(kcc_history_keys(f->h), 0);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(batch_size),      CASE(epochs),           CASE(validation_split),
        CASE(validation_data), CASE(validation_steps), CASE(validation_freq),
        CASE(steps_per_epoch), CASE(class_weight),     CASE(generator_arguments)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
