/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble.h"

#include "base/interrupt.h"
#include "engine/ensemble_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = RULE_LANES };

/* --- moments ---------------------------------------------------------------------- */

struct moments_context {
    struct moments *theta, *square, *controlled;
    double *mean; /* n x CONTROL_PRODUCTS: expectations, if there are filters */
};

static void moments_take(void *context, const struct ensemble_view *view,
                         const struct unit *unit, const double *scratch)
{
    const struct moments_context *own = context;
    const double per_step = 1 / (double)(unit->chains.steps - unit->chains.burn_in);
    for (size_t i = 0; i < unit->tiles; i++)
        for (int lane = 0; lane < unit->lanes; lane++) {
            const size_t mode = layout_mode(unit, i, lane);
            const double scale = view->scale[mode];
            const double *sum = scratch + 2 * i * LANES + lane;
            double square = scale * scale * (sum[LANES] * per_step);
            moments_add(&own->theta[mode],
                        view->mean[mode] + scale * (sum[0] * per_step));
            moments_add(&own->square[mode], square);
            if (!own->controlled)
                continue;
            if (own->mean) {
                const struct control *control = &view->ensemble->control[mode];
                const double *mean = own->mean + mode * CONTROL_PRODUCTS;
                for (int p = 0; p < filters_products(&control->filters); p++)
                    square -= control->coefficient[p] *
                              (sum[(2 + p) * LANES] * per_step - mean[p]);
            }
            moments_add(&own->controlled[mode], square);
        }
}

/* The number of rows of 64 that a unit's moments and products take. */
static size_t moments_rows(const struct ensemble *ensemble)
{
    const size_t n = ensemble->problem->n;
    if (problem_is_coupled(ensemble->problem))
        return 2 * n;
    int most = 0;
    for (size_t i = 0; ensemble->control && i < n; i++) {
        const int products = filters_products(&ensemble->control[i].filters);
        most = products > most ? products : most;
    }
    return 2 + (size_t)most;
}

int ensemble_moments(const struct ensemble *ensemble, const struct chains *chains,
                     struct moments *theta, struct moments *square,
                     struct moments *controlled, struct error *error)
{
    const size_t n = ensemble->problem->n;
    const bool coupled = problem_is_coupled(ensemble->problem);
    struct moments_context context = {theta, square, controlled, NULL};
    const struct session_block blocks[] = {
        {theta, n * sizeof *theta},
        {square, n * sizeof *square},
        {controlled, controlled ? n * sizeof *controlled : 0},
        {NULL, 0}};
    const struct observer observer = {
        .name = "moments",
        .scratch_size = LANES * moments_rows(ensemble),
        .merge = moments_take,
        .control_row = 2,
        .context = &context,
        .blocks = blocks,
    };
    memset(theta, 0, n * sizeof *theta);
    memset(square, 0, n * sizeof *square);
    if (controlled)
        memset(controlled, 0, n * sizeof *controlled);
    if (ensemble->control) {
        context.mean = malloc(n * CONTROL_PRODUCTS * sizeof *context.mean);
        if (!context.mean)
            return error_memory(error, "the control variates");
        for (size_t i = 0; i < n && !interrupt_pending(); i++)
            if (chains[i].count > 0)
                filters_mean(&ensemble->control[i].filters,
                             ensemble->rule->kind->samples, chains[i].burn_in,
                             chains[i].steps, context.mean + i * CONTROL_PRODUCTS);
    }
    const int status = ensemble_run(ensemble, coupled, chains, &observer, error);
    free(context.mean);
    return status;
}

static void fit_take(void *context, const struct ensemble_view *view,
                     const struct unit *unit, const double *scratch)
{
    struct control_fit *fit = context;
    const double per_step = 1 / (double)(unit->chains.steps - unit->chains.burn_in);
    for (int lane = 0; lane < unit->lanes; lane++) {
        const size_t mode = layout_mode(unit, 0, lane);
        const int products = filters_products(&view->ensemble->control[mode].filters);
        const double *sum = scratch + lane, scale = view->scale[mode];
        double average[CONTROL_PRODUCTS];
        for (int p = 0; p < products; p++)
            average[p] = sum[(2 + p) * LANES] * per_step;
        control_fit_add(&fit[mode], products, average,
                        scale * scale * (sum[LANES] * per_step));
    }
}

