/*
 * Arrays in the order of a program, checked against it before anything runs.
 *
 * Takes: kcc_data as it was loaded.  Gives: the same, x by input, y and weights by output; what the runtime
 *        is fed with: arrays where all are in memory, else a generator of batches.
 * Keeps: counts, shapes and numbers of samples are checked here, so that messages name files.
 */
#include "cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static kcc_status no_memory(kcc_error *error) {
    return kcc_fail(error, KCC_ENOMEM, "", "", "no memory for the data");
}

/* ---------------------------------------------------------------- order */

static int find_tensor(const kcc_tensor *tensor, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (strcmp(tensor[i].name, name) == 0) return i;
    return -1;
}

static kcc_status unknown_name(const char *option, const char *what, const kcc_tensor *tensor, int n,
                               const char *name, kcc_error *error) {
    char names[200] = "";
    size_t used = 0;
    for (int i = 0; i < n && used < sizeof names; i++) {
        int length = snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", tensor[i].name);
        used += length > 0 ? (size_t)length : 0;
    }
    return kcc_fail(error, KCC_EINVAL, "", "", "--%s: the model has no %s \"%.80s\"; it has: %s", option,
                    what, name, names);
}

/* Named entries to the places of the tensors of those names; entries in order stay as they are. */
static kcc_status place_named(kcc_arrays_given *given, const char *option, const char *what,
                              const kcc_tensor *tensor, int n, kcc_error *error) {
    if (given->n == 0 || !given->name[0]) return KCC_OK;
    kcc_arrays_given placed;
    if (!kcc_given_allocate(&placed, n)) return no_memory(error);
    kcc_status status = KCC_OK;
    for (int i = 0; status == KCC_OK && i < given->n; i++) {
        int k = find_tensor(tensor, n, given->name[i]);
        if (k < 0)
            status = unknown_name(option, what, tensor, n, given->name[i], error);
        else if (placed.name[k])
            status =
                kcc_fail(error, KCC_EINVAL, "", "", "--%s: \"%s\" is given twice", option, given->name[i]);
        else
            kcc_given_move(&placed, k, given, i);
    }
    kcc_given_free(given);
    *given = placed;
    return status;
}

static int count_targets(const kcc_program *program) {
    int n = 0;
    for (int i = 0; program->targets && i < program->n_outputs; i++) n += program->targets[i].rank >= 0;
    return n;
}

static kcc_status check_weights(const kcc_arrays_given *weight, int n_y, const char *option,
                                kcc_error *error) {
    if (weight->n == 0 || weight->n == n_y) return KCC_OK;
    return kcc_fail(error, KCC_EINVAL, "", "an empty entry means none: W.npy,",
                    "--%s: %d array%s given for %d target%s", option, weight->n,
                    weight->n == 1 ? " was" : "s were", n_y, n_y == 1 ? "" : "s");
}

/* An empty entry of --y is for an output that is not trained. */
static kcc_status check_targets(const kcc_data *data, const kcc_program *program, kcc_error *error) {
    for (int i = 0; data->targets && program->targets && i < data->y.n && data->y.n == program->n_outputs;
         i++)
        if (program->targets[i].rank >= 0 && !data->y.samples[i])
            return kcc_fail(error, KCC_EINVAL, "", "leave its loss out, too, as in --loss mse,",
                            "--y: output \"%s\" has a loss, so it needs targets", program->outputs[i].name);
    return KCC_OK;
}

/* Entries first … first+count-1 of from, moved into to. */
static bool move_range(kcc_arrays_given *to, kcc_arrays_given *from, int first, int count) {
    if (!kcc_given_allocate(to, count)) return false;
    for (int i = 0; i < count; i++) kcc_given_move(to, i, from, first + i);
    return true;
}

