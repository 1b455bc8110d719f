/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-rules: a table of the update rules: size, stability limit, variance at small
 * steps, source. */
#include "base/ranks.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "cli/table.h"
#include "compare/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct program_example examples[] = {
    {"All rules at their default parameters:", "pnm-rules --format table"},
    {"One rule at four values of beta_0:",
     "pnm-rules --optimizer pnm --beta0 0,1,3,70 --format table"},
    {"The same as JSON:", "pnm-rules --optimizer sgd,pnm --format json"},
    {NULL, NULL},
};

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(PARAMETERS, "parameters", TEXT, true)                                       \
    COLUMN(LINEAR, "linear", TEXT, false)                                              \
    COLUMN(SLOTS, "slots", COUNT, false)                                               \
    COLUMN(SAMPLES, "samples", COUNT, false)                                           \
    COLUMN(LIMIT, "limit", REAL, false)                                                \
    COLUMN(LIMIT_SOURCE, "limit_source", TEXT, false)                                  \
    COLUMN(SMALL_STEP, "small_step", REAL, false)                                      \
    COLUMN(SOURCE, "source", TEXT, false)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

/* Stationary variance in units of eta/(2B), at h = B = 1 and learning rate lr. */
static int variance(struct rule *rule, double lr, double *value, struct error *error)
{
    enum exact_source source;
    rule->number[RULE_LR] = lr;
    const int status = theory_covariance(rule, 1, 1, 1, value, &source, error);
    *value /= lr / 2;
    return status;
}

/* The limit of that variance for small lr. It is a power series in lr; extrapolation
 * from lr, lr/2 and lr/4 removes the first two terms. The remaining error is about the
 * cube of lr/(1 - decay), that of rounding about 1e-16 over its square. Where next to
 * nothing of the first value is left, the variance vanishes with lr: the limit is 0. */
static int small_step(struct rule *rule, double limit, double *value,
                      struct error *error)
{
    const double lr = fmin(limit, 1) * 0x1p-20;
    double v[3];
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 3; k++)
        status = variance(rule, ldexp(lr, -k), &v[k], error);
    if (status == STATUS_OK)
        *value = (v[0] - 6 * v[1] + 8 * v[2]) / 3;
    if (status == STATUS_OK && fabs(*value) < 1e-9 * v[0])
        *value = 0;
    return status;
}

static int add_law(struct table *table, const struct rule *given, struct error *error)
{
    struct rule rule = *given;
    rule.number[RULE_LR] = 1; /* closed forms are multiples of it */
    const double one = 1, closed = stability_limit_closed(&rule, &one, 1);
    enum exact_source source = EXACT_CLOSED_FORM;
    struct stable_set set;
    double limit = closed, value = NAN;
    int status = STATUS_OK;
    if (isnan(closed)) {
        double unused;
        status = stability_set(&rule, &one, 1, &set, error);
        if (status == STATUS_OK)
            status = stability_margin(&rule, &one, 1, &unused, &source, error);
        if (status != STATUS_OK)
            return status;
        limit = stable_set_around(&set, 1).to;
    }
    status = table_text(table, LIMIT_SOURCE, theory_source_text(source), error);
    table_real(table, LIMIT, limit);
    if (status != STATUS_OK || !(limit > 0))
        return status;
    status = small_step(&rule, limit, &value, error);
    table_known(table, SMALL_STEP, value);
    return status;
}

static int add_row(struct table *table, const struct rule *rule, struct error *error)
{
    const struct rule_kind *kind = rule->kind;
    struct text parameters = {0};
    rule_describe(rule, &parameters);
    /* The text without the learning rate, which comes first: "beta0=1 beta1=0.9". */
    const char *rest = strchr(text_get(&parameters), ' ');
    const char *texts[COLUMNS] = {
        [PARAMETERS] = rest ? rest + 1 : NULL,
        [LINEAR] = kind->linear ? "yes" : "no",
        [SOURCE] = kind->source,
    };
    int status = text_check(&parameters, "the parameters", error);
    if (status == STATUS_OK)
        status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    text_free(&parameters);
    if (status != STATUS_OK)
        return status;
    table_count(table, SLOTS, (uint64_t)kind->slots);
    table_count(table, SAMPLES, (uint64_t)kind->samples);
    return kind->linear ? add_law(table, rule, error) : STATUS_OK;
}

static int fill(struct table *table, const struct rule *rules, size_t count,
                struct error *error)
{
    int status = table_init(table, columns, COLUMNS, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = add_row(table, &rules[k], error);
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    (void)tally;
    return ranks_agree(fill(table, request->rules.rule, request->rules.count, error),
                       error);
}

static const struct program program = {
    .name = "pnm-rules",
    .title = "print a table of the update rules",
    .summary =
        "Prints a table of the update rules: their state and gradient samples, up "
        "to which learning rate they are stable on a quadratic loss, their "
        "stationary variance at small rates, and their sources.",
    .notes =
        "Columns: slots are the numbers kept per coordinate besides theta; samples are "
        "the independent gradient samples of a step; limit is the value of eta h from "
        "which on the rule is unstable, by closed form if limit_source is closed_form, "
        "otherwise from the eigenvalues of its matrix, which the theory writes out or "
        "the step is probed for; small_step is the limit for small eta of the exact "
        "stationary variance in units of eta/(2B). Both are empty for rules that are "
        "not linear.\n\n"
        "Parameters are at their defaults unless given; every value of a grid gives a "
        "row.",
    .groups = OPTIONS_RULE | OPTIONS_OUTPUT,
    .no_rate = true,
    .optimizer = RULES_ALL,
    .answer = answer,
    .examples = examples,
    .see_also = "pnm-simulate pnm-stability pnm-stationary",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
