#include "gaussians.h"

#include "quadratic.h"

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

/* x = mean + F z, F the Cholesky factor. */
static void transform(const struct gaussian *g, const double *factor, const double *z,
                      double *x)
{
    x[0] = g->mean[0] + factor[0] * z[0];
    x[1] = g->mean[1] + factor[2] * z[0] + factor[3] * z[1];
}

double gaussian_quadrature(const struct gaussian *g,
                           double (*f)(const double *x, const void *context),
                           const void *context)
{
    enum { POINTS = 20 };
    double factor[GAUSSIAN_N * GAUSSIAN_N], sum = 0;
    struct error ignored;
    /* Weight exp(-z^2/2): nodes are those of the standard normal. */
    gsl_integration_fixed_workspace *rule = gsl_integration_fixed_alloc(
        gsl_integration_fixed_hermite, POINTS, 0, 0.5, 0, 0);
    if (!rule || quadratic_cholesky(GAUSSIAN_N, g->covariance, factor, &ignored) != 0) {
        gsl_integration_fixed_free(rule);
        return NAN;
    }
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
    return sum;
}

int gaussian_monte_carlo(const struct ledger *ledger, const struct gaussian *g,
                         double (*f)(const double *x, const void *context),
                         const void *context, struct evidence *evidence,
                         struct error *error)
{
    enum { BLOCK = 64 * RANDOM_BLOCK };
    const uint64_t samples = UINT64_C(1) << 24;
    const struct sampling *sampling = ledger->sampling;
    const struct random_key key = {sampling->seed, RANDOM_CLAIM,
                                   random_hash("gaussian", g->covariance, 4), 0};
    double factor[GAUSSIAN_N * GAUSSIAN_N], normal[BLOCK];
    struct random_stream stream;
    struct moments moments = {0};
    int status = quadratic_cholesky(GAUSSIAN_N, g->covariance, factor, error);
    if (status == STATUS_OK)
        status = random_init(&stream, sampling->generator, key, error);
    if (status != STATUS_OK)
        return status;
    while (moments.count < samples) {
        random_normal(&stream, BLOCK, normal);
        for (int k = 0; k < BLOCK; k += GAUSSIAN_N) {
            double x[GAUSSIAN_N];
            transform(g, factor, normal + k, x);
            moments_add(&moments, f(x, context));
        }
    }
    random_free(&stream);
    evidence->measured = moments.mean;
    evidence->se = moments_stderr(&moments);
    evidence->count = moments.count;
    evidence->sampled = evidence->decisive = true;
    evidence->exact_scale = evidence_scale(evidence->exact);
    evidence->paper_scale = evidence_scale(evidence->paper);
    return STATUS_OK;
}
