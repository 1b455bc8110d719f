/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/moments.h"
#include "engine/plan.h"

/* How much rounding there is in the sums of theta and theta^2, which are added up in
 * three levels: blocks of 32 steps; a chain's blocks; the chains' means (moments.h).
 *
 * With u = 2^-53, b = 32 and K blocks a chain, a square (or a positive number) takes
 * part in at most b roundings of its block's sum and K - 1 of the chain's, so a chain's
 * sum has a relative error of at most
 *
 *     (b + K - 1) u + O(u^2) = 1.5e-11   for the longest planned chain, K = 2^17.
 *
 * Added one by one, its 2^22 numbers would have 2^22 u = 4.7e-10, 32 times as much.
 * Welford's update of the mean over R chains rounds (x - mean), its quotient by n, and
 * the new mean m_n: an error made at chain k has weight k/n at the end, so that
 *
 *     |error of m_R| <= u |m| (R + 1)/2 + 2 u max |x - m|,
 *
 * 1.5e-11 |m| for R = 2^18 chains. 2^18 x 2^22 = 10^12 samples thus have a relative
 * error of at most 3e-11, where their standard error is at least sqrt(2 / 10^12) =
 * 1.4e-6. Bounds add up absolute values; roundings of noise have random signs and grow
 * with the square roots, K and R through sqrt(K)/3 and sqrt(R)/3: near 1e-14. So does
 * the error of a naive sum, 2^11 u/3 = 8e-14: on noise it is five times as large and
 * harmless, too. Only where every rounding errs to the same side, as on a chain that
 * does not move, do both come near their bounds. That is what is measured here. */

enum { LANES = RULE_LANES, BLOCK = 32, BLOCKS = PLAN_LONGEST / BLOCK };
static const double u = 0x1p-53;

/* --- sums to 2^-100 --------------------------------------------------------------- */

/* A number as a sum of two doubles. */
struct wide {
    double high, low;
};

/* Knuth's exact sum of two doubles. */
static void wide_add(struct wide *sum, double x)
{
    const double total = sum->high + x, part = total - sum->high;
    sum->low += (sum->high - (total - part)) + (x - part);
    sum->high = total;
}

static void wide_add_square(struct wide *sum, double x)
{
    const double square = x * x;
    wide_add(sum, square);
    wide_add(sum, fma(x, x, -square));
}

/* |value - exact| / exact */
static double wide_error(double value, const struct wide *exact)
{
    return fabs((value - exact->high) - exact->low) / fabs(exact->high);
}

/* --- one chain -------------------------------------------------------------------- */

/* Errors of the sums of x and of x^2: largest and root of the mean square. */
struct errors {
    double largest, squares;
    int count;
};

static void errors_add(struct errors *errors, double error)
{
    errors->largest = fmax(errors->largest, error);
    errors->squares += error * error;
    errors->count++;
}

static double errors_rms(const struct errors *errors)
{
    return sqrt(errors->squares / errors->count);
}

/* The sums of a lane by the kernel, one by one, and exactly. */
struct sums {
    double sum[LANES], square[LANES];
    double naive_sum[LANES], naive_square[LANES];
    struct wide exact_sum[LANES], exact_square[LANES];
};

static void sums_errors(const struct sums *sums, struct errors *kernel,
                        struct errors *naive, int lanes)
{
    for (int lane = 0; lane < lanes; lane++) {
        const struct wide *sum = &sums->exact_sum[lane];
        const struct wide *square = &sums->exact_square[lane];
        errors_add(kernel, wide_error(sums->sum[lane], sum));
        errors_add(kernel, wide_error(sums->square[lane], square));
        errors_add(naive, wide_error(sums->naive_sum[lane], sum));
        errors_add(naive, wide_error(sums->naive_square[lane], square));
    }
}

/* Noise about a mean: the lanes from MOVING on repeat the first ones. */
static void test_noise(void **state)
{
    enum { MOVING = 16 };
    const struct kernels *kernels = check_kernels();
    struct sums *sums = check_alloc(1, sizeof *sums);
    struct errors kernel = {0}, naive = {0};
    double trajectory[BLOCK * LANES];
    uint64_t random = 1;
    (void)state;
    for (int block = 0; block < BLOCKS; block++) {
        for (int k = 0; k < BLOCK * LANES; k++) {
            const int lane = k % LANES;
            if (lane >= MOVING) {
                trajectory[k] = trajectory[k - MOVING];
                continue;
            }
            const double x = check_uniform(&random, 0, 4);
            trajectory[k] = x;
            sums->naive_sum[lane] += x;
            sums->naive_square[lane] = fma(x, x, sums->naive_square[lane]);
            wide_add(&sums->exact_sum[lane], x);
            wide_add_square(&sums->exact_square[lane], x);
        }
        kernels->observe_moments(BLOCK, trajectory, sums->sum, sums->square);
    }
    sums_errors(sums, &kernel, &naive, MOVING);
    print_message("2^22 steps of noise: largest relative error %.2g (one by one %.2g), "
                  "root mean square %.2g (%.2g)\n",
                  kernel.largest, naive.largest, errors_rms(&kernel),
                  errors_rms(&naive));
    CHECK_COMPARE(kernel.largest, <, 1e-13);
    CHECK_COMPARE(naive.largest, >, 1e-13);
    CHECK_COMPARE(errors_rms(&naive), >, 3 * errors_rms(&kernel));
    for (int lane = MOVING; lane < LANES; lane++) {
        CHECK_EXACT(sums->sum[lane], sums->sum[lane % MOVING]);
        CHECK_EXACT(sums->square[lane], sums->square[lane % MOVING]);
    }
    free(sums);
}

