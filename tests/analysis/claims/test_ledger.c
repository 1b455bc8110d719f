/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ledger.c: every claim's negative control fails, every kind of row reaches its
 * verdicts, and the ledger finds what it should find. */
#include "errors.h"

#include "claims/claims.h"
#include "engine/sampling.h"
#include "verdict/ledger.h"
#include "verdict/ledger_count.h"

#include <gsl/gsl_errno.h>

/* Coarse enough for a test, fine enough for `holds`: a band of 0.98 %. At this budget
 * the dearest row, thm4.1's Sigma_12 of the SDE, is not sampled. */
static struct sampling settings(void)
{
    struct sampling sampling = check_sampling(1, 0.002);
    sampling.max_samples = 1e9;
    return sampling;
}

static const struct claim fake = {
    .id = "fake", .where = "nowhere", .kind = CLAIM_VALUE, .statement = "none"};

static const struct ledger_row *last(const struct ledger *ledger)
{
    return &ledger->rows[ledger->count - 1];
}

static void assert_last(const struct ledger *ledger, const char *exact,
                        const char *paper)
{
    assert_string_equal(verdict_text(last(ledger)->verdicts.exact), exact);
    assert_string_equal(verdict_text(last(ledger)->verdicts.paper), paper);
}

static void claims_have_different_ids_and_say_what_they_are(void **state)
{
    (void)state;
    for (const struct claim *const *a = claims_all(); *a; a++) {
        assert_true(strlen((*a)->where) > 0 && strlen((*a)->statement) > 0);
        if (!(*a)->check)
            assert_true((*a)->reason && strlen((*a)->reason) > 0 &&
                        ((*a)->status == VERDICT_NOT_CHECKED_YET ||
                         (*a)->status == VERDICT_NOT_TESTABLE_HERE));
        for (const struct claim *const *b = a + 1; *b; b++)
            assert_string_not_equal((*a)->id, (*b)->id);
    }
}

/* Whether a verdict says something. */
static bool decides(enum verdict verdict)
{
    return verdict == VERDICT_HOLDS || verdict == VERDICT_FAILS ||
           verdict == VERDICT_HOLDS_IN_THE_LIMIT;
}

/* All checks once: a row whose control did not fail decides nothing, such rows are few,
 * and no row contradicts exact theory. */
static void every_control_fails_and_nothing_contradicts_theory(void **state)
{
    (void)state;
    const struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    size_t without = 0;
    for (const struct claim *const *claim = claims_all(); *claim; claim++) {
        /* test_momentum.c runs these, which train networks. */
        if (strcmp(claims_paper_text(*claim), "momentum") == 0)
            continue;
        const size_t before = ledger.count;
        assert_int_equal(ledger_check(&ledger, *claim, &error), STATUS_OK);
        assert_true(ledger.count > before);
    }
    for (size_t k = 0; k < ledger.count; k++) {
        const struct ledger_row *row = &ledger.rows[k];
        const struct verdicts v = row->verdicts;
        /* A standard error above plan may leave a row open, with its control. */
        without += !row->control;
        if ((decides(v.exact) || decides(v.paper)) && !row->control)
            fail_msg("%s, %s: the control does not fail", row->claim->id,
                     text_get(&row->setting));
        if (v.exact == VERDICT_FAILS)
            fail_msg("%s, %s: measured %g, exact %g", row->claim->id,
                     text_get(&row->setting), row->measured, row->exact);
    }
    CHECK(100 * without <= ledger.count, "the control of %zu of %zu rows does not fail",
          without, ledger.count);
    ledger_free(&ledger);
}

