/*
 * data_open.c, data_map.c, data_npy.c, data_npz.c, data_idx.c: kinds of files by suffix and by their first
 * bytes, keys, IDX of every type and its damage, rows, generators.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data.h"
#include "folder_rig.h"
#include "kcc.h"
#include "zip_file.h"
#ifdef KCC_HAVE_ZLIB
#include <zlib.h>
#endif

static kcc_samples *open_samples(const char *text, const char *name) {
    kcc_samples *s;
    kcc_error error = {0};
    if (kcc_samples_open(text, name, &s, &error) != KCC_OK) fail_msg("%s: %s", error.location, error.message);
    return s;
}

static void copy(const char *from, const char *to) {
    void *bytes;
    size_t size;
    assert_int_equal(kcc_file_read(from, &bytes, &size, NULL), KCC_OK);
    assert_int_equal(kcc_file_write(to, bytes, size, NULL), KCC_OK);
    free(bytes);
}

/* x.npy [10, 4] again under other names and in an archive. */
static void kinds(void **state) {
    (void)state;
    kcc_array x;
    assert_int_equal(kcc_npy_load("x.npy", &x, NULL), KCC_OK);
    char *names[] = {"first", "x"};
    kcc_array two[2] = {x, x};
    assert_int_equal(kcc_npz_save("two.npz", &(kcc_npz){2, names, two}, NULL), KCC_OK);
    copy("x.npy", "x.data");
    copy("two.npz", "two");
    copy("x.npy", "odd.npz:name.npy");
    const char *const same[] = {"x.npy", "x.data", "two.npz:first", "two.npz", "two", "odd.npz:name.npy"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        kcc_samples *s = open_samples(same[i], "x");
        const kcc_array *a = kcc_samples_array(s);
        assert_int_equal(a->rank, 2);
        assert_memory_equal(a->data, x.data, 10 * 4 * sizeof(float));
        float rows[3][4];
        assert_int_equal(kcc_samples_read(s, (int64_t[]){9, 0, 1}, 3, rows, NULL), KCC_OK);
        assert_memory_equal(rows[0], (float *)x.data + 36, sizeof rows[0]);
        assert_memory_equal(rows[1], x.data, 2 * sizeof rows[0]);
        assert_int_equal(kcc_samples_read(s, (int64_t[]){10}, 1, rows, NULL), KCC_ERANGE);
        assert_int_equal(kcc_samples_read(s, (int64_t[]){-1}, 1, rows, NULL), KCC_ERANGE);
        kcc_samples_close(s);
    }
    kcc_samples *s;
    assert_int_equal(kcc_samples_open("two.npz", "y", &s, NULL), KCC_EINVAL);
    assert_int_equal(kcc_samples_open("two.npz:y", "x", &s, NULL), KCC_EINVAL);
    assert_int_equal(kcc_samples_open("none.npy", "x", &s, NULL), KCC_EIO);
    kcc_samples_close(NULL);
    kcc_array_free(&x);
}

/* x.npy in Fortran order and big-endian: the same samples, which only then are in memory of their own. */
static void other_orders(void **state) {
    (void)state;
    kcc_array x;
    unsigned char file[128 + 160];
    assert_int_equal(kcc_npy_load("x.npy", &x, NULL), KCC_OK);
    static const char head[] =
        "\x93NUMPY\x01\0v\0{'descr': '>f4', 'fortran_order': True, 'shape': (10, 4), }";
    memset(file, ' ', 128);
    memcpy(file, head, sizeof head - 1);
    file[127] = '\n';
    for (int i = 0; i < 40; i++)
        for (int b = 0; b < 4; b++)
            file[128 + (i % 4 * 10 + i / 4) * 4 + b] = ((uint8_t *)x.data)[i * 4 + 3 - b];
    assert_int_equal(kcc_file_write("f.npy", file, sizeof file, NULL), KCC_OK);
    kcc_zip_member member = {"x.npy", file, sizeof file};
    assert_int_equal(kcc_zip_write("f.npz", &member, 1, NULL), KCC_OK);
    for (int i = 0; i < 3; i++) {
        kcc_samples *s = open_samples(i == 0 ? "f.npy" : i == 1 ? "f.npz" : "f.npz:x", "x");
        assert_memory_equal(kcc_samples_array(s)->data, x.data, sizeof file - 128);
        assert_ptr_equal(s->kind, &kcc_samples_in_memory);
        kcc_samples_close(s);
    }
    kcc_samples *s = open_samples("x.npy", "x");
    assert_ptr_equal(s->kind, &kcc_samples_mapped);
    kcc_samples_close(s);
    kcc_array_free(&x);
}

