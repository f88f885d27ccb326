/*
 * Values inside a kernel: demand-driven code for the nodes of a cluster.
 *
 * Takes: a cluster, its loops as they are opened.
 * Gives: kernel values; loads for what lies outside of the cluster.
 * Keeps: a value is computed at the outermost level that binds the loops it depends on, and once there; what
 *        a level computed is forgotten when the level closes or its loops move.
 */
#include <assert.h>
#include <string.h>

#include "lower.h"

kcc_dim kcc_dim_mul(kcc_dim a, kcc_dim b) {
    assert(!(a.batch && b.batch && a.size && b.size));
    return (kcc_dim){a.size * b.size, (a.batch || b.batch) && a.size * b.size != 0};
}

void kcc_strides(const kcc_shape *s, kcc_dim *stride) {
    kcc_dim at = kcc_fixed(1);
    for (int i = s->rank - 1; i >= 0; i--) {
        stride[i] = at;
        if (i) at = kcc_dim_mul(at, s->dim[i]);
    }
}

/* ---------------------------------------------------------------- accesses, grouping of dims */

/* Coefficients of a read of n's elements at m: by dim of the domain, and the constant part. */
typedef struct access {
    kcc_dim coef[KCC_MAX_DIMS];
    int64_t fixed, batch; /* offset = fixed + batch * N */
} access;

/* Adds coef * stride to the coefficient of a dim; false if the two do not add up to one {size, batch}. */
static bool step(access *a, int dom, int64_t coef, kcc_dim stride) {
    if (dom < 0 || !coef) return true;
    kcc_dim *c = &a->coef[dom];
    bool plain = !c->size || c->batch == stride.batch;
    *c = (kcc_dim){c->size + stride.size * coef, stride.batch};
    return plain;
}

static bool access_at(const kcc_node *n, const kcc_map *m, access *a) {
    kcc_dim stride[KCC_MAX_RANK];
    kcc_strides(&n->shape, stride);
    memset(a, 0, sizeof *a);
    bool plain = true; /* every dim has coefficients of one kind */
    for (int i = 0; i < n->shape.rank; i++) {
        const kcc_axis *x = &m->axis[i];
        if (x->div > 1) continue; /* not affine: a term of its own, see kcc_emit_index */
        if (stride[i].batch)
            a->batch += stride[i].size * x->add;
        else
            a->fixed += stride[i].size * x->add;
        plain = step(a, x->dom, x->coef, stride[i]) && step(a, x->dom2, x->coef2, stride[i]) && plain;
    }
    return plain;
}

void kcc_coefficients(const kcc_node *n, const kcc_map *m, kcc_dim *coef) {
    access a;
    access_at(n, m, &a);
    memcpy(coef, a.coef, sizeof a.coef);
}

typedef struct grouping {
    kcc_emit *e;
    unsigned cut; /* bit d: dims d and d+1 may not be one loop */
} grouping;

static void cut_around(grouping *g, int dom) {
    if (dom >= 0) g->cut |= 1u << dom | (dom ? 1u << (dom - 1) : 0);
}

static void cut_access(grouping *g, const kcc_node *n, const kcc_map *m) {
    access a;
    access_at(n, m, &a);
    const kcc_shape *d = &g->e->c->domain;
    kcc_dim lane = a.coef[d->rank ? d->rank - 1 : 0];
    for (int i = 0; i + 1 < d->rank && lane.size && (lane.size != 1 || lane.batch); i++)
        if (kcc_dim_equal(a.coef[i], kcc_fixed(1))) g->e->contiguous = i;
    for (int i = 0; i + 1 < d->rank; i++) {
        kcc_dim in = a.coef[i + 1], want = {0, false};
        if (in.size) {
            if (in.batch && d->dim[i + 1].batch) {
                g->cut |= 1u << i;
                continue;
            }
            want = kcc_dim_mul(in, d->dim[i + 1]);
        }
        if (!kcc_dim_equal(a.coef[i], want)) g->cut |= 1u << i;
    }
}

static bool member_of(const kcc_emit *e, const kcc_node *n) {
    return &e->l->fusion->cluster[0] + e->l->fusion->cluster_of[n->id] == e->c;
}

static void walk_node(grouping *g, const kcc_node *n, const kcc_map *m);

