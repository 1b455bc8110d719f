/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/kernels.h"

#include "losses/loss.h"
#include "rules/rule_loops.h"

#include <string.h>

const struct kernels *kernels_find(struct error *error)
{
    static const struct kernels *const all[] = {ISA_TABLE(kernels)};
    enum isa isa;
    return isa_find(&isa, error) == STATUS_OK ? all[isa] : NULL;
}

const struct rule_loops *kernels_rule(const struct kernels *kernels,
                                      const struct rule *rule)
{
    for (const struct rule_loops *const *loops = kernels->rules; *loops; loops++)
        if (strcmp((*loops)->name, rule->kind->name) == 0)
            return *loops;
    return NULL;
}

const struct loss_loops *kernels_loss(const struct kernels *kernels,
                                      const struct loss *loss)
{
    for (const struct loss_loops *const *loops = kernels->losses; *loops; loops++)
        if (strcmp((*loops)->name, loss->kind->name) == 0)
            return *loops;
    return NULL;
}
