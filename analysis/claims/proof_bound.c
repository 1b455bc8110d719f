/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-38 ... proof-41: the last lines of the proof of theorem 3.1, where the rate
 * alpha/(1-beta) = min{1/(2L), C/sqrt(t+1)} is put in. Eqs. 38 and 40 are the first
 * terms of bounds whose second terms are eqs. 39 and 41. */
#include "claims/shared/proof_theorem.h"
#include "theory/convergence.h"

#include <math.h>

/* 2 (f(theta_0) - f*)/(t+1) max{2L, sqrt(t+1)/C} */
static double first_term(const struct proof_chain *c, long t)
{
    return 2 * proof_gap(c) / (double)(t + 1) *
           fmax(2 * c->run->loss.smoothness, 1 / proof_c_over_root(c));
}

/* The bracket of eqs. 39 and 41 without the rate and the powers of 1-beta. */
static double bracket(const struct proof_chain *c, enum form form)
{
    const double l = c->run->loss.smoothness, rest = 1 - c->pnm.beta;
    return l * proof_numerator(c, form) +
           l * rest * rest * c->run->sigma * c->run->sigma;
}

static double second_39(const struct proof_chain *c, enum form form)
{
    return proof_alpha(c) * bracket(c, form) / pow(1 - c->pnm.beta, 3);
}

static double second_41(const struct proof_chain *c, enum form form)
{
    return proof_c_over_root(c) * bracket(c, form) / pow(1 - c->pnm.beta, 2);
}

/* Eqs. 38 and 40: the first term of eq. 37, with its factor 2, at the rate at which z
 * moves. */
static void line_38(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)form;
    *size = first_term(c, t);
    *apart =
        2 * proof_gap(c) / ((double)(t + 1) * c->rate) - *size * (1 + perturbation);
}

/* Eq. 39: the second term of eq. 37, 2 (1-beta)/alpha Q'. */
static void line_39(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)t;
    const enum form constant = form == FORM_CORRECTED ? form : FORM_PRINTED;
    *size = second_39(c, constant);
    *apart = 2 / c->rate * proof_q_prime(c, form) - *size * (1 + perturbation);
}

/* min_k E|grad f(theta_k)|^2 <= eq. 38 + eq. 39 */
static void bound_39(const struct proof_chain *c, long t, enum form form, double *left,
                     double *right)
{
    *left = c->step[t].smallest;
    *right = first_term(c, t) + second_39(c, form);
}

/* Eq. 39 is at most eq. 41, at the rate at which z moves. */
static void step_41(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    (void)t;
    *left = c->rate * second_39(c, form) / c->pnm.eta0;
    *right = second_41(c, form);
}

/* Eqs. 40 + 41 are theorem 3.1's bound. */
static void theorem(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)form;
    const struct convergence constants = {
        .beta0 = c->pnm.beta0,
        .beta1 = c->run->setting.beta1,
        .smoothness = c->run->loss.smoothness,
        .gradient = c->run->loss.gradient_bound,
        .sigma = c->run->sigma,
        .gap = proof_gap(c),
        .c = proof_c_over_root(c) * sqrt((double)(t + 1)),
    };
    *size = convergence_bound(&constants, (uint64_t)t + 1, CONVERGENCE_PRINTED);
    *apart = *size - first_term(c, t) - second_41(c, FORM_PRINTED) * (1 + perturbation);
}

static void bound_41(const struct proof_chain *c, long t, enum form form, double *left,
                     double *right)
{
    *left = c->step[t].smallest;
    *right = first_term(c, t) + second_41(c, form);
}

static int check_38(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        {.form = FORM_PRINTED, .x = X_CORRECTED, .identity = line_38},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_39(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        {.form = FORM_PRINTED,
         .text = "with Q' as printed, residual",
         .x = X_CORRECTED,
         .identity = line_39},
        {.form = FORM_INTENDED,
         .text = "with Q' as intended, residual",
         .x = X_CORRECTED,
         .identity = line_39},
        {.form = FORM_CORRECTED,
         .text = "with lemma A.3's corrected constant, residual",
         .x = X_CORRECTED,
         .identity = line_39},
        {.form = FORM_PRINTED,
         .text = "eq. 38 + eq. 39 as a bound",
         .x = X_CORRECTED,
         .bound = bound_39,
         .chains = PROOF_QUIET},
        {.form = FORM_CORRECTED,
         .text = "eq. 38 + eq. 39 as a bound",
         .x = X_CORRECTED,
         .bound = bound_39,
         .chains = PROOF_QUIET},
        {.form = FORM_PRINTED,
         .text = "eq. 38 + eq. 39 as a bound",
         .x = X_CORRECTED,
         .bound = bound_39,
         .chains = PROOF_SMALLEST},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_41(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        {.form = FORM_PRINTED,
         .text = "with eq. 40 theorem 3.1's bound, residual",
         .x = X_CORRECTED,
         .identity = theorem},
        {.form = FORM_PRINTED,
         .text = "eq. 39 over eq. 41",
         .x = X_CORRECTED,
         .bound = step_41,
         .chains = PROOF_QUIET},
        {.form = FORM_PRINTED,
         .text = "eq. 40 + eq. 41 as a bound",
         .x = X_CORRECTED,
         .bound = bound_41,
         .chains = PROOF_QUIET},
        {.form = FORM_CORRECTED,
         .text = "eq. 40 + eq. 41 as a bound",
         .x = X_CORRECTED,
         .bound = bound_41,
         .chains = PROOF_QUIET},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

const struct claim claim_proof_38 = {
    .id = "proof-38",
    .where = "app. A, eq. 38",
    .kind = CLAIM_IDENTITY,
    .statement = "2 (f(theta_0) - f*)/(t+1) max{2L, sqrt(t+1)/C} is twice eq. 37's "
                 "first term, with the rate at which z moves: residual over it 0",
    .check = check_38,
};

const struct claim claim_proof_39 = {
    .id = "proof-39",
    .where = "app. A, eq. 39",
    .kind = CLAIM_BOUND,
    .statement = "[L alpha (beta + beta0 (1-beta))^2 (G^2+sigma^2) + L alpha "
                 "(1-beta)^2 sigma^2]/(1-beta)^3 is 2 (1-beta)/alpha Q' (residual 0), "
                 "and min_k E|grad f(theta_k)|^2 over eqs. 38 + 39 is at most 1",
    .check = check_39,
};

const struct claim claim_proof_40 = {
    .id = "proof-40",
    .where = "app. A, eq. 40",
    .kind = CLAIM_IDENTITY,
    .statement = "eq. 38 again: residual over it 0",
    .check = check_38,
};

const struct claim claim_proof_41 = {
    .id = "proof-41",
    .where = "app. A, eq. 41",
    .kind = CLAIM_BOUND,
    .statement = "C/sqrt(t+1) [L (beta + beta0 (1-beta))^2 (G^2+sigma^2) + L "
                 "(1-beta)^2 sigma^2]/(1-beta)^2 is at least eq. 39, and min_k E|grad "
                 "f(theta_k)|^2 over eqs. 40 + 41 is at most 1",
    .check = check_41,
};
