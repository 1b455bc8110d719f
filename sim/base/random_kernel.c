/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random_kernel.c: xoshiro256++ in 16 lanes and the Box-Muller transform.
 * xoshiro256++: Blackman and Vigna, ACM Trans. Math. Softw. 47 (2021), art. 36. */
#include "base/random_kernel.h"
#include "base/elementary.h"

#include <math.h>

static inline uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static inline uint64_t xoshiro_next(uint64_t state[4][RANDOM_LANES], int lane)
{
    uint64_t s0 = state[0][lane], s1 = state[1][lane];
    uint64_t s2 = state[2][lane], s3 = state[3][lane];
    const uint64_t result = rotate_left(s0 + s3, 23) + s0;
    const uint64_t t = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotate_left(s3, 45);
    state[0][lane] = s0;
    state[1][lane] = s1;
    state[2][lane] = s2;
    state[3][lane] = s3;
    return result;
}

/* Box and Muller's transform makes two independent normal numbers of two words, in
 * three stages. sqrt(-2 log u) and the angle come from the low 52 bits of the words,
 * the quadrant from two more bits of the second. The errors stated are measured maxima
 * over the interval; the coefficients are those of minimax polynomials (Remez), rounded
 * to double by lattice reduction. */

static const uint64_t mantissa = 0x000fffffffffffffu;
static const uint64_t one = 0x3ff0000000000000u;
static const uint64_t sign = 0x8000000000000000u;

/* u = j 2^-52 with j in 1..2^52 from the low bits, u = 2^exponent m with m in
 * [sqrt(1/2), sqrt(2)): gives 2^40 exponent and s = (1 - m)/(1 + m), |s| < 0.1716, so
 * that -log m = 2 atanh(s).
 *
 * With 64 added to the exponent the difference q is positive, its top 12 bits are
 * exponent + 64. The code divides with 2^-64 m and 2^-64 in place of m and 1, which
 * gives the same s. */
static inline void reduce(uint64_t word, double *s, double *exponent)
{
    const uint64_t sqrt_half = 0x3fe6a09e667f3bcdu;
    const double u = 2.0 - elementary_double((word & mantissa) | one);
    const uint64_t q = elementary_bits(u) - (sqrt_half - (UINT64_C(64) << 52));
    const uint64_t top = q & ~mantissa;
    const double m = elementary_double(elementary_bits(u) - top);
    /* AVX2 cannot convert 64-bit integers: k | bits of 2^52 is the double 2^52 + k. */
    const double shifted = elementary_double((top >> 12) | 0x4330000000000000u);
    *s = (0x1p-64 - m) / (0x1p-64 + m);
    *exponent = shifted - (0x1p52 + 0x1p46);
}

/* -(log u)/2 = s (1 + s^2 P(s^2)) - exponent (log 2)/2; relative error 1.1e-13. */
static inline double half_log(double s, double exponent)
{
    const double t = s * s;
    double p = 0x1.8c916f6b44be3p-4;
    p = fma(p, t, 0x1.c67a8e74cba49p-4);
    p = fma(p, t, 0x1.2493248a337cbp-3);
    p = fma(p, t, 0x1.999998ca15c0cp-3);
    p = fma(p, t, 0x1.5555555565024p-2);
    return fma(exponent, -0x1.62e42fefa39efp-42, fma(s * t, p, s));
}

/* sqrt(-2 log u) times (cos, sin) of an angle: with h uniform in [-1/2, 1/2) the angle
 * is pi/4 + psi, psi = (pi/2) h, and cos, sin of it are (cos psi -+ sin psi)/sqrt(2):
 * nothing is swapped. The polynomials are sqrt(2) cos and sqrt(2) sin of psi in h^2
 * (absolute errors 8e-14 and 7e-15), the two highest bits the signs. */
static inline void rotate(double half_square, uint64_t word, double *first,
                          double *second)
{
    const double r = sqrt(half_square);
    const double h = elementary_double((word & mantissa) | one) - 1.5;
    const double t = h * h;
    double c = -0x1.26d0887a77a96p-15;
    c = fma(c, t, 0x1.54c235f5bba32p-10);
    c = fma(c, t, -0x1.e36a9d6308807p-6);
    c = fma(c, t, 0x1.6f5a49a07320dp-2);
    c = fma(c, t, -0x1.bea5b6071247dp0);
    c = fma(c, t, 0x1.6a09e667f3a6bp0);
    double s = -0x1.518643c7f66bdp-18;
    s = fma(s, t, 0x1.dbcdf20da5bf5p-13);
    s = fma(s, t, -0x1.b1e9e9eef2dc1p-8);
    s = fma(s, t, 0x1.cda1062f5c03bp-4);
    s = fma(s, t, -0x1.d3ba5c1c5947bp-1);
    s = fma(s, t, 0x1.1c5831add62cfp1);
    const double rc = r * c, rh = r * h;
    *first = elementary_double(elementary_bits(fma(-rh, s, rc)) ^ (word & sign));
    *second = elementary_double(elementary_bits(fma(rh, s, rc)) ^ ((word << 1) & sign));
}

