/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/proof_lines.h"

#include "claims/shared/claim_known.h"
#include "claims/shared/proof_means.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* left / right; a left-hand side of 0 or below meets a bound of 0. */
static double quotient(double left, double right)
{
    if (right == 0)
        return left <= 0 ? 0 : INFINITY;
    return left / right;
}

/* --- every chain of a few settings with noise ------------------------------------- */

enum { BETA0S = 3, BETA1S = 2, EVERY_N = 3, EVERY_STEPS = 60 };
static const double every_beta0[BETA0S] = {0, 1, 3}, every_beta1[BETA1S] = {0, 0.9};

/* One of the settings: its chain as it was simulated and as it is written out. */
struct pair {
    struct proof_run run;
    struct proof_chain measured, written;
};

struct every {
    struct pair *pairs;
    size_t count;
};

static int pair_init(struct pair *pair, const struct ledger *ledger,
                     const struct proof_setting *setting, enum x_form x,
                     struct error *error)
{
    int status = proof_run_init(&pair->run, ledger, setting, error);
    if (status == STATUS_OK)
        status = proof_chain_measured(&pair->measured, &pair->run, 0, x, error);
    if (status == STATUS_OK)
        status =
            proof_chain_written(&pair->written, &pair->run, &pair->measured, x, error);
    return status;
}

/* Runs the chains; if they have run before, they only get another x_t. */
static int every_use(struct every *every, const struct ledger *ledger, enum x_form x,
                     struct error *error)
{
    const size_t most = loss_kind_count() * BETA0S * BETA1S;
    int status = STATUS_OK;
    for (size_t k = 0; k < every->count; k++) {
        proof_chain_use(&every->pairs[k].measured, x);
        proof_chain_use(&every->pairs[k].written, x);
    }
    if (every->pairs)
        return STATUS_OK;
    every->pairs = calloc(most, sizeof *every->pairs);
    if (!every->pairs)
        return error_memory(error, "the chains of a proof");
    for (const struct loss_kind *const *kind = loss_kinds(); *kind; kind++)
        for (int k = 0; claim_descent_covers(*kind) && k < BETA0S * BETA1S; k++) {
            const struct proof_setting setting = {
                .loss = *kind,
                .n = EVERY_N,
                .beta0 = every_beta0[k / BETA1S],
                .beta1 = every_beta1[k % BETA1S],
                .rate = 0.1,
                .sigma = 1,
                .start = 2,
                .steps = EVERY_STEPS,
            };
            if (status == STATUS_OK)
                status = pair_init(&every->pairs[every->count++], ledger, &setting, x,
                                   error);
        }
    return status;
}

static void every_free(struct every *every)
{
    for (size_t k = 0; k < every->count; k++) {
        proof_chain_free(&every->pairs[k].measured);
        proof_chain_free(&every->pairs[k].written);
        proof_run_free(&every->pairs[k].run);
    }
    free(every->pairs);
}

struct identity_context {
    const struct every *every;
    const struct proof_row *row;
};

static double largest_apart(const struct identity_context *own, bool written,
                            double perturbation)
{
    double largest = 0;
    for (size_t k = 0; k < own->every->count; k++) {
        const struct pair *pair = &own->every->pairs[k];
        const struct proof_chain *chain = written ? &pair->written : &pair->measured;
        double all_apart = 0, all_size = 0;
        for (long t = 0; t < chain->pnm.steps; t++) {
            double apart, size;
            own->row->identity(chain, t, own->row->form, perturbation, &apart, &size);
            all_apart = fmax(all_apart, fabs(apart));
            all_size = fmax(all_size, fabs(size));
        }
        largest = fmax(largest, quotient(all_apart, all_size));
    }
    return largest;
}

static int apart_simulated(const void *context, double perturbation, double *apart,
                           struct error *error)
{
    (void)error;
    *apart = largest_apart(context, false, perturbation);
    return STATUS_OK;
}

static int apart_written(const void *context, double perturbation, double *apart,
                         struct error *error)
{
    (void)error;
    *apart = largest_apart(context, true, perturbation);
    return STATUS_OK;
}

