/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/linear_system.h"

#include "rules/matrices.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

void linear_system_probe(const struct rule *rule, double h,
                         struct linear_system *system)
{
    const int dim = 1 + rule->kind->slots;
    const int samples = rule->kind->samples;
    *system = (struct linear_system){.dim = dim, .samples = samples};
    if (rule->kind->matrices && matrices_are_curved(&rule->matrices)) {
        /* Its gradients may be taken elsewhere than at theta, which no probe can do. */
        rule->kind->matrices(rule, h, system->a, system->b[0]);
        return;
    }
    for (int column = 0; column < dim + samples; column++) {
        double state[LINEAR_STATE] = {0}, gradient[RULE_MAX_SAMPLES];
        if (column < dim)
            state[column] = 1;
        for (int k = 0; k < samples; k++)
            gradient[k] = h * state[0] + (column == dim + k ? 1 : 0);
        rule->kind->step(rule, 0, 1, gradient, &state[0], &state[1]);
        for (int row = 0; row < dim; row++)
            if (column < dim)
                system->a[row * dim + column] = state[row];
            else
                system->b[column - dim][row] = state[row];
    }
}

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

double linear_system_radius(const struct linear_system *system)
{
    const size_t dim = (size_t)system->dim;
    double copy[LINEAR_SIZE], eigenvalues[2 * LINEAR_STATE], radius = 0;
    memcpy(copy, system->a, sizeof copy);
    /* GSL's balancing does not end if sums of elements overflow. */
    for (size_t i = 0; i < dim * dim; i++)
        if (!(fabs(copy[i]) < 0x1p1000))
            return NAN;
    const double unit = shrink(dim, copy);
    gsl_eigen_nonsymm_workspace *workspace = gsl_eigen_nonsymm_alloc(dim);
    if (!workspace)
        return NAN;
    gsl_matrix_view a = gsl_matrix_view_array(copy, dim, dim);
    gsl_vector_complex_view e = gsl_vector_complex_view_array(eigenvalues, dim);
    /* Balances the matrix: momentum and theta differ in scale by the curvature. */
    gsl_eigen_nonsymm_params(0, 1, workspace);
    const int status = gsl_eigen_nonsymm(&a.matrix, &e.vector, workspace);
    gsl_eigen_nonsymm_free(workspace);
    for (size_t i = 0; i < dim; i++)
        radius = fmax(radius, hypot(eigenvalues[2 * i], eigenvalues[2 * i + 1]));
    return status == GSL_SUCCESS ? radius * unit : NAN;
}

/* out = a x for n x n a and n x m x. */
static void multiply(int n, int m, const double *a, const double *x, double *out)
{
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += a[r * n + k] * x[k * m + c];
            out[r * m + c] = sum;
        }
}

/* x <- a x b' for n x n a, m x m b, n x m x. */
static void congruence(int n, int m, const double *a, const double *b, double *x)
{
    double left[LINEAR_SIZE];
    multiply(n, m, a, x, left);
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++) {
            double sum = 0;
            for (int k = 0; k < m; k++)
                sum += left[r * m + k] * b[c * m + k];
            x[r * m + c] = sum;
        }
}

static void square(int n, double *a)
{
    double out[LINEAR_SIZE];
    multiply(n, n, a, a, out);
    memcpy(a, out, (size_t)(n * n) * sizeof *a);
}

void linear_system_apply(const struct linear_system *i, const struct linear_system *j,
                         double *x)
{
    congruence(i->dim, j->dim, i->a, j->a, x);
}

void linear_system_noise(const struct linear_system *i, const struct linear_system *j,
                         double covariance, double *q)
{
    for (int r = 0; r < i->dim; r++)
        for (int c = 0; c < j->dim; c++) {
            double sum = 0;
            for (int k = 0; k < i->samples; k++)
                sum += i->b[k][r] * j->b[k][c];
            q[r * j->dim + c] = covariance * sum;
        }
}

static void identity(int n, double *a)
{
    memset(a, 0, (size_t)(n * n) * sizeof *a);
    for (int r = 0; r < n; r++)
        a[r * n + r] = 1;
}

/* Computes f_m and w_m for growing m, from the highest bit of count down: m doubles,
 * then grows by one if the bit is set. p = A_i^m, r = A_j^m.
 *   f_2m = f_m + p f_m r',  w_2m = w_m + p (w_m + m f_m) r'
 *   f_{m+1} = f_m + p x r', w_{m+1} = w_m + m p x r' */
