/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "convergence_run.h"

#include "rules/rule_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes the given loss, or every loss with a G that has all the parameters given. */
static int make_searched_losses(struct convergence_run *run, struct error *error)
{
    const struct request_loss *asked = &run->own->request.loss;
    const size_t most = loss_kind_count();
    int status = STATUS_OK;
    run->losses = calloc(most, sizeof *run->losses);
    if (!run->losses)
        return error_memory(error, "the losses");
    for (size_t k = 0; status == STATUS_OK && k < most; k++) {
        const struct loss_kind *kind = loss_kinds()[k];
        struct loss *loss = &run->losses[run->loss_count];
        if (asked->given ? kind != asked->kind : !request_loss_fits(asked, kind))
            continue;
        status = request_make_loss(asked, kind, loss, error);
        if (status == STATUS_OK && (asked->given || isfinite(loss->gradient_bound)))
            run->loss_count++;
        else
            loss_free(loss);
    }
    if (status == STATUS_OK && run->loss_count == 0)
        status = error_about(error, STATUS_USAGE, "search",
                             "no loss with a bounded gradient has all the parameters "
                             "given");
    return status;
}

static int make_horizons(struct convergence_run *run, struct error *error)
{
    enum { LONGEST = 1 << 24 };
    const struct convergence_request *own = run->own;
    const struct numbers *given = &own->horizons;
    run->horizon = calloc(given->count + 1, sizeof *run->horizon);
    if (!run->horizon)
        return error_memory(error, "the horizons");
    run->horizon_count = given->count;
    for (size_t k = 0; k < given->count; k++) {
        const double steps = rint(given->value[k]);
        if (!(steps >= 1 && steps <= LONGEST))
            return error_about(
                error, STATUS_USAGE, "horizon",
                "%g is out of range; allowed are whole numbers from 1 to "
                "%d",
                steps, LONGEST);
        run->horizon[k] = (uint64_t)steps;
    }
    if ((own->curve || own->search_given) && given->count > 1 && own->horizon_given)
        return error_about(error, STATUS_USAGE, "horizon",
                           "%zu horizons are given; --%s takes one", given->count,
                           own->curve ? "curve" : "search");
    if (own->slope && given->count < 3)
        return error_about(error, STATUS_USAGE, "horizon",
                           "%zu horizons are too few; --slope needs at least three",
                           given->count);
    return STATUS_OK;
}

/* Refuses options that ask for two tables. */
static int check_tables(const struct convergence_request *own, struct error *error)
{
    const bool ratio = own->ratio_given || own->search_given;
    if (own->curve && own->slope)
        return error_about(error, STATUS_USAGE, "slope",
                           "cannot be combined with --curve");
    if (ratio && (own->curve || own->slope))
        return error_about(error, STATUS_USAGE, own->ratio_given ? "ratio" : "search",
                           "cannot be combined with --%s",
                           own->curve ? "curve" : "slope");
    return STATUS_OK;
}

/* Refuses settings that the bounds do not cover: the theorem and its lemmas are about
 * pnm with beta0 >= 0, and the theorem sets its own rate. */
static int check_ratio(const struct convergence_request *own, struct error *error)
{
    const struct request_rules *rules = &own->request.rules;
    for (size_t k = 0; k < rules->count; k++) {
        const struct rule *rule = &rules->rule[k];
        if (strcmp(rule->kind->name, "pnm") != 0)
            return error_about(error, STATUS_USAGE, "optimizer",
                               "%s is not allowed; the bounds of --ratio are about pnm",
                               rule->kind->name);
        if (rule_parameter(rule, "beta0") < 0)
            return error_about(
                error, STATUS_USAGE, "beta0",
                "%g is not allowed; the bounds of --ratio are about beta0 >= 0",
                rule_parameter(rule, "beta0"));
    }
    if (rules->rule[0].decay.lambda != 0)
        return error_about(
            error, STATUS_USAGE, "weight-decay",
            "the bounds of --ratio are about pnm without weight decay; allowed is 0");
    if (rule_is_scheduled(&rules->rule[0]))
        return rule_check_constant(rules->rule, rules->count, "bound in --ratio",
                                   error);
    if (own->bound == BOUND_THEOREM && rules->lr_given)
        return error_about(
            error, STATUS_USAGE, "lr",
            "theorem 3.1 sets its own rate; --ratio thm3.1 takes --c instead");
    return STATUS_OK;
}

/* Refuses a loss whose gradient has no bound, because theorem 3.1 assumes one. */
static int check_bounded(const struct convergence_run *run, struct error *error)
{
    if (run->own->curve || isfinite(run->task.loss.gradient_bound))
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "loss",
                       "theorem 3.1 assumes a bounded gradient, but that of %s has no "
                       "bound G; allowed for this loss is --curve",
                       run->task.loss.kind->name);
}

int convergence_run_init(struct convergence_run *run,
                         const struct convergence_request *own, struct tally *tally,
                         struct error *error)
{
    const struct request *request = &own->request;
    *run = (struct convergence_run){
        .own = own,
        .task = {.sampling = &request->sampling,
                 .sigma = own->sigma,
                 .start = own->initial,
                 .c = own->c,
                 .chains = own->chains},
        .tally = tally,
    };
    int status = rule_check_gradients(request->rules.rule, request->rules.count,
                                      "pnm-convergence", error);
    if (status != STATUS_OK)
        return status;
    status = check_tables(own, error);
    if (status != STATUS_OK)
        return status;
    if (own->search_given)
        status = make_searched_losses(run, error);
    if (status != STATUS_OK)
        return status;
    /* A search without --loss is not about the default loss. */
    status = request_make_loss(
        &request->loss, own->search_given ? run->losses->kind : request->loss.kind,
        &run->task.loss, error);
    if (status != STATUS_OK)
        return status;
    status = make_horizons(run, error);
    if (status != STATUS_OK)
        return status;
    status = check_bounded(run, error);
    if (status == STATUS_OK && (own->ratio_given || own->search_given))
        status = check_ratio(own, error);
    return status;
}

void convergence_run_free(struct convergence_run *run)
{
    loss_free(&run->task.loss);
    for (size_t k = 0; k < run->loss_count; k++)
        loss_free(&run->losses[k]);
    free(run->losses);
    free(run->horizon);
}
