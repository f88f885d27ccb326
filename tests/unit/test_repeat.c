/*
 * repeat.c and what fusion makes of it: a normalisation stores its input and its result, and its gradient is one
 * pass of sums and one of values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fuse.h"
#include "graph_check.h"
#include "passes.h"
#include "run_module.h"

/* relu of a normalised y = x k, as BatchNormalization does it, with the gradients of k, gamma and beta: a
 * contraction before it and one behind. */
static kcc_fusion *normalised(bool expensive) {
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(9), F(8)));
    kcc_node *k = kcc_variable(g, 0, KCC_F32, &SHAPE(F(8), F(16))),
             *gamma = kcc_variable(g, 1, KCC_F32, &SHAPE(F(16)));
    kcc_node *beta = kcc_variable(g, 3, KCC_F32, &SHAPE(F(16)));
    kcc_node *y = kcc_contract(g, x, k, "npc,cf->npf"), *mean = kcc_mean(g, y, 3, true);
    kcc_node *variance = kcc_mean(g, kcc_square(g, kcc_sub(g, y, mean)), 3, true);
    kcc_node *s = kcc_mul(g, kcc_op1(g, KCC_OP_RSQRT, kcc_adds(g, variance, 1e-3)), gamma);
    kcc_node *shift = kcc_sub(g, beta, kcc_mul(g, mean, s));
    kcc_node *n = kcc_add(g, kcc_mul(g, y, s), shift);
    kcc_node *r = kcc_op1(g, expensive ? KCC_OP_TANH : KCC_OP_RELU, n);
    kcc_node *z = kcc_contract(g, r, kcc_variable(g, 2, KCC_F32, &SHAPE(F(16), F(4))), "npf,fo->npo");
    kcc_node *wrt[3] = {k, gamma, beta}, *d[3];
    kcc_autodiff(g, kcc_reduce(g, KCC_OP_REDUCE_SUM, kcc_square(g, z), 7, false), 3, wrt, d);
    for (int i = 0; i < 3; i++) kcc_graph_result(g, KCC_RESULT_GRADIENT, i, d[i]);
    assert_string_equal(g->error.message, "");
    return kcc_fuse(kcc_run_passes(g));
}

/* Stored values of a sample's size 9 x 16, and clusters of each kind over them. */
static void count(const kcc_fusion *f, int *stored, int *kinds) {
    for (int i = 0; i < f->graph->n_nodes; i++) {
        const kcc_shape *s = &f->graph->node[i]->shape;
        *stored += f->root[i] && s->rank == 3 && s->dim[0].batch && s->dim[2].size == 16;
    }
    for (int i = 0; i < f->n_order; i++) {
        const kcc_cluster *c = &f->cluster[f->order[i]];
        kinds[c->kind] += c->domain.rank == 3 && c->domain.dim[0].batch && c->domain.dim[2].size == 16;
    }
}

static void stores_no_more_than_needed(void **state) {
    (void)state;
    int stored = 0, kinds[8] = {0};
    kcc_fusion *f = normalised(false);
    count(f, &stored, kinds);
    check_free(f->graph);
    assert_int_equal(stored, 4);                    /* y, relu, and what of z and of y are their gradients */
    assert_int_equal(kinds[KCC_CLUSTER_LOOP], 2);   /* relu, the gradient of y */
    assert_int_equal(kinds[KCC_CLUSTER_COLUMN], 3); /* mean, variance, all sums of the gradient */
}

static void expensive_values_are_stored(void **state) {
    (void)state;
    int stored = 0, kinds[8] = {0};
    kcc_fusion *f = normalised(true);
    count(f, &stored, kinds);
    check_free(f->graph);
    assert_int_equal(stored, 4); /* y, tanh (of which its gradient is made), the two gradients */
}

static void marks(void **state) {
    (void)state;
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(64))), *t = kcc_input(g, 1, KCC_F32, &SHAPE(N, F(64)));
    kcc_node *b = kcc_variable(g, 0, KCC_F32, &SHAPE(F(64)));
    kcc_node *small = kcc_add(g, x, b), *once = kcc_mul(g, x, b), *two = kcc_add(g, x, t);
    kcc_node *slow = kcc_exp(g, x);
    kcc_node *use[] = {kcc_mul(g, small, t), kcc_exp(g, small), kcc_exp(g, once),   kcc_exp(g, two),
                       kcc_mul(g, two, t),   kcc_exp(g, slow),  kcc_mul(g, slow, t)};
    for (int i = 0; i < 7; i++) kcc_graph_result(g, KCC_RESULT_OUTPUT, i, use[i]);
    kcc_mark_repeated(g);
    assert_true(small->repeated);                               /* read twice, as x and a bias */
    assert_false(once->repeated);                               /* read once */
    assert_false(two->repeated);                                /* of two large values */
    assert_false(slow->repeated);                               /* not cheap */
    for (int i = 0; i < 7; i++) assert_false(use[i]->repeated); /* results */
    check_free(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_no_more_than_needed),
        cmocka_unit_test(expensive_values_are_stored),
        cmocka_unit_test(marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
