/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adam.c: Adam. */
#define RULE adam
#include "rules/adam.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "Adam",
    .formula = "m_t = beta1 m_{t-1} + (1-beta1) g_t; v_t = beta2 v_{t-1} + (1-beta2) "
               "g_t^2; theta' = theta - eta mhat/(sqrt(vhat) + epsilon), "
               "mhat = m_t/(1-beta1^t), vhat = v_t/(1-beta2^t), t from 1",
    .source = "Kingma and Ba 2015, Algorithm 1",
    .linear = false,
    .equivariant = false,
};
