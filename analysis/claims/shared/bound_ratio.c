/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/bound_ratio.h"

#include "theory/pac_bayes.h"

#include <math.h>

double bound_of(double kl)
{
    return pac_bayes_bounds(kl, BOUND_TRAIN_SIZE, BOUND_FAILURE, 0).paper;
}

static double exact_bound(const struct bound_law *law)
{
    return bound_of(law->alike * law->exact.kl);
}

static double measured_bound(const struct bound_law *law)
{
    return bound_of(law->alike * law->measured.kl);
}

/* The relative standard error of the measured bound B = 4 sqrt((KL + ...)/N), of which
 * dB/B = 8 dKL/(N B^2). */
static double relative_error(const struct bound_law *law)
{
    const double bound = measured_bound(law);
    return 8 * law->alike * law->measured.kl_se / (BOUND_TRAIN_SIZE * bound * bound);
}

struct evidence bound_ratio(const struct bound_law *above,
                            const struct bound_law *below)
{
    const struct posterior *x = &above->measured, *y = &below->measured;
    const double ratio = measured_bound(above) / measured_bound(below);
    return (struct evidence){
        .paper = 1,
        .exact = exact_bound(above) / exact_bound(below),
        .measured = ratio,
        .se = ratio * hypot(relative_error(above), relative_error(below)),
        .count = x->count < y->count ? x->count : y->count,
        .sampled = x->known && y->known,
        .decisive = x->decisive && y->decisive,
        .plain_samples = x->plain_samples + y->plain_samples,
        .paper_scale = 1,
        .exact_scale = 1,
    };
}

double bound_samples(const struct bound_law *above, const struct bound_law *below)
{
    return above->measured.samples + below->measured.samples;
}
