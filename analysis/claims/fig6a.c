/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig6a.c: an analogue of figure 6: test error against learning rate and weight decay.
 */
#include "claims/shared/claim_training.h"

#include <stdio.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    /* Of PNM; SGD has a tenth. */
    static const double rates[] = {0.3, 1, 3}, decays[] = {1e-4, 5e-4, 25e-4};
    enum { RATES = sizeof rates / sizeof *rates };
    enum { CELLS = RATES * sizeof decays / sizeof *decays };
    struct claim_training_rows rows = {0};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < CELLS; k++) {
        const double decay = decays[k / RATES];
        char setting[60];
        snprintf(setting, sizeof setting, "clean labels, decay %g", decay);
        status = claim_training_pair(&rows, setting, rates[k % RATES], 1, decay,
                                     LESSON_CLEAN, 0, error);
    }
    if (status == STATUS_OK)
        status = claim_training_finish(ledger, claim, &rows, decays[1], LESSON_CLEAN, 0,
                                       error);
    claim_training_free(&rows);
    return status;
}

const struct claim claim_fig6a = {
    .id = "fig6a",
    .where = "an analogue of fig. 6, settings of app. B.1 scaled down",
    .kind = CLAIM_ANALOGUE,
    .statement = "test errors of PNM and of SGD with momentum over learning rates and "
                 "weight decays, on a small network; nothing is said of CIFAR",
    .check = check,
};
