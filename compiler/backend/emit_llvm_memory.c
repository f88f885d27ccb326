/*
 * Loads and stores in LLVM IR.
 *
 * Takes: kcc_kmem: an affine address, a lane stride, a count of lanes, a predicate.
 * Gives: plain, masked, or lane-by-lane accesses.
 * Keeps: nothing outside the lanes counted and predicated is touched; every access names its parameter's
 *        alias scope.
 *
 * A predicated load without count reads zeros instead of branching: it selects the address.  Addresses are
 * summed outermost loop first and constant last: what a loop does not change is hoisted out of it, and the
 * accesses of a register tile differ in the displacement alone.
 */
#include "llvm.h"

#include <stdlib.h>

/* An access split into what the emission needs. */
typedef struct access {
    kcc_dtype kind;
    int lanes;
    LLVMTypeRef element;  /* in memory */
    LLVMValueRef address; /* of lane 0 */
    LLVMValueRef pred;    /* i1, or NULL: always */
    LLVMValueRef count;   /* i64, or NULL: all lanes */
    unsigned align;
} access;

static LLVMValueRef int64(const kcc_llvm *l, int64_t value) {
    return LLVMConstInt(l->i64, (uint64_t)value, true);
}

/* {s, true} is s * N. */
static LLVMValueRef dim_value(kcc_llvm_body *e, kcc_dim d) {
    LLVMValueRef size = int64(e->l, d.size);
    return d.batch ? LLVMBuildMul(e->l->b, e->field[KCC_RUN_BATCH], size, "") : size;
}

static LLVMValueRef advance(kcc_llvm_body *e, LLVMTypeRef element, LLVMValueRef from, LLVMValueRef by) {
    return LLVMBuildGEP2(e->l->b, element, from, &by, 1, "");
}

static LLVMValueRef address(kcc_llvm_body *e, const kcc_kmem *m, LLVMTypeRef element) {
    LLVMValueRef at = e->param[m->buffer];
    int order[KCC_KTERMS];
    for (int i = 0; i < m->n_terms; i++) { /* by depth of the loop that changes it, outermost first */
        int j = i, depth = e->depth[m->term[i].var];
        for (; j > 0 && e->depth[m->term[order[j - 1]].var] > depth; j--) order[j] = order[j - 1];
        order[j] = i;
    }
    if (m->offset.batch && m->offset.size) at = advance(e, element, at, dim_value(e, m->offset));
    for (int i = 0; i < m->n_terms; i++) {
        LLVMValueRef var = kcc_llvm_operand(e, m->term[order[i]].var);
        kcc_dim coef = m->term[order[i]].coef;
        if (coef.batch || coef.size != 1) var = LLVMBuildMul(e->l->b, var, dim_value(e, coef), "");
        at = advance(e, element, at, var);
    }
    if (!m->offset.batch && m->offset.size) at = advance(e, element, at, int64(e->l, m->offset.size));
    return at;
}

static access begin_access(kcc_llvm_body *e, const kcc_kinstr *in, const kcc_kmem *m) {
    kcc_llvm *l = e->l;
    access a = {.kind = in->type.kind, .lanes = in->type.lanes};
    a.element = kcc_llvm_memory_type(l, a.kind);
    a.align = (unsigned)kcc_dtype_size(a.kind);
    a.address = address(e, m, a.element);
    a.pred = m->pred == KCC_KNONE ? NULL : kcc_llvm_operand(e, m->pred);
    a.count = m->count == KCC_KNONE ? NULL : kcc_llvm_operand(e, m->count);
    if (a.count && a.lanes == 1) { /* one lane: a count is a predicate */
        LLVMValueRef any = LLVMBuildICmp(l->b, LLVMIntSGT, a.count, int64(l, 0), "");
        a.pred = a.pred ? LLVMBuildAnd(l->b, a.pred, any, "") : any;
        a.count = NULL;
    }
    return a;
}

static LLVMValueRef tag(kcc_llvm_body *e, const kcc_kmem *m, LLVMValueRef access) {
    LLVMSetMetadata(access, e->scope_kind, e->scope[m->buffer]);
    if (e->noalias[m->buffer]) LLVMSetMetadata(access, e->noalias_kind, e->noalias[m->buffer]);
    return access;
}

