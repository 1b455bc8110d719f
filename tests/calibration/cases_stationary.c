/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases.h"

#include "compare/fixed.h"
#include "compare/quantiles.h"
#include "compare/stationary.h"
#include "compare/stationary_epoch.h"
#include "rules/rule_from.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

struct sample case_sample(const struct evidence *e, enum verdict verdict)
{
    return (struct sample){
        .e = *e, .verdict = verdict, .noticed = evidence_control(e), .z = NAN};
}

/* Copies rows, and frees them. */
static void take_rows(struct comparison *rows, size_t count, struct sample *samples)
{
    for (size_t k = 0; k < count; k++)
        samples[k] = case_sample(&rows[k].evidence, rows[k].verdicts.exact);
    free(rows);
}

/* --- stationary laws -------------------------------------------------------------- */

CASE_RUN(case_mode)
{
    struct rule rule;
    struct comparison row;
    int status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status = stationary_mode(sampling, &rule, 1, 1, NULL, &row, error);
    if (status == STATUS_OK)
        *samples = case_sample(&row.evidence, row.verdicts.exact);
    return status;
}

CASE_RUN(case_adam)
{
    struct rule rule, limit;
    struct comparison row, exact;
    struct sampling unsampled = *sampling;
    unsampled.exact_only = true;
    int status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status = rule_from(&limit, error, "heavy_ball lr=0.1 beta1=0.9 beta3=%.17g",
                           1 - 0.9);
    if (status == STATUS_OK)
        status = stationary_mode(&unsampled, &limit, 1, 1, NULL, &exact, error);
    if (status == STATUS_OK)
        status = stationary_mode(sampling, &rule, 1, 1, NULL, &row, error);
    if (status != STATUS_OK)
        return status;
    row.evidence.exact = exact.evidence.exact;
    row.evidence.exact_scale = exact.evidence.exact_scale;
    /* sqrt(v) is about 1 beside an epsilon of 1e7. */
    row.evidence.exact_error = 1e-6 * exact.evidence.exact;
    *samples = case_sample(&row.evidence, evidence_judge(&row.evidence).exact);
    return STATUS_OK;
}

/* Two modes with correlated noise, or three without. */
static int init_problem(struct problem *problem, bool dense, struct error *error)
{
    static const double h[] = {0.5, 1, 2}, c[] = {1, 0.5, 0.5, 2};
    *problem = (struct problem){0};
    if (dense)
        return problem_init_dense(problem, 2, h, c, error);
    const int status = problem_init(problem, 3, h, error);
    for (size_t i = 0; status == STATUS_OK && i < 3; i++)
        problem->noise[i] = h[i];
    return status;
}

static int run_modes(const struct calibration_case *own,
                     const struct sampling *sampling, bool dense,
                     enum stationary_elements elements, struct comparison **rows,
                     size_t *count, struct error *error)
{
    struct rule rule;
    struct problem problem;
    int status = init_problem(&problem, dense, error);
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status = stationary_compare(sampling, &rule, &problem, elements, NULL, NULL,
                                    rows, count, error);
    problem_free(&problem);
    return status;
}

CASE_RUN(case_pairs)
{
    struct comparison *rows = NULL;
    size_t count = 0;
    const int status =
        run_modes(own, sampling, true, STATIONARY_PAIRS, &rows, &count, error);
    take_rows(rows, count, samples);
    return status;
}

static int run_excess(const struct calibration_case *own,
                      const struct sampling *sampling, bool together,
                      struct sample *samples, struct error *error)
{
    struct comparison *rows = NULL;
    size_t count = 0;
    const int status = run_modes(own, sampling, together,
                                 together ? STATIONARY_DIAGONAL : STATIONARY_SUM, &rows,
                                 &count, error);
    if (status == STATUS_OK) {
        const struct evidence e = stationary_excess(rows, count, together);
        *samples = case_sample(&e, evidence_judge(&e).exact);
    }
    free(rows);
    return status;
}

CASE_RUN(case_excess)
{
    return run_excess(own, sampling, false, samples, error);
}

CASE_RUN(case_coupled)
{
    return run_excess(own, sampling, true, samples, error);
}

static int run_epochs(const struct calibration_case *own,
                      const struct sampling *sampling, bool by_phase,
                      struct sample *samples, struct error *error)
{
    static const double h[] = {0.5, 1};
    struct rule rule;
    struct problem problem = {0};
    struct comparison *rows = NULL;
    size_t count = 0;
    int status = problem_init(&problem, by_phase ? 1 : 2, h, error);
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK) {
        for (size_t i = 0; i < problem.n; i++)
            problem.noise[i] = 1;
        problem_set_epochs(&problem, by_phase ? 13 : 8, 2);
        status =
            stationary_epoch_compare(sampling, &rule, &problem, STATIONARY_DIAGONAL,
                                     by_phase, NULL, &rows, &count, error);
    }
    take_rows(rows, count, samples);
    problem_free(&problem);
    return status;
}

