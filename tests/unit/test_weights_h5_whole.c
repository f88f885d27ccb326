/* weights_h5_whole.c: what is in the file, the two JSON texts, and reading back with the optimizer's state.
 */
#include "weights_model.h"

#include "container.h"

static wm m;
static const kcc_weights_options whole = {
    .optimizer = true, .log = wm_log, .log_user = &m, .whole_model = true};

static void round_trip(void **state) {
    (void)state;
    wm_open(&m);
    m.program.compile_json =
        "{\"optimizer\": {\"class_name\": \"Nadam\", \"config\": {\"name\": \"nadam\"}}}";
    kcc_session *a = wm_session(&m, 1), *b = wm_session(&m, 0);
    kcc_session_set_iterations(a, 7);
    const char *path = wm_file("whole.h5");
    assert_int_equal(kcc_weights_write(a, &m.model, path, &whole, NULL), KCC_OK);
    assert_int_equal(kcc_weights_read(b, &m.model, path, &whole, NULL), KCC_OK);
    wm_check(&m, b, WM_WEIGHTS + WM_SLOTS, 1);
    assert_int_equal(kcc_session_iterations(b), 7);
    char *model, *training;
    assert_int_equal(kcc_container_read(path, &model, &training, NULL), KCC_OK);
    assert_string_equal(model, "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"m, \\\"}\"}}");
    assert_string_equal(training, "{\"loss_weights\":null,\"optimizer_config\":{\"class_name\":\"Nadam\","
                                  "\"config\":{\"name\":\"nadam\"}}}");
    free(model);
    free(training);
    assert_string_equal(m.log, "");
    kcc_session_free(a);
    kcc_session_free(b);
    remove(path);
}

/* What Python writes for numbers that have no digits stays what it is. */
static void infinite(void **state) {
    (void)state;
    kcc_text text = {0};
    kcc_weights_model_config(&text,
                             "{\"class_name\":\"S\",\"config\":{\"layers\":[{\"config\":{\"max_value\":"
                             "Infinity,\"a\":[-Infinity,NaN,0.1]}}]},\"keras_version\":\"3.0\"}");
    assert_string_equal(text.data, "{\"class_name\":\"S\",\"config\":{\"layers\":[{\"config\":{\"max_value\":"
                                   "Infinity,\"a\":[-Infinity,NaN,0.1]}}]}}");
    kcc_text_free(&text);
}

/* Keras cannot load what has operators from .h5, its own files neither: it is said once. */
static void operators(void **state) {
    (void)state;
    wm_open(&m);
    m.layer[6].is_op = m.layer[7].is_op = true;
    kcc_session *s = wm_session(&m, 1);
    const char *path = wm_file("whole.h5"), *archive = wm_file("whole.keras");
    assert_int_equal(kcc_weights_write(s, &m.model, archive, &whole, NULL), KCC_OK);
    assert_string_equal(m.log, "");
    assert_int_equal(kcc_weights_write(s, &m.model, path, &whole, NULL), KCC_OK);
    const char *said =
        strstr(m.log, "Keras cannot: operator \"inner_bn\" is not found in .h5; save .keras instead");
    assert_non_null(said);
    assert_null(strstr(said + 1, "Keras cannot"));
    m.layer[7].is_bare_op = true; /* it came from .h5 */
    assert_int_equal(kcc_weights_write(s, &m.model, archive, &whole, NULL), KCC_OK);
    assert_non_null(strstr(m.log, "operator \"drop\" is not found in a model that came from .h5"));
    kcc_session_free(s);
    remove(path);
    remove(archive);
}

static void names(kcc_h5 *file, const char *group, const char *attribute, int n, int at, const char *text) {
    kcc_h5_list list;
    assert_int_equal(kcc_h5_texts(file, group, attribute, &list, NULL), KCC_OK);
    assert_int_equal(list.n, n);
    assert_string_equal(list.text[at], text);
    kcc_h5_list_free(&list);
}

