/*
 * Kernels as LLVM IR.
 *
 * Takes: expanded, verified kernels.
 * Gives: one internal function each, `void name(ptr buffer, ptr run, i64 begin, i64 end)`; the LLVM module
 *        around them, verified and optimised.
 * Keeps: nothing is contracted or reassociated: the bits are those of the kernel's own operations.  The
 *        vectors are the scheduler's: LLVM is not asked to vectorise or unroll.
 *
 * Registers are allocas of the first block, which mem2reg turns into values.  Distinct parameters never
 * overlap: every access carries a scope named after its parameter, and the list of all the others.
 */
#include "llvm.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdlib.h>
#include <string.h>

/* The vector passes are left out (kernels are vectors already); what remains cleans up addresses and moves
 * them out of loops.  A tenth of the time of default<O2>, with the same speed of tile kernels. */
static const char passes[] =
    "function(mem2reg,early-cse<memssa>,loop-mssa(licm<allowspeculation>),instcombine<no-verify-fixpoint>,"
    "simplifycfg),globaldce";

kcc_status kcc_llvm_check(LLVMErrorRef failure, const char *what, kcc_error *error) {
    if (!failure) return KCC_OK;
    char *message = LLVMGetErrorMessage(failure);
    kcc_fail(error, KCC_EINTERNAL, "", "", "%s: %s", what, message);
    LLVMDisposeErrorMessage(message);
    return KCC_EINTERNAL;
}

/* LLVM reports some failures (a missing .incbin file) only here. */
static void on_diagnostic(LLVMDiagnosticInfoRef info, void *user) {
    kcc_llvm *l = user;
    if (LLVMGetDiagInfoSeverity(info) != LLVMDSError) return;
    char *text = LLVMGetDiagInfoDescription(info);
    l->status = kcc_fail(l->error, KCC_EINTERNAL, "", "", "LLVM: %s", text);
    LLVMDisposeMessage(text);
}

static void create_types(kcc_llvm *l) {
    LLVMContextRef c = l->context;
    l->none = LLVMVoidTypeInContext(c);
    l->ptr = LLVMPointerTypeInContext(c, 0);
    l->i1 = LLVMInt1TypeInContext(c);
    l->i8 = LLVMInt8TypeInContext(c);
    l->i16 = LLVMInt16TypeInContext(c);
    l->i32 = LLVMInt32TypeInContext(c);
    l->i64 = LLVMInt64TypeInContext(c);
    l->f32 = LLVMFloatTypeInContext(c);
    l->f64 = LLVMDoubleTypeInContext(c);
    LLVMTypeRef i32 = l->i32, i64 = l->i64, ptr = l->ptr, f32 = l->f32;
    l->run = LLVMStructCreateNamed(c, "kcc_run");
    LLVMTypeRef run[KCC_LL_RUN_FIELDS] = {i64, i64, i64, f32, f32};
    for (int i = KCC_LL_RUN_VARIABLES; i < KCC_LL_RUN_FIELDS; i++) run[i] = ptr;
    LLVMStructSetBody(l->run, run, KCC_LL_RUN_FIELDS, false);
    l->fault = LLVMStructCreateNamed(c, "kcc_fault");
    LLVMStructSetBody(l->fault, (LLVMTypeRef[]){i32, i32, i64, i64, i64, i64}, 6, false);
    l->kernel_type = LLVMFunctionType(l->none, (LLVMTypeRef[]){ptr, ptr, i64, i64}, 4, false);
    l->entry_type = LLVMFunctionType(i32, &ptr, 1, false);
    l->parallel_type = LLVMFunctionType(l->none, (LLVMTypeRef[]){ptr, ptr, ptr, ptr, i64, i64}, 6, false);
    l->fault_type = LLVMFunctionType(l->none, (LLVMTypeRef[]){ptr, i32, i64, i64, i64, i64}, 6, false);
}

