/*
 * Arrays, element types, sizes and memory that grows.
 *
 * Takes: shapes from anywhere, hostile ones included.
 * Gives: checked element counts and KCC_ALIGN-aligned memory.
 * Keeps: no size is used before it was checked for overflow; count * element size fits int64_t.
 */
#include "runtime_internal.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

static const struct {
    const char *name;
    size_t size;
} dtypes[KCC_DTYPE_COUNT] = {
    [KCC_F32] = {"float32", 4}, [KCC_F64] = {"float64", 8}, [KCC_I32] = {"int32", 4},
    [KCC_U32] = {"uint32", 4},  [KCC_I64] = {"int64", 8},   [KCC_U64] = {"uint64", 8},
    [KCC_BOOL] = {"bool", 1},   [KCC_F16] = {"float16", 2}, [KCC_I8] = {"int8", 1},
    [KCC_U8] = {"uint8", 1},    [KCC_I16] = {"int16", 2},   [KCC_U16] = {"uint16", 2},
};

static bool dtype_valid(kcc_dtype dtype) { return (unsigned)dtype < KCC_DTYPE_COUNT; }

size_t kcc_dtype_size(kcc_dtype dtype) { return dtype_valid(dtype) ? dtypes[dtype].size : 0; }

const char *kcc_dtype_name(kcc_dtype dtype) { return dtype_valid(dtype) ? dtypes[dtype].name : "unknown"; }

bool kcc_dtype_is_float(kcc_dtype dtype) { return dtype == KCC_F32 || dtype == KCC_F64 || dtype == KCC_F16; }

bool kcc_multiply(int64_t a, int64_t b, int64_t *out) { return !__builtin_mul_overflow(a, b, out); }

int64_t kcc_align_up(int64_t size) { return (size + KCC_ALIGN - 1) / KCC_ALIGN * KCC_ALIGN; }

/* Memory that is streamed through costs a look into the page tables every 4 KB: where the system has huge pages
 * for who asks, large blocks ask. */
enum { HUGE_PAGE = 2 << 20, LARGE = 2 * HUGE_PAGE };

void *kcc_aligned_alloc(int64_t size) {
    if (size < 0 || size > INT64_MAX / 2 || (uint64_t)size > SIZE_MAX / 2) return NULL;
#ifdef MADV_HUGEPAGE
    if (size >= LARGE) {
        size_t whole = ((size_t)size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        void *block = aligned_alloc(HUGE_PAGE, whole);
        if (block) madvise(block, whole, MADV_HUGEPAGE); /* a hint: whether it is taken does not matter */
        return block;
    }
#endif
    return aligned_alloc(KCC_ALIGN, (size_t)kcc_align_up(size > 0 ? size : 1));
}

int64_t kcc_array_extent(const int64_t *shape, int rank) {
    if (rank < 0 || rank > KCC_MAX_RANK) return -1;
    int64_t count = 1;
    bool empty = false;
    /* An extent of 0 must not hide an overflow of the others: strides are computed from them. */
    for (int i = 0; i < rank; i++) {
        if (shape[i] < 0) return -1;
        if (shape[i] == 0)
            empty = true;
        else if (!kcc_multiply(count, shape[i], &count))
            return -1;
    }
    if (count > INT64_MAX / 16) return -1;
    return empty ? 0 : count;
}

int64_t kcc_array_count(const kcc_array *a) { return kcc_array_extent(a->shape, a->rank); }

int64_t kcc_tensor_count(const kcc_tensor *tensor, int64_t batch) {
    int64_t shape[KCC_MAX_RANK];
    if (batch < 0 || tensor->rank < 0 || tensor->rank > KCC_MAX_RANK) return -1;
    for (int i = 0; i < tensor->rank; i++)
        if (!kcc_multiply(tensor->dim[i].size, tensor->dim[i].batch ? batch : 1, &shape[i])) return -1;
    return kcc_array_extent(shape, tensor->rank);
}

kcc_status kcc_array_create(kcc_array *a, kcc_dtype dtype, int rank, const int64_t *shape) {
    int64_t count = kcc_array_extent(shape, rank);
    if (!dtype_valid(dtype) || rank < 0 || rank > KCC_MAX_RANK) return KCC_EINVAL;
    if (count < 0) return KCC_ENOMEM;
    int64_t bytes = count * (int64_t)kcc_dtype_size(dtype);
    kcc_array made = {.dtype = dtype, .rank = rank};
    made.data = kcc_aligned_alloc(bytes);
    if (!made.data) return KCC_ENOMEM;
    memset(made.data, 0, (size_t)kcc_align_up(bytes > 0 ? bytes : 1));
    for (int i = 0; i < rank; i++) made.shape[i] = shape[i];
    *a = made;
    return KCC_OK;
}

void kcc_array_free(kcc_array *a) {
    if (!a) return;
    free(a->data);
    a->data = NULL;
}

void kcc_array_swap_bytes(kcc_array *a) {
    int64_t n = kcc_array_count(a);
#define SWAP(bits) \
    for (uint##bits##_t *p = a->data, *end = p + n; p < end; p++) *p = __builtin_bswap##bits(*p)
    switch (kcc_dtype_size(a->dtype)) {
    case 2: SWAP(16); break;
    case 4: SWAP(32); break;
    case 8: SWAP(64); break;
    }
#undef SWAP
}

const char *kcc_array_shape_text(const int64_t *shape, int rank, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < rank && used < size; i++) {
        int n = snprintf(text + used, size - used, "%s%lld", i ? ", " : "(", (long long)shape[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (used < size) snprintf(text + used, size - used, rank == 0 ? "()" : rank == 1 ? ",)" : ")");
    return text;
}

bool kcc_buffer_reserve(kcc_buffer *buffer, int64_t size) {
    if (buffer->data && buffer->size >= size) return true;
    void *data = kcc_aligned_alloc(size);
    if (!data) return false;
    free(buffer->data);
    buffer->data = data;
    buffer->size = size;
    return true;
}

void kcc_buffer_free(kcc_buffer *buffer) {
    free(buffer->data);
    *buffer = (kcc_buffer){0};
}
