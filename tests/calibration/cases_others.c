/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases.h"

#include "claims/claims.h"
#include "compare/bound.h"
#include "compare/generalize.h"
#include "compare/noise.h"
#include "compare/posterior.h"
#include "compare/psd.h"
#include "rules/rule_from.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- pnm-noise -------------------------------------------------------------------- */

CASE_RUN(case_noise)
{
    struct rule rule;
    struct noise_row rows[NOISE_QUANTITIES];
    int status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status = noise_compare(sampling, &rule, !own->plain, NULL, rows, error);
    for (size_t k = 0, at = 0; status == STATUS_OK && k < NOISE_QUANTITIES; k++)
        if (rows[k].evidence.sampled && !(own->plain && k == NOISE_LONG_RUN))
            samples[at++] = case_sample(&rows[k].evidence, rows[k].verdicts.exact);
    return status;
}

CASE_RUN(case_psd)
{
    static const int which[] = {0, 4, 32, 128};
    struct rule rule;
    struct psd_point points[PSD_POINTS];
    struct psd_plan plan;
    int status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status = psd_compare(sampling, &rule, NULL, points, &plan, error);
    for (size_t k = 0; status == STATUS_OK && k < sizeof which / sizeof *which; k++)
        samples[k] = case_sample(&points[which[k]].evidence, points[which[k]].verdict);
    return status;
}

/* --- pnm-pacbayes ----------------------------------------------------------------- */

static int run_divergence(const struct calibration_case *own,
                          const struct sampling *sampling, bool dense,
                          struct sample *samples, struct error *error)
{
    static const double h[] = {0.5, 1}, c[] = {1, 0.5, 0.5, 2}, lambda = 3;
    struct rule rule;
    struct problem problem = {0};
    struct posterior exact = {0}, measured = {0};
    int status = dense ? problem_init_dense(&problem, 2, h, c, error)
                       : problem_init(&problem, 2, h, error);
    for (size_t i = 0; status == STATUS_OK && !dense && i < 2; i++)
        problem.noise[i] = c[3 * i];
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status =
            posterior_theory(&rule, &problem, POSTERIOR_EXACT, lambda, &exact, error);
    if (status == STATUS_OK)
        status = posterior_measure(sampling, &rule, &problem, lambda, NULL, &measured,
                                   error);
    problem_free(&problem);
    if (status != STATUS_OK)
        return status;
    const struct evidence e = {
        .paper = NAN,
        .exact = exact.kl,
        .measured = measured.kl,
        .se = measured.kl_se,
        .exact_scale = evidence_scale(exact.kl),
        .exact_error = exact.size.error / 2,
        .count = measured.count,
        .sampled = measured.known,
        .decisive = measured.decisive,
    };
    *samples = case_sample(&e, evidence_judge(&e).exact);
    return STATUS_OK;
}

CASE_RUN(case_divergence)
{
    return run_divergence(own, sampling, false, samples, error);
}

CASE_RUN(case_divergence_coupled)
{
    return run_divergence(own, sampling, true, samples, error);
}

/* --- pnm-convergence and pnm-bound ------------------------------------------------ */

static int init_task(struct convergence_task *task, const struct sampling *sampling,
                     const char *name, double condition, struct error *error)
{
    const struct loss_kind *kind = loss_kind_find(name);
    double parameter[LOSS_MAX_PARAMETERS];
    *task = (struct convergence_task){
        .sampling = sampling, .sigma = 0.7, .start = 3, .c = 1};
    loss_defaults(kind, parameter);
    for (int k = 0; k < kind->parameter_count; k++)
        if (strcmp(kind->parameters[k].name, "condition") == 0)
            parameter[k] = condition;
    return loss_init(&task->loss, kind, 2, parameter, error);
}

CASE_RUN(case_curve)
{
    static const uint64_t step[] = {12, 16};
    struct rule rule;
    struct convergence_task task;
    struct descent_curve curve = {0};
    double needed;
    int status = init_task(&task, sampling, "quadratic", 4, error);
    task.chains = own->chains;
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status =
            convergence_measure_curve(&task, &rule, step, 2, &curve, &needed, error);
    for (int k = 0; status == STATUS_OK && k < 2 * DESCENT_QUANTITIES; k++) {
        struct convergence_point point;
        status = convergence_point(&task, &rule, &curve, step[k / DESCENT_QUANTITIES],
                                   (enum descent_quantity)(k % DESCENT_QUANTITIES),
                                   &point, error);
        if (status == STATUS_OK)
            samples[k] = case_sample(&point.evidence, point.verdicts.exact);
    }
    descent_curve_free(&curve);
    loss_free(&task.loss);
    return status;
}

/* The loss still falls so steeply that the last step is always chosen, whose value is
 * known. Such a minimum is held against a bound. */
