/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/class_data.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double largest_number = 1e100; /* squares are numbers */

static int check_feature(size_t features, size_t rows, const double *numbers,
                         size_t column, bool may_be_constant, struct error *error)
{
    const size_t width = features + 1;
    bool varies = false;
    for (size_t k = 0; k < rows; k++) {
        const double x = numbers[k * width + column];
        if (!(fabs(x) <= largest_number))
            return error_about(error, STATUS_USAGE, "task",
                               "row %zu, column %zu: %g is not allowed; allowed are "
                               "numbers up to %g",
                               k + 1, column + 1, x, largest_number);
        varies = varies || x != numbers[column];
    }
    if (varies || may_be_constant)
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "task",
                       "column %zu is %g in every row; allowed are features that vary",
                       column + 1, numbers[column]);
}

static int check_label(size_t row, size_t column, double label, struct error *error)
{
    if (label >= 0 && label < CLASS_DATA_CLASSES && label == floor(label))
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "task",
                       "row %zu, column %zu: the label %g is not allowed; allowed are "
                       "whole numbers from 0 to %d",
                       row + 1, column + 1, label, CLASS_DATA_CLASSES - 1);
}

/* Counts the classes, of which each must occur. */
static int check_labels(size_t features, size_t rows, const double *numbers,
                        size_t *classes, struct error *error)
{
    bool occurs[CLASS_DATA_CLASSES] = {false};
    size_t different = 0;
    *classes = 0;
    for (size_t k = 0; k < rows; k++) {
        const double label = numbers[k * (features + 1) + features];
        const int status = check_label(k, features, label, error);
        if (status != STATUS_OK)
            return status;
        const size_t class = (size_t)label;
        different += !occurs[class];
        occurs[class] = true;
        *classes = class >= *classes ? class + 1 : *classes;
    }
    if (different < 2)
        return error_about(error, STATUS_USAGE, "task",
                           "the label is %zu in every row; allowed are 2 classes and "
                           "more",
                           *classes - 1);
    for (size_t class = 0; class < *classes; class ++)
        if (!occurs[class])
            return error_about(error, STATUS_USAGE, "task",
                               "no row has the label %zu, but there is a label %zu; "
                               "allowed are labels from 0 on, of which each occurs",
                               class, *classes - 1);
    return STATUS_OK;
}

static uint64_t hash_of(const struct class_data *own, const double *numbers)
{
    const uint64_t hash =
        random_hash("class data", numbers, own->rows * (own->features + 1));
    const double rest[] = {(double)own->features, own->standardized,
                           (double)(hash >> 32), (double)(hash & UINT32_MAX)};
    return random_hash("class data", rest, sizeof rest / sizeof *rest);
}

int class_data_make(size_t features, size_t rows, const double *numbers,
                    bool standardized, struct class_data **data, struct error *error)
{
    size_t classes = 0;
    *data = NULL;
    if (features == 0)
        return error_about(error, STATUS_USAGE, "task",
                           "there is one column; allowed are columns of features and a "
                           "last one, the label");
    int status = check_labels(features, rows, numbers, &classes, error);
    for (size_t i = 0; status == STATUS_OK && i < features; i++)
        status = check_feature(features, rows, numbers, i, !standardized, error);
    if (status != STATUS_OK)
        return status;
    struct class_data *own = *data = calloc(1, sizeof *own);
    if (!own)
        return error_memory(error, "the examples");
    *own = (struct class_data){.features = features,
                               .classes = classes,
                               .rows = rows,
                               .standardized = standardized};
    own->x = calloc(rows * features + 1, sizeof *own->x);
    own->label = calloc(rows + 1, sizeof *own->label);
    if (!own->x || !own->label)
        return error_memory(error, "the examples");
    for (size_t k = 0; k < rows; k++) {
        const double *row = numbers + k * (features + 1);
        memcpy(own->x + k * features, row, features * sizeof *row);
        own->label[k] = (uint32_t)row[features];
    }
    own->hash = hash_of(own, numbers);
    return STATUS_OK;
}

void class_data_free(struct class_data *data)
{
    if (!data)
        return;
    free(data->x);
    free(data->label);
    free(data);
}
