/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paired verdicts on made-up replicas: equal rules, planted shifts, replicas that
 * diverge, and how many are planned. */
#include "check.h"

#include "compare/generalize.h"
#include "verdict/estimate.h"

static const double margin = 0.5; /* points */

static struct replicas made(uint64_t count)
{
    struct replicas made = {
        .count = count, .records = 1, .quantities = TRAINING_QUANTITIES};
    made.value = calloc(count * TRAINING_QUANTITIES + 1, sizeof *made.value);
    assert_non_null(made.value);
    return made;
}

static void set(struct replicas *replicas, uint64_t replica,
                enum training_quantity quantity, double value)
{
    replicas->value[replica * TRAINING_QUANTITIES + quantity] = value;
}

/* Sets the replica to one that has diverged, of ten classes. */
static void diverge(struct replicas *replicas, uint64_t replica)
{
    set(replicas, replica, TRAINING_DIVERGED, 1);
    set(replicas, replica, TRAINING_ERROR_TEST, 0.9);
    set(replicas, replica, TRAINING_ERROR_BEST, 0.9);
}

/* Fills two rules' replicas: an error of 10 %, of which 3 points are the replica's own
 * luck, which both share, and `spread` points the rule's. The first has `shift` points
 * more. */
static void fill(uint64_t number, double shift, double spread, struct replicas *own,
                 struct replicas *twin)
{
    const struct random_generator generator = {.kind = RANDOM_XOSHIRO};
    struct random_stream stream;
    struct error error;
    double z[RANDOM_BLOCK];
    CHECK(random_init(&stream, generator,
                      (struct random_key){1, RANDOM_TEST, 21, number},
                      &error) == STATUS_OK,
          "%s", error.text);
    for (uint64_t i = 0; i < own->count; i++) {
        random_normal(&stream, RANDOM_BLOCK, z);
        const double a = 10 + 3 * z[0] + spread * z[1] + shift;
        const double b = 10 + 3 * z[0] + spread * z[2];
        set(own, i, TRAINING_ERROR_TEST, a / 100);
        set(twin, i, TRAINING_ERROR_TEST, b / 100);
        set(own, i, TRAINING_ERROR_BEST, (a - 1) / 100);
        set(twin, i, TRAINING_ERROR_BEST, b / 100);
    }
    random_free(&stream);
}

static struct generalize_result judge(uint64_t number, uint64_t count, double shift,
                                      double spread)
{
    struct replicas own = made(count), twin = made(count);
    fill(number, shift, spread, &own, &twin);
    const struct generalize_result result =
        generalize_judge(&own, &twin, count, margin);
    replicas_free(&own);
    replicas_free(&twin);
    return result;
}

/* Plans from a pilot of 10 and judges what was planned. */
static struct generalize_result plan_and_judge(uint64_t number, double shift,
                                               double spread)
{
    const struct generalize_result pilot =
        judge(2 * number, GENERALIZE_PILOT, shift, spread);
    const uint64_t count = generalize_plan(&pilot.difference, margin, 100000);
    return judge(2 * number + 1, count, shift, spread);
}

static void verdicts_at_their_edges(void **state)
{
    (void)state;
    assert_int_equal(verdict_paired(0, 0, 0.5), VERDICT_SAME);
    assert_int_equal(verdict_paired(0.25, 0.25, 0.5), VERDICT_SAME);
    assert_int_equal(verdict_paired(0.25, 0.2500001, 0.5), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_paired(0.3, 0.25, 0.5), VERDICT_WORSE);
    assert_int_equal(verdict_paired(-0.3, 0.25, 0.5), VERDICT_BETTER);
    assert_int_equal(verdict_paired(-0.3, 0.3, 0.5), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_paired(-2, 1.9, 0.5), VERDICT_BETTER);
    assert_int_equal(verdict_paired(2, 2.1, 0.5), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_paired(2, INFINITY, 0.5), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_paired(0, NAN, 0.5), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_paired(NAN, 0, 0.5), VERDICT_INCONCLUSIVE);
    /* A difference that is there, but is surely within the margin. */
    assert_int_equal(verdict_paired(0.3, 0.1, 0.5), VERDICT_SAME);
}

/* With a band of half the margin everything is decided, and exchanging the rules
 * exchanges better and worse. */
