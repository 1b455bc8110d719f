/* random_kernel.c: xoshiro256++ in 16 lanes and the Box-Muller transform.
 * xoshiro256++: Blackman and Vigna, ACM Trans. Math. Softw. 47 (2021), art. 36. */
#include "random_kernel.h"
#include "elementary.h"

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

/* Two words to two independent normal numbers.
 *
 * Radius: u = (j - 1/2) 2^-52 with j in 1..2^52 from the top 52 bits of `radius`, so
 * that 0 < u < 1; r = sqrt(-2 log u). Angle: the two lowest bits of `angle` choose the
 * quadrant by two signs, the top 52 bits an angle pi/4 + psi inside it, psi uniform in
 * (-pi/4, pi/4); cos and sin of pi/4 + psi are (cos psi -+ sin psi)/sqrt(2), so no
 * swapping of the two is needed. Polynomials in psi^2 (relative error 1.4e-16 for cos,
 * 4.8e-15 for sin: at most 6.07 sqrt(1/2) 4.8e-15 = 2.1e-14 of the result), with
 * sqrt(1/2) joined to the radius: sqrt(-log u). */
static inline void box_muller_pair(uint64_t radius, uint64_t angle, double *first,
                                   double *second)
{
    const uint64_t one = 0x3ff0000000000000u;
    const uint64_t sign = 0x8000000000000000u;
    const double u = (2.0 - elementary_double((radius >> 12) | one)) - 0x1p-53;
    const double r = sqrt(-elementary_log(u));
    const double half = (elementary_double((angle >> 12) | one) - 1.5) + 0x1p-53;
    const double psi = 0x1.921fb54442d18p+0 * half;
    const double t = psi * psi;
    double c = 0x1.1b8af554d31b3p-29;
    c = fma(c, t, -0x1.27df400a3c797p-22);
    c = fma(c, t, 0x1.a019f7fd878ecp-16);
    c = fma(c, t, -0x1.6c16c163c5a72p-10);
    c = fma(c, t, 0x1.555555554e7ebp-5);
    c = fma(c, t, -0x1.fffffffffff79p-2);
    c = fma(c, t, 1.0);
    double s = -0x1.a9507f3711e2dp-26;
    s = fma(s, t, 0x1.71d7317b8ee33p-19);
    s = fma(s, t, -0x1.a019f8a207d3fp-13);
    s = fma(s, t, 0x1.1111110bde5e3p-7);
    s = fma(s, t, -0x1.5555555550efep-3);
    s = fma(s, t, 0x1.fffffffffffd9p-1);
    s *= psi;
    const double x = r * (c - s);
    const double y = r * (c + s);
    *first = elementary_double(elementary_bits(x) ^ (angle << 63));
    *second = elementary_double(elementary_bits(y) ^ ((angle << 62) & sign));
}

void ISA_NAME(xoshiro_words)(uint64_t state[4][RANDOM_LANES],
                             uint64_t words[RANDOM_BLOCK])
{
    for (int lane = 0; lane < RANDOM_LANES; lane++)
        words[lane] = xoshiro_next(state, lane);
    for (int lane = 0; lane < RANDOM_LANES; lane++)
        words[RANDOM_LANES + lane] = xoshiro_next(state, lane);
}

void ISA_NAME(box_muller)(const uint64_t words[RANDOM_BLOCK], double out[RANDOM_BLOCK])
{
#pragma omp simd
    for (int lane = 0; lane < RANDOM_LANES; lane++)
        box_muller_pair(words[lane], words[RANDOM_LANES + lane], &out[lane],
                        &out[RANDOM_LANES + lane]);
}

void ISA_NAME(xoshiro_normal)(uint64_t state[4][RANDOM_LANES], size_t count,
                              double *restrict out)
{
    /* A local copy: the compiler may keep it in registers. */
    uint64_t local[4][RANDOM_LANES];
    memcpy(local, state, sizeof local);
    for (size_t i = 0; i < count; i += RANDOM_BLOCK) {
        double *restrict block = out + i;
#pragma omp simd
        for (int lane = 0; lane < RANDOM_LANES; lane++) {
            const uint64_t radius = xoshiro_next(local, lane);
            const uint64_t angle = xoshiro_next(local, lane);
            box_muller_pair(radius, angle, &block[lane], &block[RANDOM_LANES + lane]);
        }
    }
    memcpy(state, local, sizeof local);
}
