/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "cli/generator_form.h"
#include "cli/problem_form.h"

#include "base/interrupt.h"
#include "engine/ensemble_direction.h"
#include "engine/plan.h"
#include "rules/linear_system.h"

#include <signal.h>

/* --- settings --------------------------------------------------------------------- */

enum {
    LANES = RULE_LANES,
    BLOCK = 32,
    /* steps, for up to four modes */ MODES = 3,
    PAIRS = MODES * (MODES + 1) / 2
};

/* Every kind of state and of samples; stable at curvature 2. */
static const char *const rule_texts[] = {
    "sgd lr=0.4",
    "heavy_ball lr=0.5 beta1=0.8",
    "heavy_ball lr=0.1 beta1=0.5 beta3=1",
    "pnm lr=0.5 beta0=1 beta1=0.9",
    "pnm lr=0.3 beta0=-0.4 beta1=0.5 lr-normalization=off",
    "pnm_eq7 lr=0.3 beta0=0.7 beta1=0.6",
    "two_batch lr=0.5 beta0=1.5",
};
enum { RULES = sizeof rule_texts / sizeof *rule_texts };

static const double curvatures[MODES] = {0.3, 1, 2};

static void move_away(struct problem *problem)
{
    for (size_t i = 0; i < problem->n; i++) {
        problem->theta_star[i] = 0.25 + (double)(i % 7);
        problem->start[i] = 2 - 1.5 * (double)(i % 5);
    }
}

/* Three modes; noise covariance diagonal, or dense and not commuting with H. */
static struct problem diagonal(void)
{
    const struct problem_form text = {
        .spectrum = "0.3,1,2", .noise = "hessian", .batch = 4};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_form_read(&problem, &text, &error), &error);
    move_away(&problem);
    return problem;
}

static struct problem dense(void)
{
    static const double c[] = {1, -0.6, 0.3, -0.6, 2, 0.5, 0.3, 0.5, 0.7};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init_dense(&problem, MODES, curvatures, c, &error), &error);
    move_away(&problem);
    return problem;
}

static struct ensemble ensemble_of(const struct rule *rule,
                                   const struct problem *problem)
{
    return (struct ensemble){
        .kernels = check_kernels(),
        .rule = rule,
        .problem = problem,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 2,
    };
}

static double *trajectory(const struct ensemble *ensemble, uint64_t chains,
                          uint64_t steps, uint64_t every)
{
    const uint64_t records = ensemble_records(steps, every);
    double *out = check_alloc(chains * records * ensemble->problem->n, sizeof *out);
    struct error error;
    CHECK_OK(
        ensemble_trajectory(ensemble, &(uint64_t){chains}, steps, every, out, &error),
        &error);
    return out;
}

/* --- one chain, replayed ---------------------------------------------------------- */

/* The order in which a unit draws: for each block of 32 steps, for each mode of a unit
 * of whole chains (one mode where modes do not interact), for each step, for each
 * gradient sample, for each of 64 lanes one number. Dense noise is F times the vector
 * of the modes' numbers. */
struct replay {
    const struct ensemble *ensemble;
    uint64_t unit;
    int lane;
    bool coupled;
    size_t mode; /* where not coupled */
};

static double replay_noise(const struct replay *replay, const double *normal, size_t i,
                           size_t at, size_t length)
{
    const struct problem *problem = replay->ensemble->problem;
    double noise = 0;
    if (!problem->dense)
        return normal[i * length + at];
    for (size_t j = 0; j <= i; j++)
        noise =
            fma(problem->factor[i * problem->n + j], normal[j * length + at], noise);
    return noise;
}

/* One step of mode `mode`, which is number i in the unit; k is the step in its block.
 */
static void replay_step(const struct replay *replay, const double *normal, size_t i,
                        size_t mode, uint64_t t, double *theta, double *slot)
{
    const struct ensemble *ensemble = replay->ensemble;
    const struct problem *problem = ensemble->problem;
    const size_t samples = (size_t)ensemble->rule->kind->samples;
    const double sd = problem->dense ? 1 : sqrt(problem->noise[mode]);
    double gradient[RULE_MAX_GRADIENTS];
    gradient[samples] =
        problem->h[mode] * (*theta - problem->theta_star[mode]) + problem->slope;
    for (size_t s = 0; s < samples; s++) {
        const size_t at = (t % BLOCK * samples + s) * LANES + (size_t)replay->lane;
        const double xi = replay_noise(replay, normal, i, at, BLOCK * LANES * samples);
        gradient[s] = fma(sd, xi,
                          problem->h[mode] * (*theta - problem->theta_star[mode]) +
                              problem->slope);
    }
    ensemble->rule->kind->step(ensemble->rule, t, 1, gradient, theta, slot);
}

/* theta of the chain after steps 0 (the start) .. steps: out[t * n + mode]; other modes
 * of an uncoupled chain stay as they are. */
static void replay_run(const struct replay *replay, uint64_t steps, double *out)
{
    const struct ensemble *ensemble = replay->ensemble;
    const struct rule_kind *kind = ensemble->rule->kind;
    const size_t n = ensemble->problem->n, tiles = replay->coupled ? n : 1;
    const size_t count = tiles * BLOCK * LANES * (size_t)kind->samples;
    const struct random_key key = {ensemble->seed, RANDOM_ENSEMBLE,
                                   check_hash(ensemble->rule), replay->unit};
    double slot[MODES][RULE_MAX_SLOTS] = {{0}};
    double *normal = check_alloc(count, sizeof *normal);
    struct random_stream stream;
    struct error error;
    CHECK_OK(random_init(&stream, ensemble->generator, key, &error), &error);
    for (uint64_t t = 0; t <= steps; t++) {
        if (t % BLOCK == 1)
            random_normal(&stream, count, normal);
        for (size_t i = 0; i < tiles; i++) {
            const size_t mode = replay->coupled ? i : replay->mode;
            double theta = t ? out[(t - 1) * n + mode] : ensemble->problem->start[mode];
            if (t > 0)
                replay_step(replay, normal, i, mode, t - 1, &theta, slot[i]);
            out[t * n + mode] = theta;
        }
    }
    random_free(&stream);
    free(normal);
}

