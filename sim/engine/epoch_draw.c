/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/epoch_draw.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = RULE_LANES, PARTS = 8 };

/* --- the samples ------------------------------------------------------------------ */

/* Sums in PARTS parts, whose order is fixed. */
static double total(const double part[PARTS])
{
    double sum = 0;
    for (int k = 0; k < PARTS; k++)
        sum += part[k];
    return sum;
}

static double mean_of(size_t count, const double *x)
{
    double part[PARTS] = {0};
    for (size_t k = 0; k < count; k++)
        part[k % PARTS] += x[k];
    return total(part) / (double)count;
}

static double product_of(size_t count, const double *x, const double *y)
{
    double part[PARTS] = {0};
    for (size_t k = 0; k < count; k++)
        part[k % PARTS] += x[k] * y[k];
    return total(part);
}

/* Takes out of a column its mean and what it has of the columns before it, which have
 * the square sum `square`. Twice, as once leaves what it rounded. */
static void whiten(size_t count, size_t stride, size_t column, double square, double *z)
{
    double *own = z + column * stride;
    for (int round = 0; round < 2; round++) {
        const double mean = mean_of(count, own);
        for (size_t k = 0; k < count; k++)
            own[k] -= mean;
        for (size_t before = 0; before < column; before++) {
            const double *other = z + before * stride;
            const double share = product_of(count, own, other) / square;
            for (size_t k = 0; k < count; k++)
                own[k] -= share * other[k];
        }
    }
    const double scale = sqrt(square / product_of(count, own, own));
    for (size_t k = 0; k < count; k++)
        own[k] *= scale;
}

static int check(const struct problem *problem, size_t columns,
                 struct random_generator generator, struct error *error)
{
    const size_t train_size = problem->train_size;
    if (train_size <= columns)
        return error_about(error, STATUS_USAGE, "train-size",
                           "%zu samples of noise cannot have a covariance of full rank "
                           "in the %zu modes that run together; allowed are more "
                           "samples than modes",
                           train_size, columns);
    if (generator.kind == RANDOM_GSL &&
        generator.gsl->max - generator.gsl->min < train_size)
        return error_about(error, STATUS_USAGE, "rng",
                           "gsl:%s has too few numbers to shuffle %zu samples; allowed "
                           "are generators with more",
                           generator.gsl->name, train_size);
    return STATUS_OK;
}

int epoch_samples_init(struct epoch_samples *samples, const struct problem *problem,
                       size_t columns, struct random_generator generator, uint64_t seed,
                       struct error *error)
{
    const size_t count = problem->train_size;
    const size_t stride = random_room(count);
    const double sizes[] = {(double)count, (double)problem->batch, (double)columns};
    const struct random_key key = {
        .seed = seed,
        .purpose = RANDOM_DATA,
        .hash = random_hash("epoch", sizes, sizeof sizes / sizeof *sizes),
    };
    struct random_stream stream;
    double *z = NULL;
    *samples = (struct epoch_samples){
        .train_size = count, .batch = problem->batch, .columns = columns};
    int status = check(problem, columns, generator, error);
    if (status != STATUS_OK)
        return status;
    status = random_init(&stream, generator, key, error);
    if (status != STATUS_OK)
        goto out;
    z = aligned_alloc(64, (columns * stride * sizeof *z + 63) / 64 * 64);
    samples->value = malloc(count * columns * sizeof *samples->value);
    if (!z || !samples->value) {
        status = error_memory(error, "the samples of the noise");
        goto out;
    }
    random_normal(&stream, columns * stride, z);
    for (size_t i = 0; status == STATUS_OK && i < columns; i++) {
        whiten(count, stride, i, (double)count / (double)problem->batch, z);
        for (size_t k = 0; k < count; k++)
            samples->value[k * columns + i] = z[i * stride + k];
        status = interrupt_check(error);
    }
out:
    free(z);
    random_free(&stream);
    return status;
}

