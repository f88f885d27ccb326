/*
 * data_images.c, data_image_file.c: classes by folder, pixels, resizing, targets, damage; training and
 * prediction by the command.  Without libpng only the message that names the package.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"
#include "folder_rig.h"
#ifdef KCC_HAVE_PNG
#include <png.h>
#endif
#ifdef KCC_HAVE_JPEG
#include <jpeglib.h>
#endif

#ifdef KCC_HAVE_PNG

/* Without chunks about colour, so that grey is the plain weighted sum. */
static void put_png(const char *path, int height, int width, int type, const uint8_t *pixels) {
    int wide = width * (type == PNG_COLOR_TYPE_GRAY ? 1 : type == PNG_COLOR_TYPE_RGB ? 3 : 4);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    png_init_io(png, file);
    png_set_IHDR(png, info, (unsigned)width, (unsigned)height, 8, type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < height; y++) png_write_row(png, pixels + y * wide);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(file);
}

static kcc_tensor picture_of(int height, int width, int channels) {
    return (kcc_tensor){.name = "in",
                        .rank = 4,
                        .dtype = KCC_F32,
                        .dim = {{1, true}, {height, false}, {width, false}, {channels, false}}};
}

static kcc_samples *open_adapted(const char *path, int height, int width, int channels) {
    kcc_samples *s;
    kcc_error error = {0};
    kcc_tensor input = picture_of(height, width, channels);
    kcc_program program = {.n_inputs = 1, .inputs = &input};
    if (kcc_samples_open(path, "x", &s, &error) != KCC_OK) fail_msg("%s: %s", error.location, error.message);
    assert_int_equal(kcc_samples_adapt(s, &program, 0, NULL), KCC_OK);
    return s;
}

static void expect(kcc_samples *s, int64_t row, int n, const float *wanted, float tolerance) {
    float got[64];
    kcc_error error = {0};
    if (kcc_samples_read(s, &row, 1, got, &error) != KCC_OK)
        fail_msg("%s: %s", error.location, error.message);
    for (int i = 0; i < n; i++)
        if (!(got[i] >= wanted[i] - tolerance && got[i] <= wanted[i] + tolerance))
            fail_msg("[%d]: %g instead of %g", i, (double)got[i], (double)wanted[i]);
}

/* tf.image.resize([[1, 2], [3, 4]], …, "bilinear"): the values its documentation and tests give. */
static void resizing(void **state) {
    (void)state;
    mkdir("p", 0700), mkdir("p/a", 0700);
    put_png("p/a/1.png", 2, 2, PNG_COLOR_TYPE_GRAY, (const uint8_t[]){1, 2, 3, 4});
    kcc_samples *s = open_adapted("p", 4, 4, 1);
    expect(s, 0, 16,
           (const float[]){1, 1.25F, 1.75F, 2, 1.5F, 1.75F, 2.25F, 2.5F, 2.5F, 2.75F, 3.25F, 3.5F, 3, 3.25F,
                           3.75F, 4},
           1e-6F);
    kcc_samples_close(s);
    s = open_adapted("p", 2, 2, 3); /* grey to colour, no resizing */
    expect(s, 0, 12, (const float[]){1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}, 0);
    kcc_samples_close(s);
    /* 4 to 2 takes the mean of the two in the middle of each half, and no others: no antialiasing */
    put_png("p/a/1.png", 1, 4, PNG_COLOR_TYPE_GRAY, (const uint8_t[]){10, 20, 40, 80});
    s = open_adapted("p", 1, 2, 1);
    expect(s, 0, 2, (const float[]){15, 60}, 1e-5F);
    kcc_samples_close(s);
    /* 5 to 3: scale 5/3, centres 1/3, 2, 3 2/3 */
    put_png("p/a/1.png", 1, 5, PNG_COLOR_TYPE_GRAY, (const uint8_t[]){0, 30, 60, 90, 120});
    s = open_adapted("p", 1, 3, 1);
    expect(s, 0, 3, (const float[]){10, 60, 110}, 1e-4F);
    kcc_samples_close(s);
}

static void channels(void **state) {
    (void)state;
    mkdir("q", 0700), mkdir("q/a", 0700);
    put_png("q/a/1.png", 1, 2, PNG_COLOR_TYPE_RGBA, (const uint8_t[]){200, 100, 50, 255, 10, 20, 30, 255});
    kcc_samples *s = open_adapted("q", 1, 2, 4);
    expect(s, 0, 8, (const float[]){200, 100, 50, 255, 10, 20, 30, 255}, 0);
    kcc_samples_close(s);
    s = open_adapted("q", 1, 2, 3);
    expect(s, 0, 6, (const float[]){200, 100, 50, 10, 20, 30}, 0);
    kcc_samples_close(s);
    s = open_adapted("q", 1, 2, 1);
    expect(
        s, 0, 2,
        (const float[]){0.299F * 200 + 0.587F * 100 + 0.114F * 50, 0.299F * 10 + 0.587F * 20 + 0.114F * 30},
        1);
    kcc_samples_close(s);
}

/* Folders sorted are classes; files sorted in them, those below too; what is no picture or hidden is left
 * out. */
