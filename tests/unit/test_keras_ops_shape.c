/*
 * keras_ops_shape.c: keras.ops that move elements.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

static const char mixes_samples[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,2,3],\"dtype\":\"float32\",\"name\":\"in\"},\"name\":\"in\",\"inbound_"
    "nodes\":[]},{\"module\":\"keras.src.ops.numpy\",\"class_name\":\"GetItem\",\"config\":{\"nam"
    "e\":\"g\"},\"name\":\"g\",\"inbound_nodes\":[{\"args\":[{\"class_name\":\"__keras_tensor__\""
    ",\"config\":{\"keras_history\":[\"in\",0,0]}},[{\"class_name\":\"__slice__\",\"config\":{\"s"
    "tart\":1,\"stop\":null,\"step\":null}}]],\"kwargs\":{}}]}],\"input_layers\":[\"in\",0,0],\"o"
    "utput_layers\":[\"g\",0,0]}}";
static const char does_not_fit[] =
    "{\"module\":\"keras.src.models.functional\",\"class_name\":\"Functional\",\"config\":{\"name"
    "\":\"f\",\"layers\":[{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{"
    "\"batch_shape\":[null,2,3],\"dtype\":\"float32\",\"name\":\"in\"},\"name\":\"in\",\"inbound_"
    "nodes\":[]},{\"module\":\"keras.src.ops.numpy\",\"class_name\":\"Reshape\",\"config\":{\"nam"
    "e\":\"r\",\"newshape\":[-1,4]},\"name\":\"r\",\"inbound_nodes\":[{\"args\":[{\"class_name\":"
    "\"__keras_tensor__\",\"config\":{\"keras_history\":[\"in\",0,0]}}],\"kwargs\":{}}]}],\"input"
    "_layers\":[\"in\",0,0],\"output_layers\":[\"r\",0,0]}}";
static const double x[] = {1, 2, 3, 4, 5, 6};

/* One sample of shape [2, 3]. */
static void op(const char *name, const char *config, const char *args, int count, const double *expected) {
    rig_op(name, config, args, "[null,2,3]", 1, x, count, expected);
}

static void shapes(void **state) {
    (void)state;
    op("Reshape", "\"newshape\":[-1,6]", "[$]", 6, x);
    op("Reshape", "\"newshape\":[null,3,2]", "[$]", 6, x);
    op("Transpose", "\"axes\":[0,2,1]", "[$]", 6, (double[]){1, 4, 2, 5, 3, 6});
    op("Swapaxes", "\"axis1\":1,\"axis2\":-1", "[$]", 6, (double[]){1, 4, 2, 5, 3, 6});
    op("Moveaxis", "\"source\":2,\"destination\":1", "[$]", 6, (double[]){1, 4, 2, 5, 3, 6});
    op("ExpandDims", "\"axis\":1", "[$]", 6, x);
    op("BroadcastTo", "\"shape\":[null,2,3]", "[$]", 6, x);
}

static void cutting(void **state) {
    (void)state;
    op("GetItem", "",
       "[$,[{\"class_name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":null}},0]]", 3,
       (double[]){1, 2, 3});
    op("GetItem", "",
       "[$,[{\"class_name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":null}},{\"class_"
       "name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":null}},-1]]",
       2, (double[]){3, 6});
    op("GetItem", "",
       "[$,[{\"class_name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":null}},-1,{"
       "\"class_name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":2}}]]",
       2, (double[]){4, 6});
    op("GetItem", "",
       "[$,[{\"class_name\":\"__ellipsis__\",\"config\":{}},{\"class_name\":\"__slice__\",\"config\":{"
       "\"start\":1,\"stop\":null,\"step\":null}}]]",
       4, (double[]){2, 3, 5, 6});
    op("GetItem", "",
       "[$,[{\"class_name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":null}},null,1]]",
       3, (double[]){4, 5, 6});
    op("GetItem", "",
       "[$,[{\"class_name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":null}},{\"class_"
       "name\":\"__slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":null}},{\"class_name\":\"__"
       "slice__\",\"config\":{\"start\":null,\"stop\":null,\"step\":-1}}]]",
       6, (double[]){3, 2, 1, 6, 5, 4});
    op("Split", "\"indices_or_sections\":3,\"axis\":-1", "[$]", 2, (double[]){1, 4});
    op("ZerosLike", "\"dtype\":null", "[$]", 6, (double[6]){0});
    op("OnesLike", "", "[$]", 6, (double[]){1, 1, 1, 1, 1, 1});
    op("Split", "\"indices_or_sections\":[1],\"axis\":1", "[$]", 3, (double[]){1, 2, 3});
    op("Unstack", "\"axis\":1", "[$]", 3, (double[]){1, 2, 3});
    op("Take", "\"axis\":2", "[$,[2,0]]", 4, (double[]){3, 1, 6, 4});
}

