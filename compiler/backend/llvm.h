/*
 * LLVM as the backend sees it: one header for every difference between its versions, and the state that
 * emission, optimisation and output share.
 *
 * Takes: LLVM 19's C API.
 * Gives: kcc_llvm (one LLVM module under construction) and the steps made of it, in order: open, kernels,
 *        entries, descriptor (files only), optimise, output, close.
 * Keeps: one context per kcc_llvm, so that two compiles never meet; LLVM's own diagnostics end up in the
 *        kcc_error, never on stderr.  Included only inside compiler/backend.
 */
#ifndef KCC_LLVM_H
#define KCC_LLVM_H

#include <llvm-c/Core.h>
#include <llvm-c/Error.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm/Config/llvm-config.h>

#include "backend.h"

#if LLVM_VERSION_MAJOR < 19
#error "kcc needs LLVM 19 or newer (Debian: apt install llvm-19-dev)"
#endif

/* What struct fields of program.h emission touches, by their place in the struct. */
enum {
    KCC_LL_RUN_BATCH = 0,
    KCC_LL_RUN_STEP,
    KCC_LL_RUN_SEED,
    KCC_LL_RUN_LR,
    KCC_LL_RUN_RESERVED,
    KCC_LL_RUN_VARIABLES,
    KCC_LL_RUN_INPUTS,
    KCC_LL_RUN_TARGETS,
    KCC_LL_RUN_SAMPLE_WEIGHTS,
    KCC_LL_RUN_OUTPUTS,
    KCC_LL_RUN_GRADIENTS,
    KCC_LL_RUN_RESULTS,
    KCC_LL_RUN_ARENA,
    KCC_LL_RUN_PARALLEL_FOR,
    KCC_LL_RUN_PARALLEL_USER,
    KCC_LL_RUN_FAULT,
    KCC_LL_RUN_FIELDS
};

typedef struct kcc_llvm {
    const kcc_module *module;
    const kcc_target *target;
    kcc_error *error;  /* receives LLVM's diagnostics too; may be NULL */
    kcc_status status; /* of the first failure */
    LLVMContextRef context;
    LLVMModuleRef mod;
    LLVMBuilderRef b;
    LLVMTargetMachineRef machine;
    LLVMTargetDataRef layout;
    LLVMTypeRef none, ptr, i1, i8, i16, i32, i64, f32, f64;
    LLVMTypeRef run, fault, kernel_type, entry_type, parallel_type, fault_type;
    LLVMTypeRef dim, init, tensor, metric, range, entry_point, program; /* set by kcc_llvm_descriptor_types */
    LLVMValueRef *kernel;                                               /* [module->n_kernels] functions */
    LLVMValueRef *constant;      /* [module->n_buffers] globals of constant buffers, NULL before use */
    LLVMValueRef zeros;          /* what a false predicate loads from */
    LLVMValueRef fault_function; /* reports into run->fault */
    LLVMValueRef entry[KCC_ENTRY_COUNT]; /* NULL where absent */
} kcc_llvm;

/* ------------------------------------------------------------ target.c */

/** Registers LLVM's code generators: the host's, or all of them for a foreign triple.  Thread safe. */
void kcc_llvm_initialize(bool all);
/** Is code for this target meant for the machine (architecture and system) we run on? */
bool kcc_target_is_host(const kcc_target *target);
/** Triple to give to LLVM; free with LLVMDisposeMessage. */
char *kcc_target_triple(const kcc_target *target);

/* ------------------------------------------------------------ emit_llvm.c */

/** Creates context, target machine and an empty module; on failure only kcc_llvm_close may follow.
 *  Errors: KCC_EINVAL, KCC_EUNSUPPORTED for a target that is not 64 bits and little endian; KCC_ENOMEM. */
kcc_status kcc_llvm_open(kcc_llvm *l, const kcc_module *module, const kcc_target *target, kcc_error *error);
void kcc_llvm_close(kcc_llvm *l);
/** Emits one internal function for each kernel. */
kcc_status kcc_llvm_kernels(kcc_llvm *l);
/** Verifies, then optimises.  Errors: KCC_EINTERNAL. */
kcc_status kcc_llvm_verify(kcc_llvm *l);
kcc_status kcc_llvm_optimise(kcc_llvm *l);
/** Adds a function attribute, by its key and value or (value NULL) by the name of an enum attribute. */
void kcc_llvm_attribute(kcc_llvm *l, LLVMValueRef function, const char *key, const char *value);
/** Attributes every function has: CPU, features, vector width, nounwind. */
void kcc_llvm_function_attributes(kcc_llvm *l, LLVMValueRef function);
/** Turns an LLVM error into a kcc_error and disposes of it; KCC_OK if it is a success. */
kcc_status kcc_llvm_check(LLVMErrorRef failure, const char *what, kcc_error *error);

