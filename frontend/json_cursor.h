/*
 * Typed reads on a JSON tree that know where they are.
 *
 * Takes: JSON text.
 * Gives: kcc_document (the tree, its file name, its first failure) and kcc_cursor, a place in it.
 * Keeps: a read of the wrong type records one failure in the document, with "file: $.path", and returns the
 *        default; so a reader checks once, at the end.  The path is looked up only when there is a message.
 *        Depth is at most 1000 (CJSON_NESTING_LIMIT), so recursion over the tree is safe.
 */
#ifndef KCC_JSON_CURSOR_H
#define KCC_JSON_CURSOR_H

#include <cjson/cJSON.h>

#include "core.h"

typedef struct kcc_document {
    kcc_arena *arena;
    const char *file; /* for messages */
    const char *base; /* path of root: "$", or "$.optimizer" for a part of another document */
    cJSON *root;
    kcc_error error;           /* the first failure; status KCC_OK if none */
    kcc_text *reasons;         /* not NULL: failures are listed here, a line each, and reading goes on */
    int n_reasons, n_repeated; /* lines; failures that had a line already */
    void (*log)(void *user, const char *line);
    void *log_user;
} kcc_document;

/** A place in a document.  json is NULL where there is nothing; parent and key then say what was looked for.
 */
typedef struct kcc_cursor {
    kcc_document *doc;
    const cJSON *json, *parent;
    const char *key;
} kcc_cursor;

/**
 * Parses text; the tree is freed with the arena.  file names it in messages.  Errors: KCC_EPARSE with line
 * and column in *error; the result is NULL then.
 */
kcc_document *kcc_json_parse(kcc_arena *arena, const char *text, const char *file, kcc_error *error);

/**
 * Text as Python's json module writes it, Infinity, -Infinity and NaN included (json_tree.c); NULL: it is none, or
 * no memory; then *stop, if stop is not NULL, is how far it could be read.  Free with cJSON_Delete.
 */
cJSON *kcc_json_tree(const char *text, size_t *stop);
/** The text of tree in one line, read by kcc_json_tree and Python; NULL: no memory.  Free with cJSON_free. */
char *kcc_json_tree_text(const cJSON *tree);
/** "Infinity", "-Infinity", "NaN"; NULL for a number with digits. */
const char *kcc_json_word(double value);

kcc_cursor kcc_json_root(kcc_document *doc);
/** Member of an object; nothing if c is no object or has no such member. */
kcc_cursor kcc_json_get(kcc_cursor c, const char *key);
kcc_cursor kcc_json_at(kcc_cursor c, int index);
/** Children of an array or object, in order: for (e = kcc_json_first(c); e.json; e = kcc_json_next(e)). */
kcc_cursor kcc_json_first(kcc_cursor c);
kcc_cursor kcc_json_next(kcc_cursor c);
int kcc_json_count(kcc_cursor c); /* children */

static inline bool kcc_json_is_null(kcc_cursor c) { return !c.json || cJSON_IsNull(c.json); }
static inline bool kcc_json_is_string(kcc_cursor c) { return cJSON_IsString(c.json); }
static inline bool kcc_json_is_number(kcc_cursor c) { return cJSON_IsNumber(c.json); }
static inline bool kcc_json_is_bool(kcc_cursor c) { return cJSON_IsBool(c.json); }
static inline bool kcc_json_is_object(kcc_cursor c) { return cJSON_IsObject(c.json); }
static inline bool kcc_json_is_array(kcc_cursor c) { return cJSON_IsArray(c.json); }

/* Absent and null give the default; any other type is a failure at that place. */
const char *kcc_json_text(kcc_cursor c, const char *otherwise);
bool kcc_json_bool(kcc_cursor c, bool otherwise);
double kcc_json_number(kcc_cursor c, double otherwise); /* NaN is a failure, too: no range holds it */
double kcc_json_number_or_nan(kcc_cursor c, double otherwise);
/** Whole number in lo … hi; 3.0 counts as 3. */
int64_t kcc_json_int(kcc_cursor c, int64_t otherwise, int64_t lo, int64_t hi);
/** A number or list of whole numbers; returns how many, at most cap; 0 if absent or null. */
int kcc_json_ints(kcc_cursor c, int64_t *values, int cap, int64_t lo, int64_t hi);
/** Records the failure "missing" if there is nothing at c, with an example of a value (JSON); returns whether
 *  something is there. */
bool kcc_json_require(kcc_cursor c, const char *example);

/** "$.config.layers[3].config.units", in the arena. */
const char *kcc_json_path(kcc_cursor c);
/** "file: $.path", in the arena. */
const char *kcc_json_place(kcc_cursor c);
/** Records a failure at c (the first is kept); returns false. */
bool kcc_json_fail(kcc_cursor c, kcc_status status, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/** Records a failure at a place already in words. */
bool kcc_document_fail(kcc_document *doc, kcc_status status, const char *location, const char *hint,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
/** Takes over a failure recorded elsewhere, lists it if reasons are collected. */
void kcc_document_take(kcc_document *doc, const kcc_error *error);
/** Sends "file: $.path: warning: text" to the log. */
void kcc_json_warn(kcc_cursor c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline bool kcc_json_ok(kcc_cursor c) { return c.doc->error.status == KCC_OK; }

/** Minified text of the value at c, in the arena; "null" where there is nothing. */
const char *kcc_json_print(kcc_cursor c);

/** The name nearest to text among n (NULL if none is near): edit distance, case ignored. */
const char *kcc_nearest(const char *text, int n, const char *const *names);
/** "did you mean \"x\"?" or "", in the arena. */
const char *kcc_did_you_mean(kcc_arena *arena, const char *text, int n, const char *const *names);
/** The same; if none is near, "one of a, b, c", as many as there is room for. */
const char *kcc_near_or_all(kcc_arena *arena, const char *text, int n, const char *const *names);

#endif
