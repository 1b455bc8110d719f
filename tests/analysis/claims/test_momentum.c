/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_momentum.c: the claims on training with momentum, with few replicas; how rows of
 * differences are judged, and that wrong statements are noticed. */
#include "check.h"

#include "claims/claims.h"
#include "claims/shared/claim_margin.h"

static const struct claim fake = {
    .id = "fake", .where = "nowhere", .kind = CLAIM_BOUND, .statement = "none"};

static const struct ledger_row *last(const struct ledger *ledger)
{
    return &ledger->rows[ledger->count - 1];
}

/* The own verdict of a difference, which is the exact one where the paper claims
 * nothing.
 */
static enum verdict judged(enum ledger_side side, double limit, double measured,
                           double se, uint64_t count)
{
    const struct difference difference = {side,     limit, false, false,
                                          measured, se,    count};
    struct ledger ledger = {.rows = NULL};
    struct error error;
    CHECK(ledger_difference(&ledger, &fake, "x", &difference, 1, &error) == STATUS_OK,
          "%s", error.text);
    CHECK(last(&ledger)->verdicts.paper == VERDICT_NO_CLAIM, "the paper claims it");
    CHECK(last(&ledger)->control || last(&ledger)->verdicts.exact != VERDICT_HOLDS,
          "no control");
    const enum verdict verdict = last(&ledger)->verdicts.exact;
    ledger_free(&ledger);
    return verdict;
}

