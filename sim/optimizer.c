#include "optimizer.h"

#include "kernels.h"
#include "parse.h"
#include "random.h"
#include "system.h"

#include <math.h>
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

void parameter_range(const struct parameter *p, struct text *text)
{
    for (int i = 0; p->choices && p->choices[i]; i++)
        text_add(text, "%s%s", i ? "|" : "", p->choices[i]);
    if (p->choices)
        return;
    if (!isfinite(p->low) && !isfinite(p->high)) {
        text_add(text, "any number");
        return;
    }
    if (isfinite(p->low))
        text_add(text, "%g %s ", p->low, p->low_open ? "<" : "<=");
    text_add(text, "%s", p->name);
    if (isfinite(p->high))
        text_add(text, " %s %g", p->high_open ? "<" : "<=", p->high);
}

int parameter_check(const struct parameter *p, double value, struct error *error)
{
    const bool above = p->low_open ? value > p->low : value >= p->low;
    const bool below = p->high_open ? value < p->high : value <= p->high;
    if (isfinite(value) && above && below)
        return STATUS_OK;
    char number[PARSE_TEXT];
    struct text range = {0};
    parameter_range(p, &range);
    parse_text_of(value, 6, number);
    error_write(error, "--%s: %s is out of range; allowed is %s", p->name, number,
                text_get(&range));
    text_free(&range);
    return STATUS_USAGE;
}

int parameter_choice(const struct parameter *p, const char *word)
{
    for (int i = 0; p->choices[i]; i++)
        if (strcmp(p->choices[i], word) == 0)
            return i;
    return -1;
}

void parameter_preset(const struct optimizer *optimizer, const char *name,
                      struct text *text)
{
    const int i = optimizer_parameter(optimizer, name);
    const char *preset = i < 0 ? NULL : optimizer->parameters[i].preset;
    const size_t first = strcspn(text_get(text), ";");
    if (!preset || (text->length > 0 && strlen(preset) == first &&
                    strncmp(preset, text_get(text), first) == 0))
        return;
    if (text->length == 0)
        text_add(text, "%s", preset);
    else
        text_add(text, "; %s: %s", optimizer->name, preset);
}
