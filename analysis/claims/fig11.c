/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig11: the covariance of minibatch noise is proportional to the Hessian and inverse
 * to the batch size, near minima and away from them. The paper shows MNIST; here it is
 * a network of 60 parameters on synthetic data, whose C and H are known exactly.
 *
 * With v_k the eigenvectors of H and C_kk = v_k' C v_k, the claim is judged by:
 *   size        Tr C against Tr H/B, C_11 against h_1/B: eq. 14, constant included;
 *   shape       the cosine <C,H>/(|C| |H|), which is 1 if C is any multiple of H;
 *   appearance  the slope of log C_kk over log h_k, which a log-log plot shows;
 *   batch size  Tr C at a larger B against Tr C at B = 1, divided by B. */
#include "claims/fig11.h"

#include "base/elementary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = MINIBATCH_N,
    GROUP = 8, /* minibatches a draw, whose pairs estimate |C|^2 without bias */
    BATCH = 4,
    LARGE_BATCH = 32,
    BATCH_MAX = LARGE_BATCH,
};
/* The slope leaves out smaller curvatures, which may be rounding errors, or negative.
 */
static const double least_curvature = 1e-4;

/* The quantities whose means over draws are taken: C_kk, then these. */
enum {
    TRACE = N,    /* Tr C */
    FORM,         /* Tr CH = E xi' H xi */
    SQUARE,       /* |C|^2 = E (xi' xi~)^2 for independent xi, xi~ */
    COSINE_ERROR, /* linear parts of the cosine and of the slope, for their errors */
    SLOPE_ERROR,
    QUANTITIES
};

/* Numbers of one covariance, exact or measured. */
struct shape {
    double along[N]; /* C_kk */
    double trace, cosine, slope;
};

struct experiment {
    const struct minibatch_noise *noise;
    double gradient[MINIBATCH_SAMPLES][N]; /* along the directions, centred */
    int batch;
    bool distinct;    /* drawn without replacement */
    double weight[N]; /* weight of log C_kk in the slope */
    double h_norm;    /* |H| */
    struct shape exact;
    double exact_form, exact_square;
    double samples; /* gradients that are drawn, or would be */
    struct moments moments[QUANTITIES];
};

static double square(double x)
{
    return x * x;
}

/* Weights of the least-squares slope over log h_k; 0 for curvatures that are left out.
 */
static void slope_weights(const double *curvature, double *weight)
{
    double count = 0, mean = 0, spread = 0;
    for (int k = 0; k < N && curvature[k] >= least_curvature; k++) {
        count++;
        mean += elementary_log(curvature[k]);
    }
    mean /= count;
    for (int k = 0; k < count; k++)
        spread += square(elementary_log(curvature[k]) - mean);
    for (int k = 0; k < N; k++)
        weight[k] = k < count ? (elementary_log(curvature[k]) - mean) / spread : 0;
}

static double slope(const double *weight, const double *along)
{
    double sum = 0;
    for (int k = 0; k < N; k++)
        if (weight[k] != 0)
            sum += weight[k] * elementary_log(along[k]);
    return sum;
}

/* The factor from C of a sample to C of a minibatch: 1/B, times (M-B)/(M-1) if the M
 * inputs, each with one label, are drawn without replacement. */
static double of_batch(const struct experiment *e)
{
    const double inputs = MINIBATCH_INPUTS, batch = e->batch;
    return (e->distinct ? (inputs - batch) / (inputs - 1) : 1) / batch;
}

static void set_exact(struct experiment *e)
{
    const struct minibatch_noise *noise = e->noise;
    const double factor = of_batch(e);
    double h_square = 0;
    e->exact = (struct shape){.trace = 0};
    e->exact_form = e->exact_square = 0;
    for (int k = 0; k < N; k++) {
        double along = 0;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                along += noise->direction[k][i] * noise->law.covariance[i][j] *
                         noise->direction[k][j];
        e->exact.along[k] = factor * along;
        e->exact.trace += factor * along;
        h_square += square(noise->curvature[k]);
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            const double c = factor * noise->law.covariance[i][j];
            e->exact_form += c * noise->law.hessian[i][j];
            e->exact_square += c * c;
        }
    e->h_norm = sqrt(h_square);
    slope_weights(noise->curvature, e->weight);
    e->exact.cosine = e->exact_form / (sqrt(e->exact_square) * e->h_norm);
    e->exact.slope = slope(e->weight, e->exact.along);
}

