#include "stationary.h"

#include "interrupt.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one comparison needs while it is planned and measured. */
struct job {
    struct pair_law law;
    struct plan plan;
    struct plan_request request;
};

struct work {
    const struct sampling *sampling;
    const struct rule *rule;
    const struct quadratic *problem;
    struct linear_system *systems; /* probed, one a mode: for planning only */
    double *radius;                /* their spectral radii */
    struct comparison *rows;
    struct job *jobs;
    size_t count;
};

/* Have both modes of the row a stationary law? */
static bool is_stable(const struct work *work, const struct comparison *row)
{
    return work->radius[row->i] < 1 && work->radius[row->j] < 1;
}

/* Paper and exact value of a row, and the scales that differences are held against. */
static int predict(const struct work *work, struct comparison *row, struct error *error)
{
    const struct quadratic *problem = work->problem;
    const double c = quadratic_noise(problem, row->i, row->j);
    struct evidence *e = &row->evidence;
    e->paper = theory_paper(work->rule, row->h_i, row->h_j, c);
    e->exact = NAN;
    row->source = EXACT_NONE;
    int status = STATUS_OK;
    if (is_stable(work, row))
        status = theory_covariance(work->rule, row->h_i, row->h_j, c, &e->exact,
                                   &row->source, error);
    e->exact_scale = evidence_scale(e->exact);
    e->paper_scale = evidence_scale(e->paper);
    if (row->i == row->j || status != STATUS_OK)
        return status;
    /* Off the diagonal a covariance is held against sqrt(S_ii S_jj). */
    const double c_ii = quadratic_noise(problem, row->i, row->i);
    const double c_jj = quadratic_noise(problem, row->j, row->j);
    if (c_ii == 0 || c_jj == 0)
        return STATUS_OK;
    double s_ii = NAN, s_jj = NAN;
    enum exact_source ignored;
    if (is_stable(work, row))
        status = theory_covariance(work->rule, row->h_i, row->h_i, c_ii, &s_ii,
                                   &ignored, error);
    if (status == STATUS_OK && is_stable(work, row))
        status = theory_covariance(work->rule, row->h_j, row->h_j, c_jj, &s_jj,
                                   &ignored, error);
    e->exact_scale = evidence_scale(sqrt(s_ii * s_jj));
    e->paper_scale =
        evidence_scale(sqrt(theory_paper(work->rule, row->h_i, row->h_i, c_ii) *
                            theory_paper(work->rule, row->h_j, row->h_j, c_jj)));
    return status;
}

/* Plans one row: for the default precision, sharpened where verdict or margin ask for
 * more and the budget allows it. */