static void limits_of_the_ledger_are_the_known_ones(void **state)
{
    (void)state;
    static const struct {
        const char *id, *setting;
        double paper, exact;
        const char *verdict;
    } known[] = {
        {"eq15", "sgd", 1, 1, "holds in the limit"},
        {"eq17", "heavy_ball beta1=0.9", 1, 1, "holds in the limit"},
        {"eq18-19", "pnm beta0=1 beta1=0.9, Algorithm 2;", 5, 1, "fails"},
        {"eq18-19", "pnm beta0=3 beta1=0, Algorithm 2;", 25, 1, "fails"},
        {"eq18-19", "pnm beta0=1 beta1=0.9, Algorithm 2, corrected", 1, 1,
         "holds in the limit"},
        {"eq18-19", "two_batch beta0=1", 5, 5, "holds in the limit"},
        {"tails", "kurtosis of theta, Student nu=30, sgd;", 3, 3, "holds in the limit"},
        {"tails",
         "scale of pnm beta0=1 beta1=0.9 / that of sgd at eta0, stable alpha=1.5;",
         2.23606797749979, 1, "fails"},
        {"flat", "heavy_ball beta1=0.9;", 1, 1, "holds in the limit"},
        {"flat", "heavy_ball beta1=0.9 beta3=1;", 10, 100, "fails"},
        {"flat", "pnm beta0=1 beta1=0.9;", 5, 1, "fails"},
        {"flat", "pnm beta0=3 beta1=0.9, corrected", 1, 1, "holds in the limit"},
        {"flat", "pnm_eq7 beta0=1 beta1=0.9, corrected", 1.21 / 3.61, 1.21 / 3.61,
         "holds in the limit"},
        {"flat", "nesterov beta1=0.9, corrected", 100, 100, "holds in the limit"},
        {"averaging", "heavy_ball beta1=0.9 lr=0.5;", 1, 1, "holds in the limit"},
        {"averaging", "pnm beta0=1 beta1=0.9 lr=0.5;", 5, 1, "fails"},
        {"averaging", "pnm beta0=1 beta1=0.9 lr=1.4, corrected", 1, 1,
         "holds in the limit"},
        {"averaging", "pnm beta0=3 beta1=0.9 lr=0.5, corrected", 1, 1,
         "holds in the limit"},
        {"averaging", "two_batch beta0=3 lr=9;", 25, 25, "holds in the limit"},
        {"epoch", "sgd, epochs of E=1/(eta_applied h) steps;", 1, 0.26424111765711536,
         "fails"},
        {"epoch", "sgd, epochs of E=1/(eta_applied h) steps, corrected",
         0.26424111765711536, 0.26424111765711536, "holds in the limit"},
        {"epoch", "pnm beta0=1 beta1=0.9 / sgd, epochs of E=1/(eta_applied h) steps;",
         5, 1, "fails"},
        {"epoch",
         "two_batch beta0=1 / sgd, epochs of E=1/(eta_applied h) steps, corrected",
         17.529900720595997, 17.529900720595997, "holds in the limit"},
        {"hb-sgd", "ratio", 1, 1, "holds in the limit"},
        {"hb-generalizes", "ratio of the bounds", 1, 1, "holds in the limit"},
        {"independent", "1 + the correlation", 1, 1, "holds in the limit"},
        {"eq4", "long-run variance, of the sum over T steps, over T, beta1=0.9", 1, 1,
         "holds in the limit"},
        {"fig7", "Sigma_pnm(beta0=-0.5) / Sigma_pnm(0), beta1=0.9, by eq. 19",
         0.70710678118654752, 1.41421356237309505, "fails"},
        {"fig7", "Sigma_pnm(beta0=-0.5) / Sigma_pnm(0), beta1=0.9, corrected",
         1.41421356237309505, 1.41421356237309505, "holds in the limit"},
        /* [(3 beta - 1) + sqrt((1 - 3 beta)^2 + 16 beta (1 - beta))]/(4 (1 - beta)) */
        {"thm4.3", "beta0 from which PNM's variance exceeds", 4.675052990547792,
         4.675052990547792, "holds in the limit"},
        {"thm4.1", "SGD, Sigma_12 / eta", 0.5 / 3, 0.5 / 3, "holds in the limit"},
        {"mandt-2017", "SGD, Sigma_12 / eta", 0.5 / 5, 0.5 / 5, "holds in the limit"},
        {"mandt-2017", "P=diag(2,0.3), Sigma_12 / eta", 0.6 * 0.5 / 3.2,
         0.6 * 0.5 / 3.2, "holds in the limit"},
        {"mandt-2017", "best preconditioner", 1, 1, "holds in the limit"},
        {"liu-2021", "variance over that in continuous time, heavy_ball beta1=0.9", 1,
         1, "holds in the limit"},
        {"kuehn-2023", "variance over that with replacement, beta=0.9", 1, 1,
         "holds in the limit"},
        {"kuehn-2023", "flat: ratio over", 1, 1, "holds in the limit"},
        {"wang-2024", "stationary variance over SGD's, beta=0.99", 1, 1,
         "holds in the limit"},
        {"wang-2024", "mean over SGD's at eta h t=2, beta=0.9", 1, 1,
         "holds in the limit"},
        {"wang-2024", "variance over SGD's at eta h t=2, beta=0.9", 1, 1,
         "holds in the limit"},
    };
    const struct sampling sampling = settings();
    struct sampling unsampled = sampling;
    struct ledger ledger = {.sampling = &unsampled};
    struct error error;
    unsampled.max_samples = 1; /* limits need no sampling */
    for (const struct claim *const *claim = claims_all(); *claim; claim++)
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            if (strcmp((*claim)->id, known[i].id) != 0)
                continue;
            assert_int_equal(ledger_check(&ledger, *claim, &error), STATUS_OK);
            break;
        }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int found = 0;
        for (size_t k = 0; k < ledger.count; k++) {
            const struct ledger_row *row = &ledger.rows[k];
            if (row->kind != CLAIM_LIMIT || strcmp(row->claim->id, known[i].id) != 0 ||
                strncmp(text_get(&row->setting), known[i].setting,
                        strlen(known[i].setting)) != 0)
                continue;
            found++;
            CHECK_NEAR(row->paper, known[i].paper, 1e-12, 0);
            CHECK_NEAR(row->exact, known[i].exact, 1e-6, 0);
            assert_string_equal(verdict_text(row->verdicts.paper), known[i].verdict);
            assert_true(row->control);
        }
        assert_int_equal(found, 1);
    }
    ledger_free(&ledger);
}

