/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ensemble_average.c: averages of each chain against those formed here of its
 * trajectory, which the same streams give. */
#include "check.h"
#include "engine/average_plan.h"
#include "engine/ensemble_average.h"

enum { MODES = 3, CHAINS = 100, STEPS = 75, PAIRS = MODES * (MODES + 1) / 2 };

static const double curvatures[MODES] = {0.3, 1, 2};

static const struct average averages[] = {
    {.kind = AVERAGE_POLYAK},
    {.kind = AVERAGE_POLYAK, .from = 40},
    {.kind = AVERAGE_EMA, .rate = 0.125},
};
enum { AVERAGES = sizeof averages / sizeof *averages };

static const char *const rules[] = {"sgd lr=0.4", "pnm lr=0.3 beta0=1 beta1=0.9",
                                    "two_batch lr=0.5 beta0=1.5", "adam lr=0.05"};
enum { RULES = sizeof rules / sizeof *rules };

/* From theta*, where chains run on unit noise, or from elsewhere. */
static struct problem problem_of(bool dense, bool away)
{
    static const double c[] = {1, -0.6, 0.3, -0.6, 2, 0.5, 0.3, 0.5, 0.7};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init_any(&problem, MODES, curvatures, &error), &error);
    if (dense)
        CHECK_OK(problem_set_covariance(&problem, c, &error), &error);
    for (size_t i = 0; i < MODES; i++) {
        problem.theta_star[i] = away ? 1.5 : 0;
        problem.start[i] = away ? 2 - (double)i : 0;
        if (!dense)
            problem.noise[i] = c[4 * i];
    }
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

/* theta of all chains after each of steps 0 .. STEPS: [chain][step][mode]. */
static double *trajectories(const struct ensemble *ensemble)
{
    double *out = check_alloc(CHAINS * (STEPS + 1) * MODES, sizeof *out);
    struct error error;
    CHECK_OK(ensemble_trajectory(ensemble, &(uint64_t){CHAINS}, STEPS, 1, out, &error),
             &error);
    return out;
}

/* The average of one chain and mode after `steps` steps, as average.h says it. */
static double average_of(const struct average *average, const double *theta, int steps)
{
    double sum = 0, smooth = theta[0];
    for (int t = 1; t <= steps; t++) {
        if ((uint64_t)t > average->from)
            sum += theta[t * MODES];
        smooth = (1 - average->rate) * smooth + average->rate * theta[t * MODES];
    }
    if (average->kind == AVERAGE_EMA)
        return smooth;
    return (uint64_t)steps > average->from ? sum / (steps - (int)average->from)
                                           : theta[steps * MODES];
}

struct setting {
    const struct average *average;
    const char *rule;
    bool dense, away;
};

static struct setting setting_of(int k)
{
    return (struct setting){&averages[k % AVERAGES], rules[k / AVERAGES % RULES],
                            k / AVERAGES / RULES % 2, k / AVERAGES / RULES / 2 % 2};
}
enum { SETTINGS = AVERAGES * RULES * 4 };

static void averages_are_those_of_the_trajectories(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        const struct setting setting = setting_of(k);
        const double centre[MODES] = {0.1, -0.2, 1};
        struct problem problem = problem_of(setting.dense, setting.away);
        const struct rule rule = CHECK_RULE("%s", setting.rule);
        struct ensemble ensemble = ensemble_of(&rule, &problem);
        double *theta = trajectories(&ensemble), own[CHAINS * MODES];
        struct moments mean[MODES], square[MODES], pair[PAIRS], expected[PAIRS] = {0};
        struct chains chains[MODES];
        struct error error;
        for (int i = 0; i < CHAINS * MODES; i++)
            own[i] =
                average_of(setting.average,
                           theta + i / MODES * (STEPS + 1) * MODES + i % MODES, STEPS);
        for (size_t i = 0; i < MODES; i++)
            chains[i] = (struct chains){
                .count = CHAINS, .steps = STEPS, .burn_in = setting.average->from};
        ensemble.average = setting.average;
        ensemble.mean = setting.away ? centre : NULL;
        CHECK_OK(ensemble_averages(&ensemble, chains, mean, square,
                                   setting.dense ? pair : NULL, &error),
                 &error);
        for (size_t i = 0; i < MODES; i++) {
            CHECK_MOMENTS(&mean[i], own, CHAINS * MODES, i, MODES, 1e-14);
            const double from = setting.away ? centre[i] : 0;
            struct moments squares = {0};
            for (size_t c = 0; c < CHAINS; c++)
                moments_add(&squares, pow(own[c * MODES + i] - from, 2));
            CHECK_NEAR(square[i].mean, squares.mean, 1e-12, 0);
            CHECK_NEAR(square[i].squares, squares.squares, 1e-11, 0);
        }
        for (size_t c = 0; setting.dense && c < CHAINS; c++)
            for (size_t i = 0; i < MODES; i++)
                for (size_t j = i; j < MODES; j++)
                    moments_add(
                        &expected[ensemble_pair(MODES, i, j)],
                        (own[c * MODES + i] - (setting.away ? centre[i] : 0)) *
                            (own[c * MODES + j] - (setting.away ? centre[j] : 0)));
        for (size_t p = 0; setting.dense && p < PAIRS; p++) {
            CHECK_NEAR(pair[p].mean, expected[p].mean, 1e-11, 1e-13);
            CHECK_NEAR(pair[p].squares, expected[p].squares, 1e-10, 0);
        }
        free(theta);
        problem_free(&problem);
    }
}

