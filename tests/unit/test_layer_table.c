/*
 * layer_table.c: rows by name; layers and operators of one name are told apart.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

static void rows(void **state) {
    (void)state;
    assert_non_null(kcc_layer_find("Dense", false));
    assert_null(kcc_layer_find("Dense", true));
    assert_false(kcc_layer_find("Add", false)->op);
    assert_true(kcc_layer_find("Add", true)->op);
    assert_ptr_not_equal(kcc_layer_find("Add", true), kcc_layer_find("Add", false));
    assert_int_equal(kcc_layer_find("Subtract", false)->most, 2);
    assert_null(kcc_layer_find("dense", false));
}

static void hints(void **state) {
    (void)state;
    kcc_model *m = rig_load(RIG_SEQUENTIAL("[null,2]", RIG_LAYER("Dense", "\"name\":\"d\",\"units\":2")));
    assert_string_equal(kcc_layer_hint(m->arena, "Droput", false), "did you mean \"Dropout\"?");
    assert_string_equal(kcc_layer_hint(m->arena, "Concatenat", true), "did you mean \"Concatenate\"?");
    assert_string_equal(kcc_layer_hint(m->arena, "QuantumTransmogrifier", false),
                        "no layer of Keras; the code of your own classes is Python");
    assert_string_equal(kcc_layer_hint(m->arena, "QuantumTransmogrifier", true), "kcc has no such operator");
    /* Keras has these: the layers whose names are near are not what was meant */
    static const char *const of_keras[] = {"GRU",      "Attention",  "Hashing",
                                           "Resizing", "ConvLSTM2D", "SyncBatchNormalization"};
    for (size_t i = 0; i < sizeof of_keras / sizeof *of_keras; i++)
        assert_string_equal(kcc_layer_hint(m->arena, of_keras[i], false),
                            "a layer of Keras that kcc does not have");
    kcc_model_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(hints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
