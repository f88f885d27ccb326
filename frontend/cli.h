/*
 * The kcc command, inside: what was asked for, the commands, their data and their model.
 *
 * Takes: the command line.
 * Gives: one table of options a command, which parsing, --help and "did you mean" all come from; helpers that
 *        the commands share.
 * Keeps: only main.c, the commands' run functions and kcc_cli_report print; all else fills a kcc_error.
 */
#ifndef KCC_CLI_H
#define KCC_CLI_H

#include "core.h"
#include "kcc.h"
#include "kcc_callbacks.h"

/** Exit status of the command. */
enum { KCC_EXIT_DONE = 0, KCC_EXIT_FAILED = 1, KCC_EXIT_USAGE = 2, KCC_EXIT_STOPPED = 130 };

/* ---------------------------------------------------------------- options (cli_options.c) */

/** Values of an option that may be repeated, in order; the texts are argv's. */
typedef struct kcc_list {
    int n;
    const char **item;
} kcc_list;

/** Everything the options of all commands can say.  Texts are argv's; NULL, 0 and false: not given. */
typedef struct kcc_arguments {
    const struct kcc_command *command;
    const char *model; /* the positional argument */
    bool help;
    /* output of every kind */
    const char *out;
    /* code */
    const char *name, *triple, *cpu, *emit, *stop_after;
    bool inference;
    /* model */
    const char *input_shape, *weights, *of_model, *h5;
    const char *compile, *optimizer, *loss, *loss_weights, *metrics, *weighted_metrics;
    /* data */
    kcc_list x, y, sample_weight;
    const char *data, *csv, *class_weight;
    kcc_list csv_target, one_hot, drop, categories;
    /* training */
    int64_t batch_size, epochs, initial_epoch, steps_per_epoch;
    double validation_split;
    kcc_list validation_data;
    int64_t validation_steps, validation_batch_size;
    const char *validation_freq, *shuffle;
    kcc_list callback;
    const char *history, *save, *save_model, *plot;
    /* evaluate, gradients */
    bool json, training, inputs;
    /* all */
    int64_t seed, threads, verbose;
} kcc_arguments;

typedef enum kcc_option_kind {
    KCC_OPTION_TEXT,
    KCC_OPTION_LIST,   /* repeatable text */
    KCC_OPTION_WHOLE,  /* int64_t in low … high */
    KCC_OPTION_REAL,   /* double in [low, high) */
    KCC_OPTION_FLAG,   /* takes no value, or =true, =false */
    KCC_OPTION_CHOICE, /* one of the words of argument, kept as text */
    KCC_OPTION_WORDS,  /* some of them, separated by commas */
} kcc_option_kind;

typedef struct kcc_option {
    const char *name;     /* "--epochs", "-o" */
    const char *argument; /* "N" for help, NULL for a flag; of a choice: "true|false|batch" */
    kcc_option_kind kind;
    size_t offset; /* in kcc_arguments */
    double low, high;
    const char *help;
} kcc_option;

/** Options that belong together under one heading of --help; ends with name NULL. */
typedef struct kcc_option_group {
    const char *title;
    const kcc_option *option;
} kcc_option_group;

typedef struct kcc_command {
    const char *name;              /* "fit"; "" for kcc MODEL -o OUT */
    const char *usage;             /* "kcc fit MODEL DATA [options]" */
    const char *brief;             /* one line */
    const char *about;             /* paragraphs of --help, may be NULL */
    const kcc_option_group *group; /* ends with title NULL */
    int (*run)(const kcc_arguments *arguments);
} kcc_command;

/** All commands (cli_table.c); the first is the one without a name. */
extern const kcc_command kcc_commands[];
extern const int kcc_command_count;
const kcc_command *kcc_command_find(const char *name); /* NULL if there is none */

/**
 * Reads argv[0 … argc-1] (after the command's name) into *arguments; free with kcc_arguments_free, also after
 * a failure.  Errors: KCC_EINVAL with one line in *error for what usage forbids, KCC_ENOMEM.
 */
kcc_status kcc_arguments_parse(const kcc_command *command, int argc, const char *const *argv,
                               kcc_arguments *arguments, kcc_error *error);
void kcc_arguments_free(kcc_arguments *arguments);
/** The text of kcc COMMAND --help, at most 80 columns wide. */
void kcc_command_help(const kcc_command *command, kcc_text *text);
/** The text of kcc --help. */
void kcc_general_help(kcc_text *text);

/* ---------------------------------------------------------------- data (cli_data.c, cli_data_order.c) */

/** Samples as they were given: one entry each, NULL where the entry is empty. */
typedef struct kcc_arrays_given {
    int n;
    char **name;           /* of NAME=F, else NULL */
    char **file;           /* for messages; "" for an empty entry */
    kcc_samples **samples; /* owned */
    kcc_array *array;      /* theirs: without data where they are read in batches */
} kcc_arrays_given;

