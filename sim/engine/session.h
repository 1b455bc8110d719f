/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session.h: what the sampling runs of one program share: when to stop, and the
 * checkpoint from which they can be resumed.
 *
 * A program does its sampling runs one after the other, always in the same order for
 * the same parameters; so "run 3, unit 4096" is a place in it. A checkpoint holds what
 * every sampling run has merged up to such a place. A resumed program does everything
 * again except the units that the checkpoint holds. */
#ifndef PNM_SESSION_H
#define PNM_SESSION_H

#include "base/error.h"
#include "base/progress.h"
#include "engine/session_block.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place: `unit` units of sampling run `run`, counted from 1, are done. */
struct session_place {
    uint64_t run, unit;
};

struct session_record;

struct session {
    double max_seconds;           /* HUGE_VAL: no limit */
    struct session_place stop_at; /* run 0: does not stop at a place */
    const char *checkpoint;       /* path; NULL: none is written */
    double checkpoint_every;      /* seconds */
    bool divergent; /* chains may diverge, so that sums need not be finite */
    /* The parameters that the checkpoint must agree with, one a line. */
    char *parameters;

    double started, checkpointed; /* seconds of a monotonic clock */
    uint64_t runs;                /* sampling runs begun so far */
    bool stopped;
    struct session_place stopped_at;
    uint64_t stopped_of; /* units of the sampling run that was cut */
    struct session_record *records;
    size_t record_count, resumed;
    struct progress_command command; /* what is shown of the whole program */
    bool unsaved;  /* no checkpoint holds the last, complete sampling run */
    uint64_t anew; /* the last sampling run whose sums in the checkpoint were not
                      finite, so that it begins anew; 0: there was none */
};

/* Starts the clock. parameters is copied. */
PNM_MUST_USE int session_init(struct session *session, const char *parameters,
                              struct error *error);
void session_free(struct session *session);

/* Reads a checkpoint. STATUS_USAGE if the file is missing or damaged, or belongs to
 * other parameters or another version, in which case the error names what differs. */
PNM_MUST_USE int session_resume(struct session *session, const char *path,
                                struct error *error);

/* Begins the next sampling run and sets *done to the number of units that the
 * checkpoint holds (0 without a checkpoint), which session_restore gives. `identity` is
 * a hash of everything that the sampling run depends on. STATUS_USAGE if the checkpoint
 * holds another sampling run. Here and below, a session of NULL has no limits. */
PNM_MUST_USE int session_begin(struct session *session, uint64_t identity,
                               uint64_t units, const struct session_block *blocks,
                               uint64_t *done, struct error *error);

/* Sets the blocks to what the checkpoint holds. Before, the caller has merged into them
 * `done` units of any numbers, if they hold counts, for the counts of the checkpoint
 * must be those. STATUS_USAGE if they are not, or a sum of squares is negative. */
PNM_MUST_USE int session_restore(const struct session *session, uint64_t done,
                                 const struct session_block *blocks,
                                 struct error *error);

/* How many of the sampling run's units may be done in all. */
uint64_t session_limit(const struct session *session, uint64_t units);

/* Whether units should be merged about once a second, because there is a limit of time
 * or a checkpoint to write. */
bool session_is_timed(const struct session *session);

/* Whether a sampling run was ended early. */
bool session_was_cut(const struct session *session);

/* Whether the next sampling run will have no unit and be in no checkpoint, so that it
 * need not be planned. */
bool session_is_over(const struct session *session);

/* A session with the limit of time alone, for a pilot. It has no limit where the next
 * sampling run is in a checkpoint, which tells by the plan what it belongs to, and for
 * a session of NULL. */
struct session session_clock(const struct session *session);

/* Whether a sampling run was ended early, but not by stop_at. */
bool session_ran_out(const struct session *session);

/* Whether the next sampling run will have no unit because the time is up, as this
 * rank's clock has it. */
bool session_is_late(const struct session *session);

/* Whether the time is up, with `done` of the sampling run's units merged. All ranks get
 * the same answer. */
bool session_time_is_up(struct session *session, uint64_t done, uint64_t units);

/* Writes a checkpoint, with `done` units merged, if it is time or if `now` is set.
 * STATUS_OUTPUT. */
PNM_MUST_USE int session_checkpoint(struct session *session, uint64_t done,
                                    const struct session_block *blocks, bool now,
                                    struct error *error);

/* Ends the sampling run. Its result is kept for later checkpoints; if it was cut, a
 * checkpoint is written now. */
PNM_MUST_USE int session_end(struct session *session, uint64_t done, uint64_t units,
                             const struct session_block *blocks, struct error *error);

/* Writes what no checkpoint holds yet, when a signal ends the program between two
 * sampling runs. STATUS_OUTPUT. */
PNM_MUST_USE int session_save(struct session *session, struct error *error);

#endif
