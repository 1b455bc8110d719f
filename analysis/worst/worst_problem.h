/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_problem.h: the worst case of a method over a class of functions as a
 * semidefinite program (performance estimation: Drori and Teboulle, Math. Program. 145,
 * 2014; Taylor, Hendrickx and Glineur, Math. Program. 161, 2017).
 *
 * A function enters only through its values f_p and gradients g_p at the points x_p
 * that the method visits, and each x_p is a fixed combination of x_0 and of gradients.
 * So everything is linear in the Gram matrix G of x_0 and the gradients, in the values
 * f, and in the measured quantity t:
 *
 *     maximize t   subject to   every row <= its limit,   G positive semidefinite.
 *
 * Weak duality gives the bound: if multipliers lambda >= 0 of the rows satisfy
 * sum lambda row = t + <S, G> with a positive semidefinite S, then
 * t <= sum lambda limit.
 *
 * Units: L = 1, f* = 0, x* = 0 (worst_setting.h scales). All factors of values have the
 * same magnitude. */
#ifndef PNM_WORST_PROBLEM_H
#define PNM_WORST_PROBLEM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* coefficient <u, v> of two symbols. */
struct worst_term {
    size_t u, v;
    double coefficient;
};

/* term[first .. first + count - 1] + sum_k factor[k] f[value[k]] + t_factor t <= limit.
 * A factor of 0 leaves its value out. */
struct worst_row {
    size_t first, count;
    size_t value[2];
    double factor[2];
    double t_factor;
    double limit;
};

/* The point x_p is symbol p, its gradient g_p symbol points + p; further vectors
 * follow. */
struct worst_problem {
    size_t points; /* with x*, which is the last one, if it has one */
    bool star;
    size_t basis;   /* vectors of which G is the Gram matrix */
    size_t symbols; /* vectors that rows use */
    double *symbol; /* symbols x basis: each as a combination of the basis */
    double lowest;  /* mu: curvatures lie between it and 1; 1 - mu is exact */
    /* One row for each f_k comes first, which alone of the rows of one value contains
     * it: number k. So the multipliers of these rows follow from the others. */
    size_t values;
    size_t rows, terms;
    size_t row_capacity, term_capacity;
    struct worst_row *row;
    struct worst_term *term;
    size_t
        measures; /* rows with t; they follow the first ones and one row of the start */
    size_t pairs; /* the number of the first row of a pair; the others are behind it */
    double unit;  /* t is the measured quantity times this */
    /* Sizes that the basis vectors (basis) and values have in a typical case, which a
     * solver divides them by; 1 at first. */
    double *vector_size, *value_size;
};

/* A problem of `points` points, the last of them x* if `star`, with `further` vectors
 * and a basis of that size; its symbols are 0 and it has no rows. `lowest` < 1 is
 * rounded down a little, so that 1 - mu is exact. STATUS_MEMORY; worst_problem_free is
 * legal after a failure. */
PNM_MUST_USE int worst_problem_init(struct worst_problem *problem, size_t points,
                                    bool star, size_t further, size_t basis,
                                    double lowest, struct error *error);
void worst_problem_free(struct worst_problem *problem);

/* The vector of a symbol, `basis` numbers. */
double *worst_symbol(const struct worst_problem *problem, size_t symbol);

/* 2 (1 - mu): pairs are multiplied by it, so that their coefficients are exact. */
double worst_pair_scale(const struct worst_problem *problem);

/* Adds a row without terms. STATUS_MEMORY. */
PNM_MUST_USE int worst_add_row(struct worst_problem *problem,
                               const struct worst_row *row, struct error *error);

/* Adds coefficient <u, v> to the last row. STATUS_MEMORY. */
PNM_MUST_USE int worst_add_term(struct worst_problem *problem, size_t u, size_t v,
                                double coefficient, struct error *error);

/* The row f_i >= f_j + ..., which a function with curvatures in [mu, 1] obeys at two
 * points; all such pairs together are sufficient for there to be one (Taylor et al.,
 * theorem 4). STATUS_MEMORY. */
PNM_MUST_USE int worst_add_pair(struct worst_problem *problem, size_t i, size_t j,
                                struct error *error);

/* The symbols of a position and of the gradient there. */
struct worst_place {
    size_t x, g;
};

/* Adds to the last row what worst_add_pair's has of vectors, if both places are one of
 * several orthogonal parts of the points: in this part they stand as they are (sign 1),
 * one of them with the opposite sign (-1), or orthogonal to each other (0).
 * STATUS_MEMORY. */
PNM_MUST_USE int worst_add_pair_terms(struct worst_problem *problem,
                                      const struct worst_place *i,
                                      const struct worst_place *j, int sign,
                                      struct error *error);

/* The row f_k >= |g_k|^2/2 for a function that is nowhere below f* = 0. */
PNM_MUST_USE int worst_add_floor(struct worst_problem *problem, size_t k,
                                 struct error *error);

/* The row f_0 - f* <= limit. STATUS_MEMORY. */
PNM_MUST_USE int worst_add_start(struct worst_problem *problem, double limit,
                                 struct error *error);

/* The row |v|^2 <= limit of a symbol. STATUS_MEMORY. */
PNM_MUST_USE int worst_add_norm(struct worst_problem *problem, size_t v, double limit,
                                struct error *error);

/* The rows of all pairs, from problem->pairs on, but for those with x* that are the
 * values' own rows in a convex class. STATUS_MEMORY. */
PNM_MUST_USE int worst_add_pairs(struct worst_problem *problem, struct error *error);

#endif
