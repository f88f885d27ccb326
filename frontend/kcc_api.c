/*
 * The compiler's side of kcc.h: a model becomes a running program or a file.
 *
 * Takes: kcc_model (keras_model.h), the compiler, the backends.
 * Gives: kcc_model_jit, kcc_model_emit, kcc_library_open, kcc_model_load_initial.
 * Keeps: every compile has an arena of its own, freed with the program or at the end of the call; files
 *        appear whole or not at all.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "file_stream.h"
#include "keras_model.h"
#include "keras_objects.h"
#include "leftovers.h"
#include "plain_numbers.h"
#include "runtime_blob.h"

const char *kcc_version(void) { return KCC_VERSION; }

static bool has_suffix(const char *path, const char *suffix) {
    size_t n = strlen(path), m = strlen(suffix);
    return n > m && !strcmp(path + n - m, suffix);
}

static size_t padded(size_t bytes) { return (bytes + KCC_ALIGN - 1) / KCC_ALIGN * KCC_ALIGN; }

/* ------------------------------------------------------------ initial weights */

/* A program of the model's weights alone, to hold them in a session. */
static kcc_program weights_only(const kcc_model *model) {
    kcc_program p = {
        .abi = KCC_ABI_VERSION, .size = sizeof p, .version = KCC_VERSION, .cpu = "", .features = ""};
    p.name = model->name;
    p.model_json = p.compile_json = "";
    p.n_weights = p.n_variables = model->n_weights;
    p.variables = model->weights;
    p.initial_weights = model->initial_weights;
    p.initial_size = model->initial_size;
    p.ema_first = -1;
    return p;
}

/* Copies the session's weights into the model, each padded to KCC_ALIGN. */
static kcc_status keep_weights(kcc_model *model, kcc_session *session, kcc_error *error) {
    size_t size = 0, at = 0;
    for (int i = 0; i < model->n_weights; i++)
        size +=
            padded((size_t)kcc_tensor_count(&model->weights[i], 1) * kcc_dtype_size(model->weights[i].dtype));
    char *bytes = NULL;
    if (posix_memalign((void **)&bytes, KCC_ALIGN, size + KCC_ALIGN))
        return kcc_fail(error, KCC_ENOMEM, model->file, NULL, "out of memory");
    memset(bytes, 0, size);
    for (int i = 0; i < model->n_weights; i++) {
        size_t n = (size_t)kcc_tensor_count(&model->weights[i], 1) * kcc_dtype_size(model->weights[i].dtype);
        memcpy(bytes + at, kcc_session_value(session, i), n);
        at += padded(n);
    }
    kcc_defer(model->arena, free, bytes);
    model->initial_weights = bytes;
    model->initial_size = size;
    return KCC_OK;
}

/* Weights of a file, or with path NULL those the initializers make, become the model's initial ones. */
static kcc_status set_initial(kcc_model *model, const char *path, const kcc_weights_options *weights,
                              kcc_error *error) {
    kcc_program program = weights_only(model);
    kcc_session *session = NULL;
    kcc_session_options options = {.threads = 1};
    kcc_status status = kcc_session_create(&program, &options, &session, error);
    if (!status && path) status = kcc_weights_read(session, model, path, weights, error);
    if (!status) status = keep_weights(model, session, error);
    kcc_session_free(session);
    return status;
}

kcc_status kcc_model_load_initial(kcc_model *model, const char *path,
                                  void (*log)(void *user, const char *line), void *log_user,
                                  kcc_error *error) {
    return set_initial(model, path, &(kcc_weights_options){.log = log, .log_user = log_user}, error);
}

/* A .keras or whole-model .h5 brings its weights along. */
static kcc_status own_weights(kcc_model *model, kcc_error *error) {
    if (model->initial_weights || !model->n_weights) return KCC_OK;
    if (!has_suffix(model->file, ".keras") && !has_suffix(model->file, ".h5")) return KCC_OK;
    return kcc_model_load_initial(model, model->file, model->log, model->log_user, error);
}

/* ------------------------------------------------------------ compiling */

typedef struct job {
    kcc_arena *arena;
    kcc_target target;
    kcc_module *module;
    kcc_text dot;
} job;

/* The kcc_arena_recover point lives in the caller's frame. */
static kcc_status compile(job *j, kcc_model *model, const kcc_code_options *o, bool want_dot,
                          kcc_error *error) {
    unsigned entries = o->inference ? 1u << KCC_ENTRY_PREDICT : o->entries;
    kcc_status status = own_weights(model, error);
    if (status) return status;
    kcc_source *source = kcc_model_source(model, entries, error);
    if (!source) return error && error->status ? error->status : KCC_EINVAL;
    if (o->name) source->name = o->name;
    source->initial_weights = model->initial_weights;
    source->initial_size = model->initial_size;
    status = kcc_target_resolve(&j->target, o->target, o->cpu, error);
    if (status) return status;
    kcc_compile_options options = {.entries = entries, .target = &j->target, .debug = o->debug};
    options.stop_after = o->stop_after;
    options.emit = o->emit;
    options.log = o->log;
    options.log_user = o->log_user;
    if (want_dot) options.dot = &j->dot;
    return kcc_compile(j->arena, source, &options, &j->module, error);
}

