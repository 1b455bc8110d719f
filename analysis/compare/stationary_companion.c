/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_companion.h"

#include "compare/stationary_plan.h"
#include "engine/companion_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pilots fit the residual to their own chains: as in plan.c. */
static const double FITTED = 1.3;

/* The pilots of all modes: of the last length, and of half of it. */
struct pilots {
    struct chains chains;
    struct companion_pilot *last, *before; /* n each */
    double steps;                          /* of all pilots of a mode */
};

/* Whether the controlled variances from chains of two lengths agree in every mode. */
static bool agree(const struct pilots *pilots, const struct control *control, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct companion_pilot *a = &pilots->before[i], *b = &pilots->last[i];
        const double error = sqrt((a->variance + b->variance) / COMPANION_CHAINS);
        if (control[i].filters.states > 0 &&
            !(fabs(a->second - b->second) <= 4 * error))
            return false;
    }
    return true;
}

/* What the least that can follow on a mode's pilots costs with them: if `alone`, the
 * fewest chains of those steps; else, a pilot and these of twice the steps. */
static double least(double pilots, double steps, bool alone)
{
    return pilots +
           (alone ? PLAN_FEWEST * steps : (COMPANION_CHAINS + PLAN_FEWEST) * 2 * steps);
}

/* Doubles the steps, unless they are given, until a doubling changes no variance by
 * more than its error. No mode has filters if that takes more steps than plain chains.
 */
static int settle(const struct stationary_work *work, const struct ensemble *ensemble,
                  struct session *clock, struct pilots *pilots, struct control *control,
                  struct error *error)
{
    const size_t n = work->problem->n;
    const bool given = work->sampling->steps > 0 || !rule_settles(work->rule);
    struct chains *chains = &pilots->chains;
    bool settled = given;
    int status = companion_filters(ensemble, *chains, clock, control, error);
    if (status == STATUS_OK)
        status = companion_fit(ensemble, *chains, clock, control, pilots->last, error);
    pilots->steps = COMPANION_CHAINS * (double)chains->steps;
    while (status == STATUS_OK && !settled && companion_any(control, n) &&
           least(pilots->steps, (double)chains->steps, false) < work->piloted.samples) {
        if (work->sampling->burn_in == PLAN_AUTO)
            chains->burn_in *= 2;
        chains->steps *= 2;
        pilots->steps += COMPANION_CHAINS * (double)chains->steps;
        memcpy(pilots->before, pilots->last, n * sizeof *pilots->last);
        status = companion_fit(ensemble, *chains, clock, control, pilots->last, error);
        settled = agree(pilots, control, n);
    }
    if (!settled)
        memset(control, 0, n * sizeof *control);
    return status;
}

/* Plans a mode by what its pilot left, and keeps the plan if it pays. */
static void plan_mode(struct stationary_work *work, const struct pilots *pilots,
                      size_t i, struct control *control)
{
    const struct companion_pilot *pilot = &pilots->last[i];
    const double target = work->sampling->precision * pilot->second;
    const double chains = FITTED * pilot->variance / (target * target);
    struct stationary_job *job = &work->jobs[i];
    struct plan plan = {.chains = pilots->chains};
    plan.chains.count = plan_power_of_two(fmin(fmax(chains, PLAN_FEWEST), 0x1p40));
    plan.samples =
        (double)plan.chains.count * (double)plan.chains.steps + pilots->steps;
    plan.affordable = plan.samples <= work->sampling->max_samples;
    if (control->filters.states == 0)
        return;
    if (target > 0 && plan.samples < job->plan.samples)
        job->plan = plan;
    else
        memset(control, 0, sizeof *control);
}

/* Whether pilots would be of no use: nothing that was planned will be sampled, or the
 * least costs more than plain chains. */
static bool is_useless(const struct stationary_work *work)
{
    const struct plan *plain = &work->piloted;
    const double steps = (double)plain->chains.steps;
    const bool alone = work->sampling->steps > 0 || !rule_settles(work->rule);
    return work->sampling->chains > 0 || !isfinite(plain->samples) ||
           plain->chains.burn_in >= plain->chains.steps ||
           !(least(COMPANION_CHAINS * steps, steps, alone) < plain->samples) ||
           session_is_over(work->sampling->session);
}

int stationary_companion_plan(struct stationary_work *work,
                              const struct ensemble *ensemble, struct control **control,
                              struct error *error)
{
    const size_t n = work->problem->n;
    *control = NULL;
    if (stationary_pilot_spared(work))
        return companion_given(ensemble, work->sampling, work->piloted.chains, control,
                               error);
    if (is_useless(work))
        return STATUS_OK;
    struct session clock = session_clock(work->sampling->session);
    struct pilots pilots = {.chains = work->piloted.chains,
                            .last = calloc(n, sizeof *pilots.last),
                            .before = calloc(n, sizeof *pilots.before)};
    *control = calloc(n, sizeof **control);
    int status = pilots.last && pilots.before && *control
                     ? STATUS_OK
                     : error_memory(error, "the pilot");
    if (status == STATUS_OK)
        status = settle(work, ensemble, &clock, &pilots, *control, error);
    const bool cut = session_was_cut(&clock);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        if (cut)
            work->jobs[i].plan.affordable = true; /* nothing will be sampled */
        else
            plan_mode(work, &pilots, i, &(*control)[i]);
    if (status == STATUS_OK && !cut && work->elements == STATIONARY_SUM)
        plan_share_budget(&work->jobs->plan, sizeof *work->jobs, work->count,
                          work->sampling->max_samples);
    if (status == STATUS_OK && !companion_any(*control, n)) {
        free(*control);
        *control = NULL;
    }
    free(pilots.last);
    free(pilots.before);
    return status;
}
