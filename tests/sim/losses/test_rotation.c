/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules run in another basis than the eigenbasis of H: what is drawn, what is refused,
 * and that rules which are equivariant do not notice.
 *
 * Statistics tested: 0. */
#include "check.h"

#include "cli/problem_form.h"
#include "engine/ensemble.h"

enum { N = 5, STEPS = 60, CHAINS = 70 };

static double *read_rotation(const char *text, size_t n)
{
    double *rotation;
    struct error error;
    CHECK_OK(problem_form_rotation(text, n, &rotation, &error), &error);
    return rotation;
}

static void drawn_rotations_are_orthogonal(void **state)
{
    static const size_t sizes[] = {1, 2, 7, 40};
    (void)state;
    assert_null(read_rotation("none", 3));
    for (size_t k = 0; k < 4; k++) {
        const size_t n = sizes[k];
        double *q = read_rotation("haar:3", n), *again = read_rotation("haar:3", n);
        double *other = read_rotation("haar:4", n);
        CHECK_SAME(q, again, n * n);
        assert_true(n == 1 || memcmp(q, other, n * n * sizeof *q) != 0);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                double product = 0;
                for (size_t l = 0; l < n; l++)
                    product += q[l * n + i] * q[l * n + j];
                CHECK_NEAR(product, i == j, 0, 1e-13);
            }
        free(q);
        free(again);
        free(other);
    }
}

static void what_is_refused(void **state)
{
    static const struct {
        const char *text, *word;
    } cases[] = {
        {"haar", "is not known"},     {"haar:x", "haar"},    {"haar:-1", "haar"},
        {"file:/dev/null", "no num"}, {"", "is not known"},  {"Haar:1", "is not known"},
        {"none:1", "is not known"},   {"file:", "rotation"},
    };
    static const char skew[] = "1 0\n0.5 1\n", wide[] = "1 0 0\n0 1 0\n";
    double *rotation;
    struct error error;
    char path[64], text[80];
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        CHECK_REFUSED(cases[k].text,
                      problem_form_rotation(cases[k].text, 2, &rotation, &error),
                      &error, cases[k].word);
        free(rotation);
    }
    check_file(skew, sizeof skew - 1, path);
    snprintf(text, sizeof text, "file:%s", path);
    CHECK_REFUSED(text, problem_form_rotation(text, 2, &rotation, &error), &error,
                  "is not orthogonal");
    free(rotation);
    unlink(path);
    check_file(wide, sizeof wide - 1, path);
    snprintf(text, sizeof text, "file:%s", path);
    CHECK_REFUSED(text, problem_form_rotation(text, 2, &rotation, &error), &error,
                  "2 x 3 numbers, the last in line 2; allowed are 2 x 2");
    free(rotation);
    unlink(path);
}

/* Dense noise, theta* and start away from 0. */
static struct problem problem_of(const char *rotation)
{
    static const double h[N] = {0.2, 0.5, 1, 1.5, 2};
    double c[N * N];
    struct problem problem;
    struct error error;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            c[i * N + j] = i == j ? 1 + i : 0.3;
    CHECK_OK(problem_init_dense(&problem, N, h, c, &error), &error);
    for (int i = 0; i < N; i++) {
        problem.theta_star[i] = 1 - i;
        problem.start[i] = 2 + 0.5 * i;
    }
    problem.rotation = read_rotation(rotation, N);
    return problem;
}

static double *run(const struct rule *rule, const char *rotation)
{
    struct problem problem = problem_of(rotation);
    const struct ensemble ensemble = {
        .kernels = check_kernels(),
        .rule = rule,
        .problem = &problem,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 2,
    };
    const size_t size = (size_t)CHAINS * (STEPS + 1) * N;
    double *out = check_alloc(size, sizeof *out);
    uint64_t chains = CHAINS;
    struct error error;
    CHECK_OK(ensemble_trajectory(&ensemble, &chains, STEPS, 1, out, &error), &error);
    problem_free(&problem);
    return out;
}

/* The same noise in another basis: equivariant rules make the same path up to rounding,
 * weight decay and schedule included, and the others another one. */
