/*
 * The command line read by the table of options, and --help written from it.
 *
 * Takes: argv after the command's name.  Gives: kcc_arguments, or one line that says what is wrong.
 * Keeps: --flag=value and --flag value mean the same; the last one given counts, except for lists; "--" ends
 *        the options.  Nothing is printed here.
 */
#include "cli.h"
#include "json_cursor.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 96, COLUMNS = 80, HELP_COLUMN = 30, CALLBACK_COLUMN = 6 };

/* ---------------------------------------------------------------- table */

static const kcc_option *find_option(const kcc_command *command, const char *name, size_t length) {
    for (const kcc_option_group *g = command->group; g->title; g++)
        for (const kcc_option *o = g->option; o->name; o++)
            if (strlen(o->name) == length && memcmp(o->name, name, length) == 0) return o;
    return NULL;
}

/* The option of this command nearest to name, or NULL. */
static const char *nearest_option(const kcc_command *command, const char *name) {
    const char *names[MOST_OPTIONS];
    int n = 0;
    for (const kcc_option_group *g = command->group; g->title; g++)
        for (const kcc_option *o = g->option; o->name && n < MOST_OPTIONS; o++)
            if (o->name[1] == '-') names[n++] = o->name;
    return kcc_nearest(name, n, names);
}

/* ---------------------------------------------------------------- values */

static kcc_status add_item(kcc_list *list, const char *value, kcc_error *error) {
    const char **larger = realloc(list->item, ((size_t)list->n + 1) * sizeof *larger);
    if (!larger) return kcc_fail(error, KCC_ENOMEM, "", "", "no memory for the arguments");
    larger[list->n++] = value;
    list->item = larger;
    return KCC_OK;
}

static kcc_status bad_value(const kcc_option *option, const char *value, const char *wanted,
                            kcc_error *error) {
    return kcc_fail(error, KCC_EINVAL, "", "", "%s takes %s, not \"%s\"", option->name, wanted, value);
}

static kcc_status set_whole(const kcc_option *option, const char *value, int64_t *to, kcc_error *error) {
    char wanted[80], *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    bool large =
        errno == ERANGE || (double)number > option->high; /* then the limit is of use, however high */
    if (option->high < 1e18 || (large && end != value && value[0] != '-'))
        snprintf(wanted, sizeof wanted, "a whole number from %.0f to %.0f", option->low, option->high);
    else
        snprintf(wanted, sizeof wanted, "a whole number, %.0f or more", option->low);
    if (end == value || *end || errno || (double)number < option->low || (double)number > option->high)
        return bad_value(option, value, wanted, error);
    *to = number;
    return KCC_OK;
}

static kcc_status set_real(const kcc_option *option, const char *value, double *to, kcc_error *error) {
    char wanted[80], *end;
    double number = strtod(value, &end);
    snprintf(wanted, sizeof wanted, "a number from %g to below %g", option->low, option->high);
    if (end == value || *end || !(number >= option->low && number < option->high))
        return bad_value(option, value, wanted, error);
    *to = number;
    return KCC_OK;
}

/* The words of an option's argument, cut in text. */
static int split_words(char *text, const char **words, int most) {
    int n = 0;
    for (char *save = NULL, *word = strtok_r(text, "|", &save); word && n < most;
         word = strtok_r(NULL, "|", &save))
        words[n++] = word;
    return n;
}

/* That value[0 … length-1] is one of the option's words. */
static kcc_status check_word(const kcc_option *option, const char *value, size_t length, kcc_error *error) {
    char text[128], given[64];
    const char *words[8];
    snprintf(text, sizeof text, "%s", option->argument);
    snprintf(given, sizeof given, "%.*s", (int)(length < 60 ? length : 60), value);
    int n = split_words(text, words, 8);
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], given) == 0) return KCC_OK;
    const char *near = kcc_nearest(given, n, words);
    if (near)
        return kcc_fail(error, KCC_EINVAL, "", "", "%s takes %s, not \"%s\"; did you mean \"%s\"?",
                        option->name, option->argument, given, near);
    return bad_value(option, given, option->argument, error);
}

