/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble_phases.h"

#include "engine/ensemble_run.h"

#include <string.h>

enum { LANES = RULE_LANES };

struct phases {
    bool pairs;
    uint64_t period;
    struct moments *out;
};

/* Adds the products of rows a and b of the trajectory to the sums of their phases. */
static void products_add(const struct phases *own, const struct ensemble_view *view,
                         uint64_t first, size_t steps, const double *a, const double *b,
                         double *sums)
{
    const struct kernels *kernels = view->ensemble->kernels;
    if (own->period == 1) {
        kernels->observe_product(steps, a, b, sums);
        return;
    }
    uint64_t phase = (first + 1) % own->period;
    for (size_t k = 0; k < steps; k++) {
        kernels->observe_product(1, a + k * LANES, b + k * LANES, sums + phase * LANES);
        phase = phase + 1 < own->period ? phase + 1 : 0;
    }
}

static void phases_observe(void *context, const struct ensemble_view *view,
                           const struct unit *unit, uint64_t first, size_t steps,
                           const double *trajectory, double *scratch)
{
    const struct phases *own = context;
    const size_t n = unit->tiles, tile = view->block_steps * LANES;
    const size_t row = own->period * LANES;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < (own->pairs ? n : i + 1); j++, k++)
            products_add(own, view, first, steps, trajectory + i * tile,
                         trajectory + j * tile, scratch + k * row);
}

/* How many of the recorded steps have this phase. */
static uint64_t records_of(const struct chains *chains, uint64_t period, uint64_t phase)
{
    const uint64_t after = period - 1 - phase;
    return (chains->steps + after + 1) / period -
           (chains->burn_in + after + 1) / period;
}

static void phases_take(void *context, const struct ensemble_view *view,
                        const struct unit *unit, const double *scratch)
{
    const struct phases *own = context;
    const size_t n = unit->tiles;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < (own->pairs ? n : i + 1); j++, k++)
            for (int lane = 0; lane < unit->lanes; lane++) {
                const size_t mode_i = own->pairs ? i : layout_mode(unit, i, lane);
                const size_t mode_j = own->pairs ? j : mode_i;
                const double scale = view->scale[mode_i] * view->scale[mode_j];
                struct moments *out =
                    own->out + (own->pairs ? k : mode_i) * own->period;
                for (uint64_t phase = 0; phase < own->period; phase++)
                    moments_add(
                        &out[phase],
                        scale *
                            (scratch[(k * own->period + phase) * LANES + (size_t)lane] /
                             (double)records_of(&unit->chains, own->period, phase)));
            }
}

int ensemble_phases(const struct ensemble *ensemble, bool pairs,
                    const struct chains *chains, uint64_t period, struct moments *out,
                    struct error *error)
{
    const size_t n = ensemble->problem->n;
    const bool coupled = pairs || problem_is_coupled(ensemble->problem);
    const size_t size = (pairs ? n * (n + 1) / 2 : n) * period;
    struct phases context = {pairs, period, out};
    const struct session_block blocks[] = {{out, size * sizeof *out, SESSION_MOMENTS},
                                           SESSION_END};
    const struct observer observer = {
        .name = pairs ? "phases of pairs" : "phases",
        .scratch_size = LANES * (coupled ? size : period),
        .observe = phases_observe,
        .merge = phases_take,
        .context = &context,
        .key = &context.period,
        .key_size = sizeof context.period,
        .blocks = blocks,
    };
    memset(out, 0, size * sizeof *out);
    return ensemble_run(ensemble, coupled, chains, &observer, error);
}
