/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/least_squares.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static int unit_of(const struct rule *rule, double h_i, double h_j, double *unit,
                   struct error *error)
{
    enum exact_source ignored;
    return theory_covariance(rule, h_i, h_j, 1, unit, &ignored, error);
}

/* The law is (1 - map)^-1 of what rounding touches in each number: the sums are made in
 * quads, and each v is right to a unit or two in its last place. The moments of a data
 * set are sums of doubles, one a row. */
int least_squares_law_init(struct least_squares_law *law,
                           const struct mean_square *setting, const struct rule *rule,
                           const double *offset, struct error *error)
{
    *law = (struct least_squares_law){.total = NAN};
    const size_t size = mean_square_size(setting);
    const double rounding =
        (setting->examples ? 4 + (double)setting->examples->rows : 4) * DBL_EPSILON;
    double *unit = malloc(size * sizeof *unit), *noise = NULL;
    int status = unit ? STATUS_OK : error_memory(error, "the modes");
    if (status == STATUS_OK)
        status = mean_square_units(setting, rule, unit_of, unit, error);
    if (status == STATUS_OK)
        status = mean_square_gain(setting, unit, &law->gain, error);
    if (status != STATUS_OK)
        goto out;
    law->error = rounding / fmax(1 - law->gain, DBL_EPSILON);
    if (!(law->gain < 1))
        goto out;
    noise = malloc(size * sizeof *noise);
    status = noise ? STATUS_OK : error_memory(error, "the modes");
    if (status == STATUS_OK)
        status = mean_square_noise(setting, unit, offset, noise, &law->total, error);
out:
    law->noise = noise;
    free(unit);
    return status;
}

void least_squares_law_free(struct least_squares_law *law)
{
    free(law->noise);
    law->noise = NULL;
}

int least_squares_noise(const struct least_squares_law *law,
                        const struct mean_square *setting, const struct rule *rule,
                        const double *offset, size_t i, size_t j, double *noise,
                        struct error *error)
{
    enum exact_source ignored;
    double unit = 0;
    *noise = law->noise[i];
    if (setting->examples)
        *noise = law->noise[example_moments_pair(setting->n, i, j)];
    if (i == j || setting->examples)
        return STATUS_OK;
    const int status = theory_covariance(rule, setting->h[i], setting->h[j], 1, &unit,
                                         &ignored, error);
    *noise = mean_square_pair(setting, i, j, unit, offset);
    return status;
}

int least_squares_limit(const struct mean_square *setting, const struct rule *rule,
                        struct interval stable, double *limit, struct error *error)
{
    return mean_square_limit(setting, rule, unit_of, stable, limit, error);
}

void least_squares_system(const struct rule *rule, double h,
                          struct linear_system *system)
{
    theory_system(rule, h, system);
}
