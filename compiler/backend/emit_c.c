/*
 * Kernels as C text.
 *
 * Takes: an expanded, verified kernel.
 * Gives: a static function: loops as `for`, registers as variables, a value used once folded into the
 *        expression that uses it, any other as a named constant.
 * Keeps: an expression that reads a register or a written buffer is never moved past a SET or a STORE; the
 *        parentheses keep the order of every floating point operation.
 */
#include "emit_c.h"

#include <string.h>

/* How tightly the outermost operator of an expression binds. */
enum { TERNARY, BITS, EQUAL, RELATION, SHIFT, SUM, PRODUCT, UNARY, PRIMARY };
/* What an expression reads that a statement may change. */
enum { READS_REGISTER = 1, READS_MEMORY = 2 };
/* A longer expression gets a name of its own. */
enum { FOLDED_LENGTH = 72 };

#define F(name) "@" #name
static const char *const prim_text[KCC_PRIM_COUNT] = {
#define KCC_PRIM(id, name, args, types, c, llvm, expand, reference) [KCC_P_##id] = c,
#include "prims.def"
#undef KCC_PRIM
};
#undef F

typedef struct value {
    const char *text; /* NULL until it was emitted */
    int uses;
    unsigned char binds, reads;
    bool live, pending;
} value;

typedef struct emitter {
    const kcc_kernel *k;
    kcc_arena *arena;
    kcc_text *out;
    kcc_c_uses *uses;
    kcc_error *error;
    kcc_status status;
    value *value;
    kcc_kval *pending; /* values with a text and no statement yet, in order */
    int n_pending, indent;
    unsigned reads; /* of the operands taken since it was set to 0 */
    const char **param;
    bool uses_begin, uses_end, uses_batch, uses_run;
    kcc_c_names names;
} emitter;

/* ------------------------------------------------------------ which instructions are alive */

static int operands(const kcc_kernel *k, const kcc_kinstr *i, kcc_kval *out) {
    int n = 0;
    for (int a = 0; a < 5; a++)
        if (i->arg[a] != KCC_KNONE) out[n++] = i->arg[a];
    if (i->mem >= 0) {
        const kcc_kmem *m = &k->mem[i->mem];
        for (int t = 0; t < m->n_terms; t++) out[n++] = m->term[t].var;
        if (m->count != KCC_KNONE) out[n++] = m->count;
        if (m->pred != KCC_KNONE) out[n++] = m->pred;
    }
    return n;
}

enum { MAX_OPERANDS = 5 + KCC_KTERMS + 2 };

/* Values only depend on earlier ones, except that a register lives by its SETs: two sweeps at a time, until
 * nothing changes. */
static void find_live(emitter *e) {
    const kcc_kernel *k = e->k;
    for (bool changed = true; changed;) {
        changed = false;
        for (kcc_kval v = k->n_instr - 1; v >= 0; v--) {
            const kcc_kinstr *i = &k->instr[v];
            bool root = i->op == KCC_K_STORE || i->op == KCC_K_PREFETCH || i->op == KCC_K_FAULT ||
                        i->op == KCC_K_LOOP || i->op == KCC_K_IF ||
                        (i->op == KCC_K_SET && e->value[i->arg[0]].live);
            if (root && !e->value[v].live) e->value[v].live = changed = true;
            if (!e->value[v].live) continue;
            kcc_kval arg[MAX_OPERANDS];
            for (int n = operands(k, i, arg), a = 0; a < n; a++)
                if (!e->value[arg[a]].live) e->value[arg[a]].live = changed = true;
        }
    }
    for (kcc_kval v = 0; v < k->n_instr; v++) {
        if (!e->value[v].live) continue;
        kcc_kval arg[MAX_OPERANDS];
        for (int n = operands(k, &k->instr[v], arg), a = 0; a < n; a++) e->value[arg[a]].uses++;
    }
}

/* ------------------------------------------------------------ expressions */

/* The text of v where an operator that binds so tightly is around it.  Takes v from the pending ones. */
static const char *operand(emitter *e, kcc_kval v, int binds) {
    value *x = &e->value[v];
    e->reads |= x->reads;
    x->pending = false;
    if (x->binds >= binds) return x->text;
    return kcc_format(e->arena, "(%s)", x->text);
}

