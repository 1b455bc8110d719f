/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq18-19-net: the stationary covariance of SGD, Heavy Ball and PNM on a network, with
 * true minibatches, around a minimum of its training loss with weight decay.
 *
 * With h_k, v_k the eigenvalues and eigenvectors of the Hessian and c_k = v_k' C v_k/B,
 * the linear law of v_k' Sigma v_k is that of one mode of curvature h_k and noise c_k:
 * C is dense in this basis, but its other elements move other elements of Sigma alone.
 * Both tr(H Sigma) = sum_k h_k v_k' Sigma v_k and the paper's value of it follow. On a
 * network the linear law is an approximation, so both are judged with a margin of 5 %.
 */
#include "claims/eq18_19_net.h"

#include "rules/rule_from.h"
#include "theory/theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    N = MINIBATCH_N,
    RULES = EQ18_19_NET_RULES,
    RATES = EQ18_19_NET_RATES,
    SETTINGS = RULES * RATES,
    QUANTITIES = NETWORK_CHAINS_QUANTITIES,
    TRACE = NETWORK_CHAINS_TRACE,
};

/* The first is what the others are compared with. */
static const char *const rules[RULES] = {
    "sgd",
    "heavy_ball beta1=0.9",
    "pnm beta0=1 beta1=0.9",
    "pnm beta0=10 beta1=0.9",
    "pnm beta0=70 beta1=0.9",
};

/* The rate that a rule applies, as a share of SGD's limit 2/h_1. PNM's limit is 1/(1 +
 * 2 beta0) of it: at the first share all rules are stable, at the second all but beta0
 * = 70, at the third only beta0 = 1 of PNM. */
static const double shares[RATES] = {0.005, 0.03, 0.1};

/* The margin of both verdicts, and that of evidence_judge, which a scale widens. */
static const double margin = 0.05;
static const double widened = 0.05 / ESTIMATE_MARGIN;
/* What the burn-in may leave of a variance. */
static const double left_over = 0.0025;
/* Steps that are measured at the usual precision. The larger the rate, the more
 * relaxations they are, and the less the control variates help. */
static const double steps = 32000, usual_precision = 1e-3;

/* --- the linear law --------------------------------------------------------------- */

/* The noise of a minibatch along each direction. */
static void set_noise(const struct minibatch_noise *noise, double c[N])
{
    for (int k = 0; k < N; k++) {
        c[k] = 0;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                c[k] += noise->direction[k][i] * noise->law.covariance[i][j] *
                        noise->direction[k][j] / NETWORK_CHAINS_BATCH;
        c[k] = fmax(c[k], 0); /* rounding leaves it negative where it is 0 */
    }
}

/* Adds a variance along direction k to the quantities that have it. */
static void add_mode(const struct minibatch_noise *noise, int k, double variance,
                     double quantity[QUANTITIES])
{
    quantity[TRACE] += noise->curvature[k] * variance;
    if (k < NETWORK_CHAINS_DIRECTIONS)
        quantity[k] += variance;
}

/* The variances after t steps from rest. */
static void add_at(const struct minibatch_noise *noise, const struct rule *rule,
                   const double c[N], uint64_t t, double quantity[QUANTITIES])
{
    for (int k = 0; k < N; k++) {
        struct linear_system system;
        double q[LINEAR_SIZE], sum[LINEAR_SIZE];
        theory_system(rule, noise->curvature[k], &system);
        linear_system_noise(&system, &system, c[k], q);
        linear_system_sums(&system, &system, q, t, sum, NULL);
        add_mode(noise, k, sum[0], quantity);
    }
}

static int set_stable(const struct minibatch_noise *noise, const struct rule *rule,
                      bool *stable, struct error *error)
{
    int status = STATUS_OK;
    *stable = true;
    for (int k = 0; status == STATUS_OK && k < N; k++) {
        struct linear_system system;
        double room = 0;
        theory_system(rule, noise->curvature[k], &system);
        status = linear_system_margin(&system, &room, error);
        *stable = *stable && room > 0;
    }
    return status;
}

static int set_law(const struct minibatch_noise *noise, const struct rule *rule,
                   const double c[N], struct net_setting *setting, struct error *error)
{
    const double eta = theory_find(rule->kind->name)->applied_lr(rule);
    int status = set_stable(noise, rule, &setting->stable, error);
    for (int k = 0; status == STATUS_OK && k < N; k++) {
        const double h = noise->curvature[k];
        enum exact_source source;
        double variance = NAN;
        if (setting->stable)
            status = theory_covariance(rule, h, h, c[k], &variance, &source, error);
        add_mode(noise, k, variance, setting->exact);
        add_mode(noise, k, theory_paper(rule, h, h, c[k]), setting->paper);
        add_mode(noise, k, eta * c[k] / (2 * h), setting->unit);
    }
    return status;
}

/* The first of the steps 1.25^n after which no quantity misses more than left_over of
 * its limit by the law; a rule without one gets what SGD needs at its rate. */
