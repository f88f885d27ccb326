/*
 * Running a module in this process, through ORC's LLJIT.
 *
 * Takes: a module and the host's target.
 * Gives: a kcc_program whose entry points are machine code.
 * Keeps: the program owns all it points to (names, tables, weights), so that the compile's arena may go;
 *        everything is released by kcc_jit_free.
 */
#include "llvm.h"

#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <string.h>

struct kcc_jit {
    kcc_arena *arena; /* owns the program's data */
    LLVMOrcLLJITRef lljit;
    kcc_program program;
};

/* ------------------------------------------------------------ the program */

static const char *copy_string(kcc_arena *a, const char *text) { return text ? kcc_strdup(a, text) : NULL; }

static const kcc_tensor *copy_tensors(kcc_arena *a, const kcc_tensor *from, int32_t n) {
    if (!from || n <= 0) return NULL;
    kcc_tensor *to = kcc_alloc_array(a, (size_t)n, sizeof *to);
    for (int32_t i = 0; i < n; i++) {
        to[i] = from[i];
        to[i].name = copy_string(a, from[i].name);
        to[i].layer = copy_string(a, from[i].layer);
        to[i].path = copy_string(a, from[i].path);
    }
    return to;
}

static const kcc_metric *copy_metrics(kcc_arena *a, const kcc_metric *from, int32_t n) {
    if (!from || n <= 0) return NULL;
    kcc_metric *to = kcc_alloc_array(a, (size_t)n, sizeof *to);
    for (int32_t i = 0; i < n; i++) {
        to[i] = from[i];
        to[i].name = copy_string(a, from[i].name);
    }
    return to;
}

static const kcc_range *copy_ranges(kcc_arena *a, const kcc_range *from, int32_t n) {
    if (!from || n <= 0) return NULL;
    kcc_range *to = kcc_alloc_array(a, (size_t)n, sizeof *to);
    return memcpy(to, from, (size_t)n * sizeof *to);
}

/* A copy that shares nothing with the module, or NULL if memory is out. */
static kcc_jit *copy_program(const kcc_module *m) {
    kcc_arena *a = kcc_arena_create();
    jmp_buf point;
    if (!a) return NULL;
    if (setjmp(point)) {
        kcc_arena_free(a);
        return NULL;
    }
    kcc_arena_recover(a, &point);
    kcc_jit *jit = kcc_alloc(a, sizeof *jit);
    const kcc_program *from = &m->program;
    kcc_program *to = &jit->program;
    jit->arena = a;
    *to = *from;
    to->abi = KCC_ABI_VERSION;
    to->size = sizeof *to;
    to->name = copy_string(a, from->name);
    to->version = copy_string(a, from->version);
    to->cpu = copy_string(a, from->cpu);
    to->features = copy_string(a, from->features);
    to->model_json = copy_string(a, from->model_json);
    to->compile_json = copy_string(a, from->compile_json);
    to->inputs = copy_tensors(a, from->inputs, from->n_inputs);
    to->outputs = copy_tensors(a, from->outputs, from->n_outputs);
    to->targets = copy_tensors(a, from->targets, from->n_outputs);
    to->sample_weights = copy_tensors(a, from->sample_weights, from->n_outputs);
    to->variables = copy_tensors(a, from->variables, from->n_variables);
    to->metrics = copy_metrics(a, from->metrics, from->n_metrics);
    to->ranges = copy_ranges(a, from->ranges, from->n_ranges);
    to->folded = copy_tensors(a, from->folded, from->n_folded);
    to->initial_size = from->initial_weights ? from->initial_size : 0;
    if (from->initial_weights) {
        size_t size = from->initial_size < KCC_ALIGN * 64 ? KCC_ALIGN * 64 : from->initial_size;
        to->initial_weights = memcpy(kcc_alloc(a, size), from->initial_weights, from->initial_size);
    }
    for (int i = 0; i < KCC_ENTRY_COUNT; i++)
        to->entry[i] = (kcc_entry_point){NULL, m->entry[i].arena_fixed, m->entry[i].arena_per_sample};
    kcc_arena_recover(a, NULL);
    return jit;
}

/* ------------------------------------------------------------ the code */

