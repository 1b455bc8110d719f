/* options_help.h: what --help and the manual say of the options. */
#ifndef PNM_OPTIONS_HELP_H
#define PNM_OPTIONS_HELP_H

#include "options.h"

/* What help and the manual say of an option. */
struct option_help {
    const char *doc;
    char symbol[40];  /* the paper's, "" if there is none */
    char range[128];  /* "" where `argument` says it or any text will do */
    char preset[240]; /* "default 0.9", "required", or "" */
    bool of_rule;     /* it is a parameter of a rule */
};

void option_help(const struct options *options, const struct option_spec *option,
                 struct option_help *help);

/* What numeric parameters of rules take. */
extern const char options_grids[];

struct exit_meaning {
    int status;
    const char *meaning; /* NULL after the last */
};

const struct exit_meaning *program_exit_meanings(const struct program *program);

/* The paper's symbol and the default, and the range of rules' parameters. */
enum { HELP_TEXT = 512 };
void help_text(const struct options *options, const struct option_spec *option,
               char text[HELP_TEXT]);

/* What comes before and after the options, \v between them, as argp takes it; the
 * caller frees it. NULL without memory. */
char *rules_help(const struct options *options);

#endif
