/*
 * mlp: predicts with and trains a Keras model, compiled by kcc 0.1.0.
 *
 * One C11 file for gcc or clang; it needs nothing but mlp.h, libc and libm.  Build it with
 *
 *     cc -O3 -march=x86-64-v3 -ffp-contract=off -fopenmp -c mlp.c
 *
 * and link with -lm.  Any subset of these flags is correct: -march picks the width of the registers
 * (8 floats are planned for), -fopenmp the threads.  With fused multiply-add in the CPU the results
 * have the same bits everywhere; without it, a * b + c is rounded twice.  Not for -ffast-math.
 *
 * Shapes (N samples in a batch):
 *
 *   input    float   input                            [N, 6]
 *   output   float   classes                          [N, 3]
 *   target   float   classes                          [N], 0 ... 2
 *   weight   float   hidden/0                         [6, 16]
 *   weight   float   hidden/1                         [16]
 *   weight   float   classes/0                        [16, 3]
 *   weight   float   classes/1                        [3]
 *
 * What it offers: see mlp.h.
 */
#include "mlp.h"

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
typedef uint64_t u64x8 __attribute__((vector_size(64)));
typedef i32x8 b8; /* 0 or -1 */
typedef float f32x8_u __attribute__((vector_size(32), aligned(4), may_alias));

INLINE uint32_t u32_from_f32(float a) {
    union {
        float a;
        uint32_t b;
    } u = {a};
    return u.b;
}
INLINE uint64_t u64_from_f64(double a) {
    union {
        double a;
        uint64_t b;
    } u = {a};
    return u.b;
}
INLINE float f32_from_u32(uint32_t a) {
    union {
        uint32_t a;
        float b;
    } u = {a};
    return u.b;
}
INLINE double f64_from_u64(uint64_t a) {
    union {
        uint64_t a;
        double b;
    } u = {a};
    return u.b;
}
#if defined(__SSE4_1__) || defined(__aarch64__)
INLINE float f32_roundeven(float a) { return __builtin_rintf(a); }
#else
INLINE float f32_roundeven(float a) { /* from 2^23 on every float is whole */
    const float m = __builtin_fabsf(a), r = m + 8388608.0f - 8388608.0f;
    return m < 8388608.0f ? __builtin_copysignf(r, a) : a;
}
#endif
INLINE int32_t i32_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
INLINE int32_t i32_sub(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
#if defined(HAS_FMA)
INLINE float f32_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
INLINE float f32_fma(float a, float b, float c) { return a * b + c; }
#endif
#if defined(HAS_FMA)
INLINE double f64_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
INLINE double f64_fma(double a, double b, double c) { return a * b + c; }
#endif
INLINE float f32_abs(float a) { return __builtin_fabsf(a); }
#if defined(__SSE2__)
INLINE float f32_sqrt(float a) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a))); }
#else
INLINE float f32_sqrt(float a) { return __builtin_sqrtf(a); }
#endif
#if defined(__SSE4_1__) || defined(__aarch64__)
INLINE float f32_trunc(float a) { return __builtin_truncf(a); }
#else
INLINE float f32_trunc(float a) {
    const float m = __builtin_fabsf(a), r = f32_roundeven(m);
    return __builtin_copysignf(r > m ? r - 1 : r, a);
}
#endif
INLINE float f32_min(float a, float b) { return a < b || a != a ? a : b; }
INLINE int64_t i64_min(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE float f32_max(float a, float b) { return a > b || a != a ? a : b; }
INLINE int64_t i64_shl(int64_t a, int64_t b) { return (int64_t)((uint64_t)a << b); }
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
#define f32x8_load_strided(p, s, n) __extension__({ \
    const float *p_ = (p); \
    const int64_t s_ = (s), n_ = (n); \
    f32x8 v_ = {0}; \
    if (n_ >= 8) \
    v_ = (f32x8){p_[0 * s_], p_[1 * s_], p_[2 * s_], p_[3 * s_], p_[4 * s_], p_[5 * s_], p_[6 * s_], p_[7 * \
        s_]}; \
    else \
    for (int i_ = 0; i_ < n_; i_++) v_[i_] = p_[i_ * s_]; \
    v_; \
})
#define f32x8_splat(s) __extension__({ const float s_ = (s); (f32x8){s_, s_, s_, s_, s_, s_, s_, s_}; })
#define i32x8_splat(s) __extension__({ const int32_t s_ = (s); (i32x8){s_, s_, s_, s_, s_, s_, s_, s_}; })
#define u32x8_splat(s) __extension__({ const uint32_t s_ = (s); (u32x8){s_, s_, s_, s_, s_, s_, s_, s_}; })
#define f32x8_iota ((f32x8){0, 1, 2, 3, 4, 5, 6, 7})
#define i32x8_iota ((i32x8){0, 1, 2, 3, 4, 5, 6, 7})
#define u32x8_iota ((u32x8){0, 1, 2, 3, 4, 5, 6, 7})
#define f32x8_from_bool(m) __builtin_convertvector(b8_unpack(m) & 1, f32x8)
#define b8_unpack(m) ((i32x8)(m))
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
#if defined(__AVX__)
#define f32x8_sqrt(a) ((f32x8)_mm256_sqrt_ps(a))
#else
#define f32x8_sqrt(a) __extension__({ \
    const f32x8 a_ = (a); \
    (f32x8){f32_sqrt(a_[0]), f32_sqrt(a_[1]), f32_sqrt(a_[2]), f32_sqrt(a_[3]), f32_sqrt(a_[4]), \
        f32_sqrt(a_[5]), f32_sqrt(a_[6]), f32_sqrt(a_[7])}; \
})
#endif
#if defined(__SSE4_1__)
#define f32x4_min(a, b) __extension__({ \
    const __m128 a_ = (a); \
    (f32x4)_mm_blendv_ps(_mm_min_ps(a_, (b)), a_, (__m128)(a_ != a_)); \
})
#else
#define f32x4_min(a, b) __extension__({ \
    const f32x4 a_ = (a), b_ = (b); \
    const i32x4 m_ = (a_ < b_) | (a_ != a_); \
    (f32x4)(((i32x4)a_ & m_) | ((i32x4)b_ & ~m_)); \
})
#endif
#if defined(__SSE4_1__)
#define f32x4_max(a, b) __extension__({ \
    const __m128 a_ = (a); \
    (f32x4)_mm_blendv_ps(_mm_max_ps(a_, (b)), a_, (__m128)(a_ != a_)); \
})
#else
#define f32x4_max(a, b) __extension__({ \
    const f32x4 a_ = (a), b_ = (b); \
    const i32x4 m_ = (a_ > b_) | (a_ != a_); \
    (f32x4)(((i32x4)a_ & m_) | ((i32x4)b_ & ~m_)); \
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
#if defined(__AVX2__)
#define u32x8_mulhi(a, b) __extension__({ /* even lanes, odd lanes */ \
    const __m256i a_ = (__m256i)(a), b_ = (__m256i)(b); \
    const __m256i e_ = _mm256_srli_epi64(_mm256_mul_epu32(a_, b_), 32); \
    const __m256i o_ = _mm256_mul_epu32(_mm256_srli_epi64(a_, 32), _mm256_srli_epi64(b_, 32)); \
    (u32x8)e_ | ((u32x8)o_ & (u32x8){0 % 2 * ~0u, 1 % 2 * ~0u, 2 % 2 * ~0u, 3 % 2 * ~0u, 4 % 2 * ~0u, 5 % 2 \
        * ~0u, 6 % 2 * ~0u, 7 % 2 * ~0u}); \
})
#else
#define u32x8_mulhi(a, b) __extension__({ \
    const u32x8 a_ = (a), b_ = (b); \
    (u32x8){(uint32_t)((uint64_t)a_[0] * b_[0] >> 32), (uint32_t)((uint64_t)a_[1] * b_[1] >> 32), \
        (uint32_t)((uint64_t)a_[2] * b_[2] >> 32), (uint32_t)((uint64_t)a_[3] * b_[3] >> 32), \
        (uint32_t)((uint64_t)a_[4] * b_[4] >> 32), (uint32_t)((uint64_t)a_[5] * b_[5] >> 32), \
        (uint32_t)((uint64_t)a_[6] * b_[6] >> 32), (uint32_t)((uint64_t)a_[7] * b_[7] >> 32)}; \
})
#endif
#define f32x8_lt(a, b) ((b8)((a) < (b)))
#define i32x8_lt(a, b) ((b8)((a) < (b)))
#define f32x8_le(a, b) ((b8)((a) <= (b)))
#define f32x8_eq(a, b) ((b8)((a) == (b)))
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
#define f32x8_fold_min(a) __extension__({ \
    const f32x8 r8_ = (a); \
    const f32x4 r4_ = f32x4_min(f32x8_lo(r8_), f32x8_hi(r8_)); \
    f32_min(f32_min(r4_[0], r4_[2]), f32_min(r4_[1], r4_[3])); \
})
#define f32x8_fold_max(a) __extension__({ \
    const f32x8 r8_ = (a); \
    const f32x4 r4_ = f32x4_max(f32x8_lo(r8_), f32x8_hi(r8_)); \
    f32_max(f32_max(r4_[0], r4_[2]), f32_max(r4_[1], r4_[3])); \
})

/* One call of an entry point: the batch, and where everything lies. */
struct mlp_run {
    int64_t batch, step; /* samples; optimizer steps done before */
    uint64_t seed;       /* of the random numbers inside kernels */
    float learning_rate;
    void *const *variables, *const *inputs, *const *targets, *const *sample_weights;
    void *const *outputs, *const *gradients;
    float *results;
    char *arena;
    struct mlp_fault *fault;
};

typedef void kernel_function(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end);

/* Tasks 0 ... count-1 of a kernel; work of fewer than two grains stays on this thread. */
static void run_tasks(kernel_function *kernel, void *const *buffer, const struct mlp_run *run, int64_t count,
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

/* hidden: contract ay,yz->az add relu -> hidden_relu */
static void k0_hidden_contract(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict hidden_kernel = buffer[0];
    const float *restrict input = buffer[1];
    const float *restrict hidden_bias = buffer[2];
    float *restrict hidden_relu = buffer[3];
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
            f32x8 acc_7 = f32x8_splat(0.0f);
            f32x8 acc_8 = f32x8_splat(0.0f);
            f32x8 acc_9 = f32x8_splat(0.0f);
            f32x8 acc_10 = f32x8_splat(0.0f);
            f32x8 acc_11 = f32x8_splat(0.0f);
            f32x8 acc_12 = f32x8_splat(0.0f);
            for (int64_t k = 0; k < 6; k++) {
                const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 16]);
                const f32x8 hidden_kernel_1 = f32x8_load(&hidden_kernel[k * 16 + 8]);
                const f32x8 t_4 = f32x8_splat(input[t_2 * 6 + k]);
                acc = f32x8_fma(t_4, hidden_kernel_0, acc);
                acc_2 = f32x8_fma(t_4, hidden_kernel_1, acc_2);
                const f32x8 t_5 = f32x8_splat(input[t_2 * 6 + k + 6]);
                acc_3 = f32x8_fma(t_5, hidden_kernel_0, acc_3);
                acc_4 = f32x8_fma(t_5, hidden_kernel_1, acc_4);
                const f32x8 t_6 = f32x8_splat(input[t_2 * 6 + k + 12]);
                acc_5 = f32x8_fma(t_6, hidden_kernel_0, acc_5);
                acc_6 = f32x8_fma(t_6, hidden_kernel_1, acc_6);
                const f32x8 t_7 = f32x8_splat(input[t_2 * 6 + k + 18]);
                acc_7 = f32x8_fma(t_7, hidden_kernel_0, acc_7);
                acc_8 = f32x8_fma(t_7, hidden_kernel_1, acc_8);
                const f32x8 t_8 = f32x8_splat(input[t_2 * 6 + k + 24]);
                acc_9 = f32x8_fma(t_8, hidden_kernel_0, acc_9);
                acc_10 = f32x8_fma(t_8, hidden_kernel_1, acc_10);
                const f32x8 t_9 = f32x8_splat(input[t_2 * 6 + k + 30]);
                acc_11 = f32x8_fma(t_9, hidden_kernel_0, acc_11);
                acc_12 = f32x8_fma(t_9, hidden_kernel_1, acc_12);
            }
            const f32x8 hidden_bias_0 = f32x8_load(&hidden_bias[0]);
            f32x8_store(&hidden_relu[t_2 * 16], f32x8_max(acc + hidden_bias_0, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 16], f32x8_max(acc_3 + hidden_bias_0, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 32], f32x8_max(acc_5 + hidden_bias_0, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 48], f32x8_max(acc_7 + hidden_bias_0, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 64], f32x8_max(acc_9 + hidden_bias_0, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 80], f32x8_max(acc_11 + hidden_bias_0, f32x8_splat(0.0f)));
            const f32x8 hidden_bias_1 = f32x8_load(&hidden_bias[8]);
            f32x8_store(&hidden_relu[t_2 * 16 + 8], f32x8_max(acc_2 + hidden_bias_1, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 24], f32x8_max(acc_4 + hidden_bias_1, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 40], f32x8_max(acc_6 + hidden_bias_1, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 56], f32x8_max(acc_8 + hidden_bias_1, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 72], f32x8_max(acc_10 + hidden_bias_1, f32x8_splat(0.0f)));
            f32x8_store(&hidden_relu[t_2 * 16 + 88], f32x8_max(acc_12 + hidden_bias_1, f32x8_splat(0.0f)));
        }
        if (t_3 < 6) {
            const int64_t t_4 = t_2 + (t_3 & -2);
            for (int64_t row = t_2; row < t_4; row += 2) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                f32x8 acc_3 = f32x8_splat(0.0f);
                f32x8 acc_4 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 6; k++) {
                    const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 16]);
                    const f32x8 hidden_kernel_1 = f32x8_load(&hidden_kernel[k * 16 + 8]);
                    const f32x8 t_5 = f32x8_splat(input[row * 6 + k]);
                    acc = f32x8_fma(t_5, hidden_kernel_0, acc);
                    acc_2 = f32x8_fma(t_5, hidden_kernel_1, acc_2);
                    const f32x8 t_6 = f32x8_splat(input[row * 6 + k + 6]);
                    acc_3 = f32x8_fma(t_6, hidden_kernel_0, acc_3);
                    acc_4 = f32x8_fma(t_6, hidden_kernel_1, acc_4);
                }
                const f32x8 hidden_bias_0 = f32x8_load(&hidden_bias[0]);
                f32x8_store(&hidden_relu[row * 16], f32x8_max(acc + hidden_bias_0, f32x8_splat(0.0f)));
                f32x8_store(&hidden_relu[row * 16 + 16], f32x8_max(acc_3 + hidden_bias_0, f32x8_splat(0.0f)));
                const f32x8 hidden_bias_1 = f32x8_load(&hidden_bias[8]);
                f32x8_store(&hidden_relu[row * 16 + 8], f32x8_max(acc_2 + hidden_bias_1, f32x8_splat(0.0f)));
                f32x8_store(&hidden_relu[row * 16 + 24], f32x8_max(acc_4 + hidden_bias_1, f32x8_splat(0.0f)));
            }
            for (int64_t row = t_4; row < t_2 + t_3; row++) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 6; k++) {
                    const f32x8 t_5 = f32x8_splat(input[row * 6 + k]);
                    acc = f32x8_fma(t_5, f32x8_load(&hidden_kernel[k * 16]), acc);
                    acc_2 = f32x8_fma(t_5, f32x8_load(&hidden_kernel[k * 16 + 8]), acc_2);
                }
                f32x8_store(&hidden_relu[row * 16], f32x8_max(acc + f32x8_load(&hidden_bias[0]),
                        f32x8_splat(0.0f)));
                f32x8_store(&hidden_relu[row * 16 + 8], f32x8_max(acc_2 + f32x8_load(&hidden_bias[8]),
                        f32x8_splat(0.0f)));
            }
        }
    }
}

