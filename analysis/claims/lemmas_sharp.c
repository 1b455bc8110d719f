/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lemmas-sharp: how much of the bounds of lemmas A.2 and A.3 the worst case over all
 * L-smooth functions takes, without noise. L = G = 1. */
#include "claims/shared/claim_worst.h"
#include "rules/rule_from.h"
#include "theory/convergence.h"
#include "verdict/ledger.h"
#include "worst/worst_lemma.h"
#include "worst/worst_points.h"

#include <math.h>
#include <stdio.h>

enum { STEPS = 8 };

static const double eta0 = 0.1, beta1 = 0.5, largest_gap = 1e-5;

/* --- lemma A.3 ---------------------------------------------------------------------
 */

/* |grad f(z_N) - grad f(theta_N)|^2 of the gradients that were found. *visited says
 * whether the rule's own steps on them visit the points. */
static int attained_by(const struct rule *rule, const struct worst_case *worst,
                       double *square, bool *visited, struct error *error)
{
    const struct worst_setting setting = {
        .rule = rule, .steps = STEPS, .smoothness = 1, .given = WORST_GIVEN_DISTANCE};
    struct worst_points points;
    double deviation = INFINITY;
    *square = NAN;
    int status = worst_points_of(&setting, worst, &points, error);
    if (status == STATUS_OK) {
        const size_t n = points.coordinates;
        const double *at_z = points.gradient + (STEPS + 1) * n;
        *square = 0;
        for (size_t c = 0; c < n; c++)
            *square += pow(at_z[c] - points.gradient[STEPS * n + c], 2);
        /* The last point, z, is none of the chain's. */
        points.count = STEPS + 1;
        status = worst_points_replay(&setting, &points, &deviation, error);
    }
    *visited = deviation <= 1e-6;
    worst_points_free(&points);
    return status;
}

static int add_rows(struct ledger *ledger, const struct claim *claim, double beta0,
                    const struct worst_case *worst, double square, bool found,
                    struct error *error)
{
    static const enum form forms[] = {FORM_PRINTED, FORM_CORRECTED};
    const struct convergence constants = {
        .beta0 = beta0, .beta1 = beta1, .smoothness = 1, .gradient = 1};
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        const double bound = convergence_lemma_bound(
            &constants, eta0, k == 0 ? CONVERGENCE_PRINTED : CONVERGENCE_CORRECTED);
        const double exact = worst->certified / bound;
        const struct evidence evidence =
            claim_worst_evidence(1, exact, square / bound, largest_gap * exact, found);
        char setting[160];
        snprintf(
            setting, sizeof setting,
            "%s: lemma A.3, worst case over bound, pnm beta0=%g beta1=%g eta0 L=%g, "
            "%d steps",
            ledger_form_text(forms[k]), beta0, beta1, eta0, STEPS);
        status = ledger_bound(ledger, claim, forms[k], setting, &evidence, 0, error);
    }
    return status;
}

static int add_distance(struct ledger *ledger, const struct claim *claim, double beta0,
                        struct error *error)
{
    struct rule rule;
    struct worst_case worst = {0};
    double square = NAN;
    bool visited = false;
    int status = rule_from(&rule, error,
                           "pnm lr=%.17g beta0=%.17g beta1=%.17g lr-normalization=off",
                           eta0, beta0, beta1);
    if (status == STATUS_OK)
        status = worst_lemma_distance(&rule, STEPS, &worst, error);
    if (status == STATUS_OK)
        status = attained_by(&rule, &worst, &square, &visited, error);
    if (status == STATUS_OK)
        status = add_rows(ledger, claim, beta0, &worst, square,
                          visited && !isnan(worst.certified), error);
    worst_case_free(&worst);
    return status;
}

/* --- lemma A.2 ---------------------------------------------------------------------
 */

static int add_descent(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    struct worst_case worst;
    int status = worst_lemma_descent(eta0, &worst, error);
    if (status == STATUS_OK) {
        /* f = x^2/2, theta = 1, z = 1 - eta0: the left side less what does not depend
         * on the last term. */
        const double z = 1 - eta0, after = z - eta0;
        const double attained =
            after * after / 2 - z * z / 2 - pow(z - 1, 2) / 2 + eta0;
        const double exact = worst.certified / (eta0 * eta0);
        const struct evidence evidence =
            claim_worst_evidence(1, exact, attained / (eta0 * eta0),
                                 largest_gap * exact, !isnan(worst.certified));
        status = ledger_bound(ledger, claim, FORM_INTENDED,
                              "lemma A.2, worst case of the left side less the other "
                              "terms, over L eta0^2 |grad f|^2",
                              &evidence, 0, error);
    }
    worst_case_free(&worst);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta0s[] = {0, 0.2, 1, 4};
    int status = add_descent(ledger, claim, error);
    for (int k = 0; status == STATUS_OK && k < 4; k++)
        status = add_distance(ledger, claim, beta0s[k], error);
    return status;
}

const struct claim claim_lemmas_sharp = {
    .id = "lemmas-sharp",
    .where = "app. A, lemmas A.2 and A.3",
    .kind = CLAIM_BOUND,
    .statement = "without noise, the largest left side of lemmas A.2 and A.3 over all "
                 "L-smooth f is at most their right side",
    .check = check,
};
