/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble_direction.h"

#include "engine/ensemble_lanes.h"
#include "engine/ensemble_run.h"
#include "rules/poles.h"

#include <string.h>

enum { LANES = RULE_LANES };

/* --- filters ---------------------------------------------------------------------- */

/* As far from 0 as poles_of rounds a pole of 0, on the other side. */
static const double next_to_0 = 0x1p-8;

/* The rule at curvature 0 without theta. */
static struct linear_system slots_of(const struct rule *rule)
{
    struct linear_system whole, slots;
    linear_system_probe(rule, 0, &whole);
    slots = (struct linear_system){
        .dim = whole.dim - 1, .samples = whole.samples, .roundoff = whole.roundoff};
    for (int r = 0; r < slots.dim; r++) {
        for (int c = 0; c < slots.dim; c++) {
            slots.e[r * slots.dim + c] = whole.e[(r + 1) * whole.dim + c + 1];
            slots.slack[r * slots.dim + c] = whole.slack[(r + 1) * whole.dim + c + 1];
        }
        for (int k = 0; k < slots.samples; k++)
            slots.b[k][r] = whole.b[k][r + 1];
    }
    return slots;
}

int direction_control_init(struct direction_control *control, const struct rule *rule,
                           struct error *error)
{
    struct filters *filters = &control->filters;
    const struct linear_system slots = slots_of(rule);
    struct pole pole[LINEAR_STATE];
    int count = 0;
    memset(control, 0, sizeof *control);
    if (slots.samples > CONTROL_STATES)
        return STATUS_OK;
    if (slots.samples == 1 && slots.dim > 0) {
        const int status = poles_of(&slots, pole, &count, error);
        if (status != STATUS_OK)
            return status;
    }
    for (int k = 0; k < count; k++) {
        if (pole[k].im != 0) {
            memset(control, 0, sizeof *control);
            return STATUS_OK;
        }
        const int known = filters->states;
        const bool again = known > 0 && filters->re[known - 1] == pole[k].re;
        if (!again && known + 1 < CONTROL_STATES)
            filters->re[filters->states++] = pole[k].re;
    }
    /* The noise itself, beside its last value, makes a product of both. */
    if (slots.samples == 1 && filters->states == 0)
        filters->re[filters->states++] = -next_to_0;
    for (int s = 0; s < slots.samples; s++)
        filters->re[filters->states++] = next_to_0;
    return STATUS_OK;
}

/* --- control variates of a chain -------------------------------------------------- */

/* The control variates of each quantity, or their expectations. */
struct variates {
    double of[DIRECTION_QUANTITIES][CONTROL_PRODUCTS];
};

/* A chain's, from its column of FILTER_ROWS rows, whose sums begin with the third
 * recorded theta, at the second direction. DIRECTION_LAG1 begins there too; for the
 * others the first direction is added. */
static void variates_of(const struct filters *filters, int samples, double count,
                        const double *rows, struct variates *variates)
{
    const double *before = rows + FILTER_BEFORE * LANES;
    double sum[CONTROL_STATES] = {0};
    memset(variates, 0, sizeof *variates);
    if (count > 1)
        ensemble_lanes_sums(filters, samples, rows, sum);
    for (int s = 0; s < filters->states; s++) {
        sum[s] += before[s * LANES];
        variates->of[DIRECTION_MEAN][s] = sum[s] / count;
    }
    for (int s = 0, p = 0; s < filters->states; s++)
        for (int r = 0; r <= s; r++, p++) {
            const double later = rows[(FILTER_PRODUCTS + p) * LANES];
            const double first = before[r * LANES] * before[s * LANES];
            variates->of[DIRECTION_VARIANCE][p] = (later + first) / count;
            if (count > 1)
                variates->of[DIRECTION_LAG1][p] = later / (count - 1);
            variates->of[DIRECTION_LONG_RUN][p] = sum[r] * sum[s] / count;
        }
}

static void variates_mean(const struct filters *filters, int samples,
                          const struct chains *chains, struct variates *mean)
{
    memset(mean, 0, sizeof *mean);
    filters_mean(filters, samples, chains->burn_in + 1, chains->steps,
                 mean->of[DIRECTION_VARIANCE]);
    if (chains->burn_in + 2 < chains->steps)
        filters_mean(filters, samples, chains->burn_in + 2, chains->steps,
                     mean->of[DIRECTION_LAG1]);
    filters_sums_mean(filters, samples, chains->burn_in + 1, chains->steps,
                      mean->of[DIRECTION_LONG_RUN]);
}

/* --- observing -------------------------------------------------------------------- */

struct direction_context {
    double mean;
    struct direction *direction;
    const struct direction_control *control; /* NULL: none */
    struct variates expected;
    struct control_fit *fit; /* of each quantity, for a pilot; else NULL */
};

