/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shared_options.h: the options that several programs take, by group. */
#ifndef PNM_SHARED_OPTIONS_H
#define PNM_SHARED_OPTIONS_H

#include "cli/options.h"

struct shared_options {
    const struct option_spec *list;
    size_t count;
};

/* The options of a group; for OPTIONS_LOSS without the losses' parameters. */
struct shared_options shared_options(enum option_group group);

/* The options of OPTIONS_RULE that are not rules' parameters. */
extern const struct option_spec shared_options_optimizer, shared_options_system;

#endif
