/*
 * kcc MODEL -o OUT, summary, check, plot and convert, as a user runs them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_rig.h"

static void test_compile(void **state) {
    (void)state;
    const char *const suffixes[] = {"so", "o", "s", "ll", "c", "dot", "svg"};
    char line[200], name[40];
    size_t size;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(line, sizeof line, "model.json --loss mse --optimizer sgd --name made -o made.%s",
                 suffixes[i]);
        kcc_ran ran = run(line, 0);
        assert_string_equal(ran.out, "");
        assert_string_equal(ran.err,
                            strcmp(suffixes[i], "c") != 0
                                ? ""
                                : "kcc: warning: made.h is the header of the library of that name and "
                                  "stays: that of made.c is made.c.h");
        kcc_ran_free(&ran);
        snprintf(name, sizeof name, "made.%s", suffixes[i]);
        free(read_whole(name, &size));
        assert_true(size > 100);
    }
    char *header = read_whole("made.h", &size);
    assert_non_null(strstr(header, "made_"));
    free(header);
}

/* Ctrl-C, or the system, while the library is linked: nothing is left, and nothing goes on. */
static void test_stopped(void **state) {
    (void)state;
    static const char *const signals[] = {"INT", "TERM", "HUP"};
    static const int status[] = {130, 128 + 15, 128 + 1};
    signal(SIGHUP, SIG_DFL); /* whoever runs the tests may have it ignored, and that is kept */
    char line[900];
    for (int i = 0; i < 3; i++) {
        snprintf(line, sizeof line,
                 "cd '%s' && rm -rf st && mkdir -p st/tmp && cd st && "
                 "printf '#!/bin/sh\\ntouch began; sleep 1; touch ended; exec cc \"$@\"\\n' >slow && chmod "
                 "+x slow && "
                 "{ CC=./slow TMPDIR=tmp '%s' ../model.json -o k.so 2>said & } && "
                 "while ! [ -e began ]; do sleep 0.02; done; "
                 "kill -%s $!; wait $!; [ $? = %d ] || exit 1; sleep 1.2; "
                 "[ -z \"$(ls tmp)\" ] && ! [ -e ended ] && [ \"$(ls | tr '\\n' ' ')\" = 'began said slow "
                 "tmp ' ] && "
                 "[ \"$(cat said)\" = '%s' ]",
                 folder, getenv("KCC_COMMAND"), signals[i], status[i], i ? "" : "kcc: stopped by Ctrl-C");
        if (system(line)) fail_msg("after SIG%s something is left, or said", signals[i]);
    }
}

/* Header and source are of one model, whichever of them there is no room for. */
static void test_pair(void **state) {
    (void)state;
    char line[600];
    size_t size;
    run_well("model.json --name pair -o pair.c");
    char *before = read_whole("pair.h", &size);
    snprintf(
        line, sizeof line,
        "cd '%s' && (ulimit -f 16; exec '%s' model.json --name pair --loss mse --optimizer adam -o pair.c) "
        "2>/dev/null",
        folder, getenv("KCC_COMMAND"));
    assert_int_not_equal(system(line), 0);
    char *after = read_whole("pair.h", &size);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* The drawing is of the train step, without training of the prediction; nothing the runtime needs beside. */
static void test_dot(void **state) {
    (void)state;
    static const char *const lines[] = {"model.json --loss mse --optimizer sgd -o drawn.dot",
                                        "model.json -o drawn.dot"};
    size_t size;
    for (int i = 0; i < 2; i++) {
        run_well(lines[i]);
        char *dot = read_whole("drawn.dot", &size);
        assert_non_null(strstr(dot, "input "));
        assert_int_equal(strstr(dot, "target ") != NULL, i == 0);
        assert_int_equal(strstr(dot, "assign ") != NULL, i == 0);
        free(dot);
    }
}

/* A name that C has taken is not used as it is; the text compiles. */
static void test_names(void **state) {
    (void)state;
    static const char *const names[] = {"int", "class", "_Alignas", "linux"};
    char line[400], wanted[60];
    size_t size;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(line, sizeof line, "model.json --loss mse --optimizer sgd --name %s -o word.c", names[i]);
        run_well(line);
        char *header = read_whole("word.h", &size);
        snprintf(wanted, sizeof wanted, "struct model%s%s {", names[i][0] == '_' ? "" : "_", names[i]);
        if (!strstr(header, wanted)) fail_msg("%s: no \"%s\"", names[i], wanted);
        free(header);
        snprintf(line, sizeof line, "cd '%s' && ${CC:-cc} -Wall -Wextra -Werror -c word.c -o word.o", folder);
        assert_int_equal(system(line), 0);
    }
}