/* classes: contract ay,yz->az add -> classes_add */
static void k1_classes_contract(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict classes_kernel = buffer[0];
    const float *restrict x = buffer[1];
    const float *restrict classes_bias = buffer[2];
    float *restrict classes_add = buffer[3];
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
            for (int64_t k = 0; k < 16; k++) {
                const f32x8 classes_kernel_0 = f32x8_load_n(&classes_kernel[k * 3], 3);
                acc = f32x8_fma(f32x8_splat(x[t_2 * 16 + k]), classes_kernel_0, acc);
                acc_2 = f32x8_fma(f32x8_splat(x[t_2 * 16 + k + 16]), classes_kernel_0, acc_2);
                acc_3 = f32x8_fma(f32x8_splat(x[t_2 * 16 + k + 32]), classes_kernel_0, acc_3);
                acc_4 = f32x8_fma(f32x8_splat(x[t_2 * 16 + k + 48]), classes_kernel_0, acc_4);
                acc_5 = f32x8_fma(f32x8_splat(x[t_2 * 16 + k + 64]), classes_kernel_0, acc_5);
                acc_6 = f32x8_fma(f32x8_splat(x[t_2 * 16 + k + 80]), classes_kernel_0, acc_6);
            }
            f32x8_store_n(&classes_add[t_2 * 3], 3, acc + f32x8_load_n(&classes_bias[0], 3));
            f32x8_store_n(&classes_add[t_2 * 3 + 3], 3, acc_2 + f32x8_load_n(&classes_bias[0], 3));
            f32x8_store_n(&classes_add[t_2 * 3 + 6], 3, acc_3 + f32x8_load_n(&classes_bias[0], 3));
            f32x8_store_n(&classes_add[t_2 * 3 + 9], 3, acc_4 + f32x8_load_n(&classes_bias[0], 3));
            f32x8_store_n(&classes_add[t_2 * 3 + 12], 3, acc_5 + f32x8_load_n(&classes_bias[0], 3));
            f32x8_store_n(&classes_add[t_2 * 3 + 15], 3, acc_6 + f32x8_load_n(&classes_bias[0], 3));
        }
        if (t_3 < 6) {
            const int64_t t_4 = t_2 + (t_3 & -2);
            for (int64_t row = t_2; row < t_4; row += 2) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 16; k++) {
                    const f32x8 classes_kernel_0 = f32x8_load_n(&classes_kernel[k * 3], 3);
                    acc = f32x8_fma(f32x8_splat(x[row * 16 + k]), classes_kernel_0, acc);
                    acc_2 = f32x8_fma(f32x8_splat(x[row * 16 + k + 16]), classes_kernel_0, acc_2);
                }
                f32x8_store_n(&classes_add[row * 3], 3, acc + f32x8_load_n(&classes_bias[0], 3));
                f32x8_store_n(&classes_add[row * 3 + 3], 3, acc_2 + f32x8_load_n(&classes_bias[0], 3));
            }
            for (int64_t row = t_4; row < t_2 + t_3; row++) {
                f32x8 acc = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 16; k++) {
                    const f32x8 t_5 = f32x8_fma(f32x8_splat(x[row * 16 + k]),
                            f32x8_load_n(&classes_kernel[k * 3], 3), acc);
                    acc = t_5;
                }
                f32x8_store_n(&classes_add[row * 3], 3, acc + f32x8_load_n(&classes_bias[0], 3));
            }
        }
    }
}

/* classes: reduce_max sub exp reduce_sum div -> output0 */
static void k2_classes_rows(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict classes_add = buffer[0];
    float *restrict output0 = buffer[1];
    (void)run;
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(-INFINITY);
        const f32x8 t = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat(3)),
                f32x8_load_n(&classes_add[task * 3], 3), f32x8_splat(-INFINITY));
        acc = f32x8_max(acc, t);
        const float max = f32x8_fold_max(acc);
        f32x8 acc_2 = f32x8_splat(0.0f);
        const f32x8 t_2 = f32x8_load_n(&classes_add[task * 3], 3) - f32x8_splat(max);
        const f32x8 t_3 = f32x8_select(f32x8_lt(t_2, f32x8_splat(-104.5f)), f32x8_splat(-104.5f), t_2);
        const f32x8 t_4 = f32x8_select(f32x8_lt(f32x8_splat(89.0f), t_3), f32x8_splat(89.0f), t_3);
        const f32x8 t_5 = f32x8_fma(t_4, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
        const f32x8 t_6 = t_5 - f32x8_splat(12582912.0f);
        const i32x8 t_7 = i32x8_sub((i32x8)t_5, i32x8_splat(1262485504));
        const f32x8 t_8 = f32x8_fma(t_6, f32x8_splat(1.9046542e-09f), f32x8_fma(t_6, f32x8_splat(-0.6931472f),
                t_4));
        const f32x8 t_9 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_8, f32x8_splat(0.008369248f)), t_8,
                f32x8_splat(0.04166828f));
        const f32x8 t_10 = f32x8_fma(f32x8_fma(t_9, t_8, f32x8_splat(0.16666517f)), t_8,
                f32x8_splat(0.49999994f));
        const i32x8 t_11 = t_7 >> i32x8_splat(1);
        const f32x8 t_12 = (f32x8_fma(t_8 * t_8, t_10, t_8) + f32x8_splat(1.0f)) *
                (f32x8)i32x8_shl(i32x8_add(t_11, i32x8_splat(127)), i32x8_splat(23));
        const i32x8 t_13 = i32x8_shl(i32x8_add(i32x8_sub(t_7, t_11), i32x8_splat(127)), i32x8_splat(23));
        const f32x8 t_14 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat(3)), t_12 * (f32x8)t_13,
                f32x8_splat(0.0f));
        acc_2 = acc_2 + t_14;
        const f32x8 t_15 = f32x8_load_n(&classes_add[task * 3], 3) - f32x8_splat(max);
        const f32x8 t_16 = f32x8_select(f32x8_lt(t_15, f32x8_splat(-104.5f)), f32x8_splat(-104.5f), t_15);
        const f32x8 t_17 = f32x8_select(f32x8_lt(f32x8_splat(89.0f), t_16), f32x8_splat(89.0f), t_16);
        const f32x8 t_18 = f32x8_fma(t_17, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
        const f32x8 t_19 = t_18 - f32x8_splat(12582912.0f);
        const i32x8 t_20 = i32x8_sub((i32x8)t_18, i32x8_splat(1262485504));
        const f32x8 t_21 = f32x8_fma(t_19, f32x8_splat(1.9046542e-09f), f32x8_fma(t_19,
                f32x8_splat(-0.6931472f), t_17));
        const f32x8 t_22 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_21, f32x8_splat(0.008369248f)),
                t_21, f32x8_splat(0.04166828f));
        const f32x8 t_23 = f32x8_fma(f32x8_fma(t_22, t_21, f32x8_splat(0.16666517f)), t_21,
                f32x8_splat(0.49999994f));
        const i32x8 t_24 = t_20 >> i32x8_splat(1);
        const f32x8 t_25 = (f32x8_fma(t_21 * t_21, t_23, t_21) + f32x8_splat(1.0f)) *
                (f32x8)i32x8_shl(i32x8_add(t_24, i32x8_splat(127)), i32x8_splat(23));
        const i32x8 t_26 = i32x8_shl(i32x8_add(i32x8_sub(t_20, t_24), i32x8_splat(127)), i32x8_splat(23));
        f32x8_store_n(&output0[task * 3], 3, t_25 * (f32x8)t_26 / f32x8_splat(f32x8_fold_add(acc_2)));
    }
}

/*
 * hidden: contract ay,yz->az add relu -> hidden_relu
 * dropout: mul -> dropout_mul
 */
