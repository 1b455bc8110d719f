/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/fixed_control.h"

#include "base/interrupt.h"
#include "rules/poles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How much more variance the coefficients of a pilot may leave over other chains. */
static const double fitted = 1.3;

/* The pole of a mode that does not settle, for chains of `step` steps: rounded to a
 * part of its distance from 1 that the steps hardly see, so that what it leaves is
 * still a statistic. Beyond the range of numbers it is 0. */
static double outer_pole(double margin, uint64_t step)
{
    const double share = fmax(0x1p-8 / (double)step, 0x1p-44);
    const double pole = 1 - floor(margin / share + 0.5) * share - share / 2;
    return (pole - 1) * (double)step < 100 ? pole : 0;
}

static int set_filters(const struct rule *rule, double h, uint64_t step,
                       struct filters *filters, struct error *error)
{
    struct linear_system system;
    struct pole pole[LINEAR_STATE];
    double margin = 0;
    int count = 0;
    memset(filters, 0, sizeof *filters);
    linear_system_probe(rule, h, &system);
    int status = linear_system_margin(&system, &margin, error);
    if (status == STATUS_OK && margin > 0)
        return filters_of(&system, filters, error);
    if (status == STATUS_OK)
        status = poles_of(&system, pole, &count, error);
    const double outer = outer_pole(margin, step);
    if (status != STATUS_OK || outer == 0 || h > 0 || system.samples > CONTROL_STATES)
        return status;
    for (int s = 0; s < system.samples; s++)
        filters->re[filters->states++] = outer;
    for (int k = 0; system.samples == 1 && k < count; k++)
        if (pole[k].im == 0 && filters->states < CONTROL_STATES)
            filters->re[filters->states++] = pole[k].re;
    return STATUS_OK;
}

/* The chains that reach the target with these variances of one chain. */
static double wanted_chains(const struct fixed_target *target, double square,
                            double mean)
{
    const double of_square = square / target->square / target->square;
    const double of_mean = mean / target->mean / target->mean;
    return fmax(fitted * fmax(of_square, of_mean), FIXED_CHAINS);
}

/* Takes the coefficients of one mode, or leaves it without. */
static void plan_mode(const struct sampling *sampling, const struct control_fit *fit,
                      const struct comoments *theta, const struct fixed_target *target,
                      struct chains *chains, struct control *control)
{
    double square = NAN, mean = NAN;
    control_fit_solve(fit, control, &square);
    control_fit_mean(theta, control, &mean);
    const double wanted = wanted_chains(target, square, mean);
    if (sampling->chains > 0 && isfinite(square) && isfinite(mean))
        return;
    /* The filters take as long as the rule, about. */
    if (sampling->chains == 0 && isfinite(wanted) &&
        2 * (wanted + FIXED_PILOT) < (double)chains->count) {
        chains->count = plan_power_of_two(wanted);
        return;
    }
    memset(control, 0, sizeof *control);
}

/* Runs the pilot. */
static int fit_modes(const struct sampling *sampling, const struct ensemble *ensemble,
                     const struct fixed_target *target, struct chains *chains,
                     struct control *control, bool *cut, struct error *error)
{
    const size_t n = ensemble->problem->n;
    struct ensemble pilot = *ensemble;
    struct session clock = session_clock(sampling->session);
    struct chains *few = calloc(n, sizeof *few);
    struct control_fit *fit = malloc(n * sizeof *fit);
    struct comoments *theta = malloc(n * sizeof *theta);
    int status = few && fit && theta ? STATUS_OK : error_memory(error, "the pilot");
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; i < n; i++) {
        few[i] = chains[i];
        few[i].count = control[i].filters.states > 0 ? FIXED_PILOT : 0;
    }
    pilot.pilot = true;
    pilot.session = &clock;
    pilot.control = control;
    status = ensemble_control_fit(&pilot, few, fit, theta, error);
    *cut = session_was_cut(&clock);
    for (size_t i = 0; status == STATUS_OK && !*cut && i < n; i++) {
        status = interrupt_check(error);
        if (few[i].count > 0)
            plan_mode(sampling, &fit[i], &theta[i], &target[i], &chains[i],
                      &control[i]);
    }
out:
    free(few);
    free(fit);
    free(theta);
    return status;
}

int fixed_control_plan(const struct sampling *sampling, const struct ensemble *ensemble,
                       const struct fixed_target *target, struct chains *chains,
                       struct control **control, struct error *error)
{
    const size_t n = ensemble->problem->n;
    bool cut = session_is_over(sampling->session), any = false;
    *control = NULL;
    if (cut)
        return STATUS_OK;
    struct control *own = calloc(n, sizeof *own);
    int status = own ? STATUS_OK : error_memory(error, "the control variates");
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        status = interrupt_check(error);
        if (status == STATUS_OK && target[i].square > 0 && target[i].mean > 0)
            status = set_filters(ensemble->rule, ensemble->problem->h[i],
                                 chains[i].steps, &own[i].filters, error);
        any |= own && own[i].filters.states > 0;
    }
    if (status == STATUS_OK && any)
        status = fit_modes(sampling, ensemble, target, chains, own, &cut, error);
    *control = own;
    if (status != STATUS_OK || !any || cut) {
        free(own);
        *control = NULL;
    }
    return status;
}
