/*
 * Files from LLVM: .ll, .s, .o.
 *
 * Takes: a module.
 * Gives: text in memory (before optimisation) or an optimised file, written atomically.
 * Keeps: the same module and target give the same bytes.  Weights past 64 KiB never become LLVM constants or
 *        text: an object takes them from a temporary file by .incbin; .ll and .s refer to "<path>.weights",
 *        written beside.
 */
#include "leftovers.h"
#include "llvm.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

kcc_status kcc_temporary_create(char path[256], kcc_error *error) {
    const char *base = getenv("TMPDIR");
    if (!base || !*base || strlen(base) > 200) base = "/tmp";
    snprintf(path, 256, "%s/kcc-XXXXXX", base);
    if (mkdtemp(path)) {
        kcc_leftovers_note(path);
        return KCC_OK;
    }
    int why = errno;
    *path = 0;
    return kcc_fail(error, KCC_EIO, base, "set TMPDIR to a directory that can be written",
                    "cannot create a temporary directory: %s", strerror(why));
}

void kcc_temporary_remove(const char *path) {
    if (!path || !*path) return;
    DIR *d = opendir(path);
    for (struct dirent *f; d && (f = readdir(d));) {
        char file[600];
        if (strcmp(f->d_name, ".") == 0 || strcmp(f->d_name, "..") == 0) continue;
        if (snprintf(file, sizeof file, "%s/%s", path, f->d_name) < (int)sizeof file) unlink(file);
    }
    if (d) closedir(d);
    rmdir(path);
    kcc_leftovers_forget_folder(path);
}

kcc_status kcc_emit_llvm_text(const kcc_module *module, const kcc_target *target, kcc_text *out,
                              kcc_error *error) {
    kcc_llvm l;
    kcc_status status = kcc_llvm_open(&l, module, target, error);
    if (!status) status = kcc_llvm_kernels(&l);
    if (!status) status = kcc_llvm_entries(&l, false);
    char *symbol = NULL;
    if (!status && asprintf(&symbol, "%s_program", module->name) < 0) {
        symbol = NULL;
        status = kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    }
    if (!status)
        status = kcc_llvm_descriptor(&l, symbol, module->program.initial_size > 4096 ? "weights" : NULL);
    if (!status) status = kcc_llvm_verify(&l);
    if (!status) {
        char *text = LLVMPrintModuleToString(l.mod);
        kcc_text_add(out, "%s", text);
        LLVMDisposeMessage(text);
        if (out->failed) status = kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    }
    free(symbol);
    kcc_llvm_close(&l);
    return status;
}

/* Names of one output. */
typedef struct output {
    char *weights_symbol; /* NULL: the weights are a constant array */
    char *weights_file;
    char *weights_name; /* as .incbin is given it */
    char folder[256];   /* temporary, or "" */
} output;

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Does the assembler of this target speak ELF? */
static bool is_elf(kcc_llvm *l) {
    const char *triple = LLVMGetTarget(l->mod);
    return !strstr(triple, "darwin") && !strstr(triple, "macos") && !strstr(triple, "ios") &&
           !strstr(triple, "windows");
}

/* Puts large weights into a file and names it. */
static kcc_status place_weights(kcc_llvm *l, kcc_file_kind kind, const char *symbol, const char *path,
                                output *o, kcc_error *error) {
    const kcc_program *p = &l->module->program;
    if (!p->initial_weights || p->initial_size <= KCC_LLVM_WEIGHTS_MAX || !is_elf(l)) return KCC_OK;
    if (kind == KCC_FILE_OBJECT) {
        kcc_status status = kcc_temporary_create(o->folder, error);
        if (status) return status;
    }
    bool beside = kind != KCC_FILE_OBJECT;
    if (asprintf(&o->weights_symbol, "%s_weights", symbol) < 0) o->weights_symbol = NULL;
    if (asprintf(&o->weights_file, beside ? "%s.weights" : "%s/weights", beside ? path : o->folder) < 0)
        o->weights_file = NULL;
    if (!o->weights_symbol || !o->weights_file) return kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    o->weights_name = strdup(beside ? base_name(o->weights_file) : o->weights_file);
    if (!o->weights_name) return kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    if (!beside) kcc_leftovers_note(o->weights_file);
    return kcc_file_write(o->weights_file, p->initial_weights, p->initial_size, error);
}

