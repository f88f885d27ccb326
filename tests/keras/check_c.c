/*
 * The checks of model.c: written, compiled by $CC, opened and called as a program linking it would.
 *
 * Takes: a fixture, the model, a program of the same model, which describes its tensors.
 * Gives: comparisons of predictions, gradients, evaluation, the history of training and the trained weights,
 *        over the batches that fit would make.
 * Keeps: what the runtime does for the other backends (batches, class and sample weights, conversions) is
 *        done here by plain loops.
 */
#include "fixture.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the glue exports: the functions of the header with arrays of pointers for their parameters. */
typedef struct c_model {
    size_t (*memory_size)(int64_t max_batch);
    void *(*init)(void *memory, int64_t max_batch, uint64_t seed);
    int (*load)(void *m, const void *bytes, size_t size);
    float *(*weight)(void *m, int i);
    int (*predict)(void *m, int64_t n, void *const *x, void *const *y);
    int (*train)(void *m, int64_t n, void *const *x, void *const *y, void *const *w);
    int (*evaluate)(void *m, int64_t n, void *const *x, void *const *y, void *const *w);
    int (*gradients)(void *m, int64_t n, void *const *x, void *const *y, void *const *w, float *loss,
                     float *const *g);
    int (*gradients_training)(void *m, int64_t n, void *const *x, void *const *y, void *const *w, float *loss,
                              float *const *g);
    int (*results)(void *m, float *results);
    void (*reset)(void *m);
    void (*use_averages)(void *m); /* NULL: it keeps none */
} c_model;

/* ------------------------------------------------------------ glue */

static void list(FILE *out, const char *letter, const kcc_tensor *t, int n) {
    for (int i = 0; i < n; i++)
        if (t[i].rank >= 0) fprintf(out, ", %s[%d]", letter, i);
}

static void glue_step(FILE *out, const kcc_program *p, const char *name, bool gradients) {
    fprintf(out,
            "static int fixture_%s(void *m, int64_t n, void *const *x, void *const *y, void *const *w%s) {\n"
            "    return model_%s(m, n",
            name, gradients ? ", float *loss, float *const *g" : "", name);
    list(out, "x", p->inputs, p->n_inputs);
    list(out, "y", p->targets, p->n_outputs);
    list(out, "w", p->sample_weights, p->n_outputs);
    fprintf(out, "%s);\n}\n", gradients ? ", loss, g" : "");
}

static bool write_glue(const char *path, const kcc_program *p) {
    static const char *const steps[] = {"train_step", "evaluate_step", "gradients", "gradients_training"};
    FILE *out = fopen(path, "w");
    if (!out) return false;
    fprintf(out, "#include \"model.h\"\n"
                 "static void *fixture_init(void *memory, int64_t max_batch, uint64_t seed) {\n"
                 "    return model_init(memory, max_batch, seed);\n}\n"
                 "static int fixture_load(void *m, const void *bytes, size_t size) {\n"
                 "    return model_load_weights(m, bytes, size);\n}\n"
                 "static float *fixture_weight(void *m, int i) { return model_weight(m, i); }\n"
                 "static int fixture_results(void *m, float *results) { return model_results(m, results); }\n"
                 "static void fixture_reset(void *m) { model_reset_metrics(m); }\n"
                 "static int fixture_predict(void *m, int64_t n, void *const *x, void *const *y) {\n"
                 "    return model_predict(m, n");
    list(out, "x", p->inputs, p->n_inputs);
    list(out, "y", p->outputs, p->n_outputs);
    fprintf(out, ");\n}\n");
    for (int i = 0; i < 4; i++) glue_step(out, p, steps[i], i >= 2);
    if (p->ema_first >= 0)
        fputs("static void fixture_use_averages(void *m) { model_use_averages(m); }\n", out);
    fprintf(out,
            "struct c_model {\n"
            "    size_t (*memory_size)(int64_t);\n"
            "    void *(*init)(void *, int64_t, uint64_t);\n"
            "    int (*load)(void *, const void *, size_t);\n"
            "    float *(*weight)(void *, int);\n"
            "    int (*predict)(void *, int64_t, void *const *, void *const *);\n"
            "    int (*step[2])(void *, int64_t, void *const *, void *const *, void *const *);\n"
            "    int (*gradients[2])(void *, int64_t, void *const *, void *const *, void *const *, float *,\n"
            "                        float *const *);\n"
            "    int (*results)(void *, float *);\n"
            "    void (*reset)(void *);\n"
            "    void (*use_averages)(void *);\n"
            "};\n"
            "const struct c_model fixture_model = {\n"
            "    model_memory_size, fixture_init, fixture_load, fixture_weight, fixture_predict,\n"
            "    {fixture_train_step, fixture_evaluate_step},\n"
            "    {fixture_gradients, fixture_gradients_training}, fixture_results, fixture_reset,\n");
    fputs(p->ema_first >= 0 ? "    fixture_use_averages};\n" : "    NULL};\n", out);
    return fclose(out) == 0;
}

