/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/generalize.h"

#include "verdict/estimate.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* Numbers of replicas that nothing else has: those of pilots and of trials, and the
 * orders of batches with which a rule is compared with itself. */
static const uint64_t pilot_from = UINT64_C(1) << 32, trial_from = UINT64_C(2) << 32,
                      order_from = UINT64_C(3) << 32;

/* --- judging ---------------------------------------------------------------------- */

/* Of differences of shares. */
static struct moments in_points(struct moments moments)
{
    moments.mean *= 100;
    moments.squares *= 100 * 100;
    return moments;
}

static uint64_t diverged(const struct replicas *replicas)
{
    return replicas_nonzero(replicas, replicas->records - 1, TRAINING_DIVERGED);
}

struct generalize_result generalize_judge(const struct replicas *own,
                                          const struct replicas *twin, uint64_t planned,
                                          double margin)
{
    struct replicas a = *own, b = *twin;
    const uint64_t last = own->records - 1;
    uint64_t count = own->count < twin->count ? own->count : twin->count;
    count = count < planned ? count : planned;
    a.count = b.count = count;
    struct generalize_result result = {
        .planned = planned,
        .count = count,
        .own = replicas_moments(&a, last, TRAINING_ERROR_TEST),
        .twin = replicas_moments(&b, last, TRAINING_ERROR_TEST),
        .difference = in_points(replicas_difference(&a, &b, last, TRAINING_ERROR_TEST)),
        .memorized = in_points(replicas_difference(&a, &b, last, TRAINING_MEMORIZED)),
        .best = in_points(replicas_difference(&a, &b, last, TRAINING_ERROR_BEST)),
        .own_diverged = diverged(&a),
        .twin_diverged = diverged(&b),
        .half_width = NAN,
        .verdict = VERDICT_NOT_SAMPLED,
    };
    if (count == 0)
        return result;
    result.half_width = estimate_half_width(moments_stderr(&result.difference), count);
    /* Where nothing but chance is on both sides, nothing was compared. */
    const bool chance = result.own_diverged == count && result.twin_diverged == count;
    result.verdict =
        count < ESTIMATE_MIN_CHAINS || chance
            ? VERDICT_INCONCLUSIVE
            : verdict_paired(result.difference.mean, result.half_width, margin);
    return result;
}

int generalize_control(const struct replicas *own, const struct replicas *twin,
                       uint64_t planned, double margin, bool *found,
                       struct error *error)
{
    const uint64_t width = own->records * own->quantities, numbers = own->count * width;
    const uint64_t at = width - own->quantities + TRAINING_ERROR_TEST;
    const enum verdict verdict = generalize_judge(own, twin, planned, margin).verdict;
    const enum verdict swapped = generalize_judge(twin, own, planned, margin).verdict;
    enum verdict shifted[2];
    struct replicas planted = *own;
    planted.value = calloc(numbers + 1, sizeof *planted.value);
    if (!planted.value)
        return error_memory(error, "the replicas");
    for (int k = 0; k < 2; k++) {
        const double shift = (k == 0 ? 2 : -2) * margin / 100;
        for (uint64_t i = 0; i < numbers; i++)
            planted.value[i] = own->value[i] + (i % width == at ? shift : 0);
        shifted[k] = generalize_judge(&planted, twin, planned, margin).verdict;
    }
    free(planted.value);
    *found = verdict == VERDICT_SAME
                 ? swapped == VERDICT_SAME && shifted[0] == VERDICT_WORSE &&
                       shifted[1] == VERDICT_BETTER
             : verdict == VERDICT_BETTER ? swapped == VERDICT_WORSE
             : verdict == VERDICT_WORSE  ? swapped == VERDICT_BETTER
                                         : true;
    return STATUS_OK;
}

uint64_t generalize_plan(const struct moments *pilot, double margin, uint64_t most)
{
    const double n = (double)pilot->count;
    /* The upper quartile of the spread: that of ten replicas alone is too small by half
     * now and then. */
    const double chance = 0.25;
    const double spread =
        n > 1 ? sqrt(pilot->squares / gsl_cdf_chisq_Pinv(chance, n - 1)) : NAN;
    /* A difference that is surely larger than the margin needs no finer band. */
    const double sure = fabs(pilot->mean) - 3 * spread / sqrt(n);
    const double wanted = fmax(margin, sure) / 2;
    uint64_t enough = most, short_of = ESTIMATE_MIN_CHAINS - 1;
    if (!(spread >= 0)) /* the session has ended before */
        return most < ESTIMATE_MIN_CHAINS ? most : ESTIMATE_MIN_CHAINS;
    while (enough > short_of && enough - short_of > 1) {
        const uint64_t middle = short_of + (enough - short_of) / 2;
        const double se = spread / sqrt((double)middle);
        if (estimate_half_width(se, middle) <= wanted)
            enough = middle;
        else
            short_of = middle;
    }
    return enough;
}

/* --- training --------------------------------------------------------------------- */

/* Trains replicas from number `from` on. */
static int train(const struct generalize *own, const struct rule *rule, uint64_t from,
                 bool reorder, uint64_t count, struct replicas *result,
                 struct error *error)
{
    struct training training = *own->training;
    struct training_setting setting = *training.setting;
    setting.first_replica += from;
    setting.order += reorder ? order_from : 0;
    training.setting = &setting;
    training.rule = rule;
    training.every = 0;
    if (training.label)
        training.label = rule->kind->name;
    return training_run(&training, count, result, error);
}

static bool is_same(const struct rule *a, const struct rule *b)
{
    return rule_hash(a) == rule_hash(b);
}

/* A rule that the pairs need, and its replicas. */
struct trained {
    const struct rule *rule;
    bool reorder;
    uint64_t count;
    struct replicas replicas;
};

