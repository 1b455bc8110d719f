/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/quantiles.h"

#include "base/interrupt.h"
#include "compare/heavy_tail.h"
#include "theory/at_step.h"
#include "theory/response.h"
#include "theory/stable_law.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is known of one mode's theta. */
struct mode_law {
    double mean;     /* stationary */
    double scale;    /* the root of its variance, or what takes its place if the noise
                        is stable; NAN if the mode has no noise */
    double relative; /* error of the scale */
    double cumulant[3]; /* numbers 4, 6, 8 of theta/scale; NAN: there is none */
    double share;       /* of the largest a_k^2 in the sum of all */
    enum exact_source source;
};

struct work {
    const struct sampling *sampling;
    const struct rule *rule;
    const struct problem *problem;
    const double *p;
    size_t count;                 /* of quantiles */
    struct stable_quantile *unit; /* count: of theta in units of its scale */
    struct mode_law *mode;        /* n */
    struct response *response;    /* n */
};

/* The power of |a_k| whose sum is that of theta's scale: 2, if there is a variance. */
static double power_of(struct noise_law law)
{
    return noise_law_has_variance(law) ? 2 : noise_law_alpha(law);
}

/* Cumulants 4, 6, 8 of the noise, which has variance 1. */
static void noise_cumulants(struct noise_law law, double cumulant[3])
{
    const double nu = law.parameter;
    cumulant[0] = noise_law_excess(law);
    cumulant[1] = cumulant[2] = isfinite(cumulant[0]) ? 0 : (double)NAN;
    if (law.kind != NOISE_STUDENT)
        return;
    const double m4 = 3 * (nu - 2) / (nu - 4);
    const double m6 = nu > 6 ? 5 * m4 * (nu - 2) / (nu - 6) : (double)NAN;
    const double m8 = nu > 8 ? 7 * m6 * (nu - 2) / (nu - 8) : (double)NAN;
    cumulant[1] = m6 - 15 * m4 + 30;
    cumulant[2] = m8 - 28 * m6 - 35 * m4 * m4 + 420 * m4 - 630;
}

static int find_mode(struct work *work, size_t i, struct error *error)
{
    const struct problem *q = work->problem;
    const double power = power_of(q->law), c = problem_noise(q, i, i);
    struct response *response = &work->response[i];
    struct mode_law *mode = &work->mode[i];
    double left = 0, noise[3], mean[LINEAR_STATE] = {0};
    int status = theory_mean(work->rule, q->h[i], q->theta_star[i], mean, error);
    if (status == STATUS_OK)
        status = response_init(response, work->rule, q->h[i], power, error);
    if (status != STATUS_OK)
        return status;
    const double sum = response_sum(response, power, SIZE_MAX, &left);
    const double largest = response_largest(response);
    mode->mean = q->theta_star[i] + mean[0];
    mode->source = response->source;
    mode->scale = sqrt(c) * pow(sum, 1 / power);
    mode->relative = left / sum / power + 4 * DBL_EPSILON * (double)response->count;
    mode->share = pow(largest, power) / sum;
    noise_cumulants(q->law, noise);
    for (int k = 0; k < 3; k++)
        mode->cumulant[k] =
            noise[k] == 0
                ? 0
                : noise[k] * response_sum(response, 4 + 2 * k, SIZE_MAX, NULL) /
                      pow(sum, 2 + k);
    if (c == 0)
        mode->scale = NAN;
    return interrupt_check(error);
}

/* The part of the scale that is missing after `steps` steps, and what the start leaves
 * in the mean. */
static double missing(const struct work *work, size_t i, uint64_t steps)
{
    const double power = power_of(work->problem->law);
    const struct response *response = &work->response[i];
    const size_t count = steps < SIZE_MAX ? (size_t)steps : SIZE_MAX;
    return 1 - pow(response_sum(response, power, count, NULL) /
                       response_sum(response, power, SIZE_MAX, NULL),
                   1 / power);
}

static double moved(const struct work *work, size_t i, uint64_t steps)
{
    const struct problem *q = work->problem;
    const struct at_step at = {.h_i = q->h[i],
                               .h_j = q->h[i],
                               .theta_star = q->theta_star[i],
                               .offset = q->start[i] - q->theta_star[i],
                               .step = steps};
    double mean, ignored;
    at_step_law(work->rule, &at, &mean, &ignored);
    return fabs(q->theta_star[i] + mean - work->mode[i].mean);
}

/* --- plan ------------------------------------------------------------------------- */

/* What the start may leave of the scale of theta: a fiftieth of the margin. */
static const double forgotten = ESTIMATE_MARGIN / 50;
/* The part of the margin for which chains are planned. */
static const double aimed = 0.9;

