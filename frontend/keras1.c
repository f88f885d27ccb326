/*
 * Keras 1's words: see keras1.h.
 *
 * Source: model-json.md, section 9.
 */
#include "keras1.h"

#include <string.h>

#include "keras_objects.h"

static const struct word {
    const char *today, *keras1; /* keras1: space separated, all or none of them */
} words[] = {
#define KCC_KERAS1_KEY(today, keras1) {today, keras1},
#include "keras1_keys.def"
#undef KCC_KERAS1_KEY
};
enum { N_WORDS = sizeof words / sizeof *words };

int kcc_keras1_find(kcc_cursor config, const char *key, kcc_cursor place[3]) {
    for (int i = 0; i < N_WORDS; i++) {
        if (strcmp(key, words[i].today) != 0) continue;
        int n = 0, found = 0;
        for (const char *at = words[i].keras1; *at && n < 3; n++) {
            size_t size = strcspn(at, " ");
            place[n] = kcc_json_get(config, kcc_format(config.doc->arena, "%.*s", (int)size, at));
            found += place[n].json != NULL;
            at += size + strspn(at + size, " ");
        }
        if (found) return n;
    }
    return 0;
}

bool kcc_keras1_knows(const char *word, const char *keys) {
    for (int i = 0; i < N_WORDS; i++)
        if (kcc_name_in(word, words[i].keras1) && kcc_name_in(words[i].today, keys)) return true;
    return false;
}

bool kcc_keras1_spelt(kcc_cursor config) {
    static const char *const only[] = {"W_regularizer", "nb_filter", "border_mode", "dim_ordering",
                                       "input_dtype"};
    for (int i = 0; i < (int)(sizeof only / sizeof *only); i++)
        if (kcc_json_get(config, only[i]).json) return true;
    return false;
}

const char *kcc_keras1_class_hint(const char *class_name) {
    if (strcmp(class_name, "TimeDistributedDense") == 0) return "Dense does the same: change the class";
    return kcc_name_in(class_name, "MaxoutDense Highway SReLU ParametricSoftplus LocallyConnected1D "
                                   "LocallyConnected2D AtrousConvolution3D")
               ? "newer Keras does not have it; write it with layers that kcc check accepts"
               : NULL;
}
