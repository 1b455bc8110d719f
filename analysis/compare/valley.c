/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/valley.h"

#include "base/interrupt.h"
#include "engine/kernels.h"
#include "engine/units.h"
#include "rules/rule_loops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t valley_points(const struct valley *valley)
{
    return (size_t)(valley->steps / valley->every) + 1;
}

static double curvature_at(const struct valley *valley, double v)
{
    return v / valley->length * (v / valley->length);
}

/* --- mean field and averaging ----------------------------------------------------- */

/* The slow coordinate's system at curvature 0, and what a gradient without noise adds
 * to its state: the column of theta at curvature 1 less that at 0. */
struct slow {
    struct linear_system flat;
    double enter[LINEAR_STATE], state[LINEAR_STATE];
};

static void slow_start(const struct valley *valley, struct slow *slow)
{
    struct linear_system curved;
    *slow = (struct slow){.state = {valley->length}};
    theory_system(valley->rule, 0, &slow->flat);
    theory_system(valley->rule, 1, &curved);
    for (int r = 0; r < curved.dim; r++) {
        const int at = r * curved.dim;
        slow->enter[r] = (double)(curved.e[at] - slow->flat.e[at]);
    }
}

static void slow_step(struct slow *slow, double gradient)
{
    double next[LINEAR_STATE] = {0};
    const int dim = slow->flat.dim;
    for (int r = 0; r < dim; r++) {
        next[r] = slow->enter[r] * gradient;
        for (int k = 0; k < dim; k++)
            next[r] += linear_system_element(&slow->flat, r, k) * slow->state[k];
    }
    memcpy(slow->state, next, sizeof next);
}

void valley_mean_field(const struct valley *valley, double *v)
{
    const double square = valley->length * valley->length;
    double fast[LINEAR_SIZE] = {0}, noise[LINEAR_SIZE];
    struct slow slow;
    slow_start(valley, &slow);
    for (uint64_t t = 0; t <= valley->steps; t++) {
        const double at = slow.state[0];
        struct linear_system now;
        if (t % valley->every == 0)
            v[t / valley->every] = at / valley->length;
        theory_system(valley->rule, curvature_at(valley, at), &now);
        slow_step(&slow, at / square * (double)valley->fast * fast[0]);
        linear_system_apply(&now, &now, fast);
        linear_system_noise(&now, &now, valley->noise, noise);
        for (int k = 0; k < now.dim * now.dim; k++)
            fast[k] += noise[k];
    }
}

void valley_average(const struct valley *valley, double rate,
                    double (*variance)(const void *context, double h),
                    const void *context, double *v)
{
    const double square = valley->length * valley->length;
    double at = valley->length;
    for (uint64_t t = 0; t <= valley->steps; t++) {
        const double fast = variance(context, curvature_at(valley, at));
        if (t % valley->every == 0)
            v[t / valley->every] = at / valley->length;
        at -= rate * at / square * (double)valley->fast * fast;
    }
}

/* --- chains ----------------------------------------------------------------------- */

struct task {
    const struct valley *valley;
    const struct sampling *sampling;
    const struct rule_loops *loops;
    struct moments *v;
};

/* A chain: coordinates are d fast ones, then v, then the control variate. Gradients are
 * rows of them, samples first, then that without noise. */
struct chain {
    size_t fast, count;
    double sd, square; /* of the noise; l^2 */
    double *theta, *slot, *gradient, *exact, *normal;
};

static int chain_init(struct chain *chain, const struct valley *valley,
                      struct error *error)
{
    const struct rule_kind *kind = valley->rule->kind;
    const size_t slots = (size_t)kind->slots, samples = (size_t)kind->samples;
    const size_t count = valley->fast + 2;
    *chain = (struct chain){.fast = valley->fast,
                            .count = count,
                            .sd = sqrt(valley->noise),
                            .square = valley->length * valley->length};
    chain->theta = calloc((2 + slots + samples) * count + valley->fast + RANDOM_BLOCK,
                          sizeof *chain->theta);
    if (!chain->theta)
        return error_memory(error, "a chain in the valley");
    chain->slot = chain->theta + count;
    chain->gradient = chain->slot + slots * count;
    chain->exact = chain->gradient + samples * count;
    chain->normal = chain->exact + count;
    chain->theta[valley->fast] = valley->length;
    return STATUS_OK;
}

