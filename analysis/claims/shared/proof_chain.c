/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/proof_chain.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- settings --------------------------------------------------------------------- */

int proof_run_init(struct proof_run *run, const struct ledger *ledger,
                   const struct proof_setting *setting, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    const double beta0 = setting->beta0;
    const double gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
    double parameter[LOSS_MAX_PARAMETERS] = {0};
    *run = (struct proof_run){.setting = *setting};
    loss_defaults(setting->loss, parameter);
    const int smoothness = loss_parameter(setting->loss, "smoothness");
    if (smoothness >= 0)
        parameter[smoothness] = PROOF_SMOOTHNESS;
    int status = loss_init(&run->loss, setting->loss, setting->n, parameter, error);
    if (status != STATUS_OK)
        return status;
    status = rule_from(&run->rule, error, "pnm lr=%.17g beta0=%.17g beta1=%.17g",
                       setting->rate / run->loss.smoothness * sqrt(gamma), beta0,
                       setting->beta1);
    run->sigma = setting->sigma * run->loss.gradient_bound;
    run->descent = (struct descent){
        .rule = &run->rule,
        .loss = &run->loss,
        .start = setting->start * run->loss.gradient_bound /
                 (run->loss.smoothness * sqrt((double)setting->n)),
        .sigma = run->sigma,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = 1,
    };
    return status;
}

void proof_run_free(struct proof_run *run)
{
    loss_free(&run->loss);
}

/* --- steps ------------------------------------------------------------------------ */

double proof_g(const struct proof_chain *chain, long t, size_t i)
{
    return t < 0 ? 0 : chain->pnm.g[(size_t)t * chain->pnm.n + i];
}

double proof_alpha(const struct proof_chain *chain)
{
    return chain->pnm.eta0 * (1 - chain->pnm.beta);
}

/* Adds the products over the coordinates of step t. */
static void add_products(const struct proof_chain *chain, long t,
                         struct proof_step *step)
{
    const size_t n = chain->pnm.n, from = (size_t)t * n;
    for (size_t i = 0; i < n; i++) {
        const double own = chain->at_theta[from + i], at_z = chain->at_z[from + i];
        const double g = chain->pnm.g[from + i], xi = g - own, apart = at_z - own;
        const double off = chain->z[from + i] - chain->pnm.theta[from + i];
        const double move = chain->z[from + n + i] - chain->z[from + i];
        step->square += own * own;
        step->apart += apart * apart;
        step->cross += apart * own;
        step->distance += off * off;
        step->g += g * g;
        step->xi += xi * xi;
        step->z_g += at_z * g;
        step->z_xi += at_z * xi;
        step->z_move += at_z * move;
        step->moved += move * move;
    }
}

/* Computes what follows from theta, m and g. */
static void fill(struct proof_chain *chain)
{
    const struct trajectory *pnm = &chain->pnm;
    const struct loss *loss = &chain->run->loss;
    double along = 0, squares = 0, of_z = 0;
    for (long t = 0; t <= pnm->steps; t++) {
        const size_t from = (size_t)t * pnm->n;
        for (size_t i = 0; i < pnm->n; i++)
            chain->z[from + i] = trajectory_z(pnm, chain->x, t, i);
        of_z = loss->kind->evaluate_one(loss, chain->z + from, chain->at_z + from);
        if (t < pnm->steps)
            chain->step[t] = (struct proof_step){
                .at_z = of_z,
                .at_theta = loss->kind->evaluate_one(loss, pnm->theta + from,
                                                     chain->at_theta + from)};
        if (t > 0)
            chain->step[t - 1].next = of_z;
    }
    for (long t = 0; t < pnm->steps; t++) {
        struct proof_step *step = &chain->step[t];
        const struct proof_step *last = t > 0 ? step - 1 : NULL;
        add_products(chain, t, step);
        step->first = chain->step[0].at_z;
        step->sum = step->square + (last ? last->sum : 0);
        step->z_xi_sum = step->z_xi + (last ? last->z_xi_sum : 0);
        step->smallest = last ? fmin(last->smallest, step->square) : step->square;
        step->steps = (uint64_t)t + 1;
        step->rounding = 8 * DBL_EPSILON *
                         (fabs(step->at_z) + fabs(step->next) +
                          pnm->eta0 * (step->square + fabs(step->z_g)));
        for (size_t i = 0; i < pnm->n; i++) {
            const size_t k = (size_t)t * pnm->n + i;
            along += (chain->z[k + pnm->n] - chain->z[k]) * pnm->g[k];
            squares += pnm->g[k] * pnm->g[k];
        }
    }
    chain->rate = -along / squares;
}

/* Allocates what fill computes for a trajectory that is there. */
static int allocate(struct proof_chain *chain, struct error *error)
{
    const size_t points = ((size_t)chain->pnm.steps + 1) * chain->pnm.n;
    chain->z = calloc(3 * points, sizeof *chain->z);
    chain->step = calloc((size_t)chain->pnm.steps, sizeof *chain->step);
    if (!chain->z || !chain->step)
        return error_memory(error, "the steps of a proof");
    chain->at_z = chain->z + points;
    chain->at_theta = chain->at_z + points;
    return STATUS_OK;
}

void proof_chain_use(struct proof_chain *chain, enum x_form x)
{
    if (chain->x == x)
        return;
    chain->x = x;
    fill(chain);
}

void proof_chain_free(struct proof_chain *chain)
{
    trajectory_free(&chain->pnm);
    free(chain->z);
    free(chain->step);
    *chain = (struct proof_chain){0};
}

static int complete(struct proof_chain *chain, int status, struct error *error)
{
    if (status == STATUS_OK)
        status = allocate(chain, error);
    if (status == STATUS_OK)
        fill(chain);
    return status;
}

int proof_chain_measured(struct proof_chain *chain, const struct proof_run *run,
                         uint64_t number, enum x_form x, struct error *error)
{
    *chain = (struct proof_chain){.run = run, .x = x};
    return complete(chain,
                    trajectory_measured(&run->descent, number, run->setting.steps,
                                        &chain->pnm, error),
                    error);
}

int proof_chain_written(struct proof_chain *chain, const struct proof_run *run,
                        const struct proof_chain *from, enum x_form x,
                        struct error *error)
{
    *chain = (struct proof_chain){.run = run, .x = x};
    return complete(chain,
                    from ? trajectory_written(&from->pnm, &chain->pnm, error)
                         : trajectory_noiseless(&run->descent, run->setting.steps,
                                                &chain->pnm, error),
                    error);
}

int proof_chain_unit(struct proof_chain *chains, const struct proof_run *run,
                     uint64_t unit, enum x_form x, struct error *error)
{
    struct trajectory pnm[LOSS_LANES];
    int status =
        trajectory_measured_unit(&run->descent, unit, run->setting.steps, pnm, error);
    for (size_t lane = 0; lane < LOSS_LANES; lane++) {
        chains[lane] = (struct proof_chain){.run = run, .x = x, .pnm = pnm[lane]};
        status = complete(&chains[lane], status, error);
    }
    return status;
}
