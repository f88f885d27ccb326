/* fit_setup.c: what is refused, with the argument named; when validation is due. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fit.h"
#include "generators.h"
#include "linear_rig.h"

typedef struct fixture {
    LINEAR_RIG;
    float w[SAMPLES * 2];
    maker maker;
    kcc_generator stream, rows, items;
    kcc_fit_generator_options good;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.seed = 0});
    f->aw = array_f32(f->w, 1, SAMPLES, 0);
    f->maker = (maker){.x = f->x, .y = f->y, .n = SAMPLES, .batch = 5, .items = INT64_MAX, .fail = -1};
    f->stream = (kcc_generator){.user = &f->maker, .next = make_next};
    f->items = (kcc_generator){.user = &f->maker, .get = make_get, .length = 5};
    f->rows = (kcc_generator){.user = &f->maker, .read = make_read, .samples = SAMPLES};
    f->good.fit = (kcc_fit_options){.x = &f->ax, .n_x = 1, .y = &f->ay, .n_y = 1, .epochs = 2};
    *state = f;
    return status;
}

static void refuse(fixture *f, const kcc_fit_generator_options *o, kcc_status wanted, const char *place,
                   const char *message) {
    kcc_error error = {0};
    kcc_history *h;
    assert_int_equal(kcc_fit_generator(f->session, o, &h, &error), wanted);
    assert_null(h);
    assert_string_equal(error.location, place);
    if (!strstr(error.message, message)) fail_msg("\"%s\" is not in \"%s\"", message, error.message);
    assert_int_equal(kcc_session_iterations(f->session), 0);
    assert_int_equal(f->maker.calls, 0); /* no generator was asked */
}

/* One bad member at a time. */
#define REFUSE(MEMBERS, PLACE, MESSAGE) \
    do { \
        kcc_fit_generator_options o = f->good; \
        MEMBERS; \
        refuse(f, &o, KCC_EINVAL, PLACE, MESSAGE); \
    } while (0)

static void numbers(void **state) {
    fixture *f = *state;
    const int64_t zero[] = {2, 0};
    REFUSE(o.fit.batch_size = -1, "batch_size", "got -1");
    REFUSE(o.fit.epochs = -2, "epochs", "got -2");
    REFUSE(o.fit.initial_epoch = -1, "initial_epoch", "negative");
    REFUSE(o.fit.steps_per_epoch = -1, "steps_per_epoch", "negative");
    REFUSE(o.fit.validation_steps = -1, "validation_steps", "negative");
    REFUSE(o.fit.validation_batch_size = -1, "validation_batch_size", "negative");
    REFUSE(o.fit.validation_freq = -1, "validation_freq", "negative");
    REFUSE((o.fit.validation_epochs = zero, o.fit.n_validation_epochs = 2), "validation_freq", "no epoch 0");
    REFUSE(o.fit.n_validation_epochs = 1, "validation_freq", "missing");
    REFUSE(o.fit.validation_split = 1, "validation_split", "must be in [0, 1), got 1");
    REFUSE(o.fit.validation_split = -0.1, "validation_split", "got -0.1");
    REFUSE(o.fit.validation_split = (double)NAN, "validation_split", "got nan");
    REFUSE(o.fit.validation_split = 0.999, "validation_split", "0.999 of 23 samples leaves an empty part");
    REFUSE(o.fit.validation_split = 1e-20, "validation_split", "leaves an empty part");
    REFUSE(o.fit.shuffle = (kcc_shuffle)3, "shuffle", "unknown value, 3");
    REFUSE(o.fit.verbose = 3, "verbose", "got 3");
    REFUSE(o.fit.n_callbacks = 1, "callbacks", "missing");
    REFUSE(o.fit.n_callbacks = -1, "callbacks", "missing");
}

