/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_valley.c: the slow coordinate in a valley that widens: chains of the implemented
 * step against the mean field, against chains written here, and averaging as a limit.
 */
#include "check.h"
#include "compare/valley.h"

enum { FAST = 512, STEPS = 96, EVERY = 32, POINTS = STEPS / EVERY + 1 };

static const char *const rules[] = {
    "sgd lr=0.2",
    "heavy_ball lr=0.2 beta1=0.5",
    "pnm lr=0.2 beta0=1 beta1=0.9 lr-normalization=off",
    "two_batch lr=0.2 beta0=1",
    "anti_pgd lr=0.2",
};
enum { RULES = sizeof rules / sizeof *rules };

static struct valley valley_of(const struct rule *rule)
{
    return (struct valley){rule, FAST, 64, 1.5, STEPS, EVERY};
}

/* Whether all means lie within the band of the mean field, 4/d of the way included. */
static bool agrees(const struct moments *measured, const double *mean_field)
{
    bool all = true;
    for (int k = 0; k < POINTS; k++) {
        const double off = fabs(measured[k].mean - mean_field[k]);
        const double se = k == 0 ? 0 : moments_stderr(&measured[k]);
        all = all && off <= 4.89 * se + 4.0 / FAST * (1 - mean_field[k]);
    }
    return all;
}

static void chains_follow_the_mean_field(void **state)
{
    const struct sampling sampling = check_sampling(1, 0.01);
    struct error error;
    (void)state;
    for (int k = 0; k < RULES; k++) {
        struct rule rule = CHECK_RULE("%s", rules[k]);
        const struct valley valley = valley_of(&rule);
        struct moments v[POINTS];
        double mean[POINTS];
        assert_int_equal(valley_points(&valley), POINTS);
        valley_mean_field(&valley, mean);
        CHECK_OK(valley_measure(&sampling, &valley, 48, NULL, v, &error), &error);
        CHECK_EXACT(mean[0], 1.0);
        CHECK_EXACT(v[0].mean, 1.0);
        CHECK_COMPARE(mean[POINTS - 1], <, 0.995);
        CHECK(agrees(v, mean), "%s: measured %.6g, mean field %.6g", rules[k],
              v[POINTS - 1].mean, mean[POINTS - 1]);
        /* A rate off by 3 % is noticed. */
        rule.number[RULE_LR] *= 1.03;
        valley_mean_field(&valley, mean);
        CHECK(!agrees(v, mean), "%s: 3 %% of the rate are not noticed", rules[k]);
    }
}

/* pnm and Anti-PGD written out, without the control variate. */
static double chain_written(bool pnm, uint64_t *random)
{
    enum { COUNT = FAST + 1 };
    static double x[COUNT], m[COUNT], last[COUNT], before[COUNT];
    const double eta = 0.2, beta = 0.81, l = 64, sd = sqrt(1.5);
    memset(m, 0, sizeof m);
    memset(last, 0, sizeof last);
    memset(x, 0, sizeof x);
    x[FAST] = l;
    for (int t = 0; t < STEPS; t++) {
        const double h = x[FAST] * x[FAST] / (l * l), v = x[FAST];
        double square = 0;
        for (int i = 0; i < FAST; i++)
            square += x[i] * x[i];
        for (int i = 0; i < COUNT; i++) {
            const double gradient = i < FAST ? h * x[i] : v * square / (l * l);
            const double noise = sd * check_normal(random);
            if (pnm) {
                before[i] = last[i];
                last[i] = m[i];
                m[i] = beta * before[i] + (1 - beta) * (gradient + noise);
                x[i] -= eta * (2 * m[i] - last[i]);
            } else {
                x[i] += -eta * gradient - eta * noise + eta * last[i];
                last[i] = noise;
            }
        }
    }
    return x[FAST] / l;
}

static void chains_written_here_do_the_same(void **state)
{
    (void)state;
    for (int pnm = 0; pnm < 2; pnm++) {
        const struct rule rule = CHECK_RULE("%s", rules[pnm ? 2 : 4]);
        const struct valley valley = valley_of(&rule);
        struct moments v = {0};
        uint64_t random = 3;
        double mean[POINTS];
        valley_mean_field(&valley, mean);
        for (int chain = 0; chain < 100; chain++)
            moments_add(&v, chain_written(pnm, &random));
        CHECK_Z(rules[pnm ? 2 : 4], (v.mean - mean[POINTS - 1]) / moments_stderr(&v));
    }
}

static double sgd_first_order(const void *context, double h)
{
    return *(const double *)context / (2 * h);
}

/* Averaging: v^2 falls by eta^2 c d/l^2 a step if Var u = eta c/(2 h), which is what
 * the mean field tends to for small rates, if the steps grow as 1/eta^2. */
static void averaging_is_the_limit_of_small_rates(void **state)
{
    double off[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        const double eta = k == 0 ? 0.1 : 0.025, done = 0.3;
        const struct rule rule = CHECK_RULE("sgd lr=%.17g", eta);
        const uint64_t steps = k == 0 ? 1000 : 16000;
        /* eta^2 c d/l^2 steps = done */
        const struct valley valley = {
            &rule, FAST,  sqrt(eta * eta * FAST * (double)steps / done),
            1,     steps, steps};
        double mean[2], average[2];
        valley_mean_field(&valley, mean);
        valley_average(&valley, eta, sgd_first_order, &eta, average);
        CHECK_NEAR(average[1], sqrt(1 - done), 0.01 * eta, 0);
        off[k] = mean[1] / average[1] - 1;
    }
    CHECK_COMPARE(fabs(off[0]), <, 0.02);
    CHECK_COMPARE(fabs(off[0]), >, 1e-4);
    CHECK_NEAR(off[1], off[0] / 4, 0.1, 0);
}

static void the_bits_do_not_depend_on_threads(void **state)
{
    const struct rule rule = CHECK_RULE("anti_pgd lr=0.2");
    const struct valley valley = {&rule, 32, 64, 1, 8, 4};
    struct sampling sampling = check_sampling(1, 0.01);
    struct moments v[2][3];
    struct error error;
    (void)state;
    for (int k = 0; k < 2; k++) {
        sampling.threads = 1 + 2 * k;
        CHECK_OK(valley_measure(&sampling, &valley, 9, NULL, v[k], &error), &error);
    }
    CHECK_SAME_MOMENTS(v[0], v[1], 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_follow_the_mean_field),
        cmocka_unit_test(chains_written_here_do_the_same),
        cmocka_unit_test(averaging_is_the_limit_of_small_rates),
        cmocka_unit_test(the_bits_do_not_depend_on_threads),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
