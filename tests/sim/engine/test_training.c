/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training on minibatches: what a rule applies, that each epoch takes every example
 * once, pairs of rules, chance, and numbers that do not depend on threads. */
#include "check.h"

#include "engine/training.h"

static const struct training_setting usual = {
    .lesson = {.features = 6, .classes = 4, .train = 96, .test = 64},
    .hidden = 9,
    .activation = PERCEPTRON_TANH,
    .batch = 8,
    .epochs = 3,
};

static struct rule rule_named(const char *text)
{
    struct error error;
    struct rule rule;
    CHECK(rule_from(&rule, &error, "%s", text) == STATUS_OK, "%s", error.text);
    return rule;
}

static struct training training_of(const struct rule *rule,
                                   const struct training_setting *setting)
{
    return (struct training){
        .rule = rule,
        .setting = setting,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 1,
    };
}

static void run(const struct training *training, uint64_t count,
                struct replicas *result)
{
    struct error error;
    CHECK(training_run(training, count, result, &error) == STATUS_OK, "%s", error.text);
    CHECK(result->count == count, "%llu replicas", (unsigned long long)result->count);
}

/* The quantity of replica 0 after the last epoch. */
static double trained(const char *text, const struct training_setting *setting,
                      enum training_quantity quantity)
{
    const struct rule rule = rule_named(text);
    const struct training training = training_of(&rule, setting);
    struct replicas result;
    run(&training, 1, &result);
    const double value = replicas_value(&result, 0, 0, quantity);
    replicas_free(&result);
    return value;
}

/* --- what a rule applies ---------------------------------------------------------- */

static void check_applied(const char *text, double rate, double decay)
{
    const struct rule rule = rule_named(text);
    const struct applied applied = training_applied(&rule);
    if (isnan(rate))
        CHECK(isnan(applied.rate), "%s: %g", text, applied.rate);
    else
        CHECK_NEAR(applied.rate, rate, 1e-9, 0);
    if (isnan(decay))
        CHECK(isnan(applied.decay), "%s: %g", text, applied.decay);
    else
        CHECK_NEAR(applied.decay, decay, 1e-9, 0);
}

static void a_rule_applies_its_long_run_rate(void **state)
{
    (void)state;
    check_applied("sgd lr=0.3", 0.3, 0);
    check_applied("heavy_ball lr=0.3 beta1=0.9 beta3=0.1", 0.3, 0);
    check_applied("heavy_ball lr=0.3 beta1=0.9 beta3=1", 3, 0);
    /* (1+beta0)^2 + beta0^2 = 13. */
    check_applied("pnm lr=0.3 beta0=2 beta1=0.9", 0.3 / sqrt(13), 0);
    check_applied("adam lr=0.01 epsilon=0", 0.01, 0);
    struct rule scheduled = rule_named("sgd lr=0.3");
    scheduled.schedule = (struct schedule){SCHEDULE_STEP, {0.1, 2, 3}};
    CHECK_NEAR(training_applied(&scheduled).rate, 0.3, 1e-12, 0);
}

static void weight_decay_counts_per_applied_rate(void **state)
{
    (void)state;
    struct rule rule = rule_named("pnm lr=0.3 beta0=2 beta1=0.9");
    rule.decay = (struct decay){0.01, true};
    CHECK_NEAR(training_applied(&rule).decay, 0.01 * sqrt(13), 1e-9, 0);
    rule.decay.decoupled = false;
    CHECK_NEAR(training_applied(&rule).decay, 0.01, 1e-12, 0);
    rule = rule_named("adam lr=0.01");
    rule.decay = (struct decay){0.01, false};
    CHECK(isnan(training_applied(&rule).decay), "an adaptive rule scales its decay");
}

/* --- the training ----------------------------------------------------------------- */

/* At small rates an epoch moves theta by -lr times the sum of its batches' gradients,
 * that is as one step with the gradient of all examples does, at lr times the number of
 * batches. Drawn with replacement the two would differ at the first order of lr. */
static void an_epoch_takes_every_example_once(void **state)
{
    (void)state;
    struct training_setting one = usual, whole = usual;
    one.epochs = whole.epochs = 1;
    whole.batch = 96;
    struct rule rule = rule_named("sgd lr=1");
    double apart[2];
    struct training_setting start = usual;
    start.epochs = 0;
    for (int k = 0; k < 2; k++) {
        double loss[3];
        for (int j = 0; j < 3; j++) {
            const double lr = k == 0 ? 1e-3 : 1e-4;
            const struct training training = training_of(&rule, j == 0   ? &start
                                                                : j == 1 ? &one
                                                                         : &whole);
            struct replicas result;
            rule.number[RULE_LR] = j == 1 ? lr / 12 : lr;
            run(&training, 1, &result);
            loss[j] = replicas_value(&result, 0, 0, TRAINING_LOSS);
            CHECK(replicas_value(&result, 0, 0, TRAINING_STEPS) ==
                      (j ? j == 1 ? 12 : 1 : 0),
                  "steps");
            replicas_free(&result);
        }
        CHECK(loss[2] < loss[0], "no descent");
        apart[k] = fabs((loss[1] - loss[2]) / (loss[2] - loss[0]));
        CHECK(apart[k] < (k == 0 ? 1e-3 : 1e-4), "%g", apart[k]);
    }
}

