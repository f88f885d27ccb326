/*
 * What tests of files share: a folder of their own that they run in.
 *
 * Takes: run_command.h.
 * Gives: set-up and tear-down of a group of tests.
 * Keeps: each test program includes this once; the folder is removed, and the old one is current again.
 */
#ifndef FOLDER_RIG_H
#define FOLDER_RIG_H

#include <unistd.h>

#include "run_command.h"

static char *folder, folder_before[500];

static inline int folder_set_up(void **state) {
    (void)state;
    assert_non_null(getcwd(folder_before, sizeof folder_before));
    folder = kcc_command_folder();
    return chdir(folder);
}

static inline int folder_tear_down(void **state) {
    (void)state;
    assert_int_equal(chdir(folder_before), 0);
    kcc_remove_folder(folder);
    return 0;
}

#endif
