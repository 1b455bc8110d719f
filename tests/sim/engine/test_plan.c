/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "engine/plan.h"

/* --- two modes as one process, by brute force --------------------------------------
 */

enum { JOINT = 2 * LINEAR_STATE };

/* State (s_i, s_j) of both modes: x' = A x + noise of covariance Q, A block diagonal.
 */
struct joint {
    int dim, second; /* index of theta_j; theta_i has 0 */
    double a[JOINT][JOINT], q[JOINT][JOINT];
};

static void place(struct joint *joint, int at, const struct linear_system *system)
{
    for (int r = 0; r < system->dim; r++)
        for (int c = 0; c < system->dim; c++)
            joint->a[at + r][at + c] = linear_system_element(system, r, c);
}

static struct joint joint_of(const struct linear_system *i,
                             const struct linear_system *j, const double noise[3])
{
    struct joint joint = {.dim = i->dim + j->dim, .second = i->dim};
    const double c[2][2] = {{noise[0], noise[2]}, {noise[2], noise[1]}};
    place(&joint, 0, i);
    place(&joint, i->dim, j);
    for (int r = 0; r < joint.dim; r++)
        for (int s = 0; s < joint.dim; s++)
            for (int k = 0; k < i->samples; k++) {
                const bool lower = r >= i->dim, right = s >= i->dim;
                joint.q[r][s] += c[lower][right] *
                                 (double)(lower ? j->b[k][r - i->dim] : i->b[k][r]) *
                                 (double)(right ? j->b[k][s - i->dim] : i->b[k][s]);
            }
    return joint;
}

/* x <- a x */
static void left(const struct joint *joint, double x[JOINT][JOINT])
{
    double out[JOINT][JOINT] = {{0}};
    for (int r = 0; r < joint->dim; r++)
        for (int c = 0; c < joint->dim; c++)
            for (int k = 0; k < joint->dim; k++)
                out[r][c] += joint->a[r][k] * x[k][c];
    memcpy(x, out, sizeof out);
}

static void transpose(const struct joint *joint, double x[JOINT][JOINT])
{
    for (int r = 0; r < joint->dim; r++)
        for (int c = 0; c < r; c++) {
            const double kept = x[r][c];
            x[r][c] = x[c][r];
            x[c][r] = kept;
        }
}

/* s <- a s a' + q for symmetric s. */
static void one_step(const struct joint *joint, double s[JOINT][JOINT])
{
    left(joint, s);
    transpose(joint, s);
    left(joint, s);
    for (int r = 0; r < joint->dim; r++)
        for (int c = 0; c < joint->dim; c++)
            s[r][c] += joint->q[r][c];
}

static void long_run(const struct joint *joint, double s[JOINT][JOINT])
{
    memset(s, 0, JOINT * JOINT * sizeof s[0][0]);
    for (int round = 0; round < 4000; round++)
        one_step(joint, s);
}

/* Variance of the mean of x_i x_j over `count` steps: the double sum over lags of
 * r_ii r_jj + r_ij r_ji, with r_ab(k) = E x_a(t+k) x_b(t) from A^k S. */
static double brute_variance(const struct joint *joint, uint64_t count)
{
    double r[JOINT][JOINT];
    long double sum = 0;
    const int j = joint->second;
    long_run(joint, r);
    for (uint64_t k = 0; k < count; k++, left(joint, r)) {
        const double lagged = r[0][0] * r[j][j] + r[0][j] * r[j][0];
        sum += (long double)lagged * (double)(count - k) * (k == 0 ? 1 : 2);
    }
    return (double)(sum / count / count);
}

/* Mean of E x_i x_j over steps burn_in+1 .. steps, minus the stationary value. */
static double brute_bias(const struct joint *joint, const double offset[2],
                         uint64_t burn_in, uint64_t steps)
{
    double stationary[JOINT][JOINT], s[JOINT][JOINT] = {{0}},
                                     mean[JOINT][JOINT] = {{0}};
    long double sum = 0;
    const int j = joint->second;
    long_run(joint, stationary);
    mean[0][0] = offset[0];
    mean[j][0] = offset[1];
    for (uint64_t t = 1; t <= steps; t++) {
        left(joint, mean);
        one_step(joint, s);
        if (t > burn_in)
            sum += s[0][j] + mean[0][0] * mean[j][0] - stationary[0][j];
    }
    return (double)(sum / (steps - burn_in));
}

