/*
 * What callbacks are called with and may ask for.
 *
 * Takes: lists of callbacks, the session of the call under way.
 * Gives: messages that do not break a half-drawn bar, parameters, a way to end the call with an error.
 * Keeps: outside fit, evaluate and predict every function here does nothing.
 */
#include "plain_numbers.h"
#include "runtime_internal.h"

#include <stdarg.h>

kcc_hooks kcc_hooks_of(const kcc_callback *list, int n) {
    kcc_hooks hooks = {.list = list, .n = list ? n : 0};
    for (int i = 0; i < hooks.n; i++) {
        hooks.batch_end |= list[i].on_batch_end != NULL;
        hooks.test_batch_end |= list[i].on_test_batch_end != NULL;
    }
    return hooks;
}

void kcc_callback_free(kcc_callback *callback) {
    if (callback->free) callback->free(callback->user);
    *callback = (kcc_callback){.user = NULL};
}

kcc_params kcc_session_params(const kcc_session *session) {
    return session->running ? session->running->params : (kcc_params){0};
}

bool kcc_session_interrupted(const kcc_session *session) { return kcc_session_stopped(session); }

void kcc_session_abort(kcc_session *session, const kcc_error *error) {
    if (session->failure.status == KCC_OK) session->failure = *error;
}

kcc_status kcc_session_check(kcc_session *session, kcc_error *error) {
    if (session->failure.status == KCC_OK) return KCC_OK;
    kcc_error failure = session->failure;
    session->failure = (kcc_error){0};
    return kcc_fail(error, failure.status, failure.location, failure.hint, "%s", failure.message);
}

static void put_line(const kcc_running *running, const char *before, const char *line) {
    if (running->progress) kcc_progress_abandon(running->progress);
    fprintf(running->out, "%s%s\n", before, line);
    fflush(running->out);
}

void kcc_session_print(kcc_session *session, const char *format, ...) {
    const kcc_running *running = session->running;
    if (!running) return;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    kcc_plain_format(line, sizeof line, format, arguments);
    va_end(arguments);
    put_line(running, "", line);
}

void kcc_session_warn(kcc_session *session, const char *format, ...) {
    const kcc_running *running = session->running;
    if (!running || (!running->log && running->verbose <= 0)) return;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    kcc_plain_format(line, sizeof line, format, arguments);
    va_end(arguments);
    if (!running->log) {
        put_line(running, "warning: ", line);
        return;
    }
    if (running->progress) kcc_progress_abandon(running->progress);
    running->log(running->log_user, line);
}
