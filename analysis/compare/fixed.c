/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/fixed.h"

#include "base/interrupt.h"
#include "compare/fixed_control.h"
#include "compare/fixed_law.h"
#include "compare/heavy_tail.h"
#include "compare/stationary.h"
#include "engine/ensemble_average.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fixed_work {
    const struct sampling *sampling;
    const struct rule *rule;
    const struct problem *problem;
    struct fixed_watch watch;       /* what is watched, and at which step */
    struct fixed_pair *mode;        /* n: exact, of each with itself */
    double *centre;                 /* n: exact means of theta */
    struct moments *theta, *square; /* n: of theta, of (theta - centre)^2 */
    struct moments *plain;          /* 2 n: the same without control variates */
    struct chains *chains;          /* n */
    struct control *control;        /* n; NULL: no control variates */
    struct moments *pair;           /* of all pairs; NULL: diagonal alone */
};

static int work_init(struct fixed_work *work, bool pairs, struct error *error)
{
    const size_t n = work->problem->n;
    work->mode = calloc(n, sizeof *work->mode);
    work->centre = calloc(n, sizeof *work->centre);
    work->theta = calloc(n, sizeof *work->theta);
    work->square = calloc(n, sizeof *work->square);
    work->plain = calloc(2 * n, sizeof *work->plain);
    work->chains = calloc(n, sizeof *work->chains);
    if (pairs)
        work->pair = calloc(n * (n + 1) / 2, sizeof *work->pair);
    return work->mode && work->centre && work->theta && work->square && work->plain &&
                   work->chains && (work->pair || !pairs)
               ? STATUS_OK
               : error_memory(error, "the modes");
}

static void work_free(struct fixed_work *work)
{
    free(work->mode);
    free(work->centre);
    free(work->theta);
    free(work->square);
    free(work->plain);
    free(work->chains);
    free(work->control);
    free(work->pair);
}

static int find_exact(struct fixed_work *work, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < work->problem->n; i++) {
        status = fixed_law_of(&work->watch, work->rule, work->problem, i, i,
                              &work->mode[i], error);
        work->centre[i] = work->problem->theta_star[i] + work->mode[i].mean;
        if (status == STATUS_OK)
            status = interrupt_check(error);
    }
    return status;
}

/* E f - f(theta*), and what its parts come to with the same signs, as a scale;
 * *variance becomes the sum of the parts' variances over one chain, *fourths that of
 * their squares. */
static double exact_excess(const struct fixed_work *work, double *natural,
                           double *variance, double *fourths)
{
    const double tails = 2 + noise_law_excess(work->problem->law);
    double sum = 0;
    *natural = *variance = *fourths = 0;
    for (size_t i = 0; i < work->problem->n; i++) {
        const struct fixed_pair *mode = &work->mode[i];
        const double half = work->problem->h[i] / 2, m = mode->mean;
        const double part = half * (mode->covariance + m * m);
        const double own =
            half * half * mode->covariance * (tails * mode->covariance + 4 * m * m);
        sum += part;
        *natural += fabs(part);
        *variance += own;
        *fourths += own * own;
    }
    return sum;
}

/* The first step that is recorded: an average needs those before the last as well. */
static uint64_t first_of(const struct fixed_work *work)
{
    const struct average *average = work->watch.average;
    return !average                          ? work->watch.step
           : average->kind == AVERAGE_POLYAK ? average->from + 1
                                             : 1;
}

/* The number of chains: that of one variance, 2/R relative and more if the noise has
 * heavier tails than Gaussian noise, or of the excess. */
static void plan(const struct fixed_work *work, enum fixed_elements elements,
                 struct fixed_law *law)
{
    const struct sampling *sampling = work->sampling;
    double natural, variance, fourths;
    double relative = 2 + noise_law_excess(work->problem->law);
    const double total = exact_excess(work, &natural, &variance, &fourths);
    if (elements == FIXED_SUM && total != 0 && isfinite(variance / total))
        relative = variance / total / total;
    const double wanted =
        fmax(PLAN_FEWEST, relative / sampling->precision / sampling->precision);
    bool random = false;
    for (size_t i = 0; i < work->problem->n; i++)
        random = random || problem_noise(work->problem, i, i) > 0;
    law->chains = (struct chains){.count = sampling->chains ? sampling->chains
                                           : random         ? plan_power_of_two(wanted)
                                                            : 1,
                                  .steps = work->watch.step,
                                  .burn_in = first_of(work) - 1};
}

