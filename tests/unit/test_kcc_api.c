/*
 * Names of models that C, C++ or their headers keep to themselves: what is made of them still compiles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kcc.h"
#include "runtime_internal.h"

#include "folder_rig.h"

/* The struct that the header of model.json has for the model when that is called name; free with free(). */
static char *emitted(const char *name) {
    kcc_error error = {0};
    kcc_model *model = NULL;
    void *header = NULL;
    size_t size;
    kcc_status status = kcc_model_load("model.json", NULL, &model, &error);
    if (!status) status = kcc_model_emit(model, "m.c", &(kcc_code_options){.name = name}, &error);
    if (!status) status = kcc_file_read("m.h", &header, &size, &error);
    if (status) fail_msg("%s: %s: %s", name, error.location, error.message);
    kcc_model_free(model);
    return header;
}

static void compiles(const char *what, const char *name) {
    char command[200];
    const char *cc = getenv("CC");
    snprintf(command, sizeof command, "%.100s -fsyntax-only %s", cc && *cc ? cc : "cc", what);
    if (system(command) != 0) fail_msg("a model called \"%s\": %s", name, command);
}

static void test_names(void **state) {
    (void)state;
    static const char *const names[][2] = {{"_", "model_"},
                                           {"__x", "model__x"},
                                           {"_Bool", "model_Bool"},
                                           {"_mm", "model_mm"},
                                           {"1d", "model_1d"},
                                           {"std", "model_std"},
                                           {"size_t", "model_size_t"},
                                           {"int64_t", "model_int64_t"},
                                           {"char8_t", "model_char8_t"},
                                           {"sparse_t", "model_sparse_t"},
                                           {"INT_MAX", "model_INT_MAX"},
                                           {"NAN", "model_NAN"},
                                           {"class", "model_class"},
                                           {"stat", "model_stat"},
                                           {"tiny", "tiny"},
                                           {"t", "t"},
                                           {"net_", "net_"},
                                           {"STD", "STD"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[100];
        char *header = emitted(names[i][0]);
        snprintf(line, sizeof line, "\nstruct %s {\n", names[i][1]);
        if (!strstr(header, line)) fail_msg("a model called \"%s\": no%s", names[i][0], line);
        free(header);
        compiles("-std=c11 -x c m.h", names[i][0]);
        compiles("-std=c++20 -x c++ m.h", names[i][0]);
        if (i == 0) compiles("-std=c11 -Wall -Wextra -Werror m.c", names[i][0]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, folder_set_up, folder_tear_down);
}
