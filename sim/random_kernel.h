/* random_kernel.h: the generator's inner loops, once for each instruction set. They are
 * reached through struct kernels; random.h says what they compute. */
#ifndef PNM_RANDOM_KERNEL_H
#define PNM_RANDOM_KERNEL_H

#include "kernels.h"

void ISA_NAME(xoshiro_words)(uint64_t state[4][RANDOM_LANES],
                             uint64_t words[RANDOM_BLOCK]);
void ISA_NAME(box_muller)(const uint64_t words[RANDOM_BLOCK], double out[RANDOM_BLOCK]);
void ISA_NAME(xoshiro_normal)(uint64_t state[4][RANDOM_LANES], size_t count,
                              double *restrict out);

#endif
