/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rotation.h: the basis in which update rules run, theta = Q z, where z are the
 * coordinates in the eigenbasis of H; there H is Q diag(h) Q'. It makes no difference
 * to rules that are equivariant under rotations, but to those that treat each
 * coordinate separately it does. */
#ifndef PNM_ROTATION_H
#define PNM_ROTATION_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Draws an orthogonal matrix rotation[n x n], row-major, uniformly. STATUS_MEMORY. */
PNM_MUST_USE int rotation_draw(size_t n, uint64_t seed, double *rotation,
                               struct error *error);

/* STATUS_USAGE if q[n x n] is not orthogonal to 1e-10. */
PNM_MUST_USE int rotation_check(size_t n, const double *q, struct error *error);

/* STATUS_USAGE if n is too large for n x n numbers and n^2 work a step. */
PNM_MUST_USE int rotation_check_size(size_t n, struct error *error);

#endif
