/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_response.c: impulse responses against Algorithm 2 in 30 digits, against the
 * closed forms of stationary covariances, and against a longer sum. */
#include "check.h"

#include "theory/response.h"

static struct response response_of(const struct rule *rule, double h, double power)
{
    struct response response;
    struct error error;
    CHECK_OK(response_init(&response, rule, h, power, &error), &error);
    return response;
}

static double sum_of(const struct rule *rule, double h, double power)
{
    struct response response = response_of(rule, h, power);
    double left;
    const double sum = response_sum(&response, power, SIZE_MAX, &left);
    CHECK_COMPARE(left, <=, 1e-13 * sum);
    response_free(&response);
    return sum;
}

/* Sums of |a_k|^p of Algorithm 2 at eta = 0.3, h = 1, beta0 = 1, beta1 = 0.9, by
 * mpmath. */
static void sums_are_those_of_algorithm_2(void **state)
{
    static const double known[][2] = {{1, 1.3333216497790821},
                                      {1.5, 0.27005000167533157},
                                      {2, 0.060629955023051805},
                                      {4, 0.00021237159195011961}};
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.9");
    (void)state;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        CHECK_NEAR(sum_of(&rule, 1, known[k][0]), known[k][1], 1e-13, 0);
}

/* sgd: a_k = -eta (1 - eta h)^k. */
static void sums_of_sgd_are_geometric(void **state)
{
    (void)state;
    for (int k = 0; k < 10; k++) {
        const double eta = 1e-4 * pow(3, k);
        const struct rule rule = CHECK_RULE("sgd lr=%.17g", eta);
        for (int j = -1; j <= 3; j++) {
            const double p = ldexp(1, j);
            CHECK_NEAR(sum_of(&rule, 0.7, p),
                       pow(eta, p) / (1 - pow(fabs(1 - 0.7 * eta), p)), 1e-11, 0);
        }
    }
}

static void squares_sum_to_the_stationary_variance(void **state)
{
    static const char *const rules[] = {
        "sgd",
        "heavy_ball beta1=0.9",
        "pnm beta0=3 beta1=0.9",
        "pnm beta0=-0.3 beta1=0.5",
        "pnm_eq7 beta0=1 beta1=0.9",
        "two_batch beta0=1",
        "nesterov beta1=0.9",
        "qhm beta1=0.9 nu=0.7",
        "aggmo",
    };
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
        for (int j = 0; j < 3; j++) {
            const double eta = 1e-4 * pow(10, j);
            const struct rule rule = CHECK_RULE("%s lr=%.17g", rules[k], eta);
            enum exact_source source;
            struct error error;
            double exact;
            CHECK_OK(theory_covariance(&rule, 2, 2, 1, &exact, &source, &error),
                     &error);
            CHECK_NEAR(sum_of(&rule, 2, 2), exact, 1e-10, 0);
        }
}

/* What the bound says of the rest is more than what a longer sum has of it. */
static void the_rest_is_bounded(void **state)
{
    const struct rule rule = CHECK_RULE("pnm lr=0.01 beta0=1 beta1=0.9");
    struct response longer = response_of(&rule, 1, 0.5);
    (void)state;
    const double all = response_sum(&longer, 2, SIZE_MAX, NULL);
    const double part = response_sum(&longer, 2, 1024, NULL);
    struct response start = longer;
    start.count = 1024;
    /* Of 1024 steps the norm is the root of that of more, to the power of how many. */
    start.decay = pow(longer.decay, 1024.0 / (double)longer.count);
    double left;
    response_sum(&start, 2, SIZE_MAX, &left);
    CHECK_COMPARE(all - part, >, 0);
    CHECK_COMPARE(left, >, all - part);
    response_free(&longer);
}

static void a_tiny_rate_is_refused(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=1e-9");
    struct response response;
    struct error error;
    (void)state;
    CHECK_REFUSED("lr=1e-9", response_init(&response, &rule, 1, 2, &error), &error,
                  "too small");
    response_free(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_algorithm_2),
        cmocka_unit_test(sums_of_sgd_are_geometric),
        cmocka_unit_test(squares_sum_to_the_stationary_variance),
        cmocka_unit_test(the_rest_is_bounded),
        cmocka_unit_test(a_tiny_rate_is_refused),
    };
    return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
