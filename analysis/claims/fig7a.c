/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig7a.c: an analogue of figure 7: test error against beta0. */
#include "claims/shared/claim_training.h"

#define DECAY 5e-4

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta0[] = {-0.5, 0, 1, 3, 10, 30, 70};
    struct claim_training_rows rows = {0};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof beta0 / sizeof *beta0; k++)
        status = claim_training_pair(&rows, "clean labels", 1, beta0[k], DECAY,
                                     LESSON_CLEAN, 0, error);
    if (status == STATUS_OK)
        status =
            claim_training_finish(ledger, claim, &rows, DECAY, LESSON_CLEAN, 0, error);
    claim_training_free(&rows);
    return status;
}

const struct claim claim_fig7a = {
    .id = "fig7a",
    .where = "an analogue of fig. 7, settings of app. B.1 scaled down",
    .kind = CLAIM_ANALOGUE,
    .statement = "test errors of PNM against beta0, and of SGD with momentum, on a "
                 "small network; nothing is said of CIFAR",
    .check = check,
};