/* Everything n reads when it is computed at m. */
static void walk_inputs(grouping *g, const kcc_node *n, const kcc_map *m) {
    for (int i = 0; i < n->n_inputs; i++) {
        kcc_map at;
        if (kcc_map_input(n, m, i, &at)) walk_node(g, n->input[i], &at);
    }
}

static void walk_node(grouping *g, const kcc_node *n, const kcc_map *m) {
    for (int i = 0; i < m->n_guards; i++) {
        const kcc_axis *x = &m->guard[i].at;
        if (kcc_guard_holds(&m->guard[i], g->e->extent)) continue;
        cut_around(g, x->dom);
        if (x->dom >= 0) g->e->guarded |= 1u << x->dom;
        if (!x->coef2) continue;
        cut_around(g, x->dom2);
        g->e->guarded |= 1u << x->dom2;
    }
    if (n->op == KCC_OP_IOTA || n->op == KCC_OP_UNIFORM) cut_access(g, n, m);
    if (n->op == KCC_OP_IOTA) {
        const kcc_axis *x = &m->axis[n->attr.i[0]];
        cut_around(g, x->dom);
        if (x->coef2) cut_around(g, x->dom2);
    }
    if (kcc_op_table[n->op].class == KCC_CLASS_LEAF || (n->op == KCC_OP_RESHAPE && !kcc_reshape_trivial(n))) {
        cut_access(g, n, m);
        return;
    }
    if (!kcc_node_free(n) && !member_of(g->e, n)) {
        cut_access(g, n, m);
        return;
    }
    if (kcc_node_free(n)) walk_inputs(g, n, m);
}

/* Maps of a GATHER's ids and, but for the row, of its table. */
static void gather_maps(const kcc_node *n, const kcc_map *m, kcc_map *ids, kcc_map *table) {
    *ids = *table = (kcc_map){0};
    ids->rank = n->input[1]->shape.rank;
    table->rank = n->input[0]->shape.rank;
    memcpy(ids->axis, m->axis, (size_t)ids->rank * sizeof *ids->axis);
    table->axis[0].dom = -1;
    for (int i = 1; i < table->rank; i++) table->axis[i] = m->axis[ids->rank + i - 1];
}

void kcc_emit_group(kcc_emit *e, unsigned cut) {
    grouping g = {e, cut};
    const kcc_cluster *c = e->c;
    for (int d = 0; d < c->domain.rank; d++) {
        if (d + 1 < c->domain.rank && ((c->inner >> d) & 1) != ((c->inner >> (d + 1)) & 1)) g.cut |= 1u << d;
        if (d + 1 < c->domain.rank && c->domain.dim[d].batch && c->domain.dim[d + 1].batch) g.cut |= 1u << d;
    }
    for (int i = 0; i < c->n_members; i++) {
        const kcc_node *n = c->member[i];
        kcc_map m;
        bool known = kcc_map_member(c, n, &m);
        assert(known);
        (void)known;
        if (e->l->fusion->root[n->id]) cut_access(&g, n, &m);
        if (n->op == KCC_OP_CONTRACT) continue;
        if (n->op == KCC_OP_DILATE) {
            int dom = m.axis[n->attr.i[0]].dom;
            cut_around(&g, dom);
            if (dom >= 0) e->guarded |= 1u << dom;
            cut_access(&g, n, &m);
        } else if (n->op == KCC_OP_GATHER) {
            kcc_map ids, table;
            gather_maps(n, &m, &ids, &table);
            cut_access(&g, n->input[1], &ids);
            cut_access(&g, n->input[0], &table);
            for (int a = 0; a < ids.rank; a++) { /* loops of their own: a bad id is reported by its indices */
                if (ids.axis[a].dom < 0) continue;
                cut_around(&g, ids.axis[a].dom);
                e->guarded |= 1u << ids.axis[a].dom;
            }
        } else if (kcc_op_table[n->op].class == KCC_CLASS_REDUCE) {
            if (kcc_map_member(c, n->input[0], &m)) walk_node(&g, n->input[0], &m);
        } else {
            walk_inputs(&g, n, &m);
        }
    }
    e->n_groups = 0;
    kcc_dim extent = kcc_fixed(1);
    for (int d = 0; d < c->domain.rank; d++) {
        extent = kcc_dim_mul(extent, c->domain.dim[d]);
        e->group_of[d] = -1;
        if (d + 1 < c->domain.rank && !(g.cut >> d & 1)) continue;
        e->group_of[d] = e->n_groups;
        e->group[e->n_groups++] = (kcc_group){d, extent, KCC_KNONE, 0};
        extent = kcc_fixed(1);
    }
}

