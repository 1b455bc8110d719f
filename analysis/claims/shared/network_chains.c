/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/network_chains.h"

#include "claims/shared/network_linear.h"
#include "engine/units.h"
#include "rules/rule_loops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = MINIBATCH_N,
    LANES = RULE_LANES,
    BATCH = NETWORK_CHAINS_BATCH,
    DIRECTIONS = NETWORK_CHAINS_DIRECTIONS,
    TRACE = NETWORK_CHAINS_TRACE,
    QUANTITIES = NETWORK_CHAINS_QUANTITIES,
    RECORD = sizeof(struct network_record) / sizeof(double),
};
_Static_assert((int)NETWORK_CHAINS == (int)LANES, "a chain a lane");
_Static_assert(BATCH *MINIBATCH_BITS <= 64, "a word chooses a minibatch");
_Static_assert(LANES % RANDOM_BLOCK == 0, "whole blocks of words");

struct task {
    const struct sampling *sampling;
    const struct minibatch_noise *noise;
    const struct network_run *runs;
    struct network_record *records;
    bool *done;
    int label[MINIBATCH_INPUTS];
    double directions[N * N];
    struct network_slopes slopes;
};

/* The chains of a run. Arrays of theta's shape have [i * LANES + lane]. */
struct flock {
    double theta[N * LANES], slot[RULE_MAX_SLOTS * N * LANES];
    double gradient[RULE_MAX_SAMPLES * N * LANES];
    double apart[N * LANES], along[N * LANES]; /* theta - theta*, and z */
    double x[NETWORK_INPUTS * LANES], chosen[NETWORK_CLASSES * LANES];
    uint64_t words[LANES];
    int input[BATCH * LANES]; /* of the samples of the last minibatches */
    struct network_linear linear;
};

/* Sets x and chosen to sample number s of every chain's minibatch. */
static void choose(const struct task *task, struct flock *flock, int s)
{
    const int shift = 64 - MINIBATCH_BITS * (s + 1);
    for (int lane = 0; lane < LANES; lane++) {
        const uint64_t k = flock->words[lane] >> shift & (MINIBATCH_INPUTS - 1);
        flock->input[s * LANES + lane] = (int)k;
        for (int i = 0; i < NETWORK_INPUTS; i++)
            flock->x[i * LANES + lane] = task->noise->x[k][i];
        for (int y = 0; y < NETWORK_CLASSES; y++)
            flock->chosen[y * LANES + lane] = y == task->label[k];
    }
}

/* Minibatches of their own for each of the gradients that a step takes. */
static void draw_gradients(const struct task *task, const struct rule *rule,
                           struct random_stream *stream, struct flock *flock)
{
    const struct kernels *kernels = task->sampling->kernels;
    for (int k = 0; k < rule->kind->samples; k++) {
        double *gradient = flock->gradient + k * N * LANES;
        memset(gradient, 0, N * LANES * sizeof *gradient);
        for (int block = 0; block < LANES; block += RANDOM_BLOCK)
            random_words(stream, flock->words + block);
        for (int s = 0; s < BATCH; s++) {
            choose(task, flock, s);
            kernels->network_add(flock->theta, flock->x, flock->chosen, 1.0 / BATCH,
                                 gradient);
        }
    }
}

/* Adds to a chain's sums what its squares in the linear chain are beside their
 * expectations. */
static void watch_control(const struct task *task, const struct network_linear *linear,
                          int lane, struct network_chain *chain)
{
    for (int k = 0; k < N; k++) {
        const double z = linear->z[lane * N + k];
        const double beside = z * z - linear->square[k];
        chain->control[TRACE] += task->noise->curvature[k] * beside;
        if (k < DIRECTIONS)
            chain->control[k] += beside;
    }
}

