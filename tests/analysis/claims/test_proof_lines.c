/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of appendix A: chains and steps worked out by hand, what each line's rows
 * say, and the standard errors of means over an ensemble.
 *
 * Statistics tested: 6. */
#include "check.h"

#include "claims/claims.h"
#include "claims/shared/proof_lines.h"
#include "claims/shared/proof_theorem.h"

#include <gsl/gsl_errno.h>

static struct sampling settings(uint64_t seed)
{
    struct sampling sampling = check_sampling(seed, 0.001);
    sampling.threads = 1;
    sampling.precision_given = false;
    return sampling;
}

/* --- by hand ---------------------------------------------------------------------- */

/* Huber's loss with G = 1, L = PROOF_SMOOTHNESS from 3 G/L, eta0 L = 0.5, beta0 = 1,
 * beta1 = 0.5: the gradient is 1 where theta > 1/L. In units of 1/L, with beta = 1/4:
 * m_0 = 3/4, theta_1 = 3 - (2 m_0)/2 = 9/4, m_1 = 3/4, theta_2 = 9/4 - (2 m_1 - m_0)/2
 * = 15/8; x_1 = theta_1 + m_0/2 = 21/8, x_0 = x_{-1} = 3, z_1 = (x_1 - 3/4)/(3/4) =
 * 5/2, x_2 = theta_2 + m_1/2 = 9/4, z_2 = (9/4 - 3/4)/(3/4) = 2. */
static void a_chain_by_hand(void **state)
{
    const struct sampling sampling = settings(1);
    const struct ledger ledger = {.sampling = &sampling};
    const struct proof_setting setting = {.loss = loss_kind_find("huber"),
                                          .n = 1,
                                          .beta0 = 1,
                                          .beta1 = 0.5,
                                          .rate = 0.5,
                                          .start = 3,
                                          .steps = 2};
    const double l = PROOF_SMOOTHNESS;
    struct proof_run run;
    struct proof_chain chain;
    struct error error;
    (void)state;
    CHECK_OK(proof_run_init(&run, &ledger, &setting, &error), &error);
    CHECK_OK(proof_chain_measured(&chain, &run, 0, X_CORRECTED, &error), &error);
    const double theta[] = {3, 9. / 4, 15. / 8}, z[] = {3, 5. / 2, 2};
    for (int t = 0; t < 3; t++) {
        CHECK_NEAR(chain.pnm.theta[t] * l, theta[t], 1e-14, 0);
        CHECK_NEAR(chain.z[t] * l, z[t], 1e-14, 0);
    }
    /* f is theta - 1/2 out there; z moves by 1/2 a step. */
    const struct proof_step *step = &chain.step[1];
    CHECK_NEAR(step->at_theta * l, 9. / 4 - 0.5, 1e-14, 0);
    CHECK_NEAR(step->at_z * l, 2, 1e-14, 0);
    CHECK_NEAR(step->next * l, 1.5, 1e-14, 0);
    CHECK_NEAR(step->first * l, 2.5, 1e-14, 0);
    CHECK_NEAR(step->distance * l * l, 1. / 16, 1e-12, 0);
    CHECK_NEAR(step->moved * l * l, 0.25, 1e-12, 0);
    CHECK_NEAR(step->z_move * l, -0.5, 1e-12, 0);
    CHECK_EXACT(step->square, 1);
    CHECK_EXACT(step->sum, 2);
    CHECK_EXACT(step->smallest, 1);
    CHECK_EXACT(step->apart, 0);
    CHECK_EXACT(step->xi, 0);
    assert_int_equal(step->steps, 2);
    CHECK_NEAR(chain.rate * l, 0.5, 1e-14, 0);
    CHECK_NEAR(proof_gap(&chain) * l, 2.5, 1e-14, 0);
    CHECK_NEAR(proof_c_over_root(&chain) * l, 1, 1e-14, 0);
    CHECK_NEAR(proof_q(&chain) * l, 0.25, 1e-14, 0);
    /* beta + beta0 (1-beta) = 1, corrected 1/4 + |1/4 - 3/4| = 3/4; sigma = 0. */
    CHECK_NEAR(proof_q_prime(&chain, FORM_INTENDED) * l, 0.25 / (2 * 9. / 16), 1e-14,
               0);
    CHECK_NEAR(proof_q_prime(&chain, FORM_PRINTED), 0.25 / (2 * 9. / 16), 1e-14, 0);
    CHECK_NEAR(proof_q_prime(&chain, FORM_CORRECTED) * l, 0.25 / 2, 1e-14, 0);
    proof_chain_free(&chain);
    proof_run_free(&run);
}

