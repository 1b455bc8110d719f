/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict/ledger.h"

#include "base/interrupt.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Adds the row; the ledger then owns its setting. */
static int ledger_add(struct ledger *ledger, struct ledger_row *row,
                      struct error *error)
{
    if (ledger->count == ledger->capacity) {
        const size_t larger = ledger->capacity ? 2 * ledger->capacity : 64;
        struct ledger_row *grown = realloc(ledger->rows, larger * sizeof *grown);
        if (!grown) {
            text_free(&row->setting);
            return error_memory(error, "the ledger");
        }
        ledger->rows = grown;
        ledger->capacity = larger;
    }
    struct ledger_row *added = &ledger->rows[ledger->count++];
    *added = *row;
    /* A check that cannot fail decides nothing. */
    const enum verdict exact = added->verdicts.exact;
    const bool compared =
        exact == VERDICT_BETTER || exact == VERDICT_SAME || exact == VERDICT_WORSE;
    if (!added->control && (exact == VERDICT_HOLDS || compared))
        added->verdicts.exact = VERDICT_INCONCLUSIVE;
    if (!added->control && (added->verdicts.paper == VERDICT_HOLDS ||
                            added->verdicts.paper == VERDICT_HOLDS_IN_THE_LIMIT))
        added->verdicts.paper = VERDICT_INCONCLUSIVE;
    if (added->form == FORM_FIRST_ORDER)
        added->verdicts.paper = VERDICT_NO_CLAIM;
    return text_check(&added->setting, "the ledger", error);
}

const char *ledger_form_text(enum form form)
{
    static const char *const texts[] = {
        [FORM_PRINTED] = "printed",
        [FORM_INTENDED] = "intended",
        [FORM_CORRECTED] = "corrected",
        [FORM_FIRST_ORDER] = "first order",
    };
    return texts[form];
}

int ledger_command(struct ledger *ledger, const char *command, struct error *error)
{
    struct text *text = &ledger->rows[ledger->count - 1].command;
    text_add(text, "%s", command);
    return text_check(text, "the ledger", error);
}

int ledger_check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    if (claim->check) {
        const int status = claim->check(ledger, claim, error);
        /* A check that a signal has cut short may have added wrong numbers. */
        return status == STATUS_OK ? interrupt_check(error) : status;
    }
    struct ledger_row row = {
        .claim = claim,
        .kind = claim->kind,
        .paper = NAN,
        .exact = NAN,
        .measured = NAN,
        .se = NAN,
        .verdicts = {claim->status, claim->status},
        .control = true,
    };
    text_add(&row.setting, "%s", claim->reason);
    return ledger_add(ledger, &row, error);
}

/* The steps needed to tell whether paper and exact differ by at most the margin,
 * computed from the error that `samples` steps gave. */
static double steps_to_decide(const struct evidence *e, double samples)
{
    const double d = fabs(e->exact - e->paper) - ESTIMATE_MARGIN * e->paper_scale;
    const double wanted = fabs(d) / (2 * ESTIMATE_Z);
    return samples * (e->se / wanted) * (e->se / wanted);
}

void ledger_unsampled(const struct ledger *ledger, double samples, struct text *setting)
{
    if (ledger->cut && *ledger->cut)
        text_add(setting, "; not reached in the time given");
    else
        text_add(setting, "; needs %.1e steps, budget %.1e", samples,
                 ledger->max_samples);
}

static struct ledger_row sampled_row(const struct ledger *ledger,
                                     const struct claim *claim, enum claim_kind kind,
                                     enum form form, const char *setting,
                                     const struct evidence *e, double samples)
{
    struct ledger_row row = {
        .claim = claim,
        .form = form,
        .kind = kind,
        .paper = e->paper,
        .exact = e->exact,
        .measured = e->sampled ? e->measured : NAN,
        .se = e->sampled ? e->se : NAN,
        .count = e->sampled ? e->count : 0,
        .samples = e->sampled ? samples : 0,
        .verdicts = evidence_judge(e),
    };
    row.plain_samples =
        e->sampled && e->plain_samples > 0 ? e->plain_samples : row.samples;
    text_add(&row.setting, "%s", setting);
    if (!e->sampled)
        ledger_unsampled(ledger, samples, &row.setting);
    else if (kind == CLAIM_VALUE && e->decisive && samples > 0 &&
             row.verdicts.paper == VERDICT_INCONCLUSIVE)
        text_add(&row.setting, "; %.1e steps would decide on the paper's",
                 steps_to_decide(e, samples));
    return row;
}

int ledger_value(struct ledger *ledger, const struct claim *claim, enum form form,
                 const char *setting, const struct evidence *evidence, double samples,
                 struct error *error)
{
    struct ledger_row row =
        sampled_row(ledger, claim, CLAIM_VALUE, form, setting, evidence, samples);
    row.control = !evidence->sampled || evidence_control(evidence);
    return ledger_add(ledger, &row, error);
}

