/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/plan.h"

#include <math.h>
#include <string.h>

static const uint64_t longest_burn_in = UINT64_C(1) << 50;
/* No bias is planned to be smaller beside the target: chains are sums of doubles. */
static const double rounding = 1e-6;

int plan_law_init(struct plan_law *law, const struct linear_system *i,
                  const struct linear_system *j, const double noise[3], double offset_i,
                  double offset_j, struct error *error)
{
    double q[LINEAR_SIZE];
    *law = (struct plan_law){
        .i = *i, .j = *j, .offset_i = {offset_i}, .offset_j = {offset_j}};
    linear_system_noise(i, i, noise[0], q);
    int status = linear_system_stationary(i, i, q, law->s_ii, error);
    if (status != STATUS_OK)
        return status;
    /* A mode beside itself: all three are the same. */
    if (i == j && noise[1] == noise[0] && noise[2] == noise[0]) {
        memcpy(law->s_jj, law->s_ii, sizeof law->s_jj);
        memcpy(law->s_ij, law->s_ii, sizeof law->s_ij);
        return STATUS_OK;
    }
    linear_system_noise(j, j, noise[1], q);
    status = linear_system_stationary(j, j, q, law->s_jj, error);
    if (status != STATUS_OK)
        return status;
    linear_system_noise(i, j, noise[2], q);
    return linear_system_stationary(i, j, q, law->s_ij, error);
}

/* The lag-k autocovariance of x_i x_j is r_ii(k) r_jj(k) + r_ij(k) r_ji(k), which is
 * element (0,0) of A_i^k X A_j'^k with
 * X = S_ii e S_jj e' + S_ij e (S_ij' e)', where e is the unit vector of theta. */
double plan_law_variance(const struct plan_law *law, uint64_t count)
{
    const int n = law->i.dim, m = law->j.dim;
    double x[LINEAR_SIZE] = {0}, f[LINEAR_SIZE] = {0}, weighted[LINEAR_SIZE] = {0};
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++)
            x[r * m + c] =
                law->s_ii[r * n] * law->s_jj[c * m] + law->s_ij[r * m] * law->s_ij[c];
    linear_system_sums(&law->i, &law->j, x, count, f, weighted);
    const double total = (double)count;
    const double fourth = law->excess > 0 ? law->excess * x[0] / 2 : 0;
    return (2 * (f[0] - weighted[0] / total) - x[0] + fourth) / total;
}

double plan_law_bias(const struct plan_law *law, uint64_t burn_in, uint64_t steps)
{
    const int n = law->i.dim, m = law->j.dim;
    double y[LINEAR_SIZE] = {0}, f[LINEAR_SIZE] = {0};
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++)
            y[r * m + c] = law->offset_i[r] * law->offset_j[c] - law->s_ij[r * m + c];
    linear_system_power(&law->i, &law->j, burn_in + 1, y);
    linear_system_sums(&law->i, &law->j, y, steps - burn_in, f, NULL);
    return f[0] / (double)(steps - burn_in);
}

double plan_law_start(const struct plan_law *law, uint64_t burn_in, uint64_t steps)
{
    struct plan_law noiseless = *law;
    memset(noiseless.s_ij, 0, sizeof noiseless.s_ij);
    return plan_law_bias(&noiseless, burn_in, steps);
}

uint64_t plan_power_of_two(double x)
{
    uint64_t power = 1;
    while ((double)power < x && power < (UINT64_C(1) << 62))
        power *= 2;
    return power;
}

static uint64_t plan_burn_in(const struct plan_law *law, double target)
{
    uint64_t burn_in = 1;
    while (burn_in < longest_burn_in &&
           !(fabs(plan_law_bias(law, burn_in, 8 * burn_in)) <= target / 20))
        burn_in *= 2;
    return burn_in;
}

static uint64_t fewest_of(const struct plan_request *request)
{
    return request->fewest ? request->fewest : PLAN_FEWEST;
}

