/*
 * Samples from an IDX file, the format of MNIST (train-images-idx3-ubyte), plain or packed by gzip.
 *
 * Takes: two bytes 0, a byte for the element type, one for the rank, the sizes as big-endian u32, then the
 *        elements, big-endian, in C order.
 * Gives: bytes where they lie in the mapped file; wider elements and packed files as arrays in memory.
 * Keeps: sizes are checked against the length of the file before anything is allocated.
 * Source: LeCun, Cortes, Burges, "The MNIST database".
 */
#include "data.h"

#include <stdlib.h>
#include <string.h>
#ifdef KCC_HAVE_ZLIB
#include <zlib.h>
#endif

enum { HEAD = 4, MOST_HEAD = HEAD + 4 * KCC_MAX_RANK };

static kcc_status bad(const char *path, const char *what, kcc_error *error) {
    return kcc_fail(error, KCC_EPARSE, path, "", "%s", what);
}

static int64_t number_at(const unsigned char *p) {
    return (int64_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3]);
}

/* Type and shape from the front of a file of which size bytes are at hand; *offset of the elements. */
static kcc_status read_head(const unsigned char *p, size_t size, const char *path, kcc_array *a,
                            size_t *offset, kcc_error *error) {
    static const struct {
        unsigned char code;
        kcc_dtype dtype;
    } types[] = {{0x08, KCC_U8},  {0x09, KCC_I8},  {0x0B, KCC_I16},
                 {0x0C, KCC_I32}, {0x0D, KCC_F32}, {0x0E, KCC_F64}};
    *a = (kcc_array){.dtype = KCC_DTYPE_COUNT};
    if (size < HEAD || p[0] != 0 || p[1] != 0) return bad(path, "is not an IDX file", error);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == p[2]) a->dtype = types[i].dtype;
    if (a->dtype == KCC_DTYPE_COUNT)
        return kcc_fail(error, KCC_EPARSE, path, "", "the IDX file has elements of an unknown type, 0x%02x",
                        p[2]);
    if (p[3] < 1 || p[3] > KCC_MAX_RANK)
        return kcc_fail(error, KCC_EPARSE, path, "", "the IDX file has %d axes; 1 ... %d can be read", p[3],
                        KCC_MAX_RANK);
    a->rank = p[3];
    *offset = HEAD + 4 * (size_t)a->rank;
    if (size < *offset) return bad(path, "the IDX file is cut off in its header", error);
    for (int i = 0; i < a->rank; i++) a->shape[i] = number_at(p + HEAD + 4 * i);
    if (kcc_array_count(a) < 0) return bad(path, "the shape in the IDX header overflows", error);
    return KCC_OK;
}

static int64_t bytes_of(const kcc_array *a) { return kcc_array_count(a) * (int64_t)kcc_dtype_size(a->dtype); }

static kcc_status check_length(const kcc_array *a, int64_t have, const char *path, kcc_error *error) {
    int64_t want = bytes_of(a);
    if (have == want) return KCC_OK;
    if (have < want)
        return kcc_fail(error, KCC_EPARSE, path, "",
                        "the IDX file is cut off: %lld of %lld bytes of elements", (long long)have,
                        (long long)want);
    return bad(path, "the IDX file goes on behind its elements", error);
}

/* ---------------------------------------------------------------- gzip */

enum { MOST_PACKED = 1100 }; /* deflate makes at most 1032 bytes of one */

#ifdef KCC_HAVE_ZLIB
/* Up to size bytes; fewer at the end of the packed data, -1: damaged. */
static int64_t unpack(gzFile file, void *to, int64_t size) {
    int64_t done = 0;
    while (done < size) {
        unsigned part = size - done < 1 << 20 ? (unsigned)(size - done) : 1 << 20;
        int n = gzread(file, (char *)to + done, part);
        if (n < 0) return -1;
        if (n == 0) break;
        done += n;
    }
    int number;
    (void)gzerror(file, &number);
    return number == Z_OK || number == Z_STREAM_END ? done : -1;
}

static kcc_status unpack_file(gzFile file, size_t packed, const char *path, kcc_array *a, kcc_error *error) {
    unsigned char head[MOST_HEAD];
    size_t offset;
    kcc_array made = {0};
    int64_t n = unpack(file, head, HEAD);
    if (n == HEAD && head[3] <= KCC_MAX_RANK) n += unpack(file, head + HEAD, 4 * (int64_t)head[3]);
    kcc_status status = n < 0 ? bad(path, "is damaged: it cannot be unpacked", error)
                              : read_head(head, (size_t)n, path, a, &offset, error);
    if (status != KCC_OK) return status;
    if ((uint64_t)bytes_of(a) / MOST_PACKED > packed)
        return bad(path, "is damaged: so much cannot be packed into it", error);
    if (kcc_array_create(&made, a->dtype, a->rank, a->shape) != KCC_OK)
        return kcc_fail(error, KCC_ENOMEM, path, "", "no memory for the array");
    n = unpack(file, made.data, bytes_of(&made));
    if (n == bytes_of(&made)) n += unpack(file, head, 1);
    status = n < 0 ? bad(path, "is damaged or cut off: it cannot be unpacked", error)
                   : check_length(&made, n, path, error);
    if (status == KCC_OK)
        *a = made;
    else
        kcc_array_free(&made);
    return status;
}

static kcc_status open_packed(const char *path, size_t size, kcc_array *a, kcc_error *error) {
    gzFile file = gzopen(path, "rb");
    if (!file) return kcc_fail(error, KCC_EIO, path, "", "cannot open the file");
    kcc_status status = unpack_file(file, size, path, a, error);
    gzclose(file);
    return status;
}
#else
static kcc_status open_packed(const char *path, size_t size, kcc_array *a, kcc_error *error) {
    (void)a;
    (void)size;
    return kcc_fail(error, KCC_EUNSUPPORTED, path, "unpack it with gunzip, or build kcc with zlib1g-dev",
                    "this kcc was built without zlib");
}
#endif

/* ---------------------------------------------------------------- open */

kcc_status kcc_data_open_idx(const kcc_data_place *place, kcc_samples *samples, kcc_error *error) {
    kcc_map map;
    kcc_array *a = &samples->array;
    size_t offset;
    samples->kind = &kcc_samples_in_memory;
    kcc_status status = kcc_map_open(place->path, &map, error);
    if (status != KCC_OK) return status;
    const unsigned char *bytes = (const unsigned char *)map.bytes;
    if (map.size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) {
        size_t size = map.size;
        kcc_map_close(&map);
        status = open_packed(place->path, size, a, error);
        if (status == KCC_OK) kcc_array_swap_bytes(a);
        return status;
    }
    status = read_head(bytes, map.size, place->path, a, &offset, error);
    if (status == KCC_OK) status = check_length(a, (int64_t)(map.size - offset), place->path, error);
    if (status == KCC_OK && kcc_dtype_size(a->dtype) == 1) {
        a->data = (char *)(uintptr_t)map.bytes + offset;
        if (kcc_map_keep(&map, samples)) return KCC_OK;
        return kcc_fail(error, KCC_ENOMEM, place->path, "", "no memory");
    }
    if (status == KCC_OK) {
        kcc_array made;
        if (kcc_array_create(&made, a->dtype, a->rank, a->shape) == KCC_OK) {
            memcpy(made.data, map.bytes + offset, (size_t)bytes_of(a));
            *a = made;
            kcc_array_swap_bytes(a);
        } else {
            status = kcc_fail(error, KCC_ENOMEM, place->path, "", "no memory for the array");
        }
    }
    kcc_map_close(&map);
    return status;
}
