/*
 * Arrays from the command line: files, archives, names, order, validation data.
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

#include "cli_data.c"
#define no_memory no_memory_to_order
#include "cli_data_order.c"
#undef no_memory

#include "folder_rig.h"

/* cli_model.c's; the rest of that file needs a compiler. */
bool kcc_ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

void kcc_cli_warn(void *user, const char *line) {
    (void)user;
    (void)line;
}

/* Two inputs "left" [N, 4], "right" [N, 2]; outputs "value", "label", both with a loss. */
static const kcc_tensor inputs[] = {{.name = "left", .rank = 2, .dim = {{1, true}, {4, false}}},
                                    {.name = "right", .rank = 2, .dim = {{1, true}, {2, false}}}};
static const kcc_tensor outputs[] = {{.name = "value", .rank = 2, .dim = {{1, true}, {1, false}}},
                                     {.name = "label", .rank = 2, .dim = {{1, true}, {3, false}}}};
static const kcc_program program = {
    .n_inputs = 2, .n_outputs = 2, .inputs = inputs, .outputs = outputs, .targets = outputs};

/* The same where one output is not trained. */
static const kcc_tensor value_alone[] = {{.name = "value", .rank = 2, .dim = {{1, true}, {1, false}}},
                                         {.name = "label", .rank = -1}};
static const kcc_tensor label_alone[] = {{.name = "value", .rank = -1},
                                         {.name = "label", .rank = 2, .dim = {{1, true}, {3, false}}}};

static kcc_program trains(const kcc_tensor *targets) {
    kcc_program p = program;
    p.targets = targets;
    return p;
}

static int set_up(void **state) {
    assert_int_equal(folder_set_up(state), 0);
    kcc_make_array(".", "a.npy", 2, (int64_t[]){6, 4});
    kcc_make_array(".", "b.npy", 2, (int64_t[]){6, 2});
    kcc_make_array(".", "v.npy", 2, (int64_t[]){6, 1});
    kcc_make_array(".", "l.npy", 2, (int64_t[]){6, 3});
    kcc_make_array(".", "comma,equals=.npy", 1, (int64_t[]){5});
    kcc_array a[4];
    char *names[] = {"x_train", "y_train", "x_test", "y_test"};
    for (int i = 0; i < 4; i++)
        assert_int_equal(kcc_array_create(&a[i], KCC_F32, 2, (int64_t[]){i + 1, 4}), KCC_OK);
    assert_int_equal(kcc_npz_save("d.npz", &(kcc_npz){4, names, a}, NULL), KCC_OK);
    assert_int_equal(kcc_npz_save("one.npz", &(kcc_npz){1, names, a}, NULL), KCC_OK);
    for (int i = 0; i < 4; i++) kcc_array_free(&a[i]);
    return 0;
}

#define LIST(...) \
    { \
        sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]) { __VA_ARGS__ } \
    }

static void test_in_order(void **state) {
    (void)state;
    kcc_data data;
    kcc_arguments a = {.x = LIST("a.npy,b.npy"), .y = LIST("v.npy,"), .sample_weight = LIST(",v.npy")};
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TRAIN, true, &data, NULL), KCC_OK);
    const kcc_program one = trains(value_alone);
    assert_int_equal(kcc_data_order(&data, &one, NULL), KCC_OK);
    assert_int_equal(data.x.n, 2);
    assert_int_equal(data.x.array[1].shape[1], 2);
    assert_int_equal(data.y.n, 2);
    assert_null(data.y.array[1].data);
    assert_null(data.weight.array[0].data);
    assert_non_null(data.weight.array[1].data);
    char *shape = kcc_data_input_shape(&data);
    assert_string_equal(shape, "4;2");
    free(shape);
    kcc_error error = {0};
    kcc_fail(&error, KCC_ESHAPE, "x[1] (right)", "", "bad");
    kcc_data_locate(&data, &error);
    assert_string_equal(error.location, "b.npy: x[1] (right)");
    error = (kcc_error){0};
    assert_int_equal(kcc_data_order(&data, &program, &error), KCC_EINVAL);
    assert_string_equal(error.message, "--y: output \"label\" has a loss, so it needs targets");
    kcc_data_free(&data);
}

