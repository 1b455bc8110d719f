/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/linear_system.h"

#include "base/quad_lu.h"
#include "base/quad_matrix.h"

#include <math.h>
#include <string.h>

/* --- probing ---------------------------------------------------------------------- */

/* The state after one step of the rule without its weight decay from `state`, with
 * `gradient` without noise or, if only >= 0, as the noise of that sample alone. */
static void respond(const struct rule *rule, double gradient, int only, double *state)
{
    struct rule bare = *rule;
    double g[RULE_MAX_GRADIENTS] = {0};
    bare.decay = (struct decay){.lambda = 0};
    for (int k = 0; k < rule_gradients(rule->kind); k++)
        g[k] = only < 0 || only == k ? gradient : 0;
    rule->kind->step(&bare, 0, 1, g, &state[0], &state[1]);
}

/* Whether an element of A that a step has returned was rounded: what is 0, 1 or one of
 * the rule's numbers was not. */
static bool was_rounded(const struct rule *rule, double element)
{
    const double size = fabs(element);
    bool same = size == 0 || size == 1;
    for (int k = 0; k < rule->kind->parameter_count; k++)
        same |= size == fabs(rule->number[k]);
    return !same;
}

/* Sets E and b without weight decay; stay becomes the column of theta in A - I where no
 * gradient acts, and enter what a gradient of 1 in every sample adds. A step is linear,
 * so the column of theta is the sum of both. */
static void probe_bare(const struct rule *rule, double h, struct linear_system *system,
                       quad *stay, quad *enter)
{
    const int dim = system->dim;
    double pushed[LINEAR_STATE] = {0};
    respond(rule, 1, -1, pushed);
    for (int column = 0; column < dim; column++) {
        double state[LINEAR_STATE] = {0};
        state[column] = 1;
        respond(rule, 0, -1, state);
        for (int row = 0; row < dim; row++) {
            const int at = row * dim + column;
            system->e[at] = (quad)state[row] - (row == column ? 1 : 0);
            system->slack[at] = was_rounded(rule, state[row]) ? fabs(state[row]) : 0;
        }
    }
    for (int row = 0; row < dim; row++) {
        stay[row] = system->e[row * dim];
        enter[row] = pushed[row];
        system->e[row * dim] += h * enter[row];
        system->slack[row * dim] += fabs(h * pushed[row]);
    }
    for (int k = 0; k < system->samples; k++) {
        double state[LINEAR_STATE] = {0};
        respond(rule, 1, k, state);
        for (int row = 0; row < dim; row++)
            system->b[k][row] = state[row];
    }
}

/* The same from the matrices of a file. */
static void read_bare(const struct rule *rule, double h, struct linear_system *system,
                      quad *stay, quad *enter)
{
    quad still[LINEAR_SIZE];
    rule->kind->matrices(rule, 0, still, system->b[0]);
    rule->kind->matrices(rule, h, system->e, system->b[0]);
    for (int row = 0; row < system->dim; row++) {
        stay[row] = still[row * system->dim];
        enter[row] = system->b[0][row];
    }
}

void linear_system_probe(const struct rule *rule, double h,
                         struct linear_system *system)
{
    const bool from_file = rule->kind->matrices;
    const struct decay *decay = &rule->decay;
    const quad rate = rule->number[RULE_LR];
    quad stay[LINEAR_STATE], enter[LINEAR_STATE];
    *system = (struct linear_system){.dim = 1 + rule->kind->slots,
                                     .samples = rule->kind->samples,
                                     .roundoff = from_file ? 0 : DBL_EPSILON};
    if (from_file)
        read_bare(rule, h, system, stay, enter);
    else
        probe_bare(rule, h, system, stay, enter);
    for (int row = 0; row < system->dim; row++) {
        const quad stayed = stay[row] + (row == 0 ? 1 : 0);
        const quad decayed = decay->decoupled ? -rate * decay->lambda * stayed
                                              : decay->lambda * enter[row];
        system->e[row * system->dim] += decayed;
        system->slack[row * system->dim] += fabs((double)decayed);
    }
}