void linear_system_sums(const struct linear_system *i, const struct linear_system *j,
                        const double *x, uint64_t count, double *f, double *weighted)
{
    const int n = i->dim, m = j->dim;
    const size_t bytes = (size_t)(n * m) * sizeof *f;
    double p[LINEAR_SIZE], r[LINEAR_SIZE], w[LINEAR_SIZE] = {0}, term[LINEAR_SIZE];
    double length = 0;
    identity(n, p);
    identity(m, r);
    memset(f, 0, bytes);
    for (int bit = 63; bit >= 0; bit--) {
        if (length > 0) {
            memcpy(term, f, bytes);
            congruence(n, m, p, r, term);
            for (int k = 0; k < n * m; k++) {
                const double lagged = w[k] + length * f[k];
                f[k] += term[k];
                term[k] = lagged;
            }
            congruence(n, m, p, r, term);
            for (int k = 0; k < n * m; k++)
                w[k] += term[k];
            square(n, p);
            square(m, r);
            length *= 2;
        }
        if (!((count >> bit) & 1))
            continue;
        memcpy(term, x, bytes);
        congruence(n, m, p, r, term);
        for (int k = 0; k < n * m; k++) {
            f[k] += term[k];
            w[k] += length * term[k];
        }
        double next[LINEAR_SIZE];
        multiply(n, n, i->a, p, next);
        memcpy(p, next, (size_t)(n * n) * sizeof *p);
        multiply(m, m, j->a, r, next);
        memcpy(r, next, (size_t)(m * m) * sizeof *r);
        length += 1;
    }
    if (weighted)
        memcpy(weighted, w, bytes);
}

void linear_system_power(const struct linear_system *i, const struct linear_system *j,
                         uint64_t t, double *x)
{
    double p[LINEAR_SIZE], r[LINEAR_SIZE];
    memcpy(p, i->a, sizeof p);
    memcpy(r, j->a, sizeof r);
    for (; t > 0; t >>= 1) {
        if (t & 1)
            congruence(i->dim, j->dim, p, r, x);
        square(i->dim, p);
        square(j->dim, r);
    }
}

int linear_system_stationary(const struct linear_system *i,
                             const struct linear_system *j, const double *q, double *s,
                             struct error *error)
{
    const int n = i->dim, m = j->dim;
    double p[LINEAR_SIZE], r[LINEAR_SIZE], term[LINEAR_SIZE];
    memcpy(p, i->a, sizeof p);
    memcpy(r, j->a, sizeof r);
    memcpy(s, q, (size_t)(n * m) * sizeof *s);
    for (int doubling = 0; doubling < 62; doubling++) {
        bool settled = true, finite = true;
        memcpy(term, s, (size_t)(n * m) * sizeof *s);
        congruence(n, m, p, r, term);
        for (int k = 0; k < n * m; k++) {
            settled = settled && fabs(term[k]) <= 0x1p-60 * fabs(s[k]);
            s[k] += term[k];
            finite = finite && isfinite(s[k]);
        }
        if (!finite)
            break; /* the sum diverges */
        if (settled)
            return STATUS_OK;
        square(n, p);
        square(m, r);
    }
    return error_about(error, STATUS_SOFTWARE, "lr",
                       "the rule is at its limit of stability: the stationary "
                       "covariance did not settle in 2^62 steps");
}

int linear_system_mean(const struct linear_system *system, const double *d,
                       double *mean, struct error *error)
{
    const size_t dim = (size_t)system->dim;
    double matrix[LINEAR_SIZE], right[LINEAR_STATE];
    size_t index[LINEAR_STATE];
    int sign;
    for (size_t k = 0; k < dim * dim; k++)
        matrix[k] = (k % (dim + 1) == 0 ? 1 : 0) - system->a[k];
    memcpy(right, d, dim * sizeof *right);
    gsl_matrix_view m = gsl_matrix_view_array(matrix, dim, dim);
    gsl_vector_view b = gsl_vector_view_array(right, dim);
    gsl_vector_view x = gsl_vector_view_array(mean, dim);
    gsl_permutation permutation = {dim, index};
    if (gsl_linalg_LU_decomp(&m.matrix, &permutation, &sign) ||
        gsl_linalg_LU_solve(&m.matrix, &permutation, &b.vector, &x.vector))
        return error_about(error, STATUS_SOFTWARE, "lr",
                           "the rule is at its limit of stability: the stationary mean "
                           "has no solution");
    return STATUS_OK;
}

void linear_system_probe_drift(const struct rule *rule, double theta_star, double *d)
{
    const double gradient[RULE_MAX_SAMPLES] = {0};
    memset(d, 0, LINEAR_STATE * sizeof *d);
    d[0] = theta_star;
    rule->kind->step(rule, 0, 1, gradient, &d[0], &d[1]);
    d[0] -= theta_star;
}

void linear_system_at(const struct linear_system *i, const struct linear_system *j,
                      double noise, double offset_i, uint64_t t, double *mean,
                      double *covariance)
{
    struct linear_system one = {.dim = 1, .a = {1}};
    double q[LINEAR_SIZE], f[LINEAR_SIZE], state[LINEAR_SIZE] = {offset_i};
    linear_system_noise(i, j, noise, q);
    linear_system_sums(i, j, q, t, f, NULL);
    linear_system_power(i, &one, t, state);
    *mean = state[0];
    *covariance = f[0];
}

static bool stable_at(const struct rule *rule, double lr, double h)
{
    struct linear_system system;
    struct rule changed = *rule;
    changed.number[RULE_LR] = lr;
    linear_system_probe(&changed, h, &system);
    return linear_system_radius(&system) < 1;
}

double linear_system_lr_limit(const struct rule *rule, double h)
{
    /* Weight decay acts as additional curvature. */
    double stable = 1 / fmax(h, rule->decay.lambda), unstable;
    /* Below 2^-30 of it rounding hides whether the radius is below 1. */
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
