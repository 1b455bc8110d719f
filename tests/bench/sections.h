/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sections.h: what is compared with what. */
#ifndef PNM_BENCH_SECTIONS_H
#define PNM_BENCH_SECTIONS_H

#include "contest.h"
#include "setup.h"

/* The processes that answer, and how much is asked of them. */
struct bench {
    struct process own[3]; /* one for each instruction set, best first */
    const char *isa[3];
    int isas;
    struct process peers; /* peers.py */
    bool quick;
    int threads;      /* the most that are used */
    double gigahertz; /* 0 before the first section has measured it */
};

/* Each fills in a contest, runs it, prints it, and returns how many contenders gave
 * wrong results. Normal numbers; coordinate-steps beside those of others; what control
 * variates add to one; growth with the size of the problem; a stationary variance to a
 * precision; the exact covariance; training of a network. */
int section_generator(struct bench *bench, struct contest *contest);
int section_engine(struct bench *bench, struct contest *contest);
int section_filters(struct bench *bench, struct contest *contest);
int section_growth(struct bench *bench, struct contest *contest);
int section_precision(struct bench *bench, struct contest *contest);
int section_exact(struct bench *bench, struct contest *contest);
int section_network(struct bench *bench, struct contest *contest);

/* Adds the setup as a contender of that name; `who` answers in the process. */
struct contender *section_add_run(struct contest *contest, struct process *process,
                                  const char *what, const char *who, const char *isa,
                                  const struct setup *setup);

#endif