static void k3_hidden_contract(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict hidden_kernel = buffer[0];
    const float *restrict input = buffer[1];
    float *restrict hidden_relu = buffer[2];
    const float *restrict hidden_bias = buffer[3];
    float *restrict dropout_mul = buffer[4];
    const int64_t N = run->batch;
    const uint64_t seed = run->seed;
    const uint64_t t = seed + UINT64_C(11400714819323198485);
    const uint64_t t_2 = (t ^ (t >> UINT64_C(30))) * UINT64_C(13787848793156543929);
    const uint64_t t_3 = (t_2 ^ (t_2 >> UINT64_C(27))) * UINT64_C(10723151780598845931);
    const int64_t step = run->step;
    const uint64_t t_4 = (t_3 ^ (t_3 >> UINT64_C(31))) + (uint64_t)step * UINT64_C(15074714826142052245);
    const uint64_t t_5 = (t_4 ^ (t_4 >> UINT64_C(30))) * UINT64_C(13787848793156543929);
    const uint64_t t_6 = (t_5 ^ (t_5 >> UINT64_C(27))) * UINT64_C(10723151780598845931);
    const uint32_t t_7 = (uint32_t)((t_6 ^ (t_6 >> UINT64_C(31))) >> UINT64_C(32));
    const int64_t t_8 = (N + 5) / 6;
    for (int64_t task = begin; task < end; task++) {
        const int64_t t_9 = task % t_8 * 6;
        const int64_t t_10 = N - t_9;
        if (6 <= t_10) {
            f32x8 acc = f32x8_splat(0.0f);
            f32x8 acc_2 = f32x8_splat(0.0f);
            f32x8 acc_3 = f32x8_splat(0.0f);
            f32x8 acc_4 = f32x8_splat(0.0f);
            f32x8 acc_5 = f32x8_splat(0.0f);
            f32x8 acc_6 = f32x8_splat(0.0f);
            f32x8 acc_7 = f32x8_splat(0.0f);
            f32x8 acc_8 = f32x8_splat(0.0f);
            f32x8 acc_9 = f32x8_splat(0.0f);
            f32x8 acc_10 = f32x8_splat(0.0f);
            f32x8 acc_11 = f32x8_splat(0.0f);
            f32x8 acc_12 = f32x8_splat(0.0f);
            for (int64_t k = 0; k < 6; k++) {
                const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 16]);
                const f32x8 hidden_kernel_1 = f32x8_load(&hidden_kernel[k * 16 + 8]);
                const f32x8 t_11 = f32x8_splat(input[t_9 * 6 + k]);
                acc = f32x8_fma(t_11, hidden_kernel_0, acc);
                acc_2 = f32x8_fma(t_11, hidden_kernel_1, acc_2);
                const f32x8 t_12 = f32x8_splat(input[t_9 * 6 + k + 6]);
                acc_3 = f32x8_fma(t_12, hidden_kernel_0, acc_3);
                acc_4 = f32x8_fma(t_12, hidden_kernel_1, acc_4);
                const f32x8 t_13 = f32x8_splat(input[t_9 * 6 + k + 12]);
                acc_5 = f32x8_fma(t_13, hidden_kernel_0, acc_5);
                acc_6 = f32x8_fma(t_13, hidden_kernel_1, acc_6);
                const f32x8 t_14 = f32x8_splat(input[t_9 * 6 + k + 18]);
                acc_7 = f32x8_fma(t_14, hidden_kernel_0, acc_7);
                acc_8 = f32x8_fma(t_14, hidden_kernel_1, acc_8);
                const f32x8 t_15 = f32x8_splat(input[t_9 * 6 + k + 24]);
                acc_9 = f32x8_fma(t_15, hidden_kernel_0, acc_9);
                acc_10 = f32x8_fma(t_15, hidden_kernel_1, acc_10);
                const f32x8 t_16 = f32x8_splat(input[t_9 * 6 + k + 30]);
                acc_11 = f32x8_fma(t_16, hidden_kernel_0, acc_11);
                acc_12 = f32x8_fma(t_16, hidden_kernel_1, acc_12);
            }
            f32x8_store(&hidden_relu[t_9 * 16], acc);
            f32x8_store(&hidden_relu[t_9 * 16 + 16], acc_3);
            f32x8_store(&hidden_relu[t_9 * 16 + 32], acc_5);
            f32x8_store(&hidden_relu[t_9 * 16 + 48], acc_7);
            f32x8_store(&hidden_relu[t_9 * 16 + 64], acc_9);
            f32x8_store(&hidden_relu[t_9 * 16 + 80], acc_11);
            f32x8_store(&hidden_relu[t_9 * 16 + 8], acc_2);
            f32x8_store(&hidden_relu[t_9 * 16 + 24], acc_4);
            f32x8_store(&hidden_relu[t_9 * 16 + 40], acc_6);
            f32x8_store(&hidden_relu[t_9 * 16 + 56], acc_8);
            f32x8_store(&hidden_relu[t_9 * 16 + 72], acc_10);
            f32x8_store(&hidden_relu[t_9 * 16 + 88], acc_12);
        }
        if (t_10 < 6) {
            const int64_t t_11 = t_9 + (t_10 & -2);
            for (int64_t row = t_9; row < t_11; row += 2) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                f32x8 acc_3 = f32x8_splat(0.0f);
                f32x8 acc_4 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 6; k++) {
                    const f32x8 hidden_kernel_0 = f32x8_load(&hidden_kernel[k * 16]);
                    const f32x8 hidden_kernel_1 = f32x8_load(&hidden_kernel[k * 16 + 8]);
                    const f32x8 t_12 = f32x8_splat(input[row * 6 + k]);
                    acc = f32x8_fma(t_12, hidden_kernel_0, acc);
                    acc_2 = f32x8_fma(t_12, hidden_kernel_1, acc_2);
                    const f32x8 t_13 = f32x8_splat(input[row * 6 + k + 6]);
                    acc_3 = f32x8_fma(t_13, hidden_kernel_0, acc_3);
                    acc_4 = f32x8_fma(t_13, hidden_kernel_1, acc_4);
                }
                f32x8_store(&hidden_relu[row * 16], acc);
                f32x8_store(&hidden_relu[row * 16 + 16], acc_3);
                f32x8_store(&hidden_relu[row * 16 + 8], acc_2);
                f32x8_store(&hidden_relu[row * 16 + 24], acc_4);
            }
            for (int64_t row = t_11; row < t_9 + t_10; row++) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 6; k++) {
                    const f32x8 t_12 = f32x8_splat(input[row * 6 + k]);
                    acc = f32x8_fma(t_12, f32x8_load(&hidden_kernel[k * 16]), acc);
                    acc_2 = f32x8_fma(t_12, f32x8_load(&hidden_kernel[k * 16 + 8]), acc_2);
                }
                f32x8_store(&hidden_relu[row * 16], acc);
                f32x8_store(&hidden_relu[row * 16 + 8], acc_2);
            }
        }
        for (int64_t row = t_9; row < t_9 + i64_min(t_10, 6); row++) {
            for (int64_t column = 0; column < 16; column += 8) {
                const f32x8 t_11 = f32x8_load(&hidden_relu[row * 16 + column]) +
                        f32x8_load(&hidden_bias[column]);
                const f32x8 t_12 = f32x8_max(t_11, f32x8_splat(0.0f));
                const int64_t t_13 = row * 16 + column;
                const u32x8 t_14 = u32x8_splat((uint32_t)t_13) + u32x8_iota;
                const u32x8 t_15 = u32x8_mulhi(t_14, u32x8_splat(3528905107u)) ^ u32x8_splat((uint32_t)(t_13
                        >> 32));
                const u32x8 t_16 = t_15 ^ u32x8_splat(t_7 + 0u);
                const u32x8 t_17 = u32x8_mulhi(t_16, u32x8_splat(3528905107u)) ^ (t_14 *
                        u32x8_splat(3528905107u));
                const u32x8 t_18 = t_17 ^ u32x8_splat(t_7 + 2654435769u);
                const u32x8 t_19 = u32x8_mulhi(t_18, u32x8_splat(3528905107u)) ^ (t_16 *
                        u32x8_splat(3528905107u));
                const u32x8 t_20 = t_19 ^ u32x8_splat(t_7 + 1013904242u);
                const u32x8 t_21 = u32x8_mulhi(t_20, u32x8_splat(3528905107u)) ^ (t_18 *
                        u32x8_splat(3528905107u));
                const u32x8 t_22 = t_21 ^ u32x8_splat(t_7 + 3668340011u);
                const u32x8 t_23 = u32x8_mulhi(t_22, u32x8_splat(3528905107u)) ^ (t_20 *
                        u32x8_splat(3528905107u));
                const u32x8 t_24 = t_23 ^ u32x8_splat(t_7 + 2027808484u);
                const u32x8 t_25 = u32x8_mulhi(t_24, u32x8_splat(3528905107u)) ^ (t_22 *
                        u32x8_splat(3528905107u));
                const u32x8 t_26 = u32x8_mulhi(t_25 ^ u32x8_splat(t_7 + 387276957u),
                        u32x8_splat(3528905107u));
                const u32x8 t_27 = (t_26 ^ (t_24 * u32x8_splat(3528905107u))) ^ u32x8_splat(t_7 +
                        3041712726u);
                const f32x8 t_28 = __builtin_convertvector(t_27 >> u32x8_splat(8u),
                        f32x8) * f32x8_splat(5.9604645e-08f);
                const f32x8 t_29 = f32x8_select(f32x8_le(f32x8_splat(0.25f), t_28), f32x8_splat(1.3333334f),
                        f32x8_splat(0.0f));
                f32x8_store(&hidden_relu[row * 16 + column], t_12);
                f32x8_store(&dropout_mul[row * 16 + column], t_12 * t_29);
            }
        }
    }
}

/*
 * loss: add -> count
 * accuracy: add -> _1
 * d_sparse_categorical_crossentropy: div -> d_sparse_categorical_crossentropy_div
 * adam: add pow pow sub sqrt mul sub div -> adam_div
 */
static void k4_loss_map(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    float *restrict count = buffer[0];
    float *restrict v_1 = buffer[1];
    float *restrict d_sparse_categorical_crossentropy_div = buffer[2];
    float *restrict adam_div = buffer[3];
    const int64_t N = run->batch;
    const float t = (float)N;
    const float learning_rate = run->learning_rate;
    const int64_t step = run->step;
    const float t_2 = (float)step + 1.0f;
    const float t_3 = f32_abs(0.999f);
    const bool t_4 = t_3 < 1.1754944e-38f;
    const int32_t t_5 = i32_sub((int32_t)u32_from_f32(t_4 ? t_3 * 8388608.0f : t_3), 1060439283);
    const double t_6 = (double)f32_from_u32((uint32_t)i32_add(t_5 & 8388607, 1060439283));
    const double t_7 = (t_6 - 1.0) / (t_6 + 1.0);
    const double t_8 = t_7 * t_7;
    const double t_9 = f64_fma(f64_fma(0.22195308321368667, t_8, 0.2623081892525388), t_8,
            0.3205988979753252);
    const double t_10 = f64_fma(f64_fma(f64_fma(t_9, t_8, 0.4121985831111324), t_8, 0.5770780163555853), t_8,
            0.9617966939259756);
    const double t_11 = f64_fma(t_7, f64_fma(t_10, t_8, 2.8853900817779268), (double)i32_sub(t_5 >> 23, t_4 ?
            23 : 0));
    const double t_12 = (double)t_2 * (t_3 < INFINITY ? (t_3 == 0.0f ? -(double)INFINITY : t_11) :
            (double)t_3);
    const double t_13 = t_3 == 1.0f ? 0.0 : t_12;
    const double t_14 = t_13 < -2e+02 ? -2e+02 : t_13;
    const double t_15 = 2e+02 < t_14 ? 2e+02 : t_14;
    const double t_16 = t_15 + 6755399441055744.0;
    const double t_17 = (t_15 - (t_16 - 6755399441055744.0)) * 0.6931471805599453;
    const double t_18 = f64_fma(f64_fma(2.48015873015873e-05, t_17, 0.0001984126984126984), t_17,
            0.001388888888888889);
    const double t_19 = f64_fma(f64_fma(t_18, t_17, 0.008333333333333333), t_17, 0.041666666666666664);
    const double t_20 = f64_fma(f64_fma(f64_fma(t_19, t_17, 0.16666666666666666), t_17, 0.5), t_17, 1.0);
    const double t_21 = f64_fma(t_20, t_17, 1.0) * f64_from_u64((uint64_t)i64_shl((int64_t)u64_from_f64(t_16)
            + 1023, 52));
    const float t_22 = (float)t_21;
    const bool t_23 = f32_trunc(t_2) == t_2;
    const float t_24 = t_2 * 0.5f;
    const bool t_25 = (((int32_t)u32_from_f32(0.999f) < 0) && (t_23 && (f32_trunc(t_24) != t_24)));
    const float t_26 = (((0.999f < 0.0f) && (-INFINITY < 0.999f)) && !t_23) ? NAN : (t_25 ? -t_22 : t_22);
    const float t_27 = learning_rate * f32_sqrt(1.0f - (t_2 == 0.0f ? 1.0f : (0.999f == 1.0f ? 1.0f : t_26)));
    const float t_28 = f32_abs(0.9f);
    const bool t_29 = t_28 < 1.1754944e-38f;
    const int32_t t_30 = i32_sub((int32_t)u32_from_f32(t_29 ? t_28 * 8388608.0f : t_28), 1060439283);
    const double t_31 = (double)f32_from_u32((uint32_t)i32_add(t_30 & 8388607, 1060439283));
    const double t_32 = (t_31 - 1.0) / (t_31 + 1.0);
    const double t_33 = t_32 * t_32;
    const double t_34 = f64_fma(f64_fma(0.22195308321368667, t_33, 0.2623081892525388), t_33,
            0.3205988979753252);
    const double t_35 = f64_fma(f64_fma(t_34, t_33, 0.4121985831111324), t_33, 0.5770780163555853);
    const double t_36 = f64_fma(f64_fma(t_35, t_33, 0.9617966939259756), t_33, 2.8853900817779268);
    const double t_37 = t_28 == 0.0f ? -(double)INFINITY : f64_fma(t_32, t_36, (double)i32_sub(t_30 >> 23,
            t_29 ? 23 : 0));
    const double t_38 = t_28 == 1.0f ? 0.0 : (double)t_2 * (t_28 < INFINITY ? t_37 : (double)t_28);
    const double t_39 = t_38 < -2e+02 ? -2e+02 : t_38;
    const double t_40 = 2e+02 < t_39 ? 2e+02 : t_39;
    const double t_41 = t_40 + 6755399441055744.0;
    const double t_42 = (t_40 - (t_41 - 6755399441055744.0)) * 0.6931471805599453;
    const double t_43 = f64_fma(f64_fma(2.48015873015873e-05, t_42, 0.0001984126984126984), t_42,
            0.001388888888888889);
    const double t_44 = f64_fma(f64_fma(t_43, t_42, 0.008333333333333333), t_42, 0.041666666666666664);
    const double t_45 = f64_fma(f64_fma(f64_fma(t_44, t_42, 0.16666666666666666), t_42, 0.5), t_42, 1.0);
    const double t_46 = f64_fma(t_45, t_42, 1.0) * f64_from_u64((uint64_t)i64_shl((int64_t)u64_from_f64(t_41)
            + 1023, 52));
    const float t_47 = (float)t_46;
    const bool t_48 = f32_trunc(t_2) == t_2;
    const float t_49 = t_2 * 0.5f;
    const bool t_50 = (((int32_t)u32_from_f32(0.9f) < 0) && (t_48 && (f32_trunc(t_49) != t_49)));
    const float t_51 = (((0.9f < 0.0f) && (-INFINITY < 0.9f)) && !t_48) ? NAN : (t_50 ? -t_47 : t_47);
    const float t_52 = count[0] + t;
    const float t_53 = v_1[0] + t;
    const float t_54 = 1.0f / t;
    const float t_55 = t_27 / (1.0f - (t_2 == 0.0f ? 1.0f : (0.9f == 1.0f ? 1.0f : t_51)));
    for (int64_t task = begin; task < end; task++) {
        count[0] = t_52;
        v_1[0] = t_53;
        d_sparse_categorical_crossentropy_div[0] = t_54;
        adam_div[0] = t_55;
    }
}

/*
 * classes: reduce_max sub exp reduce_sum div
 * sparse_categorical_crossentropy: log sub select reduce_sum -> sparse_categorical_crossentropy_reduce_sum
 * accuracy: argmax -> accuracy_argmax
 * d_sparse_categorical_crossentropy: mul neg select reduce_sum neg div mul add ->
 * d_sparse_categorical_crossentropy_add
 */