static void watch(const struct task *task, bool control, struct flock *flock,
                  struct network_chain *half)
{
    const struct minibatch_noise *noise = task->noise;
    for (int i = 0; i < N; i++)
        for (int lane = 0; lane < LANES; lane++)
            flock->apart[i * LANES + lane] =
                flock->theta[i * LANES + lane] - noise->theta[i];
    task->sampling->kernels->observe_rotate(N, task->directions, flock->apart,
                                            flock->along);
    for (int lane = 0; lane < LANES; lane++) {
        for (int k = 0; k < N; k++) {
            const double z = flock->along[k * LANES + lane];
            half[lane].z[k] += z;
            half[lane].square[TRACE] += noise->curvature[k] * z * z;
            if (k < DIRECTIONS)
                half[lane].square[k] += z * z;
        }
        if (control)
            watch_control(task, &flock->linear, lane, &half[lane]);
    }
}

static void divide(struct network_record *record, double count)
{
    for (int h = 0; h < 2; h++)
        for (int chain = 0; chain < NETWORK_CHAINS; chain++) {
            for (int k = 0; k < N; k++)
                record->half[h][chain].z[k] /= count;
            for (int q = 0; q < QUANTITIES; q++) {
                record->half[h][chain].square[q] /= count;
                record->half[h][chain].control[q] /= count;
            }
        }
}

static void run_chains(const struct task *task, const struct network_run *run,
                       struct random_stream *stream, struct flock *flock,
                       struct network_record *record)
{
    const struct rule *rule = &run->rule;
    const struct rule_loops *loops = kernels_rule(task->sampling->kernels, rule);
    memset(record, 0, sizeof *record);
    for (int i = 0; i < N; i++)
        for (int lane = 0; lane < LANES; lane++)
            flock->theta[i * LANES + lane] = task->noise->theta[i];
    network_linear_start(&task->slopes, BATCH, &flock->linear);
    for (uint64_t t = 0; t < run->burn_in + run->steps; t++) {
        draw_gradients(task, rule, stream, flock);
        loops->step(rule, t, (size_t)N * LANES, flock->gradient, flock->theta,
                    flock->slot);
        if (run->control)
            network_linear_step(task->noise, &task->slopes, rule, loops, t, BATCH,
                                flock->input, &flock->linear);
        const uint64_t after = t + 1;
        if (after > run->burn_in && (after - run->burn_in) % run->stride == 0)
            watch(task, run->control, flock,
                  record->half[after - run->burn_in > run->steps / 2]);
    }
    const uint64_t watched = run->steps / 2 / run->stride;
    divide(record, (double)watched);
}

static int run_unit(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct task *task = context;
    const struct network_run *run = &task->runs[unit];
    const double name[] = {MINIBATCH_INPUTS, BATCH};
    struct random_stream stream = {0};
    struct flock *flock = aligned_alloc(64, (sizeof *flock + 63) / 64 * 64);
    (void)thread;
    if (!flock)
        return error_memory(error, "chains of a network");
    memset(flock, 0, sizeof *flock);
    const int status =
        draws_stream(task->sampling, random_hash("network chains", name, 2), run->draws,
                     &stream, error);
    if (status == STATUS_OK)
        run_chains(task, run, &stream, flock, (struct network_record *)scratch);
    random_free(&stream);
    free(flock);
    return status;
}

static void merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    memcpy(&task->records[unit], scratch, sizeof *task->records);
    task->done[unit] = true;
}

static double cost(void *context, uint64_t unit)
{
    const struct network_run *run = &((const struct task *)context)->runs[unit];
    return (double)(run->burn_in + run->steps);
}

static uint64_t identity_of(const struct task *task, size_t count)
{
    uint64_t hash = random_hash("network chains", task->noise->theta, N);
    for (size_t k = 0; k < count; k++) {
        const struct network_run *run = &task->runs[k];
        const uint64_t own[] = {rule_hash(&run->rule), run->draws,
                                run->burn_in,          run->steps,
                                run->stride,           run->control};
        hash = random_hash_bytes(hash, own, sizeof own);
    }
    return hash;
}

