/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/match.h"

#include <math.h>
#include <stdlib.h>

/* --- learning rate and weight decay ----------------------------------------------- */

static bool is_near(double got, double wanted)
{
    return fabs(got - wanted) <= MATCH_TOLERANCE * fabs(wanted);
}

static int refuse(const struct rule *rule, const struct rule *baseline, const char *why,
                  struct error *error)
{
    return error_about(error, STATUS_USAGE, "match", "%s cannot be matched with %s: %s",
                       baseline->kind->name, rule->kind->name, why);
}

/* Sets a number of the twin such that what it sets becomes `wanted`, which is about
 * proportional to it. */
static void solve(struct rule *twin, double *number, bool is_decay, double wanted)
{
    enum { ROUNDS = 6 };
    for (int k = 0; k < ROUNDS; k++) {
        const struct applied applied = training_applied(twin);
        const double got = is_decay ? applied.decay : applied.rate;
        const double factor = wanted / got;
        if (!isfinite(factor) || fabs(factor - 1) <= 4 * 0x1p-52)
            break;
        *number *= factor;
    }
}

static int match_rate(const struct rule *rule, double wanted, struct rule *twin,
                      struct error *error)
{
    const double got = training_applied(twin).rate;
    if (!(wanted > 0) || !isfinite(wanted) || !(got > 0) || !isfinite(got))
        return refuse(rule, twin, "one of them settles into no rate at which it moves",
                      error);
    solve(twin, &twin->number[RULE_LR], false, wanted);
    const double lr = twin->number[RULE_LR];
    struct error other;
    if (!isfinite(lr) ||
        parameter_check(&twin->kind->parameters[RULE_LR], lr, &other) != STATUS_OK)
        return error_about(error, STATUS_USAGE, "match",
                           "%s would need the learning rate %g for the applied rate "
                           "%g of %s, which is out of range",
                           twin->kind->name, lr, wanted, rule->kind->name);
    return is_near(training_applied(twin).rate, wanted)
               ? STATUS_OK
               : refuse(rule, twin, "no learning rate gives it the same applied rate",
                        error);
}

static int match_decay(const struct rule *rule, double wanted, struct rule *twin,
                       struct error *error)
{
    if (rule->decay.lambda == 0) {
        twin->decay.lambda = 0;
        return STATUS_OK;
    }
    if (!(wanted > 0) || !isfinite(wanted))
        return refuse(rule, twin, "its weight decay takes no fixed share of theta",
                      error);
    twin->decay.lambda = rule->decay.lambda;
    solve(twin, &twin->decay.lambda, true, wanted);
    return is_near(training_applied(twin).decay, wanted)
               ? STATUS_OK
               : refuse(rule, twin, "no weight decay gives it the same applied decay",
                        error);
}

int match_twin(const struct rule *rule, const struct rule *baseline, enum match match,
               struct rule *twin, struct error *error)
{
    *twin = *baseline;
    if (rule->kind->linear != baseline->kind->linear)
        return refuse(rule, baseline,
                      "one of them is linear and the other is adaptive, which moves by "
                      "its rate whatever the size of the gradient; allowed are two of "
                      "one sort",
                      error);
    const struct applied wanted = training_applied(rule);
    const int status = match_rate(rule, wanted.rate, twin, error);
    return status == STATUS_OK && match == MATCH_BOTH
               ? match_decay(rule, wanted.decay, twin, error)
               : status;
}

/* --- pairs ------------------------------------------------------------------------ */

/* Whether the two have the same value of parameter i of the first one's kind, or the
 * second has none. */
static bool agree(const struct rule *a, const struct rule *b, int i)
{
    const char *name = a->kind->parameters[i].name;
    const double x = rule_parameter(a, name), y = rule_parameter(b, name);
    return x == y || isnan(y);
}

/* Whether all rules are of one kind. */
static bool is_alone(const struct rule *rules, size_t count)
{
    for (size_t k = 1; k < count; k++)
        if (rules[k].kind != rules[0].kind)
            return false;
    return true;
}

static bool is_baseline(const struct rule *rules, bool alone, size_t k)
{
    if (rules[k].kind != rules[0].kind)
        return false;
    for (int i = 0; alone && i < rules[0].kind->parameter_count; i++)
        if (i != RULE_LR && !agree(&rules[0], &rules[k], i))
            return false;
    return true;
}

/* Whether a rule has the baseline's value of every parameter in which baselines differ
 * and which the rule has. */
static bool belongs(const struct rule *rules, size_t count, bool alone,
                    const struct rule *rule, const struct rule *baseline)
{
    for (int i = 0; i < baseline->kind->parameter_count; i++) {
        bool varies = false;
        for (size_t k = 0; k < count; k++)
            varies |= is_baseline(rules, alone, k) && !agree(baseline, &rules[k], i);
        if (varies && !agree(baseline, rule, i))
            return false;
    }
    return true;
}

/* Adds the pairs of a rule. */
static int add_pairs(const struct rule *rules, size_t count, bool alone,
                     const struct rule *rule, enum match match,
                     struct match_pair *pairs, size_t *added, struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        if (!is_baseline(rules, alone, k) ||
            !belongs(rules, count, alone, rule, &rules[k]))
            continue;
        struct match_pair *pair = &pairs[(*added)++];
        *pair = (struct match_pair){.own = *rule, .twin = rules[k]};
        if (match != MATCH_NONE)
            status = match_twin(rule, &rules[k], match, &pair->twin, error);
    }
    return status;
}

int match_pairs(const struct rule *rules, size_t count, enum match match,
                struct match_pair **pairs, size_t *pair_count, struct error *error)
{
    const bool alone = is_alone(rules, count);
    size_t most = 0, baselines = 0;
    int status = STATUS_OK;
    *pair_count = 0;
    for (size_t k = 0; k < count; k++)
        baselines += is_baseline(rules, alone, k);
    most = match == MATCH_ITSELF ? count : baselines * (count - baselines);
    *pairs = calloc(most + 1, sizeof **pairs);
    if (!*pairs)
        return error_memory(error, "the pairs");
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        if (match == MATCH_ITSELF)
            (*pairs)[(*pair_count)++] = (struct match_pair){rules[k], rules[k]};
        else if (!is_baseline(rules, alone, k))
            status = add_pairs(rules, count, alone, &rules[k], match, *pairs,
                               pair_count, error);
    if (status == STATUS_OK && *pair_count == 0)
        status = error_about(error, STATUS_USAGE, "optimizer",
                             "there is nothing to compare %s with; allowed are two "
                             "rules or more, of which the first is the baseline, or "
                             "several values of a parameter",
                             rules[0].kind->name);
    return status;
}
