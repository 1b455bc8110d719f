/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-noise: how the momentum of update rules filters white gradient noise. */
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "compare/noise.h"
#include "compare/psd.h"
#include "evidence_cells.h"
#include "rules/rule_check.h"

#include <math.h>
#include <stdlib.h>

struct noise_request {
    struct request request;
    bool psd;
};

static const struct option_spec own_options[] = {
    {.name = "psd",
     .brief = "show the power spectral density",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct noise_request, psd),
     .doc = "show the two-sided power spectral density by frequency instead; all "
            "frequencies are measured on the same chains"},
};

static const struct program_example examples[] = {
    {"How PNM filters gradient noise:",
     "pnm-noise --optimizer pnm --lr 0.1 --format table"},
    {"Exact values at four values of beta_0:",
     "pnm-noise --optimizer pnm --lr 0.1 --beta0 0,1,3,70 --exact --format table"},
    {"The spectrum of what momentum leaves of white noise:",
     "pnm-noise --optimizer heavy_ball --lr 0.1 --psd --format table"},
    {NULL, NULL},
};

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(QUANTITY, "quantity", TEXT, false)                                          \
    COLUMN(PAPER, "paper", REAL, false)                                                \
    COLUMN(EXACT, "exact", REAL, false)                                                \
    COLUMN(MEASURED, "measured", REAL, COLUMN_SAMPLED)                                 \
    COLUMN(STDERR, "stderr", REAL, COLUMN_SAMPLED)                                     \
    COLUMN(COUNT, "count", COUNT, COLUMN_SAMPLED)                                      \
    COLUMN(PAPER_VERDICT, "paper_verdict", TEXT, false)                                \
    COLUMN(EXACT_VERDICT, "exact_verdict", TEXT, COLUMN_SAMPLED)                       \
    COLUMN(MEASURED_PLAIN, "measured_plain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)      \
    COLUMN(STDERR_PLAIN, "stderr_plain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)          \
    COLUMN(GAIN, "gain", REAL, COLUMN_SAMPLED | COLUMN_PLAIN)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

#define PSD_COLUMN_LIST(COLUMN)                                                        \
    COLUMN(PSD_OPTIMIZER, "optimizer", TEXT, false)                                    \
    COLUMN(PSD_BETA0, "beta0", REAL, false)                                            \
    COLUMN(PSD_BETA1, "beta1", REAL, false)                                            \
    COLUMN(FREQUENCY, "frequency", REAL, false)                                        \
    COLUMN(PSD_EXACT, "exact", REAL, false)                                            \
    COLUMN(PSD_MEASURED, "measured", REAL, COLUMN_SAMPLED)                             \
    COLUMN(PSD_SE, "stderr", REAL, COLUMN_SAMPLED)                                     \
    COLUMN(PSD_COUNT, "count", COUNT, COLUMN_SAMPLED)                                  \
    COLUMN(PSD_VERDICT, "exact_verdict", TEXT, COLUMN_SAMPLED)                         \
    COLUMN(PSD_DENSITY, "density", REAL, false)

enum { PSD_COLUMN_LIST(TABLE_NUMBER) PSD_COLUMNS };

