/*
 * keras1.c: models spelt as Keras 1 did predict what they predict in today's words.
 */
#include "model_rig.h"

#include <stdlib.h>
#include <string.h>

/* A line a layer, "Class: config", with ' for ".  For the others see `sign`. */
static const char old_2d[] =
    "ZeroPadding2D: 'name':'z','padding':{'top_pad':1,'right_pad':2},'dim_ordering':'@',"
    "'batch_input_shape':#,'input_dtype':'float32'\n"
    "Convolution2D: 'name':'a','nb_filter':3,'nb_row':2,'nb_col':3,'border_mode':'same',"
    "'subsample':[2,1],'dim_ordering':'@',+\n"
    "BatchNormalization: 'name':'n','mode':0,'axis':%,'epsilon':0.001,'momentum':0.99,"
    "'gamma_regularizer':null,'beta_regularizer':null,'beta_init':'zero','gamma_init':'one'\n"
    "AtrousConvolution2D: 'name':'b','nb_filter':2,'nb_row':2,'nb_col':2,'border_mode':'valid',"
    "'subsample':[1,1],'atrous_rate':[2,2],'dim_ordering':'@',+\n"
    "Deconvolution2D: 'name':'d','nb_filter':2,'nb_row':3,'nb_col':3,'border_mode':'same',"
    "'subsample':[2,2],'output_shape':&,'dim_ordering':'@',+\n"
    "ZeroPadding2D: 'name':'y','padding':[1,0,0,1],'dim_ordering':'@'\n"
    "MaxPooling2D: 'name':'p','pool_size':[2,2],'strides':[2,1],'border_mode':'same',"
    "'dim_ordering':'@'\n"
    "UpSampling2D: 'name':'u','size':[1,2],'dim_ordering':'@'\n"
    "GlobalAveragePooling2D: 'name':'g','dim_ordering':'@'\n"
    "Dense: 'name':'o','output_dim':2,+\n";
static const char today_2d[] =
    "InputLayer: 'name':'i','batch_shape':#,'dtype':'float32'\n"
    "ZeroPadding2D: 'name':'z','padding':[[1,0],[0,2]],'data_format':'@'\n"
    "Conv2D: 'name':'a','filters':3,'kernel_size':[2,3],'padding':'same','strides':[2,1],"
    "'activation':'relu','data_format':'@'\n"
    "BatchNormalization: 'name':'n','axis':%\n"
    "Conv2D: 'name':'b','filters':2,'kernel_size':[2,2],'dilation_rate':[2,2],"
    "'activation':'relu','data_format':'@'\n"
    "Conv2DTranspose: 'name':'d','filters':2,'kernel_size':[3,3],'padding':'same','strides':[2,"
    "2],'output_padding':[1,0],'activation':'relu','data_format':'@'\n"
    "ZeroPadding2D: 'name':'y','padding':[[1,0],[0,1]],'data_format':'@'\n"
    "MaxPooling2D: 'name':'p','pool_size':[2,2],'strides':[2,1],'padding':'same',"
    "'data_format':'@'\n"
    "UpSampling2D: 'name':'u','size':[1,2],'data_format':'@'\n"
    "GlobalAveragePooling2D: 'name':'g','data_format':'@'\n"
    "Dense: 'name':'o','units':2,'activation':'relu'\n";
static const char old_1d[] =
    "Convolution1D: 'name':'a','nb_filter':3,'filter_length':3,'border_mode':'same',"
    "'subsample_length':1,'input_dim':2,'input_length':9,+\n"
    "MaxPooling1D: 'name':'p','pool_length':3,'stride':2,'border_mode':'valid'\n"
    "UpSampling1D: 'name':'u','length':2\n"
    "AveragePooling1D: 'name':'q','pool_length':2,'stride':null,'border_mode':'same'\n"
    "ZeroPadding1D: 'name':'z','padding':{'left_pad':2}\n"
    "AtrousConvolution1D: 'name':'b','nb_filter':2,'filter_length':2,'border_mode':'valid',"
    "'subsample_length':1,'atrous_rate':2,+\n";
