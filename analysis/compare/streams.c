/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/streams.h"

#include "base/elementary.h"
#include "compare/slot_sums.h"
#include "theory/stein.h"
#include "theory/theory.h"

#include <math.h>
#include <string.h>

enum {
    N = SLOT_SUMS_N,
    LANES = SLOT_SUMS_LANES,
    STATE = 3, /* theta_t, m_{t-1}, m_{t-2} */
};

/* --- exact ------------------------------------------------------------------------ */

/* The written-out system, 1 minus its spectral radius, and the stationary covariance of
 * its state. */
struct law {
    struct linear_system system;
    double margin;
    double covariance[LINEAR_SIZE];
};

static int law_init(struct law *law, const struct rule *pnm, struct error *error)
{
    if (strcmp(pnm->kind->name, "pnm") != 0)
        return error_about(error, STATUS_USAGE, "optimizer",
                           "%s does not have two momentum terms; allowed is pnm",
                           pnm->kind->name);
    theory_system(pnm, 1, &law->system);
    const int status = linear_system_margin(&law->system, &law->margin, error);
    return status == STATUS_OK
               ? stein_solve(&law->system, &law->system, 1, law->covariance, error)
               : status;
}

static double law_correlation(const struct law *law)
{
    return law->covariance[1 * STATE + 2] / law->covariance[1 * STATE + 1];
}

int streams_exact(const struct rule *pnm, double *correlation, struct error *error)
{
    struct law law;
    const int status = law_init(&law, pnm, error);
    if (status == STATUS_OK)
        *correlation = law_correlation(&law);
    return status;
}

/* The variance of the sample correlation at lag 1 of one long chain, times its length,
 * by Bartlett's formula from the autocorrelations r of m up to lag `last`: sum over all
 * lags k of r_k^2 + r_{k+1} r_{k-1} - 4 r_1 r_k r_{k-1} + 2 r_1^2 r_k^2. */
static double law_spread(const struct law *law, uint64_t last)
{
    const struct linear_system one = {.dim = 1}; /* A = 1 */
    double state[LINEAR_SIZE] = {0}, r[3], sum = 0;
    for (int k = 0; k < STATE; k++)
        state[k] = law->covariance[k * STATE + 1];
    const double variance = state[1], first = law_correlation(law);
    r[0] = first; /* lag -1 */
    r[1] = 1;
    for (uint64_t k = 0; k <= last; k++) {
        linear_system_apply(&law->system, &one, state);
        r[2] = state[1] / variance;
        const double square = r[1] * r[1] * (1 + 2 * first * first);
        /* Lags k and -k together; the third term takes its neighbours in turn. */
        sum += k == 0 ? square + r[2] * r[0] - 4 * first * r[1] * r[0]
                      : 2 * (square + r[2] * r[0]) - 4 * first * r[1] * (r[0] + r[2]);
        r[0] = r[1];
        r[1] = r[2];
    }
    return sum;
}

/* --- measured --------------------------------------------------------------------- */

/* The product of a chain's two momentum terms, and the mean of their squares. */
static void add_products(const struct rule *pnm, const struct descent_block *block,
                         double *product, double *square)
{
    (void)pnm;
    for (size_t i = 0; i < N; i++) {
        const double *last = block->slot + i * LANES;
        const double *before = block->slot + (N + i) * LANES;
        for (size_t lane = 0; lane < LANES; lane++) {
            product[lane] += last[lane] * before[lane];
            square[lane] +=
                0.5 * (last[lane] * last[lane] + before[lane] * before[lane]);
        }
    }
}

/* The burn-in lets the slowest mode decay to 1e-8, and a chain is five of them long. */
static void plan(const struct law *law, const struct sampling *sampling,
                 struct chains *chains)
{
    const double correlation = law_correlation(law);
    chains->burn_in =
        plan_power_of_two(elementary_log(1e-8) / elementary_log(1 - law->margin));
    chains->steps = 5 * chains->burn_in;
    const double target = sampling->precision * correlation;
    const double wanted = law_spread(law, 4 * chains->burn_in) /
                          (4.0 * N * (double)chains->burn_in * target * target);
    const uint64_t count = sampling->chains > 0   ? sampling->chains
                           : wanted > PLAN_CHAINS ? (uint64_t)wanted
                                                  : PLAN_CHAINS;
    chains->count = LANES * (count / LANES + (count % LANES != 0));
}

int streams_compare(const struct sampling *sampling, const struct rule *pnm,
                    const char *label, struct evidence *evidence, double *samples,
                    struct error *error)
{
    struct law law;
    struct chains chains;
    struct comoments m = {0};
    int status = law_init(&law, pnm, error);
    if (status != STATUS_OK)
        return status;
    plan(&law, sampling, &chains);
    *samples = N * (double)chains.count * (double)chains.steps;
    const struct slot_sums sums = {"streams", pnm, chains, add_products, 1};
    if (*samples <= sampling->max_samples)
        status = slot_sums_measure(&sums, sampling, label, &m, error);
    const double exact = law_correlation(&law), ratio = m.mean[0] / m.mean[1];
    *evidence = (struct evidence){
        .paper = NAN,
        .exact = exact,
        .measured = ratio,
        .se = comoments_ratio_error(&m, 0, 1, ratio) / m.mean[1],
        .count = m.count,
        .paper_scale = 1,
        .exact_scale = evidence_scale(exact),
        .sampled = m.count > 0,
        .decisive = m.count >= ESTIMATE_MIN_CHAINS,
    };
    return status;
}
