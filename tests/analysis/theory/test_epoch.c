/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_epoch.c: the law of noise without replacement against numbers of an independent
 * computation, against sums over all pairs of gradients, and against all permutations.
 */
#include "check.h"
#include "theory/epoch.h"
#include "theory/theory.h"

enum { MOST_PHASES = 64 };

static void covariance(const struct epoch *epoch, const struct rule *rule, double h_i,
                       double h_j, double c, bool by_phase, double *value)
{
    struct linear_system i, j;
    double bound[MOST_PHASES];
    struct error error;
    theory_system(rule, h_i, &i);
    theory_system(rule, h_j, &j);
    CHECK_OK(epoch_covariance(epoch, &i, &j, c, by_phase, value, bound, NULL, &error),
             &error);
    CHECK_COMPARE(bound[0], >, 0);
    CHECK_COMPARE(bound[0], <, 1e-12 * fabs(value[0]));
}

static void phases_are_those_of_an_independent_computation(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        uint64_t train_size;
        double value[6];
    } known[] = {
        {"sgd lr=0.3",
         12,
         {0.01244049, 0.04989735, 0.06305083, 0.06073150, 0.04900646, 0.03199320}},
        {"pnm lr=0.3 beta0=1 beta1=0.7",
         12,
         {0.00303898, 0.01052399, 0.01001127, 0.01218471, 0.01051909, 0.00768376}},
        {"pnm lr=0.3 beta0=1 beta1=0.7",
         13,
         {0.00850802, 0.01536928, 0.01489929, 0.01689161, 0.01536479, 0.01276574}},
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const struct epoch epoch = {known[k].train_size, 2};
        const struct rule rule = CHECK_RULE("%s", known[k].rule);
        double value[MOST_PHASES], average, sum = 0;
        assert_int_equal(epoch_steps(&epoch, 1), 6);
        covariance(&epoch, &rule, 0.5, 0.5, 0.5, true, value);
        for (int phase = 0; phase < 6; phase++) {
            CHECK_NEAR(value[phase], known[k].value[phase], 0, 5.1e-9);
            sum += value[phase] / 6;
        }
        covariance(&epoch, &rule, 0.5, 0.5, 0.5, false, &average);
        CHECK_NEAR(average, sum, 1e-14, 0);
    }
}

/* --- all pairs of gradients ------------------------------------------------------- */

enum { EPOCHS = 400 };

/* w[t * samples + s]: what a gradient s of noise 1, t + 1 steps ago, leaves in theta,
 * found by stepping the rule. */
static void responses(const struct rule *rule, double h, int steps, double *w)
{
    const int samples = rule->kind->samples;
    for (int s = 0; s < samples; s++) {
        double theta = 0, slot[RULE_MAX_SLOTS] = {0};
        for (int t = 0; t < steps; t++) {
            double gradient[RULE_MAX_SAMPLES];
            for (int k = 0; k < samples; k++)
                gradient[k] = h * theta + (t == 0 && k == s ? 1 : 0);
            rule->kind->step(rule, (uint64_t)t, 1, gradient, &theta, slot);
            w[t * samples + s] = theta;
        }
    }
}

/* Adds up the products of what an epoch's gradients leave, the first `count` of which
 * have been taken: `last` is the response to the last of them. */
static double of_epoch(const struct epoch *epoch, const double *w_i, const double *w_j,
                       int first, int steps, int samples)
{
    const double n = (double)epoch->train_size, batch = (double)epoch->batch;
    double sum = 0;
    for (int a = first * samples; a < (first + steps) * samples; a++)
        for (int b = first * samples; b < (first + steps) * samples; b++)
            sum += w_i[a] * w_j[b] * ((a == b ? n / batch : 0) - 1);
    return sum * batch / (n - 1);
}

static void the_law_is_a_sum_over_pairs_of_gradients(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "sgd lr=0.4",
        "heavy_ball lr=0.5 beta1=0.6",
        "pnm lr=0.4 beta0=2 beta1=0.6",
        "two_batch lr=0.3 beta0=1",
        "nesterov lr=0.1 beta1=0.5",
        "aggmo lr=0.02",
    };
    static const struct epoch epochs[] = {{12, 2}, {13, 2}, {9, 4}, {7, 1}};
    for (size_t k = 0; k < 6 * 4; k++) {
        const struct epoch *epoch = &epochs[k / 6];
        struct rule rule = CHECK_RULE("%s", texts[k % 6]);
        const int samples = rule.kind->samples;
        const int steps = (int)epoch_steps(epoch, samples);
        const double h_i = 0.7, h_j = 1.3, c = 0.8;
        double value[MOST_PHASES];
        rule.decay.lambda = 0.1;
        double *w = check_alloc(2 * (size_t)(EPOCHS * steps * samples), sizeof *w);
        double *other = w + EPOCHS * steps * samples;
        responses(&rule, h_i, EPOCHS * steps, w);
        responses(&rule, h_j, EPOCHS * steps, other);
        covariance(epoch, &rule, h_i, h_j, c, true, value);
        for (int phase = 0; phase < steps; phase++) {
            double sum = of_epoch(epoch, w, other, 0, phase, samples);
            for (int from = phase; from + steps <= EPOCHS * steps; from += steps)
                sum += of_epoch(epoch, w, other, from, steps, samples);
            CHECK(fabs(value[phase] - c * sum) <= 1e-9 * fabs(value[phase]) + 1e-12,
                  "%s, N = %d: phase %d is %.12g, expected %.12g", texts[k % 6],
                  (int)epoch->train_size, phase, value[phase], c * sum);
        }
        free(w);
    }
}

