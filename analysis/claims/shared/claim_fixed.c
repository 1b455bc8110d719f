/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_fixed.h"

#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The relative error from which bands of 1 % are made, where the paper's value is not
 * judged. */
static const double coarse = 0.002;

/* The variance after `steps` steps in its unit, and the coordinate-steps of its row. */
static int find(const struct claim_fixed *fixed, const struct sampling *sampling,
                const struct rule *rule, uint64_t steps, struct evidence *evidence,
                double *samples, struct error *error)
{
    struct problem problem;
    struct fixed_law law = {.rows = NULL};
    int status = problem_init_mode(&problem, fixed->h, fixed->noise, error);
    if (status == STATUS_OK)
        status = fixed_compare_average(sampling, rule, &problem, FIXED_DIAGONAL,
                                       fixed->average, steps, &law, error);
    if (status == STATUS_OK) {
        *evidence = law.rows[1].evidence;
        *samples = law.samples;
        claim_stationary_normalize(evidence, fixed->unit(fixed, rule, (double)steps));
    }
    free(law.rows);
    problem_free(&problem);
    return status;
}

int claim_fixed_rows(struct ledger *ledger, const struct claim *claim,
                     const struct claim_fixed *fixed, const struct rule *rule,
                     const char *what, const uint64_t *steps, size_t count,
                     double paper, enum form form, struct error *error)
{
    struct sampling sampling = *ledger->sampling;
    int status = STATUS_OK;
    if (form == FORM_FIRST_ORDER)
        sampling.precision = fmax(sampling.precision, coarse);
    sampling.quiet = true;
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        struct evidence evidence;
        char setting[200];
        double samples = 0;
        status = find(fixed, &sampling, rule, steps[k], &evidence, &samples, error);
        if (status != STATUS_OK)
            break;
        evidence.paper = paper;
        evidence.paper_scale = evidence_scale(paper);
        snprintf(setting, sizeof setting, "%s, T=%llu", what,
                 (unsigned long long)steps[k]);
        status = ledger_value(ledger, claim, form, setting, &evidence, samples, error);
    }
    return status;
}

struct fixed_limit {
    const struct claim_fixed *fixed;
    const struct rule *rule;
    double paper;
};

static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    const struct fixed_limit *own = context;
    const struct sampling exact = {.exact_only = true};
    struct evidence evidence;
    double samples;
    const int status =
        find(own->fixed, &exact, own->rule,
             (uint64_t)rint(own->fixed->least / fraction), &evidence, &samples, error);
    if (status == STATUS_OK)
        *value = evidence.exact / own->paper;
    return status;
}

int claim_fixed_limit(struct ledger *ledger, const struct claim *claim,
                      const struct claim_fixed *fixed, const struct rule *rule,
                      const char *setting, double paper, enum form form, size_t from,
                      struct error *error)
{
    const struct fixed_limit context = {fixed, rule, paper};
    const struct limit limit = {
        .context = &context,
        .ratio = ratio,
        .variable = "1/T",
        .paper = paper,
        .order = 1,
    };
    return ledger_limit(ledger, claim, form, setting, &limit, from, error);
}
