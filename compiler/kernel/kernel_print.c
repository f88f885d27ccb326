/*
 * Kernels as text: what --emit=kernels shows and golden files hold.
 *
 * Takes: a kernel, expanded or not.
 * Gives: one line an instruction, indented by block; constants, fields of the run and integer arithmetic that
 *        is used once stand where they are used; a value used by the next store or set stands in it.
 * Keeps: the text depends on the kernel only; a register is never moved to another place of reading.
 */
#include "kernel.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

typedef struct printer {
    const kcc_kernel *k;
    kcc_text *out;
    int *uses;         /* by instruction: how often its value is an argument or part of an address */
    kcc_kval *user;    /* the last instruction that uses it */
    bool *inlined;     /* printed in its user */
    const char **name; /* NULL: inlined, or no value */
} printer;

static const char *const kind_name[] = {"f32", "f64", "i32", "u32", "i64", "u64", "bool"};
static const char *const field_name[KCC_RUN_FIELD_COUNT] = {"begin", "end", "N", "step", "seed", "lr"};

/* Precedence of an expression: what binds tighter needs no brackets. */
enum { LOOSE, SUM, PRODUCT, ATOM };

static void expression(printer *p, kcc_kval v, int tightness);

static void put_type(printer *p, kcc_ktype type) {
    kcc_text_add(p->out, "%s", type.kind < 7 ? kind_name[type.kind] : "?");
    if (type.lanes != 1) kcc_text_add(p->out, "x%d", type.lanes);
}

static void put_constant(printer *p, const kcc_kinstr *i) {
    switch (i->type.kind) {
    case KCC_F32: kcc_text_float(p->out, (float)i->imm_f); break;
    case KCC_F64: kcc_text_double(p->out, i->imm_f); break;
    case KCC_BOOL: kcc_text_add(p->out, i->imm_i ? "true" : "false"); break;
    case KCC_U32:
    case KCC_U64:
        kcc_text_add(p->out, (uint64_t)i->imm_i > 64 ? "0x%" PRIx64 : "%" PRIu64, (uint64_t)i->imm_i);
        break;
    default: kcc_text_add(p->out, "%" PRId64, i->imm_i); break;
    }
}

/* |size| or |size| * N, with a sign the caller has dealt with. */
static void put_dim(printer *p, kcc_dim d) {
    uint64_t size = d.size < 0 ? 0 - (uint64_t)d.size : (uint64_t)d.size;
    if (!d.batch)
        kcc_text_add(p->out, "%" PRIu64, size);
    else if (size == 1)
        kcc_text_add(p->out, "N");
    else
        kcc_text_add(p->out, "%" PRIu64 " * N", size);
}

static void put_address(printer *p, const kcc_kinstr *i) {
    const kcc_kmem *m = &p->k->mem[i->mem];
    kcc_text_add(p->out, "%s[", p->k->param[m->buffer].name);
    for (int t = 0; t < m->n_terms; t++) {
        kcc_dim coef = m->term[t].coef;
        kcc_text_add(p->out, t ? coef.size < 0 ? " - " : " + " : coef.size < 0 ? "-" : "");
        bool one = !coef.batch && (coef.size == 1 || coef.size == -1);
        if (!one) {
            put_dim(p, coef);
            kcc_text_add(p->out, " * ");
        }
        expression(p, m->term[t].var, one && coef.size > 0 ? SUM : ATOM);
    }
    if (m->offset.size != 0 || m->n_terms == 0) {
        bool minus = m->offset.size < 0;
        kcc_text_add(p->out, m->n_terms ? minus ? " - " : " + " : minus ? "-" : "");
        put_dim(p, m->offset);
    }
    if (i->type.lanes > 1 && !(m->lane_stride.size == 1 && !m->lane_stride.batch)) {
        kcc_text_add(p->out, ", stride %s", m->lane_stride.size < 0 ? "-" : "");
        put_dim(p, m->lane_stride);
    }
    if (m->count != KCC_KNONE) {
        kcc_text_add(p->out, ", count ");
        expression(p, m->count, LOOSE);
    }
    if (m->pred != KCC_KNONE) {
        kcc_text_add(p->out, ", if ");
        expression(p, m->pred, LOOSE);
    }
    kcc_text_add(p->out, "]");
}

