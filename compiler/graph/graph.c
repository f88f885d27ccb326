/*
 * Nodes, results, shapes and the first failure of a graph.
 *
 * Takes: kcc_op_table for the number of inputs, attributes and the infer rule of each op.
 * Gives: creation of any node, copies of nodes into another graph, what the results need.
 * Keeps: a node is appended only after its rule accepted it; after a failure nothing is appended any more and
 *        every creation returns g->dummy.  Shapes have extents of at least 1 and their byte sizes fit int64.
 */
#include "graph.h"
#include "ops.h"

#include <stdio.h>
#include <string.h>

/* Counts stay below this so that bytes, and sums of a few of them, fit int64. */
#define COUNT_LIMIT (INT64_MAX / 64)

kcc_graph *kcc_graph_create(kcc_arena *arena) {
    kcc_graph *g = kcc_alloc(arena, sizeof *g);
    g->arena = arena;
    g->dummy = kcc_alloc(arena, sizeof *g->dummy);
    g->dummy->graph = g;
    g->dummy->id = -1;
    g->dummy->op = KCC_OP_CONSTANT;
    g->dummy->attr.n_f = 1;
    return g;
}

bool kcc_graph_fail(kcc_graph *g, kcc_status status, const char *hint, const char *format, ...) {
    char message[sizeof g->error.message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    kcc_fail(&g->error, status, g->where, hint, "%s", message);
    return false;
}

bool kcc_graph_ok(const kcc_graph *g) { return g->error.status == KCC_OK; }

/* ----------------------------------------------------------------- shapes */

bool kcc_shape_equal(const kcc_shape *a, const kcc_shape *b) {
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++)
        if (!kcc_dim_equal(a->dim[i], b->dim[i])) return false;
    return true;
}

bool kcc_shape_count(const kcc_shape *s, kcc_dim *count) {
    kcc_dim c = {1, false};
    for (int i = 0; i < s->rank; i++) {
        if (__builtin_mul_overflow(c.size, s->dim[i].size, &c.size) || c.size > COUNT_LIMIT) return false;
        if (s->dim[i].batch && c.batch) return false;
        c.batch |= s->dim[i].batch;
    }
    *count = c;
    return true;
}

kcc_shape kcc_shape_of(int rank, const kcc_dim *dims) {
    kcc_shape s = {.rank = rank};
    for (int i = 0; i < rank && i < KCC_MAX_RANK; i++) s.dim[i] = dims[i];
    return s;
}

/* Appends to text[*used]; keeps it terminated. */
static void append(char *text, size_t size, size_t *used, const char *part) {
    size_t n = strlen(part);
    if (*used + n + 1 > size) n = size > *used + 1 ? size - *used - 1 : 0;
    memcpy(text + *used, part, n);
    *used += n;
    text[*used] = 0;
}

const char *kcc_shape_text(const kcc_shape *s, char *text, size_t size) {
    if (size == 0) return "";
    size_t used = 0;
    append(text, size, &used, "[");
    for (int i = 0; i < s->rank && i < KCC_MAX_RANK; i++) {
        char part[40];
        kcc_dim d = s->dim[i];
        const char *comma = i ? ", " : "";
        if (d.batch && d.size == 1)
            snprintf(part, sizeof part, "%sN", comma);
        else
            snprintf(part, sizeof part, "%s%lld%s", comma, (long long)d.size, d.batch ? "N" : "");
        append(text, size, &used, part);
    }
    append(text, size, &used, "]");
    return text;
}

const char *kcc_dtype_text(kcc_dtype dtype) {
    static const char *const name[KCC_DTYPE_COUNT] = {
        [KCC_F32] = "f32", [KCC_F64] = "f64", [KCC_I32] = "i32",   [KCC_U32] = "u32",
        [KCC_I64] = "i64", [KCC_U64] = "u64", [KCC_BOOL] = "bool", [KCC_F16] = "f16",
        [KCC_I8] = "i8",   [KCC_U8] = "u8",   [KCC_I16] = "i16",   [KCC_U16] = "u16"};
    return (unsigned)dtype < KCC_DTYPE_COUNT ? name[dtype] : "?";
}