/* 4.89 standard errors from 1000 replicas on. */
static void differences_are_judged_with_their_band(void **state)
{
    static const struct {
        enum ledger_side side;
        double limit, measured, se;
        uint64_t count;
        enum verdict verdict;
    } cases[] = {
        {LEDGER_AT_MOST, -0.02, -0.0694, 0.01, 5000, VERDICT_HOLDS},
        {LEDGER_AT_MOST, -0.02, -0.0684, 0.01, 5000, VERDICT_INCONCLUSIVE},
        {LEDGER_AT_MOST, -0.02, 0.0284, 0.01, 5000, VERDICT_INCONCLUSIVE},
        {LEDGER_AT_MOST, -0.02, 0.0294, 0.01, 5000, VERDICT_FAILS},
        {LEDGER_AT_LEAST, 0.02, 0.0694, 0.01, 5000, VERDICT_HOLDS},
        {LEDGER_AT_LEAST, 0.02, -0.0294, 0.01, 5000, VERDICT_FAILS},
        {LEDGER_WITHIN, 0.02, 0.015, 0.001, 5000, VERDICT_HOLDS},
        {LEDGER_WITHIN, 0.02, -0.016, 0.001, 5000, VERDICT_INCONCLUSIVE},
        {LEDGER_WITHIN, 0.02, -0.025, 0.001, 5000, VERDICT_FAILS},
        {LEDGER_WITHIN, 0.02, 0.0, 0.0, 40, VERDICT_HOLDS},
        /* Student's t: 5.8 of 40 replicas, 5.1 of 120. */
        {LEDGER_AT_MOST, -0.02, -0.0694, 0.01, 120, VERDICT_INCONCLUSIVE},
        /* Too few replicas decide nothing. */
        {LEDGER_AT_MOST, -0.02, -0.5, 0.001, 29, VERDICT_INCONCLUSIVE},
        {LEDGER_AT_MOST, -0.02, NAN, NAN, 0, VERDICT_NOT_SAMPLED},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        CHECK(judged(cases[k].side, cases[k].limit, cases[k].measured, cases[k].se,
                     cases[k].count) == cases[k].verdict,
              "case %zu", k);
}

static struct sampling settings(uint64_t replicas)
{
    struct sampling sampling = check_sampling(1, 0.001);
    sampling.threads = 1;
    sampling.chains = replicas;
    sampling.max_samples = 2e9;
    sampling.quiet = true;
    return sampling;
}

/* A claim that the abstract does not make is never said to hold or to fail. */
static void silent_claims_have_no_paper_verdict(void **state)
{
    const struct sampling sampling = settings(2);
    struct sampling none = sampling;
    struct ledger ledger = {.sampling = &none};
    struct error error;
    size_t claims = 0, claimed = 0;
    (void)state;
    none.max_samples = 1;
    for (const struct claim *const *claim = claims_of(CLAIMS_MOMENTUM); *claim;
         claim++, claims++) {
        const size_t before = ledger.count;
        CHECK(ledger_check(&ledger, *claim, &error) == STATUS_OK, "%s", error.text);
        CHECK(ledger.count > before, "%s has no row", (*claim)->id);
        CHECK(strcmp(claims_paper_text(*claim), "momentum") == 0, "%s", (*claim)->id);
        for (size_t k = before; k < ledger.count; k++) {
            const bool says = ledger.rows[k].verdicts.paper != VERDICT_NO_CLAIM;
            const bool silent = strstr((*claim)->where, "not in the abstract") != NULL;
            CHECK(!(silent && says), "%s", text_get(&ledger.rows[k].setting));
            CHECK(isnan(ledger.rows[k].measured), "sampled beyond its budget");
            claimed += says;
        }
    }
    CHECK(claims == 12 && claimed >= 10, "%zu claims, %zu rows claimed", claims,
          claimed);
    ledger_free(&ledger);
}

/* 32 replicas, 300 steps: enough that descent on large margins errs on none, and that
 * statements which are wrong fail. */
static void wrong_statements_are_noticed(void **state)
{
    const struct claim_training still = {.rule = "sgd lr=1e-9", .steps = 2};
    const struct claim_training learned = {.rule = "sgd lr=0.3", .steps = 150};
    const struct claim_margin_row rows[] = {
        {.what = "right",
         .quantity = MARGIN_ERROR_LARGE,
         .own = learned,
         .other = still,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN,
         .claimed = true},
        {.what = "the other way round",
         .quantity = MARGIN_ERROR_LARGE,
         .own = still,
         .other = learned,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN,
         .claimed = true},
        {.what = "no difference",
         .quantity = MARGIN_ERROR_LARGE,
         .own = still,
         .other = learned,
         .side = LEDGER_WITHIN,
         .limit = CLAIM_MARGIN,
         .claimed = true},
        {.what = "no difference from itself",
         .quantity = MARGIN_ERROR_LARGE,
         .own = learned,
         .other = learned,
         .side = LEDGER_WITHIN,
         .limit = CLAIM_MARGIN,
         .claimed = true},
    };
    static const enum verdict due[] = {VERDICT_HOLDS, VERDICT_FAILS, VERDICT_FAILS,
                                       VERDICT_HOLDS};
    const struct sampling sampling = settings(32);
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    (void)state;
    CHECK(claim_margin_rows(&ledger, &fake, rows, 4, &error) == STATUS_OK, "%s",
          error.text);
    for (size_t k = 0; k < 4; k++)
        CHECK(ledger.rows[k].verdicts.paper == due[k], "%s: %s, measured %g +- %g",
              rows[k].what, verdict_text(ledger.rows[k].verdicts.paper),
              ledger.rows[k].measured, ledger.rows[k].se);
    CHECK_NEAR(ledger.rows[0].measured, -ledger.rows[1].measured, 1e-12, 0);
    ledger_free(&ledger);
}

/* The same training in three rows: the mean coast, the largest, and that over the bound
 * sqrt(2 rate tau ln 2) at rate 0.3 and tau = 1/(1 - 0.5) = 2. */
static void coasts_are_measured_over_their_bound(void **state)
{
    const struct claim_training training = {.rule = "heavy_ball lr=0.3 beta1=0.5",
                                            .steps = 60};
    struct claim_margin_row rows[3];
    const struct sampling sampling = settings(3);
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    (void)state;
    for (int k = 0; k < 3; k++)
        rows[k] = (struct claim_margin_row){.what = "coast",
                                            .quantity = MARGIN_COAST,
                                            .own = training,
                                            .side = LEDGER_AT_MOST,
                                            .limit = 1,
                                            .coast = k == 2,
                                            .largest = k > 0};
    CHECK_OK(claim_margin_rows(&ledger, &fake, rows, 3, &error), &error);
    const struct ledger_row *row = ledger.rows;
    CHECK_COMPARE(row[0].measured, >, 0);
    CHECK_COMPARE(row[1].measured, >, row[0].measured);
    CHECK_COMPARE(row[1].measured, <, 3 * row[0].measured);
    CHECK_COMPARE(row[0].se, >, 0);
    CHECK_EXACT(row[1].se, 0);
    CHECK_NEAR(row[2].measured, row[1].measured / sqrt(2 * 0.3 * 2 * log(2)), 1e-12, 0);
    ledger_free(&ledger);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_judged_with_their_band),
        cmocka_unit_test(silent_claims_have_no_paper_verdict),
        cmocka_unit_test(wrong_statements_are_noticed),
        cmocka_unit_test(coasts_are_measured_over_their_bound),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
