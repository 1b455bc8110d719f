/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/config.h"

#include "base/nearest.h"
#include "cli/named_line.h"
#include "cli/request_rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* No value of this length is written, for reading takes lines of a million bytes. */
enum { LONGEST_VALUE = 1 << 19 };

struct reading {
    struct options *options;
    struct error *error;
    struct named_line line;
    bool *seen; /* whether the file has set option i */
};

/* --- names and values --------------------------------------------------------------
 */

/* The option of that name; NULL if there is none or if files may not set it. */
static struct option_value *find(const struct options *options, const char *name)
{
    struct option_value *value = options_find(options, name);
    return value && !value->option.transient ? value : NULL;
}

static int unknown_name(const struct reading *reading, const char *name)
{
    const struct options *options = reading->options;
    struct nearest nearest = nearest_to(name, "");
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        if (!option->transient && !option->moved)
            nearest_try(&nearest, option->name, strlen(option->name));
    }
    return error_set(
        reading->error, STATUS_USAGE,
        "%.400s, line %lu: '%.100s' is not an option of %s%s%s allowed are the "
        "names that --help lists, without the dashes",
        reading->line.path, reading->line.number, name, options->program->name,
        nearest.hint, *nearest.hint ? "" : ";");
}

static int give_flag(const struct reading *reading, struct option_value *value,
                     const char *text)
{
    const bool on = strcmp(text, "yes") == 0 || strcmp(text, "on") == 0;
    if (!on && strcmp(text, "no") != 0 && strcmp(text, "off") != 0)
        return error_set(reading->error, STATUS_USAGE,
                         "%.400s, line %lu: %s: '%.200s' is not allowed; allowed: "
                         "yes|no|on|off",
                         reading->line.path, reading->line.number, value->option.name,
                         text);
    return options_give(value, on ? "on" : NULL, reading->line.path,
                        reading->line.number, reading->error);
}

static int take(struct reading *reading)
{
    const char *section = reading->line.section, *name = reading->line.name;
    const char *text = reading->line.value;
    const char *program = reading->options->program->name;
    struct option_value *value = find(reading->options, name);
    if (*section && strcmp(section, program) != 0)
        return error_set(reading->error, STATUS_USAGE,
                         "%.400s, line %lu: '%.100s' stands in the section [%.100s]; "
                         "allowed are lines without a section and in [%s]",
                         reading->line.path, reading->line.number, name, section,
                         program);
    if (!value)
        return unknown_name(reading, name);
    bool *seen = &reading->seen[value - reading->options->value];
    if (*seen)
        return error_set(reading->error, STATUS_USAGE,
                         "%.400s, line %lu: '%.100s' stands there twice; allowed is "
                         "once",
                         reading->line.path, reading->line.number, name);
    *seen = true;
    if (!options_is_open(value))
        return STATUS_OK; /* the command line takes precedence */
    return value->option.kind == OPTION_FLAG
               ? give_flag(reading, value, text)
               : options_give(value, text, reading->line.path, reading->line.number,
                              reading->error);
}

int config_read(struct options *options, const char *path, struct error *error)
{
    struct reading reading = {.options = options, .error = error};
    struct named_line *line = &reading.line;
    int status = named_line_open(line, "config", path, error);
    if (status != STATUS_OK)
        goto out;
    reading.seen = calloc(options->count, sizeof *reading.seen);
    if (!reading.seen) {
        status = error_memory(error, "the names of --config");
        goto out;
    }
    do {
        status = named_line_option(line, error);
        if (status == STATUS_OK && line->name)
            status = take(&reading);
    } while (status == STATUS_OK && line->name);
out:
    free(reading.seen);
    named_line_close(line);
    return status;
}

/* --- writing -----------------------------------------------------------------------
 */

/* Whether a file can hold the text: blanks at its ends would not be read, and " ;"
 * would begin a comment. */
static bool can_be_read(const char *text)
{
    const size_t length = strlen(text);
    bool blank = true; /* "NAME = " ends in a blank */
    for (const char *c = text; *c; c++) {
        if (*c == '\n' || *c == '\r' || (*c == ';' && blank))
            return false;
        blank = isspace((unsigned char)*c);
    }
    return length < LONGEST_VALUE && !isspace((unsigned char)*text) &&
           (length == 0 || !isspace((unsigned char)text[length - 1]));
}

static int dump_value(const struct options *options, const struct option_value *value,
                      FILE *stream, struct error *error)
{
    const struct option_spec *option = &value->option;
    if (option->transient)
        return STATUS_OK;
    if (!value->given) {
        struct text presets = {0};
        const char *preset = request_rules_default(options, value, &presets);
        if (preset && !option->unrecorded)
            fprintf(stream, "# %s = %s\n", option->name, preset);
        const int status = text_check(&presets, "the options", error);
        text_free(&presets);
        return status;
    }
    if (!can_be_read(value->text))
        return error_about(error, STATUS_USAGE, option->name,
                           "'%.200s' cannot stand in a file for --config: a blank "
                           "at the end, a line break or ' ;'",
                           value->text);
    fprintf(stream, "%s = %s\n", option->name, value->text);
    return STATUS_OK;
}

int config_dump(const struct options *options, FILE *stream, struct error *error)
{
    char *text = NULL;
    size_t size = 0;
    int status = STATUS_OK;
    /* Collects the whole text first, so that a failure prints nothing. */
    FILE *whole = open_memstream(&text, &size);
    if (!whole)
        return error_memory(error, "the options");
    fprintf(whole,
            "# %s %s. Lines behind # are defaults.\n"
            "[%s]\n",
            options->program->name, PNM_VERSION, options->program->name);
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++)
        status = dump_value(options, &options->value[i], whole, error);
    /* Without memory for the text, fclose() sets it to NULL and may return 0. */
    if ((fclose(whole) != 0 || !text) && status == STATUS_OK)
        status = error_memory(error, "the options");
    if (status == STATUS_OK)
        fwrite(text, 1, size, stream); /* program_main checks ferror() */
    free(text);
    return status;
}