/* Whether a mode has control variates. */
static bool is_controlled(const struct fixed_work *work, size_t i)
{
    return work->control && work->control[i].filters.states > 0;
}

/* Modes that run separately may have control variates; so few chains as a user may give
 * may not. */
static bool may_control(const struct fixed_work *work, enum fixed_elements elements)
{
    const struct sampling *sampling = work->sampling;
    const double parts = elements == FIXED_SUM ? (double)work->problem->n : 1;
    return sampling->control == SAMPLING_CONTROL_AUTO && elements != FIXED_PAIRS &&
           !work->watch.average && !problem_is_coupled(work->problem) &&
           (sampling->chains == 0 || sampling->chains >= FIXED_CHAINS) &&
           FIXED_PILOT * parts * (double)work->watch.step <= sampling->max_samples;
}

/* The precision of each mode by which the excess has the precision wanted; a part has
 * two errors. */
static double share(const struct fixed_work *work, enum fixed_elements elements)
{
    double total = 0, squares = 0;
    for (size_t i = 0; i < work->problem->n; i++) {
        const struct fixed_pair *mode = &work->mode[i];
        const double part =
            work->problem->h[i] / 2 * (mode->covariance + mode->mean * mode->mean);
        total += part;
        squares += part * part;
    }
    return elements == FIXED_SUM
               ? stationary_share(work->sampling->precision, total, squares) / 2
               : work->sampling->precision;
}

/* Plans control variates, where they pay. */
static int plan_control(struct fixed_work *work, const struct ensemble *ensemble,
                        enum fixed_elements elements, struct error *error)
{
    const size_t n = work->problem->n;
    const double precision = share(work, elements);
    struct fixed_target *target = calloc(n + 1, sizeof *target);
    if (!target)
        return error_memory(error, "the modes");
    for (size_t i = 0; i < n; i++) {
        const struct fixed_pair *mode = &work->mode[i];
        if (problem_noise(work->problem, i, i) > 0 && isfinite(mode->covariance))
            target[i] = (struct fixed_target){
                precision * mode->covariance,
                precision * sqrt(mode->covariance + mode->mean * mode->mean)};
    }
    const int status = fixed_control_plan(work->sampling, ensemble, target,
                                          work->chains, &work->control, error);
    free(target);
    return status;
}

/* Leaves out the modes beyond the budget, or all of a sum; law->samples becomes what
 * the dearest row needs. False if nothing is left. */
static bool afford(struct fixed_work *work, enum fixed_elements elements,
                   struct fixed_law *law)
{
    const size_t n = work->problem->n;
    const double budget = work->sampling->max_samples;
    const bool together = elements == FIXED_PAIRS || problem_is_coupled(work->problem);
    double sum = 0, most = 0;
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        const uint64_t pilot = is_controlled(work, i) ? FIXED_PILOT : 0;
        const double own =
            (double)(work->chains[i].count + pilot) * (double)work->watch.step;
        sum += own;
        most = fmax(most, own);
        if (!together && elements != FIXED_SUM && own > budget)
            work->chains[i].count = 0;
        any |= work->chains[i].count > 0;
    }
    law->samples = together || elements == FIXED_SUM ? sum : most;
    return together || elements == FIXED_SUM ? sum <= budget : any;
}

/* One average of each chain, which has no control variates. */
static int measure_averages(struct fixed_work *work, struct ensemble *ensemble,
                            struct error *error)
{
    const size_t n = work->problem->n;
    ensemble->average = work->watch.average;
    const int status = ensemble_averages(ensemble, work->chains, work->theta,
                                         work->square, work->pair, error);
    memcpy(work->plain, work->theta, n * sizeof *work->plain);
    memcpy(work->plain + n, work->square, n * sizeof *work->plain);
    return status;
}

