/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/stable_set.h"

#include "base/roots.h"

#include <math.h>

/* --- a mode ----------------------------------------------------------------------- */

static void polynomial_of(const struct mode *mode, double lr,
                          struct characteristic *polynomial)
{
    struct rule rule = *mode->rule;
    struct linear_system system;
    rule.number[RULE_LR] = lr;
    mode->system(&rule, mode->h, &system);
    characteristic_of(&system, polynomial);
}

static double unit_rate(const struct mode *mode)
{
    /* Weight decay acts as additional curvature. */
    return ldexp(1, -ilogb(mode->h + mode->rule->decay.lambda));
}

void mode_init(struct mode *mode, const struct rule *rule, double h,
               system_function *system)
{
    struct characteristic rest, once, twice;
    *mode = (struct mode){.rule = rule, .h = h, .system = system, .linear = true};
    const double unit = unit_rate(mode);
    polynomial_of(mode, 0, &rest);
    polynomial_of(mode, unit, &once);
    polynomial_of(mode, 2 * unit, &twice);
    mode->rest = mode->gain = rest;
    for (int about = 0; about < 2; about++)
        for (int k = 0; k < rest.dim; k++) {
            const quad at[3] = {rest.c[about][k], once.c[about][k], twice.c[about][k]};
            const quad bend = at[2] - 2 * at[1] + at[0];
            const quad size = quad_abs(at[0]) + quad_abs(at[1]) + quad_abs(at[2]);
            mode->gain.c[about][k] = (at[1] - at[0]) / unit;
            /* Written so that it is false for NAN. */
            mode->linear = mode->linear && quad_abs(bend) <= 1e-12 * size;
        }
}

static void polynomial_at(const struct mode *mode, double lr,
                          struct characteristic *polynomial)
{
    if (!mode->linear) {
        polynomial_of(mode, lr, polynomial);
        return;
    }
    polynomial->dim = mode->rest.dim;
    for (int about = 0; about < 2; about++)
        for (int k = 0; k < polynomial->dim; k++)
            polynomial->c[about][k] =
                mode->rest.c[about][k] + lr * mode->gain.c[about][k];
}

int mode_margin(const struct mode *mode, double lr, double *margin, struct error *error)
{
    struct characteristic polynomial;
    polynomial_at(mode, lr, &polynomial);
    return characteristic_margin(&polynomial, margin, error);
}

/* --- stable rates ----------------------------------------------------------------- */

enum { CANDIDATES = LINEAR_STATE + 2 };

/* The coefficients of powers of z = x + 1, with the leading one, from those of x. */
static void about_zero(int n, const quad *c, quad leading, quad *power)
{
    for (int k = 0; k <= n; k++)
        power[k] = k < n ? c[k] : leading;
    /* Horner's scheme at x = -1, repeated. */
    for (int from = 0; from < n; from++)
        for (int k = n - 1; k >= from; k--)
            power[k] -= power[k + 1];
}

/* The polynomial with coefficients c and the leading one at x. */
static struct root_quad evaluate(int n, const quad *c, quad leading, struct root_quad x)
{
    struct root_quad sum = {leading, 0};
    for (int k = n - 1; k >= 0; k--)
        sum = (struct root_quad){sum.re * x.re - sum.im * x.im + c[k],
                                 sum.re * x.im + sum.im * x.re};
    return sum;
}

/* On the unit circle the imaginary part of d(z) times the conjugate of n(z) is the sum
 * of s_m sin(m t), s_m = sum_k (d_{k+m} n_k - d_k n_{k+m}), that is sin(t) times the
 * sum of s_m U_{m-1}(cos t). Adds its coefficients, in powers of w = 1 - cos t, to
 * those in w. */
static void circle_polynomial(const struct mode *mode, quad *w)
{
    const int n = mode->rest.dim;
    quad d[LINEAR_STATE + 1], g[LINEAR_STATE + 1];
    quad last[LINEAR_STATE + 1] = {0}, u[LINEAR_STATE + 1] = {1};
    about_zero(n, mode->rest.c[0], 1, d);
    about_zero(n, mode->gain.c[0], 0, g);
    for (int m = 1; m <= n; m++) {
        quad s = 0;
        for (int k = 0; k + m <= n; k++)
            s += d[k + m] * g[k] - d[k] * g[k + m];
        for (int k = 0; k < m; k++)
            w[k] += s * u[k];
        /* U_m = 2 (1 - w) U_{m-1} - U_{m-2} */
        for (int k = m; k >= 0; k--) {
            const quad own = u[k];
            u[k] = 2 * (own - (k > 0 ? u[k - 1] : 0)) - last[k];
            last[k] = own;
        }
    }
}

/* The rate at which e^(it) is an eigenvalue, w = 1 - cos t. */
static double rate_on_circle(const struct mode *mode, quad w)
{
    const int about = w > 1;
    const struct root_quad x = {about == 0 ? -w : 2 - w, quad_sqrt(w * (2 - w))};
    const struct root_quad d = evaluate(mode->rest.dim, mode->rest.c[about], 1, x);
    const struct root_quad g = evaluate(mode->rest.dim, mode->gain.c[about], 0, x);
    return (double)(-(d.re * g.re + d.im * g.im) / (g.re * g.re + g.im * g.im));
}

