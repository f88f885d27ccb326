/*
 * The commands and their options: the one table behind parsing, --help and hints.
 *
 * Adding an option: a field in kcc_arguments, a row here, a line in docs/kcc.1.
 */
#include "cli.h"

#include <string.h>

#define AT(field)           offsetof(kcc_arguments, field)
#define TEXT(field)         KCC_OPTION_TEXT, AT(field), 0, 0
#define LIST(field)         KCC_OPTION_LIST, AT(field), 0, 0
#define WHOLE(field, low)   KCC_OPTION_WHOLE, AT(field), low, 9.2e18
#define REAL(field, lo, hi) KCC_OPTION_REAL, AT(field), lo, hi
#define FLAG(field)         KCC_OPTION_FLAG, AT(field), 0, 0
#define CHOICE(field)       KCC_OPTION_CHOICE, AT(field), 0, 0
#define END \
    { NULL, NULL, KCC_OPTION_FLAG, 0, 0, 0, NULL }

#define CSV_OPTIONS(target) \
    {"--csv", "F.csv", TEXT(csv), "a table with a header, instead of --x and --y: all columns of numbers"}, \
        {"--target", "COLUMN[,COLUMN...]", LIST(csv_target), target}, \
        {"--one-hot", "COLUMN[,COLUMN...]", LIST(one_hot), \
         "of --csv: a column of 0 and 1 for each value, sorted, instead of these"}, \
        {"--drop", "COLUMN[,COLUMN...]", LIST(drop), "of --csv: leave these out"}, { \
        "--categories", "COLUMN=A,B,C", LIST(categories), \
            "of --csv: the values of a column of words, in this order; repeatable" \
    }

static const kcc_option common[] = {
    {"--seed", "N", WHOLE(seed, 0), "of initial weights, shuffling and dropout (default 0)"},
    {"--threads", "N", KCC_OPTION_WHOLE, AT(threads), 1, 1024,
     "default: OMP_NUM_THREADS, else the physical cores"},
    {"--verbose", "0|1|2", KCC_OPTION_WHOLE, AT(verbose), 0, 2,
     "0 silent, 1 progress bar, 2 one line an epoch (default 1)"},
    {"--help", NULL, FLAG(help), "this text"},
    END};

static const kcc_option data_x[] = {
    {"--x", "F[,F...]", LIST(x),
     "inputs in model order: .npy, .npz (F.npz:KEY), HDF5 (F.h5:/PATH, read in batches), IDX, .csv, or a "
     "folder of pictures; or NAME=F, repeated; integers, bool, float16, float32 or float64"},
    {"--data", "F.npz", TEXT(data), "an archive with x_test; instead of --x"},
    CSV_OPTIONS("columns of targets, which are left out; they may be missing"),
    END};

static const kcc_option data_xy[] = {
    {"--x", "F[,F...]", LIST(x),
     "inputs in model order: .npy, .npz (F.npz:KEY), HDF5 (F.h5:/PATH, read in batches), IDX, .csv, or a "
     "folder of pictures; or NAME=F, repeated; integers, bool, float16, float32 or float64"},
    {"--y", "F[,F...]", LIST(y),
     "targets in output order, or NAME=F; an empty entry is for an output without a loss"},
    {"--sample-weight", "F[,F...]", LIST(sample_weight), "weights of samples in output order, or NAME=F"},
    {"--class-weight", "C=W[,C=W...]", TEXT(class_weight), "weights of classes, as 0=1.0,1=2.5"},
    {"--data", "F.npz", TEXT(data),
     "an archive with x_train, y_train, x_test, y_test: fit trains on the first two and validates on the "
     "others, "
     "evaluate takes the test arrays, gradients the training arrays"},
    CSV_OPTIONS("columns of the targets, or of their classes, in output order"),
    END};

static const kcc_option compile_options[] = {
    {"--compile", "FILE", TEXT(compile),
     "JSON of Keras's get_compile_config(); without it and the next, what the model file holds"},
    {"--optimizer", "NAME", TEXT(optimizer),
     "adam, or 'adam:learning_rate=0.01,beta_1=0.8' (default rmsprop, as in Keras)"},
    {"--loss", "NAME[,NAME...]", TEXT(loss), "mse, sparse_categorical_crossentropy, ...; one an output"},
    {"--loss-weights", "W[,W...]", TEXT(loss_weights), "of the outputs' losses"},
    {"--metrics", "NAME[,NAME...]", TEXT(metrics), "accuracy,mae; with several outputs ';' separates them"},
    {"--weighted-metrics", "NAME[,NAME...]", TEXT(weighted_metrics), "metrics that sample weights count in"},
    END};

