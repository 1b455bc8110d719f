/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_epoch.h"

#include "base/interrupt.h"
#include "compare/stationary_epoch_plan.h"
#include "engine/ensemble_phases.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

static int check(const struct epoch_work *work, struct error *error)
{
    const struct problem *problem = work->problem;
    if (work->steps == 0)
        return error_about(error, STATUS_USAGE, "batch",
                           "a step of %s takes %d batches of %zu samples, more than "
                           "the %zu of the training set; allowed are smaller batches",
                           work->rule->kind->name, work->rule->kind->samples,
                           problem->batch, problem->train_size);
    if (work->phases > STATIONARY_EPOCH_ROWS / work->element_count)
        return error_about(error, STATUS_USAGE, "by-phase",
                           "%zu elements of %llu phases each are too many rows; "
                           "allowed are %d: a larger batch or a smaller training set "
                           "has fewer phases",
                           work->element_count, (unsigned long long)work->phases,
                           STATIONARY_EPOCH_ROWS);
    return STATUS_OK;
}

static int work_init(struct epoch_work *work, struct error *error)
{
    const size_t n = work->problem->n;
    const int status = sampling_systems(work->sampling, work->rule, work->problem,
                                        &work->systems, &work->margin, error);
    if (status != STATUS_OK)
        return status;
    const size_t rows = work->element_count * work->phases;
    work->group_count = work->together ? 1 : n;
    work->mean = calloc(n, sizeof *work->mean);
    work->offset = calloc(n * LINEAR_STATE, sizeof *work->offset);
    work->elements = calloc(work->element_count + 1, sizeof *work->elements);
    work->groups = calloc(work->group_count + 1, sizeof *work->groups);
    work->rows = calloc(rows + 1, sizeof *work->rows);
    work->bias = calloc(rows + 1, sizeof *work->bias);
    work->spread = calloc(rows + 1, sizeof *work->spread);
    if (!work->mean || !work->offset || !work->elements || !work->groups ||
        !work->rows || !work->bias || !work->spread)
        return error_memory(error, "the rows");
    for (size_t g = 0; g < work->group_count; g++) {
        work->groups[g].first = g;
        work->groups[g].count = work->together ? work->element_count : 1;
    }
    return STATUS_OK;
}

/* Frees all but the rows. */
static void work_free(struct epoch_work *work)
{
    free(work->systems);
    free(work->margin);
    free(work->mean);
    free(work->offset);
    free(work->elements);
    free(work->groups);
    free(work->bias);
    free(work->spread);
}

/* --- exact values ----------------------------------------------------------------- */

static int find_means(const struct epoch_work *work, struct error *error)
{
    const struct problem *problem = work->problem;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        const double theta_star = problem->theta_star[i];
        double mean[LINEAR_STATE] = {0};
        if (work->margin[i] > 0)
            status = theory_mean(work->rule, problem->h[i], theta_star, mean, error);
        work->mean[i] = theta_star + mean[0];
        for (size_t k = 0; k < LINEAR_STATE; k++)
            work->offset[i * LINEAR_STATE + k] =
                (k == 0 ? problem->start[i] - theta_star : 0) - mean[k];
    }
    return status;
}

