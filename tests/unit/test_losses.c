/*
 * losses.c and their reduction: values of every row, fused and clipped forms.
 */
#include "model_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A model that returns its input; y, p of shape [n, width]; loss as JSON. */
static double value(const char *loss, int width, int64_t n, double *y, double *p, double *weight) {
    char json[1500], compile[600];
    double *ys[] = {y}, *xs[] = {p}, *ws[] = {weight};
    snprintf(json, sizeof json,
             RIG_SEQUENTIAL("[null,%d]", RIG_LAYER("Activation", "\"name\":\"l\",\"activation\":\"linear\"")),
             width);
    snprintf(compile, sizeof compile, "{\"optimizer\":\"sgd\",\"loss\":%s}", loss);
    kcc_model *m = rig_load(json);
    rig_compile_json(m, compile);
    double v = rig_loss(m, &(rig_data){.batch = n, .x = xs, .y = ys, .sample_weight = weight ? ws : NULL});
    kcc_model_free(m);
    return v;
}

static double y2[] = {1, 0}, p2[] = {0.8, 0.3};

static void regression(void **state) {
    (void)state;
    double y[] = {1, 2}, p[] = {3, 1.5};
    rig_near(value("\"mse\"", 2, 1, y, p, NULL), (4 + 0.25) / 2, 1e-12);
    rig_near(value("\"mae\"", 2, 1, y, p, NULL), 1.25, 1e-12);
    rig_near(value("\"MeanAbsolutePercentageError\"", 2, 1, y, p, NULL), 100 * (2 + 0.25) / 2, 1e-9);
    rig_near(value("\"msle\"", 2, 1, y, p, NULL), (pow(log(4) - log(2), 2) + pow(log(2.5) - log(3), 2)) / 2,
             1e-9);
    rig_near(value("\"huber\"", 2, 1, y, p, NULL), (1.5 + 0.125) / 2, 1e-12);
    rig_near(value("{\"class_name\":\"Huber\",\"config\":{\"delta\":0.25}}", 2, 1, y, p, NULL),
             (0.25 * 2 - 0.03125 + 0.25 * 0.5 - 0.03125) / 2, 1e-12);
    rig_near(value("\"log_cosh\"", 2, 1, y, p, NULL), (log(cosh(2)) + log(cosh(0.5))) / 2, 1e-9);
    rig_near(value("\"poisson\"", 2, 1, y, p, NULL), (3 - log(3 + 1e-7) + 1.5 - 2 * log(1.5 + 1e-7)) / 2,
             1e-9);
    rig_near(value("\"cosine_similarity\"", 2, 1, y, p, NULL), -6 / sqrt(5 * 11.25), 1e-9);
}

static void crossentropy(void **state) {
    (void)state;
    double bce = -(log(0.8) + log(0.7)) / 2;
    rig_near(value("\"binary_crossentropy\"", 2, 1, y2, p2, NULL), bce, 1e-7);
    rig_near(value("\"bce\"", 1, 1, (double[]){1}, (double[]){0}, NULL), 16.1180957, 1e-6);
    rig_near(value("{\"class_name\":\"BinaryCrossentropy\",\"config\":{\"from_logits\":true}}", 1, 1,
                   (double[]){1}, (double[]){-20}, NULL),
             20, 1e-7);
    rig_near(value("\"categorical_crossentropy\"", 2, 1, y2, p2, NULL), -log(0.8 / 1.1), 1e-7);
    rig_near(value("{\"class_name\":\"CategoricalCrossentropy\",\"config\":{\"label_smoothing\":0.2}}", 2, 1,
                   y2, p2, NULL),
             -0.9 * log(0.8 / 1.1) - 0.1 * log(0.3 / 1.1), 1e-7);
    rig_near(value("\"sparse_categorical_crossentropy\"", 2, 2, (double[]){1, 0},
                   (double[]){0.8, 0.2, 0.5, 0.5}, NULL),
             -(log(0.2) + log(0.5)) / 2, 1e-7);
    rig_near(value("{\"class_name\":\"SparseCategoricalCrossentropy\",\"config\":{\"ignore_class\":1}}", 2, 2,
                   (double[]){1, 0}, (double[]){0.8, 0.2, 0.5, 0.5}, NULL),
             -log(0.5), 1e-6);
    rig_near(value("\"binary_focal_crossentropy\"", 2, 1, y2, p2, NULL),
             -(0.04 * log(0.8) + 0.09 * log(0.7)) / 2, 1e-7);
    rig_near(value("\"kl_divergence\"", 2, 1, (double[]){0.25, 0.75}, (double[]){0.5, 0.5}, NULL),
             0.25 * log(0.5) + 0.75 * log(1.5), 1e-7);
}