static void statement(emitter *e, const char *text) { kcc_c_line(e->out, e->indent, text); }

static const char *base_name(const emitter *e, kcc_kval v) {
    const kcc_kinstr *i = &e->k->instr[v];
    static const char *const field[] = {"first", "last", "batch", "step", "seed", "learning_rate"};
    if (i->note && *i->note) return i->note;
    if (i->op == KCC_K_RUN) return field[i->field];
    if (i->op == KCC_K_LOAD) return kcc_format(e->arena, "%s_0", e->param[e->k->mem[i->mem].buffer]);
    if (i->op == KCC_K_LOOP) return "i";
    if (i->op == KCC_K_FOLD) return kcc_prim_table[i->prim].name;
    return "t";
}

/* Gives v a name: a constant with its text. */
static void declare(emitter *e, kcc_kval v) {
    value *x = &e->value[v];
    const char *name = kcc_c_name(&e->names, base_name(e, v));
    kcc_ktype type = e->k->instr[v].type;
    kcc_c_use(e->uses, KCC_C_TYPE, type.kind, type.lanes);
    statement(
        e, kcc_format(e->arena, "const %s %s = %s;", kcc_c_type(type.kind, type.lanes).text, name, x->text));
    *x = (value){.text = name, .uses = x->uses, .binds = PRIMARY, .live = true};
}

/* Names the pending values that read what the next statement changes; all of them if changed is 0. */
static void flush(emitter *e, unsigned changed) {
    int kept = 0;
    for (int p = 0; p < e->n_pending; p++) {
        kcc_kval v = e->pending[p];
        if (!e->value[v].pending) continue;
        if (!changed || (e->value[v].reads & changed))
            declare(e, v);
        else
            e->pending[kept++] = v;
    }
    e->n_pending = kept;
}

/* An expression is ready: it waits for its only use, or gets a name. */
static void ready(emitter *e, kcc_kval v, const char *text, int binds) {
    value *x = &e->value[v];
    x->text = text;
    x->binds = (unsigned char)binds;
    x->reads = (unsigned char)e->reads;
    if (x->uses != 1 || strlen(text) > FOLDED_LENGTH) {
        declare(e, v);
        return;
    }
    x->pending = true;
    if (e->n_pending == e->k->n_instr) flush(e, 0);
    e->pending[e->n_pending++] = v;
}

static kcc_c_word prefix(kcc_ktype t) { return kcc_c_prefix(t.kind, t.lanes); }

static void use(emitter *e, kcc_c_part part, kcc_ktype t) { kcc_c_use(e->uses, part, t.kind, t.lanes); }

static void refuse(emitter *e, kcc_prim prim, kcc_ktype t) {
    if (e->status == KCC_OK)
        e->status =
            kcc_fail(e->error, KCC_EUNSUPPORTED, e->k->name, "", "the C backend cannot compute %s of %s",
                     kcc_prim_table[prim].name, prefix(t).text);
}

/* "(%s + %s)" as an operator between two operands; false if the primitive is a helper. */
static bool infix(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    static const struct {
        const char *sign;
        int binds, left, right;
    } table[] = {{"+", SUM, SUM, PRODUCT},       {"-", SUM, SUM, PRODUCT},
                 {"*", PRODUCT, PRODUCT, UNARY}, {"/", PRODUCT, PRODUCT, UNARY},
                 {"%", PRODUCT, PRODUCT, UNARY}, {"&", BITS, UNARY, UNARY},
                 {"|", BITS, UNARY, UNARY},      {"^", BITS, UNARY, UNARY},
                 {"<<", SHIFT, UNARY, UNARY},    {">>", SHIFT, UNARY, UNARY}};
    const char *c = prim_text[i->prim];
    if (strncmp(c, "(%s ", 4) != 0) return false;
    size_t length = strcspn(c + 4, " ");
    if (length > 1 && c[4] == '%') length = 1; /* "%%" */
    for (size_t o = 0; o < sizeof table / sizeof *table; o++) {
        if (strlen(table[o].sign) != length || strncmp(table[o].sign, c + 4, length) != 0) continue;
        const char *a = operand(e, i->arg[0], table[o].left), *b = operand(e, i->arg[1], table[o].right);
        bool logical = i->type.kind == KCC_BOOL && i->type.lanes == 1 && i->prim != KCC_P_XOR;
        if (logical) { /* compilers warn of & on bools */
            ready(e, v, kcc_format(e->arena, "(%s %s%s %s)", a, table[o].sign, table[o].sign, b), PRIMARY);
            return true;
        }
        ready(e, v, kcc_format(e->arena, "%s %s %s", a, table[o].sign, b), table[o].binds);
        return true;
    }
    return false;
}

