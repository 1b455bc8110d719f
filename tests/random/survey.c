/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey.h"

#include "base/progress.h"
#include "controls.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* --- bins ----------------------------------------------------------------------- */

/* The narrowest bin, 2.5066 2^-16 wide, is wider than a cell, 2^-15. So a cell holds at
 * most one edge: a number's bin is that of its cell's lower end or the next one. */
enum { CELLS = 17 << 14 };
static const double cell_origin = 4.25, cells_per_sigma = 1 << 15;

struct edges {
    double edge[BINS + 1];
    uint16_t first[CELLS]; /* the bin of a cell's lower end */
};

static struct edges *edges_new(void)
{
    struct edges *edges = malloc(sizeof *edges);
    size_t bin = 0;
    if (!edges)
        return NULL;
    edges->edge[0] = -INFINITY;
    for (size_t k = 1; k < BINS; k++)
        edges->edge[k] = gsl_cdf_ugaussian_Pinv((double)k / BINS);
    edges->edge[BINS] = INFINITY;
    for (size_t cell = 0; cell < CELLS; cell++) {
        while (edges->edge[bin + 1] <= (double)cell / cells_per_sigma - cell_origin)
            bin++;
        edges->first[cell] = (uint16_t)bin;
    }
    return edges;
}

static size_t edges_bin(const struct edges *edges, double x)
{
    /* The outermost edges are at +-4.17. A NAN lands in the first bin. */
    const double inside = !(x > -4.2) ? -4.2 : x > 4.2 ? 4.2 : x;
    const size_t bin = edges->first[(int)((inside + cell_origin) * cells_per_sigma)];
    return bin + (x >= edges->edge[bin + 1]);
}

/* --- sums ----------------------------------------------------------------------- */

/* A sum in 32 parts, one for each place of a block. Over a stream a part has 2^15 terms
 * of order 1: rounding leaves it within 2^15 ulp(2^17) = 1e-6 whatever happens, where
 * its standard deviation is above 180. Streams are added with nothing lost (total). */
typedef double parts[RANDOM_BLOCK];

struct stream_sums {
    parts x, q, xq, qq;
    parts lag[2][LAGS];
};

/* Neumaier's sum: what a step rounds off is kept aside. */
struct total {
    double sum, lost;
};

static void total_add(struct total *total, double x)
{
    const double sum = total->sum + x;
    total->lost +=
        fabs(total->sum) >= fabs(x) ? (total->sum - sum) + x : (x - sum) + total->sum;
    total->sum = sum;
}

static double parts_sum(const parts part)
{
    struct total total = {0, 0};
    for (int place = 0; place < RANDOM_BLOCK; place++)
        total_add(&total, part[place]);
    return total.sum + total.lost;
}

static void add(const double *a, parts sum)
{
    for (size_t i = 0; i < CHUNK; i += RANDOM_BLOCK)
        for (size_t place = 0; place < RANDOM_BLOCK; place++)
            sum[place] += a[i + place];
}

/* Adds the products of a chunk; half of the places at a time fits into registers. */
static void add_products(const double *a, const double *b, parts sum)
{
    enum { HALF = RANDOM_BLOCK / 2 };
    for (size_t first = 0; first < RANDOM_BLOCK; first += HALF) {
        double local[HALF];
        memcpy(local, sum + first, sizeof local);
        for (size_t i = first; i < CHUNK; i += RANDOM_BLOCK)
            for (size_t place = 0; place < HALF; place++)
                local[place] += a[i + place] * b[i + place];
        memcpy(sum + first, local, sizeof local);
    }
}

/* --- one bundle ----------------------------------------------------------------- */

/* Numbers of a stream and their q: the last of the chunk before, then a chunk. Before
 * the first chunk there are zeros, whose products add nothing. */
struct window {
    double x[LAGS + CHUNK], q[LAGS + CHUNK];
};