/* All inputs, then all targets, then all weights if the count says so. */
static kcc_status split_validation(kcc_data *data, const kcc_program *program, kcc_error *error) {
    int n_x = program->n_inputs, n_y = -1, n_w = 0, n = data->val_x.n;
    const int counts[] = {program->n_outputs, count_targets(program)};
    for (int i = 0; i < 2 && n_y < 0; i++) {
        if (n != n_x + counts[i] && n != n_x + 2 * counts[i]) continue;
        n_y = counts[i];
        n_w = n - n_x - n_y;
    }
    if (n_y < 0)
        return kcc_fail(error, KCC_EINVAL, "", "first all inputs, then all targets, then all weights if any",
                        "--validation-data: %d array%s given, the model has %d input%s and %d output%s", n,
                        n == 1 ? " was" : "s were", n_x, n_x == 1 ? "" : "s", program->n_outputs,
                        program->n_outputs == 1 ? "" : "s");
    kcc_arrays_given all = data->val_x;
    data->val_x = (kcc_arrays_given){0};
    bool done = move_range(&data->val_x, &all, 0, n_x) && move_range(&data->val_y, &all, n_x, n_y) &&
                (n_w == 0 || move_range(&data->val_weight, &all, n_x + n_y, n_w));
    kcc_given_free(&all);
    return done ? KCC_OK : no_memory(error);
}

/* NAME=F in --validation-data: an input's name, an output's name for its target, once more for its weights.
 */
static kcc_status place_validation(kcc_data *data, const kcc_program *program, kcc_error *error) {
    kcc_arrays_given all = data->val_x;
    kcc_status status = KCC_OK;
    bool weights = false;
    data->val_x = (kcc_arrays_given){0};
    if (!kcc_given_allocate(&data->val_x, program->n_inputs) ||
        !kcc_given_allocate(&data->val_y, program->n_outputs) ||
        !kcc_given_allocate(&data->val_weight, program->n_outputs))
        status = no_memory(error);
    for (int i = 0; status == KCC_OK && i < all.n; i++) {
        const char *name = all.name[i];
        int input = find_tensor(program->inputs, program->n_inputs, name);
        int output = find_tensor(program->outputs, program->n_outputs, name);
        if (input >= 0 && !data->val_x.name[input]) {
            kcc_given_move(&data->val_x, input, &all, i);
        } else if (output >= 0 && !data->val_y.name[output]) {
            kcc_given_move(&data->val_y, output, &all, i);
        } else if (output >= 0 && !data->val_weight.name[output]) {
            kcc_given_move(&data->val_weight, output, &all, i);
            weights = true;
        } else if (input >= 0 || output >= 0) {
            status =
                kcc_fail(error, KCC_EINVAL, "", "", "--validation-data: \"%s\" is given too often", name);
        } else {
            status = kcc_fail(error, KCC_EINVAL, "", "",
                              "--validation-data: the model has no input or output \"%s\"", name);
        }
    }
    if (!weights) kcc_given_free(&data->val_weight);
    kcc_given_free(&all);
    return status;
}

/* ---------------------------------------------------------------- what sources bring */

/* Pictures take the size of the input they are for. */
static kcc_status adapt(kcc_arrays_given *given, const kcc_program *program, kcc_error *error) {
    for (int i = 0; i < given->n && i < program->n_inputs; i++) {
        if (!given->samples[i]) continue;
        kcc_status status = kcc_samples_adapt(given->samples[i], program, i, error);
        if (status != KCC_OK) return status;
        kcc_given_set(given, i, given->samples[i]);
    }
    return KCC_OK;
}

/* The targets that x brings with it, where no others are given. */
static kcc_status take_targets(kcc_arrays_given *x, kcc_arrays_given *y, const kcc_program *program,
                               kcc_error *error) {
    if (y->n > 0 || x->n != 1 || !x->samples[0] || !kcc_samples_have_targets(x->samples[0])) return KCC_OK;
    kcc_array array;
    kcc_samples *samples;
    kcc_status status = kcc_samples_targets(x->samples[0], program, &array, error);
    if (status != KCC_OK) return status;
    status = kcc_samples_from_array(&array, x->file[0], &samples, error);
    if (status == KCC_OK && !kcc_given_allocate(y, 1)) {
        kcc_samples_close(samples);
        status = no_memory(error);
    }
    if (status != KCC_OK) {
        kcc_array_free(&array);
        return status;
    }
    kcc_given_set(y, 0, samples);
    y->file[0] = strdup(x->file[0]);
    return y->file[0] ? KCC_OK : no_memory(error);
}