/* prefix_name(a, b, c) */
static void helper(emitter *e, kcc_kval v, const kcc_kinstr *i, const char *name) {
    kcc_ktype t = e->k->instr[i->arg[i->prim == KCC_P_SELECT ? 1 : 0]].type;
    const char *call = kcc_format(e->arena, "%s_%s(%s", prefix(t).text, name, operand(e, i->arg[0], TERNARY));
    for (int a = 1; a < kcc_prim_table[i->prim].args; a++)
        call = kcc_format(e->arena, "%s, %s", call, operand(e, i->arg[a], TERNARY));
    use(e, (kcc_c_part)(KCC_C_PRIM + i->prim), t);
    ready(e, v, kcc_format(e->arena, "%s)", call), PRIMARY);
}

static void compare(emitter *e, kcc_kval v, const kcc_kinstr *i, kcc_ktype t) {
    const char *sign = i->prim == KCC_P_LT   ? "<"
                       : i->prim == KCC_P_LE ? "<="
                       : i->prim == KCC_P_EQ ? "=="
                                             : "!=";
    const char *a, *b;
    if (t.lanes == 1) {
        a = operand(e, i->arg[0], SHIFT), b = operand(e, i->arg[1], SHIFT);
        bool equal = i->prim == KCC_P_EQ || i->prim == KCC_P_NE;
        ready(e, v, kcc_format(e->arena, "%s %s %s", a, sign, b), equal ? EQUAL : RELATION);
    } else if (t.kind == KCC_BOOL) {
        a = operand(e, i->arg[0], UNARY), b = operand(e, i->arg[1], UNARY);
        use(e, (kcc_c_part)(KCC_C_PRIM + KCC_P_NOT), t);
        if (i->prim == KCC_P_NE)
            ready(e, v, kcc_format(e->arena, "%s ^ %s", a, b), BITS);
        else
            ready(e, v, kcc_format(e->arena, "%s_not(%s ^ %s)", prefix(t).text, a, b), PRIMARY);
    } else {
        helper(e, v, i, kcc_prim_table[i->prim].name);
    }
}

static void primitive(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    kcc_ktype t = e->k->instr[i->arg[i->prim == KCC_P_SELECT ? 1 : 0]].type;
    bool real = t.kind == KCC_F32 || t.kind == KCC_F64;
    /* Signed overflow wraps; scalar i64 is for addresses, which do not overflow. */
    bool wraps = t.kind == KCC_I32 || (t.kind == KCC_I64 && (t.lanes > 1 || i->prim == KCC_P_SHL));
    if (kcc_prim_table[i->prim].expanded || (i->prim == KCC_P_MULHI && t.kind != KCC_U32)) {
        refuse(e, i->prim, t);
        ready(e, v, "0", PRIMARY);
        return;
    }
    switch (i->prim) {
    case KCC_P_ADD:
    case KCC_P_SUB:
    case KCC_P_MUL:
    case KCC_P_SHL:
        if (wraps) {
            helper(e, v, i, kcc_prim_table[i->prim].name);
            return;
        }
        break;
    case KCC_P_NEG:
        if (wraps)
            helper(e, v, i, "neg");
        else
            ready(e, v, kcc_format(e->arena, "-%s", operand(e, i->arg[0], PRIMARY)), UNARY);
        return;
    case KCC_P_NOT:
        if (t.kind == KCC_BOOL && t.lanes > 1)
            helper(e, v, i, "not");
        else
            ready(e, v,
                  kcc_format(e->arena, "%s%s", t.kind == KCC_BOOL ? "!" : "~", operand(e, i->arg[0], UNARY)),
                  UNARY);
        return;
    case KCC_P_LT:
    case KCC_P_LE:
    case KCC_P_EQ:
    case KCC_P_NE: compare(e, v, i, t); return;
    case KCC_P_SELECT:
        if (t.lanes == 1) {
            const char *m = operand(e, i->arg[0], BITS), *a = operand(e, i->arg[1], BITS),
                       *b = operand(e, i->arg[2], BITS);
            ready(e, v, kcc_format(e->arena, "%s ? %s : %s", m, a, b), TERNARY);
            return;
        }
        break;
    default: break;
    }
    if (infix(e, v, i)) return;
    if (!real && (i->prim == KCC_P_FMA || i->prim == KCC_P_SQRT)) refuse(e, i->prim, t);
    helper(e, v, i, prim_text[i->prim][0] == '@' ? prim_text[i->prim] + 1 : kcc_prim_table[i->prim].name);
}