/* Bytes of a bool array other than 0 and 1 are true. */
static void bools(void **state) {
    (void)state;
    kcc_array a = {(uint8_t[]){0, 1, 7}, KCC_BOOL, 1, {3}};
    assert_int_equal(kcc_npy_save("b.npy", &a, NULL), KCC_OK);
    kcc_samples *s = open_samples("b.npy", "x");
    assert_memory_equal(kcc_samples_array(s)->data, ((uint8_t[]){0, 1, 1}), 3);
    kcc_samples_close(s);
}

/* ---------------------------------------------------------------- IDX */

static size_t make_idx(unsigned char *to, int code, const unsigned char *body, size_t size) {
    const unsigned char head[] = {0, 0, (unsigned char)code, 2, 0, 0, 0, 3, 0, 0, 0, 2};
    memcpy(to, head, sizeof head);
    memcpy(to + sizeof head, body, size);
    return sizeof head + size;
}

static void idx_types(void **state) {
    (void)state;
    static const struct {
        int code, width;
        kcc_dtype dtype;
    } types[] = {{8, 1, KCC_U8},   {9, 1, KCC_I8},   {11, 2, KCC_I16},
                 {12, 4, KCC_I32}, {13, 4, KCC_F32}, {14, 8, KCC_F64}};
    const double values[] = {0, 1, 2, 100, -1, -100};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        unsigned char native[48], body[48], file[64];
        int width = types[t].width;
        double wanted[6], got[6];
        memcpy(wanted, values, sizeof wanted);
        if (types[t].dtype == KCC_U8) wanted[4] = 200, wanted[5] = 255;
        kcc_convert(native, types[t].dtype, wanted, KCC_F64, 6);
        for (int i = 0; i < 6; i++)
            for (int k = 0; k < width; k++) body[i * width + k] = native[i * width + width - 1 - k];
        size_t size = make_idx(file, types[t].code, body, 6 * (size_t)width);
        /* by its name, by its front */
        const char *const names[] = {"train-idx2-ubyte", "numbers"};
        for (int n = 0; n < 2; n++) {
            assert_int_equal(kcc_file_write(names[n], file, size, NULL), KCC_OK);
            kcc_samples *s = open_samples(names[n], "x");
            const kcc_array *a = kcc_samples_array(s);
            assert_int_equal(a->dtype, types[t].dtype);
            assert_int_equal(a->shape[0] * 10 + a->shape[1], 32);
            kcc_convert(got, KCC_F64, a->data, a->dtype, 6);
            assert_memory_equal(got, wanted, sizeof got);
            kcc_samples_close(s);
        }
#ifdef KCC_HAVE_ZLIB
        gzFile packed = gzopen("train-idx2-ubyte.gz", "wb");
        assert_int_equal(gzwrite(packed, file, (unsigned)size), size);
        gzclose(packed);
        kcc_samples *s = open_samples("train-idx2-ubyte.gz", "x");
        kcc_convert(got, KCC_F64, kcc_samples_array(s)->data, types[t].dtype, 6);
        assert_memory_equal(got, wanted, sizeof got);
        kcc_samples_close(s);
#endif
    }
}

