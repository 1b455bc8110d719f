/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/numbers.h"

#include <stdlib.h>

void numbers_free(struct numbers *numbers)
{
    free(numbers->value);
    *numbers = (struct numbers){0};
}
