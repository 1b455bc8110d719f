/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_convergence.c: the standard errors of curves, minima and slopes, over 128 seeds
 * (errors.h).
 *
 * Bands of 1e-5: 17. */
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

static struct loss quadratic(void)
{
    const struct loss_kind *kind = loss_kind_find("quadratic");
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

/* E|grad f|^2 and E f - f* on the curve of a quadratic, where they are known. */
static void errors_of_points(void **state)
{
    (void)state;
    struct loss loss = quadratic();
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.9");
    struct errors *of = check_alloc(CONVERGENCE_QUANTITIES, sizeof *of);
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        const struct sampling sampling = settings(seed);
        const struct convergence_task task = task_of(&sampling, &loss);
        struct descent_curve curve = {0};
        struct error error;
        CHECK_OK(convergence_measure(&task, &rule, 16, &curve, &error), &error);
        for (int q = 0; q < CONVERGENCE_QUANTITIES; q++) {
            struct convergence_point point;
            CHECK_OK(convergence_point(&task, &rule, &curve, 16,
                                       (enum convergence_quantity)q, &point, &error),
                     &error);
            errors_add(&of[q], q == CONVERGENCE_SQUARE ? "square" : "excess",
                       point.evidence.measured, point.evidence.exact,
                       point.evidence.se);
        }
        descent_curve_free(&curve);
    }
    for (int q = 0; q < CONVERGENCE_QUANTITIES; q++)
        CHECK_ERRORS(&of[q], 1);
    free(of);
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
    struct loss loss = quadratic();
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
            CHECK_OK(convergence_measure(&task, &rule, HORIZON, &curve, &error),
                     &error);
            convergence_minimum(&curve, &minimum);
            assert_int_equal(minimum.count, CHAINS / 2);
            assert_int_equal(minimum.step, HORIZON - 1);
            CHECK_OK(convergence_point(&task, &rule, &curve, HORIZON - 1,
                                       CONVERGENCE_SQUARE, &point, &error),
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_points),
        cmocka_unit_test(errors_of_minima),
        cmocka_unit_test(errors_of_slopes),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
