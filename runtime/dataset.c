/*
 * Data sets: the caller's arrays bound to the inputs, targets and sample weights of a program.
 *
 * Takes: arrays of any dtype, with the rank of the tensor or one trailing axis of size 1 more or less.
 * Gives: batches staged in aligned memory of the session, in any order of samples, in the tensors' dtypes;
 *        sample weights broadcast to the shape of the per-sample loss and times class weights.
 * Keeps: the caller's arrays are only read; ids and classes are all checked when they are bound.  Loading a
 *        batch allocates nothing once the largest was loaded; an array that is contiguous, aligned and of the
 *        right dtype is not copied.
 */
#include "runtime_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A converted copy of an array no larger than this is cheaper than converting batch by batch. */
enum { CONVERT_ONCE = 4 << 20 };

/* "x[0] (features)": which array of which call is meant. */
static const char *array_name(char text[160], const char *prefix, const char *what, int i, const char *name) {
    snprintf(text, 160, "%s%s[%d] (%s)", prefix ? prefix : "", what, i, name);
    return text;
}

static bool has_target(const kcc_program *program, int output) {
    return program->targets && program->targets[output].rank >= 0;
}

/* The array that belongs to output o: n_y arrays name all outputs, or only those with a loss.  -1: none. */
static int target_place(const kcc_program *program, int n_y, int o) {
    if (n_y == program->n_outputs) return o;
    int place = 0;
    for (int i = 0; i < o; i++) place += has_target(program, i);
    return place;
}

static int count_targets(const kcc_program *program) {
    int n = 0;
    for (int o = 0; o < program->n_outputs; o++) n += has_target(program, o);
    return n;
}

/* Shape of tensor as text, "(batch, 28, 28)". */
static const char *tensor_text(const kcc_tensor *tensor, char *text, size_t size) {
    int64_t shape[KCC_MAX_RANK];
    char rest[160];
    for (int i = 1; i < tensor->rank; i++) shape[i - 1] = tensor->dim[i].size;
    if (tensor->rank == 1) {
        snprintf(text, size, "(batch,)");
    } else {
        kcc_array_shape_text(shape, tensor->rank - 1, rest, sizeof rest);
        char *comma = strstr(rest, ",)");
        if (comma) memcpy(comma, ")", 2);
        snprintf(text, size, "(batch, %s", rest + 1);
    }
    return text;
}

/* Keras's rule: equal shapes, or ranks that differ by a trailing axis of size 1. */
static bool shape_fits(const kcc_array *a, const kcc_tensor *tensor) {
    int rank = a->rank, shared = rank < tensor->rank ? rank : tensor->rank;
    if (rank == tensor->rank - 1 && tensor->dim[rank].size != 1) return false;
    if (rank == tensor->rank + 1 && a->shape[rank - 1] != 1) return false;
    if (rank < tensor->rank - 1 || rank > tensor->rank + 1) return false;
    for (int i = 1; i < shared; i++)
        if (a->shape[i] != tensor->dim[i].size) return false;
    return true;
}

static kcc_status check_array(const kcc_array *a, const char *name, kcc_error *error) {
    if (!a->data) return kcc_fail(error, KCC_EINVAL, name, "", "no array was given");
    if (kcc_dtype_size(a->dtype) == 0)
        return kcc_fail(error, KCC_EINVAL, name, "", "%d is no dtype", (int)a->dtype);
    if (a->rank > KCC_MAX_RANK)
        return kcc_fail(error, KCC_ESHAPE, name, "", "the array has %d axes, at most %d are possible",
                        a->rank, KCC_MAX_RANK);
    for (int i = 0; i < a->rank; i++)
        if (a->shape[i] < 0)
            return kcc_fail(error, KCC_EINVAL, name, "", "axis %d of the array has a size below 0, %lld", i,
                            (long long)a->shape[i]);
    if (kcc_array_count(a) < 0 && a->rank > 0)
        return kcc_fail(error, KCC_EINVAL, name, "is the number of samples right?",
                        "%lld samples are more than any memory holds", (long long)a->shape[0]);
    if (a->rank < 1) return kcc_fail(error, KCC_ESHAPE, name, "", "the array has no axis of samples");
    return KCC_OK;
}

static kcc_status check_samples(const kcc_array *a, const char *name, int64_t *n, kcc_error *error) {
    kcc_status status = check_array(a, name, error);
    if (status != KCC_OK) return status;
    if (*n >= 0 && a->shape[0] != *n)
        return kcc_fail(error, KCC_ESHAPE, name, "all arrays must have the same number of samples",
                        "the array has %lld samples, the first one has %lld", (long long)a->shape[0],
                        (long long)*n);
    *n = a->shape[0];
    return KCC_OK;
}