/* --- settings --------------------------------------------------------------------- */

struct setting {
    const char *rule;
    double h_i, h_j, noise[3], offset[2];
};

static const struct setting settings[] = {
    {"sgd lr=0.3", 1, 1, {2, 2, 2}, {0, 0}},
    {"sgd lr=1.7", 1, 1, {1, 1, 1}, {5, 5}},
    {"heavy_ball lr=0.5 beta1=0.8", 0.3, 1, {0.3, 1, -0.4}, {1, -2}},
    {"pnm lr=0.6 beta0=1 beta1=0.9", 0.5, 0.5, {0.5, 0.5, 0.5}, {0, 0}},
    {"pnm lr=0.6 beta0=2 beta1=0.7", 0.3, 1, {1, 0.3, 0.5}, {10, 10}},
    {"pnm lr=0.3 beta0=-0.4 beta1=0.5", 0.2, 1, {1, 1, 0}, {3, 0.1}},
    {"pnm_eq7 lr=0.3 beta0=0.7 beta1=0.6", 1, 0.4, {1, 2, 1.2}, {-1, 1}},
    {"two_batch lr=0.5 beta0=1.5", 0.3, 1, {1, 2, 1.4}, {0, 4}},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static struct joint systems_of(const struct setting *setting, struct linear_system *i,
                               struct linear_system *j)
{
    const struct rule rule = CHECK_RULE("%s", setting->rule);
    linear_system_probe(&rule, setting->h_i, i);
    linear_system_probe(&rule, setting->h_j, j);
    return joint_of(i, j, setting->noise);
}

static struct plan_law law_of(const struct setting *setting)
{
    struct linear_system i, j;
    struct plan_law law;
    struct error error;
    systems_of(setting, &i, &j);
    CHECK_OK(plan_law_init(&law, &i, &j, setting->noise, setting->offset[0],
                           setting->offset[1], &error),
             &error);
    return law;
}

/* --- the law ---------------------------------------------------------------------- */

static void test_stationary(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        struct linear_system i, j;
        double s[JOINT][JOINT];
        const struct joint joint = systems_of(&settings[k], &i, &j);
        const struct plan_law law = law_of(&settings[k]);
        long_run(&joint, s);
        for (int r = 0; r < i.dim; r++)
            for (int c = 0; c < j.dim; c++) {
                const double scale = sqrt(s[r][r] * s[i.dim + c][i.dim + c]);
                CHECK_NEAR(law.s_ii[r * i.dim + c], s[r][c], 0, 1e-13 * scale);
                CHECK_NEAR(law.s_jj[r * j.dim + c], s[i.dim + r][i.dim + c], 0,
                           1e-13 * scale);
                CHECK_NEAR(law.s_ij[r * j.dim + c], s[r][i.dim + c], 0, 1e-13 * scale);
            }
    }
}

static void test_variance(void **state)
{
    static const uint64_t counts[] = {1, 2, 3, 7, 64, 1000};
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        struct linear_system i, j;
        const struct joint joint = systems_of(&settings[k], &i, &j);
        const struct plan_law law = law_of(&settings[k]);
        for (int c = 0; c < 6; c++)
            CHECK_NEAR(plan_law_variance(&law, counts[c]),
                       brute_variance(&joint, counts[c]), 1e-11, 0);
    }
}

/* SGD in closed form: x is AR(1) with p = 1 - lr h, so x^2 has autocovariance
 * 2 S^2 p^2k, and the double sum is geometric. */
static void test_variance_of_sgd(void **state)
{
    const struct plan_law law = law_of(&settings[0]);
    const double p = 1 - 0.3, s = 2 * 0.3 * 0.3 / (1 - p * p), q = p * p;
    (void)state;
    for (uint64_t count = 1; count < 1000000000; count *= 7) {
        const double n = (double)count;
        const double sum = q / (1 - q) - q * (1 - pow(q, n)) / (n * (1 - q) * (1 - q));
        CHECK_NEAR(plan_law_variance(&law, count), 2 * s * s / n * (1 + 2 * sum), 1e-11,
                   0);
    }
}

