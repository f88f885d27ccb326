/*
 * Runs *.graph files: a pass on a graph must give the expected graph, and both must compute the same.
 *
 * Takes: files "# pass: NAME[,NAME…]", the input graph, a line "---", the expected graph. Passes: simplify
 *        cse dce split … (passes/pipeline.c), scale, autodiff (of `value 0` by every variable).
 * Gives: exit status 0 if all files hold; differences on stderr.  UPDATE_GOLDEN=1 rewrites what is expected.
 * Keeps: both graphs are evaluated on the same numbers, so that a wrong golden file cannot hide a wrong pass.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph_eval.h"
#include "passes.h"

enum { BATCH = 3, TENSORS = 64, LONGEST = 1 << 17 };

static kcc_graph *autodiff(const kcc_graph *from) {
    kcc_graph *g = kcc_dce(from);
    kcc_node *loss = NULL, *wrt[TENSORS], *gradient[TENSORS];
    int n = 0;
    for (int i = 0; i < g->n_results; i++)
        if (g->result[i].kind == KCC_RESULT_VALUE) loss = g->result[i].node;
    for (int id = 0; id < g->n_nodes && n < TENSORS; id++)
        if (g->node[id]->op == KCC_OP_VARIABLE) wrt[n++] = g->node[id];
    kcc_autodiff(g, loss, n, wrt, gradient);
    for (int i = 0; i < n; i++)
        if (gradient[i]) kcc_graph_result(g, KCC_RESULT_GRADIENT, (int)wrt[i]->attr.i[0], gradient[i]);
    return kcc_dce(g);
}

static kcc_graph *run_pass(const char *name, kcc_graph *g) {
    if (!strcmp(name, "autodiff")) return autodiff(g);
    if (!strcmp(name, "scale")) return kcc_scale_weights(g);
    for (const kcc_pass *p = kcc_passes; p->name; p++)
        if (!strcmp(name, p->name)) return p->run(g);
    return NULL;
}

static double uniform(void *user, int64_t stream, int64_t element) {
    (void)user;
    return fmod((double)(stream * 7 + element * 13 + 5) * 0.6180339887, 1);
}

/* Do the results that both graphs have agree on pseudo-random leaves? */
static bool same_values(const kcc_graph *a, const kcc_graph *b) {
    double *leaf[4][TENSORS];
    double *data = malloc(LONGEST * sizeof *data);
    if (!data) return false;
    for (int e = 0; e < LONGEST; e++) data[e] = fmod(e * 0.7548776662 + 0.1, 1.6) - 0.7;
    for (int k = 0; k < 4; k++)
        for (int t = 0; t < TENSORS; t++) leaf[k][t] = data + 17 * k + 5 * t;
    kcc_eval_inputs in = {.batch = BATCH,
                          .step = 4,
                          .learning_rate = 0.25,
                          .variables = leaf[0],
                          .inputs = leaf[1],
                          .targets = leaf[2],
                          .sample_weights = leaf[3],
                          .uniform = uniform};
    double **va = kcc_graph_eval(a, &in), **vb = kcc_graph_eval(b, &in);
    bool same = va && vb;
    for (int i = 0; same && i < a->n_results; i++)
        for (int j = 0; same && j < b->n_results; j++) {
            const kcc_result *p = &a->result[i], *q = &b->result[j];
            if (p->kind != q->kind || p->index != q->index) continue;
            for (int64_t e = 0; same && e < kcc_node_elements(p->node, BATCH); e++) {
                double x = va[p->node->id][e], y = vb[q->node->id][e];
                same = (isnan(x) && isnan(y)) || x == y || fabs(x - y) <= 1e-6 * (1 + fabs(x));
                if (!same)
                    fprintf(stderr, "result %d, element %lld: %.9g became %.9g\n", i, (long long)e, x, y);
            }
        }
    kcc_graph_eval_free(a, va);
    kcc_graph_eval_free(b, vb);
    free(data);
    return same;
}

static char *read_all(const char *path) {
    void *bytes;
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    bytes = calloc(1, (size_t)size + 1);
    if (bytes && fread(bytes, 1, (size_t)size, f) != (size_t)size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(f);
    return bytes;
}

/* Applies the passes named in the first line; NULL after a message. */
static kcc_graph *apply(const char *path, const char *names, kcc_graph *g) {
    char list[200], *save = NULL;
    snprintf(list, sizeof list, "%.*s", (int)strcspn(names, "\n"), names);
    for (char *name = strtok_r(list, ", ", &save); name; name = strtok_r(NULL, ", ", &save)) {
        g = run_pass(name, g);
        if (!g) {
            fprintf(stderr, "%s: unknown pass \"%s\"\n", path, name);
            return NULL;
        }
    }
    return g;
}

static bool rewrite(const char *path, const char *head, size_t size, const char *expected) {
    FILE *f = fopen(path, "wb");
    if (!f) return false;
    fwrite(head, 1, size, f);
    fprintf(f, "---\n%s", expected);
    return fclose(f) == 0;
}

static bool check(const char *path, char *text, kcc_arena *arena) {
    static const char pass[] = "# pass: ";
    char *cut = strstr(text, "---\n");
    if (strncmp(text, pass, sizeof pass - 1) != 0 || !cut) {
        fprintf(stderr, "%s: no \"# pass:\" line or no \"---\" line\n", path);
        return false;
    }
    size_t head = (size_t)(cut - text);
    char *expected = cut + 4;
    *cut = 0;
    kcc_error error = {0};
    kcc_graph *g = kcc_graph_parse(arena, text, path, &error);
    if (!g) {
        fprintf(stderr, "%s: %s\n", error.location, error.message);
        return false;
    }
    kcc_graph *to = apply(path, text + sizeof pass - 1, g);
    if (!to) return false;
    kcc_text out = {0};
    if (kcc_graph_verify(to, &out) > 0) {
        fprintf(stderr, "%s: the result does not verify:\n%s", path, out.data);
        kcc_text_free(&out);
        return false;
    }
    kcc_graph_print(to, &out);
    bool ok = same_values(g, to);
    if (!ok) fprintf(stderr, "%s: the pass changed values\n", path);
    if (strcmp(out.data ? out.data : "", expected) != 0) {
        if (getenv("UPDATE_GOLDEN"))
            ok &= rewrite(path, text, head, out.data);
        else {
            fprintf(stderr, "%s: expected\n%s\ngot\n%s\n(UPDATE_GOLDEN=1 run_graph %s rewrites it)\n", path,
                    expected, out.data ? out.data : "", path);
            ok = false;
        }
    }
    kcc_text_free(&out);
    return ok;
}

int main(int argc, char **argv) {
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        kcc_arena *arena = kcc_arena_create();
        char *text = read_all(argv[i]);
        bool ok = arena && text && check(argv[i], text, arena);
        if (!text) fprintf(stderr, "%s: cannot be read\n", argv[i]);
        printf("%s %s\n", ok ? "ok  " : "FAIL", argv[i]);
        failed += !ok;
        free(text);
        kcc_arena_free(arena);
    }
    printf("%d passed, %d failed\n", argc - 1 - failed, failed);
    return failed || argc < 2;
}
