/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template.h: an update rule, made from the update that its file states.
 *
 * The file is compiled once without ISA, which gives the rule's kind, and once for each
 * instruction set, which gives its loops. It defines, and then includes this header:
 *
 *   RULE                   its name, without quotes
 *   SLOTS, SAMPLES         enum constants
 *   SCALARS_VARY           enum constant: 1 if scalars() depends on t, else 0
 *   SCALARS                enum constant: how many numbers scalars() sets
 *   scalars(rule, t, scalar)
 *   update(scalar, theta, slot, gradient), static inline: one coordinate, one step;
 *       it changes *theta and slot[0..SLOTS), draws no random numbers and cannot fail.
 *       gradient[0..SAMPLES) are the samples; two more places hold the curvature h and
 *       the gradient without noise, or 0 and 0 if these are not known. The latter is
 *       always known to a rule whose kind sets exact_gradient.
 */
#include "base/isa.h"
#include "rules/rule_loops.h"

#include <math.h>

/* Arrays of the state need at least one element in C. */
enum { SLOT_PLACES = SLOTS > 0 ? SLOTS : 1 };

/* The rule's scalars at the schedule's rate. */
static void scheduled_scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    if (rule->schedule.kind == SCHEDULE_CONSTANT) {
        scalars(rule, t, scalar);
        return;
    }
    struct rule own = *rule;
    own.number[RULE_LR] *= schedule_factor(&rule->schedule, t);
    scalars(&own, t, scalar);
}

/* Weight decay at step t: theta is multiplied by `keep`, and `pull` theta is added to
 * the gradient. */
struct decay_step {
    double keep, pull;
};

static inline struct decay_step decay_at(const struct rule *rule, uint64_t t)
{
    const double lambda = rule->decay.lambda;
    const double lr = rule->number[RULE_LR] * schedule_factor(&rule->schedule, t);
    return rule->decay.decoupled ? (struct decay_step){1 - lr * lambda, 0}
                                 : (struct decay_step){1, lambda};
}

static void step(const struct rule *rule, uint64_t t, size_t count,
                 const double *restrict gradient, double *restrict theta,
                 double *restrict slot)
{
    double scalar[SCALARS];
    const bool decays = rule->decay.lambda != 0, exact = rule->kind->exact_gradient;
    const struct decay_step decay = decay_at(rule, t);
    scheduled_scalars(rule, t, scalar);
    for (size_t i = 0; i < count; i++) {
        double g[SAMPLES + 2] = {0}, s[SLOT_PLACES];
        const double pull = decays ? decay.pull * theta[i] : 0;
        for (int k = 0; k < SAMPLES; k++)
            g[k] = gradient[(size_t)k * count + i] + pull;
        if (exact)
            g[SAMPLES + 1] = gradient[(size_t)SAMPLES * count + i] + pull;
        for (int k = 0; k < SLOTS; k++)
            s[k] = slot[(size_t)k * count + i];
        theta[i] = decays ? theta[i] * decay.keep : theta[i];
        update(scalar, &theta[i], s, g);
        for (int k = 0; k < SLOTS; k++)
            slot[(size_t)k * count + i] = s[k];
    }
}

#ifdef ISA

/* What a loop over a tile does: bits of run_group's `mode`. They are constants at each
 * call, so that the compiler makes a loop for each. */
enum {
    RUN_UNIT_NOISE = 1,
    RUN_TRAJECTORY = 2,
    RUN_MOMENTS = 4,
    RUN_VARYING = 8,
    RUN_DECAY = 16
};

/* Lanes that a loop advances together (base/isa.h). Without slots all of them fit. */
enum { GROUP = SLOTS > 0 ? LANE_GROUP : RULE_LANES };

/* Copies GROUP lanes of a tile, from `first` on, into the registers of a loop;
 * group_end copies them back. */
