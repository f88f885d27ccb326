/*
 * Entry points in LLVM IR: straight lists of kernel calls.
 *
 * Takes: module->entry, its calls and buffers.
 * Gives: one function for each entry present, `i32 entry_…(ptr run)`, as program.h declares it.
 * Keeps: a call with fewer tasks than two grains runs in place, others go through run->parallel_for; after a
 *        kernel that can report a fault the entry returns 1 at once if one was.
 */
#include "llvm.h"

#include <string.h>

typedef struct entry_body {
    kcc_llvm *l;
    LLVMValueRef function, run, batch;
    LLVMValueRef list[KCC_LL_RUN_FIELDS]; /* pointers of run, loaded at the first block where they are used */
    LLVMValueRef buffers;                 /* [most parameters of a kernel], filled anew for each call */
    LLVMTypeRef buffers_type;
} entry_body;

const char *kcc_llvm_entry_name(int entry) {
    static const char *const names[KCC_ENTRY_COUNT] = {
        [KCC_ENTRY_PREDICT] = "entry_predict",
        [KCC_ENTRY_TRAIN] = "entry_train",
        [KCC_ENTRY_EVALUATE] = "entry_evaluate",
        [KCC_ENTRY_GRADIENTS] = "entry_gradients",
        [KCC_ENTRY_GRADIENTS_TRAINING] = "entry_gradients_training",
        [KCC_ENTRY_RESULTS] = "entry_results",
        [KCC_ENTRY_FOLD] = "entry_fold",
    };
    return names[entry];
}

static LLVMValueRef int64(const kcc_llvm *l, int64_t value) {
    return LLVMConstInt(l->i64, (uint64_t)value, true);
}

static LLVMValueRef load_field(entry_body *e, unsigned field, LLVMTypeRef type, const char *name) {
    kcc_llvm *l = e->l;
    return LLVMBuildLoad2(l->b, type, LLVMBuildStructGEP2(l->b, l->run, e->run, field, ""), name);
}

/* A constant buffer is a global, made at its first use. */
static LLVMValueRef constant_buffer(kcc_llvm *l, int index) {
    const kcc_buffer *b = &l->module->buffer[index];
    LLVMValueRef *g = &l->constant[index];
    if (*g) return *g;
    size_t bytes = (size_t)b->count.size * kcc_dtype_size(b->dtype);
    LLVMValueRef data = LLVMConstStringInContext2(l->context, b->data, bytes, true);
    *g = LLVMAddGlobal(l->mod, LLVMTypeOf(data), "constant");
    LLVMSetInitializer(*g, data);
    LLVMSetGlobalConstant(*g, true);
    LLVMSetLinkage(*g, LLVMPrivateLinkage);
    LLVMSetUnnamedAddress(*g, LLVMGlobalUnnamedAddr);
    LLVMSetAlignment(*g, KCC_ALIGN);
    return *g;
}

/* Pointer to a buffer's storage. */
static LLVMValueRef buffer_pointer(entry_body *e, int index) {
    static const unsigned fields[] = {
        [KCC_STORE_VARIABLE] = KCC_LL_RUN_VARIABLES, [KCC_STORE_INPUT] = KCC_LL_RUN_INPUTS,
        [KCC_STORE_TARGET] = KCC_LL_RUN_TARGETS,     [KCC_STORE_SAMPLE_WEIGHT] = KCC_LL_RUN_SAMPLE_WEIGHTS,
        [KCC_STORE_OUTPUT] = KCC_LL_RUN_OUTPUTS,     [KCC_STORE_GRADIENT] = KCC_LL_RUN_GRADIENTS,
        [KCC_STORE_RESULT] = KCC_LL_RUN_RESULTS,     [KCC_STORE_ARENA] = KCC_LL_RUN_ARENA,
    };
    kcc_llvm *l = e->l;
    const kcc_buffer *b = &l->module->buffer[index];
    if (b->store == KCC_STORE_CONSTANT) return constant_buffer(l, index);
    LLVMValueRef base = e->list[fields[b->store]], at;
    if (b->store == KCC_STORE_ARENA) {
        at = LLVMBuildMul(l->b, e->batch, int64(l, b->arena_per_sample), "");
        at = LLVMBuildAdd(l->b, at, int64(l, b->arena_fixed), "");
        return LLVMBuildGEP2(l->b, l->i8, base, &at, 1, b->name);
    }
    at = int64(l, b->index);
    if (b->store == KCC_STORE_RESULT) return LLVMBuildGEP2(l->b, l->f32, base, &at, 1, b->name);
    return LLVMBuildLoad2(l->b, l->ptr, LLVMBuildGEP2(l->b, l->ptr, base, &at, 1, ""), b->name);
}