static const char today_1d[] =
    "InputLayer: 'name':'i','batch_shape':[null,9,2],'dtype':'float32'\n"
    "Conv1D: 'name':'a','filters':3,'kernel_size':3,'padding':'same','activation':'relu'\n"
    "MaxPooling1D: 'name':'p','pool_size':3,'strides':2\n"
    "UpSampling1D: 'name':'u','size':2\n"
    "AveragePooling1D: 'name':'q','pool_size':2,'padding':'same'\n"
    "ZeroPadding1D: 'name':'z','padding':[2,0]\n"
    "Conv1D: 'name':'b','filters':2,'kernel_size':2,'dilation_rate':2,'activation':'relu'\n";
static const char old_3d[] =
    "Convolution3D: 'name':'a','nb_filter':2,'kernel_dim1':1,'kernel_dim2':2,'kernel_dim3':3,"
    "'border_mode':'valid','subsample':[1,2,1],'dim_ordering':'th','batch_input_shape':[null,2,2,"
    "4,3],+\n"
    "AveragePooling3D: 'name':'p','pool_size':[2,1,1],'strides':[1,1,1],'border_mode':'valid',"
    "'dim_ordering':'th'\n";
static const char today_3d[] =
    "InputLayer: 'name':'i','batch_shape':[null,2,2,4,3],'dtype':'float32'\n"
    "Conv3D: 'name':'a','filters':2,'kernel_size':[1,2,3],'strides':[1,2,1],'activation':'relu',"
    "'data_format':'channels_first'\n"
    "AveragePooling3D: 'name':'p','pool_size':[2,1,1],'strides':[1,1,1],"
    "'data_format':'channels_first'\n";
static const char old_separable[] =
    "SeparableConvolution2D: 'name':'s','nb_filter':3,'nb_row':2,'nb_col':2,'border_mode':'same',"
    "'subsample':[1,1],'depth_multiplier':2,'depthwise_regularizer':null,'dim_ordering':'tf',"
    "'batch_input_shape':[null,3,3,2],+\n"
    "SpatialDropout2D: 'name':'r','p':0.5,'dim_ordering':'tf'\n"
    "GaussianNoise: 'name':'w','sigma':0.5\n"
    "PReLU: 'name':'v','init':'one'\n";
static const char today_separable[] =
    "InputLayer: 'name':'i','batch_shape':[null,3,3,2],'dtype':'float32'\n"
    "SeparableConv2D: 'name':'s','filters':3,'kernel_size':[2,2],'padding':'same',"
    "'depth_multiplier':2,'activation':'relu'\n"
    "PReLU: 'name':'v'\n";

/* What a sign in those texts stands for. */
typedef struct sign {
    const char *order, *shape, *axis, *output; /* @ # % & */
} sign;
static const char common[] =
    "'W_regularizer':null,'b_regularizer':null,'W_constraint':null,'b_constraint':null,"
    "'activity_regularizer':null,'init':'glorot_uniform','bias':true,'activation':'relu'"; /* + */

