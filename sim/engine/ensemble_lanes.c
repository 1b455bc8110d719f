/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble_lanes.h"

#include "engine/ensemble_run.h"

#include <string.h>

enum { LANES = RULE_LANES };

void ensemble_lanes_start(const struct ensemble *ensemble, const struct unit *unit,
                          size_t tile, struct control_lanes *lanes)
{
    memset(lanes, 0, sizeof *lanes);
    for (int lane = 0; lane < LANES; lane++) {
        const size_t mode = layout_mode(unit, tile, lane);
        const struct filters *own = &ensemble->control[mode].filters;
        for (int s = 0; s < own->states; s++)
            lanes->re[s][lane] = own->re[s];
        lanes->im[lane] = own->im;
        lanes->single[lane] = own->pair ? 0 : 1;
        lanes->states = own->states > lanes->states ? own->states : lanes->states;
        lanes->pair |= own->pair;
    }
}

static size_t samples_of(const struct ensemble *ensemble)
{
    return (size_t)ensemble->rule->kind->samples;
}

void ensemble_lanes_advance(const struct ensemble *ensemble, size_t steps,
                            const double *normal, struct control_lanes *lanes,
                            double *product)
{
    const size_t samples = samples_of(ensemble);
    if (lanes->states > 0)
        ensemble->kernels->control_advance(
            steps, samples * LANES, samples > 1 ? LANES : 0, normal, lanes, product);
}

void ensemble_lanes_late(const struct ensemble *ensemble, uint64_t from, uint64_t t,
                         size_t steps, const double *normal,
                         struct control_lanes *lanes, double *rows)
{
    const size_t stride = samples_of(ensemble) * LANES;
    const uint64_t before = from > t ? from - t : 0;
    const size_t early = before < steps ? (size_t)before : steps;
    double *sum = rows + (size_t)FILTER_NOISE * LANES;
    ensemble_lanes_advance(ensemble, early, normal, lanes, NULL);
    if (early > 0 && t + early == from)
        memcpy(rows + (size_t)FILTER_BEFORE * LANES, lanes->state, sizeof lanes->state);
    if (early == steps)
        return;
    ensemble_lanes_advance(ensemble, steps - early, normal + early * stride, lanes,
                           rows);
    for (size_t k = early; k < steps; k++)
        for (size_t i = 0; i < stride; i++)
            sum[i] += normal[k * stride + i];
    memcpy(rows + (size_t)FILTER_AFTER * LANES, lanes->state, sizeof lanes->state);
}

/* The sum of y_t = p y_{t-1} + xi_t is (sum of xi + p (y before - y after))/(1 - p). */
void ensemble_lanes_sums(const struct filters *filters, int samples, const double *rows,
                         double *sum)
{
    const double *noise = rows + (size_t)FILTER_NOISE * LANES;
    double moved[CONTROL_STATES] = {0};
    for (int s = 0; s < filters->states; s++) {
        const double p = filters->re[s];
        moved[s] = rows[(FILTER_BEFORE + s) * LANES] - rows[(FILTER_AFTER + s) * LANES];
        sum[s] = (noise[(samples > 1 ? s : 0) * LANES] + p * moved[s]) / (1 - p);
    }
    if (!filters->pair)
        return;
    const double re = filters->re[0], im = filters->im, rest = 1 - re;
    const double a = noise[0] + re * moved[0] - im * moved[1];
    const double b = re * moved[1] + im * moved[0];
    sum[0] = (a * rest - b * im) / (rest * rest + im * im);
    sum[1] = (b * rest + a * im) / (rest * rest + im * im);
}

void ensemble_lanes_record(const struct ensemble *ensemble, size_t steps,
                           const double *normal, struct control_lanes *lanes,
                           size_t stride, double *trajectory)
{
    const size_t samples = samples_of(ensemble);
    if (lanes->states > 0)
        ensemble->kernels->control_record(steps, samples * LANES,
                                          samples > 1 ? LANES : 0, normal, lanes,
                                          stride, trajectory);
}
