/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/epoch_options.h"

#include <math.h>

enum { LARGEST = 10000000 };

const struct option_spec epoch_options[EPOCH_OPTIONS] = {
    {
        .name = "sampling",
        .kind = OPTION_CHOICE,
        .field = OPTION_FIELD(struct request, drawing),
        .argument = "fresh|epoch",
        .preset = "fresh",
        .doc = "fresh: the noise of every gradient is independent; epoch: it is the "
               "mean of the next B of N fixed samples of covariance B C, which are "
               "shuffled at the start of each epoch, so that C is what it is with "
               "replacement. An epoch has floor(N/B) steps, half as many of a rule "
               "that takes two gradients a step",
    },
    {
        .name = "train-size",
        .kind = OPTION_COUNT,
        .field = OPTION_FIELD(struct request, train_size),
        .argument = "N",
        .low = 2,
        .high = LARGEST,
        .doc = "samples of an epoch",
    },
};

int epoch_options_read(struct request *request, struct error *error)
{
    struct problem *problem = &request->problem;
    const double batch = request->batch, train_size = (double)request->train_size;
    const bool grouped = request->program->groups & OPTIONS_EPOCHS;
    if (!grouped || (request->drawing == REQUEST_FRESH && request->train_size == 0))
        return STATUS_OK;
    if (request->drawing == REQUEST_FRESH)
        return error_about(error, STATUS_USAGE, "train-size",
                           "%llu is not allowed with fresh noise, which has no epochs; "
                           "allowed is the option with --sampling epoch",
                           (unsigned long long)request->train_size);
    if (request->form == REQUEST_LEAST_SQUARES || problem->examples > 0)
        return error_about(error, STATUS_USAGE, "sampling",
                           "epoch is not allowed with --loss least-squares, whose "
                           "examples are fresh; allowed are fresh, and epoch with "
                           "--loss quadratic");
    if (problem->law.kind != NOISE_GAUSSIAN)
        return error_about(
            error, STATUS_USAGE, "noise-law",
            "only gaussian is allowed with --sampling epoch, whose fixed "
            "samples are drawn from it");
    if (request->train_size == 0)
        return error_about(error, STATUS_USAGE, "train-size",
                           "a value is required with --sampling epoch; allowed is a "
                           "whole number from 2 to %d",
                           LARGEST);
    if (batch != rint(batch) || !(batch <= train_size))
        return error_about(error, STATUS_USAGE, "batch",
                           "%g is not allowed with --sampling epoch, which takes that "
                           "many of the %llu samples of --train-size a gradient; "
                           "allowed are whole numbers from 1 to %llu",
                           batch, (unsigned long long)request->train_size,
                           (unsigned long long)request->train_size);
    problem_set_epochs(problem, (size_t)request->train_size, (size_t)batch);
    return STATUS_OK;
}

int epoch_options_check(const struct request *request, const struct rule *rule,
                        struct error *error)
{
    const struct problem *problem = &request->problem;
    const int samples = rule->kind->samples;
    if (problem->train_size == 0)
        return STATUS_OK;
    const size_t steps = problem_epoch(problem, samples);
    const size_t left = problem->train_size - steps * problem->batch * (size_t)samples;
    if (steps == 0)
        return error_about(
            error, STATUS_USAGE, "batch",
            "%zu is not allowed for %s, a step of which takes %d batches "
            "of the %zu samples of --train-size; allowed are whole "
            "numbers from 1 to %zu",
            problem->batch, rule->kind->name, samples, problem->train_size,
            problem->train_size / (size_t)samples);
    if (left > 0)
        sampling_warn(&request->sampling,
                      "--train-size %zu: an epoch of %s has %zu steps and does not use "
                      "the last %zu samples of its shuffle",
                      problem->train_size, rule->kind->name, steps, left);
    return STATUS_OK;
}
