/* SPDX-License-Identifier: GPL-3.0-or-later */
/* numbers.c: numbers, lists, grids and the other forms of options' values. The first
 * byte says which, the rest is the text. */
#include "fuzz.h"

#include "base/parse.h"
#include "cli/average_form.h"
#include "cli/flat_form.h"
#include "cli/generator_form.h"
#include "cli/noise_law_form.h"
#include "cli/problem_form.h"
#include "cli/schedule_form.h"
#include "cli/task_form.h"
#include "losses/problem.h"
#include "rules/rule_from.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int read_real(const char *text, struct error *error)
{
    char written[PARSE_TEXT];
    double value = 0, again = 0;
    const int status = parse_real("lr", text, &value, error);
    if (status != STATUS_OK)
        return status;
    fuzz_must(isfinite(value), "a number that is read is not finite");
    parse_text_of(value, 6, written);
    fuzz_must(parse_real("lr", written, &again, error) == STATUS_OK && again == value,
              "a number that is written is read as another");
    return status;
}

static int read_count(const char *text, struct error *error)
{
    uint64_t value = 0;
    const int status = parse_count("steps", text, 3, UINT64_C(1) << 53, &value, error);
    fuzz_must(status != STATUS_OK || (value >= 3 && value <= UINT64_C(1) << 53),
              "a count is out of its range");
    return status;
}

static int read_grid(const char *text, bool values, struct error *error)
{
    struct numbers numbers = {0};
    const int status = values ? parse_values("lr", text, &numbers, error)
                              : parse_grid("lr", text, &numbers, error);
    fuzz_must(status != STATUS_OK || numbers.count > 0, "a grid is empty");
    for (size_t k = 0; status == STATUS_OK && k < numbers.count; k++)
        fuzz_must(isfinite(numbers.value[k]), "a point of a grid is not finite");
    numbers_free(&numbers);
    return status;
}

static int read_problem(struct problem_form form, struct error *error)
{
    struct problem problem = {0};
    struct text warnings = {0};
    form.batch = form.residual = 1;
    form.warnings = &warnings;
    const int status = problem_form_read(&problem, &form, error);
    for (size_t i = 0; status == STATUS_OK && i < problem.n; i++)
        fuzz_must(isfinite(problem.h[i]) && isfinite(problem_noise(&problem, i, i)) &&
                      problem_noise(&problem, i, i) >= 0,
                  "a problem has numbers that it may not have");
    problem_free(&problem);
    text_free(&warnings);
    return status;
}

static int read_task(const char *text, struct error *error)
{
    struct lesson_setting setting = {0};
    struct class_data *data = NULL;
    if (strncmp(text, "csv:", 4) == 0) /* any file, which the target data has */
        return error_set(error, STATUS_USAGE, "no files here");
    const int status = task_form_read(text, &setting, &data, error);
    class_data_free(data);
    return status;
}

int fuzz_numbers(const uint8_t *data, size_t size)
{
    struct error error = {.agreed = false};
    char *text = fuzz_text(data, size);
    const char *rest = *text ? text + 1 : text;
    struct average average;
    struct schedule schedule;
    struct random_generator generator;
    struct lesson_setting setting;
    struct rule rule;
    const bool file = strncmp(rest, "file:", 5) == 0; /* other targets have files */
    int status = error_set(&error, STATUS_USAGE, "no such form");
    switch (*text) {
    case 'r':
        status = read_real(rest, &error);
        break;
    case 'c':
        status = read_count(rest, &error);
        break;
    case 'g':
        status = read_grid(rest, false, &error);
        break;
    case 'v':
        status = read_grid(rest, true, &error);
        break;
    case 'h':
        if (!file)
            status = read_problem((struct problem_form){.spectrum = rest}, &error);
        break;
    case 'n':
        if (!file)
            status = read_problem(
                (struct problem_form){.spectrum = "1,2,3", .noise = rest}, &error);
        break;
    case 'q':
        if (!file)
            status = read_problem(
                (struct problem_form){.spectrum = "1,2,3", .rotation = rest}, &error);
        break;
    case 'l':
        status = read_problem(
            (struct problem_form){.spectrum = "1,2", .noise = "hessian", .law = rest},
            &error);
        break;
    case 'f':
        status = read_problem(
            (struct problem_form){.spectrum = "-1,0,1,1e-9", .flat = rest}, &error);
        break;
    case 'a':
        status = average_form_read(rest, &average, &error);
        break;
    case 's':
        status = schedule_form_read(rest, &schedule, &error);
        break;
    case 'x':
        status = generator_form_read(rest, &generator, &error);
        break;
    case 't':
        status = read_task(rest, &error);
        break;
    case 'b':
        status = task_form_noise(rest, &setting, &error);
        break;
    case 'u':
        status = rule_from(&rule, &error, "%s", rest);
        break;
    default:
        break;
    }
    free(text);
    return fuzz_told(status, &error);
}