static void draw_batch(const struct experiment *e, struct minibatch_sampler *sampler,
                       double *xi)
{
    int sample[BATCH_MAX];
    if (e->distinct)
        minibatch_draw_distinct(sampler, e->batch, sample);
    else
        minibatch_draw(sampler, e->batch, sample);
    minibatch_average(e->gradient, e->batch, sample, xi);
}

/* x'y in two sums; a single sum would wait for every addition. */
static double dot(const double *x, const double *y)
{
    double even = 0, odd = 0;
    _Static_assert(N % 2 == 0, "pairs of numbers");
    for (int k = 0; k < N; k += 2) {
        even += x[k] * y[k];
        odd += x[k + 1] * y[k + 1];
    }
    return even + odd;
}

/* Mean of (xi_a' xi_b)^2 over the pairs of a group. */
static double square_of_pairs(double xi[GROUP][N])
{
    double sum = 0;
    for (int a = 0; a < GROUP; a++)
        for (int b = 0; b < a; b++)
            sum += square(dot(xi[a], xi[b]));
    return sum / (0.5 * GROUP * (GROUP - 1));
}

static void draw(const void *context, struct random_stream *stream, uint64_t count,
                 struct moments *moments)
{
    const struct experiment *e = context;
    struct minibatch_sampler sampler;
    minibatch_sampler_init(&sampler, e->noise, stream);
    for (uint64_t group = 0; group < count; group++) {
        double xi[GROUP][N], out[QUANTITIES] = {0};
        for (int a = 0; a < GROUP; a++)
            draw_batch(e, &sampler, xi[a]);
        for (int k = 0; k < N; k++) {
            for (int a = 0; a < GROUP; a++)
                out[k] += xi[a][k] * xi[a][k] / GROUP;
            out[TRACE] += out[k];
            out[FORM] += e->noise->curvature[k] * out[k];
            if (e->weight[k] != 0)
                out[SLOPE_ERROR] += e->weight[k] * out[k] / e->exact.along[k];
        }
        out[SQUARE] = square_of_pairs(xi);
        out[COSINE_ERROR] = e->exact.cosine * (out[FORM] / e->exact_form -
                                               out[SQUARE] / (2 * e->exact_square));
        for (int q = 0; q < QUANTITIES; q++)
            moments_add(&moments[q], out[q]);
    }
}

/* Measures C with `share` times the usual number of draws. */
static int measure(const struct ledger *ledger, const struct claim *claim,
                   struct experiment *e, double share, struct error *error)
{
    const double precision = ledger->sampling->precision;
    const double name[] = {e->noise->which, e->batch, e->distinct};
    const struct draws draws = {
        .sampling = ledger->sampling,
        .label = claim->id,
        .hash = random_hash("fig11", name, 3),
        .quantities = QUANTITIES,
        .draw = draw,
        .context = e,
    };
    return minibatch_mean(&draws, share / (precision * precision), GROUP, e->batch,
                          e->moments, &e->samples, error);
}

static struct shape measured_shape(const struct experiment *e)
{
    struct shape shape = {.trace = e->moments[TRACE].mean};
    for (int k = 0; k < N; k++)
        shape.along[k] = e->moments[k].mean;
    shape.cosine = e->moments[FORM].mean / (sqrt(e->moments[SQUARE].mean) * e->h_norm);
    shape.slope = slope(e->weight, shape.along);
    return shape;
}

/* One number of a covariance; its standard error is that of quantity `error_of`. */
struct number {
    const char *what;
    double paper, exact, measured;
    int error_of;
};

static int add_row(struct ledger *ledger, const struct claim *claim,
                   const struct experiment *e, const struct number *number,
                   struct error *error)
{
    const struct moments *of = &e->moments[number->error_of];
    const struct evidence evidence =
        minibatch_evidence(number->paper, number->exact, number->measured,
                           moments_stderr(of), GROUP * of->count);
    char setting[200];
    snprintf(setting, sizeof setting, "%s, %s", minibatch_network_text(e->noise->which),
             number->what);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, e->samples,
                        error);
}

