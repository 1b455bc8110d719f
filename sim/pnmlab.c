/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnmlab: the front door. It tells which program answers which question, and runs it:
 * "pnmlab stationary ..." is "pnm-stationary ...". */
#include "base/nearest.h"
#include "base/text.h"
#include "cli/version.h"
#include "rules/rule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A program pnm-NAME and the question that it answers. */
struct door {
    const char *name, *question;
};

static const struct door doors[] = {
    {"rules", "Which update rules are there, and what do they do?"},
    {"simulate", "What do many chains of a rule do on a quadratic loss?"},
    {"stationary", "How much noise is left in theta, by theory and measured?"},
    {"stability", "From which learning rate on is a rule unstable?"},
    {"noise", "What does momentum make of gradient noise?"},
    {"convergence", "How fast does the gradient become small?"},
    {"bound", "How much of a convergence bound is really used?"},
    {"worst-case", "What is the worst that a rule can do, with a proof?"},
    {"pacbayes", "What do PAC-Bayes bounds say of a rule's noise?"},
    {"train", "What does a network learn with a rule?"},
    {"generalize", "Does one rule generalize better than another?"},
    {"margin", "Does momentum learn what has a small margin?"},
    {"verify", "Which claims of the papers hold?"},
};

enum { DOORS = sizeof doors / sizeof *doors };

static void print_help(FILE *stream)
{
    fprintf(stream, "pnmlab compares papers about optimizers with simulation and exact "
                    "theory.\nusage: pnmlab COMMAND [option ...]\n\n");
    for (int k = 0; k < DOORS; k++)
        fprintf(stream, "  pnmlab %-13s%s\n", doors[k].name, doors[k].question);
    fprintf(stream,
            "\nA first answer:\n"
            "  pnmlab stationary --optimizer pnm --lr 0.1 --spectrum 0.1,1,10\n\n"
            "pnmlab help COMMAND shows the main options of a command, pnmlab COMMAND "
            "--help\nshows all; pnmlab help RULE tells about an update rule. "
            "pnmlab stationary is the\nprogram pnm-stationary, and so on.\n");
}

/* --- what make writes ------------------------------------------------------------- */

static void print_manual(void)
{
    printf(
        ".Dd November 29, 2026\n.Dt PNMLAB 1\n.Os pnmlab %s\n.Sh NAME\n.Nm pnmlab\n"
        ".Nd compare papers about optimizers with simulation and theory\n"
        ".Sh SYNOPSIS\n.Nm\n.Op Ar command Op Ar option ...\n"
        ".Sh DESCRIPTION\nRuns the program that answers a question:\n.Nm\n"
        ".Cm stationary\nis\n.Xr pnm-stationary 1 .\n"
        "Without arguments it lists the questions.\n.Sh OPTIONS\n.Bl -tag -width Ds\n",
        PNM_VERSION);
    for (int k = 0; k < DOORS; k++)
        printf(".It Cm %s\n%s\n", doors[k].name, doors[k].question);
    printf(".It Cm help Op Ar name\n"
           "show the main options of a command, or what an update rule computes\n"
           ".It Fl Fl help\nshow the questions\n"
           ".It Fl Fl version\nshow the version\n.El\n"
           ".Sh EXIT STATUS\nThat of the program; 64 if there is no such command.\n"
           ".Sh EXAMPLES\nHow much noise PNM leaves:\n"
           ".Bd -literal -offset indent\n"
           "$ pnmlab stationary \\-\\-optimizer pnm \\-\\-lr 0.1 \\-\\-spectrum "
           "0.1,1,10\n"
           ".Ed\n.Sh SEE ALSO\n.Xr pnm-rules 1 ,\n.Xr pnm-stationary 1 ,\n"
           ".Xr pnm-verify 1\n");
}

static void print_commands(void)
{
    for (int k = 0; k < DOORS; k++)
        printf("%s ", doors[k].name);
    printf("help");
}

