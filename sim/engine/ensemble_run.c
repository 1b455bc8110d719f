/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble_run.h"

#include "base/interrupt.h"
#include "base/ranks.h"
#include "engine/cost.h"
#include "engine/ensemble_lanes.h"
#include "engine/ensemble_steps.h"
#include "engine/epoch_draw.h"
#include "engine/layout.h"
#include "engine/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = RULE_LANES };

struct worker {
    double *normal, *noise, *trajectory;
    struct tile *tiles;
    struct control_lanes *lanes; /* if the ensemble has control variates */
    struct ensemble_steps steps; /* if modes step together */
    struct epoch_draw epoch;     /* if the noise is that of epochs */
};

struct sampler {
    struct ensemble_view view;
    const struct observer *observer;
    const struct rule_loops *loops; /* the rule's, for this processor */
    struct layout layout;
    struct epoch_samples epoch; /* of all chains */
    double *back;               /* n x n: Q', if the loss is rotated */
    bool unit_noise;            /* theta is scaled so that the noise has variance 1 */
    struct worker *workers;
    int threads;
};

/* --- running a unit --------------------------------------------------------------- */

/* The factor of a mode's noise; dense noise already has its covariance. */
static double noise_sd(const struct problem *problem, size_t mode)
{
    return problem->dense ? 1 : sqrt(problem->noise[mode]);
}

/* Whether theta may be scaled to unit noise and shifted to theta* = 0, which makes a
 * step cheaper and leaves the chain the same: the rule must be linear, nothing but the
 * gradient may move theta, every mode needs noise, and no start may be so far out that
 * its square overflows. */
static bool runs_on_unit_noise(const struct ensemble *ensemble)
{
    static const double far = 1e100;
    const struct rule_kind *kind = ensemble->rule->kind;
    const struct problem *problem = ensemble->problem;
    double theta = 1, slot[RULE_MAX_SLOTS] = {0};
    const double gradient[RULE_MAX_GRADIENTS] = {0};
    if (!kind->linear || problem->slope != 0 || ensemble_steps_are_needed(problem))
        return false;
    kind->step(ensemble->rule, 0, 1, gradient, &theta, slot);
    for (int k = 0; k < kind->slots; k++)
        if (slot[k] != 0)
            return false;
    if (theta != 1)
        return false;
    for (size_t i = 0; i < problem->n; i++) {
        const double sd = noise_sd(problem, i);
        if (ensemble->mean && ensemble->mean[i] != problem->theta_star[i])
            return false; /* x is then not theta - theta* */
        if (!(sd > 0) || !(fabs(problem->start[i] - problem->theta_star[i]) < far * sd))
            return false;
    }
    return true;
}

static void tiles_start(const struct sampler *sampler, const struct unit *unit,
                        struct tile *tiles)
{
    const struct problem *problem = sampler->view.ensemble->problem;
    for (size_t i = 0; i < unit->tiles; i++) {
        struct tile *tile = &tiles[i];
        memset(tile, 0, sizeof *tile);
        for (int lane = 0; lane < LANES; lane++) {
            const size_t mode = layout_mode(unit, i, lane);
            const double start = problem->start[mode];
            tile->h[lane] = problem->h[mode];
            tile->centre[lane] = problem->theta_star[mode];
            tile->mean[lane] = sampler->view.mean[mode];
            tile->slope[lane] = problem->slope;
            tile->noise_sd[lane] = noise_sd(problem, mode);
            tile->theta[lane] = sampler->unit_noise ? (start - tile->centre[lane]) /
                                                          sampler->view.scale[mode]
                                                    : start;
        }
    }
}

