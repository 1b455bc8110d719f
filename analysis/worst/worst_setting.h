/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_setting.h: which worst case: of which rule, over which functions, from which
 * start, measured how. */
#ifndef PNM_WORST_SETTING_H
#define PNM_WORST_SETTING_H

#include "rules/rule.h"
#include "worst/worst_problem.h"

enum worst_class {
    WORST_SMOOTH,          /* gradients are L-Lipschitz */
    WORST_CONVEX,          /* and the function is convex */
    WORST_STRONGLY_CONVEX, /* and f - mu/2 |x|^2 is convex */
};

enum worst_measure {
    WORST_MIN_GRADIENT,  /* min over k = 0 .. N of |grad f(theta_k)|^2 */
    WORST_LAST_GRADIENT, /* |grad f(theta_N)|^2 */
    WORST_LAST_LOSS,     /* f(theta_N) - f* */
    WORST_DISTANCE,      /* |theta_N - theta*|^2 */
};

/* What is 1 at the start: f(theta_0) - f* or |theta_0 - theta*|^2. */
enum worst_given { WORST_GIVEN_LOSS, WORST_GIVEN_DISTANCE };

struct worst_setting {
    const struct rule *rule;
    uint64_t steps; /* N */
    enum worst_class class;
    double smoothness; /* L */
    double mu;         /* of a strongly convex class, < L */
    double gradient;   /* G, if |grad f(theta_k)| <= G is required too; 0: it is not */
    enum worst_measure measure;
    enum worst_given given;
};

/* Whether the setting has a worst case: the rule is linear, constant, without decay,
 * takes its gradient at theta alone, and the measured quantity is bounded. STATUS_USAGE
 * if not. */
PNM_MUST_USE int worst_setting_check(const struct worst_setting *setting,
                                     struct error *error);

/* How the points depend on the gradients: response[k], k = 0 .. N - 1, is the
 * coefficient of s_t = grad f(theta_t) - curvature theta_t in theta_{t+1+k}, read off
 * the rule's own step. */
void worst_response(const struct rule *rule, double curvature, uint64_t steps,
                    double *response);

/* The factor from the problem's units to those of the setting. */
double worst_setting_scale(const struct worst_setting *setting);

/* The semidefinite program of the setting. STATUS_MEMORY. */
PNM_MUST_USE int worst_setting_problem(const struct worst_setting *setting,
                                       struct worst_problem *problem,
                                       struct error *error);

#endif