typedef struct kcc_data {
    kcc_arrays_given x, y, weight;             /* training data, or the data */
    kcc_arrays_given val_x, val_y, val_weight; /* validation data; n = 0: none */
    kcc_csv csv;                               /* of --csv: its columns, without the arrays */
    bool targets;                              /* they are wanted, too */
} kcc_data;

/** What a command does with --data F.npz. */
typedef enum kcc_data_use { KCC_DATA_TRAIN, KCC_DATA_TEST, KCC_DATA_GRADIENTS } kcc_data_use;

/** What usage forbids about the data options; NULL: nothing. */
const char *kcc_data_usage(const kcc_arguments *arguments, bool targets);
/**
 * Opens what --x, --y, --sample-weight, --data, --csv and --validation-data name; validation data are all in
 * val_x until kcc_data_order.  Free with kcc_data_free, also after a failure.
 * Errors: those of kcc_samples_open and kcc_csv_load.
 */
kcc_status kcc_data_load(const kcc_arguments *arguments, kcc_data_use use, bool targets, kcc_data *data,
                         kcc_error *error);
/** Puts named arrays in the program's order, splits validation data, fits pictures to the inputs; counts and
 * numbers of samples are checked, and shapes of what is read in batches. */
kcc_status kcc_data_order(kcc_data *data, const kcc_program *program, kcc_error *error);
/** Reads all that would be read in batches into memory. */
kcc_status kcc_data_gather(kcc_data *data, kcc_error *error);
void kcc_data_free(kcc_data *data);

/** Data read in batches; batch must stay where it is while the generator is used. */
typedef struct kcc_data_stream {
    kcc_samples_batch batch;
    kcc_generator generator;
} kcc_data_stream;
/** False: all is in memory, the arrays will do.  The data must outlive the stream. */
bool kcc_data_open_stream(const kcc_data *data, kcc_data_stream *stream);
bool kcc_data_open_validation(const kcc_data *data, kcc_data_stream *stream);
/** How the stream is run: sources that several threads may read at the same time are, by --threads of them.
 */
kcc_queue_options kcc_data_queue(const kcc_arguments *arguments, const kcc_data_stream *stream);

/** Sizes without the batch for kcc_load_options.input_shape, "28,28,1;10"; free with free(), NULL: no memory.
 */
char *kcc_data_input_shape(const kcc_data *data);
/** Puts the file's name before a location like "x[0] (features)"; leaves the batch out. */
void kcc_data_locate(const kcc_data *data, kcc_error *error);

/* Lists of samples. */
bool kcc_given_allocate(kcc_arrays_given *given, int n); /* n empty entries; false: no memory */
void kcc_given_free(kcc_arrays_given *given);
/** Moves entry from[i] to to[k], which is empty. */
void kcc_given_move(kcc_arrays_given *to, int k, kcc_arrays_given *from, int i);
/** Entry i takes over samples (may be NULL, or those it has). */
void kcc_given_set(kcc_arrays_given *given, int i, kcc_samples *samples);

/** Reads "0=1.0,1=2.5"; label and weight are owned: free both.  Errors: KCC_EINVAL. */
kcc_status kcc_class_weight_parse(const char *text, kcc_class_weight *weights, kcc_error *error);
void kcc_class_weight_free(kcc_class_weight *weights);

/* ---------------------------------------------------------------- model (cli_model.c) */

/** A model file or model.so, opened and ready to run. */
typedef struct kcc_runnable {
    const char *path;
    kcc_model *model; /* of a model.so: parsed when a weights file or summary needs it */
    kcc_jit_program *jit;
    kcc_library *library;
    const kcc_program *program;
    kcc_session *session;
} kcc_runnable;

bool kcc_ends_with(const char *text, const char *end);
bool kcc_is_library(const char *path); /* by suffix, .so */

/**
 * Loads the model and sets what the compile options say.  data (may be NULL) gives sizes the file leaves
 * open. Errors: kcc_model_load's and kcc_model_compile_config's.  Free with kcc_model_free.
 */
kcc_status kcc_cli_load(const kcc_arguments *arguments, const char *path, const kcc_data *data,
                        kcc_model **model, kcc_error *error);
/**
 * Opens a library or loads and compiles a model (entries: mask of 1u << kcc_entry; 0: the least whose session
 * has all variables of the model and its optimizer), creates a session and reads --weights into it.  resume:
 * with the optimizer's state.  Free with kcc_runnable_free, also after a failure.
 */
kcc_status kcc_runnable_open(kcc_runnable *run, const kcc_arguments *arguments, const kcc_data *data,
                             unsigned entries, bool resume, kcc_error *error);