/* --- rows from made-up numbers ---------------------------------------------------- */

struct approach {
    double limit, coefficient, order;
};

static int approach(const void *context, double fraction, double *ratio,
                    struct error *error)
{
    const struct approach *own = context;
    (void)error;
    *ratio = own->limit + own->coefficient * pow(fraction, own->order) +
             0.3 * own->coefficient * pow(fraction, own->order + 1);
    return STATUS_OK;
}

static enum verdict judge(struct approach shape, double order)
{
    const struct limit limit = {
        .context = &shape, .ratio = approach, .paper = 1, .order = order};
    struct limit_finding finding;
    struct error error;
    CHECK_OK(ledger_limit_judge(&limit, 1, &finding, &error), &error);
    return finding.verdict;
}

static void limits_need_value_order_and_monotony(void **state)
{
    (void)state;
    const struct approach right = {1, 0.5, 1}, wrong_value = {1.01, 0.5, 1};
    const struct approach second = {1, 0.5, 2}, nearly = {1 + 3e-6, 0.5, 1};
    assert_int_equal(judge(right, 1), VERDICT_HOLDS_IN_THE_LIMIT);
    assert_int_equal(judge(right, 2), VERDICT_FAILS);
    assert_int_equal(judge(second, 2), VERDICT_HOLDS_IN_THE_LIMIT);
    assert_int_equal(judge(second, 1), VERDICT_FAILS);
    assert_int_equal(judge(wrong_value, 1), VERDICT_FAILS);
    assert_int_equal(judge(nearly, 1), VERDICT_FAILS);
}

