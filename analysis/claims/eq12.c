/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq12: the gradient noise is written C(theta) xi with C its covariance and xi standard
 * normal; such noise has covariance C^2, while C^(1/2) xi has covariance C. The noise
 * is measured as one step of SGD with rate 1 from the minimum, theta_1 = -noise. */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

enum { MODES = 2, PAIRS = 3 };

/* Draws for a relative standard error of every element; a product of two normal numbers
 * has the variance C_ii C_jj + C_ij^2. */
static uint64_t draws_for(const double *c, double precision)
{
    double most = 0;
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = i; j < MODES; j++)
            most = fmax(most,
                        c[i * MODES + i] * c[j * MODES + j] / pow(c[i * MODES + j], 2));
    return (uint64_t)((most + 1) / (precision * precision));
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double h[MODES] = {1, 1};
    static const double c[MODES * MODES] = {1, 0.5, 0.5, 1.5};
    struct rule rule;
    const struct chains chains = {.count = draws_for(c, ledger->sampling->precision),
                                  .steps = 1};
    struct problem problem = {0};
    struct moments pairs[PAIRS];
    int status = rule_from(&rule, error, "sgd lr=1");
    if (status != STATUS_OK)
        return status;
    status = problem_init_dense(&problem, MODES, h, c, error);
    const struct ensemble ensemble =
        sampling_ensemble(ledger->sampling, &rule, &problem, claim->id);
    if (status == STATUS_OK)
        status = ensemble_covariance(&ensemble, chains, pairs, NULL, error);
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = i; status == STATUS_OK && j < MODES; j++) {
            const struct moments *own = &pairs[ensemble_pair(MODES, i, j)];
            double square = 0;
            for (size_t k = 0; k < MODES; k++)
                square += c[i * MODES + k] * c[k * MODES + j];
            struct evidence evidence = evidence_of_mean(own, square, c[i * MODES + j]);
            evidence.decisive = own->count >= ESTIMATE_MIN_SAMPLES;
            char setting[128];
            snprintf(setting, sizeof setting,
                     "covariance (%zu,%zu) of the noise, dense C in 2 dimensions",
                     i + 1, j + 1);
            status =
                ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, 0, error);
            evidence.paper = evidence.exact;
            evidence.paper_scale = evidence.exact_scale;
            snprintf(setting, sizeof setting,
                     "covariance (%zu,%zu) of the noise, intended: C^(1/2) xi", i + 1,
                     j + 1);
            if (status == STATUS_OK)
                status = ledger_value(ledger, claim, FORM_INTENDED, setting, &evidence,
                                      0, error);
        }
    problem_free(&problem);
    return status;
}

const struct claim claim_eq12 = {
    .id = "eq12",
    .where = "sec. 4.1, eq. 12",
    .kind = CLAIM_VALUE,
    .statement = "the gradient noise of covariance C is C xi, xi ~ N(0, I)",
    .check = check,
};