static int plan_row(const struct work *work, const struct comparison *row,
                    struct job *job, struct error *error)
{
    const struct quadratic *problem = work->problem;
    const struct sampling *sampling = work->sampling;
    const size_t i = row->i, j = row->j;
    const double noise[3] = {quadratic_noise(problem, i, i),
                             quadratic_noise(problem, j, j),
                             quadratic_noise(problem, i, j)};
    if (!is_stable(work, row)) {
        job->plan = (struct plan){.affordable = true};
        return sampling_given_chains(sampling, &job->plan.chains, error);
    }
    const int status = pair_law_init(&job->law, &work->systems[i], &work->systems[j],
                                     noise, problem->start[i] - problem->theta_star[i],
                                     problem->start[j] - problem->theta_star[j], error);
    if (status == STATUS_SOFTWARE) {
        /* The state overflows or has no law within rounding: nothing can be planned. */
        job->plan = (struct plan){.samples = INFINITY};
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    if (row->evidence.noiseless) {
        job->request = sampling_request(sampling, ESTIMATE_TOLERANCE);
        if (job->request.replicas == 0)
            job->request.replicas = 1; /* nothing is random */
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

/* Correlated modes run together, for as long as the most demanding affordable row asks.
 */
static void join_plans(struct work *work)
{
    struct chains joint = {0};
    for (int round = 0; round < 2; round++)
        for (size_t k = 0; k < work->count; k++) {
            const struct job *job = &work->jobs[k];
            if (!job->plan.affordable)
                continue;
            if (round == 0) {
                const struct chains own = job->plan.chains;
                joint.steps = own.steps > joint.steps ? own.steps : joint.steps;
                joint.burn_in =
                    own.burn_in > joint.burn_in ? own.burn_in : joint.burn_in;
                if (work->sampling->replicas > 0)
                    joint.replicas = own.replicas;
            } else if (work->sampling->replicas == 0) {
                /* With the longer chains, how many replicas does this row need? */
                struct plan again;
                struct plan_request request = job->request;
                request.steps = joint.steps;
                request.burn_in = joint.burn_in;
                plan_make(&job->law, &request, &again);
                if (again.chains.replicas > joint.replicas)
                    joint.replicas = again.chains.replicas;
            }
        }
    for (size_t k = 0; k < work->count; k++)
        work->jobs[k].plan.chains = joint;
}

/* A run that the time given has cut short may leave a row without chains. */
static void take(struct comparison *row, const struct moments *moments)
{
    if (moments->count == 0)
        return;
    row->evidence.sampled = true;
    row->evidence.measured = moments->mean;
    row->evidence.se = moments_stderr(moments);
    row->evidence.count = moments->count;
}

static int measure_separately(struct work *work, const struct ensemble *ensemble,
                              struct error *error)
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

/* All pairs are observed, even where only the diagonal is reported: the chains are the
 * cost. */
static int measure_together(struct work *work, const struct ensemble *ensemble,
                            struct covariance_groups *groups, struct error *error)
{
    const size_t n = work->problem->n;
    struct moments *pairs = calloc(n * (n + 1) / 2, sizeof *pairs);
    bool any = false;
    int status = pairs ? STATUS_OK : error_memory(error, "the covariance");
    join_plans(work);
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

/* Rounding theta to doubles adds noise of variance (eps theta*)^2 a step, which grows
 * by 1/(1 - rho): does it reach what a verdict rests on, 1e-4 of the variance or,
 * without noise, the numerical tolerance? */
static bool rounding_shows(const struct work *work, const struct comparison *row,
                           const struct job *job)
{
    const bool noiseless = row->evidence.noiseless;
    const double tolerance = ESTIMATE_TOLERANCE * row->evidence.exact_scale;
    const size_t mode[2] = {row->i, row->j};
    const double variance[2] = {job->law.s_ii[0], job->law.s_jj[0]};
    for (int k = 0; k < 2; k++) {
        const double step = DBL_EPSILON * work->problem->theta_star[mode[k]];
        const double grown = step * step / (1 - work->radius[mode[k]]);
        if (grown > (noiseless ? tolerance : 1e-4 * variance[k]))
            return true;
    }
    return false;
}

/* Enough chains and effective samples, and the start forgotten? */
static bool is_decisive(const struct work *work, const struct comparison *row,
                        const struct job *job)
{
    const struct evidence *e = &row->evidence;
    if (!e->sampled || !is_stable(work, row) || job->plan.too_short ||
        rounding_shows(work, row, job))
        return false;
    if (e->noiseless)
        return fabs(pair_law_bias(&job->law, job->plan.chains.burn_in,
                                  job->plan.chains.steps)) <=
               ESTIMATE_TOLERANCE * e->exact_scale;
    if (e->count < ESTIMATE_MIN_CHAINS)
        return false;
    const double single =
        job->law.s_ii[0] * job->law.s_jj[0] + job->law.s_ij[0] * job->law.s_ij[0];
    const double bias =
        pair_law_bias(&job->law, job->plan.chains.burn_in, job->plan.chains.steps);
    return single / (e->se * e->se) >= ESTIMATE_MIN_SAMPLES && fabs(bias) <= e->se / 10;
}

static int prepare(struct work *work, bool full, struct error *error)
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
            if (interrupt_pending())
                status = error_set(error, STATUS_INTERRUPTED, "interrupted");
            row->evidence.noiseless = quadratic_noise(work->problem, i, i) == 0 ||
                                      quadratic_noise(work->problem, j, j) == 0;
            if (status == STATUS_OK)
                status = predict(work, row, error);
            if (status == STATUS_OK)
                status = plan_row(work, row, &work->jobs[k], error);
        }
    return status;
}

int stationary_compare(const struct sampling *sampling, const struct rule *rule,
                       const struct quadratic *problem, bool full, const char *label,
                       struct covariance_groups *groups, struct comparison **rows,
                       size_t *count, struct error *error)
{
    struct work work = {.sampling = sampling, .rule = rule, .problem = problem};
    const struct ensemble ensemble = sampling_ensemble(sampling, rule, problem, label);
    double radius;
    int status =
        sampling_systems(sampling, rule, problem, &work.systems, &radius, error);
    if (status == STATUS_OK && !(work.radius = calloc(problem->n, sizeof(double))))
        status = error_memory(error, "the modes");
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++)
        work.radius[i] = linear_system_radius(&work.systems[i]);
    if (groups && !full && !problem->dense)
        groups->count = 0;
    if (status == STATUS_OK)
        status = prepare(&work, full, error);
    if (status == STATUS_OK)
        status = full || problem->dense
                     ? measure_together(&work, &ensemble, groups, error)
                     : measure_separately(&work, &ensemble, error);
    for (size_t k = 0; status == STATUS_OK && k < work.count; k++) {
        struct comparison *row = &work.rows[k];
        if (row->evidence.noiseless && row->evidence.sampled)
            row->evidence.se = 0;
        row->plan = work.jobs[k].plan;
        row->evidence.decisive = is_decisive(&work, row, &work.jobs[k]);
        row->verdicts = evidence_judge(&row->evidence);
    }
    free(work.systems);
    free(work.radius);
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
    struct quadratic problem;
    struct comparison *rows = NULL;
    size_t count;
    int status = quadratic_init_mode(&problem, h, c, error);
    if (status == STATUS_OK)
        status = stationary_compare(sampling, rule, &problem, false, label, NULL, &rows,
                                    &count, error);
    if (status == STATUS_OK)
        *row = rows[0];
    free(rows);
    quadratic_free(&problem);
    return status;
}
