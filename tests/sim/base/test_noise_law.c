/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_noise_law.c: draws of other laws against 40 digits of mpmath, against their
 * distributions, and against each other over instruction sets and generators. */
#include "check.h"

#include "base/noise_law.h"
#include "base/random_kernel.h"
#include "cli/generator_form.h"
#include "cli/noise_law_form.h"

struct draw {
    double parameter;
    uint64_t first, second; /* words */
    double value;
};

/* Chambers, Mallows and Stuck's transform with v = pi [(2 j + 1) 2^-53 - 1/2] and
 * w = -log((2 k + 1) 2^-53), divided by sqrt(2). */
static const struct draw stable[] = {
    {0.5, UINT64_C(0), UINT64_C(0), -7.9110380043176422836e+28},
    {0.5, UINT64_C(1), UINT64_C(4503599627370495), -2.9085870237836760401e+45},
    {0.5, UINT64_C(2251799813685247), UINT64_C(2251799813685248),
     -1.7790561196804511112e-16},
    {0.5, UINT64_C(2251799813685248), UINT64_C(7), 3.6238407818619658358e-18},
    {0.5, UINT64_C(4503599627370495), UINT64_C(1125899906842624),
     2.0964250711441758767e+30},
    {0.5, UINT64_C(123456789012345), UINT64_C(987654321098765), -31.378701648179420164},
    {0.5, UINT64_C(3377699720527889), UINT64_C(4503599627370495),
     4503599627370660.6836},
    {0.75, UINT64_C(0), UINT64_C(0), -77957556207034549812.0},
    {0.75, UINT64_C(1), UINT64_C(4503599627370495), -1.2462167298892838078e+25},
    {0.75, UINT64_C(2251799813685247), UINT64_C(2251799813685248),
     -2.0900878840398765926e-16},
    {0.75, UINT64_C(2251799813685248), UINT64_C(7), 5.7080929228100761872e-17},
    {0.75, UINT64_C(4503599627370495), UINT64_C(1125899906842624),
     2.3242000587164251153e+20},
    {0.75, UINT64_C(123456789012345), UINT64_C(987654321098765), -14.20394196182810386},
    {0.75, UINT64_C(3377699720527889), UINT64_C(4503599627370495),
     128913.54097171367677},
    {1, UINT64_C(0), UINT64_C(0), -2027332112980360.2811},
    {1, UINT64_C(1), UINT64_C(4503599627370495), -675777370993453.42702},
    {1, UINT64_C(2251799813685247), UINT64_C(2251799813685248),
     -2.4662954668288418464e-16},
    {1, UINT64_C(2251799813685248), UINT64_C(7), 2.4662954668288418464e-16},
    {1, UINT64_C(4503599627370495), UINT64_C(1125899906842624), 2027332112980360.2811},
    {1, UINT64_C(123456789012345), UINT64_C(987654321098765), -8.1903863598073349791},
    {1, UINT64_C(3377699720527889), UINT64_C(4503599627370495), 0.70710678118656478847},
    {1.5, UINT64_C(0), UINT64_C(0), -37653213384.517211513},
    {1.5, UINT64_C(1), UINT64_C(4503599627370495), -26171.232484842793176},
    {1.5, UINT64_C(2251799813685247), UINT64_C(2251799813685248),
     -3.2739962985128241536e-16},
    {1.5, UINT64_C(2251799813685248), UINT64_C(7), 1.1988136998555200408e-15},
    {1.5, UINT64_C(4503599627370495), UINT64_C(1125899906842624),
     12629517359.276116964},
    {1.5, UINT64_C(123456789012345), UINT64_C(987654321098765), -3.6578155771983359106},
    {1.5, UINT64_C(3377699720527889), UINT64_C(4503599627370495),
     4.061707466161941818e-6},
    {1.9375, UINT64_C(0), UINT64_C(0), -115933056.21891643061},
    {1.9375, UINT64_C(1), UINT64_C(4503599627370495), -0.21911961989807851328},
    {1.9375, UINT64_C(2251799813685247), UINT64_C(2251799813685248),
     -4.0019059473382495941e-16},
    {1.9375, UINT64_C(2251799813685248), UINT64_C(7), 2.6333138463280555315e-15},
    {1.9375, UINT64_C(4503599627370495), UINT64_C(1125899906842624),
     23743236.941594047537},
    {1.9375, UINT64_C(123456789012345), UINT64_C(987654321098765),
     -1.8533244528335771316},
    {1.9375, UINT64_C(3377699720527889), UINT64_C(4503599627370495),
     1.8607540757260172853e-8},
    {2, UINT64_C(0), UINT64_C(0), -8.5716743486529049775},
    {2, UINT64_C(1), UINT64_C(4503599627370495), -1.4901161193847656664e-8},
    {2, UINT64_C(2251799813685247), UINT64_C(2251799813685248),
     -4.1066513267713575195e-16},
    {2, UINT64_C(2251799813685248), UINT64_C(7), 2.8773858315140447215e-15},
    {2, UINT64_C(4503599627370495), UINT64_C(1125899906842624), 1.665109222315395246},
    {2, UINT64_C(123456789012345), UINT64_C(987654321098765), -1.7355540710057866489},
    {2, UINT64_C(3377699720527889), UINT64_C(4503599627370495),
     1.0536712127723636867e-8},
};

