/*
 * Backends: a module becomes C text, or LLVM IR, a running program, an object file, a shared library.
 *
 * Takes: kcc_module with expanded, verified kernels; kcc_target.
 * Gives: text, files, a kcc_program to call.
 * Keeps: no backend knows a graph op; both compute the same bits for the same module on a target with FMA.
 */
#ifndef KCC_BACKEND_H
#define KCC_BACKEND_H

#include "module.h"

/* ------------------------------------------------------------ target (target.c, uses LLVM) */

/** Fills features, checked, lanes, registers, fma from triple and cpu (NULL or "native": the host's).
 *  Errors: KCC_EINVAL for a triple or CPU that LLVM does not know (hint: some that it does). */
kcc_status kcc_target_resolve(kcc_target *target, const char *triple, const char *cpu, kcc_error *error);

/* What each kind of header says of itself in its first comment, so that none is taken for the other. */
#define KCC_HEADER_OF_C       "a Keras model as C."
#define KCC_HEADER_OF_LIBRARY "Link the library made with this header."

/* ------------------------------------------------------------ C (emit_c.c, emit_c_entry.c) */

/**
 * One C11 file and its header.  See backend/README.md for the interface the text offers.
 *   basename  "model": the C text includes "model.h"; "model.c" for a model.c whose header is model.c.h;
 * symbols begin with the module's name The caller writes program.initial_weights beside it as
 * "<basename>.weights", where there are any.
 */
kcc_status kcc_emit_c(const kcc_module *module, const kcc_target *target, const char *basename, kcc_text *c,
                      kcc_text *h, kcc_error *error);

/** For comments: ", 0 ... 1999 or -1" for each range of an input or target (numbered as in kcc_range). */
void kcc_put_ranges(const kcc_program *p, int32_t tensor, kcc_text *out);

/* ------------------------------------------------------------ LLVM (emit_llvm.c, jit.c, aot.c) */

typedef enum kcc_file_kind { KCC_FILE_LL, KCC_FILE_ASM, KCC_FILE_OBJECT } kcc_file_kind;

/** LLVM IR of the module as text, before LLVM optimises it (deterministic; golden files hold it). */
kcc_status kcc_emit_llvm_text(const kcc_module *module, const kcc_target *target, kcc_text *out,
                              kcc_error *error);

/** Optimised .ll, .s or .o.  The object exports one symbol, `<name>_program` (const kcc_program), hidden
 *  unless exported is set. */
kcc_status kcc_emit_llvm_file(const kcc_module *module, const kcc_target *target, kcc_file_kind kind,
                              const char *path, kcc_error *error);

/** Compiles and links the module into this process.  program is valid until kcc_jit_free. */
typedef struct kcc_jit kcc_jit;
kcc_status kcc_jit_create(const kcc_module *module, const kcc_target *target, kcc_jit **jit,
                          const kcc_program **program, kcc_error *error);
void kcc_jit_free(kcc_jit *jit);

/**
 * A shared library: the module's object, the weights section, the API functions of the generated header
 * and libkcc-runtime.a, linked by $CC (default cc), exporting only the API under the module's name.
 *   runtime_library  path of libkcc-runtime.a
 *   header           path for the generated .h, or NULL
 * Errors: KCC_EIO with the linker driver's own first line where it fails or is missing.
 */
kcc_status kcc_emit_shared(const kcc_module *module, const kcc_target *target, const char *runtime_library,
                           const char *path, const char *header, kcc_error *error);

/** Creates a directory for temporary files, in path, and notes it (leftovers.h), as files in it should be;
 * kcc_temporary_remove empties and removes it. */
kcc_status kcc_temporary_create(char path[256], kcc_error *error);
void kcc_temporary_remove(const char *path);

#endif
