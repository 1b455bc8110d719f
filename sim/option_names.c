#include "option_names.h"

#include "nearest.h"

#include <stdio.h>
#include <string.h>

static int unknown_option(const struct options *options, const char *name,
                          struct error *error)
{
    struct nearest nearest = nearest_to(name, "--");
    for (size_t i = 0; i < options->count; i++) {
        const char *own = options->value[i].option.name;
        nearest_try(&nearest, own, strlen(own));
    }
    return error_set(error, STATUS_USAGE,
                     "unknown option '--%.100s'%s%s --help lists what is allowed", name,
                     nearest.hint, *nearest.hint ? "" : ";");
}

/* These are what argp would refuse in its own words. */
int option_names_check(const struct options *options, int argc, char **argv,
                       struct error *error)
{
    for (int k = 1; k < argc; k++) {
        const char *word = argv[k];
        const size_t length = strcspn(word, "=");
        const struct option_spec *found = NULL;
        size_t matches = 0;
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
        if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0)
            continue;
        for (size_t i = 0; i < options->count; i++) {
            const struct option_spec *option = &options->value[i].option;
            if (strncmp(option->name, name, strlen(name)) != 0)
                continue;
            matches++;
            found = option;
            if (strcmp(option->name, name) == 0) {
                matches = 1;
                break;
            }
        }
        if (matches > 1)
            return error_set(error, STATUS_USAGE,
                             "option '--%.100s' is ambiguous; write it in full, --help "
                             "lists what is allowed",
                             name);
        if (matches == 0)
            return unknown_option(options, name, error);
        if (found->kind == OPTION_FLAG || word[length] == '=')
            continue;
        if (found->bare) {
            k += k + 1 < argc && strncmp(argv[k + 1], "--", 2) != 0;
            continue;
        }
        if (++k >= argc)
            return error_set(error, STATUS_USAGE,
                             "--%s: a value is missing; allowed: %s", found->name,
                             found->argument);
    }
    return STATUS_OK;
}
