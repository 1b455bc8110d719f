/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst_tree.c: worst cases with noise against those that are known, against the
 * enumerated program without use of its symmetry, and against functions and noise. */
#include "check.h"

#include "worst/worst_tree.h"

static struct rule rule_read(const char *text)
{
    struct rule rule;
    struct error error;
    assert_int_equal(rule_from(&rule, &error, "%s", text), STATUS_OK);
    return rule;
}

static struct worst_case find(const struct rule *rule, uint64_t steps, double sigma)
{
    const struct worst_tree_setting setting = {rule, steps, sigma};
    struct worst_case tree;
    struct error error;
    assert_int_equal(worst_tree_check(&setting, &error), STATUS_OK);
    assert_int_equal(worst_tree_find(&setting, &tree, &error), STATUS_OK);
    assert_true(tree.worst <= tree.certified);
    assert_true(tree.gap <= 2e-6);
    return tree;
}

static double certified(const struct rule *rule, uint64_t steps, double sigma)
{
    struct worst_case tree = find(rule, steps, sigma);
    worst_case_free(&tree);
    return tree.certified;
}

/* --- ways --------------------------------------------------------------------------
 */

static void nodes_know_their_ways(void **state)
{
    (void)state;
    assert_int_equal(worst_tree_nodes(0), 1);
    assert_int_equal(worst_tree_nodes(4), 31);
    for (size_t node = 0; node < 31; node++) {
        const size_t depth = worst_tree_depth(node);
        assert_int_equal(worst_tree_ancestor(node, depth), node);
        assert_int_equal(worst_tree_ancestor(node, 0), 0);
        assert_int_equal(worst_tree_common(node, node), depth);
        const size_t plus = 2 * node + 1, minus = 2 * node + 2;
        assert_int_equal(worst_tree_depth(plus), depth + 1);
        assert_int_equal(worst_tree_common(plus, minus), depth);
        assert_int_equal(worst_tree_common(node, 2 * plus + 2), depth);
        assert_int_equal(worst_tree_common(2 * plus + 2, 2 * minus + 1), depth);
        assert_int_equal(worst_tree_sign(2 * plus + 2, depth), 1);
        assert_int_equal(worst_tree_sign(2 * minus + 1, depth), -1);
        assert_int_equal(worst_tree_sign(2 * minus + 1, depth + 1), 1);
    }
}

static bool is_nothing_found(int status, const struct error *error)
{
    return status == STATUS_SOFTWARE &&
           strcmp(error->text, "neither a worst function nor multipliers were found") ==
               0;
}

/* Far beyond stability the solver's numbers prove nothing of the parts. At rates of
 * next to nothing, where the worst case is 2 as without a step, they now and then prove
 * something of the parts and nothing of the whole tree; what is proven is right. */
static void where_neither_side_is_found_that_is_the_error(void **state)
{
    (void)state;
    struct rule rule = rule_read("sgd lr=1e6");
    struct worst_tree_setting setting = {&rule, 1, 1};
    struct worst_case tree;
    struct error error;
    assert_true(is_nothing_found(worst_tree_find(&setting, &tree, &error), &error));
    worst_case_free(&tree);
    for (double lr = 1e-12; lr < 1e-8; lr *= 3)
        for (double sigma = 1e-6; sigma < 1; sigma *= 30) {
            rule.number[RULE_LR] = lr;
            setting.sigma = sigma;
            setting.steps = 1 + setting.steps % 2;
            const int status = worst_tree_find(&setting, &tree, &error);
            if (status == STATUS_OK) {
                assert_false(tree.certified < 2 - 1e-6);
                assert_false(tree.worst > 2 + 1e-6);
            } else
                assert_true(is_nothing_found(status, &error));
            worst_case_free(&tree);
        }
}

/* --- known worst cases -------------------------------------------------------------
 */

/* Without a step only f(theta_0) - f* >= |g_0|^2/2 is known. Without noise there is a
 * chain, which small noise changes little. */
static void trees_without_noise_are_chains(void **state)
{
    (void)state;
    const struct rule rule = rule_read("sgd lr=1");
    CHECK_NEAR(certified(&rule, 0, 3), 2, 1e-6, 0);
    for (uint64_t n = 1; n <= 3; n++) {
        const double chain = 4 / (3 * (double)n + 2), sigma = 0.01;
        const double noisy = certified(&rule, n, sigma);
        CHECK_NEAR(certified(&rule, n, 0), chain, 1e-6, 0);
        assert_true(noisy >= chain && noisy <= chain + sigma * sigma);
    }
}

