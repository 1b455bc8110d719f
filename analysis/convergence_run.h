/* convergence_run.h: what pnm-convergence is asked for. */
#ifndef PNM_CONVERGENCE_RUN_H
#define PNM_CONVERGENCE_RUN_H

#include "cli/request.h"
#include "compare/bound.h"

/* What the command line says. */
struct convergence_request {
    struct request request;
    double sigma, initial, c;
    bool sigma_given, initial_given, c_given;
    struct numbers horizons;
    bool horizon_given;
    uint64_t chains; /* 0: planned */
    bool curve, slope;
    uint64_t points; /* of the curve */
    enum bound bound;
    bool ratio_given;
    uint64_t search; /* evaluations */
    bool search_given;
};

/* The same, ready to run. */
struct convergence_run {
    const struct convergence_request *own;
    struct convergence_task task;
    uint64_t *horizon; /* steps, as many as own->horizons has */
    size_t horizon_count;
    struct loss *losses; /* that a search tries */
    size_t loss_count;
    struct tally *tally;
};

/* STATUS_USAGE, STATUS_MEMORY; what is there then is to be freed all the same. */
PNM_MUST_USE int convergence_run_init(struct convergence_run *run,
                                      const struct convergence_request *own,
                                      struct tally *tally, struct error *error);
void convergence_run_free(struct convergence_run *run);

#endif
