/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cut_short.c: comparisons that do not come to their end. Each is made once for
 * every allocation in it, which then fails, and for every time at which it asks whether
 * a signal has arrived, which then has: it says so, frees what it allocated, and gives
 * no result.
 *
 * tests/faults does the same to whole commands; here there is no program around, so
 * that every place of every comparison is tried within seconds. */
#include "signals.h"

#include "compare/bound.h"
#include "compare/bound_search.h"
#include "compare/convergence.h"
#include "compare/fixed.h"
#include "compare/generalize.h"
#include "compare/match.h"
#include "compare/noise.h"
#include "compare/optimal_beta0.h"
#include "compare/perturbation.h"
#include "compare/posterior.h"
#include "compare/psd.h"
#include "compare/quantiles.h"
#include "compare/stability.h"
#include "compare/stationary.h"
#include "compare/stationary_epoch.h"
#include "compare/streams.h"
#include "compare/trajectory.h"
#include "compare/valley.h"
#include "theory/pac_bayes.h"

#include <gsl/gsl_errno.h>

/* --- comparisons ------------------------------------------------------------------ */

/* What they are about, made before anything fails. */
struct setting {
    struct sampling sampling,
        given; /* planned; as many chains and steps as are given */
    struct problem modes, dense, batches, epochs;
    struct rule sgd, pnm, adam;
    struct loss huber;
};

typedef int compare_function(const struct setting *s, struct error *error);

static int stationary(const struct sampling *sampling, const struct rule *rule,
                      const struct problem *problem, enum stationary_elements elements,
                      struct error *error)
{
    struct comparison *rows = NULL;
    size_t count;
    const int status = stationary_compare(sampling, rule, problem, elements, NULL, NULL,
                                          &rows, &count, error);
    free(rows);
    return status;
}

static int stationary_modes(const struct setting *s, struct error *error)
{
    return stationary(&s->sampling, &s->pnm, &s->modes, STATIONARY_DIAGONAL, error);
}

static int stationary_plain(const struct setting *s, struct error *error)
{
    struct sampling plain = s->sampling;
    plain.control = SAMPLING_CONTROL_NONE;
    return stationary(&plain, &s->pnm, &s->modes, STATIONARY_SUM, error);
}

static int stationary_pairs(const struct setting *s, struct error *error)
{
    return stationary(&s->sampling, &s->sgd, &s->dense, STATIONARY_PAIRS, error);
}

static int stationary_pilot(const struct setting *s, struct error *error)
{
    struct sampling rough = s->sampling;
    rough.steps = 64;
    return stationary(&rough, &s->adam, &s->modes, STATIONARY_DIAGONAL, error);
}

static int stationary_batches(const struct setting *s, struct error *error)
{
    return stationary(&s->sampling, &s->sgd, &s->batches, STATIONARY_DIAGONAL, error);
}

static int stationary_of_mode(const struct setting *s, struct error *error)
{
    struct comparison row;
    return stationary_mode(&s->given, &s->pnm, 1, 1, NULL, &row, error);
}

static int epochs(const struct setting *s, struct error *error)
{
    struct comparison *rows = NULL;
    size_t count;
    const int status =
        stationary_epoch_compare(&s->sampling, &s->sgd, &s->epochs, STATIONARY_DIAGONAL,
                                 true, NULL, &rows, &count, error);
    free(rows);
    return status;
}

static int fixed_of(const struct sampling *sampling, const struct rule *rule,
                    const struct problem *problem, enum fixed_elements elements,
                    struct error *error)
{
    struct fixed_law law = {0};
    const int status = fixed_compare(sampling, rule, problem, elements, 5, &law, error);
    free(law.rows);
    return status;
}

static int fixed_modes(const struct setting *s, struct error *error)
{
    return fixed_of(&s->sampling, &s->sgd, &s->modes, FIXED_SUM, error);
}

static int fixed_pairs(const struct setting *s, struct error *error)
{
    return fixed_of(&s->given, &s->sgd, &s->dense, FIXED_PAIRS, error);
}

