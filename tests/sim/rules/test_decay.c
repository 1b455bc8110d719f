/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weight decay and schedules of the learning rate, of every rule: against the bare rule
 * stepped by hand, and the exact law with decay against the recursion.
 *
 * Statistics tested: 0. */
#include "check.h"
#include "cli/schedule_form.h"

#include "rules/schedule.h"
#include "theory/theory.h"

enum { LANES = RULE_LANES, STEPS = 40, STATE = 1 + RULE_MAX_SLOTS };

/* The rule without the weight decay that it may take by default. */
static struct rule undecayed(const struct rule_kind *kind, double lr)
{
    struct rule rule = rule_of(kind, lr);
    rule_complete(&rule);
    rule.decay = (struct decay){.lambda = 0};
    return rule;
}

static void set_decay(struct rule *rule, double lambda, bool decoupled)
{
    rule->decay = (struct decay){.lambda = lambda, .decoupled = decoupled};
}

static void set_schedule(struct rule *rule, const char *text)
{
    struct error error;
    CHECK_OK(schedule_form_read(text, &rule->schedule, &error), &error);
}

/* --- schedules -------------------------------------------------------------------- */

static double factor(const char *text, uint64_t t)
{
    struct schedule schedule;
    struct error error;
    CHECK_OK(schedule_form_read(text, &schedule, &error), &error);
    return schedule_factor(&schedule, t);
}

static void factors_by_hand(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 100; t++) {
        const double x = (double)t;
        CHECK_EXACT(factor("constant", t), 1);
        CHECK_NEAR(factor("inverse-sqrt", t), 1 / sqrt(x + 1), 1e-15, 0);
        CHECK_NEAR(factor("step:0.1:10:30", t),
                   t < 10   ? 1
                   : t < 30 ? 0.1
                            : 0.01,
                   1e-15, 0);
        CHECK_NEAR(factor("step:2:1:2:3:4", t), t < 4 ? exp2(x) : 16, 1e-15, 0);
        CHECK_NEAR(factor("cosine:50", t),
                   t < 50 ? (1 + cos(acos(-1) * x / 50)) / 2 : 0, 0, 1e-15);
        CHECK_NEAR(factor("cosine:50:0.25", t),
                   t < 50 ? 0.25 + 0.75 * (1 + cos(acos(-1) * x / 50)) / 2 : 0.25, 0,
                   1e-15);
        CHECK_NEAR(factor("warm-restarts:10", t),
                   (1 + cos(acos(-1) * (double)(t % 10) / 10)) / 2, 0, 1e-15);
        /* Periods 10, 20, 40, 80 start at 0, 10, 30, 70. */
        const uint64_t start = t < 10 ? 0 : t < 30 ? 10 : t < 70 ? 30 : 70;
        const double period = t < 10 ? 10 : t < 30 ? 20 : t < 70 ? 40 : 80;
        CHECK_NEAR(factor("warm-restarts:10:2:0.5", t),
                   0.5 + 0.5 * (1 + cos(acos(-1) * (double)(t - start) / period)) / 2,
                   0, 1e-15);
    }
    CHECK_EXACT(factor("warm-restarts:7:1", UINT64_C(7000000007)), 1);
    CHECK_EXACT(factor("cosine:1000:0.125", UINT64_C(1) << 60), 0.125);
}

static void bad_schedules(void **state)
{
    static const char *const unknown[] = {"",      "Step:0.1:1", "linear:5",
                                          "cos:5", "constan",    "constantly"};
    static const char *const wrong[] = {
        "constant:1",  "step",          "step:0.1",          "step:0:5",
        "step:x:5",    "step:0.1:5:5",  "step:0.1:5:4",      "step:0.1:0",
        "step:.5:1:",  "step:.5:1.5",   "step:.5:1:2:3:4:5", "cosine",
        "cosine:0",    "cosine:5:1",    "cosine:5:-0.1",     "warm-restarts:0",
        "cosine:1:1",  "inverse-sqrt:", "warm-restarts:5:0", "warm-restarts:5:1.5",
        "cosine:5:0:0"};
    struct schedule schedule;
    struct error error;
    (void)state;
    for (size_t k = 0; k < sizeof unknown / sizeof *unknown; k++)
        CHECK_REFUSED(unknown[k], schedule_form_read(unknown[k], &schedule, &error),
                      &error, "no schedule");
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        CHECK_REFUSED(wrong[k], schedule_form_read(wrong[k], &schedule, &error), &error,
                      "is not allowed");
}

/* --- steps of every rule ---------------------------------------------------------- */

/* Fixed curvature and noise, so that the gradient depends on theta. */
struct run {
    double theta, slot[RULE_MAX_SLOTS];
};