static uint64_t chains_for(const struct plan_law *law,
                           const struct plan_request *request, uint64_t recorded)
{
    const double target = request->target;
    const double needed = plan_law_variance(law, recorded) / (target * target);
    const uint64_t chains = plan_power_of_two(needed);
    return chains < fewest_of(request) ? fewest_of(request) : chains;
}

/* The steps of a given number of chains: the least power of two that reaches the
 * target.
 */
static uint64_t steps_for(const struct plan_law *law, uint64_t burn_in, uint64_t chains,
                          double target)
{
    const double wanted = target * target * (double)chains;
    uint64_t steps = plan_power_of_two(8 * (double)burn_in);
    while (steps < 2 * longest_burn_in &&
           !(plan_law_variance(law, steps - burn_in) <= wanted))
        steps *= 2;
    return steps;
}

/* Sets those of steps and chains that are not given, for the burn-in in chains. */
static void plan_chains(const struct plan_law *law, const struct plan_request *request,
                        struct chains *chains)
{
    chains->count = request->chains;
    chains->steps = request->steps;
    if (chains->steps == 0 && chains->count > 0)
        chains->steps = steps_for(law, chains->burn_in, chains->count, request->target);
    if (chains->count == 0 && chains->steps > 0)
        chains->count = chains_for(law, request, chains->steps - chains->burn_in);
    if (chains->steps > 0)
        return;
    chains->steps = plan_power_of_two(fmax(8 * (double)chains->burn_in, 1024));
    chains->count = chains_for(law, request, chains->steps - chains->burn_in);
    while (chains->count > 4 * PLAN_CHAINS && chains->steps < PLAN_LONGEST) {
        chains->steps *= 2;
        chains->count = chains_for(law, request, chains->steps - chains->burn_in);
    }
}

void plan_make(const struct plan_law *law, const struct plan_request *request,
               struct plan *plan)
{
    struct chains *chains = &plan->chains;
    const bool automatic = request->burn_in == PLAN_AUTO;
    *plan = (struct plan){.needed_burn_in = plan_burn_in(law, request->target)};
    chains->burn_in = automatic ? plan->needed_burn_in : request->burn_in;
    if (request->steps > 0 && request->steps <= chains->burn_in) {
        plan->too_short = true;
        chains->burn_in = request->steps / 2;
    }
    plan_chains(law, request, chains);
    /* The bias may vanish by chance over one window, but not over the one chosen. */
    while (automatic && request->steps == 0 && chains->burn_in < longest_burn_in &&
           fabs(plan_law_bias(law, chains->burn_in, chains->steps)) >
               request->target / 20) {
        chains->burn_in *= 2;
        plan->needed_burn_in = chains->burn_in;
        plan_chains(law, request, chains);
    }
    plan->samples = (double)chains->count * (double)chains->steps;
    plan->affordable = plan->samples <= request->max_samples;
}

void plan_share_budget(struct plan *first, size_t stride, size_t count, double budget)
{
    char *const start = (char *)first;
    double total = 0;
    for (size_t k = 0; k < count; k++)
        total += ((const struct plan *)(const void *)(start + k * stride))->samples;
    for (size_t k = 0; k < count; k++)
        ((struct plan *)(void *)(start + k * stride))->affordable = total <= budget;
}

/* --- with control variates -------------------------------------------------------- */

/* Whether a burn-in leaves at most a twentieth of the target as bias of an average over
 * `recorded` steps; and, where `residual` is not 0, less than this as the variance of
 * 2 x (mean of x) (x - mean of x), which control variates do not reduce. */
static bool forgets(const struct plan_law *law, double target, double residual,
                    uint64_t burn_in, uint64_t recorded)
{
    const uint64_t steps = burn_in + recorded;
    return fabs(plan_law_bias(law, burn_in, steps)) <= target / 20 &&
           (residual == 0 ||
            4 * law->s_ii[0] * plan_law_start(law, burn_in, steps) <= residual);
}

