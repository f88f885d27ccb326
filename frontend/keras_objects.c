/*
 * The small objects a Keras config holds: see keras_objects.h.
 *
 * Takes: cursors.  Gives: activations, initializers, regularizers, constraints.
 * Keeps: unknown names fail with the nearest known one as hint.
 */
#include "keras_objects.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

bool kcc_same_name(const char *a, const char *b) {
    for (;;) {
        while (*a == '_') a++;
        while (*b == '_') b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
        if (!*a) return true;
        a++, b++;
    }
}

bool kcc_name_in(const char *text, const char *names) {
    size_t size = strlen(text);
    while (*names) {
        size_t n = strcspn(names, " ");
        if (n == size && size && memcmp(names, text, n) == 0) return true;
        names += n + strspn(names + n, " ");
    }
    return false;
}

/* Same up to case and '_' as one of the space separated names. */
static bool similar_in(kcc_arena *arena, const char *text, const char *names) {
    while (*names) {
        size_t n = strcspn(names, " ");
        if (n && kcc_same_name(text, kcc_format(arena, "%.*s", (int)n, names))) return true;
        names += n + strspn(names + n, " ");
    }
    return false;
}

kcc_object kcc_object_read(kcc_cursor c) {
    kcc_object o = {.at = c, .config = {.doc = c.doc, .parent = c.json, .key = "config"}};
    if (kcc_json_is_null(c)) return o;
    if (kcc_json_is_string(c)) {
        o.name = c.json->valuestring;
    } else if (kcc_json_is_object(c)) {
        kcc_cursor name = kcc_json_get(c, "class_name");
        if (kcc_json_is_null(name)) { /* Keras 1: the arguments are beside the name */
            name = kcc_json_get(c, "name");
            o.config = c;
        } else {
            o.config = kcc_json_get(c, "config");
            if (kcc_json_is_string(name) && strcmp(name.json->valuestring, "function") == 0 &&
                kcc_json_is_string(o.config))
                name = o.config;
        }
        if (!kcc_json_is_string(name)) {
            kcc_json_fail(c, KCC_EPARSE, NULL, "expected an object with a class_name");
            return o;
        }
        o.name = name.json->valuestring;
    } else {
        kcc_json_fail(c, KCC_EPARSE, NULL, "expected a name or an object with a class_name");
        return o;
    }
    const char *tail = strrchr(o.name, '>');
    if (tail) o.name = tail + 1;
    tail = strrchr(o.name, '.');
    if (tail) o.name = tail + 1;
    return o;
}

int64_t kcc_read_seed(kcc_cursor c) {
    if (kcc_json_is_object(c)) c = kcc_json_get(kcc_json_get(c, "config"), "seed");
    double seed = kcc_json_is_number(c) ? c.json->valuedouble : -1;
    return seed >= 0 && seed < 9e15 ? (int64_t)seed : -1;
}

/* ------------------------------------------------------------ initializers */