static void k5_classes_rows(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict classes_add = buffer[0];
    const float *restrict target0 = buffer[1];
    const float *restrict d_sparse_categorical_crossentropy_div = buffer[2];
    const float *restrict sample_weight0 = buffer[3];
    float *restrict d_sparse_categorical_crossentropy_add = buffer[4];
    float *restrict sparse_categorical_crossentropy_reduce_sum = buffer[5];
    float *restrict accuracy_argmax = buffer[6];
    (void)run;
    const float d_sparse_categorical_crossentropy_div_0 = d_sparse_categorical_crossentropy_div[0];
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(-INFINITY);
        f32x8 acc_2 = f32x8_splat(0.0f);
        const f32x8 t = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat(3)),
                f32x8_load_n(&classes_add[task * 3], 3), f32x8_splat(-INFINITY));
        acc = f32x8_max(acc, t);
        const float target0_0 = target0[task];
        const float t_2 = -(d_sparse_categorical_crossentropy_div_0 * sample_weight0[task]);
        const f32x8 t_3 = f32x8_select(f32x8_eq(f32x8_splat(0.0f) + f32x8_iota, f32x8_splat(target0_0)),
                f32x8_splat(t_2), f32x8_splat(0.0f));
        const f32x8 t_4 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat(3)), t_3, f32x8_splat(0.0f));
        acc_2 = acc_2 + t_4;
        const float max = f32x8_fold_max(acc);
        f32x8 acc_3 = f32x8_splat(0.0f);
        const f32x8 t_5 = f32x8_load_n(&classes_add[task * 3], 3) - f32x8_splat(max);
        const f32x8 t_6 = f32x8_select(f32x8_lt(t_5, f32x8_splat(-104.5f)), f32x8_splat(-104.5f), t_5);
        const f32x8 t_7 = f32x8_select(f32x8_lt(f32x8_splat(89.0f), t_6), f32x8_splat(89.0f), t_6);
        const f32x8 t_8 = f32x8_fma(t_7, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
        const f32x8 t_9 = t_8 - f32x8_splat(12582912.0f);
        const i32x8 t_10 = i32x8_sub((i32x8)t_8, i32x8_splat(1262485504));
        const f32x8 t_11 = f32x8_fma(t_9, f32x8_splat(1.9046542e-09f), f32x8_fma(t_9,
                f32x8_splat(-0.6931472f), t_7));
        const f32x8 t_12 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_11, f32x8_splat(0.008369248f)),
                t_11, f32x8_splat(0.04166828f));
        const f32x8 t_13 = f32x8_fma(f32x8_fma(t_12, t_11, f32x8_splat(0.16666517f)), t_11,
                f32x8_splat(0.49999994f));
        const i32x8 t_14 = t_10 >> i32x8_splat(1);
        const f32x8 t_15 = (f32x8_fma(t_11 * t_11, t_13, t_11) + f32x8_splat(1.0f)) *
                (f32x8)i32x8_shl(i32x8_add(t_14, i32x8_splat(127)), i32x8_splat(23));
        const i32x8 t_16 = i32x8_shl(i32x8_add(i32x8_sub(t_10, t_14), i32x8_splat(127)), i32x8_splat(23));
        const f32x8 t_17 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat(3)), t_15 * (f32x8)t_16,
                f32x8_splat(0.0f));
        const float add = f32x8_fold_add(acc_2);
        acc_3 = acc_3 + t_17;
        const float add_2 = f32x8_fold_add(acc_3);
        f32x8 acc_4 = f32x8_splat(0.0f);
        f32x8 acc_5 = f32x8_splat(-INFINITY);
        f32x8 at = f32x8_splat(0.0f);
        const b8 t_18 = f32x8_eq(f32x8_splat(0.0f) + f32x8_iota, f32x8_splat(target0_0));
        const f32x8 t_19 = f32x8_load_n(&classes_add[task * 3], 3) - f32x8_splat(max);
        const bool t_20 = add_2 < 1.1754944e-38f;
        const int32_t t_21 = i32_sub((int32_t)u32_from_f32(t_20 ? add_2 * 8388608.0f : add_2), 1060439283);
        const float t_22 = (float)(t_21 >> 23) + (t_20 ? -23.0f : 0.0f);
        const float t_23 = f32_from_u32((uint32_t)i32_add(t_21 & 8388607, 1060439283)) - 1.0f;
        const float t_24 = f32_fma(f32_fma(f32_fma(-0.07638335f, t_23, 0.12764828f), t_23, -0.13160181f),
                t_23, 0.14201269f);
        const float t_25 = f32_fma(f32_fma(f32_fma(t_24, t_23, -0.16623315f), t_23, 0.2000125f), t_23,
                -0.25000823f);
        const float t_26 = f32_fma(t_23 * t_23, f32_fma(t_23, f32_fma(t_25, t_23, 0.3333333f), -0.5f),
                f32_fma(t_22, -1.9046542e-09f, 0.0f));
        const float t_27 = 0.0f < add_2 ? (add_2 < INFINITY ? f32_fma(t_22, 0.6931472f,
                t_23 + t_26) : add_2) : (add_2 == 0.0f ? -INFINITY : NAN);
        const f32x8 t_28 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat(3)), f32x8_select(t_18,
                t_19 - f32x8_splat(t_27), f32x8_splat(0.0f)), f32x8_splat(0.0f));
        acc_4 = acc_4 + t_28;
        const f32x8 t_29 = f32x8_select(f32x8_lt(t_19, f32x8_splat(-104.5f)), f32x8_splat(-104.5f), t_19);
        const f32x8 t_30 = f32x8_select(f32x8_lt(f32x8_splat(89.0f), t_29), f32x8_splat(89.0f), t_29);
        const f32x8 t_31 = f32x8_fma(t_30, f32x8_splat(1.442695f), f32x8_splat(12582912.0f));
        const f32x8 t_32 = t_31 - f32x8_splat(12582912.0f);
        const i32x8 t_33 = i32x8_sub((i32x8)t_31, i32x8_splat(1262485504));
        const f32x8 t_34 = f32x8_fma(t_32, f32x8_splat(1.9046542e-09f), f32x8_fma(t_32,
                f32x8_splat(-0.6931472f), t_30));
        const f32x8 t_35 = f32x8_fma(f32x8_fma(f32x8_splat(0.001382078f), t_34, f32x8_splat(0.008369248f)),
                t_34, f32x8_splat(0.04166828f));
        const f32x8 t_36 = f32x8_fma(f32x8_fma(t_35, t_34, f32x8_splat(0.16666517f)), t_34,
                f32x8_splat(0.49999994f));
        const i32x8 t_37 = t_33 >> i32x8_splat(1);
        const f32x8 t_38 = (f32x8_fma(t_34 * t_34, t_36, t_34) + f32x8_splat(1.0f)) *
                (f32x8)i32x8_shl(i32x8_add(t_37, i32x8_splat(127)), i32x8_splat(23));
        const i32x8 t_39 = i32x8_shl(i32x8_add(i32x8_sub(t_33, t_37), i32x8_splat(127)), i32x8_splat(23));
        const f32x8 t_40 = t_38 * (f32x8)t_39;
        const f32x8 t_41 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat(3)), t_40 / f32x8_splat(add_2),
                f32x8_splat(-INFINITY));
        const b8 t_42 = f32x8_lt(acc_5, t_41);
        at = f32x8_select(t_42, f32x8_splat(0.0f) + f32x8_iota, at);
        acc_5 = f32x8_select(t_42, t_41, acc_5);
        const f32x8 t_43 = f32x8_select(t_18, f32x8_splat(t_2),
                f32x8_splat(0.0f)) + f32x8_splat(-add / add_2) * t_40;
        f32x8_store_n(&d_sparse_categorical_crossentropy_add[task * 3], 3, t_43);
        const f32x8 t_44 = f32x8_select(f32x8_eq(acc_5, f32x8_splat(f32x8_fold_max(acc_5))), at,
                f32x8_splat(INFINITY));
        sparse_categorical_crossentropy_reduce_sum[task] = f32x8_fold_add(acc_4);
        accuracy_argmax[task] = f32x8_fold_min(t_44);
    }
}

/*
 * sparse_categorical_crossentropy: neg mul reduce_sum div
 * loss: mul add -> total
 * accuracy: cast reduce_sum add -> _0
 */
static void k6_sparse_categorical_crossentropy_rows(void *const *buffer, const struct mlp_run *run, int64_t
        begin, int64_t end) {
    const float *restrict sparse_categorical_crossentropy_reduce_sum = buffer[0];
    const float *restrict sample_weight0 = buffer[1];
    const float *restrict target0 = buffer[2];
    const float *restrict accuracy_argmax = buffer[3];
    float *restrict total = buffer[4];
    float *restrict v_0 = buffer[5];
    const int64_t N = run->batch;
    const float t = (float)N;
    const float total_0 = total[0];
    const float v_0_0 = v_0[0];
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        f32x8 acc_2 = f32x8_splat(0.0f);
        const int64_t t_2 = N / 8 * 8;
        for (int64_t i = 0; i < t_2; i += 8) {
            const f32x8 t_3 = -f32x8_load(&sparse_categorical_crossentropy_reduce_sum[i]) *
                    f32x8_load(&sample_weight0[i]);
            acc = acc + t_3;
            const f32x8 t_4 = f32x8_from_bool(f32x8_eq(f32x8_load(&target0[i]),
                    f32x8_load(&accuracy_argmax[i])));
            acc_2 = acc_2 + t_4;
        }
        const int64_t t_3 = N - t_2;
        if (t_2 < N) {
            const f32x8 t_4 = -f32x8_load_n(&sparse_categorical_crossentropy_reduce_sum[t_2],
                    t_3) * f32x8_load_n(&sample_weight0[t_2], t_3);
            const f32x8 t_5 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat((int32_t)t_3)), t_4,
                    f32x8_splat(0.0f));
            acc = acc + t_5;
            const b8 t_6 = f32x8_eq(f32x8_load_n(&target0[t_2], t_3), f32x8_load_n(&accuracy_argmax[t_2],
                    t_3));
            const f32x8 t_7 = f32x8_select(i32x8_lt(i32x8_iota, i32x8_splat((int32_t)t_3)),
                    f32x8_from_bool(t_6), f32x8_splat(0.0f));
            acc_2 = acc_2 + t_7;
        }
        total[0] = total_0 + f32x8_fold_add(acc) / t * t;
        v_0[0] = v_0_0 + f32x8_fold_add(acc_2);
    }
}

/*
 * d_classes: reduce_sum
 * classes: sub mul add -> adam_mlp_classes_bias_momentum mul sub mul add -> adam_mlp_classes_bias_velocity
 * sqrt add mul div sub -> classes_bias
 */
static void k7_d_classes_column(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict d_sparse_categorical_crossentropy_add = buffer[0];
    float *restrict adam_mlp_classes_bias_momentum = buffer[1];
    float *restrict adam_mlp_classes_bias_velocity = buffer[2];
    float *restrict classes_bias = buffer[3];
    const float *restrict adam_div = buffer[4];
    const int64_t N = run->batch;
    const float adam_div_0 = adam_div[0];
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        for (int64_t i = 0; i < N; i++) {
            acc = acc + f32x8_load_n(&d_sparse_categorical_crossentropy_add[i * 3], 3);
        }
        const f32x8 adam_mlp_classes_bias_momentum_0 = f32x8_load_n(&adam_mlp_classes_bias_momentum[0], 3);
        const f32x8 t = adam_mlp_classes_bias_momentum_0 + (acc - adam_mlp_classes_bias_momentum_0) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_classes_bias_velocity_0 = f32x8_load_n(&adam_mlp_classes_bias_velocity[0], 3);
        const f32x8 t_2 = adam_mlp_classes_bias_velocity_0 + (acc * acc - adam_mlp_classes_bias_velocity_0) *
                f32x8_splat(0.001f);
        const f32x8 t_3 = f32x8_load_n(&classes_bias[0], 3) - t * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_2) +
                f32x8_splat(1e-07f));
        f32x8_store_n(&adam_mlp_classes_bias_momentum[0], 3, t);
        f32x8_store_n(&adam_mlp_classes_bias_velocity[0], 3, t_2);
        f32x8_store_n(&classes_bias[0], 3, t_3);
    }
}

/* d_classes: stop_gradient -> d_classes_transpose */
static void k8_d_classes_map(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict classes_kernel = buffer[0];
    float *restrict d_classes_transpose = buffer[1];
    (void)run;
    for (int64_t task = begin; task < end; task++) {
        const int64_t t = task * 16;
        const int64_t t_2 = i64_min(t + 16, 3);
        for (int64_t i = 0; i < 16; i += 8) {
            for (int64_t row = t; row < t_2; row++) {
                f32x8_store(&d_classes_transpose[row * 16 + i], f32x8_load_strided(&classes_kernel[row + i *
                        3], 3, 8));
            }
        }
    }
}

/*
 * d_classes: contract az,zy->ay
 * d_dropout: mul
 * d_hidden: select -> d_hidden_select
 */
