/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq10: PNM as a momentum recursion in x_t. The recursion needs x_t = theta_t + eta0
 * beta0 m_{t-1}: theta_{t+1} + eta0 beta0 m_t = theta_t + eta0 beta0 m_{t-1} - eta0 m_t
 * is Algorithm 2. The main text prints theta_t - beta0 m_{t-1}, the appendix theta_t -
 * eta0 beta0 m_{t-1}, which agree with it at beta0 = 0 only. */
#include "claims/shared/claim_descent.h"

#include <math.h>

static double recursion(const struct trajectory *pnm, enum x_form form, long t,
                        size_t i, double perturbation)
{
    const double alpha = pnm->eta0 * (1 - pnm->beta) * (1 + perturbation);
    const double g = pnm->g[(size_t)t * pnm->n + i];
    return trajectory_x(pnm, form, t + 1, i) - trajectory_x(pnm, form, t, i) +
           alpha * g -
           pnm->beta *
               (trajectory_x(pnm, form, t - 1, i) - trajectory_x(pnm, form, t - 2, i));
}

static double step_printed(const struct trajectory *pnm, enum x_form form, long t,
                           size_t i, double perturbation)
{
    const double alpha = pnm->eta0 * (1 - pnm->beta) * (1 + perturbation);
    return trajectory_x(pnm, form, t + 1, i) - trajectory_x(pnm, form, t, i) -
           alpha * trajectory_m(pnm, t, i);
}

static double step_intended(const struct trajectory *pnm, enum x_form form, long t,
                            size_t i, double perturbation)
{
    return trajectory_x(pnm, form, t + 1, i) - trajectory_x(pnm, form, t, i) +
           pnm->eta0 * (1 + perturbation) * trajectory_m(pnm, t, i);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct {
        enum form form;
        const char *text;
        struct descent_identity identity;
    } rows[] = {
        {FORM_PRINTED,
         "main text, x = theta - beta0 m",
         {NULL, X_MAIN_TEXT, INFINITY, recursion}},
        {FORM_INTENDED,
         "intended, x = theta - eta0 beta0 m, as the appendix has it",
         {NULL, X_APPENDIX, INFINITY, recursion}},
        {FORM_CORRECTED,
         "corrected, x = theta + eta0 beta0 m",
         {NULL, X_CORRECTED, INFINITY, recursion}},
        {FORM_PRINTED,
         "main text, x = theta - beta0 m",
         {NULL, X_MAIN_TEXT, 0, recursion}},
        {FORM_PRINTED,
         "x_{t+1} - x_t = alpha m_t, with the x for which eq. 10 holds",
         {NULL, X_CORRECTED, INFINITY, step_printed}},
        {FORM_INTENDED,
         "intended, x_{t+1} - x_t = -eta0 m_t, with the corrected x",
         {NULL, X_CORRECTED, INFINITY, step_intended}},
    };
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rows / sizeof *rows; k++) {
        struct descent_identity identity = rows[k].identity;
        identity.ledger = ledger;
        status = claim_descent_identity(ledger, claim, rows[k].form, rows[k].text,
                                        &identity, error);
    }
    return status;
}

const struct claim claim_eq10 = {
    .id = "eq10",
    .where = "sec. 3, eq. 10",
    .kind = CLAIM_IDENTITY,
    .statement = "x_t = theta_t - beta0 m_{t-1} follows a momentum recursion: residual "
                 "over the largest step 0",
    .check = check,
};
