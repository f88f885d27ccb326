/*
 * In which order the calls of a functional model run: Keras's, so that statistics which one layer updates in several
 * calls (a shared BatchNormalization) and random streams follow each other as there.
 *
 * Takes: the calls of a model, its outputs.
 * Gives: m->order.
 * Keeps: a call comes after what it reads.  Source: Keras, src/ops/function.py, map_graph: nodes by decreasing depth,
 *        those of one depth in the order in which they are given one; calls that no output needs come last, in file
 *        order.
 */
#include "keras_parse.h"

typedef struct ordering {
    const struct kcc_parsed_model *m;
    int n_found, n_noted;
    int *found; /* calls, each behind what it reads, as the search from the outputs leaves them */
    int *noted; /* calls in the order in which they get a depth */
    int *depth; /* by call; -1: none yet */
    bool *seen;
} ordering;

/* Adds call and, before it, what it reads; without recursion, since models may be deep. */
static void search(ordering *o, int call, int *stack, int *next) {
    int n = 0;
    if (o->seen[call]) return;
    o->seen[call] = true;
    stack[n] = call;
    next[n++] = 0;
    while (n) {
        const kcc_model_call *at = &o->m->call[stack[n - 1]];
        if (next[n - 1] == at->n_operands) {
            o->found[o->n_found++] = stack[--n];
            continue;
        }
        int from = at->operand[next[n - 1]++].ref.call;
        if (from < 0 || o->seen[from]) continue;
        o->seen[from] = true;
        stack[n] = from;
        next[n++] = 0;
    }
}

static void give(ordering *o, int call, int depth) {
    if (o->depth[call] < 0) o->noted[o->n_noted++] = call;
    if (o->depth[call] < depth) o->depth[call] = depth;
}

/* A call is as deep as the deepest one so far of its layer. */
static int depth_of_layer(const ordering *o, int behind, const kcc_layer *layer) {
    int depth = 0;
    for (int i = o->n_found - 1; i > behind; i--) {
        int call = o->found[i];
        if (o->m->call[call].layer == layer && o->depth[call] > depth) depth = o->depth[call];
    }
    return depth;
}

void kcc_order_calls(kcc_arena *arena, struct kcc_parsed_model *m) {
    size_t n = (size_t)m->n_calls + 1;
    ordering o = {.m = m};
    o.found = kcc_alloc_array(arena, n, sizeof *o.found);
    o.noted = kcc_alloc_array(arena, n, sizeof *o.noted);
    o.depth = kcc_alloc_array(arena, n, sizeof *o.depth);
    o.seen = kcc_alloc_array(arena, n, sizeof *o.seen);
    int *stack = kcc_alloc_array(arena, n, sizeof *stack), *next = kcc_alloc_array(arena, n, sizeof *next);
    for (int i = 0; i < m->n_calls; i++) o.depth[i] = -1;
    for (int i = 0; i < m->n_outputs; i++) search(&o, m->output[i].call, stack, next);
    int deepest = 0;
    for (int i = o.n_found - 1; i >= 0; i--) {
        int call = o.found[i];
        give(&o, call, depth_of_layer(&o, i, m->call[call].layer));
        if (o.depth[call] > deepest) deepest = o.depth[call];
        for (int k = 0; k < m->call[call].n_operands; k++)
            if (m->call[call].operand[k].ref.call >= 0)
                give(&o, m->call[call].operand[k].ref.call, o.depth[call] + 1);
    }
    /* by counting: first[d] is where calls of depth d begin */
    int *first = kcc_alloc_array(arena, (size_t)deepest + 2, sizeof *first);
    for (int i = 0; i < o.n_noted; i++) first[deepest - o.depth[o.noted[i]] + 1]++;
    for (int d = 1; d <= deepest + 1; d++) first[d] += first[d - 1];
    m->order = kcc_alloc_array(arena, n, sizeof *m->order);
    for (int i = 0; i < o.n_noted; i++) m->order[first[deepest - o.depth[o.noted[i]]]++] = o.noted[i];
    int last = o.n_noted;
    for (int i = 0; i < m->n_calls; i++)
        if (o.depth[i] < 0) m->order[last++] = i;
}