/* Chains that record their last step alone, or what is averaged. */
static int measure(struct fixed_work *work, enum fixed_elements elements,
                   struct fixed_law *law, struct error *error)
{
    const size_t n = work->problem->n;
    struct ensemble ensemble = sampling_ensemble(work->sampling, work->rule,
                                                 work->problem, work->rule->kind->name);
    int status = STATUS_OK;
    ensemble.mean = work->centre;
    for (size_t i = 0; i < n; i++)
        work->chains[i] = law->chains;
    if (may_control(work, elements))
        status = plan_control(work, &ensemble, elements, error);
    if (status != STATUS_OK || !afford(work, elements, law))
        return status;
    if (work->watch.average)
        return measure_averages(work, &ensemble, error);
    ensemble.control = work->control;
    status =
        ensemble_moments_of_both(&ensemble, work->chains, work->plain, work->plain + n,
                                 work->theta, work->square, error);
    if (status == STATUS_OK && work->pair)
        status = ensemble_covariance(&ensemble, law->chains, work->pair, NULL, error);
    return status;
}

/* --- rows ------------------------------------------------------------------------- */

/* Judges a row of moments whose law is Gaussian or the square of one. One sample has
 * the standard deviation `spread`, so that (spread/se)^2 samples count. `tails`: single
 * draws show in what was measured. */
static void judge(struct fixed_row *row, double spread, bool controlled, bool tails)
{
    struct evidence *e = &row->evidence;
    const uint64_t fewest = controlled ? FIXED_CHAINS : ESTIMATE_MIN_CHAINS;
    const double effective = spread / e->se * (spread / e->se);
    e->paper = NAN;
    e->paper_scale = 1;
    e->decisive =
        isfinite(e->exact) && isfinite(e->measured) && !tails &&
        (e->noiseless || (e->count >= fewest && effective >= ESTIMATE_MIN_SAMPLES));
    row->verdicts = evidence_judge(e);
}

static double error_of(const struct evidence *e, const struct moments *moments)
{
    return moments->count == 0 ? (double)NAN
           : e->noiseless      ? 0
                               : moments_stderr(moments);
}

/* Takes moments, and those of the same chains without control variates. */
static void take(struct evidence *e, const struct moments *moments,
                 const struct moments *plain)
{
    e->sampled = moments->count > 0;
    e->count = moments->count;
    e->measured = e->sampled ? moments->mean : (double)NAN;
    e->se = error_of(e, moments);
    e->plain = e->sampled ? plain->mean : (double)NAN;
    e->plain_se = error_of(e, plain);
}

static void take_mean(const struct fixed_work *work, size_t i, struct evidence *e)
{
    e->noiseless = problem_noise(work->problem, i, i) == 0;
    take(e, &work->theta[i], &work->plain[i]);
}

static bool tails_show(const struct fixed_work *work, size_t i,
                       const struct evidence *e)
{
    return heavy_tail_shows(work->problem->law, (double)e->count,
                            work->mode[i].covariance, e->plain_se);
}

static void take_variance(const struct fixed_work *work, size_t i, struct evidence *e)
{
    e->noiseless = problem_noise(work->problem, i, i) == 0;
    take(e, &work->square[i], &work->plain[work->problem->n + i]);
}

/* What the rounding of all steps may add to theta of a mode: no more than a few digits
 * of its largest value in each of them. */
static double rounding(const struct fixed_work *work, size_t i)
{
    const struct problem *q = work->problem;
    return 4 * DBL_EPSILON * (double)work->watch.step *
           (fabs(q->start[i] - q->theta_star[i]) + fabs(work->mode[i].mean) +
            sqrt(work->mode[i].covariance) + fabs(q->theta_star[i]));
}

/* What it may add to a covariance. */
static double rounding_of_pair(const struct fixed_work *work, size_t i, size_t j)
{
    const double r_i = rounding(work, i), r_j = rounding(work, j);
    return r_i * sqrt(work->mode[j].covariance) + r_j * sqrt(work->mode[i].covariance) +
           r_i * r_j;
}

