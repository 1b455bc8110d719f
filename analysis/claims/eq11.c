/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq11: SGD with momentum as a recursion in theta alone. With the momentum's own beta1
 * as its beta it is Algorithm 1 (beta3 = 1); with beta = beta1^2, which the paper
 * defines two lines before, it is not. */
#include "claims/shared/claim_descent.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 200, N = 3 };

/* What stands for eq. 11's beta, and whether its gradient is multiplied by beta3. */
struct reading {
    const struct ledger *ledger;
    bool squared, weighted;
    bool averaged; /* beta3 = 1-beta1; otherwise 1 */
};

/* theta_0 .. theta_STEPS and g_0 .. g_{STEPS-1} of one chain of Heavy Ball. */
struct chain {
    double beta1, beta3, eta;
    double theta[(STEPS + 1) * N], g[STEPS * N];
};

/* The simulated chain or, if `written`, Algorithm 1 written out on its gradients. */
static int chain_make(const struct reading *reading, const struct loss_kind *loss,
                      double beta1, bool written, struct chain *chain,
                      struct error *error)
{
    struct claim_descent run;
    struct descent_record record = {.theta = NULL};
    char rule[80];
    chain->beta1 = beta1;
    chain->beta3 = reading->averaged ? 1 - beta1 : 1;
    snprintf(rule, sizeof rule, "heavy_ball beta1=%.17g beta3=%.17g", beta1,
             chain->beta3);
    const struct descent_setting setting = {loss, N, rule, 0.05, 1, 2};
    int status = claim_descent_init(&run, reading->ledger, &setting, error);
    chain->eta = run.eta0;
    if (status == STATUS_OK)
        status = descent_record(&run.descent, 0, STEPS, &record, error);
    if (status == STATUS_OK) {
        memcpy(chain->theta, record.theta, sizeof chain->theta);
        memcpy(chain->g, record.sample, sizeof chain->g);
    }
    for (size_t i = 0; status == STATUS_OK && written && i < N; i++) {
        double m = 0;
        for (size_t t = 0; t < STEPS; t++) {
            m = beta1 * m + chain->beta3 * chain->g[t * N + i];
            chain->theta[(t + 1) * N + i] = chain->theta[t * N + i] - chain->eta * m;
        }
    }
    descent_record_free(&record);
    claim_descent_free(&run);
    return status;
}

/* Largest residual of eq. 11 over the largest step. */
static double chain_residual(const struct reading *reading, const struct chain *chain,
                             double perturbation)
{
    const double beta = reading->squared ? pow(chain->beta1, 2) : chain->beta1;
    const double rate =
        chain->eta * (reading->weighted ? chain->beta3 : 1) * (1 + perturbation);
    double apart = 0, moved = 0;
    for (size_t t = 0; t < STEPS; t++)
        for (size_t i = 0; i < N; i++) {
            const double *now = chain->theta + t * N + i;
            const double step = now[N] - now[0], last = t > 0 ? now[0] - *(now - N) : 0;
            apart = fmax(apart, fabs(step + rate * chain->g[t * N + i] - beta * last));
            moved = fmax(moved, fabs(step));
        }
    return apart / moved;
}

static int over_chains(const struct reading *reading, bool written, double perturbation,
                       double *apart, struct error *error)
{
    static const double beta1s[] = {0.5, 0.9};
    *apart = 0;
    for (const struct loss_kind *const *kind = loss_kinds(); *kind; kind++)
        for (int k = 0; claim_descent_covers(*kind) && k < 2; k++) {
            struct chain chain;
            const int status =
                chain_make(reading, *kind, beta1s[k], written, &chain, error);
            if (status != STATUS_OK)
                return status;
            *apart = fmax(*apart, chain_residual(reading, &chain, perturbation));
        }
    return STATUS_OK;
}

static int simulated(const void *context, double perturbation, double *apart,
                     struct error *error)
{
    return over_chains(context, false, perturbation, apart, error);
}

static int written_out(const void *context, double perturbation, double *apart,
                       struct error *error)
{
    return over_chains(context, true, perturbation, apart, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct {
        enum form form;
        const char *text;
        struct reading reading;
    } rows[] = {
        {FORM_INTENDED,
         "beta is the momentum's own beta1, beta3=1",
         {NULL, false, false, false}},
        {FORM_PRINTED,
         "beta = beta1^2 as defined above eq. 10, beta3=1",
         {NULL, true, false, false}},
        {FORM_CORRECTED,
         "corrected: rate eta beta3 and beta = beta1, beta3=1",
         {NULL, false, true, false}},
        {FORM_CORRECTED,
         "corrected: rate eta beta3 and beta = beta1, beta3=1-beta1",
         {NULL, false, true, true}},
    };
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rows / sizeof *rows; k++) {
        struct reading reading = rows[k].reading;
        const struct identity identity = {&reading, simulated, written_out};
        char setting[200];
        reading.ledger = ledger;
        snprintf(setting, sizeof setting,
                 "%s; heavy_ball beta1=0.5,0.9 eta L=0.05, every loss with a G, n=%d, "
                 "sigma=G, %d steps",
                 rows[k].text, N, STEPS);
        status =
            ledger_identity(ledger, claim, rows[k].form, setting, &identity, error);
    }
    return status;
}

const struct claim claim_eq11 = {
    .id = "eq11",
    .where = "sec. 3, eq. 11",
    .kind = CLAIM_IDENTITY,
    .statement = "SGD with momentum is theta_{t+1} = theta_t - eta g_t + beta (theta_t "
                 "- theta_{t-1}): residual over the largest step 0",
    .check = check,
};