/* Lanes below count, and all or none by the predicate; count may be negative or more than there are lanes. */
static LLVMValueRef lane_mask(kcc_llvm *l, const access *a) {
    LLVMTypeRef i64 = l->i64;
    LLVMValueRef mask = NULL;
    if (a->count) {
        LLVMValueRef low[2] = {a->count, int64(l, 0)};
        LLVMValueRef high[2] = {kcc_llvm_intrinsic(l, "llvm.smax", &i64, 1, low, 2), int64(l, a->lanes)};
        LLVMValueRef n = kcc_llvm_intrinsic(l, "llvm.smin", &i64, 1, high, 2);
        n = kcc_llvm_splat(l, LLVMBuildTrunc(l->b, n, l->i32, ""), a->lanes);
        mask = LLVMBuildICmp(l->b, LLVMIntUGT, n, kcc_llvm_iota(l, (kcc_ktype){KCC_I32, a->lanes}), "");
    }
    if (!a->pred) return mask;
    LLVMValueRef all = kcc_llvm_splat(l, a->pred, a->lanes);
    return mask ? LLVMBuildAnd(l->b, mask, all, "") : all;
}

static LLVMValueRef lane_offsets(kcc_llvm_body *e, const access *a, kcc_dim stride) {
    LLVMValueRef lanes = kcc_llvm_iota(e->l, (kcc_ktype){KCC_I64, a->lanes});
    return LLVMBuildMul(e->l->b, lanes, kcc_llvm_splat(e->l, dim_value(e, stride), a->lanes), "");
}

static LLVMTypeRef memory_vector(const access *a) {
    return a->lanes > 1 ? LLVMVectorType(a->element, (unsigned)a->lanes) : a->element;
}

static bool contiguous(const access *a, kcc_dim stride) {
    return a->lanes == 1 || (stride.size == 1 && !stride.batch);
}

/* ------------------------------------------------------------ loads */

static LLVMValueRef load_masked(kcc_llvm_body *e, const kcc_kmem *m, const access *a) {
    kcc_llvm *l = e->l;
    LLVMTypeRef vector = memory_vector(a);
    LLVMValueRef align = LLVMConstInt(l->i32, a->align, false), zero = LLVMConstNull(vector);
    if (contiguous(a, m->lane_stride)) {
        LLVMValueRef args[] = {a->address, align, lane_mask(l, a), zero};
        return tag(e, m,
                   kcc_llvm_intrinsic(l, "llvm.masked.load", (LLVMTypeRef[]){vector, l->ptr}, 2, args, 4));
    }
    LLVMTypeRef pointers = LLVMVectorType(l->ptr, (unsigned)a->lanes);
    LLVMValueRef all = advance(e, a->element, a->address, lane_offsets(e, a, m->lane_stride));
    LLVMValueRef args[] = {all, align, lane_mask(l, a), zero};
    return tag(e, m,
               kcc_llvm_intrinsic(l, "llvm.masked.gather", (LLVMTypeRef[]){vector, pointers}, 2, args, 4));
}

static LLVMValueRef load_one(kcc_llvm_body *e, const kcc_kmem *m, LLVMTypeRef type, LLVMValueRef at,
                             unsigned align) {
    LLVMValueRef v = LLVMBuildLoad2(e->l->b, type, at, "");
    LLVMSetAlignment(v, align);
    return tag(e, m, v);
}

static LLVMValueRef load_lanes(kcc_llvm_body *e, const kcc_kmem *m, const access *a) {
    kcc_llvm *l = e->l;
    LLVMValueRef v = LLVMGetPoison(memory_vector(a)), stride = dim_value(e, m->lane_stride);
    for (int i = 0; i < a->lanes; i++) {
        LLVMValueRef by = LLVMBuildMul(l->b, stride, int64(l, i), "");
        LLVMValueRef at = i == 0 ? a->address : advance(e, a->element, a->address, by);
        if (a->pred) at = LLVMBuildSelect(l->b, a->pred, at, l->zeros, "");
        v = LLVMBuildInsertElement(l->b, v, load_one(e, m, a->element, at, a->align), int64(l, i), "");
    }
    return v;
}

