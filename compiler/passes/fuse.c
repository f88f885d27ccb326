/*
 * Fusion: see fuse.h.
 *
 * Keeps: between clusters, the relation "reads a value of, or must follow" has no cycle.  Nodes join the
 * cluster of a value they read (going forward), then cheap nodes that only a later cluster reads move to it.
 */
#include "fuse.h"

#include <string.h>

enum {
    MOST_COLUMNS = 4, /* column reductions in one pass: accumulators stay in registers */
    FEW = 4096        /* elements of a sample: a pass over them costs less than a kernel */
};

typedef struct reads reads;

typedef struct fuser {
    kcc_fusion *f;
    kcc_graph *g;
    kcc_arena *arena;
    reads *reads; /* by node */
    int *visited; /* by cluster: stamp of the last search that saw it */
    int cap_visited, stamp;
} fuser;

static bool reduce(const kcc_node *n) { return kcc_op_table[n->op].class == KCC_CLASS_REDUCE; }
static bool elementwise(const kcc_node *n) { return kcc_op_table[n->op].class == KCC_CLASS_ELEMWISE; }

static kcc_cluster *cluster_of(const fuser *u, const kcc_node *n) {
    int c = u->f->cluster_of[n->id];
    return c < 0 ? NULL : &u->f->cluster[c];
}

/* ---------------------------------------------------------------- reads of a node */

typedef struct read {
    kcc_node *node; /* owned */
    bool memory;    /* it must be in memory */
} read;

/* What a node reads through free ones, each once. */
struct reads {
    bool known;
    int n, cap;
    read *item;
};

static void add_read(fuser *u, reads *r, kcc_node *owned, bool memory) {
    for (int i = 0; i < r->n; i++)
        if (r->item[i].node == owned) {
            r->item[i].memory = r->item[i].memory || memory;
            return;
        }
    r->item = kcc_grow(u->arena, r->item, &r->cap, r->n + 1, sizeof *r->item);
    r->item[r->n++] = (read){owned, memory};
}

static const reads *reads_of(fuser *u, const kcc_node *n) {
    reads *r = &u->reads[n->id];
    if (r->known) return r;
    bool memory = n->op == KCC_OP_CONTRACT || n->op == KCC_OP_CONCAT || n->op == KCC_OP_DILATE ||
                  n->op == KCC_OP_GATHER || kcc_op_scatters(n->op) ||
                  (n->op == KCC_OP_RESHAPE && !kcc_reshape_trivial(n));
    for (int i = 0; i < n->n_inputs; i++) {
        kcc_node *in = n->input[i];
        const reads *behind = kcc_node_free(in) ? reads_of(u, in) : NULL;
        if (!behind) add_read(u, r, in, memory);
        for (int k = 0; behind && k < behind->n; k++)
            add_read(u, r, behind->item[k].node, memory || behind->item[k].memory);
    }
    r->known = true;
    return r;
}

/* ---------------------------------------------------------------- dependence of clusters */

/* Whether cluster from needs cluster to (or is it); continues the search of the current stamp. */
static bool depends(fuser *u, int from, int to) {
    if (from == to) return true;
    if (u->visited[from] == u->stamp) return false;
    u->visited[from] = u->stamp;
    const kcc_cluster *c = &u->f->cluster[from];
    for (int i = 0; i < c->n_after; i++)
        if (depends(u, c->after[i], to)) return true;
    for (int i = 0; i < c->n_members; i++) {
        const reads *r = reads_of(u, c->member[i]);
        for (int k = 0; k < r->n; k++) {
            int in = u->f->cluster_of[r->item[k].node->id];
            if (in >= 0 && depends(u, in, to)) return true;
        }
    }
    return false;
}

static bool needs(fuser *u, int from, int to) {
    u->stamp++;
    return depends(u, from, to);
}

static int new_cluster(fuser *u, kcc_cluster_kind kind, const kcc_shape *shape, unsigned inner) {
    kcc_fusion *f = u->f;
    f->cluster = kcc_grow(u->arena, f->cluster, &f->cap_clusters, f->n_clusters + 1, sizeof *f->cluster);
    u->visited = kcc_grow(u->arena, u->visited, &u->cap_visited, f->n_clusters + 1, sizeof *u->visited);
    f->cluster[f->n_clusters] =
        (kcc_cluster){.kind = kind, .domain = kcc_squeeze_shape(shape), .inner = inner};
    return f->n_clusters++;
}

