/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Minibatches as the engine draws them, against a chain that is written out one example
 * at a time, and what planning makes of their law. */
#include "check.h"

#include "engine/descent.h"
#include "engine/ensemble.h"
#include "engine/minibatch.h"
#include "losses/rotation.h"

enum { LANES = RULE_LANES, N = 3, CHAINS = 70, STEPS = 40 };

static const double curvature[N] = {0.4, 0.8, 1.3};

static const char *const rule_texts[] = {
    "sgd lr=0.2",
    "pnm lr=0.3 beta0=1 beta1=0.7",
    "two_batch lr=0.2 beta0=1",
    "adam lr=0.05",
};
enum { RULES = sizeof rule_texts / sizeof *rule_texts };

static struct problem problem_of(size_t examples, double residual, bool rotated)
{
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init(&problem, N, curvature, &error), &error);
    problem_set_examples(&problem, examples, residual);
    for (size_t i = 0; i < N; i++) {
        problem.theta_star[i] = 0.5 * (double)i - 0.3;
        problem.start[i] = 1 - (double)i;
    }
    if (rotated) {
        problem.rotation = check_alloc((size_t)N * N, sizeof(double));
        CHECK_OK(rotation_draw(N, 3, problem.rotation, &error), &error);
    }
    return problem;
}

static double *trajectory(const struct kernels *kernels, const struct rule *rule,
                          const struct problem *problem, int threads)
{
    const struct ensemble ensemble = {
        .kernels = kernels,
        .rule = rule,
        .problem = problem,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 5,
        .threads = threads,
    };
    uint64_t chains = CHAINS;
    struct error error;
    double *out = check_alloc((size_t)CHAINS * (STEPS + 1) * N, sizeof *out);
    CHECK_OK(ensemble_trajectory(&ensemble, &chains, STEPS, 1, out, &error), &error);
    assert_int_equal(chains, CHAINS);
    return out;
}

/* --- one example after the other -------------------------------------------------- */

/* A coordinate i of the eigenbasis in the basis of the rule, and back. */
static void turn(const struct problem *problem, bool back, const double *in,
                 double *out)
{
    const double *q = problem->rotation;
    for (size_t i = 0; i < N; i++) {
        out[i] = q ? 0 : in[i];
        for (size_t j = 0; q && j < N; j++)
            out[i] += (back ? q[j * N + i] : q[i * N + j]) * in[j];
    }
}

/* Adds the gradients of a minibatch at z to gradient[N], by the formula. */
static void add_minibatch(const struct problem *problem, struct random_stream *stream,
                          double z[LANES][N], double gradient[LANES][N])
{
    double normal[(N + 1) * LANES];
    memset(gradient, 0, LANES * sizeof *gradient);
    for (size_t b = 0; b < problem->examples; b++) {
        random_normal(stream, (N + 1) * LANES, normal);
        for (size_t lane = 0; lane < LANES; lane++) {
            double x[N], y = 0, guess = 0;
            for (size_t i = 0; i < N; i++) {
                x[i] = sqrt(curvature[i]) * normal[i * LANES + lane];
                y += x[i] * problem->theta_star[i];
                guess += x[i] * z[lane][i];
            }
            y += sqrt(problem->residual) * normal[N * LANES + lane];
            for (size_t i = 0; i < N; i++)
                gradient[lane][i] += x[i] * (guess - y) / (double)problem->examples;
        }
    }
}

static void check_unit(const struct rule *rule, const struct problem *problem,
                       uint64_t unit, const double *measured)
{
    const struct random_key key = {5, RANDOM_ENSEMBLE, check_hash(rule), unit};
    const size_t samples = (size_t)rule->kind->samples;
    struct random_stream stream;
    struct error error;
    double theta[LANES][N], z[LANES][N], slot[LANES][RULE_MAX_SLOTS * N] = {{0}};
    double gradient[LANES][N], all[RULE_MAX_SAMPLES][LANES][N];
    CHECK_OK(random_init(&stream, (struct random_generator){.kind = RANDOM_XOSHIRO},
                         key, &error),
             &error);
    for (size_t lane = 0; lane < LANES; lane++)
        turn(problem, false, problem->start, theta[lane]);
    for (size_t t = 0; t < STEPS; t++) {
        for (size_t lane = 0; lane < LANES; lane++)
            turn(problem, true, theta[lane], z[lane]);
        for (size_t s = 0; s < samples; s++) {
            add_minibatch(problem, &stream, z, gradient);
            for (size_t lane = 0; lane < LANES; lane++)
                turn(problem, false, gradient[lane], all[s][lane]);
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            double g[RULE_MAX_GRADIENTS * N], exact[N];
            for (size_t i = 0; i < N; i++)
                exact[i] = curvature[i] * (z[lane][i] - problem->theta_star[i]);
            turn(problem, false, exact, g + samples * N);
            for (size_t s = 0; s < samples; s++)
                memcpy(g + s * N, all[s][lane], sizeof all[s][lane]);
            rule->kind->step(rule, t, N, g, theta[lane], slot[lane]);
            turn(problem, true, theta[lane], z[lane]);
            const size_t chain = unit * LANES + lane;
            for (size_t i = 0; chain < CHAINS && i < N; i++)
                CHECK_NEAR(measured[(chain * (STEPS + 1) + t + 1) * N + i], z[lane][i],
                           0, 1e-10);
        }
    }
    random_free(&stream);
}