static void test_bias(void **state)
{
    static const uint64_t range[][2] = {{0, 1},  {0, 2},   {1, 2},    {3, 10},
                                        {7, 64}, {64, 65}, {10, 1000}};
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        const struct setting *setting = &settings[k];
        struct linear_system i, j;
        const struct joint joint = systems_of(setting, &i, &j);
        const struct plan_law law = law_of(setting);
        const double scale =
            fabs(setting->offset[0] * setting->offset[1]) + fabs(law.s_ij[0]);
        for (int r = 0; r < 7; r++)
            CHECK_NEAR(plan_law_bias(&law, range[r][0], range[r][1]),
                       brute_bias(&joint, setting->offset, range[r][0], range[r][1]),
                       1e-11, 1e-13 * scale);
    }
}

/* At lr h = 1 theta is the noise of its step, and the variance of the mean of n of its
 * squares is (2 + excess) S^2/n; a negative excess is not counted on. */
static void test_variance_with_excess(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=1");
    const double noise[3] = {3, 3, 3};
    struct linear_system system;
    struct plan_law law;
    struct error error;
    (void)state;
    linear_system_probe(&rule, 1, &system);
    CHECK_OK(plan_law_init(&law, &system, &system, noise, 0, 0, &error), &error);
    law.excess = 4;
    CHECK_NEAR(plan_law_variance(&law, 10), (2 + 4) * 9. / 10, 1e-12, 0);
    law.excess = -1;
    CHECK_NEAR(plan_law_variance(&law, 10), 2 * 9. / 10, 1e-12, 0);
}

static void test_unstable_law(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=2");
    const double noise[3] = {1, 1, 1};
    struct linear_system system;
    struct plan_law law;
    struct error error = {.agreed = false};
    (void)state;
    linear_system_probe(&rule, 1, &system);
    assert_int_equal(plan_law_init(&law, &system, &system, noise, 0, 0, &error),
                     STATUS_SOFTWARE);
}

/* --- the plan --------------------------------------------------------------------- */

static struct plan planned(const struct plan_law *law, uint64_t chains, uint64_t steps,
                           uint64_t burn_in, double target)
{
    const struct plan_request request = {chains, steps, burn_in, target, 1e10, 0};
    struct plan plan;
    plan_make(law, &request, &plan);
    CHECK_NEAR(plan.samples, (double)plan.chains.count * (double)plan.chains.steps, 0,
               0);
    assert_true(plan.affordable == (plan.samples <= 1e10));
    assert_true(plan.chains.burn_in < plan.chains.steps);
    return plan;
}

static bool is_power_of_two(uint64_t x)
{
    return x > 0 && (x & (x - 1)) == 0;
}

static double squared_error(const struct plan_law *law, const struct chains *chains)
{
    return plan_law_variance(law, chains->steps - chains->burn_in) /
           (double)chains->count;
}

/* Standard deviation of one product x_i x_j: what a target is relative to. */
static double scale_of(const struct plan_law *law)
{
    return sqrt(law->s_ii[0] * law->s_jj[0] + law->s_ij[0] * law->s_ij[0]);
}

/* The largest bias that a chain recording from burn_in on can have, whatever its
 * length. */
static double largest_bias(const struct plan_law *law, uint64_t burn_in)
{
    double largest = 0;
    for (uint64_t steps = 8 * burn_in; steps <= 1024 * burn_in; steps *= 2)
        largest = fmax(largest, fabs(plan_law_bias(law, burn_in, steps)));
    return largest;
}

static void test_everything_planned(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        const struct plan_law law = law_of(&settings[k]);
        for (int digits = 1; digits < 5; digits++) {
            const double target = pow(10, -digits) * scale_of(&law);
            const struct plan plan = planned(&law, 0, 0, PLAN_AUTO, target);
            const struct chains *chains = &plan.chains;
            assert_true(is_power_of_two(chains->burn_in));
            assert_true(is_power_of_two(chains->steps));
            assert_true(is_power_of_two(chains->count));
            assert_true(chains->count >= PLAN_FEWEST);
            assert_true(chains->steps >= 8 * chains->burn_in);
            assert_false(plan.too_short);
            assert_int_equal(plan.needed_burn_in, chains->burn_in);
            CHECK(squared_error(&law, chains) <= target * target,
                  "%s: standard error %g, target %g", settings[k].rule,
                  sqrt(squared_error(&law, chains)), target);
            CHECK(largest_bias(&law, chains->burn_in) <= target / 20,
                  "%s: bias %g after %llu steps, target %g", settings[k].rule,
                  largest_bias(&law, chains->burn_in),
                  (unsigned long long)chains->burn_in, target);
            /* Not wasteful: half the chains, or half their length, would not do. */
            struct chains half = *chains;
            half.count /= 2;
            if (chains->count != PLAN_FEWEST)
                CHECK_COMPARE(squared_error(&law, &half), >, target * target);
            half = *chains;
            half.burn_in /= 2;
            if (half.burn_in != 0)
                CHECK_COMPARE(largest_bias(&law, half.burn_in), >, target / 20);
        }
    }
}

