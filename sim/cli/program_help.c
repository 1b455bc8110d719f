/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/program_help.h"

#include "cli/options_help.h"
#include "cli/request_rules.h"
#include "cli/short_help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOC_COLUMN = 29, WIDTH = 79 };

/* Prints what an option does, from column `at` on. */
static void print_doc(FILE *stream, int at, const char *doc)
{
    if (at > DOC_COLUMN + 3)
        at = WIDTH; /* begins a line of its own */
    else
        at += fprintf(stream, "%*s", at < DOC_COLUMN ? DOC_COLUMN - 1 - at : 2, "");
    options_help_wrap(stream, at, DOC_COLUMN, WIDTH, doc);
    fputc('\n', stream);
}

static int print_option(FILE *stream, const struct options *options,
                        const struct option_spec *option, struct error *error)
{
    struct text doc = {0};
    int at = option->letter ? fprintf(stream, "  -%c, ", option->letter)
                            : fprintf(stream, "      ");
    at += fprintf(stream, "--%s", option->name);
    if (option->kind != OPTION_FLAG)
        at += fprintf(stream, option->bare ? "[=%s]" : "=%s", option->argument);
    options_help_text(options, option, &doc);
    print_doc(stream, at, text_get(&doc));
    const int status = text_check(&doc, "the help text", error);
    text_free(&doc);
    return status;
}

static int by_name(const void *a, const void *b)
{
    const struct option_value *const *x = a, *const *y = b;
    return strcmp((*x)->option.name, (*y)->option.name);
}

/* Prints the options of each topic, sorted by name. */
static int print_options(FILE *stream, const struct options *options,
                         struct error *error)
{
    const struct option_value **sorted = calloc(options->count + 1, sizeof *sorted);
    int status = STATUS_OK;
    if (!sorted)
        return error_memory(error, "the help text");
    for (enum option_topic topic = 0; topic < TOPICS; topic++) {
        size_t count = 0;
        for (size_t i = 0; i < options->count; i++)
            if (options->value[i].topic == topic && !options->value[i].option.moved)
                sorted[count++] = &options->value[i];
        qsort(sorted, count, sizeof *sorted, by_name);
        if (count > 0)
            fprintf(stream, "\n%s:\n", options_help_topic(topic));
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            status = print_option(stream, options, &sorted[i]->option, error);
    }
    const bool rules = options->program->groups & OPTIONS_RULE;
    fprintf(stream, "\nHelp:\n");
    print_doc(stream, fprintf(stream, rules ? "      --help[=RULE]" : "      --help"),
              rules
                  ? "show all this; of a rule: what it computes, where it comes from, "
                    "its parameters. -h shows the main options and examples"
                  : "show all this; -h shows the main options and examples");
    print_doc(stream, fprintf(stream, "      --version"), "show the version");
    fputc('\n', stream);
    free(sorted);
    return status;
}

/* Prints text whose lines are kept, but for those that are too wide. */
static void print_lines(FILE *stream, const char *text)
{
    while (*text) {
        int column = 0;
        const char *line = text + strcspn(text, "\n");
        const bool fits = line - text <= WIDTH;
        while (text < line) {
            const int word = fits ? (int)(line - text) : (int)strcspn(text, " \n");
            if (column > 0 && column + 1 + word > WIDTH) {
                fprintf(stream, "\n");
                column = 0;
            }
            column += fprintf(stream, "%s%.*s", column ? " " : "", word, text);
            text += word;
            text += text < line;
        }
        fprintf(stream, "\n");
        text = line + (*line == '\n');
    }
}

static int print_all(FILE *stream, const struct options *options, struct error *error)
{
    const struct program *program = options->program;
    struct text ends = {0};
    int status = short_help_usage(stream, options, error);
    fprintf(stream, "\n");
    print_lines(stream, program->summary);
    if (status == STATUS_OK)
        status = print_options(stream, options, error);
    if (status == STATUS_OK && program->groups & OPTIONS_RULE) {
        print_lines(stream, options_help_grids);
        fprintf(stream, "\nUpdate rules:\n");
        status = options_help_rules(stream, error);
        fprintf(stream, "\n");
    }
    print_lines(stream, program->notes);
    fprintf(stream, "\n");
    options_help_ends(program, &ends);
    print_lines(stream, text_get(&ends));
    if (status == STATUS_OK)
        status = text_check(&ends, "the help text", error);
    text_free(&ends);
    return status;
}

static int print_rule(FILE *stream, const struct options *options, const char *name,
                      struct error *error)
{
    const struct rule_kind *rule = rule_kind_find(name);
    if (!rule) {
        const struct nearest nearest = rule_kind_nearest(name);
        return error_set(error, STATUS_USAGE,
                         "--help: no update rule '%.200s'%s; allowed are %s", name,
                         nearest.hint, nearest.known);
    }
    fprintf(stream, "%s: %s\n\n", rule->name, rule->summary);
    fprintf(stream, "  formula");
    options_help_wrap(stream, 9, 12, WIDTH, rule->formula);
    fprintf(stream, "\n  source ");
    options_help_wrap(stream, 9, 12, WIDTH, rule->source);
    fprintf(stream, "\n\nIts parameters:\n");
    int status = STATUS_OK;
    for (int i = options->program->no_rate;
         status == STATUS_OK && i < rule->parameter_count; i++) {
        const struct parameter *p = &rule->parameters[i];
        struct text doc = {0};
        text_add(&doc, "%s%s%s%s; ", p->doc, *p->symbol ? " (" : "", p->symbol,
                 *p->symbol ? ")" : "");
        parameter_range(p, &doc);
        text_add(&doc, "; %s%s", p->preset ? "default " : "required",
                 p->preset ? p->preset : "");
        const int at = fprintf(stream, "      --%s", p->name);
        print_doc(stream, at, text_get(&doc));
        status = text_check(&doc, "the help text", error);
        text_free(&doc);
    }
    return status;
}

int program_help(const struct options *options, const char *topic, struct error *error)
{
    int status = STATUS_OK;
    if (topic && strcmp(topic, "-h") == 0)
        status = short_help_print(stdout, options, error);
    else if (topic)
        status = print_rule(stdout, options, topic, error);
    else
        status = print_all(stdout, options, error);
    return status == STATUS_OK ? OPTIONS_DONE : status;
}
