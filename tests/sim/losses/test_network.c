/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "claims/shared/minibatch.h"

enum { N = NETWORK_PARAMETERS };

static void draw_point(uint64_t *seed, double scale, double *theta, double *x)
{
    for (int k = 0; k < N; k++)
        theta[k] = scale * check_normal(seed);
    for (int k = 0; k < NETWORK_INPUTS; k++)
        x[k] = check_normal(seed);
}

static double loss(const double *theta, const double *x, int label)
{
    double p[NETWORK_CLASSES];
    network_probabilities(theta, x, p);
    return -log(p[label]);
}

static void back_propagation_is_the_slope_of_the_loss(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (int trial = 0; trial < 20; trial++) {
        double theta[N], x[NETWORK_INPUTS], gradient[N];
        draw_point(&seed, 0.7, theta, x);
        for (int label = 0; label < NETWORK_CLASSES; label++) {
            network_gradient(theta, x, label, gradient);
            for (int k = 0; k < N; k++) {
                const double step = 1e-5, here = theta[k];
                theta[k] = here + step;
                const double above = loss(theta, x, label);
                theta[k] = here - step;
                const double below = loss(theta, x, label);
                theta[k] = here;
                CHECK_NEAR(gradient[k], (above - below) / (2 * step), 1e-6, 1e-9);
            }
        }
    }
}

/* Two ways that share nothing but tanh and exp. */
static void forward_derivatives_agree_with_back_propagation(void **state)
{
    uint64_t seed = 2;
    (void)state;
    for (int trial = 0; trial < 50; trial++) {
        double theta[N], x[NETWORK_INPUTS], back[N];
        double forward[NETWORK_CLASSES][N];
        draw_point(&seed, 1, theta, x);
        network_law_gradients(theta, x, forward);
        for (int label = 0; label < NETWORK_CLASSES; label++) {
            network_gradient(theta, x, label, back);
            for (int k = 0; k < N; k++)
                CHECK_NEAR(forward[label][k], back[k], 1e-12, 1e-14);
        }
    }
}

/* 64 chains with weights, inputs and labels of their own, the last with huge weights.
 */
static void chains_get_the_gradients_of_the_network(void **state)
{
    enum { LANES = RULE_LANES };
    double *many = check_alloc((size_t)(2 * N + 8) * LANES, sizeof *many);
    double *sum = many + (size_t)N * LANES, *x = sum + (size_t)N * LANES;
    double *chosen = x + (size_t)NETWORK_INPUTS * LANES;
    double theta[LANES][N], input[LANES][NETWORK_INPUTS], gradient[N];
    uint64_t seed = 4;
    (void)state;
    _Static_assert(NETWORK_INPUTS + NETWORK_CLASSES == 8, "as allocated");
    for (int lane = 0; lane < LANES; lane++) {
        draw_point(&seed, lane == LANES - 1 ? 1e6 : 1, theta[lane], input[lane]);
        for (int i = 0; i < N; i++) {
            many[i * LANES + lane] = theta[lane][i];
            sum[i * LANES + lane] = i;
        }
        for (int i = 0; i < NETWORK_INPUTS; i++)
            x[i * LANES + lane] = input[lane][i];
        chosen[lane % NETWORK_CLASSES * LANES + lane] = 1;
    }
    check_kernels()->network_add(many, x, chosen, 0.125, sum);
    for (int lane = 0; lane < LANES; lane++) {
        network_gradient(theta[lane], input[lane], lane % NETWORK_CLASSES, gradient);
        for (int i = 0; i < N; i++)
            CHECK_NEAR(sum[i * LANES + lane], i + 0.125 * gradient[i], 1e-13, 1e-13);
    }
    free(many);
}

