/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_tree.h"

#include "worst/worst_points.h"
#include "worst/worst_symmetry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The setting of the chain without noise. */
static struct worst_setting chain_of(const struct worst_tree_setting *setting)
{
    return (struct worst_setting){
        .rule = setting->rule, .steps = setting->steps, .smoothness = 1};
}

int worst_tree_check(const struct worst_tree_setting *setting, struct error *error)
{
    const struct worst_setting chain = chain_of(setting);
    if (setting->steps > WORST_TREE_STEPS)
        return error_about(error, STATUS_USAGE, "steps",
                           "%llu steps make a tree too large; allowed are at most %d",
                           (unsigned long long)setting->steps, WORST_TREE_STEPS);
    if (!(setting->sigma >= 0) || isinf(setting->sigma))
        return error_about(error, STATUS_USAGE, "sigma",
                           "the noise's sigma is %g; allowed is a number >= 0",
                           setting->sigma);
    if (setting->rule->kind->samples != 1)
        return error_about(error, STATUS_USAGE, "optimizer",
                           "%s takes %d gradients a step, whose noises differ; allowed "
                           "are rules that take one",
                           setting->rule->kind->name, setting->rule->kind->samples);
    return worst_setting_check(&chain, error);
}

size_t worst_tree_nodes(uint64_t steps)
{
    return ((size_t)2 << steps) - 1;
}

size_t worst_tree_depth(size_t node)
{
    size_t depth = 0;
    while ((node + 1) >> (depth + 1))
        depth++;
    return depth;
}

size_t worst_tree_ancestor(size_t node, size_t depth)
{
    const size_t last = ((size_t)2 << depth) - 2; /* of its depth */
    while (node > last)
        node = (node - 1) / 2;
    return node;
}

size_t worst_tree_common(size_t node, size_t other)
{
    while (node != other)
        if (node > other)
            node = (node - 1) / 2;
        else
            other = (other - 1) / 2;
    return worst_tree_depth(node);
}

int worst_tree_sign(size_t node, size_t depth)
{
    return worst_tree_ancestor(node, depth + 1) % 2 == 1 ? 1 : -1;
}

/* --- the enumerated program --------------------------------------------------------
 */

static void set_symbols(const struct worst_tree_setting *setting,
                        const double *response, struct worst_problem *problem)
{
    const size_t nodes = problem->points;
    for (size_t node = 0; node < nodes; node++) {
        const size_t k = worst_tree_depth(node);
        double *x = worst_symbol(problem, node);
        for (size_t t = 0; t < k; t++) {
            const size_t from = worst_tree_ancestor(node, t);
            x[from] = response[k - 1 - t];
            x[nodes + from] =
                worst_tree_sign(node, t) * setting->sigma * response[k - 1 - t];
        }
        worst_symbol(problem, nodes + node)[node] = 1;
        if (2 * node + 1 < nodes)
            worst_symbol(problem, 2 * nodes + node)[nodes + node] = 1;
    }
}

/* t - unit E|grad f|^2 <= 0 at a depth. */
static int add_measure(struct worst_problem *problem, size_t depth, struct error *error)
{
    const struct worst_row row = {.t_factor = 1};
    const size_t first = ((size_t)1 << depth) - 1;
    int status = worst_add_row(problem, &row, error);
    problem->measures++;
    for (size_t n = first; status == STATUS_OK && n <= 2 * first; n++) {
        const size_t g = problem->points + n;
        status =
            worst_add_term(problem, g, g, -ldexp(problem->unit, -(int)depth), error);
    }
    return status;
}

static int add_rows(struct worst_problem *problem, size_t steps, struct error *error)
{
    const size_t nodes = problem->points;
    int status = STATUS_OK;
    for (size_t n = 0; status == STATUS_OK && n < nodes; n++)
        status = worst_add_floor(problem, n, error);
    if (status == STATUS_OK)
        status = worst_add_start(problem, 1, error);
    for (size_t k = 0; status == STATUS_OK && k <= steps; k++)
        status = add_measure(problem, k, error);
    for (size_t n = 0; status == STATUS_OK && 2 * n + 1 < nodes; n++)
        status = worst_add_norm(problem, 2 * nodes + n, 1, error);
    return status == STATUS_OK ? worst_add_pairs(problem, error) : status;
}

int worst_tree_problem(const struct worst_tree_setting *setting, double unit,
                       struct worst_problem *problem, struct error *error)
{
    const size_t steps = (size_t)setting->steps, nodes = worst_tree_nodes(steps);
    const size_t inner = nodes / 2;
    double *response = calloc(steps + 1, sizeof *response);
    int status =
        worst_problem_init(problem, nodes, false, inner, nodes + inner, -1, error);
    if (status == STATUS_OK && !response)
        status = error_memory(error, "a worst case");
    if (status == STATUS_OK) {
        worst_response(setting->rule, 0, setting->steps, response);
        set_symbols(setting, response, problem);
        problem->unit = unit;
        status = add_rows(problem, steps, error);
    }
    free(response);
    return status;
}

/* --- both sides --------------------------------------------------------------------
 */

/* Proves for the enumerated tree what was found of the parts, with the digits that were
 * rounded there where these are proven too. */
