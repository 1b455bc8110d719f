/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stein.c: the Stein equation of states as long as they may be, against the sum of
 * the series that solves it. */
#include "check.h"

#include "theory/stein.h"

enum { N = LINEAR_STATE };

/* A system of made-up numbers that settles: A = I + E has rows whose sizes sum to less
 * than 1. */
static struct linear_system system_of(double shift)
{
    struct linear_system system = {.dim = N, .samples = 2};
    for (int r = 0; r < N; r++) {
        for (int c = 0; c < N; c++)
            system.e[r * N + c] = sin(1 + shift + 5 * r + 3 * c) / (N + 2) - (r == c);
        for (int k = 0; k < 2; k++)
            system.b[k][r] = cos(shift + 2 * r + 7 * k);
    }
    return system;
}

/* Sets s to a s b', where a and b are those of two systems. */
static void between(const struct linear_system *i, const struct linear_system *j,
                    double *s)
{
    double as[N * N] = {0};
    for (int r = 0; r < N; r++)
        for (int c = 0; c < N; c++)
            for (int k = 0; k < N; k++)
                as[r * N + c] += ((r == k) + (double)i->e[r * N + k]) * s[k * N + c];
    for (int r = 0; r < N; r++)
        for (int c = 0; c < N; c++) {
            s[r * N + c] = 0;
            for (int k = 0; k < N; k++)
                s[r * N + c] += as[r * N + k] * ((k == c) + (double)j->e[c * N + k]);
        }
}

static void the_longest_states_have_a_solution(void **state)
{
    const struct linear_system i = system_of(0), j = system_of(0.3);
    double s[N * N], term[N * N], sum[N * N] = {0};
    struct error error;
    (void)state;
    for (int r = 0; r < N; r++)
        for (int c = 0; c < N; c++) {
            term[r * N + c] = 0;
            for (int k = 0; k < 2; k++)
                term[r * N + c] += 0.7 * (double)(i.b[k][r] * j.b[k][c]);
        }
    for (int t = 0; t < 200; t++) {
        for (int k = 0; k < N * N; k++)
            sum[k] += term[k];
        between(&i, &j, term);
    }
    CHECK_OK(stein_solve(&i, &j, 0.7, s, &error), &error);
    for (int k = 0; k < N * N; k++)
        CHECK_NEAR(s[k], sum[k], 1e-12, 1e-13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_states_have_a_solution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
