/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/gaussian.h"

#include "compare/draws.h"
#include "losses/problem.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

double gaussian_log_density(const struct gaussian *g, const double *x)
{
    const double *s = g->covariance;
    const double det = s[0] * s[3] - s[1] * s[2];
    const double a = x[0] - g->mean[0], b = x[1] - g->mean[1];
    const double form = (s[3] * a * a - (s[1] + s[2]) * a * b + s[0] * b * b) / det;
    return -0.5 * (form + log(det) + 2 * log(2 * pi));
}

/* x = mean + F z with the Cholesky factor F. */
static void transform(const struct gaussian *g, const double *factor, const double *z,
                      double *x)
{
    x[0] = g->mean[0] + factor[0] * z[0];
    x[1] = g->mean[1] + factor[2] * z[0] + factor[3] * z[1];
}

int gaussian_quadrature(const struct gaussian *g,
                        double (*f)(const double *x, const void *context),
                        const void *context, double *mean, struct error *error)
{
    enum { POINTS = 20 };
    double factor[GAUSSIAN_N * GAUSSIAN_N], sum = 0;
    const int status = problem_cholesky(GAUSSIAN_N, g->covariance, factor, error);
    if (status != STATUS_OK)
        return status;
    /* With the weight exp(-z^2/2) the nodes are those of the standard normal. */
    gsl_integration_fixed_workspace *rule = gsl_integration_fixed_alloc(
        gsl_integration_fixed_hermite, POINTS, 0, 0.5, 0, 0);
    if (!rule)
        return error_memory(error, "a quadrature");
    const double *node = gsl_integration_fixed_nodes(rule);
    const double *weight = gsl_integration_fixed_weights(rule);
    for (int i = 0; i < POINTS; i++)
        for (int j = 0; j < POINTS; j++) {
            const double z[GAUSSIAN_N] = {node[i], node[j]};
            double x[GAUSSIAN_N];
            transform(g, factor, z, x);
            sum += weight[i] * weight[j] / (2 * pi) * f(x, context);
        }
    gsl_integration_fixed_free(rule);
    *mean = sum;
    return STATUS_OK;
}

/* The context of a draw: f at a point of the Gaussian with this Cholesky factor. */
struct point {
    const struct gaussian *gaussian;
    double factor[GAUSSIAN_N * GAUSSIAN_N];
    double (*f)(const double *x, const void *context);
    const void *context;
};

static void draw(const void *context, struct random_stream *stream, uint64_t count,
                 struct moments *moments)
{
    enum { BLOCK = 64 * RANDOM_BLOCK };
    const struct point *point = context;
    double normal[BLOCK];
    int used = BLOCK;
    for (uint64_t k = 0; k < count; k++, used += GAUSSIAN_N) {
        double x[GAUSSIAN_N];
        if (used == BLOCK) {
            random_normal(stream, BLOCK, normal);
            used = 0;
        }
        transform(point->gaussian, point->factor, normal + used, x);
        moments_add(moments, point->f(x, point->context));
    }
}

int gaussian_monte_carlo(const struct ledger *ledger, const struct claim *claim,
                         const struct gaussian *g,
                         double (*f)(const double *x, const void *context),
                         const void *context, struct evidence *evidence,
                         struct error *error)
{
    struct point point = {.gaussian = g, .f = f, .context = context};
    struct moments moments;
    const struct draws draws = {
        .sampling = ledger->sampling,
        .label = claim->id,
        .hash = random_hash("gaussian", g->covariance, GAUSSIAN_N * GAUSSIAN_N),
        .count =
            ledger->sampling->chains ? ledger->sampling->chains : UINT64_C(1) << 24,
        .quantities = 1,
        .draw = draw,
        .context = &point,
    };
    int status = problem_cholesky(GAUSSIAN_N, g->covariance, point.factor, error);
    if (status == STATUS_OK)
        status = draws_mean(&draws, &moments, error);
    if (status == STATUS_OK)
        *evidence = evidence_of_mean(&moments, evidence->paper, evidence->exact);
    return status;
}
