/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data.c: data sets, of least squares if the first byte is l, of a training if it is c.
 * The file begins behind the first line. */
#include "fuzz.h"

#include "cli/problem_form.h"
#include "cli/task_form.h"
#include "losses/data_set.h"
#include "losses/problem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int read_least_squares(const char *path, struct error *error)
{
    struct problem problem = {0};
    struct text warnings = {0};
    const struct problem_form form = {.data = path,
                                      .batch = 1,
                                      .residual = 1,
                                      .least_squares = true,
                                      .rotation = "data",
                                      .warnings = &warnings};
    const int status = problem_form_read(&problem, &form, error);
    for (size_t i = 0; status == STATUS_OK && i < problem.n; i++)
        fuzz_must(isfinite(problem.h[i]) && problem.h[i] > 0 &&
                      isfinite(problem.theta_star[i]) &&
                      isfinite(problem_noise(&problem, i, i)) &&
                      problem_noise(&problem, i, i) >= 0,
                  "a data set has a law that is not finite");
    problem_free(&problem);
    text_free(&warnings);
    return status;
}

static int read_classes(const char *path, struct error *error)
{
    struct lesson_setting setting = {0};
    struct class_data *data = NULL;
    char text[128];
    snprintf(text, sizeof text, "csv:%s", path);
    const int status = task_form_read(text, &setting, &data, error);
    for (size_t k = 0; status == STATUS_OK && k < data->rows; k++)
        fuzz_must(data->label[k] < data->classes, "a label is no class");
    class_data_free(data);
    return status;
}

int fuzz_data(const uint8_t *data, size_t size)
{
    struct error error = {.agreed = false};
    const uint8_t *line = size > 1 ? memchr(data, '\n', size) : NULL;
    if (!line || (data[0] != 'l' && data[0] != 'c'))
        return STATUS_USAGE;
    const size_t head = (size_t)(line - data) + 1;
    const char *path = fuzz_file(data + head, size - head);
    return fuzz_told(data[0] == 'l' ? read_least_squares(path, &error)
                                    : read_classes(path, &error),
                     &error);
}
