/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/result.h"

#include "base/ranks.h"
#include "base/terminal.h"
#include "base/whole_file.h"
#include "cli/gnuplot.h"
#include "cli/option_files.h"
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
    text->failed = text->failed || presets.failed;
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

int result_note(const struct options *options, const char *stop_at, struct table *table,
                struct error *error)
{
    char lines[24];
    int status = for_each_note(options, note_in_table, table, error);
    if (status == STATUS_OK && stop_at)
        status = table_note(table, "stop-at", stop_at, error);
    if (status != STATUS_OK)
        return status;
    snprintf(lines, sizeof lines, "%zu", table->note_count + 1);
    return table_note(table, RESULT_NOTE_LINES, lines, error);
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
                 {".npy", TABLE_NPY},
                 {".txt", TABLE_TEXT}};
    const char *folder = strrchr(path, '/'), *name = folder ? folder + 1 : path;
    const char *ending = strrchr(name, '.');
    *format = TABLE_CSV;
    /* ".results", "." and ".." are names. */
    if (!ending || ending == name || !ending[1])
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

/* Checks a file that is to be written, and clears away what killed programs left there.
 */
static int check_file(void *context, const char *path, struct error *error)
{
    const struct option_value *value = context;
    const int status =
        path ? whole_file_check(value->option.name, path, error) : STATUS_OK;
    if (status == STATUS_OK && path)
        whole_file_tidy(path);
    return status;
}

/* Checks that a result's name says its format, unless --format does. */
static int check_ending(void *context, const char *path, struct error *error)
{
    const struct request *const *asked = context, *request = *asked;
    const bool arrays = request->program->arrays, given = request->output.format_given;
    enum table_format format;
    if (!path)
        return STATUS_OK;
    const bool known = format_of_file(path, &format);
    if (format == TABLE_NPY && arrays && given)
        return error_about(error, STATUS_USAGE, "output",
                           "'%.200s' would be an array of NumPy, which has no other "
                           "--format; allowed is one of the two",
                           path);
    if (format == TABLE_NPY ? arrays : known || given)
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "output",
                       "'%.200s' is not allowed; allowed are files that end in .csv, "
                       ".json, .md%s or .txt, or have no ending (CSV), and - for "
                       "standard output; with --format any %sname is allowed",
                       path, arrays ? ", .npy" : "",
                       format == TABLE_NPY ? "other " : "");
}

static int tidy_file(void *context, const char *path, struct error *error)
{
    (void)context;
    (void)error;
    if (path)
        whole_file_tidy(path);
    return STATUS_OK;
}

/* Checks all files that are to be written. */
static int check_files(const struct options *options, const struct request *request,
                       struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        struct option_value *value = &options->value[i];
        if (strcmp(value->option.name, "output") == 0)
            status = option_files_each(value, check_ending, &request, error);
        if (status == STATUS_OK && value->option.files & OPTION_WRITES)
            status = option_files_each(value, check_file, value, error);
        else if (value->option.files & OPTION_CONTINUES)
            status = option_files_each(value, tidy_file, NULL, error);
    }
    return status;
}

int result_check(const struct options *options, const struct request *request,
                 int status, struct error *error)
{
    const char *plot = request->output.plot, *files = request->output.files;
    /* Only rank 0 writes; the folder may be missing on other machines. */
    if (status != STATUS_OK || ranks_mine() > 0)
        return ranks_agree(status, error);
    if (files && strspn(files, ",") == strlen(files))
        status = error_about(error, STATUS_USAGE, "output",
                             "'%.200s' names no file; allowed are file names and - for "
                             "standard output",
                             files);
    if (status == STATUS_OK)
        status = check_files(options, request, error);
    if (status == STATUS_OK && plot)
        status = gnuplot_check(plot, error);
    return ranks_agree(status, error);
}

/* Results on their way to where they are wanted. Where one cannot go the others still
 * do, and the message says which are new. */
struct delivery {
    const struct request *request;
    const struct table *table;
    int status; /* of the first failure */
    struct error *error;
    size_t failures;
    size_t files;         /* results but for standard output */
    struct text new, old; /* names, as ", a, b" */
};

/* Notes what has become of a result; name NULL: that on standard output. */
static void deliver(struct delivery *delivery, const char *name, int status,
                    const struct error *error)
{
    text_add(status == STATUS_OK ? &delivery->new : &delivery->old, ", %s",
             name ? name : "standard output");
    delivery->files += name != NULL;
    if (status == STATUS_OK || delivery->status != STATUS_OK)
        return;
    delivery->status = status;
    *delivery->error = *error;
}

