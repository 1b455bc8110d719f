/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble_pairs.h"

#include "base/interrupt.h"
#include "engine/ensemble_run.h"

#include <stdlib.h>
#include <string.h>

enum { LANES = RULE_LANES };

/* The number of the product of state r of mode i and state s of mode j. */
static int number_of(const struct control *control, size_t i, int r, size_t j, int s)
{
    return i == j ? s * (s + 1) / 2 + r : r * control[j].filters.states + s;
}

int ensemble_pairs_products(const struct control *control, size_t i, size_t j)
{
    return i == j ? filters_products(&control[i].filters)
                  : control[i].filters.states * control[j].filters.states;
}

int ensemble_pairs_most(const struct control *control, size_t n)
{
    int most = 0, states = 0;
    for (size_t i = 0; i < n; i++) {
        const int own = control[i].filters.states;
        most = filters_products(&control[i].filters) > most
                   ? filters_products(&control[i].filters)
                   : most;
        /* Two different modes. */
        if (i > 0)
            most = own * states > most ? own * states : most;
        states = own > states ? own : states;
    }
    return most;
}

/* Rows of 64 sums a pair of modes: that of the product of both thetas, and those of the
 * products of states. */
static size_t rows_of(const struct ensemble *ensemble)
{
    return 1 + (size_t)ensemble_pairs_most(ensemble->control, ensemble->problem->n);
}

double ensemble_pairs_bytes(const struct control *control, size_t n)
{
    const double pairs = (double)n * (double)(n + 1) / 2;
    return pairs * LANES * sizeof(double) * (1 + ensemble_pairs_most(control, n));
}

/* What both observers are told. */
struct pairs_context {
    size_t rows;
    struct control_fit *fit; /* of a pilot */
    struct moments *plain, *controlled;
    struct covariance_groups *groups;
    double *mean; /* CONTROL_PAIR_PRODUCTS a pair: expectations */
};

static void pairs_observe(void *context, const struct ensemble_view *view,
                          const struct unit *unit, uint64_t first, size_t steps,
                          const double *trajectory, double *scratch)
{
    const struct ensemble *ensemble = view->ensemble;
    const struct control *control = ensemble->control;
    const size_t n = unit->tiles, tile = view->block_steps * LANES;
    const double *states = trajectory + n * tile;
    const size_t size = LANES * ((const struct pairs_context *)context)->rows;
    (void)first;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double *rows = scratch + ensemble_pair(n, i, j) * size;
            ensemble->kernels->observe_product(steps, trajectory + i * tile,
                                               trajectory + j * tile, rows);
            for (int r = 0; r < control[i].filters.states; r++)
                for (int s = i == j ? r : 0; s < control[j].filters.states; s++)
                    ensemble->kernels->observe_product(
                        steps, states + (i * CONTROL_STATES + (size_t)r) * tile,
                        states + (j * CONTROL_STATES + (size_t)s) * tile,
                        rows + (1 + number_of(control, i, r, j, s)) * LANES);
        }
}

/* The time averages of a lane's products, and that of the product of both thetas. */
static double averages_of(const struct pairs_context *own,
                          const struct ensemble_view *view, const struct unit *unit,
                          const double *scratch, int lane, size_t i, size_t j,
                          double *average)
{
    const size_t pair = ensemble_pair(unit->tiles, i, j);
    const double *row = scratch + pair * own->rows * LANES + lane;
    const double per_step = 1 / (double)(unit->chains.steps - unit->chains.burn_in);
    const int products = ensemble_pairs_products(view->ensemble->control, i, j);
    for (int p = 0; p < products; p++)
        average[p] = row[(1 + p) * LANES] * per_step;
    return view->scale[i] * view->scale[j] * (row[0] * per_step);
}

static int pairs_run(const struct ensemble *ensemble, const char *name,
                     struct chains chains,
                     void (*merge)(void *context, const struct ensemble_view *view,
                                   const struct unit *unit, const double *scratch),
                     struct pairs_context *context, const struct session_block *blocks,
                     struct error *error)
{
    const size_t n = ensemble->problem->n;
    const struct observer observer = {
        .name = name,
        .scratch_size = n * (n + 1) / 2 * rows_of(ensemble) * LANES,
        .observe = pairs_observe,
        .merge = merge,
        .context = context,
        .blocks = blocks,
    };
    context->rows = rows_of(ensemble);
    return ensemble_run(ensemble, true, &chains, &observer, error);
}

/* --- the pilot -------------------------------------------------------------------- */

