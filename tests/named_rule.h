/* named_rule.h: rules by name for tests, and doubles compared. */
#ifndef PNM_TEST_NAMED_RULE_H
#define PNM_TEST_NAMED_RULE_H

#include "kernels.h"
#include "rules.h"

#include <math.h>

/* NAN: the rule's default, or not one of its parameters. */
struct named_rule {
    const char *name;
    double beta0, beta1, beta3;
};

static inline struct rule rule_named(const struct named_rule *what, double lr)
{
    struct error error;
    struct rule rule = {.optimizer = optimizer_find(kernels_find(&error), what->name)};
    const char *names[] = {"beta0", "beta1", "beta3"};
    const double values[] = {what->beta0, what->beta1, what->beta3};
    optimizer_defaults(rule.optimizer, lr, rule.parameter);
    for (int k = 0; k < 3; k++) {
        const int i = optimizer_parameter(rule.optimizer, names[k]);
        if (i >= 0 && !isnan(values[k]))
            rule.parameter[i] = values[k];
    }
    optimizer_complete(rule.optimizer, rule.parameter);
    return rule;
}

#define check_close(a, b, rtol, atol)                                                  \
    do {                                                                               \
        const double check_a = (a), check_b = (b);                                     \
        if (!(fabs(check_a - check_b) <= (atol) + (rtol)*fabs(check_b)))               \
            fail_msg("%s = %.17g (%a), expected %.17g (%a), apart by %.3g relative",   \
                     #a, check_a, check_a, check_b, check_b,                           \
                     fabs(check_a - check_b) / fabs(check_b));                         \
    } while (0)

#endif