static void classes(void **state) {
    (void)state;
    static const char *const names[] = {"r/dog/2.png", "r/dog/10.PNG", "r/cat/b/3.png", "r/cat/a.png",
                                        "r/ant/1.png"};
    mkdir("r", 0700), mkdir("r/dog", 0700), mkdir("r/cat", 0700), mkdir("r/cat/b", 0700),
        mkdir("r/ant", 0700);
    for (uint8_t i = 0; i < 5; i++) put_png(names[i], 1, 1, PNG_COLOR_TYPE_GRAY, &i);
    assert_int_equal(kcc_file_write("r/cat/notes.txt", "x", 1, NULL), KCC_OK);
    assert_int_equal(kcc_file_write("r/cat/.hidden.png", "x", 1, NULL), KCC_OK);
    kcc_tensor input = picture_of(1, 1, 1);
    kcc_tensor three = {.rank = 2, .dim = {{1, true}, {3, false}}},
               one = {.rank = 2, .dim = {{1, true}, {1, false}}};
    kcc_tensor sparse = {.rank = 1, .dim = {{1, true}}, .sparse_target = true};
    kcc_program program = {
        .n_inputs = 1, .inputs = &input, .n_outputs = 1, .outputs = &three, .targets = &sparse};
    kcc_samples *s = open_adapted("r", 1, 1, 1);
    assert_int_equal(kcc_samples_array(s)->shape[0], 5);
    const float order[] = {4, 3, 2, 1, 0};
    for (int i = 0; i < 5; i++) expect(s, i, 1, &order[i], 0);
    kcc_array y;
    assert_int_equal(kcc_samples_targets(s, &program, &y, NULL), KCC_OK);
    assert_memory_equal(y.data, ((int32_t[]){0, 1, 1, 2, 2}), 20);
    kcc_array_free(&y);
    program.targets = &three;
    assert_int_equal(kcc_samples_targets(s, &program, &y, NULL), KCC_OK);
    assert_memory_equal(y.data, ((float[]){1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1}), 60);
    kcc_array_free(&y);
    program.outputs = program.targets = &one;
    assert_int_equal(kcc_samples_targets(s, &program, &y, NULL), KCC_ESHAPE);
    /* another order keeps pictures and classes together */
    kcc_samples_shuffle(s, 3);
    program.outputs = &three, program.targets = &sparse;
    assert_int_equal(kcc_samples_targets(s, &program, &y, NULL), KCC_OK);
    int moved = 0;
    for (int i = 0; i < 5; i++) {
        float pixel;
        assert_int_equal(kcc_samples_read(s, (int64_t[]){i}, 1, &pixel, NULL), KCC_OK);
        assert_int_equal(((int32_t *)y.data)[i], pixel >= 4 ? 0 : pixel >= 2 ? 1 : 2);
        moved += pixel != order[i];
    }
    assert_true(moved > 0);
    kcc_array_free(&y);
    kcc_samples_close(s);
}

/* Every truncation is an error that names the file. */
static void damage(void **state) {
    (void)state;
    kcc_picture p;
    kcc_error error = {0};
    void *bytes;
    size_t size;
    uint8_t pixels[300];
    for (int i = 0; i < 300; i++) pixels[i] = (uint8_t)(i * 7);
    put_png("whole.png", 10, 10, PNG_COLOR_TYPE_RGB, pixels);
    assert_int_equal(kcc_file_read("whole.png", &bytes, &size, NULL), KCC_OK);
    for (size_t n = 0; n < size; n += 3) {
        assert_int_equal(kcc_file_write("cut.png", bytes, n, NULL), KCC_OK);
        error = (kcc_error){0};
        assert_int_equal(kcc_picture_read("cut.png", 3, &p, &error), KCC_EPARSE);
        assert_string_equal(error.location, "cut.png");
    }
    memset((char *)bytes + 16, 0x7f, 8); /* the size */
    assert_int_equal(kcc_file_write("cut.png", bytes, size, NULL), KCC_OK);
    assert_int_equal(kcc_picture_read("cut.png", 3, &p, NULL), KCC_EPARSE);
    free(bytes);
    assert_int_equal(kcc_picture_read("none.png", 3, &p, NULL), KCC_EIO);
}

