/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convergence_run.h: chains on losses that meet the assumptions of theorem 3.1, as the
 * options of pnm-convergence and pnm-bound ask for them. */
#ifndef PNM_CONVERGENCE_RUN_H
#define PNM_CONVERGENCE_RUN_H

#include "cli/request.h"
#include "compare/bound.h"

/* --sigma, --start, --steps, --c and --replicas, which both programs take. */
enum { CONVERGENCE_RUN_OPTIONS = 5 };
extern const struct option_spec convergence_run_options[CONVERGENCE_RUN_OPTIONS];

/* The options of both programs: one request, because pnm-convergence still takes those
 * that are pnm-bound's by now. */
struct convergence_request {
    struct request request;
    double sigma, initial, c;
    bool sigma_given, initial_given, c_given;
    struct numbers horizons;
    bool horizon_given;
    uint64_t chains; /* 0: planned */

    /* of pnm-convergence */
    bool curve, slope;
    uint64_t points; /* steps shown of the curve */

    /* of pnm-bound */
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
    struct tally *tally;
};

/* Makes the request ready, with a loss of that kind. STATUS_USAGE, STATUS_MEMORY. The
 * caller frees the run, after a failure too. */
PNM_MUST_USE int convergence_run_init(struct convergence_run *run,
                                      const struct convergence_request *own,
                                      const struct loss_kind *kind, struct tally *tally,
                                      struct error *error);
void convergence_run_free(struct convergence_run *run);

#endif
