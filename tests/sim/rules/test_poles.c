/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "rules/characteristic.h"
#include "rules/poles.h"

static int poles(const char *text, double h, struct pole *pole)
{
    const struct rule rule = CHECK_RULE("%s", text);
    struct linear_system system;
    struct error error;
    int count;
    linear_system_probe(&rule, h, &system);
    CHECK_OK(poles_of(&system, pole, &count, &error), &error);
    return count;
}

/* A rule without a state, and coefficients beyond the range of numbers. */
static void some_polynomials_have_no_eigenvalues(void **state)
{
    static const struct {
        struct characteristic polynomial;
        const char *margin; /* what its error says */
    } cases[] = {
        {{.dim = 0}, "a rule that is not linear"},
        {{1, {{(quad)INFINITY}, {(quad)INFINITY}}}, "could not be computed"},
        {{2, {{1, (quad)NAN}, {1, (quad)NAN}}}, "could not be computed"},
        {{3, {{(quad)INFINITY}, {(quad)INFINITY}}}, "could not be computed"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct eigenvalue eigenvalue[LINEAR_STATE];
        struct error error = {.text = ""};
        double margin;
        assert_int_equal(characteristic_margin(&cases[k].polynomial, &margin, &error),
                         STATUS_SOFTWARE);
        CHECK(strstr(error.text, cases[k].margin), "%zu: %s", k, error.text);
        assert_int_equal(
            characteristic_eigenvalues(&cases[k].polynomial, eigenvalue, &error),
            STATUS_SOFTWARE);
        CHECK(strstr(error.text, "could not be computed"), "%zu: %s", k, error.text);
    }
}

/* The middles of intervals of 8 significant bits: nine bits, of which the last is 1. */
static bool is_middle(double x)
{
    int exponent;
    const double digits = frexp(fabs(x), &exponent) * 512;
    return digits == floor(digits) && fmod(digits, 2) == 1;
}

/* sgd's only pole is 1 - eta h. */
static void distances_of_sgd(void **state)
{
    static const double rates[] = {1.9, 1.5,  1.01, 0.75, 0.5,
                                   0.1, 0.01, 1e-3, 1e-6, 1e-9};
    (void)state;
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct pole pole[LINEAR_STATE];
        char text[40];
        snprintf(text, sizeof text, "sgd lr=%g", rates[k]);
        assert_int_equal(poles(text, 1, pole), 1);
        const double exact = 1 - rates[k], distance = 1 - fabs(exact);
        const double found = exact < 0 ? 1 + pole[0].re : 1 - pole[0].re;
        CHECK(pole[0].im == 0 && is_middle(found), "%s: distance %a", text, found);
        CHECK(fabs(found - distance) <= distance / 256, "%s: %g for %g", text, found,
              distance);
    }
}

/* Every pole is a root of the characteristic polynomial but for its rounding, which is
 * relative to the distance from the unit circle; conjugates come once. */
static void poles_are_near_eigenvalues(void **state)
{
    static const char *const rules[] = {
        "heavy_ball lr=0.5 beta1=0.9 beta3=0.1",
        "heavy_ball lr=0.001 beta1=0.9 beta3=0.1",
        "heavy_ball lr=0.01 beta1=0.999 beta3=1",
        "nesterov lr=0.1 beta1=0.9",
        "pnm lr=0.1 beta1=0.9 beta0=1",
        "pnm lr=1 beta1=0.9 beta0=1",
        "pnm lr=0.001 beta1=0.9 beta0=70",
        "aggmo lr=0.1",
        "qhm lr=0.5",
    };
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        struct pole pole[LINEAR_STATE];
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        struct linear_system system;
        struct characteristic polynomial;
        struct eigenvalue z[LINEAR_STATE];
        struct error error;
        const int count = poles(rules[k], 1, pole);
        linear_system_probe(&rule, 1, &system);
        characteristic_of(&system, &polynomial);
        CHECK_OK(characteristic_eigenvalues(&polynomial, z, &error), &error);
        int states = 0;
        double last = 0;
        for (int i = 0; i < count; i++) {
            const double size = pole[i].re * pole[i].re + pole[i].im * pole[i].im;
            double nearest = INFINITY;
            for (int j = 0; j < system.dim; j++)
                nearest = fmin(nearest,
                               hypot((double)(z[j].about + z[j].from.re) - pole[i].re,
                                     (double)z[j].from.im - pole[i].im));
            CHECK(nearest <= (1 - size) / 64, "%s: pole %g + %gi is %g off", rules[k],
                  pole[i].re, pole[i].im, nearest);
            assert_true(pole[i].im >= 0 && size < 1);
            /* Nearest to the circle first, but for their rounding. */
            CHECK(1 - size >= last * 0.99, "%s: pole %d", rules[k], i);
            last = 1 - size;
            states += pole[i].im > 0 ? 2 : 1;
        }
        assert_int_equal(states, system.dim);
    }
}

/* Too near to the circle to be told from 1. */
static void poles_on_the_circle_are_left_out(void **state)
{
    struct pole pole[LINEAR_STATE];
    (void)state;
    assert_int_equal(poles("sgd lr=1e-15", 1, pole), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_polynomials_have_no_eigenvalues),
        cmocka_unit_test(distances_of_sgd),
        cmocka_unit_test(poles_are_near_eigenvalues),
        cmocka_unit_test(poles_on_the_circle_are_left_out),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
