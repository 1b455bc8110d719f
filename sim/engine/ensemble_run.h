/* ensemble_run.h: runs the work units of an ensemble and shows them to an observer;
 * what ensemble.h promises of units, streams and order is kept here. */
#ifndef PNM_ENSEMBLE_RUN_H
#define PNM_ENSEMBLE_RUN_H

#include "engine/ensemble.h"
#include "engine/layout.h"
#include "engine/session.h"

/* The part of a run that observers read. */
struct ensemble_view {
    const struct ensemble *ensemble;
    size_t block_steps; /* steps between two looks */
    const double *mean; /* n: theta*, unless weight decay moves it */
    double *scale;      /* n: theta = mean + scale x */
};

/* What looks on. It sees x = (theta - mean) / scale, lane by lane. scratch is the
 * unit's own, zeroed at its start and kept until it has been merged. */
struct observer {
    const char *name;
    size_t scratch_size;
    /* x after steps first+1 .. first+steps: trajectory[(i * block_steps + k) * 64 +
     * lane] for tile i. NULL: sums of x and of x^2 are wanted, 64 and 64 numbers a
     * tile. */
    void (*observe)(void *context, const struct ensemble_view *view,
                    const struct unit *unit, uint64_t first, size_t steps,
                    const double *trajectory, double *scratch);
    /* The unit is complete; called in unit order by one thread at a time. */
    void (*merge)(void *context, const struct ensemble_view *view,
                  const struct unit *unit, const double *scratch);
    void *context;
    const struct session_block *blocks; /* what merge adds to */
};

/* chains: one a mode; coupled: chains[0] for all. STATUS_MEMORY, and what sessions and
 * generators return. */
PNM_MUST_USE int ensemble_run(const struct ensemble *ensemble, bool coupled,
                              const struct chains *chains,
                              const struct observer *observer, struct error *error);

#endif
