/*
 * NumPy's .npy format, versions 1 to 3.
 *
 * Takes: a file or bytes, hostile ones included; either byte order, C or Fortran order.
 * Gives: an array in C order, or a file.
 * Keeps: nothing is allocated before the header's claims were checked against the number of bytes there are.
 *
 * Layout: "\x93NUMPY", major, minor, header length (2 bytes, from version 2 on 4), a Python dict literal with
 * the keys descr, fortran_order, shape, then the elements.  Source: numpy.lib.format.
 */
#include "runtime_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are little endian and read as they are");

enum { LONGEST_HEADER = 1 << 16 };

static const struct {
    const char *descr; /* as it is written; '>' instead of '<' is read */
    kcc_dtype dtype;
} types[] = {{"<f4", KCC_F32}, {"<f8", KCC_F64}, {"<f2", KCC_F16}, {"<i4", KCC_I32},
             {"<i8", KCC_I64}, {"<i2", KCC_I16}, {"|i1", KCC_I8},  {"<u4", KCC_U32},
             {"<u8", KCC_U64}, {"<u2", KCC_U16}, {"|u1", KCC_U8},  {"|b1", KCC_BOOL}};

/* Where the elements of a file lie, and how. */
typedef struct layout {
    size_t offset;
    int64_t length; /* bytes */
    bool swapped;   /* the bytes of each element the other way round */
    bool fortran;   /* the first axis varies fastest */
} layout;

/* what: "problem" or "problem; remedy". */
static kcc_status bad(const char *name, const char *what, kcc_error *error) {
    const char *remedy = strstr(what, "; ");
    int length = remedy ? (int)(remedy - what) : (int)strlen(what);
    return kcc_fail(error, KCC_EPARSE, name, remedy ? remedy + 2 : "save it with numpy.save", "%.*s", length,
                    what);
}

/* A cursor over the dict literal. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip_space(cursor *c) {
    while (c->at < c->end && memchr(" \t\n", *c->at, 3)) c->at++;
}

static bool accept(cursor *c, char wanted) {
    skip_space(c);
    if (c->at == c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

/* A quoted string without escapes. */
static bool quoted(cursor *c, char *text, size_t size) {
    char quote = accept(c, '\'') ? '\'' : '"';
    if (quote == '"' && !accept(c, '"')) return false;
    size_t n = 0;
    while (c->at < c->end && *c->at != quote) {
        if (n + 1 >= size || *c->at == '\\') return false;
        text[n++] = *c->at++;
    }
    text[n] = '\0';
    return accept(c, quote);
}

static bool word(cursor *c, const char *wanted) {
    size_t length = strlen(wanted);
    skip_space(c);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, wanted, length) != 0) return false;
    c->at += length;
    return true;
}

/* "(3, 4)", "(3,)", "()": NULL, or what is wrong. */
static const char *read_shape(cursor *c, kcc_array *array) {
    if (!accept(c, '(')) return "the .npy header has no shape";
    array->rank = 0;
    while (!accept(c, ')')) {
        int64_t n = 0;
        skip_space(c);
        const char *first = c->at;
        for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
            if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *c->at - '0', &n))
                return "the shape in the .npy header overflows";
        if (c->at == first) return "the shape in the .npy header is damaged";
        (void)accept(c, 'L'); /* Python 2 wrote long integers so */
        if (array->rank == KCC_MAX_RANK) return "the array has more than 8 axes";
        array->shape[array->rank++] = n;
        if (!accept(c, ',')) return accept(c, ')') ? NULL : "the shape in the .npy header is damaged";
    }
    return NULL;
}

static const char *read_type(const char *descr, kcc_dtype *dtype, bool *swapped) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(descr + 1, types[i].descr + 1) == 0) {
            if (!strchr("<|=>", descr[0])) break;
            *dtype = types[i].dtype;
            *swapped = descr[0] == '>' && kcc_dtype_size(*dtype) > 1;
            return NULL;
        }
    if (strchr(descr, 'O')) return "an array of Python objects cannot be read; use astype(\"float32\")";
    return NULL;
}

