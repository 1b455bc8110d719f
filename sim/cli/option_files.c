/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/option_files.h"

#include "base/whole_file.h"

#include <stdlib.h>
#include <string.h>

typedef int user(void *context, const char *path, struct error *error);

/* Whether the value is a word that the option knows, as in "auto|text|FILE". */
static bool is_word(const struct option_spec *option, const char *text)
{
    for (const char *c = option->argument; *c; c += *c == '|') {
        const size_t length = strcspn(c, "|");
        if (strlen(text) == length && strncmp(c, text, length) == 0)
            return true;
        c += length;
    }
    return false;
}

/* Whether the form of the option's value holds the text. */
static bool has_form(const struct option_spec *option, const char *text)
{
    return strstr(option->argument, text) ||
           (option->forms && strstr(option->forms, text));
}

static int use_list(const char *files, user *use, void *context, struct error *error)
{
    char *paths = strdup(files), *rest = NULL;
    int status = paths ? STATUS_OK : error_memory(error, "the names of files");
    for (char *path = paths ? strtok_r(paths, ",", &rest) : NULL;
         status == STATUS_OK && path; path = strtok_r(NULL, ",", &rest))
        status = use(context, strcmp(path, "-") == 0 ? NULL : path, error);
    free(paths);
    return status;
}

int option_files_each(const struct option_value *value, user *use, void *context,
                      struct error *error)
{
    static const char *const prefixes[] = {"file:", "csv:"};
    const struct option_spec *option = &value->option;
    const char *text = value->text;
    if (!option->files || !text)
        return STATUS_OK;
    for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++) {
        const size_t length = strlen(prefixes[k]);
        if (has_form(option, prefixes[k]))
            return strncmp(text, prefixes[k], length) == 0
                       ? use(context, text + length, error)
                       : STATUS_OK;
    }
    if (has_form(option, "[,"))
        return use_list(text, use, context, error);
    return is_word(option, text) ? STATUS_OK : use(context, text, error);
}

/* A file that is written, held against every file named. */
struct comparison {
    const struct options *options;
    const struct option_value *writer; /* the option that names the file */
    size_t place;                      /* the file's among those of its option */
    const char *path;
    const struct option_value *other; /* the option that it is held against */
    size_t at;                        /* how many files of that have come by */
};

static int compare(void *context, const char *path, struct error *error)
{
    struct comparison *own = context;
    const bool itself = own->other == own->writer;
    const char *name = own->path ? own->path : "standard output";
    own->at++;
    if ((itself && own->at >= own->place) || !whole_file_same(own->path, path))
        return STATUS_OK;
    if (itself)
        return error_about(
            error, STATUS_USAGE, own->writer->option.name,
            "'%.300s' is the same file as '%.300s' before it; allowed is "
            "every file once",
            name, path ? path : "standard output");
    return error_about(error, STATUS_USAGE, own->writer->option.name,
                       "'%.300s' is the file of --%s; allowed is another file", name,
                       own->other->option.name);
}

/* Holds a file that is written against those that are read, and those that options
 * before its own write. */
static int check_one(void *context, const char *path, struct error *error)
{
    struct comparison *own = context;
    const struct options *options = own->options;
    int status = STATUS_OK;
    own->path = path;
    own->place++;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        const struct option_value *other = &options->value[i];
        const unsigned files = other->option.files;
        if ((files & own->writer->option.files & OPTION_CONTINUES) ||
            (!(files & OPTION_READS) && other > own->writer))
            continue;
        own->other = other;
        own->at = 0;
        status = option_files_each(other, compare, own, error);
    }
    return status;
}

int option_files_check(const struct options *options, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        struct comparison own = {.options = options, .writer = value};
        if (!(value->option.files & OPTION_WRITES))
            continue;
        status = option_files_each(value, check_one, &own, error);
        /* A program that is not told where to writes to standard output. */
        if (status == STATUS_OK && !value->text && value->option.files & OPTION_RESULT)
            status = check_one(&own, NULL, error);
    }
    return status;
}
