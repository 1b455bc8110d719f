/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-31 ... proof-37: the proof of theorem 3.1 from the two lemmas to the bound in
 * Q'. The z_t of all lines is that for which lemma A.1 holds. */
#include "claims/shared/claim_known.h"
#include "claims/shared/proof_theorem.h"
#include "theory/convergence.h"

#include <math.h>
#include <stdio.h>

/* --- equations 31 and 32 ---------------------------------------------------------- */

/* Q by the rate at which z moves: lemma A.2's coefficient of -E|grad f|^2. */
static void line_31(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)form;
    const double r = c->rate;
    (void)t;
    *apart = r - c->run->loss.smoothness * r * r - proof_q(c) * (1 + perturbation);
    *size = proof_q(c);
}

/* The rest of lemma A.2 with lemma A.3 put in, at the rate at which z moves. */
static double rest_of_lemmas(const struct proof_chain *c, enum form form)
{
    const double l = c->run->loss.smoothness, r = c->rate;
    const struct convergence constants = {
        .beta0 = c->pnm.beta0,
        .beta1 = c->run->setting.beta1,
        .smoothness = l,
        .gradient = c->run->loss.gradient_bound,
        .sigma = c->run->sigma,
    };
    return convergence_lemma_bound(&constants, r,
                                   form == FORM_CORRECTED ? CONVERGENCE_CORRECTED
                                                          : CONVERGENCE_PRINTED) /
               (2 * l) +
           l * r * r * c->run->sigma * c->run->sigma / 2;
}

static void line_32(const struct proof_chain *c, long t, enum form form,
                    double perturbation, double *apart, double *size)
{
    (void)t;
    *size = rest_of_lemmas(c, form);
    *apart = *size - proof_q_prime(c, form) * (1 + perturbation);
}

/* --- equations 33 to 37 ----------------------------------------------------------- */

/* E[f(z_{k+1}) - f(z_k)] + Q E|grad f(theta_k)|^2 <= Q'. A term in xi_k that has mean 0
 * is added because the rest then varies less. */
static void line_33(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    const struct proof_step *s = &c->step[t];
    *left = s->next - s->at_z + c->pnm.eta0 * s->z_xi + proof_q(c) * s->square -
            s->rounding;
    *right = proof_q_prime(c, form);
}

/* Q sum_k E|grad f(theta_k)|^2 - E[f(z_0) - f(z_{t+1})] <= (t+1) Q', likewise. */
static void line_34(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    const struct proof_step *s = &c->step[t];
    *left = proof_q(c) * s->sum + s->next - s->first + c->pnm.eta0 * s->z_xi_sum -
            s->rounding;
    *right = (double)s->steps * proof_q_prime(c, form);
}

/* E[f(z_0) - f(z_{t+1})] <= E[f(z_0) - f*] */
static void step_35(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    const struct proof_step *s = &c->step[t];
    (void)form;
    *left = s->first - s->next;
    *right = s->first - c->run->loss.minimum;
}

/* Q sum_k E|grad f(theta_k)|^2 <= E[f(z_0) - f*] + (t+1) Q' */
static void line_35(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    const struct proof_step *s = &c->step[t];
    *left = proof_q(c) * s->sum;
    *right = proof_gap(c) + (double)s->steps * proof_q_prime(c, form);
}

/* z_0 = theta_0 */
static void start_36(const struct proof_chain *c, long t, enum form form,
                     double perturbation, double *apart, double *size)
{
    (void)form;
    const double beta = c->pnm.beta, theta = c->pnm.theta[0];
    (void)t;
    *apart = (trajectory_x(&c->pnm, c->x, 0, 0) -
              beta * (1 + perturbation) * trajectory_x(&c->pnm, c->x, -2, 0)) /
                 (1 - beta) -
             theta;
    *size = theta;
}

static double right_of_36(const struct proof_chain *c, long t, enum form form)
{
    const double q = proof_q(c);
    return proof_gap(c) / ((double)(t + 1) * q) + proof_q_prime(c, form) / q;
}

/* Printed without the factor 2 that eq. 38 has. */
static double right_of_37(const struct proof_chain *c, long t, double factor,
                          enum form form)
{
    const double alpha = proof_alpha(c), rest = 1 - c->pnm.beta;
    return factor * proof_gap(c) * rest / ((double)(t + 1) * alpha) +
           2 * rest / alpha * proof_q_prime(c, form);
}

static double factor_of(enum form form)
{
    return form == FORM_PRINTED ? 1 : 2;
}

