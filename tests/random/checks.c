/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "checks.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* How often a damage of the size that check_needed states may pass. */
static const double miss = 1e-6;

/* --- p values ------------------------------------------------------------------- */

static double p_normal(double z)
{
    return 2 * gsl_cdf_ugaussian_Q(fabs(z));
}

/* Wilson and Hilferty: the cube root is normal. Around the level that decides p is 2 %
 * too large for 1000 degrees of freedom and 25 % for 96, the fewest there can be. Too
 * little scatter fails as well as too much. */
static double p_chi2(double x, double freedom)
{
    const double variance = 2 / (9 * freedom);
    return p_normal((cbrt(x / freedom) - (1 - variance)) / sqrt(variance));
}

/* Kolmogorov's limit law of D sqrt(N); below 0.2 its tail is 1 to 12 digits. */
static double p_sup(double t)
{
    double p = 0;
    for (int j = 1; j <= 40; j++)
        p += (j % 2 ? 2 : -2) * exp(-2 * j * j * t * t);
    return t < 0.2 ? 1 : p;
}

/* Twice the binomial tail that `k` is in, its terms added one by one from k outwards.
 */
static double p_binomial(double k, double n, double mean)
{
    const double odds = mean / (n - mean);
    const double log_first =
        (double)(lgammal((long double)n + 1) - lgammal((long double)k + 1) -
                 lgammal((long double)n - k + 1) + k * logl((long double)mean / n) +
                 (n - k) * log1pl(-(long double)mean / n));
    double sum = 1, term = 1;
    for (double j = k; term > 1e-17 * sum;) {
        if (k >= mean) {
            term *= (n - j) / (j + 1) * odds;
            j++;
        } else {
            term *= j / (n - j + 1) / odds;
            j--;
        }
        sum += term;
    }
    return fmin(1, 2 * sum * exp(log_first));
}

static double p_value(const struct check *check, double numbers)
{
    switch (check->law) {
    case LAW_NORMAL:
        return p_normal(check->statistic);
    case LAW_CHI2:
        return p_chi2(check->statistic, check->freedom);
    case LAW_SUP:
        return p_sup(check->statistic);
    case LAW_COUNT:
        return p_binomial(check->statistic, numbers, check->expected);
    }
    return NAN;
}

/* --- the checks ----------------------------------------------------------------- */

/* A list being filled. */
struct list {
    struct check *next;
    double numbers;
};

static void add(struct list *list, const char *name, const char *suffix,
                struct check check)
{
    snprintf(check.name, sizeof check.name, "%s%s", name, suffix);
    check.p = p_value(&check, list->numbers);
    *list->next++ = check;
}

static void add_normal(struct list *list, const char *name, const char *suffix,
                       double z)
{
    add(list, name, suffix, (struct check){.law = LAW_NORMAL, .statistic = z});
}

static void add_chi2(struct list *list, const char *name, const char *suffix, double x,
                     double freedom)
{
    add(list, name, suffix,
        (struct check){.law = LAW_CHI2, .statistic = x, .freedom = freedom});
}

static const char *const suffixes[] = {"", ", squares"};

/* Of a normal x the powers 1 to 4 have variances 1, 2, 15 and 96; with q = x^2 - 1,
 * x^3 = x q + x and x^4 = q^2 + 2 q + 1. */
static void add_moments(struct list *list, const double *sum)
{
    const double n = list->numbers;
    add_normal(list, "mean", "", sum[SUM_X] / sqrt(n));
    add_normal(list, "second moment", "", sum[SUM_Q] / sqrt(2 * n));
    add_normal(list, "third moment", "", (sum[SUM_XQ] + sum[SUM_X]) / sqrt(15 * n));
    add_normal(list, "fourth moment", "",
               (sum[SUM_QQ] + 2 * sum[SUM_Q] - 2 * n) / sqrt(96 * n));
}

/* How many products sum_lag has: one a block, but for the first of a stream where that
 * has no number `lag` before. */
static double products(double numbers, int lag, int place)
{
    const int blocks = STREAM / RANDOM_BLOCK;
    return numbers / STREAM * (place < lag ? blocks - 1 : blocks);
}

/* Products of two independent x have variance 1, of two q variance 4; any two different
 * products are uncorrelated. */
static void add_lag(struct list *list, const double *sum, const char *name, int lag,
                    int first, int last)
{
    for (int square = 0; square < 2; square++) {
        double total = 0, n = 0;
        for (int place = first; place <= last; place++) {
            total += sum[sum_lag(square, lag, place)];
            n += products(list->numbers, lag, place);
        }
        add_normal(list, name, suffixes[square], total / sqrt(n) / (1 + square));
    }
}

/* Every lag of 1 to 32 at every place of a block: all pairs of lanes, within a block
 * and between neighbouring ones. */
static void add_lanes(struct list *list, const double *sum)
{
    for (int square = 0; square < 2; square++) {
        double chi2 = 0;
        for (int lag = 1; lag <= LAGS; lag++)
            for (int place = 0; place < RANDOM_BLOCK; place++) {
                const double z = sum[sum_lag(square, lag, place)] /
                                 sqrt(products(list->numbers, lag, place)) /
                                 (1 + square);
                chi2 += z * z;
            }
        add_chi2(list, "lanes", suffixes[square], chi2, LAGS * RANDOM_BLOCK);
    }
}

