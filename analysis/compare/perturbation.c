/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/perturbation.h"

#include "compare/slot_sums.h"
#include "theory/stein.h"
#include "theory/theory.h"

#include <math.h>
#include <string.h>

enum {
    N = SLOT_SUMS_N,
    LANES = SLOT_SUMS_LANES,
    STATE = 3,       /* theta_t, m_{t-1}, m_{t-2} */
    BURN_IN = 1024,  /* a mode with a margin of 0.02 decays to 1e-9 */
    RECORDED = 2048, /* steps after it */
};

/* eta0 beta0, by which theta is away from x for m = 1. */
static double reach(const struct rule *pnm)
{
    return theory_normalized_lr(pnm) * rule_parameter(pnm, "beta0");
}

int perturbation_exact(const struct rule *pnm, struct perturbation *perturbation,
                       struct error *error)
{
    struct linear_system system;
    double s[LINEAR_SIZE];
    const double d = reach(pnm);
    if (strcmp(pnm->kind->name, "pnm") != 0)
        return error_about(error, STATUS_USAGE, "optimizer",
                           "%s is not theta = x - eta0 beta0 m; allowed is pnm",
                           pnm->kind->name);
    theory_system(pnm, 1, &system);
    const int status = stein_solve(&system, &system, 1, s, error);
    if (status == STATUS_OK)
        *perturbation = (struct perturbation){
            .momentum = s[STATE + 1],
            .iterate = s[0] + 2 * d * s[1] + d * d * s[STATE + 1],
            .theta = s[0],
        };
    return status;
}

double perturbation_momentum(const struct rule *pnm, double h)
{
    const double a = theory_normalized_lr(pnm) * h;
    const double beta = pow(rule_parameter(pnm, "beta1"), 2);
    const double beta0 = rule_parameter(pnm, "beta0");
    return 2 * (1 - beta) /
           ((2 - a * (1 + 2 * beta0)) * (1 + beta + a * (beta + beta0 * (1 + beta))));
}

/* --- measured --------------------------------------------------------------------- */

/* Of a chain m^2 and theta^2 - x^2. */
static void add_squares(const struct rule *pnm, const struct descent_block *block,
                        double *momentum, double *added)
{
    const double d = reach(pnm);
    for (size_t i = 0; i < N; i++)
        for (size_t lane = 0; lane < LANES; lane++) {
            const double m = block->slot[i * LANES + lane];
            const double away = d * m;
            momentum[lane] += m * m;
            /* theta^2 - (theta + away)^2 */
            added[lane] -= away * (2 * block->theta[i * LANES + lane] + away);
        }
}

static struct evidence evidence_of(const struct comoments *m, double exact,
                                   double measured, double se)
{
    return (struct evidence){
        .paper = NAN,
        .exact = exact,
        .measured = measured,
        .se = se,
        .plain = NAN,
        .plain_se = NAN,
        .count = m->count,
        .paper_scale = 1,
        .exact_scale = evidence_scale(exact),
        .sampled = m->count > 0,
        .decisive = m->count >= ESTIMATE_MIN_CHAINS,
    };
}

int perturbation_compare(const struct sampling *sampling, const struct rule *pnm,
                         uint64_t count, const char *label, struct evidence *momentum,
                         struct evidence *added, double *samples, struct error *error)
{
    struct perturbation exact;
    struct comoments m = {0};
    const struct slot_sums sums = {
        .name = "perturbation",
        .rule = pnm,
        .chains = {.count = (count + LANES - 1) / LANES * LANES,
                   .steps = BURN_IN + RECORDED,
                   .burn_in = BURN_IN},
        .add = add_squares,
        .divisor = N * (double)RECORDED,
    };
    int status = perturbation_exact(pnm, &exact, error);
    if (status != STATUS_OK)
        return status;
    *samples = N * (double)sums.chains.count * (BURN_IN + RECORDED);
    if (!sampling->exact_only && *samples <= sampling->max_samples)
        status = slot_sums_measure(&sums, sampling, label, &m, error);
    const double unit = reach(pnm) * reach(pnm), ratio = m.mean[1] / m.mean[0];
    *momentum = evidence_of(&m, exact.momentum, m.mean[0],
                            sqrt(comoments_covariance(&m, 0, 0)));
    *added = evidence_of(&m, (exact.theta - exact.iterate) / (unit * exact.momentum),
                         ratio / unit,
                         comoments_ratio_error(&m, 1, 0, ratio) / m.mean[0] / unit);
    return status;
}