static void check_planned_bias(const struct setting *setting, double target)
{
    const struct plan_law law = law_of(setting);
    const struct plan plan = planned(&law, 0, 0, PLAN_AUTO, target);
    const struct chains *chains = &plan.chains;
    const double bias = fabs(plan_law_bias(&law, chains->burn_in, chains->steps));
    CHECK(bias <= target / 20,
          "%s from %.17g, %.17g: bias %g of the target after %llu of %llu steps",
          setting->rule, setting->offset[0], setting->offset[1], bias / target,
          (unsigned long long)chains->burn_in, (unsigned long long)chains->steps);
}

static void test_burn_in_for_random_starts(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (int k = 0; k < 2000; k++) {
        struct setting setting = settings[k % SETTINGS];
        setting.offset[0] = pow(10, check_uniform(&random, -2, 2));
        setting.offset[1] = check_uniform(&random, -1, 1) * setting.offset[0];
        if (setting.h_i == setting.h_j)
            setting.offset[1] = setting.offset[0];
        const struct plan_law law = law_of(&setting);
        check_planned_bias(&setting,
                           pow(10, -check_uniform(&random, 1, 4)) * scale_of(&law));
    }
}

/* A start at which the transients of mean and variance happen to cancel over the first
 * steps must not pass for one without transients. The bias is linear in the product of
 * the offsets, so the start at which it vanishes for burn_in b and 8 b steps is exact.
 */
static void test_burn_in_for_unlucky_starts(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k++)
        for (uint64_t burn_in = 1; burn_in <= 8; burn_in *= 2) {
            struct setting setting = settings[k];
            setting.offset[0] = setting.offset[1] = 0;
            const struct plan_law at_rest = law_of(&setting);
            setting.offset[0] = setting.offset[1] = 1;
            const struct plan_law at_one = law_of(&setting);
            const double rest = plan_law_bias(&at_rest, burn_in, 8 * burn_in);
            const double one = plan_law_bias(&at_one, burn_in, 8 * burn_in);
            const double product = rest / (rest - one);
            /* A single mode has the square of its offset alone. */
            if (setting.h_i == setting.h_j && product < 0)
                continue;
            setting.offset[0] = sqrt(fabs(product));
            setting.offset[1] = copysign(setting.offset[0], product);
            check_planned_bias(&setting, 1e-3 * scale_of(&at_rest));
        }
}

static void test_replicas_given(void **state)
{
    static const uint64_t given[] = {1, 2, 7, 100, 5000};
    (void)state;
    for (int k = 0; k < SETTINGS; k++)
        for (int r = 0; r < 5; r++) {
            const struct plan_law law = law_of(&settings[k]);
            const double target = 0.01 * scale_of(&law);
            const struct plan plan = planned(&law, given[r], 0, PLAN_AUTO, target);
            struct chains half = plan.chains;
            assert_int_equal(plan.chains.count, given[r]);
            assert_true(is_power_of_two(plan.chains.steps));
            assert_true(plan.chains.steps >= 8 * plan.chains.burn_in);
            assert_int_equal(plan.chains.burn_in, plan.needed_burn_in);
            CHECK_COMPARE(squared_error(&law, &plan.chains), <=, target * target);
            half.steps /= 2;
            if (half.steps >= 8 * half.burn_in)
                CHECK_COMPARE(squared_error(&law, &half), >, target * target);
        }
}

static void test_steps_given(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        const struct plan_law law = law_of(&settings[k]);
        const double target = 0.01 * scale_of(&law);
        const struct plan plan = planned(&law, 0, 12345, PLAN_AUTO, target);
        assert_int_equal(plan.chains.steps, 12345);
        assert_int_equal(plan.chains.burn_in, plan.needed_burn_in);
        assert_false(plan.too_short);
        assert_true(is_power_of_two(plan.chains.count));
        assert_true(plan.chains.count >= PLAN_FEWEST);
        CHECK_COMPARE(squared_error(&law, &plan.chains), <=, target * target);
    }
}

