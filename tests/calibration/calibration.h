/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibration.h: whether verdicts are wrong as rarely, and find a wrong prediction as
 * surely, as they claim, over thousands of seeds.
 *
 * A case is a small run of a program that judges, made by the functions that the
 * program calls. With every seed it gives one sample a row: a number with its standard
 * error and the verdict on what is true of it. */
#ifndef PNM_CALIBRATION_H
#define PNM_CALIBRATION_H

#include "engine/sampling.h"
#include "verdict/evidence.h"

enum {
    CALIBRATION_CASES = 64, /* the most */
    CALIBRATION_CHOICES = 8,
    CALIBRATION_ROWS = 8,    /* the most that a case has */
    CALIBRATION_FIRST = 4,   /* seeds whose sum a file holds, to see that it is fresh */
    CALIBRATION_LEAST = 100, /* seeds of a case, so that the variance has an error */
};

/* What is true of a row, so that a verdict against it is a false alarm. */
enum calibration_truth {
    TRUTH_EXACT, /* the exact value: `fails`, `better` or `worse` is a false alarm */
    /* The mean over all seeds stands for the exact value, which is not known. */
    TRUTH_MEAN,
    /* The same for a bound that is attained: `fails` and `holds` are false alarms. */
    TRUTH_BOUND,
    /* The bound is known: as TRUTH_BOUND. */
    TRUTH_EXACT_BOUND,
};

/* One row with one seed. */
struct sample {
    struct evidence e;
    enum verdict verdict; /* on what is true */
    bool noticed;         /* whether a wrong prediction is found, 2 % to either side */
    /* The deviation as a normal number, where the band is not that of a standard
     * error; NAN: it is (measured - exact)/se. */
    double z;
    /* Which of several numbers the seed chose to measure, below CALIBRATION_CHOICES:
     * what is not known is the mean over the seeds that chose the same. */
    unsigned choice;
};

struct calibration_case {
    const char *name;    /* without blanks */
    const char *program; /* that judges so */
    /* With this seed, samples[rows]. */
    int (*run)(const struct calibration_case *own, const struct sampling *sampling,
               struct sample *samples, struct error *error);
    const char *rule;
    double precision;
    uint64_t chains, steps, burn_in; /* 0: planned; the burn-in always if steps is 0 */
    bool plain;                      /* without control variates */
    /* The program plans the precision by which it decides: then the truth must hold,
     * and a wrong prediction must be found. */
    bool planned;
    enum calibration_truth truth;
    unsigned part; /* long cases have a part of the seeds, 1 of as many; 0: all */
    bool upper;    /* the standard error is an upper bound: deviations may be smaller */
    const char *row[CALIBRATION_ROWS];
};

/* All cases; the last has no name. */
extern const struct calibration_case calibration_cases[];

size_t calibration_rows(const struct calibration_case *own);

/* The seeds of a case, of `seeds` that others have. */
uint64_t calibration_seeds(const struct calibration_case *own, uint64_t seeds);

/* What a case was over all its seeds, one row. These are what a file holds. */
struct calibration {
    uint64_t seeds;
    uint64_t chains;        /* of the first seed */
    double first, first_se; /* measured with the first seed, and its error */
    double sum;             /* of what the first CALIBRATION_FIRST seeds measured */
    uint64_t decided;       /* seeds at which there was enough to decide */
    uint64_t held, missed, alarms; /* missed: a wrong prediction was not found */
    /* Seeds with |z| above 1.96, 3.29 and 4.89, and how many Student's law expects. */
    uint64_t beyond[3];
    double expected[3];
    double ks;                   /* distance of the law of p from the uniform one */
    double mean, variance, skew; /* of z, and the skewness of what is measured */
    double variance_expected, spread; /* of Student's law, and of the sample variance */
    /* Mean of measured - exact in units of its standard error over the seeds, less the
     * bias that the rows allow for. NAN if no exact value is known. */
    double bias;
};

/* samples[k * stride], k < seeds, become one row's figures; p[seeds] is room. */
void calibration_count(const struct calibration_case *own, struct sample *samples,
                       size_t stride, uint64_t seeds, double *p,
                       struct calibration *row);

/* The p-value of the distance of Kolmogorov and Smirnov over n numbers. */
double calibration_ks(double distance, uint64_t n);

/* The upper end of Clopper and Pearson's interval for a share, k of n, with the
 * probability 0.95. */
double calibration_upper(uint64_t k, uint64_t n);

/* The first criterion that a row does not meet, or NULL. file.c states them. */
const char *calibration_wrong(const struct calibration_case *own,
                              const struct calibration *row);

/* Runs one case with the seeds 1 .. seeds, on `threads` threads. */
int calibration_run(const struct calibration_case *own, uint64_t seeds, int threads,
                    struct calibration *rows, struct error *error);

/* Writes the head and a row of the file. */
void calibration_write_head(const char *commit, uint64_t seeds);
void calibration_write(const struct calibration_case *own, size_t k,
                       const struct calibration *row);

/* Reads a file and judges every row by what it says. If all is well, the first seeds of
 * each case are run anew. The number of things that are wrong, which are printed. */
int calibration_check(const char *path, int threads);

#endif