/* A unit's chains are those that are run one at a time, and both routes by which z_t is
 * made anew agree. */
static void a_unit_has_the_chains(void **state)
{
    const struct sampling sampling = settings(3);
    const struct ledger ledger = {.sampling = &sampling};
    const struct proof_setting setting = {.loss = loss_kind_find("rippled"),
                                          .n = 2,
                                          .beta0 = 1,
                                          .beta1 = 0.9,
                                          .rate = 0.1,
                                          .sigma = 1,
                                          .start = 1,
                                          .steps = 9};
    struct proof_chain chains[LOSS_LANES], one;
    struct proof_run run;
    struct error error;
    (void)state;
    CHECK_OK(proof_run_init(&run, &ledger, &setting, &error), &error);
    CHECK_OK(proof_chain_unit(chains, &run, 1, X_APPENDIX, &error), &error);
    CHECK_OK(proof_chain_measured(&one, &run, LOSS_LANES + 7, X_CORRECTED, &error),
             &error);
    proof_chain_use(&one, X_APPENDIX);
    for (size_t k = 0; k < 20; k++) {
        CHECK_EXACT(chains[7].pnm.theta[k], one.pnm.theta[k]);
        CHECK_EXACT(chains[7].z[k], one.z[k]);
    }
    for (long t = 0; t < 9; t++) {
        CHECK_EXACT(chains[7].step[t].next, one.step[t].next);
        CHECK_EXACT(chains[7].step[t].xi, one.step[t].xi);
    }
    proof_chain_free(&one);
    for (size_t lane = 0; lane < LOSS_LANES; lane++)
        proof_chain_free(&chains[lane]);
    proof_run_free(&run);
}

/* --- what the lines say ----------------------------------------------------------- */

/* A row by the beginning of its setting; NAN: the value is not known beforehand. */
struct known {
    const char *id, *setting;
    double measured;
    const char *paper, *exact;
};

