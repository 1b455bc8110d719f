/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/elementary.h"
#include "base/random.h"
#include "rules/parameters.h"

static double ulp_of(long double x)
{
    int exponent;
    frexpl(x, &exponent);
    return ldexp(1, exponent - DBL_MANT_DIG);
}

static void compare_log(double x)
{
    const long double exact = logl(x);
    const double off = (double)fabsl(elementary_log(x) - exact);
    const bool far = fabsl(exact) > 0.4L;
    const double allowed = far ? 2 * ulp_of(exact) : 2e-16;
    CHECK(off <= allowed, "log of %.17g (%a) is off by %.3g: %.3f ulp", x, x, off,
          off / ulp_of(exact));
}

static void compare_exp(double x)
{
    const long double exact = expl(x);
    const double off = (double)fabsl(elementary_exp(x) - exact);
    CHECK(off <= ulp_of(exact), "exp of %.17g (%a) is off by %.3f ulp", x, x,
          off / ulp_of(exact));
}

/* Number of ulps that are allowed, against a function of long double. */
static void compare_ulps(const char *what, double x, double value, long double exact,
                         double ulps)
{
    const double off = (double)fabsl(value - exact);
    CHECK(off <= ulps * ulp_of(exact), "%s of %.17g (%a) is off by %.3f ulp", what, x,
          x, off / ulp_of(exact));
}

static void compare_expm1(double x)
{
    compare_ulps("expm1", x, elementary_expm1(x), expm1l(x), 2);
}

static void compare_tanh(double x)
{
    compare_ulps("tanh", x, elementary_tanh(x), tanhl(x), 4);
}

static void compare_log1p(double x)
{
    compare_ulps("log1p", x, elementary_log1p(x), log1pl(x), 4);
}

/* x - rintl(x) is exact, and long double has eleven more bits. */
static void compare_sin_pi(double x)
{
    const long double whole = rintl(x), r = x - whole;
    const long double sine = sinl(3.14159265358979323846264338328L * r);
    const bool odd = fmodl(whole, 2) != 0;
    compare_ulps("sin_pi", x, elementary_sin_pi(x), odd ? -sine : sine, 3);
}

/* Every exponent, 500 significands each. */
static void test_log_everywhere(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (uint64_t exponent = 1; exponent < 2047; exponent++)
        for (int i = 0; i < 500; i++)
            compare_log(
                elementary_double((exponent << 52) | check_word(&random) >> 12));
}

/* The arguments that Box-Muller has: (0,1), and close to 1. */
static void test_log_below_one(void **state)
{
    uint64_t random = 2;
    (void)state;
    for (int i = 0; i < 500000; i++)
        compare_log(check_uniform(&random, 0x1p-53, 1));
    for (int k = 1; k <= 53; k++)
        for (int i = 0; i < 200; i++)
            compare_log(1 - ldexp(check_uniform(&random, 0.5, 1), -k));
}

static void around(double x, void (*compare)(double))
{
    for (int k = 0; k < 20; k++)
        x = nextafter(x, -INFINITY);
    for (int k = 0; k < 40; k++, x = nextafter(x, INFINITY))
        compare(x);
}

/* Powers of two, where the exponent changes, and their multiples of sqrt(1/2), where
 * the reduction changes sides. */
static void test_log_edges(void **state)
{
    (void)state;
    compare_log(DBL_MIN);
    compare_log(DBL_MAX);
    CHECK_EXACT(elementary_log(1), 0.0);
    for (int k = -1020; k <= 1023; k++) {
        around(ldexp(1, k), compare_log);
        around(ldexp(0x1.6a09e667f3bcdp-1, k), compare_log);
    }
}

static void test_exp_everywhere(void **state)
{
    uint64_t random = 3;
    (void)state;
    for (int i = 0; i < 500000; i++)
        compare_exp(check_uniform(&random, -708, 708));
    for (int i = 0; i < 300000; i++)
        compare_exp(check_uniform(&random, -1, 1));
    for (int k = 1; k < 1070; k++)
        for (int i = 0; i < 100; i++)
            compare_exp(ldexp(check_uniform(&random, -1, 1), -k));
}

