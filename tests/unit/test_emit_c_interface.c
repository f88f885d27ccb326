/*
 * The functions of the header: a linear regression in C makes the same weights, losses and gradients as the
 * interpreter, from the same initial values as the runtime.
 */
#include "emit_c_test.h"

#include "rng.h"

/* runtime_internal.h and module.h cannot be included together. */
kcc_status kcc_initialize(const kcc_tensor *tensor, int32_t index, uint64_t seed, void *data);

/* ------------------------------------------------------------ training */

enum { FEATURES = 3 };
static const kcc_ktype REAL = {KCC_F32, 1};

/* y[n] = sum over k of x[n, k] w[k] */
static kcc_kernel *forward_kernel(kcc_arena *arena) {
    kcc_kernel *k = kcc_kernel_create(arena, "forward");
    k->doc = "y[n] = sum over k of x[n, k] w[k]";
    int x = kcc_kernel_param(k, "x", KCC_F32), w = kcc_kernel_param(k, "w", KCC_F32),
        y = kcc_kernel_param(k, "y", KCC_F32);
    kcc_kval n = task_loop(k, "n"), sum = kcc_k_reg(k, kcc_k_const(k, REAL, 0), "sum");
    int outer = k->cursor;
    kcc_kval j = kcc_k_loop(k, kcc_k_int(k, 0), kcc_k_int(k, FEATURES), 1, "k");
    k->cursor = kcc_k_body(k, j);
    kcc_kmem mx = at2(x, n, FEATURES, j, 1, 0), mw = at1(w, j, 1), my = at1(y, n, 1);
    kcc_k_set(k, sum, kcc_k_prim3(k, KCC_P_FMA, kcc_k_load(k, REAL, &mx), kcc_k_load(k, REAL, &mw), sum));
    k->cursor = outer;
    kcc_k_store(k, sum, &my);
    return k;
}

/* e = (y - t) s */
static kcc_kernel *difference_kernel(kcc_arena *arena) {
    kcc_kernel *k = kcc_kernel_create(arena, "difference");
    int y = kcc_kernel_param(k, "y", KCC_F32), t = kcc_kernel_param(k, "t", KCC_F32),
        s = kcc_kernel_param(k, "s", KCC_F32), e = kcc_kernel_param(k, "e", KCC_F32);
    kcc_kval n = task_loop(k, "n");
    kcc_kmem my = at1(y, n, 1), mt = at1(t, n, 1), ms = at1(s, n, 1), me = at1(e, n, 1);
    kcc_kval d = kcc_k_prim2(k, KCC_P_SUB, kcc_k_load(k, REAL, &my), kcc_k_load(k, REAL, &mt));
    kcc_k_store(k, kcc_k_prim2(k, KCC_P_MUL, d, kcc_k_load(k, REAL, &ms)), &me);
    return k;
}

/* g[k] = 2 / N sum over n of e[n] x[n, k] */
static kcc_kernel *gradient_kernel(kcc_arena *arena) {
    kcc_kernel *k = kcc_kernel_create(arena, "gradient");
    int x = kcc_kernel_param(k, "x", KCC_F32), e = kcc_kernel_param(k, "e", KCC_F32),
        g = kcc_kernel_param(k, "g", KCC_F32);
    kcc_kval batch = kcc_k_run(k, KCC_RUN_BATCH), j = task_loop(k, "k");
    kcc_kval sum = kcc_k_reg(k, kcc_k_const(k, REAL, 0), "sum");
    int outer = k->cursor;
    kcc_kval n = kcc_k_loop(k, kcc_k_int(k, 0), batch, 1, "n");
    k->cursor = kcc_k_body(k, n);
    kcc_kmem mx = at2(x, n, FEATURES, j, 1, 0), me = at1(e, n, 1), mg = at1(g, j, 1);
    kcc_k_set(k, sum, kcc_k_prim3(k, KCC_P_FMA, kcc_k_load(k, REAL, &me), kcc_k_load(k, REAL, &mx), sum));
    k->cursor = outer;
    kcc_kval scale = kcc_k_prim2(k, KCC_P_DIV, kcc_k_const(k, REAL, 2), kcc_k_convert(k, batch, KCC_F32));
    kcc_k_store(k, kcc_k_prim2(k, KCC_P_MUL, sum, scale), &mg);
    return k;
}

