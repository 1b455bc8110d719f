/* SPDX-License-Identifier: GPL-3.0-or-later */
/* training_options.h: the options of programs that train a network on labelled
 * examples. */
#ifndef PNM_TRAINING_OPTIONS_H
#define PNM_TRAINING_OPTIONS_H

#include "cli/request.h"
#include "engine/training.h"

/* A program's own request may begin with this one. */
struct training_request {
    struct request request;
    const char *task, *label_noise;
    uint64_t train, test, validation, hidden, batch, epochs;
    enum perceptron_activation activation;
};

enum { TRAINING_OPTIONS = 9 };
extern const struct option_spec training_options[TRAINING_OPTIONS];

/* Makes the setting, and the data of its task, which the caller frees, after a failure
 * too; NULL if the task has none. Checks both with the rules. STATUS_USAGE,
 * STATUS_MEMORY. */
PNM_MUST_USE int training_options_read(const struct training_request *request,
                                       struct training_setting *setting,
                                       struct class_data **data, struct error *error);

/* The training of the setting with the request's settings of sampling. */
struct training training_options_run(const struct training_request *request,
                                     const struct training_setting *setting);

#endif
