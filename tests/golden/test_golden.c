/*
 * What the compiler makes of a handful of models, as text that a reviewer reads.
 *
 * Takes: NAME.json in this folder (Keras 3, with its compile information).
 * Gives: comparisons with expected/NAME.graph (after fusion), .kernels, .plan, .c and .ll (LLVM IR before
 *        LLVM optimises it); UPDATE_GOLDEN=1 rewrites those files.  NAME.c is also compiled, run and compared
 *        with the JIT.
 * Keeps: the target is x86-64-v3 whatever the machine, so the files hold everywhere.
 */
#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend.h"
#include "keras_model.h"

enum { BATCH = 9, STEPS = 3, MOST = 8 };

static const unsigned code = 1u << KCC_ENTRY_PREDICT | 1u << KCC_ENTRY_TRAIN;
static const kcc_target golden_target = {.triple = "x86_64-unknown-linux-gnu", .cpu = "x86-64-v3"};

typedef struct golden {
    const char *name;
    unsigned ll; /* entries whose LLVM IR is kept: a model's whole IR is too long to read; 0: only .graph and
                    .plan are kept, which show how a convolutional model is fused */
} golden;

static void path_of(char path[500], const char *name, const char *suffix) {
    const char *root = getenv("KCC_SOURCE_ROOT");
    snprintf(path, 500, "%s/tests/golden/%s.%s", root ? root : ".", name, suffix);
}

static kcc_model *load(const char *name) {
    char path[500];
    kcc_model *model = NULL;
    kcc_error error = {0};
    path_of(path, name, "json");
    if (kcc_model_load(path, NULL, &model, &error)) fail_msg("%s: %s", error.location, error.message);
    assert_true(kcc_model_trains(model));
    return model;
}

static void keep(void *user, const char *text) { kcc_text_add(user, "%s", text); }

/* A module of the model for the golden target; what `emit` names goes to log. */
static kcc_module *compile(kcc_arena *arena, kcc_model *model, kcc_target *target, unsigned entries,
                           const char *emit, kcc_text *log) {
    kcc_error error = {0};
    kcc_module *module = NULL;
    kcc_source *source = kcc_model_source(model, entries, &error);
    if (!source) fail_msg("%s", error.message);
    if (kcc_target_resolve(target, golden_target.triple, golden_target.cpu, &error))
        fail_msg("%s", error.message);
    kcc_compile_options o = {
        .entries = entries, .target = target, .emit = emit, .log = keep, .log_user = log};
    if (kcc_compile(arena, source, &o, &module, &error)) fail_msg("%s", error.message);
    return module;
}

/* ---------------------------------------------------------------- comparing text */

/* The first line that differs, with its number, from both. */
static void show_difference(const char *path, const char *expected, const char *got) {
    int line = 1;
    while (*expected && *got) {
        size_t a = strcspn(expected, "\n"), b = strcspn(got, "\n");
        if (a != b || memcmp(expected, got, a) != 0) break;
        expected += a + (expected[a] == '\n');
        got += b + (got[b] == '\n');
        line++;
    }
    print_error(
        "%s:%d\n  expected %.*s\n  got      %.*s\nUPDATE_GOLDEN=1 rewrites the files; then read the diff\n",
        path, line, (int)strcspn(expected, "\n"), expected, (int)strcspn(got, "\n"), got);
}

static int check_text(const char *name, const char *suffix, const kcc_text *got) {
    char path[500], expected_name[100];
    void *expected = NULL;
    size_t size = 0;
    kcc_error error = {0};
    assert_false(got->failed);
    assert_true(got->size > 0);
    snprintf(expected_name, sizeof expected_name, "expected/%s", name);
    path_of(path, expected_name, suffix);
    if (getenv("UPDATE_GOLDEN")) {
        if (kcc_file_write(path, got->data, got->size, &error)) fail_msg("%s", error.message);
        return 0;
    }
    if (kcc_file_read(path, &expected, &size, &error)) fail_msg("%s", error.message);
    bool same = size == got->size && memcmp(expected, got->data, size) == 0;
    if (!same) show_difference(path, expected, got->data);
    free(expected);
    return !same;
}

