/*
 * What every floor of the compiler stands on: memory, text, diagnostics.
 *
 * Takes: the runtime's program.h and kcc_runtime.h (types and kcc_error).
 * Gives: kcc_arena (one a compile), kcc_text (a growing string), small helpers on dims.
 * Keeps: allocation never returns NULL: when memory is out, the arena jumps to its recovery point, set once
 *        by the public function that owns the arena, which frees it and returns KCC_ENOMEM.  What is not
 *        arena memory (a cJSON tree, an open file) is handed to kcc_defer, so that nothing leaks then.
 */
#ifndef KCC_CORE_H
#define KCC_CORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kcc_runtime.h"

/** Memory freed all at once.  Not thread safe; one compile has one, and one nested in it for passes. */
typedef struct kcc_arena kcc_arena;
kcc_arena *kcc_arena_create(void); /* NULL if memory is out */
/** Runs what was deferred, last first, then frees all memory. */
void kcc_arena_free(kcc_arena *arena);
/** Where to jump when memory is out: `if (setjmp(point)) { kcc_arena_free(a); return KCC_ENOMEM; }`.
 *  Must be set before the first allocation and stay valid while allocations are made; NULL: abort. */
void kcc_arena_recover(kcc_arena *arena, jmp_buf *point);
/** For what is needed for a while: jumps where parent does, and is freed with it if not before. */
kcc_arena *kcc_arena_nested(kcc_arena *parent);
/** Bytes handed out so far, also by the nested ones that are still there. */
size_t kcc_arena_size(const kcc_arena *arena);
/** Calls release(object) when the arena is freed. */
void kcc_defer(kcc_arena *arena, void (*release)(void *), void *object);
/** Zeroed memory, aligned to 16 bytes (64 from 4 KiB on). */
void *kcc_alloc(kcc_arena *arena, size_t size);
void *kcc_alloc_array(kcc_arena *arena, size_t count, size_t size); /* checks count * size */
/** Grows an array of *cap elements to hold at least need; returns the new place (old contents copied). */
void *kcc_grow(kcc_arena *arena, void *old, int *cap, int need, size_t size);
char *kcc_strdup(kcc_arena *arena, const char *text);
char *kcc_format(kcc_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A string that grows.  Zero-initialise; free with kcc_text_free.  Failure is sticky in .failed. */
typedef struct kcc_text {
    char *data; /* NUL-terminated once anything was written; NULL before */
    size_t size, cap;
    bool failed;
} kcc_text;
void kcc_text_add(kcc_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kcc_text_addv(kcc_text *t, const char *format, va_list args);
void kcc_text_put(kcc_text *t, const char *bytes, size_t size);
void kcc_text_free(kcc_text *t);

static inline kcc_dim kcc_fixed(int64_t size) { return (kcc_dim){size, false}; }
static inline bool kcc_dim_equal(kcc_dim a, kcc_dim b) { return a.size == b.size && a.batch == b.batch; }
/** Value of a dim for a batch of n samples. */
static inline int64_t kcc_dim_at(kcc_dim d, int64_t n) { return d.batch ? d.size * n : d.size; }

/** A floating point number as C, JSON and the graph text spell it: shortest text that reads back the same. */
void kcc_text_double(kcc_text *t, double value);
/** The same for a value that will be rounded to float. */
void kcc_text_float(kcc_text *t, float value);
/** Makes a C identifier of any text: other characters become '_', a leading digit gets one before it. */
char *kcc_identifier(kcc_arena *arena, const char *text);

#endif
