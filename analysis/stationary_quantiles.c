/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stationary_quantiles.h"

#include "cli/plot.h"
#include "cli/rule_table.h"
#include "compare/quantiles.h"
#include "evidence_cells.h"

#include <math.h>
#include <stdlib.h>

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(BETA3, "beta3", REAL, true)                                                 \
    COLUMN(BATCH, "batch", REAL, true)                                                 \
    COLUMN(QUANTITY, "quantity", TEXT, false)                                          \
    COLUMN(P, "p", REAL, false)                                                        \
    COLUMN(I, "i", COUNT, false)                                                       \
    COLUMN(H_I, "h_i", REAL, false)                                                    \
    COLUMN(MEASURED, "measured", REAL, COLUMN_SAMPLED)                                 \
    COLUMN(STDERR, "stderr", REAL, COLUMN_SAMPLED)                                     \
    COLUMN(COUNT, "count", COUNT, COLUMN_SAMPLED | COLUMN_DETAIL)                      \
    COLUMN(LOW, "low", REAL, COLUMN_SAMPLED)                                           \
    COLUMN(HIGH, "high", REAL, COLUMN_SAMPLED)                                         \
    COLUMN(BELOW, "below", COUNT, COLUMN_SAMPLED | COLUMN_DETAIL)                      \
    COLUMN(EXACT, "exact", REAL, false)                                                \
    COLUMN(EXACT_SOURCE, "exact_source", TEXT, true)                                   \
    COLUMN(EXACT_VERDICT, "exact_verdict", TEXT, COLUMN_SAMPLED)                       \
    COLUMN(LAW, "law", TEXT, COLUMN_DETAIL)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "quantile of θ",
    .plain = "quantile of theta",
    .keys = {"optimizer", "quantity", "p", "lr", "beta0", "beta1", "beta3", "h_i", "i"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
};

int stationary_quantiles_needed(const struct stationary_request *own,
                                struct error *error)
{
    const struct noise_law law = own->request.problem.law;
    if (own->quantiles_given || noise_law_has_variance(law))
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "noise-law",
                       "stable noise of the exponent %g has no variance, so that theta "
                       "has no covariance; allowed is --quantiles",
                       law.parameter);
}

/* An option that only covariances have, or NULL. */
static const char *other_option(const struct stationary_request *own)
{
    const struct sampling *sampling = &own->request.sampling;
    return own->average                 ? "average"
           : own->at_given              ? "at"
           : own->full                  ? "full"
           : own->excess                ? "excess"
           : sampling->allow_divergence ? "allow-divergence"
           : sampling->precision_given  ? "precision"
           : sampling->burn_in != PLAN_AUTO && !sampling->exact_only ? "burn-in"
                                                                     : NULL;
}

static int check(const struct stationary_request *own, struct error *error)
{
    const struct problem *problem = &own->request.problem;
    const char *other = other_option(own);
    if (other)
        return error_about(error, STATUS_USAGE, other,
                           "the option cannot be combined with --quantiles, for which "
                           "chains are planned by the band of a quantile and recorded "
                           "at their last step");
    if (problem->examples > 0)
        return error_about(error, STATUS_USAGE, "loss",
                           "least-squares is not allowed with --quantiles, whose exact "
                           "laws are those of noise that does not depend on theta; "
                           "allowed is quadratic");
    if (problem->dense)
        return error_about(error, STATUS_USAGE, "noise",
                           "a dense C is not allowed with --quantiles; allowed is a C "
                           "that is diagonal in the eigenbasis of H");
    for (size_t i = 0; i < problem->n; i++)
        if (!(problem_noise(problem, i, i) > 0))
            return error_about(error, STATUS_USAGE, "noise",
                               "mode %zu has none, so that theta has no quantiles; "
                               "allowed are variances > 0",
                               i + 1);
    for (size_t k = 0; k < own->quantiles.count; k++)
        if (!(own->quantiles.value[k] > 0 && own->quantiles.value[k] < 1))
            return error_about(error, STATUS_USAGE, "quantiles",
                               "%g is not a probability; allowed are numbers > 0 and "
                               "< 1",
                               own->quantiles.value[k]);
    return STATUS_OK;
}

static int add_row(struct table *table, const struct stationary_request *own,
                   const struct rule *rule, bool lost, const struct quantile_row *row,
                   struct error *error)
{
    const bool quantile = row->quantity == QUANTILE_OF_THETA;
    const char *texts[COLUMNS] = {
        [QUANTITY] = quantile ? "quantile" : "kurtosis",
        [EXACT_SOURCE] = theory_source_text(row->source),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
        [LAW] = lost ? "diverges" : "stationary",
    };
    int status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    if (status == STATUS_OK && lost)
        status = table_reason(table, SAMPLING_LOST, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, BATCH, own->request.batch);
    table_real(table, P, row->p);
    table_count(table, I, row->i + 1);
    table_real(table, H_I, own->request.problem.h[row->i]);
    evidence_cells(table, MEASURED, &row->evidence);
    table_real(table, LOW, row->low);
    table_real(table, HIGH, row->high);
    if (quantile && row->evidence.sampled && !isnan(row->evidence.exact))
        table_count(table, BELOW, row->below);
    table_real(table, EXACT, row->evidence.exact);
    return STATUS_OK;
}

static int add_rule(struct table *table, const struct stationary_request *own,
                    const struct rule *rule, bool lost, struct tally *tally,
                    struct error *error)
{
    const struct sampling sampling =
        lost ? sampling_of_divergence(&own->request.sampling) : own->request.sampling;
    struct quantile_law law;
    int status =
        quantiles_compare(&sampling, rule, &own->request.problem, own->quantiles.value,
                          own->quantiles.count, &law, error);
    if (status == STATUS_OK && !sampling.exact_only &&
        law.samples > sampling.max_samples)
        sampling_warn(&sampling,
                      "%s: not sampled, because a row needs %.3g coordinate-steps and "
                      "the budget --max-samples is %.3g",
                      rule->kind->name, law.samples, sampling.max_samples);
    for (size_t k = 0; status == STATUS_OK && k < law.count; k++) {
        verdict_count(tally, law.rows[k].verdicts);
        status = add_row(table, own, rule, lost, &law.rows[k], error);
    }
    free(law.rows);
    return status;
}

int stationary_quantiles_answer(const struct stationary_request *own,
                                struct table *table, struct tally *tally,
                                struct error *error)
{
    struct rule *rules = NULL;
    size_t count = 0;
    bool *lost = NULL;
    int status = check(own, error);
    if (status == STATUS_OK)
        status =
            stationary_linear_rules(own, "law of quantiles", &rules, &count, error);
    if (status == STATUS_OK)
        status = rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = &plot;
    if (status == STATUS_OK)
        status = sampling_check_points(&own->request.sampling, rules, count,
                                       &own->request.problem, &lost, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        sampling_row(&own->request.sampling, "row", rules[k].kind->name, k, count);
        status = add_rule(table, own, &rules[k], lost[k], tally, error);
    }
    free(lost);
    free(rules);
    return status;
}