static void test_by_name(void **state) {
    (void)state;
    kcc_data data;
    kcc_arguments a = {.x = LIST("right=b.npy", "left=a.npy"), .y = LIST("label=l.npy")};
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TRAIN, true, &data, NULL), KCC_OK);
    const kcc_program one = trains(label_alone);
    assert_int_equal(kcc_data_order(&data, &one, NULL), KCC_OK);
    assert_string_equal(data.x.file[0], "a.npy");
    assert_int_equal(data.y.n, 2);
    assert_null(data.y.array[0].data);
    assert_int_equal(data.y.array[1].shape[1], 3);
    kcc_data_free(&data);
    /* a file whose own name has a comma and an equals sign */
    a = (kcc_arguments){.x = LIST("comma,equals=.npy")};
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TEST, false, &data, NULL), KCC_OK);
    assert_int_equal(data.x.n, 1);
    assert_int_equal(data.x.array[0].shape[0], 5);
    kcc_data_free(&data);
}

static void test_archives(void **state) {
    (void)state;
    kcc_data data;
    kcc_arguments a = {.data = "d.npz"};
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TRAIN, true, &data, NULL), KCC_OK);
    assert_int_equal(data.x.array[0].shape[0], 1);
    assert_int_equal(data.y.array[0].shape[0], 2);
    assert_int_equal(data.val_x.array[0].shape[0], 3);
    assert_int_equal(data.val_y.array[0].shape[0], 4);
    kcc_data_free(&data);
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TEST, true, &data, NULL), KCC_OK);
    assert_int_equal(data.x.array[0].shape[0], 3);
    assert_int_equal(data.val_x.n, 0);
    kcc_data_free(&data);
    a.validation_split = 0.5; /* asked for, so the archive's test data are not used */
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TRAIN, true, &data, NULL), KCC_OK);
    assert_int_equal(data.val_x.n, 0);
    kcc_data_free(&data);
    a = (kcc_arguments){.x = LIST("d.npz:y_test,one.npz")};
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TEST, false, &data, NULL), KCC_OK);
    assert_int_equal(data.x.array[0].shape[0], 4);
    assert_int_equal(data.x.array[1].shape[0], 1);
    kcc_data_free(&data);
}

static void check_validation(kcc_arguments a, int weights, int status) {
    kcc_data data;
    a.x = (kcc_list)LIST("a.npy,b.npy");
    a.y = (kcc_list)LIST("v.npy,l.npy");
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TRAIN, true, &data, NULL), KCC_OK);
    assert_int_equal(kcc_data_order(&data, &program, NULL), status);
    if (status == KCC_OK) {
        assert_int_equal(data.val_x.array[0].shape[1], 4);
        assert_int_equal(data.val_y.array[1].shape[1], 3);
        assert_int_equal(data.val_weight.n, weights);
    }
    kcc_data_free(&data);
}

static void test_validation(void **state) {
    (void)state;
    check_validation((kcc_arguments){.validation_data = LIST("a.npy,b.npy,v.npy,l.npy")}, 0, KCC_OK);
    check_validation((kcc_arguments){.validation_data = LIST("a.npy,b.npy,v.npy,l.npy,,v.npy")}, 2, KCC_OK);
    check_validation((kcc_arguments){.validation_data = LIST("a.npy,b.npy,v.npy")}, 0, KCC_EINVAL);
    check_validation((kcc_arguments){.validation_data = LIST("a.npy,b.npy,v.npy,l.npy,v.npy")}, 0,
                     KCC_EINVAL);
    check_validation(
        (kcc_arguments){.validation_data = LIST("label=l.npy", "value=v.npy", "right=b.npy", "left=a.npy")},
        0, KCC_OK);
    check_validation((kcc_arguments){.validation_data = LIST("label=l.npy", "value=v.npy", "right=b.npy",
                                                             "left=a.npy", "label=v.npy")},
                     2, KCC_OK);
}

