/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options_help.h: the texts about options in --help and the manual. */
#ifndef PNM_OPTIONS_HELP_H
#define PNM_OPTIONS_HELP_H

#include "cli/options.h"

#include <stdio.h>

/* The text about one option, in parts. */
struct options_help {
    const char *doc;
    const char *symbol; /* the paper's, "" if there is none */
    struct text range;  /* "" if `argument` shows it or any text is allowed */
    struct text preset; /* "default 0.9", "required", or "" */
    bool of_rule;       /* it is a parameter of a rule */
};

/* Fills help, which the caller frees with options_help_free. Without memory one of its
 * texts has failed. */
void options_help_of(const struct options *options, const struct option_spec *option,
                     struct options_help *help);
void options_help_free(struct options_help *help);

/* A sentence on the values that numeric parameters of rules take. */
extern const char options_help_grids[];

struct exit_meaning {
    int status;
    const char *meaning; /* NULL after the last */
};

const struct exit_meaning *options_help_exits(const struct program *program);

/* Appends the option's text in --help: its doc, the paper's symbol, the default, and
 * the range of a rule's parameter. */
void options_help_text(const struct options *options, const struct option_spec *option,
                       struct text *text);

/* The heading above the options of a topic, without a colon. */
const char *options_help_topic(enum option_topic topic);

/* Prints a paragraph that begins behind `column` of a line, each word after a blank;
 * further lines are indented, and none is wider than `width`. */
void options_help_wrap(FILE *stream, int column, int indent, int width,
                       const char *text);

/* Prints what each update rule computes, where it comes from, and its parameters.
 * STATUS_MEMORY. */
PNM_MUST_USE int options_help_rules(FILE *stream, struct error *error);

/* Appends what the program's exit statuses mean. */
void options_help_ends(const struct program *program, struct text *text);

#endif
