/*
 * The reference interpreter of kernels.
 *
 * Takes: a kernel, its buffers with their sizes, a run, a range of tasks.
 * Gives: what the kernel computes: in double with libm's functions (the oracle for values and gradients), or
 *        in f32 after expansion (the oracle for the bits of both backends).
 * Keeps: no access outside a buffer is made; integers wrap; shifts use the low bits of their count;
 *        conversions that have no result in the integer kind saturate, NaN to 0 (backends never meet them).
 */
#include "kernel.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 16 };

/* The lanes of one value, by the kind they are held in. */
typedef union slot {
    float f32[LANES];
    double f64[LANES];
    int32_t i32[LANES];
    uint32_t u32[LANES];
    int64_t i64[LANES];
    uint64_t u64[LANES];
    uint8_t b[LANES];
} slot;

typedef struct evaluation {
    const kcc_kernel *k;
    bool exact;
    void *const *buffer;
    const int64_t *elements;
    const kcc_run *run;
    slot *value;       /* by instruction */
    kcc_kblock *block; /* the kernel's without constants, run fields and iotas, which are values already */
    kcc_text *out;
    kcc_status status;
} evaluation;

/* ------------------------------------------------------------ primitives in double (prims.def) */

static inline double kcc_round_even(double a) {
    double r = nearbyint(a); /* the rounding mode is never changed here */
    return copysign(r, a);
}
static inline double kcc_min(double a, double b) { return a < b || a != a ? a : b; }
static inline double kcc_max(double a, double b) { return a > b || a != a ? a : b; }

/* r = prim(a, b, c); arguments that the primitive does not have may be anything readable. */
static void prim_f64(kcc_prim prim, int n, double *r, const double *x, const double *y, const double *z) {
    switch (prim) {
#define KCC_PRIM(id, name, args, types, text, llvm, expand, reference) \
    case KCC_P_##id: \
        for (int l = 0; l < n; l++) { \
            double a = x[l], b = y[l], c = z[l]; \
            (void)a, (void)b, (void)c; \
            r[l] = (reference); \
        } \
        break;
#include "prims.def"
#undef KCC_PRIM
    default: break;
    }
}

/** prim of arg[0 … its arguments - 1], in double. */
double kcc_prim_reference(kcc_prim prim, const double *arg) {
    int args = kcc_prim_table[prim].args;
    double r = 0;
    prim_f64(prim, 1, &r, arg, arg + (args > 1), arg + (args > 2 ? 2 : 0));
    return r;
}

/* ------------------------------------------------------------ primitives by kind */

#define EACH(expression) \
    for (int l = 0; l < n; l++) r[l] = (expression); \
    return true

static bool prim_f32(kcc_prim prim, int n, float *r, const float *a, const float *b, const float *c) {
    switch (prim) {
    case KCC_P_ADD: EACH(a[l] + b[l]);
    case KCC_P_SUB: EACH(a[l] - b[l]);
    case KCC_P_MUL: EACH(a[l] * b[l]);
    case KCC_P_DIV: EACH(a[l] / b[l]);
    case KCC_P_FMA: EACH(fmaf(a[l], b[l], c[l]));
    case KCC_P_NEG: EACH(-a[l]);
    case KCC_P_ABS: EACH(fabsf(a[l]));
    case KCC_P_SQRT: EACH(sqrtf(a[l]));
    case KCC_P_FLOOR: EACH(floorf(a[l]));
    case KCC_P_CEIL: EACH(ceilf(a[l]));
    case KCC_P_TRUNC: EACH(truncf(a[l]));
    case KCC_P_ROUND: EACH(copysignf(nearbyintf(a[l]), a[l]));
    case KCC_P_MIN: EACH(a[l] < b[l] || a[l] != a[l] ? a[l] : b[l]);
    case KCC_P_MAX: EACH(a[l] > b[l] || a[l] != a[l] ? a[l] : b[l]);
    default: return false;
    }
}