CASE_RUN(case_epochs)
{
    return run_epochs(own, sampling, false, samples, error);
}

CASE_RUN(case_phases)
{
    return run_epochs(own, sampling, true, samples, error);
}

CASE_RUN(case_minibatch)
{
    static const double h[] = {0.6, 1.2};
    struct rule rule;
    struct problem problem = {0};
    struct comparison *rows = NULL;
    size_t count = 0;
    int status = problem_init(&problem, 2, h, error);
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK) {
        problem_set_examples(&problem, 3, 1);
        status = stationary_compare(sampling, &rule, &problem, STATIONARY_DIAGONAL,
                                    NULL, NULL, &rows, &count, error);
    }
    take_rows(rows, count, samples);
    problem_free(&problem);
    return status;
}

/* --- at a step -------------------------------------------------------------------- */

static int run_fixed(const struct calibration_case *own,
                     const struct sampling *sampling, bool dense,
                     const struct average *average, uint64_t step,
                     struct sample *samples, struct error *error)
{
    static const double h[] = {0, 2}, c[] = {1, 0.3, 0.3, 2};
    struct rule rule;
    struct problem problem = {0};
    struct fixed_law law = {0};
    int status = problem_init_any(&problem, 2, h, error);
    if (status == STATUS_OK && dense)
        status = problem_set_covariance(&problem, c, error);
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    for (size_t i = 0; status == STATUS_OK && i < 2; i++) {
        problem.theta_star[i] = 1;
        problem.start[i] = (double)i;
        if (!dense)
            problem.noise[i] = c[3 * i];
    }
    if (status == STATUS_OK)
        status = fixed_compare_average(sampling, &rule, &problem,
                                       dense ? FIXED_PAIRS : FIXED_DIAGONAL, average,
                                       step, &law, error);
    /* The excess, which is last, has an upper bound of its error. */
    for (size_t k = 0; status == STATUS_OK && k + 1 < law.count; k++)
        samples[k] = case_sample(&law.rows[k].evidence, law.rows[k].verdicts.exact);
    free(law.rows);
    problem_free(&problem);
    return status;
}

CASE_RUN(case_at)
{
    return run_fixed(own, sampling, false, NULL, 12, samples, error);
}

CASE_RUN(case_at_pairs)
{
    return run_fixed(own, sampling, true, NULL, 3, samples, error);
}

CASE_RUN(case_average)
{
    const struct average average = {.kind = AVERAGE_POLYAK};
    return run_fixed(own, sampling, true, &average, 12, samples, error);
}

/* --- quantiles -------------------------------------------------------------------- */

double case_binomial(uint64_t count, double p, uint64_t n, uint64_t seed)
{
    const unsigned k = (unsigned)count, trials = (unsigned)n;
    /* The fractional parts of multiples of the golden section. */
    const double golden = 0.6180339887498949, u = fmod((double)seed * golden, 1);
    const double own = gsl_ran_binomial_pdf(k, p, trials);
    const double low = gsl_cdf_binomial_P(k, p, trials) - (1 - u) * own;
    const double high = gsl_cdf_binomial_Q(k, p, trials) + (1 - u) * own;
    return low < high ? gsl_cdf_ugaussian_Pinv(low) : gsl_cdf_ugaussian_Qinv(high);
}

static int run_quantiles(const struct calibration_case *own,
                         const struct sampling *sampling, struct noise_law noise,
                         struct sample *samples, struct error *error)
{
    static const double p[] = {0.3, 0.5, 0.95};
    struct rule rule;
    struct problem problem = {0};
    struct quantile_law law = {0};
    int status = problem_init_mode(&problem, 2, 2, error);
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    problem.law = noise;
    if (status == STATUS_OK)
        status = quantiles_compare(sampling, &rule, &problem, p, 3, &law, error);
    for (size_t k = 0; status == STATUS_OK && k < law.count; k++) {
        const struct quantile_row *row = &law.rows[k];
        samples[k] = case_sample(&row->evidence, row->verdicts.exact);
        if (row->quantity == QUANTILE_OF_THETA)
            samples[k].z =
                -case_binomial(row->below, row->p, row->evidence.count, sampling->seed);
    }
    free(law.rows);
    problem_free(&problem);
    return status;
}

CASE_RUN(case_cauchy)
{
    return run_quantiles(own, sampling, (struct noise_law){NOISE_STABLE, 1}, samples,
                         error);
}

CASE_RUN(case_kurtosis)
{
    return run_quantiles(own, sampling, (struct noise_law){NOISE_GAUSSIAN, 0}, samples,
                         error);
}
