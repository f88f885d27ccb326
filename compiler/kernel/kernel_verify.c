/*
 * Verifier of kernels: what both backends and the interpreter rely on.
 *
 * Takes: any kernel, however broken.
 * Gives: one line for each violation.
 * Keeps: nothing is changed and no index is followed before it is checked.
 */
#include "kernel.h"

#include <ctype.h>
#include <string.h>

typedef struct checker {
    const kcc_kernel *k;
    kcc_text *out;
    int found;
    bool *defined;    /* by instruction: usable at this place */
    bool *placed;     /* by instruction: met in some block */
    bool *entered;    /* by block */
    kcc_kval current; /* the instruction being checked, or NONE */
} checker;

static const char *const op_name[KCC_KOP_COUNT] = {"const",   "run",     "prim", "splat", "lane",  "iota",
                                                   "convert", "bitcast", "fold", "load",  "store", "reg",
                                                   "set",     "loop",    "if",   "fault"};

static const char *const prim_kinds[KCC_PRIM_COUNT] = {
#define KCC_PRIM(id, name, args, types, text, llvm, expand, reference) types,
#include "prims.def"
#undef KCC_PRIM
};

__attribute__((format(printf, 2, 3))) static void wrong(checker *c, const char *format, ...) {
    c->found++;
    if (!c->out) return;
    kcc_text_add(c->out, "kernel '%s'", c->k->name ? c->k->name : "?");
    if (c->current != KCC_KNONE) {
        const kcc_kinstr *i = &c->k->instr[c->current];
        bool known = (unsigned)i->op < KCC_KOP_COUNT;
        const char *prim = known && i->op == KCC_K_PRIM && (unsigned)i->prim < KCC_PRIM_COUNT
                               ? kcc_prim_table[i->prim].name
                               : "";
        kcc_text_add(c->out, ", instruction %d (%s%s%s)", (int)c->current, known ? op_name[i->op] : "?",
                     *prim ? " " : "", prim);
    }
    kcc_text_add(c->out, ": ");
    va_list args;
    va_start(args, format);
    kcc_text_addv(c->out, format, args);
    va_end(args);
    kcc_text_add(c->out, "\n");
}

static bool same(kcc_ktype a, kcc_ktype b) { return a.kind == b.kind && a.lanes == b.lanes; }
static bool is_float(kcc_dtype kind) { return kind == KCC_F32 || kind == KCC_F64; }
static bool is_kind(kcc_dtype kind) { return (unsigned)kind <= KCC_BOOL; }
static bool is_integer(kcc_dtype kind) { return is_kind(kind) && !is_float(kind) && kind != KCC_BOOL; }
static int width(kcc_dtype kind) {
    return kind == KCC_BOOL ? 1 : kind == KCC_F32 || kind == KCC_I32 || kind == KCC_U32 ? 4 : 8;
}
static bool accepts(kcc_prim prim, kcc_dtype kind) {
    return strchr(prim_kinds[prim], is_float(kind) ? 'f' : kind == KCC_BOOL ? 'b' : 'i') != NULL;
}

static bool is_name(const char *text) {
    if (!text || !(isalpha((unsigned char)*text) || *text == '_')) return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_') return false;
    return true;
}

/* ------------------------------------------------------------ operands */

/* Whether v may be read here; what names it in the message. */
static bool readable(checker *c, kcc_kval v, const char *what) {
    if (v < 0 || v >= c->k->n_instr) {
        wrong(c, "%s is missing", what);
        return false;
    }
    if (!c->defined[v]) {
        wrong(c, "%s, value %d, is not defined here", what, (int)v);
        return false;
    }
    return true;
}

static void scalar(checker *c, kcc_kval v, kcc_dtype kind, const char *what) {
    if (readable(c, v, what) && !same(c->k->instr[v].type, (kcc_ktype){kind, 1}))
        wrong(c, "%s is no %s scalar", what, kind == KCC_BOOL ? "bool" : "i64");
}

