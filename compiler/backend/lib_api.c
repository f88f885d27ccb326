/*
 * The API of a generated library: its header, the C text behind it, the list of what it exports.
 *
 * Takes: the program descriptor of a module: names, shapes and types of what goes in and out.
 * Gives: text.  The header needs nothing of kcc; the C text declares the few structs and functions of
 *        kcc_runtime.h it calls and asserts that they are laid out as this build of kcc has them.
 * Keeps: every public name begins with the model's name, but for kcc_library_program, by which the kcc
 *        command opens any library.
 */
#include "llvm.h"

#include <ctype.h>
#include <string.h>

/* Adds text with '@' replaced by the model's name and '^' by the name in capitals. */
static void put(kcc_text *out, const kcc_module *m, const char *text) {
    for (const char *p = text; *p; p++) {
        if (*p == '@')
            kcc_text_add(out, "%s", m->name);
        else if (*p == '^')
            for (const char *q = m->name; *q; q++) kcc_text_add(out, "%c", toupper((unsigned char)*q));
        else
            kcc_text_put(out, p, 1);
    }
}

static const char *c_type(kcc_dtype dtype) {
    static const char *const names[KCC_DTYPE_COUNT] = {
        [KCC_F32] = "float",   [KCC_F64] = "double",   [KCC_I32] = "int32_t",  [KCC_U32] = "uint32_t",
        [KCC_I64] = "int64_t", [KCC_U64] = "uint64_t", [KCC_BOOL] = "uint8_t", [KCC_F16] = "uint16_t",
        [KCC_I8] = "int8_t",   [KCC_U8] = "uint8_t",   [KCC_I16] = "int16_t",  [KCC_U16] = "uint16_t",
    };
    return names[dtype];
}

/* "[n, 784]" */
static void put_shape(kcc_text *out, const kcc_tensor *t) {
    kcc_text_add(out, "[");
    for (int i = 0; i < t->rank; i++) {
        if (i) kcc_text_add(out, ", ");
        if (!t->dim[i].batch || t->dim[i].size != 1) kcc_text_add(out, "%lld", (long long)t->dim[i].size);
        if (t->dim[i].batch) kcc_text_add(out, t->dim[i].size == 1 ? "n" : " * n");
    }
    kcc_text_add(out, "]");
}

/* Text from a model inside a comment: it must not end it. */
static void put_comment(kcc_text *out, const char *text) {
    for (const char *p = text ? text : ""; *p; p++) {
        if ((unsigned char)*p < 0x20 ||
            (p > text && ((*p == '/' && p[-1] == '*') || (*p == '*' && p[-1] == '/'))))
            kcc_text_put(out, " ", 1);
        else
            kcc_text_put(out, p, 1);
    }
}

/* The parameters of one kind: tensors that exist (targets may lack), in model order. */
typedef struct list {
    const kcc_tensor *tensor;
    int n;                   /* entries of tensor */
    char letter;             /* 'x' or 'y' */
    const kcc_tensor *names; /* whose layer names to use: a target has its output's */
} list;

static bool exists(const list *l, int i) { return l->tensor && l->tensor[i].rank >= 0; }

static int count(const list *l) {
    int n = 0;
    for (int i = 0; i < l->n; i++) n += exists(l, i);
    return n;
}

static bool same_identifier(const char *a, const char *b) {
    for (; *a && *b; a++, b++)
        if ((isalnum((unsigned char)*a) ? *a : '_') != (isalnum((unsigned char)*b) ? *b : '_')) return false;
    return *a == *b;
}

/* "x" if it is the only one, "x_left" among several, "x_left_2" where two layers spell the same. */
static void put_name(kcc_text *out, const list *l, int i) {
    kcc_text_add(out, "%c", l->letter);
    if (l->n == 1) return;
    const char *name = l->names[i].name ? l->names[i].name : "";
    kcc_text_add(out, "_");
    for (const char *p = name; *p; p++) kcc_text_add(out, "%c", isalnum((unsigned char)*p) ? *p : '_');
    for (int j = 0; j < l->n; j++)
        if (j != i && same_identifier(name, l->names[j].name ? l->names[j].name : "")) {
            kcc_text_add(out, "_%d", i);
            return;
        }
}

