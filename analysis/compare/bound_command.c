/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound_command.h"

#include "compare/command.h"

#include <math.h>

void bound_command(const struct bound_search *search, const struct bound_point *point,
                   uint64_t chains, struct text *text)
{
    const struct loss *loss = point->loss;
    text_add(text, "pnm-bound --ratio %s --optimizer %s --loss %s --dim %zu",
             bound_name(search->bound), search->rule->kind->name, loss->kind->name,
             loss->n);
    for (int k = 0; k < loss->kind->parameter_count; k++)
        if (loss->number[k] != loss->kind->parameters[k].preset_value)
            command_number(text, loss->kind->parameters[k].name, loss->number[k]);
    command_number(text, "beta0", point->beta0);
    command_number(text, "beta1", point->beta1);
    if (isnan(point->lr))
        command_number(text, "c", point->c);
    else
        command_number(text, "lr", point->lr);
    command_number(text, "sigma", point->sigma);
    command_number(text, "start", point->initial);
    text_add(text, " --steps %llu", (unsigned long long)point->horizon);
    if (point->sigma > 0 && chains > 0)
        text_add(text, " --replicas %llu", (unsigned long long)chains);
    if (rule_parameter(search->rule, "lr-normalization") == 0)
        text_add(text, " --lr-normalization off");
    command_random(text, search->sampling);
}
