/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stationary_at.h"

#include "cli/plot.h"
#include "cli/rule_table.h"
#include "compare/fixed.h"
#include "evidence_cells.h"
#include "rules/rule_check.h"
#include "theory/average.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option_spec stationary_at_options[STATIONARY_AT_OPTIONS] = {
    {.name = "at",
     .brief = "the law of theta after these steps",
     .kind = OPTION_GRID,
     .field = OPTION_FIELD(struct stationary_request, at),
     .given = OPTION_FIELD(struct stationary_request, at_given),
     .argument = "T[,T...]",
     .doc = "show the law of theta after these steps instead of the stationary one: "
            "mean, covariance and E f - f* of linear rules, at any curvature and "
            "learning rate"},
    {.name = "average",
     .brief = "the law of an average of theta",
     .kind = OPTION_TEXT,
     .field = OPTION_FIELD(struct stationary_request, average),
     .argument = AVERAGE_FORMS,
     .forms = AVERAGE_FORMS,
     .doc = "show the law of an average of theta, of linear rules: after T steps from "
            "the start if --at T is given, which polyak needs, and otherwise the "
            "stationary one; " AVERAGE_DOC},
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
    COLUMN(GAIN, "gain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)                          \
    COLUMN(SCALED, "scaled", REAL, false)                                              \
    COLUMN(LIMIT, "limit", REAL, false)                                                \
    COLUMN(LAW, "law", TEXT, COLUMN_DETAIL)

/* SCALED and LIMIT are Polyak's alone; law is the last column. */
enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "law of θ at a step",
    .plain = "law of theta at a step",
    .keys = {"optimizer", "quantity", "step", "lr", "beta0", "beta1", "beta3", "h_i",
             "i", "j"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
    .cost = 4,
};

static const struct plot average_plot = {
    .label = "law of the average of θ",
    .plain = "law of the average of theta",
    .keys = {"optimizer", "quantity", "step", "lr", "beta0", "beta1", "beta3", "h_i",
             "i", "j"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
    .cost = 200,
};

static const uint64_t longest = UINT64_C(1) << 50;

static int check(const struct stationary_request *own, const struct average *average,
                 struct error *error)
{
    const struct sampling *sampling = &own->request.sampling;
    const char *by = own->at_given ? "at" : "average";
    if (own->request.problem.examples > 0)
        return error_about(error, STATUS_USAGE, "loss",
                           "least-squares is not allowed with --%s, whose exact laws "
                           "are those of noise that does not depend on theta; allowed "
                           "is quadratic%s",
                           by,
                           average->kind == AVERAGE_NONE
                               ? ""
                               : "; pnm-simulate --average measures the average");
    if (own->request.problem.train_size > 0)
        return error_about(error, STATUS_USAGE, "sampling",
                           "epoch is not allowed with --%s, whose exact laws are those "
                           "of fresh noise; allowed is fresh",
                           by);
    if (sampling->steps > 0)
        return error_about(error, STATUS_USAGE, "steps",
                           "the option cannot be combined with --%s, which sets the "
                           "steps of the chains%s",
                           by, own->at_given ? "" : "; --at T takes them");
    if (sampling->burn_in != PLAN_AUTO)
        return error_about(
            error, STATUS_USAGE, "burn-in",
            "the option cannot be combined with --%s, which records "
            "the steps that it names; allowed is auto%s",
            by,
            average->kind == AVERAGE_POLYAK
                ? ", and --average polyak:FROM leaves out the first steps"
                : "");
    if (average->kind == AVERAGE_POLYAK && !own->at_given)
        return error_about(error, STATUS_USAGE, "average",
                           "polyak needs --at T, the number of steps that end the "
                           "average; allowed without it is ema:RATE");
    for (size_t k = 0; k < own->at.count; k++) {
        const double step = own->at.value[k];
        if (!(step >= 1 && step <= (double)longest && step == rint(step)))
            return error_about(error, STATUS_USAGE, "at",
                               "%g is not allowed; allowed are whole numbers from 1 to "
                               "2^50",
                               step);
        if (average->kind == AVERAGE_POLYAK && !(step > (double)average->from))
            return error_about(error, STATUS_USAGE, "at",
                               "%g steps leave nothing to average after step %llu, "
                               "where --average begins; allowed are more steps",
                               step, (unsigned long long)average->from);
    }
    return STATUS_OK;
}

int stationary_linear_rules(const struct stationary_request *own, const char *what,
                            struct rule **rules, size_t *count, struct error *error)
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
                      "linear, which have no %s",
                      what);
    const int status = rule_check_linear(*rules, *count, what, error);
    return status == STATUS_OK ? rule_check_constant(*rules, *count, what, error)
                               : status;
}

