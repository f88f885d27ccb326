/*
 * What a program sees of a model in C: the header, and the functions behind it.
 *
 * Takes: a kcc_c_file whose entry points are written.
 * Gives: model.h and the last part of model.c.
 * Keeps: header and functions agree, for both are made of the same signatures; memory is laid out as
 *
 *     struct name | variables | ones, where sample weights are | arena of the largest entry
 *
 *   each at a multiple of KCC_ALIGN; the weights lie as they do in the file of weights, so that loading is
 *   one copy.
 */
#include "emit_c.h"

#include <ctype.h>
#include <string.h>

static int64_t element_size(kcc_dtype kind) {
    return kind == KCC_BOOL ? 1 : kind == KCC_F64 || kind == KCC_I64 || kind == KCC_U64 ? 8 : 4;
}

static int64_t round_up(int64_t bytes) { return (bytes + KCC_ALIGN - 1) / KCC_ALIGN * KCC_ALIGN; }

/* Elements of one sample of a tensor, or of all of it where it has no batch axis. */
static int64_t tensor_count(const kcc_tensor *t) {
    int64_t n = 1;
    for (int i = 0; i < t->rank; i++) n *= t->dim[i].size;
    return n;
}

static int64_t variable_bytes(const kcc_tensor *t) {
    return round_up(tensor_count(t) * element_size(t->dtype));
}

static const char *upper(const kcc_c_file *f) {
    char *name = kcc_strdup(f->arena, f->module->name);
    for (char *p = name; *p; p++) *p = (char)toupper((unsigned char)*p);
    return name;
}

/* Per-sample elements of the largest sample weight; 0: there is none. */
static int64_t ones_count(const kcc_program *p) {
    int64_t most = 0;
    for (int i = 0; i < p->n_outputs && p->sample_weights; i++)
        if (p->sample_weights[i].rank >= 0 && tensor_count(&p->sample_weights[i]) > most)
            most = tensor_count(&p->sample_weights[i]);
    return most;
}

/* ------------------------------------------------------------ signatures */

/* "x" for a single tensor, else "x0", "x1" … */
static const char *argument(const kcc_c_file *f, char letter, int i, int n) {
    return n == 1 ? kcc_format(f->arena, "%c", letter) : kcc_format(f->arena, "%c%d", letter, i);
}

static const char *more(const kcc_c_file *f, const char *list, char letter, const kcc_tensor *t, int n,
                        bool input) {
    for (int i = 0; i < n && t; i++)
        if (t[i].rank >= 0)
            list = kcc_format(f->arena, "%s, %s%s *%s", list, input ? "const " : "",
                              kcc_c_element(t[i].dtype), argument(f, letter, i, n));
    return list;
}

static bool is_gradients(kcc_entry e) {
    return e == KCC_ENTRY_GRADIENTS || e == KCC_ENTRY_GRADIENTS_TRAINING;
}

static const char *signature(const kcc_c_file *f, kcc_entry e) {
    const kcc_program *p = &f->module->program;
    const char *m = f->module->name;
    if (e == KCC_ENTRY_RESULTS)
        return kcc_format(f->arena, "int %s_results(struct %s *m, float *results)", m, m);
    const char *s = kcc_format(f->arena, "int %s_%s(struct %s *m, int64_t n", m, kcc_entry_names[e], m);
    s = more(f, s, 'x', p->inputs, p->n_inputs, true);
    if (e == KCC_ENTRY_PREDICT) {
        s = more(f, s, 'y', p->outputs, p->n_outputs, false);
    } else {
        s = more(f, s, 'y', p->targets, p->n_outputs, true);
        s = more(f, s, 'w', p->sample_weights, p->n_outputs, true);
    }
    return kcc_format(f->arena, "%s%s)", s, is_gradients(e) ? ", float *loss, float *const *gradients" : "");
}

/* needed[i]: the entry writes gradient i. */
static bool *needed_gradients(const kcc_c_file *f, kcc_entry entry) {
    const kcc_module *m = f->module;
    int n = m->program.n_weights + m->program.n_inputs;
    bool *needed = kcc_alloc_array(f->arena, (size_t)n + 1, sizeof *needed);
    const kcc_module_entry *e = &m->entry[entry];
    for (int c = 0; c < e->n_calls; c++)
        for (int p = 0; p < m->kernel[e->call[c].kernel]->n_params; p++) {
            const kcc_buffer *b = &m->buffer[e->call[c].buffer[p]];
            if (b->store == KCC_STORE_GRADIENT && b->index >= 0 && b->index < n) needed[b->index] = true;
        }
    return needed;
}

