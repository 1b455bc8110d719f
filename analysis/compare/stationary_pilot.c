/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_pilot.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PILOT_CHAINS = 256,
    PILOT_SHORTEST = 1 << 12,
    PILOT_LONGEST = 1 << 20,
    DRIFTING_STEPS = 1 << 12, /* steps of a rule that does not settle */
    DRIFTING_SHARE = 8,       /* the last eighth of them is recorded */
};

/* The number of recorded steps of chains of `steps` steps. */
static uint64_t recorded_of(const struct stationary_work *work, uint64_t steps)
{
    return rule_settles(work->rule) ? (steps + 1) / 2
                                    : (steps + DRIFTING_SHARE - 1) / DRIFTING_SHARE;
}

/* Measures the variances over the recorded part of chains of `steps` steps. The clock
 * tells whether the time was up before. */
static int run_pilot(const struct stationary_work *work,
                     const struct ensemble *ensemble, uint64_t steps,
                     struct session *clock, struct moments *square, struct error *error)
{
    const size_t n = work->problem->n;
    struct ensemble pilot = *ensemble;
    struct chains *chains = calloc(n, sizeof *chains);
    struct moments *theta = calloc(n, sizeof *theta);
    int status = chains && theta ? STATUS_OK : error_memory(error, "the pilot");
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        chains[i] =
            (struct chains){PILOT_CHAINS, steps, steps - recorded_of(work, steps)};
    pilot.pilot = true;
    pilot.session = clock;
    pilot.label = NULL;
    if (status == STATUS_OK)
        status = ensemble_moments(&pilot, chains, theta, square, NULL, error);
    free(chains);
    free(theta);
    return status;
}

/* Whether the variances from chains of two lengths agree in every mode. */
static bool agree(size_t n, const struct moments *a, const struct moments *b)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i].mean - b[i].mean) <=
              4 * hypot(moments_stderr(&a[i]), moments_stderr(&b[i]))))
            return false;
    return true;
}

/* Whether all variances and their errors are finite. */
static bool is_finite(size_t n, const struct moments *square)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(square[i].mean) || !isfinite(square[i].squares))
            return false;
    return true;
}

/* The chains that bring every mode to the wanted precision. */
static uint64_t chains_by_pilot(const struct stationary_work *work,
                                const struct moments *square)
{
    double most = PLAN_CHAINS;
    for (size_t i = 0; i < work->problem->n; i++) {
        const double target = work->sampling->precision * square[i].mean;
        const double relative = moments_stderr(&square[i]) / target;
        if (square[i].mean > 0)
            most = fmax(most, PILOT_CHAINS * relative * relative);
    }
    return plan_power_of_two(fmin(most, 0x1p40));
}

/* Doubles the steps until two doublings change no variance by more than its error;
 * `last` then holds the last variances. A rule that diverges is not run longer. */
static int settle(struct stationary_work *work, const struct ensemble *ensemble,
                  struct session *clock, struct moments *last, struct moments *next,
                  uint64_t *steps, bool *settled, struct error *error)
{
    const size_t n = work->problem->n;
    const bool drifts = !rule_settles(work->rule);
    const bool given = work->sampling->steps > 0 || drifts;
    int agreed = 0, status;
    status = run_pilot(work, ensemble, *steps, clock, last, error);
    while (status == STATUS_OK && !session_was_cut(clock) && !given && agreed < 2 &&
           *steps < PILOT_LONGEST && is_finite(n, last) && !interrupt_pending()) {
        *steps *= 2;
        status = run_pilot(work, ensemble, *steps, clock, next, error);
        agreed = agree(n, last, next) ? agreed + 1 : 0;
        memcpy(last, next, n * sizeof *last);
    }
    if (status != STATUS_OK || session_was_cut(clock))
        return status;
    const bool finite = is_finite(n, last);
    work->undefined =
        !finite && sampling_divides_zero(work->rule, work->problem, *steps, NULL);
    work->diverges = !finite && !work->undefined;
    *settled = finite && (given || agreed == 2);
    return status;
}

bool stationary_pilot_spared(const struct stationary_work *work)
{
    return !rule_has_law(work->rule) && work->sampling->chains > 0 &&
           work->sampling->steps > 0;
}

void stationary_pilot_judge(struct stationary_work *work)
{
    bool finite = true;
    for (size_t k = 0; k < work->count; k++) {
        const struct evidence *e = &work->rows[k].evidence;
        finite = finite && (!e->sampled || (isfinite(e->measured) &&
                                            (e->count == 1 || isfinite(e->se))));
    }
    if (finite)
        return;
    work->undefined = sampling_divides_zero(work->rule, work->problem,
                                            work->piloted.chains.steps, NULL);
    work->diverges = !work->undefined;
    for (size_t k = 0; k < work->count; k++) {
        struct evidence *e = &work->rows[k].evidence;
        e->sampled = false;
        e->measured = e->se = NAN;
        work->jobs[k].plan.samples = INFINITY;
        work->jobs[k].plan.affordable = false;
    }
}

int stationary_pilot_plan(struct stationary_work *work, const struct ensemble *ensemble,
                          struct error *error)
{
    const size_t n = work->problem->n;
    const struct sampling *sampling = work->sampling;
    struct plan *plan = &work->piloted;
    struct moments *last = calloc(2 * n, sizeof *last);
    struct session clock = session_clock(sampling->session);
    bool settled = true;
    uint64_t steps = rule_settles(work->rule) ? PILOT_SHORTEST : DRIFTING_STEPS;
    int status = STATUS_OK;
    if (!last)
        return error_memory(error, "the pilot");
    if (sampling->steps > 0)
        steps = sampling->steps;
    const bool spared =
        stationary_pilot_spared(work) || session_is_over(sampling->session);
    if (!spared)
        status =
            settle(work, ensemble, &clock, last, last + n, &steps, &settled, error);
    /* Nothing will be sampled; what is not known of the plan is not looked at. */
    const bool over = session_is_over(sampling->session) || session_was_cut(&clock);
    if (over) {
        memset(last, 0, n * sizeof *last);
        settled = true;
    }
    plan->chains = (struct chains){
        .count = sampling->chains ? sampling->chains : chains_by_pilot(work, last),
        .steps = steps,
        .burn_in = sampling->burn_in == PLAN_AUTO ? steps - recorded_of(work, steps)
                                                  : sampling->burn_in,
    };
    plan->samples = settled ? (double)plan->chains.count * (double)steps : INFINITY;
    plan->affordable =
        (over && !sampling->chains) || plan->samples <= sampling->max_samples;
    free(last);
    return status;
}
