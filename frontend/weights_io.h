/*
 * What the readers and writers of weight files share.
 *
 * Takes: a session and a file.
 * Gives: kcc_weights_io, the arrays as every format sees them; the layer tree as lists of places in files.
 * Keeps: reading fills staged copies and the session changes only after the whole file was read well.  Memory
 *        of lists is the arena's; no arena memory is asked for while a file is open.
 */
#ifndef KCC_WEIGHTS_IO_H
#define KCC_WEIGHTS_IO_H

#include "h5_file.h"
#include "keras_model.h"

/** The Keras whose files are written here. */
#define KCC_KERAS_VERSION "3.15.1"
#define KCC_KERAS_BACKEND "tensorflow" /* that this version of Keras is said to have run on */

typedef struct kcc_weights_io {
    kcc_arena *arena;
    const kcc_model *model; /* NULL: only for formats with keys */
    const char *path;       /* the file, for messages */
    kcc_error *error;
    void (*log)(void *user, const char *line);
    void *log_user;

    int n_weights;
    const kcc_tensor *weight; /* in Keras's order */
    void **data;              /* [n_weights] reading: staged; writing: the values */

    bool optimizer; /* its state is wanted, and the program has an optimizer */
    bool schedule;  /* learning rate computed: Keras stores none */
    int n_slots;
    const kcc_tensor *slot; /* in Keras 3's order */
    void **slot_data;
    const char *optimizer_name; /* "adam", "rm_sprop"; "" if unknown */
    const char *compile_json;   /* "" if there is none */
    int64_t iterations;
    float learning_rate;
    /* of the model's tree; set by kcc_weights_prepare, empty without a model */
    struct kcc_saveables *saveables;
    struct kcc_legacy_layers *legacy;
    /* set by reading */
    bool state_found, slots_found, rate_found;
} kcc_weights_io;

