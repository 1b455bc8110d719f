/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_training.h"

#include "compare/command.h"
#include "engine/sampling.h"
#include "losses/digits.h"
#include "rules/rule_from.h"
#include "verdict/estimate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRAIN = 1000, TEST = 797, HIDDEN = 64, BATCH = 32, FEATURES = 20, CLASSES = 10 };

/* --- the list of rows ------------------------------------------------------------- */

int claim_training_add(struct claim_training_rows *rows,
                       struct claim_training_row **row, struct error *error)
{
    const size_t size = (rows->count + 1) * sizeof *rows->row;
    struct claim_training_row *grown = realloc(rows->row, size);
    if (!grown)
        return error_memory(error, "the rows");
    rows->row = grown;
    *row = &grown[rows->count++];
    **row = (struct claim_training_row){0};
    return STATUS_OK;
}

void claim_training_free(struct claim_training_rows *rows)
{
    free(rows->row);
    *rows = (struct claim_training_rows){0};
}

int claim_training_pair(struct claim_training_rows *rows, const char *setting,
                        double rate, double beta0, double decay,
                        enum lesson_noise noise, double share, struct error *error)
{
    int status = STATUS_OK;
    for (int matched = 0; status == STATUS_OK && matched < 2; matched++) {
        struct claim_training_row *row;
        status = claim_training_add(rows, &row, error);
        if (status != STATUS_OK)
            break;
        row->matched = matched;
        row->noise = noise;
        row->share = share;
        snprintf(row->what, sizeof row->what, "%s, %s: PNM eta=%g beta0=%g - SGD %s",
                 matched ? "matched" : "as published", setting, rate, beta0,
                 matched ? "at its rate and decay" : "at a tenth of eta");
        status = rule_from(&row->own, error, "pnm lr=%.17g beta0=%.17g", rate, beta0);
        if (status == STATUS_OK)
            status = rule_from(&row->twin, error, "heavy_ball lr=%.17g beta3=1",
                               matched ? rate : rate / 10);
        row->own.decay = (struct decay){decay, true};
        row->twin.decay = (struct decay){decay, matched};
    }
    return status;
}

/* Labels of which each class is as likely say nothing after few epochs as after many.
 * Few of them leave time for many replicas, which it takes: images that look alike get
 * the same label, so that the errors of replicas spread by some points. */
static int add_chance(struct claim_training_rows *rows, const struct rule *rule,
                      struct error *error)
{
    enum { EPOCHS = 3 };
    struct claim_training_row *row;
    const int status = claim_training_add(rows, &row, error);
    if (status != STATUS_OK)
        return status;
    *row = (struct claim_training_row){
        .shown = CLAIM_TRAINING_CHANCE,
        .own = *rule,
        .twin = *rule,
        .noise = LESSON_SYMMETRIC,
        .share = 1 - 1.0 / CLASSES,
        .epochs = EPOCHS,
    };
    snprintf(row->what, sizeof row->what,
             "control, all labels random, %d epochs: PNM eta=1 beta0=1 - chance",
             EPOCHS);
    return STATUS_OK;
}

int claim_training_controls(struct claim_training_rows *rows, double decay,
                            enum lesson_noise noise, double share, struct error *error)
{
    struct claim_training_row order = {.noise = noise, .share = share};
    struct claim_training_row equal = order, *row;
    const double beta1 = 0.9, beta0 = -beta1 / (1 + beta1);
    order.shown = CLAIM_TRAINING_ORDER;
    equal.matched = true;
    snprintf(order.what, sizeof order.what,
             "control: PNM eta=1 beta0=1 - the same in another order of the batches");
    snprintf(equal.what, sizeof equal.what,
             "control: PNM eta=1 beta0=-beta1/(1+beta1) - SGD at its rate and decay");
    int status = rule_from(&order.own, error, "pnm lr=1 beta0=1");
    if (status == STATUS_OK)
        status = rule_from(&equal.own, error, "pnm lr=1 beta0=%.17g", beta0);
    if (status == STATUS_OK)
        status = rule_from(&equal.twin, error, "heavy_ball lr=1 beta3=1");
    order.own.decay = equal.own.decay = equal.twin.decay = (struct decay){decay, true};
    order.twin = order.own;
    if (status == STATUS_OK)
        status = claim_training_add(rows, &row, error);
    if (status != STATUS_OK)
        return status;
    *row = equal;
    status = claim_training_add(rows, &row, error);
    if (status != STATUS_OK)
        return status;
    *row = order;
    return add_chance(rows, &order.own, error);
}