/* The largest ratio of the sides; a chain's own noise is in both of them. */
static double largest_ratio(const struct every *every, proof_bound bound,
                            enum form form, bool written)
{
    double largest = -INFINITY;
    for (size_t k = 0; k < every->count; k++) {
        const struct pair *pair = &every->pairs[k];
        const struct proof_chain *chain = written ? &pair->written : &pair->measured;
        for (long t = 0; t < chain->pnm.steps; t++) {
            double left, right;
            bound(chain, t, form, &left, &right);
            largest = fmax(largest, quotient(left, right));
        }
    }
    return largest;
}

static int add_every(struct ledger *ledger, const struct claim *claim,
                     const struct proof_row *row, struct every *every,
                     struct text *setting, struct error *error)
{
    text_add(setting,
             "pnm beta0=0,1,3 beta1=0,0.9 eta0 L=0.1, every loss with a G, L=%g, n=%d, "
             "sigma=G, %d steps",
             PROOF_SMOOTHNESS, EVERY_N, EVERY_STEPS);
    int status = text_check(setting, "a setting", error);
    if (status == STATUS_OK)
        status = every_use(every, ledger, row->x, error);
    if (status != STATUS_OK)
        return status;
    if (row->identity) {
        const struct identity_context context = {every, row};
        const struct identity identity = {&context, apart_simulated, apart_written};
        return ledger_identity(ledger, claim, row->form, text_get(setting), &identity,
                               error);
    }
    const struct evidence evidence =
        claim_known(1, largest_ratio(every, row->bound, row->form, true),
                    largest_ratio(every, row->bound, row->form, false));
    return ledger_bound(ledger, claim, row->form, text_get(setting), &evidence, 0,
                        error);
}

/* --- chains without noise --------------------------------------------------------- */

enum { QUIET_VALUES = 3, QUIET_RATES = 4, QUIET_N = 2, QUIET_STEPS = 64 };
enum { QUIET_SETTINGS = QUIET_VALUES * QUIET_VALUES * QUIET_VALUES * QUIET_RATES };

/* Setting number k of the grid. */
static struct proof_setting quiet_setting(const struct loss_kind *loss, int k)
{
    static const double beta0[] = {0, 1, 3}, beta1[] = {0, 0.5, 0.9},
                        rate[] = {0.02, 0.1, 0.2, 0.5}, start[] = {0.5, 1, 3};
    return (struct proof_setting){
        .loss = loss,
        .n = QUIET_N,
        .beta0 = beta0[k % QUIET_VALUES],
        .beta1 = beta1[k / QUIET_VALUES % QUIET_VALUES],
        .start = start[k / QUIET_VALUES / QUIET_VALUES % QUIET_VALUES],
        .rate = rate[k / QUIET_VALUES / QUIET_VALUES / QUIET_VALUES],
        .steps = QUIET_STEPS,
    };
}

/* The losses of the grid are those whose L and G can be chosen. */
static bool is_quiet_loss(const struct loss_kind *kind)
{
    return loss_parameter(kind, "smoothness") >= 0 &&
           loss_parameter(kind, "gradient-bound") >= 0;
}

/* A chain of the grid that comes closest to a bound, or breaks it the most. */
struct closest {
    struct proof_setting setting;
    long t;
    double ratio;
    size_t chains; /* that were tried */
};

static void try_row(const struct proof_row *row, const struct proof_chain *chain,
                    struct closest *closest)
{
    for (long t = 0; t < chain->pnm.steps; t++) {
        double left, right;
        row->bound(chain, t, row->form, &left, &right);
        const double ratio = quotient(left, right);
        if (ratio > closest->ratio) {
            closest->setting = chain->run->setting;
            closest->t = t;
            closest->ratio = ratio;
        }
    }
    closest->chains++;
}

