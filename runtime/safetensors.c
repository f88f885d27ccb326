/*
 * Weights, optimizer slots and the iteration in a safetensors file.
 *
 * Takes: a session and a path.  Gives: the file, or the session's variables set from it.
 * Keeps: nothing in the session changes unless the whole file was found to fit.
 *
 * Layout: 8 bytes N (little endian), N bytes of JSON {"name": {"dtype": "F32", "shape": [..],
 * "data_offsets": [begin, end]}, "__metadata__": {"key": "value"}}, then the data without gaps.
 * Source: github.com/huggingface/safetensors, README, "Format".
 */
#include "json.h"
#include "runtime_internal.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 1024 };

static const char *const type_names[KCC_DTYPE_COUNT] = {
    [KCC_F32] = "F32", [KCC_F64] = "F64", [KCC_I32] = "I32",   [KCC_U32] = "U32",
    [KCC_I64] = "I64", [KCC_U64] = "U64", [KCC_BOOL] = "BOOL", [KCC_F16] = "F16",
    [KCC_I8] = "I8",   [KCC_U8] = "U8",   [KCC_I16] = "I16",   [KCC_U16] = "U16"};

/* The name of a variable in the file; false for those that are not saved. */
static bool variable_name(const kcc_tensor *tensor, char name[NAME]) {
    if (tensor->role == KCC_ROLE_WEIGHT)
        snprintf(name, NAME, "%s/%d", tensor->layer, (int)tensor->index);
    else if (tensor->role == KCC_ROLE_OPTIMIZER)
        snprintf(name, NAME, "%s", tensor->path);
    else
        return false;
    return true;
}

static int64_t variable_size(const kcc_tensor *tensor) {
    return kcc_tensor_count(tensor, 1) * (int64_t)kcc_dtype_size(tensor->dtype);
}

/* ---------------------------------------------------------------- save */

static void write_header(FILE *out, const kcc_session *session, const kcc_extra *extra, int n) {
    const kcc_program *program = session->program;
    char name[NAME], number[32];
    fputs("{\"__metadata__\":{\"format\":\"kcc\",\"program\":", out);
    kcc_json_write_string(out, program->name ? program->name : "");
    fprintf(out, ",\"weights\":\"%d\",\"iteration\":\"%lld\",\"learning_rate\":\"%s\"}",
            (int)program->n_weights, (long long)session->iterations,
            kcc_double_text((double)session->learning_rate, number));
    int64_t offset = 0;
    for (int i = 0; i < program->n_variables; i++) {
        const kcc_tensor *t = &program->variables[i];
        if (!variable_name(t, name)) continue;
        fputc(',', out);
        kcc_json_write_string(out, name);
        fprintf(out, ":{\"dtype\":\"%s\",\"shape\":[", type_names[t->dtype]);
        for (int d = 0; d < t->rank; d++) fprintf(out, "%s%lld", d ? "," : "", (long long)t->dim[d].size);
        int64_t end = offset + variable_size(t);
        fprintf(out, "],\"data_offsets\":[%lld,%lld]}", (long long)offset, (long long)end);
        offset = end;
    }
    for (int i = 0; i < n; i++) {
        int64_t size = (int64_t)extra[i].size;
        fputc(',', out);
        kcc_json_write_string(out, extra[i].name);
        fprintf(out, ":{\"dtype\":\"U8\",\"shape\":[%lld],\"data_offsets\":[%lld,%lld]}", (long long)size,
                (long long)offset, (long long)(offset + size));
        offset += size;
    }
    fputc('}', out);
}

/* The suffix of path, if a reader would take the file for another format by it; else NULL. */
static const char *other_format(const char *path) {
    static const char *const suffixes[] = {".h5", ".hdf5", ".keras", ".npz", ".npy", ".json"};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t m = strlen(suffixes[i]);
        if (n >= m && strcmp(path + n - m, suffixes[i]) == 0) return suffixes[i];
    }
    return NULL;
}

kcc_status kcc_weights_save(kcc_session *session, const char *path, kcc_error *error) {
    const char *suffix = other_format(path);
    if (suffix)
        return kcc_fail(error, KCC_EINVAL, path,
                        "save as .safetensors; kcc convert W.safetensors --model MODEL -o W.weights.h5 makes "
                        "Keras's formats of it",
                        "what is written here is safetensors, not %s", suffix);
    return kcc_weights_save_extra(session, path, NULL, 0, error);
}

