/*
 * Keras 1's words for what configs hold today.
 *
 * Takes: a layer's config, keys in today's spelling.
 * Gives: where Keras 1 wrote them.
 * Keeps: keras1_keys.def is the only list of them; a place is the file's, so messages name what the file has.
 */
#ifndef KCC_KERAS1_H
#define KCC_KERAS1_H

#include "json_cursor.h"

/** The places of a key's value, in order: one, or an entry of today's list each; 0 if Keras 1's words are not there. */
int kcc_keras1_find(kcc_cursor config, const char *key, kcc_cursor place[3]);
/** Whether this is Keras 1's word for one of keys (today's, space separated). */
bool kcc_keras1_knows(const char *word, const char *keys);
/** Whether a config is spelt as only Keras 1 did. */
bool kcc_keras1_spelt(kcc_cursor config);
/** What to do about a class that went with Keras 1; NULL if it is none. */
const char *kcc_keras1_class_hint(const char *class_name);

#endif
