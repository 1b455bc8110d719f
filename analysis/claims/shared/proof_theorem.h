/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof_theorem.h: the constants of the proof of theorem 3.1 as the paper writes them,
 * apart from theory/convergence.h. */
#ifndef PNM_PROOF_THEOREM_H
#define PNM_PROOF_THEOREM_H

#include "claims/shared/proof_lines.h"

/* alpha/(1-beta) - L alpha^2/(1-beta)^2 (eq. 31) at the rate alpha/(1-beta). */
double proof_q(const struct proof_chain *chain);

/* Q' (eq. 32). Printed with L^2 in its first term, intended with L, corrected also with
 * lemma A.3's corrected constant. */
double proof_q_prime(const struct proof_chain *chain, enum form form);

/* [beta + beta0 (1-beta)]^2 (G^2 + sigma^2), the numerator of lemma A.3's bound;
 * corrected: (beta + |beta - beta0 (1-beta)|)^2 (G^2 + sigma^2). */
double proof_numerator(const struct proof_chain *chain, enum form form);

/* f(theta_0) - f*. */
double proof_gap(const struct proof_chain *chain);

/* C/sqrt(t+1) of the theorem's rate min{1/(2L), C/sqrt(t+1)}: the chain's rate, and
 * twice that where the rate is 1/(2L). */
double proof_c_over_root(const struct proof_chain *chain);

#endif
