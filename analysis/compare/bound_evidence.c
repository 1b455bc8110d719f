/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound.h"

#include <math.h>

int bound_evidence(const struct bound_ensemble *ensemble, enum convergence_form form,
                   uint64_t chains, struct evidence *evidence, uint64_t *step,
                   struct error *error)
{
    const bool noisy = ensemble->task->sigma > 0;
    struct bound_ratio ratio[BOUND_FORMS] = {{.ratio = NAN, .se = NAN}};
    int status = chains > 0 ? bound_measure(ensemble, chains, ratio, error) : STATUS_OK;
    const struct bound_ratio measured = ratio[chains > 0 ? form : 0];
    double exact = NAN;
    if (status == STATUS_OK && !noisy) {
        status = bound_written(ensemble, ratio, error);
        exact = ratio[form].ratio;
    }
    *step = measured.step;
    *evidence = (struct evidence){
        .paper = 1,
        .paper_scale = 1,
        .exact = exact,
        .exact_scale = evidence_scale(exact),
        .measured = measured.ratio,
        .se = measured.se,
        .count = measured.count,
        .sampled = measured.count > 0,
        .noiseless = !noisy,
        .decisive = !noisy || measured.count >= ESTIMATE_MIN_CHAINS,
    };
    return status;
}
