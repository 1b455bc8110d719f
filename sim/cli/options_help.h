/* options_help.h: what --help and the manual say of the options. */
#ifndef PNM_OPTIONS_HELP_H
#define PNM_OPTIONS_HELP_H

#include "cli/options.h"

/* What help and the manual say of an option. */
struct options_help {
    const char *doc;
    const char *symbol; /* the paper's, "" if there is none */
    struct text range;  /* "" where `argument` says it or any text will do */
    struct text preset; /* "default 0.9", "required", or "" */
    bool of_rule;       /* it is a parameter of a rule */
};

/* help is to be freed with options_help_free. */
void options_help_of(const struct options *options, const struct option_spec *option,
                     struct options_help *help);
void options_help_free(struct options_help *help);

/* What numeric parameters of rules take. */
extern const char options_help_grids[];

struct exit_meaning {
    int status;
    const char *meaning; /* NULL after the last */
};

const struct exit_meaning *options_help_exits(const struct program *program);

/* Appends what --help says: the paper's symbol and the default, and the range of rules'
 * parameters. */
void options_help_text(const struct options *options, const struct option_spec *option,
                       struct text *text);

/* What comes before and after the options, \v between them, as argp takes it; the
 * caller frees it. NULL without memory. */
char *options_help_page(const struct options *options);

#endif
