/*
 * The builder (folding, splats, addresses, the table of primitives) and the printed text.
 */
#include "kernel.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static kcc_arena *arena;
static kcc_kernel *k;

static int setup(void **state) {
    (void)state;
    arena = kcc_arena_create();
    k = kcc_kernel_create(arena, "test");
    return !k;
}
static int teardown(void **state) {
    (void)state;
    kcc_arena_free(arena);
    return 0;
}

static void test_prim_table(void **state) {
    (void)state;
    static const char *const ids[] = {
#define KCC_PRIM(id, name, args, types, c, llvm, expand, reference) #id,
#include "prims.def"
#undef KCC_PRIM
    };
    for (int p = 0; p < KCC_PRIM_COUNT; p++) {
        const char *name = kcc_prim_table[p].name;
        assert_int_equal(strlen(name), strlen(ids[p]));
        for (int i = 0; name[i]; i++) assert_int_equal(name[i], tolower((unsigned char)ids[p][i]));
        assert_int_equal(kcc_prim_table[p].expanded, p >= KCC_P_EXP);
    }
    assert_int_equal(kcc_prim_table[KCC_P_NEG].args, 1);
    assert_int_equal(kcc_prim_table[KCC_P_POW].args, 2);
    assert_int_equal(kcc_prim_table[KCC_P_FMA].args, 3);
}

static void expect(kcc_prim prim, int64_t a, int64_t b, int64_t want) {
    kcc_kval v = kcc_k_prim2(k, prim, kcc_k_int(k, a), kcc_k_int(k, b));
    assert_int_equal(k->instr[v].op, KCC_K_CONST);
    assert_int_equal(k->instr[v].imm_i, want);
}

static void test_folds_constants(void **state) {
    (void)state;
    expect(KCC_P_ADD, 3, 4, 7);
    expect(KCC_P_SUB, 3, 4, -1);
    expect(KCC_P_MUL, -3, 4, -12);
    expect(KCC_P_DIV, -7, 2, -3);
    expect(KCC_P_MOD, -7, 2, -1);
    expect(KCC_P_MIN, -7, 2, -7);
    expect(KCC_P_MAX, -7, 2, 2);
    expect(KCC_P_ADD, INT64_MAX, 1, INT64_MIN);
    kcc_kval by_zero = kcc_k_prim2(k, KCC_P_DIV, kcc_k_int(k, 1), kcc_k_int(k, 0));
    assert_int_equal(k->instr[by_zero].op, KCC_K_PRIM);
}

static void test_folds_identities(void **state) {
    (void)state;
    kcc_kval x = kcc_k_run(k, KCC_RUN_BATCH), zero = kcc_k_int(k, 0), one = kcc_k_int(k, 1);
    assert_int_equal(kcc_k_prim2(k, KCC_P_ADD, x, zero), x);
    assert_int_equal(kcc_k_prim2(k, KCC_P_ADD, zero, x), x);
    assert_int_equal(kcc_k_prim2(k, KCC_P_SUB, x, zero), x);
    assert_int_equal(kcc_k_prim2(k, KCC_P_MUL, x, one), x);
    assert_int_equal(kcc_k_prim2(k, KCC_P_MUL, one, x), x);
    assert_int_equal(kcc_k_prim2(k, KCC_P_DIV, x, one), x);
    assert_int_equal(kcc_k_prim2(k, KCC_P_MUL, x, zero), zero);
    assert_int_equal(kcc_k_prim2(k, KCC_P_MUL, zero, x), zero);
    assert_int_equal(kcc_k_prim2(k, KCC_P_MOD, x, one), zero);
    assert_int_not_equal(kcc_k_prim2(k, KCC_P_SUB, zero, x), x);
    /* a register must be read where the caller asked */
    kcc_kval reg = kcc_k_reg(k, x, "r");
    kcc_kval read = kcc_k_prim2(k, KCC_P_ADD, reg, zero);
    assert_int_not_equal(read, reg);
}

static void test_splats_arguments(void **state) {
    (void)state;
    kcc_kval v = kcc_k_iota(k, (kcc_ktype){KCC_F32, 8}), lr = kcc_k_run(k, KCC_RUN_LR);
    kcc_kval two = kcc_k_const(k, (kcc_ktype){KCC_F32, 1}, 2);
    kcc_kval y = kcc_k_prim3(k, KCC_P_FMA, lr, v, two);
    const kcc_kinstr *i = &k->instr[y];
    assert_int_equal(i->type.lanes, 8);
    assert_int_equal(k->instr[i->arg[0]].op, KCC_K_SPLAT);
    assert_int_equal(i->arg[1], v);
    assert_int_equal(k->instr[i->arg[2]].op, KCC_K_CONST);
    assert_int_equal(k->instr[i->arg[2]].type.lanes, 8);
    kcc_kval less = kcc_k_prim2(k, KCC_P_LT, lr, two);
    assert_int_equal(k->instr[less].type.kind, KCC_BOOL);
    kcc_kval chosen = kcc_k_prim3(k, KCC_P_SELECT, less, v, two);
    i = &k->instr[chosen];
    assert_int_equal(i->type.kind, KCC_F32);
    for (int a = 0; a < 3; a++) assert_int_equal(k->instr[i->arg[a]].type.lanes, 8);
    assert_int_equal(k->instr[i->arg[0]].type.kind, KCC_BOOL);
    assert_int_equal(kcc_k_splat(k, v, 8), v);
    assert_int_equal(kcc_k_fold(k, KCC_P_ADD, lr), lr);
    assert_int_equal(kcc_k_convert(k, v, KCC_F32), v);
}

