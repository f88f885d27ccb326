/*
 * How fast kcc is: contractions, training steps, compile time, start and memory of the command.
 *
 * Takes: --quick for short rounds; environment KCC_SOURCE_ROOT (default "."), KCC_COMMAND (default "kcc"),
 *        KCC_PYTHON (default /usr/bin/python3).
 * Gives: a table on standard output: what, least time, GFLOP/s, its ratio to the measured peak of one core's
 *        fused multiply-adds, the time of a peer for the same (PyTorch; of convolutions oneDNN), and how many
 *        times as fast kcc is.
 * Keeps: everything is measured in rounds that alternate, so that a slow minute of the machine hits all
 *        alike; nothing here fails because something is slow.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define ADAM  "{\"optimizer\": \"adam\", \"loss\": "
#define CLASS ADAM "{\"class_name\": \"SparseCategoricalCrossentropy\", \"config\": {\"from_logits\": true}}}"
#define MSE   ADAM "\"mean_squared_error\"}"

enum { MOST = 64, FIT_BATCHES = 64 };

typedef struct row {
    char name[64];
    void (*call)(void *user);
    void *user;
    double per;         /* the call's time is divided by this */
    double flops;       /* of the divided call, 0: not counted */
    const char *torch;  /* request for the same to PyTorch, or NULL */
    bench_dnnl *dnnl;   /* the same by oneDNN, or NULL */
    double least, peer; /* seconds, 0: not yet */
} row;

typedef struct bench {
    int n;
    row rows[MOST];
    double peak, import;
    bool reference_blas; /* PyTorch's matrix products are slow for want of a package */
    const char *kcc;
    char model[600], small[600], cnn[600], mobile[600], script[600], compile[600], folder[64];
} bench;

double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_least(void (*call)(void *user), void *user, double seconds) {
    double end = bench_now() + seconds, best = 0;
    long count = 1;
    call(user);
    for (;;) {
        double begin = bench_now();
        for (long i = 0; i < count; i++) call(user);
        double now = bench_now();
        if (now - begin < 1e-3)
            count *= 2;
        else if (best == 0 || (now - begin) / (double)count < best)
            best = (now - begin) / (double)count;
        if (now >= end && best > 0) return best;
    }
}

void bench_fail(const kcc_error *error, const char *what) {
    char text[1100] = "";
    if (error) kcc_error_text(error, text, sizeof text);
    fprintf(stderr, "bench: %s: %s\n", what, text);
    exit(1);
}

void bench_fill(float *x, int64_t n, double scale) {
    uint32_t state = 12345;
    for (int64_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(((double)(state >> 8) / (1 << 23) - 1) * scale);
    }
}

/* ---------------------------------------------------------------- what is measured */

static row *add(bench *b, void (*call)(void *), void *user, double per, double flops, const char *torch,
                const char *format, ...) __attribute__((format(printf, 7, 8)));
static row *add(bench *b, void (*call)(void *), void *user, double per, double flops, const char *torch,
                const char *format, ...) {
    if (b->n == MOST) bench_fail(NULL, "too many rows");
    row *r = &b->rows[b->n++];
    va_list args;
    va_start(args, format);
    vsnprintf(r->name, sizeof r->name, format, args);
    va_end(args);
    r->call = call;
    r->user = user;
    r->per = per;
    r->flops = flops;
    r->torch = torch;
    return r;
}

static void add_contractions(bench *b) {
    static const int64_t size[][3] = {{128, 784, 512}, {128, 512, 512}, {1024, 1024, 1024}};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        int64_t m = size[i][0], k = size[i][1], n = size[i][2], w[2] = {k, n}, dy[2] = {m, n};
        double flops = 2.0 * (double)m * (double)k * (double)n;
        int s[3] = {(int)m, (int)k, (int)n};
        add(b, bench_contraction_run, bench_contraction_create("mk,kn->mn", m, k, w), 1, flops, NULL,
            "[%d,%d].[%d,%d]", s[0], s[1], s[1], s[2]);
        add(b, bench_contraction_run, bench_contraction_create("mn,kn->mk", m, n, w), 1, flops, NULL,
            "  its data gradient");
        add(b, bench_contraction_run, bench_contraction_create("mk,mn->kn", m, k, dy), 1, flops, NULL,
            "  its weight gradient");
    }
}

/* Multiply-adds of a step of dense layers, twice: forward, weight gradients, and data gradients but the
 * first's. */
static double step_flops(double batch, int n, const int *width) {
    double flops = 0;
    for (int i = 0; i + 1 < n; i++) flops += 2 * batch * width[i] * width[i + 1] * (i ? 3 : 2);
    return flops;
}

