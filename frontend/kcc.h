/**
 * kcc.h: read a Keras model, compile it, run it by JIT or write it as a library or as source.
 *
 *   kcc_model *model;  kcc_jit_program *jit;  const kcc_program *program;  kcc_error error = {0};
 *   if (kcc_model_load("model.json", NULL, &model, &error)) …
 *   kcc_model_compile_config(model, &(kcc_training){.optimizer = "adam", .loss = "mse"}, &error);
 *   kcc_model_jit(model, NULL, &jit, &program, &error);
 *   kcc_session_create(program, NULL, &session, &error);       // kcc_runtime.h goes on from here
 *
 * Errors: every function returns a kcc_status and fills *error (may be NULL) with message, location
 * ("model.json:
 * $.config.layers[3].config.units") and hint.  Nothing prints or exits; warnings and dumps go to the log
 * callback. Threads: a model belongs to one caller at a time; two models share nothing. Links LLVM, HDF5,
 * libzip, cJSON and libkcc-runtime.
 */
#ifndef KCC_H
#define KCC_H

#include "kcc_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kcc_model kcc_model;

typedef struct kcc_load_options {
    /* For inputs whose shape the file leaves open: sizes without the batch, input after input ("28,28,1;10");
     * NULL: only what the file says. */
    const char *input_shape;
    /* Likewise, of the data at hand, where input_shape is NULL: they must fit.  data_name is said in messages. */
    const char *data_shape, *data_name;
    void (*log)(void *user, const char *line); /* warnings such as unknown keys; may be NULL */
    void *log_user;
} kcc_load_options;

/**
 * Reads .json (Keras 1, 2, 3), .keras or a whole-model .h5.  Weights and compile information in the file
 * are taken along.  Errors: KCC_EIO, KCC_EPARSE, KCC_ESHAPE, KCC_EUNSUPPORTED (the first reason;
 * kcc_model_check lists all).  Free with kcc_model_free.  options may be NULL.
 */
kcc_status kcc_model_load(const char *path, const kcc_load_options *options, kcc_model **model,
                          kcc_error *error);
/** The same from text in memory; name is for messages. */
kcc_status kcc_model_parse(const char *json, const char *name, const kcc_load_options *options,
                           kcc_model **model, kcc_error *error);
void kcc_model_free(kcc_model *model);

/** How to train, as strings of the command line or the JSON of get_compile_config(); NULL: not given. */
typedef struct kcc_training {
    const char *compile_json; /* text of get_compile_config(); what follows overrides parts of it */
    const char *compile_name; /* its file name, for messages */
    const char *optimizer;    /* "adam" or "adam:learning_rate=0.01,beta_1=0.8" */
    const char *loss;         /* "mse" or one an output, comma separated */
    const char *loss_weights; /* "1,0.5" */
    const char *metrics;      /* "accuracy,mae"; with several outputs ';' separates them */
    const char *weighted_metrics;
} kcc_training;

/** Sets loss, metrics and optimizer; without a call, those of the model file are used, if any.
 *  Errors: unknown names (hint: the nearest), counts that do not fit the outputs. */
kcc_status kcc_model_compile_config(kcc_model *model, const kcc_training *training, kcc_error *error);
/** True if the model has a loss and an optimizer. */
bool kcc_model_trains(const kcc_model *model);

/** Every reason why the model is not supported, a line each, into *text (free with free()); *reasons counts.
 * Where there is none, what would fail when it is trained: "in training: …". */
kcc_status kcc_model_check(const char *path, const kcc_load_options *options, char **text, int *reasons,
                           kcc_error *error);
/** Keras's summary table; free with free(). */
kcc_status kcc_model_summary(const kcc_model *model, int width, char **text, kcc_error *error);
/** The layers drawn as SVG with names and shapes; free with free(). */
kcc_status kcc_model_svg(const kcc_model *model, char **text, kcc_error *error);

typedef struct kcc_code_options {
    const char *name;   /* prefix of symbols; NULL: the model's */
    const char *target; /* LLVM triple; NULL: host */
    const char *cpu;    /* "native" (default), "x86-64-v3", … */
    bool inference;     /* leave training out */
    bool
        initial_weights_only_from_file; /* no weights in the file: leave them to the runtime's initializers */
    unsigned entries;                   /* bit mask of 1u << kcc_entry to compile; 0: all that can be */
    const char *debug, *stop_after, *emit; /* see compile.h; texts go to log */
    void (*log)(void *user, const char *text);
    void (*warn)(void *user, const char *line); /* may be NULL */
    void *log_user;                             /* of both */
} kcc_code_options;

/** Weights of a file (as kcc_weights_read) become the initial ones of what is compiled from now on. */
kcc_status kcc_model_load_initial(kcc_model *model, const char *path,
                                  void (*log)(void *user, const char *line), void *log_user,
                                  kcc_error *error);

