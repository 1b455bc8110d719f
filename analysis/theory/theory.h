/* theory.h: what is known of a rule by name, without ever calling its step.
 *
 * One file analysis/theory/NAME.c a rule: the state-space matrices written out from the
 * paper's update, closed forms of the stationary covariance where there are any, and
 * what the paper says. */
#ifndef PNM_THEORY_H
#define PNM_THEORY_H

#include "rules/linear_system.h"
#include "rules/rule.h"

struct theory {
    const char *rule; /* its name */
    /* (A, b) at curvature h, written out from the update. */
    void (*system)(const struct rule *rule, double h, struct linear_system *system);
    /* Stationary covariance of theta between modes of curvature h_i and h_j whose noise
     * has covariance c; NAN where there is no closed form. NULL: none at all. */
    double (*covariance)(const struct rule *rule, double h_i, double h_j, double c);
    /* Limit of the learning rate at curvature h: stable below. NULL: no closed form. */
    double (*lr_limit)(const struct rule *rule, double h);
    /* The paper's noise covariance of the method as a multiple of C (eqs. 14, 16, 18).
     */
    double (*paper_noise)(const struct rule *rule);
    /* Is theorem 3.1 about this rule? */
    bool converges;
    /* The learning rate that the rule really applies. */
    double (*applied_lr)(const struct rule *rule);
};

enum exact_source { EXACT_CLOSED_FORM, EXACT_MATRIX, EXACT_PROBED, EXACT_NONE };
const char *theory_source_text(enum exact_source source);

/* NULL if nothing is written out for that rule. */
const struct theory *theory_find(const char *rule);

/* (A, b) of the rule with its weight decay: written out where the rule is, else probed
 * from the step. EXACT_MATRIX or EXACT_PROBED. L2 decay makes the curvature h + lambda;
 * decoupled takes eta lambda off the share of theta that stays. */
enum exact_source theory_system(const struct rule *rule, double h,
                                struct linear_system *system);

/* Stationary mean of the state (theta - theta*, slots) at curvature h, which is 0 with
 * theta* = 0, or where nothing but the gradient, such as weight decay, pulls at theta:
 * (I - A)^-1 d, d what a step adds at theta = theta* without noise. STATUS_SOFTWARE
 * where it has none. */
PNM_MUST_USE int theory_mean(const struct rule *rule, double h, double theta_star,
                             double mean[LINEAR_STATE], struct error *error);

/* Exact stationary covariance of theta between modes of curvature h_i and h_j with
 * noise covariance c: closed form if there is one, else written-out matrices, else
 * matrices probed from the step, and the Stein equation. NAN and EXACT_NONE for a rule
 * that is not linear. The parameters must be stable. */
PNM_MUST_USE int theory_covariance(const struct rule *rule, double h_i, double h_j,
                                   double c, double *covariance,
                                   enum exact_source *source, struct error *error);

/* Limit of the learning rate at curvature h in closed form; NAN where there is none. */
double theory_lr_limit(const struct rule *rule, double h);

/* The paper's covariance: Sigma H + H Sigma = applied_lr C_method (thm 4.1 with eqs.
 * 14, 16, 18), that is applied_lr paper_noise c / (h_i + h_j). NAN where the paper says
 * nothing of the rule, and with weight decay. */
double theory_paper(const struct rule *rule, double h_i, double h_j, double c);

/* eta / sqrt((1+beta0)^2 + beta0^2), or eta with --lr-normalization off. */
double theory_normalized_lr(const struct rule *rule);

/* gamma = (1+beta0)^2 + beta0^2. */
double theory_gamma(const struct rule *rule);

#endif
