/* rotation.h: the basis in which update rules run, theta = Q z, z the coordinates in
 * the eigenbasis of H: so H is Q diag(h) Q' there. Rules that are equivariant under
 * rotations do not notice; those that work coordinate by coordinate do. */
#ifndef PNM_ROTATION_H
#define PNM_ROTATION_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Draws an orthogonal matrix rotation[n x n], row-major, uniformly. STATUS_MEMORY. */
PNM_MUST_USE int rotation_draw(size_t n, uint64_t seed, double *rotation,
                               struct error *error);

/* STATUS_USAGE where q[n x n] is not orthogonal to 1e-10. */
PNM_MUST_USE int rotation_check(size_t n, const double *q, struct error *error);

/* STATUS_USAGE where n is so large that n x n numbers, and n^2 work a step, are too
 * many.
 */
PNM_MUST_USE int rotation_check_size(size_t n, struct error *error);

#endif