static int write_one(void *context, const char *path, struct error *error)
{
    struct delivery *delivery = context;
    struct error own = {.agreed = false};
    const struct request_output *output = &delivery->request->output;
    const size_t line = path || output->wide ? 0 : terminal_width(STDOUT_FILENO);
    const int status =
        table_write(delivery->table, path, output_format(output, path), line, &own);
    (void)error;
    deliver(delivery, path, status, &own);
    return STATUS_OK;
}

/* Adds to the message which results are new. */
static int conclude(struct delivery *delivery)
{
    struct error *error = delivery->error;
    const struct error first = *error;
    if (delivery->status != STATUS_OK && delivery->files > 1)
        error_write_about(error, first.quantity,
                          "%s; written: %.150s; not written: %.150s", first.text,
                          delivery->new.length ? text_get(&delivery->new) + 2 : "none",
                          text_get(&delivery->old) + 2);
    text_free(&delivery->new);
    text_free(&delivery->old);
    return delivery->status;
}

/* Longest caption, which has "..." for what does not fit. */
enum { CAPTION = 130 };

/* Appends a word for the shell, in quotes if it needs them. */
static void add_word(const char *word, struct text *text)
{
    const bool plain =
        *word &&
        word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789,.:;=/_+-@%^")] == '\0';
    text_add(text, plain ? " " : " '");
    for (const char *c = word; *c; c++)
        text_add(text, *c == '\'' ? "'\\''" : "%c", *c);
    text_add(text, plain ? "" : "'");
}

/* Appends the command as given, without options that do not change the numbers; in
 * quotes, it can be given to a shell. */
static void describe_command(const struct options *options, bool quoted,
                             struct text *text)
{
    text_add(text, "%s", options->program->name);
    for (size_t i = 0; i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        if (!value->given || value->option.unrecorded)
            continue;
        text_add(text, " --%s", value->option.name);
        if (value->option.kind != OPTION_FLAG && quoted)
            add_word(value->text, text);
        else if (value->option.kind != OPTION_FLAG)
            text_add(text, " %s", value->text);
    }
}

static void shorten(const char *command, char caption[CAPTION])
{
    const int length = snprintf(caption, CAPTION, "%s", command);
    if (length < CAPTION)
        return;
    size_t end = CAPTION - sizeof "...";
    while ((caption[end] & 0xC0) == 0x80) /* does not cut a UTF-8 letter in two */
        end--;
    memcpy(caption + end, "...", sizeof "...");
}

static int draw(const struct options *options, const struct request *request,
                const struct table *table, const struct table *fine,
                struct error *error)
{
    char caption[CAPTION];
    struct plot_extent extent = {.what = "curves"};
    struct text command = {0};
    describe_command(options, false, &command);
    shorten(text_get(&command), caption);
    text_clear(&command);
    describe_command(options, true, &command);
    int status = text_check(&command, "the plot", error);
    const struct plot_view view = {.plot = table->plot,
                                   .table = table,
                                   .fine = fine,
                                   .options = options,
                                   .caption = caption,
                                   .command = text_get(&command),
                                   .version = PNM_VERSION};
    if (status == STATUS_OK)
        status = gnuplot_draw(&view, request->output.plot,
                              in_color(request->output.color, STDERR_FILENO), &extent,
                              error);
    text_free(&command);
    if (status == STATUS_OK && extent.drawn < extent.there && !request->sampling.quiet)
        fprintf(stderr,
                "%s: --plot: %zu of %zu %s are drawn; the picture names the others\n",
                options->program->name, extent.drawn, extent.there, extent.what);
    return status;
}

int result_write(const struct options *options, const struct request *request,
                 const struct table *table, const struct table *fine,
                 struct error *error)
{
    const struct option_value *output = options_find(options, "output");
    struct delivery delivery = {.request = request, .table = table, .error = error};
    struct error own = {.agreed = false};
    /* Only rank 0 writes. */
    if (ranks_mine() > 0)
        return STATUS_OK;
    int status = output && output->text
                     ? option_files_each(output, write_one, &delivery, error)
                     : write_one(&delivery, NULL, error);
    if (status == STATUS_OK && request->output.plot && table->plot) {
        status = draw(options, request, table, fine, &own);
        deliver(&delivery, request->output.plot, status, &own);
        status = STATUS_OK;
    }
    const int written = conclude(&delivery);
    return status == STATUS_OK ? written : status;
}
