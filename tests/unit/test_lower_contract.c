/*
 * lower_contract.c: sums over many samples are done sample by sample for several tiles at once, and give the
 * bits of one chain of multiply-adds; padding is read in place.
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

enum { BATCH = 3, SIDE = 20, IN = 5, OUT = 19, KERNEL = 3 };

/* x [N, 20, 20, 5] padded by 1, dy [N, 20, 20, 19]: the kernel's gradient [3, 3, 5, 19], halved. */
static kcc_graph *weight_gradient(void) {
    kcc_graph *g = check_graph();
    kcc_node *x = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(SIDE), F(SIDE), F(IN)));
    kcc_node *dy = kcc_input(g, 1, KCC_F32, &SHAPE(N, F(SIDE), F(SIDE), F(OUT)));
    x = kcc_pad(g, kcc_pad(g, x, 1, 1, 1), 2, 1, 1);
    for (int axis = 1; axis <= 3; axis += 2) {
        x = kcc_expand_dims(g, x, axis + 1);
        kcc_shape s = x->shape;
        s.dim[axis + 1] = kcc_fixed(KERNEL);
        x = kcc_window(g, kcc_broadcast(g, x, &s), axis, 1, 1, 0, 1, SIDE);
    }
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, kcc_muls(g, kcc_contract(g, x, dy, "npiqjc,npqf->ijcf"), 0.5));
    assert_string_equal(g->error.message, "");
    return g;
}

static void sums_over_samples(void **state) {
    (void)state;
    enum { X = BATCH * SIDE * SIDE * IN, DY = BATCH * SIDE * SIDE * OUT, DW = KERNEL * KERNEL * IN * OUT };
    float *x = kcc_test_numbers(X, 1), *dy = kcc_test_numbers(DY, 2), *dw = kcc_test_numbers(DW, 3), want[DW];
    for (int e = 0; e < DW;
         e++) { /* one chain a number, in the order of n, p, q; nothing is added for padding */
        int i = e / (KERNEL * IN * OUT), j = e / (IN * OUT) % KERNEL, c = e / OUT % IN, f = e % OUT;
        float sum = 0;
        for (int n = 0; n < BATCH; n++)
            for (int p = 0; p < SIDE; p++)
                for (int q = 0; q < SIDE; q++) {
                    int r = p + i - 1, s = q + j - 1;
                    if (r < 0 || r >= SIDE || s < 0 || s >= SIDE) continue;
                    sum = fmaf(x[((n * SIDE + r) * SIDE + s) * IN + c],
                               dy[((n * SIDE + p) * SIDE + q) * OUT + f], sum);
                }
        want[e] = sum * 0.5f;
    }
    static const int lanes[] = {4, 8, 16};
    for (size_t l = 0; l < sizeof lanes / sizeof *lanes; l++) {
        kcc_graph *g = weight_gradient();
        kcc_target target = kcc_test_target(lanes[l]);
        kcc_module *m = kcc_module_of_graph(g->arena, g, &target, NULL);
        assert_non_null(m);
        assert_int_equal(m->n_kernels, 1); /* no padded or unfolded copy */
        assert_true(kcc_module_says(m, "for sample"));
        kcc_kernel_expand(m->kernel[0]);
        for (int64_t split = 0; split <= 2; split++) {
            const kcc_module_entry *entry = &m->entry[KCC_ENTRY_TRAIN];
            size_t size = (size_t)(entry->arena_fixed + entry->arena_per_sample * BATCH) + 64;
            char *arena = aligned_alloc(64, (size + 63) / 64 * 64);
            void *inputs[] = {x, dy};
            void *outputs[] = {dw};
            kcc_run run = {.batch = BATCH, .inputs = inputs, .outputs = outputs, .arena = arena};
            memset(dw, 0xff, sizeof want); /* not-a-number: sums must not start from what is there */
            assert_int_equal(kcc_module_eval(m, KCC_ENTRY_TRAIN, KCC_EVAL_EXACT, &run, split, NULL), KCC_OK);
            for (int e = 0; e < DW; e++)
                if (dw[e] != want[e])
                    fail_msg("%d lanes, element %d: %.9g, not %.9g", lanes[l], e, dw[e], want[e]);
            free(arena);
        }
        check_free(g);
    }
    free(x);
    free(dy);
    free(dw);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_over_samples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
