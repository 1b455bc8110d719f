#include "ensemble.h"

#include "interrupt.h"
#include "progress.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = OPTIMIZER_LANES,
    BLOCK_STEPS =
        32, /* steps between observations: 16 KiB of theta stay in the cache */
    BLOCK = BLOCK_STEPS * LANES
};

/* One unit: which lanes it holds and how long it runs. Lanes beyond `lanes` run along
 * unobserved. tiles is 1 (lane l is mode[l], replica[l]) or n (tile i is mode i, lane l
 * is replica[l]). */
struct unit {
    uint64_t number;
    size_t tiles;
    int lanes;
    size_t mode[LANES];
    uint64_t replica[LANES];
    struct chains chains;
};

/* What looks on. scratch is the unit's own, zeroed at its start and kept until it has
 * been merged. */
struct observer {
    size_t scratch_size;
    /* theta after steps first+1 .. first+steps; path of tile i at path + i * BLOCK. */
    void (*observe)(void *context, const struct unit *unit, uint64_t first,
                    size_t steps, const double *path, double *scratch);
    /* The unit is complete; called in unit order by one thread at a time. */
    void (*merge)(void *context, const struct unit *unit, const double *scratch);
    void *context;
};

/* How units are numbered: they run through the groups of equal chains in mode order. */
struct layout {
    bool coupled;
    size_t n;
    const struct chains *chains; /* one a mode; chains[0] for all where coupled */
    uint64_t units;
    uint64_t *first_unit; /* of the group that starts at this mode, where uncoupled */
    size_t *group_end;    /* one past the last mode of that group */
};

struct worker {
    double *normal, *noise, *path;
    struct tile *tiles;
};

static bool same_chains(struct chains a, struct chains b)
{
    return a.replicas == b.replicas && a.steps == b.steps && a.burn_in == b.burn_in;
}

static uint64_t tiles_for(uint64_t lanes)
{
    return (lanes + LANES - 1) / LANES;
}

static int layout_init(struct layout *layout, const struct ensemble *ensemble,
                       bool coupled, const struct chains *chains, struct error *error)
{
    const size_t n = ensemble->problem->n;
    *layout = (struct layout){.coupled = coupled, .n = n, .chains = chains};
    if (coupled) {
        layout->units = tiles_for(chains[0].replicas);
        return STATUS_OK;
    }
    layout->first_unit = malloc(n * sizeof *layout->first_unit);
    layout->group_end = malloc(n * sizeof *layout->group_end);
    if (!layout->first_unit || !layout->group_end)
        return error_memory(error, "the work units");
    for (size_t start = 0, end; start < n; start = end) {
        for (end = start + 1; end < n && same_chains(chains[start], chains[end]); end++)
            ;
        layout->first_unit[start] = layout->units;
        layout->group_end[start] = end;
        layout->units += tiles_for((uint64_t)(end - start) * chains[start].replicas);
    }
    return STATUS_OK;
}

static void layout_free(struct layout *layout)
{
    free(layout->first_unit);
    free(layout->group_end);
}

static void layout_unit(const struct layout *layout, uint64_t number, struct unit *unit)
{
    *unit = (struct unit){.number = number, .chains = layout->chains[0]};
    if (layout->coupled) {
        unit->tiles = layout->n;
        for (uint64_t lane = 0, replica = number * LANES;
             lane < LANES && replica < unit->chains.replicas; lane++, replica++) {
            unit->replica[lane] = replica;
            unit->lanes++;
        }
        return;
    }
    size_t start = 0, end;
    while ((end = layout->group_end[start]) < layout->n &&
           layout->first_unit[end] <= number)
        start = end;
    unit->tiles = 1;
    unit->chains = layout->chains[start];
    const uint64_t replicas = unit->chains.replicas;
    uint64_t flat = (number - layout->first_unit[start]) * LANES;
    for (; unit->lanes < LANES && flat < (end - start) * replicas; flat++) {
        unit->mode[unit->lanes] = start + (size_t)(flat / replicas);
        unit->replica[unit->lanes] = flat % replicas;
        unit->lanes++;
    }
}

static void worker_free(struct worker *worker)
{
    free(worker->normal);
    free(worker->noise);
    free(worker->path);
    free(worker->tiles);
}

static void *aligned(size_t count, size_t size)
{
    const size_t bytes = (count * size + 63) / 64 * 64;
    return aligned_alloc(64, bytes ? bytes : 64);
}

