/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_descent_control.c: moments at fixed steps with control variates.
 *
 * Statistics tested: 60 at most. */
#include "errors.h"

#include "engine/descent_control.h"

enum { LANES = LOSS_LANES, N = 5, POINTS = 4, HORIZON = 70 };

/* Between two steps the noise is drawn anew, once or more. */
static const uint64_t steps[POINTS] = {1, 5, 6, HORIZON};

/* --- settings --------------------------------------------------------------------- */

/* Real poles of every number, a pair, two samples. */
static const char *const rule_texts[] = {
    "sgd lr=0.1",
    "heavy_ball lr=0.02 beta1=0.6",
    "heavy_ball lr=0.3 beta1=0.9",
    "pnm lr=0.3 beta0=1 beta1=0.9",
    "two_batch lr=0.1 beta0=1",
};
enum { RULES = sizeof rule_texts / sizeof *rule_texts };

/* Curvatures 1, 0.1, or N times 1. */
static struct loss quadratic(size_t n, double condition)
{
    const struct loss_kind *kind = loss_kind_find("quadratic");
    double parameter[LOSS_MAX_PARAMETERS];
    struct loss loss;
    struct error error;
    loss_defaults(kind, parameter);
    parameter[loss_parameter(kind, "condition")] = condition;
    CHECK_OK(loss_init(&loss, kind, n, parameter, &error), &error);
    return loss;
}

static struct descent descent_of(const struct rule *rule, const struct loss *loss)
{
    return (struct descent){
        .rule = rule,
        .loss = loss,
        .start = 2,
        .sigma = 0.6,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 1,
    };
}

static void fit(struct descent_control *control, const struct descent *descent)
{
    struct error error;
    bool cut;
    CHECK_OK(descent_control_fit(control, descent, &cut, &error), &error);
    assert_false(cut);
}

/* Filters alone, or with the pilot's coefficients. */
static struct descent_control control_of(const struct descent *descent, bool fitted)
{
    struct descent_control control;
    struct error error;
    bool any;
    CHECK_OK(descent_control_init(&control, descent, steps, POINTS, &any, &error),
             &error);
    CHECK(any, "%s has no filters", descent->rule->kind->name);
    if (fitted)
        fit(&control, descent);
    return control;
}

static struct descent_curve curve_of(const struct descent *descent, uint64_t chains)
{
    struct descent_curve curve;
    struct error error;
    CHECK_OK(descent_run(descent, chains, HORIZON, &curve, &error), &error);
    return curve;
}

static void each_setting(void (*test)(struct descent *))
{
    for (int r = 0; r < RULES; r++)
        for (int equal = 0; equal <= 1; equal++) {
            struct loss loss = equal ? quadratic(N, 1) : quadratic(2, 10);
            const struct rule rule = CHECK_RULE("%s", rule_texts[r]);
            struct descent descent = descent_of(&rule, &loss);
            test(&descent);
            loss_free(&loss);
        }
}

/* E|grad f|^2 and E f - f* at a step. */
static void exact_of(const struct descent *descent, uint64_t step,
                     double exact[DESCENT_QUANTITIES])
{
    const struct loss *loss = descent->loss;
    const double noise = descent->sigma * descent->sigma / (double)loss->n;
    exact[DESCENT_SQUARE] = exact[DESCENT_EXCESS] = 0;
    for (size_t i = 0; i < loss->n; i++) {
        const double h = loss->data[i];
        struct linear_system system;
        double mean, variance;
        linear_system_probe(descent->rule, h, &system);
        linear_system_at(&system, &system, noise, descent->start, step, &mean,
                         &variance);
        exact[DESCENT_SQUARE] += h * h * (mean * mean + variance);
        exact[DESCENT_EXCESS] += h * (mean * mean + variance) / 2;
    }
}

/* --- filters at fixed steps ------------------------------------------------------- */

/* What an observer finds at the recorded steps, and how often. */
struct seen {
    const struct descent *descent;
    uint64_t step[POINTS];
    size_t count;
    /* Of each recorded step and coordinate, in lane 3. */
    double state[POINTS][N][CONTROL_STATES];
};

