/*
 * The arrays a command works on, from the names on its command line.
 *
 * Takes: --x, --y, --sample-weight, --validation-data (F, F:KEY or NAME=F, separated by commas, repeatable),
 *        --data F.npz, --csv F with --target, --one-hot, --drop, --categories.
 * Gives: kcc_data: samples with the names of their files, brought into the program's order once it is known
 *        (cli_data_order.c).
 * Keeps: every source is opened by kcc_samples_open or made of an array that is in memory; what cannot be
 *        read is refused by name.
 */
#include "cli.h"
#include "data.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---------------------------------------------------------------- lists of arrays */

void kcc_given_free(kcc_arrays_given *given) {
    for (int i = 0; i < given->n; i++) {
        if (given->name) free(given->name[i]);
        if (given->file) free(given->file[i]);
        if (given->samples) kcc_samples_close(given->samples[i]);
    }
    free(given->name);
    free(given->file);
    free(given->samples);
    free(given->array);
    *given = (kcc_arrays_given){0};
}

void kcc_data_free(kcc_data *data) {
    kcc_arrays_given *const lists[] = {&data->x,     &data->y,     &data->weight,
                                       &data->val_x, &data->val_y, &data->val_weight};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) kcc_given_free(lists[i]);
    kcc_csv_free(&data->csv);
}

static kcc_status no_memory(kcc_error *error) {
    return kcc_fail(error, KCC_ENOMEM, "", "", "no memory for the data");
}

bool kcc_given_allocate(kcc_arrays_given *given, int n) {
    size_t count = (size_t)n + 1;
    *given = (kcc_arrays_given){.name = calloc(count, sizeof *given->name),
                                .file = calloc(count, sizeof *given->file),
                                .samples = calloc(count, sizeof(kcc_samples *)),
                                .array = calloc(count, sizeof *given->array)};
    if (given->name && given->file && given->samples && given->array) {
        given->n = n;
        return true;
    }
    kcc_given_free(given);
    return false;
}

void kcc_given_move(kcc_arrays_given *to, int k, kcc_arrays_given *from, int i) {
    to->name[k] = from->name[i];
    to->file[k] = from->file[i];
    to->samples[k] = from->samples[i];
    to->array[k] = from->array[i];
    from->name[i] = from->file[i] = NULL;
    from->samples[i] = NULL;
    from->array[i] = (kcc_array){0};
}

void kcc_given_set(kcc_arrays_given *given, int i, kcc_samples *samples) {
    given->samples[i] = samples;
    given->array[i] = samples ? *kcc_samples_array(samples) : (kcc_array){0};
}

/* Room for one more entry, empty; false: no memory. */
static bool extend(kcc_arrays_given *given) {
    kcc_arrays_given larger;
    if (!kcc_given_allocate(&larger, given->n + 1)) return false;
    for (int i = 0; i < given->n; i++) kcc_given_move(&larger, i, given, i);
    kcc_given_free(given);
    *given = larger;
    return true;
}

/* array as one more entry, taken over also on failure. */
static kcc_status add_array(kcc_arrays_given *given, kcc_array *array, const char *file, kcc_error *error) {
    kcc_samples *samples = NULL;
    char *name = strdup(file);
    kcc_status status =
        name && extend(given) ? kcc_samples_from_array(array, file, &samples, error) : no_memory(error);
    if (status == KCC_OK) {
        kcc_given_set(given, given->n - 1, samples);
        given->file[given->n - 1] = name;
        return KCC_OK;
    }
    free(name);
    kcc_array_free(array);
    return status;
}

/* ---------------------------------------------------------------- entries */

/* One entry "F", "NAME=F" or "". */
static kcc_status add_entry(kcc_arrays_given *given, const char *text, size_t length, const char *option,
                            kcc_error *error) {
    if (!extend(given)) return no_memory(error);
    int i = given->n - 1;
    char *entry = strndup(text, length);
    if (!entry) return no_memory(error);
    char *equals = strchr(entry, '=');
    if (equals && equals > entry && access(entry, F_OK) != 0) {
        given->name[i] = strndup(entry, (size_t)(equals - entry));
        given->file[i] = strdup(equals + 1);
        free(entry);
        if (!given->name[i] || !given->file[i]) return no_memory(error);
    } else {
        given->file[i] = entry;
    }
    if (!given->file[i][0]) return KCC_OK;
    kcc_samples *samples = NULL;
    kcc_status status = kcc_samples_open(given->file[i], option, &samples, error);
    if (status == KCC_OK) kcc_given_set(given, i, samples);
    return status;
}