/* Minibatches of fewer examples than are drawn at a time, and of more. */
static void test_chains_of_examples(void **state)
{
    static const size_t examples[] = {1, 3, 37};
    (void)state;
    for (int r = 0; r < RULES; r++)
        for (int k = 0; k < 3; k++)
            for (int rotated = 0; rotated < 2; rotated++) {
                const struct rule rule = CHECK_RULE("%s", rule_texts[r]);
                struct problem problem = problem_of(examples[k], 0.7, rotated);
                double *measured = trajectory(check_kernels(), &rule, &problem, 2);
                check_unit(&rule, &problem, 0, measured);
                check_unit(&rule, &problem, 1, measured);
                free(measured);
                problem_free(&problem);
            }
}

static void check_isa(const struct kernels *kernels, void *context)
{
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.7");
    struct problem problem = problem_of(5, 1, false);
    double *one = trajectory(kernels, &rule, &problem, 1);
    unsetenv("PNM_ISA");
    double *best = trajectory(check_kernels(), &rule, &problem, 3);
    setenv("PNM_ISA", kernels->isa, 1);
    (void)context;
    CHECK_SAME(one, best, (size_t)CHAINS * (STEPS + 1) * N);
    free(one);
    free(best);
    problem_free(&problem);
}

static void test_same_bits(void **state)
{
    (void)state;
    check_each_isa(check_isa, NULL);
}

/* --- descent ---------------------------------------------------------------------- */

/* C = (V H + H M H + tr(H M) H)/B at a point, where M = theta theta'. */
static void test_noise_of_descent(void **state)
{
    enum { RUNS = 4096, SAMPLES = 2 };
    const double start = 0.8, numbers[] = {1.5, 4, 0, 3, 0.5};
    const struct rule rule = CHECK_RULE("two_batch lr=0.1");
    struct loss loss;
    struct error error;
    double sum[N] = {0}, product[N][N] = {{0}}, across = 0, h[N], trace = 0;
    (void)state;
    CHECK_OK(loss_init(&loss, loss_kind_find("least-squares"), N, numbers, &error),
             &error);
    assert_ptr_equal(loss.kind, loss_kind_find("least_squares"));
    const struct descent descent = {.rule = &rule,
                                    .loss = &loss,
                                    .start = start,
                                    .sigma = 1,
                                    .generator = {.kind = RANDOM_XOSHIRO},
                                    .seed = 1,
                                    .threads = 1};
    for (size_t i = 0; i < N; i++) {
        h[i] = 1.5 * pow(4, -(double)i / 2);
        CHECK_NEAR(loss.data[i], h[i], 0, 1e-14);
        trace += h[i] * start * start;
    }
    for (uint64_t chain = 0; chain < RUNS; chain++) {
        struct descent_record record;
        CHECK_OK(descent_record(&descent, chain, 1, &record, &error), &error);
        for (size_t s = 0; s < SAMPLES; s++)
            for (size_t i = 0; i < N; i++) {
                const double own = record.sample[s * N + i] - h[i] * start;
                sum[i] += own;
                for (size_t j = 0; j < N; j++)
                    product[i][j] += own * (record.sample[s * N + j] - h[j] * start);
            }
        across += (record.sample[0] - h[0] * start) * (record.sample[N] - h[0] * start);
        descent_record_free(&record);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            const double same = i == j ? h[i] * (0.5 + trace) / 3 : 0;
            const double c = same + h[i] * start * start * h[j] / 3;
            const double scale = sqrt(h[i] * h[j]) * (0.5 + 2 * trace) / 3;
            CHECK_NEAR(product[i][j] / (SAMPLES * RUNS), c, 0,
                       6 * 2 * scale / sqrt(SAMPLES * RUNS));
            CHECK_NEAR(sum[i] / (SAMPLES * RUNS), 0, 0,
                       6 * sqrt(scale / (SAMPLES * RUNS)));
        }
    /* The two samples of a step come from different examples. */
    CHECK_NEAR(across / RUNS, 0, 0, 6 * h[0] * (0.5 + 2 * trace) / 3 / sqrt(RUNS));
    loss_free(&loss);
}

/* The skewness of f over chains, whose number is no multiple of 64, from its
 * definition.
 */