static void joining(void **state) {
    (void)state;
    op("Concatenate", "\"axis\":1", "[[$,$]]", 12, (double[]){1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
    op("Stack", "\"axis\":-1", "[[$,$]]", 12, (double[]){1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6});
    op("Hstack", "", "[[$,$]]", 12, (double[]){1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
}

static void repetition(void **state) {
    (void)state;
    op("Repeat", "\"repeats\":2,\"axis\":2", "[$]", 12, (double[]){1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6});
    op("Tile", "\"repeats\":[1,1,2]", "[$]", 12, (double[]){1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
    op("Flip", "\"axis\":1", "[$]", 6, (double[]){4, 5, 6, 1, 2, 3});
    op("Roll", "\"shift\":1,\"axis\":2", "[$]", 6, (double[]){3, 1, 2, 6, 4, 5});
    op("Pad", "\"pad_width\":[[0,0],[0,0],[1,0]],\"mode\":\"constant\",\"constant_values\":9", "[$]", 8,
       (double[]){9, 1, 2, 3, 9, 4, 5, 6});
    op("Pad", "\"pad_width\":[[0,0],[0,1],[1,0]],\"mode\":\"constant\",\"constant_values\":-Infinity", "[$]",
       12, (double[]){-INFINITY, 1, 2, 3, -INFINITY, 4, 5, 6, -INFINITY, -INFINITY, -INFINITY, -INFINITY});
    op("Pad", "\"pad_width\":[[0,0],[0,0],[0,1]],\"mode\":\"constant\",\"constant_values\":1e9", "[$]", 8,
       (double[]){1, 2, 3, 1e9, 4, 5, 6, 1e9}); /* x stays what it is */
    op("Pad", "\"pad_width\":[[0,0],[0,0],[1,1]],\"mode\":\"reflect\"", "[$]", 10,
       (double[]){2, 1, 2, 3, 2, 5, 4, 5, 6, 5});
    op("Pad", "\"pad_width\":[[0,0],[0,0],[1,1]],\"mode\":\"symmetric\"", "[$]", 10,
       (double[]){1, 1, 2, 3, 3, 4, 4, 5, 6, 6});
}

static void one_hot(void **state) {
    (void)state;
    rig_op("OneHot", "\"num_classes\":3", "[$]", "[null]", 2, (double[]){2, 0}, 6,
           (double[]){0, 0, 1, 1, 0, 0});
}

static void refused(void **state) {
    (void)state;
    assert_string_equal(rig_message(mixes_samples),
                        "m.json: $.config.layers[1].inbound_nodes[0]: GetItem \"g\" along the batch axis is "
                        "not supported (samples must stay independent)");
    assert_string_equal(
        rig_message(does_not_fit),
        "m.json: $.config.layers[1].config.newshape: a tensor [N, 2, 3] cannot have this shape");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),     cmocka_unit_test(cutting), cmocka_unit_test(joining),
        cmocka_unit_test(repetition), cmocka_unit_test(one_hot), cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
