/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble_average.h"

#include <string.h>

enum { LANES = RULE_LANES };

/* --- one tile --------------------------------------------------------------------- */

void ensemble_average_start(const struct ensemble_view *view, const struct unit *unit,
                            size_t tile, double *state)
{
    const struct ensemble *ensemble = view->ensemble;
    for (int lane = 0; lane < LANES; lane++) {
        const size_t mode = layout_mode(unit, tile, lane);
        const double x =
            (ensemble->problem->start[mode] - view->mean[mode]) / view->scale[mode];
        state[lane] = ensemble->average->kind == AVERAGE_EMA ? x : 0;
    }
}

void ensemble_average_add(const struct average *average, uint64_t step, const double *x,
                          double *state)
{
    if (average->kind == AVERAGE_EMA) {
        const double rate = average->rate;
        for (int lane = 0; lane < LANES; lane++)
            state[lane] += rate * (x[lane] - state[lane]);
    } else if (step > average->from) {
        for (int lane = 0; lane < LANES; lane++)
            state[lane] += x[lane];
    }
}

double ensemble_average_value(const struct average *average, uint64_t step, double x,
                              double state)
{
    if (average->kind == AVERAGE_EMA)
        return state;
    return step > average->from ? state / (double)(step - average->from) : x;
}

/* --- moments over chains ---------------------------------------------------------- */

struct averages_context {
    struct moments *theta, *square, *pair; /* pair may be NULL */
};

static void averages_observe(void *context, const struct ensemble_view *view,
                             const struct unit *unit, uint64_t first, size_t steps,
                             const double *trajectory, double *scratch)
{
    const struct average *average = view->ensemble->average;
    (void)context;
    for (size_t i = 0; i < unit->tiles; i++) {
        double *state = scratch + i * LANES;
        const double *x = trajectory + i * view->block_steps * LANES;
        if (first == unit->chains.burn_in)
            ensemble_average_start(view, unit, i, state);
        for (size_t k = 0; k < steps; k++)
            ensemble_average_add(average, first + k + 1, x + k * LANES, state);
    }
}

/* A lane's average of a tile minus the mode's mean, when the unit is complete. */
static double distance_of(const struct ensemble_view *view, const struct unit *unit,
                          const double *scratch, size_t tile, int lane)
{
    return view->scale[layout_mode(unit, tile, lane)] *
           ensemble_average_value(view->ensemble->average, unit->chains.steps, 0,
                                  scratch[tile * LANES + (size_t)lane]);
}

static void averages_take(void *context, const struct ensemble_view *view,
                          const struct unit *unit, const double *scratch)
{
    const struct averages_context *own = context;
    const size_t n = unit->tiles;
    for (int lane = 0; lane < unit->lanes; lane++)
        for (size_t i = 0; i < n; i++) {
            const size_t mode = layout_mode(unit, i, lane);
            const double x = distance_of(view, unit, scratch, i, lane);
            moments_add(&own->theta[mode], view->mean[mode] + x);
            moments_add(&own->square[mode], x * x);
            for (size_t j = i; own->pair && j < n; j++)
                moments_add(&own->pair[ensemble_pair(n, i, j)],
                            x * distance_of(view, unit, scratch, j, lane));
        }
}

int ensemble_averages(const struct ensemble *ensemble, const struct chains *chains,
                      struct moments *theta, struct moments *square,
                      struct moments *pair, struct error *error)
{
    const size_t n = ensemble->problem->n, size = n * sizeof *theta;
    const bool coupled = pair || problem_is_coupled(ensemble->problem);
    struct averages_context context = {theta, square, pair};
    const struct session_block blocks[] = {
        {theta, size, SESSION_MOMENTS},
        {square, size, SESSION_MOMENTS},
        {pair, pair ? n * (n + 1) / 2 * sizeof *pair : 0, SESSION_MOMENTS},
        SESSION_END};
    const struct {
        uint64_t kind, from;
        double rate;
    } key = {(uint64_t)ensemble->average->kind, ensemble->average->from,
             ensemble->average->rate};
    const struct observer observer = {
        .name = pair ? "averages of pairs" : "averages",
        .scratch_size = LANES * (coupled ? n : 1),
        .observe = averages_observe,
        .merge = averages_take,
        .context = &context,
        .key = &key,
        .key_size = sizeof key,
        .blocks = blocks,
    };
    memset(theta, 0, size);
    memset(square, 0, size);
    if (pair)
        memset(pair, 0, n * (n + 1) / 2 * sizeof *pair);
    return ensemble_run(ensemble, coupled, chains, &observer, error);
}
