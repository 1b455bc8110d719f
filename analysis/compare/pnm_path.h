/* pnm_path.h: a run of pnm step by step, with x_t and z_t of the paper's appendix A.
 *
 * z_t = (x_t - beta x_{t-2})/(1 - beta) moves by plain gradient steps (lemma A.1) if
 * x_t obeys the recursion of eq. 10, which it does as theta_t + eta0 beta0 m_{t-1}. */
#ifndef PNM_PATH_H
#define PNM_PATH_H

#include "engine/descent.h"

/* theta_t, t = 0 .. steps, and m_t, g_t, t = 0 .. steps - 1, of one run of pnm. */
struct pnm_path {
    long steps;
    size_t n;
    double beta, beta0, eta0;
    double *theta, *m, *g;
};

/* From the simulation. */
PNM_MUST_USE int pnm_path_measured(const struct descent *descent, uint64_t replica,
                                   uint64_t steps, struct pnm_path *path,
                                   struct error *error);

/* Algorithm 2 written out on the gradients of another path. */
PNM_MUST_USE int pnm_path_written(const struct pnm_path *from, struct pnm_path *path,
                                  struct error *error);

/* Algorithm 2 written out on the loss's own gradients: sigma = 0. */
PNM_MUST_USE int pnm_path_noiseless(const struct descent *descent, uint64_t steps,
                                    struct pnm_path *path, struct error *error);
void pnm_path_free(struct pnm_path *path);

/* Coordinate i of m_t; 0 for t < 0. */
double pnm_path_m(const struct pnm_path *path, long t, size_t i);

/* Coordinate i of x_t, for t >= -2; theta_{-2} = theta_{-1} = theta_0. */
enum x_form {
    X_MAIN_TEXT, /* theta_t - beta0 m_{t-1} */
    X_APPENDIX,  /* theta_t - eta0 beta0 m_{t-1} */
    X_CORRECTED, /* theta_t + eta0 beta0 m_{t-1} */
};
double pnm_path_x(const struct pnm_path *path, enum x_form form, long t, size_t i);

/* Coordinate i of z_t = (x_t - beta x_{t-2})/(1 - beta). */
double pnm_path_z(const struct pnm_path *path, enum x_form form, long t, size_t i);

#endif
