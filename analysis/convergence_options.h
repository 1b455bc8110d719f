/* convergence_options.h: what pnm-convergence is asked for. */
#ifndef PNM_CONVERGENCE_OPTIONS_H
#define PNM_CONVERGENCE_OPTIONS_H

#include "bound_ratio.h"
#include "options.h"
#include "parse.h"

enum { CONVERGENCE_LOSSES = 16 };

struct convergence_request {
    const struct options *options;
    const struct sampling *sampling;
    struct convergence_task task;
    struct numbers horizons;
    struct loss losses[CONVERGENCE_LOSSES]; /* that a search tries */
    size_t loss_count;
};

/* Reads the options into the rest, which is zeroed. STATUS_USAGE, STATUS_MEMORY; what
 * is there then is to be freed all the same. */
PNM_MUST_USE int convergence_read(struct convergence_request *asked,
                                  struct error *error);
void convergence_request_free(struct convergence_request *asked);

/* That of --ratio, the theorem where it is not given; BOUNDS if there is none of that
 * name. */
enum bound convergence_asked_bound(const struct options *options);

/* The theorem and its lemmas are about pnm with beta0 >= 0, and the theorem has a rate
 * of its own: STATUS_USAGE for other rules. */
PNM_MUST_USE int convergence_check_ratio(const struct options *options,
                                         const struct rule *rules, size_t count,
                                         struct error *error);

#endif
