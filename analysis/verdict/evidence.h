/* evidence.h: what is known of one number, and the verdicts that follow. */
#ifndef PNM_EVIDENCE_H
#define PNM_EVIDENCE_H

#include "verdict/estimate.h"
#include "verdict/verdict.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of one number. NAN: not there. */
struct evidence {
    double paper, exact, measured, se;
    double paper_scale, exact_scale; /* s: see evidence_scale */
    uint64_t count;                  /* chains */
    bool sampled;                    /* false: the plan exceeded the budget */
    bool noiseless;                  /* nothing random: numerical tolerance */
    bool decisive;                   /* enough chains and samples, no bias left */
};

/* |prediction|, or 1 where that is 0 or not there. */
double evidence_scale(double prediction);

/* Both verdicts. Where nothing was sampled the exact verdict is `not sampled` and the
 * paper is compared with exact. */
struct verdicts evidence_judge(const struct evidence *evidence);

/* The same where `paper` is an upper bound. It may be met exactly: what is not random
 * is given the numerical tolerance. */
struct verdicts evidence_judge_bound(const struct evidence *evidence);

/* The negative control of a bound: does one 5 % below the value fail? */
bool evidence_control_bound(const struct evidence *evidence);

/* The negative control of a value: with exact moved by +0.02 s and by -0.02 s, does the
 * exact verdict fail both times? */
bool evidence_control(const struct evidence *evidence);

#endif