bool kcc_shape_check(kcc_graph *g, const kcc_shape *s, const char *what) {
    char text[200];
    if (s->rank < 0 || s->rank > KCC_MAX_RANK)
        return kcc_graph_fail(g, KCC_EUNSUPPORTED, NULL, "%s would have %d axes; at most %d are supported",
                              what, s->rank, KCC_MAX_RANK);
    int batches = 0;
    for (int i = 0; i < s->rank; i++) {
        batches += s->dim[i].batch;
        if (s->dim[i].size < 1)
            return kcc_graph_fail(g, KCC_ESHAPE, NULL,
                                  "%s would have shape %s: every extent must be at least 1", what,
                                  kcc_shape_text(s, text, sizeof text));
    }
    if (batches > 1)
        return kcc_graph_fail(g, KCC_EUNSUPPORTED, NULL,
                              "%s would have shape %s: the batch size may occur in one axis only", what,
                              kcc_shape_text(s, text, sizeof text));
    kcc_dim count;
    if (!kcc_shape_count(s, &count))
        return kcc_graph_fail(g, KCC_ENOMEM, NULL, "%s would have shape %s: too many elements", what,
                              kcc_shape_text(s, text, sizeof text));
    return true;
}

/* ------------------------------------------------------------------ nodes */

/* Are the attributes those the op's row names? */
static bool attrs_check(kcc_graph *g, const kcc_node *n) {
    const kcc_op_info *info = &kcc_op_table[n->op];
    const char *spec = info->attrs;
    kcc_attr_field field;
    int ints = 0, floats = 0;
    bool rest = false, string = false, data = false;
    while (kcc_attr_next(&spec, &field)) {
        ints += field.kind == KCC_ATTR_INT;
        floats += field.kind == KCC_ATTR_FLOAT;
        rest |= field.kind == KCC_ATTR_INTS;
        string |= field.kind == KCC_ATTR_STRING;
        data |= field.kind == KCC_ATTR_DATA;
    }
    bool fits = n->attr.n_f == floats && n->attr.n_i >= ints && n->attr.n_i <= KCC_MAX_INTS &&
                (rest || n->attr.n_i == ints) && string == (n->attr.s != NULL) &&
                data == (n->attr.data != NULL);
    return fits ||
           kcc_graph_fail(g, KCC_EINVAL, NULL, "%s needs the attributes \"%s\"", info->name, info->attrs);
}

static kcc_node *create(kcc_graph *g, kcc_op op, kcc_dtype dtype, const kcc_shape *shape, int n_inputs,
                        kcc_node *const *inputs, const kcc_attrs *attrs) {
    if (!kcc_graph_ok(g)) return g->dummy;
    if ((unsigned)op >= KCC_OP_COUNT || n_inputs != kcc_op_table[op].args) {
        kcc_graph_fail(g, KCC_EINVAL, NULL, "%s cannot have %d inputs",
                       (unsigned)op < KCC_OP_COUNT ? kcc_op_table[op].name : "an unknown operation",
                       n_inputs);
        return g->dummy;
    }
    kcc_node *n = kcc_alloc(g->arena, sizeof *n);
    *n = (kcc_node){.graph = g, .id = g->n_nodes, .op = op, .dtype = dtype, .n_inputs = n_inputs};
    for (int i = 0; i < n_inputs; i++) {
        n->input[i] = inputs[i];
        if (!inputs[i] || inputs[i]->graph != g || inputs[i] == g->dummy) {
            kcc_graph_fail(g, KCC_EINVAL, NULL, "input %d of %s is missing or not of this graph", i,
                           kcc_op_table[op].name);
            return g->dummy;
        }
    }
    if (attrs) n->attr = *attrs;
    if (n->attr.s) n->attr.s = kcc_strdup(g->arena, n->attr.s);
    if (shape) n->shape = *shape;
    if (!attrs_check(g, n) || !kcc_op_table[op].infer(g, n)) return g->dummy;
    if (shape && (!kcc_shape_equal(shape, &n->shape) || dtype != n->dtype)) {
        char given[200], inferred[200];
        kcc_graph_fail(g, KCC_ESHAPE, NULL, "%s gives %s%s, not %s%s", kcc_op_table[op].name,
                       kcc_dtype_text(n->dtype), kcc_shape_text(&n->shape, inferred, sizeof inferred),
                       kcc_dtype_text(dtype), kcc_shape_text(shape, given, sizeof given));
        return g->dummy;
    }
    if (!kcc_shape_check(g, &n->shape, kcc_op_table[op].name)) return g->dummy;
    n->name = g->scope;
    g->node = kcc_grow(g->arena, g->node, &g->cap_nodes, g->n_nodes + 1, sizeof *g->node);
    g->node[g->n_nodes++] = n;
    return n;
}