static list inputs_of(const kcc_program *p) { return (list){p->inputs, p->n_inputs, 'x', p->inputs}; }
static list outputs_of(const kcc_program *p) { return (list){p->outputs, p->n_outputs, 'y', p->outputs}; }
static list targets_of(const kcc_program *p) { return (list){p->targets, p->n_outputs, 'y', p->outputs}; }

/* ", const float *x, …" */
static void put_parameters(kcc_text *out, const list *l, bool constant) {
    for (int i = 0; i < l->n; i++) {
        if (!exists(l, i)) continue;
        kcc_text_add(out, ", %s%s *", constant ? "const " : "", c_type(l->tensor[i].dtype));
        put_name(out, l, i);
    }
}

static void put_signature(kcc_text *out, const kcc_module *m, const char *what) {
    list x = inputs_of(&m->program), y = outputs_of(&m->program), t = targets_of(&m->program);
    put(out, m, "int @_");
    kcc_text_add(out, "%s(", what);
    put(out, m, "@_model *model, int64_t n");
    put_parameters(out, &x, true);
    if (strcmp(what, "predict") == 0) {
        put_parameters(out, &y, false);
    } else {
        put_parameters(out, &t, true);
        put(out, m, strcmp(what, "fit") == 0 ? ", const @_fit_options *options" : ", float *results");
    }
    put(out, m, ", @_error *error)");
}

/* ------------------------------------------------------------ header */

/* first: number of the list's first tensor as kcc_range counts them, -1: it has none */
static void describe(const kcc_program *p, kcc_text *out, const char *kind, const list *l, int32_t first) {
    for (int i = 0; i < l->n; i++) {
        if (!exists(l, i)) continue;
        const kcc_tensor *t = &l->tensor[i];
        kcc_text_add(out, " *   %-7s ", kind);
        put_name(out, l, i);
        kcc_text_add(out, "  %s ", c_type(t->dtype));
        put_shape(out, t);
        kcc_text_add(out, "  ");
        put_comment(out, l->names[i].name);
        if (t->sparse_target) kcc_text_add(out, ", class indices");
        if (first >= 0) kcc_put_ranges(p, first + i, out);
        kcc_text_add(out, "\n");
    }
}

static const char header_types[] =
    "#ifndef ^_H\n#define ^_H\n\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
    "/* A model with its weights, optimizer state and scratch memory.  One caller at a time. */\n"
    "typedef struct @_model @_model;\n\n"
    "/* What went wrong; every function takes NULL for it, too.  Functions return the code. */\n"
    "typedef struct @_error {\n"
    "    int code;           /* 0 done, 1 argument, 2 memory, 3 file access, 4 file contents, 5 shape,\n"
    "                           6 not supported, 7 data out of range, 8 stopped, 9 internal */\n"
    "    char message[1000]; /* one line */\n"
    "} @_error;\n\n"
    "/* Zero means the default. */\n"
    "typedef struct @_options {\n"
    "    uint64_t seed;            /* of initial weights, shuffling and dropout */\n"
    "    int threads;              /* 0: OMP_NUM_THREADS, else the physical cores */\n"
    "    const volatile int *stop; /* not 0 there: training stops after the batch */\n"
    "} @_options;\n\n"
    "/* Arguments of Keras's fit; zero means Keras's default. */\n"
    "typedef struct @_fit_options {\n"
    "    int64_t epochs;          /* 1 */\n"
    "    int64_t initial_epoch;   /* 0 */\n"
    "    int64_t batch_size;      /* 32 */\n"
    "    int64_t steps_per_epoch; /* all */\n"
    "    int shuffle;             /* 0 samples, 1 not, 2 batches */\n"
    "    double validation_split; /* the last part of the samples is for validation */\n"
    "    float learning_rate;     /* 0: as it is */\n"
    "    int verbose;             /* 0 silent, 1 progress bar, 2 one line an epoch, on stdout */\n"
    "    double *loss;            /* [epochs - initial_epoch] receives the loss of each epoch, or NULL */\n"
    "    double *val_loss;        /* the same of the validation samples, or NULL */\n"
    "} @_fit_options;\n\n";

