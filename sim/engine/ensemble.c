/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble.h"

#include "base/interrupt.h"
#include "engine/ensemble_average.h"
#include "engine/ensemble_lanes.h"
#include "engine/ensemble_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = RULE_LANES };

/* --- moments ---------------------------------------------------------------------- */

struct moments_context {
    struct moments *theta, *square, *controlled_theta, *controlled;
    double *mean; /* n x CONTROL_PRODUCTS: expectations, if there are filters */
};

/* The time averages of a lane's x, x^2 and products and, if they are wanted, states. */
struct averages {
    double x, square, product[CONTROL_PRODUCTS], state[CONTROL_STATES];
};

static void averages_of(const struct ensemble_view *view, const struct unit *unit,
                        const double *scratch, size_t tile, int lane, bool states,
                        struct averages *of)
{
    const struct ensemble *ensemble = view->ensemble;
    const double *sum = scratch + 2 * tile * LANES + lane;
    const double per_step = 1 / (double)(unit->chains.steps - unit->chains.burn_in);
    of->x = sum[0] * per_step;
    of->square = sum[LANES] * per_step;
    if (!ensemble->control)
        return;
    const struct filters *filters =
        &ensemble->control[layout_mode(unit, tile, lane)].filters;
    for (int p = 0; p < filters_products(filters); p++)
        of->product[p] = sum[(2 + p) * LANES] * per_step;
    if (states)
        ensemble_lanes_sums(filters, ensemble->rule->kind->samples, sum + 2 * LANES,
                            of->state);
    for (int s = 0; states && s < filters->states; s++)
        of->state[s] *= per_step;
}

/* Subtracts a mode's control variates from the averages of its theta and its square. */
static void subtract(const struct moments_context *own, const struct control *control,
                     size_t mode, const struct averages *of, double *theta,
                     double *square)
{
    const double *mean = own->mean + mode * CONTROL_PRODUCTS;
    for (int p = 0; p < filters_products(&control->filters); p++)
        *square -= control->coefficient[p] * (of->product[p] - mean[p]);
    for (int s = 0; own->controlled_theta && s < control->filters.states; s++)
        *theta -= control->of_mean[s] * of->state[s];
}

static void moments_take(void *context, const struct ensemble_view *view,
                         const struct unit *unit, const double *scratch)
{
    const struct moments_context *own = context;
    for (size_t i = 0; i < unit->tiles; i++)
        for (int lane = 0; lane < unit->lanes; lane++) {
            const size_t mode = layout_mode(unit, i, lane);
            const double scale = view->scale[mode];
            struct averages of = {.x = 0};
            averages_of(view, unit, scratch, i, lane, own->controlled_theta, &of);
            double theta = view->mean[mode] + scale * of.x;
            double square = scale * scale * of.square;
            moments_add(&own->theta[mode], theta);
            moments_add(&own->square[mode], square);
            if (own->mean)
                subtract(own, &view->ensemble->control[mode], mode, &of, &theta,
                         &square);
            if (own->controlled)
                moments_add(&own->controlled[mode], square);
            if (own->controlled_theta)
                moments_add(&own->controlled_theta[mode], theta);
        }
}

/* The number of rows of 64 that a unit's moments and filters take. */
static size_t moments_rows(const struct ensemble *ensemble, bool sums)
{
    const size_t n = ensemble->problem->n;
    if (problem_is_coupled(ensemble->problem))
        return 2 * n;
    int most = 0;
    for (size_t i = 0; ensemble->control && i < n; i++) {
        const int products = filters_products(&ensemble->control[i].filters);
        most = products > most ? products : most;
    }
    return 2 + (sums ? (size_t)FILTER_ROWS : (size_t)most);
}

