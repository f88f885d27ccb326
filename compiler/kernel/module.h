/*
 * A compiled module: kernels, the buffers they touch, and the entry points as lists of kernel calls.
 *
 * Takes: what lowering and memory planning decided.
 * Gives: all a backend needs to write C or LLVM IR: it knows no graph op and no Keras.
 * Keeps: every call's arguments match its kernel's parameters in number and element kind.
 */
#ifndef KCC_MODULE_H
#define KCC_MODULE_H

#include "kernel.h"

/** Where the storage of a buffer is found at run time. */
typedef enum kcc_store {
    KCC_STORE_VARIABLE,      /* run->variables[index] */
    KCC_STORE_INPUT,         /* run->inputs[index] */
    KCC_STORE_TARGET,        /* run->targets[index] */
    KCC_STORE_SAMPLE_WEIGHT, /* run->sample_weights[index] */
    KCC_STORE_OUTPUT,        /* run->outputs[index] */
    KCC_STORE_GRADIENT,      /* run->gradients[index] */
    KCC_STORE_RESULT,        /* &run->results[index] */
    KCC_STORE_ARENA,         /* (char *)run->arena + arena_fixed + batch * arena_per_sample */
    KCC_STORE_CONSTANT       /* data, read only */
} kcc_store;

typedef struct kcc_buffer {
    const char *name; /* C identifier, for readers */
    kcc_store store;
    int32_t index;
    kcc_dtype dtype;
    const char *shape;                     /* for comments: "[N, 512]" */
    int64_t arena_fixed, arena_per_sample; /* bytes, multiples of KCC_ALIGN */
    const void *data;                      /* CONSTANT: count elements of dtype */
    kcc_dim count;                         /* elements */
} kcc_buffer;

/** Tasks of a call: ceil(extent(N) / per_task) * times. */
typedef struct kcc_tasks {
    kcc_dim extent;
    int64_t per_task, times;
} kcc_tasks;

typedef struct kcc_call {
    int kernel;  /* index into module->kernel */
    int *buffer; /* [kernel's n_params] indices into module->buffer */
    kcc_tasks tasks;
    int64_t grain;    /* tasks worth one thread's attention: fewer than 2 grains run inline */
    const char *note; /* names of the graph nodes it computes, for comments; may be NULL */
} kcc_call;

typedef struct kcc_module_entry {
    bool present;
    int n_calls, cap_calls;
    kcc_call *call;
    int64_t arena_fixed, arena_per_sample; /* see kcc_entry_point */
} kcc_module_entry;

typedef struct kcc_module {
    kcc_arena *arena; /* owns everything, the strings of program included */
    const char *name; /* of the model, a C identifier */
    int n_kernels, cap_kernels;
    kcc_kernel **kernel;
    int n_buffers, cap_buffers;
    kcc_buffer *buffer;
    kcc_module_entry entry[KCC_ENTRY_COUNT];
    /* Descriptor to be emitted as data; its entry[].call are NULL here.  initial_weights may be NULL. */
    kcc_program program;
} kcc_module;

/** The entry points as C, dumps and --emit name them. */
extern const char *const kcc_entry_names[KCC_ENTRY_COUNT]; /* kernel.c */

/** What the code is made for. */
typedef struct kcc_target {
    const char *triple; /* LLVM target triple; "" or NULL: the host's */
    const char *cpu;    /* LLVM CPU name, "x86-64-v3", or "native" */
    char features[512]; /* LLVM feature string "+avx2,+fma,…", filled by kcc_target_resolve */
    char checked[256];  /* kcc_program.features: the part worth checking at run time, "avx512f,avx2,fma" */
    int lanes;          /* f32 lanes of a vector register that kernels are planned for: 16, 8 or 4 */
    int registers;      /* vector registers: 32 or 16 */
    bool fma;           /* fused multiply-add in hardware */
    int threads;        /* planned for; only a hint for grains */
} kcc_target;

#endif
