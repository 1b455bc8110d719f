/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/descent.h"

#include "base/interrupt.h"
#include "engine/descent_control.h"
#include "engine/kernels.h"
#include "engine/minibatch_draw.h"
#include "engine/units.h"
#include "rules/rule_loops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = LOSS_LANES,
    AHEAD = 2048,     /* normal numbers drawn at a time, unless a step takes more */
    FILTER_AHEAD = 8, /* steps at least, so that filters are not loaded for each */
};

/* --- one unit, step by step ------------------------------------------------------- */

/* A unit's noise. It is drawn for several steps at a time; drawing a few numbers at a
 * time would take twice as long. */
struct noise {
    struct random_stream stream;
    double sd;     /* standard deviation in a coordinate */
    size_t a_step; /* normal numbers a step */
    size_t ahead;  /* steps drawn at a time */
    double *normal;
    struct minibatch_draw draw; /* of minibatches */
};

/* Allocates a block and its noise. All their pointers but `lanes` lead into the memory
 * of theta; the caller frees both. The gradient without noise follows the samples, as a
 * step takes it that wants it. */
static int block_init(struct descent_block *block, struct noise *noise,
                      const struct descent *descent, struct error *error)
{
    const size_t row = descent->loss->n * LANES;
    const size_t slots = (size_t)descent->rule->kind->slots;
    const size_t samples = (size_t)descent->rule->kind->samples;
    noise->sd = descent->sigma / sqrt((double)descent->loss->n);
    noise->a_step = samples * row;
    noise->ahead = noise->a_step < AHEAD ? AHEAD / noise->a_step : 1;
    noise->draw = (struct minibatch_draw){.n = 0};
    if (descent->loss->examples > 0)
        noise->ahead = 0;
    if (descent->control && noise->ahead < FILTER_AHEAD)
        noise->ahead = FILTER_AHEAD;
    block->kernels = kernels_find(error);
    if (!block->kernels)
        return STATUS_USAGE;
    block->theta =
        calloc(2 + slots + (1 + noise->ahead) * samples, row * sizeof *block->theta);
    if (!block->theta)
        return error_memory(error, "a block of chains");
    block->slot = block->theta + row;
    block->sample = block->slot + slots * row;
    block->exact = block->sample + samples * row;
    noise->normal = block->exact + row;
    for (size_t k = 0; k < row; k++)
        block->theta[k] = descent->start;
    if (descent->loss->examples > 0)
        return minibatch_draw_init(&noise->draw, descent->loss->n, descent->loss->data,
                                   descent->loss->examples, descent->loss->residual,
                                   error);
    return descent->control
               ? descent_control_start(descent->control, &block->lanes, error)
               : STATUS_OK;
}

static uint64_t hash_of(const struct descent *descent)
{
    const struct loss *loss = descent->loss;
    double own[LOSS_MAX_PARAMETERS + 1] = {(double)loss->n};
    const int count = loss->kind->parameter_count;
    for (int i = 0; i < count; i++)
        own[1 + i] = loss->number[i];
    const uint64_t of_loss = random_hash(loss->kind->name, own, (size_t)count + 1);
    const uint64_t of_rule = rule_hash(descent->rule);
    return random_hash_bytes(of_rule, &of_loss, sizeof of_loss);
}

/* Draws the gradient samples of step t. The stream orders its numbers by step, sample,
 * coordinate, lane. */
static void draw_samples(const struct descent *descent, uint64_t t, uint64_t steps,
                         struct noise *noise, struct descent_block *block)
{
    const size_t row = descent->loss->n * LANES;
    if (descent->loss->examples > 0) {
        minibatch_draw_at(&noise->draw, block->theta, NULL);
        for (size_t k = 0; k < noise->a_step; k += row)
            minibatch_draw_next(&noise->draw, block->kernels, &noise->stream,
                                block->sample + k);
        return;
    }
    const size_t drawn = (size_t)(t % noise->ahead);
    const uint64_t left = steps - t;
    if (descent->sigma > 0 && drawn == 0)
        random_normal(&noise->stream,
                      noise->a_step *
                          (left < noise->ahead ? (size_t)left : noise->ahead),
                      noise->normal);
    for (size_t k = 0; k < noise->a_step; k += row) {
        if (descent->sigma > 0)
            block->kernels->descent_add_noise(row, noise->sd, block->exact,
                                              noise->normal + drawn * noise->a_step + k,
                                              block->sample + k);
        else
            memcpy(block->sample + k, block->exact, row * sizeof *block->sample);
    }
}

/* The filters have read the noise of `at` steps; step `next` is recorded next. */
struct filtered {
    uint64_t at;
    size_t next;
};

