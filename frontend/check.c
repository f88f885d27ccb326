/*
 * kcc_model_check: the reasons why a model is not supported, as many as can be seen at once.
 *
 * Takes: a model file.
 * Gives: a line for each reason: place, what is wrong, hint.
 * Keeps: reading goes on after a failure; what depends on a layer that failed is checked as far as it can be.
 *        Where nothing is amiss, training is tried, too: up to its gradients if the file says how it is
 *        trained, else its forward alone.
 */
#include <setjmp.h>
#include <stdlib.h>

#include "keras_model.h"

static kcc_status train_in(kcc_model *model, kcc_arena *arena, kcc_error *error) {
    jmp_buf point;
    kcc_module *module = NULL;
    kcc_target target = {0};
    if (setjmp(point)) return kcc_fail(error, KCC_ENOMEM, model->file, NULL, "out of memory");
    kcc_arena_recover(arena, &point);
    kcc_source *source = kcc_model_source(model, 0, error);
    if (!source) return KCC_ENOMEM;
    if (source->trains) {
        kcc_compile_options options = {.entries = 1u << KCC_ENTRY_TRAIN, .target = &target};
        options.stop_after = "autodiff";
        return kcc_compile(arena, source, &options, &module, error);
    }
    kcc_graph *g = kcc_graph_create(arena);
    kcc_trace trace = {.first_metric = source->n_weights};
    trace.weight = kcc_alloc_array(arena, (size_t)source->n_weights + 1, sizeof *trace.weight);
    trace.input = kcc_alloc_array(arena, (size_t)source->n_inputs + 1, sizeof *trace.input);
    source->trace(source->user, g, KCC_ENTRY_TRAIN, &trace);
    if (kcc_graph_ok(g)) return KCC_OK;
    return kcc_fail(error, g->error.status, g->error.location, g->error.hint, "%s", g->error.message);
}

/* Adds what training the model would fail with, if anything. */
static kcc_status try_training(const char *path, const kcc_load_options *options, kcc_text *lines, int *n) {
    kcc_model *model = NULL;
    kcc_error error = {0}, said = {0};
    char line[1100];
    kcc_load_options quiet = options ? *options : (kcc_load_options){0};
    quiet.log = NULL; /* warnings were given */
    kcc_arena *arena = kcc_arena_create();
    kcc_status status = arena ? kcc_model_load(path, &quiet, &model, &error) : KCC_ENOMEM;
    if (status == KCC_OK) status = train_in(model, arena, &error);
    if (status != KCC_OK && status != KCC_ENOMEM) {
        kcc_fail(&said, status, error.location, error.hint, "in training: %.380s", error.message);
        kcc_text_add(lines, "%s\n", kcc_error_text(&said, line, sizeof line));
        ++*n;
    }
    kcc_arena_free(arena);
    kcc_model_free(model);
    return status == KCC_ENOMEM ? status : KCC_OK;
}

kcc_status kcc_model_check(const char *path, const kcc_load_options *options, char **text, int *reasons,
                           kcc_error *error) {
    char *json = NULL, *compile_json = NULL;
    kcc_text lines = {0};
    kcc_error failure = {0};
    int n = 0;
    if (!path || !text || !reasons)
        return kcc_fail(error, KCC_EINVAL, "", "", "no path or no place for the text given");
    kcc_status status = kcc_model_file_read(path, &json, &compile_json, error);
    if (status) return status;
    status = kcc_model_collect(json, path, options, &lines, &n, &failure);
    free(json);
    free(compile_json);
    if (status && n == 0) { /* not even JSON: that is the one reason */
        char line[1100];
        kcc_text_add(&lines, "%s\n", kcc_error_text(&failure, line, sizeof line));
        n = 1;
    }
    if (n == 0) status = try_training(path, options, &lines, &n);
    kcc_text_add(&lines, "%s", "");
    if (lines.failed || status == KCC_ENOMEM) {
        kcc_text_free(&lines);
        return kcc_fail(error, KCC_ENOMEM, path, "", "out of memory");
    }
    *text = lines.data ? lines.data : calloc(1, 1);
    *reasons = n;
    return *text ? KCC_OK : kcc_fail(error, KCC_ENOMEM, path, "", "out of memory");
}