/* Runs a command in a child, its output into log; true if it succeeded. */
static bool run_command(const char *log, const char *const *words) {
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) {
        if (freopen(log, "w", stderr) && freopen(log, "a", stdout)) execvp(words[0], (char *const *)words);
        _exit(127);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* First line of log that says "error", into line. */
static void first_error(const char *log, char *line, int size) {
    FILE *in = fopen(log, "r");
    bool found = false;
    while (in && !found && fgets(line, size, in)) found = strstr(line, "error") != NULL;
    if (!found) snprintf(line, (size_t)size, "no message");
    line[strcspn(line, "\n")] = 0;
    if (in) fclose(in);
}

/* Writes, compiles and opens the model; NULL and a failure in r if that does not work. */
static const c_model *open_c(report *r, kcc_model *model, const kcc_program *program, const char *folder,
                             void **handle) {
    char source[PATH_SIZE], glue[PATH_SIZE], object[PATH_SIZE], log[PATH_SIZE], line[400];
    kcc_error error = {0};
    snprintf(source, sizeof source, "%s/model.c", folder);
    snprintf(glue, sizeof glue, "%s/glue.c", folder);
    snprintf(object, sizeof object, "%s/model_c.so", folder);
    snprintf(log, sizeof log, "%s/cc.log", folder);
    if (kcc_model_emit(model, source, &(kcc_code_options){.name = "model"}, &error)) {
        report_error(r, "model.c", &error);
        return NULL;
    }
    const char *cc = getenv("CC") ? getenv("CC") : "cc";
    const char *const words[] = {
        cc,    "-O1", "-march=native", "-ffp-contract=off", "-shared", "-fPIC", "-o", object, source, glue,
        "-lm", NULL};
    if (!write_glue(glue, program) || !run_command(log, words)) {
        first_error(log, line, sizeof line);
        report_failure(r, "model.c", "does not compile: %s", line);
        return NULL;
    }
    *handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    const c_model *m = *handle ? dlsym(*handle, "fixture_model") : NULL;
    if (!m) report_failure(r, "model.c", "cannot be opened: %s", dlerror());
    return m;
}

/* ------------------------------------------------------------ data */

/* All samples as the model takes them. */
typedef struct data {
    int64_t n;
    void *x[MAX_ARRAYS], *y[MAX_ARRAYS], *w[MAX_ARRAYS];
    void *at_x[MAX_ARRAYS], *at_y[MAX_ARRAYS], *at_w[MAX_ARRAYS]; /* of a batch */
} data;

static size_t sample_bytes(const kcc_tensor *t) {
    return (size_t)kcc_tensor_count(t, 1) * kcc_dtype_size(t->dtype);
}

/* Memory for n samples of t, aligned as model.h asks. */
static void *allocate(const kcc_tensor *t, int64_t n) {
    size_t bytes = sample_bytes(t) * (size_t)n;
    return calloc(1, (bytes + KCC_ALIGN) / KCC_ALIGN * KCC_ALIGN);
}

static bool convert(report *r, const kcc_tensor *t, const kcc_array *a, int64_t n, void **out) {
    if (kcc_array_count(a) != kcc_tensor_count(t, n)) {
        report_failure(r, "model.c", "array of %s has %lld elements, the model expects %lld", t->name,
                       (long long)kcc_array_count(a), (long long)kcc_tensor_count(t, n));
        return false;
    }
    *out = allocate(t, n);
    if (*out) kcc_convert(*out, t->dtype, a->data, a->dtype, kcc_array_count(a));
    return *out != NULL;
}

/* Class of sample i: an index, or the place of the largest of a one-hot row. */
static int64_t class_of(const kcc_array *y, int64_t i) {
    int64_t width = kcc_array_count(y) / y->shape[0], best = 0;
    float *row = malloc((size_t)width * sizeof *row);
    if (!row) return 0;
    kcc_convert(row, KCC_F32, (const char *)y->data + (size_t)(i * width) * kcc_dtype_size(y->dtype),
                y->dtype, width);
    for (int64_t j = 1; j < width; j++)
        if (row[j] > row[best]) best = j;
    if (width == 1) best = (int64_t)row[0];
    free(row);
    return best;
}

/* Sample weights times class weights, in the shape of the per-sample loss. */
static bool weigh(report *r, const kcc_tensor *t, const kcc_array *weight, const kcc_array *y,
                  const kcc_class_weight *classes, int64_t n, void **out) {
    int64_t row = kcc_tensor_count(t, 1), given = weight ? kcc_array_count(weight) / n : 1;
    float *w = *out = allocate(t, n);
    float *from = calloc((size_t)(n * given) + 1, sizeof *from);
    bool fits = w && from && (given == 1 || given == row) && t->dtype == KCC_F32;
    if (!fits) report_failure(r, "model.c", "sample weights do not fit the loss");
    if (fits && weight) kcc_convert(from, KCC_F32, weight->data, weight->dtype, n * given);
    for (int64_t i = 0; fits && i < n; i++) {
        float factor = 1;
        int64_t label = classes ? class_of(y, i) : 0;
        for (int c = 0; classes && c < classes->n; c++)
            if (classes->label[c] == label) factor = (float)classes->weight[c];
        for (int64_t j = 0; j < row; j++)
            w[i * row + j] = factor * (weight ? from[i * given + (given == 1 ? 0 : j)] : 1);
    }
    free(from);
    return fits;
}

static bool stage(report *r, const fixture *f, const kcc_program *p, const kcc_class_weight *classes,
                  data *d) {
    d->n = f->samples;
    if (p->n_inputs != f->x.n || p->n_outputs != f->y.n) {
        report_failure(r, "model.c", "the model has %d inputs and %d outputs", p->n_inputs, p->n_outputs);
        return false;
    }
    for (int i = 0; i < p->n_inputs; i++)
        if (!convert(r, &p->inputs[i], &f->x.array[i], d->n, &d->x[i])) return false;
    for (int i = 0; i < p->n_outputs; i++) {
        if (p->targets[i].rank < 0) continue;
        if (!convert(r, &p->targets[i], &f->y.array[i], d->n, &d->y[i])) return false;
        const kcc_array *weight = i < f->sample_weight.n ? &f->sample_weight.array[i] : NULL;
        if ((weight || classes) && p->sample_weights[i].rank >= 0 &&
            !weigh(r, &p->sample_weights[i], weight, &f->y.array[i], classes, d->n, &d->w[i]))
            return false;
    }
    return true;
}

/* Lets at_x, at_y, at_w point at sample `start`; model.c takes arrays at any address of an element. */
static void move_to(data *d, const kcc_program *p, int64_t start) {
    for (int i = 0; i < p->n_inputs; i++)
        d->at_x[i] = (char *)d->x[i] + (size_t)start * sample_bytes(&p->inputs[i]);
    for (int i = 0; i < p->n_outputs; i++) {
        if (d->y[i]) d->at_y[i] = (char *)d->y[i] + (size_t)start * sample_bytes(&p->targets[i]);
        d->at_w[i] = d->w[i] ? (char *)d->w[i] + (size_t)start * sample_bytes(&p->sample_weights[i]) : NULL;
    }
}

static void data_free(data *d) {
    for (int i = 0; i < MAX_ARRAYS; i++) {
        free(d->x[i]);
        free(d->y[i]);
        free(d->w[i]);
    }
}

/* ------------------------------------------------------------ the model in memory */

typedef struct c_run {
    report *r;
    const fixture *f;
    const kcc_program *program;
    const c_model *c;
    void *memory, *m;
    fit_arguments fit;
    int64_t batch_size;
} c_run;

/* A fresh model for batches of up to n samples, with the weights of the program. */
static bool start(c_run *run, int64_t n) {
    size_t size = run->c->memory_size(n);
    free(run->memory);
    run->memory = NULL;
    if (!size || posix_memalign(&run->memory, KCC_ALIGN, size)) {
        report_failure(run->r, "model.c", "no memory of %zu bytes", size);
        return false;
    }
    memset(run->memory, 0xA5, size); /* what was not set is seen */
    run->m = run->c->init(run->memory, n, 1);
    const kcc_program *p = run->program;
    if (!run->m || (p->initial_size && run->c->load(run->m, p->initial_weights, (size_t)p->initial_size))) {
        report_failure(run->r, "model.c", "init or load_weights failed");
        return false;
    }
    return true;
}

static kcc_array weight_of(void *user, int32_t i) {
    const c_run *run = user;
    const kcc_tensor *t = &run->program->variables[i];
    kcc_array a = {.data = run->c->weight(run->m, i), .dtype = t->dtype, .rank = t->rank};
    for (int d = 0; d < t->rank; d++) a.shape[d] = t->dim[d].size;
    return a;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static void predict(c_run *run, data *d) {
    const kcc_program *p = run->program;
    kcc_array out[MAX_ARRAYS] = {0};
    if (p->n_outputs != run->f->predict.n) {
        report_failure(run->r, "c predict", "%d outputs, Keras %d", p->n_outputs, run->f->predict.n);
        return;
    }
    for (int i = 0; i < p->n_outputs; i++) {
        const kcc_array *want = &run->f->predict.array[i];
        if (kcc_tensor_count(&p->outputs[i], d->n) != kcc_array_count(want) ||
            kcc_array_create(&out[i], p->outputs[i].dtype, want->rank, want->shape)) {
            report_failure(run->r, "c predict", "output %d has another shape", i);
            return;
        }
    }
    for (int64_t at = 0; at < d->n; at += run->batch_size) {
        void *y[MAX_ARRAYS] = {0};
        move_to(d, p, at);
        for (int i = 0; i < p->n_outputs; i++)
            y[i] = (char *)out[i].data + (size_t)at * sample_bytes(&p->outputs[i]);
        if (run->c->predict(run->m, least(run->batch_size, d->n - at), d->at_x, y))
            report_failure(run->r, "c predict", "returned 1");
    }
    for (int i = 0; i < p->n_outputs; i++) {
        char item[32];
        snprintf(item, sizeof item, "output %d", i);
        compare_arrays(run->r, run->f, Q_PREDICT, "c predict", item, &run->f->predict.array[i], &out[i]);
        kcc_array_free(&out[i]);
    }
}

static void gradients(c_run *run, data *d, bool training) {
    const kcc_program *p = run->program;
    const char *check = training ? "c grads_train" : "c grads";
    int n = p->n_weights + p->n_inputs;
    kcc_array *got = calloc((size_t)n + 1, sizeof *got);
    float **pointer = calloc((size_t)n + 1, sizeof *pointer), loss = 0;
    bool ok = got && pointer;
    for (int i = 0; ok && i < n; i++) {
        const kcc_tensor *t = i < p->n_weights ? &p->variables[i] : &p->inputs[i - p->n_weights];
        if (t->dtype != KCC_F32 || (i < p->n_weights && !t->trainable)) continue;
        int64_t shape[] = {kcc_tensor_count(t, d->n)};
        ok = !kcc_array_create(&got[i], KCC_F32, 1, shape);
        pointer[i] = got[i].data;
    }
    move_to(d, p, 0);
    int (*call)(void *, int64_t, void *const *, void *const *, void *const *, float *, float *const *) =
        training ? run->c->gradients_training : run->c->gradients;
    if (!ok || call(run->m, d->n, d->at_x, d->at_y, d->at_w, &loss, pointer))
        report_failure(run->r, check, "returned 1");
    else
        compare_gradients(run->r, run->f, p, training, check, loss, got);
    for (int i = 0; got && i < n; i++) kcc_array_free(&got[i]);
    free(got);
    free(pointer);
}

/* Metric i so far against want, an object of evaluate or of an epoch. */
static void compare_results(c_run *run, quantity q, const char *check, const cJSON *want, int epoch) {
    const kcc_program *p = run->program;
    float *got = calloc((size_t)p->n_metrics + 1, sizeof *got);
    if (!got || run->c->results(run->m, got)) report_failure(run->r, check, "no results");
    for (int i = 0; got && i < p->n_metrics; i++) {
        const char *name = p->metrics[i].name;
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(want, name);
        char item[200];
        snprintf(item, sizeof item, "%s[%d]", name, epoch);
        if (value && epoch >= 0) value = cJSON_GetArrayItem(value, epoch);
        if (cJSON_IsNumber(value))
            compare_number(run->r, run->f, q, check, epoch < 0 ? name : item, value->valuedouble, got[i],
                           name, run->f->samples);
        else
            report_failure(run->r, check, "Keras has no %s", item);
    }
    free(got);
}

static void evaluate(c_run *run, data *d) {
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(run->f->json, "evaluate");
    run->c->reset(run->m);
    for (int64_t at = 0; at < d->n; at += run->batch_size) {
        move_to(d, run->program, at);
        if (run->c->evaluate(run->m, least(run->batch_size, d->n - at), d->at_x, d->at_y, d->at_w))
            report_failure(run->r, "c evaluate", "returned 1");
    }
    compare_results(run, Q_EVALUATE, "c evaluate", want, -1);
}

/* The steps fit would make.  With fewer steps than batches an epoch goes on where the last one ended. */
static void train(c_run *run, data *d) {
    const kcc_fit_options *o = &run->fit.options;
    int64_t n = (int64_t)((double)d->n * (1 - o->validation_split)), at = 0;
    int64_t steps = o->steps_per_epoch ? o->steps_per_epoch : (n + run->batch_size - 1) / run->batch_size;
    int64_t epochs = (o->epochs ? o->epochs : 1) - o->initial_epoch;
    cJSON *history = fixture_read_json(run->f, "history.json");
    for (int64_t epoch = 0; epoch < epochs; epoch++) {
        run->c->reset(run->m);
        if (at >= n) at = 0;
        for (int64_t step = 0; step < steps && at < n; step++, at += run->batch_size) {
            move_to(d, run->program, at);
            if (run->c->train(run->m, least(run->batch_size, n - at), d->at_x, d->at_y, d->at_w))
                report_failure(run->r, "c train", "returned 1");
        }
        if (!run->f->stochastic) compare_results(run, Q_HISTORY, "c history", history, (int)epoch);
    }
    cJSON_Delete(history);
    if (run->c->use_averages) run->c->use_averages(run->m); /* as Keras's fit ends */
    if (fixture_compares_weights(run->f))
        compare_weights(run->r, run->f, run->program, Q_WEIGHTS_AFTER, "c weights_after", "weights_after.npz",
                        weight_of, run);
}

void check_c(report *r, const fixture *f, kcc_model *model, const kcc_program *program, const char *folder) {
    void *handle = NULL;
    c_run run = {.r = r, .f = f, .program = program};
    data weighted = {0}, plain = {0};
    if (!fixture_fit_arguments(f, "fit", &run.fit, r)) return;
    const kcc_fit_options *o = &run.fit.options;
    run.batch_size = o->batch_size ? o->batch_size : 32;
    run.c = open_c(r, model, program, folder, &handle);
    if (run.c && stage(r, f, program, o->class_weight, &weighted) && stage(r, f, program, NULL, &plain) &&
        start(&run, f->samples)) {
        predict(&run, &plain);
        gradients(&run, &weighted, false);
        if (fixture_has(f, "grads_train.npz")) gradients(&run, &weighted, true);
        evaluate(&run, &plain);
        if (start(&run, run.batch_size)) train(&run, &weighted);
    }
    data_free(&weighted);
    data_free(&plain);
    free(run.memory);
    if (handle) dlclose(handle);
}