static const struct known lines[] = {
    {"proof-24", "printed:", NAN, "fails", "holds"},
    {"proof-24", "corrected:", NAN, "holds", "holds"},
    {"proof-25", "printed:", NAN, "fails", "holds"},
    {"proof-25", "corrected:", NAN, "holds", "holds"},
    {"proof-26", "printed:", NAN, "fails", "holds"},
    {"proof-26", "corrected:", NAN, "holds", "holds"},
    {"proof-27", "printed:", NAN, "fails", "holds"},
    {"proof-27", "corrected:", NAN, "holds", "holds"},
    {"proof-28", "printed:", NAN, "fails", "holds"},
    {"proof-28", "corrected:", NAN, "holds", "holds"},
    {"proof-29", "printed:", 1, "holds", "holds"},
    {"proof-29", "corrected:", 1, "holds", "holds"},
    {"proof-30", "printed:", NAN, "fails", "holds"},
    {"proof-30", "corrected:", 1, "holds", "holds"},
    {"proof-A2", "printed: eq. 30", NAN, "holds", "holds"},
    {"proof-A2", "printed: size of the noise", NAN, "fails", "no claim"},
    {"proof-A2", "intended: squared size", NAN, "holds", "holds"},
    {"proof-A2", "printed: after", NAN, "holds", "no claim"},
    {"proof-A2", "printed: Cauchy", NAN, "holds", "holds"},
    {"proof-A2", "printed: the last line", NAN, "fails", "holds"},
    {"proof-A2", "intended: the last line", NAN, "holds", "holds"},
    {"proof-A3", "printed: f is L-smooth", 1, "holds", "holds"},
    {"proof-A3", "printed: z - theta", NAN, "holds", "holds"},
    {"proof-A3", "corrected: z - theta", NAN, "holds", "holds"},
    {"proof-A3", "printed: recursion", NAN, "fails", "holds"},
    {"proof-A3", "corrected: recursion", NAN, "holds", "holds"},
    {"proof-A3", "corrected: the printed recursion", NAN, "holds", "holds"},
    {"proof-A3", "printed: theta_t", NAN, "fails", "holds"},
    {"proof-A3", "corrected: theta_t", NAN, "holds", "holds"},
    /* ((2 beta Gamma + beta0)/(beta Gamma + beta0))^2 at beta0 = 0 */
    {"proof-A3", "printed: (beta", 4, "fails", "holds"},
    {"proof-A3", "corrected: (2 beta", 1, "holds", "holds"},
    /* beta = 1/4, beta0 = 0, t = 21: 4 (1 - (beta^11 + beta^10)/2)^2 */
    {"proof-A3", "printed: the lemma", 3.9999952316298391, "fails", "holds"},
    {"proof-A3", "corrected: the lemma", 1, "holds", "holds"},
    {"proof-31", "printed:", NAN, "holds", "holds"},
    {"proof-32", "printed:", NAN, "fails", "holds"},
    {"proof-32", "intended:", NAN, "holds", "holds"},
    {"proof-32", "corrected:", NAN, "holds", "holds"},
    /* Made by a script apart: huber, beta1 = 0.5, eta0 L = 0.2, theta_0 = 3 G/L. */
    {"proof-33", "printed: without noise", 3721.684291845558, "fails", "holds"},
    {"proof-33", "intended: without noise", 3.721684291845558, "fails", "holds"},
    {"proof-33", "corrected: without noise", 0.9304210729613895, "holds", "holds"},
    {"proof-33", "printed: with noise", NAN, "fails", "no claim"},
    {"proof-33", "corrected: with noise", NAN, "holds", "no claim"},
    {"proof-34", "printed:", 1247.051932163572, "fails", "holds"},
    {"proof-34", "intended:", 1.247051932163572, "fails", "holds"},
    {"proof-34", "corrected:", 0.311762983040893, "holds", "holds"},
    {"proof-35", "printed: f(z_{t+1})", NAN, "holds", "holds"},
    {"proof-35", "printed: without noise", 79.3147208121827, "fails", "holds"},
    {"proof-35", "intended: without noise", 0.9741385263659908, "holds", "holds"},
    {"proof-35", "corrected: without noise", NAN, "holds", "holds"},
    {"proof-35", "printed: with noise", NAN, "fails", "no claim"},
    {"proof-35", "corrected: with noise", NAN, "holds", "no claim"},
    {"proof-36", "printed: z_0", 0, "holds", "holds"},
    {"proof-36", "printed: without noise", 27.97202797202797, "fails", "holds"},
    {"proof-36", "intended:", NAN, "holds", "holds"},
    {"proof-36", "corrected:", NAN, "holds", "holds"},
    {"proof-37", "printed: eq. 36", 2, "fails", "holds"},
    {"proof-37", "intended: eq. 36", 1, "holds", "holds"},
    {"proof-37", "printed: without noise", 49.68944099378881, "fails", "holds"},
    {"proof-37", "intended: without noise", 0.5, "holds", "holds"},
    {"proof-37", "corrected: without noise", 0.5, "holds", "holds"},
    {"proof-37", "printed: with noise", NAN, "fails", "no claim"},
    {"proof-37", "corrected: with noise", NAN, "holds", "no claim"},
    /* 32/(63 0.4375 + 0.5) */
    {"proof-37", "printed: a gradient", 1.140311804008909, "fails", "holds"},
    {"proof-37", "intended: a gradient", 0.5701559020044543, "holds", "holds"},
    {"proof-38", "printed:", NAN, "holds", "holds"},
    {"proof-39", "printed: with Q'", NAN, "fails", "holds"},
    {"proof-39", "intended: with Q'", NAN, "holds", "holds"},
    {"proof-39", "corrected: with lemma", NAN, "holds", "holds"},
    {"proof-39", "printed: eq. 38 + eq. 39 as a bound; without", 0.5, "holds", "holds"},
    {"proof-39", "corrected: eq. 38 + eq. 39 as a bound; without", 0.5, "holds",
     "holds"},
    {"proof-39", "printed: eq. 38 + eq. 39 as a bound; with noise", NAN, "holds",
     "no claim"},
    {"proof-40", "printed:", NAN, "holds", "holds"},
    {"proof-41", "printed: with eq. 40", NAN, "holds", "holds"},
    {"proof-41", "printed: eq. 39 over", 1, "holds", "holds"},
    {"proof-41", "printed: eq. 40", 0.5, "holds", "holds"},
    {"proof-41", "corrected: eq. 40", 0.5, "holds", "holds"},
    {"proof-42", "printed: B(1)", NAN, "holds", "holds"},
    {"proof-42", "printed: B(5)", NAN, "holds", "holds"},
    {"proof-43", "printed:", NAN, "holds", "holds"},
    {"proof-44", "printed: given eq. 22, B(5)", NAN, "holds", "holds"},
    {"proof-44", "printed: the divergence of eq. 21, B(5)", NAN, "fails", "holds"},
    {"proof-44", "corrected: the divergence of eq. 21, B(5)", NAN, "holds", "holds"},
    {"proof-44", "printed: given eq. 22, gradient", 0, "fails", "holds"},
    {"proof-44", "intended: given eq. 22, gradient", NAN, "holds", "holds"},
    {"proof-44", "printed: given eq. 22, largest", NAN, "holds", "holds"},
    {"proof-44",
     "printed: the divergence of eq. 21, largest factor of a part over 64 parts of [1, "
     "25.6]",
     NAN, "holds", "holds"},
    {"proof-44",
     "printed: the divergence of eq. 21, largest factor of a part over 64 parts of [1, "
     "20]",
     NAN, "fails", "holds"},
    {"proof-44", "corrected: the divergence of eq. 21, largest", NAN, "holds", "holds"},
    {"proof-45", "printed: given eq. 22", NAN, "holds", "holds"},
    {"proof-45",
     "printed: the divergence of eq. 21, largest B(gamma)/B(1) over 64 parts of [1, "
     "25.6]",
     NAN, "holds", "holds"},
    {"proof-45",
     "printed: the divergence of eq. 21, largest B(gamma)/B(1) over 64 parts of [1, "
     "20]",
     NAN, "fails", "holds"},
    {"proof-45", "corrected:", NAN, "holds", "holds"},
    {"proof-46", "printed: pnm beta0=1 beta1=0.9;", NAN, "fails", "holds"},
    {"proof-46", "printed: pnm beta0=1 beta1=0.9 lr", NAN, "fails", "holds"},
    {"proof-46", "corrected:", NAN, "holds", "holds"},
};
enum { LINES = sizeof lines / sizeof *lines };

