/*
 * Samples from a .npy file.
 *
 * Keeps: the file is mapped, not read: what training does not look at costs nothing.  Arrays of bool are
 * copied, because their bytes may be other than 0 and 1, and so are those that do not begin at a multiple of
 * their element's size; those in Fortran order or big-endian bytes are brought into C order and native bytes,
 * once, in memory.
 */
#include "data.h"

kcc_status kcc_data_open_npy(const kcc_data_place *place, kcc_samples *samples, kcc_error *error) {
    kcc_map map;
    kcc_array array;
    kcc_status status = kcc_map_open(place->path, &map, error);
    if (status != KCC_OK) return status;
    status = kcc_npy_view(map.bytes, map.size, place->path, &array, error);
    size_t size = status == KCC_OK ? kcc_dtype_size(array.dtype) : 1;
    bool as_it_is = status == KCC_OK && array.data && array.dtype != KCC_BOOL;
    if (status == KCC_OK && (!as_it_is || (uintptr_t)array.data % size != 0)) {
        status = kcc_npy_parse(map.bytes, map.size, place->path, &samples->array, error);
        samples->kind = &kcc_samples_in_memory;
        kcc_map_close(&map);
        return status;
    }
    if (status != KCC_OK) {
        kcc_map_close(&map);
        return status;
    }
    samples->array = array;
    if (kcc_map_keep(&map, samples)) return KCC_OK;
    return kcc_fail(error, KCC_ENOMEM, place->path, "", "no memory");
}
