/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/noise.h"

#include "base/elementary.h"
#include "engine/ensemble.h"

#include <math.h>
#include <string.h>

static const char reference[] = "heavy_ball";

const char *noise_quantity_text(enum noise_quantity quantity)
{
    static const char *const texts[] = {
        [NOISE_MEAN_GAIN] = "mean_gain",
        [NOISE_VARIANCE] = "variance",
        [NOISE_LONG_RUN] = "long_run_variance",
        [NOISE_LAG1] = "lag1_autocorrelation",
        [NOISE_SD_RATIO] = "sd_ratio_to_heavy_ball",
    };
    return texts[quantity];
}

/* Makes Heavy Ball with the rule's beta1 and beta3 = 1-beta1. False if the rule has no
 * such reference. */
static bool reference_rule(const struct rule *rule, struct rule *heavy_ball)
{
    const double beta1 = rule_parameter(rule, "beta1");
    const struct rule_kind *kind = rule_kind_find(reference);
    if (isnan(beta1) || !kind || rule->kind == kind)
        return false;
    *heavy_ball = rule_of(kind, rule->number[RULE_LR]);
    rule_set(heavy_ball, "beta1", beta1);
    rule_complete(heavy_ball);
    return true;
}

double noise_paper(const struct rule *rule, enum noise_quantity quantity)
{
    const struct theory *theory = theory_find(rule->kind->name);
    const bool mixes = !isnan(rule_parameter(rule, "beta0"));
    const bool filters = !isnan(rule_parameter(rule, "beta1"));
    if (!theory || !theory->paper_noise)
        return NAN;
    switch (quantity) {
    case NOISE_MEAN_GAIN:
        /* Eq. 2 for momentum; eqs. 5 and 7 estimate the gradient itself. */
        return mixes ? 1 : theory->paper_noise(rule);
    case NOISE_VARIANCE:
        return theory->paper_noise(rule); /* eqs. 4, 5, 9 */
    case NOISE_SD_RATIO:
        return mixes && filters ? sqrt(theory_gamma(rule)) : NAN; /* after eq. 9 */
    default:
        return NAN;
    }
}

/* Heavy Ball written out: weights (1-beta1) beta1^k, variance (1-beta1)/(1+beta1). */
static double exact_sd_ratio(const struct noise_filter *filter, const struct rule *rule)
{
    const double beta1 = rule_parameter(rule, "beta1");
    if (isnan(beta1) || strcmp(rule->kind->name, reference) == 0)
        return NAN;
    return sqrt(noise_filter_autocovariance(filter, 0) * (1 + beta1) / (1 - beta1));
}

int noise_exact(const struct rule *rule, enum noise_quantity quantity, uint64_t steps,
                double *value, struct error *error)
{
    struct noise_filter filter;
    const int status = noise_filter_init(&filter, rule, error);
    *value = NAN;
    if (status != STATUS_OK)
        return status;
    switch (quantity) {
    case NOISE_MEAN_GAIN:
        *value = noise_filter_gain(&filter);
        break;
    case NOISE_VARIANCE:
        *value = noise_filter_autocovariance(&filter, 0);
        break;
    case NOISE_LONG_RUN:
        *value = noise_filter_long_run(&filter, steps);
        break;
    case NOISE_LAG1:
        *value = noise_filter_autocovariance(&filter, 1) /
                 noise_filter_autocovariance(&filter, 0);
        break;
    case NOISE_SD_RATIO:
        *value = exact_sd_ratio(&filter, rule);
        break;
    case NOISE_QUANTITIES:
        break;
    }
    return STATUS_OK;
}

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

struct noise_plan {
    struct chains chains;
    uint64_t count; /* directions a chain */
    bool long_run;  /* whether the chains suffice for the long-run variance */
    double samples, long_run_samples;
    bool affordable;
};

