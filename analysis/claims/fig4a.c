/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig4a.c: an analogue of figure 4: labels of which 40 % are wrong, beta0 = 70. */
#include "claims/shared/claim_training.h"

#include <stdio.h>

#define DECAY 1e-4
#define SHARE 0.4
#define BETA0 70

/* Adds a row of the memorized share like row number `of`, a pair. */
static int add_memorized(struct claim_training_rows *rows, size_t of,
                         const char *setting, struct error *error)
{
    struct claim_training_row *row;
    const int status = claim_training_add(rows, &row, error);
    if (status != STATUS_OK)
        return status;
    *row = rows->row[of];
    row->shown = CLAIM_TRAINING_MEMORIZED;
    snprintf(row->what, sizeof row->what,
             "%s, %s: share of the wrong labels that are learned, PNM - SGD; shown "
             "alone",
             row->matched ? "matched" : "as published", setting);
    return STATUS_OK;
}

/* As published and matched, each with the memorized share, and at a quarter of the
 * rate. */
static int add_noise(struct claim_training_rows *rows, const char *setting,
                     enum lesson_noise noise, struct error *error)
{
    const size_t first = rows->count;
    int status =
        claim_training_pair(rows, setting, 1, BETA0, DECAY, noise, SHARE, error);
    for (size_t k = 0; status == STATUS_OK && k < 2; k++)
        status = add_memorized(rows, first + k, setting, error);
    return status == STATUS_OK ? claim_training_pair(rows, setting, 0.25, BETA0, DECAY,
                                                     noise, SHARE, error)
                               : status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    struct claim_training_rows rows = {0};
    int status =
        add_noise(&rows, "40 % asymmetric label noise", LESSON_ASYMMETRIC, error);
    if (status == STATUS_OK)
        status =
            add_noise(&rows, "40 % symmetric label noise", LESSON_SYMMETRIC, error);
    if (status == STATUS_OK)
        status = claim_training_finish(ledger, claim, &rows, DECAY, LESSON_SYMMETRIC,
                                       SHARE, error);
    claim_training_free(&rows);
    return status;
}

const struct claim claim_fig4a = {
    .id = "fig4a",
    .where = "an analogue of fig. 4, settings of app. B.4 scaled down",
    .kind = CLAIM_ANALOGUE,
    .statement = "test errors of PNM and of SGD with momentum where 40 % of the labels "
                 "are wrong, on a small network; nothing is said of CIFAR",
    .check = check,
};
