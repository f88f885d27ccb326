/*
 * EarlyStopping and TerminateOnNaN.
 *
 * Keeps: EarlyStopping counts as Keras 3 does (training ends after `patience` epochs without improvement; 0
 *        does what 1 does); the best weights are put back at the end of training, stopped or not.
 */
#include "callbacks_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What must survive a restart, in one block with the best weights behind it. */
typedef struct early_state {
    double best;
    int64_t wait, stopped_epoch, best_epoch;
    int64_t has_best, has_weights;
} early_state;

typedef struct early_stopping {
    kcc_early_stopping_options options;
    kcc_monitor monitor;
    early_state *state;
    size_t weights; /* bytes */
} early_stopping;

static char *kept_weights(early_stopping *self) { return (char *)(self->state + 1); }

static void early_train_begin(void *user, kcc_session *session) {
    early_stopping *self = user;
    kcc_monitor_begin(&self->monitor, session);
    self->weights = self->options.restore_best_weights ? kcc_session_weights_size(session) : 0;
    free(self->state);
    self->state = calloc(1, sizeof *self->state + self->weights);
    if (!self->state) kcc_session_abort_memory(session, "EarlyStopping");
}

static void keep_weights(early_stopping *self, kcc_session *session, int64_t epoch) {
    self->state->best_epoch = epoch;
    if (self->weights == 0) return;
    memcpy(kept_weights(self), session->variables[0], self->weights);
    self->state->has_weights = 1;
}

static void early_epoch_end(void *user, kcc_session *session, int64_t epoch, kcc_logs *logs) {
    early_stopping *self = user;
    const kcc_early_stopping_options *o = &self->options;
    early_state *s = self->state;
    double value;
    if (!kcc_monitor_read(&self->monitor, session, logs, &value) || epoch < o->start_from_epoch) return;
    if (!s->has_weights) keep_weights(self, session, epoch); /* the best there are, if none is better */
    s->wait++;
    double best = s->has_best ? s->best : self->monitor.larger ? -(double)INFINITY : (double)INFINITY;
    if (kcc_monitor_improves(&self->monitor, value, best, o->min_delta)) {
        s->best = value;
        s->has_best = 1;
        keep_weights(self, session, epoch);
        if (!o->has_baseline || kcc_monitor_improves(&self->monitor, value, o->baseline, o->min_delta))
            s->wait = 0;
        return;
    }
    if (s->wait >= o->patience && epoch > 0) {
        s->stopped_epoch = epoch;
        kcc_session_stop_training(session);
    }
}

static void early_train_end(void *user, kcc_session *session, kcc_logs *logs) {
    (void)logs;
    early_stopping *self = user;
    const early_state *s = self->state;
    if (s->stopped_epoch > 0 && self->options.verbose > 0)
        kcc_session_print(session, "Epoch %lld: early stopping", (long long)s->stopped_epoch + 1);
    if (!s->has_weights) return;
    if (self->options.verbose > 0)
        kcc_session_print(session, "Restoring model weights from the end of the best epoch: %lld.",
                          (long long)s->best_epoch + 1);
    memcpy(session->variables[0], kept_weights(self), self->weights);
    kcc_session_changed(session);
}

static void *early_kept(void *user, size_t *size) {
    early_stopping *self = user;
    *size = self->state ? sizeof *self->state + self->weights : 0;
    return self->state;
}

static void early_free(void *user) {
    early_stopping *self = user;
    free(self->monitor.name);
    free(self->state);
    free(self);
}

kcc_status kcc_early_stopping(const kcc_early_stopping_options *options, kcc_callback *out,
                              kcc_error *error) {
    static const kcc_early_stopping_options defaults;
    const kcc_early_stopping_options *o = options ? options : &defaults;
    if (o->patience < 0 || o->start_from_epoch < 0)
        return kcc_fail(error, KCC_EINVAL, "EarlyStopping", "",
                        "patience and start_from_epoch must not be negative");
    if (!isfinite(o->min_delta) || (o->has_baseline && !isfinite(o->baseline)))
        return kcc_fail(error, KCC_EINVAL, "EarlyStopping", "", "min_delta and baseline must be finite");
    early_stopping *self = calloc(1, sizeof *self);
    if (!self) return kcc_callback_no_memory("EarlyStopping", error);
    self->options = *o;
    kcc_status status = kcc_monitor_set(&self->monitor, "EarlyStopping", o->monitor, o->mode, error);
    if (status != KCC_OK) {
        early_free(self);
        return status;
    }
    *out = (kcc_callback){.user = self,
                          .on_train_begin = early_train_begin,
                          .on_epoch_end = early_epoch_end,
                          .on_train_end = early_train_end,
                          .state = early_kept,
                          .free = early_free};
    return KCC_OK;
}

static void nan_batch_end(void *user, kcc_session *session, int64_t batch, kcc_logs *logs) {
    (void)user;
    double loss;
    if (!kcc_logs_find(logs, "loss", &loss) || isfinite(loss)) return;
    kcc_session_warn(session, "Batch %lld: Invalid loss, terminating training", (long long)batch);
    kcc_session_stop_training(session);
}

kcc_status kcc_terminate_on_nan(const kcc_terminate_on_nan_options *options, kcc_callback *out,
                                kcc_error *error) {
    (void)options;
    (void)error;
    *out = (kcc_callback){.on_batch_end = nan_batch_end};
    return KCC_OK;
}
