/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adamw.c: AdamW: Adam with a weight decay apart from the gradient. */
#define RULE adamw
#include "rules/adam.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "Adam with decoupled weight decay",
    .formula = "as adam; with weight decay w theta' = (1 - eta w) theta - eta "
               "mhat/(sqrt(vhat) + epsilon)",
    .source = "Loshchilov and Hutter 2019, Algorithm 2; decay 0.01 as in PyTorch",
    .linear = false,
    .equivariant = false,
    .decay = {.lambda = 0.01, .decoupled = true},
};