static const char *infix(kcc_prim prim, int *tightness) {
    *tightness = LOOSE;
    switch (prim) {
    case KCC_P_ADD: *tightness = SUM; return "+";
    case KCC_P_SUB: *tightness = SUM; return "-";
    case KCC_P_MUL: *tightness = PRODUCT; return "*";
    case KCC_P_DIV: *tightness = PRODUCT; return "/";
    case KCC_P_MOD: *tightness = PRODUCT; return "%";
    case KCC_P_AND: return "&";
    case KCC_P_OR: return "|";
    case KCC_P_XOR: return "^";
    case KCC_P_SHL: return "<<";
    case KCC_P_SHR: return ">>";
    case KCC_P_LT: return "<";
    case KCC_P_LE: return "<=";
    case KCC_P_EQ: return "==";
    case KCC_P_NE: return "!=";
    default: return NULL;
    }
}

static void put_prim(printer *p, const kcc_kinstr *i, int tightness) {
    int own;
    const char *sign = infix(i->prim, &own);
    if (sign) {
        bool brackets = own < tightness;
        kcc_text_add(p->out, brackets ? "(" : "");
        expression(p, i->arg[0], own == LOOSE ? ATOM : own);
        kcc_text_add(p->out, " %s ", sign);
        expression(p, i->arg[1], own == LOOSE ? ATOM : own + 1);
        kcc_text_add(p->out, brackets ? ")" : "");
        return;
    }
    kcc_text_add(p->out, "%s(", kcc_prim_table[i->prim].name);
    for (int a = 0; a < kcc_prim_table[i->prim].args; a++) {
        kcc_text_add(p->out, a ? ", " : "");
        expression(p, i->arg[a], LOOSE);
    }
    kcc_text_add(p->out, ")");
}

/* name(arg[0]) with the type of the result before the argument if it is not that of the argument. */
static void put_unary(printer *p, const char *name, const kcc_kinstr *i) {
    kcc_text_add(p->out, "%s ", name);
    put_type(p, i->type);
    kcc_text_add(p->out, "(");
    expression(p, i->arg[0], LOOSE);
    kcc_text_add(p->out, ")");
}

/* What instruction v computes. */
static void computation(printer *p, kcc_kval v, int tightness) {
    const kcc_kinstr *i = &p->k->instr[v];
    switch (i->op) {
    case KCC_K_CONST: put_constant(p, i); break;
    case KCC_K_RUN: kcc_text_add(p->out, "%s", field_name[i->field]); break;
    case KCC_K_PRIM: put_prim(p, i, tightness); break;
    case KCC_K_SPLAT: put_unary(p, "splat", i); break;
    case KCC_K_CONVERT: put_unary(p, "convert", i); break;
    case KCC_K_BITCAST: put_unary(p, "bitcast", i); break;
    case KCC_K_LANE:
        expression(p, i->arg[0], ATOM);
        kcc_text_add(p->out, ".%" PRId64, i->imm_i);
        break;
    case KCC_K_IOTA:
        kcc_text_add(p->out, "iota ");
        put_type(p, i->type);
        break;
    case KCC_K_FOLD:
        kcc_text_add(p->out, "fold %s(", kcc_prim_table[i->prim].name);
        expression(p, i->arg[0], LOOSE);
        kcc_text_add(p->out, ")");
        break;
    case KCC_K_LOAD:
        kcc_text_add(p->out, "load ");
        put_type(p, i->type);
        kcc_text_add(p->out, " ");
        put_address(p, i);
        break;
    default: kcc_text_add(p->out, "?"); break;
    }
}

static void expression(printer *p, kcc_kval v, int tightness) {
    if (v < 0 || v >= p->k->n_instr)
        kcc_text_add(p->out, "?");
    else if (p->inlined[v])
        computation(p, v, tightness);
    else
        kcc_text_add(p->out, "%s", p->name[v] ? p->name[v] : "?");
}

/* ------------------------------------------------------------ what is printed where */

static void use(printer *p, kcc_kval v, kcc_kval user) {
    if (v < 0 || v >= p->k->n_instr) return;
    p->uses[v]++;
    p->user[v] = user;
}

static void count_uses(printer *p) {
    for (int b = 0; b < p->k->n_blocks; b++)
        for (int n = 0; n < p->k->block[b].n; n++) {
            kcc_kval v = p->k->block[b].instr[n];
            const kcc_kinstr *i = &p->k->instr[v];
            for (int a = 0; a < 5; a++) use(p, i->arg[a], v);
            if (i->mem < 0) continue;
            const kcc_kmem *m = &p->k->mem[i->mem];
            for (int t = 0; t < m->n_terms; t++) use(p, m->term[t].var, v);
            use(p, m->count, v);
            use(p, m->pred, v);
        }
}

