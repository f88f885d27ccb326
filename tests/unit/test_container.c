/* container.c: which JSON texts come out of which file, and what is said of others. */
#include "weights_model.h"

#include "container.h"
#include "zip_file.h"

static const char *keras_file(void) {
    const char *path = wm_file("a.keras");
    kcc_zip_member member[] = {{"metadata.json", "{}", 2}, {"config.json", "{\"a\": 1}", 8}};
    assert_int_equal(kcc_zip_write(path, member, 2, NULL), KCC_OK);
    return path;
}

static const char *h5_file(const char *model, const char *training, bool names) {
    const char *path = wm_file("a.h5");
    kcc_h5_writer *w;
    void *bytes;
    size_t size;
    assert_int_equal(kcc_h5_create(&w, NULL), KCC_OK);
    if (model) kcc_h5_put_text(w, "", "model_config", false, model);
    if (training) kcc_h5_put_text(w, "", "training_config", true, training);
    if (names) kcc_h5_put_texts(w, "", "layer_names", NULL, 0);
    assert_int_equal(kcc_h5_image(w, &bytes, &size, NULL), KCC_OK);
    kcc_h5_discard(w);
    assert_int_equal(kcc_file_write(path, bytes, size, NULL), KCC_OK);
    free(bytes);
    return path;
}

static void reads_keras(void **state) {
    (void)state;
    char *model, *compiled;
    const char *path = keras_file();
    assert_true(kcc_is_zip(path) && !kcc_is_hdf5(path));
    assert_int_equal(kcc_container_read(path, &model, &compiled, NULL), KCC_OK);
    assert_string_equal(model, "{\"a\": 1}");
    assert_null(compiled);
    free(model);
    remove(path);
}

/* The version is an attribute beside the model: it goes in front where words depend on it. */
static void older_h5(void **state) {
    (void)state;
    static const char *const versions[] = {"1.2.2", "2.15.0-tf", "3.4.1", "1\"}"};
    static const char *const texts[] = {"{\"keras_version\": \"1.2.2\", \"a\": 1}",
                                        "{\"keras_version\": \"2.15.0-tf\", \"a\": 1}", "{\"a\": 1}",
                                        "{\"a\": 1}"};
    for (int i = 0; i < 4; i++) {
        char *model, *compiled;
        const char *path = wm_file("a.h5");
        kcc_h5_writer *w;
        void *bytes;
        size_t size;
        assert_int_equal(kcc_h5_create(&w, NULL), KCC_OK);
        kcc_h5_put_text(w, "", "model_config", false, "{\"a\": 1}");
        kcc_h5_put_text(w, "", "keras_version", true, versions[i]);
        assert_int_equal(kcc_h5_image(w, &bytes, &size, NULL), KCC_OK);
        kcc_h5_discard(w);
        assert_int_equal(kcc_file_write(path, bytes, size, NULL), KCC_OK);
        assert_int_equal(kcc_container_read(path, &model, &compiled, NULL), KCC_OK);
        assert_string_equal(model, texts[i]);
        free(model);
        free(bytes);
        remove(path);
    }
}

static void reads_h5(void **state) {
    (void)state;
    char *model, *compiled, *large = malloc(200001);
    memset(large, 'x', 200000);
    large[200000] = '\0';
    const char *path = h5_file(large, "{}", false);
    assert_true(kcc_is_hdf5(path) && !kcc_is_zip(path));
    assert_int_equal(kcc_container_read(path, &model, &compiled, NULL), KCC_OK);
    assert_string_equal(model, large);
    assert_string_equal(compiled, "{}");
    free(model);
    free(compiled);
    h5_file("{}", NULL, false);
    assert_int_equal(kcc_container_read(path, &model, &compiled, NULL), KCC_OK);
    assert_null(compiled);
    free(model);
    free(large);
    remove(path);
}

