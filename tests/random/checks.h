/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checks.h: what a survey has to show, each check with a p value, and how large a
 * departure a check is sure to notice. */
#ifndef PNM_CHECKS_H
#define PNM_CHECKS_H

#include "survey.h"

enum law {
    LAW_NORMAL, /* a standard normal statistic */
    LAW_CHI2,   /* chi-square with `freedom` degrees */
    LAW_SUP,    /* Kolmogorov's distance times the root of the numbers */
    LAW_COUNT   /* binomial with mean `expected` */
};

enum { CHECKS = 28 };

struct check {
    char name[32];
    enum law law;
    double freedom, expected;
    double statistic;
    double p; /* two-sided, but for LAW_SUP, of which only the upper tail counts */
};

/* All checks together are wrong about a perfect generator once in a million runs. */
static const double checks_level = 1e-6;

/* Makes checks[CHECKS] of the sums and counts of a run. */
void checks_make(const struct run *run, const struct survey *survey,
                 struct check *checks);

/* The one of that name among checks[CHECKS]; NULL if there is none. */
const struct check *check_find(const struct check *checks, const char *name);

/* Not p >= level/CHECKS (Bonferroni); a NAN fails. */
int check_failed(const struct check *check);

/* The statistic as a table shows it. */
void check_describe(const struct check *check, size_t size, char *text);

/* How far a damage must move the statistic so that the check fails but once in a
 * million runs, whatever chance does: a shift of LAW_NORMAL and LAW_SUP; the root of
 * the noncentrality of LAW_CHI2; how many more must be counted for LAW_COUNT. */
double check_needed(const struct check *check);

#endif
