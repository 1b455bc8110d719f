/* elementary.h: log and exp whose bits are the same on every processor.
 *
 * libm's log and exp choose their code by processor and differ in the last place, so
 * what decides a random number or a grid point is computed here with + - x / fma and
 * integer operations alone. Polynomials are Chebyshev interpolants computed with 60
 * digits. Branch-free, so that loops over them vectorise. */
#ifndef PNM_ELEMENTARY_H
#define PNM_ELEMENTARY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t elementary_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double elementary_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The double nearest to k, for |k| < 2^51: AVX2 has no conversion of 64-bit integers,
 * but k + 1.5 2^52 has k in its lowest bits. */
static inline double elementary_from_int(uint64_t k)
{
    return elementary_double(k + 0x4338000000000000u) - 0x1.8p52;
}

/* Natural logarithm of a positive, normal, finite x. Within 2 ulp of the true value
 * where |log x| > 0.4, absolute error below 2e-16 elsewhere.
 *
 * x = 2^k m with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m-1)/(m+1), and
 * atanh(s)/s is a polynomial in s^2 in [0, 0.02944] (relative error 3e-18). */
static inline double elementary_log(double x)
{
    const uint64_t sqrt_half = 0x3fe6a09e667f3bcdu;
    const uint64_t shifted = elementary_bits(x) - sqrt_half;
    /* An arithmetic shift by 52 from a logical one: the bias keeps the number positive.
     */
    const uint64_t exponent = ((shifted + (UINT64_C(1024) << 52)) >> 52) - 1024;
    const double m = elementary_double(elementary_bits(x) - (exponent << 52));
    const double k = elementary_from_int(exponent);
    const double s = (m - 1.0) / (m + 1.0);
    const double t = s * s;
    double p = 0x1.2f4d88c4fad06p-4;
    p = fma(p, t, 0x1.3999bf614de60p-4);
    p = fma(p, t, 0x1.7466994f20a7cp-4);
    p = fma(p, t, 0x1.c71c50004ffddp-4);
    p = fma(p, t, 0x1.2492494513f76p-3);
    p = fma(p, t, 0x1.999999997aeaap-3);
    p = fma(p, t, 0x1.55555555555aep-2);
    const double twice = s + s;
    const double log_m = fma(twice * t, p, twice);
    /* ln 2 in two parts; the first has 12 zero bits at the end, so k times it is exact.
     */
    return fma(k, 0x1.62e42fefa0000p-1, fma(k, 0x1.cf79abc9e3b3ap-40, log_m));
}

/* e^x for |x| <= 708, within 1 ulp: x = k ln 2 + r, |r| <= ln(2)/2, e^r a polynomial of
 * degree 12 (relative error 5e-19). */
static inline double elementary_exp(double x)
{
    const double shifted = fma(x, 0x1.71547652b82fep+0, 0x1.8p52);
    const uint64_t k = elementary_bits(shifted) - 0x4338000000000000u;
    const double kd = shifted - 0x1.8p52;
    const double r = fma(kd, -0x1.cf79abc9e3b3ap-40, fma(kd, -0x1.62e42fefa0000p-1, x));
    double p = 0x1.1f8b43f2637adp-29;
    p = fma(p, r, 0x1.af785d433f066p-26);
    p = fma(p, r, 0x1.27e4cc1847a65p-22);
    p = fma(p, r, 0x1.71dde76ab2f81p-19);
    p = fma(p, r, 0x1.a01a01adc27e2p-16);
    p = fma(p, r, 0x1.a01a01b80226cp-13);
    p = fma(p, r, 0x1.6c16c16c14d77p-10);
    p = fma(p, r, 0x1.111111110db76p-7);
    p = fma(p, r, 0x1.5555555555559p-5);
    p = fma(p, r, 0x1.5555555555562p-3);
    p = fma(p, r, 0x1.0000000000000p-1);
    p = fma(p, r, 1.0);
    p = fma(p, r, 1.0);
    return elementary_double(elementary_bits(p) + (k << 52));
}

#endif
