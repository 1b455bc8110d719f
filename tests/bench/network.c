/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network.h"

#include "engine/kernels.h"
#include "engine/training.h"
#include "losses/perceptron.h"
#include "report.h"
#include "rules/rule_from.h"
#include "rules/rule_loops.h"
#include "sections.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct perceptron_shape shape = {NETWORK_FEATURES, NETWORK_HIDDEN,
                                              NETWORK_CLASSES, PERCEPTRON_RELU};

static void must(int status, const struct error *error)
{
    if (status != STATUS_OK) {
        fprintf(stderr, "bench: %s\n", error->text);
        exit(status);
    }
}

/* --- the training ----------------------------------------------------------------- */

static void *room_for(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        fprintf(stderr, "bench: no memory for a network\n");
        exit(71);
    }
    return memory;
}

/* The next one of the numbers that are data, labels and weights, here and in peers.py:
 * a linear congruence, from -1 to 1. */
static double next_number(uint32_t *state)
{
    *state = (*state * UINT32_C(1103515245) + 12345) & INT32_MAX;
    return (double)*state / 0x1p30 - 1;
}

struct task {
    double *x, *start;
    uint32_t *label;
};

static struct task task_init(void)
{
    const size_t weights = perceptron_weights(&shape);
    const size_t second = shape.features * shape.hidden + shape.hidden;
    const size_t numbers = (size_t)NETWORK_EXAMPLES * NETWORK_FEATURES;
    struct task task = {.x = room_for(numbers + weights, sizeof(double)),
                        .label = room_for(NETWORK_EXAMPLES, sizeof(uint32_t))};
    uint32_t state = 1;
    task.start = task.x + numbers;
    for (size_t k = 0; k < numbers; k++)
        task.x[k] = next_number(&state);
    for (size_t k = 0; k < NETWORK_EXAMPLES; k++)
        task.label[k] = (uint32_t)floor((next_number(&state) + 1) * 5);
    for (size_t k = 0; k < weights; k++)
        task.start[k] = next_number(&state) * 0.25 * (k < second ? 1 : 2);
    return task;
}

/* Batches go through the examples by steps of 37, which meets all of them. */
static void choose_rows(uint64_t step, uint32_t *row)
{
    for (uint64_t k = 0; k < NETWORK_BATCH; k++)
        row[k] = (uint32_t)((step * NETWORK_BATCH + k) * 37 % NETWORK_EXAMPLES);
}

static double train_one(const struct rule *rule, const struct rule_loops *loops,
                        const struct task *task, uint64_t steps)
{
    const size_t n = perceptron_weights(&shape);
    double *theta = room_for((2 + (size_t)rule->kind->slots) * n, sizeof *theta);
    double *gradient = theta + n, loss = NAN;
    uint32_t row[NETWORK_BATCH];
    struct perceptron net;
    struct error error;
    must(perceptron_init(&net, &shape, NETWORK_BATCH, &error), &error);
    memcpy(theta, task->start, n * sizeof *theta);
    for (uint64_t t = 0; t < steps; t++) {
        choose_rows(t, row);
        loss = perceptron_gradient(&net, theta, NETWORK_BATCH, task->x, task->label,
                                   row, gradient);
        loops->step(rule, t, n, gradient, theta, theta + 2 * n);
    }
    perceptron_free(&net);
    free(theta);
    return loss;
}

double network_train(const char *name, double lr, uint64_t steps, double *loss)
{
    struct error error;
    struct rule rule;
    const struct kernels *kernels = kernels_find(&error);
    must(kernels ? rule_from(&rule, &error, "%s lr=%.17g", name, lr) : STATUS_USAGE,
         &error);
    const struct task task = task_init();
    const double start = setup_processor_now();
    *loss = train_one(&rule, kernels_rule(kernels, &rule), &task, steps);
    const double seconds = setup_processor_now() - start;
    free(task.x);
    free(task.label);
    return seconds;
}

