/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that are read from a file: against built-in ones and against their recursion.
 *
 * Statistics tested: 0. */
#include "check.h"
#include "cli/matrices_file.h"

#include "engine/ensemble.h"
#include "rules/linear_system.h"
#include "rules/matrices.h"

enum { LANES = RULE_LANES, STATE = MATRICES_STATE };

static int read_text(const char *text, struct matrices *matrices, struct error *error)
{
    char trajectory[64];
    check_file(text, strlen(text), trajectory);
    const int status = matrices_file_read(trajectory, matrices, error);
    unlink(trajectory);
    return status;
}

static struct rule linear_rule(const char *text, double lr)
{
    struct rule rule = CHECK_RULE("linear lr=%.17g", lr);
    struct error error;
    CHECK_OK(read_text(text, &rule.matrices, &error), &error);
    return rule;
}

static const char nesterov[] = "# (theta, lr d), beta = 0.9\n"
                               "1, -0.81   -1.9  0   -1.9\n"
                               "0,  0.9     1    0    1   # d' = beta d + g\n";
/* The gradient at theta + beta v: v' = beta v - lr g, theta' = theta + v'. */
static const char looking_ahead[] = "1 0.9  -1 -0.9  -1\n0 0.9  -1 -0.9  -1\n";

static void what_is_refused(void **state)
{
    static const struct {
        const char *text, *word;
    } cases[] = {
        {"", "holds no numbers"},
        {"1 2\n",
         "1 rows of 2 numbers, the last in line 1; allowed are k rows of 2k+1"},
        {"1 2 3\n4 5 6\n", "2 rows of 3 numbers"},
        {"1 x 3\n", "x"},
        {"1 -1 inf\n", "inf"},
        {"1 0 0 0 1\n1 0 0 0\n", "the same length"},
        {"1 0 0 0 0 1 0 0 0 0 1\n1 0 0 0 0 1 0 0 0 0 1\n1 0 0 0 0 1 0 0 0 0 1\n"
         "1 0 0 0 0 1 0 0 0 0 1\n1 0 0 0 0 1 0 0 0 0 1\n",
         "5 rows of 11 numbers, the last in line 5; allowed are k rows of 2k+1, k "
         "from 1 to 4"},
    };
    struct matrices matrices;
    struct error error;
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        CHECK_REFUSED(cases[k].text, read_text(cases[k].text, &matrices, &error),
                      &error, cases[k].word);
    CHECK_REFUSED("no file", matrices_file_read("/no/such/file", &matrices, &error),
                  &error, "cannot read");
}

/* With the file's own gradients: gradient descent without a file, Nesterov with one. */
static void the_rule_of_a_file_is_the_rule_it_writes(void **state)
{
    const struct rule file = linear_rule(nesterov, 0.05);
    const struct rule own = CHECK_RULE("nesterov lr=0.05 beta1=0.9");
    const struct rule bare = CHECK_RULE("linear lr=0.05"),
                      sgd = CHECK_RULE("sgd lr=0.05");
    double a[1 + STATE] = {1}, b[1 + STATE] = {1}, c[1 + STATE] = {1},
                 d[1 + STATE] = {1};
    uint64_t random = 1;
    (void)state;
    assert_false(matrices_are_curved(&file.matrices));
    for (uint64_t t = 0; t < 100; t++) {
        const double g = a[0] + check_normal(&random);
        file.kind->step(&file, t, 1, &g, &a[0], &a[1]);
        own.kind->step(&own, t, 1, &g, &b[0], &b[1]);
        bare.kind->step(&bare, t, 1, &g, &c[0], &c[1]);
        sgd.kind->step(&sgd, t, 1, &g, &d[0], &d[1]);
        CHECK_NEAR(a[0], b[0], 1e-13, 1e-14);
        CHECK_NEAR(c[0], d[0], 1e-13, 1e-14);
    }
}

/* A gradient that is not taken at theta: the loops of the engine against the recursion
 * written out, and the matrices against the file. */
static void a_gradient_elsewhere(void **state)
{
    enum { STEPS = 50 };
    const double lr = 0.1, beta = 0.9, centre = 0.5, slope = 0, sd = 0.7;
    const struct rule rule = linear_rule(looking_ahead, lr);
    static double normal[STEPS * LANES], trajectory[STEPS * LANES];
    struct tile tile = {.theta = {0}};
    struct linear_system system;
    uint64_t random = 2;
    (void)state;
    assert_true(matrices_are_curved(&rule.matrices));
    for (size_t k = 0; k < STEPS * LANES; k++)
        normal[k] = check_normal(&random);
    for (int lane = 0; lane < LANES; lane++) {
        tile.theta[lane] = lane;
        tile.h[lane] = 0.1 + 0.01 * lane;
        tile.centre[lane] = centre;
        tile.slope[lane] = slope;
        tile.noise_sd[lane] = sd;
    }
    check_loops(&rule)->advance(&rule, 0, STEPS, normal, &tile, trajectory);
    for (int lane = 0; lane < LANES; lane += 7) {
        const double h = 0.1 + 0.01 * lane;
        double theta = lane, v = 0;
        for (size_t k = 0; k < STEPS; k++) {
            const double g =
                h * (theta + beta * v - centre) + sd * normal[k * LANES + (size_t)lane];
            v = beta * v - lr * g;
            theta += v;
            CHECK_NEAR(trajectory[k * LANES + (size_t)lane], theta, 1e-12, 1e-12);
        }
    }
    linear_system_probe(&rule, 2, &system);
    assert_int_equal(system.dim, STATE);
    CHECK_NEAR(linear_system_element(&system, 0, 0), 1 - lr * 2, 1e-15, 0);
    CHECK_NEAR(linear_system_element(&system, 0, 1), beta - lr * 2 * beta, 1e-15, 0);
    CHECK_NEAR(linear_system_element(&system, 1, 0), -lr * 2, 1e-15, 0);
    CHECK_NEAR((double)system.b[0][1], -lr, 1e-15, 0);
}

static void streams_belong_to_the_numbers(void **state)
{
    const struct rule a = linear_rule(nesterov, 0.05),
                      b = linear_rule(looking_ahead, 0.05);
    (void)state;
    assert_true(rule_hash(&a) != rule_hash(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(the_rule_of_a_file_is_the_rule_it_writes),
        cmocka_unit_test(a_gradient_elsewhere),
        cmocka_unit_test(streams_belong_to_the_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
