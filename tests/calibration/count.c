/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibration.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

static const double threshold[3] = {1.96, 3.29, ESTIMATE_Z};

size_t calibration_rows(const struct calibration_case *own)
{
    size_t count = 0;
    while (count < CALIBRATION_ROWS && own->row[count])
        count++;
    return count;
}

uint64_t calibration_seeds(const struct calibration_case *own, uint64_t seeds)
{
    const uint64_t part = own->part ? seeds / own->part : seeds;
    return part < CALIBRATION_LEAST ? CALIBRATION_LEAST : part;
}

/* --- the figures of one row ------------------------------------------------------- */

/* Whether the deviation is a normal number by itself. */
static bool is_normal(const struct sample *s)
{
    return !isnan(s->z);
}

static double z_of(const struct sample *s)
{
    return is_normal(s) ? s->z : (s->e.measured - s->e.exact) / s->e.se;
}

/* The probability of a deviation beyond z to either side, by the law that the band of
 * the row rests on (estimate_half_width). */
static double tail(const struct sample *s, double z)
{
    return is_normal(s) || s->e.count >= ESTIMATE_NORMAL_CHAINS
               ? 2 * gsl_cdf_ugaussian_Q(fabs(z))
               : 2 * gsl_cdf_tdist_Q(fabs(z), (double)s->e.count - 1);
}

static double variance_of(const struct sample *s)
{
    const double chains = (double)s->e.count;
    return is_normal(s) ? 1 : (chains - 1) / (chains - 3);
}

static bool is_false_alarm(const struct calibration_case *own, enum verdict verdict)
{
    return own->truth == TRUTH_BOUND || own->truth == TRUTH_EXACT_BOUND
               ? verdict == VERDICT_FAILS || verdict == VERDICT_HOLDS
               : verdict == VERDICT_FAILS || verdict == VERDICT_BETTER ||
                     verdict == VERDICT_WORSE;
}

/* The mean over seeds takes the place of what is not known. */
static void set_truth(const struct calibration_case *own, struct sample *s,
                      const struct moments choice[CALIBRATION_CHOICES])
{
    const double mean = choice[s->choice].mean;
    if (own->truth == TRUTH_MEAN) {
        s->e.exact = mean;
        s->e.exact_scale = evidence_scale(mean);
        s->verdict = evidence_judge(&s->e).exact;
        s->noticed = evidence_control(&s->e);
    } else if (own->truth == TRUTH_BOUND) {
        s->e.exact = s->e.paper = mean;
        s->verdict = evidence_judge_bound(&s->e).paper;
    }
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distance of p[n] from the uniform law. */
static double distance(double *p, uint64_t n)
{
    double most = 0;
    qsort(p, n, sizeof *p, compare_doubles);
    for (uint64_t k = 0; k < n; k++)
        most = fmax(most, fmax((double)(k + 1) / (double)n - p[k],
                               p[k] - (double)k / (double)n));
    return most;
}

/* Adds a sample to the counts. */
static void count_sample(const struct calibration_case *own, const struct sample *s,
                         double z, struct calibration *row)
{
    row->decided += s->e.sampled && s->e.decisive;
    row->held += s->verdict == VERDICT_HOLDS || s->verdict == VERDICT_SAME;
    row->missed += !s->noticed;
    row->alarms += is_false_alarm(own, s->verdict);
    row->variance_expected += variance_of(s) / (double)row->seeds;
    for (int k = 0; k < 3; k++) {
        row->beyond[k] += fabs(z) > threshold[k];
        row->expected[k] += tail(s, threshold[k]);
    }
}

/* Mean of measured - exact over its standard error, by which it is beyond the bias that
 * is allowed for. */
static double bias_of(const struct calibration_case *own, const struct sample *samples,
                      size_t stride, const struct calibration *row)
{
    struct moments apart = {0};
    double allowed = 0;
    if (own->truth == TRUTH_MEAN || own->truth == TRUTH_BOUND)
        return NAN;
    if (is_normal(samples))
        return row->mean * sqrt((double)row->seeds);
    for (uint64_t k = 0; k < row->seeds; k++) {
        const struct evidence *e = &samples[k * stride].e;
        moments_add(&apart, e->measured - e->exact);
        allowed += (e->bias + e->exact_error) / (double)row->seeds;
    }
    return copysign(fmax(fabs(apart.mean) - allowed, 0) / moments_stderr(&apart),
                    apart.mean);
}

void calibration_count(const struct calibration_case *own, struct sample *samples,
                       size_t stride, uint64_t seeds, double *p,
                       struct calibration *row)
{
    struct skewed_moments measured = {0};
    struct moments z = {0}, squares = {0}, choice[CALIBRATION_CHOICES] = {{0}};
    *row = (struct calibration){.seeds = seeds,
                                .chains = samples->e.count,
                                .first = samples->e.measured,
                                .first_se = samples->e.se};
    for (uint64_t k = 0; k < seeds; k++) {
        const double x = samples[k * stride].e.measured;
        skewed_moments_add(&measured, x);
        moments_add(&choice[samples[k * stride].choice], x);
        row->sum += k < CALIBRATION_FIRST ? x : 0;
    }
    for (uint64_t k = 0; k < seeds; k++) {
        struct sample *s = &samples[k * stride];
        set_truth(own, s, choice);
        const double apart = z_of(s);
        p[k] = tail(s, apart);
        moments_add(&z, apart);
        moments_add(&squares, apart * apart);
        count_sample(own, s, apart, row);
    }
    row->ks = distance(p, seeds);
    row->mean = z.mean;
    row->variance = z.squares / (double)(seeds - 1);
    row->spread = moments_stderr(&squares);
    row->skew = skewed_moments_skewness(&measured);
    row->bias = bias_of(own, samples, stride, row);
}

/* --- running ---------------------------------------------------------------------- */

static struct sampling settings(const struct calibration_case *own,
                                const struct kernels *kernels, uint64_t seed)
{
    return (struct sampling){
        .kernels = kernels,
        .seed = seed,
        .threads = 1,
        .quiet = true,
        .chains = own->chains,
        .steps = own->steps,
        .burn_in = own->burn_in ? own->burn_in : PLAN_AUTO,
        .precision = own->precision,
        .precision_given = true,
        .max_samples = 1e9,
        .control = own->plain ? SAMPLING_CONTROL_NONE : SAMPLING_CONTROL_AUTO,
    };
}

int calibration_run(const struct calibration_case *own, uint64_t seeds, int threads,
                    struct calibration *rows, struct error *error)
{
    const struct kernels *kernels = kernels_find(error);
    const size_t count = calibration_rows(own);
    struct sample *samples = calloc(seeds * count + 1, sizeof *samples);
    double *p = calloc(seeds + 1, sizeof *p);
    int failed = !kernels         ? STATUS_SOFTWARE
                 : !samples || !p ? error_memory(error, "the samples")
                                  : STATUS_OK;
    if (failed == STATUS_OK) {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
        for (uint64_t seed = 1; seed <= seeds; seed++) {
            const struct sampling sampling = settings(own, kernels, seed);
            struct error what;
            const int status =
                own->run(own, &sampling, samples + (seed - 1) * count, &what);
#pragma omp critical
            if (status != STATUS_OK) {
                failed = status;
                *error = what;
            }
        }
    }
    for (size_t k = 0; failed == STATUS_OK && k < count; k++)
        calibration_count(own, samples + k, count, seeds, p, &rows[k]);
    free(samples);
    free(p);
    return failed;
}