static void add_member(fuser *u, int c, kcc_node *n) {
    kcc_cluster *k = &u->f->cluster[c];
    k->member = kcc_grow(u->arena, k->member, &k->cap_members, k->n_members + 1, sizeof *k->member);
    int i = k->n_members++;
    for (; i > 0 && k->member[i - 1]->id > n->id; i--) k->member[i] = k->member[i - 1];
    k->member[i] = n;
    u->f->cluster_of[n->id] = c;
}

static void remove_member(fuser *u, kcc_node *n) {
    kcc_cluster *k = cluster_of(u, n);
    int j = 0;
    for (int i = 0; i < k->n_members; i++)
        if (k->member[i] != n) k->member[j++] = k->member[i];
    k->n_members = j;
    u->f->cluster_of[n->id] = -1;
}

/* ---------------------------------------------------------------- joining */

/* Axes of the squeezed input that a reduction runs over, as a mask on the squeezed input's dims. */
static unsigned reduced_dims(const kcc_node *n) {
    const kcc_shape *s = &n->input[0]->shape;
    unsigned mask = 0;
    for (int a = 0, d = 0; a < s->rank; a++) {
        if (s->dim[a].size == 1 && !s->dim[a].batch) continue;
        for (int i = 0; i < n->attr.n_i; i++)
            if (n->attr.i[i] == a) mask |= 1u << d;
        d++;
    }
    return mask;
}

/* The lanes of a contraction lie along its last dim, and a guard there would have to be one a lane. */
static bool guards_lanes(const kcc_cluster *c, const kcc_map *m) {
    int last = c->domain.rank - 1;
    for (int i = 0; i < m->n_guards && c->kind == KCC_CLUSTER_CONTRACT; i++) {
        const kcc_axis *x = &m->guard[i].at;
        bool along = x->dom == last || (x->coef2 && x->dom2 == last);
        if (along && !kcc_guard_holds(&m->guard[i], c->domain.dim)) return true;
    }
    return false;
}

/* Whether everything n reads inside cluster c is read at its own index.  m: where n is read. */
static bool reads_fit(const fuser *u, int c, const kcc_node *n, const kcc_map *m) {
    for (int i = 0; i < n->n_inputs; i++) {
        const kcc_node *in = n->input[i];
        kcc_map at, own;
        bool known = reduce(n) ? kcc_map_member(&u->f->cluster[c], in, &at) : kcc_map_input(n, m, i, &at);
        bool member = u->f->cluster_of[in->id] == c;
        if (member && !known) return false;
        if (known && guards_lanes(&u->f->cluster[c], &at)) return false;
        if (member && !(kcc_map_member(&u->f->cluster[c], in, &own) && kcc_map_equal(&own, &at)))
            return false;
        if (kcc_node_free(in) && known && !reads_fit(u, c, in, &at)) return false;
        if (kcc_node_free(in) && !known) { /* through memory: nothing of c may be behind it */
            kcc_map none = {0};
            none.rank = -1;
            if (!reads_fit(u, c, in, &none)) return false;
        }
    }
    return true;
}

/* n would read nothing that waits for c, but what is in c at its own index. */
static bool join_acyclic(fuser *u, int c, const kcc_node *n) {
    const reads *r = reads_of(u, n);
    u->stamp++; /* one search for all inputs */
    for (int i = 0; i < r->n; i++) {
        int in = u->f->cluster_of[r->item[i].node->id];
        if (in == c ? r->item[i].memory : in >= 0 && depends(u, in, c)) return false;
    }
    return true;
}

static int count_reductions(const kcc_cluster *c) {
    int n = 0;
    for (int i = 0; i < c->n_members; i++) n += reduce(c->member[i]);
    return n;
}

static bool reads_member(fuser *u, int c, const kcc_node *n) {
    const reads *r = reads_of(u, n);
    for (int i = 0; i < r->n; i++)
        if (u->f->cluster_of[r->item[i].node->id] == c) return true;
    return false;
}

