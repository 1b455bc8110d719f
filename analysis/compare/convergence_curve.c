/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/convergence.h"
#include "engine/descent_control.h"

#include <math.h>

/* How much more variance the pilot's regression may leave over other chains: its
 * estimate from 64 of them is 18 % off in one case of three. */
static const double FITTED = 1.3;

/* Whether the loss has negative curvatures: f - f(theta*) may then be near 0 though its
 * parts are not, and no number of chains is planned for it. */
static bool falls_away(const struct loss *loss)
{
    for (size_t i = 0; loss->kind->quadratic && i < loss->n; i++)
        if (loss->data[i] < 0)
            return true;
    return false;
}

/* The chains that bring both moments at all recorded steps to the wanted precision. */
static double wanted_chains(const struct convergence_task *task,
                            const struct descent_control *control, bool plain)
{
    const double precision = task->sampling->precision;
    const int quantities =
        falls_away(&task->loss) ? DESCENT_SQUARE + 1 : DESCENT_QUANTITIES;
    double chains = 0;
    for (size_t k = 0; k < control->points; k++)
        for (int q = 0; q < quantities; q++) {
            const struct descent_forecast *at = &control->forecast[k];
            const double error = precision * at->mean[q];
            const double variance = plain ? at->plain[q] : FITTED * at->controlled[q];
            if (error > 0 && isfinite(variance))
                chains = fmax(chains, variance / error / error);
        }
    return chains;
}

/* The power of two of chains that is enough, or as many as the budget allows to within
 * a factor of two; 0 if control variates do not lessen them. */
static uint64_t plan_chains(const struct convergence_task *task,
                            const struct descent_control *control, double most)
{
    const double wanted = wanted_chains(task, control, false);
    if (wanted > wanted_chains(task, control, true))
        return 0;
    return plan_power_of_two(fmax(fmin(wanted, most / 2), PLAN_FEWEST));
}

/* Whether the wanted chains may have control variates. The pilot takes at most half as
 * many steps as given chains. */
static bool may_control(const struct convergence_task *task,
                        const struct descent *descent, size_t count)
{
    return task->sampling->control == SAMPLING_CONTROL_AUTO &&
           (task->chains == 0 || task->chains >= 2 * DESCENT_PILOT) &&
           descent_control_may(descent, count);
}

/* Measures with control variates. *chains: how many were run; 0 if there are none that
 * help, or if the time was up or the budget too small before. */
static int measure_controlled(const struct convergence_task *task,
                              const struct descent *plain, const uint64_t *step,
                              size_t count, struct descent_curve *curve,
                              uint64_t *chains, double *needed, struct error *error)
{
    struct descent descent = *plain;
    const double each = (double)step[count - 1] * (double)task->loss.n;
    const double most = task->sampling->max_samples / each - DESCENT_PILOT;
    struct descent_control control;
    bool any, cut = false;
    *chains = 0;
    int status = descent_control_init(&control, plain, step, count, &any, error);
    if (status != STATUS_OK || !any)
        goto out;
    if (task->chains == 0 && most < PLAN_FEWEST) {
        *needed = (DESCENT_PILOT + PLAN_FEWEST) * each;
        goto out;
    }
    status = descent_control_fit(&control, plain, &cut, error);
    if (status != STATUS_OK || cut)
        goto out;
    *chains = task->chains > 0 ? task->chains : plan_chains(task, &control, most);
    descent.control = &control;
    if (*chains > 0)
        status = descent_run(&descent, *chains, step[count - 1], curve, error);
out:
    descent_control_free(&control);
    return status;
}

int convergence_measure_curve(const struct convergence_task *task,
                              const struct rule *rule, const uint64_t *step,
                              size_t count, struct descent_curve *curve, double *needed,
                              struct error *error)
{
    const struct descent descent = convergence_descent(task, rule, false);
    uint64_t chains = 0;
    *needed = 0;
    if (may_control(task, &descent, count)) {
        const int status = measure_controlled(task, &descent, step, count, curve,
                                              &chains, needed, error);
        if (status != STATUS_OK || chains > 0 || *needed > 0)
            return status;
    }
    return convergence_measure(task, rule, step[count - 1], curve, needed, error);
}
