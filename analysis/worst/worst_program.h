/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_program.h: the multipliers' side of a worst case, in the form that the solver
 * works on:
 *
 *     minimize sum_j objective_j y_j   subject to   y >= 0,
 *     Z = A_0 + sum_j y_j A_j positive semidefinite,   z_p = a_0p + sum_j y_j a_jp >=
 * 0.
 *
 * The y_j are the multipliers of the rows chosen but for those, z_p, that follow from
 * the balance of the values and of t. Z is the matrix S of worst_problem.h; its own
 * multiplier X is the Gram matrix. */
#ifndef PNM_WORST_PROGRAM_H
#define PNM_WORST_PROGRAM_H

#include "worst/worst_linear.h"
#include "worst/worst_problem.h"

/* coefficient (u v' + v u')/2 of two symbols. */
struct worst_product {
    size_t u, v;
    wide coefficient;
};

/* A_j: product[first .. first + count - 1]. */
struct worst_form {
    size_t first, count;
};

struct worst_program {
    const struct worst_problem *problem;
    bool by_size;   /* vectors and rows are divided by their sizes in a typical case */
    size_t size;    /* of Z */
    size_t symbols; /* of which its products consist */
    size_t followers; /* multipliers that follow: of each value, and the measure's */
    size_t variables;
    wide *symbol;     /* symbols x size, divided by the sizes of vectors */
    wide *transposed; /* size x symbols: the same */
    wide *size_of;    /* size: of the vectors */
    size_t *row;      /* variables: the problem's row of each */
    wide *scale;      /* problem->rows: a row of the program is that part of it */
    wide t_size;      /* of t: a multiplier is scale times t_size times y */
    struct worst_form *form; /* 1 + variables */
    struct worst_product *product;
    size_t products, capacity;
    wide *follow;    /* (1 + variables) x followers */
    wide *objective; /* variables */
};

/* For the `count` rows chosen, which contain the first ones of each value and the
 * measures. `by_size`: vectors and rows are divided by their sizes in a typical case.
 * The problem stays where it is. STATUS_MEMORY; the free function is legal after a
 * failure. */
PNM_MUST_USE int worst_program_init(const struct worst_problem *problem,
                                    const size_t *chosen, size_t count, bool by_size,
                                    struct worst_program *program, struct error *error);
void worst_program_free(struct worst_program *program);

/* A_j . p for j = 0 ... variables and a matrix p of the symbols' products. */
wide worst_program_apply(const struct worst_program *program, size_t j, const wide *p);

/* A_i . (X A_j W) of which x and w are the symbols' products with X and W. */
wide worst_program_cross(const struct worst_program *program, size_t i, size_t j,
                         const wide *x, const wide *w);

/* Z less A_0 unless `constant`, and z less a_0 likewise, from y. work is symbols x
 * (symbols + size). */
void worst_program_slack(const struct worst_program *program, const wide *y,
                         bool constant, wide *work, wide *zz, wide *z);

/* The values and t of the function whose symbols have these products: what the rows of
 * the z_p leave, with their multipliers x as slack. */
void worst_program_values(const struct worst_program *program, const wide *products,
                          const wide *x, double *value, double *t);

/* The value of a row of the problem less its limit. */
double worst_program_excess(const struct worst_program *program, size_t row,
                            const wide *products, const double *value, double t);

#endif
