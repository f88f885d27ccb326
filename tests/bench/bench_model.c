/*
 * Training steps of whole models, through kcc.h and kcc_runtime.h as a program would do them.
 *
 * Takes: a model file, compile information, a batch size and a number of threads.
 * Gives: calls that do one step, one epoch, or one compile.
 * Keeps: data are made up and the same in every run; a model's batch stays in memory, as a trainer's would.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "kcc.h"
#include "kcc_callbacks.h"

enum { FIT_BATCHES = 64 };

struct bench_model {
    kcc_model *model;
    kcc_jit_program *jit;
    kcc_session *session;
    kcc_array x, y, many_x, many_y;
    int64_t batch;
};

/* Samples as the tensor says; class numbers where targets are sparse. */
static void make_array(kcc_array *a, const kcc_tensor *like, int64_t samples, int64_t classes) {
    int64_t shape[KCC_MAX_RANK];
    for (int i = 0; i < like->rank; i++) shape[i] = like->dim[i].size * (like->dim[i].batch ? samples : 1);
    if (kcc_array_create(a, KCC_F32, like->rank, shape)) bench_fail(NULL, "out of memory");
    float *x = a->data;
    bench_fill(x, kcc_array_count(a), 1);
    for (int64_t i = 0; classes && i < kcc_array_count(a); i++) x[i] = (float)(i * 7 % classes);
}

/* x and y of that many samples. */
static void make_samples(const kcc_program *p, int64_t samples, kcc_array *x, kcc_array *y) {
    const kcc_tensor *out = &p->outputs[0];
    make_array(x, &p->inputs[0], samples, 0);
    make_array(y, &p->targets[0], samples, p->targets[0].sparse_target ? out->dim[out->rank - 1].size : 0);
}

static kcc_model *load(const char *path, const char *compile) {
    kcc_error error = {0};
    kcc_model *model = NULL;
    if (kcc_model_load(path, NULL, &model, &error) ||
        kcc_model_compile_config(model, &(kcc_training){.compile_json = compile}, &error))
        bench_fail(&error, path);
    return model;
}

bench_model *bench_model_create(const char *path, const char *compile, int64_t batch, int threads) {
    bench_model *m = calloc(1, sizeof *m);
    const kcc_program *p = NULL;
    kcc_error error = {0};
    if (!m) bench_fail(NULL, "out of memory");
    m->model = load(path, compile);
    m->batch = batch;
    if (kcc_model_jit(m->model, NULL, &m->jit, &p, &error) ||
        kcc_session_create(p, &(kcc_session_options){.seed = 1, .threads = threads}, &m->session, &error))
        bench_fail(&error, path);
    make_samples(p, batch, &m->x, &m->y);
    return m;
}

/* The 64 batches, made when they are first wanted: of images they are large. */
static void make_many(bench_model *m) {
    if (!m->many_x.data)
        make_samples(kcc_session_program(m->session), FIT_BATCHES * m->batch, &m->many_x, &m->many_y);
}

void bench_model_step(void *model) {
    bench_model *m = model;
    kcc_error error = {0};
    if (kcc_train_on_batch(m->session, &(kcc_batch){.x = &m->x, .n_x = 1, .y = &m->y, .n_y = 1}, NULL,
                           &error))
        bench_fail(&error, "train_on_batch");
}

/* Batch i of an array, in place. */
static kcc_array slice(const kcc_array *a, int64_t i, int64_t batch) {
    kcc_array s = *a;
    s.shape[0] = batch;
    s.data = (float *)a->data + i * kcc_array_count(&s);
    return s;
}

void bench_model_steps(void *model) {
    bench_model *m = model;
    kcc_error error = {0};
    make_many(m);
    for (int i = 0; i < FIT_BATCHES; i++) {
        kcc_array x = slice(&m->many_x, i, m->batch), y = slice(&m->many_y, i, m->batch);
        if (kcc_train_on_batch(m->session, &(kcc_batch){.x = &x, .n_x = 1, .y = &y, .n_y = 1}, NULL, &error))
            bench_fail(&error, "train_on_batch");
    }
}

void bench_model_fit(void *model) {
    bench_model *m = model;
    kcc_error error = {0};
    make_many(m);
    kcc_fit_options o = {
        .x = &m->many_x, .n_x = 1, .y = &m->many_y, .n_y = 1, .batch_size = m->batch, .epochs = 1};
    if (kcc_fit(m->session, &o, NULL, &error)) bench_fail(&error, "fit");
}

/* A terminal that nobody looks at: what was written before is read, so that writing never waits. */
static FILE *terminal(void) {
    static FILE *out;
    static int other = -1;
    char seen[4096];
    if (other < 0) {
        other = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
        if (other < 0 || grantpt(other) || unlockpt(other) || !(out = fopen(ptsname(other), "w")))
            bench_fail(NULL, "no terminal");
    }
    while (read(other, seen, sizeof seen) > 0) continue;
    return out;
}

void bench_model_watch(void *model) {
    bench_model *m = model;
    kcc_error error = {0};
    kcc_callback list[2] = {{0}};
    kcc_history *history = NULL;
    if (kcc_callback_parse("EarlyStopping:monitor=loss,patience=100", NULL, &list[0], &error) ||
        kcc_callback_parse("CSVLogger:/dev/null", NULL, &list[1], &error))
        bench_fail(&error, "callbacks");
    make_many(m);
    kcc_fit_options o = {.x = &m->many_x,
                         .n_x = 1,
                         .y = &m->many_y,
                         .n_y = 1,
                         .batch_size = m->batch,
                         .epochs = 1,
                         .verbose = 1,
                         .out = terminal(),
                         .callbacks = list,
                         .n_callbacks = 2};
    if (kcc_fit(m->session, &o, &history, &error)) bench_fail(&error, "fit");
    kcc_history_free(history);
    for (int i = 0; i < 2; i++) kcc_callback_free(&list[i]);
}

void bench_model_free(bench_model *m) {
    kcc_session_free(m->session);
    kcc_jit_program_free(m->jit);
    kcc_model_free(m->model);
    kcc_array_free(&m->x);
    kcc_array_free(&m->y);
    kcc_array_free(&m->many_x);
    kcc_array_free(&m->many_y);
    free(m);
}

void bench_model_compile(const char *path, const char *compile, bool all) {
    kcc_error error = {0};
    kcc_jit_program *jit = NULL;
    const kcc_program *program = NULL;
    kcc_model *model = load(path, compile);
    unsigned some = 1u << KCC_ENTRY_TRAIN | 1u << KCC_ENTRY_RESULTS;
    if (kcc_model_jit(model, &(kcc_code_options){.entries = all ? 0 : some}, &jit, &program, &error))
        bench_fail(&error, path);
    kcc_jit_program_free(jit);
    kcc_model_free(model);
}