static const struct column psd_columns[PSD_COLUMNS] = {PSD_COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "noise of the direction applied",
    .keys = {"optimizer", "quantity", "beta0", "beta1"},
    .paper = {"paper", "paper"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
};

static const struct plot psd_plot = {
    .label = "power spectral density of the direction applied",
    .keys = {"optimizer", "frequency", "beta0", "beta1"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
};

static int add_quantity(struct table *table, const struct rule *rule,
                        enum noise_quantity quantity, const struct noise_row *row,
                        struct error *error)
{
    const struct evidence *e = &row->evidence;
    const char *texts[] = {
        [QUANTITY] = noise_quantity_text(quantity),
        [PAPER_VERDICT] = verdict_text(row->verdicts.paper),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
    };
    int status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, sizeof texts / sizeof *texts, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, PAPER, e->paper);
    table_real(table, EXACT, e->exact);
    evidence_cells(table, MEASURED, e);
    evidence_cells_plain(table, MEASURED_PLAIN, e);
    return STATUS_OK;
}

static int add_rule(struct table *table, const struct sampling *sampling,
                    const struct rule *rule, struct tally *tally, struct error *error)
{
    struct noise_row rows[NOISE_QUANTITIES];
    int status = noise_compare(sampling, rule, true, rule->kind->name, rows, error);
    for (int k = 0; status == STATUS_OK && k < NOISE_QUANTITIES; k++) {
        /* The quantity is not defined for this rule. */
        if (isnan(rows[k].evidence.exact))
            continue;
        if (!rows[k].evidence.sampled && !sampling->exact_only &&
            rows[k].samples > sampling->max_samples)
            sampling_warn(sampling,
                          "%s, %s: not sampled, because it needs %.3g "
                          "coordinate-steps and the budget --max-samples is %.3g",
                          rule->kind->name, noise_quantity_text((enum noise_quantity)k),
                          rows[k].samples, sampling->max_samples);
        verdict_count(tally, rows[k].verdicts);
        status = add_quantity(table, rule, (enum noise_quantity)k, &rows[k], error);
    }
    return status;
}

static int add_frequency(struct table *table, const struct rule *rule,
                         const struct psd_point *point, struct error *error)
{
    const struct evidence *e = &point->evidence;
    int status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_text(table, PSD_VERDICT, verdict_text(point->verdict), error);
    if (status != STATUS_OK)
        return status;
    table_real(table, FREQUENCY, point->frequency);
    table_real(table, PSD_EXACT, e->exact);
    evidence_cells(table, PSD_MEASURED, e);
    table_real(table, PSD_DENSITY, point->density);
    return STATUS_OK;
}

static int add_density(struct table *table, const struct sampling *sampling,
                       const struct rule *rule, struct tally *tally,
                       struct error *error)
{
    struct psd_point points[PSD_POINTS];
    struct psd_plan plan;
    int status = psd_compare(sampling, rule, rule->kind->name, points, &plan, error);
    if (status == STATUS_OK && !plan.affordable && !sampling->exact_only)
        sampling_warn(sampling,
                      "%s: not sampled, because it needs %.3g coordinate-steps and the "
                      "budget --max-samples is %.3g",
                      rule->kind->name, plan.samples, sampling->max_samples);
    for (int k = 0; status == STATUS_OK && k < PSD_POINTS; k++) {
        verdict_count(tally, (struct verdicts){points[k].verdict, VERDICT_NO_CLAIM});
        status = add_frequency(table, rule, &points[k], error);
    }
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const bool psd = ((const struct noise_request *)request)->psd;
    const struct sampling *sampling = &request->sampling;
    const struct rule *rules = request->rules.rule;
    const size_t count = request->rules.count;
    int status = rule_check_linear(rules, count, "law of its noise", error);
    if (status != STATUS_OK)
        return status;
    status = rule_check_gradients(rules, count, "pnm-noise", error);
    if (status != STATUS_OK)
        return status;
    status = rule_check_unpulled(rules, count, "pnm-noise", error);
    if (status != STATUS_OK)
        return status;
    status = rule_check_sampled(rules, count, "pnm-noise", error);
    if (status != STATUS_OK)
        return status;
    status = psd ? rule_table_init(table, psd_columns, PSD_COLUMNS, rules, count, error)
                 : rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = psd ? &psd_plot : &plot;
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        sampling_row(sampling, "row", rules[k].kind->name, k, count);
        status = psd ? add_density(table, sampling, &rules[k], tally, error)
                     : add_rule(table, sampling, &rules[k], tally, error);
    }
    return status;
}

static const struct program program = {
    .name = "pnm-noise",
    .title = "measure how momentum filters white gradient noise",
    .summary = "Measures how update rules filter white gradient noise: the direction "
               "u_t = (theta_t - theta_{t+1})/eta_applied on a linear loss with "
               "gradient 1 and noise of variance 1, against exact theory and the "
               "paper.",
    .notes =
        "Quantities: mean_gain E u; variance; long_run_variance Var(sum of u over T "
        "steps)/T; lag1_autocorrelation; sd_ratio_to_heavy_ball (same beta1, "
        "beta3 = 1-beta1; for rules with a beta1 other than heavy_ball). With --psd: "
        "frequency in cycles a step from 0 to 1/2, measured by Welch's method with a "
        "Hann window of 256 steps; exact is the expectation of that estimate, which "
        "the window smooths, and density is the density itself, whose integral over "
        "(-1/2, 1/2) is the variance. A spectrum is measured without control "
        "variates.",
    .groups = OPTIONS_EXACT | OPTIONS_COLUMNS | OPTIONS_RULE | OPTIONS_CHAINS |
              OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .linear = true,
    .sampled = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct noise_request),
    .answer = answer,
    .examples = examples,
    .main = "psd",
    .see_also = "pnm-rules pnm-stationary pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
