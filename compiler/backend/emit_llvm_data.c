/*
 * The program descriptor as constant data in an LLVM module.
 *
 * Takes: module->program, and the entry functions emitted before.
 * Gives: one hidden symbol, a kcc_program as program.h lays it out.
 * Keeps: the struct types here are those of program.h, field by field (a test compares the offsets).
 */
#include "llvm.h"

#include <stdlib.h>
#include <string.h>

void kcc_llvm_descriptor_types(kcc_llvm *l) {
    LLVMTypeRef i8 = l->i8, i32 = l->i32, i64 = l->i64, f32 = l->f32, f64 = l->f64, ptr = l->ptr;
    LLVMContextRef c = l->context;
    l->dim = LLVMStructCreateNamed(c, "kcc_dim");
    LLVMStructSetBody(l->dim, (LLVMTypeRef[]){i64, i8}, 2, false);
    l->init = LLVMStructCreateNamed(c, "kcc_init");
    LLVMStructSetBody(l->init, (LLVMTypeRef[]){i32, f64, f64, i64}, 4, false);
    l->tensor = LLVMStructCreateNamed(c, "kcc_tensor");
    LLVMTypeRef dims = LLVMArrayType2(l->dim, KCC_MAX_RANK);
    LLVMTypeRef tensor[] = {ptr, ptr, ptr, i32, i32, i32, i32, i32, dims, i8, i8, l->init};
    LLVMStructSetBody(l->tensor, tensor, 12, false);
    l->metric = LLVMStructCreateNamed(c, "kcc_metric");
    LLVMStructSetBody(l->metric, (LLVMTypeRef[]){ptr, i32, i32}, 3, false);
    l->range = LLVMStructCreateNamed(c, "kcc_range");
    LLVMStructSetBody(l->range, (LLVMTypeRef[]){i32, i32, i64, i64, i64, i64, i64}, 7, false);
    l->entry_point = LLVMStructCreateNamed(c, "kcc_entry_point");
    LLVMStructSetBody(l->entry_point, (LLVMTypeRef[]){ptr, i64, i64}, 3, false);
    l->program = LLVMStructCreateNamed(c, "kcc_program");
    LLVMTypeRef entries = LLVMArrayType2(l->entry_point, KCC_ENTRY_COUNT);
    LLVMTypeRef program[] = {i32, i32, ptr, ptr, ptr, ptr, ptr,     ptr, /* abi … compile_json */
                             i32, i32, i32, i32, i32, i32, f32,     f32, /* n_inputs … reserved */
                             ptr, ptr, ptr, ptr, ptr, ptr, entries, ptr, /* inputs … initial_weights */
                             i64, i32, i32, ptr, ptr, i32};              /* initial_size … n_folded */
    LLVMStructSetBody(l->program, program, sizeof program / sizeof program[0], false);
}

static LLVMValueRef int32(const kcc_llvm *l, int64_t value) {
    return LLVMConstInt(l->i32, (uint64_t)value, true);
}
static LLVMValueRef int64(const kcc_llvm *l, int64_t value) {
    return LLVMConstInt(l->i64, (uint64_t)value, true);
}
static LLVMValueRef byte(const kcc_llvm *l, bool value) { return LLVMConstInt(l->i8, value, false); }

/* A constant global that nothing outside sees. */
static LLVMValueRef private_data(kcc_llvm *l, const char *name, LLVMValueRef data, unsigned align) {
    LLVMValueRef g = LLVMAddGlobal(l->mod, LLVMTypeOf(data), name);
    LLVMSetInitializer(g, data);
    LLVMSetGlobalConstant(g, true);
    LLVMSetLinkage(g, LLVMPrivateLinkage);
    LLVMSetUnnamedAddress(g, LLVMGlobalUnnamedAddr);
    if (align) LLVMSetAlignment(g, align);
    return g;
}

static LLVMValueRef string(kcc_llvm *l, const char *text) {
    if (!text) return LLVMConstNull(l->ptr);
    return private_data(l, "text", LLVMConstStringInContext2(l->context, text, strlen(text), false), 1);
}

