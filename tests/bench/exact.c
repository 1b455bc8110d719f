/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exact.h"

#include "rules/linear_system.h"
#include "setup.h"
#include "theory/stein.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>

/* One problem, and the covariances of theta, n x n, of which i <= j are filled in. */
struct equation {
    struct setup setup;
    struct linear_system *systems;
    double *covariance;
};

static bool problem_form_read(struct equation *p, size_t n)
{
    p->setup = (struct setup){
        .rule = "pnm", .d = n, .lr = 0.5, .low = 0.2, .high = 1, .dense = 1};
    p->systems = malloc(n * sizeof *p->systems);
    p->covariance = malloc(n * n * sizeof *p->covariance);
    const struct rule rule = setup_rule(p->setup.rule, p->setup.lr);
    if (!p->systems || !p->covariance)
        return false;
    for (size_t i = 0; i < n; i++)
        linear_system_probe(&rule, setup_curvature(&p->setup, i), &p->systems[i]);
    return true;
}

static void equation_free(struct equation *p)
{
    free(p->systems);
    free(p->covariance);
}

/* The noise is read beforehand: its powers would be a tenth of the time. */
static bool solve_pairs(struct equation *p, const double *noise)
{
    const size_t n = p->setup.d;
    struct error error;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            if (stein_covariance(&p->systems[i], &p->systems[j], noise[i * n + j],
                                 &p->covariance[i * n + j], NULL, &error) != STATUS_OK)
                return false;
    return true;
}

static double *noise_matrix(const struct setup *setup)
{
    const size_t n = setup->d;
    double *noise = malloc(n * n * sizeof *noise);
    for (size_t i = 0; noise && i < n; i++)
        for (size_t j = 0; j < n; j++)
            noise[i * n + j] = setup_noise(setup, i, j);
    return noise;
}

double exact_pairs(size_t n)
{
    /* Small problems are solved often enough to be timed. */
    const size_t turns = 1 + 10000 / (n * n);
    struct equation p;
    double seconds = NAN, *noise = NULL;
    if (problem_form_read(&p, n) && (noise = noise_matrix(&p.setup))) {
        const double start = setup_processor_now();
        bool fine = true;
        for (size_t turn = 0; turn < turns; turn++)
            fine &= solve_pairs(&p, noise);
        seconds = fine ? (setup_processor_now() - start) / (double)turns : NAN;
    }
    free(noise);
    equation_free(&p);
    return seconds;
}

/* The whole system, X = A X A' + Q: component a of mode i is number a n + i, as one
 * writes it down without knowing that modes can be taken in pairs. Both matrices are
 * size x size, column-major. */
static size_t whole_size(const struct equation *p)
{
    return p->setup.d * (size_t)p->systems[0].dim;
}

static void whole_system(const struct equation *p, double *a, double *q)
{
    const size_t n = p->setup.d, size = whole_size(p);
    for (size_t k = 0; k < size * size; k++)
        a[k] = 0;
    for (size_t row = 0; row < size; row++)
        for (size_t column = 0; column < size; column++) {
            const struct linear_system *i = &p->systems[row % n];
            const struct linear_system *j = &p->systems[column % n];
            const size_t r = row / n, c = column / n;
            double sum = 0;
            for (int k = 0; k < i->samples; k++)
                sum += (double)i->b[k][r] * (double)j->b[k][c];
            q[column * size + row] = sum * setup_noise(&p->setup, row % n, column % n);
            if (i == j)
                a[column * size + row] = linear_system_element(i, (int)r, (int)c);
        }
}

#ifdef HAVE_SLICOT

const char *const exact_other_name = "SLICOT sb03md";

size_t exact_other_most(void)
{
    return 100;
}

/* Discrete time: op(A)' X op(A) - X = scale C with op(A) = A' for TRANA = 'T'. The last
 * four arguments are the lengths of the texts, which Fortran passes unseen. */
extern void sb03md_(const char *dico, const char *job, const char *fact,
                    const char *trana, const int *n, double *a, const int *lda,
                    double *u, const int *ldu, double *c, const int *ldc, double *scale,
                    double *sep, double *ferr, double *wr, double *wi, int *iwork,
                    double *dwork, const int *ldwork, int *info, size_t, size_t, size_t,
                    size_t);

/* Overwrites a, and q by X. */
static bool solve_whole(size_t whole, double *a, double *q)
{
    const int size = (int)whole, work_size = size * (2 * size + 64);
    double scale = 0, sep, ferr;
    int info = -1;
    double *u = malloc(whole * whole * sizeof *u);
    double *values = malloc(2 * whole * sizeof *values);
    double *work = malloc((size_t)work_size * sizeof *work);
    int *iwork = malloc(whole * whole * sizeof *iwork);
    if (u && values && work && iwork) {
        for (size_t k = 0; k < whole * whole; k++)
            q[k] = -q[k];
        sb03md_("D", "X", "N", "T", &size, a, &size, u, &size, q, &size, &scale, &sep,
                &ferr, values, values + whole, iwork, work, &work_size, &info, 1, 1, 1,
                1);
    }
    free(u);
    free(values);
    free(work);
    free(iwork);
    return info == 0 && scale == 1;
}

#else

const char *const exact_other_name = "Kronecker and LU";

/* 900 unknowns; three times as many modes would be 8100, a matrix of half a gigabyte.
 */
size_t exact_other_most(void)
{
    return 10;
}

static bool solve_whole(size_t size, double *a, double *q)
{
    const size_t unknowns = size * size;
    gsl_matrix *matrix = gsl_matrix_alloc(unknowns, unknowns);
    gsl_permutation *permutation = gsl_permutation_alloc(unknowns);
    gsl_vector_view right = gsl_vector_view_array(q, unknowns);
    int sign;
    bool fine = matrix && permutation;
    /* Element (r, c) of X is unknown c size + r. */
    for (size_t row = 0; fine && row < unknowns; row++)
        for (size_t column = 0; column < unknowns; column++)
            gsl_matrix_set(matrix, row, column,
                           (row == column ? 1 : 0) -
                               a[column % size * size + row % size] *
                                   a[column / size * size + row / size]);
    fine = fine && gsl_linalg_LU_decomp(matrix, permutation, &sign) == 0 &&
           gsl_linalg_LU_svx(matrix, permutation, &right.vector) == 0;
    gsl_matrix_free(matrix);
    gsl_permutation_free(permutation);
    return fine;
}

#endif

static double largest_difference(const struct equation *p, const double *x)
{
    const size_t n = p->setup.d, size = whole_size(p);
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            const double unit =
                sqrt(p->covariance[i * n + i] * p->covariance[j * n + j]);
            const double off = fabs(x[j * size + i] - p->covariance[i * n + j]) / unit;
            largest = off > largest ? off : largest;
        }
    return largest;
}

double exact_other(size_t n, double *difference)
{
    struct equation p;
    double seconds = NAN, *a = NULL, *q = NULL, *noise = NULL;
    *difference = NAN;
    if (problem_form_read(&p, n)) {
        const size_t size = whole_size(&p);
        a = malloc(size * size * sizeof *a);
        q = malloc(size * size * sizeof *q);
        noise = noise_matrix(&p.setup);
    }
    if (a && q && noise && solve_pairs(&p, noise)) {
        whole_system(&p, a, q);
        const double start = setup_processor_now();
        const bool fine = solve_whole(whole_size(&p), a, q);
        seconds = fine ? setup_processor_now() - start : NAN;
        *difference = fine ? largest_difference(&p, q) : NAN;
    }
    free(a);
    free(q);
    free(noise);
    equation_free(&p);
    return seconds;
}
