/* rotation.h: the basis in which update rules run, theta = Q z, z the coordinates in
 * the eigenbasis of H: so H is Q diag(h) Q' there. Rules that are equivariant under
 * rotations do not notice; those that work coordinate by coordinate do. */
#ifndef PNM_ROTATION_H
#define PNM_ROTATION_H

#include "error.h"

#include <stddef.h>

/* --rotation: "none" gives NULL; "haar:SEED" an orthogonal matrix drawn uniformly;
 * "file:PATH" n x n numbers, orthogonal to 1e-10. *rotation is n x n row-major and the
 * caller's to free. STATUS_USAGE. */
PNM_MUST_USE int rotation_read(const char *text, size_t n, double **rotation,
                               struct error *error);

#endif