/* The C and the LLVM IR. */
static int check_code(kcc_model *model, const golden *g, kcc_target *target) {
    kcc_error error = {0};
    kcc_arena *arena = kcc_arena_create();
    kcc_text c = {0}, h = {0}, ll = {0};
    kcc_module *m = compile(arena, model, target, code, NULL, NULL);
    if (kcc_emit_c(m, target, g->name, &c, &h, &error)) fail_msg("%s", error.message);
    int wrong = check_text(g->name, "c", &c);
    m = compile(arena, model, target, g->ll, NULL, NULL);
    if (kcc_emit_llvm_text(m, target, &ll, &error)) fail_msg("%s", error.message);
    wrong += check_text(g->name, "ll", &ll);
    kcc_text_free(&c);
    kcc_text_free(&h);
    kcc_text_free(&ll);
    kcc_arena_free(arena);
    return wrong;
}

static void test_text(void **state) {
    static const char *const emits[] = {"graph", "plan", "kernels"};
    const golden *g = *state;
    kcc_model *model = load(g->name);
    kcc_target target = {0};
    int wrong = 0;
    for (int i = 0; i < (g->ll ? 3 : 2); i++) {
        kcc_arena *arena = kcc_arena_create();
        kcc_text text = {0};
        compile(arena, model, &target, code, emits[i], &text);
        wrong += check_text(g->name, emits[i], &text);
        kcc_text_free(&text);
        kcc_arena_free(arena);
    }
    if (g->ll) wrong += check_code(model, g, &target);
    kcc_model_free(model);
    assert_int_equal(wrong, 0);
}

/* ---------------------------------------------------------------- running the C */

/* A model as one side runs it: after predict, STEPS steps and predict again. */
typedef struct outcome {
    int n; /* arrays: two predictions, then all variables */
    int64_t count[64];
    float *data[64];
} outcome;

static void note(outcome *o, const void *data, int64_t count) {
    assert_true(o->n < 64);
    float *copy = malloc((size_t)count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, data, (size_t)count * sizeof *copy);
    o->count[o->n] = count;
    o->data[o->n++] = copy;
}

static void free_outcome(outcome *o) {
    for (int i = 0; i < o->n; i++) free(o->data[i]);
}

/* Inputs, and targets that suit classes as well as numbers in [0, 1]. */
static void make_data(const kcc_program *p, kcc_array *x, kcc_array *y) {
    uint32_t r = 1;
    for (int i = 0; i <= p->n_inputs; i++) {
        const kcc_tensor *t = i < p->n_inputs ? &p->inputs[i] : &p->targets[0];
        kcc_array *a = i < p->n_inputs ? &x[i] : y;
        int64_t shape[KCC_MAX_RANK];
        for (int d = 0; d < t->rank; d++) shape[d] = t->dim[d].size * (t->dim[d].batch ? BATCH : 1);
        assert_int_equal(kcc_array_create(a, KCC_F32, t->rank, shape), 0);
        for (int64_t k = 0; k < kcc_array_count(a); k++) {
            r = r * 1664525u + 1013904223u;
            ((float *)a->data)[k] = a == y ? (float)(r >> 31) : (float)(r >> 8) * 0x1p-23f - 1;
        }
    }
}

static void run_jit(kcc_session *s, const kcc_array *x, const kcc_array *y, outcome *o) {
    const kcc_program *p = kcc_session_program(s);
    kcc_error error = {0};
    for (int step = 0; step <= STEPS; step++) {
        if (step == 0 || step == STEPS) {
            kcc_array out;
            if (kcc_predict_on_batch(s, x, p->n_inputs, &out, &error)) fail_msg("%s", error.message);
            note(o, out.data, kcc_array_count(&out));
            kcc_array_free(&out);
        }
        kcc_batch b = {.x = x, .n_x = p->n_inputs, .y = y, .n_y = 1};
        if (step < STEPS && kcc_train_on_batch(s, &b, NULL, &error)) fail_msg("%s", error.message);
    }
    for (int i = 0; i < p->n_weights; i++)
        note(o, kcc_session_value(s, i), kcc_tensor_count(&p->variables[i], 1));
}

