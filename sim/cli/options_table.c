/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include "cli/shared_options.h"
#include "losses/loss.h"
#include "rules/rule.h"

#include <stdlib.h>
#include <string.h>

/* --- the table of a program ------------------------------------------------------- */

static int options_add(struct options *options, const struct option_spec *option,
                       struct error *error)
{
    if (options->count == options->capacity) {
        const size_t capacity = 2 * options->capacity + 64;
        struct option_value *grown = realloc(options->value, capacity * sizeof *grown);
        if (!grown)
            return error_memory(error, "the options");
        options->value = grown;
        options->capacity = capacity;
    }
    options->value[options->count++] =
        (struct option_value){.option = *option, .text = option->preset};
    return STATUS_OK;
}

static int options_add_list(struct options *options, const struct option_spec *list,
                            size_t count, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = options_add(options, &list[i], error);
    return status;
}

/* Adds the program's own options, with those that it shares and those that have moved.
 */
static int options_add_own(struct options *options, struct error *error)
{
    const struct program *program = options->program;
    int status =
        options_add_list(options, program->common, program->common_count, error);
    if (status == STATUS_OK)
        status = options_add_list(options, program->own, program->own_count, error);
    for (size_t i = 0; status == STATUS_OK && i < program->moved_count; i++) {
        struct option_spec option = program->moved[i];
        option.moved = true;
        option.preset = NULL;
        status = options_add(options, &option, error);
    }
    return status;
}

static int options_add_parameter(struct options *options, const struct parameter *p,
                                 struct error *error)
{
    const struct option_spec option = {
        .name = p->name,
        .aliases = p->aliases,
        .kind = OPTION_TEXT,
        .argument = "VALUES",
        .presence_counts = options->program->presence_counts,
        .doc = p->doc,
    };
    struct text words = {0};
    int status = options_add(options, &option, error);
    if (status != STATUS_OK || !p->choices)
        return status;
    struct option_value *value = &options->value[options->count - 1];
    parameter_range(p, &words);
    value->words = words.begin;
    value->option.argument = value->words;
    return text_check(&words, "the options", error);
}

/* Adds the parameters of all rules, each name once. */
static int options_add_rules(struct options *options, struct error *error)
{
    int status = options_add(options, &shared_options_optimizer, error);
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        for (int i = 0; status == STATUS_OK && i < (*rule)->parameter_count; i++) {
            const struct parameter *p = &(*rule)->parameters[i];
            if (!options_find(options, p->name) &&
                !(i == 0 && options->program->no_rate))
                status = options_add_parameter(options, p, error);
        }
    return status == STATUS_OK ? options_add(options, &shared_options_system, error)
                               : status;
}

/* Adds --loss, --dim and the parameters of all losses, each name once. */
static int options_add_losses(struct options *options, struct error *error)
{
    const struct shared_options shared = shared_options(OPTIONS_LOSS);
    int status = options_add_list(options, shared.list, shared.count, error);
    for (const struct loss_kind *const *loss = loss_kinds(); *loss; loss++)
        for (int i = 0; status == STATUS_OK && i < (*loss)->parameter_count; i++) {
            const struct parameter *p = &(*loss)->parameters[i];
            const struct option_spec option = {
                .name = p->name,
                .aliases = p->aliases,
                .kind = OPTION_REAL,
                .argument = "VALUE",
                .low = p->low,
                .high = p->high,
                .low_open = p->low_open,
                .doc = p->doc,
            };
            if (!options_find(options, p->name))
                status = options_add(options, &option, error);
        }
    return status;
}

/* The groups of options in the order in which help shows them. */
static const struct {
    enum option_group group;
    enum option_topic topic;
} order[] = {
    {OPTIONS_RULE, TOPIC_RULE},         {OPTIONS_DECAY, TOPIC_RULE},
    {OPTIONS_QUADRATIC, TOPIC_PROBLEM}, {OPTIONS_EPOCHS, TOPIC_PROBLEM},
    {OPTIONS_LOSS, TOPIC_PROBLEM},      {OPTIONS_OWN, TOPIC_OWN},
    {OPTIONS_EXACT, TOPIC_RUN},         {OPTIONS_COLUMNS, TOPIC_OUTPUT},
    {OPTIONS_CHAINS, TOPIC_RUN},        {OPTIONS_PLANNING, TOPIC_RUN},
    {OPTIONS_SAMPLING, TOPIC_RUN},      {OPTIONS_OUTPUT, TOPIC_OUTPUT},
    {OPTIONS_PLOT, TOPIC_OUTPUT},       {OPTIONS_FILES, TOPIC_OUTPUT},
};

static int options_add_group(struct options *options, enum option_group group,
                             struct error *error)
{
    const struct shared_options shared = shared_options(group);
    switch (group) {
    case OPTIONS_RULE:
        return options_add_rules(options, error);
    case OPTIONS_LOSS:
        return options_add_losses(options, error);
    case OPTIONS_OWN:
        return options_add_own(options, error);
    default:
        return options_add_list(options, shared.list, shared.count, error);
    }
}

static int options_build(struct options *options, struct error *error)
{
    const struct program *program = options->program;
    int status = STATUS_OK;
    const bool plans = program->groups & OPTIONS_SAMPLING && !program->unplanned;
    const unsigned groups = program->groups | OPTIONS_OWN |
                            (plans ? OPTIONS_PLANNING : 0) |
                            (program->groups & OPTIONS_OUTPUT ? OPTIONS_FILES : 0);
    for (size_t k = 0; status == STATUS_OK && k < sizeof order / sizeof *order; k++) {
        const size_t before = options->count;
        if (groups & order[k].group)
            status = options_add_group(options, order[k].group, error);
        for (size_t i = before; i < options->count; i++)
            options->value[i].topic = order[k].topic;
    }
    if (status != STATUS_OK)
        return status;
    if (program->max_samples) {
        struct option_value *value = options_find(options, "max-samples");
        value->option.preset = value->text = program->max_samples;
    }
    if (program->optimizer) {
        struct option_value *value = options_find(options, "optimizer");
        value->option.preset = value->text = program->optimizer;
        value->option.required = false;
    }
    return STATUS_OK;
}

int options_table_init(struct options *options, const struct program *program,
                       struct error *error)
{
    *options = (struct options){.program = program};
    return options_build(options, error);
}
