/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/rotation.h"

#include "base/interrupt.h"
#include "base/random.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>

static const size_t most = 2000; /* for n x n numbers and n^2 work a step */

/* Draws at least n x n Gaussian numbers, in whole blocks; the caller frees *out. */
static int draw_gaussian(size_t n, uint64_t seed, double **out, struct error *error)
{
    const double dimension = (double)n;
    const struct random_key key = {seed, RANDOM_DATA,
                                   random_hash("rotation", &dimension, 1), 0};
    *out = malloc(random_room(n * n) * sizeof **out);
    if (!*out)
        return error_memory(error, "the rotation");
    return random_first_normal((struct random_generator){.kind = RANDOM_XOSHIRO}, key,
                               n * n, *out, error);
}

/* gsl_linalg_QR_decomp in steps between which a signal is answered; the bits are the
 * same. tau has n elements, g is n x n. */
static int decompose(size_t n, gsl_matrix *g, gsl_vector *tau, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        gsl_vector_view column = gsl_matrix_subcolumn(g, i, i, n - i);
        const double own = gsl_linalg_householder_transform(&column.vector);
        gsl_vector_set(tau, i, own);
        if (i + 1 < n) {
            gsl_matrix_view rest = gsl_matrix_submatrix(g, i, i + 1, n - i, n - i - 1);
            gsl_linalg_householder_hm(own, &column.vector, &rest.matrix);
        }
        status = interrupt_check(error);
    }
    return status;
}

/* The Q of gsl_linalg_QR_unpack, likewise. */
static int unpack(size_t n, const gsl_matrix *g, const gsl_vector *tau, gsl_matrix *q,
                  struct error *error)
{
    int status = STATUS_OK;
    gsl_matrix_set_identity(q);
    for (size_t i = n; status == STATUS_OK && i-- > 0;) {
        gsl_vector_const_view column = gsl_matrix_const_subcolumn(g, i, i, n - i);
        gsl_matrix_view rest = gsl_matrix_submatrix(q, i, i, n - i, n - i);
        gsl_linalg_householder_hm(gsl_vector_get(tau, i), &column.vector, &rest.matrix);
        status = interrupt_check(error);
    }
    return status;
}

/* Q of G = QR with R's diagonal positive is uniform over the orthogonal matrices for
 * Gaussian G (Stewart, SIAM J. Numer. Anal. 17 (1980) 403). */
int rotation_draw(size_t n, uint64_t seed, double *rotation, struct error *error)
{
    double *numbers = NULL;
    gsl_vector *tau = gsl_vector_alloc(n);
    int status = tau ? STATUS_OK : error_memory(error, "the rotation");
    if (status == STATUS_OK)
        status = draw_gaussian(n, seed, &numbers, error);
    if (status == STATUS_OK) {
        gsl_matrix_view g = gsl_matrix_view_array(numbers, n, n);
        gsl_matrix_view q = gsl_matrix_view_array(rotation, n, n);
        status = decompose(n, &g.matrix, tau, error);
        if (status == STATUS_OK)
            status = unpack(n, &g.matrix, tau, &q.matrix, error);
        for (size_t row = 0; status == STATUS_OK && row < n; row++)
            for (size_t k = 0; k < n; k++)
                if (gsl_matrix_get(&g.matrix, k, k) < 0)
                    rotation[row * n + k] = -rotation[row * n + k];
    }
    free(numbers);
    gsl_vector_free(tau);
    return status;
}

int rotation_check(size_t n, const double *q, struct error *error)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            const int status = interrupt_check(error);
            if (status != STATUS_OK)
                return status;
            double product = 0;
            for (size_t k = 0; k < n; k++)
                product += q[i * n + k] * q[j * n + k];
            if (!(fabs(product - (i == j)) <= 1e-10))
                return error_about(error, STATUS_USAGE, "rotation",
                                   "the matrix is not orthogonal: the product of rows "
                                   "%zu and %zu is %g; allowed is %d within 1e-10",
                                   i + 1, j + 1, product, i == j);
        }
    return STATUS_OK;
}

int rotation_check_size(size_t n, struct error *error)
{
    return n <= most
               ? STATUS_OK
               : error_about(error, STATUS_USAGE, "rotation",
                             "%zu coordinates are too many; allowed are at most %zu", n,
                             most);
}
