/* descent_claims.h: what the claims on theorem 3.1 and its lemmas share: runs of a rule
 * on a smooth loss, and x_t and z_t of the paper's appendix along them. */
#ifndef PNM_DESCENT_CLAIMS_H
#define PNM_DESCENT_CLAIMS_H

#include "convergence.h"
#include "descent.h"
#include "stationary_claims.h"

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
bool claim_covers(const struct loss_kind *kind);

/* "pnm beta0=1 ... on huber ..." */
void claim_descent_describe(const struct descent_setting *setting, size_t size,
                            char *text);

/* theta_t, t = 0 .. steps, and m_t, g_t, t = 0 .. steps - 1, of one run of pnm. */
struct pnm_path {
    long steps;
    size_t n;
    double beta, beta0, eta0;
    double *theta, *m, *g;
};

/* From the simulation. */
PNM_MUST_USE int path_measured(const struct claim_descent *run, uint64_t replica,
                               uint64_t steps, struct pnm_path *path,
                               struct error *error);

/* Algorithm 2 written out on the gradients of another path. */
PNM_MUST_USE int path_written(const struct pnm_path *from, struct pnm_path *path,
                              struct error *error);

/* Algorithm 2 written out on the loss's own gradients: sigma = 0. */
PNM_MUST_USE int path_noiseless(const struct claim_descent *run, uint64_t steps,
                                struct pnm_path *path, struct error *error);
void path_free(struct pnm_path *path);

/* Coordinate i of m_t; 0 for t < 0. */
double path_m(const struct pnm_path *path, long t, size_t i);

/* Coordinate i of x_t, for t >= -2; theta_{-2} = theta_{-1} = theta_0. */
enum x_form {
    X_MAIN_TEXT, /* theta_t - beta0 m_{t-1} */
    X_APPENDIX,  /* theta_t - eta0 beta0 m_{t-1} */
    X_CORRECTED, /* theta_t + eta0 beta0 m_{t-1} */
};
double path_x(const struct pnm_path *path, enum x_form form, long t, size_t i);

/* Coordinate i of z_t = (x_t - beta x_{t-2})/(1 - beta). */
double path_z(const struct pnm_path *path, enum x_form form, long t, size_t i);

/* An identity along runs of pnm with noise, over losses, beta0 and beta1: the largest
 * difference of both sides over the largest step of x, of all runs. */
struct path_identity {
    const struct ledger *ledger;
    enum x_form form;
    double largest_beta0; /* leaves out larger ones */
    /* Left minus right-hand side, one coefficient times 1 + perturbation. */
    double (*residual)(const struct pnm_path *path, enum x_form form, long t, size_t i,
                       double perturbation);
};
PNM_MUST_USE int claim_path_identity(struct ledger *ledger, const struct claim *claim,
                                     const char *setting,
                                     const struct path_identity *identity,
                                     struct error *error);

/* What the bounds take, of a run. */
PNM_MUST_USE int claim_convergence(const struct claim_descent *run, double c,
                                   struct convergence *convergence,
                                   struct error *error);

#endif
