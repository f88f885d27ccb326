/*
 * Kernels as C: loops, registers, vectors with a tail, matrix tiles, folds, strided and guarded memory,
 * faults.
 */
#include "emit_c_test.h"

/* y = max(x, 0) * 0.5 + b over N * 37 elements, the rest of the last vector by count */
static void add_map(fixture *x, int lanes) {
    kcc_kernel *k = kcc_kernel_create(x->arena, kcc_format(x->arena, "map_%d", lanes));
    k->doc = "y = fma(max(x, 0), 0.5, b) over N * 37 elements\nb is one number.";
    int px = kcc_kernel_param(k, "x", KCC_F32), pb = kcc_kernel_param(k, "b", KCC_F32),
        py = kcc_kernel_param(k, "y", KCC_F32);
    kcc_kmem mb = at1(pb, KCC_KNONE, 0);
    kcc_kval b = kcc_k_load(k, (kcc_ktype){KCC_F32, 1}, &mb);
    kcc_kval total = kcc_k_prim2(k, KCC_P_MUL, kcc_k_run(k, KCC_RUN_BATCH), kcc_k_int(k, 37));
    kcc_kval i = task_loop(k, "i");
    kcc_kval left = kcc_k_prim2(k, KCC_P_SUB, total, kcc_k_prim2(k, KCC_P_MUL, i, kcc_k_int(k, lanes)));
    kcc_ktype t = {KCC_F32, lanes};
    kcc_kmem mx = at1(px, i, lanes), my = at1(py, i, lanes);
    kcc_k_prefetch(k, KCC_F32, &mx);
    mx.count = my.count = left;
    kcc_kval v = kcc_k_load(k, t, &mx);
    v = kcc_k_prim2(k, KCC_P_MAX, v, kcc_k_const(k, t, 0));
    v = kcc_k_prim3(k, KCC_P_FMA, v, kcc_k_const(k, t, 0.5), b);
    kcc_k_store(k, v, &my);
    add_kernel(x, k, (int64_t[]){BATCH * 37, 1, BATCH * 37}, (kcc_tasks){{37, true}, lanes, 1}, false);
}

/* y [N, 48] = x [N, K] w [K, 48], in tiles of rows x (vectors * lanes) over one sample's `rows` rows */
static void add_matmul(fixture *x, int rows, int vectors, int lanes, int depth) {
    kcc_kernel *k =
        kcc_kernel_create(x->arena, kcc_format(x->arena, "matmul_%dx%dx%d", rows, vectors, lanes));
    k->doc = "y[i, j] = sum over k of x[i, k] w[k, j]";
    int px = kcc_kernel_param(k, "x", KCC_F32), pw = kcc_kernel_param(k, "w", KCC_F32),
        py = kcc_kernel_param(k, "y", KCC_F32);
    int width = vectors * lanes;
    kcc_ktype t = {KCC_F32, lanes};
    kcc_kval tile = task_loop(k, "tile"), acc[64];
    int outer = k->cursor;
    for (int r = 0; r < rows * vectors; r++) acc[r] = kcc_k_reg(k, kcc_k_const(k, t, 0), "acc");
    kcc_kval kk = kcc_k_loop(k, kcc_k_int(k, 0), kcc_k_int(k, depth), 1, "k");
    k->cursor = kcc_k_body(k, kk);
    kcc_kval w[8];
    for (int v = 0; v < vectors; v++) {
        kcc_kmem m = at1(pw, kk, width);
        m.offset.size = v * lanes;
        w[v] = kcc_k_load(k, t, &m);
    }
    for (int r = 0; r < rows; r++) {
        kcc_kmem m = at2(px, tile, (int64_t)rows * depth, kk, 1, (int64_t)r * depth);
        kcc_kval a = kcc_k_splat(k, kcc_k_load(k, (kcc_ktype){KCC_F32, 1}, &m), lanes);
        for (int v = 0; v < vectors; v++)
            kcc_k_set(k, acc[r * vectors + v], kcc_k_prim3(k, KCC_P_FMA, a, w[v], acc[r * vectors + v]));
    }
    k->cursor = outer;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) {
            kcc_kmem m = at1(py, tile, (int64_t)rows * width);
            m.offset.size = r * width + v * lanes;
            kcc_k_store(k, acc[r * vectors + v], &m);
        }
    int64_t count[] = {(int64_t)BATCH * rows * depth, (int64_t)depth * width, (int64_t)BATCH * rows * width};
    add_kernel(x, k, count, (kcc_tasks){{1, true}, 1, 1}, false);
}