static bool reads_register(const kcc_kernel *k, const kcc_kinstr *i) {
    for (int a = 0; a < 5; a++)
        if (i->arg[a] >= 0 && k->instr[i->arg[a]].op == KCC_K_REG) return true;
    return false;
}

/* Constants, and what is used once and means the same wherever it stands. */
static bool moves_freely(const printer *p, kcc_kval v) {
    const kcc_kinstr *i = &p->k->instr[v];
    if (i->op == KCC_K_CONST || i->op == KCC_K_RUN) return true;
    if (p->uses[v] != 1 || i->note || reads_register(p->k, i)) return false;
    if (i->op == KCC_K_SPLAT) return true;
    return i->op == KCC_K_PRIM && i->type.kind == KCC_I64 && i->type.lanes == 1;
}

static bool has_value(kcc_kop op) {
    return op != KCC_K_STORE && op != KCC_K_PREFETCH && op != KCC_K_SET && op != KCC_K_IF &&
           op != KCC_K_FAULT;
}

/* Whether the value at place n of a block is used by the next line only, which is a store or a set. */
static bool belongs_to_next(const printer *p, const kcc_kblock *b, int n) {
    kcc_kval v = b->instr[n];
    const kcc_kinstr *i = &p->k->instr[v];
    if (p->uses[v] != 1 || i->note || !has_value(i->op) || i->op == KCC_K_REG || i->op == KCC_K_LOOP)
        return false;
    for (n++; n < b->n && p->inlined[b->instr[n]];) n++;
    if (n == b->n || b->instr[n] != p->user[v]) return false;
    const kcc_kinstr *next = &p->k->instr[b->instr[n]];
    return (next->op == KCC_K_STORE && next->arg[0] == v) || (next->op == KCC_K_SET && next->arg[1] == v);
}

/* ------------------------------------------------------------ names */

static bool is_identifier(const char *text) {
    if (!text || !(isalpha((unsigned char)*text) || *text == '_')) return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_') return false;
    return true;
}

static bool taken(const printer *p, const char *name) {
    for (int i = 0; i < p->k->n_params; i++)
        if (strcmp(p->k->param[i].name, name) == 0) return true;
    for (int i = 0; i < KCC_RUN_FIELD_COUNT; i++)
        if (strcmp(field_name[i], name) == 0) return true;
    for (int i = 0; i < p->k->n_instr; i++)
        if (p->name[i] && strcmp(p->name[i], name) == 0) return true;
    return false;
}

/* The note itself if no other value has it, else with the first number that is free. */
static const char *noted_name(const printer *p, const char *note) {
    int same = 0;
    for (int i = 0; i < p->k->n_instr; i++)
        same += has_value(p->k->instr[i].op) && p->k->instr[i].note && !strcmp(p->k->instr[i].note, note);
    bool counted = note[0] == 'v' && (!note[1] || isdigit((unsigned char)note[1]));
    if (same == 1 && !counted && !taken(p, note)) return note;
    for (int n = 0;; n++) {
        const char *name = kcc_format(p->k->arena, "%s%s%d", note, counted ? "_" : "", n);
        if (!taken(p, name)) return name;
    }
}

/* Names by order of printing: notes, and v0, v1, … for the rest. */
static void name_block(printer *p, int block, int *next) {
    const kcc_kblock *b = &p->k->block[block];
    for (int n = 0; n < b->n; n++) {
        kcc_kval v = b->instr[n];
        const kcc_kinstr *i = &p->k->instr[v];
        if (has_value(i->op) && !p->inlined[v]) {
            if (i->op == KCC_K_LOOP && !is_identifier(i->note))
                p->name[v] = noted_name(p, "i");
            else if (i->op == KCC_K_REG && !is_identifier(i->note))
                p->name[v] = noted_name(p, "r");
            else if (is_identifier(i->note))
                p->name[v] = noted_name(p, i->note);
            else
                p->name[v] = kcc_format(p->k->arena, "v%d", (*next)++);
        }
        if (i->body >= 0) name_block(p, i->body, next);
    }
}

/* ------------------------------------------------------------ lines */

