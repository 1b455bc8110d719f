/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/completion.h"
#include "cli/config.h"
#include "cli/manual.h"
#include "cli/option_names.h"
#include "cli/options_help.h"
#include "cli/rerun.h"
#include "cli/version.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_KEY = 0x100, KEY_HELP = 1, KEY_VERSION = 2 };

struct parse_state {
    struct options *options;
    struct error *error;
    int status;
    struct argp_option *table;
    struct option_value *bare; /* the option just given without a value */
};

enum { DOC_COLUMN = 29, WIDTH = 79 }; /* of the help */

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

static int by_name(const void *a, const void *b)
{
    const struct argp_option *x = a, *y = b;
    return x->group != y->group ? y->group - x->group : strcmp(x->name, y->name);
}

/* Prints the options as argp would, which loses its place in long texts. They are
 * sorted by name. */
static void print_options(FILE *stream, struct argp_option *option)
{
    size_t count = 0;
    while (option[count].name)
        count++;
    qsort(option, count, sizeof *option, by_name);
    fputc('\n', stream);
    for (size_t i = 0; i < count; i++) {
        const bool optional = option[i].flags & OPTION_ARG_OPTIONAL;
        if (option[i].flags & OPTION_HIDDEN)
            continue;
        int at = fprintf(stream, "      --%s", option[i].name);
        if (option[i].arg)
            at += fprintf(stream, optional ? "[=%s]" : "=%s", option[i].arg);
        print_doc(stream, at, option[i].doc);
    }
    fputc('\n', stream);
}

static error_t on_option(int key, char *argument, struct argp_state *state)
{
    struct parse_state *own = state->input;
    struct option_value *bare = own->bare;
    own->bare = NULL;
    if (key == KEY_VERSION) {
        printf("%s %s\n", own->options->program->name, version_text());
        own->status = OPTIONS_DONE;
        return 0;
    }
    if (key == KEY_HELP) {
        argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_PRE_DOC);
        print_options(stdout, own->table);
        argp_state_help(state, stdout, ARGP_HELP_POST_DOC);
        own->status = OPTIONS_DONE;
        return 0;
    }
    if (key == ARGP_KEY_ARG && bare) {
        bare->text = argument;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        if (own->status == STATUS_OK)
            own->status = error_set(own->error, STATUS_USAGE,
                                    "stray argument '%.200s'; only options are allowed",
                                    argument);
        return 0;
    }
    if (key < FIRST_KEY || (size_t)(key - FIRST_KEY) >= own->options->count)
        return ARGP_ERR_UNKNOWN;
    struct option_value *value = &own->options->value[key - FIRST_KEY];
    value->text = argument ? argument : value->option.bare ? value->option.bare : "on";
    value->given = true;
    if (!argument && value->option.bare)
        own->bare = value;
    if (own->status == STATUS_OK)
        own->status = options_read(value, own->error);
    return 0;
}

/* Prints the manual page or completion that --help=WORD asks for; false if it asks for
 * neither. */
static bool print_for_make(const struct options *options, const char *word)
{
    if (strcmp(word, "--help=man") == 0)
        manual_print(stdout, options);
    else if (strcmp(word, "--help=bash") == 0)
        completion_bash(stdout, options);
    else if (strcmp(word, "--help=zsh") == 0)
        completion_zsh(stdout, options);
    else
        return false;
    return true;
}

/* Fills argp's table of the options and their help texts, help[count]; table[] needs
 * two more places. */
static void argp_table(const struct options *options, struct text *help,
                       struct argp_option *table)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        options_help_text(options, option, &help[i]);
        table[i] = (struct argp_option){
            .name = option->name,
            .key = FIRST_KEY + (int)i,
            .arg = option->kind == OPTION_FLAG ? NULL : option->argument,
            .flags = (option->bare ? OPTION_ARG_OPTIONAL : 0) |
                     (option->moved ? OPTION_HIDDEN : 0),
            .doc = text_get(&help[i]),
            .group = 1,
        };
    }
    table[options->count] = (struct argp_option){
        .name = "help", .key = KEY_HELP, .doc = "show this help", .group = -1};
    table[options->count + 1] = (struct argp_option){
        .name = "version", .key = KEY_VERSION, .doc = "show the version", .group = -1};
}

static int parse_command_line(struct options *options, int argc, char **argv,
                              struct error *error)
{
    struct argp_option *table = calloc(options->count + 3, sizeof *table);
    struct parse_state state = {options, error, STATUS_OK, table, NULL};
    struct text *help = calloc(options->count, sizeof *help);
    char *doc = options_help_page(options);
    if (table && help && doc) {
        const struct argp argp = {table, on_option, NULL, doc, NULL, NULL, NULL};
        argp_table(options, help, table);
        const error_t failure =
            argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER,
                       NULL, &state);
        if (state.status == STATUS_OK && failure == ENOMEM)
            state.status = error_memory(error, "the command line");
        else if (state.status == STATUS_OK && failure != 0)
            state.status = STATUS_USAGE; /* argp has printed the reason */
    } else {
        state.status = error_memory(error, "the help text");
    }
    for (size_t i = 0; help && i < options->count; i++)
        text_free(&help[i]);
    free(help);
    free(table);
    free(doc);
    return state.status;
}

/* The first file that sets an option takes precedence. */
static int parse_files(struct options *options, struct error *error)
{
    int status = STATUS_OK;
    if (!(options->program->groups & OPTIONS_OUTPUT))
        return STATUS_OK;
    if (options_given(options, "config"))
        status = config_read(options, options_text(options, "config"), error);
    if (status == STATUS_OK && options_given(options, "rerun"))
        status = rerun_read(options, options_text(options, "rerun"), error);
    return status;
}

static int check_values(struct options *options, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        struct option_value *value = &options->value[i];
        const char *unless = value->option.unless;
        if (value->option.required && !value->text &&
            !(unless && options_given(options, unless)))
            status = error_about(error, STATUS_USAGE, value->option.name,
                                 "a value is required: %s", value->option.doc);
        else if (!value->given)
            status = options_read(value, error);
    }
    return status;
}

int options_parse(struct options *options, const struct program *program, int argc,
                  char **argv, struct error *error)
{
    error->text[0] = '\0';
    int status = options_table_init(options, program, error);
    if (status != STATUS_OK)
        return status;
    if (argc == 2 && print_for_make(options, argv[1]))
        return OPTIONS_DONE;
    status = option_names_check(options, argc, argv, error);
    if (status != STATUS_OK)
        return status;
    status = parse_command_line(options, argc, argv, error);
    if (status != STATUS_OK)
        return status;
    status = parse_files(options, error);
    if (status != STATUS_OK)
        return status;
    return check_values(options, error);
}
