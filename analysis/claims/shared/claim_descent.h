/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_descent.h: shared by the claims on theorem 3.1 and its lemmas: chains of a rule
 * on a smooth loss, identities along them, and the search for the chain that comes
 * closest to a bound. */
#ifndef PNM_CLAIM_DESCENT_H
#define PNM_CLAIM_DESCENT_H

#include "claims/shared/claim_stationary.h"
#include "compare/bound_search.h"
#include "compare/trajectory.h"

/* The setting of a chain, in units of the loss's L, G and dimension. */
struct descent_setting {
    const struct loss_kind *loss;
    size_t n;
    const char *rule; /* pnm or heavy_ball, without its learning rate */
    double rate;      /* eta0 L */
    double sigma;     /* in G */
    double start;     /* theta_0 in every coordinate, in G/(L sqrt(n)) */
};

/* A setting ready to run. It holds pointers into itself and must not be copied. */
struct claim_descent {
    struct descent_setting setting;
    struct loss loss;
    struct rule rule;
    struct descent descent;
    double eta0;
};

PNM_MUST_USE int claim_descent_init(struct claim_descent *run,
                                    const struct ledger *ledger,
                                    const struct descent_setting *setting,
                                    struct error *error);
/* Legal after a failure. */
void claim_descent_free(struct claim_descent *run);

/* Whether theorem 3.1 covers the loss, that is, whether the loss has a G. */
bool claim_descent_covers(const struct loss_kind *kind);

/* An identity along chains of pnm with noise, over losses, beta0 and beta1. Its number
 * is the largest difference of both sides, divided by the largest step of x, of all
 * chains. */
struct descent_identity {
    const struct ledger *ledger;
    enum x_form form;
    double largest_beta0; /* larger beta0 are left out */
    /* Left-hand minus right-hand side, with one coefficient times 1 + perturbation. */
    double (*residual)(const struct trajectory *pnm, enum x_form form, long t, size_t i,
                       double perturbation);
};
PNM_MUST_USE int claim_descent_identity(struct ledger *ledger,
                                        const struct claim *claim, enum form form,
                                        const char *setting,
                                        const struct descent_identity *identity,
                                        struct error *error);

/* The values of a grid; LIST(1, 2) makes one. */
struct claim_list {
    const double *value;
    size_t count;
};
#define LIST(...)                                                                      \
    {                                                                                  \
        (const double[]){__VA_ARGS__},                                                 \
            sizeof((const double[]){__VA_ARGS__}) / sizeof(double)                     \
    }

/* The settings of pnm from which a search starts, each on every loss with a G in n = 2
 * dimensions. The numbers are those of bound_search_point. */
struct claim_grid {
    struct claim_list beta0, beta1, rate, sigma, initial, horizon;
    uint64_t evaluations; /* looks of the search besides the grid */
};

/* Adds a row for the printed and one for the corrected form: the largest ratio that a
 * search from the grid finds, measured with other random numbers. The grid's sigma is
 * either 0 alone or several others. */
PNM_MUST_USE int claim_descent_bound(struct ledger *ledger, const struct claim *claim,
                                     enum bound bound, const struct claim_grid *grid,
                                     struct error *error);

#endif