/* Whether n can be a member of c, whose `inner` may still be open; *inner receives what it becomes. */
static bool can_join(fuser *u, int c, kcc_node *n, unsigned *inner) {
    kcc_cluster *k = &u->f->cluster[c];
    *inner = k->inner;
    kcc_cluster trial = *k;
    if (k->n_members >= KCC_MAX_MEMBERS) return false;
    if (reduce(n)) {
        if (k->kind != KCC_CLUSTER_LOOP && k->kind != KCC_CLUSTER_COLUMN) return false;
        if (count_reductions(k) >= KCC_MAX_REDUCTIONS) return false;
        if (k->kind == KCC_CLUSTER_COLUMN && reads_member(u, c, n))
            return false; /* columns are passed once */
        kcc_shape in = kcc_squeeze_shape(&n->input[0]->shape);
        unsigned dims = reduced_dims(n);
        if (!kcc_shape_equal(&in, &k->domain) || !dims) return false;
        bool last = dims >> (in.rank - 1) & 1;
        if ((k->kind == KCC_CLUSTER_LOOP) != last || (k->inner && k->inner != dims)) return false;
        *inner = trial.inner = dims;
    } else if (!elementwise(n) || k->kind == KCC_CLUSTER_CONCAT || k->kind == KCC_CLUSTER_SCATTER) {
        return false;
    }
    kcc_map m;
    if (!kcc_map_member(&trial, n, &m)) return false;
    if (k->kind == KCC_CLUSTER_COLUMN && !reduce(n)) { /* only on what the reduction leaves */
        kcc_shape s = kcc_squeeze_shape(&n->shape);
        if (kcc_shape_equal(&s, &k->domain)) return false;
    }
    unsigned saved = k->inner;
    k->inner = *inner;
    bool ok = reads_fit(u, c, n, &m) && join_acyclic(u, c, n);
    k->inner = saved;
    return ok;
}

/* Whether the members read nothing that another cluster computes: they can then move to whoever reads them
 * (sink). */
static bool stands_alone(fuser *u, int c) {
    const kcc_cluster *k = &u->f->cluster[c];
    if (k->kind != KCC_CLUSTER_LOOP || k->inner) return false;
    for (int i = 0; i < k->n_members; i++) {
        const reads *r = reads_of(u, k->member[i]);
        for (int j = 0; j < r->n; j++)
            if (u->f->cluster_of[r->item[j].node->id] != c) return false;
    }
    return true;
}

/* The latest cluster that n can join, or -1; one that others can take over only if there is no better. */
static int best_cluster(fuser *u, kcc_node *n, unsigned *inner) {
    const reads *r = reads_of(u, n);
    int best = -1;
    bool best_alone = false;
    for (int i = 0; i < r->n; i++) {
        int c = u->f->cluster_of[r->item[i].node->id];
        unsigned open;
        bool alone = stands_alone(u, c), better = alone == best_alone ? c > best : best_alone;
        if (c == best || (best >= 0 && !better) || !can_join(u, c, n, &open)) continue;
        best = c;
        best_alone = alone;
        *inner = open;
    }
    return best;
}

static void place(fuser *u, kcc_node *n) {
    unsigned inner = 0;
    int c = elementwise(n) || reduce(n) ? best_cluster(u, n, &inner) : -1;
    if (c < 0) {
        kcc_cluster_kind kind = KCC_CLUSTER_LOOP;
        const kcc_shape *domain = &n->shape;
        if (n->op == KCC_OP_CONTRACT) kind = KCC_CLUSTER_CONTRACT;
        if (n->op == KCC_OP_CONCAT) kind = KCC_CLUSTER_CONCAT;
        if (kcc_op_scatters(n->op)) kind = KCC_CLUSTER_SCATTER;
        if (reduce(n)) {
            domain = &n->input[0]->shape;
            kcc_shape s = kcc_squeeze_shape(domain);
            inner = reduced_dims(n);
            if (inner && !(inner >> (s.rank - 1) & 1)) kind = KCC_CLUSTER_COLUMN;
        }
        c = new_cluster(u, kind, domain, inner);
    } else {
        u->f->cluster[c].inner = inner;
    }
    add_member(u, c, n);
}

/* ---------------------------------------------------------------- uses, roots */