static bool prim_bool(kcc_prim prim, int n, uint8_t *r, const uint8_t *a, const uint8_t *b) {
    switch (prim) {
    case KCC_P_AND: EACH(a[l] & b[l]);
    case KCC_P_OR: EACH(a[l] | b[l]);
    case KCC_P_XOR: EACH(a[l] ^ b[l]);
    case KCC_P_NOT: EACH(!a[l]);
    case KCC_P_EQ: EACH(a[l] == b[l]);
    case KCC_P_NE: EACH(a[l] != b[l]);
    default: return false;
    }
}

/* Division truncates; the smallest number by -1 wraps; by zero, which no kernel does, gives 0. */
#define INTEGERS(kind, T, U, bits, is_signed) \
    static bool prim_##kind(kcc_prim prim, int n, T *r, const T *a, const T *b) { \
        switch (prim) { \
        case KCC_P_ADD: EACH((T)((U)a[l] + (U)b[l])); \
        case KCC_P_SUB: EACH((T)((U)a[l] - (U)b[l])); \
        case KCC_P_MUL: EACH((T)((U)a[l] * (U)b[l])); \
        case KCC_P_DIV: EACH(b[l] == 0 ? 0 : (is_signed) && b[l] == (T)-1 ? (T)(0 - (U)a[l]) : a[l] / b[l]); \
        case KCC_P_MOD: EACH(b[l] == 0 || ((is_signed) && b[l] == (T)-1) ? 0 : a[l] % b[l]); \
        case KCC_P_NEG: EACH((T)(0 - (U)a[l])); \
        case KCC_P_MIN: EACH(a[l] < b[l] ? a[l] : b[l]); \
        case KCC_P_MAX: EACH(a[l] > b[l] ? a[l] : b[l]); \
        case KCC_P_AND: EACH(a[l] & b[l]); \
        case KCC_P_OR: EACH(a[l] | b[l]); \
        case KCC_P_XOR: EACH(a[l] ^ b[l]); \
        case KCC_P_NOT: EACH(~a[l]); \
        case KCC_P_SHL: EACH((T)((U)a[l] << ((U)b[l] & (bits - 1)))); \
        case KCC_P_SHR: EACH(a[l] >> ((U)b[l] & (bits - 1))); \
        case KCC_P_MULHI: \
            if (bits != 32 || (is_signed)) return false; \
            EACH((T)((uint64_t)a[l] * (uint64_t)b[l] >> 32)); \
        default: return false; \
        } \
    }
INTEGERS(i32, int32_t, uint32_t, 32, true)
INTEGERS(u32, uint32_t, uint32_t, 32, false)
INTEGERS(i64, int64_t, uint64_t, 64, true)
INTEGERS(u64, uint64_t, uint64_t, 64, false)

#define COMPARISONS(kind, T) \
    static bool compare_##kind(kcc_prim prim, int n, uint8_t *r, const T *a, const T *b) { \
        switch (prim) { \
        case KCC_P_LT: EACH(a[l] < b[l]); \
        case KCC_P_LE: EACH(a[l] <= b[l]); \
        case KCC_P_EQ: EACH(a[l] == b[l]); \
        case KCC_P_NE: EACH(a[l] != b[l]); \
        default: return false; \
        } \
    }
COMPARISONS(f32, float)
COMPARISONS(f64, double)
COMPARISONS(i32, int32_t)
COMPARISONS(u32, uint32_t)
COMPARISONS(i64, int64_t)
COMPARISONS(u64, uint64_t)

/* ------------------------------------------------------------ kinds in the two modes */

static kcc_status failed(evaluation *e, kcc_kval v, const char *what) {
    if (e->out) kcc_text_add(e->out, "kernel '%s', instruction %d: %s\n", e->k->name, (int)v, what);
    return e->status = KCC_EINTERNAL;
}

/* What a kind is held in: f32 is a double in double mode. */
static kcc_dtype held(const evaluation *e, kcc_dtype kind) {
    return kind == KCC_F32 && !e->exact ? KCC_F64 : kind;
}

