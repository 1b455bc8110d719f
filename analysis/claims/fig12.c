/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig12: gradient noise is close to Gaussian over minibatches and heavy-tailed over
 * parameters. The tails are measured by the kurtosis, E xi^4/(E xi^2)^2, which is 3 for
 * a Gaussian, on two of the networks of fig11.
 *
 * Over minibatches it is the kurtosis of the noise along the largest curvature, which
 * is 3 + (kappa - 3)/B for a minibatch of B if a sample has kappa.
 *
 * Over parameters it is the kurtosis of all parameters' noise in one histogram,
 * mean_i E xi_i^4/(mean_i E xi_i^2)^2. It exceeds 3 even if every xi_i is Gaussian,
 * unless all have the same variance. */
#include "claims/fig12.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    N = MINIBATCH_N,
    BATCH = 16, /* of the noise over parameters */
    BATCH_MAX = 128,
    MOMENTS = 8, /* order of the highest moment that is needed */
};
/* Few samples show the curve; 128 is the batch size that the paper trains with. */
static const int batches[] = {1, 2, 4, 8, BATCH_MAX};

struct gradients {
    const struct minibatch_noise *noise;
    double drawn[MINIBATCH_SAMPLES][N];   /* centred gradients, by back propagation */
    double top[MINIBATCH_SAMPLES];        /* along the largest curvature */
    double forward[MINIBATCH_SAMPLES][N]; /* as drawn, but by forward derivatives */
    int batch;
    double moment[MOMENTS + 1];  /* exact, along the largest curvature */
    double second[N], fourth[N]; /* exact, of each parameter's noise */
    double kurtosis;             /* exact, along the largest curvature */
    double pooled;               /* exact, over parameters */
    double mean;                 /* exact, mean of the parameters' kurtoses */
};

/* --- exact ------------------------------------------------------------------------ */

/* Computes central moments from cumulants, or cumulants from moments, up to MOMENTS:
 * m_n = sum_k binomial(n-1, k-1) kappa_k m_{n-k} (mean 0, so kappa_1 = 0). */
static void exchange(double *moment, double *cumulant, bool to_cumulants)
{
    moment[0] = 1;
    cumulant[0] = 0;
    for (int n = 1; n <= MOMENTS; n++) {
        double sum = 0, binomial = 1;
        for (int k = 1; k < n; k++) {
            sum += binomial * cumulant[k] * moment[n - k];
            binomial *= (double)(n - k) / k;
        }
        if (to_cumulants)
            cumulant[n] = moment[n] - sum;
        else
            moment[n] = cumulant[n] + sum;
    }
}

/* Moments of the mean of B independent numbers with these moments: cumulant k is
 * divided by B^(k-1). */
static void of_batch(const double *sample, int batch, double *moment)
{
    double copy[MOMENTS + 1], cumulant[MOMENTS + 1];
    for (int k = 0; k <= MOMENTS; k++)
        copy[k] = sample[k];
    exchange(copy, cumulant, true);
    for (int k = 1; k <= MOMENTS; k++)
        cumulant[k] /= pow(batch, k - 1);
    exchange(moment, cumulant, false);
}

/* Moments of one sample's centred gradient along a vector. */
static void sample_moments(const struct gradients *g, const double *along,
                           double *moment)
{
    for (int power = 0; power <= MOMENTS; power++)
        moment[power] = 0;
    for (int s = 0; s < MINIBATCH_SAMPLES; s++) {
        const int input = s / NETWORK_CLASSES, label = s % NETWORK_CLASSES;
        double value = 0, term = g->noise->probability[input][label] / MINIBATCH_INPUTS;
        for (int i = 0; i < N; i++)
            value += along[i] * g->forward[s][i];
        for (int power = 0; power <= MOMENTS; power++, term *= value)
            moment[power] += term;
    }
    moment[1] = 0; /* removes rounding errors */
}

/* Computes the centred gradients by forward derivatives, independent of those drawn. */
static void set_forward(struct gradients *g)
{
    for (int k = 0; k < MINIBATCH_INPUTS; k++) {
        double(*own)[N] = &g->forward[NETWORK_CLASSES * k];
        network_law_gradients(g->noise->theta, g->noise->x[k], own);
        for (int y = 0; y < NETWORK_CLASSES; y++)
            for (int i = 0; i < N; i++)
                own[y][i] -= g->noise->law.mean[i];
    }
}

