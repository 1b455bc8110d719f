/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/option_lists.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The forms of a value, "a|b:REST". */
static const char *forms_of(const struct option_spec *option)
{
    return option->forms ? option->forms : option->argument ? option->argument : "";
}

/* "file:" or "csv:" if a value may be that before the name of a file; else NULL. */
static const char *file_form(const struct option_spec *option)
{
    return strstr(forms_of(option), "file:")  ? "file:"
           : strstr(forms_of(option), "csv:") ? "csv:"
                                              : NULL;
}

/* Whether the value may be a list: of numbers, names or files. */
static bool is_list(const struct option_value *value)
{
    const struct option_spec *option = &value->option;
    if (option->kind == OPTION_FLAG || !value->given || !value->text)
        return false;
    if (file_form(option))
        return strncmp(value->text, file_form(option), 4) != 0;
    return option->kind == OPTION_GRID || strcmp(option->argument, "VALUES") == 0 ||
           strstr(option->argument, "[,");
}

/* Appends one item of --optimizer by the rule's own name. */
static void add_rule(struct text *text, const char *item, size_t length)
{
    char name[64] = "";
    if (length < sizeof name)
        memcpy(name, item, length);
    const struct rule_kind *kind = rule_kind_find(name);
    if (kind)
        text_add(text, "%s", kind->name);
    else
        text_add(text, "%.*s", (int)length, item);
}

/* Writes the list anew, without the blanks around commas. */
static void tidy(const struct option_value *value, struct text *text)
{
    static const char blanks[] = " \t";
    const bool rules = strcmp(value->option.name, "optimizer") == 0;
    const char *item = value->text;
    for (;;) {
        const size_t length = strcspn(item, ",");
        size_t shown = length;
        while (shown > 0 && item[length] && strchr(blanks, item[shown - 1]))
            shown--;
        if (rules)
            add_rule(text, item, shown);
        else
            text_add(text, "%.*s", (int)shown, item);
        item += length;
        if (!*item)
            return;
        text_add(text, ",");
        item++;
        item += strspn(item, blanks);
    }
}

int option_lists_tidy(struct options *options, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        struct option_value *value = &options->value[i];
        struct text text = {0};
        if (!is_list(value))
            continue;
        tidy(value, &text);
        status = text_check(&text, "the options", error);
        if (status == STATUS_OK && strcmp(text_get(&text), value->text) != 0) {
            free(value->owned);
            value->text = value->owned = text.begin;
            text.begin = NULL;
        }
        text_free(&text);
    }
    return status;
}

/* Whether the text has a folder, or an ending that begins with a letter. */
static bool looks_like_file(const char *text)
{
    const char *dot = strrchr(text, '.');
    return strchr(text, '/') || (dot && isalpha((unsigned char)dot[1]) &&
                                 strspn(text, "0123456789") == 0 && strlen(dot) <= 5);
}

void option_lists_hint(const struct option_value *value, struct text *text)
{
    const char *given = value->text;
    const char *form = file_form(&value->option);
    if (!given || !*given || !form || strncmp(given, form, strlen(form)) == 0)
        return;
    if (access(given, F_OK) == 0 || looks_like_file(given))
        text_add(text, "; did you mean %s%.300s?", form, given);
}