struct kcc_jit_program {
    job job;
    kcc_jit *jit;
};

static kcc_status jit(kcc_jit_program *p, kcc_model *model, const kcc_code_options *options,
                      const kcc_program **program, kcc_error *error) {
    jmp_buf point;
    if (setjmp(point)) return kcc_fail(error, KCC_ENOMEM, model->file, NULL, "out of memory");
    kcc_arena_recover(p->job.arena, &point);
    kcc_status status = compile(&p->job, model, options, false, error);
    if (!status && p->job.module && !options->emit)
        status = kcc_jit_create(p->job.module, &p->job.target, &p->jit, program, error);
    kcc_arena_recover(p->job.arena, NULL);
    return status;
}

kcc_status kcc_model_jit(kcc_model *model, const kcc_code_options *options, kcc_jit_program **out,
                         const kcc_program **program, kcc_error *error) {
    static const kcc_code_options none = {0};
    kcc_error local = {0};
    if (!error) error = &local;
    *out = NULL;
    *program = NULL;
    kcc_jit_program *p = calloc(1, sizeof *p);
    if (p) p->job.arena = kcc_arena_create();
    kcc_plain_numbers numbers = kcc_plain_numbers_begin();
    kcc_status status = p && p->job.arena ? jit(p, model, options ? options : &none, program, error)
                                          : kcc_fail(error, KCC_ENOMEM, model->file, NULL, "out of memory");
    kcc_plain_numbers_end(numbers);
    if (status) {
        kcc_jit_program_free(p);
        return status;
    }
    *out = p;
    return KCC_OK;
}

void kcc_jit_program_free(kcc_jit_program *p) {
    if (!p) return;
    kcc_jit_free(p->jit);
    kcc_arena_free(p->job.arena);
    free(p);
}

/* ------------------------------------------------------------ files */

/* path with its suffix replaced; free(). */
static char *beside(const char *path, const char *suffix) {
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    int n = dot && (!slash || dot > slash) ? (int)(dot - path) : (int)strlen(path);
    char *text = NULL;
    return asprintf(&text, "%.*s%s", n, path, suffix) < 0 ? NULL : text;
}

static kcc_status write_text(const char *path, const kcc_text *text, kcc_error *error) {
    if (!path || text->failed) return kcc_fail(error, KCC_ENOMEM, path ? path : "", NULL, "out of memory");
    return kcc_file_write(path, text->data ? text->data : "", text->size, error);
}

/* Header of path: model.h; but where that is the header of another kind, or a file that is not kcc's, it
 * stays and this one is called model.so.h or model.c.h.  free(). */
static char *choose_header(const char *path, const kcc_code_options *o) {
    const char *kind = has_suffix(path, ".so") ? KCC_HEADER_OF_LIBRARY : KCC_HEADER_OF_C;
    char *header = beside(path, ".h"), *other = NULL, line[600];
    void *text = NULL;
    size_t size;
    if (!header || access(header, F_OK) != 0 || kcc_file_read(header, &text, &size, NULL) != KCC_OK)
        return header;
    if (!strstr(text, kind)) {
        const char *what = strstr(text, KCC_HEADER_OF_LIBRARY) ? "is the header of the library of that name"
                           : strstr(text, KCC_HEADER_OF_C)     ? "is the header of the C file of that name"
                                                               : "is not a header made by kcc";
        if (asprintf(&other, "%s.h", path) < 0) other = NULL;
        snprintf(line, sizeof line, "%.200s %s and stays: that of %.150s is %.200s", header, what, path,
                 other ? other : "");
        if (o->warn) o->warn(o->log_user, line);
        free(header);
        header = other;
    }
    free(text);
    return header;
}

/* -o model.h replaces a header of C made by kcc, nothing else. */
static kcc_status check_header(const char *path, kcc_error *error) {
    void *text = NULL;
    size_t size;
    if (access(path, F_OK) != 0 || kcc_file_read(path, &text, &size, NULL) != KCC_OK) return KCC_OK;
    bool library = strstr(text, KCC_HEADER_OF_LIBRARY) != NULL;
    bool stays = !strstr(text, KCC_HEADER_OF_C) && size > 0;
    free(text);
    if (!stays) return KCC_OK;
    return kcc_fail(error, KCC_EINVAL, path, "choose another name, or remove it",
                    library ? "is the header of the library of that name"
                            : "is there and is not a header made by kcc");
}

