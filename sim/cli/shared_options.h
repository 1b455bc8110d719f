/* shared_options.h: the options that several programs take, by group. */
#ifndef PNM_SHARED_OPTIONS_H
#define PNM_SHARED_OPTIONS_H

#include "cli/options.h"

struct shared_options {
    const struct option_spec *list;
    size_t count;
};

/* Those of a group; of OPTIONS_LOSS without the parameters of the losses. */
struct shared_options shared_options(enum option_group group);

/* Those of OPTIONS_RULE besides the parameters of the rules. */
extern const struct option_spec shared_options_optimizer, shared_options_system;

#endif