static void *symbol(void *library, const char *name, const char *function) {
    char full[100];
    snprintf(full, sizeof full, "%s_%s", name, function);
    void *f = dlsym(library, full);
    if (!f) fail_msg("%s is missing", full);
    return f;
}

#define FUNCTION(pointer, name) \
    void *address_##pointer = symbol(library, model, name); \
    memcpy(&pointer, &address_##pointer, sizeof pointer)

/* The same through the functions of NAME.h, beginning with the session's weights. */
static void run_c(void *library, const char *model, kcc_session *s, const kcc_array *x, const kcc_array *y,
                  outcome *o) {
    const kcc_program *p = kcc_session_program(s);
    size_t (*memory_size)(int64_t);
    void *(*init)(void *, int64_t, uint64_t);
    float *(*weight)(void *, int);
    int (*load_weights)(void *, const void *, size_t);
    int (*predict1)(void *, int64_t, const float *, float *);
    int (*predict2)(void *, int64_t, const float *, const float *, float *);
    int (*train1)(void *, int64_t, const float *, const float *, const float *);
    int (*train2)(void *, int64_t, const float *, const float *, const float *, const float *);
    FUNCTION(memory_size, "memory_size");
    FUNCTION(init, "init");
    FUNCTION(weight, "weight");
    FUNCTION(load_weights, "load_weights");
    FUNCTION(predict1, "predict");
    FUNCTION(predict2, "predict");
    FUNCTION(train1, "train_step");
    FUNCTION(train2, "train_step");
    void *memory = aligned_alloc(KCC_ALIGN, (memory_size(BATCH) + KCC_ALIGN - 1) / KCC_ALIGN * KCC_ALIGN);
    void *m = init(memory, BATCH, 1);
    assert_non_null(m);
    size_t bytes =
        0; /* weight() would make every prediction fold the weights, whether a step said so or not */
    for (int i = 0; i < p->n_weights; i++)
        bytes += ((size_t)kcc_tensor_count(&p->variables[i], 1) * sizeof(float) + KCC_ALIGN - 1) / KCC_ALIGN *
                 KCC_ALIGN;
    assert_int_equal(load_weights(m, kcc_session_value(s, 0), bytes), 0);
    int64_t count = kcc_tensor_count(&p->outputs[0], BATCH);
    float *out = malloc((size_t)count * sizeof *out);
    const float *a = x[0].data, *b = p->n_inputs > 1 ? x[1].data : NULL;
    for (int step = 0; step <= STEPS; step++) {
        if (step == 0 || step == STEPS) {
            assert_int_equal(b ? predict2(m, BATCH, a, b, out) : predict1(m, BATCH, a, out), 0);
            note(o, out, count);
        }
        if (step < STEPS)
            assert_int_equal(b ? train2(m, BATCH, a, b, y->data, NULL) : train1(m, BATCH, a, y->data, NULL),
                             0);
    }
    for (int i = 0; i < p->n_weights; i++) note(o, weight(m, i), kcc_tensor_count(&p->variables[i], 1));
    free(out);
    free(memory);
}

/* Equal bits, or within the rounding of a few sums where the compiler has no fused multiply-add. */
static void compare(const outcome *jit, const outcome *c, bool exact) {
    assert_int_equal(jit->n, c->n);
    for (int i = 0; i < c->n; i++) {
        assert_int_equal(jit->count[i], c->count[i]);
        for (int64_t k = 0; k < c->count[i]; k++) {
            float a = jit->data[i][k], b = c->data[i][k];
            if (exact ? memcmp(&a, &b, sizeof a) != 0 : !(fabsf(a - b) <= 1e-5f * fmaxf(1, fabsf(a))))
                fail_msg("array %d, element %lld: JIT %.9g, C %.9g", i, (long long)k, (double)a, (double)b);
        }
    }
}

static bool host_has_v3(void) {
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
    return false;
#endif
}

/* Compiles the C in folder and opens it. */
static void *open_c(const char *folder, const char *name, const char *flags) {
    const char *cc = getenv("CC");
    char command[1000], library[300];
    snprintf(library, sizeof library, "%s/%s.so", folder, name);
    snprintf(command, sizeof command,
             "%s -std=c11 -O2 -Wall -Wextra -Werror %s -fPIC -shared '%s/%s.c' -o '%s' -lm",
             cc && *cc ? cc : "cc", flags, folder, name, library);
    if (system(command) != 0) fail_msg("failed: %s", command);
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!handle) fail_msg("%s", dlerror());
    unlink(library);
    return handle;
}