/* Words that cannot name a struct in C, C++ or with their usual headers. */
static const char reserved[] =
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl complex concept "
    "const const_cast consteval constexpr constinit continue co_await co_return co_yield decltype default "
    "delete do double dynamic_cast else enum errno explicit export extern false float for friend goto if "
    "inline int linux long mutable namespace new noexcept not not_eq nullptr operator or or_eq private "
    "protected public register reinterpret_cast requires restrict return short signed sizeof static "
    "static_assert static_cast std stderr stdin stdout struct switch template this thread_local throw true "
    "try typedef typeid typename typeof union unix unsigned using virtual void volatile while xor xor_eq "
    "NULL EOF I FILE NAN INFINITY HUGE_VAL tm timespec timeval stat";

/* Whether C or POSIX keeps the name to itself: such a word, a type's name (size_t), a limit's (INT_MAX), or
 * any that begins with an underscore: those are the C compiler's and its headers'. */
static bool is_reserved(const char *id) {
    static const char *const ends[] = {"_t", "_MIN", "_MAX"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (has_suffix(id, ends[i])) return true;
    return id[0] == '_' || kcc_name_in(id, reserved);
}

/* What functions and structs are called after: NULL for the name itself, else one that C allows. */
static const char *safe_name(kcc_arena *arena, const char *name) {
    const char *id = kcc_identifier(arena, name);
    return is_reserved(id) ? kcc_format(arena, "model%s%s", id[0] == '_' ? "" : "_", id) : NULL;
}

/* Writes under a temporary name, so that files that belong together get theirs when all are written. */
static kcc_status begin_file(const char *path, const void *bytes, size_t size, bool failed,
                             kcc_file_stream **stream, kcc_error *error) {
    if (failed) return kcc_fail(error, KCC_ENOMEM, path, NULL, "out of memory");
    kcc_status status = kcc_file_begin(path, stream, error);
    return status ? status : kcc_file_append(*stream, bytes, size, error);
}

/* header "model.h": the C text includes it, weights are in model.weights. */
static kcc_status emit_c(job *j, const char *path, const char *header, kcc_error *error) {
    char *weights = beside(header, ".weights"), *plain = beside(header, "");
    const char *slash = plain ? strrchr(plain, '/') : NULL;
    bool header_only = strcmp(path, header) == 0;
    kcc_file_stream *stream[3] = {NULL};
    kcc_text c = {0}, h = {0};
    kcc_status status = !weights || !plain
                            ? kcc_fail(error, KCC_ENOMEM, path, NULL, "out of memory")
                            : kcc_emit_c(j->module, &j->target, slash ? slash + 1 : plain, &c, &h, error);
    const kcc_program *p = &j->module->program;
    if (!status) status = begin_file(header, h.data, h.size, h.failed, &stream[0], error);
    if (!status && !header_only && p->initial_size)
        status = begin_file(weights, p->initial_weights, p->initial_size, false, &stream[1], error);
    if (!status && !header_only) status = begin_file(path, c.data, c.size, c.failed, &stream[2], error);
    for (int i = 0; i < 3; i++) {
        if (!status && stream[i])
            status = kcc_file_commit(stream[i], error);
        else
            kcc_file_abandon(stream[i]);
    }
    kcc_text_free(&c);
    kcc_text_free(&h);
    free(weights);
    free(plain);
    return status;
}

/* The runtime's archive is part of this library; the linker wants it as a file. */
static kcc_status emit_shared(job *j, const char *path, const char *header, kcc_error *error) {
    char folder[256], archive[300];
    kcc_status status = kcc_temporary_create(folder, error);
    if (status) return status;
    snprintf(archive, sizeof archive, "%s/runtime.a", folder);
    kcc_leftovers_note(archive);
    size_t size = (size_t)(kcc_runtime_blob_end - kcc_runtime_blob);
    status = kcc_file_write(archive, kcc_runtime_blob, size, error);
    if (!status) status = kcc_emit_shared(j->module, &j->target, archive, path, header, error);
    kcc_temporary_remove(folder);
    return status;
}

/* model.c has no orthogonal or identity initializer of its own: it gets their values. */
static kcc_status weights_for_c(kcc_model *model, kcc_error *error) {
    for (int i = 0; i < model->n_weights; i++) {
        kcc_init_kind kind = model->weights[i].init.kind;
        if (kind == KCC_INIT_ORTHOGONAL || kind == KCC_INIT_IDENTITY || kind == KCC_INIT_BLOCKS)
            return model->initial_weights ? KCC_OK : set_initial(model, NULL, NULL, error);
    }
    return KCC_OK;
}

static kcc_status emit(job *j, kcc_model *model, const char *path, const kcc_code_options *o,
                       kcc_error *error) {
    static const char *const known[] = {".so", ".o", ".s", ".ll", ".c", ".h", ".dot", ".svg", NULL};
    jmp_buf point;
    if (setjmp(point)) return kcc_fail(error, KCC_ENOMEM, model->file, NULL, "out of memory");
    kcc_arena_recover(j->arena, &point);
    int kind = 0;
    while (known[kind] && !has_suffix(path, known[kind])) kind++;
    if (!known[kind])
        return kcc_fail(error, KCC_EINVAL, path, "use .so .o .s .ll .c .h .dot or .svg",
                        "unknown kind of output file");
    if (has_suffix(path, ".svg")) {
        char *svg = NULL;
        kcc_status status = kcc_model_svg(model, &svg, error);
        if (!status) status = kcc_file_write(path, svg, strlen(svg), error);
        free(svg);
        return status;
    }
    if (has_suffix(path, ".so") && o->target && *o->target)
        return kcc_fail(error, KCC_EINVAL, path, "emit .o, .s, .ll or .c and link it there",
                        "a shared library can only be made for this machine, not for --target %s", o->target);
    bool c = has_suffix(path, ".c") || has_suffix(path, ".h");
    kcc_code_options named = *o;
    const char *safe = safe_name(j->arena, o->name ? o->name : model->name);
    if (safe) named.name = safe;
    kcc_status status = has_suffix(path, ".h") ? check_header(path, error) : KCC_OK;
    if (!status && c) status = weights_for_c(model, error);
    if (!status) status = compile(j, model, &named, has_suffix(path, ".dot"), error);
    if (status || (!j->module && !j->dot.size)) return status;
    if (has_suffix(path, ".dot")) return write_text(path, &j->dot, error);
    if (c || has_suffix(path, ".so")) {
        char *header = has_suffix(path, ".h") ? strdup(path) : choose_header(path, o);
        status = !header ? kcc_fail(error, KCC_ENOMEM, path, NULL, "out of memory")
                 : c     ? emit_c(j, path, header, error)
                         : emit_shared(j, path, header, error);
        free(header);
        return status;
    }
    kcc_file_kind file = has_suffix(path, ".ll")  ? KCC_FILE_LL
                         : has_suffix(path, ".s") ? KCC_FILE_ASM
                                                  : KCC_FILE_OBJECT;
    return kcc_emit_llvm_file(j->module, &j->target, file, path, error);
}

kcc_status kcc_model_emit(kcc_model *model, const char *path, const kcc_code_options *options,
                          kcc_error *error) {
    static const kcc_code_options none = {0};
    kcc_error local = {0};
    job j = {.arena = kcc_arena_create()};
    if (!error) error = &local;
    kcc_plain_numbers numbers = kcc_plain_numbers_begin();
    kcc_status status = j.arena ? emit(&j, model, path, options ? options : &none, error)
                                : kcc_fail(error, KCC_ENOMEM, path, NULL, "out of memory");
    kcc_plain_numbers_end(numbers);
    kcc_text_free(&j.dot);
    kcc_arena_free(j.arena);
    return status;
}

/* ------------------------------------------------------------ libraries */

struct kcc_library {
    void *handle;
};

kcc_status kcc_library_open(const char *path, kcc_library **library, const kcc_program **program,
                            kcc_error *error) {
    *library = NULL;
    *program = NULL;
    char *file = strchr(path, '/') ? strdup(path) : NULL; /* dlopen searches only without a slash */
    if (!file && asprintf(&file, "./%s", path) < 0) file = NULL;
    void *handle = file ? dlopen(file, RTLD_NOW | RTLD_LOCAL) : NULL;
    free(file);
    if (!handle) {
        const char *why = dlerror();
        return kcc_fail(error, KCC_EIO, path, "is it a library made by kcc for this machine?",
                        "cannot be opened: %s", why ? why : "out of memory");
    }
    union {
        void *object;
        const kcc_program *(*call)(void);
    } get = {dlsym(handle, "kcc_library_program")};
    const kcc_program *p = get.object ? get.call() : NULL;
    if (!p || p->abi != KCC_ABI_VERSION || p->size != sizeof *p) {
        dlclose(handle);
        return kcc_fail(error, KCC_EPARSE, path, "compile the model again with this kcc",
                        p ? "was made by another version of kcc" : "is not a library made by kcc");
    }
    *library = malloc(sizeof **library);
    if (!*library) {
        dlclose(handle);
        return kcc_fail(error, KCC_ENOMEM, path, NULL, "out of memory");
    }
    (*library)->handle = handle;
    *program = p;
    return KCC_OK;
}

void kcc_library_close(kcc_library *library) {
    if (!library) return;
    dlclose(library->handle);
    free(library);
}