static void statement(printer *p, kcc_kval v, const kcc_kinstr *i) {
    kcc_text *out = p->out;
    switch (i->op) {
    case KCC_K_STORE:
        put_address(p, i);
        kcc_text_add(out, " = ");
        expression(p, i->arg[0], LOOSE);
        break;
    case KCC_K_PREFETCH:
        kcc_text_add(out, "prefetch ");
        put_address(p, i);
        break;
    case KCC_K_REG:
        kcc_text_add(out, "%s : ", p->name[v]);
        put_type(p, i->type);
        kcc_text_add(out, " = ");
        expression(p, i->arg[0], LOOSE);
        break;
    case KCC_K_SET:
        expression(p, i->arg[0], LOOSE);
        kcc_text_add(out, " := ");
        expression(p, i->arg[1], LOOSE);
        break;
    case KCC_K_LOOP:
        kcc_text_add(out, "for %s = ", p->name[v]);
        expression(p, i->arg[0], LOOSE);
        kcc_text_add(out, " .. ");
        expression(p, i->arg[1], LOOSE);
        if (i->imm_i != 1) kcc_text_add(out, " step %" PRId64, i->imm_i);
        break;
    case KCC_K_IF:
        kcc_text_add(out, "if ");
        expression(p, i->arg[0], LOOSE);
        break;
    case KCC_K_FAULT:
        kcc_text_add(out, "fault if ");
        expression(p, i->arg[0], LOOSE);
        kcc_text_add(out, ": input %" PRId64, i->imm_i);
        static const char *const what[] = {"sample", "position", "value", "limit"};
        for (int a = 0; a < 4; a++) {
            kcc_text_add(out, ", %s ", what[a]);
            expression(p, i->arg[a + 1], LOOSE);
        }
        break;
    default:
        kcc_text_add(out, "%s = ", p->name[v]);
        computation(p, v, LOOSE);
        break;
    }
}

static void print_block(printer *p, int block, int depth) {
    const kcc_kblock *b = &p->k->block[block];
    for (int n = 0; n < b->n; n++) {
        kcc_kval v = b->instr[n];
        const kcc_kinstr *i = &p->k->instr[v];
        if (!p->inlined[v]) {
            kcc_text_add(p->out, "%*s", 2 * depth, "");
            statement(p, v, i);
            bool named = has_value(i->op) && is_identifier(i->note);
            if (i->note && !named) kcc_text_add(p->out, "  // %s", i->note);
            kcc_text_add(p->out, "\n");
        }
        if (i->body >= 0) print_block(p, i->body, depth + 1);
    }
}

static void print_head(printer *p) {
    const kcc_kernel *k = p->k;
    kcc_text_add(p->out, "kernel %s(", k->name);
    for (int i = 0; i < k->n_params; i++) {
        const kcc_kparam *q = &k->param[i];
        kcc_text_add(p->out, "%s%s ", i ? ", " : "",
                     q->read && q->written ? "update"
                     : q->written          ? "write"
                     : q->read             ? "read"
                                           : "unused");
        put_type(p, (kcc_ktype){q->kind, 1});
        kcc_text_add(p->out, " %s", q->name);
    }
    kcc_text_add(p->out, ")");
    if (k->doc && !strchr(k->doc, '\n')) kcc_text_add(p->out, "  // %s", k->doc);
    kcc_text_add(p->out, "\n");
    if (!k->doc || !strchr(k->doc, '\n')) return;
    for (const char *line = k->doc; *line;) {
        size_t length = strcspn(line, "\n");
        kcc_text_add(p->out, "  // %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

/** Appends the text of a kernel to out (out->failed when memory is out).  Names come from k->arena. */
void kcc_kernel_print(const kcc_kernel *k, kcc_text *out) {
    size_t n = (size_t)k->n_instr;
    printer p = {.k = k,
                 .out = out,
                 .uses = kcc_alloc_array(k->arena, n, sizeof(int)),
                 .user = kcc_alloc_array(k->arena, n, sizeof(kcc_kval)),
                 .inlined = kcc_alloc_array(k->arena, n, sizeof(bool)),
                 .name = kcc_alloc_array(k->arena, n, sizeof(char *))};
    count_uses(&p);
    for (int v = 0; v < k->n_instr; v++) p.inlined[v] = moves_freely(&p, v);
    for (int b = 0; b < k->n_blocks; b++)
        for (int i = 0; i < k->block[b].n; i++)
            if (belongs_to_next(&p, &k->block[b], i)) p.inlined[k->block[b].instr[i]] = true;
    int next = 0;
    name_block(&p, 0, &next);
    print_head(&p);
    print_block(&p, 0, 1);
}
