/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary.h"

#include "compare/stationary_pilot.h"

#include "base/interrupt.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether both modes of the row have a stationary law. */
static bool is_stable(const struct stationary_work *work, const struct comparison *row)
{
    return work->margin[row->i] > 0 && work->margin[row->j] > 0;
}

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
        double own = NAN;
        enum exact_source ignored;
        if (c > 0 && is_stable(work, row))
            status = theory_covariance(work->rule, h, h, c, &own, &ignored, error);
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
    double paper_spread = NAN;
    e->paper = theory_paper(work->rule, row->h_i, row->h_j, c);
    e->exact = row->spread = NAN;
    e->exact_error = 0;
    row->source = EXACT_NONE;
    int status = STATUS_OK;
    if (is_stable(work, row))
        status = theory_covariance_bounded(work->rule, row->h_i, row->h_j, c, &e->exact,
                                           &e->exact_error, &row->source, error);
    if (status == STATUS_OK && row->i != row->j)
        status = find_spreads(work, row, &row->spread, &paper_spread, error);
    e->exact_scale = evidence_scale_or(e->exact, row->spread);
    e->paper_scale = evidence_scale_or(e->paper, paper_spread);
    return status;
}

/* Whether doubles make a variance of the law 0 that is not: a tiny learning rate
 * squared.
 */
static int underflows(const struct stationary_work *work, const struct comparison *row,
                      const struct plan_law *law, bool *lost, struct error *error)
{
    const size_t mode[2] = {row->i, row->j};
    const double planned[2] = {law->s_ii[0], law->s_jj[0]};
    int status = STATUS_OK;
    *lost = false;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        const double h = work->problem->h[mode[k]];
        const double c = problem_noise(work->problem, mode[k], mode[k]);
        enum exact_source ignored;
        double variance = 0;
        if (planned[k] == 0 && c > 0)
            status = theory_covariance(work->rule, h, h, c, &variance, &ignored, error);
        *lost |= variance != 0;
    }
    return status;
}

/* Plans one row for the default precision, or for a finer one if the verdict needs it
 * and the budget allows it. */
