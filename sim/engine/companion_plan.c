/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/companion_plan.h"

#include "base/interrupt.h"
#include "engine/companion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Modes between two looks at the clock. */
enum { TOGETHER = 64 };

/* The gain in variance below which filters cost more than they save. */
static const double LEAST_GAIN = 2;

bool companion_may(const struct sampling *sampling, const struct rule *rule,
                   const struct problem *problem)
{
    const uint64_t given = sampling->chains;
    return sampling->control == SAMPLING_CONTROL_AUTO &&
           (given == 0 || given >= PLAN_FEWEST) && !rule_has_law(rule) &&
           !problem_is_coupled(problem) && problem->train_size == 0;
}

bool companion_any(const struct control *control, size_t n)
{
    for (size_t i = 0; control && i < n; i++)
        if (control[i].filters.states > 0)
            return true;
    return false;
}

/* Idle threads would wait for the others in a loop. */
static int threads_for(const struct ensemble *ensemble, size_t modes)
{
    return modes < (size_t)ensemble->threads ? (int)modes : ensemble->threads;
}

/* Sets the filters of modes start .. end-1. */
static int find_filters(const struct ensemble *ensemble, struct chains chains,
                        size_t start, size_t end, struct control *control,
                        struct error *error)
{
    int status = STATUS_OK;
#pragma omp parallel for num_threads(threads_for(ensemble, end - start))               \
    schedule(dynamic)
    for (size_t i = start; i < end; i++) {
        struct linear_system system;
        struct error own;
        int found = companion_of(ensemble, i, chains, &system, &own);
        if (found == STATUS_OK)
            found = filters_of_companion(&system, &control[i].filters, &own);
        if (found == STATUS_SOFTWARE) { /* poles that are not found are no error */
            memset(&control[i], 0, sizeof control[i]);
            found = STATUS_OK;
        }
        if (found != STATUS_OK) {
#pragma omp critical(companion)
            {
                status = found;
                *error = own;
            }
        }
    }
    return status;
}

int companion_filters(const struct ensemble *ensemble, struct chains chains,
                      struct session *clock, struct control *control,
                      struct error *error)
{
    const size_t n = ensemble->problem->n;
    int status = STATUS_OK;
    memset(control, 0, n * sizeof *control);
    for (size_t i = 0; status == STATUS_OK && i < n; i += TOGETHER) {
        const size_t end = n - i < TOGETHER ? n : i + TOGETHER;
        if (session_is_timed(clock) && session_time_is_up(clock, i, n))
            break;
        status = find_filters(ensemble, chains, i, end, control, error);
        if (status == STATUS_OK)
            status = interrupt_check(error);
    }
    return status;
}

/* Fits a mode's coefficients. */
static void fit_mode(const struct control_fit *fit, struct chains chains, int samples,
                     struct control *control, struct companion_pilot *pilot)
{
    const double total =
        fit->product[CONTROL_FITTED][CONTROL_FITTED] / (double)(COMPANION_CHAINS - 1);
    double mean[CONTROL_PRODUCTS];
    control_fit_solve(fit, control, &pilot->variance);
    filters_mean(&control->filters, samples, chains.burn_in, chains.steps, mean);
    pilot->second = fit->mean[CONTROL_FITTED];
    for (int p = 0; p < filters_products(&control->filters); p++)
        pilot->second -= control->coefficient[p] * (fit->mean[p] - mean[p]);
    if (!isfinite(pilot->second) || !(total >= LEAST_GAIN * pilot->variance))
        memset(control, 0, sizeof *control);
}

int companion_fit(const struct ensemble *ensemble, struct chains chains,
                  struct session *clock, struct control *control,
                  struct companion_pilot *pilot, struct error *error)
{
    const size_t n = ensemble->problem->n;
    struct ensemble own = *ensemble;
    struct chains *each = calloc(n, sizeof *each);
    struct control_fit *fit = calloc(n + 1, sizeof *fit);
    int status = each && fit ? STATUS_OK : error_memory(error, "the pilot");
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; i < n; i++)
        if (control[i].filters.states > 0)
            each[i] = (struct chains){COMPANION_CHAINS, chains.steps, chains.burn_in};
    own.pilot = true;
    own.session = clock;
    own.label = NULL;
    own.control = control;
    if (!session_was_cut(clock))
        status = ensemble_control_fit(&own, each, fit, NULL, error);
    if (session_was_cut(clock))
        memset(control, 0, n * sizeof *control);
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        status = interrupt_check(error);
        if (status == STATUS_OK && control[i].filters.states > 0)
            fit_mode(&fit[i], chains, ensemble->rule->kind->samples, &control[i],
                     &pilot[i]);
    }
out:
    free(each);
    free(fit);
    return status;
}

int companion_given(const struct ensemble *ensemble, const struct sampling *sampling,
                    struct chains chains, struct control **control, struct error *error)
{
    const size_t n = ensemble->problem->n;
    struct session clock = session_clock(sampling->session);
    *control = NULL;
    if (2 * (uint64_t)COMPANION_CHAINS > chains.count ||
        chains.burn_in >= chains.steps || session_is_over(sampling->session))
        return STATUS_OK;
    struct companion_pilot *pilot = calloc(n, sizeof *pilot);
    *control = calloc(n, sizeof **control);
    int status = pilot && *control ? STATUS_OK : error_memory(error, "the pilot");
    if (status == STATUS_OK)
        status = companion_filters(ensemble, chains, &clock, *control, error);
    if (status == STATUS_OK)
        status = companion_fit(ensemble, chains, &clock, *control, pilot, error);
    if (status == STATUS_OK && !companion_any(*control, n)) {
        free(*control);
        *control = NULL;
    }
    free(pilot);
    return status;
}
