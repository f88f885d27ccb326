/*
 * The summary table, as Keras 3 prints it.
 *
 * Takes: a loaded model, the width of the terminal.
 * Gives: text with box characters, layers, shapes, parameter counts and sizes.
 * Keeps: column widths follow Keras's positions and the way its table library shrinks them to the line; a
 *        cell is wrapped at spaces and a word too long for it ends in an ellipsis.
 * Source: keras/src/utils/summary_utils.py (Keras 3).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plain_numbers.h"
#include "summary.h"

#define MAX_COLUMNS 4

struct table {
    kcc_text *out;
    int n, width[MAX_COLUMNS]; /* of a column, one blank on each side included */
    bool right[MAX_COLUMNS];
};

static void put(kcc_text *t, const char *piece, int times) {
    for (int i = 0; i < times; i++) kcc_text_put(t, piece, strlen(piece));
}

static void rule(struct table *t, const char *left, const char *line, const char *middle, const char *right) {
    for (int i = 0; i < t->n; i++) {
        put(t->out, i ? middle : left, 1);
        put(t->out, line, t->width[i]);
    }
    put(t->out, right, 1);
    put(t->out, "\n", 1);
}

/* Characters of UTF-8 text among the first n bytes. */
static int characters(const char *text, size_t n) {
    int count = 0;
    for (size_t i = 0; i < n; i++) count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* Bytes of the first k characters. */
static size_t bytes_of(const char *text, size_t n, int k) {
    size_t i = 0;
    while (i < n && k > 0) {
        i++;
        while (i < n && ((unsigned char)text[i] & 0xC0) == 0x80) i++;
        k--;
    }
    return i;
}

/* Length of the next line of at most width characters, cut at a blank; *next: where the rest begins. */
static size_t next_line(const char *text, int width, const char **next) {
    size_t end = 0;
    for (const char *p = text;;) {
        size_t word = strcspn(p, " ");
        size_t total = (size_t)(p - text) + word;
        if (end && characters(text, total) > width) break;
        end = total;
        p += word;
        *next = p + strspn(p, " ");
        if (!**next || characters(text, end) > width) break;
        p = *next;
    }
    return end;
}

static void cell(struct table *t, int column, const char *text, size_t n) {
    int width = t->width[column] - 2, length = characters(text, n);
    bool cut = length > width;
    if (cut) {
        n = bytes_of(text, n, width - 1);
        length = width;
    }
    put(t->out, " ", t->right[column] ? 1 + width - length : 1);
    kcc_text_put(t->out, text, n);
    if (cut) put(t->out, "…", 1);
    put(t->out, " ", t->right[column] ? 1 : 1 + width - length);
}

static void row(struct table *t, const char *const *cells, const char *bar) {
    const char *rest[MAX_COLUMNS];
    bool more = true;
    for (int i = 0; i < t->n; i++) rest[i] = cells[i];
    while (more) {
        more = false;
        put(t->out, bar, 1);
        for (int i = 0; i < t->n; i++) {
            const char *next = rest[i];
            size_t n = next_line(rest[i], t->width[i] - 2, &next);
            cell(t, i, rest[i], n);
            rest[i] = next;
            more = more || *next;
            put(t->out, bar, 1);
        }
        put(t->out, "\n", 1);
    }
}

/* Keras's positions on the line, then the shrinking of columns, an equal share each, until the table fits. */
static void set_widths(struct table *t, const double *positions, int line) {
    int at = 0, sum = 0, excess, left = t->n;
    for (int i = 0; i < t->n; i++) {
        int end = (int)(positions[i] * line);
        t->width[i] = end - at + 2;
        at = end;
        sum += t->width[i];
    }
    excess = sum - (line - t->n - 1);
    for (int i = 0; i < t->n && excess > 0; i++, left--) {
        int share = (int)nearbyint((double)excess / left);
        if (share > t->width[i] - 3) share = t->width[i] - 3;
        t->width[i] -= share;
        excess -= share;
    }
}

/* ---------------------------------------------------------------- contents */

static const char *with_commas(kcc_arena *arena, int64_t value) {
    char digits[32], text[48];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)value), k = 0;
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) text[k++] = ',';
        text[k++] = digits[i];
    }
    text[k] = '\0';
    return kcc_strdup(arena, text);
}

