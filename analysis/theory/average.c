/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/average.h"

#include "theory/stein.h"

#include <math.h>
#include <string.h>

/* Puts the average, or the sum, before theta: it gets `rate` times the next theta and
 * loses `loss` of itself. */
static void watch(const struct linear_system *system, double rate, double loss,
                  struct linear_system *watched)
{
    const int n = system->dim, m = n + 1;
    *watched = (struct linear_system){
        .dim = m, .samples = system->samples, .roundoff = system->roundoff};
    for (int r = 0; r < n; r++)
        for (int c = 0; c < n; c++) {
            watched->e[(r + 1) * m + c + 1] = system->e[r * n + c];
            watched->slack[(r + 1) * m + c + 1] = system->slack[r * n + c];
        }
    for (int c = 0; c < n; c++) {
        watched->e[c + 1] = rate * (system->e[c] + (c == 0 ? 1 : 0));
        watched->slack[c + 1] = rate * system->slack[c];
    }
    watched->e[0] = -(quad)loss;
    for (int k = 0; k < system->samples; k++) {
        watched->b[k][0] = rate * system->b[k][0];
        for (int r = 0; r < n; r++)
            watched->b[k][r + 1] = system->b[k][r];
    }
}

/* The systems of both modes, and those in which the average is watched. */
struct watch {
    struct linear_system i, j, watched_i, watched_j;
};

static enum exact_source watch_init(struct watch *own, const struct rule *rule,
                                    const struct average *average, double h_i,
                                    double h_j)
{
    const bool ema = average->kind == AVERAGE_EMA;
    const double rate = ema ? average->rate : 1, loss = ema ? average->rate : 0;
    const enum exact_source source = theory_system(rule, h_i, &own->i);
    theory_system(rule, h_j, &own->j);
    watch(&own->i, rate, loss, &own->watched_i);
    watch(&own->j, rate, loss, &own->watched_j);
    return source;
}

/* The state with `first` before it. */
static void put_before(int n, const quad *state, quad first, quad *watched)
{
    watched[0] = first;
    memcpy(watched + 1, state, (size_t)n * sizeof *watched);
}

static double mean_of(const struct watch *own, const struct rule *rule,
                      const struct average *average, const struct at_step *at)
{
    const uint64_t from = average->kind == AVERAGE_POLYAK ? average->from : 0;
    const bool ema = average->kind == AVERAGE_EMA;
    const int n = own->i.dim;
    quad d[LINEAR_STATE], state[LINEAR_STATE] = {at->offset};
    quad watched_d[LINEAR_STATE], watched[LINEAR_STATE];
    at_step_drift(rule, at->theta_star, d);
    at_step_move(&own->i, d, from, state);
    put_before(n, d, ema ? average->rate * d[0] : d[0], watched_d);
    put_before(n, state, ema ? at->offset : 0, watched);
    at_step_move(&own->watched_i, watched_d, at->step - from, watched);
    return (double)(ema ? watched[0] : watched[0] / (quad)(at->step - from));
}

static double covariance_of(const struct watch *own, const struct average *average,
                            const struct at_step *at)
{
    const uint64_t from = average->kind == AVERAGE_POLYAK ? average->from : 0;
    const int n = own->i.dim, m = own->j.dim;
    quad none[LINEAR_STATE] = {0}, f[LINEAR_SIZE] = {0}, watched[LINEAR_SIZE] = {0};
    linear_system_advance(&own->i, &own->j, at->c, from, none, f);
    for (int r = 0; r < n; r++)
        memcpy(watched + (r + 1) * (m + 1) + 1, f + r * m, (size_t)m * sizeof *f);
    linear_system_advance(&own->watched_i, &own->watched_j, at->c, at->step - from,
                          none, watched);
    const quad steps = average->kind == AVERAGE_EMA ? 1 : (quad)(at->step - from);
    return (double)(watched[0] / steps / steps);
}

enum exact_source average_law(const struct rule *rule, const struct average *average,
                              const struct at_step *at, double *mean,
                              double *covariance)
{
    struct watch own;
    if (!average || average->kind == AVERAGE_NONE)
        return at_step_law(rule, at, mean, covariance);
    const enum exact_source source = watch_init(&own, rule, average, at->h_i, at->h_j);
    *mean = mean_of(&own, rule, average, at);
    *covariance = covariance_of(&own, average, at);
    return source;
}

int average_stationary(const struct rule *rule, const struct average *average,
                       const struct at_step *at, double *mean, double *covariance,
                       double *bound, enum exact_source *source, struct error *error)
{
    struct watch own;
    double state[LINEAR_STATE];
    *source = watch_init(&own, rule, average, at->h_i, at->h_j);
    *covariance = *bound = 0;
    int status = theory_mean(rule, at->h_i, at->theta_star, state, error);
    *mean = state[0];
    if (status == STATUS_OK && at->c != 0)
        status = stein_covariance(&own.watched_i, &own.watched_j, at->c, covariance,
                                  bound, error);
    return status;
}

int average_limit(const struct rule *rule, double h_i, double h_j, double c,
                  double *limit, struct error *error)
{
    struct linear_system i, j;
    double reach_i[LINEAR_STATE], reach_j[LINEAR_STATE], margin_i = 0, margin_j = 0;
    theory_system(rule, h_i, &i);
    theory_system(rule, h_j, &j);
    int status = linear_system_margin(&i, &margin_i, error);
    if (status == STATUS_OK)
        status = linear_system_margin(&j, &margin_j, error);
    *limit = margin_i > 0 && margin_j > 0 ? 0 : NAN;
    if (isnan(*limit))
        return status;
    for (int k = 0; status == STATUS_OK && k < i.samples; k++) {
        status = linear_system_mean(&i, i.b[k], reach_i, error);
        if (status == STATUS_OK)
            status = linear_system_mean(&j, j.b[k], reach_j, error);
        if (status == STATUS_OK)
            *limit += c * reach_i[0] * reach_j[0];
    }
    return status;
}
