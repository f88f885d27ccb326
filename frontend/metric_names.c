/*
 * Metrics spelt as Keras 3 reads them from a file.
 *
 * Takes: compile information that kcc has read, as JSON.
 * Gives: the same with names that only kcc and older Keras know as objects of Keras 3, under the name written, so
 *        that History keeps it.
 * Keeps: what Keras 3 knows stays as it is.
 * Source: Keras 3.15 metrics.get, compile_utils.get_metric; serialized forms tried there.
 */
#include <ctype.h>
#include <string.h>

#include "keras_compile.h"

/* Losses that Keras 3 has as metrics, too: the other ones are functions there. */
static const char classes[] =
    "MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError "
    "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy Hinge SquaredHinge "
    "CategoricalHinge "
    "KLDivergence Poisson LogCosh";
/* Short forms metrics.get knows. */
static const char shorts[] = "acc mse MSE mae MAE mape MAPE msle MSLE bce BCE";

/* "root_mean_squared_error" as "RootMeanSquaredError". */
static void class_of(const char *snake, char *text, size_t size) {
    size_t n = 0;
    if (strcmp(snake, "auc") == 0) snake = "a_u_c";
    if (strcmp(snake, "fbeta_score") == 0) snake = "f_beta_score";
    for (bool begin = true; *snake && n + 1 < size; snake++) {
        if (*snake != '_') text[n++] = begin ? (char)toupper((unsigned char)*snake) : *snake;
        begin = *snake == '_';
    }
    text[n] = '\0';
}

/* {"module": …, "class_name": …, "config": …, "registered_name": …}; takes config. */
static cJSON *object_of(const char *module, const char *class_name, cJSON *config, const char *registered) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "module", module);
    cJSON_AddStringToObject(object, "class_name", class_name);
    if (!config || !cJSON_AddItemToObject(object, "config", config)) {
        cJSON_Delete(config);
        cJSON_Delete(object);
        return NULL;
    }
    if (registered)
        cJSON_AddStringToObject(object, "registered_name", registered);
    else
        cJSON_AddNullToObject(object, "registered_name");
    return object;
}

static cJSON *named(const char *name) {
    cJSON *config = cJSON_CreateObject();
    cJSON_AddStringToObject(config, "name", name);
    return config;
}

/* A loss that is no class of keras.metrics: its function in Keras's own wrapper, which .h5 needs, too. */
static cJSON *function_of(const kcc_loss_row *row, const char *name) {
    cJSON *function = object_of("builtins", "function", cJSON_CreateString(row->name), "function");
    cJSON *config = named(name);
    if (!function || !cJSON_AddItemToObject(config, "fn", function)) {
        cJSON_Delete(function);
        cJSON_Delete(config);
        return NULL;
    }
    return object_of("keras.metrics", "MeanMetricWrapper", config, NULL);
}

/* "crossentropy" is that of the loss. */
static const char *meant(const char *name, const char *loss) {
    if (!kcc_name_in(name, "crossentropy ce")) return name;
    return loss && strstr(loss, "crossentropy") ? loss : name;
}

/* What stands for a name; NULL: the name itself. */
static cJSON *spelt(const char *name, const char *loss) {
    char class_name[64];
    const char *wanted = meant(name, loss);
    const kcc_metric_row *metric = kcc_metric_find(wanted);
    const kcc_loss_row *row = metric ? NULL : kcc_loss_find(wanted);
    if (metric) {
        class_of(metric->name, class_name, sizeof class_name);
        bool snake = strcmp(name, strcmp(metric->name, "fbeta_score") ? metric->name : "f_beta_score") == 0;
        if (snake || strcmp(name, class_name) == 0 || kcc_name_in(name, shorts)) return NULL;
        return object_of("keras.metrics", class_name, named(name), NULL);
    }
    if (!row) return NULL;
    if (!kcc_name_in(row->class_name, classes)) return function_of(row, name);
    bool other = strcmp(row->class_name, "LogCosh") == 0;
    const char *own = other ? "LogCoshError" : row->class_name;
    if (strcmp(name, own) == 0 || strcmp(name, other ? "log_cosh_error" : row->name) == 0 ||
        kcc_name_in(name, shorts))
        return NULL;
    return object_of("keras.metrics", own, named(name), NULL);
}

/* The names in lists, or objects by output. */
static bool spell(cJSON *list, const char *loss) {
    bool changed = false;
    if (cJSON_HasObjectItem(list, "class_name")) return false;
    for (cJSON *item = list ? list->child : NULL, *next; item; item = next) {
        next = item->next;
        cJSON *object = cJSON_IsString(item) ? spelt(item->valuestring, loss) : NULL;
        if (!object)
            changed = spell(item, loss) || changed;
        else if (cJSON_IsObject(list)) /* by key, which the new one gets */
            changed = cJSON_ReplaceItemInObjectCaseSensitive(list, item->string, object);
        else
            changed = cJSON_ReplaceItemViaPointer(list, item, object);
    }
    return changed;
}

bool kcc_metrics_spell(cJSON *compile) {
    static const char *const keys[] = {"metrics", "weighted_metrics"};
    const char *loss = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(compile, "loss"));
    const kcc_loss_row *row = loss ? kcc_loss_find(loss) : NULL;
    bool changed = false;
    for (int i = 0; i < 2; i++) {
        cJSON *metrics = cJSON_GetObjectItemCaseSensitive(compile, keys[i]);
        changed = spell(metrics, row ? row->name : NULL) || changed;
    }
    return changed;
}