/* --- training --------------------------------------------------------------------- */

/* The trainings of a claim. */
struct trainings {
    struct ledger *ledger;
    const struct claim *claim;
    struct class_data *data; /* NULL: the digits are missing */
};

static uint64_t epochs_of(const struct claim_training_row *row)
{
    return row->epochs > 0 ? row->epochs : CLAIM_TRAINING_EPOCHS;
}

static struct training_setting setting_of(const struct trainings *own,
                                          const struct claim_training_row *row)
{
    const struct class_data *data = own->data;
    return (struct training_setting){
        .lesson =
            {
                .data = data,
                .features = data ? data->features : FEATURES,
                .classes = data ? data->classes : CLASSES,
                .train = TRAIN,
                .test = TEST,
                .noise = row->noise,
                .share = row->share,
            },
        .hidden = HIDDEN,
        .activation = PERCEPTRON_RELU,
        .batch = BATCH,
        .epochs = epochs_of(row),
    };
}

/* The rate falls to a tenth after 2/5 and after 4/5 of the steps, as after 80 and 160
 * of 200 epochs. */
static struct schedule schedule_of(const struct training_setting *setting,
                                   const struct rule *rule)
{
    const uint64_t steps = training_epoch_steps(setting, rule) * setting->epochs;
    const uint64_t first = 2 * steps / 5, second = 4 * steps / 5;
    return (struct schedule){
        .kind = SCHEDULE_STEP,
        .number = {0.1, (double)first, (double)second},
    };
}

/* Coordinate-steps of one replica of both rules. */
static double cost_of(const struct training_setting *setting,
                      const struct claim_training_row *row)
{
    const struct lesson_setting *lesson = &setting->lesson;
    const size_t parameters = setting->hidden * (lesson->features + 1) +
                              lesson->classes * (setting->hidden + 1);
    const uint64_t steps = training_epoch_steps(setting, &row->own) +
                           training_epoch_steps(setting, &row->twin);
    return (double)parameters * (double)(steps * setting->epochs);
}

/* The most replicas of a pair. */
static uint64_t most_of(const struct sampling *sampling,
                        const struct claim_training_row *row, double cost)
{
    static const uint64_t most[] = {
        [CLAIM_TRAINING_ERROR] = CLAIM_TRAINING_MOST,
        [CLAIM_TRAINING_MEMORIZED] = CLAIM_TRAINING_MOST,
        [CLAIM_TRAINING_ORDER] = CLAIM_TRAINING_MOST_ORDER,
        [CLAIM_TRAINING_CHANCE] = CLAIM_TRAINING_MOST_CHANCE,
    };
    return sampling->max_samples_given && sampling->max_samples > 0
               ? (uint64_t)fmin(sampling->max_samples / cost, 1e6)
               : most[row->shown];
}

static bool share_trainings(const struct claim_training_row *a,
                            const struct claim_training_row *b)
{
    return a->noise == b->noise && a->share == b->share &&
           epochs_of(a) == epochs_of(b) &&
           (a->shown == CLAIM_TRAINING_ORDER) == (b->shown == CLAIM_TRAINING_ORDER) &&
           (a->shown == CLAIM_TRAINING_CHANCE) == (b->shown == CLAIM_TRAINING_CHANCE);
}

/* The rules as they are trained. */
static int pair_of(const struct training_setting *setting,
                   const struct claim_training_row *row, struct match_pair *pair,
                   struct error *error)
{
    *pair = (struct match_pair){.own = row->own, .twin = row->twin};
    pair->own.schedule = schedule_of(setting, &row->own);
    pair->twin.schedule = schedule_of(setting, &row->twin);
    const struct rule baseline = pair->twin;
    const int status =
        row->matched ? match_twin(&pair->own, &baseline, MATCH_BOTH, &pair->twin, error)
                     : STATUS_OK;
    return status == STATUS_OK ? training_check(setting, &pair->twin, 1, error)
                               : status;
}

/* --- rows ------------------------------------------------------------------------- */

