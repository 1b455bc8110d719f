/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_symmetry.h: the worst case of a tree (worst_tree.h) by a small program.
 *
 * If v changes its sign at one node and the two subtrees below it change places, the
 * enumerated program stays what it is. It is convex, so a mean over all such exchanges
 * is as good as any solution: f need not have a symmetry for it, as the mean of Gram
 * matrices belongs to another function. For the mean, nodes of the same depth are
 * alike, and so are pairs of nodes with the same depths whose ways part at the same
 * depth.
 *
 * What a node at depth k has is then a sum of orthogonal parts: part 0, its mean over
 * the depth, and for each ancestor, at depth a < k, part a + 1, the half difference
 * between what follows +v and what follows -v there, with the sign of the way. Parts of
 * different ancestors are orthogonal, and alike at the same depth. So two nodes whose
 * ways part at depth a have parts 0 .. a in common, part a + 1 with opposite signs,
 * and no others.
 *
 * Nothing here is believed: what is found is put into the enumerated program, and
 * proven there (worst_tree_find). */
#ifndef PNM_WORST_SYMMETRY_H
#define PNM_WORST_SYMMETRY_H

#include "worst/worst_case.h"
#include "worst/worst_tree.h"

/* The program of the parts, for sigma > 0 and N > 0. STATUS_MEMORY. */
PNM_MUST_USE int worst_symmetry_problem(const struct worst_tree_setting *setting,
                                        struct worst_problem *problem,
                                        struct error *error);

/* Sets the function and the multipliers of the enumerated tree to those found of the
 * parts. Nothing is proven of them yet. STATUS_MEMORY. */
PNM_MUST_USE int worst_symmetry_lift(const struct worst_case *parts,
                                     struct worst_case *tree, struct error *error);

#endif