static void arrays(void **state) {
    fixture *f = *state;
    f->ay.shape[0] = 22;
    refuse(f, &f->good, KCC_ESHAPE, "y[0] (dense)", "has 22 samples, the first one has 23");
    f->ay.shape[0] = SAMPLES;
    f->aw.shape[0] = 5;
    f->good.fit.sample_weight = &f->aw;
    refuse(f, &f->good, KCC_ESHAPE, "sample_weight[0] (weights)", "has 5 samples");
    f->aw = array_f32(f->w, 2, SAMPLES, 2); /* temporal weights for a loss that has no steps */
    refuse(f, &f->good, KCC_ESHAPE, "sample_weight[0] (dense)",
           "weights of shape (23, 2) do not fit the loss of shape (batch,)");
    f->good.fit.sample_weight = NULL;
    REFUSE((o.fit.n_x = 0, o.fit.x = NULL), "x", "the model has 1 input, but 0 x arrays were given");
    REFUSE(o.fit.n_y = 2, "y", "the model has 1 output with a loss, but 2 y arrays were given");
    REFUSE((o.fit.val_y = &f->ay, o.fit.n_val_y = 1), "validation_data", "no inputs");
    REFUSE((o.fit.val_x = &f->ax, o.fit.n_val_x = 1), "y", "0 val_y arrays were given");
    kcc_array empty = array_f32(f->x, 2, 0, 3);
    REFUSE((o.fit.x = &empty, o.fit.y = &empty), "x[0] (features)", "there are no samples");
}

static void generators(void **state) {
    fixture *f = *state;
    f->good = (kcc_fit_generator_options){.generator = &f->stream, .fit.steps_per_epoch = 3};
    REFUSE(o.fit.steps_per_epoch = 0, "steps_per_epoch", "the number of steps is needed");
    REFUSE(o.fit.x = &f->ax, "generator", "arrays or a generator, not both");
    REFUSE(o.fit.y = &f->ay, "generator", "arrays or a generator, not both");
    REFUSE(o.fit.batch_size = 8, "batch_size", "items are the batches");
    REFUSE(o.fit.validation_split = 0.3, "validation_split", "cannot be split");
    REFUSE(o.validation = &f->stream, "validation_steps", "the number of validation steps is needed");
    REFUSE((o.validation = &f->items, o.fit.val_x = &f->ax), "validation_data", "not both");
    REFUSE(o.queue.max_queue_size = -1, "max_queue_size", "negative");
    REFUSE(o.queue.workers = 100000, "workers", "at most 256");
    kcc_generator none = {.user = f}, both = f->items, empty = f->items, no_rows = f->rows;
    both.next = make_next, empty.length = 0, no_rows.samples = -1;
    REFUSE(o.generator = &none, "generator", "one of next, get and read");
    REFUSE(o.generator = &both, "generator", "one of next, get and read");
    REFUSE(o.generator = &empty, "generator", "its length is 0");
    REFUSE(o.generator = &no_rows, "generator", "its length is -1");
    REFUSE((o.generator = &f->rows, o.fit.validation_split = 0.99), "validation_split",
           "leaves an empty part");
    f->program.entry[KCC_ENTRY_TRAIN].call = NULL;
    refuse(f, &f->good, KCC_EUNSUPPORTED, "", "compiled without what it needs to train");
    assert_int_equal(kcc_fit_generator(f->session, NULL, NULL, NULL), KCC_EINVAL);
    assert_int_equal(kcc_fit(f->session, NULL, NULL, NULL), KCC_EINVAL);
}

static void epochs_that_validate(void **state) {
    (void)state;
    const int64_t list[] = {1, 4, 7};
    kcc_fit_options every = {.validation_freq = 0}, third = {.validation_freq = 3},
                    some = {.validation_freq = 2, .validation_epochs = list, .n_validation_epochs = 3};
    for (int64_t e = 0; e < 9; e++) {
        assert_true(kcc_validation_due(&every, e));
        assert_int_equal(kcc_validation_due(&third, e), e % 3 == 2);
        assert_int_equal(kcc_validation_due(&some, e), e == 0 || e == 3 || e == 6);
    }
}

/* A validation stream is asked for as many items as the epochs that validate need. */
static void validation_items_granted(void **state) {
    fixture *f = *state;
    const int64_t list[] = {2, 3};
    for (int i = 0; i < 3; i++) {
        kcc_fit_generator_options o = f->good;
        f->maker.calls = 0;
        o.fit.epochs = 7, o.fit.initial_epoch = i == 1 ? 2 : 0;
        o.fit.validation_steps = 2, o.validation = &f->stream;
        if (i < 2) o.fit.validation_freq = 3;
        if (i == 2) o.fit.validation_epochs = list, o.fit.n_validation_epochs = 2;
        assert_int_equal(kcc_fit_generator(f->session, &o, NULL, NULL), KCC_OK);
        assert_int_equal(f->maker.calls, 4);
    }
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, linear_tear_down)
    const struct CMUnitTest tests[] = {CASE(numbers), CASE(arrays), CASE(generators),
                                       CASE(epochs_that_validate), CASE(validation_items_granted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
