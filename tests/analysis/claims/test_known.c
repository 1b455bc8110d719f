/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_known.c: rows that are computed and not sampled: what "strictly below" means,
 * the bound and its slope in two arithmetics, and verdicts that are known by hand. */
#include "check.h"

#include "claims/claims.h"
#include "claims/shared/claim_known.h"
#include "claims/shared/gap_bound.h"
#include "engine/sampling.h"

#include <gsl/gsl_errno.h>

static const struct claim fake = {
    .id = "fake", .where = "nowhere", .kind = CLAIM_VALUE, .statement = "none"};

static const char *paper_verdict_below(double limit, double exact, double measured)
{
    const struct sampling sampling = {.seed = 1};
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    assert_int_equal(claim_below(&ledger, &fake, FORM_PRINTED, "", limit, exact,
                                 measured, 1, &error),
                     STATUS_OK);
    assert_int_equal(ledger.rows[0].kind, CLAIM_BOUND);
    assert_true(ledger.rows[0].control);
    const struct verdicts v = ledger.rows[0].verdicts;
    ledger_free(&ledger);
    return v.exact == VERDICT_HOLDS ? verdict_text(v.paper) : "exact differs";
}

static void below_is_strict_up_to_rounding(void **state)
{
    (void)state;
    assert_string_equal(paper_verdict_below(1, 0.5, 0.5), "holds");
    assert_string_equal(paper_verdict_below(1, 1, 1), "fails");
    assert_string_equal(paper_verdict_below(1, 1.5, 1.5), "fails");
    assert_string_equal(paper_verdict_below(1, 1 - 1e-15, 1 - 1e-15), "fails");
    assert_string_equal(paper_verdict_below(1, 1 - 1e-9, 1 - 1e-9), "holds");
    assert_string_equal(paper_verdict_below(0, -1e-15, 1e-15), "fails");
    assert_string_equal(paper_verdict_below(1, 0.5, 0.5 + 1e-9), "exact differs");
}

static void both_arithmetics_give_one_slope(void **state)
{
    (void)state;
    static const double gammas[] = {1, 3, 25, 1e4};
    for (int k = 0; k < 4; k++) {
        const struct gap gaps[] = {gap_printed(1e-3, 128, 1e-4),
                                   gap_corrected(1e-3, 128, 1e-4),
                                   gap_corrected(1, 1, 10)};
        for (int i = 0; i < 3; i++) {
            const double slope = gap_slope(&gaps[i], gammas[k]);
            CHECK_NEAR(gap_slope_complex(&gaps[i], gammas[k]), slope, 1e-11, 0);
            /* And the differences of the bound itself agree. */
            const double step = 1e-5 * gammas[k];
            CHECK_NEAR((gap_bound(&gaps[i], gammas[k] + step) -
                        gap_bound(&gaps[i], gammas[k] - step)) /
                           (2 * step),
                       slope, 1e-6, 1e-9 * gap_bound(&gaps[i], gammas[k]) / gammas[k]);
        }
    }
}

/* The first row of a claim whose setting begins like that. */
static const struct ledger_row *row_of(const struct ledger *ledger, const char *id,
                                       const char *setting)
{
    for (size_t k = 0; k < ledger->count; k++)
        if (strcmp(ledger->rows[k].claim->id, id) == 0 &&
            strncmp(text_get(&ledger->rows[k].setting), setting, strlen(setting)) == 0)
            return &ledger->rows[k];
    fail_msg("%s has no row '%s'", id, setting);
    return NULL;
}

static void known_numbers_and_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *id, *setting;
        double value, tolerance;
        const char *paper;
    } known[] = {
        {"kl-sign", "-KL/n, eta=0.001", -10.351, 1e-3, "holds"},
        {"kl-sign", "-KL/n, eta=1 B=1 lambda=10 gamma=1 theta*=0", 1.2797, 1e-4,
         "fails"},
        {"kl-sign", "-(KL + ln(2N/Delta)), n=100 N=50000 Delta=0.05 eta=1", 113.46,
         0.01, "fails"},
        {"eq44", "gamma from 1 to 1 - 2^-20 of 2 B", -1.0e-6, 1e-7, "holds"},
        {"eq44", "gamma in [1, 2 B lambda/eta], eta=0.001", 0, 0, "fails"},
        {"practice", "SGD with lambda=1e-4, last rate", 0.0390625, 1e-12, "holds"},
        {"practice", "SGD with lambda=1e-4, first rate", 3.90625, 1e-12, "fails"},
        {"practice", "PNM on CIFAR, first rate", 7.8125, 1e-12, "no claim"},
        {"practice", "Penn Treebank, the next rate", 2.5, 1e-12, "fails"},
        {"practice",
         "Figure 4's KL(gamma=9941) - KL(1) by eq. 23, per parameter, PNM's", 1936.8,
         0.1, "no claim"},
        {"eta-over-B", "the gap's bound is smallest", 1, 1e-10, "holds"},
        /* Welch's t by hand: -0.05 over sqrt((0.28^2 + 0.33^2)/3) is -0.2001. */
        {"tables-arithmetic", "p of table 1, CIFAR-100 DenseNet121, PNM - SGD", 0.4257,
         1e-4, "fails"},
        /* -0.53 over sqrt((0.09^2 + 0.03^2)/3) is -9.677 with 2.44 degrees. */
        {"tables-arithmetic", "p of table 1, CIFAR-10 ResNet18, PNM - SGD", 0.00263,
         1e-5, "holds"},
        {"tables-arithmetic", "table 3, CIFAR-100 ResNet34, PNM - SGD", 1.26, 1e-12,
         "fails"},
        {"tables-arithmetic", "figure 2, top 5 after 150", -0.02, 1e-12, "holds"},
    };
    const struct sampling sampling = {.seed = 1};
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    for (const struct claim *const *claim = claims_all(); *claim; claim++)
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strcmp((*claim)->id, known[i].id) == 0) {
                assert_int_equal(ledger_check(&ledger, *claim, &error), STATUS_OK);
                break;
            }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct ledger_row *row = row_of(&ledger, known[i].id, known[i].setting);
        CHECK_NEAR(row->exact, known[i].value, 0, known[i].tolerance);
        CHECK_NEAR(row->measured, known[i].value, 0, known[i].tolerance);
        assert_string_equal(verdict_text(row->verdicts.paper), known[i].paper);
        assert_string_equal(verdict_text(row->verdicts.exact), "holds");
    }
    ledger_free(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_is_strict_up_to_rounding),
        cmocka_unit_test(both_arithmetics_give_one_slope),
        cmocka_unit_test(known_numbers_and_verdicts),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
