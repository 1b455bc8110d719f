/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/patches.h"

#include "losses/patches_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = PATCHES_LANES };

static size_t padded(size_t count)
{
    return (count + LANES - 1) / LANES * LANES;
}

/* --- the setting ------------------------------------------------------------------ */

uint64_t patches_small(const struct patches_setting *setting)
{
    return (uint64_t)floor(setting->small_share * (double)setting->train + 0.5);
}

/* The most numbers that the data of a replica may have. */
static const double most_numbers = 1e8;

static int check_sizes(const struct patches_setting *setting, struct error *error)
{
    const struct {
        const char *name;
        uint64_t value, least;
    } sizes[] = {{"dimension", setting->dimension, 2},
                 {"patches", setting->patches, 2},
                 {"filters", setting->filters, 1},
                 {"train", setting->train, 2},
                 {"fresh", setting->fresh, 1}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        if (sizes[k].value < sizes[k].least)
            return error_about(
                error, STATUS_USAGE, sizes[k].name,
                "%llu is out of range; allowed is a whole number >= %llu",
                (unsigned long long)sizes[k].value, (unsigned long long)sizes[k].least);
    const double rows = (double)setting->train + (double)setting->fresh;
    const double numbers = rows * ((double)setting->patches - 1) *
                           ((double)setting->dimension + (double)setting->filters);
    if (!(numbers <= most_numbers))
        return error_about(
            error, STATUS_USAGE, "train",
            "the patches of all examples, with dimension and filters, make "
            "%.3g numbers; allowed are up to %g",
            numbers, most_numbers);
    return STATUS_OK;
}

int patches_check(const struct patches_setting *setting, struct error *error)
{
    const int status = check_sizes(setting, error);
    const double large = setting->margin_large, small = setting->margin_small;
    if (status != STATUS_OK)
        return status;
    if (!(large > 0 && isfinite(large)))
        return error_about(error, STATUS_USAGE, "margin-large",
                           "%g is out of range; allowed is a number > 0", large);
    if (!(small > 0 && small <= large))
        return error_about(
            error, STATUS_USAGE, "margin-small",
            "%g is out of range; allowed is a number > 0 and at most the "
            "large margin, %g",
            small, large);
    const uint64_t count = patches_small(setting);
    if (!(setting->small_share > 0 && setting->small_share < 1) || count == 0 ||
        count >= setting->train)
        return error_about(
            error, STATUS_USAGE, "small-share",
            "%g of %llu examples rounds to %s; allowed is a share with at "
            "least one example of each margin",
            setting->small_share, (unsigned long long)setting->train,
            setting->small_share < 0.5 ? "none" : "all");
    return STATUS_OK;
}

/* --- the data --------------------------------------------------------------------- */

/* What a stream's numbers are for: each has its own stream, so that more examples or
 * filters leave the other numbers as they are. */
static const char *const parts[] = {"patches: feature", "patches: start",
                                    "patches: training", "patches: fresh"};
enum { FEATURE, START, TRAINING, FRESH };

struct draw {
    struct random_generator generator;
    uint64_t seed, replica;
};

/* Draws `count` normal numbers, for which `out` has room up to a multiple of
 * RANDOM_BLOCK. */
static int draw_normal(const struct draw *draw, int part, size_t count, double *out,
                       struct error *error)
{
    const struct random_key key = {draw->seed, RANDOM_DATA,
                                   random_hash(parts[part], NULL, 0), draw->replica};
    return random_first_normal(draw->generator, key, count, out, error);
}

static double dot(size_t count, const double *a, const double *b)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += a[k] * b[k];
    return sum;
}

/* Turns normal numbers, [example][patch][coordinate], into patches, whose coordinates
 * go to by_coordinate and, if it is not NULL, to by_patch. */
static void place(const struct patches *own, const double *feature, double sd,
                  size_t examples, size_t padded_examples, size_t places,
                  const double *normal, double *by_coordinate, double *by_patch)
{
    for (size_t i = 0; i < examples; i++)
        for (size_t j = 0; j < own->noise; j++, normal += own->d) {
            const size_t at = j * padded_examples + i;
            const double along = dot(own->d, normal, feature);
            for (size_t k = 0; k < own->d; k++) {
                const double x = sd * (normal[k] - along * feature[k]);
                by_coordinate[k * places + at] = x;
                if (by_patch)
                    by_patch[at * own->lanes + k] = x;
            }
        }
}

