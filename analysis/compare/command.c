/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/command.h"

#include "base/parse.h"

void command_number(struct text *text, const char *name, double x)
{
    char digits[PARSE_TEXT];
    parse_text_of(x, 5, digits);
    text_add(text, " --%s%c%s", name, x < 0 ? '=' : ' ', digits);
}

void command_random(struct text *text, const struct sampling *sampling)
{
    const struct random_generator generator = sampling->generator;
    if (generator.kind == RANDOM_PHILOX)
        text_add(text, " --rng philox");
    if (generator.kind == RANDOM_GSL)
        text_add(text, " --rng gsl:%s", generator.gsl->name);
    if (sampling->seed != 1)
        text_add(text, " --seed %llu", (unsigned long long)sampling->seed);
}
