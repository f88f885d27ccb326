/*
 * The kcc command itself: help, version, what is no command.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_rig.h"

static void test_help(void **state) {
    (void)state;
    const char *const words[] = {"--help", "-h", "help", "fit --help", "help fit", "model.json --help",
                                 "fit -h"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        kcc_ran ran = run(words[i], 0);
        assert_non_null(strstr(ran.out, "Usage:"));
        assert_string_equal(ran.err, "");
        kcc_ran_free(&ran);
    }
    kcc_ran ran = run("--version", 0);
    assert_int_equal(strncmp(ran.out, "kcc ", 4), 0);
    kcc_ran_free(&ran);
    ran = run("model.json --help", 0);
    assert_non_null(strstr(ran.out, "--emit"));
    kcc_ran_free(&ran);
}

static void test_usage(void **state) {
    (void)state;
    const char *const words[] = {"", "evalute model.json", "fit", "fit model.json --zzz", "-o x.so"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        kcc_ran ran = run(words[i], 2);
        assert_string_equal(ran.out, "");
        assert_null(strchr(ran.err, '\n'));
        assert_int_equal(strncmp(ran.err, "kcc: error: ", 12), 0);
        assert_non_null(strstr(ran.err, "--help)"));
        kcc_ran_free(&ran);
    }
}

static void test_debug(void **state) {
    (void)state;
    setenv("KCC_DEBUG", "foo,time,dump:fuse,dumps", 1);
    kcc_ran ran = run("summary model.json", 0);
    unsetenv("KCC_DEBUG");
    assert_string_equal(
        ran.err, "kcc: warning: KCC_DEBUG: \"foo\" is ignored: it knows dump, dump:PASS, verify, time\n"
                 "kcc: warning: KCC_DEBUG: \"dumps\" is ignored: it knows dump, dump:PASS, verify, time");
    kcc_ran_free(&ran);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_help), cmocka_unit_test(test_usage),
                                       cmocka_unit_test(test_debug)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
