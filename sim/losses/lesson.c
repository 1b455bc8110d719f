/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/lesson.h"

#include "base/elementary.h"
#include "base/interrupt.h"
#include "base/random_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what is allowed -------------------------------------------------------------- */

static const double most_numbers = 1e8;

static int check_counts(const struct lesson_setting *setting, struct error *error)
{
    const double rows = setting->data ? (double)setting->data->rows : most_numbers;
    const double together =
        (double)setting->train + (double)setting->validation + (double)setting->test;
    if (setting->train == 0 || setting->test == 0)
        return error_about(error, STATUS_USAGE, setting->train ? "test" : "train",
                           "0 examples are not allowed; allowed are 1 and more");
    if (together > rows && setting->data)
        return error_about(error, STATUS_USAGE, "train",
                           "%.0f training, %.0f validation and %.0f test examples are "
                           "%.0f, but the data have %.0f rows; allowed are up to %.0f "
                           "examples together",
                           (double)setting->train, (double)setting->validation,
                           (double)setting->test, together, rows, rows);
    if (together * (double)setting->features > most_numbers)
        return error_about(error, STATUS_USAGE, "train",
                           "%.0f training, %.0f validation and %.0f test examples of "
                           "%zu features are too many; allowed are up to %g numbers",
                           (double)setting->train, (double)setting->validation,
                           (double)setting->test, setting->features, most_numbers);
    return STATUS_OK;
}

int lesson_check_share(double share, struct error *error)
{
    if (share >= 0 && share <= 1)
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "label-noise",
                       "the share %g is not allowed; allowed are numbers from 0 to 1",
                       share);
}

int lesson_check(const struct lesson_setting *setting, struct error *error)
{
    if (setting->features == 0)
        return error_about(error, STATUS_USAGE, "task",
                           "0 features are not allowed; allowed are 1 and more");
    if (setting->classes < 2 || setting->classes > CLASS_DATA_CLASSES)
        return error_about(error, STATUS_USAGE, "task",
                           "%zu classes are not allowed; allowed are 2 to %d",
                           setting->classes, CLASS_DATA_CLASSES);
    const int status = lesson_check_share(setting->share, error);
    return status == STATUS_OK ? check_counts(setting, error) : status;
}

uint64_t lesson_hash(const struct lesson_setting *setting)
{
    const uint64_t data = setting->data ? setting->data->hash : 0;
    const bool noisy = setting->noise != LESSON_CLEAN;
    const double values[] = {
        setting->data ? 1 : 0,       (double)(data >> 32),
        (double)(data & UINT32_MAX), (double)setting->features,
        (double)setting->classes,    (double)setting->train,
        (double)setting->validation, (double)setting->test,
        (double)setting->noise,      noisy ? setting->share : 0,
    };
    return random_hash("lesson", values, sizeof values / sizeof *values);
}

/* --- streams ---------------------------------------------------------------------- */

/* Where the numbers of a replica come from. */
struct source {
    struct random_generator generator;
    uint64_t seed, replica;
};

/* The name of the stream that makes what `name` says, of examples with these features
 * and classes. */
static struct random_key key_of(const struct source *source, const char *name,
                                size_t features, size_t classes)
{
    const double sizes[] = {(double)features, (double)classes};
    return (struct random_key){
        .seed = source->seed,
        .purpose = RANDOM_DATA,
        .hash = random_hash(name, sizes, sizeof sizes / sizeof *sizes),
        .unit = source->replica,
    };
}

/* Sets *out to `count` normal numbers; the caller frees them, after a failure too. */
static int draw_normal(const struct source *source, const char *name, size_t features,
                       size_t classes, size_t count, double **out, struct error *error)
{
    *out = calloc(random_room(count) + 1, sizeof **out);
    if (!*out)
        return error_memory(error, "the examples");
    return random_first_normal(
        source->generator, key_of(source, name, features, classes), count, *out, error);
}

/* --- the teacher task ------------------------------------------------------------- */

/* The class of the largest score of the teacher's weights: LESSON_TEACHER x features,
 * then classes x LESSON_TEACHER. */