enum { CONSTANT, UNIFORM, NORMAL, TRUNCATED, SCALING, ORTHOGONAL, IDENTITY };
static const struct initializer {
    const char *name, *aliases;
    int kind;
    double a, b;
    const char *mode, *distribution;
} initializers[] = {
#define KCC_INITIALIZER(class, aliases, kind, a, b, mode, distribution) \
    {#class, aliases, kind, a, b, mode, distribution},
#include "initializers.def"
#undef KCC_INITIALIZER
};
enum { N_INITIALIZERS = sizeof initializers / sizeof *initializers };

static const struct initializer *find_initializer(kcc_arena *arena, const char *name) {
    for (int i = 0; i < N_INITIALIZERS; i++)
        if (kcc_same_name(name, initializers[i].name) || similar_in(arena, name, initializers[i].aliases))
            return &initializers[i];
    return NULL;
}

static void unknown_initializer(kcc_object o) {
    const char *names[N_INITIALIZERS];
    for (int i = 0; i < N_INITIALIZERS; i++) names[i] = initializers[i].name;
    kcc_json_fail(o.at, KCC_EUNSUPPORTED, kcc_near_or_all(o.at.doc->arena, o.name, N_INITIALIZERS, names),
                  "unknown initializer \"%s\"", o.name);
}

static double extent(const kcc_shape *s, int i) { return i < s->rank ? (double)s->dim[i].size : 1; }

/* Product of the axes a config names (Keras 3.15: input_axes, output_axes), or otherwise. */
static double axes_product(kcc_cursor c, const kcc_shape *s, double otherwise) {
    int64_t axes[KCC_MAX_RANK];
    if (kcc_json_is_null(c)) return otherwise;
    int n = kcc_json_ints(c, axes, KCC_MAX_RANK, -s->rank, s->rank - 1);
    double product = 1;
    for (int i = 0; i < n; i++) product *= extent(s, (int)(axes[i] < 0 ? axes[i] + s->rank : axes[i]));
    return product;
}

static kcc_init scaling(const struct initializer *row, kcc_cursor config, const kcc_shape *shape,
                        kcc_generation generation) {
    double receptive = 1, in, out;
    for (int i = 0; i + 2 < shape->rank; i++) receptive *= extent(shape, i);
    if (shape->rank < 2) {
        in = out = extent(shape, 0);
    } else {
        in = extent(shape, shape->rank - 2) * receptive;
        out = extent(shape, shape->rank - 1) * receptive;
    }
    in = axes_product(kcc_json_get(config, "input_axes"), shape, in);
    out = axes_product(kcc_json_get(config, "output_axes"), shape, out);
    double scale = kcc_json_number(kcc_json_get(config, "scale"), row->a);
    const char *mode = kcc_json_text(kcc_json_get(config, "mode"), row->mode);
    const char *law = kcc_json_text(kcc_json_get(config, "distribution"), row->distribution);
    double fan = strcmp(mode, "fan_in") == 0 ? in : strcmp(mode, "fan_out") == 0 ? out : (in + out) / 2;
    if (!kcc_name_in(mode, "fan_in fan_out fan_avg"))
        kcc_json_fail(kcc_json_get(config, "mode"), KCC_EINVAL, "fan_in, fan_out or fan_avg",
                      "unknown mode \"%s\"", mode);
    if (!(scale > 0))
        kcc_json_fail(kcc_json_get(config, "scale"), KCC_EINVAL, NULL, "scale must be positive");
    double s = scale / (fan > 1 ? fan : 1);
    if (strcmp(law, "uniform") == 0) return (kcc_init){KCC_INIT_UNIFORM, -sqrt(3 * s), sqrt(3 * s), -1};
    if (strcmp(law, "untruncated_normal") == 0 || (generation == KCC_KERAS_1 && strcmp(law, "uniform") != 0))
        return (kcc_init){KCC_INIT_NORMAL, 0, sqrt(s), -1};
    if (!kcc_name_in(law, "truncated_normal normal"))
        kcc_json_fail(kcc_json_get(config, "distribution"), KCC_EINVAL,
                      "uniform, truncated_normal or untruncated_normal", "unknown distribution \"%s\"", law);
    /* A normal cut at 2 sigma has 0.8796 of its standard deviation. */
    return (kcc_init){KCC_INIT_TRUNCATED_NORMAL, 0, sqrt(s) / 0.87962566103423978, -1};
}

kcc_init kcc_read_initializer(kcc_cursor c, const char *otherwise, const kcc_shape *shape,
                              kcc_generation generation) {
    kcc_object o = kcc_object_read(c);
    kcc_init init = {KCC_INIT_CONSTANT, 0, 0, -1};
    const struct initializer *row = find_initializer(c.doc->arena, o.name ? o.name : otherwise);
    if (!row) {
        unknown_initializer(o);
        return init;
    }
    kcc_cursor config = o.config;
    switch (row->kind) {
    case CONSTANT: init.a = kcc_json_number_or_nan(kcc_json_get(config, "value"), row->a); break;
    case UNIFORM:
        init.kind = KCC_INIT_UNIFORM;
        init.a = kcc_json_number(kcc_json_get(config, "minval"), row->a);
        init.b = kcc_json_number(kcc_json_get(config, "maxval"), row->b);
        break;
    case NORMAL:
    case TRUNCATED:
        init.kind = row->kind == NORMAL ? KCC_INIT_NORMAL : KCC_INIT_TRUNCATED_NORMAL;
        init.a = kcc_json_number(kcc_json_get(config, "mean"), row->a);
        init.b = kcc_json_number(kcc_json_get(config, "stddev"), row->b);
        break;
    case SCALING: init = scaling(row, config, shape, generation); break;
    default:
        init.kind = row->kind == ORTHOGONAL ? KCC_INIT_ORTHOGONAL : KCC_INIT_IDENTITY;
        init.a = kcc_json_number(kcc_json_get(config, "gain"),
                                 row->kind == ORTHOGONAL && generation == KCC_KERAS_1 ? 1.1 : row->a);
        if (shape->rank < 2 || (row->kind == IDENTITY && shape->rank != 2))
            kcc_json_fail(c, KCC_EINVAL, NULL, "%s cannot make a weight of rank %d", row->name, shape->rank);
    }
    init.seed = kcc_read_seed(kcc_json_get(config, "seed"));
    return init;
}

/* ------------------------------------------------------------ regularizers */

kcc_regularizer kcc_read_regularizer(kcc_cursor c) {
    static const char *const names[] = {"L1", "L2", "L1L2", "l1_l2", "OrthogonalRegularizer"};
    kcc_object o = kcc_object_read(c);
    kcc_regularizer r = {KCC_REGULARIZER_NONE, 0, 0};
    if (!o.name) return r;
    kcc_cursor l1 = kcc_json_get(o.config, "l1"), l2 = kcc_json_get(o.config, "l2");
    bool bare = kcc_json_is_string(c);
    if (kcc_same_name(o.name, "L1")) {
        r = (kcc_regularizer){KCC_REGULARIZER_L1L2, kcc_json_number(l1, 0.01), 0};
    } else if (kcc_same_name(o.name, "L2")) {
        r = (kcc_regularizer){KCC_REGULARIZER_L1L2, 0, kcc_json_number(l2, 0.01)};
    } else if (kcc_same_name(o.name, "L1L2") || kcc_same_name(o.name, "L1L2Regularizer") ||
               kcc_same_name(o.name, "WeightRegularizer") || kcc_same_name(o.name, "ActivityRegularizer")) {
        double otherwise = bare ? 0.01 : 0;
        double a = kcc_json_number(l1, otherwise), b = kcc_json_number(l2, otherwise);
        r = (kcc_regularizer){KCC_REGULARIZER_L1L2, a, b};
    } else if (kcc_same_name(o.name, "OrthogonalRegularizer") || kcc_same_name(o.name, "orthogonal")) {
        const char *mode = kcc_json_text(kcc_json_get(o.config, "mode"), "rows");
        r = (kcc_regularizer){KCC_REGULARIZER_ORTHOGONAL,
                              kcc_json_number(kcc_json_get(o.config, "factor"), 0.01),
                              strcmp(mode, "columns") == 0};
    } else {
        kcc_json_fail(c, KCC_EUNSUPPORTED, kcc_near_or_all(c.doc->arena, o.name, 5, names),
                      "unknown regularizer \"%s\"", o.name);
    }
    if (r.kind == KCC_REGULARIZER_L1L2 && r.l1 == 0 && r.l2 == 0) r.kind = KCC_REGULARIZER_NONE;
    return r;
}

static unsigned all_axes(const kcc_node *x) { return (1u << x->shape.rank) - 1; }

/* factor 1/2 sum_{i != j} |w_i . w_j| / (n (n - 1) / 2) of L2-normalised rows (or columns) w_i. */
static kcc_node *orthogonal(kcc_graph *g, const kcc_regularizer *r, kcc_node *x) {
    if (x->shape.rank != 2) {
        kcc_graph_fail(g, KCC_EINVAL, NULL, "OrthogonalRegularizer needs a weight of rank 2, not %d",
                       x->shape.rank);
        return kcc_scalar(g, 0);
    }
    bool columns = r->l2 != 0;
    double n = (double)x->shape.dim[columns].size;
    kcc_node *norm = kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_square(g, x), columns ? 1u : 2u, true);
    kcc_node *w = kcc_div(g, x, kcc_sqrt(g, kcc_max(g, norm, kcc_scalar(g, 1e-12))));
    kcc_node *product = kcc_contract(g, w, w, columns ? "ki,kj->ij" : "ik,jk->ij");
    kcc_node *row = kcc_iota(g, &product->shape, 0), *column = kcc_iota(g, &product->shape, 1);
    kcc_node *off = kcc_compare(g, KCC_OP_NE, row, column);
    kcc_node *magnitude = kcc_op1(g, KCC_OP_ABS, product);
    kcc_node *size = kcc_select(g, off, magnitude, kcc_scalar(g, 0));
    return kcc_muls(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, size, 3u, false), r->l1 * 0.5 / (n * (n - 1) / 2));
}

