#include "verdict/estimate.h"

#include <gsl/gsl_cdf.h>
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
    };
    return texts[verdict];
}

double estimate_half_width(double se, uint64_t chains)
{
    if (chains < 2)
        return INFINITY;
    if (chains >= ESTIMATE_NORMAL_CHAINS)
        return ESTIMATE_Z * se;
    return gsl_cdf_tdist_Qinv(ESTIMATE_LEVEL / 2, (double)(chains - 1)) * se;
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

double evidence_scale(double prediction)
{
    return isnan(prediction) || prediction == 0 ? 1 : fabs(prediction);
}

static struct verdicts judge_unsampled(const struct evidence *e)
{
    const double d = e->exact - e->paper;
    return (struct verdicts){
        .exact = VERDICT_NOT_SAMPLED,
        .paper =
            isnan(e->exact) ? VERDICT_NOT_SAMPLED : verdict_paper(d, 0, e->paper_scale),
    };
}

struct verdicts evidence_judge(const struct evidence *e)
{
    struct verdicts verdicts;
    if (!e->sampled) {
        verdicts = judge_unsampled(e);
    } else if (!e->decisive || isnan(e->measured)) {
        verdicts = (struct verdicts){VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE};
    } else if (e->noiseless) {
        verdicts.exact =
            verdict_equal(e->measured - e->exact, ESTIMATE_TOLERANCE, e->exact_scale);
        verdicts.paper =
            verdict_paper(e->measured - e->paper, ESTIMATE_TOLERANCE * e->paper_scale,
                          e->paper_scale);
    } else {
        const double hw = estimate_half_width(e->se, e->count);
        verdicts.exact = verdict_exact(e->measured - e->exact, hw, e->exact_scale);
        verdicts.paper = verdict_paper(e->measured - e->paper, hw, e->paper_scale);
    }
    if (isnan(e->exact))
        verdicts.exact = VERDICT_NO_CLAIM;
    if (isnan(e->paper))
        verdicts.paper = VERDICT_NO_CLAIM;
    return verdicts;
}

/* Of the value that is there, is `bound` one? */
static enum verdict judge_against(const struct evidence *e, double bound)
{
    const double value = e->sampled ? e->measured : e->exact;
    const bool random = e->sampled && !e->noiseless;
    const double slack = random ? 0 : ESTIMATE_TOLERANCE * e->paper_scale;
    return verdict_bound(value - bound - slack,
                         random ? estimate_half_width(e->se, e->count) : 0);
}

struct verdicts evidence_judge_bound(const struct evidence *evidence)
{
    struct verdicts verdicts = evidence_judge(evidence);
    if (evidence->sampled ? evidence->decisive : !isnan(evidence->exact))
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
    for (int sign = -1; sign <= 1; sign += 2) {
        struct evidence moved = *evidence;
        moved.exact += sign * 0.02 * evidence->exact_scale;
        if (evidence_judge(&moved).exact != VERDICT_FAILS)
            return false;
    }
    return true;
}

double estimate_target(double precision, double exact, double paper, double scale)
{
    const double delta = (exact - paper) / scale;
    const double needed = fabs(fabs(delta) - ESTIMATE_MARGIN) / (2 * ESTIMATE_Z);
    if (isnan(delta) || needed == 0 || needed >= precision)
        return precision * scale;
    return needed * scale;
}

void verdict_count(struct tally *tally, struct verdicts verdicts)
{
    tally->exact_fails += verdicts.exact == VERDICT_FAILS;
    tally->paper_fails += verdicts.paper == VERDICT_FAILS;
    tally->inconclusive += verdicts.exact == VERDICT_INCONCLUSIVE;
    tally->not_sampled += verdicts.exact == VERDICT_NOT_SAMPLED;
}
