/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-stationary: compares the measured stationary covariance of update rules with
 * exact theory and the paper. */
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "compare/stability.h"
#include "compare/stationary.h"
#include "compare/stationary_epoch.h"
#include "evidence_cells.h"
#include "rules/rule_check.h"
#include "stationary_at.h"
#include "stationary_phases.h"
#include "stationary_quantiles.h"
#include "stationary_warn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec own_options[] = {
    SHARED_OPTION_NOISE_LAW,
    {.name = "quantiles",
     .kind = OPTION_GRID,
     .field = OPTION_FIELD(struct stationary_request, quantiles),
     .given = OPTION_FIELD(struct stationary_request, quantiles_given),
     .argument = "P[,P...]",
     .doc = "show quantiles of theta at these probabilities instead of covariances, "
            "and its kurtosis where the noise has a variance"},
    {.name = "full",
     .brief = "every pair of modes",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct stationary_request, full),
     .doc = "show every pair i <= j instead of the diagonal"},
    {.name = "excess",
     .brief = "the excess loss, a row for each rule",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct stationary_request, excess),
     .doc =
         "show one row a rule: its stationary excess loss tr(H Sigma)/2 (which is "
         "E f - f* unless weight decay moves the mean) and the factor rho by which it "
         "converges without noise"},
    {.name = "by-phase",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct stationary_request, by_phase),
     .doc = "with --sampling epoch: show a row for each phase, the steps since the "
            "start of an epoch, instead of the average over them"},
};

