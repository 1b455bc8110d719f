/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bound_table.c: what the rows of a bound add to the exit status. */
#include "check.h"

#include "bound_table.h"

#include "claims/shared/bound_ratio.h"

/* Lemma A.3 for one noiseless step with beta1 = 0 on Huber's loss, whose bound is met
 * exactly (one_step_by_hand in test_bound.c). */
struct setting {
    struct sampling sampling;
    struct loss loss;
    struct rule rule;
    struct bound_search search;
    struct bound_point point;
};

static void make(struct setting *own)
{
    const struct loss_kind *kind = loss_kind_find("huber");
    double parameter[LOSS_MAX_PARAMETERS];
    struct error error;
    loss_defaults(kind, parameter);
    CHECK_OK(loss_init(&own->loss, kind, 1, parameter, &error), &error);
    own->sampling = check_sampling(1, 0.1);
    own->sampling.threads = 1;
    own->rule = CHECK_RULE("pnm lr=0.1 beta0=2 beta1=0");
    own->search = (struct bound_search){
        .sampling = &own->sampling, .rule = &own->rule, .bound = BOUND_LEMMA_A3};
    own->point = (struct bound_point){
        .loss = &own->loss, .beta0 = 2, .lr = 0.1, .c = 1, .initial = 1, .horizon = 1};
}

/* Both rows of the setting; returns the status. */
static int measure(const struct setting *own, uint64_t chains, size_t rows,
                   struct tally *tally)
{
    struct table table = {0};
    struct error error = {.text = ""};
    *tally = (struct tally){0};
    CHECK_OK(bound_table_init(&table, &own->rule, 1, &error), &error);
    const int status =
        bound_table_measure(&table, &own->search, &own->point, chains, tally, &error);
    assert_int_equal(table_rows(&table), rows);
    table_free(&table);
    return status;
}

/* The corrected bound alone decides: the printed one is broken beside it. */
static void a_corrected_bound_that_is_broken_fails(void **state)
{
    (void)state;
    struct setting own;
    struct tally tally;
    make(&own);
    assert_int_equal(measure(&own, 4, 2, &tally), STATUS_OK);
    assert_int_equal(tally.exact_fails, 0);
    assert_int_equal(tally.not_sampled, 0);
    /* A loss that says half of its gradient's bound breaks both forms. */
    own.loss.gradient_bound /= 2;
    assert_int_equal(measure(&own, 4, 2, &tally), STATUS_OK);
    assert_int_equal(tally.exact_fails, 1);
    assert_int_equal(tally.not_sampled, 0);
    assert_int_equal(tally_exit(&tally), 1);
    loss_free(&own.loss);
}

static void rows_that_are_not_sampled_count(void **state)
{
    (void)state;
    struct setting own;
    struct tally tally;
    make(&own);
    own.sampling.exact_only = true;
    assert_int_equal(measure(&own, 0, 2, &tally), STATUS_OK);
    assert_int_equal(tally.not_sampled, 2);
    assert_int_equal(tally.exact_fails, 0);
    own.point.sigma = 1; /* with noise nothing is known of it */
    assert_int_equal(measure(&own, 0, 2, &tally), STATUS_OK);
    assert_int_equal(tally.not_sampled, 2);
    assert_int_equal(tally_exit(&tally), 2);
    /* A budget that is too small for a verdict leaves the row as it is; the fewest
     * chains for one, 1024 in the pilot and 2048, are within their own. */
    own.sampling.exact_only = false;
    for (int k = 0; k < 2; k++) {
        own.sampling.max_samples = 3072 * (double)own.point.horizon - k;
        assert_int_equal(measure(&own, 0, 2, &tally), STATUS_OK);
        assert_int_equal(tally.not_sampled, 2 * k);
    }
    loss_free(&own.loss);
}

static void a_row_that_cannot_be_computed_is_an_error(void **state)
{
    (void)state;
    struct setting own;
    struct tally tally;
    make(&own);
    own.point.initial = 1e160;
    assert_int_equal(measure(&own, 1, 0, &tally), STATUS_SOFTWARE);
    assert_int_equal(tally.exact_fails + tally.not_sampled, 0);
    loss_free(&own.loss);
}

/* --- the ratio of two bounds of eq. 20 ----------------------------------------------
 */

static void two_laws_need_what_each_needs(void **state)
{
    (void)state;
    const struct bound_law above = {.measured = {.known = true,
                                                 .decisive = true,
                                                 .kl = 9,
                                                 .kl_se = 0.1,
                                                 .count = 7,
                                                 .samples = 300,
                                                 .plain_samples = 800},
                                    .exact = {.kl = 9},
                                    .alike = 2};
    struct bound_law below = {.measured = {.known = true,
                                           .decisive = true,
                                           .kl = 4,
                                           .kl_se = 0.2,
                                           .count = 5,
                                           .samples = 20,
                                           .plain_samples = 40},
                              .exact = {.kl = 4},
                              .alike = 1};
    CHECK_EXACT(bound_samples(&above, &below), 320);
    struct evidence e = bound_ratio(&above, &below);
    /* B = 4 sqrt((KL + ln(2 N/p))/N), so B^2 is linear in KL. */
    const double constant = pow(bound_of(0), 2), slope = pow(bound_of(1), 2) - constant;
    const double of_above = 18 * slope + constant, of_below = 4 * slope + constant;
    CHECK_NEAR(e.exact, sqrt(of_above / of_below), 1e-12, 0);
    CHECK_NEAR(e.measured, e.exact, 1e-12, 0);
    CHECK_NEAR(e.se,
               e.measured * hypot(slope * 0.2 / of_above, slope * 0.2 / of_below) / 2,
               1e-12, 0);
    CHECK_EXACT(e.plain_samples, 840);
    assert_int_equal(e.count, 5);
    assert_true(e.sampled && e.decisive);
    below.measured.count = 9;
    below.measured.known = false;
    e = bound_ratio(&above, &below);
    assert_int_equal(e.count, 7);
    assert_true(!e.sampled && e.decisive);
    e = bound_ratio(&below, &above);
    assert_true(!e.sampled && e.decisive);
    below.measured.known = true;
    below.measured.decisive = false;
    e = bound_ratio(&above, &below);
    assert_true(e.sampled && !e.decisive);
    e = bound_ratio(&below, &above);
    assert_true(e.sampled && !e.decisive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_corrected_bound_that_is_broken_fails),
        cmocka_unit_test(rows_that_are_not_sampled_count),
        cmocka_unit_test(a_row_that_cannot_be_computed_is_an_error),
        cmocka_unit_test(two_laws_need_what_each_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
