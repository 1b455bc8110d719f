#include "theory.h"

#include "stein.h"
#include "theory_list.h"

#include <math.h>
#include <string.h>

#define DECLARE_THEORY(name) extern const struct theory theory_##name;
#define LIST_THEORY(name) &theory_##name,

THEORY_LIST(DECLARE_THEORY)

const struct theory *theory_find(const char *optimizer)
{
    static const struct theory *const list[] = {THEORY_LIST(LIST_THEORY)};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcmp(list[i]->optimizer, optimizer) == 0)
            return list[i];
    return NULL;
}

const char *exact_source_text(enum exact_source source)
{
    static const char *const texts[] = {
        [EXACT_CLOSED_FORM] = "closed_form",
        [EXACT_MATRIX] = "matrix",
        [EXACT_PROBED] = "probed",
        [EXACT_NONE] = "none",
    };
    return texts[source];
}

int theory_covariance(const struct rule *rule, double h_i, double h_j, double c,
                      double *covariance, enum exact_source *source,
                      struct error *error)
{
    const struct theory *theory = theory_find(rule->optimizer->name);
    struct linear_system i, j;
    *covariance = NAN;
    *source = EXACT_NONE;
    if (theory && theory->covariance) {
        *covariance = theory->covariance(rule, h_i, h_j, c);
        *source = EXACT_CLOSED_FORM;
        if (!isnan(*covariance))
            return STATUS_OK;
    }
    if (theory) {
        theory->system(rule, h_i, &i);
        theory->system(rule, h_j, &j);
        *source = EXACT_MATRIX;
    } else if (rule->optimizer->linear) {
        linear_system_probe(rule->optimizer, rule->parameter, h_i, &i);
        linear_system_probe(rule->optimizer, rule->parameter, h_j, &j);
        *source = EXACT_PROBED;
    } else {
        return STATUS_OK;
    }
    const int status = stein_covariance(&i, &j, c, covariance, error);
    *covariance += 0.0; /* no -0 */
    return status;
}

double theory_paper(const struct rule *rule, double h_i, double h_j, double c)
{
    const struct theory *theory = theory_find(rule->optimizer->name);
    if (!theory || !theory->paper_noise)
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
