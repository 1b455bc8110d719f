/* ranks.h: the processes of a parallel run, one alone where MPI is not built in.
 *
 * Every rank runs the whole program; only work units are shared out. What they found is
 * gathered on all ranks, so that all come to the same results and take the same turns,
 * and rank 0 alone speaks to the user. */
#ifndef PNM_RANKS_H
#define PNM_RANKS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* First and last call of main. On ranks other than 0, standard output and standard
 * error lead nowhere from then on. */
void ranks_start(int *argc, char ***argv);
/* A status that ranks_agree has not been told of ends the other ranks, which may be
 * waiting for this one. */
void ranks_finish(int status, const struct error *error);

int ranks_count(void);
int ranks_mine(void);

/* Is this descriptor the user's terminal? Never with MPI: mpirun may put one of its own
 * between a program and a file. */
bool ranks_is_terminal(int descriptor);

/* The same status on every rank, and where it is not STATUS_OK the same text: those of
 * the lowest rank that failed. Called by all ranks. */
PNM_MUST_USE int ranks_agree(int status, struct error *error);

/* Rank 0's bytes to all. */
void ranks_share(void *data, size_t size);

/* data is an array of parts of `size` numbers each; rank r has filled parts
 * ranks_first(count, r) to ranks_first(count, r + 1) - 1, and gets the others. */
size_t ranks_first(size_t count, int rank);
void ranks_gather(double *data, size_t count, size_t size);

#endif