static const char header_functions[] =
    "/* Makes a model with its first weights.  options may be NULL.  Free with @_free. */\n"
    "int @_create(const @_options *options, @_model **model, @_error *error);\n"
    "void @_free(@_model *model);\n\n";

static const char header_rest[] =
    "/* Weights, optimizer state and step counter in one safetensors file; path may not end as another\n"
    " * format's do (.h5, .keras, .npz); kcc convert makes those of it. */\n"
    "int @_save(@_model *model, const char *path, @_error *error);\n"
    "/* Reads it back; with weights_only, files without optimizer state, too. */\n"
    "int @_load(@_model *model, const char *path, int weights_only, @_error *error);\n\n"
    "/* Storage of the weight with this key; *count receives its number of elements (count may be NULL).\n"
    " * NULL if there is none.  Valid until @_free.  The next call sees what is written there; so every "
    "later\n"
    " * prediction folds BatchNormalization into the weights anew, where the model has it. */\n"
    "void *@_weight(@_model *model, const char *key, int64_t *count);\n\n"
    "/* The program itself, for use with kcc_runtime.h. */\n"
    "const struct kcc_program *@_program(void);\n\n"
    "#ifdef __cplusplus\n}\n#endif\n#endif\n";

void kcc_library_header(const kcc_module *module, kcc_text *out) {
    const kcc_program *p = &module->program;
    list x = inputs_of(p), y = outputs_of(p), t = targets_of(p);
    put(out, module, "/*\n * @: the model \"");
    put_comment(out, p->name);
    kcc_text_add(out, "\", compiled by kcc ");
    put_comment(out, p->version);
    kcc_text_add(out, ".  " KCC_HEADER_OF_LIBRARY "\n *\n"
                      " * Arrays are dense, in C order; n is the number of samples.\n *\n");
    describe(p, out, "input", &x, 0);
    describe(p, out, "output", &y, -1);
    describe(p, out, "target", &t, p->n_inputs);
    for (int i = 0; i < p->n_weights; i++) {
        kcc_text_add(out, " *   weight  ");
        put_comment(out, p->variables[i].layer);
        kcc_text_add(out, "/%d  %s ", p->variables[i].index, c_type(p->variables[i].dtype));
        put_shape(out, &p->variables[i]);
        kcc_text_add(out, "  ");
        put_comment(out, p->variables[i].name);
        kcc_text_add(out, "%s\n", p->variables[i].trainable ? "" : ", not trained");
    }
    for (int i = 0; i < p->n_metrics; i++) {
        kcc_text_add(out, " *   result  %d  ", i);
        put_comment(out, p->metrics[i].name);
        kcc_text_add(out, "\n");
    }
    if (count(&t) == 0) kcc_text_add(out, " *\n * Compiled without a loss: it predicts only.\n");
    kcc_text_add(out, " */\n");
    put(out, module, header_types);
    put(out, module, "enum { ^_RESULTS = ");
    kcc_text_add(out, "%d };\n\n", p->n_metrics);
    put(out, module, header_functions);
    kcc_text_add(
        out,
        "/* Outputs of n samples.  Code 7 of this and the next two: an id or class in the data is out of\n"
        " * range; all are looked at before anything else. */\n");
    put_signature(out, module, "predict");
    put(out, module, ";\n/* Loss and metrics over n samples: results[^_RESULTS]. */\n");
    put_signature(out, module, "evaluate");
    kcc_text_add(out, ";\n/* Trains.  options may be NULL. */\n");
    put_signature(out, module, "fit");
    kcc_text_add(out, ";\n\n");
    put(out, module, header_rest);
}

/* ------------------------------------------------------------ glue */

