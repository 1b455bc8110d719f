/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/request_rules.h"

#include "base/parse.h"
#include "cli/matrices_file.h"
#include "cli/schedule_form.h"
#include "rules/rule_check.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t most_rows = 1000000;

static int parameter_values(const struct options *options, const struct rule_kind *kind,
                            int index, struct numbers *values, struct error *error)
{
    const struct parameter *parameter = &kind->parameters[index];
    const bool no_rate = options->program->no_rate && index == 0;
    const char *text = no_rate ? NULL : options_text(options, parameter->name);
    int status = STATUS_OK;
    const char *what = parameter->name;
    *values = (struct numbers){0};
    if (text && !parameter->choices) {
        status = parse_values(what, text, values, error);
        for (size_t i = 0; status == STATUS_OK && i < values->count; i++)
            status = parameter_check(parameter, values->value[i], error);
        return status;
    }
    const bool planned = no_rate || (options->program->plans_rate && index == 0);
    if (!text && !parameter->preset && !planned)
        return error_about(error, STATUS_USAGE, what, "a value is required: %s",
                           parameter->doc);
    int choice = 0;
    if (text)
        status = parameter_word(parameter, text, &choice, error);
    if (status != STATUS_OK)
        return status;
    values->value = malloc(sizeof *values->value);
    if (!values->value)
        return error_memory(error, "a parameter");
    values->value[0] = text ? choice : planned ? NAN : parameter->preset_value;
    values->count = 1;
    return STATUS_OK;
}

/* Appends the rows of one rule: the product of its parameters' values. */
static int rules_append(const struct options *options, const struct rule_kind *kind,
                        struct request_rules *rules, struct error *error)
{
    struct numbers values[RULE_MAX_PARAMETERS] = {{0}};
    size_t rows = 1;
    int status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < kind->parameter_count; i++) {
        status = parameter_values(options, kind, i, &values[i], error);
        if (status == STATUS_OK && values[i].count > most_rows / rows)
            status = error_about(error, STATUS_USAGE, kind->parameters[i].name,
                                 "the grid has more than %zu rows", most_rows);
        if (status == STATUS_OK)
            rows *= values[i].count;
    }
    if (status != STATUS_OK)
        goto out;
    struct rule *grown =
        realloc(rules->rule, (rules->count + rows + 1) * sizeof *grown);
    if (!grown) {
        status = error_memory(error, "the rows");
        goto out;
    }
    rules->rule = grown;
    for (size_t row = 0; row < rows; row++) {
        struct rule *rule = &grown[rules->count++];
        size_t rest = row;
        *rule = rule_of(kind, NAN);
        for (int i = kind->parameter_count - 1; i >= 0; i--) {
            const size_t choices = values[i].count;
            assert(choices > 0);
            const double value = values[i].value[rest % choices];
            if (kind->parameters[i].choices)
                rule->word[i] = (int)value;
            else
                rule->number[i] = value;
            rest /= choices;
        }
        rule_complete(rule);
    }
out:
    for (int i = 0; i < RULE_MAX_PARAMETERS; i++)
        numbers_free(&values[i]);
    return status;
}

static int unknown_rule(const char *name, struct error *error)
{
    const struct nearest nearest = rule_kind_nearest(name);
    return error_about(error, STATUS_USAGE, "optimizer",
                       "no update rule '%.200s'%s; allowed are %s, and %s", name,
                       nearest.hint, nearest.known, RULES_ALL);
}

/* Whether a rule has a parameter of that name. */
static bool is_parameter(const char *name)
{
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        if (rule_kind_parameter(*rule, name) >= 0)
            return true;
    return false;
}

/* Refuses a given parameter that none of the chosen rules has. */
static int check_unused(const struct options *options,
                        const struct request_rules *rules, struct error *error)
{
    for (size_t k = 0; k < options->count; k++) {
        const struct option_value *value = &options->value[k];
        bool used = !value->given || !is_parameter(value->option.name);
        for (size_t i = 0; !used && i < rules->count; i++)
            used = rule_kind_parameter(rules->rule[i].kind, value->option.name) >= 0;
        if (!used)
            return error_about(error, STATUS_USAGE, value->option.name,
                               "not a parameter of %s; --help lists what each rule "
                               "takes",
                               options_text(options, "optimizer"));
    }
    return STATUS_OK;
}

/* Reads the file of --system for the rules that need it. */
static int read_system(const struct options *options, struct request_rules *rules,
                       bool no_files, struct error *error)
{
    const char *path = options_text(options, "system");
    bool used = false;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < rules->count; i++) {
        if (!rules->rule[i].kind->from_file)
            continue;
        used = true;
        if (path && no_files)
            continue;
        status = path ? matrices_file_read(path, &rules->rule[i].matrices, error)
                      : error_about(error, STATUS_USAGE, "system",
                                    "a value is required: the file of the rule %s",
                                    rules->rule[i].kind->name);
    }
    if (status == STATUS_OK && path && !used)
        status = error_about(error, STATUS_USAGE, "system",
                             "no rule of %s is read from a file",
                             options_text(options, "optimizer"));
    return status;
}