static struct evidence sampled(double paper, double exact, double measured, double se)
{
    return (struct evidence){.paper = paper,
                             .exact = exact,
                             .measured = measured,
                             .se = se,
                             .paper_scale = evidence_scale(paper),
                             .exact_scale = evidence_scale(exact),
                             .count = 1024,
                             .sampled = true,
                             .decisive = true};
}

static void value_and_bound_rows(void **state)
{
    (void)state;
    const struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    struct evidence e = sampled(5, 1, 1.001, 0.001);
    assert_int_equal(ledger_value(&ledger, &fake, FORM_PRINTED, "", &e, 0, &error), 0);
    assert_last(&ledger, "holds", "fails");
    assert_true(last(&ledger)->control);
    assert_int_equal(ledger_value(&ledger, &fake, FORM_FIRST_ORDER, "", &e, 0, &error),
                     0);
    assert_last(&ledger, "holds", "no claim");
    /* What it took, and what it takes without control variates if that is known. */
    assert_true(last(&ledger)->samples == 0 && last(&ledger)->plain_samples == 0);
    assert_int_equal(ledger_value(&ledger, &fake, FORM_PRINTED, "", &e, 8, &error), 0);
    assert_true(last(&ledger)->samples == 8 && last(&ledger)->plain_samples == 8);
    e.plain_samples = 32;
    assert_int_equal(ledger_value(&ledger, &fake, FORM_PRINTED, "", &e, 8, &error), 0);
    assert_true(last(&ledger)->samples == 8 && last(&ledger)->plain_samples == 32);
    e.sampled = false;
    assert_int_equal(ledger_value(&ledger, &fake, FORM_PRINTED, "", &e, 8, &error), 0);
    assert_true(last(&ledger)->samples == 0 && last(&ledger)->plain_samples == 0);
    e = sampled(1, 1, 1.02, 0.001);
    assert_int_equal(ledger_value(&ledger, &fake, FORM_PRINTED, "", &e, 0, &error), 0);
    assert_last(&ledger, "fails", "fails");
    e = sampled(1, 0.5, 0.5005, 0.0005);
    assert_int_equal(ledger_bound(&ledger, &fake, FORM_PRINTED, "", &e, 0, &error), 0);
    assert_last(&ledger, "holds", "holds");
    assert_true(last(&ledger)->control);
    e = sampled(1, 1.4, 1.4005, 0.001);
    assert_int_equal(ledger_bound(&ledger, &fake, FORM_PRINTED, "", &e, 0, &error), 0);
    assert_last(&ledger, "holds", "fails");
    e = sampled(1, 1, 1.0005, 0.001);
    assert_int_equal(ledger_bound(&ledger, &fake, FORM_PRINTED, "", &e, 0, &error), 0);
    assert_last(&ledger, "holds", "inconclusive");
    /* A bound whose measurement is too coarse to exclude 0.95 of it decides nothing. */
    e = sampled(1, 0.5, 0.5, 0.02);
    assert_int_equal(ledger_bound(&ledger, &fake, FORM_PRINTED, "", &e, 0, &error), 0);
    assert_false(last(&ledger)->control);
    assert_last(&ledger, "inconclusive", "inconclusive");
    ledger_free(&ledger);
}

static int off_by(const void *context, double perturbation, double *apart,
                  struct error *error)
{
    const double *size = context;
    (void)error;
    *apart = size[0] + size[1] * perturbation;
    return STATUS_OK;
}

