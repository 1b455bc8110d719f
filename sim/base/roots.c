/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/roots.h"

#include <float.h>
#include <math.h>

enum { ROUNDS = 200 };
static const double pi = 3.14159265358979323846;

/* The moduli that roots have if they lie far apart: the slopes of the upper convex hull
 * of the points (k, log |c_k|), each as often as its edge is long (Bini, Numerical
 * Algorithms 13, 1996). */
static void start_radii(int n, const double *modulus, double *radius)
{
    int k = 0;
    while (k < n && modulus[k] == 0)
        radius[k++] = 0;
    while (k < n) {
        int end = n;
        double least = log(modulus[k]) / (n - k); /* log of c_n = 1 is 0 */
        for (int next = k + 1; next < n; next++) {
            const double slope = modulus[next] == 0
                                     ? INFINITY
                                     : log(modulus[k] / modulus[next]) / (next - k);
            if (slope < least) {
                least = slope;
                end = next;
            }
        }
        while (k < end)
            radius[k++] = exp(least);
    }
}

#define TEMPLATE(name) double_##name
#define ROOTS roots_double
#define ROOT root
#define REAL double
#define ROUNDING DBL_EPSILON
#include "base/roots_template.h"
#undef TEMPLATE
#undef ROOTS
#undef ROOT
#undef REAL
#undef ROUNDING

#define TEMPLATE(name) quad_##name
#define ROOTS roots_quad
#define ROOT root_quad
#define REAL quad
#define ROUNDING ((double)QUAD_EPSILON)
#include "base/roots_template.h"
