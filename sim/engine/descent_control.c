/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/descent_control.h"

#include "base/interrupt.h"
#include "engine/kernels.h"
#include "engine/units.h"

#include <stdlib.h>
#include <string.h>

enum {
    LANES = RULE_LANES,
    MOST_COORDINATES = 1 << 14,
    MOST_FITS = 1 << 16,
};

/* --- filters ---------------------------------------------------------------------- */

static size_t group_count(const struct loss *loss)
{
    size_t count = 1;
    for (size_t i = 1; i < loss->n; i++)
        count += loss->data[i] != loss->data[i - 1];
    return count;
}

bool descent_control_may(const struct descent *descent, size_t points)
{
    const struct loss *loss = descent->loss;
    return loss->kind->quadratic && rule_has_law(descent->rule) && descent->sigma > 0 &&
           points > 0 && loss->n <= MOST_COORDINATES &&
           points <= MOST_FITS / group_count(loss);
}

static int allocate(struct descent_control *control, struct error *error)
{
    const size_t groups = control->groups, points = control->points;
    control->step = malloc(points * sizeof *control->step);
    control->first = calloc(groups + 1, sizeof *control->first);
    control->filters = calloc(groups, sizeof *control->filters);
    control->fit = calloc(points * groups, sizeof *control->fit);
    control->forecast = calloc(points, sizeof *control->forecast);
    if (control->step && control->first && control->filters && control->fit &&
        control->forecast)
        return STATUS_OK;
    return error_memory(error, "the control variates");
}

static int set_filters(const struct rule *rule, double h, struct filters *filters,
                       struct error *error)
{
    struct linear_system system;
    double margin = 0;
    linear_system_probe(rule, h, &system);
    const int status = linear_system_margin(&system, &margin, error);
    if (status != STATUS_OK || !(margin > 0))
        return status;
    return filters_of(&system, filters, error);
}

int descent_control_init(struct descent_control *control, const struct descent *descent,
                         const uint64_t *step, size_t points, bool *any,
                         struct error *error)
{
    const struct loss *loss = descent->loss;
    size_t group = 0;
    *control = (struct descent_control){.points = points, .groups = group_count(loss)};
    *any = false;
    int status = allocate(control, error);
    if (status != STATUS_OK)
        return status;
    memcpy(control->step, step, points * sizeof *step);
    for (size_t i = 0; i < loss->n; i++)
        if (i == 0 || loss->data[i] != loss->data[i - 1])
            control->first[group++] = i;
    control->first[group] = loss->n;
    for (size_t g = 0; status == STATUS_OK && g < control->groups; g++) {
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = set_filters(descent->rule, loss->data[control->first[g]],
                                 &control->filters[g], error);
        *any = *any || control->filters[g].states > 0;
    }
    return status;
}

void descent_control_free(struct descent_control *control)
{
    free(control->step);
    free(control->first);
    free(control->filters);
    free(control->fit);
    free(control->forecast);
    *control = (struct descent_control){0};
}

uint64_t descent_control_hash(const struct descent_control *control)
{
    const size_t fits = control->points * control->groups;
    uint64_t hash = random_hash("descent control", NULL, 0);
    hash = random_hash_bytes(hash, control->step, control->points * sizeof(uint64_t));
    hash = random_hash_bytes(hash, control->filters,
                             control->groups * sizeof *control->filters);
    return random_hash_bytes(hash, control->fit, fits * sizeof *control->fit);
}

int descent_control_start(const struct descent_control *control,
                          struct control_lanes **lanes, struct error *error)
{
    const size_t n = control->first[control->groups];
    *lanes = aligned_alloc(_Alignof(struct control_lanes), n * sizeof **lanes);
    if (!*lanes)
        return error_memory(error, "the filters of chains");
    memset(*lanes, 0, n * sizeof **lanes);
    for (size_t g = 0; g < control->groups; g++)
        for (size_t i = control->first[g]; i < control->first[g + 1]; i++) {
            const struct filters *filters = &control->filters[g];
            struct control_lanes *own = &(*lanes)[i];
            own->states = filters->states;
            own->pair = filters->pair;
            for (int lane = 0; lane < LANES; lane++) {
                for (int s = 0; s < filters->states; s++)
                    own->re[s][lane] = filters->re[s];
                own->im[lane] = filters->im;
                own->single[lane] = filters->pair ? 0 : 1;
            }
        }
    return STATUS_OK;
}

