/* SPDX-License-Identifier: GPL-3.0-or-later */
/* elementary.h: log, exp and sine whose bits are the same on every processor.
 *
 * libm's log and exp choose their code by processor and differ in the last place, so
 * what decides a random number, a grid point or a loss is computed here with + - x /
 * fma and integer operations alone. Polynomials are Chebyshev interpolants computed
 * with 60 digits. Branch-free, so that loops over them vectorise. */
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
    /* A logical shift does for an arithmetic one: the bias keeps the number positive.
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

/* x = k ln 2 + r with |r| <= ln(2)/2: returns r, and k modulo 2^64. |x| <= 708. */
static inline double elementary_exp_reduce(double x, uint64_t *k)
{
    const double shifted = fma(x, 0x1.71547652b82fep+0, 0x1.8p52);
    const double kd = shifted - 0x1.8p52;
    *k = elementary_bits(shifted) - 0x4338000000000000u;
    return fma(kd, -0x1.cf79abc9e3b3ap-40, fma(kd, -0x1.62e42fefa0000p-1, x));
}

/* (e^r - 1 - r) / r^2 for |r| <= ln(2)/2: with it e^r has a relative error of 5e-19. */
static inline double elementary_exp_tail(double r)
{
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
    return fma(p, r, 0x1.0000000000000p-1);
}

/* e^x for |x| <= 708, within 1 ulp. */
static inline double elementary_exp(double x)
{
    uint64_t k;
    const double r = elementary_exp_reduce(x, &k);
    const double p = fma(fma(elementary_exp_tail(r), r, 1.0), r, 1.0);
    return elementary_double(elementary_bits(p) + (k << 52));
}

/* e^x - 1 for |x| <= 708, within 2 ulp, however small x is: 2^k (e^r - 1) + (2^k - 1).
 * The second term is exact up to 2^53 and 0 for |x| <= ln(2)/2. */
static inline double elementary_expm1(double x)
{
    uint64_t k;
    const double r = elementary_exp_reduce(x, &k);
    const double power = elementary_double(elementary_bits(1.0) + (k << 52));
    return fma(power, fma(r * r, elementary_exp_tail(r), r), power - 1.0);
}

/* tanh x, within 4 ulp, however small x is: with m = e^(-2|x|) - 1 it is -m/(2 + m),
 * and 1 from |x| = 20 on. */
static inline double elementary_tanh(double x)
{
    const double a = fabs(x), m = elementary_expm1(-2.0 * (a < 20 ? a : 20));
    return copysign(m / (2.0 + m), x);
}

/* log(1 + x) for finite x >= -1 + 2^-53, within 4 ulp, however small x is: 1 + x is
 * rounded to u, and (x - (u - 1))/u makes up for it to first order. */
static inline double elementary_log1p(double x)
{
    const double u = 1.0 + x;
    return elementary_log(u) + (x - (u - 1.0)) / u;
}

/* sin(pi x), within 3 ulp for |x| < 2^51; 0 beyond, where doubles are halves apart.
 * x = k + r with |r| <= 1/2, exactly; sin(pi r)/r is a polynomial in r^2 in [0, 1/4]
 * (relative error 1e-16, nearly all of it the rounding of its coefficients). */
static inline double elementary_sin_pi(double x)
{
    const double shifted = x + 0x1.8p52;
    const uint64_t odd = elementary_bits(shifted) << 63;
    const double whole = fabs(x) < 0x1p51 ? shifted - 0x1.8p52 : x;
    const double r = x - whole;
    const double t = r * r;
    double p = -0x1.7ed4cd7222586p-26;
    p = fma(p, t, 0x1.aabbe3815eb60p-21);
    p = fma(p, t, -0x1.6fad488852625p-16);
    p = fma(p, t, 0x1.e8f4338e03a66p-12);
    p = fma(p, t, -0x1.e3074fdc520eap-8);
    p = fma(p, t, 0x1.50783487ec19ap-4);
    p = fma(p, t, -0x1.32d2cce62bd57p-1);
    p = fma(p, t, 0x1.466bc6775aae2p+1);
    p = fma(p, t, -0x1.4abbce625be53p+2);
    const double sine = fma(r * t, p, r * 0x1.921fb54442d18p+1);
    return elementary_double(elementary_bits(sine) ^ odd);
}

#endif
