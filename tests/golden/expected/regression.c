/*
 * regression: predicts with and trains a Keras model, compiled by kcc 0.1.0.
 *
 * One C11 file for gcc or clang; it needs nothing but regression.h, libc and libm.  Build it with
 *
 *     cc -O3 -march=x86-64-v3 -ffp-contract=off -fopenmp -c regression.c
 *
 * and link with -lm.  Any subset of these flags is correct: -march picks the width of the registers
 * (8 floats are planned for), -fopenmp the threads.  With fused multiply-add in the CPU the results
 * have the same bits everywhere; without it, a * b + c is rounded twice.  Not for -ffast-math.
 *
 * Shapes (N samples in a batch):
 *
 *   input    float   input                            [N, 4]
 *   output   float   value                            [N, 1]
 *   target   float   value                            [N, 1]
 *   weight   float   hidden/0                         [4, 8]
 *   weight   float   hidden/1                         [8]
 *   weight   float   value/0                          [8, 1]
 *   weight   float   value/1                          [1]
 *
 * What it offers: see regression.h.
 */
#include "regression.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(_OPENMP)
#include <omp.h>
#endif
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline, unused))
#if defined(__FMA__) || defined(__aarch64__) || defined(__ARM_FEATURE_FMA)
#define HAS_FMA
#endif

typedef float f32x4 __attribute__((vector_size(16)));
typedef float f32x8 __attribute__((vector_size(32)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef i32x8 b8; /* 0 or -1 */
typedef float f32x8_u __attribute__((vector_size(32), aligned(4), may_alias));

#if defined(HAS_FMA)
INLINE float f32_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
INLINE float f32_fma(float a, float b, float c) { return a * b + c; }
#endif
#if defined(__SSE2__)
INLINE float f32_sqrt(float a) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a))); }
#else
INLINE float f32_sqrt(float a) { return __builtin_sqrtf(a); }
#endif
#if defined(__AVX2__)
/* the first n of 8 lanes */
INLINE __m256i prefix8(int64_t n) {
    const int m = n >= 8 ? 8 : n <= 0 ? 0 : (int)n;
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(m), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif
#define f32x8_load(p) ((f32x8)*(const f32x8_u *)(p))
#define f32x8_store(p, v) (*(f32x8_u *)(p) = (v))
#if defined(__AVX2__)
#define f32x8_load_n(p, n) ((f32x8)_mm256_maskload_ps((p), prefix8(n)))
#else
#define f32x8_load_n(p, n) __extension__({ \
    const float *p_ = (p); \
    const int64_t n_ = (n); \
    f32x8 v_ = {0}; \
    if (n_ >= 8) v_ = f32x8_load(p_); \
    else if (n_ > 0) memcpy(&v_, p_, (size_t)n_ * 4); \
    v_; \
})
#endif
#if defined(__AVX2__)
#define f32x8_store_n(p, n, v) _mm256_maskstore_ps((p), prefix8(n), (__m256)(v))
#else
#define f32x8_store_n(p, n, v) __extension__({ \
    float *p_ = (p); \
    const int64_t n_ = (n); \
    const f32x8 v_ = (v); \
    if (n_ >= 8) f32x8_store(p_, v_); \
    else if (n_ > 0) memcpy(p_, &v_, (size_t)n_ * 4); \
})
#endif
#define f32x8_splat(s) __extension__({ const float s_ = (s); (f32x8){s_, s_, s_, s_, s_, s_, s_, s_}; })
#define i32x8_splat(s) __extension__({ const int32_t s_ = (s); (i32x8){s_, s_, s_, s_, s_, s_, s_, s_}; })
#define i32x8_iota ((i32x8){0, 1, 2, 3, 4, 5, 6, 7})
#define f32x8_lo(v) __extension__({ union { f32x8 v; f32x4 h[2]; } u_ = {v}; u_.h[0]; })
#define f32x8_hi(v) __extension__({ union { f32x8 v; f32x4 h[2]; } u_ = {v}; u_.h[1]; })
#define i32x8_add(a, b) ((i32x8)((u32x8)(a) + (u32x8)(b)))
#define i32x8_sub(a, b) ((i32x8)((u32x8)(a) - (u32x8)(b)))
#if defined(__FMA__)
#define f32x8_fma(a, b, c) ((f32x8)_mm256_fmadd_ps((a), (b), (c)))
#elif defined(HAS_FMA)
#define f32x8_fma(a, b, c) __extension__({ \
    const f32x8 a_ = (a), b_ = (b), c_ = (c); \
    (f32x8){f32_fma(a_[0], b_[0], c_[0]), f32_fma(a_[1], b_[1], c_[1]), f32_fma(a_[2], b_[2], c_[2]), \
        f32_fma(a_[3], b_[3], c_[3]), f32_fma(a_[4], b_[4], c_[4]), f32_fma(a_[5], b_[5], c_[5]), \
        f32_fma(a_[6], b_[6], c_[6]), f32_fma(a_[7], b_[7], c_[7])}; \
})
#else
#define f32x8_fma(a, b, c) ((a) * (b) + (c))
#endif
#define f32x8_abs(a) ((f32x8)((i32x8)(a) & 0x7fffffff))
#if defined(__AVX__)
#define f32x8_sqrt(a) ((f32x8)_mm256_sqrt_ps(a))
#else
#define f32x8_sqrt(a) __extension__({ \
    const f32x8 a_ = (a); \
    (f32x8){f32_sqrt(a_[0]), f32_sqrt(a_[1]), f32_sqrt(a_[2]), f32_sqrt(a_[3]), f32_sqrt(a_[4]), \
        f32_sqrt(a_[5]), f32_sqrt(a_[6]), f32_sqrt(a_[7])}; \
})
#endif
#if defined(__AVX__)
#define f32x8_min(a, b) __extension__({ \
    const __m256 a_ = (a); \
    (f32x8)_mm256_blendv_ps(_mm256_min_ps(a_, (b)), a_, (__m256)(a_ != a_)); \
})
#else
#define f32x8_min(a, b) __extension__({ \
    const f32x8 a_ = (a), b_ = (b); \
    const i32x8 m_ = (a_ < b_) | (a_ != a_); \
    (f32x8)(((i32x8)a_ & m_) | ((i32x8)b_ & ~m_)); \
})
#endif
#if defined(__AVX__)
#define f32x8_max(a, b) __extension__({ \
    const __m256 a_ = (a); \
    (f32x8)_mm256_blendv_ps(_mm256_max_ps(a_, (b)), a_, (__m256)(a_ != a_)); \
})
#else
#define f32x8_max(a, b) __extension__({ \
    const f32x8 a_ = (a), b_ = (b); \
    const i32x8 m_ = (a_ > b_) | (a_ != a_); \
    (f32x8)(((i32x8)a_ & m_) | ((i32x8)b_ & ~m_)); \
})
#endif
#define i32x8_shl(a, b) ((i32x8)((u32x8)(a) << (u32x8)(b)))
#define f32x8_lt(a, b) ((b8)((a) < (b)))
#define i32x8_lt(a, b) ((b8)((a) < (b)))
#if defined(__AVX__)
#define f32x8_select(m, a, b) ((f32x8)_mm256_blendv_ps((__m256)(b), (__m256)(a), (__m256)(m)))
#else
#define f32x8_select(m, a, b) __extension__({ \
    const f32x8 a_ = (a), b_ = (b); \
    const i32x8 m_ = (i32x8)(m); \
    (f32x8)(((i32x8)a_ & m_) | ((i32x8)b_ & ~m_)); \
})
#endif
#define f32x8_fold_add(a) __extension__({ \
    const f32x8 r8_ = (a); \
    const f32x4 r4_ = f32x8_lo(r8_) + f32x8_hi(r8_); \
    (r4_[0] + r4_[2]) + (r4_[1] + r4_[3]); \
})

/* One call of an entry point: the batch, and where everything lies. */
struct regression_run {
    int64_t batch, step; /* samples; optimizer steps done before */
    uint64_t seed;       /* of the random numbers inside kernels */
    float learning_rate;
    void *const *variables, *const *inputs, *const *targets, *const *sample_weights;
    void *const *outputs, *const *gradients;
    float *results;
    char *arena;
    struct regression_fault *fault;
};

typedef void kernel_function(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t end);

/* Tasks 0 ... count-1 of a kernel; work of fewer than two grains stays on this thread. */
static void run_tasks(kernel_function *kernel, void *const *buffer, const struct regression_run *run, int64_t count,
                      int64_t grain) {
#if defined(_OPENMP)
    const int64_t grains = (count + grain - 1) / grain, threads = omp_get_max_threads();
    if (count >= 2 * grain && threads > 1) {
        const int64_t pieces = grains < threads ? grains : threads;
#pragma omp parallel for schedule(static, 1) num_threads((int)pieces)
        for (int64_t piece = 0; piece < pieces; piece++) {
            const int64_t begin = piece * grains / pieces * grain;
            const int64_t end = (piece + 1) * grains / pieces * grain;
            kernel(buffer, run, begin, end < count ? end : count);
        }
        return;
    }
#else
    (void)grain;
#endif
    if (count > 0) kernel(buffer, run, 0, count);
}

/* ------------------------------------------------------------ kernels */

/*
 * hidden: contract ay,yz->az add tanh
 * value: mul -> value_mul
 */