/* Advances the filters of all tiles beside steps t .. t+steps-1. */
static void filters_run(const struct sampler *sampler, const struct unit *unit,
                        uint64_t t, size_t steps, bool recorded, const double *normal,
                        const struct worker *worker, double *scratch)
{
    const struct ensemble *ensemble = sampler->view.ensemble;
    const struct observer *observer = sampler->observer;
    const size_t stride = sampler->view.block_steps * LANES;
    const size_t samples = (size_t)ensemble->rule->kind->samples;
    double *control = scratch + observer->control_row * LANES;
    double *states = worker->trajectory + unit->tiles * stride;
    for (size_t i = 0; i < unit->tiles; i++) {
        struct control_lanes *lanes = &worker->lanes[i];
        const double *own = normal + i * stride * samples;
        if (recorded && sampler->layout.coupled)
            ensemble_lanes_record(ensemble, steps, own, lanes, stride,
                                  states + i * CONTROL_STATES * stride);
        else if (observer->sums || observer->late > 0)
            ensemble_lanes_late(ensemble, unit->chains.burn_in + observer->late, t,
                                steps, own, lanes, control);
        else
            ensemble_lanes_advance(ensemble, steps, own, lanes,
                                   recorded ? control : NULL);
    }
}

/* Runs steps t .. t+steps-1 of one tile; the trajectory then holds x. */
static void tile_advance(const struct sampler *sampler, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *trajectory)
{
    const struct ensemble *ensemble = sampler->view.ensemble;
    const struct rule_loops *loops = sampler->loops;
    if (sampler->unit_noise) {
        loops->advance_unit(ensemble->rule, t, steps, normal, tile, trajectory);
    } else {
        loops->advance(ensemble->rule, t, steps, normal, tile, trajectory);
        ensemble->kernels->observe_centre(steps, tile->mean, trajectory);
    }
}

static void tile_moments(const struct sampler *sampler, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *trajectory,
                         double *sums)
{
    const struct ensemble *ensemble = sampler->view.ensemble;
    if (sampler->unit_noise) {
        sampler->loops->moments_unit(ensemble->rule, t, steps, normal, tile, sums,
                                     sums + LANES);
    } else {
        tile_advance(sampler, t, steps, normal, tile, trajectory);
        ensemble->kernels->observe_moments(steps, trajectory, sums, sums + LANES);
    }
}

/* Runs steps t .. t+steps-1 of modes that step together. */
static void together_run(const struct sampler *sampler, uint64_t t, size_t steps,
                         bool recorded, const double *normal,
                         struct random_stream *stream, struct worker *worker,
                         double *scratch)
{
    const struct ensemble_view *view = &sampler->view;
    const size_t stride = view->block_steps * LANES;
    ensemble_steps_advance(&worker->steps, t, steps, view->block_steps, normal, stream,
                           view->mean, worker->trajectory);
    for (size_t i = 0;
         recorded && !sampler->observer->observe && i < view->ensemble->problem->n;
         i++) {
        double *sums = scratch + 2 * i * LANES;
        view->ensemble->kernels->observe_moments(steps, worker->trajectory + i * stride,
                                                 sums, sums + LANES);
    }
}

/* Runs steps t .. t+steps-1 of all tiles and, if `recorded`, shows them to the
 * observer. normal begins at step t; minibatches take their numbers from the stream. */
static void block_run(const struct sampler *sampler, const struct unit *unit,
                      uint64_t t, size_t steps, bool recorded, const double *normal,
                      struct random_stream *stream, struct worker *worker,
                      double *scratch)
{
    const struct observer *observer = sampler->observer;
    const size_t samples = (size_t)sampler->view.ensemble->rule->kind->samples;
    const size_t stride = sampler->view.block_steps;
    const bool together = ensemble_steps_are_needed(sampler->view.ensemble->problem);
    if (together)
        together_run(sampler, t, steps, recorded, normal, stream, worker, scratch);
    for (size_t i = 0; !together && i < unit->tiles; i++) {
        const double *own = normal + i * stride * samples * LANES;
        double *trajectory = worker->trajectory + i * stride * LANES;
        if (recorded && !observer->observe)
            tile_moments(sampler, t, steps, own, &worker->tiles[i], trajectory,
                         scratch + 2 * i * LANES);
        else
            tile_advance(sampler, t, steps, own, &worker->tiles[i], trajectory);
    }
    if (worker->lanes)
        filters_run(sampler, unit, t, steps, recorded, normal, worker, scratch);
    if (recorded && observer->observe)
        observer->observe(observer->context, &sampler->view, unit, t, steps,
                          worker->trajectory, scratch);
}

