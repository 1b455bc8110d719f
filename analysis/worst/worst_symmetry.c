/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_symmetry.h"

#include <math.h>
#include <stdlib.h>

enum { CURVATURES = 31 }; /* 1, 1/1.25, ... of typical cases */

/* A problem has points = N + 1 depths and as many parts. Behind the symbols of part 0
 * follow, for each other part, its N + 1 positions, N + 1 gradients and its noise;
 * those that are not there are 0. */
static size_t position(const struct worst_problem *problem, size_t part, size_t depth)
{
    return part * (2 * problem->points + 1) - (part > 0) + depth;
}

static size_t gradient(const struct worst_problem *problem, size_t part, size_t depth)
{
    return position(problem, part, depth) + problem->points;
}

/* v/sigma at depth part - 1. */
static size_t noise(const struct worst_problem *problem, size_t part)
{
    return position(problem, part, 0) + 2 * problem->points;
}

/* The first basis vector of a part, which begins at depth `part`; a part's noise comes
 * before its gradients. */
static size_t first_vector(size_t points, size_t part)
{
    size_t first = 0;
    for (size_t p = 0; p < part; p++)
        first += points - p + (p > 0);
    return first;
}

static size_t noise_vector(size_t points, size_t part)
{
    return first_vector(points, part);
}

static size_t gradient_vector(size_t points, size_t part, size_t depth)
{
    return first_vector(points, part) + (part > 0) + depth - part;
}

static void set_symbols(const struct worst_tree_setting *setting,
                        const double *response, struct worst_problem *problem)
{
    const size_t points = problem->points;
    for (size_t part = 0; part < points; part++) {
        if (part > 0)
            worst_symbol(problem, noise(problem, part))[noise_vector(points, part)] = 1;
        for (size_t k = part; k < points; k++) {
            double *x = worst_symbol(problem, position(problem, part, k));
            for (size_t t = part; t < k; t++)
                x[gradient_vector(points, part, t)] = response[k - 1 - t];
            if (part > 0)
                x[noise_vector(points, part)] = setting->sigma * response[k - part];
            worst_symbol(problem, gradient(problem, part,
                                           k))[gradient_vector(points, part, k)] = 1;
        }
    }
}

/* One part of a chain on f = h x^2/2 that starts at `start`: its gradients. */
static void follow(const struct worst_problem *problem, size_t part, double h,
                   double start, double *vector)
{
    const size_t points = problem->points;
    if (part > 0)
        vector[noise_vector(points, part)] = 1;
    for (size_t k = part; k < points; k++) {
        const double *share = worst_symbol(problem, position(problem, part, k));
        double x = part == 0 ? start : 0;
        for (size_t i = 0; i < gradient_vector(points, part, k); i++)
            x += share[i] * vector[i];
        vector[gradient_vector(points, part, k)] = h * x;
    }
}

/* Sets the problem's sizes to the largest ones over functions f = h x^2/2, and its unit
 * to a power of two that makes the measured quantity a number near 1. */
static void set_sizes(struct worst_problem *problem, double *vector)
{
    const size_t points = problem->points, basis = problem->basis;
    double measured = 0;
    for (size_t i = 0; i < basis; i++)
        problem->vector_size[i] = 0;
    for (size_t k = 0; k < points; k++)
        problem->value_size[k] = 0;
    for (int n = 0; n <= CURVATURES; n++) {
        const double h = pow(1.25, -n);
        double least = INFINITY;
        for (size_t part = 0; part < points; part++)
            follow(problem, part, h, sqrt(2 / h), vector);
        for (size_t k = 0; k < points; k++) {
            double square = 0;
            for (size_t part = 0; part <= k; part++)
                square += pow(vector[gradient_vector(points, part, k)], 2);
            least = fmin(least, square);
            problem->value_size[k] = fmax(problem->value_size[k], square / (2 * h));
        }
        measured = fmax(measured, least);
        for (size_t i = 0; i < basis; i++)
            problem->vector_size[i] = fmax(problem->vector_size[i], fabs(vector[i]));
    }
    for (size_t i = 0; i < basis; i++)
        if (!(problem->vector_size[i] > 0))
            problem->vector_size[i] = 1;
    problem->unit = exp2(-round(log2(measured)));
}

/* Adds factor |g_k|^2 to the last row. */
static int add_square(struct worst_problem *problem, size_t k, double factor,
                      struct error *error)
{
    int status = STATUS_OK;
    for (size_t part = 0; status == STATUS_OK && part <= k; part++) {
        const size_t g = gradient(problem, part, k);
        status = worst_add_term(problem, g, g, factor, error);
    }
    return status;
}