static void step_with(const struct rule *rule, uint64_t t, const double *gradient,
                      struct run *run)
{
    rule->kind->step(rule, t, 1, gradient, &run->theta, run->slot);
}

/* The bare rule with decay and schedule done by hand against the rule that does them.
 */
static void check_by_hand(const struct rule_kind *kind, double lambda, bool decoupled,
                          const char *schedule)
{
    struct rule bare = undecayed(kind, 0.05), whole = bare;
    struct run a = {.theta = 1.5}, b = a;
    uint64_t random = 1;
    set_decay(&whole, lambda, decoupled);
    set_schedule(&whole, schedule);
    for (uint64_t t = 0; t < STEPS; t++) {
        double g[RULE_MAX_GRADIENTS], pulled[RULE_MAX_GRADIENTS];
        const double lr = 0.05 * schedule_factor(&whole.schedule, t);
        for (int k = 0; k < rule_gradients(kind); k++) {
            g[k] = a.theta + (k < kind->samples ? check_normal(&random) : 0);
            pulled[k] = g[k] + (decoupled ? 0 : lambda * a.theta);
        }
        step_with(&whole, t, g, &b);
        bare.number[RULE_LR] = lr;
        if (decoupled)
            a.theta *= 1 - lr * lambda;
        step_with(&bare, t, pulled, &a);
        CHECK_NEAR(b.theta, a.theta, 1e-13, 1e-15);
        for (int k = 0; k < kind->slots; k++)
            CHECK_NEAR(b.slot[k], a.slot[k], 1e-13, 1e-15);
    }
}

static void every_rule_by_hand(void **state)
{
    (void)state;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++)
        for (int decoupled = 0; decoupled < 2; decoupled++) {
            check_by_hand(*o, 0, decoupled, "constant");
            check_by_hand(*o, 0.3, decoupled, "constant");
            check_by_hand(*o, 0, decoupled, "step:0.5:7:20");
            check_by_hand(*o, 0.3, decoupled, "warm-restarts:9:2:0.1");
        }
}

/* The loops over a tile against single steps: those of the kind and of the loops. */
static void check_tile(const struct rule *rule, const struct rule_loops *loops)
{
    static double normal[STEPS * RULE_MAX_SAMPLES * LANES], trajectory[STEPS * LANES];
    struct tile tile = {.theta = {0}};
    uint64_t random = 3;
    const size_t samples = (size_t)rule->kind->samples;
    for (size_t k = 0; k < STEPS * samples * LANES; k++)
        normal[k] = check_normal(&random);
    for (int lane = 0; lane < LANES; lane++) {
        tile.theta[lane] = check_uniform(&random, -2, 2);
        tile.h[lane] = check_uniform(&random, 0.1, 1);
        tile.centre[lane] = 0.25;
        tile.noise_sd[lane] = 0.5;
    }
    const struct tile start = tile;
    loops->advance(rule, 5, STEPS, normal, &tile, trajectory);
    for (int lane = 0; lane < LANES; lane += 9) {
        struct run run = {.theta = start.theta[lane]}, own = run;
        for (size_t k = 0; k < STEPS; k++) {
            double g[RULE_MAX_GRADIENTS];
            for (size_t j = 0; j < samples; j++)
                g[j] = fma(0.5, normal[(k * samples + j) * LANES + (size_t)lane],
                           start.h[lane] * (run.theta - 0.25));
            g[samples] = start.h[lane] * (run.theta - 0.25);
            step_with(rule, 5 + k, g, &run);
            loops->step(rule, 5 + k, 1, g, &own.theta, own.slot);
            CHECK_EXACT(own.theta, run.theta);
            CHECK_EXACT(trajectory[k * LANES + (size_t)lane], run.theta);
        }
    }
}

static void check_tiles(const struct kernels *kernels, void *context)
{
    (void)context;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++)
        for (int variant = 0; variant < 4; variant++) {
            struct rule rule = undecayed(*o, 0.05);
            set_decay(&rule, variant & 1 ? 0.2 : 0, variant == 3);
            set_schedule(&rule, variant & 2 ? "cosine:30:0.1" : "constant");
            check_tile(&rule, kernels_rule(kernels, &rule));
        }
}

static void tiles_are_steps(void **state)
{
    (void)state;
    assert_true(check_each_isa(check_tiles, NULL) >= 1);
}

/* A stream belongs to all that the steps depend on, and is what it was without decay.
 */
static void streams(void **state)
{
    const struct rule_kind *sgd = rule_kinds()[0];
    struct rule rule = undecayed(sgd, 0.1);
    const uint64_t bare = rule_hash(&rule);
    (void)state;
    assert_true(bare == check_hash(&rule));
    set_decay(&rule, 0.1, false);
    const uint64_t l2 = rule_hash(&rule);
    set_decay(&rule, 0.1, true);
    const uint64_t decoupled = rule_hash(&rule);
    set_decay(&rule, 0, false);
    set_schedule(&rule, "cosine:5");
    const uint64_t cosine = rule_hash(&rule);
    set_schedule(&rule, "cosine:6");
    assert_true(bare != l2 && l2 != decoupled && decoupled != cosine &&
                cosine != rule_hash(&rule));
}

