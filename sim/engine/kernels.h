/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernels.h: the table of the hot code of one instruction set (isa.h). */
#ifndef PNM_KERNELS_H
#define PNM_KERNELS_H

#include "base/error.h"
#include "base/isa.h"

#include <stddef.h>
#include <stdint.h>

struct rule;
struct rule_loops;
struct loss;
struct loss_loops;
struct control_lanes;

/* Rows of 64 lanes that observe_direction keeps. */
enum {
    OBSERVE_LAST_THETA,
    OBSERVE_LAST_U,
    OBSERVE_SUM,
    OBSERVE_SQUARE,
    OBSERVE_LAG1,
    OBSERVE_DIRECTION_SUMS
};

enum { OBSERVE_PAIRS = 2 }; /* pairs of rows a call of descent_observe_pairs */

struct kernels {
    const char *isa;                        /* its name */
    const struct rule_loops *const *rules;  /* NULL after the last */
    const struct loss_loops *const *losses; /* NULL after the last */
    /* These are described in observe_kernel.h. */
    void (*observe_centre)(size_t steps, const double *centre, double *trajectory);
    void (*observe_moments)(size_t steps, const double *trajectory, double *sum,
                            double *square);
    void (*observe_product)(size_t steps, const double *a, const double *b,
                            double *product);
    void (*observe_direction)(const double *trajectory, double per_rate, double mean,
                              double use, double *chain);
    void (*observe_pull)(double h, double centre, double slope, double sd,
                         const double *z, const double *xi, double *gradient);
    void (*observe_rotate)(size_t n, const double *matrix, const double *in,
                           double *out);
    void (*observe_correlate)(size_t n, size_t length, const double *factor,
                              const double *normal, double *noise);
    /* This is described in minibatch_kernel.h. */
    void (*minibatch_add)(size_t n, size_t examples, double residual_sd,
                          const double *offset, const double *normal, double *sum);
    /* This is described in data_kernel.h. */
    void (*data_add)(size_t n, const double *x, const double *e, const uint32_t *row,
                     const double *offset, double *sum);
    /* This is described in network_kernel.h. */
    void (*network_add)(const double *theta, const double *x, const double *chosen,
                        double weight, double *sum);
    /* These are described in control_kernel.h. */
    void (*control_advance)(size_t steps, size_t stride, size_t shift,
                            const double *normal, struct control_lanes *lanes,
                            double *product);
    void (*control_record)(size_t steps, size_t stride, size_t shift,
                           const double *normal, struct control_lanes *lanes,
                           size_t stride_record, double *record);
    /* These are described in descent_kernel.h. */
    void (*descent_add_noise)(size_t count, double sd, const double *exact,
                              const double *normal, double *sample);
    void (*descent_observe)(size_t n, int lanes, const double *exact,
                            const double *value, double minimum, double *out);
    void (*descent_observe_pairs)(int lanes, const double *rows, double *out);
};

ISA_DECLARE(const struct kernels, kernels);

/* The table of the instruction set that isa_find chooses; NULL, with its error, if it
 * fails. */
const struct kernels *kernels_find(struct error *error);

/* The rule's loops; NULL for a rule that is not in the list. */
const struct rule_loops *kernels_rule(const struct kernels *kernels,
                                      const struct rule *rule);
/* The loss's loops; NULL for a loss that is not in the list. */
const struct loss_loops *kernels_loss(const struct kernels *kernels,
                                      const struct loss *loss);

#endif
