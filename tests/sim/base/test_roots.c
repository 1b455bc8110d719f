/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_roots.c: roots of polynomials that were multiplied out, and the bounds of their
 * errors. */
#include "base/roots.h"
#include "check.h"

/* The coefficients of the product of (x - root), all real, computed in quads. */
static void multiply_out(int n, const double *root, quad *c)
{
    quad all[ROOTS_MOST + 1] = {1};
    for (int k = 0; k < n; k++)
        for (int j = k + 1; j >= 0; j--)
            all[j] = (j > 0 ? all[j - 1] : 0) - (quad)root[k] * (j <= k ? all[j] : 0);
    for (int j = 0; j < n; j++)
        c[j] = all[j];
}

static double nearest(int n, const double *root, double re, double im)
{
    double least = INFINITY;
    for (int k = 0; k < n; k++)
        least = fmin(least, hypot(re - root[k], im));
    return least;
}

static const double sets[][4] = {
    {1, 2, 3, 4},        {-1, 1, 0.5, 1e-9},   {1e-16, 2e-16, -2, 1e3},
    {0, 0, 0, 0.25},     {0.5, 0.5, 0.5, 0.5}, {1e-30, 1e-20, 1e-10, 1},
    {0.1, 0.1, -0.1, 1},
};
enum { SETS = sizeof sets / sizeof *sets };

static void errors_are_within_their_bounds(void **state)
{
    (void)state;
    for (int k = 0; k < SETS; k++)
        for (int n = 1; n <= 4; n++) {
            quad c[ROOTS_MOST];
            double rounded[ROOTS_MOST], error[ROOTS_MOST];
            struct root root[ROOTS_MOST];
            struct root_quad fine[ROOTS_MOST];
            multiply_out(n, sets[k], c);
            for (int j = 0; j < n; j++)
                rounded[j] = (double)c[j];
            assert_true(roots_double(n, rounded, false, root, error));
            for (int i = 0; i < n; i++)
                CHECK(nearest(n, sets[k], root[i].re, root[i].im) <= error[i] + 1e-300,
                      "set %d, degree %d: %g + %g i, error %g", k, n, root[i].re,
                      root[i].im, error[i]);
            assert_true(roots_quad(n, c, false, fine, error));
            for (int i = 0; i < n; i++)
                CHECK(nearest(n, sets[k], (double)fine[i].re, (double)fine[i].im) <=
                          error[i] + 1e-300,
                      "set %d, degree %d in quads: %g + %g i, error %g", k, n,
                      (double)fine[i].re, (double)fine[i].im, error[i]);
        }
}

/* Small roots beside large ones keep their digits. */
static void small_roots_are_sharp(void **state)
{
    (void)state;
    static const double given[] = {1e-16, 3e-16, -2};
    quad c[ROOTS_MOST];
    double rounded[ROOTS_MOST], least = INFINITY;
    struct root root[ROOTS_MOST];
    multiply_out(3, given, c);
    for (int j = 0; j < 3; j++)
        rounded[j] = (double)c[j];
    assert_true(roots_double(3, rounded, false, root, NULL));
    for (int i = 0; i < 3; i++)
        least = fmin(least, fabs(root[i].re));
    CHECK_NEAR(least, 1e-16, 1e-14, 0);
}

/* The roots of pnm near its stability limit, where the last bit of a root never came to
 * rest, so that it counted as not found. */
static void roots_whose_last_bit_keeps_moving_are_found(void **state)
{
    (void)state;
    const quad c[2][3] = {
        {0x1.22e6cb81633fep-4 + (quad)0x1.709473d9e15eep-58 - (quad)0x1p-112,
         0x1.9cbc74ca00327p-2 + (quad)0x1.463cc7f23f9cap-61 - (quad)0x1p-114,
         0x1.122e6cb81634p+1 - (quad)0x1.a3dae30987a85p-55 + (quad)0x1.cp-109},
        {-0x1.55e33f61c22a3p-3 - (quad)0x1.ae2b8fa9d1c8bp-57 - (quad)0x1.9p-111,
         0x1.eadddbb8e7365p+1 + (quad)0x1.25211fd179e7ep-53 + (quad)0x1.6p-107,
         -0x1.edd19347e9ccp+1 - (quad)0x1.a3dae30987a85p-55 + (quad)0x1.cp-109}};
    for (int k = 0; k < 2; k++) {
        struct root_quad root[ROOTS_MOST];
        double error[ROOTS_MOST];
        assert_true(roots_quad(3, c[k], false, root, error));
        quad sum = 0;
        for (int i = 0; i < 3; i++) {
            sum += root[i].re;
            assert_true(error[i] < 1e-15);
        }
        assert_true(quad_abs(sum + c[k][2]) < 1e-30);
    }
}

static void what_is_no_number_has_no_roots(void **state)
{
    (void)state;
    struct root root[ROOTS_MOST];
    assert_false(roots_double(2, (const double[]){NAN, 1}, false, root, NULL));
    assert_false(roots_double(2, (const double[]){INFINITY, 1}, false, root, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_within_their_bounds),
        cmocka_unit_test(small_roots_are_sharp),
        cmocka_unit_test(roots_whose_last_bit_keeps_moving_are_found),
        cmocka_unit_test(what_is_no_number_has_no_roots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
