/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst_check.c: what the check lets pass, and what it does not. */
#include "check.h"

#include "base/whole_file.h"
#include "worst/ball.h"
#include "worst/worst_certificate.h"

/* --- balls -------------------------------------------------------------------------
 */

/* Numbers that are sums of few powers of two, so that quads have their products and
 * sums exactly. */
static double coarse(uint64_t *word)
{
    *word = *word * 6364136223846793005u + 1442695040888963407u;
    return ldexp((double)(int64_t)(*word >> 32) - 0x1p31, -16);
}

static bool contains(struct ball ball, quad exact)
{
    return quad_abs(ball.mid - exact) <= ball.radius;
}

/* The result of an operation contains that of every number of the operands: of their
 * ends and of their middle. */
static void balls_contain_the_results(void **state)
{
    (void)state;
    uint64_t word = 1;
    for (int k = 0; k < 2000; k++) {
        const double x = coarse(&word), y = coarse(&word);
        const double r = ldexp(1, -20 - k % 9), s = ldexp(1, -18 - k % 7);
        const struct ball a = {x, r}, b = {y, s};
        for (int i = -1; i <= 1; i++)
            for (int j = -1; j <= 1; j++) {
                const quad p = (quad)x + i * (quad)r, q = (quad)y + j * (quad)s;
                assert_true(contains(ball_add(a, b), p + q));
                assert_true(contains(ball_multiply(a, b), p * q));
                if (!ball_is_positive(b))
                    continue;
                /* The quotient itself is rounded; times q it is p again. */
                const struct ball quotient = ball_divide(a, b);
                assert_true((quotient.mid + quotient.radius) * q >= p);
                assert_true((quotient.mid - quotient.radius) * q <= p);
            }
    }
}

/* 1/3 is no number of ours: its ball has a radius, and 3 times it contains 1. */
static void balls_know_of_their_rounding(void **state)
{
    (void)state;
    const struct ball third = ball_divide(ball_of(1), ball_of(3));
    assert_true(third.radius > 0);
    assert_true(contains(ball_multiply(third, ball_of(3)), 1));
    assert_true(ball_above(third) > ball_below(third));
    assert_false(ball_is_positive((struct ball){1, 2}));
    assert_false(ball_is_positive((struct ball){INFINITY, 0}));
    assert_false(ball_is_positive((struct ball){NAN, 0}));
}

/* --- multipliers by hand ------------------------------------------------------------
 */

/* No step: |g_0|^2 <= 2 (f_0 - f*). Rows are 2 |g_0|^2 - 4 f_0 <= 0, 4 f_0 <= 4 and
 * t - size |g_0|^2 <= 0. */
static struct worst_setting no_step(const struct rule *rule)
{
    return (struct worst_setting){.rule = rule, .smoothness = 1};
}

enum { ROWS = 3, BITS = 40 };

/* Whether multipliers `first`, `start` and `measure` (in units of 2^-40) prove a bound,
 * and why not. */
static bool proves(const struct worst_problem *problem, int64_t first, int64_t start,
                   int64_t measure, double *bound, const char **reason)
{
    int64_t unit[ROWS] = {first, start, measure};
    const struct worst_multipliers multipliers = {.bits = BITS, .unit = unit};
    struct error error;
    assert_int_equal(problem->rows, ROWS);
    assert_int_equal(worst_check_above(problem, &multipliers, bound, reason, &error),
                     STATUS_OK);
    return !*reason;
}

static void multipliers_prove_what_they_prove(void **state)
{
    (void)state;
    struct rule rule = rule_of(rule_kind_find("sgd"), 1);
    const struct worst_setting setting = no_step(&rule);
    struct worst_problem problem;
    struct error error;
    double bound = 0;
    const char *reason;
    const int64_t one = (int64_t)1 << BITS;
    assert_int_equal(worst_setting_problem(&setting, &problem, &error), STATUS_OK);
    /* With the multiplier a of the first two rows, S = 2 a - size and the bound is
     * 4 a/size. */
    const double size = problem.unit;
    const int64_t half = (int64_t)(size * (double)one / 2);
    assert_true(proves(&problem, half + 1024, half + 1024, one, &bound, &reason));
    CHECK_NEAR(bound, 2 + 4096 / size / (double)one, 1e-15, 0);
    assert_true(bound >= 2);
    assert_true(proves(&problem, 2 * half, 2 * half, one, &bound, &reason));
    CHECK_NEAR(bound, 4, 1e-15, 0);
    /* S must be positive definite, which is more than the theorem needs. */
    assert_false(proves(&problem, half, half, one, &bound, &reason));
    assert_string_equal(reason,
                        "the matrix of the multipliers is not positive definite");
    assert_false(proves(&problem, half - 1, half - 1, one, &bound, &reason));
    assert_false(proves(&problem, half + 9, half + 8, one, &bound, &reason));
    assert_string_equal(reason, "the values do not balance");
    assert_false(proves(&problem, one, one, one - 1, &bound, &reason));
    assert_string_equal(reason, "the weights of the measure do not sum to 1");
    assert_false(proves(&problem, -one, -one, one, &bound, &reason));
    assert_string_equal(reason, "a multiplier is negative");
    assert_false(proves(&problem, INT64_MAX, INT64_MAX, one, &bound, &reason));
    assert_string_equal(reason, "the multipliers are too large");
    worst_problem_free(&problem);
}

/* --- functions by hand ---------------------------------------------------------------
 */

