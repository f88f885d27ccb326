/*
 * Typed reads on a JSON tree that know where they are: see json_cursor.h.
 *
 * Takes: text.  Gives: documents and cursors.
 * Keeps: nothing is printed; the first failure stays in the document.
 */
#include "json_cursor.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void delete_tree(void *tree) { cJSON_Delete(tree); }

/* Deepest nesting of brackets outside strings, counted no further than limit. */
static int nesting(const char *text, int limit) {
    int depth = 0, deepest = 0;
    bool quoted = false;
    for (const char *p = text; *p && deepest <= limit; p++) {
        if (quoted) {
            if (*p == '\\' && p[1])
                p++;
            else if (*p == '"')
                quoted = false;
        } else if (*p == '"') {
            quoted = true;
        } else if (*p == '[' || *p == '{') {
            if (++depth > deepest) deepest = depth;
        } else if (*p == ']' || *p == '}') {
            depth--;
        }
    }
    return deepest;
}

kcc_document *kcc_json_parse(kcc_arena *arena, const char *text, const char *file, kcc_error *error) {
    if ((unsigned char)text[0] == 0xEF && (unsigned char)text[1] == 0xBB && (unsigned char)text[2] == 0xBF)
        text += 3;
    size_t size = strlen(text), end;
    if (nesting(text, CJSON_NESTING_LIMIT) > CJSON_NESTING_LIMIT - 1) {
        kcc_fail(error, KCC_EPARSE, file, "a Keras model is nested a few dozen levels deep",
                 "JSON nested more than %d levels deep", CJSON_NESTING_LIMIT - 1);
        return NULL;
    }
    cJSON *root = kcc_json_tree(text, &end);
    if (!root) {
        int line = 1, column = 1;
        const char *stop = text + end;
        for (const char *p = text; p < stop; p++) {
            if (*p == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        bool cut = stop[strspn(stop, " \t\r\n")] == '\0';
        char place[300];
        snprintf(place, sizeof place, "%s:%d:%d", file, line, column);
        kcc_fail(error, KCC_EPARSE, place,
                 cut && size ? "the file may be truncated" : "expected the text of model.to_json()",
                 cut && size ? "JSON ends too early"
                 : size      ? "not JSON"
                             : "the file is empty");
        return NULL;
    }
    kcc_defer(arena, delete_tree, root);
    kcc_document *doc = kcc_alloc(arena, sizeof *doc);
    doc->arena = arena;
    doc->file = kcc_strdup(arena, file);
    doc->base = "$";
    doc->root = root;
    return doc;
}

kcc_cursor kcc_json_root(kcc_document *doc) { return (kcc_cursor){.doc = doc, .json = doc->root}; }

kcc_cursor kcc_json_get(kcc_cursor c, const char *key) {
    return (kcc_cursor){.doc = c.doc,
                        .json = cJSON_IsObject(c.json) ? cJSON_GetObjectItemCaseSensitive(c.json, key) : NULL,
                        .parent = c.json,
                        .key = key};
}

kcc_cursor kcc_json_at(kcc_cursor c, int index) {
    return (kcc_cursor){.doc = c.doc,
                        .json = cJSON_IsArray(c.json) ? cJSON_GetArrayItem(c.json, index) : NULL,
                        .parent = c.json,
                        .key = "?"};
}

kcc_cursor kcc_json_first(kcc_cursor c) {
    const cJSON *child = c.json && (cJSON_IsArray(c.json) || cJSON_IsObject(c.json)) ? c.json->child : NULL;
    return (kcc_cursor){
        .doc = c.doc, .json = child, .parent = c.json, .key = child && child->string ? child->string : ""};
}

kcc_cursor kcc_json_next(kcc_cursor c) {
    c.json = c.json ? c.json->next : NULL;
    c.key = c.json && c.json->string ? c.json->string : "";
    return c;
}

int kcc_json_count(kcc_cursor c) {
    return cJSON_IsArray(c.json) || cJSON_IsObject(c.json) ? cJSON_GetArraySize(c.json) : 0;
}

/* ------------------------------------------------------------------ places */

/* Appends the path from node to target; false if target is not below node. */
static bool find_path(const cJSON *node, const cJSON *target, kcc_text *path) {
    if (node == target) return true;
    size_t size = path->size;
    int index = 0;
    for (const cJSON *child = node->child; child; child = child->next, index++) {
        if (!child->child && child != target) continue;
        if (cJSON_IsObject(node))
            kcc_text_add(path, ".%s", child->string ? child->string : "");
        else
            kcc_text_add(path, "[%d]", index);
        if (find_path(child, target, path)) return true;
        path->size = size;
        if (path->data) path->data[size] = '\0';
    }
    return false;
}

const char *kcc_json_path(kcc_cursor c) {
    kcc_text path = {0};
    const cJSON *target = c.json ? c.json : c.parent;
    kcc_text_add(&path, "%s", c.doc->base);
    if (target) find_path(c.doc->root, target, &path);
    if (!c.json && c.key) kcc_text_add(&path, ".%s", c.key);
    char *result = kcc_strdup(c.doc->arena, path.data ? path.data : "$");
    kcc_text_free(&path);
    return result;
}

const char *kcc_json_place(kcc_cursor c) {
    return kcc_format(c.doc->arena, "%s: %s", c.doc->file, kcc_json_path(c));
}

/* A line for the list; the same reason, found twice on the way, counts once. */
static void list_reason(kcc_document *doc, const kcc_error *error) {
    char text[1100];
    if (!doc->reasons) return;
    const char *line = kcc_format(doc->arena, "%s\n", kcc_error_text(error, text, sizeof text));
    if (doc->reasons->data && strstr(doc->reasons->data, line)) {
        doc->n_repeated++;
        return;
    }
    kcc_text_add(doc->reasons, "%s", line);
    doc->n_reasons++;
}

void kcc_document_take(kcc_document *doc, const kcc_error *error) {
    if (error->status == KCC_OK) return;
    list_reason(doc, error);
    if (doc->error.status == KCC_OK) doc->error = *error;
}

static void record(kcc_document *doc, kcc_status status, const char *location, const char *hint,
                   const char *format, va_list args) {
    char message[400];
    kcc_error error = {0};
    if (doc->error.status != KCC_OK && !doc->reasons) return;
    vsnprintf(message, sizeof message, format, args);
    kcc_fail(&error, status, location, hint ? hint : "", "%s", message);
    kcc_document_take(doc, &error);
}

bool kcc_json_fail(kcc_cursor c, kcc_status status, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (c.doc->error.status == KCC_OK || c.doc->reasons)
        record(c.doc, status, kcc_json_place(c), hint, format, args);
    va_end(args);
    return false;
}

bool kcc_document_fail(kcc_document *doc, kcc_status status, const char *location, const char *hint,
                       const char *format, ...) {
    va_list args;
    va_start(args, format);
    record(doc, status, location, hint, format, args);
    va_end(args);
    return false;
}

void kcc_json_warn(kcc_cursor c, const char *format, ...) {
    char message[400];
    va_list args;
    if (!c.doc->log) return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    c.doc->log(c.doc->log_user, kcc_format(c.doc->arena, "%s: warning: %s", kcc_json_place(c), message));
}

/* ------------------------------------------------------------------- reads */

static const char *what(kcc_cursor c) {
    if (!c.json) return "nothing";
    if (cJSON_IsString(c.json)) return kcc_format(c.doc->arena, "the text \"%.60s\"", c.json->valuestring);
    const char *word = cJSON_IsNumber(c.json) ? kcc_json_word(c.json->valuedouble) : NULL;
    if (word) return word;
    if (cJSON_IsNumber(c.json)) return kcc_format(c.doc->arena, "%.10g", c.json->valuedouble);
    if (cJSON_IsBool(c.json)) return cJSON_IsTrue(c.json) ? "true" : "false";
    return cJSON_IsArray(c.json) ? "a list" : cJSON_IsObject(c.json) ? "an object" : "null";
}

static bool wrong(kcc_cursor c, const char *expected) {
    return kcc_json_fail(c, KCC_EPARSE, kcc_format(c.doc->arena, "expected %s", expected),
                         "%s has the wrong type", what(c));
}

const char *kcc_json_text(kcc_cursor c, const char *otherwise) {
    if (kcc_json_is_null(c)) return otherwise;
    if (cJSON_IsString(c.json)) return c.json->valuestring;
    wrong(c, "a text");
    return otherwise;
}

bool kcc_json_bool(kcc_cursor c, bool otherwise) {
    if (kcc_json_is_null(c)) return otherwise;
    if (cJSON_IsBool(c.json)) return cJSON_IsTrue(c.json);
    if (cJSON_IsNumber(c.json) && (c.json->valuedouble == 0 || c.json->valuedouble == 1))
        return c.json->valuedouble != 0;
    wrong(c, "true or false");
    return otherwise;
}

double kcc_json_number(kcc_cursor c, double otherwise) {
    double value = kcc_json_number_or_nan(c, otherwise);
    if (!isnan(value) || kcc_json_is_null(c)) return value;
    kcc_json_fail(c, KCC_EINVAL, "", "NaN is no value for this");
    return otherwise;
}

double kcc_json_number_or_nan(kcc_cursor c, double otherwise) {
    if (kcc_json_is_null(c)) return otherwise;
    if (cJSON_IsNumber(c.json)) return c.json->valuedouble;
    /* A value of K3: {"class_name": "__numpy__" or "__tensor__", "config": {"value": 2.0, …}} */
    kcc_cursor value = kcc_json_get(kcc_json_get(c, "config"), "value");
    if (cJSON_IsNumber(value.json)) return value.json->valuedouble;
    wrong(c, "a number");
    return otherwise;
}

int64_t kcc_json_int(kcc_cursor c, int64_t otherwise, int64_t lo, int64_t hi) {
    if (kcc_json_is_null(c)) return otherwise;
    double value = cJSON_IsNumber(c.json) ? c.json->valuedouble : NAN;
    if (!(value == floor(value)) || isinf(value)) {
        wrong(c, "a whole number");
        return otherwise;
    }
    if (value < (double)lo) {
        kcc_json_fail(c, KCC_EINVAL, kcc_format(c.doc->arena, "at least %lld", (long long)lo),
                      "%.10g is too small", value);
        return otherwise;
    }
    if (value > (double)hi) {
        kcc_json_fail(c, KCC_EINVAL, kcc_format(c.doc->arena, "at most %lld", (long long)hi),
                      "%.10g is too large", value);
        return otherwise;
    }
    return (int64_t)value;
}

int kcc_json_ints(kcc_cursor c, int64_t *values, int cap, int64_t lo, int64_t hi) {
    if (kcc_json_is_null(c)) return 0;
    if (!cJSON_IsArray(c.json)) {
        values[0] = kcc_json_int(c, lo, lo, hi);
        return 1;
    }
    int n = 0;
    for (kcc_cursor e = kcc_json_first(c); e.json; e = kcc_json_next(e)) {
        if (n == cap) {
            kcc_json_fail(c, KCC_EINVAL, NULL, "at most %d numbers are expected", cap);
            return n;
        }
        values[n++] = kcc_json_int(e, lo, lo, hi);
    }
    return n;
}

bool kcc_json_require(kcc_cursor c, const char *example) {
    if (c.json && !cJSON_IsNull(c.json)) return true;
    return kcc_json_fail(c, KCC_EPARSE, kcc_format(c.doc->arena, "such as \"%s\": %s", c.key, example),
                         c.json ? "null stands where a value must be" : "this is missing");
}

const char *kcc_json_print(kcc_cursor c) {
    char *text = c.json ? kcc_json_tree_text(c.json) : NULL;
    const char *copy = kcc_strdup(c.doc->arena, text ? text : "null");
    cJSON_free(text);
    return copy;
}

/* ------------------------------------------------------------ nearest name */

/* Levenshtein distance of at most 63 characters, case and '_' ignored. */
static int distance(const char *a, const char *b) {
    char s[64], t[64];
    int n = 0, m = 0, row[65];
    for (; *a && n < 63; a++)
        if (*a != '_') s[n++] = (char)tolower((unsigned char)*a);
    for (; *b && m < 63; b++)
        if (*b != '_') t[m++] = (char)tolower((unsigned char)*b);
    for (int j = 0; j <= m; j++) row[j] = j;
    for (int i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int best = diagonal + (s[i - 1] != t[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

const char *kcc_nearest(const char *text, int n, const char *const *names) {
    const char *best = NULL;
    int least = (int)strlen(text) / 3 + 1;
    for (int i = 0; i < n; i++) {
        int d = distance(text, names[i]);
        if (d <= least && (!best || d < least)) {
            least = d;
            best = names[i];
        }
    }
    return best;
}

const char *kcc_did_you_mean(kcc_arena *arena, const char *text, int n, const char *const *names) {
    const char *near = kcc_nearest(text, n, names);
    return near ? kcc_format(arena, "did you mean \"%s\"?", near) : "";
}

const char *kcc_near_or_all(kcc_arena *arena, const char *text, int n, const char *const *names) {
    const char *hint = kcc_did_you_mean(arena, text, n, names);
    if (*hint) return hint;
    hint = "one of ";
    for (int i = 0; i < n; i++) {
        const char *more = kcc_format(arena, "%s%s%s", hint, i ? ", " : "", names[i]);
        if (strlen(more) + sizeof ", …" > sizeof((kcc_error *)0)->hint)
            return kcc_format(arena, "%s, …", hint);
        hint = more;
    }
    return hint;
}
