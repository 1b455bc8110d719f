/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After a signal, what takes long for large problems returns STATUS_INTERRUPTED, and
 * after that the same call on the same input succeeds. */
#include "check.h"

#include "base/interrupt.h"
#include "base/parse.h"
#include "losses/data_set.h"
#include "losses/problem.h"
#include "losses/rotation.h"
#include "rules/example_moments.h"
#include "rules/mean_square.h"

enum { N = 2, ROWS = 4, PAIRS = 3 };

static const double features[ROWS * N] = {1, 0.5, -0.4, 1, 0.3, -1.2, 0.7, 0.2};
static const double table[ROWS * (N + 1)] = {1,   0.5,  0.3, -0.4, 1,   0.8,
                                             0.3, -1.2, 0.1, 0.7,  0.2, -0.5};
static const double residuals[ROWS] = {0.1, -0.2, 0.3, 0.2};
static const double curvatures[N] = {0.6, 0.4};

typedef int attempt(struct error *error);

static int grid(struct error *error)
{
    struct numbers numbers;
    const int status = parse_grid("lr", "log:1:100:3", &numbers, error);
    if (status == STATUS_OK)
        CHECK_NEAR(numbers.value[1], 10, 1e-15, 0);
    else
        assert_null(numbers.value);
    numbers_free(&numbers);
    return status;
}

static int file(struct error *error)
{
    static const char text[] = "1 2\n3 4\n";
    char path[64];
    struct numbers numbers = {0};
    struct parse_shape shape;
    check_file(text, sizeof text - 1, path);
    const int status = parse_file("data", path, &numbers, &shape, error);
    unlink(path);
    numbers_free(&numbers);
    return status;
}

static int data(struct error *error)
{
    struct data_set *own = NULL;
    const int status = data_set_make(N, ROWS, table, &own, error);
    data_set_free(own);
    return status;
}

static int draw(struct error *error)
{
    double q[N * N];
    return rotation_draw(N, 1, q, error);
}

static int orthogonal(struct error *error)
{
    static const double q[N * N] = {0.6, 0.8, -0.8, 0.6};
    return rotation_check(N, q, error);
}

static int covariance(struct error *error)
{
    static const double c[N * N] = {2, 0.5, 0.5, 1};
    double f[N * N];
    return problem_cholesky(N, c, f, error);
}

static int moments(struct error *error)
{
    struct example_moments own = {0};
    const int status = example_moments_init(&own, N, ROWS, features, residuals, error);
    example_moments_free(&own);
    return status;
}

/* Moments that are there before the signal comes. */
static struct mean_square loop_of(struct example_moments *own)
{
    struct error error;
    const bool pending = interrupt_pending();
    interrupt_hold();
    CHECK_OK(example_moments_init(own, N, ROWS, features, residuals, &error), &error);
    if (pending)
        interrupt_release();
    return (struct mean_square){.n = N, .h = curvatures, .batch = 2, .examples = own};
}

static const double unit[PAIRS] = {0.1, 0.1, 0.1};

static int gain(struct error *error)
{
    struct example_moments own = {0};
    const struct mean_square loop = loop_of(&own);
    double found;
    const int status = example_moments_gain(&loop, unit, &found, error);
    example_moments_free(&own);
    return status;
}

static int solution(struct error *error)
{
    struct example_moments own = {0};
    const struct mean_square loop = loop_of(&own);
    double noise[PAIRS];
    const int status = example_moments_solve(&loop, unit, NULL, noise, error);
    example_moments_free(&own);
    return status;
}

static int logistic(struct error *error)
{
    struct loss loss = {0};
    const struct loss_kind *kind = NULL;
    for (const struct loss_kind *const *k = loss_kinds(); *k; k++)
        if (strcmp((*k)->name, "logistic") == 0)
            kind = *k;
    assert_non_null(kind);
    double number[LOSS_MAX_PARAMETERS] = {0};
    loss_defaults(kind, number);
    const int status = loss_init(&loss, kind, 3, number, error);
    loss_free(&loss);
    return status;
}

static void what_takes_long_answers_a_signal(void **state)
{
    static const struct {
        const char *name;
        attempt *attempt;
    } cases[] = {
        {"a grid", grid},
        {"a file", file},
        {"a data set", data},
        {"a drawn rotation", draw},
        {"a given rotation", orthogonal},
        {"a covariance", covariance},
        {"moments of examples", moments},
        {"the gain of examples", gain},
        {"the noise of examples", solution},
        {"logistic regression", logistic},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct error error = {.agreed = false};
        interrupt_release();
        const int status = cases[k].attempt(&error);
        interrupt_hold();
        CHECK(status == STATUS_INTERRUPTED, "%s: status %d", cases[k].name, status);
        assert_string_equal(error.text, "interrupted");
        CHECK_OK(cases[k].attempt(&error), &error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_takes_long_answers_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
