/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq21: the divergence of two Gaussians, against its definition E_Q[ln q - ln p] by
 * quadrature and by Monte Carlo. */
#include "claims/shared/gaussian.h"

#include <math.h>

struct two_gaussians {
    struct gaussian q, p;
};

static double log_ratio(const double *x, const void *context)
{
    const struct two_gaussians *pair = context;
    return gaussian_log_density(&pair->q, x) - gaussian_log_density(&pair->p, x);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct two_gaussians pairs[] = {
        {{{0.3, -0.2}, {0.5, 0.1, 0.1, 0.2}}, {{0, 0}, {1, 0, 0, 1}}},
        {{{1, 2}, {2, -0.7, -0.7, 1}}, {{0.5, 1}, {1.5, 0.4, 0.4, 3}}},
    };
    static const char *const settings[] = {
        "KL(Q|P) in 2 dimensions, P standard normal",
        "KL(Q|P) in 2 dimensions, correlated Q and P",
    };
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        const struct two_gaussians *pair = &pairs[k];
        struct evidence evidence = {0};
        double printed;
        status =
            pac_bayes_gaussian_kl(GAUSSIAN_N, pair->q.mean, pair->q.covariance,
                                  pair->p.mean, pair->p.covariance, &printed, error);
        if (status != STATUS_OK)
            break;
        evidence.paper = printed;
        status = gaussian_quadrature(&pair->q, log_ratio, pair, &evidence.exact, error);
        if (status == STATUS_OK)
            status = gaussian_monte_carlo(ledger, claim, &pair->q, log_ratio, pair,
                                          &evidence, error);
        if (status == STATUS_OK)
            status = ledger_value(ledger, claim, FORM_PRINTED, settings[k], &evidence,
                                  0, error);
    }
    return status;
}

const struct claim claim_eq21 = {
    .id = "eq21",
    .where = "sec. 4.2, eq. 21",
    .kind = CLAIM_VALUE,
    .statement = "KL(Q|P) = (ln det S_P/det S_Q + Tr(S_P^-1 S_Q) + (mu_Q-mu_P)' S_P^-1 "
                 "(mu_Q-mu_P) - n)/2",
    .check = check,
};
