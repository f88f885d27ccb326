/* callbacks.c: every hook in its order, messages, parameters, a callback that ends the call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linear_rig.h"

#include <stdlib.h>

typedef struct trace {
    char text[2000];
    const char *fail_in; /* hook that aborts */
    bool speaks;
    kcc_params params;
    float predictions[SAMPLES];
    int64_t predicted;
} trace;

static void put(trace *t, kcc_session *session, const char *what, int64_t n) {
    size_t used = strlen(t->text);
    if (n < 0)
        snprintf(t->text + used, sizeof t->text - used, "%s ", what);
    else
        snprintf(t->text + used, sizeof t->text - used, "%s%lld ", what, (long long)n);
    if (!t->fail_in || strcmp(t->fail_in, what) != 0) return;
    kcc_error error = {0};
    kcc_fail(&error, KCC_EIO, "file", "hint", "no room in %s", what);
    kcc_session_abort(session, &error);
    error.status = KCC_ENOMEM;
    kcc_session_abort(session, &error); /* the first counts */
}

static void train_begin(void *user, kcc_session *s) {
    trace *t = user;
    t->params = kcc_session_params(s);
    put(t, s, "train", -1);
}
static void train_ready(void *user, kcc_session *s) { put(user, s, "ready", -1); }
static void train_end(void *user, kcc_session *s, kcc_logs *logs) {
    put(user, s, "end", kcc_logs_count(logs));
}
static void epoch_begin(void *user, kcc_session *s, int64_t e) { put(user, s, "epoch", e); }
static void epoch_end(void *user, kcc_session *s, int64_t e, kcc_logs *logs) {
    trace *t = user;
    put(t, s, "/epoch", e);
    double loss;
    assert_true(kcc_logs_find(logs, "val_loss", &loss));
    assert_false(kcc_logs_find(logs, "val_los", &loss));
    if (t->speaks) {
        kcc_session_print(s, "printed %d", 1);
        kcc_session_warn(s, "warned %d", 2);
    }
}
static void epoch_closed(void *user, kcc_session *s, int64_t e) { put(user, s, "closed", e); }
static void batch_begin(void *user, kcc_session *s, int64_t b) { put(user, s, "b", b); }
static void batch_end(void *user, kcc_session *s, int64_t b, kcc_logs *logs) {
    (void)logs;
    put(user, s, "/b", b);
}
static void batch_closed(void *user, kcc_session *s, int64_t b) { put(user, s, ".", b); }
static void test_begin(void *user, kcc_session *s) { put(user, s, "test", -1); }
static void test_end(void *user, kcc_session *s, kcc_logs *logs) {
    assert_string_equal(kcc_logs_name(logs, 0), "loss");
    put(user, s, "/test", kcc_logs_count(logs));
}
static void test_batch_begin(void *user, kcc_session *s, int64_t b) { put(user, s, "t", b); }
static void test_batch_end(void *user, kcc_session *s, int64_t b, kcc_logs *logs) {
    assert_int_equal(kcc_logs_count(logs), 2);
    put(user, s, "/t", b);
}
static void predict_begin(void *user, kcc_session *s) { put(user, s, "predict", -1); }
static void predict_end(void *user, kcc_session *s) { put(user, s, "/predict", -1); }
static void predict_batch_begin(void *user, kcc_session *s, int64_t b) { put(user, s, "p", b); }
static void predict_batch_end(void *user, kcc_session *s, int64_t b, const kcc_array *outputs) {
    trace *t = user;
    put(t, s, "/p", b);
    memcpy(t->predictions + t->predicted, outputs[0].data, (size_t)outputs[0].shape[0] * sizeof(float));
    t->predicted += outputs[0].shape[0];
}

static kcc_callback all_hooks(trace *t) {
    return (kcc_callback){.user = t,
                          .on_train_begin = train_begin,
                          .on_train_end = train_end,
                          .on_epoch_begin = epoch_begin,
                          .on_epoch_end = epoch_end,
                          .on_batch_begin = batch_begin,
                          .on_batch_end = batch_end,
                          .on_test_begin = test_begin,
                          .on_test_end = test_end,
                          .on_test_batch_begin = test_batch_begin,
                          .on_test_batch_end = test_batch_end,
                          .on_predict_begin = predict_begin,
                          .on_predict_end = predict_end,
                          .on_predict_batch_begin = predict_batch_begin,
                          .on_predict_batch_end = predict_batch_end,
                          .on_train_ready = train_ready,
                          .on_batch_closed = batch_closed,
                          .on_epoch_closed = epoch_closed};
}

typedef struct fixture {
    LINEAR_RIG;
    trace trace, second;
    kcc_callback list[2];
    kcc_fit_options fit;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    int status = linear_start(&f->rig, (kcc_session_options){.seed = 0});
    f->list[0] = all_hooks(&f->trace);
    f->list[1] = all_hooks(&f->second);
    f->fit = (kcc_fit_options){.x = &f->ax,
                               .n_x = 1,
                               .y = &f->ay,
                               .n_y = 1,
                               .epochs = 1,
                               .batch_size = 8,
                               .validation_split = 0.3,
                               .callbacks = f->list,
                               .n_callbacks = 2};
    *state = f;
    return status;
}