static double kurtosis_of(double second, double fourth)
{
    return fourth / (second * second);
}

/* Moments of a minibatch's noise along a vector. */
static void batch_moments(const struct gradients *g, const double *along,
                          double *moment)
{
    double sample[MOMENTS + 1];
    sample_moments(g, along, sample);
    of_batch(sample, g->batch, moment);
}

static void set_exact_top(struct gradients *g, int batch)
{
    g->batch = batch;
    batch_moments(g, g->noise->direction[0], g->moment);
    g->kurtosis = kurtosis_of(g->moment[2], g->moment[4]);
}

static void set_exact_parameters(struct gradients *g, int batch)
{
    double second = 0, fourth = 0;
    g->batch = batch;
    g->mean = 0;
    for (int i = 0; i < N; i++) {
        double along[N] = {0}, moment[MOMENTS + 1];
        along[i] = 1;
        batch_moments(g, along, moment);
        g->second[i] = moment[2];
        g->fourth[i] = moment[4];
        second += moment[2] / N;
        fourth += moment[4] / N;
        g->mean += kurtosis_of(moment[2], moment[4]) / N;
    }
    g->pooled = kurtosis_of(second, fourth);
}

/* --- over minibatches --------------------------------------------------------------
 * The error of a quotient q = m4/m2^2 is, to first order, that of the mean of
 * q (y^4/m4 - 2 y^2/m2), with the exact q, m2 and m4 in it. */

enum { SECOND, FOURTH, ERROR, OVER_BATCHES };

/* Draws the noise of a minibatch along the largest curvature, in two sums; a single sum
 * would wait for every addition. */
static double draw_top(const struct gradients *g, struct minibatch_sampler *sampler)
{
    int sample[BATCH_MAX];
    double even = 0, odd = 0;
    minibatch_draw(sampler, g->batch, sample);
    for (int s = 0; s + 1 < g->batch; s += 2) {
        even += g->top[sample[s]];
        odd += g->top[sample[s + 1]];
    }
    if (g->batch % 2 == 1)
        even += g->top[sample[g->batch - 1]];
    return (even + odd) / g->batch;
}

static void draw_over_batches(const void *context, struct random_stream *stream,
                              uint64_t count, struct moments *moments)
{
    const struct gradients *g = context;
    struct minibatch_sampler sampler;
    minibatch_sampler_init(&sampler, g->noise, stream);
    for (uint64_t k = 0; k < count; k++) {
        const double y = draw_top(g, &sampler);
        const double square = y * y, fourth = square * square;
        moments_add(&moments[SECOND], square);
        moments_add(&moments[FOURTH], fourth);
        moments_add(&moments[ERROR],
                    g->kurtosis * (fourth / g->moment[4] - 2 * square / g->moment[2]));
    }
}

/* The minibatches that the wanted precision of the kurtosis needs, from the variance of
 * y^4/m4 - 2 y^2/m2. */
static double batches_wanted(const struct gradients *g, double precision)
{
    const double *m = g->moment;
    const double variance = (m[8] / (m[4] * m[4]) - 1) -
                            4 * (m[6] / (m[4] * m[2]) - 1) +
                            4 * (m[4] / (m[2] * m[2]) - 1);
    return variance / (precision * precision);
}

static int add_over_batches(struct ledger *ledger, const struct claim *claim,
                            struct gradients *g, int batch, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    struct moments moments[OVER_BATCHES];
    double samples;
    set_exact_top(g, batch);
    const double name[] = {g->noise->which, batch};
    const struct draws draws = {
        .sampling = sampling,
        .label = claim->id,
        .hash = random_hash("fig12 over minibatches", name, 2),
        .quantities = OVER_BATCHES,
        .draw = draw_over_batches,
        .context = g,
    };
    const int status = minibatch_mean(&draws, batches_wanted(g, sampling->precision), 1,
                                      batch, moments, &samples, error);
    if (status != STATUS_OK)
        return status;
    const struct evidence evidence = minibatch_evidence(
        3, g->kurtosis, kurtosis_of(moments[SECOND].mean, moments[FOURTH].mean),
        moments_stderr(&moments[ERROR]), moments[ERROR].count);
    char setting[200];
    snprintf(setting, sizeof setting, "%s, kurtosis over minibatches, B=%d",
             minibatch_network_text(g->noise->which), batch);
    return ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &evidence, samples,
                        error);
}