kcc_node *kcc_node_create(kcc_graph *g, kcc_op op, int n_inputs, kcc_node *const *inputs,
                          const kcc_attrs *attrs) {
    return create(g, op, KCC_F32, NULL, n_inputs, inputs, attrs);
}

kcc_node *kcc_node_shaped(kcc_graph *g, kcc_op op, kcc_dtype dtype, const kcc_shape *shape, int n_inputs,
                          kcc_node *const *inputs, const kcc_attrs *attrs) {
    return create(g, op, dtype, shape, n_inputs, inputs, attrs);
}

kcc_node *kcc_node_copy(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs) {
    const char *scope = to->scope;
    to->scope = n->name;
    kcc_node *copy = create(to, n->op, n->dtype, &n->shape, n->n_inputs, inputs, &n->attr);
    to->scope = scope;
    return copy;
}

void kcc_graph_result(kcc_graph *g, kcc_result_kind kind, int index, kcc_node *node) {
    if (!kcc_graph_ok(g)) return;
    if (!node || node->graph != g || node == g->dummy || index < 0) {
        kcc_graph_fail(g, KCC_EINVAL, NULL, "result %d is missing or not of this graph", index);
        return;
    }
    g->result = kcc_grow(g->arena, g->result, &g->cap_results, g->n_results + 1, sizeof *g->result);
    g->result[g->n_results++] = (kcc_result){kind, index, node};
}

/* Where the elements of g's node n are in the copy: nodes may share them. */
static const float *copied_data(const kcc_graph *g, const kcc_node *n, kcc_graph *to) {
    for (int i = 0; i < n->id; i++)
        if (g->node[i]->attr.data == n->attr.data) return to->node[i]->attr.data;
    kcc_dim count = {0};
    kcc_shape_count(&n->shape, &count);
    float *data = kcc_alloc_array(to->arena, (size_t)count.size, sizeof *data);
    return memcpy(data, n->attr.data, (size_t)count.size * sizeof *data);
}

kcc_graph *kcc_graph_copy(kcc_arena *arena, const kcc_graph *g) {
    kcc_graph *to = kcc_graph_create(arena);
    to->error = g->error;
    to->where = g->where ? kcc_strdup(arena, g->where) : NULL;
    to->n_nodes = to->cap_nodes = g->n_nodes;
    to->node = kcc_alloc_array(arena, (size_t)g->n_nodes, sizeof *to->node);
    for (int id = 0; id < g->n_nodes; id++) {
        const kcc_node *n = g->node[id], *before = id ? g->node[id - 1] : NULL;
        kcc_node *copy = to->node[id] = kcc_alloc(arena, sizeof *copy);
        *copy = *n;
        copy->graph = to;
        for (int i = 0; i < n->n_inputs; i++) copy->input[i] = to->node[n->input[i]->id];
        if (n->attr.s) copy->attr.s = kcc_strdup(arena, n->attr.s);
        if (n->attr.data) copy->attr.data = copied_data(g, n, to);
        if (n->name)
            copy->name =
                before && before->name == n->name ? to->node[id - 1]->name : kcc_strdup(arena, n->name);
    }
    to->n_results = to->cap_results = g->n_results;
    to->result = kcc_alloc_array(arena, (size_t)g->n_results, sizeof *to->result);
    for (int i = 0; i < g->n_results; i++) {
        to->result[i] = g->result[i];
        to->result[i].node = to->node[g->result[i].node->id];
    }
    return to;
}

bool *kcc_graph_needed(const kcc_graph *g) {
    bool *needed = kcc_alloc_array(g->arena, (size_t)g->n_nodes, sizeof *needed);
    for (int i = 0; i < g->n_results; i++) needed[g->result[i].node->id] = true;
    for (int id = g->n_nodes - 1; id >= 0; id--)
        if (needed[id])
            for (int i = 0; i < g->node[id]->n_inputs; i++) needed[g->node[id]->input[i]->id] = true;
    return needed;
}
