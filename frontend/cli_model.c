/*
 * From the command line's MODEL to something that runs: load, compile, open, weights in and out.
 *
 * Takes: a Keras file, or a model.so made by kcc.
 * Gives: kcc_runnable, a program with a session.
 * Keeps: a model.so is what it was compiled as: options that would change it are refused.  What will be
 *        written can be checked before the work is done, so that a long training is not lost to a mistyped
 *        folder.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool kcc_ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

bool kcc_is_library(const char *path) { return kcc_ends_with(path, ".so"); }

/* ---------------------------------------------------------------- loading */

/* Where the model leaves sizes open and none are given, the data say them. */
static kcc_status load_model_file(const char *path, const char *input_shape, const kcc_data *data,
                                  kcc_model **model, kcc_error *error) {
    char *shape = data && data->x.n ? kcc_data_input_shape(data) : NULL;
    kcc_load_options options = {.input_shape = input_shape,
                                .data_shape = shape,
                                .data_name = data && data->x.n == 1 ? data->x.file[0] : "--x",
                                .log = kcc_cli_warn};
    kcc_status status = kcc_model_load(path, &options, model, error);
    free(shape);
    return status;
}

static bool compiles(const kcc_arguments *a) {
    return a->compile || a->optimizer || a->loss || a->loss_weights || a->metrics || a->weighted_metrics;
}

static kcc_status configure(const kcc_arguments *a, kcc_model *model, kcc_error *error) {
    if (!compiles(a)) return KCC_OK;
    void *json = NULL;
    size_t size;
    kcc_status status = a->compile ? kcc_file_read(a->compile, &json, &size, error) : KCC_OK;
    if (status != KCC_OK) return status;
    kcc_training training = {.compile_json = json,
                             .compile_name = a->compile,
                             .optimizer = a->optimizer,
                             .loss = a->loss,
                             .loss_weights = a->loss_weights,
                             .metrics = a->metrics,
                             .weighted_metrics = a->weighted_metrics};
    status = kcc_model_compile_config(model, &training, error);
    free(json);
    return status;
}

kcc_status kcc_cli_load(const kcc_arguments *a, const char *path, const kcc_data *data, kcc_model **model,
                        kcc_error *error) {
    *model = NULL;
    kcc_model *loaded = NULL;
    kcc_status status = load_model_file(path, a->input_shape, data, &loaded, error);
    if (status == KCC_OK) status = configure(a, loaded, error);
    if (status != KCC_OK) {
        kcc_model_free(loaded);
        return status;
    }
    *model = loaded;
    return KCC_OK;
}

void kcc_cli_check_debug(void) {
    const char *debug = getenv("KCC_DEBUG");
    for (const char *p = debug; p && *p; p += strcspn(p, ","), p += *p == ',') {
        char line[200];
        size_t n = strcspn(p, ",");
        bool known = n == 0 || strncmp(p, "dump:", 5) == 0;
        static const char *const words[] = {"dump", "verify", "time"};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            known = known || (n == strlen(words[i]) && strncmp(p, words[i], n) == 0);
        if (known) continue;
        snprintf(line, sizeof line, "KCC_DEBUG: \"%.*s\" is ignored: it knows dump, dump:PASS, verify, time",
                 n < 60 ? (int)n : 60, p);
        kcc_cli_warn(NULL, line);
    }
}

kcc_code_options kcc_cli_code_options(const kcc_arguments *a) {
    const char *debug = getenv("KCC_DEBUG");
    return (kcc_code_options){.name = a->name,
                              .target = a->triple,
                              .cpu = a->cpu,
                              .inference = a->inference,
                              .debug = debug && *debug ? debug : NULL,
                              .stop_after = a->stop_after,
                              .emit = a->emit,
                              .log = a->emit || a->stop_after ? kcc_cli_print : kcc_cli_debug,
                              .warn = kcc_cli_warn};
}

/* ---------------------------------------------------------------- running */

