/*
 * Arena, growing text, spellings of numbers, identifiers.
 */
#include "core.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_alloc(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    unsigned char *all[400];
    size_t size[400];
    for (int i = 0; i < 400; i++) {
        size[i] = i % 50 == 0 ? 4096 + (size_t)i * 100 : (size_t)(i * 37 % 2000);
        all[i] = kcc_alloc(arena, size[i]);
        assert_int_equal((uintptr_t)all[i] % (size[i] >= 4096 ? 64 : 16), 0);
        for (size_t b = 0; b < size[i]; b++) assert_int_equal(all[i][b], 0);
        memset(all[i], i & 255, size[i]);
    }
    for (int i = 0; i < 400; i++)
        for (size_t b = 0; b < size[i]; b++) assert_int_equal(all[i][b], i & 255);
    kcc_arena_free(arena);
    kcc_arena_free(NULL);
}

static void test_grow(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    int cap = 0, *v = NULL;
    for (int n = 0; n < 1000; n++) {
        v = kcc_grow(arena, v, &cap, n + 1, sizeof *v);
        assert_true(cap > n);
        v[n] = n;
    }
    for (int n = 0; n < 1000; n++) assert_int_equal(v[n], n);
    assert_ptr_equal(kcc_grow(arena, v, &cap, 10, sizeof *v), v);
    kcc_arena_free(arena);
}

static int order[3], released;
static void release(void *object) { order[released++] = *(int *)object; }

static void test_deferred_last_first(void **state) {
    (void)state;
    static int id[3] = {1, 2, 3};
    released = 0;
    kcc_arena *arena = kcc_arena_create();
    for (int i = 0; i < 3; i++) kcc_defer(arena, release, &id[i]);
    assert_int_equal(released, 0);
    kcc_arena_free(arena);
    assert_int_equal(released, 3);
    assert_memory_equal(order, ((int[]){3, 2, 1}), sizeof order);
}

static void test_nested(void **state) {
    (void)state;
    static int id[3] = {1, 2, 3};
    released = 0;
    kcc_arena *arena = kcc_arena_create(), *nested[2];
    for (int i = 0; i < 2; i++) {
        nested[i] = kcc_arena_nested(arena);
        kcc_defer(nested[i], release, &id[i]);
        memset(kcc_alloc(nested[i], 5000), 1, 5000);
    }
    kcc_defer(kcc_arena_nested(nested[1]), release, &id[2]);
    size_t all = kcc_arena_size(arena);
    assert_in_range(all, 10000, 11000);
    kcc_arena_free(nested[0]);
    assert_int_equal(released, 1);
    assert_in_range(kcc_arena_size(arena), 5000, 6000);
    kcc_arena_free(arena);
    assert_int_equal(released, 3);
    assert_memory_equal(order, ((int[]){1, 3, 2}), sizeof order);
}

static void test_out_of_memory_jumps(void **state) {
    (void)state;
    static int id = 7;
    released = 0;
    kcc_arena *volatile arena = kcc_arena_create();
    jmp_buf point;
    volatile int jumps = 0;
    if (setjmp(point) == 0) {
        kcc_arena_recover(arena, &point);
        kcc_defer(arena, release, &id);
        kcc_alloc_array(arena, SIZE_MAX / 2, 3);
        fail();
    } else {
        jumps++;
    }
    if (jumps == 1) {
        if (setjmp(point) == 0) {
            kcc_alloc(arena, SIZE_MAX);
            fail();
        }
    }
    kcc_arena_free(arena);
    assert_int_equal(released, 1);
}

static void test_strings(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    assert_string_equal(kcc_strdup(arena, "abc"), "abc");
    assert_string_equal(kcc_format(arena, "%s-%d", "x", 42), "x-42");
    assert_string_equal(kcc_identifier(arena, "dense_1"), "dense_1");
    assert_string_equal(kcc_identifier(arena, "my layer/3.x"), "my_layer_3_x");
    assert_string_equal(kcc_identifier(arena, "2nd"), "_2nd");
    assert_string_equal(kcc_identifier(arena, ""), "_");
    assert_string_equal(kcc_identifier(arena, "\xc3\xa9"), "__");
    kcc_arena_free(arena);
}

static void test_text(void **state) {
    (void)state;
    kcc_text t = {0};
    kcc_text_add(&t, "%d", 12);
    kcc_text_put(&t, "ab\0c", 4);
    assert_int_equal(t.size, 6);
    assert_memory_equal(t.data, "12ab\0c", 7);
    char long_text[2000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    kcc_text_add(&t, "%s!", long_text);
    assert_int_equal(t.size, 6 + 2000);
    assert_int_equal(t.data[t.size - 1], '!');
    assert_int_equal(t.data[t.size], 0);
    t.failed = true;
    kcc_text_add(&t, "more");
    assert_int_equal(t.size, 2006);
    kcc_text_free(&t);
    assert_null(t.data);
}

static void spells(double value, const char *want) {
    kcc_text t = {0};
    kcc_text_double(&t, value);
    assert_string_equal(t.data, want);
    kcc_text_free(&t);
}

static void test_numbers(void **state) {
    (void)state;
    spells(0, "0.0");
    spells(-0.0, "-0.0");
    spells(1, "1.0");
    spells(0.1, "0.1");
    spells(-2.5, "-2.5");
    spells(1e300, "1e+300");
    spells(INFINITY, "inf");
    spells(-INFINITY, "-inf");
    spells(NAN, "nan");
    static const double values[] = {1.0 / 3, DBL_MAX, DBL_MIN, 0x1p-1074, 123456789.123, 20, 1e22, FLT_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        kcc_text t = {0};
        kcc_text_double(&t, values[i]);
        assert_true(strtod(t.data, NULL) == values[i]);
        assert_non_null(strpbrk(t.data, ".e")); /* never read as an integer */
        kcc_text_free(&t);
    }
    kcc_text t = {0};
    kcc_text_float(&t, 0.1f);
    assert_string_equal(t.data, "0.1");
    kcc_text_free(&t);
    for (uint32_t u = 1; u < 0x7f800000; u += 1234567) {
        float f;
        memcpy(&f, &u, sizeof f);
        kcc_text_float(&t, f);
        assert_true(strtof(t.data, NULL) == f);
        kcc_text_free(&t);
    }
}

static void test_dims(void **state) {
    (void)state;
    assert_int_equal(kcc_dim_at(kcc_fixed(7), 3), 7);
    assert_int_equal(kcc_dim_at((kcc_dim){7, true}, 3), 21);
    assert_true(kcc_dim_equal(kcc_fixed(7), kcc_fixed(7)));
    assert_false(kcc_dim_equal(kcc_fixed(7), (kcc_dim){7, true}));
    assert_false(kcc_dim_equal(kcc_fixed(7), kcc_fixed(8)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_alloc),
                                       cmocka_unit_test(test_grow),
                                       cmocka_unit_test(test_deferred_last_first),
                                       cmocka_unit_test(test_nested),
                                       cmocka_unit_test(test_out_of_memory_jumps),
                                       cmocka_unit_test(test_strings),
                                       cmocka_unit_test(test_text),
                                       cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_dims)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