static void identity_rows(void **state)
{
    (void)state;
    const struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    static const double same[2] = {1e-15, 1}, other[2] = {1e-9, 1}, blind[2] = {0, 0};
    const struct {
        const double *size;
        const char *exact, *paper;
        bool control;
    } cases[] = {{same, "holds", "holds", true},
                 {other, "holds", "fails", true},
                 {blind, "inconclusive", "inconclusive", false}};
    for (int k = 0; k < 3; k++) {
        const struct identity identity = {cases[k].size, off_by, off_by};
        assert_int_equal(
            ledger_identity(&ledger, &fake, FORM_PRINTED, "", &identity, &error), 0);
        assert_last(&ledger, cases[k].exact, cases[k].paper);
        assert_int_equal(last(&ledger)->control, cases[k].control);
    }
    ledger_free(&ledger);
}

static void a_curve_holds_with_five_points(void **state)
{
    (void)state;
    const struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    const struct evidence good = sampled(1, 1, 1.001, 0.001);
    const struct evidence coarse = sampled(1, 1, 1.001, 0.01);
    const struct evidence wrong = sampled(1, 1, 1.01, 0.001);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(ledger_curve(&ledger, 0), VERDICT_INCONCLUSIVE);
        assert_int_equal(
            ledger_value(&ledger, &fake, FORM_PRINTED, "", &good, 0, &error), 0);
    }
    assert_int_equal(ledger_curve(&ledger, 0), VERDICT_HOLDS);
    assert_int_equal(ledger_value(&ledger, &fake, FORM_PRINTED, "", &coarse, 0, &error),
                     0);
    assert_int_equal(ledger_curve(&ledger, 0), VERDICT_INCONCLUSIVE);
    assert_int_equal(ledger_value(&ledger, &fake, FORM_PRINTED, "", &wrong, 0, &error),
                     0);
    assert_int_equal(ledger_curve(&ledger, 0), VERDICT_FAILS);
    /* A curve of which no point is sampled. */
    const size_t from = ledger.count;
    struct evidence none = sampled(1, 1, 1, 0.001);
    none.sampled = false;
    for (int k = 0; k < 6; k++)
        assert_int_equal(
            ledger_value(&ledger, &fake, FORM_PRINTED, "", &none, 0, &error), 0);
    assert_int_equal(ledger_curve(&ledger, from), VERDICT_NOT_SAMPLED);
    ledger_free(&ledger);
}

/* A row of a claim that is made up, with this form and verdict. */
static void add_verdict(struct ledger *ledger, const struct claim *claim,
                        enum form form, enum verdict verdict)
{
    struct error error;
    const double paper = verdict == VERDICT_HOLDS   ? 1
                         : verdict == VERDICT_FAILS ? 2
                                                    : (double)NAN;
    const struct evidence e = sampled(paper, 1, 1, 1e-4);
    assert_int_equal(ledger_value(ledger, claim, form, "", &e, 0, &error), 0);
    assert_int_equal(last(ledger)->verdicts.paper,
                     form == FORM_FIRST_ORDER ? VERDICT_NO_CLAIM : verdict);
}

static int check_nothing(struct ledger *ledger, const struct claim *claim,
                         struct error *error)
{
    (void)ledger;
    (void)claim;
    (void)error;
    return STATUS_OK;
}