/* Advances the filters to step t if it is recorded, or if the numbers before it are
 * about to be replaced, and says which recorded step it is. */
static void filter(const struct descent *descent, uint64_t t, const struct noise *noise,
                   struct filtered *done, struct descent_block *block)
{
    const struct descent_control *control = descent->control;
    const bool recorded =
        done->next < control->points && control->step[done->next] == t;
    block->point = recorded ? done->next++ : DESCENT_BETWEEN;
    if (t == done->at || !(recorded || t % noise->ahead == 0))
        return;
    descent_control_advance(descent, block->kernels, (size_t)(t - done->at),
                            noise->normal +
                                (size_t)(done->at % noise->ahead) * noise->a_step,
                            block->lanes);
    done->at = t;
}

static void run_steps(const struct descent *descent, uint64_t steps,
                      struct noise *noise, struct descent_block *block,
                      descent_observer look, void *context)
{
    const struct loss *loss = descent->loss;
    struct filtered filtered = {0, 0};
    const struct loss_loops *of_loss = kernels_loss(block->kernels, loss);
    const struct rule_loops *of_rule = kernels_rule(block->kernels, descent->rule);
    for (uint64_t t = 0; t <= steps && !interrupt_pending(); t++) {
        of_loss->evaluate(loss, block->theta, block->exact, block->value);
        if (descent->control)
            filter(descent, t, noise, &filtered, block);
        if (t < steps)
            draw_samples(descent, t, steps, noise, block);
        look(context, t, block);
        if (t < steps)
            of_rule->step(descent->rule, t, loss->n * LANES, block->sample,
                          block->theta, block->slot);
    }
}

int descent_unit(const struct descent *descent, uint64_t unit, uint64_t steps,
                 descent_observer look, void *context, struct error *error)
{
    const struct random_key key = {
        descent->seed, descent->pilot ? RANDOM_PILOT : RANDOM_ENSEMBLE,
        descent->common ? random_hash("common", NULL, 0) : hash_of(descent), unit};
    struct noise noise = {.sd = 0};
    struct descent_block block = {.point = DESCENT_BETWEEN};
    int status = random_init(&noise.stream, descent->generator, key, error);
    if (status == STATUS_OK)
        status = block_init(&block, &noise, descent, error);
    if (status == STATUS_OK)
        run_steps(descent, steps, &noise, &block, look, context);
    free(block.theta);
    free(block.lanes);
    minibatch_draw_free(&noise.draw);
    random_free(&noise.stream);
    return status;
}

/* --- moments over chains -------------------------------------------------------- */

/* A unit's scratch holds the quantities for every step: for each half the mean and the
 * sum of squared deviations over its chains. Behind these, for every recorded step of
 * the control variates, it holds those of all its chains. */
struct half {
    double mean, squares;
};
enum {
    NUMBERS = DESCENT_QUANTITIES * 2 * sizeof(struct half) / sizeof(double),
    CONTROLLED = DESCENT_QUANTITIES * sizeof(struct half) / sizeof(double),
};

struct task {
    const struct descent *descent;
    struct descent_curve *curve;
    uint64_t chains;
};

/* The context of a unit's observer. */
struct view {
    const struct descent *descent;
    int lanes; /* chains in the unit */
    double *scratch, *controlled;
    double *cubes; /* NULL: not wanted */
};

/* The sum of cubed deviations of f from its mean over the chains. */
static double cubes_of(const struct view *view, const double *value)
{
    double mean = 0, sum = 0;
    for (int lane = 0; lane < view->lanes; lane++)
        mean += value[lane] / view->lanes;
    for (int lane = 0; lane < view->lanes; lane++)
        sum += (value[lane] - mean) * (value[lane] - mean) * (value[lane] - mean);
    return sum;
}

static int lanes_of(uint64_t chains, uint64_t unit)
{
    const uint64_t left = chains - unit * LANES;
    return left < LANES ? (int)left : LANES;
}

static int half_count(int lanes, int half)
{
    return (lanes + 1 - half) / 2;
}

static void observe_moments(void *context, uint64_t t,
                            const struct descent_block *block)
{
    const struct view *view = context;
    const struct loss *loss = view->descent->loss;
    struct moments moments[DESCENT_QUANTITIES];
    block->kernels->descent_observe(loss->n, view->lanes, block->exact, block->value,
                                    loss->minimum, view->scratch + t * NUMBERS);
    if (view->cubes)
        view->cubes[t] = cubes_of(view, block->value);
    if (block->point == DESCENT_BETWEEN)
        return;
    descent_control_moments(view->descent, block, view->lanes, moments);
    for (int q = 0; q < DESCENT_QUANTITIES; q++) {
        double *to = view->controlled + block->point * CONTROLLED + 2 * q;
        to[0] = moments[q].mean;
        to[1] = moments[q].squares;
    }
}

