/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Minibatches of a data set as the engine draws them, against a chain that is written
 * out one example at a time. */
#include "check.h"

#include "engine/data_draw.h"
#include "engine/ensemble.h"

enum { N = 3, ROWS = 7, LANES = RULE_LANES };

static struct data_set *make(void)
{
    double numbers[ROWS * (N + 1)];
    uint64_t random = 1;
    struct data_set *data;
    struct error error;
    for (size_t k = 0; k < ROWS * (N + 1); k++)
        numbers[k] = check_normal(&random);
    CHECK_OK(data_set_make(N, ROWS, numbers, &data, &error), &error);
    return data;
}

/* The mean of x (x'd - e) over the rows that a second stream draws. */
static void gradients_are_those_of_rows(void **state)
{
    enum { BATCH = 3, STEPS = 4 };
    const struct kernels *kernels = check_kernels();
    struct data_set *data = make();
    struct data_draw own;
    struct random_index other = {.left = 0};
    struct random_stream stream, again;
    struct error error;
    const struct random_key key = {1, RANDOM_TEST, 5, 0};
    const struct random_generator generator = {RANDOM_XOSHIRO, NULL};
    static double theta[N * LANES], gradient[N * LANES], expected[N * LANES];
    const double theta_star[N] = {0.5, -1, 2};
    (void)state;
    for (size_t k = 0; k < N * LANES; k++)
        theta[k] = 0.01 * (double)k - 1;
    CHECK_OK(random_init(&stream, generator, key, &error), &error);
    CHECK_OK(random_init(&again, generator, key, &error), &error);
    CHECK_OK(data_draw_init(&own, data, BATCH, &error), &error);
    data_draw_start(&own);
    data_draw_at(&own, theta, theta_star);
    for (int step = 0; step < STEPS; step++) {
        data_draw_next(&own, kernels, &stream, gradient);
        memset(expected, 0, sizeof expected);
        for (int k = 0; k < BATCH; k++)
            for (size_t lane = 0; lane < LANES; lane++) {
                const size_t row = random_index_below(&other, &again, ROWS);
                const double *x = data->x + row * N;
                double miss = -data->e[row];
                for (size_t i = 0; i < N; i++)
                    miss += x[i] * (theta[i * LANES + lane] - theta_star[i]);
                for (size_t i = 0; i < N; i++)
                    expected[i * LANES + lane] += x[i] * miss / BATCH;
            }
        for (size_t k = 0; k < N * LANES; k++)
            CHECK_NEAR(gradient[k], expected[k], 1e-12, 1e-13);
    }
    random_free(&stream);
    random_free(&again);
    data_draw_free(&own);
    data_set_free(data);
}

static void add(const struct kernels *kernels, void *context)
{
    static const uint32_t spread = 5;
    const struct data_set *data = context;
    static double first[N * LANES], offset[N * LANES], sum[N * LANES];
    uint32_t row[LANES];
    memset(sum, 0, sizeof sum);
    for (size_t k = 0; k < N * LANES; k++)
        offset[k] = 1 / (double)(k + 1) - 0.3;
    for (uint32_t lane = 0; lane < LANES; lane++)
        row[lane] = spread * lane % ROWS;
    for (int k = 0; k < 3; k++)
        kernels->data_add(N, data->x, data->e, row, offset, sum);
    if (first[0] == 0)
        memcpy(first, sum, sizeof first);
    CHECK_SAME(sum, first, N * LANES);
}

static void every_instruction_set_has_the_same_bits(void **state)
{
    struct data_set *data = make();
    (void)state;
    check_each_isa(add, data);
    data_set_free(data);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_rows),
        cmocka_unit_test(every_instruction_set_has_the_same_bits),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