/* One step of SGD at eta = 1/L. With f_u >= |g_u|^2/2, the mean over u = +, - of
 *
 *     f_0 >= f_u - |x_0-x_u|^2/4 + <g_0+g_u, x_0-x_u>/2 + |g_0-g_u|^2/4
 *
 * is 1 >= 3/4 E|g_u|^2 + |g_0|^2/2 - sigma^2/4 + <b, v>/2, b = (g_+ - g_-)/2 with |b|
 * <= |v|. So min <= (4 + 3 sigma^2)/5, and it is never above 2. Both are attained. */
static void one_step_of_gradient_descent(void **state)
{
    (void)state;
    const struct rule rule = rule_read("sgd lr=1");
    for (double square = 0.25; square < 3; square += 0.5) {
        struct worst_case tree = find(&rule, 1, sqrt(square));
        const double known = fmin((4 + 3 * square) / 5, 2);
        CHECK_NEAR(tree.certified, known, 1e-6, 0);
        CHECK_NEAR(tree.worst, known, 1e-6, 0);
        worst_case_free(&tree);
    }
}

/* From sigma^2 = 2 (2 - eta)/eta on, the quadratic h = 1 does not lower E|g|^2 = 2. */
static void much_noise_leaves_no_decrease(void **state)
{
    (void)state;
    for (double eta = 0.25; eta < 2; eta += 0.5) {
        struct rule rule = rule_read("sgd lr=1");
        rule.number[RULE_LR] = eta;
        const double limit = sqrt(2 * (2 - eta) / eta);
        CHECK_NEAR(certified(&rule, 2, 1.1 * limit), 2, 2e-6, 0);
        assert_true(certified(&rule, 2, 0.9 * limit) < 1.99);
    }
}

/* E f_{k+1} <= E f_k - eta (1 - eta/2) E|g_k|^2 + eta^2 sigma^2/2, summed over k. */
static void the_descent_lemma_holds(void **state)
{
    (void)state;
    static const double etas[] = {0.1, 0.5, 1};
    for (int k = 0; k < 3; k++)
        for (uint64_t n = 1; n <= 3; n++)
            for (double sigma = 0.3; sigma < 2; sigma *= 2) {
                struct rule rule = rule_read("sgd lr=1");
                const double eta = rule.number[RULE_LR] = etas[k];
                const double bound =
                    (2 / (eta * (double)(n + 1)) + eta * sigma * sigma) / (2 - eta);
                assert_true(certified(&rule, n, sigma) <= bound * (1 + 1e-6));
            }
}

/* The program of all nodes, of whose symmetry the solver knows nothing. */
static void symmetry_loses_nothing(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd lr=0.5", "pnm lr=0.7", "heavy_ball lr=1",
                                        "pnm lr=0.5 beta0=4 lr-normalization=off"};
    for (int k = 0; k < 4; k++)
        for (uint64_t n = 1; n <= 2; n++) {
            const struct rule rule = rule_read(rules[k]);
            const struct worst_tree_setting setting = {&rule, n, 1};
            struct worst_case tree = find(&rule, n, 1), all = {0};
            struct error error;
            assert_int_equal(worst_tree_problem(&setting, 1, &all.problem, &error),
                             STATUS_OK);
            assert_int_equal(worst_case_reserve(&all, 1, false, &error), STATUS_OK);
            assert_int_equal(worst_case_solve(&all, &error), STATUS_OK);
            CHECK_NEAR(tree.certified, all.certified, 1e-6, 0);
            CHECK_NEAR(tree.worst, all.worst, 1e-6, 0);
            worst_case_free(&tree);
            worst_case_free(&all);
        }
}

static void more_noise_is_no_better(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "sgd lr=0.5", "pnm lr=0.5 beta0=1 beta1=0.9 lr-normalization=off"};
    for (int k = 0; k < 2; k++) {
        const struct rule rule = rule_read(rules[k]);
        double before = 0;
        for (double sigma = 0; sigma < 3; sigma += 0.5) {
            struct worst_case tree = find(&rule, 2, sigma);
            assert_true(tree.certified >= before);
            before = tree.worst;
            worst_case_free(&tree);
        }
    }
}

/* --- functions and noise -----------------------------------------------------------
 */

