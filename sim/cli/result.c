/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/result.h"

#include "base/ranks.h"
#include "base/whole_file.h"
#include "cli/gnuplot.h"
#include "cli/request_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Appends the options that were given at their default, if giving them makes a
 * difference: the header's values alone would not tell. */
static void list_given(const struct options *options, struct text *text)
{
    struct text presets = {0};
    for (size_t i = 0; i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        const char *preset = request_rules_default(options, value, &presets);
        if (value->given && value->text && value->option.presence_counts && preset &&
            strcmp(value->text, preset) == 0)
            text_add(text, "%s%s", text->length ? "," : "", value->option.name);
    }
    text_free(&presets);
}

/* Calls use(key, value) for every note of a result header. */
static int for_each_note(const struct options *options,
                         int (*use)(void *context, const char *key, const char *value,
                                    struct error *error),
                         void *context, struct error *error)
{
    struct text given = {0}, presets = {0};
    int status = use(context, "program", options->program->name, error);
    if (status != STATUS_OK)
        goto out;
    status = use(context, "version", PNM_VERSION, error);
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        const char *text =
            value->text ? value->text : request_rules_default(options, value, &presets);
        if (text && !value->option.unrecorded)
            status = use(context, value->option.name, text, error);
    }
    if (status != STATUS_OK)
        goto out;
    list_given(options, &given);
    status = text_check(&given, "the header", error);
    if (status != STATUS_OK)
        goto out;
    status = text_check(&presets, "the header", error);
    if (status == STATUS_OK && given.length > 0)
        status = use(context, RESULT_NOTE_GIVEN, text_get(&given), error);
out:
    text_free(&given);
    text_free(&presets);
    return status;
}

static int note_in_table(void *context, const char *key, const char *value,
                         struct error *error)
{
    return table_note(context, key, value, error);
}

int result_note(const struct options *options, struct table *table, struct error *error)
{
    return for_each_note(options, note_in_table, table, error);
}

static int note_in_text(void *context, const char *key, const char *value,
                        struct error *error)
{
    (void)error;
    fprintf(context, "%s: %s\n", key, value);
    return STATUS_OK;
}