void kcc_runnable_free(kcc_runnable *run);
/** run->model, parsed from the library's own text where it is a library. */
kcc_status kcc_runnable_model(kcc_runnable *run, kcc_error *error);
/** Writes the session's weights by suffix, with the optimizer's state where format and program have it;
 * whole: with the model, .keras or .h5.  Errors: kcc_weights_write's. */
kcc_status kcc_runnable_save(kcc_runnable *run, const char *path, bool whole, kcc_error *error);
/** Warns of words in KCC_DEBUG that mean nothing. */
void kcc_cli_check_debug(void);
/** kcc_code_options of the command line and KCC_DEBUG. */
kcc_code_options kcc_cli_code_options(const kcc_arguments *arguments);

/** That a file can be made at path: its folder exists and takes one.  Nothing is left behind.  path may be
 * NULL. */
kcc_status kcc_check_writable(const char *path, kcc_error *error);
/** True if model.save of Keras could have made it, by suffix: .keras and .h5, but not .weights.h5. */
bool kcc_is_whole_suffix(const char *path);
/** That the suffix of a weights file is one that is written. */
kcc_status kcc_check_weights_suffix(const char *option, const char *path, kcc_error *error);

/* ---------------------------------------------------------------- callbacks (cli_callbacks.c) */

/** The callbacks of --callback, in order. */
typedef struct kcc_given_callbacks {
    int n;
    kcc_callback *item;
    kcc_runnable *run; /* what is saved */
    bool saves_whole;  /* a ModelCheckpoint writes whole models */
} kcc_given_callbacks;

/**
 * Makes them.  ModelCheckpoint writes what run holds when it saves, by suffix as kcc_runnable_save; run may
 * be opened later; it and *callbacks must stay where they are.  Free with kcc_given_callbacks_free, also
 * after a failure. Errors: kcc_callback_parse's; a checkpoint whose format or folder cannot be written.
 */
kcc_status kcc_given_callbacks_make(const kcc_arguments *arguments, kcc_runnable *run,
                                    kcc_given_callbacks *callbacks, kcc_error *error);
void kcc_given_callbacks_free(kcc_given_callbacks *callbacks);

/* ---------------------------------------------------------------- printing (cli_print.c) */

/** Prints "kcc: error: …" if status is a failure; returns the exit status. */
int kcc_cli_report(kcc_status status, const kcc_error *error);
/** Prints one line that ends in "try kcc fit --help"; returns KCC_EXIT_USAGE. */
int kcc_cli_usage(const kcc_command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Callbacks: a warning, a text of --emit, a text of KCC_DEBUG. */
void kcc_cli_warn(void *user, const char *line);
void kcc_cli_print(void *user, const char *text);
void kcc_cli_debug(void *user, const char *text);
/** A number as Python's json writes it. */
void kcc_text_json_number(kcc_text *text, double value);
/** {"loss": …, …} of a program's metrics and values, one line. */
void kcc_text_metrics(kcc_text *text, const kcc_program *program, const float *values);
/** Set by Ctrl-C once kcc_catch_interrupt was called; before that, and a second time, Ctrl-C ends the
 * process. */
void kcc_catch_interrupt(void);
/** Says so and ends the process with KCC_EXIT_STOPPED; async-signal-safe. */
_Noreturn void kcc_end_stopped(void);
const volatile int *kcc_interrupted(void);

/* ---------------------------------------------------------------- curves (cli_plot.c) */

typedef struct kcc_plot_options {
    const char *title;
    int64_t initial_epoch;
    int64_t validation_freq;          /* 0 or 1: every epoch */
    const int64_t *validation_epochs; /* 1-based; or NULL */
    int n_validation_epochs;
} kcc_plot_options;

/** Loss and metrics over the epochs as an SVG picture, training and validation in one panel a metric. */
void kcc_plot_history(kcc_text *svg, const kcc_history *history, const kcc_plot_options *options);

/* ---------------------------------------------------------------- commands */

int kcc_cli_compile(const kcc_arguments *arguments);   /* cli_files.c */
int kcc_cli_summary(const kcc_arguments *arguments);   /* cli_files.c */
int kcc_cli_check(const kcc_arguments *arguments);     /* cli_files.c */
int kcc_cli_plot(const kcc_arguments *arguments);      /* cli_files.c */
int kcc_cli_convert(const kcc_arguments *arguments);   /* cli_files.c */
int kcc_cli_fit(const kcc_arguments *arguments);       /* cli_fit.c */
int kcc_cli_evaluate(const kcc_arguments *arguments);  /* cli_run.c */
int kcc_cli_predict(const kcc_arguments *arguments);   /* cli_run.c */
int kcc_cli_gradients(const kcc_arguments *arguments); /* cli_run.c */

#endif