static kcc_status set_words(const kcc_option *option, const char *value, const char **to, kcc_error *error) {
    bool several = option->kind == KCC_OPTION_WORDS;
    *to = value;
    for (const char *p = value;; p++) {
        size_t length = several ? strcspn(p, ",") : strlen(p);
        kcc_status status = check_word(option, p, length, error);
        p += length;
        if (status != KCC_OK || !*p) return status;
    }
}

/* value is NULL for a flag without one. */
static kcc_status set_option(kcc_arguments *a, const kcc_option *option, const char *value,
                             kcc_error *error) {
    void *place = (char *)a + option->offset;
    switch (option->kind) {
    case KCC_OPTION_TEXT: *(const char **)place = value; return KCC_OK;
    case KCC_OPTION_LIST: return add_item(place, value, error);
    case KCC_OPTION_WHOLE: return set_whole(option, value, place, error);
    case KCC_OPTION_REAL: return set_real(option, value, place, error);
    case KCC_OPTION_CHOICE:
    case KCC_OPTION_WORDS: return set_words(option, value, place, error);
    case KCC_OPTION_FLAG: break;
    }
    if (value && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return bad_value(option, value, "no value, or true or false", error);
    *(bool *)place = !value || strcmp(value, "true") == 0;
    return KCC_OK;
}

/* ---------------------------------------------------------------- parsing */

static kcc_status unknown_option(const kcc_command *command, const char *name, size_t length,
                                 kcc_error *error) {
    char text[80];
    snprintf(text, sizeof text, "%.*s", (int)(length < 70 ? length : 70), name);
    const char *near = nearest_option(command, text);
    if (near)
        return kcc_fail(error, KCC_EINVAL, "", "", "unknown option \"%s\"; did you mean \"%s\"?", text, near);
    return kcc_fail(error, KCC_EINVAL, "", "", "unknown option \"%s\"", text);
}

/* One option at argv[*at]; *at moves on to its value where that is the next argument. */
static kcc_status parse_option(const kcc_command *command, int argc, const char *const *argv, int *at,
                               kcc_arguments *a, kcc_error *error) {
    const char *text = argv[*at], *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    if (strcmp(text, "-h") == 0) {
        a->help = true;
        return KCC_OK;
    }
    const kcc_option *option = find_option(command, text, length);
    if (!option && text[1] == 'o' && text[2] && text[2] != '=') { /* -oOUT */
        option = find_option(command, "-o", 2);
        if (option) return set_option(a, option, text + 2, error);
    }
    if (!option) return unknown_option(command, text, length, error);
    const char *value = equals ? equals + 1 : NULL;
    if (!value && option->kind != KCC_OPTION_FLAG) {
        if (*at + 1 >= argc || strncmp(argv[*at + 1], "--", 2) == 0)
            return kcc_fail(error, KCC_EINVAL, "", "", "%s needs a value: %s %s", option->name, option->name,
                            option->argument);
        value = argv[++*at];
    }
    return set_option(a, option, value, error);
}

kcc_status kcc_arguments_parse(const kcc_command *command, int argc, const char *const *argv,
                               kcc_arguments *arguments, kcc_error *error) {
    *arguments = (kcc_arguments){.command = command, .verbose = 1};
    bool options = true;
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];
        kcc_status status = KCC_OK;
        if (options && strcmp(text, "--") == 0)
            options = false;
        else if (options && text[0] == '-' && text[1])
            status = parse_option(command, argc, argv, &i, arguments, error);
        else if (arguments->model)
            status = kcc_fail(error, KCC_EINVAL, "", "", "unexpected argument \"%.100s\" after \"%.100s\"",
                              text, arguments->model);
        else
            arguments->model = text;
        if (status != KCC_OK) return status;
    }
    if (!arguments->help && (!arguments->model || !arguments->model[0]))
        return kcc_fail(error, KCC_EINVAL, "", "", "no model is given: %s", command->usage);
    return KCC_OK;
}

void kcc_arguments_free(kcc_arguments *a) {
    free(a->x.item);
    free(a->y.item);
    free(a->sample_weight.item);
    free(a->validation_data.item);
    free(a->callback.item);
    free(a->csv_target.item);
    free(a->one_hot.item);
    free(a->drop.item);
    free(a->categories.item);
    *a = (kcc_arguments){0};
}