static void see(void *context, uint64_t t, const struct descent_block *block)
{
    struct seen *seen = context;
    if (block->point == DESCENT_BETWEEN)
        return;
    assert_int_equal(block->point, seen->count);
    seen->step[seen->count] = t;
    for (size_t i = 0; i < seen->descent->loss->n; i++)
        for (int s = 0; s < block->lanes[i].states; s++)
            seen->state[seen->count][i][s] = block->lanes[i].state[s][3];
    seen->count++;
}

/* y' = rho y + xi for a chain, from its record: the noise is sample - gradient. */
static void check_states(const struct descent *descent, const struct seen *seen,
                         size_t i, const struct filters *filters)
{
    const size_t n = descent->loss->n;
    const size_t samples = (size_t)descent->rule->kind->samples;
    const double sd = descent->sigma / sqrt((double)n);
    struct descent_record record;
    struct error error;
    double y[CONTROL_STATES] = {0};
    size_t point = 0;
    CHECK_OK(descent_record(descent, 3, HORIZON, &record, &error), &error);
    for (uint64_t t = 0; t <= HORIZON; t++) {
        if (t == steps[point]) {
            for (int s = 0; s < filters->states; s++)
                CHECK_NEAR(seen->state[point][i][s], y[s], 1e-10, 1e-10);
            point++;
        }
        if (t == HORIZON)
            break;
        const double before = y[0];
        for (int s = 0; s < filters->states; s++) {
            const size_t of = samples > 1 ? (size_t)s : 0;
            const double noise =
                (record.sample[(t * samples + of) * n + i] - record.exact[t * n + i]) /
                sd;
            y[s] = filters->re[s] * y[s] +
                   (filters->pair && s == 1 ? filters->im * before : noise);
            if (filters->pair && s == 0)
                y[0] -= filters->im * y[1];
        }
    }
    descent_record_free(&record);
}

static void check_filters(struct descent *descent)
{
    struct descent_control control = control_of(descent, false);
    struct seen seen = {.descent = descent};
    struct error error;
    descent->control = &control;
    CHECK_OK(descent_unit(descent, 0, HORIZON, see, &seen, &error), &error);
    descent->control = NULL;
    assert_int_equal(seen.count, POINTS);
    for (int k = 0; k < POINTS; k++)
        assert_int_equal(seen.step[k], steps[k]);
    for (size_t g = 0; g < control.groups; g++)
        for (size_t i = control.first[g]; i < control.first[g + 1]; i++)
            check_states(descent, &seen, i, &control.filters[g]);
    descent_control_free(&control);
}

static void filters_have_read_the_noise_before_the_step(void **state)
{
    (void)state;
    each_setting(check_filters);
}

/* --- the mean does not hang on the coefficients ------------------------------------
 */

/* Controlled minus plain is E q^2 - q^2. q is normal, so q^2 has at most 3/2 of E q^2
 * for its standard deviation; here it is the mean over chains and coordinates. */
static void check_mean(struct descent *descent)
{
    enum { MANY = 64 * 64 };
    static const double coefficient[CONTROL_STATES] = {0.7, -0.4, 0.5};
    struct descent_control control = control_of(descent, false);
    const double h = descent->loss->data[0], count = (double)control.first[1];
    for (size_t k = 0; k < POINTS; k++) {
        struct descent_fit *q = &control.fit[k * control.groups];
        memcpy(q->coefficient, coefficient, sizeof coefficient);
        q->constant = 0.3;
        q->square =
            0.09 + filters_variance(&control.filters[0], descent->rule->kind->samples,
                                    steps[k], coefficient);
    }
    descent->control = &control;
    struct descent_curve curve = curve_of(descent, MANY);
    for (size_t k = 0; k < POINTS; k++) {
        const struct moments *controlled =
            descent_curve_controlled(&curve, steps[k], DESCENT_EXCESS);
        const double moved = controlled->mean - curve.excess[steps[k]].mean;
        const double scale = h / 2 * control.fit[k * control.groups].square;
        CHECK_Z(descent->rule->kind->name,
                moved / (1.5 * scale * sqrt(count / (double)MANY)));
    }
    descent_curve_free(&curve);
    descent_control_free(&control);
}

static void any_coefficients_leave_the_mean(void **state)
{
    (void)state;
    each_setting(check_mean);
}

/* --- z over seeds ------------------------------------------------------------------
 */