static void noise_plan_make(const struct sampling *sampling,
                            const struct noise_filter *filter, bool long_run,
                            struct noise_plan *plan)
{
    struct chains *chains = &plan->chains;
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

/* --- measuring -------------------------------------------------------------------- */

static int measure(const struct sampling *sampling, const struct rule *rule,
                   const struct chains *chains, double mean, const char *label,
                   struct direction *direction, struct error *error)
{
    struct problem problem = {0};
    const struct ensemble ensemble = sampling_ensemble(sampling, rule, &problem, label);
    int status = problem_init_linear(&problem, 1, 1, error);
    if (status == STATUS_OK)
        status = ensemble_direction(&ensemble, *chains, mean, direction, error);
    problem_free(&problem);
    return status;
}

static void take(struct noise_row *row, double measured, double se, uint64_t count)
{
    /* A session that ends early may leave no chains. */
    if (count == 0)
        return;
    row->evidence.sampled = true;
    row->evidence.measured = measured;
    row->evidence.se = se;
    row->evidence.count = count;
}

static void take_mean(struct noise_row *row, const struct direction *direction,
                      enum direction_quantity quantity)
{
    const struct comoments *m = &direction->comoments;
    take(row, m->mean[quantity],
         sqrt(comoments_covariance(m, (int)quantity, (int)quantity)), m->count);
}

/* The lag-1 correlation is a ratio of two means of the same chains; the delta method
 * gives its error. */
static void take_lag1(struct noise_row *row, const struct direction *direction)
{
    const struct comoments *m = &direction->comoments;
    const int x = DIRECTION_LAG1, y = DIRECTION_VARIANCE;
    const double ratio = m->mean[x] / m->mean[y];
    take(row, ratio, comoments_ratio_error(m, x, y, ratio) / m->mean[y], m->count);
}

static void take_sd_ratio(struct noise_row *row, const struct noise_row *own,
                          const struct direction *reference_direction)
{
    const struct comoments *m = &reference_direction->comoments;
    const double other = m->mean[DIRECTION_VARIANCE];
    const double other_se =
        sqrt(comoments_covariance(m, DIRECTION_VARIANCE, DIRECTION_VARIANCE));
    const double ratio = sqrt(own->evidence.measured / other);
    take(row, ratio,
         ratio / 2 * hypot(own->evidence.se / own->evidence.measured, other_se / other),
         own->evidence.count < m->count ? own->evidence.count : m->count);
}

static void finish(struct noise_row *row, const struct noise_plan *plan)
{
    struct evidence *e = &row->evidence;
    row->samples = plan->samples;
    /* All quantities are of order 1 for unit noise: what rounding leaves of a 0 is 0.
     */
    e->exact_scale = evidence_scale_or(e->exact, 1);
    e->paper_scale = evidence_scale_or(e->paper, 1);
    /* The effective number of samples is 1 if the error is as large as the number
     * itself. Squares of normal numbers have a skewed law, so many are needed. */
    const double effective = e->exact_scale * e->exact_scale / (e->se * e->se);
    e->decisive = e->count >= ESTIMATE_MIN_CHAINS && effective >= ESTIMATE_MIN_SAMPLES;
    row->verdicts = evidence_judge(e);
}

static int measure_all(const struct sampling *sampling, const struct rule *rule,
                       const struct noise_plan *plan, const char *label,
                       struct noise_row *rows, struct error *error)
{
    struct direction direction;
    struct rule heavy_ball;
    int status =
        measure(sampling, rule, &plan->chains, rows[NOISE_MEAN_GAIN].evidence.exact,
                label, &direction, error);
    if (status != STATUS_OK)
        return status;
    take_mean(&rows[NOISE_MEAN_GAIN], &direction, DIRECTION_MEAN);
    take_mean(&rows[NOISE_VARIANCE], &direction, DIRECTION_VARIANCE);
    take_lag1(&rows[NOISE_LAG1], &direction);
    if (plan->long_run)
        take_mean(&rows[NOISE_LONG_RUN], &direction, DIRECTION_LONG_RUN);
    if (isnan(rows[NOISE_SD_RATIO].evidence.exact) ||
        !reference_rule(rule, &heavy_ball))
        return STATUS_OK;
    status = measure(sampling, &heavy_ball, &plan->chains, 1, label, &direction, error);
    if (status == STATUS_OK)
        take_sd_ratio(&rows[NOISE_SD_RATIO], &rows[NOISE_VARIANCE], &direction);
    return status;
}

int noise_compare(const struct sampling *sampling, const struct rule *rule,
                  bool long_run, const char *label,
                  struct noise_row rows[NOISE_QUANTITIES], struct error *error)
{
    struct noise_filter filter;
    struct noise_plan plan;
    int status = noise_filter_init(&filter, rule, error);
    if (status != STATUS_OK)
        return status;
    noise_plan_make(sampling, &filter, long_run, &plan);
    if (plan.count < 2)
        return error_about(
            error, STATUS_USAGE, "steps",
            "%llu leaves fewer than 2 directions after a burn-in of %llu; "
            "allowed are more steps or a shorter burn-in",
            (unsigned long long)plan.chains.steps,
            (unsigned long long)plan.chains.burn_in);
    for (int k = 0; status == STATUS_OK && k < NOISE_QUANTITIES; k++) {
        rows[k] = (struct noise_row){.evidence = {.measured = NAN, .se = NAN}};
        rows[k].evidence.paper = noise_paper(rule, (enum noise_quantity)k);
        status = noise_exact(rule, (enum noise_quantity)k, plan.count,
                             &rows[k].evidence.exact, error);
    }
    if (status == STATUS_OK && plan.affordable)
        status = measure_all(sampling, rule, &plan, label, rows, error);
    for (int k = 0; k < NOISE_QUANTITIES; k++)
        finish(&rows[k], &plan);
    rows[NOISE_LONG_RUN].samples = plan.long_run_samples;
    return status;
}

int noise_compare_at(const struct sampling *sampling, const struct rule *rule,
                     uint64_t t, const char *label, struct noise_row *mean,
                     struct noise_row *variance, struct error *error)
{
    struct noise_filter filter;
    struct direction direction;
    int status = noise_filter_init(&filter, rule, error);
    if (status != STATUS_OK)
        return status;
    double gain = 0, power = 0;
    for (int sample = 0; sample < filter.samples; sample++)
        for (uint64_t age = 0; age <= t; age++) {
            const double weight = noise_filter_response(&filter, sample, age);
            gain += weight;
            power += weight * weight;
        }
    /* Each chain gives one direction, from theta_t to theta_{t+1}, and so one number
     * for the mean and one for the variance. */
    const double precision = sampling->precision;
    const struct noise_plan plan = {
        .chains = {.count = plan_power_of_two(2 / (precision * precision)),
                   .burn_in = t - 1,
                   .steps = t + 1},
        .samples = 2 / (precision * precision) * (double)(t + 1),
    };
    *mean = *variance = (struct noise_row){.evidence = {.paper = NAN}};
    mean->evidence.exact = gain;
    variance->evidence.exact = power;
    status = measure(sampling, rule, &plan.chains, gain, label, &direction, error);
    if (status != STATUS_OK)
        return status;
    take_mean(mean, &direction, DIRECTION_MEAN);
    take_mean(variance, &direction, DIRECTION_VARIANCE);
    finish(mean, &plan);
    finish(variance, &plan);
    return STATUS_OK;
}