/* The ends, 0, and halves of ln 2, where the multiple of ln 2 changes. */
static void test_exp_edges(void **state)
{
    (void)state;
    compare_exp(-708);
    compare_exp(708);
    CHECK_EXACT(elementary_exp(0), 1.0);
    CHECK_EXACT(elementary_exp(-0.0), 1.0);
    around(-707.5, compare_exp);
    around(707.5, compare_exp);
    for (int k = -2042; k <= 2042; k++)
        around(k * 0x1.62e42fefa39efp-2, compare_exp);
}

static void test_expm1(void **state)
{
    uint64_t random = 7;
    (void)state;
    CHECK_EXACT(elementary_expm1(0), 0.0);
    CHECK_NEAR(elementary_expm1(-0.0), 0, 0, 0);
    compare_expm1(-708);
    compare_expm1(708);
    for (int i = 0; i < 500000; i++) {
        compare_expm1(check_uniform(&random, -708, 708));
        compare_expm1(check_uniform(&random, -2, 2));
    }
    for (int k = 1; k < 1000; k++)
        for (int i = 0; i < 100; i++)
            compare_expm1(ldexp(check_uniform(&random, -1, 1), -k));
    for (int k = -2000; k <= 2000; k++)
        around(k * 0x1.62e42fefa39efp-2, compare_expm1);
}

static void test_tanh(void **state)
{
    uint64_t random = 9;
    (void)state;
    CHECK_EXACT(elementary_tanh(0), 0.0);
    CHECK_EXACT(elementary_tanh(1e300), 1.0);
    CHECK_EXACT(elementary_tanh(-25), -1.0);
    around(20, compare_tanh);
    for (int i = 0; i < 500000; i++)
        compare_tanh(check_uniform(&random, -22, 22));
    for (int k = 1; k < 1000; k++)
        for (int i = 0; i < 100; i++)
            compare_tanh(ldexp(check_uniform(&random, -1, 1), -k));
}

static void test_log1p(void **state)
{
    uint64_t random = 8;
    (void)state;
    CHECK_EXACT(elementary_log1p(0), 0.0);
    compare_log1p(-1 + 0x1p-53);
    compare_log1p(DBL_MAX);
    for (int i = 0; i < 500000; i++)
        compare_log1p(check_uniform(&random, -1 + 0x1p-50, 2));
    for (int k = 1; k < 1000; k++)
        for (int i = 0; i < 100; i++) {
            compare_log1p(ldexp(check_uniform(&random, -1, 1), -k));
            compare_log1p(ldexp(check_uniform(&random, 1, 2), k));
            compare_log1p(-1 + ldexp(check_uniform(&random, 1, 2), -1 - k % 51));
        }
    around(0x1.6a09e667f3bcdp-1 - 1, compare_log1p);
    around(0x1.6a09e667f3bcdp0 - 1, compare_log1p);
}

static void test_sin_pi(void **state)
{
    uint64_t random = 9;
    (void)state;
    for (int i = 0; i < 500000; i++)
        compare_sin_pi(check_uniform(&random, -2, 2));
    for (int k = -1000; k <= 50; k++)
        for (int i = 0; i < 200; i++)
            compare_sin_pi(ldexp(check_uniform(&random, -1, 1), k));
    for (int k = -20; k <= 20; k++)
        if (k != 0)
            around(k / 4., compare_sin_pi);
    for (int k = -20; k <= 20; k++)
        CHECK_NEAR(elementary_sin_pi(k), 0, 0, 0);
    CHECK_NEAR(elementary_sin_pi(0x1p51 - 0.5), -1, 4e-16, 0);
    CHECK_NEAR(elementary_sin_pi(0x1p51 + 0.5), 0, 0, 0);
    CHECK_NEAR(elementary_sin_pi(-0x1p60), 0, 0, 0);
}