/* The kurtosis at this value of 1/B, divided by that of a Gaussian. */
static int ratio(const void *context, double per_batch, double *value,
                 struct error *error)
{
    const double sample = *(const double *)context;
    (void)error;
    *value = (3 + (sample - 3) * per_batch) / 3;
    return STATUS_OK;
}

static int add_limit(struct ledger *ledger, const struct claim *claim,
                     struct gradients *g, struct error *error)
{
    const size_t from = ledger->count;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof batches / sizeof *batches; k++)
        status = add_over_batches(ledger, claim, g, batches[k], error);
    if (status != STATUS_OK)
        return status;
    set_exact_top(g, 1);
    const struct limit limit = {
        .context = &g->kurtosis,
        .ratio = ratio,
        .variable = "1/B",
        .paper = 3,
        .order = 1,
    };
    char setting[200];
    snprintf(setting, sizeof setting, "%s, kurtosis over minibatches",
             minibatch_network_text(g->noise->which));
    return ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, from, error);
}

/* --- over parameters -------------------------------------------------------------- */

/* The quantities whose means over draws are taken: second and fourth powers of each
 * parameter's noise, then linear parts of the two kurtoses, for their errors. A draw is
 * a group of minibatches. */
enum { POOLED_ERROR = 2 * N, MEAN_ERROR, OVER_PARAMETERS, GROUP = 16 };

/* Adds the noise of a minibatch to the sums of squares and fourth powers. */
static void add_powers(const struct gradients *g, struct minibatch_sampler *sampler,
                       double *square, double *fourth)
{
    int sample[BATCH_MAX];
    double xi[N];
    minibatch_draw(sampler, g->batch, sample);
    minibatch_average(g->drawn, g->batch, sample, xi);
    for (int i = 0; i < N; i++) {
        const double y = xi[i] * xi[i];
        square[i] += y;
        fourth[i] += y * y;
    }
}

static void draw_over_parameters(const void *context, struct random_stream *stream,
                                 uint64_t count, struct moments *moments)
{
    const struct gradients *g = context;
    struct minibatch_sampler sampler;
    double second_sum = 0, fourth_sum = 0;
    minibatch_sampler_init(&sampler, g->noise, stream);
    for (int i = 0; i < N; i++) {
        second_sum += g->second[i];
        fourth_sum += g->fourth[i];
    }
    for (uint64_t group = 0; group < count; group++) {
        double out[OVER_PARAMETERS] = {0};
        for (int a = 0; a < GROUP; a++)
            add_powers(g, &sampler, out, out + N);
        for (int i = 0; i < N; i++) {
            const double square = out[i] /= GROUP, fourth = out[N + i] /= GROUP;
            out[POOLED_ERROR] +=
                g->pooled * (fourth / fourth_sum - 2 * square / second_sum);
            out[MEAN_ERROR] += kurtosis_of(g->second[i], g->fourth[i]) *
                               (fourth / g->fourth[i] - 2 * square / g->second[i]) / N;
        }
        for (int q = 0; q < OVER_PARAMETERS; q++)
            moments_add(&moments[q], out[q]);
    }
}

/* Plans the draws that bring both kurtoses to the wanted precision, from a pilot: the
 * exact number would need joint eighth moments. A coarse precision needs a short pilot.
 * If the pilot alone exceeds the budget, the plan is as long as the pilot. */
static int draws_wanted(const struct draws *draws, double precision, double *wanted,
                        struct error *error)
{
    const double length = fmin(1 << 13, ceil(64 / (precision * precision)));
    const struct gradients *g = draws->context;
    struct moments moments[OVER_PARAMETERS];
    struct draws pilot = *draws;
    pilot.hash = random_hash_bytes(draws->hash, "pilot", 5);
    pilot.count = (uint64_t)length;
    *wanted = length;
    if (length * GROUP * BATCH > draws->sampling->max_samples)
        return STATUS_OK;
    const int status = draws_mean(&pilot, moments, error);
    const double pooled = moments_stderr(&moments[POOLED_ERROR]) / g->pooled;
    const double own = moments_stderr(&moments[MEAN_ERROR]) / g->mean;
    const double off = fmax(pooled, own) / precision;
    *wanted = length * off * off;
    return status;
}

/* The kurtosis of all parameters' noise together, and the mean of their own kurtoses.
 */