/* A library was compiled with its optimizer, its loss and its shapes. */
static kcc_status refuse_options(const kcc_arguments *a, kcc_error *error) {
    const struct {
        const char *name, *value;
    } fixed[] = {{"--compile", a->compile},
                 {"--optimizer", a->optimizer},
                 {"--loss", a->loss},
                 {"--loss-weights", a->loss_weights},
                 {"--metrics", a->metrics},
                 {"--weighted-metrics", a->weighted_metrics},
                 {"--input-shape", a->input_shape}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (fixed[i].value)
            return kcc_fail(error, KCC_EINVAL, a->model,
                            "compile the model again with that option, or give the model file",
                            "%s cannot be changed: it was compiled in", fixed[i].name);
    return KCC_OK;
}

/* Which commands can run is settled when a library is compiled. */
static kcc_status check_entries(const char *path, const kcc_program *program, unsigned entries,
                                kcc_error *error) {
    for (int i = 0; i < KCC_ENTRY_COUNT; i++)
        if ((entries >> i & 1) && !program->entry[i].call)
            return kcc_fail(
                error, KCC_EINVAL, path,
                "compile it again with a loss and an optimizer: kcc MODEL --loss mse --optimizer adam -o "
                "OUT.so",
                "the library can only predict");
    return KCC_OK;
}

static kcc_status open_program(kcc_runnable *run, const kcc_arguments *a, const kcc_data *data,
                               unsigned entries, kcc_error *error) {
    if (kcc_is_library(run->path)) {
        kcc_status status = refuse_options(a, error);
        if (status == KCC_OK) status = kcc_library_open(run->path, &run->library, &run->program, error);
        return status == KCC_OK ? check_entries(run->path, run->program, entries, error) : status;
    }
    kcc_status status = kcc_cli_load(a, run->path, data, &run->model, error);
    if (status != KCC_OK) return status;
    unsigned trained = 1u << KCC_ENTRY_TRAIN | 1u << KCC_ENTRY_EVALUATE | 1u << KCC_ENTRY_GRADIENTS |
                       1u << KCC_ENTRY_GRADIENTS_TRAINING;
    bool training = (entries & trained) != 0;
    if (training && !kcc_model_trains(run->model))
        return kcc_fail(error, KCC_EINVAL, run->path, "give --optimizer and --loss, or --compile FILE",
                        "the model holds no optimizer and loss");
    if (!entries)
        entries = kcc_model_trains(run->model) ? 1u << KCC_ENTRY_TRAIN | 1u << KCC_ENTRY_RESULTS
                                               : 1u << KCC_ENTRY_PREDICT;
    kcc_code_options code = kcc_cli_code_options(a);
    code.entries = entries;
    return kcc_model_jit(run->model, &code, &run->jit, &run->program, error);
}

static bool holds_state(const char *path) {
    return kcc_ends_with(path, ".keras") || kcc_ends_with(path, ".h5") || kcc_ends_with(path, ".hdf5");
}

static kcc_status read_weights(kcc_runnable *run, const char *path, bool optimizer, kcc_error *error) {
    bool by_key = kcc_ends_with(path, ".npz") || kcc_ends_with(path, ".safetensors");
    kcc_status status = by_key ? KCC_OK : kcc_runnable_model(run, error);
    if (status != KCC_OK) return status;
    kcc_weights_options options = {.optimizer = optimizer, .log = kcc_cli_warn};
    return kcc_weights_read(run->session, run->model, path, &options, error);
}

kcc_status kcc_runnable_open(kcc_runnable *run, const kcc_arguments *a, const kcc_data *data,
                             unsigned entries, bool resume, kcc_error *error) {
    *run = (kcc_runnable){.path = a->model};
    kcc_status status = open_program(run, a, data, entries, error);
    if (status != KCC_OK) return status;
    kcc_session_options options = {
        .seed = (uint64_t)a->seed, .threads = (int)a->threads, .stop = kcc_interrupted()};
    status = kcc_session_create(run->program, &options, &run->session, error);
    if (status != KCC_OK) return status;
    if (a->weights) return read_weights(run, a->weights, resume, error);
    /* A whole-model file's weights are in the program; its optimizer's state is not, and belongs to the
     * optimizer of the file. */
    if (resume && run->model && holds_state(run->path) && !compiles(a))
        return read_weights(run, run->path, true, error);
    return KCC_OK;
}

void kcc_runnable_free(kcc_runnable *run) {
    kcc_session_free(run->session);
    kcc_jit_program_free(run->jit);
    kcc_library_close(run->library);
    kcc_model_free(run->model);
    *run = (kcc_runnable){0};
}

/* The sizes a library was compiled for, as kcc_load_options.input_shape. */
static bool compiled_shape(const kcc_program *program, kcc_text *text) {
    kcc_text_add(text, "%s", "");
    for (int i = 0; i < program->n_inputs; i++) {
        const kcc_tensor *t = &program->inputs[i];
        if (i > 0) kcc_text_add(text, ";");
        for (int k = 1; k < t->rank; k++)
            kcc_text_add(text, "%s%lld", k > 1 ? "," : "", (long long)t->dim[k].size);
    }
    return !text->failed;
}

kcc_status kcc_runnable_model(kcc_runnable *run, kcc_error *error) {
    if (run->model) return KCC_OK;
    const char *json = run->program->model_json;
    if (!json || !*json)
        return kcc_fail(error, KCC_EINVAL, run->path, "", "the library does not hold the model's layers");
    kcc_error first = {0};
    kcc_load_options options = {0};
    kcc_status status = kcc_model_parse(json, run->path, &options, &run->model, &first);
    if (status == KCC_OK) return KCC_OK;
    kcc_text shape = {0};
    if (!compiled_shape(run->program, &shape)) {
        kcc_text_free(&shape);
        return kcc_fail(error, KCC_ENOMEM, run->path, "", "no memory");
    }
    options.input_shape = shape.data;
    status = kcc_model_parse(json, run->path, &options, &run->model, NULL);
    kcc_text_free(&shape);
    if (status != KCC_OK && error) *error = first;
    return status;
}

/* ---------------------------------------------------------------- writing */

static const char *const weights_suffixes[] = {".h5", ".hdf5", ".keras", ".npz", ".safetensors"};

kcc_status kcc_check_weights_suffix(const char *option, const char *path, kcc_error *error) {
    for (size_t i = 0; i < sizeof weights_suffixes / sizeof *weights_suffixes; i++)
        if (kcc_ends_with(path, weights_suffixes[i])) return KCC_OK;
    return kcc_fail(error, KCC_EINVAL, "", "",
                    "%s \"%.200s\": weights are kept in .weights.h5, .h5, .keras, .npz or .safetensors",
                    option, path);
}

bool kcc_is_whole_suffix(const char *path) {
    return kcc_ends_with(path, ".keras") || kcc_ends_with(path, ".hdf5") ||
           (kcc_ends_with(path, ".h5") && !kcc_ends_with(path, ".weights.h5"));
}

kcc_status kcc_runnable_save(kcc_runnable *run, const char *path, bool whole, kcc_error *error) {
    bool by_key = kcc_ends_with(path, ".npz") || kcc_ends_with(path, ".safetensors");
    kcc_status status = by_key ? KCC_OK : kcc_runnable_model(run, error);
    if (status != KCC_OK) return status;
    bool state = whole || kcc_ends_with(path, ".weights.h5") || kcc_ends_with(path, ".keras") ||
                 kcc_ends_with(path, ".safetensors");
    kcc_weights_options options = {.optimizer = state, .log = kcc_cli_warn, .whole_model = whole};
    return kcc_weights_write(run->session, run->model, path, &options, error);
}

static kcc_status cannot_write(const char *path, int number, kcc_error *error) {
    char text[160] = "";
    const char *reason = strerror_r(number, text, sizeof text); /* GNU: may return another text */
    return kcc_fail(error, KCC_EIO, path, "nothing was run", "cannot write here: %s", reason);
}

kcc_status kcc_check_writable(const char *path, kcc_error *error) {
    if (!path) return KCC_OK;
    if (!*path) return cannot_write("\"\"", ENOENT, error);
    struct stat info;
    bool exists = stat(path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return cannot_write(path, EISDIR, error);
    if (exists && !S_ISREG(info.st_mode))
        return access(path, W_OK) == 0 ? KCC_OK : cannot_write(path, errno, error);
    /* Files are written under another name in the same folder and renamed. */
    size_t size = strlen(path) + 40;
    char *probe = malloc(size);
    if (!probe) return kcc_fail(error, KCC_ENOMEM, path, "", "no memory");
    snprintf(probe, size, "%s.try-%ld", path, (long)getpid());
    int fd = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int number = errno;
    if (fd >= 0) {
        close(fd);
        unlink(probe);
    }
    free(probe);
    return fd >= 0 ? KCC_OK : cannot_write(path, number, error);
}