/* Reads weight decay and schedule, which every rule takes. */
static int read_decay(const struct options *options, struct rule *rule,
                      struct error *error)
{
    if (!(options->program->groups & OPTIONS_DECAY))
        return STATUS_OK;
    if (options_given(options, "weight-decay"))
        rule->decay.lambda = options_real(options, "weight-decay");
    if (options_given(options, "decay"))
        rule->decay.decoupled =
            strcmp(options_text(options, "decay"), "decoupled") == 0;
    return options_given(options, "schedule")
               ? schedule_form_read(options_text(options, "schedule"), &rule->schedule,
                                    error)
               : STATUS_OK;
}

/* Whether `all` includes the rule: not if the program does not run it or if its file is
 * missing. */
static bool is_one_of_all(const struct options *options, const struct rule_kind *kind)
{
    const bool complete = !kind->from_file || options_text(options, "system");
    return complete && program_takes(options->program, kind);
}

/* Whether `name`, one word of --optimizer, stands for the rule. */
static bool is_meant(const struct options *options, const char *name, size_t length,
                     const struct rule_kind *kind)
{
    if (length == strlen(RULES_ALL) && strncmp(name, RULES_ALL, length) == 0)
        return is_one_of_all(options, kind);
    return length == strlen(kind->name) && strncmp(name, kind->name, length) == 0;
}

bool request_rules_choose(const struct options *options, const struct rule_kind *kind)
{
    for (const char *c = options_text(options, "optimizer"); c && *c;
         c += strcspn(c, ","), c += *c == ',')
        if (is_meant(options, c, strcspn(c, ","), kind))
            return true;
    return false;
}

/* Whether rows of the rule are there. */
static bool has_rule(const struct request_rules *rules, const struct rule_kind *kind)
{
    for (size_t k = 0; k < rules->count; k++)
        if (rules->rule[k].kind == kind)
            return true;
    return false;
}

/* Appends the rows of the rules that one word of the option stands for; `all` stands
 * for those that are not yet there. */
static int append_meant(const struct options *options, const char *name,
                        struct request_rules *rules, struct error *error)
{
    const bool all = strcmp(name, RULES_ALL) == 0;
    const size_t before = rules->count;
    bool found = false;
    int status = STATUS_OK;
    for (const struct rule_kind *const *rule = rule_kinds();
         status == STATUS_OK && *rule; rule++) {
        if (!is_meant(options, name, strlen(name), *rule))
            continue;
        found = true;
        if (!has_rule(rules, *rule))
            status = rules_append(options, *rule, rules, error);
        else if (!all)
            status = error_about(error, STATUS_USAGE, "optimizer",
                                 "%s is there twice; allowed is each rule once", name);
    }
    for (size_t k = before; all && k < rules->count; k++)
        rules->rule[k].of_all = true;
    return found ? status : unknown_rule(name, error);
}

/* Gives parameters that are not given the grids that the program has for them. */
static int take_grids(const struct request *request, struct options *options,
                      struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0;
         request->program->grid && status == STATUS_OK && k < options->count; k++) {
        struct option_value *value = &options->value[k];
        struct text grid = {0};
        if (value->text || !is_parameter(value->option.name))
            continue;
        request->program->grid(request, value->option.name, &grid);
        status = text_check(&grid, "a grid", error);
        if (status == STATUS_OK && grid.length > 0) {
            value->text = value->owned = grid.begin;
            grid.begin = NULL;
        }
        text_free(&grid);
    }
    return status;
}

static bool given(const struct options *options, const char *name)
{
    const struct option_value *value = options_find(options, name);
    return value && value->given;
}

int request_rules_read(struct request *request, struct options *options,
                       struct error *error)
{
    struct request_rules *rules = &request->rules;
    rules->lr_given = given(options, "lr");
    rules->beta0_given = given(options, "beta0");
    rules->beta1_given = given(options, "beta1");
    char *names = strdup(options_text(options, "optimizer")), *rest = NULL;
    if (!names)
        return error_memory(error, "the rules");
    int status = take_grids(request, options, error);
    for (char *name = strtok_r(names, ",", &rest); status == STATUS_OK && name;
         name = strtok_r(NULL, ",", &rest))
        status = append_meant(options, name, rules, error);
    if (status == STATUS_OK && rules->count == 0)
        status = unknown_rule(options_text(options, "optimizer"), error);
    if (status != STATUS_OK)
        goto out;
    status = check_unused(options, rules, error);
    if (status != STATUS_OK)
        goto out;
    status = read_system(options, rules, request->no_files, error);
    for (size_t i = 0; status == STATUS_OK && i < rules->count; i++)
        status = read_decay(options, &rules->rule[i], error);
    for (size_t i = 0; status == STATUS_OK && i < rules->count; i++)
        if (rules->rule[i].decay.lambda != 0 &&
            !(request->no_files && rules->rule[i].kind->from_file))
            status = rule_check_gradients(&rules->rule[i], 1, "weight decay", error);
    for (size_t i = 0; i < rules->count; i++)
        rules->rule[i].unsolved = !problem_has_law(&request->problem);
out:
    free(names);
    return status;
}

const char *request_rules_default(const struct options *options,
                                  const struct option_value *value, struct text *text)
{
    text_clear(text);
    if (value->option.preset)
        return value->option.preset;
    if (!(options->program->groups & OPTIONS_RULE))
        return NULL;
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        if (request_rules_choose(options, *rule))
            rule_kind_preset(*rule, value->option.name, text);
    return text->length > 0 ? text_get(text) : NULL;
}
