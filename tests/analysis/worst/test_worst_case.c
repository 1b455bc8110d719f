/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst_case.c: worst cases against those that are known, and against chains. */
#include "check.h"

#include "base/interrupt.h"
#include "worst/worst_case.h"
#include "worst/worst_points.h"

#include <signal.h>

/* The setting of a rule with L = 1 and 1 given of the loss. */
static struct worst_setting setting_of(const struct rule *rule, uint64_t steps)
{
    return (struct worst_setting){.rule = rule, .steps = steps, .smoothness = 1};
}

static struct rule rule_read(const char *text)
{
    struct rule rule;
    struct error error;
    assert_int_equal(rule_from(&rule, &error, "%s", text), STATUS_OK);
    return rule;
}

/* Both sides; a function attains worst, so it is not above what none exceeds. */
static struct worst_case find(const struct worst_setting *setting)
{
    struct worst_case worst;
    struct error error;
    assert_int_equal(worst_setting_check(setting, &error), STATUS_OK);
    assert_int_equal(worst_case_find(setting, &worst, &error), STATUS_OK);
    assert_true(worst.worst <= worst.certified);
    return worst;
}

/* The worst case is `known` to 1e-6, from both sides. */
static void expect_known(const struct worst_setting *setting, double known)
{
    struct worst_case worst = find(setting);
    assert_true(worst.worst <= known * (1 + 1e-14));
    assert_true(worst.certified >= known * (1 - 1e-14));
    CHECK_NEAR(worst.certified, known, 1e-6, 0);
    CHECK_NEAR(worst.worst, known, 1e-6, 0);
    worst_case_free(&worst);
}

/* min |grad f|^2 <= 4 L (f(theta_0) - f*)/(3 N + 2) at eta = 1/L (Taylor, Hendrickx and
 * Glineur, SIAM J. Optim. 27, 2017; Abbaszadehpeivasti, de Klerk and Zamani, Optim.
 * Lett. 16, 2022). */
static void gradient_descent_on_smooth_functions(void **state)
{
    (void)state;
    const struct rule rule = rule_read("sgd lr=1");
    for (uint64_t n = 1; n <= 10; n++) {
        const struct worst_setting setting = setting_of(&rule, n);
        expect_known(&setting, 4 / (3 * (double)n + 2));
    }
}

/* f(theta_N) - f* <= L |theta_0 - theta*|^2/(4 N h + 2), h = eta L <= 1 (Drori and
 * Teboulle, theorem 3.1). */
static void gradient_descent_on_convex_functions(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd lr=0.5", "sgd lr=1"};
    for (int k = 0; k < 2; k++) {
        const struct rule rule = rule_read(rules[k]);
        for (uint64_t n = 1; n <= 10; n++) {
            struct worst_setting setting = setting_of(&rule, n);
            setting.class = WORST_CONVEX;
            setting.measure = WORST_LAST_LOSS;
            setting.given = WORST_GIVEN_DISTANCE;
            expect_known(&setting, 1 / (4 * (double)n * rule.number[RULE_LR] + 2));
        }
    }
}

/* |theta_N - theta*|^2 <= max{(1 - eta mu)^2, (1 - eta L)^2}^N |theta_0 - theta*|^2:
 * attained by quadratics. */
static void gradient_descent_on_strongly_convex_functions(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd lr=1", "sgd lr=1.9"};
    for (int k = 0; k < 2; k++) {
        const struct rule rule = rule_read(rules[k]);
        const double eta = rule.number[RULE_LR];
        const double factor = fmax(pow(1 - 0.1 * eta, 2), pow(1 - eta, 2));
        for (uint64_t n = 1; n <= 10; n += 3) {
            struct worst_setting setting = setting_of(&rule, n);
            setting.class = WORST_STRONGLY_CONVEX;
            setting.mu = 0.1;
            setting.measure = WORST_DISTANCE;
            setting.given = WORST_GIVEN_DISTANCE;
            expect_known(&setting, pow(factor, (double)n));
        }
    }
}

/* f(theta_N) - f* <= (1 - alpha mu)^N (f(theta_0) - f*) for beta = sqrt((1 - alpha mu)
 * (1 - alpha L)) (Ghadimi, Feyzmahdavian and Johansson, ECC 2015, theorem 4). At N = 2
 * the quadratic of the lowest curvature attains the worst case: x_1 = (1 - alpha mu)
 * x_0 and x_2 = (1 - alpha mu) x_1 + beta (x_1 - x_0). PEPit's documentation has
 * 0.75349 for it (Goujaud et al., Math. Program. Comput. 16, 2024). */
