/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounds of theorem 3.1 and lemma A.3 against second derivations: the lemma's
 * factor from Algorithm 2 run on chosen gradients, the theorem from the inequality that
 * its proof sums.
 *
 * Statistics tested: 0. */
#include "check.h"

#include "theory/convergence.h"

enum { STEPS = 400 };

static const double beta0s[] = {0, 0.3, 1, 2, 3, 10, 70};
static const double beta1s[] = {0, 0.3, 0.5, 0.9};
enum {
    BETA0S = sizeof beta0s / sizeof *beta0s,
    BETA1S = sizeof beta1s / sizeof *beta1s
};

/* z_t - theta_t over eta0 after `steps` steps of Algorithm 2 with eta0 = 1 on the given
 * gradients, from x_t = theta_t + beta0 m_{t-1} and z_t = (x_t - beta x_{t-2})/(1 -
 * beta). */
static double offset_after(double beta0, double beta1, const double *g, int steps)
{
    const double beta = beta1 * beta1;
    double theta = 0, m1 = 0, m2 = 0, x = 0, x1 = 0, x2 = 0;
    for (int t = 0; t < steps; t++) {
        const double m = beta * m2 + (1 - beta) * g[t];
        theta -= (1 + beta0) * m - beta0 * m1;
        m2 = m1;
        m1 = m;
        x2 = x1;
        x1 = x;
        x = theta + beta0 * m1;
    }
    return (x - beta * x2) / (1 - beta) - theta;
}

/* The supremum over |g| <= 1: what each gradient alone contributes, all of one sign. */
static double largest_offset(double beta0, double beta1, int steps)
{
    double sum = 0, g[STEPS];
    for (int k = 0; k < steps; k++) {
        for (int t = 0; t < steps; t++)
            g[t] = t == k;
        sum += fabs(offset_after(beta0, beta1, g, steps));
    }
    return sum;
}

/* (z - theta)/eta0 is at most sqrt(factor)/(1 - beta), and comes as near as one likes.
 */
static void the_corrected_factor_is_the_supremum(void **state)
{
    (void)state;
    for (int a = 0; a < BETA0S; a++)
        for (int b = 0; b < BETA1S; b++) {
            const double beta = beta1s[b] * beta1s[b];
            const double factor =
                convergence_lemma_factor(beta0s[a], beta1s[b], CONVERGENCE_CORRECTED);
            CHECK_NEAR(largest_offset(beta0s[a], beta1s[b], STEPS) * (1 - beta),
                       sqrt(factor), 1e-11, 1e-11);
        }
}

/* No choice of signs of a short run is beyond it, and one reaches the short run's sum.
 */
static void no_signs_are_beyond_the_corrected_factor(void **state)
{
    (void)state;
    enum { SHORT = 10 };
    for (int a = 0; a < BETA0S; a++)
        for (int b = 0; b < BETA1S; b++) {
            const double beta = beta1s[b] * beta1s[b];
            const double bound = sqrt(convergence_lemma_factor(beta0s[a], beta1s[b],
                                                               CONVERGENCE_CORRECTED)) /
                                 (1 - beta);
            double largest = 0;
            for (unsigned signs = 0; signs < 1U << SHORT; signs++) {
                double g[SHORT];
                for (int t = 0; t < SHORT; t++)
                    g[t] = signs >> t & 1 ? -1 : 1;
                const double offset = offset_after(beta0s[a], beta1s[b], g, SHORT);
                largest = fmax(largest, fabs(offset));
            }
            CHECK_COMPARE(largest, <=, bound * (1 + 1e-12) + 1e-12);
            CHECK_NEAR(largest, largest_offset(beta0s[a], beta1s[b], SHORT), 1e-12,
                       1e-12);
        }
}

static double printed_over_corrected(double beta0, double beta1)
{
    return convergence_lemma_factor(beta0, beta1, CONVERGENCE_PRINTED) /
           convergence_lemma_factor(beta0, beta1, CONVERGENCE_CORRECTED);
}