/* Tries one setting for all rows about chains without noise. */
static int try_setting(const struct ledger *ledger, const struct proof_setting *setting,
                       const struct proof_row *rows, size_t count,
                       struct closest *closest, struct error *error)
{
    struct proof_run run;
    struct proof_chain chain = {0};
    int status = proof_run_init(&run, ledger, setting, error);
    if (status == STATUS_OK)
        status = proof_chain_written(&chain, &run, NULL, X_CORRECTED, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        if (rows[k].chains == PROOF_QUIET) {
            proof_chain_use(&chain, rows[k].x);
            try_row(&rows[k], &chain, &closest[k]);
        }
    proof_chain_free(&chain);
    proof_run_free(&run);
    return status;
}

static int try_grid(const struct ledger *ledger, const struct proof_row *rows,
                    size_t count, struct closest *closest, struct error *error)
{
    int status = STATUS_OK;
    bool any = false;
    for (size_t k = 0; k < count; k++) {
        closest[k] = (struct closest){.ratio = -INFINITY};
        any = any || rows[k].chains == PROOF_QUIET;
    }
    for (const struct loss_kind *const *kind = loss_kinds(); any && *kind; kind++)
        for (int k = 0; is_quiet_loss(*kind) && k < QUIET_SETTINGS; k++) {
            const struct proof_setting setting = quiet_setting(*kind, k);
            if (status == STATUS_OK)
                status = try_setting(ledger, &setting, rows, count, closest, error);
        }
    return status;
}

static int measure_quiet(const struct ledger *ledger, const struct proof_row *row,
                         const struct closest *closest, double *ratio,
                         struct error *error)
{
    struct proof_run run;
    struct proof_chain chain = {0};
    int status = proof_run_init(&run, ledger, &closest->setting, error);
    if (status == STATUS_OK)
        status = proof_chain_measured(&chain, &run, 0, row->x, error);
    if (status == STATUS_OK) {
        double left, right;
        row->bound(&chain, closest->t, row->form, &left, &right);
        *ratio = quotient(left, right);
    }
    proof_chain_free(&chain);
    proof_run_free(&run);
    return status;
}

static int add_quiet(struct ledger *ledger, const struct claim *claim,
                     const struct proof_row *row, const struct closest *closest,
                     struct text *setting, struct error *error)
{
    const struct proof_setting *s = &closest->setting;
    double measured = NAN;
    if (!s->loss)
        return error_set(error, STATUS_SOFTWARE,
                         "claim %s: no chain has both sides of a line", claim->id);
    int status = measure_quiet(ledger, row, closest, &measured, error);
    text_add(setting,
             "without noise, the closest of %zu chains: %s beta0=%g beta1=%g "
             "eta0 L=%g theta_0=%g G/L, L=%g, t=%ld",
             closest->chains, s->loss->name, s->beta0, s->beta1, s->rate, s->start,
             PROOF_SMOOTHNESS, closest->t);
    if (status == STATUS_OK)
        status = text_check(setting, "a setting", error);
    const struct evidence evidence = claim_known(1, closest->ratio, measured);
    return status == STATUS_OK ? ledger_bound(ledger, claim, row->form,
                                              text_get(setting), &evidence, 0, error)
                               : status;
}

/* --- rows ------------------------------------------------------------------------- */

int proof_rows(struct ledger *ledger, const struct claim *claim,
               const struct proof_row *rows, size_t count, struct error *error)
{
    struct every every = {0};
    struct closest closest[PROOF_MOST];
    struct proof_means *means = calloc(PROOF_MOST, sizeof *means);
    int status = means && count <= PROOF_MOST
                     ? STATUS_OK
                     : error_memory(error, "the means of a proof's lines");
    if (status == STATUS_OK)
        status = try_grid(ledger, rows, count, closest, error);
    if (status == STATUS_OK)
        status = proof_means_run(ledger, rows, count, means, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        const struct proof_row *row = &rows[k];
        struct text setting = {0};
        text_add(&setting, "%s: %s%s", ledger_form_text(row->form),
                 row->text ? row->text : "", row->text ? "; " : "");
        if (row->chains == PROOF_EVERY)
            status = add_every(ledger, claim, row, &every, &setting, error);
        else if (row->chains == PROOF_QUIET)
            status = add_quiet(ledger, claim, row, &closest[k], &setting, error);
        else
            status = proof_means_add(ledger, claim, row, &means[k], &setting, error);
        text_free(&setting);
    }
    every_free(&every);
    free(means);
    return status;
}
