/* weights_keras_zip.c: archives written and read, compile_config put into the model's text. */
#include "weights_model.h"

#include "container.h"
#include "zip_file.h"

static wm m;

static void set(const char *json, const char *compile, const char *want) {
    kcc_text text = {0};
    kcc_weights_set_compile_config(&text, json, compile);
    if (want) {
        assert_false(text.failed);
        assert_string_equal(text.data, want);
    } else {
        assert_true(text.failed);
    }
    kcc_text_free(&text);
}

static void compile_config(void **state) {
    (void)state;
    set("{\"a\": {\"compile_config\": 1}, \"compile_config\": {\"x\": [\"}\"]}, \"b\": 2}", "{}",
        "{\"a\": {\"compile_config\": 1}, \"compile_config\": {}, \"b\": 2}");
    set("{\"a\": \"\\\"compile_config\"}", "{}", "{\"a\": \"\\\"compile_config\", \"compile_config\": {}}");
    set(" {} ", "", " {\"compile_config\": null} ");
    set("[1]", "{}", NULL);
    set("{\"a\": {", "{}", NULL);
    set("{\"a\": \"x", "{}", NULL);
    set("", "{}", NULL);
}

static void complete(const char *json, const char *want) {
    kcc_text text = {0};
    kcc_weights_complete_compile(&text, json);
    assert_string_equal(text.data, want);
    kcc_text_free(&text);
}

static void compile_for_keras(void **state) {
    (void)state;
    static const char own[] = "{\"optimizer\": {\"module\": \"keras.optimizers\", \"class_name\": \"Adam\"}}";
    complete(own, own);
    complete("{\"optimizer\": \"adam\"}", "{\"optimizer\": \"adam\"}");
    static const char known[] =
        "{\"optimizer\": \"adam\", \"loss\": \"mse\", \"metrics\": [\"kl_divergence\"]}";
    complete(known, known);
    complete(
        "{\"optimizer\":\"adam\",\"loss\":[\"mse\",\"cce\"],\"metrics\":[\"rmse\"]}",
        "{\"optimizer\":\"adam\",\"loss\":[\"mean_squared_error\",\"categorical_crossentropy\"],\"metrics\":["
        "{\"module\":\"keras.metrics\",\"class_name\":\"RootMeanSquaredError\",\"config\":{\"name\":\"rmse\"}"
        ","
        "\"registered_name\":null}]}");
    complete(
        "{\"optimizer\":{\"module\":\"m\",\"config\":{\"learning_rate\":1,\"momentum\": 0,\"rho\":1}}}",
        "{\"optimizer\":{\"module\":\"m\",\"config\":{\"learning_rate\":1.0,\"momentum\": 0.0,\"rho\":1}}}");
    complete("{\"optimizer\":{\"module\":\"momentum\",\"learning_rate\":1e-7,\"momentum\":0.0}}",
             "{\"optimizer\":{\"module\":\"momentum\",\"learning_rate\":1e-7,\"momentum\":0.0}}");
    complete(
        "{\"optimizer_config\":{\"class_name\":\"rmsprop\",\"config\":{\"rho\":0.5}},\"sample_weight_mode\":"
        "null}",
        "{\"optimizer\":{\"class_name\":\"RMSprop\",\"config\":{\"rho\":0.5},\"module\":\"keras.optimizers\","
        "\"registered_name\":null}}");
}

/* What Python writes for numbers that have no digits stays what it is. */
static void infinite(void **state) {
    (void)state;
    set("{\"config\": {\"max_value\": Infinity, \"x\": NaN}}", "{\"a\": -Infinity}",
        "{\"config\": {\"max_value\": Infinity, \"x\": NaN}, \"compile_config\": {\"a\": -Infinity}}");
    complete("{\"optimizer\":\"adam\",\"loss\":\"cce\",\"loss_weights\":[Infinity,-Infinity,NaN]}",
             "{\"optimizer\":\"adam\",\"loss\":\"categorical_crossentropy\",\"loss_weights\":"
             "[Infinity,-Infinity,NaN]}");
}

