/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/example_moments.h"

#include "base/interrupt.h"
#include "base/quad.h"
#include "rules/mean_square.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STATE = LINEAR_STATE };

bool example_moments_affordable(size_t n, size_t rows)
{
    const double pairs = (double)n * (double)(n + 1) / 2;
    return n <= EXAMPLE_MOMENTS_FEATURES &&
           (double)rows * pairs * pairs <= EXAMPLE_MOMENTS_PRODUCTS;
}

size_t example_moments_pairs(size_t n)
{
    return n * (n + 1) / 2;
}

size_t example_moments_pair(size_t n, size_t i, size_t j)
{
    const size_t low = i < j ? i : j, high = i < j ? j : i;
    if (low == high)
        return low;
    return n + low * (2 * n - low - 1) / 2 + (high - low - 1);
}

/* --- the moments ------------------------------------------------------------------ */

/* Sets product[pairs] to x_i x_j. */
static void products_of(size_t n, const double *x, double *product)
{
    size_t k = n;
    for (size_t i = 0; i < n; i++)
        product[i] = x[i] * x[i];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            product[k++] = x[i] * x[j];
}

enum { TOGETHER = 4 }; /* examples whose products are added at once */

/* Adds what TOGETHER examples with these products give; those that a file lacks at its
 * end are zeros. */
static void add(struct example_moments *own, const double *x, const double *e,
                const double *product)
{
    const size_t n = own->n, pairs = own->pairs;
    const double *w0 = product, *w1 = w0 + pairs, *w2 = w1 + pairs, *w3 = w2 + pairs;
    for (size_t p = 0; p < pairs; p++) {
        double *restrict row = own->fourth + p * pairs;
        const double a0 = w0[p], a1 = w1[p], a2 = w2[p], a3 = w3[p];
        for (size_t q = p; q < pairs; q++)
            row[q] += (a0 * w0[q] + a1 * w1[q]) + (a2 * w2[q] + a3 * w3[q]);
        for (size_t k = 0; k < TOGETHER; k++) {
            const double part = e[k] * product[k * pairs + p];
            own->second[p] += e[k] * part;
            for (size_t i = 0; i < n; i++)
                own->third[p * n + i] += part * x[k * n + i];
        }
    }
}

/* Divides the sums by N and fills what symmetry gives. */
static void finish(struct example_moments *own)
{
    const double rows = (double)own->rows;
    for (size_t p = 0; p < own->pairs; p++) {
        own->second[p] /= rows;
        for (size_t i = 0; i < own->n; i++)
            own->third[p * own->n + i] /= rows;
        for (size_t q = p; q < own->pairs; q++)
            own->fourth[q * own->pairs + p] = own->fourth[p * own->pairs + q] /= rows;
    }
}

int example_moments_init(struct example_moments *own, size_t n, size_t rows,
                         const double *x, const double *e, struct error *error)
{
    const size_t pairs = example_moments_pairs(n);
    *own = (struct example_moments){
        .n = n,
        .pairs = pairs,
        .rows = rows,
        .second = calloc(pairs + 1, sizeof *own->second),
        .third = calloc(pairs * n + 1, sizeof *own->third),
        .fourth = calloc(pairs * pairs + 1, sizeof *own->fourth),
    };
    double *room = calloc(TOGETHER * (pairs + n + 1), sizeof *room);
    int status = STATUS_OK;
    if (!own->second || !own->third || !own->fourth || !room)
        status = error_memory(error, "the moments of the examples");
    for (size_t row = 0; status == STATUS_OK && row < rows; row += TOGETHER) {
        double *product = room, *some = room + TOGETHER * pairs,
               *rest = some + TOGETHER * n;
        const size_t count = rows - row < TOGETHER ? rows - row : TOGETHER;
        memset(room, 0, TOGETHER * (pairs + n + 1) * sizeof *room);
        memcpy(some, x + row * n, count * n * sizeof *x);
        memcpy(rest, e + row, count * sizeof *e);
        for (size_t k = 0; k < count; k++)
            products_of(n, some + k * n, product + k * pairs);
        add(own, some, rest, product);
        status = interrupt_check(error);
    }
    if (status == STATUS_OK)
        finish(own);
    free(room);
    return status;
}

void example_moments_free(struct example_moments *own)
{
    free(own->second);
    free(own->third);
    free(own->fourth);
    *own = (struct example_moments){.n = 0};
}

/* --- the covariance of gradients -------------------------------------------------- */

/* How often a pair of the list stands in the matrix. */
static double times(const struct example_moments *moments, size_t pair)
{
    return pair < moments->n ? 1 : 2;
}

/* Sets out[pairs] to what M adds to B C: sum_k x_k x_k' (x_k'M x_k)/N - H M H. */
static void apply(const struct mean_square *own, const double *second, double *out)
{
    const struct example_moments *moments = own->examples;
    const size_t n = moments->n, pairs = moments->pairs;
    memset(out, 0, pairs * sizeof *out);
    for (size_t p = 0; p < pairs; p++) {
        const double factor = times(moments, p) * second[p];
        const double *restrict row = moments->fourth + p * pairs;
        for (size_t q = 0; q < pairs; q++)
            out[q] += factor * row[q];
    }
    size_t k = n;
    for (size_t i = 0; i < n; i++)
        out[i] -= own->h[i] * own->h[i] * second[i];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++, k++)
            out[k] -= own->h[i] * own->h[j] * second[k];
}

