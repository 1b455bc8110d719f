/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary.h"

#include "compare/heavy_tail.h"
#include "compare/stationary_companion.h"
#include "compare/stationary_control.h"
#include "compare/stationary_minibatch.h"
#include "compare/stationary_pairs.h"
#include "compare/stationary_pilot.h"
#include "compare/stationary_plan.h"

#include "base/interrupt.h"
#include "engine/companion_plan.h"
#include "engine/control_plan.h"
#include "engine/ensemble_pairs.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* sqrt(S_ii S_jj), exact and the paper's; NAN if unknown or if a mode has no noise. */
static int find_spreads(const struct stationary_work *work,
                        const struct comparison *row, double *exact, double *paper,
                        struct error *error)
{
    const size_t mode[2] = {row->i, row->j};
    double product[2] = {1, 1};
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        const double h = work->problem->h[mode[k]];
        const double c = problem_noise(work->problem, mode[k], mode[k]);
        double own = NAN, noise = 0;
        enum exact_source ignored;
        status = stationary_noise(work, mode[k], mode[k], &noise, error);
        if (status == STATUS_OK && c > 0 && stationary_is_stable(work, row))
            status = theory_covariance(work->rule, h, h, noise, &own, &ignored, error);
        product[0] *= own;
        product[1] *= c > 0 ? theory_paper(work->rule, h, h, c) : NAN;
    }
    *exact = sqrt(product[0]);
    *paper = sqrt(product[1]);
    return status;
}

/* Sets the paper's and the exact value of a row, and the scales of their differences:
 * the value itself or, off the diagonal where it is 0, sqrt(S_ii S_jj). */
static int predict(const struct stationary_work *work, struct comparison *row,
                   struct error *error)
{
    const double c = problem_noise(work->problem, row->i, row->j);
    struct evidence *e = &row->evidence;
    double paper_spread = NAN, noise = c;
    e->paper = theory_paper(work->rule, row->h_i, row->h_j, c);
    e->exact = row->spread = NAN;
    e->exact_error = 0;
    row->source = EXACT_NONE;
    int status = stationary_noise(work, row->i, row->j, &noise, error);
    if (status == STATUS_OK && stationary_is_stable(work, row))
        status =
            theory_covariance_bounded(work->rule, row->h_i, row->h_j, noise, &e->exact,
                                      &e->exact_error, &row->source, error);
    e->exact_error += work->law.error * fabs(e->exact);
    if (status == STATUS_OK && row->i != row->j)
        status = find_spreads(work, row, &row->spread, &paper_spread, error);
    e->exact_scale = evidence_scale_or(e->exact, row->spread);
    e->paper_scale = evidence_scale_or(e->paper, paper_spread);
    return status;
}

/* Takes a row's moments, with and without control variates. A session that ends early
 * may leave a row without chains. */
static void take(struct comparison *row, const struct moments *moments,
                 const struct moments *plain)
{
    if (moments->count == 0)
        return;
    row->evidence.sampled = true;
    row->evidence.measured = moments->mean;
    row->evidence.se = moments_stderr(moments);
    row->evidence.count = moments->count;
    row->evidence.plain = plain->mean;
    row->evidence.plain_se = moments_stderr(plain);
}

/* Whether a rule of known law may have control variates from it. Chains that the user
 * gave may be enough for a verdict without them alone. */
static bool may_control(const struct stationary_work *work)
{
    const uint64_t given = work->sampling->chains;
    return work->sampling->control == SAMPLING_CONTROL_AUTO &&
           (given == 0 || given >= PLAN_FEWEST) && rule_has_law(work->rule);
}

