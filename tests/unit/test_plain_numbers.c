/*
 * libkcc in a program whose locale writes a comma in numbers: arguments are read and sources written as ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kcc.h"
#include "runtime_internal.h"

/* For LeakSanitizer: setlocale of glibc 2.36 does not free what it makes of LOCPATH. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:argz_add_sep\n"; }

/* The C source of a small model, trained as said on a command line; free with free(). */
static char *emitted(const char *folder) {
    static const char json[] = "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": "
                               "[{\"class_name\": \"Dense\", "
                               "\"config\": {\"name\": \"d\", \"units\": 1, \"activation\": \"tanh\", "
                               "\"batch_input_shape\": [null, 3]}}]}, \"keras_version\": \"2.8.0\"}";
    kcc_error error = {0};
    kcc_model *model = NULL;
    void *text = NULL;
    size_t size;
    char path[100];
    snprintf(path, sizeof path, "%s/m.c", folder);
    kcc_status status = kcc_model_parse(json, "m.json", NULL, &model, &error);
    const kcc_training training = {.optimizer = "adam:learning_rate=0.01", .loss = "mse"};
    if (!status) status = kcc_model_compile_config(model, &training, &error);
    if (!status) status = kcc_model_emit(model, path, NULL, &error);
    if (!status) status = kcc_file_read(path, &text, &size, &error);
    if (status) fail_msg("%s: %s", error.location, error.message);
    kcc_model_free(model);
    return text;
}

/* The summary, an error and a progress line with numbers in them; free with free(). */
static char *printed(void) {
    static const char json[] = "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": "
                               "[{\"class_name\": \"Dense\", "
                               "\"config\": {\"name\": \"d\", \"units\": 99, "
                               "\"batch_input_shape\": [null, 3]}}]}, \"keras_version\": \"2.8.0\"}";
    kcc_error error = {0};
    kcc_model *model = NULL;
    char *summary = NULL, *progress = NULL, *all = NULL;
    size_t size;
    assert_int_equal(kcc_model_parse(json, "m.json", NULL, &model, &error), KCC_OK);
    assert_int_equal(kcc_model_summary(model, 80, &summary, &error), KCC_OK);
    kcc_model_free(model);
    kcc_fail(&error, KCC_EINVAL, "", "", "%g", 0.5);
    FILE *out = open_memstream(&progress, &size);
    kcc_progress bar;
    kcc_logs logs = {0};
    kcc_logs_set(&logs, "loss", 0.25);
    kcc_progress_start(&bar, out, 1, 1);
    kcc_progress_step(&bar);
    kcc_progress_draw(&bar, &logs, true);
    fclose(out);
    kcc_logs_free(&logs);
    const char *values = strstr(progress, " - loss"); /* times differ from run to run */
    assert_non_null(values);
    assert_true(asprintf(&all, "%s%s%s", summary, error.message, values) > 0);
    free(summary);
    free(progress);
    return all;
}

static void comma(void **state) {
    (void)state;
    char folder[] = "/tmp/kcc-locale-XXXXXX", line[300], number[20];
    assert_non_null(mkdtemp(folder));
    char *plain = emitted(folder), *shown = printed();
    snprintf(line, sizeof line, "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1", folder);
    (void)!system(line);
    setenv("LOCPATH", folder, 1);
    const char *set = setlocale(LC_ALL, "de_DE.UTF-8");
    char *other = set ? emitted(folder) : NULL, *shown_there = set ? printed() : NULL;
    snprintf(number, sizeof number, "%.1f", 0.5);
    setlocale(LC_ALL, "C");
    bool same = other && strcmp(plain, other) == 0 && strcmp(shown, shown_there) == 0;
    assert_non_null(strstr(shown, "0.2500"));
    free(shown);
    free(shown_there);
    free(plain);
    free(other);
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    assert_int_equal(system(line), 0);
    if (!set) skip(); /* a machine without the sources of locales */
    assert_true(same);
    assert_string_equal(number, "0,5"); /* the program's locale is as it was */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(comma)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