static void others(void **state) {
    (void)state;
    char *model, *compiled;
    kcc_error error = {0};
    const char *path = h5_file(NULL, NULL, true);
    assert_int_equal(kcc_container_read(path, &model, &compiled, &error), KCC_EPARSE);
    assert_string_equal(error.message, "has no model_config: it holds weights only");
    assert_non_null(strstr(error.hint, "--weights"));
    assert_null(model);
    error = (kcc_error){0};
    h5_file(NULL, NULL, false);
    assert_int_equal(kcc_container_read(path, &model, &compiled, &error), KCC_EPARSE);
    assert_non_null(strstr(error.message, "no Keras model"));
    error = (kcc_error){0};
    assert_int_equal(kcc_file_write(path, "{}", 2, NULL), KCC_OK);
    assert_int_equal(kcc_container_read(path, &model, &compiled, &error), KCC_EPARSE);
    assert_non_null(strstr(error.message, "neither"));
    assert_int_equal(kcc_container_read("/nonexistent", &model, &compiled, NULL), KCC_EIO);
    error = (kcc_error){0};
    assert_int_equal(kcc_container_read("/tmp", &model, &compiled, &error), KCC_EIO);
    assert_string_equal(error.message, "is a directory, not a file");
    kcc_zip_member member[] = {{"metadata.json", "{}", 2}};
    error = (kcc_error){0};
    assert_int_equal(kcc_zip_write(path, member, 1, NULL), KCC_OK);
    assert_int_equal(kcc_container_read(path, &model, &compiled, &error), KCC_EPARSE);
    assert_non_null(strstr(error.message, "config.json"));
    member[0] = (kcc_zip_member){"config.json", "{\0}", 3};
    assert_int_equal(kcc_zip_write(path, member, 1, NULL), KCC_OK);
    assert_int_equal(kcc_container_read(path, &model, &compiled, NULL), KCC_EPARSE);
    remove(path);
}

/* Of a text that is no JSON, the line is said, and of what. */
static void broken_json(void **state) {
    (void)state;
    kcc_model *model;
    kcc_error error = {0};
    const char *path = wm_file("a.keras");
    kcc_zip_member member[] = {{"config.json", "{x", 2}};
    assert_int_equal(kcc_zip_write(path, member, 1, NULL), KCC_OK);
    assert_int_equal(kcc_model_load(path, NULL, &model, &error), KCC_EPARSE);
    assert_non_null(strstr(error.location, "a.keras (config.json):1:3"));
    member[0] = (kcc_zip_member){"config.json", "{}", 2};
    error = (kcc_error){0};
    assert_int_equal(kcc_zip_write(path, member, 1, NULL), KCC_OK);
    assert_int_equal(kcc_model_load(path, NULL, &model, &error), KCC_EPARSE);
    assert_non_null(strstr(error.location, "a.keras: $"));
    remove(path);
    path = h5_file("{x", NULL, false);
    error = (kcc_error){0};
    assert_int_equal(kcc_model_load(path, NULL, &model, &error), KCC_EPARSE);
    assert_non_null(strstr(error.location, "a.h5 (model_config):1:3"));
    remove(path);
}

static void read_it(void *user, const char *path) {
    (void)user;
    char *model, *compiled;
    if (kcc_container_read(path, &model, &compiled, NULL) != KCC_OK) return;
    free(model);
    free(compiled);
}

static void damaged(void **state) {
    (void)state;
    const char *path = keras_file();
    wm_damage(path, wm_file("damaged.keras"), 100, read_it, NULL);
    remove(path);
    path = h5_file("{\"class_name\": 1}", "{}", true);
    wm_damage(path, wm_file("damaged.h5"), 300, read_it, NULL);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_keras), cmocka_unit_test(reads_h5),
                                       cmocka_unit_test(older_h5),    cmocka_unit_test(others),
                                       cmocka_unit_test(broken_json), cmocka_unit_test(damaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