/* Chain (mode, chain) of uncoupled modes that all have the same chains. */
static struct replay replay_uncoupled(const struct ensemble *ensemble, size_t mode,
                                      uint64_t chain)
{
    const uint64_t flat = chain * ensemble->problem->n + mode;
    return (struct replay){.ensemble = ensemble,
                           .unit = flat / LANES,
                           .lane = (int)(flat % LANES),
                           .mode = mode};
}

static struct replay replay_coupled(const struct ensemble *ensemble, uint64_t chain)
{
    return (struct replay){.ensemble = ensemble,
                           .unit = chain / LANES,
                           .lane = (int)(chain % LANES),
                           .coupled = true};
}

/* All modes of one chain, as trajectories lay them out. */
static void replay_replica(const struct ensemble *ensemble, uint64_t chain,
                           uint64_t steps, double *out)
{
    if (ensemble->problem->dense) {
        const struct replay replay = replay_coupled(ensemble, chain);
        replay_run(&replay, steps, out);
        return;
    }
    for (size_t mode = 0; mode < ensemble->problem->n; mode++) {
        const struct replay replay = replay_uncoupled(ensemble, mode, chain);
        replay_run(&replay, steps, out);
    }
}

/* Calls test for every rule, with diagonal and with dense noise. */
static void each_ensemble(void (*test)(const struct ensemble *))
{
    struct problem problems[] = {diagonal(), dense()};
    for (int k = 0; k < 2; k++) {
        for (int r = 0; r < RULES; r++) {
            const struct rule rule = CHECK_RULE("%s", rule_texts[r]);
            const struct ensemble ensemble = ensemble_of(&rule, &problems[k]);
            test(&ensemble);
        }
        problem_free(&problems[k]);
    }
}

/* The replay takes the rule as it stands; the ensemble scales it to unit noise first,
 * which rounds differently. */
static void check_path(const double *path, const double *expected, size_t count)
{
    for (size_t k = 0; k < count; k++)
        CHECK_NEAR(path[k], expected[k], 1e-13, 1e-13);
}

static void check_replay(const struct ensemble *ensemble)
{
    enum { CHAINS = 150, STEPS = 70 };
    static const uint64_t chosen[] = {0, 1, 37, 63, 64, 100, 149};
    double *out = trajectory(ensemble, CHAINS, STEPS, 1);
    double expected[(STEPS + 1) * MODES];
    for (size_t k = 0; k < sizeof chosen / sizeof *chosen; k++) {
        replay_replica(ensemble, chosen[k], STEPS, expected);
        check_path(out + chosen[k] * (STEPS + 1) * MODES, expected,
                   (STEPS + 1) * MODES);
    }
    free(out);
}

static void test_trajectory_is_replayed(void **state)
{
    (void)state;
    each_ensemble(check_replay);
}

static void test_other_generators(void **state)
{
    static const char *const names[] = {"philox", "gsl:mt19937"};
    struct problem problem = diagonal();
    const struct rule rule = CHECK_RULE("%s", rule_texts[3]);
    struct ensemble ensemble = ensemble_of(&rule, &problem);
    struct error error;
    (void)state;
    for (int k = 0; k < 2; k++) {
        CHECK_OK(generator_form_read(names[k], &ensemble.generator, &error), &error);
        check_replay(&ensemble);
    }
    problem_free(&problem);
}

/* 1000 modes with three chains each: a unit's lanes hold 21 modes and a third. */
static void test_packing(void **state)
{
    enum { N = 1000, CHAINS = 3, STEPS = 5 };
    const struct problem_form text = {
        .spectrum = "log:0.001:1:1000", .noise = "hessian", .batch = 4};
    const struct rule rule = CHECK_RULE("pnm lr=0.5");
    struct problem problem;
    struct error error;
    (void)state;
    CHECK_OK(problem_form_read(&problem, &text, &error), &error);
    move_away(&problem);
    const struct ensemble ensemble = ensemble_of(&rule, &problem);
    double *out = trajectory(&ensemble, CHAINS, STEPS, 1);
    double *expected = check_alloc((STEPS + 1) * N, sizeof *expected);
    for (uint64_t chain = 0; chain < CHAINS; chain++) {
        replay_replica(&ensemble, chain, STEPS, expected);
        check_path(out + chain * (STEPS + 1) * N, expected, (STEPS + 1) * N);
    }
    free(expected);
    free(out);
    problem_free(&problem);
}

/* --- records ---------------------------------------------------------------------- */

static void test_records(void **state)
{
    struct problem problem = diagonal();
    const struct rule rule = CHECK_RULE("%s", rule_texts[1]);
    const struct ensemble ensemble = ensemble_of(&rule, &problem);
    enum { CHAINS = 70, STEPS = 100, RECORDS = 1 + 14 + 1 };
    (void)state;
    assert_int_equal(ensemble_records(STEPS, 7), RECORDS);
    assert_int_equal(ensemble_records(98, 7), 15);
    assert_int_equal(ensemble_records(3, 10), 2);
    assert_int_equal(ensemble_records(10, 10), 2);
    assert_int_equal(ensemble_records(0, 5), 1);
    double *all = trajectory(&ensemble, CHAINS, STEPS, 1);
    double *some = trajectory(&ensemble, CHAINS, STEPS, 7);
    for (size_t chain = 0; chain < CHAINS; chain++)
        for (size_t record = 0; record < RECORDS; record++) {
            const size_t t = record < 15 ? 7 * record : STEPS;
            CHECK_SAME(some + (chain * RECORDS + record) * MODES,
                       all + (chain * (STEPS + 1) + t) * MODES, MODES);
        }
    free(all);
    free(some);
    double *start = trajectory(&ensemble, 2, 0, 5);
    CHECK_SAME(start, problem.start, MODES);
    CHECK_SAME(start + MODES, problem.start, MODES);
    free(start);
    problem_free(&problem);
}

