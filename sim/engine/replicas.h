/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replicas.h: numbers that independent replicas of a training leave behind, and their
 * means and paired differences. */
#ifndef PNM_REPLICAS_H
#define PNM_REPLICAS_H

#include "base/moments.h"
#include "engine/session.h"

/* value[(replica records + record) quantities + quantity] */
struct replicas {
    uint64_t count; /* that have run, perhaps fewer than asked for */
    uint64_t records, quantities;
    double *value;
};

/* How replicas are run: replica k fills out[records quantities]. */
struct replicas_plan {
    uint64_t records, quantities;
    int threads;
    const char *label; /* shown beside the progress bar; NULL: no bar */
    uint64_t identity; /* as for session_begin, without the number of replicas */
    struct session *session;
    const void *context;
    int (*run)(const void *context, uint64_t replica, double *out, struct error *error);
};

/* Runs replicas 0 ... count-1, each a work unit, or fewer if the session ends earlier.
 * STATUS_MEMORY, and what sessions and `run` return. replicas_free is legal after a
 * failure. */
PNM_MUST_USE int replicas_run(const struct replicas_plan *plan, uint64_t count,
                              struct replicas *result, struct error *error);
void replicas_free(struct replicas *result);

/* The records of a training up to `last`, at 0, every `every` and `last`, or at `last`
 * alone if `every` is 0; and where record number `record` is. */
uint64_t replicas_records(uint64_t last, uint64_t every);
uint64_t replicas_record(uint64_t last, uint64_t every, uint64_t record);

double replicas_value(const struct replicas *result, uint64_t replica, uint64_t record,
                      uint64_t quantity);

/* The moments of a quantity over the replicas that have it. */
struct moments replicas_moments(const struct replicas *result, uint64_t record,
                                uint64_t quantity);

/* How many replicas have a quantity that is a number other than 0. */
uint64_t replicas_nonzero(const struct replicas *result, uint64_t record,
                          uint64_t quantity);

/* The largest value of a quantity; NAN if no replica has it. */
double replicas_largest(const struct replicas *result, uint64_t record,
                        uint64_t quantity);

/* The moments of the difference of a quantity, own minus other, over the replicas that
 * have both. */
struct moments replicas_difference(const struct replicas *own,
                                   const struct replicas *other, uint64_t record,
                                   uint64_t quantity);

#endif