static void rules_are_compared_on_the_same_replicas(void **state)
{
    (void)state;
    const struct rule sgd = rule_named("sgd lr=0.1"), adam = rule_named("adam lr=0.1");
    struct training training = training_of(&sgd, &usual);
    struct replicas one, other;
    training.every = 1;
    run(&training, 3, &one);
    training.rule = &adam;
    run(&training, 3, &other);
    CHECK(one.records == 4, "%llu records", (unsigned long long)one.records);
    for (uint64_t r = 0; r < 3; r++) {
        CHECK(replicas_value(&one, r, 0, TRAINING_LOSS_TEST) ==
                  replicas_value(&other, r, 0, TRAINING_LOSS_TEST),
              "other starts");
        CHECK(replicas_value(&one, r, 3, TRAINING_LOSS_TEST) !=
                  replicas_value(&other, r, 3, TRAINING_LOSS_TEST),
              "the same rule");
        CHECK(replicas_value(&one, r, 3, TRAINING_ERROR_BEST) <=
                  replicas_value(&one, r, 3, TRAINING_ERROR_TEST),
              "the best is worse than the last");
    }
    replicas_free(&one);
    replicas_free(&other);
}

static void another_order_is_another_training_on_the_same_start(void **state)
{
    (void)state;
    const struct rule rule = rule_named("sgd lr=0.1");
    struct training_setting other = usual;
    struct training training = training_of(&rule, &usual);
    struct replicas own, moved;
    training.every = 1;
    run(&training, 2, &own);
    other.order = 77;
    training.setting = &other;
    run(&training, 2, &moved);
    CHECK(replicas_value(&own, 0, 0, TRAINING_LOSS) ==
              replicas_value(&moved, 0, 0, TRAINING_LOSS),
          "another start");
    CHECK(replicas_value(&own, 0, 1, TRAINING_LOSS) !=
              replicas_value(&moved, 0, 1, TRAINING_LOSS),
          "the same order");
    replicas_free(&moved);
    other.order = 0;
    other.first_replica = 1;
    run(&training, 1, &moved);
    CHECK(memcmp(moved.value, own.value + own.records * own.quantities,
                 own.records * own.quantities * sizeof(double)) == 0,
          "replica 1 is not the first one from 1 on");
    replicas_free(&own);
    replicas_free(&moved);
}

static void labels_at_random_leave_chance(void **state)
{
    (void)state;
    struct training_setting setting = usual;
    setting.lesson.noise = LESSON_SYMMETRIC;
    setting.lesson.share = 0.75;
    setting.lesson.test = 400;
    setting.epochs = 60;
    const struct rule rule = rule_named("sgd lr=0.3");
    const struct training training = training_of(&rule, &setting);
    struct replicas result;
    run(&training, 40, &result);
    const struct moments test = replicas_moments(&result, 0, TRAINING_ERROR_TEST);
    CHECK(fabs(test.mean - 0.75) < 5 * moments_stderr(&test), "%g", test.mean);
    CHECK(replicas_moments(&result, 0, TRAINING_MEMORIZED).mean > 0.5, "memory");
    CHECK(moments_stderr(&test) < 0.02, "%g", moments_stderr(&test));
    replicas_free(&result);
    setting.lesson.noise = LESSON_CLEAN;
    setting.lesson.share = 0;
    CHECK(trained("sgd lr=0.3", &setting, TRAINING_ERROR_TEST) < 0.4, "no learning");
    CHECK(isnan(trained("sgd lr=0.3", &setting, TRAINING_MEMORIZED)), "no wrong label");
}

static void what_diverges_counts_as_chance(void **state)
{
    (void)state;
    struct training_setting setting = usual;
    setting.activation = PERCEPTRON_RELU;
    CHECK_NEAR(trained("sgd lr=1e200", &setting, TRAINING_ERROR_TEST), 0.75, 0, 0);
    CHECK_NEAR(trained("sgd lr=1e200", &setting, TRAINING_DIVERGED), 1, 0, 0);
    CHECK(isnan(trained("sgd lr=1e200", &setting, TRAINING_LOSS)), "a loss of none");
}

static void threads_give_the_same_bits(void **state)
{
    (void)state;
    const struct rule rule = rule_named("two_batch lr=0.1");
    struct training training = training_of(&rule, &usual);
    struct replicas one, three;
    run(&training, 7, &one);
    training.threads = 3;
    run(&training, 7, &three);
    CHECK(memcmp(one.value, three.value, 7 * TRAINING_QUANTITIES * sizeof *one.value) ==
              0,
          "threads change the result");
    CHECK(replicas_value(&one, 0, 0, TRAINING_STEPS) == 18, "half as many steps");
    replicas_free(&one);
    replicas_free(&three);
}

static void settings_out_of_range_are_refused(void **state)
{
    (void)state;
    struct error error;
    const struct rule rules[] = {rule_named("sgd lr=0.1"),
                                 rule_named("two_batch lr=0.1")};
    struct training_setting setting = usual;
    setting.batch = 96;
    CHECK(training_check(&setting, rules, 1, &error) == STATUS_OK, "%s", error.text);
    CHECK(training_check(&setting, rules, 2, &error) == STATUS_USAGE, "two batches");
    CHECK(strstr(error.text, "two_batch takes 2"), "%s", error.text);
    setting = usual;
    setting.hidden = 1000000000;
    CHECK(training_check(&setting, rules, 1, &error) == STATUS_USAGE, "hidden");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_applies_its_long_run_rate),
        cmocka_unit_test(weight_decay_counts_per_applied_rate),
        cmocka_unit_test(an_epoch_takes_every_example_once),
        cmocka_unit_test(rules_are_compared_on_the_same_replicas),
        cmocka_unit_test(another_order_is_another_training_on_the_same_start),
        cmocka_unit_test(labels_at_random_leave_chance),
        cmocka_unit_test(what_diverges_counts_as_chance),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(settings_out_of_range_are_refused),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
