/* SPDX-License-Identifier: GPL-3.0-or-later */
/* matrices.c: files of numbers that a problem is made of. The first byte says what the
 * file is, the second how many curvatures there are; the file begins behind the first
 * line. */
#include "fuzz.h"

#include "cli/problem_form.h"
#include "losses/problem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was read is a problem that can be run. */
static void check(const struct problem *problem)
{
    for (size_t i = 0; i < problem->n; i++) {
        fuzz_must(isfinite(problem->h[i]) && isfinite(problem->start[i]) &&
                      isfinite(problem->theta_star[i]),
                  "a problem has numbers that are not finite");
        for (size_t j = 0; j <= i; j++)
            fuzz_must(isfinite(problem_noise(problem, i, j)),
                      "a covariance is not finite");
        fuzz_must(problem_noise(problem, i, i) >= 0, "a variance is negative");
    }
}

int fuzz_matrices(const uint8_t *data, size_t size)
{
    struct error error = {.agreed = false};
    struct problem problem = {0};
    struct text warnings = {0};
    char spectrum[32], file[128];
    const uint8_t *line = size > 2 ? memchr(data, '\n', size) : NULL;
    if (!line || data[1] < '1' || data[1] > '9')
        return STATUS_USAGE;
    const size_t head = (size_t)(line - data) + 1;
    snprintf(spectrum, sizeof spectrum, "linear:1:3:%c", data[1]);
    if (data[1] == '1')
        snprintf(spectrum, sizeof spectrum, "1");
    snprintf(file, sizeof file, "file:%s", fuzz_file(data + head, size - head));
    struct problem_form form = {
        .spectrum = spectrum, .batch = 1, .residual = 1, .warnings = &warnings};
    switch (data[0]) {
    case 'h':
        form.spectrum = file;
        break;
    case 'k':
        form.spectrum = file;
        form.flat = "keep";
        break;
    case 'd':
        form.spectrum = file;
        form.flat = "drop";
        break;
    case 'n':
        form.noise = file;
        break;
    case 'q':
        form.rotation = file;
        break;
    case 's':
        form.start = file;
        break;
    case 't':
        form.theta_star = file;
        break;
    default:
        return STATUS_USAGE;
    }
    const int status = problem_form_read(&problem, &form, &error);
    if (status == STATUS_OK)
        check(&problem);
    problem_free(&problem);
    text_free(&warnings);
    return fuzz_told(status, &error);
}
