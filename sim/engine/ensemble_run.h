/* ensemble_run.h: runs the work units of an ensemble and shows them to an observer;
 * what ensemble.h promises of units, streams and order is kept here. */
#ifndef PNM_ENSEMBLE_RUN_H
#define PNM_ENSEMBLE_RUN_H

#include "engine/ensemble.h"
#include "engine/session.h"

/* One unit: which lanes it holds and how long it runs. Lanes beyond `lanes` run along
 * unobserved. tiles is 1 (lane l is mode[l], replica[l]) or n (tile i is mode i, lane l
 * is replica[l]). */
struct unit {
    uint64_t number;
    size_t tiles;
    int lanes;
    size_t mode[RULE_LANES];
    uint64_t replica[RULE_LANES];
    struct chains chains;
};

/* What of a run its observer is told. */
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
    /* x after steps first+1 .. first+steps: path[(i * block_steps + k) * 64 + lane] for
     * tile i. NULL: sums of x and of x^2 are wanted, 64 and 64 numbers a tile. */
    void (*observe)(void *context, const struct ensemble_view *view,
                    const struct unit *unit, uint64_t first, size_t steps,
                    const double *path, double *scratch);
    /* The unit is complete; called in unit order by one thread at a time. */
    void (*merge)(void *context, const struct ensemble_view *view,
                  const struct unit *unit, const double *scratch);
    void *context;
    const struct session_block *blocks; /* what merge adds to */
};

/* The mode of a lane in a tile of the unit. */
size_t unit_mode(const struct unit *unit, size_t tile, int lane);

/* chains: one a mode; coupled: chains[0] for all. STATUS_MEMORY, and what sessions and
 * generators return. */
PNM_MUST_USE int ensemble_run(const struct ensemble *ensemble, bool coupled,
                              const struct chains *chains,
                              const struct observer *observer, struct error *error);

#endif
