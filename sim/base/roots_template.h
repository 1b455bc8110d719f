/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roots_template.h: Aberth's method for numbers REAL of relative rounding ROUNDING, and
 * roots of type struct ROOT; it defines the function ROOTS. */

static inline struct ROOT TEMPLATE(product)(struct ROOT a, struct ROOT b)
{
    return (struct ROOT){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static inline struct ROOT TEMPLATE(quotient)(struct ROOT a, struct ROOT b)
{
    const REAL square = b.re * b.re + b.im * b.im;
    return (struct ROOT){(a.re * b.re + a.im * b.im) / square,
                         (a.im * b.re - a.re * b.im) / square};
}

static inline struct ROOT TEMPLATE(difference)(struct ROOT a, struct ROOT b)
{
    return (struct ROOT){a.re - b.re, a.im - b.im};
}

static inline double TEMPLATE(modulus)(struct ROOT a)
{
    return hypot((double)a.re, (double)a.im);
}

/* The polynomial, its derivative and the sum of its terms' moduli at x. */
struct TEMPLATE(value) {
    struct ROOT value, slope;
    double size;
};

static struct TEMPLATE(value) TEMPLATE(evaluate)(int n, const REAL *c, struct ROOT x)
{
    struct TEMPLATE(value) v = {.value = {1, 0}, .size = 1};
    const double modulus = TEMPLATE(modulus)(x);
    for (int k = n - 1; k >= 0; k--) {
        v.slope = TEMPLATE(product)(v.slope, x);
        v.slope.re += v.value.re;
        v.slope.im += v.value.im;
        v.value = TEMPLATE(product)(v.value, x);
        v.value.re += c[k];
        v.size = v.size * modulus + fabs((double)c[k]);
    }
    return v;
}

/* One step of root i; true if it no longer moves. */
static bool TEMPLATE(improve)(int n, const REAL *c, struct ROOT *root, int i)
{
    const struct TEMPLATE(value) v = TEMPLATE(evaluate)(n, c, root[i]);
    struct ROOT repulsion = {0, 0};
    if (TEMPLATE(modulus)(v.value) <= 0.5 * ROUNDING * v.size)
        return true;
    for (int j = 0; j < n; j++) {
        const struct ROOT apart = TEMPLATE(difference)(root[i], root[j]);
        if (j == i || (apart.re == 0 && apart.im == 0))
            continue;
        const struct ROOT own = TEMPLATE(quotient)((struct ROOT){1, 0}, apart);
        repulsion.re += own.re;
        repulsion.im += own.im;
    }
    /* value / (slope - value repulsion) */
    const struct ROOT step = TEMPLATE(quotient)(
        v.value, TEMPLATE(difference)(v.slope, TEMPLATE(product)(v.value, repulsion)));
    if (!isfinite(TEMPLATE(modulus)(step))) {
        /* A stationary point: go on beside it. */
        root[i].re += (REAL)0x1p-20 * (1 + root[i].re);
        root[i].im += (REAL)0x1p-21;
        return false;
    }
    root[i] = TEMPLATE(difference)(root[i], step);
    return TEMPLATE(modulus)(step) <= ROUNDING * TEMPLATE(modulus)(root[i]);
}

/* The bound that treats root i and its `together` - 1 nearest as one cluster, at its
 * least over the size of the cluster: in a cluster of m roots an error e of the
 * polynomial moves a root by (e / the product of the other distances)^(1/m). */
static double TEMPLATE(bound)(int n, const REAL *c, const struct ROOT *root, int i)
{
    const double noise = n * ROUNDING * TEMPLATE(evaluate)(n, c, root[i]).size;
    double distance[ROOTS_MOST], least = INFINITY, others = 1;
    int count = 0;
    for (int j = 0; j < n; j++) {
        if (j == i)
            continue;
        const double own = TEMPLATE(modulus)(TEMPLATE(difference)(root[i], root[j]));
        int at = count++;
        for (; at > 0 && distance[at - 1] > own; at--)
            distance[at] = distance[at - 1];
        distance[at] = own;
    }
    for (int m = n; m >= 1; m--) {
        least = fmin(least, pow(noise / others, 1.0 / m));
        if (m > 1)
            others *= distance[m - 2];
    }
    return least;
}

/* Whether the polynomial is 0 at the root up to the rounding that its bound assumes. */
static bool TEMPLATE(is_root)(int n, const REAL *c, struct ROOT root)
{
    const struct TEMPLATE(value) v = TEMPLATE(evaluate)(n, c, root);
    return TEMPLATE(modulus)(v.value) <= n * ROUNDING * v.size;
}

bool ROOTS(int n, const REAL *c, bool near, struct ROOT *root, double *error)
{
    bool moving = true;
    if (!near) {
        double modulus[ROOTS_MOST] = {0}, radius[ROOTS_MOST];
        for (int k = 0; k < n; k++)
            modulus[k] = fabs((double)c[k]);
        start_radii(n, modulus, radius);
        for (int i = 0; i < n; i++) {
            const double angle = 0.7 + 2 * pi * i / n;
            root[i] = (struct ROOT){radius[i] * cos(angle), radius[i] * sin(angle)};
        }
    }
    for (int round = 0; moving && round < ROUNDS; round++) {
        moving = false;
        for (int i = 0; i < n; i++)
            moving |= !TEMPLATE(improve)(n, c, root, i);
    }
    for (int i = 0; i < n; i++) {
        if (!isfinite(TEMPLATE(modulus)(root[i])))
            return false;
        /* The last bit of a root may never come to rest. */
        if (moving && !TEMPLATE(is_root)(n, c, root[i]))
            return false;
        if (error)
            error[i] = TEMPLATE(bound)(n, c, root, i);
    }
    return true;
}
