/*
 * keras_compile.c: losses and metrics by output, names, strings of the command line, messages.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

static const char two_outputs[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,4],\"dtype\":\"float32\",\"name\":\"in\"},\"name\":\"in\",\"inbound_no"
    "des\":[]},{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"value"
    "\",\"units\":1},\"name\":\"value\",\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_t"
    "ensor__\",\"config\":{\"keras_history\":[\"in\",0,0]}}],\"kwargs\":{}}]},{\"module\":\"keras"
    ".layers\",\"class_name\":\"Dense\",\"config\":{\"name\":\"label\",\"units\":3,\"activation\""
    ":\"softmax\"},\"name\":\"label\",\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_ten"
    "sor__\",\"config\":{\"keras_history\":[\"in\",0,0]}}],\"kwargs\":{}}]}],\"input_layers\":[\""
    "in\",0,0],\"output_layers\":[[\"value\",0,0],[\"label\",0,0]]}}";
static const char one_output[] = RIG_SEQUENTIAL("[null,4]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":1"));

static const char *message(const char *json, const kcc_training *t) {
    static char text[1100];
    kcc_error error = {0};
    kcc_model *m = rig_load(json);
    assert_int_not_equal(kcc_model_compile_config(m, t, &error), KCC_OK);
    assert_false(kcc_model_trains(m));
    kcc_model_free(m);
    return kcc_error_text(&error, text, sizeof text);
}

static void check_names(kcc_model *m, const char *expected) {
    kcc_text names = {0};
    for (int i = 0; i < m->compiled->n_reported; i++)
        kcc_text_add(&names, "%s ", m->compiled->reported[i].name);
    assert_string_equal(names.data, expected);
    kcc_text_free(&names);
    kcc_model_free(m);
}

static int n_lines;
static char last_line[400];

static void keep(void *user, const char *line) {
    (void)user;
    n_lines++;
    snprintf(last_line, sizeof last_line, "%s", line);
}

/* Keras trains it, and warns. */
static void one_class(void **state) {
    (void)state;
    kcc_model *m = NULL;
    kcc_error e = {0};
    assert_int_equal(kcc_model_parse(one_output, "m.json", &(kcc_load_options){.log = keep}, &m, &e), KCC_OK);
    n_lines = 0;
    rig_compile(m, "categorical_crossentropy", NULL);
    assert_int_equal(n_lines, 1);
    assert_string_equal(
        last_line,
        "command line: $.loss: warning: categorical_crossentropy expects an output of several classes, "
        "but \"d\" is 1 wide; binary_crossentropy is for two classes");
    rig_compile(m, "binary_crossentropy", NULL);
    assert_int_equal(n_lines, 1);
    kcc_model_free(m);
}

static void names(void **state) {
    (void)state;
    kcc_model *m = rig_load(one_output);
    rig_compile_json(m, "{\"optimizer\":\"sgd\",\"loss\":\"mse\",\"metrics\":[\"mae\",\"accuracy\",\"mae\"],"
                        "\"weighted_metrics\":[\"mae\"]}");
    check_names(m, "loss mae accuracy mae_1 weighted_mae ");
    m = rig_load(two_outputs);
    rig_compile_json(m, "{\"optimizer\":\"sgd\",\"loss\":\"mse\",\"metrics\":[[\"mae\"],[]],"
                        "\"weighted_metrics\":[[\"mae\",\"mae\"],[\"mae\"]]}");
    check_names(m, "loss value_loss label_loss value_mae value_weighted_mae value_weighted_mae_1 label_mae ");
    m = rig_load(two_outputs);
    rig_compile_json(
        m, "{\"optimizer\":\"sgd\",\"loss\":{\"value\":\"mse\",\"label\":\"categorical_crossentropy\"},"
           "\"loss_weights\":[1,0.5],\"metrics\":{\"label\":[\"accuracy\"],\"value\":\"mae\"}}");
    rig_near(m->compiled->loss[1].weight, 0.5, 0);
    assert_string_equal(m->compiled->metric[1].row->name, "categorical_accuracy");
    check_names(m, "loss value_loss label_loss value_mae label_accuracy ");
    m = rig_load(two_outputs);
    rig_compile(m, "mse,sparse_categorical_crossentropy", "mae;accuracy");
    assert_true(m->compiled->loss[1].row->sparse);
    assert_string_equal(m->compiled->metric[1].row->name, "sparse_categorical_accuracy");
    check_names(m, "loss value_loss label_loss value_mae label_accuracy ");
}

