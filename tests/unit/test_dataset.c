/* dataset.c: binding, shape rules, dtypes, sample and class weights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linear_program.h"

#include <stdlib.h>

/* A program of shapes alone: two inputs, three outputs of which the second has no loss. */
static const kcc_tensor inputs[] = {
    {.name = "a", .dtype = KCC_F32, .rank = 3, .dim = {BATCHED, {2, false}, {1, false}}},
    {.name = "ids", .dtype = KCC_I32, .rank = 1, .dim = {BATCHED}}};
static const kcc_tensor outputs[] = {
    {.name = "p", .dtype = KCC_F32, .rank = 2, .dim = {BATCHED, {4, false}}},
    {.name = "q", .dtype = KCC_F32, .rank = 2, .dim = {BATCHED, {1, false}}},
    {.name = "r", .dtype = KCC_F32, .rank = 3, .dim = {BATCHED, {2, false}, {3, false}}}};
static const kcc_tensor targets[] = {
    {.name = "p", .dtype = KCC_F32, .rank = 2, .dim = {BATCHED, {4, false}}},
    {.name = "q", .rank = -1},
    {.name = "r", .dtype = KCC_I32, .rank = 2, .dim = {BATCHED, {2, false}}, .sparse_target = true}};
static const kcc_tensor weights[] = {
    {.name = "p", .dtype = KCC_F32, .rank = 1, .dim = {BATCHED}},
    {.name = "q", .rank = -1},
    {.name = "r", .dtype = KCC_F32, .rank = 2, .dim = {BATCHED, {2, false}}}};

static kcc_program shapes(void) {
    return (kcc_program){.abi = KCC_ABI_VERSION,
                         .size = sizeof(kcc_program),
                         .n_inputs = 2,
                         .n_outputs = 3,
                         .inputs = inputs,
                         .outputs = outputs,
                         .targets = targets,
                         .sample_weights = weights,
                         .features = "",
                         .ema_first = -1};
}

enum { N = 5 };

typedef struct fixture {
    kcc_program program;
    kcc_session *session;
    kcc_dataset set;
    uint8_t a[N * 2];
    int64_t ids[N];
    float p[N * 4];
    int64_t r[N * 2];
    kcc_array x[2], y[2];
    kcc_arrays arrays;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    for (int i = 0; i < N; i++) {
        f->a[2 * i] = (uint8_t)(10 * i), f->a[2 * i + 1] = (uint8_t)(10 * i + 1);
        f->ids[i] = 100 + i;
        f->p[4 * i + i % 4] = 1;
        f->r[2 * i] = i % 3, f->r[2 * i + 1] = (i + 1) % 3;
    }
    f->program = shapes();
    f->x[0] = (kcc_array){f->a, KCC_U8, 2, {N, 2}};
    f->x[1] = (kcc_array){f->ids, KCC_I64, 2, {N, 1}};
    f->y[0] = (kcc_array){f->p, KCC_F32, 2, {N, 4}};
    f->y[1] = (kcc_array){f->r, KCC_I64, 3, {N, 2, 1}};
    f->arrays = (kcc_arrays){.x = f->x, .n_x = 2, .y = f->y, .n_y = 2, .prefix = ""};
    *state = f;
    return kcc_session_create(&f->program, NULL, &f->session, NULL);
}

static int tear_down(void **state) {
    fixture *f = *state;
    kcc_dataset_free(&f->set, &f->program);
    kcc_session_free(f->session);
    free(f);
    return 0;
}

static void converts_gathers_and_repairs_rank(void **state) {
    fixture *f = *state;
    int64_t n;
    assert_int_equal(kcc_arrays_samples(&f->program, &f->arrays, &n, NULL), KCC_OK);
    assert_int_equal(n, N);
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, true, 1, 4, NULL), KCC_OK);
    const int64_t order[] = {3, 0, 2, 1};
    assert_int_equal(kcc_dataset_load(f->session, &f->set, order, 1, 3, NULL), KCC_OK);
    const float a[] = {10, 11, 30, 31, 20, 21};
    const int32_t ids[] = {101, 103, 102}, r[] = {1, 2, 0, 1, 2, 0};
    assert_memory_equal(f->session->inputs[0], a, sizeof a);
    assert_memory_equal(f->session->inputs[1], ids, sizeof ids);
    assert_memory_equal(f->session->targets[2], r, sizeof r);
    assert_memory_equal(f->session->targets[0], f->p + 4, 4 * sizeof(float));
    assert_null(f->session->targets[1]);
    assert_null(f->session->sample_weights[1]);
    for (int i = 0; i < 6; i++) assert_true(((float *)f->session->sample_weights[2])[i] == 1);
    for (int i = 0; i < 2; i++) assert_int_equal((uintptr_t)f->session->inputs[i] % KCC_ALIGN, 0);
}

