/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "naive.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double beta0 = 1, beta1 = 0.9;

/* Everything a replica needs stays in the first-level cache: replicas are the outer
 * loop. */
struct state {
    gsl_rng *rng;
    double *sd, *theta, *m, *m_before, *sum;
};

static void sgd(const struct naive *w, struct state *s)
{
    for (size_t t = 0; t < w->steps; t++)
        for (size_t i = 0; i < w->d; i++) {
            const double xi = gsl_ran_gaussian_ziggurat(s->rng, 1);
            const double g = w->h[i] * s->theta[i] + s->sd[i] * xi;
            s->theta[i] -= w->lr * g;
            if (t >= w->burn_in)
                s->sum[i] += s->theta[i] * s->theta[i];
        }
}

static void heavy_ball(const struct naive *w, struct state *s)
{
    for (size_t t = 0; t < w->steps; t++)
        for (size_t i = 0; i < w->d; i++) {
            const double xi = gsl_ran_gaussian_ziggurat(s->rng, 1);
            const double g = w->h[i] * s->theta[i] + s->sd[i] * xi;
            s->m[i] = beta1 * s->m[i] + (1 - beta1) * g;
            s->theta[i] -= w->lr * s->m[i];
            if (t >= w->burn_in)
                s->sum[i] += s->theta[i] * s->theta[i];
        }
}

static void pnm(const struct naive *w, struct state *s)
{
    const double decay = beta1 * beta1;
    const double lr = w->lr / sqrt((1 + beta0) * (1 + beta0) + beta0 * beta0);
    for (size_t t = 0; t < w->steps; t++)
        for (size_t i = 0; i < w->d; i++) {
            const double xi = gsl_ran_gaussian_ziggurat(s->rng, 1);
            const double g = w->h[i] * s->theta[i] + s->sd[i] * xi;
            const double m = decay * s->m_before[i] + (1 - decay) * g;
            s->theta[i] -= lr * ((1 + beta0) * m - beta0 * s->m[i]);
            s->m_before[i] = s->m[i];
            s->m[i] = m;
            if (t >= w->burn_in)
                s->sum[i] += s->theta[i] * s->theta[i];
        }
}

static double run(void (*rule)(const struct naive *, struct state *),
                  const struct naive *w, struct state *s)
{
    double total = 0;
    for (size_t i = 0; i < w->d; i++)
        s->sd[i] = sqrt(w->h[i]);
    for (size_t replica = 0; replica < w->replicas; replica++) {
        memset(s->theta, 0, w->d * sizeof *s->theta);
        memset(s->m, 0, w->d * sizeof *s->m);
        memset(s->m_before, 0, w->d * sizeof *s->m_before);
        rule(w, s);
    }
    for (size_t i = 0; i < w->d; i++)
        total += s->sum[i];
    return total / (double)w->d / (double)w->replicas / (double)(w->steps - w->burn_in);
}

double naive_run(const char *rule, const struct naive *w)
{
    static const struct {
        const char *name;
        void (*run)(const struct naive *, struct state *);
    } rules[] = {{"sgd", sgd}, {"heavy_ball", heavy_ball}, {"pnm", pnm}};
    double result = NAN, *memory = calloc(5 * w->d, sizeof *memory);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (memory && rng) {
        struct state s = {rng,
                          memory,
                          memory + w->d,
                          memory + 2 * w->d,
                          memory + 3 * w->d,
                          memory + 4 * w->d};
        for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
            if (strcmp(rule, rules[k].name) == 0)
                result = run(rules[k].run, w, &s);
    }
    gsl_rng_free(rng);
    free(memory);
    return result;
}
