/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/noise_plan.h"

#include "base/elementary.h"

#include <math.h>

/* --- planning --------------------------------------------------------------------- */

/* The steps in which the slowest mode of the filter decays to 1e-6. */
static uint64_t plan_burn_in(const struct noise_filter *filter)
{
    const double margin = filter->margin;
    if (margin >= 1)
        return 1;
    /* The logarithm of a radius that rounds to 1 would be 0. */
    const double rate = margin < 1e-8 ? margin : -elementary_log(1 - margin);
    return plan_power_of_two(-elementary_log(1e-6) / rate);
}

/* Plans chains for a relative standard error of the variance; the time average of u^2
 * has the variance (2/T) sum_k r(k)^2. */
static uint64_t plan_chains(const struct noise_filter *filter, uint64_t burn_in,
                            uint64_t count, double precision)
{
    const double variance = noise_filter_autocovariance(filter, 0);
    const double sum =
        noise_filter_squares(filter, burn_in + 1) / (variance * variance);
    const double gain = noise_filter_gain(filter);
    const double scale = evidence_scale_or(gain, 1);
    const double mean = noise_filter_long_run(filter, count) / (scale * scale);
    const double needed = fmax(2 * sum, mean) / (double)count / (precision * precision);
    return needed > PLAN_CHAINS ? plan_power_of_two(needed) : PLAN_CHAINS;
}

void noise_plan_make(const struct sampling *sampling, const struct noise_filter *filter,
                     bool long_run, struct noise_plan *plan)
{
    struct chains *chains = &plan->chains;
    *plan = (struct noise_plan){.controlled = false};
    chains->burn_in =
        sampling->burn_in == PLAN_AUTO ? plan_burn_in(filter) : sampling->burn_in;
    plan->count = 2 * plan_burn_in(filter) < 64 ? 64 : 2 * plan_burn_in(filter);
    chains->steps = chains->burn_in + 1 + plan->count;
    if (sampling->steps > 0) {
        chains->steps = sampling->steps;
        plan->count = chains->steps > chains->burn_in + 1
                          ? chains->steps - chains->burn_in - 1
                          : 0;
    }
    const double precision = sampling->precision;
    const uint64_t wanted = plan_power_of_two(2 / (precision * precision));
    plan->long_run_samples = (double)wanted * (double)chains->steps;
    plan->long_run = long_run && (sampling->chains > 0 ||
                                  plan->long_run_samples <= sampling->max_samples);
    chains->count = sampling->chains;
    if (chains->count == 0)
        chains->count = plan->long_run ? wanted
                                       : plan_chains(filter, chains->burn_in,
                                                     plan->count, precision);
    plan->samples = (double)chains->count * (double)chains->steps;
    plan->affordable = !sampling->exact_only && plan->samples <= sampling->max_samples;
}

/* --- control variates ------------------------------------------------------------- */

int noise_plan_ensemble(struct noise_ensemble *own, const struct sampling *sampling,
                        const struct rule *rule, double mean, const char *label,
                        struct error *error)
{
    own->ensemble = sampling_ensemble(sampling, rule, &own->problem, label);
    own->mean = mean;
    return problem_init_linear(&own->problem, 1, 1, error);
}

int noise_plan_fit(const struct noise_ensemble *own, struct chains chains,
                   struct direction_control *control, double *residual, bool *cut,
                   struct error *error)
{
    const struct session *session = own->ensemble.session;
    struct ensemble pilot = own->ensemble;
    struct session clock = session_clock(session);
    chains.count = PLAN_FEWEST;
    pilot.session = &clock;
    *cut = session_is_over(session);
    if (*cut)
        return STATUS_OK;
    const int status =
        ensemble_direction_fit(&pilot, chains, own->mean, control, residual, error);
    *cut = session_was_cut(&clock);
    return status;
}

/* The fewest chains with control variates: long chains may be fewer. */
static uint64_t controlled_fewest(uint64_t steps)
{
    static const double together = 1 << 22;
    const uint64_t count = plan_power_of_two(together / (double)steps);
    return count < PLAN_FEWEST   ? PLAN_FEWEST
           : count < PLAN_CHAINS ? count
                                 : PLAN_CHAINS;
}

/* The chains that bring every quantity to the precision, by what a pilot left of each.
 */
