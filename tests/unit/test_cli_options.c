/*
 * The command line: parsing, hints, help, and the manual page against the table of options.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_options.c"
#include "cli_table.c"

/* The table names the commands' functions; none is called here. */
#define STUB(name) \
    int name(const kcc_arguments *a) { return a->help; }
STUB(kcc_cli_compile)
STUB(kcc_cli_fit)
STUB(kcc_cli_evaluate)
STUB(kcc_cli_predict)
STUB(kcc_cli_gradients)
STUB(kcc_cli_summary)
STUB(kcc_cli_check)
STUB(kcc_cli_plot)
STUB(kcc_cli_convert)

static kcc_status parse(const char *command, const char *const *words, kcc_arguments *a, kcc_error *error) {
    int n = 0;
    while (words[n]) n++;
    const kcc_command *c = command[0] ? kcc_command_find(command) : &kcc_commands[0];
    assert_non_null(c);
    return kcc_arguments_parse(c, n, words, a, error);
}

static void test_values(void **state) {
    (void)state;
    kcc_arguments a;
    const char *const words[] = {
        "--epochs=7",         "m.json", "--x", "a.npy", "--x=b=c.npy", "--shuffle", "batch", "--seed", "12",
        "--validation-split", "0.25",   "--y", "",      "--epochs",    "9",         NULL};
    assert_int_equal(parse("fit", words, &a, NULL), KCC_OK);
    assert_string_equal(a.model, "m.json");
    assert_int_equal(a.epochs, 9); /* the last one counts */
    assert_int_equal(a.x.n, 2);
    assert_string_equal(a.x.item[1], "b=c.npy");
    assert_string_equal(a.shuffle, "batch");
    assert_int_equal(a.seed, 12);
    assert_true(a.validation_split == 0.25);
    assert_int_equal(a.y.n, 1);
    assert_int_equal(a.verbose, 1);
    assert_int_equal(a.batch_size, 0);
    kcc_arguments_free(&a);
}

static void test_flags(void **state) {
    (void)state;
    kcc_arguments a;
    const char *const words[] = {"m", "--inputs", "--training=false", "-oG.npz", "--json=true", NULL};
    assert_int_equal(parse("gradients", words, &a, NULL), KCC_OK);
    assert_true(a.inputs && !a.training && a.json);
    assert_string_equal(a.out, "G.npz");
    kcc_arguments_free(&a);
    const char *const output[] = {"-o=x.so", "--emit", "graph,plan", "--", "-odd.json", NULL};
    assert_int_equal(parse("", output, &a, NULL), KCC_OK);
    assert_string_equal(a.out, "x.so");
    assert_string_equal(a.emit, "graph,plan");
    assert_string_equal(a.model, "-odd.json");
    kcc_arguments_free(&a);
    const char *const help[] = {"--help", NULL};
    assert_int_equal(parse("fit", help, &a, NULL), KCC_OK);
    assert_true(a.help);
    kcc_arguments_free(&a);
}

static void expect_error(const char *command, const char *const *words, const char *message) {
    kcc_arguments a;
    kcc_error error = {0};
    assert_int_equal(parse(command, words, &a, &error), KCC_EINVAL);
    assert_string_equal(error.message, message);
    kcc_arguments_free(&a);
}

static void test_errors(void **state) {
    (void)state;
    expect_error("fit", (const char *const[]){"m", "--epoch", "3", NULL},
                 "unknown option \"--epoch\"; did you mean \"--epochs\"?");
    expect_error("predict", (const char *const[]){"m", "--epochs", "3", NULL}, "unknown option \"--epochs\"");
    expect_error("fit", (const char *const[]){"m", "--epochs", "3x", NULL},
                 "--epochs takes a whole number, 1 or more, not \"3x\"");
    expect_error("fit", (const char *const[]){"m", "--seed", "99999999999999999999", NULL},
                 "--seed takes a whole number from 0 to 9200000000000000000, not \"99999999999999999999\"");
    expect_error("fit", (const char *const[]){"m", "--batch-size", "9300000000000000000", NULL},
                 "--batch-size takes a whole number from 1 to 9200000000000000000, not "
                 "\"9300000000000000000\"");
    expect_error("fit", (const char *const[]){"m", "--seed=-1", NULL},
                 "--seed takes a whole number, 0 or more, not \"-1\"");
    expect_error("fit", (const char *const[]){"m", "--validation-split", "nan", NULL},
                 "--validation-split takes a number from 0 to below 1, not \"nan\"");
    expect_error("fit", (const char *const[]){"m", "--x", NULL}, "--x needs a value: --x F[,F...]");
    expect_error("", (const char *const[]){"m", "--emit", "graph,plam", NULL},
                 "--emit takes graph|kernels|plan, not \"plam\"; did you mean \"plan\"?");
    expect_error("summary", (const char *const[]){"a", "b", NULL}, "unexpected argument \"b\" after \"a\"");
    expect_error("summary", (const char *const[]){NULL}, "no model is given: kcc summary MODEL [options]");
}