static size_t size_of(kcc_dtype kind) {
    return kind == KCC_BOOL ? 1 : kind == KCC_F32 || kind == KCC_I32 || kind == KCC_U32 ? 4 : 8;
}

/* r = prim(a, b, c) for operands held as kind; every pointer is to lanes of that kind. */
static bool arithmetic(kcc_dtype kind, kcc_prim prim, int n, void *r, const void *a, const void *b,
                       const void *c) {
    switch (kind) {
    case KCC_F32: return prim_f32(prim, n, r, a, b, c);
    case KCC_F64: prim_f64(prim, n, r, a, b, c); return true;
    case KCC_I32: return prim_i32(prim, n, r, a, b);
    case KCC_U32: return prim_u32(prim, n, r, a, b);
    case KCC_I64: return prim_i64(prim, n, r, a, b);
    case KCC_U64: return prim_u64(prim, n, r, a, b);
    case KCC_BOOL: return prim_bool(prim, n, r, a, b);
    default: return false;
    }
}

static bool comparison(kcc_dtype kind, kcc_prim prim, int n, uint8_t *r, const slot *a, const slot *b) {
    switch (kind) {
    case KCC_F32: return compare_f32(prim, n, r, a->f32, b->f32);
    case KCC_F64: return compare_f64(prim, n, r, a->f64, b->f64);
    case KCC_I32: return compare_i32(prim, n, r, a->i32, b->i32);
    case KCC_U32: return compare_u32(prim, n, r, a->u32, b->u32);
    case KCC_I64: return compare_i64(prim, n, r, a->i64, b->i64);
    case KCC_U64: return compare_u64(prim, n, r, a->u64, b->u64);
    case KCC_BOOL: return prim_bool(prim, n, r, a->b, b->b);
    default: return false;
    }
}

static void do_prim(evaluation *e, kcc_kval v, const kcc_kinstr *i) {
    int n = i->type.lanes;
    slot *r = &e->value[v];
    const slot *a = &e->value[i->arg[0]];
    const slot *b = i->arg[1] >= 0 ? &e->value[i->arg[1]] : a;
    const slot *c = i->arg[2] >= 0 ? &e->value[i->arg[2]] : a;
    kcc_dtype kind = held(e, e->k->instr[i->arg[0]].type.kind);
    if (e->exact && kcc_prim_table[i->prim].expanded) {
        failed(e, v, "a mathematical function that was not expanded");
        return;
    }
    bool done = true;
    switch (i->prim) {
    case KCC_P_LT:
    case KCC_P_LE:
    case KCC_P_EQ:
    case KCC_P_NE: done = comparison(kind, i->prim, n, r->b, a, b); break;
    case KCC_P_SELECT: {
        size_t size = size_of(held(e, i->type.kind));
        for (int l = 0; l < n; l++) {
            const slot *from = a->b[l] ? b : c;
            if (size == 4)
                r->u32[l] = from->u32[l];
            else if (size == 8)
                r->u64[l] = from->u64[l];
            else
                r->b[l] = from->b[l];
        }
        break;
    }
    default: done = arithmetic(kind, i->prim, n, r, a, b, c); break;
    }
    if (!done) failed(e, v, "a primitive that its kind does not have");
}

static void do_fold(evaluation *e, kcc_kval v, const kcc_kinstr *i) {
    slot tree = e->value[i->arg[0]];
    kcc_dtype kind = held(e, i->type.kind);
    for (int n = e->k->instr[i->arg[0]].type.lanes / 2; n > 0; n /= 2) {
        const char *upper = (const char *)&tree + (size_t)n * size_of(kind);
        if (!arithmetic(kind, i->prim, n, &tree, &tree, upper, &tree)) {
            failed(e, v, "a fold that its kind does not have");
            return;
        }
    }
    e->value[v] = tree;
}

/* ------------------------------------------------------------ conversions */

