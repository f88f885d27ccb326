/*
 * What tests of sessions share: the linear program, its data, a session and what it logs.
 *
 * Takes: linear_program.h.
 * Gives: LINEAR_RIG, the first members of a fixture; its beginning, its end, a new session in between.
 * Keeps: sample weights are 0, 0.5, 1, 1.5 in turn; the session's stop flag is the fixture's.
 */
#ifndef LINEAR_RIG_H
#define LINEAR_RIG_H

#include "linear_program.h"

#define LINEAR_RIG_MEMBERS \
    kcc_program program; \
    kcc_session *session; \
    kcc_session_options session_options; \
    volatile int stop; \
    float x[SAMPLES * 3], y[SAMPLES], weight[SAMPLES]; \
    kcc_array ax, ay, aw; \
    char log[1000];

typedef struct linear_rig {
    LINEAR_RIG_MEMBERS
} linear_rig;

/* First in a fixture: the members, and all of them as `rig`. */
#define LINEAR_RIG \
    union { \
        linear_rig rig; \
        struct { \
            LINEAR_RIG_MEMBERS \
        }; \
    }

UNUSED static int linear_start(linear_rig *r, kcc_session_options options) {
    r->program = linear_program();
    linear_data(r->x, r->y, SAMPLES);
    for (int i = 0; i < SAMPLES; i++) r->weight[i] = (float)(i % 4) / 2;
    r->ax = array_f32(r->x, 2, SAMPLES, 3);
    r->ay = array_f32(r->y, 1, SAMPLES, 0);
    r->aw = array_f32(r->weight, 1, SAMPLES, 0);
    r->session_options = options;
    r->session_options.stop = &r->stop;
    return kcc_session_create(&r->program, &r->session_options, &r->session, NULL);
}

/* The kernel 1, -1, 0.5, so that predictions are known. */
UNUSED static void linear_set_kernel(linear_rig *r) {
    float *w = kcc_session_variable(r->session, V_KERNEL);
    w[0] = 1, w[1] = -1, w[2] = 0.5f;
}

/* Goes on with a new session. */
UNUSED static void linear_again(linear_rig *r) {
    kcc_session_free(r->session);
    r->log[0] = '\0';
    r->stop = 0;
    assert_int_equal(kcc_session_create(&r->program, &r->session_options, &r->session, NULL), KCC_OK);
}

/* A kcc_…log: lines end up in the log that is its user. */
UNUSED static void linear_log(void *user, const char *line) {
    char *log = user;
    size_t used = strlen(log);
    snprintf(log + used, sizeof((linear_rig *)NULL)->log - used, "%s\n", line);
}

/* Of a fixture that begins with LINEAR_RIG. */
UNUSED static int linear_tear_down(void **state) {
    linear_rig *r = *state;
    kcc_session_free(r->session);
    free(r);
    return 0;
}

#endif