static int fixed_average(const struct setting *s, struct error *error)
{
    const struct average average = {.kind = AVERAGE_EMA, .rate = 0.5};
    struct fixed_law law = {0};
    const int status =
        fixed_compare_average(&s->given, &s->pnm, &s->modes, FIXED_DIAGONAL, &average,
                              FIXED_STATIONARY, &law, error);
    free(law.rows);
    return status;
}

static int quantiles(const struct setting *s, struct error *error)
{
    static const double p[] = {0.3, 0.5};
    struct quantile_law law = {0};
    const int status =
        quantiles_compare(&s->given, &s->pnm, &s->modes, p, 2, &law, error);
    free(law.rows);
    return status;
}

static int noise(const struct setting *s, struct error *error)
{
    struct noise_row rows[NOISE_QUANTITIES];
    return noise_compare(&s->sampling, &s->pnm, true, NULL, rows, error);
}

static int noise_at(const struct setting *s, struct error *error)
{
    struct noise_row mean, variance;
    return noise_compare_at(&s->given, &s->pnm, 3, NULL, &mean, &variance, error);
}

static int spectrum(const struct setting *s, struct error *error)
{
    struct psd_point points[PSD_POINTS];
    struct psd_plan plan;
    struct sampling rough = s->sampling;
    rough.precision = 1;
    rough.max_samples = 1e9;
    return psd_compare(&rough, &s->pnm, NULL, points, &plan, error);
}

static int posterior(const struct setting *s, struct error *error)
{
    struct posterior posterior = {0};
    int status =
        posterior_theory(&s->pnm, &s->dense, POSTERIOR_EXACT, 0.1, &posterior, error);
    if (status == STATUS_OK)
        status = posterior_theory(&s->pnm, &s->modes, POSTERIOR_PAPER, 0.1, &posterior,
                                  error);
    return status;
}

static int posterior_of(const struct setting *s, const struct problem *problem,
                        struct error *error)
{
    struct posterior posterior = {0};
    return posterior_measure(&s->given, &s->sgd, problem, 0.1, NULL, &posterior, error);
}

static int posterior_dense(const struct setting *s, struct error *error)
{
    return posterior_of(s, &s->dense, error);
}

static int posterior_modes(const struct setting *s, struct error *error)
{
    return posterior_of(s, &s->modes, error);
}

static int best_beta0(const struct setting *s, struct error *error)
{
    struct rule rule = s->pnm;
    bool at_end;
    return optimal_beta0(&rule, &s->modes, POSTERIOR_EXACT, 3, &at_end, error);
}

static int gaussian_kl(const struct setting *s, struct error *error)
{
    static const double mean[2] = {0}, q[] = {1, 0.2, 0.2, 1}, p[] = {2, 0, 0, 2};
    double kl;
    (void)s;
    return pac_bayes_gaussian_kl(2, mean, q, mean, p, &kl, error);
}

static int stability(const struct setting *s, struct error *error)
{
    struct stability stability;
    return stability_exact(&stability, &s->pnm, s->modes.h, s->modes.n, error);
}

static int mean_square(const struct setting *s, struct error *error)
{
    struct stability stability;
    double limit, gain;
    int status =
        stability_exact(&stability, &s->sgd, s->batches.h, s->batches.n, error);
    if (status == STATUS_OK)
        status = stability_mean_square(&s->batches, &s->sgd, &stability, &limit, &gain,
                                       error);
    return status;
}

static int curve(const struct setting *s, struct error *error)
{
    static const uint64_t step[] = {3, 8};
    const struct convergence_task task = {.sampling = &s->sampling,
                                          .loss = s->huber,
                                          .sigma = 0.5,
                                          .start = 2,
                                          .c = 1,
                                          .chains = 64};
    struct descent_curve curve = {0};
    double needed;
    int status =
        convergence_measure_curve(&task, &s->pnm, step, 2, &curve, &needed, error);
    descent_curve_free(&curve);
    if (status == STATUS_OK)
        status = convergence_measure(&task, &s->pnm, 8, &curve, &needed, error);
    descent_curve_free(&curve);
    return status;
}

