/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control_plan.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PILOT_CHAINS = 64 };

bool control_plan_may(const struct sampling *sampling, const struct rule *rule,
                      const struct problem *problem)
{
    const uint64_t given = sampling->chains;
    return sampling->control == SAMPLING_CONTROL_AUTO &&
           (given == 0 || given >= PLAN_FEWEST) && rule_has_law(rule) &&
           !problem_is_coupled(problem) && problem->train_size == 0;
}

/* Two correlation times of (theta - mean)^2 or more, rounded up to three significant
 * bits: modes with equal chains share the lanes of a unit. */
static uint64_t shortest_record(double margin)
{
    int exponent;
    const double digits = frexp(fmax(1 / margin, 32), &exponent);
    return (uint64_t)ldexp(ceil(digits * 8), exponent - 3);
}

/* What the start leaves in the mean must be small beside the noise, or the coefficients
 * would be fitted to it. */
struct chains control_plan_pilot(const struct sampling *sampling, double margin,
                                 const struct plan_law *law)
{
    static const double small = 0x1p-22;
    const uint64_t record = shortest_record(margin);
    uint64_t burn_in = 2 * record;
    while (law && burn_in < UINT64_C(1) << 50 &&
           !(plan_law_start(law, burn_in, burn_in + record) <= small * law->s_ii[0]))
        burn_in += burn_in / 2;
    uint64_t steps = burn_in + record;
    if (sampling->steps <= 1 || sampling->steps >= steps)
        return (struct chains){PILOT_CHAINS, steps, burn_in};
    steps = sampling->steps;
    return (struct chains){PILOT_CHAINS, steps, steps - (steps + 2) / 3};
}

static double cost(const struct chains *chains)
{
    return (double)chains->count * (double)chains->steps;
}

/* Whether the user gave all that a plan decides. */
static bool work_is_given(const struct sampling *sampling)
{
    return sampling->chains > 0 && sampling->steps > 0;
}

/* What a mode needs at least and by its plain plan, the chains of its pilot, and what
 * these left; 0 chains if the plain plan costs less than the pilot and the fewest steps
 * after it. */
struct choice {
    double least, plain;
    struct chains pilot;
    struct plan_residual residual;
};

static int choose(const struct sampling *sampling, const struct control_mode *mode,
                  struct filters *filters, struct choice *choice, struct error *error)
{
    *choice = (struct choice){.least = mode->plan.samples, .plain = mode->plan.samples};
    if (!mode->system || !(mode->margin > CONTROL_PLAN_MARGIN))
        return STATUS_OK;
    const struct chains chains = control_plan_pilot(sampling, mode->margin, mode->law);
    const struct plan_residual least = {0, chains.steps - chains.burn_in};
    struct plan plan;
    plan_make_controlled(mode->law, &mode->request, &least, &plan);
    const double samples = cost(&chains) + plan.samples;
    if (work_is_given(sampling) ? 2 * cost(&chains) > mode->plan.samples
                                : samples >= mode->plan.samples)
        return STATUS_OK;
    const int status = filters_of(mode->system, filters, error);
    if (status == STATUS_OK && filters->states > 0) {
        choice->pilot = chains;
        choice->least = samples;
    }
    return status;
}

/* Leaves out the pilots of modes that exceed the budget even at their least; true if
 * any pilot is left. */
static bool refuse(const struct control_plan *work, size_t n, struct choice *choice)
{
    const double budget = work->sampling->max_samples;
    double total = 0;
    bool any = false;
    for (size_t i = 0; i < n; i++)
        total += choice[i].least;
    for (size_t i = 0; i < n; i++) {
        struct plan *plan = &work->modes[i].plan;
        if ((work->sum ? total : choice[i].least) > budget) {
            plan->samples = choice[i].least;
            plan->affordable = false;
            choice[i].pilot.count = 0;
        }
        any |= choice[i].pilot.count > 0;
    }
    return any;
}

/* Fits the mean's control variates, and lengthens the burn-in until what the start
 * leaves in the mean is below a twentieth of the mean's standard error. */