static void k0_hidden_contract(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t
        end) {
    const float *restrict hidden_kernel = buffer[0];
    const float *restrict input = buffer[1];
    const float *restrict hidden_bias = buffer[2];
    const float *restrict value_kernel = buffer[3];
    float *restrict value_mul = buffer[4];
    const int64_t N = run->batch;
    const int64_t t = (N + 5) / 6;
    for (int64_t task = begin; task < end; task++) {
        const int64_t t_2 = task % t * 6;
        const int64_t t_3 = N - t_2;
        if (6 <= t_3) {
            f32x8 acc = f32x8_splat(0.0f);
            f32x8 acc_2 = f32x8_splat(0.0f);
            f32x8 acc_3 = f32x8_splat(0.0f);
            f32x8 acc_4 = f32x8_splat(0.0f);
            f32x8 acc_5 = f32x8_splat(0.0f);
            f32x8 acc_6 = f32x8_splat(0.0f);
            for (int64_t k = 0; k < 4; k++) {
                const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 8]);
                acc = f32x8_fma(f32x8_splat(input[t_2 * 4 + k]), hidden_kernel_0, acc);
                acc_2 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 4]), hidden_kernel_0, acc_2);
                acc_3 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 8]), hidden_kernel_0, acc_3);
                acc_4 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 12]), hidden_kernel_0, acc_4);
                acc_5 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 16]), hidden_kernel_0, acc_5);
                acc_6 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 20]), hidden_kernel_0, acc_6);
            }
            const f32x8 hidden_bias_0 = f32x8_load(&hidden_bias[0]);
            const f32x8 t_4 = acc + hidden_bias_0;
            const f32x8 t_5 = f32x8_abs(t_4);
            const f32x8 t_6 = t_5 * t_5;
            const f32x8 t_7 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_6, f32x8_splat(0.020628167f)),
                    t_6, f32x8_splat(-0.053736515f));
            const f32x8 t_8 = f32x8_fma(f32x8_fma(t_7, t_6, f32x8_splat(0.13331406f)), t_6,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_9 = t_5 + t_5;
            const f32x8 t_10 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_9), f32x8_splat(2e+01f), t_9);
            const f32x8 t_11 = f32x8_fma(t_10, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_12 = t_11 - f32x8_splat(12582912.0f);
            const f32x8 t_13 = f32x8_fma(t_12, f32x8_splat(1.9046542e-09f), f32x8_fma(t_12,
                    f32x8_splat(-0.6931472f), t_10));
            const f32x8 t_14 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_13,
                    f32x8_splat(0.008369248f)), t_13, f32x8_splat(0.04166828f));
            const f32x8 t_15 = f32x8_fma(f32x8_fma(t_14, t_13, f32x8_splat(0.16666517f)), t_13,
                    f32x8_splat(0.49999994f));
            const i32x8 t_16 = i32x8_add(i32x8_sub((i32x8)t_11, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_17 = f32x8_fma(f32x8_fma(t_13 * t_13, t_15, t_13) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_16, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_18 = f32x8_select(f32x8_lt(t_5, f32x8_splat(0.625f)), f32x8_fma(t_6 * t_8, t_5,
                    t_5), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_17);
            const f32x8 value_kernel_0 = f32x8_load(&value_kernel[0]);
            const f32x8 t_19 = (f32x8)((i32x8)t_18 | ((i32x8)t_4 & i32x8_splat(INT32_MIN))) * value_kernel_0;
            f32x8_store(&value_mul[t_2 * 8], t_19);
            const f32x8 t_20 = acc_2 + hidden_bias_0;
            const f32x8 t_21 = f32x8_abs(t_20);
            const f32x8 t_22 = t_21 * t_21;
            const f32x8 t_23 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_22,
                    f32x8_splat(0.020628167f)), t_22, f32x8_splat(-0.053736515f));
            const f32x8 t_24 = f32x8_fma(f32x8_fma(t_23, t_22, f32x8_splat(0.13331406f)), t_22,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_25 = t_21 + t_21;
            const f32x8 t_26 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_25), f32x8_splat(2e+01f), t_25);
            const f32x8 t_27 = f32x8_fma(t_26, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_28 = t_27 - f32x8_splat(12582912.0f);
            const f32x8 t_29 = f32x8_fma(t_28, f32x8_splat(1.9046542e-09f), f32x8_fma(t_28,
                    f32x8_splat(-0.6931472f), t_26));
            const f32x8 t_30 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_29,
                    f32x8_splat(0.008369248f)), t_29, f32x8_splat(0.04166828f));
            const f32x8 t_31 = f32x8_fma(f32x8_fma(t_30, t_29, f32x8_splat(0.16666517f)), t_29,
                    f32x8_splat(0.49999994f));
            const i32x8 t_32 = i32x8_add(i32x8_sub((i32x8)t_27, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_33 = f32x8_fma(f32x8_fma(t_29 * t_29, t_31, t_29) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_32, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_34 = f32x8_select(f32x8_lt(t_21, f32x8_splat(0.625f)), f32x8_fma(t_22 * t_24, t_21,
                    t_21), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_33);
            const f32x8 t_35 = (f32x8)((i32x8)t_34 | ((i32x8)t_20 & i32x8_splat(INT32_MIN))) * value_kernel_0;
            f32x8_store(&value_mul[t_2 * 8 + 8], t_35);
            const f32x8 t_36 = acc_3 + hidden_bias_0;
            const f32x8 t_37 = f32x8_abs(t_36);
            const f32x8 t_38 = t_37 * t_37;
            const f32x8 t_39 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_38,
                    f32x8_splat(0.020628167f)), t_38, f32x8_splat(-0.053736515f));
            const f32x8 t_40 = f32x8_fma(f32x8_fma(t_39, t_38, f32x8_splat(0.13331406f)), t_38,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_41 = t_37 + t_37;
            const f32x8 t_42 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_41), f32x8_splat(2e+01f), t_41);
            const f32x8 t_43 = f32x8_fma(t_42, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_44 = t_43 - f32x8_splat(12582912.0f);
            const f32x8 t_45 = f32x8_fma(t_44, f32x8_splat(1.9046542e-09f), f32x8_fma(t_44,
                    f32x8_splat(-0.6931472f), t_42));
            const f32x8 t_46 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_45,
                    f32x8_splat(0.008369248f)), t_45, f32x8_splat(0.04166828f));
            const f32x8 t_47 = f32x8_fma(f32x8_fma(t_46, t_45, f32x8_splat(0.16666517f)), t_45,
                    f32x8_splat(0.49999994f));
            const i32x8 t_48 = i32x8_add(i32x8_sub((i32x8)t_43, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_49 = f32x8_fma(f32x8_fma(t_45 * t_45, t_47, t_45) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_48, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_50 = f32x8_select(f32x8_lt(t_37, f32x8_splat(0.625f)), f32x8_fma(t_38 * t_40, t_37,
                    t_37), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_49);
            const f32x8 t_51 = (f32x8)((i32x8)t_50 | ((i32x8)t_36 & i32x8_splat(INT32_MIN))) * value_kernel_0;
            f32x8_store(&value_mul[t_2 * 8 + 16], t_51);
            const f32x8 t_52 = acc_4 + hidden_bias_0;
            const f32x8 t_53 = f32x8_abs(t_52);
            const f32x8 t_54 = t_53 * t_53;
            const f32x8 t_55 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_54,
                    f32x8_splat(0.020628167f)), t_54, f32x8_splat(-0.053736515f));
            const f32x8 t_56 = f32x8_fma(f32x8_fma(t_55, t_54, f32x8_splat(0.13331406f)), t_54,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_57 = t_53 + t_53;
            const f32x8 t_58 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_57), f32x8_splat(2e+01f), t_57);
            const f32x8 t_59 = f32x8_fma(t_58, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_60 = t_59 - f32x8_splat(12582912.0f);
            const f32x8 t_61 = f32x8_fma(t_60, f32x8_splat(1.9046542e-09f), f32x8_fma(t_60,
                    f32x8_splat(-0.6931472f), t_58));
            const f32x8 t_62 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_61,
                    f32x8_splat(0.008369248f)), t_61, f32x8_splat(0.04166828f));
            const f32x8 t_63 = f32x8_fma(f32x8_fma(t_62, t_61, f32x8_splat(0.16666517f)), t_61,
                    f32x8_splat(0.49999994f));
            const i32x8 t_64 = i32x8_add(i32x8_sub((i32x8)t_59, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_65 = f32x8_fma(f32x8_fma(t_61 * t_61, t_63, t_61) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_64, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_66 = f32x8_select(f32x8_lt(t_53, f32x8_splat(0.625f)), f32x8_fma(t_54 * t_56, t_53,
                    t_53), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_65);
            const f32x8 t_67 = (f32x8)((i32x8)t_66 | ((i32x8)t_52 & i32x8_splat(INT32_MIN))) * value_kernel_0;
            f32x8_store(&value_mul[t_2 * 8 + 24], t_67);
            const f32x8 t_68 = acc_5 + hidden_bias_0;
            const f32x8 t_69 = f32x8_abs(t_68);
            const f32x8 t_70 = t_69 * t_69;
            const f32x8 t_71 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_70,
                    f32x8_splat(0.020628167f)), t_70, f32x8_splat(-0.053736515f));
            const f32x8 t_72 = f32x8_fma(f32x8_fma(t_71, t_70, f32x8_splat(0.13331406f)), t_70,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_73 = t_69 + t_69;
            const f32x8 t_74 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_73), f32x8_splat(2e+01f), t_73);
            const f32x8 t_75 = f32x8_fma(t_74, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_76 = t_75 - f32x8_splat(12582912.0f);
            const f32x8 t_77 = f32x8_fma(t_76, f32x8_splat(1.9046542e-09f), f32x8_fma(t_76,
                    f32x8_splat(-0.6931472f), t_74));
            const f32x8 t_78 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_77,
                    f32x8_splat(0.008369248f)), t_77, f32x8_splat(0.04166828f));
            const f32x8 t_79 = f32x8_fma(f32x8_fma(t_78, t_77, f32x8_splat(0.16666517f)), t_77,
                    f32x8_splat(0.49999994f));
            const i32x8 t_80 = i32x8_add(i32x8_sub((i32x8)t_75, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_81 = f32x8_fma(f32x8_fma(t_77 * t_77, t_79, t_77) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_80, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_82 = f32x8_select(f32x8_lt(t_69, f32x8_splat(0.625f)), f32x8_fma(t_70 * t_72, t_69,
                    t_69), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_81);
            const f32x8 t_83 = (f32x8)((i32x8)t_82 | ((i32x8)t_68 & i32x8_splat(INT32_MIN))) * value_kernel_0;
            f32x8_store(&value_mul[t_2 * 8 + 32], t_83);
            const f32x8 t_84 = acc_6 + hidden_bias_0;
            const f32x8 t_85 = f32x8_abs(t_84);
            const f32x8 t_86 = t_85 * t_85;
            const f32x8 t_87 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_86,
                    f32x8_splat(0.020628167f)), t_86, f32x8_splat(-0.053736515f));
            const f32x8 t_88 = f32x8_fma(f32x8_fma(t_87, t_86, f32x8_splat(0.13331406f)), t_86,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_89 = t_85 + t_85;
            const f32x8 t_90 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_89), f32x8_splat(2e+01f), t_89);
            const f32x8 t_91 = f32x8_fma(t_90, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_92 = t_91 - f32x8_splat(12582912.0f);
            const f32x8 t_93 = f32x8_fma(t_92, f32x8_splat(1.9046542e-09f), f32x8_fma(t_92,
                    f32x8_splat(-0.6931472f), t_90));
            const f32x8 t_94 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_93,
                    f32x8_splat(0.008369248f)), t_93, f32x8_splat(0.04166828f));
            const f32x8 t_95 = f32x8_fma(f32x8_fma(t_94, t_93, f32x8_splat(0.16666517f)), t_93,
                    f32x8_splat(0.49999994f));
            const i32x8 t_96 = i32x8_add(i32x8_sub((i32x8)t_91, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_97 = f32x8_fma(f32x8_fma(t_93 * t_93, t_95, t_93) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_96, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_98 = f32x8_select(f32x8_lt(t_85, f32x8_splat(0.625f)), f32x8_fma(t_86 * t_88, t_85,
                    t_85), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_97);
            const f32x8 t_99 = (f32x8)((i32x8)t_98 | ((i32x8)t_84 & i32x8_splat(INT32_MIN))) * value_kernel_0;
            f32x8_store(&value_mul[t_2 * 8 + 40], t_99);
        }
        if (t_3 < 6) {
            const int64_t t_4 = t_2 + (t_3 & -2);
            for (int64_t row = t_2; row < t_4; row += 2) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 4; k++) {
                    const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 8]);
                    acc = f32x8_fma(f32x8_splat(input[row * 4 + k]), hidden_kernel_0, acc);
                    acc_2 = f32x8_fma(f32x8_splat(input[row * 4 + k + 4]), hidden_kernel_0, acc_2);
                }
                const f32x8 hidden_bias_0 = f32x8_load(&hidden_bias[0]);
                const f32x8 t_5 = acc + hidden_bias_0;
                const f32x8 t_6 = f32x8_abs(t_5);
                const f32x8 t_7 = t_6 * t_6;
                const f32x8 t_8 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_7,
                        f32x8_splat(0.020628167f)), t_7, f32x8_splat(-0.053736515f));
                const f32x8 t_9 = f32x8_fma(f32x8_fma(t_8, t_7, f32x8_splat(0.13331406f)), t_7,
                        f32x8_splat(-0.3333328f));
                const f32x8 t_10 = t_6 + t_6;
                const f32x8 t_11 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_10), f32x8_splat(2e+01f),
                        t_10);
                const f32x8 t_12 = f32x8_fma(t_11, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
                const f32x8 t_13 = t_12 - f32x8_splat(12582912.0f);
                const f32x8 t_14 = f32x8_fma(t_13, f32x8_splat(1.9046542e-09f), f32x8_fma(t_13,
                        f32x8_splat(-0.6931472f), t_11));
                const f32x8 t_15 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_14,
                        f32x8_splat(0.008369248f)), t_14, f32x8_splat(0.04166828f));
                const f32x8 t_16 = f32x8_fma(f32x8_fma(t_15, t_14, f32x8_splat(0.16666517f)), t_14,
                        f32x8_splat(0.49999994f));
                const i32x8 t_17 = i32x8_add(i32x8_sub((i32x8)t_12, i32x8_splat(1262485504)),
                        i32x8_splat(127));
                const f32x8 t_18 = f32x8_fma(f32x8_fma(t_14 * t_14, t_16, t_14) + f32x8_splat(1.0f),
                        (f32x8)i32x8_shl(t_17, i32x8_splat(23)), f32x8_splat(1.0f));
                const f32x8 t_19 = f32x8_select(f32x8_lt(t_6, f32x8_splat(0.625f)), f32x8_fma(t_7 * t_9, t_6,
                        t_6), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_18);
                const f32x8 value_kernel_0 = f32x8_load(&value_kernel[0]);
                const f32x8 t_20 = (f32x8)((i32x8)t_19 | ((i32x8)t_5 & i32x8_splat(INT32_MIN))) *
                        value_kernel_0;
                f32x8_store(&value_mul[row * 8], t_20);
                const f32x8 t_21 = acc_2 + hidden_bias_0;
                const f32x8 t_22 = f32x8_abs(t_21);
                const f32x8 t_23 = t_22 * t_22;
                const f32x8 t_24 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_23,
                        f32x8_splat(0.020628167f)), t_23, f32x8_splat(-0.053736515f));
                const f32x8 t_25 = f32x8_fma(f32x8_fma(t_24, t_23, f32x8_splat(0.13331406f)), t_23,
                        f32x8_splat(-0.3333328f));
                const f32x8 t_26 = t_22 + t_22;
                const f32x8 t_27 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_26), f32x8_splat(2e+01f),
                        t_26);
                const f32x8 t_28 = f32x8_fma(t_27, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
                const f32x8 t_29 = t_28 - f32x8_splat(12582912.0f);
                const f32x8 t_30 = f32x8_fma(t_29, f32x8_splat(1.9046542e-09f), f32x8_fma(t_29,
                        f32x8_splat(-0.6931472f), t_27));
                const f32x8 t_31 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_30,
                        f32x8_splat(0.008369248f)), t_30, f32x8_splat(0.04166828f));
                const f32x8 t_32 = f32x8_fma(f32x8_fma(t_31, t_30, f32x8_splat(0.16666517f)), t_30,
                        f32x8_splat(0.49999994f));
                const i32x8 t_33 = i32x8_add(i32x8_sub((i32x8)t_28, i32x8_splat(1262485504)),
                        i32x8_splat(127));
                const f32x8 t_34 = f32x8_fma(f32x8_fma(t_30 * t_30, t_32, t_30) + f32x8_splat(1.0f),
                        (f32x8)i32x8_shl(t_33, i32x8_splat(23)), f32x8_splat(1.0f));
                const f32x8 t_35 = f32x8_select(f32x8_lt(t_22, f32x8_splat(0.625f)), f32x8_fma(t_23 * t_25,
                        t_22, t_22), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_34);
                const f32x8 t_36 = (f32x8)((i32x8)t_35 | ((i32x8)t_21 & i32x8_splat(INT32_MIN))) *
                        value_kernel_0;
                f32x8_store(&value_mul[row * 8 + 8], t_36);
            }
            for (int64_t row = t_4; row < t_2 + t_3; row++) {
                f32x8 acc = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 4; k++) {
                    const f32x8 t_5 = f32x8_fma(f32x8_splat(input[row * 4 + k]),
                            f32x8_load(&hidden_kernel[k * 8]), acc);
                    acc = t_5;
                }
                const f32x8 t_5 = acc + f32x8_load(&hidden_bias[0]);
                const f32x8 t_6 = f32x8_abs(t_5);
                const f32x8 t_7 = t_6 * t_6;
                const f32x8 t_8 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_7,
                        f32x8_splat(0.020628167f)), t_7, f32x8_splat(-0.053736515f));
                const f32x8 t_9 = f32x8_fma(f32x8_fma(t_8, t_7, f32x8_splat(0.13331406f)), t_7,
                        f32x8_splat(-0.3333328f));
                const f32x8 t_10 = t_6 + t_6;
                const f32x8 t_11 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_10), f32x8_splat(2e+01f),
                        t_10);
                const f32x8 t_12 = f32x8_fma(t_11, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
                const f32x8 t_13 = t_12 - f32x8_splat(12582912.0f);
                const f32x8 t_14 = f32x8_fma(t_13, f32x8_splat(1.9046542e-09f), f32x8_fma(t_13,
                        f32x8_splat(-0.6931472f), t_11));
                const f32x8 t_15 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_14,
                        f32x8_splat(0.008369248f)), t_14, f32x8_splat(0.04166828f));
                const f32x8 t_16 = f32x8_fma(f32x8_fma(t_15, t_14, f32x8_splat(0.16666517f)), t_14,
                        f32x8_splat(0.49999994f));
                const i32x8 t_17 = i32x8_add(i32x8_sub((i32x8)t_12, i32x8_splat(1262485504)),
                        i32x8_splat(127));
                const f32x8 t_18 = f32x8_fma(f32x8_fma(t_14 * t_14, t_16, t_14) + f32x8_splat(1.0f),
                        (f32x8)i32x8_shl(t_17, i32x8_splat(23)), f32x8_splat(1.0f));
                const f32x8 t_19 = f32x8_select(f32x8_lt(t_6, f32x8_splat(0.625f)), f32x8_fma(t_7 * t_9, t_6,
                        t_6), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_18);
                const f32x8 t_20 = (f32x8)((i32x8)t_19 | ((i32x8)t_5 & i32x8_splat(INT32_MIN))) *
                        f32x8_load(&value_kernel[0]);
                f32x8_store(&value_mul[row * 8], t_20);
            }
        }
    }
}

