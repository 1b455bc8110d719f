/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/plan.h"

#include <math.h>
#include <string.h>

static const uint64_t longest_burn_in = UINT64_C(1) << 50;

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
    return (2 * (f[0] - weighted[0] / total) - x[0]) / total;
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

static uint64_t chains_for(const struct plan_law *law, uint64_t recorded, double target)
{
    const double needed = plan_law_variance(law, recorded) / (target * target);
    const uint64_t chains = plan_power_of_two(needed);
    return chains < PLAN_CHAINS ? PLAN_CHAINS : chains;
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
        chains->count =
            chains_for(law, chains->steps - chains->burn_in, request->target);
    if (chains->steps > 0)
        return;
    chains->steps = plan_power_of_two(fmax(8 * (double)chains->burn_in, 1024));
    chains->count = chains_for(law, chains->steps - chains->burn_in, request->target);
    while (chains->count > 4 * PLAN_CHAINS && chains->steps < PLAN_LONGEST) {
        chains->steps *= 2;
        chains->count =
            chains_for(law, chains->steps - chains->burn_in, request->target);
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