static void test_cubes_of_descent(void **state)
{
    enum { RUNS = 150, LAST = 6 };
    const double numbers[] = {1, 1, 0, 2, 1};
    const struct rule rule = CHECK_RULE("sgd lr=0.2");
    struct loss loss;
    struct error error;
    struct descent_curve curve;
    (void)state;
    CHECK_OK(loss_init(&loss, loss_kind_find("least_squares"), 2, numbers, &error),
             &error);
    const struct descent descent = {.rule = &rule,
                                    .loss = &loss,
                                    .start = 1,
                                    .sigma = 1,
                                    .generator = {.kind = RANDOM_XOSHIRO},
                                    .seed = 1,
                                    .threads = 2};
    CHECK_OK(descent_run(&descent, RUNS, LAST, &curve, &error), &error);
    struct skewed_moments all[LAST + 1] = {{{0}, 0}};
    double value[RUNS];
    for (uint64_t chain = 0; chain < RUNS; chain++) {
        struct descent_record record;
        CHECK_OK(descent_record(&descent, chain, LAST, &record, &error), &error);
        value[chain] = record.excess[LAST];
        for (int t = 0; t <= LAST; t++)
            skewed_moments_add(&all[t], record.excess[t]);
        descent_record_free(&record);
    }
    for (int t = 1; t <= LAST; t++)
        CHECK_NEAR(curve.cubes[t], all[t].cubes, 0, 1e-11 * fabs(all[t].cubes));
    double cubes = 0;
    for (int k = 0; k < RUNS; k++)
        cubes += pow(value[k] - all[LAST].moments.mean, 3);
    CHECK_NEAR(all[LAST].cubes, cubes, 0, 1e-11 * fabs(cubes));
    descent_curve_free(&curve);
    loss_free(&loss);
}

/* --- planning --------------------------------------------------------------------- */

static void test_burn_in(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.2");
    struct problem problem = problem_of(2, 1, false);
    const struct mean_square setting = minibatch_setting(&problem);
    struct mean_square_run run;
    struct error error;
    uint64_t burn_in, same;
    double noise[N], variance[N], tolerance[N], left[N], again[N], offset[N];
    (void)state;
    CHECK_OK(minibatch_noise(&rule, &problem, problem.theta_star, noise, &error),
             &error);
    for (size_t i = 0; i < N; i++) {
        variance[i] = noise[i] * 0.2 / (curvature[i] * (2 - 0.2 * curvature[i]));
        tolerance[i] = 1e-5 * variance[i];
        offset[i] = problem.start[i] - problem.theta_star[i];
    }
    CHECK_OK(minibatch_burn_in(&rule, &problem, linear_system_probe, problem.theta_star,
                               variance, tolerance, PLAN_AUTO, &burn_in, left, &error),
             &error);
    CHECK_OK(minibatch_burn_in(&rule, &problem, linear_system_probe, problem.theta_star,
                               variance, tolerance, burn_in / 2, &same, again, &error),
             &error);
    assert_int_equal(same, burn_in / 2);
    CHECK_OK(mean_square_run_init(&run, &setting, &rule, linear_system_probe, offset,
                                  NULL, &error),
             &error);
    bool late = false;
    for (uint64_t t = 1; t < 3 * burn_in; t++) {
        mean_square_run_step(&run);
        for (size_t i = 0; i < N; i++) {
            const double off = fabs(run.second[i] - variance[i]);
            late |= t == burn_in - 1 && off > tolerance[i];
            if (t == burn_in / 2)
                CHECK_NEAR(again[i], off, 0, 1e-14);
            if (t >= burn_in)
                assert_true(off <= tolerance[i] && off <= left[i] * (1 + 1e-9));
        }
    }
    assert_true(late && burn_in > 20);
    mean_square_run_free(&run);
    problem_free(&problem);
}

/* A rate between the limit of second moments and that of the rule without noise. */
static void test_refusal_names_both_limits(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=1.2");
    struct problem problem = problem_of(2, 1, false);
    struct sampling sampling = check_sampling(1, 0.01);
    struct linear_system *systems;
    struct error error;
    double *margins;
    (void)state;
    assert_int_equal(
        sampling_systems(&sampling, &rule, &problem, &systems, &margins, &error),
        STATUS_USAGE);
    assert_string_equal(error.quantity, "lr");
    assert_non_null(strstr(error.text, "bounded for learning rates below 0.687934"));
    assert_non_null(strstr(error.text, "converges below 1.53846"));
    free(systems);
    free(margins);
    sampling.allow_divergence = true;
    CHECK_OK(sampling_systems(&sampling, &rule, &problem, &systems, &margins, &error),
             &error);
    for (size_t i = 0; i < N; i++)
        assert_true(margins[i] < 0);
    free(systems);
    free(margins);
    problem_free(&problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains_of_examples),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_noise_of_descent),
        cmocka_unit_test(test_cubes_of_descent),
        cmocka_unit_test(test_burn_in),
        cmocka_unit_test(test_refusal_names_both_limits),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