static void measured_kurtoses(const struct moments *moments, double *pooled,
                              double *mean)
{
    double second = 0, fourth = 0;
    *mean = 0;
    for (int i = 0; i < N; i++) {
        second += moments[i].mean / N;
        fourth += moments[N + i].mean / N;
        *mean += kurtosis_of(moments[i].mean, moments[N + i].mean) / N;
    }
    *pooled = kurtosis_of(second, fourth);
}

static int add_kurtoses(struct ledger *ledger, const struct claim *claim,
                        const struct gradients *g, const struct moments *moments,
                        double samples, struct error *error)
{
    double pooled, mean;
    char setting[200];
    measured_kurtoses(moments, &pooled, &mean);
    const uint64_t count = GROUP * moments[POOLED_ERROR].count;
    /* The error of 3/q is 3/q^2 times that of q. */
    const struct evidence heavy = minibatch_evidence(
        1, 3 / g->pooled, 3 / pooled,
        3 / (pooled * pooled) * moments_stderr(&moments[POOLED_ERROR]), count);
    const struct evidence own = minibatch_evidence(
        NAN, g->mean, mean, moments_stderr(&moments[MEAN_ERROR]), count);
    snprintf(setting, sizeof setting,
             "%s, 3 over the kurtosis over parameters, B=%d: below 1 if heavy-tailed",
             minibatch_network_text(g->noise->which), BATCH);
    int status =
        ledger_bound(ledger, claim, FORM_PRINTED, setting, &heavy, samples, error);
    snprintf(setting, sizeof setting,
             "%s, mean of the parameters' own kurtoses over minibatches, B=%d",
             minibatch_network_text(g->noise->which), BATCH);
    if (status == STATUS_OK)
        status =
            ledger_value(ledger, claim, FORM_PRINTED, setting, &own, samples, error);
    return status;
}

static int add_over_parameters(struct ledger *ledger, const struct claim *claim,
                               struct gradients *g, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    const double name[] = {g->noise->which, BATCH};
    struct moments moments[OVER_PARAMETERS];
    const struct draws draws = {
        .sampling = sampling,
        .label = claim->id,
        .hash = random_hash("fig12 over parameters", name, 2),
        .quantities = OVER_PARAMETERS,
        .draw = draw_over_parameters,
        .context = g,
    };
    double wanted, samples;
    set_exact_parameters(g, BATCH);
    int status = draws_wanted(&draws, 1.5 * sampling->precision, &wanted, error);
    if (status == STATUS_OK)
        status = minibatch_mean(&draws, wanted, GROUP, BATCH, moments, &samples, error);
    if (status == STATUS_OK)
        status = add_kurtoses(ledger, claim, g, moments, samples, error);
    return status;
}

int fig12_rows(struct ledger *ledger, const struct claim *claim,
               const struct minibatch_noise *noise, struct error *error)
{
    struct gradients *g = malloc(sizeof *g);
    if (!g)
        return error_memory(error, "gradients");
    g->noise = noise;
    minibatch_noise_gradients(noise, g->drawn);
    for (int s = 0; s < MINIBATCH_SAMPLES; s++) {
        g->top[s] = 0;
        for (int i = 0; i < N; i++)
            g->top[s] += noise->direction[0][i] * g->drawn[s][i];
    }
    set_forward(g);
    int status = add_limit(ledger, claim, g, error);
    if (status == STATUS_OK)
        status = add_over_parameters(ledger, claim, g, error);
    free(g);
    return status;
}

static int check_one(struct ledger *ledger, const struct claim *claim,
                     enum minibatch_network which, struct error *error)
{
    struct minibatch_noise *noise = NULL;
    int status = minibatch_noise_make(ledger->sampling, which, &noise, error);
    if (status == STATUS_OK)
        status = fig12_rows(ledger, claim, noise, error);
    free(noise);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = check_one(ledger, claim, MINIBATCH_TRAINED, error);
    if (status == STATUS_OK)
        status = check_one(ledger, claim, MINIBATCH_RANDOM, error);
    return status;
}

const struct claim claim_fig12 = {
    .id = "fig12",
    .where = "app. D, figure 12",
    .kind = CLAIM_LIMIT,
    .statement = "noise over minibatches is close to Gaussian, over parameters it is "
                 "heavy-tailed; kurtosis, 3 for a Gaussian",
    .check = check,
};
