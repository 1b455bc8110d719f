/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_convergence.c: the standard errors of curves, minima and slopes, over 128 seeds
 * (errors.h).
 *
 * Bands of 1e-5: 19. */
#include "errors.h"

#include "compare/convergence.h"

enum { HORIZON = 16, HORIZONS = 5, RULES = 4, CHAINS = 256 };

static struct sampling settings(uint64_t seed)
{
    return (struct sampling){
        .kernels = check_kernels(),
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = seed,
        .threads = 1,
        .quiet = true,
        .max_samples = 1e9,
    };
}

/* A loss of two coordinates with its usual parameters. */
static struct loss loss_named(const char *name)
{
    const struct loss_kind *kind = loss_kind_find(name);
    double parameter[LOSS_MAX_PARAMETERS];
    struct loss loss;
    struct error error;
    loss_defaults(kind, parameter);
    CHECK_OK(loss_init(&loss, kind, 2, parameter, &error), &error);
    return loss;
}

static struct convergence_task task_of(const struct sampling *sampling,
                                       const struct loss *loss)
{
    return (struct convergence_task){.sampling = sampling,
                                     .loss = *loss,
                                     .sigma = 0.7,
                                     .start = 3,
                                     .c = 1,
                                     .chains = CHAINS};
}

/* The last point of a curve of 16 steps. */
static void add_point(const struct convergence_task *task, const struct rule *rule,
                      struct errors of[DESCENT_QUANTITIES])
{
    static const uint64_t step[] = {3, HORIZON};
    struct descent_curve curve = {0};
    struct error error;
    double needed;
    CHECK_OK(convergence_measure_curve(task, rule, step, 2, &curve, &needed, &error),
             &error);
    CHECK_EXACT(needed, 0);
    for (int q = 0; q < DESCENT_QUANTITIES; q++) {
        struct convergence_point point;
        CHECK_OK(convergence_point(task, rule, &curve, HORIZON,
                                   (enum descent_quantity)q, &point, &error),
                 &error);
        const struct evidence *e = &point.evidence;
        assert_int_equal(e->count, CHAINS);
        if (task->sampling->control == SAMPLING_CONTROL_NONE)
            assert_true(e->plain == e->measured && e->plain_se == e->se);
        else
            CHECK(e->se < e->plain_se / 100, "no gain: %g, %g", e->se, e->plain_se);
        errors_add(&of[q], q == DESCENT_SQUARE ? "square" : "excess", e->measured,
                   e->exact, e->se);
    }
    descent_curve_free(&curve);
}

/* E|grad f|^2 and E f - f* on the curve of a quadratic, where they are known. */
static void errors_of_points(void **state)
{
    (void)state;
    struct loss loss = loss_named("quadratic");
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.9");
    for (int control = SAMPLING_CONTROL_AUTO; control <= SAMPLING_CONTROL_NONE;
         control++) {
        struct errors *of = check_alloc(DESCENT_QUANTITIES, sizeof *of);
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            struct sampling sampling = settings(seed);
            sampling.control = (enum sampling_control)control;
            const struct convergence_task task = task_of(&sampling, &loss);
            add_point(&task, &rule, of);
        }
        for (int q = 0; q < DESCENT_QUANTITIES; q++)
            CHECK_ERRORS(&of[q], 1);
        free(of);
    }
    loss_free(&loss);
}

/* The chains of a curve; 0 if there are none, and what it needs. */
static uint64_t planned(const struct convergence_task *task, const char *text,
                        double *needed, bool *controlled)
{
    static const uint64_t step[] = {4, 60, 200};
    const struct rule rule = CHECK_RULE("%s", text);
    struct descent_curve curve = {0};
    struct error error;
    CHECK_OK(convergence_measure_curve(task, &rule, step, 3, &curve, needed, &error),
             &error);
    const uint64_t count = curve.excess ? curve.excess[0].count : 0;
    *controlled = curve.points > 0;
    for (int k = 0; *controlled && k < 3; k++)
        for (int q = 0; q < DESCENT_QUANTITIES; q++) {
            const struct moments *m =
                descent_curve_controlled(&curve, step[k], (enum descent_quantity)q);
            CHECK(moments_stderr(m) <= task->sampling->precision * m->mean ||
                      task->sampling->max_samples < 1e6,
                  "%s, step %d: %g of %g", text, (int)step[k], moments_stderr(m),
                  m->mean);
        }
    descent_curve_free(&curve);
    return count;
}