void descent_control_advance(const struct descent *descent,
                             const struct kernels *kernels, size_t steps,
                             const double *normal, struct control_lanes *lanes)
{
    const size_t n = descent->loss->n, row = n * LANES;
    const size_t samples = (size_t)descent->rule->kind->samples;
    for (size_t i = 0; i < n; i++)
        if (lanes[i].states > 0)
            kernels->control_advance(steps, samples * row, samples > 1 ? row : 0,
                                     normal + i * LANES, &lanes[i], NULL);
}

/* --- moments ---------------------------------------------------------------------- */

/* What theta_i^2 counts for in a quantity. */
static double weight_of(double h, int quantity)
{
    return quantity == DESCENT_SQUARE ? h * h : h / 2;
}

/* theta^2 - q^2 + E q^2 of 64 lanes. */
static void controlled_squares(const struct descent_fit *fit, const double *theta,
                               const struct control_lanes *lanes, double *square)
{
    double q[LANES];
    for (int lane = 0; lane < LANES; lane++)
        q[lane] = fit->constant;
    for (int s = 0; s < lanes->states; s++)
        for (int lane = 0; lane < LANES; lane++)
            q[lane] += fit->coefficient[s] * lanes->state[s][lane];
    for (int lane = 0; lane < LANES; lane++)
        square[lane] = (theta[lane] - q[lane]) * (theta[lane] + q[lane]) + fit->square;
}

void descent_control_moments(const struct descent *descent,
                             const struct descent_block *block, int count,
                             struct moments moments[DESCENT_QUANTITIES])
{
    const struct descent_control *control = descent->control;
    const struct descent_fit *fits = control->fit + block->point * control->groups;
    double sum[DESCENT_QUANTITIES][LANES] = {{0}}, square[LANES];
    for (size_t g = 0; g < control->groups; g++)
        for (size_t i = control->first[g]; i < control->first[g + 1]; i++) {
            controlled_squares(&fits[g], block->theta + i * LANES, &block->lanes[i],
                               square);
            for (int q = 0; q < DESCENT_QUANTITIES; q++) {
                const double weight = weight_of(descent->loss->data[i], q);
                for (int lane = 0; lane < LANES; lane++)
                    sum[q][lane] += weight * square[lane];
            }
        }
    for (int q = 0; q < DESCENT_QUANTITIES; q++) {
        moments[q] = (struct moments){0};
        for (int lane = 0; lane < count; lane++)
            moments_add(&moments[q], sum[q][lane]);
    }
}

/* --- the pilot -------------------------------------------------------------------- */

/* The states of a group's filters, then theta, over chains and coordinates. */
_Static_assert((int)CONTROL_STATES < (int)COMOMENTS_MAX,
               "theta has no place behind the states");
_Static_assert(sizeof(struct comoments) % sizeof(double) == 0, "it fits no scratch");

struct pilot {
    const struct descent *descent;
    struct comoments *law; /* [point * groups + group] */
};

struct view {
    const struct descent_control *control;
    struct comoments *law;
};

static void observe_law(void *context, uint64_t t, const struct descent_block *block)
{
    const struct view *view = context;
    const struct descent_control *control = view->control;
    (void)t;
    if (block->point == DESCENT_BETWEEN)
        return;
    for (size_t g = 0; g < control->groups; g++) {
        const int states = control->filters[g].states;
        struct comoments *law = &view->law[block->point * control->groups + g];
        for (size_t i = control->first[g]; i < control->first[g + 1]; i++)
            for (int lane = 0; lane < LANES; lane++) {
                double x[COMOMENTS_MAX];
                for (int s = 0; s < states; s++)
                    x[s] = block->lanes[i].state[s][lane];
                x[states] = block->theta[i * LANES + (size_t)lane];
                comoments_add(law, states + 1, x);
            }
    }
}

static size_t laws_size(const struct descent_control *control)
{
    return control->points * control->groups * sizeof(struct comoments);
}

static int pilot_run(void *context, int thread, uint64_t unit, double *scratch,
                     struct error *error)
{
    const struct pilot *pilot = context;
    const struct descent_control *control = pilot->descent->control;
    struct view view = {control, calloc(1, laws_size(control))};
    (void)thread;
    if (!view.law)
        return error_memory(error, "the pilot");
    const int status =
        descent_unit(pilot->descent, unit, control->step[control->points - 1],
                     observe_law, &view, error);
    memcpy(scratch, view.law, laws_size(control));
    free(view.law);
    return status;
}

