/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ranks.h: the processes of a parallel run; a single one without MPI.
 *
 * Every rank runs the whole program; only the units are shared out. Their results are
 * gathered on all ranks, so that all compute the same and take the same branches. Rank
 * 0 alone writes to the user. */
#ifndef PNM_RANKS_H
#define PNM_RANKS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* First and last call of main. On ranks other than 0, standard output and standard
 * error lead nowhere from then on. */
void ranks_start(int *argc, char ***argv);
/* A failure that ranks_agree has not shared aborts the other ranks, which may be
 * waiting for this one. */
void ranks_finish(int status, const struct error *error);

int ranks_count(void); /* number of ranks */
int ranks_mine(void);  /* this rank, from 0 */

/* Whether this descriptor is the user's terminal. With MPI it never is: mpirun may put
 * a terminal of its own between a program and a file. */
bool ranks_is_terminal(int descriptor);

/* Returns the same status on every rank: that of the lowest rank that failed, whose
 * error all ranks get, or STATUS_OK. All ranks must call it. */
PNM_MUST_USE int ranks_agree(int status, struct error *error);

/* Copies rank 0's bytes to all ranks. */
void ranks_share(void *data, size_t size);

/* Gathers data, `count` parts of `size` numbers each, on all ranks: rank r has filled
 * parts ranks_first(count, r) to ranks_first(count, r + 1) - 1 and gets the others. */
size_t ranks_first(size_t count, int rank);
void ranks_gather(double *data, size_t count, size_t size);

#endif
