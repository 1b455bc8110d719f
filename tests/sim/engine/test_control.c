/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "engine/control.h"
#include "engine/control_kernel.h"

#include "base/numbers.h"

enum { LANES = RULE_LANES };

/* One state: two real ones, three real ones, a pair, a pair and a real one. */
static const struct filters shapes[] = {
    {.states = 1, .re = {0.9375}},
    {.states = 1, .re = {-0.75}},
    {.states = 2, .re = {0.9375, -0.5}},
    {.states = 3, .re = {0.99609375, 0.75, -0.5}},
    {.states = 2, .pair = 1, .re = {0.875, 0.875}, .im = 0.375},
    {.states = 3, .pair = 1, .re = {0.25, 0.25, 0.9375}, .im = 0.9375},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* --- expectations ----------------------------------------------------------------- */

/* y' = M y + e xi for the filters' states. */
static void matrix_of(const struct filters *filters, long double m[3][3],
                      long double e[3])
{
    for (int s = 0; s < 3; s++) {
        e[s] = s < filters->states;
        for (int r = 0; r < 3; r++)
            m[s][r] = s == r ? filters->re[s] : 0;
    }
    if (filters->pair) {
        m[0][1] = -filters->im;
        m[1][0] = filters->im;
        e[1] = 0;
    }
}

/* The average over steps burn_in + 1 .. steps of the states' covariance, step by step.
 */
static void covariance_by_steps(const struct filters *filters, bool independent,
                                uint64_t burn_in, uint64_t steps, long double sum[3][3])
{
    long double m[3][3], e[3], c[3][3] = {{0}};
    matrix_of(filters, m, e);
    memset(sum, 0, 9 * sizeof **sum);
    for (uint64_t t = 1; t <= steps; t++) {
        long double next[3][3];
        for (int s = 0; s < 3; s++)
            for (int r = 0; r < 3; r++) {
                next[s][r] = independent && s != r ? 0 : e[s] * e[r];
                for (int a = 0; a < 3; a++)
                    for (int b = 0; b < 3; b++)
                        next[s][r] += m[s][a] * c[a][b] * m[r][b];
            }
        memcpy(c, next, sizeof c);
        for (int s = 0; s < 3 && t > burn_in; s++)
            for (int r = 0; r < 3; r++)
                sum[s][r] += c[s][r] / (long double)(steps - burn_in);
    }
}

static void expectations_are_those_of_the_recursion(void **state)
{
    static const uint64_t window[][2] = {
        {0, 1}, {0, 10}, {3, 4}, {20, 500}, {1000, 1100}};
    (void)state;
    for (int k = 0; k < SHAPES; k++)
        for (size_t w = 0; w < sizeof window / sizeof *window; w++)
            for (int samples = 1; samples <= 2; samples++) {
                double mean[CONTROL_PRODUCTS];
                long double exact[3][3];
                if (samples > 1 && shapes[k].pair)
                    continue;
                filters_mean(&shapes[k], samples, window[w][0], window[w][1], mean);
                covariance_by_steps(&shapes[k], samples > 1, window[w][0], window[w][1],
                                    exact);
                for (int s = 0, p = 0; s < shapes[k].states; s++)
                    for (int r = 0; r <= s; r++, p++)
                        CHECK_NEAR(mean[p], (double)exact[r][s], 1e-14, 1e-15);
            }
}

/* At one step, of any sum of states. */
static void variances_of_sums_are_those_of_the_recursion(void **state)
{
    static const double c[CONTROL_STATES] = {0.7, -1.2, 0.4};
    (void)state;
    for (int k = 0; k < SHAPES; k++)
        for (uint64_t t = 1; t <= 200; t = 2 * t + 1)
            for (int samples = 1; samples <= 2; samples++) {
                long double exact[3][3], sum = 0;
                if (samples > 1 && shapes[k].pair)
                    continue;
                covariance_by_steps(&shapes[k], samples > 1, t - 1, t, exact);
                for (int s = 0; s < shapes[k].states; s++)
                    for (int r = 0; r < shapes[k].states; r++)
                        sum += (long double)c[r] * c[s] * exact[r][s];
                CHECK_NEAR(filters_variance(&shapes[k], samples, t, c), (double)sum,
                           1e-14, 0);
            }
}

/* Near 1 nothing cancels: 1 - rho is 2^-40. */
static void expectations_near_the_circle_keep_their_digits(void **state)
{
    const struct filters filters = {.states = 1, .re = {1 - 0x1p-40}};
    double mean[CONTROL_PRODUCTS];
    (void)state;
    /* y_t^2 has mean (1 - rho^2t)/(1 - rho^2), t - t(t-1) 2^-40 + ... for few steps. */
    filters_mean(&filters, 1, 99, 100, mean);
    CHECK_NEAR(mean[0], 100 - 100 * 99 * 0x1p-40, 1e-15, 0);
    filters_mean(&filters, 1, UINT64_C(1) << 50, UINT64_C(1) << 51, mean);
    CHECK_NEAR(mean[0], 1 / (0x1p-39 - 0x1p-80), 1e-14, 0);
}

/* --- the loop --------------------------------------------------------------------- */

/* The filters of a lane and the sums of their products, one step after the other. */
static void run_by_steps(const struct filters *filters, size_t steps, size_t stride,
                         size_t shift, const double *xi, double *y, double *sum)
{
    for (size_t k = 0; k < steps; k++) {
        const double *own = xi + k * stride;
        double next[CONTROL_STATES] = {0};
        for (int s = 0; s < filters->states; s++)
            next[s] = fma(filters->re[s], y[s], own[(size_t)s * shift]);
        if (filters->pair) {
            next[0] = fma(-filters->im, y[1], fma(filters->re[0], y[0], own[0]));
            next[1] = fma(filters->re[1], y[1], filters->im * y[0]);
        }
        memcpy(y, next, sizeof next);
        for (int s = 0, p = 0; s < filters->states; s++)
            for (int r = 0; r <= s; r++, p++)
                sum[p] += y[r] * y[s];
    }
}

/* Lanes of all shapes beside each other, with one sample and with three. */
static void every_lane_runs_its_own_filters(void **state)
{
    enum { STEPS = 50 };
    struct error error;
    const struct kernels *kernels = kernels_find(&error);
    double *normal = check_alloc(3 * STEPS * LANES, sizeof *normal);
    uint64_t random = 5;
    (void)state;
    for (size_t k = 0; k < 3 * STEPS * LANES; k++)
        normal[k] = check_uniform(&random, -2, 2);
    for (int most = 1; most <= 3; most++)
        for (int pair = 0; pair <= (most > 1); pair++)
            for (int samples = 1; samples <= 3; samples += 2) {
                double product[CONTROL_PRODUCTS * LANES] = {0};
                struct control_lanes lanes = {.states = most, .pair = pair};
                struct filters own[LANES];
                if (samples > 1 && pair)
                    continue;
                for (int lane = 0; lane < LANES; lane++) {
                    int k = lane % SHAPES;
                    while (shapes[k].states > most || shapes[k].pair > pair)
                        k = (k + 1) % SHAPES;
                    own[lane] = shapes[k];
                    for (int s = 0; s < shapes[k].states; s++)
                        lanes.re[s][lane] = shapes[k].re[s];
                    lanes.im[lane] = shapes[k].im;
                    lanes.single[lane] = !shapes[k].pair;
                }
                const size_t stride = (size_t)samples * LANES,
                             shift = samples > 1 ? LANES : 0;
                kernels->control_advance(20, stride, shift, normal, &lanes, NULL);
                kernels->control_advance(STEPS - 20, stride, shift,
                                         normal + 20 * stride, &lanes, product);
                for (int lane = 0; lane < LANES; lane++) {
                    double y[CONTROL_STATES] = {0}, sum[CONTROL_PRODUCTS] = {0};
                    run_by_steps(&own[lane], 20, stride, shift, normal + lane, y, sum);
                    memset(sum, 0, sizeof sum);
                    run_by_steps(&own[lane], STEPS - 20, stride, shift,
                                 normal + 20 * stride + lane, y, sum);
                    for (int s = 0; s < own[lane].states; s++)
                        CHECK_NEAR(lanes.state[s][lane], y[s], 1e-13, 1e-14);
                    for (int p = 0; p < filters_products(&own[lane]); p++)
                        CHECK_NEAR(product[p * LANES + lane], sum[p], 1e-12, 1e-12);
                }
            }
    free(normal);
}

/* --- coefficients ----------------------------------------------------------------- */

/* x = 2 a - 3 b + 0.5 c + noise of variance 0.01, from `count` chains. Products a, b, c
 * and three that are sums of them. */
static void fit_of(uint64_t seed, int count, double noise, struct control_fit *fit)
{
    memset(fit, 0, sizeof *fit);
    for (int k = 0; k < count; k++) {
        double z[CONTROL_PRODUCTS];
        for (int p = 0; p < 3; p++)
            z[p] = 5 * p + check_normal(&seed) * (p == 1 ? 1e-6 : 1);
        z[3] = z[0] + z[2];
        z[4] = z[1];
        z[5] = 3 * z[0] - z[2];
        const double x =
            2 * z[0] - 3e6 * z[1] + 0.5 * z[2] + noise * check_normal(&seed);
        control_fit_add(fit, CONTROL_PRODUCTS, z, x);
    }
}

static void coefficients_are_those_of_least_squares(void **state)
{
    struct control control = {.filters = {.states = 2}};
    struct control_fit fit;
    double residual;
    (void)state;
    fit_of(1, 1000, 0.1, &fit);
    control_fit_solve(&fit, &control, &residual);
    CHECK_NEAR(control.coefficient[0], 2, 0, 5 * 0.1 / sqrt(1000));
    CHECK_NEAR(control.coefficient[1], -3e6, 0, 5e6 * 0.1 / sqrt(1000));
    CHECK_NEAR(control.coefficient[2], 0.5, 0, 5 * 0.1 / sqrt(1000));
    CHECK_NEAR(residual, 0.01, 0, 5 * 0.01 * sqrt(2.0 / 1000));
    for (int p = 3; p < CONTROL_PRODUCTS; p++)
        CHECK_EXACT(control.coefficient[p], 0.0);
    /* By hand: the mean and spread that the fit keeps are those of the numbers. */
    assert_int_equal(fit.count, 1000);
    CHECK_NEAR(fit.mean[1], 5, 0, 5e-6);
}

/* The residual divides by the degrees of freedom that the products leave: its mean over
 * seeds is the variance of the noise, with few chains too. */
static void the_residual_counts_what_was_fitted(void **state)
{
    enum { SEEDS = 400, CHAINS = 12 };
    double sum = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct control control = {.filters = {.states = 3}};
        struct control_fit fit;
        double residual;
        fit_of(seed, CHAINS, 0.1, &fit);
        control_fit_solve(&fit, &control, &residual);
        sum += residual / SEEDS;
    }
    CHECK_NEAR(sum, 0.01, 0, 5 * 0.01 * sqrt(2.0 / (CHAINS - 4) / SEEDS));
}

