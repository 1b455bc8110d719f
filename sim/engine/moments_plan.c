/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/moments_plan.h"

#include "base/interrupt.h"
#include "engine/companion_plan.h"
#include "engine/minibatch.h"

#include <math.h>
#include <stdlib.h>

void moments_plan_free(struct moments_plan *plan)
{
    free(plan->systems);
    free(plan->margins);
    free(plan->means);
    free(plan->noise);
    free(plan->laws);
    free(plan->modes);
    free(plan->control);
    free(plan->chains);
}

/* Sets mean to that of the state (theta - theta*, slots). */
static int mean_of(const struct rule *rule, const struct problem *problem, size_t i,
                   const struct linear_system *system, double mean[LINEAR_STATE],
                   struct error *error)
{
    quad drift[LINEAR_STATE];
    linear_system_probe_drift(rule, problem->theta_star[i], drift);
    return linear_system_mean(system, drift, mean, error);
}

/* Sets means and noise of all modes; what minibatches make of their noise if all are
 * stable, and of single modes else. */
static int find_noise(const struct rule *rule, const struct problem *problem,
                      struct moments_plan *plan, struct error *error)
{
    bool stable = true;
    int status = STATUS_OK;
    plan->means = calloc(problem->n, sizeof *plan->means);
    plan->noise = calloc(problem->n, sizeof *plan->noise);
    if (!plan->means || !plan->noise)
        return error_memory(error, "the modes");
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        double mean[LINEAR_STATE] = {0};
        stable = stable && plan->margins[i] > 0;
        if (plan->margins[i] > 0)
            status = mean_of(rule, problem, i, &plan->systems[i], mean, error);
        plan->means[i] = problem->theta_star[i] + mean[0];
        plan->noise[i] = problem_noise(problem, i, i);
    }
    if (status == STATUS_OK && stable && problem->examples > 0)
        status = minibatch_noise(rule, problem, plan->means, plan->noise, error);
    return status;
}

/* Makes chains of minibatches long enough to forget their start, which their noise
 * remembers longer than Gaussian noise does. */
static int plan_burn_in(const struct sampling *sampling, const struct rule *rule,
                        const struct problem *problem, struct moments_plan *plan,
                        struct error *error)
{
    const size_t n = problem->n;
    uint64_t burn_in = 0;
    double *variance = calloc(3 * n, sizeof *variance);
    if (!variance)
        return error_memory(error, "the modes");
    double *tolerance = variance + n, *left = tolerance + n;
    for (size_t i = 0; i < n; i++) {
        variance[i] = plan->laws[i].s_ii[0];
        tolerance[i] = sampling->precision * variance[i] / 20;
    }
    const int status =
        minibatch_burn_in(rule, problem, linear_system_probe, plan->means, variance,
                          tolerance, PLAN_AUTO, &burn_in, left, error);
    for (size_t i = 0; i < n; i++) {
        struct plan *own = &plan->modes[i].plan;
        own->needed_burn_in = burn_in;
        if (sampling->burn_in == PLAN_AUTO && sampling->steps > 0) {
            own->too_short = sampling->steps <= burn_in;
            own->chains.burn_in = own->too_short ? sampling->steps / 2 : burn_in;
        } else if (sampling->burn_in == PLAN_AUTO && own->chains.burn_in < burn_in) {
            own->chains.burn_in = burn_in;
            if (own->chains.steps / 8 < burn_in)
                own->chains.steps = burn_in < UINT64_MAX / 16 ? 8 * burn_in : burn_in;
        }
        own->samples = (double)own->chains.count * (double)own->chains.steps;
        own->affordable = own->samples <= sampling->max_samples;
    }
    free(variance);
    return status;
}

/* Plans the chains of a stable mode from its exact law. Products of filters do not take
 * out what is linear in theta, so there are none where weight decay moves the mean. */
static int plan_stable(const struct sampling *sampling, const struct rule *rule,
                       const struct problem *problem, size_t i,
                       const struct moments_plan *all, struct error *error)
{
    const struct linear_system *system = &all->systems[i];
    struct control_mode *mode = &all->modes[i];
    struct plan_law *law = &all->laws[i];
    const double c = all->noise[i], noise[3] = {c, c, c};
    const double offset = problem->start[i] - problem->theta_star[i];
    double mean[LINEAR_STATE];
    int status = plan_law_init(law, system, system, noise, offset, offset, error);
    if (status == STATUS_OK)
        status = mean_of(rule, problem, i, system, mean, error);
    if (status != STATUS_OK)
        return status;
    law->excess = noise_law_excess(problem->law);
    for (int k = 0; k < system->dim; k++) {
        law->offset_i[k] -= mean[k];
        law->offset_j[k] -= mean[k];
    }
    struct plan_request request =
        sampling_request(sampling, c > 0 ? sampling->precision * law->s_ij[0] : 1e-12);
    if (c == 0 && request.chains == 0)
        request.chains = 1; /* nothing is random */
    plan_make(law, &request, &mode->plan);
    mode->law = law;
    mode->margin = all->margins[i];
    mode->sharp = mode->coarse = mode->request = request;
    if (law->s_ij[0] > 0 && mean[0] == 0 && isfinite(mode->plan.samples))
        mode->system = system;
    return STATUS_OK;
}