/* Large arrays of another dtype are converted batch by batch: same result as those converted at once. */
static void large_arrays(void **state) {
    fixture *f = *state;
    enum { MANY = 1 << 20 };
    uint8_t *a = malloc(MANY * 2);
    int64_t *ids = malloc(MANY * sizeof *ids);
    for (int i = 0; i < MANY; i++) a[2 * i] = (uint8_t)i, a[2 * i + 1] = (uint8_t)(i + 1), ids[i] = i;
    f->x[0] = (kcc_array){a, KCC_U8, 3, {MANY, 2, 1}};
    f->x[1] = (kcc_array){ids, KCC_I64, 1, {MANY}};
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, false, 0, MANY, NULL), KCC_OK);
    assert_null(f->set.x[0].owned);
    const int64_t order[] = {1 << 19, 258};
    assert_int_equal(kcc_dataset_load(f->session, &f->set, order, 0, 2, NULL), KCC_OK);
    const float wanted[] = {0, 1, 2, 3};
    assert_memory_equal(f->session->inputs[0], wanted, sizeof wanted);
    assert_int_equal(((int32_t *)f->session->inputs[1])[0], 1 << 19);
    assert_int_equal(kcc_dataset_load(f->session, &f->set, NULL, 258, 2, NULL), KCC_OK);
    const float straight[] = {2, 3, 3, 4};
    assert_memory_equal(f->session->inputs[0], straight, sizeof straight);
    kcc_dataset_free(&f->set, &f->program);
    free(a);
    free(ids);
}

static void aligned_data_are_not_copied(void **state) {
    fixture *f = *state;
    _Alignas(64) static float a[N * 2];
    f->x[0] = (kcc_array){a, KCC_F32, 2, {N, 2}};
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, false, 0, N, NULL), KCC_OK);
    assert_int_equal(kcc_dataset_load(f->session, &f->set, NULL, 0, 3, NULL), KCC_OK);
    assert_ptr_equal(f->session->inputs[0], a);
    assert_int_equal(kcc_dataset_load(f->session, &f->set, NULL, 1, 3, NULL), KCC_OK);
    assert_ptr_not_equal(f->session->inputs[0], a + 2);
}

static void expect_failure(fixture *f, kcc_status wanted, const char *place, const char *text) {
    int64_t n;
    kcc_error error = {0};
    kcc_status status = kcc_arrays_samples(&f->program, &f->arrays, &n, &error);
    if (status == KCC_OK) status = kcc_dataset_bind(&f->set, &f->program, &f->arrays, true, 0, n, &error);
    assert_int_equal(status, wanted);
    assert_string_equal(error.location, place);
    if (!strstr(error.message, text)) print_error("message: %s\n", error.message);
    assert_non_null(strstr(error.message, text));
    assert_null(f->set.x);
}

static void names_the_array_at_fault(void **state) {
    fixture *f = *state;
    kcc_array good = f->x[0];
    f->x[0].shape[1] = 3;
    expect_failure(f, KCC_ESHAPE, "x[0] (a)", "expects shape (batch, 2, 1), the array has shape (5, 3)");
    f->x[0] = good;
    f->x[0] = (kcc_array){f->a, KCC_U8, 4, {N, 2, 1, 3}};
    expect_failure(f, KCC_ESHAPE, "x[0] (a)", "has shape (5, 2, 1, 3)");
    f->x[0] = (kcc_array){f->a, KCC_U8, 1, {N}};
    expect_failure(f, KCC_ESHAPE, "x[0] (a)", "has shape (5,)");
    f->x[0] = good;
    f->x[1].shape[0] = 4;
    expect_failure(f, KCC_ESHAPE, "x[1] (ids)", "has 4 samples, the first one has 5");
    f->x[1].shape[0] = N;
    f->x[1].rank = 0;
    expect_failure(f, KCC_ESHAPE, "x[1] (ids)", "no axis of samples");
    f->x[1].rank = 2;
    f->x[1].shape[1] = -2;
    expect_failure(f, KCC_EINVAL, "x[1] (ids)", "axis 1 of the array has a size below 0, -2");
    f->x[1].shape[1] = 2;
    f->x[1].shape[0] = INT64_MAX;
    expect_failure(f, KCC_EINVAL, "x[1] (ids)", "9223372036854775807 samples are more than any memory");
    f->x[1] = (kcc_array){f->ids, KCC_DTYPE_COUNT, 2, {N, 1}};
    expect_failure(f, KCC_EINVAL, "x[1] (ids)", "is no dtype");
    f->x[1] = (kcc_array){f->ids, KCC_I64, KCC_MAX_RANK + 1, {N, 1}};
    expect_failure(f, KCC_ESHAPE, "x[1] (ids)", "the array has 9 axes, at most 8 are possible");
    f->x[1] = (kcc_array){f->ids, KCC_I64, 2, {N, 1}};
    f->arrays.n_x = 1;
    expect_failure(f, KCC_EINVAL, "x", "has 2 inputs, but 1 x array was given");
    f->arrays.n_x = 2;
    f->arrays.n_y = 1;
    expect_failure(f, KCC_EINVAL, "y", "2 outputs with a loss, but 1 y array was given");
    f->arrays.n_y = 2;
    f->y[1].data = NULL;
    expect_failure(f, KCC_EINVAL, "y[1] (r)", "no array was given");
    f->y[1].data = f->r;
    f->x[0].shape[0] = f->x[1].shape[0] = f->y[0].shape[0] = f->y[1].shape[0] = 0;
    expect_failure(f, KCC_EINVAL, "x[0] (a)", "there are no samples");
}

