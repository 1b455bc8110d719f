/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/posterior.h"

#include "base/interrupt.h"
#include "engine/minibatch.h"
#include "theory/least_squares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Squared length of the stationary mean, which is theta* unless weight decay moves it.
 */
static int mean_square_of(const struct rule *rule, const struct problem *problem,
                          double *square, struct error *error)
{
    int status = STATUS_OK;
    *square = 0;
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        double mean[LINEAR_STATE];
        status = interrupt_check(error);
        if (status != STATUS_OK)
            break;
        status = theory_mean(rule, problem->h[i], problem->theta_star[i], mean, error);
        *square += pow(problem->theta_star[i] + mean[0], 2);
    }
    return status;
}

/* --- paper and exact -------------------------------------------------------------- */

/* noise[n], if not NULL, is that of minibatches in the exact stationary law. */
static int element(const struct rule *rule, const struct problem *problem,
                   const double *noise, enum posterior_kind kind, size_t i, size_t j,
                   quad *value, quad *bound, struct error *error)
{
    const double c =
        noise && kind == POSTERIOR_EXACT ? noise[i] : problem_noise(problem, i, j);
    const int status = interrupt_check(error);
    enum exact_source source;
    *value = *bound = 0;
    if (status != STATUS_OK)
        return status;
    if (kind == POSTERIOR_PAPER) {
        *value = theory_paper_quad(rule, problem->h[i], problem->h[j], c);
        *bound = 4 * QUAD_EPSILON * quad_abs(*value);
        return STATUS_OK;
    }
    return theory_covariance_quad(rule, problem->h[i], problem->h[j], c, value, bound,
                                  &source, error);
}

/* Sets covariance and bound, n x n or, if the noise is not dense, n variances. */
static int elements(const struct rule *rule, const struct problem *problem,
                    const double *noise, enum posterior_kind kind, quad *covariance,
                    quad *bound, struct error *error)
{
    const size_t n = problem->n;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        if (!problem->dense)
            status = element(rule, problem, noise, kind, i, i, &covariance[i],
                             &bound[i], error);
        for (size_t j = i; status == STATUS_OK && problem->dense && j < n; j++) {
            status = element(rule, problem, NULL, kind, i, j, &covariance[i * n + j],
                             &bound[i * n + j], error);
            covariance[j * n + i] = covariance[i * n + j];
            bound[j * n + i] = bound[i * n + j];
        }
    }
    return status;
}

/* Whether every mode has a stationary law, judged by the probed matrices as refusals of
 * unstable parameters are. */
static int find_stable(const struct rule *rule, const struct problem *problem,
                       bool *stable, struct error *error)
{
    struct linear_system system;
    int status = STATUS_OK;
    *stable = true;
    for (size_t i = 0; status == STATUS_OK && *stable && i < problem->n; i++) {
        double margin = 0;
        linear_system_probe(rule, problem->h[i], &system);
        status = linear_system_margin(&system, &margin, error);
        *stable = margin > 0;
        if (status == STATUS_OK)
            status = interrupt_check(error);
    }
    return status;
}

/* The noise of minibatches in the stationary law of a rule that is stable without
 * noise; law->noise stays NULL if there is no such law, or if noise is not that of
 * minibatches. Modes are independent only if the mean is at the minimum. */
static int minibatch_law(const struct rule *rule, const struct problem *problem,
                         struct least_squares_law *law, bool *stable,
                         struct error *error)
{
    *law = (struct least_squares_law){.noise = NULL};
    if (problem->examples == 0 || !*stable)
        return STATUS_OK;
    for (size_t i = 0; i < problem->n; i++)
        if (problem->theta_star[i] != 0 && rule->decay.lambda != 0)
            return error_about(error, STATUS_USAGE, "theta-star",
                               "%g is not allowed with weight decay and minibatches, "
                               "whose noise then correlates the modes; allowed is 0",
                               problem->theta_star[i]);
    const struct mean_square setting = minibatch_setting(problem);
    const int status = least_squares_law_init(law, &setting, rule, NULL, error);
    *stable = law->gain < 1;
    return status;
}

