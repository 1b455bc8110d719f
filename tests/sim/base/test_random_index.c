/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/random_index.h"

/* Every number comes about equally often, and for a count near 2^32 no part of the
 * range is left out or favoured. */
static void numbers_are_even(void **state)
{
    static const uint64_t counts[] = {
        7, 64, 1000, (UINT64_C(1) << 32) - 5, UINT64_C(3) << 30, UINT64_C(1) << 32};
    enum { BINS = 7, DRAWS = 70000 };
    const struct random_generator generators[] = {
        {RANDOM_XOSHIRO, NULL}, {RANDOM_PHILOX, NULL}, {RANDOM_GSL, gsl_rng_mt19937}};
    (void)state;
    for (size_t g = 0; g < 3; g++)
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
            struct random_index own = {.left = 0};
            struct random_stream stream;
            struct error error;
            double seen[BINS] = {0}, chi_squared = 0;
            const struct random_key key = {1, RANDOM_TEST, k, 0};
            CHECK_OK(random_init(&stream, generators[g], key, &error), &error);
            for (int draw = 0; draw < DRAWS; draw++) {
                const uint32_t row = random_index_below(&own, &stream, counts[k]);
                assert_true(row < counts[k]);
                seen[(uint64_t)row * BINS / counts[k]]++;
            }
            random_free(&stream);
            for (uint64_t bin = 0; bin < BINS; bin++) {
                const uint64_t from = (bin * counts[k] + BINS - 1) / BINS;
                const uint64_t to = ((bin + 1) * counts[k] + BINS - 1) / BINS;
                const double expected = DRAWS * (double)(to - from) / (double)counts[k];
                chi_squared += pow(seen[bin] - expected, 2) / expected;
            }
            CHECK_COMPARE(gsl_cdf_chisq_Q(chi_squared, BINS - 1), >, 1e-6);
        }
}

/* Each of the 24 orders of 4 comes about equally often, and with more there are still
 * all numbers. */
static void shuffles_are_even(void **state)
{
    enum { ORDERS = 256, TRIALS = 48000, MANY = 1000 };
    struct random_index own = {.left = 0};
    struct random_stream stream;
    struct error error;
    const struct random_key key = {1, RANDOM_TEST, 9, 0};
    static double seen[ORDERS];
    double chi_squared = 0;
    uint32_t many[MANY];
    uint64_t sum = 0;
    (void)state;
    CHECK_OK(random_init(&stream, (struct random_generator){RANDOM_XOSHIRO, NULL}, key,
                         &error),
             &error);
    for (int trial = 0; trial < TRIALS; trial++) {
        uint32_t order[4] = {0, 1, 2, 3};
        random_index_shuffle(&own, &stream, 4, order);
        seen[order[0] + 4 * order[1] + 16 * order[2] + 64 * order[3]]++;
    }
    for (uint32_t k = 0; k < ORDERS; k++) {
        bool there[4] = {false};
        for (uint32_t place = 0; place < 4; place++)
            there[k >> (2 * place) & 3] = true;
        if (there[0] && there[1] && there[2] && there[3])
            chi_squared += pow(seen[k] - TRIALS / 24., 2) / (TRIALS / 24.);
        else
            CHECK_EXACT(seen[k], 0);
    }
    CHECK_COMPARE(gsl_cdf_chisq_Q(chi_squared, 23), >, 1e-6);
    for (uint32_t k = 0; k < MANY; k++)
        many[k] = k;
    random_index_shuffle(&own, &stream, MANY, many);
    for (uint32_t k = 0; k < MANY; k++)
        sum += (uint64_t)many[k] * many[k];
    assert_int_equal(sum, UINT64_C(999) * 1000 * 1999 / 6);
    random_index_shuffle(&own, &stream, 0, many);
    random_free(&stream);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_even),
        cmocka_unit_test(shuffles_are_even),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
