/* npy.c: all types and versions, every truncation, hostile headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file of version `major` with this dict and n bytes 0, 1, 2 …; returns its size. */
static size_t make(unsigned char *out, int major, const char *dict, size_t n) {
    size_t length = strlen(dict), start = major == 1 ? 10 : 12;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (unsigned char)major, out[7] = 0;
    out[8] = (unsigned char)length, out[9] = (unsigned char)(length >> 8);
    if (start == 12) out[10] = out[11] = 0;
    memcpy(out + start, dict, length);
    for (size_t i = 0; i < n; i++) out[start + length + i] = (unsigned char)i;
    return start + length + n;
}

static kcc_status parse(const char *dict, size_t n, kcc_array *a, kcc_error *error) {
    unsigned char file[4096];
    size_t size = make(file, 1, dict, n);
    unsigned char *exact = malloc(size); /* so that a sanitizer sees reads past the end */
    memcpy(exact, file, size);
    kcc_status status = kcc_npy_parse(exact, size, "t.npy", a, error);
    free(exact);
    return status;
}

static void round_trips(void **state) {
    (void)state;
    char path[] = "/tmp/kcc_npy_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (int type = 0; type < KCC_DTYPE_COUNT; type++)
        for (int rank = 0; rank <= KCC_MAX_RANK; rank++) {
            kcc_array a, b;
            int64_t shape[KCC_MAX_RANK] = {3, 2, 1, 2, 1, 1, 2, 1};
            assert_int_equal(kcc_array_create(&a, (kcc_dtype)type, rank, shape), KCC_OK);
            int64_t count = kcc_array_count(&a);
            for (int64_t i = 0; i < count; i++) {
                double v = (double)(i % 100);
                kcc_convert((char *)a.data + (size_t)i * kcc_dtype_size(a.dtype), a.dtype, &v, KCC_F64, 1);
            }
            assert_int_equal(kcc_npy_save(path, &a, NULL), KCC_OK);
            assert_int_equal(kcc_npy_load(path, &b, NULL), KCC_OK);
            assert_int_equal(b.dtype, type);
            assert_int_equal(b.rank, rank);
            assert_memory_equal(a.shape, b.shape, (size_t)rank * sizeof(int64_t));
            assert_memory_equal(a.data, b.data, (size_t)count * kcc_dtype_size(a.dtype));
            kcc_array_free(&a);
            kcc_array_free(&b);
        }
    unlink(path);
}

static void reads_versions_and_spellings(void **state) {
    (void)state;
    unsigned char file[4096];
    kcc_array a;
    for (int major = 1; major <= 3; major++) {
        size_t size =
            make(file, major, "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }   \n", 8);
        assert_int_equal(kcc_npy_parse(file, size, "f", &a, NULL), KCC_OK);
        assert_int_equal(((int16_t *)a.data)[1], 0x0302);
        kcc_array_free(&a);
    }
    static const char *const good[] = {"{\"shape\":(4L,),\"descr\":\"|u1\",\"fortran_order\":False}",
                                       "{'descr': '>u1', 'fortran_order': True, 'shape': (4,)}",
                                       "{'descr': '=f4', 'fortran_order': False, 'shape': ()}",
                                       "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 7)}"};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(parse(good[i], 4, &a, NULL), KCC_OK);
        kcc_array_free(&a);
    }
    assert_int_equal(parse("{'descr': '|b1', 'fortran_order': False, 'shape': (4,)}", 4, &a, NULL), KCC_OK);
    const unsigned char truth[] = {0, 1, 1, 1};
    assert_memory_equal(a.data, truth, 4);
    kcc_array_free(&a);
}

/* The element that is number i in C order, in a file in Fortran order. */
static int64_t fortran_place(const int64_t *shape, int rank, int64_t i) {
    int64_t place = 0, stride = 1, index[KCC_MAX_RANK];
    for (int axis = rank; axis-- > 0; i /= shape[axis]) index[axis] = i % shape[axis];
    for (int axis = 0; axis < rank; stride *= shape[axis++]) place += index[axis] * stride;
    return place;
}