/* Adds a seed's moments at all steps but the first, where little more than rounding is
 * left. */
static void add_seed(const struct descent *descent, const struct descent_curve *curve,
                     double (*exact)[DESCENT_QUANTITIES], struct errors *of)
{
    for (int k = 1; k < POINTS; k++)
        for (int q = 0; q < DESCENT_QUANTITIES; q++) {
            const struct moments *moments =
                descent_curve_controlled(curve, steps[k], (enum descent_quantity)q);
            char what[80];
            snprintf(what, sizeof what, "%.20s, step %d, quantity %d",
                     descent->rule->kind->name, (int)steps[k], q);
            CHECK(q == DESCENT_SQUARE ||
                      moments_stderr(moments) <
                          moments_stderr(&curve->excess[steps[k]]) / 100,
                  "%s: no gain", what);
            errors_add(of++, what, moments->mean, exact[k][q], moments_stderr(moments));
        }
}

/* 64 chains at each seed, with coefficients of a pilot of that seed. */
static void check_seeds(struct descent *descent)
{
    enum { ROWS = (POINTS - 1) * DESCENT_QUANTITIES };
    struct errors *of = check_alloc(ROWS, sizeof *of);
    struct descent_control control = control_of(descent, false);
    double exact[POINTS][DESCENT_QUANTITIES];
    for (int k = 0; k < POINTS; k++)
        exact_of(descent, steps[k], exact[k]);
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        descent->seed = seed;
        descent->control = NULL;
        fit(&control, descent);
        descent->control = &control;
        struct descent_curve curve = curve_of(descent, LANES);
        add_seed(descent, &curve, exact, of);
        descent_curve_free(&curve);
    }
    descent_control_free(&control);
    for (int r = 0; r < ROWS; r++)
        CHECK_ERRORS(&of[r], 1);
    free(of);
}

static void errors_of_moments_over_seeds(void **state)
{
    (void)state;
    each_setting(check_seeds);
}

/* Sums theta - q of the first coordinate over 64 chains, at the last recorded step. */
struct residue {
    const struct descent_control *control;
    double sum, size;
};

static void add_residue(void *context, uint64_t t, const struct descent_block *block)
{
    struct residue *residue = context;
    if (t < HORIZON)
        return;
    const struct descent_fit *q = &residue->control->fit[block->point];
    for (int lane = 0; lane < LANES; lane++) {
        double left = block->theta[lane] - q->constant;
        for (int s = 0; s < block->lanes->states; s++)
            left -= q->coefficient[s] * block->lanes->state[s][lane];
        residue->sum += left;
        residue->size += fabs(left);
    }
}

/* A regression leaves the sum 0 over the chains that it is fitted to, and no others. */
static void a_pilot_has_its_own_numbers(void **state)
{
    struct loss loss = quadratic(1, 1);
    const struct rule rule = CHECK_RULE("%s", rule_texts[3]);
    struct descent descent = descent_of(&rule, &loss);
    struct descent_control control = control_of(&descent, true);
    struct error error;
    (void)state;
    descent.control = &control;
    for (int pilot = 0; pilot <= 1; pilot++) {
        struct residue residue = {&control, 0, 0};
        descent.pilot = pilot;
        CHECK_OK(descent_unit(&descent, 0, HORIZON, add_residue, &residue, &error),
                 &error);
        const double share = fabs(residue.sum) / residue.size;
        CHECK(pilot ? share < 1e-8 : share > 1e-3, "pilot %d: %g", pilot, share);
    }
    descent_control_free(&control);
    loss_free(&loss);
}

/* The pilot tells the variances over chains. */
static void check_forecast(struct descent *descent)
{
    enum { MANY = 64 * 64 };
    struct descent_control control = control_of(descent, true);
    descent->control = &control;
    struct descent_curve curve = curve_of(descent, MANY);
    for (size_t k = 1; k < POINTS; k++) {
        const struct descent_forecast *forecast = &control.forecast[k];
        double exact[DESCENT_QUANTITIES];
        exact_of(descent, steps[k], exact);
        for (int q = 0; q < DESCENT_QUANTITIES; q++) {
            const struct moments *moments =
                descent_curve_controlled(&curve, steps[k], (enum descent_quantity)q);
            CHECK_NEAR(forecast->mean[q], exact[q], 0.35, 0);
            const double ratio = moments->squares / MANY / forecast->controlled[q];
            CHECK(ratio > 0.4 && ratio < 1.6, "%s, step %d: %g times the forecast",
                  descent->rule->kind->name, (int)steps[k], ratio);
        }
        const double plain =
            curve.excess[steps[k]].squares / MANY / forecast->plain[DESCENT_EXCESS];
        CHECK(plain > 0.4 && plain < 2.2, "%s, step %d: plain %g times the forecast",
              descent->rule->kind->name, (int)steps[k], plain);
    }
    descent_curve_free(&curve);
    descent_control_free(&control);
}

