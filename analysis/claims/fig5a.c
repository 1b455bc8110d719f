/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig5a.c: an analogue of figure 5: test error against the learning rate. */
#include "claims/shared/claim_training.h"

#define DECAY 5e-4

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    /* Of PNM; SGD has a tenth. */
    static const double rates[] = {0.03, 0.1, 0.3, 1, 3, 10};
    struct claim_training_rows rows = {0};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rates / sizeof *rates; k++)
        status = claim_training_pair(&rows, "clean labels", rates[k], 1, DECAY,
                                     LESSON_CLEAN, 0, error);
    if (status == STATUS_OK)
        status =
            claim_training_finish(ledger, claim, &rows, DECAY, LESSON_CLEAN, 0, error);
    claim_training_free(&rows);
    return status;
}

const struct claim claim_fig5a = {
    .id = "fig5a",
    .where = "an analogue of fig. 5, settings of app. B.1 scaled down",
    .kind = CLAIM_ANALOGUE,
    .statement = "test errors of PNM and of SGD with momentum against the learning "
                 "rate, on a small network; nothing is said of CIFAR",
    .check = check,
};