kcc_status kcc_weights_save_extra(kcc_session *session, const char *path, const kcc_extra *extra, int extras,
                                  kcc_error *error) {
    const kcc_program *program = session->program;
    char *header = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&header, &size);
    kcc_part *part = calloc((size_t)program->n_variables + (size_t)extras + 2, sizeof *part);
    if (out) write_header(out, session, extra, extras);
    bool failed = !out || ferror(out) || !part;
    if (out) {
        while (ftell(out) % 8 != 0) fputc(' ', out); /* data aligned to 8 bytes, as the format wants */
        failed = fclose(out) != 0 || failed;
    }
    kcc_status status;
    if (failed) {
        status = kcc_fail(error, KCC_ENOMEM, path, "", "no memory to write the weights");
    } else {
        uint64_t length = size;
        char name[NAME];
        int n = 0;
        part[n++] = (kcc_part){&length, 8};
        part[n++] = (kcc_part){header, size};
        for (int i = 0; i < program->n_variables; i++)
            if (variable_name(&program->variables[i], name))
                part[n++] = (kcc_part){session->variables[i], (size_t)variable_size(&program->variables[i])};
        for (int i = 0; i < extras; i++) part[n++] = (kcc_part){extra[i].bytes, extra[i].size};
        status = kcc_file_write_parts(path, part, n, error);
    }
    free(part);
    free(header);
    return status;
}

/* ---------------------------------------------------------------- load */

/* What a file says of one tensor. */
typedef struct entry {
    bool found;
    kcc_dtype dtype;
    int rank;
    int64_t shape[KCC_MAX_RANK];
    int64_t begin, end;
} entry;

typedef struct reader {
    const char *path;
    kcc_session *session;
    entry *entry; /* [n_variables] */
    int64_t data_size;
    int64_t weights, iteration; /* -1: the file does not say */
    double learning_rate;       /* NaN: likewise */
    kcc_extra *extra;
    int64_t (*place)[2]; /* [extras] where they lie in the data */
    int extras;
} reader;

static bool read_entry(kcc_json *json, entry *e) {
    char key[32], type[16];
    *e = (entry){.found = true, .dtype = KCC_DTYPE_COUNT, .rank = -1, .begin = -1};
    if (!kcc_json_expect(json, '{')) return false;
    do {
        if (!kcc_json_string(json, key, sizeof key) || !kcc_json_expect(json, ':')) return false;
        if (strcmp(key, "dtype") == 0) {
            if (!kcc_json_string(json, type, sizeof type)) return false;
            for (int i = 0; i < KCC_DTYPE_COUNT; i++)
                if (strcmp(type, type_names[i]) == 0) e->dtype = (kcc_dtype)i;
        } else if (strcmp(key, "shape") == 0) {
            e->rank = 0;
            if (!kcc_json_expect(json, '[')) return false;
            if (kcc_json_accept(json, ']')) continue;
            do {
                int64_t n;
                if (!kcc_json_natural(json, &n)) return false;
                /* A longer shape fits no variable; it stays one longer than the longest. */
                if (e->rank < KCC_MAX_RANK) e->shape[e->rank] = n;
                if (e->rank <= KCC_MAX_RANK) e->rank++;
            } while (kcc_json_accept(json, ','));
            if (!kcc_json_expect(json, ']')) return false;
        } else if (strcmp(key, "data_offsets") == 0) {
            if (!kcc_json_expect(json, '[') || !kcc_json_natural(json, &e->begin) ||
                !kcc_json_expect(json, ',') || !kcc_json_natural(json, &e->end) ||
                !kcc_json_expect(json, ']'))
                return false;
        } else if (!kcc_json_skip(json)) {
            return false;
        }
    } while (kcc_json_accept(json, ','));
    return kcc_json_expect(json, '}');
}

