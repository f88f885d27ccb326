/*
 * Builder of kernels and the table of primitives.
 *
 * Takes: an arena and calls in the order of execution.
 * Gives: kernels whose integer arithmetic on constants is done already and whose addresses are collected.
 * Keeps: a call appends at k->cursor only; arguments of a vector primitive all have the result's lanes; an
 *        operation that is the identity returns its argument, but never a register, which would be read later
 *        than the caller wrote it.
 */
#include "module.h"

#include <string.h>

const char *const kcc_entry_names[KCC_ENTRY_COUNT] = {
    "predict", "train_step", "evaluate_step", "gradients", "gradients_training", "results", "fold"};

/* A primitive is expanded exactly if its C column is empty. */
const kcc_prim_info kcc_prim_table[KCC_PRIM_COUNT] = {
#define F(name) #name
#define KCC_PRIM(id, name, args, types, c, llvm, expand, reference) \
    [KCC_P_##id] = {name, args, sizeof(c) == 1},
#include "prims.def"
#undef KCC_PRIM
#undef F
};

/* ------------------------------------------------------------ kernels, blocks, instructions */

static int new_block(kcc_kernel *k) {
    k->block = kcc_grow(k->arena, k->block, &k->cap_blocks, k->n_blocks + 1, sizeof *k->block);
    k->block[k->n_blocks] = (kcc_kblock){0};
    return k->n_blocks++;
}

static kcc_kinstr blank(kcc_kop op, kcc_ktype type) {
    return (kcc_kinstr){.op = op,
                        .type = type,
                        .arg = {KCC_KNONE, KCC_KNONE, KCC_KNONE, KCC_KNONE, KCC_KNONE},
                        .mem = -1,
                        .body = -1};
}

static kcc_kval append(kcc_kernel *k, kcc_kinstr instr) {
    k->instr = kcc_grow(k->arena, k->instr, &k->cap_instr, k->n_instr + 1, sizeof *k->instr);
    kcc_kval v = k->n_instr++;
    k->instr[v] = instr;
    kcc_kblock *b = &k->block[k->cursor];
    b->instr = kcc_grow(k->arena, b->instr, &b->cap, b->n + 1, sizeof *b->instr);
    b->instr[b->n++] = v;
    return v;
}

/** A kernel with an empty block 0 and no parameters; owned by the arena.  The name is copied. */
kcc_kernel *kcc_kernel_create(kcc_arena *arena, const char *name) {
    kcc_kernel *k = kcc_alloc(arena, sizeof *k);
    k->arena = arena;
    k->name = kcc_strdup(arena, name);
    k->cursor = new_block(k);
    return k;
}

/** Adds a parameter and returns its index; loads and stores mark it read and written. */
int kcc_kernel_param(kcc_kernel *k, const char *name, kcc_dtype kind) {
    k->param = kcc_grow(k->arena, k->param, &k->cap_params, k->n_params + 1, sizeof *k->param);
    k->param[k->n_params] = (kcc_kparam){.name = kcc_strdup(k->arena, name), .kind = kind};
    return k->n_params++;
}

kcc_ktype kcc_k_type(const kcc_kernel *k, kcc_kval v) { return k->instr[v].type; }

/* ------------------------------------------------------------ constants */

static bool is_float(kcc_dtype kind) { return kind == KCC_F32 || kind == KCC_F64; }

/* The 64 bits that imm_i holds for a constant: sign extended for i32, zero extended for u32. */
static int64_t normal(kcc_dtype kind, int64_t value) {
    switch (kind) {
    case KCC_I32: return (int32_t)value;
    case KCC_U32: return (uint32_t)value;
    case KCC_BOOL: return value != 0;
    default: return value;
    }
}

static uint64_t double_bits(double value) {
    union {
        double d;
        uint64_t u;
    } bits = {value};
    return bits.u;
}

/* How far back a constant is looked for: farther than any expansion is long, and no quadratic time. */
enum { LOOK_BACK = 192 };

static kcc_kval constant(kcc_kernel *k, kcc_kinstr c) {
    const kcc_kblock *b = &k->block[k->cursor];
    for (int i = b->n - 1; i >= 0 && i >= b->n - LOOK_BACK; i--) {
        const kcc_kinstr *o = &k->instr[b->instr[i]];
        if (o->op == KCC_K_CONST && o->type.kind == c.type.kind && o->type.lanes == c.type.lanes &&
            o->imm_i == c.imm_i && double_bits(o->imm_f) == double_bits(c.imm_f))
            return b->instr[i];
    }
    return append(k, c);
}

kcc_kval kcc_k_int(kcc_kernel *k, int64_t value) {
    return kcc_k_bits(k, (kcc_ktype){KCC_I64, 1}, (uint64_t)value);
}

kcc_kval kcc_k_const(kcc_kernel *k, kcc_ktype type, double value) {
    kcc_kinstr c = blank(KCC_K_CONST, type);
    if (is_float(type.kind))
        c.imm_f = value;
    else if (type.kind == KCC_BOOL)
        c.imm_i = value != 0;
    else if (value >= 0x1p63)
        c.imm_i = normal(type.kind, (int64_t)(uint64_t)value);
    else
        c.imm_i = normal(type.kind, (int64_t)value);
    return constant(k, c);
}

kcc_kval kcc_k_bits(kcc_kernel *k, kcc_ktype type, uint64_t bits) {
    kcc_kinstr c = blank(KCC_K_CONST, type);
    c.imm_i = normal(type.kind, (int64_t)bits);
    return constant(k, c);
}

kcc_kval kcc_k_run(kcc_kernel *k, kcc_run_field field) {
    kcc_dtype kind = field == KCC_RUN_LR ? KCC_F32 : field == KCC_RUN_SEED ? KCC_U64 : KCC_I64;
    kcc_kinstr i = blank(KCC_K_RUN, (kcc_ktype){kind, 1});
    i.field = (int)field;
    return append(k, i);
}

/* ------------------------------------------------------------ primitives */

static bool const_i64(const kcc_kernel *k, kcc_kval v, int64_t *value) {
    const kcc_kinstr *i = &k->instr[v];
    *value = i->imm_i;
    return i->op == KCC_K_CONST && i->type.kind == KCC_I64;
}

/* x op y for two known integers; false where C does not define it. */
static bool fold_two(kcc_prim prim, int64_t x, int64_t y, int64_t *out) {
    switch (prim) {
    case KCC_P_ADD: *out = (int64_t)((uint64_t)x + (uint64_t)y); return true;
    case KCC_P_SUB: *out = (int64_t)((uint64_t)x - (uint64_t)y); return true;
    case KCC_P_MUL: *out = (int64_t)((uint64_t)x * (uint64_t)y); return true;
    case KCC_P_MIN: *out = x < y ? x : y; return true;
    case KCC_P_MAX: *out = x > y ? x : y; return true;
    case KCC_P_DIV:
    case KCC_P_MOD:
        if (y == 0 || y == -1) return false;
        *out = prim == KCC_P_DIV ? x / y : x % y;
        return true;
    default: return false;
    }
}

/* Scalar arithmetic on indices, with registers left alone: what they hold changes. */
static bool index_arithmetic(const kcc_kernel *k, const kcc_kinstr *i) {
    if (i->op != KCC_K_PRIM || i->type.lanes != 1) return false;
    for (int a = 0; a < 5 && i->arg[a] != KCC_KNONE; a++)
        if (k->instr[i->arg[a]].op == KCC_K_REG || is_float(k->instr[i->arg[a]].type.kind)) return false;
    return true;
}

/* The same arithmetic, not far back in this block, or NONE. */
static kcc_kval done_before(const kcc_kernel *k, const kcc_kinstr *i) {
    const kcc_kblock *b = &k->block[k->cursor];
    if (!index_arithmetic(k, i)) return KCC_KNONE;
    for (int n = b->n - 1; n >= 0 && n >= b->n - LOOK_BACK; n--) {
        const kcc_kinstr *o = &k->instr[b->instr[n]];
        if (o->op == KCC_K_PRIM && o->prim == i->prim && o->type.kind == i->type.kind && o->type.lanes == 1 &&
            memcmp(o->arg, i->arg, sizeof o->arg) == 0)
            return b->instr[n];
    }
    return KCC_KNONE;
}

/* x + y for y known and x = a + b with b known, too: a + (b + y); else NONE. */
static kcc_kval add_known(kcc_kernel *k, kcc_kval x, int64_t y) {
    const kcc_kinstr *i = &k->instr[x];
    int64_t b;
    if (i->op != KCC_K_PRIM || i->prim != KCC_P_ADD || !index_arithmetic(k, i)) return KCC_KNONE;
    for (int n = 0; n < 2; n++)
        if (const_i64(k, i->arg[n], &b))
            return kcc_k_prim2(k, KCC_P_ADD, i->arg[1 - n],
                               kcc_k_int(k, (int64_t)((uint64_t)b + (uint64_t)y)));
    return KCC_KNONE;
}

/* The value that a i64 primitive is known to have, or NONE. */
static kcc_kval fold_i64(kcc_kernel *k, kcc_prim prim, kcc_kval a, kcc_kval b) {
    kcc_ktype type = k->instr[a].type;
    int64_t x, y, result;
    bool know_x = const_i64(k, a, &x), know_y = const_i64(k, b, &y);
    if (know_x && know_y) {
        if (!fold_two(prim, x, y, &result)) return KCC_KNONE;
        return kcc_k_bits(k, type, (uint64_t)result);
    }
    bool zero = (know_x && x == 0) || (know_y && y == 0);
    if (prim == KCC_P_MUL && zero) return kcc_k_bits(k, type, 0);
    if (prim == KCC_P_MOD && know_y && y == 1) return kcc_k_bits(k, type, 0);
    kcc_kval same = KCC_KNONE;
    if (know_y && ((y == 0 && (prim == KCC_P_ADD || prim == KCC_P_SUB)) ||
                   (y == 1 && (prim == KCC_P_MUL || prim == KCC_P_DIV))))
        same = a;
    if (know_x && ((x == 0 && prim == KCC_P_ADD) || (x == 1 && prim == KCC_P_MUL))) same = b;
    if (same == KCC_KNONE && prim == KCC_P_ADD && (know_x || know_y))
        return know_y ? add_known(k, a, y) : add_known(k, b, x);
    return same != KCC_KNONE && k->instr[same].op != KCC_K_REG ? same : KCC_KNONE;
}

static kcc_kval prim_n(kcc_kernel *k, kcc_prim prim, int n, kcc_kval *arg) {
    int lanes = 1;
    for (int i = 0; i < n; i++)
        if (k->instr[arg[i]].type.lanes > lanes) lanes = k->instr[arg[i]].type.lanes;
    for (int i = 0; i < n; i++) arg[i] = kcc_k_splat(k, arg[i], lanes);
    kcc_ktype type = k->instr[arg[prim == KCC_P_SELECT ? 1 : 0]].type;
    if (n == 2 && type.kind == KCC_I64) {
        kcc_kval known = fold_i64(k, prim, arg[0], arg[1]);
        if (known != KCC_KNONE) return known;
    }
    if (prim == KCC_P_LT || prim == KCC_P_LE || prim == KCC_P_EQ || prim == KCC_P_NE) type.kind = KCC_BOOL;
    kcc_kinstr instr = blank(KCC_K_PRIM, type);
    instr.prim = prim;
    for (int i = 0; i < n; i++) instr.arg[i] = arg[i];
    kcc_kval before = done_before(k, &instr);
    return before != KCC_KNONE ? before : append(k, instr);
}

kcc_kval kcc_k_prim1(kcc_kernel *k, kcc_prim prim, kcc_kval a) { return prim_n(k, prim, 1, (kcc_kval[]){a}); }

kcc_kval kcc_k_prim2(kcc_kernel *k, kcc_prim prim, kcc_kval a, kcc_kval b) {
    return prim_n(k, prim, 2, (kcc_kval[]){a, b});
}

kcc_kval kcc_k_prim3(kcc_kernel *k, kcc_prim prim, kcc_kval a, kcc_kval b, kcc_kval c) {
    return prim_n(k, prim, 3, (kcc_kval[]){a, b, c});
}

/* ------------------------------------------------------------ lanes and conversions */

kcc_kval kcc_k_splat(kcc_kernel *k, kcc_kval a, int lanes) {
    kcc_kinstr source = k->instr[a];
    if (source.type.lanes == lanes) return a;
    kcc_ktype type = {source.type.kind, lanes};
    if (source.op == KCC_K_CONST) {
        source.type = type;
        return constant(k, source);
    }
    kcc_kinstr instr = blank(KCC_K_SPLAT, type);
    instr.arg[0] = a;
    return append(k, instr);
}

kcc_kval kcc_k_lane(kcc_kernel *k, kcc_kval a, int lane) {
    kcc_kinstr instr = blank(KCC_K_LANE, (kcc_ktype){k->instr[a].type.kind, 1});
    instr.arg[0] = a;
    instr.imm_i = lane;
    return append(k, instr);
}

kcc_kval kcc_k_iota(kcc_kernel *k, kcc_ktype type) { return append(k, blank(KCC_K_IOTA, type)); }

kcc_kval kcc_k_convert(kcc_kernel *k, kcc_kval a, kcc_dtype kind) {
    const kcc_kinstr *source = &k->instr[a];
    if (source->type.kind == kind) return a;
    kcc_ktype type = {kind, source->type.lanes};
    if (source->op == KCC_K_CONST && source->type.kind == KCC_I64) {
        if (kind == KCC_F32) return kcc_k_const(k, type, (float)source->imm_i);
        if (kind == KCC_F64) return kcc_k_const(k, type, (double)source->imm_i);
        return kcc_k_bits(k, type, (uint64_t)source->imm_i);
    }
    kcc_kinstr instr = blank(KCC_K_CONVERT, type);
    instr.arg[0] = a;
    return append(k, instr);
}

kcc_kval kcc_k_bitcast(kcc_kernel *k, kcc_kval a, kcc_dtype kind) {
    kcc_ktype type = k->instr[a].type;
    if (type.kind == kind) return a;
    kcc_kinstr instr = blank(KCC_K_BITCAST, (kcc_ktype){kind, type.lanes});
    instr.arg[0] = a;
    return append(k, instr);
}

kcc_kval kcc_k_fold(kcc_kernel *k, kcc_prim prim, kcc_kval a) {
    kcc_ktype type = k->instr[a].type;
    if (type.lanes == 1) return a;
    kcc_kinstr instr = blank(KCC_K_FOLD, (kcc_ktype){type.kind, 1});
    instr.prim = prim;
    instr.arg[0] = a;
    return append(k, instr);
}

/* ------------------------------------------------------------ memory */

/* Adds coef * times to *sum if the two can be one dim. */
static bool dim_add(kcc_dim *sum, kcc_dim coef, int64_t times) {
    kcc_dim add = {(int64_t)((uint64_t)coef.size * (uint64_t)times), coef.batch};
    if (add.size == 0) return true;
    if (sum->size == 0) {
        *sum = add;
        return true;
    }
    if (sum->batch != add.batch) return false;
    sum->size = (int64_t)((uint64_t)sum->size + (uint64_t)add.size);
    return true;
}

/* The same address with constants in the offset, no zero coefficients and every variable once. */
static int add_mem(kcc_kernel *k, const kcc_kmem *given) {
    kcc_kmem mem = *given;
    mem.n_terms = 0;
    for (int t = 0; t < given->n_terms; t++) {
        kcc_kval var = given->term[t].var;
        kcc_dim coef = given->term[t].coef;
        int64_t value;
        bool merged = coef.size == 0 || (const_i64(k, var, &value) && dim_add(&mem.offset, coef, value));
        for (int i = 0; i < mem.n_terms && !merged; i++)
            merged = mem.term[i].var == var && dim_add(&mem.term[i].coef, coef, 1);
        if (merged) continue;
        mem.term[mem.n_terms].var = var;
        mem.term[mem.n_terms++].coef = coef;
    }
    k->mem = kcc_grow(k->arena, k->mem, &k->cap_mem, k->n_mem + 1, sizeof *k->mem);
    k->mem[k->n_mem] = mem;
    return k->n_mem++;
}

kcc_kval kcc_k_load(kcc_kernel *k, kcc_ktype type, const kcc_kmem *mem) {
    kcc_kinstr instr = blank(KCC_K_LOAD, type);
    instr.mem = add_mem(k, mem);
    k->param[mem->buffer].read = true;
    return append(k, instr);
}

void kcc_k_store(kcc_kernel *k, kcc_kval value, const kcc_kmem *mem) {
    kcc_kinstr instr = blank(KCC_K_STORE, k->instr[value].type);
    instr.arg[0] = value;
    instr.mem = add_mem(k, mem);
    k->param[mem->buffer].written = true;
    append(k, instr);
}

void kcc_k_prefetch(kcc_kernel *k, kcc_dtype kind, const kcc_kmem *mem) {
    kcc_kinstr instr = blank(KCC_K_PREFETCH, (kcc_ktype){kind, 1});
    instr.mem = add_mem(k, mem);
    append(k, instr);
}

/* ------------------------------------------------------------ registers and control */

kcc_kval kcc_k_reg(kcc_kernel *k, kcc_kval initial, const char *note) {
    kcc_kinstr instr = blank(KCC_K_REG, k->instr[initial].type);
    instr.arg[0] = initial;
    instr.note = note;
    return append(k, instr);
}

void kcc_k_set(kcc_kernel *k, kcc_kval reg, kcc_kval value) {
    kcc_kinstr instr = blank(KCC_K_SET, k->instr[reg].type);
    instr.arg[0] = reg;
    instr.arg[1] = kcc_k_splat(k, value, instr.type.lanes);
    append(k, instr);
}

kcc_kval kcc_k_loop(kcc_kernel *k, kcc_kval from, kcc_kval to, int64_t step, const char *note) {
    kcc_kinstr instr = blank(KCC_K_LOOP, (kcc_ktype){KCC_I64, 1});
    instr.arg[0] = from;
    instr.arg[1] = to;
    instr.imm_i = step;
    instr.note = note;
    instr.body = new_block(k);
    return append(k, instr);
}

kcc_kval kcc_k_if(kcc_kernel *k, kcc_kval condition) {
    kcc_kinstr instr = blank(KCC_K_IF, (kcc_ktype){KCC_BOOL, 1});
    instr.arg[0] = condition;
    instr.body = new_block(k);
    return append(k, instr);
}

int kcc_k_body(const kcc_kernel *k, kcc_kval loop_or_if) { return k->instr[loop_or_if].body; }

void kcc_k_fault(kcc_kernel *k, kcc_kval condition, int tensor, kcc_kval sample, kcc_kval position,
                 kcc_kval value, kcc_kval limit) {
    kcc_kinstr instr = blank(KCC_K_FAULT, (kcc_ktype){KCC_BOOL, 1});
    instr.arg[0] = condition;
    instr.arg[1] = sample;
    instr.arg[2] = position;
    instr.arg[3] = value;
    instr.arg[4] = limit;
    instr.imm_i = tensor;
    append(k, instr);
}
