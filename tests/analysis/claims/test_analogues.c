/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_analogues.c: rows that compare two rules on a small network, with few epochs;
 * that they claim nothing of the paper, and that planted differences are noticed. */
#include "check.h"

#include "claims/claims.h"
#include "claims/shared/claim_training.h"
#include "losses/digits.h"
#include "rules/rule_from.h"

/* In place of the images, which may not have been fetched. */
static bool with_digits;

int digits_find(bool *found, struct error *error)
{
    (void)error;
    *found = with_digits;
    return STATUS_OK;
}

int digits_read(struct class_data **data, struct error *error)
{
    enum { ROWS = 1797, COLUMNS = 3 };
    double images[ROWS * COLUMNS];
    for (int row = 0; row < ROWS; row++) {
        images[row * COLUMNS] = row / (double)ROWS;
        images[row * COLUMNS + 1] = row % 7;
        images[row * COLUMNS + 2] = row % 3;
    }
    return class_data_make(COLUMNS - 1, ROWS, images, false, data, error);
}

static const struct claim fake = {
    .id = "fake", .where = "nowhere", .kind = CLAIM_ANALOGUE, .statement = "none"};

enum { EPOCHS = 1 };

static struct sampling settings(double max_samples)
{
    struct sampling sampling = check_sampling(1, 0.001);
    sampling.threads = 1;
    sampling.max_samples = max_samples;
    sampling.max_samples_given = true;
    sampling.quiet = true;
    return sampling;
}

/* Coordinate-steps of a replica of a pair on the teacher task: 31 steps an epoch. */
static double cost(uint64_t epochs)
{
    return 2.0 * 31 * (double)epochs * (64 * 21 + 10 * 65);
}

static void add(struct claim_training_rows *rows, const char *what, const char *own,
                const char *twin, bool matched)
{
    struct claim_training_row *row;
    struct error error;
    CHECK(claim_training_add(rows, &row, &error) == STATUS_OK, "%s", error.text);
    snprintf(row->what, sizeof row->what, "%s", what);
    row->matched = matched;
    row->epochs = EPOCHS;
    CHECK(rule_from(&row->own, &error, "%s", own) == STATUS_OK, "%s", error.text);
    CHECK(rule_from(&row->twin, &error, "%s", twin) == STATUS_OK, "%s", error.text);
}

static void run(struct claim_training_rows *rows, const struct sampling *sampling,
                struct ledger *ledger)
{
    struct error error;
    *ledger =
        (struct ledger){.sampling = sampling, .max_samples = sampling->max_samples};
    CHECK(claim_training_run(ledger, &fake, rows, &error) == STATUS_OK, "%s",
          error.text);
    claim_training_free(rows);
}

/* Images are trained on where there are any, and the budget is counted in their
 * network's weights. */
static void images_take_the_place_of_the_teacher_task(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        const struct sampling sampling = settings(1);
        struct claim_training_rows rows = {0};
        struct ledger ledger;
        char needed[40];
        with_digits = k == 1;
        add(&rows, "pair", "sgd lr=0.1", "sgd lr=0.2", false);
        run(&rows, &sampling, &ledger);
        assert_int_equal(ledger.count, 1);
        snprintf(needed, sizeof needed, "needs %.1e steps",
                 k == 0 ? cost(EPOCHS) : 2.0 * 31 * (64 * 3 + 3 * 65));
        const char *const setting = text_get(&ledger.rows[0].setting);
        CHECK(strstr(setting, k == 0 ? "; teacher task, data missing" : "; digits;"),
              "%s", setting);
        CHECK(strstr(setting, needed), "%s: not %s", setting, needed);
        ledger_free(&ledger);
    }
    with_digits = false;
}