static const struct program_example examples[] = {
    {"PNM at three values of beta_0:", "pnm-stationary --optimizer pnm --lr 0.05 "
                                       "--beta0 0,1,3 --spectrum 1 --format table"},
    {"The mean of 200 iterates:",
     "pnm-stationary --optimizer pnm --lr 0.3 --spectrum 0.4 --noise isotropic:1 "
     "--average polyak:1000 --at 1200 --exact --format table"},
    {"Rules without an exact law:", "pnm-stationary --optimizer adam,adapnm --amsgrad "
                                    "off --lr 0.01 --spectrum 1 --format table"},
    {NULL, NULL},
};

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(BETA3, "beta3", REAL, true)                                                 \
    COLUMN(BATCH, "batch", REAL, true)                                                 \
    COLUMN(I, "i", COUNT, false)                                                       \
    COLUMN(J, "j", COUNT, false)                                                       \
    COLUMN(H_I, "h_i", REAL, false)                                                    \
    COLUMN(H_J, "h_j", REAL, false)                                                    \
    COLUMN(MEASURED, "measured", REAL, COLUMN_SAMPLED)                                 \
    COLUMN(STDERR, "stderr", REAL, COLUMN_SAMPLED)                                     \
    COLUMN(COUNT, "count", COUNT, COLUMN_SAMPLED | COLUMN_DETAIL)                      \
    COLUMN(EXACT, "exact", REAL, false)                                                \
    COLUMN(EXACT_SOURCE, "exact_source", TEXT, true)                                   \
    COLUMN(PAPER, "paper", REAL, false)                                                \
    COLUMN(EXACT_VERDICT, "exact_verdict", TEXT, COLUMN_SAMPLED)                       \
    COLUMN(PAPER_VERDICT, "paper_verdict", TEXT, false)                                \
    COLUMN(LAW, "law", TEXT, false)                                                    \
    COLUMN(EXACT_ERROR, "exact_error", REAL, true)                                     \
    COLUMN(NEAR_ZERO, "near_zero", TEXT, COLUMN_SAMPLED | COLUMN_DETAIL)               \
    COLUMN(MEASURED_PLAIN, "measured_plain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)      \
    COLUMN(STDERR_PLAIN, "stderr_plain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)          \
    COLUMN(GAIN, "gain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)                          \
    COLUMN(PHASE, "phase", COUNT, COLUMN_DETAIL)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "stationary covariance Σ",
    .plain = "stationary covariance",
    .keys = {"optimizer", "lr", "beta0", "beta1", "beta3", "h_i", "i", "j", "phase"},
    .paper = {"paper", "paper"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
};

enum {
    EXCESS_MEASURED = BATCH + 1,
    EXCESS_STDERR,
    EXCESS_EXACT,
    EXCESS_RHO,
    EXCESS_VERDICT,
    EXCESS_EXACT_ERROR,
    EXCESS_PLAIN,
    EXCESS_STDERR_PLAIN,
    EXCESS_GAIN,
    EXCESS_LAW,
    EXCESS_COLUMNS
};

static const struct column excess_columns[EXCESS_COLUMNS] = {
    [OPTIMIZER] = {"optimizer", COLUMN_TEXT, false},
    [LR] = {"lr", COLUMN_REAL, false},
    [BETA0] = {"beta0", COLUMN_REAL, false},
    [BETA1] = {"beta1", COLUMN_REAL, false},
    [BETA3] = {"beta3", COLUMN_REAL, true},
    [BATCH] = {"batch", COLUMN_REAL, true},
    [EXCESS_MEASURED] = {"excess", COLUMN_REAL, COLUMN_SAMPLED},
    [EXCESS_STDERR] = {"stderr", COLUMN_REAL, COLUMN_SAMPLED},
    [EXCESS_EXACT] = {"exact", COLUMN_REAL, false},
    [EXCESS_RHO] = {"rho", COLUMN_REAL, false},
    [EXCESS_VERDICT] = {"exact_verdict", COLUMN_TEXT, COLUMN_SAMPLED},
    [EXCESS_EXACT_ERROR] = {"exact_error", COLUMN_REAL, true},
    [EXCESS_PLAIN] = {"measured_plain", COLUMN_REAL, COLUMN_SAMPLED | COLUMN_PLAIN},
    [EXCESS_STDERR_PLAIN] = {"stderr_plain", COLUMN_REAL,
                             COLUMN_SAMPLED | COLUMN_PLAIN},
    [EXCESS_GAIN] = {"gain", COLUMN_REAL, COLUMN_SAMPLED | COLUMN_PLAIN},
    [EXCESS_LAW] = {"law", COLUMN_TEXT, COLUMN_DETAIL},
};

static const struct plot excess_plot = {
    .label = "stationary excess loss tr(HΣ)/2",
    .plain = "stationary excess loss",
    .keys = {"optimizer", "lr", "beta0", "beta1", "beta3"},
    .exact = {"exact", "exact"},
    .measured = {"excess", "measured"},
    .error = "stderr",
};

/* The relative error of `exact` where it is not known to 1e-9; NAN, an empty cell,
 * where it is. */
static double shown_error(const struct evidence *e)
{
    const double relative = e->exact_error / fabs(e->exact);
    return relative > 1e-9 ? relative : NAN;
}

/* "stationary", "diverges", "not settled", "undefined", or the recorded steps of a rule
 * that has no stationary law; "unknown" if only sampling could tell and there is none.
 */
static void law_of(const struct sampling *sampling, const struct rule *rule,
                   const struct comparison *row, size_t size, char *text)
{
    const bool overflows = row->evidence.sampled && !isfinite(row->evidence.measured);
    const bool unknown = row->source == EXACT_NONE && isinf(row->plan.samples);
    if (sampling->exact_only && !rule_has_law(rule))
        snprintf(text, size, "unknown");
    else if (row->undefined)
        snprintf(text, size, "undefined");
    else if (row->unstable || row->diverges || overflows)
        snprintf(text, size, "diverges");
    else if (unknown)
        snprintf(text, size, "not settled");
    else if (row->settles)
        snprintf(text, size, "stationary");
    else
        snprintf(text, size, "steps %llu-%llu",
                 (unsigned long long)row->plan.chains.burn_in + 1,
                 (unsigned long long)row->plan.chains.steps);
}

static int add_excess(struct table *table, const struct request *request,
                      const struct rule *rule, bool lost, const struct comparison *rows,
                      size_t count, struct tally *tally, struct error *error)
{
    const struct problem *problem = &request->problem;
    const struct evidence e =
        stationary_excess(rows, count, problem_is_coupled(problem));
    const struct verdicts verdicts =
        lost ? (struct verdicts){VERDICT_NO_CLAIM, VERDICT_NO_CLAIM}
             : evidence_judge(&e);
    char law[80] = "";
    int status = rule_table_row(rule, table, error);
    for (size_t k = 0; k < count && (k == 0 || strcmp(law, "stationary") == 0); k++)
        law_of(&request->sampling, rule, &rows[k], sizeof law, law);
    if (status == STATUS_OK)
        status = table_text(table, EXCESS_LAW, law, error);
    if (status == STATUS_OK && lost)
        status = table_reason(table, SAMPLING_LOST, error);
    if (status == STATUS_OK)
        status = table_text(table, EXCESS_VERDICT, verdict_text(verdicts.exact), error);
    if (status != STATUS_OK)
        return status;
    verdict_count(tally, verdicts);
    table_real(table, BATCH, request->batch);
    if (e.sampled) {
        table_known(table, EXCESS_MEASURED, e.measured);
        table_known(table, EXCESS_STDERR, e.se);
        evidence_cells_plain(table, EXCESS_PLAIN, &e);
    }
    table_real(table, EXCESS_EXACT, e.exact);
    table_real(table, EXCESS_EXACT_ERROR, shown_error(&e));
    double margin = 0;
    if (rule_has_law(rule))
        status = stability_margin(rule, problem->h, problem->n, &margin, NULL, error);
    if (rule_has_law(rule) && status == STATUS_OK)
        table_real(table, EXCESS_RHO, 1 - margin);
    return status;
}

/* Whether measured and exact are both within 1 % of sqrt(S_ii S_jj) of 0, as only an
 * element off the diagonal can be; NULL if one is missing. */
static const char *near_zero_of(const struct comparison *row)
{
    const struct evidence *e = &row->evidence;
    if (row->i == row->j)
        return "no";
    const bool zero = e->measured == 0 && e->exact == 0;
    if (!e->sampled || isnan(e->exact) || (isnan(row->spread) && !zero))
        return NULL;
    return zero || evidence_near_zero(e->measured, e->exact, row->spread) ? "yes"
                                                                          : "no";
}

static int add_row(struct table *table, const struct stationary_request *own,
                   const struct rule *rule, const struct comparison *row,
                   struct error *error)
{
    const struct request *request = &own->request;
    const struct evidence *e = &row->evidence;
    char law[80];
    law_of(&request->sampling, rule, row, sizeof law, law);
    const char *texts[COLUMNS] = {
        [EXACT_SOURCE] = theory_source_text(row->source),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
        [PAPER_VERDICT] = verdict_text(row->verdicts.paper),
        [LAW] = law,
        [NEAR_ZERO] = near_zero_of(row),
    };
    int status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, BATCH, request->batch);
    table_count(table, I, row->i + 1);
    table_count(table, J, row->j + 1);
    table_real(table, H_I, row->h_i);
    table_real(table, H_J, row->h_j);
    evidence_cells(table, MEASURED, e);
    table_real(table, EXACT, e->exact);
    table_real(table, EXACT_ERROR, shown_error(e));
    table_real(table, PAPER, e->paper);
    evidence_cells_plain(table, MEASURED_PLAIN, e);
    if (own->by_phase)
        table_count(table, PHASE, row->phase);
    return STATUS_OK;
}

