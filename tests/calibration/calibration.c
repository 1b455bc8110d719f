/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibration.c: writes the file of calibration.h, or checks one.
 *
 *     calibration SEEDS COMMIT [CASE] > FILE      status 1 if a criterion is not met
 *     calibration --check FILE                    status 1 if it is wrong or stale
 */
#include "calibration.h"

#include <gsl/gsl_errno.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of all rows. */
struct total {
    uint64_t rows, verdicts, alarms;
};

/* Writes the lines of one case; the number of criteria that are not met, or -1. */
static int write_case(const struct calibration_case *own, uint64_t seeds,
                      struct total *total)
{
    struct calibration rows[CALIBRATION_ROWS] = {{0}};
    struct error error;
    const clock_t start = clock();
    int wrong = 0;
    if (calibration_run(own, calibration_seeds(own, seeds), omp_get_max_threads(), rows,
                        &error) != STATUS_OK) {
        fprintf(stderr, "calibration: %s: %s\n", own->name, error.text);
        return -1;
    }
    for (size_t k = 0; k < calibration_rows(own); k++) {
        calibration_write(own, k, &rows[k]);
        wrong += calibration_wrong(own, &rows[k]) != NULL;
        total->rows++;
        total->verdicts += rows[k].seeds;
        total->alarms += rows[k].alarms;
    }
    fflush(stdout);
    fprintf(stderr, "%-24s %6.1f s of processor time%s\n", own->name,
            (double)(clock() - start) / CLOCKS_PER_SEC,
            wrong ? ", NOT AS CLAIMED" : "");
    return wrong;
}

static int write_all(uint64_t seeds, const char *commit, const char *only)
{
    struct total total = {0, 0, 0};
    int wrong = 0, own = 0;
    calibration_write_head(commit, seeds);
    for (const struct calibration_case *c = calibration_cases; own >= 0 && c->name; c++)
        if (!only || strcmp(only, c->name) == 0) {
            own = write_case(c, seeds, &total);
            wrong += own;
        }
    fprintf(stderr,
            "%llu rows, %d not as claimed; %llu false alarms of %llu verdicts\n",
            (unsigned long long)total.rows, wrong, (unsigned long long)total.alarms,
            (unsigned long long)total.verdicts);
    return own < 0 ? 2 : wrong > 0;
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    if (argc == 3 && strcmp(argv[1], "--check") == 0)
        return calibration_check(argv[2], omp_get_max_threads()) > 0;
    const uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    if (argc < 3 || seeds < CALIBRATION_LEAST) {
        fprintf(stderr,
                "usage: calibration SEEDS COMMIT [CASE] > FILE\n"
                "       calibration --check FILE\n"
                "SEEDS is at least %d\n",
                CALIBRATION_LEAST);
        return 64;
    }
    return write_all(seeds, argv[2], argc > 3 ? argv[3] : NULL);
}
