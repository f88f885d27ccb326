/*
 * What the command says: errors, warnings, results; and how it hears Ctrl-C.
 *
 * Keeps: an error is one line on stderr, "kcc: error: place: message (hint)"; results go to stdout.
 */
#include "cli.h"
#include "leftovers.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int kcc_cli_report(kcc_status status, const kcc_error *error) {
    if (status == KCC_OK) return KCC_EXIT_DONE;
    char text[1100];
    fflush(stdout);
    if (status == KCC_EINTERRUPTED) {
        fprintf(stderr, "kcc: stopped by Ctrl-C\n");
        return KCC_EXIT_STOPPED;
    }
    const char *line = error->status == KCC_OK ? "no memory" : kcc_error_text(error, text, sizeof text);
    fprintf(stderr, "kcc: error: %s\n", line);
    return KCC_EXIT_FAILED;
}

int kcc_cli_usage(const kcc_command *command, const char *format, ...) {
    va_list arguments;
    char text[700];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *name = !command ? "" : command->name[0] ? command->name : "MODEL";
    fflush(stdout);
    fprintf(stderr, "kcc: error: %s (try kcc %s%s--help)\n", text, name, name[0] ? " " : "");
    return KCC_EXIT_USAGE;
}

void kcc_cli_warn(void *user, const char *line) {
    (void)user;
    /* The reader of models says "file: $.path: warning: text". */
    const char *word = strstr(line, "warning: ");
    int before = word ? (int)(word - line) : 0;
    fflush(stdout);
    fprintf(stderr, "kcc: warning: %.*s%s\n", before, line, word ? word + strlen("warning: ") : line);
}

static void put_text(FILE *out, const char *text) {
    size_t length = strlen(text);
    fputs(text, out);
    if (length == 0 || text[length - 1] != '\n') fputc('\n', out);
}

void kcc_cli_print(void *user, const char *text) {
    (void)user;
    put_text(stdout, text);
}

void kcc_cli_debug(void *user, const char *text) {
    (void)user;
    put_text(stderr, text);
}

void kcc_text_json_number(kcc_text *text, double value) {
    if (isnan(value))
        kcc_text_add(text, "NaN");
    else if (isinf(value))
        kcc_text_add(text, value < 0 ? "-Infinity" : "Infinity");
    else
        kcc_text_double(text, value);
}

static void add_json_string(kcc_text *text, const char *s) {
    kcc_text_add(text, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            kcc_text_add(text, "\\%c", c);
        else if (c < 0x20)
            kcc_text_add(text, "\\u%04x", c);
        else
            kcc_text_put(text, s, 1);
    }
    kcc_text_add(text, "\"");
}

void kcc_text_metrics(kcc_text *text, const kcc_program *program, const float *values) {
    kcc_text_add(text, "{");
    for (int i = 0; i < program->n_metrics; i++) {
        if (i > 0) kcc_text_add(text, ", ");
        add_json_string(text, program->metrics[i].name);
        kcc_text_add(text, ": ");
        kcc_text_json_number(text, (double)values[i]);
    }
    kcc_text_add(text, "}");
}

/* The one thing that changes behind the code's back: a signal handler has no other way to say so. */
static volatile sig_atomic_t interrupts;
_Static_assert(sizeof(sig_atomic_t) == sizeof(int), "sessions poll an int");

void kcc_end_stopped(void) {
    static const char said[] = "kcc: stopped by Ctrl-C\n";
    if (write(2, said, sizeof said - 1) < 0) { /* nobody listens */
    }
    _exit(KCC_EXIT_STOPPED);
}

static void on_interrupt(int number) {
    (void)number;
    if (interrupts) {
        kcc_leftovers_end();
        kcc_end_stopped();
    }
    interrupts = 1;
}

void kcc_catch_interrupt(void) {
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

const volatile int *kcc_interrupted(void) { return (const volatile int *)&interrupts; }
