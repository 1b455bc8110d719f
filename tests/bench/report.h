/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h: a contest's results as a table on the terminal and as rows of CSV. */
#ifndef PNM_BENCH_REPORT_H
#define PNM_BENCH_REPORT_H

#include "contest.h"

/* Writes the lines about version, machine, compiler and clock, and the header. */
void report_csv_begin(FILE *csv, const char *peers, double gigahertz,
                      const double load[2]);

/* How many processes want a processor, averaged over a minute; NAN if not known. */
double report_load(void);

void report_csv(FILE *csv, const struct contest *contest, double gigahertz);

void report_table(const struct contest *contest, double gigahertz);

#endif
