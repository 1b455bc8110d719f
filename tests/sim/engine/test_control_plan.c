/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "errors.h"

#include "engine/control_plan.h"
#include "engine/ensemble_lanes.h"
#include "engine/ensemble_run.h"

/* Some modes of a rule, with unit noise and a start away from the minimum, planned
 * plainly for the precision and then with control variates. */
enum { MODES = 3 };

struct planned {
    struct problem problem;
    struct linear_system *systems;
    double *margins;
    struct plan_law laws[MODES];
    struct control_mode modes[MODES];
    struct plan plain[MODES];
    struct ensemble ensemble;
    struct control_plan plan;
};

static void planned_init(const struct sampling *sampling, const struct rule *rule,
                         struct planned *own)
{
    const double h[MODES] = {0.05, 0.3, 1}, noise[3] = {1, 1, 1};
    struct error error;
    memset(own, 0, sizeof *own);
    CHECK_OK(problem_init(&own->problem, MODES, h, &error), &error);
    CHECK_OK(sampling_systems(sampling, rule, &own->problem, &own->systems,
                              &own->margins, &error),
             &error);
    for (int i = 0; i < MODES; i++) {
        struct control_mode *mode = &own->modes[i];
        own->problem.noise[i] = 1;
        own->problem.theta_star[i] = 2;
        own->problem.start[i] = 5;
        CHECK_OK(plan_law_init(&own->laws[i], &own->systems[i], &own->systems[i], noise,
                               3, 3, &error),
                 &error);
        mode->system = &own->systems[i];
        mode->law = &own->laws[i];
        mode->margin = own->margins[i];
        mode->request = mode->sharp = mode->coarse =
            sampling_request(sampling, sampling->precision * own->laws[i].s_ii[0]);
        plan_make(&own->laws[i], &mode->request, &mode->plan);
        own->plain[i] = mode->plan;
    }
    own->ensemble = sampling_ensemble(sampling, rule, &own->problem, NULL);
    own->plan = (struct control_plan){
        .sampling = sampling, .ensemble = &own->ensemble, .modes = own->modes};
}

static void planned_make(struct planned *own)
{
    struct error error;
    CHECK_OK(control_plan_make(&own->plan, &error), &error);
}

static void planned_free(struct planned *own)
{
    problem_free(&own->problem);
    free(own->systems);
    free(own->margins);
    free(own->plan.control);
}

static double total(const struct planned *own)
{
    double sum = 0;
    for (int i = 0; i < MODES; i++)
        sum += own->modes[i].plan.samples;
    return sum;
}

/* Plans as above, with at most `budget` steps a mode or for the sum. */
static struct planned *plan_within(double budget, double precision, bool sum)
{
    static struct sampling sampling;
    struct planned *own = check_alloc(1, sizeof *own);
    const struct rule rule = CHECK_RULE("pnm lr=0.1");
    sampling = check_sampling(1, precision);
    sampling.max_samples = budget;
    planned_init(&sampling, &rule, own);
    own->plan.sum = sum;
    planned_make(own);
    return own;
}

static void release(struct planned *own)
{
    planned_free(own);
    free(own);
}

static void plans_are_cheaper_and_count_their_pilots(void **state)
{
    struct planned *own = plan_within(1e12, 0.001, false);
    (void)state;
    for (int i = 0; i < MODES; i++) {
        const struct plan *plan = &own->modes[i].plan;
        assert_true(own->modes[i].controlled && plan->affordable);
        CHECK_COMPARE(plan->samples, <, own->plain[i].samples / 10);
        CHECK_COMPARE(plan->samples, >,
                      (double)plan->chains.count * (double)plan->chains.steps);
        assert_true(plan->chains.count >= PLAN_FEWEST);
        assert_true(own->plan.control[i].filters.states > 0);
        assert_true(own->plan.control[i].coefficient[0] != 0);
        /* The start, three away, adds less than the residual. */
        const struct plan_law *law = &own->laws[i];
        const double square = law->s_ii[0] * law->s_ii[0];
        CHECK_COMPARE(4 * law->s_ii[0] *
                          plan_law_start(law, plan->chains.burn_in, plan->chains.steps),
                      <, 1e-5 * square);
    }
    release(own);
}

