/*
 * The progress bar and the lines of verbose 2.
 *
 * Takes: steps as they are done, logs when the bar asks for them.  Gives: text on `out` as Keras 3 prints it.
 * Keeps: on a terminal the bar is redrawn at most every 0.05 s and never wider than the window while it runs;
 *        elsewhere only the last line of an epoch is written, without escapes.  One clock call a step on a
 *        terminal, none elsewhere.
 *
 * Source: keras.utils.Progbar (3.x).
 */
#include "plain_numbers.h"
#include "runtime_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { CELLS = 20, LINE = 4096 };

/* Text that silently stops at its capacity. */
typedef struct line {
    char text[LINE];
    size_t length;
} line;

static double now_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

__attribute__((format(printf, 2, 3))) static void add(line *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(to->text + to->length, sizeof to->text - to->length, format, arguments);
    va_end(arguments);
    if (n < 0) return;
    to->length += (size_t)n;
    if (to->length >= sizeof to->text) to->length = sizeof to->text - 1;
}

void kcc_progress_start(kcc_progress *progress, FILE *out, int verbose, int64_t target) {
    if (!out) out = stdout;
    *progress = (kcc_progress){.out = out, .verbose = verbose, .target = target};
    if (verbose <= 0) return;
    const char *terminal = getenv("TERM");
    progress->terminal =
        fileno(out) >= 0 && isatty(fileno(out)) && !(terminal && strcmp(terminal, "dumb") == 0);
    progress->start = now_seconds();
}

bool kcc_progress_step(kcc_progress *progress) {
    progress->seen++;
    if (progress->verbose <= 0) return false;
    bool live = progress->verbose == 1 && progress->terminal;
    if (!live && progress->seen > 1) return false;
    double now = now_seconds();
    if (progress->seen == 1) progress->after_first = now;
    return live && now - progress->last >= 0.05;
}

/* Seconds a step, the first one (page faults, thread start) left out where there are more. */
static double step_seconds(const kcc_progress *progress, double now) {
    if (progress->seen > 1) return (now - progress->after_first) / (double)(progress->seen - 1);
    return progress->seen == 1 ? now - progress->start : 0;
}

static void add_step_time(line *to, double seconds) {
    if (seconds >= 1 || seconds == 0)
        add(to, " %.0fs/step", seconds);
    else if (seconds >= 1e-3)
        add(to, " %.0fms/step", seconds * 1e3);
    else
        add(to, " %.0fus/step", seconds * 1e6);
}

static void add_values(line *to, const kcc_logs *logs, bool absolute) {
    for (int i = 0; logs && i < logs->count; i++) {
        double v = logs->entry[i].value;
        if (isnan(v)) v = fabs(v); /* the sign of a NaN means nothing; printf would show it */
        add(to, (absolute ? fabs(v) : v) > 1e-3 ? " - %s: %.4f" : " - %s: %.4e", logs->entry[i].name, v);
    }
}

static int digits(int64_t n) {
    int d = 1;
    for (; n >= 10; n /= 10) d++;
    return d;
}

/* "  3/128", or "      3/Unknown" as Keras counts what has no end. */
static void count_text(const kcc_progress *progress, char text[64]) {
    if (progress->target < 0)
        snprintf(text, 64, "%7lld/Unknown", (long long)progress->seen);
    else
        snprintf(text, 64, "%*lld/%lld", digits(progress->target), (long long)progress->seen,
                 (long long)progress->target);
}

static void add_cells(line *to, int n) {
    for (int i = 0; i < n; i++) add(to, "\xe2\x94\x81"); /* U+2501 */
}

static void draw_line(const kcc_progress *progress, const kcc_logs *logs, double now) {
    line text = {.length = 0};
    char count[64];
    count_text(progress, count);
    add(&text, "%s - %.0fs", count, now - progress->start);
    line step = {.length = 0};
    add_step_time(&step, step_seconds(progress, now));
    add(&text, " -%s", step.text);
    add_values(&text, logs, false);
    fprintf(progress->out, "%s\n", text.text);
}

static int terminal_width(FILE *out) {
    struct winsize size;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 0;
}

