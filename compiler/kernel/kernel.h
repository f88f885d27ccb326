/*
 * The kernel language: what both backends and the interpreter must express, and nothing else.
 *
 * Takes: nothing of the graph; a kernel is scalars, vectors, registers, loops, loads and stores.
 * Gives: struct kcc_kernel, a builder for it, a printer, a verifier, the expansion of mathematical functions
 *        into arithmetic, and the reference interpreter.
 * Keeps: values are single-assignment and are used only in the block that defines them or in blocks inside
 *        it; registers are the only thing that changes; every load and store has an affine address.
 *
 * A kernel is the body of kcc_kernel_fn: block 0 runs once; it usually holds invariants and one loop over
 * the tasks from KCC_RUN_BEGIN to KCC_RUN_END.
 */
#ifndef KCC_KERNEL_H
#define KCC_KERNEL_H

#include "core.h"

/** Type of a value: kind is one of F32 F64 I32 U32 I64 U64 BOOL, lanes 1, 4, 8 or 16. */
typedef struct kcc_ktype {
    kcc_dtype kind;
    int lanes;
} kcc_ktype;

/** A value: the index of the instruction that makes it.  The value of a loop is its variable (i64). */
typedef int32_t kcc_kval;
#define KCC_KNONE (-1)

typedef enum kcc_kop {
    KCC_K_CONST,   /* imm_f (float kinds) or imm_i (others, bool 0 or 1); all lanes the same */
    KCC_K_RUN,     /* a scalar of the call: field is a kcc_run_field */
    KCC_K_PRIM,    /* prim(arg…), lane by lane; all vector arguments have the result's lanes */
    KCC_K_SPLAT,   /* arg[0] scalar -> all lanes */
    KCC_K_LANE,    /* lane imm_i of arg[0] -> scalar */
    KCC_K_IOTA,    /* 0, 1, … lanes-1 in an integer kind or f32 */
    KCC_K_CONVERT, /* arg[0] to this kind: float->int truncates, int->float rounds to nearest, bool->0/1,
                      anything->bool is != 0; f32<->f64 as IEEE; integers to
                      integers wrap; a float that does not fit the integer kind must not occur */
    KCC_K_BITCAST, /* same bits, same width, f32 <-> i32/u32, f64 <-> i64/u64, signed <-> unsigned */
    KCC_K_FOLD,    /* lanes of arg[0] combined with prim (ADD MUL MIN MAX AND OR) in the fixed tree:
                      half the lanes at a time, lane i with lane i + lanes/2, until one is left */
    KCC_K_LOAD,    /* mem: see kcc_kmem */
    KCC_K_STORE,   /* mem; arg[0] = value; no result */
    KCC_K_PREFETCH, /* mem, of one lane, no count or pred: may be read soon; changes nothing, may lie outside of
                       the buffer; no result */
    KCC_K_REG,      /* a register of this type, set to arg[0] here; using it as an argument reads it there */
    KCC_K_SET,      /* register arg[0] := arg[1]; no result */
    KCC_K_LOOP,  /* for (i64 v = arg[0]; v < arg[1]; v += imm_i) body; the result is v, valid in the body */
    KCC_K_IF,    /* if (arg[0], a bool scalar) body; no result */
    KCC_K_FAULT, /* if (arg[0], a bool scalar) report run->fault: tensor imm_i, arg[1] sample, arg[2]
                      position, arg[3] value, arg[4] limit (all i64); keeps the first; no result */
    KCC_KOP_COUNT
} kcc_kop;

typedef enum kcc_run_field {
    KCC_RUN_BEGIN, /* i64: first task of this call */
    KCC_RUN_END,   /* i64: one past the last */
    KCC_RUN_BATCH, /* i64: samples in the batch, N */
    KCC_RUN_STEP,  /* i64: iterations done before this step */
    KCC_RUN_SEED,  /* u64 */
    KCC_RUN_LR,    /* f32: run->learning_rate */
    KCC_RUN_FIELD_COUNT
} kcc_run_field;