static int64_t to_i64(double x) {
    return x != x ? 0 : x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}
static uint64_t to_u64(double x) { return !(x > 0) ? 0 : x >= 0x1p64 ? UINT64_MAX : (uint64_t)x; }
static int32_t to_i32(double x) {
    return x != x ? 0 : x >= 0x1p31 ? INT32_MAX : x <= -0x1p31 ? INT32_MIN : (int32_t)x;
}
static uint32_t to_u32(double x) { return !(x > 0) ? 0 : x >= 0x1p32 ? UINT32_MAX : (uint32_t)x; }

/* r[l] = a[l] from an integer kind: integers wrap, f32 is rounded once. */
#define FROM_INTEGERS(field) \
    for (int l = 0; l < n; l++) switch (to) { \
        case KCC_F32: r->f32[l] = (float)a.field[l]; break; \
        case KCC_F64: r->f64[l] = (double)a.field[l]; break; \
        case KCC_I32: r->i32[l] = (int32_t)a.field[l]; break; \
        case KCC_U32: r->u32[l] = (uint32_t)a.field[l]; break; \
        case KCC_I64: r->i64[l] = (int64_t)a.field[l]; break; \
        case KCC_U64: r->u64[l] = (uint64_t)a.field[l]; break; \
        default: r->b[l] = a.field[l] != 0; break; \
        } \
    break
#define FROM_FLOATS(field) \
    for (int l = 0; l < n; l++) switch (to) { \
        case KCC_F32: r->f32[l] = (float)a.field[l]; break; \
        case KCC_F64: r->f64[l] = (double)a.field[l]; break; \
        case KCC_I32: r->i32[l] = to_i32(a.field[l]); break; \
        case KCC_U32: r->u32[l] = to_u32(a.field[l]); break; \
        case KCC_I64: r->i64[l] = to_i64(a.field[l]); break; \
        case KCC_U64: r->u64[l] = to_u64(a.field[l]); break; \
        default: r->b[l] = a.field[l] != 0; break; \
        } \
    break

static void do_convert(evaluation *e, kcc_kval v, const kcc_kinstr *i) {
    int n = i->type.lanes;
    slot a = e->value[i->arg[0]], *r = &e->value[v];
    kcc_dtype to = held(e, i->type.kind);
    switch (held(e, e->k->instr[i->arg[0]].type.kind)) {
    case KCC_F32: FROM_FLOATS(f32);
    case KCC_F64: FROM_FLOATS(f64);
    case KCC_I32: FROM_INTEGERS(i32);
    case KCC_U32: FROM_INTEGERS(u32);
    case KCC_I64: FROM_INTEGERS(i64);
    case KCC_U64: FROM_INTEGERS(u64);
    default: FROM_INTEGERS(b);
    }
}

/* Bits are those of the kind: in double mode an f32 goes through float. */
static void do_bitcast(evaluation *e, kcc_kval v, const kcc_kinstr *i) {
    slot a = e->value[i->arg[0]];
    if (!e->exact && e->k->instr[i->arg[0]].type.kind == KCC_F32) {
        slot narrow = a;
        for (int l = 0; l < i->type.lanes; l++) narrow.f32[l] = (float)a.f64[l];
        a = narrow;
    }
    if (!e->exact && i->type.kind == KCC_F32) {
        slot wide = a;
        for (int l = 0; l < i->type.lanes; l++) wide.f64[l] = a.f32[l];
        a = wide;
    }
    e->value[v] = a;
}

static void fill(evaluation *e, slot *s, kcc_ktype type, double real, int64_t integer, int64_t step) {
    for (int l = 0; l < type.lanes; l++) switch (held(e, type.kind)) {
        case KCC_F32: s->f32[l] = step ? (float)(l * step) : (float)real; break;
        case KCC_F64: s->f64[l] = step ? (double)(l * step) : real; break;
        case KCC_I32:
        case KCC_U32: s->u32[l] = (uint32_t)(integer + l * step); break;
        case KCC_BOOL: s->b[l] = integer != 0; break;
        default: s->i64[l] = integer + l * step; break;
        }
}

