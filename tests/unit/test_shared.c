/*
 * Shared libraries, from module to a program that calls them: predict, fit, evaluate, save and load, two of
 * them in one process; what they export and need; failures of the compiler they are linked by.
 *
 * The runtime's archive is named by the environment variable KCC_RUNTIME_LIBRARY.
 */
#include "backend_model.h"
#include "llvm.h"

#include <dlfcn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];

static int create_folder(void **state) {
    (void)state;
    return kcc_temporary_create(folder, NULL) != KCC_OK;
}

static int remove_folder(void **state) {
    (void)state;
    kcc_temporary_remove(folder);
    return access(folder, F_OK) == 0;
}

static const char *in_folder(const char *name) {
    static char path[4][300];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

static kcc_status make(const char *name, const char *file, const char *header, int64_t weights, bool train,
                       kcc_error *error) {
    const char *runtime = getenv("KCC_RUNTIME_LIBRARY");
    if (!runtime) fail_msg("KCC_RUNTIME_LIBRARY is not set");
    kcc_arena *arena = kcc_arena_create();
    kcc_target target = {0};
    assert_int_equal(kcc_target_resolve(&target, NULL, NULL, NULL), KCC_OK);
    kcc_status status = kcc_emit_shared(model_module(arena, name, weights, train), &target, runtime,
                                        in_folder(file), header ? in_folder(header) : NULL, error);
    kcc_arena_free(arena);
    return status;
}

static void make_good(const char *name, const char *file, const char *header, int64_t weights, bool train) {
    kcc_error error = {0};
    if (make(name, file, header, weights, train, &error)) fail_msg("%s", error.message);
}

/* A program as a user writes it, linked to two libraries. */
static const char program[] =
    "#include \"one.h\"\n#include \"two.h\"\n#include <stdio.h>\n#include <string.h>\n"
    "#define CHECK(x) do { if (!(x)) { printf(\"line %d: %s %s\\n\", __LINE__, #x, e.message); return 1; } } "
    "while (0)\n"
    "int main(int argc, char **argv) {\n"
    "    (void)argc;\n"
    "    one_model *m = NULL; two_model *t = NULL; one_error e = {0}; two_error e2 = {0};\n"
    "    float x[64], y[64], to[64], result[ONE_RESULTS]; double loss[5] = {0};\n"
    "    for (int i = 0; i < 64; i++) { x[i] = (float)(i % 8) / 8; to[i] = 3 * x[i]; }\n"
    "    CHECK(one_create(&(one_options){.seed = 1, .threads = 2}, &m, &e) == 0);\n"
    "    CHECK(two_create(NULL, &t, NULL) == 0);\n"
    "    CHECK(one_predict(m, 64, x, y, &e) == 0 && y[1] == 0.5f * x[1] && y[63] == 0.5f * x[63]);\n"
    "    CHECK(one_fit(m, 64, x, to, &(one_fit_options){.epochs = 5, .batch_size = 10, .loss = loss}, &e) == "
    "0);\n"
    "    CHECK(loss[4] > 0 && loss[4] < loss[0]);\n"
    "    CHECK(one_evaluate(m, 64, x, to, result, &e) == 0 && result[0] < loss[0]);\n"
    "    CHECK(one_save(m, argv[1], &e) == 0);\n"
    "    int64_t n = 0; float *w = one_weight(m, \"dense/0\", &n);\n"
    "    CHECK(w && n == 1 && w[0] > 0.5f); float kept = w[0]; w[0] = 7;\n"
    "    CHECK(one_load(m, argv[1], 0, &e) == 0 && w[0] == kept);\n"
    "    CHECK(two_predict(t, 2, x, y, &e2) == 0 && y[1] == 0.5f * x[1]);\n"
    "    CHECK(two_fit(t, 2, x, NULL, &e2) == 6 && strstr(e2.message, \"predicts only\"));\n"
    "    w = two_weight(t, \"dense/1\", &n); CHECK(w && n == 100000);\n"
    "    CHECK(one_weight(m, \"dense/1\", NULL) == NULL);\n"
    "    CHECK(one_load(m, \"/no/such/file\", 0, &e) != 0 && strstr(e.message, \"/no/such/file\"));\n"
    "    CHECK(one_predict(m, 0, x, y, &e) == 1);\n"
    "    CHECK(one_predict(m, 1, NULL, y, &e) == 1 && strcmp(e.message, \"x is NULL\") == 0);\n"
    "    one_free(m); two_free(t); one_free(NULL);\n    return 0;\n}\n";

static int command(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int command(const char *format, ...) {
    char text[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return system(text);
}

static void test_program(void **state) {
    (void)state;
    const char *cc = getenv("CC") ? getenv("CC") : "cc";
    make_good("one", "libone.so", "one.h", 0, true);
    make_good("two", "libtwo.so", "two.h", 100000, false);
    assert_int_equal(kcc_file_write(in_folder("main.c"), program, strlen(program), NULL), KCC_OK);
    assert_int_equal(
        command("cd %s && %s -std=c11 -Wall -Wextra -Werror main.c -o main -L. -lone -ltwo -Wl,-rpath,%s",
                folder, cc, folder),
        0);
    assert_int_equal(command("cd %s && ./main w.safetensors", folder), 0);
    /* exports the API and nothing else; needs libc, libm and OpenMP */
    assert_int_equal(
        command("test \"$(nm -D --defined-only %s/libone.so | grep -vcE ' (one_|kcc_library_program)')\" = 0",
                folder),
        0);
    assert_int_equal(command("test \"$(readelf -d %s/libone.so | grep NEEDED | grep -vcE "
                             "'libc\\.|libm\\.|libgomp|libomp')\" = 0",
                             folder),
                     0);
    assert_int_equal(command("test -z \"$(ls %s | grep -E '\\.so\\.')\"", folder), 0);
}

/* Opened side by side, by the name all libraries share. */
static void test_two(void **state) {
    (void)state;
    void *library[2];
    const kcc_program *p[2];
    static const char *const names[] = {"one", "two"}, *const files[] = {"libone.so", "libtwo.so"};
    for (int i = 0; i < 2; i++) {
        make_good(names[i], files[i], NULL, i * 10, i == 0);
        library[i] = dlopen(in_folder(files[i]), RTLD_NOW | RTLD_LOCAL);
        if (!library[i]) fail_msg("%s", dlerror());
        void *symbol = dlsym(library[i], "kcc_library_program");
        const kcc_program *(*get)(void);
        memcpy(&get, &symbol, sizeof get);
        p[i] = get();
        assert_string_equal(p[i]->name, names[i]);
    }
    assert_int_equal(p[0]->n_weights, 1);
    assert_int_equal(p[1]->n_weights, 2);
    for (int i = 0; i < 2; i++) dlclose(library[i]);
}

static void test_failures(void **state) {
    (void)state;
    kcc_error error = {0};
    char *old = getenv("CC") ? strdup(getenv("CC")) : NULL;
    assert_int_equal(kcc_file_write(in_folder("kept.so"), "old", 3, NULL), KCC_OK);
    setenv("CC", "no-such-compiler -m64", 1);
    assert_int_equal(make("one", "kept.so", NULL, 0, true, &error), KCC_EIO);
    assert_non_null(strstr(error.message, "cannot run the C compiler \"no-such-compiler\""));
    assert_non_null(strstr(error.hint, "CC"));
    setenv("CC", "cc -fno-such-option-at-all", 1);
    error = (kcc_error){0};
    assert_int_equal(make("one", "kept.so", NULL, 0, true, &error), KCC_EIO);
    assert_non_null(strstr(error.message, "no-such-option-at-all"));
    assert_null(strchr(error.message, '\n'));
    /* of what a compiler says, the first error, not how it came there */
    static const char fake[] =
        "#!/bin/sh\nprintf '%s\\n' 'In file included from /a.h:1,' '        from b.c:2:' 'c.h:3: warning: "
        "odd' "
        "'c.h:4:2: fatal error: d.h: No such file' 'x.c:9: error: later' >&2\nexit 1\n";
    assert_int_equal(kcc_file_write(in_folder("fakecc"), fake, strlen(fake), NULL), KCC_OK);
    assert_int_equal(command("chmod +x %s/fakecc", folder), 0);
    setenv("CC", in_folder("fakecc"), 1);
    error = (kcc_error){0};
    assert_int_equal(make("one", "kept.so", NULL, 0, true, &error), KCC_EIO);
    assert_non_null(strstr(error.message, "\" failed: c.h:4:2: fatal error: d.h: No such file"));
    setenv("CC", "false", 1);
    error = (kcc_error){0};
    assert_int_equal(make("one", "kept.so", NULL, 0, true, &error), KCC_EIO);
    assert_string_equal(error.message, "the C compiler \"false\" failed and said nothing: is it one?");
    assert_string_equal(error.hint, "name a C compiler in the environment variable CC, or unset it");
    if (old)
        setenv("CC", old, 1);
    else
        unsetenv("CC");
    free(old);
    error = (kcc_error){0};
    assert_int_equal(make("one", "no/such/one.so", NULL, 0, true, &error), KCC_EIO);
    assert_non_null(strstr(error.location, "no/such/one.so"));
    error = (kcc_error){0};
    assert_int_equal(make("kcc_session", "one.so", NULL, 0, true, &error), KCC_EINVAL);
    void *bytes;
    size_t size;
    assert_int_equal(kcc_file_read(in_folder("kept.so"), &bytes, &size, NULL), KCC_OK);
    assert_int_equal(size, 3); /* the old file is whole */
    free(bytes);
    assert_int_equal(command("test \"$(ls %s | grep -c 'kept')\" = 1", folder), 0);
}

static void test_same_bytes(void **state) {
    (void)state;
    make_good("one", "a.so", "a.h", 50000, true);
    make_good("one", "b.so", "b.h", 50000, true);
    assert_int_equal(command("cd %s && cmp a.so b.so && cmp a.h b.h", folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_program), cmocka_unit_test(test_two),
                                       cmocka_unit_test(test_failures), cmocka_unit_test(test_same_bytes)};
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