static void half_the_margin_decides(void **state)
{
    (void)state;
    for (int k = -2000; k <= 2000; k++)
        for (int i = 0; i <= 20; i++) {
            const double d = k / 1024.0, hw = 0.25 * i / 20;
            const enum verdict one = verdict_paired(d, hw, 0.5);
            const enum verdict other = verdict_paired(-d, hw, 0.5);
            assert_int_not_equal(one, VERDICT_INCONCLUSIVE);
            assert_true((one == VERDICT_BETTER) == (other == VERDICT_WORSE));
            assert_true((one == VERDICT_SAME) == (other == VERDICT_SAME));
        }
}

/* A shift of twice the margin is found, equal rules are the same, and nothing is ever
 * taken for something else; the pilot was of ten replicas, so that now and then too few
 * are planned. */
static void planned_replicas_find_a_shift(void **state)
{
    enum { TRIED = 400 };
    int narrow = 0, same = 0, worse = 0, better = 0;
    (void)state;
    for (uint64_t k = 0; k < TRIED; k++) {
        const struct generalize_result none = plan_and_judge(k, 0, 1);
        const struct generalize_result more = plan_and_judge(k, 2 * margin, 1);
        const struct generalize_result less = plan_and_judge(k, -2 * margin, 1);
        narrow += none.half_width <= margin / 2;
        same += none.verdict == VERDICT_SAME;
        worse += more.verdict == VERDICT_WORSE;
        better += less.verdict == VERDICT_BETTER;
        assert_true(none.verdict == VERDICT_SAME ||
                    none.verdict == VERDICT_INCONCLUSIVE);
        assert_true(more.verdict == VERDICT_WORSE ||
                    more.verdict == VERDICT_INCONCLUSIVE);
        assert_true(less.verdict == VERDICT_BETTER ||
                    less.verdict == VERDICT_INCONCLUSIVE);
    }
    /* Three in four, with a standard deviation of 9 of 400. */
    CHECK_NEAR(narrow, 0.75 * TRIED, 0, 45);
    CHECK_COMPARE(same, >, 0.95 * TRIED);
    CHECK_COMPARE(worse, >, 0.95 * TRIED);
    CHECK_COMPARE(better, >, 0.95 * TRIED);
}

/* At a shift of the margin itself a verdict `same` would be wrong, at none any other
 * one but `inconclusive`, whatever the number of replicas. */
static void bands_are_wide_enough(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 2000; k++) {
        const uint64_t count = 30 + k % 50;
        const struct generalize_result at = judge(k, count, margin, 0.3);
        const struct generalize_result none = judge(k, count, 0, 0.3);
        assert_int_not_equal(at.verdict, VERDICT_SAME);
        assert_int_not_equal(at.verdict, VERDICT_BETTER);
        assert_int_not_equal(none.verdict, VERDICT_BETTER);
        assert_int_not_equal(none.verdict, VERDICT_WORSE);
    }
}

static void differences_are_points_of_pairs(void **state)
{
    (void)state;
    const struct generalize_result one = judge(3, 500, 2, 1);
    CHECK_NEAR(100 * (one.own.mean - one.twin.mean), one.difference.mean, 0, 1e-12);
    CHECK_NEAR(one.difference.mean, 2, 0, 5 * moments_stderr(&one.difference));
    CHECK_NEAR(one.best.mean, one.difference.mean - 1, 0, 1e-12);
    /* The luck that both share is gone from the difference. */
    CHECK_NEAR(moments_stderr(&one.difference), sqrt(2.0 / 500), 0.2, 0);
    CHECK_NEAR(moments_stderr(&one.own), 0.01 * sqrt(10.0 / 500), 0.2, 0);
    CHECK_NEAR(one.half_width,
               estimate_half_width(moments_stderr(&one.difference), 500), 0, 0);
}

