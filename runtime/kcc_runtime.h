/**
 * kcc_runtime.h: train and run a compiled Keras model.
 *
 * A kcc_program is what the JIT (kcc.h) returns or a model.so made by kcc exports.  A kcc_session holds
 * what changes: weights, optimizer state, metric accumulators, scratch memory.
 *
 *   kcc_session *s;
 *   if (kcc_session_create(program, &(kcc_session_options){.seed = 1}, &s, &error)) …
 *   kcc_fit(s, &(kcc_fit_options){.x = &x, .n_x = 1, .y = &y, .n_y = 1, .epochs = 5}, &history, &error);
 *
 * Errors: every function that can fail returns a kcc_status; where an error parameter is given and not NULL,
 * it receives message, place and hint.  On failure result parameters are left NULL or untouched.
 * Threads: a program may be shared by any number of sessions and threads; a session belongs to one caller at
 * a time.  Ownership: what a function creates is freed by the function named in its comment; arrays passed in
 * stay the caller's.  Links nothing but libc, libm and the OpenMP runtime.  Nothing here prints, except the
 * progress of fit, evaluate and predict when verbose asks for it.
 */
#ifndef KCC_RUNTIME_H
#define KCC_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "program.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum kcc_status {
    KCC_OK = 0,
    KCC_EINVAL,       /* an argument or option is wrong */
    KCC_ENOMEM,       /* memory ran out, or a size overflows */
    KCC_EIO,          /* a file cannot be read or written */
    KCC_EPARSE,       /* a file is not what it should be */
    KCC_ESHAPE,       /* shapes do not fit */
    KCC_EUNSUPPORTED, /* meaningful in Keras, not supported here */
    KCC_ERANGE,       /* data out of range, such as an index */
    KCC_EINTERRUPTED, /* stopped by the caller's stop flag */
    KCC_EINTERNAL     /* LLVM or the linker failed */
} kcc_status;

/** The first failure of an operation.  Plain storage, no ownership. */
typedef struct kcc_error {
    kcc_status status;
    char message[400];  /* what is wrong, one line */
    char location[300]; /* where: "model.json: $.config.layers[3].config.units", "" if nowhere */
    char hint[300];     /* what to do, "" if unknown */
} kcc_error;

/** Sets *error if it is not NULL and holds no failure yet (the first one is kept); returns status. */
kcc_status kcc_fail(kcc_error *error, kcc_status status, const char *location, const char *hint,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));
/** Writes "location: message (hint)" into text, as a command prints it after "error: "; returns text. */
const char *kcc_error_text(const kcc_error *error, char *text, size_t size);

/** A dense array in C order.  data may be NULL for "no array" where one is optional. */
typedef struct kcc_array {
    void *data;
    kcc_dtype dtype;
    int32_t rank;
    int64_t shape[KCC_MAX_RANK];
} kcc_array;

size_t kcc_dtype_size(kcc_dtype dtype);      /* bytes of one element */
const char *kcc_dtype_name(kcc_dtype dtype); /* "float32", … as NumPy spells it */
int64_t kcc_array_count(const kcc_array *a); /* number of elements; 1 for rank 0 */
/** Allocates zeroed, KCC_ALIGN-aligned data for dtype, rank and shape; free with kcc_array_free. */
kcc_status kcc_array_create(kcc_array *a, kcc_dtype dtype, int rank, const int64_t *shape);
void kcc_array_free(kcc_array *a);
/** Turns the bytes of each element round, for data that came in the other byte order.  data is aligned. */
void kcc_array_swap_bytes(kcc_array *a);
/**
 * Converts count elements; float to integer truncates.  to and from do not overlap.  What an integer type
 * cannot hold becomes its nearest limit, NaN the smallest value of a signed type and 0 of an unsigned one.
 */
void kcc_convert(void *to, kcc_dtype to_type, const void *from, kcc_dtype from_type, int64_t count);

/* ---------------------------------------------------------------- sessions */

typedef struct kcc_session kcc_session;

typedef struct kcc_session_options {
    uint64_t seed; /* of initializers, shuffling and dropout, which use separate streams */
    int threads;   /* 0: OMP_NUM_THREADS, else the number of physical cores */
    /* Polled between batches when not NULL; non-zero stops fit as stop_training does (see kcc_fit). */
    const volatile int *stop;
} kcc_session_options;