/* Plans the modes, of which the second keeps its plain plan, and frees them. */
static void make_all_but_the_second(struct planned *own)
{
    planned_make(own);
    assert_false(own->modes[1].controlled);
    assert_int_equal(own->plan.control[1].filters.states, 0);
    CHECK_EXACT(own->modes[1].plan.samples, own->plain[1].samples);
    assert_true(own->modes[0].controlled && own->modes[2].controlled);
    planned_free(own);
}

static void a_mode_without_a_system_keeps_its_plan(void **state)
{
    const struct rule rule = CHECK_RULE("pnm lr=0.1");
    const struct sampling sampling = check_sampling(1, 0.01);
    struct planned own;
    (void)state;
    planned_init(&sampling, &rule, &own);
    own.modes[1].system = NULL;
    make_all_but_the_second(&own);
}

/* The pilot's residual is a square of squares of theta. */
static void a_residual_beyond_the_range_of_numbers_leaves_the_plan(void **state)
{
    const struct rule rule = CHECK_RULE("pnm lr=0.1");
    const struct sampling sampling = check_sampling(1, 0.001);
    struct planned own;
    (void)state;
    planned_init(&sampling, &rule, &own);
    own.problem.noise[1] = 1e300;
    make_all_but_the_second(&own);
}

/* Few steps that are given and a coarse precision take less than a pilot beside them.
 */
static void what_does_not_pay_stays_plain(void **state)
{
    const struct rule rule = CHECK_RULE("pnm lr=0.1");
    struct sampling sampling = check_sampling(1, 0.5);
    struct planned own;
    (void)state;
    sampling.steps = 1000;
    planned_init(&sampling, &rule, &own);
    planned_make(&own);
    for (int i = 0; i < MODES; i++) {
        assert_false(own.modes[i].controlled);
        assert_int_equal(own.plan.control[i].filters.states, 0);
        CHECK_EXACT(own.modes[i].plan.samples, own.plain[i].samples);
    }
    planned_free(&own);
}

static void the_budget_is_that_of_a_mode_or_of_the_sum(void **state)
{
    struct planned *own = plan_within(1e12, 0.001, false);
    const double slow = own->modes[0].plan.samples, all = total(own);
    (void)state;
    release(own);
    own = plan_within(slow, 0.001, false);
    assert_true(own->modes[0].plan.affordable && own->modes[2].plan.affordable);
    release(own);
    own = plan_within(slow * 0.999, 0.001, false);
    assert_false(own->modes[0].plan.affordable);
    assert_true(own->modes[2].plan.affordable);
    CHECK_COMPARE(own->modes[0].plan.samples, >, slow * 0.999);
    release(own);
    own = plan_within(all, 0.001, true);
    for (int i = 0; i < MODES; i++)
        assert_true(own->modes[i].plan.affordable);
    release(own);
    own = plan_within(all * 0.999, 0.001, true);
    for (int i = 0; i < MODES; i++)
        assert_false(own->modes[i].plan.affordable);
    release(own);
}

/* Where the finest error exceeds the budget, the coarser one is planned for. */
static void a_coarser_request_is_the_second_choice(void **state)
{
    const struct rule rule = CHECK_RULE("aggmo lr=0.1");
    struct sampling sampling = check_sampling(1, 0.001);
    struct planned own;
    (void)state;
    sampling.max_samples = 1e18;
    for (int second = 0; second <= 1; second++) {
        planned_init(&sampling, &rule, &own);
        for (int i = 0; i < MODES; i++) {
            struct control_mode *wish = &own.modes[i];
            wish->sharp.target /= 1e6;
            wish->request = wish->sharp;
            plan_make(wish->law, &wish->request, &wish->plan);
        }
        planned_make(&own);
        const struct control_mode *mode = &own.modes[2];
        assert_true(mode->controlled && mode->plan.affordable);
        CHECK_EXACT(mode->request.target,
                    second ? mode->coarse.target : mode->sharp.target);
        sampling.max_samples = mode->plan.samples * 0.999;
        planned_free(&own);
    }
}