/* The numbers of all steps, before those with control variates. */
static size_t plain_size(const struct descent_curve *curve)
{
    return ((size_t)curve->steps + 1) * NUMBERS;
}

/* Those before the cubes. */
static size_t moments_size(const struct descent_curve *curve)
{
    return plain_size(curve) + curve->points * CONTROLLED;
}

static int unit_run(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct task *task = context;
    struct view view = {task->descent, lanes_of(task->chains, unit), scratch,
                        scratch + plain_size(task->curve),
                        task->curve->cubes ? scratch + moments_size(task->curve)
                                           : NULL};
    (void)thread;
    return descent_unit(task->descent, unit, task->curve->steps, observe_moments, &view,
                        error);
}

static void merge_controlled(struct descent_curve *curve, int lanes,
                             const double *scratch)
{
    for (size_t k = 0; k < curve->points; k++, scratch += CONTROLLED)
        for (int q = 0; q < DESCENT_QUANTITIES; q++) {
            const struct moments own = {(uint64_t)lanes, scratch[2 * q],
                                        scratch[2 * q + 1]};
            moments_merge(&curve->controlled[q][k], &own);
        }
}

/* The curve's moments are still those of the units before. */
static void merge_cubes(struct descent_curve *curve, int lanes, const double *scratch)
{
    const double *cubes = scratch + moments_size(curve);
    for (uint64_t t = 0; t <= curve->steps; t++, scratch += NUMBERS) {
        struct moments own = {0};
        for (int half = 0; half < 2; half++) {
            const double *excess = scratch + 4 * DESCENT_EXCESS + 2 * half;
            const struct moments part = {(uint64_t)half_count(lanes, half), excess[0],
                                         excess[1]};
            moments_merge(&own, &part);
        }
        struct skewed_moments all = {curve->excess[t], curve->cubes[t]};
        skewed_moments_merge(&all, &(struct skewed_moments){own, cubes[t]});
        curve->cubes[t] = all.cubes;
    }
}

static void unit_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    const int lanes = lanes_of(task->chains, unit);
    merge_controlled(task->curve, lanes, scratch + plain_size(task->curve));
    if (task->curve->cubes)
        merge_cubes(task->curve, lanes, scratch);
    for (uint64_t t = 0; t <= task->curve->steps; t++, scratch += NUMBERS)
        for (int half = 0; half < 2; half++) {
            const uint64_t count = (uint64_t)half_count(lanes, half);
            const double *square = scratch + 4 * DESCENT_SQUARE + 2 * half;
            const double *excess = scratch + 4 * DESCENT_EXCESS + 2 * half;
            const struct moments squares = {count, square[0], square[1]};
            const struct moments excesses = {count, excess[0], excess[1]};
            moments_merge(&task->curve->square[half][t], &squares);
            moments_merge(&task->curve->excess[t], &excesses);
        }
}

uint64_t descent_identity(const struct descent *descent, uint64_t chains,
                          uint64_t steps)
{
    const uint64_t numbers[] = {
        hash_of(descent), descent->seed, (uint64_t)descent->generator.kind,
        chains,           steps,         descent->pilot};
    const double places[] = {descent->start, descent->sigma};
    uint64_t hash =
        random_hash_bytes(random_hash("descent", places, 2), numbers, sizeof numbers);
    if (descent->loss->kind->quadratic) /* which may not follow from its parameters */
        hash = random_hash_bytes(hash, descent->loss->data,
                                 descent->loss->n * sizeof *descent->loss->data);
    if (descent->control) {
        const uint64_t control = descent_control_hash(descent->control);
        hash = random_hash_bytes(hash, &control, sizeof control);
    }
    return hash;
}

