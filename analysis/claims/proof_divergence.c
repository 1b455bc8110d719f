/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-42 ... proof-46: the proof of theorem 4.3. B(gamma) is eq. 20's bound for the
 * Gaussian Q(gamma) of covariance gamma eta/(2B) I; its divergence from the prior is
 * measured by quadrature of the densities, and computed from matrices. */
#include "claims/shared/claim_known.h"
#include "claims/shared/gaussian.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>

static const double train_size = 50000, failure = 0.05;

/* A setting. The mean of Q is theta*. */
struct place {
    double eta, batch, lambda;
};

static const double theta_star[GAUSSIAN_N] = {1, -2};

/* The paper's example, one with lambda > 1 that meets the printed condition, one that
 * meets the right one, and the first with numbers whose quotients are exact. */
static const struct place example = {1e-3, 128, 1e-4}, large = {1, 1, 10},
                          small = {1, 1, 0.1}, dyadic = {0x1p-10, 128, 0x1p-13};

static struct gaussian isotropic(const double *mean, double variance)
{
    return (struct gaussian){{mean[0], mean[1]}, {variance, 0, 0, variance}};
}

/* --- divergences ------------------------------------------------------------------ */

struct densities {
    struct gaussian q, p;
};

static struct densities densities(const struct place *at, double gamma)
{
    static const double zero[GAUSSIAN_N] = {0};
    return (struct densities){isotropic(theta_star, gamma * at->eta / (2 * at->batch)),
                              isotropic(zero, 1 / at->lambda)};
}

static double log_ratio(const double *x, const void *context)
{
    const struct densities *own = context;
    return gaussian_log_density(&own->q, x) - gaussian_log_density(&own->p, x);
}

static double square(const double *x, const void *context)
{
    (void)context;
    return pow(x[0] - theta_star[0], 2) + pow(x[1] - theta_star[1], 2);
}

/* The slope of the divergence's trace term in gamma is n/2 eta/(2B) times this: eq. 22
 * prints 1/lambda where eq. 21 gives lambda. */
static double factor(const struct place *at, bool printed)
{
    return printed ? 1 / at->lambda : at->lambda;
}

/* By quadrature; as printed, with the trace term's other factor. */
static int kl_measured(const struct place *at, double gamma, bool printed, double *kl,
                       struct error *error)
{
    const struct densities own = densities(at, gamma);
    double spread = 0;
    int status = gaussian_quadrature(&own.q, log_ratio, &own, kl, error);
    if (status == STATUS_OK)
        status = gaussian_quadrature(&own.q, square, NULL, &spread, error);
    if (status == STATUS_OK && printed)
        *kl += (factor(at, true) - at->lambda) / 2 * spread;
    return status;
}

/* From matrices by eq. 21, likewise. */
static int kl_exact(const struct place *at, double gamma, bool printed, double *kl,
                    struct error *error)
{
    const struct densities own = densities(at, gamma);
    const int status = pac_bayes_gaussian_kl(GAUSSIAN_N, own.q.mean, own.q.covariance,
                                             own.p.mean, own.p.covariance, kl, error);
    const double variance = own.q.covariance[0];
    if (status == STATUS_OK && printed)
        *kl += (factor(at, true) - at->lambda) / 2 * GAUSSIAN_N * variance;
    return status;
}

typedef int (*divergence)(const struct place *at, double gamma, bool printed,
                          double *kl, struct error *error);

/* B(gamma) by eq. 42. */
static double bound_42(double kl)
{
    return 4 * sqrt((kl + log(2 * train_size / failure)) / train_size);
}

static int bound_of(divergence of, const struct place *at, double gamma, bool printed,
                    double *bound, struct error *error)
{
    double kl = 0;
    const int status = of(at, gamma, printed, &kl, error);
    if (status == STATUS_OK)
        *bound = pac_bayes_bounds(kl, train_size, failure, 0).paper;
    return status;
}

/* B(5) - B(1). */
static int bound_change(divergence of, const struct place *at, bool printed,
                        double *change, struct error *error)
{
    double first = 0, last = 0;
    int status = bound_of(of, at, 1, printed, &first, error);
    if (status == STATUS_OK)
        status = bound_of(of, at, 5, printed, &last, error);
    *change = last - first;
    return status;
}

/* --- equations 42 to 44 as identities --------------------------------------------- */

static int add_identity(struct ledger *ledger, const struct claim *claim,
                        enum form form, const char *what, const struct place *at,
                        double paper, double exact, double measured,
                        struct error *error)
{
    const struct computed computed = {
        .kind = CLAIM_IDENTITY,
        .paper = paper,
        .exact = exact,
        .measured = measured,
        .tolerance = ESTIMATE_TOLERANCE * evidence_scale(exact),
        .step = 1e-6 * evidence_scale(exact),
    };
    char setting[240];
    snprintf(setting, sizeof setting,
             "%s: %s; eta=%g B=%g lambda=%g n=%d N=%g Delta=%g", ledger_form_text(form),
             what, at->eta, at->batch, at->lambda, GAUSSIAN_N, train_size, failure);
    return ledger_computed(ledger, claim, form, setting, &computed, error);
}

