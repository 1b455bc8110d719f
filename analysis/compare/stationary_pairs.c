/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_pairs.h"

#include "compare/stationary_control.h"
#include "compare/stationary_plan.h"

#include "base/interrupt.h"
#include "engine/control_plan.h"
#include "engine/ensemble_pairs.h"

#include <math.h>
#include <stdlib.h>

/* Modes with all their filters; of more modes each has the slowest alone. Of more than
 * SOME_MODES a step's products cost more than the step itself. */
enum { FEW_MODES = 4, SOME_MODES = 16 };

/* What is found out while a plan is made. */
struct pairs_plan {
    struct chains pilot;
    /* Coordinate-steps: of the dearest row without control variates, and how many of
     * them pay for a plan with. */
    double dearest, worth;
    struct plan_residual *residual; /* one a row */
};

static double cost(const struct chains *chains)
{
    return (double)chains->count * (double)chains->steps;
}

/* Whether steps and chains are to be planned and every row is random and has a law. */
static bool may_plan(const struct stationary_work *work)
{
    const struct sampling *sampling = work->sampling;
    if (sampling->chains > 0 || sampling->steps > 0 || sampling->burn_in != PLAN_AUTO)
        return false;
    for (size_t k = 0; k < work->count; k++)
        if (work->rows[k].evidence.noiseless ||
            !stationary_is_stable(work, &work->rows[k]) ||
            !isfinite(work->jobs[k].plan.samples))
            return false;
    return true;
}

/* Sets the filters of all modes; *every tells whether each has some. */
static int find_filters(const struct stationary_work *work, struct control *control,
                        bool *every, struct error *error)
{
    const size_t n = work->problem->n;
    *every = true;
    for (size_t i = 0; i < n; i++) {
        struct filters *own = &control[i].filters;
        int status = interrupt_check(error);
        if (status == STATUS_OK)
            status = filters_of(&work->systems[i], own, error);
        if (status != STATUS_OK)
            return status;
        const int slowest = own->pair ? 2 : 1;
        if (n > FEW_MODES && work->systems[i].samples == 1 && own->states > slowest)
            own->states = slowest;
        *every = *every && own->states > 0;
    }
    return STATUS_OK;
}

/* What is wanted of row k: the finest error, or that of the precision if the finest
 * exceeds the budget; and the error `fine`, relative, if it is smaller. */
static struct plan_request request_of(const struct stationary_work *work,
                                      const struct pairs_plan *own, double fine,
                                      size_t k)
{
    const double scale = work->rows[k].evidence.exact_scale;
    struct plan_request request = work->jobs[k].sharp;
    struct plan plan;
    request.fewest = 0;
    plan_make_controlled(&work->jobs[k].law, &request, &own->residual[k], &plan);
    if (plan.samples + cost(&own->pilot) > work->sampling->max_samples)
        request.target = work->sampling->precision * scale;
    if (fine > 0 && fine * scale < request.target)
        request.target = fine * scale;
    return request;
}

/* What is made of a sum's covariance, whose groups are of one chain each, needs more
 * of them than there are modes. */
static uint64_t fewest_chains(const struct stationary_work *work)
{
    const uint64_t more = work->elements == STATIONARY_SUM
                              ? work->problem->n / PLAN_FEWEST * PLAN_FEWEST
                              : 0;
    return PLAN_FEWEST + more;
}

/* The joint chains of all rows; wanted[k] gets what they are planned for. */
static struct chains join(const struct stationary_work *work,
                          const struct pairs_plan *own, double fine,
                          struct plan_request *wanted)
{
    struct chains joint = {.count = fewest_chains(work)};
    struct plan plan;
    for (size_t k = 0; k < work->count && !interrupt_pending(); k++) {
        wanted[k] = request_of(work, own, fine, k);
        plan_make_controlled(&work->jobs[k].law, &wanted[k], &own->residual[k], &plan);
        const uint64_t recorded = plan.chains.steps - plan.chains.burn_in;
        const uint64_t before = joint.steps - joint.burn_in;
        if (plan.chains.burn_in > joint.burn_in)
            joint.burn_in = plan.chains.burn_in;
        joint.steps = joint.burn_in + (recorded > before ? recorded : before);
    }
    for (size_t k = 0; k < work->count && !interrupt_pending(); k++) {
        struct plan_request request = wanted[k];
        request.steps = joint.steps;
        request.burn_in = joint.burn_in;
        plan_make_controlled(&work->jobs[k].law, &request, &own->residual[k], &plan);
        if (plan.chains.count > joint.count)
            joint.count = plan.chains.count;
    }
    return joint;
}

/* Gives all rows the joint chains. */
static void take(struct stationary_work *work, const struct pairs_plan *own,
                 struct chains joint, const struct plan_request *wanted)
{
    for (size_t k = 0; k < work->count && !interrupt_pending(); k++) {
        struct stationary_job *job = &work->jobs[k];
        struct plan plain;
        plan_make(&job->law, &wanted[k], &plain);
        work->rows[k].plain_samples = plain.samples;
        job->plan = (struct plan){.chains = joint,
                                  .samples = cost(&joint) + cost(&own->pilot),
                                  .affordable = true,
                                  .needed_burn_in = joint.burn_in};
        job->request = wanted[k];
        job->controlled = true;
    }
}

