#include "optimizer.h"

#include "kernels.h"
#include "parse.h"
#include "random.h"
#include "system.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct optimizer *optimizer_find(const struct kernels *kernels, const char *name)
{
    for (const struct optimizer *const *rule = kernels->optimizers; *rule; rule++)
        if (strcmp((*rule)->name, name) == 0)
            return *rule;
    return NULL;
}

int optimizer_parameter(const struct optimizer *optimizer, const char *name)
{
    for (int i = 0; i < optimizer->parameter_count; i++)
        if (strcmp(optimizer->parameters[i].name, name) == 0)
            return i;
    return -1;
}

void optimizer_defaults(const struct optimizer *optimizer, double lr, double *parameter)
{
    for (int i = 0; i < OPTIMIZER_MAX_PARAMETERS; i++)
        parameter[i] = 0;
    for (int i = 0; i < optimizer->parameter_count; i++)
        parameter[i] = i == 0 ? lr : optimizer->parameters[i].preset_value;
    parameter[OPTIMIZER_WEIGHT_DECAY] = optimizer->weight_decay;
    parameter[OPTIMIZER_DECOUPLED] = optimizer->decoupled;
    if (optimizer->from_file)
        system_default(parameter);
}

/* Without decay and schedule the hash is that of the rule's own parameters: streams are
 * what they were before there were any. */
uint64_t optimizer_hash(const struct optimizer *optimizer, const double *parameter)
{
    const double *common = parameter + OPTIMIZER_OWN_PARAMETERS;
    const size_t count = OPTIMIZER_SYSTEM - OPTIMIZER_OWN_PARAMETERS;
    uint64_t own =
        random_hash(optimizer->name, parameter, (size_t)optimizer->parameter_count);
    if (optimizer->from_file)
        own = random_hash_bytes(own, parameter + OPTIMIZER_SYSTEM,
                                OPTIMIZER_SYSTEM_NUMBERS * sizeof *parameter);
    if (parameter[OPTIMIZER_WEIGHT_DECAY] == 0 && parameter[OPTIMIZER_SCHEDULE] == 0)
        return own;
    const uint64_t theirs = random_hash("decay and schedule", common, count);
    return random_hash_bytes(own, &theirs, sizeof theirs);
}

void optimizer_complete(const struct optimizer *optimizer, double *parameter)
{
    if (optimizer->complete)
        optimizer->complete(parameter);
}

void parameter_range(const struct parameter *p, size_t size, char *text)
{
    char low[40] = "", high[40] = "";
    if (p->choices) {
        size_t used = 0;
        for (int i = 0; p->choices[i] && used < size; i++)
            used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "|" : "",
                                     p->choices[i]);
        return;
    }
    if (isfinite(p->low))
        snprintf(low, sizeof low, "%g %s ", p->low, p->low_open ? "<" : "<=");
    if (isfinite(p->high))
        snprintf(high, sizeof high, " %s %g", p->high_open ? "<" : "<=", p->high);
    if (*low || *high)
        snprintf(text, size, "%s%s%s", low, p->name, high);
    else
        snprintf(text, size, "any number");
}

int parameter_check(const struct parameter *p, double value, struct error *error)
{
    const bool above = p->low_open ? value > p->low : value >= p->low;
    const bool below = p->high_open ? value < p->high : value <= p->high;
    if (isfinite(value) && above && below)
        return STATUS_OK;
    char range[128], text[PARSE_TEXT];
    parameter_range(p, sizeof range, range);
    parse_text_of(value, 6, text);
    return error_set(error, STATUS_USAGE, "--%s: %s is out of range; allowed is %s",
                     p->name, text, range);
}

int parameter_choice(const struct parameter *p, const char *word)
{
    for (int i = 0; p->choices[i]; i++)
        if (strcmp(p->choices[i], word) == 0)
            return i;
    return -1;
}

void parameter_preset(const struct optimizer *optimizer, const char *name, size_t size,
                      char *text)
{
    const int i = optimizer_parameter(optimizer, name);
    const char *preset = i < 0 ? NULL : optimizer->parameters[i].preset;
    const size_t used = strlen(text), first = strcspn(text, ";");
    if (!preset ||
        (used > 0 && strlen(preset) == first && strncmp(preset, text, first) == 0))
        return;
    if (used == 0)
        snprintf(text, size, "%s", preset);
    else
        snprintf(text + used, size - used, "; %s: %s", optimizer->name, preset);
}
