/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/proof_means.h"

#include <math.h>

enum { MEAN_N = 8, MEAN_UNITS = 128, LEFT = 0, RIGHT };

/* Two ensembles. In the one with little noise theta_0 is a little farther out than the
 * stationary law is wide, so that min_k E is hardly smaller than it must be. */
static struct proof_setting mean_setting(bool loud)
{
    return (struct proof_setting){
        .loss = loss_kind_find(loud ? "pseudo_huber" : "huber"),
        .n = MEAN_N,
        .beta0 = 1,
        .beta1 = loud ? 0.9 : 0,
        .rate = loud ? 0.1 : 1. / 3,
        .sigma = loud ? 1 : 0.1,
        .start = loud ? 1 : 0.08,
        .steps = PROOF_MEANS_STEPS,
    };
}

/* Where the step is that of the smallest left-hand side, the right-hand side is that of
 * the whole chain; where both sides are the same, all steps count as one. */
static void add_chain(const struct proof_chain *chain, const struct proof_row *row,
                      size_t half, struct proof_means *means)
{
    const bool smallest = row->chains == PROOF_SMALLEST;
    double sum[2] = {0};
    for (long t = 0; t < PROOF_MEANS_STEPS; t++) {
        double side[2];
        row->bound(chain, smallest ? PROOF_MEANS_STEPS - 1 : t, row->form, &side[LEFT],
                   &side[RIGHT]);
        if (smallest)
            side[LEFT] = chain->step[t].square;
        sum[LEFT] += side[LEFT];
        sum[RIGHT] += side[RIGHT];
        if (row->chains != PROOF_SAME)
            comoments_add(&means->sides[t][half], 2, side);
    }
    if (row->chains == PROOF_SAME)
        comoments_add(&means->sides[0][1], 2, sum);
}

static bool is_mean(const struct proof_row *row)
{
    return row->chains >= PROOF_MEAN;
}

/* The units of chains: fewer if a lower precision than that of a bound was asked for.
 */
static uint64_t ensemble_units(const struct sampling *sampling)
{
    const double coarser =
        sampling->precision_given ? fmax(1, sampling->precision / BOUND_PRECISION) : 1;
    return (uint64_t)fmax(1, MEAN_UNITS / (coarser * coarser));
}

static double ensemble_samples(const struct sampling *sampling)
{
    return (double)LOSS_LANES * (double)ensemble_units(sampling) * MEAN_N *
           PROOF_MEANS_STEPS;
}

/* Runs the ensemble for all rows that are about it. */
static int run_ensemble(const struct ledger *ledger, bool loud,
                        const struct proof_row *rows, size_t count,
                        struct proof_means *means, struct error *error)
{
    const struct proof_setting setting = mean_setting(loud);
    const uint64_t units = ensemble_units(ledger->sampling);
    struct proof_chain chains[LOSS_LANES];
    struct proof_run run;
    int status = proof_run_init(&run, ledger, &setting, error);
    for (uint64_t unit = 0; status == STATUS_OK && unit < units; unit++) {
        status = proof_chain_unit(chains, &run, unit, X_CORRECTED, error);
        for (size_t lane = 0; lane < LOSS_LANES; lane++) {
            for (size_t k = 0; status == STATUS_OK && k < count; k++)
                if (is_mean(&rows[k]) && rows[k].loud == loud)
                    add_chain(&chains[lane], &rows[k], lane % PROOF_MEANS_HALVES,
                              &means[k]);
            proof_chain_free(&chains[lane]);
        }
    }
    proof_run_free(&run);
    return status;
}

int proof_means_run(const struct ledger *ledger, const struct proof_row *rows,
                    size_t count, struct proof_means *means, struct error *error)
{
    int status = STATUS_OK;
    if (ensemble_samples(ledger->sampling) > ledger->sampling->max_samples)
        return STATUS_OK;
    for (int loud = 0; status == STATUS_OK && loud < 2; loud++) {
        bool any = false;
        for (size_t k = 0; k < count; k++)
            any = any || (is_mean(&rows[k]) && rows[k].loud == loud);
        if (any)
            status = run_ensemble(ledger, loud, rows, count, means, error);
    }
    return status;
}

static double ratio_of(const struct comoments *sides)
{
    return sides->mean[LEFT] / sides->mean[RIGHT];
}

/* The step that the first half chooses and the second half measures. */
static long choose(const struct proof_row *row, const struct proof_means *means)
{
    const double sign = row->chains == PROOF_SMALLEST ? -1 : 1;
    long best = 0;
    for (long t = 1; row->chains != PROOF_SAME && t < PROOF_MEANS_STEPS; t++)
        if (sign * ratio_of(&means->sides[t][0]) >
            sign * ratio_of(&means->sides[best][0]))
            best = t;
    return best;
}

int proof_means_add(struct ledger *ledger, const struct claim *claim,
                    const struct proof_row *row, const struct proof_means *means,
                    struct text *setting, struct error *error)
{
    const bool same = row->chains == PROOF_SAME;
    const struct proof_setting s = mean_setting(row->loud);
    const long t = choose(row, means);
    const struct comoments *own = &means->sides[t][1];
    struct evidence evidence = {.paper = 1,
                                .exact = same ? 1 : NAN,
                                .measured = NAN,
                                .se = NAN,
                                .count = own->count,
                                .sampled = own->count > 0,
                                .decisive = own->count > 0,
                                .paper_scale = 1,
                                .exact_scale = 1};
    text_add(setting,
             "with noise, %s beta0=%g beta1=%g eta0 L=%.4g sigma=%g G theta_0=%g G/L, "
             "L=%g, n=%d",
             s.loss->name, s.beta0, s.beta1, s.rate, s.sigma, s.start, PROOF_SMOOTHNESS,
             MEAN_N);
    if (own->count > 0) {
        evidence.measured = ratio_of(own);
        evidence.se = comoments_ratio_error(own, LEFT, RIGHT, evidence.measured) /
                      fabs(own->mean[RIGHT]);
    }
    if (own->count > 0 && !same)
        text_add(setting, ", %s=%ld", row->chains == PROOF_SMALLEST ? "k" : "t", t);
    const int status = text_check(setting, "a setting", error);
    if (status != STATUS_OK)
        return status;
    return (same ? ledger_value
                 : ledger_bound)(ledger, claim, row->form, text_get(setting), &evidence,
                                 ensemble_samples(ledger->sampling), error);
}