/* Who reads which owned node, through free ones: who does not change while nodes move between clusters. */
typedef struct uses {
    fuser *u;
    int *first, *other; /* by node: cluster of the readers if one, and another one if there are two */
    int *readers;       /* by node: how many owned nodes read it */
    bool *memory;       /* by node: a reader needs it in memory */
    int *list;          /* by node: the last entry of its readers, or -1 */
    int n, cap;
    struct use {
        int reader, next;
    } * entry;
} uses;

static void note_cluster(uses *s, int node, int c) {
    if (s->first[node] < 0)
        s->first[node] = c;
    else if (s->first[node] != c)
        s->other[node] = c;
}

static void note_reader(uses *s, const kcc_node *reader) {
    const reads *r = reads_of(s->u, reader);
    for (int i = 0; i < r->n; i++) {
        int id = r->item[i].node->id;
        s->memory[id] = s->memory[id] || r->item[i].memory;
        s->readers[id]++;
        s->entry = kcc_grow(s->u->arena, s->entry, &s->cap, s->n + 1, sizeof *s->entry);
        s->entry[s->n] = (struct use){reader->id, s->list[id]};
        s->list[id] = s->n++;
        note_cluster(s, id, s->u->f->cluster_of[reader->id]);
    }
}

static void collect_uses(fuser *u, uses *s) {
    size_t n = (size_t)u->g->n_nodes;
    memset(s->first, -1, n * sizeof *s->first);
    memset(s->other, -1, n * sizeof *s->other);
    memset(s->list, -1, n * sizeof *s->list);
    memset(s->memory, 0, n * sizeof *s->memory);
    memset(s->readers, 0, n * sizeof *s->readers);
    s->n = 0;
    for (int i = 0; i < u->g->n_nodes; i++)
        if (!kcc_node_free(u->g->node[i])) note_reader(s, u->g->node[i]);
}

/* n is in another cluster now. */
static void note_move(uses *s, const kcc_node *n) {
    const reads *r = reads_of(s->u, n);
    for (int i = 0; i < r->n; i++) {
        int id = r->item[i].node->id;
        s->first[id] = s->other[id] = -1;
        for (int e = s->list[id]; e >= 0; e = s->entry[e].next)
            note_cluster(s, id, s->u->f->cluster_of[s->entry[e].reader]);
    }
}

/* How many values moving n away from its home would newly store there: inputs that stay behind and are not stored
 * yet.  An elementwise input that nothing else reads would move along. */
static int count_unstored(const uses *s, int home, const kcc_node *n, int depth) {
    const kcc_fusion *f = s->u->f;
    const reads *r = reads_of(s->u, n);
    int fresh = 0;
    for (int i = 0; i < r->n; i++) {
        kcc_node *in = r->item[i].node;
        if (f->cluster_of[in->id] != home) continue;
        int first = s->first[in->id], other = s->other[in->id];
        if (s->memory[in->id] || f->result_of[in->id] >= 0) continue; /* stored anyway */
        if (first != home || (other >= 0 && other != home)) continue;
        bool along = elementwise(in) && !r->item[i].memory && s->readers[in->id] == 1 && depth < 16;
        fresh += along ? count_unstored(s, home, in, depth + 1) : 1;
    }
    return fresh;
}

/* A node that only one later cluster reads moves there, if that stores no more than before. */
static void sink(fuser *u, uses *s) {
    for (int i = u->g->n_nodes - 1; i >= 0; i--) {
        kcc_node *n = u->g->node[i];
        if (kcc_node_free(n) || !elementwise(n) || u->f->result_of[n->id] >= 0 || s->memory[n->id]) continue;
        int home = u->f->cluster_of[n->id], to = s->first[n->id];
        if (to < 0 || to == home || s->other[n->id] >= 0) continue;
        if (u->f->cluster[to].kind >= KCC_CLUSTER_CONCAT || u->f->cluster[to].n_members >= KCC_MAX_MEMBERS)
            continue;
        if (count_unstored(s, home, n, 0) > (u->f->cluster[home].kind == KCC_CLUSTER_LOOP))
            continue; /* epilogues stay with their sums */
        kcc_map m;
        const kcc_cluster *c = &u->f->cluster[to];
        if (!kcc_map_member(c, n, &m)) continue;
        remove_member(u, n);
        bool fits = reads_fit(u, to, n, &m);
        u->f->cluster_of[n->id] = to; /* do its readers, all in `to`, read it at its index? */
        for (int j = 0; j < c->n_members && fits; j++) {
            kcc_map own;
            fits = kcc_map_member(c, c->member[j], &own) && reads_fit(u, to, c->member[j], &own);
        }
        u->f->cluster_of[n->id] = -1;
        add_member(u, fits ? to : home, n);
        if (fits) note_move(s, n);
    }
}

