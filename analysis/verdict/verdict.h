/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict.h: the criteria of all verdicts: when two numbers agree. */
#ifndef PNM_VERDICT_H
#define PNM_VERDICT_H

#include "base/tally.h"

enum verdict {
    VERDICT_HOLDS,
    VERDICT_HOLDS_IN_THE_LIMIT,
    VERDICT_FAILS,
    VERDICT_INCONCLUSIVE,
    VERDICT_NOT_SAMPLED,
    VERDICT_NO_CLAIM,
    VERDICT_NOT_CHECKED_YET,
    VERDICT_NOT_TESTABLE_HERE,
    VERDICT_BETTER,
    VERDICT_SAME,
    VERDICT_WORSE,
    VERDICTS
};

const char *verdict_text(enum verdict verdict);

/* d = measured - exact: fails if |d| > hw; holds if |d| <= hw <= margin scale; else
 * inconclusive. */
enum verdict verdict_exact(double d, double hw, double scale);

/* d = measured - paper: holds if |d| + hw <= margin scale; fails if |d| - hw exceeds
 * it; else inconclusive. */
enum verdict verdict_paper(double d, double hw, double scale);

/* d = measured - upper bound: holds if d + hw <= 0; fails if d - hw > 0; else
 * inconclusive. */
enum verdict verdict_bound(double d, double hw);

/* For numbers that are not sampled: holds if |d| <= tolerance scale; else fails. */
enum verdict verdict_equal(double d, double tolerance, double scale);

/* d = own error - other's error, measured in pairs: same if |d| + hw <= margin; else
 * better if d + hw < 0 and worse if d - hw > 0; else inconclusive. So a difference that
 * is there, but surely no larger than the margin, is `same`, and exchanging the two
 * exchanges better and worse. If 2 hw <= margin, it is never inconclusive. */
enum verdict verdict_paired(double d, double hw, double margin);

struct verdicts {
    enum verdict exact, paper;
};

/* Counts a row. */
void verdict_count(struct tally *tally, struct verdicts verdicts);

#endif