/** One line to the log callback, if there is one. */
void kcc_weights_log(const kcc_weights_io *io, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Fails with KCC_ESHAPE: place in the file, layer, weight and both shapes.  rank < 0: no shape in the file.
 */
kcc_status kcc_weights_misfit(const kcc_weights_io *io, int weight, const char *place, int rank,
                              const int64_t *shape);
/** True if shape is the tensor's. */
bool kcc_weights_fits(const kcc_tensor *tensor, int rank, const int64_t *shape);
/** The tensor's extents into shape[KCC_MAX_RANK]. */
void kcc_weights_shape(const kcc_tensor *tensor, int64_t *shape);
size_t kcc_weights_bytes(const kcc_tensor *tensor);
/** Reads the dataset at path into the staged weight.  Errors: KCC_EPARSE, KCC_ESHAPE. */
kcc_status kcc_weights_stage_h5(kcc_weights_io *io, kcc_h5 *file, const char *path, int weight);
/** A weight at its place in a Keras file. */
void kcc_weights_put_h5(const kcc_weights_io *io, kcc_h5_writer *file, const char *path, int weight);
/** A shape as Python spells it, "(4, 3)"; returns text. */
const char *kcc_weights_shape_text(int rank, const int64_t *shape, char *text, size_t size);
/** Type a weight has in a file: its own, but Normalization's count is an integer there. */
kcc_dtype kcc_weights_stored_type(const kcc_weights_io *io, int weight);

/* ------------------------------------------------------------ the layer tree */

/** An object that has a group `vars` in Keras 3's layout. */
typedef struct kcc_saveable {
    const char *path;  /* "" the model itself, "layers/sequential/layers/dense" */
    const char *name;  /* attribute `name` of vars */
    const char *layer; /* the layer's name, for messages */
    int n;
    const int *weight;
} kcc_saveable;
typedef struct kcc_saveables {
    int n;
    kcc_saveable *item;
} kcc_saveables;
/** All of them, parents first, in the order Keras visits them. */
kcc_saveables kcc_weights_saveables(kcc_arena *arena, const kcc_model *model);
/** Fills io->saveables and io->legacy: all the arena memory that formats need, before a file is opened. */
void kcc_weights_prepare(kcc_weights_io *io);

/** A top-level layer in the legacy layout, with the orders its weights may have there. */
enum { KCC_LEGACY_ORDERS = 3 };
typedef struct kcc_legacy_layer {
    const kcc_layer *layer;
    int n;
    int *order[KCC_LEGACY_ORDERS]; /* [n] weight indices each */
} kcc_legacy_layer;
typedef struct kcc_legacy_layers {
    int n;
    kcc_legacy_layer *item; /* layers without weights included (n = 0) */
} kcc_legacy_layers;
/** order[0] by the rules of Keras 3 and tf.keras, [1] by those of standalone Keras 2, [2] as if nothing were
 *  frozen; they differ for models inside the model only. */
kcc_legacy_layers kcc_weights_legacy_layers(kcc_arena *arena, const kcc_model *model);

/* ---------------------------------------------------------------- formats */

/** Reads Keras 3's tree; prefix of messages is the file's name. */
kcc_status kcc_weights_read_keras3(kcc_weights_io *io, kcc_h5 *file);
void kcc_weights_write_keras3(const kcc_weights_io *io, kcc_h5_writer *file);
kcc_status kcc_weights_read_legacy(kcc_weights_io *io, kcc_h5 *file);
/** The weights below group base, "" for a file of weights only. */
void kcc_weights_write_legacy(const kcc_weights_io *io, kcc_h5_writer *file, const char *base);
/** A whole model as model.save("model.h5") writes it: model_config, training_config and optimizer_weights if
 * it is compiled, weights in model_weights.  The model's JSON is Keras 3's.  Errors: KCC_ENOMEM. */
kcc_status kcc_weights_write_whole(const kcc_weights_io *io, kcc_h5_writer *file);
kcc_status kcc_weights_read_h5(kcc_weights_io *io, kcc_h5 *file); /* either, told apart by content */
kcc_status kcc_weights_read_archive(kcc_weights_io *io);          /* .keras */
kcc_status kcc_weights_write_archive(const kcc_weights_io *io);
kcc_status kcc_weights_read_npz(kcc_weights_io *io);
kcc_status kcc_weights_write_npz(const kcc_weights_io *io);

/** Whose order the optimizer's arrays are in. */
typedef enum kcc_slot_order {
    KCC_SLOTS_KERAS_3, /* per variable: m0, v0, m1, v1, … */
    KCC_SLOTS_TF_NEW,  /* the same, no learning rate (tf.keras 2.11 and later) */
    KCC_SLOTS_GROUPED  /* all m, all v (Keras 2, tf.keras before 2.11) */
} kcc_slot_order;
/** Stages optimizer state from the datasets path[0 … n-1].  What does not fit is a warning, and no state. */
void kcc_weights_read_state(kcc_weights_io *io, kcc_h5 *file, char *const *path, int n, kcc_slot_order order);
/** Number of arrays the state has in Keras's files: without slots before the first step. */
int kcc_weights_state_count(const kcc_weights_io *io);
/** Array i of them as a dataset at path. */
void kcc_weights_put_state(const kcc_weights_io *io, kcc_h5_writer *file, const char *path, int i);

/** Compile information with a point in the numbers that Keras takes as Python's float only: "momentum": 0.0. */
void kcc_weights_put_floats(kcc_text *text, const char *json);
/** Compile information as Keras 3 reads it: optimizer_config renamed, the optimizer's class with its module.
 */
void kcc_weights_complete_compile(kcc_text *text, const char *compile_json);
/** training_config of compile information: the same, with the optimizer behind the rest as optimizer_config
 * of class_name and config only.  Nothing is added where there is no optimizer. */
void kcc_weights_training_config(kcc_text *text, const char *compile_json);
/** model_config of a model's JSON: its class_name and config, all layers reduced to these two. */
void kcc_weights_model_config(kcc_text *text, const char *model_json);
/** Keras's class of an optimizer given by any spelling of its name; else the name. */
const char *kcc_weights_optimizer_class(const char *name);
/** The JSON text of a model with its compile_config replaced; text->failed if memory ran out or the text is
 * no JSON object.  compile_json "" gives null. */
void kcc_weights_set_compile_config(kcc_text *text, const char *model_json, const char *compile_json);

#endif
