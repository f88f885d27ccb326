/*
 * lower_border.c: rows at a window's border give the bits of one chain of multiply-adds over the taps inside,
 * whether tiles are done in pieces or, where a window is wide, in single rows.
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

enum { BATCH = 2, LANES = 3 };

/* y[n, q, f] = sum over j, c of x[n, alpha q + beta j - before, c] w[j, c, f], where x has the place. */
typedef struct conv {
    int size, out, taps, alpha, beta, before, in, filters;
} conv;

static kcc_graph *windows(const conv *c) {
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(c->size), F(c->in)));
    kcc_node *w = kcc_variable(g, 0, KCC_F32, &SHAPE(F(c->taps), F(c->in), F(c->filters)));
    x = kcc_expand_dims(g, x, 2);
    kcc_shape s = x->shape;
    s.dim[2] = kcc_fixed(c->taps);
    x = kcc_window(g, kcc_broadcast(g, x, &s), 1, c->alpha, c->beta, -c->before, 1, c->out);
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, kcc_contract(g, x, w, "nqjc,jcf->nqf"));
    assert_string_equal(g->error.message, "");
    return g;
}

static float chain(const conv *c, const float *x, const float *w, int n, int q, int f) {
    float sum = 0;
    for (int j = 0; j < c->taps; j++)
        for (int i = 0; i < c->in; i++) {
            int at = c->alpha * q + c->beta * j - c->before;
            if (at < 0 || at >= c->size) continue;
            sum = fmaf(x[(n * c->size + at) * c->in + i], w[(j * c->in + i) * c->filters + f], sum);
        }
    return sum;
}

static void check(const conv *c, int lanes, bool pieces) {
    size_t n_y = (size_t)(BATCH * c->out * c->filters);
    float *x = kcc_test_numbers((size_t)(BATCH * c->size * c->in), 1), *y = kcc_test_numbers(n_y, 3),
          *w = kcc_test_numbers((size_t)(c->taps * c->in * c->filters), 2);
    kcc_graph *g = windows(c);
    kcc_target target = kcc_test_target(lanes);
    kcc_module *m = kcc_module_of_graph(g->arena, g, &target, NULL);
    assert_non_null(m);
    assert_int_equal(m->n_kernels, 1);
    assert_int_equal(kcc_module_says(m, " == "), pieces); /* tiles at the border have code of their own */
    kcc_kernel_expand(m->kernel[0]);
    void *inputs[] = {x}, *variables[] = {w}, *outputs[] = {y};
    for (int64_t split = 0; split <= 2; split++) {
        kcc_run run = {.batch = BATCH, .inputs = inputs, .variables = variables, .outputs = outputs};
        memset(y, 0xff, n_y * sizeof *y);
        assert_int_equal(kcc_module_eval(m, KCC_ENTRY_TRAIN, KCC_EVAL_EXACT, &run, split, NULL), KCC_OK);
        for (size_t e = 0; e < n_y; e++) {
            int f = (int)e % c->filters, q = (int)e / c->filters % c->out, n = (int)e / c->filters / c->out;
            float want = chain(c, x, w, n, q, f);
            if (y[e] != want)
                fail_msg("%d lanes, size %d, %d taps: y[%d, %d, %d] is %.9g, not %.9g", lanes, c->size,
                         c->taps, n, q, f, (double)y[e], (double)want);
        }
    }
    check_free(g);
    free(x);
    free(y);
    free(w);
}

static void each_width(const conv *c, bool pieces) {
    static const int lanes[LANES] = {4, 8, 16};
    for (int i = 0; i < LANES; i++) check(c, lanes[i], pieces);
}

static void borders_in_pieces(void **state) {
    (void)state;
    /* one tile with both borders; several; a data gradient, whose taps run backwards; strides; dilation;
     * borders wider than the data */
    static const conv c[] = {{7, 7, 3, 1, 1, 1, 5, 19},    {61, 61, 3, 1, 1, 1, 5, 19},
                             {24, 26, 3, 1, -1, 0, 6, 16}, {40, 20, 5, 2, 1, 2, 3, 33},
                             {50, 50, 3, 1, 4, 4, 2, 8},   {6, 16, 3, 1, 1, 6, 2, 8}};
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) each_width(&c[i], true);
}

static void wide_borders_row_by_row(void **state) {
    (void)state;
    static const conv c[] = {{64, 64, 41, 1, 1, 20, 2, 8}, {9, 40, 60, 1, 1, 30, 2, 8}};
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) each_width(&c[i], false);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(borders_in_pieces),
                                       cmocka_unit_test(wide_borders_row_by_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
