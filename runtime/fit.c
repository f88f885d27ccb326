/*
 * fit: epochs of batches, validation, callbacks, history.
 *
 * Takes: a session, arrays or generators (feed.h) and Keras's options.  Gives: trained weights and History.
 * Keeps: with arrays nothing is allocated per batch; the metric results are computed at the end of an epoch,
 *        when the bar is redrawn, and before a batch callback, never otherwise.  The order of samples depends
 *        on the session's seed and its iterations at the start of a pass, never on threads.
 *
 * Source: Keras 3 Trainer.fit; keys of History in the order loss, metrics, then val_ (see fit.md 12);
 *         fit_generator of Keras 2, with tf.keras's behaviour where the data run out.
 */
#include "fit.h"
#include "feed.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- epochs */

static kcc_status no_log_memory(kcc_error *error) {
    return kcc_fail(error, KCC_ENOMEM, "", "", "no memory for the history");
}

static kcc_status read_logs(kcc_fit_state *state, kcc_error *error) {
    kcc_status status = kcc_session_results(state->session, error);
    kcc_logs_clear(&state->logs);
    if (status == KCC_OK) kcc_logs_set_results(&state->logs, state->session, "");
    return status;
}

/* What follows a batch for the outside: callbacks and a redrawn bar. */
static kcc_status after_batch(kcc_fit_state *state, kcc_error *error) {
    kcc_session *session = state->session;
    int64_t step = state->step;
    bool redraw = kcc_progress_step(&state->progress);
    if (redraw || state->hooks.batch_end) {
        kcc_status status = read_logs(state, error);
        if (status != KCC_OK) return status;
        KCC_EACH_HOOK(&state->hooks, on_batch_end, session, step, &state->logs);
    }
    state->step++;
    KCC_EACH_HOOK(&state->hooks, on_batch_closed, session, step);
    if (redraw && state->progress.seen != state->progress.target)
        kcc_progress_draw(&state->progress, &state->logs, false);
    return kcc_session_check(session, error);
}

static kcc_status train_batch(kcc_fit_state *state, int64_t count, kcc_error *error) {
    kcc_session *session = state->session;
    KCC_EACH_HOOK(&state->hooks, on_batch_begin, session, state->step);
    kcc_status status = kcc_session_check(session, error);
    if (status != KCC_OK) return status;
    kcc_run run = kcc_session_run(session);
    run.batch = count;
    status = kcc_feed_call(&state->train, KCC_ENTRY_TRAIN, &run, error);
    if (status != KCC_OK) return status;
    session->iterations++;
    return after_batch(state, error);
}

static void say_ended(const kcc_fit_state *state, int64_t epoch) {
    kcc_session_warn(state->session, "the generator ended with epoch %lld of %lld; training ends here",
                     (long long)epoch, (long long)state->epochs);
}

/* The feed gave nothing although steps are left in this epoch. */
static void ran_out(kcc_fit_state *state) {
    bool stream = kcc_feed_is_stream(&state->train);
    state->exhausted = stream;
    if (state->steps < 0) { /* that is how an epoch without a number of steps ends */
        if (state->epoch + 1 < state->epochs) say_ended(state, state->epoch + 1);
    } else if (stream)
        kcc_session_warn(state->session,
                         "the generator ended after %lld of %lld steps of epoch %lld; training ends here",
                         (long long)state->step, (long long)state->steps, (long long)state->epoch + 1);
    else if (!state->said_short)
        kcc_session_warn(state->session, "the data ran out before steps_per_epoch=%lld; the epoch ends here",
                         (long long)state->steps);
    state->said_short = true;
}

static kcc_status train_epoch(kcc_fit_state *state, kcc_error *error) {
    kcc_session *session = state->session;
    while (state->steps < 0 || state->step < state->steps) {
        int64_t count = 0;
        kcc_status status = kcc_feed_next(&state->train, &count, error);
        if (status == KCC_EINTERRUPTED) {
            state->interrupted = true;
            return KCC_OK;
        }
        if (status == KCC_OK && count == 0) {
            ran_out(state);
            break;
        }
        if (status == KCC_OK) status = train_batch(state, count, error);
        if (status != KCC_OK) return status;
        state->interrupted = kcc_session_stopped(session);
        if (state->interrupted || session->stop_training) return KCC_OK;
    }
    kcc_feed_end_pass(&state->train);
    return KCC_OK;
}

