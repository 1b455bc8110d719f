/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After a signal, what takes long for large problems returns STATUS_INTERRUPTED, and
 * without memory STATUS_MEMORY; what it allocated is freed. */
#include "signals.h"

#include "base/parse.h"
#include "losses/data_set.h"
#include "losses/problem.h"
#include "losses/rotation.h"
#include "rules/example_moments.h"
#include "rules/mean_square.h"

#include <gsl/gsl_errno.h>

enum { N = 2, ROWS = 4, PAIRS = 3 };

static const double features[ROWS * N] = {1, 0.5, -0.4, 1, 0.3, -1.2, 0.7, 0.2};
static const double table[ROWS * (N + 1)] = {1,   0.5,  0.3, -0.4, 1,   0.8,
                                             0.3, -1.2, 0.1, 0.7,  0.2, -0.5};
static const double residuals[ROWS] = {0.1, -0.2, 0.3, 0.2};
static const double curvatures[N] = {0.6, 0.4};

static int grid(void *context, struct error *error)
{
    (void)context;
    struct numbers numbers;
    const int status = parse_grid("lr", "log:1:100:3", &numbers, error);
    if (status == STATUS_OK)
        CHECK_NEAR(numbers.value[1], 10, 1e-15, 0);
    else
        assert_null(numbers.value);
    numbers_free(&numbers);
    return status;
}

static int file(void *context, struct error *error)
{
    (void)context;
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

static int data(void *context, struct error *error)
{
    (void)context;
    struct data_set *own = NULL;
    const int status = data_set_make(N, ROWS, table, &own, error);
    data_set_free(own);
    return status;
}

static int draw(void *context, struct error *error)
{
    (void)context;
    double q[N * N];
    return rotation_draw(N, 1, q, error);
}

static int orthogonal(void *context, struct error *error)
{
    (void)context;
    static const double q[N * N] = {0.6, 0.8, -0.8, 0.6};
    return rotation_check(N, q, error);
}

static int covariance(void *context, struct error *error)
{
    (void)context;
    static const double c[N * N] = {2, 0.5, 0.5, 1};
    double f[N * N];
    return problem_cholesky(N, c, f, error);
}

static int moments(void *context, struct error *error)
{
    (void)context;
    struct example_moments own = {0};
    const int status = example_moments_init(&own, N, ROWS, features, residuals, error);
    example_moments_free(&own);
    return status;
}

static const double unit[PAIRS] = {0.1, 0.1, 0.1};

static int gain(void *context, struct error *error)
{
    struct example_moments own = {0};
    const struct mean_square loop = {
        .n = N, .h = curvatures, .batch = 2, .examples = &own};
    double found;
    (void)context;
    int status = example_moments_init(&own, N, ROWS, features, residuals, error);
    if (status == STATUS_OK)
        status = example_moments_gain(&loop, unit, &found, error);
    example_moments_free(&own);
    return status;
}

static int solution(void *context, struct error *error)
{
    struct example_moments own = {0};
    const struct mean_square loop = {
        .n = N, .h = curvatures, .batch = 2, .examples = &own};
    double noise[PAIRS];
    (void)context;
    int status = example_moments_init(&own, N, ROWS, features, residuals, error);
    if (status == STATUS_OK)
        status = example_moments_solve(&loop, unit, NULL, noise, error);
    example_moments_free(&own);
    return status;
}

static int logistic(void *context, struct error *error)
{
    (void)context;
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

static void what_takes_long_answers_a_signal_and_frees_what_it_has(void **state)
{
    static const struct {
        const char *name;
        int (*function)(void *context, struct error *error);
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
        struct error error = {.text = ""};
        signals.asked = 0;
        signals.arrives = 1;
        const int status = cases[k].function(NULL, &error);
        signals.arrives = 0;
        CHECK(status == STATUS_INTERRUPTED, "%s: status %d", cases[k].name, status);
        assert_string_equal(error.text, "interrupted");
        check_signals(cases[k].name, cases[k].function, NULL);
        check_memory(cases[k].name, cases[k].function, NULL);
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_takes_long_answers_a_signal_and_frees_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