/* A table: features, a target for each output or one matrix, another table to validate, columns that do not
 * fit. */
static void test_tables(void **state) {
    (void)state;
    static const char table[] = "a,b,kind,d,v,w\n1,2,x,4,5,6\n7,8,y,9,10,11\n";
    static const char other[] = "w,v,kind,d,b,a\n3,2,y,40,20,10\n";
    assert_int_equal(kcc_file_write("t.csv", table, sizeof table - 1, NULL), KCC_OK);
    assert_int_equal(kcc_file_write("o.csv", other, sizeof other - 1, NULL), KCC_OK);
    static const kcc_tensor two[] = {{.name = "v", .rank = 2, .dim = {{1, true}, {1, false}}},
                                     {.name = "w", .rank = 2, .dim = {{1, true}, {1, false}}}};
    const kcc_program program_of_two = {
        .n_inputs = 1, .n_outputs = 2, .inputs = inputs, .outputs = two, .targets = two};
    kcc_arguments a = {.csv = "t.csv",
                       .csv_target = LIST("w,v"),
                       .one_hot = LIST("kind"),
                       .drop = LIST("b"),
                       .validation_data = LIST("o.csv")};
    kcc_data data;
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TRAIN, true, &data, NULL), KCC_OK);
    assert_int_equal(kcc_data_order(&data, &program_of_two, NULL), KCC_OK);
    assert_int_equal(data.y.n, 2);
    assert_true(((double *)data.y.array[0].data)[1] == 11 && ((double *)data.y.array[1].data)[0] == 5);
    assert_memory_equal(data.x.array[0].data, ((double[]){1, 1, 0, 4, 7, 0, 1, 9}), 64);
    assert_memory_equal(data.val_x.array[0].data, ((double[]){10, 0, 1, 40}), 32);
    assert_true(((double *)data.val_y.array[0].data)[0] == 3);
    kcc_data_free(&data);
    kcc_error error = {0};
    a.drop = (kcc_list){0};
    assert_int_equal(kcc_data_load(&a, KCC_DATA_TRAIN, true, &data, NULL), KCC_OK);
    assert_int_equal(kcc_data_order(&data, &program_of_two, &error), KCC_ESHAPE);
    assert_string_equal(error.message, "the model takes 4 columns, the table has 5: a, b, kind (2), d");
    kcc_data_free(&data);
    assert_null(kcc_data_usage(&a, true));
    a.csv_target = (kcc_list){0};
    assert_non_null(kcc_data_usage(&a, true));
    assert_null(kcc_data_usage(&a, false));
}

static void test_class_weights(void **state) {
    (void)state;
    kcc_class_weight w;
    assert_int_equal(kcc_class_weight_parse("0=1.0,3=2.5", &w, NULL), KCC_OK);
    assert_int_equal(w.n, 2);
    assert_int_equal(w.label[1], 3);
    assert_true(w.weight[1] == 2.5);
    kcc_class_weight_free(&w);
    const char *const bad[] = {"",     "1",    "1=",    "=2",  "1=2,",   "1=2,1=3",
                               "-1=2", "1=-2", "1=nan", "a=1", "1=2;2=3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(kcc_class_weight_parse(bad[i], &w, NULL), KCC_EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_in_order), cmocka_unit_test(test_by_name),
                                       cmocka_unit_test(test_archives), cmocka_unit_test(test_validation),
                                       cmocka_unit_test(test_tables),   cmocka_unit_test(test_class_weights)};
    return cmocka_run_group_tests(tests, set_up, folder_tear_down);
}