/* What makes the divergence no finite number. */
static int check_finite(const struct posterior *posterior, double lambda,
                        double mean_square, struct error *error)
{
    if (!isfinite(lambda * mean_square))
        return error_about(error, STATUS_USAGE, "theta-star",
                           "the squared length of the mean times the prior's "
                           "precision, %g, is too large for a double",
                           lambda);
    if (!isfinite(posterior->kl) && posterior->size.logdet > -INFINITY)
        return error_about(error, STATUS_USAGE, "noise",
                           "the divergence from the prior is beyond the range of "
                           "numbers");
    if (!isfinite(posterior->kl))
        return error_about(error, STATUS_USAGE, "noise",
                           "a noise covariance that is not positive definite "
                           "gives an infinite divergence from the prior");
    return STATUS_OK;
}

int posterior_theory(const struct rule *rule, const struct problem *problem,
                     enum posterior_kind kind, double lambda,
                     struct posterior *posterior, struct error *error)
{
    const size_t n = problem->n, size = problem->dense ? n * n : n;
    double mean_square = 0;
    quad *covariance = calloc(2 * size + 1, sizeof *covariance);
    *posterior = (struct posterior){.kl = NAN};
    if (!covariance)
        return error_memory(error, "the covariance");
    const struct dense_covariance dense = {.name = kind == POSTERIOR_PAPER
                                                       ? "the paper's covariance"
                                                       : "the exact covariance",
                                           .n = n,
                                           .elements = covariance,
                                           .bound = covariance + size};
    struct least_squares_law law = {.noise = NULL};
    int status = STATUS_OK;
    bool stable = true;
    if (kind == POSTERIOR_EXACT)
        status = find_stable(rule, problem, &stable, error);
    if (status == STATUS_OK && kind == POSTERIOR_EXACT)
        status = minibatch_law(rule, problem, &law, &stable, error);
    if (status != STATUS_OK || !stable)
        goto out;
    status = mean_square_of(rule, problem, &mean_square, error);
    if (status == STATUS_OK)
        status = elements(rule, problem, law.noise, kind, covariance, covariance + size,
                          error);
    if (status != STATUS_OK || isnan((double)covariance[0]))
        goto out;
    if (problem->dense)
        status = pac_bayes_size_dense(&dense, lambda, POSTERIOR_LOST, &posterior->size,
                                      error);
    else
        posterior->size = pac_bayes_size_diagonal(n, covariance, lambda);
    if (status != STATUS_OK)
        goto out;
    posterior->kl = posterior->size.kl + lambda * mean_square / 2;
    status = check_finite(posterior, lambda, mean_square, error);
    posterior->known = status == STATUS_OK;
out:
    least_squares_law_free(&law);
    free(covariance);
    return status;
}

/* --- measured --------------------------------------------------------------------- */

/* The divergence of independent modes: errors and biases add up mode by mode. With the
 * relative error r Z of a variance, Z normal, the divergence is off by (x - 1) r Z/2 +
 * r^2 Z^2/4, x = lambda variance: the second term is what is left where x is near 1.
 * Minibatches correlate the squares of modes in the same chains (`together`): there the
 * sum of the modes' errors is an upper bound. */
static void from_modes(const struct comparison *rows, size_t n, double lambda,
                       double mean_square, bool together, quad *variance,
                       struct posterior *posterior)
{
    double squared = 0, errors = 0, fourths = 0, correction = 0;
    for (size_t i = 0; i < n && !interrupt_pending(); i++) {
        const struct evidence *e = &rows[i].evidence;
        const double relative = e->se / e->measured;
        variance[i] = e->measured;
        correction += relative * relative / 2;
        const double own =
            pow((lambda * e->measured - 1) * relative / 2, 2) + pow(relative, 4) / 8;
        squared += own;
        errors += sqrt(own);
        fourths += own * own / (e->count > 1 ? (double)(e->count - 1) : 1);
    }
    if (!together)
        posterior->count = estimate_chains(squared, fourths, posterior->count);
    posterior->size = pac_bayes_size_diagonal(n, variance, lambda);
    posterior->size.logdet += correction;
    posterior->kl = posterior->size.kl + lambda * mean_square / 2 - correction / 2;
    posterior->kl_se = sqrt(squared);
    if (together)
        posterior->kl_se = errors;
}

static void unpack(size_t n, const double *pairs, double *matrix)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            matrix[i * n + j] = matrix[j * n + i] = pairs[ensemble_pair(n, i, j)];
}