/* A function of one variable, and noise of four values: +-a, +-b. */
struct toy {
    double (*slope)(double x, double h);
    double h;
    double a, b;
    double eta0, beta0, beta; /* of PNM, beta = beta1^2 */
};

/* Adds to square[k], k = depth .. last, the mean of the squared gradient over all that
 * follows from x, with PNM's steps written out. */
static void enumerate(const struct toy *toy, double x, double older, double old,
                      double weight, uint64_t depth, uint64_t last, double *square)
{
    const double g = toy->slope(x, toy->h);
    const double noise[] = {toy->a, -toy->a, toy->b, -toy->b};
    square[depth] += weight * g * g;
    for (int k = 0; depth < last && k < 4; k++) {
        const double m = toy->beta * older + (1 - toy->beta) * (g + noise[k]);
        const double to = x - toy->eta0 * ((1 + toy->beta0) * m - toy->beta0 * old);
        enumerate(toy, to, old, m, weight / 4, depth + 1, last, square);
    }
}

static double least_square(const struct toy *toy, double start, uint64_t last)
{
    double square[8] = {0}, least = INFINITY;
    enumerate(toy, start, 0, 0, 1, 0, last, square);
    for (uint64_t k = 0; k <= last; k++)
        least = fmin(least, square[k]);
    return least;
}

static double slope_of_quadratic(double x, double h)
{
    return h * x;
}

/* Of 1 - cos x: curvatures between -1 and 1, least value 0. */
static double slope_of_cosine(double x, double h)
{
    return h * sin(x);
}

/* No function exceeds what is certified, with two values of noise or with four. */
static void functions_with_noise_stay_below(void **state)
{
    (void)state;
    static const double beta0s[] = {0, 1, 4}, beta1s[] = {0, 0.9, 0.9};
    double nearest = 0;
    for (int k = 0; k < 3; k++) {
        struct rule rule;
        struct error error;
        assert_int_equal(rule_from(&rule, &error,
                                   "pnm lr=0.5 beta0=%g beta1=%g lr-normalization=off",
                                   beta0s[k], beta1s[k]),
                         STATUS_OK);
        for (double sigma = 0.5; sigma < 3; sigma += 1) {
            const double none = certified(&rule, 3, sigma) * (1 + 1e-12);
            struct toy toy = {slope_of_quadratic,   1, sigma, sigma, 0.5, beta0s[k],
                              beta1s[k] * beta1s[k]};
            for (double h = 0.1; h < 1.05; h += 0.1) {
                toy.h = fmin(h, 1);
                const double least = least_square(&toy, sqrt(2 / toy.h), 3);
                nearest = fmax(nearest, least / none);
                assert_true(least <= none);
            }
            toy.slope = slope_of_cosine;
            toy.h = 1;
            for (double share = 0; share <= 1; share += 0.25) {
                toy.a = sigma * sqrt(1 + share);
                toy.b = sigma * sqrt(1 - share);
                for (double start = 0.1; start <= acos(0); start += 0.1)
                    assert_true(least_square(&toy, start, 3) <= none);
            }
        }
    }
    /* Something comes close to it, or this test could not fail. */
    assert_true(nearest > 0.9);
}

/* Every rule's own step visits the nodes of its worst tree; that of another rule does
 * not. The noise is what it may be. */
static void steps_visit_the_nodes(void **state)
{
    (void)state;
    for (const struct rule_kind *const *kind = rule_kinds(); *kind; kind++) {
        if (!(*kind)->linear || (*kind)->from_file || (*kind)->exact_gradient ||
            (*kind)->samples != 1)
            continue;
        struct rule rule = rule_of(*kind, 0.3);
        rule_complete(&rule);
        struct rule other = rule;
        other.number[RULE_LR] *= 1.001;
        struct worst_tree_setting setting = {&rule, 2, 1};
        struct worst_case tree = find(&rule, 2, 1);
        struct worst_tree_points points;
        struct error error;
        double deviation;
        assert_int_equal(worst_tree_points_of(&setting, &tree, &points, &error),
                         STATUS_OK);
        assert_int_equal(worst_tree_replay(&setting, &points, &deviation, &error),
                         STATUS_OK);
        assert_true(deviation < 1e-9);
        for (size_t node = 0; node < points.nodes; node++) {
            double square = 0;
            for (size_t c = 0; c < points.coordinates; c++)
                square += pow(points.noise[node * points.coordinates + c], 2);
            assert_true(square <= 1 + 1e-9);
            assert_true(node < 3 ? square > 0.5 : square == 0);
        }
        setting.rule = &other;
        assert_int_equal(worst_tree_replay(&setting, &points, &deviation, &error),
                         STATUS_OK);
        assert_true(deviation > 1e-5);
        worst_tree_points_free(&points);
        worst_case_free(&tree);
    }
}