/* --- theory with decay ------------------------------------------------------------ */

/* (A, b) written out against those of the steps, and the mean against where steps
 * without noise end. */
static void check_theory(const struct rule *rule, double h, double theta_star)
{
    const struct rule_kind *kind = rule->kind;
    struct linear_system written, probed;
    double mean[LINEAR_STATE];
    struct run run = {.theta = theta_star};
    struct error error;
    theory_system(rule, h, &written);
    linear_system_probe(rule, h, &probed);
    assert_int_equal(written.dim, probed.dim);
    for (int k = 0; k < written.dim * written.dim; k++)
        CHECK_NEAR((double)written.e[k], (double)probed.e[k], 1e-14,
                   k % written.dim == 0 ? 0 : 1e-15);
    for (int k = 0; k < written.samples; k++)
        for (int r = 0; r < written.dim; r++)
            CHECK_NEAR((double)written.b[k][r], (double)probed.b[k][r], 1e-14, 1e-15);
    CHECK_OK(theory_mean(rule, h, theta_star, mean, &error), &error);
    for (uint64_t t = 0; t < 60000; t++) {
        double g[RULE_MAX_GRADIENTS];
        for (int k = 0; k < rule_gradients(kind); k++)
            g[k] = h * (run.theta - theta_star);
        step_with(rule, t, g, &run);
    }
    CHECK_NEAR(theta_star + mean[0], run.theta, 1e-12, 0);
    for (int k = 0; k < kind->slots; k++)
        CHECK_NEAR(mean[1 + k], run.slot[k], 0, 1e-12);
}

static void theory_of_every_linear_rule(void **state)
{
    (void)state;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++)
        for (int decoupled = 0; (*o)->linear && decoupled < 2; decoupled++) {
            struct rule rule = undecayed(*o, 0.2);
            set_decay(&rule, 0.25, decoupled);
            check_theory(&rule, 0.5, -3);
            check_theory(&rule, 1.25, 0.5);
        }
}

/* The mean of plain SGD: h theta* / (h + lambda) for both kinds. */
static void the_mean_of_sgd(void **state)
{
    (void)state;
    for (int decoupled = 0; decoupled < 2; decoupled++) {
        struct rule rule = undecayed(rule_kind_find("sgd"), 0.2);
        double mean[LINEAR_STATE];
        struct error error;
        set_decay(&rule, 0.3, decoupled);
        CHECK_OK(theory_mean(&rule, 0.5, 4, mean, &error), &error);
        CHECK_NEAR(4 + mean[0], 0.5 * 4 / 0.8, 1e-15, 0);
    }
}

/* A closed form with L2 decay is that of the curvature h + lambda; the paper says
 * nothing of decay; a scheduled rate has no law. */
static void what_theory_says(void **state)
{
    struct rule rule = undecayed(rule_kind_find("pnm"), 0.2);
    double bare, decayed;
    enum exact_source source;
    struct error error;
    (void)state;
    CHECK_OK(theory_covariance(&rule, 0.8, 0.8, 1, &bare, &source, &error), &error);
    set_decay(&rule, 0.3, false);
    CHECK_OK(theory_covariance(&rule, 0.5, 0.5, 1, &decayed, &source, &error), &error);
    assert_int_equal(source, EXACT_CLOSED_FORM);
    CHECK_NEAR(decayed, bare, 1e-15, 0);
    CHECK_NAN(theory_paper(&rule, 0.5, 0.5, 1));
    set_decay(&rule, 0.3, true);
    CHECK_OK(theory_covariance(&rule, 0.5, 0.5, 1, &decayed, &source, &error), &error);
    assert_int_equal(source, EXACT_MATRIX);
    CHECK_NAN(theory_lr_limit(&rule, 0.5));
    set_schedule(&rule, "inverse-sqrt");
    CHECK_OK(theory_covariance(&rule, 0.5, 0.5, 1, &decayed, &source, &error), &error);
    assert_int_equal(source, EXACT_NONE);
    CHECK_NAN(decayed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_by_hand),
        cmocka_unit_test(bad_schedules),
        cmocka_unit_test(every_rule_by_hand),
        cmocka_unit_test(tiles_are_steps),
        cmocka_unit_test(streams),
        cmocka_unit_test(theory_of_every_linear_rule),
        cmocka_unit_test(the_mean_of_sgd),
        cmocka_unit_test(what_theory_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