/* f = h x^2/2 from f_0 = 1 attains |g_0|^2 = 2 h; with h > 1 it is not in the class. */
static void functions_prove_what_they_attain(void **state)
{
    (void)state;
    struct rule rule = rule_of(rule_kind_find("sgd"), 1);
    const struct worst_setting setting = no_step(&rule);
    struct worst_problem problem;
    struct error error;
    double bound;
    const char *reason;
    assert_int_equal(worst_setting_problem(&setting, &problem, &error), STATUS_OK);
    for (double h = 0.1; h < 1.5; h += 0.2) {
        double value = 1 - 1e-9, vector = sqrt(2 * h * value);
        struct worst_function function = {&vector, &value, 0};
        function.t = 2 * h * value * problem.unit * (1 - 1e-9);
        assert_int_equal(
            worst_check_below(&problem, &function, &bound, &reason, &error), STATUS_OK);
        if (h > 1) {
            assert_string_equal(reason, "a row is not obeyed");
            continue;
        }
        assert_null(reason);
        CHECK_NEAR(bound, 2 * h, 1e-8, 0);
        assert_true(bound <= 2 * h);
        function.t *= 1 + 1e-8;
        assert_int_equal(
            worst_check_below(&problem, &function, &bound, &reason, &error), STATUS_OK);
        assert_string_equal(reason, "a row is not obeyed");
    }
    worst_problem_free(&problem);
}

/* --- what was found, changed ---------------------------------------------------------
 */

static struct worst_case found(const struct worst_setting *setting)
{
    struct worst_case worst;
    struct error error;
    assert_int_equal(worst_case_find(setting, &worst, &error), STATUS_OK);
    assert_true(worst.certified > 0);
    return worst;
}

/* Every multiplier, changed by 1e-4, breaks the proof or leaves a weaker one. */
static void changed_multipliers_prove_less(void **state)
{
    (void)state;
    struct rule rule = rule_of(rule_kind_find("pnm"), 0.3);
    rule_complete(&rule);
    const struct worst_setting setting = {.rule = &rule, .steps = 4, .smoothness = 1};
    struct worst_case worst = found(&setting);
    struct error error;
    double bound, changed;
    const char *reason;
    assert_int_equal(
        worst_check_above(&worst.problem, &worst.multipliers, &bound, &reason, &error),
        STATUS_OK);
    assert_null(reason);
    for (size_t r = 0; r < worst.problem.rows; r++)
        for (int sign = -1; sign <= 1; sign += 2) {
            int64_t *unit = &worst.multipliers.unit[r];
            const int64_t own = *unit;
            *unit += sign * (own / 10000 + 1);
            assert_int_equal(worst_check_above(&worst.problem, &worst.multipliers,
                                               &changed, &reason, &error),
                             STATUS_OK);
            assert_true(reason || changed > bound);
            *unit = own;
        }
    worst_case_free(&worst);
}

/* The multipliers of one rule prove nothing of another. */
static void another_rule_needs_other_multipliers(void **state)
{
    (void)state;
    struct rule rule = rule_of(rule_kind_find("pnm"), 0.3);
    rule_complete(&rule);
    struct worst_setting setting = {.rule = &rule, .steps = 4, .smoothness = 1};
    struct worst_case worst = found(&setting);
    struct worst_problem other;
    struct error error;
    double bound;
    const char *reason;
    rule.number[RULE_LR] *= 1 - 1e-4;
    assert_int_equal(worst_setting_problem(&setting, &other, &error), STATUS_OK);
    assert_int_equal(
        worst_check_above(&other, &worst.multipliers, &bound, &reason, &error),
        STATUS_OK);
    assert_string_equal(reason,
                        "the matrix of the multipliers is not positive definite");
    worst_problem_free(&other);
    worst_case_free(&worst);
}

/* --- files
 * ---------------------------------------------------------------------------- */

static void certificates_are_proven_again(void **state)
{
    (void)state;
    char path[] = "/tmp/certificate-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    struct rule rule = rule_of(rule_kind_find("heavy_ball"), 0.5);
    rule_complete(&rule);
    struct worst_setting setting = {.rule = &rule,
                                    .steps = 3,
                                    .smoothness = 2,
                                    .class = WORST_CONVEX,
                                    .measure = WORST_LAST_LOSS,
                                    .given = WORST_GIVEN_DISTANCE};
    struct worst_case worst = found(&setting), again;
    struct error error;
    const char *reason;
    assert_int_equal(worst_certificate_write(path, "a test", &setting, &worst, &error),
                     STATUS_OK);
    assert_int_equal(worst_certificate_prove(path, &setting, &again, &reason, &error),
                     STATUS_OK);
    assert_null(reason);
    CHECK_SAME(&again.certified, &worst.certified, 1);
    CHECK_SAME(&again.worst, &worst.worst, 1);
    CHECK_SAME(&again.gap, &worst.gap, 1);
    assert_int_equal(again.dimension, worst.dimension);
    worst_case_free(&again);
    rule.number[RULE_LR] = 0.499;
    assert_int_equal(worst_certificate_prove(path, &setting, &again, &reason, &error),
                     STATUS_OK);
    assert_non_null(reason);
    assert_true(isnan(again.certified));
    worst_case_free(&again);
    setting.steps = 4;
    assert_int_equal(worst_certificate_prove(path, &setting, &again, &reason, &error),
                     STATUS_OK);
    assert_string_equal(reason, "the values do not balance");
    worst_case_free(&again);
    setting.steps = 2;
    assert_int_equal(worst_certificate_prove(path, &setting, &again, &reason, &error),
                     STATUS_USAGE);
    worst_case_free(&again);
    worst_case_free(&worst);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balls_contain_the_results),
        cmocka_unit_test(balls_know_of_their_rounding),
        cmocka_unit_test(multipliers_prove_what_they_prove),
        cmocka_unit_test(functions_prove_what_they_attain),
        cmocka_unit_test(changed_multipliers_prove_less),
        cmocka_unit_test(another_rule_needs_other_multipliers),
        cmocka_unit_test(certificates_are_proven_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