static const struct pair {
    const char *old, *today;
    sign was, is;
    int size; /* of a sample */
} pairs[] = {
    {old_2d,
     today_2d,
     {"tf", "[null,5,6,2]", "-1", "[null,2,11,2]"},
     {"channels_last", "[null,5,6,2]", "-1", ""},
     60},
    {old_2d,
     today_2d,
     {"th", "[null,2,5,6]", "1", "[null,2,2,11]"},
     {"channels_first", "[null,2,5,6]", "1", ""},
     60},
    {old_1d, today_1d, {0}, {0}, 18},
    {old_3d, today_3d, {0}, {0}, 48},
    {old_separable, today_separable, {0}, {0}, 18},
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

static void put(kcc_text *json, const char *layers, const sign *s) {
    for (const char *at = layers; *at; at++) {
        switch (*at) {
        case '\'': kcc_text_add(json, "\""); break;
        case '@': kcc_text_add(json, "%s", s->order); break;
        case '#': kcc_text_add(json, "%s", s->shape); break;
        case '%': kcc_text_add(json, "%s", s->axis); break;
        case '&': kcc_text_add(json, "%s", s->output); break;
        case '+': put(json, common, s); break;
        case '\n': kcc_text_add(json, "}}"); break;
        default: kcc_text_add(json, "%c", *at);
        }
    }
}

/* A Sequential of those layers; free with kcc_text_free. */
static kcc_text model_of(const char *layers, const char *version, const sign *s) {
    kcc_text json = {0};
    kcc_text_add(&json, "{\"class_name\":\"Sequential\",\"keras_version\":\"%s\",\"config\":[", version);
    for (const char *at = layers, *end; *at; at = end + 1) {
        end = strchr(at, '\n');
        size_t size = strcspn(at, ":");
        char one[600];
        assert_true((size_t)(end - at) - size < sizeof one);
        kcc_text_add(&json, "%s{\"class_name\":\"%.*s\",\"config\":{", at == layers ? "" : ",", (int)size,
                     at);
        memcpy(one, at + size + 1, (size_t)(end - at) - size);
        one[(size_t)(end - at) - size] = '\0';
        put(&json, one, s);
    }
    kcc_text_add(&json, "]}");
    assert_false(json.failed);
    return json;
}

static void count(void *user, const char *line) {
    print_message("%s\n", line);
    ++*(int *)user;
}

static double number(unsigned *random) {
    return (double)((*random = *random * 1103515245u + 12345u) >> 16) / 65536;
}

static void compare(int i) {
    kcc_text was = model_of(pairs[i].old, "1.2.2", &pairs[i].was),
             is = model_of(pairs[i].today, "3.1", &pairs[i].is);
    int lines = 0;
    kcc_error error;
    kcc_load_options options = {.log = count, .log_user = &lines};
    kcc_model *old = NULL, *today = rig_load(is.data);
    if (kcc_model_parse(was.data, "old", &options, &old, &error))
        fail_msg("%d: %s: %s", i, error.location, error.message);
    assert_int_equal(lines, 0); /* every key is known */
    assert_int_equal(old->n_weights, today->n_weights);
    double *w[20], x[200], *in[] = {x}, a[200], b[200];
    unsigned random = 7;
    for (int k = 0; k < today->n_weights; k++) {
        const kcc_tensor *t = &today->weights[k];
        assert_int_equal(t->rank, old->weights[k].rank);
        for (int d = 0; d < t->rank; d++) assert_int_equal(t->dim[d].size, old->weights[k].dim[d].size);
        int64_t n = kcc_tensor_count(t, 1);
        w[k] = malloc((size_t)n * sizeof **w);
        assert_non_null(w[k]);
        for (int64_t e = 0; e < n; e++) w[k][e] = number(&random) * 1.2 - (t->trainable ? 0.4 : 0);
    }
    for (int k = 0; k < 2 * pairs[i].size; k++) x[k] = number(&random) * 2 - 1;
    rig_data data = {.batch = 2, .weights = w, .x = in};
    int n = rig_predict(old, &data, a, 200), some = 0;
    assert_int_equal(n, rig_predict(today, &data, b, 200));
    for (int k = 0; k < n; k++) {
        rig_near(a[k], b[k], 1e-12);
        some += b[k] != 0;
    }
    assert_true(some > 0);
    for (int k = 0; k < today->n_weights; k++) free(w[k]);
    kcc_model_free(old);
    kcc_model_free(today);
    kcc_text_free(&was);
    kcc_text_free(&is);
}

static void same_predictions(void **state) {
    (void)state;
    for (int i = 0; i < PAIRS; i++) compare(i);
}

static kcc_model *old_model(const char *layers) {
    kcc_text json = model_of(layers, "1.2.2", &(sign){0});
    kcc_model *m = rig_load(json.data);
    kcc_text_free(&json);
    return m;
}

/* Where initializers, regularizers and constraints of one layer go. */
static void objects(void **state) {
    (void)state;
    kcc_model *m =
        old_model("SeparableConvolution2D: 'nb_filter':3,'nb_row':2,'nb_col':2,'init':'one','bias':false,"
                  "'batch_input_shape':[null,3,3,2]\n");
    assert_int_equal(m->n_weights, 2);
    for (int i = 0; i < 2; i++) rig_near(m->weights[i].init.a, 1, 0);
    kcc_model_free(m);
    m = old_model(
        "Embedding: 'input_dim':5,'output_dim':3,'init':'zero','dropout':0.0,'mask_zero':false,"
        "'W_regularizer':{'name':'L1L2Regularizer','l1':0.5,'l2':0.0},'W_constraint':{'name':'NonNeg'},"
        "'input_length':4,'input_dtype':'int32'\n");
    rig_near(m->weights[0].init.b, 0, 0);
    rig_near(m->regularizers[0].l1, 0.5, 0);
    assert_true(m->constraints[0].kind != KCC_CONSTRAINT_NONE);
    kcc_model_free(m);
    /* without a version, as in the oldest .h5 files: the words say it */
    m = rig_load("{\"class_name\":\"Sequential\",\"config\":[{\"class_name\":\"Dense\",\"config\":{"
                 "\"output_dim\":5,\"W_regularizer\":null,\"batch_input_shape\":[null,4]}}]}");
    assert_int_equal(m->generation, KCC_KERAS_1);
    kcc_model_free(m);
}

#define ON   "'name':'c','batch_input_shape':[null,7,7,2],"
#define CONV "Convolution2D: " ON "'nb_filter':2,'nb_row':2"

static void refused(void **state) {
    (void)state;
    static const struct {
        const char *layers, *message;
    } c[] = {
        {CONV "\n", "$.config[0].config.nb_col: this is missing"},
        {CONV ",'nb_col':0\n", "$.config[0].config.nb_col: 0 is too small"},
        {CONV ",'nb_col':2,'border_mode':'full'\n",
         "$.config[0].config.border_mode: \"full\" is not supported by Conv2D (valid or same)"},
        {CONV ",'nb_col':2,'dim_ordering':'tv'\n",
         "$.config[0].config.dim_ordering: unknown data_format \"tv\""},
        {"Deconvolution2D: " ON "'nb_filter':2,'nb_row':2,'nb_col':2,'output_shape':[null,9,8,2]\n",
         "$.config[0].config.output_shape[1]: strides and kernel make no 9 places of 7 (8 fits)"},
        {"BatchNormalization: " ON "'mode':2\n",
         "$.config[0].config.mode: a BatchNormalization of mode 1 or 2 is not supported"},
        {"MaxoutDense: " ON "'output_dim':2\n",
         "layer class \"MaxoutDense\" of layer \"c\" is not supported (newer Keras does not have it"},
        {"ZeroPadding2D: " ON "'padding':[1,2,3]\n", "padding has 3 entries for 2 axes"},
        {"Embedding: 'input_dim':5,'output_dim':3,'input_length':4,'mask_zero':false,'dropout':0.5\n",
         "$.config[0].config.dropout: dropout inside an Embedding is not supported"},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        kcc_text json = model_of(c[i].layers, "1.2.2", &(sign){0});
        const char *message = rig_message(json.data);
        if (!strstr(message, c[i].message)) fail_msg("case %d: \"%s\"", (int)i, message);
        kcc_text_free(&json);
    }
    /* the same words in a newer file mean nothing */
    kcc_text json = model_of(CONV ",'nb_col':2\n", "2.2.4", &(sign){0});
    const char *message = rig_message(json.data);
    assert_non_null(strstr(message, ".kernel_size: this is missing"));
    kcc_text_free(&json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_predictions),
        cmocka_unit_test(objects),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
