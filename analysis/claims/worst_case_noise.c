/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst-case-noise: theorem 3.1 with noise beside the worst case over all functions and
 * all symmetric noise. L = 1 and f(theta_0) - f* = 1.
 *
 * G is the largest gradient that the worst function has at the points of the tree, the
 * least that the theorem's premise allows. */
#include "claims/shared/claim_worst.h"
#include "theory/convergence.h"
#include "verdict/ledger.h"

#include <math.h>
#include <stdio.h>

enum { LONGEST = 5 }; /* t + 1 of the theorem, whose minimum is over k = 0 .. t */

/* A certificate's relative gap is far below this, or the row is no evidence. */
static const double largest_gap = 1e-6;

struct own_setting {
    double beta0, beta1, eta0, sigma;
    int steps; /* t + 1 */
};

static int find(const struct own_setting *own, struct claim_worst *worst,
                struct error *error)
{
    char rule[128];
    snprintf(rule, sizeof rule,
             "pnm lr=%.17g beta0=%.17g beta1=%.17g lr-normalization=off", own->eta0,
             own->beta0, own->beta1);
    return claim_worst_find_tree(rule, (uint64_t)own->steps - 1, own->sigma, worst,
                                 error);
}

static double bound_of(const struct own_setting *own, double steepest,
                       enum convergence_form form)
{
    const struct convergence constants = {
        .beta0 = own->beta0,
        .beta1 = own->beta1,
        .smoothness = 1,
        .gradient = steepest,
        .sigma = own->sigma,
        .gap = 1,
        .c = own->eta0 * sqrt(own->steps),
    };
    return convergence_bound(&constants, (uint64_t)own->steps, form);
}

/* "sgd eta0 L=0.5 sigma=1, 5 steps"; SGD is PNM at beta0 = beta1 = 0. */
static void describe(const struct own_setting *own, char *text, size_t size)
{
    char rule[48] = "sgd";
    if (own->beta0 != 0 || own->beta1 != 0)
        snprintf(rule, sizeof rule, "pnm beta0=%g beta1=%g", own->beta0, own->beta1);
    snprintf(text, size, "%s eta0 L=%g sigma=%.4g, %d steps", rule, own->eta0,
             own->sigma, own->steps);
}

/* Rows for both forms of the bound and, if asked for, for the worst case over the
 * corrected one, of which nothing is claimed. */
static int add(struct ledger *ledger, const struct claim *claim,
               const struct own_setting *own, bool with_ratio, struct error *error)
{
    static const enum form forms[] = {FORM_PRINTED, FORM_CORRECTED};
    struct claim_worst worst;
    char text[96], setting[192];
    double bound = NAN;
    int status = find(own, &worst, error);
    describe(own, text, sizeof text);
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        bound = bound_of(own, worst.steepest,
                         k == 0 ? CONVERGENCE_PRINTED : CONVERGENCE_CORRECTED);
        const struct evidence evidence =
            claim_worst_evidence(bound, worst.certified, worst.attained,
                                 largest_gap * worst.certified, worst.found);
        snprintf(setting, sizeof setting, "worst case with noise, %s, G=%.3g%s", text,
                 worst.steepest, bound >= pow(worst.steepest, 2) ? ", vacuous" : "");
        status = ledger_bound(ledger, claim, forms[k], setting, &evidence, 0, error);
    }
    if (status != STATUS_OK || !with_ratio)
        return status;
    const double ratio = worst.certified / bound;
    const struct evidence evidence = claim_worst_evidence(
        NAN, ratio, worst.attained / bound, largest_gap * ratio, worst.found);
    snprintf(setting, sizeof setting, "worst case with noise over the bound, %s", text);
    return ledger_value(ledger, claim, FORM_CORRECTED, setting, &evidence, 0, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double rules[][2] = {{0, 0}, {1, 0}, {1, 0.9}, {4, 0.9}};
    int status = STATUS_OK;
    for (int r = 0; r < 4; r++)
        for (int steps = 2; status == STATUS_OK && steps <= LONGEST; steps++) {
            const struct own_setting own = {rules[r][0], rules[r][1], 0.5, 1, steps};
            status = add(ledger, claim, &own, r == 0 || steps == LONGEST, error);
        }
    for (int r = 0; status == STATUS_OK && r < 4; r++) {
        const struct own_setting own = {rules[r][0], rules[r][1], 0.1, 1, LONGEST};
        status = add(ledger, claim, &own, true, error);
    }
    /* The start of which thm3.1 tells: a quadratic at its stationary variance has
     * f(theta_0) - f* = sigma^2/6. */
    for (int r = 0; status == STATUS_OK && r < 2; r++) {
        const struct own_setting own = {rules[r][0], rules[r][1], 0.5, sqrt(6),
                                        LONGEST};
        status = add(ledger, claim, &own, true, error);
    }
    return status;
}

const struct claim claim_worst_case_noise = {
    .id = "worst-case-noise",
    .where = "sec. 3, theorem 3.1",
    .kind = CLAIM_BOUND,
    .statement =
        "with symmetric noise, E|xi|^2 <= sigma^2, the largest min_k E|grad "
        "f(theta_k)|^2 "
        "over all L-smooth f and all such noise is at most the bound of theorem 3.1",
    .check = check,
};
