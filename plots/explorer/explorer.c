/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explorer.c: what the page explorer.html asks of the rules, their theory and the
 * generator, compiled to WebAssembly. One mode of curvature h, gradient noise of
 * variance h/B, the minimum at 0, where chains start. Numbers of the rule's parameters
 * come from the page within their ranges. */
#include "base/isa.h"
#include "base/moments.h"
#include "base/random.h"
#include "base/text.h"
#include "engine/plan.h"
#include "rules/list.h"
#include "rules/rule.h"
#include "rules/rule_loops.h"
#include "rules/stable_set.h"
#include "theory/noise_filter.h"
#include "theory/theory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum {
    LANES = RULE_LANES,
    BLOCK = 32,    /* steps between two looks, as ensemble_run has them for one mode */
    FEWEST = 1024, /* chains, so that there is a way to converge */
};

/* 64 chains of one unit: the stream's next numbers and where the chains are, in units
 * of the noise's standard deviation. */
struct walk {
    struct random_stream stream;
    struct tile tile;
    uint64_t t;
    struct rule rule;
    double normal[BLOCK * LANES * RULE_MAX_SAMPLES];
    double trajectory[BLOCK * LANES];
};

struct explorer {
    struct walk walk;
    struct rule rule; /* as the page has set it: computed defaults are NAN */
    double h, batch;
    struct noise_filter filter;
    struct stable_set stable;
    /* The live ensemble: its plan, the unit that runs, sums over the recorded steps of
     * that unit's chains, and the moments over the chains that are complete. */
    struct chains chains;
    uint64_t seed, unit;
    double sum[LANES], square[LANES];
    struct moments moments;
    double *trace;
    struct text text;
    struct error error;
};

/* --- rules ------------------------------------------------------------------------ */

#define DECLARE_LOOPS(name) extern const struct rule_loops rule_loops_##name##_base;
#define LIST_LOOPS(name) &rule_loops_##name##_base,

RULE_LIST(DECLARE_LOOPS)

static const struct rule_loops *loops_of(const struct rule_kind *kind)
{
    static const struct rule_loops *const all[] = {RULE_LIST(LIST_LOOPS) NULL};
    const struct rule_loops *const *loops = all;
    while (strcmp((*loops)->name, kind->name) != 0)
        loops++;
    return *loops;
}

EXPORT struct explorer *explorer_new(void)
{
    struct explorer *own = aligned_alloc(64, (sizeof *own + 63) / 64 * 64);
    if (own) {
        memset(own, 0, sizeof *own);
        own->rule = rule_of(rule_kinds()[0], 1);
        own->h = own->batch = 1;
    }
    return own;
}

static void tell_parameter(struct text *text, const struct parameter *p)
{
    text_add(text, "parameter\t%s\t%s\t%s\t%s\t%.17g\t%.17g\t%.17g\t%d\t%d\t", p->name,
             p->symbol, p->doc, p->preset ? p->preset : "", p->preset_value, p->low,
             p->high, p->low_open, p->high_open);
    for (int k = 0; p->choices && p->choices[k]; k++)
        text_add(text, "%s%s", k ? "|" : "", p->choices[k]);
    text_add(text, "\n");
}

/* The rules that have an exact law, a line each, fields apart by tabs: "rule", index,
 * name, summary, formula, source; below it a line for each of its parameters. NULL
 * without memory. */
EXPORT const char *explorer_rules(struct explorer *own)
{
    const struct rule_kind *const *kinds = rule_kinds();
    text_clear(&own->text);
    for (int i = 0; kinds[i]; i++) {
        const struct rule_kind *kind = kinds[i];
        if (!kind->linear || kind->from_file)
            continue;
        text_add(&own->text, "rule\t%d\t%s\t%s\t%s\t%s\n", i, kind->name, kind->summary,
                 kind->formula, kind->source);
        for (int k = 0; k < kind->parameter_count; k++)
            tell_parameter(&own->text, &kind->parameters[k]);
    }
    return text_check(&own->text, "the rules", &own->error) == STATUS_OK
               ? text_get(&own->text)
               : NULL;
}

/* Chooses a rule by its index, with its parameters at their defaults. */
EXPORT void explorer_choose(struct explorer *own, int index)
{
    own->rule = rule_of(rule_kinds()[index], 1);
}

/* Sets a parameter to a number, which is NAN for a default that is computed, or to the
 * index of a word. */
static void set_parameter(struct rule *rule, int parameter, double value)
{
    if (rule->kind->parameters[parameter].choices)
        rule->word[parameter] = (int)value;
    else
        rule->number[parameter] = value;
}

EXPORT void explorer_set(struct explorer *own, int parameter, double value)
{
    set_parameter(&own->rule, parameter, value);
}

EXPORT void explorer_problem(struct explorer *own, double h, double batch)
{
    own->h = h;
    own->batch = batch;
}

