/*
 * What layers with spatial axes share: geometry, data_format, windows.
 *
 * Takes: a call.  Gives: its input with channels last, sizes and paddings as Keras computes them.
 * Keeps: every failure names the config key.
 * Source: layers.md, section 1.
 */
#ifndef KCC_LAYERS_SPACE_H
#define KCC_LAYERS_SPACE_H

#include <strings.h>

#include "keras_layer.h"
#include "keras_trace.h"

typedef enum kcc_padding { KCC_PADDING_VALID, KCC_PADDING_SAME, KCC_PADDING_CAUSAL } kcc_padding;

/** Input 0 as [N, size…, channels]. */
typedef struct kcc_space {
    kcc_node *x;
    int rank;   /* spatial axes, 1 to 3 */
    bool first; /* data_format was channels_first */
    int64_t size[3], channels;
} kcc_space;

/** Reads data_format, in the words of any Keras; false after a failure. */
bool kcc_data_format(kcc_layer_call *c, bool *first);
/** Reads data_format and checks the input's rank against the digit in the layer's class name. */
bool kcc_space_read(kcc_layer_call *c, kcc_space *s);
kcc_node *kcc_channels_last(kcc_graph *g, kcc_node *x, bool first); /* [N, C, …] -> [N, …, C] if first */
kcc_node *kcc_channels_back(kcc_graph *g, kcc_node *x, bool first);
/** An int or a list of `rank` ints of at least `least`; null or absent: otherwise. */
bool kcc_space_sizes(kcc_layer_call *c, const char *key, int rank, int64_t least, int64_t otherwise,
                     int64_t *out);
bool kcc_space_padding(kcc_layer_call *c, bool causal_allowed, kcc_padding *padding);
/** Number of windows and padding before the first place. */
bool kcc_space_window(kcc_layer_call *c, kcc_padding padding, int64_t in, int64_t k, int64_t stride,
                      int64_t dilation, int64_t *out, int64_t *before);
/** Adds an axis of `taps` behind axis and windows both: see kcc_window. */
kcc_node *kcc_taps(kcc_graph *g, kcc_node *x, int axis, int64_t taps, int64_t alpha, int64_t beta,
                   int64_t gamma, int64_t delta, int64_t extent);

#endif