static kcc_status create_machine(kcc_llvm *l) {
    kcc_llvm_initialize(!kcc_target_is_host(l->target));
    char *triple = kcc_target_triple(l->target), *message = NULL;
    LLVMTargetRef target = NULL;
    if (LLVMGetTargetFromTriple(triple, &target, &message)) {
        l->status = kcc_fail(l->error, KCC_EINVAL, "", "", "unknown target \"%.80s\"", triple);
    } else {
        l->machine =
            LLVMCreateTargetMachine(target, triple, l->target->cpu ? l->target->cpu : "", l->target->features,
                                    LLVMCodeGenLevelLess, LLVMRelocPIC, LLVMCodeModelDefault);
        if (!l->machine)
            l->status =
                kcc_fail(l->error, KCC_EINTERNAL, "", "", "LLVM has no code generator for \"%.80s\"", triple);
    }
    if (l->machine) {
        l->layout = LLVMCreateTargetDataLayout(l->machine);
        LLVMSetTarget(l->mod, triple);
        LLVMSetModuleDataLayout(l->mod, l->layout);
        if (LLVMPointerSize(l->layout) != 8 || LLVMByteOrder(l->layout) != LLVMLittleEndian)
            l->status = kcc_fail(l->error, KCC_EUNSUPPORTED, "", "use a 64-bit, little-endian target",
                                 "no code is made for target \"%.80s\"", triple);
    }
    LLVMDisposeMessage(message);
    LLVMDisposeMessage(triple);
    return l->status;
}

kcc_status kcc_llvm_open(kcc_llvm *l, const kcc_module *module, const kcc_target *target, kcc_error *error) {
    *l = (kcc_llvm){.module = module, .target = target, .error = error};
    l->kernel = calloc((size_t)module->n_kernels + 1, sizeof *l->kernel);
    l->constant = calloc((size_t)module->n_buffers + 1, sizeof *l->constant);
    if (!l->kernel || !l->constant) return l->status = kcc_fail(error, KCC_ENOMEM, "", "", "out of memory");
    l->context = LLVMContextCreate();
    LLVMContextSetDiagnosticHandler(l->context, on_diagnostic, l);
    l->mod = LLVMModuleCreateWithNameInContext(module->name, l->context);
    l->b = LLVMCreateBuilderInContext(l->context);
    create_types(l);
    return create_machine(l);
}

void kcc_llvm_close(kcc_llvm *l) {
    if (l->b) LLVMDisposeBuilder(l->b);
    if (l->mod) LLVMDisposeModule(l->mod);
    if (l->layout) LLVMDisposeTargetData(l->layout);
    if (l->machine) LLVMDisposeTargetMachine(l->machine);
    if (l->context) LLVMContextDispose(l->context);
    free(l->kernel);
    free(l->constant);
    *l = (kcc_llvm){0};
}

void kcc_llvm_attribute(kcc_llvm *l, LLVMValueRef function, const char *key, const char *value) {
    LLVMAttributeRef a =
        value ? LLVMCreateStringAttribute(l->context, key, (unsigned)strlen(key), value,
                                          (unsigned)strlen(value))
              : LLVMCreateEnumAttribute(l->context, LLVMGetEnumAttributeKindForName(key, strlen(key)), 0);
    LLVMAddAttributeAtIndex(function, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, a);
}

void kcc_llvm_function_attributes(kcc_llvm *l, LLVMValueRef function) {
    kcc_llvm_attribute(l, function, "nounwind", NULL);
    if (l->target->cpu && *l->target->cpu) kcc_llvm_attribute(l, function, "target-cpu", l->target->cpu);
    if (*l->target->features) kcc_llvm_attribute(l, function, "target-features", l->target->features);
    /* Without it LLVM halves 512-bit vectors on CPUs it believes to slow down for them. */
    if (l->target->lanes == 16) kcc_llvm_attribute(l, function, "prefer-vector-width", "512");
}

/* ------------------------------------------------------------ faults */

