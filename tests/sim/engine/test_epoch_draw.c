/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_epoch_draw.c: the samples of epochs, their shuffles, and second moments phase by
 * phase against the trajectories of the same chains.
 *
 * 7 tests of statistics. */
#include "check.h"

#include "engine/ensemble_phases.h"
#include "engine/epoch_draw.h"

enum { LANES = RULE_LANES };

static const struct random_generator generators[] = {
    {.kind = RANDOM_XOSHIRO}, {.kind = RANDOM_PHILOX}, {.kind = RANDOM_GSL}};

static struct random_generator generator_of(int k)
{
    struct random_generator generator = generators[k];
    if (generator.kind == RANDOM_GSL)
        generator.gsl = gsl_rng_mt19937;
    return generator;
}

static struct problem problem_of(size_t n, size_t train_size, size_t batch)
{
    static const double h[] = {0.4, 0.8, 1.3};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init(&problem, n, h, &error), &error);
    problem_set_epochs(&problem, train_size, batch);
    for (size_t i = 0; i < n; i++)
        problem.noise[i] = 1;
    return problem;
}

static struct random_stream stream_of(struct random_generator generator)
{
    const struct random_key key = {.seed = 1, .purpose = RANDOM_TEST, .unit = 3};
    struct random_stream stream;
    struct error error;
    CHECK_OK(random_init(&stream, generator, key, &error), &error);
    return stream;
}

/* --- the samples ------------------------------------------------------------------ */

static void samples_are_centred_and_white(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {
        {1, 2, 1}, {1, 12, 2}, {3, 4, 3}, {3, 101, 7}, {1, 100000, 128}};
    for (size_t k = 0; k < 3 * sizeof sizes / sizeof *sizes; k++) {
        const size_t n = sizes[k / 3][0], count = sizes[k / 3][1];
        const double batch = (double)sizes[k / 3][2];
        struct problem problem = problem_of(n, count, sizes[k / 3][2]);
        struct epoch_samples samples;
        struct error error;
        CHECK_OK(epoch_samples_init(&samples, &problem, n, generator_of((int)(k % 3)),
                                    1, &error),
                 &error);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j <= n; j++) { /* j = n: with 1 */
                double sum = 0;
                for (size_t s = 0; s < count; s++)
                    sum += samples.value[s * n + i] *
                           (j < n ? samples.value[s * n + j] : 1);
                CHECK_NEAR(batch * sum / (double)count, i == j ? 1 : 0, 1e-12, 1e-13);
            }
        epoch_samples_free(&samples);
        problem_free(&problem);
    }
}

static void what_cannot_be_drawn_is_refused(void **state)
{
    (void)state;
    struct problem problem = problem_of(3, 3, 1);
    struct random_generator small = generator_of(2);
    struct epoch_samples samples;
    struct error error;
    CHECK_REFUSED("3 samples of 3 modes",
                  epoch_samples_init(&samples, &problem, 3, generator_of(0), 1, &error),
                  &error, "--train-size");
    epoch_samples_free(&samples);
    small.gsl = gsl_rng_uni; /* 32767 numbers */
    problem.train_size = 40000;
    CHECK_REFUSED("uni", epoch_samples_init(&samples, &problem, 3, small, 1, &error),
                  &error, "--rng");
    epoch_samples_free(&samples);
    problem_free(&problem);
}

/* --- the shuffles ----------------------------------------------------------------- */

/* Every step is a sum of samples that the epoch has not taken yet: recognised by their
 * values, which are powers of 2. */
static void an_epoch_takes_every_sample_once(void **state)
{
    (void)state;
    enum { COUNT = 11, BATCH = 2, GRADIENTS = 2, STEPS = 50, STRIDE = 8 * LANES * 4 };
    double value[2 * COUNT];
    for (int k = 0; k < COUNT; k++) {
        value[2 * k] = ldexp(1, k);
        value[2 * k + 1] = -ldexp(1, k);
    }
    const struct epoch_samples samples = {
        .train_size = COUNT, .batch = BATCH, .columns = 2, .value = value};
    for (int g = 0; g < 3; g++) {
        struct random_stream stream = stream_of(generator_of(g));
        struct epoch_draw draw;
        struct error error;
        double noise[2 * STRIDE];
        unsigned seen[LANES] = {0}, unused = 0;
        CHECK_OK(epoch_draw_init(&draw, &samples, &error), &error);
        epoch_draw_start(&draw);
        for (int step = 0; step < STEPS; step++) {
            const int k = step % 8; /* 8 steps a call: epochs go on in the next one */
            if (k == 0)
                epoch_draw_next(&draw, &stream, 8, GRADIENTS, STRIDE, noise);
            for (size_t lane = 0; lane < LANES; lane++) {
                if (step % 2 == 0) { /* 2 steps an epoch, which leave 3 samples over */
                    unused |= seen[lane] ^ ((1u << COUNT) - 1);
                    seen[lane] = 0;
                }
                for (int s = 0; s < GRADIENTS; s++) {
                    const size_t at = (size_t)(k * GRADIENTS + s) * LANES + lane;
                    const unsigned taken = (unsigned)noise[at];
                    CHECK_EXACT(noise[STRIDE + at], -noise[at]);
                    assert_int_equal(__builtin_popcount(taken), BATCH);
                    assert_int_equal(seen[lane] & taken, 0);
                    seen[lane] |= taken;
                }
            }
        }
        assert_int_equal(unused, (1u << COUNT) - 1); /* each is left over at times */
        epoch_draw_free(&draw);
        random_free(&stream);
    }
}

