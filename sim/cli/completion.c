/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/completion.h"

#include "cli/options_help.h"

#include <ctype.h>
#include <string.h>

/* --- the forms of a value --------------------------------------------------------- */

/* The forms that an option's value may take, with | between them. A form in capitals,
 * FILE, stands for any value of that sort; file:PATH for values that begin with
 * "file:"; any other form is a word that is the whole value. */
static const char *option_forms(const struct option_spec *option)
{
    if (option->kind == OPTION_FLAG)
        return "";
    return option->forms ? option->forms : option->argument;
}

static bool is_list(const struct option_spec *option)
{
    return option->argument && strstr(option->argument, "[,");
}

/* Whether one of the option's forms begins like this. */
static bool has_form(const struct option_spec *option, const char *begin)
{
    const char *form = option_forms(option);
    while (strncmp(form, begin, strlen(begin)) != 0) {
        form += strcspn(form, "|");
        if (!*form++)
            return false;
    }
    return true;
}

enum words { WHOLE = 1, BEGINNINGS = 2 };

/* Writes the words that a value may be, or the beginnings that it may have, such as
 * "file:", each after a blank and the first after `lead` too. Returns their number. */
static size_t put_words(FILE *stream, const struct options *options,
                        const struct option_spec *option, enum words which,
                        const char *lead)
{
    size_t count = 0;
    if (option->word) {
        for (; which & WHOLE && option->word(options->program, count); count++)
            fprintf(stream, "%s %s", count ? "" : lead,
                    option->word(options->program, count));
        return count;
    }
    for (const char *form = option_forms(option); *form; form += *form == '|') {
        const size_t length = strcspn(form, "|"), colon = strcspn(form, "|:");
        const bool begins = colon < length;
        if (islower((unsigned char)*form) && which & (begins ? BEGINNINGS : WHOLE))
            fprintf(stream, "%s %.*s", count++ ? "" : lead, (int)(colon + begins),
                    form);
        form += length;
    }
    return count;
}

/* Writes a name that a shell allows for a function: pnm_rules for pnm-rules. */
static void put_identifier(FILE *stream, const char *name)
{
    for (; *name; name++)
        fputc(*name == '-' ? '_' : *name, stream);
}

/* --- bash ------------------------------------------------------------------------- */

static const char bash_begin[] =
    "()\n"
    "{\n"
    "    # The word before the cursor: bash itself splits it at = and :.\n"
    "    local line=${COMP_LINE:0:COMP_POINT} word option value kept='' cut reply\n"
    "    local words='' files='' list=''\n"
    "    COMPREPLY=()\n"
    "    word=${line##*[[:space:]]}\n"
    "    case $word in\n"
    "    --*=*)\n"
    "        option=${word%%=*}\n"
    "        value=${word#*=}\n"
    "        ;;\n"
    "    *)\n"
    "        line=${line%\"$word\"}\n"
    "        line=${line%\"${line##*[![:space:]]}\"}\n"
    "        option=${line##*[[:space:]]}\n"
    "        value=$word\n"
    "        ;;\n"
    "    esac\n"
    "    case $option in\n";

static const char bash_end[] =
    "    if [[ $list && $value == *,* ]]; then\n"
    "        kept=${value%,*},\n"
    "    elif [[ $value == file:* && \" $words \" == *' file: '* ]]; then\n"
    "        kept=file: words='' files=yes\n"
    "    fi\n"
    "    cut=${word%\"${word##*[=:]}\"}\n"
    "    value=${value#\"$kept\"}\n"
    "    kept=${word%\"$value\"}\n"
    "    while IFS= read -r reply; do\n"
    "        reply=$kept$reply\n"
    "        COMPREPLY+=(\"${reply#\"$cut\"}\")\n"
    "    done < <(\n"
    "        [[ ! $words ]] || compgen -W \"$words\" -- \"$value\"\n"
    "        [[ ! $files ]] || compgen -f -- \"$value\"\n"
    "    )\n"
    "    # compopt works only while bash completes.\n"
    "    [[ ! $files ]] || compopt -o filenames 2>/dev/null\n"
    "    if [[ $list || ${COMPREPLY[0]-} == *: ]]; then\n"
    "        compopt -o nospace 2>/dev/null\n"
    "    fi\n"
    "    return 0\n"
    "}\n";

