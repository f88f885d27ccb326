/*
 * JSON as Python's json module writes it, to a tree and back: numbers may be Infinity, -Infinity and NaN.
 *
 * Takes: text; a tree whose numbers may be infinite or NaN.  Gives: such a tree; text that Python reads.
 * Keeps: cJSON, which knows none of the three words, parses here alone.  In a copy of the text each word gives
 *        way to as many bytes that cJSON reads, so what it says of a place is true of the text.
 */
#include "json_cursor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A byte that is in no UTF-8: no string of a JSON text. */
static const char nan_mark[] = "\xff";

static bool is_word(const char *text, const char *p, const char *word) {
    if (strncmp(p, word, strlen(word)) != 0 || (p > text && !strchr(" \t\r\n[,:-", p[-1]))) return false;
    p += strlen(word);
    return p[strspn(p, " \t\r\n")] != ':'; /* no key */
}

/* Puts what cJSON reads in the words' places; true if there is a NaN. */
static bool replace_words(char *text) {
    static const char infinity[] = "Infinity", nan[] = "NaN";
    bool quoted = false, found = false;
    for (char *p = text; *p; p++) {
        if (quoted) {
            if (*p == '\\' && p[1])
                p++;
            else if (*p == '"')
                quoted = false;
        } else if (*p == '"') {
            quoted = true;
        } else if (*p == 'I' && is_word(text, p, infinity)) {
            memcpy(p, "1e999   ", sizeof infinity - 1);
        } else if (*p == 'N' && is_word(text, p, nan) && (p == text || p[-1] != '-')) {
            memcpy(p, "\"\xff\"", sizeof nan - 1);
            p += sizeof nan - 2;
            found = true;
        }
    }
    return found;
}

static void name_nans(cJSON *item) {
    if (cJSON_IsString(item) && strcmp(item->valuestring, nan_mark) == 0) {
        cJSON_free(item->valuestring);
        item->valuestring = NULL;
        item->type = (item->type & ~0xff) | cJSON_Number;
        item->valuedouble = NAN;
        item->valueint = 0;
    }
    for (cJSON *child = item->child; child; child = child->next) name_nans(child);
}

cJSON *kcc_json_tree(const char *text, size_t *stop) {
    size_t size = strlen(text);
    char *copy = malloc(size + 1);
    const char *end = copy;
    if (stop) *stop = 0;
    if (!copy) return NULL;
    memcpy(copy, text, size + 1);
    bool nans = replace_words(copy);
    cJSON *tree = cJSON_ParseWithLengthOpts(copy, size + 1, &end, 1);
    if (tree && nans) name_nans(tree);
    if (stop && end >= copy && end <= copy + size) *stop = (size_t)(end - copy);
    free(copy);
    return tree;
}

const char *kcc_json_word(double value) {
    return isnan(value) ? "NaN" : isinf(value) ? value < 0 ? "-Infinity" : "Infinity" : NULL;
}

static bool has_words(const cJSON *item) {
    if (cJSON_IsNumber(item) && kcc_json_word(item->valuedouble)) return true;
    for (const cJSON *child = item->child; child; child = child->next)
        if (has_words(child)) return true;
    return false;
}

static bool put_words(cJSON *item) {
    enum { LONGEST = sizeof "-Infinity" };
    const char *word = cJSON_IsNumber(item) ? kcc_json_word(item->valuedouble) : NULL;
    if (word) {
        item->valuestring = cJSON_malloc(LONGEST);
        if (!item->valuestring) return false;
        strcpy(item->valuestring, word);
        item->type = (item->type & ~0xff) | cJSON_Raw;
    }
    for (cJSON *child = item->child; child; child = child->next)
        if (!put_words(child)) return false;
    return true;
}

char *kcc_json_tree_text(const cJSON *tree) {
    if (!tree || !has_words(tree)) return cJSON_PrintUnformatted(tree);
    cJSON *copy = cJSON_Duplicate(tree, 1);
    char *text = copy && put_words(copy) ? cJSON_PrintUnformatted(copy) : NULL;
    cJSON_Delete(copy);
    return text;
}