/* The first n arguments can be read and there are no more. */
static bool arguments(checker *c, const kcc_kinstr *i, int n) {
    static const char *const place[] = {"argument 0", "argument 1", "argument 2", "argument 3", "argument 4"};
    bool fine = true;
    for (int a = 0; a < 5; a++) {
        if (a < n)
            fine = readable(c, i->arg[a], place[a]) && fine;
        else if (i->arg[a] != KCC_KNONE)
            wrong(c, "%s is given but not used", place[a]);
    }
    return fine;
}

static void check_prim(checker *c, const kcc_kinstr *i) {
    if ((unsigned)i->prim >= KCC_PRIM_COUNT) {
        wrong(c, "no such primitive");
        return;
    }
    int n = kcc_prim_table[i->prim].args;
    if (!arguments(c, i, n)) return;
    kcc_ktype type[3] = {0};
    for (int a = 0; a < n; a++) type[a] = c->k->instr[i->arg[a]].type;
    kcc_ktype operand = type[i->prim == KCC_P_SELECT ? 1 : 0], result = operand;
    if (i->prim == KCC_P_LT || i->prim == KCC_P_LE || i->prim == KCC_P_EQ || i->prim == KCC_P_NE)
        result.kind = KCC_BOOL;
    for (int a = 0; a < n; a++) {
        bool condition = i->prim == KCC_P_SELECT && a == 0;
        kcc_ktype want = {condition ? KCC_BOOL : operand.kind, operand.lanes};
        if (type[a].kind != want.kind) wrong(c, "argument %d has another kind", a);
        if (type[a].lanes != want.lanes)
            wrong(c, "argument %d has %d lanes, not %d", a, type[a].lanes, want.lanes);
    }
    if (!same(i->type, result)) wrong(c, "the result has not the type of the arguments");
    bool kind = accepts(i->prim, operand.kind);
    if (kcc_prim_table[i->prim].expanded) kind = operand.kind == KCC_F32;
    if (i->prim == KCC_P_MULHI) kind = operand.kind == KCC_U32;
    if (!kind) wrong(c, "not defined for this kind");
}

static void check_fold(checker *c, const kcc_kinstr *i) {
    if (!arguments(c, i, 1)) return;
    kcc_ktype from = c->k->instr[i->arg[0]].type;
    bool known = i->prim == KCC_P_ADD || i->prim == KCC_P_MUL || i->prim == KCC_P_MIN ||
                 i->prim == KCC_P_MAX || i->prim == KCC_P_AND || i->prim == KCC_P_OR;
    if (!known)
        wrong(c, "not a primitive to fold with");
    else if (is_kind(from.kind) && !accepts(i->prim, from.kind))
        wrong(c, "not defined for this kind");
    if (from.lanes == 1) wrong(c, "the argument is a scalar");
    if (!same(i->type, (kcc_ktype){from.kind, 1})) wrong(c, "the result is not one lane of the argument");
}

static void check_unary(checker *c, const kcc_kinstr *i) {
    if (!arguments(c, i, 1)) return;
    kcc_ktype from = c->k->instr[i->arg[0]].type, to = i->type;
    switch (i->op) {
    case KCC_K_SPLAT:
        if (from.kind != to.kind || from.lanes != 1 || to.lanes == 1)
            wrong(c, "not a scalar to a vector of its kind");
        break;
    case KCC_K_LANE:
        if (from.kind != to.kind || to.lanes != 1) wrong(c, "the result is not one lane of the argument");
        if (i->imm_i < 0 || i->imm_i >= from.lanes) wrong(c, "lane %d of %d", (int)i->imm_i, from.lanes);
        break;
    case KCC_K_CONVERT:
        if (from.lanes != to.lanes) wrong(c, "lanes change from %d to %d", from.lanes, to.lanes);
        break;
    case KCC_K_BITCAST:
        if (from.lanes != to.lanes) wrong(c, "lanes change from %d to %d", from.lanes, to.lanes);
        if (width(from.kind) != width(to.kind) || from.kind == KCC_BOOL || to.kind == KCC_BOOL)
            wrong(c, "the kinds have not the same bits");
        break;
    default: /* REG */
        if (!same(from, to)) wrong(c, "the initial value has another type");
        break;
    }
}

