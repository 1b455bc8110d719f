/* estimate.h: when do two numbers agree? The rule that every verdict follows. */
#ifndef PNM_ESTIMATE_H
#define PNM_ESTIMATE_H

#include "base/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* Two-sided level 1e-6 a row: 1000 rows have a family-wise error below 0.1 %. */
#define ESTIMATE_Z 4.89
#define ESTIMATE_LEVEL 1e-6
/* The margin: a prediction holds if it is right within 1 % of its scale. */
#define ESTIMATE_MARGIN 0.01
/* Numerical tolerance, relative, where nothing is sampled. */
#define ESTIMATE_TOLERANCE 1e-12
/* Fewer chains or effective samples than these decide nothing. */
enum { ESTIMATE_MIN_CHAINS = 30, ESTIMATE_MIN_SAMPLES = 10000 };
/* From this many chains on the normal quantile serves; below it Student's t. */
enum { ESTIMATE_NORMAL_CHAINS = 1000 };

enum verdict {
    VERDICT_HOLDS,
    VERDICT_HOLDS_IN_THE_LIMIT,
    VERDICT_FAILS,
    VERDICT_INCONCLUSIVE,
    VERDICT_NOT_SAMPLED,
    VERDICT_NO_CLAIM,
    VERDICT_NOT_CHECKED_YET,
    VERDICT_NOT_TESTABLE_HERE,
};

const char *verdict_text(enum verdict verdict);

/* Half-width of the confidence band of an estimate with standard error `se` from so
 * many chains: z* se, or Student's t below ESTIMATE_NORMAL_CHAINS. INFINITY for one
 * chain. */
double estimate_half_width(double se, uint64_t chains);

/* d = measured - exact: fails if |d| > hw; holds if |d| <= hw <= margin scale; else
 * inconclusive. */
enum verdict verdict_exact(double d, double hw, double scale);

/* d = measured - paper: holds if |d| + hw <= margin scale; fails if |d| - hw exceeds
 * it; else inconclusive. */
enum verdict verdict_paper(double d, double hw, double scale);

/* d = measured - upper bound: holds if d + hw <= 0; fails if d - hw > 0; else
 * inconclusive. */
enum verdict verdict_bound(double d, double hw);

/* |d| <= tolerance scale, nothing sampled: holds or fails. */
enum verdict verdict_equal(double d, double tolerance, double scale);

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

struct verdicts {
    enum verdict exact, paper;
};

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

/* The standard error to plan for, absolute: `precision` of the scale, or less where
 * paper and exact lie so close to the margin that more is needed to tell. */
double estimate_target(double precision, double exact, double paper, double scale);

/* Counts a row. */
void verdict_count(struct tally *tally, struct verdicts verdicts);

#endif