static void test_everything_given(void **state)
{
    const struct plan_law law = law_of(&settings[2]);
    (void)state;
    const struct plan plan = planned(&law, 3, 1000, 17, 1e-9);
    assert_int_equal(plan.chains.count, 3);
    assert_int_equal(plan.chains.steps, 1000);
    assert_int_equal(plan.chains.burn_in, 17);
    assert_false(plan.too_short);
    /* What would have been needed is told all the same. */
    assert_int_equal(plan.needed_burn_in,
                     planned(&law, 0, 0, PLAN_AUTO, 1e-9).needed_burn_in);
}

static void test_burn_in_given(void **state)
{
    static const uint64_t burn_in[] = {0, 1, 3, 1000};
    const struct plan_law law = law_of(&settings[4]);
    const double target = 0.01 * scale_of(&law);
    (void)state;
    for (int k = 0; k < 4; k++)
        for (uint64_t chains = 0; chains < 100; chains += 50) {
            const struct plan plan = planned(&law, chains, 0, burn_in[k], target);
            assert_int_equal(plan.chains.burn_in, burn_in[k]);
            assert_true(is_power_of_two(plan.chains.steps));
            assert_true(plan.chains.steps >= 8 * burn_in[k]);
            assert_true(chains == 0 || plan.chains.count == chains);
            CHECK_COMPARE(squared_error(&law, &plan.chains), <=, target * target);
        }
}

/* Steps that do not exceed the burn-in: recording starts at half of them. */
static void test_too_short(void **state)
{
    const struct plan_law law = law_of(&settings[4]);
    const double target = 1e-3 * scale_of(&law);
    const uint64_t needed = planned(&law, 0, 0, PLAN_AUTO, target).needed_burn_in;
    (void)state;
    assert_true(needed >= 4);
    for (uint64_t steps = 1; steps <= needed + 2; steps++) {
        const struct plan plan = planned(&law, 0, steps, PLAN_AUTO, target);
        assert_int_equal(plan.chains.steps, steps);
        assert_int_equal(plan.needed_burn_in, needed);
        assert_true(plan.too_short == (steps <= needed));
        assert_int_equal(plan.chains.burn_in, steps <= needed ? steps / 2 : needed);
        /* One recorded step or a few: the more chains. */
        CHECK_COMPARE(squared_error(&law, &plan.chains), <=, target * target);
    }
    const struct plan plan = planned(&law, 5, 10, 10, target);
    assert_true(plan.too_short);
    assert_int_equal(plan.chains.burn_in, 5);
    assert_int_equal(plan.chains.count, 5);
}

static void test_budget(void **state)
{
    const struct plan_law law = law_of(&settings[3]);
    struct plan_request request = {0, 0, PLAN_AUTO, 1e-3 * scale_of(&law), INFINITY, 0};
    struct plan plan, again;
    (void)state;
    plan_make(&law, &request, &plan);
    assert_true(plan.affordable);
    request.max_samples = plan.samples;
    plan_make(&law, &request, &again);
    assert_true(again.affordable);
    /* The budget decides what is affordable, never what is planned. */
    request.max_samples = nextafter(plan.samples, 0);
    plan_make(&law, &request, &again);
    assert_false(again.affordable);
    assert_int_equal(again.chains.steps, plan.chains.steps);
    assert_int_equal(again.chains.count, plan.chains.count);
    /* Hopeless targets end in a plan, too, and the samples tell how hopeless. */
    request.target = 1e-30;
    plan_make(&law, &request, &again);
    assert_false(again.affordable);
    CHECK_COMPARE(again.samples, >, 1e18);
}

/* Planned chains stay short enough for a unit of work. */
static void test_longest_chain(void **state)
{
    const struct plan_law law = law_of(&settings[0]);
    const struct plan plan = planned(&law, 0, 0, PLAN_AUTO, 1e-7 * scale_of(&law));
    (void)state;
    assert_int_equal(plan.chains.steps, PLAN_LONGEST);
    assert_true(plan.chains.count > 4 * PLAN_CHAINS);
}

