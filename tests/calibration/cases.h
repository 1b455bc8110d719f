/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases.h: how the cases run, for cases.c only. */
#ifndef PNM_CALIBRATION_CASES_H
#define PNM_CALIBRATION_CASES_H

#include "calibration.h"

#define CASE_RUN(name)                                                                 \
    int name(const struct calibration_case *own, const struct sampling *sampling,      \
             struct sample *samples, struct error *error)

/* A sample of evidence whose control is that of a value. */
struct sample case_sample(const struct evidence *e, enum verdict verdict);

/* Where `count` lies in the binomial law of n trials, as a normal number. As the law
 * has steps, a part of the step at `count` lies below it, which varies evenly with the
 * seed: then the number is normal. */
double case_binomial(uint64_t count, double p, uint64_t n, uint64_t seed);

/* cases_stationary.c: pnm-stationary. */
CASE_RUN(case_mode);      /* curvature 1, unit noise */
CASE_RUN(case_adam);      /* the same; what is exact is what epsilon leaves of it */
CASE_RUN(case_pairs);     /* two modes with correlated noise */
CASE_RUN(case_excess);    /* three modes that run separately */
CASE_RUN(case_coupled);   /* two that run together */
CASE_RUN(case_epochs);    /* two modes, 8 samples in batches of 2 */
CASE_RUN(case_phases);    /* two_batch on 13 samples, by phase */
CASE_RUN(case_minibatch); /* least squares, 3 examples a step */
CASE_RUN(case_at);        /* a flat mode and one that settles, at a step */
CASE_RUN(case_at_pairs);  /* two modes with correlated noise, at a step */
CASE_RUN(case_average);   /* the average of Polyak and Juditsky at step 12 */
CASE_RUN(case_cauchy);    /* quantiles under stable noise of exponent 1 */
CASE_RUN(case_kurtosis);  /* quantiles and kurtosis under Gaussian noise */

/* cases_others.c: the other programs. */
CASE_RUN(case_noise);
CASE_RUN(case_psd);
CASE_RUN(case_divergence);         /* modes that run separately */
CASE_RUN(case_divergence_coupled); /* modes with correlated noise */
CASE_RUN(case_curve);
CASE_RUN(case_minimum);
CASE_RUN(case_bound);
CASE_RUN(case_bound_skewed);
CASE_RUN(case_training);
CASE_RUN(case_claim); /* own->rule names the claim */
CASE_RUN(case_value);
CASE_RUN(case_difference);
CASE_RUN(case_violations);

#endif
