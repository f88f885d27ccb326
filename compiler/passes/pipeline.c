/*
 * The order of the passes between differentiation and fusion.
 *
 * Takes: nothing.  Gives: the table that compile.c and the tests go through.
 * Keeps: a graph is verified after each row; prepare comes last but for cse, since no other pass knows the form
 *        that fusion wants.
 */
#include "fuse.h"
#include "passes.h"

const kcc_pass kcc_passes[] = {
    {"simplify", kcc_simplify},      /* constants, identities */
    {"push", kcc_push_windows},      /* windows of convolution gradients to where they cost nothing */
    {"factor", kcc_factor_sums},     /* factors out of sums */
    {"sink", kcc_sink_views},        /* reshapes out from between elementwise operations */
    {"split", kcc_split_reductions}, /* long sums in pieces */
    {"cse", kcc_cse},
    {"dce", kcc_dce},
    {"prepare", kcc_prepare}, /* the form that fusion and lowering expect */
    {"cse", kcc_cse},
    {NULL, NULL},
};