static void set_burn_in(const struct minibatch_noise *noise, const struct rule *rule,
                        const double c[N], struct net_setting *setting)
{
    double most = 1;
    for (double t = 16; most > left_over; t *= 1.25) {
        double at[QUANTITIES] = {0};
        setting->run.burn_in = (uint64_t)t;
        add_at(noise, rule, c, setting->run.burn_in, at);
        most = 0;
        for (int q = 0; q < QUANTITIES; q++) {
            setting->left[q] = fabs(setting->exact[q] - at[q]);
            most = fmax(most, setting->left[q] / setting->exact[q]);
        }
    }
}

int net_setting_make(const struct sampling *sampling,
                     const struct minibatch_noise *noise, int rule, int rate,
                     struct net_setting *setting, struct error *error)
{
    const double h = noise->curvature[0], eta = shares[rate] * 2 / h;
    const double coarser = usual_precision / sampling->precision;
    struct rule own, reference;
    struct net_setting of_reference = {.stable = true};
    double c[N] = {0};
    *setting = (struct net_setting){.name = rules[rule]};
    int status = rule_from(&own, error, "%s lr=%.17g%s", rules[rule], eta,
                           rule >= 2 ? " lr-normalization=off" : "");
    if (status == STATUS_OK)
        status = rule_from(&reference, error, "%s lr=%.17g", rules[0], eta);
    set_noise(noise, c);
    if (status == STATUS_OK)
        status = set_law(noise, &own, c, setting, error);
    if (status == STATUS_OK && !setting->stable)
        status = set_law(noise, &reference, c, &of_reference, error);
    if (status != STATUS_OK)
        return status;
    if (setting->stable)
        set_burn_in(noise, &own, c, setting);
    else
        set_burn_in(noise, &reference, c, &of_reference);
    struct network_run *run = &setting->run;
    if (!setting->stable)
        run->burn_in = of_reference.run.burn_in;
    run->rule = own;
    run->rule.decay.lambda = EQ18_19_NET_DECAY;
    run->draws = (uint64_t)rate + 1;
    run->stride = (uint64_t)fmax(1, 0.25 / (eta * h));
    run->control = setting->stable && sampling->control == SAMPLING_CONTROL_AUTO;
    const double pairs = ceil(steps * coarser * coarser / (2 * (double)run->stride));
    run->steps = 2 * run->stride * (uint64_t)fmax(1, pairs);
    return STATUS_OK;
}

/* --- rows ------------------------------------------------------------------------- */

struct experiment {
    struct minibatch_noise *noise;
    struct net_setting setting[SETTINGS]; /* [rate * RULES + rule] */
    struct network_record *records;
    bool done[SETTINGS];
};

static double samples_of(const struct net_setting *setting)
{
    return NETWORK_CHAINS * (double)(setting->run.burn_in + setting->run.steps);
}

/* Whether the chains are long enough for verdicts: relaxations of the last direction
 * that is watched by itself, as SGD has them; one a chain with control variates. */
static bool is_long(const struct experiment *e, const struct net_setting *setting)
{
    const struct theory *theory = theory_find(setting->run.rule.kind->name);
    const double h = e->noise->curvature[NETWORK_CHAINS_DIRECTIONS - 1];
    const double wanted = setting->run.control ? NETWORK_CHAINS : ESTIMATE_MIN_SAMPLES;
    return 2 * theory->applied_lr(&setting->run.rule) * h * NETWORK_CHAINS *
               (double)setting->run.steps >=
           wanted;
}

/* Completes the evidence on a number and adds its row. Eqs. 18-19 are of first order in
 * eta h: where that alone moves SGD's variance, by eta h_1/2, more than the margin,
 * nothing is claimed. */
static int add_row(struct ledger *ledger, const struct claim *claim,
                   const struct experiment *e, int k, const char *over,
                   const char *what, struct evidence evidence, double samples,
                   struct error *error)
{
    const struct net_setting *setting = &e->setting[k];
    const double share = shares[k / RULES];
    const enum form form = share > margin ? FORM_FIRST_ORDER : FORM_PRINTED;
    char text[250], remark[80] = "";
    evidence.approximate = true;
    evidence.paper_scale = widened * evidence_scale(evidence.paper);
    evidence.exact_scale = widened * evidence_scale(evidence.exact);
    evidence.count = NETWORK_CHAINS;
    evidence.decisive = is_long(e, setting);
    if (!setting->stable)
        snprintf(remark, sizeof remark, "; the linear law diverges");
    else if (evidence.sampled && evidence_judge(&evidence).exact == VERDICT_NO_CLAIM)
        snprintf(remark, sizeof remark, "; measured is %+.1f %% off the linear law",
                 100 * (evidence.measured / evidence.exact - 1));
    snprintf(text, sizeof text, "%s%s at %g of SGD's limit, %s, margin %g %%%s",
             setting->name, over, share, what, 100 * margin, remark);
    return ledger_value(ledger, claim, form, text, &evidence, samples, error);
}

/* What the start still moves a variance by: what the linear law says of it or, where
 * the network goes on drifting, by how much the halves of the run differ. */
