/*
 * What the files of runtime/ share and nobody else sees.
 *
 * Takes: kcc_runtime.h, program.h.
 * Gives: the session's layout, bound data sets, logs, the progress bar, and the helpers each file offers the
 *        others, under the name of the file that defines them.
 * Keeps: no object here has static storage that changes; everything hangs on a session or on a call.
 */
#ifndef KCC_RUNTIME_INTERNAL_H
#define KCC_RUNTIME_INTERNAL_H

#include "file_stream.h"
#include "kcc_runtime.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---------------------------------------------------------------- array.c */

/** Sizes checked for overflow: *out = a * b, or false. */
bool kcc_multiply(int64_t a, int64_t b, int64_t *out);
/** KCC_ALIGN-aligned, at least one cache line; NULL if size is negative or memory ran out.  free() it. */
void *kcc_aligned_alloc(int64_t size);
/** size rounded up to KCC_ALIGN. */
int64_t kcc_align_up(int64_t size);
bool kcc_dtype_is_float(kcc_dtype dtype);
/** Writes "(3, 4)" as Python would; returns text. */
const char *kcc_array_shape_text(const int64_t *shape, int rank, char *text, size_t size);
/** Elements of a checked shape, or -1: negative extents, rank out of range, overflow. */
int64_t kcc_array_extent(const int64_t *shape, int rank);

/** Memory that only grows. */
typedef struct kcc_buffer {
    void *data;
    int64_t size;
} kcc_buffer;

/** Makes room for size bytes (contents are lost when it grows); false if memory ran out. */
bool kcc_buffer_reserve(kcc_buffer *buffer, int64_t size);
void kcc_buffer_free(kcc_buffer *buffer);

/* ---------------------------------------------------------------- cores.c */

/** wanted if positive, else OMP_NUM_THREADS, else the physical cores this process may run on. */
int kcc_thread_count(int wanted);

/* ------------------------------------------------------------- parallel.c */

/** A kernel over 0 … count-1 in pieces of grain tasks, the last one maybe shorter. */
typedef struct kcc_loop {
    kcc_kernel_fn *kernel;
    void *const *buffer;
    const struct kcc_run *run;
    int64_t count, grain, pieces;
} kcc_loop;

/** The threads of one session; used by one call at a time. */
typedef struct kcc_team {
    int threads; /* most of them; 0: not started */
    int members; /* those of the call under way; 1: the caller alone */
    bool wide;   /* the last call had a loop of more than one piece */
    bool over;   /* the call is: members leave */
    kcc_loop loop;
    _Atomic uint32_t posted;  /* changes with every loop, and when the call is over */
    _Atomic uint32_t working; /* members, but the caller, still in the loop */
    _Atomic uint32_t asleep;
    pthread_mutex_t lock;
    pthread_cond_t changed;
} kcc_team;

void kcc_team_start(kcc_team *team, int threads);
void kcc_team_end(kcc_team *team);
/** call(run), with the team at its loops; run->parallel_for is kcc_parallel_for and its user the team. */
int32_t kcc_team_call(kcc_team *team, kcc_entry_fn *call, const kcc_run *run);
/** kcc_run.parallel_for; user is the kcc_team. */
void kcc_parallel_for(void *user, kcc_kernel_fn *kernel, void *const *buffer, const struct kcc_run *run,
                      int64_t count, int64_t grain);

/* ------------------------------------------------------------------ cpu.c */

/** Checks a comma-separated list of CPU features; Errors: KCC_EINVAL naming the first one missing. */
kcc_status kcc_cpu_check(const char *features, kcc_error *error);

/* --------------------------------------------------------- initializers.c */

/** Fills data with tensor's first value; index picks its stream of random numbers.  KCC_ENOMEM, KCC_EINVAL.
 */
kcc_status kcc_initialize(const kcc_tensor *tensor, int32_t index, uint64_t seed, void *data);

/* -------------------------------------------------------------- session.c */

typedef struct kcc_running kcc_running;

struct kcc_session {
    const kcc_program *program;
    uint64_t seed;        /* the user's */
    uint64_t kernel_seed; /* what kernels get, a stream of its own */
    kcc_team team;
    const volatile int *stop;
    int64_t iterations;
    float learning_rate;
    bool stop_training;
    kcc_running *running; /* the fit, evaluate or predict under way, or NULL */
    kcc_error failure;    /* of a callback: kcc_session_abort */
    kcc_buffer storage;   /* of all variables */
    kcc_buffer folding;   /* of the folded values, once they are needed */
    void **variables;     /* [n_variables + n_folded], into storage and folding */
    bool folded;          /* the folded values are those of the weights */
    bool lent;            /* the caller has the address of a variable and may change it at any time */
    kcc_buffer arena;
    float *results; /* [n_metrics], at least 1 */
    /* Staged batches: what run points to, and the memory behind it. */
    void **inputs, **targets, **sample_weights, **outputs; /* [n_inputs], [n_outputs] × 3 */
    kcc_buffer *input_stage, *target_stage, *weight_stage, *output_stage;
    kcc_buffer *ones; /* [n_outputs] sample weights of 1 in the tensor's dtype */
    int64_t *ones_count;
    kcc_fault fault;
};

