/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/matrices.h"

enum { STATE = MATRICES_STATE };

void matrices_default(struct matrices *matrices)
{
    *matrices = (struct matrices){.a0 = {1}, .a1 = {-1}, .b = {-1}};
}

bool matrices_are_curved(const struct matrices *matrices)
{
    for (int r = 0; r < STATE; r++)
        for (int c = 0; c < STATE; c++)
            if (matrices->a1[r * STATE + c] != (c == 0 ? matrices->b[r] : 0))
                return true;
    return false;
}

bool matrices_are_pulled(const struct matrices *matrices)
{
    for (int r = 0; r < STATE; r++)
        if (matrices->a0[r * STATE] != (r == 0))
            return true;
    return false;
}