static void claims_and_rows_are_counted_apart(void **state)
{
    (void)state;
    enum { CLAIMS = 5 };
    static const char *const words[CLAIMS] = {
        "it holds as printed",
        "it fails as printed and holds as intended",
        "it holds in some readings or settings and fails in others",
        "it fails as printed",
        "the paper claims nothing here",
    };
    const struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    struct claim claim[CLAIMS];
    struct text text = {0};
    for (int k = 0; k < CLAIMS; k++) {
        claim[k] = fake;
        claim[k].check = check_nothing;
    }
    add_verdict(&ledger, &claim[0], FORM_PRINTED, VERDICT_HOLDS);
    add_verdict(&ledger, &claim[0], FORM_PRINTED, VERDICT_HOLDS);
    add_verdict(&ledger, &claim[0], FORM_FIRST_ORDER, VERDICT_FAILS);
    add_verdict(&ledger, &claim[1], FORM_PRINTED, VERDICT_FAILS);
    add_verdict(&ledger, &claim[1], FORM_INTENDED, VERDICT_HOLDS);
    add_verdict(&ledger, &claim[2], FORM_PRINTED, VERDICT_HOLDS);
    add_verdict(&ledger, &claim[2], FORM_PRINTED, VERDICT_FAILS);
    add_verdict(&ledger, &claim[2], FORM_INTENDED, VERDICT_FAILS);
    add_verdict(&ledger, &claim[3], FORM_PRINTED, VERDICT_FAILS);
    add_verdict(&ledger, &claim[3], FORM_CORRECTED, VERDICT_HOLDS);
    add_verdict(&ledger, &claim[4], FORM_PRINTED, VERDICT_NO_CLAIM);
    /* Rows of the first claim stand apart; it is still one. */
    add_verdict(&ledger, &claim[0], FORM_PRINTED, VERDICT_HOLDS);
    const struct claim_count count = ledger_count_claims(&ledger);
    assert_int_equal(count.checked, CLAIMS);
    assert_int_equal(count.hold, 1);
    assert_int_equal(count.in_limit, 0);
    assert_int_equal(count.fail, 3);
    assert_int_equal(count.intended, 1);
    assert_int_equal(count.open, 0);
    for (int k = 0; k < CLAIMS; k++)
        assert_string_equal(ledger_count_words(&ledger, &claim[k]), words[k]);
    ledger_count_tell(&ledger, &text);
    assert_string_equal(
        text_get(&text),
        "claims: 5 checked; as printed 1 hold (0 of them in a limit), 3 fail in one "
        "setting or more (1 of them hold as intended), 0 are open\n"
        "rows: printed: holds 4, fails 3, no claim 1; intended: holds 1, fails 1; "
        "corrected: holds 1; first order: no claim 1\n");
    text_free(&text);
    ledger_free(&ledger);
}

static void the_row_of_a_limit_leads_its_curve(void **state)
{
    (void)state;
    const struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    const struct approach shape = {1, 0.1, 1};
    const struct limit limit = {
        .context = &shape, .ratio = approach, .variable = "x", .paper = 1, .order = 1};
    struct error error;
    for (int k = 0; k < 3; k++)
        add_verdict(&ledger, &fake, FORM_FIRST_ORDER, VERDICT_HOLDS);
    CHECK_OK(ledger_limit(&ledger, &fake, FORM_PRINTED, "", &limit, 1, &error), &error);
    static const enum form forms[] = {FORM_FIRST_ORDER, FORM_PRINTED, FORM_FIRST_ORDER,
                                      FORM_FIRST_ORDER};
    for (size_t k = 0; k < 4; k++)
        assert_int_equal(ledger.rows[k].form, forms[k]);
    /* Two points are too few for a curve. */
    assert_int_equal(ledger.rows[1].verdicts.exact, VERDICT_INCONCLUSIVE);
    assert_int_equal(ledger.rows[1].verdicts.paper, VERDICT_HOLDS_IN_THE_LIMIT);
    /* Without a curve it stays where it is and has no exact verdict. */
    CHECK_OK(ledger_limit(&ledger, &fake, FORM_CORRECTED, "", &limit, 4, &error),
             &error);
    assert_int_equal(ledger.rows[3].form, FORM_FIRST_ORDER);
    assert_int_equal(ledger.rows[4].form, FORM_CORRECTED);
    assert_int_equal(ledger.rows[4].verdicts.exact, VERDICT_NO_CLAIM);
    ledger_free(&ledger);
}

static int no_ratio(const void *context, double x, double *ratio, struct error *error)
{
    const double *from = context;
    *ratio = 1;
    return x < *from ? error_set(error, STATUS_SOFTWARE, "no ratio") : STATUS_OK;
}