static void k9_d_classes_contract(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end)
        {
    const float *restrict d_classes_transpose = buffer[0];
    const float *restrict d_sparse_categorical_crossentropy_add = buffer[1];
    float *restrict d_hidden_select = buffer[2];
    const float *restrict hidden_relu = buffer[3];
    const int64_t N = run->batch;
    const uint64_t seed = run->seed;
    const uint64_t t = seed + UINT64_C(11400714819323198485);
    const uint64_t t_2 = (t ^ (t >> UINT64_C(30))) * UINT64_C(13787848793156543929);
    const uint64_t t_3 = (t_2 ^ (t_2 >> UINT64_C(27))) * UINT64_C(10723151780598845931);
    const int64_t step = run->step;
    const uint64_t t_4 = (t_3 ^ (t_3 >> UINT64_C(31))) + (uint64_t)step * UINT64_C(15074714826142052245);
    const uint64_t t_5 = (t_4 ^ (t_4 >> UINT64_C(30))) * UINT64_C(13787848793156543929);
    const uint64_t t_6 = (t_5 ^ (t_5 >> UINT64_C(27))) * UINT64_C(10723151780598845931);
    const uint32_t t_7 = (uint32_t)((t_6 ^ (t_6 >> UINT64_C(31))) >> UINT64_C(32));
    const int64_t t_8 = (N + 5) / 6;
    for (int64_t task = begin; task < end; task++) {
        const int64_t t_9 = task % t_8 * 6;
        const int64_t t_10 = N - t_9;
        if (6 <= t_10) {
            f32x8 acc = f32x8_splat(0.0f);
            f32x8 acc_2 = f32x8_splat(0.0f);
            f32x8 acc_3 = f32x8_splat(0.0f);
            f32x8 acc_4 = f32x8_splat(0.0f);
            f32x8 acc_5 = f32x8_splat(0.0f);
            f32x8 acc_6 = f32x8_splat(0.0f);
            f32x8 acc_7 = f32x8_splat(0.0f);
            f32x8 acc_8 = f32x8_splat(0.0f);
            f32x8 acc_9 = f32x8_splat(0.0f);
            f32x8 acc_10 = f32x8_splat(0.0f);
            f32x8 acc_11 = f32x8_splat(0.0f);
            f32x8 acc_12 = f32x8_splat(0.0f);
            for (int64_t k = 0; k < 3; k++) {
                const f32x8 d_classes_transpose_0 = f32x8_load(&d_classes_transpose[k * 16]);
                const f32x8 d_classes_transpose_1 = f32x8_load(&d_classes_transpose[k * 16 + 8]);
                const f32x8 t_11 = f32x8_splat(d_sparse_categorical_crossentropy_add[t_9 * 3 + k]);
                acc = f32x8_fma(t_11, d_classes_transpose_0, acc);
                acc_2 = f32x8_fma(t_11, d_classes_transpose_1, acc_2);
                const f32x8 t_12 = f32x8_splat(d_sparse_categorical_crossentropy_add[t_9 * 3 + k + 3]);
                acc_3 = f32x8_fma(t_12, d_classes_transpose_0, acc_3);
                acc_4 = f32x8_fma(t_12, d_classes_transpose_1, acc_4);
                const f32x8 t_13 = f32x8_splat(d_sparse_categorical_crossentropy_add[t_9 * 3 + k + 6]);
                acc_5 = f32x8_fma(t_13, d_classes_transpose_0, acc_5);
                acc_6 = f32x8_fma(t_13, d_classes_transpose_1, acc_6);
                const f32x8 t_14 = f32x8_splat(d_sparse_categorical_crossentropy_add[t_9 * 3 + k + 9]);
                acc_7 = f32x8_fma(t_14, d_classes_transpose_0, acc_7);
                acc_8 = f32x8_fma(t_14, d_classes_transpose_1, acc_8);
                const f32x8 t_15 = f32x8_splat(d_sparse_categorical_crossentropy_add[t_9 * 3 + k + 12]);
                acc_9 = f32x8_fma(t_15, d_classes_transpose_0, acc_9);
                acc_10 = f32x8_fma(t_15, d_classes_transpose_1, acc_10);
                const f32x8 t_16 = f32x8_splat(d_sparse_categorical_crossentropy_add[t_9 * 3 + k + 15]);
                acc_11 = f32x8_fma(t_16, d_classes_transpose_0, acc_11);
                acc_12 = f32x8_fma(t_16, d_classes_transpose_1, acc_12);
            }
            f32x8_store(&d_hidden_select[t_9 * 16], acc);
            f32x8_store(&d_hidden_select[t_9 * 16 + 16], acc_3);
            f32x8_store(&d_hidden_select[t_9 * 16 + 32], acc_5);
            f32x8_store(&d_hidden_select[t_9 * 16 + 48], acc_7);
            f32x8_store(&d_hidden_select[t_9 * 16 + 64], acc_9);
            f32x8_store(&d_hidden_select[t_9 * 16 + 80], acc_11);
            f32x8_store(&d_hidden_select[t_9 * 16 + 8], acc_2);
            f32x8_store(&d_hidden_select[t_9 * 16 + 24], acc_4);
            f32x8_store(&d_hidden_select[t_9 * 16 + 40], acc_6);
            f32x8_store(&d_hidden_select[t_9 * 16 + 56], acc_8);
            f32x8_store(&d_hidden_select[t_9 * 16 + 72], acc_10);
            f32x8_store(&d_hidden_select[t_9 * 16 + 88], acc_12);
        }
        if (t_10 < 6) {
            const int64_t t_11 = t_9 + (t_10 & -2);
            for (int64_t row = t_9; row < t_11; row += 2) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                f32x8 acc_3 = f32x8_splat(0.0f);
                f32x8 acc_4 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 3; k++) {
                    const f32x8 d_classes_transpose_0 = f32x8_load(&d_classes_transpose[k * 16]);
                    const f32x8 d_classes_transpose_1 = f32x8_load(&d_classes_transpose[k * 16 + 8]);
                    const f32x8 t_12 = f32x8_splat(d_sparse_categorical_crossentropy_add[row * 3 + k]);
                    acc = f32x8_fma(t_12, d_classes_transpose_0, acc);
                    acc_2 = f32x8_fma(t_12, d_classes_transpose_1, acc_2);
                    const f32x8 t_13 = f32x8_splat(d_sparse_categorical_crossentropy_add[row * 3 + k + 3]);
                    acc_3 = f32x8_fma(t_13, d_classes_transpose_0, acc_3);
                    acc_4 = f32x8_fma(t_13, d_classes_transpose_1, acc_4);
                }
                f32x8_store(&d_hidden_select[row * 16], acc);
                f32x8_store(&d_hidden_select[row * 16 + 16], acc_3);
                f32x8_store(&d_hidden_select[row * 16 + 8], acc_2);
                f32x8_store(&d_hidden_select[row * 16 + 24], acc_4);
            }
            for (int64_t row = t_11; row < t_9 + t_10; row++) {
                f32x8 acc = f32x8_splat(0.0f);
                f32x8 acc_2 = f32x8_splat(0.0f);
                for (int64_t k = 0; k < 3; k++) {
                    const f32x8 t_12 = f32x8_splat(d_sparse_categorical_crossentropy_add[row * 3 + k]);
                    acc = f32x8_fma(t_12, f32x8_load(&d_classes_transpose[k * 16]), acc);
                    acc_2 = f32x8_fma(t_12, f32x8_load(&d_classes_transpose[k * 16 + 8]), acc_2);
                }
                f32x8_store(&d_hidden_select[row * 16], acc);
                f32x8_store(&d_hidden_select[row * 16 + 8], acc_2);
            }
        }
        for (int64_t row = t_9; row < t_9 + i64_min(t_10, 6); row++) {
            for (int64_t column = 0; column < 16; column += 8) {
                const int64_t t_11 = row * 16 + column;
                const u32x8 t_12 = u32x8_splat((uint32_t)t_11) + u32x8_iota;
                const u32x8 t_13 = u32x8_mulhi(t_12, u32x8_splat(3528905107u)) ^ u32x8_splat((uint32_t)(t_11
                        >> 32));
                const u32x8 t_14 = t_13 ^ u32x8_splat(t_7 + 0u);
                const u32x8 t_15 = u32x8_mulhi(t_14, u32x8_splat(3528905107u)) ^ (t_12 *
                        u32x8_splat(3528905107u));
                const u32x8 t_16 = t_15 ^ u32x8_splat(t_7 + 2654435769u);
                const u32x8 t_17 = u32x8_mulhi(t_16, u32x8_splat(3528905107u)) ^ (t_14 *
                        u32x8_splat(3528905107u));
                const u32x8 t_18 = t_17 ^ u32x8_splat(t_7 + 1013904242u);
                const u32x8 t_19 = u32x8_mulhi(t_18, u32x8_splat(3528905107u)) ^ (t_16 *
                        u32x8_splat(3528905107u));
                const u32x8 t_20 = t_19 ^ u32x8_splat(t_7 + 3668340011u);
                const u32x8 t_21 = u32x8_mulhi(t_20, u32x8_splat(3528905107u)) ^ (t_18 *
                        u32x8_splat(3528905107u));
                const u32x8 t_22 = t_21 ^ u32x8_splat(t_7 + 2027808484u);
                const u32x8 t_23 = u32x8_mulhi(t_22, u32x8_splat(3528905107u)) ^ (t_20 *
                        u32x8_splat(3528905107u));
                const u32x8 t_24 = u32x8_mulhi(t_23 ^ u32x8_splat(t_7 + 387276957u),
                        u32x8_splat(3528905107u));
                const u32x8 t_25 = (t_24 ^ (t_22 * u32x8_splat(3528905107u))) ^ u32x8_splat(t_7 +
                        3041712726u);
                const f32x8 t_26 = __builtin_convertvector(t_25 >> u32x8_splat(8u),
                        f32x8) * f32x8_splat(5.9604645e-08f);
                const f32x8 t_27 = f32x8_select(f32x8_le(f32x8_splat(0.25f), t_26), f32x8_splat(1.3333334f),
                        f32x8_splat(0.0f));
                const f32x8 t_28 = f32x8_select(f32x8_lt(f32x8_splat(0.0f),
                        f32x8_load(&hidden_relu[row * 16 + column])),
                        f32x8_load(&d_hidden_select[row * 16 + column]) * t_27, f32x8_splat(0.0f));
                f32x8_store(&d_hidden_select[row * 16 + column], t_28);
            }
        }
    }
}

/*
 * d_classes: contract ay,az->yz
 * classes: sub mul add -> adam_mlp_classes_kernel_momentum mul sub mul add ->
 * adam_mlp_classes_kernel_velocity sqrt add mul div sub -> classes_kernel
 */
