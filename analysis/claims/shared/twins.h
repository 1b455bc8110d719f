/* SPDX-License-Identifier: GPL-3.0-or-later */
/* twins.h: compares two rules that should be the same at these parameters. */
#ifndef PNM_TWINS_H
#define PNM_TWINS_H

#include "claims/shared/claim_stationary.h"

struct twin_rules {
    const struct ledger *ledger;
    struct rule first, second;
    int perturbed; /* index of first's parameter that the negative control changes */
    double h;
};

/* Largest |theta - theta'| over largest |theta| of the two implemented rules, stepped
 * side by side over TWIN_STEPS steps at curvature h with the same noise.
 * STATUS_MEMORY. */
int twins_simulated(const void *context, double perturbation, double *apart,
                    struct error *error);

/* Largest |theta - theta'| over largest |theta| of the two rules' responses to one unit
 * of noise, from the written-out matrices. */
int twins_exact(const void *context, double perturbation, double *apart,
                struct error *error);

enum { TWIN_STEPS = 4096 };

#endif
