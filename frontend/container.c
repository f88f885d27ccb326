/*
 * Whole models in one file: see container.h.
 *
 * Source: Keras 3 saving_lib (.keras), Keras 2 and 3 legacy_h5_format (.h5).
 */
#include "container.h"

#include "h5_file.h"
#include "zip_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Reads the first 8 bytes; false if the file is shorter or cannot be read. */
static bool first_bytes(const char *path, unsigned char *bytes) {
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    bool good = fread(bytes, 1, 8, file) == 8;
    fclose(file);
    return good;
}

bool kcc_is_zip(const char *path) {
    unsigned char b[8];
    return first_bytes(path, b) && memcmp(b, "PK\3\4", 4) == 0;
}

bool kcc_is_hdf5(const char *path) {
    unsigned char b[8];
    return first_bytes(path, b) && memcmp(b, "\x89HDF\r\n\x1a\n", 8) == 0;
}

static kcc_status read_archive(const char *path, char **model_json, kcc_error *error) {
    kcc_zip *zip;
    kcc_status status = kcc_zip_open(path, &zip, error);
    if (status != KCC_OK) return status;
    int i = kcc_zip_find(zip, KCC_KERAS_CONFIG);
    void *bytes = NULL;
    size_t size;
    if (i < 0)
        status = kcc_fail(error, KCC_EPARSE, path, "a .keras file holds config.json and model.weights.h5",
                          "has no " KCC_KERAS_CONFIG ": it is not a Keras model");
    else
        status = kcc_zip_read(zip, i, &bytes, &size, error);
    if (status == KCC_OK && memchr(bytes, '\0', size)) {
        free(bytes);
        bytes = NULL;
        status =
            kcc_fail(error, KCC_EPARSE, path, NULL, KCC_KERAS_CONFIG " holds a NUL byte: it is not JSON");
    }
    kcc_zip_close(zip);
    *model_json = bytes;
    return status;
}

/* The text with the file's keras_version in front, where an older Keras wrote it: what words mean follows it.
 * Keras 3's JSON shows by itself whose it is. */
static char *with_version(char *model, const char *version) {
    const char *at = model + strspn(model, " \t\r\n");
    if (!version || (strncmp(version, "1.", 2) && strncmp(version, "2.", 2)) || *at != '{' ||
        version[strspn(version, "0123456789abcdefghijklmnopqrstuvwxyz.-+")])
        return model;
    size_t size = strlen(at) + strlen(version) + 30;
    char *text = malloc(size);
    if (text) snprintf(text, size, "{\"keras_version\": \"%s\", %s", version, at + 1);
    free(model);
    return text;
}

static kcc_status read_hdf5(const char *path, char **model_json, char **compile_json, kcc_error *error) {
    kcc_h5 *file;
    kcc_status status = kcc_h5_open(path, &file, error);
    if (status != KCC_OK) return status;
    char *model = NULL, *compiled = NULL, *version = NULL;
    status = kcc_h5_text(file, "", "model_config", &model, error);
    if (status == KCC_OK) status = kcc_h5_text(file, "", "keras_version", &version, error);
    if (status == KCC_OK) status = kcc_h5_text(file, "", "training_config", &compiled, error);
    if (status == KCC_OK && !model) {
        bool weights = kcc_h5_has_attribute(file, "", "layer_names") ||
                       kcc_h5_has_attribute(file, "", "layer_names0") || kcc_h5_is_group(file, "layers") ||
                       kcc_h5_is_group(file, "_layer_checkpoint_dependencies");
        status = kcc_fail(error, KCC_EPARSE, path,
                          weights ? "give the model's JSON and this file as --weights" : NULL, "%s",
                          weights ? "has no model_config: it holds weights only"
                                  : "has no model_config: it is no Keras model");
    }
    kcc_h5_close(file);
    if (status == KCC_OK && !(model = with_version(model, version)))
        status = kcc_fail(error, KCC_ENOMEM, path, NULL, "out of memory");
    free(version);
    if (status != KCC_OK) {
        free(model);
        free(compiled);
        return status;
    }
    *model_json = model;
    *compile_json = compiled;
    return KCC_OK;
}

kcc_status kcc_container_read(const char *path, char **model_json, char **compile_json, kcc_error *error) {
    *model_json = *compile_json = NULL;
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (!file) return kcc_fail(error, KCC_EIO, path, NULL, "cannot be opened: %s", strerror(errno));
    bool folder = fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode);
    fclose(file);
    if (folder)
        return kcc_fail(error, KCC_EIO, path, "of an unpacked .keras, give config.json and --weights",
                        "is a directory, not a file");
    if (kcc_is_zip(path)) return read_archive(path, model_json, error);
    if (kcc_is_hdf5(path)) return read_hdf5(path, model_json, compile_json, error);
    return kcc_fail(error, KCC_EPARSE, path, "the file may be cut short, or of another format",
                    "is neither a .keras archive nor an HDF5 file");
}
