/*
 * Embedding: rows of a table by id.
 *
 * Takes: a call whose input holds ids.  Gives: its nodes and mask.
 * Keeps: ids come from a model input with nothing computed between, so that data are checked before any
 *        weight changes, and a bad id is told by sample and position.  Source: layers.md, section 2.
 */
#include "keras_layer.h"

void kcc_layer_embedding(kcc_layer_call *c) {
    kcc_graph *g = c->g;
    kcc_node *ids = kcc_in_raw(c, 0);
    kcc_cursor rows_at = kcc_key(c, "input_dim"), width_at = kcc_key(c, "output_dim");
    if (!kcc_call_ok(c) || !kcc_json_require(rows_at, "1000") || !kcc_json_require(width_at, "64")) return;
    int64_t rows = kcc_json_int(rows_at, 1, 1, INT32_MAX), width = kcc_json_int(width_at, 1, 1, INT32_MAX);
    int input;
    int64_t count;
    if (kcc_json_number(kcc_key(c, "dropout"), 0) != 0) { /* Keras 1: of whole rows */
        kcc_json_fail(kcc_key(c, "dropout"), KCC_EUNSUPPORTED, "a SpatialDropout1D behind it is the nearest",
                      "dropout inside an Embedding is not supported");
        return;
    }
    if (!kcc_ids_places(g->arena, ids, &input, &count)) {
        kcc_call_fail(c, NULL, KCC_EUNSUPPORTED,
                      "feed the ids as an input; Reshape, Flatten and Permute may come between",
                      "Embedding \"%s\" is applied to computed values", c->layer->name);
        return;
    }
    kcc_node *table = kcc_weight(c, &(kcc_weight_spec){.name = "embeddings",
                                                       .shape = KCC_FIXED_SHAPE(rows, width),
                                                       .initializer = "embeddings_initializer",
                                                       .otherwise = "uniform",
                                                       .regularizer = "embeddings_regularizer",
                                                       .constraint = "embeddings_constraint",
                                                       .size_key = "input_dim"});
    if (!kcc_call_ok(c)) return;
    kcc_node *mask = NULL;
    if (kcc_json_bool(kcc_key(c, "mask_zero"), false)) {
        kcc_node *zero = kcc_full(g, &ids->shape, 0);
        mask = kcc_compare(g, KCC_OP_NE, kcc_cast(g, ids, KCC_F32), zero);
    }
    kcc_out_masked(c, kcc_gather(g, table, ids, input), mask);
}
