/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_tree.h: the worst case of a rule with noisy gradients.
 *
 * From every node of a binary tree the chain goes on with the gradient grad f(theta) +
 * v or grad f(theta) - v, each with probability 1/2. The vector v, |v| <= sigma, is the
 * node's own, so that the noise may depend on all that happened before. The measured
 * quantity is the least of E|grad f(theta_k)|^2 over k = 0 .. N, over all smooth f and
 * all v. Units: L = 1 and f(theta_0) - f* = 1.
 *
 * Two values of the noise are enough for all symmetric noise. If the law of each xi_k,
 * given the past, is that of -xi_k too, then a chain is a random path in a random tree:
 * first come the vectors v, then the signs. A sum of the problem's rows that proves the
 * bound for every tree proves it for the mean over trees, where only E|xi_k|^2 <=
 * sigma^2 is needed once the multipliers are the same at all nodes of a depth
 * (worst_symmetry.h). Noise that is not symmetric is not covered. */
#ifndef PNM_WORST_TREE_H
#define PNM_WORST_TREE_H

#include "worst/worst_case.h"

enum { WORST_TREE_STEPS = 4 }; /* that a tree may have at most */

struct worst_tree_setting {
    const struct rule *rule;
    uint64_t steps; /* N */
    double sigma;
};

/* What worst_setting_check says of the rule. STATUS_USAGE also if it takes more than
 * one gradient a step, whose noises differ, if the tree is too large, or if sigma is
 * not a number >= 0. */
PNM_MUST_USE int worst_tree_check(const struct worst_tree_setting *setting,
                                  struct error *error);

/* Nodes are counted depth by depth from the root, 0; node n goes on to 2 n + 1 with
 * +v and to 2 n + 2 with -v. */
size_t worst_tree_nodes(uint64_t steps);
size_t worst_tree_depth(size_t node);

/* The ancestor of a node at a depth not below it, which may be the node itself. */
size_t worst_tree_ancestor(size_t node, size_t depth);

/* The depth of the last node that the ways to two nodes have in common. */
size_t worst_tree_common(size_t node, size_t other);

/* 1 or -1: the sign of the noise with which the way to a node leaves its ancestor at
 * `depth`. */
int worst_tree_sign(size_t node, size_t depth);

/* The semidefinite program with all nodes enumerated, for sigma > 0, whose t is the
 * measured quantity times `unit`, a power of two. Its points are the nodes; symbol
 * 2 points + n is v/sigma at node n. STATUS_MEMORY. */
PNM_MUST_USE int worst_tree_problem(const struct worst_tree_setting *setting,
                                    double unit, struct worst_problem *problem,
                                    struct error *error);

/* Both sides for the enumerated tree, each proven there. Without noise, or without a
 * step, the tree is a chain, whose worst case worst_case_find gives. STATUS_MEMORY,
 * STATUS_INTERRUPTED, STATUS_SOFTWARE; worst_case_free is legal after a failure. */
PNM_MUST_USE int worst_tree_find(const struct worst_tree_setting *setting,
                                 struct worst_case *tree, struct error *error);

/* theta - theta_0, grad f(theta) and v (0 at the last depth) of each node (nodes x
 * coordinates). */
struct worst_tree_points {
    size_t nodes, coordinates;
    double *theta, *gradient, *noise;
};

/* The points of a tree with sigma > 0 and N > 0 whose function was found.
 * STATUS_MEMORY, STATUS_SOFTWARE; worst_tree_points_free is legal after a failure. */
PNM_MUST_USE int worst_tree_points_of(const struct worst_tree_setting *setting,
                                      const struct worst_case *tree,
                                      struct worst_tree_points *points,
                                      struct error *error);
void worst_tree_points_free(struct worst_tree_points *points);

/* Runs the rule's own step along every way through the tree with the nodes' noisy
 * gradients and sets *deviation as worst_points_replay does. STATUS_MEMORY. */
PNM_MUST_USE int worst_tree_replay(const struct worst_tree_setting *setting,
                                   const struct worst_tree_points *points,
                                   double *deviation, struct error *error);

#endif