static int slope(const struct setting *s, struct error *error)
{
    static const double horizon[] = {1, 2, 4};
    static const struct convergence_minimum minimum[] = {
        {4, 0.1, 10, 1}, {2, 0.1, 10, 2}, {1, 0.1, 10, 4}};
    double slope, se;
    (void)s;
    return convergence_slope(horizon, minimum, 3, &slope, &se, error);
}

static int bounds(const struct setting *s, struct error *error)
{
    const struct convergence_task task = {
        .sampling = &s->sampling, .loss = s->huber, .sigma = 0.5, .start = 1, .c = 0.1};
    const struct bound_ensemble ensemble = {BOUND_LEMMA_A2, &task, &s->pnm, 8};
    struct bound_ratio ratio[BOUND_FORMS];
    int status = bound_measure(&ensemble, 64, ratio, error);
    if (status == STATUS_OK)
        status = bound_written(&ensemble, ratio, error);
    return status;
}

static int search(const struct setting *s, struct error *error)
{
    const struct bound_search search = {
        .sampling = &s->sampling,
        .rule = &s->pnm,
        .bound = BOUND_THEOREM,
        .form = CONVERGENCE_CORRECTED,
        .losses = &s->huber,
        .loss_count = 1,
        .free = {true, true},
        .fixed = {.lr = NAN, .c = 0.1, .sigma = 0.5, .initial = 1, .horizon = 8},
        .evaluations = 20};
    struct bound_point worst;
    bool looked;
    size_t vacuous;
    return bound_search(&search, &worst, &looked, &vacuous, error);
}

static int perturbation(const struct setting *s, struct error *error)
{
    struct evidence momentum, added;
    double samples;
    return perturbation_compare(&s->given, &s->pnm, 64, NULL, &momentum, &added,
                                &samples, error);
}

static int streams(const struct setting *s, struct error *error)
{
    struct evidence evidence;
    double samples;
    return streams_compare(&s->given, &s->pnm, NULL, &evidence, &samples, error);
}

static int trajectory(const struct setting *s, struct error *error)
{
    const struct convergence_task task = {
        .sampling = &s->sampling, .loss = s->huber, .sigma = 0.5, .start = 1, .c = 0.1};
    const struct descent descent = convergence_descent(&task, &s->pnm, false);
    struct trajectory measured = {0}, written = {0};
    int status = trajectory_measured(&descent, 0, 8, &measured, error);
    if (status == STATUS_OK)
        status = trajectory_written(&measured, &written, error);
    trajectory_free(&measured);
    trajectory_free(&written);
    return status;
}

static int valley(const struct setting *s, struct error *error)
{
    const struct valley valley = {&s->sgd, 64, 64, 1.5, 16, 8};
    struct moments v[3];
    return valley_measure(&s->sampling, &valley, 4, NULL, v, error);
}

static int pairs(const struct setting *s, struct error *error)
{
    const struct rule rules[] = {s->sgd, s->pnm};
    struct match_pair *pairs = NULL;
    size_t count;
    const int status = match_pairs(rules, 2, MATCH_RATE, &pairs, &count, error);
    free(pairs);
    return status;
}

static int control(const struct setting *s, struct error *error)
{
    double value[4 * TRAINING_QUANTITIES] = {0};
    const struct replicas own = {
        .count = 4, .records = 1, .quantities = TRAINING_QUANTITIES, .value = value};
    bool found;
    (void)s;
    return generalize_control(&own, &own, 4, 0.5, &found, error);
}