static uint32_t taught(const struct lesson *lesson, const double *weights,
                       const double *x)
{
    const double scale = 1 / sqrt((double)lesson->features);
    const double *second = weights + LESSON_TEACHER * lesson->features;
    double unit[LESSON_TEACHER], largest = -INFINITY;
    uint32_t chosen = 0;
    for (size_t k = 0; k < LESSON_TEACHER; k++) {
        double sum = 0;
        for (size_t i = 0; i < lesson->features; i++)
            sum += weights[k * lesson->features + i] * x[i];
        unit[k] = elementary_tanh(scale * sum);
    }
    for (uint32_t class = 0; class < lesson->classes; class ++) {
        double score = 0;
        for (size_t k = 0; k < LESSON_TEACHER; k++)
            score += second[class * LESSON_TEACHER + k] * unit[k];
        chosen = score > largest ? class : chosen;
        largest = score > largest ? score : largest;
    }
    return chosen;
}

static int draw_taught(struct lesson *lesson, const struct source *source,
                       struct error *error)
{
    const struct {
        const char *name;
        struct lesson_part *part;
    } parts[] = {{"lesson train", &lesson->train},
                 {"lesson validation", &lesson->validation},
                 {"lesson test", &lesson->test}};
    const size_t features = lesson->features, classes = lesson->classes;
    double *weights = NULL;
    int status = draw_normal(source, "lesson teacher", features, classes,
                             LESSON_TEACHER * (features + classes), &weights, error);
    for (size_t p = 0; status == STATUS_OK && p < 3; p++) {
        struct lesson_part *part = parts[p].part;
        status = draw_normal(source, parts[p].name, features, classes,
                             part->count * features, &part->x, error);
        for (size_t k = 0; status == STATUS_OK && k < part->count; k++) {
            part->label[k] = taught(lesson, weights, part->x + k * features);
            status = interrupt_check(error);
        }
    }
    free(weights);
    return status;
}

/* --- a table's examples ----------------------------------------------------------- */

static int take_rows(const struct class_data *data, const uint32_t *row,
                     struct lesson_part *part, struct error *error)
{
    const size_t features = data->features;
    part->x = calloc(part->count * features + 1, sizeof *part->x);
    if (!part->x)
        return error_memory(error, "the examples");
    for (size_t k = 0; k < part->count; k++) {
        memcpy(part->x + k * features, data->x + row[k] * features,
               features * sizeof *part->x);
        part->label[k] = data->label[row[k]];
    }
    return STATUS_OK;
}

/* Subtracts `mean` from a column and divides it by one number after the other, so that
 * small numbers stay apart from 0. */
static void shift(const struct lesson_part *part, size_t features, size_t column,
                  double mean, double most, double deviation)
{
    for (size_t k = 0; k < part->count; k++) {
        double *x = part->x + k * features + column;
        *x = (*x - mean) / most / deviation;
    }
}

/* Gives a feature mean 0 and variance 1 over the training examples; one that does not
 * vary there is shifted to 0. */
static void standardize(struct lesson *lesson, size_t column)
{
    const size_t features = lesson->features, count = lesson->train.count;
    const double *x = lesson->train.x + column;
    double mean = 0, most = 0, squares = 0, deviation = 1;
    for (size_t k = 0; k < count; k++)
        mean += (x[k * features] - x[0]) / (double)count;
    mean += x[0];
    for (size_t k = 0; k < count; k++)
        most = fmax(most, fabs(x[k * features] - mean));
    if (most > 0) {
        for (size_t k = 0; k < count; k++) {
            const double part = (x[k * features] - mean) / most;
            squares += part * part;
        }
        deviation = sqrt(squares / (double)count);
    } else {
        most = 1;
    }
    shift(&lesson->validation, features, column, mean, most, deviation);
    shift(&lesson->test, features, column, mean, most, deviation);
    shift(&lesson->train, features, column, mean, most, deviation);
}

/* Training examples are the first rows of a shuffle and test examples the last ones;
 * those for validation stand before these. */