static void do_splat(evaluation *e, kcc_kval v, const kcc_kinstr *i, int lane) {
    slot a = e->value[i->arg[0]], *r = &e->value[v];
    size_t size = size_of(held(e, i->type.kind));
    for (int l = 0; l < i->type.lanes; l++)
        memcpy((char *)r + (size_t)l * size, (char *)&a + (size_t)lane * size, size);
}

/* ------------------------------------------------------------ memory */

static void report_outside(evaluation *e, kcc_kval v, const kcc_kmem *m, int64_t index) {
    e->status = KCC_ERANGE;
    if (!e->out) return;
    const kcc_kernel *k = e->k;
    kcc_text_add(e->out,
                 "kernel '%s', instruction %d: %s '%s' at index %" PRId64 ", which has %" PRId64
                 " elements (batch %" PRId64,
                 k->name, (int)v, k->instr[v].op == KCC_K_LOAD ? "load from" : "store to",
                 k->param[m->buffer].name, index, e->elements[m->buffer], e->run->batch);
    for (int t = 0; t < m->n_terms; t++) {
        const char *note = k->instr[m->term[t].var].note;
        kcc_text_add(e->out, ", %s %" PRId64, note ? note : "term", e->value[m->term[t].var].i64[0]);
    }
    kcc_text_add(e->out, ")\n");
}

static void do_memory(evaluation *e, kcc_kval v, const kcc_kinstr *i) {
    const kcc_kmem *m = &e->k->mem[i->mem];
    int64_t batch = e->run->batch, lanes = i->type.lanes;
    bool load = i->op == KCC_K_LOAD;
    size_t size = size_of(held(e, i->type.kind));
    char *lane = (char *)&e->value[load ? v : i->arg[0]];
    if (load) memset(lane, 0, sizeof(slot));
    if (m->pred != KCC_KNONE && !e->value[m->pred].b[0]) return;
    if (m->count != KCC_KNONE && e->value[m->count].i64[0] < lanes) lanes = e->value[m->count].i64[0];
    if (lanes <= 0) return;
    uint64_t first = (uint64_t)kcc_dim_at(m->offset, batch);
    for (int t = 0; t < m->n_terms; t++)
        first += (uint64_t)kcc_dim_at(m->term[t].coef, batch) * e->value[m->term[t].var].u64[0];
    int64_t start = (int64_t)first, stride = kcc_dim_at(m->lane_stride, batch);
    uint64_t limit = (uint64_t)e->elements[m->buffer];
    for (int64_t l = 0; l < lanes; l++)
        if (first + (uint64_t)(l * stride) >= limit) {
            report_outside(e, v, m, start + l * stride);
            return;
        }
    char *place = (char *)e->buffer[m->buffer] + (size_t)start * size;
    if (stride == 1 || lanes == 1) {
        memcpy(load ? lane : place, load ? place : lane, (size_t)lanes * size);
        return;
    }
    for (int64_t l = 0; l < lanes; l++, lane += size) {
        char *element = place + l * stride * (int64_t)size;
        memcpy(load ? lane : element, load ? element : lane, size);
    }
}

static void do_fault(evaluation *e, const kcc_kinstr *i) {
    kcc_fault *f = e->run->fault;
    if (!e->value[i->arg[0]].b[0] || !f || f->set) return;
    f->set = 1;
    f->tensor = (int32_t)i->imm_i;
    f->sample = e->value[i->arg[1]].i64[0];
    f->position = e->value[i->arg[2]].i64[0];
    f->value = e->value[i->arg[3]].i64[0];
    f->limit = e->value[i->arg[4]].i64[0];
}

/* ------------------------------------------------------------ control */