static int measure_separately(struct stationary_work *work, struct ensemble *ensemble,
                              struct error *error)
{
    const size_t n = work->problem->n;
    struct chains *chains = calloc(n, sizeof *chains);
    struct moments *theta = calloc(n, sizeof *theta);
    struct moments *plain = calloc(n, sizeof *plain);
    struct moments *controlled = calloc(n, sizeof *controlled);
    struct control *control = NULL;
    int status = STATUS_OK;
    if (!chains || !theta || !plain || !controlled)
        status = error_memory(error, "the modes");
    if (work->elements == STATIONARY_SUM)
        plan_share_budget(&work->jobs->plan, sizeof *work->jobs, work->count,
                          work->sampling->max_samples);
    if (status == STATUS_OK && may_control(work) && !problem_is_coupled(work->problem))
        status = stationary_control_plan(work, ensemble, &control, error);
    if (status == STATUS_OK && companion_may(work->sampling, work->rule, work->problem))
        status = stationary_companion_plan(work, ensemble, &control, error);
    ensemble->control = control;
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        if (work->jobs[i].plan.affordable)
            chains[i] = work->jobs[i].plan.chains;
    if (status == STATUS_OK)
        status = ensemble_moments(ensemble, chains, theta, plain, controlled, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        if (work->jobs[i].plan.affordable)
            take(&work->rows[i], &controlled[i], &plain[i]);
    free(chains);
    free(theta);
    free(plain);
    free(controlled);
    free(control);
    return status;
}

/* Observes all pairs, even if only the diagonal is reported: the cost is that of the
 * chains. */
static int measure_together(struct stationary_work *work, struct ensemble *ensemble,
                            struct covariance_groups *groups, struct error *error)
{
    const size_t n = work->problem->n, count = n > 0 ? n * (n + 1) / 2 : 1;
    struct moments *plain = calloc(2 * count, sizeof *plain);
    const struct moments *controlled = plain;
    struct control *control = NULL;
    struct control_pair *pairs = NULL;
    bool any = false;
    int status = plain ? STATUS_OK : error_memory(error, "the covariance");
    if (status == STATUS_OK && may_control(work) && work->problem->examples == 0)
        status = stationary_pairs_plan(work, ensemble, &control, &pairs, error);
    if (status == STATUS_OK && !control && !work->law.noise)
        stationary_plan_join(work);
    if (status == STATUS_OK)
        status = interrupt_check(error);
    for (size_t k = 0; k < work->count; k++)
        any |= work->jobs[k].plan.affordable;
    ensemble->control = control;
    ensemble->pairs = pairs;
    if (control && status == STATUS_OK) {
        controlled = plain + count;
        status = ensemble_pairs_covariance(ensemble, work->jobs[0].plan.chains, plain,
                                           plain + count, groups, error);
    } else if (status == STATUS_OK && any) {
        status = ensemble_covariance(ensemble, work->jobs[0].plan.chains, plain, groups,
                                     error);
    } else if (groups) {
        groups->count = 0;
    }
    for (size_t k = 0; status == STATUS_OK && k < work->count; k++)
        if (work->jobs[k].plan.affordable) {
            const size_t pair = ensemble_pair(n, work->rows[k].i, work->rows[k].j);
            take(&work->rows[k], &controlled[pair], &plain[pair]);
        }
    free(plain);
    free(control);
    free(pairs);
    return status;
}

/* Whether rounding may affect a verdict. Rounding theta to doubles adds noise of
 * variance (eps theta*)^2 a step, which accumulates by 1/(1 - rho). It may reach 1e-4
 * of the variance or, without noise, the numerical tolerance. */
static bool rounding_shows(const struct stationary_work *work,
                           const struct comparison *row,
                           const struct stationary_job *job)
{
    const bool noiseless = row->evidence.noiseless;
    const double tolerance = ESTIMATE_TOLERANCE * row->evidence.exact_scale;
    const size_t mode[2] = {row->i, row->j};
    const double variance[2] = {job->law.s_ii[0], job->law.s_jj[0]};
    for (int k = 0; k < 2; k++) {
        const double step = DBL_EPSILON * work->problem->theta_star[mode[k]];
        const double grown = step * step / work->margin[mode[k]];
        if (grown > (noiseless ? tolerance : 1e-4 * variance[k]))
            return true;
    }
    return false;
}

/* The exact bias that the start leaves in what was measured; 0 if no law tells it. */
static double remaining_bias(const struct stationary_work *work,
                             const struct comparison *row,
                             const struct stationary_job *job)
{
    if (!rule_has_law(work->rule) || !row->evidence.sampled ||
        !stationary_is_stable(work, row))
        return 0;
    if (work->law.noise)
        return job->bias;
    return fabs(
        plan_law_bias(&job->law, job->plan.chains.burn_in, job->plan.chains.steps));
}

static bool tails_show(const struct stationary_work *work, const struct comparison *row,
                       const struct stationary_job *job)
{
    const struct chains *chains = &job->plan.chains;
    const double draws =
        (double)row->evidence.count * (double)(chains->steps - chains->burn_in);
    return row->i == row->j &&
           heavy_tail_shows(work->problem->law, draws, job->law.s_ii[0],
                            row->evidence.plain_se);
}

/* Whether a row has enough chains and effective samples and has forgotten its start. */
static bool is_decisive(const struct stationary_work *work,
                        const struct comparison *row, const struct stationary_job *job)
{
    const struct evidence *e = &row->evidence;
    if (!rule_has_law(work->rule))
        return e->sampled && e->count >= ESTIMATE_MIN_CHAINS;
    if (!e->sampled || !stationary_is_stable(work, row) || job->plan.too_short ||
        rounding_shows(work, row, job) || tails_show(work, row, job))
        return false;
    if (e->noiseless)
        return e->bias <= ESTIMATE_TOLERANCE * e->exact_scale;
    /* A sum looks at its own chains and samples. */
    const bool part = work->elements == STATIONARY_SUM;
    if (!part && e->count < ESTIMATE_MIN_CHAINS)
        return false;
    if (job->controlled)
        return (part || e->count >= PLAN_FEWEST) &&
               e->bias <= job->request.target / 10 &&
               stationary_control_long_enough(work, row, job);
    return (part || row->effective >= ESTIMATE_MIN_SAMPLES) && e->bias <= e->se / 10 &&
           !job->skewed;
}

/* The variance of one sample of the stationary law, over that of the estimate. */
static double effective_samples(const struct comparison *row,
                                const struct stationary_job *job)
{
    const struct plan_law *law = &job->law;
    const double se = row->evidence.se;
    return (law->s_ii[0] * law->s_jj[0] + law->s_ij[0] * law->s_ij[0]) / (se * se);
}

/* Modes that minibatches couple: all pairs only if they are asked for, which costs more
 * than the chains. */
static int measure_minibatches(struct stationary_work *work, struct ensemble *ensemble,
                               struct covariance_groups *groups, struct error *error)
{
    struct skewed_moments *square = NULL;
    struct covariance_groups own = {.count = PLAN_CHAINS};
    int status = STATUS_OK;
    if (work->law.noise)
        status = stationary_minibatch_plan(work, ensemble, error);
    if (status != STATUS_OK)
        return status;
    if (work->elements == STATIONARY_PAIRS) {
        status = measure_together(work, ensemble, &own, error);
        if (status == STATUS_OK)
            stationary_minibatch_judge(work, NULL, &own);
    } else if (work->jobs[0].plan.affordable) {
        square = calloc(work->count, sizeof *square);
        status = square ? ensemble_squares(ensemble, work->jobs[0].plan.chains, square,
                                           error)
                        : error_memory(error, "the modes");
        for (size_t i = 0; status == STATUS_OK && i < work->count; i++)
            take(&work->rows[i], &square[i].moments, &square[i].moments);
        if (status == STATUS_OK)
            stationary_minibatch_judge(work, square, NULL);
    }
    if (groups)
        groups->count = 0;
    free(own.mean);
    free(square);
    return status;
}

static int prepare(struct stationary_work *work, struct error *error)
{
    const bool full = work->elements == STATIONARY_PAIRS;
    const size_t n = work->problem->n;
    work->count = full ? n * (n + 1) / 2 : n;
    const size_t size = work->count > 0 ? work->count : 1;
    work->rows = calloc(size, sizeof *work->rows);
    work->jobs = calloc(size, sizeof *work->jobs);
    if (!work->rows || !work->jobs)
        return error_memory(error, "the rows");
    int status = STATUS_OK;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < (full ? n : i + 1) && status == STATUS_OK; j++, k++) {
            struct comparison *row = &work->rows[k];
            *row = (struct comparison){.i = i,
                                       .j = j,
                                       .h_i = work->problem->h[i],
                                       .h_j = work->problem->h[j],
                                       .evidence = {.measured = NAN, .se = NAN}};
            status = interrupt_check(error);
            row->evidence.noiseless = problem_noise(work->problem, i, i) == 0 ||
                                      problem_noise(work->problem, j, j) == 0;
            if (status == STATUS_OK)
                status = predict(work, row, error);
            if (status == STATUS_OK && !work->sampling->exact_only)
                status = stationary_plan_row(work, row, &work->jobs[k], error);
            row->plain_samples = work->jobs[k].plan.samples;
        }
    return status;
}

