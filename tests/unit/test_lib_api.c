/*
 * The header and C text of generated libraries: what a user reads, for one and for several inputs, for names
 * no comment or identifier could hold.
 */
#include "backend_model.h"
#include "llvm.h"

#include <stdio.h>

static void compiles(const char *text, const char *options) {
    char path[] = "/tmp/kcc-api-XXXXXX.c", command[400];
    int fd = mkstemps(path, 2);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    fputs(text, f);
    fclose(f);
    snprintf(command, sizeof command, "%s -Wall -Wextra -Wpedantic -Werror -fsyntax-only %s %s",
             getenv("CC") ? getenv("CC") : "cc", options, path);
    int status = system(command);
    remove(path);
    if (status) fail_msg("does not compile:\n%s", text);
}

static void test_header(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    kcc_text h = {0}, glue = {0}, list = {0};
    kcc_module *m = model_module(arena, "tiny", 10, true);
    kcc_library_header(m, &h);
    kcc_library_glue(m, "kcc_descriptor", &glue);
    kcc_library_exports(m, &list);
    assert_non_null(strstr(
        h.data,
        "int tiny_predict(tiny_model *model, int64_t n, const float *x, float *y, tiny_error *error);"));
    assert_non_null(strstr(h.data, "input   x  float [n, 1]  input\n"));
    assert_non_null(strstr(h.data, "weight  dense/1  float [10]  bias\n"));
    assert_non_null(strstr(h.data, "#ifndef TINY_H"));
    assert_null(strstr(h.data, "#include \""));
    assert_non_null(strstr(list.data, "tiny_fit; "));
    assert_non_null(strstr(list.data, "local: *;"));
    /* a rate below 0 or NaN goes to the check of the runtime, too */
    assert_non_null(strstr(glue.data, "if (g->learning_rate != 0 && kcc_session_set_learning_rate("));
    compiles(h.data, "-std=c99");
    compiles(h.data, "-x c++ -fsyntax-only");
    compiles(glue.data, "-std=c11");
    kcc_text_free(&h);
    kcc_text_free(&glue);
    kcc_text_free(&list);
    kcc_arena_free(arena);
}

static void test_several(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    kcc_text h = {0}, glue = {0};
    kcc_module *m = model_module(arena, "tiny", 0, true);
    kcc_tensor in[3] = {m->program.inputs[0], m->program.inputs[0], m->program.inputs[0]};
    in[0].name = "left-1";
    in[1].name = "left/1";
    in[2].name = "*/ int evil; /*";
    in[2].dtype = KCC_I32;
    in[2].rank = 3;
    in[2].dim[1].size = 28;
    in[2].dim[2].size = 3;
    kcc_tensor out[2] = {m->program.outputs[0], m->program.outputs[0]},
               target[2] = {m->program.targets[0], m->program.targets[0]};
    out[0].name = "a";
    out[1].name = "b";
    target[0].rank = -1;
    target[1].sparse_target = true;
    target[1].dtype = KCC_I64;
    m->program.inputs = in;
    m->program.n_inputs = 3;
    m->program.outputs = out;
    m->program.targets = target;
    m->program.n_outputs = 2;
    m->program.name = "a */ b";
    kcc_library_header(m, &h);
    kcc_library_glue(m, "kcc_descriptor", &glue);
    assert_non_null(
        strstr(h.data, "const float *x_left_1_0, const float *x_left_1_1, const int32_t *x____int_evil____"));
    assert_non_null(strstr(h.data, "float *y_a, float *y_b"));
    assert_non_null(strstr(h.data, "const int64_t *y_b, const tiny_fit_options *options"));
    assert_non_null(strstr(h.data, "int32_t [n, 28, 3]"));
    assert_non_null(strstr(h.data, "class indices"));
    compiles(h.data, "-std=c99");
    compiles(glue.data, "-std=c11");
    kcc_text_free(&h);
    kcc_text_free(&glue);
    kcc_arena_free(arena);
}

static void test_predict_only(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    kcc_text h = {0}, glue = {0};
    kcc_module *m = model_module(arena, "tiny", 0, false);
    kcc_library_header(m, &h);
    kcc_library_glue(m, "kcc_descriptor", &glue);
    assert_non_null(strstr(h.data, "it predicts only"));
    compiles(glue.data, "-std=c11");
    kcc_text_free(&h);
    kcc_text_free(&glue);
    kcc_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_header), cmocka_unit_test(test_several),
                                       cmocka_unit_test(test_predict_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