/* The number of the first of trained[0 ... k] that is the same as number k. */
static size_t first_same(const struct trained *trained, size_t k)
{
    size_t first = 0;
    while (trained[first].reorder != trained[k].reorder ||
           !is_same(trained[first].rule, trained[k].rule))
        first++;
    return first;
}

/* Lists the twin and the own rule of each pair, so that the first of those that are the
 * same has the largest count of them. */
static void list_rules(const struct generalize *own, const struct match_pair *pairs,
                       size_t count, const struct generalize_result *results,
                       struct trained *trained)
{
    for (size_t k = 0; k < 2 * count; k++) {
        const struct match_pair *pair = &pairs[k / 2];
        const uint64_t planned = results[k / 2].planned;
        const bool twin = k % 2 == 0;
        trained[k] = (struct trained){.rule = twin ? &pair->twin : &pair->own,
                                      .reorder = twin && own->reorder};
        struct trained *first = &trained[first_same(trained, k)];
        first->count = planned > first->count ? planned : first->count;
    }
}

/* Trains the rules of all pairs, each once; results[].planned replicas of each pair,
 * from number `from` on. Sets the rest of the results. */
static int train_pairs(const struct generalize *own, const struct match_pair *pairs,
                       size_t count, uint64_t from, struct generalize_result *results,
                       struct error *error)
{
    struct trained *trained = calloc(2 * count + 1, sizeof *trained);
    int status = trained ? STATUS_OK : error_memory(error, "the replicas");
    if (trained)
        list_rules(own, pairs, count, results, trained);
    for (size_t k = 0; status == STATUS_OK && k < 2 * count; k++)
        if (first_same(trained, k) == k)
            status = train(own, trained[k].rule, from, trained[k].reorder,
                           trained[k].count, &trained[k].replicas, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        const struct replicas *twin = &trained[first_same(trained, 2 * k)].replicas;
        const struct replicas *mine = &trained[first_same(trained, 2 * k + 1)].replicas;
        const uint64_t planned = results[k].planned;
        results[k] = generalize_judge(mine, twin, planned, own->margin);
        status = generalize_control(mine, twin, planned, own->margin,
                                    &results[k].control, error);
    }
    for (size_t k = 0; trained && k < 2 * count; k++)
        replicas_free(&trained[k].replicas);
    free(trained);
    return status;
}

int generalize_run(const struct generalize *own, const struct match_pair *pairs,
                   size_t count, struct generalize_result *results, struct error *error)
{
    const bool plans = own->replicas == 0;
    int status = STATUS_OK;
    for (size_t k = 0; k < count; k++)
        results[k] = (struct generalize_result){.planned = plans ? GENERALIZE_PILOT
                                                                 : own->replicas};
    if (plans)
        status = train_pairs(own, pairs, count, pilot_from, results, error);
    for (size_t k = 0; plans && status == STATUS_OK && k < count; k++)
        results[k] = (struct generalize_result){
            .planned = generalize_plan(&results[k].difference, own->margin, own->most)};
    return status == STATUS_OK ? train_pairs(own, pairs, count, 0, results, error)
                               : status;
}

/* --- tuning ----------------------------------------------------------------------- */

double generalize_trial_rate(double lr, uint64_t trials, uint64_t k)
{
    return ldexp(lr, (int)k - (int)(trials / 2));
}

/* Gives the rule its best rate, of which *edge says whether it is the lowest or the
 * highest one. */
static int tune_rule(const struct generalize *own, uint64_t trials, struct rule *rule,
                     bool *edge, struct error *error)
{
    const double lr = rule->number[RULE_LR];
    double least = INFINITY;
    uint64_t best = trials / 2;
    int status = STATUS_OK;
    for (uint64_t k = 0; status == STATUS_OK && k < trials; k++) {
        struct replicas tried = {0};
        rule->number[RULE_LR] = generalize_trial_rate(lr, trials, k);
        status = training_check(own->training->setting, rule, 1, error);
        if (status == STATUS_OK)
            status =
                train(own, rule, trial_from, false, GENERALIZE_TRIAL, &tried, error);
        if (status == STATUS_OK && tried.count == GENERALIZE_TRIAL) {
            const double mean =
                replicas_moments(&tried, tried.records - 1, TRAINING_ERROR_VALIDATION)
                    .mean;
            if (mean < least) {
                least = mean;
                best = k;
            }
        }
        replicas_free(&tried);
    }
    *edge = best == 0 || best + 1 == trials;
    rule->number[RULE_LR] = generalize_trial_rate(lr, trials, best);
    return status;
}

int generalize_tune(const struct generalize *own, uint64_t trials,
                    struct match_pair *pairs, size_t count, uint64_t *edges,
                    struct error *error)
{
    /* The rules as they were, of which each is tuned once. */
    struct rule *asked = calloc(2 * count + 1, sizeof *asked);
    bool *edge = calloc(2 * count + 1, sizeof *edge);
    int status = asked && edge ? STATUS_OK : error_memory(error, "the rules");
    for (size_t k = 0; status == STATUS_OK && k < 2 * count; k++) {
        struct rule *rule = k % 2 == 0 ? &pairs[k / 2].twin : &pairs[k / 2].own;
        size_t first = 0;
        asked[k] = *rule;
        while (!is_same(&asked[first], &asked[k]))
            first++;
        if (first == k) {
            status = tune_rule(own, trials, rule, &edge[k], error);
        } else {
            *rule = first % 2 == 0 ? pairs[first / 2].twin : pairs[first / 2].own;
            edge[k] = edge[first];
        }
        edges[k / 2] = (k % 2 == 0 ? 0 : edges[k / 2]) + edge[k];
    }
    free(asked);
    free(edge);
    return status;
}