/* y[i, :] = softmax(x[i, :]), rows of 40 */
static void add_softmax(fixture *x, int lanes) {
    kcc_kernel *k = kcc_kernel_create(x->arena, kcc_format(x->arena, "softmax_%d", lanes));
    k->doc = "y[i, :] = exp(x[i, :] - max) / sum";
    int px = kcc_kernel_param(k, "x", KCC_F32), py = kcc_kernel_param(k, "y", KCC_F32);
    kcc_ktype t = {KCC_F32, lanes};
    kcc_kval row = task_loop(k, "row");
    int outer = k->cursor;
    kcc_kval most = kcc_k_reg(k, kcc_k_const(k, t, -INFINITY), "most");
    kcc_kval sum = kcc_k_reg(k, kcc_k_const(k, t, 0), "sum"), m_all = KCC_KNONE, scale = KCC_KNONE;
    for (int pass = 0; pass < 3; pass++) {
        if (pass == 1) m_all = kcc_k_fold(k, KCC_P_MAX, most);
        if (pass == 2)
            scale = kcc_k_prim2(k, KCC_P_DIV, kcc_k_const(k, (kcc_ktype){KCC_F32, 1}, 1),
                                kcc_k_fold(k, KCC_P_ADD, sum));
        kcc_kval j = kcc_k_loop(k, kcc_k_int(k, 0), kcc_k_int(k, 40), lanes, "j");
        k->cursor = kcc_k_body(k, j);
        kcc_kmem mx = at2(px, row, 40, j, 1, 0), my = at2(py, row, 40, j, 1, 0);
        kcc_kval left = kcc_k_prim2(k, KCC_P_SUB, kcc_k_int(k, 40), j);
        mx.count = my.count = left;
        kcc_kval lane = kcc_k_prim2(k, KCC_P_LT, kcc_k_iota(k, (kcc_ktype){KCC_I32, lanes}),
                                    kcc_k_convert(k, left, KCC_I32));
        kcc_kval v = kcc_k_load(k, t, &mx);
        v = kcc_k_prim3(k, KCC_P_SELECT, lane, v, kcc_k_const(k, t, -INFINITY));
        if (pass == 0) {
            kcc_k_set(k, most, kcc_k_prim2(k, KCC_P_MAX, most, v));
        } else {
            kcc_kval e = kcc_k_prim1(k, KCC_P_EXP, kcc_k_prim2(k, KCC_P_SUB, v, m_all));
            if (pass == 1) kcc_k_set(k, sum, kcc_k_prim2(k, KCC_P_ADD, sum, e));
            if (pass == 2) kcc_k_store(k, kcc_k_prim2(k, KCC_P_MUL, e, scale), &my);
        }
        k->cursor = outer;
    }
    add_kernel(x, k, (int64_t[]){BATCH * 40, BATCH * 40}, (kcc_tasks){{1, true}, 1, 1}, false);
}