/* v = 0.9 v + g; w = w - lr v, and a little that depends on step and seed */
static kcc_kernel *update_kernel(kcc_arena *arena) {
    kcc_kernel *k = kcc_kernel_create(arena, "update");
    int g = kcc_kernel_param(k, "g", KCC_F32), v = kcc_kernel_param(k, "v", KCC_F32),
        w = kcc_kernel_param(k, "w", KCC_F32);
    kcc_kval seed =
        kcc_k_prim2(k, KCC_P_SHR, kcc_k_run(k, KCC_RUN_SEED), kcc_k_bits(k, (kcc_ktype){KCC_U64, 1}, 44));
    kcc_kval noise = kcc_k_prim2(k, KCC_P_ADD, kcc_k_convert(k, seed, KCC_F32),
                                 kcc_k_convert(k, kcc_k_run(k, KCC_RUN_STEP), KCC_F32));
    noise = kcc_k_prim2(k, KCC_P_MUL, noise, kcc_k_const(k, REAL, 1e-10));
    kcc_kval rate = kcc_k_run(k, KCC_RUN_LR), j = task_loop(k, "k");
    kcc_kmem mg = at1(g, j, 1), mv = at1(v, j, 1), mw = at1(w, j, 1);
    kcc_kval speed = kcc_k_prim3(k, KCC_P_FMA, kcc_k_load(k, REAL, &mv), kcc_k_const(k, REAL, 0.9),
                                 kcc_k_load(k, REAL, &mg));
    kcc_k_store(k, speed, &mv);
    kcc_kval step = kcc_k_prim2(k, KCC_P_SUB, kcc_k_prim2(k, KCC_P_MUL, rate, speed), noise);
    kcc_k_store(k, kcc_k_prim2(k, KCC_P_SUB, kcc_k_load(k, REAL, &mw), step), &mw);
    return k;
}

/* total += sum of e^2, count += N; with loss instead: loss = sum / N */
static kcc_kernel *metric_kernel(kcc_arena *arena, bool loss) {
    kcc_kernel *k = kcc_kernel_create(arena, loss ? "mean_loss" : "add_loss");
    int e = kcc_kernel_param(k, "e", KCC_F32), t = kcc_kernel_param(k, "total", KCC_F32);
    int c = loss ? -1 : kcc_kernel_param(k, "count", KCC_F32);
    kcc_kval batch = kcc_k_run(k, KCC_RUN_BATCH), sum = kcc_k_reg(k, kcc_k_const(k, REAL, 0), "sum");
    kcc_kval n = kcc_k_loop(k, kcc_k_int(k, 0), batch, 1, "n");
    k->cursor = kcc_k_body(k, n);
    kcc_kmem me = at1(e, n, 1), mt = at1(t, KCC_KNONE, 0), mc = at1(c, KCC_KNONE, 0);
    kcc_kval v = kcc_k_load(k, REAL, &me);
    kcc_k_set(k, sum, kcc_k_prim3(k, KCC_P_FMA, v, v, sum));
    k->cursor = 0;
    kcc_kval size = kcc_k_convert(k, batch, KCC_F32);
    if (loss) {
        kcc_k_store(k, kcc_k_prim2(k, KCC_P_DIV, sum, size), &mt);
    } else {
        kcc_k_store(k, kcc_k_prim2(k, KCC_P_ADD, kcc_k_load(k, REAL, &mt), sum), &mt);
        kcc_k_store(k, kcc_k_prim2(k, KCC_P_ADD, kcc_k_load(k, REAL, &mc), size), &mc);
    }
    return k;
}