kcc_status kcc_arrays_samples(const kcc_program *program, const kcc_arrays *in, int64_t *n,
                              kcc_error *error) {
    char name[160];
    *n = -1;
    const char *prefix = in->prefix ? in->prefix : "";
    if (in->n_x != program->n_inputs || (in->n_x > 0 && !in->x))
        return kcc_fail(error, KCC_EINVAL, "x", "", "the model has %d input%s, but %d %sx array%s given",
                        program->n_inputs, program->n_inputs == 1 ? "" : "s", in->n_x, prefix,
                        in->n_x == 1 ? " was" : "s were");
    for (int i = 0; i < in->n_x; i++) {
        array_name(name, prefix, "x", i, program->inputs[i].name);
        kcc_status status = check_samples(&in->x[i], name, n, error);
        if (status != KCC_OK) return status;
    }
    for (int i = 0; i < in->n_y && in->y; i++) {
        if (!in->y[i].data) continue;
        array_name(name, prefix, "y", i, in->n_y == program->n_outputs ? program->outputs[i].name : "target");
        kcc_status status = check_samples(&in->y[i], name, n, error);
        if (status != KCC_OK) return status;
    }
    for (int i = 0; i < in->n_y && in->sample_weight; i++) {
        if (!in->sample_weight[i].data) continue;
        array_name(name, prefix, "sample_weight", i, "weights");
        kcc_status status = check_samples(&in->sample_weight[i], name, n, error);
        if (status != KCC_OK) return status;
    }
    if (*n < 1) {
        name[0] = '\0';
        if (in->n_x) array_name(name, prefix, "x", 0, program->inputs[0].name);
        return kcc_fail(error, KCC_EINVAL, name, "", "there are no samples");
    }
    return KCC_OK;
}

/* Elements of one sample of tensor. */
static int64_t row_count(const kcc_tensor *tensor) { return kcc_tensor_count(tensor, 1); }

static kcc_status no_memory(const char *name, kcc_error *error) {
    return kcc_fail(error, KCC_ENOMEM, name, "", "no memory to convert the array");
}

/* Binds samples first … first+count-1 of a to an input or a target: `number` is that of kcc_range. */
static kcc_status bind_column(kcc_column *column, const kcc_program *program, int32_t number,
                              const kcc_array *a, const kcc_arrays *in, int64_t first, int64_t count,
                              const char *name, kcc_error *error) {
    char got[160], wanted[180];
    const kcc_tensor *tensor =
        number < program->n_inputs ? &program->inputs[number] : &program->targets[number - program->n_inputs];
    if (!shape_fits(a, tensor))
        return kcc_fail(error, KCC_ESHAPE, name, "", "the model expects shape %s, the array has shape %s",
                        tensor_text(tensor, wanted, sizeof wanted),
                        kcc_array_shape_text(a->shape, a->rank, got, sizeof got));
    *column = (kcc_column){.from = a->dtype, .to = tensor->dtype, .row = row_count(tensor), .used = true};
    kcc_status status =
        kcc_check_ranges(program, number, a, column->row, first, count, in->rows, name, error);
    if (status != KCC_OK) return status;
    column->data = (const char *)a->data + (size_t)(first * column->row) * kcc_dtype_size(a->dtype);
    int64_t elements = count * column->row;
    int64_t bytes = elements * (int64_t)kcc_dtype_size(tensor->dtype);
    if (!in->once && column->from != column->to && bytes <= CONVERT_ONCE) {
        column->owned = kcc_aligned_alloc(bytes);
        if (!column->owned) return no_memory(name, error);
        kcc_convert(column->owned, column->to, column->data, column->from, elements);
        column->data = column->owned;
        column->from = column->to;
    }
    return KCC_OK;
}

/*
 * values[count, row] *= weight, padded on the right with axes of size 1 and broadcast.
 * tensor [N, d1, …]: shape of the per-sample loss.
 */