/* |u|^2, in as many sums as a vector has places: d is a multiple of them. */
static double fast_square(const struct chain *chain)
{
    enum { SUMS = 16 };
    double sum[SUMS] = {0}, all = 0;
    for (size_t i = 0; i < chain->fast; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sum[k] = fma(chain->theta[i + k], chain->theta[i + k], sum[k]);
    for (size_t k = 0; k < SUMS; k++)
        all += sum[k];
    return all;
}

static void chain_step(struct chain *chain, const struct task *task, uint64_t t,
                       struct random_stream *stream)
{
    const struct rule *rule = task->valley->rule;
    const double v = chain->theta[chain->fast], h = v * v / chain->square;
    for (size_t i = 0; i < chain->fast; i++)
        chain->exact[i] = h * chain->theta[i];
    chain->exact[chain->fast] = v / chain->square * fast_square(chain);
    for (int s = 0; s < rule->kind->samples; s++) {
        random_normal(stream, chain->fast + RANDOM_BLOCK, chain->normal);
        chain->normal[chain->fast + 1] = chain->normal[chain->fast];
        task->sampling->kernels->descent_add_noise(
            chain->count, chain->sd, chain->exact, chain->normal,
            chain->gradient + (size_t)s * chain->count);
    }
    task->loops->step(rule, t, chain->count, chain->gradient, chain->theta,
                      chain->slot);
}

static uint64_t hash_of(const struct valley *valley)
{
    const double numbers[] = {(double)valley->fast, valley->length, valley->noise,
                              (double)valley->steps, (double)valley->every};
    const uint64_t own =
        random_hash("valley", numbers, sizeof numbers / sizeof *numbers);
    return random_hash_bytes(rule_hash(valley->rule), &own, sizeof own);
}

static int unit_run(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct task *task = context;
    const struct valley *valley = task->valley;
    const struct random_key key = {task->sampling->seed, RANDOM_ENSEMBLE,
                                   hash_of(valley), unit};
    struct random_stream stream;
    struct chain chain = {.fast = 0};
    (void)thread;
    int status = random_init(&stream, task->sampling->generator, key, error);
    if (status == STATUS_OK)
        status = chain_init(&chain, valley, error);
    for (uint64_t t = 0; status == STATUS_OK && t <= valley->steps; t++) {
        const double *v = chain.theta + chain.fast;
        if (t % valley->every == 0)
            scratch[t / valley->every] = (v[0] - v[1]) / valley->length;
        if (t < valley->steps)
            chain_step(&chain, task, t, &stream);
        status = interrupt_check(error);
    }
    free(chain.theta);
    random_free(&stream);
    return status;
}

static void unit_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    (void)unit;
    for (size_t k = 0; k < valley_points(task->valley); k++)
        moments_add(&task->v[k], scratch[k]);
}

int valley_measure(const struct sampling *sampling, const struct valley *valley,
                   uint64_t chains, const char *label, struct moments *v,
                   struct error *error)
{
    const size_t size = valley_points(valley) * sizeof *v;
    const uint64_t numbers[] = {hash_of(valley), sampling->seed,
                                (uint64_t)sampling->generator.kind, chains};
    const struct session_block blocks[] = {{v, size, SESSION_MOMENTS}, SESSION_END};
    struct task task = {.valley = valley,
                        .sampling = sampling,
                        .loops = kernels_rule(sampling->kernels, valley->rule),
                        .v = v};
    const struct units units = {
        .count = chains,
        .scratch_size = valley_points(valley),
        .threads = sampling->threads,
        .label = sampling_label(sampling, label),
        .identity =
            random_hash_bytes(random_hash("valley", NULL, 0), numbers, sizeof numbers),
        .session = sampling->session,
        .blocks = blocks,
        .context = &task,
        .run = unit_run,
        .merge = unit_merge,
    };
    memset(v, 0, size);
    return units_run(&units, error);
}
