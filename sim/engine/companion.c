/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/companion.h"

#include "base/interrupt.h"

#include <math.h>
#include <string.h>

enum {
    PAIRS = 4,
    CHAINS = 2 * PAIRS, /* chain i + PAIRS is the opposite of chain i */
    EVERY =
        RANDOM_BLOCK / PAIRS, /* steps from one look at the derivatives to the next */
};

/* The shift by which derivatives are measured, in units of what is shifted. */
static const double SHIFT = 0x1p-8;

/* The chains of a mode, and the sums of derivatives so far. */
struct pairs {
    const struct rule *rule;
    double h;
    int dim;
    double state[LINEAR_STATE][CHAINS]; /* theta - theta*, slots */
    double e[LINEAR_STATE][LINEAR_STATE], b[LINEAR_STATE];
    double looks;
};

static void advance(const struct pairs *pairs, uint64_t t, const double *noise,
                    double state[LINEAR_STATE][CHAINS])
{
    double gradient[2 * CHAINS];
    for (int i = 0; i < CHAINS; i++) {
        gradient[CHAINS + i] = pairs->h * state[0][i];
        gradient[i] = gradient[CHAINS + i] + noise[i];
    }
    pairs->rule->kind->step(pairs->rule, t, CHAINS, gradient, state[0], state[1]);
}

static double root_mean_square(const double *x)
{
    double sum = 0;
    for (int i = 0; i < CHAINS; i++)
        sum += x[i] * x[i];
    return sqrt(sum / CHAINS);
}

/* Adds to `row`, of `stride`, the means over chains of the derivatives of what step t
 * adds to the state by part `by` of the state, or by the noise if `by` is dim. */
static void differentiate(const struct pairs *pairs, uint64_t t, const double *noise,
                          int by, size_t stride, double *row)
{
    double before[2][LINEAR_STATE][CHAINS], after[2][LINEAR_STATE][CHAINS];
    const bool by_noise = by == pairs->dim;
    const double shift = SHIFT * root_mean_square(by_noise ? noise : pairs->state[by]);
    if (shift == 0)
        return;
    for (int side = 0; side < 2; side++) {
        double shifted[CHAINS];
        memcpy(shifted, noise, sizeof shifted);
        memcpy(before[side], pairs->state, sizeof before[side]);
        double *what = by_noise ? shifted : before[side][by];
        for (int i = 0; i < CHAINS; i++)
            what[i] += side == 0 ? shift : -shift;
        memcpy(after[side], before[side], sizeof after[side]);
        advance(pairs, t, shifted, after[side]);
    }
    for (int k = 0; k < pairs->dim; k++)
        for (int i = 0; i < PAIRS; i++) {
            double change[2];
            for (int half = 0; half < 2; half++) {
                const int chain = i + half * PAIRS;
                change[half] = (after[0][k][chain] - before[0][k][chain]) -
                               (after[1][k][chain] - before[1][k][chain]);
            }
            row[(size_t)k * stride] += (change[0] + change[1]) / (2 * shift * CHAINS);
        }
}

static void look(struct pairs *pairs, uint64_t t, const double *noise)
{
    for (int by = 0; by < pairs->dim; by++)
        differentiate(pairs, t, noise, by, LINEAR_STATE, &pairs->e[0][by]);
    differentiate(pairs, t, noise, pairs->dim, 1, pairs->b);
    pairs->looks++;
}

/* Runs the chains and looks at every eighth recorded step. */
static void run(struct pairs *pairs, struct random_stream *stream, double noise_sd,
                struct chains chains)
{
    for (uint64_t t = 0; t < chains.steps && !interrupt_pending(); t += EVERY) {
        double normal[RANDOM_BLOCK];
        random_normal(stream, RANDOM_BLOCK, normal);
        for (uint64_t k = 0; k < EVERY && t + k < chains.steps; k++) {
            double noise[CHAINS];
            for (int i = 0; i < PAIRS; i++) {
                noise[i] = noise_sd * normal[k * PAIRS + (size_t)i];
                noise[i + PAIRS] = -noise[i];
            }
            if (k == 0 && t >= chains.burn_in)
                look(pairs, t, noise);
            advance(pairs, t + k, noise, pairs->state);
        }
    }
}

/* Marks what the noise reaches and what reaches theta, each in some steps. */
static void find_path(const struct pairs *pairs, bool passes[LINEAR_STATE])
{
    bool from[LINEAR_STATE], to[LINEAR_STATE];
    for (int k = 0; k < pairs->dim; k++) {
        from[k] = pairs->b[k] != 0;
        to[k] = k == 0;
    }
    for (int round = 0; round < pairs->dim; round++)
        for (int row = 0; row < pairs->dim; row++)
            for (int column = 0; column < pairs->dim; column++)
                if (row != column && pairs->e[row][column] != 0) {
                    from[row] |= from[column];
                    to[column] |= to[row];
                }
    for (int k = 0; k < pairs->dim; k++)
        passes[k] = from[k] && to[k];
}

static void fill(const struct pairs *pairs, struct linear_system *system)
{
    bool passes[LINEAR_STATE];
    int part[LINEAR_STATE], dim = 0;
    find_path(pairs, passes);
    for (int k = 0; k < pairs->dim; k++)
        if (passes[k])
            part[dim++] = k;
    if (dim == 0 || part[0] != 0)
        return;
    for (int row = 0; row < dim; row++) {
        const double b = pairs->b[part[row]] / pairs->looks;
        bool finite = isfinite(b);
        system->b[0][row] = b;
        for (int column = 0; column < dim; column++) {
            const double e = pairs->e[part[row]][part[column]] / pairs->looks;
            system->e[row * dim + column] = e;
            finite = finite && isfinite(e);
        }
        if (!finite)
            return;
    }
    system->dim = dim;
}

int companion_of(const struct ensemble *ensemble, size_t mode, struct chains chains,
                 struct linear_system *system, struct error *error)
{
    const struct rule *rule = ensemble->rule;
    const struct problem *problem = ensemble->problem;
    const double noise = problem_noise(problem, mode, mode);
    struct pairs pairs = {
        .rule = rule, .h = problem->h[mode], .dim = 1 + rule->kind->slots};
    struct random_stream stream;
    const struct random_key key = {
        .seed = ensemble->seed,
        .purpose = RANDOM_COMPANION,
        .hash = rule_hash(rule),
        .unit = mode,
    };
    *system = (struct linear_system){.samples = 1};
    if (rule->kind->samples > 1 || !(noise > 0) || problem->slope != 0 ||
        (rule->decay.lambda != 0 && problem->theta_star[mode] != 0))
        return STATUS_OK;
    const int status = random_init(&stream, ensemble->generator, key, error);
    if (status == STATUS_OK) {
        for (int i = 0; i < CHAINS; i++)
            pairs.state[0][i] = (problem->start[mode] - problem->theta_star[mode]) *
                                (i < PAIRS ? 1 : -1);
        run(&pairs, &stream, sqrt(noise), chains);
        if (pairs.looks > 0)
            fill(&pairs, system);
    }
    random_free(&stream);
    return status;
}
