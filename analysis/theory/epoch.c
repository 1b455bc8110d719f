/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/epoch.h"

#include "base/quad_matrix.h"
#include "theory/stein.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What `count` steps do to the states of two modes. With n and m their dimensions: */
struct span {
    int n, m;
    quad noise[LINEAR_SIZE]; /* n x m: sum_s b_is b_js' */
    quad b[LINEAR_STATE];    /* sum_s b_is, and that of the other mode */
    quad d[LINEAR_STATE];
    quad a_i[LINEAR_SIZE], a_j[LINEAR_SIZE];
    quad x[LINEAR_SIZE]; /* n x m: a covariance before the steps */
    quad count;
    quad p[LINEAR_SIZE], r[LINEAR_SIZE]; /* A_i^count, A_j^count */
    quad u[LINEAR_STATE], v[LINEAR_STATE],
        q[LINEAR_SIZE]; /* u_count of both, Q_count */
    /* Sums over the steps k < count: of u_k and v_k, u_k v_k', Q_k, A_i^k x A_j'^k. */
    quad sum_u[LINEAR_STATE], sum_v[LINEAR_STATE];
    quad sum_uv[LINEAR_SIZE], sum_q[LINEAR_SIZE], sum_x[LINEAR_SIZE];
};

uint64_t epoch_steps(const struct epoch *epoch, int samples)
{
    return epoch->train_size / epoch->batch / (uint64_t)samples;
}

static void add(int size, quad factor, const quad *x, quad *out)
{
    for (int k = 0; k < size; k++)
        out[k] += factor * x[k];
}

static void add_outer(int n, int m, quad factor, const quad *x, const quad *y,
                      quad *out)
{
    for (int row = 0; row < n; row++)
        for (int column = 0; column < m; column++)
            out[row * m + column] += factor * x[row] * y[column];
}

/* a <- b a */
static void multiply_into(int n, int m, const quad *b, quad *a)
{
    quad product[LINEAR_SIZE];
    quad_matrix_multiply(n, m, b, a, product);
    memcpy(a, product, (size_t)(n * m) * sizeof *a);
}

static void set_system(const struct linear_system *system, quad *a, quad *b)
{
    const int n = system->dim;
    for (int k = 0; k < n * n; k++)
        a[k] = system->e[k] + (k % (n + 1) == 0 ? 1 : 0);
    for (int s = 0; s < system->samples; s++)
        add(n, 1, system->b[s], b);
}

static void span_begin(struct span *span, const struct linear_system *i,
                       const struct linear_system *j, const quad *x)
{
    *span = (struct span){.n = i->dim, .m = j->dim};
    set_system(i, span->a_i, span->b);
    set_system(j, span->a_j, span->d);
    for (int s = 0; s < i->samples; s++)
        add_outer(i->dim, j->dim, 1, i->b[s], j->b[s], span->noise);
    for (int k = 0; k < i->dim; k++)
        span->p[k * (i->dim + 1)] = 1;
    for (int k = 0; k < j->dim; k++)
        span->r[k * (j->dim + 1)] = 1;
    if (x)
        memcpy(span->x, x, (size_t)(i->dim * j->dim) * sizeof *x);
}

/* One step more. */
static void span_extend(struct span *span)
{
    const int n = span->n, m = span->m;
    quad next[LINEAR_SIZE];
    add(n, 1, span->u, span->sum_u);
    add(m, 1, span->v, span->sum_v);
    add_outer(n, m, 1, span->u, span->v, span->sum_uv);
    add(n * m, 1, span->q, span->sum_q);
    quad_matrix_add_congruence(n, m, span->p, span->r, span->x, span->sum_x);
    quad_matrix_add_congruence(n, m, span->p, span->r, span->noise, span->q);
    quad_matrix_multiply(n, 1, span->p, span->b, next);
    add(n, 1, next, span->u);
    quad_matrix_multiply(m, 1, span->r, span->d, next);
    add(m, 1, next, span->v);
    multiply_into(n, n, span->a_i, span->p);
    multiply_into(m, m, span->a_j, span->r);
    span->count += 1;
}

