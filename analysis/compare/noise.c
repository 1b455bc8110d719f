/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/noise.h"

#include "compare/noise_plan.h"

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

/* --- measuring -------------------------------------------------------------------- */

static int measure(const struct sampling *sampling, const struct rule *rule,
                   const struct chains *chains, double mean, const char *label,
                   struct direction *direction, struct error *error)
{
    struct noise_ensemble own = {0};
    int status = noise_plan_ensemble(&own, sampling, rule, mean, label, error);
    if (status == STATUS_OK)
        status =
            ensemble_direction(&own.ensemble, *chains, mean, NULL, direction, error);
    problem_free(&own.problem);
    return status;
}

/* Measures another rule on chains that were planned with control variates: it gets its
 * own ones. */
static int measure_controlled(const struct sampling *sampling, const struct rule *rule,
                              const struct chains *chains, double mean,
                              const char *label, struct direction *direction,
                              struct error *error)
{
    struct noise_ensemble own = {0};
    struct direction_control control;
    double residual[DIRECTION_QUANTITIES];
    bool cut;
    int status = noise_plan_ensemble(&own, sampling, rule, mean, label, error);
    if (status == STATUS_OK)
        status = direction_control_init(&control, rule, error);
    if (status == STATUS_OK)
        status = noise_plan_fit(&own, *chains, &control, residual, &cut, error);
    if (status == STATUS_OK)
        status = ensemble_direction(&own.ensemble, *chains, mean, &control, direction,
                                    error);
    problem_free(&own.problem);
    return status;
}

/* Control variates leave the plain values of the same chains beside. */
struct pair {
    double value, se;
};

static void take(struct noise_row *row, struct pair measured, struct pair plain,
                 uint64_t count)
{
    /* A session that ends early may leave no chains. */
    if (count == 0)
        return;
    row->evidence.sampled = true;
    row->evidence.measured = measured.value;
    row->evidence.se = measured.se;
    row->evidence.plain = plain.value;
    row->evidence.plain_se = plain.se;
    row->evidence.count = count;
}

static struct pair mean_of(const struct comoments *m, int quantity)
{
    return (struct pair){m->mean[quantity],
                         sqrt(comoments_covariance(m, quantity, quantity))};
}

static void take_mean(struct noise_row *row, const struct direction *direction,
                      enum direction_quantity quantity)
{
    take(row, mean_of(&direction->comoments, (int)quantity),
         mean_of(&direction->plain, (int)quantity), direction->comoments.count);
}

/* The lag-1 correlation is a ratio of two means of the same chains; the delta method
 * gives its error. */
static struct pair lag1_of(const struct comoments *m)
{
    const int x = DIRECTION_LAG1, y = DIRECTION_VARIANCE;
    const double ratio = m->mean[x] / m->mean[y];
    return (struct pair){ratio, comoments_ratio_error(m, x, y, ratio) / m->mean[y]};
}

static void take_lag1(struct noise_row *row, const struct direction *direction)
{
    take(row, lag1_of(&direction->comoments), lag1_of(&direction->plain),
         direction->comoments.count);
}

/* The ratio of two standard deviations, from independent variances. */
static struct pair sd_ratio_of(struct pair own, struct pair other)
{
    const double ratio = sqrt(own.value / other.value);
    return (struct pair){ratio,
                         ratio / 2 * hypot(own.se / own.value, other.se / other.value)};
}