static kcc_status multiply_weights(float *values, const kcc_array *weight, const kcc_tensor *tensor,
                                   int64_t first, int64_t count, const char *name, kcc_error *error) {
    int rank = weight->rank;
    while (rank > tensor->rank && weight->shape[rank - 1] == 1) rank--;
    bool fits = rank <= tensor->rank;
    int64_t stride[KCC_MAX_RANK] = {0}, source_row = 1;
    for (int i = rank - 1; fits && i >= 1; i--) {
        stride[i] = weight->shape[i] == 1 ? 0 : source_row;
        source_row *= weight->shape[i];
        fits = weight->shape[i] == 1 || weight->shape[i] == tensor->dim[i].size;
    }
    if (!fits) {
        char got[160], wanted[180];
        return kcc_fail(error, KCC_ESHAPE, name, "one weight a sample, or one for each entry of its loss",
                        "weights of shape %s do not fit the loss of shape %s",
                        kcc_array_shape_text(weight->shape, weight->rank, got, sizeof got),
                        tensor_text(tensor, wanted, sizeof wanted));
    }
    int64_t row = row_count(tensor);
    float *one = kcc_aligned_alloc(source_row * (int64_t)sizeof(float));
    int64_t *from = kcc_aligned_alloc(row * (int64_t)sizeof(int64_t));
    if (!one || !from) {
        free(one);
        free(from);
        return no_memory(name, error);
    }
    for (int64_t j = 0; j < row; j++) {
        int64_t rest = j, at = 0;
        for (int i = tensor->rank - 1; i >= 1; i--) {
            at += rest % tensor->dim[i].size * stride[i];
            rest /= tensor->dim[i].size;
        }
        from[j] = at;
    }
    size_t size = kcc_dtype_size(weight->dtype);
    for (int64_t n = 0; n < count; n++) {
        const char *source = (const char *)weight->data + (size_t)((first + n) * source_row) * size;
        kcc_convert(one, KCC_F32, source, weight->dtype, source_row);
        for (int64_t j = 0; j < row; j++) values[n * row + j] *= one[from[j]];
    }
    free(one);
    free(from);
    return KCC_OK;
}

static double class_factor(const kcc_class_weight *classes, int64_t label) {
    for (int i = 0; i < classes->n; i++)
        if (classes->label[i] == label) return classes->weight[i];
    return 1;
}

/* Classes that target and output of a loss tell apart, 0: not known (a single number may be any). */
static int64_t count_classes(const kcc_tensor *target, const kcc_tensor *output) {
    const kcc_tensor *t = target->sparse_target ? output : target;
    int64_t last = t->rank > 1 ? t->dim[t->rank - 1].size : 0;
    return last > 1 ? last : 0;
}

static kcc_status check_classes(const kcc_class_weight *classes, int64_t n_classes, kcc_error *error) {
    if (classes->n < 0 || (classes->n > 0 && (!classes->label || !classes->weight)))
        return kcc_fail(error, KCC_EINVAL, "class_weight", "", "labels or weights are missing");
    for (int i = 0; i < classes->n; i++) {
        long long label = (long long)classes->label[i];
        if (n_classes > 0 && (label < 0 || label >= n_classes))
            return kcc_fail(error, KCC_EINVAL, "class_weight", "",
                            "there is no class %lld, classes are 0 ... %lld", label,
                            (long long)n_classes - 1);
        if (!isfinite(classes->weight[i]))
            return kcc_fail(error, KCC_EINVAL, "class_weight", "", "the weight of class %lld is %g", label,
                            classes->weight[i]);
        for (int k = 0; k < i; k++)
            if (classes->label[k] == label)
                return kcc_fail(error, KCC_EINVAL, "class_weight", "", "class %lld has two weights", label);
    }
    return KCC_OK;
}

/*
 * values[count, row] *= weight of the class of each target: its argmax over the last axis if that is larger
 * than 1, else the value itself, rounded.
 */
static kcc_status multiply_classes(float *values, const kcc_class_weight *classes, const kcc_array *y,
                                   const kcc_tensor *target, const kcc_tensor *weight, int64_t first,
                                   int64_t count, kcc_error *error) {
    int64_t row = row_count(target), positions = row_count(weight);
    int64_t wide = target->sparse_target || target->rank < 2 ? 1 : target->dim[target->rank - 1].size;
    if (wide < 1 || row != positions * wide)
        return kcc_fail(error, KCC_EUNSUPPORTED, "class_weight", "use sample weights",
                        "the targets of this loss have no classes");
    double *one = kcc_aligned_alloc(row * (int64_t)sizeof(double));
    if (!one) return no_memory("class_weight", error);
    size_t size = kcc_dtype_size(y->dtype);
    for (int64_t n = 0; n < count; n++) {
        kcc_convert(one, KCC_F64, (const char *)y->data + (size_t)((first + n) * row) * size, y->dtype, row);
        for (int64_t p = 0; p < positions; p++) {
            const double *v = one + p * wide;
            int64_t label = 0;
            for (int64_t k = 1; k < wide; k++)
                if (v[k] > v[label]) label = k;
            if (wide == 1) label = fabs(v[0]) < 0x1p62 ? (int64_t)nearbyint(v[0]) : INT64_MIN;
            values[n * positions + p] *= (float)class_factor(classes, label);
        }
    }
    free(one);
    return KCC_OK;
}