static kcc_kernel *results_kernel(kcc_arena *arena) {
    kcc_kernel *k = kcc_kernel_create(arena, "results");
    int t = kcc_kernel_param(k, "total", KCC_F32), c = kcc_kernel_param(k, "count", KCC_F32),
        l = kcc_kernel_param(k, "loss", KCC_F32);
    kcc_kmem mt = at1(t, KCC_KNONE, 0), mc = at1(c, KCC_KNONE, 0), ml = at1(l, KCC_KNONE, 0);
    kcc_k_store(k, kcc_k_prim2(k, KCC_P_DIV, kcc_k_load(k, REAL, &mt), kcc_k_load(k, REAL, &mc)), &ml);
    return k;
}

enum { B_X, B_W, B_Y, B_T, B_S, B_E, B_G, B_V, B_TOTAL, B_COUNT, B_LOSS, B_GRADIENT, B_OUT, B_N };

static const kcc_buffer linear_buffers[B_N] = {
    [B_X] = {.name = "x", .store = KCC_STORE_INPUT, .shape = "[N, 3]"},
    [B_W] = {.name = "kernel", .store = KCC_STORE_VARIABLE, .index = 0, .shape = "[3]"},
    [B_Y] = {.name = "y", .store = KCC_STORE_ARENA, .arena_fixed = 64, .shape = "[N]"},
    [B_T] = {.name = "target", .store = KCC_STORE_TARGET, .shape = "[N]"},
    [B_S] = {.name = "sample_weight", .store = KCC_STORE_SAMPLE_WEIGHT, .shape = "[N]"},
    [B_E] =
        {.name = "e", .store = KCC_STORE_ARENA, .arena_fixed = 64, .arena_per_sample = 64, .shape = "[N]"},
    [B_G] = {.name = "g", .store = KCC_STORE_ARENA, .shape = "[3]"},
    [B_V] = {.name = "momentum", .store = KCC_STORE_VARIABLE, .index = 1, .shape = "[3]"},
    [B_TOTAL] = {.name = "total", .store = KCC_STORE_VARIABLE, .index = 2, .shape = "[]"},
    [B_COUNT] = {.name = "count", .store = KCC_STORE_VARIABLE, .index = 3, .shape = "[]"},
    [B_LOSS] = {.name = "loss", .store = KCC_STORE_RESULT, .shape = "[]"},
    [B_GRADIENT] = {.name = "kernel_gradient", .store = KCC_STORE_GRADIENT, .index = 0, .shape = "[3]"},
    [B_OUT] = {.name = "dense", .store = KCC_STORE_OUTPUT, .shape = "[N]"},
};

static void add_call(kcc_module *m, kcc_entry entry, int kernel, kcc_dim extent, const int *buffers) {
    kcc_module_entry *e = &m->entry[entry];
    e->present = true;
    e->arena_fixed = 64;
    e->arena_per_sample = 128;
    e->call = kcc_grow(m->arena, e->call, &e->cap_calls, e->n_calls + 1, sizeof *e->call);
    kcc_call *c = &e->call[e->n_calls++];
    int n = m->kernel[kernel]->n_params;
    *c = (kcc_call){.kernel = kernel, .tasks = {extent, 1, 1}, .grain = 2};
    c->buffer = kcc_alloc_array(m->arena, (size_t)n, sizeof *c->buffer);
    memcpy(c->buffer, buffers, (size_t)n * sizeof *buffers);
}

