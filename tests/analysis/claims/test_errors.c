/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_errors.c: the standard errors of the claims' rows are as large as the deviations
 * from exact values, over 128 seeds (errors.h).
 *
 * About 160 bands of 1e-5: the false-alarm rate of an innocent change of the random
 * numbers is 2e-3. */
#include "errors.h"

#include "claims/claims.h"
#include "claims/fig11.h"
#include "claims/fig12.h"
#include "claims/shared/bound_ratio.h"

#include <gsl/gsl_errno.h>

/* So few chains that a claim takes milliseconds, so many that Student's t is nearly
 * normal. */
static struct sampling settings(uint64_t seed, double max_samples)
{
    struct sampling sampling = check_sampling(seed, 0.2);
    sampling.threads = 1;
    sampling.chains = 128;
    sampling.max_samples = max_samples;
    return sampling;
}

static const struct claim *claim_of(const char *id)
{
    const struct claim *const *claim = claims_all();
    while (*claim && strcmp((*claim)->id, id) != 0)
        claim++;
    CHECK(*claim, "there is no claim %s", id);
    return *claim;
}

/* Whether a row has an error, of a measurement that no row before it has. */
static bool is_new(const struct ledger *ledger, size_t k)
{
    const struct ledger_row *row = &ledger->rows[k];
    if (!(row->se > 0) || isnan(row->measured))
        return false;
    for (size_t before = 0; before < k; before++)
        if (ledger->rows[before].measured == row->measured)
            return false;
    return true;
}

enum { ROWS_MAX = 40 };

/* The rows with errors that a claim has, over seeds. */
struct table {
    struct errors row[ROWS_MAX];
    size_t count;
};

static void add_rows(struct table *table, const struct ledger *ledger)
{
    size_t rows = 0;
    for (size_t k = 0; k < ledger->count; k++) {
        const struct ledger_row *row = &ledger->rows[k];
        char what[160];
        if (!is_new(ledger, k))
            continue;
        CHECK(rows < ROWS_MAX, "more than %d rows", ROWS_MAX);
        snprintf(what, sizeof what, "%s, %s", row->claim->id, text_get(&row->setting));
        errors_add(&table->row[rows++], what, row->measured, row->exact, row->se);
    }
    CHECK(table->count == 0 || rows == table->count, "%zu rows, expected %zu", rows,
          table->count);
    table->count = rows;
}

/* Checks at least `least` rows; together if they are independent of each other. */
static void check_table(const struct table *table, size_t least, bool independent)
{
    CHECK(table->count >= least, "%zu rows, expected %zu or more", table->count, least);
    for (size_t k = 0; !independent && k < table->count; k++)
        CHECK_ERRORS(&table->row[k], 1);
    if (independent)
        CHECK_ERRORS(table->row, table->count);
}

static void check_claim(const char *id, double max_samples, size_t least,
                        bool independent)
{
    struct table *table = check_alloc(1, sizeof *table);
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        const struct sampling sampling = settings(seed, max_samples);
        struct ledger ledger = {.sampling = &sampling, .max_samples = max_samples};
        struct error error;
        CHECK_OK(ledger_check(&ledger, claim_of(id), &error), &error);
        add_rows(table, &ledger);
        ledger_free(&ledger);
    }
    check_table(table, least, independent);
    free(table);
}

/* Mean gain and variance of the noise, at one step too, and the ratio to Heavy Ball's.
 */
static void errors_of_noise(void **state)
{
    (void)state;
    check_claim("eq2", 1e6, 4, true);
    check_claim("eq4", 1e6, 4, true);
    check_claim("noise-ratio", 1e6, 2, false);
}

/* The covariances of correlated noise, on and off the diagonal. */
static void errors_of_covariances(void **state)
{
    (void)state;
    check_claim("eq12", 1e6, 3, false);
}

/* Variances in units of their small-step limit. */
static void errors_of_curves(void **state)
{
    (void)state;
    check_claim("eq15", 1e6, 6, true);
    check_claim("eq17", 1e6, 12, true);
}