/* -o F.h writes over a header of C that kcc made, and over no other. */
static void test_header_alone(void **state) {
    (void)state;
    char path[300], line[120];
    size_t size;
    run_well("model.json --loss mse --optimizer sgd -o alone.so");
    char *before = read_whole("alone.h", &size);
    kcc_ran ran = run("model.json -o alone.h", 1);
    assert_string_equal(ran.err, "kcc: error: alone.h: is the header of the library of that name (choose "
                                 "another name, or remove it)");
    kcc_ran_free(&ran);
    char *after = read_whole("alone.h", &size);
    assert_string_equal(before, after);
    free(before);
    free(after);
    snprintf(path, sizeof path, "%s/own.h", folder);
    assert_int_equal(kcc_file_write(path, "/* mine */\n", 11, NULL), KCC_OK);
    ran = run("model.json -o own.h", 1);
    assert_string_equal(ran.err,
                        "kcc: error: own.h: is there and is not a header made by kcc (choose another "
                        "name, or remove it)");
    kcc_ran_free(&ran);
    snprintf(line, sizeof line, "model.json -o fresh.h");
    run_well(line);
    run_well(line);
}

/* A library and a C file of one name live side by side, each with its header; nobody's own header is
 * replaced. */
static void test_headers(void **state) {
    (void)state;
    static const char own[] = "/* mine */\n";
    char path[300], line[400];
    size_t size;
    run_well("model.json --name both --loss mse --optimizer sgd -o both.c");
    char *c = read_whole("both.h", &size);
    kcc_ran ran = run("model.json --name both --loss mse --optimizer sgd -o both.so", 0);
    assert_string_equal(ran.err,
                        "kcc: warning: both.h is the header of the C file of that name and stays: that of "
                        "both.so is both.so.h");
    kcc_ran_free(&ran);
    char *again = read_whole("both.h", &size), *library = read_whole("both.so.h", &size);
    assert_string_equal(c, again);
    assert_non_null(strstr(library, "both_create"));
    free(c);
    free(again);
    free(library);
    snprintf(path, sizeof path, "%s/hand.h", folder);
    assert_int_equal(kcc_file_write(path, own, sizeof own - 1, NULL), KCC_OK);
    for (int i = 0; i < 2; i++) { /* the second time its own files are replaced */
        ran = run("model.json -o hand.c", 0);
        assert_string_equal(
            ran.err,
            "kcc: warning: hand.h is not a header made by kcc and stays: that of hand.c is hand.c.h");
        kcc_ran_free(&ran);
    }
    again = read_whole("hand.h", &size);
    assert_string_equal(again, own);
    free(again);
    again = read_whole("hand.c", &size);
    assert_non_null(strstr(again, "nothing but hand.c.h,"));
    assert_non_null(strstr(again, " -c hand.c\n"));
    free(again);
    snprintf(line, sizeof line, "cd '%s' && ${CC:-cc} -std=c11 -Wall -Wextra -Werror -c hand.c -o hand.o",
             folder);
    assert_int_equal(system(line), 0);
}