/* The thread that changes set from 0 to 1 fills the rest. */
static void emit_fault_function(kcc_llvm *l) {
    LLVMValueRef f = l->fault_function = LLVMAddFunction(l->mod, "report_fault", l->fault_type);
    LLVMSetLinkage(f, LLVMInternalLinkage);
    kcc_llvm_function_attributes(l, f);
    kcc_llvm_attribute(l, f, "noinline", NULL);
    kcc_llvm_attribute(l, f, "cold", NULL);
    LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(l->context, f, "entry");
    LLVMBasicBlockRef fill = LLVMAppendBasicBlockInContext(l->context, f, "fill");
    LLVMBasicBlockRef done = LLVMAppendBasicBlockInContext(l->context, f, "done");
    LLVMPositionBuilderAtEnd(l->b, entry);
    LLVMValueRef place = LLVMBuildStructGEP2(l->b, l->run, LLVMGetParam(f, 0), KCC_LL_RUN_FAULT, "");
    LLVMValueRef fault = LLVMBuildLoad2(l->b, l->ptr, place, "fault");
    LLVMValueRef zero = LLVMConstInt(l->i32, 0, false), one = LLVMConstInt(l->i32, 1, false);
    LLVMValueRef pair = LLVMBuildAtomicCmpXchg(l->b, LLVMBuildStructGEP2(l->b, l->fault, fault, 0, ""), zero,
                                               one, LLVMAtomicOrderingSequentiallyConsistent,
                                               LLVMAtomicOrderingSequentiallyConsistent, false);
    LLVMBuildCondBr(l->b, LLVMBuildExtractValue(l->b, pair, 1, "first"), fill, done);
    LLVMPositionBuilderAtEnd(l->b, fill);
    for (unsigned i = 1; i <= 5; i++)
        LLVMBuildStore(l->b, LLVMGetParam(f, i), LLVMBuildStructGEP2(l->b, l->fault, fault, i, ""));
    LLVMBuildBr(l->b, done);
    LLVMPositionBuilderAtEnd(l->b, done);
    LLVMBuildRetVoid(l->b);
}

static void emit_fault(kcc_llvm_body *e, const kcc_kinstr *in) {
    kcc_llvm *l = e->l;
    LLVMBasicBlockRef bad = LLVMAppendBasicBlockInContext(l->context, e->function, "fault");
    LLVMBasicBlockRef next = LLVMAppendBasicBlockInContext(l->context, e->function, "");
    LLVMValueRef args[6] = {e->run, LLVMConstInt(l->i32, (uint64_t)in->imm_i, true)};
    for (int i = 1; i < 5; i++) args[i + 1] = kcc_llvm_operand(e, in->arg[i]);
    LLVMBuildCondBr(l->b, kcc_llvm_operand(e, in->arg[0]), bad, next);
    LLVMPositionBuilderAtEnd(l->b, bad);
    LLVMBuildCall2(l->b, l->fault_type, l->fault_function, args, 6, "");
    LLVMBuildBr(l->b, next);
    LLVMPositionBuilderAtEnd(l->b, next);
}

/* ------------------------------------------------------------ control */

static void emit_block(kcc_llvm_body *e, int block);

/* Loops are built already rotated: test, then body with the test at its end. */
static void emit_loop(kcc_llvm_body *e, kcc_kval v) {
    kcc_llvm *l = e->l;
    const kcc_kinstr *in = &e->k->instr[v];
    LLVMValueRef from = kcc_llvm_operand(e, in->arg[0]), to = kcc_llvm_operand(e, in->arg[1]);
    LLVMBasicBlockRef head = LLVMAppendBasicBlockInContext(l->context, e->function, "enter");
    LLVMBasicBlockRef body = LLVMAppendBasicBlockInContext(l->context, e->function, "loop");
    LLVMBasicBlockRef exit = LLVMAppendBasicBlockInContext(l->context, e->function, "exit");
    LLVMBuildCondBr(l->b, LLVMBuildICmp(l->b, LLVMIntSLT, from, to, ""), head, exit);
    LLVMPositionBuilderAtEnd(l->b, head);
    LLVMBuildBr(l->b, body);
    LLVMPositionBuilderAtEnd(l->b, body);
    LLVMValueRef phi = LLVMBuildPhi(l->b, l->i64, in->note ? in->note : "i");
    e->value[v] = phi;
    e->depth[v] = ++e->level;
    emit_block(e, in->body);
    e->level--;
    LLVMValueRef next = LLVMBuildNSWAdd(l->b, phi, LLVMConstInt(l->i64, (uint64_t)in->imm_i, true), "next");
    LLVMBasicBlockRef last = LLVMGetInsertBlock(l->b);
    LLVMBuildCondBr(l->b, LLVMBuildICmp(l->b, LLVMIntSLT, next, to, ""), body, exit);
    LLVMAddIncoming(phi, (LLVMValueRef[]){from, next}, (LLVMBasicBlockRef[]){head, last}, 2);
    LLVMMoveBasicBlockAfter(exit, last);
    LLVMPositionBuilderAtEnd(l->b, exit);
}