static void test_addresses(void **state) {
    (void)state;
    int x = kcc_kernel_param(k, "x", KCC_F32);
    kcc_kval n = kcc_k_run(k, KCC_RUN_BEGIN);
    kcc_kmem mem = {.buffer = x,
                    .offset = kcc_fixed(3),
                    .n_terms = 5,
                    .term = {{n, kcc_fixed(4)},
                             {kcc_k_int(k, 5), kcc_fixed(10)}, /* into the offset */
                             {n, {2, true}},                   /* another dim: stays */
                             {n, kcc_fixed(6)},                /* with the first */
                             {n, kcc_fixed(0)}},               /* nothing */
                    .count = KCC_KNONE,
                    .pred = KCC_KNONE};
    kcc_kval v = kcc_k_load(k, (kcc_ktype){KCC_F32, 1}, &mem);
    const kcc_kmem *m = &k->mem[k->instr[v].mem];
    assert_int_equal(m->offset.size, 53);
    assert_int_equal(m->n_terms, 2);
    assert_int_equal(m->term[0].coef.size, 10);
    assert_true(m->term[1].coef.batch);
    assert_true(k->param[x].read && !k->param[x].written);
    kcc_k_store(k, v, &mem);
    assert_true(k->param[x].written);
}

static void test_constants(void **state) {
    (void)state;
    assert_int_equal(kcc_k_int(k, 5), kcc_k_int(k, 5));
    kcc_ktype f = {KCC_F32, 1};
    assert_int_not_equal(kcc_k_const(k, f, 0.0), kcc_k_const(k, f, -0.0));
    assert_int_equal(k->instr[kcc_k_bits(k, (kcc_ktype){KCC_I32, 1}, 0x80000000u)].imm_i, INT32_MIN);
    assert_int_equal(k->instr[kcc_k_bits(k, (kcc_ktype){KCC_U32, 1}, UINT64_MAX)].imm_i, UINT32_MAX);
    assert_true((uint64_t)k->instr[kcc_k_const(k, (kcc_ktype){KCC_U64, 1}, 0x1p63)].imm_i == (uint64_t)1
                                                                                                 << 63);
    kcc_kval half = kcc_k_convert(k, kcc_k_int(k, 3), KCC_F32);
    assert_int_equal(k->instr[half].op, KCC_K_CONST);
    assert_true(k->instr[half].imm_f == 3);
}