static int add_floor(struct worst_problem *problem, size_t k, struct error *error)
{
    const double scale = worst_pair_scale(problem);
    const struct worst_row row = {.value = {k, k}, .factor = {-scale, 0}};
    const int status = worst_add_row(problem, &row, error);
    return status == STATUS_OK ? add_square(problem, k, scale / 2, error) : status;
}

static int add_measure(struct worst_problem *problem, size_t k, struct error *error)
{
    const struct worst_row row = {.t_factor = 1};
    const int status = worst_add_row(problem, &row, error);
    problem->measures++;
    return status == STATUS_OK ? add_square(problem, k, -problem->unit, error) : status;
}

/* The pair of a node at depth i and one at depth j whose ways part at depth `common`.
 * At the same depth values cancel, because nodes there are alike. */
static int add_pair(struct worst_problem *problem, size_t i, size_t j, size_t common,
                    struct error *error)
{
    const double scale = worst_pair_scale(problem);
    const struct worst_row row = {.value = {i, j},
                                  .factor = {i == j ? 0 : -scale, i == j ? 0 : scale}};
    int status = worst_add_row(problem, &row, error);
    for (size_t part = 0; status == STATUS_OK && part < problem->points; part++) {
        const struct worst_place one = {position(problem, part, i),
                                        gradient(problem, part, i)};
        const struct worst_place other = {position(problem, part, j),
                                          gradient(problem, part, j)};
        const int sign = part <= common ? 1 : part == common + 1 ? -1 : 0;
        status = worst_add_pair_terms(problem, &one, &other, sign, error);
    }
    return status;
}

/* Whether there are two nodes at these depths whose ways part at depth `common`. The
 * rows of pairs of the same depth are the same both ways. */
static bool is_pair(size_t i, size_t j, size_t common)
{
    return common <= i && common <= j && (common < i || common < j);
}

static int add_rows(struct worst_problem *problem, struct error *error)
{
    const size_t points = problem->points;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < points; k++)
        status = add_floor(problem, k, error);
    if (status == STATUS_OK)
        status = worst_add_start(problem, 1, error);
    for (size_t k = 0; status == STATUS_OK && k < points; k++)
        status = add_measure(problem, k, error);
    for (size_t part = 1; status == STATUS_OK && part < points; part++)
        status = worst_add_norm(problem, noise(problem, part), 1, error);
    problem->pairs = problem->rows;
    for (size_t i = 0; i < points; i++)
        for (size_t j = 0; j < points; j++)
            for (size_t c = 0; status == STATUS_OK && c < points; c++)
                if (is_pair(i, j, c))
                    status = add_pair(problem, i, j, c, error);
    return status;
}

int worst_symmetry_problem(const struct worst_tree_setting *setting,
                           struct worst_problem *problem, struct error *error)
{
    const size_t points = (size_t)setting->steps + 1;
    const size_t basis = first_vector(points, points);
    double *response = calloc(points + basis, sizeof *response);
    int status = worst_problem_init(problem, points, false,
                                    (points - 1) * (2 * points + 1), basis, -1, error);
    if (status == STATUS_OK && !response)
        status = error_memory(error, "a worst case");
    if (status == STATUS_OK) {
        worst_response(setting->rule, 0, setting->steps, response);
        set_symbols(setting, response, problem);
        set_sizes(problem, response + points);
        status = add_rows(problem, error);
    }
    free(response);
    return status;
}

/* --- into the enumerated tree ------------------------------------------------------
 */

/* The tree has as many coordinates as nodes and inner nodes: that of the noise at an
 * inner node, and one of its part's gradients at each depth below. The latter, counted
 * as a node's, is that of the way which leaves the inner node with -v and goes on with
 * +v; part 0 has those of the way that always goes on with +v. */
static size_t coordinate(size_t part, size_t from, size_t depth)
{
    size_t node = part > 0 ? 2 * from + 2 : 0;
    for (size_t k = part; k < depth; k++)
        node = 2 * node + 1;
    return node;
}

/* Adds to `out` (of a node) the vector of one part, whose noise is at node `from`. */
static void lift_vector(const struct worst_case *parts, size_t nodes, size_t part,
                        size_t from, size_t vector, int sign, double *out)
{
    const size_t points = parts->problem.points;
    const double *own = parts->function.vector + vector * parts->problem.basis;
    if (part > 0)
        out[nodes + from] += sign * own[noise_vector(points, part)];
    for (size_t k = part; k < points; k++)
        out[coordinate(part, from, k)] += sign * own[gradient_vector(points, part, k)];
}

