/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/claims.h"

#include "claims/list.h"

#include <stddef.h>

#define DECLARE_CLAIM(name) extern const struct claim claim_##name;
#define LIST_CLAIM(name) &claim_##name,

CLAIM_LIST(DECLARE_CLAIM)
NEIGHBOUR_LIST(DECLARE_CLAIM)
MOMENTUM_LIST(DECLARE_CLAIM)
ANALOGUE_LIST(DECLARE_CLAIM)

static const struct claim *const *const lists[] = {
    [CLAIMS_PNM] = (const struct claim *const[]){CLAIM_LIST(LIST_CLAIM) NULL},
    [CLAIMS_NEIGHBOURS] =
        (const struct claim *const[]){NEIGHBOUR_LIST(LIST_CLAIM) NULL},
    [CLAIMS_MOMENTUM] = (const struct claim *const[]){MOMENTUM_LIST(LIST_CLAIM) NULL},
    [CLAIMS_ALL] = (const struct claim *const[]){CLAIM_LIST(LIST_CLAIM) NEIGHBOUR_LIST(
        LIST_CLAIM) MOMENTUM_LIST(LIST_CLAIM) NULL},
    [CLAIMS_ANALOGUES] = (const struct claim *const[]){ANALOGUE_LIST(LIST_CLAIM) NULL},
    [CLAIMS_LISTED] =
        (const struct claim *const[]){CLAIM_LIST(LIST_CLAIM) NEIGHBOUR_LIST(
            LIST_CLAIM) MOMENTUM_LIST(LIST_CLAIM) ANALOGUE_LIST(LIST_CLAIM) NULL},
};

const struct claim *const *claims_of(enum claims_paper paper)
{
    return lists[paper];
}

const struct claim *const *claims_all(void)
{
    return claims_of(CLAIMS_ALL);
}

const char *claims_paper_text(const struct claim *claim)
{
    static const char *const texts[] = {
        [CLAIMS_PNM] = "pnm",
        [CLAIMS_NEIGHBOURS] = "neighbours",
        [CLAIMS_MOMENTUM] = "momentum",
        [CLAIMS_ANALOGUES] = "analogues",
    };
    for (int paper = 0; paper < CLAIMS_LISTED; paper++)
        for (const struct claim *const *own = lists[paper]; texts[paper] && *own; own++)
            if (*own == claim)
                return texts[paper];
    return "none";
}