static void test_print(void **state) {
    (void)state;
    k->doc = "y[n, j] = sum over k of x[n, k] w[k, j]";
    kcc_ktype v4 = {KCC_F32, 4};
    int x = kcc_kernel_param(k, "x", KCC_F32), w = kcc_kernel_param(k, "w", KCC_F32),
        y = kcc_kernel_param(k, "y", KCC_F32);
    kcc_kval task = kcc_k_loop(k, kcc_k_run(k, KCC_RUN_BEGIN), kcc_k_run(k, KCC_RUN_END), 1, "task");
    k->cursor = kcc_k_body(k, task);
    kcc_kval three = kcc_k_int(k, 3);
    kcc_kval row = kcc_k_prim2(k, KCC_P_DIV, task, three), col = kcc_k_prim2(k, KCC_P_MOD, task, three);
    kcc_kval acc[2];
    for (int a = 0; a < 2; a++) acc[a] = kcc_k_reg(k, kcc_k_const(k, v4, 0), "acc");
    kcc_kval in = kcc_k_loop(k, kcc_k_int(k, 0), kcc_k_int(k, 8), 2, "k");
    int outer = k->cursor;
    k->cursor = kcc_k_body(k, in);
    kcc_kmem mem = {.buffer = x,
                    .n_terms = 2,
                    .term = {{row, kcc_fixed(8)}, {in, kcc_fixed(1)}},
                    .lane_stride = kcc_fixed(1),
                    .count = KCC_KNONE,
                    .pred = KCC_KNONE};
    kcc_k_prefetch(k, KCC_F32, &mem);
    kcc_kval xv = kcc_k_load(k, (kcc_ktype){KCC_F32, 1}, &mem);
    mem.buffer = w;
    mem.term[0].var = in;
    mem.term[0].coef = kcc_fixed(12);
    mem.term[1].var = kcc_k_prim2(k, KCC_P_ADD, col, kcc_k_int(k, 1));
    mem.term[1].coef = kcc_fixed(-4);
    mem.lane_stride = (kcc_dim){2, true};
    mem.count = kcc_k_prim2(k, KCC_P_SUB, kcc_k_int(k, 10), col);
    kcc_kval wv = kcc_k_load(k, v4, &mem);
    kcc_k_set(k, acc[0], kcc_k_prim3(k, KCC_P_FMA, xv, wv, acc[0]));
    k->cursor = outer;
    kcc_kval positive = kcc_k_if(k, kcc_k_prim2(k, KCC_P_LT, kcc_k_int(k, 0), row));
    k->cursor = kcc_k_body(k, positive);
    kcc_k_set(k, acc[1], acc[0]);
    k->cursor = outer;
    mem = (kcc_kmem){.buffer = y,
                     .offset = {7, true},
                     .n_terms = 1,
                     .term = {{row, {1, true}}},
                     .lane_stride = kcc_fixed(1),
                     .count = KCC_KNONE,
                     .pred = KCC_KNONE};
    kcc_kval shared = kcc_k_prim2(k, KCC_P_MUL, acc[1], kcc_k_prim1(k, KCC_P_EXP, acc[1]));
    kcc_k_store(k, shared, &mem);
    mem.offset.size = -7;
    kcc_k_store(k, shared, &mem);
    k->cursor = 0;
    kcc_k_fault(k, kcc_k_const(k, (kcc_ktype){KCC_BOOL, 1}, 1), 2, kcc_k_int(k, 1), kcc_k_int(k, 2),
                kcc_k_int(k, 3), kcc_k_int(k, 4));
    kcc_text out = {0};
    assert_int_equal(kcc_kernel_verify(k, &out), 0);
    kcc_kernel_print(k, &out);
    assert_string_equal(
        out.data,
        "kernel test(read f32 x, read f32 w, write f32 y)  // y[n, j] = sum over k of x[n, k] w[k, j]\n"
        "  for task = begin .. end\n"
        "    v0 = task / 3\n"
        "    v1 = task % 3\n"
        "    acc0 : f32x4 = 0.0\n"
        "    acc1 : f32x4 = 0.0\n"
        "    for k = 0 .. 8 step 2\n"
        "      prefetch x[8 * v0 + k]\n"
        "      v2 = load f32 x[8 * v0 + k]\n"
        "      v3 = load f32x4 w[12 * k - 4 * (v1 + 1), stride 2 * N, count 10 - v1]\n"
        "      acc0 := fma(splat f32x4(v2), v3, acc0)\n"
        "    v4 = 0 < v0\n"
        "    if v4\n"
        "      acc1 := acc0\n"
        "    v5 = exp(acc1)\n"
        "    v6 = acc1 * v5\n"
        "    y[N * v0 + 7 * N] = v6\n"
        "    y[N * v0 - 7 * N] = v6\n"
        "  fault if true: input 2, sample 1, position 2, value 3, limit 4\n");
    kcc_text again = {0};
    kcc_kernel_print(k, &again);
    assert_string_equal(again.data, out.data);
    kcc_text_free(&again);
    kcc_text_free(&out);
}

/* A value read from a register keeps its place; names never meet; long docs get lines of their own. */
static void test_print_names(void **state) {
    (void)state;
    k->doc = "first line\nsecond line";
    kcc_kernel_param(k, "i", KCC_I64);
    kcc_kval reg = kcc_k_reg(k, kcc_k_run(k, KCC_RUN_BATCH), "v0");
    kcc_kval before = kcc_k_prim2(k, KCC_P_ADD, reg, kcc_k_int(k, 1));
    kcc_k_set(k, reg, kcc_k_int(k, -5));
    kcc_kval a = kcc_k_run(k, KCC_RUN_STEP);
    kcc_kval sum = kcc_k_prim2(k, KCC_P_SUB, before, kcc_k_prim2(k, KCC_P_SUB, a, kcc_k_int(k, 2)));
    kcc_kmem mem = {.buffer = 0, .count = KCC_KNONE, .pred = KCC_KNONE};
    kcc_k_store(k, sum, &mem);
    for (int n = 0; n < 2; n++) {
        kcc_kval loop = kcc_k_loop(k, kcc_k_int(k, 0), kcc_k_int(k, 2), 1, n ? "i" : NULL);
        k->cursor = kcc_k_body(k, loop);
        kcc_k_store(k, loop, &mem);
        k->cursor = 0;
    }
    kcc_text out = {0};
    kcc_kernel_print(k, &out);
    assert_string_equal(out.data, "kernel test(write i64 i)\n"
                                  "  // first line\n"
                                  "  // second line\n"
                                  "  v0_0 : i64 = N\n"
                                  "  v0 = v0_0 + 1\n"
                                  "  v0_0 := -5\n"
                                  "  i[0] = v0 - (step - 2)\n"
                                  "  for i0 = 0 .. 2\n"
                                  "    i[0] = i0\n"
                                  "  for i1 = 0 .. 2\n"
                                  "    i[0] = i1\n");
    kcc_text_free(&out);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(test_prim_table),
                                       TEST(test_folds_constants),
                                       TEST(test_folds_identities),
                                       TEST(test_splats_arguments),
                                       TEST(test_addresses),
                                       TEST(test_constants),
                                       TEST(test_print),
                                       TEST(test_print_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
