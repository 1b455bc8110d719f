/* options_help.h: what --help says. */
#ifndef PNM_OPTIONS_HELP_H
#define PNM_OPTIONS_HELP_H

#include "options.h"

/* The paper's symbol and the default, and the range of rules' parameters. */
enum { HELP_TEXT = 512 };
void help_text(const struct options *options, const struct option_spec *option,
               char text[HELP_TEXT]);

/* What comes before and after the options, \v between them, as argp takes it; the
 * caller frees it. NULL without memory. */
char *rules_help(const struct options *options);

#endif