static const kcc_option weights_options[] = {
    {"--weights", "W", TEXT(weights), ".weights.h5, .h5 (both layouts), .keras, .npz or .safetensors"}, END};

static const kcc_option shape_options[] = {
    {"--input-shape", "N,N[;N...]", TEXT(input_shape),
     "sizes without the batch where the model leaves them open, input after input"},
    END};

static const kcc_option batch_options[] = {
    {"--batch-size", "N", WHOLE(batch_size, 1), "samples at a time (default 32)"}, END};

static const kcc_option training_options[] = {
    {"--batch-size", "N", WHOLE(batch_size, 1), "samples a step (default 32)"},
    {"--epochs", "N", WHOLE(epochs, 1), "epochs run from --initial-epoch to this number (default 1)"},
    {"--initial-epoch", "N", WHOLE(initial_epoch, 0), "epochs already done (default 0)"},
    {"--steps-per-epoch", "N", WHOLE(steps_per_epoch, 1), "batches an epoch; the data go on in the next one"},
    {"--validation-split", "S", REAL(validation_split, 0, 1),
     "this part of the samples, the last ones, validates"},
    {"--validation-data", "F[,F...]", LIST(validation_data),
     "all inputs, then all targets, then all weights if any; with --csv another .csv, with a folder another "
     "folder"},
    {"--validation-steps", "N", WHOLE(validation_steps, 1), "batches a validation"},
    {"--validation-freq", "N|N,N...", TEXT(validation_freq), "validate every N epochs, or after these"},
    {"--validation-batch-size", "N", WHOLE(validation_batch_size, 1), "default: --batch-size"},
    {"--shuffle", "true|false|batch", CHOICE(shuffle),
     "samples anew in each epoch (default true); batch: inside each batch, which is what HDF5 reads fast"},
    {"--callback", "NAME[:KEY=V,...]", LIST(callback),
     "one of Keras's callbacks, as 'EarlyStopping:monitor=val_loss,patience=3'; repeated for several; the "
     "list "
     "is below"},
    END};

static const kcc_option fit_output[] = {
    {"--save", "W", TEXT(save), "weights: .weights.h5, .h5, .keras, .npz or .safetensors"},
    {"--save-model", "M.keras", TEXT(save_model),
     "model, weights and the optimizer's state: .keras, or .h5, the older layout"},
    {"--history", "H.json", TEXT(history), "what Keras's History.history holds"},
    {"--plot", "P.svg", TEXT(plot), "loss and metrics drawn over the epochs"},
    END};

static const kcc_option evaluate_output[] = {
    {"--json", NULL, FLAG(json), "the last line is one JSON object {\"loss\": ...}"}, END};

static const kcc_option predict_output[] = {
    {"-o", "F.npy[,F.npy...]", TEXT(out), "where the outputs go, in model order"}, END};

static const kcc_option gradients_output[] = {
    {"-o", "G.npz", TEXT(out), "gradients under \"layer name/index\""},
    {"--inputs", NULL, FLAG(inputs), "also those of the inputs: \"input:0\", ..."},
    {"--training", NULL, FLAG(training), "forward as in training (default: as in inference)"},
    {"--json", NULL, FLAG(json), "print {\"loss\": ...} instead of loss: ..."},
    END};

static const kcc_option code_options[] = {
    {"-o", "OUT", TEXT(out), ".so .o .s .ll .c .h .dot .svg"},
    {"--name", "NAME", TEXT(name), "prefix of the functions made (default: the model's name)"},
    {"--target", "TRIPLE", TEXT(triple), "LLVM's name of the machine (default: this one)"},
    {"--cpu", "CPU", TEXT(cpu), "native (default), x86-64-v3, ..."},
    {"--inference", NULL, FLAG(inference), "leave training out"},
    {"--emit", "graph|kernels|plan", KCC_OPTION_WORDS, AT(emit), 0, 0,
     "print a stage, or several: graph,plan"},
    {"--stop-after", "PASS", TEXT(stop_after), "print the graph after this pass and stop"},
    END};

static const kcc_option svg_output[] = {{"-o", "F.svg", TEXT(out), "the picture"}, END};

static const kcc_option convert_output[] = {
    {"-o", "B", TEXT(out), ".weights.h5, .h5, .keras, .npz or .safetensors"},
    {"--model", "MODEL", TEXT(of_model),
     "the model whose weights A holds; not needed where A is a whole model"},
    {"--h5", "model|weights", CHOICE(h5),
     "what B.h5 holds (default: a model where A is one, else weights; .weights.h5 and .keras leave no "
     "choice)"},
    END};