static LLVMValueRef tensor_data(kcc_llvm *l, const kcc_tensor *t) {
    LLVMValueRef dim[KCC_MAX_RANK];
    for (int i = 0; i < KCC_MAX_RANK; i++)
        dim[i] = LLVMConstNamedStruct(
            l->dim, (LLVMValueRef[]){int64(l, t->dim[i].size), byte(l, t->dim[i].batch)}, 2);
    LLVMValueRef init[] = {int32(l, (int64_t)t->init.kind), LLVMConstReal(l->f64, t->init.a),
                           LLVMConstReal(l->f64, t->init.b), int64(l, t->init.seed)};
    LLVMValueRef dims = LLVMConstArray2(l->dim, dim, KCC_MAX_RANK);
    LLVMValueRef initializer = LLVMConstNamedStruct(l->init, init, 4);
    LLVMValueRef name = string(l, t->name), layer = string(l, t->layer), path = string(l, t->path);
    LLVMValueRef field[] = {name,
                            layer,
                            path,
                            int32(l, t->index),
                            int32(l, t->of),
                            int32(l, (int64_t)t->role),
                            int32(l, (int64_t)t->dtype),
                            int32(l, t->rank),
                            dims,
                            byte(l, t->trainable),
                            byte(l, t->sparse_target),
                            initializer};
    return LLVMConstNamedStruct(l->tensor, field, sizeof field / sizeof field[0]);
}

static LLVMValueRef tensor_table(kcc_llvm *l, const char *name, const kcc_tensor *tensor, int32_t n) {
    if (!tensor || n <= 0) return LLVMConstNull(l->ptr);
    LLVMValueRef *all = calloc((size_t)n, sizeof *all);
    if (!all) {
        l->status = kcc_fail(l->error, KCC_ENOMEM, "", "", "out of memory");
        return LLVMConstNull(l->ptr);
    }
    for (int32_t i = 0; i < n; i++) all[i] = tensor_data(l, &tensor[i]);
    LLVMValueRef data = LLVMConstArray2(l->tensor, all, (uint64_t)n);
    free(all);
    return private_data(l, name, data, 0);
}

static LLVMValueRef metric_table(kcc_llvm *l, const kcc_metric *metric, int32_t n) {
    if (!metric || n <= 0) return LLVMConstNull(l->ptr);
    LLVMValueRef *all = calloc((size_t)n, sizeof *all);
    if (!all) {
        l->status = kcc_fail(l->error, KCC_ENOMEM, "", "", "out of memory");
        return LLVMConstNull(l->ptr);
    }
    for (int32_t i = 0; i < n; i++) {
        LLVMValueRef field[] = {string(l, metric[i].name), int32(l, metric[i].output),
                                int32(l, metric[i].direction)};
        all[i] = LLVMConstNamedStruct(l->metric, field, 3);
    }
    LLVMValueRef data = LLVMConstArray2(l->metric, all, (uint64_t)n);
    free(all);
    return private_data(l, "metrics", data, 0);
}

static LLVMValueRef range_table(kcc_llvm *l, const kcc_range *range, int32_t n) {
    if (!range || n <= 0) return LLVMConstNull(l->ptr);
    LLVMValueRef *all = calloc((size_t)n, sizeof *all);
    if (!all) {
        l->status = kcc_fail(l->error, KCC_ENOMEM, "", "", "out of memory");
        return LLVMConstNull(l->ptr);
    }
    for (int32_t i = 0; i < n; i++) {
        const kcc_range *r = &range[i];
        LLVMValueRef field[] = {int32(l, r->tensor), int32(l, r->whole), int64(l, r->begin),
                                int64(l, r->count),  int64(l, r->step),  int64(l, r->limit),
                                int64(l, r->ignored)};
        all[i] = LLVMConstNamedStruct(l->range, field, sizeof field / sizeof field[0]);
    }
    LLVMValueRef data = LLVMConstArray2(l->range, all, (uint64_t)n);
    free(all);
    return private_data(l, "ranges", data, 0);
}

static LLVMValueRef entry_table(const kcc_llvm *l) {
    LLVMValueRef all[KCC_ENTRY_COUNT];
    for (int i = 0; i < KCC_ENTRY_COUNT; i++) {
        const kcc_module_entry *from = &l->module->entry[i];
        LLVMValueRef field[] = {l->entry[i] ? l->entry[i] : LLVMConstNull(l->ptr),
                                int64(l, from->arena_fixed), int64(l, from->arena_per_sample)};
        all[i] = LLVMConstNamedStruct(l->entry_point, field, 3);
    }
    return LLVMConstArray2(l->entry_point, all, KCC_ENTRY_COUNT);
}