/* Column k of a matrix as an array of its own. */
static kcc_status cut_column(const kcc_arrays_given *matrix, int k, kcc_arrays_given *to, kcc_error *error) {
    const kcc_array *a = &matrix->array[0];
    kcc_array one;
    kcc_samples *samples;
    if (kcc_array_create(&one, a->dtype, 2, (int64_t[]){a->shape[0], 1}) != KCC_OK) return no_memory(error);
    size_t size = kcc_dtype_size(a->dtype);
    for (int64_t i = 0; i < a->shape[0]; i++)
        memcpy((char *)one.data + (size_t)i * size,
               (const char *)a->data + (size_t)(i * a->shape[1] + k) * size, size);
    kcc_status status = kcc_samples_from_array(&one, matrix->file[0], &samples, error);
    if (status != KCC_OK) {
        kcc_array_free(&one);
        return status;
    }
    kcc_given_set(to, k, samples);
    to->file[k] = strdup(matrix->file[0]);
    return to->file[k] ? KCC_OK : no_memory(error);
}

/* The target columns of a CSV file: one an output where the model has as many with a loss. */
static kcc_status split_columns(kcc_arrays_given *y, const kcc_program *program, kcc_error *error) {
    int outputs = count_targets(program);
    if (y->n != 1 || outputs < 2 || y->array[0].rank != 2 || y->array[0].shape[1] != outputs) return KCC_OK;
    kcc_arrays_given cut;
    if (!kcc_given_allocate(&cut, outputs)) return no_memory(error);
    kcc_status status = KCC_OK;
    for (int k = 0; status == KCC_OK && k < outputs; k++) status = cut_column(y, k, &cut, error);
    kcc_given_free(y);
    *y = cut;
    return status;
}

/* ---------------------------------------------------------------- checks */

static kcc_status check_samples(const kcc_arrays_given *x, const kcc_arrays_given *y,
                                const kcc_arrays_given *weight, kcc_error *error) {
    const kcc_arrays_given *const lists[] = {x, y, weight};
    const char *first = NULL;
    int64_t n = 0;
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++) {
            const kcc_array *a = &lists[l]->array[i];
            if (!lists[l]->samples[i] || a->rank < 1) continue;
            if (!first) {
                first = lists[l]->file[i];
                n = a->shape[0];
            } else if (a->shape[0] != n) {
                return kcc_fail(error, KCC_ESHAPE, lists[l]->file[i],
                                "all arrays must have the same number of samples",
                                "there are %lld samples, but %lld in %.200s", (long long)a->shape[0],
                                (long long)n, first);
            }
        }
    return KCC_OK;
}

/* A table has all columns it is not told to leave out: a message names them. */
static kcc_status check_columns(const kcc_data *data, const kcc_program *program, kcc_error *error) {
    if (data->csv.n_columns == 0 || data->x.n != 1 || program->n_inputs != 1) return KCC_OK;
    const kcc_tensor *t = &program->inputs[0];
    int64_t width = data->x.array[0].shape[1];
    char names[200];
    if (t->rank != 2 || t->dim[1].size == width) return KCC_OK;
    kcc_csv_features(&data->csv, names, sizeof names);
    return kcc_fail(error, KCC_ESHAPE, data->x.file[0],
                    "--drop leaves columns out, --one-hot makes several of one",
                    "the model takes %lld columns, the table has %lld: %s", (long long)t->dim[1].size,
                    (long long)width, names);
}

static bool has_streams(const kcc_arrays_given *given) {
    for (int i = 0; i < given->n; i++)
        if (given->samples[i] && !given->array[i].data) return true;
    return false;
}

/* y or weights with an entry for each output, as generators give them and faults name them. */
static kcc_status spread(kcc_arrays_given *given, const kcc_program *program, kcc_error *error) {
    if (given->n == 0 || given->n == program->n_outputs || given->n != count_targets(program)) return KCC_OK;
    kcc_arrays_given all;
    if (!kcc_given_allocate(&all, program->n_outputs)) return no_memory(error);
    for (int o = 0, k = 0; o < program->n_outputs && k < given->n; o++)
        if (program->targets[o].rank >= 0) kcc_given_move(&all, o, given, k++);
    kcc_given_free(given);
    *given = all;
    return KCC_OK;
}