static bool read_metadata(kcc_json *json, reader *r) {
    char key[64], value[64];
    if (!kcc_json_expect(json, '{')) return false;
    if (kcc_json_accept(json, '}')) return true;
    do {
        if (!kcc_json_string(json, key, sizeof key) || !kcc_json_expect(json, ':')) return false;
        bool ours =
            strcmp(key, "iteration") == 0 || strcmp(key, "learning_rate") == 0 || strcmp(key, "weights") == 0;
        if (!ours) {
            if (!kcc_json_string(json, NULL, 0)) return false;
            continue;
        }
        if (!kcc_json_string(json, value, sizeof value)) return false;
        kcc_json number = {value, value + strlen(value), NULL};
        if (strcmp(key, "iteration") == 0) {
            if (!kcc_json_natural(&number, &r->iteration)) json->problem = "the iteration is not a number";
        } else if (strcmp(key, "weights") == 0) {
            if (!kcc_json_natural(&number, &r->weights))
                json->problem = "the count of weights is not a number";
        } else {
            locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
            if (plain) r->learning_rate = strtod_l(value, NULL, plain);
            if (plain) freelocale(plain);
        }
    } while (kcc_json_accept(json, ','));
    return kcc_json_expect(json, '}');
}

/* Index of the variable called name, or -1. */
static int find_variable(const kcc_program *program, const char *name, char scratch[NAME]) {
    int weight = kcc_program_find_weight(program, name);
    if (weight >= 0) return weight;
    for (int i = program->n_weights; i < program->n_variables; i++)
        if (variable_name(&program->variables[i], scratch) && strcmp(scratch, name) == 0) return i;
    return -1;
}

static bool read_header(kcc_json *json, reader *r) {
    char name[NAME], scratch[NAME];
    entry e;
    if (!kcc_json_expect(json, '{')) return false;
    if (kcc_json_accept(json, '}')) return true;
    do {
        if (!kcc_json_string(json, name, sizeof name) || !kcc_json_expect(json, ':')) return false;
        if (strcmp(name, "__metadata__") == 0) {
            if (!read_metadata(json, r)) return false;
            continue;
        }
        if (!read_entry(json, &e)) return false;
        int i = find_variable(r->session->program, name, scratch);
        if (i >= 0 && r->entry[i].found) {
            json->problem = "a name occurs twice";
            return false;
        }
        if (i >= 0) r->entry[i] = e;
        for (int k = 0; k < r->extras; k++)
            if (strcmp(r->extra[k].name, name) == 0) {
                r->place[k][0] = e.begin;
                r->place[k][1] = e.end;
            }
    } while (kcc_json_accept(json, ','));
    return kcc_json_expect(json, '}');
}

static kcc_status check_entry(const reader *r, int i, kcc_error *error) {
    const kcc_tensor *t = &r->session->program->variables[i];
    const entry *e = &r->entry[i];
    char name[NAME], got[160], wanted[160];
    int64_t shape[KCC_MAX_RANK];
    (void)variable_name(t, name);
    if (!e->found)
        return kcc_fail(error, KCC_ESHAPE, r->path,
                        t->role == KCC_ROLE_OPTIMIZER ? "load the weights only" : "is it of another model?",
                        "the file has no tensor \"%s\"", name);
    bool same = e->rank == t->rank;
    for (int d = 0; d < t->rank; d++) {
        shape[d] = t->dim[d].size;
        same = same && e->shape[d] == shape[d];
    }
    if (!same)
        return kcc_fail(error, KCC_ESHAPE, r->path, "is it of another model?",
                        "tensor \"%s\" has shape %s, the model needs %s", name,
                        e->rank >= 0 && e->rank <= KCC_MAX_RANK
                            ? kcc_array_shape_text(e->shape, e->rank, got, sizeof got)
                            : "(none)",
                        kcc_array_shape_text(shape, t->rank, wanted, sizeof wanted));
    if (e->dtype == KCC_DTYPE_COUNT)
        return kcc_fail(error, KCC_EPARSE, r->path, "", "tensor \"%s\" has a dtype that cannot be read",
                        name);
    int64_t size = kcc_array_extent(shape, t->rank) * (int64_t)kcc_dtype_size(e->dtype);
    if (e->begin < 0 || e->end < e->begin || e->end > r->data_size || e->end - e->begin != size)
        return kcc_fail(error, KCC_EPARSE, r->path, "the file is damaged or cut off",
                        "the data of tensor \"%s\" do not lie inside the file", name);
    return KCC_OK;
}

/* Variables i that the file must have. */
static bool wanted(const kcc_program *program, int i, bool weights_only) {
    kcc_role role = program->variables[i].role;
    return role == KCC_ROLE_WEIGHT || (role == KCC_ROLE_OPTIMIZER && !weights_only);
}