/* Groups and names are those of Keras 3.15's files. */
static void layout(void **state) {
    (void)state;
    wm_open(&m);
    kcc_session *s = wm_session(&m, 1);
    kcc_session_set_iterations(s, 1);
    const char *path = wm_file("whole.h5");
    kcc_h5 *file;
    assert_int_equal(kcc_weights_write(s, &m.model, path, &whole, NULL), KCC_OK);
    assert_int_equal(kcc_h5_open(path, &file, NULL), KCC_OK);
    assert_int_equal(kcc_h5_members(file, ""), 2);
    assert_false(kcc_h5_has_attribute(file, "", "layer_names"));
    assert_true(kcc_h5_has_attribute(file, "", "keras_version") && kcc_h5_has_attribute(file, "", "backend"));
    names(file, "model_weights", "layer_names", 6, 3, "block");
    names(file, "model_weights", "keras_version", 1, 0, "3.15.1");
    names(file, "model_weights/dense", "weight_names", 2, 0, "m/dense/kernel");
    assert_true(kcc_h5_is_dataset(file, "model_weights/dense/m/dense/kernel"));
    assert_true(kcc_h5_has_attribute(file, "model_weights/top_level_model_weights", "weight_names"));
    names(file, "optimizer_weights", "weight_names", WM_SLOTS + 2, 0, "nadam/iteration");
    names(file, "optimizer_weights", "weight_names", WM_SLOTS + 2, 1, "nadam/learning_rate");
    names(file, "optimizer_weights", "weight_names", WM_SLOTS + 2, 2, "nadam/w0_momentum");
    names(file, "optimizer_weights", "weight_names", WM_SLOTS + 2, WM_SLOTS + 1, "variable");
    assert_true(kcc_h5_is_dataset(file, "optimizer_weights/nadam/iteration") &&
                kcc_h5_is_dataset(file, "optimizer_weights/variable"));
    kcc_h5_close(file);
    /* Without its state, or without an optimizer, there is no group of it. */
    for (int i = 0; i < 2; i++) {
        kcc_weights_options options = whole;
        options.optimizer = i;
        if (i) m.program.compile_json = "";
        assert_int_equal(kcc_weights_write(s, &m.model, path, &options, NULL), KCC_OK);
        assert_int_equal(kcc_h5_open(path, &file, NULL), KCC_OK);
        assert_false(kcc_h5_is_group(file, "optimizer_weights"));
        assert_int_equal(kcc_h5_has_attribute(file, "", "training_config"), !i);
        kcc_h5_close(file);
    }
    kcc_session_free(s);
    remove(path);
}

static void model_is(const char *json, const char *want) {
    kcc_text text = {0};
    kcc_weights_model_config(&text, json);
    if (want) assert_string_equal(text.data, want);
    assert_int_equal(text.failed, !want);
    kcc_text_free(&text);
}

static void model_config(void **state) {
    (void)state;
    model_is(
        "{\"module\": \"keras\", \"class_name\": \"Functional\", \"config\": {\"name\": \"f\", \"dtype\": "
        "{\"module\": \"keras\", \"class_name\": \"DTypePolicy\", \"config\": {}, \"shared_object_id\": 12}, "
        "\"layers\": [{\"module\": \"keras.layers\", \"class_name\": \"Dense\", \"config\": {\"rate\": "
        "0.019999999552965164, \"kernel_initializer\": {\"module\": \"keras.initializers\", \"class_name\": "
        "\"Zeros\", \"config\": {}}}, \"registered_name\": null, \"build_config\": {}, \"name\": \"d\"}, "
        "{\"module\": \"keras\", \"class_name\": \"Sequential\", \"config\": {\"layers\": [{\"module\": "
        "\"keras.layers\", \"class_name\": \"ReLU\", \"config\": {}}]}}]}, \"compile_config\": {}}",
        "{\"class_name\":\"Functional\",\"config\":{\"name\":\"f\",\"dtype\":{\"module\":\"keras\","
        "\"class_name\":\"DTypePolicy\",\"config\":{}},\"layers\":[{\"class_name\":\"Dense\",\"config\":{"
        "\"rate\":0.019999999552965164,\"kernel_initializer\":{\"module\":\"keras.initializers\","
        "\"class_name\":\"Zeros\",\"config\":{}}},\"name\":\"d\"},{\"class_name\":\"Sequential\",\"config\":{"
        "\"layers\":[{\"class_name\":\"ReLU\",\"config\":{}}]}}]}}");
    model_is("{\"class_name\": \"Sequential\"}", NULL);
    model_is("[]", NULL);
    model_is("{", NULL);
}