static void forget_in_mean(const struct plan_law *law,
                           const struct plan_request *request,
                           const struct chains *pilot, const struct comoments *theta,
                           struct control *control, struct plan *plan)
{
    struct chains *chains = &plan->chains;
    const uint64_t recorded = chains->steps - chains->burn_in;
    const double share = (double)(pilot->steps - pilot->burn_in) / (double)recorded;
    double variance;
    control_fit_mean(theta, control, &variance);
    const double square = variance * share / (double)chains->count;
    if (request->steps > 0 || request->burn_in != PLAN_AUTO || !isfinite(square))
        return;
    while (chains->burn_in < UINT64_C(1) << 50 &&
           !(plan_law_start(law, chains->burn_in, chains->steps) <= square / 400)) {
        chains->burn_in += chains->burn_in / 8 + 1;
        chains->steps = chains->burn_in + recorded;
    }
    plan->needed_burn_in = chains->burn_in;
    plan->samples = cost(chains);
}

/* Plans a mode by what its pilot left, and keeps the plan if it pays. */
static void plan_mode(const struct sampling *sampling, struct choice *choice,
                      const struct control_fit *fit, const struct comoments *theta,
                      struct control_mode *mode, struct control *control)
{
    const struct chains *pilot = &choice->pilot;
    const double budget = sampling->max_samples;
    struct plan_residual *residual = &choice->residual;
    struct plan_request request = mode->sharp;
    struct plan plan;
    residual->recorded = pilot->steps - pilot->burn_in;
    control_fit_solve(fit, control, &residual->variance);
    if (!isfinite(residual->variance)) {
        memset(control, 0, sizeof *control);
        return;
    }
    plan_make_controlled(mode->law, &request, residual, &plan);
    if (plan.samples + cost(pilot) > budget) {
        request = mode->coarse;
        plan_make_controlled(mode->law, &request, residual, &plan);
    }
    if (theta)
        forget_in_mean(mode->law, &request, pilot, theta, control, &plan);
    plan.samples += cost(pilot);
    plan.affordable = plan.samples <= budget;
    if (!work_is_given(sampling) && plan.samples >= mode->plan.samples) {
        memset(control, 0, sizeof *control);
        return;
    }
    mode->plan = plan;
    mode->request = request;
    mode->controlled = true;
}

/* Replaces the plan of a mode with control variates by one of the fine error, if that
 * takes fewer steps than the plain plan and if what it takes more is left. */
static void refine_mode(const struct sampling *sampling, const struct choice *choice,
                        struct control_mode *mode, double *left)
{
    struct plan_request fine = mode->request;
    struct plan plan;
    fine.target = mode->fine;
    if (!(fine.target > 0 && fine.target < mode->request.target))
        return;
    plan_make_controlled(mode->law, &fine, &choice->residual, &plan);
    plan.samples += cost(&choice->pilot);
    plan.affordable = plan.samples <= sampling->max_samples;
    const double more = plan.samples - mode->plan.samples;
    if (!plan.affordable || plan.samples >= choice->plain || more > *left)
        return;
    *left -= more;
    mode->plan = plan;
    mode->request = fine;
}

/* The modes of a sum share what is left of its budget, those that come first before the
 * others; a mode that is a row of its own has its own. */
static void refine(const struct control_plan *work, size_t n,
                   const struct choice *choice)
{
    double left = work->sum ? work->sampling->max_samples : INFINITY;
    for (size_t i = 0; work->sum && i < n; i++)
        left -= work->modes[i].plan.samples;
    for (size_t i = 0; i < n && !interrupt_pending(); i++)
        if (work->modes[i].controlled)
            refine_mode(work->sampling, &choice[i], &work->modes[i], &left);
}

/* Whether a mode is part of a sum with fewer chains than a unit has lanes. */
static bool leaves_lanes_idle(const struct control_plan *work, size_t i)
{
    const struct control_mode *mode = &work->modes[i];
    return work->sum && work->sampling->steps == 0 && mode->controlled &&
           mode->request.fewest > 0 && mode->plan.chains.count < RULE_LANES;
}

