/* SPDX-License-Identifier: GPL-3.0-or-later */
/* linear_system_roots.c: eigenvalues of a linear rule, and what follows from them. */
#include "rules/linear_system.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

static double largest_element(size_t dim, const double *a)
{
    double largest = 0;
    for (size_t i = 0; i < dim * dim; i++)
        largest = fmax(largest, fabs(a[i]));
    return largest;
}

/* If the elements of a are so large that their products may overflow, balances a and
 * divides it by a power of 2. Returns that divisor, otherwise 1. */
static double shrink(size_t dim, double *a)
{
    const double fine = 0x1p200;
    double diagonal[LINEAR_STATE];
    gsl_matrix_view matrix = gsl_matrix_view_array(a, dim, dim);
    gsl_vector_view d = gsl_vector_view_array(diagonal, dim);
    if (largest_element(dim, a) < fine)
        return 1;
    gsl_linalg_balance_matrix(&matrix.matrix, &d.vector);
    const double largest = largest_element(dim, a);
    if (largest < fine)
        return 1;
    const double unit = ldexp(1, ilogb(largest));
    for (size_t i = 0; i < dim * dim; i++)
        a[i] /= unit;
    return unit;
}

/* The eigenvalues of E as doubles see them: right to about 2^-53 of the largest. */
static bool rough_eigenvalues(const struct linear_system *system, double *eigenvalues)
{
    const size_t dim = (size_t)system->dim;
    double copy[LINEAR_SIZE];
    for (size_t i = 0; i < dim * dim; i++) {
        copy[i] = (double)system->e[i];
        /* GSL's balancing does not end if sums of elements overflow. */
        if (!(fabs(copy[i]) < 0x1p1000))
            return false;
    }
    const double unit = shrink(dim, copy);
    gsl_eigen_nonsymm_workspace *workspace = gsl_eigen_nonsymm_alloc(dim);
    if (!workspace)
        return false;
    gsl_matrix_view e = gsl_matrix_view_array(copy, dim, dim);
    gsl_vector_complex_view values = gsl_vector_complex_view_array(eigenvalues, dim);
    /* Balances the matrix: momentum and theta differ in scale by the curvature. */
    gsl_eigen_nonsymm_params(0, 1, workspace);
    const int status = gsl_eigen_nonsymm(&e.matrix, &values.vector, workspace);
    gsl_eigen_nonsymm_free(workspace);
    for (size_t i = 0; i < 2 * dim; i++)
        eigenvalues[i] *= unit;
    return status == GSL_SUCCESS;
}

/* Coefficients of the characteristic polynomial of E, that of x^k at k, by Faddeev and
 * LeVerrier's recursion M <- E M + c I, c = -tr(E M)/k. */
static void characteristic(const struct linear_system *system, quad *coefficient)
{
    const int n = system->dim;
    quad m[LINEAR_SIZE] = {0}, next[LINEAR_SIZE];
    coefficient[n] = 1;
    for (int k = 1; k <= n; k++) {
        quad trace = 0;
        for (int r = 0; r < n; r++)
            m[r * n + r] += coefficient[n - k + 1];
        for (int r = 0; r < n; r++)
            for (int c = 0; c < n; c++) {
                next[r * n + c] = 0;
                for (int l = 0; l < n; l++)
                    next[r * n + c] += system->e[r * n + l] * m[l * n + c];
            }
        for (int r = 0; r < n; r++)
            trace += next[r * n + r];
        coefficient[n - k] = -trace / k;
        memcpy(m, next, (size_t)(n * n) * sizeof *m);
    }
}

struct point {
    quad re, im;
};

