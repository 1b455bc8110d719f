/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control.h"

#include "base/roots.h"
#include "rules/poles.h"

#include <math.h>
#include <string.h>

/* --- filters ---------------------------------------------------------------------- */

static void add_real(struct filters *filters, double re)
{
    const int before = filters->states;
    if (before > 0 && filters->re[before - 1] == re &&
        !(filters->pair && before == 2)) /* a double root */
        return;
    filters->re[filters->states++] = re;
}

/* Takes poles as they come, as long as there is room for their states. */
static void add_poles(struct filters *filters, const struct pole *pole, int count,
                      int room)
{
    for (int k = 0; k < count; k++) {
        const int size = pole[k].im > 0 ? 2 : 1;
        if (size > room || (size == 2 && filters->pair))
            break;
        room -= size;
        if (size == 2) {
            /* The pair's two states come first. */
            memmove(filters->re + 2, filters->re,
                    sizeof(double) * (CONTROL_STATES - 2));
            filters->re[0] = filters->re[1] = pole[k].re;
            filters->im = pole[k].im;
            filters->pair = 1;
            filters->states += 2;
        } else {
            add_real(filters, pole[k].re);
        }
    }
}

int filters_of(const struct linear_system *system, struct filters *filters,
               struct error *error)
{
    struct pole pole[LINEAR_STATE];
    int count;
    memset(filters, 0, sizeof *filters);
    const int status = poles_of(system, pole, &count, error);
    if (status != STATUS_OK)
        return status;
    if (system->samples > 1) {
        /* The slowest pole alone, once for each sample. */
        const bool one = count > 0 && pole[0].im == 0;
        filters->states =
            one && system->samples <= CONTROL_STATES ? system->samples : 0;
        for (int s = 0; s < filters->states; s++)
            filters->re[s] = pole[0].re;
        return STATUS_OK;
    }
    add_poles(filters, pole, count, CONTROL_STATES);
    return STATUS_OK;
}

int filters_of_companion(const struct linear_system *system, struct filters *filters,
                         struct error *error)
{
    struct pole pole[LINEAR_STATE];
    double margin = 0;
    int count = 0, status = STATUS_OK;
    memset(filters, 0, sizeof *filters);
    if (system->dim > 0)
        status = linear_system_margin(system, &margin, error);
    if (status != STATUS_OK || !(margin > 0))
        return status;
    status = poles_of(system, pole, &count, error);
    if (status != STATUS_OK)
        return status;
    add_poles(filters, pole, count, CONTROL_STATES - 1);
    if (filters->states > 0)
        filters->re[filters->states++] = 0;
    return STATUS_OK;
}

int filters_products(const struct filters *filters)
{
    return filters->states * (filters->states + 1) / 2;
}

/* --- expectations ----------------------------------------------------------------- */