/* value: reduce_sum add -> output0 */
static void k1_value_rows(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t end) {
    const float *restrict value_mul = buffer[0];
    const float *restrict value_bias = buffer[1];
    float *restrict output0 = buffer[2];
    (void)run;
    const float value_bias_0 = value_bias[0];
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        acc = acc + f32x8_load(&value_mul[task * 8]);
        output0[task] = f32x8_fold_add(acc) + value_bias_0;
    }
}

/* hidden: contract ay,yz->az add tanh -> hidden_tanh */
static void k2_hidden_contract(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t
        end) {
    const float *restrict hidden_kernel = buffer[0];
    const float *restrict input = buffer[1];
    const float *restrict hidden_bias = buffer[2];
    float *restrict hidden_tanh = buffer[3];
    const int64_t N = run->batch;
    const int64_t t = (N + 5) / 6;
    for (int64_t task = begin; task < end; task++) {
        const int64_t t_2 = task % t * 6;
        const int64_t t_3 = N - t_2;
        if (6 <= t_3) {
            f32x8 acc = f32x8_splat(0.0f);
            f32x8 acc_2 = f32x8_splat(0.0f);
            f32x8 acc_3 = f32x8_splat(0.0f);
            f32x8 acc_4 = f32x8_splat(0.0f);
            f32x8 acc_5 = f32x8_splat(0.0f);
            f32x8 acc_6 = f32x8_splat(0.0f);
            for (int64_t k = 0; k < 4; k++) {
                const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 8]);
                acc = f32x8_fma(f32x8_splat(input[t_2 * 4 + k]), hidden_kernel_0, acc);
                acc_2 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 4]), hidden_kernel_0, acc_2);
                acc_3 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 8]), hidden_kernel_0, acc_3);
                acc_4 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 12]), hidden_kernel_0, acc_4);
                acc_5 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 16]), hidden_kernel_0, acc_5);
                acc_6 = f32x8_fma(f32x8_splat(input[t_2 * 4 + k + 20]), hidden_kernel_0, acc_6);
            }
            const f32x8 hidden_bias_0 = f32x8_load(&hidden_bias[0]);
            const f32x8 t_4 = acc + hidden_bias_0;
            const f32x8 t_5 = f32x8_abs(t_4);
            const f32x8 t_6 = t_5 * t_5;
            const f32x8 t_7 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_6, f32x8_splat(0.020628167f)),
                    t_6, f32x8_splat(-0.053736515f));
            const f32x8 t_8 = f32x8_fma(f32x8_fma(t_7, t_6, f32x8_splat(0.13331406f)), t_6,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_9 = t_5 + t_5;
            const f32x8 t_10 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_9), f32x8_splat(2e+01f), t_9);
            const f32x8 t_11 = f32x8_fma(t_10, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_12 = t_11 - f32x8_splat(12582912.0f);
            const f32x8 t_13 = f32x8_fma(t_12, f32x8_splat(1.9046542e-09f), f32x8_fma(t_12,
                    f32x8_splat(-0.6931472f), t_10));
            const f32x8 t_14 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_13,
                    f32x8_splat(0.008369248f)), t_13, f32x8_splat(0.04166828f));
            const f32x8 t_15 = f32x8_fma(f32x8_fma(t_14, t_13, f32x8_splat(0.16666517f)), t_13,
                    f32x8_splat(0.49999994f));
            const i32x8 t_16 = i32x8_add(i32x8_sub((i32x8)t_11, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_17 = f32x8_fma(f32x8_fma(t_13 * t_13, t_15, t_13) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_16, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_18 = f32x8_select(f32x8_lt(t_5, f32x8_splat(0.625f)), f32x8_fma(t_6 * t_8, t_5,
                    t_5), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_17);
            f32x8_store(&hidden_tanh[t_2 * 8], (f32x8)((i32x8)t_18 | ((i32x8)t_4 & i32x8_splat(INT32_MIN))));
            const f32x8 t_19 = acc_2 + hidden_bias_0;
            const f32x8 t_20 = f32x8_abs(t_19);
            const f32x8 t_21 = t_20 * t_20;
            const f32x8 t_22 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_21,
                    f32x8_splat(0.020628167f)), t_21, f32x8_splat(-0.053736515f));
            const f32x8 t_23 = f32x8_fma(f32x8_fma(t_22, t_21, f32x8_splat(0.13331406f)), t_21,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_24 = t_20 + t_20;
            const f32x8 t_25 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_24), f32x8_splat(2e+01f), t_24);
            const f32x8 t_26 = f32x8_fma(t_25, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_27 = t_26 - f32x8_splat(12582912.0f);
            const f32x8 t_28 = f32x8_fma(t_27, f32x8_splat(1.9046542e-09f), f32x8_fma(t_27,
                    f32x8_splat(-0.6931472f), t_25));
            const f32x8 t_29 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_28,
                    f32x8_splat(0.008369248f)), t_28, f32x8_splat(0.04166828f));
            const f32x8 t_30 = f32x8_fma(f32x8_fma(t_29, t_28, f32x8_splat(0.16666517f)), t_28,
                    f32x8_splat(0.49999994f));
            const i32x8 t_31 = i32x8_add(i32x8_sub((i32x8)t_26, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_32 = f32x8_fma(f32x8_fma(t_28 * t_28, t_30, t_28) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_31, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_33 = f32x8_select(f32x8_lt(t_20, f32x8_splat(0.625f)), f32x8_fma(t_21 * t_23, t_20,
                    t_20), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_32);
            f32x8_store(&hidden_tanh[t_2 * 8 + 8], (f32x8)((i32x8)t_33 | ((i32x8)t_19 &
                    i32x8_splat(INT32_MIN))));
            const f32x8 t_34 = acc_3 + hidden_bias_0;
            const f32x8 t_35 = f32x8_abs(t_34);
            const f32x8 t_36 = t_35 * t_35;
            const f32x8 t_37 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_36,
                    f32x8_splat(0.020628167f)), t_36, f32x8_splat(-0.053736515f));
            const f32x8 t_38 = f32x8_fma(f32x8_fma(t_37, t_36, f32x8_splat(0.13331406f)), t_36,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_39 = t_35 + t_35;
            const f32x8 t_40 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_39), f32x8_splat(2e+01f), t_39);
            const f32x8 t_41 = f32x8_fma(t_40, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_42 = t_41 - f32x8_splat(12582912.0f);
            const f32x8 t_43 = f32x8_fma(t_42, f32x8_splat(1.9046542e-09f), f32x8_fma(t_42,
                    f32x8_splat(-0.6931472f), t_40));
            const f32x8 t_44 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_43,
                    f32x8_splat(0.008369248f)), t_43, f32x8_splat(0.04166828f));
            const f32x8 t_45 = f32x8_fma(f32x8_fma(t_44, t_43, f32x8_splat(0.16666517f)), t_43,
                    f32x8_splat(0.49999994f));
            const i32x8 t_46 = i32x8_add(i32x8_sub((i32x8)t_41, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_47 = f32x8_fma(f32x8_fma(t_43 * t_43, t_45, t_43) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_46, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_48 = f32x8_select(f32x8_lt(t_35, f32x8_splat(0.625f)), f32x8_fma(t_36 * t_38, t_35,
                    t_35), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_47);
            f32x8_store(&hidden_tanh[t_2 * 8 + 16], (f32x8)((i32x8)t_48 | ((i32x8)t_34 &
                    i32x8_splat(INT32_MIN))));
            const f32x8 t_49 = acc_4 + hidden_bias_0;
            const f32x8 t_50 = f32x8_abs(t_49);
            const f32x8 t_51 = t_50 * t_50;
            const f32x8 t_52 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_51,
                    f32x8_splat(0.020628167f)), t_51, f32x8_splat(-0.053736515f));
            const f32x8 t_53 = f32x8_fma(f32x8_fma(t_52, t_51, f32x8_splat(0.13331406f)), t_51,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_54 = t_50 + t_50;
            const f32x8 t_55 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_54), f32x8_splat(2e+01f), t_54);
            const f32x8 t_56 = f32x8_fma(t_55, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_57 = t_56 - f32x8_splat(12582912.0f);
            const f32x8 t_58 = f32x8_fma(t_57, f32x8_splat(1.9046542e-09f), f32x8_fma(t_57,
                    f32x8_splat(-0.6931472f), t_55));
            const f32x8 t_59 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_58,
                    f32x8_splat(0.008369248f)), t_58, f32x8_splat(0.04166828f));
            const f32x8 t_60 = f32x8_fma(f32x8_fma(t_59, t_58, f32x8_splat(0.16666517f)), t_58,
                    f32x8_splat(0.49999994f));
            const i32x8 t_61 = i32x8_add(i32x8_sub((i32x8)t_56, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_62 = f32x8_fma(f32x8_fma(t_58 * t_58, t_60, t_58) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_61, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_63 = f32x8_select(f32x8_lt(t_50, f32x8_splat(0.625f)), f32x8_fma(t_51 * t_53, t_50,
                    t_50), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_62);
            f32x8_store(&hidden_tanh[t_2 * 8 + 24], (f32x8)((i32x8)t_63 | ((i32x8)t_49 &
                    i32x8_splat(INT32_MIN))));
            const f32x8 t_64 = acc_5 + hidden_bias_0;
            const f32x8 t_65 = f32x8_abs(t_64);
            const f32x8 t_66 = t_65 * t_65;
            const f32x8 t_67 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_66,
                    f32x8_splat(0.020628167f)), t_66, f32x8_splat(-0.053736515f));
            const f32x8 t_68 = f32x8_fma(f32x8_fma(t_67, t_66, f32x8_splat(0.13331406f)), t_66,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_69 = t_65 + t_65;
            const f32x8 t_70 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_69), f32x8_splat(2e+01f), t_69);
            const f32x8 t_71 = f32x8_fma(t_70, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_72 = t_71 - f32x8_splat(12582912.0f);
            const f32x8 t_73 = f32x8_fma(t_72, f32x8_splat(1.9046542e-09f), f32x8_fma(t_72,
                    f32x8_splat(-0.6931472f), t_70));
            const f32x8 t_74 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_73,
                    f32x8_splat(0.008369248f)), t_73, f32x8_splat(0.04166828f));
            const f32x8 t_75 = f32x8_fma(f32x8_fma(t_74, t_73, f32x8_splat(0.16666517f)), t_73,
                    f32x8_splat(0.49999994f));
            const i32x8 t_76 = i32x8_add(i32x8_sub((i32x8)t_71, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_77 = f32x8_fma(f32x8_fma(t_73 * t_73, t_75, t_73) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_76, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_78 = f32x8_select(f32x8_lt(t_65, f32x8_splat(0.625f)), f32x8_fma(t_66 * t_68, t_65,
                    t_65), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_77);
            f32x8_store(&hidden_tanh[t_2 * 8 + 32], (f32x8)((i32x8)t_78 | ((i32x8)t_64 &
                    i32x8_splat(INT32_MIN))));
            const f32x8 t_79 = acc_6 + hidden_bias_0;
            const f32x8 t_80 = f32x8_abs(t_79);
            const f32x8 t_81 = t_80 * t_80;
            const f32x8 t_82 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_81,
                    f32x8_splat(0.020628167f)), t_81, f32x8_splat(-0.053736515f));
            const f32x8 t_83 = f32x8_fma(f32x8_fma(t_82, t_81, f32x8_splat(0.13331406f)), t_81,
                    f32x8_splat(-0.3333328f));
            const f32x8 t_84 = t_80 + t_80;
            const f32x8 t_85 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_84), f32x8_splat(2e+01f), t_84);
            const f32x8 t_86 = f32x8_fma(t_85, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
            const f32x8 t_87 = t_86 - f32x8_splat(12582912.0f);
            const f32x8 t_88 = f32x8_fma(t_87, f32x8_splat(1.9046542e-09f), f32x8_fma(t_87,
                    f32x8_splat(-0.6931472f), t_85));
            const f32x8 t_89 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_88,
                    f32x8_splat(0.008369248f)), t_88, f32x8_splat(0.04166828f));
            const f32x8 t_90 = f32x8_fma(f32x8_fma(t_89, t_88, f32x8_splat(0.16666517f)), t_88,
                    f32x8_splat(0.49999994f));
            const i32x8 t_91 = i32x8_add(i32x8_sub((i32x8)t_86, i32x8_splat(1262485504)), i32x8_splat(127));
            const f32x8 t_92 = f32x8_fma(f32x8_fma(t_88 * t_88, t_90, t_88) + f32x8_splat(1.0f),
                    (f32x8)i32x8_shl(t_91, i32x8_splat(23)), f32x8_splat(1.0f));
            const f32x8 t_93 = f32x8_select(f32x8_lt(t_80, f32x8_splat(0.625f)), f32x8_fma(t_81 * t_83, t_80,
                    t_80), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_92);
            f32x8_store(&hidden_tanh[t_2 * 8 + 40], (f32x8)((i32x8)t_93 | ((i32x8)t_79 &
                    i32x8_splat(INT32_MIN))));
        }
        if (t_3 < 6) {
            const int64_t t_4 = t_2 + (t_3 & -2);
            for (int64_t row = t_2; row < t_4; row += 2) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 4; k++) {
                    const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 8]);
                    acc = f32x8_fma(f32x8_splat(input[row * 4 + k]), hidden_kernel_0, acc);
                    acc_2 = f32x8_fma(f32x8_splat(input[row * 4 + k + 4]), hidden_kernel_0, acc_2);
                }
                const f32x8 hidden_bias_0 = f32x8_load(&hidden_bias[0]);
                const f32x8 t_5 = acc + hidden_bias_0;
                const f32x8 t_6 = f32x8_abs(t_5);
                const f32x8 t_7 = t_6 * t_6;
                const f32x8 t_8 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_7,
                        f32x8_splat(0.020628167f)), t_7, f32x8_splat(-0.053736515f));
                const f32x8 t_9 = f32x8_fma(f32x8_fma(t_8, t_7, f32x8_splat(0.13331406f)), t_7,
                        f32x8_splat(-0.3333328f));
                const f32x8 t_10 = t_6 + t_6;
                const f32x8 t_11 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_10), f32x8_splat(2e+01f),
                        t_10);
                const f32x8 t_12 = f32x8_fma(t_11, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
                const f32x8 t_13 = t_12 - f32x8_splat(12582912.0f);
                const f32x8 t_14 = f32x8_fma(t_13, f32x8_splat(1.9046542e-09f), f32x8_fma(t_13,
                        f32x8_splat(-0.6931472f), t_11));
                const f32x8 t_15 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_14,
                        f32x8_splat(0.008369248f)), t_14, f32x8_splat(0.04166828f));
                const f32x8 t_16 = f32x8_fma(f32x8_fma(t_15, t_14, f32x8_splat(0.16666517f)), t_14,
                        f32x8_splat(0.49999994f));
                const i32x8 t_17 = i32x8_add(i32x8_sub((i32x8)t_12, i32x8_splat(1262485504)),
                        i32x8_splat(127));
                const f32x8 t_18 = f32x8_fma(f32x8_fma(t_14 * t_14, t_16, t_14) + f32x8_splat(1.0f),
                        (f32x8)i32x8_shl(t_17, i32x8_splat(23)), f32x8_splat(1.0f));
                const f32x8 t_19 = f32x8_select(f32x8_lt(t_6, f32x8_splat(0.625f)), f32x8_fma(t_7 * t_9, t_6,
                        t_6), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_18);
                f32x8_store(&hidden_tanh[row * 8], (f32x8)((i32x8)t_19 | ((i32x8)t_5 &
                        i32x8_splat(INT32_MIN))));
                const f32x8 t_20 = acc_2 + hidden_bias_0;
                const f32x8 t_21 = f32x8_abs(t_20);
                const f32x8 t_22 = t_21 * t_21;
                const f32x8 t_23 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_22,
                        f32x8_splat(0.020628167f)), t_22, f32x8_splat(-0.053736515f));
                const f32x8 t_24 = f32x8_fma(f32x8_fma(t_23, t_22, f32x8_splat(0.13331406f)), t_22,
                        f32x8_splat(-0.3333328f));
                const f32x8 t_25 = t_21 + t_21;
                const f32x8 t_26 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_25), f32x8_splat(2e+01f),
                        t_25);
                const f32x8 t_27 = f32x8_fma(t_26, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
                const f32x8 t_28 = t_27 - f32x8_splat(12582912.0f);
                const f32x8 t_29 = f32x8_fma(t_28, f32x8_splat(1.9046542e-09f), f32x8_fma(t_28,
                        f32x8_splat(-0.6931472f), t_26));
                const f32x8 t_30 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_29,
                        f32x8_splat(0.008369248f)), t_29, f32x8_splat(0.04166828f));
                const f32x8 t_31 = f32x8_fma(f32x8_fma(t_30, t_29, f32x8_splat(0.16666517f)), t_29,
                        f32x8_splat(0.49999994f));
                const i32x8 t_32 = i32x8_add(i32x8_sub((i32x8)t_27, i32x8_splat(1262485504)),
                        i32x8_splat(127));
                const f32x8 t_33 = f32x8_fma(f32x8_fma(t_29 * t_29, t_31, t_29) + f32x8_splat(1.0f),
                        (f32x8)i32x8_shl(t_32, i32x8_splat(23)), f32x8_splat(1.0f));
                const f32x8 t_34 = f32x8_select(f32x8_lt(t_21, f32x8_splat(0.625f)), f32x8_fma(t_22 * t_24,
                        t_21, t_21), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_33);
                f32x8_store(&hidden_tanh[row * 8 + 8], (f32x8)((i32x8)t_34 | ((i32x8)t_20 &
                        i32x8_splat(INT32_MIN))));
            }
            for (int64_t row = t_4; row < t_2 + t_3; row++) {
                f32x8 acc = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 4; k++) {
                    const f32x8 t_5 = f32x8_fma(f32x8_splat(input[row * 4 + k]),
                            f32x8_load(&hidden_kernel[k * 8]), acc);
                    acc = t_5;
                }
                const f32x8 t_5 = acc + f32x8_load(&hidden_bias[0]);
                const f32x8 t_6 = f32x8_abs(t_5);
                const f32x8 t_7 = t_6 * t_6;
                const f32x8 t_8 = f32x8_fma(f32x8_fma(f32x8_splat(-0.005692297f), t_7,
                        f32x8_splat(0.020628167f)), t_7, f32x8_splat(-0.053736515f));
                const f32x8 t_9 = f32x8_fma(f32x8_fma(t_8, t_7, f32x8_splat(0.13331406f)), t_7,
                        f32x8_splat(-0.3333328f));
                const f32x8 t_10 = t_6 + t_6;
                const f32x8 t_11 = f32x8_select(f32x8_lt(f32x8_splat(2e+01f), t_10), f32x8_splat(2e+01f),
                        t_10);
                const f32x8 t_12 = f32x8_fma(t_11, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
                const f32x8 t_13 = t_12 - f32x8_splat(12582912.0f);
                const f32x8 t_14 = f32x8_fma(t_13, f32x8_splat(1.9046542e-09f), f32x8_fma(t_13,
                        f32x8_splat(-0.6931472f), t_11));
                const f32x8 t_15 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_14,
                        f32x8_splat(0.008369248f)), t_14, f32x8_splat(0.04166828f));
                const f32x8 t_16 = f32x8_fma(f32x8_fma(t_15, t_14, f32x8_splat(0.16666517f)), t_14,
                        f32x8_splat(0.49999994f));
                const i32x8 t_17 = i32x8_add(i32x8_sub((i32x8)t_12, i32x8_splat(1262485504)),
                        i32x8_splat(127));
                const f32x8 t_18 = f32x8_fma(f32x8_fma(t_14 * t_14, t_16, t_14) + f32x8_splat(1.0f),
                        (f32x8)i32x8_shl(t_17, i32x8_splat(23)), f32x8_splat(1.0f));
                const f32x8 t_19 = f32x8_select(f32x8_lt(t_6, f32x8_splat(0.625f)), f32x8_fma(t_7 * t_9, t_6,
                        t_6), f32x8_splat(1.0f) - f32x8_splat(2.0f) / t_18);
                f32x8_store(&hidden_tanh[row * 8], (f32x8)((i32x8)t_19 | ((i32x8)t_5 &
                        i32x8_splat(INT32_MIN))));
            }
        }
    }
}