static uint64_t steps_for(const struct work *work)
{
    uint64_t steps = 1;
    for (size_t i = 0; i < work->problem->n; i++)
        while (steps < UINT64_C(1) << 50 && work->mode[i].scale > 0 &&
               !(missing(work, i, steps) <= forgotten &&
                 moved(work, i, steps) <= forgotten * work->mode[i].scale))
            steps *= 2;
    return steps;
}

/* The variance of the kurtosis times the number of chains, if theta has eight moments:
 * that of y^4 - 2 m4 y^2 for y of variance 1. */
static double kurtosis_variance(const double cumulant[3])
{
    const double k4 = cumulant[0], k6 = cumulant[1], k8 = cumulant[2];
    const double m4 = 3 + k4, m6 = 15 + 15 * k4 + k6;
    const double m8 = 105 + 210 * k4 + 35 * k4 * k4 + 28 * k6 + k8;
    return m8 - m4 * m4 - 4 * m4 * (m6 - m4) + 4 * m4 * m4 * (m4 - 1);
}

/* The chains that bring a band to the margin: z* sd/sqrt(chains) = margin scale. */
static double chains_for(double sd, double scale)
{
    const double root = ESTIMATE_Z * sd / (aimed * ESTIMATE_MARGIN * scale);
    return root * root;
}

/* The unit law of theta: its quantile, in units of the scale. */
static int unit_quantile(struct noise_law law, double p, struct stable_quantile *unit,
                         struct error *error)
{
    const double alpha = noise_law_alpha(law);
    *unit = (struct stable_quantile){.value = NAN, .density = NAN};
    if (isnan(alpha))
        return STATUS_OK;
    struct error why;
    const int status = stable_law_quantile(alpha, p, unit, &why);
    if (status == STATUS_SOFTWARE)
        return error_about(
            error, status, "quantiles",
            "%g cannot be computed for stable noise of the exponent %g: %s", p, alpha,
            why.text);
    if (status != STATUS_OK) {
        *error = why;
        return status;
    }
    unit->value /= sqrt(2);
    unit->error /= sqrt(2);
    unit->density *= sqrt(2);
    return STATUS_OK;
}

static int find_units(const struct work *work, struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < work->count; k++)
        status = unit_quantile(work->problem->law, work->p[k], &work->unit[k], error);
    return status;
}

static void plan(const struct work *work, struct quantile_law *law)
{
    const struct problem *q = work->problem;
    const struct sampling *sampling = work->sampling;
    double wanted = QUANTILE_CHAINS;
    for (size_t k = 0; k < work->count; k++) {
        const struct stable_quantile *unit = &work->unit[k];
        const double scale = unit->value == 0 ? 1 : fabs(unit->value);
        const double sd = sqrt(work->p[k] * (1 - work->p[k])) / unit->density;
        if (sd > 0)
            wanted = fmax(wanted, chains_for(sd, scale));
    }
    for (size_t i = 0; i < q->n; i++) {
        const double variance = kurtosis_variance(work->mode[i].cumulant);
        if (variance > 0)
            wanted =
                fmax(wanted, chains_for(sqrt(variance), 3 + work->mode[i].cumulant[0]));
    }
    law->chains.steps = sampling->steps ? sampling->steps : steps_for(work);
    law->chains.burn_in = law->chains.steps - 1;
    law->chains.count = sampling->chains
                            ? sampling->chains
                            : plan_power_of_two(fmin(wanted, QUANTILE_MOST));
    law->samples = (double)law->chains.count * (double)law->chains.steps;
}

/* --- rows ------------------------------------------------------------------------- */

/* The last step of `count` chains of one mode, in order, and their number. */
struct values {
    double *theta;
    uint64_t count;
};

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The largest k with P(K < k) <= half the level of verdicts, for K binomial. */
static uint64_t rank_below(uint64_t chains, double p)
{
    uint64_t low = 0, high = chains;
    while (low < high) {
        const uint64_t k = low + (high - low + 1) / 2;
        const double tail = gsl_cdf_binomial_P((unsigned)(k - 1), p, (unsigned)chains);
        if (tail <= ESTIMATE_LEVEL / 2)
            low = k;
        else
            high = k - 1;
    }
    return low;
}

/* The band: between the values whose ranks the number of chains below the true quantile
 * leaves with no more than half the level on each side. */