static const struct {
    const char *name;
    compare_function *compare;
} comparisons[] = {
    {"stationary modes", stationary_modes},
    {"stationary sum, plain", stationary_plain},
    {"stationary pairs", stationary_pairs},
    {"stationary, from a pilot", stationary_pilot},
    {"stationary, minibatches", stationary_batches},
    {"stationary mode", stationary_of_mode},
    {"epochs", epochs},
    {"fixed steps", fixed_modes},
    {"fixed steps, pairs", fixed_pairs},
    {"averages", fixed_average},
    {"quantiles", quantiles},
    {"noise", noise},
    {"noise at a step", noise_at},
    {"spectrum", spectrum},
    {"posterior", posterior},
    {"posterior, dense", posterior_dense},
    {"posterior, modes", posterior_modes},
    {"best beta0", best_beta0},
    {"divergence of Gaussians", gaussian_kl},
    {"stability", stability},
    {"mean-square stability", mean_square},
    {"curve", curve},
    {"slope", slope},
    {"bounds", bounds},
    {"search", search},
    {"perturbation", perturbation},
    {"streams", streams},
    {"trajectory", trajectory},
    {"valley", valley},
    {"pairs of rules", pairs},
    {"control of a pair", control},
};

/* --- the tests -------------------------------------------------------------------- */

static struct setting setting_make(void)
{
    static const double h[] = {0.5, 2}, c[] = {1, 0.6, 0.6, 2};
    struct setting s = {.sgd = CHECK_RULE("sgd lr=0.1"),
                        .pnm = CHECK_RULE("pnm lr=0.2 beta0=1 beta1=0.5"),
                        .adam = CHECK_RULE("adam lr=0.1 beta1=0.5 beta2=0.9")};
    const struct loss_kind *kind = loss_kind_find("huber");
    double parameter[LOSS_MAX_PARAMETERS];
    struct error error;
    s.sampling = check_sampling(1, 0.2);
    s.sampling.threads = 1;
    s.sampling.max_samples = 1e6;
    s.given = s.sampling;
    s.given.max_samples = 1e9;
    s.given.chains = 128;
    s.given.steps = 16;
    s.given.burn_in = 8;
    CHECK_OK(problem_init(&s.modes, 2, h, &error), &error);
    CHECK_OK(problem_init_dense(&s.dense, 2, h, c, &error), &error);
    CHECK_OK(problem_init(&s.batches, 2, h, &error), &error);
    CHECK_OK(problem_init(&s.epochs, 2, h, &error), &error);
    for (size_t i = 0; i < 2; i++)
        s.modes.noise[i] = s.epochs.noise[i] = 1;
    problem_set_examples(&s.batches, 3, 1);
    problem_set_epochs(&s.epochs, 8, 2);
    loss_defaults(kind, parameter);
    CHECK_OK(loss_init(&s.huber, kind, 1, parameter, &error), &error);
    return s;
}

static void setting_free(struct setting *s)
{
    problem_free(&s->modes);
    problem_free(&s->dense);
    problem_free(&s->batches);
    problem_free(&s->epochs);
    loss_free(&s->huber);
}

/* One of the comparisons, and what it is about. */
struct use {
    compare_function *compare;
    const struct setting *setting;
};

static int compare(void *context, struct error *error)
{
    const struct use *use = context;
    return use->compare(use->setting, error);
}

/* Checks each comparison in turn. */
static void check_each(
    void (*check)(const char *name, int (*function)(void *context, struct error *error),
                  void *context))
{
    struct setting s = setting_make();
    struct error error;
    /* What libgomp makes once. */
    CHECK_OK(stationary_modes(&s, &error), &error);
    for (size_t k = 0; k < sizeof comparisons / sizeof *comparisons; k++) {
        struct use use = {comparisons[k].compare, &s};
        check(comparisons[k].name, compare, &use);
    }
    setting_free(&s);
}

static void test_each_allocation_fails(void **state)
{
    (void)state;
    check_each(check_memory);
}

static void test_a_signal_arrives_at_each_look(void **state)
{
    (void)state;
    check_each(check_signals);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_allocation_fails),
        cmocka_unit_test(test_a_signal_arrives_at_each_look),
    };
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