/* As many steps more as there are: with f_{count+k} = f_count + A^count f_k for u and
 * for Q alike. */
static void span_double(struct span *span)
{
    const int n = span->n, m = span->m;
    quad moved_u[LINEAR_STATE], moved_v[LINEAR_STATE], next[LINEAR_SIZE];
    quad_matrix_multiply(n, 1, span->p, span->sum_u, moved_u);
    quad_matrix_multiply(m, 1, span->r, span->sum_v, moved_v);
    memcpy(next, span->sum_uv, sizeof next);
    quad_matrix_add_congruence(n, m, span->p, span->r, span->sum_uv, next);
    add_outer(n, m, span->count, span->u, span->v, next);
    add_outer(n, m, 1, span->u, moved_v, next);
    add_outer(n, m, 1, moved_u, span->v, next);
    memcpy(span->sum_uv, next, sizeof next);
    add(n, span->count, span->u, span->sum_u);
    add(n, 1, moved_u, span->sum_u);
    add(m, span->count, span->v, span->sum_v);
    add(m, 1, moved_v, span->sum_v);
    memcpy(next, span->sum_q, sizeof next);
    quad_matrix_add_congruence(n, m, span->p, span->r, span->sum_q, next);
    add(n * m, span->count, span->q, next);
    memcpy(span->sum_q, next, sizeof next);
    memcpy(next, span->sum_x, sizeof next);
    quad_matrix_add_congruence(n, m, span->p, span->r, span->sum_x, next);
    memcpy(span->sum_x, next, sizeof next);
    memcpy(next, span->q, sizeof next);
    quad_matrix_add_congruence(n, m, span->p, span->r, span->q, next);
    memcpy(span->q, next, sizeof next);
    quad_matrix_multiply(n, 1, span->p, span->u, next);
    add(n, 1, next, span->u);
    quad_matrix_multiply(m, 1, span->r, span->v, next);
    add(m, 1, next, span->v);
    memcpy(next, span->p, sizeof next);
    multiply_into(n, n, next, span->p);
    memcpy(next, span->r, sizeof next);
    multiply_into(m, m, next, span->r);
    span->count *= 2;
}

static void span_run(struct span *span, uint64_t count)
{
    for (int bit = 63; bit >= 0; bit--) {
        if (span->count > 0)
            span_double(span);
        if ((count >> bit) & 1)
            span_extend(span);
    }
}

/* C1/(N-1). */
static quad scale_of(const struct epoch *epoch, double c)
{
    return (quad)c * (quad)epoch->batch / (quad)(epoch->train_size - 1);
}

/* S_0, and the systems of a whole epoch. */
static int find_start(const struct epoch *epoch, const struct linear_system *i,
                      const struct linear_system *j, double c, quad *s_0,
                      struct epoch_start *start, struct error *error)
{
    struct span span;
    const int n = i->dim, m = j->dim;
    const quad scale = scale_of(epoch, c);
    quad gained[LINEAR_SIZE] = {0};
    span_begin(&span, i, j, NULL);
    span_run(&span, epoch_steps(epoch, i->samples));
    add(n * m, scale * (quad)epoch->train_size / (quad)epoch->batch, span.q, gained);
    add_outer(n, m, -scale, span.u, span.v, gained);
    start->i = (struct linear_system){.dim = n};
    start->j = (struct linear_system){.dim = m};
    for (int k = 0; k < n * n; k++)
        start->i.e[k] = span.p[k] - (k % (n + 1) == 0 ? 1 : 0);
    for (int k = 0; k < m * m; k++)
        start->j.e[k] = span.r[k] - (k % (m + 1) == 0 ? 1 : 0);
    const int status = stein_equation(&start->i, &start->j, gained, s_0, error);
    for (int k = 0; status == STATUS_OK && k < n * m; k++)
        start->covariance[k] = (double)s_0[k];
    return status;
}

