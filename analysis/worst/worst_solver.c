/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_solver.h"

#include "base/interrupt.h"
#include "worst/worst_program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ITERATIONS = 150,
    PATIENCE = 12, /* iterations to halve the gap in */
    REFINEMENTS = 6,
    HALVINGS = 40, /* of an interval that holds the longest step */
    MATRICES = 3,  /* of the size of Z, to work with */
};

/* The last point with a larger gap counts as far inside. */
static const double inner_gap = 1e-4;

static const wide most_of_a_step = 0.97L, shortest_step = 1e-7L;

/* The steps of the unknowns. */
struct direction {
    wide *y, *x, *z; /* variables; both of followers and variables */
    wide *xx, *zz;   /* size x size */
};

/* Z and z, and their multipliers X and x, of followers and then of y >= 0. */
struct worst_solver {
    struct worst_program program;
    size_t n, m, cones; /* the program's size, variables, followers + variables */
    int iterations;
    wide halved;  /* X . Z + x . z when it was last halved */
    int patience; /* iterations left to halve it in */
    wide *y, *x, *z, *xx, *zz;
    wide *inner_y, *inner_x, *inner_xx; /* at a time far inside */
    bool has_inner;
    bool is_obeyed;        /* the equalities are met */
    wide *inverse;         /* of Z */
    wide *apart_z, *apart; /* by which z and Z miss what y gives */
    wide *products[2];     /* of the symbols: with X, with the inverse of Z */
    wide *symbols;         /* symbols x (symbols + size), to work with */
    wide *system;          /* m x m: the factor in the lower half, the system above */
    wide *diagonal, *right, *left; /* m: of the system; its sides and what is left */
    wide *cone_work;
    wide *work[MATRICES];
    struct direction ahead, step;
};

/* Z and z from y, with or without the constants. */
static void slack_of(struct worst_solver *own, const wide *y, bool constant, wide *zz,
                     wide *z)
{
    worst_program_slack(&own->program, y, constant, own->symbols, zz, z);
    memcpy(z + own->program.followers, y, own->m * sizeof *z);
}

/* Sets products to those of the symbols with a matrix. */
static void set_products(struct worst_solver *own, const wide *matrix, wide *products)
{
    worst_linear_congruence(own->program.symbol, matrix, own->program.symbols, own->n,
                            own->symbols, products);
}

/* A_i . B + a_i . x, for the symbols' products with B. */
static wide product(const struct worst_solver *own, size_t i, const wide *products,
                    const wide *x)
{
    const size_t f = own->program.followers;
    return worst_program_apply(&own->program, i + 1, products) +
           worst_linear_dot(own->program.follow + (i + 1) * f, x, f) + x[f + i];
}

/* The Schur complement: A_i . (X A_j Z^-1) + sum_l a_il a_jl x_l/z_l. take_up has set
 * the products with X. */
static void set_system(struct worst_solver *own)
{
    const size_t m = own->m, f = own->program.followers;
    set_products(own, own->inverse, own->products[1]);
    for (size_t j = 0; j < m; j++) {
        const wide *follow = own->program.follow + (j + 1) * f;
        for (size_t p = 0; p < f; p++)
            own->cone_work[p] = follow[p] * own->x[p] / own->z[p];
        for (size_t i = j; i < m; i++)
            own->system[i * m + j] = own->system[j * m + i] =
                worst_program_cross(&own->program, i + 1, j + 1, own->products[0],
                                    own->products[1]) +
                worst_linear_dot(own->program.follow + (i + 1) * f, own->cone_work, f);
        own->system[j * m + j] += own->x[f + j] / own->z[f + j];
        own->diagonal[j] = own->system[j * m + j];
    }
    worst_linear_factor(own->system, m, true);
}

/* Sets y to the solution of the system, refined. */
static void solve_system(struct worst_solver *own, wide *y)
{
    const size_t m = own->m;
    wide before = INFINITY;
    for (size_t i = 0; i < m; i++)
        y[i] = 0;
    memcpy(own->left, own->right, m * sizeof *own->left);
    for (int k = 0; k < REFINEMENTS; k++) {
        worst_linear_solve(own->system, m, own->left);
        for (size_t i = 0; i < m; i++)
            y[i] += own->left[i];
        wide most = 0;
        for (size_t i = 0; i < m; i++) {
            wide sum =
                own->diagonal[i] * y[i] +
                worst_linear_dot(own->system + i * m + i + 1, y + i + 1, m - i - 1);
            for (size_t j = 0; j < i; j++)
                sum += own->system[j * m + i] * y[j];
            own->left[i] = own->right[i] - sum;
            most = fmaxl(most, fabsl(own->left[i]));
        }
        if (!(most < before / 2))
            break;
        before = most;
    }
}

