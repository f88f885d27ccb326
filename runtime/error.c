/*
 * Errors: keeps the first failure and spells it for people.
 *
 * Takes: a kcc_error the caller owns, or NULL.  Gives: the status back, so that a return is one line.
 * Keeps: a failure already recorded is never overwritten; every text is one line and NUL-terminated.
 */
#include "kcc_runtime.h"
#include "plain_numbers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int kcc_plain_format(char *text, size_t size, const char *format, va_list arguments) {
    kcc_plain_numbers numbers = kcc_plain_numbers_begin();
    int length = vsnprintf(text, size, format, arguments);
    kcc_plain_numbers_end(numbers);
    return length;
}

/* Control characters from file contents must not reach a terminal or break the line. */
static void copy_line(char *to, size_t size, const char *from) {
    size_t n = 0;
    for (; from && from[n] && n + 1 < size; n++) {
        unsigned char c = (unsigned char)from[n];
        to[n] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    to[n] = '\0';
}

kcc_status kcc_fail(kcc_error *error, kcc_status status, const char *location, const char *hint,
                    const char *format, ...) {
    if (!error || error->status != KCC_OK) return status;
    char message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    int length = kcc_plain_format(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0) message[0] = '\0';
    copy_line(error->message, sizeof error->message, message);
    copy_line(error->location, sizeof error->location, location);
    copy_line(error->hint, sizeof error->hint, hint);
    error->status = status;
    return status;
}

const char *kcc_error_text(const kcc_error *error, char *text, size_t size) {
    if (size == 0) return text;
    const char *separator = error->location[0] ? ": " : "";
    if (error->hint[0])
        snprintf(text, size, "%s%s%s (%s)", error->location, separator, error->message, error->hint);
    else
        snprintf(text, size, "%s%s%s", error->location, separator, error->message);
    return text;
}
