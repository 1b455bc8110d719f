/* claim_descent.h: what the claims on theorem 3.1 and its lemmas share: chains of a
 * rule on a smooth loss, identities along them, and the search for the chain that comes
 * closest to a bound. */
#ifndef PNM_CLAIM_DESCENT_H
#define PNM_CLAIM_DESCENT_H

#include "claims/shared/claim_stationary.h"
#include "compare/bound_search.h"
#include "compare/trajectory.h"

/* A run. Lengths are in units of the loss: its L, its G and its dimension. */
struct descent_setting {
    const struct loss_kind *loss;
    size_t n;
    const char *rule; /* pnm or heavy_ball */
    double beta0, beta1;
    double rate;  /* eta0 L */
    double sigma; /* in G */
    double start; /* of every coordinate, in G/(L sqrt(n)) */
};

/* The same, ready to run. It points into itself: not to be copied. */
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

/* Does theorem 3.1 cover the loss, that is, has it a G? */
bool claim_descent_covers(const struct loss_kind *kind);

/* An identity along chains of pnm with noise, over losses, beta0 and beta1: the largest
 * difference of both sides over the largest step of x, of all chains. */
struct descent_identity {
    const struct ledger *ledger;
    enum x_form form;
    double largest_beta0; /* leaves out larger ones */
    /* Left minus right-hand side, one coefficient times 1 + perturbation. */
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

/* Settings of pnm, each on every loss with a G, in n = 2 dimensions: from these a
 * search sets out. Numbers as in bound_search_point. */
struct claim_grid {
    struct claim_list beta0, beta1, rate, sigma, initial, horizon;
    uint64_t evaluations; /* of the search from there on */
};

/* A row for the printed and one for the corrected form: the largest ratio found from
 * that grid, measured anew. One sigma of 0, or several others. */
PNM_MUST_USE int claim_descent_bound(struct ledger *ledger, const struct claim *claim,
                                     enum bound bound, const struct claim_grid *grid,
                                     struct error *error);

#endif