/* Moves all members of b to a. */
static void absorb(fuser *u, int a, int b) {
    kcc_cluster *y = &u->f->cluster[b];
    while (y->n_members) {
        kcc_node *n = y->member[0];
        remove_member(u, n);
        add_member(u, a, n);
    }
}

/* Clusters of this kind that run over the same, and do not hold too much for one. */
static bool alike(const kcc_cluster *x, const kcc_cluster *y, kcc_cluster_kind kind, int most_members,
                  int most_reductions) {
    return x->n_members && y->n_members && x->kind == kind && y->kind == kind && x->inner == y->inner &&
           kcc_shape_equal(&x->domain, &y->domain) && x->n_members + y->n_members <= most_members &&
           count_reductions(x) + count_reductions(y) <= most_reductions;
}

/* Small loops over the same domain that do not need each other become one. */
static void merge_siblings(fuser *u) {
    kcc_fusion *f = u->f;
    for (int a = 0; a < f->n_clusters; a++) {
        for (int b = a + 1; b < f->n_clusters; b++) {
            kcc_cluster *x = &f->cluster[a], *y = &f->cluster[b];
            if (x->domain.rank > 1 || !alike(x, y, KCC_CLUSTER_LOOP, KCC_MAX_MEMBERS / 2, KCC_MAX_REDUCTIONS))
                continue;
            if (!needs(u, a, b) && !needs(u, b, a)) absorb(u, a, b);
        }
    }
}

static bool reads_node(fuser *u, int c, const kcc_node *owned) {
    const kcc_cluster *k = &u->f->cluster[c];
    for (int i = 0; i < k->n_members; i++) {
        const reads *r = reads_of(u, k->member[i]);
        for (int j = 0; j < r->n; j++)
            if (r->item[j].node == owned) return true;
    }
    return false;
}

/* Clusters a and b read one value of a's domain. */
static bool read_in_common(fuser *u, int a, int b) {
    const kcc_cluster *x = &u->f->cluster[a], *y = &u->f->cluster[b];
    for (int i = 0; i < y->n_members; i++) {
        const reads *r = reads_of(u, y->member[i]);
        for (int j = 0; j < r->n; j++) {
            kcc_shape s = kcc_squeeze_shape(&r->item[j].node->shape);
            if (kcc_shape_equal(&s, &x->domain) && reads_node(u, a, r->item[j].node)) return true;
        }
    }
    return false;
}

/* Whether every member of b could be a member of a: nothing b reads waits for a, but what is in a at its own
 * index. */
static bool rows_fit(fuser *u, int a, int b) {
    kcc_cluster *x = &u->f->cluster[a], *y = &u->f->cluster[b];
    bool ok = true;
    for (int i = 0; i < y->n_members && ok; i++) {
        for (int k = 0; k < y->n_members; k++)
            u->f->cluster_of[y->member[k]->id] = a; /* b's own values are no way round */
        kcc_map m;
        ok = join_acyclic(u, a, y->member[i]) && kcc_map_member(x, y->member[i], &m) &&
             reads_fit(u, a, y->member[i], &m);
        for (int k = 0; k < y->n_members; k++) u->f->cluster_of[y->member[k]->id] = b;
    }
    return ok;
}

static bool reads_cluster(fuser *u, int a, int b) {
    const kcc_cluster *y = &u->f->cluster[b];
    for (int i = 0; i < y->n_members; i++)
        if (reads_member(u, a, y->member[i])) return true;
    return false;
}

/* What b sums needs what a computes, if only through other members of b: columns are passed once. */
static bool sums_members(fuser *u, int a, int b) {
    const kcc_cluster *y = &u->f->cluster[b];
    bool found = false;
    for (int i = 0; i < y->n_members && !found; i++) { /* a member comes after what it reads */
        kcc_node *n = y->member[i];
        if (!reads_member(u, a, n)) continue;
        kcc_shape s = kcc_squeeze_shape(&n->shape);
        found = reduce(n) || kcc_shape_equal(&s, &y->domain);
        u->f->cluster_of[n->id] = a; /* whoever reads n needs a */
    }
    for (int i = 0; i < y->n_members; i++) u->f->cluster_of[y->member[i]->id] = b;
    return found;
}