/* The dict: NULL and descr, array's rank and shape, the order of its axes, or what is wrong. */
static const char *read_dict(cursor *c, kcc_array *array, char descr[32], bool *fortran) {
    bool has_type = false, has_order = false, has_shape = false;
    char key[32];
    if (!accept(c, '{')) return "the .npy header is damaged";
    while (!accept(c, '}')) {
        if (!quoted(c, key, sizeof key) || !accept(c, ':')) return "the .npy header is damaged";
        if (strcmp(key, "descr") == 0) {
            if (!quoted(c, descr, 32) || strlen(descr) < 2) return "arrays of records cannot be read";
            has_type = true;
        } else if (strcmp(key, "fortran_order") == 0) {
            *fortran = word(c, "True");
            if (!*fortran && !word(c, "False")) return "the .npy header is damaged";
            has_order = true;
        } else if (strcmp(key, "shape") == 0) {
            const char *problem = read_shape(c, array);
            if (problem) return problem;
            has_shape = true;
        } else {
            return "the .npy header has an unknown key";
        }
        if (!accept(c, ',')) {
            if (accept(c, '}')) break;
            return "the .npy header is damaged";
        }
    }
    if (!has_type || !has_order || !has_shape) return "the .npy header lacks a key";
    *fortran = *fortran && array->rank > 1;
    return NULL;
}

/*
 * Reads the header at the front of bytes[size] of a file of `total` bytes: array without data, layout of the
 * elements, checked to lie inside total.
 */
static kcc_status parse_header(const unsigned char *bytes, size_t size, uint64_t total, const char *name,
                               kcc_array *array, layout *at, kcc_error *error) {
    *array = (kcc_array){0};
    *at = (layout){0};
    if (memcmp(bytes, "\x93NUMPY", size < 6 ? size : 6) != 0)
        return bad(name, "this is not a .npy file", error);
    if (size < 10) return bad(name, "the .npy file is cut off", error);
    size_t start = bytes[6] == 1 ? 10 : 12;
    if (bytes[6] < 1 || bytes[6] > 3) return bad(name, "this version of .npy is not known", error);
    if (size < start) return bad(name, "the .npy file is cut off", error);
    size_t header = bytes[8] | (size_t)bytes[9] << 8;
    if (start == 12) header |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (header > LONGEST_HEADER) return bad(name, "the .npy header is too long", error);
    if (header > size - start) return bad(name, "the .npy file is cut off", error);
    cursor c = {(const char *)bytes + start, (const char *)bytes + start + header};
    char descr[32] = "";
    const char *problem = read_dict(&c, array, descr, &at->fortran);
    array->dtype = KCC_DTYPE_COUNT;
    if (!problem) problem = read_type(descr, &array->dtype, &at->swapped);
    if (problem) return bad(name, problem, error);
    if (array->dtype == KCC_DTYPE_COUNT)
        return kcc_fail(error, KCC_EPARSE, name, "convert it with astype(\"float32\")",
                        "elements of type \"%s\" cannot be read", descr);
    int64_t count = kcc_array_count(array);
    if (count < 0) return bad(name, "the shape in the .npy header overflows", error);
    at->length = count * (int64_t)kcc_dtype_size(array->dtype);
    at->offset = start + header;
    if ((uint64_t)at->length > total - at->offset) return bad(name, "the .npy file is cut off", error);
    return KCC_OK;
}

static kcc_status allocate(kcc_array *made, const char *name, kcc_error *error) {
    kcc_array header = *made;
    if (kcc_array_create(made, header.dtype, header.rank, header.shape) == KCC_OK) return KCC_OK;
    return kcc_fail(error, KCC_ENOMEM, name, "", "no memory for the array");
}

/* n elements that lie one after another, to places `stride` elements apart. */
static void spread(char *to, const char *from, size_t size, int64_t n, int64_t stride) {
#define SPREAD(bytes) \
    for (int64_t i = 0; i < n; i++) memcpy(to + i * stride * (bytes), from + i * (bytes), bytes)
    switch (size) {
    case 1: SPREAD(1); break;
    case 2: SPREAD(2); break;
    case 4: SPREAD(4); break;
    default: SPREAD(8); break;
    }
#undef SPREAD
}

/*
 * Elements in Fortran order into an array in C order.  A block of samples at a time, place by place in C order:
 * a place of a block is in one piece in the file, and each sample is written from its front to its end.
 */