/* A limit whose ratio cannot be computed at one of its points adds no row. */
static void a_limit_without_numbers_is_refused(void **state)
{
    struct ledger ledger = {0};
    struct error error;
    (void)state;
    for (int k = 4; k <= 14; k++) {
        const double from = ldexp(1.5, -k);
        const struct limit limit = {
            .context = &from, .ratio = no_ratio, .variable = "x", .paper = 1};
        assert_int_equal(
            ledger_limit(&ledger, &fake, FORM_PRINTED, "", &limit, 0, &error),
            STATUS_SOFTWARE);
        assert_string_equal(error.text, "no ratio");
    }
    assert_int_equal(ledger.count, 0);
    ledger_free(&ledger);
}

/* A value below the paper's that too few chains measured says nothing yet. */
static void an_existence_needs_enough_samples(void **state)
{
    struct ledger ledger = {0};
    struct evidence e = {.paper = 1,
                         .exact = 0.5,
                         .measured = 0.5,
                         .se = 0.001,
                         .count = 1000,
                         .paper_scale = 1,
                         .exact_scale = 1,
                         .sampled = true,
                         .decisive = true};
    struct error error;
    (void)state;
    for (int decisive = 0; decisive < 2; decisive++) {
        e.decisive = decisive;
        CHECK_OK(ledger_existence(&ledger, &fake, FORM_PRINTED, "", &e, 1, &error),
                 &error);
        assert_int_equal(last(&ledger)->verdicts.paper,
                         decisive ? VERDICT_HOLDS : VERDICT_INCONCLUSIVE);
    }
    ledger_free(&ledger);
}

/* A number that is its limit holds on either side, and its control is the equality. */
static void a_difference_may_meet_its_limit(void **state)
{
    static const struct {
        enum ledger_side side;
        double measured;
        enum verdict verdict;
    } cases[] = {
        {LEDGER_AT_MOST, 2, VERDICT_HOLDS}, {LEDGER_AT_LEAST, 2, VERDICT_HOLDS},
        {LEDGER_AT_MOST, 1, VERDICT_HOLDS}, {LEDGER_AT_LEAST, 1, VERDICT_FAILS},
        {LEDGER_AT_MOST, 3, VERDICT_FAILS}, {LEDGER_WITHIN, -2, VERDICT_INCONCLUSIVE},
        {LEDGER_WITHIN, -3, VERDICT_FAILS}};
    struct ledger ledger = {0};
    struct text text = {0};
    struct error error;
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct difference of = {
            .side = cases[k].side, .limit = 2, .measured = cases[k].measured};
        CHECK_OK(ledger_difference(&ledger, &fake, "", &of, 1, &error), &error);
        CHECK(last(&ledger)->verdicts.exact == cases[k].verdict, "case %zu: %s", k,
              verdict_text(last(&ledger)->verdicts.exact));
        /* Of -2 - 4 and -2 + 4 one alone is outside of [-2, 2]: that decides nothing.
         */
        assert_int_equal(last(&ledger)->control, cases[k].measured != -2);
    }
    ledger_drop(&ledger, 0);
    ledger_count_tell(&ledger, &text);
    assert_string_equal(text_get(&text), "");
    text_free(&text);
    ledger_free(&ledger);
}

/* In every claim the limits of a curve stand before its finite steps. */
static void finite_steps_follow_their_limit(void **state)
{
    (void)state;
    struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    sampling.max_samples = 1;
    for (const struct claim *const *claim = claims_all(); *claim; claim++) {
        if ((*claim)->kind != CLAIM_LIMIT)
            continue;
        const size_t from = ledger.count;
        bool limit = false;
        assert_int_equal(ledger_check(&ledger, *claim, &error), STATUS_OK);
        for (size_t k = from; k < ledger.count; k++) {
            limit = limit || ledger.rows[k].kind == CLAIM_LIMIT;
            if (!limit && ledger.rows[k].form == FORM_FIRST_ORDER)
                fail_msg("%s, %s: no limit before it", (*claim)->id,
                         text_get(&ledger.rows[k].setting));
        }
        assert_true(limit);
    }
    ledger_free(&ledger);
}

