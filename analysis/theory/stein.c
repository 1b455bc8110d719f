/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/stein.h"

#include "base/quad_lu.h"

#include <float.h>
#include <math.h>
#include <string.h>

_Static_assert((int)LINEAR_SIZE <= (int)QUAD_LU_MOST,
               "a pair's equations fit the solver");

/* M vec S = q for a pair of modes. S_rc is unknown number r m + c, and the equation of
 * the same number is
 * -(sum_k E_i[r,k] S_kc + sum_l E_j[c,l] S_rl + sum_kl E_i[r,k] E_j[c,l] S_kl) = q_rc.
 */
struct equations {
    int size;
    quad matrix[LINEAR_SIZE * LINEAR_SIZE], right[LINEAR_SIZE];
};

static void set_matrix(const struct linear_system *i, const struct linear_system *j,
                       struct equations *equations)
{
    const int n = i->dim, m = j->dim;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++)
            for (int k = 0; k < n; k++)
                for (int l = 0; l < m; l++) {
                    const quad e_i = i->e[r * n + k], e_j = j->e[c * m + l];
                    equations->matrix[(r * m + c) * n * m + k * m + l] =
                        -(c == l ? e_i : 0) - (r == k ? e_j : 0) - e_i * e_j;
                }
}

static void set_right(const struct linear_system *i, const struct linear_system *j,
                      double covariance, struct equations *equations)
{
    for (int r = 0; r < i->dim; r++)
        for (int c = 0; c < j->dim; c++) {
            quad sum = 0;
            for (int k = 0; k < i->samples; k++)
                sum += i->b[k][r] * j->b[k][c];
            equations->right[r * j->dim + c] = covariance * sum;
        }
}

/* rest = right - M x, the residual; rounding, if not NULL, is what forming it may have
 * rounded. */
static void residual(const struct equations *equations, const quad *x, quad *rest,
                     quad *rounding)
{
    const int size = equations->size;
    for (int r = 0; r < size; r++) {
        quad terms = quad_abs(equations->right[r]);
        rest[r] = equations->right[r];
        for (int c = 0; c < size; c++) {
            const quad term = equations->matrix[r * size + c] * x[c];
            rest[r] -= term;
            terms += quad_abs(term);
        }
        if (rounding)
            rounding[r] = (size + 4) * QUAD_EPSILON * terms;
    }
}

/* --- the error of S_00 --------------------------------------------------------------
 */

/* dS_00 / dE_i[r,k] = sum_c y_rc (S A_j')_kc, with M'y = (1, 0, ...). */
static quad slope_of_first(const struct linear_system *j, const quad *x, const quad *y,
                           int r, int k)
{
    const int m = j->dim;
    quad slope = 0;
    for (int c = 0; c < m; c++) {
        quad moved = x[k * m + c];
        for (int l = 0; l < m; l++)
            moved += x[k * m + l] * j->e[c * m + l];
        slope += y[r * m + c] * moved;
    }
    return slope;
}

/* dS_00 / dE_j[c,l] = sum_r y_rc (A_i S)_rl. */
static quad slope_of_second(const struct linear_system *i, int m, const quad *x,
                            const quad *y, int c, int l)
{
    const int n = i->dim;
    quad slope = 0;
    for (int r = 0; r < n; r++) {
        quad moved = x[r * m + l];
        for (int k = 0; k < n; k++)
            moved += i->e[r * n + k] * x[k * m + l];
        slope += y[r * m + c] * moved;
    }
    return slope;
}

static quad relative_slack(const struct linear_system *system)
{
    return system->roundoff + 16 * QUAD_EPSILON;
}

static quad slack(const struct linear_system *system, int at)
{
    return system->roundoff * system->slack[at] +
           16 * QUAD_EPSILON * quad_abs(system->e[at]);
}

/* What the errors of both matrices can do; those of two equal ones are the same. */
static quad error_of_matrices(const struct linear_system *i,
                              const struct linear_system *j, const quad *x,
                              const quad *y)
{
    const int n = i->dim, m = j->dim;
    const bool same = linear_system_same(i, j);
    quad error = 0;
    for (int at = 0; at < n * n; at++) {
        quad slope = slope_of_first(j, x, y, at / n, at % n);
        if (same)
            slope += slope_of_second(i, m, x, y, at / n, at % n);
        error += quad_abs(slope) * slack(i, at);
    }
    for (int at = 0; !same && at < m * m; at++)
        error += quad_abs(slope_of_second(i, m, x, y, at / m, at % m)) * slack(j, at);
    return error;
}