/* ---------------------------------------------------------------- levels, marks, memo */

void kcc_emit_begin(kcc_emit *e, kcc_lowering *l, const kcc_cluster *c) {
    *e = (kcc_emit){.l = l, .c = c, .vector = -1, .contiguous = -1, .lanes = 1, .count = KCC_KNONE};
    e->n_dims = c->domain.rank;
    memcpy(e->extent, c->domain.dim, sizeof c->domain.dim);
    e->k = kcc_kernel_create(l->arena, "");
    e->level[0].block = 0;
    e->level[0].owner = KCC_KNONE;
    e->n_levels = 1;
}

kcc_kval kcc_emit_mark(kcc_emit *e, kcc_kval v, unsigned groups) {
    if (v >= e->cap_groups_of)
        e->groups_of = kcc_grow(e->l->scratch, e->groups_of, &e->cap_groups_of, v + 1, sizeof *e->groups_of);
    e->groups_of[v] = groups;
    return v;
}

unsigned kcc_emit_groups(const kcc_emit *e, kcc_kval v) {
    return v >= 0 && v < e->cap_groups_of ? e->groups_of[v] : 0;
}

static int level_of(const kcc_emit *e, unsigned groups) {
    for (int i = 0; i < e->n_levels; i++)
        if (!(groups & ~e->level[i].groups)) return i;
    assert(!"a value depends on a loop that is not open");
    return e->n_levels - 1;
}

int kcc_emit_at(kcc_emit *e, unsigned groups) {
    int old = e->k->cursor;
    e->k->cursor = e->level[level_of(e, groups)].block;
    return old;
}

void kcc_emit_open(kcc_emit *e, kcc_kval owner, unsigned groups) {
    assert(e->n_levels < KCC_MAX_LEVELS);
    int i = e->n_levels++;
    e->level[i].block = owner == KCC_KNONE ? e->level[i - 1].block : kcc_k_body(e->k, owner);
    e->level[i].groups = e->level[i - 1].groups | groups;
    e->level[i].owner = owner;
    e->k->cursor = e->level[i].block;
}

void kcc_emit_close(kcc_emit *e) {
    int i = --e->n_levels, j = 0;
    for (int m = 0; m < e->n_memo; m++)
        if (e->memo[m].level < i) e->memo[j++] = e->memo[m];
    e->n_memo = j;
    e->k->cursor = e->level[i - 1].block;
    if (e->level[i].owner == KCC_KNONE) return;
    /* what was hoisted while the body was open stands behind the loop: move the loop to the end */
    kcc_kblock *b = &e->k->block[e->level[i - 1].block];
    j = 0;
    for (int n = 0; n < b->n; n++)
        if (b->instr[n] != e->level[i].owner) b->instr[j++] = b->instr[n];
    b->instr[j] = e->level[i].owner;
}

void kcc_emit_forget(kcc_emit *e, unsigned groups) {
    int j = 0;
    for (int m = 0; m < e->n_memo; m++)
        if (!(e->memo[m].groups & groups)) e->memo[j++] = e->memo[m];
    e->n_memo = j;
}

static void remember(kcc_emit *e, const kcc_node *n, const kcc_map *m, kcc_kval v, unsigned groups) {
    e->memo = kcc_grow(e->l->scratch, e->memo, &e->cap_memo, e->n_memo + 1, sizeof *e->memo);
    e->memo[e->n_memo++] = (kcc_memo){n, *m, v, groups, level_of(e, groups)};
}

kcc_kval kcc_emit_prim(kcc_emit *e, kcc_prim p, kcc_kval a, kcc_kval b, kcc_kval c) {
    unsigned groups = kcc_emit_groups(e, a);
    if (b != KCC_KNONE) groups |= kcc_emit_groups(e, b);
    if (c != KCC_KNONE) groups |= kcc_emit_groups(e, c);
    int old = kcc_emit_at(e, groups);
    int args = kcc_prim_table[p].args;
    kcc_kval v = args == 1   ? kcc_k_prim1(e->k, p, a)
                 : args == 2 ? kcc_k_prim2(e->k, p, a, b)
                             : kcc_k_prim3(e->k, p, a, b, c);
    e->k->cursor = old;
    e->cost += kcc_prim_table[p].expanded ? 12 : 1;
    return kcc_emit_mark(e, v, groups);
}

