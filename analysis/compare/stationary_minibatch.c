/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_minibatch.h"

#include "compare/stationary_plan.h"
#include "engine/minibatch.h"

#include <math.h>
#include <stdlib.h>

enum { PILOT_CHAINS = 256 };

int stationary_minibatch_law(struct stationary_work *work, struct error *error)
{
    const struct problem *problem = work->problem;
    if (problem->examples == 0 || !rule_has_law(work->rule))
        return STATUS_OK;
    for (size_t i = 0; i < problem->n; i++)
        if (!(work->margin[i] > 0))
            return STATUS_OK;
    const struct mean_square setting = minibatch_setting(problem);
    work->moved = calloc(problem->n + 1, sizeof *work->moved);
    if (!work->moved)
        return error_memory(error, "the modes");
    for (size_t i = 0; i < problem->n; i++)
        work->moved[i] = work->mean[i] - problem->theta_star[i];
    return least_squares_law_init(&work->law, &setting, work->rule, work->moved, error);
}

int stationary_noise(const struct stationary_work *work, size_t i, size_t j,
                     double *noise, struct error *error)
{
    *noise = problem_noise(work->problem, i, j);
    if (!work->law.noise)
        return STATUS_OK;
    const struct mean_square setting = minibatch_setting(work->problem);
    return least_squares_noise(&work->law, &setting, work->rule, work->moved, i, j,
                               noise, error);
}

/* --- planning --------------------------------------------------------------------- */

/* Sets the burn-in of the joint chains, and the bias of each row, by the transient of
 * the variances. A covariance's bias is bounded by the geometric mean of its modes'. */
static int plan_burn_in(struct stationary_work *work, struct chains *joint,
                        struct error *error)
{
    const size_t n = work->problem->n;
    double *tolerance = malloc(3 * n * sizeof *tolerance);
    if (!tolerance)
        return error_memory(error, "the modes");
    double *left = tolerance + n, *variance = left + n;
    for (size_t i = 0; i < n; i++)
        tolerance[i] = INFINITY;
    for (size_t k = 0; k < work->count; k++) {
        const struct comparison *row = &work->rows[k];
        const double most = work->jobs[k].request.target / 20;
        tolerance[row->i] = fmin(tolerance[row->i], most);
        tolerance[row->j] = fmin(tolerance[row->j], most);
        if (row->i == row->j)
            variance[row->i] = row->evidence.exact;
    }
    uint64_t burn_in;
    const int status = minibatch_burn_in(
        work->rule, work->problem, least_squares_system, work->mean, variance,
        tolerance, work->sampling->burn_in, &burn_in, left, error);
    for (size_t k = 0; status == STATUS_OK && k < work->count; k++)
        work->jobs[k].bias = sqrt(left[work->rows[k].i] * left[work->rows[k].j]);
    joint->burn_in = burn_in;
    free(tolerance);
    return status;
}

/* Measures what the rows are about with few chains. spread[k] becomes the standard
 * error of row k over the joint chains' number of steps. */
static int run_pilot(const struct stationary_work *work,
                     const struct ensemble *ensemble, struct chains joint,
                     double *spread, struct session *clock, struct error *error)
{
    const size_t n = work->problem->n;
    const bool pairs = work->elements == STATIONARY_PAIRS;
    struct ensemble pilot = *ensemble;
    struct moments *moments = calloc(pairs ? n * (n + 1) / 2 : 1, sizeof *moments);
    struct skewed_moments *square = calloc(n, sizeof *square);
    int status = moments && square ? STATUS_OK : error_memory(error, "the pilot");
    joint.count = PILOT_CHAINS;
    pilot.pilot = true;
    pilot.session = clock;
    pilot.label = NULL;
    if (status == STATUS_OK && pairs)
        status = ensemble_covariance(&pilot, joint, moments, NULL, error);
    else if (status == STATUS_OK)
        status = ensemble_squares(&pilot, joint, square, error);
    for (size_t k = 0; status == STATUS_OK && k < work->count; k++)
        spread[k] = moments_stderr(pairs ? &moments[k] : &square[k].moments);
    free(moments);
    free(square);
    return status;
}

/* The chains that bring every row to its target, of as many steps as the pilot's. */
static uint64_t enough(const struct stationary_work *work, const double *spread)
{
    double most = PLAN_CHAINS;
    for (size_t k = 0; k < work->count; k++) {
        const double relative = spread[k] / work->jobs[k].request.target;
        most = fmax(most, PILOT_CHAINS * relative * relative);
    }
    return plan_power_of_two(fmin(most, 0x1p40));
}

/* Gives all rows the joint plan. */
static void take(struct stationary_work *work, const struct plan *plan)
{
    for (size_t k = 0; k < work->count; k++) {
        work->jobs[k].plan = *plan;
        work->rows[k].plain_samples = plan->samples;
    }
}

int stationary_minibatch_plan(struct stationary_work *work,
                              const struct ensemble *ensemble, struct error *error)
{
    const struct sampling *sampling = work->sampling;
    struct session clock = session_clock(sampling->session);
    struct plan plan = {
        .chains = {.steps = sampling->steps, .count = sampling->chains}};
    struct chains *joint = &plan.chains;
    double *spread = calloc(work->count, sizeof *spread);
    bool lost = false;
    for (size_t k = 0; k < work->count; k++)
        lost |= work->jobs[k].plan.samples == INFINITY;
    int status = spread ? STATUS_OK : error_memory(error, "the rows");
    if (status == STATUS_OK && lost)
        joint->burn_in = UINT64_MAX; /* no chain gets there, nor is one too short */
    else if (status == STATUS_OK)
        status = plan_burn_in(work, joint, error);
    if (status != STATUS_OK)
        goto out;
    plan.needed_burn_in = joint->burn_in;
    if (joint->burn_in == UINT64_MAX) {
        plan.samples = INFINITY;
        take(work, &plan);
        goto out;
    }
    if (joint->steps == 0)
        joint->steps = plan_power_of_two(fmax(8 * (double)joint->burn_in, 1024));
    if (joint->steps <= joint->burn_in) {
        plan.too_short = true;
        joint->burn_in = joint->steps / 2;
    }
    const double pilot = PILOT_CHAINS * (double)joint->steps;
    if (joint->count == 0 && pilot <= sampling->max_samples &&
        !session_is_over(sampling->session))
        status = run_pilot(work, ensemble, *joint, spread, &clock, error);
    if (joint->count == 0)
        joint->count = enough(work, spread);
    plan.samples = (double)joint->count * (double)joint->steps;
    plan.affordable = plan.samples <= sampling->max_samples;
    take(work, &plan);
out:
    free(spread);
    return status;
}

/* --- judging ---------------------------------------------------------------------- */

static bool is_skewed(const struct skewed_moments *own)
{
    return estimate_is_skewed(skewed_moments_skewness(own), own->moments.count);
}

void stationary_minibatch_judge(struct stationary_work *work,
                                const struct skewed_moments *square,
                                const struct covariance_groups *groups)
{
    const size_t pairs = work->count;
    struct skewed_moments own;
    for (size_t k = 0; k < work->count; k++) {
        if (square) {
            own = square[k];
        } else {
            own = (struct skewed_moments){.cubes = 0};
            for (uint64_t g = 0; g < groups->count; g++)
                skewed_moments_add(&own, groups->mean[g * pairs + k]);
        }
        work->jobs[k].skewed = work->rows[k].evidence.sampled && is_skewed(&own);
    }
}