static quad error_of_noise(const struct linear_system *i, const struct linear_system *j,
                           double covariance, const quad *y)
{
    const int n = i->dim, m = j->dim;
    quad error = 0;
    for (int k = 0; k < i->samples; k++) {
        for (int r = 0; r < n; r++) {
            quad slope = 0;
            for (int c = 0; c < m; c++)
                slope += y[r * m + c] * j->b[k][c];
            error += quad_abs(slope * i->b[k][r]) * relative_slack(i);
        }
        for (int c = 0; c < m; c++) {
            quad slope = 0;
            for (int r = 0; r < n; r++)
                slope += y[r * m + c] * i->b[k][r];
            error += quad_abs(slope * j->b[k][c]) * relative_slack(j);
        }
    }
    return error * fabs(covariance);
}

static quad error_of_solution(const struct equations *equations, const quad *x,
                              const quad *y)
{
    quad error = 0, rest[LINEAR_SIZE], rounding[LINEAR_SIZE];
    residual(equations, x, rest, rounding);
    for (int r = 0; r < equations->size; r++)
        error += quad_abs(y[r]) * (quad_abs(rest[r]) + rounding[r]);
    return error;
}

/* --- solving
 * -------------------------------------------------------------------------- */

/* Sets x to the solution, after a step of refinement, and y as the slopes want it. */
static bool solve(const struct equations *equations, quad *x, quad *y)
{
    quad factors[LINEAR_SIZE * LINEAR_SIZE], rest[LINEAR_SIZE];
    struct quad_lu lu = {.matrix = factors, .size = equations->size};
    memcpy(factors, equations->matrix,
           (size_t)(equations->size * equations->size) * sizeof *factors);
    if (!quad_lu_decompose(&lu))
        return false;
    memcpy(x, equations->right, sizeof equations->right);
    quad_lu_solve(&lu, x);
    residual(equations, x, rest, NULL);
    quad_lu_solve(&lu, rest);
    for (int k = 0; k < equations->size; k++) {
        x[k] += rest[k];
        y[k] = k == 0 ? 1 : 0;
    }
    quad_lu_solve_transposed(&lu, y);
    return quad_is_finite(x[0]) && quad_is_finite(y[0]);
}

static int refuse_limit(struct error *error)
{
    return error_about(error, STATUS_SOFTWARE, "lr",
                       "the rule is at its limit of stability: the Stein "
                       "equation of the stationary covariance is singular");
}

static int set_and_solve(const struct linear_system *i, const struct linear_system *j,
                         double c, struct equations *equations, quad *x, quad *y,
                         struct error *error)
{
    set_matrix(i, j, equations);
    set_right(i, j, c, equations);
    return solve(equations, x, y) ? STATUS_OK : refuse_limit(error);
}

int stein_covariance_quad(const struct linear_system *i, const struct linear_system *j,
                          double c, quad *covariance, quad *bound, struct error *error)
{
    struct equations equations = {.size = i->dim * j->dim};
    quad x[LINEAR_SIZE], y[LINEAR_SIZE];
    *covariance = *bound = NAN;
    const int status = set_and_solve(i, j, c, &equations, x, y, error);
    if (status != STATUS_OK)
        return status;
    *covariance = x[0];
    *bound = error_of_matrices(i, j, x, y) + error_of_noise(i, j, c, y) +
             error_of_solution(&equations, x, y);
    return STATUS_OK;
}

int stein_covariance(const struct linear_system *i, const struct linear_system *j,
                     double c, double *covariance, double *bound, struct error *error)
{
    quad value, slack;
    const int status = stein_covariance_quad(i, j, c, &value, &slack, error);
    *covariance = (double)value;
    if (bound)
        *bound = (double)slack + DBL_EPSILON * fabs(*covariance);
    return status;
}

int stein_equation(const struct linear_system *i, const struct linear_system *j,
                   const quad *right, quad *s, struct error *error)
{
    struct equations equations = {.size = i->dim * j->dim};
    const size_t bytes = (size_t)equations.size * sizeof *s;
    quad x[LINEAR_SIZE], y[LINEAR_SIZE];
    set_matrix(i, j, &equations);
    memcpy(equations.right, right, bytes);
    if (!solve(&equations, x, y))
        return refuse_limit(error);
    memcpy(s, x, bytes);
    return STATUS_OK;
}

int stein_solve(const struct linear_system *i, const struct linear_system *j, double c,
                double *s, struct error *error)
{
    struct equations equations = {.size = i->dim * j->dim};
    quad x[LINEAR_SIZE], y[LINEAR_SIZE];
    const int status = set_and_solve(i, j, c, &equations, x, y, error);
    for (int k = 0; status == STATUS_OK && k < equations.size; k++)
        s[k] = (double)x[k];
    return status;
}