static void check_constant(checker *c, const kcc_kinstr *i) {
    arguments(c, i, 0);
    int64_t v = i->imm_i;
    bool fits = i->type.kind == KCC_I32    ? v == (int32_t)v
                : i->type.kind == KCC_U32  ? v == (int64_t)(uint32_t)v
                : i->type.kind == KCC_BOOL ? v == 0 || v == 1
                                           : true;
    if (!fits) wrong(c, "the constant does not fit its kind");
}

static void check_run(checker *c, const kcc_kinstr *i) {
    arguments(c, i, 0);
    if (i->field < 0 || i->field >= KCC_RUN_FIELD_COUNT) {
        wrong(c, "no such field");
        return;
    }
    kcc_dtype kind = i->field == KCC_RUN_LR ? KCC_F32 : i->field == KCC_RUN_SEED ? KCC_U64 : KCC_I64;
    if (!same(i->type, (kcc_ktype){kind, 1})) wrong(c, "the field has another type");
}

static void check_memory(checker *c, const kcc_kinstr *i) {
    bool load = i->op != KCC_K_STORE;
    bool value = arguments(c, i, load ? 0 : 1);
    if (!load && value && !same(c->k->instr[i->arg[0]].type, i->type)) wrong(c, "the value has another type");
    if (i->mem < 0 || i->mem >= c->k->n_mem) {
        wrong(c, "no address");
        return;
    }
    const kcc_kmem *m = &c->k->mem[i->mem];
    if (m->buffer < 0 || m->buffer >= c->k->n_params) {
        wrong(c, "no such parameter");
    } else {
        const kcc_kparam *p = &c->k->param[m->buffer];
        if (p->kind != i->type.kind) wrong(c, "parameter '%s' has another kind", p->name ? p->name : "?");
        if (load ? !p->read : !p->written)
            wrong(c, "parameter '%s' is not marked as %s", p->name ? p->name : "?",
                  load ? "read" : "written");
    }
    if (m->n_terms < 0 || m->n_terms > KCC_KTERMS)
        wrong(c, "%d terms in the address", m->n_terms);
    else
        for (int t = 0; t < m->n_terms; t++) scalar(c, m->term[t].var, KCC_I64, "a variable of the address");
    bool some = i->type.lanes != 1 || m->count != KCC_KNONE || m->pred != KCC_KNONE;
    if (i->op == KCC_K_PREFETCH && some) wrong(c, "a prefetch is of one element, always");
    if (m->count != KCC_KNONE) scalar(c, m->count, KCC_I64, "count");
    if (m->pred != KCC_KNONE) scalar(c, m->pred, KCC_BOOL, "pred");
}

static void check_set(checker *c, const kcc_kinstr *i) {
    if (!arguments(c, i, 2)) return;
    const kcc_kinstr *reg = &c->k->instr[i->arg[0]];
    if (reg->op != KCC_K_REG) wrong(c, "argument 0 is no register");
    if (!same(reg->type, c->k->instr[i->arg[1]].type) || !same(reg->type, i->type))
        wrong(c, "the value has not the type of the register");
}

/* ------------------------------------------------------------ blocks */

static void check_block(checker *c, int block);

/* The body of a loop or an if, which no other instruction may have. */
static void check_body(checker *c, const kcc_kinstr *i) {
    if (i->body <= 0 || i->body >= c->k->n_blocks) {
        wrong(c, "no body");
    } else if (c->entered[i->body]) {
        wrong(c, "block %d is a body twice", i->body);
    } else {
        kcc_kval v = c->current;
        bool loop = i->op == KCC_K_LOOP;
        if (loop) c->defined[v] = true;
        check_block(c, i->body);
        if (loop) c->defined[v] = false;
        c->current = v;
    }
}

