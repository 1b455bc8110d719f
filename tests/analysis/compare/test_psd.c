/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_psd.c: what a window makes of a density, against numbers of 50 digits and in a
 * second way; measured spectra against it. */
#include "check.h"

#include "compare/psd.h"

static const char *const rules[] = {
    "sgd lr=0.3",
    "heavy_ball lr=0.3 beta1=0.6 beta3=1",
    "pnm lr=0.3 beta0=1 beta1=0.9",
    "pnm lr=0.3 beta0=3 beta1=0",
    "pnm_eq7 lr=0.3 beta0=3 beta1=0.5",
    "two_batch lr=0.3 beta0=1",
    "nesterov lr=0.1 beta1=0.9",
    "qhm lr=0.1 beta1=0.9",
};
enum { RULES = sizeof rules / sizeof *rules };

static struct noise_filter filter_of(const char *what)
{
    const struct rule rule = CHECK_RULE("%s", what);
    struct noise_filter filter;
    struct error error;
    assert_int_equal(noise_filter_init(&filter, &rule, &error), 0);
    return filter;
}

static void hann(double window[PSD_SEGMENT])
{
    for (int k = 0; k < PSD_SEGMENT; k++)
        window[k] = pow(sin(3.14159265358979323846 * (k + 0.5) / PSD_SEGMENT), 2);
}

/* From the closed forms of r(l), summed with 50 digits (python3-mpmath). */
static void windowed_densities_have_the_known_values(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        double tolerance, at[6]; /* k = 0, 1, 2, 64, 127, 128 */
    } known[] = {
        {"pnm lr=0.1 beta0=1 beta1=0.9",
         1e-13,
         {0.98322309100614131, 0.93760583963407391, 0.82258443757641519,
          0.055106943915158295, 8.4242265448976916, 8.8451835066722878}},
        {"heavy_ball lr=0.1 beta1=0.9",
         1e-13,
         {0.9827929882838445, 0.93600590589600098, 0.81803299679698704,
          0.0055259594729327709, 0.0027706379268519589, 0.0027702217880644603}},
        {"pnm lr=0.1 beta0=1 beta1=0.99",
         1e-12,
         {0.53910705991657658, 0.2506044265862534, 0.054133429260016467,
          0.00050511368813113442, 2.2539251970905301, 4.8510321528183611}},
        {"pnm lr=0.1 beta0=1 beta1=0.999",
         1e-11,
         {0.081035660637112345, 0.022209950017378175, 0.00061321499103318949,
          5.0060067928259483e-6, 0.19986997071978209, 0.72930254700754459}},
        {"heavy_ball lr=0.1 beta1=0.999",
         1e-11,
         {0.081033590780442415, 0.022207747330819504, 0.00061096264481055578,
          5.0060080455800875e-7, 2.5030045070488344e-7, 2.5026275212815039e-7}},
        {"pnm lr=0.1 beta0=1 beta1=0.999999",
         1e-9,
         {8.5328863479937998e-5, 2.1334292547530635e-5, 6.1716344885885667e-10,
          5.0010095628638646e-12, 0.00019200861292416536, 0.00076795975132012439}},
        {"heavy_ball lr=0.1 beta1=0.999999",
         1e-9,
         {8.5328861230014769e-5, 2.133429029712447e-5, 6.1491197743925458e-10,
          5.0010095628651149e-13, 2.5005046301793656e-13, 2.5001280208317983e-13}},
    };
    static const int looked_at[6] = {0, 1, 2, 64, 127, 128};
    double window[PSD_SEGMENT], density[PSD_POINTS];
    hann(window);
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const struct noise_filter filter = filter_of(known[k].rule);
        noise_filter_windowed(&filter, PSD_SEGMENT, window, density);
        for (int at = 0; at < 6; at++)
            CHECK_NEAR(density[looked_at[at]], known[k].at[at], known[k].tolerance, 0);
        /* At the ends of the axis the density keeps its digits next to the poles. */
        const bool pnm = strncmp(known[k].rule, "pnm", 3) == 0;
        CHECK_NEAR(noise_filter_density(&filter, 0), 1, 1e-12, 0);
        if (pnm)
            CHECK_NEAR(noise_filter_density(&filter, 0.5), 9, 1e-12, 0);
    }
}

