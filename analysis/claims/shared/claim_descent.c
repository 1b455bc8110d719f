/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_descent.h"

#include "compare/bound_command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- chains ----------------------------------------------------------------------- */

bool claim_descent_covers(const struct loss_kind *kind)
{
    return !kind->unbounded;
}

/* The learning rate at which the rule applies eta0. */
static double rate_for(const struct rule *rule, double eta0)
{
    const double beta0 = rule_parameter(rule, "beta0");
    return strcmp(rule->kind->name, "pnm") == 0
               ? eta0 * sqrt((1 + beta0) * (1 + beta0) + beta0 * beta0)
               : eta0;
}

int claim_descent_init(struct claim_descent *run, const struct ledger *ledger,
                       const struct descent_setting *setting, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    double parameter[LOSS_MAX_PARAMETERS] = {0};
    *run = (struct claim_descent){.setting = *setting};
    loss_defaults(setting->loss, parameter);
    int status = rule_from(&run->rule, error, "%s", setting->rule);
    if (status != STATUS_OK)
        return status;
    status = loss_init(&run->loss, setting->loss, setting->n, parameter, error);
    if (status != STATUS_OK)
        return status;
    run->eta0 = setting->rate / run->loss.smoothness;
    run->rule.number[RULE_LR] = rate_for(&run->rule, run->eta0);
    run->descent = (struct descent){
        .rule = &run->rule,
        .loss = &run->loss,
        .start = setting->start * run->loss.gradient_bound /
                 (run->loss.smoothness * sqrt((double)setting->n)),
        .sigma = setting->sigma * run->loss.gradient_bound,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .session = sampling->session,
    };
    return STATUS_OK;
}

void claim_descent_free(struct claim_descent *run)
{
    loss_free(&run->loss);
}

/* --- identities ------------------------------------------------------------------- */

static double largest_residual(const struct descent_identity *identity,
                               const struct trajectory *pnm, double perturbation)
{
    double apart = 0, moved = 0;
    for (long t = 0; t < pnm->steps; t++)
        for (size_t i = 0; i < pnm->n; i++) {
            const double residual =
                identity->residual(pnm, identity->form, t, i, perturbation);
            const double step = trajectory_x(pnm, identity->form, t + 1, i) -
                                trajectory_x(pnm, identity->form, t, i);
            apart = fmax(apart, fabs(residual));
            moved = fmax(moved, fabs(step));
        }
    return apart / moved;
}

/* The largest residual of one chain. */
static int residual_of(const struct descent_identity *identity,
                       const struct descent_setting *setting, bool written,
                       double perturbation, double *residual, struct error *error)
{
    enum { STEPS = 200 };
    struct claim_descent run;
    struct trajectory pnm = {0}, own = {0};
    int status = claim_descent_init(&run, identity->ledger, setting, error);
    if (status == STATUS_OK)
        status = trajectory_measured(&run.descent, 0, STEPS, &pnm, error);
    if (status == STATUS_OK && written)
        status = trajectory_written(&pnm, &own, error);
    if (status == STATUS_OK)
        *residual = largest_residual(identity, written ? &own : &pnm, perturbation);
    trajectory_free(&own);
    trajectory_free(&pnm);
    claim_descent_free(&run);
    return status;
}

static int over_chains(const struct descent_identity *identity, bool written,
                       double perturbation, double *apart, struct error *error)
{
    static const double beta0s[] = {0, 1, 3}, beta1s[] = {0, 0.9};
    const struct loss_kind *const *kind = loss_kinds();
    int status = STATUS_OK;
    *apart = 0;
    for (; *kind; kind++)
        for (int a = 0; claim_descent_covers(*kind) && a < 3; a++)
            for (int b = 0; beta0s[a] <= identity->largest_beta0 && b < 2; b++) {
                double own = 0;
                char rule[64];
                snprintf(rule, sizeof rule, "pnm beta0=%.17g beta1=%.17g", beta0s[a],
                         beta1s[b]);
                const struct descent_setting setting = {*kind, 3, rule, 0.1, 1, 2};
                if (status == STATUS_OK)
                    status = residual_of(identity, &setting, written, perturbation,
                                         &own, error);
                *apart = isnan(own) || own > *apart ? own : *apart;
            }
    return status;
}

static int identity_simulated(const void *context, double perturbation, double *apart,
                              struct error *error)
{
    return over_chains(context, false, perturbation, apart, error);
}

static int identity_written(const void *context, double perturbation, double *apart,
                            struct error *error)
{
    return over_chains(context, true, perturbation, apart, error);
}

int claim_descent_identity(struct ledger *ledger, const struct claim *claim,
                           enum form form, const char *setting,
                           const struct descent_identity *identity, struct error *error)
{
    const struct identity both = {identity, identity_simulated, identity_written};
    char text[200];
    snprintf(text, sizeof text,
             "%s; pnm beta0=%s beta1=0,0.9 eta0 L=0.1, every loss with a G, n=3, "
             "sigma=G, 200 steps",
             setting, identity->largest_beta0 > 0 ? "0,1,3" : "0");
    return ledger_identity(ledger, claim, form, text, &both, error);
}

/* --- bounds ----------------------------------------------------------------------- */

enum { DIMENSIONS = 2 };