static int worker_init(struct worker *worker, const struct ensemble *ensemble,
                       bool coupled, struct error *error)
{
    const size_t tiles = coupled ? ensemble->problem->n : 1;
    const size_t noise = tiles * BLOCK * (size_t)ensemble->optimizer->samples;
    *worker = (struct worker){
        .normal = aligned(noise, sizeof(double)),
        .path = aligned(tiles * BLOCK, sizeof(double)),
        .tiles = aligned(tiles, sizeof(struct tile)),
    };
    if (ensemble->problem->dense)
        worker->noise = aligned(noise, sizeof(double));
    if (!worker->normal || !worker->path || !worker->tiles ||
        (ensemble->problem->dense && !worker->noise))
        return error_memory(error, "a block of the ensemble");
    return STATUS_OK;
}

static void tiles_start(const struct ensemble *ensemble, const struct unit *unit,
                        struct tile *tiles)
{
    const struct quadratic *problem = ensemble->problem;
    for (size_t i = 0; i < unit->tiles; i++) {
        struct tile *tile = &tiles[i];
        memset(tile, 0, sizeof *tile);
        for (int lane = 0; lane < LANES; lane++) {
            const size_t mode = unit->tiles > 1 ? i : unit->mode[lane];
            tile->theta[lane] = problem->start[mode];
            tile->h[lane] = problem->h[mode];
            tile->centre[lane] = problem->theta_star[mode];
            tile->slope[lane] = problem->slope;
            /* Dense noise arrives with its covariance already in it. */
            tile->noise_sd[lane] = problem->dense ? 1 : sqrt(problem->noise[mode]);
        }
    }
}

/* Runs one unit through all its steps. */
static int unit_run(const struct ensemble *ensemble, const struct unit *unit,
                    const struct observer *observer, struct worker *worker,
                    double *scratch, struct error *error)
{
    const struct optimizer *optimizer = ensemble->optimizer;
    const struct quadratic *problem = ensemble->problem;
    const size_t length = BLOCK * (size_t)optimizer->samples;
    struct random_stream stream;
    const struct random_key key = {
        .seed = ensemble->seed,
        .purpose = RANDOM_ENSEMBLE,
        .hash = random_hash(optimizer->name, ensemble->parameter,
                            (size_t)optimizer->parameter_count),
        .unit = unit->number,
    };
    const int status = random_init(&stream, ensemble->generator, key, error);
    tiles_start(ensemble, unit, worker->tiles);
    memset(scratch, 0, observer->scratch_size * sizeof(double));
    for (uint64_t t = 0; status == STATUS_OK && t < unit->chains.steps;
         t += BLOCK_STEPS) {
        const uint64_t left = unit->chains.steps - t;
        const size_t steps = left < BLOCK_STEPS ? (size_t)left : BLOCK_STEPS;
        const uint64_t burn_in = unit->chains.burn_in;
        const size_t skipped = burn_in > t ? (size_t)(burn_in - t) : 0;
        const double *noise = worker->normal;
        if (interrupt_pending())
            break;
        random_normal(&stream, unit->tiles * length, worker->normal);
        if (problem->dense) {
            ensemble->kernels->correlate(problem->n, length, problem->factor,
                                         worker->normal, worker->noise);
            noise = worker->noise;
        }
        for (size_t i = 0; i < unit->tiles; i++)
            optimizer->advance(ensemble->parameter, t, steps, noise + i * length,
                               &worker->tiles[i], worker->path + i * BLOCK);
        if (skipped < steps)
            observer->observe(observer->context, unit, t + skipped, steps - skipped,
                              worker->path + skipped * LANES, scratch);
    }
    random_free(&stream);
    return status;
}

/* What a run of units needs, and how far it has come. */
struct run {
    const struct ensemble *ensemble;
    const struct observer *observer;
    struct layout layout;
    int threads;            /* no more than there are units */
    struct worker *workers; /* one a thread */
    uint64_t batch;         /* units that are run before they are merged */
    double *scratch;        /* batch x scratch_size */
    struct progress progress;
};

/* Units first .. first+count-1 in any order by all threads, then merged in theirs.
 * Batches rather than OpenMP's `ordered`: a thread waits once a batch, not once a unit.
 */