/* Against the density itself, which the window smooths: the integral of S(g) |W(f -
 * g)|^2 by the trapezoidal rule. Other rules than those with closed forms take this
 * way. */
static void windowed_densities_are_smoothed_densities(void **state)
{
    (void)state;
    enum { FINE = 2048 };
    static double kernel[FINE], density[FINE];
    double window[PSD_SEGMENT], windowed[PSD_POINTS], power = 0;
    hann(window);
    for (int k = 0; k < PSD_SEGMENT; k++)
        power += window[k] * window[k];
    for (int p = 0; p < FINE; p++) {
        double re = 0, im = 0;
        for (int k = 0; k < PSD_SEGMENT; k++) {
            const double angle = 2 * 3.14159265358979323846 * p * k / FINE;
            re += window[k] * cos(angle);
            im += window[k] * sin(angle);
        }
        kernel[p] = (re * re + im * im) / power / FINE;
    }
    for (int k = 0; k < RULES; k++) {
        const struct noise_filter filter = filter_of(rules[k]);
        for (int p = 0; p < FINE; p++)
            density[p] = noise_filter_density(
                &filter, p <= FINE / 2 ? (double)p / FINE : (double)p / FINE - 1);
        noise_filter_windowed(&filter, PSD_SEGMENT, window, windowed);
        for (int at = 0; at < PSD_POINTS; at += 8) {
            double sum = 0;
            for (int p = 0; p < FINE; p++)
                sum +=
                    kernel[p] * density[(at * (FINE / PSD_SEGMENT) + FINE - p) % FINE];
            CHECK_NEAR(windowed[at], sum, 1e-9, 0);
        }
    }
}

/* Against sums over the impulse response: a segment that begins t steps after empty
 * slots has an expectation that differs by no more than the bound. */
static void the_start_changes_a_spectrum_by_less_than_the_bound(void **state)
{
    (void)state;
    enum { SHORT = 8, ENOUGH = 400 };
    for (int k = 0; k < RULES; k++) {
        const struct noise_filter filter = filter_of(rules[k]);
        for (uint64_t t = 1; t < 200; t *= 3) {
            double lacking = 0;
            for (uint64_t at = t; at < t + SHORT; at++) {
                double mean = 0, variance = 0;
                for (int s = 0; s < filter.samples; s++)
                    for (uint64_t age = at + 1; age < at + 1 + ENOUGH; age++) {
                        const double w = noise_filter_response(&filter, s, age);
                        mean += w;
                        variance += w * w;
                    }
                lacking += mean * mean + variance;
            }
            CHECK_NEAR(noise_filter_transient(&filter, t, SHORT), lacking, 1e-10,
                       1e-26);
        }
    }
}

/* Every frequency holds, none would if its expectation were 2 % off, and the density in
 * its place fails at the peaks, half of which the window takes at beta1 = 0.99. */
static void spectra_agree_with_windowed_densities(void **state)
{
    (void)state;
    static const char *const spectra[] = {"pnm lr=0.3 beta0=1 beta1=0.99",
                                          "heavy_ball lr=0.3 beta1=0.9"};
    const struct sampling sampling = check_sampling(1, 0.0018);
    for (int k = 0; k < 2; k++) {
        const struct rule rule = CHECK_RULE("%s", spectra[k]);
        const struct noise_filter filter = filter_of(spectra[k]);
        struct psd_point points[PSD_POINTS];
        struct psd_plan plan;
        struct error error;
        double integral = 0;
        assert_int_equal(psd_compare(&sampling, &rule, NULL, points, &plan, &error), 0);
        for (int at = 0; at < PSD_POINTS; at++) {
            const struct evidence *e = &points[at].evidence;
            if (points[at].verdict != VERDICT_HOLDS || !evidence_control(e))
                fail_msg("%s at %g: measured %g +- %g, exact %g", spectra[k],
                         points[at].frequency, e->measured, e->se, e->exact);
            integral +=
                (at == 0 || at == PSD_POINTS - 1 ? 1 : 2) * e->measured / PSD_SEGMENT;
        }
        CHECK_NEAR(integral, noise_filter_autocovariance(&filter, 0), 0.005, 0);
        struct evidence raw = points[0].evidence;
        raw.exact = points[0].density;
        assert_int_equal(evidence_judge(&raw).exact, VERDICT_FAILS);
    }
}