/* Object or assembler text in memory, then to its file. */
static kcc_status write_code(kcc_llvm *l, kcc_file_kind kind, const output *o, const char *path,
                             kcc_error *error) {
    char *message = NULL;
    LLVMMemoryBufferRef code = NULL;
    LLVMCodeGenFileType type = kind == KCC_FILE_ASM ? LLVMAssemblyFile : LLVMObjectFile;
    if (LLVMTargetMachineEmitToMemoryBuffer(l->machine, l->mod, type, &message, &code)) {
        kcc_status status =
            kcc_fail(error, KCC_EINTERNAL, "", "", "LLVM cannot emit code: %s", message ? message : "");
        LLVMDisposeMessage(message);
        return status;
    }
    kcc_text text = {0};
    const char *bytes = LLVMGetBufferStart(code);
    size_t size = LLVMGetBufferSize(code);
    kcc_status status = l->status;
    if (!status && kind == KCC_FILE_ASM && o->weights_symbol) { /* LLVM would spell the bytes out */
        kcc_text_put(&text, bytes, size);
        kcc_llvm_weights_text(&text, o->weights_symbol, o->weights_name);
        bytes = text.data;
        size = text.size;
        if (text.failed) status = kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    }
    if (!status) status = kcc_file_write(path, bytes, size, error);
    kcc_text_free(&text);
    LLVMDisposeMemoryBuffer(code);
    return status;
}

static kcc_status write_ir(kcc_llvm *l, const char *path, kcc_error *error) {
    char *text = LLVMPrintModuleToString(l->mod);
    kcc_status status = kcc_file_write(path, text, strlen(text), error);
    LLVMDisposeMessage(text);
    return status;
}

kcc_status kcc_llvm_write(const kcc_module *module, const kcc_target *target, kcc_file_kind kind,
                          const char *symbol, const char *path, kcc_error *error) {
    kcc_llvm l;
    output o = {0};
    kcc_status status = kcc_llvm_open(&l, module, target, error);
    if (!status) status = place_weights(&l, kind, symbol, path, &o, error);
    if (!status) status = kcc_llvm_kernels(&l);
    if (!status) status = kcc_llvm_entries(&l, false);
    if (!status) status = kcc_llvm_descriptor(&l, symbol, o.weights_symbol);
    if (!status) status = kcc_llvm_optimise(&l);
    if (!status && o.weights_symbol && kind != KCC_FILE_ASM) {
        kcc_text text = {0};
        kcc_llvm_weights_text(&text, o.weights_symbol, o.weights_name);
        if (text.failed)
            status = kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
        else
            LLVMAppendModuleInlineAsm(l.mod, text.data, text.size);
        kcc_text_free(&text);
    }
    if (!status)
        status = kind == KCC_FILE_LL ? write_ir(&l, path, error) : write_code(&l, kind, &o, path, error);
    kcc_llvm_close(&l);
    kcc_temporary_remove(o.folder);
    free(o.weights_symbol);
    free(o.weights_file);
    free(o.weights_name);
    return status;
}

kcc_status kcc_emit_llvm_file(const kcc_module *module, const kcc_target *target, kcc_file_kind kind,
                              const char *path, kcc_error *error) {
    char *symbol = NULL;
    if (asprintf(&symbol, "%s_program", module->name) < 0)
        return kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    kcc_status status = kcc_llvm_write(module, target, kind, symbol, path, error);
    free(symbol);
    return status;
}