/* Products that are sums of others change nothing but which coefficients are used. */
static void products_that_say_nothing_new_are_left_out(void **state)
{
    struct control few = {.filters = {.states = 2}}, all = {.filters = {.states = 3}};
    struct control_fit fit;
    double of_few, of_all;
    (void)state;
    fit_of(2, 200, 0.1, &fit);
    control_fit_solve(&fit, &few, &of_few);
    control_fit_solve(&fit, &all, &of_all);
    int used = 0;
    for (int p = 0; p < CONTROL_PRODUCTS; p++)
        used += all.coefficient[p] != 0;
    assert_int_equal(used, 3);
    CHECK_NEAR(of_all, of_few, 1e-9, 0);
}

static void without_spread_nothing_is_subtracted(void **state)
{
    static const double constant[CONTROL_PRODUCTS] = {1, 1, 1, 1, 1, 1};
    struct control control = {.filters = {.states = 3}};
    struct control_fit fit = {0};
    double residual;
    (void)state;
    for (int k = 0; k < 10; k++)
        control_fit_add(&fit, CONTROL_PRODUCTS, constant, k);
    control_fit_solve(&fit, &control, &residual);
    for (int p = 0; p < CONTROL_PRODUCTS; p++)
        CHECK_EXACT(control.coefficient[p], 0.0);
    CHECK_NEAR(residual, 82.5 / 9, 1e-14, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expectations_are_those_of_the_recursion),
        cmocka_unit_test(variances_of_sums_are_those_of_the_recursion),
        cmocka_unit_test(expectations_near_the_circle_keep_their_digits),
        cmocka_unit_test(every_lane_runs_its_own_filters),
        cmocka_unit_test(coefficients_are_those_of_least_squares),
        cmocka_unit_test(the_residual_counts_what_was_fitted),
        cmocka_unit_test(products_that_say_nothing_new_are_left_out),
        cmocka_unit_test(without_spread_nothing_is_subtracted),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