static const char *size_text(kcc_arena *arena, double bytes) {
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
    int i = 0;
    while (i < 5 && bytes / 1024 >= 1) {
        bytes /= 1024;
        i++;
    }
    return kcc_format(arena, "%.2f %s", bytes, units[i]);
}

static void add_shape(kcc_text *t, const kcc_shape *s) {
    kcc_text_add(t, "(");
    for (int i = 0; i < s->rank; i++) {
        if (i) kcc_text_add(t, ", ");
        if (s->dim[i].batch)
            kcc_text_add(t, "None");
        else
            kcc_text_add(t, "%lld", (long long)s->dim[i].size);
    }
    kcc_text_add(t, s->rank == 1 ? ",)" : ")");
}

const char *kcc_output_text(kcc_arena *arena, const kcc_layer *layer) {
    kcc_text t = {0};
    if (layer->n_outputs == 0) return "?";
    if (layer->n_outputs > 1) kcc_text_add(&t, "[");
    for (int i = 0; i < layer->n_outputs; i++) {
        if (i) kcc_text_add(&t, ", ");
        add_shape(&t, &layer->output[i]);
    }
    if (layer->n_outputs > 1) kcc_text_add(&t, "]");
    const char *text = kcc_strdup(arena, t.data ? t.data : "");
    kcc_text_free(&t);
    return text;
}

static int64_t elements(const kcc_tensor *w) {
    int64_t n = 1;
    for (int i = 0; i < w->rank; i++) n *= w->dim[i].size;
    return n;
}

int64_t kcc_layer_parameters(const kcc_model *model, const kcc_layer *layer) {
    int64_t n = 0;
    for (int i = 0; i < layer->n_weights; i++) n += elements(&model->weights[layer->weight[i]]);
    for (int i = 0; i < layer->n_sublayers; i++) n += kcc_layer_parameters(model, layer->sublayer[i]);
    return n;
}

/* Position of a call among the calls of its layer; a nested Functional counts its own construction first. */
static int node_of(const struct kcc_parsed_model *m, int call) {
    const kcc_layer *layer = m->call[call].layer;
    int n = layer->is_model && !layer->is_sequential;
    for (int i = 0; i < call; i++) n += m->call[i].layer == layer;
    return n;
}

static const char *connections(kcc_arena *arena, const struct kcc_parsed_model *m, const kcc_layer *layer) {
    kcc_text t = {0};
    for (int i = 0; i < m->n_calls; i++) {
        const kcc_model_call *call = &m->call[i];
        for (int k = 0; call->layer == layer && k < call->n_operands; k++) {
            kcc_ref ref = call->operand[k].ref;
            if (ref.call >= 0)
                kcc_text_add(&t, "%s%s[%d][%d]", t.size ? ", " : "", m->call[ref.call].layer->name,
                             node_of(m, ref.call), ref.tensor);
        }
    }
    const char *text = t.size ? kcc_strdup(arena, t.data) : "-";
    kcc_text_free(&t);
    return text;
}

/* A chain: every call takes the one before it, and no layer is called twice. */
static bool is_chain(const struct kcc_parsed_model *m) {
    for (int i = 0; i < m->n_calls; i++) {
        int tensors = 0;
        for (int k = 0; k < m->call[i].n_operands; k++) {
            kcc_ref ref = m->call[i].operand[k].ref;
            tensors += ref.call >= 0;
            if (ref.call >= 0 && ref.call != i - 1) return false;
        }
        if (tensors != (i > 0)) return false;
        for (int k = 0; k < i; k++)
            if (m->call[k].layer == m->call[i].layer) return false;
    }
    return true;
}