struct worker {
    struct random_stream stream[STREAMS];
    struct window window[STREAMS];
    struct stream_sums sums[STREAMS];
    parts units[2], seeds[2];
    uint64_t tail[TAILS]; /* counts go on from bundle to bundle */
    uint64_t bin[BINS];
};

static struct random_key stream_key(const struct run *run, uint64_t bundle, int stream)
{
    struct random_key key = {
        .seed = run->seed + 2 * (bundle % 2) + (uint64_t)stream / 2,
        .purpose = RANDOM_TEST,
        .hash = random_hash("quality", NULL, 0),
        .unit = 2 * (bundle / 2) + (uint64_t)stream % 2,
    };
    if (run->control)
        control_key(run, bundle, stream, &key);
    return key;
}

static void draw(const struct run *run, struct random_stream *stream,
                 struct window *window)
{
    memcpy(window->x, window->x + CHUNK, LAGS * sizeof *window->x);
    memcpy(window->q, window->q + CHUNK, LAGS * sizeof *window->q);
    random_normal(stream, CHUNK, window->x + LAGS);
    if (run->control)
        control_numbers(run, &stream->key, window->x + LAGS);
    for (size_t i = LAGS; i < LAGS + CHUNK; i++)
        window->q[i] = window->x[i] * window->x[i] - 1;
}

static void count(const struct edges *edges, const double *x, struct worker *worker)
{
    for (int k = 0; k < TAILS; k++) {
        const double bound = FIRST_TAIL + k;
        uint64_t beyond = 0;
        for (size_t i = 0; i < CHUNK; i++)
            beyond += fabs(x[i]) > bound;
        worker->tail[k] += beyond;
    }
    for (size_t i = 0; i < CHUNK; i++)
        worker->bin[edges_bin(edges, x[i])]++;
}

static void add_stream(const struct window *window, struct stream_sums *sums)
{
    const double *x = window->x + LAGS, *q = window->q + LAGS;
    add(x, sums->x);
    add(q, sums->q);
    add_products(x, q, sums->xq);
    add_products(q, q, sums->qq);
    for (int lag = 1; lag <= LAGS; lag++) {
        add_products(x, x - lag, sums->lag[0][lag - 1]);
        add_products(q, q - lag, sums->lag[1][lag - 1]);
    }
}

static void add_cross(const struct window *a, const struct window *b, parts sum[2])
{
    add_products(a->x + LAGS, b->x + LAGS, sum[0]);
    add_products(a->q + LAGS, b->q + LAGS, sum[1]);
}

/* The sums of the four streams become those of their bundle. */
static void fold(const struct worker *worker, double bundle[SUMS])
{
    memset(bundle, 0, SUMS * sizeof *bundle);
    for (int square = 0; square < 2; square++) {
        bundle[SUM_UNITS + square] = parts_sum(worker->units[square]);
        bundle[SUM_SEEDS + square] = parts_sum(worker->seeds[square]);
    }
    for (int stream = 0; stream < STREAMS; stream++) {
        const struct stream_sums *sums = &worker->sums[stream];
        const double x = parts_sum(sums->x), q = parts_sum(sums->q);
        bundle[SUM_X] += x;
        bundle[SUM_Q] += q;
        bundle[SUM_XQ] += parts_sum(sums->xq);
        bundle[SUM_QQ] += parts_sum(sums->qq);
        bundle[SUM_STREAM_MEANS] += x * x / STREAM;
        bundle[SUM_STREAM_VARIANCES] += q * q / (2. * STREAM);
        for (int square = 0; square < 2; square++)
            for (int lag = 1; lag <= LAGS; lag++)
                for (int place = 0; place < RANDOM_BLOCK; place++)
                    bundle[sum_lag(square, lag, place)] +=
                        sums->lag[square][lag - 1][place];
    }
}