/* --- moments recomputed from trajectories ------------------------------------------
 */

/* A chain's time average of (x_i - centre_i)(x_j - centre_j), of x_i alone where j is
 * -1, over steps burn_in+1 .. steps. */
static double time_average(const struct problem *problem, const double *path,
                           struct chains chains, size_t i, int j)
{
    const size_t n = problem->n;
    long double sum = 0;
    for (uint64_t t = chains.burn_in + 1; t <= chains.steps; t++) {
        const double *at = path + t * n;
        sum += j < 0 ? at[i]
                     : (long double)(at[i] - problem->theta_star[i]) *
                           (at[j] - problem->theta_star[j]);
    }
    return (double)(sum / (chains.steps - chains.burn_in));
}

/* Burn-in and length around the block of 32 steps; odd numbers of chains. */
static const struct chains chain_list[] = {
    {1, 1, 0},     {2, 31, 0},   {65, 32, 0},  {64, 33, 1},    {150, 70, 31},
    {150, 70, 32}, {63, 70, 33}, {63, 70, 69}, {150, 200, 64},
};
enum { CHAIN_LIST = sizeof chain_list / sizeof *chain_list };

static void check_moments_of(const struct ensemble *ensemble, struct chains own)
{
    const struct chains chains[MODES] = {own, own, own};
    const size_t length = (own.steps + 1) * MODES;
    struct moments theta[MODES], square[MODES];
    struct error error;
    double *out = trajectory(ensemble, own.count, own.steps, 1);
    double *x = check_alloc(own.count, sizeof *x);
    CHECK_OK(ensemble_moments(ensemble, chains, theta, square, NULL, &error), &error);
    for (size_t i = 0; i < MODES; i++)
        for (int kind = 0; kind < 2; kind++) {
            for (size_t r = 0; r < own.count; r++)
                x[r] = time_average(ensemble->problem, out + r * length, own, i,
                                    kind ? (int)i : -1);
            CHECK_MOMENTS(kind ? &square[i] : &theta[i], x, own.count, 0, 1, 1e-13);
        }
    free(x);
    free(out);
}

static void check_moments_are_those_of_trajectories(const struct ensemble *ensemble)
{
    for (int k = 0; k < CHAIN_LIST; k++)
        check_moments_of(ensemble, chain_list[k]);
}

static void test_moments(void **state)
{
    (void)state;
    each_ensemble(check_moments_are_those_of_trajectories);
}

/* Covariance runs whole chains whatever the noise. x[pair * chains + chain] */
static double *replayed_products(const struct ensemble *ensemble, struct chains own)
{
    double *path = check_alloc((own.steps + 1) * MODES, sizeof *path);
    double *x = check_alloc(own.count * PAIRS, sizeof *x);
    for (uint64_t r = 0; r < own.count; r++) {
        const struct replay replay = replay_coupled(ensemble, r);
        replay_run(&replay, own.steps, path);
        for (size_t i = 0; i < MODES; i++)
            for (size_t j = i; j < MODES; j++)
                x[ensemble_pair(MODES, i, j) * own.count + r] =
                    time_average(ensemble->problem, path, own, i, (int)j);
    }
    free(path);
    return x;
}

/* Group g of n holds the chains from g chains/n (rounded down) on, the last one what
 * is left. */
static void check_groups(const struct covariance_groups *groups, uint64_t wanted,
                         uint64_t chains, const double *x)
{
    const uint64_t count = wanted < chains ? wanted : chains, each = chains / count;
    assert_int_equal(groups->count, count);
    for (uint64_t g = 0; g < count; g++) {
        const uint64_t end = g + 1 < count ? (g + 1) * each : chains;
        for (size_t pair = 0; pair < PAIRS; pair++) {
            double sum = 0;
            for (uint64_t r = g * each; r < end; r++)
                sum += x[pair * chains + r];
            CHECK_NEAR(groups->mean[g * PAIRS + pair], sum / (double)(end - g * each),
                       1e-12, 1e-12);
        }
    }
}

static void check_covariance_of(const struct ensemble *ensemble, struct chains own)
{
    static const uint64_t wanted[] = {1, 4, 7, 64, 1000};
    double *x = replayed_products(ensemble, own);
    struct moments pair[PAIRS];
    struct error error;
    CHECK_OK(ensemble_covariance(ensemble, own, pair, NULL, &error), &error);
    for (size_t k = 0; k < PAIRS; k++)
        CHECK_MOMENTS(&pair[k], x + k * own.count, own.count, 0, 1, 1e-13);
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
        struct covariance_groups groups = {.count = wanted[k]};
        struct moments again[PAIRS];
        CHECK_OK(ensemble_covariance(ensemble, own, again, &groups, &error), &error);
        CHECK_SAME_MOMENTS(again, pair, PAIRS);
        check_groups(&groups, wanted[k], own.count, x);
        free(groups.mean);
    }
    free(x);
}
static void check_covariance(const struct ensemble *ensemble)
{
    for (int k = 0; k < CHAIN_LIST; k += 2)
        check_covariance_of(ensemble, chain_list[k]);
}

static void test_covariance(void **state)
{
    (void)state;
    each_ensemble(check_covariance);
}

static void test_pair(void **state)
{
    (void)state;
    for (size_t n = 1; n < 20; n++) {
        size_t expected = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                assert_int_equal(ensemble_pair(n, i, j), expected++);
        assert_int_equal(expected, n * (n + 1) / 2);
    }
}

/* So many units that they do not all fit into one batch between merges. */
static void check_many_units(const struct ensemble *ensemble)
{
    enum { CHAINS = (1 << 18) + 100, STEPS = 3 };
    const struct chains own = {CHAINS, STEPS, 1};
    struct moments pair[PAIRS];
    struct error error;
    if (!ensemble->problem->dense) {
        check_moments_of(ensemble, own);
        return;
    }
    double *out = trajectory(ensemble, CHAINS, STEPS, 1);
    double *x = check_alloc(CHAINS, sizeof *x);
    CHECK_OK(ensemble_covariance(ensemble, own, pair, NULL, &error), &error);
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = i; j < MODES; j++) {
            for (size_t r = 0; r < CHAINS; r++)
                x[r] = time_average(ensemble->problem, out + r * (STEPS + 1) * MODES,
                                    own, i, (int)j);
            CHECK_MOMENTS(&pair[ensemble_pair(MODES, i, j)], x, CHAINS, 0, 1, 1e-13);
        }
    free(x);
    free(out);
}