/* Adds a row of `violated` violations; those of its control are all of them. */
static int add_violations(struct ledger *ledger, double allowed, uint64_t violated,
                          uint64_t trials, struct error *error)
{
    const struct violations violations = {.allowed = allowed,
                                          .violated = violated,
                                          .control = trials,
                                          .trials = trials,
                                          .claimed = true};
    return ledger_violations(ledger, &fake, FORM_PRINTED, "", &violations, error);
}

/* P(X <= count) for n trials of probability p, term by term. */
static long double binomial_up_to(int count, int n, long double p)
{
    long double sum = 0;
    for (int k = 0; k <= count; k++)
        sum += expl(lgammal(n + 1.L) - lgammal(k + 1.L) - lgammal(n - k + 1.L) +
                    k * logl(p) + (n - k) * log1pl(-p));
    return sum;
}

/* `fails` from the first count that is so large with probability below 1e-6, `holds` up
 * to the last that is so small with probability 1e-6 at most; and the error of the
 * rate, over draws of the count (errors.h). */
static void rows_of_violations(void **state)
{
    (void)state;
    enum { N = 1000 };
    const double p = 0.05;
    const struct sampling sampling = settings();
    struct ledger ledger = {.sampling = &sampling};
    struct errors *rate = check_alloc(1, sizeof *rate);
    struct error error;
    uint64_t random = 1;
    for (int count = 0; count <= 120; count++) {
        const bool many =
            count > 0 && 1 - binomial_up_to(count - 1, N, p) < ESTIMATE_LEVEL;
        const bool few = binomial_up_to(count, N, p) <= ESTIMATE_LEVEL;
        CHECK_OK(add_violations(&ledger, p, (uint64_t)count, N, &error), &error);
        assert_last(&ledger, "no claim",
                    many  ? "fails"
                    : few ? "holds"
                          : "inconclusive");
    }
    assert_true(last(&ledger)->control);
    /* A control that counts more than there are trials is none. */
    const struct violations beyond = {
        .allowed = p, .violated = 1, .control = N + 1, .trials = N, .claimed = true};
    CHECK_OK(ledger_violations(&ledger, &fake, FORM_PRINTED, "", &beyond, &error),
             &error);
    assert_false(last(&ledger)->control);
    for (int seed = 1; seed <= ERRORS_SEEDS; seed++) {
        uint64_t count = 0;
        for (int k = 0; k < N; k++)
            count += check_uniform(&random, 0, 1) < p;
        CHECK_OK(add_violations(&ledger, p, count, N, &error), &error);
        errors_add(rate, "rate", last(&ledger)->measured, p, last(&ledger)->se);
    }
    CHECK_ERRORS(rate, 1);
    free(rate);
    ledger_free(&ledger);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_have_different_ids_and_say_what_they_are),
        cmocka_unit_test(every_control_fails_and_nothing_contradicts_theory),
        cmocka_unit_test(limits_of_the_ledger_are_the_known_ones),
        cmocka_unit_test(limits_need_value_order_and_monotony),
        cmocka_unit_test(value_and_bound_rows),
        cmocka_unit_test(identity_rows),
        cmocka_unit_test(rows_of_violations),
        cmocka_unit_test(a_curve_holds_with_five_points),
        cmocka_unit_test(claims_and_rows_are_counted_apart),
        cmocka_unit_test(the_row_of_a_limit_leads_its_curve),
        cmocka_unit_test(finite_steps_follow_their_limit),
        cmocka_unit_test(a_limit_without_numbers_is_refused),
        cmocka_unit_test(an_existence_needs_enough_samples),
        cmocka_unit_test(a_difference_may_meet_its_limit),
    };
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