static void fit_take(void *context, const struct ensemble_view *view,
                     const struct unit *unit, const double *scratch)
{
    const struct pairs_context *own = context;
    const size_t n = unit->tiles;
    for (int lane = 0; lane < unit->lanes; lane++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) {
                double average[CONTROL_PAIR_PRODUCTS] = {0};
                const double value =
                    averages_of(own, view, unit, scratch, lane, i, j, average);
                control_fit_add(&own->fit[ensemble_pair(n, i, j)],
                                ensemble_pairs_products(view->ensemble->control, i, j),
                                average, value);
            }
}

int ensemble_pairs_fit(const struct ensemble *ensemble, struct chains chains,
                       struct control_fit *fit, struct error *error)
{
    const size_t n = ensemble->problem->n, size = n * (n + 1) / 2 * sizeof *fit;
    struct pairs_context context = {.fit = fit};
    const struct session_block blocks[] = {{fit, size, SESSION_CONTROL_FIT},
                                           SESSION_END};
    memset(fit, 0, size);
    return pairs_run(ensemble, "pairs control", chains, fit_take, &context, blocks,
                     error);
}

/* --- the sampling run ------------------------------------------------------------- */

static void pairs_take(void *context, const struct ensemble_view *view,
                       const struct unit *unit, const double *scratch)
{
    const struct pairs_context *own = context;
    const struct ensemble *ensemble = view->ensemble;
    const size_t n = unit->tiles;
    for (int lane = 0; lane < unit->lanes; lane++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) {
                const size_t pair = ensemble_pair(n, i, j);
                const double *coefficient = ensemble->pairs[pair].coefficient;
                const double *mean = own->mean + pair * CONTROL_PAIR_PRODUCTS;
                double average[CONTROL_PAIR_PRODUCTS] = {0};
                double value =
                    averages_of(own, view, unit, scratch, lane, i, j, average);
                moments_add(&own->plain[pair], value);
                for (int p = 0; p < ensemble_pairs_products(ensemble->control, i, j);
                     p++)
                    value -= coefficient[p] * (average[p] - mean[p]);
                moments_add(&own->controlled[pair], value);
                covariance_groups_add(own->groups, unit->chain[lane], n * (n + 1) / 2,
                                      pair, value);
            }
}

/* Sets the products' expectations. The filters read what drives the modes: dense noise
 * or else, of each mode, normal numbers of its own. */
static void find_means(const struct ensemble *ensemble, struct chains chains,
                       double *mean)
{
    const struct problem *problem = ensemble->problem;
    const size_t n = problem->n;
    const int samples = ensemble->rule->kind->samples;
    for (size_t i = 0; i < n && !interrupt_pending(); i++)
        for (size_t j = i; j < n; j++) {
            const struct filters *a = &ensemble->control[i].filters,
                                 *b = &ensemble->control[j].filters;
            const double noise = problem->dense ? problem_noise(problem, i, j)
                                 : i == j       ? 1
                                                : 0;
            double *own = mean + ensemble_pair(n, i, j) * CONTROL_PAIR_PRODUCTS;
            if (i != j) {
                filters_pair_mean(a, b, samples, noise, chains.burn_in, chains.steps,
                                  own);
                continue;
            }
            filters_mean(a, samples, chains.burn_in, chains.steps, own);
            for (int p = 0; p < filters_products(a); p++)
                own[p] *= noise;
        }
}

int ensemble_pairs_covariance(const struct ensemble *ensemble, struct chains chains,
                              struct moments *plain, struct moments *controlled,
                              struct covariance_groups *groups, struct error *error)
{
    const size_t n = ensemble->problem->n, pairs = n * (n + 1) / 2;
    struct pairs_context context = {
        .plain = plain,
        .controlled = controlled,
        .groups = groups,
        .mean = malloc(pairs * CONTROL_PAIR_PRODUCTS * sizeof(double))};
    int status = covariance_groups_init(groups, chains.count, pairs, error);
    if (!context.mean)
        status = error_memory(error, "the control variates");
    const struct session_block blocks[] = {
        {plain, pairs * sizeof *plain, SESSION_MOMENTS},
        {controlled, pairs * sizeof *controlled, SESSION_MOMENTS},
        covariance_groups_block(groups, pairs),
        SESSION_END};
    memset(plain, 0, pairs * sizeof *plain);
    memset(controlled, 0, pairs * sizeof *controlled);
    if (status == STATUS_OK) {
        find_means(ensemble, chains, context.mean);
        status =
            pairs_run(ensemble, "pairs", chains, pairs_take, &context, blocks, error);
    }
    if (status == STATUS_OK)
        covariance_groups_finish(groups, plain[0].count, chains.count, pairs);
    free(context.mean);
    return status;
}