static void test_many_units(void **state)
{
    struct problem problems[] = {diagonal(), dense()};
    const struct rule rule = CHECK_RULE("%s", rule_texts[1]);
    (void)state;
    for (int k = 0; k < 2; k++) {
        const struct ensemble ensemble = ensemble_of(&rule, &problems[k]);
        check_many_units(&ensemble);
        problem_free(&problems[k]);
    }
}

/* Modes with chains of their own: the units run through the groups of equal chains in
 * mode order, and a mode without chains has none. */
static void check_own_chains(const struct chains chains[MODES])
{
    struct problem problem = diagonal();
    const struct rule rule = CHECK_RULE("%s", rule_texts[3]);
    const struct ensemble ensemble = ensemble_of(&rule, &problem);
    struct moments theta[MODES], square[MODES];
    struct error error;
    uint64_t first_unit = 0;
    size_t start = 0, size = 0; /* of the group of equal chains */
    CHECK_OK(ensemble_moments(&ensemble, chains, theta, square, NULL, &error), &error);
    for (size_t i = 0; i < MODES; i++) {
        const struct chains own = chains[i];
        double *x = check_alloc(own.count + 1, sizeof *x);
        double *path = check_alloc((own.steps + 1) * MODES, sizeof *path);
        if (i == start + size) {
            const uint64_t lanes = size * chains[start].count;
            first_unit += (lanes + LANES - 1) / LANES;
            start = i;
            for (size = 1; start + size < MODES &&
                           memcmp(&own, &chains[start + size], sizeof own) == 0;)
                size++;
        }
        for (uint64_t r = 0; r < own.count; r++) {
            const uint64_t flat = r * size + i - start;
            const struct replay replay = {.ensemble = &ensemble,
                                          .unit = first_unit + flat / LANES,
                                          .lane = (int)(flat % LANES),
                                          .mode = i};
            replay_run(&replay, own.steps, path);
            x[r] = time_average(&problem, path, own, i, (int)i);
        }
        if (own.count > 0)
            CHECK_MOMENTS(&square[i], x, own.count, 0, 1, 1e-13);
        assert_int_equal(theta[i].count, own.count);
        free(path);
        free(x);
    }
    problem_free(&problem);
}

static void test_modes_with_their_own_chains(void **state)
{
    static const struct chains lists[][MODES] = {
        {{100, 70, 10}, {100, 70, 10}, {33, 40, 5}},
        {{100, 70, 10}, {33, 40, 5}, {100, 70, 10}},
        {{100, 70, 10}, {0, 70, 10}, {33, 40, 5}},
        {{0, 1, 0}, {64, 20, 10}, {65, 20, 10}},
        {{64, 20, 10}, {64, 20, 11}, {0, 0, 0}},
        {{0, 1, 0}, {0, 1, 0}, {1, 50, 49}},
        {{0, 1, 0}, {0, 1, 0}, {0, 1, 0}},
    };
    (void)state;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        check_own_chains(lists[k]);
}

/* --- directions ------------------------------------------------------------------- */

/* What a chain says of its directions u_t = (theta_t - theta_{t+1}) / rate between its
 * recorded steps, from a replay. */
static void replayed_direction(const struct ensemble *ensemble, struct chains own,
                               uint64_t chain, double mean,
                               double values[DIRECTION_QUANTITIES])
{
    const struct replay replay = replay_uncoupled(ensemble, 0, chain);
    const double count = (double)(own.steps - own.burn_in - 1);
    double *path = check_alloc(own.steps + 1, sizeof *path);
    double scalar[RULE_MAX_SCALARS], last = 0;
    long double sum = 0, squares = 0, lagged = 0;
    replay_run(&replay, own.steps, path);
    for (uint64_t t = own.burn_in + 1; t < own.steps; t++) {
        ensemble->rule->kind->scalars(ensemble->rule, t, scalar);
        const double u = (path[t] - path[t + 1]) / scalar[RULE_RATE] - mean;
        sum += u;
        squares += u * u;
        lagged += u * last;
        last = u;
    }
    free(path);
    values[DIRECTION_MEAN] = (double)(mean + sum / count);
    values[DIRECTION_VARIANCE] = (double)(squares / count);
    values[DIRECTION_LAG1] = count > 1 ? (double)(lagged / (count - 1)) : 0;
    values[DIRECTION_LONG_RUN] = (double)(sum * sum / count);
}

static void check_direction(const struct ensemble *ensemble, struct chains own)
{
    const double mean = -0.37;
    struct direction direction;
    struct error error;
    double(*x)[DIRECTION_QUANTITIES] = check_alloc(own.count, sizeof *x);
    for (uint64_t r = 0; r < own.count; r++)
        replayed_direction(ensemble, own, r, mean, x[r]);
    CHECK_OK(ensemble_direction(ensemble, own, mean, NULL, &direction, &error), &error);
    const struct comoments *m = &direction.comoments;
    assert_int_equal(m->count, own.count);
    assert_int_equal(direction.count, own.steps - own.burn_in - 1);
    for (int i = 0; i < DIRECTION_QUANTITIES; i++)
        for (int j = 0; j < DIRECTION_QUANTITIES; j++) {
            const double n = (double)own.count;
            double mean_i = 0, mean_j = 0, products = 0;
            for (uint64_t r = 0; r < own.count; r++) {
                mean_i += x[r][i] / n;
                mean_j += x[r][j] / n;
            }
            for (uint64_t r = 0; r < own.count; r++)
                products += (x[r][i] - mean_i) * (x[r][j] - mean_j);
            CHECK_NEAR(m->mean[i], mean_i, 1e-10, 1e-12);
            CHECK_NEAR(m->products[i][j], products, 1e-9, 1e-10);
            if (own.count > 1)
                CHECK_NEAR(comoments_covariance(m, i, j),
                           m->products[i][j] / (n - 1) / n, 1e-15, 0);
        }
    free(x);
}