void linear_system_probe_drift(const struct rule *rule, double theta_star, quad *d)
{
    struct linear_system flat;
    linear_system_probe(rule, 0, &flat);
    for (int row = 0; row < LINEAR_STATE; row++)
        d[row] = row < flat.dim ? flat.e[row * flat.dim] * theta_star : 0;
}

double linear_system_element(const struct linear_system *system, int row, int column)
{
    return (double)(system->e[row * system->dim + column] + (row == column ? 1 : 0));
}

/* --- powers ----------------------------------------------------------------------- */

/* out = a x for n x n a and n x m x. */
static void multiply(int n, int m, const double *a, const double *x, double *out)
{
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += a[r * n + k] * x[k * m + c];
            out[r * m + c] = sum;
        }
}

/* x <- a x b' for n x n a, m x m b, n x m x. */
static void congruence(int n, int m, const double *a, const double *b, double *x)
{
    double left[LINEAR_SIZE];
    multiply(n, m, a, x, left);
    for (int r = 0; r < n; r++)
        for (int c = 0; c < m; c++) {
            double sum = 0;
            for (int k = 0; k < m; k++)
                sum += left[r * m + k] * b[c * m + k];
            x[r * m + c] = sum;
        }
}

/* A power P of A, with D = P - I while P is close to I. */
struct power {
    int dim;
    bool close;
    double d[LINEAR_SIZE], p[LINEAR_SIZE], e[LINEAR_SIZE], a[LINEAR_SIZE];
};

/* Sets P from D, and gives up D once no part of the state keeps half of itself. */
static void power_settle(struct power *power)
{
    double kept = 0;
    for (int k = 0; k < power->dim * power->dim; k++) {
        const bool diagonal = k % (power->dim + 1) == 0;
        power->p[k] = power->d[k] + (diagonal ? 1 : 0);
        if (diagonal)
            kept = fmax(kept, fabs(power->p[k]));
    }
    power->close = !(kept < 0.5);
}

/* A^0 or A^1. */
static void power_begin(struct power *power, const struct linear_system *system,
                        bool first)
{
    *power = (struct power){.dim = system->dim};
    for (int r = 0; r < system->dim; r++)
        for (int c = 0; c < system->dim; c++) {
            const int at = r * system->dim + c;
            power->e[at] = (double)system->e[at];
            power->a[at] = linear_system_element(system, r, c);
            power->d[at] = first ? power->e[at] : 0;
        }
    power_settle(power);
}

/* P^2 - I = D (D + 2 I). */
static void power_square(struct power *power)
{
    const int n = power->dim;
    double next[LINEAR_SIZE], upper[LINEAR_SIZE];
    if (!power->close) {
        multiply(n, n, power->p, power->p, next);
        memcpy(power->p, next, (size_t)(n * n) * sizeof *next);
        return;
    }
    memcpy(upper, power->d, (size_t)(n * n) * sizeof *upper);
    for (int r = 0; r < n; r++)
        upper[r * n + r] += 2;
    multiply(n, n, power->d, upper, next);
    memcpy(power->d, next, (size_t)(n * n) * sizeof *next);
    power_settle(power);
}

/* A P - I = D + E P. */
static void power_next(struct power *power)
{
    const int n = power->dim;
    double next[LINEAR_SIZE];
    multiply(n, n, power->close ? power->e : power->a, power->p, next);
    if (!power->close) {
        memcpy(power->p, next, (size_t)(n * n) * sizeof *next);
        return;
    }
    for (int k = 0; k < n * n; k++)
        power->d[k] += next[k];
    power_settle(power);
}

/* The powers of two systems, which are one and the same where the matrices are. */
struct pair {
    struct power own[2], *p, *r;
};