/* Emits and optimises the module and gives its object code; the target machine goes to the caller. */
static kcc_status compile(const kcc_module *module, const kcc_target *target, LLVMTargetMachineRef *machine,
                          LLVMMemoryBufferRef *object, kcc_error *error) {
    kcc_llvm l;
    char *message = NULL;
    kcc_status status = kcc_llvm_open(&l, module, target, error);
    if (!status) status = kcc_llvm_kernels(&l);
    if (!status) status = kcc_llvm_entries(&l, true);
    if (!status) status = kcc_llvm_optimise(&l);
    if (!status && LLVMTargetMachineEmitToMemoryBuffer(l.machine, l.mod, LLVMObjectFile, &message, object)) {
        status = kcc_fail(error, KCC_EINTERNAL, "", "", "LLVM cannot emit code: %s", message ? message : "");
        LLVMDisposeMessage(message);
        *object = NULL;
    }
    if (!status) status = l.status;
    if (!status) {
        *machine = l.machine;
        l.machine = NULL;
    }
    kcc_llvm_close(&l);
    return status;
}

/* Links the object into this process; takes machine and object. */
static kcc_status link_object(kcc_jit *jit, LLVMTargetMachineRef machine, LLVMMemoryBufferRef object,
                              kcc_error *error) {
    LLVMOrcLLJITBuilderRef builder = LLVMOrcCreateLLJITBuilder();
    LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(
        builder, LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(machine));
    kcc_status status = kcc_llvm_check(LLVMOrcCreateLLJIT(&jit->lljit, builder), "LLVM's JIT", error);
    if (status) {
        jit->lljit = NULL;
        LLVMDisposeMemoryBuffer(object);
        return status;
    }
    LLVMOrcJITDylibRef library = LLVMOrcLLJITGetMainJITDylib(jit->lljit);
    LLVMOrcDefinitionGeneratorRef generator = NULL; /* memcpy and memset, where LLVM makes calls of them */
    char prefix = LLVMOrcLLJITGetGlobalPrefix(jit->lljit);
    status =
        kcc_llvm_check(LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(&generator, prefix, NULL, NULL),
                       "LLVM's JIT", error);
    if (status) {
        LLVMDisposeMemoryBuffer(object);
        return status;
    }
    LLVMOrcJITDylibAddGenerator(library, generator);
    return kcc_llvm_check(LLVMOrcLLJITAddObjectFile(jit->lljit, library, object), "LLVM's JIT", error);
}

static kcc_status look_up(kcc_jit *jit, const kcc_module *module, kcc_error *error) {
    for (int i = 0; i < KCC_ENTRY_COUNT; i++) {
        LLVMOrcExecutorAddress address = 0;
        if (!module->entry[i].present) continue;
        kcc_status status = kcc_llvm_check(LLVMOrcLLJITLookup(jit->lljit, &address, kcc_llvm_entry_name(i)),
                                           "LLVM's JIT", error);
        if (status) return status;
        uintptr_t place = (uintptr_t)address;
        memcpy(&jit->program.entry[i].call, &place, sizeof place);
    }
    return KCC_OK;
}

kcc_status kcc_jit_create(const kcc_module *module, const kcc_target *target, kcc_jit **jit,
                          const kcc_program **program, kcc_error *error) {
    LLVMTargetMachineRef machine = NULL;
    LLVMMemoryBufferRef object = NULL;
    *jit = NULL;
    *program = NULL;
    if (!kcc_target_is_host(target))
        return kcc_fail(error, KCC_EUNSUPPORTED, "", "leave --target out, or write a file",
                        "code for target \"%.80s\" does not run here", target->triple);
    kcc_jit *made = copy_program(module);
    if (!made) return kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    kcc_status status = compile(module, target, &machine, &object, error);
    if (!status) status = link_object(made, machine, object, error);
    if (!status) status = look_up(made, module, error);
    if (status) {
        kcc_jit_free(made);
        return status;
    }
    *jit = made;
    *program = &made->program;
    return KCC_OK;
}

void kcc_jit_free(kcc_jit *jit) {
    if (!jit) return;
    if (jit->lljit) LLVMConsumeError(LLVMOrcDisposeLLJIT(jit->lljit));
    kcc_arena_free(jit->arena);
}
