/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_worst.h"

#include "claims/shared/claim_known.h"
#include "rules/rule_from.h"
#include "worst/worst_points.h"
#include "worst/worst_tree.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The largest distance of the simulated chain from the points of the function. */
static const double largest_deviation = 1e-6;

static double square_of(const double *vector, size_t n)
{
    double square = 0;
    for (size_t c = 0; c < n; c++)
        square += vector[c] * vector[c];
    return square;
}

/* Sets both to digits that do not depend on the solver's last ones: attained to 7, and
 * a bound of the gradients to 4 behind the point, upward. */
static void set_seen(double least, double most, struct claim_worst *worst)
{
    char text[40];
    snprintf(text, sizeof text, "%.6e", least);
    worst->attained = strtod(text, NULL);
    worst->steepest = ceil(sqrt(most) * 1e4) / 1e4;
}

static void look_at(const struct worst_points *points, struct claim_worst *worst)
{
    double least = INFINITY, most = 0;
    for (size_t k = 0; k < points->count; k++) {
        const double square =
            square_of(points->gradient + k * points->coordinates, points->coordinates);
        least = fmin(least, square);
        most = fmax(most, square);
    }
    set_seen(least, most, worst);
}

/* Runs the rule's steps on the worst function that was found. */
static int replay(const struct worst_setting *setting, const struct worst_case *found,
                  struct claim_worst *worst, struct error *error)
{
    struct worst_points points = {0};
    double deviation = INFINITY;
    int status = worst_points_of(setting, found, &points, error);
    if (status == STATUS_OK)
        status = worst_points_replay(setting, &points, &deviation, error);
    if (status == STATUS_OK) {
        look_at(&points, worst);
        worst->found = deviation <= largest_deviation;
    }
    worst_points_free(&points);
    return status;
}

int claim_worst_find(const char *rule, uint64_t steps, struct claim_worst *worst,
                     struct error *error)
{
    struct rule own;
    struct worst_setting setting = {.rule = &own, .steps = steps, .smoothness = 1};
    struct worst_case found = {0};
    *worst = (struct claim_worst){NAN, NAN, NAN, false};
    int status = rule_from(&own, error, "%s", rule);
    if (status == STATUS_OK)
        status = worst_setting_check(&setting, error);
    if (status == STATUS_OK)
        status = worst_case_find(&setting, &found, error);
    if (status == STATUS_OK)
        worst->certified = found.certified;
    if (status == STATUS_OK && !isnan(found.worst + found.certified))
        status = replay(&setting, &found, worst, error);
    worst_case_free(&found);
    return status;
}

static void look_at_tree(const struct worst_tree_points *points, uint64_t steps,
                         struct claim_worst *worst)
{
    double least = INFINITY, most = 0;
    for (uint64_t k = 0; k <= steps; k++) {
        const size_t alike = (size_t)1 << k;
        double mean = 0;
        for (size_t node = alike - 1; node <= 2 * (alike - 1); node++) {
            const double square = square_of(
                points->gradient + node * points->coordinates, points->coordinates);
            mean += square / (double)alike;
            most = fmax(most, square);
        }
        least = fmin(least, mean);
    }
    set_seen(least, most, worst);
}

static int replay_tree(const struct worst_tree_setting *setting,
                       const struct worst_case *found, struct claim_worst *worst,
                       struct error *error)
{
    struct worst_tree_points points = {0};
    double deviation = INFINITY;
    int status = worst_tree_points_of(setting, found, &points, error);
    if (status == STATUS_OK)
        status = worst_tree_replay(setting, &points, &deviation, error);
    if (status == STATUS_OK) {
        look_at_tree(&points, setting->steps, worst);
        worst->found = deviation <= largest_deviation;
    }
    worst_tree_points_free(&points);
    return status;
}

int claim_worst_find_tree(const char *rule, uint64_t steps, double sigma,
                          struct claim_worst *worst, struct error *error)
{
    struct rule own;
    const struct worst_tree_setting setting = {&own, steps, sigma};
    struct worst_case found = {0};
    *worst = (struct claim_worst){NAN, NAN, NAN, false};
    int status = rule_from(&own, error, "%s", rule);
    if (status == STATUS_OK)
        status = worst_tree_check(&setting, error);
    if (status == STATUS_OK)
        status = worst_tree_find(&setting, &found, error);
    if (status == STATUS_OK)
        worst->certified = found.certified;
    if (status == STATUS_OK && !isnan(found.worst + found.certified))
        status = replay_tree(&setting, &found, worst, error);
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