/* --- all permutations ------------------------------------------------------------- */

enum { FEW = 5, BATCH = 2 };
static const double sample[FEW] = {-2, 0.5, 3, -1, -0.5};

/* Adds to sum[r] the square of what r steps of sgd with factor a make of every order of
 * the samples; returns how many there are. */
static int permute(int order[FEW], int fixed, double a, double sum[3])
{
    int count = 0;
    if (fixed == FEW) {
        double theta = 0;
        for (int r = 1; r <= FEW / BATCH; r++) {
            theta = a * theta +
                    (sample[order[2 * r - 2]] + sample[order[2 * r - 1]]) / BATCH;
            sum[r] += theta * theta;
        }
        return 1;
    }
    for (int k = fixed; k < FEW; k++) {
        int next[FEW];
        memcpy(next, order, sizeof next);
        next[fixed] = order[k];
        next[k] = order[fixed];
        count += permute(next, fixed + 1, a, sum);
    }
    return count;
}

static void few_samples_in_every_order(void **state)
{
    (void)state;
    const struct epoch epoch = {FEW, BATCH};
    const struct rule rule = CHECK_RULE("sgd lr=0.25");
    const double h = 1.6, a = 1 - 0.25 * h;
    int order[FEW] = {0, 1, 2, 3, 4};
    double gained[3] = {0}, square = 0, value[MOST_PHASES], wrong;
    assert_int_equal(permute(order, 0, a, gained), 120);
    for (int k = 0; k < FEW; k++)
        square += sample[k] * sample[k] / FEW;
    const double start = gained[2] / (1 - a * a * a * a);
    covariance(&epoch, &rule, h, h, square / BATCH, true, value);
    CHECK_NEAR(value[0], 0.25 * 0.25 * start / 120, 1e-13, 0);
    CHECK_NEAR(value[1], 0.25 * 0.25 * (a * a * start + gained[1]) / 120, 1e-13, 0);
    /* The negative control: with replacement the law is another one. */
    enum exact_source source;
    struct error error;
    CHECK_OK(theory_covariance(&rule, h, h, square / BATCH, &wrong, &source, &error),
             &error);
    CHECK_COMPARE(fabs(wrong / value[1] - 1), >, 0.1);
}

/* --- limits ----------------------------------------------------------------------- */

static void
long_epochs_tend_to_replacement_and_whole_batches_have_no_noise(void **state)
{
    (void)state;
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.9");
    const struct epoch whole = {8, 8};
    double last = 1, fresh, value;
    enum exact_source source;
    struct error error;
    CHECK_OK(theory_covariance(&rule, 0.5, 0.5, 1, &fresh, &source, &error), &error);
    for (uint64_t n = 100; n <= 10000000; n *= 10) {
        const struct epoch epoch = {n, 1};
        covariance(&epoch, &rule, 0.5, 0.5, 1, false, &value);
        const double off = 1 - value / fresh;
        CHECK_COMPARE(off, >, 0);
        CHECK_COMPARE(off, <, last);
        last = n == 100 ? off : off * 1.1;
        last /= n == 100 ? 4 : 10;
    }
    struct linear_system system;
    double bound;
    theory_system(&rule, 0.5, &system);
    CHECK_OK(epoch_covariance(&whole, &system, &system, 1, false, &value, &bound, NULL,
                              &error),
             &error);
    CHECK_EXACT(value, 0);
}

/* In a flat direction the noise of an epoch cancels: of sgd the average over its
 * phases tends to eta^2 C N/(N-1) sum_r (r - r^2/E)/E. */
static void flat_directions_keep_their_digits(void **state)
{
    (void)state;
    const struct epoch epoch = {1000, 10};
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    const double e = 100, c = 2;
    double sum = 0, value;
    /* As h -> 0 only the steps of the running epoch count. */
    for (double r = 0; r < e; r++)
        sum += r - r * r / e;
    covariance(&epoch, &rule, 1e-13, 1e-13, c, false, &value);
    CHECK_NEAR(value, 0.01 * c * 1000. / 999 * sum / e, 1e-9, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases_are_those_of_an_independent_computation),
        cmocka_unit_test(the_law_is_a_sum_over_pairs_of_gradients),
        cmocka_unit_test(few_samples_in_every_order),
        cmocka_unit_test(
            long_epochs_tend_to_replacement_and_whole_batches_have_no_noise),
        cmocka_unit_test(flat_directions_keep_their_digits),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