static void add_mean(const struct fixed_work *work, size_t i, struct fixed_row *row)
{
    const struct fixed_pair *mode = &work->mode[i];
    *row = (struct fixed_row){
        .quantity = FIXED_MEAN, .i = i, .j = i, .source = mode->source};
    row->evidence.exact = work->centre[i];
    row->evidence.exact_error = rounding(work, i) + mode->mean_bias;
    row->evidence.exact_scale =
        evidence_scale(hypot(sqrt(mode->covariance), mode->mean));
    take_mean(work, i, &row->evidence);
    judge(row, sqrt(mode->covariance), is_controlled(work, i), false);
}

static int add_covariance(const struct fixed_work *work, size_t i, size_t j,
                          struct fixed_row *row, struct error *error)
{
    const struct fixed_pair *a = &work->mode[i], *b = &work->mode[j];
    struct fixed_pair own = *a;
    int status = STATUS_OK;
    *row = (struct fixed_row){
        .quantity = FIXED_COVARIANCE, .i = i, .j = j, .source = a->source};
    if (i != j)
        status =
            fixed_law_of(&work->watch, work->rule, work->problem, i, j, &own, error);
    if (status != STATUS_OK)
        return status;
    const double covariance = own.covariance;
    const double natural = sqrt(a->covariance) * sqrt(b->covariance);
    row->evidence.noiseless = problem_noise(work->problem, i, i) == 0 ||
                              problem_noise(work->problem, j, j) == 0;
    row->evidence.exact = covariance;
    row->evidence.exact_error = rounding_of_pair(work, i, j) + own.bias + own.error;
    row->evidence.exact_scale = evidence_scale_or(covariance, natural);
    if (i == j) {
        take_variance(work, i, &row->evidence);
    } else {
        const struct moments *pair = &work->pair[ensemble_pair(work->problem->n, i, j)];
        take(&row->evidence, pair, pair);
    }
    judge(row, hypot(natural, covariance), is_controlled(work, i),
          i == j && tails_show(work, i, &row->evidence));
    return STATUS_OK;
}

/* What the start leaves in E (theta - theta*)^2 of a mode, if the stationary law is
 * compared. */
static double bias_of(const struct fixed_work *work, size_t i)
{
    const struct fixed_pair *own = &work->mode[i];
    return own->bias + own->error +
           own->mean_bias * (2 * fabs(own->mean) + own->mean_bias);
}

/* Sums over the modes of h/2 [(theta - mu)^2 + 2 m (theta - mu) + m^2], m = mu -
 * theta*. Of a Gaussian mode the first two are uncorrelated. With control variates
 * they may be correlated, and modes that run together too, so that errors are added. */
static void add_excess(const struct fixed_work *work, struct fixed_row *row)
{
    const size_t n = work->problem->n;
    double natural, variance, fourths, squares = 0, powers = 0, errors = 0;
    double plain_squares = 0, plain_errors = 0;
    *row = (struct fixed_row){.quantity = FIXED_EXCESS, .source = work->mode->source};
    struct evidence *e = &row->evidence;
    e->exact = exact_excess(work, &natural, &variance, &fourths);
    e->exact_scale = evidence_scale_or(e->exact, natural);
    e->sampled = true;
    e->noiseless = true;
    e->count = UINT64_MAX;
    bool tails = false;
    for (size_t i = 0; i < n; i++) {
        const double half = work->problem->h[i] / 2, m = work->mode[i].mean;
        struct evidence first = {.exact = 0}, second = {.exact = 0};
        take_mean(work, i, &first);
        take_variance(work, i, &second);
        tails = tails || tails_show(work, i, &second);
        const double of_mean = 2 * fabs(m) * first.se;
        const double se =
            fabs(half) *
            (is_controlled(work, i) ? second.se + of_mean : hypot(second.se, of_mean));
        e->measured += half * (second.measured +
                               2 * m * (first.measured - work->centre[i]) + m * m);
        const double plain_se = half * hypot(second.plain_se, 2 * m * first.plain_se);
        e->plain +=
            half * (second.plain + 2 * m * (first.plain - work->centre[i]) + m * m);
        plain_squares += plain_se * plain_se;
        plain_errors += fabs(plain_se);
        squares += se * se;
        powers += pow(se, 4) / (first.count > 1 ? (double)(first.count - 1) : 1);
        errors += se;
        e->sampled = e->sampled && first.sampled;
        e->noiseless = e->noiseless && (half == 0 || first.noiseless);
        e->exact_error +=
            fabs(half) * (2 * fabs(m) * rounding(work, i) +
                          rounding_of_pair(work, i, i) + bias_of(work, i));
        e->count = first.count < e->count ? first.count : e->count;
    }
    const bool together = problem_is_coupled(work->problem);
    e->se = together ? errors : sqrt(squares);
    e->plain_se = together ? plain_errors : sqrt(plain_squares);
    /* Modes that count alike count as so many samples of one. */
    const double parts = together || fourths == 0 ? 1 : variance * variance / fourths;
    if (!together)
        e->count = estimate_chains(squares, powers, e->count);
    judge(row, sqrt(parts * variance), work->control, tails);
}

