/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_epoch_plan.h"

#include "base/interrupt.h"
#include "engine/ensemble_phases.h"

#include <math.h>
#include <stdlib.h>

enum { PILOT_CHAINS = 256, PHASES_LOOKED_AT = 16, SHORTEST = 1024 };

double stationary_epoch_bias(const struct epoch_work *work,
                             const struct comparison *row, size_t k, uint64_t burn_in,
                             uint64_t epochs)
{
    const struct epoch_element *element = &work->elements[k];
    const double *offset_i = work->offset + row->i * LINEAR_STATE;
    const double *offset_j = work->offset + row->j * LINEAR_STATE;
    const int n = element->i.dim, m = element->j.dim;
    const bool by_phase = work->phases > 1;
    double d[LINEAR_SIZE], sum[LINEAR_SIZE];
    uint64_t first = burn_in + 1;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++)
            d[r * m + c] =
                offset_i[r] * offset_j[c] - element->start.covariance[r * m + c];
    if (by_phase)
        first += (row->phase + work->steps - first % work->steps) % work->steps;
    linear_system_power(&element->i, &element->j, first, d);
    if (by_phase)
        linear_system_sums(&element->start.i, &element->start.j, d, epochs, sum, NULL);
    else
        linear_system_sums(&element->i, &element->j, d, epochs * work->steps, sum,
                           NULL);
    return fabs(sum[0]) / (double)(by_phase ? epochs : epochs * work->steps);
}

/* The absolute standard error wanted of a row; `sharp`: as finely as its verdict on the
 * paper needs. */
static double target_of(const struct epoch_work *work, const struct comparison *row,
                        bool sharp)
{
    const struct evidence *e = &row->evidence;
    const double precision = work->sampling->precision;
    return sharp && !work->sampling->precision_given
               ? estimate_target(precision, e->exact, e->paper, e->exact_scale)
               : precision * e->exact_scale;
}

static uint64_t round_up(uint64_t steps, uint64_t epoch)
{
    return (steps + epoch - 1) / epoch * epoch;
}

/* Whether the start is forgotten after burn_in steps in every row of the group. */
static bool forgets(const struct epoch_work *work, const struct epoch_group *group,
                    uint64_t burn_in, uint64_t epochs, bool sharp)
{
    const uint64_t stride = 1 + work->phases / PHASES_LOOKED_AT;
    for (size_t k = group->first; k < group->first + group->count; k++)
        for (uint64_t phase = 0; phase < work->phases; phase += stride) {
            const struct comparison *row = &work->rows[k * work->phases + phase];
            const double most = row->evidence.noiseless
                                    ? ESTIMATE_TOLERANCE * row->evidence.exact_scale
                                    : target_of(work, row, sharp) / 20;
            if (!(stationary_epoch_bias(work, row, k, burn_in, epochs) <= most))
                return false;
        }
    return true;
}

/* The shortest burn-in, a power of two rounded up to whole epochs, and as many epochs
 * to record as eight of it fill. */
static void plan_length(const struct epoch_work *work, const struct epoch_group *group,
                        bool sharp, uint64_t *burn_in, uint64_t *epochs)
{
    for (uint64_t length = 1;; length *= 2) {
        const uint64_t recorded = 8 * length > SHORTEST ? 8 * length : SHORTEST;
        *burn_in = round_up(length, work->steps);
        *epochs = round_up(recorded, work->steps) / work->steps;
        if (length >= UINT64_C(1) << 52 || interrupt_pending() ||
            forgets(work, group, *burn_in, *epochs, sharp))
            return;
    }
}

/* Fits the chains to the steps and burn-in that are given, and to whole epochs. */
static int plan_chains(const struct epoch_work *work, struct epoch_group *group,
                       bool sharp, struct error *error)
{
    const struct sampling *sampling = work->sampling;
    const uint64_t steps = work->steps;
    struct plan *plan = &group->plan;
    uint64_t burn_in, epochs;
    plan_length(work, group, sharp, &burn_in, &epochs);
    *plan = (struct plan){.needed_burn_in = burn_in};
    const bool given = sampling->burn_in != PLAN_AUTO;
    if (given)
        burn_in = sampling->burn_in;
    else if (sampling->steps > 0 && sampling->steps < burn_in + steps) {
        plan->too_short = true;
        burn_in = sampling->steps / 2;
    }
    if (sampling->steps > 0) {
        epochs = (sampling->steps - burn_in) / steps;
        if (epochs == 0 && !given)
            epochs = sampling->steps / steps;
        if (epochs == 0)
            return error_about(error, STATUS_USAGE, "steps",
                               "%llu leave no whole epoch of %llu steps to record; "
                               "allowed are more steps",
                               (unsigned long long)sampling->steps,
                               (unsigned long long)steps);
        burn_in = sampling->steps - epochs * steps;
    }
    plan->chains = (struct chains){.steps = burn_in + epochs * steps,
                                   .burn_in = burn_in,
                                   .count = sampling->chains};
    return STATUS_OK;
}