static void pair_begin(struct pair *pair, const struct linear_system *i,
                       const struct linear_system *j, bool first)
{
    pair->p = &pair->own[0];
    pair->r = linear_system_same(i, j) ? pair->p : &pair->own[1];
    power_begin(pair->p, i, first);
    if (pair->r != pair->p)
        power_begin(pair->r, j, first);
}

static void pair_advance(struct pair *pair, void (*advance)(struct power *power))
{
    advance(pair->p);
    if (pair->r != pair->p)
        advance(pair->r);
}

bool linear_system_same(const struct linear_system *i, const struct linear_system *j)
{
    bool same = i->dim == j->dim;
    for (int k = 0; same && k < i->dim * i->dim; k++)
        same = i->e[k] == j->e[k];
    return same;
}

void linear_system_apply(const struct linear_system *i, const struct linear_system *j,
                         double *x)
{
    struct pair pair;
    pair_begin(&pair, i, j, true);
    congruence(i->dim, j->dim, pair.p->a, pair.r->a, x);
}

void linear_system_noise(const struct linear_system *i, const struct linear_system *j,
                         double covariance, double *q)
{
    for (int r = 0; r < i->dim; r++)
        for (int c = 0; c < j->dim; c++) {
            double sum = 0;
            for (int k = 0; k < i->samples; k++)
                sum += (double)i->b[k][r] * (double)j->b[k][c];
            q[r * j->dim + c] = covariance * sum;
        }
}

/* Computes f_m and w_m for growing m, from the highest bit of count down: m doubles,
 * then grows by one if the bit is set. p = A_i^m, r = A_j^m.
 *   f_2m = f_m + p f_m r',  w_2m = w_m + p (w_m + m f_m) r'
 *   f_{m+1} = f_m + p x r', w_{m+1} = w_m + m p x r' */
void linear_system_sums(const struct linear_system *i, const struct linear_system *j,
                        const double *x, uint64_t count, double *f, double *weighted)
{
    const int n = i->dim, m = j->dim;
    const size_t bytes = (size_t)(n * m) * sizeof *f;
    double w[LINEAR_SIZE] = {0}, term[LINEAR_SIZE], length = 0;
    struct pair pair;
    pair_begin(&pair, i, j, false);
    memset(f, 0, bytes);
    for (int bit = 63; bit >= 0; bit--) {
        if (length > 0) {
            memcpy(term, f, bytes);
            congruence(n, m, pair.p->p, pair.r->p, term);
            for (int k = 0; k < n * m; k++) {
                const double lagged = w[k] + length * f[k];
                f[k] += term[k];
                term[k] = lagged;
            }
            congruence(n, m, pair.p->p, pair.r->p, term);
            for (int k = 0; k < n * m; k++)
                w[k] += term[k];
            pair_advance(&pair, power_square);
            length *= 2;
        }
        if (!((count >> bit) & 1))
            continue;
        memcpy(term, x, bytes);
        congruence(n, m, pair.p->p, pair.r->p, term);
        for (int k = 0; k < n * m; k++) {
            f[k] += term[k];
            w[k] += length * term[k];
        }
        pair_advance(&pair, power_next);
        length += 1;
    }
    if (weighted)
        memcpy(weighted, w, bytes);
}

void linear_system_power(const struct linear_system *i, const struct linear_system *j,
                         uint64_t t, double *x)
{
    struct pair pair;
    pair_begin(&pair, i, j, true);
    for (; t > 0; t >>= 1) {
        if (t & 1)
            congruence(i->dim, j->dim, pair.p->p, pair.r->p, x);
        pair_advance(&pair, power_square);
    }
}

