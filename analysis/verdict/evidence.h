/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence.h: what is known about a number, and the verdicts that follow. */
#ifndef PNM_EVIDENCE_H
#define PNM_EVIDENCE_H

#include "base/moments.h"
#include "verdict/estimate.h"
#include "verdict/verdict.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known about a number; NAN if it is not. */
struct evidence {
    double paper, exact, measured, se;
    /* What the same chains give without control variates: for showing, not for
     * verdicts. */
    double plain, plain_se;
    double plain_samples; /* coordinate-steps that plain sampling needs for as small an
                             error; 0: the steps that were taken */
    double paper_scale, exact_scale; /* the scales of differences: evidence_scale */
    double exact_error;              /* absolute bound of the error of `exact` */
    double bias;    /* absolute bound of what the start still moves `measured` by */
    uint64_t count; /* chains */
    bool sampled;   /* false: the plan exceeded the budget */
    /* exact is that of an approximation to what is measured: it is judged as the
     * paper's value is, and beyond the margin it claims nothing. */
    bool approximate;
    bool noiseless; /* nothing is random: the numerical tolerance applies */
    bool decisive;  /* enough chains and samples, and no bias is left */
};

/* The relative error that every exact value of a sampled row is taken to have. */
#define EVIDENCE_DIGITS 1e-10

/* |prediction|, or 1 if it is 0 or NAN. */
double evidence_scale(double prediction);

/* The scale of a difference from a number that can be 0: |prediction|, or `natural` if
 * the prediction is 0; for a covariance `natural` is sqrt(S_ii S_jj). A prediction
 * below ESTIMATE_TOLERANCE of `natural` counts as 0: numbers that are not sampled are
 * held to that tolerance, so it may be what rounding left of a 0. 1 if neither gives a
 * scale.
 */
double evidence_scale_or(double prediction, double natural);

/* Whether both numbers are within the margin of `natural` of 0. Between such numbers a
 * verdict says nothing about the relative error. */
bool evidence_near_zero(double measured, double prediction, double natural);

/* The evidence that the mean of independent numbers gives: measured with its standard
 * error, beside a paper's and an exact value that is its own scale; decisive if there
 * are any numbers. */
struct evidence evidence_of_mean(const struct moments *moments, double paper,
                                 double exact);

/* Both verdicts. The band is estimate_half_width, widened by the bias and, around
 * `exact`, by the error of `exact`, at least EVIDENCE_DIGITS of its scale; so no error
 * of `exact` makes a verdict. If nothing was sampled, the exact verdict is `not
 * sampled`, with or without an exact value, and the paper is compared with exact. */
struct verdicts evidence_judge(const struct evidence *evidence);

/* Both verdicts if `paper` is an upper bound. A number that is not random may exceed it
 * by the numerical tolerance, because a bound may be attained. */
struct verdicts evidence_judge_bound(const struct evidence *evidence);

/* The negative control of a bound: true if a bound 5 % below the value fails. */
bool evidence_control_bound(const struct evidence *evidence);

/* The negative control of a value: true if the exact verdict fails when exact is moved
 * by 0.02 of its scale, up and down. An approximation that holds must then be beyond
 * the margin; of one that does not hold there is nothing to control. */
bool evidence_control(const struct evidence *evidence);

#endif
