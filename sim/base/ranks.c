/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/ranks.h"

#ifdef PNM_MPI

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The descriptor under which ranks other than 0 keep standard error, for errors that
 * they alone know. The number is fixed, and high enough that no file gets it. */
enum { OWN_STDERR = 250 };

void ranks_start(int *argc, char ***argv)
{
    int provided;
    /* Threads compute; only the first calls MPI. */
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    if (ranks_mine() > 0 &&
        (dup2(STDERR_FILENO, OWN_STDERR) < 0 || !freopen("/dev/null", "w", stdout) ||
         !freopen("/dev/null", "w", stderr)))
        /* not covered from here: what MPI_Abort ends leaves no counts */
        MPI_Abort(MPI_COMM_WORLD, -STATUS_OUTPUT);
    /* covered again */
}

void ranks_finish(int status, const struct error *error)
{
    enum { GRACE = 6 };
    if (status < 0 && !error->agreed && ranks_count() > 1) {
        /* Most errors occur on all ranks: rank 0 has time to tell the user first. A
         * signal cuts the sleep short, when another rank has ended the job. */
        /* not covered from here: what MPI_Abort ends leaves no counts */
        if (ranks_mine() > 0 && sleep(GRACE) == 0)
            dprintf(OWN_STDERR, "rank %d: %s\n", ranks_mine(), error->text);
        MPI_Abort(MPI_COMM_WORLD, -status);
        /* covered again */
    }
    MPI_Finalize();
}

int ranks_count(void)
{
    int count, started;
    MPI_Initialized(&started);
    if (!started)
        return 1;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    return count;
}

int ranks_mine(void)
{
    int mine, started;
    MPI_Initialized(&started);
    if (!started)
        return 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &mine);
    return mine;
}

bool ranks_is_terminal(int descriptor)
{
    (void)descriptor;
    return false;
}

int ranks_agree(int status, struct error *error)
{
    const int count = ranks_count(), mine = ranks_mine();
    const int claim = status == STATUS_OK ? count : mine;
    int failed;
    if (count == 1)
        return status;
    MPI_Allreduce(&claim, &failed, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (failed == count)
        return STATUS_OK;
    MPI_Bcast(&status, 1, MPI_INT, failed, MPI_COMM_WORLD);
    if (mine == failed && mine > 0) {
        const struct error own = *error;
        error_write_about(error, own.quantity, "rank %d: %.900s", mine, own.text);
    }
    MPI_Bcast(error, (int)sizeof *error, MPI_BYTE, failed, MPI_COMM_WORLD);
    error->agreed = true;
    return status;
}

/* Sends the bytes of `rank` to all, in pieces because MPI counts in int. */
static void share_from(int rank, void *data, size_t size)
{
    const size_t longest = (size_t)1 << 30;
    for (size_t done = 0, piece; done < size; done += piece) {
        piece = size - done < longest ? size - done : longest;
        MPI_Bcast((char *)data + done, (int)piece, MPI_BYTE, rank, MPI_COMM_WORLD);
    }
}

void ranks_share(void *data, size_t size)
{
    if (ranks_count() > 1)
        share_from(0, data, size);
}

void ranks_gather(double *data, size_t count, size_t size)
{
    const int ranks = ranks_count();
    if (ranks == 1)
        return;
    for (int rank = 0; rank < ranks; rank++) {
        const size_t from = ranks_first(count, rank) * size;
        const size_t to = ranks_first(count, rank + 1) * size;
        share_from(rank, data + from, (to - from) * sizeof *data);
    }
}

size_t ranks_first(size_t count, int rank)
{
    return count * (size_t)rank / (size_t)ranks_count();
}

#else

#include <unistd.h>

void ranks_start(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

void ranks_finish(int status, const struct error *error)
{
    (void)status;
    (void)error;
}

int ranks_count(void)
{
    return 1;
}

int ranks_mine(void)
{
    return 0;
}

bool ranks_is_terminal(int descriptor)
{
    return isatty(descriptor);
}

int ranks_agree(int status, struct error *error)
{
    (void)error;
    return status;
}

void ranks_share(void *data, size_t size)
{
    (void)data;
    (void)size;
}

void ranks_gather(double *data, size_t count, size_t size)
{
    (void)data;
    (void)count;
    (void)size;
}

size_t ranks_first(size_t count, int rank)
{
    return rank == 0 ? 0 : count;
}

#endif