CASE_RUN(case_minimum)
{
    enum { HORIZON = 16 };
    struct rule rule;
    struct convergence_task task;
    struct convergence_minimum minimum;
    struct convergence_point point;
    struct descent_curve curve = {0};
    double needed;
    int status = init_task(&task, sampling, "quadratic", 1, error);
    task.chains = own->chains;
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    if (status == STATUS_OK)
        status = convergence_measure(&task, &rule, HORIZON, &curve, &needed, error);
    if (status == STATUS_OK) {
        convergence_minimum(&curve, &minimum);
        status = convergence_point(&task, &rule, &curve, HORIZON - 1, DESCENT_SQUARE,
                                   &point, error);
    }
    descent_curve_free(&curve);
    loss_free(&task.loss);
    if (status != STATUS_OK)
        return status;
    const struct evidence e = {
        .paper = point.evidence.exact,
        .paper_scale = point.evidence.exact_scale,
        .exact = point.evidence.exact,
        .exact_scale = point.evidence.exact_scale,
        .measured = minimum.square,
        .se = minimum.se,
        .count = minimum.count,
        .sampled = true,
        .decisive = minimum.count >= ESTIMATE_MIN_CHAINS,
    };
    *samples = case_sample(&e, evidence_judge_bound(&e).paper);
    return STATUS_OK;
}

static int run_bound(const struct calibration_case *own,
                     const struct sampling *sampling, double start, double sigma,
                     struct sample *samples, struct error *error)
{
    struct rule rule;
    struct convergence_task task;
    int status = init_task(&task, sampling, "log_cosh", 1, error);
    task.start = start;
    task.sigma = sigma;
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s", own->rule);
    for (size_t k = 0; status == STATUS_OK && k < calibration_rows(own); k++) {
        int bound = 0;
        while (strcmp(bound_name((enum bound)bound), own->row[k]) != 0)
            bound++;
        const struct bound_ensemble ensemble = {(enum bound)bound, &task, &rule, 4};
        uint64_t chains = own->chains, step;
        double needed;
        struct evidence e;
        if (chains == 0)
            status = bound_plan(&ensemble, CONVERGENCE_CORRECTED, BOUND_PRECISION,
                                &chains, &needed, error);
        if (status == STATUS_OK)
            status = bound_evidence(&ensemble, CONVERGENCE_CORRECTED, chains, &e, &step,
                                    error);
        if (status != STATUS_OK)
            break;
        struct sample *s = &samples[k];
        *s = case_sample(&e, evidence_judge_bound(&e).paper);
        s->noticed = evidence_control_bound(&e);
        s->choice = (unsigned)step;
    }
    loss_free(&task.loss);
    return status;
}

CASE_RUN(case_bound)
{
    return run_bound(own, sampling, 1, 0.1, samples, error);
}

/* Gradients that are hardly more than noise, whose squares have a skewed law. */
CASE_RUN(case_bound_skewed)
{
    return run_bound(own, sampling, 0.1, 0.7, samples, error);
}

/* --- pnm-generalize --------------------------------------------------------------- */

/* A rule against itself in another order of the batches: no difference is true. */
CASE_RUN(case_training)
{
    static const struct training_setting setting = {
        .lesson = {.features = 4, .classes = 3, .train = 32, .test = 100},
        .hidden = 4,
        .activation = PERCEPTRON_TANH,
        .batch = 4,
        .epochs = 2,
    };
    const struct training training = {.setting = &setting,
                                      .generator = sampling->generator,
                                      .seed = sampling->seed,
                                      .threads = 1};
    const struct generalize generalize = {
        .training = &training, .margin = 10, .replicas = own->chains, .reorder = true};
    struct match_pair pair;
    struct generalize_result result;
    int status = rule_from(&pair.own, error, "%s", own->rule);
    pair.twin = pair.own;
    if (status == STATUS_OK)
        status = generalize_run(&generalize, &pair, 1, &result, error);
    if (status != STATUS_OK)
        return status;
    const struct evidence e = {
        .paper = NAN,
        .exact = 0,
        .exact_scale = 1,
        .measured = result.difference.mean,
        .se = moments_stderr(&result.difference),
        .count = result.count,
        .sampled = true,
        .decisive = result.verdict != VERDICT_NOT_SAMPLED,
    };
    *samples = case_sample(&e, result.verdict);
    samples->noticed = result.verdict == VERDICT_SAME && result.control;
    return STATUS_OK;
}

/* --- pnm-verify ------------------------------------------------------------------- */

static struct sample row_sample(const struct ledger_row *row, enum verdict verdict,
                                double truth)
{
    return (struct sample){
        .e = {.paper = NAN,
              .exact = truth,
              .exact_scale = evidence_scale(truth),
              .measured = row->measured,
              .se = row->se,
              .count = row->count,
              .sampled = true,
              .decisive = verdict != VERDICT_NOT_SAMPLED},
        .verdict = verdict,
        .noticed = row->control,
        .z = NAN,
    };
}