static void direction_observe(void *context, const struct ensemble_view *view,
                              const struct unit *unit, uint64_t first, size_t steps,
                              const double *trajectory, double *scratch)
{
    const struct direction_context *own = context;
    const struct ensemble *ensemble = view->ensemble;
    const double scale = view->scale[0];
    double scalar[RULE_MAX_SCALARS];
    for (size_t k = 0; k < steps; k++) {
        /* A direction needs two recorded thetas, so the first gives none. */
        const double use = first + k > unit->chains.burn_in ? 1 : 0;
        ensemble->rule->kind->scalars(ensemble->rule, first + k, scalar);
        ensemble->kernels->observe_direction(
            trajectory + k * LANES, scale / scalar[RULE_RATE], own->mean, use, scratch);
    }
}

/* Subtracts the control variates of a chain from its values. */
static void control_values(const struct direction_context *own,
                           const struct variates *variates, double *values)
{
    const int products = filters_products(&own->control->filters);
    for (int q = 0; q < DIRECTION_QUANTITIES; q++)
        for (int p = 0; p < products; p++)
            values[q] -= own->control->coefficient[q][p] *
                         (variates->of[q][p] - own->expected.of[q][p]);
}

static void direction_take(void *context, const struct ensemble_view *view,
                           const struct unit *unit, const double *scratch)
{
    const struct direction_context *own = context;
    const double count = (double)(unit->chains.steps - unit->chains.burn_in) - 1;
    const int samples = view->ensemble->rule->kind->samples;
    for (int lane = 0; lane < unit->lanes; lane++) {
        const double *chain = scratch + lane;
        double values[DIRECTION_QUANTITIES] = {
            [DIRECTION_MEAN] = own->mean + chain[OBSERVE_SUM * LANES] / count,
            [DIRECTION_VARIANCE] = chain[OBSERVE_SQUARE * LANES] / count,
            [DIRECTION_LAG1] =
                count > 1 ? chain[OBSERVE_LAG1 * LANES] / (count - 1) : 0,
            [DIRECTION_LONG_RUN] =
                chain[OBSERVE_SUM * LANES] * chain[OBSERVE_SUM * LANES] / count,
        };
        struct variates variates = {{{0}}};
        if (own->control)
            variates_of(&own->control->filters, samples, count,
                        chain + OBSERVE_DIRECTION_SUMS * LANES, &variates);
        for (int q = 0; own->fit && q < DIRECTION_QUANTITIES; q++)
            control_fit_add(&own->fit[q], filters_products(&own->control->filters),
                            variates.of[q], values[q]);
        comoments_add(&own->direction->plain, DIRECTION_QUANTITIES, values);
        if (own->control)
            control_values(own, &variates, values);
        comoments_add(&own->direction->comoments, DIRECTION_QUANTITIES, values);
    }
}

static int direction_run(const struct ensemble *ensemble, struct chains chains,
                         struct direction_context *context, struct error *error)
{
    const struct direction_control *control = context->control;
    struct direction *direction = context->direction;
    struct ensemble filtered = *ensemble;
    struct control shown = {0};
    const struct session_block blocks[] = {
        {&direction->comoments, sizeof direction->comoments, SESSION_COMOMENTS},
        {&direction->plain, sizeof direction->plain, SESSION_COMOMENTS},
        {context->fit, context->fit ? DIRECTION_QUANTITIES * sizeof *context->fit : 0,
         SESSION_CONTROL_FIT},
        SESSION_END};
    struct observer observer = {
        .name = "direction",
        .scratch_size = OBSERVE_DIRECTION_SUMS * LANES,
        .observe = direction_observe,
        .merge = direction_take,
        .context = context,
        .blocks = blocks,
    };
    *direction = (struct direction){.count = chains.steps - chains.burn_in - 1};
    if (control) {
        shown.filters = control->filters;
        filtered.control = &shown;
        observer.scratch_size += FILTER_ROWS * LANES;
        observer.late = 2;
        observer.control_row = OBSERVE_DIRECTION_SUMS;
        observer.key = control;
        observer.key_size = sizeof *control;
        variates_mean(&control->filters, ensemble->rule->kind->samples, &chains,
                      &context->expected);
    }
    return ensemble_run(&filtered, false, &chains, &observer, error);
}

int ensemble_direction(const struct ensemble *ensemble, struct chains chains,
                       double mean, const struct direction_control *control,
                       struct direction *direction, struct error *error)
{
    struct direction_context context = {
        .mean = mean, .direction = direction, .control = control};
    return direction_run(ensemble, chains, &context, error);
}

int ensemble_direction_fit(const struct ensemble *ensemble, struct chains chains,
                           double mean, struct direction_control *control,
                           double residual[DIRECTION_QUANTITIES], struct error *error)
{
    struct direction direction;
    struct control_fit fit[DIRECTION_QUANTITIES] = {{0}};
    struct direction_context context = {
        .mean = mean, .direction = &direction, .control = control, .fit = fit};
    struct ensemble pilot = *ensemble;
    pilot.pilot = true;
    const int status = direction_run(&pilot, chains, &context, error);
    for (int q = 0; status == STATUS_OK && q < DIRECTION_QUANTITIES; q++) {
        struct control solved = {.filters = control->filters};
        control_fit_solve(&fit[q], &solved, &residual[q]);
        memcpy(control->coefficient[q], solved.coefficient, sizeof solved.coefficient);
    }
    return status;
}
