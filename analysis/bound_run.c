/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bound_run.h"

#include "bound_table.h"
#include "rules/rule_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct option_spec bound_run_options[BOUND_RUN_OPTIONS] = {
    {.name = "ratio",
     .brief = "the bound that is measured",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct convergence_request, bound),
     .given = OPTION_FIELD(struct convergence_request, ratio_given),
     .argument = "BOUND",
     .forms = "thm3.1|lemma-A2|lemma-A3",
     .preset = "thm3.1",
     .doc = "the bound whose left-hand over right-hand side is shown, printed and "
            "corrected: the theorem's or a lemma's, for which it is the largest over "
            "the steps of the horizon"},
    {.name = "search",
     .brief = "find the setting that uses most",
     .samples = true,
     .searches = true,
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct convergence_request, search),
     .given = OPTION_FIELD(struct convergence_request, search_given),
     .argument = "N",
     .low = 1,
     .high = 1e7,
     .doc =
         "search for the setting with the largest --ratio in N "
         "evaluations, over the loss and the parameters of rule, noise and chain that "
         "are not given; without --sigma once without and once with noise. If "
         "--max-seconds ends a search, the setting found is not measured"},
};

struct bound_run {
    struct convergence_run run;
    struct loss *losses; /* losses that a search tries */
    size_t loss_count;
};

/* --- what is asked for ------------------------------------------------------------ */

/* Makes the given loss, or every loss with a G that has all the parameters given. */
static int make_losses(struct bound_run *bound, const struct request_loss *asked,
                       struct error *error)
{
    const size_t most = loss_kind_count();
    int status = STATUS_OK;
    bound->losses = calloc(most, sizeof *bound->losses);
    if (!bound->losses)
        return error_memory(error, "the losses");
    for (size_t k = 0; status == STATUS_OK && k < most; k++) {
        const struct loss_kind *kind = loss_kinds()[k];
        struct loss *loss = &bound->losses[bound->loss_count];
        if (asked->given ? kind != asked->kind : !request_loss_fits(asked, kind))
            continue;
        status = request_make_loss(asked, kind, loss, error);
        if (status == STATUS_OK && (asked->given || isfinite(loss->gradient_bound)))
            bound->loss_count++;
        else
            loss_free(loss);
    }
    if (status == STATUS_OK && bound->loss_count == 0)
        status = error_about(error, STATUS_USAGE, "search",
                             "no loss with a bounded gradient has all the parameters "
                             "given");
    return status;
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

/* Refuses a loss whose gradient has no bound, because theorem 3.1 assumes one, and a
 * search over several horizons. */
static int check_chains(const struct convergence_run *run, struct error *error)
{
    const struct loss *loss = &run->task.loss;
    if (!isfinite(loss->gradient_bound))
        return error_about(error, STATUS_USAGE, "loss",
                           "theorem 3.1 assumes a bounded gradient, but that of %s has "
                           "no bound G; allowed are losses that have one, as huber",
                           loss->kind->name);
    if (run->own->search_given && run->own->horizon_given && run->horizon_count > 1)
        return error_about(error, STATUS_USAGE, "steps",
                           "%zu horizons are given; --search takes one",
                           run->horizon_count);
    return STATUS_OK;
}

static int init(struct bound_run *bound, const struct convergence_request *own,
                struct tally *tally, struct error *error)
{
    const struct request_loss *asked = &own->request.loss;
    const struct loss_kind *kind = asked->kind;
    int status = own->search_given ? make_losses(bound, asked, error) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (own->search_given) /* without --loss it is not about the default loss */
        kind = bound->losses->kind;
    status = convergence_run_init(&bound->run, own, kind, tally, error);
    if (status == STATUS_OK)
        status = check_chains(&bound->run, error);
    return status == STATUS_OK ? check_ratio(own, error) : status;
}

static void release(struct bound_run *bound)
{
    convergence_run_free(&bound->run);
    for (size_t k = 0; k < bound->loss_count; k++)
        loss_free(&bound->losses[k]);
    free(bound->losses);
}

/* --- ratios and the search for the largest ---------------------------------------- */

/* The point that the options give. */
static struct bound_point given_point(const struct convergence_run *run,
                                      const struct rule *rule, uint64_t horizon)
{
    return (struct bound_point){
        .loss = &run->task.loss,
        .beta0 = rule_parameter(rule, "beta0"),
        .beta1 = rule_parameter(rule, "beta1"),
        .lr = rule->number[RULE_LR],
        .c = run->task.c,
        .sigma = run->task.sigma,
        .initial = run->task.start,
        .horizon = horizon,
    };
}

static int add_ratios(struct table *table, const struct convergence_run *run,
                      const struct rule *rule, struct error *error)
{
    const struct bound_search search = {
        .sampling = run->task.sampling, .rule = rule, .bound = run->own->bound};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < run->horizon_count; k++) {
        const struct bound_point point = given_point(run, rule, run->horizon[k]);
        status = bound_table_measure(table, &search, &point, run->task.chains,
                                     run->tally, error);
    }
    return status;
}

/* Searches over the options that were not given; without --sigma there are two
 * searches. */
static int add_search(struct table *table, const struct bound_run *bound,
                      const struct rule *rule, struct error *error)
{
    const struct convergence_run *run = &bound->run;
    const struct convergence_request *own = run->own;
    const struct request_rules *rules = &own->request.rules;
    const bool given = own->sigma_given;
    int status = STATUS_OK;
    for (int noisy = 0; status == STATUS_OK && noisy < (given ? 1 : 2); noisy++) {
        struct bound_search search = {
            .sampling = run->task.sampling,
            .rule = rule,
            .bound = own->bound,
            .losses = bound->losses,
            .loss_count = bound->loss_count,
            .free =
                {
                    [BOUND_FREE_BETA0] = !rules->beta0_given,
                    [BOUND_FREE_BETA1] = !rules->beta1_given,
                    [BOUND_FREE_RATE] = !rules->lr_given && !own->c_given,
                    [BOUND_FREE_SIGMA] = noisy,
                    [BOUND_FREE_INITIAL] = !own->initial_given,
                    [BOUND_FREE_HORIZON] = !own->horizon_given,
                },
            .fixed = given_point(run, rule, run->horizon[0]),
            .evaluations = own->search,
        };
        search.fixed.loss = bound->losses;
        if (!given)
            search.fixed.sigma = 0;
        status =
            bound_table_search(table, &search, run->task.chains, run->tally, error);
    }
    return status;
}

int bound_run_answer(const struct convergence_request *own, struct table *table,
                     struct tally *tally, struct error *error)
{
    const struct request_rules *rules = &own->request.rules;
    struct bound_run bound = {.losses = NULL};
    int status = init(&bound, own, tally, error);
    if (status == STATUS_OK)
        status = bound_table_init(table, rules->rule, rules->count, error);
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++) {
        sampling_row(&own->request.sampling, "row", rules->rule[k].kind->name, k,
                     rules->count);
        status = own->search_given
                     ? add_search(table, &bound, &rules->rule[k], error)
                     : add_ratios(table, &bound.run, &rules->rule[k], error);
    }
    release(&bound);
    return status;
}