/* ceil(extent(N) / per_task) * times */
static LLVMValueRef task_count(entry_body *e, const kcc_tasks *t) {
    kcc_llvm *l = e->l;
    LLVMValueRef n = int64(l, t->extent.size);
    int64_t per_task = t->per_task > 0 ? t->per_task : 1;
    if (t->extent.batch) n = LLVMBuildMul(l->b, e->batch, n, "");
    n = LLVMBuildUDiv(l->b, LLVMBuildAdd(l->b, n, int64(l, per_task - 1), ""), int64(l, per_task), "");
    return LLVMBuildMul(l->b, n, int64(l, t->times), "tasks");
}

static bool can_fault(const kcc_kernel *k) {
    for (int i = 0; i < k->n_instr; i++)
        if (k->instr[i].op == KCC_K_FAULT) return true;
    return false;
}

static LLVMBasicBlockRef new_block(entry_body *e, const char *name) {
    return LLVMAppendBasicBlockInContext(e->l->context, e->function, name);
}

static void return_if_fault(entry_body *e) {
    kcc_llvm *l = e->l;
    LLVMBasicBlockRef stop = new_block(e, "stop"), next = new_block(e, "");
    LLVMValueRef fault = load_field(e, KCC_LL_RUN_FAULT, l->ptr, "fault");
    LLVMValueRef set = LLVMBuildLoad2(l->b, l->i32, LLVMBuildStructGEP2(l->b, l->fault, fault, 0, ""), "set");
    LLVMBuildCondBr(l->b, LLVMBuildICmp(l->b, LLVMIntNE, set, LLVMConstInt(l->i32, 0, false), ""), stop,
                    next);
    LLVMPositionBuilderAtEnd(l->b, stop);
    LLVMBuildRet(l->b, LLVMConstInt(l->i32, 1, false));
    LLVMPositionBuilderAtEnd(l->b, next);
}

static void emit_call(entry_body *e, const kcc_call *call) {
    kcc_llvm *l = e->l;
    const kcc_kernel *k = l->module->kernel[call->kernel];
    LLVMValueRef kernel = l->kernel[call->kernel], tasks = task_count(e, &call->tasks), zero = int64(l, 0);
    for (int i = 0; i < k->n_params; i++) {
        LLVMValueRef p = buffer_pointer(e, call->buffer[i]);
        LLVMBuildStore(l->b, p,
                       LLVMBuildInBoundsGEP2(l->b, e->buffers_type, e->buffers,
                                             (LLVMValueRef[]){zero, int64(l, i)}, 2, ""));
    }
    int64_t grain = call->grain > 0 ? call->grain : 1;
    int64_t enough = grain > INT64_MAX / 2 ? INT64_MAX : 2 * grain;
    LLVMValueRef few = LLVMBuildICmp(l->b, LLVMIntSLT, tasks, int64(l, enough), "few");
    LLVMBasicBlockRef here = NULL, shared = NULL, next = NULL;
    bool known = LLVMIsConstant(few), inline_only = known && LLVMConstIntGetZExtValue(few);
    if (!known) {
        here = new_block(e, "here");
        shared = new_block(e, "shared");
        next = new_block(e, "");
        LLVMBuildCondBr(l->b, few, here, shared);
        LLVMPositionBuilderAtEnd(l->b, here);
    }
    if (!known || inline_only)
        LLVMBuildCall2(l->b, l->kernel_type, kernel, (LLVMValueRef[]){e->buffers, e->run, zero, tasks}, 4,
                       "");
    if (!known) {
        LLVMBuildBr(l->b, next);
        LLVMPositionBuilderAtEnd(l->b, shared);
    }
    if (!known || !inline_only) {
        LLVMValueRef parallel = load_field(e, KCC_LL_RUN_PARALLEL_FOR, l->ptr, "parallel_for");
        LLVMValueRef user = load_field(e, KCC_LL_RUN_PARALLEL_USER, l->ptr, "parallel_user");
        LLVMValueRef args[] = {user, kernel, e->buffers, e->run, tasks, int64(l, grain)};
        LLVMBuildCall2(l->b, l->parallel_type, parallel, args, 6, "");
    }
    if (!known) {
        LLVMBuildBr(l->b, next);
        LLVMPositionBuilderAtEnd(l->b, next);
    }
    if (can_fault(k)) return_if_fault(e);
}

