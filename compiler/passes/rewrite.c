/* Replacing nodes one by one: see rewrite.h. */
#include "rewrite.h"

bool kcc_used_once(const kcc_node *n) {
    const kcc_graph *g = n->graph;
    int uses = 0;
    for (int i = n->id + 1; i < g->n_nodes; i++)
        for (int k = 0; k < g->node[i]->n_inputs; k++) uses += g->node[i]->input[k] == n;
    for (int i = 0; i < g->n_results; i++) uses += g->result[i].node == n;
    return uses == 1;
}

kcc_graph *kcc_rewrite(const kcc_graph *g, kcc_rewrite_rule *rule, bool *changed) {
    kcc_graph *to = kcc_graph_create(g->arena);
    to->error = g->error;
    to->where = g->where;
    if (changed) *changed = false;
    if (!kcc_graph_ok(g)) return to;
    bool *needed = kcc_graph_needed(g);
    kcc_node **map = kcc_alloc_array(g->arena, (size_t)g->n_nodes, sizeof *map);
    for (int id = 0; id < g->n_nodes; id++) {
        if (!needed[id]) continue;
        const kcc_node *n = g->node[id];
        kcc_node *inputs[KCC_MAX_INPUTS] = {0};
        for (int i = 0; i < n->n_inputs; i++) inputs[i] = map[n->input[i]->id];
        to->scope = n->name;
        map[id] = rule(to, n, inputs);
        if (map[id] && changed) *changed = true;
        if (!map[id]) map[id] = kcc_node_copy(to, n, inputs);
    }
    to->scope = g->scope;
    for (int i = 0; i < g->n_results; i++)
        kcc_graph_result(to, g->result[i].kind, g->result[i].index, map[g->result[i].node->id]);
    return to;
}

kcc_graph *kcc_rewrite_all(const kcc_graph *g, kcc_rewrite_rule *rule) {
    kcc_arena *home = g->arena, *round = kcc_arena_nested(home);
    kcc_graph *to = kcc_graph_copy(round, g);
    for (bool changed = true; changed;) {
        to = kcc_dce(kcc_rewrite(to, rule, &changed)); /* what an attempt left is no use */
        kcc_arena *next = changed ? kcc_arena_nested(home) : home;
        to = kcc_graph_copy(next, to);
        kcc_arena_free(round);
        round = next;
    }
    return to;
}