/* The shapes of what is read in batches: arrays are checked by the runtime, before it begins. */
static kcc_status check_streams(kcc_arrays_given *x, kcc_arrays_given *y, kcc_arrays_given *weight,
                                bool targets, const char *prefix, const kcc_program *program,
                                kcc_error *error) {
    static const char here;
    kcc_arrays_given *const lists[] = {x, y, weight};
    if (!has_streams(x) && !has_streams(y) && !has_streams(weight)) return KCC_OK;
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++)
            if (lists[l]->samples[i] && !lists[l]->array[i].data)
                lists[l]->array[i].data = (void *)(uintptr_t)&here; /* elements are not looked at */
    kcc_batch batch = {x->array, x->n, y->array, y->n, weight->n ? weight->array : NULL, NULL};
    kcc_status status = kcc_batch_check(program, &batch, targets, prefix, error);
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++) kcc_given_set(lists[l], i, lists[l]->samples[i]);
    return status;
}

static kcc_status place_all(kcc_data *data, const kcc_program *program, kcc_error *error) {
    kcc_status status = place_named(&data->x, "x", "input", program->inputs, program->n_inputs, error);
    if (status == KCC_OK)
        status = place_named(&data->y, "y", "output", program->outputs, program->n_outputs, error);
    if (status == KCC_OK)
        status = place_named(&data->weight, "sample-weight", "output", program->outputs, program->n_outputs,
                             error);
    if (status == KCC_OK && data->csv.n_columns > 0) status = split_columns(&data->y, program, error);
    if (status == KCC_OK && data->csv.n_columns > 0) status = split_columns(&data->val_y, program, error);
    bool brings =
        data->val_x.n == 1 && data->val_x.samples[0] && kcc_samples_have_targets(data->val_x.samples[0]);
    if (status != KCC_OK || data->val_x.n == 0 || data->val_y.n > 0 || brings) return status;
    if (data->val_x.name[0]) return place_validation(data, program, error);
    return split_validation(data, program, error);
}

kcc_status kcc_data_order(kcc_data *data, const kcc_program *program, kcc_error *error) {
    kcc_status status = place_all(data, program, error);
    if (status == KCC_OK) status = adapt(&data->x, program, error);
    if (status == KCC_OK) status = adapt(&data->val_x, program, error);
    if (status == KCC_OK && data->targets) status = take_targets(&data->x, &data->y, program, error);
    if (status == KCC_OK && data->targets) status = take_targets(&data->val_x, &data->val_y, program, error);
    if (status == KCC_OK) status = check_targets(data, program, error);
    if (status == KCC_OK) status = check_weights(&data->weight, data->y.n, "sample-weight", error);
    if (status == KCC_OK) status = check_columns(data, program, error);
    if (status == KCC_OK) status = check_samples(&data->x, &data->y, &data->weight, error);
    if (status == KCC_OK) status = check_samples(&data->val_x, &data->val_y, &data->val_weight, error);
    if (status == KCC_OK)
        status = check_streams(&data->x, &data->y, &data->weight, data->targets, "", program, error);
    if (status == KCC_OK)
        status = check_streams(&data->val_x, &data->val_y, &data->val_weight, true, "val_", program, error);
    kcc_arrays_given *const of_outputs[] = {&data->y, &data->weight, &data->val_y, &data->val_weight};
    for (int i = 0; status == KCC_OK && i < 4; i++) status = spread(of_outputs[i], program, error);
    return status;
}

/* ---------------------------------------------------------------- to the runtime */

kcc_status kcc_data_gather(kcc_data *data, kcc_error *error) {
    kcc_arrays_given *const lists[] = {&data->x, &data->y, &data->weight};
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++) {
            if (!lists[l]->samples[i] || lists[l]->array[i].data) continue;
            kcc_array all;
            kcc_samples *made;
            kcc_status status = kcc_samples_load(lists[l]->samples[i], &all, error);
            if (status == KCC_OK) status = kcc_samples_from_array(&all, lists[l]->file[i], &made, error);
            if (status != KCC_OK) return status;
            kcc_samples_close(lists[l]->samples[i]);
            kcc_given_set(lists[l], i, made);
        }
    return KCC_OK;
}

static bool open_stream(const kcc_arrays_given *x, const kcc_arrays_given *y, const kcc_arrays_given *weight,
                        kcc_data_stream *stream) {
    *stream = (kcc_data_stream){.batch = {.x = x->samples,
                                          .n_x = x->n,
                                          .y = y->samples,
                                          .n_y = y->n,
                                          .sample_weight = weight->n ? weight->samples : NULL}};
    if (!has_streams(x) && !has_streams(y) && !has_streams(weight)) return false;
    stream->generator = kcc_samples_generator(&stream->batch);
    return true;
}

