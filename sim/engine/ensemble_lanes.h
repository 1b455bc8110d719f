/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble_lanes.h: the filters that run beside the tiles of a unit, for ensemble_run.c
 * only. */
#ifndef PNM_ENSEMBLE_LANES_H
#define PNM_ENSEMBLE_LANES_H

#include "engine/ensemble.h"
#include "engine/layout.h"

/* Sets the filters of a unit's tile, with all states 0. */
void ensemble_lanes_start(const struct ensemble *ensemble, const struct unit *unit,
                          size_t tile, struct control_lanes *lanes);

/* Advances them; product as control_advance has it. Lanes without states and no steps
 * are legal. */
void ensemble_lanes_advance(const struct ensemble *ensemble, size_t steps,
                            const double *normal, struct control_lanes *lanes,
                            double *product);

/* Advances them beside steps t .. t+steps-1, and adds to FILTER_ROWS rows what an
 * observer gets whose sums begin with step `from`. */
void ensemble_lanes_late(const struct ensemble *ensemble, uint64_t from, uint64_t t,
                         size_t steps, const double *normal,
                         struct control_lanes *lanes, double *rows);

/* Sets sum[state] to the sums of a chain's states over those steps, from its column of
 * these rows. */
void ensemble_lanes_sums(const struct filters *filters, int samples, const double *rows,
                         double *sum);

/* Advances them and writes their states to trajectory[s * stride + k * 64 + lane]. */
void ensemble_lanes_record(const struct ensemble *ensemble, size_t steps,
                           const double *normal, struct control_lanes *lanes,
                           size_t stride, double *trajectory);

#endif