/* Every type in both byte orders and both orders of axes: the same array, from bytes and from a file. */
static void orders(void **state) {
    (void)state;
    static const char *const types[] = {"f4", "f8", "f2", "i4", "i8", "i2",
                                        "i1", "u4", "u8", "u2", "u1", "b1"};
    static const struct {
        int rank;
        int64_t shape[4];
        const char *text;
    } shapes[] = {{0, {0}, "()"},
                  {1, {7}, "(7,)"},
                  {2, {70, 3}, "(70, 3)"},
                  {2, {1, 5}, "(1, 5)"},
                  {2, {0, 3}, "(0, 3)"},
                  {2, {3, 0}, "(3, 0)"},
                  {3, {32, 5, 2}, "(32, 5, 2)"},
                  {4, {33, 2, 3, 4}, "(33, 2, 3, 4)"}};
    char path[] = "/tmp/kcc_npy_XXXXXX", dict[200];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t t = 0; t < sizeof types / sizeof *types * 4; t++)
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            bool big = t & 1, fortran = t & 2;
            const char *type = types[t / 4];
            size_t size = (size_t)(type[1] - '0');
            int rank = shapes[k].rank;
            kcc_array shape = {.rank = rank}, a;
            memcpy(shape.shape, shapes[k].shape, sizeof shapes[k].shape);
            int64_t count = kcc_array_count(&shape);
            snprintf(dict, sizeof dict, "{'descr': '%c%s', 'fortran_order': %s, 'shape': %s, }", "<>"[big],
                     type, fortran ? "True" : "False", shapes[k].text);
            unsigned char *wanted = malloc((size_t)count * size + 1),
                          *file = malloc((size_t)count * size + 300);
            for (size_t i = 0; i < (size_t)count * size; i++)
                wanted[i] = (unsigned char)(*type == 'b' ? i % 2 : i * 37 + i / 251);
            size_t total = make(file, 1, dict, (size_t)count * size), start = total - (size_t)count * size;
            for (int64_t i = 0; i < count; i++)
                for (size_t b = 0; b < size; b++) {
                    int64_t place = fortran ? fortran_place(shape.shape, rank, i) : i;
                    file[start + (size_t)place * size + (big ? size - 1 - b : b)] =
                        wanted[(size_t)i * size + b];
                }
            bool filed = type[1] == '4' || *type == 'b'; /* a file is synced, which takes time */
            if (filed) assert_int_equal(kcc_file_write(path, file, total, NULL), KCC_OK);
            for (int from_file = 0; from_file < 1 + filed; from_file++) {
                assert_int_equal(from_file ? kcc_npy_load(path, &a, NULL)
                                           : kcc_npy_parse(file, total, "f", &a, NULL),
                                 KCC_OK);
                assert_int_equal(a.rank, rank);
                assert_memory_equal(a.shape, shape.shape, (size_t)rank * sizeof(int64_t));
                assert_memory_equal(a.data, wanted, (size_t)count * size);
                kcc_array_free(&a);
            }
            /* what is not there as it should be cannot be looked at without a copy */
            assert_int_equal(kcc_npy_view(file, total, "f", &a, NULL), KCC_OK);
            assert_ptr_equal(a.data, (big && size > 1) || (fortran && rank > 1) ? NULL : file + start);
            free(wanted);
            free(file);
        }
    unlink(path);
}

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *dict, *message;
    } cases[] = {
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "Python objects"},
        {"{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }", "type \"<U5\""},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "type \"<c8\""},
        {"{'descr': '>c16', 'fortran_order': False, 'shape': (1,), }", "type \">c16\""},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "type \"<f16\""},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "records"},
        {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }", "damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", "overflows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "overflows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", "8 axes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1 1), }", "damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (100,), }", "cut off"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }", "cut off"},
        {"{'descr': '<f4', 'fortran_order': False, }", "lacks a key"},
        {"{'descr': '<f4', 'extra': 1}", "unknown key"},
        {"{'descr'", "damaged"},
        {"", "damaged"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kcc_array a = {0};
        kcc_error error = {0};
        assert_int_equal(parse(cases[i].dict, 16, &a, &error), KCC_EPARSE);
        if (!strstr(error.message, cases[i].message)) print_error("%s: %s\n", cases[i].dict, error.message);
        assert_non_null(strstr(error.message, cases[i].message));
        assert_string_equal(error.location, "t.npy");
        assert_null(a.data);
    }
    kcc_array a;
    kcc_error error = {0};
    /* a remedy of its own is told once, and what is no .npy at all is not "cut off" */
    assert_int_equal(parse(cases[0].dict, 16, &a, &error), KCC_EPARSE);
    assert_string_equal(error.message, "an array of Python objects cannot be read");
    assert_string_equal(error.hint, "use astype(\"float32\")");
    error = (kcc_error){0};
    assert_int_equal(kcc_npy_parse("abc", 3, "t.npy", &a, &error), KCC_EPARSE);
    assert_string_equal(error.message, "this is not a .npy file");
    error = (kcc_error){0};
    assert_int_equal(kcc_npy_parse("\x93NUM", 4, "t.npy", &a, &error), KCC_EPARSE);
    assert_string_equal(error.message, "the .npy file is cut off");
    error = (kcc_error){0};
    assert_int_equal(kcc_npy_load("/nonexistent.npy", &a, &error), KCC_EIO);
    assert_non_null(strstr(error.message, "No such file"));
    assert_int_equal(kcc_npy_parse("PK\3\4abcdefghij", 14, "z", &a, NULL), KCC_EPARSE);
    assert_int_equal(kcc_npy_parse("\x93NUMPY\x07\0\0\0\0\0", 12, "z", &a, NULL), KCC_EPARSE);
}