static void hinges(void **state) {
    (void)state;
    double p[] = {0.5, 0.25};
    rig_near(value("\"hinge\"", 2, 1, (double[]){1, -1}, p, NULL), (0.5 + 1.25) / 2, 1e-12);
    rig_near(value("\"hinge\"", 2, 1, (double[]){1, 0}, p, NULL), (0.5 + 1.25) / 2,
             1e-12); /* 0, 1 become -1, 1 */
    rig_near(value("\"squared_hinge\"", 2, 1, (double[]){1, -1}, p, NULL), (0.25 + 1.5625) / 2, 1e-12);
    rig_near(value("\"categorical_hinge\"", 2, 1, (double[]){1, 0}, p, NULL), 0.25 - 0.5 + 1, 1e-12);
    rig_near(value("\"dice\"", 2, 1, y2, p2, NULL), 1 - 1.6 / (1 + 1.1 + 1e-7), 1e-9);
    rig_near(value("\"dice\"", 1, 2, y2, p2, (double[]){1, 4}), 2.5 * (1 - 1.6 / (1 + 1.1 + 1e-7)),
             1e-9); /* times the mean weight */
    rig_near(value("\"tversky\"", 2, 1, y2, p2, NULL), 1 - 0.8 / (0.8 + 0.5 * 0.3 + 0.5 * 0.2 + 1e-7), 1e-9);
    rig_near(
        value("{\"class_name\":\"Tversky\",\"config\":{\"alpha\":0.3,\"beta\":0.7}}", 2, 1, y2, p2, NULL),
        1 - 0.8 / (0.8 + 0.3 * 0.2 + 0.7 * 0.3 + 1e-7), 1e-9);
}

/* l = [1, 2, 3, 4], w = [2, 0, 1, 3]: 17 / 4. */
static void reductions(void **state) {
    (void)state;
    double y[] = {0, 0, 0, 0}, p[] = {1, 2, 3, 4}, w[] = {2, 0, 1, 3};
    rig_near(value("\"mae\"", 1, 4, y, p, w), 4.25, 1e-12);
    rig_near(value("\"mae\"", 1, 4, y, p, NULL), 2.5, 1e-12);
    rig_near(
        value("{\"class_name\":\"MeanAbsoluteError\",\"config\":{\"reduction\":\"sum\"}}", 1, 4, y, p, w), 17,
        1e-12);
    rig_near(
        value("{\"class_name\":\"MeanAbsoluteError\",\"config\":{\"reduction\":\"mean_with_sample_weight\"}}",
              1, 4, y, p, w),
        17.0 / 6, 1e-6);
}

/* A sigmoid's or softmax's loss is taken from its logits: no clipping at 1e-7. */
static void fused(void **state) {
    (void)state;
    double y[] = {1}, x[] = {-20}, *ys[] = {y}, *xs[] = {x};
    kcc_model *m = rig_load(
        RIG_SEQUENTIAL("[null,1]", RIG_LAYER("Activation", "\"name\":\"l\",\"activation\":\"sigmoid\"")));
    rig_compile(m, "binary_crossentropy", NULL);
    rig_near(rig_loss(m, &(rig_data){.batch = 1, .x = xs, .y = ys}), 20, 1e-7);
    kcc_model_free(m);
    double id[] = {0}, z[] = {-30, 0}, *ids[] = {id}, *zs[] = {z};
    m = rig_load(
        RIG_SEQUENTIAL("[null,2]", RIG_LAYER("Activation", "\"name\":\"l\",\"activation\":\"softmax\"")));
    rig_compile(m, "sparse_categorical_crossentropy", NULL);
    rig_near(rig_loss(m, &(rig_data){.batch = 1, .x = zs, .y = ids}), 30, 1e-9);
    kcc_model_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regression), cmocka_unit_test(crossentropy), cmocka_unit_test(hinges),
        cmocka_unit_test(reductions), cmocka_unit_test(fused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