/* Adds the rows that compare C with H: size, shape and appearance. */
static int add_shape(struct ledger *ledger, const struct claim *claim,
                     struct experiment *e, struct error *error)
{
    const double *h = e->noise->curvature;
    const struct shape *exact = &e->exact;
    double trace = 0;
    for (int k = 0; k < N; k++)
        trace += h[k];
    int status = measure(ledger, claim, e, 1, error);
    const struct shape measured = measured_shape(e);
    const struct number numbers[] = {
        {"Tr C, B=4", trace / BATCH, exact->trace, measured.trace, TRACE},
        {"C along the largest curvature, B=4", h[0] / BATCH, exact->along[0],
         measured.along[0], 0},
        {"cosine between C and H", 1, exact->cosine, measured.cosine, COSINE_ERROR},
        {"slope of log C_kk over log h_k", 1, exact->slope, measured.slope,
         SLOPE_ERROR},
        /* The last row is left out if only rounding makes a curvature negative. */
        {"C along the most negative curvature, B=4", h[N - 1] / BATCH,
         exact->along[N - 1], measured.along[N - 1], N - 1},
    };
    const int count = h[N - 1] < -least_curvature ? 5 : 4;
    _Static_assert(BATCH == 4, "as the texts say");
    for (int k = 0; status == STATUS_OK && k < count; k++)
        status = add_row(ledger, claim, e, &numbers[k], error);
    return status;
}

/* Adds the row that checks 1/B: the covariance of a larger batch against that of a
 * sample.
 */
static int add_batch_size(struct ledger *ledger, const struct claim *claim,
                          struct experiment *e, bool distinct, struct error *error)
{
    const double alone = e->exact.trace * e->batch;
    char what[100];
    snprintf(what, sizeof what, "Tr C, B=%d drawn %s replacement, from Tr C at B=1",
             LARGE_BATCH, distinct ? "without" : "with");
    e->batch = LARGE_BATCH;
    e->distinct = distinct;
    set_exact(e);
    /* A trace has a smaller relative error than the rest. */
    const int status = measure(ledger, claim, e, 0.125, error);
    const struct number number = {what, alone / LARGE_BATCH, e->exact.trace,
                                  e->moments[TRACE].mean, TRACE};
    return status == STATUS_OK ? add_row(ledger, claim, e, &number, error) : status;
}

int fig11_rows(struct ledger *ledger, const struct claim *claim,
               const struct minibatch_noise *noise, struct error *error)
{
    const enum minibatch_network which = noise->which;
    struct experiment *e = calloc(1, sizeof *e);
    if (!e)
        return error_memory(error, "gradients");
    e->noise = noise;
    e->batch = BATCH;
    minibatch_noise_gradients(noise, e->gradient);
    minibatch_noise_rotate(noise, e->gradient);
    set_exact(e);
    int status = add_shape(ledger, claim, e, error);
    if (status == STATUS_OK && which != MINIBATCH_AT_MINIMUM)
        status = add_batch_size(ledger, claim, e, which == MINIBATCH_TRAINED, error);
    free(e);
    return status;
}

static int check_one(struct ledger *ledger, const struct claim *claim,
                     enum minibatch_network which, struct error *error)
{
    struct minibatch_noise *noise = NULL;
    int status = minibatch_noise_make(ledger->sampling, which, &noise, error);
    if (status == STATUS_OK)
        status = fig11_rows(ledger, claim, noise, error);
    free(noise);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = STATUS_OK;
    for (int which = MINIBATCH_AT_MINIMUM;
         status == STATUS_OK && which <= MINIBATCH_RANDOM; which++)
        status = check_one(ledger, claim, (enum minibatch_network)which, error);
    return status;
}

const struct claim claim_fig11 = {
    .id = "fig11",
    .where = "app. D, figure 11",
    .kind = CLAIM_VALUE,
    .statement = "the noise covariance is proportional to the Hessian and to 1/B away "
                 "from minima too; C = H/B",
    .check = check,
};