static void test_stages(void **state) {
    (void)state;
    kcc_ran ran = run("model.json --emit=graph,plan --inference", 0);
    assert_non_null(strstr(ran.out, "contract"));
    assert_string_equal(ran.err, "");
    kcc_ran_free(&ran);
    ran = run("model.json --stop-after trace", 0);
    assert_non_null(strstr(ran.out, "# predict after trace"));
    kcc_ran_free(&ran);
    /* Nothing is written, also where an entry has no such pass. */
    char path[512];
    snprintf(path, sizeof path, "%s/stopped.o", folder);
    ran = run("model.json --stop-after autodiff -o stopped.o", 0);
    assert_int_equal(access(path, F_OK), -1);
    kcc_ran_free(&ran);
    ran = run("model.json --stop-after trce", 1);
    assert_non_null(strstr(ran.err, "no pass is called \"trce\""));
    kcc_ran_free(&ran);
}

static void test_texts(void **state) {
    (void)state;
    size_t size;
    kcc_ran ran = run("summary model.json", 0);
    assert_non_null(strstr(ran.out, "Total params: 23"));
    kcc_ran_free(&ran);
    ran = run("check model.json", 0);
    assert_string_equal(ran.out, "model.json: supported");
    kcc_ran_free(&ran);
    run_well("plot model.json -o layers.svg");
    char *svg = read_whole("layers.svg", &size);
    assert_non_null(strstr(svg, "</svg>"));
    free(svg);
    run_well("model.json -o model.so");
    ran = run("summary model.so", 0);
    assert_non_null(strstr(ran.out, "Total params: 23"));
    kcc_ran_free(&ran);
    ran = run("check model.so", 0);
    kcc_ran_free(&ran);
}

static void test_convert(void **state) {
    (void)state;
    run_well("fit model.json --x x.npy --y y.npy --loss mse --optimizer adam --save a.npz");
    run_well("convert a.npz --model model.json -o b.weights.h5");
    run_well("convert b.weights.h5 --model model.json -o c.h5");
    run_well("convert c.h5 --model model.json -o d.safetensors");
    run_well("convert d.safetensors --model model.json -o e.keras");
    run_well("convert e.keras -o f.npz");
    assert_true(same_bytes("a.npz", "f.npz"));
    /* the optimizer's state goes along where the model is compiled */
    run_well("fit model.json --x x.npy --y y.npy --loss mse --optimizer adam --save s.safetensors");
    run_well("convert s.safetensors --model model.json --loss mse --optimizer adam -o s.weights.h5");
    run_well("convert s.weights.h5 --model model.json --loss mse --optimizer adam -o t.safetensors");
    assert_true(same_bytes("s.safetensors", "t.safetensors"));
    kcc_ran ran = run("convert s.weights.h5 -o u.npz", 1);
    assert_non_null(strstr(ran.err, "--model MODEL"));
    kcc_ran_free(&ran);
}

/* Weights given at compile time are those the library begins with. */
static void test_embedded(void **state) {
    (void)state;
    run_well("fit model.json --x x.npy --y y.npy --loss mse --save w.npz");
    run_well("predict model.json --weights w.npz --x x.npy -o p.npy");
    run_well("model.json --weights w.npz -o with.so");
    kcc_ran ran = run("predict with.so --x x.npy -o q.npy", 0);
    assert_string_equal(ran.err, "");
    kcc_ran_free(&ran);
    assert_true(same_bytes("p.npy", "q.npy"));
    ran = run("fit with.so --x x.npy --y y.npy --loss mse", 1);
    assert_non_null(strstr(ran.err, "--loss cannot be changed"));
    kcc_ran_free(&ran);
}

/* A result that did not get out is no success. */
static void test_full(void **state) {
    (void)state;
    const char *const words[] = {"summary model.json", "check model.json", "model.json --emit=plan",
                                 "--help"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char line[200];
        snprintf(line, sizeof line, "%s >/dev/full 2>full.txt; (s=$?; cat full.txt >&2; exit $s)", words[i]);
        kcc_ran ran = run(line, 1);
        assert_string_equal(ran.err, "kcc: error: stdout: cannot write what was to be said");
        kcc_ran_free(&ran);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile), cmocka_unit_test(test_dot),          cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_pair),    cmocka_unit_test(test_headers),      cmocka_unit_test(test_stages),
        cmocka_unit_test(test_texts),   cmocka_unit_test(test_convert),      cmocka_unit_test(test_embedded),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_header_alone), cmocka_unit_test(test_full)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