/* Strided, predicated and counted accesses of every kind; task i < 8 */
static void add_memory(fixture *x, kcc_dtype kind, int lanes) {
    kcc_kernel *k =
        kcc_kernel_create(x->arena, kcc_format(x->arena, "memory_%s_%d", kcc_dtype_name(kind), lanes));
    int px = kcc_kernel_param(k, "x", kind), py = kcc_kernel_param(k, "y", kind),
        pz = kcc_kernel_param(k, "z", kind);
    kcc_ktype t = {kind, lanes};
    kcc_kval i = task_loop(k, NULL);
    kcc_kval pred = kcc_k_prim2(k, KCC_P_NE, kcc_k_prim2(k, KCC_P_MOD, i, kcc_k_int(k, 3)), kcc_k_int(k, 1));
    kcc_kval count =
        kcc_k_prim2(k, KCC_P_MUL, kcc_k_prim2(k, KCC_P_SUB, i, kcc_k_int(k, 2)), kcc_k_int(k, 3));
    for (int way = 0; way < 8; way++) {
        kcc_kmem mx = at1(px, i, lanes), my = at1(py, i, 8 * lanes), mz = at1(pz, i, (int64_t)16 * lanes);
        my.offset.size = (int64_t)way * lanes;
        mz.offset.size = (int64_t)way * 2 * lanes;
        mz.lane_stride.size = 2;
        if (way & 1) mx.count = my.count = mz.count = count;
        if (way & 2) mx.pred = my.pred = mz.pred = pred;
        if (way & 4) mx.lane_stride = (kcc_dim){1, true};
        if (way == 4) mx.lane_stride.size = 0;
        kcc_kval v = kcc_k_load(k, t, &mx);
        kcc_k_store(k, v, &my);
        if (lanes > 1) kcc_k_store(k, v, &mz);
    }
    /* a load between two stores to the same buffer must not move */
    kcc_kmem ma = at1(py, i, 8 * lanes), mb = at1(pz, i, (int64_t)16 * lanes);
    kcc_kval before = kcc_k_load(k, t, &ma);
    mb.offset.size = 1;
    kcc_kval other = kcc_k_load(k, (kcc_ktype){kind, 1}, &mb);
    kcc_k_store(k, kcc_k_splat(k, other, lanes), &ma);
    ma.offset.size = lanes;
    kcc_k_store(k, before, &ma);
    add_kernel(x, k, (int64_t[]){8 * 16 * 8, 8 * 8 * lanes, 8 * 16 * lanes + 2},
               (kcc_tasks){{8, false}, 1, 1}, false);
}

/* y[i, :] = table[index[i], :] with a check of the index; index values are limit-10 … limit-1+beyond */
static void add_gather(fixture *x, const char *name, int64_t beyond) {
    kcc_kernel *k = kcc_kernel_create(x->arena, name);
    k->doc = "y[i, :] = table[index[i], :]";
    int pt = kcc_kernel_param(k, "table", KCC_F32), py = kcc_kernel_param(k, "y", KCC_F32);
    kcc_kval i = task_loop(k, "row");
    kcc_kval index = kcc_k_prim2(k, KCC_P_ADD, i, kcc_k_int(k, beyond));
    kcc_kval bad = kcc_k_prim2(k, KCC_P_LE, kcc_k_int(k, 10), index);
    kcc_k_fault(k, bad, 0, i, kcc_k_int(k, 0), index, kcc_k_int(k, 10));
    kcc_kval good = kcc_k_if(k, kcc_k_prim1(k, KCC_P_NOT, bad));
    int outer = k->cursor;
    k->cursor = kcc_k_body(k, good);
    kcc_kmem mt = at1(pt, index, 8), my = at1(py, i, 8);
    kcc_k_store(k, kcc_k_load(k, (kcc_ktype){KCC_F32, 8}, &mt), &my);
    k->cursor = outer;
    add_kernel(x, k, (int64_t[]){80, BATCH * 8}, (kcc_tasks){{1, true}, 1, 1}, beyond > 5);
}

static void test_kernels(void **state) {
    (void)state;
    fixture *x = fixture_create("small");
    for (int lanes = 4; lanes <= 16; lanes *= 2) {
        add_map(x, lanes);
        add_softmax(x, lanes);
    }
    add_matmul(x, 4, 2, 8, 21);
    add_matmul(x, 14, 2, 16, 33);
    add_gather(x, "gather_rows", 3);
    check(x, false);
    fixture_free(x);
}

static void test_memory(void **state) {
    (void)state;
    fixture *x = fixture_create("places");
    for (int lanes = 1; lanes <= 16; lanes = lanes == 1 ? 4 : lanes * 2)
        for (kcc_dtype kind = KCC_F32; kind <= KCC_BOOL; kind++) add_memory(x, kind, lanes);
    check(x, false);
    fixture_free(x);
}

/* A fault is kept, and predict returns 1. */
static void test_fault(void **state) {
    (void)state;
    fixture *x = fixture_create("faulty");
    add_gather(x, "gather_rows", 9);
    check(x, true);
    fixture_free(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_fault),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
