/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/mean_square.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdlib.h>

/* v h^2 / B, what the mode's own M adds to its C. */
static quad own_gain(const struct mean_square *own, size_t i, double unit)
{
    return (quad)unit * own->h[i] * own->h[i] / own->batch;
}

/* The gain k solves sum_i a_i/(k - a_i) = 1 with a_i = v_i h_i^2/B, because the map
 * from C to the part of C that M makes is diag(a) plus h (h v)'/B. The left-hand side
 * falls for k above the largest a. */
static double normal_gain(const struct mean_square *own, const double *unit)
{
    double most = 0, sum = 0;
    for (size_t i = 0; i < own->n; i++) {
        const double a = (double)own_gain(own, i, unit[i]);
        if (!isfinite(a))
            return INFINITY;
        most = fmax(most, a);
        sum += a;
    }
    double low = most, high = most + sum;
    for (int k = 0; k < 60 && high - low > 1e-15 * high; k++) {
        const double middle = low + (high - low) / 2;
        double left = 0;
        for (size_t i = 0; i < own->n && left <= 1; i++) {
            const double a = (double)own_gain(own, i, unit[i]);
            left += a / (middle - a);
        }
        if (left > 1)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* With w = v h^2 / (B - v h^2): h_i Sigma_ii = w_i (sigma^2 + T + h_i mu_i^2), where T
 * = tr(H M) = sum_i h_i (Sigma_ii + mu_i^2). */
static double normal_noise(const struct mean_square *own, const double *unit,
                           const double *offset, double *noise)
{
    quad weights = 0, moved = 0;
    for (size_t i = 0; i < own->n; i++) {
        const quad a = own_gain(own, i, unit[i]), w = a / (1 - a);
        const quad mean = offset ? (quad)own->h[i] * offset[i] * offset[i] : 0;
        weights += w;
        moved += (1 + w) * mean;
    }
    const quad total = (weights * own->residual + moved) / (1 - weights);
    for (size_t i = 0; i < own->n; i++) {
        const quad a = own_gain(own, i, unit[i]);
        const quad mean = offset ? (quad)own->h[i] * offset[i] * offset[i] : 0;
        noise[i] =
            (double)(own->h[i] * (own->residual + total + mean) / own->batch / (1 - a));
    }
    return (double)total;
}

/* C_ij = h_i h_j M_ij / B and M_ij = v_ij C_ij + mu_i mu_j. */
double mean_square_pair(const struct mean_square *own, size_t i, size_t j, double unit,
                        const double *offset)
{
    const double h = own->h[i] * own->h[j];
    return offset ? h * offset[i] * offset[j] / (own->batch - h * unit) : 0;
}

size_t mean_square_size(const struct mean_square *own)
{
    return own->examples ? own->examples->pairs : own->n;
}

int mean_square_gain(const struct mean_square *own, const double *unit, double *gain,
                     struct error *error)
{
    if (own->examples)
        return example_moments_gain(own, unit, gain, error);
    *gain = normal_gain(own, unit);
    return STATUS_OK;
}

int mean_square_noise(const struct mean_square *own, const double *unit,
                      const double *offset, double *noise, double *total,
                      struct error *error)
{
    if (!own->examples) {
        *total = normal_noise(own, unit, offset, noise);
        return STATUS_OK;
    }
    const int status = example_moments_solve(own, unit, offset, noise, error);
    *total = 0;
    for (size_t i = 0; status == STATUS_OK && i < own->n; i++) {
        const double mean = offset ? offset[i] : 0;
        *total += own->h[i] * (unit[i] * noise[i] + mean * mean);
    }
    return status;
}

int mean_square_units(const struct mean_square *own, const struct rule *rule,
                      unit_function *function, double *unit, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < own->n; i++) {
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = function(rule, own->h[i], own->h[i], &unit[i], error);
        for (size_t j = i + 1; own->examples && status == STATUS_OK && j < own->n; j++)
            status = function(rule, own->h[i], own->h[j],
                              &unit[example_moments_pair(own->n, i, j)], error);
    }
    return status;
}

/* --- the limit -------------------------------------------------------------------- */

struct search {
    const struct mean_square *own;
    struct rule rule;
    unit_function *function;
    struct interval stable;
    double *unit;
    int status;
    struct error *error;
};

static bool is_stable(struct search *search, double lr)
{
    if (search->status != STATUS_OK || !(lr > search->stable.from) ||
        !(lr < search->stable.to))
        return false;
    search->rule.number[RULE_LR] = lr;
    search->status = mean_square_units(search->own, &search->rule, search->function,
                                       search->unit, search->error);
    double gain = INFINITY;
    if (search->status == STATUS_OK)
        search->status =
            mean_square_gain(search->own, search->unit, &gain, search->error);
    return search->status == STATUS_OK && gain < 1;
}

static double bisect(struct search *search, double low, double high)
{
    while (search->status == STATUS_OK && high - low > 1e-13 * high) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (is_stable(search, middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double search_from(struct search *search, double lr)
{
    const double ratio = 0x1.306fe0a31b715p0; /* 2^(1/4) */
    double low = lr, high = lr;
    enum { MOST = 240 };
    int k = 0;
    if (is_stable(search, lr)) {
        do {
            low = high;
            high = fmin(high * ratio, search->stable.to);
            if (++k > MOST)
                return INFINITY;
        } while (high < search->stable.to && is_stable(search, high));
        return bisect(search, low, high);
    }
    do {
        high = low;
        low /= ratio;
        if (++k > MOST)
            return 0;
    } while (search->status == STATUS_OK && !is_stable(search, low));
    return bisect(search, low, high);
}

int mean_square_limit(const struct mean_square *own, const struct rule *rule,
                      unit_function *function, struct interval stable, double *limit,
                      struct error *error)
{
    struct search search = {own,
                            *rule,
                            function,
                            stable,
                            malloc(mean_square_size(own) * sizeof(double)),
                            STATUS_OK,
                            error};
    *limit = 0;
    if (!search.unit)
        return error_memory(error, "the modes");
    if (stable.to > 0)
        *limit = search_from(&search, fmin(rule->number[RULE_LR], stable.to));
    free(search.unit);
    return search.status;
}
