/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training on patches: the energy law, equal rules, and settings in which momentum must
 * make no difference. */
#include "check.h"

#include "engine/margin.h"

enum { REPLICAS = 8 };

static const struct patches_setting usual = {
    .dimension = 50,
    .patches = 3,
    .filters = 20,
    .train = 100,
    .fresh = 200,
    .margin_large = 1,
    .margin_small = 0.15,
    .small_share = 0.1,
    .noise_norm = 1.8,
    .init = 0.03,
};

static struct margin margin_of(const struct rule *rule,
                               const struct patches_setting *setting)
{
    return (struct margin){
        .rule = rule,
        .setting = setting,
        .steps = 1500,
        .forget_at = NAN,
        .stop_at_loss = NAN,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 1,
    };
}

static void run(const struct margin *margin, uint64_t replicas, struct replicas *paths)
{
    struct error error;
    CHECK(margin_run(margin, replicas, paths, &error) == STATUS_OK, "%s", error.text);
    CHECK(paths->count == replicas, "%llu replicas", (unsigned long long)paths->count);
}

static struct rule rule_named(const char *text)
{
    struct error error;
    struct rule rule;
    CHECK(rule_from(&rule, &error, "%s", text) == STATUS_OK, "%s", error.text);
    return rule;
}

static double mean(const struct replicas *paths, enum margin_quantity quantity)
{
    return replicas_moments(paths, paths->records - 1, quantity).mean;
}

/* Mean of a quantity of one rule. */
static double trained(const char *text, const struct patches_setting *setting,
                      enum margin_quantity quantity)
{
    const struct rule rule = rule_named(text);
    const struct margin margin = margin_of(&rule, setting);
    struct replicas paths;
    run(&margin, REPLICAS, &paths);
    const double value = mean(&paths, quantity);
    replicas_free(&paths);
    return value;
}

static void rules_whose_memory_is_known(void **state)
{
    static const struct {
        const char *rule;
        double rate, decay; /* NAN: no such memory */
    } cases[] = {
        {"sgd lr=0.3", 0.3, 0},
        {"heavy_ball lr=0.3 beta1=0.99", 0.3, 0.99},
        {"heavy_ball lr=0.3 beta1=0.9 beta3=1", 3, 0.9},
        {"pnm lr=0.3 beta1=0.9 beta0=-0.47368421052631576 lr-normalization=off", 0.3,
         0.9},
        {"pnm lr=0.3 beta1=0.9 beta0=1", NAN, NAN},
        {"nesterov lr=0.3 beta1=0.9", NAN, NAN},
        {"adam lr=0.3", NAN, NAN},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct rule rule = rule_named(cases[k].rule);
        double rate = NAN, decay = NAN;
        const bool known = margin_memory(&rule, &rate, &decay);
        CHECK(known == !isnan(cases[k].rate), "%s", cases[k].rule);
        if (!known)
            continue;
        CHECK_NEAR(rate, cases[k].rate, 1e-10, 0);
        CHECK_NEAR(decay, cases[k].decay, 1e-10, 1e-15);
        CHECK_NEAR(margin_coast_bound(&rule),
                   sqrt(2 * cases[k].rate / (1 - cases[k].decay) * log(2)), 1e-9, 0);
    }
    struct rule rule = rule_named("sgd lr=0.3");
    double rate, decay;
    rule.decay.lambda = 0.1;
    CHECK(!margin_memory(&rule, &rate, &decay), "weight decay");
}

/* PNM at beta0 = -beta1/(1+beta1) has m_t = beta1^2 m_{t-2} + (1-beta1^2) g_t, and
 * applies (m_t + beta1 m_{t-1})/(1+beta1) = (1-beta1) sum_k beta1^k g_{t-k}: momentum
 * beta1 and the same rate, without normalization. The linear systems of both, as chains
 * on a quadratic and on the network. */