int ensemble_control_fit(const struct ensemble *ensemble, const struct chains *chains,
                         struct control_fit *fit, struct error *error)
{
    const size_t n = ensemble->problem->n;
    const struct session_block blocks[] = {{fit, n * sizeof *fit}, {NULL, 0}};
    const struct observer observer = {
        .name = "control",
        .scratch_size = LANES * moments_rows(ensemble),
        .merge = fit_take,
        .control_row = 2,
        .context = fit,
        .blocks = blocks,
    };
    memset(fit, 0, n * sizeof *fit);
    return ensemble_run(ensemble, false, chains, &observer, error);
}

/* --- covariance ------------------------------------------------------------------- */

struct covariance_context {
    struct moments *pair;
    struct covariance_groups *groups;
    uint64_t per_group; /* chains; the remainder joins the last group */
};

size_t ensemble_pair(size_t n, size_t i, size_t j)
{
    return i * n - i * (i + 1) / 2 + j;
}

static void covariance_observe(void *context, const struct ensemble_view *view,
                               const struct unit *unit, uint64_t first, size_t steps,
                               const double *trajectory, double *scratch)
{
    const struct kernels *kernels = view->ensemble->kernels;
    const size_t n = unit->tiles, tile = view->block_steps * LANES;
    (void)context;
    (void)first;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            kernels->observe_product(steps, trajectory + i * tile,
                                     trajectory + j * tile,
                                     scratch + ensemble_pair(n, i, j) * LANES);
}

static void covariance_take(void *context, const struct ensemble_view *view,
                            const struct unit *unit, const double *scratch)
{
    const struct covariance_context *own = context;
    const size_t n = unit->tiles, pairs = n * (n + 1) / 2;
    const double recorded = (double)(unit->chains.steps - unit->chains.burn_in);
    for (int lane = 0; lane < unit->lanes; lane++) {
        uint64_t group = 0;
        if (own->groups) {
            group = unit->chain[lane] / own->per_group;
            if (group >= own->groups->count)
                group = own->groups->count - 1;
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) {
                const size_t pair = ensemble_pair(n, i, j);
                const double scale = view->scale[i] * view->scale[j];
                const double value =
                    scale * (scratch[pair * LANES + (size_t)lane] / recorded);
                moments_add(&own->pair[pair], value);
                if (own->groups)
                    own->groups->mean[group * pairs + pair] += value;
            }
    }
}

static int groups_init(struct covariance_groups *groups, uint64_t chains, size_t pairs,
                       struct error *error)
{
    if (groups->count > chains)
        groups->count = chains;
    groups->mean = calloc(groups->count * pairs, sizeof *groups->mean);
    return groups->mean ? STATUS_OK : error_memory(error, "groups of chains");
}

/* Turns sums into means over the complete groups: all, unless the session ended the
 * sampling run early. */
static void groups_finish(const struct covariance_context *context, uint64_t chains,
                          size_t pairs)
{
    struct covariance_groups *groups = context->groups;
    const uint64_t done = context->pair[0].count, per_group = context->per_group;
    if (done < chains && groups->count > done / per_group)
        groups->count = done / per_group;
    for (uint64_t g = 0; g < groups->count; g++) {
        const bool last = done == chains && g + 1 == groups->count;
        const uint64_t size = last ? chains - g * per_group : per_group;
        for (size_t k = 0; k < pairs; k++)
            groups->mean[g * pairs + k] /= (double)size;
    }
}