kcc_kval kcc_emit_int(kcc_emit *e, int64_t value) {
    int old = kcc_emit_at(e, 0);
    kcc_kval v = kcc_k_int(e->k, value);
    e->k->cursor = old;
    return kcc_emit_mark(e, v, 0);
}

kcc_kval kcc_emit_number(kcc_emit *e, kcc_dtype kind, double value) {
    int old = kcc_emit_at(e, 0);
    kcc_kval v = kcc_k_const(e->k, (kcc_ktype){kind, 1}, value);
    e->k->cursor = old;
    return kcc_emit_mark(e, v, 0);
}

kcc_kval kcc_emit_extent(kcc_emit *e, kcc_dim d) {
    if (!d.batch) return kcc_emit_int(e, d.size);
    int old = kcc_emit_at(e, 0);
    kcc_kval batch = kcc_k_run(e->k, KCC_RUN_BATCH), size = kcc_emit_int(e, d.size);
    kcc_kval v = kcc_k_prim2(e->k, KCC_P_MUL, batch, size);
    e->k->cursor = old;
    return kcc_emit_mark(e, v, 0);
}

/* Index along a group as an i64 scalar (its lane 0). */
static kcc_kval group_index(kcc_emit *e, int g) {
    const kcc_group *x = &e->group[g];
    if (x->var == KCC_KNONE) return kcc_emit_int(e, x->add);
    int old = kcc_emit_at(e, 1u << g);
    kcc_kval v = kcc_k_prim2(e->k, KCC_P_ADD, x->var, kcc_emit_int(e, x->add));
    e->k->cursor = old;
    return kcc_emit_mark(e, v, 1u << g);
}

void kcc_emit_decode(kcc_emit *e, kcc_kval task, int n, const int *groups) {
    kcc_kval rest = task;
    for (int i = n - 1; i >= 0; i--) {
        kcc_group *g = &e->group[groups[i]];
        g->add = 0;
        if (i == 0) {
            g->var = rest;
        } else {
            kcc_kval extent = kcc_emit_extent(e, g->extent);
            g->var = kcc_k_prim2(e->k, KCC_P_MOD, rest, extent);
            rest = kcc_k_prim2(e->k, KCC_P_DIV, rest, extent);
        }
    }
}

/* ---------------------------------------------------------------- memory */

int kcc_emit_param(kcc_emit *e, int buffer) {
    assert(buffer >= 0);
    for (int i = 0; i < e->n_params; i++)
        if (e->param_buffer[i] == buffer) return i;
    e->param_buffer =
        kcc_grow(e->l->arena, e->param_buffer, &e->cap_params, e->n_params + 1, sizeof *e->param_buffer);
    const kcc_buffer *b = &e->l->module->buffer[buffer];
    const char *name = b->name;
    for (int i = 0, n = 2; i < e->n_params; i++) { /* unique within the kernel */
        if (strcmp(e->k->param[i].name, name) != 0) continue;
        name = kcc_format(e->l->arena, "%s_%d", b->name, n++);
        i = -1;
    }
    e->param_buffer[e->n_params++] = buffer;
    return kcc_kernel_param(e->k, name, b->dtype);
}

void kcc_emit_term(kcc_kmem *mem, kcc_kval var, kcc_dim coef) {
    if (!coef.size) return;
    assert(mem->n_terms < KCC_KTERMS);
    mem->term[mem->n_terms].var = var;
    mem->term[mem->n_terms++].coef = coef;
}

/* coef * i_dom + coef2 * i_dom2 + add as i64 scalar. */
kcc_kval kcc_emit_numerator(kcc_emit *e, const kcc_axis *x, unsigned *groups) {
    kcc_kval at = kcc_emit_int(e, x->add);
    const int dom[2] = {x->dom, x->dom2};
    const int64_t coef[2] = {x->coef, x->coef2};
    for (int i = 0; i < 2; i++) {
        if (dom[i] < 0 || !coef[i]) continue;
        int g = e->group_of[dom[i]];
        *groups |= 1u << g;
        kcc_kval index = group_index(e, g), by = kcc_emit_int(e, coef[i]);
        kcc_kval scaled = kcc_emit_prim(e, KCC_P_MUL, index, by, KCC_KNONE);
        at = kcc_emit_prim(e, KCC_P_ADD, scaled, at, KCC_KNONE);
    }
    return at;
}