void example_moments_noise(const struct mean_square *own, const double *second,
                           const double *mean, double *noise)
{
    const struct example_moments *moments = own->examples;
    const size_t n = moments->n;
    apply(own, second, noise);
    for (size_t p = 0; p < moments->pairs; p++) {
        double moved = 0;
        for (size_t i = 0; mean && i < n; i++)
            moved += moments->third[p * n + i] * mean[i];
        noise[p] = (noise[p] + moments->second[p] - 2 * moved) / own->batch;
    }
}

/* --- the stationary law ----------------------------------------------------------- */

/* With y = L(v c)/B the quotient of sums of v c y and of v c c is that of Rayleigh,
 * because L is symmetric. It settles in half as many steps as the vector does. */
int example_moments_gain(const struct mean_square *own, const double *unit,
                         double *gain, struct error *error)
{
    enum { STEPS = 20000, SETTLED = 4 };
    static const double tolerance = 1e-14;
    const struct example_moments *moments = own->examples;
    const size_t n = moments->n, pairs = moments->pairs;
    double *c = calloc(3 * pairs + 1, sizeof *c);
    int status = c ? STATUS_OK : error_memory(error, "the pairs of modes"), settled = 0;
    double *m = c ? c + pairs : NULL, *y = c ? c + 2 * pairs : NULL;
    *gain = 0;
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        c[i] = own->h[i];
    for (int k = 0; status == STATUS_OK && k < STEPS && settled < SETTLED; k++) {
        double above = 0, below = 0, largest = 0;
        for (size_t p = 0; p < pairs; p++)
            m[p] = unit[p] * c[p];
        apply(own, m, y);
        for (size_t p = 0; p < pairs; p++) {
            above += times(moments, p) * m[p] * y[p] / own->batch;
            below += times(moments, p) * m[p] * c[p];
            largest = fmax(largest, fabs(y[p]));
        }
        const double now = above / below;
        if (!isfinite(now) || largest == 0) {
            *gain = above == 0 ? 0 : INFINITY;
            break;
        }
        settled = fabs(now - *gain) <= tolerance * fabs(now) ? settled + 1 : 0;
        *gain = now;
        for (size_t p = 0; p < pairs; p++)
            c[p] = y[p] / largest;
        status = interrupt_check(error);
    }
    free(c);
    return status;
}

/* Sets matrix[pairs x pairs] to I - L diag(v)/B in the pairs of C. */
static void fill(const struct mean_square *own, const double *unit, double *matrix)
{
    const struct example_moments *moments = own->examples;
    const size_t n = moments->n, pairs = moments->pairs;
    for (size_t p = 0; p < pairs; p++)
        for (size_t q = 0; q < pairs; q++)
            matrix[p * pairs + q] = (p == q) - times(moments, q) *
                                                   moments->fourth[p * pairs + q] *
                                                   unit[q] / own->batch;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            const size_t p = example_moments_pair(n, i, j);
            matrix[p * pairs + p] += own->h[i] * own->h[j] * unit[p] / own->batch;
        }
}