/** Compiles into this process; program lives until kcc_jit_program_free, which comes before kcc_model_free.
 * With stop_after or emit only their texts are made: *program stays NULL. */
typedef struct kcc_jit_program kcc_jit_program;
kcc_status kcc_model_jit(kcc_model *model, const kcc_code_options *options, kcc_jit_program **jit,
                         const kcc_program **program, kcc_error *error);
void kcc_jit_program_free(kcc_jit_program *jit);

/**
 * Writes path by its suffix: .so .o .s .ll .c .h .dot .svg.  A .so or .c gets its header beside it, model.h;
 * where that is the header of the other kind, or not made by kcc, it stays and the new one is model.so.h or
 * model.c.h (a warning says so).  Initial weights, where there are any, go into model.weights
 * (model.c.weights) beside a .c, and where they are large into path.weights beside a .s or .ll.  Files appear
 * whole or not at all.  Errors: KCC_EINVAL for an unknown suffix, KCC_EIO, KCC_EINTERNAL (linker).
 */
kcc_status kcc_model_emit(kcc_model *model, const char *path, const kcc_code_options *options,
                          kcc_error *error);
/** Opens a model.so made by kcc; close with kcc_library_close. */
typedef struct kcc_library kcc_library;
kcc_status kcc_library_open(const char *path, kcc_library **library, const kcc_program **program,
                            kcc_error *error);
void kcc_library_close(kcc_library *library);

/* ---------------------------------------------------------------- weights */

typedef struct kcc_weights_options {
    bool optimizer; /* also optimizer state, where the format and the file have it */
    void (*log)(void *user, const char *line);
    void *log_user;
    bool whole_model; /* writing .h5: the model and its compile information, too, as .keras always has them */
} kcc_weights_options;

/**
 * Reads weights into a session by suffix: .weights.h5, .h5 (both layouts), .keras, .npz (keys "layer/index"),
 * .safetensors.  model gives the layer tree that .h5 layouts need (NULL only for .npz and .safetensors).
 * Errors: KCC_EPARSE, KCC_ESHAPE naming layer, weight, both shapes, when the file is another model's.
 */
kcc_status kcc_weights_read(kcc_session *session, const kcc_model *model, const char *path,
                            const kcc_weights_options *options, kcc_error *error);
/** Whether the model can be written whole, .keras or .h5; path is for the message.  Errors: KCC_EUNSUPPORTED
 * if its JSON is not Keras 3's. */
kcc_status kcc_model_check_whole(const kcc_model *model, const char *path, kcc_error *error);
/** Writes weights (and optimizer state, if asked) by suffix, atomically: .weights.h5, .h5, .keras (whole
 * model), .npz, .safetensors.  Errors: KCC_EINVAL for a suffix that is none of these or, with whole_model,
 * holds weights only; KCC_EUNSUPPORTED for a whole model whose JSON is not Keras 3's; KCC_EIO. */
kcc_status kcc_weights_write(kcc_session *session, const kcc_model *model, const char *path,
                             const kcc_weights_options *options, kcc_error *error);

/** An .npz archive (stored or deflated): names and arrays; free with kcc_npz_free. */
typedef struct kcc_npz {
    int n;
    char **name;
    kcc_array *array;
} kcc_npz;
kcc_status kcc_npz_load(const char *path, kcc_npz *npz, kcc_error *error);
kcc_status kcc_npz_save(const char *path, const kcc_npz *npz, kcc_error *error); /* stored, atomic */
void kcc_npz_free(kcc_npz *npz);
const kcc_array *kcc_npz_find(const kcc_npz *npz, const char *name); /* NULL if absent */

/* ---------------------------------------------------------------- data */

/**
 * One array of samples from a file, whatever its format; text says which
 *
 *   F.npy                 mapped into memory
 *   F.npz, F.npz:KEY      read
 *   F.h5:/PATH            a dataset of numbers, read in batches: memory does not grow with the file
 *   F-idx3-ubyte, F.gz    IDX (MNIST), mapped; packed by gzip: read
 *   F.csv                 all columns as a matrix; kcc_csv_load knows targets and words
 *   FOLDER                pictures, read in batches, with a class for each subfolder
 *
 * Reads may come from any thread, and at the same time.
 */
typedef struct kcc_samples kcc_samples;

/**
 * Opens text as the table says; name is what an array may be called where text has no KEY ("x"; may be "").
 * Errors: KCC_EIO, KCC_EPARSE, KCC_EINVAL (KEY; it says what there is), KCC_EUNSUPPORTED.
 * Free with kcc_samples_close.
 */
