/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options_help.h"

#include "base/parse.h"
#include "cli/request_rules.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The defaults of rules that differ are in help->preset too. */
void options_help_of(const struct options *options, const struct option_spec *option,
                     struct options_help *help)
{
    const struct parameter *p = NULL;
    struct text presets = {0};
    *help = (struct options_help){.doc = option->doc, .symbol = ""};
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++) {
        const int i = rule_kind_parameter(*rule, option->name);
        if (i < 0 || !(options->program->groups & OPTIONS_RULE))
            continue;
        p = &(*rule)->parameters[i];
        rule_kind_preset(*rule, option->name, &presets);
    }
    help->of_rule = p;
    if (p) {
        const bool planned = options->program->plans_rate && strcmp(p->name, "lr") == 0;
        help->doc = p->doc;
        help->symbol = p->symbol;
        if (!p->choices) /* the option's argument shows them */
            parameter_range(p, &help->range);
        text_add(&help->preset, "%s%s",
                 p->preset ? "default "
                 : planned ? "planned by default"
                           : "required",
                 text_get(&presets));
    } else {
        options_range(option, &help->range);
        if (option->required || option->preset)
            text_add(&help->preset, "%s%s", option->required ? "required" : "default ",
                     option->required ? "" : option->preset);
        if (option->required && option->unless)
            text_add(&help->preset, " without --%s", option->unless);
    }
    help->preset.failed = help->preset.failed || presets.failed;
    text_free(&presets);
}

void options_help_free(struct options_help *help)
{
    text_free(&help->range);
    text_free(&help->preset);
}

void options_help_text(const struct options *options, const struct option_spec *option,
                       struct text *text)
{
    struct options_help help;
    options_help_of(options, option, &help);
    const char *preset = text_get(&help.preset);
    if (help.of_rule)
        text_add(text, "%s%s%s%s%s%s; %s", help.doc, *help.symbol ? " (" : "",
                 help.symbol, *help.symbol ? ")" : "", help.range.length ? "; " : "",
                 text_get(&help.range), preset);
    else
        text_add(text, "%s%s%s%s", help.doc, *preset ? " (" : "", preset,
                 *preset ? ")" : "");
    text->failed = text->failed || help.range.failed || help.preset.failed;
    options_help_free(&help);
}

const char *options_help_topic(enum option_topic topic)
{
    static const char *const headings[TOPICS] = {
        [TOPIC_RULE] = "Rule", [TOPIC_PROBLEM] = "Problem", [TOPIC_OWN] = "Setting",
        [TOPIC_RUN] = "Run",   [TOPIC_OUTPUT] = "Output",
    };
    return headings[topic];
}

enum { INDENT = 14, WIDTH = 76 };

void options_help_wrap(FILE *stream, int column, int indent, int width,
                       const char *text)
{
    while (*text) {
        const int word = (int)strcspn(text, " ");
        if (column + 1 + word > width) {
            fprintf(stream, "\n%*s", indent - 1, "");
            column = indent - 1;
        }
        fprintf(stream, " %.*s", word, text);
        column += 1 + word;
        text += word;
        text += *text == ' ';
    }
}

/* A paragraph that begins at column 13. argp would not indent it. */
static void print_wrapped(FILE *stream, const char *text)
{
    options_help_wrap(stream, INDENT - 1, INDENT, WIDTH, text);
}

/* print_wrapped on a new line. */
static void print_below(FILE *stream, const char *text)
{
    fprintf(stream, "\n%*s", INDENT - 1, "");
    print_wrapped(stream, text);
}

static int print_rule(FILE *stream, const struct rule_kind *rule, struct error *error)
{
    struct text options = {0};
    for (int i = 0; i < rule->parameter_count; i++)
        text_add(&options, "%s--%s", i ? " " : "", rule->parameters[i].name);
    fprintf(stream, "  %-11s", rule->name);
    print_wrapped(stream, rule->summary);
    print_below(stream, rule->formula);
    print_below(stream, rule->source);
    print_below(stream, text_get(&options));
    fprintf(stream, "\n");
    const int status = text_check(&options, "the help text", error);
    text_free(&options);
    return status;
}

int options_help_rules(FILE *stream, struct error *error)
{
    int status = STATUS_OK;
    for (const struct rule_kind *const *rule = rule_kinds();
         status == STATUS_OK && *rule; rule++)
        status = print_rule(stream, *rule, error);
    return status;
}

const char options_help_grids[] =
    "A numeric parameter of a rule takes one value, a list 0,1,3, or a grid "
    "linear:LO:HI:N or log:LO:HI:N; every value gives rows of its own "
    "and may be there once.";

#define EXIT_ERRORS                                                                    \
    {64, "bad usage"}, {70, "a computation failed"}, {71, "out of memory"},            \
        {74, "output could not be written"}, {130, "interrupted"},                     \
    {                                                                                  \
        0, NULL                                                                        \
    }

const struct exit_meaning *options_help_exits(const struct program *program)
{
    static const struct exit_meaning done[] = {{0, "done"}, EXIT_ERRORS};
    static const struct exit_meaning judged[] = {
        {0, "no exact verdict fails or is open"},
        {1, "an exact verdict fails"},
        {2, "otherwise, if one is inconclusive or (except in pnm-verify) not sampled"},
        EXIT_ERRORS,
    };
    return program->judges ? judged : done;
}

void options_help_ends(const struct program *program, struct text *text)
{
    const struct exit_meaning *exits = options_help_exits(program);
    text_add(text, "Exit status: ");
    for (const struct exit_meaning *e = exits; e->meaning; e++)
        text_add(text, "%s%d %s", e == exits ? "" : "; ", e->status, e->meaning);
    text_add(text, ".");
}