int ensemble_covariance(const struct ensemble *ensemble, struct chains chains,
                        struct moments *pair, struct covariance_groups *groups,
                        struct error *error)
{
    const size_t n = ensemble->problem->n, pairs = n * (n + 1) / 2;
    struct covariance_context context = {pair, groups, 1};
    int status = STATUS_OK;
    memset(pair, 0, pairs * sizeof *pair);
    if (groups) {
        status = groups_init(groups, chains.count, pairs, error);
        context.per_group = groups->count ? chains.count / groups->count : 1;
    }
    const struct session_block blocks[] = {
        {pair, pairs * sizeof *pair},
        {groups ? groups->mean : NULL,
         groups ? groups->count * pairs * sizeof *groups->mean : 0},
        {NULL, 0}};
    const struct observer observer = {
        .name = "covariance",
        .scratch_size = pairs * LANES,
        .observe = covariance_observe,
        .merge = covariance_take,
        .context = &context,
        .blocks = blocks,
    };
    if (status == STATUS_OK)
        status = ensemble_run(ensemble, true, &chains, &observer, error);
    if (status == STATUS_OK && groups)
        groups_finish(&context, chains.count, pairs);
    return status;
}

/* --- trajectories ----------------------------------------------------------------- */

struct trajectory_context {
    uint64_t steps, every, records;
    double *out;
    uint64_t *done; /* complete chains; a chain is complete with its last mode */
};

uint64_t ensemble_records(uint64_t steps, uint64_t every)
{
    return 1 + steps / every + (steps % every != 0);
}

/* Copies the recorded steps to scratch[(lane * tiles + i) * records + record]. */
static void trajectory_observe(void *context, const struct ensemble_view *view,
                               const struct unit *unit, uint64_t first, size_t steps,
                               const double *trajectory, double *scratch)
{
    const struct trajectory_context *own = context;
    const size_t tile = view->block_steps * LANES;
    for (size_t k = 0; k < steps; k++) {
        const uint64_t step = first + k + 1;
        if (step % own->every != 0 && step != own->steps)
            continue;
        const uint64_t record =
            step % own->every == 0 ? step / own->every : own->records - 1;
        for (size_t i = 0; i < unit->tiles; i++)
            for (int lane = 0; lane < unit->lanes; lane++)
                scratch[((size_t)lane * unit->tiles + i) * own->records + record] =
                    trajectory[i * tile + k * LANES + (size_t)lane];
    }
}

static void trajectory_take(void *context, const struct ensemble_view *view,
                            const struct unit *unit, const double *scratch)
{
    const struct trajectory_context *own = context;
    const struct problem *problem = view->ensemble->problem;
    for (int lane = 0; lane < unit->lanes; lane++)
        for (size_t i = 0; i < unit->tiles; i++) {
            const size_t mode = layout_mode(unit, i, lane);
            const double scale = view->scale[mode];
            const double *x = scratch + ((size_t)lane * unit->tiles + i) * own->records;
            double *out = own->out + unit->chain[lane] * own->records * problem->n;
            for (uint64_t record = 1; record < own->records; record++)
                out[record * problem->n + mode] = view->mean[mode] + scale * x[record];
            *own->done += mode + 1 == problem->n;
        }
}

int ensemble_trajectory(const struct ensemble *ensemble, uint64_t *count,
                        uint64_t steps, uint64_t every, double *out,
                        struct error *error)
{
    const size_t n = ensemble->problem->n;
    const bool coupled = problem_is_coupled(ensemble->problem);
    const size_t tiles = coupled ? n : 1;
    const uint64_t records = ensemble_records(steps, every), wanted = *count;
    const uint64_t lanes = coupled ? wanted : wanted * n;
    uint64_t done = 0;
    struct trajectory_context context = {steps, every, records, out, &done};
    const struct session_block blocks[] = {
        {out, wanted * records * n * sizeof *out}, {&done, sizeof done}, {NULL, 0}};
    const struct observer observer = {
        .name = "trajectory",
        .scratch_size = (lanes < LANES ? lanes : LANES) * tiles * records,
        .observe = trajectory_observe,
        .merge = trajectory_take,
        .context = &context,
        .blocks = blocks,
    };
    struct chains *chains = malloc(n * sizeof *chains);
    if (!chains)
        return error_memory(error, "the chains");
    for (size_t i = 0; i < n; i++)
        chains[i] = (struct chains){.count = wanted, .steps = steps};
    for (uint64_t chain = 0; chain < wanted; chain++)
        memcpy(out + chain * records * n, ensemble->problem->start, n * sizeof *out);
    const int status = ensemble_run(ensemble, coupled, chains, &observer, error);
    *count = done;
    free(chains);
    return status;
}