static void probabilities_survive_large_weights(void **state)
{
    uint64_t seed = 3;
    double theta[N], x[NETWORK_INPUTS], p[NETWORK_CLASSES], gradient[N];
    (void)state;
    draw_point(&seed, 1e6, theta, x);
    network_probabilities(theta, x, p);
    double sum = 0;
    for (int k = 0; k < NETWORK_CLASSES; k++)
        sum += p[k];
    CHECK_NEAR(sum, 1, 1e-15, 0);
    network_gradient(theta, x, 0, gradient);
    for (int k = 0; k < N; k++)
        assert_true(isfinite(gradient[k]));
}

/* --- the law ---------------------------------------------------------------------- */

enum { INPUTS = 5 };
struct small {
    double theta[N], x[INPUTS][NETWORK_INPUTS], probability[INPUTS][NETWORK_CLASSES];
    struct network_law law;
};

/* Labels with any probabilities, or the network's own. */
static void small_init(uint64_t seed, bool own, struct small *small)
{
    double unused[N];
    draw_point(&seed, 0.8, small->theta, small->x[0]);
    for (int k = 0; k < INPUTS; k++) {
        double *p = small->probability[k], sum = 0;
        draw_point(&seed, 1, unused, small->x[k]);
        network_probabilities(small->theta, small->x[k], p);
        for (int y = 0; !own && y < NETWORK_CLASSES; y++)
            sum += p[y] = check_uniform(&seed, 0, 1);
        for (int y = 0; !own && y < NETWORK_CLASSES; y++)
            p[y] /= sum;
    }
    const struct population population = {INPUTS, small->x[0], small->probability[0]};
    network_law(small->theta, &population, &small->law);
}

/* Mean gradient by back propagation, and raw second moments where wanted. */
static void mean_gradient(const struct small *small, double *mean, double (*second)[N])
{
    double gradient[N];
    memset(mean, 0, N * sizeof *mean);
    for (int k = 0; k < INPUTS; k++)
        for (int y = 0; y < NETWORK_CLASSES; y++) {
            const double weight = small->probability[k][y] / INPUTS;
            network_gradient(small->theta, small->x[k], y, gradient);
            for (int i = 0; i < N; i++) {
                mean[i] += weight * gradient[i];
                for (int j = 0; second && j < N; j++)
                    second[i][j] += weight * gradient[i] * gradient[j];
            }
        }
}

static void the_law_has_the_moments_of_the_gradients(void **state)
{
    static struct small small;
    static double second[N][N];
    double mean[N];
    (void)state;
    small_init(4, false, &small);
    mean_gradient(&small, mean, second);
    for (int i = 0; i < N; i++) {
        CHECK_NEAR(small.law.mean[i], mean[i], 1e-12, 1e-14);
        for (int j = 0; j < N; j++)
            CHECK_NEAR(small.law.covariance[i][j], second[i][j] - mean[i] * mean[j],
                       1e-12, 1e-14);
    }
}

static void the_hessian_is_the_slope_of_the_mean_gradient(void **state)
{
    static struct small small;
    double above[N], below[N];
    (void)state;
    small_init(5, false, &small);
    for (int j = 0; j < N; j++) {
        const double step = 1e-5, here = small.theta[j];
        small.theta[j] = here + step;
        mean_gradient(&small, above, NULL);
        small.theta[j] = here - step;
        mean_gradient(&small, below, NULL);
        small.theta[j] = here;
        for (int i = 0; i < N; i++)
            CHECK_NEAR(small.law.hessian[i][j], (above[i] - below[i]) / (2 * step),
                       1e-6, 1e-9);
    }
}

/* Where labels follow the network's own probabilities the mean gradient is 0 and the
 * covariance is the Hessian, whatever the parameters are; else neither. */
static void fisher_information_is_the_hessian(void **state)
{
    static struct small own, other;
    double apart = 0;
    (void)state;
    small_init(6, true, &own);
    small_init(6, false, &other);
    for (int i = 0; i < N; i++) {
        CHECK_NEAR(own.law.mean[i], 0, 0, 1e-14);
        for (int j = 0; j < N; j++) {
            CHECK_NEAR(own.law.covariance[i][j], own.law.hessian[i][j], 1e-12, 1e-14);
            apart =
                fmax(apart, fabs(other.law.covariance[i][j] - other.law.hessian[i][j]));
        }
    }
    CHECK_COMPARE(apart, >, 0.01);
}

