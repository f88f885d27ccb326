/*
 * Arena, growing text and small spellings: see core.h.
 *
 * Keeps: blocks are chained and freed together; a block is never moved, so pointers into it stay valid.
 */
#include "core.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024, BIG = 4096 };

typedef struct block {
    struct block *next;
    size_t used, size;
} block;

typedef struct deferred {
    struct deferred *next;
    void (*release)(void *);
    void *object;
} deferred;

struct kcc_arena {
    block *blocks; /* the first is the one being filled */
    deferred *deferred;
    jmp_buf *point;
    size_t size;                       /* bytes handed out */
    kcc_arena *parent, *nested, *next; /* next: of the parent's nested ones */
};

static _Noreturn void out_of_memory(kcc_arena *arena) {
    if (arena->point) longjmp(*arena->point, 1);
    abort();
}

kcc_arena *kcc_arena_create(void) { return calloc(1, sizeof(kcc_arena)); }

kcc_arena *kcc_arena_nested(kcc_arena *parent) {
    kcc_arena *arena = kcc_arena_create();
    if (!arena) out_of_memory(parent);
    *arena = (kcc_arena){.point = parent->point, .parent = parent, .next = parent->nested};
    return parent->nested = arena;
}

void kcc_arena_free(kcc_arena *arena) {
    if (!arena) return;
    while (arena->nested) kcc_arena_free(arena->nested);
    if (arena->parent) {
        kcc_arena **link = &arena->parent->nested;
        while (*link != arena) link = &(*link)->next;
        *link = arena->next;
    }
    for (deferred *d = arena->deferred; d; d = d->next) d->release(d->object);
    for (block *b = arena->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(arena);
}

void kcc_arena_recover(kcc_arena *arena, jmp_buf *point) { arena->point = point; }

size_t kcc_arena_size(const kcc_arena *arena) {
    size_t size = arena->size;
    for (const kcc_arena *a = arena->nested; a; a = a->next) size += kcc_arena_size(a);
    return size;
}

void kcc_defer(kcc_arena *arena, void (*release)(void *), void *object) {
    deferred *d = kcc_alloc(arena, sizeof *d);
    *d = (deferred){arena->deferred, release, object};
    arena->deferred = d;
}

/* A block with room for `size` bytes behind its header; the header takes one cache line. */
static block *new_block(kcc_arena *arena, size_t size) {
    block *b = NULL;
    if (posix_memalign((void **)&b, KCC_ALIGN, KCC_ALIGN + size) != 0) out_of_memory(arena);
    b->used = 0;
    b->size = size;
    return b;
}

void *kcc_alloc(kcc_arena *arena, size_t size) {
    if (size > SIZE_MAX / 2) out_of_memory(arena);
    size_t align = size >= BIG ? KCC_ALIGN : 16;
    size = (size + align - 1) & ~(align - 1);
    arena->size += size;
    block *b = arena->blocks;
    if (size >= BIG) { /* a block of its own, behind the one being filled */
        block *own = new_block(arena, size);
        own->used = size;
        own->next = b ? b->next : NULL;
        if (b)
            b->next = own;
        else
            arena->blocks = own;
        return memset((char *)own + KCC_ALIGN, 0, size);
    }
    if (!b || b->size - b->used < size) {
        block *fresh = new_block(arena, BLOCK);
        fresh->next = b;
        arena->blocks = b = fresh;
    }
    void *p = (char *)b + KCC_ALIGN + b->used;
    b->used += size;
    return memset(p, 0, size);
}

void *kcc_alloc_array(kcc_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) out_of_memory(arena);
    return kcc_alloc(arena, bytes ? bytes : 1);
}

void *kcc_grow(kcc_arena *arena, void *old, int *cap, int need, size_t size) {
    if (need <= *cap) return old;
    int grown = *cap < 4 ? 8 : *cap * 2;
    if (grown < need) grown = need;
    void *p = kcc_alloc_array(arena, (size_t)grown, size);
    if (old) memcpy(p, old, (size_t)*cap * size);
    *cap = grown;
    return p;
}

char *kcc_strdup(kcc_arena *arena, const char *text) {
    size_t n = strlen(text) + 1;
    return memcpy(kcc_alloc(arena, n), text, n);
}

char *kcc_format(kcc_arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = kcc_alloc(arena, n < 0 ? 1 : (size_t)n + 1);
    if (n > 0) vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

char *kcc_identifier(kcc_arena *arena, const char *text) {
    char *id = kcc_format(arena, "%s%s", !*text || isdigit((unsigned char)*text) ? "_" : "", text);
    for (char *p = id; *p; p++)
        if (!isalnum((unsigned char)*p)) *p = '_';
    return id;
}

void kcc_text_put(kcc_text *t, const char *bytes, size_t size) {
    if (t->failed) return;
    if (size > SIZE_MAX / 4 - t->size) {
        t->failed = true;
        return;
    }
    if (t->size + size + 1 > t->cap) {
        size_t cap = (t->size + size + 1) * 2 + 64;
        char *data = realloc(t->data, cap);
        if (!data) {
            t->failed = true;
            return;
        }
        t->data = data;
        t->cap = cap;
    }
    memcpy(t->data + t->size, bytes, size);
    t->size += size;
    t->data[t->size] = 0;
}

void kcc_text_addv(kcc_text *t, const char *format, va_list args) {
    char small[512];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    if (n >= 0 && (size_t)n < sizeof small) {
        kcc_text_put(t, small, (size_t)n);
    } else {
        char *big = n < 0 ? NULL : malloc((size_t)n + 1);
        if (big) {
            vsnprintf(big, (size_t)n + 1, format, again);
            kcc_text_put(t, big, (size_t)n);
        } else {
            t->failed = true;
        }
        free(big);
    }
    va_end(again);
}

void kcc_text_add(kcc_text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    kcc_text_addv(t, format, args);
    va_end(args);
}

void kcc_text_free(kcc_text *t) {
    free(t->data);
    *t = (kcc_text){0};
}

static void spell(kcc_text *t, double value, bool single) {
    if (isnan(value) || isinf(value)) {
        kcc_text_add(t, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return;
    }
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value) break;
    }
    kcc_text_add(t, "%s%s", text, strpbrk(text, ".en") ? "" : ".0");
}

void kcc_text_double(kcc_text *t, double value) { spell(t, value, false); }
void kcc_text_float(kcc_text *t, float value) { spell(t, value, true); }