/* Column reductions over the same domain become one pass if they have an input in common, or if what is computed
 * of one sum reads the other and there is little to sum. */
static void merge_columns(fuser *u) {
    kcc_fusion *f = u->f;
    for (int a = 0; a < f->n_clusters; a++) {
        for (int b = a + 1; b < f->n_clusters; b++) {
            kcc_cluster *x = &f->cluster[a], *y = &f->cluster[b];
            if (!alike(x, y, KCC_CLUSTER_COLUMN, KCC_MAX_MEMBERS, MOST_COLUMNS)) continue;
            kcc_dim elements;
            bool few = kcc_shape_count(&x->domain, &elements) && elements.size <= FEW;
            if (!(few && reads_cluster(u, a, b)) && !read_in_common(u, a, b)) continue;
            if (!needs(u, a, b) && !sums_members(u, a, b) && rows_fit(u, a, b)) absorb(u, a, b);
        }
    }
}

/* Passes over the same rows become one kernel (softmax, crossentropy and its gradient). */
static void merge_rows(fuser *u) {
    kcc_fusion *f = u->f;
    for (int a = 0; a < f->n_clusters; a++) {
        for (int b = a + 1; b < f->n_clusters; b++) {
            kcc_cluster *x = &f->cluster[a], *y = &f->cluster[b];
            if (!x->inner || !alike(x, y, KCC_CLUSTER_LOOP, KCC_MAX_MEMBERS / 2, KCC_MAX_REDUCTIONS))
                continue;
            if (needs(u, b, a) && !needs(u, a, b) && rows_fit(u, a, b)) absorb(u, a, b);
        }
    }
}

/* ---------------------------------------------------------------- assignments in place */

typedef struct variable_reads {
    fuser *u;
    int variable, cluster;
    const kcc_map *own; /* index of the root that will overwrite it */
    bool in_place;
} variable_reads;

/* Follows what member n of the cluster reads down to the variable and compares indices. */
static void check_reads(variable_reads *v, const kcc_node *n, const kcc_map *m, bool memory) {
    for (int i = 0; i < n->n_inputs; i++) {
        const kcc_node *in = n->input[i];
        if (!kcc_node_free(in)) continue;
        kcc_map at = {0};
        const kcc_cluster *c = &v->u->f->cluster[v->cluster];
        bool known = !memory && (reduce(n) ? kcc_map_member(c, in, &at) : kcc_map_input(n, m, i, &at));
        if (in->op == KCC_OP_VARIABLE && in->attr.i[0] == v->variable &&
            (!known || !kcc_map_equal(&at, v->own)))
            v->in_place = false;
        check_reads(v, in, &at, !known);
    }
}

/* Which clusters read which variable in place: lists by variable. */
typedef struct readers {
    int n_variables;
    int *first; /* by variable: entry, or -1 */
    int n, cap;
    struct reader {
        int cluster, next;
    } * entry;
} readers;

static void add_reader(fuser *u, readers *r, int variable, int cluster) {
    int e = r->first[variable];
    while (e >= 0 && r->entry[e].cluster != cluster) e = r->entry[e].next;
    if (e >= 0) return;
    r->entry = kcc_grow(u->arena, r->entry, &r->cap, r->n + 1, sizeof *r->entry);
    r->entry[r->n] = (struct reader){cluster, r->first[variable]};
    r->first[variable] = r->n++;
}

static void note_variables(fuser *u, readers *r, const kcc_node *n, int cluster) {
    for (int i = 0; i < n->n_inputs; i++) {
        const kcc_node *in = n->input[i];
        if (in->op == KCC_OP_VARIABLE)
            add_reader(u, r, (int)in->attr.i[0], cluster);
        else if (kcc_node_free(in))
            note_variables(u, r, in, cluster);
    }
}

