/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernels_table.c: the table of one instruction set. */
#include "engine/kernels.h"

#include "engine/control_kernel.h"
#include "engine/data_kernel.h"
#include "engine/descent_kernel.h"
#include "engine/minibatch_kernel.h"
#include "engine/observe_kernel.h"
#include "losses/list.h"
#include "losses/loss.h"
#include "losses/network_kernel.h"
#include "rules/list.h"
#include "rules/rule_loops.h"

#define DECLARE_RULE(name) extern const struct rule_loops ISA_NAME(rule_loops_##name);
#define LIST_RULE(name) &ISA_NAME(rule_loops_##name),

RULE_LIST(DECLARE_RULE)

static const struct rule_loops *const rules[] = {RULE_LIST(LIST_RULE) NULL};

#define DECLARE_LOSS(name) extern const struct loss_loops ISA_NAME(loss_loops_##name);
#define LIST_LOSS(name) &ISA_NAME(loss_loops_##name),

LOSS_LIST(DECLARE_LOSS)

static const struct loss_loops *const losses[] = {LOSS_LIST(LIST_LOSS) NULL};

#define ISA_TEXT_(isa) #isa
#define ISA_TEXT(isa) ISA_TEXT_(isa)

const struct kernels ISA_NAME(kernels) = {
    .isa = ISA_TEXT(ISA),
    .rules = rules,
    .losses = losses,
    .observe_centre = ISA_NAME(observe_centre),
    .observe_moments = ISA_NAME(observe_moments),
    .observe_product = ISA_NAME(observe_product),
    .observe_direction = ISA_NAME(observe_direction),
    .observe_pull = ISA_NAME(observe_pull),
    .observe_rotate = ISA_NAME(observe_rotate),
    .observe_correlate = ISA_NAME(observe_correlate),
    .minibatch_add = ISA_NAME(minibatch_add),
    .data_add = ISA_NAME(data_add),
    .network_add = ISA_NAME(network_add),
    .control_advance = ISA_NAME(control_advance),
    .control_record = ISA_NAME(control_record),
    .descent_add_noise = ISA_NAME(descent_add_noise),
    .descent_observe = ISA_NAME(descent_observe),
    .descent_observe_pairs = ISA_NAME(descent_observe_pairs),
};
