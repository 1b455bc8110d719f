/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ensemble_direction.c: control variates of directions: their expectations, and
 * that they leave hardly anything of an estimate and nothing of its plain twin.
 *
 * 100 bands of 1e-6: the false-alarm rate of an innocent change of the random numbers
 * is 1e-4. */
#include "check.h"

#include "engine/ensemble_direction.h"

static const struct {
    const char *rule;
    double gain; /* the mean of u */
} rules[] = {
    {"sgd lr=0.4", 1},
    {"heavy_ball lr=0.5 beta1=0.8", 1},
    {"pnm lr=0.5 beta0=1 beta1=0.9", 1},
    {"pnm lr=0.5 beta0=1 beta1=0", 1},
    {"pnm_eq7 lr=0.3 beta0=0.7 beta1=0.6", 0.8},
    {"two_batch lr=0.5 beta0=1.5", 1},
};
enum { RULES = sizeof rules / sizeof *rules };

/* A rule on a linear loss of slope 1; the noise has variance 2.25. */
struct setup {
    struct rule rule;
    struct problem problem;
    struct ensemble ensemble;
    struct direction_control control;
    double mean;
};

static void setup_init(struct setup *setup, const char *rule)
{
    struct error error;
    setup->rule = CHECK_RULE("%s", rule);
    setup->mean = 1;
    CHECK_OK(problem_init_linear(&setup->problem, 1, 2.25, &error), &error);
    setup->ensemble = (struct ensemble){
        .kernels = check_kernels(),
        .rule = &setup->rule,
        .problem = &setup->problem,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 2,
    };
    CHECK_OK(direction_control_init(&setup->control, &setup->rule, &error), &error);
}

static struct direction run(const struct setup *setup, struct chains chains,
                            const struct direction_control *control)
{
    struct direction direction;
    struct error error;
    CHECK_OK(ensemble_direction(&setup->ensemble, chains, setup->mean, control,
                                &direction, &error),
             &error);
    return direction;
}

/* The weight of the noise of step k in the sum of y over steps burn_in + 1 .. steps. */
static long double weight(double pole, uint64_t burn_in, uint64_t steps, uint64_t k)
{
    long double sum = 0, power = 1;
    for (uint64_t t = k; t <= steps; t++, power *= pole)
        sum += t > burn_in ? power : 0;
    return sum;
}

static void expectations_of_sums_are_those_of_the_noise(void **state)
{
    static const struct filters filters = {.states = 3, .re = {0.97, -0.9, 0x1p-8}};
    static const uint64_t window[][2] = {{0, 1}, {0, 30}, {1, 3}, {17, 90}};
    (void)state;
    for (size_t w = 0; w < sizeof window / sizeof *window; w++)
        for (int samples = 1; samples <= 3; samples += 2) {
            const uint64_t burn_in = window[w][0], steps = window[w][1];
            double mean[CONTROL_PRODUCTS];
            filters_sums_mean(&filters, samples, burn_in, steps, mean);
            for (int s = 0, p = 0; s < 3; s++)
                for (int r = 0; r <= s; r++, p++) {
                    long double sum = 0;
                    for (uint64_t k = 1; k <= steps; k++)
                        sum += weight(filters.re[r], burn_in, steps, k) *
                               weight(filters.re[s], burn_in, steps, k);
                    if (samples > 1 && r != s)
                        sum = 0;
                    CHECK_NEAR(mean[p], (double)(sum / (long double)(steps - burn_in)),
                               1e-14, 0);
                }
        }
}

/* A coefficient so large that nothing but its control variate is left. */
static void any_coefficient_leaves_the_mean(void **state)
{
    const struct chains chains = {1 << 15, 8, 0};
    (void)state;
    for (int k = 0; k < RULES; k++) {
        struct setup setup;
        setup_init(&setup, rules[k].rule);
        setup.mean = rules[k].gain;
        const int states = setup.control.filters.states;
        for (int p = 0; p < filters_products(&setup.control.filters); p++) {
            struct direction_control control = setup.control;
            for (int q = 0; q < DIRECTION_QUANTITIES; q++)
                control.coefficient[q][p] =
                    q == DIRECTION_MEAN && p >= states ? 0 : 1e4;
            const struct direction d = run(&setup, chains, &control);
            for (int q = 0; q < DIRECTION_QUANTITIES; q++)
                if (control.coefficient[q][p] != 0)
                    CHECK_Z(rules[k].rule,
                            (d.comoments.mean[q] - d.plain.mean[q]) /
                                sqrt(comoments_covariance(&d.comoments, q, q)));
        }
        problem_free(&setup.problem);
    }
}

/* Chains that begin to record everywhere in a block of 32 steps, some of two directions
 * and some of more than a block. */