/* 40 replicas of one epoch. */
static void pairs_are_found_better_same_and_worse(void **state)
{
    static const char heavy[] = "heavy_ball lr=0.5", idle[] = "heavy_ball lr=1e-6";
    const struct sampling sampling = settings(40 * cost(EPOCHS));
    struct claim_training_rows rows = {0};
    struct ledger ledger;
    (void)state;
    add(&rows, "ahead", heavy, idle, false);
    add(&rows, "behind", idle, heavy, false);
    add(&rows, "itself", heavy, heavy, false);
    /* beta0 = -beta1/(1+beta1) at beta1 = 0.9 is heavy ball. */
    add(&rows, "equal", "pnm lr=0.5 beta0=-0.47368421052631576", heavy, true);
    add(&rows, "other beta0", "pnm lr=0.5 beta0=70", heavy, false);
    run(&rows, &sampling, &ledger);
    const struct ledger_row *row = ledger.rows;
    assert_int_equal(ledger.count, 5);
    assert_int_equal(row[0].verdicts.exact, VERDICT_BETTER);
    assert_int_equal(row[1].verdicts.exact, VERDICT_WORSE);
    assert_int_equal(row[2].verdicts.exact, VERDICT_SAME);
    assert_int_equal(row[3].verdicts.exact, VERDICT_SAME);
    assert_int_equal(row[4].verdicts.exact, VERDICT_WORSE);
    assert_true(row[2].measured == 0 && row[2].se == 0);
    CHECK(fabs(row[3].measured) < 0.05, "PNM as heavy ball: %g", row[3].measured);
    CHECK(row[0].measured < -20 && row[0].count >= 30, "%g", row[0].measured);
    for (size_t k = 0; k < ledger.count; k++) {
        assert_int_equal(row[k].verdicts.paper, VERDICT_NO_CLAIM);
        assert_int_equal(row[k].kind, CLAIM_ANALOGUE);
        assert_true(row[k].control);
        CHECK(strstr(text_get(&row[k].setting), "; test errors "), "%s",
              text_get(&row[k].setting));
        CHECK(strstr(text_get(&row[k].setting), "data missing (make data)"), "%s",
              text_get(&row[k].setting));
    }
    /* A matched pair has the command that repeats it, the others have the claim's. */
    CHECK(row[0].command.length == 0 &&
              strstr(text_get(&row[3].command), "--match both --replicas "),
          "%s", text_get(&row[3].command));
    ledger_free(&ledger);
}

static void controls_find_chance_and_order(void **state)
{
    const struct sampling sampling = settings(200 * cost(2));
    struct claim_training_rows rows = {0};
    struct ledger ledger;
    struct error error;
    (void)state;
    CHECK(claim_training_controls(&rows, 1e-4, LESSON_CLEAN, 0, &error) == STATUS_OK,
          "%s", error.text);
    assert_int_equal(rows.count, 3);
    for (size_t k = 0; k < rows.count; k++)
        rows.row[k].epochs = 2;
    run(&rows, &sampling, &ledger);
    const struct ledger_row *equal = &ledger.rows[0], *order = &ledger.rows[1];
    const struct ledger_row *chance = &ledger.rows[2];
    assert_int_equal(equal->verdicts.exact, VERDICT_SAME);
    /* Another order is another result, of the same mean. */
    CHECK(order->se > 0 && fabs(order->measured) < 5 * order->se, "order: %g +- %g",
          order->measured, order->se);
    CHECK(chance->se > 0 && chance->se < 0.2 &&
              fabs(chance->measured) < 5 * chance->se && chance->count == 200,
          "chance: %g +- %g", chance->measured, chance->se);
    ledger_free(&ledger);
}

/* Test errors of 5000 replicas about 90 %, with the standard deviation of 3 points, in
 * shares: the band is 0.21 points wide. */
static void errors_are_compared_with_chance(void **state)
{
    static const struct {
        double mean;
        uint64_t count;
        enum verdict verdict;
    } cases[] = {
        {0.9, 5000, VERDICT_SAME},          {0.902, 5000, VERDICT_SAME},
        {0.904, 100, VERDICT_INCONCLUSIVE}, {0.93, 5000, VERDICT_WORSE},
        {0.87, 5000, VERDICT_BETTER},       {0.9, 29, VERDICT_INCONCLUSIVE},
        {0.9, 0, VERDICT_NOT_SAMPLED},
    };
    const struct claim_training_row row = {.shown = CLAIM_TRAINING_CHANCE};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const uint64_t count = cases[k].count;
        const struct generalize_result result = {
            .own = {.count = count,
                    .mean = cases[k].mean,
                    .squares = 0.03 * 0.03 * ((double)count - 1)},
            .count = count};
        const struct paired paired = claim_training_paired(&row, &result);
        CHECK(paired.verdict == cases[k].verdict && paired.control, "case %zu: %s", k,
              verdict_text(paired.verdict));
        if (count > 0)
            CHECK_NEAR(paired.measured, 100 * (cases[k].mean - 0.9), 0, 1e-9);
        if (count > 29)
            CHECK_NEAR(paired.se, 3 / sqrt((double)count), 1e-9, 0);
    }
}

