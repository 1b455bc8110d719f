/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound.h"

#include <float.h>
#include <math.h>

/* How far rounding moves the written-out ratio: start and learning rate are moved by 16
 * roundings each, which also rounds all steps anew, and the changes are added. */
static int written_rounding(const struct bound_ensemble *ensemble,
                            enum convergence_form form, double ratio, double *rounding,
                            struct error *error)
{
    const double moved = 1 + 16 * DBL_EPSILON;
    *rounding = 0;
    for (int k = 0; k < 2; k++) {
        struct convergence_task task = *ensemble->task;
        struct rule rule = *ensemble->rule;
        struct bound_ensemble own = *ensemble;
        struct bound_ratio again[BOUND_FORMS];
        own.task = &task;
        own.rule = &rule;
        if (k == 0)
            task.start *= moved;
        else
            rule_set(&rule, "lr", rule_parameter(&rule, "lr") * moved);
        const int status = bound_written(&own, again, error);
        if (status != STATUS_OK)
            return status;
        *rounding += fabs(again[form].ratio - ratio);
    }
    return STATUS_OK;
}

int bound_evidence(const struct bound_ensemble *ensemble, enum convergence_form form,
                   uint64_t chains, struct evidence *evidence, uint64_t *step,
                   struct error *error)
{
    const bool noisy = ensemble->task->sigma > 0;
    struct bound_ratio ratio[BOUND_FORMS] = {{.ratio = NAN, .se = NAN}};
    int status = chains > 0 ? bound_measure(ensemble, chains, ratio, error) : STATUS_OK;
    const struct bound_ratio measured = ratio[chains > 0 ? form : 0];
    /* Sides are means of squares, whose law is skewed, so many samples are needed
     * (noise.c) beside the bound or, beyond it, the ratio. */
    const double effective = pow(fmax(1, fabs(measured.ratio)) / measured.se, 2);
    double exact = NAN, rounding = 0;
    if (status == STATUS_OK && !noisy) {
        status = bound_written(ensemble, ratio, error);
        exact = ratio[form].ratio;
    }
    if (status == STATUS_OK && !noisy)
        status = written_rounding(ensemble, form, exact, &rounding, error);
    *step = measured.step;
    *evidence = (struct evidence){
        .paper = 1,
        .paper_scale = 1,
        .exact = exact,
        .exact_error = rounding,
        .exact_scale = evidence_scale(exact),
        .measured = measured.ratio,
        .se = measured.se,
        .count = measured.count,
        .sampled = measured.count > 0,
        .noiseless = !noisy,
        .decisive = !noisy || (measured.count >= ESTIMATE_MIN_CHAINS &&
                               effective >= ESTIMATE_MIN_SAMPLES),
    };
    return status;
}
