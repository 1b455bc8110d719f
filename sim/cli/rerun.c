/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rerun.h"

#include "base/json_file.h"
#include "base/parse.h"
#include "cli/named_line.h"
#include "cli/request_rules.h"
#include "cli/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct options *recorded; /* the options of the header */
    const char *path;
    struct error *error;
    bool program, version; /* whether the header has notes of these names */
    char *given;           /* the note of that name; NULL: none */
    uint64_t notes, lines; /* notes so far; how many there are, by the last one */
};

/* --- notes of the header -----------------------------------------------------------
 */

static int no_header(const struct reading *reading)
{
    return error_about(reading->error, STATUS_USAGE, "rerun",
                       "'%.400s' has no header that says where its numbers come "
                       "from; allowed is a CSV or JSON result of %s",
                       reading->path, reading->recorded->program->name);
}

/* Refuses a result of another program or version, whose numbers may differ. */
static int check_origin(struct reading *reading, const char *key, const char *text)
{
    const bool is_program = strcmp(key, "program") == 0;
    const char *own = is_program ? reading->recorded->program->name : PNM_VERSION;
    *(is_program ? &reading->program : &reading->version) = true;
    if (strcmp(text, own) == 0)
        return STATUS_OK;
    return error_about(reading->error, STATUS_USAGE, "rerun",
                       "'%.400s' is of %s %.100s; allowed is a result of %s %s",
                       reading->path, is_program ? "the program" : "version", text,
                       is_program ? "the program" : "version", own);
}

/* Takes the note that ends a header and says how many notes it has. */
static int take_count(struct reading *reading, const char *text)
{
    const uint64_t most = UINT64_C(1) << 40;
    struct error ignored;
    if (parse_count("", text, 1, most, &reading->lines, &ignored) == STATUS_OK &&
        reading->lines == reading->notes)
        return STATUS_OK;
    return error_about(
        reading->error, STATUS_USAGE, "rerun",
        "the header of '%.400s' is not whole: it has %llu lines where it "
        "says %.20s",
        reading->path, (unsigned long long)reading->notes, text);
}

/* Refuses a header that lacks its end, or an option that every header of these rules
 * has. */
static int check_whole(const struct reading *reading)
{
    const struct options *recorded = reading->recorded;
    struct text presets = {0};
    int status = STATUS_OK;
    if (reading->lines == 0)
        return error_about(
            reading->error, STATUS_USAGE, "rerun",
            "the header of '%.400s' is not whole: it lacks its last line, "
            "%s",
            reading->path, RESULT_NOTE_LINES);
    for (size_t i = 0; status == STATUS_OK && i < recorded->count; i++) {
        const struct option_value *value = &recorded->value[i];
        const char *unless = value->option.unless;
        if (value->given || value->option.unrecorded ||
            (unless && options_given(recorded, unless)) ||
            !(value->option.required ||
              request_rules_default(recorded, value, &presets)))
            continue;
        status = error_about(reading->error, STATUS_USAGE, "rerun",
                             "the header of '%.400s' is not whole: it lacks %s, which "
                             "every one has",
                             reading->path, value->option.name);
    }
    if (status == STATUS_OK)
        status = text_check(&presets, "the header", reading->error);
    text_free(&presets);
    return status;
}

/* Takes one note of the header. line 0: unknown. */
static int take_note(struct reading *reading, const char *key, const char *text,
                     unsigned long line)
{
    reading->notes++;
    if (strcmp(key, "program") == 0 || strcmp(key, "version") == 0)
        return check_origin(reading, key, text);
    if (!reading->program || !reading->version)
        return no_header(reading);
    if (reading->lines > 0)
        return error_about(reading->error, STATUS_USAGE, "rerun",
                           "the header of '%.400s' goes on behind its last line, %s",
                           reading->path, RESULT_NOTE_LINES);
    if (strcmp(key, RESULT_NOTE_LINES) == 0)
        return take_count(reading, text);
    struct option_value *value = options_find(reading->recorded, key);
    if (!value && strcmp(key, RESULT_NOTE_GIVEN) == 0) {
        free(reading->given);
        reading->given = strdup(text);
        return reading->given ? STATUS_OK : error_memory(reading->error, "the header");
    }
    if (!value || value->option.transient || !options_is_open(value))
        return error_about(reading->error, STATUS_USAGE, "rerun",
                           "'%.400s': '%.100s' in its header is %s", reading->path, key,
                           value && value->given ? "there twice" : "not an option");
    return options_give(value, text, reading->path, line, reading->error);
}

static int read_csv(struct reading *reading, struct named_line *line)
{
    int status;
    do {
        status = named_line_note(line, reading->error);
        if (status == STATUS_OK && line->name)
            status = line->value
                         ? take_note(reading, line->name, line->value, line->number)
                         : no_header(reading);
    } while (status == STATUS_OK && line->name);
    return status;
}