static void take_sd_ratio(struct noise_row *row, const struct noise_row *own,
                          const struct direction *other)
{
    const struct evidence *e = &own->evidence;
    const uint64_t count = other->comoments.count;
    take(row,
         sd_ratio_of((struct pair){e->measured, e->se},
                     mean_of(&other->comoments, DIRECTION_VARIANCE)),
         sd_ratio_of((struct pair){e->plain, e->plain_se},
                     mean_of(&other->plain, DIRECTION_VARIANCE)),
         e->count < count ? e->count : count);
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
                       const struct noise_plan *plan, const struct noise_ensemble *own,
                       const struct direction_control *control, const char *label,
                       struct noise_row *rows, struct error *error)
{
    struct direction direction;
    struct rule heavy_ball;
    int status =
        ensemble_direction(&own->ensemble, plan->chains, own->mean,
                           plan->controlled ? control : NULL, &direction, error);
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
    status = plan->controlled ? measure_controlled(sampling, &heavy_ball, &plan->chains,
                                                   1, label, &direction, error)
                              : measure(sampling, &heavy_ball, &plan->chains, 1, label,
                                        &direction, error);
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
    struct noise_ensemble own = {0};
    struct direction_control control;
    struct rule heavy_ball;
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
    if (status == STATUS_OK)
        status = noise_plan_ensemble(
            &own, sampling, rule, rows[NOISE_MEAN_GAIN].evidence.exact, label, error);
    if (status == STATUS_OK)
        status = noise_plan_control(sampling, rule, &own, rows, long_run, &plan,
                                    &control, error);
    if (status == STATUS_OK && plan.affordable)
        status = measure_all(sampling, rule, &plan, &own, &control, label, rows, error);
    if (status == STATUS_OK && plan.affordable)
        status = noise_plan_bias(&filter,
                                 reference_rule(rule, &heavy_ball) ? &heavy_ball : NULL,
                                 &plan, rows, error);
    for (int k = 0; k < NOISE_QUANTITIES; k++)
        finish(&rows[k], &plan);
    rows[NOISE_LONG_RUN].samples = plan.long_run_samples;
    problem_free(&own.problem);
    return status;
}

/* The exact mean and variance of u at step t from empty slots. */
static void exact_at(const struct noise_filter *filter, uint64_t t,
                     struct noise_row rows[NOISE_QUANTITIES])
{
    double gain = 0, power = 0;
    for (int sample = 0; sample < filter->samples; sample++)
        for (uint64_t age = 0; age <= t; age++) {
            const double weight = noise_filter_response(filter, sample, age);
            gain += weight;
            power += weight * weight;
        }
    for (int k = 0; k < NOISE_QUANTITIES; k++)
        rows[k] = (struct noise_row){.evidence = {.paper = NAN}};
    rows[NOISE_MEAN_GAIN].evidence.exact = gain;
    rows[NOISE_VARIANCE].evidence.exact = power;
}

int noise_compare_at(const struct sampling *sampling, const struct rule *rule,
                     uint64_t t, const char *label, struct noise_row *mean,
                     struct noise_row *variance, struct error *error)
{
    struct noise_filter filter;
    struct direction direction;
    struct noise_row rows[NOISE_QUANTITIES];
    struct noise_ensemble own = {0};
    struct direction_control control;
    int status = noise_filter_init(&filter, rule, error);
    if (status != STATUS_OK)
        return status;
    exact_at(&filter, t, rows);
    /* Each chain gives one direction, from theta_t to theta_{t+1}, and so one number
     * for the mean and one for the variance. */
    struct sampling one = *sampling;
    one.chains = 0;
    one.steps = t + 1;
    one.burn_in = t - 1;
    one.max_samples = INFINITY;
    const double wanted = 2 / (sampling->precision * sampling->precision);
    struct noise_plan plan = {
        .chains = {plan_power_of_two(wanted), one.steps, one.burn_in},
        .samples = wanted * (double)one.steps,
    };
    status = noise_plan_ensemble(&own, sampling, rule,
                                 rows[NOISE_MEAN_GAIN].evidence.exact, label, error);
    if (status == STATUS_OK)
        status =
            noise_plan_control(&one, rule, &own, rows, false, &plan, &control, error);
    if (status == STATUS_OK)
        status =
            ensemble_direction(&own.ensemble, plan.chains, own.mean,
                               plan.controlled ? &control : NULL, &direction, error);
    problem_free(&own.problem);
    if (status != STATUS_OK)
        return status;
    *mean = rows[NOISE_MEAN_GAIN];
    *variance = rows[NOISE_VARIANCE];
    take_mean(mean, &direction, DIRECTION_MEAN);
    take_mean(variance, &direction, DIRECTION_VARIANCE);
    finish(mean, &plan);
    finish(variance, &plan);
    return STATUS_OK;
}