/*
 * value: mul reduce_sum add
 * mean_squared_error: sub -> mean_squared_error_sub
 */
static void k3_value_rows(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t end) {
    const float *restrict hidden_tanh = buffer[0];
    const float *restrict value_kernel = buffer[1];
    const float *restrict value_bias = buffer[2];
    const float *restrict target0 = buffer[3];
    float *restrict mean_squared_error_sub = buffer[4];
    (void)run;
    const float value_bias_0 = value_bias[0];
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        acc = acc + f32x8_load(&hidden_tanh[task * 8]) * f32x8_load(&value_kernel[0]);
        mean_squared_error_sub[task] = f32x8_fold_add(acc) + value_bias_0 - target0[task];
    }
}

/*
 * mean_squared_error: mul mul reduce_sum -> mean_squared_error_reduce_sum
 * d_mean_squared_error: div mul mul add -> d_mean_squared_error_add
 * d_value: reduce_sum
 * value: mul mul sub -> sgd_regression_value_bias_momentum add -> value_bias
 */
static void k4_mean_squared_error_rows(void *const *buffer, const struct regression_run *run, int64_t begin,
        int64_t end) {
    const float *restrict mean_squared_error_sub = buffer[0];
    const float *restrict sample_weight0 = buffer[1];
    float *restrict d_mean_squared_error_add = buffer[2];
    float *restrict sgd_regression_value_bias_momentum = buffer[3];
    float *restrict value_bias = buffer[4];
    float *restrict mean_squared_error_reduce_sum = buffer[5];
    const int64_t N = run->batch;
    const float t = 1.0f / (float)N;
    const float learning_rate = run->learning_rate;
    const float t_2 = sgd_regression_value_bias_momentum[0] * 0.9f;
    const float value_bias_0 = value_bias[0];
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        f32x8 acc_2 = f32x8_splat(0.0f);
        const int64_t t_3 = N / 8 * 8;
        for (int64_t i = 0; i < t_3; i += 8) {
            const f32x8 mean_squared_error_sub_0 = f32x8_load(&mean_squared_error_sub[i]);
            const f32x8 sample_weight0_0 = f32x8_load(&sample_weight0[i]);
            const f32x8 t_4 = acc + mean_squared_error_sub_0 * mean_squared_error_sub_0 * sample_weight0_0;
            acc = t_4;
            const f32x8 t_5 = f32x8_splat(t) * sample_weight0_0 * mean_squared_error_sub_0;
            const f32x8 t_6 = t_5 + t_5;
            acc_2 = acc_2 + t_6;
            f32x8_store(&d_mean_squared_error_add[i], t_6);
        }
        const int64_t t_4 = N - t_3;
        if (t_3 < N) {
            const f32x8 mean_squared_error_sub_0 = f32x8_load_n(&mean_squared_error_sub[t_3], t_4);
            const f32x8 sample_weight0_0 = f32x8_load_n(&sample_weight0[t_3], t_4);
            const f32x8 t_5 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat((int32_t)t_4)),
                    mean_squared_error_sub_0 * mean_squared_error_sub_0 * sample_weight0_0,
                    f32x8_splat(0.0f));
            acc = acc + t_5;
            const f32x8 t_6 = f32x8_splat(t) * sample_weight0_0 * mean_squared_error_sub_0;
            const f32x8 t_7 = t_6 + t_6;
            const f32x8 t_8 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat((int32_t)t_4)), t_7,
                    f32x8_splat(0.0f));
            acc_2 = acc_2 + t_8;
            f32x8_store_n(&d_mean_squared_error_add[t_3], t_4, t_7);
        }
        const float t_5 = t_2 - f32x8_fold_add(acc_2) * learning_rate;
        mean_squared_error_reduce_sum[0] = f32x8_fold_add(acc);
        sgd_regression_value_bias_momentum[0] = t_5;
        value_bias[0] = value_bias_0 + t_5;
    }
}

