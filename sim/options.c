#include "options.h"

#include "completion.h"
#include "config.h"
#include "manual.h"
#include "nearest.h"
#include "option_names.h"
#include "options_help.h"
#include "options_table.h"
#include "parse.h"
#include "rerun.h"
#include "version.h"

#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_KEY = 0x100, KEY_HELP = 1, KEY_VERSION = 2 };

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

static int value_read(struct option_value *value, struct error *error)
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
        char range[80];
        option_range(option, sizeof range, range);
        return error_set(error, STATUS_USAGE, "%s: %s is out of range; allowed is %s",
                         what, value->text, range);
    }
    return STATUS_OK;
}

struct parse_state {
    struct options *options;
    struct error *error;
    int status;
    struct option_value *bare; /* what was just given without a value */
};

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
        argp_state_help(state, stdout,
                        ARGP_HELP_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC);
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
        own->status = value_read(value, own->error);
    return 0;
}

/* What is made of the table for others than the reader of --help. */
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

int options_init(struct options *options, const struct program *program,
                 struct error *error)
{
    *options = (struct options){.program = program};
    options->kernels = kernels_find(error);
    if (!options->kernels)
        return STATUS_USAGE;
    options_build(options);
    return STATUS_OK;
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        free(options->value[i].owned);
        options->value[i].owned = NULL;
    }
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
    return value_read(value, error);
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

/* What argp knows of an option, with its help text. */
static void argp_table(const struct options *options, char (*help)[HELP_TEXT],
                       struct argp_option *table)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        help_text(options, option, help[i]);
        table[i] = (struct argp_option){
            .name = option->name,
            .key = FIRST_KEY + (int)i,
            .arg = option->kind == OPTION_FLAG ? NULL : option->argument,
            .flags = option->bare ? OPTION_ARG_OPTIONAL : 0,
            .doc = help[i],
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
    struct argp_option table[OPTIONS_MAX + 3] = {{0}};
    struct parse_state state = {options, error, STATUS_OK, NULL};
    char(*help)[HELP_TEXT] = calloc(options->count, sizeof *help);
    char *doc = rules_help(options);
    if (help && doc) {
        const struct argp argp = {table, on_option, NULL, doc, NULL, NULL, NULL};
        argp_table(options, help, table);
        if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER,
                       NULL, &state) != 0 &&
            state.status == STATUS_OK)
            state.status = STATUS_USAGE; /* argp has said why */
    } else {
        state.status = error_memory(error, "the help text");
    }
    free(help);
    free(doc);
    return state.status;
}

/* The first file to say something of an option is believed. */
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
        if (value->option.required && !value->text)
            status = error_set(error, STATUS_USAGE, "--%s is required: %s",
                               value->option.name, value->option.doc);
        else if (!value->given)
            status = value_read(value, error);
    }
    return status;
}

int options_parse(struct options *options, const struct program *program, int argc,
                  char **argv, struct error *error)
{
    error->text[0] = '\0';
    int status = options_init(options, program, error);
    if (status == STATUS_OK && argc == 2 && print_for_make(options, argv[1]))
        return OPTIONS_DONE;
    if (status == STATUS_OK)
        status = option_names_check(options, argc, argv, error);
    if (status == STATUS_OK)
        status = parse_command_line(options, argc, argv, error);
    if (status == STATUS_OK)
        status = parse_files(options, error);
    if (status == STATUS_OK)
        status = check_values(options, error);
    if (status != STATUS_OK || !(program->groups & OPTIONS_OUTPUT) ||
        !options_flag(options, "dump-config"))
        return status;
    status = config_dump(options, stdout, error);
    return status == STATUS_OK ? OPTIONS_DONE : status;
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