/* A linear regression with momentum, metrics and gradients. */
static kcc_module *linear_module(kcc_arena *arena) {
    enum { FORWARD, DIFFERENCE, GRADIENT, UPDATE, ADD_LOSS, MEAN_LOSS, RESULTS, KERNELS };
    kcc_module *m = kcc_alloc(arena, sizeof *m);
    m->arena = arena;
    m->name = "linear";
    m->n_kernels = KERNELS;
    m->kernel = kcc_alloc_array(arena, KERNELS, sizeof *m->kernel);
    m->kernel[FORWARD] = forward_kernel(arena);
    m->kernel[DIFFERENCE] = difference_kernel(arena);
    m->kernel[GRADIENT] = gradient_kernel(arena);
    m->kernel[UPDATE] = update_kernel(arena);
    m->kernel[ADD_LOSS] = metric_kernel(arena, false);
    m->kernel[MEAN_LOSS] = metric_kernel(arena, true);
    m->kernel[RESULTS] = results_kernel(arena);
    m->n_buffers = B_N;
    m->buffer = kcc_alloc(arena, sizeof linear_buffers);
    memcpy(m->buffer, linear_buffers, sizeof linear_buffers);
    m->buffer[B_Y].arena_per_sample = 0;
    m->buffer[B_E].arena_fixed = 64; /* y and e: one after the other for every batch */
    m->buffer[B_E].arena_per_sample = KCC_ALIGN;
    kcc_dim samples = {1, true}, one = {1, false}, features = {FEATURES, false};
    add_call(m, KCC_ENTRY_PREDICT, FORWARD, samples, (int[]){B_X, B_W, B_OUT});
    for (int e = KCC_ENTRY_TRAIN; e <= KCC_ENTRY_GRADIENTS; e++) {
        bool gradients = e == KCC_ENTRY_GRADIENTS;
        add_call(m, e, FORWARD, samples, (int[]){B_X, B_W, B_Y});
        add_call(m, e, DIFFERENCE, samples, (int[]){B_Y, B_T, B_S, B_E});
        if (e != KCC_ENTRY_EVALUATE)
            add_call(m, e, GRADIENT, features, (int[]){B_X, B_E, gradients ? B_GRADIENT : B_G});
        if (e == KCC_ENTRY_TRAIN) add_call(m, e, UPDATE, features, (int[]){B_G, B_V, B_W});
        if (gradients)
            add_call(m, e, MEAN_LOSS, one, (int[]){B_E, B_LOSS});
        else
            add_call(m, e, ADD_LOSS, one, (int[]){B_E, B_TOTAL, B_COUNT});
    }
    add_call(m, KCC_ENTRY_RESULTS, RESULTS, one, (int[]){B_TOTAL, B_COUNT, B_LOSS});
    static const kcc_tensor variables[] = {
        {.name = "kernel",
         .layer = "dense",
         .path = "sequential/dense/kernel",
         .of = -1,
         .role = KCC_ROLE_WEIGHT,
         .rank = 1,
         .dim = {{FEATURES, false}},
         .trainable = true,
         .init = {KCC_INIT_TRUNCATED_NORMAL, 0.1, 0.7, -1}},
        {.name = "momentum",
         .layer = "",
         .path = "sgd/\"dense\"_momentum",
         .of = 0,
         .role = KCC_ROLE_OPTIMIZER,
         .rank = 1,
         .dim = {{FEATURES, false}},
         .init = {.kind = KCC_INIT_CONSTANT}},
        {.name = "total", .layer = "", .path = "loss/total", .of = -1, .role = KCC_ROLE_METRIC},
        {.name = "count", .layer = "", .path = "loss/count", .of = -1, .role = KCC_ROLE_METRIC},
    };
    static const kcc_tensor input = {.name = "input", .rank = 2, .dim = {{1, true}, {FEATURES, false}}};
    static const kcc_tensor sample = {.name = "dense", .rank = 1, .dim = {{1, true}}};
    static const kcc_metric metric = {"loss", -1, -1};
    m->program = (kcc_program){.name = "linear",
                               .version = "test",
                               .n_inputs = 1,
                               .n_outputs = 1,
                               .n_weights = 1,
                               .n_variables = 4,
                               .n_metrics = 1,
                               .learning_rate = 0.05f,
                               .inputs = &input,
                               .outputs = &sample,
                               .targets = &sample,
                               .sample_weights = &sample,
                               .variables = variables,
                               .metrics = &metric,
                               .ema_first = -1};
    return m;
}

