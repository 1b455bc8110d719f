/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include "base/nearest.h"
#include "base/parse.h"
#include "cli/option_lists.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool option_is_called(const struct option_spec *option, const char *name)
{
    return strcmp(option->name, name) == 0 ||
           parse_choice(option->aliases, name, strlen(name)) >= 0;
}

struct option_value *options_find(const struct options *options, const char *name)
{
    struct option_value *found = NULL;
    for (size_t i = 0; i < options->count; i++) {
        struct option_value *value = (struct option_value *)&options->value[i];
        if (strcmp(value->option.name, name) == 0)
            return value;
        if (!found && option_is_called(&value->option, name))
            found = value;
    }
    return found;
}

/* --- reading values --------------------------------------------------------------- */

void options_range(const struct option_spec *option, struct text *text)
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

/* The words "a|b|c" that the option allows. */
static const char *choices_of(const struct option_spec *option)
{
    return option->forms ? option->forms : option->argument;
}

static int choice_index(const struct option_spec *option, const char *text)
{
    return parse_choice(choices_of(option), text, strlen(text));
}

int options_read(struct option_value *value, struct error *error)
{
    const struct option_spec *option = &value->option;
    const char *what = option->name;
    if (!value->text)
        return STATUS_OK;
    if (option->kind == OPTION_TEXT && !*value->text &&
        strcmp(option->argument, "FILE") == 0)
        return error_about(error, STATUS_USAGE, what,
                           "'' names no file; allowed is a file name");
    if (option->kind == OPTION_COUNT)
        return parse_count(what, value->text, (uint64_t)option->low,
                           (uint64_t)option->high, &value->count, error);
    if (option->kind == OPTION_CHOICE && choice_index(option, value->text) < 0) {
        struct nearest nearest = nearest_to(value->text, "");
        nearest_try_list(&nearest, choices_of(option));
        return error_about(error, STATUS_USAGE, what,
                           "'%.200s' is not allowed%s; allowed: %s", value->text,
                           nearest.hint, choices_of(option));
    }
    if (option->kind != OPTION_REAL)
        return STATUS_OK;
    const int status = parse_real(what, value->text, &value->real, error);
    if (status != STATUS_OK)
        return status;
    if (value->real < option->low || value->real > option->high ||
        (option->low_open && value->real == option->low)) {
        struct text range = {0};
        options_range(option, &range);
        error_write_about(error, what, "%s is out of range; allowed is %s", value->text,
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
    for (char **word = options->words; word && *word; word++)
        free(*word);
    free(options->words);
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

/* --- filling the request -----------------------------------------------------------
 */

/* Writes the member of the request that a field stands for. memcpy does so for any
 * type.
 */
static void put(struct request *request, const struct option_field *field,
                const void *value, size_t size)
{
    memcpy((unsigned char *)request + field->offset, value, size);
}

static int fill_one(const struct option_value *value, struct request *request,
                    struct error *error)
{
    const struct option_spec *option = &value->option;
    const bool given = value->given;
    const int choice = option->kind == OPTION_CHOICE && value->text
                           ? choice_index(option, value->text)
                           : 0;
    struct numbers grid = {0};
    int status = STATUS_OK;
    if (option->given.type == FIELD_FLAG)
        put(request, &option->given, &given, sizeof given);
    if (option->field.type == FIELD_FLAG)
        put(request, &option->field, &given, sizeof given);
    if (!value->text)
        return STATUS_OK;
    switch (option->field.type) {
    case FIELD_TEXT:
        put(request, &option->field, &value->text, sizeof value->text);
        break;
    case FIELD_REAL:
        put(request, &option->field, &value->real, sizeof value->real);
        break;
    case FIELD_COUNT:
        put(request, &option->field, &value->count, sizeof value->count);
        break;
    case FIELD_CHOICE:
        put(request, &option->field, &choice, sizeof choice);
        break;
    case FIELD_GRID:
        status = parse_values(option->name, value->text, &grid, error);
        if (status == STATUS_OK)
            put(request, &option->field, &grid, sizeof grid);
        break;
    case FIELD_FLAG:
    case FIELD_NONE:
        break;
    }
    return status;
}

int options_fill(const struct options *options, struct request *request,
                 struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++)
        status = fill_one(&options->value[i], request, error);
    return status;
}

void options_empty(const struct options *options, struct request *request)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_field *field = &options->value[i].option.field;
        struct numbers grid;
        if (field->type != FIELD_GRID)
            continue;
        memcpy(&grid, (unsigned char *)request + field->offset, sizeof grid);
        numbers_free(&grid);
        put(request, field, &grid, sizeof grid);
    }
}

/* --- errors ------------------------------------------------------------------------
 */

void options_describe_error(const struct options *options, const struct error *error,
                            struct text *text)
{
    const struct option_value *value = options_find(options, error->quantity);
    if (value && value->file && value->line > 0)
        text_add(text, "%.300s, line %lu: ", value->file, value->line);
    else if (value && value->file)
        text_add(text, "%.300s: ", value->file);
    if (value)
        text_add(text, "--%s: ", value->option.name);
    else if (*error->quantity)
        text_add(text, "%s: ", error->quantity);
    text_add(text, "%s", error->text);
    if (value)
        option_lists_hint(value, text);
}

/* --- values by name ----------------------------------------------------------------
 */

/* A program asks for options of its own table alone. */
static const struct option_value *known(const struct options *options, const char *name)
{
    const struct option_value *value = options_find(options, name);
    assert(value);
    return value;
}

const char *options_text(const struct options *options, const char *name)
{
    return known(options, name)->text;
}

bool options_given(const struct options *options, const char *name)
{
    return known(options, name)->given;
}

double options_real(const struct options *options, const char *name)
{
    return known(options, name)->real;
}

uint64_t options_count(const struct options *options, const char *name)
{
    return known(options, name)->count;
}

bool options_flag(const struct options *options, const char *name)
{
    return known(options, name)->given;
}
