/* Nodes, shapes, results and the first failure of a graph. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "graph_check.h"

static void test_shape_text(void **state) {
    (void)state;
    char text[64], tiny[6];
    kcc_shape s = SHAPE(N, F(28), {28, true});
    assert_string_equal(kcc_shape_text(&s, text, sizeof text), "[N, 28, 28N]");
    assert_string_equal(kcc_shape_text(&(kcc_shape){0}, text, sizeof text), "[]");
    assert_string_equal(kcc_shape_text(&s, tiny, sizeof tiny), "[N, 2");
}

static void test_count(void **state) {
    (void)state;
    kcc_dim count;
    kcc_shape s = SHAPE(F(3), {2, true}, F(5));
    assert_true(kcc_shape_count(&s, &count) && count.size == 30 && count.batch);
    s = SHAPE(N, N);
    assert_false(kcc_shape_count(&s, &count));
    s = SHAPE(F(INT64_MAX / 2), F(3));
    assert_false(kcc_shape_count(&s, &count));
    s = SHAPE(F(INT64_MAX / 2));
    assert_false(kcc_shape_count(&s, &count)); /* its bytes would overflow */
}

static void test_bad_shapes_fail(void **state) {
    (void)state;
    const struct {
        kcc_shape shape;
        kcc_status status;
        const char *message;
    } cases[] = {
        {SHAPE(F(0)), KCC_ESHAPE, "input would have shape [0]: every extent must be at least 1"},
        {SHAPE(F(-3)), KCC_ESHAPE, "input would have shape [-3]: every extent must be at least 1"},
        {SHAPE(N, N), KCC_EUNSUPPORTED,
         "input would have shape [N, N]: the batch size may occur in one axis only"},
        {{.rank = 9}, KCC_EUNSUPPORTED, "input would have 9 axes; at most 8 are supported"},
        {SHAPE(F(INT64_MAX), F(2)), KCC_ENOMEM,
         "input would have shape [9223372036854775807, 2]: too many elements"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kcc_graph *g = check_graph();
        assert_ptr_equal(kcc_input(g, 0, KCC_F32, &cases[i].shape), g->dummy);
        check_failed(g, cases[i].status, cases[i].message);
        check_free(g);
    }
}

static void test_first_failure_is_kept(void **state) {
    (void)state;
    kcc_graph *g = check_graph();
    kcc_shape s = SHAPE(N, F(3)), t = SHAPE(N, F(4));
    g->where = "m.json: $.layers[1]";
    kcc_node *a = kcc_input(g, 0, KCC_F32, &s), *b = kcc_input(g, 1, KCC_F32, &t);
    kcc_node *bad = kcc_add(g, a, b);
    assert_ptr_equal(bad, g->dummy);
    g->where = "elsewhere";
    kcc_graph_fail(g, KCC_EINVAL, "a hint", "second");
    assert_ptr_equal(kcc_mul(g, bad, a), g->dummy);
    assert_ptr_equal(kcc_matmul(g, bad, bad), g->dummy);
    assert_ptr_equal(kcc_mean(g, bad, 1, true), g->dummy);
    kcc_graph_result(g, KCC_RESULT_OUTPUT, 0, bad);
    check_failed(g, KCC_ESHAPE, "shapes [N, 3] and [N, 4] cannot be added");
    assert_string_equal(g->error.location, "m.json: $.layers[1]");
    assert_int_equal(g->n_nodes, 2);
    assert_int_equal(g->n_results, 0);
    check_free(g);
}

static void test_inputs_must_be_of_the_graph(void **state) {
    (void)state;
    kcc_graph *g = check_graph(), *other = kcc_graph_create(g->arena);
    kcc_node *foreign = kcc_scalar(other, 1);
    kcc_node_create(g, KCC_OP_NEG, 1, &foreign, NULL);
    check_failed(g, KCC_EINVAL, "input 0 of neg is missing or not of this graph");
    kcc_graph *third = kcc_graph_create(g->arena);
    kcc_node *one = kcc_scalar(third, 1);
    kcc_node_create(third, KCC_OP_ADD, 1, &one, NULL);
    check_failed(third, KCC_EINVAL, "add cannot have 1 inputs");
    check_free(g);
}

static void test_attributes_must_be_those_of_the_row(void **state) {
    (void)state;
    kcc_graph *g = check_graph();
    kcc_node *a = kcc_input(g, 0, KCC_F32, &SHAPE(F(3)));
    kcc_attrs attrs = {.n_i = 1, .i = {0}};
    assert_ptr_equal(kcc_node_create(g, KCC_OP_SLICE, 1, &a, &attrs), g->dummy);
    check_failed(g, KCC_EINVAL, "slice needs the attributes \"axis:i start:i count:i step:i\"");
    check_free(g);
}

static void test_given_shape_must_be_the_inferred_one(void **state) {
    (void)state;
    kcc_graph *g = check_graph();
    kcc_node *a = kcc_input(g, 0, KCC_F32, &SHAPE(N, F(3)));
    kcc_node_shaped(g, KCC_OP_NEG, KCC_F32, &SHAPE(N), 1, &a, NULL);
    check_failed(g, KCC_ESHAPE, "neg gives f32[N, 3], not f32[N]");
    check_free(g);
}

static void test_needed(void **state) {
    (void)state;
    kcc_graph *g = check_parse("%0 = step f32[]\n%1 = exp f32[] %0\n%2 = neg f32[] %0\nvalue 0 %2\n");
    bool *needed = kcc_graph_needed(g);
    assert_true(needed[0] && !needed[1] && needed[2]);
    check_free(g);
}

static void test_copy(void **state) {
    (void)state;
    static const char *const text = "%0 = input f32[N, 2] index=0 # x\n"
                                    "%1 = tensor f32[2, 3] data=[1.0,2.0,3.0,4.0,5.0,6.0] # w\n"
                                    "%2 = contract f32[N, 3] %0 %1 spec=mk,kn->mn # w\n"
                                    "output 0 %2\n";
    kcc_graph *g = check_parse(text), *again;
    kcc_text before = {0}, after = {0};
    kcc_graph_print(g, &before);
    kcc_arena *arena = kcc_arena_create();
    g->where = "layers[3]";
    again = kcc_graph_copy(arena, g);
    assert_ptr_not_equal(again->node[1]->attr.data, g->node[1]->attr.data);
    check_free(g); /* nothing of it is shared */
    kcc_graph_print(again, &after);
    assert_string_equal(before.data, after.data);
    assert_int_equal(kcc_graph_verify(again, &after), 0);
    assert_string_equal(again->where, "layers[3]");
    kcc_text_free(&before);
    kcc_text_free(&after);
    kcc_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape_text),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_bad_shapes_fail),
        cmocka_unit_test(test_first_failure_is_kept),
        cmocka_unit_test(test_inputs_must_be_of_the_graph),
        cmocka_unit_test(test_attributes_must_be_those_of_the_row),
        cmocka_unit_test(test_given_shape_must_be_the_inferred_one),
        cmocka_unit_test(test_needed),
        cmocka_unit_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