kcc_node *kcc_regularization(kcc_graph *g, const kcc_regularizer *r, kcc_node *x) {
    kcc_node *sum = NULL;
    if (r->kind == KCC_REGULARIZER_NONE) return NULL;
    if (r->kind == KCC_REGULARIZER_ORTHOGONAL) return orthogonal(g, r, x);
    if (r->l1 != 0)
        sum = kcc_muls(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_op1(g, KCC_OP_ABS, x), all_axes(x), false),
                       r->l1);
    if (r->l2 != 0) {
        kcc_node *l2 =
            kcc_muls(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_square(g, x), all_axes(x), false), r->l2);
        sum = sum ? kcc_add(g, sum, l2) : l2;
    }
    return sum;
}

/* ------------------------------------------------------------- constraints */

kcc_constraint kcc_read_constraint(kcc_cursor c, const kcc_shape *shape) {
    static const char *const names[] = {"MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"};
    kcc_object o = kcc_object_read(c);
    kcc_constraint k = {.kind = KCC_CONSTRAINT_NONE};
    if (!o.name) return k;
    if (kcc_same_name(o.name, "MaxNorm")) {
        kcc_cursor m = kcc_json_get(o.config, "max_value");
        k.kind = KCC_CONSTRAINT_MAX_NORM;
        k.max = kcc_json_number(m.json ? m : kcc_json_get(o.config, "m"), 2);
    } else if (kcc_same_name(o.name, "NonNeg") || kcc_same_name(o.name, "non_negative")) {
        k.kind = KCC_CONSTRAINT_NON_NEG;
    } else if (kcc_same_name(o.name, "UnitNorm")) {
        k.kind = KCC_CONSTRAINT_UNIT_NORM;
    } else if (kcc_same_name(o.name, "MinMaxNorm")) {
        kcc_cursor lo = kcc_json_get(o.config, "min_value"), hi = kcc_json_get(o.config, "max_value");
        k.kind = KCC_CONSTRAINT_MIN_MAX_NORM;
        k.min = kcc_json_number(lo.json ? lo : kcc_json_get(o.config, "low"), 0);
        k.max = kcc_json_number(hi.json ? hi : kcc_json_get(o.config, "high"), 1);
        k.rate = kcc_json_number(kcc_json_get(o.config, "rate"), 1);
    } else {
        kcc_json_fail(c, KCC_EUNSUPPORTED, kcc_near_or_all(c.doc->arena, o.name, 4, names),
                      "unknown constraint \"%s\"", o.name);
    }
    int64_t axes[KCC_MAX_RANK] = {0};
    kcc_cursor axis = kcc_json_get(o.config, "axis");
    int rank = shape->rank, n = 1;
    if (rank > 0 && k.kind != KCC_CONSTRAINT_NON_NEG && !kcc_json_is_null(axis))
        n = kcc_json_ints(axis, axes, KCC_MAX_RANK, -rank, rank - 1);
    for (int i = 0; i < n; i++) k.axes |= 1u << (axes[i] < 0 ? axes[i] + rank : axes[i]);
    return k;
}