static void layers(kcc_arena *arena, const kcc_model *model, struct table *t) {
    const kcc_layer *root = model->root;
    bool first = true;
    for (int i = 0; i < root->n_sublayers; i++) {
        const kcc_layer *layer = root->sublayer[i];
        const char *cells[MAX_COLUMNS];
        if (root->is_sequential && layer->is_input) continue;
        cells[0] = kcc_format(arena, "%s (%s)", layer->name, layer->class_name);
        cells[1] = kcc_output_text(arena, layer);
        cells[2] = with_commas(arena, kcc_layer_parameters(model, layer));
        cells[3] = t->n == 4 ? connections(arena, root->model, layer) : "";
        if (!first) rule(t, "├", "─", "┼", "┤");
        first = false;
        row(t, cells, "│");
    }
}

static void totals(kcc_arena *arena, const kcc_model *model, kcc_text *out) {
    int64_t trained = 0, fixed = 0;
    for (int i = 0; i < model->n_weights; i++)
        *(model->weights[i].trainable ? &trained : &fixed) += elements(&model->weights[i]);
    const char *const names[] = {"Total", "Trainable", "Non-trainable"};
    const int64_t values[] = {trained + fixed, trained, fixed};
    for (int i = 0; i < 3; i++)
        kcc_text_add(out, " %s params: %s (%s)\n", names[i], with_commas(arena, values[i]),
                     size_text(arena, 4.0 * (double)values[i]));
}

static void print_summary(kcc_arena *arena, const kcc_model *model, int columns, kcc_text *out) {
    static const double chain[] = {0.45, 0.80, 1.0}, graph[] = {0.3, 0.56, 0.74, 1.0};
    static const char *const header[] = {"Layer (type)", "Output Shape", "Param #", "Connected to"};
    bool sequential = model->root->is_sequential || is_chain(model->root->model);
    struct table t = {.out = out, .n = sequential ? 3 : 4, .right = {false, false, true, false}};
    int line = sequential ? 88 : 108;
    if (columns < 40) columns = 80;
    if (columns - 4 < line) line = columns - 4;
    set_widths(&t, sequential ? chain : graph, line);
    kcc_text_add(out, "Model: \"%s\"\n", model->name);
    rule(&t, "┏", "━", "┳", "┓");
    row(&t, header, "┃");
    rule(&t, "┡", "━", "╇", "┩");
    layers(arena, model, &t);
    rule(&t, "└", "─", "┴", "┘");
    totals(arena, model, out);
}

/* Runs print with an arena of its own; the text is the caller's. */
kcc_status kcc_model_text(const kcc_model *model, int width, char **text, kcc_error *error,
                          void (*print)(kcc_arena *arena, const kcc_model *model, int width, kcc_text *out)) {
    static const char memory[] = "out of memory";
    kcc_text out = {0};
    jmp_buf point;
    if (!model || !text)
        return kcc_fail(error, KCC_EINVAL, "", "", "no model or no place for the text given");
    kcc_arena *arena = kcc_arena_create();
    if (!arena) return kcc_fail(error, KCC_ENOMEM, "", "", memory);
    const kcc_plain_numbers numbers = kcc_plain_numbers_begin();
    if (setjmp(point)) {
        kcc_plain_numbers_end(numbers);
        kcc_arena_free(arena);
        return kcc_fail(error, KCC_ENOMEM, "", "", memory);
    }
    kcc_arena_recover(arena, &point);
    print(arena, model, width, &out);
    kcc_plain_numbers_end(numbers);
    kcc_arena_free(arena);
    if (out.failed || !out.data) {
        kcc_text_free(&out);
        return kcc_fail(error, KCC_ENOMEM, "", "", memory);
    }
    *text = out.data;
    return KCC_OK;
}

kcc_status kcc_model_summary(const kcc_model *model, int width, char **text, kcc_error *error) {
    return kcc_model_text(model, width, text, error, print_summary);
}