/* Fills the rows of an element of modes i and j. */
static int predict(const struct epoch_work *work, size_t k, size_t i, size_t j,
                   struct error *error)
{
    const struct problem *problem = work->problem;
    struct epoch_element *element = &work->elements[k];
    struct comparison *row = &work->rows[k * work->phases];
    const double c = problem_noise(problem, i, j);
    const enum exact_source source =
        theory_system(work->rule, problem->h[i], &element->i);
    theory_system(work->rule, problem->h[j], &element->j);
    element->stable = work->margin[i] > 0 && work->margin[j] > 0;
    double *value = calloc(2 * work->phases, sizeof *value);
    int status = value ? STATUS_OK : error_memory(error, "the phases of an epoch");
    if (status == STATUS_OK && element->stable)
        status = epoch_covariance(&work->epoch, &element->i, &element->j, c,
                                  work->phases > 1, value, value + work->phases,
                                  &element->start, error);
    for (uint64_t phase = 0; status == STATUS_OK && phase < work->phases; phase++) {
        row[phase] = (struct comparison){
            .i = i,
            .j = j,
            .phase = phase,
            .h_i = problem->h[i],
            .h_j = problem->h[j],
            .spread = NAN,
            .source = element->stable ? source : EXACT_NONE,
            .settles = true,
            .unstable = !element->stable,
            .evidence = {
                .measured = NAN,
                .se = NAN,
                .exact = element->stable ? value[phase] : (double)NAN,
                .exact_error = element->stable ? value[work->phases + phase] : 0,
                .paper = theory_paper(work->rule, problem->h[i], problem->h[j], c)}};
        row[phase].evidence.noiseless = problem_noise(problem, i, i) == 0 ||
                                        problem_noise(problem, j, j) == 0 ||
                                        (i == j && row[phase].evidence.exact == 0);
    }
    free(value);
    return status;
}

/* The row of the variance of a mode in the same phase. */
static const struct comparison *variance_of(const struct epoch_work *work,
                                            const struct comparison *row, size_t mode)
{
    const size_t n = work->problem->n;
    const size_t k = work->pairs ? ensemble_pair(n, mode, mode) : mode;
    return &work->rows[k * work->phases + row->phase];
}

/* The scales of differences from what is predicted, which may be 0 off the diagonal. */
static void find_scales(const struct epoch_work *work, struct comparison *row)
{
    double paper_spread = NAN;
    if (row->i != row->j) {
        const struct evidence *a = &variance_of(work, row, row->i)->evidence;
        const struct evidence *b = &variance_of(work, row, row->j)->evidence;
        row->spread = sqrt(a->exact * b->exact);
        paper_spread = sqrt(a->paper * b->paper);
        row->evidence.noiseless |= a->noiseless || b->noiseless;
    }
    row->evidence.exact_scale = evidence_scale_or(row->evidence.exact, row->spread);
    row->evidence.paper_scale = evidence_scale_or(row->evidence.paper, paper_spread);
}

static int predict_all(const struct epoch_work *work, struct error *error)
{
    const size_t n = work->problem->n;
    int status = find_means(work, error);
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; status == STATUS_OK && j < (work->pairs ? n : i + 1);
             j++, k++) {
            status = interrupt_check(error);
            if (status == STATUS_OK)
                status = predict(work, k, i, j, error);
        }
    for (size_t r = 0; status == STATUS_OK && r < work->element_count * work->phases;
         r++)
        find_scales(work, &work->rows[r]);
    return status;
}

/* --- measuring and judging -------------------------------------------------------- */

static void take(const struct epoch_work *work, const struct moments *moments, size_t k,
                 const struct plan *plan, struct comparison *row)
{
    struct evidence *e = &row->evidence;
    const uint64_t recorded = plan->chains.steps - plan->chains.burn_in;
    const struct moments *own = &moments[k * work->phases + row->phase];
    row->plan = *plan;
    row->plain_samples = e->plain_samples = plan->samples;
    if (own->count > 0) {
        e->sampled = true;
        e->measured = e->plain = own->mean;
        e->se = e->plain_se = e->noiseless ? 0 : moments_stderr(own);
        e->count = own->count;
    }
    if (e->sampled && !row->unstable) {
        const double s_ii = variance_of(work, row, row->i)->evidence.exact;
        const double s_jj = variance_of(work, row, row->j)->evidence.exact;
        e->bias = stationary_epoch_bias(work, row, k, plan->chains.burn_in,
                                        recorded / work->steps);
        row->effective = (s_ii * s_jj + e->exact * e->exact) / (e->se * e->se);
        /* The burn-in is planned for the error that is wanted. The fewest chains may
         * have a smaller one; the band holds the bias besides. */
        const double wanted = work->sampling->precision * e->exact_scale;
        e->decisive = !plan->too_short &&
                      (e->noiseless ? e->bias <= ESTIMATE_TOLERANCE * e->exact_scale
                                    : e->count >= ESTIMATE_MIN_CHAINS &&
                                          row->effective >= ESTIMATE_MIN_SAMPLES &&
                                          e->bias <= fmax(e->se, wanted) / 10);
    }
}

