/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stable_law.h: quantiles of the symmetric stable law whose characteristic function is
 * exp(-|t|^alpha), for 0.5 <= alpha <= 2: N(0, 2) at 2, Cauchy's law at 1. */
#ifndef PNM_STABLE_LAW_H
#define PNM_STABLE_LAW_H

#include "base/error.h"

struct stable_quantile {
    double value;
    double error;   /* absolute bound of what integration leaves in `value` */
    double density; /* of the law there */
};

/* P(X > x) for x > 0 by Nolan's integral (Commun. Stat. Stoch. Models 13 (1997) 759),
 * and in *error, if not NULL, what integration says of its own error. STATUS_MEMORY,
 * STATUS_SOFTWARE if it does not converge. */
PNM_MUST_USE int stable_law_upper(double alpha, double x, double *upper,
                                  double *own_error, struct error *error);

/* The quantile of the probability 0 < p < 1. STATUS_MEMORY, STATUS_SOFTWARE. */
PNM_MUST_USE int stable_law_quantile(double alpha, double p,
                                     struct stable_quantile *quantile,
                                     struct error *error);

#endif