int stationary_check_mean(const struct rule *rule, const struct problem *problem,
                          struct error *error)
{
    if (rule_has_law(rule) || rule->decay.lambda == 0)
        return STATUS_OK;
    for (size_t i = 0; i < problem->n; i++)
        if (problem->theta_star[i] != 0)
            return error_about(error, STATUS_USAGE, "weight-decay",
                               "the mean of %s, which is not linear, is not known "
                               "if theta* is not 0; allowed is 0",
                               rule->kind->name);
    return STATUS_OK;
}

/* Finds the stationary means and the start's offsets from them. */
static int find_means(struct stationary_work *work, struct error *error)
{
    const struct problem *problem = work->problem;
    const size_t n = problem->n;
    int status = stationary_check_mean(work->rule, problem, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        const double theta_star = problem->theta_star[i];
        double mean[LINEAR_STATE] = {0};
        status = interrupt_check(error);
        if (status == STATUS_OK && rule_has_law(work->rule) && work->margin[i] > 0)
            status = theory_mean(work->rule, problem->h[i], theta_star, mean, error);
        work->mean[i] = theta_star + mean[0];
        for (int k = 0; k < LINEAR_STATE; k++)
            work->offset[i * LINEAR_STATE + (size_t)k] =
                (k == 0 ? problem->start[i] - theta_star : 0) - mean[k];
    }
    return status;
}