void kcc_emit_index(kcc_emit *e, const kcc_node *n, const kcc_map *m, kcc_kmem *mem, unsigned *groups) {
    access a;
    bool plain = access_at(n, m, &a);
    assert(plain);
    (void)plain;
    *mem = (kcc_kmem){.count = KCC_KNONE, .pred = KCC_KNONE};
    *groups = 0;
    for (int d = 0; d < e->n_dims; d++) {
        int g = e->group_of[d];
        if (g < 0 || !a.coef[d].size) continue;
        *groups |= 1u << g;
        if (e->group[g].var != KCC_KNONE) kcc_emit_term(mem, e->group[g].var, a.coef[d]);
        if (a.coef[d].batch)
            a.batch += a.coef[d].size * e->group[g].add;
        else
            a.fixed += a.coef[d].size * e->group[g].add;
        if (g == e->vector) mem->lane_stride = a.coef[d];
    }
    kcc_dim stride[KCC_MAX_RANK];
    kcc_strides(&n->shape, stride);
    for (int i = 0; i < n->shape.rank; i++) {
        if (m->axis[i].div <= 1) continue;
        kcc_kval at = kcc_emit_numerator(e, &m->axis[i], groups);
        kcc_emit_term(mem, kcc_emit_prim(e, KCC_P_DIV, at, kcc_emit_int(e, m->axis[i].div), KCC_KNONE),
                      stride[i]);
    }
    if (a.batch && !a.fixed) {
        mem->offset = (kcc_dim){a.batch, true};
    } else {
        mem->offset = kcc_fixed(a.fixed);
        if (a.batch) kcc_emit_term(mem, kcc_emit_int(e, 1), (kcc_dim){a.batch, true});
    }
}

void kcc_emit_address(kcc_emit *e, const kcc_node *n, const kcc_map *m, kcc_kmem *mem, unsigned *groups) {
    kcc_emit_index(e, n, m, mem, groups);
    mem->buffer = kcc_emit_param(e, e->l->buffer_of[kcc_storage_node((kcc_node *)n)->id]);
}

static kcc_kval both(kcc_emit *e, kcc_kval a, kcc_kval b) {
    return a == KCC_KNONE ? b : kcc_emit_prim(e, KCC_P_AND, a, b, KCC_KNONE);
}

/* All guards of a map that may fail as one bool scalar, or NONE. */
kcc_kval kcc_emit_guards(kcc_emit *e, const kcc_map *m, unsigned *groups) {
    kcc_kval all = KCC_KNONE;
    for (int i = 0; i < m->n_guards; i++) {
        if (kcc_guard_holds(&m->guard[i], e->extent)) continue;
        int64_t div = m->guard[i].at.div > 1 ? m->guard[i].at.div : 1;
        kcc_kval at = kcc_emit_numerator(e, &m->guard[i].at, groups);
        all = both(e, all, kcc_emit_prim(e, KCC_P_LE, kcc_emit_int(e, 0), at, KCC_KNONE));
        all =
            both(e, all, kcc_emit_prim(e, KCC_P_LT, at, kcc_emit_int(e, m->guard[i].limit * div), KCC_KNONE));
        if (div == 1) continue;
        kcc_kval rest = kcc_emit_prim(e, KCC_P_MOD, at, kcc_emit_int(e, div), KCC_KNONE);
        all = both(e, all, kcc_emit_prim(e, KCC_P_EQ, rest, kcc_emit_int(e, 0), KCC_KNONE));
    }
    return all;
}

static kcc_kval load_mem(kcc_emit *e, const kcc_node *n, kcc_kmem *mem, unsigned groups) {
    bool vector = e->vector >= 0 && (groups >> e->vector & 1);
    if (vector) mem->count = e->count;
    if (mem->count != KCC_KNONE) groups |= kcc_emit_groups(e, mem->count);
    kcc_ktype type = {n->dtype, vector ? e->lanes : 1};
    int old = kcc_emit_at(e, groups);
    kcc_kval v = kcc_k_load(e->k, type, mem);
    e->k->cursor = old;
    return kcc_emit_mark(e, v, groups);
}

