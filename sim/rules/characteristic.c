/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/characteristic.h"

#include "base/roots.h"

#include <math.h>
#include <string.h>

/* --- the characteristic polynomial ------------------------------------------------ */

/* The minor of the rows and columns whose bits are set, by its first row. */
static quad minor(int dim, const quad *e, unsigned rows, unsigned columns)
{
    int row = 0;
    quad sum = 0, sign = 1;
    if (rows == 0)
        return 1;
    while (!(rows >> row & 1))
        row++;
    for (int column = 0; column < dim; column++) {
        if (!(columns >> column & 1))
            continue;
        const quad element = e[row * dim + column];
        if (element != 0)
            sum += sign * element *
                   minor(dim, e, rows & ~(1u << row), columns & ~(1u << column));
        sign = -sign;
    }
    return sum;
}

/* Coefficients of det(x I - e): c[n-k] = (-1)^k times the sum of the principal minors
 * of k rows. */
static void coefficients(int dim, const quad *e, quad *c)
{
    for (int k = 0; k < dim; k++)
        c[k] = 0;
    for (unsigned set = 1; set < 1u << dim; set++) {
        int size = 0;
        for (unsigned rest = set; rest; rest &= rest - 1)
            size++;
        const quad own = minor(dim, e, set, set);
        c[dim - size] += size % 2 ? -own : own;
    }
}

void characteristic_of(const struct linear_system *system,
                       struct characteristic *polynomial)
{
    quad e[LINEAR_SIZE];
    const int n = system->dim;
    polynomial->dim = n;
    coefficients(n, system->e, polynomial->c[0]);
    memcpy(e, system->e, sizeof e);
    for (int k = 0; k < n; k++)
        e[k * n + k] += 2;
    coefficients(n, e, polynomial->c[1]);
}

/* --- 1 - rho ---------------------------------------------------------------------- */

/* 1 - |z| and a bound of its error. */
struct margin {
    double value, error;
};

/* x is z - 1 if `about` is 0, z + 1 otherwise; the difference is taken in quads. */
static double margin_of(struct root_quad x, int about)
{
    const quad square = x.re * x.re + x.im * x.im;
    const double above = (double)((about == 0 ? -2 : 2) * x.re - square);
    const double modulus = hypot((double)x.re + (about == 0 ? 1 : -1), (double)x.im);
    return above / (1 + modulus);
}

/* Of each eigenvalue the distance from the nearer of 1 and -1; false if the iteration
 * does not converge. It is tried with doubles first. */
static bool margins_double(int n, const quad c[2][LINEAR_STATE],
                           struct root x[2][ROOTS_MOST], struct margin *margin)
{
    double coefficient[LINEAR_STATE] = {0}, error[2][ROOTS_MOST];
    for (int about = 0; about < 2; about++) {
        for (int k = 0; k < n; k++)
            coefficient[k] = (double)c[about][k];
        for (int i = 0; about == 1 && i < n; i++)
            x[1][i] = (struct root){x[0][i].re + 2, x[0][i].im};
        if (!roots_double(n, coefficient, about == 1, x[about], error[about]))
            return false;
    }
    for (int i = 0; i < n; i++) {
        const int about = x[0][i].re < -1;
        margin[i] = (struct margin){
            margin_of((struct root_quad){x[about][i].re, x[about][i].im}, about),
            error[about][i]};
    }
    return true;
}

/* The eigenvalues and bounds of their errors; from[about] are approximations if `near`
 * is true. */
static bool eigenvalues_quad(int n, const quad c[2][LINEAR_STATE], bool near,
                             struct root from[2][ROOTS_MOST], struct eigenvalue *z,
                             double *bound)
{
    struct root_quad x[2][ROOTS_MOST];
    double error[2][ROOTS_MOST];
    for (int i = 0; near && i < n; i++)
        x[0][i] = (struct root_quad){from[0][i].re, from[0][i].im};
    for (int about = 0; about < 2; about++) {
        for (int i = 0; about == 1 && i < n; i++)
            x[1][i] = near ? (struct root_quad){from[1][i].re, from[1][i].im}
                           : (struct root_quad){x[0][i].re + 2, x[0][i].im};
        if (!roots_quad(n, c[about], near || about == 1, x[about], error[about]))
            return false;
    }
    for (int i = 0; i < n; i++) {
        const int about = x[0][i].re < -1;
        z[i] = (struct eigenvalue){about == 0 ? 1 : -1, x[about][i]};
        bound[i] = error[about][i];
    }
    return true;
}