/* Runs an entry in the interpreter. */
static void interpret(const kcc_module *m, kcc_entry entry, const kcc_run *run) {
    const kcc_module_entry *e = &m->entry[entry];
    for (int c = 0; c < e->n_calls; c++) {
        const kcc_kernel *k = m->kernel[e->call[c].kernel];
        void *data[16];
        int64_t elements[16];
        for (int p = 0; p < k->n_params; p++) {
            const kcc_buffer *b = &m->buffer[e->call[c].buffer[p]];
            elements[p] = 16 * KCC_ALIGN;
            switch (b->store) {
            case KCC_STORE_VARIABLE: data[p] = run->variables[b->index]; break;
            case KCC_STORE_INPUT: data[p] = run->inputs[b->index]; break;
            case KCC_STORE_TARGET: data[p] = run->targets[b->index]; break;
            case KCC_STORE_SAMPLE_WEIGHT: data[p] = run->sample_weights[b->index]; break;
            case KCC_STORE_OUTPUT: data[p] = run->outputs[b->index]; break;
            case KCC_STORE_GRADIENT: data[p] = run->gradients[b->index]; break;
            case KCC_STORE_RESULT: data[p] = run->results + b->index; break;
            default: data[p] = (char *)run->arena + b->arena_fixed + run->batch * b->arena_per_sample;
            }
        }
        int64_t n = kcc_dim_at(e->call[c].tasks.extent, run->batch);
        kcc_text text = {0};
        assert_int_equal(kcc_kernel_eval(k, KCC_EVAL_EXACT, data, elements, run, 0, n, &text), KCC_OK);
        kcc_text_free(&text);
    }
}

typedef struct linear_api {
    size_t (*memory_size)(int64_t);
    void *(*init)(void *, int64_t, uint64_t);
    float *(*weight)(void *, int);
    int (*find_weight)(const char *);
    const void *(*weights)(const void *);
    int (*load_weights)(void *, const void *, size_t);
    int (*predict)(void *, int64_t, const float *, float *);
    int (*train_step)(void *, int64_t, const float *, const float *, const float *);
    int (*evaluate_step)(void *, int64_t, const float *, const float *, const float *);
    int (*gradients)(void *, int64_t, const float *, const float *, const float *, float *, float *const *);
    void (*reset_metrics)(void *);
    int (*results)(void *, float *);
} linear_api;

static linear_api load_api(void *library) {
    linear_api a;
    static const char *const name[] = {"memory_size",   "init",         "weight",        "find_weight",
                                       "weights",       "load_weights", "predict",       "train_step",
                                       "evaluate_step", "gradients",    "reset_metrics", "results"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        char symbol[60];
        snprintf(symbol, sizeof symbol, "linear_%s", name[i]);
        void *f = dlsym(library, symbol);
        if (!f) fail_msg("%s is missing", symbol);
        memcpy((char *)&a + i * sizeof f, &f, sizeof f);
    }
    return a;
}

static void compare(const float *got, const float *expected, int64_t n, bool exact) {
    for (int64_t i = 0; i < n; i++)
        if (!same(KCC_F32, expected, got, i, exact))
            fail_msg("element %lld: %.9g, expected %.9g", (long long)i, got[i], expected[i]);
}

