/*
 * json_tree: Infinity, -Infinity and NaN of Python's JSON, read, refused where they are no numbers, written again.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

/* text read and written; want NULL: it is no JSON, and stop is how far it was read. */
static void again(const char *text, const char *want, size_t stop) {
    size_t end;
    cJSON *tree = kcc_json_tree(text, &end);
    if (!want) {
        if (tree) fail_msg("%s was read", text);
        if (end != stop) fail_msg("%s: read up to %zu, not %zu", text, end, stop);
        return;
    }
    if (!tree) fail_msg("%s: not read", text);
    for (int round = 0; round < 2; round++) { /* the tree stays what it was */
        char *printed = kcc_json_tree_text(tree);
        assert_string_equal(printed, want);
        cJSON_free(printed);
    }
    cJSON_Delete(tree);
}

static void words(void **state) {
    (void)state;
    again("{\"a\": Infinity, \"b\": [-Infinity,\tNaN ,1],\n\"c\":NaN}",
          "{\"a\":Infinity,\"b\":[-Infinity,NaN,1],\"c\":NaN}", 0);
    again("NaN", "NaN", 0);
    again("-Infinity", "-Infinity", 0);
    again("1e400", "Infinity", 0); /* as Python reads it */
    again("[\"NaN\", \"a\\\", Infinity, NaN\", \"-Infinity\", \"\\\\\", NaN]",
          "[\"NaN\",\"a\\\", Infinity, NaN\",\"-Infinity\",\"\\\\\",NaN]", 0);
    again("{\"NaN\":\"\",\"Infinity\":null}", "{\"NaN\":\"\",\"Infinity\":null}", 0);
    cJSON *tree = kcc_json_tree("[Infinity, NaN, -Infinity]", NULL);
    assert_true(cJSON_IsNumber(tree->child) && tree->child->valuedouble == INFINITY);
    assert_true(cJSON_IsNumber(tree->child->next) && isnan(tree->child->next->valuedouble));
    assert_true(tree->child->next->next->valuedouble == -INFINITY);
    cJSON_Delete(tree);
}

static void no_words(void **state) {
    (void)state;
    again("[-NaN]", NULL, 1);
    again("[+Infinity]", NULL, 1);
    again("[1Infinity]", NULL, 2);
    again("[Infinityx]", NULL, 9);
    again("[Nan]", NULL, 1);
    again("[infinity]", NULL, 1);
    again("{NaN: 1}", NULL, 2);
    again("{\"a\": 1, NaN : 1}", NULL, 10);
    again("{Infinity: 1}", NULL, 2);
    again("[NaN, Infinity", NULL, 14);
    again("[NaN, \"Infinity", NULL, 7);
    again("[NaN, NaN NaN]", NULL, 10);
    again("[\"\\", NULL, 2);
}

/* Places in messages are those of the text; a NaN is taken where one can mean something, and nowhere else. */
static void cursors(void **state) {
    (void)state;
    jmp_buf point;
    char text[1100];
    kcc_error error = {0};
    kcc_arena *arena = kcc_arena_create();
    if (setjmp(point)) fail();
    kcc_arena_recover(arena, &point);
    assert_null(kcc_json_parse(arena, "{\"a\": NaN,\n \"b\": [Infinity, nul]}", "f.json", &error));
    assert_string_equal(kcc_error_text(&error, text, sizeof text),
                        "f.json:2:18: not JSON (expected the text of model.to_json())");
    kcc_document *doc = kcc_json_parse(arena, "{\"a\": NaN, \"b\": -Infinity}", "f.json", &error);
    kcc_cursor a = kcc_json_get(kcc_json_root(doc), "a"), b = kcc_json_get(kcc_json_root(doc), "b");
    assert_true(kcc_json_number(b, 0) == -INFINITY);
    assert_true(isnan(kcc_json_number_or_nan(a, 0)));
    assert_string_equal(kcc_json_print(kcc_json_root(doc)), "{\"a\":NaN,\"b\":-Infinity}");
    assert_true(kcc_json_ok(a));
    assert_true(kcc_json_number(a, 3) == 3);
    assert_string_equal(kcc_error_text(&doc->error, text, sizeof text),
                        "f.json: $.a: NaN is no value for this");
    memset(&doc->error, 0, sizeof doc->error);
    assert_int_equal(kcc_json_int(b, 3, 0, 9), 3);
    assert_string_equal(kcc_error_text(&doc->error, text, sizeof text),
                        "f.json: $.b: -Infinity has the wrong type (expected a whole number)");
    kcc_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(no_words),
                                       cmocka_unit_test(cursors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