__attribute__((always_inline)) static inline void
group_begin(const struct tile *restrict tile, size_t first, double theta[GROUP],
            double slot[SLOT_PLACES][GROUP], double h[GROUP])
{
    for (size_t lane = 0; lane < GROUP; lane++) {
        theta[lane] = tile->theta[first + lane];
        h[lane] = tile->h[first + lane];
        for (int j = 0; j < SLOTS; j++)
            slot[j][lane] = tile->slot[j][first + lane];
    }
}

__attribute__((always_inline)) static inline void
group_end(struct tile *restrict tile, size_t first, const double theta[GROUP],
          double slot[SLOT_PLACES][GROUP])
{
    for (size_t lane = 0; lane < GROUP; lane++) {
        tile->theta[first + lane] = theta[lane];
        for (int j = 0; j < SLOTS; j++)
            tile->slot[j][first + lane] = slot[j][lane];
    }
}

/* Adds what a loop has summed to the sums of its lanes. */
__attribute__((always_inline)) static inline void
group_moments(const double own_sum[GROUP], const double own_square[GROUP],
              double *restrict sum, double *restrict square)
{
    for (size_t lane = 0; lane < GROUP; lane++) {
        sum[lane] += own_sum[lane];
        square[lane] += own_square[lane];
    }
}

/* Pulls the gradients of theta = x, and returns what is left of x. */
__attribute__((always_inline)) static inline double
decayed(struct decay_step decay, double x, double g[SAMPLES + 2])
{
    for (size_t j = 0; j < SAMPLES; j++)
        g[j] += decay.pull * x;
    g[SAMPLES + 1] += decay.pull * x;
    return x * decay.keep;
}

__attribute__((always_inline)) static inline void
run_group(int mode, const struct rule *rule, uint64_t t, size_t steps,
          const double *restrict normal, struct tile *restrict tile, size_t first,
          double *restrict trajectory, double *restrict sum, double *restrict square)
{
    /* Without this return the compiler would keep the state on the stack as well. */
    if (steps == 0)
        return; /* not covered: no caller asks for 0 steps */
    double theta[GROUP], slot[SLOT_PLACES][GROUP], h[GROUP];
    double own_sum[GROUP] = {0}, own_square[GROUP] = {0};
    double scalar[SCALARS];
    struct decay_step decay = decay_at(rule, t);
    scheduled_scalars(rule, t, scalar);
    group_begin(tile, first, theta, slot, h);
    for (size_t k = 0; k < steps; k++) {
        const double *restrict xi = normal + k * SAMPLES * RULE_LANES + first;
        double *restrict out =
            mode & RUN_TRAJECTORY ? trajectory + k * RULE_LANES + first : NULL;
        if ((SCALARS_VARY || mode & RUN_VARYING) && k > 0)
            scheduled_scalars(rule, t + k, scalar);
        if (mode & RUN_VARYING && mode & RUN_DECAY)
            decay = decay_at(rule, t + k);
        /* Vectorised by the compiler on its own; `omp simd` would keep g and s in
         * memory and be four times slower. */
        for (size_t lane = 0; lane < GROUP; lane++) {
            double g[SAMPLES + 2], s[SLOT_PLACES], x = theta[lane];
            g[SAMPLES] = h[lane];
            g[SAMPLES + 1] = mode & RUN_UNIT_NOISE
                                 ? h[lane] * x
                                 : h[lane] * (x - tile->centre[first + lane]) +
                                       tile->slope[first + lane];
            for (size_t j = 0; j < SAMPLES; j++) {
                const double noise = xi[j * RULE_LANES + lane];
                g[j] = mode & RUN_UNIT_NOISE
                           ? fma(h[lane], x, noise)
                           : fma(tile->noise_sd[first + lane], noise,
                                 h[lane] * (x - tile->centre[first + lane]) +
                                     tile->slope[first + lane]);
            }
            if (mode & RUN_DECAY)
                x = decayed(decay, x, g);
            for (int j = 0; j < SLOTS; j++)
                s[j] = slot[j][lane];
            update(scalar, &x, s, g);
            theta[lane] = x;
            for (int j = 0; j < SLOTS; j++)
                slot[j][lane] = s[j];
            if (mode & RUN_TRAJECTORY)
                out[lane] = x;
            if (mode & RUN_MOMENTS) {
                own_sum[lane] += x;
                own_square[lane] = fma(x, x, own_square[lane]);
            }
        }
    }
    group_end(tile, first, theta, slot);
    if (mode & RUN_MOMENTS)
        group_moments(own_sum, own_square, sum + first, square + first);
}