static void trajectories_hold_the_average_so_far(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        const struct setting setting = setting_of(k);
        struct problem problem = problem_of(setting.dense, setting.away);
        const struct rule rule = CHECK_RULE("%s", setting.rule);
        struct ensemble ensemble = ensemble_of(&rule, &problem);
        double *theta = trajectories(&ensemble);
        ensemble.average = setting.average;
        const uint64_t every = 7, records = ensemble_records(STEPS, every);
        double *own = check_alloc(CHAINS * records * MODES, sizeof *own);
        struct error error;
        CHECK_OK(ensemble_trajectory(&ensemble, &(uint64_t){CHAINS}, STEPS, every, own,
                                     &error),
                 &error);
        for (size_t c = 0; c < CHAINS; c++)
            for (size_t r = 0; r < records; r++)
                for (size_t i = 0; i < MODES; i++) {
                    const int steps = r * every < STEPS ? (int)(r * every) : STEPS;
                    CHECK_NEAR(own[(c * records + r) * MODES + i],
                               average_of(setting.average,
                                          theta + c * (STEPS + 1) * MODES + i, steps),
                               1e-12, 1e-14);
                }
        free(own);
        free(theta);
        problem_free(&problem);
    }
}

/* The bits do not depend on threads or on the instruction set. */
struct run {
    struct setting setting;
    struct moments first[2 * MODES];
    bool done;
};

static void run_on(const struct kernels *kernels, void *context)
{
    struct run *run = context;
    struct problem problem = problem_of(run->setting.dense, run->setting.away);
    const struct rule rule = CHECK_RULE("%s", run->setting.rule);
    for (int threads = 1; threads <= 3; threads += 2) {
        struct ensemble ensemble = ensemble_of(&rule, &problem);
        struct moments own[2 * MODES];
        struct chains chains[MODES];
        struct error error;
        ensemble.kernels = kernels;
        ensemble.threads = threads;
        ensemble.average = run->setting.average;
        for (size_t i = 0; i < MODES; i++)
            chains[i] = (struct chains){
                .count = CHAINS, .steps = STEPS, .burn_in = run->setting.average->from};
        CHECK_OK(ensemble_averages(&ensemble, chains, own, own + MODES, NULL, &error),
                 &error);
        if (!run->done)
            memcpy(run->first, own, sizeof own);
        CHECK_SAME_MOMENTS(own, run->first, 2 * MODES);
        run->done = true;
    }
    problem_free(&problem);
}

static void averages_have_the_same_bits_everywhere(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k += 5) {
        struct run run = {.setting = setting_of(k)};
        assert_true(check_each_isa(run_on, &run) > 0);
    }
}

static void plans_need_steps_to_average(void **state)
{
    (void)state;
    struct sampling sampling = check_sampling(1, 0.01);
    struct chains chains;
    struct error error;
    CHECK_REFUSED("no steps", average_plan(&sampling, &averages[1], &chains, &error),
                  &error, "steps");
    sampling.steps = 40;
    CHECK_REFUSED("too few", average_plan(&sampling, &averages[1], &chains, &error),
                  &error, "40");
    sampling.steps = 41;
    CHECK_OK(average_plan(&sampling, &averages[1], &chains, &error), &error);
    assert_int_equal(chains.steps - chains.burn_in, 1);
    assert_int_equal(chains.count, 32768); /* 2/R = 1e-4 */
    sampling.burn_in = 5;
    CHECK_REFUSED("burn-in", average_plan(&sampling, &averages[1], &chains, &error),
                  &error, "auto");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_are_those_of_the_trajectories),
        cmocka_unit_test(trajectories_hold_the_average_so_far),
        cmocka_unit_test(averages_have_the_same_bits_everywhere),
        cmocka_unit_test(plans_need_steps_to_average),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