void epoch_samples_free(struct epoch_samples *samples)
{
    free(samples->value);
    samples->value = NULL;
}

/* --- the shuffles ----------------------------------------------------------------- */

int epoch_draw_init(struct epoch_draw *draw, const struct epoch_samples *samples,
                    struct error *error)
{
    *draw = (struct epoch_draw){.samples = samples};
    draw->order = malloc(LANES * samples->train_size * sizeof *draw->order);
    return draw->order ? STATUS_OK : error_memory(error, "the shuffles of an epoch");
}

void epoch_draw_free(struct epoch_draw *draw)
{
    free(draw->order);
    draw->order = NULL;
}

void epoch_draw_start(struct epoch_draw *draw)
{
    for (size_t k = 0; k < draw->samples->train_size; k++)
        for (size_t lane = 0; lane < LANES; lane++)
            draw->order[k * LANES + lane] = (uint32_t)k;
    draw->taken = 0;
}

_Static_assert((int)LANES == 2 * (int)RANDOM_BLOCK, "a lane has half a word");

/* A whole number below `count` for each lane, each equally likely: count x bits / 2^32,
 * of 32 random bits. Lanes whose product is among those that would make some numbers
 * likelier than others draw again. */
static void draw_below(struct random_stream *stream, uint32_t count,
                       uint32_t number[LANES])
{
    const uint32_t least = (UINT32_MAX - count + 1) % count; /* 2^32 mod count */
    bool wanted[LANES], again = true;
    for (int lane = 0; lane < LANES; lane++) {
        wanted[lane] = !stream->gsl;
        if (stream->gsl)
            number[lane] = (uint32_t)gsl_rng_uniform_int(stream->gsl, count);
    }
    while (again && !stream->gsl) {
        uint64_t word[RANDOM_BLOCK];
        again = false;
        random_words(stream, word);
        for (int lane = 0; lane < LANES; lane++) {
            const uint32_t bits = (uint32_t)(word[lane / 2] >> (32 * (lane % 2)));
            const uint64_t product = (uint64_t)bits * count;
            number[lane] = wanted[lane] ? (uint32_t)(product >> 32) : number[lane];
            wanted[lane] = wanted[lane] && (uint32_t)product < least;
            again |= wanted[lane];
        }
    }
}

/* Takes the next sample of each chain and adds it: sum[i * stride + lane], for column
 * i. */
static void take(struct epoch_draw *draw, struct random_stream *stream, size_t stride,
                 double *sum)
{
    const struct epoch_samples *samples = draw->samples;
    const size_t columns = samples->columns, from = draw->taken++;
    uint32_t *order = draw->order + from * LANES, further[LANES], sample[LANES];
    draw_below(stream, (uint32_t)(samples->train_size - from), further);
    for (size_t lane = 0; lane < LANES; lane++) {
        uint32_t *other = order + further[lane] * (size_t)LANES + lane;
        sample[lane] = *other;
        *other = order[lane];
        order[lane] = sample[lane];
    }
    for (size_t i = 0; i < columns; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            sum[i * stride + lane] += samples->value[sample[lane] * columns + i];
}

void epoch_draw_next(struct epoch_draw *draw, struct random_stream *stream,
                     size_t steps, int gradients, size_t stride, double *noise)
{
    const struct epoch_samples *samples = draw->samples;
    const size_t rows = steps * (size_t)gradients;
    const size_t needed = samples->batch * (size_t)gradients;
    for (size_t i = 0; i < samples->columns; i++)
        memset(noise + i * stride, 0, rows * LANES * sizeof *noise);
    for (size_t row = 0; row < rows; row++) {
        if (row % (size_t)gradients == 0 && draw->taken + needed > samples->train_size)
            draw->taken = 0;
        for (size_t k = 0; k < samples->batch; k++)
            take(draw, stream, stride, noise + row * LANES);
    }
}