/*
 * mean_squared_error: div
 * hidden: mul reduce_sum mul add
 * loss: mul add -> total
 */
static void k5_mean_squared_error_rows(void *const *buffer, const struct regression_run *run, int64_t begin,
        int64_t end) {
    const float *restrict hidden_kernel = buffer[0];
    float *restrict total = buffer[1];
    const float *restrict mean_squared_error_reduce_sum = buffer[2];
    const int64_t N = run->batch;
    const float t = (float)N;
    const float total_0 = total[0];
    const float t_2 = mean_squared_error_reduce_sum[0] / t;
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        for (int64_t i = 0; i < 32; i += 8) {
            const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[i]);
            acc = acc + hidden_kernel_0 * hidden_kernel_0;
        }
        total[0] = total_0 + (t_2 + f32x8_fold_add(acc) * 0.01f) * t;
    }
}

/* loss: add -> count */
static void k6_loss_map(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t end) {
    float *restrict count = buffer[0];
    const int64_t N = run->batch;
    const float t = count[0] + (float)N;
    for (int64_t task = begin; task < end; task++) {
        count[0] = t;
    }
}

/*
 * d_value: mul
 * d_hidden: mul sub mul -> d_hidden_mul
 */
static void k7_d_value_map(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t end)
        {
    const float *restrict d_mean_squared_error_add = buffer[0];
    const float *restrict value_kernel = buffer[1];
    const float *restrict hidden_tanh = buffer[2];
    float *restrict d_hidden_mul = buffer[3];
    (void)run;
    for (int64_t task = begin; task < end; task++) {
        const f32x8 t = f32x8_splat(d_mean_squared_error_add[task]) * f32x8_load(&value_kernel[0]);
        const f32x8 hidden_tanh_0 = f32x8_load(&hidden_tanh[task * 8]);
        f32x8_store(&d_hidden_mul[task * 8], t * (f32x8_splat(1.0f) - hidden_tanh_0 * hidden_tanh_0));
    }
}