static struct moments in_points(struct moments moments, double minus)
{
    moments.mean = 100 * (moments.mean - minus);
    moments.squares *= 100 * 100;
    return moments;
}

struct paired claim_training_paired(const struct claim_training_row *row,
                                    const struct generalize_result *result)
{
    struct moments moments = result->difference;
    struct paired paired = {.verdict = result->verdict, .control = result->control};
    if (row->shown == CLAIM_TRAINING_MEMORIZED) {
        moments = result->memorized;
        paired.verdict = VERDICT_NO_CLAIM;
    }
    if (row->shown == CLAIM_TRAINING_CHANCE) {
        moments = in_points(result->own, 1 - 1.0 / CLASSES);
        const double hw = estimate_half_width(moments_stderr(&moments), moments.count);
        paired.verdict = result->count < ESTIMATE_MIN_CHAINS
                             ? VERDICT_INCONCLUSIVE
                             : verdict_paired(moments.mean, hw, CLAIM_TRAINING_MARGIN);
        paired.control = paired.verdict != VERDICT_SAME ||
                         (verdict_paired(moments.mean + 2 * CLAIM_TRAINING_MARGIN, hw,
                                         CLAIM_TRAINING_MARGIN) == VERDICT_WORSE &&
                          verdict_paired(moments.mean - 2 * CLAIM_TRAINING_MARGIN, hw,
                                         CLAIM_TRAINING_MARGIN) == VERDICT_BETTER);
    }
    if (result->count == 0)
        paired.verdict = VERDICT_NOT_SAMPLED;
    paired.measured = result->count > 0 ? moments.mean : (double)NAN;
    paired.se = result->count > 0 ? moments_stderr(&moments) : (double)NAN;
    paired.count = result->count;
    return paired;
}

static void tell(const struct trainings *own, const struct claim_training_row *row,
                 const struct generalize_result *result, double cost, struct text *text)
{
    const uint64_t diverged = result->own_diverged, twins = result->twin_diverged;
    text_add(text, "%s; %s", row->what,
             own->data ? "digits" : "teacher task, data missing (make data)");
    if (result->count > 0 && row->shown == CLAIM_TRAINING_ERROR)
        text_add(text, "; test errors %.1f and %.1f %%", 100 * result->own.mean,
                 100 * result->twin.mean);
    if (diverged + twins > 0)
        text_add(text, "; diverged: %llu and %llu", (unsigned long long)diverged,
                 (unsigned long long)twins);
    if (result->count == 0)
        ledger_unsampled(own->ledger, cost, text);
    else if (claim_training_paired(row, result).verdict == VERDICT_INCONCLUSIVE)
        text_add(text, "; open after %llu replica%s", (unsigned long long)result->count,
                 result->count == 1 ? "" : "s");
}

/* Appends "--NAME VALUE" for the parameters of the rule that the other one has not or
 * that do not take their default. */
static void tell_parameters(const struct rule *rule, const struct rule *other,
                            struct text *text)
{
    for (int i = RULE_LR + 1; i < rule->kind->parameter_count; i++) {
        const struct parameter *parameter = &rule->kind->parameters[i];
        const bool shared =
            other && rule_kind_parameter(other->kind, parameter->name) >= 0;
        if (!shared && rule->number[i] != parameter->preset_value &&
            !isnan(rule->number[i]) && !parameter->choices)
            command_number(text, parameter->name, rule->number[i]);
    }
}

/* The command that repeats the row by itself. A pair as published has two learning
 * rates or two forms of decay, which one command of that program has not: it is
 * repeated by that of the claim. */
