/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process.h: contenders run in processes of their own, which read a command a line and
 * answer each with a line "SECONDS [VALUE ...]", or with a line that says why there
 * is no such number. So rounds can go through them in turn, whatever they are written
 * in and whichever instruction set they were started with. */
#ifndef PNM_BENCH_PROCESS_H
#define PNM_BENCH_PROCESS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct process {
    pid_t pid;
    FILE *to, *from;
};

struct answer {
    double seconds;    /* of the processor; of the wall where there are threads */
    double value;      /* what was computed, to be held against what it should be */
    double se;         /* its standard error */
    double processors; /* processor time over seconds */
    double samples;    /* coordinate-steps, where they were not given; else NAN */
    double gain;       /* in variance, of control variates; NAN: none */
    char text[120];    /* the third word; the whole line if not ok */
    bool ok;
};

/* Starts a program with its arguments, NULL after the last; isa, if not NULL, becomes
 * its PNM_ISA. Ends this program if it cannot be started. */
void process_start(struct process *process, const char *const *arguments,
                   const char *isa);

struct answer process_ask(struct process *process, const char *command);

void process_end(struct process *process);

#endif
