/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound.h: theorem 3.1 and lemmas A.2 and A.3 on chains of pnm, as the ratio of the
 * left-hand to the right-hand side, which is at most 1 if the bound holds.
 *
 * Theorem 3.1: min_k E|grad f(theta_k)|^2, k < T, over the theorem's bound.
 *
 * Lemma A.3: the largest E|grad f(z_t) - grad f(theta_t)|^2, t <= T, over the bound.
 *
 * Lemma A.2, the descent of f(z_t) in a step t < T, with eta0 = alpha/(1-beta) and the
 * term that may be negative taken to the left:
 *
 *   E[f(z_{t+1}) - f(z_t) + eta0 |grad f(theta_t)|^2]
 *     <= E[|D|^2/(2L) + L eta0^2 |grad f(theta_t)|^2] + L eta0^2 s/2.
 *
 * The printed form has D = f(z_t) - f(theta_t) and s = 1; its proof, and the corrected
 * form, have D = grad f(z_t) - grad f(theta_t) and s = sigma^2.
 *
 * z_t is made with the x_t for which lemma A.1 holds. The error that rounding may have
 * added is subtracted from the left-hand side: a ratio above 1 is above 1 in exact
 * arithmetic too. */
#ifndef PNM_BOUND_H
#define PNM_BOUND_H

#include "compare/convergence.h"

enum bound { BOUND_THEOREM, BOUND_LEMMA_A2, BOUND_LEMMA_A3, BOUNDS };
enum { BOUND_FORMS = CONVERGENCE_CORRECTED + 1 };

/* Relative standard error at which a band's half-width is 4 % of the ratio, so that the
 * negative control of a bound, 0.95 times the ratio, is seen to fail. */
#define BOUND_PRECISION (0.04 / ESTIMATE_Z)

/* "thm3.1", "lemma-A2", "lemma-A3". */
const char *bound_name(enum bound bound);

/* An ensemble of pnm over T = horizon steps, with the task's loss, noise and start. */
struct bound_ensemble {
    enum bound bound;
    const struct convergence_task *task; /* its number of chains is ignored */
    const struct rule *rule;
    uint64_t horizon;
};

struct bound_ratio {
    double ratio, se; /* NAN if count is 0; se is 0 without noise */
    uint64_t count;   /* chains that measured it */
    uint64_t step;    /* k or t */
};

/* Measures ratio[], indexed by enum convergence_form. Even chains choose the step and
 * odd chains measure it, so that the choice does not bias the ratio; without noise one
 * chain does both. */
PNM_MUST_USE int bound_measure(const struct bound_ensemble *ensemble, uint64_t chains,
                               struct bound_ratio *ratio, struct error *error);

/* Computes ratio[] without noise from Algorithm 2 written out; calls no rule's step. */
PNM_MUST_USE int bound_written(const struct bound_ensemble *ensemble,
                               struct bound_ratio *ratio, struct error *error);

/* A form's ratio as evidence on the bound 1: measured on `chains` chains (not at all if
 * 0), and exact if there is no noise, with the error that rounding may have left in it.
 * *step is the step that was measured. */
PNM_MUST_USE int bound_evidence(const struct bound_ensemble *ensemble,
                                enum convergence_form form, uint64_t chains,
                                struct evidence *evidence, uint64_t *step,
                                struct error *error);

/* A quick look for comparing settings: the lower end of the ratio's confidence band
 * over `chains` chains, a multiple of 64, or bound_written without noise. (Of thousands
 * of looks the largest ratio itself is that of the luckiest, noisiest setting.) For the
 * theorem the left-hand side is a mean over the last steps, as many as are alike: a
 * chain that has settled is then known to a percent, and is not passed over for its
 * noise. All settings get the same random numbers, which are not those of
 * bound_measure. */
PNM_MUST_USE int bound_look(const struct bound_ensemble *ensemble, uint64_t chains,
                            double *ratio, struct error *error);

/* Plans chains, a power of two, for a relative standard error `precision` of the form's
 * ratio, or for a smaller one, down to 0.001, if the ratio is near 1; without noise,
 * one chain. The pilots have random numbers of their own. *samples becomes the
 * coordinate-steps of the chains; if even the fewest with their pilot are beyond the
 * budget of samples, the coordinate-steps of these, and *chains is 0. */
PNM_MUST_USE int bound_plan(const struct bound_ensemble *ensemble,
                            enum convergence_form form, double precision,
                            uint64_t *chains, double *samples, struct error *error);

#endif