static kcc_status apply(reader *r, const char *data, bool weights_only, kcc_error *error) {
    kcc_session *session = r->session;
    const kcc_program *program = session->program;
    if (r->weights >= 0 && r->weights != program->n_weights)
        return kcc_fail(error, KCC_ESHAPE, r->path, "is it of another model?",
                        "the file holds %lld weights, the model has %d", (long long)r->weights,
                        (int)program->n_weights);
    for (int i = 0; i < program->n_variables; i++) {
        if (!wanted(program, i, weights_only)) continue;
        kcc_status status = check_entry(r, i, error);
        if (status != KCC_OK) return status;
    }
    for (int i = 0; i < program->n_variables; i++) {
        const kcc_tensor *t = &program->variables[i];
        if (wanted(program, i, weights_only))
            kcc_convert(session->variables[i], t->dtype, data + r->entry[i].begin, r->entry[i].dtype,
                        kcc_tensor_count(t, 1));
    }
    kcc_session_changed(session);
    if (weights_only) return KCC_OK;
    if (r->iteration >= 0) session->iterations = r->iteration;
    if (!isnan(r->learning_rate) && !program->has_schedule) session->learning_rate = (float)r->learning_rate;
    return KCC_OK;
}

/* The extras that the file has, copied; nothing is kept if one does not lie inside it. */
static kcc_status read_extras(reader *r, const char *data, kcc_error *error) {
    for (int k = 0; k < r->extras; k++) {
        int64_t begin = r->place[k][0], end = r->place[k][1];
        if (begin < 0) continue;
        kcc_status status = KCC_OK;
        if (end < begin || end > r->data_size)
            status = kcc_fail(error, KCC_EPARSE, r->path, "the file is damaged or cut off",
                              "the data of \"%s\" do not lie inside the file", r->extra[k].name);
        else if (!(r->extra[k].bytes = malloc((size_t)(end - begin) + 1)))
            status = kcc_fail(error, KCC_ENOMEM, r->path, "", "no memory to read the file");
        if (status != KCC_OK) return status;
        r->extra[k].size = (size_t)(end - begin);
        memcpy(r->extra[k].bytes, data + begin, r->extra[k].size);
    }
    return KCC_OK;
}

static kcc_status parse_file(reader *r, const char *bytes, size_t size, bool weights_only, kcc_error *error) {
    uint64_t header;
    if (size < 10 || (memcpy(&header, bytes, 8), header > size - 8))
        return kcc_fail(error, KCC_EPARSE, r->path, "", "this is not a safetensors file, or it is cut off");
    const char *text = bytes + 8;
    r->data_size = (int64_t)(size - 8 - header);
    kcc_json json = {text, text + header, NULL};
    if (!read_header(&json, r))
        return kcc_fail(error, KCC_EPARSE, r->path, "", "the safetensors header is damaged: %s",
                        json.problem ? json.problem : "it is not JSON");
    kcc_status status = read_extras(r, text + header, error);
    return status == KCC_OK ? apply(r, text + header, weights_only, error) : status;
}

static kcc_status load_file(kcc_session *session, const char *path, bool weights_only, kcc_extra *extra,
                            int n, kcc_error *error) {
    void *bytes;
    size_t size;
    for (int k = 0; k < n; k++) extra[k].bytes = NULL;
    kcc_status status = kcc_file_read(path, &bytes, &size, error);
    if (status != KCC_OK) return status;
    reader r = {.path = path,
                .session = session,
                .entry = calloc((size_t)session->program->n_variables + 1, sizeof(entry)),
                .weights = -1,
                .iteration = -1,
                .learning_rate = (double)NAN,
                .extra = extra,
                .place = calloc((size_t)n + 1, sizeof(int64_t[2])),
                .extras = n};
    if (r.entry && r.place) {
        for (int k = 0; k < n; k++) r.place[k][0] = -1;
        status = parse_file(&r, bytes, size, weights_only, error);
    } else {
        status = kcc_fail(error, KCC_ENOMEM, path, "", "no memory to read the weights");
    }
    for (int k = 0; k < n && status != KCC_OK; k++) {
        free(extra[k].bytes);
        extra[k].bytes = NULL;
    }
    free(r.entry);
    free(r.place);
    free(bytes);
    return status;
}

kcc_status kcc_weights_load(kcc_session *session, const char *path, bool weights_only, kcc_error *error) {
    return load_file(session, path, weights_only, NULL, 0, error);
}

kcc_status kcc_weights_load_extra(kcc_session *session, const char *path, kcc_extra *extra, int n,
                                  kcc_error *error) {
    return load_file(session, path, false, extra, n, error);
}