static void put_in_order(kcc_array *to, const char *from) {
    enum { BLOCK = 32 };
    size_t size = kcc_dtype_size(to->dtype);
    int64_t count = kcc_array_count(to), samples = to->shape[0], places = count ? count / samples : 0;
    for (int64_t first = 0; count && first < samples; first += BLOCK) {
        int64_t index[KCC_MAX_RANK] = {0}, n = samples - first < BLOCK ? samples - first : BLOCK;
        for (int64_t place = 0, at = 0; place < places; place++) {
            spread((char *)to->data + (size_t)(first * places + place) * size,
                   from + (size_t)(at + first) * size, size, n, places);
            int64_t stride = count; /* of the last axis, behind whose end the next one outside goes on */
            for (int axis = to->rank - 1; axis > 0; axis--) {
                stride /= to->shape[axis];
                at += stride;
                if (++index[axis] < to->shape[axis]) break;
                at -= index[axis] * stride;
                index[axis] = 0;
            }
        }
    }
}

/* Elements in C order, as the file has them, to what they mean.  Bytes of a bool array may be anything; kernels
 * rely on 0 and 1. */
static void finish(kcc_array *array, const layout *at) {
    unsigned char *data = array->data;
    if (at->swapped) kcc_array_swap_bytes(array);
    if (array->dtype != KCC_BOOL) return;
    for (int64_t i = 0, n = kcc_array_count(array); i < n; i++) data[i] = data[i] != 0;
}

kcc_status kcc_npy_parse(const void *bytes, size_t size, const char *name, kcc_array *array,
                         kcc_error *error) {
    kcc_array made;
    layout at;
    kcc_status status = parse_header(bytes, size, size, name, &made, &at, error);
    if (status == KCC_OK) status = allocate(&made, name, error);
    if (status != KCC_OK) return status;
    if (at.fortran)
        put_in_order(&made, (const char *)bytes + at.offset);
    else
        memcpy(made.data, (const char *)bytes + at.offset, (size_t)at.length);
    finish(&made, &at);
    *array = made;
    return KCC_OK;
}

static bool read_at(int fd, void *to, size_t size, size_t offset) {
    char *place = to;
    while (size > 0) {
        ssize_t n = pread(fd, place, size < (1u << 30) ? size : (1u << 30), (off_t)offset);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        place += n;
        offset += (size_t)n;
        size -= (size_t)n;
    }
    return true;
}

/* A regular file: elements in C order are read straight into the array, so that a large one is in memory once. */
static kcc_status load_regular(int fd, size_t total, const char *path, kcc_array *array, kcc_error *error) {
    size_t front = total < LONGEST_HEADER + 12 ? total : LONGEST_HEADER + 12;
    unsigned char *header = malloc(front + 1);
    if (!header) return kcc_fail(error, KCC_ENOMEM, path, "", "no memory for the array");
    kcc_array made;
    layout at;
    kcc_status status = read_at(fd, header, front, 0)
                            ? parse_header(header, front, total, path, &made, &at, error)
                            : kcc_fail(error, KCC_EIO, path, "", "cannot read the file");
    free(header);
    if (status == KCC_OK) status = allocate(&made, path, error);
    if (status != KCC_OK) return status;
    char *raw = at.fortran ? malloc((size_t)at.length + 1) : made.data;
    if (!raw)
        status = kcc_fail(error, KCC_ENOMEM, path, "", "no memory for the array");
    else if (!read_at(fd, raw, (size_t)at.length, at.offset))
        status = kcc_fail(error, KCC_EIO, path, "", "cannot read the file");
    else if (at.fortran)
        put_in_order(&made, raw);
    if (at.fortran) free(raw);
    if (status == KCC_OK) {
        finish(&made, &at);
        *array = made;
    } else {
        kcc_array_free(&made);
    }
    return status;
}

kcc_status kcc_npy_load(const char *path, kcc_array *array, kcc_error *error) {
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        kcc_status status = load_regular(fd, (size_t)info.st_size, path, array, error);
        close(fd);
        return status;
    }
    if (fd >= 0) close(fd);
    void *bytes;
    size_t size;
    kcc_status status = kcc_file_read(path, &bytes, &size, error); /* pipes; and the message of what failed */
    if (status == KCC_OK) status = kcc_npy_parse(bytes, size, path, array, error);
    free(bytes);
    return status;
}

