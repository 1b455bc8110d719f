#include "cli/config.h"

#include "base/nearest.h"
#include "base/parse.h"
#include "cli/request_rules.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 1 << 20 };

struct reading {
    struct options *options;
    struct error *error;
    int status;
    const char *path;
    FILE *file;
    char *line; /* with its newline; inih has read `taken` bytes of it */
    size_t size, length, taken;
    unsigned long number;
    bool *seen; /* whether the file has set option i */
};

/* --- lines -------------------------------------------------------------------------
 */

/* Reads the next line of the file into reading->line. False at the end of the file, and
 * if the line cannot be read, which reading->status tells. */
static bool next_line(struct reading *reading)
{
    errno = 0;
    const long length =
        parse_text_line(reading->file, LONGEST_LINE, &reading->line, &reading->size);
    if (length < 0) {
        if (ferror(reading->file) || errno == ENOMEM)
            reading->status =
                error_about(reading->error, STATUS_USAGE, "config",
                            "cannot read '%.400s': %s", reading->path, strerror(errno));
        return false;
    }
    reading->number++;
    reading->length = (size_t)length;
    reading->taken = 0;
    const char *why = strlen(reading->line) != reading->length ? "holds a zero byte"
                      : length > LONGEST_LINE - 3 ? "is longer than a million bytes"
                                                  : NULL;
    if (why)
        reading->status = error_set(reading->error, STATUS_USAGE,
                                    "%.400s, line %lu: %s; allowed is a text of lines "
                                    "NAME = VALUE",
                                    reading->path, reading->number, why);
    return !why;
}

/* Works as fgets for inih, which asks again for the rest of a line that was longer than
 * its buffer. */
static char *read_piece(char *text, int size, void *context)
{
    struct reading *reading = context;
    if (reading->taken == reading->length && !next_line(reading))
        return NULL;
    const size_t left = reading->length - reading->taken, room = (size_t)size - 1;
    const size_t count = left < room ? left : room;
    memcpy(text, reading->line + reading->taken, count);
    text[count] = '\0';
    reading->taken += count;
    return text;
}

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
        if (!option->transient)
            nearest_try(&nearest, option->name, strlen(option->name));
    }
    return error_set(
        reading->error, STATUS_USAGE,
        "%.400s, line %lu: '%.100s' is not an option of %s%s%s allowed are the "
        "names that --help lists, without the dashes",
        reading->path, reading->number, name, options->program->name, nearest.hint,
        *nearest.hint ? "" : ";");
}

static int give_flag(const struct reading *reading, struct option_value *value,
                     const char *text)
{
    const bool on = strcmp(text, "yes") == 0 || strcmp(text, "on") == 0;
    if (!on && strcmp(text, "no") != 0 && strcmp(text, "off") != 0)
        return error_set(reading->error, STATUS_USAGE,
                         "%.400s, line %lu: %s: '%.200s' is not allowed; allowed: "
                         "yes|no|on|off",
                         reading->path, reading->number, value->option.name, text);
    return options_give(value, on ? "on" : NULL, reading->path, reading->number,
                        reading->error);
}

static int take(struct reading *reading, const char *section, const char *name,
                const char *text)
{
    const char *program = reading->options->program->name;
    struct option_value *value = find(reading->options, name);
    if (*section && strcmp(section, program) != 0)
        return error_set(reading->error, STATUS_USAGE,
                         "%.400s, line %lu: '%.100s' stands in the section [%.100s]; "
                         "allowed are lines without a section and in [%s]",
                         reading->path, reading->number, name, section, program);
    if (!value)
        return unknown_name(reading, name);
    bool *seen = &reading->seen[value - reading->options->value];
    if (*seen)
        return error_set(reading->error, STATUS_USAGE,
                         "%.400s, line %lu: '%.100s' stands there twice; allowed is "
                         "once",
                         reading->path, reading->number, name);
    *seen = true;
    if (!options_is_open(value))
        return STATUS_OK; /* the command line takes precedence */
    return value->option.kind == OPTION_FLAG
               ? give_flag(reading, value, text)
               : options_give(value, text, reading->path, reading->number,
                              reading->error);
}

/* inih calls this for every entry; returning 0 ends the reading. */
static int on_entry(void *context, const char *section, const char *name,
                    const char *text)
{
    struct reading *reading = context;
    if (reading->status == STATUS_OK)
        reading->status = take(reading, section, name, text);
    return reading->status == STATUS_OK;
}

int config_read(struct options *options, const char *path, struct error *error)
{
    struct reading reading = {.options = options, .error = error, .path = path};
    reading.file = fopen(path, "r");
    if (!reading.file)
        return error_about(error, STATUS_USAGE, "config", "cannot read '%.400s': %s",
                           path, strerror(errno));
    reading.seen = calloc(options->count, sizeof *reading.seen);
    if (!reading.seen) {
        fclose(reading.file);
        return error_memory(error, "the names of --config");
    }
    /* Debian's inih has variables for settings that are otherwise compiled in. By
     * default it would take what follows the first 200 bytes of a line for another
     * line. */
    ini_use_stack = false;
    ini_allow_realloc = true;
    ini_max_line = LONGEST_LINE;
    ini_allow_multiline = false;
    ini_stop_on_first_error = true;
    const int failed = ini_parse_stream(read_piece, &reading, on_entry, &reading);
    if (reading.status == STATUS_OK && failed < 0)
        reading.status = error_memory(error, "the lines of --config");
    if (reading.status == STATUS_OK && failed > 0)
        reading.status =
            error_set(error, STATUS_USAGE,
                      "%.400s, line %lu: the line is not NAME = VALUE; allowed "
                      "are such lines, comments and [%s]",
                      path, reading.number, options->program->name);
    free(reading.line);
    free(reading.seen);
    fclose(reading.file);
    return reading.status;
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
    return length < LONGEST_LINE / 2 && !isspace((unsigned char)*text) &&
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
        text_free(&presets);
        return STATUS_OK;
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
    if (fclose(whole) != 0 && status == STATUS_OK)
        status = error_memory(error, "the options");
    if (status == STATUS_OK)
        fwrite(text, 1, size, stream); /* program_main checks ferror() */
    free(text);
    return status;
}