static const char *literal(emitter *e, kcc_dtype kind, int64_t integer, double real) {
    return kcc_strdup(e->arena, kcc_c_literal(kind, integer, real).text);
}

/* As often as it is used: compilers know that equal constants are one. */
static void constant(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    value *x = &e->value[v];
    x->text = literal(e, i->type.kind, i->imm_i, i->imm_f);
    x->binds = *x->text == '-' ? UNARY : PRIMARY;
    if (i->type.lanes == 1) return;
    use(e, KCC_C_SPLAT, i->type);
    x->text = kcc_format(e->arena, "%s_splat(%s)", prefix(i->type).text, x->text);
    x->binds = PRIMARY;
}

static void run_field(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    static const char *const text[] = {"begin", "end", "N", "run->step", "run->seed", "run->learning_rate"};
    value *x = &e->value[v];
    x->text = text[i->field];
    x->binds = PRIMARY;
    if (i->field == KCC_RUN_BEGIN) e->uses_begin = true;
    if (i->field == KCC_RUN_END) e->uses_end = true;
    if (i->field == KCC_RUN_BATCH) e->uses_batch = true;
    if (i->field < KCC_RUN_STEP) return;
    e->uses_run = true;
    declare(e, v); /* a store may alias run */
}

static void convert(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    kcc_ktype from = e->k->instr[i->arg[0]].type, to = i->type;
    const char *a = operand(e, i->arg[0], from.lanes == 1 ? UNARY : TERNARY);
    if (to.kind == KCC_BOOL && to.lanes == 1) {
        ready(e, v, kcc_format(e->arena, "%s != 0", a), EQUAL);
    } else if (to.kind == KCC_BOOL) {
        use(e, (kcc_c_part)(KCC_C_PRIM + KCC_P_NE), from);
        use(e, KCC_C_TYPE, from);
        ready(e, v, kcc_format(e->arena, "%s_ne(%s, (%s){0})", prefix(from).text, a, prefix(from).text),
              PRIMARY);
    } else if (to.lanes == 1) {
        ready(e, v, kcc_format(e->arena, "(%s)%s", kcc_c_type(to.kind, 1).text, a), UNARY);
    } else if (from.kind == KCC_BOOL) {
        use(e, KCC_C_FROM_BOOL, to);
        ready(e, v, kcc_format(e->arena, "%s_from_bool(%s)", prefix(to).text, a), PRIMARY);
    } else {
        use(e, KCC_C_TYPE, to);
        if (from.kind == KCC_I32 && to.kind == KCC_F64 && to.lanes == 16) { /* gcc 12 fails on it at -O0 */
            use(e, KCC_C_TYPE, (kcc_ktype){KCC_I64, 16});
            a = kcc_format(e->arena, "__builtin_convertvector(%s, i64x16)", a);
        }
        ready(e, v, kcc_format(e->arena, "__builtin_convertvector(%s, %s)", a, prefix(to).text), PRIMARY);
    }
}