static int draw_patches(struct patches *own, const struct patches_setting *setting,
                        const struct draw *draw, double *normal, double *feature,
                        struct error *error)
{
    const double sd = setting->noise_norm / sqrt((double)own->d - 1);
    int status = draw_normal(draw, FEATURE, own->d, feature, error);
    if (status != STATUS_OK)
        return status;
    const double length = sqrt(dot(own->d, feature, feature));
    const size_t at = own->noise * own->examples;
    for (size_t k = 0; k < own->d; k++) {
        feature[k] /= length;
        own->by_coordinate[k * own->places + at] = feature[k];
        own->by_patch[at * own->lanes + k] = feature[k];
    }
    status =
        draw_normal(draw, TRAINING, own->train * own->noise * own->d, normal, error);
    if (status != STATUS_OK)
        return status;
    place(own, feature, sd, own->train, own->examples, own->places, normal,
          own->by_coordinate, own->by_patch);
    status = draw_normal(draw, FRESH, own->fresh * own->noise * own->d, normal, error);
    if (status == STATUS_OK)
        place(own, feature, sd, own->fresh, padded(own->fresh), own->fresh_places,
              normal, own->fresh_by_coordinate, NULL);
    return status;
}

/* One block of memory holds all arrays. */
static int allocate(struct patches *own, struct error *error)
{
    const size_t most =
        own->places > own->fresh_places ? own->places : own->fresh_places;
    const size_t sizes[] = {own->places * own->lanes,
                            own->d * own->places,
                            own->d * own->fresh_places,
                            own->filters * most,
                            most,
                            own->places,
                            own->examples,
                            own->examples,
                            own->examples,
                            own->filters * own->lanes};
    double **const arrays[] = {
        &own->by_patch, &own->by_coordinate, &own->fresh_by_coordinate,
        &own->score,    &own->cubes,         &own->weight,
        &own->margin,   &own->loss,          &own->slope,
        &own->product};
    size_t total = 0;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        total += sizes[k];
    double *memory = calloc(total, sizeof *memory);
    if (!memory)
        return error_memory(error, "the patches");
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        *arrays[k] = memory;
        memory += sizes[k];
    }
    return STATUS_OK;
}

int patches_init(struct patches *patches, const struct patches_setting *setting,
                 struct random_generator generator, uint64_t seed, uint64_t replica,
                 double *theta, struct error *error)
{
    static const struct patches_kernel *const kernels[] = {ISA_TABLE(patches_kernel)};
    const struct draw draw = {generator, seed, replica};
    const size_t d = (size_t)setting->dimension, noise = (size_t)setting->patches - 1;
    const size_t train = (size_t)setting->train, fresh = (size_t)setting->fresh;
    const size_t weights = (size_t)setting->filters * d;
    const size_t examples = train > fresh ? train : fresh;
    const size_t draws =
        examples * noise * d > weights ? examples * noise * d : weights;
    enum isa isa;
    *patches = (struct patches){
        .d = d,
        .filters = (size_t)setting->filters,
        .weights = weights,
        .train = train,
        .small = (size_t)patches_small(setting),
        .examples = padded(train),
        .noise = noise,
        .places = noise * padded(train) + LANES,
        .lanes = padded(d),
        .fresh = fresh,
        .fresh_places = noise * padded(fresh),
        .cube_large =
            setting->margin_large * setting->margin_large * setting->margin_large,
        .cube_small =
            setting->margin_small * setting->margin_small * setting->margin_small,
    };
    int status = isa_find(&isa, error);
    if (status == STATUS_OK)
        status = allocate(patches, error);
    if (status != STATUS_OK)
        return status;
    patches->kernel = kernels[isa];
    double *normal = malloc((draws + d + 2 * RANDOM_BLOCK) * sizeof *normal);
    if (!normal)
        return error_memory(error, "the patches");
    double *feature = normal + draws + RANDOM_BLOCK;
    status = draw_normal(&draw, START, weights, normal, error);
    for (size_t k = 0; status == STATUS_OK && k < weights; k++)
        theta[k] = setting->init * normal[k];
    if (status == STATUS_OK)
        status = draw_patches(patches, setting, &draw, normal, feature, error);
    free(normal);
    return status;
}

