/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve.h: what is written in C, timed on command (process.h). */
#ifndef PNM_BENCH_SERVE_H
#define PNM_BENCH_SERVE_H

/* Reads commands from standard input to its end and answers them:
 *
 *     isa                    0 0 NAME of the kernels in use
 *     clock                  seconds of SERVE_CYCLES clock cycles
 *     floor COUNT            the arithmetic of COUNT normal numbers (floor.c)
 *     generator WHO COUNT    COUNT normal numbers; VALUE: their mean square
 *     run WHO ...            setup_command(); VALUE: mean variance; then its
 *                            standard error and the processors it had
 *     exact WHO N            exact.h; VALUE: difference
 *
 * Returns the exit status. */
int serve(void);

enum { SERVE_CYCLES = 1 << 22 };

#endif
