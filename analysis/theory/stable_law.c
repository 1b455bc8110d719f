/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/stable_law.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>

static const double pi = 3.141592653589793;

/* What integration must reach. */
static const double least_digits = 1e-9;

enum { INTERVALS = 400, STEPS = 200 };

struct nolan {
    double alpha, log_x;
};

/* The logarithm of x^(alpha/(alpha-1)) V(theta), V(theta) =
 * [cos theta/sin(alpha theta)]^(alpha/(alpha-1)) cos((alpha-1) theta)/cos theta. */
static double exponent(const struct nolan *of, double theta)
{
    const double alpha = of->alpha, power = alpha / (alpha - 1);
    return power * (of->log_x + log(cos(theta)) - log(sin(alpha * theta))) +
           log(cos((alpha - 1) * theta)) - log(cos(theta));
}

/* P(X > x) is the integral of this over 0 .. pi/2, divided by pi. */
static double integrand(double theta, void *context)
{
    const struct nolan *of = context;
    const double g = exp(exponent(of, theta));
    return of->alpha > 1 ? exp(-g) : -expm1(-g);
}

/* The angle at which the integrand is 1/e or 1 - 1/e, where it changes fastest: V is
 * monotonic. */
static double middle(const struct nolan *of)
{
    double low = 0, high = pi / 2;
    for (int k = 0; k < 60; k++) {
        const double theta = (low + high) / 2;
        if ((exponent(of, theta) > 0) == (of->alpha > 1))
            low = theta;
        else
            high = theta;
    }
    return (low + high) / 2;
}

int stable_law_upper(double alpha, double x, double *upper, double *own_error,
                     struct error *error)
{
    struct nolan of = {alpha, log(x)};
    gsl_function f = {integrand, &of};
    double sum = 0, total = 0;
    if (alpha == 1 || alpha == 2) {
        *upper = alpha == 1 ? atan2(1, x) / pi : gsl_cdf_ugaussian_Q(x / sqrt(2));
        if (own_error)
            *own_error = 4e-16 * *upper;
        return STATUS_OK;
    }
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(INTERVALS);
    if (!space)
        return error_memory(error, "an integral");
    const double edge[3] = {0, middle(&of), pi / 2};
    for (int k = 0; k < 2; k++) {
        double part = 0, apart = 0;
        /* It may stop at rounding errors, or in an interval that hardly counts; the
         * error that it tells decides. */
        if (edge[k] < edge[k + 1])
            gsl_integration_qag(&f, edge[k], edge[k + 1], 1e-300, 1e-12, INTERVALS,
                                GSL_INTEG_GAUSS61, space, &part, &apart);
        sum += part;
        total += apart;
    }
    gsl_integration_workspace_free(space);
    *upper = sum / pi;
    if (own_error)
        *own_error = total / pi;
    if (!(total <= least_digits * sum))
        return error_set(error, STATUS_SOFTWARE,
                         "the integral of a stable law of exponent %g at %g does not "
                         "converge: %g +- %g",
                         alpha, x, sum / pi, total / pi);
    return STATUS_OK;
}

/* Sets low and high to logarithms of points around the one beyond which the probability
 * is q < 1/2. */
static int bracket(double alpha, double q, double *low, double *high,
                   struct error *error)
{
    double at = 1;
    int status = STATUS_OK;
    *low = -1;
    *high = 1;
    for (int side = 0; side < 2; side++) {
        double *end = side == 0 ? low : high;
        for (int k = 0; status == STATUS_OK && k < 60; k++) {
            status = stable_law_upper(alpha, exp(*end), &at, NULL, error);
            if ((at >= q) == (side == 0))
                break;
            *end *= 1.5;
        }
    }
    return status;
}

/* The point beyond which the probability is q, for q < 1/2, by bisection of its
 * logarithm with secants in between (the Illinois method). */
static int solve(double alpha, double q, double *log_x, struct error *error)
{
    double low, high, at, f_low, f_high;
    int status = bracket(alpha, q, &low, &high, error);
    if (status == STATUS_OK)
        status = stable_law_upper(alpha, exp(low), &f_low, NULL, error);
    if (status == STATUS_OK)
        status = stable_law_upper(alpha, exp(high), &f_high, NULL, error);
    if (status != STATUS_OK)
        return status;
    f_low = log(f_low / q);
    f_high = log(f_high / q);
    for (int k = 0; k < STEPS && high - low > 1e-14 * fmax(1, fabs(low)); k++) {
        double x = (low * f_high - high * f_low) / (f_high - f_low);
        if (!(x > low && x < high) || f_high == f_low)
            x = (low + high) / 2;
        status = stable_law_upper(alpha, exp(x), &at, NULL, error);
        if (status != STATUS_OK)
            return status;
        const double f = log(at / q);
        if (f == 0) {
            low = high = x;
        } else if (f > 0) {
            low = x;
            f_low = f;
            f_high /= 2;
        } else {
            high = x;
            f_high = f;
            f_low /= 2;
        }
    }
    *log_x = (low + high) / 2;
    return STATUS_OK;
}

/* Sets error and density at x, of which q is beyond, from the slope there. */
static int finish(double alpha, double q, struct stable_quantile *quantile,
                  struct error *error)
{
    static const double apart = 1e-3;
    const double x = quantile->value;
    double up, down, at, own;
    int status = stable_law_upper(alpha, x * exp(apart), &up, NULL, error);
    if (status == STATUS_OK)
        status = stable_law_upper(alpha, x * exp(-apart), &down, NULL, error);
    if (status == STATUS_OK)
        status = stable_law_upper(alpha, x, &at, &own, error);
    if (status != STATUS_OK)
        return status;
    quantile->density = (down - up) / (2 * apart * x);
    quantile->error = (own + fabs(at - q)) / quantile->density + 1e-13 * x;
    return STATUS_OK;
}

int stable_law_quantile(double alpha, double p, struct stable_quantile *quantile,
                        struct error *error)
{
    const double q = p > 0.5 ? 1 - p : p;
    double log_x = 0;
    *quantile = (struct stable_quantile){.density = tgamma(1 + 1 / alpha) / pi};
    if (q == 0.5)
        return STATUS_OK;
    int status = STATUS_OK;
    if (alpha == 1) {
        quantile->value = 1 / tan(pi * q);
    } else if (alpha == 2) {
        quantile->value = sqrt(2) * gsl_cdf_ugaussian_Qinv(q);
    } else {
        status = solve(alpha, q, &log_x, error);
        quantile->value = exp(log_x);
    }
    if (status == STATUS_OK)
        status = finish(alpha, q, quantile, error);
    if (p < 0.5)
        quantile->value = -quantile->value;
    return status;
}