static struct point product(struct point a, struct point b)
{
    return (struct point){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static struct point quotient(struct point a, struct point b)
{
    const quad size = b.re * b.re + b.im * b.im;
    const struct point across = product(a, (struct point){b.re, -b.im});
    return (struct point){across.re / size, across.im / size};
}

/* A step of Ehrlich and Aberth for root k: Newton's step p/p', over 1 - (p/p') sum
 * 1/(z_k
 * - z_j), which keeps the roots apart. Returns whether the root has settled. */
static bool refine(const quad *coefficient, int n, struct point *root, int k)
{
    struct point p = {1, 0}, slope = {0, 0}, divisor = {1, 0}, z = root[k];
    for (int power = n - 1; power >= 0; power--) {
        slope = product(slope, z);
        slope.re += p.re;
        slope.im += p.im;
        p = product(p, z);
        p.re += coefficient[power];
    }
    if ((p.re == 0 && p.im == 0) || (slope.re == 0 && slope.im == 0))
        return true;
    const struct point newton = quotient(p, slope);
    for (int j = 0; j < n; j++) {
        const struct point apart = {z.re - root[j].re, z.im - root[j].im};
        if (j == k)
            continue;
        if (apart.re == 0 && apart.im == 0) {
            root[k].re -= (quad)0x1p-40 * (quad_abs(z.re) + quad_abs(z.im)) + DBL_MIN;
            return false;
        }
        const struct point share = quotient(newton, apart);
        divisor.re -= share.re;
        divisor.im -= share.im;
    }
    const struct point step = quotient(newton, divisor);
    root[k].re -= step.re;
    root[k].im -= step.im;
    return quad_abs(step.re) + quad_abs(step.im) <=
           (quad)0x1p-90 * (quad_abs(z.re) + quad_abs(z.im));
}

/* 1 - |1 + mu| for an eigenvalue mu of E: |1 + mu|^2 - 1 = 2 Re mu + |mu|^2 is formed
 * without the 1. */
static quad margin_of(struct point mu)
{
    const quad re = quad_abs(1 + mu.re), im = quad_abs(mu.im);
    const quad larger = quad_max(re, im), smaller = re + im - larger;
    const quad slope = larger > 0 ? smaller / larger : 0;
    const quad radius = larger * quad_sqrt(1 + slope * slope);
    return -(mu.re * (2 + mu.re) + mu.im * mu.im) / (1 + radius);
}

/* Whether the eigenvalue may be the one that is farthest from the centre: an eigenvalue
 * among as many as four that are almost the same is rough to 2^-13. */
static bool matters(const double *rough, int n, int k)
{
    double farthest = 0, size = 1;
    for (int j = 0; j < n; j++) {
        farthest = fmax(farthest, hypot(1 + rough[2 * j], rough[2 * j + 1]));
        size = fmax(size, hypot(rough[2 * j], rough[2 * j + 1]));
    }
    return hypot(1 + rough[2 * k], rough[2 * k + 1]) >= farthest - 0x1p-12 * size;
}

/* Eigenvalues that are almost the same do not settle to the last digit, but are as
 * right as quads allow. */
double linear_system_margin(const struct linear_system *system)
{
    enum { ROUNDS = 40 };
    const int n = system->dim;
    double rough[2 * LINEAR_STATE];
    quad coefficient[LINEAR_STATE + 1], least = INFINITY;
    struct point root[LINEAR_STATE];
    bool wanted[LINEAR_STATE], settled = false;
    if (!rough_eigenvalues(system, rough))
        return NAN;
    characteristic(system, coefficient);
    for (int k = 0; k < n; k++) {
        root[k] = (struct point){rough[2 * k], rough[2 * k + 1]};
        wanted[k] = matters(rough, n, k);
    }
    for (int round = 0; round < ROUNDS && !settled; round++) {
        settled = true;
        for (int k = 0; k < n; k++)
            if (wanted[k])
                settled = refine(coefficient, n, root, k) && settled;
    }
    for (int k = 0; k < n; k++) {
        const quad margin = margin_of(root[k]);
        if (!quad_is_finite(margin))
            return NAN;
        if (wanted[k])
            least = margin < least ? margin : least;
    }
    return (double)least;
}

double linear_system_radius(const struct linear_system *system)
{
    return 1 - linear_system_margin(system);
}

static bool stable_at(const struct rule *rule, double lr, double h)
{
    struct linear_system system;
    struct rule changed = *rule;
    changed.number[RULE_LR] = lr;
    linear_system_probe(&changed, h, &system);
    return linear_system_margin(&system) > 0;
}

double linear_system_lr_limit(const struct rule *rule, double h)
{
    /* Weight decay acts as additional curvature. */
    double stable = 1 / fmax(h, rule->decay.lambda), unstable;
    for (int i = 0; i < 30 && !stable_at(rule, stable, h); i++)
        stable /= 2;
    if (!stable_at(rule, stable, h))
        return 0;
    unstable = stable;
    for (int i = 0; i < 60 && stable_at(rule, unstable, h); i++)
        unstable *= 2;
    while (unstable - stable > 1e-12 * stable) {
        const double middle = stable + (unstable - stable) / 2;
        if (middle == stable || middle == unstable)
            break; /* no double lies between them */
        if (stable_at(rule, middle, h))
            stable = middle;
        else
            unstable = middle;
    }
    return stable;
}
