/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stationary_at.h"

#include "cli/plot.h"
#include "cli/rule_table.h"
#include "compare/fixed.h"
#include "evidence_cells.h"
#include "rules/rule_check.h"

#include <math.h>
#include <stdlib.h>

const struct option_spec stationary_at_options[STATIONARY_AT_OPTIONS] = {
    {.name = "at",
     .kind = OPTION_GRID,
     .field = OPTION_FIELD(struct stationary_request, at),
     .given = OPTION_FIELD(struct stationary_request, at_given),
     .argument = "T[,T...]",
     .doc = "show the law of theta after these steps instead of the stationary one: "
            "mean, covariance and E f - f* of linear rules, at any curvature and "
            "learning rate"},
};

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(BETA3, "beta3", REAL, true)                                                 \
    COLUMN(BATCH, "batch", REAL, true)                                                 \
    COLUMN(STEP, "step", COUNT, false)                                                 \
    COLUMN(QUANTITY, "quantity", TEXT, false)                                          \
    COLUMN(I, "i", COUNT, false)                                                       \
    COLUMN(J, "j", COUNT, false)                                                       \
    COLUMN(H_I, "h_i", REAL, false)                                                    \
    COLUMN(H_J, "h_j", REAL, false)                                                    \
    COLUMN(MEASURED, "measured", REAL, COLUMN_SAMPLED)                                 \
    COLUMN(STDERR, "stderr", REAL, COLUMN_SAMPLED)                                     \
    COLUMN(COUNT, "count", COUNT, COLUMN_SAMPLED | COLUMN_DETAIL)                      \
    COLUMN(EXACT, "exact", REAL, false)                                                \
    COLUMN(EXACT_SOURCE, "exact_source", TEXT, true)                                   \
    COLUMN(EXACT_VERDICT, "exact_verdict", TEXT, COLUMN_SAMPLED)                       \
    COLUMN(MEASURED_PLAIN, "measured_plain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)      \
    COLUMN(STDERR_PLAIN, "stderr_plain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)          \
    COLUMN(GAIN, "gain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "law of θ at a step",
    .plain = "law of theta at a step",
    .keys = {"optimizer", "quantity", "step", "lr", "beta0", "beta1", "beta3", "i",
             "j"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
};

static const uint64_t longest = UINT64_C(1) << 50;

static int check(const struct stationary_request *own, struct error *error)
{
    const struct sampling *sampling = &own->request.sampling;
    if (own->request.problem.examples > 0)
        return error_about(error, STATUS_USAGE, "loss",
                           "least-squares is not allowed with --at, whose exact laws "
                           "are those of noise that does not depend on theta; allowed "
                           "is quadratic");
    if (sampling->steps > 0)
        return error_about(error, STATUS_USAGE, "steps",
                           "the option cannot be combined with --at, which sets the "
                           "steps of the chains");
    if (sampling->burn_in != PLAN_AUTO)
        return error_about(error, STATUS_USAGE, "burn-in",
                           "the option cannot be combined with --at, which records "
                           "the steps that it names; allowed is auto");
    for (size_t k = 0; k < own->at.count; k++) {
        const double step = own->at.value[k];
        if (!(step >= 1 && step <= (double)longest && step == rint(step)))
            return error_about(error, STATUS_USAGE, "at",
                               "%g is not allowed; allowed are whole numbers from 1 to "
                               "2^50",
                               step);
    }
    return STATUS_OK;
}

/* The rules without those of `all` that are not linear. */
static int linear_rules(const struct stationary_request *own, struct rule **rules,
                        size_t *count, struct error *error)
{
    const struct request_rules *all = &own->request.rules;
    *count = 0;
    *rules = malloc((all->count + 1) * sizeof **rules);
    if (!*rules)
        return error_memory(error, "the rules");
    for (size_t k = 0; k < all->count; k++)
        if (!all->rule[k].of_all || all->rule[k].kind->linear)
            (*rules)[(*count)++] = all->rule[k];
    if (*count < all->count)
        sampling_warn(&own->request.sampling,
                      "--optimizer " RULES_ALL ": left out are the rules that are not "
                      "linear, which have no exact law at a step");
    const int status = rule_check_linear(*rules, *count, "law at a step", error);
    return status == STATUS_OK
               ? rule_check_constant(*rules, *count, "law at a step", error)
               : status;
}

static int add_row(struct table *table, const struct stationary_request *own,
                   const struct rule *rule, uint64_t step, const struct fixed_row *row,
                   struct error *error)
{
    static const char *const quantities[] = {[FIXED_MEAN] = "mean",
                                             [FIXED_COVARIANCE] = "covariance",
                                             [FIXED_EXCESS] = "excess"};
    const struct problem *problem = &own->request.problem;
    const char *texts[COLUMNS] = {
        [QUANTITY] = quantities[row->quantity],
        [EXACT_SOURCE] = theory_source_text(row->source),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
    };
    int status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, BATCH, own->request.batch);
    table_count(table, STEP, step);
    if (row->quantity != FIXED_EXCESS) {
        table_count(table, I, row->i + 1);
        table_count(table, J, row->j + 1);
        table_real(table, H_I, problem->h[row->i]);
        table_real(table, H_J, problem->h[row->j]);
    }
    evidence_cells(table, MEASURED, &row->evidence);
    evidence_cells_plain(table, MEASURED_PLAIN, &row->evidence);
    table_known(table, EXACT, row->evidence.exact);
    return STATUS_OK;
}

static int add_step(struct table *table, const struct stationary_request *own,
                    const struct rule *rule, uint64_t step, struct tally *tally,
                    struct error *error)
{
    const struct sampling *sampling = &own->request.sampling;
    const enum fixed_elements elements = own->excess ? FIXED_SUM
                                         : own->full ? FIXED_PAIRS
                                                     : FIXED_DIAGONAL;
    struct fixed_law law;
    int status = fixed_compare(sampling, rule, &own->request.problem, elements, step,
                               &law, error);
    if (status == STATUS_OK && law.samples > sampling->max_samples)
        sampling_warn(sampling,
                      "%s at step %llu: not sampled, because a row needs %.3g "
                      "coordinate-steps and the budget --max-samples is %.3g",
                      rule->kind->name, (unsigned long long)step, law.samples,
                      sampling->max_samples);
    for (size_t k = 0; status == STATUS_OK && k < law.count; k++) {
        verdict_count(tally, law.rows[k].verdicts);
        status = add_row(table, own, rule, step, &law.rows[k], error);
    }
    free(law.rows);
    return status;
}

int stationary_at_answer(const struct stationary_request *own, struct table *table,
                         struct tally *tally, struct error *error)
{
    struct rule *rules = NULL;
    size_t count = 0;
    int status = check(own, error);
    if (status == STATUS_OK)
        status = linear_rules(own, &rules, &count, error);
    if (status == STATUS_OK)
        status = rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = &plot;
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        for (size_t t = 0; status == STATUS_OK && t < own->at.count; t++)
            status = add_step(table, own, &rules[k], (uint64_t)own->at.value[t], tally,
                              error);
    free(rules);
    return status;
}