static LLVMValueRef weights_data(kcc_llvm *l, const char *symbol) {
    const kcc_program *p = &l->module->program;
    if (!p->initial_weights) return LLVMConstNull(l->ptr);
    if (!symbol)
        return private_data(l, "weights",
                            LLVMConstStringInContext2(l->context, p->initial_weights, p->initial_size, true),
                            KCC_ALIGN);
    LLVMValueRef g = LLVMAddGlobal(l->mod, l->i8, symbol);
    LLVMSetGlobalConstant(g, true);
    LLVMSetVisibility(g, LLVMHiddenVisibility);
    LLVMSetAlignment(g, KCC_ALIGN);
    return g;
}

kcc_status kcc_llvm_descriptor(kcc_llvm *l, const char *symbol, const char *weights) {
    const kcc_program *p = &l->module->program;
    kcc_llvm_descriptor_types(l);
    LLVMValueRef name = string(l, p->name), version = string(l, p->version), cpu = string(l, p->cpu),
                 features = string(l, p->features), model_json = string(l, p->model_json),
                 compile_json = string(l, p->compile_json);
    LLVMValueRef inputs = tensor_table(l, "inputs", p->inputs, p->n_inputs);
    LLVMValueRef outputs = tensor_table(l, "outputs", p->outputs, p->n_outputs);
    LLVMValueRef targets = tensor_table(l, "targets", p->targets, p->n_outputs);
    LLVMValueRef sample_weights = tensor_table(l, "sample_weights", p->sample_weights, p->n_outputs);
    LLVMValueRef variables = tensor_table(l, "variables", p->variables, p->n_variables);
    LLVMValueRef metrics = metric_table(l, p->metrics, p->n_metrics);
    LLVMValueRef initial_weights = weights_data(l, weights);
    LLVMValueRef ranges = range_table(l, p->ranges, p->n_ranges);
    LLVMValueRef folded = tensor_table(l, "folded", p->folded, p->n_folded);
    LLVMValueRef field[] = {
        int32(l, KCC_ABI_VERSION),
        int32(l, sizeof(kcc_program)),
        name,
        version,
        cpu,
        features,
        model_json,
        compile_json,
        int32(l, p->n_inputs),
        int32(l, p->n_outputs),
        int32(l, p->n_weights),
        int32(l, p->n_variables),
        int32(l, p->n_metrics),
        int32(l, p->has_schedule),
        LLVMConstReal(l->f32, (double)p->learning_rate),
        LLVMConstReal(l->f32, 0),
        inputs,
        outputs,
        targets,
        sample_weights,
        variables,
        metrics,
        entry_table(l),
        initial_weights,
        int64(l, p->initial_weights ? (int64_t)p->initial_size : 0),
        int32(l, p->ema_first),
        int32(l, p->n_ranges),
        ranges,
        folded,
        int32(l, p->n_folded),
    };
    LLVMValueRef g = LLVMAddGlobal(l->mod, l->program, symbol);
    LLVMSetInitializer(g, LLVMConstNamedStruct(l->program, field, sizeof field / sizeof field[0]));
    LLVMSetGlobalConstant(g, true);
    LLVMSetVisibility(g, LLVMHiddenVisibility);
    LLVMSetAlignment(g, KCC_ALIGN);
    return l->status;
}

void kcc_llvm_weights_text(kcc_text *out, const char *symbol, const char *file) {
    kcc_text_add(out,
                 "\t.section .rodata.%s,\"a\",%%progbits\n\t.p2align 6\n\t.globl %s\n\t.hidden %s\n%s:\n",
                 symbol, symbol, symbol, symbol);
    kcc_text_add(out, "\t.incbin \"");
    for (const char *p = file; *p; p++) {
        if (*p == '"' || *p == '\\') kcc_text_put(out, "\\", 1);
        kcc_text_put(out, p, 1);
    }
    kcc_text_add(out, "\"\n\t.section .note.GNU-stack,\"\",%%progbits\n\t.text\n");
}
