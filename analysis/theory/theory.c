/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/theory.h"

#include "theory/list.h"
#include "theory/stein.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define DECLARE_THEORY(name) extern const struct theory theory_##name;
#define LIST_THEORY(name) &theory_##name,

THEORY_LIST(DECLARE_THEORY)

const struct theory *theory_find(const char *rule)
{
    static const struct theory *const list[] = {THEORY_LIST(LIST_THEORY)};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcmp(list[i]->rule, rule) == 0)
            return list[i];
    return NULL;
}

const char *theory_source_text(enum exact_source source)
{
    static const char *const texts[] = {
        [EXACT_CLOSED_FORM] = "closed_form",
        [EXACT_MATRIX] = "matrix",
        [EXACT_PROBED] = "probed",
        [EXACT_NONE] = "none",
    };
    return texts[source];
}

/* The lambda of L2 decay; 0 for decoupled decay. */
static double l2_decay(const struct rule *rule)
{
    return rule->decay.decoupled ? 0 : rule->decay.lambda;
}

/* The eta lambda of decoupled decay; 0 for L2 decay. */
static quad decoupled_decay(const struct rule *rule)
{
    return rule->decay.decoupled ? (quad)rule_parameter(rule, "lr") * rule->decay.lambda
                                 : 0;
}

enum exact_source theory_system(const struct rule *rule, double h,
                                struct linear_system *system)
{
    const struct theory *theory = theory_find(rule->kind->name);
    if (!theory) {
        linear_system_probe(rule, h, system);
        return EXACT_PROBED;
    }
    theory->system(rule, (quad)h + l2_decay(rule), system);
    system->e[0] -= decoupled_decay(rule);
    return EXACT_MATRIX;
}

/* d is what one noiseless step adds at theta = theta*, where there is no gradient but
 * the decay's: the column of theta at curvature 0, times theta*. */
int theory_mean(const struct rule *rule, double h, double theta_star,
                double mean[LINEAR_STATE], struct error *error)
{
    struct linear_system system, flat;
    quad d[LINEAR_STATE];
    memset(mean, 0, LINEAR_STATE * sizeof *mean);
    if (theta_star == 0 || (theory_find(rule->kind->name) && rule->decay.lambda == 0))
        return STATUS_OK;
    theory_system(rule, h, &system);
    theory_system(rule, 0, &flat);
    for (int row = 0; row < flat.dim; row++)
        d[row] = flat.e[row * flat.dim] * theta_star;
    return linear_system_mean(&system, d, mean, error);
}

double theory_lr_limit(const struct rule *rule, double h)
{
    const struct theory *theory = theory_find(rule->kind->name);
    return theory && theory->lr_limit && decoupled_decay(rule) == 0
               ? theory->lr_limit(rule, h + l2_decay(rule))
               : NAN;
}

int theory_covariance_quad(const struct rule *rule, double h_i, double h_j, double c,
                           quad *covariance, quad *bound, enum exact_source *source,
                           struct error *error)
{
    const struct theory *theory = theory_find(rule->kind->name);
    const double pull = l2_decay(rule);
    struct linear_system i, j;
    *covariance = *bound = NAN;
    *source = EXACT_NONE;
    if (!rule_has_law(rule))
        return STATUS_OK;
    if (theory && theory->covariance && decoupled_decay(rule) == 0) {
        *covariance = theory->covariance(rule, (quad)h_i + pull, (quad)h_j + pull, c);
        *bound = 64 * QUAD_EPSILON * quad_abs(*covariance);
        *source = EXACT_CLOSED_FORM;
        if (!isnan((double)*covariance))
            return STATUS_OK;
    }
    *source = theory_system(rule, h_i, &i);
    if (c == 0) { /* the covariance is linear in c */
        *covariance = *bound = 0;
        return STATUS_OK;
    }
    theory_system(rule, h_j, &j);
    return stein_covariance_quad(&i, &j, c, covariance, bound, error);
}

int theory_covariance_bounded(const struct rule *rule, double h_i, double h_j, double c,
                              double *covariance, double *bound,
                              enum exact_source *source, struct error *error)
{
    quad value, slack;
    const int status =
        theory_covariance_quad(rule, h_i, h_j, c, &value, &slack, source, error);
    *covariance = (double)value + 0.0; /* no -0 */
    *bound = (double)slack + DBL_EPSILON * fabs(*covariance);
    return status;
}

int theory_covariance(const struct rule *rule, double h_i, double h_j, double c,
                      double *covariance, enum exact_source *source,
                      struct error *error)
{
    double ignored;
    return theory_covariance_bounded(rule, h_i, h_j, c, covariance, &ignored, source,
                                     error);
}

double theory_paper(const struct rule *rule, double h_i, double h_j, double c)
{
    const struct theory *theory = theory_find(rule->kind->name);
    if (!theory || !theory->paper_noise || rule->decay.lambda != 0 ||
        !(h_i > 0 && h_j > 0))
        return NAN;
    return theory->applied_lr(rule) * theory->paper_noise(rule) * c / (h_i + h_j);
}

quad theory_paper_quad(const struct rule *rule, double h_i, double h_j, double c)
{
    const struct theory *theory = theory_find(rule->kind->name);
    if (!theory || !theory->paper_noise || rule->decay.lambda != 0 ||
        !(h_i > 0 && h_j > 0))
        return NAN;
    return (quad)theory->applied_lr(rule) * theory->paper_noise(rule) * c /
           ((quad)h_i + h_j);
}

double theory_gamma(const struct rule *rule)
{
    const double beta0 = rule_parameter(rule, "beta0");
    return pow(1 + beta0, 2) + pow(beta0, 2);
}

double theory_normalized_lr(const struct rule *rule)
{
    const double lr = rule_parameter(rule, "lr");
    return rule_parameter(rule, "lr-normalization") != 0 ? lr / sqrt(theory_gamma(rule))
                                                         : lr;
}

quad theory_gamma_quad(const struct rule *rule)
{
    const quad beta0 = rule_parameter(rule, "beta0");
    return (1 + beta0) * (1 + beta0) + beta0 * beta0;
}

quad theory_normalized_lr_quad(const struct rule *rule)
{
    const quad lr = rule_parameter(rule, "lr");
    return rule_parameter(rule, "lr-normalization") != 0
               ? lr / quad_sqrt(theory_gamma_quad(rule))
               : lr;
}