static kcc_kval load(kcc_emit *e, const kcc_node *n, const kcc_map *m) {
    kcc_kmem mem;
    unsigned groups;
    kcc_emit_address(e, n, m, &mem, &groups);
    mem.pred = kcc_emit_guards(e, m, &groups);
    return load_mem(e, n, &mem, groups);
}

void kcc_emit_store(kcc_emit *e, const kcc_node *n, kcc_kval value) {
    kcc_map m;
    bool known = kcc_map_member(e->c, n, &m);
    assert(known);
    (void)known;
    kcc_kmem mem;
    unsigned groups;
    kcc_emit_address(e, n, &m, &mem, &groups);
    if (e->vector >= 0 && (groups >> e->vector & 1)) {
        mem.count = e->count;
        value = kcc_k_splat(e->k, value, e->lanes);
    }
    kcc_k_store(e->k, value, &mem);
}

void kcc_emit_store_roots(kcc_emit *e, int n, kcc_node *const *roots) {
    kcc_kval value[64];
    for (int from = 0; from < n;
         from += 64) { /* values first: a store may overwrite what another root reads */
        assert(n <= 64 || from == 0);
        for (int i = from; i < n && i < from + 64; i++) value[i - from] = kcc_emit_member(e, roots[i]);
    }
    for (int i = 0; i < n && i < 64; i++) kcc_emit_store(e, roots[i], value[i]);
}

/* ---------------------------------------------------------------- values */

/* Zeros between the elements of its input: index / step where that divides. */
static kcc_kval dilate(kcc_emit *e, const kcc_node *n, const kcc_map *m) {
    int axis = (int)n->attr.i[0];
    kcc_kval step = kcc_emit_int(e, n->attr.i[1]);
    const kcc_node *in = n->input[0];
    kcc_map at = *m;
    at.axis[axis] = (kcc_axis){.dom = -1};
    kcc_kmem mem;
    unsigned groups;
    kcc_emit_address(e, in, &at, &mem, &groups);
    if (m->axis[axis].dom >= 0) {
        int g = e->group_of[m->axis[axis].dom];
        kcc_kval i = group_index(e, g);
        kcc_dim stride[KCC_MAX_RANK];
        kcc_strides(&in->shape, stride);
        groups |= 1u << g;
        kcc_emit_term(&mem, kcc_emit_prim(e, KCC_P_DIV, i, step, KCC_KNONE), stride[axis]);
        kcc_kval rest = kcc_emit_prim(e, KCC_P_MOD, i, step, KCC_KNONE);
        mem.pred = kcc_emit_prim(e, KCC_P_EQ, rest, kcc_emit_int(e, 0), KCC_KNONE);
    }
    return load_mem(e, in, &mem, groups);
}

/* An f32 truncated to i64; what is not a number or too large for an index becomes -1. */
static kcc_kval whole_number(kcc_kernel *k, kcc_kval x) {
    const kcc_ktype f32 = {KCC_F32, 1};
    kcc_kval far = kcc_k_const(k, f32, 0x1p40), size = kcc_k_prim1(k, KCC_P_ABS, x);
    kcc_kval near = kcc_k_prim2(k, KCC_P_LT, size, far), none = kcc_k_const(k, f32, -1);
    x = kcc_k_prim3(k, KCC_P_SELECT, near, x, none);
    return kcc_k_convert(k, kcc_k_prim1(k, KCC_P_TRUNC, x), KCC_I64);
}

