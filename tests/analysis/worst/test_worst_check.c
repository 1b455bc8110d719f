/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst_check.c: what the check lets pass, and what it does not. */
#include "check.h"

#include "base/text.h"
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
    for (int bits = -1; bits <= 63; bits += 64) {
        int64_t unit[ROWS] = {0};
        const struct worst_multipliers multipliers = {.bits = bits, .unit = unit};
        assert_int_equal(
            worst_check_above(&problem, &multipliers, &bound, &reason, &error),
            STATUS_OK);
        assert_string_equal(reason, "the multipliers' unit is out of range");
    }
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
    char path[64];
    check_file("", 0, path);
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

/* A certificate of no step by hand: multipliers a of the first two rows, which prove
 * the bound 4 a/size = 4, and f = x^2/2 with gradients a bit too small, which attains a
 * bit less than 1. `of` is replaced. */
struct by_hand {
    double certified, worst; /* that it claims; 0: it has no such part */
    const char *of, *by;
    const char *refused, *reason;
};

static void write_by_hand(const char *path, const struct by_hand *by_hand, double size)
{
    struct text whole = {0};
    text_add(&whole, "{\"format\": \"pnmlab worst case, version 1\"");
    if (by_hand->certified > 0)
        text_add(&whole,
                 ", \"certified\": %g, \"bits\": 40, \"multipliers\": [{\"row\": 0, "
                 "\"units\": %.0f}, {\"row\": 1, \"units\": %.0f}, {\"row\": 2, "
                 "\"units\": 1099511627776}]",
                 by_hand->certified, size * 0x1p40, size * 0x1p40);
    if (by_hand->worst > 0)
        text_add(&whole,
                 ", \"worst\": %g, \"vectors\": [1], \"values\": [0.999999], \"t\": "
                 "%.17g",
                 by_hand->worst, 0.9999 * size);
    text_add(&whole, "}\n");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    const char *text = text_get(&whole);
    const char *at = by_hand->of ? strstr(text, by_hand->of) : NULL;
    assert_true(at || !by_hand->of);
    if (at)
        fprintf(file, "%.*s%s%s", (int)(at - text), text, by_hand->by,
                at + strlen(by_hand->of));
    else
        fputs(text, file);
    assert_int_equal(fclose(file), 0);
    text_free(&whole);
}

static void certificates_are_held_to_what_they_say(void **state)
{
    (void)state;
    static const char no_rows[] =
        "the multipliers are not those of a problem of this many steps";
    static const char no_function[] =
        "the function is not one of a problem of this many steps";
    static const char less[] = "the multipliers prove less than the certificate claims";
    static const struct by_hand all[] = {
        {4.001, 0, .of = NULL},
        {0, 0.999, .of = NULL},
        {4.001, 0.999, .of = NULL},
        {3.999, 0, .reason = less},
        {3.999, 0.999, .reason = less},
        {0, 1.001, .reason = "the function attains less than the certificate claims"},
        {0, 0.9, "[1]", "[2]", .reason = "a row is not obeyed"},
        {5, 0, "40", "\"40\"", .refused = no_rows},
        {5, 0, "40", "-1", .refused = no_rows},
        {5, 0, "40", "63", .refused = no_rows},
        {5, 0, "\"bits\"", "\"bit\"", .refused = no_rows},
        {5, 0, "\"row\": 2", "\"row\": 3", .refused = no_rows},
        {5, 0, "\"row\": 2", "\"row\": -1", .refused = no_rows},
        {5, 0, "\"row\": 2", "\"row\": 2.5", .refused = no_rows},
        {5, 0, "1099511627776", "1e12", .refused = no_rows},
        {5, 0, "{\"row\": 0,", "1, {\"row\": 0,", .refused = no_rows},
        {0, 0.9, "[1]", "[1, 1]", .refused = no_function},
        {0, 0.9, "[1]", "[\"1\"]", .refused = no_function},
        {0, 0.9, "[1]", "1", .refused = no_function},
        {0, 0.9, "[0.999999]", "[]", .refused = no_function},
        {0, 0.9, "\"t\"", "\"s\"", .refused = no_function},
        {0, 0, "\"}", "\", \"multipliers\": 3}", .refused = no_rows},
        {0, 0, "\"format\"", "\"form\"", .refused = "is no certificate"},
        {0, 0, "version 1", "version 2", .refused = "is no certificate"},
        {0, 0, .reason = "the certificate holds neither multipliers nor a function"},
    };
    struct rule rule = rule_of(rule_kind_find("sgd"), 1);
    const struct worst_setting setting = no_step(&rule);
    struct worst_problem problem;
    struct error error;
    assert_int_equal(worst_setting_problem(&setting, &problem, &error), STATUS_OK);
    char path[64];
    check_file("", 0, path);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        struct worst_case worst;
        const char *reason;
        write_by_hand(path, &all[k], problem.unit);
        const int status =
            worst_certificate_prove(path, &setting, &worst, &reason, &error);
        CHECK(status == (all[k].refused ? STATUS_USAGE : STATUS_OK), "%zu: status %d",
              k, status);
        const char *said = all[k].refused ? error.text : reason ? reason : "";
        const char *expected = all[k].refused  ? all[k].refused
                               : all[k].reason ? all[k].reason
                                               : "";
        CHECK(strstr(said, expected) && !*said == !*expected, "%zu: %s", k, said);
        const bool proven = !*expected;
        CHECK(isnan(worst.certified) == !(proven && all[k].certified > 0), "%zu: %g", k,
              worst.certified);
        CHECK(isnan(worst.worst) == !(proven && all[k].worst > 0), "%zu: %g", k,
              worst.worst);
        worst_case_free(&worst);
    }
    worst_problem_free(&problem);
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
        cmocka_unit_test(certificates_are_held_to_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