/* Scalar primitives: prims.def is the table. */
typedef enum kcc_prim {
#define KCC_PRIM(id, name, args, types, c, llvm, expand, reference) KCC_P_##id,
#include "prims.def"
#undef KCC_PRIM
    KCC_PRIM_COUNT
} kcc_prim;

typedef struct kcc_prim_info {
    const char *name; /* lower case, as kernels print it */
    int args;
    bool expanded; /* a mathematical function: kcc_kernel_expand replaces it */
} kcc_prim_info;
extern const kcc_prim_info kcc_prim_table[KCC_PRIM_COUNT];

#define KCC_KTERMS 10
/**
 * Address of a load or store, in elements:
 *   offset(N) + sum of coef_i(N) * var_i + lane * lane_stride(N)          where {s, true}(N) = s * N
 * The value has the instruction's lanes.  lanes > 1 with lane_stride {1,false} is the contiguous, fast case;
 * any other stride is done lane by lane.  Alignment is that of the element.
 * count, if not NONE, is an i64: only lanes l < count are touched (loads give 0 in the others); it may be
 * larger than lanes or negative.  pred, if not NONE, is a bool scalar: when false nothing is touched
 * (loads give 0).  Bool buffers hold bytes 0 and 1.
 */
typedef struct kcc_kmem {
    int buffer; /* index into the kernel's parameters */
    kcc_dim offset;
    int n_terms;
    struct {
        kcc_kval var; /* i64 scalar */
        kcc_dim coef;
    } term[KCC_KTERMS];
    kcc_dim lane_stride;
    kcc_kval count;
    kcc_kval pred;
} kcc_kmem;

typedef struct kcc_kinstr {
    kcc_kop op;
    kcc_ktype type; /* of the result; for stores, of the value */
    kcc_prim prim;
    kcc_kval arg[5]; /* KCC_KNONE where unused */
    int64_t imm_i;
    double imm_f;
    int field;        /* RUN: kcc_run_field */
    int mem;          /* LOAD, STORE: index into kernel->mem; else -1 */
    int body;         /* LOOP, IF: index into kernel->block; else -1 */
    const char *note; /* comment for readers, or NULL: "row", "k", "acc" — also a base for names */
} kcc_kinstr;

typedef struct kcc_kblock {
    int n, cap;
    kcc_kval *instr; /* in order of execution */
} kcc_kblock;

typedef struct kcc_kparam {
    const char *name; /* a C identifier, unique within the kernel: "x", "dense_kernel" */
    kcc_dtype kind;
    bool read, written;
} kcc_kparam;

typedef struct kcc_kernel {
    kcc_arena *arena; /* owns all that follows */
    const char *name; /* a C identifier */
    const char *doc;  /* one or more lines: what it computes, as a formula; no comment marks */
    int n_params, cap_params;
    kcc_kparam *param;
    int n_instr, cap_instr;
    kcc_kinstr *instr;
    int n_mem, cap_mem;
    kcc_kmem *mem;
    int n_blocks, cap_blocks;
    kcc_kblock *block;
    int cursor; /* the block instructions are appended to */
} kcc_kernel;

/* ------------------------------------------------------------ builder (kernel.c)
 * Appends at k->cursor.  Integer arithmetic on constants is folded (x*1, x+0, const op const).
 * Memory comes from the arena (see core.h), so no call here can fail. */

kcc_kernel *kcc_kernel_create(kcc_arena *arena, const char *name);
int kcc_kernel_param(kcc_kernel *k, const char *name, kcc_dtype kind);
kcc_kval kcc_k_int(kcc_kernel *k, int64_t value);                  /* i64 constant */
kcc_kval kcc_k_const(kcc_kernel *k, kcc_ktype type, double value); /* float, int or bool constant */
kcc_kval kcc_k_bits(kcc_kernel *k, kcc_ktype type, uint64_t bits); /* integer constant, exact */
kcc_kval kcc_k_run(kcc_kernel *k, kcc_run_field field);
/** Scalars among the arguments are splat when another argument is a vector.  Result: arg type, bool for
 *  comparisons, type of arg[1] for SELECT. */
