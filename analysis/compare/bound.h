/* bound.h: theorem 3.1 and lemmas A.2 and A.3 on chains of pnm, as the ratio of the
 * left-hand to the right-hand side: at most 1 where the bound holds.
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
 * Printed: D = f(z_t) - f(theta_t) and s = 1. Its proof, and the corrected form, have
 * D = grad f(z_t) - grad f(theta_t) and s = sigma^2.
 *
 * z_t is made with the x_t for which lemma A.1 holds. What rounding may have added is
 * taken off the left-hand side: a ratio above 1 is above 1 in exact arithmetic too. */
#ifndef PNM_BOUND_H
#define PNM_BOUND_H

#include "compare/convergence.h"

enum bound { BOUND_THEOREM, BOUND_LEMMA_A2, BOUND_LEMMA_A3, BOUNDS };
enum { BOUND_FORMS = CONVERGENCE_CORRECTED + 1 };

/* Relative standard error that puts a band's half-width at 4 % of the ratio, so that
 * 0.95 x the ratio as bound is seen to fail: the negative control of a bound. */
#define BOUND_PRECISION (0.04 / ESTIMATE_Z)

/* "thm3.1", "lemma-A2", "lemma-A3". */
const char *bound_name(enum bound bound);

/* An ensemble of pnm for T steps: the task's loss, noise and start, the rule with its
 * rate.
 */
struct bound_ensemble {
    enum bound bound;
    const struct convergence_task *task; /* its chains are not looked at */
    const struct rule *rule;
    uint64_t horizon;
};

struct bound_ratio {
    double ratio, se; /* NAN where count is 0; se 0 without noise */
    uint64_t count;   /* chains that measured it */
    uint64_t step;    /* k or t */
};

/* ratio[] by enum convergence_form. Chains of even number choose the step, those of
 * odd number measure it, so that the choice does not bias the ratio; without noise one
 * chain does both. */
PNM_MUST_USE int bound_measure(const struct bound_ensemble *ensemble, uint64_t chains,
                               struct bound_ratio *ratio, struct error *error);

/* The same without noise, on Algorithm 2 written out; calls no rule's step. */
PNM_MUST_USE int bound_written(const struct bound_ensemble *ensemble,
                               struct bound_ratio *ratio, struct error *error);

/* Both of a form's ratio as evidence against the bound 1: measured on `chains`, 0:
 * not at all, and exact where there is no noise. *step is where it was measured. */
PNM_MUST_USE int bound_evidence(const struct bound_ensemble *ensemble,
                                enum convergence_form form, uint64_t chains,
                                struct evidence *evidence, uint64_t *step,
                                struct error *error);

/* A quick look, for comparing settings: the ratio less a standard error over one unit
 * of chains, with the same random numbers for all settings, which are not those of
 * bound_measure; bound_written without noise. */
PNM_MUST_USE int bound_look(const struct bound_ensemble *ensemble, double *ratio,
                            struct error *error);

/* Chains for a relative standard error of the form's ratio, or for less where it is
 * near 1, but no less than 0.001 then, from pilots of other random numbers; a power of
 * two. */
PNM_MUST_USE int bound_plan(const struct bound_ensemble *ensemble,
                            enum convergence_form form, double precision,
                            uint64_t *chains, struct error *error);

#endif
