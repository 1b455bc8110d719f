/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loops of linear rules for noise of variance 1 with the minimum at 0, with and
 * without a schedule: the same path as the loop for any noise, up to rounding, and the
 * same sums as that path has. */
#include "check.h"

enum { LANES = RULE_LANES, STEPS = 24, FIRST = 7 };

/* From somewhere, with a curvature for each lane. */
static void begin(struct tile *tile)
{
    memset(tile, 0, sizeof *tile);
    for (int lane = 0; lane < LANES; lane++) {
        tile->theta[lane] = 1 + 0.01 * lane;
        tile->h[lane] = 0.2 + 0.01 * lane;
        tile->noise_sd[lane] = 1;
    }
}

static void check_rule(const struct rule *rule)
{
    enum { NORMAL = STEPS * RULE_MAX_SAMPLES * LANES };
    const struct rule_loops *loops = check_loops(rule);
    const size_t row = (size_t)rule->kind->samples * LANES;
    double *normal = check_alloc(NORMAL, sizeof *normal);
    double *path = check_alloc((size_t)STEPS * LANES, sizeof *path);
    double *unit = check_alloc((size_t)STEPS * LANES, sizeof *unit);
    double sum[LANES] = {0}, square[LANES] = {0};
    struct tile tile;
    uint64_t random = 1;
    for (size_t k = 0; k < NORMAL; k++)
        normal[k] = check_normal(&random);
    begin(&tile);
    loops->advance(rule, 0, STEPS, normal, &tile, path);
    begin(&tile);
    loops->advance_unit(rule, 0, FIRST, normal, &tile, unit);
    loops->advance_unit(rule, FIRST, STEPS - FIRST, normal + FIRST * row, &tile,
                        unit + FIRST * LANES);
    begin(&tile);
    loops->moments_unit(rule, 0, FIRST, normal, &tile, sum, square);
    loops->moments_unit(rule, FIRST, STEPS - FIRST, normal + FIRST * row, &tile, sum,
                        square);
    for (int lane = 0; lane < LANES; lane++) {
        double all = 0, squares = 0;
        for (int t = 0; t < STEPS; t++) {
            const double x = unit[t * LANES + lane];
            CHECK_NEAR(x, path[t * LANES + lane], 1e-12, 1e-12);
            all += x;
            squares += x * x;
        }
        CHECK_NEAR(sum[lane], all, 1e-13, 1e-13);
        CHECK_NEAR(square[lane], squares, 1e-13, 0);
        CHECK_EXACT(tile.theta[lane], unit[(STEPS - 1) * LANES + lane]);
    }
    free(normal);
    free(path);
    free(unit);
}

static void unit_noise_makes_the_same_path(void **state)
{
    static const struct schedule schedules[] = {
        {SCHEDULE_CONSTANT, {0}},
        {SCHEDULE_STEP, {0.5, 3, 9}},
        {SCHEDULE_COSINE, {20, 0.1}},
        {SCHEDULE_WARM_RESTARTS, {5, 1, 0}},
        {SCHEDULE_WARM_RESTARTS, {5, 2, 0.2}},
        {SCHEDULE_INVERSE_SQRT, {0}},
    };
    size_t found = 0;
    (void)state;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++) {
        struct rule rule = rule_of(*o, 0.1);
        rule_complete(&rule);
        if (!(*o)->linear)
            continue;
        found++;
        for (size_t k = 0; k < sizeof schedules / sizeof *schedules; k++) {
            rule.schedule = schedules[k];
            check_rule(&rule);
        }
    }
    assert_true(found > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unit_noise_makes_the_same_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
