/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_source.h"

#include <string.h>

const struct option_value *plot_source(const struct options *options,
                                       const char *column)
{
    static const struct {
        const char *column, *option;
    } others[] = {{"lr_h", "lr"},       {"h", "spectrum"}, {"h_i", "spectrum"},
                  {"i", "spectrum"},    {"j", "spectrum"}, {"step", "at"},
                  {"horizon", "steps"}, {"p", "quantiles"}};
    const char *name = column;
    if (!options)
        return NULL;
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (strcmp(column, others[k].column) == 0)
            name = others[k].option;
    return options_find(options, name);
}

const char *plot_source_text(const struct options *options, const char *column)
{
    const struct option_value *source = plot_source(options, column);
    return source ? source->text : NULL;
}

bool plot_source_is_grid(const struct options *options, const char *column)
{
    static const char *const forms[] = {"linear:", "log:", "power:"};
    const char *text = plot_source_text(options, column);
    for (size_t k = 0; text && k < sizeof forms / sizeof *forms; k++)
        if (strncmp(text, forms[k], strlen(forms[k])) == 0)
            return true;
    return false;
}