/* Without noise the start alone decides. */
static void test_no_noise(void **state)
{
    struct setting setting = settings[1];
    (void)state;
    memset(setting.noise, 0, sizeof setting.noise);
    const struct plan_law law = law_of(&setting);
    const struct plan plan = planned(&law, 1, 0, PLAN_AUTO, 1e-6);
    assert_int_equal(plan.chains.count, 1);
    CHECK_COMPARE(largest_bias(&law, plan.chains.burn_in), <=, 1e-6 / 20);
    CHECK_EXACT(plan_law_variance(&law, 100), 0.0);
}

/* --- with control variates -------------------------------------------------------- */

/* The estimate's squared error as the planner may expect it from the residual. */
static double residual_error(const struct plan_residual *residual,
                             const struct chains *chains)
{
    const double recorded = (double)(chains->steps - chains->burn_in);
    return residual->variance * fmin(1, 1.75 * (double)residual->recorded / recorded) /
           (double)chains->count;
}

static void test_controlled(void **state)
{
    (void)state;
    for (int k = 0; k < SETTINGS; k++)
        for (int digits = 1; digits < 6; digits++)
            for (int gain = 1; gain <= 100000; gain *= 100) {
                const struct plan_law law = law_of(&settings[k]);
                const double target = pow(10, -digits) * scale_of(&law);
                const struct plan_residual residual = {
                    plan_law_variance(&law, 64) / gain, 64};
                const struct plan_request request = {
                    .burn_in = PLAN_AUTO, .target = target, .max_samples = 1e10};
                struct plan plan;
                plan_make_controlled(&law, &request, &residual, &plan);
                const struct chains *chains = &plan.chains;
                const double bias =
                    fabs(plan_law_bias(&law, chains->burn_in, chains->steps));
                CHECK_COMPARE(sqrt(residual_error(&residual, chains)), <=,
                              target * (1 + 1e-12));
                CHECK_COMPARE(
                    bias, <=,
                    fmin(target, sqrt(residual_error(&residual, chains)) * 1.4) / 20);
                assert_true(chains->count >= PLAN_FEWEST);
                assert_true(chains->steps - chains->burn_in >= residual.recorded);
                assert_true(plan.affordable == (plan.samples <= 1e10));
                CHECK_EXACT(plan.samples,
                            (double)chains->count * (double)chains->steps);
                /* Many chains only where the burn-in is a small part of each. */
                if (chains->count > PLAN_FEWEST)
                    assert_true((chains->steps - chains->burn_in) >=
                                7 * chains->burn_in);
            }
}

/* What the user gave stays, and the fewest chains are the request's. */
static void test_controlled_and_given(void **state)
{
    const struct plan_law law = law_of(&settings[2]);
    const double scale = scale_of(&law);
    const struct plan_residual residual = {scale * scale / 1e4, 32};
    struct plan_request request = {100, 1000, 17, 1e-3 * scale, 1e10, 0};
    struct plan plan;
    (void)state;
    plan_make_controlled(&law, &request, &residual, &plan);
    assert_int_equal(plan.chains.count, 100);
    assert_int_equal(plan.chains.steps, 1000);
    assert_int_equal(plan.chains.burn_in, 17);
    request = (struct plan_request){0, 0, PLAN_AUTO, scale, 1e10, 16};
    plan_make_controlled(&law, &request, &residual, &plan);
    assert_int_equal(plan.chains.count, 16);
    request = (struct plan_request){0, 10, PLAN_AUTO, 1e-3 * scale, 1e10, 0};
    plan_make_controlled(&law, &request, &residual, &plan);
    assert_true(plan.too_short);
    assert_int_equal(plan.chains.burn_in, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stationary),
        cmocka_unit_test(test_variance),
        cmocka_unit_test(test_variance_of_sgd),
        cmocka_unit_test(test_bias),
        cmocka_unit_test(test_variance_with_excess),
        cmocka_unit_test(test_unstable_law),
        cmocka_unit_test(test_everything_planned),
        cmocka_unit_test(test_burn_in_for_random_starts),
        cmocka_unit_test(test_burn_in_for_unlucky_starts),
        cmocka_unit_test(test_replicas_given),
        cmocka_unit_test(test_steps_given),
        cmocka_unit_test(test_everything_given),
        cmocka_unit_test(test_burn_in_given),
        cmocka_unit_test(test_too_short),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_longest_chain),
        cmocka_unit_test(test_no_noise),
        cmocka_unit_test(test_controlled),
        cmocka_unit_test(test_controlled_and_given),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