static void print_bash(void)
{
    printf("# Completion of pnmlab for bash, made by pnmlab --help=bash.\n"
           "_pnmlab()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]-} rest\n"
           "    COMPREPLY=()\n"
           "    if [[ $COMP_CWORD -le 1 || $command == help ]]; then\n"
           "        while IFS= read -r rest; do\n"
           "            COMPREPLY+=(\"$rest\")\n"
           "        done < <(compgen -W '");
    print_commands();
    printf("' -- \"$word\")\n"
           "        return 0\n"
           "    fi\n"
           "    # The command's own completion reads the line.\n"
           "    type -P \"pnm-$command\" >/dev/null || return 0\n"
           "    # shellcheck disable=SC1090\n"
           "    . <(\"pnm-$command\" --help=bash)\n"
           "    rest=${COMP_LINE#*pnmlab}\n"
           "    rest=pnm-${rest#\"${rest%%%%[![:space:]]*}\"}\n"
           "    COMP_POINT=$((COMP_POINT - ${#COMP_LINE} + ${#rest}))\n"
           "    COMP_LINE=$rest\n"
           "    \"_pnm_${command//-/_}\"\n"
           "}\n"
           "complete -F _pnmlab pnmlab\n");
}

static void print_zsh(void)
{
    printf("#compdef pnmlab\n# Made by pnmlab --help=zsh.\n"
           "local context state state_descr line\n"
           "typeset -A opt_args\n"
           "_arguments '1:command:->command' '*::option:->rest' && return\n"
           "case $state in\n"
           "command)\n    compadd - ");
    print_commands();
    printf("\n    ;;\nrest)\n"
           "    words[1]=pnm-$words[1]\n"
           "    _normal\n"
           "    ;;\nesac\n");
}

/* --- running a program ------------------------------------------------------------ */

/* Appends the path of a program: beside this one where it was called with its folder,
 * else the name alone, which execvp looks for. */
static void add_path(const char *self, const char *name, struct text *path)
{
    char own[4096];
    const ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    const char *place = self;
    if (length > 0) {
        own[length] = '\0';
        place = own;
    }
    const char *slash = strrchr(place, '/');
    if (slash)
        text_add(path, "%.*s/", (int)(slash - place), place);
    text_add(path, "pnm-%s", name);
}

/* Refuses a name that is no command and, where help is asked for, no rule either. */
static int unknown(const char *name, bool or_rule)
{
    struct nearest nearest = or_rule ? rule_kind_nearest(name) : nearest_to(name, "");
    for (int k = 0; k < DOORS; k++)
        nearest_try(&nearest, doors[k].name, strlen(doors[k].name));
    nearest_try(&nearest, "help", 4);
    fprintf(stderr, "pnmlab: no command%s '%.200s'%s; allowed are %s\n",
            or_rule ? " or update rule" : "", name, nearest.hint, nearest.known);
    return -STATUS_USAGE;
}

static bool is_command(const char *name)
{
    for (int k = 0; k < DOORS; k++)
        if (strcmp(doors[k].name, name) == 0)
            return true;
    return false;
}

/* Becomes the program; words[0] is replaced by its path. */
static int run(const char *self, const char *name, char **words)
{
    struct text path = {0};
    add_path(self, name, &path);
    if (!path.failed) {
        words[0] = path.begin;
        execvp(path.begin, words);
        fprintf(stderr, "pnmlab: cannot run '%.400s': %s\n", path.begin,
                strerror(errno));
    }
    const int status = path.failed ? -STATUS_MEMORY : -STATUS_USAGE;
    text_free(&path);
    return status;
}

/* pnmlab help NAME: the main options of a command, or what a rule computes. */
static int help(const char *self, const char *name)
{
    char *brief[] = {NULL, "-h", NULL};
    char *rule[] = {NULL, "--help", (char *)name, NULL};
    if (is_command(name))
        return run(self, name, brief);
    return rule_kind_find(name) ? run(self, "simulate", rule) : unknown(name, true);
}

static int finish(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "pnmlab: cannot write to standard output: %s\n", strerror(errno));
    return -STATUS_OUTPUT;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "help";
    const bool asks = strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
                      strcmp(word, "-h") == 0;
    if (asks && argc > 2)
        return help(argv[0], strncmp(argv[2], "pnm-", 4) == 0 ? argv[2] + 4 : argv[2]);
    if (is_command(word))
        return run(argv[0], word, argv + 1);
    if (strncmp(word, "pnm-", 4) == 0 && is_command(word + 4))
        return run(argv[0], word + 4, argv + 1);
    if (asks)
        print_help(stdout);
    else if (strcmp(word, "--version") == 0)
        printf("pnmlab %s\n", version_text());
    else if (strcmp(word, "--help=man") == 0)
        print_manual();
    else if (strcmp(word, "--help=bash") == 0)
        print_bash();
    else if (strcmp(word, "--help=zsh") == 0)
        print_zsh();
    else
        return unknown(word, false);
    return finish();
}