static void bitcast(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    kcc_ktype from = e->k->instr[i->arg[0]].type, to = i->type;
    bool real_from = from.kind == KCC_F32 || from.kind == KCC_F64,
         real_to = to.kind == KCC_F32 || to.kind == KCC_F64;
    use(e, KCC_C_TYPE, to);
    if (to.lanes > 1 || (!real_from && !real_to)) {
        ready(
            e, v,
            kcc_format(e->arena, "(%s)%s", kcc_c_type(to.kind, to.lanes).text, operand(e, i->arg[0], UNARY)),
            UNARY);
        return;
    }
    kcc_dtype real = real_from ? from.kind : to.kind;
    const char *bits = real == KCC_F32 ? "u32" : "u64", *name = real == KCC_F32 ? "f32" : "f64";
    use(e, real_from ? KCC_C_BITS : KCC_C_FROM_BITS, (kcc_ktype){real, 1});
    const char *a = operand(e, i->arg[0], real_from ? TERNARY : UNARY);
    if (real_from) {
        const char *call = kcc_format(e->arena, "%s_from_%s(%s)", bits, name, a);
        bool is_signed = to.kind == KCC_I32 || to.kind == KCC_I64;
        if (is_signed) call = kcc_format(e->arena, "(%s)%s", kcc_c_type(to.kind, 1).text, call);
        ready(e, v, call, is_signed ? UNARY : PRIMARY);
    } else {
        ready(e, v,
              kcc_format(e->arena, "%s_from_%s((%s)%s)", name, bits,
                         real == KCC_F32 ? "uint32_t" : "uint64_t", a),
              PRIMARY);
    }
}

/* ------------------------------------------------------------ memory */

static const char *dim_text(emitter *e, kcc_dim d) {
    if (!d.batch) return literal(e, KCC_I64, d.size, 0);
    e->uses_batch = true;
    return d.size == 1 ? "N" : kcc_format(e->arena, "%lld * N", (long long)d.size);
}

/* sum + sign * text, where sum may be empty */
static const char *plus(emitter *e, const char *sum, bool minus, const char *text) {
    return kcc_format(e->arena, "%s%s%s", sum, *sum ? (minus ? " - " : " + ") : minus ? "-" : "", text);
}

/* offset + sum of coef * var, in elements, as a C expression */
static const char *address(emitter *e, const kcc_kmem *m) {
    const char *sum = "";
    for (int i = 0; i < m->n_terms; i++) {
        kcc_dim c = m->term[i].coef;
        if (c.size == 0) continue;
        bool minus = c.size < 0 && c.size != INT64_MIN, alone = !c.batch && (c.size == 1 || c.size == -1);
        if (minus) c.size = -c.size;
        const char *term = operand(e, m->term[i].var, alone && !minus ? SUM : PRODUCT);
        if (!alone) term = kcc_format(e->arena, "%s * %s", term, dim_text(e, c));
        sum = plus(e, sum, minus, term);
    }
    kcc_dim o = m->offset;
    bool minus = o.size < 0 && o.size != INT64_MIN;
    if (minus) o.size = -o.size;
    return o.size != 0 || !*sum ? plus(e, sum, minus, dim_text(e, o)) : sum;
}

/* The condition under which a scalar access happens, or NULL; of a vector only the predicate. */
static const char *guard(emitter *e, const kcc_kmem *m, int lanes) {
    const char *pred =
        m->pred == KCC_KNONE ? NULL : operand(e, m->pred, lanes == 1 && m->count >= 0 ? EQUAL : BITS);
    if (lanes > 1 || m->count == KCC_KNONE) return pred;
    const char *count = operand(e, m->count, SHIFT);
    return pred ? kcc_format(e->arena, "%s && %s > 0", pred, count) : kcc_format(e->arena, "%s > 0", count);
}

static bool contiguous(const kcc_kmem *m) { return m->lane_stride.size == 1 && !m->lane_stride.batch; }