/* ------------------------------------------------------------ header */

static void declare(const kcc_c_file *f, kcc_text *out, const char *doc, const char *function) {
    kcc_text_add(out, "/**%s ", strchr(doc, '\n') ? "\n *" : "");
    for (; *doc; doc++) {
        if (*doc == '\n')
            kcc_text_add(out, "\n * ");
        else if (*doc == '$')
            kcc_text_add(out, "%s", f->module->name);
        else if (*doc == '@')
            kcc_text_add(out, "%s", upper(f));
        else
            kcc_text_put(out, doc, 1);
    }
    kcc_text_add(out, " */\n");
    kcc_c_line(out, 0, kcc_format(f->arena, "%s;", function));
    kcc_text_add(out, "\n");
}

/* A template: $ is the model's name, @ the same in upper case. */
static void put(const kcc_c_file *f, kcc_text *out, const char *text) {
    for (; *text; text++) {
        if (*text == '$')
            kcc_text_add(out, "%s", f->module->name);
        else if (*text == '@')
            kcc_text_add(out, "%s", upper(f));
        else
            kcc_text_put(out, text, 1);
    }
}

static void header_types(const kcc_c_file *f, kcc_text *out) {
    const kcc_program *p = &f->module->program;
    int64_t weights = 0;
    for (int i = 0; i < p->n_weights; i++) weights += variable_bytes(&p->variables[i]);
    kcc_text_add(out, "enum {\n");
    put(f, out, "    @_WEIGHTS = ");
    kcc_text_add(out, "%d, /* first of the variables */\n", p->n_weights);
    put(f, out, "    @_VARIABLES = ");
    kcc_text_add(out, "%d, /* weights, optimizer slots, metric accumulators */\n", p->n_variables);
    put(f, out, "    @_METRICS = ");
    kcc_text_add(out, "%d\n};\n", p->n_metrics);
    put(f, out,
        "/* Bytes of all weights, each padded to 64, as $_load_weights takes them. */\n#define "
        "@_WEIGHTS_SIZE ");
    kcc_text_add(out, "((size_t)%lld)\n\n", (long long)weights);
    put(f, out,
        "/** A variable: its key is \"layer/index\" for weights, Keras's path for others. */\n"
        "struct $_tensor {\n"
        "    const char *key, *name;\n"
        "    int rank;\n"
        "    int64_t shape[8];\n"
        "    int64_t count; /* elements */\n"
        "    bool trainable;\n"
        "};\n"
        "extern const struct $_tensor $_tensors[];\n"
        "extern const char *const $_metrics[]; /* names, in the order of $_results */\n\n"
        "/** Why a call returned 1, where it is the data's fault: value, cut off to a whole number, is "
        "neither in\n"
        " * 0 ... limit-1 nor the class to be ignored.  Ids and classes are looked at before anything else, "
        "so\n"
        " * no variable has been changed then. */\n"
        "struct $_fault {\n"
        "    int32_t set;   /* 1 if there is one */\n"
        "    int32_t input; /* its number; targets are counted after the inputs */\n"
        "    int64_t sample, position, value, limit;\n"
        "};\n\n"
        "/** The model with its memory.  One caller at a time; the first four fields may be read, rate "
        "and "
        "step set. */\n"
        "struct $ {\n"
        "    float learning_rate; /* of the optimizer");
    kcc_text_add(out, "%s */\n", p->has_schedule ? "; not used: computed from the step" : "");
    kcc_text_add(out, "    int64_t step;        /* optimizer steps done */\n"
                      "    int64_t max_batch;\n");
    put(f, out, "    struct $_fault fault;\n    uint64_t kernel_seed;\n    float *ones;\n    char *arena;\n");
    if (p->n_folded > 0)
        kcc_text_add(out,
                     "    bool folded, lent; /* what predictions read is up to date; a weight was lent */\n");
    int n = p->n_variables + p->n_folded;
    kcc_text_add(out, "    void *variables[%d];\n};\n\n", n > 0 ? n : 1);
}