/* Whether a row has an error, of a measurement that no row before it has. */
static bool is_new(const struct ledger *ledger, size_t k)
{
    const struct ledger_row *row = &ledger->rows[k];
    bool seen = !(row->se > 0) || isnan(row->measured);
    for (size_t before = 0; before < k; before++)
        seen = seen || ledger->rows[before].measured == row->measured;
    return !seen;
}

CASE_RUN(case_claim)
{
    const struct claim *const *claim = claims_all();
    struct ledger ledger = {.sampling = sampling, .max_samples = sampling->max_samples};
    const size_t rows = calibration_rows(own);
    size_t at = 0;
    while (*claim && strcmp((*claim)->id, own->rule) != 0)
        claim++;
    int status = *claim ? ledger_check(&ledger, *claim, error)
                        : error_set(error, STATUS_USAGE, "no claim %s", own->rule);
    for (size_t k = 0; status == STATUS_OK && at < rows && k < ledger.count; k++)
        if (is_new(&ledger, k))
            samples[at++] = row_sample(&ledger.rows[k], ledger.rows[k].verdicts.exact,
                                       ledger.rows[k].exact);
    if (status == STATUS_OK && at < rows)
        status = error_set(error, STATUS_SOFTWARE,
                           "claim %s has %zu rows, expected %zu", own->rule, at, rows);
    ledger_free(&ledger);
    return status;
}

static const struct claim made = {.id = "made", .where = "here", .statement = "none"};

/* Numbers of a stream that nothing else has. */
static int draw(const struct sampling *sampling, size_t count, double *out,
                struct error *error)
{
    const struct random_key key = {.seed = sampling->seed, .purpose = RANDOM_TEST};
    return random_first_normal(sampling->generator, key, count, out, error);
}

/* The mean of as many normal numbers as there are chains, spread by 1 about `mean`. */
static int mean_of(const struct calibration_case *own, const struct sampling *sampling,
                   double mean, struct moments *moments, struct error *error)
{
    double *x = calloc(random_room(own->chains) + 1, sizeof *x);
    int status =
        x ? draw(sampling, own->chains, x, error) : error_memory(error, "the numbers");
    *moments = (struct moments){0};
    for (uint64_t k = 0; status == STATUS_OK && k < own->chains; k++)
        moments_add(moments, mean + x[k]);
    free(x);
    return status;
}

/* A value of 100 with a standard error of 0.1 from 100 numbers. */
CASE_RUN(case_value)
{
    struct moments moments;
    struct ledger ledger = {0};
    int status = mean_of(own, sampling, 100, &moments, error);
    if (status == STATUS_OK) {
        const struct evidence e = evidence_of_mean(&moments, NAN, 100);
        status = ledger_value(&ledger, &made, FORM_PRINTED, "", &e, 0, error);
    }
    if (status == STATUS_OK)
        *samples = row_sample(ledger.rows, ledger.rows->verdicts.exact, 100);
    ledger_free(&ledger);
    return status;
}

/* A mean that is what it is said not to exceed. */
CASE_RUN(case_difference)
{
    struct moments moments;
    struct ledger ledger = {0};
    int status = mean_of(own, sampling, 5, &moments, error);
    const struct difference of = {.side = LEDGER_AT_MOST,
                                  .limit = 5,
                                  .claimed = true,
                                  .measured = moments.mean,
                                  .se = moments_stderr(&moments),
                                  .count = moments.count};
    if (status == STATUS_OK)
        status = ledger_difference(&ledger, &made, "", &of, 0, error);
    if (status == STATUS_OK)
        *samples = row_sample(ledger.rows, ledger.rows->verdicts.paper, 5);
    ledger_free(&ledger);
    return status;
}

/* A bound that is violated as often as it is said to be: a normal number is negative in
 * half of all cases, two of them in a quarter. */
CASE_RUN(case_violations)
{
    const uint64_t trials = own->chains;
    double *x = calloc(random_room(2 * trials) + 1, sizeof *x);
    struct violations of = {.allowed = 0.25, .trials = trials, .claimed = true};
    struct ledger ledger = {0};
    int status =
        x ? draw(sampling, 2 * trials, x, error) : error_memory(error, "the numbers");
    for (uint64_t k = 0; status == STATUS_OK && k < trials; k++) {
        of.violated += x[2 * k] < 0 && x[2 * k + 1] < 0;
        of.control += x[2 * k] < 0;
    }
    if (status == STATUS_OK)
        status = ledger_violations(&ledger, &made, FORM_PRINTED, "", &of, error);
    if (status == STATUS_OK) {
        *samples = row_sample(ledger.rows, ledger.rows->verdicts.paper, 0.25);
        samples->z = case_binomial(of.violated, 0.25, trials, sampling->seed);
    }
    ledger_free(&ledger);
    free(x);
    return status;
}
