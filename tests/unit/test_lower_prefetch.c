/*
 * lower_prefetch.c: the update of a large weight asks for the weight before it sums the gradient, a small one
 * does not; both compute the same.
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
    kcc_text t = {0};
    kcc_kernel_print(m->kernel[0], &t);
    assert_int_equal(t.data && strstr(t.data, "prefetch"), asks);
    kcc_text_free(&t);
    return m;
}

static float *numbers(size_t n, unsigned seed) {
    float *v = aligned_alloc(64, (n * sizeof *v + 63) / 64 * 64);
    assert_non_null(v);
    for (size_t i = 0; i < n; i++) v[i] = (float)((i * 2654435761u + seed * 40503u) % 2001) / 1000 - 1;
    return v;
}

static void large_arrays_are_asked_for(void **state) {
    (void)state;
    static const int lanes[] = {4, 8, 16};
    float *x = numbers(BATCH * ROWS, 1), *dy = numbers(BATCH * COLUMNS, 2), *w = numbers(ROWS * COLUMNS, 3),
          *y = numbers(ROWS * COLUMNS, 4);
    void *inputs[] = {x, dy}, *variables[] = {w}, *outputs[] = {y};
    for (size_t l = 0; l < sizeof lanes / sizeof *lanes; l++) {
        kcc_graph *g = update(ROWS, COLUMNS);
        kcc_module *m = compile(g, lanes[l], true);
        kcc_kernel_expand(m->kernel[0]);
        kcc_run run = {.batch = BATCH, .inputs = inputs, .variables = variables, .outputs = outputs};
        /* the interpreter checks that what is asked for is inside of its array */
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

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(large_arrays_are_asked_for),
                                       cmocka_unit_test(small_arrays_are_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
