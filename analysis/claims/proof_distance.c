/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-A3: the proof of lemma A.3, the distance of z_t from theta_t, whose lines have
 * no number. With the x_t that is printed, z_t is another point, and the first lines
 * say rightly where it lies; the x_t that obeys eq. 24 moves one sign. The recursion
 * that follows is that of x_t and not of theta_t. */
#include "claims/shared/proof_lines.h"

#include <math.h>

/* --- where z_t lies --------------------------------------------------------------- */

/* |grad f(z_t) - grad f(theta_t)|^2 <= L^2 |z_t - theta_t|^2 */
static void smooth(const struct proof_chain *c, long t, enum form form, double *left,
                   double *right)
{
    const double l = c->run->loss.smoothness;
    const double rest = sqrt(c->step[t].apart) - 1e-12 * c->run->loss.gradient_bound;
    (void)form;
    *left = rest > 0 ? rest * rest : 0;
    *right = l * l * c->step[t].distance;
}

/* theta_t - theta_{t-2}; theta_{-2} = theta_{-1} = theta_0. */
static double of_theta(const struct proof_chain *c, long t, size_t i)
{
    const long before = t < 2 ? 0 : t - 2, here = t < 0 ? 0 : t;
    return c->pnm.theta[(size_t)here * c->pnm.n + i] -
           c->pnm.theta[(size_t)before * c->pnm.n + i];
}

static double of_x(const struct proof_chain *c, long t, size_t i)
{
    return trajectory_x(&c->pnm, c->x, t, i) -
           (t < 0 ? c->pnm.theta[i] : trajectory_x(&c->pnm, c->x, t - 2, i));
}

/* z_t - theta_t = [beta (theta_t - theta_{t-2}) - alpha beta0 g_{t-1}]/(1-beta), with
 * the other sign for the x_t that obeys eq. 24. */
static void place(const struct proof_chain *c, long t, enum form form,
                  double perturbation, double *apart, double *size)
{
    (void)form;
    const double beta = c->pnm.beta, sign = c->x == X_APPENDIX ? -1 : 1;
    const double shift = sign * proof_alpha(c) * c->pnm.beta0 * (1 + perturbation);
    *apart = *size = 0;
    for (size_t i = 0; i < c->pnm.n; i++) {
        const size_t k = (size_t)t * c->pnm.n + i;
        const double left = c->z[k] - c->pnm.theta[k];
        const double right =
            (beta * of_theta(c, t, i) + shift * proof_g(c, t - 1, i)) / (1 - beta);
        *apart = fmax(*apart, fabs(left - right));
        *size = fmax(*size, fabs(right));
    }
}

/* --- theta_t - theta_{t-2} -------------------------------------------------------- */

/* The gradients that a step adds to the recursion: as printed, and those of theta. */
static double added(const struct proof_chain *c, long t, size_t i, bool of_the_rule)
{
    const double beta0 = c->pnm.beta0;
    if (!of_the_rule)
        return proof_g(c, t - 1, i) + proof_g(c, t - 2, i);
    return (1 + beta0) * proof_g(c, t - 1, i) + proof_g(c, t - 2, i) -
           beta0 * proof_g(c, t - 3, i);
}

typedef double (*difference)(const struct proof_chain *c, long t, size_t i);

/* d_t = beta d_{t-2} - alpha (...) for d = theta_t - theta_{t-2} or x_t - x_{t-2} */
static void recursion(const struct proof_chain *c, long t, difference d,
                      bool of_the_rule, double perturbation, double *apart,
                      double *size)
{
    const double alpha = proof_alpha(c) * (1 + perturbation);
    *apart = *size = 0;
    for (size_t i = 0; i < c->pnm.n; i++) {
        const double left = d(c, t, i);
        const double right =
            c->pnm.beta * d(c, t - 2, i) - alpha * added(c, t, i, of_the_rule);
        *apart = fmax(*apart, fabs(left - right));
        *size = fmax(*size, fabs(left));
    }
}

static void recursion_of_theta(const struct proof_chain *c, long t, enum form form,
                               double perturbation, double *apart, double *size)
{
    recursion(c, t, of_theta, form != FORM_PRINTED, perturbation, apart, size);
}

static void recursion_of_x(const struct proof_chain *c, long t, enum form form,
                           double perturbation, double *apart, double *size)
{
    (void)form;
    recursion(c, t, of_x, false, perturbation, apart, size);
}

/* sum_k beta^k (...)_{t-2k}, k < t/2 */
static double summed(const struct proof_chain *c, long t, size_t i, bool of_the_rule)
{
    double sum = 0, weight = 1;
    for (long k = 0; 2 * k < t; k++, weight *= c->pnm.beta)
        sum += weight * added(c, t - 2 * k, i, of_the_rule);
    return sum;
}

/* theta_t - theta_{t-2} = -alpha sum_k beta^k (...) at even t */
static void solved(const struct proof_chain *c, long t, enum form form,
                   double perturbation, double *apart, double *size)
{
    const double alpha = proof_alpha(c) * (1 + perturbation);
    *apart = *size = 0;
    for (size_t i = 0; t % 2 == 0 && i < c->pnm.n; i++) {
        const double left = of_theta(c, t, i);
        const double right = -alpha * summed(c, t, i, form != FORM_PRINTED);
        *apart = fmax(*apart, fabs(left - right));
        *size = fmax(*size, fabs(left));
    }
}

