/*
 * Optimizers and learning-rate schedules from their configs.
 *
 * Takes: {"class_name", "config"} of any generation.
 * Gives: kcc_optimizer with the rules of its generation.
 * Keeps: an optimizer of Keras 3 or of tf.keras >= 2.11 follows KCC_RULES_K3; tf.keras' legacy ones
 *        KCC_RULES_TFL; Keras 1 and 2 KCC_RULES_K2.
 * Source: initializers-optimizers.md, sections 3 to 6.
 */
#include <ctype.h>
#include <string.h>

#include "keras_compile.h"

static const struct optimizer {
    const char *name;
    kcc_optimizer_kind kind;
    double rate_k3, rate_tfl, rate_k2, weight_decay;
    const char *keys;
} rows[] = {
#define KCC_OPTIMIZER(class, kind, k3, tfl, k2, decay, keys) \
    {#class, KCC_OPT_##kind, k3, tfl, k2, decay, keys},
#include "optimizers.def"
#undef KCC_OPTIMIZER
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static const char common_keys[] =
    "name learning_rate lr decay weight_decay clipnorm global_clipnorm clipvalue use_ema ema_momentum "
    "ema_overwrite_frequency loss_scale_factor gradient_accumulation_steps is_legacy_optimizer jit_compile";

/* Which rules an optimizer's own config shows; newer keys first. */
static kcc_optimizer_rules rules_of(kcc_cursor config, kcc_generation generation) {
    kcc_cursor legacy = kcc_json_get(config, "is_legacy_optimizer");
    if (kcc_json_is_bool(legacy)) return kcc_json_bool(legacy, false) ? KCC_RULES_TFL : KCC_RULES_K3;
    if (generation == KCC_KERAS_3 || kcc_json_get(config, "gradient_accumulation_steps").json ||
        kcc_json_get(config, "loss_scale_factor").json || kcc_json_get(config, "use_ema").json)
        return KCC_RULES_K3;
    return generation == KCC_KERAS_TF ? KCC_RULES_TFL : KCC_RULES_K2;
}

/* ------------------------------------------------------------------ schedule */

static double number(kcc_cursor config, const char *key, double otherwise) {
    return kcc_json_number(kcc_json_get(config, key), otherwise);
}

static double positive(kcc_cursor config, const char *key) {
    kcc_cursor c = kcc_json_get(config, key);
    double v = kcc_json_number(c, 1);
    if (kcc_json_require(c, "1000") && !(v > 0))
        kcc_json_fail(c, KCC_EINVAL, NULL, "%s must be positive", key);
    return v;
}

static const double *numbers(kcc_cursor c, int *n) {
    int i = 0;
    double *v = kcc_alloc_array(c.doc->arena, (size_t)kcc_json_count(c) + 1, sizeof *v);
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) v[i++] = kcc_json_number(e, 0);
    *n = i;
    return v;
}

static void read_schedule(kcc_cursor c, kcc_schedule *s) {
    static const char *const names[] = {"ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay",
                                        "PolynomialDecay",  "CosineDecay",      "CosineDecayRestarts"};
    kcc_object o = kcc_object_read(c);
    kcc_cursor config = o.config;
    if (!o.name) return;
    int k = 0;
    while (k < 6 && strcmp(o.name, names[k]) != 0) k++;
    if (k == 6) {
        kcc_json_fail(c, KCC_EUNSUPPORTED, kcc_near_or_all(c.doc->arena, o.name, 6, names),
                      "unknown learning-rate schedule \"%s\"", o.name);
        return;
    }
    s->kind = (kcc_schedule_kind)(KCC_SCHEDULE_EXPONENTIAL + k);
    s->initial = number(config, "initial_learning_rate", 0.01);
    s->staircase = kcc_json_bool(kcc_json_get(config, "staircase"), false);
    s->alpha = number(config, "alpha", 0);
    switch (s->kind) {
    case KCC_SCHEDULE_PIECEWISE: {
        int n_values = 0;
        s->boundary = numbers(kcc_json_get(config, "boundaries"), &s->n_boundaries);
        s->value = numbers(kcc_json_get(config, "values"), &n_values);
        if (n_values != s->n_boundaries + 1) {
            kcc_json_fail(config, KCC_EINVAL, NULL, "values must be one more than boundaries");
            s->kind = KCC_SCHEDULE_NONE;
        } else {
            s->initial = s->value[0];
        }
        return;
    }
    case KCC_SCHEDULE_COSINE_RESTARTS:
        s->decay_steps = positive(config, "first_decay_steps");
        s->t_mul = number(config, "t_mul", 2);
        s->m_mul = number(config, "m_mul", 1);
        return;
    case KCC_SCHEDULE_POLYNOMIAL:
        s->end = number(config, "end_learning_rate", 1e-4);
        s->power = number(config, "power", 1);
        s->cycle = kcc_json_bool(kcc_json_get(config, "cycle"), false);
        break;
    case KCC_SCHEDULE_COSINE:
        s->has_warmup = !kcc_json_is_null(kcc_json_get(config, "warmup_target"));
        s->warmup_target = number(config, "warmup_target", 0);
        s->warmup_steps = number(config, "warmup_steps", 0);
        break;
    default: s->decay_rate = positive(config, "decay_rate");
    }
    s->decay_steps = positive(config, "decay_steps");
}

/* ----------------------------------------------------------------- optimizer */

static void read_options(kcc_cursor config, kcc_optimizer *o) {
    bool k2 = o->rules == KCC_RULES_K2;
    o->momentum = number(config, "momentum", 0);
    o->nesterov = kcc_json_bool(kcc_json_get(config, "nesterov"), false);
    o->rho = number(config, "rho", o->kind == KCC_OPT_ADADELTA ? 0.95 : 0.9);
    o->centered = kcc_json_bool(kcc_json_get(config, "centered"), false);
    o->beta_1 = number(config, "beta_1", 0.9);
    o->beta_2 = number(config, "beta_2", o->kind == KCC_OPT_LION ? 0.99 : 0.999);
    o->epsilon = number(config, "epsilon", 1e-7);
    o->amsgrad = kcc_json_bool(kcc_json_get(config, "amsgrad"), false);
    o->initial_accumulator = number(config, "initial_accumulator_value", k2 ? 0 : 0.1);
    o->learning_rate_power = number(config, "learning_rate_power", -0.5);
    o->l1 = number(config, "l1_regularization_strength", 0);
    o->l2 = number(config, "l2_regularization_strength", 0);
    o->l2_shrinkage = number(config, "l2_shrinkage_regularization_strength", 0);
    o->beta = number(config, "beta", 0);
    o->decay = number(config, "decay", 0);
    o->schedule_decay = number(config, "schedule_decay", 0.004);
    if (o->kind == KCC_OPT_NADAM && o->rules == KCC_RULES_TFL) { /* it keeps the schedule's under "decay" */
        o->schedule_decay = number(config, "decay", 0.004);
        o->decay = 0;
    }
    if (o->rules == KCC_RULES_K3) o->decay = 0;
    o->clipnorm = number(config, "clipnorm", 0);
    o->global_clipnorm = number(config, "global_clipnorm", 0);
    o->clipvalue = number(config, "clipvalue", 0);
    if (k2 && o->clipnorm > 0) { /* Keras 1 and 2 clip by the norm of all gradients */
        o->global_clipnorm = o->clipnorm;
        o->clipnorm = 0;
    }
    o->use_ema = kcc_json_bool(kcc_json_get(config, "use_ema"), false);
    o->ema_momentum = number(config, "ema_momentum", 0.99);
    o->ema_overwrite_frequency =
        kcc_json_int(kcc_json_get(config, "ema_overwrite_frequency"), 0, 0, INT64_C(1) << 40);
    o->gradient_accumulation_steps =
        kcc_json_int(kcc_json_get(config, "gradient_accumulation_steps"), 0, 0, INT64_C(1) << 40);
}

static void check_options(kcc_cursor config, const kcc_optimizer *o) {
    int clips = (o->clipnorm > 0) + (o->global_clipnorm > 0) + (o->clipvalue > 0);
    if (o->rules == KCC_RULES_K3 && clips > 1)
        kcc_json_fail(config, KCC_EINVAL, NULL,
                      "only one of clipnorm, global_clipnorm, clipvalue may be given");
    if (!(o->learning_rate >= 0))
        kcc_json_fail(kcc_json_get(config, "learning_rate"), KCC_EINVAL, NULL,
                      "the learning rate must not be negative");
    const char *const unit[] = {"beta_1", "beta_2", "rho", "ema_momentum", "momentum"};
    const double values[] = {o->beta_1, o->beta_2, o->rho, o->ema_momentum, o->momentum};
    for (int i = 0; i < 5; i++)
        if (!(values[i] >= 0 && values[i] <= 1))
            kcc_json_fail(kcc_json_get(config, unit[i]), KCC_EINVAL, NULL, "%s must be between 0 and 1",
                          unit[i]);
}

bool kcc_read_optimizer(kcc_cursor c, kcc_generation generation, kcc_optimizer *o) {
    kcc_object object = kcc_object_read(c);
    const struct optimizer *row = NULL;
    memset(o, 0, sizeof *o);
    if (!object.name) return kcc_json_ok(c) && kcc_json_fail(c, KCC_EPARSE, NULL, "expected an optimizer");
    for (int i = 0; i < N_ROWS; i++)
        if (kcc_same_name(object.name, rows[i].name)) row = &rows[i];
    if (!row) {
        const char *names[N_ROWS];
        for (int i = 0; i < N_ROWS; i++) names[i] = rows[i].name;
        return kcc_json_fail(c, KCC_EUNSUPPORTED, kcc_near_or_all(c.doc->arena, object.name, N_ROWS, names),
                             "unknown optimizer \"%s\"", object.name);
    }
    kcc_cursor config = object.config, rate = kcc_json_get(config, "learning_rate");
    if (!rate.json) rate = kcc_json_get(config, "lr");
    o->kind = row->kind;
    o->rules = rules_of(config, generation);
    char *lower = kcc_strdup(c.doc->arena, row->name);
    for (char *p = lower; *p; p++) *p = (char)tolower((unsigned char)*p);
    o->name = kcc_json_text(kcc_json_get(config, "name"), lower);
    o->learning_rate = o->rules == KCC_RULES_K3    ? row->rate_k3
                       : o->rules == KCC_RULES_TFL ? row->rate_tfl
                                                   : row->rate_k2;
    if (kcc_json_is_object(rate) && !kcc_json_get(kcc_json_get(rate, "config"), "value").json) {
        read_schedule(rate, &o->schedule);
        o->learning_rate = o->schedule.initial;
    } else {
        o->learning_rate = kcc_json_number(rate, o->learning_rate);
    }
    kcc_cursor decay = kcc_json_get(config, "weight_decay");
    double weight_decay =
        kcc_json_is_bool(decay) ? -1 : kcc_json_number(decay, decay.json ? -1 : row->weight_decay);
    o->has_weight_decay = weight_decay > 0;
    o->weight_decay = weight_decay > 0 ? weight_decay : 0;
    read_options(config, o);
    check_options(config, o);
    for (kcc_cursor e = kcc_json_first(config); e.json; e = kcc_json_next(e))
        if (e.key && !kcc_name_in(e.key, common_keys) && !kcc_name_in(e.key, row->keys))
            kcc_json_warn(e, "%s has no option \"%s\"; it is ignored", row->name, e.key);
    return kcc_json_ok(c);
}

bool kcc_optimizer_has_option(const char *class_name, const char *key) {
    for (int i = 0; i < N_ROWS; i++)
        if (kcc_same_name(class_name, rows[i].name))
            return kcc_name_in(key, common_keys) || kcc_name_in(key, rows[i].keys);
    return true; /* the class itself is reported */
}