LLVMValueRef kcc_llvm_load(kcc_llvm_body *e, const kcc_kinstr *in) {
    kcc_llvm *l = e->l;
    const kcc_kmem *m = &e->k->mem[in->mem];
    access a = begin_access(e, in, m);
    LLVMValueRef v;
    if (a.count) {
        v = load_masked(e, m, &a);
    } else if (contiguous(&a, m->lane_stride) || m->lane_stride.size == 0) {
        LLVMValueRef at = a.pred ? LLVMBuildSelect(l->b, a.pred, a.address, l->zeros, "") : a.address;
        bool one = m->lane_stride.size == 0 && a.lanes > 1;
        v = load_one(e, m, one ? a.element : memory_vector(&a), at, a.align);
        if (one) v = kcc_llvm_splat(l, v, a.lanes);
    } else {
        v = load_lanes(e, m, &a);
    }
    if (a.kind == KCC_BOOL) v = LLVMBuildICmp(l->b, LLVMIntNE, v, LLVMConstNull(LLVMTypeOf(v)), "");
    return v;
}

/* ------------------------------------------------------------ stores */

static void store_masked(kcc_llvm_body *e, const kcc_kmem *m, const access *a, LLVMValueRef value) {
    kcc_llvm *l = e->l;
    LLVMTypeRef vector = memory_vector(a);
    LLVMValueRef align = LLVMConstInt(l->i32, a->align, false);
    if (contiguous(a, m->lane_stride)) {
        LLVMValueRef args[] = {value, a->address, align, lane_mask(l, a)};
        tag(e, m, kcc_llvm_intrinsic(l, "llvm.masked.store", (LLVMTypeRef[]){vector, l->ptr}, 2, args, 4));
        return;
    }
    LLVMTypeRef pointers = LLVMVectorType(l->ptr, (unsigned)a->lanes);
    LLVMValueRef all = advance(e, a->element, a->address, lane_offsets(e, a, m->lane_stride));
    LLVMValueRef args[] = {value, all, align, lane_mask(l, a)};
    tag(e, m, kcc_llvm_intrinsic(l, "llvm.masked.scatter", (LLVMTypeRef[]){vector, pointers}, 2, args, 4));
}

static void store_one(kcc_llvm_body *e, const kcc_kmem *m, LLVMValueRef value, LLVMValueRef at,
                      unsigned align) {
    LLVMValueRef s = LLVMBuildStore(e->l->b, value, at);
    LLVMSetAlignment(s, align);
    tag(e, m, s);
}

static void store_all(kcc_llvm_body *e, const kcc_kmem *m, const access *a, LLVMValueRef value) {
    kcc_llvm *l = e->l;
    if (contiguous(a, m->lane_stride)) {
        store_one(e, m, value, a->address, a->align);
        return;
    }
    LLVMValueRef stride = dim_value(e, m->lane_stride);
    for (int i = 0; i < a->lanes; i++) {
        LLVMValueRef by = LLVMBuildMul(l->b, stride, int64(l, i), "");
        LLVMValueRef at = i == 0 ? a->address : advance(e, a->element, a->address, by);
        store_one(e, m, LLVMBuildExtractElement(l->b, value, int64(l, i), ""), at, a->align);
    }
}

void kcc_llvm_store(kcc_llvm_body *e, const kcc_kinstr *in) {
    kcc_llvm *l = e->l;
    const kcc_kmem *m = &e->k->mem[in->mem];
    LLVMValueRef value = kcc_llvm_splat(l, kcc_llvm_operand(e, in->arg[0]), in->type.lanes);
    access a = begin_access(e, in, m);
    if (a.kind == KCC_BOOL) value = LLVMBuildZExt(l->b, value, memory_vector(&a), "");
    if (a.count) {
        store_masked(e, m, &a, value);
        return;
    }
    if (!a.pred) {
        store_all(e, m, &a, value);
        return;
    }
    LLVMBasicBlockRef then = LLVMAppendBasicBlockInContext(l->context, e->function, "store");
    LLVMBasicBlockRef next = LLVMAppendBasicBlockInContext(l->context, e->function, "");
    LLVMBuildCondBr(l->b, a.pred, then, next);
    LLVMPositionBuilderAtEnd(l->b, then);
    store_all(e, m, &a, value);
    LLVMBuildBr(l->b, next);
    LLVMPositionBuilderAtEnd(l->b, next);
}

void kcc_llvm_prefetch(kcc_llvm_body *e, const kcc_kinstr *in) {
    kcc_llvm *l = e->l;
    access a = begin_access(e, in, &e->k->mem[in->mem]);
    LLVMValueRef read = LLVMConstInt(l->i32, 0, false), keep = LLVMConstInt(l->i32, 3, false),
                 data = LLVMConstInt(l->i32, 1, false);
    kcc_llvm_intrinsic(l, "llvm.prefetch", &l->ptr, 1, (LLVMValueRef[]){a.address, read, keep, data}, 4);
}