/* --- networks and minibatches of the claims ----------------------------------------
 */

static const struct sampling sampling = {.seed = 1};

static struct minibatch_noise *make(enum minibatch_network which)
{
    struct minibatch_noise *noise;
    struct error error;
    assert_int_equal(minibatch_noise_make(&sampling, which, &noise, &error), STATUS_OK);
    return noise;
}

/* The gradient of the risk, and of the training loss after training, against that of a
 * random network: the law's is exact. */
static double gradient_norm(const struct minibatch_noise *noise)
{
    double sum = 0;
    for (int k = 0; k < N; k++)
        sum += pow(noise->law.mean[k], 2);
    return sqrt(sum);
}

static void networks_are_where_they_are_said_to_be(void **state)
{
    struct minibatch_noise *minimum = make(MINIBATCH_AT_MINIMUM);
    struct minibatch_noise *trained = make(MINIBATCH_TRAINED);
    struct minibatch_noise *random = make(MINIBATCH_RANDOM);
    double before = 0, after = 0;
    (void)state;
    CHECK_COMPARE(gradient_norm(minimum), <, 1e-14);
    CHECK_COMPARE(gradient_norm(random), >, 0.1);
    CHECK_COMPARE(gradient_norm(trained), <, 0.1 * gradient_norm(random));
    for (int k = 0; k < MINIBATCH_INPUTS; k++)
        for (int y = 0; y < NETWORK_CLASSES; y++)
            if (trained->probability[k][y] > 0) {
                CHECK_EXACT(trained->probability[k][y], 1.0);
                before += loss(random->theta, random->x[k], y);
                after += loss(trained->theta, trained->x[k], y);
            }
    CHECK_COMPARE(after, <, 0.5 * before);
    free(minimum);
    free(trained);
    free(random);
}

static void directions_are_those_of_the_hessian(void **state)
{
    struct minibatch_noise *noise = make(MINIBATCH_RANDOM);
    (void)state;
    for (int k = 0; k < N; k++) {
        const double *v = noise->direction[k];
        double square = 0;
        for (int i = 0; i < N; i++) {
            double image = 0;
            for (int j = 0; j < N; j++)
                image += noise->law.hessian[i][j] * v[j];
            CHECK_NEAR(image, noise->curvature[k] * v[i], 0, 1e-13);
            square += v[i] * v[i];
        }
        CHECK_NEAR(square, 1, 1e-13, 0);
        if (k > 0)
            CHECK_COMPARE(noise->curvature[k], <=, noise->curvature[k - 1]);
    }
    free(noise);
}

/* Centred gradients have mean 0; rotated, they keep their lengths. */
static void gradients_are_centred_and_rotated(void **state)
{
    static double gradient[MINIBATCH_SAMPLES][N], rotated[MINIBATCH_SAMPLES][N];
    struct minibatch_noise *noise = make(MINIBATCH_RANDOM);
    double mean[N] = {0};
    (void)state;
    minibatch_noise_gradients(noise, gradient);
    memcpy(rotated, gradient, sizeof gradient);
    minibatch_noise_rotate(noise, rotated);
    for (int s = 0; s < MINIBATCH_SAMPLES; s++) {
        double before = 0, after = 0;
        for (int i = 0; i < N; i++) {
            mean[i] += noise->probability[s / NETWORK_CLASSES][s % NETWORK_CLASSES] *
                       gradient[s][i] / MINIBATCH_INPUTS;
            before += gradient[s][i] * gradient[s][i];
            after += rotated[s][i] * rotated[s][i];
        }
        CHECK_NEAR(after, before, 1e-12, 0);
    }
    for (int i = 0; i < N; i++)
        CHECK_NEAR(mean[i], 0, 0, 1e-14);
    free(noise);
}