static void add_streams(struct list *list, const double *sum)
{
    const double streams = list->numbers / STREAM;
    for (int square = 0; square < 2; square++) {
        const double root = sqrt(list->numbers / 2) * (1 + square);
        add_normal(list, "units", suffixes[square], sum[SUM_UNITS + square] / root);
        add_normal(list, "seeds", suffixes[square], sum[SUM_SEEDS + square] / root);
    }
    add_chi2(list, "stream means", "", sum[SUM_STREAM_MEANS], streams);
    add_chi2(list, "stream variances", "", sum[SUM_STREAM_VARIANCES], streams);
}

static void add_tails(struct list *list, const uint64_t *tail)
{
    for (int k = 0; k < TAILS; k++) {
        char name[32];
        const double p = p_normal(FIRST_TAIL + k);
        snprintf(name, sizeof name, "beyond %d sigma", FIRST_TAIL + k);
        add(list, name, "",
            (struct check){.law = LAW_COUNT,
                           .statistic = (double)tail[k],
                           .expected = list->numbers * p});
    }
}

/* Kolmogorov's distance is taken at the edges of the bins, from all numbers. Between
 * two edges a Brownian bridge exceeds its values there by 0.58 2^-8 = 0.002 on average,
 * which makes p a few per cent too large near the level and fails nothing good. */
static void add_bins(struct list *list, const uint64_t *bin)
{
    const double expected = list->numbers / BINS;
    double chi2 = 0, below = 0, distance = 0;
    for (int k = 0; k < BINS; k++) {
        const double excess = (double)bin[k] - expected;
        chi2 += excess * excess / expected;
        below += excess;
        distance = fmax(distance, fabs(below));
    }
    add_chi2(list, "bins", "", chi2, BINS - 1);
    add(list, "distance", "",
        (struct check){.law = LAW_SUP, .statistic = distance / sqrt(list->numbers)});
}

void checks_make(const struct run *run, const struct survey *survey,
                 struct check *checks)
{
    const double *sum = survey->sum;
    struct list list = {checks, run_numbers(run)};
    add_moments(&list, sum);
    add_lag(&list, sum, "lag 1", 1, 0, 31);
    add_lag(&list, sum, "lag 2", 2, 0, 31);
    add_lag(&list, sum, "lag 16, pair", 16, 16, 31);
    add_lag(&list, sum, "lag 16, blocks", 16, 0, 15);
    add_lag(&list, sum, "lag 32", 32, 0, 31);
    add_lanes(&list, sum);
    add_streams(&list, sum);
    add_tails(&list, survey->tail);
    add_bins(&list, survey->bin);
}

const struct check *check_find(const struct check *checks, const char *name)
{
    for (int i = 0; i < CHECKS; i++)
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    return NULL;
}

int check_failed(const struct check *check)
{
    return !(check->p >= checks_level / CHECKS);
}

void check_describe(const struct check *check, size_t size, char *text)
{
    switch (check->law) {
    case LAW_NORMAL:
        snprintf(text, size, "z = %.3f", check->statistic);
        break;
    case LAW_CHI2:
        snprintf(text, size, "chi2(%.0f) = %.1f", check->freedom, check->statistic);
        break;
    case LAW_SUP:
        snprintf(text, size, "D sqrt(N) = %.4f", check->statistic);
        break;
    case LAW_COUNT:
        snprintf(text, size, "%.0f of %.1f", check->statistic, check->expected);
        break;
    }
}

/* --- power ---------------------------------------------------------------------- */

/* A noncentral chi-square has mean f + l and variance 2 f + 4 l; l such that the mean
 * is `power` standard deviations above the critical value. */
static double noncentrality(double freedom, double bound, double power)
{
    const double variance = 2 / (9 * freedom);
    const double critical = freedom * pow(1 - variance + bound * sqrt(variance), 3);
    double l = 0;
    for (int i = 0; i < 100; i++)
        l = critical - freedom + power * sqrt(2 * freedom + 4 * l);
    return l;
}

double check_needed(const struct check *check)
{
    const double level = checks_level / CHECKS;
    const double bound = gsl_cdf_ugaussian_Qinv(level / 2);
    const double power = gsl_cdf_ugaussian_Qinv(miss);
    switch (check->law) {
    case LAW_NORMAL:
        return bound + power;
    case LAW_CHI2:
        return sqrt(noncentrality(check->freedom, bound, power));
    case LAW_SUP:
        /* 2 exp(-2 t^2) = level; at any one point chance moves t by at most 1/2 (one
         * standard deviation). */
        return sqrt(log(2 / level) / 2) + power / 2;
    case LAW_COUNT:
        /* The root of a count has standard deviation 1/2 whatever its mean. */
        return pow(sqrt(check->expected) + (bound + power) / 2, 2) - check->expected;
    }
    return NAN;
}