/* ---------------------------------------------------------------- help */

/* Words of text from column `at` on, lines broken before COLUMNS and continued at `indent`. */
static void add_wrapped(kcc_text *out, const char *text, int at, int indent) {
    while (*text) {
        if (*text == '\n') {
            kcc_text_add(out, "\n%*s", indent, "");
            at = indent;
            text++;
            continue;
        }
        size_t length = strcspn(text, " \n");
        if (at > indent && at + 1 + (int)length > COLUMNS) {
            kcc_text_add(out, "\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            kcc_text_add(out, " ");
            at++;
        }
        kcc_text_put(out, text, length);
        at += (int)length;
        text += length + strspn(text + length, " ");
    }
    kcc_text_add(out, "\n");
}

static void add_option(kcc_text *out, const kcc_option *option) {
    size_t before = out->size;
    kcc_text_add(out, "  %s%s%s", option->name, option->argument ? " " : "",
                 option->argument ? option->argument : "");
    int width = (int)(out->size - before);
    if (width > HELP_COLUMN - 2)
        kcc_text_add(out, "\n%*s", HELP_COLUMN, "");
    else
        kcc_text_add(out, "%*s", HELP_COLUMN - width, "");
    add_wrapped(out, option->help, HELP_COLUMN, HELP_COLUMN);
}

/* The table of callbacks: a line a callback, its keys with what they take. */
static void add_callbacks(kcc_text *out) {
    kcc_text_add(out, "\nCallbacks, NAME:KEY=VALUE,KEY=VALUE; the first KEY= may be left out:\n");
    for (int i = 0; kcc_callback_name(i); i++) {
        kcc_text keys = {0};
        for (int k = 0; kcc_callback_key(i, k); k++)
            kcc_text_add(&keys, "%s%s=%s", k ? " " : "", kcc_callback_key(i, k), kcc_callback_value(i, k));
        kcc_text_add(out, "  %s\n%*s", kcc_callback_name(i), CALLBACK_COLUMN, "");
        add_wrapped(out, keys.data ? keys.data : "", CALLBACK_COLUMN, CALLBACK_COLUMN);
        out->failed |= keys.failed;
        kcc_text_free(&keys);
    }
}

void kcc_command_help(const kcc_command *command, kcc_text *text) {
    kcc_text_add(text, "%s: %s\n\nUsage: %s\n", command->name[0] ? command->name : "kcc", command->brief,
                 command->usage);
    if (command->about) {
        kcc_text_add(text, "\n");
        add_wrapped(text, command->about, 0, 0);
    }
    for (const kcc_option_group *g = command->group; g->title; g++) {
        kcc_text_add(text, "\n%s:\n", g->title);
        for (const kcc_option *o = g->option; o->name; o++) add_option(text, o);
    }
    if (find_option(command, "--callback", strlen("--callback"))) add_callbacks(text);
}

void kcc_general_help(kcc_text *text) {
    kcc_text_add(text, "kcc compiles Keras models to native code that predicts and trains.\n\nUsage:\n");
    for (int i = 0; i < kcc_command_count; i++) {
        kcc_text_add(text, "  %s\n      ", kcc_commands[i].usage);
        add_wrapped(text, kcc_commands[i].brief, 6, 6);
    }
    kcc_text_add(
        text, "\nMODEL is a Keras .json (Keras 1, 2 or 3), .keras or whole-model .h5, or a model.so made by\n"
              "kcc. Each command's options: kcc COMMAND --help; those of the first: kcc MODEL --help.\n"
              "\nExamples:\n"
              "  kcc fit model.json --x x.npy --y y.npy --optimizer adam --loss mse --epochs 5 \\\n"
              "      --save trained.weights.h5\n"
              "  kcc predict model.json --weights trained.weights.h5 --x x.npy -o y.npy\n"
              "  kcc model.json --weights trained.weights.h5 -o model.so\n"
              "\nExit status: 0 done, 1 the input or the run is at fault, 2 usage, 130 stopped by Ctrl-C.\n");
}