static int check_42(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const double gammas[] = {1, 5};
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        const double gamma = gammas[k];
        double kl = 0, exact = 0, measured = 0;
        char what[32];
        snprintf(what, sizeof what, "B(%g)", gamma);
        status = kl_exact(&example, gamma, false, &kl, error);
        if (status == STATUS_OK)
            status = bound_of(kl_exact, &example, gamma, false, &exact, error);
        if (status == STATUS_OK)
            status = bound_of(kl_measured, &example, gamma, false, &measured, error);
        if (status == STATUS_OK)
            status = add_identity(ledger, claim, FORM_PRINTED, what, &example,
                                  bound_42(kl), exact, measured, error);
    }
    return status;
}

/* Which divergence stands in the root of eq. 43, and which slope of it behind it. */
struct gradient {
    const struct place *at;
    bool printed_root, printed_slope;
    int status; /* what the divergence has said, with its error */
    struct error *error;
};

/* Eq. 43 with (n/2) (factor eta/(2B) - 1/gamma) for the gradient of the divergence. */
static double gradient_43(double gamma, void *context)
{
    struct gradient *own = context;
    const struct place *at = own->at;
    double kl = 0;
    const double slope =
        GAUSSIAN_N / 2. *
        (factor(at, own->printed_slope) * at->eta / (2 * at->batch) - 1 / gamma);
    if (own->status == STATUS_OK)
        own->status = kl_exact(at, gamma, own->printed_root, &kl, own->error);
    const double inside = (kl + log(2 * train_size / failure)) / train_size;
    return 2 / sqrt(inside) / train_size * slope;
}

/* Its integral over gamma from 1 to 5. */
static int integral(const struct place *at, bool printed_root, bool printed_slope,
                    double *sum, struct error *error)
{
    enum { POINTS = 32 };
    struct gradient gradient = {at, printed_root, printed_slope, STATUS_OK, error};
    gsl_function function = {gradient_43, &gradient};
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(POINTS);
    if (!table) /* not covered: GSL has the table of 32 points ready */
        return error_memory(error, "an integral"); /* not covered: as above */
    *sum = gsl_integration_glfixed(&function, 1, 5, table);
    gsl_integration_glfixed_table_free(table);
    return gradient.status;
}

/* B(5) - B(1) against the integral of its gradient. */
static int add_gradient(struct ledger *ledger, const struct claim *claim,
                        enum form form, const char *what, bool printed_root,
                        bool printed_slope, struct error *error)
{
    const struct place *at = &example;
    double paper = 0, exact = 0, measured = 0;
    int status = integral(at, printed_root, printed_slope, &paper, error);
    if (status == STATUS_OK)
        status = bound_change(kl_exact, at, printed_root, &exact, error);
    if (status == STATUS_OK)
        status = bound_change(kl_measured, at, printed_root, &measured, error);
    return status == STATUS_OK ? add_identity(ledger, claim, form, what, at, paper,
                                              exact, measured, error)
                               : status;
}

static int check_43(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    return add_gradient(ledger, claim, FORM_PRINTED, "B(5) - B(1)", false, false,
                        error);
}

/* --- equations 44 and 45 as inequalities ------------------------------------------ */

enum { PARTS = 64 };

/* The end of the interval: 2B lambda/eta, or 2B/(eta lambda) with the right divergence.
 */
static double interval_end(const struct place *at, bool printed)
{
    return 2 * at->batch / (at->eta * factor(at, printed));
}

/* The largest B(gamma_{k+1})/B(gamma_k) or B(gamma_k)/B(1) over the interval's parts,
 * given the divergence. */
static int largest(divergence of, const struct place *at, double end, bool printed,
                   bool steps, double *most, struct error *error)
{
    double first = 0, own = 0;
    int status = bound_of(of, at, 1, printed, &first, error);
    double last = first;
    *most = 0;
    for (int k = 1; status == STATUS_OK && k <= PARTS; k++) {
        status = bound_of(of, at, 1 + (end - 1) * k / PARTS, printed, &own, error);
        *most = fmax(*most, own / (steps ? last : first));
        last = own;
    }
    return status;
}

static int add_largest(struct ledger *ledger, const struct claim *claim, enum form form,
                       const char *what, const struct place *at, bool given, bool steps,
                       struct error *error)
{
    const double end = interval_end(at, form == FORM_PRINTED);
    double exact = 0, measured = 0;
    int status = largest(kl_exact, at, end, given, steps, &exact, error);
    if (status == STATUS_OK)
        status = largest(kl_measured, at, end, given, steps, &measured, error);
    if (status != STATUS_OK)
        return status;
    const struct evidence evidence = claim_known(1, exact, measured);
    char setting[240];
    snprintf(
        setting, sizeof setting,
        "%s: %s, largest %s over %d parts of [1, %.4g]; eta=%g B=%g lambda=%g n=%d",
        ledger_form_text(form), what, steps ? "factor of a part" : "B(gamma)/B(1)",
        PARTS, end, at->eta, at->batch, at->lambda, GAUSSIAN_N);
    return ledger_bound(ledger, claim, form, setting, &evidence, 0, error);
}