/* Quotients of two variances; those of fig7 share their denominators. */
static void errors_of_ratios(void **state)
{
    (void)state;
    check_claim("hb-sgd", 1e6, 6, true);
    check_claim("fig7", 1e6, 8, false);
}

/* The extrapolated SDE and the recursion, on and off the diagonal. */
static void errors_of_theorem_4_1(void **state)
{
    (void)state;
    check_claim("thm4.1", 1e6, 18, false);
}

/* Elements of covariances, and quotients that share what they are divided by. */
static void errors_of_neighbours(void **state)
{
    (void)state;
    check_claim("mandt-2017", 1e6, 36, false);
    check_claim("liu-2021", 1e6, 33, false);
    check_claim("wang-2024", 1e6, 30, false);
}

/* Divergences from independent draws. */
static void errors_of_divergences(void **state)
{
    (void)state;
    check_claim("eq21", 1e6, 1, false);
    check_claim("eq22", 1e6, 1, false);
}

/* The quotient of two bounds, without the search for the best beta0, which is long. */
static void errors_of_theorem_4_3(void **state)
{
    (void)state;
    static const double h[4] = {0.5, 0.5, 0.5, 0.5}, lambda = 10;
    const struct rule rule[2] = {CHECK_RULE("pnm lr=1 beta0=3 beta1=0.9"),
                                 CHECK_RULE("sgd lr=1")};
    struct errors *ratio = check_alloc(1, sizeof *ratio);
    struct bound_law law[2] = {{.alike = 1}, {.alike = 1}};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init(&problem, 4, h, &error), &error);
    for (int i = 0; i < 4; i++)
        problem.noise[i] = h[i];
    for (int k = 0; k < 2; k++)
        CHECK_OK(posterior_theory(&rule[k], &problem, POSTERIOR_EXACT, lambda,
                                  &law[k].exact, &error),
                 &error);
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        const struct sampling sampling = settings(seed, 1e6);
        for (int k = 0; k < 2; k++)
            CHECK_OK(posterior_measure(&sampling, &rule[k], &problem, lambda, NULL,
                                       &law[k].measured, &error),
                     &error);
        const struct evidence e = bound_ratio(&law[0], &law[1]);
        assert_true(e.sampled);
        errors_add(ratio, "thm4.3", e.measured, e.exact, e.se);
    }
    CHECK_ERRORS(ratio, 1);
    problem_free(&problem);
    free(ratio);
}

typedef int (*network_rows)(struct ledger *ledger, const struct claim *claim,
                            const struct minibatch_noise *noise, struct error *error);

/* One network, whose making would take longer than what is drawn from it. */
static void check_network(const char *id, network_rows rows, size_t least)
{
    const struct sampling first = settings(1, 1e7);
    struct table *table = check_alloc(1, sizeof *table);
    struct minibatch_noise *noise = NULL;
    struct error error;
    CHECK_OK(minibatch_noise_make(&first, MINIBATCH_RANDOM, &noise, &error), &error);
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        const struct sampling sampling = settings(seed, 1e7);
        struct ledger ledger = {.sampling = &sampling, .max_samples = 1e7};
        CHECK_OK(rows(&ledger, claim_of(id), noise, &error), &error);
        add_rows(table, &ledger);
        ledger_free(&ledger);
    }
    check_table(table, least, false);
    free(noise);
    free(table);
}

/* Traces, the cosine with the Hessian, the slope. */
static void errors_of_figure_11(void **state)
{
    (void)state;
    check_network("fig11", fig11_rows, 5);
}

/* Kurtoses over minibatches, and two over parameters. */
static void errors_of_figure_12(void **state)
{
    (void)state;
    check_network("fig12", fig12_rows, 7);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_noise),
        cmocka_unit_test(errors_of_covariances),
        cmocka_unit_test(errors_of_curves),
        cmocka_unit_test(errors_of_ratios),
        cmocka_unit_test(errors_of_theorem_4_1),
        cmocka_unit_test(errors_of_neighbours),
        cmocka_unit_test(errors_of_divergences),
        cmocka_unit_test(errors_of_theorem_4_3),
        cmocka_unit_test(errors_of_figure_11),
        cmocka_unit_test(errors_of_figure_12),
    };
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
