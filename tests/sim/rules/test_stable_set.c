/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stable_set.c: the stable learning rates of rules from random matrices, against
 * eigenvalues of those matrices at many rates. */
#include "rules/stable_set.h"

#include "check.h"

#include <gsl/gsl_eigen.h>

static struct rule linear_rule(void)
{
    struct rule rule = CHECK_RULE("linear lr=1");
    memset(&rule.matrices, 0, sizeof rule.matrices);
    return rule;
}

/* The spectral radius of A0 + x A1 by GSL, in doubles. */
static double radius_at(const struct rule *rule, double x)
{
    double a[MATRICES_STATE * MATRICES_STATE], values[2 * MATRICES_STATE], radius = 0;
    for (int k = 0; k < MATRICES_STATE * MATRICES_STATE; k++)
        a[k] = rule->matrices.a0[k] + x * rule->matrices.a1[k];
    gsl_matrix_view matrix = gsl_matrix_view_array(a, MATRICES_STATE, MATRICES_STATE);
    gsl_vector_complex_view e = gsl_vector_complex_view_array(values, MATRICES_STATE);
    gsl_eigen_nonsymm_workspace *workspace = gsl_eigen_nonsymm_alloc(MATRICES_STATE);
    gsl_eigen_nonsymm(&matrix.matrix, &e.vector, workspace);
    gsl_eigen_nonsymm_free(workspace);
    for (int k = 0; k < MATRICES_STATE; k++)
        radius = fmax(radius, hypot(values[2 * k], values[2 * k + 1]));
    return radius;
}

static struct stable_set set_of(const struct rule *rule, bool linear)
{
    struct mode mode;
    struct stable_set set;
    struct error error;
    mode_init(&mode, rule, 1, linear_system_probe);
    assert_int_equal(mode.linear, linear);
    assert_int_equal(stable_set_of(&mode, &set, &error), STATUS_OK);
    return set;
}

static bool holds(const struct stable_set *set, double x)
{
    bool inside = false;
    for (size_t k = 0; k < set->count; k++)
        inside |= set->interval[k].from < x && x < set->interval[k].to;
    return inside;
}

/* Rules that take one gradient, at theta or elsewhere, so that A1 has rank 1. Rates at
 * which the radius is within 1e-6 of 1 are left out: there doubles cannot tell. */
static void no_interval_and_no_gap_is_missed(void **state)
{
    (void)state;
    size_t several = 0, from_above_0 = 0;
    uint64_t random = 1;
    for (uint64_t k = 0; k < 400; k++) {
        struct rule rule = linear_rule();
        double w[3 * MATRICES_STATE * MATRICES_STATE];
        for (size_t i = 0; i < sizeof w / sizeof *w; i++)
            w[i] = check_uniform(&random, -1, 1);
        for (int r = 0; r < MATRICES_STATE; r++)
            for (int c = 0; c < MATRICES_STATE; c++) {
                const int at = r * MATRICES_STATE + c;
                rule.matrices.a0[at] = w[at];
                rule.matrices.a1[at] =
                    w[16 + r] * (k % 2 ? w[20 + c] : (c == 0 ? 1 : 0));
            }
        for (int r = 0; r < MATRICES_STATE; r++)
            rule.matrices.b[r] = w[16 + r];
        const struct stable_set set = set_of(&rule, true);
        several += set.count > 1;
        from_above_0 += set.count > 0 && set.interval[0].from > 0;
        for (int i = -60; i <= 60; i++) {
            const double x = pow(10, i / 20.0), radius = radius_at(&rule, x);
            if (fabs(radius - 1) > 1e-6)
                CHECK(holds(&set, x) == (radius < 1), "rule %d at %g: radius %.9g",
                      (int)k, x, radius);
        }
    }
    CHECK(several >= 1 && from_above_0 >= 10,
          "%zu rules with several intervals, %zu "
          "that start above 0",
          several, from_above_0);
}

/* Two gradients: the determinant is of degree 2 in the rate, and rates are scanned. */
static void what_is_not_linear_is_scanned(void **state)
{
    (void)state;
    struct rule rule = linear_rule();
    /* theta' = (1 - x) theta and m' = (2.5 - x) m: stable on (1.5, 2). */
    rule.matrices.a0[0] = 1;
    rule.matrices.a1[0] = rule.matrices.b[0] = -1;
    rule.matrices.a0[5] = 2.5;
    rule.matrices.a1[5] = -1;
    const struct stable_set set = set_of(&rule, false);
    assert_int_equal(set.count, 1);
    CHECK_NEAR(set.interval[0].from, 1.5, 1e-14, 0);
    CHECK_NEAR(set.interval[0].to, 2, 1e-14, 0);
}

/* theta' = m and m' = s (x - a) theta: z^2 = s (x - a), so that z = 1 and z = -1 belong
 * to the same rate, at which the interval begins or ends. */
