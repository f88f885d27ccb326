/*
 * Runs entry points of a module in the reference interpreter, and makes modules of bare graphs.
 *
 * Takes: a graph or a module; arrays of its leaves.
 * Gives: what every backend must compute.
 * Keeps: nothing; all memory is the arena's or the caller's.
 */
#ifndef KCC_RUN_MODULE_H
#define KCC_RUN_MODULE_H

#include "lower.h"

/** Which leaves a graph has, by kind and index; sizes for `batch` samples. */
typedef struct kcc_leaves {
    int n_variables, n_inputs, n_targets, n_weights, n_outputs, n_gradients, n_values;
    kcc_shape *variable, *input, *target, *weight, *output, *gradient;
} kcc_leaves;
void kcc_leaves_of(kcc_arena *arena, const kcc_graph *g, kcc_leaves *leaves);

/** All passes of the pipeline. */
kcc_graph *kcc_run_passes(const kcc_graph *g);
/** Passes, fusion, lowering and memory plan of one graph as entry TRAIN of a new module; kernels not
 * expanded. */
kcc_module *kcc_module_of_graph(kcc_arena *arena, const kcc_graph *g, const kcc_target *target,
                                kcc_text *log);

/** Runs the entry in the interpreter.  In DOUBLE mode all f32 arrays of run are arrays of double.  task_split
 * > 0 runs tasks in ranges of that many, last range first. */
kcc_status kcc_module_eval(const kcc_module *m, kcc_entry entry, kcc_eval_mode mode, const kcc_run *run,
                           int64_t task_split, kcc_text *log);
/** Whether these words are in the text of a kernel. */
bool kcc_module_says(const kcc_module *m, const char *words);
/** n numbers from -1 to 1, aligned as arrays of a run are; free with free(). */
float *kcc_test_numbers(size_t n, unsigned seed);
/** Targets for planning without asking LLVM: lanes 16 with 32 registers, 8 or 4 with 16. */
kcc_target kcc_test_target(int lanes);

#endif