/* A row of a table: the id is loaded, checked and used as an address. */
static kcc_kval gather(kcc_emit *e, const kcc_node *n, const kcc_map *m) {
    kcc_kernel *k = e->k;
    kcc_map at, row;
    kcc_kmem mem;
    unsigned groups, wide;
    gather_maps(n, m, &at, &row);
    kcc_kval id = kcc_emit_value(e, n->input[1], &at);
    groups = kcc_emit_groups(e, id);
    for (int i = 0; i < at.rank; i++)
        if (at.axis[i].dom >= 0) groups |= 1u << e->group_of[at.axis[i].dom];
    kcc_kval sample = kcc_emit_numerator(e, &at.axis[0], &groups), position = kcc_emit_int(e, 0);
    for (int i = 1; i < at.rank; i++) { /* row-major among the axes of a sample */
        kcc_kval size = kcc_emit_extent(e, n->input[1]->shape.dim[i]),
                 here = kcc_emit_numerator(e, &at.axis[i], &groups);
        position = kcc_emit_prim(e, KCC_P_ADD, kcc_emit_prim(e, KCC_P_MUL, position, size, KCC_KNONE), here,
                                 KCC_KNONE);
    }
    int64_t rows = n->input[0]->shape.dim[0].size;
    kcc_kval zero = kcc_emit_int(e, 0), limit = kcc_emit_int(e, rows);
    int old = kcc_emit_at(e, groups);
    id = n->input[1]->dtype == KCC_F32 ? whole_number(k, id) : kcc_k_convert(k, id, KCC_I64);
    kcc_kval below = kcc_k_prim2(k, KCC_P_LT, id, zero), above = kcc_k_prim2(k, KCC_P_LE, limit, id);
    kcc_kval bad = kcc_k_prim2(k, KCC_P_OR, below, above);
    kcc_k_fault(k, bad, (int)n->attr.i[0], sample, position, id, limit);
    id = kcc_emit_mark(e, kcc_k_prim3(k, KCC_P_SELECT, bad, zero, id), groups);
    k->cursor = old;
    kcc_emit_address(e, n->input[0], &row, &mem, &wide);
    kcc_dim stride[KCC_MAX_RANK];
    kcc_strides(&n->input[0]->shape, stride);
    kcc_emit_term(&mem, id, stride[0]);
    return load_mem(e, n->input[0], &mem, groups | wide);
}

/* value where the guards of its map hold, else 0; a guarded load sees to that itself. */
static kcc_kval inside_or_zero(kcc_emit *e, const kcc_node *n, const kcc_map *at, kcc_kval value) {
    unsigned groups = 0;
    const kcc_kinstr *made = &e->k->instr[value];
    if (made->op == KCC_K_LOAD && e->k->mem[made->mem].pred != KCC_KNONE) return value;
    kcc_kval inside = kcc_emit_guards(e, at, &groups);
    if (inside == KCC_KNONE) return value;
    return kcc_emit_prim(e, KCC_P_SELECT, inside, value, kcc_emit_number(e, n->dtype, 0));
}

static kcc_kval compute(kcc_emit *e, const kcc_node *n, const kcc_map *m) {
    if (kcc_op_table[n->op].class == KCC_CLASS_LEAF) {
        switch (n->op) {
        case KCC_OP_CONSTANT:
        case KCC_OP_IOTA:
        case KCC_OP_UNIFORM:
        case KCC_OP_BATCH_SIZE:
        case KCC_OP_STEP:
        case KCC_OP_LEARNING_RATE: return kcc_lower_op(e, n, m, NULL);
        default: return load(e, n, m);
        }
    }
    if (n->op == KCC_OP_RESHAPE && !kcc_reshape_trivial(n)) return load(e, n, m);
    if (!kcc_node_free(n) && !member_of(e, n)) return load(e, n, m);
    if (n->op == KCC_OP_DILATE) return dilate(e, n, m);
    if (n->op == KCC_OP_GATHER) return gather(e, n, m);
    kcc_kval in[KCC_MAX_INPUTS];
    for (int i = 0; i < n->n_inputs; i++) {
        kcc_map at;
        bool known = kcc_map_input(n, m, i, &at);
        assert(known); /* a reduction or contraction must have been defined by its loop */
        (void)known;
        in[i] = kcc_emit_value(e, n->input[i], &at);
        if (n->op == KCC_OP_PAD || n->op == KCC_OP_WINDOW) in[i] = inside_or_zero(e, n, &at, in[i]);
    }
    switch (kcc_op_table[n->op].class) {
    case KCC_CLASS_VIEW:
    case KCC_CLASS_INJECTIVE: return in[0];
    default: return kcc_lower_op(e, n, m, in);
    }
}

kcc_kval kcc_emit_value(kcc_emit *e, const kcc_node *n, const kcc_map *m) {
    for (int i = e->n_memo - 1; i >= 0; i--)
        if (e->memo[i].node == n && kcc_map_equal(&e->memo[i].map, m)) return e->memo[i].value;
    kcc_kval v = compute(e, n, m);
    remember(e, n, m, v, kcc_emit_groups(e, v));
    return v;
}