static readers find_readers(fuser *u) {
    readers r = {0};
    for (int i = 0; i < u->g->n_nodes; i++) {
        const kcc_node *n = u->g->node[i];
        if (n->op == KCC_OP_VARIABLE && n->attr.i[0] >= r.n_variables) r.n_variables = (int)n->attr.i[0] + 1;
    }
    r.first = kcc_alloc_array(u->arena, (size_t)r.n_variables + 1, sizeof *r.first);
    memset(r.first, -1, (size_t)r.n_variables * sizeof *r.first);
    for (int i = 0; i < u->g->n_nodes; i++)
        if (u->f->cluster_of[i] >= 0) note_variables(u, &r, u->g->node[i], u->f->cluster_of[i]);
    return r;
}

static int first_reader(const readers *r, int variable) {
    return variable < r->n_variables ? r->first[variable] : -1;
}

static bool cluster_reads(const readers *r, int cluster, int variable) {
    int e = first_reader(r, variable);
    while (e >= 0 && r->entry[e].cluster != cluster) e = r->entry[e].next;
    return e >= 0;
}

static void run_after(fuser *u, int c, int before) {
    kcc_cluster *k = &u->f->cluster[c];
    k->after = kcc_grow(u->arena, k->after, &k->cap_after, k->n_after + 1, sizeof *k->after);
    k->after[k->n_after++] = before;
}

/* Whether the root may overwrite the variable where it is computed. */
static bool assign_in_place(fuser *u, const readers *of, kcc_node *root, int variable) {
    int c = u->f->cluster_of[root->id];
    const kcc_cluster *k = &u->f->cluster[c];
    kcc_map own;
    if (!kcc_map_member(k, root, &own)) return false;
    if (cluster_reads(of, c, variable)) {
        kcc_shape s = kcc_squeeze_shape(&root->shape);
        if (k->inner && kcc_shape_equal(&s, &k->domain)) return false; /* several passes over the row */
        variable_reads v = {u, variable, c, &own, true};
        for (int i = 0; i < k->n_members && v.in_place; i++) {
            kcc_map m = {0};
            bool known = kcc_map_member(k, k->member[i], &m) && k->member[i]->op != KCC_OP_CONTRACT;
            check_reads(&v, k->member[i], &m, !known);
        }
        if (!v.in_place) return false;
    }
    u->stamp++; /* one search for all readers */
    for (int e = first_reader(of, variable); e >= 0; e = of->entry[e].next)
        if (of->entry[e].cluster != c && depends(u, of->entry[e].cluster, c)) return false;
    return true;
}

static void order_assignments(fuser *u) {
    kcc_graph *g = u->g;
    readers of = find_readers(u); /* copies made below read no variable */
    for (int i = 0; i < g->n_results; i++) {
        kcc_result *r = &g->result[i];
        if (r->kind != KCC_RESULT_ASSIGN) continue;
        kcc_node *root = kcc_storage_node(r->node);
        if (root != r->node || !assign_in_place(u, &of, root, r->index)) {
            u->f->result_of[root->id] = -1;
            r->node = root = kcc_node_create(g, KCC_OP_STOP_GRADIENT, 1, &r->node, NULL);
            int c = new_cluster(u, KCC_CLUSTER_LOOP, &root->shape, 0);
            add_member(u, c, root);
            u->f->result_of[root->id] = i;
        }
        int c = u->f->cluster_of[root->id];
        for (int e = first_reader(&of, r->index); e >= 0; e = of.entry[e].next)
            if (of.entry[e].cluster != c) run_after(u, c, of.entry[e].cluster);
    }
}

/* ---------------------------------------------------------------- order */

static bool ready(fuser *u, int c, const bool *done) {
    const kcc_cluster *k = &u->f->cluster[c];
    for (int i = 0; i < k->n_after; i++)
        if (!done[k->after[i]]) return false;
    for (int i = 0; i < k->n_members; i++) {
        const reads *r = reads_of(u, k->member[i]);
        for (int j = 0; j < r->n; j++) {
            int in = u->f->cluster_of[r->item[j].node->id];
            if (in != c && !done[in]) return false;
        }
    }
    return true;
}

/* The earliest-made cluster whose needs are met goes next. */
static void order_clusters(fuser *u) {
    kcc_fusion *f = u->f;
    bool *done = kcc_alloc_array(u->arena, (size_t)f->n_clusters + 1, sizeof *done);
    f->order = kcc_alloc_array(u->arena, (size_t)f->n_clusters + 1, sizeof *f->order);
    for (int c = 0; c < f->n_clusters; c++) done[c] = f->cluster[c].n_members == 0;
    for (int first = 0, c = 0; c < f->n_clusters;) {
        while (first < f->n_clusters && done[first]) first++;
        for (c = first; c < f->n_clusters && (done[c] || !ready(u, c, done));) c++;
        if (c == f->n_clusters) break;
        done[c] = true;
        f->order[f->n_order++] = c;
    }
}