static void load(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    const kcc_kmem *m = &e->k->mem[i->mem];
    kcc_ktype t = i->type;
    const char *base = e->param[m->buffer], *at = address(e, m), *text;
    int binds = PRIMARY;
    if (e->k->param[m->buffer].written) e->reads |= READS_MEMORY;
    if (t.lanes == 1) {
        text = kcc_format(e->arena, "%s[%s]%s", base, at, t.kind == KCC_BOOL ? " != 0" : "");
        if (t.kind == KCC_BOOL) binds = EQUAL;
    } else if (contiguous(m)) {
        bool some = m->count != KCC_KNONE;
        use(e, some ? KCC_C_LOAD_N : KCC_C_LOAD, t);
        text = some ? kcc_format(e->arena, "%s_load_n(&%s[%s], %s)", prefix(t).text, base, at,
                                 operand(e, m->count, TERNARY))
                    : kcc_format(e->arena, "%s_load(&%s[%s])", prefix(t).text, base, at);
    } else if (m->lane_stride.size == 0 && m->count == KCC_KNONE) {
        use(e, KCC_C_SPLAT, t);
        text = kcc_format(e->arena, "%s_splat(%s[%s])", prefix(t).text, base, at);
    } else {
        use(e, KCC_C_LOAD_S, t);
        const char *count =
            m->count == KCC_KNONE ? kcc_format(e->arena, "%d", t.lanes) : operand(e, m->count, TERNARY);
        text = kcc_format(e->arena, "%s_load_strided(&%s[%s], %s, %s)", prefix(t).text, base, at,
                          dim_text(e, m->lane_stride), count);
    }
    const char *when = guard(e, m, t.lanes);
    if (when) {
        const char *zero = literal(e, t.kind, 0, 0);
        if (t.lanes > 1) {
            use(e, KCC_C_SPLAT, t);
            zero = kcc_format(e->arena, "%s_splat(%s)", prefix(t).text, zero);
        }
        text = kcc_format(e->arena, "%s ? %s : %s", when, text, zero);
        binds = TERNARY;
    }
    ready(e, v, text, binds);
}

static void store(emitter *e, const kcc_kinstr *i) {
    const kcc_kmem *m = &e->k->mem[i->mem];
    kcc_ktype t = i->type;
    const char *base = e->param[m->buffer], *at = address(e, m), *text;
    const char *a = operand(e, i->arg[0], TERNARY);
    if (t.lanes == 1) {
        text = kcc_format(e->arena, "%s[%s] = %s;", base, at, a);
    } else if (contiguous(m)) {
        bool some = m->count != KCC_KNONE;
        use(e, some ? KCC_C_STORE_N : KCC_C_STORE, t);
        const char *count = some ? kcc_format(e->arena, "%s, ", operand(e, m->count, TERNARY)) : "";
        text = kcc_format(e->arena, "%s_store%s(&%s[%s], %s%s);", prefix(t).text, some ? "_n" : "", base, at,
                          count, a);
    } else {
        use(e, KCC_C_STORE_S, t);
        const char *count =
            m->count == KCC_KNONE ? kcc_format(e->arena, "%d", t.lanes) : operand(e, m->count, TERNARY);
        text = kcc_format(e->arena, "%s_store_strided(&%s[%s], %s, %s, %s);", prefix(t).text, base, at,
                          dim_text(e, m->lane_stride), count, a);
    }
    const char *when = guard(e, m, t.lanes);
    flush(e, READS_MEMORY);
    statement(e, when ? kcc_format(e->arena, "if (%s) %s", when, text) : text);
}

/* By numbers: a pointer may not be made to a place outside of its array, a hint may name one. */
static void prefetch(emitter *e, const kcc_kinstr *i) {
    const kcc_kmem *m = &e->k->mem[i->mem];
    const char *base = e->param[m->buffer], *at = address(e, m);
    statement(e,
              kcc_format(e->arena,
                         "__builtin_prefetch((const void *)((uintptr_t)%s + sizeof *%s * (uintptr_t)(%s)));",
                         base, base, at));
}

/* ------------------------------------------------------------ statements */

static void block(emitter *e, int b);

static void loop(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    e->reads = 0;
    const char *to = operand(e, i->arg[1], SHIFT);
    if (e->reads) { /* C looks at the bound again in every turn */
        const char *name = kcc_c_name(&e->names, "bound");
        statement(e, kcc_format(e->arena, "const int64_t %s = %s;", name, to));
        to = name;
    }
    const char *from = operand(e, i->arg[0], TERNARY);
    flush(e, 0);
    int outer_names = e->names.n;
    const char *name = kcc_c_name(&e->names, base_name(e, v));
    const char *next = i->imm_i == 1 ? kcc_format(e->arena, "%s++", name)
                                     : kcc_format(e->arena, "%s += %lld", name, (long long)i->imm_i);
    e->value[v].text = name;
    e->value[v].binds = PRIMARY;
    statement(e, kcc_format(e->arena, "for (int64_t %s = %s; %s < %s; %s) {", name, from, name, to, next));
    e->indent += 4;
    block(e, i->body);
    e->indent -= 4;
    e->names.n = outer_names;
    statement(e, "}");
}