static void weights_broadcast_to_the_right(void **state) {
    fixture *f = *state;
    float one[N] = {1, 2, 3, 4, 5};
    double two[N * 2] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    kcc_array w[2] = {{NULL, KCC_F32, 0, {0}}, {one, KCC_F32, 1, {N}}};
    f->arrays.sample_weight = w;
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, true, 0, N, NULL), KCC_OK);
    assert_int_equal(kcc_dataset_load(f->session, &f->set, NULL, 2, 3, NULL), KCC_OK);
    const float broadcast[] = {3, 3, 4, 4, 5, 5};
    assert_memory_equal(f->session->sample_weights[2], broadcast, sizeof broadcast);
    assert_true(((float *)f->session->sample_weights[0])[0] == 1);
    kcc_dataset_free(&f->set, &f->program);
    w[1] = (kcc_array){two, KCC_F64, 3, {N, 2, 1}};
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, true, 0, N, NULL), KCC_OK);
    assert_int_equal(kcc_dataset_load(f->session, &f->set, NULL, 1, 2, NULL), KCC_OK);
    const float temporal[] = {2, 3, 4, 5};
    assert_memory_equal(f->session->sample_weights[2], temporal, sizeof temporal);
    kcc_dataset_free(&f->set, &f->program);
    w[1] = (kcc_array){one, KCC_F32, 2, {N, 1}};
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, true, 0, N, NULL), KCC_OK);
    kcc_dataset_free(&f->set, &f->program);
    w[1] = (kcc_array){two, KCC_F64, 2, {N, 3}};
    expect_failure(f, KCC_ESHAPE, "sample_weight[1] (r)", "weights of shape (5, 3) do not fit");
}

/* Drops the loss of output `o`, so that the other is the only one and class weights are allowed. */
static kcc_tensor without[3];
static void only_one_loss(fixture *f, int o) {
    memcpy(without, targets, sizeof without);
    without[o].rank = -1;
    f->program.targets = without;
}

static void class_weights(void **state) {
    fixture *f = *state;
    const int64_t label[] = {1, 2, 3, 4, 1};
    const double weight[] = {5, 0.5, 7, 1, (double)NAN};
    kcc_class_weight classes = {3, label, weight};
    f->arrays.class_weight = &classes;
    expect_failure(f, KCC_EINVAL, "class_weight", "one output");
    /* One-hot rows: argmax; class 0 is not named and has weight 1; times the sample weight. */
    only_one_loss(f, 2);
    float two[N] = {2, 2, 2, 2, 10};
    kcc_array w = {two, KCC_F32, 1, {N}};
    f->arrays.n_y = 1;
    f->arrays.sample_weight = &w;
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, true, 0, N, NULL), KCC_OK);
    assert_int_equal(kcc_dataset_load(f->session, &f->set, NULL, 0, N, NULL), KCC_OK);
    const float product[] = {2, 10, 1, 14, 10};
    assert_memory_equal(f->session->sample_weights[0], product, sizeof product);
    kcc_dataset_free(&f->set, &f->program);
    classes.n = 4; /* four classes, 0 ... 3 */
    expect_failure(f, KCC_EINVAL, "class_weight", "there is no class 4, classes are 0 ... 3");
    classes = (kcc_class_weight){1, &label[4], &weight[4]};
    expect_failure(f, KCC_EINVAL, "class_weight", "the weight of class 1 is nan");
    const int64_t twice[] = {1, 1};
    classes = (kcc_class_weight){2, twice, weight};
    expect_failure(f, KCC_EINVAL, "class_weight", "class 1 has two weights");
    /* Class indices, one for each step in time; the output tells three apart. */
    only_one_loss(f, 0);
    f->arrays.y = &f->y[1];
    f->arrays.sample_weight = NULL;
    classes = (kcc_class_weight){3, label, weight};
    expect_failure(f, KCC_EINVAL, "class_weight", "there is no class 3, classes are 0 ... 2");
    classes.n = 2;
    assert_int_equal(kcc_dataset_bind(&f->set, &f->program, &f->arrays, true, 0, N, NULL), KCC_OK);
    assert_int_equal(kcc_dataset_load(f->session, &f->set, NULL, 0, 3, NULL), KCC_OK);
    const float by_index[] = {1, 5, 5, 0.5f, 0.5f, 1};
    assert_memory_equal(f->session->sample_weights[2], by_index, sizeof by_index);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(converts_gathers_and_repairs_rank), CASE(large_arrays),
        CASE(aligned_data_are_not_copied),       CASE(names_the_array_at_fault),
        CASE(weights_broadcast_to_the_right),    CASE(class_weights)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