/* min_k E|grad f(theta_k)|^2 <= (f(theta_0) - f*)/((t+1) Q) + Q'/Q */
static void line_36(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    *left = c->step[t].smallest;
    *right = right_of_36(c, t, form);
}

static void line_37(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    *left = c->step[t].smallest;
    *right = right_of_37(c, t, factor_of(form), form);
}

/* Eq. 36's right-hand side is at most eq. 37's, with the same Q'. */
static void step_37(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    *left = right_of_36(c, t, FORM_INTENDED);
    *right = right_of_37(c, t, factor_of(form), FORM_INTENDED);
}

/* --- what eq. 37's missing factor does -------------------------------------------- */

/* Plain gradient descent, eta0 = 1/(2L), on an L-smooth function whose gradient is G at
 * every iterate of the chain and dips between two of them: f' = G - L d, d the distance
 * from the nearest iterate; beyond the last one it falls to 0. There Q' = 0. */
enum { DIP_STEPS = 64, DIP_PARTS = 4 };
static const double dip_l = PROOF_SMOOTHNESS, dip_g = 1,
                    dip_eta0 = 0.5 / PROOF_SMOOTHNESS;

/* f' at the distance `fallen` below theta_0. */
static double dip_gradient(double fallen)
{
    const double step = dip_eta0 * dip_g, last = (DIP_STEPS - 1) * step;
    if (fallen <= 0)
        return dip_g;
    const double nearest = fallen < last ? step * round(fallen / step) : last;
    return fmax(0, dip_g - dip_l * fabs(fallen - nearest));
}

/* f(theta_0) - f*, by the trapezoidal rule, which is exact for a gradient of straight
 * pieces that end at its points. */
static double dip_gap(void)
{
    const double part = dip_eta0 * dip_g / DIP_PARTS;
    double sum = 0;
    for (int k = 0; k < (DIP_STEPS + 1) * DIP_PARTS; k++)
        sum += part * (dip_gradient(k * part) + dip_gradient((k + 1) * part)) / 2;
    return sum;
}

static int add_dips(struct ledger *ledger, const struct claim *claim, enum form form,
                    struct error *error)
{
    struct rule rule;
    int status = rule_from(&rule, error, "pnm lr=%.17g beta0=0 beta1=0", dip_eta0);
    if (status != STATUS_OK)
        return status;
    double smallest = INFINITY, theta = 0, slots[RULE_MAX_SLOTS] = {0};
    for (uint64_t t = 0; t < DIP_STEPS; t++) {
        const double gradient = dip_gradient(-theta);
        smallest = fmin(smallest, gradient * gradient);
        rule.kind->step(&rule, t, 1, &gradient, &theta, slots);
    }
    const double a = dip_eta0 * dip_l, factor = factor_of(form);
    const struct evidence evidence = claim_known(
        1, DIP_STEPS * a / factor / ((DIP_STEPS - 1) * a * (1 - a / 4) + 0.5),
        smallest * DIP_STEPS * dip_eta0 / (factor * dip_gap()));
    char setting[160];
    snprintf(setting, sizeof setting,
             "%s: a gradient that dips between the iterates; pnm beta0=0 beta1=0 "
             "eta0 L=%g, L=%g, n=1, without noise, t=%d",
             ledger_form_text(form), a, dip_l, DIP_STEPS - 1);
    return ledger_bound(ledger, claim, form, setting, &evidence, 0, error);
}

/* --- claims ----------------------------------------------------------------------- */

#define ROW(form_, text_, bound_, chains_)                                             \
    {                                                                                  \
        .form = (form_), .text = (text_), .x = X_CORRECTED, .bound = (bound_),         \
        .chains = (chains_),                                                           \
    }
#define IDENTITY(form_, text_, identity_)                                              \
    {                                                                                  \
        .form = (form_), .text = (text_), .x = X_CORRECTED, .identity = (identity_),   \
    }

