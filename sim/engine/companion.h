/* SPDX-License-Identifier: GPL-3.0-or-later */
/* companion.h: the linear rule that a rule which is not linear resembles on one mode of
 * a quadratic loss.
 *
 * A step makes the next state (theta - theta*, slots) from the last one and a normal
 * number. The companion's A and b are the means of the step's derivatives by these two,
 * over the recorded steps of a few chains. For Adam that is momentum at the mean of the
 * rate eta/(sqrt(v) + epsilon). The chains come in pairs with opposite starts and
 * opposite noise, whose states remain opposite except for what is even, as v is. So the
 * derivatives by which theta and v move each other cancel exactly, and slots that then
 * pass no noise on to theta are left out of the companion.
 *
 * How good a companion is decides only how much control variates gain (control.h):
 * their expectations are exact for any filters. */
#ifndef PNM_COMPANION_H
#define PNM_COMPANION_H

#include "engine/ensemble.h"

/* Finds the companion of the ensemble's rule on a mode that runs separately, from
 * random numbers of its own. chains.count is not used. The dimension is 0 if there is
 * none: without noise, with several gradient samples a step, if weight decay moves the
 * mean away from theta*, or if a derivative is not finite. STATUS_MEMORY. */
PNM_MUST_USE int companion_of(const struct ensemble *ensemble, size_t mode,
                              struct chains chains, struct linear_system *system,
                              struct error *error);

#endif