/* The four settings of eqs. 44 and 45. */
static int add_interval(struct ledger *ledger, const struct claim *claim, bool steps,
                        struct error *error)
{
    static const char given[] = "given eq. 22", right[] = "the divergence of eq. 21";
    int status =
        add_largest(ledger, claim, FORM_PRINTED, given, &example, true, steps, error);
    if (status == STATUS_OK)
        status = add_largest(ledger, claim, FORM_PRINTED, right, &example, false, steps,
                             error);
    if (status == STATUS_OK)
        status = add_largest(ledger, claim, FORM_PRINTED, right, &large, false, steps,
                             error);
    if (status == STATUS_OK)
        status = add_largest(ledger, claim, FORM_CORRECTED, right, &small, false, steps,
                             error);
    return status;
}

/* The gradient of the divergence of eq. 22 after that part of the interval, which is
 * claimed to be below 0. */
static int add_end(struct ledger *ledger, const struct claim *claim, enum form form,
                   double part, const char *what, struct error *error)
{
    const struct place *at = &dyadic;
    const double gamma = 1 + (interval_end(at, true) - 1) * part;
    const double of_trace = at->eta / (2 * at->batch * at->lambda);
    char setting[200];
    /* d/d gamma of the trace term by quadrature, which is linear in gamma. */
    const struct densities own = densities(at, gamma);
    double spread = 0;
    const int status = gaussian_quadrature(&own.q, square, NULL, &spread, error);
    if (status != STATUS_OK)
        return status;
    const double gradient = (spread / at->lambda - GAUSSIAN_N) / (2 * gamma);
    /* What rounding may have made of 0 is not below 0. */
    const struct evidence evidence =
        claim_known(0, GAUSSIAN_N / 2. * (of_trace - 1 / gamma),
                    fabs(gradient) > ESTIMATE_TOLERANCE ? gradient : 0);
    snprintf(setting, sizeof setting,
             "%s: given eq. 22, gradient of the divergence at %s, claimed below 0; "
             "eta=2^-10 B=128 lambda=2^-13 n=%d",
             ledger_form_text(form), what, GAUSSIAN_N);
    return ledger_existence(ledger, claim, form, setting, &evidence, 0, error);
}

static int check_44(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    int status = add_gradient(ledger, claim, FORM_PRINTED, "given eq. 22, B(5) - B(1)",
                              true, true, error);
    if (status == STATUS_OK)
        status =
            add_gradient(ledger, claim, FORM_PRINTED,
                         "the divergence of eq. 21, B(5) - B(1)", false, true, error);
    if (status == STATUS_OK)
        status =
            add_gradient(ledger, claim, FORM_CORRECTED,
                         "the divergence of eq. 21, B(5) - B(1)", false, false, error);
    if (status == STATUS_OK)
        status = add_end(ledger, claim, FORM_PRINTED, 1, "the interval's end", error);
    if (status == STATUS_OK)
        status = add_end(ledger, claim, FORM_INTENDED, 1 - 1. / PARTS,
                         "the last of 64 points before the interval's end", error);
    if (status == STATUS_OK)
        status = add_interval(ledger, claim, true, error);
    return status;
}

static int check_45(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    return add_interval(ledger, claim, false, error);
}

const struct claim claim_proof_42 = {
    .id = "proof-42",
    .where = "app. A, eq. 42",
    .kind = CLAIM_IDENTITY,
    .statement = "B(gamma) = 4 sqrt((KL(Q(gamma)|P) + ln(2N/Delta))/N)",
    .check = check_42,
};

const struct claim claim_proof_43 = {
    .id = "proof-43",
    .where = "app. A, eq. 43",
    .kind = CLAIM_IDENTITY,
    .statement = "dB/d gamma = 2 [(KL + ln(2N/Delta))/N]^(-1/2) (1/N) dKL/d gamma: its "
                 "integral is B(5) - B(1)",
    .check = check_43,
};

const struct claim claim_proof_44 = {
    .id = "proof-44",
    .where = "app. A, eq. 44",
    .kind = CLAIM_BOUND,
    .statement = "dB/d gamma has n/2 (eta/(2 B lambda) - 1/gamma) for dKL/d gamma, and "
                 "is below 0 for gamma in [1, 2 B lambda/eta] if eta/(2 B lambda) < 1",
    .check = check_44,
};

const struct claim claim_proof_45 = {
    .id = "proof-45",
    .where = "app. A, eq. 45",
    .kind = CLAIM_BOUND,
    .statement =
        "B(gamma)/B(1) is below 1 for gamma in (1, 2 B lambda/eta] if eta/(2 B "
        "lambda) < 1",
    .check = check_45,
};