static void every_hook_in_order(void **state) {
    fixture *f = *state;
    assert_int_equal(kcc_fit(f->session, &f->fit, NULL, NULL), KCC_OK);
    const char *wanted = "train ready epoch0 b0 /b0 .0 b1 /b1 .1 test t0 /t0 /test2 /epoch0 closed0 end4 ";
    assert_string_equal(f->trace.text, wanted);
    assert_string_equal(f->second.text, wanted);
    assert_int_equal(f->trace.params.epochs, 1);
    assert_int_equal(f->trace.params.steps, 2);
    assert_true(f->trace.params.validates);
    assert_int_equal(kcc_session_params(f->session).epochs, 0); /* nothing under way */
    f->trace.text[0] = '\0';
    kcc_evaluate_generator_options e = {
        .evaluate = {.data = {&f->ax, 1, &f->ay, 1, NULL, NULL}, .batch_size = 12},
        .callbacks = f->list,
        .n_callbacks = 1};
    assert_int_equal(kcc_evaluate_generator(f->session, &e, NULL, NULL), KCC_OK);
    assert_string_equal(f->trace.text, "test t0 /t0 t1 /t1 /test2 ");
    f->trace.text[0] = '\0';
    kcc_array out;
    kcc_predict_generator_options p = {
        .predict = {.x = &f->ax, .n_x = 1, .batch_size = 12}, .callbacks = f->list, .n_callbacks = 1};
    assert_int_equal(kcc_predict_generator(f->session, &p, &out, NULL), KCC_OK);
    assert_string_equal(f->trace.text, "predict p0 /p0 p1 /p1 /predict ");
    assert_memory_equal(f->trace.predictions, out.data, sizeof f->trace.predictions);
    kcc_array_free(&out);
}

static void any_hook_may_abort(void **state) {
    fixture *f = *state;
    const char *const hooks[] = {"train", "ready", "epoch", "b",      "/b",     ".",  "test",
                                 "/test", "t",     "/t",    "/epoch", "closed", "end"};
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        kcc_error error = {0};
        kcc_history *h;
        f->trace.fail_in = hooks[i];
        assert_int_equal(kcc_fit(f->session, &f->fit, &h, &error), KCC_EIO);
        assert_null(h);
        assert_string_equal(error.location, "file");
        assert_string_equal(error.hint, "hint");
        assert_memory_equal(error.message, "no room in ", 11);
        assert_string_equal(error.message + 11, hooks[i]);
    }
    f->trace.fail_in = NULL;
    assert_int_equal(kcc_fit(f->session, &f->fit, NULL, NULL), KCC_OK); /* nothing of it is left */
    const char *const others[] = {"predict", "p", "/p", "/predict"};
    for (size_t i = 0; i < 4; i++) {
        kcc_array out;
        f->trace.fail_in = others[i];
        f->trace.predicted = 0;
        kcc_predict_generator_options p = {
            .predict = {.x = &f->ax, .n_x = 1}, .callbacks = f->list, .n_callbacks = 1};
        assert_int_equal(kcc_predict_generator(f->session, &p, &out, NULL), KCC_EIO);
    }
}

static void put_line(void *user, const char *line) { snprintf(user, 100, "<%s>", line); }

/* print goes to `out` whatever verbose is; a warning to the log, else to `out` if fit is verbose. */
static void messages(void **state) {
    fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        char *text = NULL, log[100] = "";
        size_t size;
        kcc_fit_generator_options o = {.fit = f->fit};
        o.fit.out = open_memstream(&text, &size);
        o.fit.verbose = i & 1;
        if (i & 2) o.log = put_line, o.log_user = log;
        f->trace.speaks = true;
        assert_int_equal(kcc_fit_generator(f->session, &o, NULL, NULL), KCC_OK);
        fclose(o.fit.out);
        assert_memory_equal(text, "printed 1\n", 10);
        assert_int_equal(strstr(text, "warning: warned 2\n") != NULL, i == 1);
        assert_string_equal(log, i & 2 ? "<warned 2>" : "");
        free(text);
    }
    kcc_session_print(f->session, "nothing is under way");
    kcc_session_warn(f->session, "nothing is under way");
}

/* A callback may evaluate and predict in between: training goes on as if it had not. */
static void evaluate_inside(void *user, kcc_session *session, int64_t epoch, kcc_logs *logs) {
    (void)epoch;
    fixture *f = user;
    float results[2];
    kcc_evaluate_options o = {.data = {&f->ax, 1, &f->ay, 1, NULL, NULL}};
    assert_int_equal(kcc_evaluate(session, &o, results, NULL), KCC_OK);
    kcc_logs_set(logs, "all_loss", (double)results[0]);
}

static void calls_inside(void **state) {
    fixture *f = *state;
    kcc_history *a, *b;
    kcc_session *plain;
    const kcc_callback list[] = {{.user = f, .on_epoch_end = evaluate_inside}};
    assert_int_equal(kcc_session_create(&f->program, NULL, &plain, NULL), KCC_OK);
    f->fit.callbacks = list, f->fit.n_callbacks = 1, f->fit.epochs = 3;
    assert_int_equal(kcc_fit(f->session, &f->fit, &a, NULL), KCC_OK);
    f->fit.n_callbacks = 0;
    assert_int_equal(kcc_fit(plain, &f->fit, &b, NULL), KCC_OK);
    for (int key = 0; key < 4; key++)
        assert_memory_equal(kcc_history_values(a, key, NULL), kcc_history_values(b, key, NULL),
                            3 * sizeof(double));
    assert_string_equal(kcc_history_key(a, 4), "all_loss");
    kcc_history_free(a);
    kcc_history_free(b);
    kcc_session_free(plain);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, linear_tear_down)
    const struct CMUnitTest tests[] = {CASE(every_hook_in_order), CASE(any_hook_may_abort), CASE(messages),
                                       CASE(calls_inside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
