/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_quad.c: what quads keep, and equations in them. */
#include "check.h"

#include "base/quad_lu.h"

static void digits(void **state)
{
    const quad tiny = 0x1p-100;
    (void)state;
    if (QUAD_EPSILON > (quad)0x1p-110)
        skip(); /* a machine whose long doubles are all that it has */
    assert_true((1 + tiny) - 1 == tiny);
    assert_true((quad)0.1 * 0.1 - 0.1 * 0.1 != 0);
    const quad root = quad_sqrt(2);
    assert_true(quad_abs(root * root - 2) <= 4 * QUAD_EPSILON);
    assert_true(quad_sqrt(0) == 0);
    assert_true(quad_sqrt(9) == 3);
    assert_true(isnan((double)quad_sqrt(-1)));
    assert_true(quad_abs(-3) == 3 && quad_max(-3, 2) == 2);
    assert_true(quad_is_finite(1e300) && !quad_is_finite((quad)INFINITY) &&
                !quad_is_finite((quad)NAN));
}

/* The Hilbert matrix of size 8, of condition 1.5e10, and a solution of whole numbers.
 */
static void ill_conditioned_equations(void **state)
{
    enum { SIZE = 8 };
    quad matrix[SIZE * SIZE], right[SIZE] = {0}, across[SIZE] = {0};
    struct quad_lu lu = {.matrix = matrix, .size = SIZE};
    (void)state;
    for (int r = 0; r < SIZE; r++)
        for (int c = 0; c < SIZE; c++) {
            /* Not symmetric, so that the transposed equations are other ones. */
            matrix[r * SIZE + c] = (quad)(r + 1) / (r + c + 1);
            right[r] += matrix[r * SIZE + c] * (c - 3);
        }
    for (int r = 0; r < SIZE; r++)
        for (int c = 0; c < SIZE; c++)
            across[c] += matrix[r * SIZE + c] * (r - 3);
    assert_true(quad_lu_decompose(&lu));
    quad_lu_solve(&lu, right);
    quad_lu_solve_transposed(&lu, across);
    for (int k = 0; k < SIZE; k++) {
        CHECK_NEAR((double)right[k], k - 3, 1e-15, 1e-18);
        CHECK_NEAR((double)across[k], k - 3, 1e-15, 1e-18);
    }
}

/* Rows of very different size, the first without a pivot of its own. */
static void rows_are_exchanged(void **state)
{
    quad matrix[] = {0, 2e-200, 1e200, 1e200}, x[] = {2e-200, 3e200};
    struct quad_lu lu = {.matrix = matrix, .size = 2};
    (void)state;
    assert_true(quad_lu_decompose(&lu));
    quad_lu_solve(&lu, x);
    CHECK_NEAR((double)x[0], 2, 1e-15, 0);
    CHECK_NEAR((double)x[1], 1, 1e-15, 0);
}

static void singular_matrices(void **state)
{
    quad matrices[][4] = {{0, 0, 0, 0}, {1, 2, 2, 4}, {1, 0, 0, (quad)NAN}};
    (void)state;
    for (int k = 0; k < 3; k++) {
        struct quad_lu lu = {.matrix = matrices[k], .size = 2};
        assert_false(quad_lu_decompose(&lu));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits),
        cmocka_unit_test(ill_conditioned_equations),
        cmocka_unit_test(rows_are_exchanged),
        cmocka_unit_test(singular_matrices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