static void add_convolutions(bench *b) {
    static const bench_conv convs[] = {
        {32, 26, 32, 64, 3, 1, false, false},  {32, 28, 64, 64, 3, 1, true, false},
        {32, 28, 1, 32, 3, 1, false, false},   {32, 32, 3, 32, 3, 1, true, false},
        {32, 14, 128, 128, 3, 1, true, false}, {32, 7, 64, 32, 3, 2, true, true},
    };
    static const char *const gradient[] = {"", "  its data gradient", "  its weight gradient"};
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++)
        for (bench_pass pass = BENCH_FORWARD; pass < BENCH_PASSES; pass++) {
            const bench_conv *c = &convs[i];
            double cells = c->transposed ? c->size : bench_conv_out(c), k = c->kernel;
            double flops = 2 * c->batch * cells * cells * k * k * c->channels * c->filters;
            row *r = add(b, bench_contraction_run, bench_conv_create(c, pass), 1, flops, NULL, "%s",
                         gradient[pass]);
            r->dnnl = bench_dnnl_create(c, pass);
            if (pass == BENCH_FORWARD)
                snprintf(r->name, sizeof r->name, "%s%dx%dx%d->%d k%d%s%s",
                         c->transposed ? "transposed " : "", c->size, c->size, c->channels, c->filters,
                         c->kernel, c->stride > 1 ? " s2" : "", c->same ? " same" : "");
        }
}

/* Of cnn.json at batch 128: as step_flops; convolutions of 26x26 and 24x24 places with 9 taps. */
#define CNN_FLOPS (2.0 * 128 * (2 * 676 * 9 * 1 * 32 + 3 * 576 * 9 * 32 * 64 + 3 * 9216 * 128 + 3 * 128 * 10))

/* Of mobile.json at batch 32: products of 1x1 at 784 places, the first without a data gradient, and 9 taps. */
#define MOBILE_FLOPS (2.0 * 32 * 784 * (3 * 2 * (2 * 32 * 192 + 9 * 192) - 32 * 192))

static void compile_step(void *user) { bench_model_compile(((bench *)user)->model, CLASS, false); }
static void compile_all(void *user) { bench_model_compile(((bench *)user)->model, CLASS, true); }

static void add_models(bench *b) {
    static const int big[] = {784, 512, 512, 10}, small[] = {2, 16, 1};
    double flops = step_flops(128, 4, big), few = step_flops(32, 3, small);
    bench_model *one = bench_model_create(b->model, CLASS, 128, 1),
                *two = bench_model_create(b->model, CLASS, 128, 2);
    bench_model *small_batch = bench_model_create(b->model, CLASS, 32, 1);
    bench_model *tiny = bench_model_create(b->small, MSE, 32, 1);
    add(b, bench_model_step, one, 1, flops, "mlp784 1", "step 784-512-512-10, batch 128");
    add(b, bench_model_step, two, 1, flops, "mlp784 2", "  the same, 2 threads");
    add(b, bench_model_fit, one, FIT_BATCHES, flops, NULL, "  a batch within fit");
    bench_model *cnn = bench_model_create(b->cnn, CLASS, 128, 1),
                *wide = bench_model_create(b->cnn, CLASS, 128, 2);
    add(b, bench_model_step, cnn, 1, CNN_FLOPS, "cnn 1", "step of the MNIST CNN, batch 128");
    add(b, bench_model_step, wide, 1, CNN_FLOPS, "cnn 2", "  the same, 2 threads");
    add(b, bench_model_step, bench_model_create(b->mobile, CLASS, 32, 1), 1, MOBILE_FLOPS, "mobile 1",
        "step of MobileNetV2's blocks, batch 32");
    add(b, bench_model_steps, small_batch, FIT_BATCHES, flops / 4, NULL, "64 steps 784-512-512-10, batch 32");
    add(b, bench_model_fit, small_batch, FIT_BATCHES, flops / 4, NULL, "  a batch within fit");
    add(b, bench_model_watch, small_batch, FIT_BATCHES, flops / 4, NULL, "  with bar, History, callbacks");
    add(b, bench_model_step, tiny, 1, few, "mlp2 1", "step 2-16-1, batch 32");
    add(b, bench_model_fit, tiny, FIT_BATCHES, few, NULL, "  a batch within fit");
    add(b, compile_step, b, 1, 0, NULL, "load and JIT of train step");
    add(b, compile_all, b, 1, 0, NULL, "load and JIT of all entries");
}

static void command(void *user) {
    bench *b = user;
    if (bench_command(b->kcc, b->model, b->compile, b->folder, NULL) < 0) bench_fail(NULL, "kcc fit failed");
}

/* ---------------------------------------------------------------- rounds and table */

static void keep_least(double *least, double value) {
    if (value > 0 && (*least == 0 || value < *least)) *least = value;
}

