/*
 * Index maps: where an input is read when a node is computed at an index of the domain.
 *
 * Takes: nodes and maps.  Gives: maps.  Keeps: see fuse.h.
 */
#include <string.h>

#include "fuse.h"

static bool unit(kcc_dim d) { return d.size == 1 && !d.batch; }

kcc_shape kcc_squeeze_shape(const kcc_shape *s) {
    kcc_shape out = {0};
    for (int i = 0; i < s->rank; i++)
        if (!unit(s->dim[i])) out.dim[out.rank++] = s->dim[i];
    return out;
}

bool kcc_op_scatters(kcc_op op) {
    return op == KCC_OP_SCATTER || op == KCC_OP_COMBINE || op == KCC_OP_SCATTER_SUB;
}

bool kcc_reshape_trivial(const kcc_node *n) {
    if (n->op != KCC_OP_RESHAPE) return false;
    kcc_shape a = kcc_squeeze_shape(&n->shape), b = kcc_squeeze_shape(&n->input[0]->shape);
    return kcc_shape_equal(&a, &b);
}

kcc_node *kcc_storage_node(kcc_node *n) {
    while (n->op == KCC_OP_RESHAPE) n = n->input[0];
    return n;
}

bool kcc_contract_reads(const kcc_node *n) {
    switch (n->op) {
    case KCC_OP_WINDOW:
    case KCC_OP_BROADCAST:
    case KCC_OP_PAD: return true;
    case KCC_OP_RESHAPE: return kcc_reshape_trivial(n);
    default: return false;
    }
}

/* Leaves that need no storage, and what is computed from them alone. */
static bool from_counters(const kcc_node *n) {
    switch (n->op) {
    case KCC_OP_CONSTANT:
    case KCC_OP_IOTA:
    case KCC_OP_UNIFORM:
    case KCC_OP_BATCH_SIZE:
    case KCC_OP_STEP:
    case KCC_OP_LEARNING_RATE: return true;
    default: break;
    }
    if (n->op == KCC_OP_BROADCAST || kcc_reshape_trivial(n)) return from_counters(n->input[0]);
    if (kcc_op_table[n->op].class != KCC_CLASS_ELEMWISE || n->shape.rank == 0) return false;
    for (int i = 0; i < n->n_inputs; i++)
        if (!from_counters(n->input[i])) return false;
    return true;
}

bool kcc_node_free(const kcc_node *n) {
    switch (kcc_op_table[n->op].class) {
    case KCC_CLASS_LEAF:
    case KCC_CLASS_VIEW: return true;
    case KCC_CLASS_INJECTIVE: return n->op != KCC_OP_DILATE;
    case KCC_CLASS_ELEMWISE:
        if (n->op == KCC_OP_STOP_GRADIENT) return false; /* a copy that kcc_prepare asked for */
        return n->repeated || n->dtype == KCC_BOOL || from_counters(n);
    default: return false;
    }
}

static bool axis_equal(const kcc_axis *a, const kcc_axis *b) {
    return a->dom == b->dom && a->coef == b->coef && a->add == b->add && a->coef2 == b->coef2 &&
           (!a->coef2 || a->dom2 == b->dom2) && (a->div > 1 ? a->div : 1) == (b->div > 1 ? b->div : 1);
}

bool kcc_map_equal(const kcc_map *a, const kcc_map *b) {
    if (a->rank != b->rank || a->n_guards != b->n_guards) return false;
    for (int i = 0; i < a->rank; i++)
        if (!axis_equal(&a->axis[i], &b->axis[i])) return false;
    for (int i = 0; i < a->n_guards; i++)
        if (!axis_equal(&a->guard[i].at, &b->guard[i].at) || a->guard[i].limit != b->guard[i].limit)
            return false;
    return true;
}

static kcc_axis fixed_axis(int64_t at) { return (kcc_axis){.dom = -1, .add = at}; }

/* Adds a guard unless it always holds; false if there is no room. */
static bool guard(kcc_map *m, const kcc_axis *at, int64_t limit) {
    if (m->n_guards == KCC_MAX_GUARDS) return false;
    m->guard[m->n_guards++] = (kcc_guard){*at, limit};
    return true;
}