static int run_batch(struct run *run, uint64_t first, uint64_t count,
                     struct error *error)
{
    const struct ensemble *ensemble = run->ensemble;
    const size_t size = run->observer->scratch_size;
    int status = STATUS_OK;
#pragma omp parallel for schedule(dynamic, 1) num_threads(run->threads)
    for (uint64_t k = 0; k < count; k++) {
        struct unit unit;
        struct error own_error;
        layout_unit(&run->layout, first + k, &unit);
        const int own = unit_run(ensemble, &unit, run->observer,
                                 &run->workers[omp_get_thread_num()],
                                 run->scratch + k * size, &own_error);
#pragma omp critical
        if (own != STATUS_OK) {
            status = own;
            *error = own_error;
        } else {
            progress_step(&run->progress);
        }
    }
    /* A unit cut short by a signal is no result. */
    if (status == STATUS_OK && interrupt_pending())
        return error_set(error, STATUS_INTERRUPTED, "interrupted");
    for (uint64_t k = 0; status == STATUS_OK && k < count; k++) {
        struct unit unit;
        layout_unit(&run->layout, first + k, &unit);
        run->observer->merge(run->observer->context, &unit, run->scratch + k * size);
    }
    return status;
}

static int run_init(struct run *run, bool coupled, const struct chains *chains,
                    struct error *error)
{
    enum { LARGEST_BATCH = 4096, SCRATCH_BYTES = 1 << 26 };
    const struct ensemble *ensemble = run->ensemble;
    const uint64_t bytes = run->observer->scratch_size * sizeof(double);
    int status = layout_init(&run->layout, ensemble, coupled, chains, error);
    uint64_t threads = (uint64_t)ensemble->threads;
    if (threads > run->layout.units)
        threads = run->layout.units;
    run->threads = threads > 0 ? (int)threads : 1;
    run->batch = bytes > 0 ? SCRATCH_BYTES / bytes : LARGEST_BATCH;
    if (run->batch < threads)
        run->batch = threads;
    if (run->batch > LARGEST_BATCH)
        run->batch = LARGEST_BATCH;
    if (status == STATUS_OK && run->batch > run->layout.units)
        run->batch = run->layout.units;
    run->workers = calloc((size_t)run->threads, sizeof *run->workers);
    run->scratch = aligned(run->batch, bytes);
    if (status == STATUS_OK && (!run->workers || !run->scratch))
        status = error_memory(error, "the workers");
    for (int i = 0; status == STATUS_OK && i < run->threads; i++)
        status = worker_init(&run->workers[i], ensemble, coupled, error);
    return status;
}

static int ensemble_run(const struct ensemble *ensemble, bool coupled,
                        const struct chains *chains, const struct observer *observer,
                        struct error *error)
{
    struct run run = {.ensemble = ensemble, .observer = observer};
    int status = run_init(&run, coupled, chains, error);
    progress_start(&run.progress, ensemble->label, run.layout.units);
    for (uint64_t first = 0; status == STATUS_OK && first < run.layout.units;
         first += run.batch) {
        const uint64_t left = run.layout.units - first;
        status = run_batch(&run, first, left < run.batch ? left : run.batch, error);
    }
    progress_end(&run.progress);
    for (int i = 0; run.workers && i < run.threads; i++)
        worker_free(&run.workers[i]);
    free(run.workers);
    free(run.scratch);
    layout_free(&run.layout);
    return status;
}

/* --- moments ---------------------------------------------------------------------- */

struct moments_context {
    const struct ensemble *ensemble;
    struct moments *theta, *square;
};

static void moments_observe(void *context, const struct unit *unit, uint64_t first,
                            size_t steps, const double *path, double *scratch)
{
    const struct moments_context *own = context;
    const double *theta_star = own->ensemble->problem->theta_star;
    (void)first;
    for (size_t i = 0; i < unit->tiles; i++) {
        double centre[LANES];
        double *sum = scratch + 2 * i * LANES;
        for (int lane = 0; lane < LANES; lane++)
            centre[lane] = theta_star[unit->tiles > 1 ? i : unit->mode[lane]];
        own->ensemble->kernels->observe_moments(steps, path + i * BLOCK, centre, sum,
                                                sum + LANES);
    }
}

static void moments_merge(void *context, const struct unit *unit, const double *scratch)
{
    const struct moments_context *own = context;
    const double *theta_star = own->ensemble->problem->theta_star;
    const double recorded = (double)(unit->chains.steps - unit->chains.burn_in);
    for (size_t i = 0; i < unit->tiles; i++)
        for (int lane = 0; lane < unit->lanes; lane++) {
            const size_t mode = unit->tiles > 1 ? i : unit->mode[lane];
            const double *sum = scratch + 2 * i * LANES + lane;
            moments_add(&own->theta[mode], theta_star[mode] + sum[0] / recorded);
            moments_add(&own->square[mode], sum[LANES] / recorded);
        }
}