static void k10_d_classes_contract(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end)
        {
    const float *restrict d_sparse_categorical_crossentropy_add = buffer[0];
    const float *restrict dropout_mul = buffer[1];
    float *restrict adam_mlp_classes_kernel_momentum = buffer[2];
    float *restrict adam_mlp_classes_kernel_velocity = buffer[3];
    float *restrict classes_kernel = buffer[4];
    const float *restrict adam_div = buffer[5];
    const int64_t N = run->batch;
    const float adam_div_0 = adam_div[0];
    for (int64_t task = begin; task < end; task++) {
        const int64_t t = task * 6;
        const int64_t t_2 = 16 - t;
        if (6 <= t_2) {
            f32x8 acc = f32x8_splat(0.0f);
            f32x8 acc_2 = f32x8_splat(0.0f);
            f32x8 acc_3 = f32x8_splat(0.0f);
            f32x8 acc_4 = f32x8_splat(0.0f);
            f32x8 acc_5 = f32x8_splat(0.0f);
            f32x8 acc_6 = f32x8_splat(0.0f);
            for (int64_t k = 0; k < N; k++) {
                const f32x8 d_sparse_categorical_crossentropy_add_0 =
                        f32x8_load_n(&d_sparse_categorical_crossentropy_add[k * 3], 3);
                const f32x8 t_3 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16]),
                        d_sparse_categorical_crossentropy_add_0, acc);
                acc = t_3;
                const f32x8 t_4 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 1]),
                        d_sparse_categorical_crossentropy_add_0, acc_2);
                acc_2 = t_4;
                const f32x8 t_5 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 2]),
                        d_sparse_categorical_crossentropy_add_0, acc_3);
                acc_3 = t_5;
                const f32x8 t_6 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 3]),
                        d_sparse_categorical_crossentropy_add_0, acc_4);
                acc_4 = t_6;
                const f32x8 t_7 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 4]),
                        d_sparse_categorical_crossentropy_add_0, acc_5);
                acc_5 = t_7;
                const f32x8 t_8 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 5]),
                        d_sparse_categorical_crossentropy_add_0, acc_6);
                acc_6 = t_8;
            }
            const f32x8 adam_mlp_classes_kernel_momentum_0 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3], 3);
            const f32x8 t_3 = adam_mlp_classes_kernel_momentum_0 + (acc - adam_mlp_classes_kernel_momentum_0)
                    * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_0 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3], 3);
            const f32x8 t_4 = adam_mlp_classes_kernel_velocity_0 + (acc * acc -
                    adam_mlp_classes_kernel_velocity_0) * f32x8_splat(0.001f);
            const f32x8 t_5 = f32x8_load_n(&classes_kernel[t * 3],
                    3) - t_3 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_4) + f32x8_splat(1e-07f));
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3], 3, t_3);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3], 3, t_4);
            f32x8_store_n(&classes_kernel[t * 3], 3, t_5);
            const f32x8 adam_mlp_classes_kernel_momentum_1 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 3], 3);
            const f32x8 t_6 = adam_mlp_classes_kernel_momentum_1 + (acc_2 -
                    adam_mlp_classes_kernel_momentum_1) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_1 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 3], 3);
            const f32x8 t_7 = (acc_2 * acc_2 - adam_mlp_classes_kernel_velocity_1) * f32x8_splat(0.001f);
            const f32x8 t_8 = adam_mlp_classes_kernel_velocity_1 + t_7;
            const f32x8 t_9 = f32x8_load_n(&classes_kernel[t * 3 + 3],
                    3) - t_6 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_8) + f32x8_splat(1e-07f));
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 3], 3, t_6);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 3], 3, t_8);
            f32x8_store_n(&classes_kernel[t * 3 + 3], 3, t_9);
            const f32x8 adam_mlp_classes_kernel_momentum_2 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 6], 3);
            const f32x8 t_10 = adam_mlp_classes_kernel_momentum_2 + (acc_3 -
                    adam_mlp_classes_kernel_momentum_2) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_2 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 6], 3);
            const f32x8 t_11 = (acc_3 * acc_3 - adam_mlp_classes_kernel_velocity_2) * f32x8_splat(0.001f);
            const f32x8 t_12 = adam_mlp_classes_kernel_velocity_2 + t_11;
            const f32x8 t_13 = t_10 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_12) + f32x8_splat(1e-07f));
            const f32x8 t_14 = f32x8_load_n(&classes_kernel[t * 3 + 6], 3) - t_13;
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 6], 3, t_10);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 6], 3, t_12);
            f32x8_store_n(&classes_kernel[t * 3 + 6], 3, t_14);
            const f32x8 adam_mlp_classes_kernel_momentum_3 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 9], 3);
            const f32x8 t_15 = adam_mlp_classes_kernel_momentum_3 + (acc_4 -
                    adam_mlp_classes_kernel_momentum_3) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_3 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 9], 3);
            const f32x8 t_16 = (acc_4 * acc_4 - adam_mlp_classes_kernel_velocity_3) * f32x8_splat(0.001f);
            const f32x8 t_17 = adam_mlp_classes_kernel_velocity_3 + t_16;
            const f32x8 t_18 = t_15 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_17) + f32x8_splat(1e-07f));
            const f32x8 t_19 = f32x8_load_n(&classes_kernel[t * 3 + 9], 3) - t_18;
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 9], 3, t_15);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 9], 3, t_17);
            f32x8_store_n(&classes_kernel[t * 3 + 9], 3, t_19);
            const f32x8 adam_mlp_classes_kernel_momentum_4 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 12], 3);
            const f32x8 t_20 = adam_mlp_classes_kernel_momentum_4 + (acc_5 -
                    adam_mlp_classes_kernel_momentum_4) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_4 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 12], 3);
            const f32x8 t_21 = (acc_5 * acc_5 - adam_mlp_classes_kernel_velocity_4) * f32x8_splat(0.001f);
            const f32x8 t_22 = adam_mlp_classes_kernel_velocity_4 + t_21;
            const f32x8 t_23 = t_20 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_22) + f32x8_splat(1e-07f));
            const f32x8 t_24 = f32x8_load_n(&classes_kernel[t * 3 + 12], 3) - t_23;
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 12], 3, t_20);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 12], 3, t_22);
            f32x8_store_n(&classes_kernel[t * 3 + 12], 3, t_24);
            const f32x8 adam_mlp_classes_kernel_momentum_5 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 15], 3);
            const f32x8 t_25 = adam_mlp_classes_kernel_momentum_5 + (acc_6 -
                    adam_mlp_classes_kernel_momentum_5) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_5 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 15], 3);
            const f32x8 t_26 = (acc_6 * acc_6 - adam_mlp_classes_kernel_velocity_5) * f32x8_splat(0.001f);
            const f32x8 t_27 = adam_mlp_classes_kernel_velocity_5 + t_26;
            const f32x8 t_28 = t_25 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_27) + f32x8_splat(1e-07f));
            const f32x8 t_29 = f32x8_load_n(&classes_kernel[t * 3 + 15], 3) - t_28;
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 15], 3, t_25);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 15], 3, t_27);
            f32x8_store_n(&classes_kernel[t * 3 + 15], 3, t_29);
        }
        if (t_2 < 6) {
            f32x8 acc = f32x8_splat(0.0f);
            f32x8 acc_2 = f32x8_splat(0.0f);
            f32x8 acc_3 = f32x8_splat(0.0f);
            f32x8 acc_4 = f32x8_splat(0.0f);
            for (int64_t k = 0; k < N; k++) {
                const f32x8 d_sparse_categorical_crossentropy_add_0 =
                        f32x8_load_n(&d_sparse_categorical_crossentropy_add[k * 3], 3);
                const f32x8 t_3 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16]),
                        d_sparse_categorical_crossentropy_add_0, acc);
                acc = t_3;
                const f32x8 t_4 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 1]),
                        d_sparse_categorical_crossentropy_add_0, acc_2);
                acc_2 = t_4;
                const f32x8 t_5 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 2]),
                        d_sparse_categorical_crossentropy_add_0, acc_3);
                acc_3 = t_5;
                const f32x8 t_6 = f32x8_fma(f32x8_splat(dropout_mul[t + k * 16 + 3]),
                        d_sparse_categorical_crossentropy_add_0, acc_4);
                acc_4 = t_6;
            }
            const f32x8 adam_mlp_classes_kernel_momentum_0 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3], 3);
            const f32x8 t_3 = adam_mlp_classes_kernel_momentum_0 + (acc - adam_mlp_classes_kernel_momentum_0)
                    * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_0 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3], 3);
            const f32x8 t_4 = adam_mlp_classes_kernel_velocity_0 + (acc * acc -
                    adam_mlp_classes_kernel_velocity_0) * f32x8_splat(0.001f);
            const f32x8 t_5 = f32x8_load_n(&classes_kernel[t * 3],
                    3) - t_3 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_4) + f32x8_splat(1e-07f));
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3], 3, t_3);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3], 3, t_4);
            f32x8_store_n(&classes_kernel[t * 3], 3, t_5);
            const f32x8 adam_mlp_classes_kernel_momentum_1 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 3], 3);
            const f32x8 t_6 = adam_mlp_classes_kernel_momentum_1 + (acc_2 -
                    adam_mlp_classes_kernel_momentum_1) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_1 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 3], 3);
            const f32x8 t_7 = (acc_2 * acc_2 - adam_mlp_classes_kernel_velocity_1) * f32x8_splat(0.001f);
            const f32x8 t_8 = adam_mlp_classes_kernel_velocity_1 + t_7;
            const f32x8 t_9 = f32x8_load_n(&classes_kernel[t * 3 + 3],
                    3) - t_6 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_8) + f32x8_splat(1e-07f));
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 3], 3, t_6);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 3], 3, t_8);
            f32x8_store_n(&classes_kernel[t * 3 + 3], 3, t_9);
            const f32x8 adam_mlp_classes_kernel_momentum_2 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 6], 3);
            const f32x8 t_10 = adam_mlp_classes_kernel_momentum_2 + (acc_3 -
                    adam_mlp_classes_kernel_momentum_2) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_2 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 6], 3);
            const f32x8 t_11 = (acc_3 * acc_3 - adam_mlp_classes_kernel_velocity_2) * f32x8_splat(0.001f);
            const f32x8 t_12 = adam_mlp_classes_kernel_velocity_2 + t_11;
            const f32x8 t_13 = t_10 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_12) + f32x8_splat(1e-07f));
            const f32x8 t_14 = f32x8_load_n(&classes_kernel[t * 3 + 6], 3) - t_13;
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 6], 3, t_10);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 6], 3, t_12);
            f32x8_store_n(&classes_kernel[t * 3 + 6], 3, t_14);
            const f32x8 adam_mlp_classes_kernel_momentum_3 = f32x8_load_n(&adam_mlp_classes_kernel_momentum[t
                    * 3 + 9], 3);
            const f32x8 t_15 = adam_mlp_classes_kernel_momentum_3 + (acc_4 -
                    adam_mlp_classes_kernel_momentum_3) * f32x8_splat(0.1f);
            const f32x8 adam_mlp_classes_kernel_velocity_3 = f32x8_load_n(&adam_mlp_classes_kernel_velocity[t
                    * 3 + 9], 3);
            const f32x8 t_16 = (acc_4 * acc_4 - adam_mlp_classes_kernel_velocity_3) * f32x8_splat(0.001f);
            const f32x8 t_17 = adam_mlp_classes_kernel_velocity_3 + t_16;
            const f32x8 t_18 = t_15 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_17) + f32x8_splat(1e-07f));
            const f32x8 t_19 = f32x8_load_n(&classes_kernel[t * 3 + 9], 3) - t_18;
            f32x8_store_n(&adam_mlp_classes_kernel_momentum[t * 3 + 9], 3, t_15);
            f32x8_store_n(&adam_mlp_classes_kernel_velocity[t * 3 + 9], 3, t_17);
            f32x8_store_n(&classes_kernel[t * 3 + 9], 3, t_19);
        }
    }
}

/*
 * d_hidden: reduce_sum
 * hidden: sub mul add -> adam_mlp_hidden_bias_momentum mul sub mul add -> adam_mlp_hidden_bias_velocity sqrt
 * add mul div sub -> hidden_bias
 */
static void k11_d_hidden_column(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end) {
    const float *restrict d_hidden_select = buffer[0];
    float *restrict adam_mlp_hidden_bias_momentum = buffer[1];
    float *restrict adam_mlp_hidden_bias_velocity = buffer[2];
    float *restrict hidden_bias = buffer[3];
    const float *restrict adam_div = buffer[4];
    const int64_t N = run->batch;
    const float adam_div_0 = adam_div[0];
    for (int64_t task = begin; task < end; task++) {
        f32x8 acc = f32x8_splat(0.0f);
        f32x8 acc_2 = f32x8_splat(0.0f);
        for (int64_t i = 0; i < N; i++) {
            acc = acc + f32x8_load(&d_hidden_select[i * 16]);
            acc_2 = acc_2 + f32x8_load(&d_hidden_select[i * 16 + 8]);
        }
        const f32x8 adam_mlp_hidden_bias_momentum_0 = f32x8_load(&adam_mlp_hidden_bias_momentum[0]);
        const f32x8 t = adam_mlp_hidden_bias_momentum_0 + (acc - adam_mlp_hidden_bias_momentum_0) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_bias_velocity_0 = f32x8_load(&adam_mlp_hidden_bias_velocity[0]);
        const f32x8 t_2 = adam_mlp_hidden_bias_velocity_0 + (acc * acc - adam_mlp_hidden_bias_velocity_0) *
                f32x8_splat(0.001f);
        const f32x8 t_3 = f32x8_load(&hidden_bias[0]) - t * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_2) +
                f32x8_splat(1e-07f));
        f32x8_store(&adam_mlp_hidden_bias_momentum[0], t);
        f32x8_store(&adam_mlp_hidden_bias_velocity[0], t_2);
        f32x8_store(&hidden_bias[0], t_3);
        const f32x8 adam_mlp_hidden_bias_momentum_1 = f32x8_load(&adam_mlp_hidden_bias_momentum[8]);
        const f32x8 t_4 = adam_mlp_hidden_bias_momentum_1 + (acc_2 - adam_mlp_hidden_bias_momentum_1) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_bias_velocity_1 = f32x8_load(&adam_mlp_hidden_bias_velocity[8]);
        const f32x8 t_5 = adam_mlp_hidden_bias_velocity_1 + (acc_2 * acc_2 - adam_mlp_hidden_bias_velocity_1)
                * f32x8_splat(0.001f);
        const f32x8 t_6 = f32x8_load(&hidden_bias[8]) - t_4 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_5) +
                f32x8_splat(1e-07f));
        f32x8_store(&adam_mlp_hidden_bias_momentum[8], t_4);
        f32x8_store(&adam_mlp_hidden_bias_velocity[8], t_5);
        f32x8_store(&hidden_bias[8], t_6);
    }
}

/*
 * d_hidden: contract ay,az->yz
 * hidden: sub mul add -> adam_mlp_hidden_kernel_momentum mul sub mul add -> adam_mlp_hidden_kernel_velocity
 * sqrt add mul div sub -> hidden_kernel
 */