/* What remains of X Z = mu I, divided by Z: (-mu + X change + the step ahead's product)
 * Z^-1 for a change of Z, and likewise of x z. */
static void remain(struct worst_solver *own, wide mu, bool corrected,
                   const wide *change, const wide *change_z, wide *out, wide *out_x)
{
    const size_t n = own->n;
    worst_linear_multiply(own->xx, change, n, own->work[0]);
    if (corrected) {
        worst_linear_multiply(own->ahead.xx, own->ahead.zz, n, own->work[1]);
        for (size_t k = 0; k < n * n; k++)
            own->work[0][k] += own->work[1][k];
    }
    for (size_t i = 0; i < n; i++)
        own->work[0][i * n + i] -= mu;
    worst_linear_multiply(own->work[0], own->inverse, n, own->work[1]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            out[i * n + j] = (own->work[1][i * n + j] + own->work[1][j * n + i]) / 2;
    for (size_t l = 0; l < own->cones; l++)
        out_x[l] = (-mu + own->x[l] * change_z[l] +
                    (corrected ? own->ahead.x[l] * own->ahead.z[l] : 0)) /
                   own->z[l];
}

/* The step to a point with products mu; `corrected` by the step ahead. */
static void set_direction(struct worst_solver *own, wide mu, bool corrected,
                          struct direction *to)
{
    const size_t n = own->n;
    remain(own, mu, corrected, own->apart, own->apart_z, own->work[2], own->cone_work);
    set_products(own, own->work[2], own->products[1]);
    for (size_t i = 0; i < own->m; i++)
        own->right[i] = -own->program.objective[i] -
                        product(own, i, own->products[1], own->cone_work);
    solve_system(own, to->y);
    wide *const zz = own->step.zz, *const z = own->step.z;
    slack_of(own, to->y, false, zz, z);
    for (size_t k = 0; k < n * n; k++)
        zz[k] += own->apart[k];
    for (size_t l = 0; l < own->cones; l++)
        z[l] += own->apart_z[l];
    remain(own, mu, corrected, zz, z, own->work[2], own->cone_work);
    for (size_t l = 0; l < own->cones; l++) {
        to->x[l] = -own->x[l] - own->cone_work[l];
        to->z[l] = z[l];
    }
    for (size_t k = 0; k < n * n; k++)
        to->xx[k] = -own->xx[k] - own->work[2][k];
    memmove(to->zz, zz, n * n * sizeof *zz);
}

/* The longest part of a step, at most 1, that stays inside. */
static wide longest(const struct worst_solver *own, const wide *matrix, const wide *by,
                    const wide *x, const wide *dx)
{
    wide least = 0, most = 1 / most_of_a_step;
    for (size_t l = 0; l < own->cones; l++)
        if (dx[l] < 0)
            most = fminl(most, -x[l] / dx[l]);
    if (!worst_linear_is_inside(matrix, by, most, own->n, own->work[0])) {
        for (int k = 0; k < HALVINGS && most - least > 0.003L * most; k++) {
            const wide middle = (least + most) / 2;
            if (worst_linear_is_inside(matrix, by, middle, own->n, own->work[0]))
                least = middle;
            else
                most = middle;
        }
        most = least;
    }
    return fminl(1, most_of_a_step * most);
}

/* <X + a dX, Z + b dZ>, and the same of x and z. */
static wide complementarity(const struct worst_solver *own, const struct direction *by,
                            wide a, wide b)
{
    wide sum = 0;
    for (size_t k = 0; k < own->n * own->n; k++)
        sum += (own->xx[k] + a * by->xx[k]) * (own->zz[k] + b * by->zz[k]);
    for (size_t l = 0; l < own->cones; l++)
        sum += (own->x[l] + a * by->x[l]) * (own->z[l] + b * by->z[l]);
    return sum;
}

static void move(struct worst_solver *own, wide a, wide b)
{
    const struct direction *step = &own->step;
    for (size_t k = 0; k < own->n * own->n; k++) {
        own->xx[k] += a * step->xx[k];
        own->zz[k] += b * step->zz[k];
    }
    for (size_t l = 0; l < own->cones; l++) {
        own->x[l] += a * step->x[l];
        own->z[l] += b * step->z[l];
    }
    for (size_t i = 0; i < own->m; i++)
        own->y[i] += b * step->y[i];
}

/* Z, z and the multipliers x of y >= 0 take up what rounding and short steps make them
 * miss of the equalities, where they are large enough for it. Returns what is still
 * missed, at most, relative to the largest unknown. */
static wide take_up(struct worst_solver *own)
{
    const size_t n = own->n, f = own->program.followers;
    wide most = 0, largest = 1;
    slack_of(own, own->y, true, own->apart, own->apart_z);
    for (size_t k = 0; k < n * n; k++)
        own->apart[k] -= own->zz[k];
    const wide whole = worst_linear_is_inside(own->zz, own->apart, 2, n, own->work[0]);
    for (size_t k = 0; k < n * n; k++) {
        own->zz[k] += whole * own->apart[k];
        own->apart[k] -= whole * own->apart[k];
        most = fmaxl(most, fabsl(own->apart[k]));
    }
    for (size_t l = 0; l < own->cones; l++) {
        own->apart_z[l] -= own->z[l];
        if (own->apart_z[l] > -own->z[l] / 2) {
            own->z[l] += own->apart_z[l];
            own->apart_z[l] = 0;
        }
        most = fmaxl(most, fabsl(own->apart_z[l]));
        largest = fmaxl(largest, fmaxl(own->x[l], own->z[l]));
    }
    set_products(own, own->xx, own->products[0]);
    for (size_t i = 0; i < own->m; i++) {
        wide *x = &own->x[f + i];
        const wide missed =
            own->program.objective[i] - product(own, i, own->products[0], own->x);
        if (missed > -*x / 2)
            *x += missed;
        else
            most = fmaxl(most, fabsl(missed));
    }
    for (size_t k = 0; k < n; k++)
        largest = fmaxl(largest, fmaxl(own->xx[k * n + k], own->zz[k * n + k]));
    own->is_obeyed = most == 0;
    return most / largest;
}

/* The inverse of Z; false if Z is not positive definite. */
static bool invert(struct worst_solver *own)
{
    const size_t n = own->n;
    memcpy(own->work[0], own->zz, n * n * sizeof *own->zz);
    if (!worst_linear_factor(own->work[0], n, false))
        return false;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++)
            own->inverse[i * n + k] = k == i;
        worst_linear_solve(own->work[0], n, own->inverse + i * n);
    }
    return true;
}