static void lift_function(const struct worst_case *parts, struct worst_case *tree)
{
    const size_t points = parts->problem.points, nodes = tree->problem.points;
    const size_t n = tree->problem.basis;
    double *vector = tree->function.vector;
    for (size_t u = 0; u < nodes; u++) {
        const size_t depth = worst_tree_depth(u);
        tree->function.value[u] = parts->function.value[depth];
        lift_vector(parts, nodes, 0, 0, gradient_vector(points, 0, depth), 1,
                    vector + u * n);
        for (size_t part = 1; part <= depth; part++)
            lift_vector(parts, nodes, part, worst_tree_ancestor(u, part - 1),
                        gradient_vector(points, part, depth),
                        worst_tree_sign(u, part - 1), vector + u * n);
    }
    for (size_t u = 0; u + nodes < n; u++) {
        const size_t part = worst_tree_depth(u) + 1;
        lift_vector(parts, nodes, part, u, noise_vector(points, part), 1,
                    vector + (nodes + u) * n);
    }
    tree->function.t = parts->function.t;
}

/* Drops the last bits of the multipliers, so that those of the enumerated rows are
 * whole, and keeps the balance: what each value's row and the first measure have
 * follows from the others. */
static void drop_bits(const struct worst_case *parts, int bits, int64_t *unit)
{
    const struct worst_problem *problem = &parts->problem;
    const size_t measure = problem->values + 1;
    for (size_t k = 0; k < problem->values; k++)
        unit[k] = 0;
    unit[measure] = (int64_t)1 << parts->multipliers.bits;
    for (size_t r = problem->values; r < problem->rows; r++) {
        const struct worst_row *row = &problem->row[r];
        if (r != measure)
            unit[r] = parts->multipliers.unit[r] >> bits << bits;
        for (size_t k = 0; k < 2; k++)
            if (row->factor[k] != 0)
                unit[row->value[k]] += row->factor[k] > 0 ? unit[r] : -unit[r];
        if (row->t_factor != 0 && r != measure)
            unit[measure] -= unit[r];
    }
}

/* Where the rows of pairs are: their number by depths and common depth. */
static size_t pair_row(const struct worst_problem *problem, size_t i, size_t j,
                       size_t common)
{
    size_t row = problem->pairs;
    for (size_t a = 0; a <= i; a++)
        for (size_t b = 0; b < (a < i ? problem->points : j + 1); b++)
            for (size_t c = 0; c < (a < i || b < j ? problem->points : common); c++)
                row += is_pair(a, b, c);
    return row;
}

/* The multiplier of a row of the parts is shared by the rows of the tree that are
 * alike: those of the nodes of a depth or of the pairs, 2^shared in number. */
static void lift_pairs(const struct worst_case *parts, const int64_t *unit,
                       struct worst_case *tree)
{
    const size_t nodes = tree->problem.points;
    size_t row = tree->problem.pairs;
    for (size_t u = 0; u < nodes; u++)
        for (size_t w = 0; w < nodes; w++) {
            if (u == w)
                continue;
            const size_t i = worst_tree_depth(u), j = worst_tree_depth(w);
            const size_t common = worst_tree_common(u, w);
            const size_t shared = common < i && common < j ? i + j - common - 1
                                  : i > j                  ? i
                                                           : j;
            tree->multipliers.unit[row++] =
                unit[pair_row(&parts->problem, i, j, common)] >> shared;
        }
}

static void lift_multipliers(const struct worst_case *parts, int64_t *unit,
                             struct worst_case *tree)
{
    const size_t points = parts->problem.points, nodes = tree->problem.points;
    int64_t *own = tree->multipliers.unit;
    /* The most alike, 2^(2 N - 1), are the pairs of leaves that part at the root. */
    drop_bits(parts, 2 * (int)points - 3, unit);
    tree->multipliers.bits = parts->multipliers.bits;
    for (size_t u = 0; u < nodes; u++)
        own[u] = unit[worst_tree_depth(u)] >> worst_tree_depth(u);
    own[nodes] = unit[points];
    for (size_t k = 0; k < points; k++)
        own[nodes + 1 + k] = unit[points + 1 + k];
    for (size_t u = 0; 2 * u + 1 < nodes; u++)
        own[nodes + 1 + points + u] =
            unit[2 * points + 1 + worst_tree_depth(u)] >> worst_tree_depth(u);
    lift_pairs(parts, unit, tree);
}

int worst_symmetry_lift(const struct worst_case *parts, struct worst_case *tree,
                        struct error *error)
{
    int64_t *unit = calloc(parts->problem.rows, sizeof *unit);
    if (!unit)
        return error_memory(error, "a worst case");
    lift_function(parts, tree);
    lift_multipliers(parts, unit, tree);
    free(unit);
    return STATUS_OK;
}