static void k12_d_hidden_contract(void *const *buffer, const struct mlp_run *run, int64_t begin, int64_t end)
        {
    const float *restrict d_hidden_select = buffer[0];
    const float *restrict input = buffer[1];
    float *restrict adam_mlp_hidden_kernel_momentum = buffer[2];
    float *restrict adam_mlp_hidden_kernel_velocity = buffer[3];
    float *restrict hidden_kernel = buffer[4];
    const float *restrict adam_div = buffer[5];
    const int64_t N = run->batch;
    const float adam_div_0 = adam_div[0];
    for (int64_t task = begin; task < end; task++) {
        const int64_t t = task * 6;
        f32x8 acc = f32x8_splat(0.0f);
        f32x8 acc_2 = f32x8_splat(0.0f);
        f32x8 acc_3 = f32x8_splat(0.0f);
        f32x8 acc_4 = f32x8_splat(0.0f);
        f32x8 acc_5 = f32x8_splat(0.0f);
        f32x8 acc_6 = f32x8_splat(0.0f);
        f32x8 acc_7 = f32x8_splat(0.0f);
        f32x8 acc_8 = f32x8_splat(0.0f);
        f32x8 acc_9 = f32x8_splat(0.0f);
        f32x8 acc_10 = f32x8_splat(0.0f);
        f32x8 acc_11 = f32x8_splat(0.0f);
        f32x8 acc_12 = f32x8_splat(0.0f);
        for (int64_t k = 0; k < N; k++) {
            const f32x8 d_hidden_select_0 = f32x8_load(&d_hidden_select[k * 16]);
            const f32x8 d_hidden_select_1 = f32x8_load(&d_hidden_select[k * 16 + 8]);
            const f32x8 t_2 = f32x8_splat(input[t + k * 6]);
            acc = f32x8_fma(t_2, d_hidden_select_0, acc);
            acc_2 = f32x8_fma(t_2, d_hidden_select_1, acc_2);
            const f32x8 t_3 = f32x8_splat(input[t + k * 6 + 1]);
            acc_3 = f32x8_fma(t_3, d_hidden_select_0, acc_3);
            acc_4 = f32x8_fma(t_3, d_hidden_select_1, acc_4);
            const f32x8 t_4 = f32x8_splat(input[t + k * 6 + 2]);
            acc_5 = f32x8_fma(t_4, d_hidden_select_0, acc_5);
            acc_6 = f32x8_fma(t_4, d_hidden_select_1, acc_6);
            const f32x8 t_5 = f32x8_splat(input[t + k * 6 + 3]);
            acc_7 = f32x8_fma(t_5, d_hidden_select_0, acc_7);
            acc_8 = f32x8_fma(t_5, d_hidden_select_1, acc_8);
            const f32x8 t_6 = f32x8_splat(input[t + k * 6 + 4]);
            acc_9 = f32x8_fma(t_6, d_hidden_select_0, acc_9);
            acc_10 = f32x8_fma(t_6, d_hidden_select_1, acc_10);
            const f32x8 t_7 = f32x8_splat(input[t + k * 6 + 5]);
            acc_11 = f32x8_fma(t_7, d_hidden_select_0, acc_11);
            acc_12 = f32x8_fma(t_7, d_hidden_select_1, acc_12);
        }
        const f32x8 adam_mlp_hidden_kernel_momentum_0 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16]);
        const f32x8 t_2 = adam_mlp_hidden_kernel_momentum_0 + (acc - adam_mlp_hidden_kernel_momentum_0) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_0 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16]);
        const f32x8 t_3 = adam_mlp_hidden_kernel_velocity_0 + (acc * acc - adam_mlp_hidden_kernel_velocity_0)
                * f32x8_splat(0.001f);
        const f32x8 t_4 = f32x8_load(&hidden_kernel[t * 16]) - t_2 * f32x8_splat(adam_div_0) /
                (f32x8_sqrt(t_3) + f32x8_splat(1e-07f));
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16], t_2);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16], t_3);
        f32x8_store(&hidden_kernel[t * 16], t_4);
        const f32x8 adam_mlp_hidden_kernel_momentum_1 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                16]);
        const f32x8 t_5 = adam_mlp_hidden_kernel_momentum_1 + (acc_3 - adam_mlp_hidden_kernel_momentum_1) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_1 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                16]);
        const f32x8 t_6 = (acc_3 * acc_3 - adam_mlp_hidden_kernel_velocity_1) * f32x8_splat(0.001f);
        const f32x8 t_7 = adam_mlp_hidden_kernel_velocity_1 + t_6;
        const f32x8 t_8 = f32x8_load(&hidden_kernel[t * 16 + 16]) - t_5 * f32x8_splat(adam_div_0) /
                (f32x8_sqrt(t_7) + f32x8_splat(1e-07f));
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 16], t_5);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 16], t_7);
        f32x8_store(&hidden_kernel[t * 16 + 16], t_8);
        const f32x8 adam_mlp_hidden_kernel_momentum_2 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                32]);
        const f32x8 t_9 = adam_mlp_hidden_kernel_momentum_2 + (acc_5 - adam_mlp_hidden_kernel_momentum_2) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_2 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                32]);
        const f32x8 t_10 = (acc_5 * acc_5 - adam_mlp_hidden_kernel_velocity_2) * f32x8_splat(0.001f);
        const f32x8 t_11 = adam_mlp_hidden_kernel_velocity_2 + t_10;
        const f32x8 t_12 = f32x8_load(&hidden_kernel[t * 16 + 32]) - t_9 * f32x8_splat(adam_div_0) /
                (f32x8_sqrt(t_11) + f32x8_splat(1e-07f));
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 32], t_9);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 32], t_11);
        f32x8_store(&hidden_kernel[t * 16 + 32], t_12);
        const f32x8 adam_mlp_hidden_kernel_momentum_3 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                48]);
        const f32x8 t_13 = adam_mlp_hidden_kernel_momentum_3 + (acc_7 - adam_mlp_hidden_kernel_momentum_3) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_3 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                48]);
        const f32x8 t_14 = (acc_7 * acc_7 - adam_mlp_hidden_kernel_velocity_3) * f32x8_splat(0.001f);
        const f32x8 t_15 = adam_mlp_hidden_kernel_velocity_3 + t_14;
        const f32x8 t_16 = t_13 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_15) + f32x8_splat(1e-07f));
        const f32x8 t_17 = f32x8_load(&hidden_kernel[t * 16 + 48]) - t_16;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 48], t_13);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 48], t_15);
        f32x8_store(&hidden_kernel[t * 16 + 48], t_17);
        const f32x8 adam_mlp_hidden_kernel_momentum_4 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                64]);
        const f32x8 t_18 = adam_mlp_hidden_kernel_momentum_4 + (acc_9 - adam_mlp_hidden_kernel_momentum_4) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_4 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                64]);
        const f32x8 t_19 = (acc_9 * acc_9 - adam_mlp_hidden_kernel_velocity_4) * f32x8_splat(0.001f);
        const f32x8 t_20 = adam_mlp_hidden_kernel_velocity_4 + t_19;
        const f32x8 t_21 = t_18 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_20) + f32x8_splat(1e-07f));
        const f32x8 t_22 = f32x8_load(&hidden_kernel[t * 16 + 64]) - t_21;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 64], t_18);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 64], t_20);
        f32x8_store(&hidden_kernel[t * 16 + 64], t_22);
        const f32x8 adam_mlp_hidden_kernel_momentum_5 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                80]);
        const f32x8 t_23 = adam_mlp_hidden_kernel_momentum_5 + (acc_11 - adam_mlp_hidden_kernel_momentum_5) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_5 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                80]);
        const f32x8 t_24 = (acc_11 * acc_11 - adam_mlp_hidden_kernel_velocity_5) * f32x8_splat(0.001f);
        const f32x8 t_25 = adam_mlp_hidden_kernel_velocity_5 + t_24;
        const f32x8 t_26 = t_23 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_25) + f32x8_splat(1e-07f));
        const f32x8 t_27 = f32x8_load(&hidden_kernel[t * 16 + 80]) - t_26;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 80], t_23);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 80], t_25);
        f32x8_store(&hidden_kernel[t * 16 + 80], t_27);
        const f32x8 adam_mlp_hidden_kernel_momentum_6 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                8]);
        const f32x8 t_28 = adam_mlp_hidden_kernel_momentum_6 + (acc_2 - adam_mlp_hidden_kernel_momentum_6) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_6 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                8]);
        const f32x8 t_29 = (acc_2 * acc_2 - adam_mlp_hidden_kernel_velocity_6) * f32x8_splat(0.001f);
        const f32x8 t_30 = adam_mlp_hidden_kernel_velocity_6 + t_29;
        const f32x8 t_31 = t_28 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_30) + f32x8_splat(1e-07f));
        const f32x8 t_32 = f32x8_load(&hidden_kernel[t * 16 + 8]) - t_31;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 8], t_28);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 8], t_30);
        f32x8_store(&hidden_kernel[t * 16 + 8], t_32);
        const f32x8 adam_mlp_hidden_kernel_momentum_7 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                24]);
        const f32x8 t_33 = adam_mlp_hidden_kernel_momentum_7 + (acc_4 - adam_mlp_hidden_kernel_momentum_7) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_7 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                24]);
        const f32x8 t_34 = (acc_4 * acc_4 - adam_mlp_hidden_kernel_velocity_7) * f32x8_splat(0.001f);
        const f32x8 t_35 = adam_mlp_hidden_kernel_velocity_7 + t_34;
        const f32x8 t_36 = t_33 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_35) + f32x8_splat(1e-07f));
        const f32x8 t_37 = f32x8_load(&hidden_kernel[t * 16 + 24]) - t_36;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 24], t_33);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 24], t_35);
        f32x8_store(&hidden_kernel[t * 16 + 24], t_37);
        const f32x8 adam_mlp_hidden_kernel_momentum_8 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                40]);
        const f32x8 t_38 = adam_mlp_hidden_kernel_momentum_8 + (acc_6 - adam_mlp_hidden_kernel_momentum_8) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_8 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                40]);
        const f32x8 t_39 = (acc_6 * acc_6 - adam_mlp_hidden_kernel_velocity_8) * f32x8_splat(0.001f);
        const f32x8 t_40 = adam_mlp_hidden_kernel_velocity_8 + t_39;
        const f32x8 t_41 = t_38 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_40) + f32x8_splat(1e-07f));
        const f32x8 t_42 = f32x8_load(&hidden_kernel[t * 16 + 40]) - t_41;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 40], t_38);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 40], t_40);
        f32x8_store(&hidden_kernel[t * 16 + 40], t_42);
        const f32x8 adam_mlp_hidden_kernel_momentum_9 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                56]);
        const f32x8 t_43 = adam_mlp_hidden_kernel_momentum_9 + (acc_8 - adam_mlp_hidden_kernel_momentum_9) *
                f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_9 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                56]);
        const f32x8 t_44 = (acc_8 * acc_8 - adam_mlp_hidden_kernel_velocity_9) * f32x8_splat(0.001f);
        const f32x8 t_45 = adam_mlp_hidden_kernel_velocity_9 + t_44;
        const f32x8 t_46 = t_43 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_45) + f32x8_splat(1e-07f));
        const f32x8 t_47 = f32x8_load(&hidden_kernel[t * 16 + 56]) - t_46;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 56], t_43);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 56], t_45);
        f32x8_store(&hidden_kernel[t * 16 + 56], t_47);
        const f32x8 adam_mlp_hidden_kernel_momentum_10 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                72]);
        const f32x8 t_48 = adam_mlp_hidden_kernel_momentum_10 + (acc_10 - adam_mlp_hidden_kernel_momentum_10)
                * f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_10 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                72]);
        const f32x8 t_49 = (acc_10 * acc_10 - adam_mlp_hidden_kernel_velocity_10) * f32x8_splat(0.001f);
        const f32x8 t_50 = adam_mlp_hidden_kernel_velocity_10 + t_49;
        const f32x8 t_51 = t_48 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_50) + f32x8_splat(1e-07f));
        const f32x8 t_52 = f32x8_load(&hidden_kernel[t * 16 + 72]) - t_51;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 72], t_48);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 72], t_50);
        f32x8_store(&hidden_kernel[t * 16 + 72], t_52);
        const f32x8 adam_mlp_hidden_kernel_momentum_11 = f32x8_load(&adam_mlp_hidden_kernel_momentum[t * 16 +
                88]);
        const f32x8 t_53 = adam_mlp_hidden_kernel_momentum_11 + (acc_12 - adam_mlp_hidden_kernel_momentum_11)
                * f32x8_splat(0.1f);
        const f32x8 adam_mlp_hidden_kernel_velocity_11 = f32x8_load(&adam_mlp_hidden_kernel_velocity[t * 16 +
                88]);
        const f32x8 t_54 = (acc_12 * acc_12 - adam_mlp_hidden_kernel_velocity_11) * f32x8_splat(0.001f);
        const f32x8 t_55 = adam_mlp_hidden_kernel_velocity_11 + t_54;
        const f32x8 t_56 = t_53 * f32x8_splat(adam_div_0) / (f32x8_sqrt(t_55) + f32x8_splat(1e-07f));
        const f32x8 t_57 = f32x8_load(&hidden_kernel[t * 16 + 88]) - t_56;
        f32x8_store(&adam_mlp_hidden_kernel_momentum[t * 16 + 88], t_53);
        f32x8_store(&adam_mlp_hidden_kernel_velocity[t * 16 + 88], t_55);
        f32x8_store(&hidden_kernel[t * 16 + 88], t_57);
    }
}

/* ------------------------------------------------------------ entry points */

/* inference: inputs -> outputs */
static int run_predict(const struct mlp_run *run) {
    const int64_t N = run->batch;
    void *const hidden_kernel = run->variables[0]; /* float [6, 16] */
    void *const input = run->inputs[0]; /* float [N, 6] */
    void *const hidden_bias = run->variables[1]; /* float [16] */
    void *const hidden_relu = run->arena; /* float [N, 16] */
    void *const classes_kernel = run->variables[2]; /* float [16, 3] */
    void *const classes_bias = run->variables[3]; /* float [3] */
    void *const classes_add = run->arena + N * 64; /* float [N, 3] */
    void *const output0 = run->outputs[0]; /* float [N, 3] */

    /* hidden: contract ay,yz->az add relu -> hidden_relu */
    run_tasks(k0_hidden_contract, (void *[]){hidden_kernel, input, hidden_bias, hidden_relu}, run,
            (N + 5) / 6, 356);
    /* classes: contract ay,yz->az add -> classes_add */
    run_tasks(k1_classes_contract, (void *[]){classes_kernel, hidden_relu, classes_bias, classes_add}, run,
            (N + 5) / 6, 414);
    /* classes: reduce_max sub exp reduce_sum div -> output0 */
    run_tasks(k2_classes_rows, (void *[]){classes_add, output0}, run, N, 2143);
    return 0;
}

