/* SPDX-License-Identifier: GPL-3.0-or-later */
/* psd.h: the power spectral density of the direction that a rule applies: exact, and
 * measured by Welch's method. */
#ifndef PNM_PSD_H
#define PNM_PSD_H

#include "engine/sampling.h"
#include "theory/noise_filter.h"
#include "verdict/evidence.h"

enum {
    PSD_SEGMENT = 256, /* steps a segment, overlapping by half, Hann window */
    PSD_POINTS = PSD_SEGMENT / 2 + 1
};

struct psd_point {
    double frequency; /* cycles a step, 0 to 1/2 */
    double density;   /* two-sided: its integral over (-1/2,1/2) is Var u */
    /* The estimate has an expectation of its own, the density smoothed by the window
     * over about 2/PSD_SEGMENT, and this is evidence.exact. */
    struct evidence evidence;
    enum verdict verdict;
};

/* How the spectrum is measured: all frequencies from the same chains. */
struct psd_plan {
    struct chains chains;
    uint64_t segments; /* a chain */
    double samples;    /* coordinate-steps */
    bool affordable;   /* samples <= max_samples */
    double bias;       /* bound of what the start still changes an expectation by */
    bool settled;      /* it is far below the smallest standard error */
};

/* Measures on the linear loss with gradient 1 and unit noise. What the sampling does
 * not give is planned: a burn-in that leaves a bias below a twentieth of the smallest
 * standard error, chains of at least eight burn-ins, and as many of them as `precision`
 * needs at the frequency where the estimate varies most. A plan that exceeds the budget
 * is not sampled. STATUS_USAGE if given steps leave no segment. */
PNM_MUST_USE int psd_compare(const struct sampling *sampling, const struct rule *rule,
                             const char *label, struct psd_point points[PSD_POINTS],
                             struct psd_plan *plan, struct error *error);

#endif
