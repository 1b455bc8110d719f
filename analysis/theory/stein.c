/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/stein.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

/* S_rc is unknown number r m + c; the equation of the same number is
 * S_rc - sum_kl A_i[r,k] A_j[c,l] S_kl = q_rc. */
static void equations(const struct linear_system *i, const struct linear_system *j,
                      gsl_matrix *matrix)
{
    const int n = i->dim, m = j->dim;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++)
            for (int k = 0; k < n; k++)
                for (int l = 0; l < m; l++)
                    gsl_matrix_set(matrix, (size_t)(r * m + c), (size_t)(k * m + l),
                                   (r == k && c == l ? 1.0 : 0.0) -
                                       i->a[r * n + k] * j->a[c * m + l]);
}

int stein_solve(const struct linear_system *i, const struct linear_system *j,
                const double *q, double *s, struct error *error)
{
    const size_t size = (size_t)(i->dim * j->dim);
    gsl_matrix *matrix = gsl_matrix_alloc(size, size);
    gsl_permutation *permutation = gsl_permutation_alloc(size);
    gsl_vector_const_view right = gsl_vector_const_view_array(q, size);
    gsl_vector_view solution = gsl_vector_view_array(s, size);
    int sign, status = STATUS_OK;
    if (!matrix || !permutation) {
        status = error_memory(error, "a Stein equation");
        goto out;
    }
    equations(i, j, matrix);
    if (gsl_linalg_LU_decomp(matrix, permutation, &sign) != GSL_SUCCESS ||
        gsl_linalg_LU_solve(matrix, permutation, &right.vector, &solution.vector) !=
            GSL_SUCCESS ||
        !isfinite(s[0]))
        status = error_about(error, STATUS_SOFTWARE, "lr",
                             "the rule is at its limit of stability: the Stein "
                             "equation of the stationary covariance is singular");
out:
    if (matrix)
        gsl_matrix_free(matrix);
    if (permutation)
        gsl_permutation_free(permutation);
    return status;
}

int stein_covariance(const struct linear_system *i, const struct linear_system *j,
                     double c, double *covariance, struct error *error)
{
    double q[LINEAR_SIZE], s[LINEAR_SIZE];
    linear_system_noise(i, j, c, q);
    const int status = stein_solve(i, j, q, s, error);
    *covariance = status == STATUS_OK ? s[0] : NAN;
    return status;
}
