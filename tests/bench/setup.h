/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup.h: an ensemble to be run, described in one line so that a process can be asked
 * for it. */
#ifndef PNM_BENCH_SETUP_H
#define PNM_BENCH_SETUP_H

#include "engine/ensemble.h"

enum { SETUP_NAME = 32 };

/* d curvatures from low to high, each a constant factor above the last. The noise of
 * mode i has variance h_i, and where dense its correlation with that of mode j is
 * 0.9^|i - j|. Parameters other than lr have their defaults. */
struct setup {
    char rule[SETUP_NAME];
    size_t d;
    struct chains chains;
    double lr, low, high;
    int threads;
    int dense;
    int filters; /* states of control variates beside each chain, 0 to CONTROL_STATES */
};

/* Writes "run WHO RULE D REPLICAS STEPS BURN_IN LR LOW HIGH THREADS DENSE FILTERS". */
void setup_command(const struct setup *setup, const char *who, size_t size, char *text);

/* Reads it back, from RULE on. */
bool setup_parse(const char *text, struct setup *setup);

double setup_curvature(const struct setup *setup, size_t i);
double setup_noise(const struct setup *setup, size_t i, size_t j);

/* Exact stationary variance of theta, averaged over the modes. */
double setup_exact(const struct setup *setup);

/* How long and how many chains to run for a standard error `target` of the variance of
 * the first mode. */
struct chains setup_plan(const struct setup *setup, double target);

struct outcome {
    double seconds, processor_seconds;
    double mean; /* measured variance of theta, averaged over modes */
    double se;   /* standard error of the first mode's */
};

/* Runs it. Ends the program on errors. */
struct outcome setup_run(const struct setup *setup);

/* The stationary variance of one mode with curvature and noise 1 to a relative standard
 * error, as pnm-stationary measures it. */
struct wanted {
    char rule[SETUP_NAME];
    double lr, precision;
    bool control; /* with control variates where they pay */
};

/* Writes "variance auto|none RULE LR PRECISION". */
void setup_wanted_command(const struct wanted *wanted, size_t size, char *text);

/* Reads it back, from RULE on. */
bool setup_wanted_parse(const char *text, bool control, struct wanted *wanted);

struct reached {
    double processor_seconds; /* exact theory, pilot and plan included */
    double value, se;
    double samples; /* coordinate-steps, those of the pilot included */
    double gain;    /* variance of the plain estimate of the same chains over se^2 */
};

/* Measures it. Ends the program on errors. */
struct reached setup_reach(const struct wanted *wanted);

/* What a rule with its default parameters makes of the learning rate 1 in the long run:
 * the rate of sgd that moves theta as far under a constant gradient. */
double setup_effective(const char *rule);

/* The upper end of the learning rates from 0 on at which it is stable at curvature 1;
 * INFINITY if it has none. */
double setup_limit(const char *rule);

/* The rule with its default parameters at learning rate lr. Ends the program if there
 * is none. */
struct rule setup_rule(const char *name, double lr);

/* Seconds, of the wall clock and of this process on all its threads. */
double setup_now(void);
double setup_processor_now(void);

#endif