/* One step; false if it is too short. */
static bool step_on(struct worst_solver *own, wide total)
{
    const wide mu = total / (wide)(own->n + own->cones);
    if (!invert(own))
        return false;
    set_system(own);
    set_direction(own, 0, false, &own->ahead);
    wide a = longest(own, own->xx, own->ahead.xx, own->x, own->ahead.x);
    wide b = longest(own, own->zz, own->ahead.zz, own->z, own->ahead.z);
    const wide part = fmaxl(complementarity(own, &own->ahead, a, b) / total, 0);
    const wide centre = fminl(part * part * fmaxl(part, 0.1L), 1);
    /* Not nearer to the end before the equalities are met. */
    const wide least = own->is_obeyed ? 1e-6L : 0.1L;
    set_direction(own, fmaxl(centre, least) * mu, true, &own->step);
    a = longest(own, own->xx, own->step.xx, own->x, own->step.x);
    b = longest(own, own->zz, own->step.zz, own->z, own->step.z);
    if (!(a > shortest_step && b > shortest_step))
        return false;
    move(own, a, b);
    return true;
}

/* Keeps the point as one far inside. */
static void keep_inner(struct worst_solver *own)
{
    own->has_inner = true;
    memcpy(own->inner_y, own->y, own->m * sizeof *own->y);
    memcpy(own->inner_x, own->x, own->cones * sizeof *own->x);
    memcpy(own->inner_xx, own->xx, own->n * own->n * sizeof *own->xx);
}

int worst_solver_advance(struct worst_solver *own, double tolerance, double *gap,
                         struct error *error)
{
    *gap = INFINITY;
    for (; own->iterations < ITERATIONS; own->iterations++) {
        const int status = interrupt_check(error);
        if (status != STATUS_OK)
            return status;
        const wide missed = take_up(own);
        const wide total = complementarity(own, &own->step, 0, 0);
        const wide bound =
            fabsl(worst_linear_dot(own->program.objective, own->y, own->m));
        if (missed < 1e-5L)
            *gap = (double)(total / bound);
        if (own->is_obeyed && (total > inner_gap * bound || !own->has_inner))
            keep_inner(own);
        if (total < own->halved / 2) {
            own->halved = total;
            own->patience = PATIENCE;
        }
        if (*gap <= tolerance || own->patience-- == 0 || !step_on(own, total))
            break;
    }
    return STATUS_OK;
}

/* out = (1 - share) last + share inner. */
static void mix(wide share, const wide *last, const wide *inner, size_t count,
                wide *out)
{
    for (size_t k = 0; k < count; k++)
        out[k] = (1 - share) * last[k] + share * inner[k];
}