static void check_instr(checker *c, const kcc_kinstr *i) {
    static const char *const fault[] = {"sample", "position", "value", "limit"};
    switch (i->op) {
    case KCC_K_CONST: check_constant(c, i); break;
    case KCC_K_RUN: check_run(c, i); break;
    case KCC_K_PRIM: check_prim(c, i); break;
    case KCC_K_SPLAT:
    case KCC_K_LANE:
    case KCC_K_CONVERT:
    case KCC_K_BITCAST:
    case KCC_K_REG: check_unary(c, i); break;
    case KCC_K_IOTA:
        arguments(c, i, 0);
        if (!is_integer(i->type.kind) && i->type.kind != KCC_F32) wrong(c, "not defined for this kind");
        break;
    case KCC_K_FOLD: check_fold(c, i); break;
    case KCC_K_LOAD:
    case KCC_K_PREFETCH:
    case KCC_K_STORE: check_memory(c, i); break;
    case KCC_K_SET: check_set(c, i); break;
    case KCC_K_LOOP:
        arguments(c, i, 2);
        scalar(c, i->arg[0], KCC_I64, "the first value");
        scalar(c, i->arg[1], KCC_I64, "the end");
        if (i->imm_i <= 0) wrong(c, "the step is not positive");
        if (!same(i->type, (kcc_ktype){KCC_I64, 1})) wrong(c, "the variable is no i64 scalar");
        check_body(c, i);
        break;
    case KCC_K_IF:
        arguments(c, i, 1);
        scalar(c, i->arg[0], KCC_BOOL, "the condition");
        check_body(c, i);
        break;
    case KCC_K_FAULT:
        arguments(c, i, 5);
        scalar(c, i->arg[0], KCC_BOOL, "the condition");
        for (int a = 0; a < 4; a++) scalar(c, i->arg[a + 1], KCC_I64, fault[a]);
        break;
    default: wrong(c, "no such operation"); break;
    }
}

static bool has_value(kcc_kop op) {
    return op != KCC_K_STORE && op != KCC_K_PREFETCH && op != KCC_K_SET && op != KCC_K_LOOP &&
           op != KCC_K_IF && op != KCC_K_FAULT;
}

static void check_block(checker *c, int block) {
    const kcc_kblock *b = &c->k->block[block];
    c->entered[block] = true;
    int seen = 0;
    for (; seen < b->n; seen++) {
        kcc_kval v = b->instr[seen];
        c->current = KCC_KNONE;
        if (v < 0 || v >= c->k->n_instr || c->placed[v]) {
            wrong(c, "place %d of block %d holds %d, which is %s", seen, block, (int)v,
                  v < 0 || v >= c->k->n_instr ? "no instruction" : "in a block already");
            break;
        }
        c->current = v;
        c->placed[v] = true;
        const kcc_kinstr *i = &c->k->instr[v];
        int lanes = i->type.lanes;
        if (!is_kind(i->type.kind) || !(lanes == 1 || lanes == 4 || lanes == 8 || lanes == 16))
            wrong(c, "no such type");
        else
            check_instr(c, i);
        c->defined[v] = has_value(i->op);
    }
    while (seen-- > 0) c->defined[b->instr[seen]] = false;
}

static void check_head(checker *c) {
    const kcc_kernel *k = c->k;
    if (!is_name(k->name)) wrong(c, "the name is no identifier");
    for (int i = 0; i < k->n_params; i++) {
        const char *name = k->param[i].name;
        if (!is_name(name)) {
            wrong(c, "the name of parameter %d is no identifier", i);
            continue;
        }
        if (!is_kind(k->param[i].kind))
            wrong(c, "parameter '%s' has no kind that kernels compute with", name);
        for (int j = 0; j < i; j++)
            if (k->param[j].name && strcmp(k->param[j].name, name) == 0)
                wrong(c, "two parameters are named '%s'", name);
    }
}

int kcc_kernel_verify(const kcc_kernel *k, kcc_text *out) {
    checker c = {.k = k, .out = out, .current = KCC_KNONE};
    c.defined = kcc_alloc_array(k->arena, (size_t)k->n_instr, sizeof(bool));
    c.placed = kcc_alloc_array(k->arena, (size_t)k->n_instr, sizeof(bool));
    c.entered = kcc_alloc_array(k->arena, (size_t)k->n_blocks, sizeof(bool));
    check_head(&c);
    if (k->n_blocks < 1)
        wrong(&c, "no block");
    else
        check_block(&c, 0);
    return c.found;
}