/* What a program answers about one rule at one step. */
struct row_place {
    const struct stationary_request *own;
    const struct average *average;
    const struct rule *rule;
    uint64_t step; /* FIXED_STATIONARY: none */
    bool grid;     /* one of several points */
    bool lost;     /* a point of a grid whose rows have no numbers */
};

/* "stationary", "diverges", or the steps recorded. */
static void law_of(const struct row_place *place, size_t size, char *text)
{
    const struct average *average = place->average;
    const uint64_t step = place->step;
    const uint64_t first = average->kind == AVERAGE_POLYAK ? average->from + 1
                           : average->kind == AVERAGE_NONE ? step
                                                           : 1;
    if (place->lost)
        snprintf(text, size, "diverges");
    else if (step == FIXED_STATIONARY)
        snprintf(text, size, "stationary");
    else
        snprintf(text, size, "steps %llu-%llu", (unsigned long long)first,
                 (unsigned long long)step);
}

/* The number of averaged steps times a covariance, and what that tends to. */
static int add_limit(struct table *table, const struct row_place *place,
                     const struct fixed_row *row, struct error *error)
{
    const struct problem *problem = &place->own->request.problem;
    double limit = NAN;
    if (place->average->kind != AVERAGE_POLYAK || row->quantity != FIXED_COVARIANCE)
        return STATUS_OK;
    const int status =
        average_limit(place->rule, problem->h[row->i], problem->h[row->j],
                      problem_noise(problem, row->i, row->j), &limit, error);
    table_known(table, SCALED,
                (double)(place->step - place->average->from) * row->evidence.exact);
    table_known(table, LIMIT, limit);
    return status;
}

static int add_row(struct table *table, const struct row_place *place, uint64_t step,
                   const struct fixed_row *row, struct error *error)
{
    static const char *const quantities[] = {[FIXED_MEAN] = "mean",
                                             [FIXED_COVARIANCE] = "covariance",
                                             [FIXED_EXCESS] = "excess"};
    const struct problem *problem = &place->own->request.problem;
    const size_t law_at = place->average->kind == AVERAGE_POLYAK ? LAW : SCALED;
    char law[80];
    law_of(place, sizeof law, law);
    const char *texts[COLUMNS] = {
        [QUANTITY] = quantities[row->quantity],
        [EXACT_SOURCE] = theory_source_text(row->source),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
    };
    int status = rule_table_row(place->rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, SCALED, error);
    if (status == STATUS_OK)
        status = table_text(table, law_at, law, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, BATCH, place->own->request.batch);
    if (step > 0)
        table_count(table, STEP, step);
    if (row->quantity != FIXED_EXCESS) {
        table_count(table, I, row->i + 1);
        table_count(table, J, row->j + 1);
        table_real(table, H_I, problem->h[row->i]);
        table_real(table, H_J, problem->h[row->j]);
    }
    if (place->lost)
        return table_reason(
            table, step > 0 ? "the law is beyond the range of numbers" : SAMPLING_LOST,
            error);
    evidence_cells(table, MEASURED, &row->evidence);
    evidence_cells_plain(table, MEASURED_PLAIN, &row->evidence);
    table_known(table, EXACT, row->evidence.exact);
    return add_limit(table, place, row, error);
}

/* Whether a point of a grid has no law: it has no stationary one, or that at the step
 * is beyond the range of numbers. */
static int find_lost(struct row_place *place, struct error *error)
{
    const struct request *request = &place->own->request;
    struct sampling sampling = request->sampling;
    struct fixed_law law;
    if (!place->grid)
        return STATUS_OK;
    if (place->step == FIXED_STATIONARY)
        return sampling_diverges(&sampling, place->rule, &request->problem,
                                 &place->lost, error);
    sampling.exact_only = true;
    const int status =
        fixed_compare_average(&sampling, place->rule, &request->problem, FIXED_DIAGONAL,
                              place->average, place->step, &law, error);
    for (size_t k = 0; status == STATUS_OK && k < law.count; k++)
        place->lost = place->lost || !isfinite(law.rows[k].evidence.exact);
    free(law.rows);
    return status;
}