static struct rule rule_at(const struct explorer *own, double lr)
{
    struct rule rule = own->rule;
    rule.number[RULE_LR] = lr;
    rule_complete(&rule);
    return rule;
}

static struct rule rule_here(const struct explorer *own)
{
    return rule_at(own, own->rule.number[RULE_LR]);
}

static double noise_of(const struct explorer *own)
{
    return own->h / own->batch;
}

/* --- theory ----------------------------------------------------------------------- */

/* 1 minus the spectral radius at a learning rate; NAN if it cannot be computed. */
EXPORT double explorer_margin(struct explorer *own, double lr)
{
    const struct rule rule = rule_at(own, lr);
    struct linear_system system;
    double margin = NAN;
    theory_system(&rule, own->h, &system);
    return linear_system_margin(&system, &margin, &own->error) == STATUS_OK ? margin
                                                                            : NAN;
}

/* The exact stationary variance at a learning rate; NAN where the rule is not stable.
 */
EXPORT double explorer_exact(struct explorer *own, double lr)
{
    const struct rule rule = rule_at(own, lr);
    enum exact_source source;
    double variance = NAN;
    if (!(explorer_margin(own, lr) > 0))
        return NAN;
    return theory_covariance(&rule, own->h, own->h, noise_of(own), &variance, &source,
                             &own->error) == STATUS_OK
               ? variance
               : NAN;
}

/* The variance that the paper prints; NAN if it has no formula for the rule. */
EXPORT double explorer_paper(struct explorer *own, double lr)
{
    const struct rule rule = rule_at(own, lr);
    return theory_paper(&rule, own->h, own->h, noise_of(own));
}

/* The variance of the applied direction's noise that the paper prints, as a multiple of
 * the gradient's; NAN if it has no formula. */
EXPORT double explorer_paper_noise(const struct explorer *own)
{
    const struct rule rule = rule_here(own);
    const struct theory *theory = theory_find(rule.kind->name);
    return theory && theory->paper_noise ? theory->paper_noise(&rule) : NAN;
}

/* Makes the filter from the gradient's noise to the direction; explorer_density then
 * gives its density. Returns the variance of the direction, or NAN. */
EXPORT double explorer_filter(struct explorer *own)
{
    const struct rule rule = rule_here(own);
    return noise_filter_init(&own->filter, &rule, &own->error) == STATUS_OK
               ? noise_filter_autocovariance(&own->filter, 0)
               : NAN;
}

EXPORT double explorer_density(const struct explorer *own, double frequency)
{
    return noise_filter_density(&own->filter, frequency);
}

static void system_of(const struct rule *rule, double h, struct linear_system *system)
{
    theory_system(rule, h, system);
}

/* Finds the rates eta h at which the rule is stable when a parameter has this value
 * (none if its index is negative), and returns how many intervals they form; -1 if they
 * cannot be computed. */
EXPORT int explorer_stable(struct explorer *own, int parameter, double value)
{
    struct rule rule = own->rule;
    struct mode mode;
    if (parameter >= 0)
        set_parameter(&rule, parameter, value);
    rule_complete(&rule);
    mode_init(&mode, &rule, 1, system_of);
    return stable_set_of(&mode, &own->stable, &own->error) == STATUS_OK
               ? (int)own->stable.count
               : -1;
}

EXPORT double explorer_from(const struct explorer *own, int interval)
{
    return own->stable.interval[interval].from;
}

EXPORT double explorer_to(const struct explorer *own, int interval)
{
    return own->stable.interval[interval].to;
}

/* --- the ensemble ----------------------------------------------------------------- */

/* Begins the unit's chains; the streams are those of pnm-simulate. */
static int walk_start(struct walk *walk, const struct explorer *own, uint64_t unit,
                      struct error *error)
{
    walk->rule = rule_here(own);
    const struct random_key key = {
        .seed = own->seed,
        .purpose = RANDOM_ENSEMBLE,
        .hash = rule_hash(&walk->rule),
        .unit = unit,
    };
    const struct random_generator generator = {.kind = RANDOM_XOSHIRO};
    memset(&walk->tile, 0, sizeof walk->tile);
    for (int lane = 0; lane < LANES; lane++)
        walk->tile.h[lane] = own->h;
    walk->t = 0;
    return random_init(&walk->stream, generator, key, error);
}

/* Draws the noise of the next BLOCK steps. */
static void walk_draw(struct walk *walk)
{
    const size_t row = LANES * (size_t)walk->rule.kind->samples;
    random_normal(&walk->stream, BLOCK * row, walk->normal);
}

/* Plans chains for the relative standard error `precision`, and begins with the first
 * unit. Returns the number of chains planned; 0 if the rule is not stable. */