int ensemble_moments_of_both(const struct ensemble *ensemble,
                             const struct chains *chains, struct moments *theta,
                             struct moments *square, struct moments *controlled_theta,
                             struct moments *controlled, struct error *error)
{
    const size_t n = ensemble->problem->n, size = n * sizeof *theta;
    const bool coupled = problem_is_coupled(ensemble->problem);
    const bool sums = controlled_theta && ensemble->control;
    struct moments_context context = {theta, square, controlled_theta, controlled,
                                      NULL};
    const struct session_block blocks[] = {
        {theta, size, SESSION_MOMENTS},
        {square, size, SESSION_MOMENTS},
        {controlled, controlled ? size : 0, SESSION_MOMENTS},
        {controlled_theta, controlled_theta ? size : 0, SESSION_MOMENTS},
        SESSION_END};
    const struct observer observer = {
        .name = "moments",
        .scratch_size = LANES * moments_rows(ensemble, sums),
        .merge = moments_take,
        .control_row = 2,
        .sums = sums,
        .context = &context,
        .blocks = blocks,
    };
    memset(theta, 0, size);
    memset(square, 0, size);
    if (controlled)
        memset(controlled, 0, size);
    if (controlled_theta)
        memset(controlled_theta, 0, size);
    if (ensemble->control && controlled) {
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

int ensemble_moments(const struct ensemble *ensemble, const struct chains *chains,
                     struct moments *theta, struct moments *square,
                     struct moments *controlled, struct error *error)
{
    return ensemble_moments_of_both(ensemble, chains, theta, square, NULL, controlled,
                                    error);
}

static void squares_take(void *context, const struct ensemble_view *view,
                         const struct unit *unit, const double *scratch)
{
    struct skewed_moments *square = context;
    for (size_t i = 0; i < unit->tiles; i++)
        for (int lane = 0; lane < unit->lanes; lane++) {
            const double scale = view->scale[i];
            struct averages of = {.x = 0};
            averages_of(view, unit, scratch, i, lane, false, &of);
            skewed_moments_add(&square[i], scale * scale * of.square);
        }
}

int ensemble_squares(const struct ensemble *ensemble, struct chains chains,
                     struct skewed_moments *square, struct error *error)
{
    const size_t n = ensemble->problem->n;
    const struct session_block blocks[] = {
        {square, n * sizeof *square, SESSION_SKEWED_MOMENTS}, SESSION_END};
    const struct observer observer = {
        .name = "squares",
        .scratch_size = LANES * 2 * n,
        .merge = squares_take,
        .context = square,
        .blocks = blocks,
    };
    memset(square, 0, n * sizeof *square);
    return ensemble_run(ensemble, true, &chains, &observer, error);
}

struct fit_context {
    struct control_fit *square;
    struct comoments *theta; /* NULL: not wanted */
};

static void fit_take(void *context, const struct ensemble_view *view,
                     const struct unit *unit, const double *scratch)
{
    const struct fit_context *fit = context;
    for (int lane = 0; lane < unit->lanes; lane++) {
        const size_t mode = layout_mode(unit, 0, lane);
        const struct filters *filters = &view->ensemble->control[mode].filters;
        const double scale = view->scale[mode];
        struct averages of = {.x = 0};
        averages_of(view, unit, scratch, 0, lane, fit->theta, &of);
        control_fit_add(&fit->square[mode], filters_products(filters), of.product,
                        scale * scale * of.square);
        if (!fit->theta)
            continue;
        double number[CONTROL_STATES + 1];
        memcpy(number, of.state, sizeof of.state);
        number[filters->states] = scale * of.x;
        comoments_add(&fit->theta[mode], filters->states + 1, number);
    }
}

int ensemble_control_fit(const struct ensemble *ensemble, const struct chains *chains,
                         struct control_fit *fit, struct comoments *theta_fit,
                         struct error *error)
{
    const size_t n = ensemble->problem->n;
    struct fit_context context = {fit, theta_fit};
    const struct session_block blocks[] = {
        {fit, n * sizeof *fit, SESSION_CONTROL_FIT},
        {theta_fit, theta_fit ? n * sizeof *theta_fit : 0, SESSION_COMOMENTS},
        SESSION_END};
    const struct observer observer = {
        .name = "control",
        .scratch_size = LANES * moments_rows(ensemble, theta_fit),
        .merge = fit_take,
        .control_row = 2,
        .sums = theta_fit,
        .context = &context,
        .blocks = blocks,
    };
    memset(fit, 0, n * sizeof *fit);
    if (theta_fit)
        memset(theta_fit, 0, n * sizeof *theta_fit);
    return ensemble_run(ensemble, false, chains, &observer, error);
}

/* --- covariance ------------------------------------------------------------------- */

struct covariance_context {
    struct moments *pair;
    struct covariance_groups *groups;
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
    for (int lane = 0; lane < unit->lanes; lane++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) {
                const size_t pair = ensemble_pair(n, i, j);
                const double scale = view->scale[i] * view->scale[j];
                const double value =
                    scale * (scratch[pair * LANES + (size_t)lane] / recorded);
                moments_add(&own->pair[pair], value);
                covariance_groups_add(own->groups, unit->chain[lane], pairs, pair,
                                      value);
            }
}

int ensemble_covariance(const struct ensemble *ensemble, struct chains chains,
                        struct moments *pair, struct covariance_groups *groups,
                        struct error *error)
{
    const size_t n = ensemble->problem->n, pairs = n * (n + 1) / 2;
    struct covariance_context context = {pair, groups};
    int status = covariance_groups_init(groups, chains.count, pairs, error);
    memset(pair, 0, pairs * sizeof *pair);
    const struct session_block blocks[] = {
        {pair, pairs * sizeof *pair, SESSION_MOMENTS},
        covariance_groups_block(groups, pairs),
        SESSION_END};
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
    if (status == STATUS_OK)
        covariance_groups_finish(groups, pair[0].count, chains.count, pairs);
    return status;
}

/* --- trajectories ----------------------------------------------------------------- */

struct trajectory_context {
    uint64_t steps, every, records;
    size_t state; /* where in scratch the averages so far are, 64 a tile */
    double *out;
    uint64_t *done; /* complete chains; a chain is complete with its last mode */
};

uint64_t ensemble_records(uint64_t steps, uint64_t every)
{
    return 1 + steps / every + (steps % every != 0);
}

/* Replaces theta after one step, 64 numbers of a tile, by its average so far; x gets
 * what is recorded. */
static const double *trajectory_average(const struct ensemble_view *view,
                                        const struct unit *unit, uint64_t step,
                                        size_t tile, const double *theta, double *state,
                                        double *x)
{
    const struct average *average = view->ensemble->average;
    if (!average)
        return theta;
    if (step == 1)
        ensemble_average_start(view, unit, tile, state);
    ensemble_average_add(average, step, theta, state);
    for (int lane = 0; lane < LANES; lane++)
        x[lane] = ensemble_average_value(average, step, theta[lane], state[lane]);
    return x;
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
        const bool recorded = step % own->every == 0 || step == own->steps;
        const uint64_t record =
            step % own->every == 0 ? step / own->every : own->records - 1;
        for (size_t i = 0; i < unit->tiles; i++) {
            double so_far[LANES];
            const double *x = trajectory_average(
                view, unit, step, i, trajectory + i * tile + k * LANES,
                scratch + own->state + i * LANES, so_far);
            for (int lane = 0; recorded && lane < unit->lanes; lane++)
                scratch[((size_t)lane * unit->tiles + i) * own->records + record] =
                    x[lane];
        }
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
    const size_t state = (lanes < LANES ? lanes : LANES) * tiles * records;
    struct trajectory_context context = {steps, every, records, state, out, &done};
    const struct session_block blocks[] = {
        {out, wanted * records * n * sizeof *out, SESSION_REALS},
        {&done, sizeof done, SESSION_COUNTS},
        SESSION_END};
    const struct observer observer = {
        .name = "trajectory",
        .scratch_size = state + (ensemble->average ? tiles * LANES : 0),
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
