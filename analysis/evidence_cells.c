/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evidence_cells.h"

void evidence_cells(struct table *table, size_t first, const struct evidence *evidence)
{
    if (!evidence->sampled)
        return;
    table_known(table, first, evidence->measured);
    table_known(table, first + 1, evidence->se);
    table_count(table, first + 2, evidence->count);
}
