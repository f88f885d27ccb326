/*
 * Memory plan: one arena for all that an entry point holds between kernels.
 *
 * Takes: an entry point's calls.
 * Gives: places of its ARENA buffers, and the arena's size as a function of the batch.
 * Keeps: buffers whose lives overlap do not share bytes, whatever the batch: fixed buffers lie in [0,
 *        arena_fixed), buffers counted per sample at arena_fixed + N * offset, all in multiples of KCC_ALIGN.
 *        Largest first, each at the lowest place that is free during its life.
 */
#include <stdlib.h>

#include "lower.h"

typedef struct life {
    int buffer, first, last; /* calls */
    int64_t size, at;        /* bytes, of the whole or per sample */
    bool batch;
} life;

static int larger_first(const void *a, const void *b) {
    const life *x = a, *y = b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    return x->buffer - y->buffer;
}

static int64_t align_up(int64_t n) { return (n + KCC_ALIGN - 1) / KCC_ALIGN * KCC_ALIGN; }

static int collect(const kcc_module *m, const kcc_module_entry *e, life *lives, int *slot) {
    int n = 0;
    for (int i = 0; i < m->n_buffers; i++) slot[i] = -1;
    for (int c = 0; c < e->n_calls; c++) {
        const kcc_kernel *k = m->kernel[e->call[c].kernel];
        for (int p = 0; p < k->n_params; p++) {
            int b = e->call[c].buffer[p];
            const kcc_buffer *buffer = &m->buffer[b];
            if (buffer->store != KCC_STORE_ARENA) continue;
            if (slot[b] < 0) {
                slot[b] = n;
                int64_t bytes = buffer->count.size * (int64_t)kcc_dtype_size(buffer->dtype);
                lives[n++] = (life){b, c, c, align_up(bytes), -1, buffer->count.batch};
            }
            lives[slot[b]].last = c;
        }
    }
    return n;
}

/* Lowest place for lives[i] among those already placed. */
static int64_t lowest(const life *lives, int i) {
    int64_t at = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int j = 0; j < i; j++) {
            const life *o = &lives[j];
            bool together =
                o->batch == lives[i].batch && o->first <= lives[i].last && lives[i].first <= o->last;
            if (!together || at >= o->at + o->size || o->at >= at + lives[i].size) continue;
            at = o->at + o->size;
            moved = true;
        }
    }
    return at;
}

void kcc_plan_memory(kcc_module *m, kcc_entry entry) {
    kcc_module_entry *e = &m->entry[entry];
    size_t most = (size_t)m->n_buffers + 1;
    life *lives = kcc_alloc_array(m->arena, most, sizeof *lives);
    int *slot = kcc_alloc_array(m->arena, most, sizeof *slot);
    int n = collect(m, e, lives, slot);
    qsort(lives, (size_t)n, sizeof *lives, larger_first);
    e->arena_fixed = e->arena_per_sample = 0;
    for (int i = 0; i < n; i++) {
        lives[i].at = lowest(lives, i);
        int64_t *size = lives[i].batch ? &e->arena_per_sample : &e->arena_fixed;
        if (lives[i].at + lives[i].size > *size) *size = lives[i].at + lives[i].size;
    }
    for (int i = 0; i < n; i++) {
        kcc_buffer *b = &m->buffer[lives[i].buffer];
        b->arena_fixed = lives[i].batch ? e->arena_fixed : lives[i].at;
        b->arena_per_sample = lives[i].batch ? lives[i].at : 0;
    }
}

/* "1 task", "13 tasks", "ceil(784 N / 512) * 2 tasks": factors of one are left out. */
static void print_tasks(const kcc_tasks *t, kcc_text *out) {
    int64_t times = t->times, fixed = t->extent.batch ? 0 : (t->extent.size + t->per_task - 1) / t->per_task;
    if (fixed) {
        kcc_text_add(out, "%lld task%s", (long long)(fixed * times), fixed * times == 1 ? "" : "s");
        return;
    }
    kcc_text_add(out, t->per_task > 1 ? "ceil(" : "");
    if (t->extent.size != 1) kcc_text_add(out, "%lld ", (long long)t->extent.size);
    kcc_text_add(out, "N");
    if (t->per_task > 1) kcc_text_add(out, " / %lld)", (long long)t->per_task);
    if (times > 1) kcc_text_add(out, " * %lld", (long long)times);
    kcc_text_add(out, " tasks");
}

void kcc_plan_print(const kcc_module *m, kcc_entry entry, kcc_text *out) {
    static const char *const stores[] = {"variable", "input",  "target", "sample_weight", "output",
                                         "gradient", "result", "arena",  "constant"};
    const kcc_module_entry *e = &m->entry[entry];
    kcc_text_add(out, "%s: %d calls, arena %lld + N * %lld bytes\n", kcc_entry_names[entry], e->n_calls,
                 (long long)e->arena_fixed, (long long)e->arena_per_sample);
    for (int c = 0; c < e->n_calls; c++) {
        const kcc_call *call = &e->call[c];
        const kcc_kernel *k = m->kernel[call->kernel];
        kcc_text_add(out, "  %-3d %s", c, k->name);
        kcc_text_add(out, "  ");
        print_tasks(&call->tasks, out);
        kcc_text_add(out, ", grain %lld\n", (long long)call->grain);
        for (int p = 0; p < k->n_params; p++) {
            const kcc_buffer *b = &m->buffer[call->buffer[p]];
            kcc_text_add(out, "      %s%s %-24s %s %s", k->param[p].read ? "r" : "-",
                         k->param[p].written ? "w" : "-", b->name, b->shape ? b->shape : "",
                         stores[b->store]);
            if (b->store == KCC_STORE_ARENA)
                kcc_text_add(out, " %lld + N * %lld", (long long)b->arena_fixed,
                             (long long)b->arena_per_sample);
            else if (b->store != KCC_STORE_CONSTANT)
                kcc_text_add(out, " %d", b->index);
            kcc_text_add(out, "\n");
        }
    }
}