int ledger_bound(struct ledger *ledger, const struct claim *claim, enum form form,
                 const char *setting, const struct evidence *evidence, double samples,
                 struct error *error)
{
    struct ledger_row row =
        sampled_row(ledger, claim, CLAIM_BOUND, form, setting, evidence, samples);
    row.verdicts = evidence_judge_bound(evidence);
    row.control = evidence_control_bound(evidence);
    return ledger_add(ledger, &row, error);
}

int ledger_identity(struct ledger *ledger, const struct claim *claim, enum form form,
                    const char *setting, const struct identity *identity,
                    struct error *error)
{
    const double perturbation[] = {0, 1e-6}, tolerance = ESTIMATE_TOLERANCE;
    double exact[2], simulated[2];
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        status = identity->exact(identity->context, perturbation[k], &exact[k], error);
        if (status == STATUS_OK)
            status = identity->simulated(identity->context, perturbation[k],
                                         &simulated[k], error);
    }
    if (status != STATUS_OK)
        return status;
    struct ledger_row row = {
        .claim = claim,
        .form = form,
        .kind = CLAIM_IDENTITY,
        .paper = 0,
        .exact = exact[0],
        .measured = simulated[0],
        .se = 0,
        .control = exact[1] > tolerance && simulated[1] > tolerance,
    };
    row.verdicts.exact = verdict_equal(row.measured - row.exact, tolerance, 1);
    row.verdicts.paper = verdict_equal(row.measured, tolerance, 1);
    text_add(&row.setting, "%s", setting);
    return ledger_add(ledger, &row, error);
}

int ledger_computed(struct ledger *ledger, const struct claim *claim, enum form form,
                    const char *setting, const struct computed *c, struct error *error)
{
    const double scale = evidence_scale(c->exact);
    struct ledger_row row = {
        .claim = claim,
        .form = form,
        .kind = c->kind,
        .paper = c->paper,
        .exact = c->exact,
        .measured = c->measured,
        .se = 0,
        .verdicts =
            {
                .exact =
                    verdict_equal(c->measured - c->exact, ESTIMATE_TOLERANCE, scale),
                .paper = verdict_equal(c->measured - c->paper, c->tolerance, 1),
            },
        .control = true,
    };
    /* If the claim holds, a neighbour of the printed number must fail. */
    if (row.verdicts.paper == VERDICT_HOLDS)
        row.control = verdict_equal(c->measured - c->paper - c->step, c->tolerance,
                                    1) == VERDICT_FAILS &&
                      verdict_equal(c->measured - c->paper + c->step, c->tolerance,
                                    1) == VERDICT_FAILS;
    text_add(&row.setting, "%s", setting);
    return ledger_add(ledger, &row, error);
}

int ledger_existence(struct ledger *ledger, const struct claim *claim, enum form form,
                     const char *setting, const struct evidence *e, double samples,
                     struct error *error)
{
    struct ledger_row row =
        sampled_row(ledger, claim, CLAIM_EXISTENCE, form, setting, e, samples);
    const double value = e->sampled ? e->measured : e->exact;
    const double hw =
        e->sampled && e->se > 0 ? estimate_half_width(e->se, e->count) : 0;
    const double d = value - e->paper;
    /* The value must be strictly below; equality fails. */
    row.verdicts.paper = d == 0 ? VERDICT_FAILS : verdict_bound(d, hw);
    if (e->sampled && !e->decisive)
        row.verdicts.paper = VERDICT_INCONCLUSIVE;
    const enum verdict negated = d == 0 ? VERDICT_HOLDS : verdict_bound(-d, hw);
    row.control = (row.verdicts.paper == VERDICT_HOLDS) == (negated == VERDICT_FAILS);
    return ledger_add(ledger, &row, error);
}

/* The verdict on `violated` of `trials` against the claimed probability p. */
static enum verdict judge_violations(uint64_t violated, uint64_t trials, double p)
{
    const unsigned count = (unsigned)violated, n = (unsigned)trials;
    if (count > 0 && gsl_cdf_binomial_Q(count - 1, p, n) < ESTIMATE_LEVEL)
        return VERDICT_FAILS;
    /* The upper limit of Clopper and Pearson is at most p if and only if so few
     * violations are that improbable at p. */
    return gsl_cdf_binomial_P(count, p, n) <= ESTIMATE_LEVEL ? VERDICT_HOLDS
                                                             : VERDICT_INCONCLUSIVE;
}

