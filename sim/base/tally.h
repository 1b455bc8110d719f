/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.h: counts the rows of a result by verdict; the exit status follows from them.
 */
#ifndef PNM_TALLY_H
#define PNM_TALLY_H

#include <stdbool.h>
#include <stdint.h>

struct tally {
    uint64_t exact_fails, paper_fails, inconclusive, not_sampled;
    bool strict;          /* a paper verdict `fails` counts as an exact one does */
    bool unsampled_is_ok; /* rows that are not sampled leave the exit status at 0 */
};

/* 1 if a verdict fails; 2 otherwise, if a row is inconclusive or not sampled; else 0.
 */
int tally_exit(const struct tally *tally);

#endif