/* The training values are in logs already: evaluate resets the accumulators. */
static kcc_status validate(kcc_fit_state *state, kcc_error *error) {
    const kcc_fit_options *o = state->options;
    int64_t seen = 0;
    kcc_error local = {0};
    kcc_status status = kcc_evaluate_feed(state->session, &state->validation, o->validation_steps,
                                          &state->hooks, NULL, &state->test_logs, &seen, &local);
    if (status == KCC_EINTERRUPTED) {
        state->interrupted = true;
        return KCC_OK;
    }
    if (status != KCC_OK) return kcc_fail(error, status, local.location, local.hint, "%s", local.message);
    if (kcc_feed_is_stream(&state->validation) && seen < o->validation_steps)
        kcc_session_warn(state->session, "the validation generator ended after %lld of %lld steps",
                         (long long)seen, (long long)o->validation_steps);
    if (seen > 0) kcc_logs_set_results(&state->logs, state->session, "val_");
    return KCC_OK;
}

static void say_nan(kcc_fit_state *state) {
    if (state->said_nan || state->logs.count == 0 || !isnan(state->logs.entry[0].value)) return;
    kcc_session_warn(state->session, "the loss is not a number (NaN) in epoch %lld%s",
                     (long long)state->epoch + 1, state->session->stop_training ? "" : "; training goes on");
    state->said_nan = true;
}

/* The epoch's values to callbacks, history and screen. */
static kcc_status close_epoch(kcc_fit_state *state, kcc_error *error) {
    kcc_session *session = state->session;
    int64_t epoch = state->epoch;
    KCC_EACH_HOOK(&state->hooks, on_epoch_end, session, epoch, &state->logs);
    kcc_status status = kcc_session_check(session, error);
    if (status != KCC_OK) return status;
    if (state->logs.failed || !kcc_history_append(state->history, &state->logs) ||
        !kcc_history_append_epoch(state->history, epoch))
        return no_log_memory(error);
    kcc_progress_draw(&state->progress, &state->logs, true);
    say_nan(state);
    if (state->steps < 0) state->steps = state->running.params.steps = state->step;
    state->epoch++;
    state->step = 0;
    KCC_EACH_HOOK(&state->hooks, on_epoch_closed, session, epoch);
    return kcc_session_check(session, error);
}

/* Whether this epoch gets data: a stream's end between epochs is none of the next one. */
static kcc_status find_data(kcc_fit_state *state, bool *more, kcc_error *error) {
    kcc_feed *feed = &state->train;
    *more = true;
    if (!kcc_feed_is_stream(feed)) return feed->next == feed->limit ? kcc_feed_begin(feed, 0, error) : KCC_OK;
    kcc_status status = kcc_feed_wait(feed, more, error);
    if (status == KCC_EINTERRUPTED) {
        state->interrupted = true;
        *more = false;
        return KCC_OK;
    }
    if (status != KCC_OK || *more) return status;
    if (state->session->iterations == state->first_iteration)
        return kcc_fail(error, KCC_EINVAL, "generator", "", "it gave no item");
    if (!state->exhausted) say_ended(state, state->epoch);
    state->exhausted = true;
    return KCC_OK;
}

static kcc_status run_epoch(kcc_fit_state *state, kcc_error *error) {
    kcc_session *session = state->session;
    bool more;
    kcc_status status = find_data(state, &more, error);
    if (status != KCC_OK || !more) return status;
    int64_t first = state->step; /* after a restart inside an epoch its metrics go on, too */
    if (first == 0) kcc_session_reset_metrics(session);
    KCC_EACH_HOOK(&state->hooks, on_epoch_begin, session, state->epoch);
    status = kcc_session_check(session, error);
    if (status != KCC_OK) return status;
    if (state->options->verbose > 0 && state->epochs > 1)
        fprintf(state->running.out, "Epoch %lld/%lld\n", (long long)state->epoch + 1,
                (long long)state->epochs);
    double drawn = state->progress.last;
    kcc_progress_start(&state->progress, state->running.out, state->options->verbose, state->steps);
    state->progress.last = drawn; /* short epochs, too, redraw at most every 0.05 s */
    state->progress.seen = first;
    status = train_epoch(state, error);
    if (status != KCC_OK || state->step == 0) return status; /* stopped before the first step */
    status = read_logs(state, error);
    if (status == KCC_OK && !state->interrupted && state->validates &&
        kcc_validation_due(state->options, state->epoch))
        status = validate(state, error);
    return status == KCC_OK ? close_epoch(state, error) : status;
}

