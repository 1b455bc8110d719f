/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_definite.c: which matrices are proven to be positive definite. */
#include "check.h"

#include "worst/definite.h"

enum { N = 30 };

/* a = L L' for whole numbers below a diagonal of ones, so that its determinant is 1 and
 * its smallest eigenvalue far below its largest. */
static void set_matrix(struct ball *a)
{
    int l[N][N] = {{0}};
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++)
            l[i][j] = i == j ? 1 : (i * i + 3 * j) % 3 - 1;
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++) {
            int sum = 0;
            for (int k = 0; k <= j; k++)
                sum += l[i][k] * l[j][k];
            a[i * N + j] = ball_of(sum);
        }
}

static bool is_proven(const struct ball *a, size_t n)
{
    struct error error;
    bool proven = false;
    assert_int_equal(definite_prove(a, n, &proven, &error), STATUS_OK);
    return proven;
}

static void nearly_singular_matrices_are_proven(void **state)
{
    (void)state;
    struct ball a[N * N];
    set_matrix(a);
    assert_true(is_proven(a, N));
    /* Its last pivot is 1: less than that leaves a matrix that is singular or worse. */
    struct ball *last = &a[N * N - 1];
    last->mid -= 1;
    assert_false(is_proven(a, N));
    last->mid -= 1;
    assert_false(is_proven(a, N));
    last->mid += 1 + 0x1p-8;
    assert_true(is_proven(a, N));
}

/* All matrices of the balls must be definite, the worst of them too. */
static void radii_count(void **state)
{
    (void)state;
    struct ball a[4] = {{1, 0}, {0, 0}, {0.5, 0.0625}, {1, 0}};
    assert_true(is_proven(a, 2));
    a[2].radius = 0.125;
    assert_true(is_proven(a, 2));
    a[2].radius = 0.501;
    assert_false(is_proven(a, 2));
    a[2].radius = 0;
    a[3] = (struct ball){0.25 + 0x1p-50, 0};
    assert_true(is_proven(a, 2));
    a[3].radius = 0x1p-50;
    assert_false(is_proven(a, 2));
}

/* Without a factor the matrix itself is the remainder, and its diagonal must be above
 * the sums of its rows, both halves of them, with their radii. */
static void remainders_must_be_dominated(void **state)
{
    (void)state;
    const quad none[9] = {0};
    struct ball excess[3];
    struct ball a[9] = {{4, 0}, {0, 0}, {0, 0}, {-1, 0}, {4, 0},
                        {0, 0}, {1, 0}, {2, 0}, {4, 0}};
    assert_true(definite_by_factor(a, 3, none, excess));
    for (int k = 0; k < 3; k++) {
        const quad least[] = {2, 3, 3};
        a[4 * k].mid = least[k];
        assert_false(definite_by_factor(a, 3, none, excess));
        a[4 * k].mid = 4;
    }
    a[7].radius = 1.5;
    assert_false(definite_by_factor(a, 3, none, excess));
    a[7].radius = 0;
    a[8].radius = 1.5;
    assert_false(definite_by_factor(a, 3, none, excess));
    /* A factor takes from the matrix what it explains, here all but the diagonal. */
    const quad factor[9] = {1, 0, 0, 3, 1, 0, 0, 0, 1};
    struct ball b[9] = {{2, 0}, {0, 0}, {0, 0}, {3, 0}, {11, 0},
                        {0, 0}, {0, 0}, {0, 0}, {2, 0}};
    assert_true(definite_by_factor(b, 3, factor, excess));
    b[4].mid = 10;
    assert_false(definite_by_factor(b, 3, factor, excess));
}

static void what_is_no_number_proves_nothing(void **state)
{
    (void)state;
    const struct ball bad[] = {
        {NAN, 0}, {INFINITY, 0}, {1, INFINITY}, {1, NAN}, {0, 0}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        assert_false(is_proven(&bad[k], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearly_singular_matrices_are_proven),
        cmocka_unit_test(radii_count),
        cmocka_unit_test(remainders_must_be_dominated),
        cmocka_unit_test(what_is_no_number_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
