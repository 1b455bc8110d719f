/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/claims.h"

#include "claims/list.h"

#include <stddef.h>

#define DECLARE_CLAIM(name) extern const struct claim claim_##name;
#define LIST_CLAIM(name) &claim_##name,
#define NUMBER_CLAIM(name) NUMBER_##name,

CLAIM_LIST(DECLARE_CLAIM)
NEIGHBOUR_LIST(DECLARE_CLAIM)

/* The claims of the paper on PNM come first in the list of all. */
enum { CLAIM_LIST(NUMBER_CLAIM) PNM_CLAIMS };

const struct claim *const *claims_of(enum claims_paper paper)
{
    static const struct claim *const pnm[] = {CLAIM_LIST(LIST_CLAIM) NULL};
    static const struct claim *const all[] = {CLAIM_LIST(LIST_CLAIM)
                                                  NEIGHBOUR_LIST(LIST_CLAIM) NULL};
    return paper == CLAIMS_PNM          ? pnm
           : paper == CLAIMS_NEIGHBOURS ? all + PNM_CLAIMS
                                        : all;
}

const struct claim *const *claims_all(void)
{
    return claims_of(CLAIMS_ALL);
}

const char *claims_paper_text(const struct claim *claim)
{
    for (const struct claim *const *own = claims_of(CLAIMS_PNM); *own; own++)
        if (*own == claim)
            return "pnm";
    return "neighbours";
}
