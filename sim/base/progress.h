/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.h: shows the progress of a whole command and the time left on standard
 * error, if it is a terminal: "27 %, 0:01:40 left; row 3 of 12: pnm".
 *
 * A command has rows, each with some sampling runs, of which each has units. How many
 * runs a row has is not known beforehand. Where rows are alike it is taken to be as
 * many as the row before had, and one in the first row. Where they are not, as claims
 * are, only finished rows count. So the share never falls. Where nothing is known of
 * the time left, the time so far is shown: "27 %, 0:01:40 so far; claim 3 of 12: eq9";
 * and where nothing is known of the share either, as of a claim alone, nothing else. */
#ifndef PNM_PROGRESS_H
#define PNM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* The whole command; zeroed, it has one sampling run. */
struct progress_command {
    const char *what;    /* "row", "claim"; NULL: a command without progress_row */
    const char *label;   /* of the row that is computed; NULL: none */
    uint64_t row, rows;  /* from 0; 0 rows: one run alone */
    uint64_t run;        /* sampling runs of the row that have ended */
    uint64_t expected;   /* how many it will have; 0: unknown */
    double share, found; /* done so far; and that was done before the start */
    bool alike;          /* whether rows take about the same runs and time */
    bool begun, hidden;  /* hidden: nothing is shown, as of a pilot */
    bool standing;       /* whether the line is on the terminal */
    struct timespec start, last;
};

/* One sampling run. */
struct progress {
    struct progress_command *command;
    struct progress_command own; /* if there is no other */
    const char *label;
    bool shown;
    uint64_t done, total; /* units */
};

/* Tells that row `row` of `rows`, from 0, is begun; `alike` if rows have about the same
 * number of runs. label NULL: shows nothing. */
void progress_row(struct progress_command *command, const char *what, bool alike,
                  const char *label, uint64_t row, uint64_t rows);

/* Begins a sampling run with `done` of the `total` units done already. command NULL: it
 * is the only one. label NULL: shows nothing. */
void progress_start(struct progress *progress, struct progress_command *command,
                    const char *label, uint64_t total, uint64_t done);
void progress_step(struct progress *progress, uint64_t units);
/* Wipes the line. */
void progress_end(struct progress *progress);

/* What can be told of a command besides the time so far. */
enum progress_known { PROGRESS_TIME, PROGRESS_SHARE, PROGRESS_LEFT };
enum progress_known progress_known(const struct progress_command *command);

/* The share of the command that is done where `part` of a sampling run is; never less
 * than it was. */
double progress_share(struct progress_command *command, double part);

#endif