static void heavy_ball_on_strongly_convex_functions(void **state)
{
    (void)state;
    const double alpha = 0.5, mu = 0.1;
    const double beta = sqrt((1 - alpha * mu) * (1 - alpha));
    struct rule rule;
    struct error error;
    assert_int_equal(
        rule_from(&rule, &error, "heavy_ball lr=%g beta3=1 beta1=%.17g", alpha, beta),
        STATUS_OK);
    for (uint64_t n = 1; n <= 10; n++) {
        struct worst_setting setting = setting_of(&rule, n);
        setting.class = WORST_STRONGLY_CONVEX;
        setting.mu = mu;
        setting.measure = WORST_LAST_LOSS;
        struct worst_case worst = find(&setting);
        assert_true(worst.certified <= pow(1 - alpha * mu, (double)n));
        if (n == 2)
            CHECK_NEAR(worst.certified,
                       pow(pow(1 - alpha * mu, 2) - beta * alpha * mu, 2), 1e-6, 0);
        worst_case_free(&worst);
    }
}

/* With q = mu/L, eta = 1/L and beta = (1 - sqrt q)/(1 + sqrt q), the potential of
 * Nesterov (2004, theorem 2.2.3) bounds the distances of both of his sequences, hence
 * that of the point between them at which gradients are taken:
 * |theta_N - theta*|^2 <= (1 + 1/q) (1 - sqrt q)^N |theta_0 - theta*|^2. */
static void nesterov_on_strongly_convex_functions(void **state)
{
    (void)state;
    const double q = 0.1;
    struct rule rule;
    struct error error;
    assert_int_equal(rule_from(&rule, &error, "nesterov lr=1 beta1=%.17g",
                               (1 - sqrt(q)) / (1 + sqrt(q))),
                     STATUS_OK);
    for (uint64_t n = 1; n <= 10; n++) {
        struct worst_setting setting = setting_of(&rule, n);
        setting.class = WORST_STRONGLY_CONVEX;
        setting.mu = q;
        setting.measure = WORST_DISTANCE;
        setting.given = WORST_GIVEN_DISTANCE;
        struct worst_case worst = find(&setting);
        assert_true(worst.certified <= (1 + 1 / q) * pow(1 - sqrt(q), (double)n));
        worst_case_free(&worst);
    }
}

/* Gradient descent on a quadratic, with steps of its own. */
static double on_quadratic(double h, double eta, uint64_t n)
{
    double x = sqrt(2 / h), least = INFINITY;
    for (uint64_t k = 0; k <= n; k++) {
        least = fmin(least, h * h * x * x);
        x -= eta * h * x;
    }
    return least;
}

/* No function exceeds what is certified; quadratics are functions. */
static void quadratics_stay_below(void **state)
{
    (void)state;
    for (double eta = 0.1; eta < 2; eta += 0.3) {
        struct rule rule = rule_read("sgd lr=1");
        rule.number[RULE_LR] = eta;
        const struct worst_setting setting = setting_of(&rule, 4);
        struct worst_case worst = find(&setting);
        for (double h = 0.02; h <= 1; h += 0.02)
            assert_true(on_quadratic(h, eta, 4) <= worst.certified);
        worst_case_free(&worst);
    }
}

/* With L f and eta/L nothing changes but units. */
static void units_follow_the_smoothness(void **state)
{
    (void)state;
    static const double powers[2][4] = {{1, 1, 0, -1}, {2, 2, 1, 0}};
    const struct rule one = rule_read("pnm lr=0.3"), four = rule_read("pnm lr=0.075");
    for (int given = 0; given < 2; given++)
        for (int measure = 0; measure < 4; measure++) {
            struct worst_setting setting = setting_of(&one, 3);
            setting.class = WORST_STRONGLY_CONVEX;
            setting.mu = 0.1;
            setting.measure = (enum worst_measure)measure;
            setting.given = (enum worst_given)given;
            struct worst_case small = find(&setting);
            setting.rule = &four;
            setting.smoothness = 4;
            setting.mu = 0.4;
            struct worst_case large = find(&setting);
            CHECK_NEAR(large.certified,
                       small.certified * pow(4, powers[given][measure]), 1e-6, 0);
            worst_case_free(&small);
            worst_case_free(&large);
        }
}

/* Every rule's own step visits the points of its worst function; that of another rule
 * does not. */