kcc_status kcc_npy_view(const void *bytes, size_t size, const char *name, kcc_array *array,
                        kcc_error *error) {
    kcc_array made;
    layout at;
    kcc_status status = parse_header(bytes, size, size, name, &made, &at, error);
    if (status != KCC_OK) return status;
    made.data = at.fortran || at.swapped ? NULL : (char *)(uintptr_t)bytes + at.offset;
    *array = made;
    return KCC_OK;
}

struct kcc_npy_writer {
    kcc_file_stream *file;
    kcc_array array; /* without data */
    int64_t left;    /* elements not written yet */
    char path[300];
};

/* The elements begin at a multiple of 64: spaces, then a newline.  Returns the bytes of the header. */
static size_t make_header(const kcc_array *array, const char *descr, char *header, size_t size) {
    char shape[200];
    memset(header, 0, size);
    memcpy(header, "\x93NUMPY\x01", 7);
    kcc_array_shape_text(array->shape, array->rank, shape, sizeof shape);
    int n = snprintf(header + 10, size - 10 - KCC_ALIGN,
                     "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
    size_t total = (size_t)kcc_align_up(10 + n + 1);
    memset(header + 10 + n, ' ', total - 10 - (size_t)n);
    header[total - 1] = '\n';
    header[8] = (char)((total - 10) & 0xff);
    header[9] = (char)((total - 10) >> 8);
    return total;
}

kcc_status kcc_npy_create(const char *path, kcc_dtype dtype, int rank, const int64_t *shape,
                          kcc_npy_writer **writer, kcc_error *error) {
    const char *descr = NULL;
    *writer = NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].dtype == dtype) descr = types[i].descr;
    int64_t count = kcc_array_extent(shape, rank);
    if (!descr || count < 0) return kcc_fail(error, KCC_EINVAL, path, "", "the array to save is not valid");
    kcc_npy_writer *w = calloc(1, sizeof *w);
    if (!w) return kcc_fail(error, KCC_ENOMEM, path, "", "no memory");
    w->array = (kcc_array){.dtype = dtype, .rank = rank};
    for (int i = 0; i < rank; i++) w->array.shape[i] = shape[i];
    w->left = count;
    snprintf(w->path, sizeof w->path, "%s", path);
    char header[512];
    size_t size = make_header(&w->array, descr, header, sizeof header);
    kcc_status status = kcc_file_begin(path, &w->file, error);
    if (status == KCC_OK) status = kcc_file_append(w->file, header, size, error);
    if (status == KCC_OK)
        *writer = w;
    else
        kcc_npy_discard(w);
    return status;
}

kcc_status kcc_npy_append(kcc_npy_writer *w, const void *elements, int64_t count, kcc_error *error) {
    if (count < 0 || count > w->left)
        return kcc_fail(error, KCC_EINVAL, w->path, "", "more elements are written than the array has");
    w->left -= count;
    return kcc_file_append(w->file, elements, (size_t)count * kcc_dtype_size(w->array.dtype), error);
}

void kcc_npy_discard(kcc_npy_writer *w) {
    if (!w) return;
    kcc_file_abandon(w->file);
    free(w);
}

kcc_status kcc_npy_finish(kcc_npy_writer *w, kcc_error *error) {
    kcc_status status = KCC_OK;
    if (w->left > 0)
        status = kcc_fail(error, KCC_EINVAL, w->path, "", "%lld elements of the array were not written",
                          (long long)w->left);
    if (status == KCC_OK) {
        status = kcc_file_commit(w->file, error);
        w->file = NULL;
    }
    kcc_npy_discard(w);
    return status;
}

kcc_status kcc_npy_save(const char *path, const kcc_array *array, kcc_error *error) {
    int64_t count = kcc_array_count(array);
    if (count > 0 && !array->data)
        return kcc_fail(error, KCC_EINVAL, path, "", "the array to save is not valid");
    kcc_npy_writer *writer;
    kcc_status status = kcc_npy_create(path, array->dtype, array->rank, array->shape, &writer, error);
    if (status != KCC_OK) return status;
    status = kcc_npy_append(writer, array->data, count, error);
    if (status == KCC_OK) return kcc_npy_finish(writer, error);
    kcc_npy_discard(writer);
    return status;
}