/* z = (measured - exact)/se over seeds at five frequencies: its mean is 0 at the 1e-6
 * level and its variance within the two-sided 1e-5 interval of chi^2 over 128. */
static void spectra_have_the_error_they_state(void **state)
{
    (void)state;
    enum { SEEDS = 128 };
    static const int looked_at[] = {0, 1, 2, 64, 128};
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.99");
    double sum[5] = {0}, squares[5] = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sampling sampling = check_sampling(1, 0.1);
        struct psd_point points[PSD_POINTS];
        struct psd_plan plan;
        struct error error;
        sampling.seed = seed;
        sampling.chains = 192;
        sampling.steps = 1 << 11;
        assert_int_equal(psd_compare(&sampling, &rule, NULL, points, &plan, &error), 0);
        assert_true(plan.settled);
        for (int k = 0; k < 5; k++) {
            const struct evidence *e = &points[looked_at[k]].evidence;
            const double z = (e->measured - e->exact) / e->se;
            sum[k] += z / SEEDS;
            squares[k] += z * z;
        }
    }
    for (int k = 0; k < 5; k++) {
        const double variance = (squares[k] - SEEDS * sum[k] * sum[k]) / (SEEDS - 1);
        CHECK_COMPARE(fabs(sum[k]), <, 4.9 / sqrt(SEEDS));
        CHECK_COMPARE(variance, >, 0.54);
        CHECK_COMPARE(variance, <, 1.66);
    }
}

/* A slow rule is given the burn-in that its filter needs; a shorter one that the user
 * gives leaves nothing decided, and would have failed. */
static void burn_ins_come_from_the_filter(void **state)
{
    (void)state;
    struct sampling sampling = check_sampling(1, 0.01);
    struct psd_point points[PSD_POINTS];
    struct psd_plan plan;
    struct error error;
    sampling.max_samples = 1; /* nothing is sampled */
    const struct rule slow = CHECK_RULE("pnm lr=0.1 beta0=1 beta1=0.999");
    assert_int_equal(psd_compare(&sampling, &slow, NULL, points, &plan, &error), 0);
    assert_true(plan.chains.burn_in >= 8192);
    assert_true(plan.settled);
    assert_int_equal(points[0].verdict, VERDICT_NOT_SAMPLED);
    const struct rule quick = CHECK_RULE("sgd lr=0.1");
    assert_int_equal(psd_compare(&sampling, &quick, NULL, points, &plan, &error), 0);
    assert_true(plan.chains.burn_in == 1);

    sampling = check_sampling(1, 0.1);
    sampling.chains = 64;
    sampling.burn_in = 1024; /* what every rule had once */
    sampling.steps = 1024 + 1 + 8 * PSD_SEGMENT / 2;
    assert_int_equal(psd_compare(&sampling, &slow, NULL, points, &plan, &error), 0);
    assert_false(plan.settled);
    assert_int_equal(points[0].verdict, VERDICT_INCONCLUSIVE);
    points[0].evidence.decisive = true;
    points[0].evidence.bias = 0;
    assert_int_equal(evidence_judge(&points[0].evidence).exact, VERDICT_FAILS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windowed_densities_have_the_known_values),
        cmocka_unit_test(windowed_densities_are_smoothed_densities),
        cmocka_unit_test(the_start_changes_a_spectrum_by_less_than_the_bound),
        cmocka_unit_test(spectra_agree_with_windowed_densities),
        cmocka_unit_test(spectra_have_the_error_they_state),
        cmocka_unit_test(burn_ins_come_from_the_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