/* What of kcc_runtime.h the glue uses.  put_asserts checks it against the header this file is built with. */
static const char declarations[] =
    "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n#include "
    "<stdlib.h>\n"
    "#include <string.h>\n\n"
    "struct kcc_program;\ntypedef struct kcc_session kcc_session;\ntypedef struct kcc_history kcc_history;\n"
    "typedef struct kcc_error {\n    int status;\n    char message[400], location[300], hint[300];\n} "
    "kcc_error;\n"
    "typedef struct kcc_array {\n    void *data;\n    int dtype;\n    int32_t rank;\n    int64_t "
    "shape[8];\n} kcc_array;\n"
    "typedef struct kcc_session_options {\n    uint64_t seed;\n    int threads;\n    const volatile int "
    "*stop;\n"
    "} kcc_session_options;\n"
    "typedef struct kcc_batch {\n    const kcc_array *x;\n    int n_x;\n    const kcc_array *y;\n    int "
    "n_y;\n"
    "    const kcc_array *sample_weight;\n    const void *class_weight;\n} kcc_batch;\n"
    "typedef struct kcc_fit_options {\n    const kcc_array *x;\n    int n_x;\n    const kcc_array *y;\n    "
    "int n_y;\n"
    "    const kcc_array *sample_weight;\n    const void *class_weight;\n"
    "    int64_t batch_size, epochs, initial_epoch;\n    int shuffle;\n    int64_t steps_per_epoch;\n"
    "    double validation_split;\n    const kcc_array *val_x;\n    int n_val_x;\n    const kcc_array "
    "*val_y;\n"
    "    int n_val_y;\n    const kcc_array *val_sample_weight;\n"
    "    int64_t validation_steps, validation_batch_size, validation_freq;\n    const int64_t "
    "*validation_epochs;\n"
    "    int n_validation_epochs, verbose;\n    FILE *out;\n    const void *callbacks;\n    int "
    "n_callbacks;\n"
    "} kcc_fit_options;\n"
    "typedef struct kcc_evaluate_options {\n    kcc_batch data;\n    int64_t batch_size, steps;\n    int "
    "verbose;\n"
    "    FILE *out;\n} kcc_evaluate_options;\n"
    "typedef struct kcc_predict_options {\n    const kcc_array *x;\n    int n_x;\n    int64_t batch_size;\n"
    "    int verbose;\n    FILE *out;\n} kcc_predict_options;\n"
    "const char *kcc_error_text(const kcc_error *, char *, size_t);\n"
    "void kcc_array_free(kcc_array *);\n"
    "int kcc_session_create(const struct kcc_program *, const kcc_session_options *, kcc_session **, "
    "kcc_error *);\n"
    "void kcc_session_free(kcc_session *);\n"
    "void *kcc_session_variable(kcc_session *, int32_t);\n"
    "int32_t kcc_program_find_weight(const struct kcc_program *, const char *);\n"
    "int kcc_session_set_learning_rate(kcc_session *, float, kcc_error *);\n"
    "int kcc_fit(kcc_session *, const kcc_fit_options *, kcc_history **, kcc_error *);\n"
    "int kcc_evaluate(kcc_session *, const kcc_evaluate_options *, float *, kcc_error *);\n"
    "int kcc_predict(kcc_session *, const kcc_predict_options *, kcc_array *, kcc_error *);\n"
    "void kcc_history_free(kcc_history *);\n"
    "int kcc_history_keys(const kcc_history *);\n"
    "const char *kcc_history_key(const kcc_history *, int);\n"
    "const double *kcc_history_values(const kcc_history *, int, int *);\n"
    "int kcc_weights_save(kcc_session *, const char *, kcc_error *);\n"
    "int kcc_weights_load(kcc_session *, const char *, bool, kcc_error *);\n\n";