/* Few chains reach the precision, and with the pilot they are within the budget. */
static void curves_are_planned(void **state)
{
    static const char *const rules[] = {"sgd lr=0.1", "sgd lr=1",
                                        "heavy_ball lr=0.3 beta1=0.9", "pnm lr=0.3"};
    struct loss loss = loss_named("quadratic");
    struct sampling sampling = settings(1);
    struct convergence_task task = task_of(&sampling, &loss);
    const double each = 200 * 2;
    double needed;
    bool controlled;
    (void)state;
    task.chains = 0;
    for (int r = 0; r < 4; r++)
        for (int finer = 0; finer < 2; finer++) {
            sampling.precision = finer ? 3e-5 : 1e-3;
            const uint64_t count = planned(&task, rules[r], &needed, &controlled);
            CHECK(controlled && count >= 64 && (finer || count <= 128), "%s: %d chains",
                  rules[r], (int)count);
        }
    sampling.precision = 1e-5;
    for (double chains = 128; chains < 700; chains += 64) {
        sampling.max_samples = chains * each;
        const uint64_t count = planned(&task, rules[2], &needed, &controlled);
        CHECK(controlled && count >= 64 && (double)count + 64 <= chains,
              "%d chains of %g", (int)count, chains);
    }
    sampling.max_samples = 127 * each;
    assert_int_equal(planned(&task, rules[2], &needed, &controlled), 0);
    CHECK_EXACT(needed, 128 * each);
    sampling.max_samples = 1e9;
    sampling.precision = 1;
    task.chains = 127; /* the pilot takes half as many as this */
    assert_int_equal(planned(&task, rules[2], &needed, &controlled), 127);
    assert_false(controlled);
    task.chains = 128;
    assert_int_equal(planned(&task, rules[2], &needed, &controlled), 128);
    assert_true(controlled);
    sampling.control = SAMPLING_CONTROL_NONE;
    assert_int_equal(planned(&task, rules[2], &needed, &controlled), 128);
    assert_false(controlled);
    loss_free(&loss);
}

/* The minimum over a horizon, which half of the chains measure. Each rule has its own
 * random numbers. The curve still falls so steeply that its last step is always chosen:
 * a choice between steps that differ would add to the deviations, not to the error. */
static void errors_of_minima(void **state)
{
    (void)state;
    static const char *const rules[RULES] = {
        "sgd lr=0.1", "heavy_ball lr=0.1 beta1=0.6", "pnm lr=0.2 beta0=1 beta1=0.6",
        "pnm lr=0.4 beta0=3 beta1=0.6"};
    struct loss loss = loss_named("quadratic");
    struct errors *minima = check_alloc(RULES, sizeof *minima);
    for (int r = 0; r < RULES; r++)
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            const struct sampling sampling = settings(seed);
            const struct convergence_task task = task_of(&sampling, &loss);
            const struct rule rule = CHECK_RULE("%s", rules[r]);
            struct convergence_minimum minimum;
            struct convergence_point point;
            struct descent_curve curve = {0};
            struct error error;
            double needed;
            CHECK_OK(
                convergence_measure(&task, &rule, HORIZON, &curve, &needed, &error),
                &error);
            convergence_minimum(&curve, &minimum);
            assert_int_equal(minimum.count, CHAINS / 2);
            assert_int_equal(minimum.step, HORIZON - 1);
            CHECK_OK(convergence_point(&task, &rule, &curve, HORIZON - 1,
                                       DESCENT_SQUARE, &point, &error),
                     &error);
            errors_add(&minima[r], rules[r], minimum.square, point.evidence.exact,
                       minimum.se);
            descent_curve_free(&curve);
        }
    CHECK_ERRORS(minima, RULES);
    free(minima);
    loss_free(&loss);
}

/* Slopes of made-up minima on an exact power law, whose errors differ from horizon to
 * horizon, and the factors of a doubling. */