/* On a linear loss and on one mode of a quadratic. */
static void test_direction(void **state)
{
    struct problem problems[2];
    struct error error;
    (void)state;
    CHECK_OK(problem_init_linear(&problems[0], -0.8, 0.49, &error), &error);
    CHECK_OK(problem_init_mode(&problems[1], 0.7, 0.49, &error), &error);
    for (int k = 0; k < 2; k++) {
        for (int r = 0; r < RULES; r++) {
            const struct rule rule = CHECK_RULE("%s", rule_texts[r]);
            const struct ensemble ensemble = ensemble_of(&rule, &problems[k]);
            for (int c = 1; c < CHAIN_LIST; c++)
                if (chain_list[c].steps - chain_list[c].burn_in > 1)
                    check_direction(&ensemble, chain_list[c]);
        }
        problem_free(&problems[k]);
    }
}

/* On a linear loss u is the gradient noise filtered: mean, variance and lag-1
 * covariance in closed form, in units of slope and noise variance. */
static void test_direction_of_filters(void **state)
{
    static const struct {
        const char *rule;
        double gain, variance, lag1;
    } filters[] = {
        {"sgd lr=0.4", 1, 1, 0},
        {"heavy_ball lr=0.5 beta1=0.8", 1, 0.2 / 1.8, 0.8 * 0.2 / 1.8},
        {"pnm lr=0.5 beta0=1 beta1=0.9", 1, 5 * 0.19 / 1.81, -2 * 0.19},
        {"pnm_eq7 lr=0.3 beta0=0.7 beta1=0.6", 1.28 / 1.6,
         0.16 * (2.89 + 0.49 * 0.36) / 0.8704, -1.7 * 0.7 * 0.16 * 0.6 / 0.64},
        {"two_batch lr=0.5 beta0=1.5", 1, 8.5, 0},
    };
    const struct chains own = {1 << 14, 1024, 256};
    struct problem problem;
    struct error error;
    (void)state;
    CHECK_OK(problem_init_linear(&problem, -0.8, 0.49, &error), &error);
    for (size_t k = 0; k < sizeof filters / sizeof *filters; k++) {
        const struct rule rule = CHECK_RULE("%s", filters[k].rule);
        const struct ensemble ensemble = ensemble_of(&rule, &problem);
        const double expected[] = {-0.8 * filters[k].gain, 0.49 * filters[k].variance,
                                   0.49 * filters[k].lag1};
        struct direction direction;
        CHECK_OK(
            ensemble_direction(&ensemble, own, expected[0], NULL, &direction, &error),
            &error);
        for (int i = 0; i < 3; i++)
            CHECK_Z("direction",
                    (direction.comoments.mean[i] - expected[i]) /
                        sqrt(comoments_covariance(&direction.comoments, i, i)));
    }
    problem_free(&problem);
}

/* --- the same bits ---------------------------------------------------------------- */

/* All results of an ensemble, as bytes to compare. */
struct results {
    struct moments theta[MODES], square[MODES], pair[PAIRS];
    double path[150 * 8 * MODES];
};

static void run_everything(const struct ensemble *ensemble, struct results *results)
{
    const struct chains own = {150, 70, 10}, chains[MODES] = {own, own, own};
    struct error error;
    assert_int_equal(ensemble_records(own.steps, 10), 8);
    CHECK_OK(ensemble_moments(ensemble, chains, results->theta, results->square, NULL,
                              &error),
             &error);
    CHECK_OK(ensemble_covariance(ensemble, own, results->pair, NULL, &error), &error);
    CHECK_OK(ensemble_trajectory(ensemble, &(uint64_t){own.count}, own.steps, 10,
                                 results->path, &error),
             &error);
}

static void check_same_results(const struct results *a, const struct results *b)
{
    CHECK_SAME_MOMENTS(a->theta, b->theta, MODES);
    CHECK_SAME_MOMENTS(a->square, b->square, MODES);
    CHECK_SAME_MOMENTS(a->pair, b->pair, PAIRS);
    CHECK_SAME(a->path, b->path, sizeof a->path / sizeof *a->path);
}

static void check_threads(const struct ensemble *ensemble)
{
    static const int threads[] = {1, 2, 3, 7};
    static struct results first, results;
    for (int k = 0; k < 4; k++) {
        struct ensemble own = *ensemble;
        own.threads = threads[k];
        run_everything(&own, k == 0 ? &first : &results);
        if (k > 0)
            check_same_results(&results, &first);
    }
}

static void test_threads(void **state)
{
    (void)state;
    each_ensemble(check_threads);
}

struct isa_results {
    bool filled;
    struct problem *problem;
    struct results results;
};

static void run_isa(const struct kernels *kernels, void *context)
{
    static struct results results;
    struct isa_results *first = context;
    const struct rule rule = CHECK_RULE("%s", rule_texts[3]);
    struct ensemble ensemble = ensemble_of(&rule, first->problem);
    assert_ptr_equal(ensemble.kernels, kernels);
    run_everything(&ensemble, first->filled ? &results : &first->results);
    if (first->filled)
        check_same_results(&results, &first->results);
    first->filled = true;
}

static void test_instruction_sets(void **state)
{
    struct problem problems[] = {diagonal(), dense()};
    (void)state;
    for (int k = 0; k < 2; k++) {
        static struct isa_results first;
        first = (struct isa_results){.problem = &problems[k]};
        check_each_isa(run_isa, &first);
        problem_free(&problems[k]);
    }
}

/* Bits that never change: results published with a seed stay reproducible, the order
 * in which chains are merged included. Other tests say that the numbers are right. */
