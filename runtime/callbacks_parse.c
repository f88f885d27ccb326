/*
 * Callbacks from text: "Name:key=value,key=value".
 *
 * Takes: text of the command line.  Gives: a callback, or an error with the nearest name.
 * Keeps: everything known comes from callbacks.def; text is only read.
 */
#include "callbacks_internal.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum key_kind { TEXT, REAL, OPTIONAL, COUNT, ZERO, ZERO_REAL, INT, FLAG, NOT, MODE, FREQ } key_kind;

typedef struct key_row {
    const char *name;
    key_kind kind;
    size_t offset;
} key_row;

#define KCC_CALLBACK(NAME, FN)         static const key_row FN##_keys[] = {
#define KCC_KEY(FN, KEY, MEMBER, KIND) {#KEY, KIND, offsetof(kcc_##FN##_options, MEMBER)},
#define KCC_CALLBACK_END(FN) \
    { NULL, TEXT, 0 } \
    } \
    ;
#include "callbacks.def"
#undef KCC_CALLBACK
#undef KCC_KEY
#undef KCC_CALLBACK_END

/* Each constructor behind one type. */
#define KCC_CALLBACK(NAME, FN) \
    static kcc_status make_##FN(const void *options, kcc_callback *out, kcc_error *error) { \
        return kcc_##FN(options, out, error); \
    }
#define KCC_KEY(FN, KEY, MEMBER, KIND)
#define KCC_CALLBACK_END(FN)
#include "callbacks.def"
#undef KCC_CALLBACK

static const struct callback_row {
    const char *name;
    const key_row *key;
    kcc_status (*make)(const void *options, kcc_callback *out, kcc_error *error);
} callbacks[] = {
#define KCC_CALLBACK(NAME, FN) {#NAME, FN##_keys, make_##FN},
#include "callbacks.def"
};
#undef KCC_CALLBACK
#undef KCC_KEY
#undef KCC_CALLBACK_END

enum { CALLBACKS = sizeof callbacks / sizeof *callbacks };

/* Room for the options of any callback. */
typedef union any_options {
    kcc_early_stopping_options early_stopping;
    kcc_model_checkpoint_options model_checkpoint;
    kcc_reduce_lr_on_plateau_options reduce_lr_on_plateau;
    kcc_learning_rate_scheduler_options learning_rate_scheduler;
    kcc_csv_logger_options csv_logger;
    kcc_terminate_on_nan_options terminate_on_nan;
    kcc_backup_and_restore_options backup_and_restore;
    kcc_tensorboard_options tensorboard;
    kcc_json_lines_options json_lines;
} any_options;

const char *kcc_callback_name(int i) { return i >= 0 && i < CALLBACKS ? callbacks[i].name : NULL; }

const char *kcc_callback_key(int i, int key) {
    if (i < 0 || i >= CALLBACKS || key < 0) return NULL;
    for (int k = 0; k <= key; k++)
        if (!callbacks[i].key[k].name) return NULL;
    return callbacks[i].key[key].name;
}

const char *kcc_callback_value(int i, int key) {
    static const char *const forms[] = {[TEXT] = "TEXT",
                                        [REAL] = "X",
                                        [OPTIONAL] = "X",
                                        [COUNT] = "N",
                                        [ZERO] = "N",
                                        [INT] = "0|1",
                                        [ZERO_REAL] = "X",
                                        [FLAG] = "true|false",
                                        [MODE] = "auto|min|max",
                                        [FREQ] = "epoch|batch|N",
                                        [NOT] = "true|false"};
    return kcc_callback_key(i, key) ? forms[callbacks[i].key[key].kind] : NULL;
}

/* ----------------------------------------------------------------- values */

static bool read_real(const char *text, double *value) {
    char *end;
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (!plain) return false;
    *value = strtod_l(text, &end, plain);
    freelocale(plain);
    return end != text && *end == '\0' && isfinite(*value);
}

static bool read_count(const char *text, int64_t *value) {
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && *value >= 0;
}

static bool read_flag(const char *text, bool *value) {
    const char *const words[] = {"false", "true", "False", "True", "0", "1"};
    for (int i = 0; i < 6; i++)
        if (strcmp(text, words[i]) == 0) {
            *value = i % 2;
            return true;
        }
    return false;
}

static bool read_mode(const char *text, kcc_mode *mode) {
    const char *const words[] = {"auto", "min", "max"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, words[i]) == 0) {
            *mode = (kcc_mode)i;
            return true;
        }
    return false;
}

static bool read_freq(const char *text, int64_t *value) {
    *value = strcmp(text, "batch") == 0;
    if (*value || strcmp(text, "epoch") == 0) return true;
    return read_count(text, value) && *value > 0;
}

/* The has_ of an OPTIONAL member; each callback has at most one. */
static void set_optional(const struct callback_row *row, any_options *options) {
    if (strcmp(row->name, "EarlyStopping") == 0)
        options->early_stopping.has_baseline = true;
    else
        options->model_checkpoint.has_initial_value_threshold = true;
}