/* Chi-squared over all samples, in batches of odd sizes. */
static void samples_come_as_often_as_they_should(void **state)
{
    enum { BATCH = 7, BATCHES = 200000 };
    struct minibatch_noise *noise = make(MINIBATCH_RANDOM);
    struct minibatch_sampler sampler;
    struct random_stream stream = {0};
    struct error error;
    static double count[MINIBATCH_SAMPLES];
    double chi_squared = 0;
    (void)state;
    assert_int_equal(draws_stream(&sampling, 1, 1, &stream, &error), STATUS_OK);
    minibatch_sampler_init(&sampler, noise, &stream);
    for (int k = 0; k < BATCHES; k++) {
        int sample[BATCH];
        minibatch_draw(&sampler, BATCH, sample);
        for (int s = 0; s < BATCH; s++)
            count[sample[s]]++;
    }
    for (int s = 0; s < MINIBATCH_SAMPLES; s++) {
        const double expected =
            noise->probability[s / NETWORK_CLASSES][s % NETWORK_CLASSES] *
            (BATCH * BATCHES / MINIBATCH_INPUTS);
        chi_squared += pow(count[s] - expected, 2) / expected;
    }
    CHECK_COMPARE(gsl_cdf_chisq_Q(chi_squared, MINIBATCH_SAMPLES - 1), >, 1e-6);
    random_free(&stream);
    free(noise);
}

/* Every input once where the batch is all of them; each place as often as any other. */
static void distinct_samples_are_distinct_and_uniform(void **state)
{
    enum { BATCHES = 20000, PLACE = 3 };
    struct minibatch_noise *noise = make(MINIBATCH_TRAINED);
    struct minibatch_sampler sampler;
    struct random_stream stream = {0};
    struct error error;
    double count[MINIBATCH_INPUTS] = {0}, chi_squared = 0;
    (void)state;
    assert_int_equal(draws_stream(&sampling, 1, 2, &stream, &error), STATUS_OK);
    minibatch_sampler_init(&sampler, noise, &stream);
    for (int k = 0; k < BATCHES; k++) {
        int sample[MINIBATCH_INPUTS];
        bool seen[MINIBATCH_INPUTS] = {false};
        minibatch_draw_distinct(&sampler, MINIBATCH_INPUTS, sample);
        for (int s = 0; s < MINIBATCH_INPUTS; s++) {
            const int input = sample[s] / NETWORK_CLASSES;
            assert_false(seen[input]);
            seen[input] = true;
            CHECK_EXACT(noise->probability[input][sample[s] % NETWORK_CLASSES], 1.0);
        }
        count[sample[PLACE] / NETWORK_CLASSES]++;
    }
    for (int k = 0; k < MINIBATCH_INPUTS; k++)
        chi_squared += pow(count[k] - (double)BATCHES / MINIBATCH_INPUTS, 2) /
                       ((double)BATCHES / MINIBATCH_INPUTS);
    CHECK_COMPARE(gsl_cdf_chisq_Q(chi_squared, MINIBATCH_INPUTS - 1), >, 1e-6);
    random_free(&stream);
    free(noise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_propagation_is_the_slope_of_the_loss),
        cmocka_unit_test(forward_derivatives_agree_with_back_propagation),
        cmocka_unit_test(chains_get_the_gradients_of_the_network),
        cmocka_unit_test(probabilities_survive_large_weights),
        cmocka_unit_test(the_law_has_the_moments_of_the_gradients),
        cmocka_unit_test(the_hessian_is_the_slope_of_the_mean_gradient),
        cmocka_unit_test(fisher_information_is_the_hessian),
        cmocka_unit_test(networks_are_where_they_are_said_to_be),
        cmocka_unit_test(directions_are_those_of_the_hessian),
        cmocka_unit_test(gradients_are_centred_and_rotated),
        cmocka_unit_test(samples_come_as_often_as_they_should),
        cmocka_unit_test(distinct_samples_are_distinct_and_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
