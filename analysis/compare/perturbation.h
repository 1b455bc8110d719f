/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perturbation.h: pnm as a bounded perturbation of another iterate.
 *
 * Algorithm 2 is theta_{t+1} = theta_t - eta0 m_t - eta0 beta0 (m_t - m_{t-1}). So
 * x_t = theta_t + eta0 beta0 m_{t-1} follows x_{t+1} = x_t - eta0 m_t, plain momentum
 * whose gradients are taken at theta_t = x_t - eta0 beta0 m_{t-1}. In the stationary
 * law Var x_{t+1} = Var x_t gives Cov(x_t, m_{t-1}) = -eta0 Var(m)/2, and with it Var
 * theta = Var x + eta0^2 beta0 (1 + beta0) Var m. */
#ifndef PNM_PERTURBATION_H
#define PNM_PERTURBATION_H

#include "engine/sampling.h"
#include "verdict/evidence.h"

/* Stationary moments at curvature 1 and noise variance 1. */
struct perturbation {
    double momentum; /* Var m */
    double iterate;  /* Var x */
    double theta;    /* Var theta */
};

/* From the Stein equation of pnm's written-out matrices. STATUS_USAGE if the rule is
 * not pnm, STATUS_SOFTWARE at the limit of stability. */
PNM_MUST_USE int perturbation_exact(const struct rule *pnm,
                                    struct perturbation *perturbation,
                                    struct error *error);

/* Var m at curvature h written out, for noise of variance 1, with a = eta0 h and beta =
 * beta1^2:
 * 2 (1-beta) / {[2 - a (1 + 2 beta0)] [1 + beta + a (beta + beta0 (1+beta))]}. */
double perturbation_momentum(const struct rule *pnm, double h);

/* Measures, over `count` chains of simulated steps, Var m and (Var theta - Var x)/
 * (eta0^2 beta0^2 Var m) beside their exact values; paper is left NAN. *samples is the
 * number of coordinate-steps; nothing is sampled if that exceeds the budget. */
PNM_MUST_USE int perturbation_compare(const struct sampling *sampling,
                                      const struct rule *pnm, uint64_t count,
                                      const char *label, struct evidence *momentum,
                                      struct evidence *added, double *samples,
                                      struct error *error);

#endif
