/*
 * The frame of a pass that replaces nodes one by one.
 *
 * Takes: a graph and a rule.  Gives: a new graph.
 * Keeps: nodes are visited in order, with their inputs already replaced; what no result needs is dropped;
 *        what a rule makes carries the name of the node it replaces.
 */
#ifndef KCC_REWRITE_H
#define KCC_REWRITE_H

#include "passes.h"

/** A node of `to` that stands for n on these inputs (nodes of `to`), or NULL to keep n. */
typedef kcc_node *kcc_rewrite_rule(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs);

/** Applies the rule to every node needed; *changed (may be NULL) tells whether it ever replaced one.  Nodes
 *  that lost their last user are still there: kcc_dce drops them. */
kcc_graph *kcc_rewrite(const kcc_graph *g, kcc_rewrite_rule *rule, bool *changed);

/** The same again and again, until the rule replaces nothing more; without nodes that nobody uses. */
kcc_graph *kcc_rewrite_all(const kcc_graph *g, kcc_rewrite_rule *rule);

/** Whether one input of one node, or one result, is all that n is for. */
bool kcc_used_once(const kcc_node *n);

/** Constant folding (fold.c): a CONSTANT node if n on constant inputs is one, to the bit, else NULL. */
kcc_node *kcc_fold(kcc_graph *to, const kcc_node *n, kcc_node *const *inputs);
/** CONSTANT of this type, shape and value. */
kcc_node *kcc_constant(kcc_graph *to, kcc_dtype dtype, const kcc_shape *shape, double value);

#endif