static void emit_if(kcc_llvm_body *e, const kcc_kinstr *in) {
    kcc_llvm *l = e->l;
    LLVMBasicBlockRef then = LLVMAppendBasicBlockInContext(l->context, e->function, "then");
    LLVMBasicBlockRef next = LLVMAppendBasicBlockInContext(l->context, e->function, "");
    LLVMBuildCondBr(l->b, kcc_llvm_operand(e, in->arg[0]), then, next);
    LLVMPositionBuilderAtEnd(l->b, then);
    emit_block(e, in->body);
    LLVMMoveBasicBlockAfter(next, LLVMGetInsertBlock(l->b));
    LLVMBuildBr(l->b, next);
    LLVMPositionBuilderAtEnd(l->b, next);
}

/* A register: storage in the function's first block, before the branch out of it. */
static LLVMValueRef emit_register(kcc_llvm_body *e, const kcc_kinstr *in) {
    kcc_llvm *l = e->l;
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->b);
    LLVMPositionBuilderBefore(l->b, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(e->function)));
    LLVMValueRef place = LLVMBuildAlloca(l->b, kcc_llvm_type(l, in->type), in->note ? in->note : "reg");
    LLVMPositionBuilderAtEnd(l->b, here);
    LLVMBuildStore(l->b, kcc_llvm_operand(e, in->arg[0]), place);
    return place;
}

static void emit_instr(kcc_llvm_body *e, kcc_kval v) {
    kcc_llvm *l = e->l;
    const kcc_kinstr *in = &e->k->instr[v];
    LLVMValueRef *value = &e->value[v];
    e->depth[v] = e->level;
    switch (in->op) {
    case KCC_K_CONST: *value = kcc_llvm_constant(l, in); break;
    case KCC_K_RUN: *value = e->field[in->field]; break;
    case KCC_K_PRIM: *value = kcc_llvm_prim(e, in); break;
    case KCC_K_SPLAT: *value = kcc_llvm_splat(l, kcc_llvm_operand(e, in->arg[0]), in->type.lanes); break;
    case KCC_K_LANE:
        *value = kcc_llvm_operand(e, in->arg[0]);
        if (e->k->instr[in->arg[0]].type.lanes > 1)
            *value =
                LLVMBuildExtractElement(l->b, *value, LLVMConstInt(l->i64, (uint64_t)in->imm_i, false), "");
        break;
    case KCC_K_IOTA: *value = kcc_llvm_iota(l, in->type); break;
    case KCC_K_CONVERT: *value = kcc_llvm_convert(e, in); break;
    case KCC_K_BITCAST:
        *value = LLVMBuildBitCast(l->b, kcc_llvm_operand(e, in->arg[0]), kcc_llvm_type(l, in->type), "");
        break;
    case KCC_K_FOLD: *value = kcc_llvm_fold(e, in); break;
    case KCC_K_LOAD: *value = kcc_llvm_load(e, in); break;
    case KCC_K_STORE: kcc_llvm_store(e, in); break;
    case KCC_K_PREFETCH: kcc_llvm_prefetch(e, in); break;
    case KCC_K_REG: *value = emit_register(e, in); break;
    case KCC_K_SET: LLVMBuildStore(l->b, kcc_llvm_operand(e, in->arg[1]), e->value[in->arg[0]]); break;
    case KCC_K_LOOP: emit_loop(e, v); break;
    case KCC_K_IF: emit_if(e, in); break;
    case KCC_K_FAULT: emit_fault(e, in); break;
    case KCC_KOP_COUNT: break;
    }
}

static void emit_block(kcc_llvm_body *e, int block) {
    const kcc_kblock *b = &e->k->block[block];
    for (int i = 0; i < b->n; i++) emit_instr(e, b->instr[i]);
}

/* ------------------------------------------------------------ kernels */

static LLVMValueRef metadata_list(kcc_llvm *l, LLVMMetadataRef *items, int n) {
    return LLVMMetadataAsValue(l->context, LLVMMDNodeInContext2(l->context, items, (size_t)n));
}