/* ------------------------------------------------------------- activations */

static const kcc_activation_row activations[] = {
#define KCC_ACTIVATION(id, aliases, alpha, formula) {#id, aliases, kcc_act_##id, alpha},
#include "activations.def"
#undef KCC_ACTIVATION
};
enum { N_ACTIVATIONS = sizeof activations / sizeof *activations };

const kcc_activation_row *kcc_activation_find(const char *name) {
    for (int i = 0; i < N_ACTIVATIONS; i++) {
        const kcc_activation_row *row = &activations[i];
        const char *alias = row->aliases;
        if (kcc_same_name(name, row->name)) return row;
        while (*alias) {
            size_t n = strcspn(alias, " ");
            char one[40];
            if (n < sizeof one) {
                memcpy(one, alias, n);
                one[n] = '\0';
                if (kcc_same_name(name, one)) return row;
            }
            alias += n + strspn(alias + n, " ");
        }
    }
    return NULL;
}

/* First of two keys that is there. */
static kcc_cursor either(kcc_cursor config, const char *a, const char *b) {
    kcc_cursor c = kcc_json_get(config, a);
    return c.json ? c : kcc_json_get(config, b);
}

const kcc_activation_row *kcc_read_activation(kcc_cursor c, kcc_generation generation,
                                              kcc_activation_args *args) {
    kcc_object o = kcc_object_read(c);
    const char *name = o.name ? o.name : "linear";
    *args = (kcc_activation_args){.axis = -1, .generation = generation};
    if (!kcc_json_ok(c) && !o.name && !kcc_json_is_null(c)) return NULL;
    const kcc_activation_row *row = kcc_activation_find(name);
    if (!row) {
        const char *names[N_ACTIVATIONS];
        for (int i = 0; i < N_ACTIVATIONS; i++) names[i] = activations[i].name;
        kcc_json_fail(c, KCC_EUNSUPPORTED, kcc_near_or_all(c.doc->arena, name, N_ACTIVATIONS, names),
                      "unknown activation \"%s\"", name);
        return NULL;
    }
    args->alpha = row->alpha;
    if (!kcc_json_is_object(o.config) || kcc_json_is_string(c)) return row;
    /* A layer object used as activation: its own defaults. */
    kcc_cursor config = o.config, hi = kcc_json_get(config, "max_value");
    if (row->build == kcc_act_leaky_relu && o.name[0] == 'L') args->alpha = 0.3;
    kcc_cursor alpha = either(config, "negative_slope", "alpha");
    args->alpha = kcc_json_number(alpha, args->alpha);
    args->threshold = kcc_json_number(kcc_json_get(config, "threshold"), 0);
    args->has_max = !kcc_json_is_null(hi);
    args->max_value = kcc_json_number(hi, 0);
    args->approximate = kcc_json_bool(kcc_json_get(config, "approximate"), false);
    args->axis = (int)kcc_json_int(kcc_json_get(config, "axis"), -1, -KCC_MAX_RANK, KCC_MAX_RANK - 1);
    return row;
}

/* ------------------------------------------------------------------ check */

static bool ends_with(const char *text, const char *tail) {
    size_t n = strlen(text), m = strlen(tail);
    return n >= m && strcmp(text + n - m, tail) == 0;
}

void kcc_check_objects(kcc_cursor config) {
    kcc_activation_args args;
    for (kcc_cursor e = kcc_json_first(config); e.json; e = kcc_json_next(e)) {
        if (!e.key || kcc_json_is_null(e)) continue;
        if (strcmp(e.key, "activation") == 0 || strcmp(e.key, "recurrent_activation") == 0) {
            kcc_read_activation(e, KCC_KERAS_3, &args);
        } else if (ends_with(e.key, "_initializer")) {
            kcc_object o = kcc_object_read(e);
            if (o.name && !find_initializer(e.doc->arena, o.name)) unknown_initializer(o);
        } else if (ends_with(e.key, "_regularizer")) {
            kcc_read_regularizer(e);
        } else if (ends_with(e.key, "_constraint")) {
            kcc_shape any = {.rank = KCC_MAX_RANK};
            kcc_read_constraint(e, &any);
        }
    }
}