static int fill(const struct fixed_work *work, enum fixed_elements elements,
                struct fixed_law *law, struct error *error)
{
    const size_t n = work->problem->n;
    const bool pairs = elements == FIXED_PAIRS;
    const size_t covariances = pairs ? n * (n + 1) / 2 : n;
    law->count = elements == FIXED_SUM ? 1 : n + covariances + 1;
    law->rows = calloc(law->count, sizeof *law->rows);
    if (!law->rows)
        return error_memory(error, "the rows");
    struct fixed_row *row = law->rows;
    int status = STATUS_OK;
    for (size_t i = 0; elements != FIXED_SUM && i < n; i++)
        add_mean(work, i, row++);
    for (size_t i = 0; elements != FIXED_SUM && status == STATUS_OK && i < n; i++) {
        for (size_t j = i; status == STATUS_OK && j < (pairs ? n : i + 1); j++)
            status = add_covariance(work, i, j, row++, error);
        if (status == STATUS_OK)
            status = interrupt_check(error);
    }
    if (status == STATUS_OK)
        add_excess(work, row);
    return status;
}

int fixed_compare_average(const struct sampling *sampling, const struct rule *rule,
                          const struct problem *problem, enum fixed_elements elements,
                          const struct average *average, uint64_t step,
                          struct fixed_law *law, struct error *error)
{
    const bool none = !average || average->kind == AVERAGE_NONE;
    struct fixed_work work = {
        .sampling = sampling,
        .rule = rule,
        .problem = problem,
        .watch = {.average = none ? NULL : average,
                  .step = step,
                  .stationary = step == FIXED_STATIONARY},
    };
    const bool pairs = elements == FIXED_PAIRS;
    *law = (struct fixed_law){0};
    int status = work_init(&work, pairs, error);
    if (status == STATUS_OK && work.watch.stationary)
        status = fixed_law_settle(&work.watch, sampling, rule, problem, error);
    if (status == STATUS_OK)
        status = find_exact(&work, error);
    if (status != STATUS_OK)
        goto out;
    if (!sampling->exact_only) {
        plan(&work, elements, law);
        status = measure(&work, elements, law, error);
    }
    if (status == STATUS_OK)
        status = fill(&work, elements, law, error);
    for (size_t k = 0; status == STATUS_OK && work.control && k < law->count; k++)
        law->rows[k].evidence.plain_samples =
            (double)law->chains.count * (double)work.watch.step *
            (law->rows[k].quantity == FIXED_EXCESS ? (double)problem->n : 1);
out:
    work_free(&work);
    return status;
}

int fixed_compare(const struct sampling *sampling, const struct rule *rule,
                  const struct problem *problem, enum fixed_elements elements,
                  uint64_t step, struct fixed_law *law, struct error *error)
{
    return fixed_compare_average(sampling, rule, problem, elements, NULL, step, law,
                                 error);
}