/* Every prefix is refused, every changed byte is read or refused; a sanitizer watches. */
static void damage(const char *dict) {
    unsigned char file[256];
    char path[] = "/tmp/kcc_npy_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    size_t size = make(file, 1, dict, 24);
    kcc_array a;
    for (size_t n = 0; n < size; n++) {
        unsigned char *exact = malloc(n + 1);
        memcpy(exact, file, n);
        assert_int_equal(kcc_npy_parse(exact, n, "f", &a, NULL), KCC_EPARSE);
        free(exact);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, file, n, 0), (ssize_t)n);
        assert_int_equal(kcc_npy_load(path, &a, NULL), KCC_EPARSE);
    }
    close(fd);
    unlink(path);
    for (size_t i = 0; i < size; i++)
        for (int value = 0; value < 256; value++) {
            unsigned char *exact = malloc(size);
            memcpy(exact, file, size);
            exact[i] = (unsigned char)value;
            if (kcc_npy_parse(exact, size, "f", &a, NULL) == KCC_OK) kcc_array_free(&a);
            free(exact);
        }
}

static void damaged_bytes(void **state) {
    (void)state;
    damage("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n");
    damage("{'descr': '>f4', 'fortran_order': True, 'shape': (2, 3), }\n");
}

/* A view is what parse makes, without a copy; pieces make the file that save makes, or none. */
static void views_and_pieces(void **state) {
    (void)state;
    char path[] = "/tmp/kcc_npy_XXXXXX", other[40];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    snprintf(other, sizeof other, "%s.2", path);
    float values[12];
    for (int i = 0; i < 12; i++) values[i] = (float)i;
    kcc_array a = {values, KCC_F32, 2, {4, 3}}, seen;
    assert_int_equal(kcc_npy_save(path, &a, NULL), KCC_OK);
    kcc_npy_writer *w;
    assert_int_equal(kcc_npy_create(other, KCC_F32, 2, a.shape, &w, NULL), KCC_OK);
    assert_int_equal(kcc_npy_append(w, values, 5, NULL), KCC_OK);
    assert_int_equal(kcc_npy_append(w, values + 5, 7, NULL), KCC_OK);
    assert_int_equal(kcc_npy_append(w, values, 1, NULL), KCC_EINVAL);
    assert_int_not_equal(access(other, F_OK), 0);
    assert_int_equal(kcc_npy_finish(w, NULL), KCC_OK);
    void *one, *two;
    size_t n, m;
    assert_int_equal(kcc_file_read(path, &one, &n, NULL), KCC_OK);
    assert_int_equal(kcc_file_read(other, &two, &m, NULL), KCC_OK);
    assert_int_equal(n, m);
    assert_memory_equal(one, two, n);
    assert_int_equal(kcc_npy_view(one, n, "t", &seen, NULL), KCC_OK);
    assert_ptr_equal(seen.data, (char *)one + n - sizeof values);
    assert_memory_equal(seen.data, values, sizeof values);
    assert_int_equal(kcc_npy_view(one, n - 1, "t", &seen, NULL), KCC_EPARSE);
    free(one);
    free(two);
    unlink(other);
    assert_int_equal(kcc_npy_create(other, KCC_F32, 2, a.shape, &w, NULL), KCC_OK);
    assert_int_equal(kcc_npy_finish(w, NULL), KCC_EINVAL); /* elements are missing: no file */
    assert_int_not_equal(access(other, F_OK), 0);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),   cmocka_unit_test(reads_versions_and_spellings),
        cmocka_unit_test(orders),        cmocka_unit_test(refuses),
        cmocka_unit_test(damaged_bytes), cmocka_unit_test(views_and_pieces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