/* Scopes are named by strings ("kernel.param"), which LLVM takes for their identity. */
static bool create_scopes(kcc_llvm_body *e) {
    kcc_llvm *l = e->l;
    int n = e->k->n_params;
    LLVMMetadataRef *all = calloc((size_t)n + 1, sizeof *all),
                    *others = calloc((size_t)n + 1, sizeof *others);
    bool ok = all && others;
    const char *name = e->k->name;
    LLVMMetadataRef domain_name = LLVMMDStringInContext2(l->context, name, strlen(name));
    LLVMMetadataRef domain = LLVMMDNodeInContext2(l->context, &domain_name, 1);
    for (int i = 0; i < n && ok; i++) {
        kcc_text text = {0};
        kcc_text_add(&text, "%s.%s", name, e->k->param[i].name);
        ok = !text.failed;
        if (ok)
            all[i] = LLVMMDNodeInContext2(
                l->context,
                (LLVMMetadataRef[]){LLVMMDStringInContext2(l->context, text.data, text.size), domain}, 2);
        kcc_text_free(&text);
    }
    for (int i = 0; i < n && ok; i++) {
        int m = 0;
        for (int j = 0; j < n; j++)
            if (j != i) others[m++] = all[j];
        e->scope[i] = metadata_list(l, &all[i], 1);
        e->noalias[i] = m > 0 ? metadata_list(l, others, m) : NULL;
    }
    free(all);
    free(others);
    e->scope_kind = LLVMGetMDKindIDInContext(l->context, "alias.scope", 11);
    e->noalias_kind = LLVMGetMDKindIDInContext(l->context, "noalias", 7);
    return ok;
}

/* A load of what does not change during the call. */
static LLVMValueRef load_invariant(kcc_llvm *l, LLVMTypeRef type, LLVMValueRef place, const char *name) {
    LLVMValueRef value = LLVMBuildLoad2(l->b, type, place, name);
    LLVMSetMetadata(value, LLVMGetMDKindIDInContext(l->context, "invariant.load", 14),
                    LLVMMetadataAsValue(l->context, LLVMMDNodeInContext2(l->context, NULL, 0)));
    return value;
}

/* Loads parameters, and what of the run the kernel reads. */
static void load_arguments(kcc_llvm_body *e) {
    kcc_llvm *l = e->l;
    static const struct {
        kcc_run_field field;
        unsigned place;
        const char *name;
    } fields[] = {{KCC_RUN_BATCH, KCC_LL_RUN_BATCH, "batch"},
                  {KCC_RUN_STEP, KCC_LL_RUN_STEP, "step"},
                  {KCC_RUN_SEED, KCC_LL_RUN_SEED, "seed"},
                  {KCC_RUN_LR, KCC_LL_RUN_LR, "learning_rate"}};
    bool used[KCC_RUN_FIELD_COUNT] = {false};
    for (int i = 0; i < e->k->n_instr; i++)
        if (e->k->instr[i].op == KCC_K_RUN) used[e->k->instr[i].field] = true;
    for (int i = 0; i < e->k->n_mem; i++) { /* coefficients counted per sample */
        const kcc_kmem *m = &e->k->mem[i];
        if (m->offset.batch || m->lane_stride.batch) used[KCC_RUN_BATCH] = true;
        for (int t = 0; t < m->n_terms; t++)
            if (m->term[t].coef.batch) used[KCC_RUN_BATCH] = true;
    }
    for (int i = 0; i < e->k->n_params; i++) {
        LLVMValueRef at = LLVMConstInt(l->i64, (uint64_t)i, false);
        LLVMValueRef place = LLVMBuildInBoundsGEP2(l->b, l->ptr, LLVMGetParam(e->function, 0), &at, 1, "");
        e->param[i] = load_invariant(l, l->ptr, place, e->k->param[i].name);
    }
    e->field[KCC_RUN_BEGIN] = LLVMGetParam(e->function, 2);
    e->field[KCC_RUN_END] = LLVMGetParam(e->function, 3);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!used[fields[i].field]) continue;
        LLVMTypeRef type = fields[i].field == KCC_RUN_LR ? l->f32 : l->i64;
        LLVMValueRef place = LLVMBuildStructGEP2(l->b, l->run, e->run, fields[i].place, "");
        e->field[fields[i].field] = load_invariant(l, type, place, fields[i].name);
    }
}

