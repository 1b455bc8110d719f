/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/minibatch.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps of full-batch Heavy Ball, which make the gradient a small part of what it was.
 * The rate is stable for curvatures below 2 (1 + 0.9)/0.02 = 190, far above those that
 * occur. */
enum { TRAINING_STEPS = 2000 };
static const double training_rate = 0.02, training_momentum = 0.9;

const char *minibatch_network_text(enum minibatch_network which)
{
    static const char *const texts[] = {
        [MINIBATCH_AT_MINIMUM] = "network at the minimum of its risk",
        [MINIBATCH_TRAINED] = "network trained on 128 samples",
        [MINIBATCH_RANDOM] = "random network",
    };
    _Static_assert(MINIBATCH_INPUTS == 128, "as the text says");
    return texts[which];
}

/* Draws weights with variance scale^2 over the number of inputs of their unit, and
 * biases with (scale/2)^2. */
static void draw_network(const double *normal, double scale, double *theta)
{
    for (int k = 0; k < MINIBATCH_N; k++) {
        const bool bias = (k >= NETWORK_B1 && k < NETWORK_W2) ||
                          (k >= NETWORK_B2 && k < NETWORK_W3) || k >= NETWORK_B3;
        const int inputs = k < NETWORK_B1 ? NETWORK_INPUTS : NETWORK_HIDDEN;
        theta[k] = scale * normal[k] * (bias ? 0.5 : 1 / sqrt(inputs));
    }
}

/* Uniform integers are the lowest 53 bits of a word. */
#define UNIFORM_END 0x1p53
static uint64_t uniform(uint64_t word)
{
    return word & (((uint64_t)UNIFORM_END) - 1);
}

static void reach_of(const double probability[NETWORK_CLASSES],
                     uint64_t reach[NETWORK_CLASSES - 1])
{
    double sum = 0;
    for (int k = 0; k < NETWORK_CLASSES - 1; k++) {
        sum += probability[k];
        reach[k] = (uint64_t)(sum * UNIFORM_END);
    }
}

static int label_of(const uint64_t reach[NETWORK_CLASSES - 1], uint64_t u)
{
    int label = 0;
    for (int k = 0; k < NETWORK_CLASSES - 1; k++)
        label += u >= reach[k];
    return label;
}

/* Replaces every input's probabilities by one label drawn from them. */
static void draw_labels(struct random_stream *stream, struct minibatch_noise *noise)
{
    uint64_t words[RANDOM_BLOCK];
    for (int k = 0; k < MINIBATCH_INPUTS; k++) {
        uint64_t reach[NETWORK_CLASSES - 1];
        if (k % RANDOM_BLOCK == 0)
            random_words(stream, words);
        reach_of(noise->probability[k], reach);
        const int label = label_of(reach, uniform(words[k % RANDOM_BLOCK]));
        for (int y = 0; y < NETWORK_CLASSES; y++)
            noise->probability[k][y] = y == label;
    }
}

static void train(struct minibatch_noise *noise)
{
    double momentum[MINIBATCH_N] = {0};
    for (int step = 0; step < TRAINING_STEPS; step++) {
        double mean[MINIBATCH_N] = {0}, gradient[MINIBATCH_N];
        for (int k = 0; k < MINIBATCH_INPUTS; k++) {
            int label = 0;
            while (noise->probability[k][label] == 0)
                label++;
            network_gradient(noise->theta, noise->x[k], label, gradient);
            for (int i = 0; i < MINIBATCH_N; i++)
                mean[i] += gradient[i] / MINIBATCH_INPUTS;
        }
        for (int i = 0; i < MINIBATCH_N; i++) {
            momentum[i] = training_momentum * momentum[i] + mean[i];
            noise->theta[i] -= training_rate * momentum[i];
        }
    }
}

