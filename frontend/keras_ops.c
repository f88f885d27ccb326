/*
 * keras.ops that compute: arithmetic, elementwise functions, comparisons, reductions, products, activations.
 *
 * Takes: calls (keras_layer.h) of rows of keras_ops.def.  Gives: their nodes.
 * Keeps: broadcasting is NumPy's; integers and booleans become float32 where a number is wanted.
 * Source: layers.md, section 13.
 */
#include <math.h>
#include <string.h>

#include "keras_layer.h"

/* ------------------------------------------------------------- elementwise */

#define BINARY(id, op) \
    void kcc_kop_##id(kcc_layer_call *c) { \
        kcc_node *a = kcc_in(c, 0), *b = kcc_in(c, 1); \
        kcc_out(c, kcc_op2(c->g, KCC_OP_##op, a, b)); \
    }
#define UNARY(id, op) \
    void kcc_kop_##id(kcc_layer_call *c) { kcc_out(c, kcc_op1(c->g, KCC_OP_##op, kcc_in(c, 0))); }
#define COMPARE(id, op, first, second) \
    void kcc_kop_##id(kcc_layer_call *c) { \
        kcc_node *a = kcc_in(c, first), *b = kcc_in(c, second); \
        kcc_out(c, kcc_compare(c->g, KCC_OP_##op, a, b)); \
    }

BINARY(add, ADD)
BINARY(subtract, SUB)
BINARY(multiply, MUL)
BINARY(divide, DIV)
BINARY(floor_divide, FLOORDIV)
BINARY(mod, MOD)
BINARY(maximum, MAX)
BINARY(minimum, MIN)
UNARY(negative, NEG)
UNARY(absolute, ABS)
UNARY(sqrt, SQRT)
UNARY(rsqrt, RSQRT)
UNARY(exp, EXP)
UNARY(expm1, EXPM1)
UNARY(log, LOG)
UNARY(log1p, LOG1P)
UNARY(sin, SIN)
UNARY(cos, COS)
UNARY(tan, TAN)
UNARY(tanh, TANH)
UNARY(erf, ERF)
UNARY(sign, SIGN)
UNARY(floor, FLOOR)
UNARY(ceil, CEIL)
UNARY(trunc, TRUNC)
UNARY(reciprocal, RECIPROCAL)
COMPARE(greater, LT, 1, 0)
COMPARE(greater_equal, LE, 1, 0)
COMPARE(less, LT, 0, 1)
COMPARE(less_equal, LE, 0, 1)
COMPARE(equal, EQ, 0, 1)
COMPARE(not_equal, NE, 0, 1)

static kcc_node *as_bool(kcc_layer_call *c, int i) {
    kcc_node *x = kcc_in_raw(c, i);
    return x->dtype == KCC_BOOL ? x : kcc_cast(c->g, x, KCC_BOOL);
}

void kcc_kop_logical_and(kcc_layer_call *c) {
    kcc_node *a = as_bool(c, 0), *b = as_bool(c, 1);
    kcc_out(c, kcc_op2(c->g, KCC_OP_AND, a, b));
}
void kcc_kop_logical_or(kcc_layer_call *c) {
    kcc_node *a = as_bool(c, 0), *b = as_bool(c, 1);
    kcc_out(c, kcc_op2(c->g, KCC_OP_OR, a, b));
}
void kcc_kop_logical_not(kcc_layer_call *c) { kcc_out(c, kcc_op1(c->g, KCC_OP_NOT, as_bool(c, 0))); }
void kcc_kop_where(kcc_layer_call *c) {
    kcc_node *condition = as_bool(c, 0), *a = kcc_in(c, 1), *b = kcc_in(c, 2);
    kcc_out(c, kcc_select(c->g, condition, a, b));
}
void kcc_kop_square(kcc_layer_call *c) { kcc_out(c, kcc_square(c->g, kcc_in(c, 0))); }

void kcc_kop_round(kcc_layer_call *c) {
    double scale = pow(10, (double)kcc_json_int(kcc_key(c, "decimals"), 0, -30, 30));
    kcc_node *x = kcc_in(c, 0);
    if (scale == 1)
        kcc_out(c, kcc_op1(c->g, KCC_OP_ROUND, x));
    else
        kcc_out(c, kcc_muls(c->g, kcc_op1(c->g, KCC_OP_ROUND, kcc_muls(c->g, x, scale)), 1 / scale));
}

/* Small whole exponents are products: exact signs, and no pow. */
void kcc_kop_power(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0), *e = kcc_in(c, 1);
    const kcc_value *v = &c->in[1];
    double n = v->constant && e->shape.rank == 0 ? v->number : NAN;
    if (n == 0.5) {
        kcc_out(c, kcc_sqrt(c->g, x));
    } else if (n >= 1 && n <= 8 && n == floor(n)) {
        kcc_node *y = x;
        for (int i = 1; i < (int)n; i++) y = kcc_mul(c->g, y, x);
        kcc_out(c, y);
    } else if (n == -1) {
        kcc_out(c, kcc_op1(c->g, KCC_OP_RECIPROCAL, x));
    } else {
        kcc_out(c, kcc_pow(c->g, x, e));
    }
}

void kcc_kop_clip(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    double lo = kcc_json_number(kcc_key(c, "x_min"), -INFINITY);
    double hi = kcc_json_number(kcc_key(c, "x_max"), INFINITY);
    kcc_out(c, kcc_clip(c->g, x, lo, hi));
}

void kcc_kop_cast(kcc_layer_call *c) {
    kcc_cursor at = kcc_key(c, "dtype");
    const char *name = kcc_json_text(at, "float32");
    kcc_node *x = kcc_in_raw(c, 0);
    if (kcc_name_in(name, "float32 float64 float16 bfloat16 float"))
        kcc_out(c, x->dtype == KCC_F32 ? x : kcc_cast(c->g, x, KCC_F32));
    else if (strcmp(name, "bool") == 0)
        kcc_out(c, x->dtype == KCC_BOOL ? x : kcc_cast(c->g, x, KCC_BOOL));
    else if (kcc_name_in(name, "int8 int16 int32 int64 uint8 uint16 uint32 uint64 int"))
        kcc_out(c, x->dtype == KCC_I32 ? x : kcc_cast(c->g, x, KCC_I32));
    else
        kcc_json_fail(at, KCC_EUNSUPPORTED, NULL, "dtype \"%s\" is not supported", name);
}

void kcc_kop_stop_gradient(kcc_layer_call *c) { kcc_out(c, kcc_stop_gradient(c->g, kcc_in(c, 0))); }

/* -------------------------------------------------------------- reductions */

/* Axes of a config as a bit mask: null means all; 0 after a failure. */
static unsigned axes_of(kcc_layer_call *c, const kcc_node *x) {
    kcc_cursor at = kcc_key(c, "axis");
    int rank = x->shape.rank;
    unsigned axes = 0;
    if (kcc_json_is_null(at)) return (1u << rank) - 1;
    if (!kcc_json_is_array(at)) {
        int axis = kcc_axis(c, at, 0, rank);
        return axis < 0 ? 0 : 1u << axis;
    }
    for (kcc_cursor e = kcc_json_first(at); e.json; e = kcc_json_next(e)) {
        int axis = kcc_axis(c, e, 0, rank);
        if (axis < 0) return 0;
        axes |= 1u << axis;
    }
    return axes;
}

static bool keepdims(kcc_layer_call *c) { return kcc_json_bool(kcc_key(c, "keepdims"), false); }

static void reduce(kcc_layer_call *c, kcc_op op) {
    kcc_node *x = kcc_in(c, 0);
    unsigned axes = axes_of(c, x);
    kcc_out(c, axes ? kcc_reduce(c->g, op, x, axes, keepdims(c)) : x);
}

void kcc_kop_sum(kcc_layer_call *c) { reduce(c, KCC_OP_REDUCE_SUM); }
void kcc_kop_prod(kcc_layer_call *c) { reduce(c, KCC_OP_REDUCE_PROD); }

void kcc_kop_max(kcc_layer_call *c) {
    kcc_cursor initial = kcc_key(c, "initial");
    reduce(c, KCC_OP_REDUCE_MAX);
    if (!kcc_json_is_null(initial) && c->n_out)
        c->out[0].node = kcc_max(c->g, c->out[0].node, kcc_scalar(c->g, kcc_json_number(initial, 0)));
}

void kcc_kop_min(kcc_layer_call *c) {
    kcc_cursor initial = kcc_key(c, "initial");
    reduce(c, KCC_OP_REDUCE_MIN);
    if (!kcc_json_is_null(initial) && c->n_out)
        c->out[0].node = kcc_min(c->g, c->out[0].node, kcc_scalar(c->g, kcc_json_number(initial, 0)));
}

/* Any and all: of 0 and 1 the largest and the least.  Keras 3 writes Any into the graph of a model with Masking.
 */
static void reduce_bool(kcc_layer_call *c, kcc_op op) {
    kcc_node *x = kcc_cast(c->g, as_bool(c, 0), KCC_F32);
    unsigned axes = axes_of(c, x);
    kcc_out(c, kcc_cast(c->g, axes ? kcc_reduce(c->g, op, x, axes, keepdims(c)) : x, KCC_BOOL));
}

void kcc_kop_any(kcc_layer_call *c) { reduce_bool(c, KCC_OP_REDUCE_MAX); }
void kcc_kop_all(kcc_layer_call *c) { reduce_bool(c, KCC_OP_REDUCE_MIN); }

void kcc_kop_mean(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    unsigned axes = axes_of(c, x);
    kcc_out(c, axes ? kcc_mean(c->g, x, axes, keepdims(c)) : x);
}

static kcc_node *variance(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    unsigned axes = axes_of(c, x);
    if (!axes) return kcc_muls(c->g, x, 0);
    bool keep = keepdims(c);
    kcc_node *d = kcc_sub(c->g, x, kcc_mean(c->g, x, axes, true));
    return kcc_mean(c->g, kcc_square(c->g, d), axes, keep);
}

void kcc_kop_var(kcc_layer_call *c) { kcc_out(c, variance(c)); }
void kcc_kop_std(kcc_layer_call *c) { kcc_out(c, kcc_sqrt(c->g, variance(c))); }

static void arg_extremum(kcc_layer_call *c, bool least) {
    kcc_node *x = kcc_in(c, 0);
    kcc_cursor at = kcc_key(c, "axis");
    if (kcc_json_is_null(at) && x->shape.rank != 1) {
        kcc_call_fail(c, "axis", KCC_EUNSUPPORTED, "give an axis",
                      "the index in the whole batch is not supported");
        return;
    }
    int axis = kcc_axis(c, at, 0, x->shape.rank);
    if (axis < 0) return;
    kcc_node *y = kcc_argmax(c->g, least ? kcc_neg(c->g, x) : x, axis);
    kcc_out(c, keepdims(c) ? kcc_expand_dims(c->g, y, axis) : y);
}

void kcc_kop_argmax(kcc_layer_call *c) { arg_extremum(c, false); }
void kcc_kop_argmin(kcc_layer_call *c) { arg_extremum(c, true); }

void kcc_kop_logsumexp(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    unsigned axes = axes_of(c, x);
    if (!axes) return;
    kcc_node *top = kcc_stop_gradient(c->g, kcc_reduce(c->g, KCC_OP_REDUCE_MAX, x, axes, true));
    kcc_node *sum = kcc_reduce(c->g, KCC_OP_REDUCE_SUM, kcc_exp(c->g, kcc_sub(c->g, x, top)), axes, true);
    kcc_node *y = kcc_add(c->g, kcc_log(c->g, sum), top);
    if (!keepdims(c))
        for (int i = x->shape.rank; i-- > 0;)
            if (axes >> i & 1) y = kcc_squeeze(c->g, y, i);
    kcc_out(c, y);
}

/* Norm of a vector (or of all elements); matrix norms other than Frobenius are not supported. */
static kcc_node *norm(kcc_layer_call *c, kcc_node *x, unsigned axes, double order, bool keep) {
    if (order == 1) return kcc_reduce(c->g, KCC_OP_REDUCE_SUM, kcc_op1(c->g, KCC_OP_ABS, x), axes, keep);
    if (isinf(order))
        return kcc_reduce(c->g, order > 0 ? KCC_OP_REDUCE_MAX : KCC_OP_REDUCE_MIN,
                          kcc_op1(c->g, KCC_OP_ABS, x), axes, keep);
    if (order == 2)
        return kcc_sqrt(c->g, kcc_reduce(c->g, KCC_OP_REDUCE_SUM, kcc_square(c->g, x), axes, keep));
    kcc_node *magnitude = kcc_op1(c->g, KCC_OP_ABS, x);
    kcc_node *power = kcc_pow(c->g, magnitude, kcc_scalar(c->g, order));
    kcc_node *sum = kcc_reduce(c->g, KCC_OP_REDUCE_SUM, power, axes, keep);
    return kcc_pow(c->g, sum, kcc_scalar(c->g, 1 / order));
}

void kcc_kop_norm(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    kcc_cursor at = kcc_key(c, "ord");
    unsigned axes = axes_of(c, x);
    double order = 2;
    bool named = kcc_json_is_string(at);
    if (named && strcmp(at.json->valuestring, "inf") == 0)
        order = INFINITY;
    else if (!named)
        order = kcc_json_number(at, 2);
    bool matrix = (axes & (axes - 1)) != 0;
    bool frobenius = kcc_json_is_null(at) || (named && strcmp(at.json->valuestring, "fro") == 0);
    if ((matrix && !frobenius) || (named && !frobenius && !isinf(order)) || order == 0) {
        kcc_json_fail(at, KCC_EUNSUPPORTED, "1, 2, inf over one axis, or fro", "this norm is not supported");
        return;
    }
    if (axes) kcc_out(c, norm(c, x, axes, order, keepdims(c)));
}

void kcc_kop_normalize(kcc_layer_call *c) {
    kcc_node *x = kcc_in(c, 0);
    int axis = kcc_axis(c, kcc_key(c, "axis"), -1, x->shape.rank);
    double order = kcc_json_number(kcc_key(c, "order"), 2),
           epsilon = kcc_json_number(kcc_key(c, "epsilon"), 1e-7);
    if (axis < 0) return;
    kcc_node *size;
    if (order == 2) {
        kcc_node *sum = kcc_reduce(c->g, KCC_OP_REDUCE_SUM, kcc_square(c->g, x), 1u << axis, true);
        size = kcc_sqrt(c->g, kcc_max(c->g, sum, kcc_scalar(c->g, epsilon * epsilon)));
    } else {
        size = norm(c, x, 1u << axis, order, true);
        size = kcc_max(c->g, size, kcc_scalar(c->g, epsilon));
    }
    kcc_out(c, kcc_div(c->g, x, size));
}

/* y[t] = sum of x[s] over s <= t, as a product with a triangle of ones. */
void kcc_kop_cumsum(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *x = kcc_in(c, 0);
    kcc_cursor at = kcc_key(c, "axis");
    int rank = x->shape.rank, perm[KCC_MAX_RANK], back[KCC_MAX_RANK];
    int axis = kcc_json_is_null(at) && rank != 1 ? -1 : kcc_axis(c, at, 0, rank);
    if (axis < 0 || x->shape.dim[axis].batch) {
        kcc_call_fail(c, "axis", KCC_EUNSUPPORTED, NULL, "a running sum over the batch is not supported");
        return;
    }
    kcc_shape square = {.rank = 2, .dim = {x->shape.dim[axis], x->shape.dim[axis]}};
    kcc_node *from = kcc_iota(g, &square, 0), *to = kcc_iota(g, &square, 1);
    kcc_node *order = kcc_compare(g, KCC_OP_LE, from, to);
    kcc_node *triangle = kcc_cast(g, order, KCC_F32);
    for (int i = 0; i < rank; i++) perm[i] = i < axis ? i : i + 1;
    perm[rank - 1] = axis;
    for (int i = 0; i < rank; i++) back[perm[i]] = i;
    kcc_out(c, kcc_transpose(g, kcc_matmul(g, kcc_transpose(g, x, perm), triangle), back));
}

/* ---------------------------------------------------------------- products */

void kcc_kop_matmul(kcc_layer_call *c) {
    kcc_node *a = kcc_in(c, 0), *b = kcc_in(c, 1);
    kcc_out(c, kcc_matmul(c->g, a, b));
}

/* Letters of operands and result; letters in one operand only are summed first. */
static void contract_letters(kcc_layer_call *c, kcc_node *a, kcc_node *b, const char *sa, const char *sb,
                             const char *out) {
    kcc_node *x[2] = {a, b};
    const char *s[2] = {sa, sb};
    char kept[2][KCC_MAX_RANK + 1], spec[4 * KCC_MAX_RANK + 8];
    for (int k = 0; k < 2; k++) {
        unsigned axes = 0;
        int n = 0, rank = x[k]->shape.rank;
        for (int i = 0; i < rank; i++) {
            if (!strchr(s[1 - k], s[k][i]) && !strchr(out, s[k][i]))
                axes |= 1u << i;
            else
                kept[k][n++] = s[k][i];
        }
        kept[k][n] = '\0';
        if (axes) x[k] = kcc_reduce(c->g, KCC_OP_REDUCE_SUM, x[k], axes, false);
    }
    size_t n = 0, sizes[3] = {strlen(kept[0]), strlen(kept[1]), strlen(out)};
    memcpy(spec, kept[0], sizes[0]);
    n = sizes[0];
    spec[n++] = ',';
    memcpy(spec + n, kept[1], sizes[1]);
    n += sizes[1];
    memcpy(spec + n, "->", 2);
    memcpy(spec + n + 2, out, sizes[2] + 1);
    kcc_out(c, kcc_contract(c->g, x[0], x[1], spec));
}

/* Contracts the listed axes of a with those of b; the rest of a, then of b, remains. */
static void tensordot(kcc_layer_call *c, int n, const int *p, const int *q) {
    kcc_node *a = kcc_in(c, 0), *b = kcc_in(c, 1);
    char sa[KCC_MAX_RANK + 1] = {0}, sb[KCC_MAX_RANK + 1] = {0}, out[2 * KCC_MAX_RANK + 1] = {0};
    int k = 0;
    for (int i = 0; i < a->shape.rank; i++) sa[i] = (char)('a' + i);
    for (int i = 0; i < b->shape.rank; i++) sb[i] = (char)('A' + i);
    for (int i = 0; i < n; i++) sb[q[i]] = sa[p[i]];
    if (a->shape.rank + b->shape.rank - 2 * n > KCC_MAX_RANK) {
        kcc_call_fail(c, NULL, KCC_ESHAPE, NULL, "the product's rank is above %d", KCC_MAX_RANK);
        return;
    }
    for (int i = 0; i < a->shape.rank; i++)
        if (!strchr(sb, sa[i])) out[k++] = sa[i];
    for (int i = 0; i < b->shape.rank; i++)
        if (!strchr(sa, sb[i])) out[k++] = sb[i];
    contract_letters(c, a, b, sa, sb, out);
}

void kcc_kop_dot(kcc_layer_call *c) {
    kcc_node *a = kcc_in(c, 0), *b = kcc_in(c, 1);
    int ra = a->shape.rank, rb = b->shape.rank;
    if (ra == 0 || rb == 0)
        kcc_out(c, kcc_mul(c->g, a, b));
    else
        tensordot(c, 1, (int[]){ra - 1}, (int[]){rb > 1 ? rb - 2 : 0});
}

void kcc_kop_tensordot(kcc_layer_call *c) {
    kcc_cursor at = kcc_key(c, "axes");
    int ra = kcc_in(c, 0)->shape.rank, rb = kcc_in(c, 1)->shape.rank, p[KCC_MAX_RANK], q[KCC_MAX_RANK], n = 0;
    if (kcc_json_is_array(at)) {
        int64_t sa[KCC_MAX_RANK], sb[KCC_MAX_RANK];
        n = kcc_json_ints(kcc_json_at(at, 0), sa, KCC_MAX_RANK, -ra, ra - 1);
        if (kcc_json_ints(kcc_json_at(at, 1), sb, KCC_MAX_RANK, -rb, rb - 1) != n) {
            kcc_json_fail(at, KCC_EINVAL, NULL, "expected as many axes of one operand as of the other");
            return;
        }
        for (int i = 0; i < n; i++) {
            p[i] = (int)(sa[i] < 0 ? sa[i] + ra : sa[i]);
            q[i] = (int)(sb[i] < 0 ? sb[i] + rb : sb[i]);
        }
    } else {
        n = (int)kcc_json_int(at, 2, 0, ra < rb ? ra : rb);
        for (int i = 0; i < n; i++) {
            p[i] = ra - n + i;
            q[i] = i;
        }
    }
    if (kcc_call_ok(c)) tensordot(c, n, p, q);
}

/* Two operands by contract; one by sums and a transpose. */
void kcc_kop_einsum(kcc_layer_call *c) {
    kcc_cursor at = kcc_key(c, "subscripts");
    const char *text = kcc_json_text(at, "");
    char part[3][32] = {{0}};
    int n = 0, k = 0;
    bool bad = false, arrow = false;
    for (const char *s = text; *s && !bad; s++) {
        if (*s == ' ') continue;
        if (*s == ',' && !arrow && n < 1) {
            n++, k = 0;
        } else if (s[0] == '-' && s[1] == '>' && !arrow) {
            arrow = true, n = 2, k = 0, s++;
        } else if (((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z')) && k < KCC_MAX_RANK &&
                   !strchr(part[n], *s)) {
            part[n][k++] = *s;
        } else {
            bad = true;
        }
    }
    int operands = strchr(text, ',') ? 2 : 1;
    for (int i = 0; i < operands && !bad; i++)
        bad = i >= c->n_in || (int)strlen(part[i]) != kcc_in(c, i)->shape.rank;
    for (const char *s = part[2]; *s; s++) bad = bad || !(strchr(part[0], *s) || strchr(part[1], *s));
    if (bad || !arrow || c->n_in != operands) {
        kcc_json_fail(at, KCC_EUNSUPPORTED, "one or two operands, letters without repeats, \"->\"",
                      "subscripts \"%s\" are not supported", text);
        return;
    }
    if (operands == 2) {
        kcc_node *a = kcc_in(c, 0), *b = kcc_in(c, 1);
        contract_letters(c, a, b, part[0], part[1], part[2]);
        return;
    }
    kcc_node *x = kcc_in(c, 0);
    unsigned axes = 0;
    int perm[KCC_MAX_RANK], left = 0;
    char rest[KCC_MAX_RANK + 1] = {0};
    for (int i = 0; part[0][i]; i++) {
        if (strchr(part[2], part[0][i]))
            rest[left++] = part[0][i];
        else
            axes |= 1u << i;
    }
    if (axes) x = kcc_reduce(c->g, KCC_OP_REDUCE_SUM, x, axes, false);
    for (int i = 0; part[2][i]; i++) perm[i] = (int)(strchr(rest, part[2][i]) - rest);
    kcc_out(c, left > 1 ? kcc_transpose(c->g, x, perm) : x);
}

/* ------------------------------------------------------------- activations */

static void activation(kcc_layer_call *c, const char *name) {
    const kcc_activation_row *row = kcc_activation_find(name);
    kcc_cursor alpha = kcc_key(c, "alpha");
    if (!alpha.json) alpha = kcc_key(c, "negative_slope");
    kcc_activation_args args = {.generation = c->generation};
    args.alpha = kcc_json_number(alpha, row->alpha);
    args.approximate = kcc_json_bool(kcc_key(c, "approximate"), true);
    args.axis = (int)kcc_json_int(kcc_key(c, "axis"), -1, -KCC_MAX_RANK, KCC_MAX_RANK);
    kcc_out(c, kcc_activate_row(c, row, &args, kcc_in(c, 0)));
}

#define ACTIVATION(id) \
    void kcc_kop_##id(kcc_layer_call *c) { activation(c, #id); }
ACTIVATION(relu)
ACTIVATION(relu6)
ACTIVATION(sigmoid)
ACTIVATION(softplus)
ACTIVATION(softsign)
ACTIVATION(silu)
ACTIVATION(log_sigmoid)
ACTIVATION(hard_sigmoid)
ACTIVATION(hard_silu)
ACTIVATION(hard_tanh)
ACTIVATION(tanh_shrink)
ACTIVATION(selu)
ACTIVATION(celu)
ACTIVATION(elu)
ACTIVATION(leaky_relu)
ACTIVATION(gelu)
ACTIVATION(softmax)
ACTIVATION(log_softmax)
