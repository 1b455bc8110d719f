/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_at.h: the table of pnm-stationary --at and --average, laws of theta at
 * fixed steps and of averages of it. */
#ifndef PNM_STATIONARY_AT_H
#define PNM_STATIONARY_AT_H

#include "cli/average_form.h"
#include "cli/request.h"
#include "cli/table.h"

struct stationary_request {
    struct request request;
    bool full, excess;
    bool by_phase;     /* a row for each phase of an epoch */
    struct numbers at; /* steps */
    bool at_given;
    const char *average;      /* none, polyak, ...; NULL: none */
    struct numbers quantiles; /* probabilities */
    bool quantiles_given;
};

/* --at and --average. */
enum { STATIONARY_AT_OPTIONS = 2 };
extern const struct option_spec stationary_at_options[STATIONARY_AT_OPTIONS];

/* Sets *rules to the rules asked for, without those of `all` that are not linear; the
 * caller frees them. `what` is the law that only linear rules have. STATUS_USAGE for
 * others, and for a learning rate that changes. */
PNM_MUST_USE int stationary_linear_rules(const struct stationary_request *own,
                                         const char *what, struct rule **rules,
                                         size_t *count, struct error *error);

/* Fills the table if --at is given or there is an average. STATUS_USAGE for options
 * that plan stationary chains, rules without a linear law, and steps that are no whole
 * numbers > 0. */
PNM_MUST_USE int stationary_at_answer(const struct stationary_request *own,
                                      const struct average *average,
                                      struct table *table, struct tally *tally,
                                      struct error *error);

#endif
