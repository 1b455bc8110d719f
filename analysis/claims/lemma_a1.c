/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lemma-A1: z_t moves by plain gradient steps. Its proof uses nothing of x_t but the
 * recursion of eq. 10, so it is meant of the x_t that obeys that recursion. */
#include "claims/shared/claim_descent.h"

#include <math.h>

static double residual(const struct trajectory *pnm, enum x_form form, long t, size_t i,
                       double perturbation)
{
    /* alpha/(1-beta) = eta0 */
    return trajectory_z(pnm, form, t + 1, i) - trajectory_z(pnm, form, t, i) +
           pnm->eta0 * (1 + perturbation) * pnm->g[(size_t)t * pnm->n + i];
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct {
        enum form form;
        const char *text;
        enum x_form x;
    } rows[] = {
        {FORM_INTENDED, "intended, the x that obeys eq. 10, theta + eta0 beta0 m",
         X_CORRECTED},
        {FORM_PRINTED, "main text, x = theta - beta0 m", X_MAIN_TEXT},
        {FORM_PRINTED, "appendix, x = theta - eta0 beta0 m", X_APPENDIX},
    };
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rows / sizeof *rows; k++) {
        const struct descent_identity identity = {ledger, rows[k].x, INFINITY,
                                                  residual};
        status = claim_descent_identity(ledger, claim, rows[k].form, rows[k].text,
                                        &identity, error);
    }
    return status;
}

const struct claim claim_lemma_a1 = {
    .id = "lemma-A1",
    .where = "app. A, lemma A.1",
    .kind = CLAIM_IDENTITY,
    .statement = "z_{t+1} - z_t = -alpha/(1-beta) g_t: residual over the largest step "
                 "of x 0",
    .check = check,
};
