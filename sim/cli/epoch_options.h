/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch_options.h: the options of noise that is drawn without replacement. */
#ifndef PNM_EPOCH_OPTIONS_H
#define PNM_EPOCH_OPTIONS_H

#include "cli/request.h"

/* --sampling and --train-size. */
enum { EPOCH_OPTIONS = 2 };
extern const struct option_spec epoch_options[EPOCH_OPTIONS];

/* Gives the request's problem, which has been read, the epochs that its options ask
 * for. STATUS_USAGE if the options contradict each other or the loss. */
PNM_MUST_USE int epoch_options_read(struct request *request, struct error *error);

/* STATUS_USAGE if a step of the rule takes more samples than there are. Warns if some
 * are left over at the end of an epoch. Both only with epochs. */
PNM_MUST_USE int epoch_options_check(const struct request *request,
                                     const struct rule *rule, struct error *error);

#endif