static const struct known *known_of(const struct ledger_row *row)
{
    for (int i = 0; i < LINES; i++)
        if (strcmp(lines[i].id, row->claim->id) == 0 &&
            strncmp(lines[i].setting, text_get(&row->setting),
                    strlen(lines[i].setting)) == 0)
            return &lines[i];
    return NULL;
}

static void check_row(const struct ledger_row *row)
{
    const char *const setting = text_get(&row->setting);
    const struct known *known = known_of(row);
    if (!known)
        fail_msg("%s, %s: not known", row->claim->id, setting);
    CHECK(row->control, "%s, %s: the control does not fail", row->claim->id, setting);
    if (strcmp(verdict_text(row->verdicts.paper), known->paper) != 0 ||
        strcmp(verdict_text(row->verdicts.exact), known->exact) != 0)
        fail_msg("%s, %s: %s, %s", row->claim->id, setting,
                 verdict_text(row->verdicts.paper), verdict_text(row->verdicts.exact));
    if (!isnan(known->measured))
        CHECK_NEAR(row->measured, known->measured, 1e-9, 1e-15);
}

static void every_line_says_what_it_should(void **state)
{
    const struct sampling sampling = settings(1);
    struct ledger ledger = {.sampling = &sampling, .max_samples = 2e9};
    struct error error;
    (void)state;
    for (const struct claim *const *claim = claims_all(); *claim; claim++)
        if (strncmp((*claim)->id, "proof-", 6) == 0)
            CHECK_OK(ledger_check(&ledger, *claim, &error), &error);
    assert_int_equal(ledger.count, LINES);
    for (size_t k = 0; k < ledger.count; k++)
        check_row(&ledger.rows[k]);
    ledger_free(&ledger);
}

