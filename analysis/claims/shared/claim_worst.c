/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_worst.h"

#include "claims/shared/claim_known.h"
#include "rules/rule_from.h"
#include "worst/worst_points.h"

#include <math.h>

/* The largest distance of the simulated chain from the points of the function. */
static const double largest_deviation = 1e-6;

static void look_at(const struct worst_points *points, struct claim_worst *worst)
{
    double least = INFINITY, most = 0;
    for (size_t k = 0; k < points->count; k++) {
        double square = 0;
        for (size_t c = 0; c < points->coordinates; c++)
            square += pow(points->gradient[k * points->coordinates + c], 2);
        least = fmin(least, square);
        most = fmax(most, square);
    }
    worst->attained = least;
    worst->steepest = sqrt(most);
}

int claim_worst_find(const char *rule, uint64_t steps, struct claim_worst *worst,
                     struct error *error)
{
    struct rule own;
    struct worst_setting setting = {.rule = &own, .steps = steps, .smoothness = 1};
    struct worst_case found = {0};
    struct worst_points points = {0};
    double deviation = INFINITY;
    *worst = (struct claim_worst){NAN, NAN, NAN, false};
    int status = rule_from(&own, error, "%s", rule);
    if (status == STATUS_OK)
        status = worst_setting_check(&setting, error);
    if (status == STATUS_OK)
        status = worst_case_find(&setting, &found, error);
    if (status != STATUS_OK)
        goto out;
    worst->certified = found.certified;
    if (isnan(found.worst) || isnan(found.certified))
        goto out;
    status = worst_points_of(&setting, &found, &points, error);
    if (status == STATUS_OK)
        status = worst_points_replay(&setting, &points, &deviation, error);
    if (status != STATUS_OK)
        goto out;
    look_at(&points, worst);
    worst->found = deviation <= largest_deviation;
out:
    worst_points_free(&points);
    worst_case_free(&found);
    return status;
}

struct evidence claim_worst_evidence(double paper, double exact, double measured,
                                     double apart, bool found)
{
    struct evidence evidence = claim_known(paper, exact, measured);
    evidence.exact_error = apart;
    evidence.decisive = found && exact - measured <= apart;
    return evidence;
}
