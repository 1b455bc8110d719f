/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-29, proof-30, proof-A2: the proof of lemma A.2, the descent of f(z_t) in one
 * step, with its lines that have no number. */
#include "claims/shared/proof_lines.h"

#include <math.h>

/* --- equations 29 and 30 ---------------------------------------------------------- */

/* f(z_{t+1}) - f(z_t) - grad f(z_t) . (z_{t+1} - z_t) <= L/2 |z_{t+1} - z_t|^2 */
static void line_29(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    const struct proof_step *s = &c->step[t];
    (void)form;
    *left = s->next - s->at_z - s->z_move - s->rounding;
    *right = c->run->loss.smoothness / 2 * s->moved;
}

/* f(z_{t+1}) - f(z_t) + eta0 grad f(z_t) . g_t <= L eta0^2/2 |g_t|^2 */
static void line_30(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    const struct proof_step *s = &c->step[t];
    const double eta0 = c->pnm.eta0;
    (void)form;
    *left = s->next - s->at_z + eta0 * s->z_g - s->rounding;
    *right = c->run->loss.smoothness * eta0 * eta0 / 2 * s->g;
}

static int check_29(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        {.form = FORM_PRINTED,
         .text = "x = theta - eta0 beta0 m",
         .x = X_APPENDIX,
         .bound = line_29},
        {.form = FORM_CORRECTED,
         .text = "x = theta + eta0 beta0 m",
         .x = X_CORRECTED,
         .bound = line_29},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

static int check_30(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        {.form = FORM_PRINTED,
         .text = "x = theta - eta0 beta0 m",
         .x = X_APPENDIX,
         .bound = line_30},
        {.form = FORM_CORRECTED,
         .text = "x = theta + eta0 beta0 m",
         .x = X_CORRECTED,
         .bound = line_30},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

const struct claim claim_proof_29 = {
    .id = "proof-29",
    .where = "app. A, eq. 29",
    .kind = CLAIM_BOUND,
    .statement = "f(z_{t+1}) - f(z_t) - grad f(z_t).(z_{t+1} - z_t) over L/2 "
                 "|z_{t+1} - z_t|^2 is at most 1",
    .check = check_29,
};

const struct claim claim_proof_30 = {
    .id = "proof-30",
    .where = "app. A, eq. 30",
    .kind = CLAIM_BOUND,
    .statement = "f(z_{t+1}) - f(z_t) + alpha/(1-beta) grad f(z_t).g_t over L "
                 "alpha^2/(2 (1-beta)^2) |g_t|^2 is at most 1",
    .check = check_30,
};

/* --- lines without a number ------------------------------------------------------- */

/* The right-hand side of eq. 30 less f(z_t), and its expansion with g = grad f + xi. */
static void expansion(const struct proof_chain *c, long t, enum form form,
                      double perturbation, double *apart, double *size)
{
    (void)form;
    const struct proof_step *s = &c->step[t];
    const double eta0 = c->pnm.eta0, quadratic = c->run->loss.smoothness * eta0 * eta0;
    const double direct = -eta0 * s->z_g + quadratic / 2 * s->g;
    const double expanded = -eta0 * (1 + perturbation) * s->z_xi - eta0 * s->cross -
                            eta0 * s->square + quadratic / 2 * s->g;
    *apart = direct - expanded;
    *size = eta0 * s->square + quadratic * s->g;
}

/* E|xi| <= sigma^2; intended, as theorem 3.1 assumes: E|xi|^2 <= sigma^2. */
static void noise(const struct proof_chain *c, long t, enum form form, double *left,
                  double *right)
{
    const struct proof_step *s = &c->step[t];
    *left = form == FORM_PRINTED ? sqrt(s->xi) : s->xi;
    *right = c->run->sigma * c->run->sigma;
}

/* After the expectation, with the term in |grad f|^2 taken to the left. The term in xi
 * has mean 0; it is left in because the rest then varies less. */
static void expected(const struct proof_chain *c, long t, enum form form, double *left,
                     double *right)
{
    const struct proof_step *s = &c->step[t];
    const double eta0 = c->pnm.eta0, quadratic = c->run->loss.smoothness * eta0 * eta0;
    (void)form;
    *left = s->next - s->at_z + eta0 * (s->z_xi + s->cross + s->square) -
            quadratic / 2 * s->square;
    *right = quadratic / 2 * c->run->sigma * c->run->sigma;
}

/* -eta0 D.grad f(theta) <= |D|^2/(2L) + L eta0^2/2 |grad f(theta)|^2 */
static void product(const struct proof_chain *c, long t, enum form form, double *left,
                    double *right)
{
    const struct proof_step *s = &c->step[t];
    const double l = c->run->loss.smoothness, eta0 = c->pnm.eta0;
    (void)form;
    *left = -eta0 * s->cross;
    *right = s->apart / (2 * l) + l * eta0 * eta0 / 2 * s->square;
}

/* The last "=": what stands before it, and after it what is printed or intended. */
static void gathered(const struct proof_chain *c, long t, enum form form,
                     double perturbation, double *apart, double *size)
{
    const bool printed = form == FORM_PRINTED;
    const struct proof_step *s = &c->step[t];
    const double l = c->run->loss.smoothness, eta0 = c->pnm.eta0;
    const double quadratic = l * eta0 * eta0, values = s->at_z - s->at_theta;
    const double variance = c->run->sigma * c->run->sigma;
    const double before = s->apart / (2 * l) + quadratic / 2 * s->square +
                          (quadratic / 2 - eta0) * s->square + quadratic * variance / 2;
    const double after = (printed ? values * values : s->apart) / (2 * l) +
                         (quadratic * (1 + perturbation) - eta0) * s->square +
                         quadratic * (printed ? 1 : variance) / 2;
    *apart = before - after;
    *size = before;
}

static int check_a2(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct proof_row rows[] = {
        {.form = FORM_PRINTED,
         .text = "eq. 30 with g = grad f + xi, residual",
         .x = X_CORRECTED,
         .identity = expansion},
        {.form = FORM_PRINTED,
         .text = "size of the noise over sigma^2",
         .x = X_CORRECTED,
         .bound = noise,
         .chains = PROOF_MEAN},
        {.form = FORM_INTENDED,
         .text = "squared size of the noise over sigma^2",
         .x = X_CORRECTED,
         .bound = noise,
         .chains = PROOF_SAME},
        {.form = FORM_PRINTED,
         .text = "after the expectation",
         .x = X_CORRECTED,
         .bound = expected,
         .chains = PROOF_MEAN,
         .loud = true},
        {.form = FORM_PRINTED,
         .text = "Cauchy-Schwarz",
         .x = X_CORRECTED,
         .bound = product},
        {.form = FORM_PRINTED,
         .text = "the last line, residual",
         .x = X_CORRECTED,
         .identity = gathered},
        {.form = FORM_INTENDED,
         .text = "the last line, residual",
         .x = X_CORRECTED,
         .identity = gathered},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

const struct claim claim_proof_a2 = {
    .id = "proof-A2",
    .where = "app. A, proof of lemma A.2",
    .kind = CLAIM_BOUND,
    .statement = "the lines between eq. 30 and the end of the proof: left over right "
                 "at most 1, or a residual of 0",
    .check = check_a2,
};
