/* SPDX-License-Identifier: GPL-3.0-or-later */
/* average_plan.h: the chains that are run for averages of theta (rules/average.h). */
#ifndef PNM_AVERAGE_PLAN_H
#define PNM_AVERAGE_PLAN_H

#include "engine/sampling.h"
#include "rules/average.h"

/* Chains of sampling->steps steps, as many as are given or as the variance of a
 * Gaussian needs, 2/R relative. STATUS_USAGE if there are no steps, or none that the
 * average begins before, and for a burn-in. */
PNM_MUST_USE int average_plan(const struct sampling *sampling,
                              const struct average *average, struct chains *chains,
                              struct error *error);

#endif
