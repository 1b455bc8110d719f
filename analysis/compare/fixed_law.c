/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/fixed_law.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdlib.h>

int fixed_law_of(const struct fixed_watch *watch, const struct rule *rule,
                 const struct problem *problem, size_t i, size_t j,
                 struct fixed_pair *pair, struct error *error)
{
    const struct at_step at = {.h_i = problem->h[i],
                               .h_j = problem->h[j],
                               .c = problem_noise(problem, i, j),
                               .theta_star = problem->theta_star[i],
                               .offset = problem->start[i] - problem->theta_star[i],
                               .step = watch->step};
    *pair = (struct fixed_pair){0};
    pair->source =
        average_law(rule, watch->average, &at, &pair->mean, &pair->covariance);
    if (!watch->stationary)
        return STATUS_OK;
    const double mean = pair->mean, covariance = pair->covariance;
    const int status =
        average_stationary(rule, watch->average, &at, &pair->mean, &pair->covariance,
                           &pair->error, &pair->source, error);
    pair->mean_bias = fabs(mean - pair->mean);
    pair->bias = fabs(covariance - pair->covariance);
    return status;
}

/* Whether that many steps are enough for a mode. */
static int is_settled(const struct fixed_watch *watch, const struct rule *rule,
                      const struct problem *problem, size_t i, double part,
                      bool *settled, struct error *error)
{
    struct fixed_pair own;
    const int status = fixed_law_of(watch, rule, problem, i, i, &own, error);
    const bool random = own.covariance > 0;
    const double scale = random ? sqrt(own.covariance) : 1;
    *settled = own.mean_bias <= part * scale && own.bias <= part * own.covariance;
    return status;
}

int fixed_law_settle(struct fixed_watch *watch, const struct sampling *sampling,
                     const struct rule *rule, const struct problem *problem,
                     struct error *error)
{
    static const uint64_t longest = UINT64_C(1) << 50;
    const double part = sampling->precision / 20;
    struct sampling checked = *sampling;
    struct linear_system *systems = NULL;
    double *margins = NULL;
    checked.allow_divergence = false;
    int status = sampling_systems(&checked, rule, problem, &systems, &margins, error);
    watch->step = 1;
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        bool settled = false;
        status = is_settled(watch, rule, problem, i, part, &settled, error);
        while (status == STATUS_OK && !settled && watch->step < longest) {
            watch->step *= 2;
            status = is_settled(watch, rule, problem, i, part, &settled, error);
        }
        if (status == STATUS_OK)
            status = interrupt_check(error);
    }
    free(systems);
    free(margins);
    return status;
}
