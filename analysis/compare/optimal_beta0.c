/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/optimal_beta0.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <math.h>
#include <stdbool.h>

struct search {
    struct rule rule;
    int index; /* beta0's among the parameters */
    const struct problem *problem;
    enum posterior_kind kind;
    double lambda;
    int status; /* why the last beta0 had no divergence; STATUS_OK: it has no law */
    bool ended; /* no memory or an interruption, as status says: no more are tried */
    struct error error;
};

/* The divergence at this beta0; HUGE_VAL if there is no stationary law, if it cannot be
 * computed, or if the search has ended. */
static double divergence(double beta0, void *context)
{
    struct search *search = context;
    struct posterior posterior;
    if (search->ended)
        return HUGE_VAL;
    search->rule.number[search->index] = beta0;
    search->status = posterior_theory(&search->rule, search->problem, search->kind,
                                      search->lambda, &posterior, &search->error);
    search->ended =
        search->status == STATUS_MEMORY || search->status == STATUS_INTERRUPTED;
    if (search->status != STATUS_OK || !posterior.known)
        return HUGE_VAL;
    return posterior.kl;
}

/* Minimises between a and b around x with f(x) below both ends. */
static double refine(struct search *search, double a, double x, double b)
{
    gsl_min_fminimizer *minimizer = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    gsl_function function = {divergence, search};
    double best = x;
    if (!minimizer) {
        search->ended = true;
        search->status = error_memory(&search->error, "the search for beta0");
        return x;
    }
    if (gsl_min_fminimizer_set(minimizer, &function, x, a, b) == GSL_SUCCESS)
        for (int step = 0; step < 100; step++) {
            if (gsl_min_fminimizer_iterate(minimizer) != GSL_SUCCESS)
                break;
            best = gsl_min_fminimizer_x_minimum(minimizer);
            if (gsl_min_test_interval(gsl_min_fminimizer_x_lower(minimizer),
                                      gsl_min_fminimizer_x_upper(minimizer), 1e-12,
                                      1e-9) == GSL_SUCCESS)
                break;
        }
    gsl_min_fminimizer_free(minimizer);
    return best;
}

static double grid(int k)
{
    return k <= 0 ? 0 : pow(10, -3 + (k - 1) / 40.0);
}

int optimal_beta0(struct rule *rule, const struct problem *problem,
                  enum posterior_kind kind, double lambda, bool *at_end,
                  struct error *error)
{
    struct search search = {.rule = *rule,
                            .index = rule_kind_parameter(rule->kind, "beta0"),
                            .problem = problem,
                            .kind = kind,
                            .lambda = lambda};
    double best = HUGE_VAL;
    int best_point = -1, points = 0, refused = STATUS_OK;
    if (search.index < 0)
        return error_about(error, STATUS_USAGE, "optimal-beta0",
                           "%s has no beta0; allowed are rules with beta0",
                           rule->kind->name);
    for (; grid(points) <= OPTIMAL_BETA0_LARGEST; points++) {
        const double own = divergence(grid(points), &search);
        if (search.status != STATUS_OK && (refused == STATUS_OK || search.ended)) {
            refused = search.status;
            *error = search.error;
        }
        if (own < best) {
            best = own;
            best_point = points;
        }
    }
    if (refused != STATUS_OK && (best_point < 0 || search.ended))
        return refused;
    if (best_point < 0)
        return error_about(error, STATUS_USAGE, "optimal-beta0",
                           "no beta0 >= 0 gives %s a stationary law at "
                           "learning rate %g, or the paper has no formula for it",
                           rule->kind->name, rule->number[RULE_LR]);
    double beta0 = grid(best_point);
    const bool end = best_point == 0 || best_point == points - 1;
    if (at_end)
        *at_end = end;
    if (!end)
        beta0 = refine(&search, grid(best_point - 1), beta0, grid(best_point + 1));
    if (search.ended) {
        *error = search.error;
        return search.status;
    }
    rule->number[search.index] = beta0;
    return STATUS_OK;
}