static LLVMValueRef declare_kernel(kcc_llvm *l, const kcc_kernel *k) {
    static const char *const names[] = {"buffer", "run", "begin", "end"};
    kcc_text symbol = {0}; /* the prefix keeps a kernel called "memset" from being taken for C's */
    kcc_text_add(&symbol, "kernel.%s", k->name);
    LLVMValueRef f = LLVMAddFunction(l->mod, symbol.failed ? k->name : symbol.data, l->kernel_type);
    kcc_text_free(&symbol);
    LLVMSetLinkage(f, LLVMInternalLinkage);
    kcc_llvm_function_attributes(l, f);
    kcc_llvm_attribute(l, f, "noinline", NULL);
    for (unsigned i = 0; i < 4; i++) LLVMSetValueName2(LLVMGetParam(f, i), names[i], strlen(names[i]));
    return f;
}

static bool emit_kernel(kcc_llvm *l, const kcc_kernel *k, LLVMValueRef function) {
    kcc_llvm_body e = {.l = l, .k = k, .function = function, .run = LLVMGetParam(function, 1)};
    size_t n = (size_t)k->n_instr + 1, n_params = (size_t)k->n_params + 1;
    e.value = calloc(n, sizeof *e.value);
    e.depth = calloc(n, sizeof *e.depth);
    e.param = calloc(n_params, sizeof *e.param);
    e.scope = calloc(n_params, sizeof *e.scope);
    e.noalias = calloc(n_params, sizeof *e.noalias);
    bool ok = e.value && e.depth && e.param && e.scope && e.noalias && create_scopes(&e);
    if (ok) {
        LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(l->context, function, "entry");
        LLVMBasicBlockRef start = LLVMAppendBasicBlockInContext(l->context, function, "start");
        LLVMPositionBuilderAtEnd(l->b, entry);
        load_arguments(&e);
        LLVMBuildBr(l->b, start);
        LLVMPositionBuilderAtEnd(l->b, start);
        emit_block(&e, 0);
        LLVMBuildRetVoid(l->b);
    }
    free(e.value);
    free(e.depth);
    free(e.param);
    free(e.scope);
    free(e.noalias);
    return ok;
}

static bool has_fault(const kcc_module *m) {
    for (int i = 0; i < m->n_kernels; i++)
        for (int j = 0; j < m->kernel[i]->n_instr; j++)
            if (m->kernel[i]->instr[j].op == KCC_K_FAULT) return true;
    return false;
}

kcc_status kcc_llvm_kernels(kcc_llvm *l) {
    LLVMTypeRef bytes = LLVMArrayType2(l->i8, 128); /* the widest vector: 16 lanes of 8 bytes */
    l->zeros = LLVMAddGlobal(l->mod, bytes, "zeros");
    LLVMSetInitializer(l->zeros, LLVMConstNull(bytes));
    LLVMSetLinkage(l->zeros, LLVMPrivateLinkage);
    LLVMSetGlobalConstant(l->zeros, true);
    LLVMSetUnnamedAddress(l->zeros, LLVMGlobalUnnamedAddr);
    LLVMSetAlignment(l->zeros, KCC_ALIGN);
    if (has_fault(l->module)) emit_fault_function(l);
    for (int i = 0; i < l->module->n_kernels; i++) {
        l->kernel[i] = declare_kernel(l, l->module->kernel[i]);
        if (!emit_kernel(l, l->module->kernel[i], l->kernel[i]))
            return l->status = kcc_fail(l->error, KCC_ENOMEM, "", "", "out of memory");
    }
    return l->status;
}

kcc_status kcc_llvm_verify(kcc_llvm *l) {
    char *message = NULL;
    if (LLVMVerifyModule(l->mod, LLVMReturnStatusAction, &message) && !l->status)
        l->status = kcc_fail(l->error, KCC_EINTERNAL, "", "", "LLVM refuses the module: %s", message);
    LLVMDisposeMessage(message);
    return l->status;
}

kcc_status kcc_llvm_optimise(kcc_llvm *l) {
    if (kcc_llvm_verify(l)) return l->status;
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    kcc_status status =
        kcc_llvm_check(LLVMRunPasses(l->mod, passes, l->machine, options), "LLVM's passes", l->error);
    LLVMDisposePassBuilderOptions(options);
    if (!l->status) l->status = status;
    return l->status;
}
