#include "options.h"

#include "nearest.h"
#include "parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct option_value *options_find(const struct options *options, const char *name)
{
    for (size_t i = 0; i < options->count; i++)
        if (strcmp(options->value[i].option.name, name) == 0)
            return (struct option_value *)&options->value[i];
    return NULL;
}

/* --- reading values --------------------------------------------------------------- */

static bool is_choice(const char *choices, const char *text)
{
    const size_t length = strlen(text);
    for (const char *c = choices; *c; c += strcspn(c, "|"), c += *c == '|')
        if (length > 0 && strcspn(c, "|") == length && strncmp(c, text, length) == 0)
            return true;
    return false;
}

void option_range(const struct option_spec *option, struct text *text)
{
    const bool real = option->kind == OPTION_REAL;
    char low[PARSE_TEXT], high[PARSE_TEXT];
    if (!real && option->kind != OPTION_COUNT)
        return;
    parse_text_of(option->low, 6, low);
    parse_text_of(option->high, 6, high);
    text_add(text, "a %s", real ? "number" : "whole number");
    if (isfinite(option->low))
        text_add(text, " %s %s", option->low_open ? ">" : ">=", low);
    if (isfinite(option->high))
        text_add(text, "%s <= %s", isfinite(option->low) ? " and" : "", high);
}

int options_read(struct option_value *value, struct error *error)
{
    const struct option_spec *option = &value->option;
    char what[80];
    snprintf(what, sizeof what, "--%s", option->name);
    if (!value->text)
        return STATUS_OK;
    if (option->kind == OPTION_TEXT && !*value->text &&
        strcmp(option->argument, "FILE") == 0)
        return error_set(error, STATUS_USAGE,
                         "%s: '' names no file; allowed is a file name", what);
    if (option->kind == OPTION_COUNT)
        return parse_count(what, value->text, (uint64_t)option->low,
                           (uint64_t)option->high, &value->count, error);
    if (option->kind == OPTION_CHOICE && !is_choice(option->argument, value->text)) {
        struct nearest nearest = nearest_to(value->text, "");
        nearest_try_list(&nearest, option->argument);
        return error_set(error, STATUS_USAGE,
                         "%s: '%.200s' is not allowed%s; allowed: %s", what,
                         value->text, nearest.hint, option->argument);
    }
    if (option->kind != OPTION_REAL)
        return STATUS_OK;
    const int status = parse_real(what, value->text, &value->real, error);
    if (status != STATUS_OK)
        return status;
    if (value->real < option->low || value->real > option->high ||
        (option->low_open && value->real == option->low)) {
        struct text range = {0};
        option_range(option, &range);
        error_write(error, "%s: %s is out of range; allowed is %s", what, value->text,
                    text_get(&range));
        text_free(&range);
        return STATUS_USAGE;
    }
    return STATUS_OK;
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        free(options->value[i].owned);
        free(options->value[i].words);
    }
    free(options->value);
    *options = (struct options){.program = options->program};
}

bool options_is_open(const struct option_value *value)
{
    return !value->given && !value->file;
}

int options_give(struct option_value *value, const char *text, const char *file,
                 unsigned long line, struct error *error)
{
    value->file = file;
    value->line = line;
    if (!text)
        return STATUS_OK;
    value->owned = strdup(text);
    if (!value->owned)
        return error_memory(error, "the options");
    value->text = value->owned;
    value->given = true;
    return options_read(value, error);
}

void options_locate(const struct options *options, struct error *error)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        const size_t length = strlen(value->option.name);
        const char *text = error->text;
        if (!value->file || strncmp(text, "--", 2) != 0 ||
            strncmp(text + 2, value->option.name, length) != 0 ||
            text[2 + length] != ':')
            continue;
        const struct error before = *error;
        if (value->line > 0)
            error_write(error, "%.300s, line %lu: %.600s", value->file, value->line,
                        before.text);
        else
            error_write(error, "%.300s: %.600s", value->file, before.text);
        error->agreed = before.agreed;
        return;
    }
}

const char *options_text(const struct options *options, const char *name)
{
    return options_find(options, name)->text;
}

bool options_given(const struct options *options, const char *name)
{
    return options_find(options, name)->given;
}

double options_real(const struct options *options, const char *name)
{
    return options_find(options, name)->real;
}

uint64_t options_count(const struct options *options, const char *name)
{
    return options_find(options, name)->count;
}

bool options_flag(const struct options *options, const char *name)
{
    return options_find(options, name)->given;
}