static void test_known_results(void **state)
{
    static const double known[] = {0x1.a1dd9ba9d4e9ap-2,  0x1.e8ca7d805e44p-4,
                                   0x1.0262664e0c32dp-3,  0x1.be30670af6f2ep-4,
                                   -0x1.071f106f93cb2p-4, 0x1.3ef7785e191cdp+1};
    struct problem problems[] = {diagonal(), dense()};
    const struct rule rule = CHECK_RULE("pnm lr=0.5 beta0=1 beta1=0.9");
    static struct results results[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        const struct ensemble ensemble = ensemble_of(&rule, &problems[k]);
        run_everything(&ensemble, &results[k]);
        problem_free(&problems[k]);
    }
    const double found[] = {
        results[0].theta[0].mean,     results[0].square[2].mean,
        results[0].square[2].squares, results[0].pair[1].squares,
        results[1].pair[1].mean,      results[1].pair[1].squares,
    };
    CHECK_SAME(found, known, sizeof known / sizeof *known);
}

/* Seed, rule and every parameter change the stream; the threads' number, the label and
 * other modes' chains do not. */
static void test_what_changes_the_stream(void **state)
{
    static const char *const others[] = {"pnm lr=0.5 beta0=1 beta1=0.8999999999999999",
                                         "pnm lr=0.5000000000000001 beta0=1 beta1=0.9",
                                         "pnm lr=0.5 beta0=1.0000000000000002"};
    struct problem problem = diagonal();
    const struct rule rule = CHECK_RULE("pnm lr=0.5 beta0=1 beta1=0.9");
    struct ensemble ensemble = ensemble_of(&rule, &problem);
    double *first = trajectory(&ensemble, 1, 1, 1);
    (void)state;
    for (int k = 0; k < 3; k++) {
        const struct rule other = CHECK_RULE("%s", others[k]);
        const struct ensemble changed = ensemble_of(&other, &problem);
        double *out = trajectory(&changed, 1, 1, 1);
        CHECK_COMPARE(fabs(out[MODES] - first[MODES]), >, 1e-6);
        free(out);
    }
    ensemble.seed = 2;
    double *out = trajectory(&ensemble, 1, 1, 1);
    CHECK_COMPARE(fabs(out[MODES] - first[MODES]), >, 1e-6);
    free(out);
    free(first);
    problem_free(&problem);
}

/* --- without noise ---------------------------------------------------------------- */

static void test_no_noise(void **state)
{
    enum { STEPS = 70, CHAINS = 70 };
    const struct problem_form text = {
        .spectrum = "0.3,1,2", .noise = "isotropic:0", .batch = 1};
    struct problem problem;
    struct error error;
    (void)state;
    CHECK_OK(problem_form_read(&problem, &text, &error), &error);
    move_away(&problem);
    for (int r = 0; r < RULES; r++) {
        const struct rule rule = CHECK_RULE("%s", rule_texts[r]);
        const struct ensemble ensemble = ensemble_of(&rule, &problem);
        const struct chains own = {CHAINS, STEPS, 10}, chains[] = {own, own, own};
        struct moments theta[MODES], square[MODES];
        double *out = trajectory(&ensemble, CHAINS, STEPS, 1);
        for (size_t k = 1; k < CHAINS; k++)
            CHECK_SAME(out + k * (STEPS + 1) * MODES, out, (STEPS + 1) * MODES);
        for (size_t i = 0; i < MODES; i++) {
            struct linear_system system;
            linear_system_probe(&rule, problem.h[i], &system);
            for (uint64_t t = 0; t <= STEPS; t++) {
                double mean, variance;
                linear_system_at(&system, &system, 0,
                                 problem.start[i] - problem.theta_star[i], t, &mean,
                                 &variance);
                CHECK_NEAR(out[t * MODES + i], problem.theta_star[i] + mean, 0, 1e-13);
            }
        }
        CHECK_OK(ensemble_moments(&ensemble, chains, theta, square, NULL, &error),
                 &error);
        for (size_t i = 0; i < MODES; i++) {
            CHECK_EXACT(theta[i].squares, 0.0);
            CHECK_EXACT(square[i].squares, 0.0);
        }
        free(out);
    }
    problem_free(&problem);
}

/* The square of the start is a number; that of the start over the noise's standard
 * deviation is beyond the range. */
static void test_far_start_with_little_noise(void **state)
{
    const struct problem_form text = {
        .spectrum = "0.5", .noise = "isotropic:1e-120", .batch = 1};
    const struct rule rule = CHECK_RULE("sgd lr=0.5");
    const struct chains chains = {.count = 64, .steps = 2, .burn_in = 0};
    struct problem problem;
    struct error error;
    struct moments theta, square;
    (void)state;
    CHECK_OK(problem_form_read(&problem, &text, &error), &error);
    problem.start[0] = 1e150;
    const struct ensemble ensemble = ensemble_of(&rule, &problem);
    CHECK_OK(ensemble_moments(&ensemble, &chains, &theta, &square, NULL, &error),
             &error);
    const double first = 0.75e150, second = 0.75 * first;
    CHECK_NEAR(theta.mean, (first + second) / 2, 1e-14, 0);
    CHECK_NEAR(square.mean, (first * first + second * second) / 2, 1e-14, 0);
    problem_free(&problem);
}

/* --- the exact law ---------------------------------------------------------------- */

/* R chains at a fixed step t are independent and normal with mean and covariance from
 * linear_system_at, so sums of squares have chi-square laws, without any approximation.
 *
 * Tests of a statistic below: 7 rules x (6 steps x (9 for diagonal noise + 10 for dense
 * noise) + 3 + 6 time averages) = 861, and 15 of directions: at check_alpha = 1e-9 a
 * total false-alarm rate of 8.8e-7. With R = 2^19 a variance that is off by 1.7 % in
 * one mode or 1 % in all, a mean off by 0.012 standard deviations, a correlation of
 * 0.012 between modes or neighbouring chains, is noticed with probability 0.99. */
enum { CHAINS = 1 << 19, RUNS = 3 };

/* CHAINS trajectories at one step, standardised: column i of z has CHAINS numbers
 * of mean 0 and variance 1, independent of other columns, if all is well. */
struct snapshot {
    double *z[MODES];
};