/* Checks all rules before any of them runs, and sets (*lost)[k] if rule k is a point of
 * a grid that diverges. What is wrong with a single rule its measurement finds at once.
 */
static int check_rules(const struct request *request, const struct rule *rules,
                       size_t count, bool **lost, struct error *error)
{
    const struct problem *problem = &request->problem;
    int status = rule_check_constant(rules, count, "stationary law", error);
    if (status == STATUS_OK)
        status = sampling_check_points(&request->sampling, rules, count, problem, lost,
                                       error);
    for (size_t k = 0; status == STATUS_OK && count > 1 && k < count; k++)
        if (!(*lost)[k])
            status = stationary_check_mean(&rules[k], problem, error);
    return status;
}

/* Leaves nothing but their laws of the rows of a rule that diverges. */
static void forget(struct comparison *rows, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        rows[k].evidence.exact = rows[k].evidence.paper = NAN;
        rows[k].unstable = true;
        rows[k].verdicts = (struct verdicts){VERDICT_NO_CLAIM, VERDICT_NO_CLAIM};
    }
}

/* Measures one rule's rows, or what its excess loss is the sum of. */
static int measure(const struct stationary_request *own, const struct rule *rule,
                   bool lost, struct comparison **rows, size_t *count,
                   struct error *error)
{
    const struct problem *problem = &own->request.problem;
    const enum stationary_elements elements = own->excess ? STATIONARY_SUM
                                              : own->full ? STATIONARY_PAIRS
                                                          : STATIONARY_DIAGONAL;
    struct sampling sampling =
        lost ? sampling_of_divergence(&own->request.sampling) : own->request.sampling;
    int status = STATUS_OK;
    if (problem->train_size > 0)
        return stationary_epoch_compare(&sampling, rule, problem, elements,
                                        own->by_phase, rule->kind->name, rows, count,
                                        error);
    if (own->excess) {
        status = stationary_excess_share(rule, problem, sampling.precision,
                                         &sampling.precision, error);
        sampling.precision_given = true;
    }
    return status == STATUS_OK
               ? stationary_compare(&sampling, rule, problem, elements,
                                    rule->kind->name, NULL, rows, count, error)
               : status;
}