/* Element (0, 0) alone is asked for. */
static int find_values(const struct epoch *epoch, const struct linear_system *i,
                       const struct linear_system *j, double c, bool by_phase,
                       quad *value, struct epoch_start *start, struct error *error)
{
    struct span span;
    const uint64_t steps = epoch_steps(epoch, i->samples);
    const quad scale = scale_of(epoch, c);
    const quad share = (quad)epoch->train_size / (quad)epoch->batch;
    quad s_0[LINEAR_SIZE];
    const int status = find_start(epoch, i, j, c, s_0, start, error);
    if (status != STATUS_OK)
        return status;
    span_begin(&span, i, j, s_0);
    if (!by_phase) {
        span_run(&span, steps);
        *value = (span.sum_x[0] + scale * (share * span.sum_q[0] - span.sum_uv[0])) /
                 span.count;
        return STATUS_OK;
    }
    for (uint64_t phase = 0; phase < steps; phase++) {
        const quad before = span.sum_x[0];
        value[phase] = scale * (share * span.q[0] - span.u[0] * span.v[0]);
        span_extend(&span);
        value[phase] += span.sum_x[0] - before;
    }
    return STATUS_OK;
}

/* --- the error -------------------------------------------------------------------- */

/* How far element `at` of E, or of the b behind it, may be off. */
static quad slack_of(const struct linear_system *system, int at)
{
    const int square = system->dim * system->dim;
    if (at < square)
        return system->roundoff * system->slack[at];
    at -= square;
    return system->roundoff * quad_abs(system->b[at / system->dim][at % system->dim]);
}

static void shift(struct linear_system *system, int at, quad by)
{
    const int square = system->dim * system->dim;
    if (at < square)
        system->e[at] += by;
    else
        system->b[(at - square) / system->dim][(at - square) % system->dim] += by;
}

/* Adds to bound what each element that is not known in quads may do, one at a time: to
 * first order their errors add. Two equal systems are off alike. */
static int add_bounds(const struct epoch *epoch, const struct linear_system *i,
                      const struct linear_system *j, double c, bool by_phase,
                      const quad *value, quad *moved, double *bound,
                      struct error *error)
{
    const uint64_t count = by_phase ? epoch_steps(epoch, i->samples) : 1;
    const bool same = linear_system_same(i, j);
    struct epoch_start ignored;
    int status = STATUS_OK;
    for (int of = 0; of < (same ? 1 : 2); of++) {
        const struct linear_system *system = of == 0 ? i : j;
        const int numbers = system->dim * (system->dim + system->samples);
        for (int at = 0; status == STATUS_OK && at < numbers; at++) {
            struct linear_system own[2] = {*i, *j};
            const quad by = slack_of(system, at);
            if (by == 0)
                continue;
            shift(&own[of], at, by);
            if (same)
                shift(&own[1], at, by);
            status = find_values(epoch, &own[0], &own[1], c, by_phase, moved, &ignored,
                                 error);
            for (uint64_t k = 0; status == STATUS_OK && k < count; k++)
                bound[k] += (double)quad_abs(moved[k] - value[k]);
        }
    }
    return status;
}

int epoch_covariance(const struct epoch *epoch, const struct linear_system *i,
                     const struct linear_system *j, double c, bool by_phase,
                     double *value, double *bound, struct epoch_start *start,
                     struct error *error)
{
    struct epoch_start ignored;
    const uint64_t count = by_phase ? epoch_steps(epoch, i->samples) : 1;
    quad *exact = calloc(2 * count, sizeof *exact);
    int status = exact ? find_values(epoch, i, j, c, by_phase, exact,
                                     start ? start : &ignored, error)
                       : error_memory(error, "the phases of an epoch");
    /* All samples at once leave no noise, which rounding would hide. */
    const bool whole = epoch->train_size == epoch->batch;
    for (uint64_t k = 0; status == STATUS_OK && k < count; k++) {
        value[k] = whole ? 0 : (double)exact[k] + 0.0; /* no -0 */
        bound[k] = DBL_EPSILON * fabs(value[k]);
    }
    if (status == STATUS_OK)
        status =
            add_bounds(epoch, i, j, c, by_phase, exact, exact + count, bound, error);
    free(exact);
    return status;
}