/* Stores value under a key; returns NULL or what it should be. */
static const char *store(const struct callback_row *row, const key_row *key, const char *value,
                         any_options *options) {
    void *to = (char *)options + key->offset;
    double real;
    int64_t count;
    bool flag;
    switch (key->kind) {
    case TEXT: memcpy(to, &value, sizeof value); return *value ? NULL : "a text";
    case REAL:
    case OPTIONAL:
    case ZERO_REAL:
        if (!read_real(value, &real)) return "a number";
        if (key->kind == OPTIONAL) set_optional(row, options);
        if (key->kind == ZERO_REAL && real == 0) real = -1;
        memcpy(to, &real, sizeof real);
        return NULL;
    case COUNT:
    case ZERO:
        if (!read_count(value, &count)) return "a whole number, 0 or more";
        if (key->kind == ZERO && count == 0) count = -1;
        memcpy(to, &count, sizeof count);
        return NULL;
    case INT:
        if (!read_count(value, &count) || count > 2) return "0 or 1";
        memcpy(to, &(int){(int)count}, sizeof(int));
        return NULL;
    case FLAG:
    case NOT:
        if (!read_flag(value, &flag)) return "true or false";
        *(bool *)to = key->kind == NOT ? !flag : flag;
        return NULL;
    case MODE: return read_mode(value, to) ? NULL : "auto, min or max";
    case FREQ: return read_freq(value, to) ? NULL : "epoch, batch or a number of batches";
    }
    return NULL;
}

/* ------------------------------------------------------------------ names */

static kcc_status unknown_callback(const char *name, kcc_error *error) {
    const char *names[CALLBACKS];
    const char *const automatic[] = {"History", "ProgbarLogger", "BaseLogger"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, automatic[i]) == 0)
            return kcc_fail(error, KCC_EINVAL, "callback", "", "%s is always there", name);
    for (int i = 0; i < CALLBACKS; i++) names[i] = callbacks[i].name;
    const char *near = kcc_nearest_name(name, CALLBACKS, names);
    if (near)
        return kcc_fail(error, KCC_EINVAL, "callback", "", "there is no \"%.80s\"; did you mean \"%s\"?",
                        name, near);
    char known[240] = "";
    for (int i = 0; i < CALLBACKS; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", names[i]);
    }
    return kcc_fail(error, KCC_EINVAL, "callback", known, "there is no \"%.80s\"", name);
}

static kcc_status unknown_key(const struct callback_row *row, const char *name, kcc_error *error) {
    const char *names[32];
    char known[240] = "";
    int n = 0;
    for (; n < 32 && row->key[n].name; n++) {
        size_t used = strlen(known);
        names[n] = row->key[n].name;
        snprintf(known + used, sizeof known - used, "%s%s", n ? ", " : "", names[n]);
    }
    const char *near = kcc_nearest_name(name, n, names);
    if (near)
        return kcc_fail(error, KCC_EINVAL, row->name, "", "it has no \"%.80s\"; did you mean \"%s\"?", name,
                        near);
    return kcc_fail(error, KCC_EINVAL, row->name, known, "it has no \"%.80s\"", name);
}

/* ------------------------------------------------------------------- parse */

static const char word_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/* Where the value that begins at p ends: before a comma that "key=" follows, or at the end of the text. */
static char *value_end(char *p) {
    for (; *p; p++) {
        if (*p != ',') continue;
        size_t n = strspn(p + 1, word_letters);
        if (n > 0 && p[1 + n] == '=') return p;
    }
    return p;
}

static kcc_status parse_keys(const struct callback_row *row, char *text, any_options *options,
                             kcc_error *error) {
    bool first = true;
    uint32_t given = 0; /* by key */
    while (*text) {
        const key_row *key = row->key;
        char *value = text;
        size_t n = strspn(text, word_letters);
        if (text[n] == '=' || !first) {
            value = text[n] == '=' ? text + n + 1 : text + n;
            text[n] = '\0';
            while (key->name && strcmp(key->name, text) != 0) key++;
            if (!key->name) return unknown_key(row, text, error);
        }
        char *end = value_end(value);
        text = *end ? end + 1 : end;
        *end = '\0';
        uint32_t bit = UINT32_C(1) << (key - row->key);
        if (given & bit) return kcc_fail(error, KCC_EINVAL, row->name, "", "%s is given twice", key->name);
        given |= bit;
        const char *wanted = store(row, key, value, options);
        if (wanted)
            return kcc_fail(error, KCC_EINVAL, row->name, "", "%s must be %s, not \"%.80s\"", key->name,
                            wanted, value);
        first = false;
    }
    return KCC_OK;
}

kcc_status kcc_callback_parse(const char *text, const kcc_callback_context *context, kcc_callback *out,
                              kcc_error *error) {
    if (!text || !out) return kcc_fail(error, KCC_EINVAL, "callback", "", "an argument is missing");
    char *copy = strdup(text);
    if (!copy) return kcc_callback_no_memory("callback", error);
    char *colon = strchr(copy, ':');
    if (colon) *colon = '\0';
    const struct callback_row *row = NULL;
    for (int i = 0; i < CALLBACKS && !row; i++)
        if (strcmp(callbacks[i].name, copy) == 0) row = &callbacks[i];
    any_options options = {0};
    kcc_status status = row ? KCC_OK : unknown_callback(copy, error);
    if (status == KCC_OK && colon) status = parse_keys(row, colon + 1, &options, error);
    if (status == KCC_OK) {
        if (context && strcmp(row->name, "ModelCheckpoint") == 0)
            options.model_checkpoint.saver = context->saver;
        status = row->make(&options, out, error);
    }
    free(copy);
    return status;
}