void worst_solver_read(struct worst_solver *own, double share,
                       struct worst_function *function, double *multiplier)
{
    const struct worst_program *program = &own->program;
    const size_t n = own->n;
    const wide part = own->has_inner ? (wide)share : 0;
    mix(part, own->xx, own->inner_xx, n * n, own->work[0]);
    mix(part, own->x, own->inner_x, own->cones, own->cone_work);
    mix(part, own->y, own->inner_y, own->m, own->left);
    set_products(own, own->work[0], own->products[0]);
    worst_program_values(program, own->products[0], own->cone_work, function->value,
                         &function->t);
    (void)worst_linear_factor(own->work[0], n, true);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            function->vector[i * n + j] =
                j <= i ? (double)(own->work[0][i * n + j] * program->size_of[i]) : 0;
    for (size_t r = 0; r < program->problem->rows; r++)
        multiplier[r] = 0;
    for (size_t j = 0; j < own->m; j++)
        multiplier[program->row[j]] =
            (double)(own->left[j] * program->scale[program->row[j]] * program->t_size);
}

double worst_solver_excess(const struct worst_solver *own, size_t row,
                           const struct worst_function *function)
{
    return worst_program_excess(&own->program, row, own->products[0], function->value,
                                function->t);
}

static bool direction_init(const struct worst_solver *own, struct direction *to)
{
    const size_t square = own->n * own->n;
    *to = (struct direction){worst_linear_zeros(own->m), worst_linear_zeros(own->cones),
                             worst_linear_zeros(own->cones), worst_linear_zeros(square),
                             worst_linear_zeros(square)};
    return to->y && to->x && to->z && to->xx && to->zz;
}

static void direction_free(struct direction *to)
{
    free(to->y);
    free(to->x);
    free(to->z);
    free(to->xx);
    free(to->zz);
}

/* Room for everything but the program. */
static bool reserve(struct worst_solver *own)
{
    const size_t n = own->n, m = own->m, s = own->program.symbols;
    const struct {
        wide **place;
        size_t count;
    } room[] = {
        {&own->y, m},
        {&own->x, own->cones},
        {&own->z, own->cones},
        {&own->xx, n * n},
        {&own->zz, n * n},
        {&own->inner_y, m},
        {&own->inner_x, own->cones},
        {&own->inner_xx, n * n},
        {&own->inverse, n * n},
        {&own->apart_z, own->cones},
        {&own->apart, n * n},
        {&own->products[0], s * s},
        {&own->products[1], s * s},
        {&own->symbols, s * (s + n)},
        {&own->system, m * m},
        {&own->diagonal, m},
        {&own->right, m},
        {&own->left, m},
        {&own->cone_work, own->cones},
        {&own->work[0], n * n},
        {&own->work[1], n * n},
        {&own->work[2], n * n},
    };
    bool room_for_all = true;
    for (size_t k = 0; k < sizeof room / sizeof *room; k++) {
        *room[k].place = worst_linear_zeros(room[k].count);
        room_for_all = room_for_all && *room[k].place;
    }
    const bool ahead = direction_init(own, &own->ahead);
    const bool step = direction_init(own, &own->step);
    return room_for_all && ahead && step;
}

/* Starts far inside, in the middle. */
static void start(struct worst_solver *own)
{
    const wide far = 10 * (wide)(own->n + 1);
    own->halved = INFINITY;
    for (size_t i = 0; i < own->n; i++)
        own->xx[i * own->n + i] = own->zz[i * own->n + i] = far;
    for (size_t l = 0; l < own->cones; l++)
        own->x[l] = own->z[l] = far;
}

int worst_solver_new(const struct worst_problem *problem, const size_t *chosen,
                     size_t count, bool by_size, struct worst_solver **solver,
                     struct error *error)
{
    struct worst_solver *own = *solver = calloc(1, sizeof *own);
    if (!own)
        return error_memory(error, "the solver of a worst case");
    const int status =
        worst_program_init(problem, chosen, count, by_size, &own->program, error);
    if (status != STATUS_OK)
        return status;
    own->n = own->program.size;
    own->m = own->program.variables;
    own->cones = own->program.followers + own->m;
    if (!reserve(own))
        return error_memory(error, "the solver of a worst case");
    start(own);
    return STATUS_OK;
}

void worst_solver_free(struct worst_solver *own)
{
    if (!own)
        return;
    worst_program_free(&own->program);
    direction_free(&own->ahead);
    direction_free(&own->step);
    free(own->y);
    free(own->x);
    free(own->z);
    free(own->xx);
    free(own->zz);
    free(own->inner_y);
    free(own->inner_x);
    free(own->inner_xx);
    free(own->inverse);
    free(own->apart_z);
    free(own->apart);
    free(own->products[0]);
    free(own->products[1]);
    free(own->symbols);
    free(own->system);
    free(own->diagonal);
    free(own->right);
    free(own->left);
    free(own->cone_work);
    for (int k = 0; k < MATRICES; k++)
        free(own->work[k]);
    free(own);
}