static void training_is(const char *json, const char *want) {
    kcc_text text = {0};
    kcc_weights_training_config(&text, json);
    assert_false(text.failed);
    if (want)
        assert_string_equal(text.data, want);
    else
        assert_int_equal(text.size, 0);
    kcc_text_free(&text);
}

static void training_config(void **state) {
    (void)state;
    training_is("{\"optimizer\": \"rmsprop\", \"loss\": \"mse\"}",
                "{\"loss\":\"mean_squared_error\",\"loss_weights\":null,\"optimizer_config\":{\"class_name\":"
                "\"RMSprop\",\"config\":{}}}");
    training_is(
        "{\"optimizer\": {\"module\": \"keras.optimizers\", \"class_name\": \"Adam\", \"config\": "
        "{\"learning_rate\": 0.009999999776482582}, \"registered_name\": null}, \"loss\": [{\"module\": "
        "\"keras.losses\", \"class_name\": \"Huber\", \"config\": {\"delta\": 2.5}, "
        "\"registered_name\": null}]}",
        "{\"loss\":[{\"class_name\":\"Huber\",\"config\":{\"delta\":2.5}}],\"loss_weights\":null,\"optimizer_"
        "config\":{"
        "\"class_name\":\"Adam\",\"config\":{\"learning_rate\":0.009999999776482582}}}");
    training_is(
        "{\"optimizer_config\": {\"class_name\": \"SGD\", \"config\": {\"lr\": 1}}, \"loss\": \"mse\"}",
        "{\"loss\":\"mean_squared_error\",\"loss_weights\":null,\"optimizer_config\":{\"class_name\":\"SGD\","
        "\"config\":{\"lr\":1}}}");
    training_is(
        "{\"optimizer\": {\"class_name\": \"SGD\", \"config\": {\"momentum\": 0}}, \"loss_weights\": 1}",
        "{\"loss_weights\":1,\"optimizer_config\":{\"class_name\":\"SGD\",\"config\":{\"momentum\":0.0}}}");
    training_is("{\"optimizer\": \"sgd\", \"loss\": {\"a\": \"MAE\", \"b\": [\"cosine\"], \"c\": \"own\"}, "
                "\"loss_weights\": [1]}",
                "{\"loss\":{\"a\":\"mean_absolute_error\",\"b\":[\"cosine_similarity\"],\"c\":\"own\"},"
                "\"loss_weights\":[1],\"optimizer_config\":{\"class_name\":\"SGD\",\"config\":{}}}");
    training_is("{\"loss\": \"mse\"}", NULL);
    training_is("{\"loss\": ", NULL);
}

static void refused(void **state) {
    (void)state;
    static const char *const suffix[] = {"w.weights.h5", "w.npz", "w.safetensors"};
    wm_open(&m);
    kcc_session *s = wm_session(&m, 1);
    for (int i = 0; i < 3; i++) {
        kcc_error error = {0};
        assert_int_equal(kcc_weights_write(s, &m.model, suffix[i], &whole, &error), KCC_EINVAL);
        assert_non_null(strstr(error.message, "weights only"));
    }
    kcc_error error = {0};
    m.model.generation = KCC_KERAS_TF;
    assert_int_equal(kcc_weights_write(s, &m.model, wm_file("w.h5"), &whole, &error), KCC_EUNSUPPORTED);
    assert_non_null(strstr(error.message, "Keras 3"));
    kcc_session_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip),   cmocka_unit_test(infinite),
                                       cmocka_unit_test(operators),    cmocka_unit_test(layout),
                                       cmocka_unit_test(model_config), cmocka_unit_test(training_config),
                                       cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