static int check_31(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {IDENTITY(FORM_PRINTED, NULL, line_31)};
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_32(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        IDENTITY(FORM_PRINTED, NULL, line_32),
        IDENTITY(FORM_INTENDED, NULL, line_32),
        IDENTITY(FORM_CORRECTED, NULL, line_32),
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_33(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        ROW(FORM_PRINTED, NULL, line_33, PROOF_QUIET),
        ROW(FORM_INTENDED, NULL, line_33, PROOF_QUIET),
        ROW(FORM_CORRECTED, NULL, line_33, PROOF_QUIET),
        ROW(FORM_PRINTED, NULL, line_33, PROOF_MEAN),
        ROW(FORM_CORRECTED, NULL, line_33, PROOF_MEAN),
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_34(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        ROW(FORM_PRINTED, NULL, line_34, PROOF_QUIET),
        ROW(FORM_INTENDED, NULL, line_34, PROOF_QUIET),
        ROW(FORM_CORRECTED, NULL, line_34, PROOF_QUIET),
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_35(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        ROW(FORM_PRINTED, "f(z_{t+1}) is at least f*", step_35, PROOF_EVERY),
        ROW(FORM_PRINTED, NULL, line_35, PROOF_QUIET),
        ROW(FORM_INTENDED, NULL, line_35, PROOF_QUIET),
        ROW(FORM_CORRECTED, NULL, line_35, PROOF_QUIET),
        ROW(FORM_PRINTED, NULL, line_35, PROOF_MEAN),
        ROW(FORM_CORRECTED, NULL, line_35, PROOF_MEAN),
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_36(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        IDENTITY(FORM_PRINTED, "z_0 = theta_0, residual", start_36),
        ROW(FORM_PRINTED, NULL, line_36, PROOF_QUIET),
        ROW(FORM_INTENDED, NULL, line_36, PROOF_QUIET),
        ROW(FORM_CORRECTED, NULL, line_36, PROOF_QUIET),
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_37(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        ROW(FORM_PRINTED, "eq. 36 implies it", step_37, PROOF_QUIET),
        ROW(FORM_INTENDED, "eq. 36 implies it", step_37, PROOF_QUIET),
        ROW(FORM_PRINTED, NULL, line_37, PROOF_QUIET),
        ROW(FORM_INTENDED, NULL, line_37, PROOF_QUIET),
        ROW(FORM_CORRECTED, NULL, line_37, PROOF_QUIET),
        ROW(FORM_PRINTED, NULL, line_37, PROOF_SMALLEST),
        ROW(FORM_CORRECTED, NULL, line_37, PROOF_SMALLEST),
    };
    int status = PROOF_ROWS(ledger, claim, rows, error);
    if (status == STATUS_OK)
        status = add_dips(ledger, claim, FORM_PRINTED, error);
    return status == STATUS_OK ? add_dips(ledger, claim, FORM_INTENDED, error) : status;
}

const struct claim claim_proof_31 = {
    .id = "proof-31",
    .where = "app. A, eq. 31",
    .kind = CLAIM_IDENTITY,
    .statement = "Q is lemma A.2's coefficient of -E|grad f(theta_t)|^2, with the rate "
                 "at which z moves: residual over Q 0",
    .check = check_31,
};

const struct claim claim_proof_32 = {
    .id = "proof-32",
    .where = "app. A, eq. 32",
    .kind = CLAIM_IDENTITY,
    .statement = "Q' is the rest of lemma A.2 with lemma A.3 put in, with the rate at "
                 "which z moves: residual over that 0",
    .check = check_32,
};

const struct claim claim_proof_33 = {
    .id = "proof-33",
    .where = "app. A, eq. 33",
    .kind = CLAIM_BOUND,
    .statement = "E[f(z_{k+1}) - f(z_k)] + Q E|grad f(theta_k)|^2 over Q' is at most 1",
    .check = check_33,
};

const struct claim claim_proof_34 = {
    .id = "proof-34",
    .where = "app. A, eq. 34",
    .kind = CLAIM_BOUND,
    .statement = "Q sum_k E|grad f(theta_k)|^2 - E[f(z_0) - f(z_{t+1})] over (t+1) Q' "
                 "is at most 1",
    .check = check_34,
};

const struct claim claim_proof_35 = {
    .id = "proof-35",
    .where = "app. A, eq. 35",
    .kind = CLAIM_BOUND,
    .statement = "Q sum_k E|grad f(theta_k)|^2 over E[f(z_0) - f*] + (t+1) Q' is at "
                 "most 1",
    .check = check_35,
};

const struct claim claim_proof_36 = {
    .id = "proof-36",
    .where = "app. A, eq. 36",
    .kind = CLAIM_BOUND,
    .statement = "min_k E|grad f(theta_k)|^2 over (f(theta_0) - f*)/((t+1) Q) + Q'/Q "
                 "is at most 1",
    .check = check_36,
};

const struct claim claim_proof_37 = {
    .id = "proof-37",
    .where = "app. A, eq. 37",
    .kind = CLAIM_BOUND,
    .statement = "min_k E|grad f(theta_k)|^2 over (f(theta_0) - f*) (1-beta)/((t+1) "
                 "alpha) + 2 (1-beta)/alpha Q' is at most 1",
    .check = check_37,
};