static double controlled_chains(const double *residual, const struct noise_row *rows,
                                bool long_run, double precision)
{
    const double variance = rows[NOISE_VARIANCE].evidence.exact;
    const double lag1 = rows[NOISE_LAG1].evidence.exact;
    const struct {
        enum noise_quantity quantity;
        double sd;
    } each[] = {
        {NOISE_MEAN_GAIN, sqrt(residual[DIRECTION_MEAN])},
        {NOISE_VARIANCE, sqrt(residual[DIRECTION_VARIANCE])},
        {NOISE_LAG1, (sqrt(residual[DIRECTION_LAG1]) +
                      fabs(lag1) * sqrt(residual[DIRECTION_VARIANCE])) /
                         variance},
        {NOISE_LONG_RUN, long_run ? sqrt(residual[DIRECTION_LONG_RUN]) : 0},
    };
    double most = 0;
    for (size_t k = 0; k < sizeof each / sizeof *each; k++) {
        const double scale =
            evidence_scale_or(rows[each[k].quantity].evidence.exact, 1);
        const double needed = each[k].sd / (precision * scale);
        most = fmax(most, needed * needed);
    }
    return most;
}

/* The chains with control variates: their error is so small that the slowest mode
 * decays to 1e-12, unless steps or burn-in are given. */
static struct chains controlled_steps(const struct sampling *sampling,
                                      struct chains chains)
{
    if (sampling->steps == 0 && sampling->burn_in == PLAN_AUTO) {
        chains.steps += chains.burn_in;
        chains.burn_in *= 2;
    }
    return chains;
}

int noise_plan_control(const struct sampling *sampling, const struct rule *rule,
                       const struct noise_ensemble *own, const struct noise_row *rows,
                       bool long_run, struct noise_plan *plan,
                       struct direction_control *control, struct error *error)
{
    struct noise_plan better = *plan;
    better.chains = controlled_steps(sampling, plan->chains);
    const double steps = (double)better.chains.steps, pilot = PLAN_FEWEST * steps;
    const double plain =
        long_run && sampling->chains == 0 ? plan->long_run_samples : plan->samples;
    const uint64_t given = sampling->chains;
    const uint64_t fewest = given ? given : controlled_fewest(better.chains.steps);
    const double least = pilot + (double)fewest * steps;
    double residual[DIRECTION_QUANTITIES];
    bool cut = false;
    int status = direction_control_init(control, rule, error);
    if (status != STATUS_OK || control->filters.states == 0 ||
        sampling->control != SAMPLING_CONTROL_AUTO || sampling->exact_only ||
        (given > 0 ? given < 2 * PLAN_FEWEST : least >= plain))
        return status;
    if (least > sampling->max_samples) {
        plan->samples = plan->long_run_samples = least;
        plan->affordable = plan->long_run = false;
        return STATUS_OK;
    }
    status = noise_plan_fit(own, better.chains, control, residual, &cut, error);
    if (status != STATUS_OK || cut)
        return status;
    const double needed =
        controlled_chains(residual, rows, long_run, sampling->precision);
    better.chains.count =
        given ? given : plan_power_of_two(fmax(needed, (double)fewest));
    better.samples = better.long_run_samples =
        pilot + (double)better.chains.count * steps;
    better.long_run = long_run;
    better.affordable = better.samples <= sampling->max_samples;
    better.controlled = true;
    if (isfinite(needed) && better.affordable && (given > 0 || better.samples < plain))
        *plan = better;
    return STATUS_OK;
}

/* --- the start -------------------------------------------------------------------- */

/* What the start still moves the variance by, and the mean, at most. Without the noise
 * before the start u lacks a part z that is independent of it, so E z^2 is what squares
 * lack; the mean of u is off by what is squared beside it. */
struct start_bias {
    double variance, mean, long_run;
};

static struct start_bias start_bias(const struct noise_filter *filter,
                                    const struct noise_plan *plan)
{
    enum { LONGEST = 1 << 12 }; /* later steps move less */
    const int length = plan->count < LONGEST ? (int)plan->count : LONGEST;
    const double each =
        noise_filter_transient(filter, plan->chains.burn_in + 1, length) / length;
    return (struct start_bias){each, sqrt(each), each * (double)plan->count};
}

int noise_plan_bias(const struct noise_filter *filter, const struct rule *reference,
                    const struct noise_plan *plan, struct noise_row *rows,
                    struct error *error)
{
    const struct start_bias own = start_bias(filter, plan);
    const double variance = rows[NOISE_VARIANCE].evidence.exact;
    const double relative = own.variance / variance;
    struct noise_filter other;
    rows[NOISE_MEAN_GAIN].evidence.bias = own.mean;
    rows[NOISE_VARIANCE].evidence.bias = own.variance;
    rows[NOISE_LONG_RUN].evidence.bias = own.long_run;
    rows[NOISE_LAG1].evidence.bias =
        relative * (1 + fabs(rows[NOISE_LAG1].evidence.exact));
    if (!reference)
        return STATUS_OK;
    const int status = noise_filter_init(&other, reference, error);
    if (status == STATUS_OK)
        rows[NOISE_SD_RATIO].evidence.bias =
            rows[NOISE_SD_RATIO].evidence.exact *
            (relative + start_bias(&other, plan).variance /
                            noise_filter_autocovariance(&other, 0));
    return status;
}