/* All values of an option; a value that is a file's whole name is not split at its commas. */
static kcc_status load_list(const kcc_list *list, const char *option, kcc_arrays_given *given,
                            kcc_error *error) {
    kcc_status status = KCC_OK;
    for (int i = 0; i < list->n; i++) {
        const char *text = list->item[i];
        bool whole = access(text, F_OK) == 0;
        for (;;) {
            size_t length = whole ? strlen(text) : strcspn(text, ",");
            status = add_entry(given, text, length, option, error);
            if (status != KCC_OK) return status;
            if (!text[length]) break;
            text += length + 1;
        }
    }
    int named = 0;
    for (int i = 0; i < given->n; i++) named += given->name[i] != NULL;
    if (named && named < given->n)
        return kcc_fail(error, KCC_EINVAL, "", "", "--%s: either all arrays are given as NAME=F, or none",
                        option);
    return KCC_OK;
}

/* The array `key` of an archive as the only entry of given. */
static kcc_status take_only(kcc_npz *npz, const char *path, const char *key, kcc_arrays_given *given,
                            kcc_error *error) {
    kcc_array array = {0};
    kcc_status status = kcc_npz_take(npz, path, key, "", &array, error);
    if (status != KCC_OK) return status;
    size_t size = strlen(path) + strlen(key) + 2;
    char *file = malloc(size);
    if (file) snprintf(file, size, "%s:%s", path, key);
    status = file ? add_array(given, &array, file, error) : no_memory(error);
    free(file);
    kcc_array_free(&array);
    return status;
}

static kcc_status load_archive(const kcc_arguments *a, kcc_data_use use, bool targets, kcc_data *data,
                               kcc_error *error) {
    kcc_npz npz;
    kcc_status status = kcc_npz_load(a->data, &npz, error);
    if (status != KCC_OK) return status;
    bool test = use == KCC_DATA_TEST;
    status = take_only(&npz, a->data, test ? "x_test" : "x_train", &data->x, error);
    if (status == KCC_OK && targets)
        status = take_only(&npz, a->data, test ? "y_test" : "y_train", &data->y, error);
    /* Validation that was asked for in so many words goes before what the archive offers. */
    bool validates = use == KCC_DATA_TRAIN && kcc_npz_find(&npz, "x_test") && a->validation_data.n == 0 &&
                     a->validation_split == 0;
    if (status == KCC_OK && validates) status = take_only(&npz, a->data, "x_test", &data->val_x, error);
    if (status == KCC_OK && validates) status = take_only(&npz, a->data, "y_test", &data->val_y, error);
    kcc_npz_free(&npz);
    return status;
}

/* ---------------------------------------------------------------- CSV */

/* How words became numbers, for the same options with another file. */
static void say_words(const kcc_csv *csv) {
    char *note;
    for (int i = 0; (note = kcc_csv_note(csv, i)); i++) {
        char line[700];
        snprintf(line, sizeof line, "%.500s: sorted values of this file (--categories fixes them for others)",
                 note);
        kcc_cli_warn(NULL, line);
        free(note);
    }
}

/* x and y of a CSV file, each as the only entry. */
static kcc_status add_csv(kcc_csv *csv, const char *path, kcc_arrays_given *x, kcc_arrays_given *y,
                          kcc_error *error) {
    kcc_status status = add_array(x, &csv->x, path, error);
    if (status == KCC_OK && csv->y.data) status = add_array(y, &csv->y, path, error);
    return status;
}