/* Chains that stay where they are, 64 places: the sums by the rule's own loop. */
static void test_still(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    const double bound = (BLOCK + BLOCKS - 1) * u;
    struct sums *sums = check_alloc(1, sizeof *sums);
    struct tile *tile = aligned_alloc(64, sizeof *tile);
    struct errors kernel = {0}, naive = {0};
    double normal[BLOCK * LANES] = {0};
    uint64_t random = 1;
    (void)state;
    assert_non_null(tile);
    memset(tile, 0, sizeof *tile);
    for (int lane = 0; lane < LANES; lane++) {
        const double x = check_uniform(&random, 0.5, 1);
        tile->theta[lane] = x;
        for (int step = 0; step < PLAN_LONGEST; step++) {
            sums->naive_sum[lane] += x;
            sums->naive_square[lane] = fma(x, x, sums->naive_square[lane]);
        }
        sums->exact_sum[lane].high = x * PLAN_LONGEST;
        sums->exact_square[lane].high = x * x * PLAN_LONGEST;
        sums->exact_square[lane].low = fma(x, x, -(x * x)) * PLAN_LONGEST;
    }
    for (uint64_t block = 0; block < BLOCKS; block++)
        check_loops(&rule)->moments_unit(&rule, block * BLOCK, BLOCK, normal, tile,
                                         sums->sum, sums->square);
    sums_errors(sums, &kernel, &naive, LANES);
    print_message("2^22 steps without noise: largest relative error %.2g (one by one "
                  "%.2g), bound %.2g\n",
                  kernel.largest, naive.largest, bound);
    CHECK_COMPARE(kernel.largest, <, bound);
    CHECK_COMPARE(kernel.largest, <, 5e-12);
    CHECK_COMPARE(naive.largest, >, bound);
    CHECK_COMPARE(naive.largest, >, 20 * kernel.largest);
    free(tile);
    free(sums);
}

/* --- many chains ------------------------------------------------------------------ */

enum { CHAINS = 1 << 20 };

/* Means of chains that spread by 1 about `mean`, and their exact mean and squares. */
static double *chain_means(double mean, struct wide *exact_mean,
                           struct wide *exact_squares)
{
    double *x = check_alloc(CHAINS, sizeof *x);
    struct wide sum = {0, 0};
    uint64_t random = 1;
    for (int k = 0; k < CHAINS; k++) {
        x[k] = mean + check_uniform(&random, -sqrt(3), sqrt(3));
        wide_add(&sum, x[k]);
    }
    /* CHAINS is a power of two; high is then made the double next to the mean. */
    exact_mean->high = (sum.high + sum.low) / CHAINS;
    exact_mean->low = (sum.high - exact_mean->high * CHAINS + sum.low) / CHAINS;
    *exact_squares = (struct wide){0, 0};
    for (int k = 0; k < CHAINS; k++)
        wide_add_square(exact_squares, (x[k] - exact_mean->high) - exact_mean->low);
    return x;
}

/* The same in sets of 2^14, which are merged. */
static struct moments in_sets(const double *x)
{
    enum { SET = 1 << 14 };
    struct moments all = {0};
    for (int first = 0; first < CHAINS; first += SET) {
        struct moments own = {0};
        for (int k = first; k < first + SET; k++)
            moments_add(&own, x[k]);
        moments_merge(&all, &own);
    }
    return all;
}

static double naive_squares(const double *x)
{
    double sum = 0, squares = 0;
    for (int k = 0; k < CHAINS; k++) {
        sum += x[k];
        squares = fma(x[k], x[k], squares);
    }
    return squares - sum / CHAINS * sum;
}

/* The mean is good to 1e-13, wherever it is. The spread, of which a standard error
 * needs three digits, loses the mean's roundings, 1e-16 mean/spread, where a sum of
 * squares loses (mean/spread)^2: all of it at 10^8. */
static void test_chains(void **state)
{
    static const double means[] = {1, 1e2, 1e4, 1e6};
    (void)state;
    for (size_t j = 0; j < sizeof means / sizeof *means; j++) {
        struct wide mean, squares;
        double *x = chain_means(means[j], &mean, &squares);
        struct moments m = {0};
        for (int k = 0; k < CHAINS; k++)
            moments_add(&m, x[k]);
        const struct moments sets = in_sets(x);
        const double naive = wide_error(naive_squares(x), &squares);
        print_message(
            "2^20 chains, mean/spread %g: relative error of the mean %.2g, of "
            "the squares %.2g (in sets %.2g and %.2g; sum of squares %.2g)\n",
            means[j], wide_error(m.mean, &mean), wide_error(m.squares, &squares),
            wide_error(sets.mean, &mean), wide_error(sets.squares, &squares), naive);
        assert_int_equal(m.count, CHAINS);
        assert_int_equal(sets.count, CHAINS);
        CHECK_COMPARE(wide_error(m.mean, &mean), <, 1e-13);
        CHECK_COMPARE(wide_error(sets.mean, &mean), <, 1e-13);
        const double allowed = 1e-13 + 1e-16 * means[j];
        CHECK_COMPARE(wide_error(m.squares, &squares), <, allowed);
        CHECK_COMPARE(wide_error(sets.squares, &squares), <, allowed);
        if (means[j] <= 1)
            CHECK_COMPARE(naive, <, 1e-12);
        if (means[j] >= 1e4)
            CHECK_COMPARE(naive, >, 1e-17 * means[j] * means[j]);
        free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_still),
        cmocka_unit_test(test_chains),
    };
    return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