static void pilot_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct pilot *pilot = context;
    (void)unit;
    memcpy(pilot->law, scratch, laws_size(pilot->descent->control));
}

/* The regression of theta on the filters. Sets *left to the variance that it leaves of
 * theta over chains to which it was not fitted. Where a number is beyond the range of
 * numbers, q is 0. */
static void fit_law(const struct comoments *law, const struct filters *filters,
                    int samples, uint64_t step, struct descent_fit *fit, double *left)
{
    const int states = filters->states;
    struct control_fit all = {.count = law->count};
    for (int r = 0; r <= states; r++)
        for (int s = 0; s <= r; s++)
            all.product[r < states ? r : CONTROL_FITTED]
                       [s < states ? s : CONTROL_FITTED] = law->products[r][s];
    *fit = (struct descent_fit){.constant = law->mean[states]};
    control_fit_products(&all, states, fit->coefficient, left);
    *left *= 1 + (states + 1) / (double)law->count;
    for (int s = 0; s < states; s++)
        fit->constant -= fit->coefficient[s] * law->mean[s];
    fit->square = fit->constant * fit->constant +
                  filters_variance(filters, samples, step, fit->coefficient);
    if (isfinite(fit->square) && isfinite(*left))
        return;
    *fit = (struct descent_fit){0};
    *left = law->products[states][states] / ((double)law->count - 1);
}

/* Adds what a group adds to the forecast. If x is normal with mean m and variance v,
 * x^2 has the variance 4 m^2 v + 2 v^2. With control variates it is that of
 * 2 q e + e^2, where e = theta - q has the variance `left` and is independent of q. */
static void add_forecast(double h, double count, const struct comoments *law,
                         int states, double left, struct descent_forecast *forecast)
{
    const double m = law->mean[states];
    const double v = law->products[states][states] / ((double)law->count - 1);
    const double square = m * m + v;
    for (int q = 0; q < DESCENT_QUANTITIES; q++) {
        const double weight = weight_of(h, q), twice = count * weight * weight;
        forecast->mean[q] += count * weight * square;
        forecast->plain[q] += twice * (4 * m * m * v + 2 * v * v);
        forecast->controlled[q] += twice * (4 * square * left + 2 * left * left);
    }
}

static void fit_point(struct descent_control *control, const struct descent *descent,
                      size_t point, const struct comoments *laws)
{
    const int samples = descent->rule->kind->samples;
    control->forecast[point] = (struct descent_forecast){{0}, {0}, {0}};
    for (size_t g = 0; g < control->groups; g++) {
        const size_t at = point * control->groups + g;
        const size_t first = control->first[g];
        double left;
        fit_law(&laws[at], &control->filters[g], samples, control->step[point],
                &control->fit[at], &left);
        add_forecast(descent->loss->data[first],
                     (double)(control->first[g + 1] - first), &laws[at],
                     control->filters[g].states, left, &control->forecast[point]);
    }
}

int descent_control_fit(struct descent_control *control, const struct descent *descent,
                        bool *cut, struct error *error)
{
    struct descent own = *descent;
    struct session clock = session_clock(descent->session);
    struct pilot pilot = {&own, NULL};
    const struct session_block blocks[] = {SESSION_END};
    *cut = session_is_over(descent->session);
    if (*cut)
        return STATUS_OK;
    own.pilot = true;
    own.control = control;
    pilot.law = malloc(laws_size(control));
    if (!pilot.law)
        return error_memory(error, "the pilot");
    const struct units units = {
        .count = 1,
        .scratch_size = laws_size(control) / sizeof(double),
        .threads = 1,
        .identity =
            descent_identity(&own, DESCENT_PILOT, control->step[control->points - 1]),
        .session = &clock,
        .blocks = blocks,
        .context = &pilot,
        .run = pilot_run,
        .merge = pilot_merge,
    };
    int status = units_run(&units, error);
    *cut = session_was_cut(&clock);
    for (size_t k = 0; status == STATUS_OK && !*cut && k < control->points; k++) {
        status = interrupt_check(error);
        fit_point(control, descent, k, pilot.law);
    }
    free(pilot.law);
    return status;
}
