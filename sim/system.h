/* system.h: a linear update rule that is read from a file: on curvature h its state
 * s = (theta, other numbers) moves as
 *
 *     s' = (A0 + lr h A1) s + lr b xi,    theta* = 0,
 *
 * xi the gradient's noise. The file has a row for each number of the state, up to four:
 * the row of A0, the row of A1, and b:
 *
 *     # Nesterov with beta = 0.9: theta' = theta - lr (1+beta) g - beta^2 lr d, d' =
 *     # beta d + g; the state is (theta, lr d)
 *     1  -0.81   -1.9  0   -1.9
 *     0   0.9     1    0    1
 *
 * Where the only gradient is that at theta, A1 is b times (1, 0, ...), as above. The
 * rule then runs wherever another does; else, on quadratic losses in their eigenbasis.
 */
#ifndef PNM_SYSTEM_H
#define PNM_SYSTEM_H

#include "optimizer.h"

#include <stdbool.h>

/* Reads the file into parameter[OPTIMIZER_SYSTEM ..]. STATUS_USAGE. */
PNM_MUST_USE int system_read(const char *path, double *parameter, struct error *error);

/* Gradient descent: 1, -1, -1. */
void system_default(double *parameter);

/* Is there more in A1 than the gradient at theta? */
bool system_is_curved(const double *parameter);

/* Does A0 move theta, or the other numbers, by theta itself? */
bool system_is_pulled(const double *parameter);

#endif