static int draw(const struct sampling *sampling, struct minibatch_noise *noise,
                struct error *error)
{
    enum {
        INPUTS = MINIBATCH_INPUTS * NETWORK_INPUTS,
        WANTED = INPUTS + 2 * MINIBATCH_N,
        NORMALS = (WANTED + RANDOM_BLOCK - 1) / RANDOM_BLOCK * RANDOM_BLOCK,
    };
    double normal[NORMALS], own[MINIBATCH_N];
    struct random_stream stream = {0};
    const int status = draws_stream(sampling, random_hash("minibatch noise", NULL, 0),
                                    0, &stream, error);
    if (status == STATUS_OK) {
        random_normal(&stream, NORMALS, normal);
        memcpy(noise->x, normal, sizeof noise->x);
        draw_network(normal + INPUTS, 2, own);
        draw_network(normal + INPUTS + MINIBATCH_N, 1, noise->theta);
        for (int k = 0; k < MINIBATCH_INPUTS; k++)
            network_probabilities(own, noise->x[k], noise->probability[k]);
        if (noise->which == MINIBATCH_AT_MINIMUM)
            memcpy(noise->theta, own, sizeof own);
        if (noise->which == MINIBATCH_TRAINED) {
            draw_labels(&stream, noise);
            train(noise);
        }
    }
    random_free(&stream);
    return status;
}

int minibatch_noise_decompose(struct minibatch_noise *noise, struct error *error)
{
    double copy[MINIBATCH_N * MINIBATCH_N], column[MINIBATCH_N * MINIBATCH_N];
    gsl_matrix_view matrix = gsl_matrix_view_array(copy, MINIBATCH_N, MINIBATCH_N);
    gsl_matrix_view vectors = gsl_matrix_view_array(column, MINIBATCH_N, MINIBATCH_N);
    gsl_vector_view values = gsl_vector_view_array(noise->curvature, MINIBATCH_N);
    gsl_eigen_symmv_workspace *workspace = gsl_eigen_symmv_alloc(MINIBATCH_N);
    if (!workspace)
        return error_memory(error, "eigenvectors");
    memcpy(copy, noise->law.hessian, sizeof copy);
    /* Both fail only where sizes differ. */
    gsl_eigen_symmv(&matrix.matrix, &values.vector, &vectors.matrix, workspace);
    gsl_eigen_symmv_sort(&values.vector, &vectors.matrix, GSL_EIGEN_SORT_VAL_DESC);
    for (int k = 0; k < MINIBATCH_N; k++)
        for (int i = 0; i < MINIBATCH_N; i++)
            noise->direction[k][i] = column[i * MINIBATCH_N + k];
    gsl_eigen_symmv_free(workspace);
    return STATUS_OK;
}

int minibatch_noise_make(const struct sampling *sampling, enum minibatch_network which,
                         struct minibatch_noise **noise, struct error *error)
{
    struct minibatch_noise *made = *noise = malloc(sizeof *made);
    if (!made)
        return error_memory(error, "a network");
    made->which = which;
    int status = draw(sampling, made, error);
    if (status == STATUS_OK) {
        const struct population population = {MINIBATCH_INPUTS, made->x[0],
                                              made->probability[0]};
        network_law(made->theta, &population, &made->law);
        status = minibatch_noise_decompose(made, error);
    }
    if (status != STATUS_OK) {
        free(made);
        *noise = NULL;
    }
    return status;
}

void minibatch_noise_gradients(const struct minibatch_noise *noise,
                               double gradient[MINIBATCH_SAMPLES][MINIBATCH_N])
{
    for (int s = 0; s < MINIBATCH_SAMPLES; s++) {
        network_gradient(noise->theta, noise->x[s / NETWORK_CLASSES],
                         s % NETWORK_CLASSES, gradient[s]);
        for (int i = 0; i < MINIBATCH_N; i++)
            gradient[s][i] -= noise->law.mean[i];
    }
}

