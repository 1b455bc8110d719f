/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof_chain.h: chains of pnm with the quantities that the proofs of appendix A name:
 * x_t, z_t, gradients and values at theta_t and z_t, and sums over the steps.
 *
 * L is PROOF_SMOOTHNESS, not 1, so that a power of L too many is seen. */
#ifndef PNM_PROOF_CHAIN_H
#define PNM_PROOF_CHAIN_H

#include "claims/shared/claim_descent.h"

#define PROOF_SMOOTHNESS 1e-3

/* The setting of a chain, in units of the loss's L, G and dimension. */
struct proof_setting {
    const struct loss_kind *loss;
    size_t n;
    double beta0, beta1;
    double rate;  /* eta0 L */
    double sigma; /* in G */
    double start; /* theta_0 in every coordinate, in G/(L sqrt(n)) */
    uint64_t steps;
};

/* A setting ready to run. It holds pointers into itself and must not be copied. */
struct proof_run {
    struct proof_setting setting;
    struct loss loss;
    struct rule rule;
    struct descent descent;
    double sigma; /* as the theorem has it: sqrt(E|xi|^2) */
};
PNM_MUST_USE int proof_run_init(struct proof_run *run, const struct ledger *ledger,
                                const struct proof_setting *setting,
                                struct error *error);
/* Legal after a failure. */
void proof_run_free(struct proof_run *run);

/* The numbers of step t. D = grad f(z_t) - grad f(theta_t). */
struct proof_step {
    double at_z, next;    /* f(z_t), f(z_{t+1}) */
    double at_theta;      /* f(theta_t) */
    double square;        /* |grad f(theta_t)|^2 */
    double apart;         /* |D|^2 */
    double cross;         /* D . grad f(theta_t) */
    double distance;      /* |z_t - theta_t|^2 */
    double g, xi;         /* |g_t|^2, |xi_t|^2 */
    double z_g, z_xi;     /* grad f(z_t) . g_t, grad f(z_t) . xi_t */
    double z_move, moved; /* grad f(z_t) . (z_{t+1} - z_t), |z_{t+1} - z_t|^2 */
    double first;         /* f(z_0) */
    double sum, z_xi_sum; /* of square and z_xi up to t */
    double smallest;      /* square up to t */
    uint64_t steps;       /* t + 1 */
    double rounding;      /* that differences of f may have */
};

/* One chain. */
struct proof_chain {
    const struct proof_run *run;
    enum x_form x;
    struct trajectory pnm;
    double *z, *at_z, *at_theta; /* z_t and both gradients, laid out as theta is */
    struct proof_step *step;
    double rate; /* at which z moves against g: alpha/(1 - beta), by least squares */
};

/* The simulated chain number `chain`. */
PNM_MUST_USE int proof_chain_measured(struct proof_chain *chain,
                                      const struct proof_run *run, uint64_t number,
                                      enum x_form x, struct error *error);
/* Algorithm 2 written out: on the gradients of another chain or, where that is NULL, on
 * the loss's own, without noise. */
PNM_MUST_USE int proof_chain_written(struct proof_chain *chain,
                                     const struct proof_run *run,
                                     const struct proof_chain *from, enum x_form x,
                                     struct error *error);
/* Makes x_t and all that follows from it anew, if it is another one. */
void proof_chain_use(struct proof_chain *chain, enum x_form x);
/* Legal on a zeroed chain. */
void proof_chain_free(struct proof_chain *chain);

/* The LOSS_LANES simulated chains of a unit; free each, also after a failure. */
PNM_MUST_USE int proof_chain_unit(struct proof_chain *chains,
                                  const struct proof_run *run, uint64_t unit,
                                  enum x_form x, struct error *error);

/* Coordinate i of g_t; 0 for t < 0. */
double proof_g(const struct proof_chain *chain, long t, size_t i);
/* alpha = eta0 (1 - beta). */
double proof_alpha(const struct proof_chain *chain);

#endif