static void round_trip(void **state) {
    (void)state;
    wm_open(&m);
    kcc_session *a = wm_session(&m, 1), *b = wm_session(&m, 0);
    kcc_arena *arena = kcc_arena_create();
    kcc_weights_io io = wm_io(&m, a, arena, NULL);
    io.path = wm_file("m.keras");
    io.compile_json = m.program.compile_json;
    assert_int_equal(kcc_weights_write_archive(&io), KCC_OK);
    char *json, *compiled;
    assert_int_equal(kcc_container_read(io.path, &json, &compiled, NULL), KCC_OK);
    assert_string_equal(json,
                        "{\"module\": \"keras\", \"class_name\": \"Sequential\", \"config\": {\"name\": "
                        "\"m, \\\"}\"}, \"compile_config\": {\"optimizer\": \"nadam\", \"loss\": \"mse\"}, "
                        "\"build_config\": {}}");
    free(json);
    kcc_weights_io in = wm_io(&m, b, arena, NULL);
    in.path = io.path;
    assert_int_equal(kcc_weights_read_archive(&in), KCC_OK);
    assert_true(in.slots_found && in.iterations == 7);
    wm_check(&m, b, WM_WEIGHTS + WM_SLOTS, 1);
    remove(io.path);
    kcc_arena_free(arena);
    kcc_session_free(a);
    kcc_session_free(b);
}

/* Keras finds a model's class by its module, which the JSON of an .h5 file does not have. */
static void module_added(void **state) {
    (void)state;
    static const char *const json[][2] = {
        {" {\"class_name\": \"Sequential\", \"config\": {}}",
         "{\"module\": \"keras\", \"class_name\": \"Sequential\", \"config\": {}, \"compile_config\": null}"},
        {"{\"class_name\": \"Functional\", \"config\": {\"module\": 1}}",
         "{\"module\": \"keras.src.models.functional\", \"registered_name\": \"Functional\", \"class_name\": "
         "\"Functional\", \"config\": {\"module\": 1}, \"compile_config\": null}"},
        {"{\"module\": \"mine\", \"class_name\": \"Functional\"}",
         "{\"module\": \"mine\", \"class_name\": \"Functional\", \"compile_config\": null}"}};
    kcc_arena *arena = kcc_arena_create();
    wm_open(&m);
    kcc_session *session = wm_session(&m, 1);
    for (int i = 0; i < 3; i++) {
        kcc_weights_io io = wm_io(&m, session, arena, NULL);
        kcc_model model = m.model;
        model.json = (char *)(uintptr_t)json[i][0];
        io.model = &model;
        io.path = wm_file("m.keras");
        io.compile_json = "null";
        assert_int_equal(kcc_weights_write_archive(&io), KCC_OK);
        char *text, *compiled;
        assert_int_equal(kcc_container_read(io.path, &text, &compiled, NULL), KCC_OK);
        assert_string_equal(text, json[i][1]);
        free(text);
        remove(io.path);
    }
    kcc_arena_free(arena);
    kcc_session_free(session);
}

static void refused(void **state) {
    (void)state;
    wm_open(&m);
    kcc_session *s = wm_session(&m, 1);
    kcc_arena *arena = kcc_arena_create();
    kcc_error error = {0};
    kcc_weights_io io = wm_io(&m, s, arena, &error);
    io.path = wm_file("m.keras");
    m.model.generation = KCC_KERAS_TF;
    assert_int_equal(kcc_weights_write(s, &m.model, io.path, NULL, &error), KCC_EUNSUPPORTED);
    assert_int_not_equal(access(io.path, F_OK), 0);
    error = (kcc_error){0};
    kcc_zip_member member[] = {{"config.json", "{}", 2}};
    assert_int_equal(kcc_zip_write(io.path, member, 1, NULL), KCC_OK);
    assert_int_equal(kcc_weights_read_archive(&io), KCC_EPARSE);
    assert_string_equal(error.message, "has no model.weights.h5");
    error = (kcc_error){0};
    member[0].name = "model.weights.npz";
    assert_int_equal(kcc_zip_write(io.path, member, 1, NULL), KCC_OK);
    assert_int_equal(kcc_weights_read_archive(&io), KCC_EUNSUPPORTED);
    error = (kcc_error){0};
    member[0].name = KCC_KERAS_WEIGHTS;
    assert_int_equal(kcc_zip_write(io.path, member, 1, NULL), KCC_OK);
    assert_int_equal(kcc_weights_read_archive(&io), KCC_EPARSE);
    assert_non_null(strstr(error.location, "m.keras: model.weights.h5"));
    remove(io.path);
    kcc_arena_free(arena);
    kcc_session_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(compile_config), cmocka_unit_test(compile_for_keras),
                                       cmocka_unit_test(infinite),       cmocka_unit_test(round_trip),
                                       cmocka_unit_test(module_added),   cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
