/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch: eqs. 14-19 with minibatches that are drawn without replacement, as training
 * draws them. The noise of an epoch adds up to zero, so that theta has less variance
 * the flatter the loss is. With x = eta_applied h E, E the steps of an epoch, and small
 * steps the variance is f(x) = 1 - 2/x + 2 (1 - exp(-x))/x^2 of what it is with
 * replacement, for rules that take one batch a step. */
#include "claims/shared/claim_stationary.h"
#include "compare/stationary_epoch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 2 };
static const double curvature = 1;

/* x at every point of a curve: epochs of 2, 4, ... steps at rates 1/2, 1/4, ... */
static const double length = 1;
enum { POINTS = 5 };

static double quieter(double x)
{
    return 1 - 2 / x + 2 * (1 - exp(-x)) / (x * x);
}

/* One setting: the learning rate that is applied, and the steps of an epoch. */
struct epoch_point {
    double rate;
    uint64_t steps;
};

static struct epoch_point point_of(double rate)
{
    return (struct epoch_point){rate, (uint64_t)rint(length / (rate * curvature))};
}

/* Gives the rule the rate that is to be applied. */
static struct rule rule_at(const struct rule *rule, double rate)
{
    struct rule own = *rule;
    own.number[RULE_LR] = 1;
    own.number[RULE_LR] = rate / theory_find(rule->kind->name)->applied_lr(&own);
    return own;
}

static uint64_t train_size(const struct rule *rule, const struct epoch_point *at)
{
    return at->steps * BATCH * (uint64_t)rule->kind->samples;
}

/* The exact variance in units of eta_applied/(2B). */
static int exact_of(const struct rule *rule, const struct epoch_point *at,
                    double *value, struct error *error)
{
    const double c = curvature / BATCH;
    const struct rule own = rule_at(rule, at->rate);
    const int status = stationary_epoch_exact(&own, curvature, c, train_size(rule, at),
                                              BATCH, value, error);
    *value /= claim_stationary_unit(&own, curvature, c);
    return status;
}

/* The relative error from which bands of 1 % are made, of a quotient of two: the
 * paper's value is not judged at a finite step. */
static const double coarse = 0.0012;

/* The same measured, with its exact value. */
static int measure(const struct ledger *ledger, const struct claim *claim,
                   const struct rule *rule, const struct epoch_point *at,
                   struct evidence *evidence, double *samples, struct error *error)
{
    const double c = curvature / BATCH;
    const struct rule own = rule_at(rule, at->rate);
    struct sampling sampling = *ledger->sampling;
    struct problem problem;
    struct comparison *rows = NULL;
    size_t count;
    sampling.precision = fmax(sampling.precision, coarse);
    sampling.precision_given = true;
    sampling.quiet = true;
    int status = problem_init_mode(&problem, curvature, c, error);
    if (status == STATUS_OK) {
        problem_set_epochs(&problem, train_size(rule, at), BATCH);
        status =
            stationary_epoch_compare(&sampling, &own, &problem, STATIONARY_DIAGONAL,
                                     false, claim->id, &rows, &count, error);
    }
    if (status == STATUS_OK) {
        *evidence = rows[0].evidence;
        *samples = rows[0].plan.samples;
        claim_stationary_normalize(evidence, claim_stationary_unit(&own, curvature, c));
    }
    free(rows);
    problem_free(&problem);
    return status;
}

/* Divides by the variance of sgd at the same applied rate, which comes from a stream of
 * its own. */
static void divide(struct evidence *e, const struct evidence *by)
{
    e->se =
        e->measured / by->measured * hypot(e->se / e->measured, by->se / by->measured);
    e->measured /= by->measured;
    e->exact_error = e->exact / by->exact *
                     (e->exact_error / e->exact + by->exact_error / by->exact);
    e->bias = e->exact / by->exact * (e->bias / e->exact + by->bias / by->exact);
    e->exact /= by->exact;
    e->exact_scale = evidence_scale(e->exact);
    e->sampled = e->sampled && by->sampled;
    e->decisive = e->decisive && by->decisive;
    e->count = e->count < by->count ? e->count : by->count;
    e->plain_samples += by->plain_samples;
}

/* Of a rule in units of eta_applied/(2B) or, if `by` is given, of by's variance;
 * printed and corrected limits. */
struct epoch_curve {
    const char *what, *by;
    double printed, corrected;
};

struct epoch_limit {
    const struct rule *rule, *by;
    double paper;
};

static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    const struct epoch_limit *own = context;
    const struct epoch_point at = point_of(fraction);
    double below = 1;
    int status = exact_of(own->rule, &at, value, error);
    if (status == STATUS_OK && own->by)
        status = exact_of(own->by, &at, &below, error);
    *value /= below * own->paper;
    return status;
}