/*
 * d_value: mul reduce_sum
 * value: mul mul sub -> sgd_regression_value_kernel_momentum add -> value_kernel
 */
static void k8_d_value_column(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t
        end) {
    const float *restrict hidden_tanh = buffer[0];
    const float *restrict d_mean_squared_error_add = buffer[1];
    float *restrict sgd_regression_value_kernel_momentum = buffer[2];
    float *restrict value_kernel = buffer[3];
    const int64_t N = run->batch;
    const float learning_rate = run->learning_rate;
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        for (int64_t i = 0; i < N; i++) {
            const f32x8 t = f32x8_load(&hidden_tanh[i * 8]) * f32x8_splat(d_mean_squared_error_add[i]);
            acc = acc + t;
        }
        const f32x8 t = f32x8_load(&sgd_regression_value_kernel_momentum[0]) * f32x8_splat(0.9f) - acc *
                f32x8_splat(learning_rate);
        const f32x8 t_2 = f32x8_load(&value_kernel[0]) + t;
        f32x8_store(&sgd_regression_value_kernel_momentum[0], t);
        f32x8_store(&value_kernel[0], t_2);
    }
}

/*
 * d_hidden: reduce_sum
 * hidden: mul mul sub -> sgd_regression_hidden_bias_momentum add -> hidden_bias
 */
static void k9_d_hidden_column(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t
        end) {
    const float *restrict d_hidden_mul = buffer[0];
    float *restrict sgd_regression_hidden_bias_momentum = buffer[1];
    float *restrict hidden_bias = buffer[2];
    const int64_t N = run->batch;
    const float learning_rate = run->learning_rate;
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        for (int64_t i = 0; i < N; i++) {
            acc = acc + f32x8_load(&d_hidden_mul[i * 8]);
        }
        const f32x8 t = f32x8_load(&sgd_regression_hidden_bias_momentum[0]) * f32x8_splat(0.9f) - acc *
                f32x8_splat(learning_rate);
        const f32x8 t_2 = f32x8_load(&hidden_bias[0]) + t;
        f32x8_store(&sgd_regression_hidden_bias_momentum[0], t);
        f32x8_store(&hidden_bias[0], t_2);
    }
}

/*
 * d_hidden: mul add contract ay,az->yz add
 * hidden: mul mul sub -> sgd_regression_hidden_kernel_momentum add -> hidden_add
 */
