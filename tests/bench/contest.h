/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contest.h: contenders timed in rounds.
 *
 * Machines are shared and change their clock, so a time alone says little. Every
 * contender runs once a round, in an order that turns round each time; reported are
 * medians and quartiles over rounds, and ratios of two times of the same round. What
 * runs on one thread is timed by the time it had on the processor, what runs on several
 * by the clock on the wall. */
#ifndef PNM_BENCH_CONTEST_H
#define PNM_BENCH_CONTEST_H

#include "process.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONTEST_ROUNDS = 100, CONTEST_PLACES = 400 };

struct contender {
    const char *what;
    char rule[32];   /* "" where there is none */
    const char *isa; /* likewise */
    uint64_t d, replicas, steps;
    int threads;
    struct process *process;
    char command[240];
    double units;     /* the answer's seconds, over this, are reported as ns; the answer
                         may tell it */
    double projected; /* > 0: units of the whole task, of which these are a part */
    double expected;  /* what the value must be; NAN: it is not checked */
    double tolerance; /* of that, relative; 0: 1 % */
    double errors;    /* > 0: of that, in the answer's standard errors */
    double most;      /* of the value, where expected is NAN; NAN: anything */
    const char *ratio_to;
    struct contender *base; /* whose ns the ratio is to; NULL: no ratio */
    bool whole;             /* the ratio is that of the times of the whole tasks */
    /* Of a variance to a precision; NULL or 0 elsewhere: */
    const char *at;   /* where the rule's rate is */
    double effective; /* rate of sgd that moves theta as fast, times curvature */
    double precision; /* relative standard error wanted */
    /* Filled in by contest_run: */
    int rounds;
    double ns[CONTEST_ROUNDS];
    double processors[CONTEST_ROUNDS]; /* that several threads had on average */
    double value, se, gain;
    char trouble[160]; /* why there is no time; empty if there is one */
};

struct contest {
    const char *section, *title;
    int count;
    struct contender list[CONTEST_PLACES];
};

/* Copies the contender into the contest; the result stays where it is. */
struct contender *contest_add(struct contest *contest,
                              const struct contender *contender);

/* Runs at most `rounds` rounds, and none that starts after `seconds` but the first
 * three. Returns how many contenders gave wrong results. */
int contest_run(struct contest *contest, int rounds, double seconds);

struct spread {
    double median, q1, q3;
};

/* Over the rounds that count: where several threads ran, those in which nearly every
 * one had a processor, if there are any. */
int contest_rounds(const struct contender *contender);
struct spread contest_ns(const struct contender *contender);
struct spread contest_seconds(const struct contender *contender); /* the whole task */
struct spread contest_ratio(const struct contender *contender);   /* NANs if none */
double contest_processors(const struct contender *contender);     /* the median */

#endif