/* Given chains and steps are kept; the pilot may take half as many. */
static void given_work_is_kept(void **state)
{
    static const struct {
        uint64_t chains, steps;
        bool controlled;
    } given[] = {{200, 1 << 16, true}, {64, 300, false}};
    (void)state;
    for (int k = 0; k < 2; k++) {
        const struct rule rule = CHECK_RULE("sgd lr=0.1");
        struct sampling sampling = check_sampling(1, 0.001);
        struct planned own;
        sampling.chains = given[k].chains;
        sampling.steps = given[k].steps;
        planned_init(&sampling, &rule, &own);
        planned_make(&own);
        const struct chains *chains = &own.modes[0].plan.chains;
        assert_int_equal(own.modes[0].controlled, given[k].controlled);
        assert_int_equal(chains->count, given[k].chains);
        assert_int_equal(chains->steps, given[k].steps);
        assert_true(control_plan_may(&sampling, &rule, &own.problem));
        sampling.control = SAMPLING_CONTROL_NONE;
        assert_false(control_plan_may(&sampling, &rule, &own.problem));
        sampling.control = SAMPLING_CONTROL_AUTO;
        sampling.chains = PLAN_FEWEST - 1;
        assert_false(control_plan_may(&sampling, &rule, &own.problem));
        planned_free(&own);
    }
}

static void nothing_is_planned_after_the_time(void **state)
{
    const struct rule rule = CHECK_RULE("pnm lr=0.1");
    struct sampling sampling = check_sampling(1, 0.001);
    struct session session;
    struct planned own;
    struct error error;
    (void)state;
    CHECK_OK(session_init(&session, "", &error), &error);
    session.max_seconds = 0;
    sampling.session = &session;
    planned_init(&sampling, &rule, &own);
    own.modes[1].plan.affordable = false;
    planned_make(&own);
    assert_true(own.plan.cut);
    for (int i = 0; i < MODES; i++) {
        assert_true(own.modes[i].plan.affordable);
        assert_int_equal(own.plan.control[i].filters.states, 0);
    }
    planned_free(&own);
    session_free(&session);
}

/* Means and second moments about theta* from a start three away, as pnm-simulate
 * measures them: over seeds both estimates of either are as far off as their standard
 * errors say (errors.h). */
static void both_estimates_are_honest_over_seeds(void **state)
{
    static const char *const rules[] = {"pnm lr=0.1"};
    enum { RULES = sizeof rules / sizeof *rules, ROWS = RULES * MODES };
    struct errors *errors = check_alloc((size_t)4 * ROWS, sizeof *errors);
    struct errors *of_mean = errors + (size_t)2 * ROWS;
    (void)state;
    for (size_t k = 0; k < RULES; k++)
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            const struct rule rule = CHECK_RULE("%s", rules[k]);
            const struct sampling sampling = check_sampling(seed, 0.002);
            struct moments theta[MODES], plain[MODES], controlled[MODES], mean[MODES];
            struct chains chains[MODES];
            struct planned own;
            struct error error;
            planned_init(&sampling, &rule, &own);
            own.plan.means = true;
            planned_make(&own);
            own.ensemble.control = own.plan.control;
            for (int i = 0; i < MODES; i++)
                chains[i] = own.modes[i].plan.chains;
            CHECK_OK(ensemble_moments_of_both(&own.ensemble, chains, theta, plain, mean,
                                              controlled, &error),
                     &error);
            for (size_t i = 0; i < MODES; i++) {
                char what[80];
                const double exact = own.laws[i].s_ii[0];
                const double se = moments_stderr(&controlled[i]);
                snprintf(what, sizeof what, "%s, mode %zu", rules[k], i);
                errors_add(&errors[k * MODES + i], what, controlled[i].mean, exact, se);
                snprintf(what, sizeof what, "%s, mode %zu, plain", rules[k], i);
                errors_add(&errors[ROWS + k * MODES + i], what, plain[i].mean, exact,
                           moments_stderr(&plain[i]));
                CHECK_COMPARE(se, <, 1.6 * sampling.precision * exact);
                snprintf(what, sizeof what, "mean of %s, mode %zu", rules[k], i);
                errors_add(&of_mean[k * MODES + i], what, mean[i].mean, 2,
                           moments_stderr(&mean[i]));
                snprintf(what, sizeof what, "mean of %s, mode %zu, plain", rules[k], i);
                errors_add(&of_mean[ROWS + k * MODES + i], what, theta[i].mean, 2,
                           moments_stderr(&theta[i]));
            }
            planned_free(&own);
        }
    CHECK_ERRORS(errors, ROWS);
    CHECK_ERRORS(errors + ROWS, ROWS);
    CHECK_ERRORS(of_mean, ROWS);
    CHECK_ERRORS(of_mean + ROWS, ROWS);
    free(errors);
}