/* Runs the loop of a mode over all lanes of the tile. */
#define RUN_GROUPS(mode, trajectory, sum, square)                                      \
    for (size_t first = 0; first < RULE_LANES; first += GROUP)                         \
    run_group(mode, rule, t, steps, normal, tile, first, trajectory, sum, square)

static bool is_scheduled(const struct rule *rule)
{
    return rule->schedule.kind != SCHEDULE_CONSTANT;
}

static void advance(const struct rule *rule, uint64_t t, size_t steps,
                    const double *restrict normal, struct tile *restrict tile,
                    double *restrict trajectory)
{
    if (is_scheduled(rule) || rule->decay.lambda != 0)
        RUN_GROUPS(RUN_TRAJECTORY | RUN_VARYING | RUN_DECAY, trajectory, NULL, NULL);
    else
        RUN_GROUPS(RUN_TRAJECTORY, trajectory, NULL, NULL);
}

static void advance_unit(const struct rule *rule, uint64_t t, size_t steps,
                         const double *restrict normal, struct tile *restrict tile,
                         double *restrict trajectory)
{
    if (is_scheduled(rule))
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_TRAJECTORY | RUN_VARYING, trajectory, NULL,
                   NULL);
    else
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_TRAJECTORY, trajectory, NULL, NULL);
}

static void moments_unit(const struct rule *rule, uint64_t t, size_t steps,
                         const double *restrict normal, struct tile *restrict tile,
                         double *restrict sum, double *restrict square)
{
    if (is_scheduled(rule))
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_MOMENTS | RUN_VARYING, NULL, sum, square);
    else
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_MOMENTS, NULL, sum, square);
}

#endif

#define RULE_SYMBOL_(rule) rule_##rule
#define RULE_SYMBOL(rule) RULE_SYMBOL_(rule)
#define RULE_LOOPS_SYMBOL_(rule) ISA_NAME(rule_loops_##rule)
#define RULE_LOOPS_SYMBOL(rule) RULE_LOOPS_SYMBOL_(rule)
#define RULE_TEXT_(rule) #rule
#define RULE_TEXT(rule) RULE_TEXT_(rule)

_Static_assert((int)SLOTS <= (int)RULE_MAX_SLOTS, "too many slots");
_Static_assert((int)SAMPLES <= (int)RULE_MAX_SAMPLES, "too many gradient samples");
_Static_assert((int)SCALARS <= (int)RULE_MAX_SCALARS, "too many scalars");
_Static_assert(sizeof parameters / sizeof *parameters <= RULE_MAX_PARAMETERS,
               "too many parameters");

/* The first members of a rule's kind: RULE_KIND = {RULE_TRAITS, .summary = ...}. */
#define RULE_TRAITS                                                                    \
    .name = RULE_TEXT(RULE), .slots = SLOTS, .samples = SAMPLES,                       \
    .parameters = parameters,                                                          \
    .parameter_count = (int)(sizeof parameters / sizeof *parameters),                  \
    .scalars = scheduled_scalars, .step = step

#ifdef ISA
#define RULE_KIND                                                                      \
    __attribute__((unused)) static const struct rule_kind RULE_SYMBOL(RULE)

extern const struct rule_loops RULE_LOOPS_SYMBOL(RULE);
const struct rule_loops RULE_LOOPS_SYMBOL(RULE) = {
    .name = RULE_TEXT(RULE),
    .step = step,
    .advance = advance,
    .advance_unit = advance_unit,
    .moments_unit = moments_unit,
};
#else
#define RULE_KIND const struct rule_kind RULE_SYMBOL(RULE)
extern RULE_KIND;
#endif