/* use_ema: the averages become the trainable weights. */
static void finish_averages(kcc_session *session) {
    const kcc_program *program = session->program;
    int average = program->ema_first;
    if (average < 0 || session->iterations == 0) return;
    for (int i = 0; i < program->n_weights; i++) {
        const kcc_tensor *weight = &program->variables[i];
        if (!weight->trainable || average >= program->n_variables) continue;
        kcc_session_set_value(session, i, session->variables[average++]);
    }
}

/* ------------------------------------------------- for BackupAndRestore */

kcc_position kcc_fit_position(const kcc_session *session) {
    const kcc_fit_state *state = session->running->fit;
    return (kcc_position){.epoch = state->epoch,
                          .step = state->step,
                          .pass = state->train.pass,
                          .next = state->train.next,
                          .validation_next = state->validation.next,
                          .stop = session->stop_training};
}

void kcc_fit_resume(kcc_session *session, const kcc_position *position) {
    kcc_fit_state *state = session->running->fit;
    state->resumed = true;
    state->resume = *position;
}

kcc_history *kcc_fit_history(kcc_session *session) { return session->running->fit->history; }

const kcc_hooks *kcc_fit_hooks(const kcc_session *session) { return &session->running->fit->hooks; }

/* ------------------------------------------------------------------ fit */

static kcc_status run_epochs(kcc_fit_state *state, kcc_error *error) {
    kcc_session *session = state->session;
    session->stop_training = false;
    session->failure = (kcc_error){0};
    KCC_EACH_HOOK(&state->hooks, on_train_begin, session);
    kcc_status status = kcc_session_check(session, error);
    if (status != KCC_OK) return status;
    KCC_EACH_HOOK(&state->hooks, on_train_ready, session);
    status = kcc_session_check(session, error);
    if (status == KCC_OK) status = kcc_fit_begin(state, error);
    while (status == KCC_OK && state->epoch < state->epochs) {
        state->interrupted = state->interrupted || kcc_session_stopped(session);
        if (state->interrupted || state->exhausted || session->stop_training) break;
        status = run_epoch(state, error);
    }
    if (status != KCC_OK) return status;
    finish_averages(session);
    KCC_EACH_HOOK(&state->hooks, on_train_end, session, &state->logs);
    return kcc_session_check(session, error);
}

kcc_status kcc_fit_generator(kcc_session *session, const kcc_fit_generator_options *options,
                             kcc_history **history, kcc_error *error) {
    if (history) *history = NULL;
    if (!session || !options) return kcc_fail(error, KCC_EINVAL, "", "", "no session or no options");
    kcc_fit_state state = {.session = session, .all = options, .options = &options->fit};
    kcc_running *outer = session->running;
    kcc_status status = kcc_fit_set_up(&state, error);
    if (status == KCC_OK) {
        session->running = &state.running;
        state.history = kcc_history_create();
        status = state.history ? run_epochs(&state, error) : no_log_memory(error);
        if (status != KCC_OK) kcc_progress_abandon(&state.progress);
        session->running = outer;
    }
    if (status == KCC_OK && state.interrupted)
        status = kcc_fail(error, KCC_EINTERRUPTED, "", "", "training was stopped");
    bool give = history && (status == KCC_OK || status == KCC_EINTERRUPTED);
    if (give)
        *history = state.history;
    else
        kcc_history_free(state.history);
    kcc_logs_free(&state.logs);
    kcc_logs_free(&state.test_logs);
    kcc_feed_close(&state.train);
    kcc_feed_close(&state.validation);
    return status;
}

kcc_status kcc_fit(kcc_session *session, const kcc_fit_options *options, kcc_history **history,
                   kcc_error *error) {
    if (history) *history = NULL;
    if (!options) return kcc_fail(error, KCC_EINVAL, "", "", "no session or no options");
    kcc_fit_generator_options all = {.fit = *options};
    return kcc_fit_generator(session, &all, history, error);
}
