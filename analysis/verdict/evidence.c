/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict/evidence.h"

#include <math.h>

double evidence_scale(double prediction)
{
    return isnan(prediction) || prediction == 0 ? 1 : fabs(prediction);
}

double evidence_scale_or(double prediction, double natural)
{
    if (!(natural > 0) || isinf(natural) || isnan(prediction))
        return evidence_scale(prediction);
    return fabs(prediction) > ESTIMATE_TOLERANCE * natural ? fabs(prediction) : natural;
}

struct evidence evidence_of_mean(const struct moments *moments, double paper,
                                 double exact)
{
    return (struct evidence){
        .paper = paper,
        .exact = exact,
        .measured = moments->mean,
        .se = moments_stderr(moments),
        .paper_scale = evidence_scale(paper),
        .exact_scale = evidence_scale(exact),
        .count = moments->count,
        .sampled = moments->count > 0,
        .decisive = moments->count > 0,
    };
}

bool evidence_near_zero(double measured, double prediction, double natural)
{
    return fabs(measured) <= ESTIMATE_MARGIN * natural &&
           fabs(prediction) <= ESTIMATE_MARGIN * natural;
}

static struct verdicts judge_unsampled(const struct evidence *e)
{
    const double d = e->exact - e->paper;
    return (struct verdicts){
        .exact = VERDICT_NOT_SAMPLED,
        .paper = isnan(e->exact) ? VERDICT_NOT_SAMPLED
                                 : verdict_paper(d, e->exact_error, e->paper_scale),
    };
}

/* The exact verdict on a sampled value whose band has the half-width hw. */
static enum verdict judge_exact(const struct evidence *e, double hw)
{
    const double d = e->measured - e->exact;
    if (!e->approximate)
        return verdict_exact(d, hw, e->exact_scale);
    const enum verdict verdict = verdict_paper(d, hw, e->exact_scale);
    return verdict == VERDICT_FAILS ? VERDICT_NO_CLAIM : verdict;
}

struct verdicts evidence_judge(const struct evidence *e)
{
    struct verdicts verdicts;
    if (!e->sampled) {
        verdicts = judge_unsampled(e);
    } else if (!e->decisive || isnan(e->measured)) {
        verdicts = (struct verdicts){VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE};
    } else if (e->noiseless) {
        verdicts.exact = verdict_exact(
            e->measured - e->exact,
            ESTIMATE_TOLERANCE * e->exact_scale + e->exact_error, e->exact_scale);
        verdicts.paper =
            verdict_paper(e->measured - e->paper, ESTIMATE_TOLERANCE * e->paper_scale,
                          e->paper_scale);
    } else {
        const double hw = estimate_half_width(e->se, e->count) + e->bias;
        const double known = fmax(e->exact_error, EVIDENCE_DIGITS * e->exact_scale);
        verdicts.exact = judge_exact(e, hw + known);
        verdicts.paper = verdict_paper(e->measured - e->paper, hw, e->paper_scale);
    }
    if (isnan(e->exact) && e->sampled)
        verdicts.exact = VERDICT_NO_CLAIM;
    if (isnan(e->paper))
        verdicts.paper = VERDICT_NO_CLAIM;
    return verdicts;
}

/* The verdict on `bound` as an upper bound of the measured value or, if nothing was
 * sampled, of the exact one. */
static enum verdict judge_against(const struct evidence *e, double bound)
{
    const double value = e->sampled ? e->measured : e->exact;
    const bool random = e->sampled && !e->noiseless;
    const double slack = random ? 0 : ESTIMATE_TOLERANCE * e->paper_scale;
    const double unknown = e->sampled ? e->bias : e->exact_error;
    return verdict_bound(value - bound - slack,
                         (random ? estimate_half_width(e->se, e->count) : 0) + unknown);
}

struct verdicts evidence_judge_bound(const struct evidence *evidence)
{
    struct verdicts verdicts = evidence_judge(evidence);
    if (!isnan(evidence->paper) &&
        (evidence->sampled ? evidence->decisive : !isnan(evidence->exact)))
        verdicts.paper = judge_against(evidence, evidence->paper);
    return verdicts;
}

bool evidence_control_bound(const struct evidence *evidence)
{
    const double value = evidence->sampled ? evidence->measured : evidence->exact;
    return judge_against(evidence, 0.95 * value) == VERDICT_FAILS;
}

bool evidence_control(const struct evidence *evidence)
{
    const enum verdict noticed =
        evidence->approximate ? VERDICT_NO_CLAIM : VERDICT_FAILS;
    if (evidence->approximate && evidence_judge(evidence).exact != VERDICT_HOLDS)
        return true;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct evidence moved = *evidence;
        moved.exact += sign * 0.02 * evidence->exact_scale;
        if (evidence_judge(&moved).exact != noticed)
            return false;
    }
    return true;
}
