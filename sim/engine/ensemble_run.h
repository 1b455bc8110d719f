/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble_run.h: runs the units of an ensemble and shows them to an observer, with the
 * units, streams and order that ensemble.h states. */
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

/* Rows of 64 that an observer with `late` or `sums` gets: sums of the states' products
 * and of the noise that drives them, and the states before and after the steps that the
 * sums are over. */
enum {
    FILTER_PRODUCTS = 0,
    FILTER_NOISE = CONTROL_PRODUCTS,
    FILTER_BEFORE = FILTER_NOISE + CONTROL_STATES,
    FILTER_AFTER = FILTER_BEFORE + CONTROL_STATES,
    FILTER_ROWS = FILTER_AFTER + CONTROL_STATES
};

/* An observer. It sees x = (theta - mean) / scale, lane by lane. Each unit has a
 * scratch of its own, which is zeroed at the unit's start and kept until the unit is
 * merged. */
struct observer {
    const char *name;
    size_t scratch_size;
    /* Called with x after steps first+1 .. first+steps: trajectory[(i * block_steps +
     * k)
     * * 64 + lane] for tile i. After these tiles come, if coupled modes have filters,
     * CONTROL_STATES more a mode that hold its states, laid out alike. NULL: scratch
     * gets the sums of x and of x^2 instead, 64 and 64 numbers a tile. */
    void (*observe)(void *context, const struct ensemble_view *view,
                    const struct unit *unit, uint64_t first, size_t steps,
                    const double *trajectory, double *scratch);
    /* Called when the unit is complete, in unit order, by one thread at a time. */
    void (*merge)(void *context, const struct ensemble_view *view,
                  const struct unit *unit, const double *scratch);
    void *context;
    /* Where the scratch of control variates begins, in rows of 64: the sums of the
     * filters' products. */
    size_t control_row;
    /* If either is set, FILTER_ROWS rows stand there, which begin `late` recorded steps
     * later. */
    bool sums;
    uint64_t late;
    const void *key; /* what the result depends on besides the ensemble, or NULL */
    size_t key_size;
    const struct session_block *blocks; /* the memory that merge adds to */
};

/* Runs and merges all units. chains has one entry a mode or, if coupled, one for all.
 * STATUS_MEMORY, and what sessions and generators return. */
PNM_MUST_USE int ensemble_run(const struct ensemble *ensemble, bool coupled,
                              const struct chains *chains,
                              const struct observer *observer, struct error *error);

#endif
