/*
 * kcc convert, on the models that Keras saved after training (cases/state_*): every file is what Keras wrote,
 * object by object, whatever format it was made from.
 *
 * Keeps: groups, datasets, attributes, types, layouts, shapes and values are compared with libhdf5 itself.
 * The one difference let pass is the attribute `backend`, which names what ran Keras.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "kcc.h"
#include "run_command.h"

enum { PATH = 700, NAMES = 200, TEXT = 300 };

static const char *const cases[] = {"state_adam", "state_nadam", "state_rmsprop", "state_sgd_momentum"};
enum { CASES = sizeof cases / sizeof *cases };

static char *scratch;

static const char *case_file(const char *name, const char *file, char path[PATH]) {
    const char *root = getenv("KCC_SOURCE_ROOT");
    snprintf(path, PATH, "%s/tests/keras/cases/%s/%s", root ? root : ".", name, file);
    return path;
}

static const char *made(const char *file, char path[PATH]) {
    snprintf(path, PATH, "%s/%s", scratch, file);
    return path;
}

/* ------------------------------------------------------------ two objects */

/* Names of attributes or links, sorted. */
typedef struct names {
    int n;
    char text[NAMES][TEXT];
} names;

static herr_t add_attribute(hid_t id, const char *name, const H5A_info_t *info, void *to) {
    names *list = to;
    (void)id, (void)info;
    assert_true(list->n < NAMES);
    snprintf(list->text[list->n++], TEXT, "%s", name);
    return 0;
}

static herr_t add_link(hid_t id, const char *name, const H5L_info_t *info, void *to) {
    assert_true(info->type == H5L_TYPE_HARD);
    return add_attribute(id, name, NULL, to);
}

static void same_names(const names *a, const names *b, const char *what, const char *path) {
    for (int i = 0; i < a->n || i < b->n; i++)
        if (i >= a->n || i >= b->n || strcmp(a->text[i], b->text[i]) != 0)
            fail_msg("%s of %s: %s here, %s in Keras's file", what, path, i < a->n ? a->text[i] : "none",
                     i < b->n ? b->text[i] : "none");
}

/* The texts of an attribute of strings, variable or fixed; one allocation, freed by the caller. */
static char *texts(hid_t attribute, hid_t type, hssize_t count) {
    char *all = calloc(1, 1 << 20);
    if (H5Tis_variable_str(type) > 0) {
        char **text = calloc((size_t)count, sizeof *text);
        assert_true(H5Aread(attribute, type, text) >= 0);
        for (hssize_t i = 0; i < count; i++) {
            snprintf(all + strlen(all), ((size_t)1 << 20) - strlen(all), "%s\n", text[i]);
            free(text[i]);
        }
        free(text);
    } else {
        assert_true((size_t)count * H5Tget_size(type) < 1 << 20);
        assert_true(H5Aread(attribute, type, all) >= 0);
    }
    return all;
}

static void same_texts(const char *a, const char *b, const char *name, const char *path) {
    if (strcmp(name, "backend") == 0) return;
    cJSON *one = cJSON_Parse(a), *other = *b == '{' ? cJSON_Parse(b) : NULL;
    /* Keras writes "mse" here, which its load_model does not find. */
    cJSON *loss = cJSON_GetObjectItem(other, "loss");
    if (cJSON_IsString(loss) && strcmp(loss->valuestring, "mse") == 0)
        cJSON_SetValuestring(loss, "mean_squared_error");
    bool same = other ? cJSON_Compare(one, other, true) : strcmp(a, b) == 0;
    cJSON_Delete(one);
    cJSON_Delete(other);
    if (!same) fail_msg("attribute %s of %s:\n  here  %.2000s\n  Keras %.2000s", name, path, a, b);
}

static void same_shape(hid_t a, hid_t b, const char *path) {
    hsize_t m[H5S_MAX_RANK], n[H5S_MAX_RANK];
    assert_int_equal(H5Sget_simple_extent_type(a), H5Sget_simple_extent_type(b));
    int rank = H5Sget_simple_extent_dims(a, m, NULL);
    if (rank != H5Sget_simple_extent_dims(b, n, NULL)) fail_msg("rank of %s", path);
    for (int i = 0; i < rank; i++)
        if (m[i] != n[i])
            fail_msg("axis %d of %s: %d here, %d in Keras's file", i, path, (int)m[i], (int)n[i]);
}

