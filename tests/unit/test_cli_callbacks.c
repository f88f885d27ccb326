/*
 * Callbacks of kcc fit, as a user gives them: what they write, what they change; a training that is killed
 * and goes on; a disk that is full.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli_rig.h"

/* Dropout and shuffling: what a restart must take up again. */
static const char model[] =
    "{\"class_name\": \"Sequential\", \"keras_version\": \"3.15.1\", \"config\": {\"name\": \"noisy\", "
    "\"layers\": ["
    "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"x\", \"batch_shape\": [null, 4], "
    "\"dtype\": \"float32\"}},"
    "{\"class_name\": \"Dense\", \"config\": {\"name\": \"a\", \"units\": 8, \"activation\": \"relu\"}},"
    "{\"class_name\": \"Dropout\", \"config\": {\"name\": \"d\", \"rate\": 0.3}},"
    "{\"class_name\": \"Dense\", \"config\": {\"name\": \"b\", \"units\": 2}}]}}\n";

static int set_up(void **state) {
    (void)state;
    char path[100];
    folder = kcc_command_folder();
    snprintf(path, sizeof path, "%s/noisy.json", folder);
    return kcc_file_write(path, model, sizeof model - 1, NULL);
}

static void run_quietly(const char *arguments) {
    kcc_ran ran = run(arguments, 0);
    assert_string_equal(ran.err, "");
    kcc_ran_free(&ran);
}

static bool exists(const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void assert_same_bytes(const char *one, const char *other) {
    if (!same_bytes(one, other)) fail_msg("%s and %s differ", one, other);
}

static int count(const char *text, const char *what) {
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what)) n++;
    return n;
}

#define FIT "fit noisy.json --x x.npy --y y.npy --loss mse --optimizer adam --metrics mae --batch-size 3 "

static void logs(void **state) {
    (void)state;
    size_t size;
    /* what a callback logs, those after it see */
    run_quietly(FIT "--epochs 3 --verbose 0 --validation-split 0.2 "
                    "--callback 'LearningRateScheduler:schedule=0:0.1,2:0.01' --callback CSVLogger:log.csv "
                    "--callback 'JsonLines:filename=log.jsonl,batches=true' --callback TensorBoard:board "
                    "--callback TerminateOnNaN");
    char *text = read_whole("log.csv", &size);
    const char header[] = "epoch,learning_rate,loss,mae,val_loss,val_mae\r\n0,0.1000000014901161";
    if (strncmp(text, header, sizeof header - 1) != 0) fail_msg("log.csv: %s", text);
    assert_int_equal(count(text, "\r\n"), 4);
    assert_non_null(strstr(text, "\r\n2,0.009999999776482582,"));
    free(text);
    text = read_whole("log.jsonl", &size);
    assert_int_equal(count(text, "\"event\": \"epoch_end\""), 3);
    assert_int_equal(count(text, "\"event\": \"batch_end\""), 9);
    free(text);
    assert_true(exists("board/train") && exists("board/validation"));
}

/* The file of the best epoch holds what restore_best_weights leaves in the model. */
static void stopping(void **state) {
    (void)state;
    size_t size;
    kcc_ran ran =
        run(FIT "--epochs 60 --verbose 2 --validation-split 0.3 --save stopped.npz --history stopped.json "
                "--callback EarlyStopping:monitor=val_mae,patience=2,restore_best_weights=true,verbose=1 "
                "--callback ModelCheckpoint:best.npz,monitor=val_mae,save_best_only=true "
                "--callback ReduceLROnPlateau:monitor=loss,patience=1,factor=0.5,min_delta=10",
            0);
    assert_non_null(strstr(ran.out, ": early stopping"));
    kcc_ran_free(&ran);
    assert_same_bytes("stopped.npz", "best.npz");
    char *history = read_whole("stopped.json", &size), *rates = strstr(history, "\"learning_rate\": [");
    assert_non_null(rates);
    assert_true(count(rates, ",") < 59);
    assert_non_null(strstr(rates, "0.0010000000474974513, 0.0010000000474974513, 0.0005000000237487257"));
    free(history);
}

/* A checkpoint in every format is the model of its epoch, with the optimizer's state where the format has it.
 */
