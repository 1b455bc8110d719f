/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_cells.h: the cells of a table that hold what chains have measured. */
#ifndef PNM_EVIDENCE_CELLS_H
#define PNM_EVIDENCE_CELLS_H

#include "cli/table.h"
#include "verdict/evidence.h"

/* Sets three cells of the last row, from column `first` on: the measured value, its
 * standard error, both in the units of the evidence, and the number of chains. They
 * stay empty if nothing was sampled. */
void evidence_cells(struct table *table, size_t first, const struct evidence *evidence);

/* Sets three cells from column `first` on: the value measured without control variates,
 * its standard error, and how many times larger its variance is. They stay empty if
 * nothing was sampled. */
void evidence_cells_plain(struct table *table, size_t first,
                          const struct evidence *evidence);

#endif
