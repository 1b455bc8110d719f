/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/descent.h"

#include "base/interrupt.h"
#include "engine/kernels.h"
#include "engine/units.h"
#include "rules/rule_loops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = LOSS_LANES,
    AHEAD = 2048, /* normal numbers drawn at a time, unless a step takes more */
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
};

/* Allocates a block and its noise. All their pointers lead into the memory of theta,
 * which the caller frees. */
static int block_init(struct descent_block *block, struct noise *noise,
                      const struct descent *descent, struct error *error)
{
    const size_t row = descent->loss->n * LANES;
    const size_t slots = (size_t)descent->rule->kind->slots;
    const size_t samples = (size_t)descent->rule->kind->samples;
    noise->sd = descent->sigma / sqrt((double)descent->loss->n);
    noise->a_step = samples * row;
    noise->ahead = noise->a_step < AHEAD ? AHEAD / noise->a_step : 1;
    block->kernels = kernels_find(error);
    if (!block->kernels)
        return STATUS_USAGE;
    block->theta =
        calloc(2 + slots + (1 + noise->ahead) * samples, row * sizeof *block->theta);
    if (!block->theta)
        return error_memory(error, "a block of chains");
    block->exact = block->theta + row;
    block->slot = block->exact + row;
    block->sample = block->slot + slots * row;
    noise->normal = block->sample + samples * row;
    for (size_t k = 0; k < row; k++)
        block->theta[k] = descent->start;
    return STATUS_OK;
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

static void run_steps(const struct descent *descent, uint64_t steps,
                      struct noise *noise, struct descent_block *block,
                      descent_observer look, void *context)
{
    const struct loss *loss = descent->loss;
    const struct loss_loops *of_loss = kernels_loss(block->kernels, loss);
    const struct rule_loops *of_rule = kernels_rule(block->kernels, descent->rule);
    for (uint64_t t = 0; t <= steps && !interrupt_pending(); t++) {
        of_loss->evaluate(loss, block->theta, block->exact, block->value);
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
    struct noise noise;
    struct descent_block block = {.theta = NULL};
    int status = random_init(&noise.stream, descent->generator, key, error);
    if (status == STATUS_OK)
        status = block_init(&block, &noise, descent, error);
    if (status == STATUS_OK)
        run_steps(descent, steps, &noise, &block, look, context);
    free(block.theta);
    random_free(&noise.stream);
    return status;
}

/* --- moments over chains -------------------------------------------------------- */

/* A unit's scratch holds these quantities for every step: for each half the mean and
 * the sum of squared deviations over its chains. */
enum { SQUARE, EXCESS, QUANTITIES };
struct half {
    double mean, squares;
};
enum { NUMBERS = QUANTITIES * 2 * sizeof(struct half) / sizeof(double) };

struct task {
    const struct descent *descent;
    struct descent_curve *curve;
    uint64_t chains;
};

/* The context of a unit's observer. */
struct view {
    const struct loss *loss;
    int lanes; /* chains in the unit */
    double *scratch;
};

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
    block->kernels->descent_observe(view->loss->n, view->lanes, block->exact,
                                    block->value, view->loss->minimum,
                                    view->scratch + t * NUMBERS);
}

static int unit_run(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct task *task = context;
    struct view view = {task->descent->loss, lanes_of(task->chains, unit), scratch};
    (void)thread;
    return descent_unit(task->descent, unit, task->curve->steps, observe_moments, &view,
                        error);
}

static void unit_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    const int lanes = lanes_of(task->chains, unit);
    for (uint64_t t = 0; t <= task->curve->steps; t++, scratch += NUMBERS)
        for (int half = 0; half < 2; half++) {
            const uint64_t count = (uint64_t)half_count(lanes, half);
            const double *square = scratch + 4 * SQUARE + 2 * half;
            const double *excess = scratch + 4 * EXCESS + 2 * half;
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
    const uint64_t hash =
        random_hash_bytes(random_hash("descent", places, 2), numbers, sizeof numbers);
    return hash;
}

int descent_run(const struct descent *descent, uint64_t chains, uint64_t steps,
                struct descent_curve *curve, struct error *error)
{
    const size_t points = (size_t)steps + 1;
    struct moments *moments =
        steps < SIZE_MAX / 1024 ? calloc(points, 3 * sizeof *moments) : NULL;
    *curve = (struct descent_curve){.steps = steps, .square = {moments}};
    if (!moments)
        return error_memory(error, "the moments of every step");
    curve->square[1] = moments + points;
    curve->excess = moments + 2 * points;
    struct task task = {descent, curve, chains};
    const struct session_block blocks[] = {{moments, 3 * points * sizeof *moments},
                                           {NULL, 0}};
    const struct units units = {
        .count = chains / LANES + (chains % LANES != 0),
        .scratch_size = points * NUMBERS,
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
    *curve = (struct descent_curve){0};
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