static void bash_option(FILE *stream, const struct options *options,
                        const struct option_spec *option)
{
    if (option->kind == OPTION_FLAG || option->moved)
        return;
    fprintf(stream, "    --%s", option->name);
    if (option->letter)
        fprintf(stream, " | -%c", option->letter);
    fprintf(stream, ")\n        words='");
    put_words(stream, options, option, WHOLE | BEGINNINGS, "");
    fprintf(stream, "'%s%s\n        ;;\n", has_form(option, "FILE") ? " files=yes" : "",
            is_list(option) ? " list=yes" : "");
}

static void bash_name(FILE *stream, const struct option_spec *option)
{
    if (option->moved)
        return;
    if (option->letter)
        fprintf(stream, "-%c ", option->letter);
    fprintf(stream, "--%s ", option->name);
}

void completion_bash(FILE *stream, const struct options *options)
{
    const char *name = options->program->name;
    fprintf(stream, "# Completion of %s for bash, made by %s --help=bash.\n_", name,
            name);
    put_identifier(stream, name);
    fprintf(stream, "%s", bash_begin);
    for (size_t i = 0; i < options->count; i++)
        bash_option(stream, options, &options->value[i].option);
    fprintf(stream, "    *)\n        value=$word words='");
    for (size_t i = 0; i < options->count; i++)
        bash_name(stream, &options->value[i].option);
    fprintf(stream, "-h --help --version'\n        ;;\n    esac\n%scomplete -F _",
            bash_end);
    put_identifier(stream, name);
    fprintf(stream, " %s\n", name);
}

/* --- zsh -------------------------------------------------------------------------- */

/* Writes text within '...' and escapes the brackets and colons that zsh would
 * interpret.
 */
static void zsh_text(FILE *stream, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            fprintf(stream, "'\\''");
        else
            fprintf(stream, "%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
}

static void zsh_option(FILE *stream, const struct options *options,
                       const struct option_spec *option)
{
    struct options_help help;
    if (option->moved)
        return;
    options_help_of(options, option, &help);
    const bool flag = option->kind == OPTION_FLAG;
    if (option->letter)
        fprintf(stream, "    '(-%c --%s)'{-%c%s,--%s%s}'[", option->letter,
                option->name, option->letter, flag ? "" : "+", option->name,
                flag ? "" : "=");
    else
        fprintf(stream, "    '--%s%s[", option->name, flag ? "" : "=");
    zsh_text(stream, help.doc);
    fprintf(stream, "]");
    if (!flag) {
        fprintf(stream, "%s", option->bare ? "::" : ":");
        zsh_text(stream, option->argument);
        fprintf(stream, ":->%s", option->name);
    }
    fprintf(stream, "' \\\n");
    options_help_free(&help);
}

static void zsh_values(FILE *stream, const struct options *options,
                       const struct option_spec *option)
{
    const char *sequence = is_list(option) ? "_sequence " : "";
    char add[40];
    if (option->kind == OPTION_FLAG || option->moved)
        return;
    fprintf(stream, "%s)\n", option->name);
    if (has_form(option, "FILE"))
        fprintf(stream, "    %s_files\n", sequence);
    if (has_form(option, "file:"))
        fprintf(stream, "    compset -P file: && { _files; return }\n");
    snprintf(add, sizeof add, "    %scompadd -", sequence);
    if (put_words(stream, options, option, WHOLE, add) > 0)
        fprintf(stream, "\n");
    if (put_words(stream, options, option, BEGINNINGS, "    compadd -S '' -") > 0)
        fprintf(stream, "\n");
    fprintf(stream, "    ;;\n");
}

void completion_zsh(FILE *stream, const struct options *options)
{
    const char *name = options->program->name;
    fprintf(stream,
            "#compdef %s\n# Made by %s --help=zsh.\n"
            "local context state state_descr line\n"
            "typeset -A opt_args\n"
            "_arguments \\\n",
            name, name);
    for (size_t i = 0; i < options->count; i++)
        zsh_option(stream, options, &options->value[i].option);
    fprintf(stream, "    '-h[show a short help]' \\\n"
                    "    '--help[show this help]' \\\n"
                    "    '--version[show the version]' && return\n"
                    "case $state in\n");
    for (size_t i = 0; i < options->count; i++)
        zsh_values(stream, options, &options->value[i].option);
    fprintf(stream, "esac\n");
}