/* sqrt((nu - 2)(u^(-2/nu) - 1)) cos(2 pi t), u = (2 j + 1) 2^-53, t = (2 k + 1) 2^-53
 * - 1/2. */
static const struct draw student[] = {
    {4.5, UINT64_C(0), UINT64_C(0), -5551.8072552500925979},
    {4.5, UINT64_C(1), UINT64_C(4503599627370495), -4349.1804134629578448},
    {4.5, UINT64_C(4503599627370495), UINT64_C(2251799813685248),
     1.1106669791041760574e-8},
    {4.5, UINT64_C(123456789012345), UINT64_C(987654321098765),
     -0.60202764210274936302},
    {4.5, UINT64_C(3377699720527889), UINT64_C(1125899906842629),
     4.4807209906485533824e-15},
    {6, UINT64_C(0), UINT64_C(0), -912.27809506438515945},
    {6, UINT64_C(1), UINT64_C(4503599627370495), -759.63781577548872376},
    {6, UINT64_C(4503599627370495), UINT64_C(2251799813685248),
     1.2166747166629523977e-8},
    {6, UINT64_C(123456789012345), UINT64_C(987654321098765), -0.5834755834754740198},
    {6, UINT64_C(3377699720527889), UINT64_C(1125899906842629),
     4.8685911638405643207e-15},
    {20, UINT64_C(0), UINT64_C(0), -26.289526090948687542},
    {20, UINT64_C(1), UINT64_C(4503599627370495), -24.846715062460716907},
    {20, UINT64_C(4503599627370495), UINT64_C(2251799813685248),
     1.4136482746161726543e-8},
    {20, UINT64_C(123456789012345), UINT64_C(987654321098765), -0.53504039063230807965},
    {20, UINT64_C(3377699720527889), UINT64_C(1125899906842629),
     5.5616850483704379821e-15},
};

/* The loops of the instruction set that PNM_ISA names. */
static const struct random_kernel *kernel(void)
{
    static const struct random_kernel *const kernels[] = {ISA_TABLE(random_kernel)};
    enum isa isa;
    struct error error;
    CHECK_OK(isa_find(&isa, &error), &error);
    return kernels[isa];
}

/* All lanes are computed alike; each has another draw. */
static void compare_draws(const struct draw *draw, size_t count,
                          void (*transform)(double, const uint64_t *, double *))
{
    for (size_t k = 0; k < count; k++) {
        uint64_t words[RANDOM_BLOCK];
        double out[RANDOM_LANES];
        for (size_t lane = 0; lane < RANDOM_LANES; lane++) {
            const struct draw *other = &draw[(k + lane) % count];
            words[lane] = other->first;
            words[RANDOM_LANES + lane] = other->second;
        }
        transform(draw[k].parameter, words, out);
        for (size_t lane = 0; lane < RANDOM_LANES; lane++) {
            const struct draw *other = &draw[(k + lane) % count];
            if (other->parameter == draw[k].parameter)
                CHECK_NEAR(out[lane], other->value, 1e-13, 0);
        }
    }
}

static void compare_all(const struct kernels *ignored, void *context)
{
    (void)ignored;
    (void)context;
    compare_draws(stable, sizeof stable / sizeof *stable, kernel()->stable);
    compare_draws(student, sizeof student / sizeof *student, kernel()->student);
}

static void draws_are_those_of_their_formulas(void **state)
{
    (void)state;
    assert_true(check_each_isa(compare_all, NULL) > 0);
}

enum { ROUNDS = 500 };

struct bits {
    double draw[ROUNDS][3][RANDOM_LANES];
};

/* context: the draws of each instruction set so far, as struct bits *next. */
static void draw_bits(const struct kernels *ignored, void *context)
{
    struct bits **next = context, *bits = (*next)++;
    uint64_t random = 5;
    (void)ignored;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t words[RANDOM_BLOCK];
        for (int k = 0; k < RANDOM_BLOCK; k++)
            words[k] = check_word(&random);
        kernel()->stable(1.5, words, bits->draw[round][0]);
        kernel()->stable(0.5, words, bits->draw[round][1]);
        kernel()->student(5, words, bits->draw[round][2]);
    }
}

static void every_instruction_set_has_the_same_bits(void **state)
{
    struct bits *bits = check_alloc(ISA_COUNT, sizeof *bits), *next = bits;
    (void)state;
    const int count = check_each_isa(draw_bits, &next);
    for (int k = 1; k < count; k++)
        CHECK_SAME(&bits[k].draw[0][0][0], &bits[0].draw[0][0][0],
                   (size_t)ROUNDS * 3 * RANDOM_LANES);
    free(bits);
}

/* --- distributions ---------------------------------------------------------------- */

enum { COUNT = 1 << 18, CELLS = 64 };

