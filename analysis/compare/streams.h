/* SPDX-License-Identifier: GPL-3.0-or-later */
/* streams.h: the stationary correlation of pnm's two momentum terms, m_t and m_{t-1},
 * on a quadratic of curvature 1. */
#ifndef PNM_STREAMS_H
#define PNM_STREAMS_H

#include "engine/sampling.h"
#include "verdict/evidence.h"

/* The correlation from the Stein equation of pnm's written-out matrices. STATUS_USAGE
 * if the rule is not pnm, STATUS_SOFTWARE at the limit of stability. */
PNM_MUST_USE int streams_exact(const struct rule *pnm, double *correlation,
                               struct error *error);

/* Measures it over chains of simulated steps, planned for the sampling's precision
 * relative to the exact correlation. paper is left NAN; *samples is the number of
 * coordinate-steps of the plan, beyond the budget nothing is sampled. */
PNM_MUST_USE int streams_compare(const struct sampling *sampling,
                                 const struct rule *pnm, const char *label,
                                 struct evidence *evidence, double *samples,
                                 struct error *error);

#endif