static struct chains longer(struct chains a, struct chains b)
{
    const uint64_t of_a = a.steps - a.burn_in, of_b = b.steps - b.burn_in;
    if (b.burn_in > a.burn_in)
        a.burn_in = b.burn_in;
    a.steps = a.burn_in + (of_a > of_b ? of_a : of_b);
    return a;
}

/* Modes next to each other that leave lanes idle get equal chains, as long as none then
 * runs by more than a half longer than planned, so that they share units: fewer units,
 * of which a sampling run that is cut short has done the same share for each mode. The
 * longer chains are paid from the budget. */
static void share_units(const struct control_plan *work, size_t n)
{
    double left = work->sampling->max_samples;
    for (size_t i = 0; i < n; i++)
        left -= work->modes[i].plan.samples;
    for (size_t start = 0, end; start < n; start = end) {
        struct chains all = work->modes[start].plan.chains;
        uint64_t least = all.steps;
        double more = 0;
        for (end = start + 1; end < n && leaves_lanes_idle(work, start); end++) {
            const struct chains own = work->modes[end].plan.chains;
            const struct chains with = longer(all, own);
            least = own.steps < least ? own.steps : least;
            if (!leaves_lanes_idle(work, end) || own.count != all.count ||
                with.steps > least + least / 2)
                break;
            all = with;
        }
        for (size_t i = start; i < end; i++)
            more += cost(&all) - cost(&work->modes[i].plan.chains);
        for (size_t i = start; more <= left && i < end; i++) {
            struct plan *plan = &work->modes[i].plan;
            plan->samples += cost(&all) - cost(&plan->chains);
            plan->chains = all;
        }
        left -= more <= left ? more : 0;
    }
}

/* Runs the pilots and plans by them. */
static int plan_modes(struct control_plan *work, size_t n, struct choice *choice,
                      struct error *error)
{
    struct ensemble pilot = *work->ensemble;
    struct session clock = session_clock(work->sampling->session);
    struct chains *chains = calloc(n, sizeof *chains);
    struct control_fit *fit = malloc(n * sizeof *fit);
    struct comoments *theta = work->means ? malloc(n * sizeof *theta) : NULL;
    int status = chains && fit && (theta || !work->means)
                     ? STATUS_OK
                     : error_memory(error, "the pilot");
    work->cut = session_is_over(work->sampling->session);
    if (status != STATUS_OK || work->cut)
        goto out;
    for (size_t i = 0; i < n; i++)
        chains[i] = choice[i].pilot;
    pilot.pilot = true;
    pilot.session = &clock;
    pilot.control = work->control;
    status = ensemble_control_fit(&pilot, chains, fit, theta, error);
    work->cut = session_was_cut(&clock);
    for (size_t i = 0; status == STATUS_OK && !work->cut && i < n; i++) {
        status = interrupt_check(error);
        if (chains[i].count > 0)
            plan_mode(work->sampling, &choice[i], &fit[i], theta ? &theta[i] : NULL,
                      &work->modes[i], &work->control[i]);
    }
    if (status == STATUS_OK && !work->cut) {
        refine(work, n, choice);
        share_units(work, n);
    }
out:
    free(chains);
    free(fit);
    free(theta);
    return status;
}

int control_plan_make(struct control_plan *work, struct error *error)
{
    const size_t n = work->ensemble->problem->n;
    struct choice *choice = calloc(n, sizeof *choice);
    work->control = calloc(n, sizeof *work->control);
    work->cut = false;
    int status = work->control && choice ? STATUS_OK : error_memory(error, "the pilot");
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = choose(work->sampling, &work->modes[i], &work->control[i].filters,
                            &choice[i], error);
    }
    if (status == STATUS_OK && refuse(work, n, choice))
        status = plan_modes(work, n, choice, error);
    if (work->sum)
        plan_share_budget(&work->modes->plan, sizeof *work->modes, n,
                          work->sampling->max_samples);
    if (work->cut) {
        /* What is not known of the plans is not looked at. */
        memset(work->control, 0, n * sizeof *work->control);
        for (size_t i = 0; i < n; i++)
            work->modes[i].plan.affordable = true;
    }
    free(choice);
    return status;
}