/** To be called by whoever wrote to variables. */
static inline void kcc_session_changed(kcc_session *session) { session->folded = false; }
/** Sets metric accumulators to their initial values. */
void kcc_session_reset_metrics(kcc_session *session);
/** Room in the arena for entry at this batch size; checks that entry is compiled in. */
kcc_status kcc_session_reserve(kcc_session *session, kcc_entry entry, int64_t batch, kcc_error *error);
/** A run with everything but batch, gradients filled in. */
kcc_run kcc_session_run(kcc_session *session);
/** Calls entry; on a fault sets *error, with position row(order, sample) of the data set.  Needs reserve
 * before. */
kcc_status kcc_session_call(kcc_session *session, kcc_entry entry, kcc_run *run, const int64_t *order,
                            int64_t start, kcc_error *error);
/** Metric variables -> session->results. */
kcc_status kcc_session_results(kcc_session *session, kcc_error *error);
/* A signal handler or another thread may raise the flag. */
static inline bool kcc_flag_raised(const volatile int *stop) {
    return stop && __atomic_load_n(stop, __ATOMIC_RELAXED);
}
static inline bool kcc_session_stopped(const kcc_session *session) { return kcc_flag_raised(session->stop); }

/* -------------------------------------------------------------- dataset.c */

/** One array bound to one tensor: from row to row, checked and ready to be gathered. */
typedef struct kcc_column {
    const char *data; /* first sample; NULL: nothing bound (of sample weights: ones) */
    void *owned;      /* converted copy, or NULL */
    kcc_dtype from, to;
    int64_t row; /* elements of one sample */
    bool used;   /* the program wants this tensor */
} kcc_column;

/** Arrays of one call bound to the tensors of a program. */
typedef struct kcc_dataset {
    int64_t n;     /* samples */
    int64_t first; /* where they begin in the caller's arrays, for messages */
    kcc_column *x, *y, *w;
} kcc_dataset;

typedef struct kcc_arrays {
    const kcc_array *x;
    int n_x;
    const kcc_array *y; /* NULL with n_y = 0: inputs only */
    int n_y;
    const kcc_array *sample_weight;
    const kcc_class_weight *class_weight;
    const char *prefix;  /* of names in messages: "" or "val_" */
    bool once;           /* the set is loaded once, as a whole: nothing is converted ahead */
    const int64_t *rows; /* numbers of the samples in messages; NULL: their places in the arrays */
} kcc_arrays;

/** Number of samples of the arrays, after checking that all have it.  KCC_EINVAL, KCC_ESHAPE. */
kcc_status kcc_arrays_samples(const kcc_program *program, const kcc_arrays *arrays, int64_t *n,
                              kcc_error *error);
/** Binds samples first … first+count-1.  with_targets: targets are wanted.  Free with kcc_dataset_free. */
kcc_status kcc_dataset_bind(kcc_dataset *set, const kcc_program *program, const kcc_arrays *arrays,
                            bool with_targets, int64_t first, int64_t count, kcc_error *error);
void kcc_dataset_free(kcc_dataset *set, const kcc_program *program);
/** Stages samples order[start …] (order NULL: start …) into session->inputs, targets, sample_weights. */
kcc_status kcc_dataset_load(kcc_session *session, const kcc_dataset *set, const int64_t *order, int64_t start,
                            int64_t count, kcc_error *error);
/** ceil(n / size). */
static inline int64_t kcc_batches(int64_t n, int64_t size) { return n / size + (n % size != 0); }

/* ---------------------------------------------------------- check_range.c */

/**
 * Checks the ids or classes among samples first … first+count-1 of an array, whose rows have `row` elements,
 * against the program's ranges of a tensor (an input; targets are counted after the inputs).
 * rows names the samples in messages (NULL: first and on).  Errors: KCC_ERANGE at `name`.
 */
kcc_status kcc_check_ranges(const kcc_program *program, int32_t tensor, const kcc_array *a, int64_t row,
                            int64_t first, int64_t count, const int64_t *rows, const char *name,
                            kcc_error *error);

/* -------------------------------------------------------------- history.c */

typedef struct kcc_log_entry {
    char *name;
    double value;
} kcc_log_entry;

struct kcc_logs {
    kcc_log_entry *entry;
    int count; /* visible */
    int named; /* entries whose name is allocated, >= count */
    int capacity;
    bool failed; /* memory ran out in kcc_logs_set */
};

void kcc_logs_free(kcc_logs *logs);
/** logs->count = 0, memory and names are kept. */
static inline void kcc_logs_clear(kcc_logs *logs) { logs->count = 0; }
kcc_history *kcc_history_create(void);
/** Appends each value of logs to its key.  false if memory ran out. */
bool kcc_history_append(kcc_history *history, const kcc_logs *logs);
/** Adds to History.epoch.  false if memory ran out. */
bool kcc_history_append_epoch(kcc_history *history, int64_t epoch);
/** Everything in history as bytes of this machine's layout; free(*bytes).  false if memory ran out. */
bool kcc_history_pack(const kcc_history *history, char **bytes, size_t *size);
/** Replaces what history holds; false, and history empty, if bytes are damaged or memory ran out. */
bool kcc_history_unpack(kcc_history *history, const char *bytes, size_t size);
/** Shortest decimal that reads back as value, spelled as Python's repr; text of at least 32 bytes. */
const char *kcc_double_text(double value, char *text);

