/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/psd.h"

#include "engine/ensemble.h"

#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>

enum { RECORDED = PSD_SEGMENT / 2 * (PSD_SEGMENTS + 1) };

static double hann(int k)
{
    const double pi = 3.14159265358979323846;
    const double s = sin(pi * (k + 0.5) / PSD_SEGMENT);
    return s * s;
}

/* Mean over the segments of |FFT of the windowed u|^2 / sum of the squared window. */
static void chain_density(const double *u, double density[PSD_POINTS])
{
    double window_power = 0;
    for (int k = 0; k < PSD_SEGMENT; k++)
        window_power += hann(k) * hann(k);
    for (int k = 0; k < PSD_POINTS; k++)
        density[k] = 0;
    for (int segment = 0; segment < PSD_SEGMENTS; segment++) {
        double x[PSD_SEGMENT];
        for (int k = 0; k < PSD_SEGMENT; k++)
            x[k] = hann(k) * u[segment * PSD_SEGMENT / 2 + k];
        gsl_fft_real_radix2_transform(x, 1, PSD_SEGMENT);
        for (int k = 0; k < PSD_POINTS; k++) {
            /* GSL stores the real parts from the front, the imaginary ones from the
             * back. */
            const double re = x[k];
            const double im = k == 0 || k == PSD_SEGMENT / 2 ? 0 : x[PSD_SEGMENT - k];
            density[k] += (re * re + im * im) / window_power / PSD_SEGMENTS;
        }
    }
}

int psd_compare(const struct sampling *sampling, const struct rule *rule,
                const char *label, struct psd_point points[PSD_POINTS],
                struct error *error)
{
    struct noise_filter filter;
    struct problem problem = {0};
    struct moments spread[PSD_POINTS] = {{0}};
    const struct ensemble ensemble = sampling_ensemble(sampling, rule, &problem, label);
    const uint64_t burn_in = sampling->burn_in == PLAN_AUTO ? 1024 : sampling->burn_in;
    const uint64_t steps = burn_in + RECORDED;
    uint64_t chains = sampling->chains ? sampling->chains : PSD_CHAINS;
    double *theta = NULL, scalar[RULE_MAX_SCALARS];
    int status = noise_filter_init(&filter, rule, error);
    if (status != STATUS_OK)
        goto out;
    status = problem_init_linear(&problem, 1, 1, error);
    if (status != STATUS_OK)
        goto out;
    if ((double)chains * (double)(steps + 1) > 1e9) {
        status = error_about(error, STATUS_USAGE, "replicas",
                             "%llu chains of %llu steps do not fit in "
                             "memory; allowed are 1e9 steps in all",
                             (unsigned long long)chains, (unsigned long long)steps);
        goto out;
    }
    theta = malloc(chains * (steps + 1) * sizeof *theta);
    status = theta ? STATUS_OK : error_memory(error, "the trajectories");
    if (status != STATUS_OK)
        goto out;
    status = ensemble_trajectory(&ensemble, &chains, steps, 1, theta, error);
    if (status != STATUS_OK)
        goto out;
    for (uint64_t chain = 0; chain < chains; chain++) {
        const double *trajectory = theta + chain * (steps + 1) + burn_in;
        double u[RECORDED], density[PSD_POINTS];
        for (int k = 0; k < RECORDED; k++) {
            rule->kind->scalars(rule, burn_in + (uint64_t)k, scalar);
            u[k] = (trajectory[k] - trajectory[k + 1]) / scalar[RULE_RATE] -
                   noise_filter_gain(&filter);
        }
        chain_density(u, density);
        for (int k = 0; k < PSD_POINTS; k++)
            moments_add(&spread[k], density[k]);
    }
    for (int k = 0; k < PSD_POINTS; k++) {
        const double frequency = (double)k / PSD_SEGMENT;
        points[k] = (struct psd_point){
            .frequency = frequency,
            .exact = noise_filter_density(&filter, frequency),
            .measured = spread[k].count > 0 ? spread[k].mean : NAN,
            .se = moments_stderr(&spread[k]),
        };
    }
out:
    free(theta);
    problem_free(&problem);
    return status;
}