/* The weights of output o: ones (no data), the caller's array, or a product made here. */
static kcc_status bind_weights(kcc_column *column, const kcc_program *program, const kcc_arrays *in, int o,
                               int place, int64_t first, int64_t count, kcc_error *error) {
    const kcc_tensor *tensor = &program->sample_weights[o];
    const kcc_array *weight =
        in->sample_weight && in->sample_weight[place].data ? &in->sample_weight[place] : NULL;
    *column = (kcc_column){.from = KCC_F32, .to = tensor->dtype, .row = row_count(tensor), .used = true};
    if (!weight && !in->class_weight) return KCC_OK;
    char name[160];
    array_name(name, in->prefix, "sample_weight", place, program->outputs[o].name);
    int64_t elements, bytes;
    bool fits = kcc_multiply(count, column->row, &elements) && kcc_multiply(elements, sizeof(float), &bytes);
    float *values = fits ? kcc_aligned_alloc(bytes) : NULL;
    if (!values) return no_memory(name, error);
    column->owned = values;
    column->data = (const char *)values;
    for (int64_t i = 0; i < elements; i++) values[i] = 1;
    kcc_status status = KCC_OK;
    if (weight) status = multiply_weights(values, weight, tensor, first, count, name, error);
    if (status == KCC_OK && in->class_weight)
        status = multiply_classes(values, in->class_weight, &in->y[place], &program->targets[o], tensor,
                                  first, count, error);
    return status;
}

static kcc_status bind_targets(kcc_dataset *set, const kcc_program *program, const kcc_arrays *in,
                               int64_t first, int64_t count, kcc_error *error) {
    int wanted = count_targets(program);
    char name[160];
    if ((in->n_y != wanted && in->n_y != program->n_outputs) || (in->n_y > 0 && !in->y))
        return kcc_fail(error, KCC_EINVAL, "y", "",
                        "the model has %d output%s with a loss, but %d %sy array%s given", wanted,
                        wanted == 1 ? "" : "s", in->n_y, in->prefix ? in->prefix : "",
                        in->n_y == 1 ? " was" : "s were");
    if (in->class_weight && wanted != 1)
        return kcc_fail(error, KCC_EINVAL, "class_weight", "use sample weights",
                        "class weights need a model with one output");
    for (int o = 0; o < program->n_outputs; o++) {
        if (!has_target(program, o)) continue;
        if (in->class_weight) {
            int64_t classes = count_classes(&program->targets[o], &program->outputs[o]);
            kcc_status checked = check_classes(in->class_weight, classes, error);
            if (checked != KCC_OK) return checked;
        }
        int place = target_place(program, in->n_y, o);
        array_name(name, in->prefix, "y", place, program->outputs[o].name);
        kcc_status status = check_array(&in->y[place], name, error);
        if (status == KCC_OK)
            status = bind_column(&set->y[o], program, program->n_inputs + o, &in->y[place], in, first, count,
                                 name, error);
        if (status == KCC_OK) status = bind_weights(&set->w[o], program, in, o, place, first, count, error);
        if (status != KCC_OK) return status;
    }
    return KCC_OK;
}

kcc_status kcc_dataset_bind(kcc_dataset *set, const kcc_program *program, const kcc_arrays *in,
                            bool with_targets, int64_t first, int64_t count, kcc_error *error) {
    size_t inputs = (size_t)program->n_inputs, outputs = (size_t)program->n_outputs;
    kcc_column *columns = calloc(inputs + 2 * outputs + 1, sizeof *columns);
    *set = (kcc_dataset){.n = count, .first = first, .x = columns};
    if (!columns) return kcc_fail(error, KCC_ENOMEM, "", "", "no memory for the data set");
    set->y = columns + inputs;
    set->w = set->y + outputs;
    kcc_status status = KCC_OK;
    char name[160];
    for (int i = 0; status == KCC_OK && i < program->n_inputs; i++) {
        array_name(name, in->prefix, "x", i, program->inputs[i].name);
        status = bind_column(&set->x[i], program, i, &in->x[i], in, first, count, name, error);
    }
    if (status == KCC_OK && with_targets) status = bind_targets(set, program, in, first, count, error);
    if (status != KCC_OK) kcc_dataset_free(set, program);
    return status;
}