static void the_printed_factor_is_too_small_below_the_crossing(void **state)
{
    (void)state;
    for (int b = 1; b < BETA1S; b++) {
        const double beta = beta1s[b] * beta1s[b], crossing = beta / (2 * (1 - beta));
        CHECK_NEAR(printed_over_corrected(0, beta1s[b]), 0.25, 1e-14, 0);
        CHECK_NEAR(printed_over_corrected(crossing, beta1s[b]), 1, 1e-14, 0);
        CHECK_COMPARE(printed_over_corrected(0.99 * crossing, beta1s[b]), <, 1);
        CHECK_COMPARE(printed_over_corrected(1.01 * crossing, beta1s[b]), >, 1);
        /* From beta/(1-beta) on the corrected factor is the printed one's last part. */
        CHECK_NEAR(
            convergence_lemma_factor(4 * crossing, beta1s[b], CONVERGENCE_CORRECTED),
            pow(4 * crossing * (1 - beta), 2), 1e-13, 0);
    }
    for (int a = 1; a < BETA0S; a++)
        CHECK_NEAR(printed_over_corrected(beta0s[a], 0), 1, 1e-14, 0);
}

static struct convergence setting(double beta0, double beta1)
{
    return (struct convergence){
        .beta0 = beta0,
        .beta1 = beta1,
        .smoothness = 1.7,
        .gradient = 0.6,
        .sigma = 0.9,
        .gap = 2.3,
        .c = 0.8,
    };
}

static void the_lemma_is_lipschitz_times_the_supremum(void **state)
{
    (void)state;
    const double eta0 = 0.013;
    for (int a = 0; a < BETA0S; a++)
        for (int b = 0; b < BETA1S; b++) {
            const struct convergence c = setting(beta0s[a], beta1s[b]);
            const double apart =
                c.smoothness * eta0 * largest_offset(c.beta0, c.beta1, STEPS);
            CHECK_NEAR(convergence_lemma_bound(&c, eta0, CONVERGENCE_CORRECTED),
                       apart * apart * (0.6 * 0.6 + 0.9 * 0.9), 1e-11, 1e-14);
        }
}

/* Lemmas A.2 and A.3 summed over T steps give gap/(T Q) + Q'/Q; with Q >= eta0/2 and
 * eta0 <= C/sqrt(T) that is the theorem. */
static void the_theorem_is_the_summed_descent(void **state)
{
    (void)state;
    static const uint64_t horizons[] = {1, 2, 3, 10, 1000, 1000000};
    for (int form = 0; form < 2; form++)
        for (int a = 0; a < BETA0S; a++)
            for (int b = 0; b < BETA1S; b++)
                for (size_t h = 0; h < sizeof horizons / sizeof *horizons; h++) {
                    const struct convergence c = setting(beta0s[a], beta1s[b]);
                    const double steps = (double)horizons[h], l = c.smoothness;
                    const double eta0 = convergence_rate(&c, horizons[h]);
                    const double q = eta0 - l * eta0 * eta0;
                    const double rest =
                        convergence_lemma_bound(&c, eta0, (enum convergence_form)form) /
                            (2 * l) +
                        l * eta0 * eta0 * c.sigma * c.sigma / 2;
                    const double bound =
                        convergence_bound(&c, horizons[h], (enum convergence_form)form);
                    /* The bound is not below what its proof gives. */
                    CHECK_COMPARE(c.gap / (steps * q) + rest / q, <=,
                                  bound * (1 + 1e-14));
                    /* Not capped: equal once Q is replaced by eta0/2. */
                    if (eta0 < 1 / (2 * l))
                        CHECK_NEAR(bound, 2 * c.gap / (steps * eta0) + 2 * rest / eta0,
                                   1e-13, 0);
                }
}

static void the_rate_is_capped(void **state)
{
    (void)state;
    struct convergence c = setting(1, 0.9);
    CHECK_EXACT(convergence_rate(&c, 1), 1 / (2 * 1.7));
    CHECK_NEAR(convergence_rate(&c, 10000), 0.008, 1e-15, 0);
    c.c = 1e9;
    CHECK_EXACT(convergence_rate(&c, 10000), 1 / (2 * 1.7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corrected_factor_is_the_supremum),
        cmocka_unit_test(no_signs_are_beyond_the_corrected_factor),
        cmocka_unit_test(the_printed_factor_is_too_small_below_the_crossing),
        cmocka_unit_test(the_lemma_is_lipschitz_times_the_supremum),
        cmocka_unit_test(the_theorem_is_the_summed_descent),
        cmocka_unit_test(the_rate_is_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
