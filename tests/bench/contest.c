/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contest.h"

#include "setup.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

struct contender *contest_add(struct contest *contest,
                              const struct contender *contender)
{
    if (contest->count == CONTEST_PLACES) {
        fprintf(stderr, "bench: too many contenders\n");
        exit(1);
    }
    struct contender *place = &contest->list[contest->count++];
    *place = *contender;
    return place;
}

/* Is what was computed what should have been? */
static bool is_right(struct contender *c, const struct answer *answer)
{
    const double relative = c->tolerance > 0 ? c->tolerance : 0.01;
    const double most =
        c->errors > 0 ? c->errors * answer->se : relative * fabs(c->expected);
    const bool right = isnan(c->expected) ? isnan(c->most) || answer->value <= c->most
                                          : fabs(answer->value - c->expected) <= most;
    if (!right || !(answer->seconds > 0)) {
        snprintf(c->trouble, sizeof c->trouble, "WRONG: %.6g instead of %s%.6g",
                 answer->value, isnan(c->expected) ? "at most " : "",
                 isnan(c->expected) ? c->most : c->expected);
        return false;
    }
    return true;
}

static int run_one(struct contender *c)
{
    if (c->trouble[0])
        return 0;
    const struct answer answer = process_ask(c->process, c->command);
    if (!answer.ok) {
        snprintf(c->trouble, sizeof c->trouble, "%s", answer.text);
        return 0;
    }
    c->value = answer.value;
    c->se = answer.se;
    c->gain = answer.gain;
    if (answer.samples > 0)
        c->units = answer.samples;
    c->processors[c->rounds] = answer.processors;
    c->ns[c->rounds++] = 1e9 * answer.seconds / c->units;
    return is_right(c, &answer) ? 0 : 1;
}

int contest_run(struct contest *contest, int rounds, double seconds)
{
    const double start = setup_now();
    int wrong = 0;
    for (int round = 0; round < rounds && round < CONTEST_ROUNDS; round++) {
        if (round >= 3 && setup_now() - start > seconds)
            break;
        for (int k = 0; k < contest->count; k++)
            wrong +=
                run_one(&contest->list[round % 2 == 0 ? k : contest->count - 1 - k]);
    }
    return wrong;
}

static struct spread spread_of(size_t count, double *sorted)
{
    if (count == 0)
        return (struct spread){NAN, NAN, NAN};
    gsl_sort(sorted, 1, count);
    return (struct spread){
        gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.5),
        gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.25),
        gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.75),
    };
}

static bool was_disturbed(const struct contender *c, int round)
{
    return c->processors[round] < 0.9 * c->threads;
}

static double whole_task(const struct contender *c)
{
    return c->projected > 0 ? c->projected : c->units;
}

/* Copies x of the rounds that count, over base's where there is one. */
static size_t chosen(const struct contender *c, const double *x, const double *base,
                     double *out)
{
    bool any = false;
    size_t count = 0;
    for (int k = 0; k < c->rounds; k++)
        any |= !was_disturbed(c, k);
    for (int k = 0; !c->trouble[0] && k < c->rounds; k++)
        if (!any || !was_disturbed(c, k))
            out[count++] = base ? x[k] / base[k] : x[k];
    return count;
}

int contest_rounds(const struct contender *c)
{
    double out[CONTEST_ROUNDS];
    return (int)chosen(c, c->ns, NULL, out);
}

struct spread contest_ns(const struct contender *c)
{
    double out[CONTEST_ROUNDS];
    return spread_of(chosen(c, c->ns, NULL, out), out);
}

static struct spread times(double factor, struct spread s)
{
    return (struct spread){factor * s.median, factor * s.q1, factor * s.q3};
}

struct spread contest_seconds(const struct contender *c)
{
    return times(1e-9 * whole_task(c), contest_ns(c));
}

double contest_processors(const struct contender *c)
{
    double out[CONTEST_ROUNDS];
    return spread_of(chosen(c, c->processors, NULL, out), out).median;
}

struct spread contest_ratio(const struct contender *c)
{
    double out[CONTEST_ROUNDS];
    if (!c->base || c->base->trouble[0])
        return (struct spread){NAN, NAN, NAN};
    const double per = c->whole ? whole_task(c) / whole_task(c->base) : 1;
    return times(per, spread_of(chosen(c, c->ns, c->base->ns, out), out));
}