kcc_kval kcc_emit_member(kcc_emit *e, const kcc_node *n) {
    kcc_map m;
    bool known = kcc_map_member(e->c, n, &m);
    assert(known);
    (void)known;
    return kcc_emit_value(e, n, &m);
}

void kcc_emit_define(kcc_emit *e, const kcc_node *n, kcc_kval value, unsigned groups) {
    kcc_map m;
    bool known = kcc_map_member(e->c, n, &m);
    assert(known);
    (void)known;
    kcc_emit_mark(e, value, groups);
    remember(e, n, &m, value, groups);
}

/* ---------------------------------------------------------------- loops */

bool kcc_emit_const(const kcc_emit *e, kcc_kval v, int64_t *value) {
    const kcc_kinstr *i = &e->k->instr[v];
    if (i->op != KCC_K_CONST || i->type.kind != KCC_I64) return false;
    *value = i->imm_i;
    return true;
}

kcc_kval kcc_emit_tasks(kcc_emit *e) {
    kcc_kval begin = kcc_k_run(e->k, KCC_RUN_BEGIN), end = kcc_k_run(e->k, KCC_RUN_END);
    return kcc_k_loop(e->k, begin, end, 1, "task");
}

kcc_kval kcc_emit_loop(kcc_emit *e, kcc_dim extent, const char *name) {
    kcc_kval from = kcc_emit_int(e, 0), to = kcc_emit_extent(e, extent);
    return kcc_k_loop(e->k, from, to, 1, name);
}

/* body at var + add, in straight code (owner NONE) or in a loop or an if. */
static void run_body(kcc_emit *e, int g, kcc_kval owner, kcc_kval var, int64_t add, kcc_kval count,
                     kcc_body_fn *body, void *user) {
    e->group[g].var = var;
    e->group[g].add = add;
    kcc_emit_open(e, owner, 1u << g);
    e->count = count;
    body(e, user);
    e->count = KCC_KNONE;
    kcc_emit_close(e);
    kcc_emit_forget(e, 1u << g);
}

void kcc_emit_vectors(kcc_emit *e, int g, kcc_kval lo, kcc_kval hi, kcc_body_fn *body, void *user) {
    int64_t from, to, lanes = e->lanes;
    kcc_kernel *k = e->k;
    if (kcc_emit_const(e, lo, &from) && kcc_emit_const(e, hi, &to)) {
        int64_t full = from + (to - from) / lanes * lanes;
        if (full - from == lanes) {
            run_body(e, g, KCC_KNONE, KCC_KNONE, from, KCC_KNONE, body, user);
        } else if (full > from) {
            kcc_kval i = kcc_k_loop(k, lo, kcc_emit_int(e, full), lanes, "i");
            run_body(e, g, i, i, 0, KCC_KNONE, body, user);
        }
        if (full < to) run_body(e, g, KCC_KNONE, KCC_KNONE, full, kcc_emit_int(e, to - full), body, user);
        return;
    }
    kcc_kval length = kcc_k_prim2(k, KCC_P_SUB, hi, lo), width = kcc_emit_int(e, lanes);
    kcc_kval whole = kcc_k_prim2(k, KCC_P_MUL, kcc_k_prim2(k, KCC_P_DIV, length, width), width);
    kcc_kval full = kcc_k_prim2(k, KCC_P_ADD, lo, whole);
    kcc_kval i = kcc_k_loop(k, lo, full, lanes, "i");
    run_body(e, g, i, i, 0, KCC_KNONE, body, user);
    if (lanes == 1) return;
    kcc_kval some = kcc_k_if(k, kcc_k_prim2(k, KCC_P_LT, full, hi));
    kcc_kval rest = kcc_k_prim2(k, KCC_P_SUB, hi, full);
    /* the rest is counted in the block of the if, before it: kcc_emit_close moves the if behind it */
    unsigned outer = e->level[e->n_levels - 1].groups;
    kcc_emit_mark(e, full, outer);
    kcc_emit_mark(e, rest, outer);
    run_body(e, g, some, full, 0, rest, body, user);
}

void kcc_emit_all_vectors(kcc_emit *e, int g, kcc_dim extent, kcc_body_fn *body, void *user) {
    kcc_kval from = kcc_emit_int(e, 0), to = kcc_emit_extent(e, extent);
    kcc_emit_vectors(e, g, from, to, body, user);
}