static int add_limit(struct ledger *ledger, const struct claim *claim,
                     const struct epoch_curve *curve, const struct rule *rule,
                     const struct rule *by, enum form form, size_t from,
                     struct error *error)
{
    const struct epoch_limit context = {
        rule, by, form == FORM_PRINTED ? curve->printed : curve->corrected};
    const struct limit limit = {
        .context = &context,
        .ratio = ratio,
        .variable = "eta_applied h",
        .paper = context.paper,
        .order = 1,
    };
    char setting[200];
    snprintf(setting, sizeof setting, "%s%s, epochs of E=1/(eta_applied h) steps%s",
             curve->what, by ? " / sgd" : "",
             form == FORM_PRINTED ? "" : ", corrected");
    return ledger_limit(ledger, claim, form, setting, &limit, from, error);
}

static int add_point(struct ledger *ledger, const struct claim *claim,
                     const struct epoch_curve *curve, const struct rule *rule,
                     const struct epoch_point *at, const struct evidence *by,
                     struct evidence *evidence, struct error *error)
{
    char setting[200];
    double samples = 0;
    int status = measure(ledger, claim, rule, at, evidence, &samples, error);
    if (status != STATUS_OK)
        return status;
    if (by) {
        samples += by->plain_samples;
        divide(evidence, by);
    }
    evidence->paper = curve->printed;
    evidence->paper_scale = evidence_scale(curve->printed);
    snprintf(setting, sizeof setting, "%s%s, eta_applied h=%.4g E=%llu", curve->what,
             by ? " / sgd" : "", at->rate * curvature, (unsigned long long)at->steps);
    return ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, evidence, samples,
                        error);
}

/* A curve and its limits. sgd[] is what the first curve measured at each point, which
 * the others are divided by. */
static int add_curve(struct ledger *ledger, const struct claim *claim,
                     const struct epoch_curve *curve, struct evidence *sgd,
                     struct error *error)
{
    struct rule rule, by;
    size_t from = ledger->count;
    int status = rule_from(&rule, error, "%s", curve->what);
    if (status == STATUS_OK && curve->by)
        status = rule_from(&by, error, "%s", curve->by);
    for (int k = 0; status == STATUS_OK && k < POINTS; k++) {
        const struct epoch_point at = point_of(ldexp(1, -k - 1) / curvature);
        struct evidence own;
        status = add_point(ledger, claim, curve, &rule, &at, curve->by ? &sgd[k] : NULL,
                           curve->by ? &own : &sgd[k], error);
    }
    if (status == STATUS_OK)
        status = add_limit(ledger, claim, curve, &rule, curve->by ? &by : NULL,
                           FORM_PRINTED, from++, error);
    return status == STATUS_OK
               ? add_limit(ledger, claim, curve, &rule, curve->by ? &by : NULL,
                           FORM_CORRECTED, from, error)
               : status;
}

/* Where the loss is flat beside an epoch: x is a tenth. */
static int add_flat(struct ledger *ledger, const struct claim *claim,
                    const struct epoch_curve *curve, struct evidence *sgd,
                    struct error *error)
{
    static const struct epoch_point flat = {0.01, 10};
    struct evidence own;
    struct rule rule;
    const int status = rule_from(&rule, error, "%s", curve->what);
    return status == STATUS_OK
               ? add_point(ledger, claim, curve, &rule, &flat, curve->by ? sgd : NULL,
                           curve->by ? &own : sgd, error)
               : status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const double f = quieter(length);
    const struct epoch_curve curves[] = {
        {"sgd", NULL, 1, f},
        {"pnm beta0=1 beta1=0.9", "sgd", 5, 1},
        /* The noise of its two batches of opposite signs does not add up to zero. */
        {"two_batch beta0=1", "sgd", 5, (5 - (1 - f) / 2) / f},
    };
    static const struct epoch_curve flats[] = {
        {"sgd", NULL, 1, NAN},
        {"pnm beta0=1 beta1=0.9", "sgd", 5, NAN},
        {"pnm beta0=3 beta1=0.9", "sgd", 25, NAN},
    };
    struct evidence sgd[POINTS];
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof curves / sizeof *curves; k++)
        status = add_curve(ledger, claim, &curves[k], sgd, error);
    for (size_t k = 0; status == STATUS_OK && k < sizeof flats / sizeof *flats; k++)
        status = add_flat(ledger, claim, &flats[k], sgd, error);
    return status;
}

const struct claim claim_epoch = {
    .id = "epoch",
    .where = "sec. 4.1, eqs. 14-15 and 18-19",
    .kind = CLAIM_LIMIT,
    .statement =
        "Sigma_sgd = eta/(2B), Sigma_pnm = gamma Sigma_sgd at the same applied "
        "rate; here with batches of an epoch, without replacement. sgd in "
        "units of eta/(2B), the others in units of sgd's variance",
    .check = check,
};