static void two_eigenvalues_cross_at_one_rate(void **state)
{
    (void)state;
    for (int s = -1; s <= 1; s += 2) {
        struct rule rule = linear_rule();
        rule.matrices.a0[1] = 1;
        rule.matrices.a0[4] = -2.5 * s;
        rule.matrices.a1[4] = s;
        rule.matrices.b[1] = s;
        const struct stable_set set = set_of(&rule, true);
        assert_int_equal(set.count, 1);
        CHECK_NEAR(set.interval[0].from, 1.5, 1e-14, 0);
        CHECK_NEAR(set.interval[0].to, 3.5, 1e-14, 0);
    }
}

/* No rate is stable where a part that the gradient never enters grows, and all are
 * where nothing moves. */
static void stability_that_no_rate_changes(void **state)
{
    (void)state;
    struct rule rule = linear_rule();
    rule.matrices.a0[1] = 1;
    rule.matrices.a0[4] = 4;
    assert_int_equal(set_of(&rule, true).count, 0);
    rule.matrices.a0[4] = 0.25;
    const struct stable_set set = set_of(&rule, true);
    assert_int_equal(set.count, 1);
    CHECK_EXACT(set.interval[0].from, 0);
    CHECK_EXACT(set.interval[0].to, (double)INFINITY);
}

static void the_interval_around_a_rate(void **state)
{
    (void)state;
    const struct stable_set set = {.count = 2, .interval = {{0.5, 1}, {2, INFINITY}}},
                            none = {0};
    CHECK_EXACT(stable_set_around(&set, 0.7).from, 0.5);
    CHECK_EXACT(stable_set_around(&set, 0.1).from, 0.5); /* the lowest */
    CHECK_EXACT(stable_set_around(&set, 1.5).to, 1.0);   /* the next below */
    CHECK_EXACT(stable_set_around(&set, 3).from, 2.0);
    CHECK_EXACT(stable_set_around(&none, 3).to, 0.0);
}

static void common_rates(void **state)
{
    (void)state;
    struct stable_set set = {.count = 2, .interval = {{0, 1}, {2, 4}}};
    const struct stable_set other = {.count = 2,
                                     .interval = {{0.5, 3}, {3.5, INFINITY}}};
    struct error error;
    assert_int_equal(stable_set_intersect(&set, &other, &error), STATUS_OK);
    assert_int_equal(set.count, 3);
    CHECK_EXACT(set.interval[0].from, 0.5);
    CHECK_EXACT(set.interval[1].to, 3.0);
    CHECK_EXACT(set.interval[2].from, 3.5);
    CHECK_EXACT(set.interval[2].to, 4.0);
}

/* What stands behind the last interval of a set, as from an earlier use, is none. */
static void intervals_behind_the_last_are_none(void **state)
{
    struct stable_set set = {.count = 1, .interval = {{0, 10}, {20, 30}}};
    const struct stable_set other = {.count = 1,
                                     .interval = {{0, 1}, {2, 3}, {20, 30}}};
    struct stable_set turned = other;
    struct error error;
    (void)state;
    assert_int_equal(stable_set_intersect(&turned, &set, &error), STATUS_OK);
    assert_int_equal(stable_set_intersect(&set, &other, &error), STATUS_OK);
    assert_int_equal(set.count, 1);
    assert_int_equal(turned.count, 1);
    CHECK_EXACT(set.interval[0].to, 1.0);
    CHECK_EXACT(turned.interval[0].to, 1.0);
}

/* Intervals that meet become one, and more than there is room for are told. */
static void common_rates_that_meet_or_are_too_many(void **state)
{
    struct stable_set set = {.count = 1, .interval = {{0, 3}}};
    const struct stable_set meeting = {.count = 2, .interval = {{1, 2}, {2, 4}}};
    struct stable_set ends = {.count = STABLE_SET_MOST}, gaps = ends;
    struct error error;
    (void)state;
    CHECK_OK(stable_set_intersect(&set, &meeting, &error), &error);
    assert_int_equal(set.count, 1);
    CHECK_EXACT(set.interval[0].from, 1.0);
    CHECK_EXACT(set.interval[0].to, 3.0);
    /* 64 intervals each, which overlap in both of their neighbours. */
    for (int k = 0; k < STABLE_SET_MOST; k++) {
        ends.interval[k] = (struct interval){10 * k + 4, 10 * k + 11};
        gaps.interval[k] = (struct interval){10 * k, 10 * k + 5};
    }
    assert_int_equal(stable_set_intersect(&ends, &gaps, &error), STATUS_SOFTWARE);
    assert_string_equal(error.quantity, "lr");
    assert_non_null(strstr(error.text, "more than 64 intervals"));
    assert_int_equal(ends.count, STABLE_SET_MOST);
    CHECK_EXACT(ends.interval[0].to, 11.0); /* as it was */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_interval_and_no_gap_is_missed),
        cmocka_unit_test(what_is_not_linear_is_scanned),
        cmocka_unit_test(two_eigenvalues_cross_at_one_rate),
        cmocka_unit_test(stability_that_no_rate_changes),
        cmocka_unit_test(the_interval_around_a_rate),
        cmocka_unit_test(common_rates),
        cmocka_unit_test(intervals_behind_the_last_are_none),
        cmocka_unit_test(common_rates_that_meet_or_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