static void run_block(evaluation *e, int block) {
    const kcc_kblock *b = &e->block[block];
    for (int n = 0; n < b->n && e->status == KCC_OK; n++) {
        kcc_kval v = b->instr[n];
        const kcc_kinstr *i = &e->k->instr[v];
        switch (i->op) {
        case KCC_K_PRIM: do_prim(e, v, i); break;
        case KCC_K_SPLAT: do_splat(e, v, i, 0); break;
        case KCC_K_LANE: do_splat(e, v, i, (int)i->imm_i); break;
        case KCC_K_CONVERT: do_convert(e, v, i); break;
        case KCC_K_BITCAST: do_bitcast(e, v, i); break;
        case KCC_K_FOLD: do_fold(e, v, i); break;
        case KCC_K_LOAD:
        case KCC_K_STORE: do_memory(e, v, i); break;
        case KCC_K_REG: e->value[v] = e->value[i->arg[0]]; break;
        case KCC_K_SET: e->value[i->arg[0]] = e->value[i->arg[1]]; break;
        case KCC_K_LOOP: {
            int64_t end = e->value[i->arg[1]].i64[0];
            for (int64_t at = e->value[i->arg[0]].i64[0]; at < end && e->status == KCC_OK; at += i->imm_i) {
                e->value[v].i64[0] = at;
                run_block(e, i->body);
            }
            break;
        }
        case KCC_K_IF:
            if (e->value[i->arg[0]].b[0]) run_block(e, i->body);
            break;
        case KCC_K_FAULT: do_fault(e, i); break;
        case KCC_K_PREFETCH: break;
        default: break;
        }
    }
}

/* Values that do not change during a call; true if v is one. */
static bool prepare(evaluation *e, kcc_kval v, int64_t begin, int64_t end) {
    const kcc_kinstr *i = &e->k->instr[v];
    if (i->op == KCC_K_CONST) {
        fill(e, &e->value[v], i->type, i->imm_f, i->imm_i, 0);
        return true;
    }
    if (i->op == KCC_K_IOTA) {
        fill(e, &e->value[v], i->type, 0, 0, 1);
        return true;
    }
    if (i->op != KCC_K_RUN) return false;
    const kcc_run *run = e->run;
    int64_t whole = 0;
    switch ((kcc_run_field)i->field) {
    case KCC_RUN_BEGIN: whole = begin; break;
    case KCC_RUN_END: whole = end; break;
    case KCC_RUN_BATCH: whole = run->batch; break;
    case KCC_RUN_STEP: whole = run->step; break;
    case KCC_RUN_SEED: whole = (int64_t)run->seed; break;
    default: break;
    }
    fill(e, &e->value[v], i->type, (double)run->learning_rate, whole, 0);
    return true;
}

kcc_status kcc_kernel_eval(const kcc_kernel *k, kcc_eval_mode mode, void *const *buffer,
                           const int64_t *elements, const kcc_run *run, int64_t begin, int64_t end,
                           kcc_text *out) {
    evaluation e = {.k = k,
                    .exact = mode == KCC_EVAL_EXACT,
                    .buffer = buffer,
                    .elements = elements,
                    .run = run,
                    .out = out,
                    .status = KCC_OK};
    e.value = calloc((size_t)k->n_instr + 1, sizeof(slot));
    e.block = calloc((size_t)k->n_blocks, sizeof(kcc_kblock));
    kcc_kval *order = calloc((size_t)k->n_instr + 1, sizeof *order);
    if (e.value && e.block && order) {
        kcc_kval *next = order;
        for (int b = 0; b < k->n_blocks; b++) {
            e.block[b].instr = next;
            for (int n = 0; n < k->block[b].n; n++)
                if (!prepare(&e, k->block[b].instr[n], begin, end)) *next++ = k->block[b].instr[n];
            e.block[b].n = (int)(next - e.block[b].instr);
        }
        run_block(&e, 0);
    } else {
        e.status = KCC_ENOMEM;
    }
    free(order);
    free(e.block);
    free(e.value);
    return e.status;
}
