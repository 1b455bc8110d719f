/* session.h: what the sampling runs of one program have in common: when to stop, and
 * the checkpoint from which they can go on.
 *
 * A program does its sampling runs one after the other, always in the same order for
 * the same parameters; so "run 3, unit 4096" is a place in it. A checkpoint holds what
 * has been merged of every run up to such a place. Resumed, the program does everything
 * again except the units that the checkpoint holds. */
#ifndef PNM_SESSION_H
#define PNM_SESSION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sampling run `run` (from 1), `unit` units of it done. */
struct session_place {
    uint64_t run, unit;
};

/* Memory that a sampling run adds to: the last block has size 0. */
struct session_block {
    void *data;
    size_t size;
};

struct session_record;

struct session {
    double max_seconds;           /* HUGE_VAL: no limit */
    struct session_place stop_at; /* run 0: no such place */
    const char *checkpoint;       /* file, NULL: none is written */
    double checkpoint_every;      /* seconds */
    /* The parameters that a checkpoint belongs to, a line each. */
    char *parameters;

    double started, checkpointed; /* seconds of a monotonic clock */
    uint64_t runs;                /* begun so far */
    bool stopped;
    struct session_place stopped_at;
    uint64_t stopped_of; /* units of the run that was cut */
    struct session_record *records;
    size_t record_count, resumed;
    bool unsaved; /* the last run is done, and no checkpoint holds it */
};

/* Starts the clock. parameters is copied. */
PNM_MUST_USE int session_init(struct session *session, const char *parameters,
                              struct error *error);
void session_free(struct session *session);

/* Reads a checkpoint. STATUS_USAGE, naming what differs, where it is not there,
 * damaged, or from other parameters or another version. */
PNM_MUST_USE int session_resume(struct session *session, const char *path,
                                struct error *error);

/* The next sampling run begins: its blocks are set to what the checkpoint holds, *done
 * to the units they contain (0 without a checkpoint). `identity` is a hash of all that
 * the run depends on. session may be NULL in all of the following: no limits then. */
PNM_MUST_USE int session_begin(struct session *session, uint64_t identity,
                               uint64_t units, const struct session_block *blocks,
                               uint64_t *done, struct error *error);

/* How many of the run's units may be done in all. */
uint64_t session_limit(const struct session *session, uint64_t units);

/* Are there limits of time, so that units should be merged every second or so? */
bool session_is_timed(const struct session *session);

/* Has a run been ended early? */
bool session_was_cut(const struct session *session);

/* By time, rather than at a place that was asked for? */
bool session_ran_out(const struct session *session);

/* `done` of the run's units are merged. Is the time up? The same answer on all ranks.
 */
bool session_time_is_up(struct session *session, uint64_t done, uint64_t units);

/* The same, when a checkpoint may be written; `now`: it must be. STATUS_OUTPUT. */
PNM_MUST_USE int session_checkpoint(struct session *session, uint64_t done,
                                    const struct session_block *blocks, bool now,
                                    struct error *error);

/* The run is over: what it found is kept for the checkpoints of later ones; if it was
 * cut, one is written now. */
PNM_MUST_USE int session_end(struct session *session, uint64_t done, uint64_t units,
                             const struct session_block *blocks, struct error *error);

/* A signal has ended the program between two runs: writes what no checkpoint holds yet.
 * STATUS_OUTPUT. */
PNM_MUST_USE int session_save(struct session *session, struct error *error);

#endif