/* training_config of a Keras 2 .h5: wrapped metrics, optimizer_config. */
static void keras_2(void **state) {
    (void)state;
    kcc_model *m = rig_load(one_output);
    m->generation = KCC_KERAS_TF;
    rig_compile_json(
        m, "{\"optimizer_config\":{\"class_name\":\"Adam\",\"config\":{\"lr\":0.01,\"decay\":0.1,\"epsilon\":"
           "null}},"
           "\"loss\":\"binary_crossentropy\",\"metrics\":[[{\"class_name\":\"MeanMetricWrapper\",\"config\":"
           "{\"name\":\"accuracy\",\"dtype\":\"float32\",\"fn\":\"binary_accuracy\"}}]],\"sample_weight_"
           "mode\":null}");
    assert_int_equal(m->compiled->optimizer.rules, KCC_RULES_TFL);
    rig_near(m->compiled->optimizer.learning_rate, 0.01, 0);
    rig_near(m->compiled->optimizer.decay, 0.1, 0);
    rig_near(m->compiled->optimizer.epsilon, 1e-7, 0);
    check_names(m, "loss accuracy ");
}

static void overrides(void **state) {
    (void)state;
    kcc_error error = {0};
    kcc_model *m = rig_load(one_output);
    rig_compile_json(m, "{\"optimizer\":\"sgd\",\"loss\":\"mse\",\"metrics\":[\"mae\"]}");
    assert_int_equal(kcc_model_compile_config(
                         m, &(kcc_training){.optimizer = "adam:learning_rate=0.5,amsgrad=true"}, &error),
                     KCC_OK);
    assert_int_equal(m->compiled->optimizer.kind, KCC_OPT_ADAM);
    assert_true(m->compiled->optimizer.amsgrad);
    rig_near(m->compiled->optimizer.learning_rate, 0.5, 0);
    assert_true(kcc_model_trains(m));
    check_names(m, "loss mae ");
}

static void messages(void **state) {
    (void)state;
    assert_string_equal(message(one_output, &(kcc_training){.loss = "msee"}),
                        "command line: $.loss: unknown loss \"msee\" (did you mean \"mse\"?)");
    assert_string_equal(
        message(one_output, &(kcc_training){.loss = "mse", .metrics = "accurcy"}),
        "command line: $.metrics[0]: unknown metric \"accurcy\" (did you mean \"accuracy\"?)");
    assert_string_equal(message(one_output, &(kcc_training){.loss = "mse", .optimizer = "adm"}),
                        "command line: $.optimizer: unknown optimizer \"adm\" (did you mean \"Adam\"?)");
    assert_string_equal(message(one_output, &(kcc_training){.loss = "mse", .optimizer = "sgd:rho=1"}),
                        "--optimizer: \"sgd:rho=1\": the optimizer has no option rho (write it as "
                        "adam:learning_rate=0.01,beta_1=0.8)");
    assert_string_equal(message(one_output, &(kcc_training){.loss = "mse,mae"}),
                        "command line: $.loss: there are 2 entries for 1 output");
    assert_string_equal(message(two_outputs, &(kcc_training){.compile_json = "{\"loss\":{\"labl\":\"mse\"}}",
                                                             .compile_name = "c.json"}),
                        "c.json: $.loss.labl: the model has no output \"labl\" (did you mean \"label\"?)");
    assert_string_equal(
        message(one_output, &(kcc_training){.loss = "mse", .metrics = "sparse_categorical_accuracy"}),
        "command line: $.metrics[0]: metric \"sparse_categorical_accuracy\" needs targets of class ids, the "
        "loss has the "
        "output's shape (the loss must be a sparse one)");
    assert_string_equal(message(one_output, &(kcc_training){.optimizer = "sgd"}),
                        "command line: $: no output has a loss (give a loss)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_class), cmocka_unit_test(names),    cmocka_unit_test(keras_2),
        cmocka_unit_test(overrides), cmocka_unit_test(messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