static int work_init(struct stationary_work *work, struct error *error)
{
    const size_t n = work->problem->n;
    const int status = sampling_systems(work->sampling, work->rule, work->problem,
                                        &work->systems, &work->margin, error);
    if (status != STATUS_OK)
        return status;
    work->mean = calloc(n, sizeof(double));
    work->offset = calloc(n, LINEAR_STATE * sizeof(double));
    if (!work->mean || !work->offset)
        return error_memory(error, "the modes");
    return find_means(work, error);
}

/* Frees all but the rows. */
static void work_free(struct stationary_work *work)
{
    free(work->systems);
    free(work->margin);
    free(work->mean);
    free(work->offset);
    free(work->jobs);
    least_squares_law_free(&work->law);
    free(work->moved);
}

int stationary_compare(const struct sampling *sampling, const struct rule *rule,
                       const struct problem *problem, enum stationary_elements elements,
                       const char *label, struct covariance_groups *groups,
                       struct comparison **rows, size_t *count, struct error *error)
{
    struct stationary_work work = {
        .sampling = sampling, .rule = rule, .problem = problem, .elements = elements};
    struct ensemble ensemble = sampling_ensemble(sampling, rule, problem, label);
    const double start = omp_get_wtime();
    int status = work_init(&work, error);
    ensemble.mean = work.mean;
    if (status == STATUS_OK)
        status = stationary_minibatch_law(&work, error);
    const bool together = elements == STATIONARY_PAIRS || problem_is_coupled(problem);
    if (groups && !together)
        groups->count = 0;
    if (status == STATUS_OK && !rule_has_law(rule) && !sampling->exact_only)
        status = stationary_pilot_plan(&work, &ensemble, error);
    if (status == STATUS_OK)
        status = prepare(&work, error);
    if (rule_has_law(rule))
        ensemble.exact_seconds = omp_get_wtime() - start;
    if (status == STATUS_OK && !sampling->exact_only)
        status = problem->examples > 0
                     ? measure_minibatches(&work, &ensemble, groups, error)
                 : together ? measure_together(&work, &ensemble, groups, error)
                            : measure_separately(&work, &ensemble, error);
    if (status == STATUS_OK && stationary_pilot_spared(&work))
        stationary_pilot_judge(&work);
    for (size_t k = 0; status == STATUS_OK && k < work.count; k++) {
        struct comparison *row = &work.rows[k];
        status = interrupt_check(error);
        if (row->evidence.noiseless && row->evidence.sampled)
            row->evidence.se = row->evidence.plain_se = 0;
        row->plan = work.jobs[k].plan;
        row->evidence.plain_samples = row->plain_samples;
        row->settles = rule_has_law(rule) || rule_settles(rule);
        row->diverges = work.diverges;
        row->undefined = work.undefined;
        row->unstable = rule_has_law(rule) && !stationary_is_stable(&work, row);
        row->evidence.bias = remaining_bias(&work, row, &work.jobs[k]);
        row->effective = effective_samples(row, &work.jobs[k]);
        row->evidence.decisive = is_decisive(&work, row, &work.jobs[k]);
        row->verdicts = evidence_judge(&row->evidence);
    }
    work_free(&work);
    if (status != STATUS_OK) {
        free(work.rows);
        work.rows = NULL;
        work.count = 0;
    }
    *rows = work.rows;
    *count = work.count;
    return status;
}

int stationary_mode(const struct sampling *sampling, const struct rule *rule, double h,
                    double c, const char *label, struct comparison *row,
                    struct error *error)
{
    struct problem problem;
    struct comparison *rows = NULL;
    size_t count;
    int status = problem_init_mode(&problem, h, c, error);
    if (status == STATUS_OK)
        status = stationary_compare(sampling, rule, &problem, STATIONARY_DIAGONAL,
                                    label, NULL, &rows, &count, error);
    if (status == STATUS_OK)
        *row = rows[0];
    free(rows);
    problem_free(&problem);
    return status;
}
