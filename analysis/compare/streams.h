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

/* Measures it over chains of simulated steps: as many as the sampling's precision
 * needs, relative to the exact correlation, or the number given, in multiples of 64.
 * paper is left NAN; *samples is the number of coordinate-steps of the plan. Nothing is
 * sampled if that exceeds the budget. */
PNM_MUST_USE int streams_compare(const struct sampling *sampling,
                                 const struct rule *pnm, const char *label,
                                 struct evidence *evidence, double *samples,
                                 struct error *error);

#endif