/* --- the bound -------------------------------------------------------------------- */

/* Gamma_t = (1 - beta^(t/2))/(1-beta), at even t. */
static double gamma_of(const struct proof_chain *c, long t)
{
    return (1 - pow(c->pnm.beta, (double)t / 2)) / (1 - c->pnm.beta);
}

/* |beta sum_k beta^k (g_{t-1-2k} + g_{t-2-2k}) + beta0 g_{t-1}|^2
 *     <= (beta Gamma_t + beta0)^2 (G^2 + sigma^2); corrected: 2 beta Gamma_t */
static void norm(const struct proof_chain *c, long t, enum form form, double *left,
                 double *right)
{
    const double beta = c->pnm.beta, beta0 = c->pnm.beta0;
    const double gradients = form == FORM_PRINTED ? 1 : 2;
    const double weights = gradients * beta * gamma_of(c, t) + beta0;
    const double g = c->run->loss.gradient_bound, sigma = c->run->sigma;
    *left = 0;
    *right = weights * weights * (g * g + sigma * sigma);
    for (size_t i = 0; t % 2 == 0 && i < c->pnm.n; i++) {
        const double v = beta * summed(c, t, i, false) + beta0 * proof_g(c, t - 1, i);
        *left += v * v;
    }
}

/* The sum of the absolute weights of the gradients in z_t - theta_t with the printed
 * x_t, over alpha/(1-beta)^2; printed: beta + beta0 (1-beta). */
static double weights(double beta, double beta0, enum form form)
{
    const double own = beta0 * (1 - beta);
    if (form == FORM_PRINTED)
        return beta + own;
    return own <= beta ? 2 * beta + own : 2 * beta * (1 - beta) + own * (1 + 2 * beta);
}

/* Lemma A.3 with the printed x_t. */
static void lemma(const struct proof_chain *c, long t, enum form form, double *left,
                  double *right)
{
    const double factor = c->run->loss.smoothness * c->pnm.eta0 *
                          weights(c->pnm.beta, c->pnm.beta0, form) / (1 - c->pnm.beta);
    const double g = c->run->loss.gradient_bound, sigma = c->run->sigma;
    smooth(c, t, form, left, right);
    *right = factor * factor * (g * g + sigma * sigma);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct proof_row rows[] = {
        {.form = FORM_PRINTED,
         .text = "f is L-smooth",
         .bound = smooth,
         .x = X_APPENDIX},
        {.form = FORM_PRINTED,
         .text = "z - theta, x = theta - eta0 beta0 m, residual",
         .identity = place,
         .x = X_APPENDIX},
        {.form = FORM_CORRECTED,
         .text = "z - theta, x = theta + eta0 beta0 m, residual",
         .identity = place,
         .x = X_CORRECTED},
        {.form = FORM_PRINTED,
         .text = "recursion of theta_t - theta_{t-2}, residual",
         .identity = recursion_of_theta,
         .x = X_CORRECTED},
        {.form = FORM_CORRECTED,
         .text = "recursion of theta_t - theta_{t-2}, residual",
         .identity = recursion_of_theta,
         .x = X_CORRECTED},
        {.form = FORM_CORRECTED,
         .text = "the printed recursion, of x_t - x_{t-2}, residual",
         .identity = recursion_of_x,
         .x = X_CORRECTED},
        {.form = FORM_PRINTED,
         .text = "theta_t - theta_{t-2} as a sum, residual",
         .identity = solved,
         .x = X_CORRECTED},
        {.form = FORM_CORRECTED,
         .text = "theta_t - theta_{t-2} as a sum, residual",
         .identity = solved,
         .x = X_CORRECTED},
        {.form = FORM_PRINTED,
         .text = "(beta Gamma + beta0)^2",
         .bound = norm,
         .x = X_CORRECTED,
         .chains = PROOF_QUIET},
        {.form = FORM_CORRECTED,
         .text = "(2 beta Gamma + beta0)^2",
         .bound = norm,
         .x = X_CORRECTED,
         .chains = PROOF_QUIET},
        {.form = FORM_PRINTED,
         .text = "the lemma, x = theta - eta0 beta0 m",
         .bound = lemma,
         .x = X_APPENDIX,
         .chains = PROOF_QUIET},
        {.form = FORM_CORRECTED,
         .text = "the lemma, x = theta - eta0 beta0 m",
         .bound = lemma,
         .x = X_APPENDIX,
         .chains = PROOF_QUIET},
    };
    return PROOF_ROWS(ledger, claim, rows, error);
}

const struct claim claim_proof_a3 = {
    .id = "proof-A3",
    .where = "app. A, proof of lemma A.3",
    .kind = CLAIM_BOUND,
    .statement =
        "the lines of the proof: left over right at most 1, or a residual of 0",
    .check = check,
};