int ensemble_moments(const struct ensemble *ensemble, const struct chains *chains,
                     struct moments *theta, struct moments *square, struct error *error)
{
    const size_t n = ensemble->problem->n;
    const bool coupled = ensemble->problem->dense;
    struct moments_context context = {ensemble, theta, square};
    const struct observer observer = {
        .scratch_size = 2 * LANES * (coupled ? n : 1),
        .observe = moments_observe,
        .merge = moments_merge,
        .context = &context,
    };
    memset(theta, 0, n * sizeof *theta);
    memset(square, 0, n * sizeof *square);
    return ensemble_run(ensemble, coupled, chains, &observer, error);
}

/* --- covariance ------------------------------------------------------------------- */

struct covariance_context {
    const struct ensemble *ensemble;
    struct moments *pair;
    struct covariance_groups *groups;
    uint64_t per_group; /* chains; what is left over joins the last group */
};

size_t ensemble_pair(size_t n, size_t i, size_t j)
{
    return i * n - i * (i + 1) / 2 + j;
}

static void covariance_observe(void *context, const struct unit *unit, uint64_t first,
                               size_t steps, const double *path, double *scratch)
{
    const struct covariance_context *own = context;
    const double *centre = own->ensemble->problem->theta_star;
    const size_t n = unit->tiles;
    (void)first;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            own->ensemble->kernels->observe_product(
                steps, path + i * BLOCK, centre[i], path + j * BLOCK, centre[j],
                scratch + ensemble_pair(n, i, j) * LANES);
}

static void covariance_merge(void *context, const struct unit *unit,
                             const double *scratch)
{
    const struct covariance_context *own = context;
    const size_t n = unit->tiles, pairs = n * (n + 1) / 2;
    const double recorded = (double)(unit->chains.steps - unit->chains.burn_in);
    for (int lane = 0; lane < unit->lanes; lane++)
        for (size_t pair = 0; pair < pairs; pair++) {
            const double value = scratch[pair * LANES + (size_t)lane] / recorded;
            moments_add(&own->pair[pair], value);
            if (own->groups) {
                uint64_t group = unit->replica[lane] / own->per_group;
                if (group >= own->groups->count)
                    group = own->groups->count - 1;
                own->groups->mean[group * pairs + pair] += value;
            }
        }
}

static int groups_init(struct covariance_groups *groups, uint64_t replicas,
                       size_t pairs, struct error *error)
{
    if (groups->count > replicas)
        groups->count = replicas;
    groups->mean = calloc(groups->count * pairs, sizeof *groups->mean);
    return groups->mean ? STATUS_OK : error_memory(error, "groups of chains");
}

int ensemble_covariance(const struct ensemble *ensemble, struct chains chains,
                        struct moments *pair, struct covariance_groups *groups,
                        struct error *error)
{
    const size_t n = ensemble->problem->n, pairs = n * (n + 1) / 2;
    struct covariance_context context = {ensemble, pair, groups, 1};
    const struct observer observer = {
        .scratch_size = pairs * LANES,
        .observe = covariance_observe,
        .merge = covariance_merge,
        .context = &context,
    };
    int status = STATUS_OK;
    memset(pair, 0, pairs * sizeof *pair);
    if (groups) {
        status = groups_init(groups, chains.replicas, pairs, error);
        context.per_group = groups->count ? chains.replicas / groups->count : 1;
    }
    if (status == STATUS_OK)
        status = ensemble_run(ensemble, true, &chains, &observer, error);
    for (uint64_t g = 0; status == STATUS_OK && groups && g < groups->count; g++) {
        const uint64_t left = chains.replicas - g * context.per_group;
        const uint64_t size = g + 1 < groups->count ? context.per_group : left;
        for (size_t k = 0; k < pairs; k++)
            groups->mean[g * pairs + k] /= (double)size;
    }
    return status;
}

/* --- directions ------------------------------------------------------------------- */

struct direction_context {
    const struct ensemble *ensemble;
    double mean;
    struct direction *direction;
};

