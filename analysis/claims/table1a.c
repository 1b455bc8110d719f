/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table1a.c: an analogue of table 1: PNM beside SGD, AdaPNM beside AdamW. */
#include "claims/shared/claim_training.h"
#include "rules/rule_from.h"

#include <stdio.h>

#define DECAY 5e-4
/* Of AdamW: 1000 times the other, as appendix B.1 says. */
#define DECAY_ADAPTIVE 0.5

/* AdaPNM with that decay against AdamW, as published or matched. */
static int add_adaptive(struct claim_training_rows *rows, double decay, bool matched,
                        struct error *error)
{
    struct claim_training_row *row;
    int status = claim_training_add(rows, &row, error);
    if (status != STATUS_OK)
        return status;
    row->matched = matched;
    snprintf(row->what, sizeof row->what,
             "%s, clean labels: AdaPNM eta=0.001 decay %g - AdamW %s",
             matched ? "matched" : "as published", decay,
             matched ? "at its rate and decay" : "eta=0.001 decay 0.5");
    status = rule_from(&row->own, error, "adapnm lr=0.001");
    if (status == STATUS_OK)
        status = rule_from(&row->twin, error, "adamw lr=0.001");
    row->own.decay = (struct decay){decay, true};
    row->twin.decay = (struct decay){DECAY_ADAPTIVE, true};
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    struct claim_training_rows rows = {0};
    int status =
        claim_training_pair(&rows, "clean labels", 1, 1, DECAY, LESSON_CLEAN, 0, error);
    for (int k = 0; status == STATUS_OK && k < 4; k++)
        status = add_adaptive(&rows, k < 2 ? DECAY_ADAPTIVE : DECAY, k % 2, error);
    if (status == STATUS_OK)
        status =
            claim_training_finish(ledger, claim, &rows, DECAY, LESSON_CLEAN, 0, error);
    claim_training_free(&rows);
    return status;
}

const struct claim claim_table1a = {
    .id = "table1a",
    .where = "an analogue of table 1, settings of app. B.1 scaled down",
    .kind = CLAIM_ANALOGUE,
    .statement = "test errors of PNM and SGD with momentum, and of AdaPNM and AdamW, "
                 "on a small network; nothing is said of CIFAR",
    .check = check,
};
