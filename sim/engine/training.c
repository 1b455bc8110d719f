/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/training.h"

#include "base/interrupt.h"
#include "base/random_index.h"
#include "engine/kernels.h"
#include "rules/rule_check.h"
#include "rules/rule_loops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- the setting ------------------------------------------------------------------ */

uint64_t training_epoch_steps(const struct training_setting *setting,
                              const struct rule *rule)
{
    return setting->lesson.train / (setting->batch * (uint64_t)rule->kind->samples);
}

uint64_t training_records(const struct training *training)
{
    return replicas_records(training->setting->epochs, training->every);
}

uint64_t training_record_epoch(const struct training *training, uint64_t record)
{
    return replicas_record(training->setting->epochs, training->every, record);
}

/* The most weights that a network may have. */
static const double most_weights = 1e7;

static struct perceptron_shape shape_of(const struct training_setting *setting)
{
    return (struct perceptron_shape){setting->lesson.features, setting->hidden,
                                     setting->lesson.classes, setting->activation};
}

/* Checks what the rule asks of the training. */
static int check_rule(const struct training_setting *setting, const struct rule *rule,
                      struct error *error)
{
    const double kept = 1 - rule->decay.lambda * rule->number[RULE_LR];
    if (training_epoch_steps(setting, rule) == 0)
        return error_about(error, STATUS_USAGE, "batch",
                           "%llu examples a batch, of which a step of %s takes %d, "
                           "are more than the %llu training examples",
                           (unsigned long long)setting->batch, rule->kind->name,
                           rule->kind->samples,
                           (unsigned long long)setting->lesson.train);
    if (rule->decay.decoupled && !(kept > 0))
        return error_about(error, STATUS_USAGE, "weight-decay",
                           "%g times the learning rate %g is %g, so that a step of %s "
                           "leaves nothing of the weights; allowed is a product < 1",
                           rule->decay.lambda, rule->number[RULE_LR], 1 - kept,
                           rule->kind->name);
    return STATUS_OK;
}

int training_check(const struct training_setting *setting, const struct rule *rules,
                   size_t count, struct error *error)
{
    const struct perceptron_shape shape = shape_of(setting);
    const double weights =
        ((double)shape.features + (double)shape.classes + 1) * (double)shape.hidden +
        (double)shape.classes;
    int status = lesson_check(&setting->lesson, error);
    if (status != STATUS_OK)
        return status;
    if (!(weights <= most_weights))
        return error_about(error, STATUS_USAGE, "hidden",
                           "%llu hidden units make %.3g weights; allowed are up to %g",
                           (unsigned long long)shape.hidden, weights, most_weights);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = check_rule(setting, &rules[k], error);
    if (status != STATUS_OK)
        return status;
    status = rule_check_sampled(rules, count, "the training of a network", error);
    return status == STATUS_OK ? rule_check_gradients(rules, count, "training", error)
                               : status;
}

/* --- what a rule applies ---------------------------------------------------------- */

/* How far the rule moves theta in its step number `steps`, with a gradient of 1 in all
 * of them. */
static double move(const struct rule *rule, uint64_t steps)
{
    double theta = 0, moved = NAN, slot[RULE_MAX_SLOTS] = {0};
    double g[RULE_MAX_GRADIENTS];
    for (int k = 0; k < RULE_MAX_GRADIENTS; k++)
        g[k] = 1;
    for (uint64_t t = 0; t < steps; t++) {
        const double before = theta;
        rule->kind->step(rule, t, 1, g, &theta, slot);
        moved = before - theta;
        /* Differences of theta keep their digits. */
        theta = 0;
    }
    return moved;
}

struct applied training_applied(const struct rule *rule)
{
    struct rule plain = *rule;
    struct applied applied = {NAN, NAN};
    plain.decay = (struct decay){0};
    plain.schedule = (struct schedule){0};
    double last = NAN, now = NAN;
    for (uint64_t steps = 100; steps <= 102400 && isnan(applied.rate); steps *= 2) {
        last = now;
        now = move(&plain, steps);
        if (fabs(now - last) <= 1e-10 * fabs(now))
            applied.rate = now;
    }
    if (rule->decay.lambda == 0)
        applied.decay = 0;
    else if (rule->decay.decoupled)
        applied.decay = rule->decay.lambda * rule->number[RULE_LR] / applied.rate;
    else if (rule->kind->linear)
        applied.decay = rule->decay.lambda;
    return applied;
}

