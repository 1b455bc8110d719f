/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convergence_run.h: the request of pnm-convergence, checked and ready to run. */
#ifndef PNM_CONVERGENCE_RUN_H
#define PNM_CONVERGENCE_RUN_H

#include "cli/request.h"
#include "compare/bound.h"

/* The options of pnm-convergence. */
struct convergence_request {
    struct request request;
    double sigma, initial, c;
    bool sigma_given, initial_given, c_given;
    struct numbers horizons;
    bool horizon_given;
    uint64_t chains; /* 0: planned */
    bool curve, slope;
    uint64_t points; /* steps shown of the curve */
    enum bound bound;
    bool ratio_given;
    uint64_t search; /* looks of a search */
    bool search_given;
};

/* A request ready to run. */
struct convergence_run {
    const struct convergence_request *own;
    struct convergence_task task;
    uint64_t *horizon; /* own->horizons as numbers of steps */
    size_t horizon_count;
    struct loss *losses; /* losses that a search tries */
    size_t loss_count;
    struct tally *tally;
};

/* Checks the request and makes it ready. STATUS_USAGE, STATUS_MEMORY. The caller frees
 * the run, after a failure too. */
PNM_MUST_USE int convergence_run_init(struct convergence_run *run,
                                      const struct convergence_request *own,
                                      struct tally *tally, struct error *error);
void convergence_run_free(struct convergence_run *run);

#endif
