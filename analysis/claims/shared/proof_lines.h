/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof_lines.h: the lines of the proofs in appendix A as rows of the ledger. A line is
 * an identity or an inequality between two sides at a step of a chain, and is held
 * against simulated chains and against Algorithm 2 written out. */
#ifndef PNM_PROOF_LINES_H
#define PNM_PROOF_LINES_H

#include "claims/shared/proof_chain.h"

#include <stdbool.h>

/* Sets *apart to the difference of both sides at step t by that form of the line, with
 * one coefficient times 1 + perturbation, and *size to what it is small or large
 * beside.
 */
typedef void (*proof_identity)(const struct proof_chain *chain, long t, enum form form,
                               double perturbation, double *apart, double *size);

/* Sets the sides of "left is at most right" at step t by that form of the line. */
typedef void (*proof_bound)(const struct proof_chain *chain, long t, enum form form,
                            double *left, double *right);

/* Which chains a line is held against. */
enum proof_chains {
    /* Each chain of pnm with noise over losses, beta0 and beta1. */
    PROOF_EVERY,
    /* Chains without noise from a grid of settings: the one that comes closest. */
    PROOF_QUIET,
    /* The mean over an ensemble with noise, at the step that comes closest. */
    PROOF_MEAN,
    /* The same at the step with the smallest left-hand side: for min_k E. */
    PROOF_SMALLEST,
    /* The mean over an ensemble and its steps, where both sides should be the same. */
    PROOF_SAME,
};

/* A row; exactly one of identity and bound is given. */
struct proof_row {
    enum form form;
    const char *text; /* what the row's setting begins with, after the form; or NULL */
    enum x_form x;    /* the x_t of which z_t is made */
    proof_identity identity;
    proof_bound bound;
    enum proof_chains chains; /* of a bound; an identity is held against PROOF_EVERY */
    bool loud;                /* the ensemble has noise as large as G and momentum */
};

/* Adds the rows in their order, PROOF_MOST of them at most. */
enum { PROOF_MOST = 12 };
PNM_MUST_USE int proof_rows(struct ledger *ledger, const struct claim *claim,
                            const struct proof_row *rows, size_t count,
                            struct error *error);

/* In the check of a claim, with an array `rows`. */
#define PROOF_ROWS(ledger, claim, rows, error)                                         \
    proof_rows(ledger, claim, rows, sizeof(rows) / sizeof *(rows), error)

#endif
