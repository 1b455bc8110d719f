/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/short_help.h"

#include "base/parse.h"
#include "cli/options_help.h"

#include <string.h>

enum { NAME_COLUMN = 10, DOC_COLUMN = 42, WIDTH = 79, EXAMPLES = 3 };

/* The shared options that are shown wherever a program has them. */
static const char main_options[] = "optimizer|lr|beta0|spectrum|noise|task|precision|"
                                   "seed|exact|output|plot";

static bool is_main(const struct options *options, const struct option_value *value)
{
    const char *name = value->option.name, *own = options->program->main;
    return !value->option.moved &&
           (parse_choice(main_options, name, strlen(name)) >= 0 ||
            parse_choice(own, name, strlen(name)) >= 0);
}

/* Appends the option to the usage if it has to be given. */
static void add_required(const struct options *options,
                         const struct option_spec *option, struct text *text)
{
    struct options_help help;
    options_help_of(options, option, &help);
    if (!option->moved && strncmp(text_get(&help.preset), "required", 8) == 0)
        text_add(text, "--%s=%s ", option->name, option->argument);
    text->failed = text->failed || help.preset.failed;
    options_help_free(&help);
}

bool short_help_needed(const struct options *options)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->value[i].option.required && !options->value[i].option.moved)
            return true;
    return false;
}

int short_help_usage(FILE *stream, const struct options *options, struct error *error)
{
    struct text text = {0};
    const char *name = options->program->name;
    for (size_t i = 0; i < options->count; i++)
        add_required(options, &options->value[i].option, &text);
    text_add(&text, "[option ...]");
    fprintf(stream, "usage: %s", name);
    options_help_wrap(stream, 7 + (int)strlen(name), 8 + (int)strlen(name), WIDTH,
                      text_get(&text));
    fprintf(stream, "\n");
    const int status = text_check(&text, "the help text", error);
    text_free(&text);
    return status;
}

/* The letters at the start of doc that say the main thing within `room`: up to a colon,
 * a semicolon, a bracket or the end of a sentence, or else up to a comma or a blank. */
static int brief(const char *doc, int room)
{
    size_t end = 0, comma = 0, blank = 0;
    for (; doc[end] && !strchr(";:", doc[end]); end++) {
        if (strncmp(doc + end, ". ", 2) == 0 || strncmp(doc + end, " (", 2) == 0)
            break;
        if ((int)end > room)
            return (int)(comma ? comma : blank);
        comma = strncmp(doc + end, ", ", 2) == 0 ? end : comma;
        blank = doc[end] == ' ' ? end : blank;
    }
    return (int)end <= room ? (int)end : (int)(comma ? comma : blank);
}

static void print_option(FILE *stream, const struct options *options,
                         const struct option_spec *option)
{
    struct options_help help;
    int at = NAME_COLUMN;
    options_help_of(options, option, &help);
    if (option->letter)
        at += fprintf(stream, "-%c, ", option->letter);
    at += fprintf(stream, "--%s", option->name);
    if (option->kind != OPTION_FLAG)
        at += fprintf(stream, option->bare ? "[=%s]" : "=%s", option->argument);
    if (at >= DOC_COLUMN - 1)
        at = fprintf(stream, "\n") - 1; /* the text begins a line of its own */
    at += fprintf(stream, "%*s", DOC_COLUMN - at, "");
    if (option->brief)
        fprintf(stream, "%s\n", option->brief);
    else
        fprintf(stream, "%.*s\n", brief(help.doc, WIDTH - at), help.doc);
    options_help_free(&help);
}

static void print_topic(FILE *stream, const struct options *options,
                        enum option_topic topic)
{
    const char *heading = options_help_topic(topic);
    for (size_t i = 0; i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        if (value->topic != topic || !is_main(options, value))
            continue;
        fprintf(stream, "%-*s", NAME_COLUMN, heading);
        print_option(stream, options, &value->option);
        heading = "";
    }
}

/* Prints a command; a line that goes on ends in a backslash. */
static void print_command(FILE *stream, const char *command)
{
    int column = fprintf(stream, "  ");
    while (*command) {
        int length = (int)strcspn(command, " ");
        if (command[length] && strncmp(command + length, " --", 3) != 0)
            length += 1 + (int)strcspn(command + length + 1, " ");
        if (column > 2 && column + 1 + length > WIDTH - 2) {
            fprintf(stream, " \\\n");
            column = fprintf(stream, "     ");
        }
        column += fprintf(stream, "%s%.*s", column > 2 ? " " : "", length, command);
        command += length;
        command += *command == ' ';
    }
    fprintf(stream, "\n");
}

int short_help_print(FILE *stream, const struct options *options, struct error *error)
{
    const struct program *program = options->program;
    fprintf(stream, "%s:", program->name);
    options_help_wrap(stream, 1 + (int)strlen(program->name), 3, WIDTH, program->title);
    fprintf(stream, "\n");
    const int status = short_help_usage(stream, options, error);
    fprintf(stream, "\n");
    for (enum option_topic topic = 0; topic < TOPICS; topic++)
        print_topic(stream, options, topic);
    fprintf(stream, "\n");
    for (int k = 0; k < EXAMPLES && program->examples[k].text; k++)
        print_command(stream, program->examples[k].command);
    fprintf(stream, "\n--help lists all options%s\n",
            program->groups & OPTIONS_RULE ? ", --help RULE tells about a rule" : "");
    return status;
}