/* Bright and dark pictures of many sizes: learnt, predicted, bad ones told by name. */
static void the_command(void **state) {
    (void)state;
    static const char model[] =
        "{\"class_name\": \"Sequential\", \"keras_version\": \"3.15.1\", \"config\": {\"name\": \"m\", "
        "\"layers\": ["
        "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"x\", \"batch_shape\": [null, 6, 5, 3], "
        "\"dtype\": \"float32\"}},"
        "{\"class_name\": \"Rescaling\", \"config\": {\"name\": \"r\", \"scale\": 0.0078, \"offset\": -1}},"
        "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\"}},"
        "{\"class_name\": \"Dense\", \"config\": {\"name\": \"b\", \"units\": 2, \"activation\": "
        "\"softmax\"}}]}}\n";
    assert_int_equal(kcc_file_write("pictures.json", model, sizeof model - 1, NULL), KCC_OK);
    mkdir("s", 0700), mkdir("s/bright", 0700), mkdir("s/dark", 0700);
    for (int i = 0; i < 40; i++) {
        uint8_t pixels[12 * 12];
        char path[40];
        int height = 3 + i % 9, width = 2 + i % 7;
        for (int k = 0; k < height * width; k++)
            pixels[k] = (uint8_t)((i % 2 ? 170 : 20) + (k * 13 + i) % 60);
        snprintf(path, sizeof path, "s/%s/%02d.png", i % 2 ? "bright" : "dark", i);
        put_png(path, height, width, PNG_COLOR_TYPE_GRAY, pixels);
    }
    kcc_ran ran = kcc_run_command(
        ".", "fit pictures.json --x s --loss sparse_categorical_crossentropy --metrics accuracy "
             "--optimizer adam:learning_rate=0.05 --epochs 8 --batch-size 8 --validation-split 0.25 "
             "--validation-freq 8 --verbose 2 --save s.safetensors");
    if (ran.status != 0) fail_msg("%s", ran.err);
    assert_non_null(strstr(ran.out, "val_accuracy: 1.0000"));
    kcc_ran_free(&ran);
    ran = kcc_run_command(".", "predict pictures.json --x s --weights s.safetensors -o p.npy --verbose 0");
    if (ran.status != 0) fail_msg("%s", ran.err);
    kcc_ran_free(&ran);
    kcc_array p;
    assert_int_equal(kcc_npy_load("p.npy", &p, NULL), KCC_OK);
    for (int i = 0; i < 40; i++) assert_true((((float *)p.data)[2 * i] > 0.5F) == (i < 20));
    kcc_array_free(&p);
    assert_int_equal(kcc_file_write("s/dark/77.png", "no picture", 10, NULL), KCC_OK);
    ran = kcc_run_command(".",
                          "evaluate pictures.json --x s --loss sparse_categorical_crossentropy --verbose 0");
    assert_int_equal(ran.status, 1);
    assert_string_equal(ran.err,
                        "kcc: error: s/dark/77.png: the PNG picture cannot be decoded: Not a PNG file");
    kcc_ran_free(&ran);
}

#else

static void no_png(void **state) {
    (void)state;
    kcc_picture p;
    kcc_error error = {0};
    assert_int_equal(kcc_picture_read("a.png", 3, &p, &error), KCC_EUNSUPPORTED);
    assert_string_equal(error.hint, "install libpng-dev and build kcc again");
}

#endif

#ifdef KCC_HAVE_JPEG

static void put_jpeg(const char *path, int height, int width, uint8_t *pixels) {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    FILE *file = fopen(path, "wb");
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = (unsigned)width, jpeg.image_height = (unsigned)height;
    jpeg.input_components = 3, jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 98, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW line = pixels + jpeg.next_scanline * (unsigned)width * 3;
        jpeg_write_scanlines(&jpeg, &line, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    fclose(file);
}

static void jpegs(void **state) {
    (void)state;
    enum { SIDE = 16 };
    uint8_t pixels[SIDE * SIDE * 3];
    for (int i = 0; i < SIDE * SIDE; i++)
        pixels[3 * i] = 200, pixels[3 * i + 1] = 100, pixels[3 * i + 2] = 50;
    put_jpeg("whole.jpg", SIDE, SIDE, pixels);
    kcc_picture p;
    assert_int_equal(kcc_picture_read("whole.jpg", 3, &p, NULL), KCC_OK);
    assert_true(p.height == SIDE && p.width == SIDE);
    for (int i = 0; i < SIDE * SIDE * 3; i++) assert_true(abs(p.pixel[i] - pixels[i]) <= 3);
    free(p.pixel);
    assert_int_equal(kcc_picture_read("whole.jpg", 1, &p, NULL), KCC_OK);
    assert_true(abs(p.pixel[0] - 124) <= 2);
    free(p.pixel);
    void *bytes;
    size_t size;
    assert_int_equal(kcc_file_read("whole.jpg", &bytes, &size, NULL), KCC_OK);
    for (size_t n = 0; n + 2 < size; n += 5) {
        assert_int_equal(kcc_file_write("cut.jpeg", bytes, n, NULL), KCC_OK);
        assert_int_equal(kcc_picture_read("cut.jpeg", 3, &p, NULL), KCC_EPARSE);
    }
    free(bytes);
}

#else

static void jpegs(void **state) {
    (void)state;
    kcc_picture p;
    kcc_error error = {0};
    assert_int_equal(kcc_picture_read("a.jpg", 3, &p, &error), KCC_EUNSUPPORTED);
    assert_string_equal(error.hint, "install libjpeg-dev and build kcc again");
}

#endif

int main(void) {
    const struct CMUnitTest tests[] = {
#ifdef KCC_HAVE_PNG
        cmocka_unit_test(resizing), cmocka_unit_test(channels),    cmocka_unit_test(classes),
        cmocka_unit_test(damage),   cmocka_unit_test(the_command),
#else
        cmocka_unit_test(no_png),
#endif
        cmocka_unit_test(jpegs)};
    return cmocka_run_group_tests(tests, folder_set_up, folder_tear_down);
}
