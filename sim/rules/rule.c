/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule.h"

#include "base/parse.h"
#include "base/random.h"
#include "rules/list.h"

#include <math.h>
#include <string.h>

#define DECLARE_RULE(name) extern const struct rule_kind rule_##name;
#define LIST_RULE(name) &rule_##name,

RULE_LIST(DECLARE_RULE)

const struct rule_kind *const *rule_kinds(void)
{
    static const struct rule_kind *const kinds[] = {RULE_LIST(LIST_RULE) NULL};
    return kinds;
}

const struct rule_kind *rule_kind_find(const char *name)
{
    for (const struct rule_kind *const *kind = rule_kinds(); *kind; kind++)
        if (strcmp((*kind)->name, name) == 0 ||
            parse_choice((*kind)->aliases, name, strlen(name)) >= 0)
            return *kind;
    return NULL;
}

struct nearest rule_kind_nearest(const char *name)
{
    struct nearest nearest = nearest_to(name, "");
    for (const struct rule_kind *const *kind = rule_kinds(); *kind; kind++)
        nearest_try(&nearest, (*kind)->name, strlen((*kind)->name));
    return nearest;
}

int rule_kind_parameter(const struct rule_kind *kind, const char *name)
{
    for (int i = 0; i < kind->parameter_count; i++)
        if (strcmp(kind->parameters[i].name, name) == 0)
            return i;
    return -1;
}

struct rule rule_of(const struct rule_kind *kind, double lr)
{
    struct rule rule = {.kind = kind, .decay = kind->decay};
    for (int i = 0; i < kind->parameter_count; i++)
        if (kind->parameters[i].choices)
            rule.word[i] = (int)kind->parameters[i].preset_value;
        else
            rule.number[i] = i == RULE_LR ? lr : kind->parameters[i].preset_value;
    if (kind->from_file)
        matrices_default(&rule.matrices);
    return rule;
}

void rule_complete(struct rule *rule)
{
    if (rule->kind->complete)
        rule->kind->complete(rule);
}

bool rule_set(struct rule *rule, const char *name, double value)
{
    const int i = rule_kind_parameter(rule->kind, name);
    if (i < 0 || rule->kind->parameters[i].choices)
        return false;
    rule->number[i] = value;
    return true;
}

/* The value of parameter i as a number. */
static double value_of(const struct rule *rule, int i)
{
    return rule->kind->parameters[i].choices ? rule->word[i] : rule->number[i];
}

/* Without weight decay and schedule the hash is that of the rule's own parameters, so
 * that these two options leave the streams of all other runs as they are. */
uint64_t rule_hash(const struct rule *rule)
{
    const struct rule_kind *kind = rule->kind;
    const struct schedule *schedule = &rule->schedule;
    double value[RULE_MAX_PARAMETERS];
    double common[3 + SCHEDULE_NUMBERS] = {rule->decay.lambda, rule->decay.decoupled,
                                           schedule->kind};
    for (int i = 0; i < kind->parameter_count; i++)
        value[i] = value_of(rule, i);
    uint64_t own = random_hash(kind->name, value, (size_t)kind->parameter_count);
    if (kind->from_file)
        own = random_hash_bytes(own, &rule->matrices, sizeof rule->matrices);
    if (rule->decay.lambda == 0 && schedule->kind == SCHEDULE_CONSTANT)
        return own;
    memcpy(common + 3, schedule->number, sizeof schedule->number);
    const uint64_t theirs =
        random_hash("decay and schedule", common, sizeof common / sizeof *common);
    return random_hash_bytes(own, &theirs, sizeof theirs);
}

double rule_parameter(const struct rule *rule, const char *name)
{
    const int i = rule_kind_parameter(rule->kind, name);
    return i < 0 ? NAN : value_of(rule, i);
}

bool rule_is_scheduled(const struct rule *rule)
{
    return rule->schedule.kind != SCHEDULE_CONSTANT;
}

bool rule_has_law(const struct rule *rule)
{
    return rule->kind->linear && !rule_is_scheduled(rule) && !rule->unsolved;
}

bool rule_settles(const struct rule *rule)
{
    return !rule->kind->settles || rule->kind->settles(rule);
}

void rule_describe(const struct rule *rule, struct text *text)
{
    for (int i = 0; i < rule->kind->parameter_count; i++) {
        const struct parameter *p = &rule->kind->parameters[i];
        text_add(text, "%s%s=", i ? " " : "", p->name);
        if (p->choices)
            text_add(text, "%s", p->choices[rule->word[i]]);
        else
            text_add(text, "%g", rule->number[i]);
    }
}

void rule_kind_preset(const struct rule_kind *kind, const char *name, struct text *text)
{
    const int i = rule_kind_parameter(kind, name);
    const char *preset = i < 0 ? NULL : kind->parameters[i].preset;
    const size_t first = strcspn(text_get(text), ";");
    if (!preset || (text->length > 0 && strlen(preset) == first &&
                    strncmp(preset, text_get(text), first) == 0))
        return;
    if (text->length == 0)
        text_add(text, "%s", preset);
    else
        text_add(text, "; %s: %s", kind->name, preset);
}
