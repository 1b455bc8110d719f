/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/theory.h"

#include "theory/list.h"
#include "theory/stein.h"

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
static double decoupled_decay(const struct rule *rule)
{
    return rule->decay.decoupled ? rule_parameter(rule, "lr") * rule->decay.lambda : 0;
}

enum exact_source theory_system(const struct rule *rule, double h,
                                struct linear_system *system)
{
    const struct theory *theory = theory_find(rule->kind->name);
    if (!theory) {
        linear_system_probe(rule, h, system);
        return EXACT_PROBED;
    }
    theory->system(rule, h + l2_decay(rule), system);
    system->a[0] -= decoupled_decay(rule);
    return EXACT_MATRIX;
}

/* Sets d to what decay adds to the state (theta, slots) at theta = theta* and empty
 * slots.
 */
static void affine_part(const struct rule *rule, const struct linear_system *system,
                        double theta_star, double *d)
{
    for (int r = 0; r < system->dim; r++) {
        d[r] = r == 0 ? -decoupled_decay(rule) * theta_star : 0;
        for (int k = 0; k < system->samples; k++)
            d[r] += system->b[k][r] * l2_decay(rule) * theta_star;
    }
}

int theory_mean(const struct rule *rule, double h, double theta_star,
                double mean[LINEAR_STATE], struct error *error)
{
    struct linear_system system;
    double d[LINEAR_STATE];
    memset(mean, 0, LINEAR_STATE * sizeof *mean);
    const bool written = theory_find(rule->kind->name);
    if (theta_star == 0 || (written && rule->decay.lambda == 0))
        return STATUS_OK;
    theory_system(rule, h, &system);
    if (written)
        affine_part(rule, &system, theta_star, d);
    else
        linear_system_probe_drift(rule, theta_star, d);
    return linear_system_mean(&system, d, mean, error);
}

double theory_lr_limit(const struct rule *rule, double h)
{
    const struct theory *theory = theory_find(rule->kind->name);
    return theory && theory->lr_limit && decoupled_decay(rule) == 0
               ? theory->lr_limit(rule, h + l2_decay(rule))
               : NAN;
}

int theory_covariance(const struct rule *rule, double h_i, double h_j, double c,
                      double *covariance, enum exact_source *source,
                      struct error *error)
{
    const struct theory *theory = theory_find(rule->kind->name);
    const double pull = l2_decay(rule);
    struct linear_system i, j;
    *covariance = NAN;
    *source = EXACT_NONE;
    if (!rule_has_law(rule))
        return STATUS_OK;
    if (theory && theory->covariance && decoupled_decay(rule) == 0) {
        *covariance = theory->covariance(rule, h_i + pull, h_j + pull, c);
        *source = EXACT_CLOSED_FORM;
        if (!isnan(*covariance))
            return STATUS_OK;
    }
    *source = theory_system(rule, h_i, &i);
    theory_system(rule, h_j, &j);
    const int status = stein_covariance(&i, &j, c, covariance, error);
    *covariance += 0.0; /* no -0 */
    return status;
}

double theory_paper(const struct rule *rule, double h_i, double h_j, double c)
{
    const struct theory *theory = theory_find(rule->kind->name);
    if (!theory || !theory->paper_noise || rule->decay.lambda != 0)
        return NAN;
    return theory->applied_lr(rule) * theory->paper_noise(rule) * c / (h_i + h_j);
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