static double distribution(struct noise_law law, double x)
{
    const double nu = law.parameter;
    return law.kind == NOISE_STUDENT ? gsl_cdf_tdist_P(x * sqrt(nu / (nu - 2)), nu)
           : law.kind == NOISE_STABLE && nu == 1 ? gsl_cdf_cauchy_P(x, sqrt(0.5))
                                                 : gsl_cdf_ugaussian_P(x);
}

/* Pearson's statistic of draws in cells of equal probability; `scale` divides draws. */
static double statistic(struct noise_law law, const char *generator, double scale)
{
    static double x[COUNT];
    double cell[CELLS] = {0}, sum = 0;
    struct random_stream stream;
    struct random_generator own;
    struct error error;
    const struct random_key key = {3, RANDOM_TEST, 17, 4};
    CHECK_OK(generator_form_read(generator, &own, &error), &error);
    CHECK_OK(random_init(&stream, own, key, &error), &error);
    noise_law_draw(law, &stream, COUNT, x);
    random_free(&stream);
    for (int k = 0; k < COUNT; k++)
        cell[(int)fmin(CELLS * distribution(law, x[k] / scale), CELLS - 1)]++;
    const double expected = (double)COUNT / CELLS;
    for (int k = 0; k < CELLS; k++)
        sum += pow(cell[k] - expected, 2) / expected;
    return sum;
}

static const struct noise_law laws[] = {{NOISE_STUDENT, 4.5},
                                        {NOISE_STUDENT, 10},
                                        {NOISE_STABLE, 1},
                                        {NOISE_STABLE, 2},
                                        {NOISE_GAUSSIAN, 0}};

static void draws_have_their_distribution(void **state)
{
    static const char *const generators[] = {"xoshiro", "philox", "gsl:mt19937"};
    (void)state;
    for (size_t k = 0; k < sizeof laws / sizeof *laws; k++)
        for (int g = 0; g < 3; g++) {
            CHECK_CHI2("draws", statistic(laws[k], generators[g], 1), CELLS - 1);
            /* Negative control: a scale that is 5 % off is seen. */
            CHECK_COMPARE(statistic(laws[k], generators[g], 1.05), >,
                          gsl_cdf_chisq_Qinv(1e-6, CELLS - 1));
        }
}

static void gaussian_noise_has_the_bits_of_random_normal(void **state)
{
    double x[4 * RANDOM_BLOCK], y[4 * RANDOM_BLOCK];
    const struct random_key key = {1, RANDOM_TEST, 2, 3};
    const struct random_generator generator = {.kind = RANDOM_XOSHIRO};
    struct random_stream stream;
    struct error error;
    (void)state;
    CHECK_OK(random_init(&stream, generator, key, &error), &error);
    random_normal(&stream, 4 * RANDOM_BLOCK, x);
    CHECK_OK(random_init(&stream, generator, key, &error), &error);
    noise_law_draw(laws[4], &stream, 4 * RANDOM_BLOCK, y);
    CHECK_SAME(x, y, (size_t)4 * RANDOM_BLOCK);
}

static void moments_and_tails_are_those_of_the_laws(void **state)
{
    (void)state;
    CHECK_EXACT(noise_law_excess(laws[1]), 1);
    CHECK_EXACT(noise_law_excess(laws[3]), 0);
    assert_true(isinf(noise_law_excess(laws[2])));
    assert_false(noise_law_has_variance(laws[2]));
    assert_true(noise_law_has_variance(laws[3]));
    CHECK_NAN(noise_law_alpha(laws[0]));
    /* Student's t with 10 degrees of freedom beyond 4 sqrt(10/8), by mpmath. */
    CHECK_NEAR(noise_law_beyond(laws[1], 4), 0.0011934668300203247, 1e-12, 0);
    /* erfc(4/sqrt(2)), by mpmath. */
    CHECK_NEAR(noise_law_beyond((struct noise_law){0}, 4), 6.3342483666239842e-05,
               1e-12, 0);
}

static void texts_are_read(void **state)
{
    static const char *const wrong[] = {
        "student:4", "student:nan", "stable:2.1", "stable:0.4",
        "levy",      "student:",    "stable"};
    struct noise_law law;
    struct error error;
    (void)state;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        CHECK_REFUSED(wrong[k], noise_law_form_read(wrong[k], &law, &error), &error,
                      "");
    CHECK_OK(noise_law_form_read("stable:1", &law, &error), &error);
    assert_int_equal(law.kind, NOISE_STABLE);
    CHECK_EXACT(law.parameter, 1);
    CHECK_OK(noise_law_form_read(NULL, &law, &error), &error);
    assert_int_equal(law.kind, NOISE_GAUSSIAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_those_of_their_formulas),
        cmocka_unit_test(every_instruction_set_has_the_same_bits),
        cmocka_unit_test(draws_have_their_distribution),
        cmocka_unit_test(gaussian_noise_has_the_bits_of_random_normal),
        cmocka_unit_test(moments_and_tails_are_those_of_the_laws),
        cmocka_unit_test(texts_are_read),
    };
    return cmocka_run_group_tests_name("noise_law", tests, NULL, NULL);
}
