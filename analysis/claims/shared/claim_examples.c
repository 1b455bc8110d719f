/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_examples.h"

#include "compare/stationary_epoch.h"

#include <math.h>
#include <stdlib.h>

/* Epochs have no control variates: this relative error is enough for bands of 1 % of a
 * quotient. */
static const double coarse = 0.0012;

const double claim_examples_h[CLAIM_EXAMPLES_MODES] = {0.4, 0.8, 1.3};

int claim_examples_compare(const struct sampling *sampling, const struct rule *rule,
                           enum claim_examples kind, const char *label,
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
        if (kind == CLAIM_EXAMPLES_EPOCHS) {
            struct sampling coarser = *sampling;
            coarser.precision = fmax(sampling->precision, coarse);
            coarser.precision_given = true;
            problem_set_epochs(&problem, CLAIM_EXAMPLES_TRAIN,
                               (size_t)CLAIM_EXAMPLES_BATCH);
            status =
                stationary_epoch_compare(&coarser, rule, &problem, STATIONARY_DIAGONAL,
                                         false, label, &found, &count, error);
        } else {
            problem_set_examples(&problem, (size_t)CLAIM_EXAMPLES_BATCH, 1);
            status = stationary_compare(sampling, rule, &problem, STATIONARY_DIAGONAL,
                                        label, NULL, &found, &count, error);
        }
    }
    for (size_t i = 0; i < count; i++)
        row[i] = found[i];
    free(found);
    problem_free(&problem);
    return status;
}