void minibatch_noise_rotate(const struct minibatch_noise *noise,
                            double gradient[MINIBATCH_SAMPLES][MINIBATCH_N])
{
    for (int s = 0; s < MINIBATCH_SAMPLES; s++) {
        double along[MINIBATCH_N] = {0};
        for (int k = 0; k < MINIBATCH_N; k++)
            for (int i = 0; i < MINIBATCH_N; i++)
                along[k] += noise->direction[k][i] * gradient[s][i];
        memcpy(gradient[s], along, sizeof along);
    }
}

void minibatch_sampler_init(struct minibatch_sampler *sampler,
                            const struct minibatch_noise *noise,
                            struct random_stream *stream)
{
    sampler->stream = stream;
    sampler->used = RANDOM_BLOCK;
    for (int k = 0; k < MINIBATCH_INPUTS; k++)
        reach_of(noise->probability[k], sampler->reach[k]);
}

static void refill(struct minibatch_sampler *sampler)
{
    random_words(sampler->stream, sampler->words);
    sampler->used = 0;
}

static uint64_t next_word(struct minibatch_sampler *sampler)
{
    if (sampler->used == RANDOM_BLOCK)
        refill(sampler);
    return sampler->words[sampler->used++];
}

/* The sample that a word chooses. Its highest bits, which the uniform integer does not
 * use, choose the input. */
static int sample_of(const struct minibatch_sampler *sampler, uint64_t word)
{
    const int input = (int)(word >> (64 - MINIBATCH_BITS));
    return NETWORK_CLASSES * input + label_of(sampler->reach[input], uniform(word));
}

void minibatch_draw(struct minibatch_sampler *sampler, int batch, int *sample)
{
    for (int done = 0; done < batch;) {
        if (sampler->used == RANDOM_BLOCK)
            refill(sampler);
        const int left = RANDOM_BLOCK - sampler->used, wanted = batch - done;
        const int count = left < wanted ? left : wanted;
        for (int k = 0; k < count; k++)
            sample[done + k] = sample_of(sampler, sampler->words[sampler->used + k]);
        sampler->used += count;
        done += count;
    }
}

/* Makes the first `batch` steps of a shuffle. */
void minibatch_draw_distinct(struct minibatch_sampler *sampler, int batch, int *sample)
{
    int input[MINIBATCH_INPUTS];
    for (int k = 0; k < MINIBATCH_INPUTS; k++)
        input[k] = k;
    for (int k = 0; k < batch; k++) {
        const double u = (double)uniform(next_word(sampler)) / UNIFORM_END;
        const int at = k + (int)(u * (double)(MINIBATCH_INPUTS - k));
        const int chosen = input[at];
        input[at] = input[k];
        sample[k] = NETWORK_CLASSES * chosen +
                    label_of(sampler->reach[chosen], uniform(next_word(sampler)));
    }
}

int minibatch_mean(const struct draws *draws, double wanted, int group, int batch,
                   struct moments *moments, double *samples, struct error *error)
{
    const double least = ceil((double)ESTIMATE_MIN_SAMPLES / group);
    const double count = fmax(ceil(wanted), least); /* `least` if wanted is NAN */
    struct draws planned = *draws;
    memset(moments, 0, (size_t)draws->quantities * sizeof *moments);
    *samples = count * group * batch;
    if (*samples > fmin(draws->sampling->max_samples, 0x1p62))
        return STATUS_OK;
    planned.count = (uint64_t)count;
    return draws_mean(&planned, moments, error);
}

struct evidence minibatch_evidence(double paper, double exact, double measured,
                                   double se, uint64_t batches)
{
    return (struct evidence){
        .paper = paper,
        .exact = exact,
        .measured = measured,
        .se = se,
        .paper_scale = evidence_scale(paper),
        .exact_scale = evidence_scale(exact),
        .count = batches,
        .sampled = batches > 0,
        .decisive = batches >= ESTIMATE_MIN_SAMPLES,
    };
}