/* forward in training mode, backward, update, metrics */
static int run_train_step(const struct mlp_run *run) {
    const int64_t N = run->batch;
    void *const hidden_kernel = run->variables[0]; /* float [6, 16] */
    void *const input = run->inputs[0]; /* float [N, 6] */
    void *const hidden_relu = run->arena + 256; /* float [N, 16] */
    void *const hidden_bias = run->variables[1]; /* float [16] */
    void *const dropout_mul = run->arena + 256 + N * 64; /* float [N, 16] */
    void *const classes_kernel = run->variables[2]; /* float [16, 3] */
    void *const classes_bias = run->variables[3]; /* float [3] */
    void *const classes_add = run->arena + 256 + N * 128; /* float [N, 3] */
    void *const count = run->variables[13]; /* float [] */
    void *const v_1 = run->variables[15]; /* float [] */
    void *const d_sparse_categorical_crossentropy_div = run->arena; /* float [] */
    void *const adam_div = run->arena + 192; /* float [] */
    void *const target0 = run->targets[0]; /* float [N] */
    void *const sample_weight0 = run->sample_weights[0]; /* float [N] */
    void *const d_sparse_categorical_crossentropy_add = run->arena + 256 + N * 320; /* float [N, 3] */
    void *const sparse_categorical_crossentropy_reduce_sum = run->arena + 256 + N * 192; /* float [N] */
    void *const accuracy_argmax = run->arena + 256 + N * 256; /* float [N] */
    void *const total = run->variables[12]; /* float [] */
    void *const v_0 = run->variables[14]; /* float [] */
    void *const adam_mlp_classes_bias_momentum = run->variables[10]; /* float [3] */
    void *const adam_mlp_classes_bias_velocity = run->variables[11]; /* float [3] */
    void *const d_classes_transpose = run->arena; /* float [3, 16] */
    void *const d_hidden_select = run->arena + 256 + N * 128; /* float [N, 16] */
    void *const adam_mlp_classes_kernel_momentum = run->variables[8]; /* float [16, 3] */
    void *const adam_mlp_classes_kernel_velocity = run->variables[9]; /* float [16, 3] */
    void *const adam_mlp_hidden_bias_momentum = run->variables[6]; /* float [16] */
    void *const adam_mlp_hidden_bias_velocity = run->variables[7]; /* float [16] */
    void *const adam_mlp_hidden_kernel_momentum = run->variables[4]; /* float [6, 16] */
    void *const adam_mlp_hidden_kernel_velocity = run->variables[5]; /* float [6, 16] */

    /*
     * hidden: contract ay,yz->az add relu -> hidden_relu
     * dropout: mul -> dropout_mul
     */
    run_tasks(k3_hidden_contract, (void *[]){hidden_kernel, input, hidden_relu, hidden_bias, dropout_mul},
            run, (N + 5) / 6, 356);
    /* classes: contract ay,yz->az add -> classes_add */
    run_tasks(k1_classes_contract, (void *[]){classes_kernel, dropout_mul, classes_bias, classes_add}, run,
            (N + 5) / 6, 414);
    /*
     * loss: add -> count
     * accuracy: add -> _1
     * d_sparse_categorical_crossentropy: div -> d_sparse_categorical_crossentropy_div
     * adam: add pow pow sub sqrt mul sub div -> adam_div
     */
    run_tasks(k4_loss_map, (void *[]){count, v_1, d_sparse_categorical_crossentropy_div, adam_div}, run, 1,
            1765);
    /*
     * classes: reduce_max sub exp reduce_sum div
     * sparse_categorical_crossentropy: log sub select reduce_sum ->
     * sparse_categorical_crossentropy_reduce_sum
     * accuracy: argmax -> accuracy_argmax
     * d_sparse_categorical_crossentropy: mul neg select reduce_sum neg div mul add ->
     * d_sparse_categorical_crossentropy_add
     */
    run_tasks(k5_classes_rows, (void *[]){classes_add, target0, d_sparse_categorical_crossentropy_div,
            sample_weight0, d_sparse_categorical_crossentropy_add, sparse_categorical_crossentropy_reduce_sum,
            accuracy_argmax}, run, N, 1072);
    /*
     * sparse_categorical_crossentropy: neg mul reduce_sum div
     * loss: mul add -> total
     * accuracy: cast reduce_sum add -> _0
     */
    run_tasks(k6_sparse_categorical_crossentropy_rows, (void *[]){sparse_categorical_crossentropy_reduce_sum,
            sample_weight0, target0, accuracy_argmax, total, v_0}, run, 1, 1464);
    /*
     * d_classes: reduce_sum
     * classes: sub mul add -> adam_mlp_classes_bias_momentum mul sub mul add ->
     * adam_mlp_classes_bias_velocity sqrt add mul div sub -> classes_bias
     */
    run_tasks(k7_d_classes_column, (void *[]){d_sparse_categorical_crossentropy_add,
            adam_mlp_classes_bias_momentum, adam_mlp_classes_bias_velocity, classes_bias, adam_div}, run, 1,
            156);
    /* d_classes: stop_gradient -> d_classes_transpose */
    run_tasks(k8_d_classes_map, (void *[]){classes_kernel, d_classes_transpose}, run, 1, 79);
    /*
     * d_classes: contract az,zy->ay
     * d_dropout: mul
     * d_hidden: select -> d_hidden_select
     */
    run_tasks(k9_d_classes_contract, (void *[]){d_classes_transpose, d_sparse_categorical_crossentropy_add,
            d_hidden_select, hidden_relu}, run, (N + 5) / 6, 452);
    /*
     * d_classes: contract ay,az->yz
     * classes: sub mul add -> adam_mlp_classes_kernel_momentum mul sub mul add ->
     * adam_mlp_classes_kernel_velocity sqrt add mul div sub -> classes_kernel
     */
    run_tasks(k10_d_classes_contract, (void *[]){d_sparse_categorical_crossentropy_add, dropout_mul,
            adam_mlp_classes_kernel_momentum, adam_mlp_classes_kernel_velocity, classes_kernel, adam_div},
            run, 3, 74);
    /*
     * d_hidden: reduce_sum
     * hidden: sub mul add -> adam_mlp_hidden_bias_momentum mul sub mul add -> adam_mlp_hidden_bias_velocity
     * sqrt add mul div sub -> hidden_bias
     */
    run_tasks(k11_d_hidden_column, (void *[]){d_hidden_select, adam_mlp_hidden_bias_momentum,
            adam_mlp_hidden_bias_velocity, hidden_bias, adam_div}, run, 1, 79);
    /*
     * d_hidden: contract ay,az->yz
     * hidden: sub mul add -> adam_mlp_hidden_kernel_momentum mul sub mul add ->
     * adam_mlp_hidden_kernel_velocity sqrt add mul div sub -> hidden_kernel
     */
    run_tasks(k12_d_hidden_contract, (void *[]){d_hidden_select, input, adam_mlp_hidden_kernel_momentum,
            adam_mlp_hidden_kernel_velocity, hidden_kernel, adam_div}, run, 1, 37);
    return 0;
}

/* ------------------------------------------------------------ interface */

const struct mlp_tensor mlp_tensors[] = {
    {"hidden/0", "kernel", 2, {6, 16}, 96, true},
    {"hidden/1", "bias", 1, {16}, 16, true},
    {"classes/0", "kernel", 2, {16, 3}, 48, true},
    {"classes/1", "bias", 1, {3}, 3, true},
    {"adam/mlp_hidden_kernel_momentum", "momentum", 2, {6, 16}, 96, false},
    {"adam/mlp_hidden_kernel_velocity", "velocity", 2, {6, 16}, 96, false},
    {"adam/mlp_hidden_bias_momentum", "momentum", 1, {16}, 16, false},
    {"adam/mlp_hidden_bias_velocity", "velocity", 1, {16}, 16, false},
    {"adam/mlp_classes_kernel_momentum", "momentum", 2, {16, 3}, 48, false},
    {"adam/mlp_classes_kernel_velocity", "velocity", 2, {16, 3}, 48, false},
    {"adam/mlp_classes_bias_momentum", "momentum", 1, {3}, 3, false},
    {"adam/mlp_classes_bias_velocity", "velocity", 1, {3}, 3, false},
    {"loss/total", "total", 0, {0}, 1, false},
    {"loss/count", "count", 0, {0}, 1, false},
    {"accuracy/0", "0", 0, {0}, 1, false},
    {"accuracy/1", "1", 0, {0}, 1, false},
};

const char *const mlp_metrics[] = {"loss", "accuracy"};

/* First values of the variables: c a; u uniform in a ... b; n normal (mean a, deviation b),
 * t the same within 2 b; i a on the diagonal; b 1 in the second quarter of the last axis.
 * type: f float, d double, i and l integers of 4 and 8 bytes, b bool. */
static const struct first_value {
    char kind, type;
    double a, b;
    int64_t seed, last; /* own seed or -1; extent of the last axis */
} first_values[] = {
    {'u', 'f', -0.5222329678670935, 0.5222329678670935, -1, 16},
    {'c', 'f', 0.0, 0.0, -1, 16},
    {'u', 'f', -0.5619514869490163, 0.5619514869490163, -1, 3},
    {'c', 'f', 0.0, 0.0, -1, 3},
    {'c', 'f', 0.0, 0.0, -1, 16},
    {'c', 'f', 0.0, 0.0, -1, 16},
    {'c', 'f', 0.0, 0.0, -1, 16},
    {'c', 'f', 0.0, 0.0, -1, 16},
    {'c', 'f', 0.0, 0.0, -1, 3},
    {'c', 'f', 0.0, 0.0, -1, 3},
    {'c', 'f', 0.0, 0.0, -1, 3},
    {'c', 'f', 0.0, 0.0, -1, 3},
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
    for (int64_t e = 0; e < mlp_tensors[i].count; e++) {
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
    need = 0 + n * 128;
    if (need > size) size = need;
    need = 256 + n * 384;
    if (need > size) size = need;
    return size;
}

size_t mlp_memory_size(int64_t max_batch) {
    if (max_batch < 1 || max_batch > INT64_C(5101422586755954)) return 0;
    const int64_t head = (int64_t)(sizeof(struct mlp) + 63) / 64 * 64, ones = (max_batch * 4 + 63) / 64 * 64;
    const int64_t size = head + 2368 + ones + arena_size(max_batch);
    return (int64_t)(size_t)size == size ? (size_t)size : 0;
}

struct mlp *mlp_init(void *memory, int64_t max_batch, uint64_t seed) {
    if (!memory || (uintptr_t)memory % 64 || !mlp_memory_size(max_batch)) return NULL;
    struct mlp *m = memory;
    char *at = (char *)memory + (sizeof *m + 63) / 64 * 64;
    memset(m, 0, sizeof *m);
    m->learning_rate = 0.001f;
    m->max_batch = max_batch;
    struct generator g = make_generator(seed, 4, 0);
    m->kernel_seed = draw_word(&g);
    m->kernel_seed |= (uint64_t)draw_word(&g) << 32;
    static const int64_t size[] = {384, 64, 192, 64, 384, 384, 64, 64, 192, 192, 64, 64, 64, 64, 64, 64, 0};
    for (int i = 0; i < MLP_VARIABLES; i++) {
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

float *mlp_weight(struct mlp *m, int i) { return i < 0 || i >= MLP_VARIABLES ? NULL : m->variables[i]; }

int mlp_find_weight(const char *key) {
    for (int i = 0; i < MLP_WEIGHTS; i++)
        if (strcmp(mlp_tensors[i].key, key) == 0) return i;
    return -1;
}

const void *mlp_weights(const struct mlp *m) { return MLP_WEIGHTS_SIZE ? m->variables[0] : NULL; }

int mlp_load_weights(struct mlp *m, const void *bytes, size_t size) {
    if (size != MLP_WEIGHTS_SIZE) return 1;
    if (size) memcpy(m->variables[0], bytes, size); /* they lie in the same order */
    return 0;
}

void mlp_reset_metrics(struct mlp *m) {
    for (int i = 12; i < 16; i++) fill_variable(i, 0, m->variables[i]);
}

static struct mlp_run start_run(struct mlp *m, int64_t n) {
    m->fault.set = 0;
    return (struct mlp_run){.batch = n,
        .step = m->step,
        .seed = m->kernel_seed,
        .learning_rate = m->learning_rate,
        .variables = m->variables,
        .arena = m->arena,
        .fault = &m->fault};
}

/* Elements that are ids or classes: 0 ... limit-1, or ignored.  type: f float, i int32_t,
 * b bytes; places begin, begin + step, ... of the `row` elements of a sample. */
static const struct id_range {
    int input; /* targets are counted after the inputs */
    char type;
    bool whole; /* a fraction is an error */
    int64_t begin, count, step, row, limit, ignored;
} id_ranges[] = {
    {1, 'f', true, 0, 1, 1, 1, 3, 0},
};

/* 1, with the first bad one in m->fault, if an id or class is out of range. */
static int check_ids(struct mlp *m, int64_t n, void *const *inputs, void *const *targets) {
    for (int r = 0; r < 1; r++) {
        const struct id_range *d = &id_ranges[r];
        const void *data = d->input < 1 ? inputs[d->input] : targets ? targets[d->input - 1] : NULL;
        for (int64_t sample = 0; data && sample < n; sample++)
            for (int64_t k = 0; k < d->count; k++) {
                const int64_t place = d->begin + k * d->step, at = sample * d->row + place;
                const double v = d->type == 'f'   ? (double)((const float *)data)[at]
                                 : d->type == 'b' ? (double)((const uint8_t *)data)[at]
                                                  : (double)((const int32_t *)data)[at];
                const bool inside = v > -1 && v < (double)d->limit;
                if (inside && (!d->whole || v == (double)(int64_t)v)) continue;
                if (v == (double)d->ignored) continue;
                m->fault.set = 1;
                m->fault.input = d->input;
                m->fault.sample = sample;
                m->fault.position = place;
                m->fault.value = v > -9e18 && v < 9e18 ? (int64_t)v : INT64_MIN;
                m->fault.limit = d->limit;
                return 1;
            }
    }
    return 0;
}

int mlp_predict(struct mlp *m, int64_t n, const float *x, float *y) {
    if (n < 1 || n > m->max_batch) return 1;
    void *const inputs[] = {(void *)x};
    void *const outputs[] = {(void *)y};
    struct mlp_run run = start_run(m, n);
    run.inputs = inputs;
    if (check_ids(m, n, inputs, NULL)) return 1;
    run.outputs = outputs;
    return run_predict(&run);
}

int mlp_train_step(struct mlp *m, int64_t n, const float *x, const float *y, const float *w) {
    if (n < 1 || n > m->max_batch) return 1;
    void *const inputs[] = {(void *)x};
    void *const targets[] = {(void *)y};
    void *const weights[] = {(void *)(w ? w : m->ones)};
    struct mlp_run run = start_run(m, n);
    run.inputs = inputs;
    if (check_ids(m, n, inputs, targets)) return 1;
    run.targets = targets;
    run.sample_weights = weights;
    if (run_train_step(&run)) return 1;
    m->step++;
    return 0;
}