kcc_kval kcc_k_prim1(kcc_kernel *k, kcc_prim prim, kcc_kval a);
kcc_kval kcc_k_prim2(kcc_kernel *k, kcc_prim prim, kcc_kval a, kcc_kval b);
kcc_kval kcc_k_prim3(kcc_kernel *k, kcc_prim prim, kcc_kval a, kcc_kval b, kcc_kval c);
kcc_kval kcc_k_splat(kcc_kernel *k, kcc_kval a, int lanes); /* itself if it has the lanes */
kcc_kval kcc_k_lane(kcc_kernel *k, kcc_kval a, int lane);
kcc_kval kcc_k_iota(kcc_kernel *k, kcc_ktype type);
kcc_kval kcc_k_convert(kcc_kernel *k, kcc_kval a, kcc_dtype kind); /* itself if it has the kind */
kcc_kval kcc_k_bitcast(kcc_kernel *k, kcc_kval a, kcc_dtype kind);
kcc_kval kcc_k_fold(kcc_kernel *k, kcc_prim prim, kcc_kval a); /* itself if scalar */
kcc_kval kcc_k_load(kcc_kernel *k, kcc_ktype type, const kcc_kmem *mem);
void kcc_k_store(kcc_kernel *k, kcc_kval value, const kcc_kmem *mem);
/** For a buffer that the kernel reads; what marks it as read are loads. */
void kcc_k_prefetch(kcc_kernel *k, kcc_dtype kind, const kcc_kmem *mem);
kcc_kval kcc_k_reg(kcc_kernel *k, kcc_kval initial, const char *note);
void kcc_k_set(kcc_kernel *k, kcc_kval reg, kcc_kval value);
/** Creates the loop and its empty body and appends it at the cursor; the cursor stays.  Set k->cursor to
 *  kcc_k_body(k, loop) to fill it and back afterwards. */
kcc_kval kcc_k_loop(kcc_kernel *k, kcc_kval from, kcc_kval to, int64_t step, const char *note);
kcc_kval kcc_k_if(kcc_kernel *k, kcc_kval condition);
int kcc_k_body(const kcc_kernel *k, kcc_kval loop_or_if);
void kcc_k_fault(kcc_kernel *k, kcc_kval condition, int tensor, kcc_kval sample, kcc_kval position,
                 kcc_kval value, kcc_kval limit);
kcc_ktype kcc_k_type(const kcc_kernel *k, kcc_kval v);

/* Printer (kernel_print.c): the text of --emit=kernels and of golden files. */
void kcc_kernel_print(const kcc_kernel *k, kcc_text *out);
/* Verifier (kernel_verify.c): types, lanes, definitions before uses, registers, addresses.  Collects every
 * violation into out; returns how many. */
int kcc_kernel_verify(const kcc_kernel *k, kcc_text *out);
/* Expansion (expand.c): replaces the mathematical functions by arithmetic, in place, so that both backends
 * compute the same bits. */
void kcc_kernel_expand(kcc_kernel *k);

/* Interpreter (eval.c). */
typedef enum kcc_eval_mode {
    KCC_EVAL_DOUBLE, /* f32 values and buffers are computed and held in double; functions are libm's */
    KCC_EVAL_EXACT   /* f32 as f32: the bits both backends must give; needs an expanded kernel */
} kcc_eval_mode;
/**
 * Runs tasks begin … end-1.  buffer[i] points to elements of parameter i's kind, except that in DOUBLE mode
 * f32 parameters point to doubles.  elements[i] is the number of elements it has: an access outside is
 * reported in out and returns KCC_ERANGE.
 */
kcc_status kcc_kernel_eval(const kcc_kernel *k, kcc_eval_mode mode, void *const *buffer,
                           const int64_t *elements, const kcc_run *run, int64_t begin, int64_t end,
                           kcc_text *out);
/** The table's reference column in double, for tests: prim of scalars. */
double kcc_prim_reference(kcc_prim prim, const double *arg);

#endif
