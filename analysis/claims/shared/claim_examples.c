/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_examples.h"

#include <stdlib.h>

const double claim_examples_h[CLAIM_EXAMPLES_MODES] = {0.4, 0.8, 1.3};

int claim_examples_compare(const struct sampling *sampling, const struct rule *rule,
                           const char *label,
                           struct comparison row[CLAIM_EXAMPLES_MODES],
                           struct error *error)
{
    struct problem problem;
    struct comparison *found = NULL;
    size_t count = 0;
    int status = problem_init(&problem, CLAIM_EXAMPLES_MODES, claim_examples_h, error);
    if (status == STATUS_OK) {
        for (size_t i = 0; i < CLAIM_EXAMPLES_MODES; i++)
            problem.noise[i] = claim_examples_h[i] / CLAIM_EXAMPLES_BATCH;
        problem_set_examples(&problem, (size_t)CLAIM_EXAMPLES_BATCH, 1);
        status = stationary_compare(sampling, rule, &problem, STATIONARY_DIAGONAL,
                                    label, NULL, &found, &count, error);
    }
    for (size_t i = 0; i < count; i++)
        row[i] = found[i];
    free(found);
    problem_free(&problem);
    return status;
}