/* Time left as Keras writes it. */
static void eta_text(double seconds, char text[32]) {
    long long s = seconds > 0 && seconds < 1e12 ? (long long)seconds : 0;
    if (s > 3600)
        snprintf(text, 32, "%lld:%02lld:%02lld", s / 3600, s % 3600 / 60, s % 60);
    else if (s > 60)
        snprintf(text, 32, "%lld:%02lld", s / 60, s % 60);
    else
        snprintf(text, 32, "%llds", s);
}

/* Cuts text to at most width characters, between UTF-8 sequences; a value that does not fit goes with its
 * name. */
static void cut(line *text, int width) {
    int characters = 0;
    size_t entry = 0; /* where the " - name: value" under way begins */
    for (size_t i = 0; i < text->length; i++) {
        bool begins = ((unsigned char)text->text[i] & 0xc0) != 0x80;
        if (strncmp(text->text + i, " - ", 3) == 0) entry = i;
        if (begins && characters++ >= (width > 0 ? width : 0)) {
            text->length = entry > 0 ? entry : i;
            text->text[text->length] = '\0';
            return;
        }
    }
}

static int columns(const char *text) {
    int n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void draw_bar(kcc_progress *progress, const kcc_logs *logs, double now, bool final) {
    bool colour = progress->terminal;
    char count[64], clock[32];
    count_text(progress, count);
    bool counted = progress->target >= 0;
    double step = step_seconds(progress, now);
    if (final || !counted)
        snprintf(clock, sizeof clock, "%.0fs", now - progress->start);
    else
        eta_text(step * (double)(progress->target - progress->seen), clock);
    line info = {.length = 0};
    add_step_time(&info, step);
    add_values(&info, logs, true);
    int cells = counted ? CELLS : 0, fixed = columns(count) + columns(clock) + (counted ? 2 : 1);
    int room = colour && !final ? terminal_width(progress->out) : 0;
    if (room > 0) {
        /* One column stays free: some terminals wrap when the last one is written. */
        room = room - 1 - fixed;
        if (columns(info.text) + cells > room) cells = room - columns(info.text);
        if (cells < 0) cells = 0;
        cut(&info, room - cells);
    }
    int done = progress->target > 0 ? (int)((double)cells * (double)progress->seen / (double)progress->target)
                                    : cells;
    if (done > cells) done = cells;
    line text = {.length = 0};
    if (colour) {
        for (int i = 0; i < progress->previous_width && i < 512; i++) add(&text, "\b");
        add(&text, "\r");
    }
    bool bold = colour && counted;
    add(&text, "%s%s%s%s", bold ? "\x1b[1m" : "", count, bold ? "\x1b[0m" : "", counted ? " " : "");
    if (done > 0 && colour) add(&text, "\x1b[32m");
    add_cells(&text, done);
    if (done > 0 && colour) add(&text, "\x1b[0m");
    if (bold) add(&text, "\x1b[37m");
    add_cells(&text, cells - done);
    if (bold) add(&text, "\x1b[0m");
    add(&text, " %s%s%s%s", colour ? "\x1b[1m" : "", clock, colour ? "\x1b[0m" : "", info.text);
    int width = fixed + cells + columns(info.text);
    if (colour)
        for (int i = width; i < progress->previous_width; i++) add(&text, " ");
    fprintf(progress->out, "%s%s", text.text, final ? "\n" : "");
    progress->previous_width = final ? 0 : width;
}

void kcc_progress_draw(kcc_progress *progress, const kcc_logs *logs, bool final) {
    if (progress->verbose <= 0) return;
    if (final && progress->target < 0) progress->target = progress->seen; /* now it is known */
    if (!final && !(progress->verbose == 1 && progress->terminal)) return;
    double now = now_seconds();
    kcc_plain_numbers numbers = kcc_plain_numbers_begin();
    if (progress->verbose == 1)
        draw_bar(progress, logs, now, final);
    else
        draw_line(progress, logs, now);
    kcc_plain_numbers_end(numbers);
    fflush(progress->out);
    progress->last = now;
}

void kcc_progress_abandon(kcc_progress *progress) {
    if (progress->previous_width == 0) return;
    fputc('\n', progress->out);
    fflush(progress->out);
    progress->previous_width = 0;
}