static int fill(struct table *table, const struct stationary_request *own,
                const struct rule *rules, size_t count, struct tally *tally,
                struct error *error)
{
    const struct request *request = &own->request;
    const struct sampling *sampling = &request->sampling;
    const struct problem *problem = &request->problem;
    size_t warnings = 0;
    bool *lost = NULL;
    int status = stationary_phases_check(own, rules, count, error);
    if (status == STATUS_OK)
        status = check_rules(request, rules, count, &lost, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        struct comparison *rows = NULL;
        size_t row_count = 0;
        sampling_row(sampling, "row", rules[k].kind->name, k, count);
        status = measure(own, &rules[k], lost[k], &rows, &row_count, error);
        if (status == STATUS_OK && lost[k])
            forget(rows, row_count);
        const bool together =
            own->excess && status == STATUS_OK && !lost[k] &&
            stationary_warn_excess(sampling, &rules[k], rows, row_count);
        for (size_t i = 0; status == STATUS_OK && i < row_count; i++) {
            if (!together && !lost[k])
                stationary_warn_row(sampling, problem, &rules[k], &rows[i], &warnings);
            if (own->excess)
                continue;
            verdict_count(tally, rows[i].verdicts);
            status = add_row(table, own, &rules[k], &rows[i], error);
        }
        if (status == STATUS_OK && own->excess)
            status = add_excess(table, request, &rules[k], lost[k], rows, row_count,
                                tally, error);
        free(rows);
    }
    sampling_warn_rest(sampling, warnings);
    free(lost);
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct stationary_request *own = (const struct stationary_request *)request;
    size_t count = request->rules.count;
    struct rule *rules = NULL;
    struct average average;
    int status = STATUS_OK;
    if (own->excess && own->full)
        return error_about(error, STATUS_USAGE, "excess",
                           "the option cannot be combined with --full: it gives one "
                           "row a rule, not one a pair");
    status = stationary_phases_options(own, error);
    if (status == STATUS_OK)
        status = stationary_quantiles_needed(own, error);
    if (status == STATUS_OK)
        status = average_form_read(own->average, &average, error);
    if (status == STATUS_OK && own->quantiles_given)
        return stationary_quantiles_answer(own, table, tally, error);
    if (status == STATUS_OK && (own->at_given || average.kind != AVERAGE_NONE))
        return stationary_at_answer(own, &average, table, tally, error);
    if (status == STATUS_OK)
        status = stationary_phases_leave_out(request, &rules, &count, error);
    if (status == STATUS_OK)
        status = own->excess
                     ? rule_table_init(table, excess_columns, EXCESS_COLUMNS, rules,
                                       count, error)
                     : rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = own->excess ? &excess_plot : &plot;
    if (status == STATUS_OK && own->by_phase && !own->excess)
        table->columns[PHASE].traits = 0;
    if (status == STATUS_OK)
        status = fill(table, own, rules, count, tally, error);
    free(rules);
    return status;
}