int network_chains_run(const struct sampling *sampling, const char *label,
                       const struct minibatch_noise *noise,
                       const struct network_run *runs, size_t count,
                       struct network_record *records, bool *done, struct error *error)
{
    struct task *task = calloc(1, sizeof *task);
    if (!task)
        return error_memory(error, "chains of a network");
    *task = (struct task){
        .sampling = sampling,
        .noise = noise,
        .runs = runs,
        .records = records,
        .done = done,
    };
    memcpy(task->directions, noise->direction, sizeof task->directions);
    for (int k = 0; k < MINIBATCH_INPUTS; k++)
        while (noise->probability[k][task->label[k]] == 0)
            task->label[k]++;
    network_slopes_set(noise, task->label, &task->slopes);
    const struct session_block blocks[] = {
        {records, count * sizeof *records, SESSION_REALS},
        {done, count * sizeof *done, SESSION_COUNTS},
        SESSION_END};
    const struct units units = {
        .count = count,
        .scratch_size = RECORD,
        .threads = sampling->threads,
        .label = sampling_label(sampling, label),
        .identity = identity_of(task, count),
        .session = sampling->session,
        .blocks = blocks,
        .context = task,
        .cost = cost,
        .run = run_unit,
        .merge = merge,
    };
    memset(records, 0, count * sizeof *records);
    memset(done, 0, count * sizeof *done);
    const int status = units_run(&units, error);
    free(task);
    return status;
}

/* Weight of the square of z_k in a quantity. */
static double weight_of(const struct minibatch_noise *noise, int quantity, int k)
{
    if (quantity == TRACE)
        return noise->curvature[k];
    return k == quantity;
}

/* A chain's mean of squares, minus its control if that is used. */
static double square_of(const struct network_chain *chain, int quantity, bool control)
{
    return chain->square[quantity] - (control ? chain->control[quantity] : 0);
}

/* The quantity over chains that have the means `chain`; its parts if not NULL. With m_k
 * the mean of z_k over chains, E (sum of squares) - sum_k w_k (m_k^2 - Var m_k). */
static double variance(const struct network_chain *chain,
                       const struct minibatch_noise *noise, int quantity, bool control,
                       double *part)
{
    struct moments squares = {0};
    double value = 0;
    for (int c = 0; c < NETWORK_CHAINS; c++) {
        const double square = square_of(&chain[c], quantity, control);
        moments_add(&squares, square);
        if (part)
            part[c] = square;
    }
    value = squares.mean;
    for (int k = 0; k < N; k++) {
        const double weight = weight_of(noise, quantity, k);
        struct moments z = {0};
        if (weight == 0)
            continue;
        for (int c = 0; c < NETWORK_CHAINS; c++)
            moments_add(&z, chain[c].z[k]);
        value -= weight * (z.mean * z.mean -
                           z.squares / (NETWORK_CHAINS - 1.0) / NETWORK_CHAINS);
        for (int c = 0; part && c < NETWORK_CHAINS; c++)
            part[c] -= 2 * weight * z.mean * chain[c].z[k];
    }
    return value;
}

static double spread(const double *part)
{
    struct moments moments = {0};
    for (int c = 0; c < NETWORK_CHAINS; c++)
        moments_add(&moments, part[c]);
    return moments_stderr(&moments);
}

void network_chains_estimate(const struct network_record *record,
                             const struct minibatch_noise *noise, int quantity,
                             bool control, struct network_estimate *estimate)
{
    struct network_chain both[NETWORK_CHAINS];
    for (int c = 0; c < NETWORK_CHAINS; c++) {
        const struct network_chain *a = &record->half[0][c], *b = &record->half[1][c];
        for (int k = 0; k < N; k++)
            both[c].z[k] = (a->z[k] + b->z[k]) / 2;
        for (int q = 0; q < QUANTITIES; q++) {
            both[c].square[q] = (a->square[q] + b->square[q]) / 2;
            both[c].control[q] = (a->control[q] + b->control[q]) / 2;
        }
    }
    estimate->value = variance(both, noise, quantity, control, estimate->part);
    estimate->se = spread(estimate->part);
    estimate->apart = variance(record->half[1], noise, quantity, control, NULL) -
                      variance(record->half[0], noise, quantity, control, NULL);
}

double network_chains_quotient(const struct network_estimate *above,
                               const struct network_estimate *below, double *se)
{
    const double quotient = above->value / below->value;
    double part[NETWORK_CHAINS];
    for (int c = 0; c < NETWORK_CHAINS; c++)
        part[c] = (above->part[c] - quotient * below->part[c]) / below->value;
    *se = spread(part);
    return quotient;
}