static void forecasts_are_near_the_variances(void **state)
{
    (void)state;
    each_setting(check_forecast);
}

/* --- bits --------------------------------------------------------------------------
 */

static void same_curves(const struct descent_curve *a, const struct descent_curve *b)
{
    assert_int_equal(a->points, b->points);
    CHECK_SAME_MOMENTS(a->square[0], b->square[0],
                       3 * (a->steps + 1) + DESCENT_QUANTITIES * a->points);
}

enum { CHAINS = 300 };

static void check_isa(const struct kernels *kernels, void *context)
{
    const struct descent_curve *best = context;
    struct loss loss = quadratic(N, 10);
    const struct rule rule = CHECK_RULE("%s", rule_texts[3]);
    struct descent descent = descent_of(&rule, &loss);
    struct descent_control control = control_of(&descent, true);
    (void)kernels;
    descent.control = &control;
    descent.threads = 1;
    struct descent_curve curve = curve_of(&descent, CHAINS);
    same_curves(&curve, best);
    descent_curve_free(&curve);
    descent_control_free(&control);
    loss_free(&loss);
}

/* Threads, instruction sets; and the plain moments are those without filters. */
static void results_have_the_same_bits(void **state)
{
    struct loss loss = quadratic(N, 10);
    const struct rule rule = CHECK_RULE("%s", rule_texts[3]);
    struct descent descent = descent_of(&rule, &loss);
    struct descent_control control = control_of(&descent, true);
    (void)state;
    struct descent_curve plain = curve_of(&descent, CHAINS);
    descent.control = &control;
    descent.threads = 3;
    struct descent_curve best = curve_of(&descent, CHAINS);
    CHECK_SAME_MOMENTS(plain.square[0], best.square[0], 3 * (HORIZON + 1));
    assert_null(descent_curve_controlled(&plain, HORIZON, DESCENT_SQUARE));
    assert_null(descent_curve_controlled(&best, 2, DESCENT_SQUARE));
    assert_null(descent_curve_controlled(&best, HORIZON + 1, DESCENT_SQUARE));
    for (int k = 0; k < POINTS; k++)
        assert_int_equal(
            descent_curve_controlled(&best, steps[k], DESCENT_EXCESS)->count, CHAINS);
    check_each_isa(check_isa, &best);
    descent_curve_free(&plain);
    descent_curve_free(&best);
    descent_control_free(&control);
    loss_free(&loss);
}

static void cut_after(const struct descent *descent, const char *path)
{
    struct descent own = *descent;
    struct session session;
    struct error error;
    CHECK_OK(session_init(&session, "lr: 1\n", &error), &error);
    session.checkpoint = path;
    session.stop_at = (struct session_place){1, 2};
    own.session = &session;
    struct descent_curve cut = curve_of(&own, CHAINS);
    assert_int_equal(cut.excess[0].count, 2 * LANES);
    descent_curve_free(&cut);
    session_free(&session);
}

static int resume(const struct descent *descent, const char *path,
                  struct descent_curve *curve, struct error *error)
{
    struct descent own = *descent;
    struct session session;
    CHECK_OK(session_init(&session, "lr: 1\n", error), error);
    CHECK_OK(session_resume(&session, path, error), error);
    own.session = &session;
    const int status = descent_run(&own, CHAINS, HORIZON, curve, error);
    session_free(&session);
    return status;
}