/* mean[i], covariance[i][j] at step t. */
static void exact_law(const struct ensemble *ensemble, uint64_t t, double mean[MODES],
                      double covariance[MODES * MODES])
{
    const struct problem *problem = ensemble->problem;
    struct linear_system system[MODES];
    for (size_t i = 0; i < MODES; i++)
        linear_system_probe(ensemble->rule, problem->h[i], &system[i]);
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = 0; j < MODES; j++) {
            linear_system_at(&system[i], &system[j], problem_noise(problem, i, j),
                             problem->start[i] - problem->theta_star[i], t, &mean[i],
                             &covariance[i * MODES + j]);
        }
    for (size_t i = 0; i < MODES; i++)
        mean[i] += problem->theta_star[i];
}

/* z = L^-1 (theta - mean) with L L' the exact covariance, at step t, the k-th of a
 * run's records. */
static struct snapshot snapshot_at(const struct ensemble *ensemble, uint64_t t,
                                   const double *out, size_t records, size_t k)
{
    struct snapshot snapshot;
    struct error error;
    double mean[MODES], covariance[MODES * MODES], l[MODES * MODES];
    exact_law(ensemble, t, mean, covariance);
    CHECK_OK(problem_cholesky(MODES, covariance, l, &error), &error);
    for (size_t i = 0; i < MODES; i++)
        snapshot.z[i] = check_alloc(CHAINS, sizeof(double));
    for (size_t r = 0; r < CHAINS; r++)
        for (size_t i = 0; i < MODES; i++) {
            double sum = out[(records * r + k) * MODES + i] - mean[i];
            for (size_t j = 0; j < i; j++)
                sum -= l[i * MODES + j] * snapshot.z[j][r];
            snapshot.z[i][r] = sum / l[i * MODES + i];
        }
    return snapshot;
}

static void snapshot_free(struct snapshot *snapshot)
{
    for (size_t i = 0; i < MODES; i++)
        free(snapshot->z[i]);
}

/* sum_r a_r b_{r+lag} */
static double product(const double *a, const double *b, size_t lag)
{
    double sum = 0;
    for (size_t r = 0; r + lag < CHAINS; r++)
        sum += a[r] * b[r + lag];
    return sum;
}

static void check_means_and_total(const struct snapshot *snapshot)
{
    double total = 0;
    for (size_t i = 0; i < MODES; i++) {
        double sum = 0;
        for (size_t r = 0; r < CHAINS; r++)
            sum += snapshot->z[i][r];
        CHECK_Z("mean", sum / sqrt(CHAINS));
        total += product(snapshot->z[i], snapshot->z[i], 0);
    }
    CHECK_CHI2("all variances", total, MODES * CHAINS);
}

/* Diagonal noise: 3 means, the sum over modes, correlation between chains 1 and 64
 * apart (64: the same lane of the next unit), and the 3 variances one by one. */
static void check_diagonal(const struct snapshot *snapshot)
{
    double neighbours = 0, next_unit = 0;
    for (size_t i = 0; i < MODES; i++) {
        const double *z = snapshot->z[i];
        CHECK_CHI2("a variance", product(z, z, 0), CHAINS);
        neighbours += product(z, z, 1);
        next_unit += product(z, z, LANES);
    }
    CHECK_Z("neighbours", neighbours / sqrt(MODES * (CHAINS - 1.)));
    CHECK_Z("next unit", next_unit / sqrt(MODES * ((double)CHAINS - LANES)));
}

/* Dense noise: 3 means, the sum over modes, and the chi-square laws of the sum and the
 * difference of each two whitened columns, which a wrong covariance moves apart. */
static void check_dense(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = 0; j < i; j++) {
            const double *a = snapshot->z[i], *b = snapshot->z[j];
            const double own = (product(a, a, 0) + product(b, b, 0)) / 2;
            const double mixed = product(a, b, 0);
            CHECK_CHI2("sum of two modes", own + mixed, CHAINS);
            CHECK_CHI2("difference of two modes", own - mixed, CHAINS);
        }
}

/* The six steps are 1, 2, 3, 32, 33 and 64; a run records several of them. */
static void check_snapshots(const struct ensemble *ensemble)
{
    static const struct {
        uint64_t steps, every;
    } runs[RUNS] = {{3, 1}, {64, 32}, {33, 33}};
    for (int run = 0; run < RUNS; run++) {
        const uint64_t records = ensemble_records(runs[run].steps, runs[run].every);
        double *out = trajectory(ensemble, CHAINS, runs[run].steps, runs[run].every);
        for (uint64_t k = 1; k < records; k++) {
            struct snapshot snapshot =
                snapshot_at(ensemble, k * runs[run].every, out, records, k);
            check_means_and_total(&snapshot);
            if (ensemble->problem->dense)
                check_dense(&snapshot);
            else
                check_diagonal(&snapshot);
            snapshot_free(&snapshot);
        }
        free(out);
    }
}

static void test_snapshots(void **state)
{
    (void)state;
    each_ensemble(check_snapshots);
}

/* --- time averages ---------------------------------------------------------------- */

static struct plan_law law_of(const struct ensemble *ensemble, size_t i, size_t j)
{
    const struct problem *problem = ensemble->problem;
    const double noise[] = {problem_noise(problem, i, i), problem_noise(problem, j, j),
                            problem_noise(problem, i, j)};
    struct linear_system system[2];
    struct plan_law law;
    struct error error;
    linear_system_probe(ensemble->rule, problem->h[i], &system[0]);
    linear_system_probe(ensemble->rule, problem->h[j], &system[1]);
    CHECK_OK(plan_law_init(&law, &system[0], &system[1], noise,
                           problem->start[i] - problem->theta_star[i],
                           problem->start[j] - problem->theta_star[j], &error),
             &error);
    return law;
}

/* Mean over 2^14 chains of 256 steps: stationary value plus exact bias, with the exact
 * standard error; that the chains' own spread tells the same is known to 1 %, and is
 * allowed to be off by 10 %. Burn-in is long enough for the variance to be stationary.
 */