static void condition(emitter *e, const kcc_kinstr *i) {
    const char *when = operand(e, i->arg[0], TERNARY);
    flush(e, 0);
    statement(e, kcc_format(e->arena, "if (%s) {", when));
    e->indent += 4;
    block(e, i->body);
    e->indent -= 4;
    statement(e, "}");
}

static void fault(emitter *e, const kcc_kinstr *i) {
    kcc_c_use(e->uses, KCC_C_FAULT, KCC_I64, 1);
    e->uses_run = true;
    const char *a[5];
    for (int n = 0; n < 5; n++) a[n] = operand(e, i->arg[n], TERNARY);
    statement(e, kcc_format(e->arena, "if (%s) report_fault(run, %lld, %s, %s, %s, %s);", a[0],
                            (long long)i->imm_i, a[1], a[2], a[3], a[4]));
}

static void lanes_op(emitter *e, kcc_kval v, const kcc_kinstr *i) {
    kcc_ktype from = i->arg[0] == KCC_KNONE ? i->type : e->k->instr[i->arg[0]].type;
    if (i->op == KCC_K_SPLAT) {
        use(e, KCC_C_SPLAT, i->type);
        ready(e, v,
              kcc_format(e->arena, "%s_splat(%s)", prefix(i->type).text, operand(e, i->arg[0], TERNARY)),
              PRIMARY);
    } else if (i->op == KCC_K_IOTA) {
        use(e, KCC_C_IOTA, i->type);
        ready(e, v, i->type.lanes == 1 ? "0" : kcc_format(e->arena, "%s_iota", prefix(i->type).text),
              PRIMARY);
    } else if (i->op == KCC_K_FOLD) {
        use(e, (kcc_c_part)(KCC_C_FOLD + i->prim), from);
        ready(e, v,
              kcc_format(e->arena, "%s_fold_%s(%s)", prefix(from).text, kcc_prim_table[i->prim].name,
                         operand(e, i->arg[0], TERNARY)),
              PRIMARY);
    } else if (from.lanes == 1) {
        ready(e, v, operand(e, i->arg[0], PRIMARY), PRIMARY);
    } else if (from.kind == KCC_BOOL) {
        use(e, KCC_C_LANE, from);
        ready(e, v,
              kcc_format(e->arena, "%s_lane(%s, %lld)", prefix(from).text, operand(e, i->arg[0], TERNARY),
                         (long long)i->imm_i),
              PRIMARY);
    } else {
        if (e->value[i->arg[0]].pending) declare(e, i->arg[0]);
        ready(e, v, kcc_format(e->arena, "%s[%lld]", operand(e, i->arg[0], PRIMARY), (long long)i->imm_i),
              PRIMARY);
    }
}

static void set(emitter *e, kcc_kval v, const kcc_kinstr *i, bool create) {
    const char *from = operand(e, i->arg[create ? 0 : 1], TERNARY);
    if (create) {
        use(e, KCC_C_TYPE, i->type);
        const char *name = kcc_c_name(&e->names, i->note && *i->note ? i->note : "acc");
        statement(
            e, kcc_format(e->arena, "%s %s = %s;", kcc_c_type(i->type.kind, i->type.lanes).text, name, from));
        e->value[v] =
            (value){.text = name, .uses = 2, .binds = PRIMARY, .reads = READS_REGISTER, .live = true};
    } else {
        flush(e, READS_REGISTER);
        statement(e, kcc_format(e->arena, "%s = %s;", e->value[i->arg[0]].text, from));
    }
}