/* How many random numbers a gradient takes a coordinate. */
static double examples_of(const struct problem *problem)
{
    return problem->examples > 0     ? (double)problem->examples
           : problem->train_size > 0 ? (double)problem->batch
                                     : 1;
}

/* Runs one unit through all its steps. */
static int unit_run(void *context, int thread, uint64_t place, double *scratch,
                    struct error *error)
{
    const struct sampler *sampler = context;
    const struct ensemble *ensemble = sampler->view.ensemble;
    const struct rule_kind *kind = ensemble->rule->kind;
    const struct problem *problem = ensemble->problem;
    struct worker *worker = &sampler->workers[thread];
    const size_t row = LANES * (size_t)kind->samples;
    const size_t length = sampler->view.block_steps * row;
    struct unit unit;
    struct random_stream stream;
    layout_unit(&sampler->layout, place, &unit);
    const struct random_key key = {
        .seed = ensemble->seed,
        .purpose = ensemble->pilot ? RANDOM_PILOT : RANDOM_ENSEMBLE,
        .hash = rule_hash(ensemble->rule),
        .unit = unit.number,
    };
    const int status = random_init(&stream, ensemble->generator, key, error);
    if (!ensemble_steps_are_needed(problem))
        tiles_start(sampler, &unit, worker->tiles);
    for (size_t i = 0; worker->lanes && i < unit.tiles; i++)
        ensemble_lanes_start(ensemble, &unit, i, &worker->lanes[i]);
    if (ensemble_steps_are_needed(problem))
        ensemble_steps_start(&worker->steps);
    if (problem->train_size > 0)
        epoch_draw_start(&worker->epoch);
    memset(scratch, 0, sampler->observer->scratch_size * sizeof(double));
    for (uint64_t t = 0; status == STATUS_OK && t < unit.chains.steps;
         t += sampler->view.block_steps) {
        const uint64_t left = unit.chains.steps - t, burn_in = unit.chains.burn_in;
        const size_t steps =
            left < sampler->view.block_steps ? (size_t)left : sampler->view.block_steps;
        const uint64_t before = burn_in > t ? burn_in - t : 0;
        const size_t skipped = before < steps ? (size_t)before : steps;
        const double *noise = worker->normal;
        if (interrupt_pending())
            break;
        if (problem->train_size > 0)
            epoch_draw_next(&worker->epoch, &stream, sampler->view.block_steps,
                            kind->samples, length, worker->normal);
        else if (problem->examples == 0)
            noise_law_draw(problem->law, &stream, unit.tiles * length, worker->normal);
        if (problem->factor) {
            ensemble->kernels->observe_correlate(problem->n, length, problem->factor,
                                                 worker->normal, worker->noise);
            noise = worker->noise;
        }
        if (skipped > 0)
            block_run(sampler, &unit, t, skipped, false, noise, &stream, worker,
                      scratch);
        if (skipped < steps)
            block_run(sampler, &unit, t + skipped, steps - skipped, true,
                      noise + skipped * row, &stream, worker, scratch);
    }
    random_free(&stream);
    return status;
}

static double unit_cost(void *context, uint64_t place)
{
    const struct sampler *sampler = context;
    return layout_unit_steps(&sampler->layout, place);
}

static void unit_merge(void *context, uint64_t place, const double *scratch)
{
    const struct sampler *sampler = context;
    struct unit unit;
    layout_unit(&sampler->layout, place, &unit);
    sampler->observer->merge(sampler->observer->context, &sampler->view, &unit,
                             scratch);
}

/* --- running all units ------------------------------------------------------------ */

static void worker_free(struct worker *worker)
{
    free(worker->normal);
    free(worker->noise);
    free(worker->trajectory);
    free(worker->tiles);
    free(worker->lanes);
    ensemble_steps_free(&worker->steps);
    epoch_draw_free(&worker->epoch);
}