static void trainings_that_diverge_are_counted(void **state)
{
    const struct sampling sampling = settings(4.5 * cost(EPOCHS));
    struct claim_training_rows rows = {0};
    struct ledger ledger;
    (void)state;
    add(&rows, "too fast", "sgd lr=1e200", "sgd lr=0.1", false);
    run(&rows, &sampling, &ledger);
    CHECK(strstr(text_get(&ledger.rows[0].setting), "; diverged: 4 and 0"), "%s",
          text_get(&ledger.rows[0].setting));
    ledger_free(&ledger);
}

static void small_budgets_decide_nothing(void **state)
{
    static const char rule[] = "heavy_ball lr=0.5", idle[] = "heavy_ball lr=1e-6";
    (void)state;
    for (uint64_t replicas = 0; replicas <= 2; replicas += 2) {
        const struct sampling sampling =
            settings(((double)replicas + 0.5) * cost(EPOCHS));
        struct claim_training_rows rows = {0};
        struct ledger ledger;
        add(&rows, "few", rule, idle, false);
        run(&rows, &sampling, &ledger);
        assert_int_equal(ledger.count, 1);
        const char *setting = text_get(&ledger.rows[0].setting);
        assert_int_equal(ledger.rows[0].count, replicas);
        assert_int_equal(ledger.rows[0].verdicts.exact,
                         replicas ? VERDICT_INCONCLUSIVE : VERDICT_NOT_SAMPLED);
        CHECK(strstr(setting, replicas ? "open after 2 replicas" : "needs 1.2e+05"),
              "%s", setting);
        ledger_free(&ledger);
    }
}

static void a_row_without_control_decides_nothing(void **state)
{
    static const enum verdict verdicts[] = {VERDICT_BETTER, VERDICT_SAME,
                                            VERDICT_WORSE};
    (void)state;
    for (int k = 0; k < 6; k++) {
        const struct paired paired = {1, 0.1, 50, verdicts[k % 3], k >= 3};
        struct ledger ledger = {.rows = NULL};
        struct error error;
        CHECK(ledger_paired(&ledger, &fake, "x", &paired, 1, &error) == STATUS_OK, "%s",
              error.text);
        assert_int_equal(ledger.rows[0].verdicts.exact,
                         k >= 3 ? verdicts[k % 3] : VERDICT_INCONCLUSIVE);
        ledger_free(&ledger);
    }
}

static void analogues_are_listed_apart(void **state)
{
    size_t count = 0, listed = 0, papers = 0;
    (void)state;
    for (const struct claim *const *claim = claims_of(CLAIMS_ANALOGUES); *claim;
         claim++, count++) {
        assert_string_equal(claims_paper_text(*claim), "analogues");
        assert_int_equal((*claim)->kind, CLAIM_ANALOGUE);
        CHECK(strstr((*claim)->statement, "nothing is said of CIFAR"), "%s",
              (*claim)->id);
    }
    while (claims_of(CLAIMS_LISTED)[listed])
        listed++;
    while (claims_all()[papers])
        papers++;
    assert_int_equal(count, 5);
    assert_int_equal(listed, papers + count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_take_the_place_of_the_teacher_task),
        cmocka_unit_test(pairs_are_found_better_same_and_worse),
        cmocka_unit_test(controls_find_chance_and_order),
        cmocka_unit_test(errors_are_compared_with_chance),
        cmocka_unit_test(trainings_that_diverge_are_counted),
        cmocka_unit_test(small_budgets_decide_nothing),
        cmocka_unit_test(a_row_without_control_decides_nothing),
        cmocka_unit_test(analogues_are_listed_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
