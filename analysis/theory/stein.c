/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/stein.h"

#include "base/quad_lu.h"

#include <float.h>
#include <math.h>
#include <string.h>

_Static_assert((int)LINEAR_SIZE <= (int)QUAD_LU_MOST, "a pair's equations fit the solver");

/* M vec S = q for a pair of modes, and what bounds the errors of both sides. S_rc is
 * unknown number r m + c, and the equation of the same number is
 * -(sum_k E_i[r,k] S_kc + sum_l E_j[c,l] S_rl + sum_kl E_i[r,k] E_j[c,l] S_kl) = q_rc. */
struct equations {
    int size;
    quad matrix[LINEAR_SIZE * LINEAR_SIZE], right[LINEAR_SIZE];
    /* By how much an element may be off. */
    quad matrix_slack[LINEAR_SIZE * LINEAR_SIZE], right_slack[LINEAR_SIZE];
};

/* By how much an element of E may be off. */
static quad slack(const struct linear_system *system, int row, int column)
{
    const int at = row * system->dim + column;
    return system->roundoff * system->slack[at] +
           16 * QUAD_EPSILON * quad_abs(system->e[at]);
}

static void set_matrix(const struct linear_system *i, const struct linear_system *j,
                       struct equations *equations)
{
    const int n = i->dim, m = j->dim;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++)
            for (int k = 0; k < n; k++)
                for (int l = 0; l < m; l++) {
                    const int at = (r * m + c) * n * m + k * m + l;
                    const quad e_i = i->e[r * n + k], e_j = j->e[c * m + l];
                    const quad s_i = slack(i, r, k), s_j = slack(j, c, l);
                    equations->matrix[at] = -(c == l ? e_i : 0) - (r == k ? e_j : 0) -
                                            e_i * e_j;
                    equations->matrix_slack[at] =
                        (c == l ? s_i : 0) + (r == k ? s_j : 0) +
                        s_i * quad_abs(e_j) + quad_abs(e_i) * s_j;
                }
}

static void set_right(const struct linear_system *i, const struct linear_system *j,
                      double c, struct equations *equations)
{
    const quad roundoff = i->roundoff + j->roundoff + 16 * QUAD_EPSILON;
    for (int row = 0; row < i->dim; row++)
        for (int column = 0; column < j->dim; column++) {
            quad sum = 0, size = 0;
            for (int k = 0; k < i->samples; k++) {
                const quad term = i->b[k][row] * j->b[k][column];
                sum += term;
                size += roundoff * quad_abs(term);
            }
            equations->right[row * j->dim + column] = c * sum;
            equations->right_slack[row * j->dim + column] = fabs(c) * size;
        }
}

/* right - M x, the residual. */
static void residual(const struct equations *equations, const quad *x, quad *rest)
{
    const int size = equations->size;
    for (int r = 0; r < size; r++) {
        rest[r] = equations->right[r];
        for (int c = 0; c < size; c++)
            rest[r] -= equations->matrix[r * size + c] * x[c];
    }
}

/* The error of x_0 is y'(dM x + dq + rest) with M'y = (1, 0, ...). */
static quad error_bound(const struct equations *equations, const quad *x, const quad *y)
{
    const int size = equations->size;
    quad bound = 0, rest[LINEAR_SIZE];
    residual(equations, x, rest);
    for (int r = 0; r < size; r++) {
        quad slack = equations->right_slack[r];
        for (int c = 0; c < size; c++)
            slack += equations->matrix_slack[r * size + c] * quad_abs(x[c]);
        bound += quad_abs(y[r]) * (slack + quad_abs(rest[r]));
    }
    return bound;
}

/* Sets x to the solution, after a step of refinement, and y as error_bound wants it. */
static bool solve(const struct equations *equations, quad *x, quad *y)
{
    quad factors[LINEAR_SIZE * LINEAR_SIZE], rest[LINEAR_SIZE];
    struct quad_lu lu = {.matrix = factors, .size = equations->size};
    memcpy(factors, equations->matrix, sizeof factors);
    if (!quad_lu_decompose(&lu))
        return false;
    memcpy(x, equations->right, sizeof equations->right);
    quad_lu_solve(&lu, x);
    residual(equations, x, rest);
    quad_lu_solve(&lu, rest);
    for (int k = 0; k < equations->size; k++) {
        x[k] += rest[k];
        y[k] = k == 0 ? 1 : 0;
    }
    quad_lu_solve_transposed(&lu, y);
    return quad_is_finite(x[0]) && quad_is_finite(y[0]);
}

static int set_and_solve(const struct linear_system *i, const struct linear_system *j,
                         double c, struct equations *equations, quad *x, quad *y,
                         struct error *error)
{
    equations->size = i->dim * j->dim;
    set_matrix(i, j, equations);
    set_right(i, j, c, equations);
    if (solve(equations, x, y))
        return STATUS_OK;
    return error_about(error, STATUS_SOFTWARE, "lr",
                       "the rule is at its limit of stability: the Stein "
                       "equation of the stationary covariance is singular");
}

int stein_covariance(const struct linear_system *i, const struct linear_system *j,
                     double c, double *covariance, double *bound, struct error *error)
{
    struct equations equations;
    quad x[LINEAR_SIZE], y[LINEAR_SIZE];
    *covariance = NAN;
    const int status = set_and_solve(i, j, c, &equations, x, y, error);
    if (status != STATUS_OK)
        return status;
    *covariance = (double)x[0];
    if (bound)
        *bound = (double)error_bound(&equations, x, y) +
                 DBL_EPSILON * fabs(*covariance);
    return STATUS_OK;
}

int stein_solve(const struct linear_system *i, const struct linear_system *j, double c,
                double *s, struct error *error)
{
    struct equations equations;
    quad x[LINEAR_SIZE], y[LINEAR_SIZE];
    const int status = set_and_solve(i, j, c, &equations, x, y, error);
    for (int k = 0; status == STATUS_OK && k < equations.size; k++)
        s[k] = (double)x[k];
    return status;
}
