/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/tally.h"

int tally_exit(const struct tally *tally)
{
    if (tally->exact_fails > 0 || (tally->strict && tally->paper_fails > 0))
        return 1;
    return tally->inconclusive > 0 ||
                   (!tally->unsampled_is_ok && tally->not_sampled > 0)
               ? 2
               : 0;
}