/* Makes chains of epochs, which are planned as if their noise were fresh, record whole
 * epochs. The variance may be far smaller than with fresh noise, so the burn-in is
 * doubled: what the start then leaves is the square of what the plan allows it. */
static void plan_epochs(const struct sampling *sampling, uint64_t epoch,
                        struct plan *plan)
{
    struct chains *chains = &plan->chains;
    if (sampling->burn_in == PLAN_AUTO) {
        const uint64_t twice = (2 * chains->burn_in + epoch - 1) / epoch * epoch;
        plan->needed_burn_in = twice;
        if (sampling->steps == 0)
            chains->steps += twice - chains->burn_in;
        chains->burn_in = twice < chains->steps ? twice : chains->steps / 2;
        plan->too_short |= twice >= chains->steps;
    }
    const uint64_t recorded = chains->steps - chains->burn_in;
    if (sampling->steps == 0)
        chains->steps = chains->burn_in + (recorded + epoch - 1) / epoch * epoch;
    else if (sampling->burn_in == PLAN_AUTO && recorded >= epoch)
        chains->burn_in = chains->steps - recorded / epoch * epoch;
    plan->samples = (double)chains->count * (double)chains->steps;
    plan->affordable = plan->samples <= sampling->max_samples;
}

/* Plans each mode from its exact law, or takes the chains that are given. */
static int plan_plain(const struct sampling *sampling, const struct rule *rule,
                      const struct problem *problem, struct moments_plan *plan,
                      struct error *error)
{
    int status = sampling_systems(sampling, rule, problem, &plan->systems,
                                  &plan->margins, error);
    bool stable = true;
    if (status == STATUS_OK)
        status = find_noise(rule, problem, plan, error);
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        stable = stable && plan->margins[i] > 0;
        status = interrupt_check(error);
        if (status != STATUS_OK)
            break;
        if (plan->margins[i] > 0) {
            status = plan_stable(sampling, rule, problem, i, plan, error);
            if (status == STATUS_OK && problem->train_size > 0)
                plan_epochs(sampling, problem_epoch(problem, rule->kind->samples),
                            &plan->modes[i].plan);
            continue;
        }
        struct plan *own = &plan->modes[i].plan;
        status = sampling_given_chains(sampling, rule, &own->chains, error);
        own->affordable = true;
    }
    if (status == STATUS_OK && stable && problem->examples > 0)
        status = plan_burn_in(sampling, rule, problem, plan, error);
    return status;
}

int moments_plan_make(struct moments_plan *plan, const struct ensemble *ensemble,
                      const struct sampling *sampling, struct error *error)
{
    const struct problem *problem = ensemble->problem;
    const size_t n = problem->n;
    *plan = (struct moments_plan){.laws = calloc(n, sizeof *plan->laws),
                                  .modes = calloc(n, sizeof *plan->modes),
                                  .chains = calloc(n, sizeof *plan->chains)};
    if (!plan->laws || !plan->modes || !plan->chains)
        return error_memory(error, "the modes");
    int status = plan_plain(sampling, ensemble->rule, problem, plan, error);
    if (status == STATUS_OK && control_plan_may(sampling, ensemble->rule, problem)) {
        struct control_plan control = {.sampling = sampling,
                                       .ensemble = ensemble,
                                       .modes = plan->modes,
                                       .means = true};
        status = control_plan_make(&control, error);
        plan->control = control.control;
    }
    if (status == STATUS_OK && companion_may(sampling, ensemble->rule, problem))
        status = companion_given(ensemble, sampling, plan->modes[0].plan.chains,
                                 &plan->control, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        plan->chains[i] = plan->modes[i].plan.chains;
    return status;
}

void moments_plan_join(size_t n, struct chains *chains)
{
    struct chains most = {0};
    for (size_t i = 0; i < n; i++) {
        most.count = chains[i].count > most.count ? chains[i].count : most.count;
        most.steps = chains[i].steps > most.steps ? chains[i].steps : most.steps;
        most.burn_in =
            chains[i].burn_in > most.burn_in ? chains[i].burn_in : most.burn_in;
    }
    for (size_t i = 0; i < n; i++)
        chains[i] = most;
}