static void block(emitter *e, int b) {
    const kcc_kernel *k = e->k;
    int outer_names = e->names.n; /* a scope of C: its names are free again behind it */
    for (int n = 0; n < k->block[b].n; n++) {
        kcc_kval v = k->block[b].instr[n];
        const kcc_kinstr *i = &k->instr[v];
        if (!e->value[v].live) continue;
        e->reads = 0;
        switch (i->op) {
        case KCC_K_CONST: constant(e, v, i); break;
        case KCC_K_RUN: run_field(e, v, i); break;
        case KCC_K_PRIM: primitive(e, v, i); break;
        case KCC_K_SPLAT:
        case KCC_K_LANE:
        case KCC_K_IOTA:
        case KCC_K_FOLD: lanes_op(e, v, i); break;
        case KCC_K_CONVERT: convert(e, v, i); break;
        case KCC_K_BITCAST: bitcast(e, v, i); break;
        case KCC_K_LOAD: load(e, v, i); break;
        case KCC_K_STORE: store(e, i); break;
        case KCC_K_PREFETCH: prefetch(e, i); break;
        case KCC_K_REG: set(e, v, i, true); break;
        case KCC_K_SET: set(e, v, i, false); break;
        case KCC_K_LOOP: loop(e, v, i); break;
        case KCC_K_IF: condition(e, i); break;
        case KCC_K_FAULT: fault(e, i); break;
        case KCC_KOP_COUNT: break;
        }
    }
    flush(e, 0);
    e->names.n = outer_names;
}

/* Which parameters live instructions touch: others get no variable. */
static void find_touched(const emitter *e, bool *touched) {
    const kcc_kernel *k = e->k;
    for (kcc_kval v = 0; v < k->n_instr; v++)
        if (e->value[v].live && k->instr[v].mem >= 0) touched[k->mem[k->instr[v].mem].buffer] = true;
}

static void opening(const emitter *e, const char *name, const char *run, kcc_text *out) {
    const kcc_kernel *k = e->k;
    bool *touched = kcc_alloc_array(e->arena, (size_t)k->n_params + 1, sizeof *touched), any = false;
    find_touched(e, touched);
    if (k->doc && *k->doc) kcc_c_comment(out, 0, k->doc);
    kcc_c_line(
        out, 0,
        kcc_format(e->arena,
                   "static void %s(void *const *buffer, const struct %s *run, int64_t begin, int64_t end) {",
                   name, run));
    for (int p = 0; p < k->n_params; p++) {
        const kcc_kparam *param = &k->param[p];
        if (!touched[p]) continue;
        any = true;
        kcc_text_add(out, "    %s%s *restrict %s = buffer[%d];\n", param->written ? "" : "const ",
                     kcc_c_element(param->kind), e->param[p], p);
    }
    if (e->uses_batch) kcc_text_add(out, "    const int64_t N = run->batch;\n");
    if (!any) kcc_text_add(out, "    (void)buffer;\n");
    if (!e->uses_batch && !e->uses_run) kcc_text_add(out, "    (void)run;\n");
    if (!e->uses_begin) kcc_text_add(out, "    (void)begin;\n");
    if (!e->uses_end) kcc_text_add(out, "    (void)end;\n");
}

kcc_status kcc_c_kernel(const kcc_kernel *k, kcc_arena *arena, const char *name, const char *run,
                        kcc_c_uses *uses, kcc_text *out, kcc_error *error) {
    kcc_text *body = kcc_c_scratch(arena);
    emitter e = {.k = k, .arena = arena, .out = body, .uses = uses, .error = error, .indent = 4};
    size_t n = (size_t)k->n_instr + 1;
    e.value = kcc_alloc_array(arena, n, sizeof *e.value);
    e.pending = kcc_alloc_array(arena, n, sizeof *e.pending);
    e.param = kcc_alloc_array(arena, (size_t)k->n_params + 1, sizeof *e.param);
    e.names.arena = arena;
    static const char *const taken[] = {"begin", "end", "run", "buffer", "N"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) kcc_c_name(&e.names, taken[i]);
    for (int p = 0; p < k->n_params; p++) e.param[p] = kcc_c_name(&e.names, k->param[p].name);
    find_live(&e);
    block(&e, 0);
    opening(&e, name, run, out);
    kcc_text_put(out, body->data ? body->data : "", body->size);
    kcc_text_add(out, "}\n\n");
    if (body->failed && e.status == KCC_OK) e.status = KCC_ENOMEM;
    kcc_text_free(body);
    return e.status;
}