/* ------------------------------------------------------------- progress.c */

typedef struct kcc_progress {
    FILE *out;
    int verbose;
    bool terminal;
    int64_t target; /* steps; -1: not known */
    int64_t seen;
    double start, after_first, last; /* seconds of the monotonic clock */
    int previous_width;
} kcc_progress;

void kcc_progress_start(kcc_progress *progress, FILE *out, int verbose, int64_t target);
/** Counts a step; true if the bar wants to be redrawn now. */
bool kcc_progress_step(kcc_progress *progress);
/** Draws the running bar or, if final, what an epoch leaves on the screen. */
void kcc_progress_draw(kcc_progress *progress, const kcc_logs *logs, bool final);
/** Ends a half-drawn line, so that what comes next (an error) begins a new one. */
void kcc_progress_abandon(kcc_progress *progress);

/* ------------------------------------------------------------ callbacks.c */

/** The callbacks of one call. */
typedef struct kcc_hooks {
    const kcc_callback *list;
    int n;
    bool batch_end, test_batch_end; /* some callback wants logs of batches */
} kcc_hooks;

kcc_hooks kcc_hooks_of(const kcc_callback *list, int n);
#define KCC_EACH_HOOK(hooks, hook, ...) \
    for (int c_ = 0; c_ < (hooks)->n; c_++) \
        if ((hooks)->list[c_].hook) (hooks)->list[c_].hook((hooks)->list[c_].user, __VA_ARGS__)

struct kcc_fit_state;

/** What is under way, for callbacks; lives on the stack of the call. */
struct kcc_running {
    FILE *out;
    int verbose;
    kcc_progress *progress; /* or NULL */
    void (*log)(void *user, const char *line);
    void *log_user;
    kcc_params params;
    struct kcc_fit_state *fit; /* NULL in evaluate and predict */
};

/** Where fit stands, as BackupAndRestore keeps it. */
typedef struct kcc_position {
    int64_t epoch, step;     /* the next to be done; step > 0: inside the epoch */
    int64_t pass, next;      /* of the training data: see kcc_feed */
    int64_t validation_next; /* items taken of a validation stream */
    int64_t stop;            /* 1: a callback stopped training */
} kcc_position;

/* Of the fit under way, for callbacks that keep and restore it (fit.c). */
kcc_position kcc_fit_position(const kcc_session *session);
/** In on_train_ready: goes on from there instead of initial_epoch. */
void kcc_fit_resume(kcc_session *session, const kcc_position *position);
kcc_history *kcc_fit_history(kcc_session *session);
const kcc_hooks *kcc_fit_hooks(const kcc_session *session);

/** KCC_OK, or the failure that a callback reported; clears it. */
kcc_status kcc_session_check(kcc_session *session, kcc_error *error);

/* ----------------------------------------------------------- safetensors.c */

/** Named bytes kept in the same file as the weights: U8 tensors whose names begin with "kcc/". */
typedef struct kcc_extra {
    char name[48];
    void *bytes; /* of a load: allocated, NULL if the file has none; free() it */
    size_t size;
} kcc_extra;

/** kcc_weights_save with n extras. */
kcc_status kcc_weights_save_extra(kcc_session *session, const char *path, const kcc_extra *extra, int n,
                                  kcc_error *error);
/** kcc_weights_load of everything, and those of the n extras that the file has. */
kcc_status kcc_weights_load_extra(kcc_session *session, const char *path, kcc_extra *extra, int n,
                                  kcc_error *error);

/* ------------------------------------------------------------- evaluate.c */

struct kcc_feed;

/**
 * One pass of evaluate over what feed gives, at most `steps` batches (0: all).  Accumulators are reset, the
 * results are in session->results at the end.  progress may be NULL; *seen receives the number of batches.
 * Errors: KCC_EINTERRUPTED, with *error set, on the stop flag.
 */
kcc_status kcc_evaluate_feed(kcc_session *session, struct kcc_feed *feed, int64_t steps,
                             const kcc_hooks *hooks, kcc_progress *progress, kcc_logs *logs, int64_t *seen,
                             kcc_error *error);
/** Sets the values of program->metrics in logs, names prefixed. */
void kcc_logs_set_results(kcc_logs *logs, const kcc_session *session, const char *prefix);

/* ----------------------------------------------------------------- json.c */

/** Writes text as a JSON string, quotes included. */
void kcc_json_write_string(FILE *out, const char *text);

/* ----------------------------------------------------------------- file.c */

typedef struct kcc_part {
    const void *bytes;
    size_t size;
} kcc_part;

/** kcc_file_write of several pieces, one after another. */
kcc_status kcc_file_write_parts(const char *path, const kcc_part *part, int n, kcc_error *error);

#endif