static const kcc_option_group compile_groups[] = {{"Code", code_options},
                                                  {"Model", shape_options},
                                                  {"Weights that go into the code", weights_options},
                                                  {"Compile", compile_options},
                                                  {"All commands", common},
                                                  {NULL, NULL}};
static const kcc_option_group fit_groups[] = {{"Data", data_xy},
                                              {"Training", training_options},
                                              {"Compile", compile_options},
                                              {"Weights to begin with", weights_options},
                                              {"Model", shape_options},
                                              {"Results", fit_output},
                                              {"All commands", common},
                                              {NULL, NULL}};
static const kcc_option_group evaluate_groups[] = {{"Data", data_xy},
                                                   {"Batches", batch_options},
                                                   {"Compile", compile_options},
                                                   {"Weights", weights_options},
                                                   {"Model", shape_options},
                                                   {"Results", evaluate_output},
                                                   {"All commands", common},
                                                   {NULL, NULL}};
static const kcc_option_group predict_groups[] = {{"Data", data_x},
                                                  {"Batches", batch_options},
                                                  {"Weights", weights_options},
                                                  {"Model", shape_options},
                                                  {"Results", predict_output},
                                                  {"All commands", common},
                                                  {NULL, NULL}};
static const kcc_option_group gradients_groups[] = {{"Data", data_xy},
                                                    {"Compile", compile_options},
                                                    {"Weights", weights_options},
                                                    {"Model", shape_options},
                                                    {"Results", gradients_output},
                                                    {"All commands", common},
                                                    {NULL, NULL}};
static const kcc_option_group model_groups[] = {
    {"Model", shape_options}, {"All commands", common}, {NULL, NULL}};
static const kcc_option_group plot_groups[] = {
    {"Results", svg_output}, {"Model", shape_options}, {"All commands", common}, {NULL, NULL}};
static const kcc_option_group convert_groups[] = {{"Results", convert_output},
                                                  {"Compile", compile_options},
                                                  {"Model", shape_options},
                                                  {"All commands", common},
                                                  {NULL, NULL}};

const kcc_command kcc_commands[] = {
    {"", "kcc MODEL -o OUT [options]", "compile a model to a library, an object or source",
     "MODEL is a Keras .json, .keras or whole-model .h5. The suffix of OUT says what is made: .so a shared "
     "library that predicts and trains (with its header beside it), .o .s .ll code, .c and .h readable C11, "
     ".dot "
     "the graph, .svg the layers. Without an optimizer and a loss, in the file or given here, the code "
     "predicts "
     "only.\n\nKCC_DEBUG=dump[:PASS],verify,time in the environment prints the compiler's stages.",
     compile_groups, kcc_cli_compile},
    {"fit", "kcc fit MODEL DATA [options]", "train a model",
     "MODEL is a Keras .json, .keras or whole-model .h5, or a model.so made by kcc. Ctrl-C stops at the end "
     "of the "
     "batch; what was asked to be saved is saved.",
     fit_groups, kcc_cli_fit},
    {"evaluate", "kcc evaluate MODEL DATA [options]", "loss and metrics on data", NULL, evaluate_groups,
     kcc_cli_evaluate},
    {"predict", "kcc predict MODEL --x F -o OUT.npy [options]", "outputs for inputs", NULL, predict_groups,
     kcc_cli_predict},
    {"gradients", "kcc gradients MODEL DATA -o G.npz [options]",
     "gradients of the loss, all samples as one batch", NULL, gradients_groups, kcc_cli_gradients},
    {"summary", "kcc summary MODEL [options]", "the table of layers, as Keras prints it", NULL, model_groups,
     kcc_cli_summary},
    {"check", "kcc check MODEL [options]", "whether a model is supported, and the reasons why not",
     "Exit status 0: supported. 1: not supported; the reasons are printed, a line each.", model_groups,
     kcc_cli_check},
    {"plot", "kcc plot MODEL -o F.svg [options]", "draw the layers", NULL, plot_groups, kcc_cli_plot},
    {"convert", "kcc convert A -o B [--model MODEL] [options]",
     "models and weights from one format to another",
     "A is a whole model (.keras, .h5, model.so) or, with --model, a file of its weights. The optimizer's "
     "state "
     "is taken along where the model is compiled and both formats have it. No bit of a weight changes.",
     convert_groups, kcc_cli_convert},
};
const int kcc_command_count = sizeof kcc_commands / sizeof *kcc_commands;

const kcc_command *kcc_command_find(const char *name) {
    for (int i = 1; i < kcc_command_count; i++)
        if (strcmp(kcc_commands[i].name, name) == 0) return &kcc_commands[i];
    return NULL;
}
