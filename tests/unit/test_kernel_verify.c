/*
 * The verifier: a good kernel passes; each way of breaking it is found and named.
 */
#include "kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A kernel with one of everything, and where things are in it. */
typedef struct sample {
    kcc_kernel *k;
    kcc_kval loop, load, add, less, select, reg, set, branch, inner, store, fold, splat, lane, convert, cast,
        fault, constant, iota, field, prefetch;
} sample;

static sample make(kcc_arena *arena) {
    sample s = {.k = kcc_kernel_create(arena, "sample")};
    kcc_kernel *k = s.k;
    kcc_kernel_param(k, "x", KCC_F32);
    kcc_kernel_param(k, "y", KCC_F32);
    s.field = kcc_k_run(k, KCC_RUN_BEGIN);
    s.constant = kcc_k_bits(k, (kcc_ktype){KCC_I32, 4}, 7);
    s.iota = kcc_k_iota(k, (kcc_ktype){KCC_I32, 4});
    kcc_kval n = kcc_k_run(k, KCC_RUN_END);
    s.reg = kcc_k_reg(k, kcc_k_const(k, (kcc_ktype){KCC_F32, 4}, 0), "r");
    s.loop = kcc_k_loop(k, s.field, n, 1, "i");
    k->cursor = kcc_k_body(k, s.loop);
    kcc_kmem mem = {.buffer = 0,
                    .n_terms = 1,
                    .term = {{s.loop, kcc_fixed(4)}},
                    .lane_stride = kcc_fixed(1),
                    .count = n,
                    .pred = KCC_KNONE};
    s.load = kcc_k_load(k, (kcc_ktype){KCC_F32, 4}, &mem);
    s.add = kcc_k_prim2(k, KCC_P_ADD, s.load, s.reg);
    s.less = kcc_k_prim2(k, KCC_P_LT, s.load, s.add);
    s.select = kcc_k_prim3(k, KCC_P_SELECT, s.less, s.load, s.add);
    kcc_k_set(k, s.reg, s.select);
    s.set = k->n_instr - 1;
    s.fold = kcc_k_fold(k, KCC_P_ADD, s.load);
    s.lane = kcc_k_lane(k, s.load, 3);
    s.splat = kcc_k_splat(k, s.fold, 4);
    s.convert = kcc_k_convert(k, s.load, KCC_F64);
    s.cast = kcc_k_bitcast(k, s.load, KCC_I32);
    kcc_kval any = kcc_k_fold(k, KCC_P_OR, s.less);
    s.branch = kcc_k_if(k, any);
    k->cursor = kcc_k_body(k, s.branch);
    s.inner = kcc_k_prim1(k, KCC_P_NEG, s.select);
    mem.buffer = 1;
    mem.pred = any;
    kcc_kmem soon = mem;
    soon.pred = KCC_KNONE;
    soon.buffer = 0;
    soon.count = KCC_KNONE;
    kcc_k_prefetch(k, KCC_F32, &soon);
    s.prefetch = k->n_instr - 1;
    kcc_k_store(k, s.inner, &mem);
    s.store = k->n_instr - 1;
    kcc_k_fault(k, any, 0, s.loop, s.loop, s.loop, n);
    s.fault = k->n_instr - 1;
    k->cursor = 0;
    return s;
}

static void test_good(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    sample s = make(arena);
    kcc_text out = {0};
    if (kcc_kernel_verify(s.k, &out) != 0) fail_msg("%s", out.data);
    assert_null(out.data);
    kcc_arena_free(arena);
}

enum { BREAKS = 45 };