static void a_special_pnm_is_momentum(void **state)
{
    static const char pnm_text[] =
        "pnm lr=0.3 beta1=0.9 beta0=-0.47368421052631576 lr-normalization=off";
    const struct rule pnm = rule_named(pnm_text);
    const struct rule heavy = rule_named("heavy_ball lr=0.3 beta1=0.9");
    double theta[2] = {1, 1}, slot[2][RULE_MAX_SLOTS] = {{0}};
    struct replicas paths[2];
    (void)state;
    for (uint64_t t = 0; t < 200; t++) {
        const double g[2] = {0.7 * theta[0], 0.7 * theta[1]};
        pnm.kind->step(&pnm, t, 1, &g[0], &theta[0], slot[0]);
        heavy.kind->step(&heavy, t, 1, &g[1], &theta[1], slot[1]);
        CHECK_NEAR(theta[0], theta[1], 1e-12, 1e-14);
    }
    struct margin margin = margin_of(&pnm, &usual);
    margin.steps = 300;
    run(&margin, 2, &paths[0]);
    margin.rule = &heavy;
    run(&margin, 2, &paths[1]);
    CHECK_NEAR(mean(&paths[0], MARGIN_CUBES), mean(&paths[1], MARGIN_CUBES), 1e-9, 0);
    CHECK_NEAR(mean(&paths[0], MARGIN_LOSS), mean(&paths[1], MARGIN_LOSS), 1e-9, 0);
    /* beta0 = 0 is another rule: it must not agree. */
    const struct rule other =
        rule_named("pnm lr=0.3 beta1=0.9 beta0=0 lr-normalization=off");
    replicas_free(&paths[0]);
    margin.rule = &other;
    run(&margin, 2, &paths[0]);
    CHECK(fabs(mean(&paths[0], MARGIN_LOSS) / mean(&paths[1], MARGIN_LOSS) - 1) > 1e-6,
          "pnm at beta0 = 0 agrees too");
    replicas_free(&paths[0]);
    replicas_free(&paths[1]);
}

static void energy_falls_at_a_small_rate(void **state)
{
    static const char *const rules[] = {"heavy_ball lr=0.1 beta1=0.99",
                                        "heavy_ball lr=0.3 beta1=0.9", "sgd lr=0.3"};
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        const struct rule rule = rule_named(rules[k]);
        struct margin margin = margin_of(&rule, &usual);
        struct replicas paths;
        margin.steps = 600;
        run(&margin, 2, &paths);
        CHECK(mean(&paths, MARGIN_RISE) <= 1e-14, "%s: the energy rises by %g",
              rules[k], mean(&paths, MARGIN_RISE));
        CHECK(mean(&paths, MARGIN_COAST) <= margin_coast_bound(&rule), "%s coasts %g",
              rules[k], mean(&paths, MARGIN_COAST));
        replicas_free(&paths);
    }
    /* Where the rate is too large, it rises. */
    const struct rule rule = rule_named("sgd lr=1000");
    struct margin margin = margin_of(&rule, &usual);
    struct replicas paths;
    margin.steps = 2;
    run(&margin, 2, &paths);
    CHECK(mean(&paths, MARGIN_RISE) > 1e-3, "at a large rate it rises by %g",
          mean(&paths, MARGIN_RISE));
    replicas_free(&paths);
}

/* The first step begins at rest, and its length is the displacement. */
static void energy_of_the_first_step(void **state)
{
    const struct rule rule = rule_named("heavy_ball lr=30 beta1=0.9");
    struct margin margin = margin_of(&rule, &usual);
    struct replicas paths;
    (void)state;
    margin.steps = margin.every = 1;
    run(&margin, 1, &paths);
    const double moved = mean(&paths, MARGIN_DISPLACEMENT);
    const double before = replicas_moments(&paths, 0, MARGIN_LOSS).mean;
    const double kinetic = 0.9 / (2 * 30 * (1 - 0.9)) * moved * moved;
    CHECK_NEAR(mean(&paths, MARGIN_RISE), mean(&paths, MARGIN_LOSS) - before + kinetic,
               0, 1e-14);
    CHECK_COMPARE(kinetic, >, 1e-9);
    replicas_free(&paths);
}