static const struct program program = {
    .name = "pnm-stationary",
    .title = "compare measured stationary covariances with theory",
    .summary =
        "Measures the stationary covariance of update rules on a quadratic loss and "
        "compares it with exact theory and with the paper's formulas.",
    .notes =
        "The paper's value solves Sigma H + H Sigma = eta_applied C_method (theorem 4.1"
        " with eqs. 14, 16, 18). exact_verdict compares measured with exact, "
        "paper_verdict measured with paper, within 1 % of the value predicted; off the "
        "diagonal, where that value may be 0, within 1 % of sqrt(Sigma_ii Sigma_jj) "
        "then. So a small covariance needs many samples, and more than --max-samples: "
        "not sampled. near_zero says whether measured and exact are within 1 % of "
        "sqrt(Sigma_ii Sigma_jj) of 0 (`no` on the diagonal; empty if one of them is "
        "missing). exact_error is the relative error that rounding may leave in exact, "
        "given where it exceeds 1e-9. A rule that is not linear has no exact value; one"
        " whose steps keep shrinking has no stationary law either and is measured over "
        "the steps that `law` names. `law` is `diverges` for unstable parameters and "
        "where theta or its powers overflow, `not settled` for a rule without an exact "
        "law that was not sampled for it, `unknown` for such a rule with --exact, and "
        "`undefined` where a rule divides 0 by 0 (epsilon = 0 and no gradient). With "
        "--exact paper_verdict compares exact with paper. With --loss least-squares "
        "paper has the noise at the minimum, and chains that are too skewed for their "
        "number are inconclusive.\n\n"
        "--at: `quantity` is the mean of theta, a covariance or the excess E f - "
        "f(theta*), in which negative curvatures count as such. A mean is judged on "
        "the scale of the root of E(theta - theta*)^2.\n\n"
        "--average polyak:FROM --at T: each chain gives one average. `scaled` is T - "
        "FROM times exact, and `limit` what it tends to: H^-1 C H^-1 for rules that "
        "take one gradient a step. The stationary law of an average (ema without --at) "
        "is measured after `step` steps, of which the start is a small part of the "
        "error.\n\n"
        "--quantiles: a chain gives one value. low and high are values of chains "
        "between which the quantile lies by the exact binomial law of the number of "
        "chains below it, at the level of verdicts; stderr is the distance to the one "
        "on the side of exact, divided by 4.89; below is how many chains are below "
        "exact. `kurtosis` is E x^4/(E x^2)^2 of x = theta - E theta, 3 for a Gaussian "
        "law. Student's t has no exact quantile here and, with 8 degrees of freedom or "
        "fewer, no standard error of the kurtosis.",
    .groups = OPTIONS_EXACT | OPTIONS_COLUMNS | OPTIONS_RULE | OPTIONS_DECAY |
              OPTIONS_QUADRATIC | OPTIONS_EPOCHS | OPTIONS_CHAINS | OPTIONS_SAMPLING |
              OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .common = stationary_at_options,
    .common_count = STATIONARY_AT_OPTIONS,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct stationary_request),
    .answer = answer,
    .examples = examples,
    .main = "at|average|full|excess",
    .see_also = "pnm-pacbayes pnm-rules pnm-simulate pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