/**
 * Creates a session: variables allocated and set to the program's initial weights or its initializers.
 * Errors: KCC_EINVAL if the program's ABI differs or the CPU lacks a feature it needs; KCC_ENOMEM.
 * Free with kcc_session_free.  options may be NULL.
 */
kcc_status kcc_session_create(const kcc_program *program, const kcc_session_options *options,
                              kcc_session **session, kcc_error *error);
void kcc_session_free(kcc_session *session);
const kcc_program *kcc_session_program(const kcc_session *session);

/** Storage of variable i (weights first), in program->variables[i]'s shape, to read and write.  Valid while the
 *  session lives.  Whoever has it may write at any time: from now on inference folds the weights (kcc_program.folded)
 *  in every call.  NULL if there is no variable i. */
void *kcc_session_variable(kcc_session *session, int32_t i);
/** The same to read; costs nothing later. */
const void *kcc_session_value(const kcc_session *session, int32_t i);
/** Copies value, in program->variables[i]'s dtype and shape, into variable i, which must exist. */
void kcc_session_set_value(kcc_session *session, int32_t i, const void *value);
int64_t kcc_tensor_count(const kcc_tensor *tensor, int64_t batch); /* elements */
/** Index of the weight with key "layer/index", or -1. */
int32_t kcc_program_find_weight(const kcc_program *program, const char *key);

int64_t kcc_session_iterations(const kcc_session *session); /* optimizer steps done */
void kcc_session_set_iterations(kcc_session *session, int64_t iterations);
float kcc_session_learning_rate(const kcc_session *session);
/** Errors: KCC_EINVAL if the program computes its learning rate by a schedule; if it is negative or no number. */
kcc_status kcc_session_set_learning_rate(kcc_session *session, float rate, kcc_error *error);

/* -------------------------------------------------------------- one batch */

/** The arrays of one call: n_x inputs and n_y targets in model order; weights may be NULL (all ones). */
typedef struct kcc_batch {
    const kcc_array *x;
    int n_x;
    const kcc_array *y;
    int n_y;
    const kcc_array *sample_weight; /* [n_y] or NULL; an entry without data means none for that output */
    const struct kcc_class_weight *class_weight; /* or NULL */
} kcc_batch;

/**
 * Weight of each class, for models with one output; classes not named have weight 1.  Where the target says
 * how many classes there are, a label that is none of them is an error.
 */
typedef struct kcc_class_weight {
    int n;
    const int64_t *label;
    const double *weight;
} kcc_class_weight;

/**
 * That arrays fit the program: how many, their shapes, the same number of samples.  Elements are not read:
 * data need only not be NULL.  targets: y and sample_weight count, too.  prefix ("" or "val_") stands before
 * the names in messages.  Errors: KCC_EINVAL, KCC_ESHAPE naming the array.
 */
kcc_status kcc_batch_check(const kcc_program *program, const kcc_batch *batch, bool targets,
                           const char *prefix, kcc_error *error);
/**
 * One step on the whole batch; results: program->n_metrics values of this batch only, or NULL.
 * Errors of these and of all that take data: KCC_ESHAPE or KCC_EINVAL naming the array; KCC_ERANGE naming
 * array, sample, position and value, if an element that looks up a table (the ids of an Embedding) or a class
 * is not one of program->ranges.  A fraction of an id is cut off, that of a class is an error.  Nothing has
 * changed then.
 */
kcc_status kcc_train_on_batch(kcc_session *session, const kcc_batch *batch, float *results, kcc_error *error);
kcc_status kcc_test_on_batch(kcc_session *session, const kcc_batch *batch, float *results, kcc_error *error);
/** outputs[n_outputs] are created; free each with kcc_array_free. */
kcc_status kcc_predict_on_batch(kcc_session *session, const kcc_array *x, int n_x, kcc_array *outputs,
                                kcc_error *error);
/**
 * Gradient of the loss with all samples as one batch.  gradients[n_weights + n_inputs] are created, without
 * data for weights that are not trainable and inputs that are not floating point; free each.
 */
kcc_status kcc_gradients(kcc_session *session, const kcc_batch *batch, bool training, float *loss,
                         kcc_array *gradients, kcc_error *error);

/* ------------------------------------------------------- fit and its kin */

typedef enum kcc_shuffle { KCC_SHUFFLE_TRUE, KCC_SHUFFLE_FALSE, KCC_SHUFFLE_BATCH } kcc_shuffle;