static void run_round(bench *b, double seconds) {
    bench_torch *torch = bench_torch_start(b->script);
    double import = torch ? bench_torch_ask(torch, "import", 0) : 0;
    keep_least(&b->import, import);
    b->reference_blas = torch && bench_torch_ask(torch, "blas", 0) == 0;
    for (int i = 0; i < b->n; i++) {
        row *r = &b->rows[i];
        double peak = bench_peak(seconds / 4);
        if (peak > b->peak) b->peak = peak;
        keep_least(&r->least, bench_least(r->call, r->user, seconds) / r->per);
        if (r->dnnl) keep_least(&r->peer, bench_dnnl_least(r->dnnl, seconds));
        if (torch && r->torch) keep_least(&r->peer, bench_torch_ask(torch, r->torch, seconds));
    }
    if (torch) bench_torch_stop(torch);
}

static void print_time(double s) {
    if (s < 1e-3)
        printf(" %9.2f us", 1e6 * s);
    else if (s < 1)
        printf(" %9.2f ms", 1e3 * s);
    else
        printf(" %9.2f s ", s);
}

static void print_table(const bench *b, double memory) {
    printf("peak of one core: %.1f GFLOP/s\n", 1e-9 * b->peak);
    if (b->import == 0) printf("PyTorch: not installed (apt install python3-torch), so not compared\n");
    bool dnnl = false;
    for (int i = 0; i < b->n; i++) dnnl |= b->rows[i].dnnl != NULL;
    if (!dnnl) printf("oneDNN: not built in (apt install libdnnl-dev), so not compared\n");
    if (b->reference_blas)
        printf("PyTorch runs on the reference BLAS: apt install libopenblas0 for a fair comparison\n");
    printf("%-34s %12s %9s %8s %12s %8s\n", "", "time", "GFLOP/s", "of peak", "peer", "faster");
    for (int i = 0; i < b->n; i++) {
        const row *r = &b->rows[i];
        printf("%-34s", r->name);
        print_time(r->least);
        if (r->flops > 0)
            printf(" %9.1f %7.1f%%", 1e-9 * r->flops / r->least, 100 * r->flops / r->least / b->peak);
        if (r->peer > 0) {
            print_time(r->peer);
            printf(" %7.1fx", r->peer / r->least);
        }
        putchar('\n');
    }
    printf("%-34s %9.1f MB\n", "peak memory of kcc fit", 1e-6 * memory);
}

static void set_paths(bench *b) {
    const char *root = getenv("KCC_SOURCE_ROOT"), *kcc = getenv("KCC_COMMAND");
    root = root ? root : ".";
    b->kcc = kcc ? kcc : "kcc";
    snprintf(b->model, sizeof b->model, "%s/tests/bench/mlp784.json", root);
    snprintf(b->small, sizeof b->small, "%s/tests/bench/mlp2.json", root);
    snprintf(b->cnn, sizeof b->cnn, "%s/tests/bench/cnn.json", root);
    snprintf(b->mobile, sizeof b->mobile, "%s/tests/bench/mobile.json", root);
    snprintf(b->script, sizeof b->script, "%s/tests/bench/bench_torch.py", root);
    snprintf(b->folder, sizeof b->folder, "/tmp/kcc-bench-XXXXXX");
    if (!mkdtemp(b->folder)) bench_fail(NULL, "no temporary folder");
    snprintf(b->compile, sizeof b->compile, "%s/compile.json", b->folder);
    FILE *f = fopen(b->compile, "w");
    if (!f || fputs(CLASS, f) < 0 || fclose(f)) bench_fail(NULL, b->compile);
}

static void clean(const bench *b) {
    static const char *const names[] = {"x.npy", "y.npy", "compile.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", b->folder, names[i]);
        unlink(path);
    }
    rmdir(b->folder);
}

int main(int argc, char **argv) {
    static bench b;
    bool quick = argc > 1 && !strcmp(argv[1], "--quick");
    int rounds = quick ? 1 : 6;
    double memory = 0;
    set_paths(&b);
    /* first: a child's peak memory counts its parent's at the time it is made */
    bench_write_data(b.folder, 10000);
    if (bench_command(b.kcc, b.model, b.compile, b.folder, &memory) < 0) bench_fail(NULL, "kcc fit failed");
    bench_write_data(b.folder, 128);
    add_contractions(&b);
    add_convolutions(&b);
    add_models(&b);
    row *start = add(&b, command, &b, 1, 0, NULL, "kcc fit, one batch, start to exit");
    for (int i = 0; i < rounds; i++) run_round(&b, quick ? 0.05 : 0.3);
    start->peer = b.import; /* the time a script has before its first step */
    print_table(&b, memory);
    clean(&b);
    return 0;
}