static void gradient_docs(const kcc_c_file *f, kcc_entry entry, kcc_text *out) {
    bool *needed = needed_gradients(f, entry);
    const kcc_program *p = &f->module->program;
    kcc_text_add(
        out,
        "One batch as a whole: loss and its gradients, forward as in %s; nothing is updated.\n"
        "gradients[i] takes that of weight i, gradients[@_WEIGHTS + i] that of input i; written are\n",
        entry == KCC_ENTRY_GRADIENTS ? "inference" : "training");
    int column = 0;
    bool first = true;
    for (int i = 0; i < p->n_weights + p->n_inputs; i++) {
        if (!needed[i]) continue;
        const char *number = kcc_format(f->arena, "%d", i);
        column += (int)strlen(number) + 1;
        if (column > 100) {
            kcc_text_add(out, "\n");
            column = 0;
            first = true;
        }
        kcc_text_add(out, "%s%s", first ? "" : " ", number);
        first = false;
    }
    kcc_text_add(out, "\nand the others may be NULL.  Returns 1 also if one of these is NULL.");
}

static void header_functions(const kcc_c_file *f, kcc_text *out) {
    const kcc_module *m = f->module;
    const char *n = m->name;
    declare(
        f, out,
        "Bytes of memory for batches of up to max_batch samples; 0 if max_batch is less than 1 or too large.",
        kcc_format(f->arena, "size_t %s_memory_size(int64_t max_batch)", n));
    declare(
        f, out,
        m->program.initial_weights
            ? "Makes a model in memory of $_memory_size(max_batch) bytes, aligned to 64; NULL if it is not.\n"
              "The weights are zeros: call $_load_weights with the file of weights written beside this "
              "header."
            : "Makes a model in memory of $_memory_size(max_batch) bytes, aligned to 64; NULL if it is not.\n"
              "The weights start as Keras's initializers say, drawn with seed.",
        kcc_format(f->arena, "struct %s *%s_init(void *memory, int64_t max_batch, uint64_t seed)", n, n));
    declare(
        f, out,
        m->program.n_folded > 0
            ? "Storage of variable i, described by $_tensors[i]; weights come first.  NULL if there is no "
              "such.\n"
              "Once a weight was lent, every prediction folds the weights anew, since they may have changed."
            : "Storage of variable i, described by $_tensors[i]; weights come first.  NULL if there is no "
              "such.",
        kcc_format(f->arena, "float *%s_weight(struct %s *m, int i)", n, n));
    declare(f, out, "Number of the weight with key \"layer/index\", or -1.",
            kcc_format(f->arena, "int %s_find_weight(const char *key)", n));
    declare(f, out,
            "All weights, @_WEIGHTS_SIZE bytes to be kept for $_load_weights; NULL if there are none.",
            kcc_format(f->arena, "const void *%s_weights(const struct %s *m)", n, n));
    declare(
        f, out,
        "Takes all weights from bytes, as $_weights gives them.  Returns 1 if size is not @_WEIGHTS_SIZE.",
        kcc_format(f->arena, "int %s_load_weights(struct %s *m, const void *bytes, size_t size)", n, n));
    static const char *const doc[KCC_ENTRY_COUNT] = {
        "Predicts n samples.  Returns 0, or 1 if n is not in 1 ... max_batch or a value of the inputs is at "
        "fault.",
        "One optimizer step on a batch of n samples; adds to the metrics.\n"
        "w are sample weights, NULL for ones.  Returns as $_predict; then no variable has been changed.",
        "Loss and metrics of n samples, as in inference, added to the metrics.  w and result as in a step.",
        NULL,
        NULL,
        "Writes the value of every metric, @_METRICS numbers; the first is the loss.",
        NULL};
    for (int e = 0; e < KCC_ENTRY_COUNT; e++) {
        if (!m->entry[e].present || e == KCC_ENTRY_FOLD) continue;
        const char *text = doc[e];
        if (!text) {
            kcc_text *t = kcc_c_scratch(f->arena);
            gradient_docs(f, (kcc_entry)e, t);
            text = kcc_strdup(f->arena, t->data ? t->data : "");
            kcc_text_free(t);
        }
        declare(f, out, text, signature(f, (kcc_entry)e));
    }
    if (m->program.n_metrics > 0)
        declare(f, out, "Metrics begin anew, as at the start of an epoch.",
                kcc_format(f->arena, "void %s_reset_metrics(struct %s *m)", n, n));
    if (m->program.ema_first >= 0 && m->entry[KCC_ENTRY_TRAIN].present)
        declare(f, out, "The averages that the optimizer keeps (use_ema) become the trainable weights.",
                kcc_format(f->arena, "void %s_use_averages(struct %s *m)", n, n));
}