kcc_status kcc_batch_check(const kcc_program *program, const kcc_batch *batch, bool targets,
                           const char *prefix, kcc_error *error) {
    kcc_arrays arrays = {.x = batch->x,
                         .n_x = batch->n_x,
                         .y = targets ? batch->y : NULL,
                         .n_y = targets ? batch->n_y : 0,
                         .sample_weight = targets ? batch->sample_weight : NULL,
                         .prefix = prefix,
                         .once = true};
    kcc_dataset set = {0};
    int64_t n;
    kcc_status status = kcc_arrays_samples(program, &arrays, &n, error);
    if (status == KCC_OK) status = kcc_dataset_bind(&set, program, &arrays, targets, 0, 0, error);
    if (status == KCC_OK) kcc_dataset_free(&set, program);
    return status;
}

void kcc_dataset_free(kcc_dataset *set, const kcc_program *program) {
    int n = program->n_inputs + 2 * program->n_outputs;
    for (int i = 0; set->x && i < n; i++) free(set->x[i].owned);
    free(set->x);
    *set = (kcc_dataset){0};
}

#define GATHER(T) \
    for (int64_t i = 0; i < count; i++) \
    memcpy(to + (size_t)i * sizeof(T), from + (size_t)order[i] * sizeof(T), sizeof(T))

/* Rows of bytes: small sizes known to the compiler become single moves. */
static void gather_rows(char *to, const char *from, const int64_t *order, int64_t count, size_t row) {
    typedef struct sixteen {
        uint64_t word[2];
    } sixteen;
    if (row == 4)
        GATHER(uint32_t);
    else if (row == 8)
        GATHER(uint64_t);
    else if (row == 16)
        GATHER(sixteen);
    else
        for (int64_t i = 0; i < count; i++) memcpy(to + (size_t)i * row, from + (size_t)order[i] * row, row);
}

/* Where batch order[0 … count-1] (order NULL: start …) of column lies, aligned; NULL: no memory. */
static void *load_column(kcc_buffer *stage, const kcc_column *column, const int64_t *order, int64_t start,
                         int64_t count) {
    size_t from_row = (size_t)column->row * kcc_dtype_size(column->from);
    size_t to_row = (size_t)column->row * kcc_dtype_size(column->to);
    const char *first = column->data + (order ? 0 : (size_t)start * from_row);
    bool same = column->from == column->to && column->to != KCC_BOOL;
    if (same && !order && (uintptr_t)first % KCC_ALIGN == 0) return (void *)(uintptr_t)first;
    if (!kcc_buffer_reserve(stage, count * (int64_t)to_row)) return NULL;
    if (!order)
        kcc_convert(stage->data, column->to, first, column->from, count * column->row);
    else if (same)
        gather_rows(stage->data, first, order, count, to_row);
    else
        for (int64_t i = 0; i < count; i++)
            kcc_convert((char *)stage->data + (size_t)i * to_row, column->to,
                        first + (size_t)order[i] * from_row, column->from, column->row);
    return stage->data;
}

/* Ones for output o, made once for the largest batch. */
static void *load_ones(kcc_session *session, const kcc_column *column, int o, int64_t count) {
    int64_t elements;
    if (!kcc_multiply(count, column->row, &elements)) return NULL;
    if (session->ones_count[o] >= elements && session->ones[o].data) return session->ones[o].data;
    size_t size = kcc_dtype_size(column->to);
    if (!kcc_buffer_reserve(&session->ones[o], elements * (int64_t)size)) return NULL;
    const double one = 1;
    for (int64_t i = 0; i < elements; i++)
        kcc_convert((char *)session->ones[o].data + (size_t)i * size, column->to, &one, KCC_F64, 1);
    session->ones_count[o] = elements;
    return session->ones[o].data;
}

kcc_status kcc_dataset_load(kcc_session *session, const kcc_dataset *set, const int64_t *order, int64_t start,
                            int64_t count, kcc_error *error) {
    const kcc_program *program = session->program;
    const int64_t *rows = order ? order + start : NULL;
    bool done = true;
    for (int i = 0; i < program->n_inputs; i++) {
        session->inputs[i] = load_column(&session->input_stage[i], &set->x[i], rows, start, count);
        done = done && session->inputs[i];
    }
    for (int o = 0; o < program->n_outputs; o++) {
        session->targets[o] = session->sample_weights[o] = NULL;
        if (!set->y[o].used) continue;
        session->targets[o] = load_column(&session->target_stage[o], &set->y[o], rows, start, count);
        session->sample_weights[o] =
            set->w[o].data ? load_column(&session->weight_stage[o], &set->w[o], rows, start, count)
                           : load_ones(session, &set->w[o], o, count);
        done = done && session->targets[o] && session->sample_weights[o];
    }
    if (!done) return kcc_fail(error, KCC_ENOMEM, "", "use a smaller batch", "no memory for a batch");
    return KCC_OK;
}
