/* losses_kernel.c: the losses of one instruction set. */
#include "kernels.h"
#include "loss.h"
#include "loss_table.h"

#define DECLARE_LOSS(name) extern const struct loss_kind ISA_NAME(loss_##name);
#define LIST_LOSS(name) &ISA_NAME(loss_##name),

LOSS_LIST(DECLARE_LOSS)

const struct loss_kind *const ISA_NAME(loss_table)[] = {LOSS_LIST(LIST_LOSS) NULL};