void patches_free(struct patches *patches)
{
    free(patches->by_patch);
    *patches = (struct patches){0};
}

/* --- the network ------------------------------------------------------------------ */

static double cube_of(const struct patches *own, size_t example)
{
    return example < own->small ? own->cube_small : own->cube_large;
}

/* Twice the error that an example of this margin adds. */
static size_t half_errors(double margin)
{
    return margin > 0 ? 0 : margin == 0 ? 1 : 2;
}

/* Sets the margins of the training examples, their losses and slopes, and the value. */
static void evaluate(struct patches *own, struct patches_value *value)
{
    const size_t feature = own->noise * own->examples, small = own->small;
    double losses[2] = {0}, noises[2] = {0};
    size_t wrong = 0;
    value->cubes = own->cubes[feature];
    value->projection = own->score[feature];
    for (size_t r = 1; r < own->filters; r++)
        value->projection =
            fmax(value->projection, own->score[r * own->places + feature]);
    memset(own->margin, 0, own->examples * sizeof *own->margin);
    for (size_t j = 0; j < own->noise; j++)
        for (size_t i = 0; i < own->train; i++)
            own->margin[i] += own->cubes[j * own->examples + i];
    for (size_t i = 0; i < own->train; i++) {
        noises[i < small] += own->margin[i];
        own->margin[i] = fma(cube_of(own, i), value->cubes, own->margin[i]);
        wrong += half_errors(own->margin[i]);
    }
    own->kernel->logistic(own->examples, own->margin, own->loss, own->slope);
    for (size_t i = 0; i < own->train; i++)
        losses[i < small] += own->loss[i];
    const double large = (double)(own->train - small), all = (double)own->train;
    value->loss = (losses[0] + losses[1]) / all;
    value->loss_large = losses[0] / large;
    value->loss_small = losses[1] / (double)small;
    value->noise_large = noises[0] / large;
    value->noise_small = noises[1] / (double)small;
    value->error = (double)wrong / (2 * all);
}

void patches_gradient(struct patches *patches, const double *theta, double *gradient,
                      struct patches_value *value)
{
    const size_t feature = patches->noise * patches->examples, d = patches->d;
    const double scale = -3 / (double)patches->train;
    double pull = 0;
    patches->kernel->product(patches->filters, d, patches->places, theta,
                             patches->by_coordinate, patches->score);
    patches->kernel->cubes(patches->filters, patches->places, patches->score,
                           patches->cubes);
    evaluate(patches, value);
    for (size_t i = 0; i < patches->train; i++) {
        const double own = scale * patches->slope[i];
        for (size_t j = 0; j < patches->noise; j++)
            patches->weight[j * patches->examples + i] = own;
        pull = fma(own, cube_of(patches, i), pull);
    }
    patches->weight[feature] = pull;
    patches->kernel->squares(patches->filters, patches->places, patches->weight,
                             patches->score);
    patches->kernel->product(patches->filters, patches->places, patches->lanes,
                             patches->score, patches->by_patch, patches->product);
    for (size_t r = 0; r < patches->filters; r++)
        memcpy(gradient + r * d, patches->product + r * patches->lanes,
               d * sizeof *gradient);
}

void patches_errors(struct patches *patches, const double *theta,
                    const struct patches_value *value, double *large, double *small)
{
    const size_t examples = padded(patches->fresh);
    size_t wrong[2] = {0};
    patches->kernel->product(patches->filters, patches->d, patches->fresh_places, theta,
                             patches->fresh_by_coordinate, patches->score);
    patches->kernel->cubes(patches->filters, patches->fresh_places, patches->score,
                           patches->cubes);
    for (size_t i = 0; i < patches->fresh; i++) {
        double noise = 0;
        for (size_t j = 0; j < patches->noise; j++)
            noise += patches->cubes[j * examples + i];
        wrong[0] += half_errors(fma(patches->cube_large, value->cubes, noise));
        wrong[1] += half_errors(fma(patches->cube_small, value->cubes, noise));
    }
    *large = (double)wrong[0] / (2 * (double)patches->fresh);
    *small = (double)wrong[1] / (2 * (double)patches->fresh);
}