/* tr(A B) and tr((A B)^2) for n x n A, B; product is scratch. */
static void traces(size_t n, const double *a, const double *b, double *product,
                   double *first, double *second)
{
    *first = *second = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            product[i * n + j] = sum;
        }
    for (size_t i = 0; i < n; i++) {
        *first += product[i * n + i];
        for (size_t j = 0; j < n; j++)
            *second += product[i * n + j] * product[j * n + i];
    }
}

/* Rounding errors of a measured covariance, relative: a time average sums up to 2^22
 * products, and the errors of such a sum add up like a random walk. */
#define MEASURED_DIGITS 0x1p-45

/* The size of a measured covariance; a posterior that is blurred says why. */
static int measured_size(size_t n, const double *s, double lambda,
                         struct posterior *posterior, struct error *error)
{
    quad *room = malloc(2 * n * n * sizeof *room);
    if (!room)
        return error_memory(error, "the covariance");
    const struct dense_covariance dense = {.name = "the measured covariance",
                                           .n = n,
                                           .elements = room,
                                           .bound = room + n * n};
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            room[i * n + j] = s[i * n + j];
            room[(n + i) * n + j] =
                MEASURED_DIGITS * sqrt(s[i * n + i]) * sqrt(s[j * n + j]);
        }
    const int status = pac_bayes_size_dense(&dense, lambda, HUGE_VAL, &posterior->size,
                                            &posterior->why);
    free(room);
    if (status == STATUS_MEMORY) {
        *error = posterior->why;
        return status;
    }
    posterior->blurred = status != STATUS_OK;
    return STATUS_OK;
}

/* Sets the standard error of the divergence, and the bias of ln det, from the groups'
 * covariances X_g: the divergence moves by tr((lambda I - S^-1) X_g)/2, and the bias of
 * ln det is half the mean of tr((S^-1 (X_g - S))^2) over the groups, divided by their
 * number. Half of that is the mean of the divergence's term of second order, which is a
 * quadratic form of normal numbers, so that its variance is at most twice the square of
 * its mean. x and product are scratch. */
static void group_errors(size_t n, const struct covariance_groups *groups,
                         double lambda, const double *s, const double *inverse,
                         double *x, double *product, double *se, double *bias)
{
    const size_t pairs = n * (n + 1) / 2;
    const double count = (double)groups->count;
    struct moments moved = {0};
    *bias = 0;
    for (uint64_t g = 0; g < groups->count; g++) {
        double trace = 0, first, second;
        if (interrupt_pending())
            return;
        unpack(n, groups->mean + g * pairs, x);
        for (size_t k = 0; k < n * n; k++)
            x[k] -= s[k];
        for (size_t i = 0; i < n; i++)
            trace += x[i * n + i];
        traces(n, inverse, x, product, &first, &second);
        moments_add(&moved, (lambda * trace - first) / 2);
        *bias += second / (2 * count * (count - 1));
    }
    *se = hypot(moments_stderr(&moved), *bias / sqrt(2));
}

/* The divergence of correlated modes. It is blurred if rounding may have moved it by
 * more than a tenth of its standard error. */
static int from_groups(size_t n, const struct covariance_groups *groups, double lambda,
                       double mean_square, struct posterior *posterior,
                       struct error *error)
{
    const size_t pairs = n * (n + 1) / 2;
    double *mean = calloc(pairs, sizeof *mean), *s = calloc(n * n, sizeof *s);
    double *inverse = calloc(n * n, sizeof *inverse), *x = calloc(n * n, sizeof *x);
    double *product = calloc(n * n, sizeof *product), bias;
    int status = STATUS_OK;
    if (!mean || !s || !inverse || !x || !product) {
        status = error_memory(error, "the covariance");
        goto out;
    }
    for (uint64_t g = 0; g < groups->count; g++)
        for (size_t k = 0; k < pairs; k++)
            mean[k] += groups->mean[g * pairs + k] / (double)groups->count;
    unpack(n, mean, s);
    posterior->count = groups->count;
    status = measured_size(n, s, lambda, posterior, error);
    if (status == STATUS_OK && !posterior->blurred)
        posterior->blurred =
            pac_bayes_inverse(n, s, inverse, &posterior->why) != STATUS_OK;
    if (status != STATUS_OK || posterior->blurred)
        goto out;
    group_errors(n, groups, lambda, s, inverse, x, product, &posterior->kl_se, &bias);
    status = interrupt_check(error);
    posterior->blurred = posterior->size.error / 2 > posterior->kl_se / 10;
    if (posterior->blurred)
        error_write(
            &posterior->why,
            "the measured covariance is so nearly singular that rounding leaves "
            "its log-determinant uncertain by %.2g",
            posterior->size.error);
    posterior->size.logdet += bias;
    posterior->kl = posterior->size.kl + lambda * mean_square / 2 - bias / 2;
out:
    free(mean);
    free(s);
    free(inverse);
    free(x);
    free(product);
    return status;
}

