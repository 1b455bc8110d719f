/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stable_law.c: stable laws against the inversion of their characteristic function
 * by mpmath, against draws, and where they have closed forms. */
#include "check.h"

#include "base/noise_law.h"
#include "theory/stable_law.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

static double upper_of(double alpha, double x)
{
    double upper, own;
    struct error error;
    CHECK_OK(stable_law_upper(alpha, x, &upper, &own, &error), &error);
    CHECK_COMPARE(own, <=, 1e-11 * upper);
    return upper;
}

static struct stable_quantile quantile_of(double alpha, double p)
{
    struct stable_quantile quantile;
    struct error error;
    CHECK_OK(stable_law_quantile(alpha, p, &quantile, &error), &error);
    return quantile;
}

/* P(X > x) = 1/2 - (1/pi) times the integral of sin(t x)/t exp(-t^alpha), in 25 digits.
 */
static const double inverted[][3] = {
    {0.75, 0.3, 0.395398461728491}, {0.75, 1, 0.257840543393539},
    {0.75, 3, 0.137845128057972},   {0.95, 0.3, 0.405552810699399},
    {0.95, 1, 0.251183473953784},   {0.95, 3, 0.108831044288036},
    {1.25, 0.3, 0.412452548805579}, {1.25, 1, 0.24602888727412},
    {1.25, 3, 0.0743663125413895},  {1.5, 0.3, 0.414737300063938},
    {1.5, 1, 0.24365797560073},     {1.5, 3, 0.051597803559185},
    {1.9, 0.3, 0.415930064548792},  {1.9, 1, 0.240515456052376},
    {1.9, 3, 0.0229240275553624},
};

static void tails_are_those_of_the_characteristic_function(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof inverted / sizeof *inverted; k++)
        CHECK_NEAR(upper_of(inverted[k][0], inverted[k][1]), inverted[k][2], 1e-12, 0);
}

static void closed_forms_are_limits_of_the_integral(void **state)
{
    (void)state;
    for (int k = 0; k < 9; k++) {
        const double x = 0.01 * pow(3, k);
        CHECK_NEAR(upper_of(1 + 1e-7, x), gsl_cdf_cauchy_Q(x, 1), 1e-6, 0);
        CHECK_NEAR(upper_of(1 - 1e-7, x), gsl_cdf_cauchy_Q(x, 1), 1e-6, 0);
        CHECK_NEAR(upper_of(1, x), gsl_cdf_cauchy_Q(x, 1), 1e-14, 0);
        if (x < 5)
            CHECK_NEAR(upper_of(2 - 1e-9, x), gsl_cdf_ugaussian_Q(x / sqrt(2)), 1e-6,
                       0);
    }
    CHECK_NEAR(quantile_of(2, 0.9).value, sqrt(2) * gsl_cdf_ugaussian_Pinv(0.9), 1e-14,
               0);
    CHECK_NEAR(quantile_of(1, 0.95).value, gsl_cdf_cauchy_Pinv(0.95, 1), 1e-13, 0);
    CHECK_NEAR(quantile_of(1, 0.95).density,
               gsl_ran_cauchy_pdf(gsl_cdf_cauchy_Pinv(0.95, 1), 1), 1e-5, 0);
    CHECK_NEAR(quantile_of(1, 0.5).density, gsl_ran_cauchy_pdf(0, 1), 1e-14, 0);
}

static void quantiles_invert_the_tail(void **state)
{
    static const double alphas[] = {0.5, 0.8, 0.999, 1, 1.2, 1.7, 1.999, 2};
    static const double probabilities[] = {0.501, 0.75, 0.99, 0.9999};
    (void)state;
    for (size_t k = 0; k < sizeof alphas / sizeof *alphas; k++)
        for (size_t j = 0; j < 4; j++) {
            const double p = probabilities[j];
            const struct stable_quantile q = quantile_of(alphas[k], p);
            CHECK_NEAR(upper_of(alphas[k], q.value), 1 - p, 1e-11, 0);
            CHECK_COMPARE(q.error, <=, 1e-9 * q.value);
            CHECK_NEAR(quantile_of(alphas[k], 1 - p).value, -q.value, 1e-9, 0);
        }
    CHECK_EXACT(quantile_of(1.3, 0.5).value, 0);
}

/* Where the search begins, at e^-1 and e, lies the quantile itself: no secant leads
 * there. */
static void a_quantile_may_lie_where_the_search_begins(void **state)
{
    (void)state;
    for (double alpha = 0.7; alpha < 2; alpha += 0.3)
        for (int k = -1; k <= 1; k += 2) {
            const double x = exp(k);
            CHECK_NEAR(quantile_of(alpha, upper_of(alpha, x)).value, -x, 1e-11, 0);
        }
}

/* The draws' law is exp(-|t/sqrt(2)|^alpha): how many lie beyond quantiles of the
 * other one, divided by sqrt(2). */
static void draws_lie_beyond_quantiles_as_often_as_they_should(void **state)
{
    enum { COUNT = 1 << 18 };
    static double x[COUNT];
    static const double alphas[] = {0.5, 0.8, 1.2, 1.5, 1.9};
    const struct random_key key = {9, RANDOM_TEST, 1, 2};
    (void)state;
    for (size_t k = 0; k < 5; k++)
        for (int wrong = 0; wrong < 2; wrong++) {
            const struct noise_law law = {NOISE_STABLE, alphas[k]};
            struct random_stream stream;
            struct error error;
            double z[2];
            CHECK_OK(random_init(&stream, (struct random_generator){.gsl = NULL}, key,
                                 &error),
                     &error);
            noise_law_draw(law, &stream, COUNT, x);
            for (int j = 0; j < 2; j++) {
                const double p = j == 0 ? 0.8 : 0.99;
                /* Negative control: the scale of another convention. */
                const double at =
                    quantile_of(alphas[k], p).value / (wrong ? 1 : sqrt(2));
                double beyond = 0;
                for (int i = 0; i < COUNT; i++)
                    beyond += x[i] > at;
                z[j] = (beyond - COUNT * (1 - p)) / sqrt(COUNT * p * (1 - p));
            }
            if (!wrong)
                CHECK_Z("draws beyond a quantile", z[0]);
            if (!wrong)
                CHECK_Z("draws beyond a quantile", z[1]);
            if (wrong)
                CHECK_COMPARE(fabs(z[0]), >, 5);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_are_those_of_the_characteristic_function),
        cmocka_unit_test(closed_forms_are_limits_of_the_integral),
        cmocka_unit_test(quantiles_invert_the_tail),
        cmocka_unit_test(a_quantile_may_lie_where_the_search_begins),
        cmocka_unit_test(draws_lie_beyond_quantiles_as_often_as_they_should),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("stable_law", tests, NULL, NULL);
}
