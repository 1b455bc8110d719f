/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/option_names.h"

#include "base/nearest.h"

#include <stdio.h>
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
        if (!option->moved)
            nearest_try(&nearest, option->name, strlen(option->name));
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
    const struct option_spec *found = NULL;
    *begun = 0;
    *exact = false;
    for (size_t i = 0; !*exact && i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        *exact = strcmp(option->name, name) == 0;
        if (strncmp(option->name, name, strlen(name)) != 0 ||
            (option->moved && !*exact))
            continue;
        ++*begun;
        found = option;
    }
    return found;
}

/* argp would refuse these in its own words, or would accept the beginning of a name,
 * which a future option may share. */
int option_names_check(const struct options *options, int argc, char **argv,
                       struct error *error)
{
    for (int k = 1; k < argc; k++) {
        const char *word = argv[k];
        const size_t length = strcspn(word, "=");
        const struct option_spec *found;
        size_t begun; /* options whose names begin with name */
        bool exact;
        if (strcmp(word, "--") == 0)
            return STATUS_OK;
        if (word[0] == '-' && word[1] && word[1] != '-')
            return error_set(error, STATUS_USAGE,
                             "unknown option '%.100s'; options begin with --, --help "
                             "lists what is allowed",
                             word);
        if (word[0] != '-' || word[1] != '-')
            continue;
        char name[160];
        snprintf(name, sizeof name, "%.*s", (int)(length - 2), word + 2);
        if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0) {
            if (word[length] == '=')
                return takes_no_value(name, error);
            continue;
        }
        found = look_up(options, name, &begun, &exact);
        if (!*name)
            return unknown_option(options, name, error);
        if (!exact && begun == 1)
            return error_set(error, STATUS_USAGE,
                             "option '--%.100s' is not written in full; did you mean "
                             "--%.100s?",
                             name, found->name);
        if (!exact && begun > 1)
            return error_set(error, STATUS_USAGE,
                             "option '--%.100s' is ambiguous; write it in full, --help "
                             "lists what is allowed",
                             name);
        if (!exact)
            return unknown_option(options, name, error);
        if (found->kind == OPTION_FLAG && word[length] == '=')
            return takes_no_value(name, error);
        if (found->kind == OPTION_FLAG || word[length] == '=')
            continue;
        if (found->bare) {
            k += k + 1 < argc && strncmp(argv[k + 1], "--", 2) != 0;
            continue;
        }
        if (++k >= argc)
            return error_about(error, STATUS_USAGE, found->name,
                               "a value is missing; allowed: %s", found->argument);
    }
    return STATUS_OK;
}