char *result_describe(const struct options *options)
{
    char *text = NULL;
    size_t size = 0;
    struct error ignored;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    int failed = for_each_note(options, note_in_text, stream, &ignored) != STATUS_OK;
    if (fclose(stream) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

/* Whether text on standard output or standard error is in colour (no-color.org). */
static bool in_color(enum request_color color, int descriptor)
{
    const char *without = getenv("NO_COLOR"), *terminal = getenv("TERM");
    const bool can = ranks_is_terminal(descriptor) && !(without && *without) &&
                     terminal && strcmp(terminal, "dumb") != 0;
    return color == REQUEST_COLOR_AUTO ? can : color == REQUEST_COLOR_ALWAYS;
}

static enum table_format named_format(enum request_format format)
{
    return format == REQUEST_JSON       ? TABLE_JSON
           : format == REQUEST_MARKDOWN ? TABLE_MARKDOWN
           : format == REQUEST_TABLE    ? TABLE_TEXT
                                        : TABLE_CSV;
}

/* The format that the ending of a file's name stands for; CSV without an ending. False
 * if it stands for none. */
static bool format_of_file(const char *path, enum table_format *format)
{
    static const struct {
        const char *ending;
        enum table_format format;
    } known[] = {{".csv", TABLE_CSV},
                 {".json", TABLE_JSON},
                 {".md", TABLE_MARKDOWN},
                 {".txt", TABLE_TEXT}};
    const char *folder = strrchr(path, '/'), *name = folder ? folder + 1 : path;
    const char *ending = strrchr(name, '.');
    *format = TABLE_CSV;
    if (!ending || ending == name) /* ".results" is a name */
        return true;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(ending, known[k].ending) == 0) {
            *format = known[k].format;
            return true;
        }
    return false;
}

/* path NULL: standard output. */
static enum table_format output_format(const struct request_output *output,
                                       const char *path)
{
    const bool given = output->format_given;
    const bool terminal = !given && !path && ranks_is_terminal(STDOUT_FILENO);
    enum table_format format = terminal ? TABLE_TEXT : TABLE_CSV;
    if (given)
        format = named_format(output->format);
    else if (path)
        format_of_file(path, &format);
    return format == TABLE_TEXT && !path && in_color(output->color, STDOUT_FILENO)
               ? TABLE_COLOR
               : format;
}

/* Calls `use` for every output; path NULL is standard output. */
static int for_each_output(const struct request *request, const struct table *table,
                           int (*use)(const struct request *, const struct table *,
                                      const char *, struct error *),
                           struct error *error)
{
    const char *files = request->output.files;
    char *paths = NULL, *rest = NULL;
    int status = STATUS_OK;
    if (!files)
        return use(request, table, NULL, error);
    paths = strdup(files);
    if (!paths)
        return error_memory(error, "the output");
    if (strspn(files, ",") == strlen(files))
        status = error_about(error, STATUS_USAGE, "output",
                             "'%.200s' names no file; allowed are file names and - for "
                             "standard output",
                             files);
    for (char *path = strtok_r(paths, ",", &rest); status == STATUS_OK && path;
         path = strtok_r(NULL, ",", &rest))
        status = use(request, table, strcmp(path, "-") == 0 ? NULL : path, error);
    free(paths);
    return status;
}

static int check_one(const struct request *request, const struct table *table,
                     const char *path, struct error *error)
{
    enum table_format ignored;
    (void)table;
    if (path && !request->output.format_given && !format_of_file(path, &ignored))
        return error_about(
            error, STATUS_USAGE, "output",
            "'%.200s' is not allowed; allowed are files that end in .csv, "
            ".json, .md or .txt, or have no ending (CSV), and - for "
            "standard output; with --format any name is allowed",
            path);
    return path ? whole_file_check("output", path, error) : STATUS_OK;
}

/* A picture must not replace the table, nor the checkpoint. */
static int check_apart(const struct request *request, const struct table *table,
                       const char *path, struct error *error)
{
    static const char said[] = "'%.300s' is the file of --%s; allowed is another file";
    const char *plot = request->output.plot;
    const char *checkpoint = request->session.checkpoint;
    (void)table;
    if (path && whole_file_same(plot, path))
        return error_about(error, STATUS_USAGE, "plot", said, plot, "output");
    if (checkpoint && whole_file_same(plot, checkpoint))
        return error_about(error, STATUS_USAGE, "plot", said, plot, "checkpoint");
    return STATUS_OK;
}

int result_check(const struct request *request, int status, struct error *error)
{
    const char *plot = request->output.plot;
    /* Only rank 0 writes; the folder may be missing on other machines. */
    if (status == STATUS_OK && ranks_mine() == 0)
        status = for_each_output(request, NULL, check_one, error);
    if (status == STATUS_OK && ranks_mine() == 0 && plot) {
        status = for_each_output(request, NULL, check_apart, error);
        if (status == STATUS_OK)
            status = gnuplot_check(plot, error);
    }
    return ranks_agree(status, error);
}

static int write_one(const struct request *request, const struct table *table,
                     const char *path, struct error *error)
{
    return table_write(table, path, output_format(&request->output, path), error);
}

/* Longest caption: the command as given, without options that do not change the
 * numbers, and with "..." for what does not fit. */
enum { CAPTION = 150 };

static void describe_command(const struct options *options, char text[CAPTION])
{
    size_t used = (size_t)snprintf(text, CAPTION, "%s", options->program->name);
    for (size_t i = 0; i < options->count && used < CAPTION; i++) {
        const struct option_value *value = &options->value[i];
        if (!value->given || value->option.unrecorded)
            continue;
        used +=
            (size_t)snprintf(text + used, CAPTION - used, " --%s", value->option.name);
        if (value->option.kind != OPTION_FLAG && used < CAPTION)
            used += (size_t)snprintf(text + used, CAPTION - used, " %s", value->text);
    }
    if (used < CAPTION)
        return;
    size_t end = CAPTION - sizeof "...";
    while ((text[end] & 0xC0) == 0x80) /* does not cut a UTF-8 letter in two */
        end--;
    memcpy(text + end, "...", sizeof "...");
}

static int draw(const struct options *options, const struct request *request,
                const struct table *table, struct error *error)
{
    char caption[CAPTION];
    struct plot_extent extent;
    describe_command(options, caption);
    const int status =
        gnuplot_draw(table->plot, table, request->output.plot, caption,
                     in_color(request->output.color, STDERR_FILENO), &extent, error);
    if (status == STATUS_OK && extent.drawn < extent.there && !request->sampling.quiet)
        fprintf(stderr, "%s: --plot: the first %zu of %zu %s are drawn\n",
                options->program->name, extent.drawn, extent.there, extent.what);
    return status;
}

int result_write(const struct options *options, const struct request *request,
                 const struct table *table, struct error *error)
{
    /* Only rank 0 writes. */
    if (ranks_mine() > 0)
        return STATUS_OK;
    int status = for_each_output(request, table, write_one, error);
    if (status == STATUS_OK && request->output.plot && table->plot)
        status = draw(options, request, table, error);
    return status;
}
