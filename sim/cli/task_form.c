/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/task_form.h"

#include "base/parse.h"
#include "losses/digits.h"

#include <stdio.h>
#include <string.h>

enum { FEATURES = 20, CLASSES = 10, MOST_FEATURES = 10000 };

static const char *after_prefix(const char *text, const char *prefix)
{
    const size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* Reads FEATURES or FEATURES:CLASSES. */
static int read_teacher(const char *text, struct lesson_setting *setting,
                        struct error *error)
{
    char first[64];
    uint64_t features = 0, classes = CLASSES;
    const size_t length = strcspn(text, ":");
    const char *what = length < sizeof first ? first : text;
    snprintf(first, sizeof first, "%.*s", (int)length, text);
    int status = parse_count("task", what, 1, MOST_FEATURES, &features, error);
    if (status == STATUS_OK && text[length] == ':')
        status = parse_count("task", text + length + 1, 2, CLASS_DATA_CLASSES, &classes,
                             error);
    if (status != STATUS_OK)
        return error_about(error, status, "task",
                           "'teacher:%.200s' is not allowed; allowed is "
                           "teacher:FEATURES:CLASSES with 1 to %d features and 2 to %d "
                           "classes",
                           text, MOST_FEATURES, CLASS_DATA_CLASSES);
    setting->features = (size_t)features;
    setting->classes = (size_t)classes;
    return STATUS_OK;
}

static int read_csv(const char *path, struct class_data **data, struct error *error)
{
    struct numbers numbers = {0};
    struct parse_shape shape;
    int status = parse_table("task", path, &numbers, &shape, error);
    if (status != STATUS_OK)
        return status;
    status = class_data_make(shape.columns - 1, shape.rows, numbers.value, true, data,
                             error);
    if (status == STATUS_USAGE) {
        const struct error why = *error;
        char where[80] = "";
        if (shape.first > 0)
            snprintf(where, sizeof where, ", rows in lines %lu to %lu", shape.first,
                     shape.last);
        error_write_about(error, "task", "'%.400s'%s: %.400s%s", path, where, why.text,
                          parse_hint(&shape));
    }
    numbers_free(&numbers);
    return status;
}

int task_form_read(const char *text, struct lesson_setting *setting,
                   struct class_data **data, struct error *error)
{
    const char *teacher = after_prefix(text, "teacher:");
    const char *csv = after_prefix(text, "csv:");
    int status = STATUS_OK;
    *data = NULL;
    setting->data = NULL;
    setting->features = FEATURES;
    setting->classes = CLASSES;
    if (strcmp(text, "teacher") == 0)
        return STATUS_OK;
    if (teacher)
        return read_teacher(teacher, setting, error);
    if (strcmp(text, "digits") == 0)
        status = digits_read(data, error);
    else if (csv)
        status = read_csv(csv, data, error);
    else
        return error_about(error, STATUS_USAGE, "task",
                           "'%.200s' is not known; allowed are teacher, "
                           "teacher:FEATURES, teacher:FEATURES:CLASSES, digits and "
                           "csv:FILE",
                           text);
    if (status != STATUS_OK)
        return status;
    setting->data = *data;
    setting->features = (*data)->features;
    setting->classes = (*data)->classes;
    return STATUS_OK;
}

int task_form_noise(const char *text, struct lesson_setting *setting,
                    struct error *error)
{
    setting->noise = LESSON_CLEAN;
    setting->share = 0;
    if (!text || strcmp(text, "none") == 0)
        return STATUS_OK;
    const char *symmetric = after_prefix(text, "sym:");
    const char *share = symmetric ? symmetric : after_prefix(text, "asym:");
    if (!share)
        return error_about(error, STATUS_USAGE, "label-noise",
                           "'%.200s' is not known; allowed are none, sym:R and asym:R",
                           text);
    setting->noise = symmetric ? LESSON_SYMMETRIC : LESSON_ASYMMETRIC;
    const int status = parse_real("label-noise", share, &setting->share, error);
    return status == STATUS_OK ? lesson_check_share(setting->share, error) : status;
}
