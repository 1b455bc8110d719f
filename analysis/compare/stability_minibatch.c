/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stability.h"

#include "engine/minibatch.h"
#include "theory/least_squares.h"

#include <math.h>

int stability_mean_square(const struct problem *problem, const struct rule *rule,
                          const struct stability *stability, double *limit,
                          double *gain, struct error *error)
{
    const struct mean_square setting = minibatch_setting(problem);
    struct least_squares_law law = {.gain = NAN};
    *gain = NAN;
    *limit = problem_has_law(problem) ? 0 : NAN;
    int status = STATUS_OK;
    if (!problem_has_law(problem))
        return status;
    if (stability->margin > 0)
        status = least_squares_law_init(&law, &setting, rule, NULL, error);
    if (status == STATUS_OK && stability->intervals > 0)
        status = least_squares_limit(&setting, rule, stability->interval, limit, error);
    *gain = law.gain;
    least_squares_law_free(&law);
    return status;
}