static void errors_of_slopes(void **state)
{
    (void)state;
    static const double relative[HORIZONS] = {0.02, 0.005, 0.03, 0.01, 0.01};
    struct errors *slopes = check_alloc(RULES, sizeof *slopes);
    struct errors *factors = check_alloc(RULES, sizeof *factors);
    uint64_t random = 1;
    for (int seed = 0; seed < RULES * ERRORS_SEEDS; seed++) {
        struct convergence_minimum minimum[HORIZONS];
        double horizon[HORIZONS], slope, slope_se, se;
        for (int k = 0; k < HORIZONS; k++) {
            const double square = 1 / sqrt((double)(4 << k));
            horizon[k] = 4 << k;
            minimum[k] = (struct convergence_minimum){
                .square = square * (1 + relative[k] * check_normal(&random)),
                .se = square * relative[k],
                .count = CHAINS};
        }
        struct error error;
        CHECK_OK(
            convergence_slope(horizon, minimum, HORIZONS, &slope, &slope_se, &error),
            &error);
        errors_add(&slopes[seed % RULES], "slope", slope, -0.5, slope_se);
        const double factor = convergence_doubling(slope, slope_se, &se);
        errors_add(&factors[seed % RULES], "doubling", factor, sqrt(0.5), se);
    }
    CHECK_ERRORS(slopes, RULES);
    CHECK_ERRORS(factors, RULES);
    free(slopes);
    free(factors);
}

/* What nothing random moves has an exact slope: 3/horizon^2, and 3/horizon. */
static void slopes_without_noise(void **state)
{
    static const double horizon[] = {4, 8, 16, 32};
    (void)state;
    for (int power = 1; power <= 2; power++) {
        struct convergence_minimum minimum[4];
        struct error error;
        double slope, se;
        for (int k = 0; k < 4; k++)
            minimum[k] = (struct convergence_minimum){
                .square = 3 / pow(horizon[k], power), .count = 1};
        CHECK_OK(convergence_slope(horizon, minimum, 4, &slope, &se, &error), &error);
        CHECK_NEAR(slope, -power, 1e-14, 0);
        CHECK_NEAR(se, 0, 0, 1e-14);
        /* One that was not measured, or is 0, has no logarithm. */
        minimum[2].count = 0;
        CHECK_OK(convergence_slope(horizon, minimum, 4, &slope, &se, &error), &error);
        CHECK_NAN(slope);
        minimum[2] = (struct convergence_minimum){.square = 0, .count = 1};
        CHECK_OK(convergence_slope(horizon, minimum, 4, &slope, &se, &error), &error);
        CHECK_NAN(slope);
        /* One that is exact among others has no weight. */
        minimum[2] = (struct convergence_minimum){.square = 1, .count = 1};
        minimum[1].se = 0.1;
        CHECK_OK(convergence_slope(horizon, minimum, 4, &slope, &se, &error), &error);
        CHECK_NAN(slope);
        CHECK_NAN(se);
    }
}

/* Chains without residuals scale with their start; so do the squares that are exact,
 * and what rounding may have done to them, which stays a small part of them. */
static void errors_of_exact_transients_scale(void **state)
{
    const struct sampling sampling = settings(1);
    const struct rule rule = CHECK_RULE("heavy_ball lr=0.1 beta1=0.5");
    struct loss loss = loss_named("least-squares");
    struct error error;
    (void)state;
    loss.residual = 0;
    for (int q = 0; q < DESCENT_QUANTITIES; q++) {
        double exact[2], bound[2];
        for (int k = 0; k < 2; k++) {
            struct convergence_task task = task_of(&sampling, &loss);
            struct mean_square_run transient = {0};
            struct convergence_point point;
            task.sigma = 0;
            task.start = k == 0 ? 1 : 0x1p-10;
            task.transient = &transient;
            CHECK_OK(convergence_point(&task, &rule, NULL, 9, (enum descent_quantity)q,
                                       &point, &error),
                     &error);
            exact[k] = point.evidence.exact;
            bound[k] = point.evidence.exact_error;
            mean_square_run_free(&transient);
        }
        CHECK_EXACT(exact[1], 0x1p-20 * exact[0]);
        CHECK_EXACT(bound[1], 0x1p-20 * bound[0]);
        CHECK_NEAR(bound[0], 80 * DBL_EPSILON * exact[0], 1e-15, 0);
    }
    loss_free(&loss);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_points),
        cmocka_unit_test(curves_are_planned),
        cmocka_unit_test(errors_of_exact_transients_scale),
        cmocka_unit_test(errors_of_minima),
        cmocka_unit_test(errors_of_slopes),
        cmocka_unit_test(slopes_without_noise),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