int ledger_violations(struct ledger *ledger, const struct claim *claim, enum form form,
                      const char *setting, const struct violations *v,
                      struct error *error)
{
    const double rate = (double)v->violated / (double)v->trials;
    struct ledger_row row = {
        .claim = claim,
        .form = form,
        .kind = CLAIM_BOUND,
        .paper = v->claimed ? v->allowed : (double)NAN,
        .exact = NAN,
        .measured = rate,
        .se = sqrt(rate * (1 - rate) / (double)v->trials),
        .count = v->trials,
        .verdicts = {.exact = VERDICT_NO_CLAIM,
                     .paper = v->claimed
                                  ? judge_violations(v->violated, v->trials, v->allowed)
                                  : VERDICT_NO_CLAIM},
        .control = v->control <= v->trials &&
                   judge_violations(v->control, v->trials, v->allowed) == VERDICT_FAILS,
    };
    text_add(&row.setting, "%s", setting);
    return ledger_add(ledger, &row, error);
}

static enum verdict judge_side(enum ledger_side side, double d, double hw, double limit)
{
    if (side != LEDGER_WITHIN)
        return verdict_bound(side == LEDGER_AT_MOST ? d - limit : limit - d, hw);
    if (fabs(d) + hw <= limit)
        return VERDICT_HOLDS;
    return fabs(d) - hw > limit ? VERDICT_FAILS : VERDICT_INCONCLUSIVE;
}

/* Whether the opposite fails. */
static bool opposite_fails(const struct difference *of, double hw)
{
    const double moved = 2 * of->limit;
    if (of->side != LEDGER_WITHIN)
        return judge_side(of->side == LEDGER_AT_MOST ? LEDGER_AT_LEAST : LEDGER_AT_MOST,
                          of->measured, hw, of->limit) == VERDICT_FAILS ||
               of->measured == of->limit;
    return judge_side(of->side, of->measured + moved, hw, of->limit) == VERDICT_FAILS &&
           judge_side(of->side, of->measured - moved, hw, of->limit) == VERDICT_FAILS;
}

int ledger_difference(struct ledger *ledger, const struct claim *claim,
                      const char *setting, const struct difference *of, double samples,
                      struct error *error)
{
    const double hw = of->se > 0 ? estimate_half_width(of->se, of->count) : 0;
    const bool enough = of->se == 0 || (of->se > 0 && of->count >= ESTIMATE_MIN_CHAINS);
    enum verdict own = VERDICT_NOT_SAMPLED;
    if (!isnan(of->measured))
        own = enough ? judge_side(of->side, of->measured, hw, of->limit)
                     : VERDICT_INCONCLUSIVE;
    if (of->unlimited && own != VERDICT_NOT_SAMPLED)
        own = VERDICT_NO_CLAIM;
    struct ledger_row row = {
        .claim = claim,
        .form = FORM_PRINTED,
        .kind = of->side == LEDGER_WITHIN ? CLAIM_VALUE : CLAIM_BOUND,
        .paper = of->claimed ? of->limit : (double)NAN,
        .exact = of->claimed || of->unlimited ? (double)NAN : of->limit,
        .measured = of->measured,
        .se = of->se,
        .count = of->count,
        .samples = samples,
        .plain_samples = samples,
        .verdicts = {.exact = of->claimed && own != VERDICT_NOT_SAMPLED
                                  ? VERDICT_NO_CLAIM
                                  : own,
                     .paper = of->claimed ? own : VERDICT_NO_CLAIM},
        .control = own != VERDICT_HOLDS || opposite_fails(of, hw),
    };
    text_add(&row.setting, "%s", setting);
    return ledger_add(ledger, &row, error);
}

int ledger_paired(struct ledger *ledger, const struct claim *claim, const char *setting,
                  const struct paired *of, double samples, struct error *error)
{
    struct ledger_row row = {
        .claim = claim,
        .kind = CLAIM_ANALOGUE,
        .paper = NAN,
        .exact = NAN,
        .measured = of->measured,
        .se = of->se,
        .count = of->count,
        .samples = samples,
        .plain_samples = samples,
        .verdicts = {.exact = of->verdict, .paper = VERDICT_NO_CLAIM},
        .control = of->control,
    };
    text_add(&row.setting, "%s", setting);
    return ledger_add(ledger, &row, error);
}

/* Points of the polynomial that is extrapolated to 0: e[k] at x_k = 2^-k, by Neville's
 * scheme, each of whose columns removes one more power of x. */
enum { EXTRAPOLATED = 4 };
static double richardson(const double e[EXTRAPOLATED])
{
    double t[EXTRAPOLATED];
    memcpy(t, e, sizeof t);
    for (int column = 1; column < EXTRAPOLATED; column++)
        for (int k = EXTRAPOLATED - 1; k >= column; k--)
            t[k] += (t[k] - t[k - 1]) / (ldexp(1, column) - 1);
    return t[EXTRAPOLATED - 1];
}

