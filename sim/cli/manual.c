/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/manual.h"

#include "cli/options_help.h"

#include <ctype.h>
#include <string.h>

enum { LINE = 78 };

/* --- roff ------------------------------------------------------------------------- */

/* One letter of text for roff. Letters that roff would interpret or typeset as others
 * are written by name: a plain - would become a hyphen, which no shell reads as a
 * minus.
 */
static const char *roff_letter(char letter, char buffer[2])
{
    switch (letter) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '"':
        return "\\(dq";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        buffer[0] = letter;
        buffer[1] = '\0';
        return buffer;
    }
}

static int put_letters(FILE *stream, const char *text, size_t length)
{
    int columns = 0;
    for (size_t i = 0; i < length; i++) {
        char buffer[2];
        columns += fprintf(stream, "%s", roff_letter(text[i], buffer));
    }
    return columns;
}

static int letters_width(const char *text, size_t length)
{
    int columns = 0;
    for (size_t i = 0; i < length; i++) {
        char buffer[2];
        columns += (int)strlen(roff_letter(text[i], buffer));
    }
    return columns;
}

/* Writes an argument of a macro. \& keeps a word such as No from being a macro itself.
 */
static void put_argument(FILE *stream, const char *text)
{
    fprintf(stream, "\\&");
    put_letters(stream, text, strlen(text));
}

/* Whether the word ends a sentence that another follows. */
static bool ends_sentence(const char *word, size_t length, const char *next)
{
    while (length > 1 && word[length - 1] == ')')
        length--;
    return length > 1 && strchr(".?!", word[length - 1]) &&
           (*next == '\0' || *next == '\n' || isupper((unsigned char)*next));
}

/* Writes text in lines of at most 78 columns. A sentence begins a line; "\n\n" begins a
 * paragraph. */
static void put_text(FILE *stream, const char *text)
{
    int column = 0;
    while (*text) {
        if (strspn(text, "\n") > 0) {
            text += strspn(text, "\n");
            fprintf(stream, "%s.Pp\n", column ? "\n" : "");
            column = 0;
        }
        const size_t word = strcspn(text, " \n");
        const char *next = text + word + strspn(text + word, " ");
        const int width = letters_width(text, word);
        if (column && column + 1 + width > LINE) {
            fprintf(stream, "\n");
            column = 0;
        }
        if (column)
            column += fprintf(stream, " ");
        else if (*text == '.')
            column += fprintf(stream, "\\&");
        column += put_letters(stream, text, word);
        if (ends_sentence(text, word, next)) {
            fprintf(stream, "\n");
            column = 0;
        } else if (word > 0 && strchr(".?!)", text[word - 1])) {
            column += fprintf(stream, "\\&"); /* an abbreviation ends no sentence */
        }
        text = next;
    }
    if (column)
        fprintf(stream, "\n");
}

/* --- options ---------------------------------------------------------------------- */

static void put_option(FILE *stream, const char *macro, const char *name,
                       const char *argument, bool optional)
{
    fprintf(stream, "%sFl Fl ", macro);
    put_letters(stream, name, strlen(name));
    if (argument) {
        fprintf(stream, optional ? " Ns Op = Ns Ar " : " Ns = Ns Ar ");
        put_argument(stream, argument);
    }
}

static void put_symbol(FILE *stream, const char *symbol)
{
    if (!*symbol)
        return;
    fprintf(stream, " Pq ");
    put_argument(stream, symbol);
}

static const char *option_argument(const struct option_spec *option)
{
    return option->kind == OPTION_FLAG ? NULL : option->argument;
}

static void put_synopsis(FILE *stream, const struct options *options)
{
    fprintf(stream, ".Sh SYNOPSIS\n.Nm\n");
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        struct options_help help;
        options_help_of(options, option, &help);
        const bool required =
            strncmp(text_get(&help.preset), "required", strlen("required")) == 0;
        options_help_free(&help);
        if (!required)
            continue;
        put_option(stream, ".", option->name, option_argument(option), option->bare);
        fprintf(stream, "\n");
    }
    fprintf(stream, ".Op Ar option ...\n");
}

static void put_options(FILE *stream, const struct options *options)
{
    fprintf(stream, ".Sh OPTIONS\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        struct options_help help;
        struct text text = {0};
        if (option->moved)
            continue;
        options_help_of(options, option, &help);
        put_option(stream, ".It ", option->name, option_argument(option), option->bare);
        if (option->letter)
            fprintf(stream, " , Fl %c", option->letter);
        put_symbol(stream, help.symbol);
        text_add(&text, "%s%s%s%s%s", help.doc, help.range.length ? "; " : "",
                 text_get(&help.range), help.preset.length ? "; " : "",
                 text_get(&help.preset));
        fprintf(stream, "\n");
        put_text(stream, text_get(&text));
        text_free(&text);
        options_help_free(&help);
    }
    fprintf(stream,
            ".It Fl Fl help\nshow a summary of all this%s;\n"
            ".Fl h\nshows the main options and examples\n"
            ".It Fl Fl version\nshow the version\n.El\n",
            options->program->groups & OPTIONS_RULE ? ", or of the rule that is named"
                                                    : "");
}

