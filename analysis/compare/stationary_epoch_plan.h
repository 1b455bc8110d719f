/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_epoch_plan.h: plans the chains of epochs, for stationary_epoch.c only. */
#ifndef PNM_STATIONARY_EPOCH_PLAN_H
#define PNM_STATIONARY_EPOCH_PLAN_H

#include "compare/stationary.h"
#include "theory/epoch.h"

/* Two modes i <= j, of which there are `phases` rows. */
struct epoch_element {
    struct linear_system i, j; /* the exact ones */
    struct epoch_start start;
    bool stable;
};

/* Modes that run in the same chains: elements first .. first+count-1. */
struct epoch_group {
    size_t first, count;
    struct plan plan;
};

struct epoch_work {
    const struct sampling *sampling;
    const struct rule *rule;
    const struct problem *problem;
    struct epoch epoch;
    bool pairs;
    bool together;   /* one group for all; else one a mode */
    uint64_t steps;  /* E */
    uint64_t phases; /* rows an element: E or 1 */
    struct linear_system *systems;
    double *margin;
    double *mean;   /* n: of theta */
    double *offset; /* n x LINEAR_STATE: start minus stationary mean */
    struct epoch_element *elements;
    size_t element_count;
    struct epoch_group *groups;
    size_t group_count;
    struct comparison *rows; /* element_count x phases */
    double *bias;            /* of each row */
    double *spread;          /* of each row: what the pilot found */
};

/* What the start leaves in a row of element k: the average over the steps that it
 * records of the element (0, 0) of A_i^t D A_j'^t, where D is the start's offsets'
 * product less the covariance at the start of an epoch. */
double stationary_epoch_bias(const struct epoch_work *work,
                             const struct comparison *row, size_t k, uint64_t burn_in,
                             uint64_t epochs);

/* Plans all groups: steps by the exact transient, in whole epochs, chains by a pilot's
 * spread. STATUS_USAGE for given steps that leave no whole epoch to record. */
PNM_MUST_USE int stationary_epoch_plan(const struct epoch_work *work,
                                       const struct ensemble *ensemble,
                                       struct error *error);

#endif
