/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_table.h: the ledger as a table. */
#ifndef PNM_LEDGER_TABLE_H
#define PNM_LEDGER_TABLE_H

#include "cli/table.h"
#include "verdict/ledger.h"

/* Makes a table with a row for each row of the ledger. `options`, such as " --seed 7",
 * are appended to the command that repeats a claim. */
PNM_MUST_USE int ledger_table(const struct ledger *ledger, const char *options,
                              struct table *table, struct error *error);

#endif
