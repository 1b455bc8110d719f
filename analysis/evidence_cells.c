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

void evidence_cells_plain(struct table *table, size_t first,
                          const struct evidence *evidence)
{
    if (!evidence->sampled)
        return;
    table_real(table, first, evidence->plain);
    table_real(table, first + 1, evidence->plain_se);
    table_real(table, first + 2, moments_gain(evidence->plain_se, evidence->se));
}