static void *aligned(size_t count, size_t size)
{
    const size_t bytes = (count * size + 63) / 64 * 64;
    return aligned_alloc(64, bytes ? bytes : 64);
}

static int worker_init(struct worker *worker, const struct sampler *sampler,
                       struct error *error)
{
    const struct ensemble *ensemble = sampler->view.ensemble;
    const size_t tiles = sampler->layout.coupled ? ensemble->problem->n : 1;
    const bool together = ensemble_steps_are_needed(ensemble->problem);
    const size_t trajectory = tiles * sampler->view.block_steps * LANES;
    const size_t noise = trajectory * (size_t)ensemble->rule->kind->samples;
    const size_t states =
        ensemble->control && sampler->layout.coupled ? CONTROL_STATES * trajectory : 0;
    *worker = (struct worker){
        .normal = aligned(noise, sizeof(double)),
        .trajectory = aligned(trajectory + states, sizeof(double)),
        .tiles = aligned(together ? 0 : tiles, sizeof(struct tile)),
    };
    if (ensemble->problem->factor)
        worker->noise = aligned(noise, sizeof(double));
    if (ensemble->control)
        worker->lanes = aligned(tiles, sizeof(struct control_lanes));
    if (!worker->normal || !worker->trajectory || !worker->tiles ||
        (ensemble->problem->factor && !worker->noise) ||
        (ensemble->control && !worker->lanes))
        return error_memory(error, "a block of the ensemble");
    int status = STATUS_OK;
    if (ensemble->problem->train_size > 0)
        status = epoch_draw_init(&worker->epoch, &sampler->epoch, error);
    return status == STATUS_OK && together
               ? ensemble_steps_init(&worker->steps, ensemble, sampler->loops,
                                     sampler->back, error)
               : status;
}

static int transpose(size_t n, const double *matrix, double **out, struct error *error)
{
    *out = malloc(n * n * sizeof **out);
    if (!*out)
        return error_memory(error, "the rotation");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (*out)[i * n + j] = matrix[j * n + i];
    return STATUS_OK;
}

/* Makes the workers and what they share. */
static int workers_init(struct sampler *sampler, struct error *error)
{
    const struct ensemble *ensemble = sampler->view.ensemble;
    const struct problem *problem = ensemble->problem;
    int status = STATUS_OK;
    if (problem->rotation)
        status = transpose(problem->n, problem->rotation, &sampler->back, error);
    if (status == STATUS_OK && problem->train_size > 0)
        status = epoch_samples_init(&sampler->epoch, problem,
                                    sampler->layout.coupled ? problem->n : 1,
                                    ensemble->generator, ensemble->seed, error);
    for (int i = 0; status == STATUS_OK && i < sampler->threads; i++)
        status = worker_init(&sampler->workers[i], sampler, error);
    return status;
}

/* A hash of everything that the sampling run's result depends on. */
static uint64_t identity_of(const struct sampler *sampler)
{
    const struct ensemble *ensemble = sampler->view.ensemble;
    const struct problem *problem = ensemble->problem;
    const size_t vector = problem->n * sizeof(double);
    const size_t chains = sampler->layout.coupled ? 1 : problem->n;
    const uint64_t rule = rule_hash(ensemble->rule);
    const bool other_law = problem->law.kind != NOISE_GAUSSIAN;
    const struct {
        const void *data;
        size_t size;
    } parts[] = {
        {sampler->observer->name, strlen(sampler->observer->name)},
        {&rule, sizeof rule},
        {&ensemble->seed, sizeof ensemble->seed},
        {&ensemble->generator.kind, sizeof ensemble->generator.kind},
        {&ensemble->pilot, sizeof ensemble->pilot},
        {problem->h, vector},
        {problem->noise, vector},
        {problem->theta_star, vector},
        {problem->start, vector},
        {&problem->slope, sizeof problem->slope},
        {problem->factor, problem->factor ? problem->n * vector : 0},
        {problem->rotation, problem->rotation ? problem->n * vector : 0},
        {&problem->examples, problem->examples > 0 ? sizeof problem->examples : 0},
        {&problem->residual, problem->examples > 0 ? sizeof problem->residual : 0},
        {&problem->law.kind, other_law ? sizeof problem->law.kind : 0},
        {&problem->law.parameter, other_law ? sizeof problem->law.parameter : 0},
        {problem->data ? problem->data->x : NULL,
         problem->data ? problem->data->rows * vector : 0},
        {problem->data ? problem->data->e : NULL,
         problem->data ? problem->data->rows * sizeof(double) : 0},
        {&problem->train_size,
         problem->train_size > 0 ? sizeof problem->train_size : 0},
        {&problem->batch, problem->train_size > 0 ? sizeof problem->batch : 0},
        {sampler->layout.chains, chains * sizeof(struct chains)},
        {ensemble->control,
         ensemble->control ? problem->n * sizeof *ensemble->control : 0},
        {ensemble->pairs,
         ensemble->pairs ? problem->n * (problem->n + 1) / 2 * sizeof *ensemble->pairs
                         : 0},
        {sampler->observer->key, sampler->observer->key_size},
    };
    uint64_t hash = RANDOM_HASH_START;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        hash = random_hash_bytes(hash, parts[i].data, parts[i].size);
    return hash;
}