static void take_quantile(const struct values *values, struct quantile_row *row)
{
    struct evidence *e = &row->evidence;
    const uint64_t n = values->count;
    const uint64_t low = rank_below(n, row->p), high = rank_below(n, 1 - row->p);
    const uint64_t rank = (uint64_t)fmax(ceil(row->p * (double)n), 1);
    e->measured = values->theta[rank - 1];
    row->low = low > 0 ? values->theta[low - 1] : -INFINITY;
    row->high = high > 0 ? values->theta[n - high] : INFINITY;
    while (row->below < n && values->theta[row->below] < e->exact)
        row->below++;
    const double up = row->high - e->measured, down = e->measured - row->low;
    e->se = (isnan(e->exact)           ? fmax(up, down)
             : e->exact >= e->measured ? up
                                       : down) /
            ESTIMATE_Z;
    e->decisive = isfinite(e->se);
}

static void take_kurtosis(const struct work *work, const struct values *values,
                          struct quantile_row *row)
{
    const struct mode_law *mode = &work->mode[row->i];
    const double count = (double)values->count;
    struct evidence *e = &row->evidence;
    struct skewed_moments parts = {.cubes = 0};
    double mean = 0, m2 = 0, m4 = 0, squares = 0;
    for (uint64_t k = 0; k < values->count; k++)
        mean += values->theta[k] / count;
    for (uint64_t k = 0; k < values->count; k++) {
        const double x = values->theta[k] - mean;
        m2 += x * x / count;
        m4 += x * x * x * x / count;
    }
    e->measured = m4 / m2 / m2;
    /* Each chain's part of what moves the ratio, to first order. */
    for (uint64_t k = 0; k < values->count; k++) {
        const double x = values->theta[k] - mean, y = x * x / m2;
        const double part = y * y - e->measured - 2 * e->measured * (y - 1);
        squares += part * part / count;
        skewed_moments_add(&parts, part);
    }
    e->se = isnan(mode->cumulant[2]) ? (double)NAN : sqrt(squares / count);
    /* A draw adds (a xi)^4/(variance^2 count); the largest a_k has the most of it. */
    const double at = pow(ESTIMATE_Z * e->se * count, 0.25) / sqrt(mode->share);
    const bool tails =
        work->problem->law.kind == NOISE_STUDENT &&
        !(count / mode->share * noise_law_beyond(work->problem->law, at) <=
          HEAVY_TAIL_LEVEL);
    e->decisive = isfinite(e->se) && values->count >= ESTIMATE_MIN_SAMPLES && !tails &&
                  !estimate_is_skewed(skewed_moments_skewness(&parts), values->count);
    row->low = e->measured - ESTIMATE_Z * e->se;
    row->high = e->measured + ESTIMATE_Z * e->se;
}

/* Row number k of its mode. */
static void predict(const struct work *work, size_t k, struct quantile_row *row)
{
    const struct mode_law *mode = &work->mode[row->i];
    struct evidence *e = &row->evidence;
    e->paper = e->measured = e->se = row->low = row->high = NAN;
    e->paper_scale = 1;
    row->source = mode->source;
    if (row->quantity == QUANTILE_KURTOSIS) {
        e->exact = 3 + mode->cumulant[0];
        e->exact_scale = e->exact;
        e->exact_error = 4 * mode->relative * e->exact;
        return;
    }
    const struct stable_quantile unit = work->unit[k];
    e->exact = mode->mean + mode->scale * unit.value;
    e->exact_error = mode->scale * (unit.error + mode->relative * fabs(unit.value));
    e->exact_scale = evidence_scale_or(mode->scale * unit.value, mode->scale);
    if (isnan(e->exact))
        row->source = EXACT_NONE;
}

/* What the start still moves the row by after these steps. */
static double bias_of(const struct work *work, const struct quantile_row *row,
                      uint64_t steps)
{
    const struct mode_law *mode = &work->mode[row->i];
    const struct response *response = &work->response[row->i];
    if (row->quantity != QUANTILE_KURTOSIS)
        return missing(work, row->i, steps) * fabs(row->evidence.exact - mode->mean) +
               moved(work, row->i, steps);
    if (mode->cumulant[0] == 0)
        return 0;
    const double ratio = response_sum(response, 4, (size_t)steps, NULL) /
                         response_sum(response, 4, SIZE_MAX, NULL);
    const double part = pow(1 - missing(work, row->i, steps), 4);
    return mode->cumulant[0] * fabs(ratio / part - 1);
}

