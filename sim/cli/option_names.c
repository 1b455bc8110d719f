/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/option_names.h"

#include "base/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int unknown_option(const struct options *options, const char *name,
                          struct error *error)
{
    struct nearest nearest = nearest_to(name, "--");
    if (strcmp(name, "spectrum") == 0 || strcmp(name, "flat") == 0)
        return error_set(error, STATUS_USAGE,
                         "unknown option '--%s', because %s takes no curvatures; "
                         "pnm-simulate, pnm-stationary, pnm-stability, pnm-pacbayes "
                         "and pnm-convergence do",
                         name, options->program->name);
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        if (option->moved)
            continue;
        nearest_try(&nearest, option->name, strlen(option->name));
        if (option->aliases)
            nearest_try_list(&nearest, option->aliases);
    }
    return error_set(error, STATUS_USAGE,
                     "unknown option '--%.100s'%s%s --help lists what is allowed", name,
                     nearest.hint, *nearest.hint ? "" : ";");
}

static int takes_no_value(const char *name, struct error *error)
{
    return error_set(error, STATUS_USAGE,
                     "--%s: a value is given, but the option takes none", name);
}

/* The option of that name; otherwise the last one whose name begins with it, and *begun
 * counts these. */
static const struct option_spec *look_up(const struct options *options,
                                         const char *name, size_t *begun, bool *exact)
{
    const struct option_value *whole = options_find(options, name);
    const struct option_spec *found = NULL;
    *begun = 0;
    *exact = whole;
    if (whole)
        return &whole->option;
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        if (strncmp(option->name, name, strlen(name)) != 0 || option->moved)
            continue;
        ++*begun;
        found = option;
    }
    return found;
}

/* The option that `name` is; NULL with the error if it is none. */
static const struct option_spec *find(const struct options *options, const char *name,
                                      struct error *error)
{
    size_t begun; /* options whose names begin with name */
    bool exact;
    const struct option_spec *found =
        *name ? look_up(options, name, &begun, &exact) : NULL;
    int status = STATUS_OK;
    if (!found)
        status = unknown_option(options, name, error);
    else if (!exact && begun == 1)
        status = error_set(error, STATUS_USAGE,
                           "option '--%.100s' is not written in full; did you mean "
                           "--%.100s?",
                           name, found->name);
    else if (!exact)
        status = error_set(error, STATUS_USAGE,
                           "option '--%.100s' is ambiguous; write it in full, --help "
                           "lists what is allowed",
                           name);
    return status == STATUS_OK ? found : NULL;
}

/* The option of a word such as "-o" or "-oFILE"; NULL with the error if there is none.
 */
static const struct option_spec *find_letter(const struct options *options,
                                             const char *word, struct error *error)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->value[i].option.letter == word[1])
            return &options->value[i].option;
    error_write(error,
                "unknown option '%.100s'; options begin with --, --help lists what is "
                "allowed",
                word);
    return NULL;
}

/* The command line as it is read and as it is written anew. */
struct line {
    struct options *options;
    int argc, at; /* argv[at] is read next */
    char **argv;
    size_t written;
    struct error *error;
};

static int put(struct line *line, const char *word)
{
    char *copy = strdup(word);
    if (!copy)
        return error_memory(line->error, "the command line");
    line->options->words[line->written++] = copy;
    return STATUS_OK;
}

/* Writes "--name", or "--name=value". */
static int put_option(struct line *line, const char *name, const char *value)
{
    struct text text = {0};
    text_add(&text, "--%s%s%s", name, value ? "=" : "", value ? value : "");
    int status = text_check(&text, "the command line", line->error);
    if (status == STATUS_OK)
        status = put(line, text_get(&text));
    text_free(&text);
    return status;
}

/* Whether the next word may be a value and is no option. */
static bool follows_plain(const struct line *line)
{
    const char *word = line->at < line->argc ? line->argv[line->at] : "-x";
    return word[0] != '-' || !word[1];
}

/* Whether the word is the name of an option, with or without a value. */
static bool names_option(const struct options *options, const char *word)
{
    char name[160];
    if (strncmp(word, "--", 2) != 0)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    return options_find(options, name) || strcmp(name, "help") == 0 ||
           strcmp(name, "version") == 0;
}

/* The words of an option behind its name; value: what stands behind = or a letter. */
static int take_option(struct line *line, const struct option_spec *option,
                       const char *value)
{
    const bool flag = option->kind == OPTION_FLAG;
    if (flag && value)
        return takes_no_value(option->name, line->error);
    int status = put_option(line, option->name, value);
    if (status != STATUS_OK || flag || value || (option->bare && !follows_plain(line)))
        return status;
    if (line->at >= line->argc)
        return error_about(line->error, STATUS_USAGE, option->name,
                           "a value is missing; allowed: %s", option->argument);
    const char *word = line->argv[line->at++];
    if (names_option(line->options, word))
        return error_about(line->error, STATUS_USAGE, option->name,
                           "a value is missing, for '%.100s' behind it is an option; "
                           "allowed: %s",
                           word, option->argument);
    return put(line, word);
}

/* --help, --help=RULE, --help RULE and --version. */
static int take_help(struct line *line, const char *name, const char *value)
{
    const bool rules = line->options->program->groups & OPTIONS_RULE;
    const bool help = strcmp(name, "help") == 0;
    if (value && !(help && rules))
        return takes_no_value(name, line->error);
    if (help && rules && !value && line->at < line->argc && follows_plain(line))
        value = line->argv[line->at++];
    return put_option(line, name, value);
}

static int take_word(struct line *line)
{
    const char *word = line->argv[line->at++];
    const char *equal = strchr(word, '=');
    const struct option_spec *option;
    if (word[0] != '-' || !word[1])
        return put(line, word);
    if (strcmp(word, "-h") == 0)
        return put_option(line, "help", "-h");
    if (word[1] != '-') {
        option = find_letter(line->options, word, line->error);
        return option ? take_option(line, option, word[2] ? word + 2 : NULL)
                      : STATUS_USAGE;
    }
    char name[160];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    const char *value = equal ? equal + 1 : NULL;
    if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0)
        return take_help(line, name, value);
    option = find(line->options, name, line->error);
    return option ? take_option(line, option, value) : STATUS_USAGE;
}

/* argp would refuse what is wrong in its own words, or would accept the beginning of a
 * name, which a future option may share. */
int option_names_read(struct options *options, int argc, char **argv,
                      struct error *error)
{
    struct line line = {options, argc, 0, argv, 0, error};
    int status = STATUS_OK;
    options->words = calloc((size_t)argc + 1, sizeof *options->words);
    if (!options->words)
        return error_memory(error, "the command line");
    if (argc > 0)
        status = put(&line, argv[line.at++]);
    while (status == STATUS_OK && line.at < argc && strcmp(argv[line.at], "--") != 0)
        status = take_word(&line);
    while (status == STATUS_OK && line.at < argc)
        status = put(&line, argv[line.at++]);
    return status;
}