/* Every result is a value with storage of its own: a copy, where it would be a leaf's or another result's. */
static void own_results(kcc_graph *g) {
    bool *claimed = kcc_alloc_array(g->arena, (size_t)g->n_nodes + (size_t)g->n_results + 1, sizeof *claimed);
    for (int i = 0; i < g->n_results; i++) {
        kcc_result *r = &g->result[i];
        kcc_node *base = kcc_storage_node(r->node);
        if (kcc_node_free(base) || claimed[base->id]) {
            g->scope = r->node->name;
            base = r->node = kcc_node_create(g, KCC_OP_STOP_GRADIENT, 1, &r->node, NULL);
        }
        claimed[base->id] = true;
    }
    g->scope = NULL;
}

kcc_fusion *kcc_fuse(kcc_graph *g) {
    own_results(g);
    kcc_mark_repeated(g);
    kcc_fusion *f = kcc_alloc(g->arena, sizeof *f);
    fuser u = {.f = f, .g = g, .arena = g->arena};
    size_t most = (size_t)g->n_nodes + (size_t)g->n_results + 1; /* order_assignments may add copies */
    f->graph = g;
    f->cluster_of = kcc_alloc_array(g->arena, most, sizeof *f->cluster_of);
    f->result_of = kcc_alloc_array(g->arena, most, sizeof *f->result_of);
    f->root = kcc_alloc_array(g->arena, most, sizeof *f->root);
    u.reads = kcc_alloc_array(g->arena, most, sizeof *u.reads);
    memset(f->cluster_of, -1, most * sizeof *f->cluster_of);
    memset(f->result_of, -1, most * sizeof *f->result_of);
    for (int i = 0; i < g->n_results; i++) f->result_of[kcc_storage_node(g->result[i].node)->id] = i;
    for (int i = 0; i < g->n_nodes; i++)
        if (!kcc_node_free(g->node[i])) place(&u, g->node[i]);
    uses s = {.u = &u};
    s.first = kcc_alloc_array(g->arena, most, sizeof *s.first);
    s.other = kcc_alloc_array(g->arena, most, sizeof *s.other);
    s.memory = kcc_alloc_array(g->arena, most, sizeof *s.memory);
    s.readers = kcc_alloc_array(g->arena, most, sizeof *s.readers);
    s.list = kcc_alloc_array(g->arena, most, sizeof *s.list);
    collect_uses(&u, &s);
    sink(&u, &s);
    merge_siblings(&u);
    merge_columns(&u);
    merge_rows(&u);
    order_assignments(&u);
    collect_uses(&u, &s);
    for (int i = 0; i < g->n_nodes; i++) {
        int c = f->cluster_of[i];
        if (c < 0) continue;
        f->root[i] =
            f->result_of[i] >= 0 || s.memory[i] || (s.first[i] >= 0 && s.first[i] != c) || s.other[i] >= 0;
    }
    order_clusters(&u);
    return f;
}

void kcc_fusion_print(const kcc_fusion *f, kcc_text *out) {
    static const char *kind[] = {"loop", "column", "contract", "concat", "scatter"};
    for (int i = 0; i < f->n_order; i++) {
        const kcc_cluster *c = &f->cluster[f->order[i]];
        char shape[200];
        kcc_text_add(out, "%s over %s", kind[c->kind], kcc_shape_text(&c->domain, shape, sizeof shape));
        if (c->inner) kcc_text_add(out, ", reducing");
        for (int d = 0; d < c->domain.rank; d++)
            if (c->inner >> d & 1) kcc_text_add(out, " %d", d);
        kcc_text_add(out, ":");
        for (int m = 0; m < c->n_members; m++) {
            const kcc_node *n = c->member[m];
            kcc_text_add(out, " %s%%%d=%s", f->root[n->id] ? "*" : "", n->id, kcc_op_table[n->op].name);
        }
        kcc_text_add(out, "\n");
    }
}