/* A checkpoint belongs to its filters, coefficients and steps. */
static void checkpoints_know_their_control_variates(void **state)
{
    struct loss loss = quadratic(N, 10);
    const struct rule rule = CHECK_RULE("%s", rule_texts[3]);
    struct descent descent = descent_of(&rule, &loss);
    struct descent_control control = control_of(&descent, true);
    struct descent_curve curve;
    struct error error = {.agreed = false};
    char path[64];
    (void)state;
    check_file("", 0, path);
    descent.control = &control;
    struct descent_curve whole = curve_of(&descent, CHAINS);
    cut_after(&descent, path);
    CHECK_OK(resume(&descent, path, &curve, &error), &error);
    same_curves(&whole, &curve);
    descent_curve_free(&curve);
    struct descent_fit *last = &control.fit[POINTS * N - 1];
    double *const numbers[] = {&last->coefficient[1], &last->square,
                               &control.filters[2].re[0]};
    for (int k = 0; k < 3; k++) {
        const double before = *numbers[k];
        *numbers[k] *= 1.0625;
        CHECK_REFUSED("other numbers", resume(&descent, path, &curve, &error), &error,
                      "--resume");
        descent_curve_free(&curve);
        *numbers[k] = before;
    }
    control.step[0]++;
    CHECK_REFUSED("other steps", resume(&descent, path, &curve, &error), &error,
                  "--resume");
    descent_curve_free(&curve);
    unlink(path);
    descent_curve_free(&whole);
    descent_control_free(&control);
    loss_free(&loss);
}

/* --- where there are none ----------------------------------------------------------
 */

static void what_may_have_control_variates(void **state)
{
    struct loss loss = quadratic(N, 10), wide = quadratic(1 << 15, 1);
    struct loss huber;
    struct error error;
    double parameter[LOSS_MAX_PARAMETERS];
    const struct rule pnm = CHECK_RULE("pnm lr=0.1"), adam = CHECK_RULE("adam lr=0.1");
    struct descent descent = descent_of(&pnm, &loss);
    (void)state;
    loss_defaults(loss_kind_find("huber"), parameter);
    CHECK_OK(loss_init(&huber, loss_kind_find("huber"), N, parameter, &error), &error);
    assert_true(descent_control_may(&descent, POINTS));
    assert_false(descent_control_may(&descent, 0));
    assert_false(descent_control_may(&descent, 1 << 14)); /* times N groups */
    descent.sigma = 0;
    assert_false(descent_control_may(&descent, POINTS));
    descent = descent_of(&adam, &loss);
    assert_false(descent_control_may(&descent, POINTS));
    descent = descent_of(&pnm, &huber);
    assert_false(descent_control_may(&descent, POINTS));
    descent = descent_of(&pnm, &wide);
    assert_false(descent_control_may(&descent, POINTS));
    loss_free(&loss);
    loss_free(&wide);
    loss_free(&huber);
}

/* Curvature 1 is beyond the limit of the learning rate, 0.1 is not. Numbers that leave
 * the range of numbers leave the plain estimate. */
static void groups_without_filters_are_plain(void **state)
{
    struct loss loss = quadratic(2, 10);
    const struct rule rule = CHECK_RULE("sgd lr=2.5");
    struct descent descent = descent_of(&rule, &loss);
    (void)state;
    struct descent_control control = control_of(&descent, true);
    assert_int_equal(control.groups, 2);
    assert_int_equal(control.filters[0].states, 0);
    assert_int_equal(control.filters[1].states, 1);
    descent_control_free(&control);
    descent.start = 1e300;
    control = control_of(&descent, true);
    for (size_t k = 0; k < POINTS * control.groups; k++) {
        CHECK_EXACT(control.fit[k].square, 0);
        CHECK_EXACT(control.fit[k].constant, 0);
    }
    descent_control_free(&control);
    loss_free(&loss);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_have_read_the_noise_before_the_step),
        cmocka_unit_test(any_coefficients_leave_the_mean),
        cmocka_unit_test(errors_of_moments_over_seeds),
        cmocka_unit_test(a_pilot_has_its_own_numbers),
        cmocka_unit_test(forecasts_are_near_the_variances),
        cmocka_unit_test(results_have_the_same_bits),
        cmocka_unit_test(checkpoints_know_their_control_variates),
        cmocka_unit_test(what_may_have_control_variates),
        cmocka_unit_test(groups_without_filters_are_plain),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests_name("descent_control", tests, NULL, NULL);
}
