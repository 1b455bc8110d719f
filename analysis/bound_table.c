/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bound_table.h"

#include "compare/bound_command.h"

#include "cli/plot.h"
#include "cli/rule_table.h"

#include <math.h>

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, true)                                         \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(BOUND, "bound", TEXT, false)                                                \
    COLUMN(FORM, "form", TEXT, false)                                                  \
    COLUMN(LOSS, "loss", TEXT, false)                                                  \
    COLUMN(SIGMA, "sigma", REAL, false)                                                \
    COLUMN(INITIAL, "initial", REAL, false)                                            \
    COLUMN(C, "c", REAL, true)                                                         \
    COLUMN(HORIZON, "horizon", COUNT, false)                                           \
    COLUMN(RATE, "eta0", REAL, true)                                                   \
    COLUMN(AT_STEP, "at_step", COUNT, COLUMN_SAMPLED)                                  \
    COLUMN(RATIO, "ratio", REAL, COLUMN_SAMPLED)                                       \
    COLUMN(STDERR, "stderr", REAL, COLUMN_SAMPLED)                                     \
    COLUMN(COUNT, "count", COUNT, COLUMN_SAMPLED | COLUMN_DETAIL)                      \
    COLUMN(EXACT, "exact", REAL, false)                                                \
    COLUMN(VERDICT, "verdict", TEXT, false)                                            \
    COLUMN(EXACT_VERDICT, "exact_verdict", TEXT, COLUMN_SAMPLED)                       \
    COLUMN(COMMAND, "command", TEXT, COLUMN_SAMPLED)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "left side over right side",
    .keys = {"optimizer", "bound", "form", "loss", "beta0", "beta1", "horizon", "sigma",
             "initial", "c", "lr"},
    .exact = {"exact", "exact"},
    .measured = {"ratio", "measured"},
    .error = "stderr",
    .step_cost = 0.5,
};

int bound_table_init(struct table *table, const struct rule *rules, size_t count,
                     struct error *error)
{
    const int status = rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = &plot;
    return status;
}

/* --- one row ---------------------------------------------------------------------- */

struct row {
    enum convergence_form form;
    uint64_t step;
    struct evidence evidence;
    struct verdicts verdicts;
};

static void count_row(struct tally *tally, const struct row *row)
{
    const bool broken =
        row->form == CONVERGENCE_CORRECTED && row->verdicts.paper == VERDICT_FAILS;
    tally->exact_fails += broken || row->verdicts.exact == VERDICT_FAILS;
    tally->not_sampled += !row->evidence.sampled;
}

static const char *form_text(enum convergence_form form)
{
    return form == CONVERGENCE_PRINTED ? "printed" : "corrected";
}

static int put_row(struct table *table, const struct bound_instance *instance,
                   const struct row *row, const char *command, struct error *error)
{
    const struct bound_ensemble *ensemble = &instance->ensemble;
    const struct evidence *e = &row->evidence;
    const char *texts[COLUMNS] = {
        [BOUND] = bound_name(ensemble->bound),
        [FORM] = form_text(row->form),
        [LOSS] = ensemble->task->loss.kind->name,
        [VERDICT] = verdict_text(row->verdicts.paper),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
        [COMMAND] = command,
    };
    int status = rule_table_row(ensemble->rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, SIGMA, ensemble->task->sigma);
    table_real(table, INITIAL, ensemble->task->start);
    table_real(table, C, ensemble->task->c);
    table_count(table, HORIZON, ensemble->horizon);
    table_real(table, RATE, convergence_applied_rate(ensemble->rule));
    table_real(table, EXACT, e->exact);
    if (e->sampled) {
        table_known(table, RATIO, e->measured);
        table_known(table, STDERR, e->se);
        table_count(table, AT_STEP, row->step);
        table_count(table, COUNT, e->count);
    }
    if (!ensemble->task->sampling->exact_only)
        return e->sampled ? STATUS_OK : table_reason(table, "not sampled", error);
    return isnan(e->exact)
               ? table_reason(table, "the ratio is known without noise only", error)
               : STATUS_OK;
}

/* Adds the row of one form, measured with the precision that a verdict's control needs
 * unless the user gave one. */
static int add_form(struct table *table, const struct bound_search *search,
                    const struct bound_point *point, enum convergence_form form,
                    uint64_t chains, bool with_command, struct tally *tally,
                    struct error *error)
{
    const struct sampling *sampling = search->sampling;
    const double precision =
        sampling->precision_given ? sampling->precision : BOUND_PRECISION;
    struct row row = {.form = form};
    struct bound_instance instance;
    struct text command = {0};
    double samples = 0;
    int status = STATUS_OK;
    bound_search_instance(&instance, search, point);
    if (chains == 0 && !sampling->exact_only)
        status =
            bound_plan(&instance.ensemble, form, precision, &chains, &samples, error);
    if (status == STATUS_OK && chains == 0 && !sampling->exact_only)
        sampling_warn(sampling,
                      "%s steps %llu, %s: not sampled, because it needs at least %.3g "
                      "coordinate-steps and the budget --max-samples is %.3g",
                      instance.ensemble.rule->kind->name,
                      (unsigned long long)instance.ensemble.horizon, form_text(form),
                      samples, sampling->max_samples);
    if (status == STATUS_OK)
        status = bound_evidence(&instance.ensemble, form, chains, &row.evidence,
                                &row.step, error);
    if (status != STATUS_OK)
        return status;
    row.verdicts = evidence_judge_bound(&row.evidence);
    count_row(tally, &row);
    bound_command(search, point, chains, &command);
    status = text_check(&command, "a command", error);
    if (status == STATUS_OK)
        status = put_row(table, &instance, &row,
                         with_command ? text_get(&command) : NULL, error);
    text_free(&command);
    return status;
}

int bound_table_measure(struct table *table, const struct bound_search *search,
                        const struct bound_point *point, uint64_t chains,
                        struct tally *tally, struct error *error)
{
    int status = STATUS_OK;
    for (int form = 0; status == STATUS_OK && form < BOUND_FORMS; form++)
        status = add_form(table, search, point, (enum convergence_form)form, chains,
                          false, tally, error);
    return status;
}

int bound_table_search(struct table *table, struct bound_search *search,
                       uint64_t chains, struct tally *tally, struct error *error)
{
    int status = STATUS_OK;
    for (int form = 0; status == STATUS_OK && form < BOUND_FORMS; form++) {
        struct bound_point worst;
        const struct session *session = search->sampling->session;
        const bool before = session_ran_out(session);
        bool looked;
        search->form = (enum convergence_form)form;
        status = bound_search(search, &worst, &looked, NULL, error);
        if (!before && session_ran_out(session))
            sampling_warn(search->sampling,
                          "--search: the time was up before the search ended: the "
                          "setting found so far is not measured, and later searches "
                          "have no row");
        if (status == STATUS_OK && looked)
            status = add_form(table, search, &worst, search->form, chains, true, tally,
                              error);
        tally->not_sampled += status == STATUS_OK && !looked;
    }
    return status;
}