const char *kcc_c_file_name(kcc_arena *arena, const char *basename) {
    size_t n = strlen(basename);
    return n > 2 && strcmp(basename + n - 2, ".c") == 0 ? basename : kcc_format(arena, "%s.c", basename);
}

void kcc_c_header(const kcc_c_file *f, const char *basename, kcc_text *out) {
    put(f, out,
        "/*\n * $: " KCC_HEADER_OF_C "\n *\n"
        " *     static _Alignas(64) char memory[...]; // or aligned_alloc(64, $_memory_size(32))\n"
        " *     struct $ *m = $_init(memory, 32, 0);\n *\n"
        " * Arrays are dense, in C order, of n samples, and stay the caller's.  The shapes of its "
        "parameters\n"
        " * (x inputs, y outputs or targets, in this order), with N = n:\n *\n");
    kcc_c_shapes(f, out);
    kcc_text_add(
        out,
        " *\n * Link %s with -lm.  Nothing is allocated, printed or kept outside the given memory.\n */\n",
        kcc_c_file_name(f->arena, basename));
    put(f, out,
        "#ifndef @_H\n#define @_H\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    header_types(f, out);
    header_functions(f, out);
    put(f, out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* ------------------------------------------------------------ tables */

static const char *string(const kcc_c_file *f, const char *text) {
    kcc_text *t = kcc_c_scratch(f->arena);
    kcc_text_add(t, "\"");
    for (const char *p = text ? text : ""; *p; p++) {
        if (*p == '"' || *p == '\\' || *p == '?')
            kcc_text_add(t, "\\%c", *p);
        else if ((unsigned char)*p < ' ' || *p == 127)
            kcc_text_add(t, "\\%03o", (unsigned char)*p);
        else
            kcc_text_put(t, p, 1);
    }
    kcc_text_add(t, "\"");
    const char *kept = kcc_strdup(f->arena, t->data ? t->data : "\"\"");
    kcc_text_free(t);
    return kept;
}

static void tables(const kcc_c_file *f, kcc_text *out) {
    const kcc_program *p = &f->module->program;
    put(f, out, "const struct $_tensor $_tensors[] = {\n");
    for (int i = 0; i < p->n_variables; i++) {
        const kcc_tensor *t = &p->variables[i];
        const char *key =
            i < p->n_weights ? kcc_format(f->arena, "%s/%d", t->layer ? t->layer : "", t->index) : t->path;
        const char *shape = "0";
        for (int d = 0; d < t->rank; d++)
            shape =
                kcc_format(f->arena, "%s%s%lld", d ? shape : "", d ? ", " : "", (long long)t->dim[d].size);
        kcc_c_line(out, 4,
                   kcc_format(f->arena, "{%s, %s, %d, {%s}, %lld, %s},", string(f, key), string(f, t->name),
                              t->rank, shape, (long long)tensor_count(t), t->trainable ? "true" : "false"));
    }
    kcc_text_add(out, "%s};\n\n", p->n_variables ? "" : "    {0, 0, 0, {0}, 0, false},\n");
    put(f, out, "const char *const $_metrics[] = {");
    for (int i = 0; i < p->n_metrics; i++)
        kcc_text_add(out, "%s%s", i ? ", " : "", string(f, p->metrics[i].name));
    kcc_text_add(out, "%s};\n\n", p->n_metrics ? "" : "0");

    kcc_text_add(
        out, "/* First values of the variables: c a; u uniform in a ... b; n normal (mean a, deviation b),\n"
             " * t the same within 2 b; i a on the diagonal; b 1 in the second quarter of the last axis.\n"
             " * type: f float, d double, i and l integers of 4 and 8 bytes, b bool. */\n"
             "static const struct first_value {\n    char kind, type;\n    double a, b;\n"
             "    int64_t seed, last; /* own seed or -1; extent of the last axis */\n} first_values[] = {\n");
    for (int i = 0; i < p->n_variables; i++) {
        const kcc_tensor *t = &p->variables[i];
        bool loaded = i < p->n_weights && p->initial_weights;
        kcc_c_number a = kcc_c_literal(KCC_F64, 0, loaded ? 0 : t->init.a);
        kcc_c_number b = kcc_c_literal(KCC_F64, 0, loaded ? 0 : t->init.b);
        kcc_text_add(out, "    {'%c', '%c', %s, %s, %lld, %lld},\n", loaded ? 'c' : "cuntcib"[t->init.kind],
                     "fdiillb"[t->dtype], a.text, b.text, (long long)t->init.seed,
                     (long long)(t->rank > 0 ? t->dim[t->rank - 1].size : 1));
    }
    kcc_text_add(out, "%s};\n\n", p->n_variables ? "" : "    {'c', 'f', 0, 0, -1, 1},\n");
}

/* ------------------------------------------------------------ initial values */

static const char philox_text[] =
    "/* Philox4x32-10 (Salmon and others, 2011): 32 random bits at a time. */\n"
    "struct generator {\n    uint32_t key[2], counter[4], word[4];\n    int used;\n};\n\n"
    "static struct generator make_generator(uint64_t seed, uint32_t stream, uint32_t index) {\n"
    "    return (struct generator){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},\n"
    "                              .counter = {0, index, 0, stream},\n"
    "                              .used = 4};\n}\n\n"
    "static uint32_t draw_word(struct generator *g) {\n"
    "    if (g->used == 4) {\n"
    "        uint32_t c0 = g->counter[0]++, c1 = g->counter[1], c2 = g->counter[2], c3 = g->counter[3];\n"
    "        uint32_t k0 = g->key[0], k1 = g->key[1];\n"
    "        for (int round = 0; round < 10; round++) {\n"
    "            const uint64_t a = UINT64_C(0xD2511F53) * c0, b = UINT64_C(0xCD9E8D57) * c2;\n"
    "            c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;\n"
    "            c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;\n"
    "            c1 = (uint32_t)b;\n"
    "            c3 = (uint32_t)a;\n"
    "            k0 += 0x9E3779B9u;\n"
    "            k1 += 0xBB67AE85u;\n"
    "        }\n"
    "        g->word[0] = c0;\n        g->word[1] = c1;\n        g->word[2] = c2;\n        g->word[3] = c3;\n"
    "        g->used = 0;\n    }\n"
    "    return g->word[g->used++];\n}\n\n";

static const char draw_text[] =
    "static double draw_normal(struct generator *g) {\n"
    "    const double radius = ((double)draw_word(g) + 1) * (1.0 / 4294967296.0);\n"
    "    const double angle = 6.283185307179586 * (draw_word(g) * (1.0 / 4294967296.0));\n"
    "    return sqrt(-2 * log(radius)) * cos(angle);\n}\n\n"
    "static double draw_value(const struct first_value *f, struct generator *g) {\n"
    "    if (f->kind == 'u') {\n"
    "        const double u = f->a + (f->b - f->a) * (draw_word(g) * (1.0 / 4294967296.0));\n"
    "        /* Rounding to float must not reach the open end. */\n"
    "        if (f->a < f->b && f->type == 'f' && (float)u >= (float)f->b)\n"
    "            return nextafterf((float)f->b, (float)f->a);\n"
    "        return u;\n    }\n"
    "    double z = draw_normal(g);\n"
    "    while (f->kind == 't' && fabs(z) > 2) z = draw_normal(g);\n"
    "    return f->a + f->b * z;\n}\n\n";

static void first_values(const kcc_c_file *f, kcc_text *out) {
    if (f->random || f->seeds) put(f, out, philox_text);
    if (f->random) put(f, out, draw_text);
    put(f, out,
        "static void fill_variable(int i, uint64_t seed, void *data) {\n"
        "    const struct first_value *f = &first_values[i];\n");
    if (f->random)
        kcc_text_add(
            out, "    struct generator g =\n        f->seed >= 0 ? make_generator((uint64_t)f->seed, 2, 0) "
                 ": make_generator(seed, 1, (uint32_t)i);\n");
    else
        kcc_text_add(out, "    (void)seed;\n");
    put(f, out,
        "    for (int64_t e = 0; e < $_tensors[i].count; e++) {\n"
        "        double v = f->a;\n");
    if (f->random)
        kcc_text_add(
            out, "        if (f->kind == 'u' || f->kind == 'n' || f->kind == 't') v = draw_value(f, &g);\n");
    put(f, out,
        "        if (f->kind == 'i' && e / f->last != e % f->last) v = 0;\n"
        "        if (f->kind == 'b') v = e % f->last * 4 / f->last == 1;\n"
        "        if (f->type == 'f') ((float *)data)[e] = (float)v;\n"
        "        if (f->type == 'd') ((double *)data)[e] = v;\n"
        "        if (f->type == 'i') ((int32_t *)data)[e] = (int32_t)v;\n"
        "        if (f->type == 'l') ((int64_t *)data)[e] = (int64_t)v;\n"
        "        if (f->type == 'b') ((uint8_t *)data)[e] = v != 0;\n"
        "    }\n}\n\n");
}

/* ------------------------------------------------------------ memory and variables */

static void memory(const kcc_c_file *f, kcc_text *out) {
    const kcc_module *m = f->module;
    const kcc_program *p = &m->program;
    int64_t variables = 0, ones = ones_count(p) * 4, fixed = 0, per_sample = 0;
    for (int i = 0; i < p->n_variables; i++) variables += variable_bytes(&p->variables[i]);
    for (int i = 0; i < p->n_folded; i++) variables += variable_bytes(&p->folded[i]);
    kcc_text_add(out, "static int64_t arena_size(int64_t n) {\n    int64_t size = 0, need;\n");
    for (int e = 0; e < KCC_ENTRY_COUNT; e++) {
        const kcc_module_entry *entry = &m->entry[e];
        if (!entry->present) continue;
        kcc_text_add(out, "    need = %lld + n * %lld;\n    if (need > size) size = need;\n",
                     (long long)entry->arena_fixed, (long long)entry->arena_per_sample);
        if (entry->arena_fixed > fixed) fixed = entry->arena_fixed;
        if (entry->arena_per_sample > per_sample) per_sample = entry->arena_per_sample;
    }
    kcc_text_add(out, "    return size;\n}\n\n");
    int64_t limit = (INT64_MAX / 4 - variables - fixed) / (per_sample + ones + 64);
    put(f, out, "size_t $_memory_size(int64_t max_batch) {\n");
    kcc_text_add(out, "    if (max_batch < 1 || max_batch > INT64_C(%lld)) return 0;\n", (long long)limit);
    put(f, out, "    const int64_t head = (int64_t)(sizeof(struct $) + 63) / 64 * 64");
    if (ones)
        kcc_text_add(out, ", ones = (max_batch * %lld + 63) / 64 * 64;\n", (long long)ones);
    else
        kcc_text_add(out, ";\n");
    kcc_text_add(out, "    const int64_t size = head + %lld%s + arena_size(max_batch);\n",
                 (long long)variables, ones ? " + ones" : "");
    kcc_text_add(out, "    return (int64_t)(size_t)size == size ? (size_t)size : 0;\n}\n\n");

    put(f, out,
        "struct $ *$_init(void *memory, int64_t max_batch, uint64_t seed) {\n"
        "    if (!memory || (uintptr_t)memory % 64 || !$_memory_size(max_batch)) return NULL;\n"
        "    struct $ *m = memory;\n"
        "    char *at = (char *)memory + (sizeof *m + 63) / 64 * 64;\n");
    kcc_text_add(out,
                 "    memset(m, 0, sizeof *m);\n    m->learning_rate = %s;\n    m->max_batch = max_batch;\n",
                 kcc_c_literal(KCC_F32, 0, p->learning_rate).text);
    if (f->seeds)
        kcc_text_add(out, "    struct generator g = make_generator(seed, 4, 0);\n"
                          "    m->kernel_seed = draw_word(&g);\n"
                          "    m->kernel_seed |= (uint64_t)draw_word(&g) << 32;\n");
    put(f, out, "    static const int64_t size[] = {");
    int column = 35;
    for (int i = 0; i < p->n_variables + p->n_folded; i++) {
        const kcc_tensor *t = i < p->n_variables ? &p->variables[i] : &p->folded[i - p->n_variables];
        const char *number = kcc_format(f->arena, "%lld, ", (long long)variable_bytes(t));
        column += (int)strlen(number);
        if (column > KCC_C_COLUMNS) kcc_text_add(out, "\n        ");
        if (column > KCC_C_COLUMNS) column = 8 + (int)strlen(number);
        kcc_text_add(out, "%s", number);
    }
    put(f, out,
        "0};\n"
        "    for (int i = 0; i < @_VARIABLES; i++) {\n"
        "        m->variables[i] = at;\n"
        "        memset(at, 0, (size_t)size[i]);\n"
        "        fill_variable(i, seed, at);\n"
        "        at += size[i];\n    }\n");
    if (p->n_folded > 0)
        put(f, out,
            "    for (size_t i = @_VARIABLES; size[i]; i++) {\n"
            "        m->variables[i] = at;\n"
            "        at += size[i];\n    }\n");
    if (ones)
        kcc_text_add(out,
                     "    m->ones = (float *)(void *)at;\n"
                     "    for (int64_t i = 0; i < max_batch * %lld; i++) m->ones[i] = 1;\n"
                     "    at += (max_batch * %lld + 63) / 64 * 64;\n",
                     (long long)ones / 4, (long long)ones);
    kcc_text_add(out, "    m->arena = at;\n    return m;\n}\n\n");
}

static void variables(const kcc_c_file *f, kcc_text *out) {
    const kcc_program *p = &f->module->program;
    const char *changed = p->n_folded > 0 ? "    m->folded = false;\n" : "";
    if (p->n_folded > 0)
        put(f, out,
            "float *$_weight(struct $ *m, int i) {\n"
            "    if (i < 0 || i >= @_VARIABLES) return NULL;\n"
            "    m->lent = true;\n"
            "    m->folded = false;\n"
            "    return m->variables[i];\n}\n\n");
    else
        put(f, out,
            "float *$_weight(struct $ *m, int i) { return i < 0 || i >= @_VARIABLES ? NULL : "
            "m->variables[i]; "
            "}\n\n");
    put(f, out,
        "int $_find_weight(const char *key) {\n"
        "    for (int i = 0; i < @_WEIGHTS; i++)\n"
        "        if (strcmp($_tensors[i].key, key) == 0) return i;\n"
        "    return -1;\n}\n\n"
        "const void *$_weights(const struct $ *m) { return @_WEIGHTS_SIZE ? m->variables[0] : NULL; }\n\n"
        "int $_load_weights(struct $ *m, const void *bytes, size_t size) {\n"
        "    if (size != @_WEIGHTS_SIZE) return 1;\n"
        "    if (size) memcpy(m->variables[0], bytes, size); /* they lie in the same order */\n");
    kcc_text_add(out, "%s    return 0;\n}\n\n", changed);
    int first = p->n_variables;
    for (int i = p->n_variables - 1; i >= 0 && p->variables[i].role == KCC_ROLE_METRIC; i--) first = i;
    if (p->n_metrics > 0) {
        put(f, out, "void $_reset_metrics(struct $ *m) {\n");
        kcc_text_add(out, "    for (int i = %d; i < %d; i++) fill_variable(i, 0, m->variables[i]);\n}\n\n",
                     first, p->n_variables);
    }
    if (p->ema_first >= 0 && f->module->entry[KCC_ENTRY_TRAIN].present) {
        put(f, out, "void $_use_averages(struct $ *m) {\n    if (m->step == 0) return;\n");
        kcc_text_add(out, "    int average = %d;\n", p->ema_first);
        put(f, out,
            "    for (int i = 0; i < @_WEIGHTS; i++)\n"
            "        if ($_tensors[i].trainable)\n"
            "            memcpy(m->variables[i], m->variables[average++], (size_t)$_tensors[i].count * "
            "4);\n");
        kcc_text_add(out, "%s}\n\n", changed);
    }
}

/* ------------------------------------------------------------ calls */

/* "    void *const inputs[] = {(void *)x0, …};", NULL where there is none */
static void pointers(const kcc_c_file *f, const char *array, char letter, const kcc_tensor *t, int n,
                     kcc_text *out) {
    const char *line = kcc_format(f->arena, "void *const %s[] = {", array);
    for (int i = 0; i < n; i++) {
        const char *name = argument(f, letter, i, n), *item = kcc_format(f->arena, "(void *)%s", name);
        if (!t || t[i].rank < 0)
            item = "NULL";
        else if (letter == 'w')
            item = kcc_format(f->arena, "(void *)(%s ? %s : m->ones)", name, name);
        line = kcc_format(f->arena, "%s%s%s", line, i ? ", " : "", item);
    }
    kcc_c_line(out, 4, kcc_format(f->arena, "%s};", n ? line : kcc_format(f->arena, "%sNULL", line)));
}

static void call(const kcc_c_file *f, kcc_entry e, kcc_text *out) {
    const kcc_program *p = &f->module->program;
    kcc_c_line(out, 0, kcc_format(f->arena, "%s {", signature(f, e)));
    if (e == KCC_ENTRY_RESULTS) {
        put(f, out,
            "    struct $_run run = start_run(m, 1);\n    run.results = results;\n"
            "    return run_results(&run);\n}\n\n");
        return;
    }
    kcc_text_add(out, "    if (n < 1 || n > m->max_batch) return 1;\n");
    pointers(f, "inputs", 'x', p->inputs, p->n_inputs, out);
    if (e == KCC_ENTRY_PREDICT) {
        pointers(f, "outputs", 'y', p->outputs, p->n_outputs, out);
    } else {
        pointers(f, "targets", 'y', p->targets, p->n_outputs, out);
        pointers(f, "weights", 'w', p->sample_weights, p->n_outputs, out);
    }
    if (is_gradients(e)) {
        bool *needed = needed_gradients(f, e);
        int n = p->n_weights + p->n_inputs;
        kcc_text_add(out, "    void *places[%d] = {NULL};\n", n > 0 ? n : 1);
        for (int i = 0; i < n; i++)
            if (needed[i]) kcc_text_add(out, "    if (!(places[%d] = gradients[%d])) return 1;\n", i, i);
    }
    put(f, out, "    struct $_run run = start_run(m, n);\n    run.inputs = inputs;\n");
    if (p->n_ranges > 0)
        kcc_text_add(out, "    if (check_ids(m, n, inputs, %s)) return 1;\n",
                     e == KCC_ENTRY_PREDICT ? "NULL" : "targets");
    if (e == KCC_ENTRY_PREDICT)
        kcc_text_add(out, "    run.outputs = outputs;\n");
    else
        kcc_text_add(out, "    run.targets = targets;\n    run.sample_weights = weights;\n");
    if (is_gradients(e)) kcc_text_add(out, "    run.gradients = places;\n    run.results = loss;\n");
    if (p->n_folded > 0 && (e == KCC_ENTRY_PREDICT || e == KCC_ENTRY_EVALUATE))
        kcc_text_add(out, "    if (!m->folded) run_fold(&run);\n    m->folded = !m->lent;\n");
    if (e == KCC_ENTRY_TRAIN)
        kcc_text_add(out, "    if (run_train_step(&run)) return 1;\n    m->step++;\n%s    return 0;\n}\n\n",
                     p->n_folded > 0 ? "    m->folded = false;\n" : "");
    else
        kcc_text_add(out, "    return run_%s(&run);\n}\n\n", kcc_entry_names[e]);
}

void kcc_c_interface(const kcc_c_file *f, kcc_text *out) {
    tables(f, out);
    first_values(f, out);
    memory(f, out);
    variables(f, out);
    put(f, out,
        "static struct $_run start_run(struct $ *m, int64_t n) {\n"
        "    m->fault.set = 0;\n"
        "    return (struct $_run){.batch = n,\n"
        "        .step = m->step,\n"
        "        .seed = m->kernel_seed,\n"
        "        .learning_rate = m->learning_rate,\n"
        "        .variables = m->variables,\n"
        "        .arena = m->arena,\n"
        "        .fault = &m->fault};\n}\n\n");
    kcc_c_ranges(f, out);
    for (int e = 0; e < KCC_ENTRY_COUNT; e++)
        if (f->module->entry[e].present && e != KCC_ENTRY_FOLD) call(f, (kcc_entry)e, out);
}