/* The next byte that is no blank. */
static int solid_byte(struct json_file *json)
{
    int c;
    do
        c = json_file_byte(json);
    while (c == ' ' || (c >= '\t' && c <= '\r'));
    return c;
}

/* Whether the file begins with {"provenance":, which is then read. */
static bool begins_as_json(struct json_file *json)
{
    static const char name[] = "\"provenance\"";
    bool same = solid_byte(json) == '{' && solid_byte(json) == '"';
    for (size_t k = 1; same && name[k]; k++)
        same = json_file_byte(json) == name[k];
    return same && solid_byte(json) == ':';
}

static int take_notes(struct reading *reading, json_t *notes)
{
    const char *key;
    json_t *text;
    int status = STATUS_OK;
    json_object_foreach(notes, key, text)
    {
        if (status == STATUS_OK)
            status = json_is_string(text)
                         ? take_note(reading, key, json_string_value(text), 0)
                         : no_header(reading);
    }
    return status;
}

/* Reads {"provenance": {...} and stops there, because the rows may be many. */
static int read_json(struct reading *reading, struct text_file *file)
{
    struct json_file json = {.file = file};
    json_t *notes = NULL;
    const bool begun = begins_as_json(&json);
    int status = begun ? json_file_value(&json, JSON_DISABLE_EOF_CHECK, "the header",
                                         &notes, reading->error)
                       : text_file_check(file, reading->error);
    if (status == STATUS_OK && !json_is_object(notes))
        status = no_header(reading);
    if (status == STATUS_OK)
        status = take_notes(reading, notes);
    json_decref(notes);
    return status;
}

static int read_header(struct reading *reading)
{
    struct named_line line;
    int status = named_line_open(&line, "rerun", reading->path, reading->error);
    if (status != STATUS_OK)
        goto out;
    status = text_file_peek(&line.file) == '#' ? read_csv(reading, &line)
                                               : read_json(reading, &line.file);
    if (status == STATUS_OK && !(reading->program && reading->version))
        status = no_header(reading);
    if (status == STATUS_OK)
        status = check_whole(reading);
out:
    named_line_close(&line);
    return status;
}

/* --- options given -----------------------------------------------------------------
 */

/* Whether the option, by any of its names, is in the list "a,b". */
static bool is_listed(const char *list, const struct option_spec *option)
{
    for (const char *c = list; c && *c; c += strcspn(c, ","), c += *c == ',') {
        const size_t length = strcspn(c, ",");
        if ((length == strlen(option->name) && strncmp(c, option->name, length) == 0) ||
            parse_choice(option->aliases, c, length) >= 0)
            return true;
    }
    return false;
}

/* Sets *given to whether the recorded run was given the option, or used its default,
 * which the header shows too. "0.9; RULE: 0.999" is always a default. */
static int was_given(const struct reading *reading, const struct option_value *value,
                     bool *given)
{
    struct text presets = {0};
    const char *preset = request_rules_default(reading->recorded, value, &presets);
    *given = !preset || strcmp(preset, value->text) != 0 ||
             is_listed(reading->given, &value->option);
    const int status = text_check(&presets, "the header", reading->error);
    text_free(&presets);
    return status;
}

/* Whether a chosen rule takes the option. The header also has a program's own grid of a
 * parameter that no chosen rule takes; giving it would be refused. */
static bool is_used(const struct options *options, const char *name)
{
    bool is_parameter = false;
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++) {
        if (rule_kind_parameter(*rule, name) < 0)
            continue;
        is_parameter = true;
        if ((options->program->groups & OPTIONS_RULE) &&
            request_rules_choose(options, *rule))
            return true;
    }
    return !is_parameter;
}

int rerun_read(struct options *options, const char *path, struct error *error)
{
    struct options recorded;
    struct reading reading = {.recorded = &recorded, .path = path, .error = error};
    int status = options_table_init(&recorded, options->program, error);
    if (status == STATUS_OK)
        status = read_header(&reading);
    for (size_t i = 0; status == STATUS_OK && i < recorded.count; i++) {
        const struct option_value *theirs = &recorded.value[i];
        struct option_value *own = &options->value[i];
        bool given = false;
        if (theirs->given && options_is_open(own))
            status = was_given(&reading, theirs, &given);
        if (status != STATUS_OK || !given)
            continue;
        status = options_give(own, theirs->text, path, theirs->line, error);
        own->given = is_used(&recorded, own->option.name);
    }
    if (status != STATUS_OK) {
        struct text message = {0};
        options_describe_error(&recorded, error, &message);
        error_write(error, "%s", text_get(&message));
        text_free(&message);
    }
    free(reading.given);
    options_free(&recorded);
    return status;
}