/* --- means ------------------------------------------------------------------------ */

static const struct claim fake = {
    .id = "fake", .where = "nowhere", .kind = CLAIM_BOUND, .statement = "none"};

/* |xi| and |xi|^2 over sigma: in 8 coordinates their means are known. */
static void size_of_noise(const struct proof_chain *c, long t, enum form form,
                          double *left, double *right)
{
    const double square = c->step[t].xi;
    *left = form == FORM_PRINTED ? sqrt(square) / c->run->sigma : square;
    *right = form == FORM_PRINTED ? 1 : c->run->sigma * c->run->sigma;
}

enum { SEEDS = 128 };
static const struct proof_row means[] = {
    {.form = FORM_PRINTED,
     .x = X_CORRECTED,
     .bound = size_of_noise,
     .chains = PROOF_MEAN},
    {.form = FORM_INTENDED,
     .x = X_CORRECTED,
     .bound = size_of_noise,
     .chains = PROOF_SAME},
};

/* The mean square. */
static double second_moment(const struct moments *z)
{
    return z->squares / (double)z->count + z->mean * z->mean;
}

/* The mean square of z over seeds is 1: within [0.54, 1.66], two-sided 1e-5. */
static void standard_errors_of_means(void **state)
{
    /* E|xi|/sigma = sqrt(2/8) Gamma(9/2)/Gamma(4) */
    const double expected[2] = {0.5 * exp(lgamma(4.5) - lgamma(4)), 1};
    struct moments z[2] = {0};
    struct error error;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sampling sampling = settings(seed);
        struct ledger ledger = {.sampling = &sampling, .max_samples = 2e9};
        sampling.precision = 0.05;
        sampling.precision_given = true;
        CHECK_OK(proof_rows(&ledger, &fake, means, 2, &error), &error);
        for (int k = 0; k < 2; k++)
            moments_add(&z[k],
                        (ledger.rows[k].measured - expected[k]) / ledger.rows[k].se);
        ledger_free(&ledger);
    }
    for (int k = 0; k < 2; k++)
        CHECK(second_moment(&z[k]) > 0.54 && second_moment(&z[k]) < 1.66,
              "row %d: mean square of z %g", k, second_moment(&z[k]));
}