/* Turns both precisions, wanted of the divergence, into those of the variances that
 * give it, from the exact values. This plan leaves out correlation between modes; the
 * reported error does not. */
static int plan_precision(struct sampling *sampling, const struct rule *rule,
                          const struct problem *problem, double lambda,
                          struct error *error)
{
    const double wanted = sampling->precision, fine = sampling->fine;
    struct posterior exact;
    struct least_squares_law law = {.noise = NULL};
    double squared = 0;
    quad variance, bound;
    int status =
        posterior_theory(rule, problem, POSTERIOR_EXACT, lambda, &exact, error);
    bool stable = exact.known;
    if (status == STATUS_OK)
        status = minibatch_law(rule, problem, &law, &stable, error);
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        status = element(rule, problem, law.noise, POSTERIOR_EXACT, i, i, &variance,
                         &bound, error);
        squared += pow((double)(lambda * variance - 1) / 2, 2);
    }
    if (status == STATUS_OK && exact.known) {
        sampling->precision = stationary_share(wanted, exact.kl, squared);
        sampling->fine = fine > 0 ? stationary_share(fine, exact.kl, squared) : 0;
    }
    least_squares_law_free(&law);
    /* The errors of modes that run together may add up. */
    if (problem_is_coupled(problem))
        sampling->precision = fmin(sampling->precision, wanted);
    return status;
}

int posterior_measure(const struct sampling *given, const struct rule *rule,
                      const struct problem *problem, double lambda, const char *label,
                      struct posterior *posterior, struct error *error)
{
    const size_t n = problem->n;
    double mean_square = 0;
    struct covariance_groups groups = {.count = PLAN_CHAINS};
    struct comparison *rows = NULL;
    quad *variance = malloc(n * sizeof *variance);
    size_t count = 0;
    int status = variance ? STATUS_OK : error_memory(error, "the covariance");
    struct sampling sampling = *given;
    bool sampled = false;
    *posterior = (struct posterior){.kl = NAN, .decisive = true, .count = UINT64_MAX};
    if (status == STATUS_OK)
        status = mean_square_of(rule, problem, &mean_square, error);
    if (status == STATUS_OK)
        status = plan_precision(&sampling, rule, problem, lambda, error);
    /* Tries the sharper precision first, and the usual one if the budget is too small.
     */
    for (int attempt = 0; status == STATUS_OK && attempt < 2 && !sampled; attempt++) {
        if (attempt > 0) {
            if (sampling.precision >= given->precision)
                break;
            sampling.precision = given->precision;
            free(groups.mean);
            free(rows);
            groups = (struct covariance_groups){.count = PLAN_CHAINS};
            rows = NULL;
        }
        sampling.precision_given = true;
        status = stationary_compare(&sampling, rule, problem, STATIONARY_SUM, label,
                                    &groups, &rows, &count, error);
        sampled = status == STATUS_OK;
        for (size_t i = 0; i < count; i++)
            sampled = sampled && rows[i].evidence.sampled;
    }
    for (size_t i = 0; i < count; i++) {
        const struct evidence *e = &rows[i].evidence;
        posterior->decisive = posterior->decisive && e->decisive;
        posterior->samples += rows[i].plan.samples;
        posterior->plain_samples += rows[i].plain_samples;
        if (e->count < posterior->count)
            posterior->count = e->count;
    }
    /* A session that ends early may leave too few groups. */
    if (problem->dense && groups.count <= n)
        sampled = false;
    if (sampled && problem->dense)
        status = from_groups(n, &groups, lambda, mean_square, posterior, error);
    else if (sampled)
        from_modes(rows, n, lambda, mean_square, problem->examples > 0, variance,
                   posterior);
    posterior->known = sampled && status == STATUS_OK && !posterior->blurred;
    free(groups.mean);
    free(rows);
    free(variance);
    return status;
}