static void fill_mode(const struct work *work, const double *theta,
                      const struct quantile_law *law, uint64_t complete,
                      struct values *values, struct quantile_row *rows, size_t count)
{
    const size_t n = work->problem->n, i = rows->i;
    values->count = complete;
    for (uint64_t k = 0; k < complete; k++)
        values->theta[k] = theta[(2 * k + 1) * n + i];
    if (complete > 0)
        qsort(values->theta, complete, sizeof *values->theta, compare_doubles);
    for (size_t k = 0; k < count; k++) {
        struct evidence *e = &rows[k].evidence;
        predict(work, k, &rows[k]);
        e->sampled = complete > 1 && work->mode[i].scale > 0;
        e->count = complete;
        if (e->sampled) {
            if (rows[k].quantity == QUANTILE_KURTOSIS)
                take_kurtosis(work, values, &rows[k]);
            else
                take_quantile(values, &rows[k]);
            e->bias = isnan(e->exact) ? 0 : bias_of(work, &rows[k], law->chains.steps);
            e->decisive = e->decisive && e->bias <= ESTIMATE_Z * e->se / 10;
        }
        rows[k].verdicts = evidence_judge(e);
    }
}

/* Makes the rows of all modes, without numbers. */
static int make_rows(const struct work *work, struct quantile_law *law,
                     struct error *error)
{
    const size_t of_mode = work->count + noise_law_has_variance(work->problem->law);
    law->count = work->problem->n * of_mode;
    law->rows = calloc(law->count + 1, sizeof *law->rows);
    if (!law->rows)
        return error_memory(error, "the chains' values");
    for (size_t row = 0; row < law->count; row++) {
        const size_t k = row % of_mode;
        law->rows[row] = (struct quantile_row){
            .quantity = k < work->count ? QUANTILE_OF_THETA : QUANTILE_KURTOSIS,
            .i = row / of_mode,
            .p = k < work->count ? work->p[k] : (double)NAN,
            .low = NAN,
            .high = NAN,
            .source = EXACT_NONE,
            .evidence = {.exact = NAN, .paper = NAN, .measured = NAN, .se = NAN},
            .verdicts = {VERDICT_NO_CLAIM, VERDICT_NO_CLAIM},
        };
    }
    return STATUS_OK;
}

/* Samples the chains and fills the rows of all modes. */
static int measure(const struct work *work, struct quantile_law *law,
                   struct error *error)
{
    const struct sampling *sampling = work->sampling;
    const size_t n = work->problem->n;
    const bool sampled = !sampling->exact_only && law->samples <= sampling->max_samples;
    uint64_t complete = sampled ? law->chains.count : 0;
    const struct ensemble ensemble =
        sampling_ensemble(sampling, work->rule, work->problem, work->rule->kind->name);
    double *theta = calloc(2 * n * complete + 1, sizeof *theta);
    struct values values = {.theta = calloc(complete + 1, sizeof *values.theta)};
    int status =
        theta && values.theta ? STATUS_OK : error_memory(error, "the chains' values");
    if (status == STATUS_OK && sampled)
        status = ensemble_trajectory(&ensemble, &complete, law->chains.steps,
                                     law->chains.steps, theta, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        const size_t of_mode = law->count / n;
        fill_mode(work, theta, law, complete, &values, law->rows + i * of_mode,
                  of_mode);
        status = interrupt_check(error);
    }
    free(theta);
    free(values.theta);
    return status;
}

int quantiles_compare(const struct sampling *sampling, const struct rule *rule,
                      const struct problem *problem, const double *p, size_t count,
                      struct quantile_law *law, struct error *error)
{
    const size_t n = problem->n;
    struct work work = {.sampling = sampling,
                        .rule = rule,
                        .problem = problem,
                        .p = p,
                        .count = count,
                        .unit = calloc(count + 1, sizeof *work.unit),
                        .mode = calloc(n + 1, sizeof *work.mode),
                        .response = calloc(n + 1, sizeof *work.response)};
    struct linear_system *systems = NULL;
    double *margins = NULL;
    *law = (struct quantile_law){.rows = NULL};
    int status = work.mode && work.response && work.unit
                     ? STATUS_OK
                     : error_memory(error, "the modes");
    bool lost = false;
    if (status == STATUS_OK)
        status = sampling_systems(sampling, rule, problem, &systems, &margins, error);
    if (status == STATUS_OK)
        status = make_rows(&work, law, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        lost = lost || !(margins[i] > 0);
    for (size_t i = 0; status == STATUS_OK && !lost && i < n; i++)
        status = find_mode(&work, i, error);
    if (status == STATUS_OK && !lost)
        status = find_units(&work, error);
    if (status == STATUS_OK && !lost) {
        plan(&work, law);
        status = measure(&work, law, error);
    }
    for (size_t i = 0; work.response && i < n; i++)
        response_free(&work.response[i]);
    free(work.response);
    free(work.mode);
    free(work.unit);
    free(systems);
    free(margins);
    return status;
}