static void only_equivariant_rules_do_not_notice(void **state)
{
    const size_t size = (size_t)CHAINS * (STEPS + 1) * N;
    (void)state;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++) {
        struct rule rule = rule_of(*o, 0.1);
        double apart = 0;
        rule_complete(&rule);
        rule.decay.lambda = 0.1;
        double *plain = run(&rule, "none"), *turned = run(&rule, "haar:1");
        for (size_t k = 0; k < size; k++)
            apart = fmax(apart, fabs(plain[k] - turned[k]));
        if ((*o)->equivariant)
            CHECK(apart < 1e-11, "%s: %g", (*o)->name, apart);
        else
            CHECK(apart > 1e-3, "%s: %g", (*o)->name, apart);
        free(plain);
        free(turned);
    }
}

static struct moments *moments_of(const struct rule *rule,
                                  const struct kernels *kernels, int threads)
{
    struct problem problem = problem_of("haar:2");
    struct ensemble ensemble = {
        .kernels = kernels,
        .rule = rule,
        .problem = &problem,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = threads,
    };
    const struct chains chains = {CHAINS, STEPS, STEPS / 2};
    struct moments *pairs = check_alloc(N * (N + 1) / 2, sizeof *pairs);
    struct error error;
    CHECK_OK(ensemble_covariance(&ensemble, chains, pairs, NULL, &error), &error);
    problem_free(&problem);
    return pairs;
}

static void compare_bits(const struct kernels *kernels, void *context)
{
    const struct rule *rule = context;
    struct moments *one = moments_of(rule, check_kernels(), 1);
    struct moments *own = moments_of(rule, kernels, 3);
    CHECK_SAME_MOMENTS(own, one, N * (N + 1) / 2);
    free(one);
    free(own);
}

static void the_same_bits_everywhere(void **state)
{
    (void)state;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++) {
        struct rule rule = rule_of(*o, 0.1);
        rule_complete(&rule);
        check_each_isa(compare_bits, &rule);
    }
}

/* A sum over j in order and each product with one rounding, however many rows there
 * are; what is behind the last row stays as it is. */
static void check_rotate(const struct kernels *kernels, void *context)
{
    enum { LANES = RULE_LANES, MOST = 11 };
    double matrix[MOST * MOST], in[MOST * LANES], out[(MOST + 1) * LANES];
    (void)context;
    for (size_t n = 1; n <= MOST; n++) {
        for (size_t k = 0; k < n * n; k++)
            matrix[k] = sin(1 + (double)k);
        for (size_t k = 0; k < n * LANES; k++)
            in[k] = cos((double)k) * exp2((double)(k % 7));
        for (size_t k = 0; k < (n + 1) * LANES; k++)
            out[k] = NAN;
        kernels->observe_rotate(n, matrix, in, out);
        for (size_t k = 0; k < n * LANES; k++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++)
                sum = fma(matrix[k / LANES * n + j], in[j * LANES + k % LANES], sum);
            CHECK_EXACT(out[k], sum);
        }
        for (size_t k = n * LANES; k < (n + 1) * LANES; k++)
            CHECK_NAN(out[k]);
    }
}

static void check_pull(const struct kernels *kernels, void *context)
{
    enum { LANES = RULE_LANES };
    const double h = 0.7, centre = 1.1, slope = 0.3, sd = 1.9;
    double z[LANES], xi[LANES], gradient[LANES];
    (void)context;
    for (size_t lane = 0; lane < LANES; lane++) {
        z[lane] = sin((double)lane);
        xi[lane] = cos((double)lane);
    }
    kernels->observe_pull(h, centre, slope, sd, z, xi, gradient);
    for (size_t lane = 0; lane < LANES; lane++)
        CHECK_EXACT(gradient[lane], fma(sd, xi[lane], h * (z[lane] - centre) + slope));
}

static void the_kernels_compute_what_they_say(void **state)
{
    (void)state;
    check_each_isa(check_rotate, NULL);
    check_each_isa(check_pull, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_rotations_are_orthogonal),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(only_equivariant_rules_do_not_notice),
        cmocka_unit_test(the_kernels_compute_what_they_say),
        cmocka_unit_test(the_same_bits_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