int ledger_limit_judge(const struct limit *limit, double paper_factor,
                       struct limit_finding *finding, struct error *error)
{
    enum { FIRST = 4, LAST = 14, POINTS = LAST - FIRST + 1 };
    double ratio[POINTS], x[POINTS], y[POINTS];
    double intercept, c00, c01, c11, residual;
    *finding = (struct limit_finding){.falls = true};
    for (int k = 0; k < POINTS; k++) {
        const int status =
            limit->ratio(limit->context, ldexp(1, -(FIRST + k)), &ratio[k], error);
        if (status != STATUS_OK)
            return status;
        ratio[k] /= paper_factor;
        x[k] = -(FIRST + k);
        y[k] = log2(fabs(ratio[k] - 1));
        if (k > 0 && !(fabs(ratio[k] - 1) < fabs(ratio[k - 1] - 1)))
            finding->falls = false;
    }
    gsl_fit_linear(x, 1, y, 1, POINTS, &intercept, &finding->order, &c00, &c01, &c11,
                   &residual);
    finding->limit = richardson(ratio + POINTS - EXTRAPOLATED);
    finding->verdict = finding->falls && fabs(finding->order - limit->order) <= 0.1 &&
                               fabs(finding->limit - 1) <= 1e-6
                           ? VERDICT_HOLDS_IN_THE_LIMIT
                           : VERDICT_FAILS;
    return STATUS_OK;
}

/* Moves the last row before row `to`. */
static void move_last(struct ledger *ledger, size_t to)
{
    struct ledger_row *rows = ledger->rows;
    const struct ledger_row row = rows[ledger->count - 1];
    memmove(rows + to + 1, rows + to, (ledger->count - 1 - to) * sizeof *rows);
    rows[to] = row;
}

int ledger_limit(struct ledger *ledger, const struct claim *claim, enum form form,
                 const char *setting, const struct limit *limit, size_t from,
                 struct error *error)
{
    struct limit_finding finding, above, below;
    int status = ledger_limit_judge(limit, 1, &finding, error);
    if (status == STATUS_OK)
        status = ledger_limit_judge(limit, 1.02, &above, error);
    if (status == STATUS_OK)
        status = ledger_limit_judge(limit, 0.98, &below, error);
    if (status != STATUS_OK)
        return status;
    struct ledger_row row = {
        .claim = claim,
        .form = form,
        .kind = CLAIM_LIMIT,
        .variable = limit->variable,
        .paper = limit->paper,
        .exact = limit->paper * finding.limit,
        .measured = NAN,
        .se = NAN,
        .verdicts = {.exact = from < ledger->count ? ledger_curve(ledger, from)
                                                   : VERDICT_NO_CLAIM,
                     .paper = finding.verdict},
        .control = above.verdict == VERDICT_FAILS && below.verdict == VERDICT_FAILS,
    };
    if (finding.verdict == VERDICT_HOLDS_IN_THE_LIMIT)
        text_add(&row.setting, "%s; limit %s -> 0, approached with order %.3f", setting,
                 limit->variable, finding.order);
    else
        text_add(&row.setting, "%s; limit %s -> 0, not the printed one", setting,
                 limit->variable);
    status = ledger_add(ledger, &row, error);
    if (status == STATUS_OK)
        move_last(ledger, from);
    return status;
}

enum verdict ledger_curve(const struct ledger *ledger, size_t from)
{
    size_t holding = 0, unsampled = 0;
    enum verdict joint = VERDICT_HOLDS;
    for (size_t k = from; k < ledger->count; k++) {
        const enum verdict own = ledger->rows[k].verdicts.exact;
        if (own == VERDICT_FAILS)
            return VERDICT_FAILS;
        if (own == VERDICT_HOLDS)
            holding++;
        else if (own == VERDICT_NOT_SAMPLED)
            unsampled++;
        else
            joint = VERDICT_INCONCLUSIVE;
    }
    if (unsampled > 0 && unsampled == ledger->count - from)
        return VERDICT_NOT_SAMPLED;
    return holding >= 5 ? joint : VERDICT_INCONCLUSIVE;
}

struct tally ledger_tally(const struct ledger *ledger)
{
    struct tally tally = {0};
    for (size_t k = 0; k < ledger->count; k++)
        verdict_count(&tally, ledger->rows[k].verdicts);
    return tally;
}

void ledger_drop(struct ledger *ledger, size_t count)
{
    for (; ledger->count > count; ledger->count--) {
        text_free(&ledger->rows[ledger->count - 1].setting);
        text_free(&ledger->rows[ledger->count - 1].command);
    }
}

void ledger_free(struct ledger *ledger)
{
    ledger_drop(ledger, 0);
    if (ledger->shared)
        ledger->free_shared(ledger->shared);
    ledger->shared = NULL;
    free(ledger->rows);
    ledger->rows = NULL;
    ledger->capacity = 0;
}
