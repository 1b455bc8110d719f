/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stationary_warn.h"

#include "engine/minibatch.h"

#include <math.h>

/* A linear rule's row whose plan is not affordable. */
static void warn_unaffordable(const struct sampling *sampling,
                              const struct problem *problem, const struct rule *rule,
                              const struct comparison *row, const char *parameters)
{
    const struct plan *plan = &row->plan;
    if (isinf(plan->samples) && plan->needed_burn_in == UINT64_MAX)
        sampling_warn(
            sampling,
            "%s with %s, element (%zu,%zu): not sampled, because it remembers "
            "its start for over %llu steps; --burn-in measures it",
            rule->kind->name, parameters, row->i + 1, row->j + 1,
            (unsigned long long)minibatch_longest(problem));
    else if (isinf(plan->samples))
        sampling_warn(sampling,
                      "%s with %s, element (%zu,%zu): not sampled, because its state "
                      "leaves the range of doubles or settles in more than 2^62 steps",
                      rule->kind->name, parameters, row->i + 1, row->j + 1);
    else
        sampling_warn(
            sampling,
            "%s with %s, element (%zu,%zu): not sampled, because it needs %.3g "
            "coordinate-steps and the budget --max-samples is %.3g",
            rule->kind->name, parameters, row->i + 1, row->j + 1, plan->samples,
            sampling->max_samples);
}

void stationary_warn_row(const struct sampling *sampling, const struct problem *problem,
                         const struct rule *rule, const struct comparison *row,
                         size_t *warnings)
{
    const struct plan *plan = &row->plan;
    const bool unplanned = !rule_has_law(rule) && isinf(plan->samples);
    const bool overflows = row->evidence.sampled && !isfinite(row->evidence.measured);
    struct text parameters = {0};
    if (sampling->exact_only || (!plan->too_short && plan->affordable && !overflows))
        return;
    /* One warning is enough, because a pilot is about all elements. */
    if (unplanned && (row->i > 0 || row->j > 0))
        return;
    if (++*warnings > SAMPLING_WARNINGS)
        return;
    rule_describe(rule, &parameters);
    if (plan->too_short)
        sampling_warn(sampling,
                      "--steps %llu: %s, element (%zu,%zu) needs a burn-in of %llu; "
                      "recorded from step %llu on, verdicts are inconclusive",
                      (unsigned long long)sampling->steps, rule->kind->name, row->i + 1,
                      row->j + 1, (unsigned long long)plan->needed_burn_in,
                      (unsigned long long)plan->chains.burn_in);
    if (overflows)
        sampling_warn(sampling,
                      "%s with %s, element (%zu,%zu) is beyond the range of numbers "
                      "and left empty",
                      rule->kind->name, text_get(&parameters), row->i + 1, row->j + 1);
    if (row->undefined)
        sampling_warn(sampling, "%s with %s: not sampled: " SAMPLING_ZERO_BY_ZERO,
                      rule->kind->name, text_get(&parameters));
    else if (row->diverges)
        sampling_warn(sampling,
                      "%s with %s diverges, or theta is too large for its powers: "
                      "it overflows within %llu steps: not sampled; "
                      "pnm-simulate --record trajectory shows it",
                      rule->kind->name, text_get(&parameters),
                      (unsigned long long)plan->chains.steps);
    else if (unplanned)
        sampling_warn(sampling,
                      "%s with %s has not settled after 2^20 steps: not sampled; "
                      "--steps T measures it over the second half of T steps",
                      rule->kind->name, text_get(&parameters));
    else if (!plan->affordable)
        warn_unaffordable(sampling, problem, rule, row, text_get(&parameters));
    text_free(&parameters);
}

bool stationary_warn_excess(const struct sampling *sampling, const struct rule *rule,
                            const struct comparison *rows, size_t count)
{
    struct text parameters = {0};
    double samples = 0;
    for (size_t i = 0; i < count; i++)
        samples += rows[i].plan.samples;
    if (!isfinite(samples) || !(samples > sampling->max_samples))
        return false;
    rule_describe(rule, &parameters);
    sampling_warn(sampling,
                  "%s with %s: not sampled, because its modes together need %.3g "
                  "coordinate-steps and the budget --max-samples is %.3g",
                  rule->kind->name, text_get(&parameters), samples,
                  sampling->max_samples);
    text_free(&parameters);
    return true;
}
