/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/generator_form.h"

#include <string.h>

int generator_form_read(const char *text, struct random_generator *generator,
                        struct error *error)
{
    static const char gsl_prefix[] = "gsl:";
    *generator = (struct random_generator){.kind = RANDOM_XOSHIRO};
    if (strcmp(text, "xoshiro") == 0)
        return STATUS_OK;
    if (strcmp(text, "philox") == 0) {
        generator->kind = RANDOM_PHILOX;
        return STATUS_OK;
    }
    if (strncmp(text, gsl_prefix, strlen(gsl_prefix)) == 0) {
        generator->kind = RANDOM_GSL;
        for (const gsl_rng_type **type = gsl_rng_types_setup(); *type; type++)
            if (strcmp((*type)->name, text + strlen(gsl_prefix)) == 0)
                generator->gsl = *type;
        if (generator->gsl)
            return STATUS_OK;
    }
    return error_about(error, STATUS_USAGE, "rng",
                       "no generator '%s'; allowed are xoshiro (the default), "
                       "philox and gsl:NAME with a name of GSL's, such as gsl:mt19937",
                       text);
}