static kcc_status load_csv(const kcc_arguments *a, kcc_data_use use, bool targets, kcc_data *data,
                           kcc_error *error) {
    kcc_csv_options options = {.target = a->csv_target.item,
                               .n_target = a->csv_target.n,
                               .one_hot = a->one_hot.item,
                               .n_one_hot = a->one_hot.n,
                               .drop = a->drop.item,
                               .n_drop = a->drop.n,
                               .categories = a->categories.item,
                               .n_categories = a->categories.n,
                               .target_optional = !targets};
    kcc_status status = kcc_csv_load(a->csv, &options, &data->csv, error);
    if (status == KCC_OK && a->verbose > 0) say_words(&data->csv);
    if (status == KCC_OK) status = add_csv(&data->csv, a->csv, &data->x, &data->y, error);
    if (status != KCC_OK || use != KCC_DATA_TRAIN || a->validation_data.n != 1 ||
        !kcc_ends_with(a->validation_data.item[0], ".csv"))
        return status;
    kcc_csv other;
    options.like = &data->csv;
    status = kcc_csv_load(a->validation_data.item[0], &options, &other, error);
    if (status != KCC_OK) return status;
    status = add_csv(&other, a->validation_data.item[0], &data->val_x, &data->val_y, error);
    kcc_csv_free(&other);
    return status;
}

/* ---------------------------------------------------------------- all */

kcc_status kcc_data_load(const kcc_arguments *a, kcc_data_use use, bool targets, kcc_data *data,
                         kcc_error *error) {
    *data = (kcc_data){.targets = targets};
    kcc_status status = KCC_OK;
    if (a->data) status = load_archive(a, use, targets, data, error);
    if (a->csv && status == KCC_OK) status = load_csv(a, use, targets, data, error);
    if (status == KCC_OK) status = load_list(&a->x, "x", &data->x, error);
    if (status == KCC_OK) status = load_list(&a->y, "y", &data->y, error);
    if (status == KCC_OK) status = load_list(&a->sample_weight, "sample-weight", &data->weight, error);
    if (status == KCC_OK && use == KCC_DATA_TRAIN && data->val_x.n == 0)
        status = load_list(&a->validation_data, "validation-data", &data->val_x, error);
    /* Pictures sorted by class would make a validation split of the last class alone.  Targets or weights
     * that are given are in the order of the names. */
    bool alone = data->x.n == 1 && data->y.n == 0 && data->weight.n == 0 && data->x.samples[0];
    if (status == KCC_OK && use == KCC_DATA_TRAIN && alone)
        kcc_samples_shuffle(data->x.samples[0], (uint64_t)a->seed);
    return status;
}

/* Whether what --x names can be opened: if not, loading it says why, and targets do not matter yet. */
static bool x_opens(const kcc_arguments *a) {
    kcc_arrays_given x = {0};
    kcc_error error = {0};
    kcc_status status = load_list(&a->x, "x", &x, &error);
    kcc_given_free(&x);
    return status == KCC_OK;
}

const char *kcc_data_usage(const kcc_arguments *a, bool targets) {
    bool folder = a->x.n == 1 && kcc_samples_is_folder(a->x.item[0]);
    if (a->data && (a->x.n || a->y.n)) return "--data and --x, --y exclude each other";
    if (a->csv && (a->data || a->x.n || a->y.n)) return "--csv and --data, --x, --y exclude each other";
    if (a->csv && targets && !a->csv_target.n) return "--csv needs --target COLUMN";
    if (!a->csv && (a->csv_target.n || a->one_hot.n || a->drop.n || a->categories.n))
        return "--target, --one-hot, --drop and --categories need --csv F";
    if (a->data || a->csv || (a->x.n && (!targets || a->y.n || folder))) return NULL;
    if (a->x.n) return x_opens(a) ? "the targets are missing: --y F" : NULL;
    return targets ? "no data are given: --x F --y F, or --data F.npz, or --csv F --target COLUMN"
                   : "no data are given: --x F, or --data F.npz, or --csv F";
}

char *kcc_data_input_shape(const kcc_data *data) {
    kcc_text text = {0};
    kcc_text_add(&text, "%s", "");
    for (int i = 0; i < data->x.n; i++) {
        const kcc_array *a = &data->x.array[i];
        if (i > 0) kcc_text_add(&text, ";");
        for (int k = 1; data->x.samples[i] && k < a->rank; k++)
            kcc_text_add(&text, "%s%lld", k > 1 ? "," : "", (long long)a->shape[k]);
    }
    if (text.failed) kcc_text_free(&text);
    return text.data;
}