static double start_of(const struct net_setting *setting, int quantity,
                       const struct network_estimate *found)
{
    return fmax(setting->left[quantity], fabs(found->apart));
}

static int add_variances(struct ledger *ledger, const struct claim *claim,
                         const struct experiment *e, int k, struct error *error)
{
    static const char *const what[QUANTITIES] = {"direction 1", "direction 2",
                                                 "direction 3", "tr(H Sigma)"};
    const struct net_setting *setting = &e->setting[k];
    int status = STATUS_OK;
    for (int q = QUANTITIES - 1; status == STATUS_OK && q >= 0; q--) {
        struct network_estimate found, plain;
        const double unit = setting->unit[q], samples = samples_of(setting);
        network_chains_estimate(&e->records[k], e->noise, q, true, &found);
        network_chains_estimate(&e->records[k], e->noise, q, false, &plain);
        const struct evidence evidence = {
            .paper = setting->paper[q] / unit,
            .exact = setting->exact[q] / unit,
            .measured = found.value / unit,
            .se = found.se / unit,
            .bias = start_of(setting, q, &found) / unit,
            .plain_samples = samples * moments_gain(plain.se, found.se),
            .sampled = e->done[k],
        };
        status = add_row(ledger, claim, e, k, "", what[q], evidence, samples, error);
    }
    return status;
}

/* The headline: tr(H Sigma) over SGD's at the same applied rate. */
static int add_quotient(struct ledger *ledger, const struct claim *claim,
                        const struct experiment *e, int k, struct error *error)
{
    const int below = k / RULES * RULES;
    const struct net_setting *a = &e->setting[k], *b = &e->setting[below];
    const double samples = samples_of(a) + samples_of(b);
    struct network_estimate above, under;
    double se, plain_se;
    network_chains_estimate(&e->records[k], e->noise, TRACE, false, &above);
    network_chains_estimate(&e->records[below], e->noise, TRACE, false, &under);
    network_chains_quotient(&above, &under, &plain_se);
    network_chains_estimate(&e->records[k], e->noise, TRACE, true, &above);
    network_chains_estimate(&e->records[below], e->noise, TRACE, true, &under);
    const double quotient = network_chains_quotient(&above, &under, &se);
    const struct evidence evidence = {
        .paper = a->paper[TRACE] / b->paper[TRACE],
        .exact = a->exact[TRACE] / b->exact[TRACE],
        .measured = quotient,
        .se = se,
        .bias = (start_of(a, TRACE, &above) + quotient * start_of(b, TRACE, &under)) /
                under.value,
        .plain_samples = samples * moments_gain(plain_se, se),
        .sampled = e->done[k] && e->done[below],
    };
    return add_row(ledger, claim, e, k, " over sgd", "tr(H Sigma)", evidence, samples,
                   error);
}

static int add_rows(struct ledger *ledger, const struct claim *claim,
                    const struct experiment *e, struct error *error)
{
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < SETTINGS; k++)
        if (k % RULES > 0)
            status = add_quotient(ledger, claim, e, k, error);
    for (int k = 0; status == STATUS_OK && k < SETTINGS; k++)
        status = add_variances(ledger, claim, e, k, error);
    return status;
}

/* Runs the settings that are within the budget. */
static int measure(const struct ledger *ledger, const struct claim *claim,
                   struct experiment *e, struct error *error)
{
    struct network_run runs[SETTINGS];
    size_t count = 0;
    for (int k = 0; k < SETTINGS; k++) {
        if (samples_of(&e->setting[k]) > ledger->sampling->max_samples)
            return STATUS_OK;
        runs[count++] = e->setting[k].run;
    }
    return network_chains_run(ledger->sampling, claim->id, e->noise, runs, count,
                              e->records, e->done, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    struct experiment *e = calloc(1, sizeof *e);
    int status = STATUS_OK;
    if (!e)
        return error_memory(error, "a network's settings");
    e->records = calloc(SETTINGS, sizeof *e->records);
    if (!e->records)
        status = error_memory(error, "a network's chains");
    if (status == STATUS_OK)
        status =
            network_minimum_make(ledger->sampling, EQ18_19_NET_DECAY, &e->noise, error);
    for (int k = 0; status == STATUS_OK && k < SETTINGS; k++)
        status = net_setting_make(ledger->sampling, e->noise, k % RULES, k / RULES,
                                  &e->setting[k], error);
    if (status == STATUS_OK)
        status = measure(ledger, claim, e, error);
    if (status == STATUS_OK)
        status = add_rows(ledger, claim, e, error);
    free(e->noise);
    free(e->records);
    free(e);
    return status;
}

const struct claim claim_eq18_19_net = {
    .id = "eq18-19-net",
    .where = "sec. 4.1, eqs. 18-19",
    .kind = CLAIM_VALUE,
    .statement = "on a network with minibatches Sigma H + H Sigma = gamma eta C/B too; "
                 "values in units of eta tr(C)/(2B) and eta c_k/(2 h_k)",
    .check = check,
};
