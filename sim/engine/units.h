/* SPDX-License-Identifier: GPL-3.0-or-later */
/* units.h: runs units on threads and ranks.
 *
 * A unit is computed into a scratch of its own, in any order by any thread of any rank;
 * units are merged in their order. So the result does not depend on how many threads or
 * ranks there are, nor on whether the run was interrupted and resumed. */
#ifndef PNM_UNITS_H
#define PNM_UNITS_H

#include "engine/session.h"

struct units {
    uint64_t count;
    size_t scratch_size; /* doubles a unit */
    int threads;
    const char *label; /* shown beside the progress bar; NULL: no bar */
    uint64_t identity; /* as for session_begin */
    struct session *session;
    const struct session_block *blocks; /* the memory that merge adds to */
    void *context;
    /* What a unit costs beside another, > 0; NULL: they all cost the same. */
    double (*cost)(void *context, uint64_t unit);
    /* Computes a unit into `scratch`, whose contents are undefined before. `thread` is
     * below `threads`. */
    int (*run)(void *context, int thread, uint64_t unit, double *scratch,
               struct error *error);
    /* Merges a unit; called in unit order, by one thread at a time. */
    void (*merge)(void *context, uint64_t unit, const double *scratch);
    /* Whether what a checkpoint holds is what merged units may leave; NULL: whatever
     * session_block.h allows. */
    bool (*sound)(const void *context);
};

/* Units are also merged whose numbers are all 0, to learn what they count: what a
 * checkpoint holds is held against that. */

/* Runs and merges units 0 .. count-1, or fewer if the session ends earlier. */
PNM_MUST_USE int units_run(const struct units *units, struct error *error);

#endif