static void checkpoints(void **state) {
    (void)state;
    static const char *const suffixes[] = {"weights.h5", "h5", "keras", "npz", "safetensors"};
    run_quietly(FIT "--epochs 2 --verbose 0 --save two.npz");
    run_quietly(FIT "--epochs 3 --verbose 0 --save three.npz");
    for (int i = 0; i < 5; i++) {
        char line[400];
        snprintf(line, sizeof line,
                 FIT "--epochs 3 --verbose 0 --callback 'ModelCheckpoint:some/where/{epoch:02d}.%s'",
                 suffixes[i]);
        run_quietly(line);
        snprintf(line, sizeof line, "convert some/where/02.%s --model noisy.json -o again.npz", suffixes[i]);
        run_quietly(line);
        assert_same_bytes("two.npz", "again.npz");
        if (i == 3) continue; /* .npz holds weights only */
        bool whole = i == 1 || i == 2;
        snprintf(line, sizeof line,
                 "fit %s%s --x x.npy --y y.npy --batch-size 3 --verbose 0 --epochs 3 "
                 "--initial-epoch 2 --save again.npz%s%s",
                 whole ? "some/where/02." : "noisy.json", whole ? suffixes[i] : "",
                 whole ? "" : " --loss mse --optimizer adam --metrics mae --weights some/where/02.",
                 whole ? "" : suffixes[i]);
        run_quietly(line);
        assert_same_bytes("three.npz", "again.npz");
    }
    /* .h5 is the one format that save_weights_only decides */
    run_quietly(FIT "--epochs 1 --verbose 0 --callback ModelCheckpoint:only.h5,save_weights_only=true");
    kcc_ran ran = run("summary only.h5", 1);
    assert_non_null(strstr(ran.err, "it holds weights only"));
    kcc_ran_free(&ran);
    /* also from a library */
    run_quietly("noisy.json --loss mse --optimizer adam --metrics mae -o noisy.so");
    run_quietly("fit noisy.so --x x.npy --y y.npy --batch-size 3 --verbose 0 --epochs 2 --callback "
                "ModelCheckpoint:library.keras");
    run_quietly("convert library.keras -o again.npz");
    assert_same_bytes("two.npz", "again.npz");
}

/* What is not logged is said, once, and nothing happens. */
static void missing_monitor(void **state) {
    (void)state;
    kcc_ran ran =
        run(FIT "--epochs 4 --verbose 0 --callback EarlyStopping:monitor=val_los,patience=1 --save m.npz", 0);
    assert_string_equal(ran.out, "");
    assert_string_equal(
        ran.err, "kcc: warning: EarlyStopping: its monitor \"val_los\" is not among the logs (loss, mae)");
    kcc_ran_free(&ran);
    run_quietly(FIT "--epochs 4 --verbose 0 --save n.npz");
    assert_same_bytes("m.npz", "n.npz");
}

/* ------------------------------------------------------------ kill -9 */

#define EPOCHS "400"

/* Starts kcc fit, and kills it once the file of JSON lines has `lines` more of them than before. */
static void kill_after(const char *callback, int lines) {
    pid_t child = fork();
    if (child == 0) {
        if (chdir(folder) != 0 || !freopen("/dev/null", "w", stderr)) _exit(99);
        execl(getenv("KCC_COMMAND"), "kcc", "fit", "noisy.json", "--x", "x.npy", "--y", "y.npy", "--loss",
              "mse", "--optimizer", "adam", "--metrics", "mae", "--batch-size", "3", "--validation-split",
              "0.2", "--epochs", EPOCHS, "--verbose", "0", "--save", "end.npz", "--history", "end.json",
              "--callback", callback, "--callback", "JsonLines:seen.jsonl,append=true,batches=true",
              (char *)NULL);
        _exit(98);
    }
    assert_true(child > 0);
    char path[300];
    snprintf(path, sizeof path, "%s/seen.jsonl", folder);
    for (int i = 0, before = -1; i < 60000; i++) {
        void *bytes = NULL;
        size_t size;
        if (kcc_file_read(path, &bytes, &size, NULL) == KCC_OK) {
            int now = count(bytes, "\n");
            free(bytes);
            if (before < 0) before = now;
            if (now - before >= lines) break;
        }
        usleep(500);
    }
    int status;
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* it was not through yet */
}