/** What History records: one row per key, one value per epoch in which it was logged. */
typedef struct kcc_history kcc_history;
void kcc_history_free(kcc_history *history);
int kcc_history_keys(const kcc_history *history);
const char *kcc_history_key(const kcc_history *history, int key);
/** Values of a key; *n receives how many. */
const double *kcc_history_values(const kcc_history *history, int key, int *n);
/** Keras's History.epoch: the epochs that were run, counted from 0; *n receives how many. */
const int64_t *kcc_history_epochs(const kcc_history *history, int *n);
/** As Python's json.dump(History.history): NaN and Infinity spelled so.  Written atomically. */
kcc_status kcc_history_save(const kcc_history *history, const char *path, kcc_error *error);

typedef struct kcc_logs kcc_logs; /* names and values of this moment; see kcc_logs_get */
int kcc_logs_count(const kcc_logs *logs);
const char *kcc_logs_name(const kcc_logs *logs, int i);
double kcc_logs_value(const kcc_logs *logs, int i);
/** Sets or adds a value, seen by the callbacks after this one. */
void kcc_logs_set(kcc_logs *logs, const char *name, double value);

/** The value of a name: false if it is not there. */
bool kcc_logs_find(const kcc_logs *logs, const char *name, double *value);

/**
 * A callback; every hook may be NULL.  user is passed back.  Hooks run on the calling thread, in the order of
 * the list; logs are one list that each hook may add to, and what it adds the next ones see.
 * on_test_* run in evaluate and in the validation of fit.  Batch hooks with logs cost one computation of the
 * metrics a batch.  Ready ones: kcc_callbacks.h.
 */
typedef struct kcc_callback {
    void *user;
    void (*on_train_begin)(void *user, kcc_session *session);
    void (*on_train_end)(void *user, kcc_session *session,
                         kcc_logs *logs); /* also after a stop, not after errors */
    void (*on_epoch_begin)(void *user, kcc_session *session, int64_t epoch);
    void (*on_epoch_end)(void *user, kcc_session *session, int64_t epoch, kcc_logs *logs);
    void (*on_batch_begin)(void *user, kcc_session *session, int64_t batch);
    void (*on_batch_end)(void *user, kcc_session *session, int64_t batch, kcc_logs *logs);
    void (*on_test_begin)(void *user, kcc_session *session);
    void (*on_test_end)(void *user, kcc_session *session, kcc_logs *logs);
    void (*on_test_batch_begin)(void *user, kcc_session *session, int64_t batch);
    void (*on_test_batch_end)(void *user, kcc_session *session, int64_t batch, kcc_logs *logs);
    void (*on_predict_begin)(void *user, kcc_session *session);
    void (*on_predict_end)(void *user, kcc_session *session);
    void (*on_predict_batch_begin)(void *user, kcc_session *session, int64_t batch);
    /* outputs[n_outputs] of this batch, valid during the call */
    void (*on_predict_batch_end)(void *user, kcc_session *session, int64_t batch, const kcc_array *outputs);
    /* When all callbacks have had on_train_begin, on_batch_end or on_epoch_end: what they changed is seen. */
    void (*on_train_ready)(void *user, kcc_session *session);
    void (*on_batch_closed)(void *user, kcc_session *session, int64_t batch);
    void (*on_epoch_closed)(void *user, kcc_session *session, int64_t epoch);
    /* Bytes that BackupAndRestore keeps over a restart; read and written in place, after on_train_begin. */
    void *(*state)(void *user, size_t *size);
    void (*free)(void *user); /* called by kcc_callback_free */
} kcc_callback;

/** Frees what a callback owns; callback may be all zero. */
void kcc_callback_free(kcc_callback *callback);

/** model.stop_training = True: the epoch is closed, then training ends. */
void kcc_session_stop_training(kcc_session *session);

/* For callbacks: what fit is doing, and how to speak. */

/** Keras's callback.params. */
typedef struct kcc_params {
    int64_t epochs, initial_epoch;
    int64_t steps; /* of an epoch; -1: until the generator ends */
    int verbose;
    bool validates;
} kcc_params;