double network_replicas(const char *name, double lr, uint64_t replicas, double *wrong)
{
    static const struct training_setting setting = {
        .lesson = {.features = NETWORK_FEATURES,
                   .classes = NETWORK_CLASSES,
                   .train = NETWORK_EXAMPLES,
                   .test = 64},
        .hidden = NETWORK_HIDDEN,
        .batch = NETWORK_BATCH,
        .epochs = NETWORK_EPOCHS,
    };
    struct error error;
    struct rule rule;
    struct replicas result;
    must(rule_from(&rule, &error, "%s lr=%.17g", name, lr), &error);
    const struct training training = {.rule = &rule,
                                      .setting = &setting,
                                      .generator = {.kind = RANDOM_XOSHIRO},
                                      .seed = 1,
                                      .threads = 1};
    const double start = setup_processor_now();
    must(training_run(&training, replicas, &result, &error), &error);
    const double seconds = setup_processor_now() - start;
    *wrong = replicas_moments(&result, 0, TRAINING_ERROR).mean;
    replicas_free(&result);
    return seconds;
}

/* --- the section ------------------------------------------------------------------ */

/* Peers must reach pnmlab's loss: sums in another order change its last digits. */
static struct contender *add_training(struct contest *contest, struct process *process,
                                      const char *what, const char *isa,
                                      const char *rule, uint64_t steps)
{
    const double lr = strcmp(rule, "adam") == 0 ? 0.002 : 0.1;
    struct contender c = {.what = what,
                          .isa = isa,
                          .d = perceptron_weights(&shape),
                          .replicas = 1,
                          .steps = steps,
                          .threads = 1,
                          .process = process,
                          .units = (double)steps,
                          .tolerance = 1e-8,
                          .most = NAN};
    network_train(rule, lr, steps, &c.expected);
    snprintf(c.rule, sizeof c.rule, "%s", rule);
    snprintf(c.command, sizeof c.command, "network %s %s %g %llu", what, rule, lr,
             (unsigned long long)steps);
    return contest_add(contest, &c);
}

static void add_peers(struct bench *bench, struct contest *contest, const char *rule,
                      struct contender *base, uint64_t steps)
{
    static const char *const peers[] = {"numpy", "torch"};
    for (size_t k = 0; k < (bench->quick ? 1 : 2); k++) {
        struct contender *peer =
            add_training(contest, &bench->peers, peers[k], "", rule, steps);
        peer->ratio_to = "pnmlab";
        peer->base = base;
    }
}

/* Replicas as the programs train them. At the end fewer than half of the examples are
 * wrong, where chance is nine tenths. */
static void add_replicas(struct bench *bench, struct contest *contest)
{
    static const uint64_t replicas[] = {1, 10, 100, 1000};
    struct contender *one = NULL;
    for (size_t k = 0; k < (bench->quick ? 3 : 4); k++) {
        struct contender c = {.what = "pnmlab's replicas",
                              .rule = "pnm",
                              .isa = bench->isa[0],
                              .d = perceptron_weights(&shape),
                              .replicas = replicas[k],
                              .steps = (uint64_t)NETWORK_EPOCHS * NETWORK_EXAMPLES /
                                       NETWORK_BATCH,
                              .threads = 1,
                              .process = &bench->own[0],
                              .expected = NAN,
                              .most = 0.5,
                              .ratio_to = "1 replica",
                              .base = one};
        c.units = (double)(c.replicas * c.steps);
        snprintf(c.command, sizeof c.command, "network replicas pnm 0.5 %llu",
                 (unsigned long long)replicas[k]);
        struct contender *added = contest_add(contest, &c);
        one = one ? one : added;
    }
}

int section_network(struct bench *bench, struct contest *contest)
{
    static const char *const rules[] = {"sgd", "pnm", "adam"};
    const uint64_t steps = bench->quick ? 200 : 500;
    contest->section = "network";
    contest->title = "Training a network, 64 features, 64 hidden units, 10 classes, on "
                     "batches of 32: ns and cycles a step";
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        struct contender *own = NULL;
        for (int k = 0; k < bench->isas; k++) {
            struct contender *one = add_training(contest, &bench->own[k], "pnmlab",
                                                 bench->isa[k], rules[r], steps);
            own = own ? own : one;
        }
        add_peers(bench, contest, rules[r], own, steps);
    }
    add_replicas(bench, contest);
    const int wrong = contest_run(contest, bench->quick ? 5 : 15, 30);
    report_table(contest, bench->gigahertz);
    return wrong;
}
