/* metric_names.c: which names stay, which become objects, and that kcc reads those as it read the name. */
#include "model_rig.h"

#include <stdio.h>
#include <string.h>

#define METRIC(class_name, name) \
    "{\"module\":\"keras.metrics\",\"class_name\":\"" class_name "\",\"config\":{\"name\":\"" name \
    "\"},\"registered_name\":null}"
#define FUNCTION(function, name) \
    "{\"module\":\"keras.metrics\",\"class_name\":\"MeanMetricWrapper\",\"config\":{\"name\":\"" name \
    "\",\"fn\":{\"module\":\"builtins\",\"class_name\":\"function\",\"config\":\"" function \
    "\",\"registered_name\":\"function\"}},\"registered_name\":null}"

static void check(const char *text, const char *expected) {
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    bool changed = kcc_metrics_spell(json);
    char *printed = cJSON_PrintUnformatted(json);
    assert_string_equal(printed, expected ? expected : text);
    assert_int_equal(changed, expected != NULL);
    cJSON_free(printed);
    cJSON_Delete(json);
}

static void names(void **state) {
    (void)state;
    static const char known[] =
        "accuracy acc Accuracy mse MSE bce mean_squared_error MeanSquaredError auc AUC r2_score R2Score "
        "MeanIoU "
        "one_hot_mean_io_u root_mean_squared_error RootMeanSquaredError f_beta_score FBetaScore "
        "kl_divergence "
        "log_cosh_error LogCoshError cosine_similarity TopKCategoricalAccuracy hinge precision";
    char one[200], name[64];
    for (const char *at = known; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        snprintf(one, sizeof one, "{\"metrics\":[\"%s\"]}", name);
        check(one, NULL);
        at += n;
    }
    check("{\"metrics\":[\"mse\",\"rmse\",\"fbeta_score\"],\"weighted_metrics\":[\"kld\"]}",
          "{\"metrics\":[\"mse\"," METRIC("RootMeanSquaredError", "rmse") "," METRIC(
              "FBetaScore", "fbeta_score") "],"
                                           "\"weighted_metrics\":[" METRIC("KLDivergence", "kld") "]}");
    check("{\"metrics\":[[\"logcosh\"],[\"huber\",null]]}",
          "{\"metrics\":[[" METRIC("LogCoshError", "logcosh") "],[" FUNCTION("huber", "huber") ",null]]}");
    check("{\"metrics\":{\"a\":\"cosine\",\"b\":[\"cce\"]}}",
          "{\"metrics\":{\"a\":" FUNCTION("cosine_similarity", "cosine") ",\"b\":[" METRIC(
              "CategoricalCrossentropy", "cce") "]}}");
    check("{\"loss\":\"bce\",\"metrics\":[\"crossentropy\"]}",
          "{\"loss\":\"bce\",\"metrics\":[" METRIC("BinaryCrossentropy", "crossentropy") "]}");
    check("{\"metrics\":[\"nothing\",{\"class_name\":\"Mean\",\"config\":{\"name\":\"rmse\"}}]}", NULL);
    check("{\"metrics\":null}", NULL);
    check("{}", NULL);
}

/* The same numbers under the same name, from the name and from what stands for it. */
static void read_as_before(void **state) {
    (void)state;
    static const char *const all[] = {"rmse",     "kld",        "cosine", "cce",
                                      "log_cosh", "huber_loss", "dice",   "crossentropy"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[100];
        double x[] = {0.25, 0.75, 0.5, 0.5}, y[] = {1, 0, 0, 1}, *in[] = {x}, *out[] = {y}, results[2][4];
        rig_data d = {.batch = 2, .x = in, .y = out};
        snprintf(text, sizeof text,
                 "{\"optimizer\":\"sgd\",\"loss\":\"binary_crossentropy\",\"metrics\":[\"%s\"]}", all[i]);
        cJSON *json = cJSON_Parse(text);
        assert_true(kcc_metrics_spell(json));
        char *spelt = cJSON_PrintUnformatted(json);
        for (int k = 0; k < 2; k++) {
            kcc_model *m = rig_load(RIG_SEQUENTIAL(
                "[null,2]", RIG_LAYER("Activation", "\"name\":\"o\",\"activation\":\"linear\"")));
            rig_compile_json(m, k ? spelt : text);
            assert_string_equal(m->compiled->metric[0].name, all[i]);
            assert_int_equal(rig_evaluate(m, &d, results[k]), 2);
            kcc_model_free(m);
        }
        rig_near(results[0][1], results[1][1], 1e-12);
        cJSON_free(spelt);
        cJSON_Delete(json);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(read_as_before)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
