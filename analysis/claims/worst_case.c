/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst-case: theorem 3.1 without noise beside the worst case over all functions, and
 * the worst case of PNM over that of Heavy Ball. L = 1 and f(theta_0) - f* = 1.
 *
 * The theorem's premise |grad f| <= G is given its best: G is the largest gradient that
 * the worst function has at the points of the chain. */
#include "claims/shared/claim_worst.h"
#include "theory/convergence.h"
#include "verdict/ledger.h"

#include <math.h>
#include <stdio.h>

enum { STEPS = 8 }; /* t + 1 of the theorem, whose minimum is over k = 0 .. t */

/* A certificate's relative gap is far below this, or the row is no evidence. */
static const double largest_gap = 1e-6;

static int worst_of_pnm(double eta0, double beta0, double beta1, uint64_t last,
                        struct claim_worst *worst, struct error *error)
{
    char rule[128];
    snprintf(rule, sizeof rule,
             "pnm lr=%.17g beta0=%.17g beta1=%.17g lr-normalization=off", eta0, beta0,
             beta1);
    return claim_worst_find(rule, last, worst, error);
}

/* --- the theorem's bound -----------------------------------------------------------
 */

static int add_bound(struct ledger *ledger, const struct claim *claim, double eta0,
                     double beta0, double beta1, struct error *error)
{
    static const enum form forms[] = {FORM_PRINTED, FORM_CORRECTED};
    struct claim_worst worst;
    int status = worst_of_pnm(eta0, beta0, beta1, STEPS - 1, &worst, error);
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        const struct convergence constants = {
            .beta0 = beta0,
            .beta1 = beta1,
            .smoothness = 1,
            .gradient = worst.steepest,
            .gap = 1,
            .c = eta0 * sqrt(STEPS),
        };
        const double bound = convergence_bound(
            &constants, STEPS, k == 0 ? CONVERGENCE_PRINTED : CONVERGENCE_CORRECTED);
        const struct evidence evidence =
            claim_worst_evidence(bound, worst.certified, worst.attained,
                                 largest_gap * worst.certified, worst.found);
        char setting[160];
        snprintf(setting, sizeof setting,
                 "worst case, pnm beta0=%g beta1=%g eta0 L=%g, %d steps, G=%.3g%s",
                 beta0, beta1, eta0, STEPS, worst.steepest,
                 bound >= pow(worst.steepest, 2) ? ", vacuous" : "");
        status = ledger_bound(ledger, claim, forms[k], setting, &evidence, 0, error);
    }
    return status;
}

/* --- beside Heavy Ball -------------------------------------------------------------
 */

/* Nothing is claimed of the ratio: "similar" is no number. */
static int add_ratio(struct ledger *ledger, const struct claim *claim, double eta0,
                     double beta0, double beta1, uint64_t last, struct error *error)
{
    struct claim_worst above, below;
    char setting[160], rule[96];
    snprintf(rule, sizeof rule, "heavy_ball lr=%.17g beta1=%.17g", eta0, beta1);
    int status = worst_of_pnm(eta0, beta0, beta1, last, &above, error);
    if (status == STATUS_OK)
        status = claim_worst_find(rule, last, &below, error);
    if (status != STATUS_OK)
        return status;
    const double ratio = above.certified / below.certified;
    const struct evidence evidence =
        claim_worst_evidence(NAN, ratio, above.attained / below.attained,
                             2 * largest_gap * ratio, above.found && below.found);
    snprintf(setting, sizeof setting,
             "worst case of pnm beta0=%g over that of heavy_ball, beta1=%g eta0 L=%g, "
             "%llu steps",
             beta0, beta1, eta0, (unsigned long long)last + 1);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, 0, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta0s[] = {0, 1, 4, 8}, beta1s[] = {0, 0.5, 0.9};
    static const uint64_t lasts[] = {3, 7};
    int status = STATUS_OK;
    for (int b = 0; b < 3; b++)
        for (int a = 0; status == STATUS_OK && a < 4; a++)
            status = add_bound(ledger, claim, 0.1, beta0s[a], beta1s[b], error);
    for (int a = 0; status == STATUS_OK && a < 4; a++)
        status = add_bound(ledger, claim, 0.3, beta0s[a], 0.9, error);
    for (int n = 0; status == STATUS_OK && n < 2; n++)
        for (int a = 1; status == STATUS_OK && a < 3; a++)
            status = add_ratio(ledger, claim, 0.1, beta0s[a], 0.9, lasts[n], error);
    return status;
}

const struct claim claim_worst_case = {
    .id = "worst-case",
    .where = "sec. 3, theorem 3.1",
    .kind = CLAIM_BOUND,
    .statement =
        "without noise, the largest min_k |grad f(theta_k)|^2 over all L-smooth "
        "f is at most the bound of theorem 3.1",
    .check = check,
};