/* The positive rates at which an eigenvalue may cross the unit circle, ascending. */
static int candidates_of(const struct mode *mode, double *candidate)
{
    quad w[LINEAR_STATE] = {0};
    struct root_quad root[ROOTS_MOST];
    double rate[CANDIDATES];
    int count = 0, kept = 0, degree = mode->rest.dim - 1;
    for (int about = 0; about < 2; about++)
        rate[count++] = (double)(-mode->rest.c[about][0] / mode->gain.c[about][0]);
    circle_polynomial(mode, w);
    while (degree > 0 && w[degree] == 0)
        degree--;
    for (int k = 0; k < degree; k++)
        w[k] /= w[degree];
    if (degree > 0 && roots_quad(degree, w, false, root, NULL))
        for (int i = 0; i < degree; i++)
            if (root[i].re > 0 && root[i].re < 2 &&
                quad_abs(root[i].im) <= 1e-8 * root[i].re)
                rate[count++] = rate_on_circle(mode, root[i].re);
    for (int k = 0; k < count; k++) {
        if (!(rate[k] > 0 && isfinite(rate[k])))
            continue;
        int at = kept++;
        for (; at > 0 && candidate[at - 1] > rate[k]; at--)
            candidate[at] = candidate[at - 1];
        candidate[at] = rate[k];
    }
    return kept;
}

static int append(struct stable_set *set, double from, double to, struct error *error)
{
    if (set->count > 0 && set->interval[set->count - 1].to == from) {
        set->interval[set->count - 1].to = to;
        return STATUS_OK;
    }
    if (set->count == STABLE_SET_MOST)
        return error_about(error, STATUS_SOFTWARE, "lr",
                           "the stable learning rates form more than %d intervals",
                           STABLE_SET_MOST);
    set->interval[set->count++] = (struct interval){from, to};
    return STATUS_OK;
}

static int find_stable(const struct mode *mode, double lr, bool *stable,
                       struct error *error)
{
    double margin = 0;
    const int status = mode_margin(mode, lr, &margin, error);
    *stable = margin > 0;
    return status;
}

static int set_between(const struct mode *mode, const double *candidate, int count,
                       struct stable_set *set, struct error *error)
{
    int status = STATUS_OK;
    bool stable;
    if (count == 0) {
        status = find_stable(mode, unit_rate(mode), &stable, error);
        return status == STATUS_OK && stable ? append(set, 0, INFINITY, error) : status;
    }
    for (int k = 0; status == STATUS_OK && k <= count; k++) {
        const double from = k == 0 ? 0 : candidate[k - 1];
        const double to = k == count ? INFINITY : candidate[k];
        const double inside = k == 0       ? to / 2
                              : k == count ? 2 * from
                                           : sqrt(from) * sqrt(to);
        /* Equal up to rounding: one crossing found twice. */
        if (to <= from * (1 + 1e-14)) {
            if (set->count > 0 && set->interval[set->count - 1].to == from)
                set->interval[set->count - 1].to = to;
            continue;
        }
        status = find_stable(mode, inside, &stable, error);
        if (status == STATUS_OK && stable)
            status = append(set, from, to, error);
    }
    return status;
}

/* Where stability changes between two rates; `stable` is whether a is. */
static int bisect(const struct mode *mode, double a, double b, bool stable,
                  double *edge, struct error *error)
{
    int status = STATUS_OK;
    while (status == STATUS_OK && b - a > 1e-15 * b) {
        const double middle = a + (b - a) / 2;
        bool own;
        if (middle <= a || middle >= b)
            break;
        status = find_stable(mode, middle, &own, error);
        if (own == stable)
            a = middle;
        else
            b = middle;
    }
    *edge = a + (b - a) / 2;
    return status;
}

static int set_by_scan(const struct mode *mode, struct stable_set *set,
                       struct error *error)
{
    enum { REACH = 100, STEPS = 8 }; /* octaves to each side, steps an octave */
    const double unit = unit_rate(mode);
    double last = unit * exp2(-REACH), from = 0;
    bool stable, own;
    int status = find_stable(mode, last, &stable, error);
    for (int k = 1; status == STATUS_OK && k <= 2 * REACH * STEPS; k++) {
        const double next = unit * exp2((double)k / STEPS - REACH);
        status = find_stable(mode, next, &own, error);
        if (status == STATUS_OK && own != stable) {
            double edge;
            status = bisect(mode, last, next, stable, &edge, error);
            if (status == STATUS_OK && stable)
                status = append(set, from, edge, error);
            from = edge;
            stable = !stable;
        }
        last = next;
    }
    return status == STATUS_OK && stable ? append(set, from, INFINITY, error) : status;
}

int stable_set_of(const struct mode *mode, struct stable_set *set, struct error *error)
{
    double candidate[CANDIDATES];
    set->count = 0;
    if (!mode->linear)
        return set_by_scan(mode, set, error);
    const int count = candidates_of(mode, candidate);
    return set_between(mode, candidate, count, set, error);
}

int stable_set_intersect(struct stable_set *set, const struct stable_set *other,
                         struct error *error)
{
    struct stable_set both = {0};
    int status = STATUS_OK;
    size_t i = 0, j = 0;
    while (status == STATUS_OK && i < set->count && j < other->count) {
        const struct interval a = set->interval[i], b = other->interval[j];
        const double from = fmax(a.from, b.from), to = fmin(a.to, b.to);
        if (from < to)
            status = append(&both, from, to, error);
        if (a.to < b.to)
            i++;
        else
            j++;
    }
    if (status == STATUS_OK)
        *set = both;
    return status;
}

struct interval stable_set_around(const struct stable_set *set, double lr)
{
    struct interval around = {0, 0};
    if (set->count > 0)
        around = set->interval[0];
    for (size_t k = 0; k < set->count && set->interval[k].from < lr; k++)
        around = set->interval[k];
    return around;
}