static void same_attribute(hid_t a, hid_t b, const char *name, const char *path) {
    hid_t one = H5Aopen(a, name, H5P_DEFAULT), other = H5Aopen(b, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(one), type2 = H5Aget_type(other), space = H5Aget_space(one);
    hid_t space2 = H5Aget_space(other);
    if (H5Tequal(type, type2) <= 0) fail_msg("type of attribute %s of %s", name, path);
    same_shape(space, space2, path);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    if (H5Tget_class(type) == H5T_STRING) {
        char *x = texts(one, type, count), *y = texts(other, type2, count);
        same_texts(x, y, name, path);
        free(x);
        free(y);
    } else {
        assert_int_equal(count, 0); /* Keras's empty lists are arrays of numbers */
    }
    H5Tclose(type), H5Tclose(type2), H5Sclose(space), H5Sclose(space2), H5Aclose(one), H5Aclose(other);
}

static void same_dataset(hid_t a, hid_t b, bool values, const char *path) {
    hid_t type = H5Dget_type(a), type2 = H5Dget_type(b), space = H5Dget_space(a), space2 = H5Dget_space(b);
    hid_t list = H5Dget_create_plist(a), list2 = H5Dget_create_plist(b);
    if (H5Tequal(type, type2) <= 0) fail_msg("type of %s", path);
    assert_int_equal(H5Pget_layout(list), H5Pget_layout(list2));
    same_shape(space, space2, path);
    size_t size = (size_t)H5Sget_simple_extent_npoints(space) * H5Tget_size(type);
    char *x = malloc(size + 1), *y = malloc(size + 1);
    assert_true(H5Dread(a, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0);
    assert_true(H5Dread(b, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, y) >= 0);
    if (values && memcmp(x, y, size) != 0) fail_msg("values of %s", path);
    free(x);
    free(y);
    H5Tclose(type), H5Tclose(type2), H5Sclose(space), H5Sclose(space2), H5Pclose(list), H5Pclose(list2);
}

static int objects; /* compared so far: a comparison of nothing is no comparison */

static void same_object(hid_t a, hid_t b, bool values, const char *path) {
    H5I_type_t kind = H5Iget_type(a);
    names x = {0}, y = {0};
    hsize_t first = 0, first2 = 0;
    objects++;
    if (kind != H5Iget_type(b)) fail_msg("%s is a group in one, a dataset in the other", path);
    assert_true(H5Aiterate2(a, H5_INDEX_NAME, H5_ITER_INC, &first, add_attribute, &x) >= 0);
    assert_true(H5Aiterate2(b, H5_INDEX_NAME, H5_ITER_INC, &first2, add_attribute, &y) >= 0);
    same_names(&x, &y, "attributes", path);
    for (int i = 0; i < x.n; i++) same_attribute(a, b, x.text[i], path);
    if (kind == H5I_DATASET) {
        same_dataset(a, b, values, path);
        return;
    }
    x.n = y.n = 0;
    assert_true(H5Literate(a, H5_INDEX_NAME, H5_ITER_INC, NULL, add_link, &x) >= 0);
    assert_true(H5Literate(b, H5_INDEX_NAME, H5_ITER_INC, NULL, add_link, &y) >= 0);
    same_names(&x, &y, "members", path);
    for (int i = 0; i < x.n; i++) {
        char inner[PATH];
        hid_t one = H5Oopen(a, x.text[i], H5P_DEFAULT), other = H5Oopen(b, x.text[i], H5P_DEFAULT);
        assert_true(one >= 0 && other >= 0);
        snprintf(inner, sizeof inner, "%.350s/%s", path, x.text[i]);
        same_object(one, other, values, inner);
        H5Oclose(one);
        H5Oclose(other);
    }
}

/* values: also the numbers. */
static void same_hdf5(const char *here, const char *keras, bool values) {
    hid_t a = H5Fopen(here, H5F_ACC_RDONLY, H5P_DEFAULT), b = H5Fopen(keras, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (a < 0 || b < 0) fail_msg("%s or %s is no HDF5 file", here, keras);
    hid_t one = H5Gopen2(a, "/", H5P_DEFAULT), other = H5Gopen2(b, "/", H5P_DEFAULT);
    objects = 0;
    same_object(one, other, values, "");
    assert_true(objects > 5);
    H5Gclose(one), H5Gclose(other), H5Fclose(a), H5Fclose(b);
}

/* ------------------------------------------------------------ archives */

static void *member(const char *path, const char *name, size_t *size) {
    int code;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    zip_stat_t info;
    if (!zip || zip_stat(zip, name, 0, &info) != 0) fail_msg("%s has no %s", path, name);
    assert_int_equal(info.comp_method, ZIP_CM_STORE);
    char *bytes = calloc(1, info.size + 1);
    zip_file_t *file = zip_fopen(zip, name, 0);
    assert_int_equal(zip_fread(file, bytes, info.size), info.size);
    zip_fclose(file);
    assert_int_equal(zip_get_num_entries(zip, 0), 3);
    zip_close(zip);
    *size = info.size;
    return bytes;
}

/* Member weights as a file of its own in scratch. */
static const char *unpacked(const char *archive, const char *as, char path[PATH]) {
    size_t size;
    void *bytes = member(archive, "model.weights.h5", &size);
    assert_int_equal(kcc_file_write(made(as, path), bytes, size, NULL), KCC_OK);
    free(bytes);
    return path;
}

/* Addresses in the Python process that wrote the file. */
static void drop_addresses(cJSON *json) {
    if (cJSON_IsObject(json)) cJSON_DeleteItemFromObjectCaseSensitive(json, "shared_object_id");
    for (cJSON *item = json ? json->child : NULL; item; item = item->next) drop_addresses(item);
}

/* config: the model's JSON is Keras's, too; made from an .h5 file it has fewer words. */
static void same_archive(const char *here, const char *keras, bool config) {
    char a[PATH], b[PATH];
    size_t size;
    same_hdf5(unpacked(here, "one.h5", a), unpacked(keras, "other.h5", b), true);
    char *x = member(here, "config.json", &size), *y = member(keras, "config.json", &size);
    cJSON *one = cJSON_Parse(x), *other = cJSON_Parse(y);
    drop_addresses(one);
    drop_addresses(other);
    if (config && !cJSON_Compare(one, other, true)) fail_msg("config.json:\n  here  %s\n  Keras %s", x, y);
    assert_true(
        cJSON_Compare(cJSON_GetObjectItem(one, "module"), cJSON_GetObjectItem(other, "module"), true));
    cJSON_Delete(one);
    cJSON_Delete(other);
    free(x);
    free(y);
    free(member(here, "metadata.json", &size));
}

/* ------------------------------------------------------------ conversions */

/* kcc convert with the paths given; extra: further options. */
static void convert(const char *from, const char *to, const char *extra) {
    char line[3 * PATH];
    snprintf(line, sizeof line, "convert '%s' -o '%s' %s", from, to, extra);
    kcc_ran ran = kcc_run_command(scratch, line);
    if (ran.status != 0 || *ran.err) fail_msg("kcc %s: exit %d: %s", line, ran.status, ran.err);
    kcc_ran_free(&ran);
}

/* From each of Keras's three files to each of them. */
static void every_format_from_every_other(void **state) {
    (void)state;
    static const char *const files[] = {"trained.keras", "trained.h5", "trained.weights.h5"};
    for (int c = 0; c < CASES; c++)
        for (int from = 0; from < 3; from++)
            for (int to = 0; to < 3; to++) {
                char a[PATH], b[PATH], out[PATH], model[PATH], extra[PATH + 40] = "";
                case_file(cases[c], files[from], a);
                case_file(cases[c], files[to], b);
                if (from == 2) {
                    snprintf(extra, sizeof extra, "--model '%s'", case_file(cases[c], "model.keras", model));
                    if (to == 1) strcat(extra, " --h5 model");
                }
                convert(a, made(files[to], out), extra);
                if (to == 0)
                    same_archive(out, b, from != 1);
                else
                    same_hdf5(out, b, true);
            }
}

/* Through the formats that are not Keras's and back. */
static void round_trips(void **state) {
    (void)state;
    for (int c = 0; c < CASES; c++) {
        char a[PATH], model[PATH], s[PATH], n[PATH], out[PATH], extra[PATH + 40];
        case_file(cases[c], "trained.weights.h5", a);
        snprintf(extra, sizeof extra, "--model '%s'", case_file(cases[c], "model.keras", model));
        convert(a, made("a.safetensors", s), extra);
        convert(s, made("a.weights.h5", out), extra);
        same_hdf5(out, a, true);
        convert(s, made("a.keras", out), extra);
        same_archive(out, case_file(cases[c], "trained.keras", n), true);
        convert(s, made("a.npz", n), extra);
        convert(n, made("b.h5", out), extra);
        convert(out, made("b.npz", s), extra);
        size_t size, size2;
        void *x, *y;
        assert_int_equal(kcc_file_read(n, &x, &size, NULL), KCC_OK);
        assert_int_equal(kcc_file_read(s, &y, &size2, NULL), KCC_OK);
        assert_int_equal(size, size2);
        assert_memory_equal(x, y, size);
        free(x);
        free(y);
    }
}

/* Compiled but not trained, and weights alone in the old layout. */
static void before_training(void **state) {
    (void)state;
    for (int c = 0; c < CASES; c++) {
        char a[PATH], b[PATH], out[PATH], extra[PATH + 40];
        convert(case_file(cases[c], "model.keras", a), made("m.h5", out), "");
        same_hdf5(out, case_file(cases[c], "model.h5", b), true);
        convert(a, made("m.keras", out), "");
        same_archive(out, a, true);
        convert(a, made("w.h5", out), "--h5 weights");
        same_hdf5(out, case_file(cases[c], "weights.h5", b), true);
        snprintf(extra, sizeof extra, "--model '%s'", a);
        convert(case_file(cases[c], "weights.k2.h5", b), made("w.h5", out), extra);
        same_hdf5(out, case_file(cases[c], "weights.h5", b), true);
    }
}

static int set_up(void **state) {
    (void)state;
    scratch = kcc_command_folder();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    kcc_remove_folder(scratch);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_format_from_every_other),
                                       cmocka_unit_test(round_trips), cmocka_unit_test(before_training)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