static int measure(const struct epoch_work *work, const struct ensemble *ensemble,
                   struct error *error)
{
    const size_t rows = work->element_count * work->phases;
    struct chains *chains = calloc(work->group_count + 1, sizeof *chains);
    struct moments *moments = calloc(rows + 1, sizeof *moments);
    int status = chains && moments ? STATUS_OK : error_memory(error, "the rows");
    bool any = false;
    for (size_t g = 0; status == STATUS_OK && g < work->group_count; g++)
        if (work->groups[g].plan.affordable) {
            chains[g] = work->groups[g].plan.chains;
            any = true;
        }
    if (status == STATUS_OK && any)
        status = ensemble_phases(ensemble, work->pairs, chains,
                                 work->phases > 1 ? work->steps : 1, moments, error);
    for (size_t g = 0; status == STATUS_OK && g < work->group_count; g++) {
        const struct epoch_group *group = &work->groups[g];
        for (size_t k = group->first; k < group->first + group->count; k++)
            for (uint64_t phase = 0; phase < work->phases; phase++)
                take(work, moments, k, &group->plan,
                     &work->rows[k * work->phases + phase]);
    }
    free(chains);
    free(moments);
    return status;
}

int stationary_epoch_compare(const struct sampling *sampling, const struct rule *rule,
                             const struct problem *problem,
                             enum stationary_elements elements, bool by_phase,
                             const char *label, struct comparison **rows, size_t *count,
                             struct error *error)
{
    const size_t n = problem->n;
    const uint64_t steps = problem_epoch(problem, rule->kind->samples);
    const bool pairs = elements == STATIONARY_PAIRS;
    const double start = omp_get_wtime();
    struct epoch_work work = {
        .sampling = sampling,
        .rule = rule,
        .problem = problem,
        .epoch = {problem->train_size, problem->batch},
        .pairs = pairs,
        .together = pairs || problem_is_coupled(problem),
        .steps = steps,
        .phases = by_phase ? steps : 1,
        .element_count = pairs ? n * (n + 1) / 2 : n,
    };
    struct ensemble ensemble = sampling_ensemble(sampling, rule, problem, label);
    int status = check(&work, error);
    if (status == STATUS_OK)
        status = work_init(&work, error);
    if (status == STATUS_OK)
        status = predict_all(&work, error);
    ensemble.mean = work.mean;
    ensemble.exact_seconds = omp_get_wtime() - start;
    if (status == STATUS_OK && !sampling->exact_only)
        status = stationary_epoch_plan(&work, &ensemble, error);
    if (status == STATUS_OK && !sampling->exact_only)
        status = measure(&work, &ensemble, error);
    *count = status == STATUS_OK ? work.element_count * work.phases : 0;
    for (size_t r = 0; r < *count; r++)
        work.rows[r].verdicts = evidence_judge(&work.rows[r].evidence);
    work_free(&work);
    if (status != STATUS_OK) {
        free(work.rows);
        work.rows = NULL;
    }
    *rows = work.rows;
    return status;
}

int stationary_epoch_exact(const struct rule *rule, double h, double c,
                           uint64_t train_size, uint64_t batch, double *variance,
                           struct error *error)
{
    const struct epoch epoch = {train_size, batch};
    struct linear_system system;
    double bound;
    theory_system(rule, h, &system);
    return epoch_covariance(&epoch, &system, &system, c, false, variance, &bound, NULL,
                            error);
}
