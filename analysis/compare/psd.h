/* SPDX-License-Identifier: GPL-3.0-or-later */
/* psd.h: the power spectral density of the direction that a rule applies: exact, and
 * measured on trajectories by Welch's method. */
#ifndef PNM_PSD_H
#define PNM_PSD_H

#include "engine/sampling.h"
#include "theory/noise_filter.h"

enum {
    PSD_SEGMENT = 256, /* steps a segment, overlapping by half, Hann window */
    PSD_SEGMENTS = 7,
    PSD_POINTS = PSD_SEGMENT / 2 + 1,
    PSD_CHAINS = 4096 /* chains, if no number is given */
};

struct psd_point {
    double frequency; /* cycles a step, 0 to 1/2 */
    double exact;     /* two-sided density: its integral over (-1/2,1/2) is Var u */
    double measured;  /* averaged over segments, then over chains */
    double se;        /* from the spread over chains; NAN for one chain */
};

/* Measures on the linear loss with gradient 1 and unit noise. The window smooths the
 * measured density over about 2/PSD_SEGMENT; exact is not smoothed. */
PNM_MUST_USE int psd_compare(const struct sampling *sampling, const struct rule *rule,
                             const char *label, struct psd_point points[PSD_POINTS],
                             struct error *error);

#endif