static void k10_d_hidden_contract(void *const *buffer, const struct regression_run *run, int64_t begin,
        int64_t end) {
    const float *restrict d_hidden_mul = buffer[0];
    const float *restrict input = buffer[1];
    float *restrict sgd_regression_hidden_kernel_momentum = buffer[2];
    const float *restrict hidden_kernel = buffer[3];
    float *restrict hidden_add = buffer[4];
    const int64_t N = run->batch;
    const float learning_rate = run->learning_rate;
    for (int64_t task = begin; task < end; task++) {
        const int64_t t = task * 4;
        f32x8 acc = f32x8_splat(0.0f);
        f32x8 acc_2 = f32x8_splat(0.0f);
        f32x8 acc_3 = f32x8_splat(0.0f);
        f32x8 acc_4 = f32x8_splat(0.0f);
        for (int64_t k = 0; k < N; k++) {
            const f32x8 d_hidden_mul_0 = f32x8_load(&d_hidden_mul[k * 8]);
            acc = f32x8_fma(f32x8_splat(input[t + k * 4]), d_hidden_mul_0, acc);
            acc_2 = f32x8_fma(f32x8_splat(input[t + k * 4 + 1]), d_hidden_mul_0, acc_2);
            acc_3 = f32x8_fma(f32x8_splat(input[t + k * 4 + 2]), d_hidden_mul_0, acc_3);
            acc_4 = f32x8_fma(f32x8_splat(input[t + k * 4 + 3]), d_hidden_mul_0, acc_4);
        }
        const f32x8 t_2 = f32x8_load(&sgd_regression_hidden_kernel_momentum[t * 8]) * f32x8_splat(0.9f);
        const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[t * 8]);
        const f32x8 t_3 = f32x8_splat(0.01f) * hidden_kernel_0;
        const f32x8 t_4 = t_2 - (t_3 + t_3 + acc) * f32x8_splat(learning_rate);
        f32x8_store(&sgd_regression_hidden_kernel_momentum[t * 8], t_4);
        f32x8_store(&hidden_add[t * 8], hidden_kernel_0 + t_4);
        const f32x8 t_5 = f32x8_load(&sgd_regression_hidden_kernel_momentum[t * 8 + 8]) * f32x8_splat(0.9f);
        const f32x8 hidden_kernel_1 = f32x8_load(&hidden_kernel[t * 8 + 8]);
        const f32x8 t_6 = f32x8_splat(0.01f) * hidden_kernel_1;
        const f32x8 t_7 = t_5 - (t_6 + t_6 + acc_2) * f32x8_splat(learning_rate);
        f32x8_store(&sgd_regression_hidden_kernel_momentum[t * 8 + 8], t_7);
        f32x8_store(&hidden_add[t * 8 + 8], hidden_kernel_1 + t_7);
        const f32x8 t_8 = f32x8_load(&sgd_regression_hidden_kernel_momentum[t * 8 + 16]) * f32x8_splat(0.9f);
        const f32x8 hidden_kernel_2 = f32x8_load(&hidden_kernel[t * 8 + 16]);
        const f32x8 t_9 = f32x8_splat(0.01f) * hidden_kernel_2;
        const f32x8 t_10 = t_8 - (t_9 + t_9 + acc_3) * f32x8_splat(learning_rate);
        f32x8_store(&sgd_regression_hidden_kernel_momentum[t * 8 + 16], t_10);
        f32x8_store(&hidden_add[t * 8 + 16], hidden_kernel_2 + t_10);
        const f32x8 t_11 = f32x8_load(&sgd_regression_hidden_kernel_momentum[t * 8 + 24]) * f32x8_splat(0.9f);
        const f32x8 hidden_kernel_3 = f32x8_load(&hidden_kernel[t * 8 + 24]);
        const f32x8 t_12 = f32x8_splat(0.01f) * hidden_kernel_3;
        const f32x8 t_13 = t_11 - (t_12 + t_12 + acc_4) * f32x8_splat(learning_rate);
        f32x8_store(&sgd_regression_hidden_kernel_momentum[t * 8 + 24], t_13);
        f32x8_store(&hidden_add[t * 8 + 24], hidden_kernel_3 + t_13);
    }
}

/* hidden: mul reduce_sum sqrt add clip div -> hidden_div */
static void k11_hidden_column(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t
        end) {
    const float *restrict hidden_add = buffer[0];
    float *restrict hidden_div = buffer[1];
    (void)run;
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        for (int64_t i = 0; i < 4; i++) {
            const f32x8 hidden_add_0 = f32x8_load(&hidden_add[i * 8]);
            acc = acc + hidden_add_0 * hidden_add_0;
        }
        const f32x8 t = f32x8_sqrt(acc);
        const f32x8 t_2 = f32x8_min(f32x8_max(t, f32x8_splat(0.0f)),
                f32x8_splat(1.5f)) / (t + f32x8_splat(1e-07f));
        f32x8_store(&hidden_div[0], t_2);
    }
}

/* hidden: mul -> hidden_kernel */
static void k12_hidden_map(void *const *buffer, const struct regression_run *run, int64_t begin, int64_t end)
        {
    const float *restrict hidden_add = buffer[0];
    const float *restrict hidden_div = buffer[1];
    float *restrict hidden_kernel = buffer[2];
    (void)run;
    for (int64_t task = begin; task < end; task++) {
        f32x8_store(&hidden_kernel[task * 8], f32x8_load(&hidden_add[task * 8]) * f32x8_load(&hidden_div[0]));
    }
}

/* ------------------------------------------------------------ entry points */

/* inference: inputs -> outputs */
static int run_predict(const struct regression_run *run) {
    const int64_t N = run->batch;
    void *const hidden_kernel = run->variables[0]; /* float [4, 8] */
    void *const input = run->inputs[0]; /* float [N, 4] */
    void *const hidden_bias = run->variables[1]; /* float [8] */
    void *const value_kernel = run->variables[2]; /* float [8, 1] */
    void *const value_mul = run->arena; /* float [N, 8] */
    void *const value_bias = run->variables[3]; /* float [1] */
    void *const output0 = run->outputs[0]; /* float [N, 1] */

    /*
     * hidden: contract ay,yz->az add tanh
     * value: mul -> value_mul
     */
    run_tasks(k0_hidden_contract, (void *[]){hidden_kernel, input, hidden_bias, value_kernel, value_mul}, run,
            (N + 5) / 6, 822);
    /* value: reduce_sum add -> output0 */
    run_tasks(k1_value_rows, (void *[]){value_mul, value_bias, output0}, run, N, 30001);
    return 0;
}

/* forward in training mode, backward, update, metrics */
static int run_train_step(const struct regression_run *run) {
    const int64_t N = run->batch;
    void *const hidden_kernel = run->variables[0]; /* float [4, 8] */
    void *const input = run->inputs[0]; /* float [N, 4] */
    void *const hidden_bias = run->variables[1]; /* float [8] */
    void *const hidden_tanh = run->arena + 192; /* float [N, 8] */
    void *const value_kernel = run->variables[2]; /* float [8, 1] */
    void *const value_bias = run->variables[3]; /* float [1] */
    void *const target0 = run->targets[0]; /* float [N, 1] */
    void *const mean_squared_error_sub = run->arena + 192 + N * 64; /* float [N, 1] */
    void *const sample_weight0 = run->sample_weights[0]; /* float [N] */
    void *const d_mean_squared_error_add = run->arena + 192 + N * 128; /* float [N, 1] */
    void *const sgd_regression_value_bias_momentum = run->variables[7]; /* float [1] */
    void *const mean_squared_error_reduce_sum = run->arena; /* float [] */
    void *const total = run->variables[8]; /* float [] */
    void *const count = run->variables[9]; /* float [] */
    void *const d_hidden_mul = run->arena + 192 + N * 64; /* float [N, 8] */
    void *const sgd_regression_value_kernel_momentum = run->variables[6]; /* float [8, 1] */
    void *const sgd_regression_hidden_bias_momentum = run->variables[5]; /* float [8] */
    void *const sgd_regression_hidden_kernel_momentum = run->variables[4]; /* float [4, 8] */
    void *const hidden_add = run->arena; /* float [4, 8] */
    void *const hidden_div = run->arena + 128; /* float [1, 8] */

    /* hidden: contract ay,yz->az add tanh -> hidden_tanh */
    run_tasks(k2_hidden_contract, (void *[]){hidden_kernel, input, hidden_bias, hidden_tanh}, run,
            (N + 5) / 6, 822);
    /*
     * value: mul reduce_sum add
     * mean_squared_error: sub -> mean_squared_error_sub
     */
    run_tasks(k3_value_rows, (void *[]){hidden_tanh, value_kernel, value_bias, target0,
            mean_squared_error_sub}, run, N, 15001);
    /*
     * mean_squared_error: mul mul reduce_sum -> mean_squared_error_reduce_sum
     * d_mean_squared_error: div mul mul add -> d_mean_squared_error_add
     * d_value: reduce_sum
     * value: mul mul sub -> sgd_regression_value_bias_momentum add -> value_bias
     */
    run_tasks(k4_mean_squared_error_rows, (void *[]){mean_squared_error_sub, sample_weight0,
            d_mean_squared_error_add, sgd_regression_value_bias_momentum, value_bias,
            mean_squared_error_reduce_sum}, run, 1, 984);
    /*
     * mean_squared_error: div
     * hidden: mul reduce_sum mul add
     * loss: mul add -> total
     */
    run_tasks(k5_mean_squared_error_rows, (void *[]){hidden_kernel, total, mean_squared_error_reduce_sum},
            run, 1, 2401);
    /* loss: add -> count */
    run_tasks(k6_loss_map, (void *[]){count}, run, 1, 30001);
    /*
     * d_value: mul
     * d_hidden: mul sub mul -> d_hidden_mul
     */
    run_tasks(k7_d_value_map, (void *[]){d_mean_squared_error_add, value_kernel, hidden_tanh, d_hidden_mul},
            run, N, 12001);
    /*
     * d_value: mul reduce_sum
     * value: mul mul sub -> sgd_regression_value_kernel_momentum add -> value_kernel
     */
    run_tasks(k8_d_value_column, (void *[]){hidden_tanh, d_mean_squared_error_add,
            sgd_regression_value_kernel_momentum, value_kernel}, run, 1, 373);
    /*
     * d_hidden: reduce_sum
     * hidden: mul mul sub -> sgd_regression_hidden_bias_momentum add -> hidden_bias
     */
    run_tasks(k9_d_hidden_column, (void *[]){d_hidden_mul, sgd_regression_hidden_bias_momentum, hidden_bias},
            run, 1, 466);
    /*
     * d_hidden: mul add contract ay,az->yz add
     * hidden: mul mul sub -> sgd_regression_hidden_kernel_momentum add -> hidden_add
     */
    run_tasks(k10_d_hidden_contract, (void *[]){d_hidden_mul, input, sgd_regression_hidden_kernel_momentum,
            hidden_kernel, hidden_add}, run, 1, 111);
    /* hidden: mul reduce_sum sqrt add clip div -> hidden_div */
    run_tasks(k11_hidden_column, (void *[]){hidden_add, hidden_div}, run, 1, 2401);
    /* hidden: mul -> hidden_kernel */
    run_tasks(k12_hidden_map, (void *[]){hidden_add, hidden_div, hidden_kernel}, run, 4, 30001);
    return 0;
}