/* Chooses the finest plan that pays; false if none does or if it exceeds the budget.
 * Rows whose own plan exceeds it too then need the steps of the cheaper one. */
static bool choose(struct stationary_work *work, const struct pairs_plan *own,
                   struct plan_request *wanted)
{
    const double fine = work->sampling->fine;
    double samples = INFINITY;
    for (int coarse = fine > 0 ? 0 : 1; coarse < 2; coarse++) {
        const struct chains joint = join(work, own, coarse ? 0 : fine, wanted);
        samples = cost(&joint) + cost(&own->pilot);
        if (samples <= fmin(own->worth, work->sampling->max_samples)) {
            take(work, own, joint, wanted);
            return true;
        }
    }
    for (size_t k = 0; k < work->count; k++)
        if (!work->jobs[k].plan.affordable && samples <= own->worth)
            work->jobs[k].plan.samples = fmin(work->jobs[k].plan.samples, samples);
    return false;
}

/* Runs the pilot and fits the coefficients of all pairs to it. `fitted` is false if it
 * was cut short or leaves a pair without a finite residual. */
static int fit_pairs(const struct stationary_work *work,
                     const struct ensemble *ensemble, const struct pairs_plan *own,
                     struct control_pair *pairs, bool *fitted, struct error *error)
{
    const bool full = work->elements == STATIONARY_PAIRS;
    const size_t n = work->problem->n;
    struct ensemble pilot = *ensemble;
    struct session clock = session_clock(work->sampling->session);
    struct control_fit *fit = malloc(n * (n + 1) / 2 * sizeof *fit);
    if (!fit)
        return error_memory(error, "the pilot");
    pilot.pilot = true;
    pilot.session = &clock;
    const int status = ensemble_pairs_fit(&pilot, own->pilot, fit, error);
    *fitted = status == STATUS_OK && !session_was_cut(&clock);
    for (size_t i = 0; *fitted && i < n && !interrupt_pending(); i++)
        for (size_t j = i; *fitted && j < n; j++) {
            const size_t pair = ensemble_pair(n, i, j);
            double residual;
            control_fit_products(&fit[pair],
                                 ensemble_pairs_products(ensemble->control, i, j),
                                 pairs[pair].coefficient, &residual);
            *fitted = isfinite(residual);
            if (full || i == j)
                own->residual[full ? pair : i] = (struct plan_residual){
                    residual, own->pilot.steps - own->pilot.burn_in};
        }
    free(fit);
    return status;
}

int stationary_pairs_plan(struct stationary_work *work, const struct ensemble *ensemble,
                          struct control **control, struct control_pair **pairs,
                          struct error *error)
{
    const size_t n = work->problem->n;
    struct ensemble controlled = *ensemble;
    struct pairs_plan own = {0};
    struct plan_request *wanted = NULL;
    double margin = 1;
    bool goes_on = may_plan(work) && !session_is_over(work->sampling->session);
    int status = STATUS_OK;
    *control = NULL;
    *pairs = NULL;
    for (size_t i = 0; i < n; i++)
        margin = fmin(margin, work->margin[i]);
    if (n == 0 || work->count == 0 || !goes_on || !(margin > CONTROL_PLAN_MARGIN))
        return STATUS_OK;
    own.pilot = control_plan_pilot(work->sampling, margin, NULL);
    for (size_t k = 0; k < work->count; k++)
        own.dearest = fmax(own.dearest, work->jobs[k].plan.samples);
    /* The sampling run takes at least about as much as the pilot. */
    if (2 * cost(&own.pilot) > fmin(own.dearest / 2, work->sampling->max_samples))
        return STATUS_OK;
    *control = calloc(n, sizeof **control);
    *pairs = calloc(n * (n + 1) / 2, sizeof **pairs);
    own.residual = calloc(work->count, sizeof *own.residual);
    wanted = calloc(work->count, sizeof *wanted);
    if (!*control || !*pairs || !own.residual || !wanted) {
        status = error_memory(error, "the pilot");
        goto out;
    }
    controlled.control = *control;
    status = find_filters(work, *control, &goes_on, error);
    own.worth = own.dearest / 2;
    if (n > SOME_MODES)
        own.worth = own.dearest / (1 + ensemble_pairs_most(*control, n));
    goes_on = goes_on && ensemble_pairs_bytes(*control, n) <= STATIONARY_PAIRS_BYTES;
    if (status == STATUS_OK && goes_on)
        status = fit_pairs(work, &controlled, &own, *pairs, &goes_on, error);
    goes_on = status == STATUS_OK && goes_on && choose(work, &own, wanted);
out:
    free(own.residual);
    free(wanted);
    if (status != STATUS_OK || !goes_on) {
        free(*control);
        free(*pairs);
        *control = NULL;
        *pairs = NULL;
    }
    return status;
}