int linear_system_stationary(const struct linear_system *i,
                             const struct linear_system *j, const double *q, double *s,
                             struct error *error)
{
    const int n = i->dim, m = j->dim;
    double term[LINEAR_SIZE];
    struct pair pair;
    pair_begin(&pair, i, j, true);
    memcpy(s, q, (size_t)(n * m) * sizeof *s);
    for (int doubling = 0; doubling < 62; doubling++) {
        bool settled = true, finite = true;
        memcpy(term, s, (size_t)(n * m) * sizeof *s);
        congruence(n, m, pair.p->p, pair.r->p, term);
        for (int k = 0; k < n * m; k++) {
            settled = settled && fabs(term[k]) <= 0x1p-60 * fabs(s[k]);
            s[k] += term[k];
            finite = finite && isfinite(s[k]);
        }
        if (!finite)
            break; /* the sum diverges */
        if (settled)
            return STATUS_OK;
        pair_advance(&pair, power_square);
    }
    return error_about(error, STATUS_SOFTWARE, "lr",
                       "the rule is at its limit of stability: the stationary "
                       "covariance did not settle in 2^62 steps");
}

/* --- quads ------------------------------------------------------------------------ */

int linear_system_mean(const struct linear_system *system, const quad *d, double *mean,
                       struct error *error)
{
    quad matrix[LINEAR_SIZE], x[LINEAR_STATE];
    const int dim = system->dim;
    for (int k = 0; k < dim * dim; k++)
        matrix[k] = -system->e[k];
    memcpy(x, d, (size_t)dim * sizeof *x);
    struct quad_lu lu = {.matrix = matrix, .size = dim};
    if (!quad_lu_decompose(&lu))
        return error_about(error, STATUS_SOFTWARE, "lr",
                           "the rule is at its limit of stability: the stationary mean "
                           "has no solution");
    quad_lu_solve(&lu, x);
    for (int k = 0; k < dim; k++)
        mean[k] = (double)x[k];
    return STATUS_OK;
}

_Static_assert((int)LINEAR_STATE <= (int)QUAD_MATRIX_MOST, "a state fits products");

static void quad_square(int n, quad *a)
{
    quad next[LINEAR_SIZE];
    quad_matrix_multiply(n, n, a, a, next);
    memcpy(a, next, (size_t)(n * n) * sizeof *a);
}

static void quad_matrix(const struct linear_system *system, quad *a)
{
    for (int k = 0; k < system->dim * system->dim; k++)
        a[k] = system->e[k] + (k % (system->dim + 1) == 0 ? 1 : 0);
}

/* From the lowest bit of t up, with p = A_i^m, r = A_j^m and term = sum_{k<m}
 * A_i^k q A_j'^k for m = 1, 2, 4, ...: the sum over the first a + m powers is that over
 * m of them plus p (that over a) r'. */
void linear_system_advance(const struct linear_system *i, const struct linear_system *j,
                           double noise, uint64_t t, quad *mean, quad *covariance)
{
    const int n = i->dim, m = j->dim;
    quad p[LINEAR_SIZE] = {0}, r[LINEAR_SIZE] = {0};
    quad term[LINEAR_SIZE] = {0}, next[LINEAR_SIZE];
    quad_matrix(i, p);
    quad_matrix(j, r);
    for (int row = 0; row < n; row++)
        for (int c = 0; c < m; c++)
            for (int k = 0; k < i->samples; k++)
                term[row * m + c] += noise * i->b[k][row] * j->b[k][c];
    for (; t > 0; t >>= 1) {
        if (t & 1) {
            memcpy(next, term, sizeof next);
            quad_matrix_add_congruence(n, m, p, r, covariance, next);
            memcpy(covariance, next, (size_t)(n * m) * sizeof *next);
            quad_matrix_multiply(n, 1, p, mean, next);
            memcpy(mean, next, (size_t)n * sizeof *next);
        }
        memcpy(next, term, sizeof next);
        quad_matrix_add_congruence(n, m, p, r, next, term);
        quad_square(n, p);
        quad_square(m, r);
    }
}

void linear_system_at(const struct linear_system *i, const struct linear_system *j,
                      double noise, double offset_i, uint64_t t, double *mean,
                      double *covariance)
{
    quad f[LINEAR_SIZE] = {0}, state[LINEAR_STATE] = {offset_i};
    linear_system_advance(i, j, noise, t, state, f);
    *mean = (double)state[0];
    *covariance = (double)f[0];
}