/* ------------------------------------------------------------ interface */

const struct regression_tensor regression_tensors[] = {
    {"hidden/0", "kernel", 2, {4, 8}, 32, true},
    {"hidden/1", "bias", 1, {8}, 8, true},
    {"value/0", "kernel", 2, {8, 1}, 8, true},
    {"value/1", "bias", 1, {1}, 1, true},
    {"sgd/regression_hidden_kernel_momentum", "momentum", 2, {4, 8}, 32, false},
    {"sgd/regression_hidden_bias_momentum", "momentum", 1, {8}, 8, false},
    {"sgd/regression_value_kernel_momentum", "momentum", 2, {8, 1}, 8, false},
    {"sgd/regression_value_bias_momentum", "momentum", 1, {1}, 1, false},
    {"loss/total", "total", 0, {0}, 1, false},
    {"loss/count", "count", 0, {0}, 1, false},
};

const char *const regression_metrics[] = {"loss"};

/* First values of the variables: c a; u uniform in a ... b; n normal (mean a, deviation b),
 * t the same within 2 b; i a on the diagonal; b 1 in the second quarter of the last axis.
 * type: f float, d double, i and l integers of 4 and 8 bytes, b bool. */
static const struct first_value {
    char kind, type;
    double a, b;
    int64_t seed, last; /* own seed or -1; extent of the last axis */
} first_values[] = {
    {'u', 'f', -0.7071067811865476, 0.7071067811865476, -1, 8},
    {'c', 'f', 0.0, 0.0, -1, 8},
    {'u', 'f', -0.816496580927726, 0.816496580927726, -1, 1},
    {'c', 'f', 0.0, 0.0, -1, 1},
    {'c', 'f', 0.0, 0.0, -1, 8},
    {'c', 'f', 0.0, 0.0, -1, 8},
    {'c', 'f', 0.0, 0.0, -1, 1},
    {'c', 'f', 0.0, 0.0, -1, 1},
    {'c', 'f', 0.0, 0.0, -1, 1},
    {'c', 'f', 0.0, 0.0, -1, 1},
};

/* Philox4x32-10 (Salmon and others, 2011): 32 random bits at a time. */
struct generator {
    uint32_t key[2], counter[4], word[4];
    int used;
};

static struct generator make_generator(uint64_t seed, uint32_t stream, uint32_t index) {
    return (struct generator){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                              .counter = {0, index, 0, stream},
                              .used = 4};
}

static uint32_t draw_word(struct generator *g) {
    if (g->used == 4) {
        uint32_t c0 = g->counter[0]++, c1 = g->counter[1], c2 = g->counter[2], c3 = g->counter[3];
        uint32_t k0 = g->key[0], k1 = g->key[1];
        for (int round = 0; round < 10; round++) {
            const uint64_t a = UINT64_C(0xD2511F53) * c0, b = UINT64_C(0xCD9E8D57) * c2;
            c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
            c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
            c1 = (uint32_t)b;
            c3 = (uint32_t)a;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        g->word[0] = c0;
        g->word[1] = c1;
        g->word[2] = c2;
        g->word[3] = c3;
        g->used = 0;
    }
    return g->word[g->used++];
}

static double draw_normal(struct generator *g) {
    const double radius = ((double)draw_word(g) + 1) * (1.0 / 4294967296.0);
    const double angle = 6.283185307179586 * (draw_word(g) * (1.0 / 4294967296.0));
    return sqrt(-2 * log(radius)) * cos(angle);
}

static double draw_value(const struct first_value *f, struct generator *g) {
    if (f->kind == 'u') {
        const double u = f->a + (f->b - f->a) * (draw_word(g) * (1.0 / 4294967296.0));
        /* Rounding to float must not reach the open end. */
        if (f->a < f->b && f->type == 'f' && (float)u >= (float)f->b)
            return nextafterf((float)f->b, (float)f->a);
        return u;
    }
    double z = draw_normal(g);
    while (f->kind == 't' && fabs(z) > 2) z = draw_normal(g);
    return f->a + f->b * z;
}

static void fill_variable(int i, uint64_t seed, void *data) {
    const struct first_value *f = &first_values[i];
    struct generator g =
        f->seed >= 0 ? make_generator((uint64_t)f->seed, 2, 0) : make_generator(seed, 1, (uint32_t)i);
    for (int64_t e = 0; e < regression_tensors[i].count; e++) {
        double v = f->a;
        if (f->kind == 'u' || f->kind == 'n' || f->kind == 't') v = draw_value(f, &g);
        if (f->kind == 'i' && e / f->last != e % f->last) v = 0;
        if (f->kind == 'b') v = e % f->last * 4 / f->last == 1;
        if (f->type == 'f') ((float *)data)[e] = (float)v;
        if (f->type == 'd') ((double *)data)[e] = v;
        if (f->type == 'i') ((int32_t *)data)[e] = (int32_t)v;
        if (f->type == 'l') ((int64_t *)data)[e] = (int64_t)v;
        if (f->type == 'b') ((uint8_t *)data)[e] = v != 0;
    }
}

static int64_t arena_size(int64_t n) {
    int64_t size = 0, need;
    need = 0 + n * 64;
    if (need > size) size = need;
    need = 192 + n * 192;
    if (need > size) size = need;
    return size;
}

size_t regression_memory_size(int64_t max_batch) {
    if (max_batch < 1 || max_batch > INT64_C(8868626958514203)) return 0;
    const int64_t head = (int64_t)(sizeof(struct regression) + 63) / 64 * 64, ones = (max_batch * 4 + 63) / 64 * 64;
    const int64_t size = head + 768 + ones + arena_size(max_batch);
    return (int64_t)(size_t)size == size ? (size_t)size : 0;
}

struct regression *regression_init(void *memory, int64_t max_batch, uint64_t seed) {
    if (!memory || (uintptr_t)memory % 64 || !regression_memory_size(max_batch)) return NULL;
    struct regression *m = memory;
    char *at = (char *)memory + (sizeof *m + 63) / 64 * 64;
    memset(m, 0, sizeof *m);
    m->learning_rate = 0.05f;
    m->max_batch = max_batch;
    static const int64_t size[] = {128, 64, 64, 64, 128, 64, 64, 64, 64, 64, 0};
    for (int i = 0; i < REGRESSION_VARIABLES; i++) {
        m->variables[i] = at;
        memset(at, 0, (size_t)size[i]);
        fill_variable(i, seed, at);
        at += size[i];
    }
    m->ones = (float *)(void *)at;
    for (int64_t i = 0; i < max_batch * 1; i++) m->ones[i] = 1;
    at += (max_batch * 4 + 63) / 64 * 64;
    m->arena = at;
    return m;
}

float *regression_weight(struct regression *m, int i) { return i < 0 || i >= REGRESSION_VARIABLES ? NULL : m->variables[i]; }

int regression_find_weight(const char *key) {
    for (int i = 0; i < REGRESSION_WEIGHTS; i++)
        if (strcmp(regression_tensors[i].key, key) == 0) return i;
    return -1;
}

const void *regression_weights(const struct regression *m) { return REGRESSION_WEIGHTS_SIZE ? m->variables[0] : NULL; }

int regression_load_weights(struct regression *m, const void *bytes, size_t size) {
    if (size != REGRESSION_WEIGHTS_SIZE) return 1;
    if (size) memcpy(m->variables[0], bytes, size); /* they lie in the same order */
    return 0;
}

void regression_reset_metrics(struct regression *m) {
    for (int i = 8; i < 10; i++) fill_variable(i, 0, m->variables[i]);
}

static struct regression_run start_run(struct regression *m, int64_t n) {
    m->fault.set = 0;
    return (struct regression_run){.batch = n,
        .step = m->step,
        .seed = m->kernel_seed,
        .learning_rate = m->learning_rate,
        .variables = m->variables,
        .arena = m->arena,
        .fault = &m->fault};
}

int regression_predict(struct regression *m, int64_t n, const float *x, float *y) {
    if (n < 1 || n > m->max_batch) return 1;
    void *const inputs[] = {(void *)x};
    void *const outputs[] = {(void *)y};
    struct regression_run run = start_run(m, n);
    run.inputs = inputs;
    run.outputs = outputs;
    return run_predict(&run);
}

int regression_train_step(struct regression *m, int64_t n, const float *x, const float *y, const float *w) {
    if (n < 1 || n > m->max_batch) return 1;
    void *const inputs[] = {(void *)x};
    void *const targets[] = {(void *)y};
    void *const weights[] = {(void *)(w ? w : m->ones)};
    struct regression_run run = start_run(m, n);
    run.inputs = inputs;
    run.targets = targets;
    run.sample_weights = weights;
    if (run_train_step(&run)) return 1;
    m->step++;
    return 0;
}