/* ------------------------------------------------------------ emit_llvm_value.c */

/** What a kernel under emission knows. */
typedef struct kcc_llvm_body {
    kcc_llvm *l;
    const kcc_kernel *k;
    LLVMValueRef function;
    LLVMValueRef run, begin, end;            /* arguments */
    LLVMValueRef field[KCC_RUN_FIELD_COUNT]; /* what of run the kernel uses, loaded once */
    LLVMValueRef *value;                     /* [n_instr] of registers: the alloca */
    int *depth;                              /* [n_instr] loops around the definition */
    LLVMValueRef *param;                     /* [n_params] pointers */
    LLVMValueRef *scope, *noalias;           /* [n_params] alias metadata of accesses to it */
    unsigned scope_kind, noalias_kind;
    int level; /* loops around the place of emission */
} kcc_llvm_body;

/** The value of instruction v here: reads it if it is a register. */
LLVMValueRef kcc_llvm_operand(kcc_llvm_body *e, kcc_kval v);
/** Type of a value (bool is i1) and of an element in memory (bool is i8). */
LLVMTypeRef kcc_llvm_type(const kcc_llvm *l, kcc_ktype type);
LLVMTypeRef kcc_llvm_memory_type(const kcc_llvm *l, kcc_dtype kind);
LLVMValueRef kcc_llvm_constant(kcc_llvm *l, const kcc_kinstr *in);
LLVMValueRef kcc_llvm_splat(kcc_llvm *l, LLVMValueRef scalar, int lanes);
LLVMValueRef kcc_llvm_iota(kcc_llvm *l, kcc_ktype type);
LLVMValueRef kcc_llvm_prim(kcc_llvm_body *e, const kcc_kinstr *in);
LLVMValueRef kcc_llvm_fold(kcc_llvm_body *e, const kcc_kinstr *in);
LLVMValueRef kcc_llvm_convert(kcc_llvm_body *e, const kcc_kinstr *in);
LLVMValueRef kcc_llvm_intrinsic(kcc_llvm *l, const char *name, LLVMTypeRef *types, unsigned n_types,
                                LLVMValueRef *args, unsigned n_args);

/* ------------------------------------------------------------ emit_llvm_memory.c */

LLVMValueRef kcc_llvm_load(kcc_llvm_body *e, const kcc_kinstr *in);
void kcc_llvm_store(kcc_llvm_body *e, const kcc_kinstr *in);
void kcc_llvm_prefetch(kcc_llvm_body *e, const kcc_kinstr *in);

/* ------------------------------------------------------------ emit_llvm_entry.c */

/** Emits the entry points; external ones ("entry_predict") can be looked up in a JIT. */
kcc_status kcc_llvm_entries(kcc_llvm *l, bool external);
/** "entry_predict", …: the name of an entry point's function. */
const char *kcc_llvm_entry_name(int entry);

/* ------------------------------------------------------------ emit_llvm_data.c */

void kcc_llvm_descriptor_types(kcc_llvm *l);
/**
 * Emits module->program as constant data under this symbol, hidden.  Weights become a constant array, or,
 * where weights is not NULL, a reference to that symbol, defined elsewhere (see kcc_llvm_weights_text).
 */
kcc_status kcc_llvm_descriptor(kcc_llvm *l, const char *symbol, const char *weights);
/** Assembler text (ELF) that defines the symbol as the contents of a file. */
void kcc_llvm_weights_text(kcc_text *out, const char *symbol, const char *file);
/** Weights past this many bytes do not become LLVM constants. */
#define KCC_LLVM_WEIGHTS_MAX (64 * 1024)

/* ------------------------------------------------------------ aot.c */

/** As kcc_emit_llvm_file, with the descriptor under the given symbol. */
kcc_status kcc_llvm_write(const kcc_module *module, const kcc_target *target, kcc_file_kind kind,
                          const char *symbol, const char *path, kcc_error *error);

/* ------------------------------------------------------------ lib_api.c */

/** The generated header of a shared library: plain C, every shape in a comment. */
void kcc_library_header(const kcc_module *module, kcc_text *out);
/** C text that implements it on kcc_runtime.h; it includes nothing of kcc.  symbol: of the descriptor. */
void kcc_library_glue(const kcc_module *module, const char *symbol, kcc_text *out);
/** Linker version script that exports the API and nothing else. */
void kcc_library_exports(const kcc_module *module, kcc_text *out);

#endif
