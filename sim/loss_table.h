/* loss_table.h: the lists of losses, one an instruction set; NULL after the last. */
#ifndef PNM_LOSS_TABLE_H
#define PNM_LOSS_TABLE_H

#include "loss.h"

extern const struct loss_kind *const loss_table_base[];
#if defined(__x86_64__)
extern const struct loss_kind *const loss_table_v3[];
extern const struct loss_kind *const loss_table_v4[];
#endif

#endif
