/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random_kernel.h: the generator's inner loops, once for each instruction set; random.h
 * says what they compute. */
#ifndef PNM_RANDOM_KERNEL_H
#define PNM_RANDOM_KERNEL_H

#include "base/isa.h"
#include "base/random.h"

#ifdef ISA
void ISA_NAME(noise_law_stable)(double alpha, const uint64_t words[RANDOM_BLOCK],
                                double out[RANDOM_LANES]);
void ISA_NAME(noise_law_student)(double nu, const uint64_t words[RANDOM_BLOCK],
                                 double out[RANDOM_LANES]);
#endif

struct random_kernel {
    void (*words)(uint64_t state[4][RANDOM_LANES], uint64_t words[RANDOM_BLOCK]);
    void (*box_muller)(const uint64_t words[RANDOM_BLOCK], double out[RANDOM_BLOCK]);
    void (*normal)(uint64_t state[4][RANDOM_LANES], size_t count, double *out);
    /* Numbers of other laws (noise_law.h), two words each. */
    void (*stable)(double alpha, const uint64_t words[RANDOM_BLOCK],
                   double out[RANDOM_LANES]);
    void (*student)(double nu, const uint64_t words[RANDOM_BLOCK],
                    double out[RANDOM_LANES]);
};

ISA_DECLARE(const struct random_kernel, random_kernel);

#endif