/* The shortest such burn-in, to an eighth. */
static uint64_t shortest_burn_in(const struct plan_law *law, double target,
                                 double residual, uint64_t recorded)
{
    uint64_t burn_in = 1;
    while (burn_in < longest_burn_in &&
           !forgets(law, target, residual, burn_in, recorded))
        burn_in *= 2;
    const uint64_t eighth = burn_in / 8;
    while (eighth > 0 && burn_in > 4 * eighth &&
           forgets(law, target, residual, burn_in - eighth, recorded))
        burn_in -= eighth;
    return burn_in;
}

/* How much more variance the residual has over chains to which it was not fitted:
 * measured are 1.05 to 1.31 times that of 64 chains of a pilot. */
static const double FITTED = 1.3;

/* How much more beside its share of a long average it has from the pilot's two
 * correlation times of theta on, because what a pole that is slightly off leaves is
 * correlated for longer: measured are up to 2.1 times. */
static const double GROWTH = 2.3;

/* The recorded steps, at least `least`, that bring `count` chains to the target; or the
 * chains, if `count` is the number of recorded steps. */
static uint64_t enough(const struct plan_residual *residual, double target,
                       uint64_t count, uint64_t least)
{
    const double each = FITTED * residual->variance / (target * target * (double)count);
    const double needed = each <= 1 ? 0 : GROWTH * each * (double)residual->recorded;
    const double most = 2 * (double)longest_burn_in;
    return needed > (double)least ? (uint64_t)ceil(fmin(needed, most)) : least;
}

/* The standard error that `count` such chains are expected to have, if it is below the
 * target. */
static double expected(const struct plan_residual *residual, double target,
                       uint64_t count, uint64_t recorded)
{
    const double each = (double)residual->recorded / (double)recorded / (double)count;
    const double least = rounding * target, error = sqrt(residual->variance * each);
    return residual->variance > 0 && error < target ? fmax(error, least) : target;
}

void plan_make_controlled(const struct plan_law *law,
                          const struct plan_request *request,
                          const struct plan_residual *residual, struct plan *plan)
{
    struct chains *chains = &plan->chains;
    const double target = request->target;
    const bool automatic = request->burn_in == PLAN_AUTO;
    *plan =
        (struct plan){.chains.count = request->chains, .chains.steps = request->steps};
    uint64_t count = request->chains ? request->chains : PLAN_CHAINS;
    uint64_t recorded = 0, burn_in = 0;
    bool grown = false;
    for (bool again = true; again;) {
        recorded = request->steps ? request->steps
                                  : enough(residual, target, count, residual->recorded);
        burn_in = shortest_burn_in(
            law, expected(residual, target, count, recorded),
            residual->variance * ((double)residual->recorded / (double)recorded) / 4,
            recorded);
        const bool mostly_burn_in = recorded / 8 < burn_in;
        again = request->chains == 0 && request->steps == 0 &&
                (mostly_burn_in ? count > fewest_of(request) && !grown
                                : recorded > PLAN_LONGEST && recorded / 16 >= burn_in &&
                                      count < UINT64_C(1) << 40);
        if (again)
            count = mostly_burn_in ? count / 2 : count * 2;
        grown = grown || !mostly_burn_in;
    }
    plan->needed_burn_in = burn_in;
    chains->burn_in = automatic ? burn_in : request->burn_in;
    if (request->steps == 0)
        chains->steps = chains->burn_in + recorded;
    if (chains->steps <= chains->burn_in) {
        plan->too_short = true;
        chains->burn_in = chains->steps / 2;
    }
    if (request->chains == 0)
        chains->count = request->steps == 0
                            ? count
                            : enough(residual, target, chains->steps - chains->burn_in,
                                     PLAN_FEWEST);
    plan->samples = (double)chains->count * (double)chains->steps;
    plan->affordable = plan->samples <= request->max_samples;
}