static struct root_quad times(struct root_quad a, struct root_quad b)
{
    return (struct root_quad){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static struct root_quad over(struct root_quad a, struct root_quad b)
{
    const quad square = b.re * b.re + b.im * b.im;
    return (struct root_quad){(a.re * b.re + a.im * b.im) / square,
                              (a.im * b.re - a.re * b.im) / square};
}

static struct root_quad power(struct root_quad x, uint64_t exponent)
{
    struct root_quad result = {1, 0};
    for (; exponent > 0; exponent >>= 1, x = times(x, x))
        if (exponent & 1)
            result = times(result, x);
    return result;
}

static struct root_quad minus(struct root_quad a, struct root_quad b)
{
    return (struct root_quad){a.re - b.re, a.im - b.im};
}

/* p (1 - p^count)/(1 - p), the sum of p^k over k = 1 .. count. */
static struct root_quad geometric(struct root_quad p, uint64_t count)
{
    const struct root_quad one = {1, 0};
    return over(times(p, minus(one, power(p, count))), minus(one, p));
}

/* The average over t = burn_in + 1 .. steps of (1 - p^t)/(1 - p). */
static struct root_quad average(struct root_quad p, uint64_t burn_in, uint64_t steps)
{
    const quad count = (quad)(steps - burn_in);
    const struct root_quad one = {1, 0}, rest = minus(one, p);
    const struct root_quad sum =
        times(power(p, burn_in), geometric(p, steps - burn_in));
    const struct root_quad total = {count - sum.re, -sum.im};
    return over(total, (struct root_quad){rest.re * count, rest.im * count});
}

/* The expectation of the product of the sums of y and y' over those steps, divided by
 * their number, p and q being their poles. The sum of y is y at the beginning times
 * p + p^2 + .., plus each later number times (1 - p^k)/(1 - p), k steps being left. */
static struct root_quad sums(struct root_quad p, struct root_quad q, uint64_t burn_in,
                             uint64_t steps)
{
    const uint64_t count = steps - burn_in;
    const struct root_quad one = {1, 0}, both = times(p, q);
    const struct root_quad of_p = geometric(p, count), of_q = geometric(q, count);
    const struct root_quad before =
        over(minus(one, power(both, burn_in)), minus(one, both));
    const struct root_quad all = geometric(both, count);
    const struct root_quad later = {(quad)count - of_p.re - of_q.re + all.re,
                                    -of_p.im - of_q.im + all.im};
    const struct root_quad from_start = times(times(of_p, of_q), before);
    const struct root_quad from_later =
        over(later, times(minus(one, p), minus(one, q)));
    return (struct root_quad){(from_start.re + from_later.re) / (quad)count,
                              (from_start.im + from_later.im) / (quad)count};
}

/* The expectation that belongs to poles p and q. */
typedef struct root_quad (*expectation)(struct root_quad p, struct root_quad q,
                                        uint64_t burn_in, uint64_t steps);

static struct root_quad averages(struct root_quad p, struct root_quad q,
                                 uint64_t burn_in, uint64_t steps)
{
    return average(times(p, q), burn_in, steps);
}

/* The expectation that belongs to state r of i and state s of j, which read the same
 * noise. State s is the real part of turn[s] y of its filter. */
static quad product_mean(expectation expected, const struct filters *i, int r,
                         const struct filters *j, int s, uint64_t burn_in,
                         uint64_t steps)
{
    const bool pair_r = i->pair && r < 2, pair_s = j->pair && s < 2;
    const struct root_quad p = {i->re[r], pair_r ? i->im : 0};
    const struct root_quad q = {j->re[s], pair_s ? j->im : 0};
    const struct root_quad q_bar = {q.re, -q.im};
    /* Re(a y) Re(b y') = Re(a b y y' + a b* y y'*)/2, a and b being 1 or -i. */
    const bool v_r = i->pair && r == 1, v_s = j->pair && s == 1;
    const struct root_quad with = expected(p, q, burn_in, steps);
    const struct root_quad beside = expected(p, q_bar, burn_in, steps);
    quad sum = with.re + beside.re;
    if (v_r && v_s)
        sum = beside.re - with.re;
    else if (v_r)
        sum = with.im + beside.im;
    else if (v_s)
        sum = with.im - beside.im;
    return sum / 2;
}

static void products_mean(const struct filters *filters, expectation expected,
                          int samples, uint64_t burn_in, uint64_t steps, double *mean)
{
    for (int s = 0, product = 0; s < filters->states; s++)
        for (int r = 0; r <= s; r++, product++)
            mean[product] = samples > 1 && r != s
                                ? 0
                                : (double)product_mean(expected, filters, r, filters, s,
                                                       burn_in, steps);
}

void filters_pair_mean(const struct filters *i, const struct filters *j, int samples,
                       double noise, uint64_t burn_in, uint64_t steps, double *mean)
{
    for (int r = 0; r < i->states; r++)
        for (int s = 0; s < j->states; s++)
            mean[r * j->states + s] =
                samples > 1 && r != s
                    ? 0
                    : (double)(noise *
                               product_mean(averages, i, r, j, s, burn_in, steps));
}

void filters_mean(const struct filters *filters, int samples, uint64_t burn_in,
                  uint64_t steps, double *mean)
{
    products_mean(filters, averages, samples, burn_in, steps, mean);
}

void filters_sums_mean(const struct filters *filters, int samples, uint64_t burn_in,
                       uint64_t steps, double *mean)
{
    products_mean(filters, sums, samples, burn_in, steps, mean);
}

/* The sum is one of quads, because terms of filters with poles near each other are
 * large and of both signs. */
double filters_variance(const struct filters *filters, int samples, uint64_t steps,
                        const double *coefficient)
{
    quad sum = 0;
    for (int s = 0; s < filters->states; s++)
        for (int r = 0; r <= s; r++) {
            if (samples > 1 && r != s)
                continue;
            const quad both = (quad)coefficient[r] * coefficient[s];
            sum += (r == s ? 1 : 2) * both *
                   product_mean(averages, filters, r, filters, s, steps - 1, steps);
        }
    return (double)sum;
}

/* --- coefficients ----------------------------------------------------------------- */

void control_fit_add(struct control_fit *fit, int products, const double *average_of,
                     double square)
{
    double before[CONTROL_FITTED + 1];
    fit->count++;
    for (int i = 0; i <= CONTROL_FITTED; i++) {
        const double x = i == CONTROL_FITTED ? square
                         : i < products      ? average_of[i]
                                             : 0;
        before[i] = x - fit->mean[i];
        fit->mean[i] += before[i] / (double)fit->count;
        for (int j = 0; j <= i; j++)
            fit->product[i][j] += before[j] * (x - fit->mean[i]);
    }
}

/* The normal equations, of products scaled to variance 1, by Gaussian elimination of
 * the symmetric matrix; the pivot is the largest that is left. */
void control_fit_products(const struct control_fit *fit, int products,
                          double *coefficient, double *residual)
{
    static const double least_pivot = 1e-11, rounding = 1e-13;
    enum { SIZE = CONTROL_FITTED + 1 };
    quad m[SIZE][SIZE] = {{0}}, scale[SIZE], x[SIZE] = {0};
    int order[SIZE] = {0}, rank = 0;
    bool used[SIZE] = {false};
    const double total = fit->product[CONTROL_FITTED][CONTROL_FITTED];
    for (int i = 0; i < products; i++)
        coefficient[i] = 0;
    /* Number `products` is theta^2. */
    for (int i = 0; i <= products; i++) {
        const int at = i < products ? i : CONTROL_FITTED;
        scale[i] = quad_sqrt(fit->product[at][at]);
        for (int j = 0; j <= i; j++) {
            const double both = fit->product[at][j < products ? j : CONTROL_FITTED];
            m[i][j] = m[j][i] =
                scale[i] > 0 && scale[j] > 0 ? both / (scale[i] * scale[j]) : 0;
        }
    }
    for (; rank < products; rank++) {
        int pivot = -1;
        for (int i = 0; i < products; i++)
            if (!used[i] && m[i][i] > least_pivot &&
                (pivot < 0 || m[i][i] > m[pivot][pivot]))
                pivot = i;
        if (pivot < 0)
            break;
        used[pivot] = true;
        order[rank] = pivot;
        for (int i = 0; i <= products; i++) {
            if (used[i])
                continue;
            const quad factor = m[i][pivot] / m[pivot][pivot];
            for (int j = 0; j <= products; j++)
                if (!used[j])
                    m[i][j] -= factor * m[pivot][j];
        }
    }
    for (int k = rank - 1; k >= 0; k--) {
        const int i = order[k];
        quad right = m[i][products];
        for (int l = k + 1; l < rank; l++)
            right -= m[i][order[l]] * x[order[l]];
        x[i] = right / m[i][i];
        coefficient[i] = (double)(x[i] * scale[products] / scale[i]);
    }
    const double left = fmax((double)m[products][products], rounding);
    *residual = total * left / (double)((int64_t)fit->count - 1 - rank);
}

void control_fit_solve(const struct control_fit *fit, struct control *control,
                       double *residual)
{
    memset(control->coefficient, 0, sizeof control->coefficient);
    control_fit_products(fit, filters_products(&control->filters), control->coefficient,
                         residual);
}

void control_fit_mean(const struct comoments *fit, struct control *control,
                      double *residual)
{
    struct control_fit all = {.count = fit->count};
    const int states = control->filters.states;
    for (int i = 0; i <= states; i++)
        for (int j = 0; j <= i; j++)
            all.product[i < states ? i : CONTROL_FITTED]
                       [j < states ? j : CONTROL_FITTED] = fit->products[i][j];
    memset(control->of_mean, 0, sizeof control->of_mean);
    control_fit_products(&all, states, control->of_mean, residual);
}
