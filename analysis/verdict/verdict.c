/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict/verdict.h"

#include "verdict/estimate.h"

#include <math.h>

const char *verdict_text(enum verdict verdict)
{
    static const char *const texts[] = {
        [VERDICT_HOLDS] = "holds",
        [VERDICT_HOLDS_IN_THE_LIMIT] = "holds in the limit",
        [VERDICT_FAILS] = "fails",
        [VERDICT_INCONCLUSIVE] = "inconclusive",
        [VERDICT_NOT_SAMPLED] = "not sampled",
        [VERDICT_NO_CLAIM] = "no claim",
        [VERDICT_NOT_CHECKED_YET] = "not checked yet",
        [VERDICT_NOT_TESTABLE_HERE] = "not testable here",
        [VERDICT_BETTER] = "better",
        [VERDICT_SAME] = "same",
        [VERDICT_WORSE] = "worse",
    };
    return texts[verdict];
}

enum verdict verdict_exact(double d, double hw, double scale)
{
    if (isnan(d) || isnan(hw))
        return VERDICT_INCONCLUSIVE;
    if (fabs(d) > hw)
        return VERDICT_FAILS;
    return hw <= ESTIMATE_MARGIN * scale ? VERDICT_HOLDS : VERDICT_INCONCLUSIVE;
}

enum verdict verdict_paper(double d, double hw, double scale)
{
    if (fabs(d) + hw <= ESTIMATE_MARGIN * scale)
        return VERDICT_HOLDS;
    return fabs(d) - hw > ESTIMATE_MARGIN * scale ? VERDICT_FAILS
                                                  : VERDICT_INCONCLUSIVE;
}

enum verdict verdict_bound(double d, double hw)
{
    if (d + hw <= 0)
        return VERDICT_HOLDS;
    return d - hw > 0 ? VERDICT_FAILS : VERDICT_INCONCLUSIVE;
}

enum verdict verdict_equal(double d, double tolerance, double scale)
{
    return fabs(d) <= tolerance * scale ? VERDICT_HOLDS : VERDICT_FAILS;
}

enum verdict verdict_paired(double d, double hw, double margin)
{
    if (fabs(d) + hw <= margin)
        return VERDICT_SAME;
    if (d + hw < 0)
        return VERDICT_BETTER;
    return d - hw > 0 ? VERDICT_WORSE : VERDICT_INCONCLUSIVE;
}

void verdict_count(struct tally *tally, struct verdicts verdicts)
{
    tally->exact_fails += verdicts.exact == VERDICT_FAILS;
    tally->paper_fails += verdicts.paper == VERDICT_FAILS;
    tally->inconclusive += verdicts.exact == VERDICT_INCONCLUSIVE;
    tally->not_sampled += verdicts.exact == VERDICT_NOT_SAMPLED;
}