/** Of the fit under way, else all zero. */
kcc_params kcc_session_params(const kcc_session *session);
/** True once the caller's stop flag was raised. */
bool kcc_session_interrupted(const kcc_session *session);
/** Ends fit, evaluate or predict with this error as soon as the hook returns; the first one counts. */
void kcc_session_abort(kcc_session *session, const kcc_error *error);
/** A line on the `out` of the fit under way, below a bar half drawn; for callbacks asked to be verbose. */
void kcc_session_print(kcc_session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A warning: to the log of the fit under way, else to its `out` if it is verbose. */
void kcc_session_warn(kcc_session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Arguments of Keras's fit; zero means Keras's default. */
typedef struct kcc_fit_options {
    const kcc_array *x;
    int n_x;
    const kcc_array *y;
    int n_y;
    const kcc_array *sample_weight; /* [n_y] or NULL */
    const kcc_class_weight *class_weight;
    int64_t batch_size; /* 32; with steps_per_epoch the samples divided by it, rounded up */
    int64_t epochs;     /* exclusive end index; 0 means 1 */
    int64_t initial_epoch;
    kcc_shuffle shuffle;
    int64_t steps_per_epoch;
    double validation_split;
    const kcc_array *val_x; /* overrides validation_split */
    int n_val_x;
    const kcc_array *val_y;
    int n_val_y;
    const kcc_array *val_sample_weight; /* [n_y] or NULL */
    int64_t validation_steps;
    int64_t validation_batch_size;    /* batch_size; without it as there, from validation_steps */
    int64_t validation_freq;          /* 1 */
    const int64_t *validation_epochs; /* list form of validation_freq: 1-based epochs */
    int n_validation_epochs;
    int verbose; /* 0 silent, 1 progress bar, 2 one line per epoch */
    FILE *out;   /* of the progress; NULL: stdout */
    const kcc_callback *callbacks;
    int n_callbacks;
} kcc_fit_options;

/**
 * Keras's fit: initial_epoch … epochs-1, last partial batch used, validation in inference mode.
 * history may be NULL; else free with kcc_history_free; it is also given on KCC_EINTERRUPTED.
 * Errors: KCC_EINTERRUPTED if the stop flag was seen (weights are those after the last whole batch),
 * KCC_ESHAPE or KCC_EINVAL naming the array, KCC_ERANGE for an id or class out of range: all arrays, those of
 * the validation too, are looked at before the first step, so no weight has changed.  A loss that is not a
 * number does not stop training; it is said once on `out`.
 */
kcc_status kcc_fit(kcc_session *session, const kcc_fit_options *options, kcc_history **history,
                   kcc_error *error);

/* -------------------------------------------------------------- generators */

typedef enum kcc_next {
    KCC_NEXT_ITEM, /* the item was filled */
    KCC_NEXT_END,  /* there are no more */
    KCC_NEXT_ERROR /* *error says why (kcc_fail) */
} kcc_next;

/**
 * What a generator fills: one batch.  Either with memory that kcc_item_x … return, or by setting the arrays
 * to memory of its own, which must stay as it is until `release` was called (or, without one, for good).
 * sample_weight may be left without data.  n_y counts all outputs; those without a loss are left out.
 */
typedef struct kcc_item {
    int n_x, n_y;
    kcc_array *x, *y, *sample_weight; /* [n_x], [n_y], [n_y]; without data when the generator is called */
    void *user;                       /* for the generator and its release; NULL when it is called */
    struct kcc_item_memory *memory;   /* of the runtime */
} kcc_item;

/**
 * Sets x[i] (y[i], sample_weight[i]) to an array of this dtype and shape in memory that the runtime owns and
 * uses again; contents are not set.  Returns the data; NULL if memory ran out, the shape is not valid or
 * there is no such array: answer KCC_NEXT_ERROR.
 */
void *kcc_item_x(kcc_item *item, int i, kcc_dtype dtype, int rank, const int64_t *shape);
void *kcc_item_y(kcc_item *item, int i, kcc_dtype dtype, int rank, const int64_t *shape);
void *kcc_item_sample_weight(kcc_item *item, int i, kcc_dtype dtype, int rank, const int64_t *shape);
/** True once the item is not wanted any more (training ended, Ctrl-C): a slow generator may give up. */
bool kcc_item_cancelled(const kcc_item *item);

/**
 * A source of batches, made on threads of its own while the model trains.  One of three:
 *
 *   next         a stream, as Python's generators: one item after another, never restarted.  ticket counts
 *                them from 0.  `finite`: it ends by itself, so the number of steps may be left out.
 *   get, length  as keras.utils.Sequence: items 0 … length-1, permuted for each epoch of training.
 *   read, samples  rows of a large table: reads rows row[0 … count-1] of samples.  batch_size, shuffle and
 *                validation_split work as with arrays; with shuffle false or "batch" the rows of one call lie
 *                in one block, with "batch" in any order inside it.
 *
 * Calls are one at a time and in order, on any thread, unless thread_safe is set; then they overlap and an
 * item must depend on nothing but ticket, index or rows.  So numbers never depend on workers.  Two generators
 * (training and validation) are called at the same time.
 */
typedef struct kcc_generator {
    void *user;
    kcc_next (*next)(void *user, int64_t ticket, kcc_item *item, kcc_error *error);
    kcc_next (*get)(void *user, int64_t index, kcc_item *item, kcc_error *error);
    kcc_next (*read)(void *user, const int64_t *row, int64_t count, kcc_item *item, kcc_error *error);
    int64_t length, samples;
    bool finite, thread_safe;
    void (*on_epoch_end)(void *user); /* of get, read: after a pass over all items, no call being under way */
    void (*release)(void *user, kcc_item *item); /* an item's arrays are not used any more; calling thread */
} kcc_generator;

/** How generators are run, Keras's max_q_size (max_queue_size), workers, pickle_safe; zero means its default.
 */
typedef struct kcc_queue_options {
    int64_t max_queue_size;   /* 10 */
    int workers;              /* 1; negative: on the calling thread, between steps */
    bool use_multiprocessing; /* pickle_safe: workers are threads, this changes nothing and says so */
} kcc_queue_options;

/** Arguments of Keras's fit_generator, and of its fit with generators. */
typedef struct kcc_fit_generator_options {
    /* All but x, y, sample_weight; batch_size and validation_split only for arrays and a `read` generator.
     * steps_per_epoch may be 0 for `get`, `read` and finite streams (then the first epoch counts them). */
    kcc_fit_options fit;
    const kcc_generator *generator;  /* NULL: fit.x, fit.y, fit.sample_weight */
    const kcc_generator *validation; /* NULL: fit.val_x …; a stream needs validation_steps and goes on from
                                      * epoch to epoch */
    kcc_queue_options queue;
    void (*log)(void *user, const char *line); /* warnings, without line end; NULL: on fit.out if verbose */
    void *log_user;
} kcc_fit_generator_options;

/**
 * Keras's fit_generator; with arrays only it is kcc_fit.  A stream that ends before the last step: a warning,
 * the epoch is closed with validation, training ends.  Nothing is taken from a stream that the steps do not
 * need, except when training stops early: then up to max_queue_size items are lost.
 * Errors: as kcc_fit; a generator's error, with the item in its location; KCC_EINVAL for steps without an
 * end.  An item is looked at when its turn comes: on KCC_ERANGE the steps before it are kept.
 */
kcc_status kcc_fit_generator(kcc_session *session, const kcc_fit_generator_options *options,
                             kcc_history **history, kcc_error *error);

typedef struct kcc_evaluate_options {
    kcc_batch data;
    int64_t batch_size; /* 32 */
    int64_t steps;      /* 0: all */
    int verbose;
    FILE *out;
} kcc_evaluate_options;

/** results[n_metrics] in the order of program->metrics.  Errors: also KCC_EINTERRUPTED on the stop flag. */
kcc_status kcc_evaluate(kcc_session *session, const kcc_evaluate_options *options, float *results,
                        kcc_error *error);

/** Arguments of Keras's evaluate_generator, and of its evaluate with callbacks. */
typedef struct kcc_evaluate_generator_options {
    kcc_evaluate_options evaluate;  /* data only without a generator, but class_weight always */
    const kcc_generator *generator; /* a stream that is not finite needs evaluate.steps */
    kcc_queue_options queue;
    const kcc_callback *callbacks;
    int n_callbacks;
} kcc_evaluate_generator_options;

/** As kcc_evaluate; averages are weighted by the sizes of the batches. */
kcc_status kcc_evaluate_generator(kcc_session *session, const kcc_evaluate_generator_options *options,
                                  float *results, kcc_error *error);

typedef struct kcc_predict_options {
    const kcc_array *x;
    int n_x;
    int64_t batch_size; /* 32 */
    int verbose;
    FILE *out;
} kcc_predict_options;

/**
 * outputs[n_outputs] are created with all samples; free each with kcc_array_free.
 * Errors: also KCC_EINTERRUPTED on the stop flag.
 */
kcc_status kcc_predict(kcc_session *session, const kcc_predict_options *options, kcc_array *outputs,
                       kcc_error *error);

/** Arguments of Keras's predict_generator, and of its predict with steps and callbacks. */
typedef struct kcc_predict_generator_options {
    kcc_predict_options predict;    /* x only without a generator */
    const kcc_generator *generator; /* fills x; what it puts into y is not looked at */
    int64_t steps;                  /* 0: all; a stream that is not finite needs it */
    kcc_queue_options queue;
    const kcc_callback *callbacks;
    int n_callbacks;
    /* Receives the outputs of each batch instead of one array for all (flat memory); outputs may be NULL. */
    kcc_status (*sink)(void *user, const kcc_array *outputs, kcc_error *error);
    void *sink_user;
} kcc_predict_generator_options;

/** As kcc_predict; the outputs of all batches, one after another. */
kcc_status kcc_predict_generator(kcc_session *session, const kcc_predict_generator_options *options,
                                 kcc_array *outputs, kcc_error *error);

/* ------------------------------------------------------------ files */

/**
 * Reads a .npy file: integers of 1 to 8 bytes, float16, float32, float64 or bool, in either byte order, in C or
 * Fortran order; the array is native and in C order.  Errors: KCC_EIO, KCC_ENOMEM, KCC_EPARSE (not NumPy's
 * format, other elements).  Free with kcc_array_free.
 */
kcc_status kcc_npy_load(const char *path, kcc_array *array, kcc_error *error);
/** Reads one from memory; name is for messages. */
kcc_status kcc_npy_parse(const void *bytes, size_t size, const char *name, kcc_array *array,
                         kcc_error *error);
/** The same without a copy: array->data points into bytes, perhaps not aligned, and is not to be freed; NULL
 * where the elements do not lie there in C order and native bytes, which is for kcc_npy_parse.
 * The bytes of a bool array may be other than 0 and 1. */
kcc_status kcc_npy_view(const void *bytes, size_t size, const char *name, kcc_array *array, kcc_error *error);
/** Writes atomically: temporary name, fsync, rename. */
kcc_status kcc_npy_save(const char *path, const kcc_array *array, kcc_error *error);

/** A .npy file written piece by piece, such as by the sink of kcc_predict_generator; it appears, whole, with
 * kcc_npy_finish.  That and kcc_npy_discard (writer may be NULL) free the writer. */
typedef struct kcc_npy_writer kcc_npy_writer;
kcc_status kcc_npy_create(const char *path, kcc_dtype dtype, int rank, const int64_t *shape,
                          kcc_npy_writer **writer, kcc_error *error);
/** The next count elements in C order.  Errors: KCC_EINVAL for more than the shape has, KCC_EIO. */
kcc_status kcc_npy_append(kcc_npy_writer *writer, const void *elements, int64_t count, kcc_error *error);
/** Errors: KCC_EINVAL if elements are missing, KCC_EIO. */
kcc_status kcc_npy_finish(kcc_npy_writer *writer, kcc_error *error);
void kcc_npy_discard(kcc_npy_writer *writer);

/**
 * Weights, optimizer slots and the iteration in one safetensors file.  Names: weights "layer/index", slots
 * their path; the metadata holds iteration, learning rate and the program's name.  load with weights_only
 * set ignores the rest.  Errors: KCC_EPARSE, KCC_ESHAPE naming the tensor if the file is of another model;
 * KCC_EINVAL if path to save to ends as another format does (.h5, .keras, .npz, .npy, .json).
 */
kcc_status kcc_weights_save(kcc_session *session, const char *path, kcc_error *error);
kcc_status kcc_weights_load(kcc_session *session, const char *path, bool weights_only, kcc_error *error);

/** Bytes written under a temporary name beside path, synced and renamed over it; the old file stays whole
 * on any error.  Errors: KCC_EIO with the system's reason. */
kcc_status kcc_file_write(const char *path, const void *bytes, size_t size, kcc_error *error);
/** Whole file into memory (NUL-terminated, not counted); free with free(). */
kcc_status kcc_file_read(const char *path, void **bytes, size_t *size, kcc_error *error);

#ifdef __cplusplus
}
#endif
#endif