static void few_replicas_decide_nothing(void **state)
{
    (void)state;
    assert_int_equal(judge(1, 29, 5, 0.1).verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(judge(1, 30, 5, 0.1).verdict, VERDICT_WORSE);
    assert_int_equal(judge(1, 0, 5, 0.1).verdict, VERDICT_NOT_SAMPLED);
    assert_int_equal(judge(1, 1, 5, 0.1).verdict, VERDICT_INCONCLUSIVE);
}

static void the_shorter_of_two_and_no_more_than_planned(void **state)
{
    struct replicas own = made(80), twin = made(80);
    (void)state;
    fill(1, 1, 1, &own, &twin);
    const struct generalize_result forty = judge(1, 40, 1, 1);
    own.count = 40;
    struct generalize_result result = generalize_judge(&own, &twin, 80, margin);
    assert_int_equal(result.count, 40);
    assert_int_equal(result.planned, 80);
    CHECK_NEAR(result.difference.mean, forty.difference.mean, 0, 0);
    CHECK_NEAR(result.twin.mean, forty.twin.mean, 0, 0);
    own.count = 80;
    result = generalize_judge(&own, &twin, 40, margin);
    assert_int_equal(result.count, 40);
    CHECK_NEAR(result.difference.mean, forty.difference.mean, 0, 0);
    replicas_free(&own);
    replicas_free(&twin);
}

static void diverged_replicas_count_as_chance(void **state)
{
    struct replicas own = made(40), twin = made(40);
    (void)state;
    fill(1, 0, 0.1, &own, &twin);
    diverge(&own, 7);
    struct generalize_result result = generalize_judge(&own, &twin, 40, margin);
    assert_int_equal(result.count, 40);
    assert_int_equal(result.own_diverged, 1);
    assert_int_equal(result.twin_diverged, 0);
    /* One of forty spoils the mean by about 2 points, and the band says so. */
    CHECK_NEAR(result.difference.mean, 80.0 / 40, 0.2, 0);
    assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
    for (uint64_t i = 0; i < 40; i++)
        diverge(&own, i);
    result = generalize_judge(&own, &twin, 40, margin);
    assert_int_equal(result.own_diverged, 40);
    CHECK_NEAR(result.own.mean, 0.9, 0, 1e-12);
    assert_int_equal(result.verdict, VERDICT_WORSE);
    for (uint64_t i = 0; i < 40; i++)
        diverge(&twin, i);
    result = generalize_judge(&own, &twin, 40, margin);
    assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
    replicas_free(&own);
    replicas_free(&twin);
}

/* The plan against the first number that suffices, counted up. */
static void plans_are_the_smallest(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 40; k++) {
        const double spread = 0.05 * exp2(0.15 * (double)k);
        /* The lower quartile of chi squared with 9 degrees of freedom. */
        const struct moments pilot = {10, 0.3, spread * spread * 5.8988258829};
        uint64_t count = ESTIMATE_MIN_CHAINS;
        while (estimate_half_width(spread / sqrt((double)count), count) > margin / 2)
            count++;
        assert_int_equal(generalize_plan(&pilot, margin, 1000000), count);
        assert_int_equal(generalize_plan(&pilot, margin, 50), count < 50 ? count : 50);
        assert_int_equal(generalize_plan(&pilot, margin, 7), 7);
    }
    const struct moments still = {10, 0.3, 0}, none = {0, 0, 0};
    assert_int_equal(generalize_plan(&still, margin, 1000), ESTIMATE_MIN_CHAINS);
    assert_int_equal(generalize_plan(&none, margin, 1000), ESTIMATE_MIN_CHAINS);
}

static void trials_lie_around_the_rate(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 5; k++)
        CHECK_NEAR(generalize_trial_rate(0.3, 5, k), 0.3 * exp2((double)k - 2), 0, 0);
}

/* The control of what is decided. */
static void a_planted_shift_is_found_in_the_same_replicas(void **state)
{
    static const double shifts[] = {0, -2, 2};
    struct replicas own = made(400), twin = made(400);
    struct error error;
    (void)state;
    for (uint64_t k = 0; k < 3; k++) {
        bool found = false;
        fill(1000 + k, shifts[k], 0.5, &own, &twin);
        assert_int_equal(generalize_judge(&own, &twin, 400, margin).verdict,
                         k == 0   ? VERDICT_SAME
                         : k == 1 ? VERDICT_BETTER
                                  : VERDICT_WORSE);
        assert_int_equal(generalize_control(&own, &twin, 400, margin, &found, &error),
                         STATUS_OK);
        assert_true(found);
    }
    replicas_free(&own);
    replicas_free(&twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_shift_is_found_in_the_same_replicas),
        cmocka_unit_test(verdicts_at_their_edges),
        cmocka_unit_test(half_the_margin_decides),
        cmocka_unit_test(planned_replicas_find_a_shift),
        cmocka_unit_test(bands_are_wide_enough),
        cmocka_unit_test(differences_are_points_of_pairs),
        cmocka_unit_test(few_replicas_decide_nothing),
        cmocka_unit_test(the_shorter_of_two_and_no_more_than_planned),
        cmocka_unit_test(diverged_replicas_count_as_chance),
        cmocka_unit_test(plans_are_the_smallest),
        cmocka_unit_test(trials_lie_around_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