static void tell_command(const struct trainings *own,
                         const struct claim_training_row *row,
                         const struct match_pair *pair,
                         const struct training_setting *setting, uint64_t count,
                         struct text *text)
{
    const char *const noise = row->noise == LESSON_CLEAN       ? "none"
                              : row->noise == LESSON_SYMMETRIC ? "sym:"
                                                               : "asym:";
    const bool order = row->shown == CLAIM_TRAINING_ORDER;
    if ((row->shown != CLAIM_TRAINING_ERROR || !row->matched) && !order)
        return;
    text_add(text, "pnm-generalize --task %s --test %d",
             own->data ? "digits" : "teacher", TEST);
    if (row->noise != LESSON_CLEAN)
        text_add(text, " --label-noise %s%g", noise, row->share);
    text_add(text, " --optimizer %s%s%s", order ? "" : pair->twin.kind->name,
             order ? "" : ",", pair->own.kind->name);
    command_number(text, "lr", pair->own.number[RULE_LR]);
    tell_parameters(&pair->own, NULL, text);
    if (!order)
        tell_parameters(&row->twin, &pair->own, text);
    command_number(text, "weight-decay", pair->own.decay.lambda);
    text_add(text, " --decay decoupled --epochs %llu --schedule step:0.1:%g:%g",
             (unsigned long long)setting->epochs, pair->own.schedule.number[1],
             pair->own.schedule.number[2]);
    text_add(text, " --match %s --replicas %llu", order ? "itself" : "both",
             (unsigned long long)count);
    command_random(text, own->ledger->sampling);
}

static int add_row(const struct trainings *own, const struct claim_training_row *row,
                   const struct match_pair *pair,
                   const struct generalize_result *result, struct error *error)
{
    const struct training_setting setting = setting_of(own, row);
    const double cost = cost_of(&setting, row);
    const struct paired paired = claim_training_paired(row, result);
    struct text text = {0}, command = {0};
    tell(own, row, result, cost, &text);
    tell_command(own, row, pair, &setting, result->count, &command);
    int status = text_check(&text, "a setting", error);
    if (status == STATUS_OK)
        status = text_check(&command, "a command", error);
    if (status == STATUS_OK)
        status = ledger_paired(own->ledger, own->claim, text_get(&text), &paired,
                               cost * (double)result->count, error);
    if (status == STATUS_OK && command.length > 0 && result->count > 0)
        status = ledger_command(own->ledger, text_get(&command), error);
    text_free(&text);
    text_free(&command);
    return status;
}

/* Trains rows[count], which share their trainings, and adds them. */
static int run_group(const struct trainings *own, const struct claim_training_row *rows,
                     size_t count, struct error *error)
{
    const struct sampling *sampling = own->ledger->sampling;
    const struct training_setting setting = setting_of(own, rows);
    const struct training training = {
        .setting = &setting,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .label = sampling_label(sampling, "training"),
        .session = sampling->session,
    };
    const uint64_t most = most_of(sampling, rows, cost_of(&setting, rows));
    const bool plans =
        most >= ESTIMATE_MIN_CHAINS && rows->shown != CLAIM_TRAINING_CHANCE;
    const struct generalize generalize = {
        .training = &training,
        .margin = CLAIM_TRAINING_MARGIN,
        .replicas = plans ? 0 : most,
        .most = most,
        .reorder = rows->shown == CLAIM_TRAINING_ORDER,
    };
    struct match_pair *pairs = calloc(count + 1, sizeof *pairs);
    struct generalize_result *results = calloc(count + 1, sizeof *results);
    int status = pairs && results ? STATUS_OK : error_memory(error, "the rows");
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = pair_of(&setting, &rows[k], &pairs[k], error);
    if (status == STATUS_OK && most > 0)
        status = generalize_run(&generalize, pairs, count, results, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = add_row(own, &rows[k], &pairs[k], &results[k], error);
    free(pairs);
    free(results);
    return status;
}

int claim_training_run(struct ledger *ledger, const struct claim *claim,
                       struct claim_training_rows *rows, struct error *error)
{
    struct trainings own = {.ledger = ledger, .claim = claim};
    bool found = false;
    int status = digits_find(&found, error);
    if (status == STATUS_OK && found)
        status = digits_read(&own.data, error);
    for (size_t k = 0, end; status == STATUS_OK && k < rows->count; k = end) {
        for (end = k + 1;
             end < rows->count && share_trainings(&rows->row[k], &rows->row[end]);)
            end++;
        status = run_group(&own, &rows->row[k], end - k, error);
    }
    class_data_free(own.data);
    return status;
}

int claim_training_finish(struct ledger *ledger, const struct claim *claim,
                          struct claim_training_rows *rows, double decay,
                          enum lesson_noise noise, double share, struct error *error)
{
    const int status = claim_training_controls(rows, decay, noise, share, error);
    return status == STATUS_OK ? claim_training_run(ledger, claim, rows, error)
                               : status;
}
