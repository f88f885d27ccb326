/*
 * Numbers with a point, whatever the locale of the program that uses the library.
 *
 * Takes: nothing.  Gives: this thread's LC_NUMERIC as C until kcc_plain_numbers_end, for code that reads or
 *        writes numbers in texts (C sources, command-line forms of arguments, progress).
 * Keeps: the thread's other locale categories; other threads; where memory runs out, the locale as it was.
 */
#ifndef KCC_PLAIN_NUMBERS_H
#define KCC_PLAIN_NUMBERS_H

#include <locale.h>
#include <stdarg.h>
#include <stddef.h>

typedef struct kcc_plain_numbers {
    locale_t before, plain;
} kcc_plain_numbers;

static inline kcc_plain_numbers kcc_plain_numbers_begin(void) {
    kcc_plain_numbers n = {.before = uselocale((locale_t)0)};
    locale_t copy = duplocale(n.before);
    n.plain = copy ? newlocale(LC_NUMERIC_MASK, "C", copy) : copy;
    if (n.plain)
        uselocale(n.plain);
    else if (copy)
        freelocale(copy);
    return n;
}

static inline void kcc_plain_numbers_end(kcc_plain_numbers n) {
    if (!n.plain) return;
    uselocale(n.before);
    freelocale(n.plain);
}

/** vsnprintf with a point in numbers (error.c). */
int kcc_plain_format(char *text, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#endif
