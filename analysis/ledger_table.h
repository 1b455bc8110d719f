/* ledger_table.h: the ledger as a table, a row for each of its rows. */
#ifndef PNM_LEDGER_TABLE_H
#define PNM_LEDGER_TABLE_H

#include "cli/table.h"
#include "verdict/ledger.h"

/* `options` follows the command that repeats a claim, as " --seed 7" does. */
PNM_MUST_USE int ledger_table(const struct ledger *ledger, const char *options,
                              struct table *table, struct error *error);

#endif
