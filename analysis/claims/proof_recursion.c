/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-24 ... proof-28: the proof of lemma A.1, from the recursion of x_t to the
 * gradient steps of z_t. Every line is the one before it, rearranged, so all of them
 * hold for the x_t that obeys the recursion and for no other. */
#include "claims/shared/proof_lines.h"

#include <math.h>

/* The largest step of x, which the difference of the sides is small or large beside. */
static double step_of_x(const struct proof_chain *c, long t)
{
    double largest = 0;
    for (size_t i = 0; i < c->pnm.n; i++)
        largest = fmax(largest, fabs(trajectory_x(&c->pnm, c->x, t + 1, i) -
                                     trajectory_x(&c->pnm, c->x, t, i)));
    return largest;
}

/* x_{t+1} = x_t - alpha g_t + beta (x_{t-1} - x_{t-2}) */
static void line_24(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)form;
    const double alpha = proof_alpha(c) * (1 + perturbation), beta = c->pnm.beta;
    *apart = 0;
    *size = step_of_x(c, t);
    for (size_t i = 0; i < c->pnm.n; i++) {
        const double left = trajectory_x(&c->pnm, c->x, t + 1, i);
        const double right = trajectory_x(&c->pnm, c->x, t, i) -
                             alpha * proof_g(c, t, i) +
                             beta * (trajectory_x(&c->pnm, c->x, t - 1, i) -
                                     trajectory_x(&c->pnm, c->x, t - 2, i));
        *apart = fmax(*apart, fabs(left - right));
    }
}

/* x_{t+1} - beta x_{t-1} = x_t - beta x_{t-2} - alpha g_t */
static void line_26(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)form;
    const double alpha = proof_alpha(c) * (1 + perturbation), beta = c->pnm.beta;
    *apart = 0;
    *size = step_of_x(c, t);
    for (size_t i = 0; i < c->pnm.n; i++) {
        const double left = trajectory_x(&c->pnm, c->x, t + 1, i) -
                            beta * trajectory_x(&c->pnm, c->x, t - 1, i);
        const double right = trajectory_x(&c->pnm, c->x, t, i) -
                             beta * trajectory_x(&c->pnm, c->x, t - 2, i) -
                             alpha * proof_g(c, t, i);
        *apart = fmax(*apart, fabs(left - right));
    }
}

/* (x_{t+1} - beta x_{t-1})/(1-beta)
 *     = (x_t - beta x_{t-2})/(1-beta) - alpha/(1-beta) g_t */
static void line_27(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    line_26(c, t, form, perturbation, apart, size);
    *apart /= 1 - c->pnm.beta;
}

/* z_{t+1} - z_t = -alpha/(1-beta) g_t, alpha/(1-beta) = eta0 */
static void line_28(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)form;
    const double eta0 = c->pnm.eta0 * (1 + perturbation);
    const double *z = c->z + (size_t)t * c->pnm.n;
    *apart = 0;
    *size = step_of_x(c, t);
    for (size_t i = 0; i < c->pnm.n; i++)
        *apart = fmax(*apart, fabs(z[c->pnm.n + i] - z[i] + eta0 * proof_g(c, t, i)));
}

/* The line with the x_t that the proof prints and with the one that obeys eq. 24. */
static int both(struct ledger *ledger, const struct claim *claim,
                proof_identity identity, struct error *error)
{
    const struct proof_row rows[] = {
        {.form = FORM_PRINTED,
         .text = "x = theta - eta0 beta0 m",
         .x = X_APPENDIX,
         .identity = identity},
        {.form = FORM_CORRECTED,
         .text = "x = theta + eta0 beta0 m",
         .x = X_CORRECTED,
         .identity = identity},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

/* Eq. 25 is eq. 24 once more. */
static int check_24(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    return both(ledger, claim, line_24, error);
}

static int check_26(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    return both(ledger, claim, line_26, error);
}

static int check_27(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    return both(ledger, claim, line_27, error);
}

static int check_28(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    return both(ledger, claim, line_28, error);
}

#define RESIDUAL ": residual over the largest step of x 0"

const struct claim claim_proof_24 = {
    .id = "proof-24",
    .where = "app. A, eq. 24",
    .kind = CLAIM_IDENTITY,
    .statement = "x_{t+1} = x_t - alpha g_t + beta (x_{t-1} - x_{t-2})" RESIDUAL,
    .check = check_24,
};

const struct claim claim_proof_25 = {
    .id = "proof-25",
    .where = "app. A, eq. 25",
    .kind = CLAIM_IDENTITY,
    .statement = "eq. 24 again" RESIDUAL,
    .check = check_24,
};

const struct claim claim_proof_26 = {
    .id = "proof-26",
    .where = "app. A, eq. 26",
    .kind = CLAIM_IDENTITY,
    .statement = "x_{t+1} - beta x_{t-1} = x_t - beta x_{t-2} - alpha g_t" RESIDUAL,
    .check = check_26,
};

const struct claim claim_proof_27 = {
    .id = "proof-27",
    .where = "app. A, eq. 27",
    .kind = CLAIM_IDENTITY,
    .statement = "eq. 26 over 1 - beta" RESIDUAL,
    .check = check_27,
};

const struct claim claim_proof_28 = {
    .id = "proof-28",
    .where = "app. A, eq. 28",
    .kind = CLAIM_IDENTITY,
    .statement = "z_{t+1} - z_t = -alpha/(1-beta) g_t" RESIDUAL,
    .check = check_28,
};