static void direction_observe(void *context, const struct unit *unit, uint64_t first,
                              size_t steps, const double *path, double *scratch)
{
    const struct direction_context *own = context;
    const struct ensemble *ensemble = own->ensemble;
    double scalar[OPTIMIZER_MAX_SCALARS];
    for (size_t k = 0; k < steps; k++) {
        /* The first recorded theta only starts the differences. */
        const double use = first + k > unit->chains.burn_in ? 1 : 0;
        ensemble->optimizer->scalars(ensemble->parameter, first + k, scalar);
        ensemble->kernels->observe_direction(
            path + k * LANES, 1 / scalar[OPTIMIZER_RATE], own->mean, use, scratch);
    }
}

static void direction_merge(void *context, const struct unit *unit,
                            const double *scratch)
{
    const struct direction_context *own = context;
    const double count = (double)(unit->chains.steps - unit->chains.burn_in) - 1;
    for (int lane = 0; lane < unit->lanes; lane++) {
        const double *chain = scratch + lane;
        const double values[DIRECTION_QUANTITIES] = {
            [DIRECTION_MEAN] = own->mean + chain[OBSERVE_SUM * LANES] / count,
            [DIRECTION_VARIANCE] = chain[OBSERVE_SQUARE * LANES] / count,
            [DIRECTION_LAG1] =
                count > 1 ? chain[OBSERVE_LAG1 * LANES] / (count - 1) : 0,
            [DIRECTION_LONG_RUN] =
                chain[OBSERVE_SUM * LANES] * chain[OBSERVE_SUM * LANES] / count,
        };
        comoments_add(&own->direction->comoments, DIRECTION_QUANTITIES, values);
    }
}

int ensemble_direction(const struct ensemble *ensemble, struct chains chains,
                       double mean, struct direction *direction, struct error *error)
{
    struct direction_context context = {ensemble, mean, direction};
    const struct observer observer = {
        .scratch_size = OBSERVE_DIRECTION_SUMS * LANES,
        .observe = direction_observe,
        .merge = direction_merge,
        .context = &context,
    };
    *direction = (struct direction){.count = chains.steps - chains.burn_in - 1};
    return ensemble_run(ensemble, false, &chains, &observer, error);
}

/* --- trajectories ----------------------------------------------------------------- */

struct trajectory_context {
    const struct ensemble *ensemble;
    uint64_t steps, every, records;
    double *out;
};

uint64_t ensemble_records(uint64_t steps, uint64_t every)
{
    return 1 + steps / every + (steps % every != 0);
}

static void trajectory_observe(void *context, const struct unit *unit, uint64_t first,
                               size_t steps, const double *path, double *scratch)
{
    const struct trajectory_context *own = context;
    const size_t n = own->ensemble->problem->n;
    (void)scratch;
    for (size_t k = 0; k < steps; k++) {
        const uint64_t step = first + k + 1;
        if (step % own->every != 0 && step != own->steps)
            continue;
        const uint64_t record =
            step % own->every == 0 ? step / own->every : own->records - 1;
        for (size_t i = 0; i < unit->tiles; i++)
            for (int lane = 0; lane < unit->lanes; lane++) {
                const size_t mode = unit->tiles > 1 ? i : unit->mode[lane];
                own->out[(unit->replica[lane] * own->records + record) * n + mode] =
                    path[i * BLOCK + k * LANES + (size_t)lane];
            }
    }
}

/* Trajectories are written where they belong as they come; nothing is left to merge. */
static void trajectory_merge(void *context, const struct unit *unit,
                             const double *scratch)
{
    (void)context;
    (void)unit;
    (void)scratch;
}

int ensemble_trajectory(const struct ensemble *ensemble, uint64_t replicas,
                        uint64_t steps, uint64_t every, double *out,
                        struct error *error)
{
    const size_t n = ensemble->problem->n;
    const uint64_t records = ensemble_records(steps, every);
    struct trajectory_context context = {ensemble, steps, every, records, out};
    const struct observer observer = {
        .observe = trajectory_observe,
        .merge = trajectory_merge,
        .context = &context,
    };
    struct chains *chains = malloc(n * sizeof *chains);
    if (!chains)
        return error_memory(error, "the chains");
    for (size_t i = 0; i < n; i++)
        chains[i] = (struct chains){.replicas = replicas, .steps = steps};
    for (uint64_t replica = 0; replica < replicas; replica++)
        memcpy(out + replica * records * n, ensemble->problem->start, n * sizeof *out);
    const int status =
        ensemble_run(ensemble, ensemble->problem->dense, chains, &observer, error);
    free(chains);
    return status;
}