static void put_asserts(kcc_text *out) {
#define SIZE(type) \
    { #type, NULL, sizeof(type) }
#define PLACE(type, field) \
    { #type, #field, offsetof(type, field) }
    static const struct {
        const char *type, *field;
        size_t value;
    } facts[] = {
        SIZE(kcc_error),
        PLACE(kcc_error, message),
        PLACE(kcc_error, location),
        PLACE(kcc_error, hint),
        SIZE(kcc_array),
        PLACE(kcc_array, dtype),
        PLACE(kcc_array, rank),
        PLACE(kcc_array, shape),
        SIZE(kcc_session_options),
        PLACE(kcc_session_options, threads),
        PLACE(kcc_session_options, stop),
        SIZE(kcc_batch),
        PLACE(kcc_batch, n_x),
        PLACE(kcc_batch, y),
        PLACE(kcc_batch, n_y),
        SIZE(kcc_fit_options),
        PLACE(kcc_fit_options, n_x),
        PLACE(kcc_fit_options, y),
        PLACE(kcc_fit_options, n_y),
        PLACE(kcc_fit_options, batch_size),
        PLACE(kcc_fit_options, epochs),
        PLACE(kcc_fit_options, initial_epoch),
        PLACE(kcc_fit_options, shuffle),
        PLACE(kcc_fit_options, steps_per_epoch),
        PLACE(kcc_fit_options, validation_split),
        PLACE(kcc_fit_options, verbose),
        PLACE(kcc_fit_options, out),
        PLACE(kcc_fit_options, n_callbacks),
        SIZE(kcc_evaluate_options),
        PLACE(kcc_evaluate_options, batch_size),
        PLACE(kcc_evaluate_options, verbose),
        SIZE(kcc_predict_options),
        PLACE(kcc_predict_options, n_x),
        PLACE(kcc_predict_options, batch_size),
        PLACE(kcc_predict_options, verbose),
    };
#undef SIZE
#undef PLACE
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (facts[i].field)
            kcc_text_add(out, "_Static_assert(offsetof(%s, %s) == %zu, \"\");\n", facts[i].type,
                         facts[i].field, facts[i].value);
        else
            kcc_text_add(out, "_Static_assert(sizeof(%s) == %zu, \"\");\n", facts[i].type, facts[i].value);
    }
    kcc_text_add(out, "\n");
}

static const char glue_common[] =
    "struct @_model {\n    kcc_session *session;\n};\n\n"
    "static int report(@_error *to, const kcc_error *from) {\n"
    "    if (to) {\n        to->code = from->status;\n        kcc_error_text(from, to->message, sizeof "
    "to->message);\n    }\n"
    "    return from->status;\n}\n\n"
    "static int refuse(@_error *to, int code, const char *message) {\n"
    "    kcc_error e = {.status = code};\n    snprintf(e.message, sizeof e.message, \"%s\", message);\n"
    "    return report(to, &e);\n}\n\n"
    "API const struct kcc_program *@_program(void) { return &DESCRIPTOR; }\n\n"
    "API const struct kcc_program *kcc_library_program(void) { return &DESCRIPTOR; }\n\n"
    "API int @_create(const @_options *options, @_model **model, @_error *error) {\n"
    "    kcc_error e = {0};\n    kcc_session_options o = {0};\n"
    "    if (!model) return refuse(error, 1, \"model is NULL\");\n"
    "    *model = NULL;\n"
    "    if (options) o = (kcc_session_options){options->seed, options->threads, options->stop};\n"
    "    @_model *made = malloc(sizeof *made);\n"
    "    if (!made) return refuse(error, 2, \"out of memory\");\n"
    "    if (kcc_session_create(&DESCRIPTOR, &o, &made->session, &e)) {\n        free(made);\n"
    "        return report(error, &e);\n    }\n"
    "    *model = made;\n    return 0;\n}\n\n"
    "API void @_free(@_model *model) {\n    if (!model) return;\n    kcc_session_free(model->session);\n"
    "    free(model);\n}\n\n"
    "API int @_save(@_model *model, const char *path, @_error *error) {\n    kcc_error e = {0};\n"
    "    if (!model || !path) return refuse(error, 1, \"model or path is NULL\");\n"
    "    return kcc_weights_save(model->session, path, &e) ? report(error, &e) : 0;\n}\n\n"
    "API int @_load(@_model *model, const char *path, int weights_only, @_error *error) {\n    kcc_error e = "
    "{0};\n"
    "    if (!model || !path) return refuse(error, 1, \"model or path is NULL\");\n"
    "    return kcc_weights_load(model->session, path, weights_only != 0, &e) ? report(error, &e) : 0;\n}\n\n"
    "API void *@_weight(@_model *model, const char *key, int64_t *count) {\n"
    "    int32_t i = model && key ? kcc_program_find_weight(&DESCRIPTOR, key) : -1;\n"
    "    if (i < 0) return NULL;\n    if (count) *count = weight_count[i];\n"
    "    return kcc_session_variable(model->session, i);\n}\n\n";

static const char glue_history[] =
    "static void copy_history(const kcc_history *h, const char *key, double *to, int64_t room) {\n"
    "    for (int i = 0; to && i < kcc_history_keys(h); i++) {\n"
    "        int n = 0;\n        const double *v = kcc_history_values(h, i, &n);\n"
    "        if (strcmp(kcc_history_key(h, i), key) != 0) continue;\n"
    "        for (int j = 0; j < n && j < room; j++) to[j] = v[j];\n    }\n}\n\n";

/* "    kcc_array in[1] = {{(void *)x, 0, 2, {n, 784}}};" */
static void put_arrays(kcc_text *out, const list *l, const char *variable) {
    int n = count(l);
    kcc_text_add(out, "    kcc_array %s[%d] = {", variable, n > 0 ? n : 1);
    for (int i = 0; i < l->n; i++) {
        if (!exists(l, i)) continue;
        const kcc_tensor *t = &l->tensor[i];
        kcc_text_add(out, "{(void *)");
        put_name(out, l, i);
        kcc_text_add(out, ", %d, %d, {", (int)t->dtype, t->rank);
        for (int d = 0; d < t->rank; d++)
            kcc_text_add(out, "%s%lld%s", d ? ", " : "", (long long)t->dim[d].size,
                         t->dim[d].batch ? " * n" : "");
        kcc_text_add(out, "}},");
    }
    kcc_text_add(out, n > 0 ? "};\n" : "{0}};\n");
}

static void put_null_checks(kcc_text *out, const list *l) {
    for (int i = 0; i < l->n; i++) {
        if (!exists(l, i)) continue;
        kcc_text_add(out, "    if (!");
        put_name(out, l, i);
        kcc_text_add(out, ") return refuse(error, 1, \"");
        put_name(out, l, i);
        kcc_text_add(out, " is NULL\");\n");
    }
}

static void put_opening(kcc_text *out, const kcc_module *m, const char *what) {
    kcc_text_add(out, "API ");
    put_signature(out, m, what);
    kcc_text_add(out, " {\n    kcc_error e = {0};\n"
                      "    if (!model) return refuse(error, 1, \"model is NULL\");\n"
                      "    if (n < 1) return refuse(error, 1, \"n is less than 1\");\n");
}

static void put_predict(kcc_text *out, const kcc_module *m) {
    list x = inputs_of(&m->program), y = outputs_of(&m->program);
    put_opening(out, m, "predict");
    put_null_checks(out, &x);
    put_null_checks(out, &y);
    put_arrays(out, &x, "in");
    kcc_text_add(out, "    kcc_array out[%d] = {{0}};\n", y.n);
    kcc_text_add(out,
                 "    kcc_predict_options o = {.x = in, .n_x = %d, .batch_size = n < 256 ? n : 256};\n"
                 "    if (kcc_predict(model->session, &o, out, &e)) return report(error, &e);\n",
                 x.n);
    for (int i = 0; i < y.n; i++) {
        kcc_text_add(out, "    memcpy(");
        put_name(out, &y, i);
        kcc_text_add(out, ", out[%d].data, %zu", i, kcc_dtype_size(y.tensor[i].dtype));
        for (int d = 0; d < y.tensor[i].rank; d++)
            kcc_text_add(out, " * (size_t)%lld%s", (long long)y.tensor[i].dim[d].size,
                         y.tensor[i].dim[d].batch ? " * (size_t)n" : "");
        kcc_text_add(out, ");\n    kcc_array_free(&out[%d]);\n", i);
    }
    kcc_text_add(out, "    return 0;\n}\n\n");
}

/* A model without loss answers fit and evaluate with a message. */
static bool put_no_loss(kcc_text *out, const kcc_module *m, const list *x, const char *what,
                        const char *extra) {
    bool has = m->entry[strcmp(what, "fit") == 0 ? KCC_ENTRY_TRAIN : KCC_ENTRY_EVALUATE].present;
    if (has) return false;
    for (int i = 0; i < x->n; i++) {
        kcc_text_add(out, "    (void)");
        put_name(out, x, i);
        kcc_text_add(out, ";\n");
    }
    kcc_text_add(
        out,
        "    (void)e;\n    (void)%s;\n    return refuse(error, 6, \"compiled without loss and optimizer: it "
        "predicts only\");\n}\n\n",
        extra);
    return true;
}

static void put_evaluate(kcc_text *out, const kcc_module *m) {
    list x = inputs_of(&m->program), t = targets_of(&m->program);
    put_opening(out, m, "evaluate");
    if (put_no_loss(out, m, &x, "evaluate", "results")) return;
    kcc_text_add(out, "    if (!results) return refuse(error, 1, \"results is NULL\");\n");
    put_null_checks(out, &x);
    put_null_checks(out, &t);
    put_arrays(out, &x, "in");
    put_arrays(out, &t, "to");
    kcc_text_add(out,
                 "    kcc_evaluate_options o = {.data = {.x = in, .n_x = %d, .y = to, .n_y = %d}};\n"
                 "    return kcc_evaluate(model->session, &o, results, &e) ? report(error, &e) : 0;\n}\n\n",
                 x.n, count(&t));
}

static void put_fit(kcc_text *out, const kcc_module *m) {
    list x = inputs_of(&m->program), t = targets_of(&m->program);
    put_opening(out, m, "fit");
    if (put_no_loss(out, m, &x, "fit", "options")) return;
    put_null_checks(out, &x);
    put_null_checks(out, &t);
    put_arrays(out, &x, "in");
    put_arrays(out, &t, "to");
    kcc_text_add(out,
                 "    kcc_history *h = NULL;\n"
                 "    kcc_fit_options o = {.x = in, .n_x = %d, .y = to, .n_y = %d};\n",
                 x.n, count(&t));
    put(out, m,
        "    static const @_fit_options defaults = {0};\n"
        "    const @_fit_options *g = options ? options : &defaults;\n"
        "    o.epochs = g->epochs;\n    o.initial_epoch = g->initial_epoch;\n    o.batch_size = "
        "g->batch_size;\n"
        "    o.steps_per_epoch = g->steps_per_epoch;\n    o.shuffle = g->shuffle;\n"
        "    o.validation_split = g->validation_split;\n    o.verbose = g->verbose;\n"
        "    if (g->learning_rate != 0 && kcc_session_set_learning_rate(model->session, g->learning_rate, "
        "&e))\n"
        "        return report(error, &e);\n"
        "    int status = kcc_fit(model->session, &o, &h, &e);\n"
        "    int64_t room = (g->epochs > 0 ? g->epochs : 1) - g->initial_epoch;\n"
        "    if (h) {\n        copy_history(h, \"loss\", g->loss, room);\n"
        "        copy_history(h, \"val_loss\", g->val_loss, room);\n        kcc_history_free(h);\n    }\n"
        "    return status ? report(error, &e) : 0;\n}\n\n");
}

void kcc_library_glue(const kcc_module *module, const char *symbol, kcc_text *out) {
    const kcc_program *p = &module->program;
    kcc_text_add(out, "#pragma GCC diagnostic ignored \"-Wcast-qual\"\n");
    kcc_text_add(out, "%s", declarations);
    put_asserts(out);
    kcc_library_header(module, out);
    kcc_text_add(out,
                 "\n#define API __attribute__((visibility(\"default\")))\n#define DESCRIPTOR %s\n"
                 "extern __attribute__((visibility(\"hidden\"))) const struct kcc_program DESCRIPTOR;\n"
                 "API const struct kcc_program *kcc_library_program(void);\n\n"
                 "static const int64_t weight_count[] = {",
                 symbol);
    for (int i = 0; i < p->n_weights; i++) {
        int64_t n = 1;
        for (int d = 0; d < p->variables[i].rank; d++) n *= p->variables[i].dim[d].size;
        kcc_text_add(out, "%lld, ", (long long)n);
    }
    kcc_text_add(out, "0};\n\n");
    put(out, module, glue_common);
    if (module->entry[KCC_ENTRY_TRAIN].present) put(out, module, glue_history);
    put_predict(out, module);
    put_evaluate(out, module);
    put_fit(out, module);
}

void kcc_library_exports(const kcc_module *module, kcc_text *out) {
    put(out, module,
        "{\n  global:\n    @_create; @_free; @_predict; @_evaluate; @_fit; @_save; @_load; @_weight; "
        "@_program;\n"
        "    kcc_library_program;\n  local: *;\n};\n");
}