static void check_average(const struct ensemble *ensemble, struct chains chains,
                          const struct moments *m, size_t i, size_t j)
{
    const struct plan_law law = law_of(ensemble, i, j);
    const double variance = plan_law_variance(&law, chains.steps - chains.burn_in);
    const double expected =
        law.s_ij[0] + plan_law_bias(&law, chains.burn_in, chains.steps);
    assert_int_equal(m->count, chains.count);
    CHECK_Z("time average",
            (m->mean - expected) / sqrt(variance / (double)chains.count));
    CHECK_NEAR(moments_stderr(m), sqrt(variance / (double)chains.count), 0.1, 0);
}

static void check_averages(const struct ensemble *ensemble)
{
    const struct chains own = {1 << 14, 512, 256}, chains[MODES] = {own, own, own};
    struct moments theta[MODES], square[MODES], pair[PAIRS];
    struct error error;
    if (!ensemble->problem->dense) {
        CHECK_OK(ensemble_moments(ensemble, chains, theta, square, NULL, &error),
                 &error);
        for (size_t i = 0; i < MODES; i++)
            check_average(ensemble, own, &square[i], i, i);
        return;
    }
    CHECK_OK(ensemble_covariance(ensemble, own, pair, NULL, &error), &error);
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = i; j < MODES; j++)
            check_average(ensemble, own, &pair[ensemble_pair(MODES, i, j)], i, j);
}

static void test_averages(void **state)
{
    (void)state;
    each_ensemble(check_averages);
}

/* --- moments.h -------------------------------------------------------------------- */

static void test_moments_add(void **state)
{
    enum { COUNT = 1000 };
    double x[COUNT];
    uint64_t random = 1;
    struct moments m = {0};
    (void)state;
    CHECK_NAN(moments_stderr(&m));
    for (int i = 0; i < COUNT; i++) {
        /* A mean far from 0: sums of squares would lose eight digits. */
        x[i] = 1e4 + check_normal(&random);
        moments_add(&m, x[i]);
        if (i == 0)
            CHECK_NAN(moments_stderr(&m));
    }
    CHECK_MOMENTS(&m, x, COUNT, 0, 1, 1e-13);
    CHECK_NEAR(moments_stderr(&m), sqrt(m.squares / (COUNT - 1.) / COUNT), 1e-15, 0);
}

/* Where squares of deviations are below the range of numbers, 0 is no standard error.
 */
static void test_moments_of_tiny_numbers(void **state)
{
    (void)state;
    for (int exponent = -1000; exponent <= -100; exponent += 10) {
        struct moments m = {0}, equal = {0};
        struct comoments both = {0};
        for (int i = 1; i <= 3; i++) {
            const double x = ldexp(i, exponent), pair[] = {x, 1};
            moments_add(&m, x);
            moments_add(&equal, ldexp(1, exponent));
            comoments_add(&both, 2, pair);
        }
        const double errors[] = {moments_stderr(&m),
                                 sqrt(comoments_covariance(&both, 0, 0))};
        for (int k = 0; k < 2; k++)
            if (exponent < -512)
                CHECK_NAN(errors[k]);
            else
                CHECK_NEAR(errors[k], ldexp(sqrt(1 / 3.), exponent), 1e-15, 0);
        assert_true(comoments_covariance(&both, 1, 1) == 0);
        /* Equal numbers that are not as tiny have a standard error of 0. */
        if (exponent > -450)
            assert_true(moments_stderr(&equal) == 0);
    }
    const struct moments zeros = {.count = 3};
    assert_true(moments_stderr(&zeros) == 0);
}

/* --- failures --------------------------------------------------------------------- */

static void test_unknown_isa(void **state)
{
    const struct chains own = {100, 10, 0}, chains[MODES] = {own, own, own};
    struct problem problem = diagonal();
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    const struct ensemble ensemble = ensemble_of(&rule, &problem);
    struct moments theta[MODES], square[MODES];
    struct error error = {.agreed = false};
    (void)state;
    setenv("PNM_ISA", "nonsense", 1);
    const int status = ensemble_moments(&ensemble, chains, theta, square, NULL, &error);
    unsetenv("PNM_ISA");
    CHECK_REFUSED("nonsense", status, &error, "nonsense");
    problem_free(&problem);
}

/* Stays last: what interrupts this program stays pending. */
static void test_interrupt(void **state)
{
    const struct chains own = {1000, 1000, 0}, chains[MODES] = {own, own, own};
    struct problem problem = diagonal();
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    const struct ensemble ensemble = ensemble_of(&rule, &problem);
    struct moments theta[MODES], square[MODES];
    struct error error = {.agreed = false};
    (void)state;
    signal(SIGINT, SIG_DFL); /* a shell may have started the test with it ignored */
    interrupt_catch();
    assert_false(interrupt_pending());
    raise(SIGINT);
    assert_true(interrupt_pending());
    assert_int_equal(ensemble_moments(&ensemble, chains, theta, square, NULL, &error),
                     STATUS_INTERRUPTED);
    assert_string_equal(error.text, "interrupted");
    problem_free(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trajectory_is_replayed),
        cmocka_unit_test(test_other_generators),
        cmocka_unit_test(test_packing),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_covariance),
        cmocka_unit_test(test_pair),
        cmocka_unit_test(test_many_units),
        cmocka_unit_test(test_modes_with_their_own_chains),
        cmocka_unit_test(test_direction),
        cmocka_unit_test(test_direction_of_filters),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_known_results),
        cmocka_unit_test(test_what_changes_the_stream),
        cmocka_unit_test(test_no_noise),
        cmocka_unit_test(test_far_start_with_little_noise),
        cmocka_unit_test(test_snapshots),
        cmocka_unit_test(test_averages),
        cmocka_unit_test(test_moments_add),
        cmocka_unit_test(test_moments_of_tiny_numbers),
        cmocka_unit_test(test_unknown_isa),
        cmocka_unit_test(test_interrupt),
    };
    return cmocka_run_group_tests_name("ensemble", tests, NULL, NULL);
}