/* No line of help is wider than a terminal; every option is in it. */
static void test_help(void **state) {
    (void)state;
    for (int i = 0; i < kcc_command_count; i++) {
        kcc_text text = {0};
        kcc_command_help(&kcc_commands[i], &text);
        assert_false(text.failed);
        for (const char *line = text.data; *line;) {
            size_t length = strcspn(line, "\n");
            if (length > 80) fail_msg("%s --help: %.*s", kcc_commands[i].name, (int)length, line);
            line += length + (line[length] == '\n');
        }
        for (const kcc_option_group *g = kcc_commands[i].group; g->title; g++)
            for (const kcc_option *o = g->option; o->name; o++) assert_non_null(strstr(text.data, o->name));
        kcc_text_free(&text);
    }
    kcc_text text = {0};
    kcc_general_help(&text);
    for (int i = 0; i < kcc_command_count; i++) assert_non_null(strstr(text.data, kcc_commands[i].usage));
    kcc_text_free(&text);
}

/* The callbacks in the manual page are those of the table, made from it: UPDATE_GOLDEN=1 writes them. */
static void test_manual_callbacks(void **state) {
    (void)state;
    static const char begin[] = "by UPDATE_GOLDEN=1 tests/test_cli_options\n",
                      end[] = ".\\\" end of the callbacks\n";
    const char *root = getenv("KCC_SOURCE_ROOT");
    char path[600];
    void *page;
    size_t size;
    kcc_text made = {0}, whole = {0};
    for (int i = 0; kcc_callback_name(i); i++) {
        kcc_text_add(&made, ".TP\n.B %s\n", kcc_callback_name(i));
        for (int k = 0; kcc_callback_key(i, k); k++)
            kcc_text_add(&made, "%s=\\fI%s\\fR\n", kcc_callback_key(i, k), kcc_callback_value(i, k));
    }
    snprintf(path, sizeof path, "%s/docs/kcc.1", root ? root : ".");
    assert_int_equal(kcc_file_read(path, &page, &size, NULL), KCC_OK);
    char *from = strstr(page, begin), *to = strstr(page, end);
    assert_true(from && to && from < to);
    from += sizeof begin - 1;
    kcc_text_put(&whole, page, (size_t)(from - (char *)page));
    kcc_text_add(&whole, "%s%s", made.data, to);
    if (getenv("UPDATE_GOLDEN")) assert_int_equal(kcc_file_write(path, whole.data, whole.size, NULL), KCC_OK);
    bool same = whole.size == size && memcmp(whole.data, page, size) == 0;
    kcc_text_free(&made);
    kcc_text_free(&whole);
    free(page);
    if (!same && !getenv("UPDATE_GOLDEN"))
        fail_msg("docs/kcc.1 is not up to date: UPDATE_GOLDEN=1 test_cli_options");
}

static void test_manual(void **state) {
    (void)state;
    const char *root = getenv("KCC_SOURCE_ROOT");
    char path[600];
    void *bytes;
    size_t size, kept = 0;
    snprintf(path, sizeof path, "%s/docs/kcc.1", root ? root : ".");
    assert_int_equal(kcc_file_read(path, &bytes, &size, NULL), KCC_OK);
    char *page = bytes;
    for (size_t i = 0; i < size; i++) /* "\-" is a hyphen */
        if (!(page[i] == '\\' && page[i + 1] == '-')) page[kept++] = page[i];
    page[kept] = '\0';
    for (int i = 0; i < kcc_command_count; i++)
        for (const kcc_option_group *g = kcc_commands[i].group; g->title; g++)
            for (const kcc_option *o = g->option; o->name; o++) {
                bool found = false;
                size_t length = strlen(o->name);
                for (const char *p = page; !found && (p = strstr(p, o->name)); p += length)
                    found = !strchr("abcdefghijklmnopqrstuvwxyz-", p[length]);
                if (!found) fail_msg("docs/kcc.1 does not have %s", o->name);
            }
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_flags),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_help),
        cmocka_unit_test(test_manual), cmocka_unit_test(test_manual_callbacks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