/* Replaces matrix[n x n] by its factors, rows exchanged as order[n] says. */
static int factor(size_t n, double *matrix, size_t *order, struct error *error)
{
    for (size_t k = 0; k < n; k++)
        order[k] = k;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(matrix[order[i] * n + k]) > fabs(matrix[order[pivot] * n + k]))
                pivot = i;
        const size_t chosen = order[pivot];
        const double *restrict from = matrix + chosen * n;
        order[pivot] = order[k];
        order[k] = chosen;
        if (!(fabs(from[k]) > 0))
            return error_set(error, STATUS_SOFTWARE,
                             "the stationary second moments have no finite value");
        for (size_t i = k + 1; i < n; i++) {
            double *restrict row = matrix + order[i] * n;
            const double part = row[k] /= from[k];
            for (size_t c = k + 1; part != 0 && c < n; c++)
                row[c] -= part * from[c];
        }
        const int status = interrupt_check(error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* Solves by the factors. */
static void substitute(size_t n, const double *factors, const size_t *order,
                       const double *right, double *found)
{
    for (size_t i = 0; i < n; i++) {
        const double *row = factors + order[i] * n;
        found[i] = right[order[i]];
        for (size_t c = 0; c < i; c++)
            found[i] -= row[c] * found[c];
    }
    for (size_t i = n; i-- > 0;) {
        const double *row = factors + order[i] * n;
        for (size_t c = i + 1; c < n; c++)
            found[i] -= row[c] * found[c];
        found[i] /= row[i];
    }
}

/* Solves for noise, which holds the right-hand side at first, and mends the solution
 * once by a residual in quads. */
static int solve(size_t pairs, const double *matrix, double *noise, struct error *error)
{
    double *factors = malloc((pairs + 2) * pairs * sizeof *factors);
    size_t *order = malloc(pairs * sizeof *order);
    int status = STATUS_OK;
    if (!factors || !order) {
        status = error_memory(error, "the pairs of modes");
        goto out;
    }
    double *found = factors + pairs * pairs, *left = found + pairs;
    memcpy(factors, matrix, pairs * pairs * sizeof *factors);
    status = factor(pairs, factors, order, error);
    if (status != STATUS_OK)
        goto out;
    substitute(pairs, factors, order, noise, found);
    for (size_t p = 0; p < pairs; p++) {
        quad rest = noise[p];
        for (size_t q = 0; q < pairs; q++)
            rest -= (quad)matrix[p * pairs + q] * found[q];
        left[p] = (double)rest;
    }
    substitute(pairs, factors, order, left, noise);
    for (size_t p = 0; p < pairs; p++)
        noise[p] += found[p];
out:
    free(factors);
    free(order);
    return status;
}

/* M = v C + m m', so that C = L(v C)/B + what it is at M = m m'. */
int example_moments_solve(const struct mean_square *own, const double *unit,
                          const double *offset, double *noise, struct error *error)
{
    const struct example_moments *moments = own->examples;
    const size_t pairs = moments->pairs;
    double *moved = calloc(pairs + 1, sizeof *moved);
    double *matrix = calloc(pairs * pairs + 1, sizeof *matrix);
    int status = STATUS_OK;
    if (!moved || !matrix) {
        status = error_memory(error, "the pairs of modes");
        goto out;
    }
    if (offset)
        products_of(moments->n, offset, moved);
    example_moments_noise(own, moved, offset, noise);
    fill(own, unit, matrix);
    status = interrupt_check(error);
    if (status == STATUS_OK)
        status = solve(pairs, matrix, noise, error);
out:
    free(moved);
    free(matrix);
    return status;
}

/* --- step by step ----------------------------------------------------------------- */

/* The matrix of a step at curvature h. */
static void system_at(const struct mean_square_step *step, double h,
                      double a[STATE][STATE])
{
    for (int r = 0; r < step->dim; r++)
        for (int c = 0; c < step->dim; c++)
            a[r][c] = step->still[r][c] + (c == 0 ? h * step->enter[r] : 0);
}

/* E s_i s_j' <- A_i (E s_i s_j') A_j' + C_ij sum_k b_k b_k', and what the drift of the
 * means adds. moved and drift have a row of LINEAR_STATE for each mode. */
static void step_pair(struct mean_square_run *run, const struct mean_square_step *step,
                      size_t i, size_t j, double moved[][STATE], double drift[][STATE])
{
    const size_t pair = example_moments_pair(run->own.n, i, j),
                 pairs = run->own.examples->pairs;
    const int dim = step->dim;
    double a[STATE][STATE], b[STATE][STATE], p[STATE][STATE], y[STATE][STATE];
    system_at(step, run->own.h[i], a);
    system_at(step, run->own.h[j], b);
    for (int r = 0; r < dim; r++)
        for (int c = 0; c < dim; c++)
            p[r][c] = run->second[(size_t)(r * dim + c) * pairs + pair];
    for (int r = 0; r < dim; r++)
        for (int c = 0; c < dim; c++) {
            y[r][c] = 0;
            for (int k = 0; k < dim; k++)
                y[r][c] += a[r][k] * p[k][c];
        }
    for (int r = 0; r < dim; r++)
        for (int c = 0; c < dim; c++) {
            double sum = run->noise[pair] * step->push[r][c];
            for (int k = 0; k < dim; k++)
                sum += y[r][k] * b[c][k];
            sum += moved[i][r] * drift[j][c] + drift[i][r] * moved[j][c] +
                   drift[i][r] * drift[j][c];
            run->second[(size_t)(r * dim + c) * pairs + pair] = sum;
        }
}

void example_moments_step(struct mean_square_run *run,
                          const struct mean_square_step *step)
{
    const size_t n = run->own.n;
    const int dim = step->dim;
    double moved[EXAMPLE_MOMENTS_FEATURES][STATE],
        drift[EXAMPLE_MOMENTS_FEATURES][STATE];
    example_moments_noise(&run->own, run->second, run->mean, run->noise);
    for (size_t i = 0; i < n; i++) {
        double a[STATE][STATE];
        system_at(step, run->own.h[i], a);
        for (int r = 0; r < dim; r++) {
            moved[i][r] = 0;
            for (int k = 0; k < dim; k++)
                moved[i][r] += a[r][k] * run->mean[(size_t)k * n + i];
            drift[i][r] = run->theta_star ? step->drift[r] * run->theta_star[i] : 0;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            step_pair(run, step, i, j, moved, drift);
    for (size_t i = 0; i < n; i++)
        for (int r = 0; r < dim; r++)
            run->mean[(size_t)r * n + i] = moved[i][r] + drift[i][r];
}