/* Adds the rows of a point of a grid without a law. */
static int add_lost(struct table *table, const struct row_place *place,
                    struct error *error)
{
    const struct stationary_request *own = place->own;
    const size_t n = own->excess ? 0 : own->request.problem.n;
    struct fixed_row row = {.quantity = FIXED_MEAN,
                            .source = EXACT_NONE,
                            .verdicts = {VERDICT_NO_CLAIM, VERDICT_NO_CLAIM}};
    int status = STATUS_OK;
    for (; status == STATUS_OK && row.i < n; row.i++) {
        row.j = row.i;
        status = add_row(table, place, place->step, &row, error);
    }
    row.quantity = FIXED_COVARIANCE;
    for (row.i = 0; status == STATUS_OK && row.i < n; row.i++)
        for (row.j = row.i; status == STATUS_OK && row.j < (own->full ? n : row.i + 1);
             row.j++)
            status = add_row(table, place, place->step, &row, error);
    row.quantity = FIXED_EXCESS;
    return status == STATUS_OK ? add_row(table, place, place->step, &row, error)
                               : status;
}

static int add_step(struct table *table, const struct row_place *place,
                    struct tally *tally, struct error *error)
{
    const struct stationary_request *own = place->own;
    const struct sampling *sampling = &own->request.sampling;
    const enum fixed_elements elements = own->excess ? FIXED_SUM
                                         : own->full ? FIXED_PAIRS
                                                     : FIXED_DIAGONAL;
    struct fixed_law law;
    if (place->lost)
        return add_lost(table, place, error);
    int status =
        fixed_compare_average(sampling, place->rule, &own->request.problem, elements,
                              place->average, place->step, &law, error);
    const uint64_t step = place->step > 0 ? place->step : law.chains.steps;
    if (status == STATUS_OK && law.samples > sampling->max_samples)
        sampling_warn(sampling,
                      "%s at step %llu: not sampled, because a row needs %.3g "
                      "coordinate-steps and the budget --max-samples is %.3g",
                      place->rule->kind->name, (unsigned long long)step, law.samples,
                      sampling->max_samples);
    for (size_t k = 0; status == STATUS_OK && k < law.count; k++) {
        verdict_count(tally, law.rows[k].verdicts);
        status = add_row(table, place, step, &law.rows[k], error);
    }
    free(law.rows);
    return status;
}

static int init(struct table *table, const struct average *average,
                const struct rule *rules, size_t count, struct error *error)
{
    const size_t last = average->kind == AVERAGE_POLYAK ? LAW : SCALED;
    struct column own[COLUMNS];
    memcpy(own, columns, sizeof own);
    own[last] = columns[LAW];
    return rule_table_init(table, own, last + 1, rules, count, error);
}

int stationary_at_answer(const struct stationary_request *own,
                         const struct average *average, struct table *table,
                         struct tally *tally, struct error *error)
{
    struct rule *rules = NULL;
    size_t count = 0;
    const size_t places = own->at_given ? own->at.count : 1;
    int status = check(own, average, error);
    if (status == STATUS_OK)
        status = stationary_linear_rules(
            own, own->at_given ? "law at a step" : "exact law of an average", &rules,
            &count, error);
    if (status == STATUS_OK)
        status = init(table, average, rules, count, error);
    table->plot = average->kind == AVERAGE_NONE ? &plot : &average_plot;
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        for (size_t t = 0; status == STATUS_OK && t < places; t++) {
            const uint64_t step =
                own->at_given ? (uint64_t)own->at.value[t] : FIXED_STATIONARY;
            struct row_place place = {
                own, average, &rules[k], step, count * places > 1, false};
            sampling_row(&own->request.sampling, "row", rules[k].kind->name,
                         k * places + t, count * places);
            status = find_lost(&place, error);
            if (status == STATUS_OK)
                status = add_step(table, &place, tally, error);
        }
    free(rules);
    return status;
}
