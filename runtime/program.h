/*
 * The one contract between generated code and the runtime.
 *
 * Takes: nothing; it includes only the C library.
 * Gives: kcc_program, what the JIT returns and what every model.so exports, and kcc_run, what an entry point
 *        is called with.  Everything in runtime/ works on these two, never on Keras files or LLVM.
 * Keeps: a program is constant and may be used by any number of threads; all that changes is in kcc_run.
 *
 * The layouts here are mirrored by compiler/backend (LLVM struct types, emitted C text): a change of any
 * struct is a change of KCC_ABI_VERSION.
 */
#ifndef KCC_PROGRAM_H
#define KCC_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define KCC_ABI_VERSION 3u
#define KCC_MAX_RANK    8
/* Buffers begin at multiples of this many bytes, whatever the batch size. */
#define KCC_ALIGN 64

/** Element types.  The first seven are what kernels compute with, the rest only occur in user data. */
typedef enum kcc_dtype {
    KCC_F32,
    KCC_F64,
    KCC_I32,
    KCC_U32,
    KCC_I64,
    KCC_U64,
    KCC_BOOL, /* one byte, 0 or 1 */
    KCC_F16,
    KCC_I8,
    KCC_U8,
    KCC_I16,
    KCC_U16,
    KCC_DTYPE_COUNT
} kcc_dtype;

/** One extent of a shape: size, or size times the number of samples in the batch. */
typedef struct kcc_dim {
    int64_t size;
    bool batch;
} kcc_dim;

/** How a variable gets its first value.  Source: Keras initializers. */
typedef enum kcc_init_kind {
    KCC_INIT_CONSTANT,         /* a = value */
    KCC_INIT_UNIFORM,          /* U[a, b) */
    KCC_INIT_NORMAL,           /* N(a, b^2) */
    KCC_INIT_TRUNCATED_NORMAL, /* N(a, b^2), redrawn outside a +- 2 b */
    KCC_INIT_ORTHOGONAL,       /* a = gain; rows = product of all dims but the last */
    KCC_INIT_IDENTITY,         /* a = gain; rank 2 */
    KCC_INIT_BLOCKS /* last axis in 4 equal blocks; block 1 is 1, the others 0 (LSTM unit_forget_bias) */
} kcc_init_kind;

typedef struct kcc_init {
    kcc_init_kind kind;
    double a, b;
    int64_t seed; /* of the initializer itself; -1 = none, derive from the session's seed and the index */
} kcc_init;

typedef enum kcc_role {
    KCC_ROLE_INPUT,
    KCC_ROLE_OUTPUT,
    KCC_ROLE_TARGET,        /* what a loss compares an output with */
    KCC_ROLE_SAMPLE_WEIGHT, /* shape of the per-sample loss of its output */
    KCC_ROLE_WEIGHT,        /* variable that Keras saves, trainable or not */
    KCC_ROLE_OPTIMIZER,     /* variable: slot of the optimizer */
    KCC_ROLE_METRIC,        /* variable: accumulator, set to its initial value at the start of an epoch */
    KCC_ROLE_FOLDED         /* value of weights alone that inference reads */
} kcc_role;

/** A tensor the outside can name.  Shapes count the batch axis, which is {1, true}. */
typedef struct kcc_tensor {
    const char
        *name; /* "kernel"; for inputs and outputs the layer's name; for optimizer slots "momentum" … */
    const char *layer; /* "dense_1"; the key of a weight is "layer/index"; "" where it has no sense */
    const char *path;  /* Keras's variable path, "sequential/dense_1/kernel"; for slots "adam/…_momentum" */
    int32_t index;     /* of a weight: its place among the weights of its layer; else its place in its list */
    int32_t of; /* of a slot: the variable it belongs to, -1 if none; of target, sample weight: the output */
    kcc_role role;
    kcc_dtype dtype;
    int32_t rank;
    kcc_dim dim[KCC_MAX_RANK];
    bool trainable;
    bool sparse_target; /* of a target: class indices, so its shape is the output's without the last axis */
    kcc_init init;
} kcc_tensor;

struct kcc_run;

/**
 * A kernel does tasks begin … end-1 of its parallel loop.  buffer[i] is the storage of its i-th parameter.
 * Tasks touch disjoint outputs, so any split of the range over threads gives the same bits.
 */
typedef void kcc_kernel_fn(void *const *buffer, const struct kcc_run *run, int64_t begin, int64_t end);

/**
 * Elements of an input or target that are whole numbers 0 … limit-1: ids of a table, classes.  Where data are
 * bound to tensors they are checked against all ranges, so that an entry point never sees others.
 * Source: the graph's look-ups (compiler/passes/ranges.c) and the losses.
 */
typedef struct kcc_range {
    int32_t tensor;             /* index of the input; targets are counted after the inputs */
    int32_t whole;              /* 1: a fraction is an error, 0: it is cut off */
    int64_t begin, count, step; /* places begin, begin + step, … of every sample, in C order; step >= 1 */
    int64_t limit;              /* at least 1 */
    int64_t ignored;            /* allowed, too; 0 where nothing is */
} kcc_range;