static void write_c(kcc_model *model, const char *folder, const char *name) {
    char path[300];
    kcc_arena *arena = kcc_arena_create();
    kcc_text c = {0}, h = {0};
    kcc_target target = {0};
    kcc_error error = {0};
    kcc_module *m = compile(arena, model, &target, code, NULL, NULL);
    assert_int_equal(kcc_emit_c(m, &target, name, &c, &h, &error), 0);
    snprintf(path, sizeof path, "%s/%s.c", folder, name);
    assert_int_equal(kcc_file_write(path, c.data, c.size, &error), 0);
    snprintf(path, sizeof path, "%s/%s.h", folder, name);
    assert_int_equal(kcc_file_write(path, h.data, h.size, &error), 0);
    kcc_text_free(&c);
    kcc_text_free(&h);
    kcc_arena_free(arena);
}

static void test_c_runs(void **state) {
    const golden *g = *state;
    char folder[] = "/tmp/kcc-golden-XXXXXX", path[300];
    assert_non_null(mkdtemp(folder));
    kcc_model *model = load(g->name);
    write_c(model, folder, g->name);
    for (int v3 = 0; v3 <= host_has_v3(); v3++) {
        kcc_error error = {0};
        kcc_jit_program *jit = NULL;
        const kcc_program *p = NULL;
        kcc_session *s = NULL;
        kcc_array x[MOST], y;
        outcome a = {0}, b = {0};
        if (kcc_model_jit(model, &(kcc_code_options){.cpu = v3 ? golden_target.cpu : NULL}, &jit, &p,
                          &error) ||
            kcc_session_create(p, &(kcc_session_options){.seed = 1, .threads = 1}, &s, &error))
            fail_msg("%s", error.message);
        make_data(p, x, &y);
        void *library = open_c(folder, g->name, v3 ? "-march=x86-64-v3" : "");
        run_c(library, g->name, s, x, &y, &b);
        run_jit(s, x, &y, &a);
        compare(&a, &b, v3);
        free_outcome(&a);
        free_outcome(&b);
        for (int i = 0; i < p->n_inputs; i++) kcc_array_free(&x[i]);
        kcc_array_free(&y);
        dlclose(library);
        kcc_session_free(s);
        kcc_jit_program_free(jit);
    }
    kcc_model_free(model);
    for (int h = 0; h < 2; h++) {
        snprintf(path, sizeof path, "%s/%s.%c", folder, g->name, h ? 'h' : 'c');
        unlink(path);
    }
    rmdir(folder);
}

int main(void) {
    static const golden mlp = {"mlp", 1u << KCC_ENTRY_PREDICT}, two = {"two_inputs", 1u << KCC_ENTRY_PREDICT},
                        regression = {"regression", 1u << KCC_ENTRY_TRAIN}, residual = {"residual", 0};
    const struct CMUnitTest tests[] = {
        {"mlp as text", test_text, NULL, NULL, (void *)&mlp},
        {"two_inputs as text", test_text, NULL, NULL, (void *)&two},
        {"regression as text", test_text, NULL, NULL, (void *)&regression},
        {"residual as text", test_text, NULL, NULL, (void *)&residual},
        {"mlp.c runs", test_c_runs, NULL, NULL, (void *)&mlp},
        {"two_inputs.c runs", test_c_runs, NULL, NULL, (void *)&two},
        {"regression.c runs", test_c_runs, NULL, NULL, (void *)&regression},
        {"residual.c runs", test_c_runs, NULL, NULL, (void *)&residual},
    };
    return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