static int draw_rows(struct lesson *lesson, const struct class_data *data,
                     const struct source *source, struct error *error)
{
    const size_t rows = data->rows, behind = rows - lesson->test.count;
    struct random_stream stream;
    struct random_index index = {.left = 0};
    uint32_t *order = calloc(rows + 1, sizeof *order);
    if (!order)
        return error_memory(error, "the order of the examples");
    int status = random_init(&stream, source->generator,
                             key_of(source, "lesson rows", rows, 0), error);
    if (status != STATUS_OK)
        goto out;
    for (size_t k = 0; k < rows; k++)
        order[k] = (uint32_t)k;
    random_index_shuffle(&index, &stream, rows, order);
    status = take_rows(data, order, &lesson->train, error);
    if (status == STATUS_OK)
        status = take_rows(data, order + behind - lesson->validation.count,
                           &lesson->validation, error);
    if (status == STATUS_OK)
        status = take_rows(data, order + behind, &lesson->test, error);
    for (size_t i = 0; status == STATUS_OK && data->standardized && i < data->features;
         i++) {
        standardize(lesson, i);
        status = interrupt_check(error);
    }
out:
    free(order);
    random_free(&stream);
    return status;
}

/* --- the noise of the labels ------------------------------------------------------ */

static int spoil(struct lesson *lesson, const struct lesson_setting *setting,
                 const struct source *source, struct error *error)
{
    const uint64_t range = UINT64_C(1) << 32;
    const uint32_t classes = (uint32_t)lesson->classes;
    struct random_stream stream;
    struct random_index index = {.left = 0};
    const int status = random_init(&stream, source->generator,
                                   key_of(source, "lesson noise", 0, classes), error);
    for (size_t k = 0; status == STATUS_OK && k < lesson->train.count; k++) {
        const double at = random_index_below(&index, &stream, range);
        const uint32_t further = 1 + random_index_below(&index, &stream, classes - 1);
        if (!(at < setting->share * (double)range))
            continue;
        lesson->train.label[k] += setting->noise == LESSON_SYMMETRIC ? further : 1;
        lesson->train.label[k] %= classes;
        lesson->spoilt++;
    }
    random_free(&stream);
    return status;
}

/* --- a lesson --------------------------------------------------------------------- */

static int part_init(struct lesson_part *part, uint64_t count, struct error *error)
{
    part->count = (size_t)count;
    part->label = calloc(part->count + 1, sizeof *part->label);
    return part->label ? STATUS_OK : error_memory(error, "the labels");
}

static void part_free(struct lesson_part *part)
{
    free(part->x);
    free(part->label);
}

int lesson_init(struct lesson *lesson, const struct lesson_setting *setting,
                struct random_generator generator, uint64_t seed, uint64_t replica,
                struct error *error)
{
    const struct source source = {generator, seed, replica};
    *lesson =
        (struct lesson){.features = setting->features, .classes = setting->classes};
    int status = part_init(&lesson->train, setting->train, error);
    if (status == STATUS_OK)
        status = part_init(&lesson->validation, setting->validation, error);
    if (status == STATUS_OK)
        status = part_init(&lesson->test, setting->test, error);
    if (status == STATUS_OK)
        status = setting->data ? draw_rows(lesson, setting->data, &source, error)
                               : draw_taught(lesson, &source, error);
    if (status != STATUS_OK)
        return status;
    lesson->clean = calloc(lesson->train.count + 1, sizeof *lesson->clean);
    if (!lesson->clean)
        return error_memory(error, "the labels");
    memcpy(lesson->clean, lesson->train.label,
           lesson->train.count * sizeof *lesson->clean);
    return setting->noise == LESSON_CLEAN ? STATUS_OK
                                          : spoil(lesson, setting, &source, error);
}

void lesson_free(struct lesson *lesson)
{
    part_free(&lesson->train);
    part_free(&lesson->validation);
    part_free(&lesson->test);
    free(lesson->clean);
    *lesson = (struct lesson){.clean = NULL};
}
