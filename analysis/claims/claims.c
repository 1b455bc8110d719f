/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/claims.h"

#include "claims/list.h"

#include <stddef.h>

#define DECLARE_CLAIM(name) extern const struct claim claim_##name;
#define LIST_CLAIM(name) &claim_##name,

CLAIM_LIST(DECLARE_CLAIM)

const struct claim *const *claims_all(void)
{
    static const struct claim *const list[] = {CLAIM_LIST(LIST_CLAIM) NULL};
    return list;
}