/* Makes every loss with a G, at its default parameters. */
static int make_losses(struct loss *losses, size_t *count, struct error *error)
{
    const struct loss_kind *const *kind = loss_kinds();
    int status = STATUS_OK;
    *count = 0;
    for (; status == STATUS_OK && *kind; kind++) {
        double parameter[LOSS_MAX_PARAMETERS] = {0};
        if (!claim_descent_covers(*kind))
            continue;
        loss_defaults(*kind, parameter);
        status = loss_init(&losses[(*count)++], *kind, DIMENSIONS, parameter, error);
    }
    return status;
}

/* Makes the points of the grid on every loss. */
static int make_starts(const struct claim_grid *g, const struct bound_search *search,
                       struct bound_point **starts, size_t *count, struct error *error)
{
    const struct claim_list *lists[] = {&g->beta0, &g->beta1,   &g->rate,
                                        &g->sigma, &g->initial, &g->horizon};
    size_t points = 1;
    for (int i = 0; i < 6; i++)
        points *= lists[i]->count;
    *count = points * search->loss_count;
    *starts = calloc(*count + 1, sizeof **starts);
    if (!*starts)
        return error_memory(error, "the grid of settings");
    for (size_t k = 0; k < *count; k++) {
        double value[6];
        size_t rest = k / search->loss_count;
        for (int i = 0; i < 6; i++) {
            value[i] = lists[i]->value[rest % lists[i]->count];
            rest /= lists[i]->count;
        }
        (*starts)[k] = bound_search_point(
            search, &search->losses[k % search->loss_count], value[0], value[1],
            value[2], value[3], value[4], (uint64_t)value[5]);
    }
    return STATUS_OK;
}

/* Measures a bound; with noise, on as many chains as the control needs, if the budget
 * allows them. */
static int measure_bound(const struct bound_ensemble *ensemble,
                         enum convergence_form form, struct evidence *evidence,
                         uint64_t *chains, double *samples, struct error *error)
{
    uint64_t step;
    const int status =
        bound_plan(ensemble, form, BOUND_PRECISION, chains, samples, error);
    return status == STATUS_OK
               ? bound_evidence(ensemble, form, *chains, evidence, &step, error)
               : status;
}

/* The other form of lemma A.2 is that of its own proof. */
static enum form form_of(enum bound bound, enum convergence_form form)
{
    return form == CONVERGENCE_PRINTED ? FORM_PRINTED
           : bound == BOUND_LEMMA_A2   ? FORM_INTENDED
                                       : FORM_CORRECTED;
}

static int add_bound_row(struct ledger *ledger, const struct claim *claim,
                         const struct bound_search *search,
                         const struct bound_point *worst, size_t vacuous,
                         struct error *error)
{
    struct evidence e;
    struct bound_instance instance;
    const enum form form = form_of(search->bound, search->form);
    struct text setting = {0}, command = {0};
    uint64_t chains = 0;
    double samples = 0;
    bound_search_instance(&instance, search, worst);
    int status =
        measure_bound(&instance.ensemble, search->form, &e, &chains, &samples, error);
    if (status != STATUS_OK)
        return status;
    bound_command(search, worst, chains, &command);
    text_add(&setting, "%s: %s", ledger_form_text(form), text_get(&command));
    if (search->bound == BOUND_THEOREM)
        text_add(&setting, "; vacuous in %zu of %zu", vacuous, search->start_count);
    status = text_check(&command, "a command", error);
    if (status == STATUS_OK)
        status = text_check(&setting, "a setting", error);
    if (status == STATUS_OK)
        status =
            ledger_bound(ledger, claim, form, text_get(&setting), &e, samples, error);
    if (status == STATUS_OK)
        status = ledger_command(ledger, text_get(&command), error);
    text_free(&command);
    text_free(&setting);
    return status;
}

int claim_descent_bound(struct ledger *ledger, const struct claim *claim,
                        enum bound bound, const struct claim_grid *grid,
                        struct error *error)
{
    struct rule rule;
    int status = rule_from(&rule, error, "pnm lr=1 beta0=0 beta1=0");
    if (status != STATUS_OK)
        return status;
    struct loss *losses = calloc(loss_kind_count(), sizeof *losses);
    struct bound_point *starts = NULL, worst;
    struct bound_search search = {
        .sampling = ledger->sampling,
        .rule = &rule,
        .bound = bound,
        .losses = losses,
        .free = {true, true, true, grid->sigma.value[0] > 0, true, true},
        .evaluations = grid->evaluations,
    };
    status = losses ? make_losses(losses, &search.loss_count, error)
                    : error_memory(error, "the losses");
    if (status == STATUS_OK)
        status = make_starts(grid, &search, &starts, &search.start_count, error);
    search.starts = starts;
    for (int form = 0; status == STATUS_OK && form < BOUND_FORMS; form++) {
        size_t vacuous = 0;
        search.form = (enum convergence_form)form;
        search.fixed = starts[0];
        status = bound_search(&search, &worst, NULL, &vacuous, error);
        if (status == STATUS_OK)
            status = add_bound_row(ledger, claim, &search, &worst, vacuous, error);
    }
    free(starts);
    for (size_t k = 0; k < search.loss_count; k++)
        loss_free(&losses[k]);
    free(losses);
    return status;
}