/* theta' = theta - s, s' = lr g: the first step stays where it is and gains nothing.
 * Two points that are one leave the rows no slack, so that no function is proven. */
static void a_rule_that_waits_a_step_gains_nothing_by_it(void **state)
{
    (void)state;
    struct rule rule = rule_read("linear lr=1");
    memset(&rule.matrices, 0, sizeof rule.matrices);
    rule.matrices.a0[0] = 1;
    rule.matrices.a0[1] = -1;
    rule.matrices.b[1] = rule.matrices.a1[MATRICES_STATE] = 1;
    const struct worst_tree_setting setting = {&rule, 1, 1};
    struct worst_case tree;
    struct error error;
    CHECK_OK(worst_tree_find(&setting, &tree, &error), &error);
    CHECK_NEAR(tree.certified, 2, 1e-6, 0);
    CHECK_NAN(tree.worst);
    CHECK_NAN(tree.gap);
    worst_case_free(&tree);
}

/* A rate far beyond stability gains nothing either: |g_0|^2 <= 2 is attained by a
 * function that is proven, and the multipliers, which span many powers of ten, are not.
 * With noise as large neither side is found, and that is an error. */
static void rates_far_too_large_leave_one_side_or_none(void **state)
{
    (void)state;
    const struct rule rule = rule_read("sgd lr=100");
    struct worst_tree_setting setting = {&rule, 2, 1};
    struct worst_case tree;
    struct error error;
    CHECK_OK(worst_tree_find(&setting, &tree, &error), &error);
    CHECK_NEAR(tree.worst, 2, 1e-6, 0);
    CHECK_NAN(tree.certified);
    CHECK_NAN(tree.gap);
    worst_case_free(&tree);
    setting.sigma = 1000;
    assert_int_equal(worst_tree_find(&setting, &tree, &error), STATUS_SOFTWARE);
    assert_non_null(strstr(error.text, "neither a worst function nor multipliers"));
    CHECK_NAN(tree.certified);
    CHECK_NAN(tree.worst);
    worst_case_free(&tree);
}

static void expect_refused(const struct worst_tree_setting *setting, const char *what)
{
    struct error error;
    assert_int_equal(worst_tree_check(setting, &error), STATUS_USAGE);
    assert_non_null(strstr(error.text, what));
}

static void settings_without_a_tree_are_refused(void **state)
{
    (void)state;
    struct rule rule = rule_read("sgd lr=1");
    struct worst_tree_setting setting = {&rule, WORST_TREE_STEPS + 1, 1};
    expect_refused(&setting, "5 steps make a tree too large");
    setting.steps = 2;
    setting.sigma = -1;
    expect_refused(&setting, "sigma is -1");
    setting.sigma = NAN;
    expect_refused(&setting, "allowed is a number >= 0");
    setting.sigma = INFINITY;
    expect_refused(&setting, "sigma is inf");
    setting.sigma = 1;
    rule = rule_read("two_batch lr=1");
    expect_refused(&setting, "takes 2 gradients a step");
    rule = rule_read("adam lr=1");
    expect_refused(&setting, "adam");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_ways),
        cmocka_unit_test(where_neither_side_is_found_that_is_the_error),
        cmocka_unit_test(trees_without_noise_are_chains),
        cmocka_unit_test(one_step_of_gradient_descent),
        cmocka_unit_test(much_noise_leaves_no_decrease),
        cmocka_unit_test(the_descent_lemma_holds),
        cmocka_unit_test(symmetry_loses_nothing),
        cmocka_unit_test(more_noise_is_no_better),
        cmocka_unit_test(functions_with_noise_stay_below),
        cmocka_unit_test(steps_visit_the_nodes),
        cmocka_unit_test(a_rule_that_waits_a_step_gains_nothing_by_it),
        cmocka_unit_test(rates_far_too_large_leave_one_side_or_none),
        cmocka_unit_test(settings_without_a_tree_are_refused),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
