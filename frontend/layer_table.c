/*
 * The tables of layers (layers.def) and operators (keras_ops.def), how their names are found, and what is said
 * of those that are in neither.
 *
 * Takes: class names.  Gives: rows, hints.
 * Keeps: constant data.
 */
#include <string.h>

#include "keras_layer.h"

static const kcc_layer_row layers[] = {
#define KCC_LAYER(name, build, mask, least, most, keys, aliases) \
    {#name, kcc_layer_##build, KCC_MASK_##mask, least, most, keys, aliases, false},
#include "layers.def"
#undef KCC_LAYER
};

static const kcc_layer_row operators[] = {
#define KCC_KERAS_OP(name, build, least, most, keys) \
    {#name, kcc_kop_##build, KCC_MASK_STOP, least, most, keys, "", true},
#include "keras_ops.def"
#undef KCC_KERAS_OP
};

enum { N_LAYERS = sizeof layers / sizeof *layers, N_OPERATORS = sizeof operators / sizeof *operators };

const kcc_layer_row *kcc_layer_find(const char *class_name, bool op) {
    const kcc_layer_row *rows = op ? operators : layers;
    int n = op ? N_OPERATORS : N_LAYERS;
    for (int i = 0; i < n; i++)
        if (strcmp(class_name, rows[i].name) == 0 || kcc_name_in(class_name, rows[i].aliases))
            return &rows[i];
    return NULL;
}

/* Layers of Keras 2 and 3 without a row: a name that is near one of these is no mistake of spelling.
 * Source: keras.layers; tf.keras.layers and its experimental.preprocessing. */
static const char without_row[] =
    "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D "
    "AdaptiveMaxPooling2D AdaptiveMaxPooling3D AdditiveAttention Attention AugMix AutoContrast Bidirectional "
    "CategoryCrossing CategoryEncoding CenterCrop ConvLSTM1D ConvLSTM2D ConvLSTM3D CuDNNGRU CuDNNLSTM CutMix "
    "DenseFeatures Discretization EinsumDense Equalization FlaxLayer GRU GRUCell GroupQueryAttention "
    "GroupedQueryAttention HashedCrossing Hashing IntegerLookup JaxLayer LSTM LSTMCell "
    "MaxNumBoundingBoxes MelSpectrogram MixUp MultiHeadAttention Pipeline RNN RandAugment "
    "RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop "
    "RandomElasticTransform RandomErasing RandomFlip RandomFourierFeatures RandomGaussianBlur "
    "RandomGrayscale "
    "RandomHeight RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation "
    "RandomSaturation RandomSharpness RandomShear RandomTranslation RandomWidth RandomZoom Resizing "
    "ReversibleEmbedding STFTSpectrogram SimpleRNN SimpleRNNCell Solarization SpectralNormalization "
    "StackedRNNCells StringLookup SyncBatchNormalization TFSMLayer TextVectorization TorchModuleWrapper "
    "Wrapper";

const char *kcc_layer_hint(kcc_arena *arena, const char *class_name, bool op) {
    const char *names[N_LAYERS + N_OPERATORS];
    int n = op ? N_OPERATORS : N_LAYERS;
    bool in_keras = !op && kcc_name_in(class_name, without_row);
    for (int i = 0; i < n; i++) names[i] = op ? operators[i].name : layers[i].name;
    const char *hint = in_keras ? "" : kcc_did_you_mean(arena, class_name, n, names);
    if (*hint) return hint;
    return op         ? "kcc has no such operator"
           : in_keras ? "a layer of Keras that kcc does not have"
                      : "no layer of Keras; the code of your own classes is Python";
}
