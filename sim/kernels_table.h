/* kernels_table.h: the kernel tables, one an instruction set. */
#ifndef PNM_KERNELS_TABLE_H
#define PNM_KERNELS_TABLE_H

#include "kernels.h"

extern const struct kernels kernels_base;
#if defined(__x86_64__)
extern const struct kernels kernels_v3;
extern const struct kernels kernels_v4;
#endif

#endif