static int prove(const struct worst_case *parts, struct worst_case *tree,
                 struct error *error)
{
    const char *reason = NULL;
    double bound;
    int status = STATUS_OK;
    if (!isnan(parts->certified)) {
        status = worst_check_above(&tree->problem, &tree->multipliers, &bound, &reason,
                                   error);
        if (status == STATUS_OK && !reason) {
            worst_case_above(tree, bound);
            tree->certified = fmax(tree->certified, parts->certified);
        }
    }
    if (status == STATUS_OK && !isnan(parts->worst)) {
        status =
            worst_check_below(&tree->problem, &tree->function, &bound, &reason, error);
        if (status == STATUS_OK && !reason) {
            status = worst_case_below(tree, bound, error);
            tree->worst = fmin(tree->worst, parts->worst);
        }
    }
    if (status == STATUS_OK && isnan(tree->certified) && isnan(tree->worst))
        return error_set(error, STATUS_SOFTWARE,
                         "neither a worst function nor multipliers were found");
    tree->gap = worst_case_gap(tree);
    return status;
}

int worst_tree_find(const struct worst_tree_setting *setting, struct worst_case *tree,
                    struct error *error)
{
    const struct worst_setting chain = chain_of(setting);
    struct worst_case parts = {0};
    if (setting->steps == 0 || setting->sigma == 0)
        return worst_case_find(&chain, tree, error);
    *tree = (struct worst_case){.worst = NAN, .certified = NAN, .gap = NAN};
    int status = worst_symmetry_problem(setting, &parts.problem, error);
    if (status == STATUS_OK)
        status = worst_case_reserve(&parts, 1, false, error);
    if (status == STATUS_OK)
        status = worst_case_solve(&parts, error);
    if (status != STATUS_OK)
        goto out;
    status = worst_tree_problem(setting, parts.problem.unit, &tree->problem, error);
    if (status == STATUS_OK)
        status = worst_case_reserve(tree, 1, false, error);
    if (status == STATUS_OK)
        status = worst_symmetry_lift(&parts, tree, error);
    if (status == STATUS_OK)
        status = prove(&parts, tree, error);
out:
    worst_case_free(&parts);
    return status;
}

/* --- the points, and the rule's own steps through them -----------------------------
 */

int worst_tree_points_of(const struct worst_tree_setting *setting,
                         const struct worst_case *tree,
                         struct worst_tree_points *points, struct error *error)
{
    const size_t nodes = tree->problem.points, n = tree->problem.basis;
    const size_t symbols = tree->problem.symbols;
    double *vector = calloc(3 * nodes * n, sizeof *vector);
    *points = (struct worst_tree_points){
        .nodes = nodes,
        .coordinates = n,
        .theta = vector,
        .gradient = vector ? vector + nodes * n : NULL,
        .noise = vector ? vector + 2 * nodes * n : NULL,
    };
    if (!vector)
        return error_memory(error, "the points of a worst case");
    const int status = worst_points_symbols(&tree->problem, tree->function.vector, 0,
                                            symbols, vector, error);
    for (size_t k = 0; k < nodes * n; k++)
        points->noise[k] *= setting->sigma;
    return status;
}

void worst_tree_points_free(struct worst_tree_points *points)
{
    free(points->theta);
    *points = (struct worst_tree_points){0};
}

/* What a replay moves. */
struct walker {
    double *theta, *gradient, *slot;
};

/* The largest distance from the points on the way to a leaf. */
static double walk(const struct worst_tree_setting *setting,
                   const struct worst_tree_points *points, size_t leaf,
                   const struct walker *walker)
{
    const struct rule *rule = setting->rule;
    const size_t n = points->coordinates;
    double most = 0;
    memcpy(walker->theta, points->theta, n * sizeof *walker->theta);
    memset(walker->slot, 0, (size_t)rule->kind->slots * n * sizeof *walker->slot);
    for (uint64_t k = 0; k <= setting->steps; k++) {
        const size_t node = worst_tree_ancestor(leaf, (size_t)k);
        most = fmax(most,
                    worst_points_distance(walker->theta, points->theta + node * n, n));
        if (k == setting->steps)
            break;
        for (size_t c = 0; c < n; c++)
            walker->gradient[c] =
                points->gradient[node * n + c] +
                worst_tree_sign(leaf, (size_t)k) * points->noise[node * n + c];
        rule->kind->step(rule, k, n, walker->gradient, walker->theta, walker->slot);
    }
    return most;
}

int worst_tree_replay(const struct worst_tree_setting *setting,
                      const struct worst_tree_points *points, double *deviation,
                      struct error *error)
{
    const size_t n = points->coordinates, nodes = points->nodes;
    double *work = calloc(((size_t)setting->rule->kind->slots + 2) * n, sizeof *work);
    double way = 0, most = 0;
    if (!work)
        return error_memory(error, "the replay of a worst case");
    const struct walker walker = {work, work + n, work + 2 * n};
    for (size_t node = 0; node < nodes; node++)
        way = fmax(way,
                   worst_points_distance(points->theta + node * n, points->theta, n));
    for (size_t leaf = nodes / 2; leaf < nodes; leaf++)
        most = fmax(most, walk(setting, points, leaf, &walker));
    *deviation = way > 0 ? most / way : most;
    free(work);
    return STATUS_OK;
}