static bool margins_quad(int n, const quad c[2][LINEAR_STATE], bool near,
                         struct root from[2][ROOTS_MOST], struct margin *margin)
{
    struct eigenvalue z[ROOTS_MOST];
    double bound[ROOTS_MOST];
    if (!eigenvalues_quad(n, c, near, from, z, bound))
        return false;
    for (int i = 0; i < n; i++)
        margin[i] = (struct margin){margin_of(z[i].from, z[i].about < 0), bound[i]};
    return true;
}

static struct margin least_of(int n, const struct margin *margin)
{
    struct margin least = margin[0];
    for (int i = 1; i < n; i++)
        if (margin[i].value < least.value)
            least = margin[i];
    return least;
}

/* Whether the least margin is right to 1e-13 relative, and no other can be less. */
static bool is_sharp(int n, const struct margin *margin)
{
    const double least = least_of(n, margin).value, slack = 1e-13 * fabs(least);
    for (int i = 0; i < n; i++)
        if (margin[i].value - margin[i].error < least - slack)
            return false;
    return true;
}

static int no_eigenvalues(struct error *error)
{
    return error_set(error, STATUS_SOFTWARE,
                     "the eigenvalues of the rule's matrix could not be computed: they "
                     "are beyond the range of numbers, or the iteration does not "
                     "converge");
}

int characteristic_margin(const struct characteristic *polynomial, double *margin,
                          struct error *error)
{
    const int n = polynomial->dim;
    struct root x[2][ROOTS_MOST];
    struct margin each[ROOTS_MOST];
    const quad(*c)[LINEAR_STATE] = polynomial->c;
    if (n < 1)
        return error_set(error, STATUS_SOFTWARE,
                         "a rule that is not linear has no eigenvalues");
    if (n == 1) { /* z - 1 = -c */
        *margin = margin_of((struct root_quad){c[0][0] < 1 ? -c[0][0] : -c[1][0], 0},
                            c[0][0] < 1 ? 0 : 1);
        if (!isnan(*margin))
            return STATUS_OK;
    } else {
        const bool near = margins_double(n, c, x, each);
        const bool sharp = near && is_sharp(n, each);
        if (sharp || margins_quad(n, c, near, x, each) ||
            margins_quad(n, c, false, x, each)) {
            const struct margin least = least_of(n, each);
            *margin = sharp || fabs(least.value) > least.error ? least.value : 0;
            return STATUS_OK;
        }
    }
    return no_eigenvalues(error);
}

int characteristic_eigenvalues(const struct characteristic *polynomial,
                               struct eigenvalue *eigenvalue, struct error *error)
{
    const int n = polynomial->dim;
    const quad(*c)[LINEAR_STATE] = polynomial->c;
    struct root x[2][ROOTS_MOST];
    struct margin ignored[ROOTS_MOST];
    double bound[ROOTS_MOST] = {0};
    if (n == 1) {
        const bool below = c[0][0] >= 1;
        eigenvalue[0] = (struct eigenvalue){below ? -1 : 1, {-c[below][0], 0}};
        return quad_is_finite(eigenvalue[0].from.re) ? STATUS_OK
                                                     : no_eigenvalues(error);
    }
    const bool near = n > 1 && margins_double(n, c, x, ignored);
    if (n < 1 || (!(near && eigenvalues_quad(n, c, true, x, eigenvalue, bound)) &&
                  !eigenvalues_quad(n, c, false, x, eigenvalue, bound)))
        return no_eigenvalues(error);
    for (int i = 0; i < n; i++)
        if ((double)quad_abs(eigenvalue[i].from.im) <= bound[i])
            eigenvalue[i].from.im = 0;
    return STATUS_OK;
}

int linear_system_margin(const struct linear_system *system, double *margin,
                         struct error *error)
{
    struct characteristic polynomial;
    characteristic_of(system, &polynomial);
    return characteristic_margin(&polynomial, margin, error);
}
