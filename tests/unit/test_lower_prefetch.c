/*
 * lower_prefetch.c: the update of a large weight asks for the weight before it sums the gradient, a small one
 * does not; convolutions of large images ask for the next row, those of 1 x 1 for the next pixels; what is
 * computed stays the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph_check.h"
#include "run_module.h"

enum { BATCH = 3, ROWS = 700, COLUMNS = 393 };

/* w [rows, columns] - x [N, rows]' dy [N, columns] */
static kcc_graph *update(int64_t rows, int64_t columns) {
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(rows))),
             *dy = kcc_input(g, 1, KCC_F32, &SHAPE(N, F(columns))),
             *w = kcc_variable(g, 0, KCC_F32, &SHAPE(F(rows), F(columns)));
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, kcc_sub(g, w, kcc_contract(g, x, dy, "ni,nj->ij")));
    assert_string_equal(g->error.message, "");
    return g;
}

static kcc_module *compile(kcc_graph *g, int lanes, bool asks) {
    kcc_target target = kcc_test_target(lanes);
    kcc_module *m = kcc_module_of_graph(g->arena, g, &target, NULL);
    assert_non_null(m);
    assert_int_equal(m->n_kernels, 1);
    assert_int_equal(kcc_module_says(m, "prefetch"), asks);
    return m;
}

static void large_arrays_are_asked_for(void **state) {
    (void)state;
    static const int lanes[] = {4, 8, 16};
    float *x = kcc_test_numbers(BATCH * ROWS, 1), *dy = kcc_test_numbers(BATCH * COLUMNS, 2),
          *w = kcc_test_numbers(ROWS * COLUMNS, 3), *y = kcc_test_numbers(ROWS * COLUMNS, 4);
    void *inputs[] = {x, dy}, *variables[] = {w}, *outputs[] = {y};
    for (size_t l = 0; l < sizeof lanes / sizeof *lanes; l++) {
        kcc_graph *g = update(ROWS, COLUMNS);
        kcc_module *m = compile(g, lanes[l], true);
        kcc_kernel_expand(m->kernel[0]);
        kcc_run run = {.batch = BATCH, .inputs = inputs, .variables = variables, .outputs = outputs};
        assert_int_equal(kcc_module_eval(m, KCC_ENTRY_TRAIN, KCC_EVAL_EXACT, &run, 1, NULL), KCC_OK);
        for (int e = 0; e < ROWS * COLUMNS; e++) {
            float sum = 0;
            for (int n = 0; n < BATCH; n++)
                sum = fmaf(x[n * ROWS + e / COLUMNS], dy[n * COLUMNS + e % COLUMNS], sum);
            if (y[e] != w[e] - sum) fail_msg("%d lanes, element %d", lanes[l], e);
        }
        check_free(g);
    }
    free(x);
    free(dy);
    free(w);
    free(y);
}

static void small_arrays_are_not(void **state) {
    (void)state;
    kcc_graph *g = update(70, 39);
    compile(g, 16, false);
    check_free(g);
}

/* x [N, 12, 12, 16] in windows of 3 x 3, w [3, 3, 16, 16]. */
static void next_rows_are_asked_for(void **state) {
    (void)state;
    enum { SIDE = 12, IN = 16, OUT = 16, Y = SIDE - 2 };
    kcc_graph *g = check_graph();
    kcc_node *t = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(SIDE), F(SIDE), F(IN))),
             *k = kcc_variable(g, 0, KCC_F32, &SHAPE(F(3), F(3), F(IN), F(OUT)));
    for (int axis = 1; axis <= 3; axis += 2) {
        t = kcc_expand_dims(g, t, axis + 1);
        kcc_shape s = t->shape;
        s.dim[axis + 1] = kcc_fixed(3);
        t = kcc_window(g, kcc_broadcast(g, t, &s), axis, 1, 1, 0, 1, Y);
    }
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, kcc_contract(g, t, k, "npiqjc,ijcf->npqf"));
    kcc_module *m = compile(g, 16, true);
    float *x = kcc_test_numbers(BATCH * SIDE * SIDE * IN, 1), *w = kcc_test_numbers(9 * IN * OUT, 2),
          *y = kcc_test_numbers(BATCH * Y * Y * OUT, 3);
    void *inputs[] = {x}, *variables[] = {w}, *outputs[] = {y};
    kcc_run run = {.batch = BATCH, .inputs = inputs, .variables = variables, .outputs = outputs};
    kcc_kernel_expand(m->kernel[0]);
    assert_int_equal(kcc_module_eval(m, KCC_ENTRY_TRAIN, KCC_EVAL_EXACT, &run, 1, NULL), KCC_OK);
    for (int e = 0; e < BATCH * Y * Y * OUT; e++) {
        int f = e % OUT, q = e / OUT % Y, p = e / OUT / Y % Y, n = e / OUT / Y / Y;
        float sum = 0;
        for (int i = 0; i < 9 * IN; i++) {
            int row = p + i / IN / 3, column = q + i / IN % 3;
            sum = fmaf(x[((n * SIDE + row) * SIDE + column) * IN + i % IN], w[i * OUT + f], sum);
        }
        if (y[e] != sum) fail_msg("element %d", e);
    }
    check_free(g);
    free(x);
    free(w);
    free(y);
}

/* x [N, pixels, depth] w [depth, columns]: rows that follow in memory, if the columns are done at once. */
static void following_rows_are_asked_for(void **state) {
    (void)state;
    static const struct {
        int64_t pixels, depth, columns;
        bool asks;
    } cases[] = {{100, 192, 32, true}, {2, 192, 32, false}, {100, 192, 192, false}, {800, 24, 32, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kcc_graph *g = check_graph();
        kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(cases[i].pixels), F(cases[i].depth)));
        kcc_node *w = kcc_variable(g, 0, KCC_F32, &SHAPE(F(cases[i].depth), F(cases[i].columns)));
        kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, kcc_contract(g, x, w, "npc,cf->npf"));
        compile(g, 16, cases[i].asks);
        check_free(g);
    }
}

/* (x w)^2^30: an epilogue of 30 squares, where a search along every way down would take minutes. */
static void shared_values_are_searched_once(void **state) {
    (void)state;
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(512))),
             *w = kcc_variable(g, 0, KCC_F32, &SHAPE(F(512), F(512)));
    kcc_node *y = kcc_contract(g, x, w, "nc,cf->nf");
    for (int i = 0; i < 30; i++) y = kcc_mul(g, y, y);
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, y);
    compile(g, 8, false);
    check_free(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_arrays_are_asked_for), cmocka_unit_test(small_arrays_are_not),
        cmocka_unit_test(next_rows_are_asked_for), cmocka_unit_test(shared_values_are_searched_once),
        cmocka_unit_test(following_rows_are_asked_for)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