EXPORT double explorer_begin(struct explorer *own, double seed, double precision)
{
    const struct rule rule = rule_here(own);
    const double noise[3] = {noise_of(own), noise_of(own), noise_of(own)};
    const double exact = explorer_exact(own, rule.number[RULE_LR]);
    const struct plan_request request = {.burn_in = PLAN_AUTO,
                                         .target = precision * exact,
                                         .max_samples = INFINITY,
                                         .fewest = FEWEST};
    struct linear_system system;
    struct plan_law law;
    struct plan plan;
    own->moments = (struct moments){0};
    own->chains = (struct chains){0};
    own->seed = (uint64_t)seed;
    own->unit = 0;
    theory_system(&rule, own->h, &system);
    if (!(exact > 0) ||
        plan_law_init(&law, &system, &system, noise, 0, 0, &own->error) != STATUS_OK)
        return 0;
    plan_make(&law, &request, &plan);
    if (walk_start(&own->walk, own, 0, &own->error) != STATUS_OK)
        return 0;
    own->chains = plan.chains;
    return (double)own->chains.count;
}

EXPORT double explorer_steps(const struct explorer *own)
{
    return (double)own->chains.steps;
}

/* The steps that the unit's chains have taken. */
EXPORT double explorer_taken(const struct explorer *own)
{
    return (double)own->walk.t;
}

EXPORT double explorer_burn_in(const struct explorer *own)
{
    return (double)own->chains.burn_in;
}

/* Takes the time averages of the unit's chains and begins the next unit. */
static int unit_end(struct explorer *own)
{
    const double scale = sqrt(noise_of(own));
    const double per_step = 1 / (double)(own->chains.steps - own->chains.burn_in);
    for (int lane = 0; lane < LANES; lane++)
        moments_add(&own->moments, scale * scale * (own->square[lane] * per_step));
    memset(own->sum, 0, sizeof own->sum);
    memset(own->square, 0, sizeof own->square);
    random_free(&own->walk.stream);
    return walk_start(&own->walk, own, ++own->unit, &own->error);
}

/* Runs that many blocks of 32 steps of 64 chains each. Returns the number of chains
 * that are complete. */
EXPORT double explorer_run(struct explorer *own, int blocks)
{
    const struct rule_loops *loops = loops_of(own->rule.kind);
    const size_t row = LANES * (size_t)own->rule.kind->samples;
    struct walk *walk = &own->walk;
    for (int k = 0; k < blocks && own->chains.steps > 0; k++) {
        const uint64_t left = own->chains.steps - walk->t;
        const size_t steps = left < BLOCK ? (size_t)left : BLOCK;
        const uint64_t burn_in = own->chains.burn_in;
        const uint64_t before = burn_in > walk->t ? burn_in - walk->t : 0;
        const size_t skipped = before < steps ? (size_t)before : steps;
        walk_draw(walk);
        if (skipped > 0)
            loops->advance_unit(&walk->rule, walk->t, skipped, walk->normal,
                                &walk->tile, walk->trajectory);
        if (skipped < steps)
            loops->moments_unit(&walk->rule, walk->t + skipped, steps - skipped,
                                walk->normal + skipped * row, &walk->tile, own->sum,
                                own->square);
        walk->t += steps;
        if (walk->t == own->chains.steps && unit_end(own) != STATUS_OK)
            own->chains.steps = 0;
    }
    return (double)own->moments.count;
}

EXPORT double explorer_mean(const struct explorer *own)
{
    return own->moments.mean;
}

EXPORT double explorer_stderr(const struct explorer *own)
{
    return moments_stderr(&own->moments);
}

/* theta of the 64 chains of a unit at the steps 0 .. steps, with the seed of the
 * ensemble: out[chain * (steps + 1) + step]. It lives until the next call; NULL without
 * memory. The live ensemble is left as it is. */
EXPORT const double *explorer_trace(struct explorer *own, double unit, int steps)
{
    const struct rule_loops *loops = loops_of(own->rule.kind);
    const double scale = sqrt(noise_of(own));
    const size_t records = (size_t)steps + 1;
    struct walk *walk = aligned_alloc(64, (sizeof *walk + 63) / 64 * 64);
    free(own->trace);
    own->trace = calloc(LANES * records, sizeof *own->trace);
    if (!walk || !own->trace ||
        walk_start(walk, own, (uint64_t)unit, &own->error) != STATUS_OK) {
        free(own->trace);
        own->trace = NULL;
    }
    for (size_t t = 0; own->trace && t < (size_t)steps; t += BLOCK) {
        const size_t left = (size_t)steps - t, count = left < BLOCK ? left : BLOCK;
        walk_draw(walk);
        loops->advance_unit(&walk->rule, t, count, walk->normal, &walk->tile,
                            walk->trajectory);
        for (size_t lane = 0; lane < LANES; lane++)
            for (size_t k = 0; k < count; k++)
                own->trace[lane * records + t + k + 1] =
                    scale * walk->trajectory[k * LANES + lane];
    }
    free(walk);
    return own->trace;
}