/* Sums of states from what the rows hold, against states added step by step. */
static void sums_of_states(void **state)
{
    static const struct {
        int samples;
        struct filters filters;
    } cases[] = {{1, {.states = 3, .re = {0.9, -0.7, 0.3}}},
                 {1, {.states = 3, .pair = 1, .re = {0.6, 0.6, -0.4}, .im = 0.7}},
                 {2, {.states = 2, .re = {0.8, 0.8}}}};
    enum { BEFORE = 20, STEPS = 50 };
    uint64_t number = 3;
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct filters *filters = &cases[k].filters;
        const int samples = cases[k].samples;
        double rows[FILTER_ROWS * RULE_LANES] = {0}, y[CONTROL_STATES] = {0};
        double added[CONTROL_STATES] = {0}, sum[CONTROL_STATES] = {0};
        for (int t = 0; t < BEFORE + STEPS; t++) {
            double xi[CONTROL_STATES];
            for (int s = 0; s < CONTROL_STATES; s++)
                xi[s] = samples == 1 && s > 0 ? xi[0] : check_uniform(&number, -1, 1);
            const double u = y[0], v = y[1];
            for (int s = 0; s < filters->states; s++)
                y[s] = filters->re[s] * y[s] + (filters->pair && s == 1 ? 0 : xi[s]);
            if (filters->pair) {
                y[0] -= filters->im * v;
                y[1] += filters->im * u;
            }
            for (int s = 0; s < filters->states; s++) {
                if (t + 1 == BEFORE)
                    rows[(FILTER_BEFORE + s) * RULE_LANES] = y[s];
                rows[(FILTER_AFTER + s) * RULE_LANES] = y[s];
                added[s] += t < BEFORE ? 0 : y[s];
            }
            for (int s = 0; t >= BEFORE && s < samples; s++)
                rows[(FILTER_NOISE + s) * RULE_LANES] += xi[s];
        }
        ensemble_lanes_sums(filters, samples, rows, sum);
        for (int s = 0; s < filters->states; s++)
            CHECK_NEAR(sum[s], added[s], 0, 1e-12);
    }
}

/* The sums of the filters at real and complex poles, and of one for each gradient
 * sample, are almost those of theta. */
static void means_of_theta_are_almost_sums_of_filters(void **state)
{
    static const char *const rules[] = {"sgd lr=0.1", "heavy_ball lr=0.1", "pnm lr=0.1",
                                        "two_batch lr=0.1"};
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        const struct sampling sampling = check_sampling(1, 0.002);
        struct moments theta[MODES], plain[MODES], controlled[MODES], mean[MODES];
        struct chains chains[MODES];
        struct planned own;
        struct error error;
        planned_init(&sampling, &rule, &own);
        own.plan.means = true;
        planned_make(&own);
        own.ensemble.control = own.plan.control;
        for (int i = 0; i < MODES; i++)
            chains[i] = own.modes[i].plan.chains;
        CHECK_OK(ensemble_moments_of_both(&own.ensemble, chains, theta, plain, mean,
                                          controlled, &error),
                 &error);
        for (int i = 0; i < MODES; i++)
            CHECK(moments_gain(moments_stderr(&theta[i]), moments_stderr(&mean[i])) >
                      1e4,
                  "%s, mode %d: %g beside %g", rules[k], i, moments_stderr(&theta[i]),
                  moments_stderr(&mean[i]));
        planned_free(&own);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_are_cheaper_and_count_their_pilots),
        cmocka_unit_test(a_mode_without_a_system_keeps_its_plan),
        cmocka_unit_test(a_residual_beyond_the_range_of_numbers_leaves_the_plan),
        cmocka_unit_test(what_does_not_pay_stays_plain),
        cmocka_unit_test(the_budget_is_that_of_a_mode_or_of_the_sum),
        cmocka_unit_test(a_coarser_request_is_the_second_choice),
        cmocka_unit_test(given_work_is_kept),
        cmocka_unit_test(nothing_is_planned_after_the_time),
        cmocka_unit_test(both_estimates_are_honest_over_seeds),
        cmocka_unit_test(sums_of_states),
        cmocka_unit_test(means_of_theta_are_almost_sums_of_filters),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