/* The same of the bounds of eq. 46, whose exact values are known. */
static void standard_errors_of_bounds(void **state)
{
    enum { ROWS = 3 };
    const struct claim *const *claim = claims_all();
    struct moments z[ROWS] = {0};
    struct error error;
    (void)state;
    while (strcmp((*claim)->id, "proof-46") != 0)
        claim++;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sampling sampling = settings(seed);
        struct ledger ledger = {.sampling = &sampling, .max_samples = 2e9};
        sampling.precision = 0.05;
        sampling.precision_given = true;
        CHECK_OK(ledger_check(&ledger, *claim, &error), &error);
        assert_int_equal(ledger.count, ROWS);
        for (int k = 0; k < ROWS; k++)
            moments_add(&z[k], (ledger.rows[k].measured - ledger.rows[k].exact) /
                                   ledger.rows[k].se);
        ledger_free(&ledger);
    }
    for (int k = 0; k < ROWS; k++)
        CHECK(second_moment(&z[k]) > 0.54 && second_moment(&z[k]) < 1.66,
              "row %d: mean square of z %g", k, second_moment(&z[k]));
}

static void square_over_g(const struct proof_chain *c, long t, enum form form,
                          double *left, double *right)
{
    (void)form;
    *left = c->step[t].square;
    *right = c->run->loss.gradient_bound * c->run->loss.gradient_bound;
}

/* At eta0 L = 1/3, beta0 = 1, beta1 = 0, sigma = 0.1 G the stationary E|grad f|^2 is 3
 * eta0 L sigma^2/2 = 0.005 G^2; the chains begin at 0.0064 G^2. */
static void the_smallest_step_is_chosen(void **state)
{
    static const struct proof_row row = {.form = FORM_PRINTED,
                                         .x = X_CORRECTED,
                                         .bound = square_over_g,
                                         .chains = PROOF_SMALLEST};
    const struct sampling sampling = settings(1);
    struct ledger ledger = {.sampling = &sampling, .max_samples = 2e9};
    struct error error;
    (void)state;
    CHECK_OK(proof_rows(&ledger, &fake, &row, 1, &error), &error);
    CHECK_Z("E|grad f|^2", (ledger.rows[0].measured - 0.005) / ledger.rows[0].se);
    ledger_free(&ledger);
}

/* Over the budget nothing is drawn, and rows that draw nothing stay. */
static void the_budget_is_kept(void **state)
{
    struct sampling sampling = settings(1);
    struct ledger ledger = {.sampling = &sampling, .max_samples = 1};
    struct error error;
    (void)state;
    sampling.max_samples = 1;
    CHECK_OK(proof_rows(&ledger, &fake, means, 2, &error), &error);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(ledger.rows[k].verdicts.exact, VERDICT_NOT_SAMPLED);
        assert_true(isnan(ledger.rows[k].measured));
        assert_non_null(strstr(text_get(&ledger.rows[k].setting), "needs"));
    }
    ledger_free(&ledger);
}

static void no_sides(const struct proof_chain *c, long t, enum form form, double *left,
                     double *right)
{
    (void)c;
    (void)t;
    (void)form;
    *left = *right = NAN;
}

static void a_bound_without_sides_is_refused(void **state)
{
    static const struct proof_row row = {
        .form = FORM_PRINTED, .bound = no_sides, .chains = PROOF_QUIET};
    const struct sampling sampling = settings(1);
    struct ledger ledger = {.sampling = &sampling};
    struct error error;
    (void)state;
    assert_int_equal(proof_rows(&ledger, &fake, &row, 1, &error), STATUS_SOFTWARE);
    assert_string_equal(error.text, "claim fake: no chain has both sides of a line");
    assert_int_equal(ledger.count, 0);
    ledger_free(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_by_hand),
        cmocka_unit_test(a_unit_has_the_chains),
        cmocka_unit_test(every_line_says_what_it_should),
        cmocka_unit_test(standard_errors_of_means),
        cmocka_unit_test(standard_errors_of_bounds),
        cmocka_unit_test(the_smallest_step_is_chosen),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(a_bound_without_sides_is_refused),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