kcc_status kcc_samples_open(const char *text, const char *name, kcc_samples **samples, kcc_error *error);
/** Takes over array (made by kcc_array_create), which text names in messages. */
kcc_status kcc_samples_from_array(kcc_array *array, const char *text, kcc_samples **samples,
                                  kcc_error *error);
/** dtype and shape [N, ...]; data NULL where rows are read.  Valid until the samples are closed. */
const kcc_array *kcc_samples_array(const kcc_samples *samples);
/** Rows row[0 ... count-1] in the array's dtype, in that order, into `to`.  Errors: KCC_ERANGE, KCC_EIO,
 * KCC_EPARSE where the file turns out to be damaged. */
kcc_status kcc_samples_read(kcc_samples *samples, const int64_t *row, int64_t count, void *to,
                            kcc_error *error);
/** All rows as an array in memory; free with kcc_array_free. */
kcc_status kcc_samples_load(kcc_samples *samples, kcc_array *array, kcc_error *error);
void kcc_samples_close(kcc_samples *samples); /* may be NULL */

/**
 * Fits samples to an input of a model: pictures take its height, width and channels (bilinear, half-pixel
 * centres, no antialiasing, as image_dataset_from_directory).  Other samples stay as they are.
 * Errors: KCC_ESHAPE if the input is no picture.
 */
kcc_status kcc_samples_adapt(kcc_samples *samples, const kcc_program *program, int input, kcc_error *error);
/** Whether text names a folder, whose pictures bring their targets. */
bool kcc_samples_is_folder(const char *text);
/** Whether the samples bring their targets with them, as a folder of classes does. */
bool kcc_samples_have_targets(const kcc_samples *samples);
/** Those targets for the program's first output: class indices [N], or one-hot [N, classes] where its loss
 * wants that.  Free with kcc_array_free.  Errors: KCC_ESHAPE where the classes are not the model's. */
kcc_status kcc_samples_targets(kcc_samples *samples, const kcc_program *program, kcc_array *y,
                               kcc_error *error);
/** Another order of pictures, drawn from seed: without it they are sorted by class. */
void kcc_samples_shuffle(kcc_samples *samples, uint64_t seed);

/** Samples of one call; an entry may be NULL where the array is not given. */
typedef struct kcc_samples_batch {
    kcc_samples *const *x;
    int n_x;
    kcc_samples *const *y;
    int n_y;
    kcc_samples *const *sample_weight; /* [n_y] or NULL */
} kcc_samples_batch;

/**
 * A `read` generator for kcc_fit_generator and its kin over samples that fit the program (kcc_batch_check);
 * batch must outlive it.  It trains to the same bits as the arrays do.
 */
kcc_generator kcc_samples_generator(const kcc_samples_batch *batch);

/** How a CSV file with a header becomes numbers.  Columns are named as in the header; an item of a list may
 * hold several names, separated by commas. */
typedef struct kcc_csv_options {
    const char *const *target; /* columns of y, in this order; NULL: all columns are features */
    int n_target;
    const char *const *one_hot; /* columns that become one column of 0 and 1 for each of their values */
    int n_one_hot;
    const char *const *drop; /* columns left out */
    int n_drop;
    const char *const *categories; /* "COLUMN=A,B,C": the values of a column of words, in this order; else
                                      sorted.  Targets of words become their index */
    int n_categories;
    bool target_optional;       /* as in predict: target columns may be missing */
    const struct kcc_csv *like; /* the file trained on: its features in its order, its categories */
} kcc_csv_options;

/** What became of the columns of a CSV file.  Free with kcc_csv_free. */
typedef struct kcc_csv {
    kcc_array x; /* f64 [N, features] */
    kcc_array y; /* f64 [N, columns of the target], without data where there is none */
    int n_columns;
    struct kcc_csv_column *column; /* of data_csv.c */
} kcc_csv;
/**
 * Reads a CSV file with a header: RFC 4180, UTF-8 with or without a mark, line ends LF or CRLF; numbers are
 * rounded correctly, whatever the locale.
 * Errors: KCC_EPARSE with "file:line" and the column's name for empty cells, bad numbers and rows of another
 * length; KCC_EINVAL for columns that are not there.
 */
kcc_status kcc_csv_load(const char *path, const kcc_csv_options *options, kcc_csv *csv, kcc_error *error);
void kcc_csv_free(kcc_csv *csv);
/** "weight, origin (3)": the columns of x, in order, with the number of their one-hot columns. */
void kcc_csv_features(const kcc_csv *csv, char *text, size_t size);
/** Columns of words for people: "column "species" became classes 0 = setosa, 1 = virginica", the i-th; NULL:
 * there are no more.  Free with free(). */
char *kcc_csv_note(const kcc_csv *csv, int i);

const char *kcc_version(void);

#ifdef __cplusplus
}
#endif
#endif
