/* callbacks_parse.c: text to callbacks, and what is said of text that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "callbacks_rig.h"

static void expect_error(const char *text, const char *place, const char *message) {
    kcc_callback out = {.user = NULL};
    kcc_error error = {0};
    assert_int_equal(kcc_callback_parse(text, NULL, &out, &error), KCC_EINVAL);
    assert_string_equal(error.location, place);
    assert_string_equal(error.message, message);
}

static void unknown_names(void **state) {
    (void)state;
    expect_error("EarlyStoping", "callback", "there is no \"EarlyStoping\"; did you mean \"EarlyStopping\"?");
    expect_error("earlystopping:patience=1", "callback",
                 "there is no \"earlystopping\"; did you mean \"EarlyStopping\"?");
    expect_error("Checkpoint:a", "callback", "there is no \"Checkpoint\"");
    expect_error("", "callback", "there is no \"\"");
    expect_error("History", "callback", "History is always there");
    expect_error("EarlyStopping:patiance=3", "EarlyStopping",
                 "it has no \"patiance\"; did you mean \"patience\"?");
    expect_error("EarlyStopping:patience=3,Mode=min", "EarlyStopping",
                 "it has no \"Mode\"; did you mean \"mode\"?");
    expect_error("CSVLogger:a.csv,columns=3", "CSVLogger", "it has no \"columns\"");
    kcc_error error = {0};
    kcc_callback out;
    kcc_callback_parse("RemoteMonitor", NULL, &out, &error);
    assert_non_null(strstr(error.hint, "EarlyStopping, ModelCheckpoint, ReduceLROnPlateau"));
    error = (kcc_error){0};
    kcc_callback_parse("CSVLogger:a.csv,columns=3", NULL, &out, &error);
    assert_string_equal(error.hint, "filename, separator, append");
    assert_int_equal(kcc_callback_parse(NULL, NULL, &out, NULL), KCC_EINVAL);
    assert_int_equal(kcc_callback_parse("CSVLogger:a", NULL, NULL, NULL), KCC_EINVAL);
}

static void wrong_values(void **state) {
    (void)state;
    expect_error("EarlyStopping:patience=x", "EarlyStopping",
                 "patience must be a whole number, 0 or more, not \"x\"");
    expect_error("EarlyStopping:patience=-1", "EarlyStopping",
                 "patience must be a whole number, 0 or more, not \"-1\"");
    expect_error("EarlyStopping:patience=99999999999999999999", "EarlyStopping",
                 "patience must be a whole number, 0 or more, not \"99999999999999999999\"");
    expect_error("EarlyStopping:min_delta=,patience=1", "EarlyStopping",
                 "min_delta must be a number, not \"\"");
    expect_error("EarlyStopping:min_delta=1e-3x", "EarlyStopping",
                 "min_delta must be a number, not \"1e-3x\"");
    expect_error("EarlyStopping:baseline=nan", "EarlyStopping", "baseline must be a number, not \"nan\"");
    expect_error("EarlyStopping:mode=best", "EarlyStopping", "mode must be auto, min or max, not \"best\"");
    expect_error("EarlyStopping:restore_best_weights=yes", "EarlyStopping",
                 "restore_best_weights must be true or false, not \"yes\"");
    expect_error("EarlyStopping:verbose=7", "EarlyStopping", "verbose must be 0 or 1, not \"7\"");
    expect_error("EarlyStopping:patience=1,monitor=loss,patience=1", "EarlyStopping",
                 "patience is given twice");
    expect_error("EarlyStopping:loss,monitor=loss", "EarlyStopping", "monitor is given twice");
    expect_error("EarlyStopping:monitor=", "EarlyStopping", "monitor must be a text, not \"\"");
    expect_error("BackupAndRestore:d,save_freq=0", "BackupAndRestore",
                 "save_freq must be epoch, batch or a number of batches, not \"0\"");
    expect_error("ModelCheckpoint", "ModelCheckpoint", "filepath is missing");
    expect_error("CSVLogger:", "CSVLogger", "filename is missing");
    expect_error("LearningRateScheduler", "LearningRateScheduler", "schedule is missing");
}

/* Values that hold commas, colons and signs; the first one without its key; every key of every callback. */
static void right_values(void **state) {
    (void)state;
    const char *const good[] = {
        "EarlyStopping",
        "EarlyStopping:",
        "EarlyStopping:val_mae",
        "EarlyStopping:monitor=val_mae,min_delta=1e-3,patience=0,verbose=1,mode=max,baseline=-0.5,"
        "restore_best_weights=True,start_from_epoch=2",
        "ModelCheckpoint:a:b,c {epoch:02d}.safetensors",
        "ModelCheckpoint:filepath=a.safetensors,monitor=loss,verbose=1,save_best_only=1,save_weights_only="
        "False,"
        "mode=min,save_freq=epoch,period=2,initial_value_threshold=0.3",
        "ReduceLROnPlateau:factor=0.5,patience=0,verbose=0,mode=auto,min_delta=0,cooldown=1,min_lr=1e-6",
        "ReduceLROnPlateau:loss,epsilon=0.1",
        "LearningRateScheduler:schedule=0:0.1,5:0.01,verbose=1",
        "LearningRateScheduler:0:0.1,5:0.01",
        "CSVLogger:a.csv,separator=,,append=true",
        "CSVLogger:a.csv,separator=\\t",
        "TerminateOnNaN",
        "BackupAndRestore:backup_dir=b,save_freq=10,delete_checkpoint=false",
        "TensorBoard",
        "TensorBoard:logs,update_freq=batch",
        "JsonLines:filename=a,append=0,batches=1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        kcc_callback out;
        kcc_error error = {0};
        if (kcc_callback_parse(good[i], NULL, &out, &error) != KCC_OK)
            fail_msg("%s: %s: %s", good[i], error.location, error.message);
        kcc_callback_free(&out);
    }
}

static void names(void **state) {
    (void)state;
    assert_string_equal(kcc_callback_name(0), "EarlyStopping");
    assert_string_equal(kcc_callback_key(1, 0), "filepath");
    int n = 0;
    while (kcc_callback_name(n)) {
        assert_non_null(kcc_callback_key(n, 0));
        n++;
    }
    assert_int_equal(n, 9);
    assert_null(kcc_callback_name(-1));
    assert_null(kcc_callback_key(n, 0));
    assert_null(kcc_callback_key(0, -1));
    assert_null(kcc_callback_key(0, 8));
    assert_null(kcc_callback_key(0, 1000));
}

/* Keys reach the right options: seen by what the callback does. */
static void keys_reach_their_options(void **state) {
    rig *r = *state;
    const double flat[8] = {0};
    r->score = flat;
    r->options.fit.epochs = 8;
    rig_parse(r, "EarlyStopping:monitor=score,mode=min,patience=2,start_from_epoch=3");
    assert_int_equal(rig_fit(r, NULL), KCC_OK);
    assert_int_equal(r->epochs_seen, 6);
    rig_again(r);
    rig_parse(r, "ModelCheckpoint:%s/{epoch}.safetensors,period=8");
    assert_int_equal(rig_fit(r, NULL), KCC_OK);
    assert_true(rig_exists(r, "8.safetensors") && !rig_exists(r, "1.safetensors"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(unknown_names), cmocka_unit_test(wrong_values),
                                       cmocka_unit_test(right_values), cmocka_unit_test(names),
                                       RIG_CASE(keys_reach_their_options)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