static void survives_kill(const char *callback) {
    char line[500];
    snprintf(line, sizeof line, "%s/seen.jsonl", folder);
    unlink(line);
    for (int kills = 0; kills < 3; kills++) kill_after(callback, 40 + 17 * kills);
    assert_false(exists("end.npz"));
    assert_true(exists("backup/latest.safetensors"));
    snprintf(line, sizeof line,
             FIT "--validation-split 0.2 --epochs " EPOCHS " --verbose 0 --save end.npz --history end.json "
                 "--callback %s --callback JsonLines:last.jsonl",
             callback);
    run_quietly(line);
    assert_same_bytes("end.npz", "whole.npz");
    assert_same_bytes("end.json", "whole.json");
    assert_false(exists("backup/latest.safetensors"));
    /* it did go on: fewer epochs were run in the end than there are */
    size_t size;
    char *last = read_whole("last.jsonl", &size);
    assert_true(count(last, "\"epoch_end\"") < atoi(EPOCHS));
    free(last);
    snprintf(line, sizeof line, "%s/end.npz", folder);
    assert_int_equal(unlink(line), 0);
}

static void killed_and_restored(void **state) {
    (void)state;
    run_quietly(FIT "--validation-split 0.2 --epochs " EPOCHS
                    " --verbose 0 --save whole.npz --history whole.json "
                    "--callback JsonLines:whole.jsonl");
    survives_kill("BackupAndRestore:backup");
    survives_kill("BackupAndRestore:backup,save_freq=2"); /* also inside an epoch of three steps */
}

/* ------------------------------------------------------------ no room */

static int files_left(const char *part) {
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) n += strstr(e->d_name, part) != NULL;
    closedir(d);
    return n;
}

/* Runs kcc with files limited to 1 or 2 kB (the shell's block is 512 or 1024 bytes), as on a disk that is full.
 * Not to less: clang's OpenMP makes a file of 1 kB named after the process in shared memory; one that stays empty there
 * is a bus error for the next process that gets the same number. */
static kcc_ran run_limited(const char *arguments) {
    char *line = NULL;
    /* kcc_run_command puts the command's name first: a shell is given it as $0 */
    assert_true(
        asprintf(&line, "--version >/dev/null; ulimit -f 2; '%s' %s", getenv("KCC_COMMAND"), arguments) > 0);
    kcc_ran ran = kcc_run_command(folder, line);
    free(line);
    return ran;
}

/* A file of 20 kB that is to be written again where there is room for 1 or 2: one line, and the old one is whole.
 */
static void no_room(const char *file, const char *arguments) {
    char line[400];
    size_t before, after;
    snprintf(line, sizeof line, arguments, file);
    run_quietly(line);
    char *old = read_whole(file, &before);
    kcc_ran ran = run_limited(line);
    if (ran.status != 1 || strchr(ran.err, '\n') || !strstr(ran.err, file) ||
        !strstr(ran.err, "File too large"))
        fail_msg("kcc %s: exit %d: %s", line, ran.status, ran.err);
    kcc_ran_free(&ran);
    char *kept = read_whole(file, &after);
    assert_int_equal(before, after);
    assert_memory_equal(old, kept, before);
    assert_int_equal(files_left("tmp-"), 0);
    free(old);
    free(kept);
}

static void full_disk(void **state) {
    (void)state;
    static const char *const suffixes[] = {"weights.h5", "h5", "keras"};
    char file[40], line[200];
    run_quietly(FIT "--verbose 0 --save-model of.keras");
    for (int i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "room.%s", suffixes[i]);
        no_room(file, FIT "--verbose 0 --callback ModelCheckpoint:%s");
        no_room(file, i ? FIT "--verbose 0 --save-model %s" : FIT "--verbose 0 --save %s");
        no_room(file, "convert of.keras -o %s");
    }
    no_room("curves.svg", FIT "--epochs 60 --verbose 0 --plot %s");
    no_room("history.json", FIT "--epochs 200 --verbose 0 --history %s");
    no_room("layers.svg", "plot noisy.json -o %s");
    no_room("noisy.ll", "noisy.json --loss mse --optimizer adam -o %s");
    no_room("alone.h", "noisy.json --loss mse --optimizer adam -o %s");
    /* a device that is full */
    snprintf(line, sizeof line, "%s/full.safetensors", folder);
    assert_int_equal(symlink("/dev/full", line), 0);
    kcc_ran ran = run(FIT "--verbose 0 --callback ModelCheckpoint:full.safetensors", 1);
    assert_string_equal(ran.err,
                        "kcc: error: full.safetensors: cannot write the file: No space left on device");
    kcc_ran_free(&ran);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(logs),
                                       cmocka_unit_test(stopping),
                                       cmocka_unit_test(checkpoints),
                                       cmocka_unit_test(missing_monitor),
                                       cmocka_unit_test(killed_and_restored),
                                       cmocka_unit_test(full_disk)};
    return cmocka_run_group_tests(tests, set_up, remove_folder);
}