static int bundle_run(const struct run *run, const struct edges *edges, uint64_t bundle,
                      struct worker *worker, double sums[SUMS], struct error *error)
{
    int status = STATUS_OK;
    memset(worker->window, 0, sizeof worker->window);
    memset(worker->sums, 0, sizeof worker->sums);
    memset(worker->units, 0, sizeof worker->units);
    memset(worker->seeds, 0, sizeof worker->seeds);
    for (int k = 0; status == STATUS_OK && k < STREAMS; k++)
        status = random_init(&worker->stream[k], run->generator,
                             stream_key(run, bundle, k), error);
    for (int done = 0; status == STATUS_OK && done < STREAM; done += CHUNK) {
        struct window *window = worker->window;
        for (int k = 0; k < STREAMS; k++) {
            draw(run, &worker->stream[k], &window[k]);
            count(edges, window[k].x + LAGS, worker);
            add_stream(&window[k], &worker->sums[k]);
        }
        for (int k = 0; k < 2; k++) {
            add_cross(&window[2 * k], &window[2 * k + 1], worker->units);
            add_cross(&window[k], &window[k + 2], worker->seeds);
        }
    }
    for (int k = 0; k < STREAMS; k++)
        random_free(&worker->stream[k]);
    fold(worker, sums);
    return status;
}

/* --- the run -------------------------------------------------------------------- */

/* Bundles that are drawn before their sums are added up: a thread waits for the others
 * once a batch, and the sums are added in the order of the bundles. */
enum { BATCH = 64 };

static int run_batch(const struct run *run, const struct edges *edges, uint64_t first,
                     int count, struct worker *workers, double (*sums)[SUMS],
                     struct error *error)
{
    int status = STATUS_OK;
#pragma omp parallel for schedule(dynamic, 1) num_threads(run->threads)
    for (int k = 0; k < count; k++) {
        struct worker *worker = &workers[omp_get_thread_num()];
        struct error own_error;
        const int own =
            bundle_run(run, edges, first + (uint64_t)k, worker, sums[k], &own_error);
#pragma omp critical
        if (own != STATUS_OK) {
            status = own;
            *error = own_error;
        }
    }
    return status;
}

static int run_bundles(const struct run *run, const struct edges *edges,
                       struct worker *workers, double (*sums)[SUMS],
                       struct total total[SUMS], struct error *error)
{
    struct progress progress;
    int status = STATUS_OK;
    progress_start(&progress, NULL, run->label, run->bundles, 0);
    for (uint64_t done = 0; status == STATUS_OK && done < run->bundles; done += BATCH) {
        const uint64_t left = run->bundles - done;
        const int count = left < BATCH ? (int)left : BATCH;
        status = run_batch(run, edges, done, count, workers, sums, error);
        for (int bundle = 0; bundle < count; bundle++)
            for (size_t k = 0; k < SUMS; k++)
                total_add(&total[k], sums[bundle][k]);
        progress_step(&progress, (uint64_t)count);
    }
    progress_end(&progress);
    return status;
}

static void collect(const struct total total[SUMS], const struct worker *workers,
                    int threads, struct survey *survey)
{
    memset(survey, 0, sizeof *survey);
    for (size_t k = 0; k < SUMS; k++)
        survey->sum[k] = total[k].sum + total[k].lost;
    for (int i = 0; i < threads; i++) {
        for (size_t k = 0; k < TAILS; k++)
            survey->tail[k] += workers[i].tail[k];
        for (size_t k = 0; k < BINS; k++)
            survey->bin[k] += workers[i].bin[k];
    }
}

int survey_run(const struct run *run, struct survey *survey, struct error *error)
{
    const size_t threads = (size_t)run->threads;
    struct edges *edges = edges_new();
    struct worker *workers = aligned_alloc(64, threads * sizeof *workers);
    double(*sums)[SUMS] = calloc(BATCH, sizeof *sums);
    struct total *total = calloc(SUMS, sizeof *total);
    int status = STATUS_OK;
    if (!edges || !workers || !sums || !total) {
        status = error_memory(error, "the survey");
    } else {
        memset(workers, 0, threads * sizeof *workers);
        status = run_bundles(run, edges, workers, sums, total, error);
        collect(total, workers, run->threads, survey);
    }
    free(edges);
    free(workers);
    free(sums);
    free(total);
    return status;
}