static int plan_row(const struct stationary_work *work, struct comparison *row,
                    struct stationary_job *job, struct error *error)
{
    const struct problem *problem = work->problem;
    const struct sampling *sampling = work->sampling;
    const size_t i = row->i, j = row->j;
    const double noise[3] = {problem_noise(problem, i, i), problem_noise(problem, j, j),
                             problem_noise(problem, i, j)};
    if (!rule_has_law(work->rule)) {
        job->plan = work->piloted;
        return STATUS_OK;
    }
    if (!is_stable(work, row)) {
        job->plan = (struct plan){.affordable = true};
        return sampling_given_chains(sampling, work->rule, &job->plan.chains, error);
    }
    const double *offset_i = work->offset + i * LINEAR_STATE,
                 *offset_j = work->offset + j * LINEAR_STATE;
    bool lost = false;
    int status = plan_law_init(&job->law, &work->systems[i], &work->systems[j], noise,
                               offset_i[0], offset_j[0], error);
    memcpy(job->law.offset_i, offset_i, sizeof job->law.offset_i);
    memcpy(job->law.offset_j, offset_j, sizeof job->law.offset_j);
    if (status == STATUS_OK)
        status = underflows(work, row, &job->law, &lost, error);
    if (status == STATUS_SOFTWARE || lost) {
        /* The state leaves the range of doubles: nothing can be planned. */
        job->plan = (struct plan){.samples = INFINITY};
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    /* A rule may also ignore the noise that there is. */
    row->evidence.noiseless |= job->law.s_ii[0] == 0 || job->law.s_jj[0] == 0;
    if (row->evidence.noiseless) {
        job->request = sampling_request(sampling, ESTIMATE_TOLERANCE);
        if (job->request.chains == 0)
            job->request.chains = 1; /* nothing is random */
        plan_make(&job->law, &job->request, &job->plan);
        return STATUS_OK;
    }
    const struct evidence *e = &row->evidence;
    const double base = sampling->precision * e->exact_scale;
    const double sharp =
        sampling->precision_given
            ? base
            : estimate_target(sampling->precision, e->exact, e->paper, e->exact_scale);
    job->request = sampling_request(sampling, sharp);
    plan_make(&job->law, &job->request, &job->plan);
    if (!job->plan.affordable && sharp < base) {
        job->request = sampling_request(sampling, base);
        plan_make(&job->law, &job->request, &job->plan);
    }
    return STATUS_OK;
}

/* Correlated modes run together: the most demanding affordable row, if any, sets the
 * chains for all. */
static void join_plans(struct stationary_work *work)
{
    struct chains joint = {0};
    for (int round = 0; round < 2; round++)
        for (size_t k = 0; k < work->count && !interrupt_pending(); k++) {
            const struct stationary_job *job = &work->jobs[k];
            if (!job->plan.affordable)
                continue;
            if (round == 0) {
                const struct chains own = job->plan.chains;
                joint.steps = own.steps > joint.steps ? own.steps : joint.steps;
                joint.burn_in =
                    own.burn_in > joint.burn_in ? own.burn_in : joint.burn_in;
                if (work->sampling->chains > 0)
                    joint.count = own.count;
            } else if (!rule_has_law(work->rule)) {
                joint.count = job->plan.chains.count;
            } else if (work->sampling->chains == 0) {
                /* How many of the longer chains this row needs. */
                struct plan again;
                struct plan_request request = job->request;
                request.steps = joint.steps;
                request.burn_in = joint.burn_in;
                plan_make(&job->law, &request, &again);
                if (again.chains.count > joint.count)
                    joint.count = again.chains.count;
            }
        }
    for (size_t k = 0; joint.steps > 0 && k < work->count; k++)
        work->jobs[k].plan.chains = joint;
}

/* Takes a row's moments. A session that ends early may leave a row without chains. */
static void take(struct comparison *row, const struct moments *moments)
{
    if (moments->count == 0)
        return;
    row->evidence.sampled = true;
    row->evidence.measured = moments->mean;
    row->evidence.se = moments_stderr(moments);
    row->evidence.count = moments->count;
}

static int measure_separately(struct stationary_work *work,
                              const struct ensemble *ensemble, struct error *error)
{
    const size_t n = work->problem->n;
    struct chains *chains = calloc(n, sizeof *chains);
    struct moments *theta = calloc(n, sizeof *theta);
    struct moments *square = calloc(n, sizeof *square);
    int status = STATUS_OK;
    if (!chains || !theta || !square)
        status = error_memory(error, "the modes");
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        if (work->jobs[i].plan.affordable)
            chains[i] = work->jobs[i].plan.chains;
    if (status == STATUS_OK)
        status = ensemble_moments(ensemble, chains, theta, square, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        if (work->jobs[i].plan.affordable)
            take(&work->rows[i], &square[i]);
    free(chains);
    free(theta);
    free(square);
    return status;
}

/* Observes all pairs, even if only the diagonal is reported: the cost is that of the
 * chains. */
static int measure_together(struct stationary_work *work,
                            const struct ensemble *ensemble,
                            struct covariance_groups *groups, struct error *error)
{
    const size_t n = work->problem->n;
    struct moments *pairs = calloc(n * (n + 1) / 2, sizeof *pairs);
    bool any = false;
    int status = pairs ? STATUS_OK : error_memory(error, "the covariance");
    join_plans(work);
    if (status == STATUS_OK)
        status = interrupt_check(error);
    for (size_t k = 0; k < work->count; k++)
        any |= work->jobs[k].plan.affordable;
    if (status == STATUS_OK && any)
        status = ensemble_covariance(ensemble, work->jobs[0].plan.chains, pairs, groups,
                                     error);
    for (size_t k = 0; status == STATUS_OK && k < work->count; k++)
        if (work->jobs[k].plan.affordable)
            take(&work->rows[k],
                 &pairs[ensemble_pair(n, work->rows[k].i, work->rows[k].j)]);
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
    if (!rule_has_law(work->rule) || !row->evidence.sampled || !is_stable(work, row))
        return 0;
    return fabs(
        plan_law_bias(&job->law, job->plan.chains.burn_in, job->plan.chains.steps));
}

/* Whether a row has enough chains and effective samples and has forgotten its start. */
static bool is_decisive(const struct stationary_work *work,
                        const struct comparison *row, const struct stationary_job *job)
{
    const struct evidence *e = &row->evidence;
    if (!rule_has_law(work->rule))
        return e->sampled && e->count >= ESTIMATE_MIN_CHAINS;
    if (!e->sampled || !is_stable(work, row) || job->plan.too_short ||
        rounding_shows(work, row, job))
        return false;
    if (e->noiseless)
        return e->bias <= ESTIMATE_TOLERANCE * e->exact_scale;
    if (e->count < ESTIMATE_MIN_CHAINS)
        return false;
    const double single =
        job->law.s_ii[0] * job->law.s_jj[0] + job->law.s_ij[0] * job->law.s_ij[0];
    return single / (e->se * e->se) >= ESTIMATE_MIN_SAMPLES && e->bias <= e->se / 10;
}

static int prepare(struct stationary_work *work, bool full, struct error *error)
{
    const size_t n = work->problem->n;
    work->count = full ? n * (n + 1) / 2 : n;
    work->rows = calloc(work->count, sizeof *work->rows);
    work->jobs = calloc(work->count, sizeof *work->jobs);
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
                status = plan_row(work, row, &work->jobs[k], error);
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

int stationary_compare(const struct sampling *sampling, const struct rule *rule,
                       const struct problem *problem, bool full, const char *label,
                       struct covariance_groups *groups, struct comparison **rows,
                       size_t *count, struct error *error)
{
    struct stationary_work work = {
        .sampling = sampling, .rule = rule, .problem = problem};
    struct ensemble ensemble = sampling_ensemble(sampling, rule, problem, label);
    int status = work_init(&work, error);
    ensemble.mean = work.mean;
    const bool together = full || problem_is_coupled(problem);
    if (groups && !together)
        groups->count = 0;
    if (status == STATUS_OK && !rule_has_law(rule) && !sampling->exact_only)
        status = stationary_pilot_plan(&work, &ensemble, error);
    if (status == STATUS_OK)
        status = prepare(&work, full, error);
    if (status == STATUS_OK && !sampling->exact_only)
        status = together ? measure_together(&work, &ensemble, groups, error)
                          : measure_separately(&work, &ensemble, error);
    if (status == STATUS_OK && stationary_pilot_spared(&work))
        stationary_pilot_judge(&work);
    for (size_t k = 0; status == STATUS_OK && k < work.count; k++) {
        struct comparison *row = &work.rows[k];
        status = interrupt_check(error);
        if (row->evidence.noiseless && row->evidence.sampled)
            row->evidence.se = 0;
        row->plan = work.jobs[k].plan;
        row->settles = rule_has_law(rule) || rule_settles(rule);
        row->diverges = work.diverges;
        row->undefined = work.undefined;
        row->unstable = rule_has_law(rule) && !is_stable(&work, row);
        row->evidence.bias = remaining_bias(&work, row, &work.jobs[k]);
        row->evidence.decisive = is_decisive(&work, row, &work.jobs[k]);
        row->verdicts = evidence_judge(&row->evidence);
    }
    free(work.systems);
    free(work.margin);
    free(work.mean);
    free(work.offset);
    free(work.jobs);
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
        status = stationary_compare(sampling, rule, &problem, false, label, NULL, &rows,
                                    &count, error);
    if (status == STATUS_OK)
        *row = rows[0];
    free(rows);
    problem_free(&problem);
    return status;
}

struct evidence stationary_excess(const struct comparison *rows, size_t count,
                                  bool together)
{
    struct evidence sum = {.paper = NAN,
                           .paper_scale = 1,
                           .sampled = true,
                           .decisive = true,
                           .noiseless = true,
                           .count = UINT64_MAX};
    double squares = 0, errors = 0;
    for (size_t i = 0; i < count; i++) {
        const struct evidence *e = &rows[i].evidence;
        const double half = rows[i].h_i / 2;
        sum.exact += half * e->exact;
        sum.exact_error += half * e->exact_error;
        sum.bias += half * e->bias;
        sum.measured += half * e->measured;
        squares += half * e->se * half * e->se;
        errors += half * e->se;
        sum.sampled = sum.sampled && e->sampled;
        sum.decisive = sum.decisive && e->decisive;
        sum.noiseless = sum.noiseless && e->noiseless;
        sum.count = e->count < sum.count ? e->count : sum.count;
    }
    sum.se = together ? errors : sqrt(squares);
    sum.exact_scale = evidence_scale(sum.exact);
    return sum;
}