/* Steps between two looks. They order the streams' numbers and are thus part of their
 * definition: a function of the number of coupled modes alone, chosen so that a block
 * of noise and trajectory stays in the cache. */
static size_t steps_a_block(size_t tiles)
{
    return tiles <= 4 ? 32 : tiles <= 16 ? 16 : 8;
}

int ensemble_run(const struct ensemble *ensemble, bool coupled,
                 const struct chains *chains, const struct observer *observer,
                 struct error *error)
{
    const size_t n = ensemble->problem->n;
    struct sampler sampler = {
        .view = {.ensemble = ensemble,
                 .block_steps = steps_a_block(coupled ? n : 1),
                 .mean =
                     ensemble->mean ? ensemble->mean : ensemble->problem->theta_star},
        .observer = observer,
        .loops = kernels_rule(ensemble->kernels, ensemble->rule),
        .unit_noise = runs_on_unit_noise(ensemble),
    };
    int status = layout_init(&sampler.layout, n, coupled, chains, error);
    const uint64_t threads = (uint64_t)ensemble->threads;
    sampler.threads = threads < sampler.layout.units ? ensemble->threads
                      : sampler.layout.units > 0     ? (int)sampler.layout.units
                                                     : 1;
    sampler.workers = calloc((size_t)sampler.threads, sizeof *sampler.workers);
    sampler.view.scale = malloc(n * sizeof *sampler.view.scale);
    if (status == STATUS_OK && (!sampler.workers || !sampler.view.scale))
        status = error_memory(error, "the workers");
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        sampler.view.scale[i] = sampler.unit_noise ? noise_sd(ensemble->problem, i) : 1;
    if (status == STATUS_OK)
        status = workers_init(&sampler, error);
    const struct units units = {
        .count = sampler.layout.units,
        .scratch_size = observer->scratch_size,
        .threads = sampler.threads,
        .label = ensemble->label,
        .identity = status == STATUS_OK ? identity_of(&sampler) : 0,
        .session = ensemble->session,
        .blocks = observer->blocks,
        .context = &sampler,
        .cost = unit_cost,
        .run = unit_run,
        .merge = unit_merge,
    };
    status = ranks_agree(status, error);
    if (status == STATUS_OK && !session_is_late(ensemble->session))
        cost_tell(ensemble->label, ensemble->pilot, ensemble->generator,
                  layout_steps(&sampler.layout) * examples_of(ensemble->problem),
                  sampler.threads, ensemble->exact_seconds);
    if (status == STATUS_OK)
        status = units_run(&units, error);
    for (int i = 0; sampler.workers && i < sampler.threads; i++)
        worker_free(&sampler.workers[i]);
    free(sampler.workers);
    free(sampler.view.scale);
    free(sampler.back);
    epoch_samples_free(&sampler.epoch);
    layout_free(&sampler.layout);
    return status;
}