/* Loads batch and those pointers of run that the entry's buffers need. */
static void load_run(entry_body *e, const kcc_module_entry *entry) {
    static const struct {
        kcc_store store;
        unsigned field;
        const char *name;
    } lists[] = {{KCC_STORE_VARIABLE, KCC_LL_RUN_VARIABLES, "variables"},
                 {KCC_STORE_INPUT, KCC_LL_RUN_INPUTS, "inputs"},
                 {KCC_STORE_TARGET, KCC_LL_RUN_TARGETS, "targets"},
                 {KCC_STORE_SAMPLE_WEIGHT, KCC_LL_RUN_SAMPLE_WEIGHTS, "sample_weights"},
                 {KCC_STORE_OUTPUT, KCC_LL_RUN_OUTPUTS, "outputs"},
                 {KCC_STORE_GRADIENT, KCC_LL_RUN_GRADIENTS, "gradients"},
                 {KCC_STORE_RESULT, KCC_LL_RUN_RESULTS, "results"},
                 {KCC_STORE_ARENA, KCC_LL_RUN_ARENA, "arena"}};
    const kcc_module *m = e->l->module;
    bool used[KCC_STORE_CONSTANT + 1] = {false};
    for (int i = 0; i < entry->n_calls; i++)
        for (int j = 0; j < m->kernel[entry->call[i].kernel]->n_params; j++)
            used[m->buffer[entry->call[i].buffer[j]].store] = true;
    e->batch = load_field(e, KCC_LL_RUN_BATCH, e->l->i64, "batch");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (used[lists[i].store])
            e->list[lists[i].field] = load_field(e, lists[i].field, e->l->ptr, lists[i].name);
}

static LLVMValueRef emit_entry(kcc_llvm *l, int which, bool external) {
    const kcc_module_entry *entry = &l->module->entry[which];
    entry_body e = {.l = l, .function = LLVMAddFunction(l->mod, kcc_llvm_entry_name(which), l->entry_type)};
    if (!external) LLVMSetLinkage(e.function, LLVMInternalLinkage);
    kcc_llvm_function_attributes(l, e.function);
    e.run = LLVMGetParam(e.function, 0);
    LLVMSetValueName2(e.run, "run", 3);
    LLVMPositionBuilderAtEnd(l->b, new_block(&e, "entry"));
    int most = 0;
    for (int i = 0; i < entry->n_calls; i++) {
        int n = l->module->kernel[entry->call[i].kernel]->n_params;
        if (n > most) most = n;
    }
    e.buffers_type = LLVMArrayType2(l->ptr, (uint64_t)most);
    e.buffers = LLVMBuildAlloca(l->b, e.buffers_type, "buffers");
    load_run(&e, entry);
    for (int i = 0; i < entry->n_calls; i++) emit_call(&e, &entry->call[i]);
    LLVMBuildRet(l->b, LLVMConstInt(l->i32, 0, false));
    return e.function;
}

kcc_status kcc_llvm_entries(kcc_llvm *l, bool external) {
    for (int i = 0; i < KCC_ENTRY_COUNT; i++)
        if (l->module->entry[i].present) l->entry[i] = emit_entry(l, i, external);
    return l->status;
}