static void steps_visit_the_points(void **state)
{
    (void)state;
    for (const struct rule_kind *const *kind = rule_kinds(); *kind; kind++) {
        if (!(*kind)->linear || (*kind)->from_file || (*kind)->exact_gradient)
            continue;
        struct rule rule = rule_of(*kind, 0.3);
        rule_complete(&rule);
        struct rule other = rule;
        other.number[RULE_LR] *= 1.001;
        struct worst_setting setting = setting_of(&rule, 5);
        struct worst_case worst = find(&setting);
        struct worst_points points;
        struct error error;
        double deviation;
        assert_int_equal(worst_points_of(&setting, &worst, &points, &error), STATUS_OK);
        assert_int_equal(worst_points_replay(&setting, &points, &deviation, &error),
                         STATUS_OK);
        assert_true(deviation < 1e-9);
        setting.rule = &other;
        assert_int_equal(worst_points_replay(&setting, &points, &deviation, &error),
                         STATUS_OK);
        assert_true(deviation > 1e-5);
        worst_points_free(&points);
        worst_case_free(&worst);
    }
}

/* A bound of the gradients lowers the bound, and leaves no function. */
static void bounds_of_gradients_lower_the_bound(void **state)
{
    (void)state;
    const struct rule rule = rule_read("pnm lr=0.3");
    struct worst_setting setting = setting_of(&rule, 4);
    struct worst_case free_case = find(&setting);
    double before = free_case.certified;
    for (double g = 1.2; g > 0.2; g -= 0.3) {
        struct error error;
        struct worst_case worst;
        setting.gradient = g;
        assert_int_equal(worst_case_find(&setting, &worst, &error), STATUS_OK);
        assert_true(isnan(worst.worst) && isnan(worst.gap));
        assert_true(worst.certified <= before);
        assert_true(worst.certified <= g * g * (1 + 1e-6));
        before = worst.certified;
        worst_case_free(&worst);
    }
    worst_case_free(&free_case);
}

/* Rows that a solver is first not given are obeyed in the end. */
static void long_chains_are_solved_in_rounds(void **state)
{
    (void)state;
    const struct rule rule = rule_read("sgd lr=1");
    const struct worst_setting setting = setting_of(&rule, 18);
    struct worst_case worst = find(&setting);
    assert_true(worst.problem.rows > 350);
    CHECK_NEAR(worst.certified, 4 / 56.0, 1e-6, 0);
    CHECK_NEAR(worst.worst, 4 / 56.0, 1e-6, 0);
    worst_case_free(&worst);
}

static void expect_refused(const struct worst_setting *setting)
{
    struct error error;
    assert_int_equal(worst_setting_check(setting, &error), STATUS_USAGE);
}

static void settings_without_a_worst_case_are_refused(void **state)
{
    (void)state;
    struct rule rule = rule_read("sgd lr=1");
    struct worst_setting setting = setting_of(&rule, 2);
    setting.measure = WORST_DISTANCE;
    expect_refused(&setting);
    setting.class = WORST_CONVEX;
    expect_refused(&setting);
    setting.measure = WORST_MIN_GRADIENT;
    rule.decay.lambda = 0.1;
    expect_refused(&setting);
    rule = rule_read("adam lr=1");
    expect_refused(&setting);
}

static void a_signal_ends_the_search(void **state)
{
    (void)state;
    const struct rule rule = rule_read("sgd lr=1");
    const struct worst_setting setting = setting_of(&rule, 2);
    struct worst_case worst;
    struct error error;
    signal(SIGINT, SIG_DFL); /* it is ignored in the background of a shell */
    interrupt_catch();
    raise(SIGINT);
    assert_int_equal(worst_case_find(&setting, &worst, &error), STATUS_INTERRUPTED);
    assert_true(isnan(worst.certified) && isnan(worst.worst));
    worst_case_free(&worst);
    interrupt_hold();
    assert_int_equal(worst_case_find(&setting, &worst, &error), STATUS_OK);
    worst_case_free(&worst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_descent_on_smooth_functions),
        cmocka_unit_test(gradient_descent_on_convex_functions),
        cmocka_unit_test(gradient_descent_on_strongly_convex_functions),
        cmocka_unit_test(heavy_ball_on_strongly_convex_functions),
        cmocka_unit_test(nesterov_on_strongly_convex_functions),
        cmocka_unit_test(quadratics_stay_below),
        cmocka_unit_test(units_follow_the_smoothness),
        cmocka_unit_test(steps_visit_the_points),
        cmocka_unit_test(bounds_of_gradients_lower_the_bound),
        cmocka_unit_test(long_chains_are_solved_in_rounds),
        cmocka_unit_test(settings_without_a_worst_case_are_refused),
        cmocka_unit_test(a_signal_ends_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