/* Every length but the right one, plain and packed, and a hostile header: an error, no crash. */
static void idx_damage(void **state) {
    (void)state;
    unsigned char file[64], body[7] = {1, 2, 3, 4, 5, 6, 7};
    kcc_samples *s;
    size_t size = make_idx(file, 8, body, 7);
    for (size_t n = 0; n <= size; n++) {
        if (n == size - 1) continue; /* the right one */
        assert_int_equal(kcc_file_write("cut-ubyte", file, n, NULL), KCC_OK);
        assert_int_equal(kcc_samples_open("cut-ubyte", "x", &s, NULL), KCC_EPARSE);
        assert_null(s);
    }
    memset(file + 4, 0x7f, 8);
    assert_int_equal(kcc_file_write("cut-ubyte", file, size, NULL), KCC_OK);
    assert_int_equal(kcc_samples_open("cut-ubyte", "x", &s, NULL), KCC_EPARSE);
#ifdef KCC_HAVE_ZLIB
    gzFile packed = gzopen("large-ubyte.gz", "wb");
    assert_int_equal(gzwrite(packed, file, (unsigned)size), size);
    gzclose(packed);
    assert_int_equal(kcc_samples_open("large-ubyte.gz", "x", &s, NULL), KCC_EPARSE);
    make_idx(file, 8, body, 6);
    packed = gzopen("good-ubyte.gz", "wb");
    assert_int_equal(gzwrite(packed, file, 18), 18);
    gzclose(packed);
    void *bytes;
    assert_int_equal(kcc_file_read("good-ubyte.gz", &bytes, &size, NULL), KCC_OK);
    for (size_t n = 2; n + 9 < size; n++) {
        assert_int_equal(kcc_file_write("cut-ubyte.gz", bytes, n, NULL), KCC_OK);
        assert_int_equal(kcc_samples_open("cut-ubyte.gz", "x", &s, NULL), KCC_EPARSE);
    }
    free(bytes);
#endif
}

/* ---------------------------------------------------------------- rows for the runtime */

static void generators(void **state) {
    (void)state;
    kcc_samples *x = open_samples("x.npy", "x"), *y = open_samples("y.npy", "y");
    kcc_samples_batch batch = {.x = &x, .n_x = 1, .y = &y, .n_y = 1};
    kcc_generator g = kcc_samples_generator(&batch);
    assert_non_null(g.read);
    assert_true(g.samples == 10 && g.thread_safe);
    kcc_samples_close(x);
    kcc_samples_close(y);
}

/* A pipe is opened once: its writer might be gone before a second time, and that would wait for ever. */
static void pipes(void **state) {
    (void)state;
    char events[1024];
    assert_int_equal(mkfifo("pipe.csv", 0600), 0);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(watch >= 0 && inotify_add_watch(watch, "pipe.csv", IN_OPEN | IN_CLOSE_NOWRITE) >= 0);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        int fd = open("pipe.csv", O_WRONLY);
        _exit(write(fd, "a,y\n1,2\n", 8) != 8 || usleep(20000)); /* stays for one who comes again */
    }
    kcc_map map;
    assert_int_equal(kcc_map_open("pipe.csv", &map, NULL), KCC_OK);
    assert_int_equal(map.size, 8);
    assert_memory_equal(map.bytes, "a,y\n1,2\n", 8);
    kcc_map_close(&map);
    int status, reads = 0;
    assert_true(waitpid(writer, &status, 0) == writer && status == 0);
    ssize_t size = read(watch, events, sizeof events);
    struct inotify_event one; /* without a name: a file is watched, no folder */
    for (ssize_t at = 0; at < size; at += (ssize_t)sizeof one) {
        memcpy(&one, events + at, sizeof one);
        reads += (one.mask & IN_CLOSE_NOWRITE) != 0;
    }
    close(watch);
    assert_int_equal(reads, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinds),        cmocka_unit_test(bools),
                                       cmocka_unit_test(other_orders), cmocka_unit_test(idx_types),
                                       cmocka_unit_test(idx_damage),   cmocka_unit_test(generators),
                                       cmocka_unit_test(pipes)};
    return cmocka_run_group_tests(tests, folder_set_up, folder_tear_down);
}
