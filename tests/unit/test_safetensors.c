/* safetensors.c: round trips, files of other models, hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linear_program.h"

#include <stdlib.h>
#include <unistd.h>

static kcc_program program;
static char path[] = "/tmp/kcc_weights_XXXXXX";

static kcc_session *session(float first) {
    kcc_session *s;
    assert_int_equal(kcc_session_create(&program, NULL, &s, NULL), KCC_OK);
    for (int v = 0; v < V_LOSS; v++)
        for (int64_t k = 0; k < kcc_tensor_count(&linear_variables[v], 1); k++)
            ((float *)s->variables[v])[k] = first + (float)v * 10 + (float)k;
    return s;
}

static int set_up(void **state) {
    (void)state;
    program = linear_program();
    int fd = mkstemp(path);
    return fd < 0 || close(fd);
}

static int tear_down(void **state) {
    (void)state;
    return unlink(path);
}

static bool same(kcc_session *a, kcc_session *b, int variables) {
    return memcmp(a->storage.data, b->storage.data, (size_t)variables * KCC_ALIGN) == 0;
}

static void round_trip(void **state) {
    (void)state;
    kcc_session *a = session(1), *b = session(500), *c = session(500);
    kcc_session_set_iterations(a, 1234567890123);
    kcc_session_set_learning_rate(a, 0.0123f, NULL);
    assert_int_equal(kcc_weights_save(a, path, NULL), KCC_OK);
    assert_int_equal(kcc_weights_load(b, path, false, NULL), KCC_OK);
    assert_true(same(a, b, V_LOSS));
    assert_int_equal(kcc_session_iterations(b), 1234567890123);
    assert_true(kcc_session_learning_rate(b) == 0.0123f);
    assert_int_equal(kcc_weights_load(c, path, true, NULL), KCC_OK);
    assert_true(same(a, c, 2) && !same(a, c, 3));
    assert_int_equal(kcc_session_iterations(c), 0);
    kcc_session_free(a);
    kcc_session_free(b);
    kcc_session_free(c);
}

/* Bytes beside the weights: read back by name, and no hindrance to who does not know them. */
static void extras(void **state) {
    (void)state;
    kcc_session *a = session(1), *b = session(500);
    kcc_extra out[] = {{"kcc/a", (char[]){1, 2, 3}, 3}, {"kcc/b", NULL, 0}, {"kcc/c", (char[]){9}, 1}};
    kcc_extra in[] = {{.name = "kcc/c"}, {.name = "kcc/none"}, {.name = "kcc/a"}, {.name = "kcc/b"}};
    assert_int_equal(kcc_weights_save_extra(a, path, out, 3, NULL), KCC_OK);
    assert_int_equal(kcc_weights_load_extra(b, path, in, 4, NULL), KCC_OK);
    assert_true(same(a, b, V_LOSS));
    assert_int_equal(in[0].size, 1);
    assert_memory_equal(in[0].bytes, out[2].bytes, 1);
    assert_null(in[1].bytes);
    assert_int_equal(in[2].size, 3);
    assert_memory_equal(in[2].bytes, out[0].bytes, 3);
    assert_true(in[3].bytes && in[3].size == 0);
    for (int i = 0; i < 4; i++) free(in[i].bytes);
    kcc_session_free(b);
    b = session(500);
    assert_int_equal(kcc_weights_load(b, path, false, NULL), KCC_OK);
    assert_true(same(a, b, V_LOSS));
    /* Cut off inside the extras: an error, nothing kept, nothing changed. */
    kcc_session_free(b);
    b = session(500);
    void *bytes;
    size_t size;
    assert_int_equal(kcc_file_read(path, &bytes, &size, NULL), KCC_OK);
    assert_int_equal(kcc_file_write(path, bytes, size - 2, NULL), KCC_OK);
    assert_int_equal(kcc_weights_load_extra(b, path, in, 4, NULL), KCC_EPARSE);
    for (int i = 0; i < 4; i++) assert_null(in[i].bytes);
    assert_false(same(a, b, 1));
    free(bytes);
    kcc_session_free(a);
    kcc_session_free(b);
}

static void write_file(const char *header, size_t data) {
    char file[2048] = {0};
    uint64_t length = strlen(header);
    memcpy(file, &length, 8);
    memcpy(file + 8, header, length);
    for (size_t i = 0; i < data / 4; i++) {
        float v = (float)i;
        memcpy(file + 8 + length + 4 * i, &v, 4);
    }
    assert_int_equal(kcc_file_write(path, file, 8 + length + data, NULL), KCC_OK);
}

#define BIAS   "\"dense/1\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
#define KERNEL "\"dense/0\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[4,16]}"