/* Whether nothing is random in any row of the group. */
static bool is_noiseless(const struct epoch_work *work, const struct epoch_group *group)
{
    bool noiseless = true;
    for (size_t r = group->first * work->phases;
         r < (group->first + group->count) * work->phases; r++)
        noiseless = noiseless && work->rows[r].evidence.noiseless;
    return noiseless;
}

/* The groups whose chains are yet to be counted are measured with few chains, and
 * spread[] becomes the standard errors. */
static int run_pilot(const struct epoch_work *work, const struct ensemble *ensemble,
                     struct error *error)
{
    const size_t rows = work->element_count * work->phases;
    struct session clock = session_clock(work->sampling->session);
    struct ensemble pilot = *ensemble;
    struct chains *chains = calloc(work->group_count + 1, sizeof *chains);
    struct moments *moments = calloc(rows + 1, sizeof *moments);
    int status = chains && moments ? STATUS_OK : error_memory(error, "the pilot");
    bool any = false;
    for (size_t g = 0; status == STATUS_OK && g < work->group_count; g++) {
        const struct plan *plan = &work->groups[g].plan;
        chains[g] = plan->chains;
        chains[g].count =
            plan->chains.count == 0 && PILOT_CHAINS * (double)plan->chains.steps <=
                                           work->sampling->max_samples
                ? PILOT_CHAINS
                : 0;
        any |= chains[g].count > 0;
    }
    pilot.pilot = true;
    pilot.session = &clock;
    pilot.label = NULL;
    if (status == STATUS_OK && any && !session_is_over(work->sampling->session))
        status = ensemble_phases(&pilot, work->pairs, chains,
                                 work->phases > 1 ? work->steps : 1, moments, error);
    for (size_t r = 0; status == STATUS_OK && r < rows; r++)
        work->spread[r] = moments[r].count > 0 ? moments_stderr(&moments[r]) : 0;
    free(chains);
    free(moments);
    return status;
}

/* Counts the chains that bring every row of the group to its target. */
static void count_chains(const struct epoch_work *work, struct epoch_group *group,
                         bool sharp)
{
    double most = PLAN_CHAINS;
    for (size_t r = group->first * work->phases;
         r < (group->first + group->count) * work->phases; r++) {
        const struct comparison *row = &work->rows[r];
        const double relative = work->spread[r] / target_of(work, row, sharp);
        if (!row->evidence.noiseless && row->evidence.exact_scale > 0)
            most = fmax(most, PILOT_CHAINS * relative * relative);
    }
    group->plan.chains.count = plan_power_of_two(fmin(most, 0x1p40));
}

static void afford(const struct epoch_work *work, struct plan *plan)
{
    plan->samples = (double)plan->chains.count * (double)plan->chains.steps;
    plan->affordable = plan->samples <= work->sampling->max_samples;
}

static int plan_group(const struct epoch_work *work, struct epoch_group *group,
                      bool sharp, struct error *error)
{
    bool stable = true;
    for (size_t k = group->first; k < group->first + group->count; k++)
        stable = stable && work->elements[k].stable;
    if (stable) {
        const int status = plan_chains(work, group, sharp, error);
        if (is_noiseless(work, group) && group->plan.chains.count == 0)
            group->plan.chains.count = 1;
        return status;
    }
    group->plan = (struct plan){.affordable = true};
    return sampling_given_chains(work->sampling, work->rule, &group->plan.chains,
                                 error);
}

int stationary_epoch_plan(const struct epoch_work *work,
                          const struct ensemble *ensemble, struct error *error)
{
    int status = STATUS_OK;
    for (size_t g = 0; status == STATUS_OK && g < work->group_count; g++)
        status = plan_group(work, &work->groups[g], true, error);
    if (status == STATUS_OK)
        status = run_pilot(work, ensemble, error);
    for (size_t g = 0; status == STATUS_OK && g < work->group_count; g++) {
        struct epoch_group *group = &work->groups[g];
        const bool given = group->plan.chains.count > 0;
        for (int coarse = 0; coarse < (given ? 1 : 2); coarse++) {
            if (!given)
                count_chains(work, group, !coarse);
            afford(work, &group->plan);
            if (group->plan.affordable)
                break;
        }
    }
    return status;
}
