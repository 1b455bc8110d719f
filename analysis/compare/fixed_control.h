/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fixed_control.h: control variates (control.h) of moments at one fixed step, for
 * fixed.c only. At any curvature theta is a sum of the noise so far, and nearly a sum
 * of filters of it: at the rule's poles inside the unit circle and, where the curvature
 * is not positive, at the one that lies on or beyond it. */
#ifndef PNM_FIXED_CONTROL_H
#define PNM_FIXED_CONTROL_H

#include "engine/sampling.h"

/* Chains with control variates that decide, as many as make a mean of products normal,
 * and those of a pilot. */
enum { FIXED_CHAINS = PLAN_CHAINS, FIXED_PILOT = 256 };

/* A mode: the wanted standard errors of its variance and of its mean. */
struct fixed_target {
    double square, mean;
};

/* Fits the coefficients of n modes that run separately to a pilot of chains that record
 * their last step, and plans chains[n] anew where that takes fewer of them; they hold
 * the plain ones before. Modes without gain have no filters. Chains that the user gave
 * stay as they are. *control, n, is the caller's to free, after a failure too; it is
 * NULL if there is none or if the time was up. STATUS_MEMORY, STATUS_SOFTWARE, and what
 * ensembles return. */
PNM_MUST_USE int fixed_control_plan(const struct sampling *sampling,
                                    const struct ensemble *ensemble,
                                    const struct fixed_target *target,
                                    struct chains *chains, struct control **control,
                                    struct error *error);

#endif