bool kcc_data_open_stream(const kcc_data *data, kcc_data_stream *stream) {
    return open_stream(&data->x, &data->y, &data->weight, stream);
}

bool kcc_data_open_validation(const kcc_data *data, kcc_data_stream *stream) {
    return open_stream(&data->val_x, &data->val_y, &data->val_weight, stream);
}

kcc_queue_options kcc_data_queue(const kcc_arguments *a, const kcc_data_stream *stream) {
    enum { MOST_THREADS = 8, PARALLEL_QUEUE = 4 };
    if (!stream->generator.thread_safe) return (kcc_queue_options){0};
    long threads = a->threads > 0 ? (long)a->threads : sysconf(_SC_NPROCESSORS_ONLN);
    return (kcc_queue_options){.max_queue_size = PARALLEL_QUEUE,
                               .workers = threads < 1              ? 1
                                          : threads > MOST_THREADS ? MOST_THREADS
                                                                   : (int)threads};
}

/* What stands behind "validation ", "batch 12: " or both in a location. */
static const char *behind_batch(const char *location, bool *validation) {
    *validation = strncmp(location, "validation ", 11) == 0;
    if (*validation) location += 11;
    if (strncmp(location, "batch ", 6) != 0) return location;
    const char *rest = location + 6 + strspn(location + 6, "0123456789");
    return strncmp(rest, ": ", 2) == 0 ? rest + 2 : location;
}

void kcc_data_locate(const kcc_data *data, kcc_error *error) {
    bool validation;
    const char *rest = behind_batch(error->location, &validation);
    bool other = validation && data->val_x.n > 0;
    const struct {
        const char *prefix;
        const kcc_arrays_given *given;
    } places[] = {{"x[", other ? &data->val_x : &data->x},
                  {"y[", other ? &data->val_y : &data->y},
                  {"sample_weight[", other ? &data->val_weight : &data->weight},
                  {"val_x[", &data->val_x},
                  {"val_y[", &data->val_y},
                  {"val_sample_weight[", &data->val_weight}};
    char text[sizeof error->location];
    if (rest != error->location) memmove(error->location, rest, strlen(rest) + 1);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t length = strlen(places[i].prefix);
        if (strncmp(error->location, places[i].prefix, length) != 0) continue;
        long k = strtol(error->location + length, NULL, 10);
        if (k < 0 || k >= places[i].given->n || !places[i].given->file[k] || !places[i].given->file[k][0])
            return;
        snprintf(text, sizeof text, "%.200s: %.90s", places[i].given->file[k], error->location);
        memcpy(error->location, text, sizeof text);
        return;
    }
}

/* ---------------------------------------------------------------- class weights */

void kcc_class_weight_free(kcc_class_weight *weights) {
    free((void *)weights->label);
    free((void *)weights->weight);
    *weights = (kcc_class_weight){0};
}

kcc_status kcc_class_weight_parse(const char *text, kcc_class_weight *weights, kcc_error *error) {
    size_t most = 1;
    for (const char *p = text; *p; p++) most += *p == ',';
    int64_t *label = malloc(most * sizeof *label);
    double *weight = malloc(most * sizeof *weight);
    *weights = (kcc_class_weight){0, label, weight};
    if (!label || !weight || most > INT_MAX) {
        kcc_class_weight_free(weights);
        return no_memory(error);
    }
    const char *p = text;
    for (char *end;; p = end + 1) {
        long long class = strtoll(p, &end, 10);
        bool good = end != p && (*end == '=' || *end == ':') && class >= 0;
        const char *number = end + 1;
        double value = good ? strtod(number, &end) : 0;
        good = good && end != number && value >= 0 && value < 1e30 && (*end == ',' || *end == '\0');
        for (int i = 0; good && i < weights->n; i++) good = label[i] != class;
        if (!good) {
            kcc_class_weight_free(weights);
            return kcc_fail(error, KCC_EINVAL, "", "as 0=1.0,1=2.5",
                            "--class-weight takes a weight for each class, not \"%.100s\"", text);
        }
        label[weights->n] = class;
        weight[weights->n++] = value;
        if (!*end) return KCC_OK;
    }
}