/* Breaks the sample in one way; returns a part of the message. */
static const char *break_it(sample *s, int way) {
    kcc_kernel *k = s->k;
    kcc_kinstr *i = k->instr;
    kcc_kmem *from = &k->mem[i[s->load].mem], *to = &k->mem[i[s->store].mem];
    switch (way) {
    case 0: i[s->add].arg[0] = KCC_KNONE; return "argument 0 is missing";
    case 1: i[s->add].arg[0] = k->n_instr; return "argument 0 is missing";
    case 2: i[s->add].arg[2] = s->load; return "given but not used";
    case 3: i[s->add].arg[1] = s->select; return "is not defined here";
    case 4: i[s->set].arg[1] = s->inner; return "is not defined here";
    case 5: i[s->add].arg[1] = s->iota; return "argument 1 has another kind";
    case 6: i[s->add].type.lanes = 8; return "the result has not the type";
    case 7: i[s->less].type.kind = KCC_F32; return "the result has not the type";
    case 8: i[s->select].arg[0] = s->load; return "argument 0 has another kind";
    case 9: i[s->add].prim = KCC_P_AND; return "not defined for this kind";
    case 10: i[s->add].prim = KCC_P_MULHI; return "not defined for this kind";
    case 11: i[s->add].prim = KCC_PRIM_COUNT; return "no such primitive";
    case 12: i[s->set].arg[0] = s->load; return "argument 0 is no register";
    case 13: i[s->set].arg[1] = s->iota; return "the value has not the type of the register";
    case 14: i[s->fold].prim = KCC_P_SUB; return "not a primitive to fold with";
    case 15: i[s->fold].prim = KCC_P_AND; return "not defined for this kind";
    case 16: i[s->fold].type.lanes = 4; return "not one lane";
    case 17: i[s->lane].imm_i = 4; return "lane 4 of 4";
    case 18: i[s->lane].type.kind = KCC_I32; return "not one lane";
    case 19: i[s->splat].arg[0] = s->load; return "not a scalar to a vector";
    case 20: i[s->convert].type.lanes = 1; return "lanes change from 4 to 1";
    case 21: i[s->cast].type.kind = KCC_I64; return "have not the same bits";
    case 22: i[s->loop].imm_i = 0; return "the step is not positive";
    case 23: i[s->loop].arg[1] = s->reg; return "the end is no i64 scalar";
    case 24: i[s->branch].arg[0] = s->less; return "the condition is no bool scalar";
    case 25: i[s->branch].body = i[s->loop].body; return "is a body twice";
    case 26: i[s->branch].body = 0; return "no body";
    case 27: i[s->branch].body = k->n_blocks; return "no body";
    case 28: i[s->load].mem = k->n_mem; return "no address";
    case 29: from->buffer = 2; return "no such parameter";
    case 30: from->buffer = 1; return "is not marked as read";
    case 31: to->buffer = 0; return "is not marked as written";
    case 32: k->param[0].kind = KCC_I32; return "parameter 'x' has another kind";
    case 33: from->n_terms = KCC_KTERMS + 1; return "terms in the address";
    case 34: from->term[0].var = s->less; return "a variable of the address";
    case 35: to->pred = s->loop; return "pred is no bool scalar";
    case 36: to->count = s->load; return "count is no i64 scalar";
    case 37: i[s->fault].arg[3] = s->load; return "value is no i64 scalar";
    case 38: i[s->constant].imm_i = (int64_t)1 << 31; return "does not fit";
    case 39: i[s->field].type.kind = KCC_U64; return "the field has another type";
    case 40: i[s->iota].type.lanes = 3; return "no such type";
    case 41: k->block[0].instr[1] = k->block[0].instr[0]; return "in a block already";
    case 42: k->param[1].name = "x"; return "two parameters are named 'x'";
    case 43: i[s->prefetch].type.lanes = 4; return "a prefetch is of one element";
    default: i[s->add].op = KCC_KOP_COUNT; return "no such operation";
    }
}

static void test_broken(void **state) {
    (void)state;
    for (int way = 0; way < BREAKS; way++) {
        kcc_arena *arena = kcc_arena_create();
        sample s = make(arena);
        const char *part = break_it(&s, way);
        kcc_text out = {0};
        int found = kcc_kernel_verify(s.k, &out);
        if (found < 1 || !out.data || !strstr(out.data, part))
            fail_msg("way %d: wanted '%s', found %d: %s", way, part, found, out.data ? out.data : "");
        int lines = 0;
        for (const char *p = out.data; *p; p++) lines += *p == '\n';
        assert_int_equal(lines, found);
        kcc_text_free(&out);
        kcc_arena_free(arena);
    }
}

/* A loop's variable has no value behind the loop. */
static void test_loop_variable_ends(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    sample s = make(arena);
    kcc_k_prim1(s.k, KCC_P_NEG, s.loop);
    assert_int_equal(kcc_kernel_verify(s.k, NULL), 1);
    kcc_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_broken),
                                       cmocka_unit_test(test_loop_variable_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