static void reads_other_writers(void **state) {
    (void)state;
    kcc_session *s = session(7);
    kcc_error error = {0};
    write_file("{" KERNEL " , " BIAS
               ",\"other\":{\"shape\":[],\"dtype\":\"BF16\",\"data_offsets\":[16,18],\"x\":[{}]}}  ",
               18);
    assert_int_equal(kcc_weights_load(s, path, true, &error), KCC_OK);
    float *w = kcc_session_variable(s, V_KERNEL), *b = kcc_session_variable(s, V_BIAS);
    assert_true(b[0] == 0 && w[0] == 1 && w[2] == 3);
    assert_int_equal(kcc_weights_load(s, path, false, &error), KCC_ESHAPE);
    assert_non_null(strstr(error.message, "no tensor \"sgd/dense_kernel_momentum\""));
    /* Another dtype is converted. */
    write_file("{" KERNEL ",\"dense/1\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 16);
    assert_int_equal(kcc_weights_load(s, path, true, NULL), KCC_OK);
    kcc_session_free(s);
}

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *header, *message;
        kcc_status status;
    } cases[] = {
        {"{" BIAS "}", "no tensor \"dense/0\"", KCC_ESHAPE},
        {"{}", "no tensor \"dense/0\"", KCC_ESHAPE},
        {"{" BIAS ",\"dense/0\":{\"dtype\":\"F32\",\"shape\":[1,3],\"data_offsets\":[4,16]}}",
         "tensor \"dense/0\" has shape (1, 3), the model needs (3, 1)", KCC_ESHAPE},
        {"{" BIAS ",\"dense/0\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,3,1],\"data_offsets\":[4,16]}}",
         "has shape (none)", KCC_ESHAPE},
        {"{" BIAS ",\"dense/0\":{\"dtype\":\"BF16\",\"shape\":[3,1],\"data_offsets\":[4,16]}}", "dtype",
         KCC_EPARSE},
        {"{" BIAS ",\"dense/0\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[8,20]}}", "inside",
         KCC_EPARSE},
        {"{" BIAS ",\"dense/0\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[4,12]}}", "inside",
         KCC_EPARSE},
        {"{" BIAS ",\"dense/0\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[16,4]}}", "inside",
         KCC_EPARSE},
        {"{" BIAS ",\"dense/0\":{\"dtype\":\"F32\",\"shape\":[3,1]}}", "inside", KCC_EPARSE},
        {"{" BIAS "," KERNEL "," BIAS "}", "twice", KCC_EPARSE},
        {"{\"__metadata__\":{\"weights\":\"3\"}," BIAS "," KERNEL "}", "holds 3 weights", KCC_ESHAPE},
        {"{\"__metadata__\":{\"iteration\":\"-3\"}," BIAS "," KERNEL "}", "iteration", KCC_EPARSE},
        {"{\"__metadata__\":{\"iteration\":3}," BIAS "," KERNEL "}", "not JSON", KCC_EPARSE},
        {"{" BIAS "," KERNEL, "too early", KCC_EPARSE},
        {"[1]", "not JSON", KCC_EPARSE},
        {"", "too early", KCC_EPARSE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kcc_session *s = session(7), *before = session(7);
        kcc_error error = {0};
        write_file(cases[i].header, 16);
        kcc_status status = kcc_weights_load(s, path, true, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].message))
            print_error("%s\n-> %s\n", cases[i].header, error.message);
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].message));
        assert_string_equal(error.location, path);
        assert_true(same(s, before, V_COUNT)); /* nothing was changed */
        kcc_session_free(s);
        kcc_session_free(before);
    }
}

/* Every prefix is refused and changes nothing; every changed byte is loaded or refused. */
static void damaged_bytes(void **state) {
    (void)state;
    kcc_session *s = session(3), *before = session(3);
    void *bytes;
    size_t size;
    assert_int_equal(kcc_weights_save(s, path, NULL), KCC_OK);
    assert_int_equal(kcc_file_read(path, &bytes, &size, NULL), KCC_OK);
    for (size_t n = 0; n < size; n += n < 40 || n + 40 > size ? 1 : 7) {
        FILE *out = fopen(path, "wb");
        assert_int_equal(fwrite(bytes, 1, n, out), n);
        fclose(out);
        assert_int_equal(kcc_weights_load(s, path, false, NULL), KCC_EPARSE);
        assert_true(same(s, before, V_COUNT));
    }
    unsigned char *changed = malloc(size);
    const unsigned char values[] = {0, '"', '[', '}', '9', 0xff};
    for (size_t i = 0; i < size; i++) {
        memcpy(changed, bytes, size);
        changed[i] = values[i % sizeof values];
        FILE *out = fopen(path, "wb");
        assert_int_equal(fwrite(changed, 1, size, out), size);
        fclose(out);
        (void)kcc_weights_load(s, path, false, NULL);
    }
    free(changed);
    free(bytes);
    kcc_session_free(s);
    kcc_session_free(before);
}

/* Who reads w.weights.h5 expects HDF5. */
static void names_of_other_formats(void **state) {
    (void)state;
    static const char *const names[] = {"w.weights.h5", "w.keras", "w.npz", "w.npy", "model.json"};
    kcc_session *s = session(3);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[200];
        kcc_error error = {0};
        snprintf(file, sizeof file, "%s.%s", path, names[i]);
        assert_int_equal(kcc_weights_save(s, file, &error), KCC_EINVAL);
        assert_string_equal(error.location, file);
        assert_non_null(strstr(error.message, strrchr(file, '.')));
        assert_non_null(strstr(error.hint, "kcc convert"));
        assert_int_not_equal(access(file, F_OK), 0);
    }
    kcc_session_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_of_other_formats),
                                       cmocka_unit_test(round_trip),
                                       cmocka_unit_test(extras),
                                       cmocka_unit_test(reads_other_writers),
                                       cmocka_unit_test(refuses),
                                       cmocka_unit_test(damaged_bytes)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