/* (alpha o + beta k + gamma) / delta of two plain axes; false if that is not of the form of kcc_axis. */
static bool combine(const kcc_axis *o, const kcc_axis *k, const int64_t *p, kcc_axis *out) {
    if (o->coef2 || k->coef2 || o->div > 1 || k->div > 1) return false;
    *out = (kcc_axis){
        .dom = o->dom, .coef = p[1] * o->coef, .add = p[1] * o->add + p[2] * k->add + p[3], .div = p[4]};
    if (out->dom < 0) {
        out->dom = k->dom;
        out->coef = p[2] * k->coef;
    } else if (k->dom >= 0 && k->dom == o->dom) {
        out->coef += p[2] * k->coef;
    } else if (k->dom >= 0) {
        out->dom2 = k->dom;
        out->coef2 = p[2] * k->coef;
    }
    return true;
}

bool kcc_guard_holds(const kcc_guard *g, const kcc_dim *extent) {
    const kcc_axis *x = &g->at;
    if (x->div > 1) return false;
    int64_t low = x->add, high = x->add;
    const int dom[2] = {x->dom, x->dom2};
    const int64_t coef[2] = {x->coef, x->coef2};
    for (int i = 0; i < 2; i++) {
        if (dom[i] < 0 || !coef[i]) continue;
        if (extent[dom[i]].batch) return false;
        int64_t most = coef[i] * (extent[dom[i]].size - 1);
        if (most < 0)
            low += most;
        else
            high += most;
    }
    return low >= 0 && high < g->limit;
}

/* Unit axes are at 0; the others are those of `from`, which has the same ones in the same order. */
static void map_units(const kcc_shape *from_shape, const kcc_map *from, const kcc_shape *shape,
                      kcc_map *out) {
    int j = 0;
    out->rank = shape->rank;
    for (int i = 0; i < shape->rank; i++) {
        if (unit(shape->dim[i])) {
            out->axis[i] = fixed_axis(0);
            continue;
        }
        while (j < from_shape->rank && unit(from_shape->dim[j])) j++;
        out->axis[i] = from->axis[j++];
    }
}

bool kcc_map_input(const kcc_node *n, const kcc_map *m, int i, kcc_map *out) {
    *out = *m;
    const kcc_node *in = n->input[i];
    int axis = (int)n->attr.i[0];
    switch (n->op) {
    case KCC_OP_RESHAPE:
        if (!kcc_reshape_trivial(n)) return false;
        map_units(&n->shape, m, &in->shape, out);
        return true;
    case KCC_OP_BROADCAST:
        for (int a = 0; a < in->shape.rank; a++)
            if (unit(in->shape.dim[a])) out->axis[a] = fixed_axis(0);
        return true;
    case KCC_OP_TRANSPOSE:
        for (int a = 0; a < n->shape.rank; a++) out->axis[n->attr.i[a]] = m->axis[a];
        return true;
    case KCC_OP_SLICE: {
        int64_t start = n->attr.i[1], step = n->attr.i[3];
        if (out->axis[axis].div > 1) return false;
        out->axis[axis].coef2 *= step;
        out->axis[axis].coef *= step;
        out->axis[axis].add = out->axis[axis].add * step + start;
        return true;
    }
    case KCC_OP_PAD:
        if (out->axis[axis].div > 1 || in->shape.dim[axis].batch) return false;
        out->axis[axis].add -= n->attr.i[1];
        return guard(out, &out->axis[axis], in->shape.dim[axis].size);
    case KCC_OP_WINDOW:
        return combine(&m->axis[axis], &m->axis[axis + 1], n->attr.i, &out->axis[axis]) &&
               guard(out, &out->axis[axis], in->shape.dim[axis].size);
    case KCC_OP_SCATTER_SUB: return i == 0; /* a row of the table is read where it is written */
    default: return kcc_op_table[n->op].class == KCC_CLASS_ELEMWISE;
    }
}

bool kcc_map_member(const kcc_cluster *c, const kcc_node *n, kcc_map *out) {
    kcc_shape s = kcc_squeeze_shape(&n->shape);
    memset(out, 0, sizeof *out);
    out->rank = n->shape.rank;
    bool full = kcc_shape_equal(&s, &c->domain);
    int dims[KCC_MAX_RANK], n_dims = 0;
    for (int d = 0; d < c->domain.rank; d++)
        if (full || !(c->inner >> d & 1)) dims[n_dims++] = d;
    if (n_dims != s.rank) return false;
    int j = 0;
    for (int a = 0; a < n->shape.rank; a++) {
        if (unit(n->shape.dim[a])) {
            out->axis[a] = fixed_axis(0);
            continue;
        }
        if (!kcc_dim_equal(n->shape.dim[a], c->domain.dim[dims[j]])) return false;
        out->axis[a] = (kcc_axis){.dom = dims[j++], .coef = 1};
    }
    return true;
}
