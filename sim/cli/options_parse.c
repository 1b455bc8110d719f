/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/completion.h"
#include "cli/config.h"
#include "cli/manual.h"
#include "cli/option_lists.h"
#include "cli/option_names.h"
#include "cli/program_help.h"
#include "cli/rerun.h"
#include "cli/short_help.h"
#include "cli/version.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_KEY = 0x100, KEY_HELP = 1, KEY_VERSION = 2 };

struct parse_state {
    struct options *options;
    struct error *error;
    int status;
    struct option_value *bare; /* the option just given without a value */
};

/* Whether the word is one that the option takes by name, as a rule. */
static bool takes_word(const struct program *program, const struct option_spec *option,
                       const char *word)
{
    const char *name;
    for (size_t i = 0; option->word && (name = option->word(program, i)); i++)
        if (strcmp(name, word) == 0)
            return true;
    return false;
}

/* Refuses a word that is no option. */
static int refuse_word(const struct parse_state *own, const char *word)
{
    const struct options *options = own->options;
    for (size_t k = 0; k < options->count; k++) {
        const struct option_spec *option = &options->value[k].option;
        if (takes_word(options->program, option, word))
            return error_set(own->error, STATUS_USAGE,
                             "stray argument '%.200s'; did you mean --%s %.200s? Only "
                             "options are allowed, and -h shows the main ones",
                             word, option->name, word);
    }
    return error_set(own->error, STATUS_USAGE,
                     "stray argument '%.200s'; only options are allowed, and -h shows "
                     "the main ones",
                     word);
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
        if (own->status == STATUS_OK)
            own->status = program_help(own->options, argument, own->error);
        return 0;
    }
    if (key == ARGP_KEY_ARG && bare) {
        bare->text = argument;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        if (own->status == STATUS_OK)
            own->status = refuse_word(own, argument);
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

/* Fills argp's table of the options; table[] needs two more places. */
static void argp_table(const struct options *options, struct argp_option *table)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        table[i] = (struct argp_option){
            .name = option->name,
            .key = FIRST_KEY + (int)i,
            .arg = option->kind == OPTION_FLAG ? NULL : option->argument,
            .flags = option->bare ? OPTION_ARG_OPTIONAL : 0,
        };
    }
    table[options->count] = (struct argp_option){
        .name = "help", .key = KEY_HELP, .arg = "RULE", .flags = OPTION_ARG_OPTIONAL};
    table[options->count + 1] =
        (struct argp_option){.name = "version", .key = KEY_VERSION};
}

static int parse_command_line(struct options *options, int argc, struct error *error)
{
    struct argp_option *table = calloc(options->count + 3, sizeof *table);
    struct parse_state state = {options, error, STATUS_OK, NULL};
    if (!table)
        return error_memory(error, "the help text");
    const struct argp argp = {table, on_option, NULL, NULL, NULL, NULL, NULL};
    argp_table(options, table);
    const error_t failure =
        argp_parse(&argp, argc, options->words,
                   ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &state);
    /* What argp would refuse, option_names_read has refused. */
    if (state.status == STATUS_OK && failure != 0)
        state.status = error_memory(error, "the command line");
    free(table);
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
    status = option_names_read(options, argc, argv, error);
    if (status != STATUS_OK)
        return status;
    if (argc == 1 && short_help_needed(options)) {
        status = short_help_print(stderr, options, error);
        return status == STATUS_OK ? STATUS_USAGE : status;
    }
    for (argc = 0; options->words[argc];)
        argc++;
    status = parse_command_line(options, argc, error);
    if (status != STATUS_OK)
        return status;
    status = parse_files(options, error);
    if (status == STATUS_OK)
        status = option_lists_tidy(options, error);
    if (status != STATUS_OK)
        return status;
    return check_values(options, error);
}