/* One block of memory holds all moments, those with control variates last. */
static int curve_init(struct descent_curve *curve, uint64_t steps,
                      const struct descent_control *control, bool skewed, size_t *count,
                      struct error *error)
{
    const size_t all = (size_t)steps + 1, points = control ? control->points : 0;
    *curve = (struct descent_curve){.steps = steps, .points = points};
    *count = 3 * all + DESCENT_QUANTITIES * points;
    struct moments *moments =
        steps < SIZE_MAX / 1024 ? calloc(*count, sizeof *moments) : NULL;
    if (!moments)
        return error_memory(error, "the moments of every step");
    curve->square[0] = moments;
    curve->square[1] = moments + all;
    curve->excess = moments + 2 * all;
    for (int q = 0; q < DESCENT_QUANTITIES; q++)
        curve->controlled[q] = moments + 3 * all + (size_t)q * points;
    if (skewed && !(curve->cubes = calloc(all, sizeof *curve->cubes)))
        return error_memory(error, "the moments of every step");
    if (!control)
        return STATUS_OK;
    curve->step = malloc(points * sizeof *curve->step);
    if (!curve->step)
        return error_memory(error, "the recorded steps");
    memcpy(curve->step, control->step, points * sizeof *curve->step);
    return STATUS_OK;
}

int descent_run(const struct descent *descent, uint64_t chains, uint64_t steps,
                struct descent_curve *curve, struct error *error)
{
    size_t count;
    const bool skewed = descent->loss->examples > 0;
    const int status =
        curve_init(curve, steps, descent->control, skewed, &count, error);
    if (status != STATUS_OK)
        return status;
    struct task task = {descent, curve, chains};
    const struct session_block blocks[] = {
        {curve->square[0], count * sizeof(struct moments), SESSION_MOMENTS},
        {curve->cubes, skewed ? ((size_t)steps + 1) * sizeof *curve->cubes : 0,
         SESSION_REALS},
        SESSION_END};
    const struct units units = {
        .count = chains / LANES + (chains % LANES != 0),
        .scratch_size = moments_size(curve) + (skewed ? (size_t)steps + 1 : 0),
        .threads = descent->threads,
        .label = descent->label,
        .identity = descent_identity(descent, chains, steps),
        .session = descent->session,
        .blocks = blocks,
        .context = &task,
        .run = unit_run,
        .merge = unit_merge,
    };
    return units_run(&units, error);
}

void descent_curve_free(struct descent_curve *curve)
{
    free(curve->square[0]);
    free(curve->step);
    free(curve->cubes);
    *curve = (struct descent_curve){0};
}

const struct moments *descent_curve_controlled(const struct descent_curve *curve,
                                               uint64_t step,
                                               enum descent_quantity quantity)
{
    size_t from = 0, to = curve->points;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (curve->step[middle] < step)
            from = middle + 1;
        else
            to = middle;
    }
    return from < curve->points && curve->step[from] == step
               ? &curve->controlled[quantity][from]
               : NULL;
}

/* --- one chain ------------------------------------------------------------------ */

struct recording {
    const struct loss *loss;
    struct descent_record *record;
    size_t lane;
};

/* Copies one lane of `rows` rows of 64 numbers. */
static void take(const double *from, size_t lane, size_t rows, double *to)
{
    for (size_t k = 0; k < rows; k++)
        to[k] = from[k * LANES + lane];
}

static void observe_lane(void *context, uint64_t t, const struct descent_block *block)
{
    const struct recording *recording = context;
    const struct descent_record *record = recording->record;
    const size_t n = record->n, slots = record->slots * n,
                 samples = record->samples * n;
    take(block->theta, recording->lane, n, record->theta + t * n);
    take(block->exact, recording->lane, n, record->exact + t * n);
    take(block->slot, recording->lane, slots, record->slot + t * slots);
    if (t < record->steps)
        take(block->sample, recording->lane, samples, record->sample + t * samples);
    record->excess[t] = block->value[recording->lane] - recording->loss->minimum;
}

int descent_record(const struct descent *descent, uint64_t chain, uint64_t steps,
                   struct descent_record *record, struct error *error)
{
    const size_t n = descent->loss->n, points = (size_t)steps + 1;
    const size_t slots = (size_t)descent->rule->kind->slots;
    const size_t samples = (size_t)descent->rule->kind->samples;
    double *memory =
        steps < SIZE_MAX / 1024
            ? calloc(points, ((2 + slots + samples) * n + 1) * sizeof *memory)
            : NULL;
    *record = (struct descent_record){
        .steps = steps, .n = n, .slots = slots, .samples = samples, .theta = memory};
    if (!memory)
        return error_memory(error, "the record of a chain");
    record->exact = record->theta + points * n;
    record->slot = record->exact + points * n;
    record->sample = record->slot + points * slots * n;
    record->excess = record->sample + points * samples * n;
    struct recording recording = {descent->loss, record, (size_t)(chain % LANES)};
    const int status =
        descent_unit(descent, chain / LANES, steps, observe_lane, &recording, error);
    return status == STATUS_OK ? interrupt_check(error) : status;
}

void descent_record_free(struct descent_record *record)
{
    free(record->theta);
    *record = (struct descent_record){0};
}