/* All 24 orders of four samples, in chains and one after the other; with as many as
 * 2^31 + 1 samples the rejection would show, which 3 of 2^32 do too. */
static void all_orders_are_equally_likely(void **state)
{
    (void)state;
    enum { COUNT = 4, ORDERS = 24, EPOCHS = 3000, FREEDOM = 23 };
    static const double value[COUNT] = {0, 1, 2, 3};
    const struct epoch_samples samples = {
        .train_size = COUNT, .batch = 1, .columns = 1, .value = (double *)value};
    for (int g = 0; g < 3; g++) {
        struct random_stream stream = stream_of(generator_of(g));
        struct epoch_draw draw;
        struct error error;
        double noise[COUNT * LANES], count[COUNT * COUNT * COUNT] = {0}, x = 0;
        int found = 0;
        CHECK_OK(epoch_draw_init(&draw, &samples, &error), &error);
        epoch_draw_start(&draw);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            epoch_draw_next(&draw, &stream, COUNT, 1, COUNT * LANES, noise);
            for (size_t lane = 0; lane < LANES; lane++)
                count[(int)(16 * noise[lane] + 4 * noise[LANES + lane] +
                            noise[2 * LANES + lane])]++;
        }
        const double expected = (double)EPOCHS * LANES / ORDERS;
        for (int k = 0; k < COUNT * COUNT * COUNT; k++)
            if (count[k] > 0) {
                x += (count[k] - expected) * (count[k] - expected) / expected;
                found++;
            }
        assert_int_equal(found, ORDERS);
        CHECK_COMPARE(gsl_cdf_chisq_Q(x, FREEDOM), >, check_alpha);
        CHECK_COMPARE(gsl_cdf_chisq_P(x, FREEDOM), >, check_alpha);
        epoch_draw_free(&draw);
        random_free(&stream);
    }
}

/* --- phases ----------------------------------------------------------------------- */

enum { N = 3, CHAINS = 70, STEPS = 47, BURN_IN = 9, PERIOD = 6 };

/* Of the same chains: their streams are named by the rule and the unit alone. */
static void phases_are_those_of_the_trajectories(void **state)
{
    (void)state;
    static const double c[N * N] = {1, 0.3, 0, 0.3, 2, -0.4, 0, -0.4, 0.5};
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.7");
    for (int kind = 0; kind < 6; kind++) {
        const bool dense = kind % 3 > 0, pairs = kind % 3 > 1;
        const uint64_t period = kind < 3 ? PERIOD : 1;
        struct problem problem = problem_of(N, 13, 2);
        struct error error;
        if (dense)
            CHECK_OK(problem_set_covariance(&problem, c, &error), &error);
        const double mean[N] = {0.1, 0.2, 0.3};
        const struct ensemble ensemble = {
            .kernels = check_kernels(),
            .rule = &rule,
            .problem = &problem,
            .mean = mean,
            .generator = {.kind = RANDOM_XOSHIRO},
            .seed = 5,
            .threads = 2,
        };
        struct chains chains[N];
        struct moments out[6 * PERIOD];
        double *theta = check_alloc((size_t)CHAINS * (STEPS + 1) * N, sizeof *theta);
        uint64_t count = CHAINS;
        for (size_t i = 0; i < N; i++)
            chains[i] = (struct chains){CHAINS, STEPS, BURN_IN};
        CHECK_OK(ensemble_phases(&ensemble, pairs, chains, period, out, &error),
                 &error);
        CHECK_OK(ensemble_trajectory(&ensemble, &count, STEPS, 1, theta, &error),
                 &error);
        for (size_t i = 0; i < N; i++)
            for (size_t j = i; j < (pairs ? (size_t)N : i + 1); j++)
                for (uint64_t phase = 0; phase < period; phase++) {
                    struct moments own = {0};
                    for (size_t chain = 0; chain < CHAINS; chain++) {
                        double sum = 0, records = 0;
                        for (size_t t = BURN_IN + 1; t <= STEPS; t++) {
                            const double *at = theta + (chain * (STEPS + 1) + t) * N;
                            if (t % period == phase) {
                                sum += (at[i] - mean[i]) * (at[j] - mean[j]);
                                records++;
                            }
                        }
                        moments_add(&own, sum / records);
                    }
                    const size_t row = pairs ? ensemble_pair(N, i, j) : i;
                    const struct moments *m = &out[row * period + phase];
                    assert_int_equal(m->count, CHAINS);
                    CHECK_NEAR(m->mean, own.mean, 1e-10, 1e-14);
                    CHECK_NEAR(m->squares, own.squares, 1e-10, 1e-14);
                }
        free(theta);
        problem_free(&problem);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_centred_and_white),
        cmocka_unit_test(what_cannot_be_drawn_is_refused),
        cmocka_unit_test(an_epoch_takes_every_sample_once),
        cmocka_unit_test(all_orders_are_equally_likely),
        cmocka_unit_test(phases_are_those_of_the_trajectories),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