/** Where a kernel met bad data (an index out of range); the first one found is kept. */
typedef struct kcc_fault {
    int32_t set;    /* 0 none; the thread that changes 0 to 1 fills the rest */
    int32_t tensor; /* index of the input */
    int64_t sample, position, value, limit;
} kcc_fault;

/**
 * One call of an entry point.  All pointers are the caller's, aligned to KCC_ALIGN, and must stay valid
 * during the call.  Arrays hold `batch` samples.
 */
typedef struct kcc_run {
    int64_t batch; /* number of samples, at least 1 */
    int64_t step;  /* optimizer.iterations: 0 in the first step; picks the random numbers, too */
    uint64_t seed; /* of the random numbers inside kernels */
    float learning_rate;
    float reserved;
    void *const *variables;      /* [n_variables + n_folded] */
    void *const *inputs;         /* [n_inputs] */
    void *const *targets;        /* [n_outputs], NULL where the output has no loss */
    void *const *sample_weights; /* [n_outputs], likewise */
    void *const *outputs;        /* [n_outputs] predict writes them */
    void *const *gradients;      /* [n_weights + n_inputs] gradients writes them; NULL where there is none */
    float *results;              /* [n_metrics] metric_results writes it; gradients writes the loss to [0] */
    void *arena;                 /* at least the entry's size for this batch */
    /* Runs kernel over 0 … count-1, in pieces that are multiples of grain, and returns when all is done. */
    void (*parallel_for)(void *user, kcc_kernel_fn *kernel, void *const *buffer, const struct kcc_run *run,
                         int64_t count, int64_t grain);
    void *parallel_user;
    kcc_fault *fault;
} kcc_run;

/** Returns 0, or 1 if run->fault was set: then no variable has been changed. */
typedef int32_t kcc_entry_fn(const kcc_run *run);

typedef enum kcc_entry {
    KCC_ENTRY_PREDICT,            /* inference: inputs -> outputs */
    KCC_ENTRY_TRAIN,              /* forward in training mode, backward, update, metrics */
    KCC_ENTRY_EVALUATE,           /* inference, loss and metrics into the metric variables */
    KCC_ENTRY_GRADIENTS,          /* loss and its gradients, forward as in inference */
    KCC_ENTRY_GRADIENTS_TRAINING, /* the same, forward as in training, no update of anything */
    KCC_ENTRY_RESULTS,            /* metric variables -> results; batch is not used */
    KCC_ENTRY_FOLD, /* weights -> folded values; to be called before predict and evaluate if weights changed */
    KCC_ENTRY_COUNT
} kcc_entry;

typedef struct kcc_entry_point {
    kcc_entry_fn *call;       /* NULL: not compiled in */
    int64_t arena_fixed;      /* bytes; arena size = arena_fixed + batch * arena_per_sample, rounded: */
    int64_t arena_per_sample; /* bytes, a multiple of KCC_ALIGN */
} kcc_entry_point;

/** A metric as History names it; the value is in results[i] after KCC_ENTRY_RESULTS. */
typedef struct kcc_metric {
    const char *name;
    int32_t output;    /* -1: of the whole model (loss) */
    int32_t direction; /* -1 smaller is better, 1 larger is better, 0 not known */
} kcc_metric;

typedef struct kcc_program {
    uint32_t abi;  /* KCC_ABI_VERSION */
    uint32_t size; /* sizeof(kcc_program) */
    const char *name;
    const char *version;      /* of the kcc that made it */
    const char *cpu;          /* as given to --cpu, for messages */
    const char *features;     /* comma-separated CPU features the code needs, "" if none: "avx2,fma" */
    const char *model_json;   /* text of the Keras model */
    const char *compile_json; /* text of the compile information, "" for a program that predicts only */
    int32_t n_inputs, n_outputs, n_weights, n_variables, n_metrics;
    int32_t has_schedule; /* the learning rate is computed from the step: run->learning_rate is not used */
    float learning_rate;  /* initial */
    float reserved;
    const kcc_tensor *inputs, *outputs, *targets,
        *sample_weights; /* the last two: [n_outputs], rank -1 = none */
    const kcc_tensor
        *variables;            /* weights in Keras's order, then optimizer slots, then metric accumulators */
    const kcc_metric *metrics; /* the first is "loss" */
    kcc_entry_point entry[KCC_ENTRY_COUNT];
    const void *initial_weights; /* all weights, each padded to KCC_ALIGN bytes, in order; NULL: use init */
    uint64_t initial_size;       /* bytes */
    /* The weight update uses an average of them (use_ema): end of fit copies averages into the weights. */
    int32_t
        ema_first; /* index of the first average among the variables, -1 = none; one per trainable weight */
    int32_t n_ranges;
    const kcc_range *ranges; /* of inputs and targets, in their order */
    /* What predict and evaluate read instead of weights: BatchNormalization in the weights before it.  Behind
     * the variables in run->variables; nobody saves it.  NULL where there is none, like entry[FOLD].call. */
    const kcc_tensor *folded;
    int32_t n_folded;
} kcc_program;

#endif