/* exp(log x) = x to |log x| ulp and a little: the errors of both in one line. */
static void test_inverse(void **state)
{
    uint64_t random = 4;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        const double x = exp(check_uniform(&random, -700, 700));
        const double back = elementary_exp(elementary_log(x));
        CHECK_NEAR(back, x, (2 + 2 * fabs(log(x))) * DBL_EPSILON, 0);
    }
}

/* Bits that never change: FNV-1a of the bits of log and exp of 2^18 arguments. */
static void test_known_hash(void **state)
{
    enum { COUNT = 1 << 18 };
    double *logs = check_alloc(COUNT, sizeof *logs);
    double *exps = check_alloc(COUNT, sizeof *exps);
    uint64_t random = 6;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        logs[i] = elementary_log(check_uniform(&random, 0x1p-53, 2));
        exps[i] = elementary_exp(check_uniform(&random, -700, 700));
    }
    assert_int_equal(random_hash("", logs, COUNT), UINT64_C(0x58979f46c80119d));
    assert_int_equal(random_hash("", exps, COUNT), UINT64_C(0xb0e2d40a9e2a366f));
    for (int i = 0; i < COUNT; i++) {
        exps[i] = elementary_expm1(check_uniform(&random, -2, 2));
        logs[i] = elementary_log1p(check_uniform(&random, -1 + 0x1p-50, 2));
    }
    assert_int_equal(random_hash("", logs, COUNT), UINT64_C(0x409a5fb9ca0d7c65));
    assert_int_equal(random_hash("", exps, COUNT), UINT64_C(0x6e1640f4703e585e));
    for (int i = 0; i < COUNT; i++)
        exps[i] = elementary_sin_pi(check_uniform(&random, -4, 4));
    assert_int_equal(random_hash("", exps, COUNT), UINT64_C(0xe71f0a58755299d3));
    free(logs);
    free(exps);
}

static void test_from_int(void **state)
{
    uint64_t random = 5;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        const int64_t k = (int64_t)(check_word(&random) >> (13 + i % 51));
        CHECK_EXACT(elementary_from_int((uint64_t)k), (double)k);
        if (k != 0)
            CHECK_EXACT(elementary_from_int((uint64_t)-k), (double)-k);
    }
    CHECK_EXACT(elementary_from_int(0), 0.0);
    CHECK_EXACT(elementary_from_int((UINT64_C(1) << 51) - 1), 0x1p51 - 1);
}

/* Powers are rounded once: half an ulp, and what powl itself may be off by. */
static void test_integer_power(void **state)
{
    static const double bases[] = {0.999, 0.9, 0.5, 0.1, 0.99999, 0x1p-1000, 1, 0};
    uint64_t random = 11;
    (void)state;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        for (int k = 0; k < 20000; k++) {
            const uint64_t n = k < 10000 ? (uint64_t)k : check_word(&random) >> 40;
            const double base = k % 2 ? bases[i] : check_uniform(&random, 0, bases[i]);
            const long double exact = powl(base, (long double)n);
            /* Below that the rest of a pair is no normal number. */
            if (exact > 0x1p-960L || exact == 0)
                compare_ulps("a power", base, integer_power(base, n), exact, 0.51);
        }
    CHECK_EXACT(integer_power(0, 0), 1.0);
    CHECK_EXACT(integer_power(0x1p-600, 2), 0.0);
    CHECK_EXACT(integer_power(0.999, UINT64_MAX), 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_everywhere), cmocka_unit_test(test_log_below_one),
        cmocka_unit_test(test_log_edges),      cmocka_unit_test(test_exp_everywhere),
        cmocka_unit_test(test_exp_edges),      cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_expm1),          cmocka_unit_test(test_tanh),
        cmocka_unit_test(test_log1p),          cmocka_unit_test(test_sin_pi),
        cmocka_unit_test(test_known_hash),     cmocka_unit_test(test_from_int),
        cmocka_unit_test(test_integer_power),
    };
    return cmocka_run_group_tests_name("elementary", tests, NULL, NULL);
}