static void fitted_coefficients_leave_hardly_anything(void **state)
{
    static const uint64_t burn_in[] = {0, 28, 29, 30, 31, 63};
    static const uint64_t counts[] = {1, 2, 40};
    static const uint64_t forgotten = 256; /* a start is not among the products */
    (void)state;
    for (int k = 0; k < RULES; k++)
        for (int b = 0; b < 18; b++) {
            const uint64_t from = forgotten + burn_in[b % 6], count = counts[b / 6];
            const struct chains chains = {128, from + 1 + count, from};
            struct direction_control control;
            double residual[DIRECTION_QUANTITIES];
            struct setup setup;
            struct error error;
            setup_init(&setup, rules[k].rule);
            setup.mean = rules[k].gain;
            control = setup.control;
            CHECK_OK(ensemble_direction_fit(&setup.ensemble, chains, setup.mean,
                                            &control, residual, &error),
                     &error);
            const struct direction d = run(&setup, chains, &control);
            const struct direction plain = run(&setup, chains, NULL);
            assert_memory_equal(&d.plain, &plain.plain, sizeof d.plain);
            assert_memory_equal(&plain.comoments, &plain.plain, sizeof d.plain);
            for (int q = 0; q < DIRECTION_QUANTITIES; q++) {
                const double left = d.comoments.products[q][q];
                /* Noise of the last step but one is in no product of filters at one
                 * step, if there are two samples; nor is older noise, if all poles
                 * are 0 but the rule remembers. */
                const bool covered = q != DIRECTION_LAG1 || (k != 3 && k != 5);
                if (count == 1 && q == DIRECTION_LAG1)
                    continue; /* there are no neighbours */
                CHECK(!covered || left < 1e-2 * d.plain.products[q][q],
                      "%s, quantity %d from %d of %d: gain %g", rules[k].rule, q,
                      (int)from, (int)count, d.plain.products[q][q] / left);
                /* Beyond this gain the pilot's residual is one of rounding. */
                const bool rounded = left < 1e-6 * d.plain.products[q][q];
                CHECK(rounded || (left < 4 * 127 * residual[q] &&
                                  left > 127 * residual[q] / 4),
                      "%s, quantity %d from %d of %d: %g left, %g expected",
                      rules[k].rule, q, (int)from, (int)count, left, 127 * residual[q]);
            }
            problem_free(&setup.problem);
        }
}

static void poles_are_those_of_the_slots(void **state)
{
    struct setup setup;
    (void)state;
    setup_init(&setup, "pnm lr=0.5 beta0=1 beta1=0.9");
    const struct filters *filters = &setup.control.filters;
    assert_int_equal(filters->states, 3);
    CHECK_NEAR(fabs(filters->re[0]), 0.9, 1e-3, 0);
    CHECK_NEAR(filters->re[0], -filters->re[1], 0, 1e-3);
    CHECK_EXACT(filters->re[2], 0x1p-8);
    problem_free(&setup.problem);
    setup_init(&setup, "two_batch lr=0.5 beta0=1.5");
    assert_int_equal(filters->states, 2);
    CHECK_EXACT(filters->re[0], filters->re[1]);
    problem_free(&setup.problem);
}

/* Slots that turn by an eighth of a circle have no real pole, and get no filters;
 * those that only shrink do. */
static void slots_that_turn_have_no_control_variates(void **state)
{
    (void)state;
    for (int turns = 0; turns < 2; turns++) {
        const double turn = turns ? 0.5 : 0;
        struct rule rule = CHECK_RULE("linear lr=0.3");
        struct direction_control control;
        struct error error;
        rule.matrices = (struct matrices){
            .a0 = {1, 0.1, 0, 0, 0, 0.5, -turn, 0, 0, turn, 0.5, 0},
            .a1 = {[0] = -1, [MATRICES_STATE] = 1},
            .b = {-1, 1},
        };
        CHECK_OK(direction_control_init(&control, &rule, &error), &error);
        assert_int_equal(control.filters.states > 0, !turns);
        assert_int_equal(filters_products(&control.filters) > 0, !turns);
    }
}

/* A checkpoint belongs to the filters and coefficients that it was written with. */
static void checkpoints_hold_the_coefficients(void **state)
{
    const struct chains chains = {256, 100, 40};
    struct setup setup;
    char path[64];
    struct error error;
    (void)state;
    setup_init(&setup, "pnm lr=0.5 beta0=1 beta1=0.9");
    setup.control.coefficient[DIRECTION_VARIANCE][1] = 0.5;
    check_file("", 0, path);
    for (int k = 0; k < 4; k++) {
        struct session session;
        struct direction direction;
        struct direction_control control = setup.control;
        CHECK_OK(session_init(&session, "", &error), &error);
        setup.ensemble.session = &session;
        if (k == 0) {
            session.checkpoint = path;
            session.stop_at = (struct session_place){1, 2};
        } else {
            CHECK_OK(session_resume(&session, path, &error), &error);
        }
        if (k == 2)
            control.coefficient[DIRECTION_LAG1][0] = 0x1p-40;
        if (k == 3)
            control.filters.re[0] = nextafter(control.filters.re[0], 0);
        const int status = ensemble_direction(&setup.ensemble, chains, 1, &control,
                                              &direction, &error);
        assert_int_equal(status, k < 2 ? STATUS_OK : STATUS_USAGE);
        assert_int_equal(direction.comoments.count, k == 0 ? 128 : k == 1 ? 256 : 0);
        session_free(&session);
    }
    unlink(path);
    problem_free(&setup.problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expectations_of_sums_are_those_of_the_noise),
        cmocka_unit_test(any_coefficient_leaves_the_mean),
        cmocka_unit_test(fitted_coefficients_leave_hardly_anything),
        cmocka_unit_test(poles_are_those_of_the_slots),
        cmocka_unit_test(slots_that_turn_have_no_control_variates),
        cmocka_unit_test(checkpoints_hold_the_coefficients),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
