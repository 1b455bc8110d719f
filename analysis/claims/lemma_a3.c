/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lemma-A3: how far the gradients at z_t and at theta_t are apart.
 *
 * First with the x_t for which lemma A.1 holds: the chains that come closest to the
 * bound, or break it, are searched for; the first grid has chains of a constant
 * gradient, which attain the corrected bound in the limit of small rates if beta0 <=
 * beta/(1-beta).
 *
 * Then with the x_t that is printed, theta_t - eta0 beta0 m_{t-1}. With it
 *
 *   z_t - theta_t = -eta0 {[beta (1+beta0) + beta0] g_{t-1}
 *       + sum_{k>=1} beta^k [beta - beta0 (1-beta)] g_{t-1-2k}
 *       + sum_{k>=0} beta^{k+1} g_{t-2-2k}},
 *
 * so a constant gradient moves z_t away by eta0 G [2 beta + beta0 (1-beta)]/(1-beta),
 * which exceeds the printed bound for every beta0 if beta > 0. */
#include "claims/shared/claim_descent.h"
#include "claims/shared/claim_known.h"

#include <math.h>
#include <stdio.h>

enum { STEPS = 256 };
static const double beta1 = 0.9;

/* |grad f(z_t) - grad f(theta_t)|^2 after the last step over the printed bound, in one
 * dimension. */
static double last_ratio(const struct trajectory *pnm, const struct claim_descent *run)
{
    const struct convergence c = {
        .beta0 = pnm->beta0,
        .beta1 = beta1,
        .smoothness = run->loss.smoothness,
        .gradient = run->loss.gradient_bound,
    };
    const double z = trajectory_z(pnm, X_APPENDIX, pnm->steps, 0);
    double at_z, at_theta;
    run->loss.kind->evaluate_one(&run->loss, &z, &at_z);
    run->loss.kind->evaluate_one(&run->loss, pnm->theta + pnm->steps, &at_theta);
    return (at_z - at_theta) * (at_z - at_theta) /
           convergence_lemma_bound(&c, pnm->eta0, CONVERGENCE_PRINTED);
}

/* A chain that starts where Huber's loss begins to be quadratic and, at this rate, has
 * the gradient G to within 0.1 % until the last step. */
static int check_printed_x(struct ledger *ledger, const struct claim *claim,
                           double beta0, struct error *error)
{
    struct claim_descent run = {0};
    struct trajectory measured = {0}, written = {0};
    char rule[64], setting[200];
    snprintf(rule, sizeof rule, "pnm beta0=%.17g beta1=%.17g", beta0, beta1);
    const struct descent_setting at = {loss_kind_find("huber"), 1, rule, 1e-6, 0, 1};
    int status = claim_descent_init(&run, ledger, &at, error);
    if (status == STATUS_OK)
        status = trajectory_measured(&run.descent, 0, STEPS, &measured, error);
    if (status == STATUS_OK)
        status = trajectory_noiseless(&run.descent, STEPS, &written, error);
    snprintf(setting, sizeof setting,
             "the printed x, theta - eta0 beta0 m, at a constant gradient, huber "
             "beta0=%g beta1=0.9 eta0 L=1e-6 sigma=0, t=%d",
             beta0, STEPS);
    if (status == STATUS_OK) {
        const struct evidence evidence =
            claim_known(1, last_ratio(&written, &run), last_ratio(&measured, &run));
        status =
            ledger_bound(ledger, claim, FORM_PRINTED, setting, &evidence, 0, error);
    }
    trajectory_free(&written);
    trajectory_free(&measured);
    claim_descent_free(&run);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const struct claim_grid grids[] = {
        {LIST(0, 1, 3, 0.5, 10), LIST(0.9, 0), LIST(0.01, 0.49999, 2e-5), LIST(0),
         LIST(1, 0.5, 4), LIST(128), 400},
        {LIST(0, 1, 3), LIST(0.9, 0), LIST(0.01, 0.49999), LIST(1), LIST(1, 0.5, 4),
         LIST(64), 400},
    };
    static const double beta0s[] = {0, 1, 3, 10};
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++)
        status = claim_descent_bound(ledger, claim, BOUND_LEMMA_A3, &grids[k], error);
    for (size_t k = 0; status == STATUS_OK && k < sizeof beta0s / sizeof *beta0s; k++)
        status = check_printed_x(ledger, claim, beta0s[k], error);
    return status;
}

const struct claim claim_lemma_a3 = {
    .id = "lemma-A3",
    .where = "app. A, lemma A.3",
    .kind = CLAIM_BOUND,
    .statement = "E|grad f(z_t) - grad f(theta_t)|^2 over L^2 alpha^2 (beta + beta0 "
                 "(1-beta))^2 (G^2+sigma^2)/(1-beta)^4 is at most 1",
    .check = check,
};
