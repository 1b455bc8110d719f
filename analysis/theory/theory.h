/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theory.h: the theory of rules, found by name and independent of their implemented
 * step.
 *
 * A rule's file analysis/theory/NAME.c has the state-space matrices written out from
 * the paper's update, closed forms if there are any, and the paper's own formulas.
 * Rules without a file are probed. */
#ifndef PNM_THEORY_H
#define PNM_THEORY_H

#include "rules/linear_system.h"
#include "rules/rule.h"

struct theory {
    const char *rule; /* its name */
    /* (A - I, b) at curvature h, written out from the update. The differences are
     * written, not left to be formed: -lr h, not (1 - lr h) - 1. */
    void (*system)(const struct rule *rule, quad h, struct linear_system *system);
    /* Stationary covariance of theta between modes of curvature h_i and h_j whose noise
     * has covariance c; NAN if it has no closed form there. NULL: it never has one. */
    quad (*covariance)(const struct rule *rule, quad h_i, quad h_j, quad c);
    /* The learning rate below which the rule is stable at curvature h. NULL: it has no
     * closed form. */
    double (*lr_limit)(const struct rule *rule, double h);
    /* The paper's noise covariance of the method as a multiple of C (eqs. 14, 16, 18).
     */
    double (*paper_noise)(const struct rule *rule);
    /* Whether theorem 3.1 is about this rule. */
    bool converges;
    /* The learning rate that the rule really applies. */
    double (*applied_lr)(const struct rule *rule);
};

enum exact_source { EXACT_CLOSED_FORM, EXACT_MATRIX, EXACT_PROBED, EXACT_NONE };
const char *theory_source_text(enum exact_source source);

/* The theory of the rule; NULL if it has no file. */
const struct theory *theory_find(const char *rule);

/* (A - I, b) of the rule with its weight decay, from the rule's file or probed from its
 * step; returns EXACT_MATRIX or EXACT_PROBED. L2 decay makes the curvature h + lambda;
 * decoupled decay subtracts eta lambda from the factor of theta. */
enum exact_source theory_system(const struct rule *rule, double h,
                                struct linear_system *system);

/* Stationary mean of the state (theta - theta*, slots) at curvature h: -E^-1 d, where d
 * is what a noiseless step adds at theta = theta*. It is 0 if theta* = 0 or if nothing
 * but the gradient, such as weight decay, pulls at theta. STATUS_SOFTWARE if there is
 * no mean. */
PNM_MUST_USE int theory_mean(const struct rule *rule, double h, double theta_star,
                             double mean[LINEAR_STATE], struct error *error);

/* Exact stationary covariance of theta between modes of curvature h_i and h_j with
 * noise covariance c: from the closed form if there is one, otherwise from the
 * Stein equation of written-out or probed matrices. NAN and EXACT_NONE for a rule
 * that is not linear. The parameters must be stable. */
PNM_MUST_USE int theory_covariance(const struct rule *rule, double h_i, double h_j,
                                   double c, double *covariance,
                                   enum exact_source *source, struct error *error);

/* The same, and in *bound the error that is left in it, absolute. */
PNM_MUST_USE int theory_covariance_bounded(const struct rule *rule, double h_i,
                                           double h_j, double c, double *covariance,
                                           double *bound, enum exact_source *source,
                                           struct error *error);

/* The same with all its digits: the error in *bound may be far below a double's. */
PNM_MUST_USE int theory_covariance_quad(const struct rule *rule, double h_i, double h_j,
                                        double c, quad *covariance, quad *bound,
                                        enum exact_source *source, struct error *error);

/* Limit of the learning rate at curvature h in closed form; NAN if there is none. */
double theory_lr_limit(const struct rule *rule, double h);

/* The paper's covariance: Sigma H + H Sigma = applied_lr C_method (thm 4.1 with eqs.
 * 14, 16, 18), that is applied_lr paper_noise c / (h_i + h_j). NAN if the paper has
 * no formula for the rule, with weight decay, and where a curvature is not positive. */
double theory_paper(const struct rule *rule, double h_i, double h_j, double c);

/* The same; what is rounded in it, other than h and c, all pairs have in common. */
quad theory_paper_quad(const struct rule *rule, double h_i, double h_j, double c);

/* eta / sqrt((1+beta0)^2 + beta0^2), or eta with --lr-normalization off. */
double theory_normalized_lr(const struct rule *rule);
quad theory_normalized_lr_quad(const struct rule *rule);

/* gamma = (1+beta0)^2 + beta0^2. */
double theory_gamma(const struct rule *rule);
quad theory_gamma_quad(const struct rule *rule);

#endif