/* --- one replica ------------------------------------------------------------------ */

/* The pointers lead into the memory of theta. */
struct run {
    struct random_stream stream; /* of the order of the batches */
    const struct training *training;
    const struct rule_loops *loops;
    struct lesson lesson;
    struct perceptron net;
    struct random_index index;
    size_t weights;
    double *theta, *gradient, *slot;
    uint32_t *order, *chosen; /* training examples of an epoch; what the network says */
    uint64_t steps;
    double best; /* lowest test error so far */
    bool diverged;
};

static const char start_name[] = "training: start", order_name[] = "training: order";

/* Draws the start of replica `replica` into theta, for which there is room up to a
 * multiple of RANDOM_BLOCK. */
static int draw_start(struct run *own, uint64_t replica, struct error *error)
{
    const struct training *training = own->training;
    const struct random_key key = {training->seed, RANDOM_DATA,
                                   random_hash(start_name, NULL, 0), replica};
    const int status =
        random_first_normal(training->generator, key, own->weights, own->theta, error);
    if (status == STATUS_OK)
        perceptron_start(&own->net.shape, own->theta, own->theta);
    return status;
}

static int run_init(struct run *own, const struct training *training, uint64_t replica,
                    struct error *error)
{
    const struct training_setting *setting = training->setting;
    const struct perceptron_shape shape = shape_of(setting);
    const struct rule_kind *kind = training->rule->kind;
    const size_t n = perceptron_weights(&shape), room = n + RANDOM_BLOCK;
    const size_t rows = (size_t)(setting->lesson.train + setting->lesson.validation +
                                 setting->lesson.test);
    const struct random_key key = {training->seed, RANDOM_DATA,
                                   random_hash(order_name, NULL, 0),
                                   setting->first_replica + replica + setting->order};
    const struct kernels *kernels = kernels_find(error);
    *own = (struct run){.training = training, .weights = n, .best = NAN};
    if (!kernels)
        return STATUS_USAGE;
    own->loops = kernels_rule(kernels, training->rule);
    own->theta =
        calloc(room + n * (size_t)(kind->samples + kind->slots), sizeof *own->theta);
    own->order = calloc(2 * rows + 1, sizeof *own->order);
    if (!own->theta || !own->order)
        return error_memory(error, "the weights");
    own->gradient = own->theta + room;
    own->slot = own->gradient + n * (size_t)kind->samples;
    own->chosen = own->order + rows;
    int status = perceptron_init(&own->net, &shape, (size_t)setting->batch, error);
    if (status == STATUS_OK)
        status = lesson_init(&own->lesson, &setting->lesson, training->generator,
                             training->seed, setting->first_replica + replica, error);
    if (status == STATUS_OK)
        status = random_init(&own->stream, training->generator, key, error);
    if (status == STATUS_OK)
        status = draw_start(own, setting->first_replica + replica, error);
    for (size_t k = 0; k < own->lesson.train.count; k++)
        own->order[k] = (uint32_t)k;
    return status;
}

static void run_free(struct run *own)
{
    random_free(&own->stream);
    lesson_free(&own->lesson);
    perceptron_free(&own->net);
    free(own->order);
    free(own->theta);
}

/* The share of a part's examples whose label is not chosen; NAN if it has none. */
static double error_of(struct run *own, const struct lesson_part *part, double *loss)
{
    size_t wrong = 0;
    *loss = part->count > 0 ? perceptron_classify(&own->net, own->theta, part->count,
                                                  part->x, part->label, own->chosen)
                            : NAN;
    for (size_t k = 0; k < part->count; k++)
        wrong += own->chosen[k] != part->label[k];
    return part->count > 0 ? (double)wrong / (double)part->count : NAN;
}

/* The share of the wrong training labels that are chosen, after error_of of them. */
static double memorized(const struct run *own)
{
    const struct lesson *lesson = &own->lesson;
    size_t learned = 0;
    for (size_t k = 0; k < lesson->train.count; k++)
        learned += lesson->train.label[k] != lesson->clean[k] &&
                   own->chosen[k] == lesson->train.label[k];
    return lesson->spoilt > 0 ? (double)learned / (double)lesson->spoilt : NAN;
}

/* Looks at the test examples at the end of an epoch. */
static void look(struct run *own)
{
    double loss;
    const double error = error_of(own, &own->lesson.test, &loss);
    own->diverged = own->diverged || !isfinite(loss);
    if (!own->diverged)
        own->best = fmin(own->best, error);
}