static void xoshiro_words(uint64_t state[4][RANDOM_LANES], uint64_t words[RANDOM_BLOCK])
{
    for (int lane = 0; lane < RANDOM_LANES; lane++)
        words[lane] = xoshiro_next(state, lane);
    for (int lane = 0; lane < RANDOM_LANES; lane++)
        words[RANDOM_LANES + lane] = xoshiro_next(state, lane);
}

static void box_muller(const uint64_t words[RANDOM_BLOCK], double out[RANDOM_BLOCK])
{
#pragma omp simd
    for (int lane = 0; lane < RANDOM_LANES; lane++) {
        double s, exponent;
        reduce(words[lane], &s, &exponent);
        rotate(half_log(s, exponent), words[RANDOM_LANES + lane], &out[lane],
               &out[RANDOM_LANES + lane]);
    }
}

/* Computes many blocks. Each would wait for its division and its square root; so the
 * rotation of a block runs beside the logarithm of the next and the words and reduction
 * of the one after. The numbers are those of box_muller(xoshiro_words()). */
static void many_blocks(uint64_t state[4][RANDOM_LANES], size_t blocks,
                        double *restrict out)
{
    /* A local copy: the compiler may keep it in registers. */
    uint64_t local[4][RANDOM_LANES];
    double half_square[RANDOM_LANES];               /* block k */
    uint64_t angle[RANDOM_LANES];                   /* block k */
    double s[RANDOM_LANES], exponent[RANDOM_LANES]; /* block k + 1 */
    uint64_t next_angle[RANDOM_LANES];              /* block k + 1 */
    memcpy(local, state, sizeof local);
#pragma omp simd
    for (int lane = 0; lane < RANDOM_LANES; lane++) {
        reduce(xoshiro_next(local, lane), &s[lane], &exponent[lane]);
        half_square[lane] = half_log(s[lane], exponent[lane]);
        angle[lane] = xoshiro_next(local, lane);
        reduce(xoshiro_next(local, lane), &s[lane], &exponent[lane]);
        next_angle[lane] = xoshiro_next(local, lane);
    }
    for (size_t k = 0; k + 2 < blocks; k++, out += RANDOM_BLOCK) {
#pragma omp simd
        for (int lane = 0; lane < RANDOM_LANES; lane++) {
            double fresh_s, fresh_exponent;
            reduce(xoshiro_next(local, lane), &fresh_s, &fresh_exponent);
            const uint64_t fresh_angle = xoshiro_next(local, lane);
            rotate(half_square[lane], angle[lane], &out[lane],
                   &out[RANDOM_LANES + lane]);
            half_square[lane] = half_log(s[lane], exponent[lane]);
            angle[lane] = next_angle[lane];
            s[lane] = fresh_s;
            exponent[lane] = fresh_exponent;
            next_angle[lane] = fresh_angle;
        }
    }
#pragma omp simd
    for (int lane = 0; lane < RANDOM_LANES; lane++) {
        rotate(half_square[lane], angle[lane], &out[lane], &out[RANDOM_LANES + lane]);
        rotate(half_log(s[lane], exponent[lane]), next_angle[lane],
               &out[RANDOM_BLOCK + lane], &out[RANDOM_BLOCK + RANDOM_LANES + lane]);
    }
    memcpy(state, local, sizeof local);
}

static void xoshiro_normal(uint64_t state[4][RANDOM_LANES], size_t count,
                           double *restrict out)
{
    const size_t blocks = count / RANDOM_BLOCK;
    if (blocks >= 2) {
        many_blocks(state, blocks, out);
    } else if (blocks == 1) {
        uint64_t words[RANDOM_BLOCK];
        xoshiro_words(state, words);
        box_muller(words, out);
    }
}

const struct random_kernel ISA_NAME(random_kernel) = {
    .words = xoshiro_words,
    .box_muller = box_muller,
    .normal = xoshiro_normal,
    .stable = ISA_NAME(noise_law_stable),
    .student = ISA_NAME(noise_law_student),
};