/* --- rules ------------------------------------------------------------------------ */

static void put_parameter(FILE *stream, const struct parameter *p)
{
    struct text text = {0};
    parameter_range(p, &text);
    text_add(&text, "; %s%s", p->preset ? "default " : "required",
             p->preset ? p->preset : "");
    put_option(stream, ".It ", p->name, NULL, false);
    put_symbol(stream, p->symbol);
    fprintf(stream, "\n");
    put_text(stream, text_get(&text));
    text_free(&text);
}

static void put_rule(FILE *stream, const struct rule_kind *rule, bool no_rate)
{
    fprintf(stream, ".Ss ");
    put_argument(stream, rule->name);
    fprintf(stream, "\n");
    put_text(stream, rule->summary);
    fprintf(stream, ".Bd -ragged -offset indent\n");
    put_text(stream, rule->formula);
    fprintf(stream, ".Ed\n.Pp\nSource:\n");
    put_text(stream, rule->source);
    if (rule->parameter_count <= no_rate)
        return;
    fprintf(stream, ".Pp\nParameters:\n.Bl -tag -width Ds -compact -offset indent\n");
    for (int i = no_rate; i < rule->parameter_count; i++)
        put_parameter(stream, &rule->parameters[i]);
    fprintf(stream, ".El\n");
}

static void put_rules(FILE *stream, const struct options *options)
{
    if (!(options->program->groups & OPTIONS_RULE))
        return;
    fprintf(stream, ".Sh RULES\n");
    put_text(stream, options_help_grids);
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        put_rule(stream, *rule, options->program->no_rate);
}

/* --- the rest --------------------------------------------------------------------- */

static void put_exit_status(FILE *stream, const struct program *program)
{
    fprintf(stream, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    for (const struct exit_meaning *e = options_help_exits(program); e->meaning; e++) {
        fprintf(stream, ".It %d\n", e->status);
        put_text(stream, e->meaning);
    }
    fprintf(stream, ".El\n");
}

/* Writes a command and breaks the line before an option that would pass column 72. */
static void put_command(FILE *stream, const char *command)
{
    int column = fprintf(stream, "$ ");
    while (*command) {
        size_t length = strcspn(command, " ");
        if (command[length] && strncmp(command + length, " --", 3) != 0)
            length += 1 + strcspn(command + length + 1, " "); /* an option's value */
        if (column > 2 && column + (int)length > 70) {
            fprintf(stream, "\\e\n");
            column = fprintf(stream, "      ");
        }
        put_letters(stream, command, length);
        column += (int)length;
        command += length;
        if (*command == ' ') {
            column += fprintf(stream, " ");
            command++;
        }
    }
    fprintf(stream, "\n");
}

static void put_examples(FILE *stream, const struct program *program)
{
    fprintf(stream, ".Sh EXAMPLES\n");
    for (const struct program_example *e = program->examples; e->text; e++) {
        if (e != program->examples)
            fprintf(stream, ".Pp\n");
        put_text(stream, e->text);
        fprintf(stream, ".Bd -literal -offset indent\n");
        put_command(stream, e->command);
        fprintf(stream, ".Ed\n");
    }
}

static void put_see_also(FILE *stream, const struct program *program)
{
    const char *name = program->see_also;
    fprintf(stream, ".Sh SEE ALSO\n");
    while (*name) {
        const size_t length = strcspn(name, " ");
        fprintf(stream, ".Xr %.*s", (int)length, name);
        name += length;
        name += *name == ' ';
        fprintf(stream, " 1%s\n", *name ? " ," : "");
    }
    /* .Rs would be usual, but groff 1.22 stops at its list of authors. */
    fprintf(stream, ".Pp\n");
    put_text(stream, "Zeke Xie, Li Yuan, Zhanxing Zhu and Masashi Sugiyama, "
                     "Positive-Negative Momentum: Manipulating Stochastic Gradient "
                     "Noise to Improve Generalization, Proceedings of the 38th "
                     "International Conference on Machine Learning, 2021.");
}

void manual_print(FILE *stream, const struct options *options)
{
    const struct program *program = options->program;
    fprintf(stream, ".Dd November 21, 2026\n.Dt ");
    for (const char *c = program->name; *c; c++)
        fputc(toupper((unsigned char)*c), stream);
    fprintf(stream, " 1\n.Os pnmlab %s\n.Sh NAME\n.Nm ", PNM_VERSION);
    put_letters(stream, program->name, strlen(program->name));
    fprintf(stream, "\n.Nd ");
    put_argument(stream, program->title);
    fprintf(stream, "\n");
    put_synopsis(stream, options);
    fprintf(stream, ".Sh DESCRIPTION\n");
    put_text(stream, program->summary);
    fprintf(stream, ".Pp\n");
    put_text(stream, program->notes);
    put_options(stream, options);
    put_rules(stream, options);
    put_exit_status(stream, program);
    put_examples(stream, program);
    put_see_also(stream, program);
}