static void record(struct run *own, double *out)
{
    const struct lesson *lesson = &own->lesson;
    const double chance = 1 - 1 / (double)lesson->classes;
    double loss;
    for (int k = 0; k < TRAINING_QUANTITIES; k++)
        out[k] = NAN;
    out[TRAINING_ERROR] = error_of(own, &lesson->train, &out[TRAINING_LOSS]);
    out[TRAINING_MEMORIZED] = memorized(own);
    out[TRAINING_ERROR_VALIDATION] = error_of(own, &lesson->validation, &loss);
    out[TRAINING_ERROR_TEST] = error_of(own, &lesson->test, &out[TRAINING_LOSS_TEST]);
    own->diverged = own->diverged || !isfinite(out[TRAINING_LOSS]) ||
                    !isfinite(out[TRAINING_LOSS_TEST]);
    if (own->diverged) {
        out[TRAINING_LOSS] = out[TRAINING_LOSS_TEST] = NAN;
        out[TRAINING_ERROR] = out[TRAINING_ERROR_TEST] = chance;
        out[TRAINING_ERROR_VALIDATION] = lesson->validation.count > 0 ? chance : NAN;
        out[TRAINING_MEMORIZED] = lesson->spoilt > 0 ? 0 : NAN;
    }
    out[TRAINING_ERROR_BEST] = fmin(own->best, out[TRAINING_ERROR_TEST]);
    out[TRAINING_STEPS] = (double)own->steps;
    out[TRAINING_DIVERGED] = own->diverged;
}

static void take_epoch(struct run *own)
{
    const struct training *training = own->training;
    const struct training_setting *setting = training->setting;
    const struct lesson_part *train = &own->lesson.train;
    const size_t batch = (size_t)setting->batch, n = own->weights;
    const size_t samples = (size_t)training->rule->kind->samples;
    const uint64_t steps = training_epoch_steps(setting, training->rule);
    const uint32_t *row = own->order;
    random_index_shuffle(&own->index, &own->stream, train->count, own->order);
    for (uint64_t k = 0; k < steps && !own->diverged; k++) {
        double loss = 0;
        for (size_t s = 0; s < samples; s++, row += batch)
            loss += perceptron_gradient(&own->net, own->theta, batch, train->x,
                                        train->label, row, own->gradient + s * n);
        own->loops->step(training->rule, own->steps, n, own->gradient, own->theta,
                         own->slot);
        own->steps++;
        own->diverged = !isfinite(loss);
    }
}

static void train(struct run *own, double *out)
{
    const struct training *training = own->training;
    uint64_t next = 0;
    for (uint64_t epoch = 0; !interrupt_pending(); epoch++) {
        look(own);
        if (epoch == training_record_epoch(training, next))
            record(own, out + next++ * TRAINING_QUANTITIES);
        if (epoch == training->setting->epochs)
            break;
        if (!own->diverged)
            take_epoch(own);
    }
}

/* --- all replicas ----------------------------------------------------------------- */

static int run_replica(const void *context, uint64_t replica, double *out,
                       struct error *error)
{
    struct run run;
    const int status = run_init(&run, context, replica, error);
    if (status == STATUS_OK)
        train(&run, out);
    run_free(&run);
    return status;
}

/* A hash of everything that the training depends on. */
static uint64_t identity(const struct training *training)
{
    const struct training_setting *own = training->setting;
    const uint64_t counts[] = {lesson_hash(&own->lesson),
                               own->hidden,
                               (uint64_t)own->activation,
                               own->batch,
                               own->epochs,
                               own->order,
                               own->first_replica,
                               training->every,
                               training->seed,
                               (uint64_t)training->generator.kind,
                               rule_hash(training->rule)};
    return random_hash_bytes(random_hash("training", NULL, 0), counts, sizeof counts);
}

int training_run(const struct training *training, uint64_t replicas,
                 struct replicas *result, struct error *error)
{
    *result = (struct replicas){0};
    const int status = training_check(training->setting, training->rule, 1, error);
    if (status != STATUS_OK)
        return status;
    const struct replicas_plan plan = {
        .records = training_records(training),
        .quantities = TRAINING_QUANTITIES,
        .threads = training->threads,
        .label = training->label,
        .identity = identity(training),
        .session = training->session,
        .context = training,
        .run = run_replica,
    };
    return replicas_run(&plan, replicas, result, error);
}
