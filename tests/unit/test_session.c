/* session.c: checks of a program, first values, arena, faults. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linear_program.h"

#include <stdlib.h>

static void refuses_other_programs(void **state) {
    (void)state;
    kcc_session *s = (kcc_session *)1;
    kcc_error error = {0};
    kcc_program p = linear_program();
    p.abi = 99;
    assert_int_equal(kcc_session_create(&p, NULL, &s, &error), KCC_EINVAL);
    assert_null(s);
    assert_non_null(strstr(error.message, "ABI 99"));
    p = linear_program();
    p.features = "sse99";
    assert_int_equal(kcc_session_create(&p, NULL, &s, NULL), KCC_EINVAL);
    p = linear_program();
    assert_int_equal(kcc_session_create(&p, &(kcc_session_options){.threads = -1}, &s, NULL), KCC_EINVAL);
    float few[16] = {0};
    p.initial_weights = few;
    p.initial_size = 64;
    assert_int_equal(kcc_session_create(&p, NULL, &s, NULL), KCC_EINVAL);
    p = linear_program();
    kcc_tensor variables[V_COUNT];
    memcpy(variables, linear_variables, sizeof variables);
    variables[0].dim[0].size = INT64_MAX / 3;
    p.variables = variables;
    assert_int_not_equal(kcc_session_create(&p, NULL, &s, NULL), KCC_OK);
    kcc_session_free(NULL);
}

static void first_values(void **state) {
    (void)state;
    kcc_program p = linear_program();
    _Alignas(64) float initial[32] = {1, 2, 3, [16] = 4};
    p.initial_weights = initial;
    p.initial_size = sizeof initial;
    kcc_session *s;
    assert_int_equal(kcc_session_create(&p, NULL, &s, NULL), KCC_OK);
    assert_true(((float *)kcc_session_variable(s, 0))[2] == 3 &&
                ((float *)kcc_session_variable(s, 1))[0] == 4);
    for (int i = 0; i < V_COUNT; i++) assert_int_equal((uintptr_t)kcc_session_variable(s, i) % KCC_ALIGN, 0);
    assert_null(kcc_session_variable(s, V_COUNT));
    assert_null(kcc_session_variable(s, -1));
    assert_ptr_equal(kcc_session_program(s), &p);
    kcc_session_free(s);
}

static void keys_and_rates(void **state) {
    (void)state;
    kcc_program p = linear_program();
    assert_int_equal(kcc_program_find_weight(&p, "dense/1"), 1);
    const char *const wrong[] = {"dense/2", "dense", "dense/", "dens/1", "dense/1x", "/1", "dense/-1", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(kcc_program_find_weight(&p, wrong[i]), -1);
    kcc_session *s;
    assert_int_equal(kcc_session_create(&p, NULL, &s, NULL), KCC_OK);
    assert_true(kcc_session_learning_rate(s) == 0.05f);
    assert_int_equal(kcc_session_set_learning_rate(s, 0.5f, NULL), KCC_OK);
    assert_true(kcc_session_learning_rate(s) == 0.5f);
    kcc_error error = {0};
    assert_int_equal(kcc_session_set_learning_rate(s, -1, &error), KCC_EINVAL);
    assert_string_equal(error.message, "the learning rate must not be negative");
    assert_int_equal(kcc_session_set_learning_rate(s, NAN, NULL), KCC_EINVAL);
    assert_true(kcc_session_learning_rate(s) == 0.5f);
    assert_int_equal(kcc_session_set_learning_rate(s, 0, NULL), KCC_OK);
    p.has_schedule = 1;
    assert_int_equal(kcc_session_set_learning_rate(s, 0.1f, NULL), KCC_EINVAL);
    kcc_session_set_iterations(s, 77);
    assert_int_equal(kcc_session_iterations(s), 77);
    kcc_session_free(s);
}

static void arena_grows_and_overflow_is_seen(void **state) {
    (void)state;
    kcc_program p = linear_program();
    kcc_session *s;
    kcc_error error = {0};
    assert_int_equal(kcc_session_create(&p, NULL, &s, NULL), KCC_OK);
    assert_int_equal(kcc_session_reserve(s, KCC_ENTRY_TRAIN, 3, NULL), KCC_OK);
    assert_true(s->arena.size >= 3 * KCC_ALIGN);
    assert_int_equal(kcc_session_reserve(s, KCC_ENTRY_TRAIN, 100, NULL), KCC_OK);
    assert_true(s->arena.size >= 100 * KCC_ALIGN);
    assert_int_equal(kcc_session_reserve(s, KCC_ENTRY_TRAIN, INT64_MAX / 2, NULL), KCC_ENOMEM);
    p.entry[KCC_ENTRY_TRAIN].call = NULL;
    assert_int_equal(kcc_session_reserve(s, KCC_ENTRY_TRAIN, 1, &error), KCC_EUNSUPPORTED);
    assert_non_null(strstr(error.hint, "loss"));
    kcc_session_free(s);
}

/* Seeds of kernels come from a stream of their own; two sessions of one seed agree. */
static void kernel_seeds(void **state) {
    (void)state;
    kcc_program p = linear_program();
    uint64_t seen[3];
    for (int i = 0; i < 3; i++) {
        kcc_session *s;
        assert_int_equal(kcc_session_create(&p, &(kcc_session_options){.seed = (uint64_t)(i / 2)}, &s, NULL),
                         KCC_OK);
        seen[i] = kcc_session_run(s).seed;
        kcc_session_free(s);
    }
    assert_true(seen[0] == seen[1] && seen[0] != seen[2] && seen[0] != 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_other_programs),
                                       cmocka_unit_test(first_values), cmocka_unit_test(keys_and_rates),
                                       cmocka_unit_test(arena_grows_and_overflow_is_seen),
                                       cmocka_unit_test(kernel_seeds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