/* The same calls on the compiled file and on the interpreter. */
static void train_and_compare(const kcc_module *m, const linear_api *api, bool exact) {
    enum { N = 7 };
    float x[N * FEATURES], t[N], s[N], ones[N], y[N], expected_y[N], w[16] = {0}, v[16] = {0}, total[1] = {0},
                                                                     count[1] = {0};
    fixture random = {.state = 99};
    for (int i = 0; i < N * FEATURES; i++) x[i] = (float)(next(&random) >> 16) / 65536 - 0.5f;
    for (int i = 0; i < N; i++) t[i] = x[i * FEATURES] * 2 + 1, s[i] = (float)i * 0.25f, ones[i] = 1;
    assert_int_equal(api->memory_size(0), 0);
    assert_int_equal(api->memory_size(INT64_MAX), 0);
    size_t size = api->memory_size(N);
    char *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_null(api->init(NULL, N, 3));
    assert_null(api->init(memory + 4, N, 3));
    void *model = api->init(memory, N, 3);
    assert_non_null(model);
    assert_int_equal(api->find_weight("dense/0"), 0);
    assert_int_equal(api->find_weight("dense/1"), -1);
    assert_int_equal(kcc_initialize(&m->program.variables[0], 0, 3, w), KCC_OK);
    compare(api->weight(model, 0), w, FEATURES, true);
    assert_null(api->weight(model, 4));
    assert_ptr_equal(api->weights(model), api->weight(model, 0));

    kcc_rng rng = kcc_rng_start(3, KCC_STREAM_KERNELS, 0);
    uint64_t seed = kcc_rng_next(&rng);
    seed |= (uint64_t)kcc_rng_next(&rng) << 32;
    float arena[64 * N], gradient[FEATURES], got[FEATURES], loss, expected_loss;
    kcc_run run = {.batch = N,
                   .seed = seed,
                   .learning_rate = 0.05f,
                   .variables = (void *[]){w, v, total, count},
                   .inputs = (void *[]){x},
                   .targets = (void *[]){t},
                   .sample_weights = (void *[]){ones},
                   .outputs = (void *[]){expected_y},
                   .gradients = (void *[]){gradient},
                   .results = &expected_loss,
                   .arena = arena};
    for (int step = 0; step < 6; step++) {
        run.step = step;
        run.batch = step == 5 ? 4 : N;
        run.sample_weights = step & 1 ? (void *[]){s} : (void *[]){ones};
        assert_int_equal(api->train_step(model, run.batch, x, t, step & 1 ? s : NULL), 0);
        interpret(m, KCC_ENTRY_TRAIN, &run);
        compare(api->weight(model, 0), w, FEATURES, exact);
    }
    run.batch = N;
    assert_int_equal(api->results(model, &loss), 0);
    interpret(m, KCC_ENTRY_RESULTS, &run);
    compare(&loss, &expected_loss, 1, exact);
    api->reset_metrics(model);
    *total = *count = 0;
    assert_int_equal(api->evaluate_step(model, N, x, t, s), 0);
    run.sample_weights = (void *[]){s};
    interpret(m, KCC_ENTRY_EVALUATE, &run);
    compare(api->weight(model, 2), total, 1, exact);
    assert_int_equal(api->gradients(model, N, x, t, s, &loss, (float *[]){got, NULL}), 0);
    interpret(m, KCC_ENTRY_GRADIENTS, &run);
    compare(got, gradient, FEATURES, exact);
    compare(&loss, &expected_loss, 1, exact);
    assert_int_equal(api->gradients(model, N, x, t, s, &loss, (float *[]){NULL, NULL}), 1);
    assert_int_equal(api->predict(model, N, x, y), 0);
    interpret(m, KCC_ENTRY_PREDICT, &run);
    compare(y, expected_y, N, exact);
    assert_int_equal(api->predict(model, N + 1, x, y), 1);
    assert_int_equal(api->predict(model, 0, x, y), 1);
    float fresh[16] = {1, 2, 3};
    assert_int_equal(api->load_weights(model, fresh, sizeof fresh - 4), 1);
    assert_int_equal(api->load_weights(model, fresh, sizeof fresh), 0);
    assert_float_equal(api->weight(model, 0)[2], 3, 0);
    free(memory);
}

static void test_training(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    kcc_module *m = linear_module(arena);
    emit(m, "#include \"model.h\"\n");
    void *library[BUILDS];
    build_libraries(library);
    for (int b = 0; b < BUILDS; b++) {
        if (!library[b]) continue;
        linear_api api = load_api(library[b]);
        train_and_compare(m, &api, builds[b].exact);
    }
    kcc_arena_free(arena);
}

/* With weights in a file, a model starts from zeros until they are loaded. */
static void test_initial_weights(void **state) {
    (void)state;
    kcc_arena *arena = kcc_arena_create();
    kcc_module *m = linear_module(arena);
    static const float initial[16] = {1, 2, 3};
    m->program.initial_weights = initial;
    m->program.initial_size = sizeof initial;
    emit(m, "#include \"model.h\"\n");
    void *library[BUILDS];
    build_libraries(library);
    linear_api api = load_api(library[0]);
    char *memory = aligned_alloc(64, (api.memory_size(2) + 63) / 64 * 64);
    void *model = api.init(memory, 2, 3);
    assert_float_equal(api.weight(model, 0)[1], 0, 0);
    assert_int_equal(api.load_weights(model, initial, sizeof initial), 0);
    assert_float_equal(api.weight(model, 0)[1], 2, 0);
    free(memory);
    kcc_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_training),
        cmocka_unit_test(test_initial_weights),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