/* The effect that is looked for, and the settings in which there is none. */
static void momentum_makes_no_difference_in_controls(void **state)
{
    static const char gd[] = "sgd lr=0.3", gdm[] = "heavy_ball lr=0.3 beta1=0.99";
    struct patches_setting equal = usual, quiet = usual;
    (void)state;
    equal.margin_small = equal.margin_large;
    quiet.noise_norm = 0.5;
    CHECK(trained(gd, &usual, MARGIN_ERROR_SMALL) > 0.4, "descent learns the feature");
    CHECK(trained(gdm, &usual, MARGIN_ERROR_SMALL) < 0.1, "momentum does not");
    CHECK(trained(gd, &equal, MARGIN_ERROR_SMALL) < 0.005, "equal margins, descent");
    CHECK(trained(gdm, &equal, MARGIN_ERROR_SMALL) < 0.005, "equal margins, momentum");
    CHECK(trained(gd, &quiet, MARGIN_ERROR_SMALL) < 0.005, "short noise, descent");
    CHECK(trained(gdm, &quiet, MARGIN_ERROR_SMALL) < 0.005, "short noise, momentum");
}

static void forgetting_and_stopping(void **state)
{
    const struct rule rule = rule_named("heavy_ball lr=0.3 beta1=0.99");
    struct margin margin = margin_of(&rule, &usual);
    struct replicas paths;
    (void)state;
    margin.forget_at = 0.003;
    run(&margin, REPLICAS, &paths);
    CHECK(replicas_moments(&paths, 0, MARGIN_FORGOTTEN).count == REPLICAS,
          "none forgot");
    CHECK(mean(&paths, MARGIN_ERROR_SMALL) > 0.4, "still %g",
          mean(&paths, MARGIN_ERROR_SMALL));
    replicas_free(&paths);
    margin.forget_at = NAN;
    margin.stop_at_loss = 0.1;
    margin.every = 500;
    run(&margin, 2, &paths);
    CHECK(paths.records == 4, "%llu records", (unsigned long long)paths.records);
    CHECK(mean(&paths, MARGIN_LOSS) < 0.1, "stopped too early");
    CHECK(mean(&paths, MARGIN_TAKEN) < 500, "not stopped");
    CHECK_NEAR(replicas_moments(&paths, 1, MARGIN_LOSS).mean, mean(&paths, MARGIN_LOSS),
               0, 0);
    CHECK(replicas_moments(&paths, 0, MARGIN_LOSS).mean > 0.5, "the start");
    replicas_free(&paths);
}

/* A diverged replica counts as chance, and in nothing else. */
static void divergence_is_counted(void **state)
{
    const struct rule rule = rule_named("sgd lr=1e9");
    const struct margin margin = margin_of(&rule, &usual);
    struct replicas paths;
    (void)state;
    run(&margin, 3, &paths);
    CHECK_NEAR(mean(&paths, MARGIN_DIVERGED), 1, 0, 0);
    CHECK_NEAR(mean(&paths, MARGIN_ERROR_SMALL), 0.5, 0, 0);
    CHECK(replicas_moments(&paths, 0, MARGIN_LOSS).count == 0, "a loss of none");
    replicas_free(&paths);
}

static void threads_give_the_same_bits(void **state)
{
    const struct rule rule = rule_named("adam lr=0.01");
    struct margin margin = margin_of(&rule, &usual);
    struct replicas one, three;
    (void)state;
    margin.steps = 40;
    margin.every = 7;
    run(&margin, 7, &one);
    margin.threads = 3;
    run(&margin, 7, &three);
    CHECK(memcmp(one.value, three.value,
                 7 * one.records * MARGIN_QUANTITIES * sizeof(double)) == 0,
          "other bits");
    /* Paired differences are those of the replicas. */
    CHECK_NEAR(replicas_difference(&one, &three, 3, MARGIN_CUBES).mean, 0, 0, 0);
    CHECK(replicas_difference(&one, &three, 3, MARGIN_CUBES).count == 7, "pairs");
    replicas_free(&one);
    replicas_free(&three);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_whose_memory_is_known),
        cmocka_unit_test(a_special_pnm_is_momentum),
        cmocka_unit_test(energy_falls_at_a_small_rate),
        cmocka_unit_test(energy_of_the_first_step),
        cmocka_unit_test(momentum_makes_no_difference_in_controls),
        cmocka_unit_test(forgetting_and_stopping),
        cmocka_unit_test(divergence_is_counted),
        cmocka_unit_test(threads_give_the_same_bits),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
